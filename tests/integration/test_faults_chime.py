"""What a service, or what stands before it, may do to us: refuse, stall,
cut, answer nonsense, repeat itself. Nothing is lost or doubled, nothing is
hammered, and the log has one line about it."""
import collections
import datetime
import email.utils
import itertools
import re
import socket
import threading
import time

import pytest

from support.chime_api import quote
from support.chimed import Chimed
from support.ledger import Ledger
from support.scripted_chime import Answer, ScriptedChime, refusal
from support.wait import until
from support.world import CHANNEL, World

HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


def scripted(tmp_path, processes, **more):
    world = World(tmp_path, processes,
                  chime={"poll": {"min_ms": 50, "max_ms": 200}}, **more)
    chime = ScriptedChime(world.chimed.port)
    processes.append(chime)
    world.belfry.config["chime"].update(messaging_endpoint=chime.endpoint,
                                        identity_endpoint=chime.endpoint)
    world.belfry.write_config()
    return world, chime


@pytest.fixture
def scene(tmp_path, processes):
    """(world, chime, ledger) with a bridge that works."""
    world, chime = scripted(tmp_path, processes)
    world.start()
    ledger = Ledger(world, world.client("bob"))
    world.wait_joined(ledger.client)
    ledger.say_chime()
    ledger.say_irc()
    ledger.wait_irc().wait_chime()
    yield world, chime, ledger
    assert not chime.errors
    assert world.belfry.is_running()


def watch(seconds):
    """A window of time to look at."""
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() > end, "time passes", seconds + 5)


def both_ways(ledger, count=3):
    for _ in range(count):
        ledger.say_chime()
        ledger.say_irc()
    return ledger


def finish(ledger, deadline_s=40):
    ledger.wait_irc(deadline_s).wait_chime(deadline_s).check()


def test_throttled(scene):
    world, chime, ledger = scene
    chime.rule = lambda call, forward: refusal(
        429, "ThrottledClientException", "slow down")
    before, problems = len(chime.calls), len(world.problems())
    both_ways(ledger)
    watch(3)
    assert len(chime.calls) - before < 30, "calls while throttled"
    until(lambda: world.problems()[problems:], "a line about it")
    chime.rule = None
    finish(ledger)
    # Each thing once: that nothing is read, that nothing is said, and, when
    # one was on its way, a marker.
    said = [line.split(" ", 1)[1] for line in world.problems()[problems:]]
    assert 1 <= len(said) <= 3 and len(set(said)) == len(said), said
    assert "429" in said[0] and "slow down" in said[0]


def test_retry_after_is_kept(scene):
    _, chime, ledger = scene
    asked = []

    def rule(call, forward):
        if call.name == "send":
            asked.append(call.at)
            if len(asked) == 1:
                return refusal(429, "ThrottledClientException",
                               **{"Retry-After": "3"})
        return None

    chime.rule = rule
    ledger.say_irc()
    ledger.wait_chime()
    assert asked[1] - asked[0] >= 2.9
    finish(ledger)


@pytest.mark.parametrize("status", [500, 503])
def test_bursts_of_failures(scene, status):
    """Two of three calls of each kind fail, one of them after it took
    effect. Each kind is counted by itself: polls do not decide what becomes
    of a line."""
    _, chime, ledger = scene
    numbers = collections.defaultdict(itertools.count)

    def rule(call, forward):
        n = next(numbers[call.name]) % 3
        if n == 2:
            return None
        if n == 0:
            forward()
        return refusal(status, "ServiceFailureException")

    chime.rule = rule
    both_ways(ledger, 3)
    finish(ledger, 90)
    # One request is one message, however often it is sent.
    sends = [call.json() for call in chime.calls if call.name == "send"]
    tokens = {body["ClientRequestToken"]: body for body in sends}
    assert all(tokens[body["ClientRequestToken"]] == body for body in sends)


