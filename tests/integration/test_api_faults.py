"""The bridge under faults of the Chime API: each status, effects whose answer
was lost, broken answers, pages in odd order, wrong clocks, keys that expire;
for each kind of call that it makes. See tests/FAULTS.md for the matrix.

Nothing is lost, nothing doubled in Chime, order is kept, the service is not
hammered, one line of the log says what is wrong, other mappings go on, and it
recovers by itself."""
import shutil

import pytest
from support import chime_api

from support.trouble import Trouble, words
from support.wait import until
from support.world import CHANNEL

SEND, LIST = "SendChannelMessage", "ListChannelMessages"
JOIN, USER = "CreateChannelMembership", "CreateAppInstanceUser"
FIND = "ListChannelMembershipsForAppInstanceUser"
MAKE, MODERATED = "CreateChannel", "DescribeChannelModeratedByAppInstanceUser"


@pytest.fixture
def trouble(tmp_path, processes):
    def build(**more):
        return Trouble(tmp_path, processes, **more)
    return build


# What a send meets, and with how many more calls it is over: (what, times).
SENDS = [
    ("500", 2), ("503", 2), ("429", 2), ("502", 2),
    ("500-after", 2), ("503-after", 2), ("429-after", 2),
    ("drop-before", 2), ("drop-after", 2), ("delay=300", 2),
    ("truncate", 2), ("garbage", 2), ("empty", 2),
    ("401", 1), ("403", 1), ("404", 1), ("409", 1),
    ("401-after", 1), ("403-after", 1), ("404-after", 1), ("409-after", 1),
]


@pytest.mark.parametrize("what,times", SENDS)
def test_send(trouble, what, times):
    place = trouble().begin()
    fault = f"{SEND}:{what}:x{times}"
    place.fail(fault)
    place.ledger.say_irc(3)
    place.wait_hits(fault, times)
    place.ledger.say_chime(2)
    place.finish()
    # Three lines, the repeats, and nothing on top.
    assert len(place.sends()) - 2 <= 3 + times, place.sends()
    assert len(place.problems()) <= 1, place.problems()


@pytest.mark.parametrize("what", ["400", "400-after", "413", "422"])
def test_send_is_refused_for_good(trouble, what):
    """That line is given up, aloud, with its reason; those behind it are
    not."""
    place = trouble().begin()
    fault = f"{SEND}:{what}:x1"
    place.fail(fault)
    refused = place.ledger.say_irc()
    place.wait_hits(fault, 1)
    place.ledger.irc.remove(refused)
    place.ledger.say_irc(2)
    place.ledger.say_chime(2)
    place.ledger.wait_irc().wait_chime()
    assert (refused in place.ledger.stored()) == what.endswith("after")
    assert len(place.sends()) == 5, place.sends()
    line = place.wait_problem("refused", what[:3])
    assert place.problems() == [line]


@pytest.mark.parametrize("what", ["401", "403", "404", "409", "500-after"])
def test_send_fails_for_long(trouble, what):
    """All calls that send, until somebody repairs it: the lines wait."""
    place = trouble(speed=30).begin()
    place.fail(*(f"{op}:{what[:3] if op is LIST else what}"
                 for op in (SEND, JOIN, USER, LIST)))
    place.ledger.say_irc(3)
    place.wait_problem(what[:3])
    assert len(place.sends()) < 20, place.sends()
    place.heal()
    place.ledger.say_irc()
    place.ledger.say_chime()
    place.finish()


# The same of listings; the line that says so, if it comes to that.
LISTS = [
    ("500", 2, None), ("503", 2, None), ("429", 2, None), ("502", 2, None),
    ("400", 2, None), ("409", 2, None), ("408", 2, None),
    ("500-after", 2, None), ("drop-before", 2, None), ("drop-after", 2, None),
    ("delay=300", 2, None), ("truncate", 2, None), ("garbage", 2, None),
    ("empty", 2, None), ("503", 4, "503"), ("429", 4, "429"),
    # One that is cut on a connection used before is repeated at once.
    ("drop-before", 8, "connection"), ("garbage", 8, "malformed"),
]


