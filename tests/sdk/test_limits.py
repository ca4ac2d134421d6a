"""The published rates and quotas, as the clients meet them."""
import os

import pytest
from suite import check
from suite.cases import QUOTAS, USUAL
from suite.ill import Ill
from support.harm import faketime_library

NO_ROOM = """limits = "published";
quotas = { %s };
""" % " ".join(f"{name} = 0;" for name in (
    "app_instances", "users", "admins", "channels", "members_per_channel",
    "moderators_per_channel", "memberships_per_user"))

# The highest rate is 50 a second, and that many may come at once; what is
# answered meanwhile makes room for as many again. No machine is too slow for
# that rate when a second of the service takes ten.
ENOUGH = 200
SLOW = {"LD_PRELOAD": faketime_library("libfaketime.so.1"),
        "FAKETIME": "+0 x0.1",
        "ASAN_OPTIONS": "verify_asan_link_order=0:" +
        os.environ.get("ASAN_OPTIONS", "")}


@pytest.fixture
def ill(tmp_path):
    """One for each test: what is made and removed here is gone for good."""
    made = Ill(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def no_room(ill, tmp_path):
    config = tmp_path / "chimed.conf"
    config.write_text(NO_ROOM)
    return lambda: ill.become("-c", config)


def test_there_is_no_room(client, ill, no_room):
    """What is there stays, and nothing is added."""
    client.connect(no_room())
    for name in QUOTAS:
        if client.knows(name):
            check.check_error(name, "ResourceLimitExceededException",
                              client.call(name, ill.arguments[name]))


def first_throttled(client, name, arguments):
    for _ in range(ENOUGH):
        said = client.call(name, arguments)
        if said.error == "ThrottledClientException":
            return said
    return said


def test_rates(client, ill):
    """Each operation, asked for again and again, is throttled; what removes
    the scene comes last."""
    client.connect(ill.become("--limits", "published", env=SLOW))
    wrong = []
    for name in sorted(USUAL, key=lambda name: name.startswith("Delete")):
        if not client.knows(name):
            continue
        said = first_throttled(client, name, ill.arguments[name])
        try:
            check.check_error(name, "ThrottledClientException", said)
        except check.Wrong as found:
            wrong.append(f"{name}: {found} {said}")
    assert not wrong, "\n".join(wrong)
