"""A plain IRC client: what a person in the channel says and sees. It shares no
code with the bridge."""
import socket
import ssl
import threading

from .wait import until


class IrcClient:
    def __init__(self, port, nick, host="127.0.0.1", tls_ca=None):
        self.nick = nick
        self.lines = []          # every line received, as bytes, in order
        self.registered = False
        self.joined = set()
        self._pending = b""
        sock = socket.create_connection((host, port), 20)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls_ca:
            context = ssl.create_default_context(cafile=tls_ca)
            sock = context.wrap_socket(sock, server_hostname="localhost")
        sock.settimeout(None)
        self.socket = sock
        self.closed = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.send(f"NICK {nick}")
        self.send("USER person 0 * :A person")
        until(lambda: self.registered, lambda: f"{nick} registered: "
              f"{self.lines[-5:]}")

    def send(self, line):
        if isinstance(line, str):
            line = line.encode()
        self.socket.sendall(line + b"\r\n")

    def _read(self):
        try:
            while True:
                data = self.socket.recv(65536)
                if not data:
                    break
                self._pending += data
                *whole, self._pending = self._pending.split(b"\n")
                for line in whole:
                    self._take(line.rstrip(b"\r"))
        except OSError:
            pass
        self.closed = True

    def _take(self, line):
        if line.startswith(b"PING"):
            self.send(b"PONG" + line[4:])
            return
        words = line.split(b" ")
        if len(words) > 1 and words[1] == b"001":
            self.registered = True
        if len(words) > 3 and words[1] == b"366":
            self.joined.add(words[3].decode().lower())
        self.lines.append(line)

    def join(self, channel):
        self.send(f"JOIN {channel}")
        until(lambda: channel.lower() in self.joined,
              lambda: f"{self.nick} in {channel}: {self.lines[-5:]}")
        return self

    def say(self, channel, text, command="PRIVMSG"):
        if isinstance(text, str):
            text = text.encode()
        self.send(f"{command} {channel} :".encode() + text)

    def heard(self, channel, command="PRIVMSG"):
        """Texts that others said in the channel, in order, as str."""
        out = []
        for line in list(self.lines):
            head, _, text = line[1:].partition(b" :")
            words = head.split(b" ")
            if len(words) >= 3 and words[1] == command.encode() and \
                    words[2].decode().lower() == channel.lower():
                out.append(text.decode(errors="replace"))
        return out

    def spoken(self, channel, command="PRIVMSG"):
        """(nick, text) of what others said, in order."""
        out = []
        for line in list(self.lines):
            head, _, text = line[1:].partition(b" :")
            words = head.split(b" ")
            if len(words) >= 3 and words[1] == command.encode() and \
                    words[2].decode().lower() == channel.lower():
                out.append((words[0].split(b"!")[0].decode(),
                            text.decode(errors="replace")))
        return out

    def wait_spoken(self, channel, text, deadline_s=20.0, command="PRIVMSG"):
        """Waits for a line that contains `text`; its nick and all of it."""
        def seen():
            return next((said for said in self.spoken(channel, command)
                         if text in said[1]), None)
        return until(seen, lambda: f"{text!r} in {channel}; heard "
                     f"{self.spoken(channel, command)[-10:]}", deadline_s)

    def wait_here(self, channel, *nicks, deadline_s=30.0):
        """Until all of these are in the channel."""
        until(lambda: set(nicks) <= self.members(channel),
              lambda: f"{nicks} in {channel}: {self.members(channel)}",
              deadline_s, step_s=0.1)

    def wait_away(self, channel, *nicks, deadline_s=30.0):
        """Until none of these is."""
        until(lambda: not set(nicks) & self.members(channel),
              lambda: f"{nicks} out of {channel}: {self.members(channel)}",
              deadline_s, step_s=0.1)

    def wait_heard(self, channel, text, deadline_s=20.0, command="PRIVMSG"):
        """Waits for a line that contains `text`; returns that line."""
        def seen():
            for line in self.heard(channel, command):
                if text in line:
                    return line
            return None
        return until(seen, lambda: f"{text!r} in {channel}; heard "
                     f"{self.heard(channel, command)[-10:]}", deadline_s)

    def members(self, channel):
        """Asks NAMES and returns the nicks without prefixes."""
        start = len(self.lines)
        self.send(f"NAMES {channel}")
        until(lambda: any(b" 366 " in line for line in self.lines[start:]),
              f"end of NAMES {channel}")
        names = set()
        for line in self.lines[start:]:
            if b" 353 " in line:
                names |= {n.lstrip("@+%&~") for n in
                          line.decode().split(" :", 1)[1].split()}
        return names

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
        self._thread.join(5)
