"""Operators of IRC and moderators of Chime, kept alike."""
import pytest

from support.ircd import Atheme, Hybrid, Inspircd, Ngircd
from support.moderated_ircd import ModeratedIrcd
from support.moderation import ModeratedWorld
from support.people import arns
from support.wait import until
from support.world import CHANNEL

SERVERS = [Ngircd, Inspircd, Hybrid]
BOTH = {"moderators": "both"}
ANYBODY = {**BOTH, "moderators_need_account": False}


@pytest.fixture(params=SERVERS, ids=lambda s: s.program)
def server(request):
    return request.param


def test_both_ways(tmp_path, processes, server):
    world = ModeratedWorld(tmp_path, processes, server, ANYBODY)
    world.client("eve", "tom")
    world.wait_shown("bob", "eve", "tom")
    # Who was operator before is one in Chime.
    world.wait_moderators(["bob"])
    world.op("eve")
    world.wait_moderators(["bob", "eve"])
    world.api.add_moderator(world.channel, world.world.bridge,
                            world.user("tom"))
    until(lambda: "tom" in world.ranked("@"), world.log, 30, step_s=0.1)
    world.mode("-o eve")
    world.wait_moderators(["bob", "tom"])
    world.api.remove_moderator(world.channel, world.world.bridge,
                               world.user("tom"))
    until(lambda: "tom" not in world.ranked("@"), world.log, 30, step_s=0.1)
    world.rounds()
    assert world.moderators() == ["bob"]
    assert world.ranked("@") == {"bob", "belfry"}
    # Never about itself.
    assert not any("belfry" in change for change in world.changes())


def test_only_accounts(tmp_path, processes):
    """Whose nick is nobody's for certain is moderator of nothing."""
    world = ModeratedWorld(tmp_path, processes, Ngircd, BOTH)
    world.client("eve")
    world.wait_shown("bob", "eve")
    world.op("eve")
    world.rounds()
    assert world.moderators() == []
    assert world.calls.count("CreateChannelModerator") == 0


def test_who_leaves_stays_moderator(tmp_path, processes):
    """And who comes again without the mode is not demoted for that."""
    world = ModeratedWorld(tmp_path, processes, Ngircd, ANYBODY)
    eve = world.client("eve")
    world.op("eve")
    world.wait_moderators(["bob", "eve"])
    eve.send(f"PART {CHANNEL}")
    world.bob.wait_away(CHANNEL, "eve")
    world.rounds()
    assert world.moderators() == ["bob", "eve"]


def test_a_moderator_who_was_away(tmp_path, processes):
    """Gets the mode when they come."""
    world = ModeratedWorld(tmp_path, processes, Ngircd, ANYBODY)
    eve = world.client("eve")
    world.wait_shown("bob", "eve")
    eve.send(f"PART {CHANNEL}")
    world.wait_shown("bob")
    world.api.add_moderator(world.channel, world.world.bridge,
                            world.user("eve"))
    world.rounds()
    eve.joined.discard(CHANNEL)
    eve.join(CHANNEL)
    until(lambda: "eve" in world.ranked("@"), world.log, 30, step_s=0.1)
    world.wait_moderators(["bob", "eve"])


def test_a_puppet(tmp_path, processes):
    """A moderator of Chime who is shown on IRC, and the other way."""
    world = ModeratedWorld(tmp_path, processes, Inspircd, ANYBODY,
                           puppets={})
    alice = world.world.alice
    world.bob.wait_here(CHANNEL, "Alice[c]")
    world.api.add_moderator(world.channel, world.world.bridge, alice)
    until(lambda: "Alice[c]" in world.ranked("@"), world.log, 30, step_s=0.1)
    world.mode("-o Alice[c]")
    until(lambda: alice not in world.api.moderators(
        world.channel, world.world.bridge), world.log, 30, step_s=0.1)


def scripted(tmp_path, processes, **more):
    world = ModeratedWorld(tmp_path, processes, ModeratedIrcd, BOTH,
                           is_op=False, starts=False, **more)
    world.ircd.ops |= {"bob", "belfry"}
    for nick in ("eve", "tom", "ann"):
        world.ircd.come(CHANNEL, nick, account=nick)
    world.start()
    world.wait_shown("ann", "bob", "eve", "tom")
    return world


