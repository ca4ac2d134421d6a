#!/usr/bin/env python3
"""Benchmarks of the whole bridge on loopback: one JSON line per case, on
standard output. Needs a build (BELFRY_BUILD), Debian's ngircd, and for
`windows` inspircd.

    tests/bench/bench.py [CASE ...]

Rates and CPU are of this machine; compare ratios within one run, not figures
of different days. `floor` is what the IRC server alone relays."""
import collections
import json
import os
import pathlib
import random
import signal
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent /
                       "integration"))

import bench_people                                        # noqa: E402
from support.chime_api import quote                       # noqa: E402
from support.ircd import Inspircd, Ngircd                  # noqa: E402
from support.process import build_dir                      # noqa: E402
from support.wait import until                             # noqa: E402
from support.world import World                            # noqa: E402

LINES = int(os.environ.get("BENCH_LINES", "20000"))
UNLIMITED = {"bearer_rps": 0, "channel_write_rps": 0, "channel_list_rps": 0,
             "channel_member_rps": 0, "user_create_rps": 0,
             "identity_rps": 0}


def emit(case, **figures):
    print(json.dumps({"case": case, **figures}), flush=True)


class Bench:
    """A world with `count` mappings and no limits. `folder`: where the state
    file is, other than in TMPDIR."""

    def __init__(self, count=1, poll=None, window=64, server=Ngircd,
                 folder=None):
        self.temporary = tempfile.TemporaryDirectory()
        self.state = tempfile.TemporaryDirectory(dir=folder)
        self.processes = []
        self.names = [f"#bench{i}" for i in range(count)]
        self.world = World(
            pathlib.Path(self.temporary.name), self.processes,
            server=server, channels=self.names,
            chime={"limits": UNLIMITED, "max_connections": 8,
                   "poll": poll or {"min_ms": 20, "max_ms": 100}},
            network={"window": window},
            service=("--sync", "normal"))    # the bridge is what is measured
        self.world.belfry.config["log"] = {"level": "info"}
        self.world.belfry.config["state"] = f"{self.state.name}/state.db"
        self.world.belfry.write_config()
        self.world.start()
        self.daemon = self.world.belfry
        self.client = self.world.client("bench", self.names[0])
        for name in self.names[1:]:
            self.client.send(f"JOIN {name}")
        self.world.wait_joined(self.client, self.names[-1], 120)

    def close(self):
        for process in reversed(self.processes):
            (getattr(process, "kill", None) or process.close)()
        self.temporary.cleanup()
        self.state.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def newest(self, name):
        """The newest message of a channel in Chime, or None."""
        arn = self.world.channels[name]
        found = self.world.api.call(
            "GET", f"/channels/{quote(arn)}/messages", self.world.alice,
            [("max-results", "1")])["ChannelMessages"]
        return found[0]["Content"] if found else None

    def have_all(self, last):
        """A condition: each channel's newest message is the expected one
        (order is kept, so all before it are there)."""
        pending = dict(last)

        def done():
            while pending:
                name = next(iter(pending))
                if self.newest(name) != pending[name]:
                    return False
                del pending[name]
            return True
        return done

    def warm_up(self):
        """Puppets and memberships exist afterwards."""
        for name in self.names:
            self.client.say(name, "warm up")
        until(self.have_all({n: "warm up" for n in self.names}), "puppets",
              120)

    def heard(self):
        return sum(1 for line in list(self.client.lines)
                   if b" PRIVMSG #" in line)


def measure(daemon, done, what, deadline_s):
    """Seconds and CPU seconds until done()."""
    cpu, start = daemon.cpu_s(), time.monotonic()
    until(done, what, deadline_s, step_s=0.01)
    return time.monotonic() - start, daemon.cpu_s() - cpu


def rate(case, lines, wall, cpu, **more):
    emit(case, lines=lines, lines_per_s=round(lines / wall),
         cpu_us_per_line=round(cpu / lines * 1e6, 1), **more)


