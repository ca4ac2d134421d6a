"""Kills at random moments, while people talk on both sides. What reached the
journal of belfryd is read from its state file after each death: all of that
must be in Chime, once and in order; all that was said in Chime must be heard
on IRC, and twice only what the journal marks as under way.

BELFRY_KILLS says how many (300 shows what the promise is worth; the default
keeps the suite short), BELFRY_SEED makes them the same again."""
import collections
import os
import random
import shutil
import sqlite3
import threading
import time

import pytest

from support.chime_api import ChimeApi
from support.ircd import Ngircd
from support.proxy import Proxy
from support.wait import until
from support.world import CHANNEL, World

KILLS = int(os.environ.get("BELFRY_KILLS", "24"))
SEED = int(os.environ.get("BELFRY_SEED", "1"))
PACE_S = 0.01           # a line each way, a hundred a second
LIFE_S = (0.05, 0.9)    # of belfryd, between two deaths


class Talkers:
    """One on each side, each line unlike all others."""

    def __init__(self, world):
        self.world, self.client = world, None
        self.chime, self.irc = [], []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=each) for each in
                         (self._say_chime, self._say_irc)]

    def start(self):
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._over.set()
        for thread in self._threads:
            thread.join(30)

    def _say_chime(self):
        api, number = ChimeApi(self.world.chimed.port), 0
        while not self._over.wait(PACE_S):
            text = f"c{number:06}"
            try:
                # The same token until it is answered: said once for certain.
                api.send(self.world.channel, self.world.alice, text,
                         token=f"said-{text}")
            except Exception:  # chimed may be down
                continue
            self.chime.append(text)
            number += 1

    def _say_irc(self):
        number = 0
        while not self._over.wait(PACE_S):
            try:
                self.client.say(CHANNEL, f"i{number:06}")
            except OSError:  # the server may be down
                continue
            self.irc.append(f"i{number:06}")
            number += 1


class Journal:
    """What the state file held at the deaths."""

    def __init__(self, world):
        self.world = world
        self.lines = set()        # of IRC, that were saved
        self.under_way = set()    # MessageIds

    def read(self):
        copy = self.world.folder / "copy.db"
        for end in ("", "-wal"):
            source = self.world.folder / f"belfryd.db{end}"
            if source.exists():
                shutil.copy(source, f"{copy}{end}")
        with sqlite3.connect(copy) as state:
            for (payload,) in state.execute("SELECT payload FROM outbox"):
                at = payload.find(b"i0")
                self.lines.add(payload[at:at + 7].decode())
            for (source,) in state.execute("SELECT source_id FROM intent"):
                self.under_way.add(source)
        state.close()
        for left in self.world.folder.glob("copy.db*"):
            left.unlink()


class Fate:
    """Ends the lives of belfryd, and now and then of its neighbours."""

    def __init__(self, world, proxy, talkers, journal):
        self.world, self.proxy = world, proxy
        self.talkers, self.journal = talkers, journal
        self.random = random.Random(SEED)
        self.heard = []
        self.counts = collections.Counter()

    def strike(self):
        time.sleep(self.random.uniform(*LIFE_S))
        kind = self.random.choices(["belfryd", "chimed", "ircd"],
                                   [10, 1, 1])[0]
        getattr(self, f"kill_{kind}")()
        self.counts[kind] += 1

    def kill_belfryd(self):
        self.world.belfry.kill()
        self.journal.read()
        self.world.belfry.start()

    def kill_chimed(self):
        self.world.chimed.kill()
        self.world.chimed.start()

    def kill_ircd(self):
        """belfryd is let in again when there is somebody to hear it."""
        self.proxy.refuse = True
        self.world.ircd.kill()
        until(lambda: self.talkers.client.closed, "the link is down")
        self.heard += self.talkers.client.heard(CHANNEL)
        self.world.ircd.start()
        self.talkers.client = self.world.client("bob")
        self.proxy.refuse = False

    def all_heard(self):
        texts = self.heard + self.talkers.client.heard(CHANNEL)
        words = [text.rsplit(" ", 1)[-1] for text in texts]
        return [word for word in words if word[:2] == "c0"]


PRESENCES = {
    "relay": {},
    "puppets": {"presence": "puppets",
                "puppets": {"connect_interval_ms": 0}},
}


def random_world(tmp_path, processes, presence):
    world = World(tmp_path, processes, Ngircd,
                  network={"retry": {"min_ms": 50, "max_ms": 200},
                           **PRESENCES[presence]},
                  mapping={"mirror": {"members": "full"}},
                  chime={"poll": {"min_ms": 20, "max_ms": 60},
                         "members_ms": 300})
    proxy = Proxy(world.ircd.port)
    processes.append(proxy)
    world.belfry.config["networks"][0]["servers"] = (
        f"127.0.0.1:{proxy.port}",)
    world.belfry.config["log"]["level"] = "info"
    world.belfry.write_config()
    return world, proxy


@pytest.mark.parametrize("presence", PRESENCES)
def test_random_kills(tmp_path, processes, figures, presence):
    world, proxy = random_world(tmp_path, processes, presence)
    talkers, journal = Talkers(world), Journal(world)
    fate = Fate(world, proxy, talkers, journal)
    talkers.client = world.client("bob")
    world.start()
    world.wait_joined(talkers.client)
    talkers.start()
    try:
        for _ in range(KILLS):
            fate.strike()
    finally:
        talkers.stop()
    until(lambda: not set(talkers.chime) - set(fate.all_heard()),
          lambda: "on IRC is missing: " +
          f"{sorted(set(talkers.chime) - set(fate.all_heard()))[:9]}\n" +
          world.belfry.log()[-3000:], 120, step_s=0.2)
    until(lambda: not journal.lines - set(stored_in(world)),
          lambda: "in Chime is missing: "
          f"{sorted(journal.lines - set(stored_in(world)))[:9]}", 120,
          step_s=0.5)
    judge(world, fate, talkers, journal,
          lambda text: figures(f"{presence}: {text}"))


def stored_in(world):
    """What came from IRC; late lines have their time before them."""
    words = [text.rsplit(" ", 1)[-1] for text in world.contents() if text]
    return [word for word in words if word[:2] == "i0"]


def judge(world, fate, talkers, journal, figures):
    stored = stored_in(world)
    assert len(stored) == len(set(stored)), "doubled in Chime"
    assert stored == sorted(stored), "order in Chime"
    heard = fate.all_heard()
    counts = collections.Counter(heard)
    marked = {message["Content"] for message in world.messages()
              if message["MessageId"] in journal.under_way}
    doubled = {text for text, times in counts.items() if times > 1}
    assert list(dict.fromkeys(heard)) == talkers.chime, "order on IRC"
    # A lost link is the same as a death, and leaves no mark on disk.
    lost_links = fate.counts["ircd"]
    assert len(doubled - marked) <= lost_links, doubled - marked
    assert sum(counts.values()) - len(counts) <= sum(fate.counts.values())
    figures(f"random kills: {dict(fate.counts)}; {len(talkers.chime)} "
            f"messages to IRC, 0 lost, {len(doubled)} doubled (all of them "
            f"marked as under way or lost with a link); "
            f"{len(journal.lines)} lines found in the journal at a death, "
            f"{len(stored)} in Chime, 0 lost, 0 doubled")
