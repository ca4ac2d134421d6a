"""What IRC servers do: stay silent, refuse, cut, forget, rename, split."""
import collections
import time

import pytest

from support.belfry import Belfry
from support.ircd import Inspircd, Ngircd
from support.ledger import Ledger
from support.proxy import Proxy
from support.scripted_ircd import ScriptedIrcd
from support.wait import until
from support.world import CHANNEL, World

QUICK = {"retry": {"min_ms": 50, "max_ms": 200}}
BOB = ":bob!u@host "


class Stage:
    """A scripted server behind a bridge. `said` are the texts that the
    server accepted from us, in order; `connections` their number."""

    def __init__(self, tmp_path, processes, script, **more):
        self.said, self.current = [], None
        self.server = ScriptedIrcd(lambda c: script(self, c))
        processes.append(self.server)
        self.world = World(tmp_path, processes, network={
            "servers": (f"127.0.0.1:{self.server.port}",), **QUICK, **more})
        self.world.start()
        # What was said before a mapping knew where it begins is not owed.
        self.world.belfry.wait_log("ListChannelMessages: sending -> done")

    @property
    def connections(self):
        return len(self.server.connections)

    def serve(self, c, on_text=None, pong=True):
        """Answers PINGs for ever; texts go to `said`, unless on_text(line,
        tags, text) returns false."""
        self.current = c
        while True:
            line = c.line().decode()
            tags = ""
            if line.startswith("@"):
                tags, line = line[1:].split(" ", 1)
            if line.startswith("PING") and pong:
                c.send(f":s PONG s {line[5:]}")
            elif line.startswith("PRIVMSG"):
                text = line.split(" :", 1)[1]
                if not on_text or on_text(c, tags, text):
                    self.said.append(text)

    def wait_said(self, texts, deadline_s=20):
        wanted = [f"<Alice> {text}" for text in texts]
        until(lambda: set(wanted) <= set(self.said), lambda:
              f"{wanted} in {self.said}\n{self.world.belfry.log()[-3000:]}",
              deadline_s)
        return self

    def say_irc(self, text):
        self.current.send(f"{BOB}PRIVMSG {CHANNEL} :{text}")
        self.world.wait_message(text)


def in_channel(c, caps=""):
    c.welcome(caps=caps)
    c.accept_join()


def watch(seconds):
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() > end, "time passes", seconds + 5)


def test_no_word_about_cap(tmp_path, processes):
    """irc2 does not answer CAP at all."""
    def script(stage, c):
        c.nick = "belfry"
        c.expect(b"USER")
        c.finish_welcome()
        c.accept_join()
        stage.serve(c)

    stage = Stage(tmp_path, processes, script)
    stage.world.say("one")
    stage.wait_said(["one"])
    stage.say_irc("two")


@pytest.mark.parametrize("caps", ["labeled-response batch echo-message "
                                  "message-tags", "echo-message"],
                         ids=["label", "echo"])
def test_server_that_drops_lines(tmp_path, processes, caps):
    """Of lines that come too fast it drops some with a NOTICE (labelled) or
    a 404: not lost, not doubled, in order."""
    count = collections.Counter()

    def on_text(c, tags, text):
        count[text] += 1
        label = f"@{tags} " if "label" in tags else ""
        if count[text] == 1 and text[-1] in "258":
            c.send(f"{label}:s NOTICE {CHANNEL} :*** throttled" if label else
                   f":s 404 belfry {CHANNEL} :Cannot send to channel")
            return False
        c.send(f"{label}:belfry!u@host PRIVMSG {CHANNEL} :{text}")
        return True

    def script(stage, c):
        in_channel(c, caps)
        stage.serve(c, on_text)

    stage = Stage(tmp_path, processes, script)
    texts = [f"n{i}" for i in range(9)]
    for text in texts:
        stage.world.say(text)
    stage.wait_said(texts, 60)
    assert stage.said == [f"<Alice> {text}" for text in texts]


@pytest.mark.parametrize("change", [
    lambda text: text[:-3], lambda text: text.replace("o", "0"),
    lambda text: "***", str.upper], ids=["cut", "filter", "stars", "upper"])
