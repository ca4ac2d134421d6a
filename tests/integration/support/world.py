"""A whole community: an IRC server, chimed, belfryd between them, a person
on each side."""
import json
import os

from . import chime_api
from .belfry import Belfry
from .chimed import Chimed
from .irc_client import IrcClient
from .ircd import Ngircd
from .process import free_port
from .wait import until

CHANNEL = "#project"
# What a trial on loopback may do that a public network would not like.
FAST = {"flood": {"burst": 0, "interval_ms": 0}}


class World:
    """`networks` and `mappings` are made from the arguments; `chime` and
    `network` override single settings, `mapping` those of each mapping,
    `settings` those of the whole file; `service` is options of chimed."""

    def __init__(self, folder, processes, server=Ngircd, fast=True, chime=None,
                 network=None, certificates=None, channels=(CHANNEL,),
                 mapping=None, service=(), settings=None):
        os.chmod(folder, 0o755)
        self.folder, self.processes = folder, processes
        self.ircd = server(folder, fast=fast, certificates=certificates)
        processes.append(self.ircd.start())
        self.more = settings or {}
        self.chimed = Chimed(folder, port=free_port(), options=service)
        processes.append(self.chimed.start())
        self.api = chime_api.ChimeApi(self.chimed.port)
        self.instance = self.api.create_app_instance()
        self.bridge = self.api.create_user(self.instance, "belfry", "Belfry")
        self.alice = self.api.create_user(self.instance, "alice", "Alice")
        self.channels = {name: self.make_channel(name) for name in channels}
        self.channel = self.channels[channels[0]]
        self.belfry = Belfry(folder, self.config(
            fast, chime or {}, network or {}, mapping or {}))
        processes.append(self.belfry)
        self.clients = []

    def make_channel(self, name):
        arn = self.api.create_channel(self.instance, self.bridge,
                                      name.lstrip("#"))
        self.api.add_member(arn, self.bridge, self.alice)
        return arn

    def config(self, fast, chime, network, mapping):
        endpoint = f"http://127.0.0.1:{self.chimed.port}"
        return {
            "chime": {
                "region": "us-east-1", "app_instance": self.instance,
                "user": self.bridge, "messaging_endpoint": endpoint,
                "identity_endpoint": endpoint,
                "poll": {"min_ms": 100, "max_ms": 400},
                "limits": {"bearer_rps": 1000}, **chime},
            "networks": ({
                "name": "net", "servers": (f"127.0.0.1:{self.ircd.port}",),
                "tls": False, "nick": "belfry", "username": "belfry",
                "realname": "Chime bridge", **(FAST if fast else {}),
                **network},),
            "mappings": tuple({"name": name.lstrip("#"),
                               "irc": f"net/{name}", "chime": arn, **mapping}
                              for name, arn in self.channels.items()),
            **self.more}

    def start(self):
        self.belfry.start()
        return self

    def chime_people(self, count, channels=None, name="Person"):
        """So many users of Chime, members of the channels: {name: ARN}."""
        people = {f"{name} {n}": self.api.create_user(
            self.instance, f"{name.lower()}-{n}", f"{name} {n}")
            for n in range(count)}
        for channel in channels or [self.channel]:
            self.api.add_members(channel, self.bridge, list(people.values()))
        return people

    def members(self, channel=None):
        """{ARN: name} of the members in Chime."""
        return self.api.members(channel or self.channel, self.bridge)

    def shown(self, channel=None):
        """Names of those who are there for somebody on IRC, sorted; two of
        one name are two."""
        return sorted(name for arn, name in self.members(channel).items()
                      if "/user/irc:" in arn)

    def wait_shown(self, names, deadline_s=30, channel=None):
        wanted = sorted(names)
        until(lambda: self.shown(channel) == wanted,
              lambda: f"{wanted} in Chime; there is {self.shown(channel)}\n"
              f"{self.belfry.log()[-3000:]}", deadline_s, step_s=0.1)

    def restart(self):
        assert self.belfry.stop() == 0
        return self.start()

    def client(self, nick="bob", channel=CHANNEL, port=None, **more):
        client = IrcClient(port or self.ircd.port, nick, **more)
        self.clients.append(client)
        self.processes.append(client)
        return client.join(channel)

    def wait_joined(self, client, channel=CHANNEL, deadline_s=30,
                    reading=True):
        """Until belfryd is in the channel that the client is in, and has
        begun to read the other side (`reading`)."""
        if reading and channel in self.channels:
            self.belfry.wait_log(f"mapping {channel.lstrip('#')}: what is "
                                 "said in Chime from now on", deadline_s)
        until(lambda: "belfry" in client.members(channel),
              lambda: "belfryd in " + channel + ":\n" +
              self.belfry.log()[-3000:], deadline_s, step_s=0.1)

    def say(self, text, sender=None, channel=None, **members):
        return self.api.send(channel or self.channel, sender or self.alice,
                             text, **members)

    def messages(self, channel=None):
        return self.api.messages(channel or self.channel, self.alice)

    def contents(self, channel=None):
        return [m.get("Content") or "" for m in self.messages(channel)]

    def wait_message(self, text, deadline_s=20, channel=None):
        """Waits for a message that contains `text`; returns it."""
        def seen():
            for message in self.messages(channel):
                if text in (message.get("Content") or ""):
                    return message
            return None
        return until(seen, lambda: f"{text!r} in Chime; there is "
                     f"{self.contents(channel)[-10:]}\n"
                     f"{self.belfry.log()[-2000:]}", deadline_s, step_s=0.1)

    def problems(self):
        """Lines of the daemon's log at warning or above."""
        return [line for line in self.belfry.log().splitlines()
                if " warn " in line or " error " in line]


def metadata(message):
    return json.loads(message.get("Metadata") or "{}")
