"""Rule ``sex-contradicts-surname``: sex and surname contradict."""

from __future__ import annotations

from functools import partial

from voterlist.check.shared import contradicted_sex
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "sex-contradicts-surname",
    Severity.NOTE,
    Unit.ENTRY,
    "Azerbaijani naming: -ov, -yev is a man's ending, -ova, -yeva a woman's",
    looks_at=(
        "Does the surname's ending (-ov/-ova, -yev/-yeva and their spellings) say another sex than "
        "the entry states?"
    ),
    false_alarms="A woman with a foreign or a deliberately unchanged surname in -ov.",
)


find = partial(contradicted_sex, rule=RULE, witness="surname_sex", field="surname")
"""Entries whose stated sex is not the one that the surname tells."""
