"""Sudden deaths while lines flow: nothing is lost towards IRC, nothing is
doubled in Chime."""
import collections
import threading

import pytest

from support.belfry import Belfry
from support.ircd import Hybrid, Inspircd, Ngircd
from support.proxy import Proxy
from support.wait import until
from support.world import CHANNEL, World


class Flow:
    """People who talk on both sides, until told to stop."""

    def __init__(self, world, client):
        self.world, self.client = world, client
        self.said_chime, self.said_irc = [], []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._chime),
                         threading.Thread(target=self._irc)]
        self.errors = []

    def start(self):
        for thread in self._threads:
            thread.start()
        return self

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _chime(self):
        number = 0
        api = type(self.world.api)(self.world.chimed.port)
        while not self._stop.wait(0.02):
            text = f"c{number:05}"
            try:
                api.send(self.world.channel, self.world.alice, text,
                         token=f"token-{text}")
            except Exception as error:  # chimed may be down
                self.errors.append(error)
                continue
            self.said_chime.append(text)
            number += 1

    def _irc(self):
        number = 0
        while not self._stop.wait(0.02):
            text = f"i{number:05}"
            try:
                self.client.say(CHANNEL, text)
            except OSError:
                return
            self.said_irc.append(text)
            number += 1


def heard_counts(client):
    """How often each text from Chime was heard, without marks and names."""
    return collections.Counter(
        text.rsplit(" ", 1)[-1] for text in client.heard(CHANNEL))


def assert_nothing_doubled(world):
    counts = collections.Counter(t for t in world.contents()
                                 if t.startswith("i"))
    assert not {t: n for t, n in counts.items() if n > 1}


def assert_nothing_lost(client, said, deadline_s=60):
    until(lambda: not set(said) - set(heard_counts(client)),
          lambda: f"missing {sorted(set(said) - set(heard_counts(client)))}",
          deadline_s, step_s=0.2)


QUICK = {"retry": {"min_ms": 100, "max_ms": 500}}


def running_world(tmp_path, processes, server):
    world = World(tmp_path, processes, server, network=QUICK).start()
    bob = world.client("bob")
    world.wait_joined(bob)
    return world, bob


def proxied_world(tmp_path, processes, server):
    """belfryd reaches its IRC server through a proxy."""
    world = World(tmp_path, processes, server, network=QUICK)
    proxy = Proxy(world.ircd.port)
    processes.append(proxy)
    world.belfry.config["networks"][0]["servers"] = (
        f"127.0.0.1:{proxy.port}",)
    world.belfry.write_config()
    world.start()
    bob = world.client("bob")
    world.wait_joined(bob)
    return world, bob, proxy


def flow_for(flow, count):
    """Until at least so many more were said on each side."""
    target = len(flow.said_chime) + count
    until(lambda: len(flow.said_chime) >= target, "people talk", 60)


@pytest.mark.parametrize("server", [Ngircd, Inspircd, Hybrid],
                         ids=lambda s: s.program)
def test_kill_9(tmp_path, processes, server):
    world, bob = running_world(tmp_path, processes, server)
    flow = Flow(world, bob).start()
    kills = 4
    try:
        for _ in range(kills):
            flow_for(flow, 25)
            world.belfry.kill()
            world.belfry.start()
        world.wait_joined(bob)
        flow_for(flow, 25)
    finally:
        flow.stop()
    assert_nothing_lost(bob, flow.said_chime)
    doubles = sum(n - 1 for n in heard_counts(bob).values())
    assert doubles <= kills, "at most one message in doubt per death"
    until(lambda: flow.said_irc[-1] in world.contents(), "the last line",
          step_s=0.2)
    assert_nothing_doubled(world)


@pytest.mark.parametrize("server", [Ngircd, Inspircd],
                         ids=lambda s: s.program)
def test_irc_server_restarts(tmp_path, processes, server):
    world, bob, proxy = proxied_world(tmp_path, processes, server)
    for i in range(10):
        world.say(f"c{i:05}")
    assert_nothing_lost(bob, [f"c{i:05}" for i in range(10)])
    proxy.refuse = True   # until there is somebody to hear it
    world.ircd.kill()
    during = [f"d{i:05}" for i in range(20)]
    for text in during:
        world.say(text)
    world.ircd.start()
    carl = world.client("carl")
    proxy.refuse = False
    assert_nothing_lost(carl, during)
    assert all(n == 1 for n in heard_counts(carl).values())
    carl.say(CHANNEL, "i-again")
    world.wait_message("i-again")
    assert_nothing_doubled(world)


def test_irc_link_is_cut_while_lines_flow(tmp_path, processes):
    world, bob, proxy = proxied_world(tmp_path, processes, Ngircd)
    flow = Flow(world, bob).start()
    cuts = 5
    try:
        for _ in range(cuts):
            flow_for(flow, 20)
            proxy.cut()
        flow_for(flow, 20)
    finally:
        flow.stop()
    assert_nothing_lost(bob, flow.said_chime)
    assert sum(n - 1 for n in heard_counts(bob).values()) <= cuts
    assert_nothing_doubled(world)


def test_chimed_restarts(tmp_path, processes):
    world, bob = running_world(tmp_path, processes, Ngircd)
    flow = Flow(world, bob).start()
    try:
        for _ in range(3):
            flow_for(flow, 25)
            world.chimed.kill()
            world.chimed.start()
        flow_for(flow, 25)
    finally:
        flow.stop()
    assert_nothing_lost(bob, flow.said_chime)
    assert all(n == 1 for n in heard_counts(bob).values())
    # belfryd itself never went away: every line of IRC must have arrived.
    until(lambda: not set(flow.said_irc) - set(world.contents()),
          lambda: f"missing in Chime: "
          f"{sorted(set(flow.said_irc) - set(world.contents()))[:10]}", 60,
          step_s=0.2)
    assert_nothing_doubled(world)
    got = [t for t in world.contents() if t.startswith("i")]
    assert got == flow.said_irc, "in the order of IRC"


def test_answers_are_lost(tmp_path, processes):
    """The service did it, but the answer never came: the same token goes out
    again and the message stays one."""
    world = World(tmp_path, processes)
    proxy = Proxy(world.chimed.port)
    processes.append(proxy)
    endpoint = f"http://127.0.0.1:{proxy.port}"
    world.belfry.config["chime"].update(messaging_endpoint=endpoint,
                                        identity_endpoint=endpoint)
    world.belfry.write_config()
    world.start()
    bob = world.client("bob")
    world.wait_joined(bob)
    flow = Flow(world, bob).start()
    try:
        for _ in range(10):
            flow_for(flow, 10)
            proxy.cut()
    finally:
        flow.stop()
    assert_nothing_lost(bob, flow.said_chime)
    until(lambda: not set(flow.said_irc) - set(world.contents()),
          "all of IRC in Chime", 60, step_s=0.2)
    assert_nothing_doubled(world)


def test_second_daemon_refuses(tmp_path, processes):
    world, _ = running_world(tmp_path, processes, Ngircd)
    second = Belfry(tmp_path, {**world.belfry.config}, name="second")
    processes.append(second)
    second.start()
    code = second.wait_exit()
    assert code not in (0, None)
    assert f"{world.belfry.pid}" in second.log(), second.log()
    assert world.belfry.is_running()