def irc_to_chime(channels):
    """People on IRC paste as fast as the server lets them."""
    with Bench(channels) as bench:
        lines = LINES // 2
        bench.warm_up()
        texts = [(bench.names[i % channels], f"line {i} of this benchmark")
                 for i in range(lines)]
        bench.client.socket.sendall(b"".join(
            f"PRIVMSG {name} :{text}\r\n".encode() for name, text in texts))
        wall, cpu = measure(bench.daemon, bench.have_all(dict(texts)),
                            lambda: "all lines in Chime", 300)
        rate(f"irc_to_chime_{channels}_channels", lines, wall, cpu,
             rss_kb=bench.daemon.rss_kb())


def backlog(bench, lines):
    """Seconds and CPU seconds for what was said in Chime meanwhile."""
    bench.daemon.signal(signal.SIGSTOP)
    arns = [bench.world.channels[name] for name in bench.names]
    seen = bench.heard()
    for i in range(lines):
        bench.world.say(f"line {i} of many in this benchmark",
                        channel=arns[i % len(arns)])
    bench.daemon.signal(signal.SIGCONT)
    return measure(bench.daemon, lambda: bench.heard() >= seen + lines,
                   lambda: f"{bench.heard() - seen} of {lines}", 300)


def chime_to_irc(channels):
    """A backlog in Chime goes out at once."""
    with Bench(channels) as bench:
        wall, cpu = backlog(bench, LINES)
        rate(f"chime_to_irc_{channels}_channels", LINES, wall, cpu,
             rss_kb=bench.daemon.rss_kb())


