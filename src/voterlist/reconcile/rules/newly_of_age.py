"""Voters who came of age in the year before the day of the list.

One file for both: one match of list and register yields them.
"""

from __future__ import annotations

from voterlist.model import Rule, Severity, Unit

_GROUND = (
    "whoever is of voting age on the day of the list belongs on it, and nobody younger"
)

OF_AGE_MISSING = Rule(
    "newly-of-age-missing",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "Is there a usable row of the register of those newly of age, of a constituency of which "
        "there are lists, that meets no entry anywhere in the run?"
    ),
    false_alarms="Who moved away before coming of age.",
)
OF_AGE_UNREGISTERED = Rule(
    "newly-of-age-unregistered",
    Severity.NOTE,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "Did an entry of a permanent list come of age in the year before the day of the list, by "
        "its full birth date, and meets no row of the register? Asked only where most of the "
        "register could be used."
    ),
    false_alarms="Who moved in since; a birth date mistyped on either side.",
    settings=("least_complete_register",),
)

RULES: tuple[Rule, ...] = (
    OF_AGE_MISSING,
    OF_AGE_UNREGISTERED,
)
