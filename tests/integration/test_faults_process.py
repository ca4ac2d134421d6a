"""What happens to a process: it is stopped, told things, starved of files,
disk and time. It goes on, or ends with a reason; nothing is lost."""
import os
import shutil
import signal
import socket
import sqlite3

import pytest

from support.belfry import Belfry
from support.harm import (Clock, Injected, Limit, assert_calm,
                          state_on_disk)
from support.ircd import Inspircd, Ngircd
from support.ledger import Ledger
from support.process import find_program
from support.proxy import Proxy
from support.wait import until
from support.world import CHANNEL, World

QUICK = {"retry": {"min_ms": 50, "max_ms": 200}}
HOUR, YEAR = 3600, 31557600


def quick_world(tmp_path, processes, **network):
    return World(tmp_path, processes, network={**QUICK, **network},
                 chime={"poll": {"min_ms": 30, "max_ms": 60}})


def through_proxy(world):
    """belfryd reaches its IRC server through a proxy."""
    proxy = Proxy(world.ircd.port)
    world.processes.append(proxy)
    world.belfry.config["networks"][0]["servers"] = (
        f"127.0.0.1:{proxy.port}",)
    world.belfry.write_config()
    return proxy


def begin(world):
    """A ledger, with one message each way in it."""
    world.start()
    ledger = Ledger(world, world.client("bob"))
    world.wait_joined(ledger.client)
    return both_ways(ledger)


def both_ways(ledger, count=1):
    for _ in range(count):
        ledger.say_chime()
        ledger.say_irc()
    return ledger.wait_irc().wait_chime()


def wait_problem(world, word):
    until(lambda: [p for p in world.problems() if word in p],
          lambda: f"{word}: {world.problems()}")


# Signals.

@pytest.mark.parametrize("is_cut", [False, True], ids=["linked", "cut"])
def test_stopped_for_longer_than_pings(tmp_path, processes, is_cut):
    """SIGSTOP, SIGCONT: it catches up, over a new link if need be."""
    # Longer than a server, or the proxy, may keep anybody waiting.
    world = quick_world(tmp_path, processes,
                        ping={"interval_ms": 200, "timeout_ms": 2000})
    proxy = through_proxy(world)
    ledger = begin(world).wait_settled()
    world.belfry.signal(signal.SIGSTOP)
    ledger.say_chime(3)
    if is_cut:
        proxy.cut()
    assert_calm(world.belfry, 3.0)
    world.belfry.signal(signal.SIGCONT)
    ledger.wait_irc()
    world.wait_joined(ledger.client)
    both_ways(ledger, 2).check()
    assert proxy.accepted == (2 if is_cut else 1)


@pytest.mark.parametrize("number", [signal.SIGPIPE, signal.SIGUSR1,
                                    signal.SIGUSR2, signal.SIGXFSZ])
def test_signals_without_meaning(tmp_path, processes, number):
    world = quick_world(tmp_path, processes)
    ledger = begin(world)
    world.belfry.signal(number)
    both_ways(ledger).check()


def test_hangup_before_ready(tmp_path, processes):
    """The signal comes while the configuration is being read: it must not
    be the end."""
    world = quick_world(tmp_path, processes)
    plain = world.belfry.argv
    trace = tmp_path / "trace"
    world.belfry.env["ASAN_OPTIONS"] = "detect_leaks=0"
    world.belfry.argv = [
        find_program("strace"), "-f", "-o", trace, "-P",
        str(world.belfry.config_path), "-e", "trace=openat", "-e",
        "inject=openat:signal=HUP:when=1", *plain]
    world.start()
    bob = world.client("bob")
    world.wait_joined(bob)
    assert "SIGHUP" in trace.read_text()
    world.say("up")
    bob.wait_heard(CHANNEL, "up")
    os.killpg(world.belfry.pid, signal.SIGKILL)


def test_stop_in_delivery(tmp_path, processes):
    """SIGTERM at different moments of a conversation: what was taken is
    finished or kept, and never said twice."""
    world = quick_world(tmp_path, processes)
    ledger = begin(world)
    for number in range(8):
        heard = len(ledger.heard())
        ledger.say_chime(4)
        ledger.say_irc(4)
        until(lambda: len(ledger.heard()) >= heard + number % 4,
              "in the middle")
        assert world.belfry.stop(5) == 0
        world.start()
        ledger.wait_irc()
        world.wait_joined(ledger.client, reading=False)
    # What IRC said to nobody is not owed.
    ledger.forgive()
    both_ways(ledger).check()


