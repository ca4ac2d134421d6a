"""What was said while the bridge was away, and what was in flight when it
died: from the history of an IRC server that keeps one."""
import collections
import threading
import time

import pytest

from support.history_ircd import ALL_CAPS, HistoryIrcd
from support.ircd import Inspircd
from support.wait import until
from support.world import CHANNEL, World

QUICK = {"retry": {"min_ms": 50, "max_ms": 200}}
NO_HISTORY = "batch echo-message labeled-response message-tags server-time"


class Past:
    """belfryd on a server with history."""

    def __init__(self, tmp_path, processes, caps=ALL_CAPS, limit=10, **network):
        self.ircd = HistoryIrcd(caps, limit)
        processes.append(self.ircd)
        self.world = World(tmp_path, processes, network={
            "servers": (f"127.0.0.1:{self.ircd.port}",), **QUICK, **network})
        self.start()
        self.world.belfry.wait_log("what is said in Chime from now on")

    def start(self):
        self.ircd.cut()   # the server has seen the death
        self.world.belfry.start()
        self.wait_in()

    def wait_in(self):
        until(lambda: self.ircd.members(CHANNEL), lambda: "belfryd joins\n" +
              self.world.belfry.log()[-3000:])

    def say(self, *texts, nick="bob", **more):
        for text in texts:
            self.ircd.say(nick, CHANNEL, text, **more)

    def people(self):
        """(name, text) of what came from IRC, without notices."""
        return [(m["Sender"]["Name"], m.get("Content") or "")
                for m in self.world.messages()
                if "Name" in m["Sender"] and
                not m["Sender"]["Arn"].endswith("/user/alice")]

    def texts(self):
        return [text for _, text in self.people()]
    def wait_texts(self, wanted, deadline_s=20):
        def seen():
            return [t for t in self.texts() if t in wanted]
        until(lambda: set(wanted) <= set(seen()), lambda:
              f"{wanted} in Chime; there is {self.texts()}\n" +
              self.world.belfry.log()[-4000:], deadline_s, step_s=0.1)
        assert seen() == list(wanted), "each once, in order"


def numbered(letter, count):
    return [f"{letter}{i:03}" for i in range(count)]


@pytest.mark.parametrize("caps", [
    ALL_CAPS, ALL_CAPS.replace("labeled-response ", "")],
    ids=["labels", "plain"])
def test_said_while_it_was_down(tmp_path, processes, caps):
    past = Past(tmp_path, processes, caps, limit=7)
    past.say("before")
    past.wait_texts(["before"])
    past.world.belfry.kill()
    said = numbered("x", 30)
    for i, text in enumerate(said):
        past.say(text, nick=("bob", "carl", "dora")[i % 3])
    past.start()
    past.say("live")
    past.wait_texts(["before", *said, "live"])
    names = dict((text, name) for name, text in past.people())
    assert [names[text] for text in said[:3]] == ["bob", "carl", "dora"]
    # Again: what is there is known.
    past.world.belfry.stop()
    past.start()
    past.say("end")
    past.wait_texts(["before", *said, "live", "end"])
    assert len(past.ircd.requests) >= 5


def test_account_and_time_of_the_past(tmp_path, processes):
    past = Past(tmp_path, processes)
    past.say("one", account="bobby")
    past.wait_texts(["one"])
    past.world.belfry.kill()
    past.say("two", nick="bob_away", account="bobby")
    past.start()
    past.wait_texts(["one", "two"])
    senders = {m["Content"]: m["Sender"]["Arn"]
               for m in past.world.messages() if m.get("Content")}
    assert senders["one"] == senders["two"], "one person, whatever the nick"


def test_link_is_cut(tmp_path, processes):
    past = Past(tmp_path, processes)
    past.say("one")
    past.wait_texts(["one"])
    for n in range(5):
        past.ircd.cut()
        past.say(*numbered(f"gap{n}-", 5))
        past.wait_in()
        past.say(f"live{n}")
    wanted = ["one"] + [text for n in range(5) for text in
                        [*numbered(f"gap{n}-", 5), f"live{n}"]]
    past.wait_texts(wanted)


