"""belfryctl against chimed: operations, pages, failures, settings."""
import json
import os
import subprocess

import pytest

from support import iam
from support.belfry import CREDENTIALS, Belfry
from support.chimed import Chimed
from support.irc_client import IrcClient
from support.ircd import Ngircd
from support.process import build_dir, free_port
from support.scripted_chime import ScriptedChime, refusal
from support.wait import until
from support.world import World


@pytest.fixture
def ctl(tmp_path, processes):
    chimed = Chimed(tmp_path)
    processes.append(chimed)
    chimed.start()

    def run(*words, status=0, **more):
        env = {**os.environ, **CREDENTIALS, **more}
        done = subprocess.run(
            [build_dir() / "belfryctl", "--endpoint",
             f"http://127.0.0.1:{chimed.port}", *words],
            env=env, capture_output=True, text=True, timeout=90)
        assert done.returncode == status, done.stdout + done.stderr
        if status:
            assert done.stderr.startswith("belfryctl: ")
            return done.stderr
        return json.loads(done.stdout) if done.stdout else None
    run.port = chimed.port
    return run


@pytest.fixture
def room(ctl):
    """App instance, user, channel."""
    instance = ctl("chime", "create-app-instance", "--name",
                   "T")["AppInstanceArn"]
    user = ctl("chime", "create-app-instance-user", "--app-instance-arn",
               instance, "--app-instance-user-id", "alice", "--name",
               "Alice")["AppInstanceUserArn"]
    channel = ctl("--bearer", user, "chime", "create-channel",
                  "--app-instance-arn", instance, "--name",
                  "C")["ChannelArn"]
    return instance, user, channel


def test_send_and_list(ctl, room):
    _, user, channel = room
    texts = ["eins", "zwei – ü", "--drei"]
    for text in texts:
        sent = ctl("--bearer", user, "chime", "send-channel-message",
                   "--channel-arn", channel, f"--content={text}")
        assert sent["MessageId"]
    listed = ctl("--bearer", user, "chime", "list-channel-messages",
                 "--channel-arn", channel, "--sort-order", "ASCENDING")
    assert [m["Content"] for m in listed["ChannelMessages"]] == texts
    one = ctl("--bearer", user, "chime", "list-channel-messages",
              "--channel-arn", channel, "--max-results", "1")
    assert len(one["ChannelMessages"]) == 1 and one["NextToken"]
    every = ctl("--bearer", user, "chime", "list-channel-messages",
                "--channel-arn", channel, "--max-results", "1", "--all",
                "--sort-order", "ASCENDING")
    assert [m["Content"] for m in every["ChannelMessages"]] == texts
    assert "NextToken" not in every
    after = ctl("--bearer", user, "chime", "list-channel-messages",
                "--channel-arn", channel, "--not-before",
                str(listed["ChannelMessages"][1]["CreatedTimestamp"]))
    assert len(after["ChannelMessages"]) == 2


def test_body_and_no_content(ctl, room):
    _, user, channel = room
    sent = ctl("chime", "send-channel-message", "--bearer", user, "--json",
               json.dumps({"ChannelArn": channel, "Content": "from JSON",
                           "Metadata": "m"}))
    assert sent["MessageId"]
    assert ctl("--bearer", user, "chime", "delete-channel", "--channel-arn",
               channel) is None


def test_refused(ctl, room):
    instance, user, channel = room
    text = ctl("--bearer", user, "chime", "describe-channel",
               "--channel-arn", channel + "x", status=1)
    assert "DescribeChannel" in text and "403" in text
    text = ctl("--bearer", user, "chime", "list-channels",
               "--app-instance-arn", instance, status=1,
               AWS_SECRET_ACCESS_KEY="wrong")
    assert "wrong" not in text and "signature" in text


@pytest.mark.parametrize("words, said", [
    ([], "belfryctl help"),
    (["chim"], "belfryctl help"),
    (["chime", "list-chanels"], "did you mean list-channels?"),
    (["chime", "list-channels", "--app-instance-am", "x"],
     "did you mean --app-instance-arn?"),
    (["chime", "describe-channel", "--channel-arn", "arn:a:b:c:d:e/f"],
     "--bearer"),
    (["--bearer", "x", "chime", "describe-channel"], "ChannelArn"),
    (["chime", "create-app-instance", "--name"], "needs a value"),
])
def test_misused(ctl, words, said):
    assert said in ctl(*words, status=64)


