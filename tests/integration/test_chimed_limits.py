"""The published rates and quotas of chimed, as clients meet them, and the
bridge against a chimed that enforces them or is broken on purpose."""
import time
import uuid

import botocore.config
import botocore.session
import pytest
from support import chime_api
from support.chimed import Chimed
from support.ledger import Ledger
from support.patient import PatientApi
from support.wait import until
from support.world import World

LIMITS = ("--limits", "published")


class Town:
    def __init__(self, server):
        self.server = server
        self.api = PatientApi(server.port)       # to set up and to look
        self.hasty = chime_api.ChimeApi(server.port)  # to be refused
        self.instance = self.api.create_app_instance()
        self.ann = self.user("ann.1")
        self.square = self.channel(self.ann, "square")

    def user(self, user_id):
        return self.api.create_user(self.instance, user_id, user_id)

    def channel(self, bearer, name):
        return self.api.create_channel(self.instance, bearer, name)

    def users(self, count):
        made = [self.user(f"user.{n}") for n in range(count)]
        for user in made:
            self.api.add_member(self.square, self.ann, user)
        return made


def town_with(folder, processes, *options, name="chimed"):
    server = Chimed(folder, no_auth=True, options=options, name=name)
    processes.append(server)
    return Town(server.start())


@pytest.fixture
def town(tmp_path, processes):
    return town_with(tmp_path, processes, *LIMITS)


def passes(call):
    try:
        call()
    except chime_api.ChimeError as error:
        assert (error.status, error.code) == (429, "Throttled")
        return False
    return True


def burst(calls, rate, enough=20):
    """Makes the calls in turn, as fast as they go, until so many have been
    refused: a second's worth passes at once, then what the rate grants.
    Returns how many passed. The bucket must be full at the beginning."""
    begin, passed, refused, at_once = time.monotonic(), 0, 0, None
    for n in range(1000):
        if passes(calls[n % len(calls)]):
            passed += 1
        else:
            refused += 1
            at_once = passed if at_once is None else at_once
        if refused == enough:
            break
    elapsed = time.monotonic() - begin
    assert refused == enough
    assert at_once >= rate
    assert passed <= rate + rate * elapsed + 1
    return passed


def settle():
    """Until buckets that were used to set up are full again."""
    end = time.monotonic() + 1.1
    until(lambda: time.monotonic() > end, "a second passes", 10)


def listing(town, bearer):
    return lambda: town.hasty.call(
        "GET", f"/channels/{chime_api.quote(town.square)}/memberships",
        bearer)


def test_bearer(town):
    settle()
    burst([listing(town, town.ann)], 10)
    # It recovers, and others are not concerned meanwhile.
    bob = town.user("bob.1")
    assert passes(listing(town, bob))
    until(lambda: passes(listing(town, town.ann)), "a token again", 10)


def test_bearer_in_frankfurt(tmp_path, processes):
    town = town_with(tmp_path, processes, *LIMITS, "--region",
                     "eu-central-1")
    settle()
    burst([listing(town, town.ann)], 5)


def test_channel(town):
    """Thirty messages a second, whoever sends them; what is refused has no
    effect."""
    users = town.users(6)
    settle()
    passed = burst([lambda user=user, token=uuid.uuid4: town.hasty.send(
        town.square, user, "x", token=token().hex) for user in users], 30)
    assert len(town.api.messages(town.square, town.ann)) == passed
    other = town.channel(town.ann, "market")
    assert passes(lambda: town.hasty.send(other, town.ann, "x"))


def test_app_instance(town):
    users = town.users(4)
    settle()
    burst([lambda user=user: town.hasty.create_channel(
        town.instance, user, "x") for user in users], 15)


def describe_user(town, user):
    return lambda: town.hasty.call(
        "GET", f"/app-instance-users/{chime_api.quote(user)}")


def test_user(town):
    settle()
    burst([describe_user(town, town.ann)], 20)
    bob = town.user("bob.1")
    assert passes(describe_user(town, bob))


def test_account(town):
    users = town.users(8)
    settle()
    burst([describe_user(town, user) for user in users], 50)
    assert passes(listing(town, town.ann))      # the other plane


def test_nothing_without_the_option(tmp_path, processes):
    town = town_with(tmp_path, processes)
    assert all(passes(listing(town, town.ann)) for _ in range(100))


def test_the_sdk_sees_its_exception(town):
    client = botocore.session.Session().create_client(
        "chime-sdk-messaging", region_name="us-east-1",
        endpoint_url=town.server.endpoint,
        aws_access_key_id=chime_api.KEY,
        aws_secret_access_key=chime_api.SECRET,
        config=botocore.config.Config(inject_host_prefix=False,
                                      retries={"max_attempts": 0}))
    with pytest.raises(client.exceptions.ThrottledClientException):
        for _ in range(200):
            client.list_channel_messages(ChannelArn=town.square,
                                         ChimeBearer=town.ann)


