"""Topic, name and mode of the two channels, kept alike."""
import json
import time

import pytest

from support.ircd import Hybrid, Inspircd, Ngircd
from support.moderated_ircd import ModeratedIrcd
from support.moderation import ModeratedWorld
from support.people_ircd import ALL_CAPS
from support.wait import until
from support.world import CHANNEL

SERVERS = [Ngircd, Inspircd, Hybrid]
TOPIC = {"members": "off", "topic": "both"}


@pytest.fixture(params=SERVERS, ids=lambda s: s.program)
def server(request):
    return request.param


def channel(world):
    return world.api.channel(world.channel, world.world.bridge)


def topic_in_chime(world):
    text = channel(world).get("Metadata")
    return json.loads(text).get("topic") if text else None


def wait_topics(world, irc, chime=None, deadline_s=30):
    chime = irc if chime is None else chime
    until(lambda: world.topic() == irc and topic_in_chime(world) == chime,
          lambda: f"{irc!r}: {world.topic()!r} {channel(world)}\n"
          f"{world.log()}", deadline_s, step_s=0.1)


def set_in_chime(world, topic, **others):
    world.api.update_channel(
        world.channel, world.world.bridge,
        Metadata=json.dumps({**others, "topic": topic}, ensure_ascii=False))


def quiet(world):
    """Nothing goes to and fro any more."""
    world.rounds()
    world.calls.mark()
    seen = len(world.bob.lines)
    world.rounds()
    assert world.calls.count("UpdateChannel") == 0
    assert not any(b" TOPIC " in line for line in world.bob.lines[seen:])


def test_topic_both_ways(tmp_path, processes, server):
    world = ModeratedWorld(tmp_path, processes, server, TOPIC)
    world.bob.send(f"TOPIC {CHANNEL} :from IRC \u00e9 \U0001f600")
    wait_topics(world, "from IRC \u00e9 \U0001f600")
    set_in_chime(world, "from Chime")
    wait_topics(world, "from Chime")
    quiet(world)
    assert channel(world)["Name"] == "project"
    assert channel(world)["Mode"] == "UNRESTRICTED"


def test_what_others_keep_there(tmp_path, processes):
    """Stays, byte for byte."""
    world = ModeratedWorld(tmp_path, processes, Ngircd, TOPIC, starts=False)
    set_in_chime(world, "old", theirs={"a": [1, 2.50, "\u00fc"]}, last=None)
    world.start()
    wait_topics(world, "old")
    world.bob.send(f"TOPIC {CHANNEL} :new")
    wait_topics(world, "new")
    assert json.loads(channel(world)["Metadata"]) == {
        "theirs": {"a": [1, 2.5, "\u00fc"]}, "last": None, "topic": "new"}


def test_it_is_not_ours(tmp_path, processes):
    """Metadata that is no JSON object is not touched, and said to be so."""
    world = ModeratedWorld(tmp_path, processes, Ngircd, TOPIC, starts=False)
    world.api.update_channel(world.channel, world.world.bridge,
                             Metadata="not JSON")
    world.start()
    world.bob.send(f"TOPIC {CHANNEL} :new")
    world.wait(lambda: ("chime", "topic") in world.denied(), "no right")
    world.rounds()
    assert channel(world)["Metadata"] == "not JSON"
    assert world.topic() == "new"


def test_topic_as_name(tmp_path, processes):
    world = ModeratedWorld(tmp_path, processes, Ngircd,
                           {**TOPIC, "topic_as": "name", "winner": "chime"})
    until(lambda: world.topic() == "project", world.log, 30, step_s=0.1)
    world.bob.send(f"TOPIC {CHANNEL} :A better name")
    until(lambda: channel(world)["Name"] == "A better name", world.log, 30,
          step_s=0.1)
    assert "Metadata" not in channel(world) or \
        not channel(world)["Metadata"]


def test_too_long_for_irc(tmp_path, processes, server):
    """It is cut there, visibly; in Chime it stays whole."""
    world = ModeratedWorld(tmp_path, processes, server, TOPIC)
    long = "\u00e4" * 480
    set_in_chime(world, long)
    cut = world.wait(world.topic, "a topic")
    assert cut.endswith("\u2026") and long.startswith(cut[:-1])
    assert len(cut) > 40
    quiet(world)
    assert topic_in_chime(world) == long


def test_too_long_for_chime(tmp_path, processes):
    """As much as its Metadata holds beside what others keep there."""
    world = ModeratedWorld(tmp_path, processes, Inspircd, TOPIC,
                           starts=False)
    set_in_chime(world, "old", theirs="x" * 800)
    world.start()
    wait_topics(world, "old")
    long = "w" * 250
    world.bob.send(f"TOPIC {CHANNEL} :{long}")
    until(lambda: topic_in_chime(world) != "old", world.log, 30, step_s=0.1)
    cut = topic_in_chime(world)
    assert cut.endswith("\u2026") and long.startswith(cut[:-1])
    assert len(channel(world)["Metadata"].encode()) <= 1024
    quiet(world)
    assert world.topic() == long


@pytest.mark.parametrize("winner, topic", [("irc", "of IRC"),
                                           ("chime", "of Chime")])
def test_first_contact(tmp_path, processes, winner, topic):
    world = ModeratedWorld(tmp_path, processes, Ngircd,
                           {**TOPIC, "winner": winner}, starts=False)
    world.bob.send(f"TOPIC {CHANNEL} :of IRC")
    set_in_chime(world, "of Chime")
    world.start()
    wait_topics(world, topic)