def test_configuration(ctl, room, tmp_path):
    """Region, endpoints and bearer of a belfry.conf."""
    instance, user, channel = room
    endpoint = f"http://127.0.0.1:{ctl.port}"
    path = tmp_path / "belfry.conf"
    path.write_text(f"""chime = {{ region = "us-east-1";
        app_instance = "{instance}"; user = "{user}";
        messaging_endpoint = "{endpoint}"; identity_endpoint = "{endpoint}";
        }};
        networks = ( {{ name = "n"; servers = ( "h:1" ); nick = "n"; }} );
        """)
    argv = [build_dir() / "belfryctl", "-c", path, "chime",
            "describe-channel", "--channel-arn", channel]
    env = {**os.environ, **CREDENTIALS}
    done = subprocess.run(argv, env=env, capture_output=True, text=True,
                          timeout=60)
    assert json.loads(done.stdout)["Channel"]["Name"] == "C"
    path.write_text("nonsense = 1;")
    done = subprocess.run(argv, env=env, capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 78
    assert f"{path}:1: nonsense: unknown setting" in done.stderr


def test_help():
    for words in (["help"], ["--help"], ["--version"], ["chime", "help"],
                  ["chime", "help", "create-channel-ban"]):
        done = subprocess.run([build_dir() / "belfryctl", *words],
                              capture_output=True, text=True, timeout=30)
        assert done.returncode == 0 and done.stdout and not done.stderr


@pytest.mark.parametrize("command", ["provision", "status", "aside",
                                     "discover", "iam-policy", "state",
                                     "pause", "resume", "resync",
                                     "members", "unmap"])
def test_help_behind_other_words(ctl, command):
    """Whoever asks for help wants nothing done."""
    text = plain(command, "--help")
    assert f"belfryctl [OPTIONS] {command} " in text
    for words in ([command, "--json", "-h"], [command, "x", "--help"],
                  ["--endpoint", f"http://127.0.0.1:{ctl.port}", command,
                   "--admin", "--help"]):
        assert plain(*words) == text
    assert inventory(ctl) == []


def test_output_that_cannot_be_written(ctl, town):
    config = town[-1]
    for words in (["help"], ["chime", "help"],
                  ["-c", config, "discover"], ["-c", config, "discover",
                                               "--json"]):
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [build_dir() / "belfryctl", *words], stdout=full,
                env={**os.environ, **CREDENTIALS}, stderr=subprocess.PIPE,
                text=True, timeout=60)
        assert done.returncode == 1 and "written" in done.stderr


def test_arguments_that_are_no_utf8(ctl, room):
    instance, _, _ = room
    for words in (["--bearer", f"{instance}/user/\udcff", "discover"],
                  ["--bearer", "\udcff", "chime", "list-channels",
                   "--app-instance-arn", instance],
                  ["provision", "--app-instance", "\udcff"]):
        text = plain("--endpoint", f"http://127.0.0.1:{ctl.port}", *words,
                     status=64)
        assert "belfryctl: " in text


def test_help_of_every_operation():
    """Each tells its members; none that the API's table lacks."""
    names = [line.strip() for line in plain("chime", "help").splitlines()
             if line.startswith("  ")]
    known = {name.lower() for name, *_ in iam.OPERATIONS}
    assert len(names) >= 43
    for name in names:
        assert name.replace("-", "") in known
        text = plain("chime", "help", name)
        assert text.startswith(f"belfryctl chime {name}   (")
        assert text == plain("chime", name, "--help")


def test_batch(ctl, room):
    """A list of ARNs, as the aws command line takes it; pages of others."""
    instance, user, channel = room
    others = [ctl("chime", "create-app-instance-user", "--app-instance-arn",
                  instance, "--app-instance-user-id", f"user{n}", "--name",
                  f"User {n}")["AppInstanceUserArn"] for n in range(4)]
    for words in (others[:2], [json.dumps(others[2:])]):
        answer = ctl("--bearer", user, "chime",
                     "batch-create-channel-membership", "--channel-arn",
                     channel, "--type", "DEFAULT", "--member-arns", *words)
        assert not answer.get("Errors")
    members = ctl("--bearer", user, "chime", "list-channel-memberships",
                  "--channel-arn", channel, "--max-results", "2", "--all")
    assert {m["Member"]["Arn"] for m in members["ChannelMemberships"]} == \
        {user, *others}
    users = ctl("chime", "list-app-instance-users", "--app-instance-arn",
                instance, "--max-results", "1", "--all")
    assert len(users["AppInstanceUsers"]) == 5 and "NextToken" not in users