@pytest.mark.parametrize("caps", ["labeled-response batch echo-message",
                                  "echo-message"], ids=["label", "echo"])
def test_echo_says_something_else(tmp_path, processes, caps, change):
    """A filter changed it: it was said, and what follows is not held up."""
    def on_text(c, tags, text):
        label = f"@{tags} " if tags else ""
        c.send(f"{label}:belfry!u@host PRIVMSG {CHANNEL} :{change(text)}")
        return True

    def script(stage, c):
        in_channel(c, caps)
        stage.serve(c, on_text)

    stage = Stage(tmp_path, processes, script)
    for text in ("good day", "so long", "the end"):
        stage.world.say(text)
    stage.wait_said(["good day", "so long", "the end"], 60)
    assert len(stage.said) == 3, stage.said
    assert "good day" not in [m for m in stage.world.contents()
                              if m.startswith("<")]


def test_no_pong(tmp_path, processes):
    """A link that is only half there: found out, left, nothing lost."""
    world = World(tmp_path, processes, network={
        **QUICK, "ping": {"interval_ms": 300, "timeout_ms": 700}})
    proxy = Proxy(world.ircd.port)
    processes.append(proxy)
    world.belfry.config["networks"][0]["servers"] = (
        f"127.0.0.1:{proxy.port}",)
    world.belfry.write_config()
    world.start()
    ledger = Ledger(world, world.client("bob"))
    world.wait_joined(ledger.client)
    ledger.say_chime()
    ledger.wait_irc()
    # Only lines towards the server stop; what comes from it goes on.
    proxy.hold = True
    ledger.say_chime(3)
    until(lambda: [p for p in world.problems() if "PING" in p],
          "the dead link is found out", 10)
    assert ledger.missing_irc() == ledger.chime[-3:]
    proxy.hold = False
    ledger.wait_irc()
    # What was held may have arrived late.
    ledger.check(doubles=1)


@pytest.mark.parametrize("goodbye, word", [
    ([":oper!o@h KILL belfry :go away", "ERROR :Killed by oper"], "killed"),
    (["ERROR :Closing Link: throttled: too many connections"], "throttled"),
    (["ERROR :Closing Link: K-Lined"], "banned"),
    ([":s 465 belfry :You are banned"], "banned"),
], ids=["kill", "throttled", "kline", "465"])
def test_told_to_go(tmp_path, processes, goodbye, word):
    """The reason is in the log, and nobody knocks again at once."""
    def script(stage, c):
        in_channel(c)
        c.send(*goodbye)

    stage = Stage(tmp_path, processes, script)
    until(lambda: [p for p in stage.world.problems() if word in p],
          lambda: f"{word}: {stage.world.problems()}")
    watch(2)
    assert stage.connections == 1
    # One of the network, one of a mapping that was ready.
    assert len(stage.world.problems()) <= 2, stage.world.problems()


def test_last_words(tmp_path, processes):
    """What is said while we take our leave is heard, and relayed by the next
    life."""
    def script(stage, c):
        in_channel(c)
        stage.current = c
        while True:
            line = c.line().decode()
            if line.startswith("QUIT"):
                c.send(f"{BOB}PRIVMSG {CHANNEL} :parting words",
                       "ERROR :Closing link")
                return
            if line.startswith("PING"):
                c.send(f":s PONG s {line[5:]}")

    stage = Stage(tmp_path, processes, script)
    until(lambda: stage.current, "in the channel")
    stage.say_irc("first words")
    assert stage.world.belfry.stop() == 0
    stage.world.belfry.start()
    stage.world.wait_message("parting words")


def test_closes_after_registration(tmp_path, processes):
    """The back-off grows although each attempt came far."""
    at = []

    def script(stage, c):
        at.append(time.monotonic())
        in_channel(c)

    stage = Stage(tmp_path, processes, script,
                  retry={"min_ms": 100, "max_ms": 60000})
    watch(8)
    assert 3 <= stage.connections <= 12, at
    assert at[-1] - at[-2] > at[1] - at[0] or len(at) < 7