def test_live_lines_wait_for_the_past(tmp_path, processes):
    past = Past(tmp_path, processes, limit=5)
    past.say("one")
    past.wait_texts(["one"])
    past.world.belfry.kill()
    said = numbered("x", 12)
    past.say(*said)
    spoken = []

    def chatter(_side, _reference):
        if len(spoken) < 4:
            spoken.append(f"live{len(spoken)}")
            past.say(spoken[-1])

    past.ircd.before_page = chatter
    past.start()
    until(lambda: len(spoken) == 4, "pages are asked for")
    past.say("end")
    past.wait_texts(["one", *said, *spoken, "end"])


def test_msgids_are_forgotten(tmp_path, processes):
    """A page after an unknown msgid is empty, without an error."""
    past = Past(tmp_path, processes, limit=5)
    past.say("one")
    past.wait_texts(["one"])
    past.world.belfry.kill()
    past.ircd.forgets_ids = True
    said = numbered("x", 4)
    past.say(*said)
    past.start()
    past.wait_texts(["one", *said])
    past.world.belfry.kill()
    for text in numbered("y", 20):
        past.say(text)
        time.sleep(0.002)   # so that time alone can tell them apart
    past.start()
    past.wait_texts(["one", *said, *numbered("y", 20)])


def test_history_is_short(tmp_path, processes):
    past = Past(tmp_path, processes)
    past.say("one")
    past.wait_texts(["one"])
    past.world.belfry.kill()
    past.ircd.keep = 4
    past.say(*numbered("x", 9))
    past.start()
    # A word more would be one of the four, as belfryd's own JOIN is.
    past.world.belfry.wait_log("were said while nobody listened")
    past.say("live")
    past.wait_texts(["one", "x006", "x007", "x008", "live"])


def test_fails(tmp_path, processes):
    past = Past(tmp_path, processes)
    past.say("one")
    past.wait_texts(["one"])
    past.world.belfry.kill()
    past.ircd.fails = True
    past.say("lost")
    past.start()
    past.say("live")
    past.wait_texts(["one", "live"])
    assert "lost" not in past.texts()
    assert "Messages could not be retrieved" in past.world.belfry.log()


@pytest.mark.parametrize("caps", [
    NO_HISTORY, "message-tags server-time", ""],
    ids=["modern", "tags", "old"])
def test_no_history(tmp_path, processes, caps):
    """What is missing is told, after more than a few seconds."""
    past = Past(tmp_path, processes, caps)
    past.say("one")
    past.wait_texts(["one"])
    past.world.belfry.kill()
    past.say("lost")
    time.sleep(6)   # a gap has to be that long to be told
    past.start()
    past.say("live")
    past.wait_texts(["one", "live"])
    past.world.belfry.wait_log("what was said on IRC from ")
    assert "lost" not in past.texts()


def test_bounds(tmp_path, processes):
    past = Past(tmp_path, processes,
                backfill={"max_age_s": 3600, "max_lines": 6})
    past.say("one")
    past.wait_texts(["one"])
    past.world.belfry.kill()
    past.say(*numbered("x", 9))
    past.start()
    past.say("live")
    past.wait_texts(["one", *numbered("x", 6), "live"])
    assert "x006" not in past.texts()
    assert "more than max_lines" in past.world.belfry.log()


def test_switched_off(tmp_path, processes):
    past = Past(tmp_path, processes,
                backfill={"max_age_s": 3600, "max_lines": 0})
    past.say("one")
    past.wait_texts(["one"])
    past.world.belfry.kill()
    past.say("two")
    past.start()
    past.say("three")
    past.wait_texts(["one", "three"])
    assert not past.ircd.requests


