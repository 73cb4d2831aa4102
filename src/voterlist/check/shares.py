"""A precinct's shares and ages against its constituency, and dates of a year alone."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.measures import ages_judged
from voterlist.check.outliers import found_outliers, outlier_test
from voterlist.check.register import Register, RegisterTest
from voterlist.findings import make, take_columns
from voterlist.model import Rule, Severity, Unit

__all__ = ["TESTS"]

_OUTLIER = "a precinct differs from the rest of its constituency by more than chance and the settings allow"

BIRTH_YEAR_ONLY = Rule(
    "birth-year-only",
    Severity.NOTE,
    Unit.CONSTITUENCY,
    "with the year alone, namesakes agree by the thousand where the full date has a few (docs/check.md)",
)
BIRTH_YEAR_ONLY_OUTLIER = Rule("birth-year-only-outlier", Severity.WARNING, Unit.PRECINCT, _OUTLIER)
MISSING_FIN_OUTLIER = Rule("missing-fin-outlier", Severity.WARNING, Unit.PRECINCT, _OUTLIER)
SEX_RATIO_OUTLIER = Rule("sex-ratio-outlier", Severity.WARNING, Unit.PRECINCT, _OUTLIER)
AGE_STRUCTURE_OUTLIER = Rule("age-structure-outlier", Severity.WARNING, Unit.PRECINCT, _OUTLIER)


def birth_year_only(register: Register) -> pa.Table:
    """Constituencies in which more birth dates are a year alone than the settings allow."""
    known = register.known("birth_year")
    precincts, places = register.precincts, register.constituency_of_precinct
    count, of = (
        np.bincount(places.codes, weights=precincts.count(flags), minlength=len(places.size))
        for flags in (known & ~register.known("birth_day"), known)
    )
    limit = register.settings.most_year_only
    at = np.flatnonzero(count > limit * of)
    first = precincts.first[places.first[at]]
    columns = take_columns(register.voters, first, ["constituency"])
    columns |= {"field": "birth_date", "value": count[at] / of[at], "limit": limit}
    return make(BIRTH_YEAR_ONLY, len(at), columns)


def age_structure_outlier(register: Register) -> pa.Table:
    """Precincts whose voters are of other ages than those of the rest of the constituency."""
    return found_outliers(
        register, AGE_STRUCTURE_OUTLIER, register.remembered(ages_judged), "birth_date"
    )


TESTS = (
    RegisterTest(BIRTH_YEAR_ONLY, birth_year_only),
    outlier_test(BIRTH_YEAR_ONLY_OUTLIER, "birth_date"),
    outlier_test(MISSING_FIN_OUTLIER, "fin"),
    outlier_test(SEX_RATIO_OUTLIER, "sex"),
    RegisterTest(AGE_STRUCTURE_OUTLIER, age_structure_outlier),
)
