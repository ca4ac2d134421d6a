"""belfryd under a service manager: readiness, status, watchdog, reload, stop."""
import os
import select
import signal
import socket
import sqlite3
import time

import pytest

from support.wait import until
from support.world import CHANNEL, World

SECOND = "#second"


class Manager:
    """The socket that systemd would listen on."""

    def __init__(self, folder):
        self.path = folder / "notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        os.chmod(self.path, 0o777)
        self.socket.setblocking(False)
        self.told = []

    def read(self):
        while True:
            try:
                self.told += self.socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return self.told

    def wait(self, prefix, after=0, deadline_s=20.0):
        until(lambda: any(line.startswith(prefix)
                          for line in self.read()[after:]),
              lambda: f"{prefix} in {self.told}", deadline_s)

    def close(self):
        self.socket.close()


@pytest.fixture
def manager(tmp_path):
    manager = Manager(tmp_path)
    yield manager
    manager.close()


def is_stopped(process):
    with open(f"/proc/{process.pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] == "T"


def wait_journaled(world):
    """Until one line waits in the state file for Chime."""
    def waits():
        with sqlite3.connect(world.belfry.state_path) as db:
            return db.execute("SELECT count(*) FROM outbox").fetchone()[0]
    until(waits, "a line in the outbox", step_s=0.05)


def second_mapping(world):
    """The first mapping, a second one, and its Chime channel."""
    config = world.belfry.config
    other = world.make_channel(SECOND)
    one = config["mappings"][0]
    two = {"name": "second", "irc": f"net/{SECOND}", "chime": other}
    return one, two, other


def reload_with(world, *mappings):
    before = len(world.belfry.log())
    world.belfry.config["mappings"] = mappings
    world.belfry.reload()
    world.belfry.wait_log(f"{world.belfry.config_path} is applied",
                          after=before)


def test_notices(tmp_path, processes, manager):
    world = World(tmp_path, processes)
    world.belfry.env.update(NOTIFY_SOCKET=str(manager.path),
                            WATCHDOG_USEC="200000")
    world.start()
    manager.wait("READY=1")
    manager.wait("STATUS=")
    manager.wait("WATCHDOG=1")
    manager.wait("STATUS=1/1 mappings ready")
    world.belfry.reload()
    manager.wait("RELOADING=1")
    assert manager.read().count("READY=1") <= 2
    before = len(manager.read())
    manager.wait("WATCHDOG=1", after=before)
    assert world.belfry.stop() == 0
    manager.wait("STOPPING=1")


def test_ready_without_remotes(tmp_path, processes, manager):
    """Ready is about this process, not about the far sides."""
    world = World(tmp_path, processes)
    world.ircd.kill()
    world.chimed.kill()
    world.belfry.env.update(NOTIFY_SOCKET=str(manager.path))
    world.start()
    manager.wait("READY=1")
    manager.wait("STATUS=0/1 mappings ready")
    assert world.belfry.stop() == 0


def test_hung_loop_is_noticed(tmp_path, processes, manager):
    world = World(tmp_path, processes)
    world.belfry.env.update(NOTIFY_SOCKET=str(manager.path),
                            WATCHDOG_USEC="200000")
    world.start()
    manager.wait("WATCHDOG=1")
    world.belfry.signal(signal.SIGSTOP)
    until(lambda: is_stopped(world.belfry), "belfryd is stopped")
    before = len(manager.read())
    assert select.select([manager.socket], [], [], 0.5)[0] == []
    world.belfry.signal(signal.SIGCONT)
    manager.wait("WATCHDOG=1", after=before)


def test_mapping_begins_and_ends(tmp_path, processes):
    world = World(tmp_path, processes)
    one, two, other = second_mapping(world)
    world.start()
    bob = world.client("bob")
    world.wait_joined(bob)
    bob.join(SECOND)

    reload_with(world, one, two)
    world.wait_joined(bob, SECOND)
    bob.say(SECOND, "to the second")
    world.wait_message("to the second", channel=other)
    world.say("from the second", channel=other)
    bob.wait_heard(SECOND, "from the second")

    reload_with(world, two)
    until(lambda: "belfry" not in bob.members(CHANNEL), "belfryd leaves")
    world.say("said while it was not mapped")
    bob.say(SECOND, "goes on")
    world.wait_message("goes on", channel=other)

    reload_with(world, one, two)
    world.wait_joined(bob)
    bob.wait_heard(CHANNEL, "said while it was not mapped")
    assert len([t for t in world.contents(other)
                if "to the second" in t]) == 1


def test_changed_mapping(tmp_path, processes):
    """One way only from now on; nothing is lost or doubled by the change."""
    world = World(tmp_path, processes)
    world.start()
    bob = world.client("bob")
    world.wait_joined(bob)
    bob.say(CHANNEL, "before")
    world.wait_message("before")
    one = world.belfry.config["mappings"][0]
    reload_with(world, {**one, "messages": "to_chime"})
    world.wait_joined(bob)
    world.say("stays in Chime")
    bob.say(CHANNEL, "after")
    world.wait_message("after")
    reload_with(world, one)
    world.say("both ways again")
    bob.wait_heard(CHANNEL, "both ways again")
    assert len([t for t in world.contents() if "before" in t]) == 1


def test_bad_file_changes_nothing(tmp_path, processes):
    world = World(tmp_path, processes)
    world.start()
    bob = world.client("bob")
    world.wait_joined(bob)
    good = world.belfry.config_path.read_text()
    world.belfry.config_path.write_text(
        good.replace('"debug"', '"error"') + "nonsense = 1;\n")
    world.belfry.signal(signal.SIGHUP)
    line = good.count("\n") + 1
    world.belfry.wait_log(
        f"{world.belfry.config_path}:{line}: nonsense: unknown setting")
    world.belfry.wait_log("is not applied, the old one stays")
    world.say("still here")
    bob.wait_heard(CHANNEL, "still here")
    world.belfry.config_path.write_text(good)
    world.belfry.reload()
    world.belfry.wait_log(f"{world.belfry.config_path} is applied")


def test_needs_restart(tmp_path, processes):
    world = World(tmp_path, processes)
    world.start()
    bob = world.client("bob")
    world.wait_joined(bob)
    world.belfry.config["networks"][0]["nick"] = "other"
    world.belfry.reload()
    world.belfry.wait_log(
        "networks[0].nick has changed and needs a restart")
    world.say("as before")
    bob.wait_heard(CHANNEL, "as before")


def test_pace_is_applied(tmp_path, processes):
    world = World(tmp_path, processes, chime={
        "poll": {"min_ms": 600000, "max_ms": 600000}})
    world.start()
    bob = world.client("bob")
    world.wait_joined(bob)
    world.belfry.config["chime"]["poll"] = {"min_ms": 100, "max_ms": 200}
    world.belfry.reload()
    world.belfry.wait_log("chime.poll.max_ms is applied")
    world.say("soon")
    bob.wait_heard(CHANNEL, "soon", 10)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop(tmp_path, processes, number):
    world = World(tmp_path, processes)
    world.start()
    bob = world.client("bob")
    world.wait_joined(bob)
    world.belfry.signal(number)
    assert world.belfry.wait_exit(10) == 0
    until(lambda: "belfry" not in bob.members(CHANNEL), "belfryd leaves")


def test_stop_while_unreachable(tmp_path, processes):
    """What is under way is waited for, but not for long."""
    world = World(tmp_path, processes)
    world.start()
    bob = world.client("bob")
    world.wait_joined(bob)
    world.chimed.signal(signal.SIGSTOP)
    bob.say(CHANNEL, "into a wall")
    wait_journaled(world)
    start = time.monotonic()
    assert world.belfry.stop(15) == 0
    assert time.monotonic() - start < 12
    world.chimed.signal(signal.SIGCONT)
    world.start()
    world.wait_message("into a wall", 60)
    assert len([t for t in world.contents() if "into a wall" in t]) == 1


def test_stop_twice(tmp_path, processes):
    world = World(tmp_path, processes)
    world.start()
    bob = world.client("bob")
    world.wait_joined(bob)
    world.chimed.signal(signal.SIGSTOP)
    bob.say(CHANNEL, "into a wall")
    wait_journaled(world)
    world.belfry.signal(signal.SIGTERM)
    world.belfry.wait_log("stopping")
    world.belfry.signal(signal.SIGTERM)
    assert world.belfry.wait_exit(3) == 0
    world.chimed.signal(signal.SIGCONT)