def test_services_that_tell_of_the_past(tmp_path, processes):
    """Without event-playback a server puts joins into words."""
    caps = ALL_CAPS.replace("draft/event-playback ", "")
    past = Past(tmp_path, processes, caps)
    past.say("one")
    past.wait_texts(["one"])
    past.world.belfry.kill()
    past.say("two")
    past.start()
    past.say("three")
    past.wait_texts(["one", "two", "three"])
    assert not [t for t in past.world.contents() if "joined" in t]


def test_nothing_before_it_began(tmp_path, processes):
    past = Past.__new__(Past)
    past.ircd = HistoryIrcd()
    processes.append(past.ircd)
    past.say("long ago")
    past.world = World(tmp_path, processes, network={
        "servers": (f"127.0.0.1:{past.ircd.port}",), **QUICK})
    past.start()
    past.say("one")
    past.wait_texts(["one"])
    past.ircd.cut()
    past.say("two")
    past.wait_in()
    past.wait_texts(["one", "two"])
    assert "long ago" not in past.texts()


class RememberingInspircd(Inspircd):
    """Plays back what it remembers (channel mode H) to those who join."""
    modules = (*Inspircd.modules, "chanhistory")

    def configuration(self):
        return super().configuration() + \
            '<chanhistory maxlines="50" prefixmsg="no" bots="yes" ' \
            'enableumode="no">\n'


def test_played_back_at_the_join(tmp_path, processes):
    world = World(tmp_path, processes, RememberingInspircd, network=QUICK)
    bob = world.client("bob")   # the first, so an operator
    world.start()
    world.wait_joined(bob)
    bob.send(f"MODE {CHANNEL} +H 50:1h")
    bob.say(CHANNEL, "one")
    world.wait_message("one")
    world.belfry.kill()
    until(lambda: "belfry" not in bob.members(CHANNEL), "it is gone",
          step_s=0.1)
    bob.say(CHANNEL, "two")
    bob.say(CHANNEL, "three")
    world.belfry.start()
    until(lambda: "belfry" in bob.members(CHANNEL), "it is back", step_s=0.1)
    bob.say(CHANNEL, "four")
    world.wait_message("four")
    assert [t for t in world.contents() if t in
            ("one", "two", "three", "four")] == ["one", "two", "three", "four"]


# --- what was in flight -----------------------------------------------------


class Talker:
    """Alice speaks in Chime until told to stop."""

    def __init__(self, world):
        self.world, self.said = world, []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._talk)
        self._thread.start()

    def _talk(self):
        api = type(self.world.api)(self.world.chimed.port)
        while not self._stop.wait(0.01):
            text = f"c{len(self.said):05}"
            api.send(self.world.channel, self.world.alice, text)
            self.said.append(text)

    def stop(self):
        self._stop.set()
        self._thread.join(30)
        return self.said


def assert_each_once(past, said, deadline_s=60):
    until(lambda: set(said) <= set(past.ircd.texts(CHANNEL)), lambda:
          f"missing {sorted(set(said) - set(past.ircd.texts(CHANNEL)))[:9]}\n"
          + past.world.belfry.log()[-4000:], deadline_s, step_s=0.1)
    got = [t for t in past.ircd.texts(CHANNEL) if t[0] == "c"]
    doubles = [t for t, n in collections.Counter(got).items() if n > 1]
    assert not doubles, f"{doubles}\n{past.world.belfry.log()[-6000:]}"
    assert got == said, "order"


@pytest.mark.parametrize("keeps_tags", [True, False], ids=["marks", "texts"])
@pytest.mark.parametrize("network", [
    {"window": 1}, {"window": 8}, {"window": 4, "in_doubt": "skip"}],
    ids=["one", "eight", "skip"])
