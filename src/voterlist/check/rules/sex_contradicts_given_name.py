"""Rule ``sex-contradicts-given-name``: sex and given name contradict."""

from __future__ import annotations

from functools import partial

from voterlist.check.shared import contradicted_sex
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "sex-contradicts-given-name",
    Severity.NOTE,
    Unit.ENTRY,
    "Azerbaijani naming: most given names are given to one sex only",
    looks_at="Is the given name one that is given to the other sex, by the shipped frequencies?",
    false_alarms=(
        "Names given to both sexes carry no witness, but the list of such names is not complete."
    ),
)


find = partial(contradicted_sex, rule=RULE, witness="given_sex", field="given_name")
"""Entries whose stated sex is not the one that the given name tells."""
