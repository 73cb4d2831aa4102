"""Entries under a name that its bearer has given up.

One file for both: one comparison of old and new name tells them apart.
"""

from __future__ import annotations

from voterlist.model import Rule, Severity, Unit

_GROUND = (
    "constituency commissions compare their lists with the information of the bodies that keep "
    "registers"
)

OLD_NAME = Rule(
    "name-changed-old-name",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "Is an entry that meets a row of the register of name changes, by its new or its former "
        "name, more like the former name?"
    ),
    false_alarms="A change that was taken back.",
)
BOTH_NAMES = Rule(
    "name-changed-both-names",
    Severity.ERROR,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "Does one row of the register of name changes meet two entries, one more like the former "
        "name and one more like the new?"
    ),
    false_alarms=(
        "A namesake who bears the new name and the same birth date, where no identifier is known."
    ),
)

RULES: tuple[Rule, ...] = (
    OLD_NAME,
    BOTH_NAMES,
)
