"""One process under test, with its output in a file."""
import itertools
import os
import pathlib
import shutil
import signal
import socket
import subprocess

from .wait import until


# Below what the kernel gives to those who take any port, and a range for each
# of the processes that run tests side by side.
FIRST_PORT, PORTS = 12000, 2000
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])


def _ports():
    """The range, again and again; another run of the tests on the machine
    begins elsewhere in it."""
    first, step = FIRST_PORT + WORKER * PORTS, os.getpid() * 37
    for number in itertools.count(step):
        yield first + number % PORTS


_NEXT_PORTS = _ports()


def free_port():
    """A port that nobody listens on, and that is not given again soon."""
    for port in _NEXT_PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("unreachable")


def build_dir():
    return pathlib.Path(os.environ.get("BELFRY_BUILD", "build")).resolve()


def find_program(name):
    """A server's program, also from sbin, or None."""
    return shutil.which(name, path=os.environ.get("PATH", "") +
                        ":/usr/sbin:/sbin:/usr/local/sbin")


def listens(port, host="127.0.0.1"):
    try:
        socket.create_connection((host, port), 1).close()
        return True
    except OSError:
        return False


class Process:
    def __init__(self, name, argv, folder, env=None, cwd=None):
        self.name, self.argv = name, [str(word) for word in argv]
        self.log_path = pathlib.Path(folder) / f"{name}.log"
        self.env, self.cwd = env, cwd
        self.process = None

    def start(self):
        assert self.process is None, f"{self.name} is running"
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **(self.env or {})}, cwd=self.cwd,
                start_new_session=True)
        return self

    @property
    def pid(self):
        return self.process.pid

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def log(self):
        if not self.log_path.exists():
            return ""
        return self.log_path.read_text(errors="replace")

    def wait_log(self, text, deadline_s=20.0, after=0):
        """Waits until the log holds `text` behind position `after`."""
        def seen():
            if text in self.log()[after:]:
                return True
            assert self.is_running(), \
                f"{self.name} ended with {self.process.returncode}:\n" \
                f"{self.log()[-4000:]}"
            return False
        until(seen, lambda: f"{text!r} in the log of {self.name}:\n"
              f"{self.log()[-4000:]}", deadline_s)

    def signal(self, number):
        os.kill(self.pid, number)

    def wait_exit(self, deadline_s=20.0):
        code = self.process.wait(deadline_s)
        self.process = None
        return code

    def stop(self, deadline_s=20.0):
        """SIGTERM and the exit code; None when it was not running."""
        if self.process is None:
            return None
        if self.is_running():
            self.signal(signal.SIGTERM)
        try:
            return self.wait_exit(deadline_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not stop on SIGTERM:\n"
                                 f"{self.log()[-4000:]}") from None

    def kill(self):
        """SIGKILL, at once."""
        if self.process is None:
            return
        if self.is_running():
            self.signal(signal.SIGKILL)
        self.process.wait(20)
        self.process = None

    def cpu_s(self):
        """User and system seconds used so far."""
        with open(f"/proc/{self.pid}/stat") as stat:
            words = stat.read().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def rss_kb(self):
        with open(f"/proc/{self.pid}/status") as status:
            for line in status:
                if line.startswith("VmRSS"):
                    return int(line.split()[1])
        return 0

    def open_files(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))
