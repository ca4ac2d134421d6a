"""belfryctl status and aside: the running daemon asked through its socket."""
import json
import os
import subprocess

import pytest

from support.belfry import CREDENTIALS
from support.process import build_dir
from support.scripted_ircd import ScriptedIrcd
from support.wait import until
from support.world import World


@pytest.fixture
def world(tmp_path, processes):
    world = World(tmp_path, processes)
    world.belfry.config["control"] = str(tmp_path / "control.sock")
    world.belfry.write_config()
    return world


def ask(world, *words):
    return subprocess.run(
        [build_dir() / "belfryctl", "-c", world.belfry.config_path, *words],
        env={**os.environ, **CREDENTIALS}, capture_output=True, text=True,
        timeout=30)


def answering(world):
    world.start()
    until(lambda: ask(world, "status").returncode != 69, world.belfry.log)


def test_status_follows_the_daemon(world):
    before = ask(world, "status")
    assert before.returncode == 69
    assert "is belfryd running?" in before.stderr
    world.start()
    bob = world.client()
    world.wait_joined(bob)
    bob.say("#project", "one line")
    world.wait_message("one line")
    done = ask(world, "status", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    (mapping,) = json.loads(done.stdout)["mappings"]
    assert mapping["name"] == "project"
    assert mapping["to_irc"]["ready"]
    # It is there before belfryd has the answer that says so.
    until(lambda: json.loads(ask(world, "status", "--json").stdout)
          ["mappings"][0]["to_chime"]["relayed"] == 1, world.belfry.log)
    people = ask(world, "status").stdout
    assert "net: ready" in people and "project" in people
    world.chimed.stop()
    world.ircd.stop()
    world.belfry.wait_log("towards IRC: down")
    down = ask(world, "status")
    assert down.returncode == 1 and "down" in down.stdout


def test_status_of_a_server_that_speaks_no_utf8(tmp_path, processes):
    """What a server gives as its reason is shown, and harms neither the
    daemon nor the terminal."""
    def script(c):
        c.send(b"ERROR :Closing \xff\xfe caf\xe9 \x1b[2J (bye)")

    server = ScriptedIrcd(script)
    processes.append(server)
    world = World(tmp_path, processes,
                  network={"servers": (f"127.0.0.1:{server.port}",)})
    world.belfry.config["control"] = str(tmp_path / "control.sock")
    world.belfry.write_config()
    world.start()
    until(lambda: "(bye)" in ask(world, "status").stdout, world.belfry.log)
    done = ask(world, "status")
    assert done.returncode == 1 and "\x1b" not in done.stdout
    (network,) = json.loads(ask(world, "status", "--json").stdout)["networks"]
    assert "caf" in network["state"]
    server.close()


def test_without_a_socket(world):
    del world.belfry.config["control"]
    world.belfry.write_config()
    done = ask(world, "status")
    assert done.returncode == 64
    assert "control" in done.stderr


def test_set_aside_tried_again_and_forgotten(tmp_path, processes):
    """What Chime refuses for good is kept with its reason, stops nobody, and
    goes out when the operator says so."""
    world = World(tmp_path, processes)
    world.belfry.config["control"] = str(tmp_path / "control.sock")
    world.belfry.write_config()
    world.chimed.stop()
    world.chimed.argv += ["--fault", "SendChannelMessage:400:x2"]
    world.chimed.start()
    world.start()
    bob = world.client()
    world.wait_joined(bob)
    for text in ("first", "second", "third"):
        bob.say("#project", text)
    world.wait_message("third")
    listed = json.loads(ask(world, "aside", "--json").stdout)["aside"]
    assert [item["way"] for item in listed] == ["to_chime"] * 2
    assert all("BadRequest" in item["reason"] for item in listed)
    assert "first" in listed[0]["payload"]
    words = [["project", "to_chime", str(item["seq"])] for item in listed]
    people = ask(world, "aside", "project").stdout
    assert " ".join(words[0]) in people and "first" in people
    retried = ask(world, "aside", "retry", *words[0])
    assert retried.returncode == 0, retried.stderr
    world.wait_message("first")
    assert ask(world, "aside", "forget", *words[1]).returncode == 0
    until(lambda: not ask(world, "aside").stdout, "nothing is set aside")
    again = ask(world, "aside", "retry", *words[1])
    assert again.returncode == 1 and "is set aside" in again.stderr
    assert not any("second" in text for text in world.contents())


def test_pause_and_resume(world):
    """What is said meanwhile waits, also over a restart; the status says
    so."""
    world.start()
    bob = world.client()
    world.wait_joined(bob)
    assert ask(world, "pause", "project").returncode == 0
    (mapping,) = json.loads(ask(world, "status", "--json").stdout)["mappings"]
    assert mapping["paused"]
    assert "paused" in ask(world, "status").stdout
    bob.say("#project", "while paused")
    until(lambda: json.loads(ask(world, "status", "--json").stdout)
          ["mappings"][0]["to_chime"]["waiting"] == 1, world.belfry.log)
    world.restart()
    world.wait_joined(bob)
    assert "paused" in ask(world, "status").stdout
    assert world.contents() == []
    assert ask(world, "resume", "project").returncode == 0
    world.wait_message("while paused")
    assert "paused" not in ask(world, "status").stdout


def test_members(world):
    world.start()
    bob = world.client()
    world.wait_joined(bob)
    bob.say("#project", "here I am")
    world.wait_message("here I am")
    members = until(lambda: next(
        (m for m in [json.loads(ask(world, "members", "project",
                                    "--json").stdout)]
         if m["to_irc"]["known"] and m["to_chime"]["known"]), None),
        world.belfry.log)
    alice, = [p for p in members["to_irc"]["people"] if p["name"] == "Alice"]
    assert alice["id"] == world.alice
    bob, = [p for p in members["to_chime"]["people"] if p["name"] == "bob"]
    assert bob["state"] == "shown" and "/user/irc:" in bob["as"]
    text = ask(world, "members", "project").stdout
    assert "people of Chime: " in text and "Alice" in text and bob["as"] in text
    assert ask(world, "resync", "project").returncode == 0


@pytest.mark.parametrize("words", [
    ("status", "--json"), ("members", "project"), ("bans", "project"),
    ("pause", "project"), ("resync", "project"), ("aside", "project")])
def test_options_behind_the_command(world, words):
    answering(world)
    done = subprocess.run(
        [build_dir() / "belfryctl", *words, "-c", world.belfry.config_path],
        env={**os.environ, **CREDENTIALS}, capture_output=True, text=True,
        timeout=30)
    assert done.returncode in (0, 1) and done.stderr == ""


@pytest.mark.parametrize("words", [("pause", "nobody"), ("resume", "nobody"),
                                   ("resync", "nobody"),
                                   ("members", "nobody")])
def test_no_such_mapping(world, words):
    answering(world)
    done = ask(world, *words)
    assert done.returncode == 1 and "no such mapping" in done.stderr


def test_long_reasons(world):
    """Taken as they are, or not at all."""
    answering(world)
    alice = ("ban", "project", "Alice", "--reason")
    until(lambda: "Alice" in ask(world, "members", "project").stdout,
          world.belfry.log)
    done = ask(world, *alice, "x" * 501)
    assert done.returncode == 64 and "too long" in done.stderr
    assert "Alice" not in ask(world, "bans", "project").stdout
    done = ask(world, *alice, "\u20ac" * 166)
    assert done.returncode == 0, done.stderr
    assert "belfryctl" in ask(world, "bans", "project").stdout


def test_unmap_what_is_in_use(world):
    answering(world)
    done = ask(world, "unmap", "project")
    assert done.returncode == 64 and "--yes" in done.stderr
    for words in (("project", "--yes"), ("--yes", "project")):
        done = ask(world, "unmap", *words)
        assert done.returncode == 1 and "configuration" in done.stderr
