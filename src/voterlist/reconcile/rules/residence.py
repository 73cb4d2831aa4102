"""Entries and rows of the registers of departures, arrivals and residence.

One file for all: the class of a match, or its lack, decides which of them it is.
"""

from __future__ import annotations

from voterlist.model import Rule, Severity, Unit

_GROUND = "a voter is listed once, in the precinct of the place of residence"

MOVED_AWAY = Rule(
    "moved-away-confirmed",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "Does an entry agree, by FIN or document and person, with a row of the register of "
        "departures whose place (if it gives one) is the entry's own?"
    ),
    false_alarms="Who came back since; who left the register's address and stayed in the precinct.",
)
MOVED_AWAY_PROBABLE = Rule(
    "moved-away-probable",
    Severity.NOTE,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "The same, where no identifier but all names and the full birth date agree, with no two "
        "different FINs."
    ),
    false_alarms="Namesakes of one birth date.",
)
ARRIVED_MISSING = Rule(
    "arrived-missing",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "Is there a usable row of the register of arrivals, of a constituency of which there are "
        "lists, that meets no entry anywhere in the run?"
    ),
    false_alarms=(
        "People under age or without the right to vote; an entry typed so badly that nothing "
        "agrees."
    ),
)
ARRIVED_ELSEWHERE = Rule(
    "arrived-listed-elsewhere",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "Does a person of the register of arrivals meet entries (confirmed or probable), and none "
        "in the place that the row gives?"
    ),
    false_alarms=(
        "A register newer than the list; namesakes, where names and birth date alone agree."
    ),
)
RESIDENT_MISSING = Rule(
    "resident-missing",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "Is there a usable row of the register of residence, of a constituency of which there are "
        "lists, that meets no entry anywhere in the run?"
    ),
    false_alarms=(
        "People under age or without the right to vote; an entry typed so badly that nothing "
        "agrees."
    ),
)
RESIDENT_ELSEWHERE = Rule(
    "resident-listed-elsewhere",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "Does a person of the register of residence meet entries (confirmed or probable), and none "
        "in the place that the row gives?"
    ),
    false_alarms=(
        "Displaced people, listed by right where they come from; a register newer than the list."
    ),
)
NOT_RESIDENT = Rule(
    "not-in-residence-register",
    Severity.NOTE,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "Does an entry of a permanent list, with a FIN, a document, or all names and a full birth "
        "date, meet no row of the register of residence of its constituency? Asked only where most "
        "of the register could be used."
    ),
    false_alarms="Everybody whom the register has not registered; a FIN mistyped on either side.",
    settings=("least_complete_register",),
)

RULES: tuple[Rule, ...] = (
    MOVED_AWAY,
    MOVED_AWAY_PROBABLE,
    ARRIVED_MISSING,
    ARRIVED_ELSEWHERE,
    RESIDENT_MISSING,
    RESIDENT_ELSEWHERE,
    NOT_RESIDENT,
)
