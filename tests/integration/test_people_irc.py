"""People of Chime as they are shown on IRC, each with a connection."""
import pytest

from support.chime_api import quote
from support.ircd import Hybrid, Inspircd, Ngircd
from support.people import (people_world, said, settle, wait_bridged,
                            wait_members, wait_said, wait_without)
from support.people_ircd import PeopleIrcd
from support.wait import until
from support.world import CHANNEL

SERVERS = [Ngircd, Inspircd, Hybrid]
ALICE = "Alice[c]"


@pytest.fixture(params=SERVERS, ids=lambda s: s.program)
def server(request):
    return request.param


def puppet_world(tmp_path, processes, server=PeopleIrcd, members="full",
                 **more):
    puppets = more.pop("puppets", {})
    return people_world(tmp_path, processes, server,
                        {"members": members, **more.pop("mirror", {})},
                        puppets=puppets, **more)


def with_bob(world):
    """bob is there first: he is the operator of the channel."""
    bob = world.client("bob")
    world.start()
    world.wait_joined(bob)
    return bob


def test_appears_and_speaks(tmp_path, processes, server):
    world = puppet_world(tmp_path, processes, server)
    bob = with_bob(world)
    bob.wait_here(CHANNEL, ALICE)
    world.say("Hello from Chime")
    assert bob.wait_spoken(CHANNEL, "Hello") == (ALICE, "Hello from Chime")
    world.say("/me bows")
    assert bob.wait_spoken(CHANNEL, "bows") == \
        (ALICE, "\x01ACTION bows\x01")
    bob.say(CHANNEL, "Hello from IRC")
    world.wait_message("Hello from IRC")
    world.say("last")
    bob.wait_spoken(CHANNEL, "last")
    settle(world)
    # Nothing has gone round in circles, and nobody is two.
    assert [text for _, text in bob.spoken(CHANNEL)] == \
        ["Hello from Chime", "\x01ACTION bows\x01", "last"]
    assert world.contents() == ["Hello from Chime", "/me bows",
                                "Hello from IRC", "last"]
    assert world.shown() == ["bob"]
    assert bob.members(CHANNEL) == {"bob", "belfry", ALICE}


def test_lazy(tmp_path, processes, server):
    """Nobody is there before they speak; the first words are theirs too."""
    world = puppet_world(tmp_path, processes, server, "lazy")
    bob = with_bob(world)
    settle(world)
    assert bob.members(CHANNEL) == {"bob", "belfry"}
    world.say("here I come")
    assert bob.wait_spoken(CHANNEL, "here I come") == (ALICE, "here I come")
    assert ALICE in bob.members(CHANNEL)


def test_order_and_number(tmp_path, processes, server):
    """Two who take turns, on connections of their own."""
    world = puppet_world(tmp_path, processes, server)
    other = world.chime_people(1, name="Carol")["Carol 0"]
    bob = with_bob(world)
    bob.wait_here(CHANNEL, ALICE, "Carol_0[c]")
    for n in range(20):
        world.say(f"a{n:02}")
        world.say(f"b{n:02}", sender=other)
    bob.wait_spoken(CHANNEL, "b19", 60)
    assert [text for _, text in bob.spoken(CHANNEL)] == \
        [f"{who}{n:02}" for n in range(20) for who in "ab"]
    assert {nick for nick, text in bob.spoken(CHANNEL)
            if text.startswith("b")} == {"Carol_0[c]"}


def test_kicked(tmp_path, processes, server):
    """Who is kicked here is removed there."""
    world = puppet_world(tmp_path, processes, server)
    bob = with_bob(world)
    bob.wait_here(CHANNEL, ALICE)
    bob.send(f"KICK {CHANNEL} {ALICE} :spam")
    until(lambda: world.alice not in world.members(),
          lambda: world.belfry.log()[-3000:], 30, step_s=0.1)
    bob.wait_away(CHANNEL, ALICE)
    settle(world)
    assert world.bridge in world.members()
    assert ALICE not in bob.members(CHANNEL)


def test_kicked_but_it_does_not_cross(tmp_path, processes, server):
    """What is said then is relayed by the bridge's own connection."""
    world = puppet_world(tmp_path, processes, server,
                         mirror={"kicks": False})
    bob = with_bob(world)
    bob.wait_here(CHANNEL, ALICE)
    bob.send(f"KICK {CHANNEL} {ALICE} :spam")
    bob.wait_away(CHANNEL, ALICE)
    world.say("I am still here")
    assert bob.wait_spoken(CHANNEL, "still here", 40) == \
        ("belfry", "<Alice> I am still here")
    assert world.alice in world.members()


