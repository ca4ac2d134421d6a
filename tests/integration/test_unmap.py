"""belfryctl unmap: a mapping that leaves no trace."""
import json
import os
import subprocess

import pytest

from support.belfry import CREDENTIALS
from support.chime_api import ChimeError, quote
from support.people import people_world, wait_bridged
from support.process import build_dir
from support.wait import until
from support.world import CHANNEL


def ask(world, *words, timeout=60):
    return subprocess.run(
        [build_dir() / "belfryctl", "-c", world.belfry.config_path, *words],
        env={**os.environ, **CREDENTIALS}, capture_output=True, text=True,
        timeout=timeout)


def shown_world(tmp_path, processes, count=20, chime=None):
    world = people_world(tmp_path, processes, mirror={"members": "full"},
                         chime=chime)
    world.belfry.config["control"] = str(tmp_path / "control.sock")
    world.belfry.write_config()
    wait_bridged(world.start())
    nicks = [f"p{n}" for n in range(count)]
    world.ircd.come(CHANNEL, *nicks)
    world.wait_shown(nicks)
    return world


def take_out(world, rest=()):
    before = len(world.belfry.log())
    world.belfry.config["mappings"] = rest
    world.belfry.reload()
    world.belfry.wait_log("is applied", after=before)


def second(world):
    """Another mapping, which stays."""
    other = world.make_channel("#other")
    world.belfry.config["mappings"] += ({
        "name": "other", "irc": "net/#other", "chime": other,
        "mirror": {"members": "full"}},)
    before = len(world.belfry.log())
    world.belfry.reload()
    world.belfry.wait_log("is applied", after=before)
    world.ircd.come("#other", "p0", "p1")
    world.wait_shown(["p0", "p1"], channel=other)
    return other


def test_no_trace(tmp_path, processes):
    """What was made for it goes; all else stays as it was."""
    world = shown_world(tmp_path, processes)
    other = second(world)
    guest = world.chime_people(1)["Person 0"]
    world.say("a message")
    refused = ask(world, "unmap", "project", "--yes")
    assert refused.returncode != 0
    assert "configuration" in refused.stderr + refused.stdout
    take_out(world, (world.belfry.config["mappings"][1],))
    done = ask(world, "unmap", "project", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    # The bridge's own membership was there before.
    assert set(world.members()) == {world.bridge, world.alice, guest}
    assert "a message" in world.contents()
    assert world.shown(other) == ["p0", "p1"]
    again = ask(world, "unmap", "project", "--yes")
    assert "0 memberships taken back" in again.stdout + again.stderr or \
        again.returncode != 0


def test_channel_that_was_made(tmp_path, processes):
    """With --delete-channel, and only then, and only one of ours."""
    world = people_world(tmp_path, processes, mirror={"members": "full"})
    config = world.belfry.config
    config["control"] = str(tmp_path / "control.sock")
    config["mappings"] = ({**config["mappings"][0], "chime": {
        "name": "Made by us", "privacy": "PUBLIC", "mode": "UNRESTRICTED",
        "create": True}},)
    world.belfry.write_config()
    wait_bridged(world.start())
    made = until(lambda: next(
        (row["ChannelSummary"]["ChannelArn"]
         for row in world.api.channels_of(world.bridge)
         if row["ChannelSummary"]["Name"] == "Made by us"), None),
        world.belfry.log)
    world.ircd.come(CHANNEL, "bob")
    world.wait_shown(["bob"], channel=made)
    take_out(world)
    done = ask(world, "unmap", "project", "--delete-channel", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    with pytest.raises(ChimeError):
        world.api.call("GET", f"/channels/{quote(made)}", world.bridge)
    # That of the test is not touched.
    assert world.alice in world.members()


def test_goes_on_after_a_restart(tmp_path, processes):
    """What was done is done; the same command does the rest."""
    world = shown_world(tmp_path, processes, 60)
    take_out(world)
    slow = subprocess.Popen(
        [str(w) for w in (build_dir() / "belfryctl", "-c",
                          world.belfry.config_path, "unmap", "project",
                          "--yes")], env={**os.environ, **CREDENTIALS},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: len(world.shown()) < 60, world.belfry.log)
    world.belfry.kill()
    slow.wait(30)
    world.start()
    done = until(lambda: (lambda d: d if d.returncode == 0 else None)(
        ask(world, "unmap", "project", "--yes")), world.belfry.log, 40,
        step_s=0.5)
    assert done.returncode == 0
    assert world.shown() == []
    assert {world.bridge, world.alice} == set(world.members())


def test_members(tmp_path, processes):
    """belfryctl members: who is where, and shown how."""
    world = shown_world(tmp_path, processes, 3)
    done = ask(world, "members", "project", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    text = json.dumps(json.loads(done.stdout))
    for name in ("p0", "p1", "p2", "Alice"):
        assert name in text
