"""Death at a system call: strace kills belfryd as it enters the N-th call of
a kind on the way of a message. What can be seen after a death changes at
system calls only, so this is all there is to try."""
import collections
import os
import re
import signal

import pytest

from support.ircd import Inspircd, Ngircd
from support.ledger import Ledger
from support.process import find_program
from support.wait import Late, until
from support.world import CHANNEL, World

# Those a message passes; the store's thread is the one that syncs.
CALLS = ("fdatasync", "fsync", "pwrite64", "sendto", "sendmsg", "write",
         "writev", "recvfrom", "read", "readv", "epoll_wait", "epoll_pwait")
# How many deaths at each kind of call.
SPREAD = {"fdatasync": 6, "fsync": 3, "pwrite64": 10, "sendto": 8,
          "sendmsg": 3, "write": 3, "writev": 6, "recvfrom": 5, "read": 3,
          "readv": 3, "epoll_wait": 4, "epoll_pwait": 3}
# What was said before this is not owed.
READS = "what is said in Chime from now on"
QUICK = {"retry": {"min_ms": 50, "max_ms": 200}}


class Traced:
    """belfryd under strace, for as long as it lives."""

    def __init__(self, world, options):
        self.world, self.belfry = world, world.belfry
        self.plain = self.belfry.argv
        self.belfry.argv = [find_program("strace"), "-f", "-q", *options,
                            *self.plain]
        # Where the sanitizer of leaks would need to trace as well.
        self.belfry.env["ASAN_OPTIONS"] = "detect_leaks=0"

    def __enter__(self):
        self.belfry.start()
        return self

    def __exit__(self, *_):
        self.belfry.argv = self.plain
        if self.belfry.is_running():
            os.killpg(self.belfry.pid, signal.SIGKILL)
        self.belfry.process.wait(20)
        self.belfry.process = None


def is_in(client):
    return "belfry" in client.members(CHANNEL)


def counts_of(path):
    """How often each thread entered each call: {(thread, call): n}."""
    out = collections.Counter()
    for line in path.read_text(errors="replace").splitlines():
        found = re.match(r"(\d+) +(\w+)\(", line)
        if found:
            out[found.groups()] += 1
    return out


def talk(ledger):
    for _ in range(3):
        ledger.say_chime()
        ledger.say_irc()


def relayed(ledger):
    return not ledger.missing_irc() and not ledger.missing_chime()


def points(world, ledger, folder):
    """A dry run: which N of each call fall on the way of messages."""
    trace = folder / "trace"
    with Traced(world, ["-o", trace, "-e", "trace=" + ",".join(CALLS)]):
        until(lambda: is_in(ledger.client), "joined", 30)
        world.belfry.wait_log(READS)
        talk(ledger)
        until(lambda: relayed(ledger), "a first round", 30)
        before = counts_of(trace)
        talk(ledger)
        until(lambda: relayed(ledger), "a second round", 30)
        after = counts_of(trace)
        ledger.wait_settled()     # so that its end doubles nothing
    spans = collections.defaultdict(list)
    for (thread, call), last in after.items():
        first = before[thread, call]
        if last > first:
            spans[call].append((first, last))
    return {call: max(found, key=lambda span: span[1] - span[0])
            for call, found in spans.items()}


def spread(first, last, count):
    """`count` numbers of [first + 1, last], the ends among them."""
    size = last - first
    if count == 1:
        return [first + 1 + size // 2]
    if size <= count:
        return list(range(first + 1, last + 1))
    return sorted({first + 1 + i * (size - 1) // (count - 1)
                   for i in range(count)})


def die_at(world, ledger, call, number):
    """Talks until the death; then once more, and the oracle."""
    inject = f"inject={call}:signal=KILL:when={number}"
    with Traced(world, ["-o", "/dev/null", "-e", f"trace={call}", "-e",
                        inject]) as traced:
        until(lambda: not traced.belfry.is_running() or
              is_in(ledger.client), "joined or dead", 30)
        for _ in range(20):
            if not traced.belfry.is_running():
                break
            talk(ledger)
            try:
                until(lambda: not traced.belfry.is_running() or
                      relayed(ledger), "relayed", 3)
            except Late:
                pass
        assert not traced.belfry.is_running(), f"alive after {call}"
    # What IRC said to a dead bridge never reached it.
    world.belfry.start()
    until(lambda: is_in(ledger.client), "joined again", 30)
    last = ledger.say_irc()
    ledger.wait_irc(30)
    world.wait_message(last, 30)
    ledger.wait_settled()   # what this death doubles is doubled by now
    world.belfry.stop()     # and not a second death
    ledger.forgive()


def quick_world(tmp_path, processes, server):
    world = World(tmp_path, processes, server, network=QUICK,
                  chime={"poll": {"min_ms": 30, "max_ms": 60}})
    world.belfry.config["log"]["level"] = "info"
    world.belfry.write_config()
    return world, Ledger(world, world.client("bob"))


@pytest.mark.parametrize("server, share", [(Ngircd, 1), (Inspircd, 6)],
                         ids=["ngircd", "inspircd"])
def test_death_at_any_call(tmp_path, processes, server, share):
    world, ledger = quick_world(tmp_path, processes, server)
    deaths = 0
    for call, (first, last) in points(world, ledger, tmp_path).items():
        for number in spread(first, last, -(-SPREAD[call] // share)):
            doubles = len(ledger.heard()) - len(set(ledger.heard()))
            die_at(world, ledger, call, number)
            ledger.check(doubles + 1)
            deaths += 1
    assert deaths >= 20 // share


def test_death_while_the_state_is_made(tmp_path, processes):
    """Half a state file is none, or a whole one: never a wrong one."""
    world, ledger = quick_world(tmp_path, processes, Ngircd)
    calls = [("openat", n) for n in (40, 60)] + \
        [("pwrite64", n) for n in (1, 2, 4, 7, 11, 16)] + \
        [("fdatasync", n) for n in (1, 2, 3, 4)] + [("ftruncate", 1)]
    for call, number in calls:
        for path in tmp_path.glob("belfryd.db*"):
            path.unlink()
        inject = f"inject={call}:signal=KILL:when={number}"
        with Traced(world, ["-o", "/dev/null", "-e", f"trace={call}", "-e",
                            inject]) as traced:
            until(lambda: not traced.belfry.is_running() or
                  is_in(ledger.client), "dead or well", 30)
        world.belfry.start()
        until(lambda: is_in(ledger.client), "joined", 30)
        last = ledger.say_irc()
        world.wait_message(last, 30)
        ledger.say_chime()
        ledger.wait_irc()
        world.belfry.stop()
        ledger.forgive()
        ledger.check()
