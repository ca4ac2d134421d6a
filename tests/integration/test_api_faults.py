"""The bridge under faults of the Chime API: each status, effects whose answer
was lost, broken answers, pages in odd order, wrong clocks, keys that expire;
for each kind of call that it makes. See tests/FAULTS.md for the matrix.

Nothing is lost, nothing doubled in Chime, order is kept, the service is not
hammered, one line of the log says what is wrong, other mappings go on, and it
recovers by itself."""
import os
import shutil

import pytest

from support.trouble import FAKETIME, Trouble

faketime = pytest.mark.skipif(not os.path.exists(FAKETIME),
                              reason="libfaketime is not installed")
SEND, LIST = "SendChannelMessage", "ListChannelMessages"
JOIN, USER = "CreateChannelMembership", "CreateAppInstanceUser"
FIND = "ListChannelMembershipsForAppInstanceUser"
MAKE, MODERATED = "CreateChannel", "DescribeChannelModeratedByAppInstanceUser"


@pytest.fixture
def trouble(tmp_path, processes):
    def build(**more):
        return Trouble(tmp_path, processes, **more)
    return build


# What a send meets, and with how many more calls it is over: (what, times).
SENDS = [
    ("500", 2), ("503", 2), ("429", 2), ("502", 2),
    ("500-after", 2), ("503-after", 2), ("429-after", 2),
    ("drop-before", 2), ("drop-after", 2), ("delay=300", 2),
    ("truncate", 2), ("garbage", 2), ("empty", 2),
    ("401", 1), ("403", 1), ("404", 1), ("409", 1),
    ("401-after", 1), ("403-after", 1), ("404-after", 1), ("409-after", 1),
]


@pytest.mark.parametrize("what,times", SENDS)
def test_send(trouble, what, times):
    place = trouble().begin()
    fault = f"{SEND}:{what}:x{times}"
    place.fail(fault)
    place.ledger.say_irc(3)
    place.wait_hits(fault, times)
    place.ledger.say_chime(2)
    place.finish()
    # Three lines, the repeats, and nothing on top.
    assert len(place.sends()) - 2 <= 3 + times, place.sends()
    assert len(place.problems()) <= 1, place.problems()


@pytest.mark.parametrize("what", ["400", "400-after", "413", "422"])
def test_send_is_refused_for_good(trouble, what):
    """That line is given up, aloud, with its reason; those behind it are
    not."""
    place = trouble().begin()
    fault = f"{SEND}:{what}:x1"
    place.fail(fault)
    refused = place.ledger.say_irc()
    place.wait_hits(fault, 1)
    place.ledger.irc.remove(refused)
    place.ledger.say_irc(2)
    place.ledger.say_chime(2)
    place.ledger.wait_irc().wait_chime()
    assert (refused in place.ledger.stored()) == what.endswith("after")
    assert len(place.sends()) == 5, place.sends()
    line = place.wait_problem("refused", what[:3])
    assert place.problems() == [line]


@faketime
@pytest.mark.parametrize("what", ["401", "403", "404", "409", "429",
                                  "500-after"])
def test_send_fails_for_long(trouble, what):
    """All calls that send, until somebody repairs it: the lines wait."""
    place = trouble(speed=30).begin()
    place.fail(*(f"{op}:{what[:3] if op is LIST else what}"
                 for op in (SEND, JOIN, USER, LIST)))
    place.ledger.say_irc(3)
    place.wait_problem(what[:3])
    assert len(place.sends()) < 20, place.sends()
    place.heal()
    place.ledger.say_irc()
    place.ledger.say_chime()
    place.finish()


# The same of listings; the line that says so, if it comes to that.
LISTS = [
    ("500", 2, None), ("503", 2, None), ("429", 2, None), ("502", 2, None),
    ("400", 2, None), ("409", 2, None), ("408", 2, None),
    ("500-after", 2, None), ("drop-before", 2, None), ("drop-after", 2, None),
    ("delay=300", 2, None), ("truncate", 2, None), ("garbage", 2, None),
    ("empty", 2, None), ("503", 4, "503"), ("429", 4, "429"),
    ("drop-before", 4, "connection"), ("garbage", 8, "malformed"),
]


@pytest.mark.parametrize("what,times,said", LISTS)
def test_list(trouble, what, times, said):
    place = trouble().begin()
    fault = f"{LIST}:{what}:x{times}"
    place.fail(fault)
    place.ledger.say_chime(2)
    place.ledger.say_irc(2)
    place.wait_hits(fault, times)
    place.ledger.say_chime()
    place.finish()
    said = [said] if said else []
    assert len(place.problems()) <= 2 * len(said), place.problems()
    assert all(text in place.problems()[0] for text in said)


@faketime
@pytest.mark.parametrize("what", ["401", "403", "404"])
def test_list_needs_people(trouble, what):
    """Asked again after half a minute; the line names call and status. The
    other direction goes on."""
    place = trouble(speed=30).begin()
    fault = f"{LIST}:{what}:x2"
    place.fail(fault)
    place.ledger.say_chime(2)
    place.wait_problem("cannot be read", LIST, what)
    place.ledger.say_irc(2)
    place.wait_hits(fault, 2)
    place.ledger.say_chime()
    place.finish()
    assert len(place.problems()) <= 2, place.problems()
