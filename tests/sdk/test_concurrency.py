"""Sixty-four at once, who read and write the same channels."""
import collections
import math
import uuid

import pytest
from suite import scene

WIDTH = 64


@pytest.fixture(autouse=True)
def _one_of_each_kind(client):
    """The two botocores send the same way."""
    if client.name == "botocore-2018":
        pytest.skip("the present botocore does this")


@pytest.fixture
def place(town):
    return scene.Scene(town)


def p99_ms(answers):
    elapsed = sorted(answer.elapsed_ms for answer in answers)
    return elapsed[math.ceil(len(elapsed) * 0.99) - 1]


@pytest.fixture
def at_once(driver, figures):
    return lambda calls: all_at_once(driver, calls, figures)


def all_at_once(driver, calls, figures):
    """Every call is answered, and none is refused."""
    answers = driver.call_all(calls, WIDTH)
    refused = [answer for answer in answers if answer.error != "ok"]
    assert not refused, refused[:3]
    figures(f"{driver.name}: {len(calls)} calls, {WIDTH} at once: "
                  f"p99 {p99_ms(answers):.1f} ms")
    return answers


def paged(driver, operation, members, listed):
    found, token = [], {}
    while True:
        answer = driver.call(operation, {**members, **token})
        assert answer.error == "ok", answer
        found += answer.members[listed]
        if not answer.members.get("NextToken"):
            return found
        token = {"NextToken": answer.members["NextToken"]}


def sent(channel, bearer, content, token=None):
    return ("SendChannelMessage", {
        "ChannelArn": channel, "ChimeBearer": bearer, "Content": content,
        "Type": "STANDARD", "Persistence": "PERSISTENT",
        "ClientRequestToken": token or uuid.uuid4().hex})


def messages(driver, place):
    return paged(driver, "ListChannelMessages", {
        "ChannelArn": place.channel, "ChimeBearer": place.users["owner"],
        "SortOrder": "ASCENDING"}, "ChannelMessages")


def test_no_message_is_lost_or_doubled(driver, at_once, town):
    """Two channels, six speakers, and readers between them."""
    places = [scene.Scene(town), scene.Scene(town)]
    calls, before = [], [len(messages(driver, place)) for place in places]
    for n in range(320):
        place = places[n % 2]
        here = {"ChannelArn": place.channel,
                "ChimeBearer": place.users["owner"]}
        who = ("owner", "member", "admin.in", "moderator.in")[n // 2 % 4]
        calls += [sent(place.channel, place.users[who], f"{who} {n}"),
                  ("ListChannelMessages", {**here, "MaxResults": 5}),
                  ("UpdateChannelReadMarker", here)]
    answers = at_once(calls)
    for place, length in zip(places, before):
        said = {answer.members["MessageId"]: call[1]["Content"]
                for call, answer in zip(calls, answers)
                if call[0] == "SendChannelMessage"
                and answer.members["ChannelArn"] == place.channel}
        listed = messages(driver, place)[length:]
        assert len(said) == len(listed) == 160
        assert {m["MessageId"]: m["Content"] for m in listed} == said
        times = [m["CreatedTimestamp"] for m in listed]
        assert times == sorted(times)


def test_the_last_write_is_one_of_those_written(driver, at_once, place):
    here = {"ChannelArn": place.channel}
    calls = []
    for n in range(96):
        calls += [
            ("UpdateChannel", {
                **here, "ChimeBearer": place.users["owner"],
                "Name": f"name {n}", "Metadata": f"name {n}",
                "Mode": "UNRESTRICTED"}),
            ("UpdateChannelMessage", {
                **here, "ChimeBearer": place.users["member"],
                "MessageId": place.said["member"], "Content": f"text {n}",
                "Metadata": f"text {n}"}),
            ("DescribeChannel", {
                **here, "ChimeBearer": place.users["hidden"]})]
    answers = at_once(calls)
    seen = [answer.members["Channel"] for answer in answers[2::3]]
    seen.append(driver.call("DescribeChannel", {
        **here, "ChimeBearer": place.users["owner"]}).members["Channel"])
    written = {f"name {n}" for n in range(96)}
    for channel in seen:
        if channel["Name"] != "Square":     # nobody has written yet
            assert channel["Name"] == channel["Metadata"]
            assert channel["Name"] in written
    assert seen[-1]["Name"] in written
    message = driver.call("GetChannelMessage", {
        **here, "ChimeBearer": place.users["owner"],
        "MessageId": place.said["member"]}).members["ChannelMessage"]
    assert message["Content"] == message["Metadata"]
    assert message["Content"] in {f"text {n}" for n in range(96)}


def test_one_token_is_one_message(driver, at_once, place):
    """Eight lines, each sent by sixteen at once: eight messages."""
    tokens = [uuid.uuid4().hex for _ in range(8)]
    before = len(messages(driver, place))
    calls = [sent(place.channel, place.users["member"], f"line {n % 8}",
                  tokens[n % 8]) for n in range(128)]
    answers = at_once(calls)
    ids = collections.defaultdict(set)
    for call, answer in zip(calls, answers):
        ids[call[1]["Content"]].add(answer.members["MessageId"])
    assert all(len(found) == 1 for found in ids.values()), ids
    listed = messages(driver, place)[before:]
    assert sorted(m["Content"] for m in listed) == [
        f"line {n}" for n in range(8)]


def test_members_are_counted_right(driver, at_once, place):
    """Everybody is added by four at once: one is told so, three that it was
    done already; then half of them are removed."""
    here = {"ChannelArn": place.channel,
            "ChimeBearer": place.users["owner"]}
    people = [place.town.user() for _ in range(32)]

    def members():
        listed = paged(driver, "ListChannelMemberships", here,
                       "ChannelMemberships")
        arns = [m["Member"]["Arn"] for m in listed]
        assert len(arns) == len(set(arns))
        return set(arns)

    before = members()
    answers = driver.call_all([
        ("CreateChannelMembership", {
            **here, "MemberArn": arn, "Type": "DEFAULT"})
        for arn in people for _ in range(4)], WIDTH)
    counts = collections.Counter(answer.error for answer in answers)
    assert counts == {"ok": 32, "ConflictException": 96}
    assert members() == before | set(people)
    at_once([
        ("DeleteChannelMembership", {**here, "MemberArn": arn})
        for arn in people[::2] for _ in range(4)])
    assert members() == before | set(people[1::2])
