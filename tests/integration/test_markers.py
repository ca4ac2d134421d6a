"""Read markers in Chime: of the bridge's own user and of puppets."""
import datetime

import pytest

from support.chime_api import quote
from support.scripted_chime import ScriptedChime, refusal
from support.wait import until
from support.world import CHANNEL, World


def marked_world(tmp_path, processes, **chime):
    """All calls of the bridge are seen."""
    world = World(tmp_path, processes, chime=chime)
    service = ScriptedChime(world.chimed.port)
    processes.append(service)
    world.belfry.config["chime"].update(messaging_endpoint=service.endpoint,
                                        identity_endpoint=service.endpoint)
    world.belfry.write_config()
    return world, service


def marker(world, user):
    """ReadMarkerTimestamp of a member, as only itself is told; None: never
    moved."""
    answer = world.api.call(
        "GET", f"/channels/{quote(world.channel)}", user,
        [("scope", "app-instance-user-membership"),
         ("app-instance-user-arn", user)])
    return answer["ChannelMembership"][
        "AppInstanceUserMembershipSummary"].get("ReadMarkerTimestamp")


def created(world, text):
    return world.wait_message(text)["CreatedTimestamp"]


def begun(world):
    """When belfryd began to move markers; a call may take its time."""
    return [datetime.datetime.fromisoformat(line.split("Z ", 1)[0])
            for line in world.belfry.log().splitlines()
            if "UpdateChannelReadMarker: new" in line]


def listed(service, times=5):
    """The bridge has looked so often again."""
    before = service.count("list")
    until(lambda: service.count("list") >= before + times, "listings",
          deadline_s=30, step_s=0.05)


def test_bridge(tmp_path, processes):
    world, service = marked_world(tmp_path, processes)
    world.start()
    bob = world.client("bob")
    world.wait_joined(bob)
    listed(service)
    assert marker(world, world.bridge) is None
    world.say("one")
    bob.wait_heard(CHANNEL, "one")
    until(lambda: marker(world, world.bridge), world.belfry.log)
    assert marker(world, world.bridge) >= created(world, "one")
    first = marker(world, world.bridge)
    world.say("two")
    world.say("three")
    bob.wait_heard(CHANNEL, "three")
    until(lambda: marker(world, world.bridge) > first, world.belfry.log,
          deadline_s=60, step_s=0.2)
    assert marker(world, world.bridge) >= created(world, "three")
    listed(service)
    calls = [call for call in service.calls if call.name == "mark"]
    assert [call.bearer for call in calls] == [world.bridge] * 2
    assert begun(world)[1] - begun(world)[0] > datetime.timedelta(seconds=29)
    assert marker(world, world.alice) is None
    assert world.problems() == []


def test_not_while_irc_is_down(tmp_path, processes):
    world, service = marked_world(tmp_path, processes)
    world.ircd.kill()
    world.start()
    world.belfry.wait_log("what is said in Chime from now on")
    world.say("nobody hears")
    listed(service, 10)
    assert marker(world, world.bridge) is None
    assert service.count("mark") == 0
    world.ircd.start()
    until(lambda: marker(world, world.bridge), world.belfry.log,
          deadline_s=60, step_s=0.1)
    assert marker(world, world.bridge) >= created(world, "nobody hears")


def test_puppet(tmp_path, processes):
    world, service = marked_world(tmp_path, processes)
    world.start()
    bob = world.client("bob")
    eve = world.client("eve")
    world.wait_joined(bob)
    bob.say(CHANNEL, "first")
    puppet = world.wait_message("first")["Sender"]["Arn"]
    assert puppet not in (world.bridge, world.alice)
    until(lambda: marker(world, puppet), world.belfry.log)
    assert marker(world, puppet) >= created(world, "first")
    for i in range(5):
        bob.say(CHANNEL, f"more {i}")
        eve.say(CHANNEL, f"as well {i}")
    other = world.wait_message("as well 4")["Sender"]["Arn"]
    world.wait_message("more 4")
    until(lambda: marker(world, other), world.belfry.log)
    listed(service)
    bearers = [call.bearer for call in service.calls if call.name == "mark"]
    assert sorted(bearers) == sorted([puppet, other])
    assert marker(world, world.bridge) is None
    assert marker(world, world.alice) is None


@pytest.mark.parametrize("status", [403, 500])
def test_refused(tmp_path, processes, status):
    """Lines go both ways all the same; it is said once."""
    world, service = marked_world(tmp_path, processes)
    service.rule = lambda call, forward: \
        refusal(status, "ForbiddenException" if status == 403 else "") \
        if call.name == "mark" else None
    world.start()
    bob = world.client("bob")
    world.wait_joined(bob)
    for i in range(3):
        world.say(f"c{i}")
        bob.wait_heard(CHANNEL, f"c{i}")
        bob.say(CHANNEL, f"i{i}")
        world.wait_message(f"i{i}")
    until(lambda: service.count("mark") >= 2, world.belfry.log)
    listed(service)
    assert service.count("mark") == 2     # the bridge, bob
    assert world.belfry.log().count("cannot be moved") == 2


def test_switched_off(tmp_path, processes):
    world, service = marked_world(tmp_path, processes, read_markers=False)
    world.start()
    bob = world.client("bob")
    world.wait_joined(bob)
    world.say("one")
    bob.wait_heard(CHANNEL, "one")
    bob.say(CHANNEL, "two")
    puppet = world.wait_message("two")["Sender"]["Arn"]
    listed(service, 10)
    assert service.count("mark") == 0
    assert marker(world, world.bridge) is None
    assert marker(world, puppet) is None