NONSENSE = {
    "nothing": b"", "empty": b"{}", "list": b"[]", "text": b"garbage",
    "html": HTML, "cut": b'{"ChannelMessages":[{"MessageId":"a',
    "number": b'{"ChannelMessages":5,"MessageId":7}',
    "odd": b'{"ChannelMessages":[1,null,{},[],{"MessageId":7}],'
           b'"NextToken":{}}',
    "null": b"null", "deep": b"[" * 100000, "huge": b" " * (12 << 20),
    "bytes": bytes(range(256)),
}


@pytest.mark.parametrize("body", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense(scene, body):
    """200 and a body that is none, to each kind of call, with and without
    the effect."""
    _, chime, ledger = scene
    seen = {"send": 0, "list": 0}

    def rule(call, forward):
        if call.name not in seen or seen[call.name] >= 2:
            return None
        seen[call.name] += 1
        if seen[call.name] == 2:
            forward()
        return Answer(200, body)

    chime.rule = rule
    both_ways(ledger, 1)
    finish(ledger)
    until(lambda: seen["list"] == 2, "nonsense was listed")


@pytest.mark.parametrize("outage", ["111", "1111", "11110101", "111011",
                                    "111010011", "11111111"])
def test_outage_with_200(scene, outage):
    """A proxy's error page with 200 is an outage, be it on and off: nothing
    is stepped over for it."""
    world, chime, ledger = scene
    fates = iter(outage)
    chime.rule = lambda call, forward: Answer(200, HTML) \
        if call.name == "list" and next(fates, "0") == "1" else None
    ledger.say_chime(3)
    finish(ledger)
    ledger.say_chime()
    finish(ledger)
    assert not [p for p in world.problems() if "left out" in p]


@pytest.mark.parametrize("cut", [0, 9, 60, -1, -40])
def test_answers_cut(scene, cut):
    """Before the status, in headers, in the body; what was asked for was
    done."""
    _, chime, ledger = scene
    left = {"send": 3, "list": 3}

    def rule(call, forward):
        if not left.get(call.name):
            return None
        left[call.name] -= 1
        answer = forward()
        answer.cut = cut
        return answer

    chime.rule = rule
    both_ways(ledger, 2)
    finish(ledger)


def test_redirect_is_not_followed(scene):
    world, chime, ledger = scene
    with socket.create_server(("127.0.0.1", 0)) as other:
        place = f"http://127.0.0.1:{other.getsockname()[1]}/"
        chime.rule = lambda call, forward: Answer(
            302, b"", {"Location": place})
        both_ways(ledger, 1)
        until(lambda: [p for p in world.problems() if "302" in p],
              lambda: f"a line about it: {world.problems()}")
        chime.rule = None
        finish(ledger)
        other.settimeout(0.01)
        with pytest.raises(TimeoutError):
            other.accept()


def test_one_puppet_is_refused(scene):
    world, chime, ledger = scene
    eve = world.client("eve")
    eve.say(CHANNEL, "hello from eve")
    arn = world.wait_message("hello from eve")["Sender"]["Arn"]
    chime.rule = lambda call, forward: refusal(
        403, "ForbiddenException", "not you") \
        if call.name == "send" and call.bearer == arn else None
    problems = len(world.problems())
    for _ in range(3):
        eve.say(CHANNEL, "never")
        ledger.say_irc()
    finish(ledger)
    said = world.problems()[problems:]
    assert "never" not in world.contents()
    assert 1 <= len(said) <= 3 and all("eve" in line for line in said), said


def test_expired_page_token(scene):
    """400 to a NextToken: listing begins again at the cursor."""
    _, chime, ledger = scene
    refused = []

    def rule(call, forward):
        if call.name != "list":
            return None
        if not chime_is_open.is_set():
            return refusal(503, "ServiceUnavailableException")
        if "next-token" in call.query and len(refused) < 2:
            refused.append(call.target)
            return refusal(400, "BadRequestException", "NextToken")
        return None

    chime_is_open = threading.Event()
    chime.rule = rule
    ledger.say_chime(130)
    chime_is_open.set()
    finish(ledger)
    assert len(refused) == 2


POISON = {
    "surrogate": (b'"@1@"', b'"\\ud800"'),
    "nul": (b'"@1@"', b'"a\\u0000b"'),
    "byte": (b'"@1@"', b'"\xff\xfe\xc3"'),
    "number": (b'"@1@"', b'"x","Extra":1e999'),
    "unreadable": (b'"@1@"', b'@1@'),
}


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON.keys())
def test_poison(scene, poison):
    """One odd message, in the raw JSON, does not stop what follows; nor do
    two with a good one between them."""
    world, chime, ledger = scene

    def rule(call, forward):
        answer = forward()
        if call.name == "list":
            answer.body = answer.body.replace(*poison)
        return answer

    chime.rule = rule
    for _ in range(2):
        ledger.say_chime()
        watch(0.01)    # what is of the same millisecond goes with it
        world.say("@1@")
        watch(0.01)
    ledger.say_chime(2)
    finish(ledger)
    ledger.say_chime(2)
    finish(ledger)
    if poison is POISON["unreadable"]:
        assert [p for p in world.problems() if "unreadable" in p]


