"""AWS's JavaScript clients as a driver: one node process, spoken to in lines
of JSON."""
import datetime
import json
import os
import pathlib
import subprocess

from support import chime_api
from support.process import find_program

from .answer import Answer

SOURCE = pathlib.Path(__file__).resolve().parents[1] / "js"


def modules_dir():
    """Where `npm ci` put the clients; ./bootstrap check does that."""
    default = SOURCE.parents[2] / "build" / "sdk-js"
    return pathlib.Path(os.environ.get("BELFRY_SDK_JS", default)).resolve()


def encode(value):
    if isinstance(value, datetime.datetime):
        return {"$date": round(value.timestamp() * 1000)}
    raise TypeError(value)


def decode(value):
    if "$date" not in value:
        return value
    return datetime.datetime.fromtimestamp(value["$date"] / 1000,
                                           datetime.timezone.utc)


class Node:
    name = "javascript"

    def __init__(self):
        self.endpoint, modules = None, modules_dir()
        assert (modules / "node_modules").is_dir(), \
            f"no node_modules in {modules}: copy {SOURCE}/package*.json " \
            "there and run npm ci"
        self._process = subprocess.Popen(
            [find_program("node"), SOURCE / "driver.cjs", modules],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "AWS_ACCESS_KEY_ID": chime_api.KEY,
                 "AWS_SECRET_ACCESS_KEY": chime_api.SECRET})
        self._known = set(self._read()["operations"])

    def connect(self, endpoint, attempts=1):
        """All calls from here on go there, so often if need be."""
        self.endpoint = endpoint
        self._write([{"endpoint": endpoint, "attempts": attempts}])
        assert self._read() == {"endpoint": endpoint}
        return self

    def close(self):
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def _write(self, requests):
        self._process.stdin.write("".join(
            json.dumps(request, default=encode) + "\n"
            for request in requests))
        self._process.stdin.flush()

    def _read(self):
        line = self._process.stdout.readline()
        assert line, "node has ended"
        return json.loads(line, object_hook=decode)

    def knows(self, operation):
        return operation in self._known

    def call(self, operation, members):
        return self.call_all([(operation, members)])[0]

    def call_all(self, calls, width=64):
        """Answers in the order of `calls`; `width` of them at once."""
        answers, left = {}, list(enumerate(calls))[::-1]
        while len(answers) < len(calls):
            fill = min(width - (len(calls) - len(left) - len(answers)),
                       len(left))
            self._write({"id": number, "operation": call[0],
                         "input": call[1]}
                        for number, call in (left.pop()
                                             for _ in range(fill)))
            said = self._read()
            number = said.pop("id")
            answers[number] = Answer(**said)
        return [answers[number] for number in range(len(calls))]
