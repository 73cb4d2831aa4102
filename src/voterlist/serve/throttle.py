"""Wrong passwords counted, for each name and for each address; too many are refused for a while."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from dataclasses import dataclass

__all__ = ["MOST_WRONG", "Throttle"]

MOST_WRONG = {"name": 10, "address": 50}
"""After so many wrong passwords a name, or an address, is refused."""
LOCKED = dt.timedelta(minutes=15)
"""For so long; a count is forgotten after the same time without another wrong one."""
_MOST_COUNTED = 10_000
"""Names and addresses that are counted at once; the oldest are forgotten."""

_Key = tuple[str, str]


@dataclass(slots=True)
class _Count:
    """Wrong passwords of one name or address."""

    wrong: int
    last: dt.datetime


class Throttle:
    """Counts wrong passwords. A count holds for names that nobody has too: it tells nothing."""

    def __init__(self) -> None:
        self._counts: OrderedDict[_Key, _Count] = OrderedDict()

    def wait(self, name: str, address: str, moment: dt.datetime) -> int:
        """Seconds until a password is tried again; 0: at once."""
        return max(self._wait(key, moment) for key in _keys(name, address))

    def failed(self, name: str, address: str, moment: dt.datetime) -> bool:
        """Count a wrong password; True where the name or the address is refused from now on."""
        is_locked = False
        for key in _keys(name, address):
            count = self._counts.pop(key, None)
            if count is None or moment - count.last >= LOCKED:
                count = _Count(0, moment)
            count.wrong += 1
            count.last = moment
            self._counts[key] = count
            is_locked |= count.wrong == MOST_WRONG[key[0]]
        while len(self._counts) > _MOST_COUNTED:
            self._counts.popitem(last=False)
        return is_locked

    def succeeded(self, name: str) -> None:
        """Forget the wrong passwords of a name; those of the address stay."""
        self._counts.pop(("name", name), None)

    def _wait(self, key: _Key, moment: dt.datetime) -> int:
        count = self._counts.get(key)
        if count is None or count.wrong < MOST_WRONG[key[0]]:
            return 0
        # A clock that was set back must not lock anybody out for longer.
        left = min(count.last + LOCKED - moment, LOCKED)
        return max(0, int(left.total_seconds()))


def _keys(name: str, address: str) -> tuple[_Key, _Key]:
    return ("name", name), ("address", address)
