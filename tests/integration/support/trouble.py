"""A community whose chimed is out of order on purpose: faults that begin and
end while the bridge runs, a clock that is wrong or fast, and the oracle."""
import os
import re
import signal

from .harm import faketime_library
from .ledger import Ledger
from .patient import PatientApi
from .wait import until
from .world import World

OPTIONS = ("--log", "debug", "--max-skew", "0")
POLL = {"min_ms": 50, "max_ms": 200}


def words(faults):
    return [word for fault in faults for word in ("--fault", fault)]


class Trouble:
    """A bridge that works (`begin`), then faults (`fail`), then none
    (`heal`). `speed` lets belfryd's time pass so many times faster: what it
    waits half a minute for is there in a second or two."""

    def __init__(self, folder, processes, speed=1, options=OPTIONS, **more):
        chime = {"poll": POLL, **more.pop("chime", {})}
        self.world = World(folder, processes, chime=chime, service=options,
                           **more)
        self.world.api = PatientApi(self.world.chimed.port)
        # A sanitizer that keeps what was freed would be taken for a leak.
        self.world.belfry.env["ASAN_OPTIONS"] = "quarantine_size_mb=1:" + \
            "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", "")
        if speed != 1:
            self.clock(f"+0 x{speed}")
        self.plain = list(self.world.chimed.argv)
        self.mark = self.problems_before = 0
        self.ledger = None

    def clock(self, spec=None, file=None):
        """faketime's specification of belfryd's clock; with a file, that of
        its wall clock only, as often as the file changes."""
        env = self.world.belfry.env
        env["LD_PRELOAD"] = " ".join(filter(None, [
            os.environ.get("LD_PRELOAD"),
            faketime_library("libfaketime.so.1")]))
        if file:
            env.update(FAKETIME_TIMESTAMP_FILE=str(file), FAKETIME_NO_CACHE="1",
                       FAKETIME_DONT_FAKE_MONOTONIC="1")
        else:
            env["FAKETIME"] = spec

    def begin(self, puppet=True):
        world = self.world.start()
        self.ledger = Ledger(world, world.client("bob"))
        world.wait_joined(self.ledger.client)
        if puppet:
            self.ledger.say_irc()
            self.ledger.wait_chime()
        self.base = world.belfry.open_files()
        self.rss_kb = world.belfry.rss_kb()
        self.problems_before = len(world.problems())
        return self

    def refit(self, *options):
        """chimed anew with these options; counting starts here."""
        chimed, belfry = self.world.chimed, self.world.belfry
        if belfry.is_running():      # or it would see none at all
            belfry.signal(signal.SIGSTOP)
        chimed.stop()
        chimed.argv = self.plain + list(options)
        chimed.argv[2] = f"127.0.0.1:{chimed.port}"
        self.mark = len(chimed.log())
        chimed.start()
        if belfry.is_running():
            belfry.signal(signal.SIGCONT)
        return self

    def fail(self, *faults):
        return self.refit(*words(faults))

    def heal(self):
        return self.refit()

    def hits(self, fault):
        """How often this fault has had its turn."""
        return self.world.chimed.log()[self.mark:].count(f": {fault}\n")

    def wait_hits(self, fault, count, deadline_s=20):
        until(lambda: self.hits(fault) >= count,
              lambda: f"{fault} {count} times, now {self.hits(fault)}:\n" +
              self.world.chimed.log()[-3000:], deadline_s)

    def requests(self, method, path):
        """(status) of each such request, in order; by a pattern."""
        return [int(m) for m in re.findall(
            rf"request: {method} \S*{path}(?:\?\S*)?: (\d+)",
            self.world.chimed.log()[self.mark:])]

    def sends(self):
        return self.requests("POST", "/messages")

    def problems(self):
        return self.world.problems()[self.problems_before:]

    def wait_problem(self, *texts, deadline_s=20):
        def seen():
            for line in self.problems():
                if all(text in line for text in texts):
                    return line
            return None
        return until(seen, lambda: f"a line with {texts}: {self.problems()}",
                     deadline_s)

    def finish(self, deadline_s=30, doubles=0):
        """All is there, once and in order; nothing is held that was not."""
        self.ledger.wait_irc(deadline_s).wait_chime(deadline_s)
        self.ledger.check(doubles)
        belfry = self.world.belfry
        assert belfry.is_running()
        # Connections of the client may stay open for the next call.
        assert belfry.open_files() <= self.base + 8
        assert belfry.rss_kb() < self.rss_kb + 16 * 1024
        return self