def test_accounts_both_ways(tmp_path, processes):
    world = scripted(tmp_path, processes)
    ircd = world.ircd
    ircd.mode(CHANNEL, "bob", "+o", "eve")
    world.wait_moderators(["eve"])
    world.api.add_moderator(world.channel, world.world.bridge,
                            arns(world.world)["tom"])
    until(lambda: "tom" in ircd.room(CHANNEL).ops, world.log, 30)
    ircd.mode(CHANNEL, "bob", "-o", "eve")
    world.wait_moderators(["tom"])
    assert not ircd.errors


def test_what_machines_give(tmp_path, processes):
    """Ops by a server after a split, or by services, are nobody's wish."""
    world = scripted(tmp_path, processes)
    ircd = world.ircd
    ircd.come(CHANNEL, "ChanServ", user="services", host="services.")
    ircd.mode(CHANNEL, "hub.example", "+o", "eve")
    ircd.mode(CHANNEL, "ChanServ", "+o", "tom")
    world.rounds()
    assert world.moderators() == []
    assert world.calls.count("CreateChannelModerator") == 0


def test_a_split_demotes_nobody(tmp_path, processes):
    world = scripted(tmp_path, processes)
    ircd = world.ircd
    ircd.mode(CHANNEL, "bob", "+o", "eve")
    world.wait_moderators(["eve"])
    lost = ircd.split(["eve", "tom"])
    ircd.room(CHANNEL).ops.discard("eve")
    world.rounds()
    ircd.rejoin(lost, CHANNEL)
    ircd.mode(CHANNEL, "hub.example", "+o", "eve")
    world.rounds()
    assert world.moderators() == ["eve"]
    assert world.calls.count("DeleteChannelModerator") == 0


def test_a_server_that_bans_accounts(tmp_path, processes):
    """A ban in Chime is one of the account, if there is one."""
    world = scripted(tmp_path, processes)
    ircd = world.ircd
    world.api.ban(world.channel, world.world.bridge,
                  arns(world.world)["eve"])
    until(lambda: ircd.masks(CHANNEL) == ["$a:eve"],
          lambda: f"{ircd.masks(CHANNEL)} {world.log()}", 30)
    until(lambda: "eve" not in ircd.members(CHANNEL), world.log, 30)
    # Whatever nick the account has when it comes again.
    ircd.mode(CHANNEL, "bob", "+b", "$a:tom")
    world.wait_banned(["eve", "tom"])
    ircd.mode(CHANNEL, "bob", "-bb", "$a:tom", "$a:eve")
    world.wait_banned([])


def test_accounts_of_services(tmp_path, processes):
    """InspIRCd with Atheme: who logs in is somebody for certain."""
    world = ModeratedWorld(tmp_path, processes, Inspircd, BOTH, starts=False)
    processes.append(Atheme(tmp_path, world.ircd).start())
    eve = world.client("eve")
    until(lambda: eve.send("PRIVMSG NickServ :REGISTER secret eve@x.test") or
          any(b"NickServ!" in line for line in eve.lines),
          lambda: f"NickServ: {eve.lines[-5:]}", 30, step_s=1)
    until(lambda: any(b" 900 " in line for line in eve.lines),
          lambda: f"logged in: {eve.lines[-5:]}", 30, step_s=0.1)
    world.start()
    world.wait_shown("bob", "eve")
    world.op("eve")
    world.wait_moderators(["eve"])
    world.mode("-o eve")
    world.wait_moderators([])


def test_rights_are_missing(tmp_path, processes):
    """The bridge is no operator: Chime follows IRC, not the other way."""
    world = ModeratedWorld(tmp_path, processes, Ngircd, ANYBODY, is_op=False)
    world.client("eve", "tom")
    world.wait_shown("bob", "eve", "tom")
    world.op("eve")
    world.wait_moderators(["bob", "eve"])
    world.api.add_moderator(world.channel, world.world.bridge,
                            world.user("tom"))
    world.wait(lambda: ("irc", "moderators") in world.denied(), "no right")
    world.rounds()
    assert "tom" not in world.ranked("@")
    world.op("belfry")
    until(lambda: "tom" in world.ranked("@"), world.log, 30, step_s=0.1)


