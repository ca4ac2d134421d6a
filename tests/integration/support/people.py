"""Worlds in which people are mirrored, and what is waited for in them."""
from .calls import LOGGED, Calls
from .people_ircd import PeopleIrcd
from .wait import until
from .world import CHANNEL, World

# No test waits for the budgets of the service but those that say so.
UNLIMITED = {name + "_rps": 1000 for name in (
    "bearer", "identity", "user_create", "user_read", "channel_member",
    "channel_describe", "channel_find", "channel_write", "channel_list",
    "channel_member_list", "member_batch", "channel_change", "user_list")}
CHIME = {"members_ms": 300, "limits": UNLIMITED}
MIRROR = {"quit_ms": 2000, "split_ms": 60000}
PUPPETS = {"connect_interval_ms": 0}


def people_world(tmp_path, processes, server=PeopleIrcd, mirror=None,
                 chime=None, puppets=None, network=None, **more):
    """`puppets`: settings of presence = puppets; None: relay."""
    presence = {} if puppets is None else {
        "presence": "puppets", "puppets": {**PUPPETS, **puppets}}
    return World(tmp_path, processes, server,
                 chime={**CHIME, **(chime or {})},
                 mapping={"mirror": {**MIRROR, **(mirror or {})}},
                 network={**presence, **(network or {})}, service=LOGGED,
                 **more)


def wait_bridged(world, channel=CHANNEL):
    """belfryd is in the scripted channel, and reads the other side."""
    world.belfry.wait_log("what is said in Chime from now on")
    until(lambda: "belfry" in world.ircd.members(channel),
          lambda: world.belfry.log()[-3000:])
    return world


def wait_members(world, *nicks, deadline_s=30, channel=CHANNEL):
    """All of these are in the scripted channel."""
    until(lambda: set(nicks) <= world.ircd.members(channel),
          lambda: f"{nicks} on IRC: {world.ircd.members(channel)}\n" +
          world.belfry.log()[-3000:], deadline_s)


def wait_without(world, *nicks, deadline_s=30, channel=CHANNEL):
    until(lambda: not set(nicks) & world.ircd.members(channel),
          lambda: f"none of {nicks} on IRC: {world.ircd.members(channel)}\n" +
          world.belfry.log()[-3000:], deadline_s)


def said(world, text):
    """(nick, target, text) of a line that a client said, or None."""
    return next(((nick, target, words)
                 for nick, target, words, _ in list(world.ircd.said)
                 if text in words), None)


def wait_said(world, text, deadline_s=30):
    return until(lambda: said(world, text),
                 lambda: f"{text!r}: {world.ircd.said[-10:]}\n" +
                 world.belfry.log()[-3000:], deadline_s)


def arns(world):
    """{name: ARN} of those who are there for somebody on IRC."""
    return {name: arn for arn, name in world.members().items()
            if "/user/irc:" in arn}


def settle(world, rounds=6):
    """The bridge has asked so often who is in Chime: nothing more comes of
    what happened before."""
    calls = Calls(world.chimed).mark()
    until(lambda: calls.count("ListChannelMemberships",
                              "ListChannelMessages") >= rounds,
          "the bridge looks", 30, step_s=0.1)
