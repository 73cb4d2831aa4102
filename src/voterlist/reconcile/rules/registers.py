"""What is noticed of a register as a whole, or of a match in any register."""

from __future__ import annotations

from voterlist.model import Rule, Severity, Unit

_GROUND = (
    "constituency commissions compare their lists with the information of the bodies that keep "
    "registers"
)

NOT_READ = Rule(
    "register-not-read",
    Severity.WARNING,
    Unit.FILE,
    _GROUND,
    looks_at=(
        "Is there a file in `reference/`, called as a register, a list, statistics or a protocol, "
        "of which no row could be used? The table `reference` has the code of why."
    ),
    false_alarms="A file that is rightly empty.",
)
LITTLE_USABLE = Rule(
    "register-little-usable",
    Severity.WARNING,
    Unit.FILE,
    (
        "Kenya's audit of 2017 could use 196,988 of 435,175 records of deaths: what cannot be used "
        "answers nothing"
    ),
    looks_at=(
        "Can less of a register's rows be used than `least_usable_register`? A row can be used "
        "where it has a FIN, a document, or all names and the full birth date."
    ),
    false_alarms="A small register, a few rows of which lack something.",
    settings=("least_usable_register",),
)
IDENTITY_CONFLICT = Rule(
    "register-identity-conflict",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND,
    looks_at=(
        "Does an entry share the FIN or the document with a row of a register other than that of "
        "deaths, while FIN, given name, its sex or the birth date contradict?"
    ),
    false_alarms=(
        "One digit of the birth date wrong in either record: then it is the same person after all."
    ),
)

RULES: tuple[Rule, ...] = (
    NOT_READ,
    LITTLE_USABLE,
    IDENTITY_CONFLICT,
)