@pytest.mark.parametrize("what,times,said", LISTS)
def test_list(trouble, what, times, said):
    place = trouble().begin()
    fault = f"{LIST}:{what}:x{times}"
    place.fail(fault)
    place.ledger.say_chime(2)
    place.ledger.say_irc(2)
    place.wait_hits(fault, times)
    place.ledger.say_chime()
    place.finish()
    said = [said] if said else []
    assert len(place.problems()) <= 2 * len(said), place.problems()
    assert all(text in place.problems()[0] for text in said)


@pytest.mark.parametrize("what", ["401", "403", "404"])
def test_list_needs_people(trouble, what):
    """Asked again after half a minute; the line names call and status. The
    other direction goes on."""
    place = trouble(speed=30).begin()
    fault = f"{LIST}:{what}:x2"
    place.fail(fault)
    place.ledger.say_chime(2)
    place.wait_problem("cannot be read", LIST, what)
    place.ledger.say_irc(2)
    place.wait_hits(fault, 2)
    place.ledger.say_chime()
    place.finish()
    assert len(place.problems()) <= 2, place.problems()


# ---- people and their membership ----

PEOPLE = [*[(op, what) for op in (USER, JOIN) for what in (
    "500", "503", "429", "500-after", "503-after", "429-after",
    "drop-before", "drop-after", "delay=300", "truncate", "garbage",
    "empty", "409-after")],
    (JOIN, "409")]


def test_first_words(trouble):
    """All of them, each to a person of its own; others wait for nobody
    longer than the repeats take."""
    place = trouble(speed=10).begin()
    for number, (op, what) in enumerate(PEOPLE):
        fault = f"{op}:{what}:x1"
        place.fail(fault)
        eve = place.world.client(f"eve{number}")
        eve.say(CHANNEL, f"first words after {fault}")
        place.world.wait_message(f"first words after {fault}")
        assert place.hits(fault) == 1
        eve.close()
    place.heal()
    place.ledger.say_irc(2)
    place.ledger.say_chime(2)
    place.finish()
    said = [text for text in place.world.contents() if "words" in text]
    assert len(said) == len(set(said)) == len(PEOPLE)
    assert len(place.problems()) <= 6, place.problems()


@pytest.mark.parametrize("op,what", [
    (USER, "403"), (USER, "429"), (JOIN, "401"), (JOIN, "403"),
    (JOIN, "404")])
def test_first_words_wait(trouble, op, what):
    """As long as nobody can be made or added."""
    place = trouble(speed=30)
    place.fail(f"{op}:{what}:x2", *([f"{MODERATED}:403"] * (what == "403")))
    place.begin(puppet=False)
    place.ledger.say_irc(2)
    place.wait_hits(f"{op}:{what}:x2", 2)
    place.ledger.say_chime(2)
    place.finish()
    assert len(place.problems()) <= 3, place.problems()


@pytest.mark.parametrize("faults", [
    [f"{JOIN}:403:x2"], [f"{USER}:409:x1"],
    [f"{USER}:409:x1", f"{JOIN}:403:x2"], [f"{SEND}:403:x3"]], ids=" ".join)
def test_first_words_after_a_hiccup(trouble, faults):
    """What was just made is not yet known to all of the service: nothing is
    given up, and nobody hears of it."""
    place = trouble(speed=10)
    place.fail(*faults)
    place.begin(puppet=False)
    place.ledger.say_irc(3)
    for fault in faults:
        place.wait_hits(fault, int(fault[-1]))
    place.ledger.say_chime(2)
    place.finish()
    assert place.problems() == []


def test_a_person_who_is_kept_out(trouble):
    """For good: tried for a few seconds, once; then its lines are given up
    with the reason, and others go on."""
    place = trouble(speed=10).begin()
    fault = f"{JOIN}:403"
    place.fail(fault)
    eve = place.world.client("eve")
    for _ in range(3):
        eve.say(CHANNEL, "never said")
        place.ledger.say_irc()
    place.finish()
    assert "never said" not in place.world.contents()
    # Four tries of two calls, then one for each line.
    assert place.hits(fault) <= 12
    assert place.world.belfry.is_running()
    place.wait_problem("refused", "eve may not speak", "403")


