"""A line that the IRC server never confirmed is not done, however long ago it
was written, and whatever happens to us meanwhile."""
import sqlite3

from support.scripted_ircd import ScriptedIrcd
from support.wait import until
from support.world import CHANNEL, World


class Deaf:
    """Takes lines without a word, until it is told to listen."""

    def __init__(self):
        self.listens = False
        self.taken = []
        self.connection = None

    def __call__(self, c):
        self.connection = c
        c.welcome()
        c.accept_join()
        while True:
            line = c.line().decode()
            if line.startswith("PRIVMSG"):
                self.taken.append(line.rsplit(" ", 1)[-1])
            elif line.startswith("PING") and self.listens:
                c.send(f":s PONG s {line[5:]}")


def is_on_disk(world, source):
    with sqlite3.connect(f"file:{world.belfry.state_path}?mode=ro",
                         uri=True) as state:
        return state.execute("SELECT count(*) FROM intent WHERE source_id = ?",
                             (source,)).fetchone()[0] > 0


def test_a_line_without_an_answer_is_sent_again(tmp_path, processes):
    server = Deaf()
    ircd = ScriptedIrcd(server)
    processes.append(ircd)
    world = World(tmp_path, processes, network={
        "servers": (f"127.0.0.1:{ircd.port}",),
        "retry": {"min_ms": 50, "max_ms": 200}})
    world.start()
    world.belfry.wait_log("what is said in Chime from now on")
    first = world.say("one")
    world.say("two")
    until(lambda: server.taken == ["one"], "the first line is written")
    until(lambda: is_on_disk(world, first), "and noted as under way")
    # A line of IRC is saved before it is sent, and with it all there was.
    server.connection.send(f":bob!u@host PRIVMSG {CHANNEL} :from IRC")
    world.wait_message("from IRC")
    world.belfry.kill()
    server.listens = True
    world.belfry.start()
    until(lambda: server.taken[1:] == ["one", "two"],
          lambda: f"{server.taken}\n{world.belfry.log()[-2000:]}", 30)

