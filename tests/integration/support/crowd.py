"""Many people on one IRC server at once: thousands of plain clients in one
thread, of which nobody reads what they hear. For one who listens there is
irc_client.IrcClient."""
import collections
import selectors
import socket
import threading

from .wait import until


class Member:
    """One of the crowd."""

    def __init__(self, nick, sock):
        self.nick, self.sock = nick, sock
        self.is_welcome = self.is_gone = False
        self.joined = set()
        self.pending = b""
        self.error = b""

    def send(self, line):
        try:
            self.sock.sendall(line.encode() + b"\r\n")
        except OSError:
            self.is_gone = True


class Crowd:
    """`count` people, called `nick` with a number behind it."""

    def __init__(self, port, count, nick="p", host="127.0.0.1", first=0):
        self.port, self.host = port, host
        self.selector = selectors.DefaultSelector()
        self.members = []
        self.counts = collections.Counter()    # of commands that were heard
        self.is_closed = False
        self._wake, self._woken = socket.socketpair()
        self.selector.register(self._woken, selectors.EVENT_READ, None)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.come([f"{nick}{n:04}" for n in range(first, first + count)])

    @property
    def nicks(self):
        return {m.nick for m in self.members if not m.is_gone}

    def come(self, nicks, at_once=200):
        """They connect, in crowds of `at_once`."""
        for start in range(0, len(nicks), at_once):
            new = [self._connect(nick)
                   for nick in nicks[start:start + at_once]]
            until(lambda: all(m.is_welcome or m.is_gone for m in new),
                  lambda: f"{sum(not m.is_welcome for m in new)} of "
                  f"{len(new)} are not welcome", 60)
            refused = [m for m in new if not m.is_welcome]
            assert not refused, refused[0].error
            self.members += new
        return self

    def _connect(self, nick):
        sock = socket.create_connection((self.host, self.port), 20)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        member = Member(nick, sock)
        member.send(f"NICK {nick}\r\nUSER crowd 0 * :One of many")
        self.selector.register(sock, selectors.EVENT_READ, member)
        self._wake.send(b"x")
        return member

    def join(self, channel, members=None, deadline_s=60):
        chosen = self.present() if members is None else list(members)
        for member in chosen:
            member.send(f"JOIN {channel}")
        until(lambda: all(channel in m.joined for m in chosen),
              lambda: f"{sum(channel not in m.joined for m in chosen)} of "
              f"{len(chosen)} are not in {channel}", deadline_s)
        return self

    def present(self):
        return [m for m in self.members if not m.is_gone]

    def quit(self, members=None, reason="bye"):
        """They leave, and are forgotten."""
        chosen = self.present() if members is None else list(members)
        for member in chosen:
            member.send(f"QUIT :{reason}")
        until(lambda: all(m.is_gone for m in chosen), "they have left", 60)
        self.forget_gone()
        return [m.nick for m in chosen]

    def forget_gone(self):
        """The nicks of those whose link has ended."""
        gone = [m.nick for m in self.members if m.is_gone]
        self.members = self.present()
        return gone

    def wait_gone(self, count, deadline_s=60):
        until(lambda: sum(m.is_gone for m in self.members) >= count,
              lambda: f"{sum(m.is_gone for m in self.members)} of {count} "
              "are gone", deadline_s)
        return self.forget_gone()

    def rename(self, name, members=None):
        """`name(nick)` is the new nick of each; not waited for."""
        for member in self.present() if members is None else members:
            new = name(member.nick)
            member.send(f"NICK {new}")
            member.nick = new

    def say(self, member, channel, text):
        member.send(f"PRIVMSG {channel} :{text}")

    # --- the thread ---

    def _read(self):
        while not self.is_closed:
            for key, _ in self.selector.select(1):
                if key.data is None:
                    self._woken.recv(4096)
                else:
                    self._take(key.data)

    def _take(self, member):
        try:
            data = member.sock.recv(1 << 18)
        except OSError:
            data = b""
        if not data:
            member.is_gone = True
            self.selector.unregister(member.sock)
            member.sock.close()
            return
        if member.is_welcome and b"PING" not in data and \
                b" 366 " not in data and member.joined:
            # What is said to all is not read: that is how so many fit.
            member.pending = (member.pending + data).rpartition(b"\n")[2]
            return
        *lines, member.pending = (member.pending + data).split(b"\n")
        for line in lines:
            self._line(member, line.rstrip(b"\r"))

    def _line(self, member, line):
        if line.startswith(b"PING"):
            member.send("PONG" + line[4:].decode(errors="replace"))
            return
        words = line.split(b" ", 4)
        if len(words) < 2:
            return
        self.counts[words[1].decode(errors="replace")] += 1
        if words[1] == b"001":
            member.is_welcome = True
        elif words[1] == b"366":
            member.joined.add(words[3].decode())
        elif words[0] == b"ERROR":
            member.error = line

    def close(self):
        self.is_closed = True
        self._wake.send(b"x")
        self._thread.join(5)
        for member in self.members:
            try:
                member.sock.close()
            except OSError:
                pass
        self.selector.close()