def test_a_person_that_cannot_be(trouble):
    """400 to its name: its lines are given up with a reason, and nobody
    else's."""
    place = trouble().begin()
    place.fail(f"{USER}:400:x1")
    eve = place.world.client("eve")
    eve.say(CHANNEL, "never said")
    place.ledger.say_irc(2)
    place.ledger.say_chime(2)
    place.finish()
    assert "never said" not in place.world.contents()
    assert place.problems() == [place.wait_problem("refused", USER, "400")]


# ---- opening a channel ----

OPENINGS = ["500", "503", "429", "500-after", "drop-before", "drop-after",
            "truncate", "garbage", "empty"]


def by_name(place):
    """The mapping names its channel; it is made when there is none."""
    belfry = place.world.belfry
    belfry.config["mappings"][0]["chime"] = {"name": "found", "create": True}
    belfry.write_config()


@pytest.mark.parametrize("op", [FIND, MAKE, JOIN, MODERATED])
def test_opening(trouble, op):
    """Each fault once, one after the other; one channel is made."""
    place = trouble(speed=30)
    by_name(place)
    faults = [f"{op}:{what}:x1" for what in OPENINGS]
    faults[-1:] = [f"{op}:empty:x1", f"{op}:delay=300:x1"]
    place.fail(*faults)
    world = place.world.start()
    bob = world.client("bob")
    world.wait_joined(bob, deadline_s=60)
    channels = [c["ChannelSummary"] for c in
                world.api.channels_of(world.bridge)
                if c["ChannelSummary"]["Name"] == "found"]
    assert len(channels) == 1
    bob.say(CHANNEL, "hello")
    until(lambda: "hello" in [
        m.get("Content") for m in
        world.api.messages(channels[0]["ChannelArn"], world.bridge)],
        "hello in the channel", 40)
    # What was done is found; being no moderator is no reason to wait.
    least = {MAKE: 4, MODERATED: 2}.get(op, len(faults))
    assert sum(place.hits(fault) for fault in faults) >= least
    assert len(world.problems()) <= 2 * len(faults), world.problems()


# ---- clocks ----

@pytest.mark.parametrize("times", [
    ("+10m", "+0", "-10m", "+0"), ("-10m", "+10m"), ("+1h", "-1h", "+0"),
    ("-10y", "+0")], ids=lambda times: " ".join(times))
def test_wrong_clock(trouble, tmp_path, times):
    """The machine's wall clock is off and jumps, the service allows five
    minutes: its Date corrects us. Both directions go on within seconds."""
    clock = tmp_path / "clock"

    def set_clock(offset):
        fresh = tmp_path / "clock.new"
        fresh.write_text(offset + "\n")
        fresh.rename(clock)

    set_clock(times[0])
    place = trouble(options=("--log", "debug", "--max-skew", "300"))
    place.clock(file=clock)
    place.begin()
    for offset in times[1:]:
        refused = place.requests("GET", "/messages").count(403)
        set_clock(offset)
        for _ in range(3):
            place.ledger.say_irc()
            place.ledger.say_chime()
        place.finish(10)
        now = place.requests("GET", "/messages").count(403)
        assert now - refused <= 1
    assert place.problems() == []


# ---- keys ----

PROCESS = """#!/bin/sh
echo run >>"{folder}/runs"
cat "{folder}/said" || exit 1
date -u -d "+2 seconds" '+"%Y-%m-%dT%H:%M:%SZ"}}'
"""
SAID = """{{"Version": 1, "AccessKeyId": "{key}", "SecretAccessKey": "{secret}",
"SessionToken": "passing", "Expiration": """


