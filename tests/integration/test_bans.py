"""Bans, kept alike on both sides."""
import os
import threading

import pytest

from support.chime_api import ChimeError
from support.crowd import Crowd
from support.ircd import Hybrid, Inspircd, Ngircd
from support.moderation import ModeratedWorld
from support.moderated_ircd import ModeratedIrcd
from support.wait import until
from support.world import CHANNEL

SERVERS = [Ngircd, Inspircd, Hybrid]
# The longest list of ngircd, which has no setting for it.
NGIRCD_BANS = 50
# BELFRY_BANS=1000 is the full size: as many on each side.
COUNT = int(os.environ.get("BELFRY_BANS", "60"))


@pytest.fixture(params=SERVERS, ids=lambda s: s.program)
def server(request):
    return request.param


def limited(server, limit):
    """The same server, whose lists of bans are shorter."""
    if server is Ngircd:
        return server  # NGIRCD_BANS, always
    words = {
        "inspircd": ("<options ", f'<maxlist chan="*" limit="{limit}">\n'
                                  "<options "),
        "ircd-hybrid": ("log {", f"channel {{ max_bans = {limit}; "
                        f"max_bans_large = {limit}; }};\nlog {{"),
    }[server.program]

    class Limited(server):
        def configuration(self):
            text = super().configuration()
            assert words[0] in text
            return text.replace(*words, 1)
    return Limited


# --- from IRC ---

def test_a_mask_bans_those_whom_it_fits(tmp_path, processes, server):
    """And its end lifts just those bans; who is there is shown again."""
    world = ModeratedWorld(tmp_path, processes, server)
    world.client("eve", "eva", "tom")
    world.wait_shown("bob", "eva", "eve", "tom")
    world.mode("+b ev?!*@*")
    world.wait_banned(["eva", "eve"])
    world.wait_shown("bob", "tom")
    world.mode("+b eva!*@*")
    world.rounds()
    world.mode("-b ev?!*@*")
    world.wait_banned(["eva"])
    world.wait_shown("bob", "eve", "tom")
    world.mode("-b eva!*@*")
    world.wait_banned([])
    world.wait_shown("bob", "eva", "eve", "tom")
    assert world.masks() == []
    assert world.changes() == []


def test_nobody_yet(tmp_path, processes, server):
    """A mask that fits nobody; then somebody takes such a nick."""
    world = ModeratedWorld(tmp_path, processes, server)
    tom = world.client("tom")
    world.wait_shown("bob", "tom")
    world.mode("+b mallory!*@*")
    world.rounds()
    assert world.banned() == []
    assert any(e.get("rule") == "mallory!*@*" and not e.get("id")
               for e in world.entries()), world.entries()
    tom.send("NICK mallory")
    world.wait_banned(["mallory"])
    world.mode("-b mallory!*@*")
    world.wait_banned([])


def test_lazy(tmp_path, processes):
    """Who has no user in Chime is banned when they have one."""
    world = ModeratedWorld(tmp_path, processes, Ngircd, {"members": "lazy"})
    eve = world.client("eve")
    world.mode("+b eve!*@*")
    world.rounds()
    assert world.banned() == []
    assert world.user("eve") is None
    # Voiced, a banned person may speak.
    world.mode("+v eve")
    eve.say(CHANNEL, "here I am")
    world.wait_banned(["eve"])
    world.wait_shown()


def test_a_puppet_is_banned(tmp_path, processes, server):
    """Somebody of Chime, by the nick that shows them on IRC."""
    world = ModeratedWorld(tmp_path, processes, server, puppets={})
    alice = world.world.alice
    world.bob.wait_here(CHANNEL, "Alice[c]")
    world.mode("+b Alice[c]!*@*")
    world.wait_banned(["Alice"])
    assert alice not in world.world.members()
    world.bob.wait_away(CHANNEL, "Alice[c]")
    world.mode("-b Alice[c]!*@*")
    world.wait_banned([])
    world.rounds()
    assert world.masks() == []