def test_reload_under_load(tmp_path, processes):
    """A bad file, a good one, a changed mapping, while people talk."""
    world = quick_world(tmp_path, processes)
    ledger = begin(world)
    good = world.belfry.config_path.read_text()
    one = world.belfry.config["mappings"][0]
    for number in range(9):
        ledger.say_chime(3)
        ledger.say_irc(3)
        if number % 3 == 0:
            world.belfry.config_path.write_text(good + "nonsense = 1;\n")
            world.belfry.signal(signal.SIGHUP)
            continue
        if number % 3 == 2:
            world.belfry.config["mappings"] = ({**one, "irc_key": str(number)},)
        before = len(world.belfry.log())
        world.belfry.reload()
        world.belfry.wait_log("is applied", after=before)
    ledger.wait_irc()
    world.wait_joined(ledger.client, reading=False)
    # While the channel was left nobody heard IRC.
    ledger.forgive()
    both_ways(ledger).check()
    assert "is not applied" in world.belfry.log()


# Two of them, old state.

def test_lock_goes_with_its_owner(tmp_path, processes):
    world = quick_world(tmp_path, processes)
    ledger = begin(world).wait_settled()
    second = Belfry(tmp_path, {**world.belfry.config}, name="second")
    processes.append(second)
    assert second.start().wait_exit() == os.EX_TEMPFAIL
    assert f"{world.belfry.pid}" in second.log()
    world.belfry.kill()
    world.belfry = second.start()
    world.wait_joined(ledger.client, reading=False)
    both_ways(ledger).check()


def test_state_from_a_backup(tmp_path, processes):
    """Older state than the world: nothing lost, nothing doubled in Chime,
    and on IRC only what was said since the copy."""
    world = quick_world(tmp_path, processes)
    ledger = begin(world).wait_settled()
    with sqlite3.connect(world.belfry.state_path) as state, \
            sqlite3.connect(tmp_path / "copy") as copy:
        state.backup(copy)
    state.close()
    copy.close()
    both_ways(ledger, 3)
    assert world.belfry.stop() == 0
    for path in tmp_path.glob("belfryd.db*"):
        path.unlink()
    shutil.copy(tmp_path / "copy", world.belfry.state_path)
    ledger.say_chime(2)
    world.start()
    ledger.wait_irc()
    world.wait_joined(ledger.client, reading=False)
    both_ways(ledger)
    heard = ledger.heard()
    assert len(heard) - len(set(heard)) <= 3, heard
    assert ledger.stored() == ledger.irc


# Disk.

@pytest.mark.parametrize("error", ["EROFS", "EIO", "EDQUOT"])
def test_writes_fail_for_a_while(tmp_path, processes, error):
    """A file system turned read-only; a bad sector; a quota."""
    world = quick_world(tmp_path, processes)
    ledger = begin(world)
    with Injected(world.belfry.pid, f"pwrite64:error={error}"):
        ledger.say_irc(2)
        ledger.say_chime(2)
        wait_problem(world, "cannot be written")
        assert ledger.missing_chime()
    ledger.wait_irc().wait_chime()
    both_ways(ledger).check()


def test_interrupted_calls(tmp_path, processes):
    world = quick_world(tmp_path, processes)
    ledger = begin(world)
    with Injected(world.belfry.pid, *(
            f"{call}:error=EINTR:when=1+3" for call in
            ("pwrite64", "epoll_wait", "recvfrom", "readv", "sendto",
             "writev"))):
        both_ways(ledger, 3)
    both_ways(ledger).check()
    assert not world.problems()


def test_sync_fails(tmp_path, processes):
    """What the kernel dropped cannot be synced again: the end, with a
    reason; the next life knows what was saved."""
    world = quick_world(tmp_path, processes)
    # The sanitizer of leaks cannot look where strace does.
    world.belfry.env["ASAN_OPTIONS"] = "detect_leaks=0"
    ledger = begin(world)
    for number in (1, 2):
        with Injected(world.belfry.pid,
                      f"fdatasync:error=EIO:when={number}"):
            ledger.say_chime(2)
            ledger.say_irc(2)
            assert world.belfry.wait_exit() == os.EX_IOERR
        assert "nothing more can be saved" in world.belfry.log()
        world.start()
        ledger.wait_irc()
        world.wait_joined(ledger.client, reading=False)
        # Lines that were never saved are not owed.
        ledger.forgive()
        both_ways(ledger)
    ledger.check(doubles=2)


