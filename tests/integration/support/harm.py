"""Harm done to a running process: limits, failing system calls, a disk of its
own, a clock of its own that can jump."""
import glob
import os
import resource
import signal
import subprocess
import time

from .process import find_program
from .wait import until


class Limit:
    """A soft limit, lowered for a while."""

    def __init__(self, pid, name, value):
        self.pid, self.what = pid, getattr(resource, f"RLIMIT_{name}")
        self.value = value

    def __enter__(self):
        self.before = resource.prlimit(self.pid, self.what)
        resource.prlimit(self.pid, self.what, (self.value, self.before[1]))
        return self

    def __exit__(self, *_):
        resource.prlimit(self.pid, self.what, self.before)


class Injected:
    """strace at a running process, for a while: calls fail. `rules` are
    those of strace's option -e inject=."""

    def __init__(self, pid, *rules):
        self.pid, self.rules = pid, rules

    def __enter__(self):
        calls = ",".join(rule.split(":")[0] for rule in self.rules)
        argv = [find_program("strace"), "-f", "-p", str(self.pid), "-o",
                "/dev/null", "-e", f"trace={calls}"]
        for rule in self.rules:
            argv += ["-e", f"inject={rule}"]
        self.strace = subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                                       stderr=subprocess.PIPE, text=True)
        said = self.strace.stderr.readline()
        assert "attached" in said, f"strace could not attach: {said}"
        return self

    def __exit__(self, *_):
        self.strace.send_signal(signal.SIGINT)
        self.strace.wait(20)
        self.strace.stderr.close()


class Disk:
    """A file system in memory that only one process sees, for its state: a
    mount namespace of its own."""

    def __init__(self, belfry, size_kb):
        self.folder = belfry.folder / "disk"
        self.folder.mkdir()
        unshare = [find_program("unshare"), "--mount"]
        if os.getuid() != 0:
            unshare.append("--map-root-user")
        mount = f"mount -t tmpfs -o size={size_kb}k tmpfs " + \
            f'"{self.folder}" && exec "$@"'
        belfry.argv = [*unshare, "sh", "-c", mount, "sh", *belfry.argv]
        belfry.state_path = self.folder / "belfryd.db"
        belfry.config["state"] = str(belfry.state_path)
        belfry.write_config()


class Clock:
    """The wall clock of one process; what runs on the steady clock is not
    touched."""

    def __init__(self, process):
        self.path = process.folder / "clock"
        self.set(0)
        library, = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        process.env.update(
            LD_PRELOAD=library, FAKETIME_TIMESTAMP_FILE=str(self.path),
            FAKETIME_NO_CACHE="1", FAKETIME_DONT_FAKE_MONOTONIC="1",
            FAKETIME_DONT_RESET="1", FAKETIME_DISABLE_SHM="1",
            ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") +
            ":verify_asan_link_order=0")

    def set(self, seconds):
        """From now on the clock is so far off."""
        new = self.path.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        new.rename(self.path)


def assert_calm(process, seconds=1.5, share=0.2):
    """Uses less than `share` of a processor over the window."""
    before, start = process.cpu_s(), time.monotonic()
    until(lambda: time.monotonic() - start > seconds, "the window ends",
          seconds + 5)
    used = process.cpu_s() - before
    assert used < share * seconds, f"{used:.2f} s of CPU in {seconds} s"
