"""How fast a stage goes, and how long it has left: by what it has done itself."""

from __future__ import annotations

from dataclasses import dataclass, field

_FEWEST = 2
"""Units that must be done before a rate is told."""
_SHORTEST = 3.0
"""Seconds that they must have taken."""


@dataclass(slots=True)
class Pace:
    """The pace of one stage.

    Attributes:
        stage: its name.
        total: how many units it has.
        begun: the second at which it began.
    """

    stage: str
    total: int
    begun: float
    _first: int = field(default=-1, init=False)
    """Units that were done when it first told: they were taken over, and cost nothing."""
    _done: int = field(default=0, init=False)
    _told: float = field(default=0.0, init=False)
    """The second at which the last unit was done."""

    def note(self, done: int, now: float) -> None:
        """So many units are done now."""
        if self._first < 0:
            self._first = done
        if done != self._done:
            self._done, self._told = done, now

    @property
    def rate(self) -> float | None:
        """Units a second in this stage; None as long as there is nothing to tell it by."""
        done, seconds = self._done - self._first, self._told - self.begun
        if done < _FEWEST or seconds < _SHORTEST:
            return None
        return done / seconds

    def seconds_left(self, now: float) -> float | None:
        """Seconds until all units are done at that rate; None where it is not known.

        What is being done since the last unit counts: where nothing comes, it does not fall.
        """
        rate = self.rate
        if rate is None:
            return None
        whole = (self.total - self._done) / rate
        since = min(now - self._told, 1 / rate)
        return max(0.0, whole - since)
