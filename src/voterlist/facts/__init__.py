"""Facts that ship with the program, each with the days for which its source vouches.

``constituencies.csv`` holds the numbers and names of the electoral constituencies from the public
record. A map is redrawn every five years, so a name without its days means nothing: number 48 was
Yevlax until 2015 and is Abşeron since 2023. Of the map in force since 19 September 2023 only the
names found in public reports are in; the others are unknown here, and a workspace works with their
numbers.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

from voterlist.facts.working_days import WorkingDays, holidays_of
from voterlist.shipped import shipped_rows, shipped_toml

__all__ = [
    "BIRTH_YEARS",
    "CONSTITUENCY_NUMBERS",
    "Constituency",
    "WorkingDays",
    "all_constituencies",
    "constituencies",
    "constituency_name",
    "holidays_of",
    "mortality",
]

CONSTITUENCY_NUMBERS = range(1, 126)
"""The numbers a constituency may have (Election Code: 125 single-member constituencies)."""

BIRTH_YEARS = range(1880, 2100)
"""The years in which somebody on a voters' list can be born, those still to come among them: only
who knows the day of the list can judge these. The oldest person whose age is proved was born in
1875 and died in 1997."""


@dataclass(frozen=True, slots=True)
class Constituency:
    """One constituency of one map. ``valid_until`` None: still in force."""

    number: int
    name: str
    valid_from: dt.date
    valid_until: dt.date | None
    source: str

    def holds_on(self, day: dt.date) -> bool:
        """True where the source vouches for the name on this day; both limits are included."""
        return self.valid_from <= day and (
            self.valid_until is None or day <= self.valid_until
        )


@cache
def all_constituencies() -> tuple[Constituency, ...]:
    """Every name of every map known, in order of number and day."""
    return tuple(
        Constituency(
            number=int(row["number"]),
            name=row["name"],
            valid_from=dt.date.fromisoformat(row["valid_from"]),
            valid_until=dt.date.fromisoformat(row["valid_until"])
            if row["valid_until"]
            else None,
            source=row["source"],
        )
        for row in shipped_rows("voterlist.facts", "constituencies.csv")
    )


def constituencies(on: dt.date) -> dict[int, str]:
    """The name by number of the constituencies whose name is known for this day.

    The others are absent.
    """
    return {
        constituency.number: constituency.name
        for constituency in all_constituencies()
        if constituency.holds_on(on)
    }


def constituency_name(number: int, on: dt.date) -> str | None:
    """The name of a constituency on a day; None where no source vouches for one."""
    return constituencies(on).get(number)


def mortality() -> dict[str, dict[str, float]]:
    """The share that dies in a year, by sex, then by the first age of a group (100: all above)."""
    return shipped_toml("voterlist.facts", "mortality.toml")
