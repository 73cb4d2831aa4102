"""Rule ``sex-contradicts-patronymic``: sex and father's name contradict."""

from __future__ import annotations

from functools import partial

from voterlist.check.shared import contradicted_sex
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "sex-contradicts-patronymic",
    Severity.WARNING,
    Unit.ENTRY,
    "Azerbaijani naming: oğlu is said of a son, qızı of a daughter (Soviet -oviç, -ovna)",
    looks_at=(
        "Does the particle or ending of the patronymic (oğlu, qızı, -oviç, -ovna and their "
        "spellings) say another sex than the entry states? What either lacks says nothing."
    ),
    false_alarms="A patronymic glued from two.",
)


find = partial(
    contradicted_sex, rule=RULE, witness="patronymic_sex", field="patronymic"
)
"""Entries whose stated sex is not the one that the patronymic tells."""