def test_excepted_while_away(tmp_path, processes, server):
    """+e that came while the bridge was not there, and went."""
    world = ModeratedWorld(tmp_path, processes, server)
    world.client("eve", "eva")
    world.wait_shown("bob", "eva", "eve")
    world.mode("+b ev?!*@*")
    world.wait_banned(["eva", "eve"])
    world.rounds()
    world.kill()
    world.mode("+e eve!*@*")
    world.again()
    world.wait_banned(["eva"])
    world.wait_shown("bob", "eve")
    world.kill()
    world.mode("-e eve!*@*")
    world.again()
    world.wait_banned(["eva", "eve"])


@pytest.mark.parametrize("server", [Ngircd, Inspircd],
                         ids=lambda s: s.program)
def test_mistyped(tmp_path, processes, server):
    """Masks that the server keeps with an empty part ban nobody."""
    world = ModeratedWorld(tmp_path, processes, server)
    world.client("eve", "tom")
    world.wait_shown("bob", "eve", "tom")
    world.mode("+b !")
    world.mode("+b tom!@*")
    world.mode("+b eve!*@*")
    world.wait_banned(["eve"])
    world.rounds()
    assert world.banned() == ["eve"]
    assert len(world.masks()) == 3


# --- from Chime ---

def test_whom_our_mask_fits_too(tmp_path, processes, server):
    """Others at the same address are not banned in Chime by it, though the
    server tells of another nick that the bridge had."""
    world = ModeratedWorld(tmp_path, processes, server,
                           {"ban_mask": "*!*{user}@{host}"})
    world.client("eve", "tom")
    world.wait_shown("bob", "eve", "tom")
    world.ban("eve")
    world.wait_masks(["*!*person@127.0.0.1"])
    world.rounds()
    world.kill()
    world.belfry.config["networks"][0]["nick"] = "another"
    world.belfry.write_config()
    world.world.start()
    until(lambda: "another" in world.bob.members(CHANNEL), world.log, 30,
          step_s=0.1)
    world.op("another")
    world.rounds()
    assert world.banned() == ["eve"]
    world.unban("eve")
    world.wait_masks([])
    world.rounds()
    assert world.banned() == []


def test_a_ban_in_chime(tmp_path, processes, server):
    """Is a mask and a kick; lifted there, it is lifted here."""
    world = ModeratedWorld(tmp_path, processes, server)
    eve = world.client("eve")
    world.wait_shown("bob", "eve")
    world.ban("eve")
    world.wait_masks(["eve!*@*"])
    world.bob.wait_away(CHANNEL, "eve")
    assert any(b" KICK " in line for line in eve.lines)
    world.rounds()
    assert world.banned() == ["eve"]
    world.unban("eve")
    world.wait_masks([])
    world.rounds()
    assert world.banned() == []


def test_unbanned_on_the_other_side(tmp_path, processes, server):
    """Who lifts one lifts the other, wherever it was set."""
    world = ModeratedWorld(tmp_path, processes, server)
    world.client("eve", "tom")
    world.wait_shown("bob", "eve", "tom")
    world.ban("eve")
    world.wait_masks(["eve!*@*"])
    world.mode("-b eve!*@*")
    world.wait_banned([])
    world.mode("+b tom!*@*")
    world.wait_banned(["tom"])
    world.unban("tom")
    world.wait_masks([])
    world.rounds()
    assert world.banned() == [] and world.masks() == []


def test_one_of_many_is_unbanned_in_chime(tmp_path, processes):
    """The mask fits others too: it stays, and this is said."""
    world = ModeratedWorld(tmp_path, processes, Ngircd)
    world.client("eve", "eva")
    world.wait_shown("bob", "eva", "eve")
    world.mode("+b ev?!*@*")
    world.wait_banned(["eva", "eve"])
    world.unban("eve")
    world.rounds()
    assert world.banned() == ["eva"]
    assert world.masks() == ["ev?!*@*"]
    world.mode("-b ev?!*@*")
    world.wait_banned([])


def test_who_and_why(tmp_path, processes):
    """As belfryctl shows it."""
    world = ModeratedWorld(tmp_path, processes, Ngircd)
    world.client("eve")
    world.wait_shown("bob", "eve")
    world.mode("+b eve!*@*")
    world.wait_banned(["eve"])

    def settled():
        return next((e for e in world.entries() if e.get("base") is True),
                    None)
    entry = world.wait(settled, "an entry that both agree on")
    assert entry["name"] == "eve" and entry["rule"] == "eve!*@*"
    assert entry["irc"] is True and entry["chime"] is True
    assert entry["id"] == "net/eve"
    assert "pending" not in entry and "why" not in entry
    table = world.ctl("bans", "project").stdout
    assert "net/eve" in table and "eve!*@*" in table


