"""An IRC server that keeps history (draft/chathistory), which no packaged
server does: one channel-keeping process for many clients, with knobs for what
such servers do. It is also a ledger: `history` is all that it accepted."""
import datetime
import socket
import threading
import time

from .process import free_port

ALL_CAPS = ("account-tag batch draft/chathistory draft/event-playback "
            "echo-message labeled-response message-tags server-time")


def stamp(ms):
    when = datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc)
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03}Z"


class Said:
    """One thing that happened in a channel."""

    def __init__(self, number, ms, source, command, text, tags):
        self.msgid, self.ms = f"id{number:06}", ms
        self.source, self.command = source, command
        self.text, self.tags = text, tags

    def line(self, channel, tags, enabled):
        tags = {**tags}
        if "message-tags" in enabled:
            tags.update(self.tags, msgid=self.msgid)
        if "server-time" in enabled:
            tags["time"] = stamp(self.ms)
        head = ";".join(f"{k}={v}" for k, v in tags.items())
        text = f" :{self.text}" if self.command != "JOIN" else ""
        return (f"@{head} " if head else "") + \
            f":{self.source} {self.command} {channel}{text}"


class HistoryIrcd:
    """Knobs, to be set at any time:
    caps          what CAP LS offers
    limit         messages per page, told in ISUPPORT
    keep          how many messages are remembered (None: all)
    keeps_tags    are client-only tags kept?
    forgets_ids   a page after a msgid is empty
    fails         FAIL instead of pages
    before_page   called before a page is sent, with its request
    mute          texts from clients are accepted, but not confirmed"""

    def __init__(self, caps=ALL_CAPS, limit=10, port=None):
        self.caps, self.limit = caps, limit
        self.keep, self.keeps_tags = None, True
        self.forgets_ids = self.fails = self.mute = False
        self.before_page = None
        self.history, self.requests = {}, []
        self.clients = []
        self.lock = threading.RLock()
        self.port = port or free_port()
        self._number = 0
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            client = Client(self, sock)
            with self.lock:
                self.clients.append(client)
            threading.Thread(target=client.serve, daemon=True).start()

    def add(self, channel, source, command, text, tags=None, ms=None):
        with self.lock:
            self._number += 1
            said = Said(self._number, ms or int(time.time() * 1000), source,
                        command, text, tags or {})
            log = self.history.setdefault(channel.lower(), [])
            log.append(said)
            return said

    def say(self, nick, channel, text, account=None, command="PRIVMSG",
            ms=None):
        """A person speaks in the channel, whoever listens."""
        with self.lock:
            said = self.add(channel, f"{nick}!u@host", command, text,
                            {"account": account} if account else {}, ms)
            for client in self.members(channel):
                client.send(said.line(channel, {}, client.enabled))
        return said

    def members(self, channel):
        with self.lock:
            return [c for c in self.clients
                    if channel.lower() in c.joined and not c.is_gone]

    def texts(self, channel, nick="belfry"):
        """What was accepted from one, in order, without names and marks."""
        with self.lock:
            return [s.text.rsplit(" ", 1)[-1]
                    for s in self.history.get(channel.lower(), [])
                    if s.source.startswith(nick) and s.command != "JOIN"]

    def remembered(self, channel):
        log = self.history.get(channel.lower(), [])
        return log[-self.keep:] if self.keep else list(log)

    def cut(self):
        """Every link dies, as if the cable were pulled."""
        with self.lock:
            for client in self.clients:
                client.drop()

    def close(self):
        self._listener.close()
        self.cut()


