"""Cases that somebody has open: nobody else gets them meanwhile.

A hold keeps two people from the same work. It is no lock: that nobody overwrites another one's
answer is seen to where decisions are recorded. So holds live in the process, and end with it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from voterlist.serve.door import Visitor


@dataclass(frozen=True, slots=True)
class _Hold:
    """Who has a case open, and since when."""

    token: str
    name: str
    since: dt.datetime


class Holds:
    """Who has which case open. Written by the clerk's thread alone.

    Args:
        minutes: after so long a case is free again.
    """

    def __init__(self, minutes: int) -> None:
        self._lasts = dt.timedelta(minutes=minutes)
        self._held: dict[str, _Hold] = {}
        self.shown: defaultdict[str, set[str]] = defaultdict(set)
        """The cases that were opened in a session, by its token."""

    def by(self, case: str, moment: dt.datetime) -> str | None:
        """Who has a case open; None where nobody has."""
        hold = self._held.get(case)
        # Also after a clock was set back it comes free in time.
        if hold is None or not -self._lasts < moment - hold.since < self._lasts:
            return None
        return hold.name

    def take(self, case: str, visitor: Visitor, moment: dt.datetime) -> str | None:
        """Give a case to somebody, and free what they had before; returns whose it is otherwise."""
        other = self.by(case, moment)
        if other is not None and other != visitor.name:
            return other
        self.free(visitor.token)
        self._held[case] = _Hold(visitor.token, visitor.name, moment)
        return None

    def free(self, token: str) -> None:
        """Free what was opened in a session."""
        for case in [one for one, hold in self._held.items() if hold.token == token]:
            del self._held[case]

    def end(self, token: str) -> None:
        """Free and forget what was opened in a session that is over."""
        self.free(token)
        self.shown.pop(token, None)

    def drop(self, case: str) -> None:
        """Free a case."""
        self._held.pop(case, None)

    def all(self, moment: dt.datetime) -> dict[str, str]:
        """Who has each case open."""
        held = {case: self.by(case, moment) for case in dict(self._held)}
        return {case: name for case, name in held.items() if name is not None}
