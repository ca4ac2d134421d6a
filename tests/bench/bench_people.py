#!/usr/bin/env python3
"""Benchmarks of people: puppets on IRC, crowds in Chime. One JSON line per
case, on standard output. Needs a build (BELFRY_BUILD) and Debian's ngircd,
inspircd and ircd-hybrid.

    tests/bench/bench_people.py [CASE ...]

BENCH_PEOPLE (200) is the number of puppets, BENCH_CROWD (2000) that of people
on IRC. Memory is RSS, as the kernel counts it: `kb_each` is what belfryd has
more than before these people came, for each of them."""
import collections
import json
import os
import pathlib
import signal
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent /
                       "integration"))

from support.certificates import Certificates              # noqa: E402
from support.chime_api import quote                        # noqa: E402
from support.crowd import Crowd                            # noqa: E402
from support.ircd import Hybrid, Inspircd, Ngircd          # noqa: E402
from support.people import MIRROR                          # noqa: E402
from support.process import build_dir                      # noqa: E402
from support.wait import until                             # noqa: E402
from support.world import CHANNEL, World                   # noqa: E402

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "200"))
CROWD = int(os.environ.get("BENCH_CROWD", "2000"))
LINES = int(os.environ.get("BENCH_LINES", "2000"))
IDLE_S = 20
LIMITS = {f"{name}_rps": 0 for name in (
    "bearer", "channel_write", "channel_list", "identity", "user_create",
    "user_read", "user_list", "channel_member", "channel_member_list",
    "member_batch", "channel_change")}
POLL = {"min_ms": 50, "max_ms": 1000}


class ManyHybrid(Hybrid):
    most = 10000


def emit(case, **figures):
    print(json.dumps({"case": case, **figures}), flush=True)


class Bench:
    """A world without limits; `mirror` and `puppets` are settings."""

    def __init__(self, server, mirror, puppets=None, tls=False, **more):
        self.temporary = tempfile.TemporaryDirectory()
        folder, self.processes = pathlib.Path(self.temporary.name), []
        certificates = Certificates(folder / "tls") if tls else None
        presence = {} if puppets is None else {
            "presence": "puppets",
            "puppets": {"connect_interval_ms": 0, "max": 10000, **puppets}}
        self.world = World(
            folder, self.processes, server=server, certificates=certificates,
            chime={"limits": LIMITS, "max_connections": 8, "poll": POLL,
                   **more.pop("chime", {})},
            mapping={"mirror": {**MIRROR, **mirror}}, network=presence,
            service=("--sync", "normal"), **more)
        self.daemon = self.world.belfry
        self.daemon.config["log"] = {"level": "info"}
        if tls:
            network = self.daemon.config["networks"][0]
            network["tls"] = True
            network["tls_ca_file"] = certificates.path("ca.pem")
            network["servers"] = (f"127.0.0.1:{self.world.ircd.tls_port}",)
        self.daemon.write_config()
        self.client = self.world.client("bench")

    def start(self):
        self.world.start()
        self.world.wait_joined(self.client)
        return self

    def close(self):
        for process in reversed(self.processes):
            (getattr(process, "kill", None) or process.close)()
        self.temporary.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def quiet(self):
        """Until belfryd has worked off what there was."""
        last = [-1.0, time.monotonic()]

        def is_quiet():
            cpu, now = self.daemon.cpu_s(), time.monotonic()
            if cpu - last[0] > 0.02:
                last[:] = cpu, now
            return now - last[1] > 1
        until(is_quiet, "belfryd is quiet", 120, step_s=0.1)

    def newest(self):
        found = self.world.api.call(
            "GET", f"/channels/{quote(self.world.channel)}/messages",
            self.world.alice, [("max-results", "1")])["ChannelMessages"]
        return found[0].get("Content") if found else None

    def heard(self):
        return sum(1 for line in list(self.client.lines)
                   if b" PRIVMSG #" in line)

    def idle_percent(self):
        cpu, start = self.daemon.cpu_s(), time.monotonic()
        time.sleep(IDLE_S)
        return round((self.daemon.cpu_s() - cpu) /
                     (time.monotonic() - start) * 100, 2)


def appear(bench):
    """So many people come into the channel in Chime: {name: ARN}, seconds and
    CPU seconds until all of them are on IRC, KB of each."""
    bench.client.wait_here(CHANNEL, "Alice[c]")
    bench.quiet()
    rss, cpu = bench.daemon.rss_kb(), bench.daemon.cpu_s()
    people = bench.world.chime_people(PEOPLE)
    start = time.monotonic()
    wanted = PEOPLE + 3
    until(lambda: len(bench.client.members(CHANNEL)) >= wanted,
          lambda: f"{len(bench.client.members(CHANNEL))} of {wanted}\n" +
          bench.daemon.log()[-2000:], 300, step_s=0.1)
    wall = time.monotonic() - start
    cpu = bench.daemon.cpu_s() - cpu
    bench.quiet()
    return people, wall, cpu, (bench.daemon.rss_kb() - rss) / PEOPLE


