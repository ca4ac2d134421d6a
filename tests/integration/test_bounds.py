"""Where there is too much, or nowhere to put it: a disk that is full, a file
that may not grow, a queue at its bound, a line that nobody takes, an outage
that people are told of."""
import datetime
import os
import pathlib
import resource
import sqlite3
import subprocess
import time

import pytest
from support.harm import needs_mount, state_on_disk
from support.ledger import Ledger
from support.wait import until
from support.world import CHANNEL, World


@pytest.fixture
def make_world(tmp_path, processes):
    def make(**settings):
        return World(tmp_path, processes, **settings)
    return make


def begin(world):
    world.start()
    client = world.client()
    world.wait_joined(client)
    ledger = Ledger(world, client)
    ledger.say_chime()
    ledger.say_irc()
    ledger.wait_irc().wait_chime()
    return ledger


def test_disk_is_full_and_free_again(make_world):
    needs_mount()
    world = make_world()
    disk = state_on_disk(world.belfry, 1024)
    ledger = begin(world)
    disk.fill()
    ledger.say_irc(3)
    world.belfry.wait_log("cannot be written")
    ledger.say_irc(300)
    ledger.say_chime(10)
    # It stays up, and answers the server.
    ledger.client.send("WHOIS belfry")
    assert world.belfry.is_running()
    assert not set(ledger.irc[-300:]) & set(ledger.stored())
    disk.free()
    world.belfry.wait_log("is written again", 60)
    ledger.wait_irc(60).wait_chime(60).check()
    assert world.belfry.is_running()


def test_killed_while_the_disk_is_full(make_world):
    """What was not acknowledged is not acted on: nothing is doubled."""
    needs_mount()
    world = make_world()
    folder = pathlib.Path(world.folder)
    disk = state_on_disk(world.belfry, 1024)
    ledger = begin(world)
    disk.fill()
    ledger.say_irc()
    world.belfry.wait_log("cannot be written")
    ledger.say_chime(5)
    saved = folder / "saved"
    subprocess.run(["cp", "-r", str(disk.seen()), str(saved)], check=True,
                   timeout=20)
    world.belfry.kill()
    (saved / "filler").unlink()
    world.belfry.argv = disk.plain
    subprocess.run(["cp", "-r", f"{saved}/.", str(folder / "disk")],
                   check=True, timeout=20)
    world.belfry.start()
    ledger.irc = ledger.stored()   # the last was said to nobody
    ledger.wait_irc(40)
    ledger.say_irc(3)
    ledger.wait_chime(40).check(doubles=1)


def test_file_may_not_grow(make_world):
    world = make_world()
    # The log is a file too: somebody else writes it.
    world.belfry.argv = ["bash", "-c", 'exec "$@" 2> >(exec cat >&2)',
                         "bash"] + world.belfry.argv
    ledger = begin(world)
    pid = world.belfry.pid
    wal = pathlib.Path(f"{world.belfry.state_path}-wal")
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, hard))
    assert wal.exists()
    ledger.say_irc(3)
    world.belfry.wait_log("cannot be written")
    ledger.say_chime(3)
    assert world.belfry.is_running()
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
    world.belfry.wait_log("is written again", 60)
    ledger.wait_irc(60).wait_chime(60).check()


def test_state_on_a_read_only_disk(make_world):
    needs_mount()
    world = make_world()
    world.start().belfry.wait_log("what is said in Chime from now on")
    world.belfry.stop()
    folder = world.belfry.state_path.parent
    world.belfry.argv = [
        "unshare", "-m", "sh", "-c",
        'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && '
        'exec "$@"', str(folder)] + world.belfry.argv
    world.belfry.start()
    until(lambda: not world.belfry.is_running(), "belfryd ends")
    assert world.belfry.process.returncode == os.EX_CANTCREAT
    assert str(folder) in world.belfry.log().splitlines()[-1]


def stop_chimed(world):
    world.chimed.stop()


def test_oldest_is_dropped_with_a_number(make_world):
    world = make_world(mapping={"queue": {"max_lines": 20}})
    ledger = begin(world)
    stop_chimed(world)
    ledger.say_irc(60)
    world.belfry.wait_log("the oldest are dropped")
    note = ledger.client.wait_heard(
        CHANNEL, "got lost on the way to Chime", 60, command="NOTICE")
    dropped = int(note.split()[0])
    world.chimed.start()
    ledger.irc = ledger.irc[:1] + ledger.irc[-19:]
    ledger.wait_chime(60)
    # One may have been under way when chimed stopped.
    lost = 61 - len(ledger.stored())
    assert dropped in (lost, lost + 1), (dropped, lost)
    assert ledger.stored() == sorted(ledger.stored())
    assert not [t for t in ledger.client.heard(CHANNEL, "NOTICE")
                if "got lost" in t and "relayed" in t]


