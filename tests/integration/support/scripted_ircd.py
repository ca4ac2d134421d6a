"""An IRC server that does just what a test says: for what no packaged server
offers (SCRAM, refusals on demand, hostile lines). One client at a time is
served by a generator-free script: a function of the connection."""
import base64
import hashlib
import hmac
import os
import socket
import threading

from .process import free_port


class Connection:
    """One client; `expect` reads lines, `send` writes them."""

    def __init__(self, sock):
        self.sock, self._pending = sock, b""
        self.seen = []

    def line(self):
        while b"\n" not in self._pending:
            data = self.sock.recv(65536)
            if not data:
                raise EOFError
            self._pending += data
        line, self._pending = self._pending.split(b"\n", 1)
        self.seen.append(line.rstrip(b"\r"))
        return self.seen[-1]

    def expect(self, word):
        """Reads until a line begins with `word`; returns that line."""
        while True:
            line = self.line()
            if line.upper().startswith(word.upper()):
                return line

    def send(self, *lines):
        for line in lines:
            if isinstance(line, str):
                line = line.encode()
            self.sock.sendall(line + b"\r\n")

    def welcome(self, nick="belfry", caps=""):
        """Registration with the capabilities of `caps`, which are granted
        when asked for. Returns at 001."""
        self.nick = nick
        ended = not caps
        while True:
            line = self.line()
            words = line.decode(errors="replace").split(" ")
            if words[0] == "CAP" and words[1] == "LS":
                self.send(f"CAP * LS :{caps}")
            elif words[0] == "CAP" and words[1] == "REQ":
                self.send(f"CAP * ACK {line.decode().split(' ', 2)[2]}")
            elif words[0] == "CAP" and words[1] == "END":
                ended = True
                break
            elif words[0] == "AUTHENTICATE":
                return line
            elif words[0] == "USER" and ended:
                break
        self.finish_welcome()
        return None

    def finish_welcome(self):
        n = self.nick
        self.send(f":s 001 {n} :Welcome", f":s 004 {n} s 1 i o",
                  f":s 005 {n} CHANTYPES=# PREFIX=(ov)@+ NICKLEN=30 "
                  "CHANMODES=b,k,l,imnst CASEMAPPING=ascii :are supported",
                  f":s 422 {n} :No MOTD")

    def accept_join(self):
        line = self.expect(b"JOIN").decode()
        channel = line.split(" ")[1]
        self.send(f":{self.nick}!u@host JOIN {channel}",
                  f":s 353 {self.nick} = {channel} :{self.nick} bob",
                  f":s 366 {self.nick} {channel} :End")
        return channel


class ScriptedIrcd:
    """`script(connection)` runs for each client, in a thread."""

    def __init__(self, script, context=None):
        self.script, self.context = script, context
        self.port = free_port()
        self.connections, self.errors = [], []
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,),
                             daemon=True).start()

    def _serve(self, sock):
        try:
            if self.context:
                sock = self.context.wrap_socket(sock, server_side=True)
            connection = Connection(sock)
            self.connections.append(connection)
            self.script(connection)
        except (EOFError, OSError):
            pass
        except Exception as error:  # a test looks at these
            self.errors.append(error)
        finally:
            sock.close()

    def close(self):
        self._listener.close()
        for connection in self.connections:
            try:
                connection.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class ScramServer:
    """The server's half of SCRAM-SHA-256 (RFC 5802, RFC 7677)."""

    def __init__(self, password, iterations=4096):
        self.salt, self.iterations = os.urandom(16), iterations
        self.salted = hashlib.pbkdf2_hmac("sha256", password.encode(),
                                          self.salt, iterations)

    def first(self, client_first):
        """client-first-message -> server-first-message"""
        self.bare = client_first.split(",", 2)[2]
        nonce = dict(p.split("=", 1) for p in self.bare.split(","))["r"]
        self.nonce = nonce + base64.b64encode(os.urandom(12)).decode()
        self.server_first = (f"r={self.nonce},s="
                             f"{base64.b64encode(self.salt).decode()},"
                             f"i={self.iterations}")
        return self.server_first

    def final(self, client_final):
        """client-final-message -> server-final-message, None if refused"""
        bare, proof = client_final.rsplit(",p=", 1)
        auth = ",".join([self.bare, self.server_first, bare]).encode()
        key = hmac.digest(self.salted, b"Client Key", "sha256")
        stored = hashlib.sha256(key).digest()
        signature = hmac.digest(stored, auth, "sha256")
        sent = base64.b64decode(proof)
        if bytes(a ^ b for a, b in zip(sent, signature)) != key:
            return None
        server = hmac.digest(self.salted, b"Server Key", "sha256")
        mark = hmac.digest(server, auth, "sha256")
        return f"v={base64.b64encode(mark).decode()}"