def test_overlapping_pages(scene):
    """Each page repeats the one before it, and each message twice."""
    _, chime, ledger = scene
    last = []

    def rule(call, forward):
        answer = forward()
        if call.name == "list" and answer.status == 200:
            body = answer.json()
            fresh = body.get("ChannelMessages", [])
            body["ChannelMessages"] = last[-50:] + \
                [m for message in fresh for m in (message, message)]
            last.extend(fresh)
            answer.with_json(body)
        return answer

    chime.rule = rule
    ledger.say_chime(130)
    finish(ledger)


def test_late_arrival(scene):
    """A message surfaces after younger ones were relayed."""
    world, chime, ledger = scene
    hidden = ["@late@"]

    def rule(call, forward):
        answer = forward()
        if call.name == "list" and answer.status == 200:
            body = answer.json()
            body["ChannelMessages"] = [
                m for m in body.get("ChannelMessages", [])
                if m.get("Content") not in hidden]
            answer.with_json(body)
        return answer

    chime.rule = rule
    world.say("@late@")
    ledger.say_chime(10)
    finish(ledger)
    assert not [t for t in ledger.client.heard(CHANNEL) if "@late@" in t]
    hidden.clear()
    ledger.client.wait_heard(CHANNEL, "@late@")
    ledger.say_chime()
    finish(ledger)


def test_one_timestamp_for_all(scene):
    _, chime, ledger = scene
    stamp = []

    def rule(call, forward):
        answer = forward()
        if call.name == "list" and answer.status == 200:
            body = answer.json()
            for message in body.get("ChannelMessages", []):
                if message.get("Content", "")[:1] == "c":
                    stamp.append(message["CreatedTimestamp"])
                    message["CreatedTimestamp"] = min(stamp)
            answer.with_json(body)
        return answer

    chime.rule = rule
    ledger.say_chime(180)
    finish(ledger)


@pytest.mark.parametrize("hours", [-1, 1])
def test_clock_is_wrong(tmp_path, processes, hours):
    """From the start, and later on: the service's Date corrects us."""
    world, chime = scripted(tmp_path, processes)
    world.chimed.kill()
    world.chimed = Chimed(tmp_path, port=world.chimed.port, no_auth=True)
    processes.append(world.chimed.start())
    skew = [hours * 3600]

    def rule(call, forward):
        now = time.time() + skew[0]
        signed = datetime.datetime.strptime(
            call.headers["x-amz-date"] + "+0000", "%Y%m%dT%H%M%SZ%z")
        date = {"Date": email.utils.formatdate(now, usegmt=True)}
        if abs(signed.timestamp() - now) > 300:
            return refusal(403, "InvalidSignatureException",
                           "Signature expired: by rule", **date)
        answer = forward()
        answer.headers.update(date)
        return answer

    chime.rule = rule
    world.start()
    ledger = Ledger(world, world.client("bob"))
    world.wait_joined(ledger.client)
    both_ways(ledger)
    finish(ledger)
    # Only the poller is there to notice now.
    skew[0] = -skew[0]
    ledger.say_chime(3)
    ledger.wait_irc(10)
    both_ways(ledger)
    finish(ledger, 10)