def test_killed(tmp_path, processes, server):
    """No message is lost by it, and nobody is taken out of Chime."""
    world = puppet_world(tmp_path, processes, server)
    bob = with_bob(world)
    bob.wait_here(CHANNEL, ALICE)
    bob.send("OPER op op")
    bob.send(f"KILL {ALICE} :no reason")
    bob.wait_away(CHANNEL, ALICE)
    for n in range(3):
        world.say(f"after {n}")
    bob.wait_spoken(CHANNEL, "after 2", 60)
    heard = [text.removeprefix("<Alice> ")
             for _, text in bob.spoken(CHANNEL)]
    assert heard == ["after 0", "after 1", "after 2"]
    assert world.alice in world.members()


KLINES = {"ngircd": "KLINE *!{user}@* 600 :enough",
          "inspircd": "KLINE {user}@* 600 :enough",
          "ircd-hybrid": "KLINE 10 {user}@* :enough"}


def test_k_lined(tmp_path, processes, server):
    """Who is banned from the network is spoken for by the bridge, and the
    others stay."""
    world = puppet_world(tmp_path, processes, server)
    carol = world.chime_people(1)["Person 0"]
    bob = with_bob(world)
    bob.wait_here(CHANNEL, ALICE)
    bob.wait_here(CHANNEL, "Person_0[c]")
    user = until(lambda: user_of(bob, ALICE), "she is seen to join")
    bob.send("OPER op op")
    bob.send(KLINES[server.program].format(user=user))
    bob.wait_away(CHANNEL, ALICE)
    world.say("I was sent away")
    assert bob.wait_spoken(CHANNEL, "sent away", 60) == \
        ("belfry", "<Alice> I was sent away")
    world.say("I was not", sender=carol)
    assert bob.wait_spoken(CHANNEL, "I was not") == \
        ("Person_0[c]", "I was not")
    assert world.alice in world.members()


def user_of(client, nick):
    """The user name that a JOIN told, as the server writes it."""
    head = f":{nick}!".encode()
    return next((line.split(b"!", 1)[1].split(b"@")[0].decode()
                 for line in list(client.lines)
                 if line.startswith(head) and b" JOIN " in line), None)


def test_nick_is_taken(tmp_path, processes, server):
    """The suffix stays, and the person who has the nick is no puppet."""
    world = puppet_world(tmp_path, processes, server)
    thief = world.client(ALICE)
    bob = with_bob(world)
    puppet = until(lambda: next(iter(bob.members(CHANNEL) -
                                     {"bob", "belfry", ALICE}), None),
                   lambda: bob.members(CHANNEL), 30, step_s=0.1)
    assert puppet.startswith("Alice") and puppet.endswith("[c]")
    world.say("I am the one")
    assert bob.wait_spoken(CHANNEL, "the one") == (puppet, "I am the one")
    thief.say(CHANNEL, "I am not")
    sender = world.wait_message("I am not")["Sender"]
    assert sender["Name"] == ALICE
    assert sender["Arn"] not in (world.alice, world.bridge)
    assert len(world.contents()) == 2


def test_leaves_with_its_person(tmp_path, processes, server):
    world = puppet_world(tmp_path, processes, server)
    bob = with_bob(world)
    bob.wait_here(CHANNEL, ALICE)
    world.api.remove_member(world.channel, world.alice, world.alice)
    bob.wait_away(CHANNEL, ALICE)
    world.api.add_member(world.channel, world.bridge, world.alice)
    bob.wait_here(CHANNEL, ALICE)


def test_renamed_in_chime(tmp_path, processes, server):
    world = puppet_world(tmp_path, processes, server)
    bob = with_bob(world)
    bob.wait_here(CHANNEL, ALICE)
    world.api.rename_user(world.alice, "Alicia")
    bob.wait_here(CHANNEL, "Alicia[c]")
    assert ALICE not in bob.members(CHANNEL)


def test_renamed_to_what_is_taken(tmp_path, processes, server):
    """Nobody is called as before because another has the name."""
    world = puppet_world(tmp_path, processes, server)
    carol = world.chime_people(1, name="Carol")["Carol 0"]
    bob = with_bob(world)
    bob.wait_here(CHANNEL, ALICE, "Carol_0[c]")
    world.api.rename_user(carol, "Alice")
    bob.wait_here(CHANNEL, ALICE, "Alice2[c]")
    world.say("the other", carol)
    assert bob.wait_spoken(CHANNEL, "the other")[0] == "Alice2[c]"
    assert "Carol_0[c]" not in bob.members(CHANNEL)


