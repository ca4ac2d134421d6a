"""The daemon under test: its configuration, its state, its life."""
import json
import pathlib
import signal
import subprocess

from . import chime_api
from .process import Process, build_dir

CREDENTIALS = {"AWS_ACCESS_KEY_ID": chime_api.KEY,
               "AWS_SECRET_ACCESS_KEY": chime_api.SECRET,
               "AWS_CONFIG_FILE": "/nonexistent",
               "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"}


def setting(value):
    """A Python value as libconfig text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + " ".join(f"{k} = {setting(v)};"
                               for k, v in value.items()) + " }"
    if isinstance(value, tuple):
        return "( " + ", ".join(setting(v) for v in value) + " )"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


class Belfry(Process):
    """`config` is a dict of the file's settings; lists of groups are tuples
    of dicts."""

    def __init__(self, folder, config, name="belfryd", env=None):
        self.folder = pathlib.Path(folder)
        self.config_path = self.folder / f"{name}.conf"
        self.state_path = self.folder / f"{name}.db"
        self.config = {"state": str(self.state_path),
                       "log": {"level": "debug"}, **config}
        self.write_config()
        super().__init__(name, [build_dir() / "belfryd", "-c",
                                self.config_path], folder,
                         env={**CREDENTIALS, **(env or {})})

    def write_config(self):
        self.config_path.write_text("".join(
            f"{key} = {setting(value)};\n"
            for key, value in self.config.items()))

    def check(self):
        """belfryd --check: exit code and what it said."""
        done = subprocess.run(self.argv + ["--check"], capture_output=True,
                              text=True, timeout=30)
        return done.returncode, done.stdout + done.stderr

    def reload(self):
        self.write_config()
        self.signal(signal.SIGHUP)


def ctl(*arguments, endpoint, bearer=None, instance_env=None):
    """belfryctl chime …: the parsed JSON answer."""
    argv = [build_dir() / "belfryctl", "--endpoint", endpoint]
    if bearer:
        argv += ["--bearer", bearer]
    done = subprocess.run([str(w) for w in argv + ["chime", *arguments]],
                          env={**CREDENTIALS, **(instance_env or {})},
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return json.loads(done.stdout) if done.stdout.strip() else {}
