"""Rule ``birth-year-only``: birth dates with the year only."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.arrays import Bools, Floats
from voterlist.check.context import Context
from voterlist.findings import make, take_columns
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "birth-year-only",
    Severity.NOTE,
    Unit.CONSTITUENCY,
    (
        "with the year alone, namesakes agree by the thousand where the full date has a few "
        "(docs/check.md)"
    ),
    looks_at="Are more of a constituency's birth dates than `most_year_only` a year without a day?",
    false_alarms=(
        "Published lists give the year only, by law; then this says how little a name and a year "
        "can prove."
    ),
    settings=("most_year_only",),
    is_share=True,
)


def find(context: Context) -> pa.Table:
    """Constituencies in which more birth dates are a year alone than the settings allow."""
    has_year = context.is_known("birth_year")
    count = _by_constituency(context, has_year & ~context.is_known("birth_day"))
    of = _by_constituency(context, has_year)
    limit = context.settings.most_year_only
    at = np.flatnonzero(count > limit * of)
    precinct = context.constituency_of_precinct.first[at]
    columns = take_columns(
        context.voters, context.precincts.first[precinct], ["constituency"]
    )
    columns |= {"field": "birth_date", "value": count[at] / of[at], "limit": limit}
    return make(RULE, len(at), columns)


def _by_constituency(context: Context, flags: Bools) -> Floats:
    """How many entries of each constituency are flagged."""
    groups = context.constituency_of_precinct
    flagged = context.precincts.count(flags)
    counted = np.bincount(groups.codes, weights=flagged, minlength=len(groups.size))
    return counted.astype(np.float64)