def test_reading_stops_at_the_bound(make_world):
    world = make_world(mapping={"queue": {"max_lines": 20,
                                          "when_full": "stop"}})
    ledger = begin(world)
    stop_chimed(world)
    ledger.say_irc(200)
    world.belfry.wait_log("the channel is not read")
    world.chimed.start()
    ledger.wait_chime(60).check()
    world.belfry.wait_log("the channel is read again")
    ledger.say_chime(3)
    ledger.wait_irc().check()


def test_line_that_is_refused_is_set_aside(make_world):
    world = make_world()
    world.chimed.argv += ["--fault", "SendChannelMessage:400:x1"]
    world.chimed.stop()
    world.chimed.start()
    world.start()
    client = world.client()
    world.wait_joined(client)
    client.say(CHANNEL, "poison")
    client.wait_heard(CHANNEL, "A message of bob could not be relayed to "
                      "Chime", command="NOTICE")
    client.say(CHANNEL, "wholesome")
    world.wait_message("wholesome")
    assert "poison" not in world.contents()
    world.belfry.stop()
    state = sqlite3.connect(world.belfry.state_path)
    rows = state.execute("SELECT reason, payload FROM aside").fetchall()
    state.close()
    assert len(rows) == 1 and b"poison" in bytes(rows[0][1])
    assert rows[0][0]


def test_late_line_carries_its_time(make_world):
    world = make_world(chime={"late_after_ms": 1000})
    ledger = begin(world)
    stop_chimed(world)
    said = datetime.datetime.now(datetime.timezone.utc)
    ledger.client.say(CHANNEL, "the first")
    ledger.client.say(CHANNEL, "while chimed was away")
    end = time.monotonic() + 1.5
    until(lambda: time.monotonic() > end, "the line is late")
    heard = datetime.datetime.now(datetime.timezone.utc)
    world.chimed.start()
    message = world.wait_message("while chimed was away", 60)
    times = {when.strftime("(%H:%M UTC) ") for when in (said, heard)}
    assert message["Content"][:12] in times, message["Content"]
    assert '"time":"20' in message["Metadata"]
    until(lambda: is_in_time(world, ledger.client), "one is in time", 60)


def is_in_time(world, client):
    """Says a line; False when it took so long that it may be late."""
    text, began = f"in time {time.monotonic()}", time.monotonic()
    client.say(CHANNEL, text)
    content = world.wait_message(text)["Content"]
    if time.monotonic() - began >= 1:
        return False
    assert content == text
    return True


def set_alive_back(world, seconds):
    """As if the daemon had died that long ago."""
    state = sqlite3.connect(world.belfry.state_path)
    state.execute("UPDATE fact SET value = CAST(value AS INTEGER) - ? "
                  "WHERE space = 'bridge' AND key = 'alive'",
                  (seconds * 1000,))
    state.commit()
    assert state.total_changes == 1
    # Nor was anything heard since.
    state.execute("UPDATE lane SET position = position - ? WHERE way = 1",
                  (seconds * 1000,))
    state.commit()
    state.close()


def test_people_are_told_that_it_was_down(make_world):
    world = make_world()
    ledger = begin(world)
    world.belfry.stop()
    ledger.say_chime(3)
    set_alive_back(world, 120)
    world.belfry.start()
    note = ledger.client.wait_heard(CHANNEL, "bridge was down", 40,
                                    command="NOTICE")
    assert note.endswith("UTC, 3 messages follow"), note
    ledger.wait_irc().check()
    heard = [line for line in ledger.client.lines
             if b"bridge was down" in line or b" c0000" in line]
    assert b"bridge was down" in heard[-4], heard
    gap = world.wait_message("bridge could not hear IRC")
    assert "not known here" in gap["Content"]
    # Said once, relayed by nobody.
    ledger.say_chime()
    ledger.say_irc()
    ledger.wait_irc().wait_chime()
    assert len([t for t in world.contents() if "could not hear" in t]) == 1
    assert not [t for t in ledger.client.heard(CHANNEL)
                if "could not hear" in t]


def test_short_outage_is_not_told(make_world):
    world = make_world()
    ledger = begin(world)
    world.belfry.stop()
    ledger.say_chime(2)
    world.belfry.start()
    ledger.wait_irc().check()
    ledger.say_irc()
    ledger.wait_chime()
    assert not [t for t in ledger.client.heard(CHANNEL, "NOTICE")
                if "bridge" in t]
    assert not [t for t in world.contents() if "bridge" in t]