@pytest.mark.parametrize("end", ["kill", "cut"])
def test_nothing_lost_nothing_doubled(tmp_path, processes, keeps_tags,
                                      network, end):
    """Deaths with lines in flight, each with some that the server has taken
    and not confirmed."""
    past = Past(tmp_path, processes, limit=50, **network)
    past.ircd.keeps_tags = keeps_tags
    talker = Talker(past.world)
    try:
        for _ in range(8):
            count = len(past.ircd.texts(CHANNEL))
            until(lambda: len(past.ircd.texts(CHANNEL)) >= count + 10,
                  lambda: "lines flow\n" + past.world.belfry.log()[-3000:])
            # At once: lines taken in between would fill the window, and
            # belfryd would wait for its answers and then try again.
            with past.ircd.lock:
                past.ircd.mute = True
                count = len(past.ircd.texts(CHANNEL))
            until(lambda: len(past.ircd.texts(CHANNEL)) > count,
                  "one is taken without an answer")
            if end == "kill":
                past.world.belfry.kill()
                # What was on its way is read to its end before we are back.
                until(lambda: not past.ircd.members(CHANNEL),
                      "the server knows of the death")
            else:
                past.ircd.cut()
            past.ircd.mute = False
            if end == "kill":
                past.world.belfry.start()
    finally:
        said = talker.stop()
    assert_each_once(past, said)
    assert "found in history" in past.world.belfry.log()


def test_parts_of_a_long_message(tmp_path, processes):
    """Of three lines two had arrived."""
    past = Past(tmp_path, processes)
    texts = []

    def third_is_not_taken(client, tags, channel, text, command="PRIVMSG"):
        texts.append(text)
        if len(texts) == 2:
            past.ircd.mute = True
        return original(client, tags, channel, text, command)

    cls = type(past.ircd.members(CHANNEL)[0])
    original = cls.do_privmsg
    cls.do_privmsg = third_is_not_taken
    try:
        past.world.say("one\ntwo\nthree")
        until(lambda: len(texts) == 2, "two parts")
        past.world.belfry.kill()
        past.ircd.mute = False
        past.world.belfry.start()
        until(lambda: "three" in past.ircd.texts(CHANNEL), lambda:
              past.world.belfry.log()[-3000:])
    finally:
        cls.do_privmsg = original
    assert past.ircd.texts(CHANNEL) == ["one", "two", "three"]


def test_two_alike(tmp_path, processes):
    """The same words twice, on a server that strips marks: the second was not
    said only because the first was."""
    past = Past(tmp_path, processes)
    past.ircd.keeps_tags = False
    for _ in range(3):
        past.world.say("ok")
    until(lambda: past.ircd.texts(CHANNEL).count("ok") == 3, "all three")
    past.ircd.mute = True
    past.world.say("ok")
    until(lambda: past.ircd.texts(CHANNEL).count("ok") == 4, "the fourth")
    past.world.belfry.kill()
    past.world.say("ok")
    past.ircd.mute = False
    past.world.belfry.start()
    until(lambda: past.ircd.texts(CHANNEL).count("ok") == 5, lambda:
          past.world.belfry.log()[-3000:])
    past.world.say("end")
    until(lambda: "end" in past.ircd.texts(CHANNEL), "the end")
    assert past.ircd.texts(CHANNEL) == ["ok"] * 5 + ["end"]


def test_skip_without_history(tmp_path, processes):
    """Nobody can tell: what was in flight is left out, and said in the
    log."""
    past = Past(tmp_path, processes, NO_HISTORY, in_doubt="skip")
    past.ircd.mute = True
    past.world.say("doubtful")
    until(lambda: "doubtful" in past.ircd.texts(CHANNEL), "it is said")
    past.world.belfry.kill()
    past.ircd.mute = False
    past.world.belfry.start()
    past.world.say("next")
    until(lambda: "next" in past.ircd.texts(CHANNEL), lambda:
          past.world.belfry.log()[-3000:])
    assert past.ircd.texts(CHANNEL) == ["doubtful", "next"]