def test_nick_in_use(tmp_path, processes):
    world = World(tmp_path, processes, network=QUICK)
    other = world.client("belfry")
    world.start()
    bob = world.client("bob")
    until(lambda: len(bob.members(CHANNEL)) == 3,
          lambda: f"in under another nick: {bob.members(CHANNEL)}")
    world.belfry.wait_log("what is said in Chime from now on")
    ledger = Ledger(world, bob)
    ledger.say_chime(3)
    ledger.say_irc(3)
    other.say(CHANNEL, "I am the other belfry")
    ledger.wait_irc().wait_chime().check()
    world.wait_message("I am the other belfry")


@pytest.mark.parametrize("caps", ["", "echo-message"], ids=["pong", "echo"])
def test_forced_nick(tmp_path, processes, caps):
    """Services rename us: echoes come under the new nick and are ours."""
    wanted = []

    def on_text(c, tags, text):
        if caps:
            c.send(f":Guest42!u@host PRIVMSG {CHANNEL} :{text}")
        return True

    def script(stage, c):
        in_channel(c, caps)
        c.send(":belfry!u@host NICK Guest42")
        c.nick = "Guest42"
        stage.serve(c, on_text)

    stage = Stage(tmp_path, processes, script)
    for text in ("one", "two"):
        stage.world.say(text)
    stage.wait_said(["one", "two"])
    assert len(stage.said) == 2
    stage.say_irc("three")
    assert not [t for t in stage.world.contents() if t.startswith("<")]
    assert not wanted


@pytest.mark.parametrize("numeric, text", [
    (403, "No such channel"), (405, "Too many channels"),
    (437, "unavailable"), (471, "+l"), (473, "+i"), (474, "+b"), (475, "+k"),
    (476, "Bad channel mask"), (477, "Need to register"), (480, "throttle"),
    (489, "SSL only"), (520, "opers only")])
def test_join_is_refused(tmp_path, processes, numeric, text):
    asked = []

    def script(stage, c):
        c.welcome()
        while True:
            line = c.line()
            if line.startswith(b"JOIN"):
                asked.append(line)
                c.send(f":s {numeric} belfry {CHANNEL} :{text}")
            elif line.startswith(b"PING"):
                c.send(b":s PONG s " + line[5:])

    stage = Stage(tmp_path, processes, script)
    until(lambda: [p for p in stage.world.problems() if str(numeric) in p],
          lambda: f"a line about {numeric}: {stage.world.problems()}")
    watch(0.5)
    said = stage.world.problems()
    assert len(said) == 1 and text in said[0] and "project" in said[0], said
    assert len(asked) == 1


def test_kicked(tmp_path, processes):
    """Said once; not back at once; what is said meanwhile waits."""
    def script(stage, c):
        in_channel(c)
        c.send(f":op!u@h KICK {CHANNEL} belfry :spam")
        stage.serve(c)

    stage = Stage(tmp_path, processes, script)
    until(lambda: [p for p in stage.world.problems() if "kicked by op" in p],
          lambda: f"the kick: {stage.world.problems()}")
    stage.world.say("later")
    watch(1)
    assert stage.said == []
    lines = b"\n".join(stage.server.connections[0].seen)
    assert lines.count(b"JOIN") == 1
    assert len(stage.world.problems()) <= 2, stage.world.problems()


def test_netsplit(tmp_path, processes):
    def script(stage, c):
        in_channel(c)
        for n in range(200):
            c.send(f":user{n}!u@h JOIN {CHANNEL}")
        for _ in range(3):
            for n in range(200):
                c.send(f":user{n}!u@h QUIT :a.example b.example")
            for n in range(200):
                c.send(f":user{n}!u@h JOIN {CHANNEL}")
        c.send(f":user7!u@h PRIVMSG {CHANNEL} :back again")
        stage.serve(c)

    stage = Stage(tmp_path, processes, script)
    stage.world.wait_message("back again")
    stage.world.say("on")
    stage.wait_said(["on"])
    assert stage.world.contents() == ["back again", "on"]


