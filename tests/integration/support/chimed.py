"""chimed under test: the local service."""
import pathlib
import re

from . import chime_api
from .process import Process, build_dir


class Chimed(Process):
    """`port` None: any. With `no_auth` every signature is taken."""

    def __init__(self, folder, port=None, no_auth=False, options=(),
                 name="chimed", env=None):
        self.state_path = pathlib.Path(folder) / f"{name}.db"
        self.port = port or 0
        argv = [build_dir() / "chimed", "--listen",
                f"127.0.0.1:{self.port}", "--state", self.state_path]
        if no_auth:
            argv.append("--no-auth")
        super().__init__(name, argv + list(options), folder, env={
            "AWS_ACCESS_KEY_ID": chime_api.KEY,
            "AWS_SECRET_ACCESS_KEY": chime_api.SECRET, **(env or {})})

    def start(self):
        before = len(self.log())
        super().start()
        self.wait_log("listening on http://", after=before)
        found = re.findall(r"listening on http://[^:]*:(\d+)",
                           self.log()[before:])
        self.port = int(found[-1])
        self.argv[2] = f"127.0.0.1:{self.port}"   # the same after a restart
        return self

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"