def listen(bench):
    """CPU seconds while somebody on IRC says many lines: each puppet hears
    each of them, and they go to Chime."""
    bench.quiet()
    cpu, start = bench.daemon.cpu_s(), time.monotonic()
    for i in range(LINES):
        bench.client.say(CHANNEL, f"line {i} of some forty characters or so")
    until(lambda: (bench.newest() or "").startswith(f"line {LINES - 1} "),
          lambda: f"all in Chime; {bench.newest()}", 300, step_s=0.05)
    wall = time.monotonic() - start
    bench.quiet()
    return wall, bench.daemon.cpu_s() - cpu


def speak(bench, people, rounds=5):
    """Seconds and CPU seconds until all that they said in turn is on IRC."""
    seen, count = bench.heard(), rounds * len(people)
    bench.daemon.signal(signal.SIGSTOP)
    for i in range(rounds):
        for arn in people.values():
            bench.world.say(f"line {i} of what was said", sender=arn)
    cpu = bench.daemon.cpu_s()
    bench.daemon.signal(signal.SIGCONT)
    start = time.monotonic()
    until(lambda: bench.heard() >= seen + count,
          lambda: f"{bench.heard() - seen} of {count}\n" +
          bench.daemon.log()[-2000:], 300, step_s=0.01)
    nicks = {nick for nick, _ in bench.client.spoken(CHANNEL)}
    return (count, time.monotonic() - start, bench.daemon.cpu_s() - cpu,
            sum(nick.endswith("[c]") for nick in nicks))


def puppets(server, tls=False):
    """A connection for each of many people of Chime."""
    with Bench(server, {"members": "full"}, {}, tls,
               chime={"members_ms": 1000}) as bench:
        bench.start()
        people, wall, cpu, kb_each = appear(bench)
        idle = bench.idle_percent()
        listen_s, listen_cpu = listen(bench)
        kb_after = bench.daemon.rss_kb()
        count, speak_s, speak_cpu, voices = speak(bench, people)
        emit(f"puppets_{server.program}{'_tls' if tls else ''}",
             people=PEOPLE, on_irc=len(bench.client.members(CHANNEL)) - 3,
             all_there_s=round(wall, 2),
             cpu_ms_each=round(cpu / PEOPLE * 1e3, 2),
             kb_each=round(kb_each, 1), idle_cpu_percent=idle,
             heard_lines_per_s=round(LINES / listen_s),
             cpu_us_per_line=round(listen_cpu / LINES * 1e6),
             cpu_us_per_line_and_puppet=round(
                 listen_cpu / LINES / (PEOPLE + 1) * 1e6, 2),
             spoken_per_s=round(count / speak_s),
             cpu_us_per_spoken=round(speak_cpu / count * 1e6),
             voices=voices, rss_kb=kb_after)


def all_puppets():
    for server, tls in ((Ngircd, False), (Inspircd, False), (Inspircd, True),
                        (ManyHybrid, False)):
        puppets(server, tls)


def members():
    """Many people of IRC, who are all shown in Chime."""
    with Bench(Inspircd, {"members": "full"},
               chime={"members_ms": 5000}) as bench:
        bench.start()
        bench.quiet()
        rss, cpu = bench.daemon.rss_kb(), bench.daemon.cpu_s()
        start = time.monotonic()
        crowd = Crowd(bench.world.ircd.port, CROWD)
        bench.processes.append(crowd)
        crowd.join(CHANNEL)
        joined = time.monotonic() - start
        until(lambda: len(bench.world.shown()) >= CROWD + 1,
              lambda: f"{len(bench.world.shown())} of {CROWD}\n" +
              bench.daemon.log()[-2000:], 600, step_s=1)
        wall = time.monotonic() - start
        cpu = bench.daemon.cpu_s() - cpu
        bench.quiet()
        emit("members", people=CROWD, joined_irc_s=round(joined, 1),
             all_there_s=round(wall, 1),
             cpu_ms_each=round(cpu / CROWD * 1e3, 2),
             kb_each=round((bench.daemon.rss_kb() - rss) / CROWD, 2),
             rss_kb=bench.daemon.rss_kb(),
             idle_cpu_percent=bench.idle_percent())


def idle_members(count=100):
    """Nobody does anything, in many channels whose members are looked at, at
    the pace that is the default."""
    names = [f"#bench{i}" for i in range(count)]
    with Bench(Ngircd, {"members": "lazy"}, {}, channels=[CHANNEL, *names],
               chime={"poll": {"min_ms": 1000, "max_ms": 15000}}) as bench:
        bench.start()
        for name in names:
            bench.client.send(f"JOIN {name}")
        bench.world.wait_joined(bench.client, names[-1], 120)
        time.sleep(IDLE_S)
        emit(f"idle_members_{count}_mappings", rss_kb=bench.daemon.rss_kb(),
             cpu_percent=bench.idle_percent())


CASES = collections.OrderedDict([
    ("puppets", all_puppets),
    ("members", members),
    ("idle_members_100", idle_members),
])


def main():
    assert (build_dir() / "belfryd").exists(), "build first (BELFRY_BUILD)"
    for case in sys.argv[1:] or CASES:
        CASES[case]()


if __name__ == "__main__":
    main()
