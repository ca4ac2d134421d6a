#!/usr/bin/env python3
"""`./bootstrap run`: an IRC server, chimed and belfryd on loopback, a channel
between them, a first message each way, and then it is yours until Ctrl-C.

--once ends after the first messages."""
import os
import pathlib
import shutil
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from support import belfry                                # noqa: E402
from support.chimed import Chimed                          # noqa: E402
from support.irc_client import IrcClient                   # noqa: E402
from support.ircd import Ngircd                            # noqa: E402
from support.process import build_dir, listens             # noqa: E402
from support.wait import until                             # noqa: E402

CHANNEL = "#lobby"
PUPPET = "Alice[c]"


def say(text=""):
    print(text, flush=True)


def usual_port(port):
    """The well-known port when it is free, else None: any."""
    return None if listens(port) else port


def as_shown(nick, text):
    """A line of IRC without what a terminal would obey."""
    action = text.startswith("\x01ACTION ")
    if action:
        text = text.removeprefix("\x01ACTION ").removesuffix("\x01")
    text = "".join(c for c in text if c.isprintable())
    return f"* {nick} {text}" if action else f"<{nick}> {text}"


class Trial:
    def __init__(self):
        self.folder = build_dir() / "trial"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        for place in (self.folder, *self.folder.parents):
            if not os.access(place, os.X_OK):
                say(f"note: {place} is not readable for others")
        self.running = []

    def keep(self, process):
        self.running.append(process)
        return process.start()

    def start_servers(self):
        say("starting an IRC server (ngircd) and chimed …")
        self.ircd = Ngircd(self.folder, port=usual_port(6667))
        self.keep(self.ircd)
        self.chimed = self.keep(Chimed(self.folder, port=usual_port(8787)))
        self.endpoint = f"http://127.0.0.1:{self.chimed.port}"

    def ctl(self, *words, bearer=None):
        return belfry.ctl(*words, endpoint=self.endpoint, bearer=bearer)

    def provision(self):
        say("creating an app instance and its users with belfryctl …")
        self.instance = self.ctl("create-app-instance", "--name",
                                 "Trial")["AppInstanceArn"]
        self.bridge = self.create_user("belfry", "Belfry")
        self.alice = self.create_user("alice", "Alice")

    def create_user(self, user_id, name):
        return self.ctl("create-app-instance-user", "--app-instance-arn",
                        self.instance, "--app-instance-user-id", user_id,
                        "--name", name)["AppInstanceUserArn"]

    def start_bridge(self):
        say("starting belfryd …")
        self.belfry = belfry.Belfry(self.folder, {
            "log": {"level": "info"},
            "control": str(self.folder / "control.sock"),
            "chime": {
                "region": "us-east-1", "app_instance": self.instance,
                "user": self.bridge, "messaging_endpoint": self.endpoint,
                "identity_endpoint": self.endpoint,
                "poll": {"min_ms": 250, "max_ms": 1000},
                "members_ms": 1000},
            "networks": ({
                "name": "trial", "servers": (f"127.0.0.1:{self.ircd.port}",),
                "tls": False, "nick": "belfry", "username": "belfry",
                "realname": "Chime bridge", "presence": "puppets",
                "puppets": {"connect_interval_ms": 100}},),
            "mappings": ({
                "name": "lobby", "irc": f"trial/{CHANNEL}",
                "chime": {"name": "Lobby", "privacy": "PUBLIC",
                          "mode": "UNRESTRICTED", "create": True},
                "mirror": {"members": "full"}},)})
        self.keep(self.belfry)
        self.visitor = IrcClient(self.ircd.port, "visitor").join(CHANNEL)
        until(lambda: "belfry" in self.visitor.members(CHANNEL),
              lambda: "belfryd in the channel:\n" + self.belfry.log()[-2000:],
              step_s=0.2)
        self.channel = until(self.find_channel, lambda: "a Chime channel:\n" +
                             self.belfry.log()[-2000:], step_s=0.2)
        self.ctl("create-channel-membership", "--channel-arn", self.channel,
                 "--member-arn", self.alice, "--type", "DEFAULT",
                 bearer=self.alice)
        until(lambda: PUPPET in self.visitor.members(CHANNEL),
              lambda: f"{PUPPET} in the channel:\n" +
              self.belfry.log()[-2000:], step_s=0.1)
        say(f"Alice is in Chime, and on IRC she is {PUPPET}.")

    def find_channel(self):
        found = self.ctl("list-channels", "--app-instance-arn",
                         self.instance, bearer=self.alice)["Channels"]
        return found[0]["ChannelArn"] if found else None

    def messages(self):
        return self.ctl("list-channel-messages", "--channel-arn",
                        self.channel, bearer=self.alice)["ChannelMessages"]

    def show_first_messages(self):
        say()
        self.visitor.say(CHANNEL, "Hello from IRC!")
        say(f"  IRC   {CHANNEL}  <visitor> Hello from IRC!")
        message = until(self.message_from_irc, lambda: "the line in Chime:\n"
                        + self.belfry.log()[-2000:], step_s=0.1)
        say(f"  Chime Lobby   {message['Sender']['Name']}: "
            f"{message['Content']}")
        say()
        self.ctl("send-channel-message", "--channel-arn", self.channel,
                 "--content", "Hello from Chime!", bearer=self.alice)
        say("  Chime Lobby   Alice: Hello from Chime!")
        line = self.visitor.wait_heard(CHANNEL, "Hello from Chime!")
        say(f"  IRC   {CHANNEL}  <{PUPPET}> {line}")
        say()

    def message_from_irc(self):
        for message in self.messages():
            if "Hello from IRC!" in (message.get("Content") or ""):
                return message
        return None

    def write_command(self):
        """A command that speaks as Alice without further arguments."""
        path = self.folder / "alice"
        keys = "".join(f"{name}={value}\nexport {name}\n" for name, value in
                       belfry.CREDENTIALS.items())
        path.write_text(f"""#!/bin/sh
# Speaks in the trial's Chime channel as Alice:  alice some words
# Without words it lists the messages.
{keys}
ctl='{build_dir()}/belfryctl'
endpoint='{self.endpoint}'
alice='{self.alice}'
channel='{self.channel}'
if [ $# -gt 0 ]; then
	exec "$ctl" --endpoint "$endpoint" --bearer "$alice" chime \\
		send-channel-message --channel-arn "$channel" --content "$*"
fi
exec "$ctl" --endpoint "$endpoint" --bearer "$alice" chime \\
	list-channel-messages --channel-arn "$channel"
""")
        path.chmod(0o755)
        return path

    def explain(self):
        command = self.write_command()
        say("Both ways work. Join in:")
        say()
        say("  on IRC, with any client, for example irssi:")
        say(f"      irssi -c 127.0.0.1 -p {self.ircd.port} -n me")
        say(f"      /join {CHANNEL}")
        say("      /msg belfry help")
        say(f"      /msg {PUPPET} hello    (a private channel in Chime)")
        say()
        say("  on Chime, as Alice:")
        say(f"      {command} hello everybody")
        say(f"      {command}          (lists what was said)")
        say()
        say("  how the bridge does:")
        say(f"      {build_dir()}/belfryctl -c {self.belfry.config_path} "
            "status")
        say()
        say(f"  the configuration:  {self.belfry.config_path}")
        say(f"  the bridge's log:   {self.belfry.log_path}")
        say()

    def follow(self):
        say("What crosses now is shown here; Ctrl-C ends it all.")
        shown = len(self.visitor.lines)
        while True:
            dead = [p.name for p in self.running if not p.is_running()]
            if dead:
                sys.exit(f"{dead[0]} has ended; its log is in {self.folder}")
            for line in self.visitor.lines[shown:]:
                shown += 1
                if f" PRIVMSG {CHANNEL} :".encode() in line:
                    nick = line[1:].split(b"!")[0].decode(errors="replace")
                    text = line.split(b" :", 1)[1].decode(errors="replace")
                    say(f"  {CHANNEL}  {as_shown(nick, text)}")
            time.sleep(0.1)

    def stop(self):
        for process in reversed(self.running):
            try:
                process.stop(10)
            except (AssertionError, OSError) as error:
                say(f"{process.name}: {error}")


def main():
    trial = Trial()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        trial.start_servers()
        trial.provision()
        trial.start_bridge()
        trial.show_first_messages()
        trial.explain()
        if "--once" not in sys.argv:
            trial.follow()
    except KeyboardInterrupt:
        say("\nstopping …")
    finally:
        trial.stop()


if __name__ == "__main__":
    main()
