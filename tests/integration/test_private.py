"""Private conversations between a person of IRC and one of Chime."""
import pytest

from support.calls import Calls
from support.ircd import Hybrid, Inspircd, Ngircd
from support.people import (people_world, said, settle, wait_bridged,
                            wait_members, wait_said, wait_without)
from support.wait import until
from support.world import CHANNEL

SERVERS = [Ngircd, Inspircd, Hybrid]
ALICE = "Alice[c]"


def private_world(tmp_path, processes, puppets=None, **more):
    world = people_world(tmp_path, processes, mirror={"members": "full"},
                         puppets=puppets or {}, **more)
    return world


def scripted(tmp_path, processes, *nicks, **more):
    """Alice is there, and these people."""
    world = private_world(tmp_path, processes, **more)
    wait_bridged(world.start())
    wait_members(world, ALICE)
    world.ircd.come(CHANNEL, *nicks)
    return world


def private_channels(world, user=None):
    """Those that a user of Chime is in besides the mapped one."""
    return [row["ChannelSummary"]["ChannelArn"]
            for row in world.api.channels_of(user or world.alice)
            if row["ChannelSummary"]["ChannelArn"] != world.channel]


def wait_private(world, text, user=None, deadline_s=30):
    """The channel and the message that holds the text, as `user` sees it."""
    user = user or world.alice

    def seen():
        for channel in private_channels(world, user):
            for message in world.api.messages(channel, user):
                if text in (message.get("Content") or ""):
                    return channel, message
        return None
    return until(seen, lambda: f"{text!r} in private in Chime\n" +
                 world.belfry.log()[-3000:], deadline_s, step_s=0.1)


def told(world, nick):
    """Notices to a scripted person."""
    return [text for _, target, text, _ in list(world.ircd.said)
            if target == nick]


@pytest.mark.parametrize("server", SERVERS, ids=lambda s: s.program)
def test_both_ways(tmp_path, processes, server):
    world = private_world(tmp_path, processes, server=server)
    bob = world.client("bob")
    eve = world.client("eve")
    world.start()
    world.wait_joined(bob)
    bob.wait_here(CHANNEL, ALICE)
    bob.say(ALICE, "psst")
    channel, message = wait_private(world, "psst")
    assert message["Content"] == "psst"
    assert message["Sender"]["Name"] == "bob"
    members = world.api.members(channel, world.alice)
    assert sorted(members.values()) == ["Alice", "bob"]
    world.say("what is it?", channel=channel)
    assert bob.wait_spoken("bob", "what is it?") == (ALICE, "what is it?")
    bob.say(ALICE, "\x01ACTION whispers\x01")
    wait_private(world, "whispers")
    world.say("/me listens", channel=channel)
    assert bob.wait_spoken("bob", "listens") == \
        (ALICE, "\x01ACTION listens\x01")
    for n in range(10):
        bob.say(ALICE, f"i{n}")
        world.say(f"c{n}", channel=channel)
    wait_private(world, "i9")
    bob.wait_spoken("bob", "c9", 40)
    assert [text for _, text in bob.spoken("bob")][2:] == \
        [f"c{n}" for n in range(10)]
    texts = [m["Content"] for m in world.api.messages(channel, world.alice)]
    assert [t for t in texts if t.startswith("i")] == \
        [f"i{n}" for n in range(10)]
    # Nobody else hears any of it.
    assert eve.spoken("eve") == [] and eve.spoken(CHANNEL) == []
    assert world.contents() == []
    assert len(private_channels(world)) == 1


def test_two_people(tmp_path, processes):
    """Each has a channel of their own with her."""
    world = scripted(tmp_path, processes, "bob", "eve")
    ircd = world.ircd
    ircd.say("bob", ALICE, "by bob")
    ircd.say("eve", ALICE, "by eve")
    of_bob, message = wait_private(world, "by bob")
    assert message["Sender"]["Name"] == "bob"
    of_eve, message = wait_private(world, "by eve")
    assert message["Sender"]["Name"] == "eve"
    assert of_bob != of_eve
    world.say("to eve", channel=of_eve)
    assert wait_said(world, "to eve")[:2] == (ALICE, "eve")
    assert not told(world, "bob")


