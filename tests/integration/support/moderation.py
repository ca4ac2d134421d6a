"""Worlds in which bans, moderators and attributes are kept alike, and what is
waited for in them."""
import json
import os
import subprocess

from .belfry import CREDENTIALS
from .calls import Calls, operation
from .people import people_world
from .process import build_dir
from .wait import until
from .world import CHANNEL

# All are on one machine: only nicks tell them apart.
MIRROR = {"members": "full", "ban_mask": "{nick}!*@*", "quit_ms": 500}


class ModeratedWorld:
    """`world`, with bob in the channel, who made it and is its operator."""

    def __init__(self, tmp_path, processes, server, mirror=None, is_op=True,
                 starts=True, before=None, **more):
        """`before(self)` is called with bob there, before belfryd runs."""
        self.world = people_world(
            tmp_path, processes, server, {**MIRROR, **(mirror or {})},
            settings={"control": str(tmp_path / "control.sock")}, **more)
        self.api, self.ircd = self.world.api, self.world.ircd
        self.belfry, self.channel = self.world.belfry, self.world.channel
        self.calls = Calls(self.world.chimed)
        self.bob = self.world.client("bob")
        self.is_op = is_op
        if before:
            before(self)
        if starts:
            self.start()

    def start(self):
        self.world.start()
        self.world.wait_joined(self.bob)
        if self.is_op:
            self.op("belfry")
        return self

    def kill(self):
        """kill -9, and it is gone from IRC too."""
        self.belfry.kill()
        until(lambda: "belfry" not in self.bob.members(CHANNEL),
              "belfry has left IRC", step_s=0.05)

    def again(self):
        """A new process, with the same rights as the one before."""
        self.world.start()
        until(lambda: "belfry" in self.bob.members(CHANNEL),
              lambda: self.belfry.log()[-3000:], 30, step_s=0.1)
        if self.is_op:
            self.op("belfry")
        return self

    def ctl(self, *words):
        return subprocess.run(
            [build_dir() / "belfryctl", "-c", self.belfry.config_path,
             *words], env={**os.environ, **CREDENTIALS}, capture_output=True,
            text=True, timeout=30)

    def told(self, *words):
        """What belfryctl says, as JSON; {} while it cannot."""
        done = self.ctl(*words, "--json")
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def moderation(self):
        mappings = self.told("status").get("mappings") or [{}]
        return mappings[0].get("moderation") or {}

    def denied(self):
        """{(side, right): why} of what is only read."""
        return {(d["side"], d["right"]): d["why"]
                for d in self.moderation().get("denied", ())}

    def entries(self, verb="bans"):
        return self.told(verb, "project").get("entries", [])

    def log(self):
        return self.belfry.log()[-4000:]

    def wait(self, condition, what, deadline_s=30):
        return until(condition, lambda: f"{what}: "
                     f"{condition() if callable(condition) else ''}\n"
                     f"{self.log()}", deadline_s, step_s=0.1)

    # --- IRC ---

    def client(self, *nicks):
        found = [self.world.client(nick) for nick in nicks]
        return found[0] if len(found) == 1 else found

    def mode(self, words):
        self.bob.send(f"MODE {CHANNEL} {words}")

    def op(self, nick):
        self.mode(f"+o {nick}")
        until(lambda: nick in self.ranked("@"), f"{nick} is operator",
              step_s=0.05)

    def ranked(self, prefix):
        """Nicks that have this prefix, by NAMES."""
        start = len(self.bob.lines)
        self.bob.send(f"NAMES {CHANNEL}")
        until(lambda: any(b" 366 " in line for line in
                          self.bob.lines[start:]), "end of NAMES")
        return {word[1:] for line in self.bob.lines[start:]
                if b" 353 " in line
                for word in line.decode().split(" :", 1)[1].split()
                if word[0] == prefix}

    def masks(self, who=None):
        """The channel's list of bans."""
        who = who or self.bob
        start = len(who.lines)
        who.send(f"MODE {CHANNEL} b")
        until(lambda: any(b" 368 " in line for line in who.lines[start:]),
              "end of the list of bans")
        return [line.split(b" ")[4].decode() for line in who.lines[start:]
                if line.split(b" ")[1] == b"367"]

    def wait_masks(self, masks, deadline_s=30):
        wanted = sorted(masks)
        until(lambda: sorted(self.masks()) == wanted,
              lambda: f"bans on IRC {wanted}: {sorted(self.masks())}\n"
              f"{self.log()}", deadline_s, step_s=0.1)

    def topic(self):
        start = len(self.bob.lines)
        self.bob.send(f"TOPIC {CHANNEL}")
        until(lambda: any(word in line for line in self.bob.lines[start:]
                          for word in (b" 332 ", b" 331 ")), "the topic")
        for line in self.bob.lines[start:]:
            if b" 332 " in line:
                return line.decode().split(" :", 1)[1]
        return ""

    def changes(self, by="belfry"):
        """Words of the MODE lines of somebody that bob has seen."""
        return [line.decode().split(" ", 3)[3]
                for line in list(self.bob.lines)
                if line.startswith(f":{by}!".encode()) and
                line.split(b" ")[1] == b"MODE"]

    def notes(self):
        """What the bridge itself has said on IRC."""
        return [text for nick, text in self.bob.spoken(CHANNEL, "NOTICE") +
                self.bob.spoken(CHANNEL) if nick == "belfry"]

    # --- Chime ---

    def user(self, name):
        """ARN of the user that stands for somebody of IRC."""
        return next((arn for arn, shown in self.api.users(
            self.world.instance).items()
            if shown == name and "/user/irc:" in arn), None)

    def banned(self):
        """Names of those who are banned in Chime, sorted."""
        return sorted(self.api.bans(self.channel, self.world.bridge).values())

    def wait_banned(self, names, deadline_s=30):
        wanted = sorted(names)
        until(lambda: self.banned() == wanted,
              lambda: f"bans in Chime {wanted}: {self.banned()}\n"
              f"{self.log()}", deadline_s, step_s=0.1)

    def ban(self, name):
        self.api.ban(self.channel, self.world.bridge, self.user(name))

    def unban(self, name):
        self.api.unban(self.channel, self.world.bridge, self.user(name))

    def moderators(self):
        """Names of the moderators in Chime but the bridge, sorted."""
        return sorted(name for arn, name in self.api.moderators(
            self.channel, self.world.bridge).items()
            if arn != self.world.bridge)

    def wait_moderators(self, names, deadline_s=30):
        wanted = sorted(names)
        until(lambda: self.moderators() == wanted,
              lambda: f"moderators in Chime {wanted}: {self.moderators()}\n"
              f"{self.log()}", deadline_s, step_s=0.1)

    def wait_shown(self, *names, **more):
        self.world.wait_shown(names, **more)

    # --- both ---

    def rounds(self, count=4):
        """The bridge has asked so often for the bans in Chime: nothing more
        comes of what happened before."""
        before = self.calls.count("ListChannelBans", "DescribeChannel")
        until(lambda: self.calls.count("ListChannelBans", "DescribeChannel")
              >= before + 2 * count, lambda: f"the bridge looks: "
              f"{self.calls.counter()}\n{self.log()}", 40, step_s=0.1)

    def by_bridge(self):
        """Operations that somebody else than the test has called."""
        found = self.calls.counter()
        found.subtract(operation(*call) for call in self.api.made)
        return {name for name, count in found.items() if count > 0}

    def changed_in_chime(self):
        """Calls that change who is banned or moderator, or the channel."""
        return self.calls.count(*CHANGES)


CHANGES = ("CreateChannelBan", "DeleteChannelBan", "CreateChannelModerator",
           "DeleteChannelModerator", "UpdateChannel")