def test_limit(tmp_path, processes, server):
    """Beyond it people are relayed by the bridge's own connection."""
    world = puppet_world(tmp_path, processes, server, puppets={"max": 2})
    people = world.chime_people(4)
    bob = with_bob(world)

    def puppets():
        return {n for n in bob.members(CHANNEL) if n.endswith("[c]")}
    until(lambda: len(puppets()) == 2, puppets, 30, step_s=0.1)
    for name, arn in people.items():
        world.say(f"I am {name}", sender=arn)
    for name in people:
        nick, text = bob.wait_spoken(CHANNEL, f"I am {name}", 40)
        if nick == "belfry":
            assert text == f"<{name}> I am {name}"
        else:
            assert nick.endswith("[c]") and text == f"I am {name}"
    assert len(puppets()) == 2


def test_limit_makes_way(tmp_path, processes, server):
    """Whoever waits for a place has it as soon as one is free."""
    world = puppet_world(tmp_path, processes, server, puppets={"max": 2})
    people = world.chime_people(4)
    bob = with_bob(world)

    def puppets():
        return {n for n in bob.members(CHANNEL) if n.endswith("[c]")}
    shown = until(lambda: len(puppets()) == 2 and puppets(), puppets, 30,
                  step_s=0.1)
    world.belfry.wait_log("more are not allowed")
    for name, arn in {"Alice": world.alice, **people}.items():
        if name.replace(" ", "_") + "[c]" in shown:
            world.api.remove_member(world.channel, arn, arn)
    until(lambda: len(puppets()) == 2 and not puppets() & shown, puppets, 60,
          step_s=0.1)


def test_idle(tmp_path, processes, server):
    """Who says nothing for long is disconnected, and comes back to speak."""
    world = puppet_world(tmp_path, processes, server, "lazy",
                         puppets={"idle_s": 2})
    bob = with_bob(world)
    world.say("one")
    assert bob.wait_spoken(CHANNEL, "one")[0] == ALICE
    bob.wait_away(CHANNEL, ALICE)
    world.say("two")
    assert bob.wait_spoken(CHANNEL, "two")[0] == ALICE


def test_stop(tmp_path, processes, server):
    world = puppet_world(tmp_path, processes, server)
    world.chime_people(5)
    bob = with_bob(world)
    nicks = [ALICE] + [f"Person_{n}[c]" for n in range(5)]
    bob.wait_here(CHANNEL, *nicks)
    assert world.belfry.stop() == 0
    bob.wait_away(CHANNEL, "belfry", *nicks)
    world.say("while away")
    world.start()
    bob.wait_here(CHANNEL, *nicks)
    bob.wait_heard(CHANNEL, "while away")


def test_two_channels(tmp_path, processes, server):
    """One person in two channels has one connection, after a restart too."""
    second = "#second"
    world = puppet_world(tmp_path, processes, server,
                         channels=(CHANNEL, second))
    bob = with_bob(world).join(second)
    for restarted in (False, True):
        for channel in (CHANNEL, second):
            bob.wait_here(channel, "belfry", ALICE)
            world.say(f"{channel} {restarted}",
                      channel=world.channels[channel])
            assert bob.wait_spoken(channel, f"{restarted}")[0] == ALICE
        if not restarted:
            assert world.belfry.stop() == 0
            bob.wait_away(CHANNEL, "belfry", ALICE)
            bob.wait_away(second, "belfry", ALICE)
            world.start()


@pytest.mark.parametrize("server, count", [(Ngircd, 80), (Inspircd, 200),
                                           (Hybrid, 80)],
                         ids=["ngircd", "inspircd", "ircd-hybrid"])
def test_many(tmp_path, processes, server, count):
    world = puppet_world(tmp_path, processes, server,
                         puppets={"max": count + 1})
    people = world.chime_people(count)
    bob = with_bob(world)
    until(lambda: len(bob.members(CHANNEL)) == count + 3,
          lambda: f"{len(bob.members(CHANNEL))} are there", 90, step_s=0.5)
    for name, arn in list(people.items())[:20]:
        world.say(f"I am {name}", sender=arn)
    for n in range(20):
        assert bob.wait_spoken(CHANNEL, f"I am Person {n}", 40) == \
            (f"Person_{n}[c]", f"I am Person {n}")
    assert world.shown() == ["bob"]


def test_one_who_is_never_shown(tmp_path, processes):
    world = puppet_world(tmp_path, processes,
                         settings={"filter": {"never_puppet": ("Alice",)}})
    wait_bridged(world.start())
    settle(world)
    world.say("I am shy")
    assert wait_said(world, "I am shy") == \
        ("belfry", CHANNEL, "<Alice> I am shy")
    assert ALICE not in world.ircd.members(CHANNEL)


def test_hidden(tmp_path, processes):
    """A hidden member sees all and is not seen."""
    world = puppet_world(tmp_path, processes)
    spy = world.api.create_user(world.instance, "spy-1", "Spy")
    world.api.add_member(world.channel, world.bridge, spy, "HIDDEN")
    wait_bridged(world.start())
    wait_members(world, ALICE)
    settle(world)
    assert "Spy[c]" not in world.ircd.members(CHANNEL)