def percentiles(times, prefix=""):
    times = sorted(times)
    return {f"{prefix}p50_ms": round(times[len(times) // 2] * 1e3, 2),
            f"{prefix}p99_ms": round(times[int(len(times) * 0.99)] * 1e3, 2)}


def bursts(bench, rounds=20, size=20):
    """Seconds from each message of a burst in Chime to its line in IRC."""
    times = []
    for _ in range(rounds):
        said, seen, told = [], bench.heard(), 0
        for i in range(size):
            bench.world.say(f"line {i} of a burst")
            said.append(time.monotonic())
        while told < size:
            heard = min(bench.heard() - seen, size)
            times += [time.monotonic() - at for at in said[told:heard]]
            told = max(told, heard)
            time.sleep(0.0003)
    return times


def windows():
    """What waiting for confirmations costs: unconfirmed lines per channel,
    by PING and PONG (ngircd) and by labels (inspircd)."""
    for server in (Ngircd, Inspircd):
        for window in (1, 4, 16, 64):
            poll = {"min_ms": 20, "max_ms": 20}
            with Bench(window=window, server=server, poll=poll) as bench:
                lines = LINES // 4
                wall, cpu = backlog(bench, lines)
                rate("window", lines, wall, cpu, server=server.program,
                     window=window, **percentiles(bursts(bench), "burst_"))


def to_and_fro(bench, count):
    """Ten lines a second each way: seconds that each took."""
    name, forward, back = bench.names[0], [], []
    bench.warm_up()
    for i in range(count):
        start = time.monotonic()
        bench.client.say(name, f"there {i}")
        until(lambda t=f"there {i}": bench.newest(name) == t,
              "the message", step_s=0.0005)
        forward.append(time.monotonic() - start)
        time.sleep(random.uniform(0.05, 0.15))
        start, seen = time.monotonic(), bench.heard()
        bench.world.say(f"back {i}", channel=bench.world.channels[name])
        until(lambda n=seen: bench.heard() > n, "the line",
              step_s=0.0005)
        back.append(time.monotonic() - start)
        time.sleep(random.uniform(0.02, 0.1))
    return forward, back


def latency(count=200):
    """Percentiles of lines that come one by one."""
    with Bench(1, poll={"min_ms": 50, "max_ms": 50}) as bench:
        forward, back = to_and_fro(bench, count)
    emit("latency_irc_to_chime", **percentiles(forward))
    emit("latency_chime_to_irc_poll_50ms", **percentiles(back))


def journal(count=50, rounds=3):
    """What durability adds to a line: the state file on the disk of TMPDIR
    against one in memory (/dev/shm), in turn."""
    there = {None: [], "/dev/shm": []}
    back = {None: [], "/dev/shm": []}
    for _ in range(rounds):
        for folder in there:
            with Bench(1, poll={"min_ms": 20, "max_ms": 20},
                       folder=folder) as bench:
                one, other = to_and_fro(bench, count)
            there[folder] += one
            back[folder] += other
    for way, times in (("irc_to_chime", there), ("chime_to_irc", back)):
        disk, memory = (percentiles(times[folder]) for folder in times)
        emit(f"journal_{way}",
             **{f"disk_{name}": ms for name, ms in disk.items()},
             **{f"memory_{name}": ms for name, ms in memory.items()},
             added_p50_ms=round(disk["p50_ms"] - memory["p50_ms"], 2))


def idle(channels):
    """Memory and CPU of a bridge that nobody uses, polls of 1 to 15 s."""
    start = time.monotonic()
    with Bench(channels, poll={"min_ms": 1000, "max_ms": 15000}) as bench:
        ready = time.monotonic() - start
        time.sleep(20)
        cpu, start = bench.daemon.cpu_s(), time.monotonic()
        time.sleep(30)
        share = (bench.daemon.cpu_s() - cpu) / (time.monotonic() - start)
        emit(f"idle_{channels}_mappings", rss_kb=bench.daemon.rss_kb(),
             cpu_percent=round(share * 100, 2),
             open_files=bench.daemon.open_files(), set_up_s=round(ready, 1))


def start_up():
    """From exec to the first relayed line, state and puppets known."""
    with Bench(1) as bench:
        name = bench.names[0]
        bench.warm_up()
        bench.daemon.stop()
        until(lambda: "belfry" not in bench.client.members(name), "gone",
              step_s=0.05)
        bench.world.say("first", channel=bench.world.channels[name])
        start, seen = time.monotonic(), bench.heard()
        bench.daemon.start()
        until(lambda: bench.heard() > seen, "the first line", step_s=0.001)
        emit("start_to_first_line", s=round(time.monotonic() - start, 3))


def floor():
    """The IRC server alone, from one client to another."""
    with Bench(1) as bench:
        other = bench.world.client("other", bench.names[0])
        text = f"PRIVMSG {bench.names[0]} :line of the floor\r\n".encode()
        start = time.monotonic()
        bench.client.socket.sendall(text * LINES)
        until(lambda: len(other.lines) >= LINES, "the floor", 120, 0.01)
        emit("floor_ngircd", lines=LINES,
             lines_per_s=round(LINES / (time.monotonic() - start)))


CASES = collections.OrderedDict([
    ("floor", floor),
    ("start_up", start_up),
    ("irc_to_chime_1", lambda: irc_to_chime(1)),
    ("irc_to_chime_20", lambda: irc_to_chime(20)),
    ("irc_to_chime_100", lambda: irc_to_chime(100)),
    ("chime_to_irc_1", lambda: chime_to_irc(1)),
    ("chime_to_irc_20", lambda: chime_to_irc(20)),
    ("windows", windows),
    ("latency", latency),
    ("journal", journal),
    ("idle_1", lambda: idle(1)),
    ("idle_100", lambda: idle(100)),
    ("idle_1000", lambda: idle(1000)),
    *bench_people.CASES.items(),
])


def main():
    assert (build_dir() / "belfryd").exists(), "build first (BELFRY_BUILD)"
    for case in sys.argv[1:] or CASES:
        CASES[case]()


if __name__ == "__main__":
    main()
