"""Passwords counted by who tries them; too many wrong ones are refused for a while.

A stranger must not be able to lock somebody out by wrong passwords for their name. So a device on
which a person has logged in before is counted alone, and wrong passwords for a name from everywhere
hold up strangers alone.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections import OrderedDict
from dataclasses import dataclass

MOST_WRONG = {"device": 10, "pair": 10, "name": 30, "address": 50}
"""After so many wrong passwords a guess is refused: of a known device; for a name from an address;
for a name from addresses from which nobody logged in by it; from an address for any names."""
LOCKED = dt.timedelta(minutes=15)
"""For so long; a count is forgotten after the same time without another wrong one."""
_MOST_COUNTED = 10_000
"""What is counted at once; the oldest counts are forgotten."""
_ONE_SUBSCRIBER = 64
"""So many bits of an address of IPv6 are given to one customer, who may choose the others."""

_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guess:
    """Who tries a password."""

    name: str
    origin: str
    """Where it comes from: see ``origin_of``."""
    device: str | None = None
    """The device, where the person of this name has logged in on it before."""


@dataclass(slots=True)
class _Count:
    """Passwords that were wrong, or are being tried."""

    wrong: int
    last: dt.datetime
    is_told: bool = False
    """The journal has a line that guesses are refused."""


class Throttle:
    """Counts passwords. A count holds for names that nobody has too: it tells nothing."""

    def __init__(self) -> None:
        self._counts: OrderedDict[_Key, _Count] = OrderedDict()
        self._known: set[_Key] = set()
        """Names and where somebody logged in by them."""

    def wait(self, guess: Guess, moment: dt.datetime) -> int:
        """Seconds until a password is tried again; 0: at once."""
        return max(self._wait(key, moment) for key in self._keys(guess))

    def begin(self, guess: Guess, moment: dt.datetime) -> int:
        """As ``wait``; where it is 0 the password counts as a wrong one from now on.

        It is counted before it is tried: those that are tried meanwhile would not be counted.
        """
        wait = self.wait(guess, moment)
        if wait:
            return wait
        for key in self._keys(guess):
            count = self._counts.pop(key, None)
            if count is None or moment - count.last >= LOCKED:
                count = _Count(0, moment)
            count.wrong += 1
            count.last = moment
            self._counts[key] = count
        while len(self._counts) > _MOST_COUNTED:
            self._counts.popitem(last=False)
        return 0

    def failed(self, guess: Guess) -> bool:
        """The password was wrong; True where guesses are refused from now on."""
        full = [
            count
            for key, count in self._counted(guess)
            if count.wrong >= MOST_WRONG[key[0]] and not count.is_told
        ]
        for count in full:
            count.is_told = True
        return bool(full)

    def succeeded(self, guess: Guess) -> None:
        """The password was right: forget the wrong ones of this person in this place.

        Those for the name from elsewhere, and those of the address, stay.
        """
        for key, count in self._counted(guess):
            count.wrong -= 1
            if key[0] in {"device", "pair"}:
                del self._counts[key]
        self._known.add(_pair(guess))

    def _keys(self, guess: Guess) -> list[_Key]:
        if guess.device is not None:
            return [("device", guess.device)]
        keys = [_pair(guess), ("address", guess.origin)]
        return keys if _pair(guess) in self._known else [*keys, ("name", guess.name)]

    def _counted(self, guess: Guess) -> list[tuple[_Key, _Count]]:
        keys = self._keys(guess)
        return [(key, self._counts[key]) for key in keys if key in self._counts]

    def _wait(self, key: _Key, moment: dt.datetime) -> int:
        count = self._counts.get(key)
        if count is None or count.wrong < MOST_WRONG[key[0]]:
            return 0
        # A clock that was set back must not lock anybody out for longer.
        left = min(count.last + LOCKED - moment, LOCKED)
        return max(0, int(left.total_seconds()))


def origin_of(address: str) -> str:
    """What of an address stands for whoever has it; the address itself where it is none."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 4:
        return address
    network = ipaddress.ip_network((found, _ONE_SUBSCRIBER), strict=False)
    return str(getattr(found, "ipv4_mapped", None) or network)


def _pair(guess: Guess) -> _Key:
    return "pair", guess.name, guess.origin