def test_empty_is_no_winner(tmp_path, processes):
    world = ModeratedWorld(tmp_path, processes, Ngircd, TOPIC, starts=False)
    set_in_chime(world, "of Chime")
    world.start()
    wait_topics(world, "of Chime")


def test_changed_while_away(tmp_path, processes):
    """On one side: it holds, whoever is the winner otherwise."""
    world = ModeratedWorld(tmp_path, processes, Ngircd, TOPIC)
    world.bob.send(f"TOPIC {CHANNEL} :one")
    wait_topics(world, "one")
    world.rounds()
    world.kill()
    set_in_chime(world, "two")
    world.again()
    wait_topics(world, "two")
    world.rounds()
    world.kill()
    world.bob.send(f"TOPIC {CHANNEL} :three")
    world.again()
    wait_topics(world, "three")


def test_one_way(tmp_path, processes):
    world = ModeratedWorld(tmp_path, processes, Ngircd,
                           {**TOPIC, "topic": "to_irc"})
    world.bob.send(f"TOPIC {CHANNEL} :mine")
    world.rounds()
    assert topic_in_chime(world) is None
    set_in_chime(world, "theirs")
    wait_topics(world, "theirs")


def test_without_the_right(tmp_path, processes):
    """+t and no operator: read-only there, until it is."""
    world = ModeratedWorld(tmp_path, processes, Ngircd, TOPIC, is_op=False)
    world.mode("+t")
    set_in_chime(world, "from Chime")
    world.wait(lambda: ("irc", "topic") in world.denied(), "no right")
    world.op("belfry")
    wait_topics(world, "from Chime")


def test_war(tmp_path, processes):
    """A bot that always sets its own, on each side."""
    world = ModeratedWorld(tmp_path, processes, Ngircd, TOPIC)
    world.bob.send(f"TOPIC {CHANNEL} :of IRC")
    wait_topics(world, "of IRC")
    end = time.monotonic() + 90
    while time.monotonic() < end and not world.moderation().get("wars"):
        if topic_in_chime(world) != "of Chime":
            set_in_chime(world, "of Chime")
        if world.topic() != "of IRC":
            world.bob.send(f"TOPIC {CHANNEL} :of IRC")
    assert world.moderation().get("wars"), world.log()
    set_in_chime(world, "of Chime")
    before = len(world.bob.lines)
    world.rounds(6)
    assert not any(b" TOPIC " in line and line.startswith(b":belfry!")
                   for line in world.bob.lines[before:])


def test_mode_both_ways(tmp_path, processes, server):
    world = ModeratedWorld(tmp_path, processes, server,
                           {"members": "off", "mode": "both"})

    def is_invite_only():
        start = len(world.bob.lines)
        world.bob.send(f"MODE {CHANNEL}")
        until(lambda: any(b" 324 " in line
                          for line in world.bob.lines[start:]), "the modes")
        return next("i" in line.decode().split(" ")[4]
                    for line in world.bob.lines[start:] if b" 324 " in line)
    world.mode("+i")
    until(lambda: channel(world)["Mode"] == "RESTRICTED", world.log, 30,
          step_s=0.1)
    world.api.update_channel(world.channel, world.world.bridge,
                             Mode="UNRESTRICTED")
    until(lambda: not is_invite_only(), world.log, 30, step_s=0.1)
    world.api.update_channel(world.channel, world.world.bridge,
                             Mode="RESTRICTED")
    until(is_invite_only, world.log, 30, step_s=0.1)
    world.mode("-i")
    until(lambda: channel(world)["Mode"] == "UNRESTRICTED", world.log, 30,
          step_s=0.1)
    world.rounds()
    assert channel(world)["Mode"] == "UNRESTRICTED" and not is_invite_only()


def test_name_both_ways(tmp_path, processes):
    """Where channels can be renamed."""
    world = ModeratedWorld(
        tmp_path, processes, lambda folder, **_: ModeratedIrcd(
            folder, caps=(*ALL_CAPS, "draft/channel-rename"),
            ops=("bob", "belfry")),
        {"members": "off", "name": "both", "winner": "chime"}, is_op=False)
    ircd = world.ircd
    until(lambda: world.told("attributes", "project").get("attributes"),
          world.log, 30, step_s=0.1)
    world.api.update_channel(world.channel, world.world.bridge,
                             Name="lounge")
    until(lambda: "#lounge" in ircd.channels, world.log, 30, step_s=0.1)
    world.rounds()
    with ircd.lock:
        ircd.rename_channel("#lounge", "#parlour", ircd.find("bob"), "")
    until(lambda: channel(world)["Name"] == "#parlour", world.log, 30,
          step_s=0.1)
    # What is said goes on.
    world.bob.say("#parlour", "still here")
    world.world.wait_message("still here")


def test_shown(tmp_path, processes):
    """As belfryctl shows it."""
    world = ModeratedWorld(tmp_path, processes, Ngircd, TOPIC)
    world.bob.send(f"TOPIC {CHANNEL} :one")
    wait_topics(world, "one")

    def topic():
        return next((a for a in world.told("attributes", "project").get(
            "attributes", ()) if a["attribute"] == "topic" and
            a["irc"].get("base") == "one"), None)
    found = world.wait(topic, "the topic")
    assert found["irc"]["value"] == "one"
    assert found["chime"] == {"value": "one", "base": "one"}
    assert "topic\n  IRC    one\n" in world.ctl("attributes",
                                                "project").stdout
