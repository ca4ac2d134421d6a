"""Bans as servers of IRC have them: their lists, lines and ways of saying no."""
import pytest

from support.ircd import Hybrid, Inspircd, Ngircd
from support.moderation import ModeratedWorld

SERVERS = [Ngircd, Inspircd, Hybrid]


@pytest.fixture(params=SERVERS, ids=lambda s: s.program)
def server(request):
    return request.param


def modes_limit(world):
    """How many arguments the server takes in one MODE, by its own words."""
    for line in world.bob.lines:
        for word in line.decode(errors="replace").split():
            if word.startswith("MODES="):
                return int(word[6:] or 0) or 12
    return 3


def test_exceptions(tmp_path, processes, server):
    """Who is excepted is not banned, until the exception ends."""
    world = ModeratedWorld(tmp_path, processes, server)
    world.client("eve", "ezra")
    world.wait_shown("bob", "eve", "ezra")
    world.mode("+e eve!*@*")
    world.mode("+b e*!*@*")
    world.wait_banned(["ezra"])
    world.rounds()
    assert world.banned() == ["ezra"]
    world.mode("-e eve!*@*")
    world.wait_banned(["eve", "ezra"])
    world.mode("+e eve!*@*")
    world.wait_banned(["ezra"])
    assert world.masks() == ["e*!*@*"]
    assert world.changes() == []


def test_exceptions_that_were_there(tmp_path, processes, server):
    """Before the bridge came."""
    def before(world):
        world.mode("+e eve!*@*")
        world.mode("+b e*!*@*")
    world = ModeratedWorld(
        tmp_path, processes, server, before=before, starts=False)
    world.client("tom")
    world.start()
    world.wait_shown("bob", "tom")
    world.client("eve")
    world.wait_shown("bob", "eve", "tom")
    world.rounds()
    assert world.banned() == []
    assert world.masks() == ["e*!*@*"]


def test_lines(tmp_path, processes, server):
    """Many bans in as few lines as the server takes."""
    world = ModeratedWorld(
        tmp_path, processes, server, {"max_changes": 100})
    nicks = [f"p{n:02}" for n in range(12)]
    world.client(*nicks)
    world.wait_shown("bob", *nicks)
    world.kill()
    for nick in nicks:
        world.ban(nick)
    world.again()
    world.wait_masks([f"{nick}!*@*" for nick in nicks], 60)
    most = modes_limit(world)
    counts = [change.split(" ")[0].count("b") for change in world.changes()]
    assert sum(counts) == 12
    assert max(counts) <= most
    # Not one by one; but ngircd tells of each in a line of its own.
    assert max(counts) > 1 or server is Ngircd
    for nick in nicks:
        world.bob.wait_away("#project", nick)


def test_deprived_and_given_back(tmp_path, processes, server):
    """An operator no more in the middle of it: nothing is lost."""
    world = ModeratedWorld(tmp_path, processes, server)
    world.client("eve")
    world.wait_shown("bob", "eve")
    world.mode("-o belfry")
    world.ban("eve")
    world.wait(lambda: ("irc", "bans") in world.denied(), "no right")
    world.rounds()
    assert world.masks() == []
    world.op("belfry")
    world.wait_masks(["eve!*@*"])
    world.bob.wait_away("#project", "eve")