def keys_by_process(place, folder):
    program = folder / "keys.sh"
    program.write_text(PROCESS.format(folder=folder))
    program.chmod(0o755)
    (folder / "runs").touch()
    (folder / "said").write_text(SAID.format(key=chime_api.KEY,
                                             secret=chime_api.SECRET))
    (folder / "aws.conf").write_text(
        f"[profile passing]\ncredential_process = {program}\n")
    belfry = place.world.belfry
    (folder / "none").touch()
    belfry.env.update(AWS_CONFIG_FILE=str(folder / "aws.conf"),
                      AWS_SHARED_CREDENTIALS_FILE=str(folder / "none"))
    belfry.config["chime"]["profile"] = "passing"
    belfry.write_config()


def test_keys_expire(trouble, tmp_path):
    """Keys that live for two seconds; then none are to be had for a while;
    then there are again."""
    place = trouble()
    keys_by_process(place, tmp_path)

    def runs():
        return len((tmp_path / "runs").read_text().splitlines())

    place.begin()
    before = runs()
    until(lambda: place.ledger.say_irc() and place.ledger.say_chime() and
          runs() > before, "keys are renewed", 20,
          step_s=0.1)
    place.finish()
    assert place.problems() == []
    (tmp_path / "said").rename(tmp_path / "kept")
    line = place.wait_problem("credential_process")
    place.ledger.say_irc(2)
    place.ledger.say_chime(2)
    before = runs()
    until(lambda: runs() - before >= 2, "it is tried again", 20)
    (tmp_path / "kept").rename(tmp_path / "said")
    place.finish()
    assert chime_api.SECRET not in place.world.belfry.log()
    assert len(place.problems()) <= 4, place.problems()
    assert "keys" in line


def test_keys_are_replaced(trouble, tmp_path, monkeypatch):
    """In the file, and the old ones are refused from then on."""
    file = tmp_path / "keys"

    def write(key, secret):
        file.write_text(f"[default]\naws_access_key_id = {key}\n"
                        f"aws_secret_access_key = {secret}\n")

    place = trouble(speed=30)
    write(chime_api.KEY, chime_api.SECRET)
    place.world.belfry.config["chime"]["credentials_file"] = str(file)
    place.world.belfry.write_config()
    place.begin()
    monkeypatch.setattr(chime_api, "KEY", "AKIDANOTHER")
    monkeypatch.setattr(chime_api, "SECRET", "another secret")
    place.world.chimed.env.update(AWS_ACCESS_KEY_ID=chime_api.KEY,
                                  AWS_SECRET_ACCESS_KEY=chime_api.SECRET)
    place.heal()
    place.ledger.say_irc(2)
    place.ledger.say_chime(2)
    place.wait_problem("403", "keys")
    write(chime_api.KEY, chime_api.SECRET)
    place.finish()
    assert chime_api.SECRET not in place.world.belfry.log()
    assert len(place.problems()) <= 4, place.problems()


# ---- all at once ----

MIX = ("*:500:0.03", "*:503:0.02", "*:429:0.02", "*:500-after:0.03",
       "*:drop-before:0.02", "*:drop-after:0.03", "*:truncate:0.02",
       "*:garbage:0.02", "*:empty:0.01", "*:delay=20:0.05")


def test_all_faults_at_random(trouble, capsys):
    """A fifth of all calls fail in some way, 400 lines in each direction."""
    place = trouble(speed=8).begin()
    place.refit(*words(MIX), "--fault-seed", "7")
    for _ in range(20):
        place.ledger.say_irc(20)
        place.ledger.say_chime(20)
    place.finish(90)
    log = place.world.chimed.log()[place.mark:]
    hits = {fault[2:]: place.hits(fault) for fault in MIX}
    requests = log.count(" request: ")
    assert all(hits.values()), hits
    assert len(place.sends()) < 1500
    with capsys.disabled():
        print(f"\n{len(place.ledger.irc)} lines to Chime, "
              f"{len(place.ledger.chime)} to IRC: 0 lost, 0 doubled, in "
              f"order; {requests} requests, {sum(hits.values())} faults "
              f"{hits}")
