"""Rule ``birth-year-only``: birth dates with the year only."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.arrays import Bools, Floats
from voterlist.check.context import Context
from voterlist.findings import make, take_columns
from voterlist.model import Rule


def find(context: Context, rule: Rule) -> pa.Table:
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
    return make(rule, len(at), columns)


def _by_constituency(context: Context, flags: Bools) -> Floats:
    """How many entries of each constituency are flagged."""
    groups = context.constituency_of_precinct
    flagged = context.precincts.count(flags)
    counted = np.bincount(groups.codes, weights=flagged, minlength=len(groups.size))
    return counted.astype(np.float64)
