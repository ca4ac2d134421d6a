"""belfryctl against chimed: operations, pages, failures, settings."""
import json
import os
import subprocess

import pytest

from support.belfry import CREDENTIALS
from support.chimed import Chimed
from support.process import build_dir, free_port


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


def test_unreachable():
    """Tried again a few times."""
    done = subprocess.run(
        [build_dir() / "belfryctl", "--endpoint",
         f"http://127.0.0.1:{free_port()}", "chime", "create-app-instance",
         "--name", "x"], env={**os.environ, **CREDENTIALS},
        capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "unreachable" in done.stderr