# --- by order ---

def test_ordered(tmp_path, processes, server):
    """belfryctl bans on both sides, and lifts."""
    world = ModeratedWorld(tmp_path, processes, server)
    world.client("eve")
    world.wait_shown("bob", "eve")
    done = world.ctl("ban", "project", "eve", "--reason", "spam")
    assert done.returncode == 0, done.stderr
    world.wait_banned(["eve"])
    world.wait_masks(["eve!*@*"])
    world.bob.wait_away(CHANNEL, "eve")
    again = world.ctl("ban", "project", "eve")
    assert again.returncode == 1 and "already" in again.stderr
    assert world.ctl("unban", "project", "eve").returncode == 0
    world.wait_banned([])
    world.wait_masks([])
    nobody = world.ctl("ban", "project", "nobody-at-all")
    assert nobody.returncode == 1 and "nobody" in nobody.stderr


def test_ordered_of_many(tmp_path, processes, server):
    """The mask on IRC fits another too and stays; in Chime it is lifted, also
    when the time is up."""
    world = ModeratedWorld(tmp_path, processes, server)
    world.client("eve", "eva")
    world.wait_shown("bob", "eva", "eve")
    world.mode("+b ev?!*@*")
    world.wait_banned(["eva", "eve"])
    assert world.ctl("unban", "project", "eve").returncode == 0
    world.wait_banned(["eva"])
    world.wait(lambda: any("ev?!*@*" in note for note in world.notes()),
               "it is said")
    lifted = world.calls.count("DeleteChannelBan")
    assert world.ctl(
        "ban", "project", "eve", "--for", "2s").returncode == 0
    world.wait(lambda: world.calls.count("DeleteChannelBan") > lifted,
               "banned and lifted")
    world.wait_banned(["eva"])
    assert world.masks() == ["ev?!*@*"]
    world.mode("-b ev?!*@*")
    world.wait_banned([])


def test_ordered_for_a_time(tmp_path, processes):
    """It is lifted by itself, though the daemon died meanwhile."""
    world = ModeratedWorld(tmp_path, processes, Ngircd)
    world.client("eve")
    world.wait_shown("bob", "eve")
    assert world.ctl("ban", "project", "eve", "--for", "8s").returncode == 0
    world.wait_banned(["eve"])
    world.wait_masks(["eve!*@*"])
    world.kill()
    world.again()
    world.wait_banned([])
    world.wait_masks([])


def test_ordered_on_irc(tmp_path, processes):
    world = ModeratedWorld(
        tmp_path, processes, ModeratedIrcd, network={"operators": ("boss",)},
        is_op=False, starts=False)
    ircd = world.ircd
    ircd.ops |= {"bob", "belfry"}
    ircd.come(CHANNEL, "boss", account="boss")
    ircd.come(CHANNEL, "eve", account="eve")
    world.start()
    world.wait_shown("bob", "boss", "eve")
    ircd.say("boss", CHANNEL, "!chime ban eve 1h being rude")
    world.wait_banned(["eve"])
    world.wait(lambda: ircd.masks(CHANNEL), "a mask")
    assert "eve" not in ircd.members(CHANNEL)
    ircd.say("eve", CHANNEL, "!chime unban eve")
    ircd.say("boss", CHANNEL, "!chime unban eve")
    world.wait_banned([])
    world.wait(lambda: not ircd.masks(CHANNEL), "no mask")


# --- too many ---

def test_everybody(tmp_path, processes, server):
    """+b *!*@* is held; taken back it has changed nothing."""
    world = ModeratedWorld(tmp_path, processes, server, {"max_changes": 4})
    nicks = [f"p{n}" for n in range(8)]
    world.client(*nicks)
    world.wait_shown("bob", *nicks)
    world.mode("+b *!*@*")
    world.wait(lambda: world.moderation().get("held", 0) >= 8, "held")
    world.rounds()
    assert world.banned() == []
    assert sum("confirm" in note for note in world.notes()) == 1
    assert world.ctl("bans", "project").stdout.startswith("9 changes")
    world.mode("-b *!*@*")
    world.wait(lambda: world.moderation().get("held") == 0, "none held")
    world.rounds()
    assert world.banned() == []
    assert world.calls.count("CreateChannelBan") == 0
    assert world.ctl("resync", "project", "--confirm").returncode == 1


