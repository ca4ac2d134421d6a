"""People of IRC as they are shown in Chime."""
import pytest

from support.calls import Calls
from support.people import (arns, people_world, settle, wait_bridged,
                            wait_without)
from support.people_ircd import PeopleIrcd
from support.wait import until
from support.world import CHANNEL


def world_of(tmp_path, processes, members="full", ircd=None, **more):
    mirror = {"members": members, **more.pop("mirror", {})}
    knobs = ircd or {}
    world = people_world(
        tmp_path, processes,
        lambda folder, **_: PeopleIrcd(folder, **knobs), mirror, **more)
    return wait_bridged(world.start())


def test_off(tmp_path, processes):
    """Whoever speaks, and they stay."""
    world = world_of(tmp_path, processes, "off")
    ircd = world.ircd
    ircd.come(CHANNEL, "bob", "eve")
    ircd.say("bob", CHANNEL, "here I am")
    world.wait_message("here I am")
    assert world.shown() == ["bob"]
    ircd.part(CHANNEL, "bob")
    ircd.say("eve", CHANNEL, "he is gone")
    world.wait_message("he is gone")
    settle(world)
    assert world.shown() == ["bob", "eve"]


def test_lazy(tmp_path, processes):
    """Whoever speaks, until they leave."""
    world = world_of(tmp_path, processes, "lazy")
    ircd = world.ircd
    ircd.come(CHANNEL, "bob", "eve")
    ircd.say("bob", CHANNEL, "here I am")
    world.wait_message("here I am")
    settle(world)
    assert world.shown() == ["bob"]
    ircd.part(CHANNEL, "bob")
    world.wait_shown([])
    ircd.come(CHANNEL, "bob")
    settle(world)
    assert world.shown() == []


def test_full(tmp_path, processes):
    world = world_of(tmp_path, processes)
    ircd = world.ircd
    ircd.come(CHANNEL, "bob", "eve", "mallory", "trent")
    world.wait_shown(["bob", "eve", "mallory", "trent"])
    ircd.part(CHANNEL, "bob")
    world.wait_shown(["eve", "mallory", "trent"])
    ircd.kick(CHANNEL, "mallory")
    world.wait_shown(["eve", "trent"])
    ircd.quit("trent")
    world.wait_shown(["eve"])
    ircd.come(CHANNEL, "bob")
    world.wait_shown(["bob", "eve"])
    assert world.alice in world.members()
    assert world.bridge in world.members()
    assert world.problems() == []


def test_those_who_were_there_before(tmp_path, processes):
    world = people_world(tmp_path, processes, mirror={"members": "full"})
    nicks = [f"p{n}" for n in range(40)]
    world.ircd.come(CHANNEL, *nicks)
    world.start()
    world.wait_shown(nicks)


def test_quit_and_back(tmp_path, processes):
    """Within quit_ms it costs no call."""
    world = world_of(tmp_path, processes, mirror={"quit_ms": 30000})
    ircd = world.ircd
    ircd.come(CHANNEL, "bob")
    world.wait_shown(["bob"])
    calls = Calls(world.chimed).mark()
    for _ in range(5):
        ircd.quit("bob")
        ircd.come(CHANNEL, "bob")
    settle(world)
    assert world.shown() == ["bob"]
    assert calls.people() == 0


def test_rename(tmp_path, processes):
    """The same user has another name; there are never two."""
    world = world_of(tmp_path, processes)
    ircd = world.ircd
    ircd.come(CHANNEL, "bob")
    world.wait_shown(["bob"])
    before = arns(world)["bob"]
    ircd.rename("bob", "rob")
    ircd.say("rob", CHANNEL, "it is me")
    assert world.wait_message("it is me")["Sender"]["Arn"] == before
    world.wait_shown(["rob"])
    assert arns(world)["rob"] == before


def test_rename_storm(tmp_path, processes):
    world = world_of(tmp_path, processes)
    ircd = world.ircd
    ircd.come(CHANNEL, "bob")
    world.wait_shown(["bob"])
    before = arns(world)["bob"]
    calls = Calls(world.chimed).mark()
    nick = "bob"
    for n in range(200):
        ircd.rename(nick, f"bob{n}")
        nick = f"bob{n}"
        if n % 50 == 0:
            ircd.say(nick, CHANNEL, f"change {n}")
    assert world.wait_message("change 150")["Sender"]["Arn"] == before
    world.wait_shown(["bob199"], 60)
    assert arns(world)["bob199"] == before
    assert calls.count("CreateAppInstanceUser") == 0
    assert calls.count("CreateChannelMembership") == 0
    assert calls.count("UpdateAppInstanceUser") < 30


