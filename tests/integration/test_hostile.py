"""Content made to do harm arrives as text, or is refused with a reason, and
never becomes a command. What comes next still crosses."""
import pytest

from support.ircd import Hybrid, Inspircd, Ngircd
from support.scripted_ircd import ScriptedIrcd
from support.wait import until
from support.world import CHANNEL, World

FAMILY = "\U0001F468\u200d\U0001F469\u200d\U0001F467\u200d\U0001F466"
SCRIPTS = ["Иван", "王小明", "محمد", "דוד", "สมชาย", "Ζωή", "ゆき", "한국",
           "नमस्ते", "Zoë", "e\u0301clair", "😀", "a\u202eb", "x" * 100,
           "[nick]\\`^{}|", "<b>&amp;", "'; DROP TABLE", "%s%n", "$(id)"]


@pytest.fixture(params=[Ngircd, Inspircd, Hybrid], ids=lambda s: s.program)
def world(request, tmp_path, processes):
    return World(tmp_path, processes, request.param).start()


def text_of(lines):
    return " ".join(line.removeprefix("<Alice> ") for line in lines)


def test_commands_in_text(world):
    bob = world.client("bob")
    world.wait_joined(bob)
    for text in ("a\r\nQUIT :gone", "b\rPRIVMSG #project :injected",
                 "c\nPART #project", "d\x00JOIN #evil", "e\x01VERSION\x01",
                 "\x01DCC SEND x 1 1\x01", ":f", " g", "/quit",
                 "h\u2028QUIT", "i\u0085QUIT"):
        world.say(text)
    world.say("done")
    bob.wait_heard(CHANNEL, "done", 60)
    assert "belfry" in bob.members(CHANNEL)
    for line in bob.lines:
        assert not line.startswith(b":belfry!") or \
            line.split(b" ")[1] in (b"PRIVMSG", b"NOTICE", b"JOIN",
                                    b"MODE"), line
    heard = bob.heard(CHANNEL)
    assert all(line.startswith("<Alice> ") for line in heard), heard
    assert "<Alice> QUIT :gone" in heard
    assert not any("\x01" in line for line in heard)