def test_everybody_confirmed(tmp_path, processes):
    world = ModeratedWorld(tmp_path, processes, Ngircd, {"max_changes": 4})
    nicks = [f"p{n}" for n in range(8)]
    world.client(*nicks)
    world.wait_shown("bob", *nicks)
    world.mode("+b p?!*@*")
    world.wait(lambda: world.moderation().get("held") == 8, "held")
    done = world.ctl("resync", "project", "--confirm")
    assert done.returncode == 0 and done.stdout.startswith("8 changes")
    world.wait_banned(nicks)
    # Once: what comes next is held again.
    world.mode("-b p?!*@*")
    world.wait(lambda: world.moderation().get("held") == 8, "held again")
    world.rounds()
    assert world.banned() == nicks


def test_two_long_lists_meet(tmp_path, processes):
    """COUNT bans on each side, that the other knows nothing of."""
    world = ModeratedWorld(tmp_path, processes, limited(Inspircd, 5000))
    crowd = Crowd(world.ircd.port, 2 * COUNT)
    processes.append(crowd)
    crowd.join(CHANNEL)
    nicks = sorted(crowd.nicks)
    world.world.wait_shown(["bob", *nicks], deadline_s=30 + COUNT)
    world.kill()
    on_irc, in_chime = nicks[:COUNT], nicks[COUNT:]
    for start in range(0, COUNT, 10):
        some = on_irc[start:start + 10]
        world.mode(f"+{'b' * len(some)} " +
                   " ".join(f"{nick}!*@*" for nick in some))
    world.wait(lambda: len(world.masks()) == COUNT, "bans on IRC")
    users = {name: arn for arn, name in
             world.api.users(world.world.instance).items()}
    for nick in in_chime:
        world.api.ban(world.channel, world.world.bridge, users[nick])
    world.again()
    world.wait(lambda: world.moderation().get("held", 0) == 2 * COUNT,
               "held", 60 + COUNT)
    assert len(world.masks()) == COUNT and len(world.banned()) == COUNT
    before = len(world.changes())
    assert world.ctl("resync", "project", "--confirm").returncode == 0
    world.wait_banned(nicks, 60 + COUNT)
    world.wait_masks([f"{nick}!*@*" for nick in nicks], 60 + COUNT)
    world.calls.mark()
    world.rounds()
    assert world.changed_in_chime() == 0
    # Many at once: as MODES allows (20 of InspIRCd's), not one by one.
    assert len(world.changes()) - before <= COUNT / 2
    assert sum(c.split(" ")[0].count("b")
               for c in world.changes()[before:]) == COUNT


# --- limits and rights ---

def test_the_list_is_full(tmp_path, processes, server):
    """It is said why, once; nothing else is thrown out for it."""
    world = ModeratedWorld(tmp_path, processes, limited(server, 5))
    world.client("eve")
    world.wait_shown("bob", "eve")
    size = NGIRCD_BANS if server is Ngircd else 5
    others = [f"nobody{n}!*@*" for n in range(size)]
    for mask in others:
        world.mode(f"+b {mask}")
    world.wait_masks(others)
    world.ban("eve")

    def why():
        return next((e["why"] for e in world.entries()
                     if e.get("name") == "eve" and e.get("why")), None)
    assert "full" in world.wait(why, "why it is not done").lower()
    world.rounds()
    assert sorted(world.masks()) == sorted(others)
    assert world.banned() == ["eve"]
    world.mode(f"-b {others[0]}")
    world.ctl("resync", "project")
    world.wait_masks([*others[1:], "eve!*@*"])


