"""Death at every named step of a message's way, in both directions. A build
with --enable-steps kills itself (SIGKILL) at the N-th time of a step; here it
does so at every step that a conversation passes, every time it passes it."""
import collections
import os
import subprocess

import pytest

from support.ircd import Inspircd, Ngircd
from support.ledger import Ledger
from support.process import build_dir
from support.wait import Late, until
from support.world import CHANNEL, World

QUICK = {"retry": {"min_ms": 50, "max_ms": 200}}
ROUNDS = 3
WAYS = {
    "to Chime": ("line has come", "event is queued", "line is saved",
                 "send is called", "Chime has answered"),
    "to IRC": ("message has come", "intent is saved", "parcel is given out",
               "line is queued to IRC", "IRC has answered",
               "record is appended", "record is saved"),
    "state": ("commit begins", "records are written", "commit is durable"),
}


def has_steps():
    done = subprocess.run(["grep", "-c", "BELFRY_DIE_AT",
                           build_dir() / "belfryd"], capture_output=True)
    return done.returncode == 0


# A build for use has no steps; the one that should have them says so, and
# then their absence is a failure.
pytestmark = pytest.mark.skipif(
    "BELFRY_WANTS_STEPS" not in os.environ and not has_steps(),
    reason="built without --enable-steps")


def is_in(client):
    return "belfry" in client.members(CHANNEL)


def relayed(ledger):
    return not ledger.missing_irc() and not ledger.missing_chime()


def talk(ledger):
    for _ in range(ROUNDS):
        ledger.say_chime()
        ledger.say_irc()


class Trial:
    def __init__(self, folder, processes, server):
        self.world = World(folder, processes, server, network=QUICK,
                           chime={"poll": {"min_ms": 20, "max_ms": 40}})
        self.belfry = self.world.belfry
        self.belfry.config["log"]["level"] = "info"
        self.belfry.write_config()
        self.ledger = Ledger(self.world, self.world.client("bob"))
        self.deaths = 0
        self.doubled = 0

    def passed_steps(self, path):
        """How often each step is passed, from the start to the end of a
        conversation."""
        self.belfry.env["BELFRY_STEPS"] = str(path)
        self.belfry.start()
        until(lambda: is_in(self.ledger.client), "joined", 30)
        self.belfry.wait_log("what is said in Chime from now on")
        talk(self.ledger)
        until(lambda: relayed(self.ledger), "a first conversation", 30)
        counts = collections.Counter(path.read_text().splitlines())
        self.belfry.stop()     # which no death is counted for
        del self.belfry.env["BELFRY_STEPS"]
        return counts

    def _converse_until_dead(self):
        alive = self.belfry.is_running
        until(lambda: not alive() or is_in(self.ledger.client),
              "joined or dead", 30)
        for _ in range(10):
            if not alive():
                return
            talk(self.ledger)
            try:
                until(lambda: not alive() or relayed(self.ledger),
                      "relayed or dead", 5, step_s=0.02)
            except Late:
                pass

    def die_at(self, name, number):
        before = len(self.ledger.heard()) - len(set(self.ledger.heard()))
        self.belfry.env["BELFRY_DIE_AT"] = f"{number} {name}"
        self.belfry.start()
        self._converse_until_dead()
        assert not self.belfry.is_running(), f"alive after {number} {name}"
        self.belfry.process.wait(20)
        self.belfry.process = None
        del self.belfry.env["BELFRY_DIE_AT"]
        self.recover()
        # In doubt: at most one message for a window of one.
        self.ledger.check(before + 1)
        self.doubled += len(self.ledger.heard()) - \
            len(set(self.ledger.heard())) - before
        self.deaths += 1

    def recover(self):
        self.belfry.start()
        until(lambda: is_in(self.ledger.client), "joined again", 30)
        last = self.ledger.say_irc()
        self.ledger.wait_irc(30)
        self.world.wait_message(last, 30)
        self.ledger.wait_settled()    # what it doubles is doubled by now
        self.belfry.stop()     # and not a second death
        # What IRC said to a dead bridge never reached it.
        self.ledger.forgive()


@pytest.mark.parametrize("server", [Ngircd, Inspircd],
                         ids=lambda s: s.program)
def test_death_at_every_step(tmp_path, processes, figures, server):
    trial = Trial(tmp_path, processes, server)
    counts = trial.passed_steps(tmp_path / "steps")
    named = [name for way in WAYS.values() for name in way]
    assert set(counts) == set(named), "a step that no test knows, or is gone"
    full = server is Ngircd or "BELFRY_ALL" in os.environ
    for name in named:
        for number in range(1, counts[name] + 1 if full else 2):
            trial.die_at(name, number)
    figures(f"steps, {server.program}: {trial.deaths} deaths, "
            f"{len(trial.ledger.chime)} messages to IRC, "
            f"{len(trial.ledger.irc)} lines to Chime, 0 lost, "
            f"{trial.doubled} doubled on IRC, 0 in Chime")