def test_restart(tmp_path, processes):
    """The same channel goes on, in both directions, without being begun."""
    world = scripted(tmp_path, processes, "bob")
    world.ircd.say("bob", ALICE, "before")
    channel, _ = wait_private(world, "before")
    world.restart()
    wait_bridged(world)
    world.say("after", channel=channel)
    assert wait_said(world, "after")[:2] == (ALICE, "bob")
    wait_members(world, ALICE)
    calls = Calls(world.chimed).mark()
    world.ircd.say("bob", ALICE, "again")
    assert wait_private(world, "again")[0] == channel
    assert calls.count("CreateChannel") == 0
    texts = [m["Content"] for m in world.api.messages(channel, world.alice)]
    assert texts == ["before", "after", "again"]


def test_nick_changes(tmp_path, processes):
    """It goes to the person, not to whoever has the nick."""
    world = scripted(tmp_path, processes, "bob")
    ircd = world.ircd
    ircd.say("bob", ALICE, "it is me")
    channel, _ = wait_private(world, "it is me")
    ircd.rename("bob", "rob")
    ircd.come(CHANNEL, "bob")     # somebody else
    world.say("for the first", channel=channel)
    assert wait_said(world, "for the first")[:2] == (ALICE, "rob")
    ircd.say("bob", ALICE, "I am new")
    other, message = wait_private(world, "I am new")
    assert other != channel
    ircd.say("rob", ALICE, "I am not")
    assert wait_private(world, "I am not")[0] == channel


def test_gone(tmp_path, processes):
    """Who is not there is not spoken to; who takes the nick gets nothing."""
    world = scripted(tmp_path, processes, "bob")
    ircd = world.ircd
    ircd.say("bob", ALICE, "it is me")
    channel, _ = wait_private(world, "it is me")
    ircd.quit("bob")
    ircd.come("#elsewhere", "bob")
    world.say("are you there?", channel=channel)
    wait_private(world, "bob is not on IRC now")
    assert not said(world, "are you there?")
    # The bridge goes on with those who are.
    ircd.come(CHANNEL, "eve")
    ircd.say("eve", ALICE, "I am")
    of_eve, _ = wait_private(world, "I am")
    world.say("good", channel=of_eve)
    assert wait_said(world, "good")[:2] == (ALICE, "eve")


def test_accounts(tmp_path, processes):
    """An account is a person wherever they are called what."""
    world = scripted(tmp_path, processes)
    ircd = world.ircd
    ircd.come(CHANNEL, "bob", account="robert")
    ircd.say("bob", ALICE, "by account")
    channel, _ = wait_private(world, "by account")
    ircd.rename("bob", "bobby")
    world.say("hello", channel=channel)
    assert wait_said(world, "hello")[:2] == (ALICE, "bobby")
    ircd.quit("bobby")
    ircd.come(CHANNEL, "bobby")       # not logged in
    world.say("for robert", channel=channel)
    wait_private(world, "is not on IRC now")
    assert not said(world, "for robert")


def test_one_from_elsewhere(tmp_path, processes):
    """Somebody who shares no channel with the bridge."""
    world = scripted(tmp_path, processes)
    ircd = world.ircd
    ircd.come("#elsewhere", "stranger")
    ircd.say("stranger", ALICE, "do you know me?")
    channel, message = wait_private(world, "do you know me?")
    assert message["Sender"]["Name"] == "stranger"
    world.say("no", channel=channel)
    assert wait_said(world, "no")[:2] == (ALICE, "stranger")
    assert world.contents() == []


def test_many_lines_at_once(tmp_path, processes):
    """What is said before there is a channel is not lost."""
    world = scripted(tmp_path, processes, "bob")
    for n in range(15):
        world.ircd.say("bob", ALICE, f"line {n}")
    channel, _ = wait_private(world, "line 14")
    texts = [m["Content"] for m in world.api.messages(channel, world.alice)]
    assert texts == [f"line {n}" for n in range(15)]


def test_what_begins_nothing(tmp_path, processes):
    """Notices, CTCP, and what our own puppets or other bridges say."""
    world = scripted(tmp_path, processes, "bob")
    ircd = world.ircd
    ircd.say("bob", ALICE, "auto reply", "NOTICE")
    ircd.say("bob", ALICE, "\x01VERSION\x01")
    ircd.say("bob", ALICE, "relayed", **{"+belfry/id": "x.1"})
    ircd.say("bob", CHANNEL, "done")
    world.wait_message("done")
    settle(world)
    assert private_channels(world) == []