def test_without_the_right_on_irc(tmp_path, processes, server):
    """Bans are only read there, which is said once; and the right is used when
    it comes."""
    world = ModeratedWorld(tmp_path, processes, server, is_op=False)
    world.client("eve", "tom")
    world.wait_shown("bob", "eve", "tom")
    world.wait(lambda: ("irc", "bans") in world.denied(), "no right")
    world.ban("eve")
    world.wait(lambda: any(e.get("pending") for e in world.entries()),
               "pending")
    world.rounds()
    assert world.masks() == [] and world.banned() == ["eve"]
    assert sum("operator" in note for note in world.notes()) == 1
    # What is known there goes to the other side nevertheless.
    world.mode("+b tom!*@*")
    world.wait_banned(["eve", "tom"])
    world.op("belfry")
    world.wait_masks(["eve!*@*", "tom!*@*"])
    world.wait(lambda: ("irc", "bans") not in world.denied(), "the right")
    world.mode("-o belfry")
    world.wait(lambda: ("irc", "bans") in world.denied(), "no right again")
    done = world.ctl("unban", "project", "tom")
    assert done.returncode == 0
    assert "not on IRC" in done.stderr and "operator" in done.stderr


def test_without_the_right_in_chime(tmp_path, processes):
    """The same: the bridge's user is no moderator, then it is one again."""
    world = ModeratedWorld(tmp_path, processes, Ngircd)
    api, owner = world.api, world.world.alice
    world.client("eve")
    world.wait_shown("bob", "eve")
    api.add_moderator(world.channel, world.world.bridge, owner)
    api.remove_moderator(world.channel, owner, world.world.bridge)
    world.mode("+b eve!*@*")
    world.wait(lambda: ("chime", "bans") in world.denied(), "no right", 60)
    assert api.bans(world.channel, owner) == {}
    api.add_moderator(world.channel, owner, world.world.bridge)
    # It is looked for now and then; who cannot wait asks.
    world.ctl("resync", "project")
    world.wait(lambda: api.bans(world.channel, owner), "the ban", 90)
    world.wait(lambda: ("chime", "bans") not in world.denied(), "the right")


def test_one_way(tmp_path, processes):
    """To Chime alone: nothing is changed on IRC."""
    world = ModeratedWorld(tmp_path, processes, Ngircd, {"bans": "to_chime"})
    world.client("eve", "tom")
    world.wait_shown("bob", "eve", "tom")
    world.mode("+b eve!*@*")
    world.wait_banned(["eve"])
    world.ban("tom")
    world.rounds()
    assert world.masks() == ["eve!*@*"]
    assert world.changes() == []


def test_off(tmp_path, processes):
    world = ModeratedWorld(tmp_path, processes, Ngircd, {"bans": "off"})
    world.client("eve")
    world.wait_shown("bob", "eve")
    world.mode("+b eve!*@*")
    world.bob.say(CHANNEL, "a line")
    world.world.wait_message("a line")
    assert world.calls.count("ListChannelBans", "CreateChannelBan") == 0
    refused = world.ctl("ban", "project", "eve")
    assert refused.returncode == 1 and "mirror.bans" in refused.stderr


# --- wars ---

class Warrior:
    """Two who cannot agree: one lifts each mask on IRC, the other bans again
    in Chime."""

    def __init__(self, world, name):
        self.world, self.user = world, world.user(name)
        self.is_over, self.lifted, self.banned = False, 0, 0
        self._thread = threading.Thread(target=self._fight, daemon=True)
        self._thread.start()

    def _fight(self):
        api, seen = type(self.world.api)(self.world.api.port), 0
        while not self.is_over:
            lines = self.world.bob.lines
            for line in lines[seen:]:
                words = line.decode(errors="replace").split(" ")
                if words[0].startswith(":belfry!") and words[1] == "MODE" \
                        and words[3] == "+b":
                    self.world.mode(f"-b {words[4]}")
                    self.lifted += 1
            seen = len(lines)
            try:
                api.ban(self.world.channel, self.world.world.bridge,
                        self.user)
                self.banned += 1
            except ChimeError:
                pass
            threading.Event().wait(0.05)

    def end(self):
        self.is_over = True
        self._thread.join(10)


def test_war(tmp_path, processes):
    """It ends by itself, and is said once."""
    world = ModeratedWorld(tmp_path, processes, Ngircd)
    world.client("eve")
    world.wait_shown("bob", "eve")
    war = Warrior(world, "eve")
    try:
        world.wait(lambda: world.moderation().get("wars", 0) >= 1, "a war",
                   60)
        world.rounds(2)
        before = len(world.changes())
        world.rounds(6)
        assert len(world.changes()) == before
        assert before <= 12
        assert sum("eve" in note and "left alone" in note
                   for note in world.notes()) <= 1
    finally:
        war.end()