def test_unreachable():
    """Tried again a few times."""
    done = subprocess.run(
        [build_dir() / "belfryctl", "--endpoint",
         f"http://127.0.0.1:{free_port()}", "chime", "create-app-instance",
         "--name", "x"], env={**os.environ, **CREDENTIALS},
        capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "unreachable" in done.stderr


def plain(*words, status=0):
    """belfryctl without a service of its own: what it printed."""
    done = subprocess.run([build_dir() / "belfryctl", *map(str, words)],
                          env={**os.environ, **CREDENTIALS},
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stderr if status else done.stdout


def policy_of(belfry):
    return json.loads(plain("-c", belfry.config_path, "iam-policy"))


def scripted_world(tmp_path, processes, **more):
    """A community whose bridge's calls are all seen; one channel is there,
    another is to be made."""
    world = World(tmp_path, processes, **more)
    chime = ScriptedChime(world.chimed.port)
    processes.append(chime)
    world.belfry.config["chime"].update(messaging_endpoint=chime.endpoint,
                                        identity_endpoint=chime.endpoint)
    world.belfry.config["mappings"] += ({
        "name": "made", "irc": "net/#made",
        "chime": {"name": "Made", "create": True}},)
    world.belfry.write_config()
    return world, chime


# What is called only when somebody is renamed, leaves, is removed, has been
# away for long, or reads without a list to say so; or to unmap.
RARE_CALLS = ("UpdateAppInstanceUser", "DeleteAppInstanceUser",
              "DescribeAppInstanceUser", "DeleteChannelMembership",
              "DescribeChannelMembership", "ListChannelMemberships",
              "DescribeChannelMembershipForAppInstanceUser",
              # Tests of moderation see all of them made.
              "CreateChannelBan", "DeleteChannelBan", "DescribeChannelBan",
              "ListChannelBans", "ListChannelModerators",
              "DescribeChannelModerator", "DescribeChannel",
              "ListChannelsModeratedByAppInstanceUser")


@pytest.mark.parametrize("puppets", [True, False])
def test_iam_policy(tmp_path, processes, puppets):
    """Everything the bridge does is allowed, and nothing else is."""
    world, chime = scripted_world(tmp_path, processes,
                                  chime={"puppets": puppets})
    policy = policy_of(world.belfry)
    world.start()
    for channel in ("#project", "#made"):
        bob = world.client("bob" + channel[1], channel)
        world.wait_joined(bob, channel)
        bob.say(channel, "from IRC to " + channel)
    world.wait_message("from IRC to #project")
    world.say("from Chime")
    world.clients[0].wait_heard("#project", "from Chime")
    until(lambda: chime.count("send") >= 2, world.belfry.log)
    until(lambda: chime.count("mark") >= (3 if puppets else 1),
          world.belfry.log)
    world.belfry.stop()
    until(lambda: "belfry" not in bob.members("#made"), "belfryd is gone")
    world.start()
    world.wait_joined(bob, "#made")
    bob.say("#made", "after a restart")
    until(lambda: chime.count("send") >= 3, world.belfry.log)

    seen = {"chime:" + iam.operation_of(call) for call in chime.calls}
    assert [(iam.operation_of(call), iam.refused(policy, call))
            for call in chime.calls if iam.refused(policy, call)] == []
    assert seen <= iam.actions(policy)
    assert iam.actions(policy) - seen <= {
        "chime:" + name for name in RARE_CALLS}


def test_iam_policy_is_narrow(tmp_path, processes):
    """Other channels and other people's users are nobody's business."""
    world, _ = scripted_world(tmp_path, processes)
    world.belfry.config["mappings"] = world.belfry.config["mappings"][:1]
    world.belfry.write_config()
    policy = policy_of(world.belfry)
    resources = {resource for statement in policy["Statement"]
                 for resource in statement["Resource"]}
    assert resources == {world.instance, world.bridge, world.channel,
                         world.instance + "/user/irc:*"}


def test_iam_policy_misused(tmp_path):
    assert "-c FILE" in plain("iam-policy", status=64)
    assert "not expected" in plain("iam-policy", "x", status=64)


@pytest.fixture
def town(ctl, tmp_path):
    """More channels than a page holds; `config` maps two of them."""
    instance = ctl("chime", "create-app-instance", "--name",
                   "T")["AppInstanceArn"]
    users = {name: ctl("chime", "create-app-instance-user",
                       "--app-instance-arn", instance,
                       "--app-instance-user-id", name, "--name",
                       name)["AppInstanceUserArn"]
             for name in ("belfry", "alice")}

    def make(name, owner="alice", privacy="PUBLIC", mode="UNRESTRICTED"):
        return ctl("--bearer", users[owner], "chime", "create-channel",
                   "--app-instance-arn", instance, "--name", name,
                   "--privacy", privacy, "--mode", mode)["ChannelArn"]
    channels = {name: make(name) for name in
                [f"room {n:02}" for n in range(52)] + ["Lounge"]}
    channels["Own"] = make("Own", "belfry", "PRIVATE", "RESTRICTED")
    channels["Secret"] = make("Secret", privacy="PRIVATE")
    ctl("--bearer", users["alice"], "chime", "send-channel-message",
        "--channel-arn", channels["Lounge"], "--content", "hello")
    path = tmp_path / "belfry.conf"
    endpoint = f"http://127.0.0.1:{ctl.port}"
    path.write_text(f"""chime = {{ region = "us-east-1";
        app_instance = "{instance}"; user = "{users["belfry"]}";
        messaging_endpoint = "{endpoint}"; identity_endpoint = "{endpoint}";
        }};
        networks = ( {{ name = "net"; servers = ( "h:1" ); nick = "n"; }} );
        mappings = (
        {{ name = "r0"; irc = "net/#r"; chime = "{channels["room 00"]}"; }},
        {{ name = "own"; irc = "net/#own"; chime = {{ name = "Own"; }}; }} );
        """)
    return instance, users, channels, path


def test_discover(ctl, town):
    _, users, channels, path = town
    found = json.loads(plain("-c", path, "discover", "--json"))["Channels"]
    by_name = {channel["Name"]: channel for channel in found}
    assert by_name.keys() == channels.keys() - {"Secret"}
    assert [c["Name"] for c in found] == sorted(by_name)
    own, lounge = by_name["Own"], by_name["Lounge"]
    assert own == {"ChannelArn": channels["Own"], "Name": "Own",
                   "Privacy": "PRIVATE", "Mode": "RESTRICTED",
                   "Member": True, "Moderator": True, "Mapping": "own"}
    assert not lounge["Member"] and not lounge["Moderator"]
    assert lounge["LastMessageTimestamp"].endswith("Z")
    assert by_name["room 00"]["Mapping"] == "r0"
    assert not any("Mapping" in by_name[n] for n in ("Lounge", "room 01"))

    text = plain("-c", path, "discover")
    row = next(line for line in text.splitlines() if "Own" in line)
    assert row.split() == ["Own", "PRIVATE", "RESTRICTED", "yes", "yes", "-",
                           "own", channels["Own"]]
    only = plain("-c", path, "discover", "--mappings")
    assert text.endswith(only) and only.startswith("#")
    assert f'irc = "net/#lounge"; chime = "{channels["Lounge"]}"' in only
    assert channels["Own"] not in only


def test_discover_as_admin(ctl, town):
    """Who may list them sees the private ones too."""
    instance, users, channels, _ = town
    ctl("chime", "create-app-instance-admin", "--app-instance-arn", instance,
        "--app-instance-admin-arn", users["belfry"])
    found = ctl("--bearer", users["belfry"], "discover", "--json")["Channels"]
    assert {c["Name"] for c in found} == channels.keys()
    assert not any("Mapping" in c for c in found)


def test_discovered_mappings_work(town):
    """What is printed is what the daemon's check takes."""
    path = town[3]
    text = path.read_text()
    path.write_text(text[:text.index("mappings")] +
                    plain("-c", path, "discover", "--mappings"))
    done = subprocess.run([build_dir() / "belfryd", "-c", path, "--check"],
                          capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr


def test_discover_misused(ctl, town):
    instance, users, _, path = town
    assert "--bearer" in ctl("discover", status=64)
    assert "not the ARN" in ctl("--bearer", instance, "discover", status=64)
    assert "ListChannel" in ctl("--bearer", users["alice"] + "x", "discover",
                                status=1)
    assert "did you mean --json?" in plain("discover", "--jsn", status=64)


def provision(port, *words, status=0):
    """What it printed: the configuration, and the progress."""
    done = subprocess.run(
        [build_dir() / "belfryctl", "--endpoint", f"http://127.0.0.1:{port}",
         "provision", *map(str, words)], env={**os.environ, **CREDENTIALS},
        capture_output=True, text=True, timeout=90)
    assert done.returncode == status, done.stdout + done.stderr
    assert status == 0 or done.stdout == ""
    return done.stdout, done.stderr


def inventory(ctl):
    """All app instances, their users, and the channels of each user."""
    found = []
    for instance in ctl("chime", "list-app-instances")["AppInstances"]:
        arn = instance["AppInstanceArn"]
        found.append(arn)
        for user in ctl("chime", "list-app-instance-users",
                        "--app-instance-arn", arn)["AppInstanceUsers"]:
            user = user["AppInstanceUserArn"]
            found.append(user)
            found += [m["ChannelSummary"]["ChannelArn"] for m in
                      ctl("--bearer", user, "chime", "list-channel-"
                          "memberships-for-app-instance-user",
                          "--app-instance-user-arn",
                          user)["ChannelMemberships"]]
        found += [a["Admin"]["Arn"] + " admin" for a in
                  ctl("chime", "list-app-instance-admins",
                      "--app-instance-arn", arn)["AppInstanceAdmins"]]
    return found


def assert_checks(folder, text):
    path = folder / "printed.conf"
    path.write_text(text)
    done = subprocess.run([build_dir() / "belfryd", "-c", path, "--check"],
                          capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return path


@pytest.mark.parametrize("words", [
    [],
    ["--app-instance", "Other", "--user-id", "bridge", "--user-name", "B"],
    ["--channel-name", "Lounge \"é\"", "--privacy", "PRIVATE", "--mode",
     "RESTRICTED"],
    ["--admin"],
    ["--admin-id", "chief", "--admin-name", "Chief", "--channel-name", "C"],
    ["--irc", "irc.libera.chat/#project", "--nick", "b"],
    ["--irc", "[::1]:6667/#a/b", "--no-tls", "--network", "six",
     "--channel-name", "C"],
], ids=lambda words: " ".join(words) or "bare")
def test_provision_twice(ctl, tmp_path, words):
    """What is printed is a configuration; again makes nothing more."""
    words = [*words, "--state", tmp_path / "state.db"]
    text, progress = provision(ctl.port, *words)
    assert ": made (" in progress and "already" not in progress
    assert_checks(tmp_path, text)
    there = inventory(ctl)
    again, progress = provision(ctl.port, *words)
    assert again == text
    assert "already" in progress and ": made (" not in progress
    assert inventory(ctl) == there
    users = 2 if "--admin-id" in words else 1
    channels = "--irc" in words or "--channel-name" in words
    admins = "--admin" in words or "--admin-id" in words
    assert len(there) == 1 + users + channels + admins


def test_provisioned_bridge_works(ctl, tmp_path, processes):
    """belfryd with the very configuration that was printed."""
    tmp_path.chmod(0o755)
    ircd = Ngircd(tmp_path)
    processes.append(ircd.start())
    text, _ = provision(ctl.port, "--irc",
                        f"127.0.0.1:{ircd.port}/#lounge", "--no-tls",
                        "--state", tmp_path / "state.db")
    belfry = Belfry(tmp_path, {})
    belfry.config_path.write_text(text)
    assert belfry.check()[0] == 0, belfry.check()[1]
    processes.append(belfry.start())
    user = text.split('user = "')[1].split('"')[0]
    channel = text.split('chime = "')[1].split('"')[0]
    bob = IrcClient(ircd.port, "bob").join("#lounge")
    processes.append(bob)
    belfry.wait_log("what is said in Chime from now on")
    until(lambda: "belfry" in bob.members("#lounge"), belfry.log)
    bob.say("#lounge", "hello Chime")
    until(lambda: any(
        m["Content"] == "hello Chime" and m["Sender"]["Name"] == "bob"
        for m in ctl("--bearer", user, "chime", "list-channel-messages",
                     "--channel-arn", channel)["ChannelMessages"]),
        belfry.log)
    instance = user.rpartition("/user/")[0]
    alice = ctl("chime", "create-app-instance-user", "--app-instance-arn",
                instance, "--app-instance-user-id", "alice", "--name",
                "Alice")["AppInstanceUserArn"]
    ctl("--bearer", alice, "chime", "create-channel-membership",
        "--channel-arn", channel, "--member-arn", alice, "--type", "DEFAULT")
    ctl("--bearer", alice, "chime", "send-channel-message", "--channel-arn",
        channel, "--content", "hello IRC")
    bob.wait_heard("#lounge", "hello IRC", 30)


def test_provision_uses_what_is_there(ctl, tmp_path):
    """An app instance by ARN, the public channel of somebody else."""
    instance = ctl("chime", "create-app-instance", "--name",
                   "T")["AppInstanceArn"]
    alice = ctl("chime", "create-app-instance-user", "--app-instance-arn",
                instance, "--app-instance-user-id", "alice", "--name",
                "Alice")["AppInstanceUserArn"]
    channel = ctl("--bearer", alice, "chime", "create-channel",
                  "--app-instance-arn", instance, "--name",
                  "Lounge")["ChannelArn"]
    text, progress = provision(ctl.port, "--app-instance", instance,
                               "--channel-name", "Lounge")
    assert channel in text and f"channel: there already ({channel})" \
        in progress
    assert len(inventory(ctl)) == 5     # both are in it
    _, said = provision(ctl.port, "--app-instance", instance,
                        "--channel-name", "Lounge", "--privacy", "PRIVATE",
                        status=1)
    assert "is there, but PUBLIC" in said and "made so far: nothing" in said
    # A second one of the same name: which?
    ctl("chime", "create-app-instance", "--name", "T")
    _, said = provision(ctl.port, "--app-instance", "T", status=1)
    assert "several have the name T" in said and instance in said
    # From a configuration that is there.
    path = assert_checks(tmp_path, text)
    again = plain("-c", path, "provision", "--channel-name", "Lounge")
    assert again == text


def test_provision_fails_midway(ctl, processes):
    """The step, the reason, and what there is by now; then it goes on."""
    chime = ScriptedChime(ctl.port)
    processes.append(chime)

    def rule(call, _):
        if call.method == "POST" and call.target == "/channels":
            return refusal(400, "BadRequest", "not today")
        return None
    chime.rule = rule
    _, said = provision(chime.port, "--channel-name", "Lounge", status=1)
    instance, user = inventory(ctl)
    assert "belfryctl: the channel: CreateChannel" in said
    assert "not today" in said
    assert f"made so far: {instance}, {user};" in said
    chime.rule = None
    text, progress = provision(chime.port, "--channel-name", "Lounge")
    assert f"there already ({user})" in progress
    assert len(inventory(ctl)) == 3
    # What was just made may be unknown for a moment.
    refused = []

    def late(call, _):
        if call.name == "user" and len(refused) < 2:
            refused.append(call)
            return refusal(403, "Forbidden")
        return None
    chime.rule = late
    _, progress = provision(chime.port, "--app-instance", "Fresh")
    assert len(refused) == 2 and progress.count(": made (") == 2


def test_provision_after_deletion(ctl):
    """A token that recalls what was deleted does not bring it back."""
    def delete():
        for arn in reversed(inventory(ctl)):
            if "/channel/" in arn:
                ctl("--bearer", arn.partition("/channel/")[0] +
                    "/user/belfry", "chime", "delete-channel",
                    "--channel-arn", arn)
            elif "/user/" in arn:
                ctl("chime", "delete-app-instance-user",
                    "--app-instance-user-arn", arn)
            else:
                ctl("chime", "delete-app-instance", "--app-instance-arn",
                    arn)
    first, _ = provision(ctl.port, "--channel-name", "Lounge")
    channel = inventory(ctl)[-1]
    ctl("--bearer", channel.partition("/channel/")[0] + "/user/belfry",
        "chime", "delete-channel", "--channel-arn", channel)
    second, _ = provision(ctl.port, "--channel-name", "Lounge")
    assert len(inventory(ctl)) == 3 and inventory(ctl)[-1] in second
    assert channel not in second
    delete()
    assert inventory(ctl) == []
    third, _ = provision(ctl.port, "--channel-name", "Lounge")
    assert len(inventory(ctl)) == 3
    assert all(arn in third for arn in inventory(ctl))


@pytest.mark.parametrize("words, said", [
    (["--user-id", "x"], "--user-id: AppInstanceUserId"),
    (["--privacy", "SECRET"], "--privacy: Privacy must be one of"),
    (["--irc", "irc.libera.chat"], "--irc must be"),
    (["--irc", "a b:c/#d"], "not a server"),
    (["--irc", "h:1/#a b"], "irc"),
    (["--irc", "h:1/#a", "--nick", "9lives"], "nick"),
    (["--app-instance", "arn:aws:chime:us-east-1:1:app-instance/a/user/u"],
     "not the ARN of an app instance"),
    (["--nic", "x"], "did you mean --nick?"),
    (["Lounge"], "not expected"),
])
def test_provision_misused(ctl, words, said):
    """Said before anything is made."""
    assert said in provision(ctl.port, *words, status=64)[1]
    assert inventory(ctl) == []
