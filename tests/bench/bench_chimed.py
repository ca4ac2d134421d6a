#!/usr/bin/env python3
"""Benchmarks of chimed alone: one JSON line per case, on standard output.
Needs a build (BELFRY_BUILD) with tests/bench/load.

    tests/bench/bench_chimed.py [CASE ...]

The load's 64 clients keep their connections, sign every request, and run on
the same machine. The state file is in TMPDIR, which should be on a disk."""
import collections
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent /
                       "integration"))

from support import chime_api                              # noqa: E402
from support.chimed import Chimed                          # noqa: E402
from support.chime_api import ChimeApi, quote              # noqa: E402
from support.process import build_dir                      # noqa: E402

CLIENTS = 64
SECONDS = int(os.environ.get("BENCH_SECONDS", "3"))
HISTORY = 1_000_000
DEPTH = 50_000
ROUNDS = 5
LIST = "max-results=10"
FILL = """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
                            WHERE i < :count)
    INSERT INTO messages (channel, message_id, sender, type, content,
                          created_ms, updated_ms)
    SELECT channels.id, printf('%016x%048x', :start_ms + i * :step_ms, i),
           users.id, 'STANDARD', 'message ' || i || ' of a long history',
           :start_ms + i * :step_ms, :start_ms + i * :step_ms
    FROM n, channels, users WHERE channels.arn = :channel
    AND users.arn = :sender"""


class Bench:
    """A service with an app instance, a user, and no channel."""

    def __init__(self, *options):
        self.temporary = tempfile.TemporaryDirectory()
        self.chimed = Chimed(self.temporary.name, options=options)
        self.chimed.start()
        self.api = ChimeApi(self.chimed.port)
        self.instance = self.api.create_app_instance()
        self.user = self.api.create_user(self.instance, "alice", "Alice")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.chimed.kill()
        self.temporary.cleanup()

    def channel(self, messages=0):
        arn = self.api.create_channel(self.instance, self.user, "bench")
        for i in range(messages):
            self.api.send(arn, self.user, f"message {i} of a few")
        return arn

    def fill(self, channel, count, step_ms):
        """A long past, written straight into the file."""
        self.chimed.stop()
        with sqlite3.connect(self.chimed.state_path) as state:
            state.execute(FILL, {
                "channel": channel, "sender": self.user, "count": count,
                "step_ms": step_ms,
                "start_ms": int(time.time() * 1000) - count * step_ms})
        state.close()
        self.chimed.start()
        self.api = ChimeApi(self.chimed.port)

    def load(self, channels, query=LIST, seconds=SECONDS, clients=CLIENTS):
        """Figures of sending, or with a query of listing."""
        words = [build_dir() / "tests/bench/load", self.chimed.port,
                 self.user, clients, seconds] + ([query] if query else [])
        cpu = self.chimed.cpu_s()
        done = subprocess.run(
            [str(word) for word in words], input="\n".join(channels),
            capture_output=True, text=True, check=False,
            timeout=seconds + 60, env={
                **os.environ, "AWS_ACCESS_KEY_ID": chime_api.KEY,
                "AWS_SECRET_ACCESS_KEY": chime_api.SECRET})
        assert done.returncode == 0, done.stderr[-2000:]
        figures = json.loads(done.stdout)
        cpu = self.chimed.cpu_s() - cpu
        return {**figures, "rss_kb": self.chimed.rss_kb(),
                "cpu_us": round(cpu / figures["requests"] * 1e6, 1)}

    def page_query(self, channel, depth):
        """Asks for the page of ten behind so many messages."""
        token = None
        for _ in range(depth // 50):
            query = [("max-results", "50")]
            token = self.api.call(
                "GET", f"/channels/{quote(channel)}/messages", self.user,
                query + ([("next-token", token)] if token else []))[
                    "NextToken"]
        return LIST + (f"&next-token={quote(token)}" if token else "")


def emit(case, **figures):
    print(json.dumps({"case": case, **figures}), flush=True)


def lists():
    """Pages of ten messages."""
    with Bench() as bench:
        channels = [bench.channel(messages=10) for _ in range(20)]
        emit("chimed_list_10_messages", **bench.load(channels))


def sends(sync):
    """Messages that outlive what `sync` says."""
    with Bench("--sync", sync) as bench:
        channels = [bench.channel() for _ in range(20)]
        emit(f"chimed_send_sync_{sync}", **bench.load(channels, query=None))


def many_channels(count=10_000):
    """Memory after making, writing to and reading many channels."""
    with Bench() as bench:
        channels = [bench.channel() for _ in range(count)]
        rss = {"created": bench.chimed.rss_kb()}
        token, listed = None, 0
        while listed == 0 or token:
            query = [("app-instance-arn", bench.instance)]
            page = bench.api.call(
                "GET", "/channels", bench.user,
                query + ([("next-token", token)] if token else []))
            token, listed = page.get("NextToken"), listed + len(
                page["Channels"])
        assert listed == count
        rss["listed"] = bench.chimed.rss_kb()
        for verb, query in (("send", None), ("list", LIST)):
            figures = bench.load(channels, query, seconds=10)
            rss[verb] = figures["rss_kb"]
            emit(f"chimed_{verb}_{count}_channels", **figures)
        emit(f"chimed_memory_{count}_channels", **{
            f"rss_kb_{when}": kb for when, kb in rss.items()})


def history(name, step_ms):
    """What a page costs in a channel with a long past, against a short."""
    with Bench() as bench:
        short, long = bench.channel(), bench.channel()
        bench.fill(short, 100, step_ms)
        bench.fill(long, HISTORY, step_ms)
        pages = {"first_short": (short, 0), "first_long": (long, 0),
                 "deep_short": (short, 50), "deep_long": (long, DEPTH)}
        queries = {page: bench.page_query(*where)
                   for page, where in pages.items()}
        costs = collections.defaultdict(list)
        for _ in range(ROUNDS):
            for page, (channel, _) in pages.items():
                costs[page].append(bench.load(
                    [channel], queries[page], seconds=1)["cpu_us"])
        best = {page: min(of) for page, of in costs.items()}
        emit(f"chimed_page_of_{name}",
             **{f"cpu_us_{page}": cost for page, cost in best.items()},
             ratio_first=round(best["first_long"] / best["first_short"], 2),
             ratio_deep=round(best["deep_long"] / best["deep_short"], 2),
             rss_kb=bench.chimed.rss_kb())


def deletion():
    """Others while the messages of a large channel are removed."""
    with Bench() as bench:
        channels = [bench.channel(messages=10) for _ in range(20)]
        large = bench.channel()
        bench.fill(large, HISTORY, 1)
        before = bench.load(channels)
        start = time.monotonic()
        bench.api.call("DELETE", f"/channels/{quote(large)}", bench.user)
        took = time.monotonic() - start
        during = bench.load(channels)
        emit("chimed_list_during_deletion", delete_ms=round(took * 1e3, 2),
             before_p99_ms=before["p99_ms"], before_per_s=before["per_s"],
             **during)


CASES = collections.OrderedDict([
    ("list", lists),
    ("send", lambda: sends("full")),
    ("send_normal", lambda: sends("normal")),
    ("channels", many_channels),
    ("history", lambda: history("a_million", 1)),
    ("one_moment", lambda: history("a_million_at_once", 0)),
    ("deletion", deletion),
])


def main():
    assert (build_dir() / "tests/bench/load").exists(), \
        "build first: make tests/bench/load (BELFRY_BUILD)"
    for case in sys.argv[1:] or CASES:
        CASES[case]()


if __name__ == "__main__":
    main()
