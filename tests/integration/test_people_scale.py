"""Crowds: thousands of people on IRC, all of them shown in Chime.

BELFRY_CROWD=2000 is the full size; at the pace that the service publishes (10
new users a second) it takes some minutes."""
import json
import os
import sys
import threading
import time

import pytest

from support.calls import LOGGED, Calls
from support.crowd import Crowd
from support.ircd import Inspircd
from support.people import (MIRROR, UNLIMITED, people_world, settle,
                            wait_bridged)
from support.wait import until
from support.world import CHANNEL, World

COUNT = int(os.environ.get("BELFRY_CROWD", "300"))
SETUP = 2     # members that the test makes itself: alice and the reader
LIMITED = (*LOGGED, "--limits", "published")


def crowd_world(tmp_path, processes, limited, count=COUNT, **mirror):
    """`limited`: the budgets are those that are published, and are kept."""
    world = World(
        tmp_path, processes, Inspircd,
        chime={"members_ms": 5000,
               **({"limits": {}} if limited else {"limits": UNLIMITED})},
        mapping={"mirror": {**MIRROR, "members": "full", **mirror}},
        service=LIMITED if limited else LOGGED)
    # The budgets of the others are for the bridge.
    world.reader = world.api.create_user(world.instance, "reader", "Reader")
    world.api.add_member(world.channel, world.bridge, world.reader)
    bob = world.client("bob")
    crowd = Crowd(world.ircd.port, count)
    processes.append(crowd)
    crowd.join(CHANNEL)
    world.start()
    world.wait_joined(bob)
    return world, bob, crowd


class Conversation:
    """Speaks once a second each way, and takes the time."""

    def __init__(self, world, bob, reader):
        self.world, self.bob, self.reader = world, bob, reader
        self.to_chime, self.to_irc, self.problem = [], [], None
        self.is_over = False
        self._thread = threading.Thread(target=self._talk, daemon=True)
        self._thread.start()

    def _talk(self):
        number = 0
        try:
            while not self.is_over:
                number += 1
                at = time.monotonic()
                self.bob.say(CHANNEL, f"to-chime-{number}.")
                self.wait_chime(f"to-chime-{number}.")
                self.to_chime.append(time.monotonic() - at)
                at = time.monotonic()
                self.world.say(f"to-irc-{number}.")
                self.bob.wait_heard(CHANNEL, f"to-irc-{number}.", 30)
                self.to_irc.append(time.monotonic() - at)
                time.sleep(0.5)
        except Exception as error:     # a test looks at it
            self.problem = error

    def wait_chime(self, text):
        """Looks at the last page alone, and within what a bearer may."""
        def seen():
            page = self.world.api.call(
                "GET", f"/channels/{self.world.channel.replace('/', '%2F')}"
                "/messages", self.reader,
                [("sort-order", "DESCENDING"), ("max-results", "5")])
            return any(text in (m.get("Content") or "")
                       for m in page["ChannelMessages"])
        until(seen, f"{text} in Chime", 30, step_s=0.25)

    def end(self):
        self.is_over = True
        self._thread.join(40)
        assert self.problem is None, self.problem
        return self


def wait_memberships(world, calls, count, deadline_s):
    """Without a call of our own: the budgets are for the bridge."""
    def done():
        made = calls.count("CreateChannelMembership")
        return made - calls.refused["CreateChannelMembership"] >= count
    until(done, lambda: f"{count} memberships: {calls.counter()}\n" +
          world.belfry.log()[-3000:], deadline_s, step_s=1)


def wait_all_shown(world, count, deadline_s):
    until(lambda: len(world.members()) >= count,
          lambda: f"{len(world.members())} of {count} in Chime\n" +
          world.belfry.log()[-3000:], deadline_s, step_s=2)