# Files.

def test_no_more_files(tmp_path, processes):
    """EMFILE: neither a spin nor the end; well again when there are some."""
    world = quick_world(tmp_path, processes)
    world.belfry.config["control"] = str(tmp_path / "control")
    world.belfry.write_config()
    proxy = through_proxy(world)
    ledger = begin(world)
    with Limit(world.belfry.pid, "NOFILE", 3):
        proxy.cut()
        world.chimed.kill()
        world.chimed.start()
        wait_problem(world, "too many open files")
        knock = socket.socket(socket.AF_UNIX)
        knock.connect(str(tmp_path / "control"))
        assert_calm(world.belfry)
        assert len(world.problems()) <= 6, world.problems()
    knock.close()
    ledger.say_chime(2)
    ledger.wait_irc()
    world.wait_joined(ledger.client)
    both_ways(ledger).check(doubles=1)


@pytest.mark.parametrize("error, words", [
    ("ENFILE", "open files in system"), ("ENOBUFS", "no buffer space"),
    ("ENOMEM", "cannot allocate")], ids=["ENFILE", "ENOBUFS", "ENOMEM"])
def test_no_sockets(tmp_path, processes, error, words):
    world = quick_world(tmp_path, processes)
    proxy = through_proxy(world)
    ledger = begin(world)
    with Injected(world.belfry.pid, f"socket:error={error}"):
        proxy.cut()
        wait_problem(world, words)
        assert_calm(world.belfry, 1.0)
    ledger.say_chime(2)
    ledger.wait_irc()
    world.wait_joined(ledger.client)
    both_ways(ledger).check(doubles=1)


# Time.

@pytest.mark.parametrize("server, jump", [
    (Ngircd, HOUR), (Inspircd, -HOUR), (Ngircd, 10 * YEAR),
    (Inspircd, 10 * YEAR), (Ngircd, -10 * YEAR), (Inspircd, -10 * YEAR)])
def test_clock_jumps(tmp_path, processes, server, jump):
    """The wall clock leaps, and comes back: signatures are corrected by the
    service's Date, positions are the service's, timers do not care."""
    world = World(tmp_path, processes, server, network=QUICK,
                  chime={"poll": {"min_ms": 30, "max_ms": 60}})
    clock = Clock(world.belfry)
    ledger = begin(world)
    clock.set(jump)
    both_ways(ledger, 2)
    world.belfry.kill()
    world.start()
    world.wait_joined(ledger.client, reading=False)
    both_ways(ledger)
    clock.set(0)
    both_ways(ledger, 2).check(doubles=1)


# Days in a minute.

def test_no_leak(tmp_path, processes):
    """Hundreds of links, thousands of messages: files and memory as
    before."""
    world = World(tmp_path, processes, network=QUICK,
                  chime={"poll": {"min_ms": 30, "max_ms": 60},
                         "limits": {"bearer_rps": 10000,
                                    "channel_write_rps": 10000}},
                  service=("--sync", "off"))
    state_on_disk(world.belfry, 65536)
    world.belfry.env["ASAN_OPTIONS"] = "quarantine_size_mb=1"
    world.belfry.config["log"]["level"] = "warn"
    world.belfry.config["networks"][0]["retry"] = {"min_ms": 10, "max_ms": 10}
    world.belfry.write_config()
    proxy = through_proxy(world)
    world.start()
    bob = world.client("bob")
    world.wait_joined(bob, reading=False)

    def links(count):
        goal = proxy.accepted + count
        until(lambda: proxy.cut() or proxy.accepted >= goal, "new links",
              30, step_s=0.01)
        # The server may not have noticed yet that the last one is gone.
        hello = f"hello {goal}"
        until(lambda: bob.say(CHANNEL, hello) or hello in world.contents(),
              "heard again", 30, step_s=0.1)

    def talk(first, last):
        for number in range(first, last):
            bob.say(CHANNEL, f"line {number}")
        world.wait_message(f"line {last - 1}", 60)

    links(50)
    talk(0, 500)
    files, memory = world.belfry.open_files(), world.belfry.rss_kb()
    links(100)
    talk(500, 1300)
    until(lambda: world.belfry.open_files() <= files, "no more files")
    grown = world.belfry.rss_kb() - memory
    assert grown < memory / 10, f"{grown} KB more, {memory} before"