def test_webirc(tmp_path, processes):
    world = puppet_world(tmp_path, processes, puppets={
        "webirc": "s3same", "addresses": "2001:db8:1::/64"})
    wait_bridged(world.start())
    wait_members(world, ALICE)
    (words,) = [w for w in world.ircd.webirc if w[0] == "s3same"]
    assert words[2].endswith(".chime.invalid")
    assert words[3].startswith("2001:db8:1:")
    assert "s3same" not in world.belfry.log()


def test_no_address_to_connect_from(tmp_path, processes):
    """What is wrong with all puppets is said aloud, also where nobody is
    shown but who speaks."""
    world = puppet_world(tmp_path, processes, Ngircd, "lazy",
                         puppets={"addresses": "2001:db8::/64"})
    bob = with_bob(world)
    world.say("I have no address")
    assert bob.wait_spoken(CHANNEL, "no address", 40)[0] == "belfry"
    world.belfry.wait_log("warn irc net: puppets could not connect", 60)


def test_read_marker(tmp_path, processes):
    """What somebody has read in Chime, their puppet has read here."""
    world = puppet_world(tmp_path, processes)
    ircd = world.ircd
    wait_bridged(world.start())
    wait_members(world, ALICE)
    ircd.come(CHANNEL, "bob")
    ircd.say("bob", CHANNEL, "read this")
    world.wait_message("read this")
    world.api.call("PUT", f"/channels/{quote(world.channel)}/readMarker",
                   world.alice)
    until(lambda: [m for m in ircd.markers if m[0] == ALICE],
          lambda: f"{ircd.markers}\n{world.belfry.log()[-3000:]}", 40)
    assert all(channel == CHANNEL for _, channel, _ in ircd.markers)


def test_services_rename(tmp_path, processes):
    """A nick that is taken away by force changes no names."""
    world = puppet_world(tmp_path, processes)
    ircd = world.ircd
    wait_bridged(world.start())
    wait_members(world, ALICE)
    ircd.come(CHANNEL, "bob")
    ircd.rename(ALICE, "Guest123")
    ircd.come(CHANNEL, ALICE)     # somebody else
    ircd.say(ALICE, CHANNEL, "I took it")
    sender = world.wait_message("I took it")["Sender"]
    assert sender["Arn"] not in (world.alice, world.bridge)
    world.say("who is that?")
    nick, _, text = wait_said(world, "who is that?")
    assert nick != ALICE and text in ("who is that?",
                                      "<Alice> who is that?")
    settle(world)
    assert world.contents() == ["I took it", "who is that?"]


def test_a_nick_is_freed(tmp_path, processes):
    """The wanted nick is taken as soon as it is free."""
    world = puppet_world(tmp_path, processes)
    world.ircd.come(CHANNEL, ALICE)
    wait_bridged(world.start())
    until(lambda: any(n.startswith("Alice") and n != ALICE
                      for n in world.ircd.members(CHANNEL)),
          lambda: world.ircd.members(CHANNEL), 30)
    world.ircd.quit(ALICE)
    wait_members(world, ALICE)
    world.say("mine again")
    assert wait_said(world, "mine again")[0] == ALICE


def test_all_links_die(tmp_path, processes):
    """They come back, and nothing that was said meanwhile is lost."""
    world = puppet_world(tmp_path, processes, network={
        "retry": {"min_ms": 100, "max_ms": 1000}})
    people = world.chime_people(10)
    wait_bridged(world.start())
    nicks = [ALICE] + [f"Person_{n}[c]" for n in range(10)]
    wait_members(world, *nicks)
    world.ircd.cut()
    wait_without(world, *nicks)
    for n, arn in enumerate(people.values()):
        world.say(f"word {n}", sender=arn)
    for n in range(10):
        wait_said(world, f"word {n}", 60)
    wait_members(world, *nicks, deadline_s=60)
    world.say("all is well")
    until(lambda: said(world, "all is well"), world.belfry.log)
    texts = [text.split("> ")[-1] for _, _, text, _ in world.ircd.said
             if text.split("> ")[-1].startswith("word")]
    assert texts == [f"word {n}" for n in range(10)]


def test_relay_presence_announces(tmp_path, processes):
    """Where nobody is shown, comings and goings are told in words."""
    world = people_world(tmp_path, processes,
                         mirror={"announce": "notices"})
    wait_bridged(world.start())
    settle(world)
    carol = world.chime_people(1, name="Carol")["Carol 0"]
    assert wait_said(world, "Carol 0 has joined")[:2] == ("belfry", CHANNEL)
    world.api.remove_member(world.channel, carol, carol)
    wait_said(world, "Carol 0 has left")
    assert not said(world, "Alice has joined")