def test_large_and_strange_text(world):
    bob = world.client("bob")
    world.wait_joined(bob)
    emoji = FAMILY * (4000 // len(FAMILY.encode()))
    world.say(emoji)
    world.say("x" * 4096)
    world.say("\x02bold \x03" + "4red \x0f" + "\x1d" * 50 + "end")
    world.say("lone \ud800 surrogate".encode("utf-16", "surrogatepass")
              .decode("utf-16", "replace"))
    world.say("done")
    bob.wait_heard(CHANNEL, "done", 90)
    heard = bob.heard(CHANNEL)
    joined = "".join(line.removeprefix("<Alice> ") for line in heard)
    assert joined.startswith(emoji)
    assert "x" * 4096 in joined
    assert all("\ufffd" not in line for line in heard
               if FAMILY[0] in line), "a character was cut"
    assert all(len(line) <= 510 for line in bob.lines)


def test_names_in_every_script(world):
    bob = world.client("bob")
    world.wait_joined(bob)
    for number, name in enumerate(SCRIPTS):
        user = world.api.create_user(world.instance, f"user-{number}", name)
        world.api.add_member(world.channel, world.bridge, user)
        world.say(f"text{number}", user)
    bob.wait_heard(CHANNEL, f"text{len(SCRIPTS) - 1}", 60)
    heard = bob.heard(CHANNEL)
    assert len(heard) == len(SCRIPTS)
    for number, line in enumerate(heard):
        assert line.endswith(f"> text{number}")
        assert "\u202e" not in line
    assert heard[0] == "<Иван> text0"
    assert heard[1] == "<王小明> text1"


def test_bytes_from_irc(world):
    bob = world.client("bob")
    world.wait_joined(bob)
    bob.say(CHANNEL, b"latin caf\xe9")
    bob.say(CHANNEL, b"broken \xff\xfe\xc3")
    bob.say(CHANNEL, "quote \" backslash \\ brace } </script>")
    bob.say(CHANNEL, FAMILY * 10)
    bob.say(CHANNEL, "\x01DCC SEND file 1 1\x01")
    bob.say(CHANNEL, "*not* _markup_ `here` [a](b)")
    bob.say(CHANNEL, "done")
    world.wait_message("done")
    contents = world.contents()
    assert "latin café" in contents
    assert FAMILY * 10 in contents
    assert not any("DCC" in text for text in contents)
    assert "\\*not\\* \\_markup\\_ \\`here\\` \\[a\\](b)" in contents or \
        any("not" in t and "\\*" in t for t in contents)


def test_nicks_of_irc(world):
    for nick in ("a[b]c", "x\\y", "under_score", "we{ird}", "pipe|d", "ca^ret",
                 "back`tick", "Z"):
        person = world.client(nick)
        if nick == "a[b]c":
            world.wait_joined(person)
        person.say(CHANNEL, f"I am {nick.encode().hex()}")
        message = world.wait_message(nick.encode().hex())
        assert message["Sender"]["Name"] == nick
    senders = {m["Sender"]["Arn"] for m in world.messages()}
    assert len(senders) == 8


def test_hostile_server(tmp_path, processes):
    """8 KB of tags, endless lines, NUL, garbage: dropped, and life goes on."""
    done = []

    def script(c):
        c.welcome(caps="message-tags server-time")
        channel = c.accept_join()
        say = f":bob!u@h PRIVMSG {channel} :"
        c.send("@" + "a=" + "b" * 8180 + " " + say + "big tags")
        c.send(b"@" + b"x" * 20000 + b" " + say.encode() + b"too big tags")
        c.send(b"\xff" * 100000)
        c.send(say.encode() + b"nul \x00 inside")
        c.send(b":" + b"n" * 600 + b"!u@h PRIVMSG " + channel.encode() +
               b" :long nick")
        for n in range(1000):
            c.send(f":s {n % 1000:03} belfry {channel} :numeric {n}")
        c.send(b"\x00\x01\x02", b"::::", b"@", b"@ ", b": ", b"PRIVMSG",
               b":x PRIVMSG", b"MODE", b":x MODE " + channel.encode() +
               b" +oooooooo", b"JOIN", b":belfry NICK", b"005 x PREFIX=(",
               b"CAP * ACK", b"BATCH +", b"BATCH -none", b"KICK",
               b"PING")
        c.send(say + "still here")
        done.append(True)
        while True:
            line = c.line()
            if line.startswith(b"PING"):
                c.send(b":s PONG s " + line[5:])
            elif line.startswith(b"JOIN"):
                # Some of the numerics said that we are not there.
                c.send(f":belfry!u@h JOIN {channel}",
                       f":s 366 belfry {channel} :End")

    server = ScriptedIrcd(script)
    processes.append(server)
    world = World(tmp_path, processes)
    world.belfry.config["networks"][0]["servers"] = (
        f"127.0.0.1:{server.port}",)
    world.belfry.write_config()
    world.start()
    world.wait_message("still here")
    assert world.belfry.is_running()
    assert "big tags" in world.contents()
    assert not server.errors
    assert world.belfry.rss_kb() < 200 * 1024


def test_poisoned_page(tmp_path, processes):
    """Messages with NUL and odd characters do not stop a channel."""
    world = World(tmp_path, processes).start()
    bob = world.client("bob")
    world.wait_joined(bob)
    world.say("nul \u0000 inside")
    world.say("controls \u0001\u0002\u001f and \u007f \u0080")
    world.say("\u0000")
    world.say("   ")
    world.say("done")
    bob.wait_heard(CHANNEL, "done")
    until(lambda: world.belfry.is_running(), "alive")
    assert any("inside" in line for line in bob.heard(CHANNEL))
