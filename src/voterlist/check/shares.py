"""A precinct's shares against the rest of its constituency, and dates of a year alone."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.chance import improbable
from voterlist.check.register import Codes, Numbers, Register, RegisterTest
from voterlist.model import Rule, Severity, Sex, Unit

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


def _rest(register: Register, count: Codes, of: Codes) -> Numbers:
    """For each precinct the share in the rest of its constituency; NaN where there is no rest."""
    belongs = register.constituency_of_precinct.codes
    counts, totals = (np.bincount(belongs, weights=part)[belongs] - part for part in (count, of))
    share: Numbers = np.divide(counts, totals, out=np.full(len(belongs), np.nan), where=totals > 0)
    return share


def _outlying(register: Register, rule: Rule, count: Codes, of: Codes, field: str) -> pa.Table:
    """Precincts whose share lies above that of the rest by more than the settings allow, and not by chance."""
    limit = np.minimum(_rest(register, count, of) + register.settings.most_outlying, 1.0)
    beyond = improbable(count, of, np.nan_to_num(limit, nan=1.0), register.settings.outlier_chance)
    at = np.flatnonzero(beyond & register.named_precinct)
    return register.precinct_findings(rule, at, field=field, value=count[at] / of[at], limit=limit[at])


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
    first = pa.array(precincts.first[places.first[at]])
    where = register.voters.select(["constituency"]).take(first)
    return register.place_findings(BIRTH_YEAR_ONLY, where, field="birth_date", value=count[at] / of[at], limit=limit)


def birth_year_only_outlier(register: Register) -> pa.Table:
    """Precincts that give the year alone more often than the rest of their constituency."""
    known = register.known("birth_year")
    count, of = (register.precincts.count(flags) for flags in (known & ~register.known("birth_day"), known))
    return _outlying(register, BIRTH_YEAR_ONLY_OUTLIER, count, of, "birth_date")


def missing_fin_outlier(register: Register) -> pa.Table:
    """Precincts that lack the FIN more often than the rest of their constituency."""
    count = register.precincts.count(~register.known("fin"))
    return _outlying(register, MISSING_FIN_OUTLIER, count, register.precincts.size, "fin")


def sex_ratio_outlier(register: Register) -> pa.Table:
    """Precincts whose share of men lies further from that of the rest than the settings allow, on either side."""
    settings, precincts = register.settings, register.precincts
    of = precincts.count(register.known("sex"))
    men = precincts.count(register.equals("sex", Sex.MALE))
    rest = _rest(register, men, of)
    most, least = np.minimum(rest + settings.most_outlying, 1.0), np.maximum(rest - settings.most_outlying, 0.0)
    above = improbable(men, of, np.nan_to_num(most, nan=1.0), settings.outlier_chance)
    below = improbable(of - men, of, np.nan_to_num(1 - least, nan=1.0), settings.outlier_chance)
    at = np.flatnonzero((above | below) & register.named_precinct)
    limit = np.where(above, most, least)[at]
    return register.precinct_findings(SEX_RATIO_OUTLIER, at, field="sex", value=men[at] / of[at], limit=limit)


TESTS = (
    RegisterTest(BIRTH_YEAR_ONLY, birth_year_only),
    RegisterTest(BIRTH_YEAR_ONLY_OUTLIER, birth_year_only_outlier),
    RegisterTest(MISSING_FIN_OUTLIER, missing_fin_outlier),
    RegisterTest(SEX_RATIO_OUTLIER, sex_ratio_outlier),
)
