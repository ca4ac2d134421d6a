"""PeopleIrcd with what moderation needs: lists of bans, operators by channel
and by change, extended bans of accounts, topic, modes, renames. Others than
clients act by `mode`, `topic`."""
from .people_ircd import Client, Person, PeopleIrcd


class Room:
    def __init__(self):
        self.bans, self.ops, self.flags = [], set(), set("nt")
        self.topic = ("", "", 0)     # text, who, when


class ModeratedClient(Client):
    def is_op(self, channel):
        return self.nick in self.ircd.room(channel).ops | self.ircd.ops

    def do_mode(self, tags, target, modes="", *words):
        ircd = self.ircd
        if not target.startswith("#"):
            return
        room = ircd.room(target)
        if modes in ("b", "+b") and not words:
            for mask, by, at in room.bans:
                self.reply(367, f"{target} {mask} {by} {at}")
            self.reply(368, f"{target} :End of channel ban list")
        elif modes in ("e", "+e") and not words:
            self.reply(349, f"{target} :End of channel exception list")
        elif not modes:
            self.reply(324, f"{target} +{''.join(sorted(room.flags))}")
        elif not self.is_op(target):
            self.reply(482, f"{target} :You're not channel operator")
        else:
            ircd.change(target, self.person, modes, words, self)

    def do_topic(self, tags, channel, text=None):
        ircd = self.ircd
        room = ircd.room(channel)
        if text is None:
            if room.topic[0]:
                self.reply(332, f"{channel} :{room.topic[0]}")
                self.reply(333, f"{channel} {room.topic[1]} {room.topic[2]}")
            else:
                self.reply(331, f"{channel} :No topic is set")
        elif "t" in room.flags and not self.is_op(channel):
            self.reply(482, f"{channel} :You're not channel operator")
        else:
            ircd.set_topic(channel, self.person, text[:ircd.topiclen])

    def do_kick(self, tags, channel, nick, reason=""):
        ircd = self.ircd
        if not self.is_op(channel):
            self.reply(482, f"{channel} :You're not channel operator")
        elif ircd.find(nick) not in ircd.channel(channel):
            self.reply(441, f"{nick} {channel} :They aren't there")
        else:
            ircd.kick(channel, nick, self.nick, reason)

    def do_rename(self, tags, old, new, reason=""):
        ircd = self.ircd
        if "draft/channel-rename" not in self.enabled:
            self.reply(421, "RENAME :Unknown command")
        elif not self.is_op(old):
            self.reply(482, f"{old} :You're not channel operator")
        else:
            ircd.rename_channel(old, new, self.person, reason)

    def do_join(self, tags, channels, *words):
        super().do_join(tags, channels, *words)
        for channel in channels.split(","):
            if self.ircd.room(channel).topic[0]:
                self.do_topic({}, channel)

    def mark(self, person):
        return "@" if any(person.nick in room.ops
                          for room in self.ircd.rooms.values()) or \
            person.nick in self.ircd.ops else ""


class ModeratedIrcd(PeopleIrcd):
    """More knobs: `max_bans` (478 beyond), `topiclen`. Ledger: `changes`
    (who, channel, words) of all modes that were changed."""
    program = "moderated"
    client_class = ModeratedClient
    isupport = ("PREFIX=(ov)@+ CHANMODES=eb,k,l,imnst EXCEPTS=e MODES=6 "
                "EXTBAN=$,a ACCOUNTEXTBAN=a TOPICLEN=200 MAXLIST=be:100")

    def __init__(self, folder=None, max_bans=100, topiclen=200, **more):
        super().__init__(folder, **more)
        self.max_bans, self.topiclen = max_bans, topiclen
        self.rooms, self.changes = {}, []

    def room(self, name):
        return self.rooms.setdefault(self.fold(name), Room())

    def masks(self, channel):
        with self.lock:
            return [mask for mask, _, _ in self.room(channel).bans]

    def mode(self, channel, by, modes, *words):
        """By somebody, or by a server (a name with a dot in it)."""
        with self.lock:
            actor = self.find(by) or Person(by)
            self.change(channel, actor, modes, words, None)

    def topic_of(self, channel):
        with self.lock:
            return self.room(channel).topic[0]

    def topic(self, channel, by, text):
        with self.lock:
            self.set_topic(channel, self.find(by) or Person(by), text)

    # --- what is done; with the lock held ---

    def change(self, channel, actor, modes, words, client):
        room, words, sign = self.room(channel), list(words), "+"
        done, arguments = [], []
        for letter in modes:
            if letter in "+-":
                sign = letter
                continue
            word = words.pop(0) if letter in "bov" and words else None
            if not self._apply(room, channel, sign, letter, word, actor,
                               client):
                continue
            done.append((sign, letter))
            if word:
                arguments.append(word)
        if not done:
            return
        text, last = "", None
        for sign, letter in done:
            text += letter if sign == last else sign + letter
            last = sign
        line = " ".join([text, *arguments])
        self.changes.append((actor.nick, channel, line))
        source = actor.nick if "." in actor.nick else actor.source
        for other in [p for p in self.channel(channel) if p.client]:
            tags = self.tags_of(actor)
            if other.client is client:
                tags = {**tags, **client.label}
            other.client.send(f":{source} MODE {channel} {line}", tags)

    def _apply(self, room, channel, sign, letter, word, actor, client):
        if letter == "b":
            known = [b for b in room.bans if b[0] == word]
            if sign == "-":
                room.bans = [b for b in room.bans if b[0] != word]
                return bool(known)
            if known:
                return False
            if len(room.bans) >= self.max_bans:
                if client:
                    client.reply(478, f"{channel} {word} :Channel list is "
                                 "full")
                return False
            room.bans.append((word, actor.source, 1600000000))
            return True
        if letter == "o":
            person = self.find(word)
            if not person or person not in self.channel(channel):
                if client:
                    client.reply(441, f"{word} {channel} :They aren't there")
                return False
            had = person.nick in room.ops | self.ops
            (room.ops.add if sign == "+" else room.ops.discard)(person.nick)
            if sign == "-":
                self.ops.discard(person.nick)
            return had != (sign == "+")
        if letter in "imnst":
            had = letter in room.flags
            (room.flags.add if sign == "+" else room.flags.discard)(letter)
            return had != (sign == "+")
        return False

    def set_topic(self, channel, actor, text):
        self.room(channel).topic = (text, actor.source, 1600000000)
        clients = {p.client for p in self.channel(channel) if p.client}
        self.tell(clients, actor, f"TOPIC {channel} :{text}")

    def rename_channel(self, old, new, actor, reason):
        clients = {p.client for p in self.channel(old) if p.client}
        self.channels[self.fold(new)] = self.channels.pop(self.fold(old))
        self.rooms[self.fold(new)] = self.rooms.pop(self.fold(old), Room())
        self.tell(clients, actor, f"RENAME {old} {new} :{reason}")

    def enter(self, person, channel, **tags):
        super().enter(person, channel, **tags)
        if person.nick in self.ops:
            self.room(channel).ops.add(person.nick)