def test_one_byte_at_a_time(tmp_path, processes):
    def script(stage, c):
        in_channel(c)
        line = f"{BOB}PRIVMSG {CHANNEL} :byte by byte \u00e9\U0001F600"
        for byte in (line + "\r\n").encode():
            c.sock.sendall(bytes([byte]))
            watch(0.002)
        stage.serve(c)

    stage = Stage(tmp_path, processes, script)
    stage.world.wait_message("byte by byte \u00e9\U0001F600")
    stage.world.say("on")
    stage.wait_said(["on"])


def test_line_without_end(tmp_path, processes):
    """1 MB without a newline: dropped as one, and what follows is read."""
    def script(stage, c):
        in_channel(c)
        c.sock.sendall(f"{BOB}PRIVMSG {CHANNEL} :start ".encode())
        for _ in range(16):
            c.sock.sendall(b"x" * 65536)
        c.send("", f"{BOB}PRIVMSG {CHANNEL} :after it")
        stage.serve(c)

    stage = Stage(tmp_path, processes, script)
    stage.world.wait_message("after it")
    assert stage.world.belfry.rss_kb() < 300 * 1024
    assert stage.connections == 1


def test_not_for_the_channel(tmp_path, processes):
    """Private words, other channels, servers: nothing of it is relayed."""
    def script(stage, c):
        in_channel(c)
        c.send(f"{BOB}PRIVMSG belfry :@private@",
               f"{BOB}NOTICE belfry :@private@",
               f"{BOB}PRIVMSG #other :@other@",
               f"{BOB}PRIVMSG @{CHANNEL} :@to operators@",
               f":s NOTICE {CHANNEL} :@server@",
               f"{BOB}PRIVMSG {CHANNEL}x :@longer name@",
               f"{BOB}PRIVMSG {CHANNEL},#other :@list@",
               f"{BOB}PRIVMSG {CHANNEL} :for all")
        stage.serve(c)

    stage = Stage(tmp_path, processes, script)
    stage.world.wait_message("for all")
    texts = " ".join(stage.world.contents())
    for word in ("private", "other@", "longer"):
        assert word not in texts, texts


@pytest.mark.parametrize("server", [Ngircd, Inspircd],
                         ids=lambda s: s.program)
def test_link_is_cut_after_any_byte(tmp_path, processes, server):
    """The connection ends after so many bytes from the server."""
    world = World(tmp_path, processes, server, network=QUICK,
                  chime={"poll": {"min_ms": 30, "max_ms": 60}})
    proxy = Proxy(world.ircd.port)
    processes.append(proxy)
    world.belfry.config["networks"][0]["servers"] = (
        f"127.0.0.1:{proxy.port}",)
    world.belfry.write_config()
    world.start()
    ledger = Ledger(world, world.client("bob"))
    world.wait_joined(ledger.client)
    points = [1, 200, 1200, 2000, 2600] + list(range(2700, 3500, 100))
    for number in points if server is Ngircd else points[3::4]:
        before = proxy.accepted
        proxy.cut_after = number
        proxy.cut()
        until(lambda: proxy.accepted > before, "connected again", 30,
              step_s=0.005)
        def cut_now():
            ledger.say_chime()
            if proxy.accepted > before + 1:
                return True
            ledger.say_irc()
            return False
        until(cut_now, "cut", 30, step_s=0.03)
        proxy.cut_after = None
        proxy.cut()
        ledger.wait_irc(40)
    last = ledger.say_irc()
    world.wait_joined(ledger.client)
    last = ledger.say_irc()
    world.wait_message(last, 40)
    ledger.forgive()     # said while the bridge was not there to hear it
    ledger.check(doubles=2 * len(points))


def test_pings_of_all_kinds(tmp_path, processes):
    """Before 001 (a cookie), with spaces, two thousand at once: answered,
    with their words, and people are heard all the same."""
    pongs = []

    def await_pong(c, word):
        pongs.append(c.expect(b"PONG"))
        assert pongs[-1] in (f"PONG {word}".encode(),
                             f"PONG :{word}".encode()), pongs

    def script(stage, c):
        c.nick = "belfry"
        c.send("PING :1234567890")
        await_pong(c, "1234567890")
        c.finish_welcome()
        c.accept_join()
        c.send("PING :a b  c")
        await_pong(c, "a b  c")
        c.send(*(f"PING {n}" for n in range(2000)),
               f"{BOB}PRIVMSG {CHANNEL} :in between")
        for n in range(2000):
            await_pong(c, n)
        stage.serve(c)

    stage = Stage(tmp_path, processes, script)
    stage.world.wait_message("in between")
    stage.world.say("on")
    stage.wait_said(["on"])
    assert not stage.server.errors, stage.server.errors
    assert stage.connections == 1


