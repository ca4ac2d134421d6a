"""One connection, many names: draft/relaymsg."""
from support.people import (people_world, settle, wait_bridged, wait_said)
from support.people_ircd import ALL_CAPS, PeopleIrcd
from support.world import CHANNEL


def relay_world(tmp_path, processes, network=None, **knobs):
    world = people_world(
        tmp_path, processes,
        lambda folder, **_: PeopleIrcd(folder, **knobs), network=network)
    return wait_bridged(world.start())


def test_names_of_their_own(tmp_path, processes):
    world = relay_world(tmp_path, processes)
    world.ircd.come(CHANNEL, "bob")
    world.say("Hello")
    nick, target, text = wait_said(world, "Hello")
    assert (target, text) == (CHANNEL, "Hello")
    assert nick.startswith("Alice/")
    world.ircd.say("bob", CHANNEL, "Hello Alice")
    world.wait_message("Hello Alice")
    settle(world)
    assert world.contents() == ["Hello", "Hello Alice"]
    assert world.shown() == ["bob"]


def test_odd_names(tmp_path, processes):
    """Whatever somebody is called, it is a name that the server takes."""
    world = relay_world(tmp_path, processes)
    for n, name in enumerate(("A b!c@d", "Ünïcødé", "日本", "x" * 100,
                              "#chan", "a/b/c", "-1", "\u202eevil")):
        arn = world.api.create_user(world.instance, f"odd-{n}", name)
        world.api.add_member(world.channel, world.bridge, arn)
        world.say(f"word {n}", sender=arn)
        nick, _, text = wait_said(world, f"word {n}")
        assert text == f"word {n}" and "/" in nick, (name, nick)
    assert not world.ircd.errors


def test_long_text(tmp_path, processes):
    world = relay_world(tmp_path, processes)
    words = " ".join(f"word{i}" for i in range(300))
    world.say(words)
    wait_said(world, "word299")
    parts = [text for _, _, text, _ in world.ircd.said]
    assert " ".join(parts) == words


def test_not_allowed(tmp_path, processes):
    """Refused: the name stands in front, and nothing is lost."""
    world = relay_world(tmp_path, processes, relay=False)
    for n in range(3):
        world.say(f"word {n}")
    assert wait_said(world, "word 2") == \
        ("belfry", CHANNEL, "<Alice> word 2")
    texts = [text for _, _, text, _ in world.ircd.said]
    assert texts == [f"<Alice> word {n}" for n in range(3)]


def test_not_offered(tmp_path, processes):
    caps = [c for c in ALL_CAPS if "relaymsg" not in c]
    world = relay_world(tmp_path, processes, caps=caps)
    world.say("Hello")
    assert wait_said(world, "Hello") == ("belfry", CHANNEL, "<Alice> Hello")


def test_not_wanted(tmp_path, processes):
    world = relay_world(tmp_path, processes, {"relaymsg": False})
    world.say("Hello")
    assert wait_said(world, "Hello") == ("belfry", CHANNEL, "<Alice> Hello")


def test_without_labels(tmp_path, processes):
    """Confirmed by the echo, and by a PING where there is none."""
    for drop in ({"labeled-response"}, {"labeled-response", "echo-message"}):
        folder = tmp_path / str(len(drop))
        folder.mkdir()
        caps = [c for c in ALL_CAPS if c not in drop]
        world = relay_world(folder, processes, caps=caps)
        for n in range(5):
            world.say(f"word {n}")
        assert wait_said(world, "word 4")[0].startswith("Alice/")
        texts = [text for _, _, text, _ in world.ircd.said]
        assert texts == [f"word {n}" for n in range(5)]
