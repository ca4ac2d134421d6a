"""Between belfryd and chimed: passes every call through, or answers by rule
what no well-behaved service would. Keeps a ledger of the calls."""
import http.client
import json
import re
import socket
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATHS = (("POST", r"/channels/[^/]+/messages$", "send"),
         ("GET", r"/channels/[^/]+/messages$", "list"),
         ("POST", r"/channels/[^/]+/memberships$", "join"),
         ("PUT", r"/channels/[^/]+/readMarker$", "mark"),
         ("POST", r"/app-instance-users$", "user"))
DROP_BYTES = 16
HOP = {"connection", "content-length", "transfer-encoding", "date", "server"}


class Call:
    """One request; `name` is send, list, join, mark, user or
    other."""

    def __init__(self, handler, body):
        self.method, self.target = handler.command, handler.path
        self.headers, self.body = handler.headers, body
        path, _, query = handler.path.partition("?")
        self.query = dict(urllib.parse.parse_qsl(query))
        self.at = time.monotonic()
        self.bearer = handler.headers.get("x-amz-chime-bearer", "")
        self.name = next((name for method, pattern, name in PATHS
                          if method == self.method and
                          re.match(pattern, path)), "other")
        self.answer = None     # set once it is given

    def json(self):
        return json.loads(self.body or b"{}")


class Answer:
    """What goes out. `cut` bytes of the whole, then a reset; `pause_s` before
    it; `dribble_s` between drops of a few bytes; `length` as announced."""

    def __init__(self, status=200, body=b"", headers=None, cut=None,
                 pause_s=0, dribble_s=0, length=None):
        self.status, self.headers = status, dict(headers or {})
        self.body = json.dumps(body).encode() \
            if isinstance(body, (dict, list)) else body
        self.cut, self.pause_s, self.dribble_s = cut, pause_s, dribble_s
        self.length = length

    def json(self):
        return json.loads(self.body)

    def with_json(self, body):
        self.body = json.dumps(body).encode()
        return self


def refusal(status, code="", message="by rule", **headers):
    return Answer(status, {"Code": code, "Message": message},
                  {"x-amzn-ErrorType": code, **headers})


class ScriptedChime:
    """`rule(call, forward)` returns an Answer; forward() asks chimed and
    returns its Answer. None passes the call through. Set `rule` at any
    time."""

    def __init__(self, target):
        self.target, self.rule, self.calls = target, None, []
        self.errors = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                owner.serve(self)

            do_POST = do_PUT = do_DELETE = do_GET

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass     # those that were cut on purpose

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.socket.listen(128)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,),
                         daemon=True).start()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def serve(self, handler):
        length = int(handler.headers.get("content-length") or 0)
        call = Call(handler, handler.rfile.read(length))
        self.calls.append(call)
        rule = self.rule
        answer = None
        if rule:
            try:
                answer = rule(call, lambda: self.forward(call))
            except Exception as error:     # a test looks at these
                self.errors.append(error)
        if answer is None:
            answer = self.forward(call)
        call.answer = answer
        self.write(handler, answer)

    def forward(self, call):
        far = http.client.HTTPConnection("127.0.0.1", self.target,
                                         timeout=30)
        try:
            headers = {k: v for k, v in call.headers.items()
                       if k.lower() not in HOP}
            far.request(call.method, call.target, call.body, headers)
            answer = far.getresponse()
            return Answer(answer.status, answer.read(),
                          {k: v for k, v in answer.getheaders()
                           if k.lower() not in HOP})
        except (OSError, http.client.HTTPException):
            return Answer(cut=0)
        finally:
            far.close()

    @staticmethod
    def write(handler, answer):
        if answer.pause_s:
            time.sleep(answer.pause_s)
        length = len(answer.body) if answer.length is None else answer.length
        headers = {"Content-Length": str(length),
                   "Content-Type": "application/json", **answer.headers}
        head = f"HTTP/1.1 {answer.status} By rule\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in headers.items())
        whole = head.encode() + b"\r\n" + answer.body
        if answer.cut is not None:
            whole = whole[:answer.cut]
        try:
            if answer.dribble_s:
                for at in range(0, len(whole), DROP_BYTES):
                    handler.connection.sendall(whole[at:at + DROP_BYTES])
                    time.sleep(answer.dribble_s)
            else:
                handler.connection.sendall(whole)
        except OSError:
            handler.close_connection = True
        if answer.cut is not None or length != len(answer.body):
            handler.close_connection = True
            try:
                handler.connection.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER,
                    b"\x01\0\0\0\0\0\0\0" if not whole else b"\0" * 8)
                handler.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def count(self, name, since=0):
        return sum(call.name == name for call in self.calls[since:])

    def close(self):
        self._server.shutdown()
        self._server.server_close()
