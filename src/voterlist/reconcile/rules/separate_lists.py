"""Entries of people whom a separate list should hold: conscripts, prisoners, people abroad.

One file for all: the class of a match decides which of a pair it is.
"""

from __future__ import annotations

from voterlist.model import Rule, Severity, Unit

_GROUND = (
    "military units, places of detention and missions abroad have separate lists: nobody stands on "
    "two"
)

CONSCRIPT = Rule(
    "conscript-on-permanent-list",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "Does an entry of a permanent list agree, by FIN or document and person, with a row of the "
        "register of conscripts?"
    ),
    false_alarms="Who came home before the day of the list; who serves and lives at home.",
)
CONSCRIPT_PROBABLE = Rule(
    "conscript-probable",
    Severity.NOTE,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "The same, where no identifier but all names and the full birth date agree, with no two "
        "different FINs."
    ),
    false_alarms="Namesakes of one birth date.",
)
PRISONER = Rule(
    "prisoner-on-permanent-list",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "Does an entry of a permanent list agree, by FIN or document and person, with a row of the "
        "register of prisoners?"
    ),
    false_alarms="Who was released before the day of the list.",
)
PRISONER_PROBABLE = Rule(
    "prisoner-probable",
    Severity.NOTE,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "The same, where no identifier but all names and the full birth date agree, with no two "
        "different FINs."
    ),
    false_alarms="Namesakes of one birth date.",
)
ABROAD = Rule(
    "abroad-on-permanent-list",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "Does an entry of a permanent list agree, by FIN or document and person, with a row of the "
        "register of citizens abroad?"
    ),
    false_alarms="Who is abroad for a short time; who came home.",
)
ABROAD_PROBABLE = Rule(
    "abroad-probable",
    Severity.NOTE,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "The same, where no identifier but all names and the full birth date agree, with no two "
        "different FINs."
    ),
    false_alarms="Namesakes of one birth date.",
)

RULES: tuple[Rule, ...] = (
    CONSCRIPT,
    CONSCRIPT_PROBABLE,
    PRISONER,
    PRISONER_PROBABLE,
    ABROAD,
    ABROAD_PROBABLE,
)
