"""What the comparison of two cycles may notice.

One file for all: one comparison of the two lists yields them.
"""

from __future__ import annotations

from voterlist.model import Rule, Severity, Unit

_GROUND = "a new entry is of somebody who came of age or moved; any other needs an explanation"

REMOVED = Rule(
    "removed-without-reason",
    Severity.ERROR,
    Unit.ENTRY,
    "nobody is removed from a list without a reason that is written down",
    looks_at=(
        "Is an entry of the last cycle's list nowhere on this one, by any of the ways in "
        "docs/cycles.md, while no register, decision or record of removals gives a reason?"
    ),
    false_alarms=(
        "A name and date so changed that nothing ties the two entries together: it then stands "
        "beside an addition without a cause."
    ),
)
ADDED = Rule(
    "added-without-cause",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "Is an entry not on the last cycle's list, and neither of age since, nor in a register of "
        "arrivals or residence, nor back from an earlier list, nor a second entry of somebody who "
        "was there?"
    ),
    false_alarms="Citizens who came home, new citizens, and voters forgotten in the last cycle.",
)
RETURNED = Rule(
    "returned-entry",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "Does an entry that the last cycle's list does not have meet one of the list before it?"
    ),
    false_alarms=(
        "Who was away for a year, such as conscripts; a namesake, where no identifier is known."
    ),
)
GREW = Rule(
    "unexplained-growth",
    Severity.WARNING,
    Unit.PRECINCT,
    (
        "a list grows by births eighteen years ago and by moves; the one of 2019-2024 grew 21 % "
        "after 0.4 % the year before"
    ),
    looks_at=(
        "Are a precinct's additions without a cause more than `most_unexplained_growth` of its "
        "entries in the last cycle, and more than five?"
    ),
    false_alarms="A new building; a precinct whose borders were redrawn.",
    settings=("most_unexplained_growth",),
)

RULES: tuple[Rule, ...] = (
    REMOVED,
    ADDED,
    RETURNED,
    GREW,
)