def test_nick_is_taken_over(tmp_path, processes):
    """Nobody speaks as another, whatever they are called."""
    world = world_of(tmp_path, processes)
    ircd = world.ircd
    ircd.come(CHANNEL, "bob")
    world.wait_shown(["bob"])
    first = arns(world)["bob"]
    ircd.rename("bob", "rob")
    ircd.come(CHANNEL, "bob")
    world.wait_shown(["bob", "rob"])
    assert arns(world)["rob"] == first
    ircd.say("bob", CHANNEL, "I am new")
    ircd.say("rob", CHANNEL, "I am not")
    assert world.wait_message("I am not")["Sender"]["Arn"] == first
    assert world.wait_message("I am new")["Sender"]["Arn"] != first


def test_nicks_are_swapped(tmp_path, processes):
    world = world_of(tmp_path, processes)
    ircd = world.ircd
    ircd.come(CHANNEL, "ann", "ben")
    world.wait_shown(["ann", "ben"])
    before = arns(world)
    ircd.rename("ann", "tmp")
    ircd.rename("ben", "ann")
    ircd.rename("tmp", "ben")
    ircd.say("ben", CHANNEL, "was ann")
    ircd.say("ann", CHANNEL, "was ben")
    assert world.wait_message("was ann")["Sender"]["Arn"] == before["ann"]
    assert world.wait_message("was ben")["Sender"]["Arn"] == before["ben"]
    until(lambda: arns(world) == {"ann": before["ben"],
                                  "ben": before["ann"]},
          lambda: f"{before} {arns(world)}", step_s=0.2)


def test_login_and_logout(tmp_path, processes):
    """An account is another person, who is there instead."""
    world = world_of(tmp_path, processes)
    ircd = world.ircd
    ircd.come(CHANNEL, "bob")
    world.wait_shown(["bob"])
    anonymous = arns(world)["bob"]
    ircd.login("bob", "robert")
    until(lambda: arns(world).get("bob", anonymous) != anonymous and
          world.shown() == ["bob"], lambda: world.members(), step_s=0.1)
    ircd.say("bob", CHANNEL, "as robert")
    known = world.wait_message("as robert")["Sender"]["Arn"]
    assert known == arns(world)["bob"] != anonymous
    ircd.rename("bob", "rob")
    ircd.say("rob", CHANNEL, "still robert")
    assert world.wait_message("still robert")["Sender"]["Arn"] == known
    world.wait_shown(["rob"])
    ircd.login("rob", None)
    ircd.say("rob", CHANNEL, "nobody special")
    assert world.wait_message("nobody special")["Sender"]["Arn"] != known
    until(lambda: known not in world.members(), world.members, step_s=0.1)
    assert world.shown() == ["rob"]


def test_an_account_twice(tmp_path, processes):
    """Two sessions of one person are one; it leaves with the last."""
    world = world_of(tmp_path, processes)
    ircd = world.ircd
    ircd.come(CHANNEL, "bob", account="robert")
    ircd.come(CHANNEL, "bob_phone", account="robert")
    until(lambda: len(arns(world)) == 1, lambda: world.members(), step_s=0.1)
    settle(world)
    assert len(arns(world)) == 1
    ircd.part(CHANNEL, "bob")
    settle(world)
    assert len(arns(world)) == 1
    ircd.part(CHANNEL, "bob_phone")
    world.wait_shown([])


@pytest.mark.parametrize("casemapping, is_one", [
    ("ascii", False), ("rfc1459", True), ("rfc1459-strict", True)])
def test_case(tmp_path, processes, casemapping, is_one):
    world = world_of(tmp_path, processes, ircd={"casemapping": casemapping})
    ircd = world.ircd
    ircd.come(CHANNEL, "Bob[a]")
    world.wait_shown(["Bob[a]"])
    before = arns(world)["Bob[a]"]
    ircd.rename("Bob[a]", "bOB[A]")
    ircd.say("bOB[A]", CHANNEL, "louder")
    assert world.wait_message("louder")["Sender"]["Arn"] == before
    if is_one:
        ircd.rename("bOB[A]", "bob{a}")
        ircd.say("bob{a}", CHANNEL, "softer")
        assert world.wait_message("softer")["Sender"]["Arn"] == before
        world.wait_shown(["bob{a}"])
        return
    ircd.come(CHANNEL, "bob{a}")
    ircd.say("bob{a}", CHANNEL, "another")
    assert world.wait_message("another")["Sender"]["Arn"] != before
    assert len(world.shown()) == 2


