"""Harm done to a running process: limits, failing system calls, a disk of its
own, a clock of its own that can jump."""
import glob
import os
import pathlib
import resource
import signal
import subprocess
import time

import pytest

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


def unshare():
    return [find_program("unshare"), "--mount",
            *([] if os.getuid() == 0 else ["--map-root-user"])]


def needs_mount():
    """Skips the test where nobody may mount, not even for himself."""
    done = subprocess.run([*unshare(), "mount", "-t", "tmpfs", "tmpfs",
                           "/mnt"], capture_output=True, timeout=20)
    if done.returncode != 0:
        pytest.skip("needs the right to mount")


class Disk:
    """A file system in memory that only one process sees, of its own: a mount
    namespace of its own. Put the state of the process into `folder` before it
    starts."""

    def __init__(self, process, parent, size_kb):
        self.process, self.folder = process, pathlib.Path(parent) / "disk"
        self.folder.mkdir()
        self.plain = list(process.argv)
        mount = f"mount -t tmpfs -o size={size_kb}k tmpfs " + \
            f'"{self.folder}" && exec "$@"'
        process.argv = [*unshare(), "sh", "-c", mount, "sh", *process.argv]

    def seen(self):
        """The folder as others see it, while the process runs."""
        return pathlib.Path(f"/proc/{self.process.pid}/root{self.folder}")

    def fill(self):
        """Not a byte is left."""
        block = 1 << 16
        with open(self.seen() / "filler", "wb", buffering=0) as filler:
            while block:
                try:
                    filler.write(b"x" * block)
                except OSError:
                    block //= 2

    def free(self):
        (self.seen() / "filler").unlink()


def state_on_disk(belfry, size_kb):
    """The daemon's state on a disk of that size."""
    disk = Disk(belfry, belfry.folder, size_kb)
    belfry.state_path = disk.folder / "belfryd.db"
    belfry.config["state"] = str(belfry.state_path)
    belfry.write_config()
    return disk


def faketime_library(name):
    """Of Debian's faketime, which ./bootstrap check installs."""
    library, = glob.glob(f"/usr/lib/*/faketime/{name}")
    return library


class Clock:
    """The wall clock of one process; what runs on the steady clock is not
    touched."""

    def __init__(self, process):
        self.path = process.folder / "clock"
        self.set(0)
        library = faketime_library("libfaketimeMT.so.1")
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
