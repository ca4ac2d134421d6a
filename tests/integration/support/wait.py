"""Waiting for conditions, with deadlines; never for seconds."""
import time


class Late(AssertionError):
    """A condition did not come true in time."""


def until(condition, what, deadline_s=20.0, step_s=0.02):
    """Returns the first true value of condition(); Late after the deadline.
    `what` may be a function that says at the end what was seen instead."""
    end = time.monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            said = what() if callable(what) else what
            raise Late(f"after {deadline_s} s still not: {said}")
        time.sleep(step_s)