@pytest.mark.parametrize("nick", ["[]\\`_^{|}", "a-b", "x`", "Zed^^",
                                  "_" * 30])
def test_odd_nicks(tmp_path, processes, nick):
    world = world_of(tmp_path, processes)
    world.ircd.come(CHANNEL, nick)
    world.wait_shown([nick])
    world.ircd.say(nick, CHANNEL, "I have an odd name")
    sender = world.wait_message("odd name")["Sender"]
    assert sender["Name"] == nick
    assert sender["Arn"] == arns(world)[nick]
    world.ircd.part(CHANNEL, nick)
    world.wait_shown([])


def test_restart_goes_on(tmp_path, processes):
    """Those who are shown cost no call; those who came meanwhile do; those
    who left go after quit_ms."""
    world = world_of(tmp_path, processes)
    ircd = world.ircd
    nicks = [f"p{n}" for n in range(30)]
    ircd.come(CHANNEL, *nicks)
    world.wait_shown(nicks)
    assert world.belfry.stop() == 0
    calls = Calls(world.chimed).mark()
    ircd.part(CHANNEL, "p0")
    ircd.come(CHANNEL, "new")
    world.start()
    world.wait_shown(nicks[1:] + ["new"])
    settle(world)
    assert calls.count("CreateAppInstanceUser") == 1
    assert calls.count("CreateChannelMembership") == 1
    assert calls.count("DeleteChannelMembership") == 1


def test_killed_and_goes_on(tmp_path, processes):
    world = world_of(tmp_path, processes)
    ircd = world.ircd
    nicks = [f"p{n}" for n in range(40)]
    ircd.come(CHANNEL, *nicks)
    until(lambda: len(world.shown()) >= 10, world.belfry.log)
    world.belfry.kill()
    world.start()
    world.wait_shown(nicks)
    assert len(world.api.users(world.instance)) == len(nicks) + 2
    until(lambda: "belfry" in ircd.members(CHANNEL),
          lambda: "back in the channel:\n" + world.belfry.log()[-3000:])
    ircd.say("p3", CHANNEL, "I am one")
    assert world.wait_message("I am one")["Sender"]["Arn"] == \
        arns(world)["p3"]


@pytest.mark.parametrize("batch", [True, False], ids=["batch", "heuristic"])
def test_netsplit(tmp_path, processes, batch):
    """A server and all on it go and come back: no call at all."""
    world = world_of(tmp_path, processes)
    ircd = world.ircd
    nicks = [f"p{n:02}" for n in range(60)]
    ircd.come(CHANNEL, *nicks)
    world.wait_shown(nicks, 60)
    calls = Calls(world.chimed).mark()
    lost = ircd.split(nicks[:50], batch=batch)
    ircd.say("p55", CHANNEL, "it is quiet")
    world.wait_message("it is quiet")
    settle(world, 10)         # longer than quit_ms
    ircd.rejoin(lost, CHANNEL, batch=batch)
    ircd.say("p05", CHANNEL, "back")
    world.wait_message("back")
    settle(world)
    assert calls.people() == 0
    assert world.shown() == nicks


def test_netsplit_that_stays(tmp_path, processes):
    """Who does not come back goes after split_ms, without anybody's word."""
    world = world_of(tmp_path, processes, mirror={"split_ms": 3000})
    ircd = world.ircd
    nicks = [f"p{n:02}" for n in range(30)]
    ircd.come(CHANNEL, *nicks)
    world.wait_shown(nicks, 60)
    lost = ircd.split(nicks[:20])
    ircd.rejoin(lost[:5], CHANNEL)
    world.wait_shown(nicks[:5] + nicks[20:])


def test_a_lie_about_a_split(tmp_path, processes):
    """Servers mark what people say when they quit."""
    world = world_of(tmp_path, processes)
    world.ircd.come(CHANNEL, "bob")
    world.wait_shown(["bob"])
    world.ircd.quit("bob", "Quit: hub.example leaf.example")
    world.wait_shown([], 15)