def test_live_while_it_syncs(tmp_path, processes):
    """What is said takes less than two seconds more, at the published pace;
    after a restart in the middle the rest is done, and nothing twice."""
    world, bob, crowd = crowd_world(tmp_path, processes, limited=True)
    calls = Calls(world.chimed)
    talk = Conversation(world, bob, world.reader)
    started = time.monotonic()
    until(lambda: calls.count("CreateAppInstanceUser") >= COUNT // 2,
          lambda: f"{calls.counter()}\n{world.belfry.log()[-3000:]}",
          COUNT, step_s=0.5)
    half_s = time.monotonic() - started
    talk.end()
    world.restart()
    bob.wait_here(CHANNEL, "belfry")
    talk_again = Conversation(world, bob, world.reader)
    wait_memberships(world, calls, SETUP + COUNT + 1, COUNT)
    talk_again.end()
    found = calls.counter()
    times = sorted(talk.to_chime + talk_again.to_chime[1:])
    back = sorted(talk.to_irc + talk_again.to_irc[1:])
    print(json.dumps({
        "people": COUNT, "half_s": round(half_s, 1),
        "users": found["CreateAppInstanceUser"],
        "memberships": found["CreateChannelMembership"],
        "refused": sum(calls.refused.values()),
        "to_chime_max_s": round(times[-1], 2),
        "to_irc_max_s": round(back[-1], 2)}), file=sys.stderr)
    # bob is a person too. A call that the restart cut off is made again.
    assert SETUP + COUNT <= found["CreateAppInstanceUser"] <= COUNT + 20
    assert SETUP + COUNT <= found["CreateChannelMembership"] <= COUNT + 20
    assert half_s >= (COUNT // 2 - 20) / 10, "faster than is allowed"
    # Besides the way itself: a poll of a second, and what the test looks.
    assert times[len(times) // 2] < 2 and times[-1] < 4, times
    assert back[-1] < 4, back
    assert len(crowd.nicks) == COUNT


def test_netsplit_and_rejoin(tmp_path, processes):
    """500 go with their server and come back: no call of membership."""
    count = min(500, COUNT + 200)
    world = people_world(tmp_path, processes, mirror={"members": "full"})
    wait_bridged(world.start())
    nicks = [f"p{n:04}" for n in range(count)]
    world.ircd.come(CHANNEL, *nicks)
    wait_all_shown(world, count + 2, 120)
    calls = Calls(world.chimed).mark()
    lost = world.ircd.split(nicks)
    settle(world, 10)
    world.ircd.rejoin(lost, CHANNEL)
    world.ircd.say(nicks[7], CHANNEL, "we are back")
    world.wait_message("we are back")
    settle(world, 10)
    assert calls.people() == 0
    assert len(world.shown()) == count


@pytest.mark.parametrize("how", ["quit", "rename"])
def test_storms(tmp_path, processes, how):
    """All reconnect, or rename, at once: few calls, and nobody is two."""
    count = min(COUNT, 300)
    world, bob, crowd = crowd_world(tmp_path, processes, False, count,
                                    quit_ms=30000)
    wait_all_shown(world, count + 4, 120)
    calls = Calls(world.chimed).mark()
    if how == "quit":
        nicks = crowd.quit()
        crowd.come(nicks).join(CHANNEL)
    else:
        for round_ in range(3):
            crowd.rename(lambda nick, r=round_: f"r{r}{nick[-4:]}")
    member = crowd.members[5]
    crowd.say(member, CHANNEL, "what a storm")
    message = world.wait_message("what a storm", 60)
    assert message["Sender"]["Name"] in (member.nick, f"p{member.nick[-4:]}",
                                         f"r0{member.nick[-4:]}",
                                         f"r1{member.nick[-4:]}")
    wanted = sorted([*crowd.nicks, "bob"])
    world.wait_shown(wanted, 120)
    assert calls.count("CreateAppInstanceUser") == 0
    assert calls.count("CreateChannelMembership",
                       "DeleteChannelMembership") == 0
    if how == "quit":
        assert calls.people() == 0
    assert bob.registered and world.belfry.is_running()