def test_flood_of_beginnings(tmp_path, processes):
    """One person begins only so many conversations in a minute."""
    world = private_world(tmp_path, processes)
    world.chime_people(8)
    wait_bridged(world.start())
    nicks = [f"Person_{n}[c]" for n in range(8)]
    wait_members(world, *nicks)
    world.ircd.come(CHANNEL, "bob")
    calls = Calls(world.chimed).mark()
    for nick in nicks:
        world.ircd.say("bob", nick, "hello")
    until(lambda: any("too many" in text for text in told(world, "bob")),
          lambda: world.ircd.said)
    settle(world)
    assert calls.count("CreateChannel") == 3


def test_at_most(tmp_path, processes):
    """The one that was silent for longest is closed, and comes back with the
    same channel."""
    world = private_world(tmp_path, processes, puppets={"private_max": 2})
    people = world.chime_people(3)
    wait_bridged(world.start())
    nicks = [f"Person_{n}[c]" for n in range(3)]
    wait_members(world, *nicks)
    world.ircd.come(CHANNEL, "bob", "eve")
    channels = []
    for n, (nick, arn) in enumerate(zip(("bob", "bob", "eve"),
                                        people.values())):
        world.ircd.say(nick, nicks[n], f"hello {n}")
        channels.append(wait_private(world, f"hello {n}", arn)[0])
    assert "silent for longest" in world.belfry.log()
    world.ircd.say("bob", nicks[0], "once more")
    assert wait_private(world, "once more",
                        people["Person 0"])[0] == channels[0]


def test_at_most_but_nothing_is_left_behind(tmp_path, processes):
    """What waits for the service is not closed for a new one."""
    world = private_world(tmp_path, processes, puppets={"private_max": 2})
    wait_bridged(world.start())
    wait_members(world, ALICE)
    world.ircd.come(CHANNEL, "bob", "eve", "ann")
    for nick in ("bob", "eve"):
        world.ircd.say(nick, ALICE, f"{nick} is here")
        wait_private(world, f"{nick} is here")
    world.chimed.stop()
    world.ircd.say("bob", ALICE, "this waits")
    world.belfry.wait_log("towards Chime: down")
    world.ircd.say("ann", ALICE, "ann is new")
    world.belfry.wait_log("silent for longest")
    world.chimed.start()
    wait_private(world, "ann is new", deadline_s=60)
    wait_private(world, "this waits", deadline_s=60)


def test_switched_off(tmp_path, processes):
    world = scripted(tmp_path, processes, "bob",
                     puppets={"private": False})
    world.ircd.say("bob", ALICE, "psst")
    until(lambda: any("not relayed" in text for text in told(world, "bob")),
          lambda: world.ircd.said)
    assert private_channels(world) == []


def test_the_service_is_down(tmp_path, processes):
    """It waits, and goes on."""
    world = scripted(tmp_path, processes, "bob")
    world.ircd.say("bob", ALICE, "first")
    channel, _ = wait_private(world, "first")
    world.chimed.kill()
    world.ircd.say("bob", ALICE, "second")
    world.chimed.start()
    assert wait_private(world, "second", deadline_s=60)[0] == channel


def test_the_network_is_down(tmp_path, processes):
    world = scripted(tmp_path, processes, "bob", network={
        "retry": {"min_ms": 100, "max_ms": 1000}})
    world.ircd.say("bob", ALICE, "first")
    channel, _ = wait_private(world, "first")
    world.ircd.cut()
    wait_without(world, ALICE)
    world.say("while it is down", channel=channel)
    assert wait_said(world, "while it is down", 60)[:2] == (ALICE, "bob")


def test_peer_leaves_and_is_written_to(tmp_path, processes):
    """Her puppet is not there: what the person says reaches nobody, what she
    says brings it back."""
    world = scripted(tmp_path, processes, "bob",
                     puppets={"idle_s": 3600})
    world.ircd.say("bob", ALICE, "first")
    channel, _ = wait_private(world, "first")
    world.api.remove_member(world.channel, world.alice, world.alice)
    wait_without(world, ALICE)
    world.say("still here", channel=channel)
    assert wait_said(world, "still here", 60)[:2] == (ALICE, "bob")