def test_the_link_is_lost(tmp_path, processes):
    """Nobody is taken away because we do not see them."""
    world = world_of(tmp_path, processes, mirror={"quit_ms": 500},
                     network={"retry": {"min_ms": 2000, "max_ms": 3000}})
    ircd = world.ircd
    ircd.come(CHANNEL, "bob", "eve")
    world.wait_shown(["bob", "eve"])
    calls = Calls(world.chimed).mark()
    ircd.cut()
    wait_without(world, "belfry")
    settle(world, 10)
    assert world.shown() == ["bob", "eve"]
    wait_bridged(world)
    ircd.say("bob", CHANNEL, "there you are")
    world.wait_message("there you are")
    settle(world)
    assert calls.people() == 0


def test_removed_in_chime(tmp_path, processes):
    """Who is removed there is kicked here, by who may."""
    world = world_of(tmp_path, processes, ircd={"ops": ["belfry"]})
    ircd = world.ircd
    ircd.come(CHANNEL, "bob", "eve")
    world.wait_shown(["bob", "eve"])
    world.api.remove_member(world.channel, world.bridge,
                            arns(world)["bob"])
    wait_without(world, "bob")
    settle(world)
    assert world.shown() == ["eve"]
    assert "eve" in ircd.members(CHANNEL)
    ircd.come(CHANNEL, "bob")
    world.wait_shown(["bob", "eve"])


def test_removed_in_chime_without_rank(tmp_path, processes):
    """Where we may not kick, nobody is put back against their will."""
    world = world_of(tmp_path, processes)
    ircd = world.ircd
    ircd.come(CHANNEL, "bob", "eve")
    world.wait_shown(["bob", "eve"])
    world.api.remove_member(world.channel, world.bridge,
                            arns(world)["bob"])
    settle(world, 12)
    assert world.shown() == ["eve"]
    assert "bob" in ircd.members(CHANNEL)
    ircd.say("bob", CHANNEL, "I am still here")
    world.wait_message("I am still here")


def test_kicks_do_not_cross(tmp_path, processes):
    world = world_of(tmp_path, processes, ircd={"ops": ["belfry"]},
                     mirror={"kicks": False})
    world.ircd.come(CHANNEL, "bob")
    world.wait_shown(["bob"])
    world.api.remove_member(world.channel, world.bridge,
                            arns(world)["bob"])
    settle(world, 12)
    assert "bob" in world.ircd.members(CHANNEL)


def test_bots(tmp_path, processes):
    """Where they are ignored they are neither heard nor shown."""
    world = world_of(tmp_path, processes, network={"bots": "ignore"})
    world.ircd.come(CHANNEL, "robot", bot=True)
    world.ircd.come(CHANNEL, "bob")
    world.wait_shown(["bob"])
    world.ircd.say("robot", CHANNEL, "beep")
    world.ircd.say("bob", CHANNEL, "quiet, robot")
    world.wait_message("quiet, robot")
    assert world.contents() == ["quiet, robot"]


def test_other_bridges(tmp_path, processes):
    """What another bridge says goes no further, however it is known."""
    world = world_of(tmp_path, processes,
                     network={"relays": ("matterbridge!*@*",)})
    ircd = world.ircd
    ircd.come(CHANNEL, "matterbridge", "bob")
    world.wait_shown(["bob"])
    ircd.say("matterbridge", CHANNEL, "<x> one")
    ircd.say("x/d", CHANNEL, "two", draft__relaymsg="otherbridge")
    ircd.say("bob", CHANNEL, "three", **{"+belfry/id": "m.3"})
    ircd.say("bob", CHANNEL, "four")
    world.wait_message("four")
    assert world.contents() == ["four"]


def test_without_puppets_in_chime(tmp_path, processes):
    """One user speaks for all: nobody is to be shown."""
    world = world_of(tmp_path, processes, chime={"puppets": False})
    world.ircd.come(CHANNEL, "bob")
    world.ircd.say("bob", CHANNEL, "plain")
    message = world.wait_message("plain")
    assert message["Sender"]["Arn"] == world.bridge
    assert world.shown() == []


def test_quota(tmp_path, processes):
    """At the limit the bridge's own user speaks, with the name in front."""
    world = world_of(tmp_path, processes, chime={"max_puppets": 2})
    ircd = world.ircd
    ircd.come(CHANNEL, "p0", "p1")
    world.wait_shown(["p0", "p1"])
    ircd.come(CHANNEL, "p2")
    ircd.say("p2", CHANNEL, "one too many")
    message = world.wait_message("one too many")
    assert message["Sender"]["Arn"] == world.bridge
    assert "p2" in message["Content"]
    assert world.shown() == ["p0", "p1"]
