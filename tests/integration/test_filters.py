"""What is not relayed, and who is not shown."""
from support.people import (people_world, said, settle, wait_bridged,
                            wait_said)
from support.wait import until
from support.world import CHANNEL


def filter_world(tmp_path, processes, rules, mapping_rules=None, **more):
    world = people_world(tmp_path, processes, settings={"filter": rules},
                         **more)
    if mapping_rules:
        world.belfry.config["mappings"][0]["filter"] = mapping_rules
        world.belfry.write_config()
    wait_bridged(world.start())
    return world


def test_ignored_on_irc(tmp_path, processes):
    world = filter_world(tmp_path, processes,
                         {"ignore_irc": ("spam*!*@*", "*!*@bad.example")},
                         mirror={"members": "full"})
    ircd = world.ircd
    ircd.come(CHANNEL, "spammer", "bob")
    ircd.come(CHANNEL, "eve", host="bad.example")
    for nick in ("spammer", "eve", "bob"):
        ircd.say(nick, CHANNEL, f"by {nick}")
    world.wait_message("by bob")
    world.wait_shown(["bob"])
    settle(world)
    assert world.contents() == ["by bob"]
    assert world.shown() == ["bob"]


def test_ignored_in_chime(tmp_path, processes):
    world = filter_world(tmp_path, processes,
                         {"ignore_chime": ("Person ?", "*/user/carol-0")},
                         mirror={"members": "full"}, puppets={})
    people = {**world.chime_people(2), **world.chime_people(1, name="Carol")}
    for name, arn in people.items():
        world.say(f"by {name}", sender=arn)
    world.say("by Alice")
    wait_said(world, "by Alice")
    until(lambda: "Alice[c]" in world.ircd.members(CHANNEL),
          world.belfry.log)
    settle(world)
    assert [text.split("> ")[-1] for _, _, text, _ in world.ircd.said] == \
        ["by Alice"]
    assert world.ircd.members(CHANNEL) == {"belfry", "Alice[c]"}


def test_dropped_texts(tmp_path, processes):
    world = filter_world(
        tmp_path, processes,
        {"drop_irc": ("^!roll", "(?i)secret"), "drop_chime": (r"^\.\w+",)},
        {"drop_irc": ("here only",)})
    ircd = world.ircd
    ircd.come(CHANNEL, "bob")
    for text in ("!roll 6", "do not !roll", "My SECRET", "here only", "last"):
        ircd.say("bob", CHANNEL, text)
    world.wait_message("last")
    assert world.contents() == ["do not !roll", "last"]
    for text in (".command", "a . b", "ende"):
        world.say(text)
    wait_said(world, "ende")
    assert not said(world, ".command") and said(world, "a . b")


def test_never_puppet(tmp_path, processes):
    world = filter_world(tmp_path, processes,
                         {"never_puppet": ("shy*!*@*",)},
                         mirror={"members": "full"})
    ircd = world.ircd
    ircd.come(CHANNEL, "shy_one", "bob")
    world.wait_shown(["bob"])
    ircd.say("shy_one", CHANNEL, "hello")
    message = world.wait_message("hello")
    assert message["Sender"]["Arn"] == world.bridge
    assert "shy_one" in message["Content"]
    settle(world)
    assert world.shown() == ["bob"]


def test_a_pattern_that_hangs_others(tmp_path, processes):
    """An expression that would take for ever is given up, not waited for."""
    world = filter_world(tmp_path, processes, {"drop_irc": ("(a+)+$",)})
    world.ircd.come(CHANNEL, "bob")
    world.ircd.say("bob", CHANNEL, "a" * 300 + "!")
    world.ircd.say("bob", CHANNEL, "done")
    world.wait_message("done", 10)


def test_a_pattern_that_cannot_be_read(tmp_path, processes):
    world = people_world(tmp_path, processes,
                         settings={"filter": {"drop_irc": ("(", )}})
    code, text = world.belfry.check()
    assert code != 0
    assert "drop_irc" in text


def test_reload(tmp_path, processes):
    world = filter_world(tmp_path, processes, {"drop_irc": ("^one",)})
    ircd = world.ircd
    ircd.come(CHANNEL, "bob")
    ircd.say("bob", CHANNEL, "one a")
    ircd.say("bob", CHANNEL, "two a")
    world.wait_message("two a")
    world.belfry.config["filter"] = {"drop_irc": ("^two",)}
    before = len(world.belfry.log())
    world.belfry.reload()
    world.belfry.wait_log("is applied", after=before)
    ircd.say("bob", CHANNEL, "one b")
    ircd.say("bob", CHANNEL, "two b")
    ircd.say("bob", CHANNEL, "end")
    world.wait_message("end")
    assert world.contents() == ["two a", "one b", "end"]
