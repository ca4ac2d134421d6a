"""What people and operators ask of the bridge on IRC."""
import pytest

from support.people import people_world, said, settle, wait_bridged
from support.wait import until
from support.world import CHANNEL


@pytest.fixture
def world(tmp_path, processes):
    world = people_world(tmp_path, processes,
                         network={"operators": ("chief",)})
    world.start()
    wait_bridged(world)
    world.ircd.come(CHANNEL, "bob")
    world.ircd.come(CHANNEL, "Boss", account="chief")
    settle(world, 3)
    return world


def answers(world, nick):
    """What the bridge has said to this person."""
    return [text for source, target, text, _ in list(world.ircd.said)
            if source == "belfry" and target == nick]


def ask(world, nick, words, wanted, deadline_s=20):
    """Asks in private; waits for an answer that contains `wanted`."""
    before = len(answers(world, nick))
    world.ircd.say(nick, "belfry", words)
    return until(lambda: next((text for text in answers(world, nick)[before:]
                               if wanted in text), None),
                 lambda: f"{wanted!r}: {answers(world, nick)[before:]}\n"
                 f"{world.belfry.log()[-2000:]}", deadline_s)


def test_help(world):
    ask(world, "bob", "help", "who")
    assert not any("pause" in text for text in answers(world, "bob"))
    ask(world, "Boss", "help", "pause")


def test_who_and_whois(world):
    ask(world, "bob", "who", "Alice")
    ask(world, "bob", "whois Alice", "user alice")


def test_in_the_channel(world):
    """!chime is for us: the others are not told, Chime does not hear it."""
    world.ircd.say("bob", CHANNEL, "!chime who")
    until(lambda: any("Alice" in text for text in answers(world, "bob")),
          lambda: world.ircd.said)
    world.ircd.say("bob", CHANNEL, "a usual line")
    world.wait_message("a usual line")
    assert world.contents() == ["a usual line"]
    assert not [s for s in world.ircd.said if s[1] == CHANNEL]


def test_link(world):
    assert ask(world, "bob", "link", "Chime")


def test_pause_is_for_operators(world):
    world.ircd.say("bob", "belfry", f"pause {CHANNEL}")
    until(lambda: answers(world, "bob"), lambda: world.ircd.said)
    world.ircd.say("bob", CHANNEL, "goes on")
    world.wait_message("goes on")


def test_pause_and_resume(world):
    """What is said meanwhile waits, both ways, over a restart too."""
    ask(world, "Boss", f"pause {CHANNEL}", "pause")
    world.ircd.say("bob", CHANNEL, "from IRC")
    world.say("from Chime")
    settle(world)
    assert world.contents() == ["from Chime"]
    assert not said(world, "from Chime")
    world.restart()
    wait_bridged(world)
    settle(world)
    assert world.contents() == ["from Chime"]
    world.ircd.say("Boss", "belfry", f"resume {CHANNEL}")
    world.wait_message("from IRC")
    until(lambda: said(world, "from Chime"), world.belfry.log)


def test_an_operator_by_nick_only(world):
    """It is the account that counts."""
    world.ircd.quit("Boss")
    world.ircd.come(CHANNEL, "chief", "Boss")
    for nick in ("chief", "Boss"):
        world.ircd.say(nick, "belfry", f"pause {CHANNEL}")
        until(lambda who=nick: answers(world, who), lambda: world.ircd.said)
    world.ircd.say("bob", CHANNEL, "goes on")
    world.wait_message("goes on")


def test_mute(world):
    ask(world, "Boss", "mute bob!*@*", "bob!*@*")
    world.ircd.say("bob", CHANNEL, "not heard")
    world.ircd.say("Boss", CHANNEL, "heard")
    world.wait_message("heard")
    ask(world, "Boss", "mutes", "bob!*@*")
    ask(world, "Boss", "unmute bob!*@*", "bob!*@*")
    world.ircd.say("bob", CHANNEL, "heard again")
    world.wait_message("heard again")
    assert world.contents() == ["heard", "heard again"]