# ---- quotas ----

def test_quotas(tmp_path, processes):
    """All of them are adjustable."""
    file = tmp_path / "chimed.conf"
    file.write_text("""limits = "published";
quotas = {
  app_instances = 1; users = 3; admins = 1; channels = 2;
  members_per_channel = 2; moderators_per_channel = 1;
  memberships_per_user = 2;
};
""")
    town = town_with(tmp_path, processes, "-c", str(file))
    bob, carol = town.user("bob.1"), town.user("carol.1")

    def refused(call, named):
        with pytest.raises(chime_api.ChimeError) as error:
            call()
        assert error.value.status == 400
        assert error.value.code == "ResourceLimitExceeded"
        assert named in str(error.value)

    path = f"/channels/{chime_api.quote(town.square)}"
    admins = f"/app-instances/{chime_api.quote(town.instance)}/admins"
    refused(town.api.create_app_instance, "app instances of the account")
    refused(lambda: town.user("dave.1"), "users of the app instance")
    town.api.call("POST", admins, body={"AppInstanceAdminArn": bob})
    refused(lambda: town.api.call("POST", admins, body={
        "AppInstanceAdminArn": carol}), "admins of the app instance")
    town.api.add_member(town.square, town.ann, bob)
    refused(lambda: town.api.add_member(town.square, town.ann, carol),
            "memberships of the channel, at most 2")
    refused(lambda: town.api.call("POST", path + "/moderators", town.ann,
                                  body={"ChannelModeratorArn": bob}),
            "moderators of the channel")
    town.channel(town.ann, "second")
    refused(lambda: town.channel(bob, "third"),
            "channels of the app instance")
    town.api.call("DELETE", path, town.ann)
    town.channel(bob, "third")
    assert len(town.api.channels_of(bob)) == 1


# ---- the bridge ----

def between(folder, processes, options, **chime):
    """A world whose chimed has these options once all is set up."""
    world = World(folder, processes, chime=chime)
    world.chimed.stop()
    world.chimed.argv += options
    world.chimed.start()
    world.api = PatientApi(world.chimed.port)
    world.start()
    ledger = Ledger(world, world.client("bob"))
    world.wait_joined(ledger.client, deadline_s=60)
    return world, ledger


LOGGED = [*LIMITS, "--log", "debug"]


def refused_polls(world):
    """Only the bridge asks with a time."""
    return [line for line in world.chimed.log().splitlines()
            if "not-before=" in line and ": 429" in line]


def test_bridge_keeps_to_the_rates(tmp_path, processes):
    """With its own limits as they are by default: more than a second's worth
    of lines in both directions, all of which arrive, in order and once, and
    no call is refused."""
    world, ledger = between(tmp_path, processes, LOGGED,
                            limits={}, poll={"min_ms": 250, "max_ms": 500})
    ledger.say_irc(40)
    ledger.say_chime(15)
    ledger.wait_irc(60).wait_chime(60).check()
    assert not refused_polls(world)


def test_bridge_at_a_higher_rate_than_granted(tmp_path, processes):
    """It thinks that it may do more, is told otherwise, and loses nothing."""
    world, ledger = between(tmp_path, processes, LOGGED,
                            limits={"bearer_rps": 1000},
                            poll={"min_ms": 50, "max_ms": 50})
    ledger.say_irc(40)
    ledger.say_chime(15)
    ledger.wait_irc(90).wait_chime(90).check()
    # However long it took, and slow as the polls may have been meanwhile.
    until(lambda: refused_polls(world), "a poll is refused", 40)
    ledger.say_chime(3)
    ledger.wait_irc(90).check()


@pytest.mark.parametrize("faults", [
    ("*:500:0.2", "SendChannelMessage:drop-after:0.1"),
    ("*:drop-after:0.1", "*:503-after:0.1"),
    ("*:truncate:0.1", "*:garbage:0.1", "*:empty:0.1"),
    ("*:429:0.2", "*:delay=200:0.2", "*:drop-before:0.1"),
])
def test_bridge_with_a_service_that_fails_by_chance(
        tmp_path, processes, faults):
    world, ledger = between(
        tmp_path, processes,
        [word for fault in faults for word in ("--fault", fault)])
    for _ in range(5):
        ledger.say_irc(4)
        ledger.say_chime(2)
    ledger.wait_irc(120).wait_chime(120).check()
    for fault in faults:
        assert fault in world.chimed.log()
