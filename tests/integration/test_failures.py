"""What can go wrong outside: one clear line each, retries, no busy loop."""
import time

from support.chime_api import quote
from support.process import free_port
from support.scripted_ircd import ScriptedIrcd
from support.wait import until
from support.world import CHANNEL, World


def assert_calm(belfry, seconds=3.0, share=0.1):
    """Uses less than `share` of a processor over the window."""
    before, start = belfry.cpu_s(), time.monotonic()
    until(lambda: time.monotonic() - start > seconds, "the window ends",
          seconds + 5)
    used = belfry.cpu_s() - before
    assert used < share * seconds, f"{used:.2f} s of CPU in {seconds} s"


def test_unreachable_irc_server(tmp_path, processes):
    world = World(tmp_path, processes)
    world.belfry.config["networks"][0]["servers"] = (
        f"127.0.0.1:{free_port()}",)
    world.belfry.write_config()
    world.start()
    until(world.problems, "a problem in the log")
    assert "refused" in world.problems()[0]
    assert_calm(world.belfry)
    assert len(world.problems()) == 1, world.problems()


def test_second_server_of_a_network(tmp_path, processes):
    world = World(tmp_path, processes)
    network = world.belfry.config["networks"][0]
    network["servers"] = (f"127.0.0.1:{free_port()}",) + network["servers"]
    network["retry"] = {"min_ms": 100, "max_ms": 500}
    world.belfry.write_config()
    world.start()
    world.wait_joined(world.client("bob"))


def test_unreachable_chime(tmp_path, processes):
    world = World(tmp_path, processes)
    bob = world.client("bob")
    world.chimed.kill()
    world.start()
    world.wait_joined(bob, reading=False)
    bob.say(CHANNEL, "kept until it is back")
    until(world.problems, "a problem in the log", 40)
    assert_calm(world.belfry)
    assert len(world.problems()) <= 2, world.problems()
    world.chimed.start()
    world.wait_message("kept until it is back", 60)


def test_forbidden_channel(tmp_path, processes):
    """A channel that the bridge's user may not read."""
    world = World(tmp_path, processes)
    private = world.api.create_channel(world.instance, world.alice, "Secret",
                                       Privacy="PRIVATE")
    config = world.belfry.config
    config["mappings"] += ({"name": "secret", "irc": "net/#secret",
                            "chime": private},)
    world.belfry.write_config()
    world.start()
    bob = world.client("bob")
    world.wait_joined(bob)
    until(lambda: [p for p in world.problems() if "secret" in p],
          "a line about the mapping")
    assert_calm(world.belfry)
    lines = [p for p in world.problems() if "secret" in p]
    assert len(lines) <= 2, lines
    assert "403" in lines[0] or "not allowed" in lines[0] or \
        "Forbidden" in lines[0], lines
    # The other mapping goes on.
    world.say("works")
    bob.wait_heard(CHANNEL, "works")


def test_wrong_keys(tmp_path, processes):
    world = World(tmp_path, processes)
    world.belfry.env["AWS_SECRET_ACCESS_KEY"] = "not the secret"
    world.start()
    until(world.problems, "a problem in the log")
    assert "not the secret" not in world.belfry.log()
    assert_calm(world.belfry)
    assert len(world.problems()) <= 3, world.problems()


def test_join_refused(tmp_path, processes):
    world = World(tmp_path, processes)
    operator = world.client("oper")
    operator.send(f"MODE {CHANNEL} +i")
    world.start()
    until(lambda: any("473" in p or "invite" in p.lower()
                      for p in world.problems()),
          lambda: f"a line about +i: {world.problems()}")
    assert_calm(world.belfry)
    assert len(world.problems()) == 1


def test_forwarded_join_is_left(tmp_path, processes):
    """A server that forwards us elsewhere does not get our messages."""
    seen = []

    def script(c):
        c.welcome()
        channel = c.expect(b"JOIN").decode().split(" ")[1]
        c.send(f":s 470 belfry {channel} #elsewhere :Forwarding",
               ":belfry!u@h JOIN #elsewhere",
               ":s 366 belfry #elsewhere :End")
        while True:
            seen.append(c.line())
            if seen[-1].startswith(b"PING"):
                c.send(b":s PONG s " + seen[-1][5:])

    server = ScriptedIrcd(script)
    processes.append(server)
    world = World(tmp_path, processes)
    world.belfry.config["networks"][0]["servers"] = (
        f"127.0.0.1:{server.port}",)
    world.belfry.write_config()
    world.start()
    world.say("not for elsewhere")
    until(lambda: any(line.startswith(b"PART #elsewhere") for line in seen),
          lambda: f"PART: {seen}")
    assert not [line for line in seen if b"PRIVMSG" in line]


def test_kicked_and_moderated(tmp_path, processes):
    """What cannot be said now is said later, once."""
    world = World(tmp_path, processes)
    bob = world.client("bob")
    world.start()
    world.wait_joined(bob)
    bob.send(f"MODE {CHANNEL} +m")
    until(lambda: any(b" MODE " in line for line in bob.lines), "+m is set")
    world.say("later")
    until(lambda: any("404" in line or "+m" in line or "annot send" in line
                      for line in world.belfry.log().splitlines()),
          "the refusal in the log")
    assert bob.heard(CHANNEL) == []
    bob.send(f"MODE {CHANNEL} -m")
    bob.wait_heard(CHANNEL, "later", 90)
    assert len(bob.heard(CHANNEL)) == 1


def test_banned_person_in_chime(tmp_path, processes):
    """One who may not speak in Chime does not stop the others."""
    world = World(tmp_path, processes)
    bob, eve = world.client("bob"), world.client("eve")
    world.start()
    world.wait_joined(bob)
    eve.say(CHANNEL, "first")
    puppet = world.wait_message("first")["Sender"]["Arn"]
    world.api.call("POST", f"/channels/{quote(world.channel)}/bans",
                   world.bridge, body={"MemberArn": puppet})
    eve.say(CHANNEL, "second")
    bob.say(CHANNEL, "third")
    world.wait_message("third", 60)
    assert "second" not in world.contents()
    assert any("eve" in line for line in world.problems())


def test_idle_bridge_is_idle(tmp_path, processes):
    """100 mappings that nobody talks in, once they are looked at seldom, over
    all that is done every half minute."""
    channels = tuple(f"#idle{i}" for i in range(100))
    world = World(tmp_path, processes, channels=channels,
                  chime={"poll": {"min_ms": 1000, "max_ms": 15000}})
    world.start()
    bob = world.client("bob", "#idle99")
    world.wait_joined(bob, "#idle99", 60)
    until(lambda: world.belfry.log().count("ListChannelMessages: new") >=
          5 * len(channels), "they are looked at seldom", 60, step_s=0.5)
    assert_calm(world.belfry, 30.0, 0.02)


def test_stops_quickly(tmp_path, processes):
    world = World(tmp_path, processes).start()
    bob = world.client("bob")
    world.wait_joined(bob)
    bob.say(CHANNEL, "last words")
    start = time.monotonic()
    assert world.belfry.stop() == 0
    assert time.monotonic() - start < 10
    world.start()
    world.wait_message("last words", 40)
    assert world.contents().count("last words") == 1


def test_unreadable_state(tmp_path, processes):
    world = World(tmp_path, processes)
    world.belfry.state_path.write_bytes(b"this is not a database" * 100)
    world.start()
    assert world.belfry.wait_exit() not in (0, None)
    assert str(world.belfry.state_path) in world.belfry.log()
    assert world.belfry.state_path.read_bytes().startswith(b"this is not")