class Client:
    def __init__(self, ircd, sock):
        self.ircd, self.sock = ircd, sock
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.nick, self.enabled, self.joined = "*", set(), set()
        self.is_gone = self.is_welcome = self.is_negotiating = False
        self._batch = 0

    def drop(self):
        self.is_gone = True
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def send(self, line):
        try:
            self.sock.sendall(line.encode() + b"\r\n")
        except OSError:
            self.is_gone = True

    def serve(self):
        pending = b""
        try:
            while not self.is_gone:
                data = self.sock.recv(65536)
                if not data:
                    break
                *lines, pending = (pending + data).split(b"\n")
                for line in lines:
                    with self.ircd.lock:
                        if not self.is_gone:
                            self.take(line.rstrip(b"\r").decode())
        except OSError:
            pass
        self.is_gone = True
        self.sock.close()

    def take(self, line):
        tags = {}
        if line.startswith("@"):
            head, line = line[1:].split(" ", 1)
            tags = dict(t.partition("=")[::2] for t in head.split(";"))
        head, _, last = line.partition(" :")
        words = head.split() + ([last] if last else [])
        handler = getattr(self, "do_" + words[0].lower(), None)
        if handler:
            handler(tags, *words[1:])
        elif words[0] != "PONG":
            self.reply(tags, f":s 421 {self.nick} {words[0]} :Unknown")

    def reply(self, tags, line):
        if "label" in tags and "labeled-response" in self.enabled:
            joined = line[1:] if line.startswith("@") else None
            line = f"@label={tags['label']}" + \
                (f";{joined}" if joined else f" {line}")
        self.send(line)

    def do_cap(self, tags, verb, *words):
        if verb == "LS":
            self.is_negotiating = True
            self.send(f":s CAP * LS :{self.ircd.caps}")
        elif verb == "REQ":
            self.enabled |= set(words[-1].split())
            self.send(f":s CAP * ACK :{words[-1]}")
        elif verb == "END":
            self.is_negotiating = False
            self.welcome()

    def do_nick(self, tags, nick):
        if any(c.nick == nick and not c.is_gone for c in self.ircd.clients
               if c is not self):
            self.send(f":s 433 {self.nick} {nick} :in use")
            return
        self.nick = nick
        self.welcome()

    def do_user(self, *_):
        self.welcome()

    def welcome(self):
        if self.is_negotiating or self.nick == "*" or self.is_welcome:
            return
        self.is_welcome = True
        history = f"CHATHISTORY={self.ircd.limit} " \
            if "draft/chathistory" in self.ircd.caps else ""
        self.send(f":s 001 {self.nick} :Welcome")
        self.send(f":s 005 {self.nick} CHANTYPES=# PREFIX=(ov)@+ {history}"
                  "CASEMAPPING=ascii NICKLEN=30 :are supported")
        self.send(f":s 422 {self.nick} :No MOTD")

    def do_join(self, tags, channels, *_):
        for channel in channels.split(","):
            self.joined.add(channel.lower())
            said = self.ircd.add(channel, f"{self.nick}!u@host", "JOIN", "")
            self.send(said.line(channel, {}, self.enabled))
            self.send(f":s 353 {self.nick} = {channel} :{self.nick}")
            self.send(f":s 366 {self.nick} {channel} :End")

    def do_part(self, tags, channel, *_):
        self.joined.discard(channel.lower())

    def do_mode(self, tags, channel, *_):
        self.send(f":s 324 {self.nick} {channel} +nt")

    def do_ping(self, tags, token):
        self.reply(tags, f":s PONG s :{token}")

    def do_quit(self, *_):
        self.send("ERROR :Closing Link")
        self.drop()

    def do_notice(self, tags, *words):
        self.do_privmsg(tags, *words, command="NOTICE")

    def do_privmsg(self, tags, channel, text, command="PRIVMSG"):
        own = {k: v for k, v in tags.items() if k.startswith("+")}
        said = self.ircd.add(channel, f"{self.nick}!u@host", command, text,
                             own if self.ircd.keeps_tags else {})
        for client in self.ircd.members(channel):
            if client is not self:
                client.send(said.line(channel, {}, client.enabled))
        if self.ircd.mute or "echo-message" not in self.enabled:
            return
        label = {"label": tags["label"]} if "label" in tags else {}
        self.send(said.line(channel, label, self.enabled))

    # --- history ---

    def do_chathistory(self, tags, side, channel, reference, limit):
        ircd = self.ircd
        if "draft/chathistory" not in ircd.caps:
            self.reply(tags, f":s 421 {self.nick} CHATHISTORY :Unknown")
            return
        ircd.requests.append(f"{side} {reference}")
        if ircd.before_page:
            ircd.before_page(side, reference)
        if ircd.fails:
            self.reply(tags, f"FAIL CHATHISTORY MESSAGE_ERROR {side} "
                       f"{channel} :Messages could not be retrieved")
            return
        self.page(tags, channel, self.chosen(side, channel, reference)
                  [-int(limit):] if side != "AFTER" else
                  self.chosen(side, channel, reference)[:int(limit)])

    def chosen(self, side, channel, reference):
        log = self.ircd.remembered(channel)
        kind, _, value = reference.partition("=")
        if reference == "*":
            return log
        if kind == "msgid":
            at = [i for i, said in enumerate(log) if said.msgid == value]
            if not at or self.ircd.forgets_ids:
                return []
            return log[at[0] + 1:] if side == "AFTER" else log[:at[0]]
        if side == "AFTER":
            return [said for said in log if stamp(said.ms) > value]
        return [said for said in log if stamp(said.ms) < value]

    def page(self, tags, channel, log):
        self._batch += 1
        name = f"b{self._batch}"
        self.reply(tags, f":s BATCH +{name} chathistory {channel}")
        for said in log:
            if said.command == "JOIN" and \
                    "draft/event-playback" not in self.enabled:
                nick = said.source.split("!")[0]
                said = Said(0, said.ms, "HistServ!HistServ@localhost",
                            "PRIVMSG", f"{nick} joined the channel", {})
            self.send(said.line(channel, {"batch": name}, self.enabled))
        self.send(f":s BATCH -{name}")
