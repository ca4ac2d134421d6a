"""Lines that the bridge cannot take now wait at the IRC server: nothing is
lost, and the server does not take the silence for death."""
import time

import pytest

from support.ircd import Hybrid, Inspircd, Ngircd
from support.wait import until
from support.world import CHANNEL, World

QUICK = {"retry": {"min_ms": 50, "max_ms": 200}}
PING_S = 20   # the least that all three can be told


class ImpatientNgircd(Ngircd):
    def configuration(self):
        return super().configuration().replace(
            "PingTimeout = 120", f"PingTimeout = {PING_S}\n"
            f"PongTimeout = {PING_S}")


class ImpatientInspircd(Inspircd):
    def configuration(self):
        return super().configuration().replace(
            'pingfreq="2m"', f'pingfreq="{PING_S}s"')


class ImpatientHybrid(Hybrid):
    def configuration(self):
        return super().configuration().replace(
            "ping_time = 2 minutes", f"ping_time = {PING_S} seconds")


@pytest.mark.parametrize("server", [
    ImpatientNgircd, ImpatientInspircd, ImpatientHybrid],
    ids=lambda s: s.program)
def test_link_survives(tmp_path, processes, server):
    """Chime is away and the outbox is full: reading stops for longer than the
    server's patience."""
    world = World(tmp_path, processes, server, network=QUICK, mapping={
        "queue": {"max_lines": 10, "when_full": "stop"}}).start()
    bob = world.client("bob")
    world.wait_joined(bob)
    bob.say(CHANNEL, "first")
    world.wait_message("first")
    world.chimed.kill()
    texts = [f"i{n:03}" for n in range(60)]
    for text in texts:
        bob.say(CHANNEL, text)
    end = time.monotonic() + 3 * PING_S
    until(lambda: time.monotonic() > end or bob.closed, "time passes",
          4 * PING_S, step_s=0.5)
    assert "belfry" in bob.members(CHANNEL), world.belfry.log()[-3000:]
    world.chimed.start()
    until(lambda: set(texts) <= set(world.contents()), lambda:
          f"missing {sorted(set(texts) - set(world.contents()))[:9]}\n" +
          world.belfry.log()[-3000:], 60, step_s=0.2)
    assert [t for t in world.contents() if t[0] == "i"] == texts
    assert world.belfry.log().count("registered as belfry") == 1
