"""An IRC server whose people do what a test says, with what no packaged server
offers: draft/relaymsg, netsplit and netjoin batches, bots, read markers, any
CASEMAPPING. Programs may connect as to any server; the others in the channels
are words of the test (`come`, `say`, `quit`, ...)."""
import contextlib
import datetime
import socket
import threading

from .process import free_port

ALL_CAPS = ("account-notify", "account-tag", "away-notify", "batch",
            "chghost", "draft/read-marker", "draft/relaymsg=/",
            "echo-message", "extended-join", "labeled-response",
            "message-tags", "multi-prefix", "server-time",
            "userhost-in-names")
PAIRS = {"ascii": "", "rfc1459": "[]\\~", "rfc1459-strict": "[]\\"}


class Person:
    def __init__(self, nick, account=None, user="u", host="host", bot=False,
                 realname="A person"):
        self.nick, self.account = nick, account
        self.user, self.host, self.is_bot = user, host, bot
        self.realname, self.client = realname, None

    @property
    def source(self):
        return f"{self.nick}!{self.user}@{self.host}"


class PeopleIrcd:
    """Knobs, to be set before belfryd connects:
    caps         what CAP LS offers
    casemapping  as told in ISUPPORT
    nicklen
    ops          those who are operator of each channel when they join it
    relay        may belfryd use RELAYMSG? (else FAIL)
    monitor      is MONITOR offered?
    Ledgers: `webirc` (words of each WEBIRC), `markers` (of MARKREAD),
    `said` (source, target, text, tags of all that clients said), `gone`
    (nick, reason of all clients that quit)."""
    program = "people"
    tls_port = None
    # Extensions have one of their own, and say more in ISUPPORT.
    client_class = None
    isupport = "PREFIX=(ov)@+ CHANMODES=b,k,l,imnst"

    def __init__(self, folder=None, fast=True, certificates=None,
                 caps=ALL_CAPS, casemapping="ascii", nicklen=30, ops=(),
                 relay=True, monitor=True):
        self.caps, self.casemapping, self.nicklen = caps, casemapping, nicklen
        self.ops, self.relay, self.monitor = set(ops), relay, monitor
        self.people, self.channels = {}, {}
        self.webirc, self.markers, self.said, self.gone = [], [], [], []
        self.clients, self.errors = [], []
        self.lock = threading.RLock()
        self.port, self._listener = free_port(), None
        self._number = 0

    def start(self):
        self._listener = socket.create_server(("127.0.0.1", self.port),
                                              backlog=256)
        threading.Thread(target=self._accept, args=(self._listener,),
                         daemon=True).start()
        return self

    def _accept(self, listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            client = (self.client_class or Client)(self, sock)
            with self.lock:
                self.clients.append(client)
            threading.Thread(target=client.serve, daemon=True).start()

    def kill(self):
        """The server dies, and with it all who are on it."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        with self.lock:
            self.people, self.channels = {}, {}

    stop = close = kill

    def cut(self):
        """Every link dies."""
        for client in list(self.clients):
            client.drop()

    # --- names ---

    def fold(self, name):
        pairs = PAIRS[self.casemapping]
        return name.lower().translate(str.maketrans(
            pairs, "{}|^"[:len(pairs)]))

    def find(self, nick):
        return self.people.get(self.fold(nick))

    def number(self):
        self._number += 1
        return self._number

    def members(self, channel):
        """Nicks."""
        with self.lock:
            return {p.nick for p in self.channel(channel)}

    def channel(self, name):
        return self.channels.setdefault(self.fold(name), [])

    def shared(self, person):
        """The clients that see this person."""
        seen = {p.client for members in self.channels.values()
                if person in members for p in members if p.client}
        return seen | ({person.client} if person.client else set())

    def tags_of(self, person):
        tags = {}
        if person.account:
            tags["account"] = person.account
        if person.is_bot:
            tags["bot"] = None
        return tags

    def tell(self, clients, person, words, **tags):
        for client in list(clients):
            client.send(f":{person.source} {words}",
                        {**self.tags_of(person), **tags})

    # --- what people do; by nick ---

    def come(self, channel, *nicks, **facts):
        """They join; who was not there before is made of `facts`."""
        with self.lock:
            for nick in nicks:
                person = self.find(nick)
                if not person:
                    person = self.people[self.fold(nick)] = \
                        Person(nick, **facts)
                self.enter(person, channel)

    def enter(self, person, channel, **tags):
        members = self.channel(channel)
        if person in members:
            return
        members.append(person)
        for other in [p for p in members if p.client]:
            extra = f" {person.account or '*'} :{person.realname}" \
                if "extended-join" in other.client.enabled else ""
            self.tell([other.client], person, f"JOIN {channel}{extra}",
                      **tags)

    def part(self, channel, nick, reason="bye"):
        with self.lock:
            self.leave(self.find(nick), channel, reason)

    def leave(self, person, channel, reason):
        clients = {p.client for p in self.channel(channel) if p.client}
        self.tell(clients, person, f"PART {channel} :{reason}")
        self.channel(channel).remove(person)

    def quit(self, nick, reason="Quit: bye", **tags):
        with self.lock:
            person = self.find(nick)
            if not person:
                return
            clients = self.shared(person) - {person.client}
            for members in self.channels.values():
                if person in members:
                    members.remove(person)
            del self.people[self.fold(nick)]
            self.tell(clients, person, f"QUIT :{reason}", **tags)
            for client in self.clients:
                client.tell_watched(731, nick)

    def rename(self, nick, new):
        with self.lock:
            person = self.find(nick)
            clients = self.shared(person)
            self.tell(clients, person, f"NICK {new}")
            del self.people[self.fold(nick)]
            person.nick = new
            if person.client:
                person.client.nick = new
            self.people[self.fold(new)] = person

    def login(self, nick, account):
        """None: out."""
        with self.lock:
            person = self.find(nick)
            person.account = account
            for client in self.shared(person):
                if "account-notify" in client.enabled:
                    self.tell([client], person, f"ACCOUNT {account or '*'}")

    def kick(self, channel, nick, by="oper", reason="out"):
        with self.lock:
            person, actor = self.find(nick), self.find(by) or Person(by)
            clients = {p.client for p in self.channel(channel) if p.client}
            self.channel(channel).remove(person)
            self.tell(clients, actor, f"KICK {channel} {person.nick} "
                      f":{reason}")

    def remove(self, nick, reason="Killed (oper (no))"):
        """A client is killed."""
        with self.lock:
            client = self.find(nick).client
            client.send(f":oper!o@staff KILL {nick} :{reason}", {})
            client.send(f"ERROR :Closing Link: {reason}", {})
        client.drop(reason)

    def say(self, nick, target, text, command="PRIVMSG", **tags):
        with self.lock:
            person = self.find(nick) or Person(nick)
            if target.startswith("#"):
                clients = {p.client for p in self.channel(target)
                           if p.client and p is not person}
            else:
                clients = {self.find(target).client}
            self.tell(clients, person, f"{command} {target} :{text}",
                      msgid=f"m{self.number()}",
                      **{k.replace("__", "/"): v for k, v in tags.items()})

    def split(self, nicks, servers="hub.example leaf.example", batch=True):
        """A server is cut off; returns those who were on it."""
        with self.lock:
            lost = [self.find(nick) for nick in nicks]
            name = self._begin_batch("netsplit", servers) if batch else None
            for person in lost:
                self.quit(person.nick, servers,
                          **({"batch": name} if name else {}))
            self._end_batch(name)
        return lost

    def rejoin(self, lost, channel, servers="hub.example leaf.example",
               batch=True):
        """It is back, with all who were on it."""
        with self.lock:
            name = self._begin_batch("netjoin", servers) if batch else None
            for person in lost:
                self.people[self.fold(person.nick)] = person
                self.enter(person, channel,
                           **({"batch": name} if name else {}))
            self._end_batch(name)

    def _begin_batch(self, kind, servers):
        name = f"b{self.number()}"
        for client in self.clients:
            if "batch" in client.enabled:
                client.send(f":irc.people.test BATCH +{name} {kind} "
                            f"{servers}", {})
        return name

    def _end_batch(self, name):
        for client in self.clients if name else ():
            if "batch" in client.enabled:
                client.send(f":irc.people.test BATCH -{name}", {})


class Client:
    """One program that is connected."""

    def __init__(self, ircd, sock):
        self.ircd, self.sock = ircd, sock
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.person, self.nick, self.user = None, None, None
        self.enabled, self.is_negotiating = set(), False
        self.is_gone, self.reason = False, "Connection reset by peer"
        self.host, self.label, self.watched = "127.0.0.1", None, {}
        self.realname = ""

    def drop(self, reason=None):
        self.reason = reason or self.reason
        self.is_gone = True
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def send(self, line, tags):
        shown = {}
        for key, value in tags.items():
            cap = {"account": "account-tag", "batch": "batch",
                   "label": "labeled-response"}.get(key, "message-tags")
            if cap in self.enabled:
                shown[key] = value
        if "server-time" in self.enabled:
            now = datetime.datetime.now(datetime.timezone.utc)
            shown["time"] = now.strftime("%Y-%m-%dT%H:%M:%S.") + \
                f"{now.microsecond // 1000:03}Z"
        head = ";".join(k if v is None else f"{k}={v}"
                        for k, v in shown.items())
        with contextlib.suppress(OSError):
            self.sock.sendall(((f"@{head} " if head else "") + line)
                              .encode() + b"\r\n")

    def reply(self, numeric, text):
        self.send(f":irc.people.test {numeric} {self.nick or '*'} {text}",
                  self.label or {})

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
        except Exception as error:     # a test looks at these
            self.ircd.errors.append(error)
            raise
        self.sock.close()
        with self.ircd.lock:
            self.is_gone = True
            self.ircd.clients.remove(self)
            if self.person and self.ircd.find(self.nick) is self.person:
                self.ircd.gone.append((self.nick, self.reason))
                self.ircd.quit(self.nick, self.reason)
    def take(self, line):
        tags = {}
        if line.startswith("@"):
            head, line = line[1:].split(" ", 1)
            tags = dict(t.partition("=")[::2] for t in head.split(";"))
        head, colon, last = line.partition(" :")
        words = head.split() + ([last] if colon else [])
        self.label = {"label": tags["label"]} if "label" in tags else {}
        handler = getattr(self, "do_" + words[0].lower(), None)
        if handler:
            handler(tags, *words[1:])
        else:
            self.reply(421, f"{words[0]} :Unknown command")

    # --- registration ---

    def do_cap(self, tags, verb, *words):
        if verb == "LS":
            self.is_negotiating = True
            self.send(f":irc.people.test CAP * LS :"
                      f"{' '.join(self.ircd.caps)}", {})
        elif verb == "REQ":
            self.enabled |= set(words[-1].split())
            self.send(f":irc.people.test CAP * ACK :{words[-1]}", {})
        elif verb == "END":
            self.is_negotiating = False
            self.welcome()

    def do_webirc(self, tags, *words):
        self.ircd.webirc.append(words)
        self.host = words[2]

    def do_pass(self, *_):
        pass

    def do_user(self, tags, user, mode, unused, realname=""):
        self.user, self.realname = user, realname
        self.welcome()

    def do_nick(self, tags, nick):
        ircd = self.ircd
        other = ircd.find(nick)
        if other and other is not self.person:
            self.reply(433, f"{nick} :Nickname is already in use")
        elif len(nick) > ircd.nicklen or not nick or nick[0] in "-0123456789":
            self.reply(432, f"{nick} :Erroneous nickname")
        elif self.person:
            ircd.rename(self.nick, nick)
        else:
            self.nick = nick
            self.welcome()

    def welcome(self):
        ircd = self.ircd
        if self.is_negotiating or not self.nick or not self.user or \
                self.person:
            return
        if ircd.find(self.nick):     # taken meanwhile
            self.reply(433, f"{self.nick} :Nickname is already in use")
            self.nick = None
            return
        self.person = Person(self.nick, user=self.user, host=self.host,
                             realname=self.realname)
        self.person.client = self
        ircd.people[ircd.fold(self.nick)] = self.person
        monitor = "MONITOR=100 " if ircd.monitor else ""
        self.reply("001", f":Welcome {self.person.source}")
        self.reply("005", f"CHANTYPES=# {ircd.isupport} "
                   f"CASEMAPPING={ircd.casemapping} NICKLEN={ircd.nicklen} "
                   f"{monitor}WHOX BOT=B :are supported by this server")
        self.reply(422, ":No MOTD")
        for client in ircd.clients:
            client.tell_watched(730, self.nick)

    # --- channels ---

    def do_join(self, tags, channels, *_):
        for channel in channels.split(","):
            self.ircd.enter(self.person, channel)
            self.do_names({}, channel)

    def do_part(self, tags, channels, reason=""):
        for channel in channels.split(","):
            if self.person in self.ircd.channel(channel):
                self.ircd.leave(self.person, channel, reason)

    def mark(self, person):
        return "@" if person.nick in self.ircd.ops else ""

    def do_names(self, tags, channel):
        names = [self.mark(p) +
                 (p.source if "userhost-in-names" in self.enabled else p.nick)
                 for p in self.ircd.channel(channel)]
        for start in range(0, len(names), 8):
            self.reply(353, f"= {channel} :{' '.join(names[start:start + 8])}")
        self.reply(366, f"{channel} :End of /NAMES list")

    def do_who(self, tags, target, fields=""):
        for p in self.ircd.channel(target):
            flags = "H" + ("B" if p.is_bot else "") + self.mark(p)
            if fields.startswith("%"):
                token = fields.partition(",")[2]
                self.reply(354, f"{token} {target} {p.user} {p.host} "
                           f"{p.nick} {flags} {p.account or 0} :{p.realname}")
            else:
                self.reply(352, f"{target} {p.user} {p.host} s {p.nick} "
                           f"{flags} :0 {p.realname}")
        self.reply(315, f"{target} :End of /WHO list")

    def do_mode(self, tags, target, mode="", *_):
        if "b" in mode:
            self.reply(368, f"{target} :End of list")
        elif target.startswith("#") and not mode:
            self.reply(324, f"{target} +nt")

    def do_kick(self, tags, channel, nick, reason=""):
        if self.nick not in self.ircd.ops:
            self.reply(482, f"{channel} :You're not channel operator")
        elif self.ircd.find(nick) not in self.ircd.channel(channel):
            self.reply(441, f"{nick} {channel} :They aren't there")
        else:
            self.ircd.kick(channel, nick, self.nick, reason)

    # --- words ---

    def do_privmsg(self, tags, target, text, command="PRIVMSG"):
        ircd, person = self.ircd, self.person
        own = {k: v for k, v in tags.items() if k.startswith("+")}
        if target.startswith("#"):
            if person not in ircd.channel(target):
                self.reply(404, f"{target} :Cannot send to channel")
                return
            clients = {p.client for p in ircd.channel(target) if p.client}
        else:
            other = ircd.find(target)
            if not other:
                self.reply(401, f"{target} :No such nick/channel")
                return
            clients = {other.client} - {None}
        ircd.said.append((self.nick, target, text, own))
        msgid = f"m{ircd.number()}"
        ircd.tell(clients - {self}, person, f"{command} {target} :{text}",
                  msgid=msgid, **own)
        if "echo-message" in self.enabled:
            ircd.tell([self], person, f"{command} {target} :{text}",
                      msgid=msgid, **self.label, **own)

    def do_notice(self, tags, target, text):
        self.do_privmsg(tags, target, text, "NOTICE")

    def do_tagmsg(self, *_):
        pass

    def do_relaymsg(self, tags, channel, nick, text):
        ircd = self.ircd
        own = {k: v for k, v in tags.items() if k.startswith("+")}
        if "draft/relaymsg" not in self.enabled or not ircd.relay:
            self.send(":irc.people.test FAIL RELAYMSG PRIVS_NEEDED :You "
                      "may not relay", self.label)
        elif "/" not in nick or set(nick) & set(" !+%@&#$:'\"?*,."):
            self.send(f":irc.people.test FAIL RELAYMSG INVALID_NICK {nick} "
                      ":Invalid nick", self.label)
        else:
            ircd.said.append((nick, channel, text, own))
            source = Person(nick, user=nick.split("/")[0], host="relayed")
            for other in [p for p in ircd.channel(channel) if p.client]:
                mine = self.label if other.client is self else {}
                relay = {"draft/relaymsg": self.nick}
                ircd.tell([other.client], source,
                          f"PRIVMSG {channel} :{text}",
                          msgid=f"m{ircd.number()}", **relay, **mine, **own)

    def do_markread(self, tags, channel, stamp=""):
        if stamp:
            self.ircd.markers.append((self.nick, channel, stamp))
        self.send(f":irc.people.test MARKREAD {channel} "
                  f"{stamp or 'timestamp=*'}", self.label)

    def do_monitor(self, tags, verb, targets=""):
        ircd = self.ircd
        if not ircd.monitor:
            self.reply(421, "MONITOR :Unknown command")
        for nick in targets.split(",") if verb in "+-" else ():
            if verb == "-":
                self.watched.pop(ircd.fold(nick), None)
                continue
            self.watched[ircd.fold(nick)] = nick
            other = ircd.find(nick)
            self.reply(730 if other else 731,
                       f":{other.source if other else nick}")
        if verb == "C":
            self.watched.clear()

    def tell_watched(self, numeric, nick):
        if self.ircd.fold(nick) in self.watched:
            self.reply(numeric, f":{nick}")

    def do_ping(self, tags, token):
        self.send(f":irc.people.test PONG irc.people.test :{token}",
                  self.label)

    def do_pong(self, *_):
        pass

    def do_away(self, *_):
        self.reply(306, ":You have been marked as being away")

    def do_whois(self, tags, *words):
        self.reply(318, f"{words[-1]} :End of /WHOIS list")

    def do_quit(self, tags, reason=""):
        self.send("ERROR :Closing Link", {})
        self.drop(f"Quit: {reason}")
