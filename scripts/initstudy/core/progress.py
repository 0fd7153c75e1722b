"""How far a long computation has come, as lines that can be read in its log while it runs."""

import sys
import time
from collections.abc import Callable
from datetime import timedelta

SECONDS = {True: 5, False: 60}
"""How long no further line is written, whether or not the next one is of a whole unit."""


class Progress:
    """Writes lines such as `epoch 3 of 10, 0:01:12 elapsed, 0:02:48 left` to standard error.

    There are lines of the first unit and of the last, and between them as many as SECONDS lets
    through: a fast computation has a short log, and a slow one says within a minute that it lives.
    """

    def __init__(self, unit: str, total: int, done: float = 0):
        """total: of these units; done: those that an earlier process has done."""
        self.unit = unit
        self.total = total
        self.already = done
        self._start = time.monotonic()
        self._due = {True: self._start, False: self._start + SECONDS[False]}

    def report(self, done: float, news: Callable[[], str] = str) -> None:
        """Write a line if it is time to; news: what it says besides, asked for only then."""
        now = time.monotonic()
        if done < self.total and now < self._due[done == int(done)]:
            return
        self._due = {whole: now + seconds for whole, seconds in SECONDS.items()}
        elapsed = now - self._start
        left = elapsed * (self.total - done) / (done - self.already)
        parts = [f"{self.unit} {round(done, 2):g} of {self.total}", f"{_clock(elapsed)} elapsed"]
        parts += [f"{_clock(left)} left"] * (done < self.total)
        print(", ".join(filter(None, [*parts, news()])), file=sys.stderr, flush=True)


def _clock(seconds: float) -> str:
    """0:01:12"""
    return str(timedelta(seconds=round(seconds)))
