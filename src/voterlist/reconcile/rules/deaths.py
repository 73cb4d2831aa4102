"""Entries that the register of deaths meets.

One file for all three: the class of a match decides which of them it is.
"""

from __future__ import annotations

from voterlist.model import Rule, Severity, Unit

_GROUND = (
    "the dead are struck from the list on a record of their death; "
    "a name and a date alone are none"
)

CONFIRMED = Rule(
    "deceased-confirmed",
    Severity.ERROR,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "Does an entry share the FIN or the document with a row of the register of deaths, while "
        "given name, sex of the given name, birth date and FIN do not contradict, and given name "
        "or birth year agree?"
    ),
    false_alarms=(
        "A FIN typed from the wrong line of a household, between people of one given name."
    ),
)
CONFLICTING = Rule(
    "deceased-conflicting",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "Does an entry share the FIN or the document with a row of the register of deaths, while "
        "the FIN, the given name (less than 0.7 alike), its sex or the birth date contradict? Day "
        "and month may be exchanged; a surname may differ."
    ),
    false_alarms=(
        "One digit of the birth date wrong in either record: then it is the dead person after all. "
        "It stays a question."
    ),
)
PROBABLE = Rule(
    "deceased-probable",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "Do surname (or its stem), given name, patronymic and full birth date agree with a row of "
        "the register of deaths, with no two different FINs? Or does an identifier agree where one "
        "side holds neither given name nor birth year? A name without the full date is never "
        "enough."
    ),
    false_alarms="Namesakes of one birth date. Never strike on this alone.",
)

RULES: tuple[Rule, ...] = (
    CONFIRMED,
    CONFLICTING,
    PROBABLE,
)