# --- death ---

def test_killed_in_the_middle(tmp_path, processes):
    """All is as it should be in the end, and what nobody touched is as it
    was."""
    world = ModeratedWorld(
        tmp_path, processes, Inspircd, {"max_changes": 1000},
        before=lambda w: w.mode("+b old!*@*"))
    nicks = [f"p{n:02}" for n in range(30)]
    world.client(*nicks)
    world.wait_shown("bob", *nicks)
    world.ban("p29")
    world.wait_masks(["old!*@*", "p29!*@*"])
    world.rounds()
    for n in range(0, 12, 3):
        world.mode("+bbb " + " ".join(f"p{m:02}!*@*"
                                      for m in range(n, n + 3)))
    for n in range(12, 24):
        world.ban(f"p{n:02}")
    until(lambda: world.calls.count("CreateChannelBan") > 16,
          lambda: world.log(), 30)
    world.kill()
    # Meanwhile somebody changes their mind on either side.
    world.mode("-b p00!*@*")
    world.unban("p29")
    world.again()
    wanted = [f"p{n:02}" for n in range(1, 24)]
    world.wait_banned(wanted, 60)
    world.wait_masks(["old!*@*", *(f"{nick}!*@*" for nick in wanted)], 60)
    world.calls.mark()
    seen = len(world.changes())
    world.kill()
    world.again()
    world.rounds()
    assert world.changed_in_chime() == 0
    assert len(world.changes()) == seen
    assert world.banned() == wanted


def test_killed_before_a_mask_is_known(tmp_path, processes):
    """A mask that stood a moment before the death, for somebody who is gone
    and whose ban was lifted meanwhile: the bridge takes it back."""
    world = ModeratedWorld(tmp_path, processes, Inspircd,
                           {"max_changes": 1000})
    nicks = [f"p{n:02}" for n in range(12)]
    world.client(*nicks)
    world.wait_shown("bob", *nicks)
    world.rounds()
    for nick in nicks:
        world.ban(nick)
    until(lambda: "p00!*@*" in world.masks(), lambda: world.log(), 30,
          step_s=0.01)
    world.kill()
    for nick in nicks:
        world.unban(nick)
    world.again()
    world.wait_masks([], 60)
    world.wait_banned([], 60)


# --- which calls ---

def test_each_operation_of_the_service(tmp_path, processes):
    """The bridge itself has used all that there is for this."""
    world = ModeratedWorld(
        tmp_path, processes, Ngircd,
        {"moderators": "both", "moderators_need_account": False,
         "topic": "both"})
    world.client("eve", "tom")
    world.wait_shown("bob", "eve", "tom")
    # By the bridge.
    world.mode("+b eve!*@*")
    world.wait_banned(["eve"])
    world.mode("-b eve!*@*")
    world.wait_banned([])
    world.op("tom")
    world.wait(lambda: "tom" in world.moderators(), "tom is moderator")
    world.mode("-o tom")
    world.wait(lambda: "tom" not in world.moderators(), "tom is none")
    world.bob.send(f"TOPIC {CHANNEL} :a new topic")
    world.wait(lambda: "a new topic" in world.api.channel(
        world.channel, world.world.bridge).get("Metadata", ""), "the topic")
    # By others: these are looked at.
    world.ban("tom")
    world.wait_masks(["tom!*@*"])
    world.api.add_moderator(world.channel, world.world.bridge,
                            world.world.alice)
    wanted = {"CreateChannelBan", "DeleteChannelBan", "DescribeChannelBan",
              "ListChannelBans", "CreateChannelModerator",
              "DeleteChannelModerator", "DescribeChannelModerator",
              "ListChannelModerators", "UpdateChannel", "DescribeChannel",
              "ListChannelsModeratedByAppInstanceUser",
              "DescribeChannelModeratedByAppInstanceUser"}
    until(lambda: wanted <= world.by_bridge(), lambda: "not by the bridge: "
          f"{wanted - world.by_bridge()}\n{world.log()}", 60, step_s=0.2)