def test_echo_is_taken_away(tmp_path, processes):
    """CAP DEL while a message is under way: what will not be echoed any
    more is proven by a PONG, and so is what follows."""
    caps = "labeled-response batch echo-message"

    def on_text(c, tags, text):
        if text.endswith("one"):
            c.send(f":s CAP belfry DEL :{caps}")
        return True

    def script(stage, c):
        in_channel(c, caps)
        stage.serve(c, on_text)

    stage = Stage(tmp_path, processes, script)
    for text in ("one", "two", "three"):
        stage.world.say(text)
    stage.wait_said(["one", "two", "three"], 30)
    assert len(stage.said) == 3, stage.said


def test_nick_is_cut(tmp_path, processes):
    """001 says which nick we have: echoes under it are ours."""
    def on_text(c, tags, text):
        c.send(f":belf!u@host PRIVMSG {CHANNEL} :{text}")
        return True

    def script(stage, c):
        c.welcome(nick="belf", caps="echo-message")
        c.accept_join()
        stage.serve(c, on_text)

    stage = Stage(tmp_path, processes, script)
    for text in ("one", "two"):
        stage.world.say(text)
    stage.wait_said(["one", "two"])
    stage.say_irc("three")
    assert stage.world.contents() == ["one", "two", "three"]
    assert len(stage.said) == 2


def test_nick_is_regained(tmp_path, processes):
    """When who has it leaves, ours is taken at once."""
    world = World(tmp_path, processes, network=QUICK)
    other = world.client("belfry")
    world.start()
    bob = world.client("bob")
    until(lambda: len(bob.members(CHANNEL)) == 3, "in under another nick")
    other.send("QUIT")
    until(lambda: bob.members(CHANNEL) == {"bob", "belfry"},
          lambda: f"the nick is ours: {bob.members(CHANNEL)}", 10)
    world.belfry.wait_log("what is said in Chime from now on")
    ledger = Ledger(world, bob)
    ledger.say_chime(2)
    ledger.say_irc(2)
    ledger.wait_irc().wait_chime().check()


@pytest.mark.parametrize("caps", ["", "echo-message"], ids=["pong", "echo"])
def test_someone_else_speaks_as_us(tmp_path, processes, caps):
    """Another client of our account, through a bouncer: under our own nick
    it is neither relayed nor taken for the echo of ours."""
    def on_text(c, tags, text):
        c.send(f":belfry!u@host PRIVMSG {CHANNEL} :from another client")
        if caps:
            c.send(f":belfry!u@host PRIVMSG {CHANNEL} :{text}")
        return True

    def script(stage, c):
        in_channel(c, caps)
        stage.serve(c, on_text)

    stage = Stage(tmp_path, processes, script)
    for text in ("one", "two", "three"):
        stage.world.say(text)
    stage.wait_said(["one", "two", "three"], 30)
    stage.say_irc("four")
    assert stage.world.contents() == ["one", "two", "three", "four"]
    assert len(stage.said) == 3, stage.said


def test_one_network_is_banned(tmp_path, processes):
    """The other one goes on."""
    def script(c):
        c.send(":s 465 belfry :You are banned", "ERROR :Closing Link")

    server = ScriptedIrcd(script)
    processes.append(server)
    world = World(tmp_path, processes, network=QUICK)
    config = world.belfry.config
    config["networks"] += ({**config["networks"][0], "name": "second",
                            "servers": (f"127.0.0.1:{server.port}",)},)
    config["mappings"] += ({"name": "other", "irc": "second/#other",
                            "chime": world.make_channel("#other")},)
    world.belfry.write_config()
    world.start()
    ledger = Ledger(world, world.client("bob"))
    world.wait_joined(ledger.client)
    until(lambda: [p for p in world.problems() if "banned" in p], "a ban")
    ledger.say_chime(2)
    ledger.say_irc(2)
    ledger.wait_irc().wait_chime().check()
    watch(0.5)
    assert len(server.connections) == 1


