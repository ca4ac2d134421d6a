"""A line crosses, both ways, through every kind of server."""
import pytest

from support.ircd import Hybrid, Inspircd, Ngircd
from support.wait import until
from support.world import CHANNEL, World, metadata

SERVERS = [Ngircd, Inspircd, Hybrid]


@pytest.fixture(params=SERVERS, ids=lambda s: s.program)
def world(request, tmp_path, processes):
    return World(tmp_path, processes, request.param).start()


def test_both_ways(world):
    bob = world.client("bob")
    world.wait_joined(bob)
    world.say("Hello from Chime")
    assert bob.wait_heard(CHANNEL, "Hello from Chime") == \
        "<Alice> Hello from Chime"
    bob.say(CHANNEL, "Hello from IRC")
    message = world.wait_message("Hello from IRC")
    assert message["Content"] == "Hello from IRC"
    assert message["Sender"]["Name"] == "bob"
    assert message["Sender"]["Arn"] != world.bridge


def test_order_and_number(world):
    bob = world.client("bob")
    world.wait_joined(bob)
    count = 60
    for i in range(count):
        world.say(f"c{i:03}")
    bob.wait_heard(CHANNEL, f"c{count - 1:03}", 60)
    assert bob.heard(CHANNEL) == [f"<Alice> c{i:03}" for i in range(count)]
    for i in range(count):
        bob.say(CHANNEL, f"i{i:03}")
    world.wait_message(f"i{count - 1:03}", 60)
    got = [text for text in world.contents() if text.startswith("i")]
    assert got == [f"i{i:03}" for i in range(count)]


def test_action_and_notice(world):
    bob = world.client("bob")
    world.wait_joined(bob)
    bob.say(CHANNEL, "\x01ACTION waves\x01")
    waves = world.wait_message("waves")
    assert metadata(waves)["belfry"]["kind"] == "action"
    bob.say(CHANNEL, "beep", "NOTICE")
    assert world.wait_message("beep")["Content"] == "beep"
    world.say("/me bows")
    assert bob.wait_heard(CHANNEL, "bows") == "* Alice bows"


def test_formatting(world):
    bob = world.client("bob")
    world.wait_joined(bob)
    bob.say(CHANNEL, "a \x02bold\x02 and \x1ditalic\x1d word")
    assert world.wait_message("bold")["Content"] == \
        "a **bold** and _italic_ word"
    world.say("some **strong** and `code`")
    assert bob.wait_heard(CHANNEL, "some") == \
        "<Alice> some \x02strong\x0f and \x11code"


def test_nothing_comes_back(world):
    """What the bridge said itself is not relayed again, nor are control
    messages."""
    bob = world.client("bob")
    world.wait_joined(bob)
    world.say('{"Typing":"Indicator"}', Type="CONTROL")
    world.say("one")
    bob.wait_heard(CHANNEL, "one")
    bob.say(CHANNEL, "two")
    world.wait_message("two")
    world.say("three")
    bob.wait_heard(CHANNEL, "three")
    assert bob.heard(CHANNEL) == ["<Alice> one", "<Alice> three"]
    texts = [t for t in world.contents() if "Typing" not in t]
    assert texts == ["one", "two", "three"]


def test_long_text(world):
    bob = world.client("bob")
    world.wait_joined(bob)
    words = " ".join(f"word{i}" for i in range(300))
    world.say(words)
    bob.wait_heard(CHANNEL, "word299")
    parts = [line.removeprefix("<Alice> ") for line in bob.heard(CHANNEL)]
    assert " ".join(parts) == words
    assert all(len(line.encode()) <= 512 for line in bob.heard(CHANNEL))
    world.say("first\nsecond\n\nthird")
    bob.wait_heard(CHANNEL, "third")
    assert bob.heard(CHANNEL)[-3:] == ["<Alice> first", "<Alice> second",
                                       "<Alice> third"]


def test_without_puppets(tmp_path, processes):
    world = World(tmp_path, processes, chime={"puppets": False}).start()
    bob = world.client("bob")
    world.wait_joined(bob)
    bob.say(CHANNEL, "Hello")
    message = world.wait_message("Hello")
    assert message["Content"] in ("<bob> Hello", "\\<bob> Hello",
                                  "\\<bob\\> Hello")
    assert message["Sender"]["Arn"] == world.bridge
    world.say("back")
    bob.wait_heard(CHANNEL, "back")
    assert bob.heard(CHANNEL) == ["<Alice> back"]


def test_directions(tmp_path, processes):
    world = World(tmp_path, processes,
                  mapping={"messages": "to_irc"}).start()
    bob = world.client("bob")
    world.wait_joined(bob)
    bob.say(CHANNEL, "stays here")
    world.say("goes there")
    bob.wait_heard(CHANNEL, "goes there")
    assert world.contents() == ["goes there"]


def test_many_mappings_on_two_networks(tmp_path, processes):
    channels = tuple(f"#room{i}" for i in range(20))
    world = World(tmp_path, processes, channels=channels)
    second = Inspircd(tmp_path)
    processes.append(second.start())
    other = world.make_channel("#other")
    config = world.belfry.config
    config["networks"] += ({**config["networks"][0], "name": "second",
                            "servers": (f"127.0.0.1:{second.port}",)},)
    config["mappings"] += ({"name": "other", "irc": "second/#other",
                            "chime": other},)
    world.belfry.write_config()
    world.start()
    bob = world.client("bob", "#room0")
    for name in channels[1:]:
        bob.join(name)
    for name in channels:
        world.wait_joined(bob, name)
    eve = world.client("eve", "#other", port=second.port)
    world.wait_joined(eve, "#other")
    world.belfry.wait_log("mapping other: what is said in Chime from now on")
    for name in channels:
        world.say(f"to {name}", channel=world.channels[name])
        bob.say(name, f"from {name}")
    world.say("to other", channel=other)
    eve.say("#other", "from other")
    for name in channels:
        bob.wait_heard(name, f"to {name}")
        world.wait_message(f"from {name}", channel=world.channels[name])
    eve.wait_heard("#other", "to other")
    world.wait_message("from other", channel=other)
    for name in channels:
        assert bob.heard(name) == [f"<Alice> to {name}"]
        assert len(world.messages(world.channels[name])) == 2


def test_only_the_configured_channel(world):
    """A private message to the bridge goes nowhere."""
    bob = world.client("bob")
    world.wait_joined(bob)
    bob.say("belfry", "psst")
    bob.say(CHANNEL, "aloud")
    world.wait_message("aloud")
    assert world.contents() == ["aloud"]


def test_state_is_kept(world):
    """After an orderly restart nothing is said twice and nothing is lost."""
    bob = world.client("bob")
    world.wait_joined(bob)
    world.say("before")
    bob.wait_heard(CHANNEL, "before")
    assert world.belfry.stop() == 0
    until(lambda: "belfry" not in bob.members(CHANNEL), "belfryd is gone",
          step_s=0.1)
    world.say("while away")
    world.start()
    bob.wait_heard(CHANNEL, "while away", 40)
    world.say("after")
    bob.wait_heard(CHANNEL, "after", 40)
    assert [t.split("] ")[-1].removeprefix("<Alice> ") for t in
            bob.heard(CHANNEL)] == ["before", "while away", "after"]