def test_unban_without_rank(world):
    """Whom only Chime could ban is shown there again afterwards."""
    world.ircd.say("bob", CHANNEL, "as myself")
    world.wait_message("as myself")
    world.wait_shown(["bob"])
    ask(world, "Boss", "ban bob", "But not on IRC")
    until(lambda: world.api.bans(world.channel, world.bridge), "a ban")
    world.wait_shown([])
    settle(world, 3)
    ask(world, "Boss", "unban bob", "is lifted")
    world.wait_shown(["bob"])


def test_optout(world):
    """Who does not want a user of their own is spoken for by the bridge's."""
    world.ircd.say("bob", CHANNEL, "as myself")
    assert world.wait_message("as myself")["Sender"]["Name"] == "bob"
    world.ircd.say("bob", "belfry", "optout")
    until(lambda: answers(world, "bob"), lambda: world.ircd.said)
    world.ircd.say("bob", CHANNEL, "through the bridge")
    message = world.wait_message("through the bridge")
    assert message["Sender"]["Arn"] == world.bridge
    assert "bob" in message["Content"]
    world.wait_shown([])
    settle(world, 3)
    ask(world, "bob", "whois bob", "not shown in Chime (by a filter, or as "
        "they wish)")
    before = len(answers(world, "bob"))
    world.ircd.say("bob", "belfry", "optin")
    until(lambda: len(answers(world, "bob")) > before,
          lambda: world.ircd.said)
    world.ircd.say("bob", CHANNEL, "myself again")
    assert world.wait_message("myself again")["Sender"]["Name"] == "bob"


def test_resync(world):
    ask(world, "Boss", f"resync {CHANNEL}", "")
    world.ircd.say("bob", CHANNEL, "all the same")
    world.wait_message("all the same")


def test_too_much(world):
    """A flood is not answered in full."""
    for _ in range(60):
        world.ircd.say("bob", "belfry", "help who")
    world.ircd.say("bob", CHANNEL, "done")
    world.wait_message("done")
    settle(world, 3)
    assert 1 <= len(answers(world, "bob")) <= 20


def test_who_is_not_answered(world):
    """Notices, CTCP and robots."""
    world.ircd.come(CHANNEL, "robot", bot=True)
    world.ircd.say("bob", "belfry", "help", "NOTICE")
    world.ircd.say("bob", "belfry", "\x01VERSION\x01")
    world.ircd.say("robot", "belfry", "help")
    world.ircd.say("bob", CHANNEL, "done")
    world.wait_message("done")
    settle(world, 3)
    assert answers(world, "bob") == [] and answers(world, "robot") == []


def test_nonsense(world):
    ask(world, "bob", "frobnicate", "")
    for words in ("who " + "x" * 300, "whois \x02", "mute", "pause a b c d",
                  "help help help", "!chime"):
        world.ircd.say("Boss", "belfry", words)
    world.ircd.say("bob", CHANNEL, "still there")
    world.wait_message("still there")
    assert world.belfry.is_running()


def test_switched_off(tmp_path, processes):
    world = people_world(tmp_path, processes, network={"commands": False})
    wait_bridged(world.start())
    world.ircd.come(CHANNEL, "bob")
    world.ircd.say("bob", "belfry", "help")
    world.ircd.say("bob", CHANNEL, "!chime who")
    world.wait_message("!chime who")
    settle(world, 3)
    assert answers(world, "bob") == []


def test_mute_takes_away(tmp_path, processes):
    """Who is muted is not shown either, until they are not any more."""
    world = people_world(tmp_path, processes, mirror={"members": "full"},
                         network={"operators": ("chief",)})
    wait_bridged(world.start())
    world.ircd.come(CHANNEL, "bob", "eve")
    world.ircd.come(CHANNEL, "Boss", account="chief")
    world.wait_shown(["bob", "eve", "Boss"])
    ask(world, "Boss", "mute eve!*@*", "eve!*@*")
    world.wait_shown(["bob", "Boss"])
    ask(world, "Boss", "unmute eve!*@*", "eve!*@*")
    world.wait_shown(["bob", "eve", "Boss"])