def test_a_puppet_comes_again(tmp_path, processes):
    """Under another nick, and after a restart: a moderator of Chime is operator
    whenever they are there."""
    world = ModeratedWorld(tmp_path, processes, Ngircd, BOTH, puppets={})
    api, bridge, alice = world.api, world.world.bridge, world.world.alice
    world.bob.wait_here(CHANNEL, "Alice[c]")
    api.add_moderator(world.channel, bridge, alice)
    until(lambda: "Alice[c]" in world.ranked("@"), world.log, 30, step_s=0.1)
    api.rename_user(alice, "Alicia")
    world.bob.wait_here(CHANNEL, "Alicia[c]")
    api.remove_member(world.channel, bridge, alice)
    world.bob.wait_away(CHANNEL, "Alicia[c]")
    api.add_member(world.channel, bridge, alice)
    until(lambda: "Alicia[c]" in world.ranked("@"), world.log, 30, step_s=0.1)
    world.kill()
    world.again()
    until(lambda: "Alicia[c]" in world.ranked("@"), world.log, 30, step_s=0.1)
    # By the nick that they have now.
    world.mode("-o Alicia[c]")
    until(lambda: alice not in api.moderators(world.channel, bridge),
          world.log, 30, step_s=0.1)
    world.mode("+b Alicia[c]!*@*")
    world.wait_banned(["Alicia"])


def test_reload_keeps_the_rights(tmp_path, processes):
    """Other settings of a mapping: the bridge does not leave for them, as who
    comes back is no operator any more."""
    world = ModeratedWorld(tmp_path, processes, Ngircd)
    world.client("eve", "tom")
    world.wait_shown("bob", "eve", "tom")
    seen, start = len(world.bob.lines), len(world.belfry.log())
    for mapping in world.belfry.config["mappings"]:
        mapping["mirror"]["max_changes"] = 7
    world.belfry.reload()
    world.belfry.wait_log("mapping project begins", after=start)
    world.ban("eve")
    world.wait_masks(["eve!*@*"])
    world.mode("+b tom!*@*")
    world.wait_banned(["eve", "tom"])
    world.bob.say(CHANNEL, "a line")
    world.world.wait_message("a line")
    world.world.say("an answer")
    world.bob.wait_heard(CHANNEL, "an answer")
    assert "belfry" in world.ranked("@")
    assert not any(line.startswith(b":belfry!") and
                   line.split(b" ")[1] in (b"PART", b"JOIN")
                   for line in world.bob.lines[seen:])


def test_reload_asks_nobody_again(tmp_path, processes):
    """Who is there is known at once, however slowly lines may go out: one
    in a minute."""
    world = ModeratedWorld(tmp_path, processes, Ngircd, network={
        "flood": {"burst": 6, "interval_ms": 60 * 1000}})
    world.client("eve", "tom")
    world.wait_shown("bob", "eve", "tom")
    start = len(world.belfry.log())
    for mapping in world.belfry.config["mappings"]:
        mapping["mirror"]["max_changes"] = 7
    world.belfry.reload()
    world.belfry.wait_log("mapping project begins", after=start)

    def known():
        told = world.ctl("members", "project").stdout
        return "people of IRC: 3" in told and "no list has come" not in told
    world.wait(known, "a list of people", 20)


def test_table(tmp_path, processes):
    world = scripted(tmp_path, processes)
    world.ircd.mode(CHANNEL, "bob", "+o", "eve")
    world.wait_moderators(["eve"])

    def settled():
        return next((e for e in world.entries("moderators")
                     if e.get("name") == "eve" and e.get("base")), None)
    entry = world.wait(settled, "an entry that both agree on")
    assert entry["id"] == "net/@eve"
    assert entry["irc"] is True and entry["chime"] is True