def test_one_answer_never_comes(scene):
    """A send hangs until its time is up, every listing dribbles: the other
    direction does not wait for it."""
    _, chime, ledger = scene
    sends = []

    def rule(call, forward):
        if call.name == "send":
            sends.append(call)
            if len(sends) == 1:
                forward()
                return Answer(pause_s=40, cut=0)
        if call.name == "list":
            answer = forward()
            answer.dribble_s = 0.008
            return answer
        return None

    chime.rule = rule
    ledger.say_irc(3)
    until(lambda: sends, "a call that hangs")
    ledger.say_chime(3)
    ledger.wait_irc(15)
    finish(ledger, 60)
    assert len({call.body for call in sends[:2]}) == 1


@pytest.mark.parametrize("arrives", [True, False], ids=["there", "lost"])
@pytest.mark.parametrize("dies", [False, True], ids=["lives", "dies"])
def test_reload_while_a_send_hangs(scene, dies, arrives):
    """No answer comes whether the service has the line, and the mapping is
    changed: it ends without that answer. Its successor, or the next process,
    finds the line there, or sends it again."""
    world, chime, ledger = scene
    sends = []

    def rule(call, forward):
        if call.name != "send":
            return None
        sends.append(call.body)
        if len(sends) > 1:
            return None
        if arrives:
            forward()
        return Answer(pause_s=40, cut=0)

    chime.rule = rule
    ledger.say_irc(3)
    until(lambda: sends, "a call that hangs")
    one = world.belfry.config["mappings"][0]
    world.belfry.config["mappings"] = ({**one, "irc_key": "changed"},)
    world.belfry.reload()
    world.belfry.wait_log("mapping project ends here")
    if dies:
        world.belfry.kill()
        world.belfry.start()
    else:
        world.belfry.wait_log("mapping project begins")
    finish(ledger)
    assert arrives or sends.count(sends[0]) == 2


def test_odd_messages(scene):
    """Fields that are missing, null or of another type."""
    world, chime, ledger = scene
    changes = {
        "@null sender@": {"Sender": None},
        "@no name@": {"Sender": {"Arn": None, "Name": None}},
        "@odd sender@": {"Sender": 7},
        "@odd type@": {"Type": "NOVEL", "Novel": [1]},
        "@odd times@": {"LastEditedTimestamp": "x",
                        "LastUpdatedTimestamp": None},
        "@odd metadata@": {"Metadata": "[\"belfry\"]"},
    }
    lost = {
        "@no id@": {"MessageId": None},
        "@no content@": {"Content": None},
        "@redacted@": {"Redacted": True, "Content": None},
        "@no time@": {"CreatedTimestamp": None},
        "@odd time@": {"CreatedTimestamp": "tomorrow"},
        "@ancient@": {"CreatedTimestamp": 0},
    }

    def rule(call, forward):
        answer = forward()
        if call.name == "list" and answer.status == 200:
            body = answer.json()
            for message in body.get("ChannelMessages", []):
                message.update({**changes, **lost}.get(
                    message.get("Content"), {}))
            answer.with_json(body)
        return answer

    chime.rule = rule
    for text in [*changes, *lost]:
        world.say(text)
        ledger.say_chime()
    finish(ledger)
    heard = " ".join(ledger.client.heard(CHANNEL))
    for text in set(changes) - {"@odd type@"}:
        assert heard.count(text) == 1, (text, heard)
    for text in lost:
        assert heard.count(text) <= 1, (text, heard)


def test_edited_between_listings(scene):
    """The same MessageId is the same message, whatever it says now."""
    _, chime, ledger = scene
    edition = iter(range(10 ** 6))

    def rule(call, forward):
        answer = forward()
        if call.name == "list" and answer.status == 200:
            answer.body = re.sub(
                rb'"Content": ?"(c\d+)"',
                lambda m: b'"Content":"edition %d of %s"' %
                (next(edition), m[1]), answer.body)
        return answer

    chime.rule = rule
    ledger.say_chime(10)
    finish(ledger)
    ledger.say_chime(10)
    finish(ledger)