def test_banned_while_in_channel(tmp_path, processes):
    """+b: kept, and said when the ban is lifted."""
    world = World(tmp_path, processes)
    bob = world.client("bob")
    world.start()
    world.wait_joined(bob)
    bob.send(f"MODE {CHANNEL} +b belfry!*@*")
    until(lambda: any(b" +b " in line for line in bob.lines), "+b is set")
    ledger = Ledger(world, bob)
    ledger.say_chime(2)
    until(lambda: [p for p in world.problems() if "must wait" in p],
          lambda: f"the refusal: {world.problems()}")
    watch(0.5)
    assert ledger.heard() == []
    # What is said to Chime has nothing to do with it.
    ledger.say_irc(2)
    ledger.wait_chime()
    bob.send(f"MODE {CHANNEL} -b belfry!*@*")
    ledger.wait_irc().check()


@pytest.mark.parametrize("required", [True, False],
                         ids=["required", "optional"])
@pytest.mark.parametrize("answer", ["904", "902", "906", "908", "nak"])
def test_no_login(tmp_path, processes, required, answer):
    """SASL comes to nothing: not in the channel without it when it is
    required, in and said so when it is not."""
    joined = []

    def script(c):
        c.nick = "belfry"
        c.expect(b"CAP LS")
        c.send("CAP * LS :sasl=PLAIN")
        c.expect(b"CAP REQ")
        if answer == "nak":
            c.send("CAP * NAK :sasl")
        else:
            c.send("CAP * ACK :sasl")
            c.expect(b"AUTHENTICATE")
            c.send(f":s {answer} belfry :no luck")
        while True:
            line = c.line()
            if line.startswith(b"AUTHENTICATE *"):
                c.send(":s 906 belfry :aborted")
            elif line.startswith(b"CAP END"):
                c.finish_welcome()
                joined.append(c.accept_join())

    server = ScriptedIrcd(script)
    processes.append(server)
    world = World(tmp_path, processes, network={**QUICK, "servers": (
        f"127.0.0.1:{server.port}",), "sasl": {
            "mechanism": "PLAIN", "account": "belfry", "password": "x1-y2-z3",
            "required": required}})
    world.start()
    until(lambda: [p for p in world.problems() if "SASL" in p],
          lambda: f"a line about SASL: {world.problems()}")
    if required:
        watch(0.3)
        assert not joined
        assert len(server.connections) == 1
    else:
        until(lambda: joined, "in all the same")
    assert "x1-y2-z3" not in world.belfry.log()


def test_two_bridges_on_one_pair(tmp_path, processes):
    """Two daemons, two users of the service, one channel on each side: what
    is said is repeated by each at most once, and never for ever."""
    world = World(tmp_path, processes, network=QUICK,
                  chime={"poll": {"min_ms": 30, "max_ms": 60}})
    user = world.api.create_user(world.instance, "other", "Other")
    world.api.add_member(world.channel, world.bridge, user)
    config = world.belfry.config
    other = Belfry(tmp_path, {
        **config, "chime": {**config["chime"], "user": user,
                            "puppets": False},
        "networks": ({**config["networks"][0], "nick": "other"},),
        "state": str(tmp_path / "other.db")}, name="other")
    processes.append(other)
    world.start()
    bob = world.client("bob")
    world.wait_joined(bob)
    other.start()
    until(lambda: "other" in bob.members(CHANNEL), "both are in")
    other.wait_log("what is said in Chime from now on")
    bob.say(CHANNEL, "from IRC")
    world.say("from Chime")
    until(lambda: len([t for t in bob.heard(CHANNEL)
                       if "from Chime" in t]) >= 2, "both have said it")
    until(lambda: len([t for t in world.contents()
                       if "from IRC" in t]) >= 2, "both have said it")
    watch(1)
    counts = collections.Counter(bob.heard(CHANNEL))
    assert counts == {"<Alice> from Chime": 2}
    assert len([t for t in world.contents() if "from IRC" in t]) == 2
    assert len(world.contents()) <= 5, world.contents()
