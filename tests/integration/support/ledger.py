"""What was said on each side and what arrived on the other: the oracle of
the tests of faults. Every text is said once and is unlike all others."""
import collections
import re
import sqlite3

from .wait import until
from .world import CHANNEL


class Ledger:
    def __init__(self, world, client, channel=CHANNEL):
        self.world, self.client, self.name = world, client, channel
        self.arn = world.channels[channel]
        self.chime, self.irc = [], []     # said there, in order
        self._number = 0

    def _text(self, side):
        self._number += 1
        return f"{side}{self._number:05}"

    def forgive(self):
        """Lines of IRC that nobody was there to hear are not owed."""
        self.irc = self.stored()

    def say_chime(self, count=1, **more):
        for _ in range(count):
            text = self._text("c")
            self.world.say(text, channel=self.arn, **more)
            self.chime.append(text)
        return self.chime[-1]

    def say_irc(self, count=1):
        for _ in range(count):
            text = self._text("i")
            self.client.say(self.name, text)
            self.irc.append(text)
        return self.irc[-1]

    def heard(self):
        """Of what was said in Chime, as heard on IRC."""
        texts = [line.rsplit(" ", 1)[-1]
                 for line in self.client.heard(self.name)]
        return [text for text in texts if re.fullmatch(r"c\d{5}", text)]

    def stored(self):
        """Of what was said on IRC, as stored in Chime; late lines have
        their time before them, and the bridge has words of its own."""
        words = [text.rsplit(" ", 1)[-1]
                 for text in self.world.contents(self.arn) if text]
        return [word for word in words if re.fullmatch(r"i\d{5}", word)]

    def missing_irc(self):
        return sorted(set(self.chime) - set(self.heard()))

    def missing_chime(self):
        return sorted(set(self.irc) - set(self.stored()))

    def wait_irc(self, deadline_s=40):
        until(lambda: not self.missing_irc(),
              lambda: f"missing on IRC: {self.missing_irc()[:20]}\n" +
              self.world.belfry.log()[-3000:], deadline_s, step_s=0.05)
        return self

    def wait_chime(self, deadline_s=40):
        until(lambda: not self.missing_chime(),
              lambda: f"missing in Chime: {self.missing_chime()[:20]}\n" +
              self.world.belfry.log()[-3000:], deadline_s, step_s=0.1)
        return self

    def _under_way(self):
        state = sqlite3.connect(
            f"file:{self.world.belfry.state_path}?mode=ro", uri=True)
        try:
            return state.execute("SELECT source_id FROM intent").fetchall()
        finally:
            state.close()

    def wait_settled(self):
        """Until belfryd has written down that what was heard on IRC is done:
        before that a death, or the end of a link, may double it, and so may
        the next life if this one ends before it comes to it."""
        until(lambda: not self._under_way(),
              lambda: f"still under way: {self._under_way()}\n" +
              self.world.belfry.log()[-3000:], step_s=0.05)
        return self

    def check(self, doubles=0):
        """Nothing lost on IRC, at most so many doubles there, none in Chime,
        and the order of each side."""
        heard, stored = self.heard(), self.stored()
        assert not self.missing_irc()
        counts = collections.Counter(heard)
        extra = {t: n for t, n in counts.items() if n > 1}
        assert sum(counts.values()) - len(counts) <= doubles, extra
        assert list(dict.fromkeys(heard)) == self.chime, "order on IRC"
        assert len(set(stored)) == len(stored), "a double in Chime"
        assert stored == sorted(stored), "order in Chime"
        return self