def paged(chime, change):
    """`change(body)` of every listing that succeeds."""
    def rule(call, forward):
        answer = forward()
        if call.name == "list" and answer.status == 200:
            body = answer.json()
            change(call, body)
            answer.with_json(body)
        return answer

    chime.rule = rule


def test_page_in_odd_order(scene):
    """What is on one page is relayed by its time; of two of one millisecond
    nobody can tell, but by their order there."""
    _, chime, ledger = scene
    paged(chime, lambda call, body: body["ChannelMessages"].sort(
        key=lambda m: f"{m['CreatedTimestamp']:.3f}"[::-1]))
    ledger.say_chime(40)
    finish(ledger)


def test_every_page_twice(scene):
    """The token of a page brings the same page first, then the next."""
    _, chime, ledger = scene
    seen = set()

    def rule(call, forward):
        token = call.query.get("next-token", "")
        if call.name != "list" or not token:
            return None
        if token in seen:
            return forward()
        seen.add(token)
        return Answer(200, {"ChannelMessages": [], "NextToken": token})

    chime.rule = lambda call, forward: refusal(503)
    ledger.say_chime(130)
    chime.rule = rule
    finish(ledger)
    assert seen


def test_pages_without_end(scene):
    """Whatever the page, its token is that of the first, and brings it once
    more: it is not followed for ever."""
    _, chime, ledger = scene
    first = [{}]

    def rule(call, forward):
        if call.name != "list":
            return None
        if "next-token" in call.query:
            return Answer(200, first[0])
        answer = forward()
        first[0] = {**answer.json(), "NextToken": "again"}
        return answer.with_json(first[0])

    chime.rule = rule
    before = len(chime.calls)
    ledger.say_chime(2)
    ledger.wait_irc()
    watch(0.5)
    ledger.say_chime(2)
    finish(ledger)
    assert chime.count("list", before) < 60


@pytest.mark.parametrize("how", ["403", "404", "500", "cut", "html"])
def test_one_channel_only(tmp_path, processes, how):
    """Whatever is wrong with one channel, the other mapping goes on."""
    world, chime = scripted(tmp_path, processes, channels=(CHANNEL, "#other"))
    world.start()
    ledger = Ledger(world, world.client("bob"))
    sick = Ledger(world, world.client("eve", "#other"), "#other")
    world.wait_joined(ledger.client)
    world.wait_joined(sick.client, "#other")
    answers = {"cut": Answer(cut=0), "html": Answer(200, HTML)}
    place = quote(world.channels["#other"])
    before = len(chime.calls)
    chime.rule = lambda call, forward: \
        (answers.get(how) or refusal(int(how), "ByRuleException")) \
        if place in call.target else None
    sick.say_chime(2)
    until(lambda: [c for c in chime.calls[before:] if place in c.target],
          "the fault is met")
    for _ in range(3):
        ledger.say_irc()
        ledger.say_chime()
        ledger.wait_irc(5).wait_chime(5)
    finish(ledger)
    assert not [p for p in world.problems() if "mapping project" in p]


def test_policy(scene):
    """The keys lose a right: the line that says so names it, and nothing is
    given up."""
    world, chime, ledger = scene
    chime.rule = lambda call, forward: refusal(
        403, "AccessDeniedException",
        "not authorized to perform: chime:SendChannelMessage") \
        if call.name in ("send", "join") else None
    problems = len(world.problems())
    ledger.say_irc(2)
    ledger.say_chime(2)
    until(lambda: world.problems()[problems:], "a line about it")
    ledger.wait_irc()
    said = world.problems()[problems:]
    assert "chime:SendChannelMessage" in said[0], said
    assert not [line for line in said if "refused" in line]
    world.belfry.stop()
    chime.rule = None
    world.belfry.start()
    finish(ledger)
