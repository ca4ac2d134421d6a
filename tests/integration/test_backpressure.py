"""Lines that the bridge cannot take now wait at the IRC server: nothing is
lost, and the server does not take the silence for death."""
import time

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


SERVERS = (ImpatientNgircd, ImpatientInspircd, ImpatientHybrid)


def three_networks(tmp_path, processes):
    """One bridge, a channel on each server; their clients."""
    names = [f"#{server.program}" for server in SERVERS]
    world = World(tmp_path, processes, SERVERS[0], channels=names, mapping={
        "queue": {"max_lines": 10, "when_full": "stop"}})
    servers = [world.ircd, *(server(tmp_path) for server in SERVERS[1:])]
    for server in servers[1:]:
        processes.append(server.start())
    network = {**world.belfry.config["networks"][0], **QUICK}
    world.belfry.config["networks"] = tuple(
        {**network, "name": server.program,
         "servers": (f"127.0.0.1:{server.port}",)} for server in servers)
    for server, mapping in zip(servers, world.belfry.config["mappings"]):
        mapping["irc"] = f"{server.program}/#{server.program}"
    world.belfry.write_config()
    world.start()
    clients = {}
    for server, name in zip(servers, names):
        clients[name] = world.client("bob", name, port=server.port)
        world.wait_joined(clients[name], name)
    return world, clients


def stored(world, name):
    """The texts of a channel, without the marks of late ones."""
    return [text.rsplit(" ", 1)[-1]
            for text in world.contents(world.channels[name])]


def test_links_survive(tmp_path, processes):
    """Chime is away and the outbox is full: reading stops for longer than the
    patience of any server."""
    world, clients = three_networks(tmp_path, processes)
    texts = [f"i{n:03}" for n in range(60)]
    world.chimed.kill()
    for name, client in clients.items():
        for text in texts:
            client.say(name, text)
    end = time.monotonic() + 2.3 * PING_S
    until(lambda: time.monotonic() > end, "time passes", 3 * PING_S,
          step_s=0.5)
    for name, client in clients.items():
        assert "belfry" in client.members(name), name
    assert world.belfry.log().count("is not read meanwhile") >= 3
    world.chimed.start()
    for name in clients:
        until(lambda: set(texts) <= set(stored(world, name)), lambda:
              f"{name}: {stored(world, name)}\n" +
              world.belfry.log()[-3000:], 120, step_s=0.5)
        assert [t for t in stored(world, name) if t in texts] == texts
    assert world.belfry.log().count(": registered as belfry") == 3
