"""The shares by which precincts are compared, and how each is judged.

Once for the rules and for the indicators.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa

from voterlist.check.agehist import age_histogram, distance
from voterlist.check.context import Context, Numbers
from voterlist.check.entry import is_missing
from voterlist.check.funnel import (
    FEWEST_FOR_SPREAD,
    Funnel,
    Limits,
    by_constituency,
    false_discovery,
    share_funnel,
    winsorised,
)
from voterlist.config import CheckSettings
from voterlist.fields import COMPARED
from voterlist.model import Rule, Sex
from voterlist.persons.shared_values import Codes, Flags

_DAYS_OF_YEAR = 365.25
_DRAWN_SQUARE_OF_DISTANCE = 0.7789
"""The mean square of Kolmogorov's distribution with its outer tenths drawn in."""

Counted = Callable[[Context], tuple[Flags, Flags]]


@dataclass(frozen=True, slots=True)
class Measure:
    """A share that each precinct has: of the voters of ``of``, those that are flagged too."""

    code: str
    counted: Counted
    """Which voters are counted, and among which."""
    is_judged: bool = False
    """True where a rule asks about outliers; otherwise the share is only shown."""
    expected: float | None = None
    """The share that is expected everywhere; None: what is usual in the constituency."""
    two_sided: bool = False
    is_gap: bool = False
    """True where it counts what is missing: a precinct without the column at all does not say what
    is usual."""

    def allowance(self, settings: CheckSettings) -> float:
        """How far a share may lie from its base before anybody is asked."""
        return (
            settings.most_outlying if self.expected is None else settings.most_heaping
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """A share of every precinct, and which of them are outliers."""

    count: Numbers | Codes
    of: Codes
    funnel: Funnel
    limit: Numbers
    """The base and the allowance of the settings, on the side on which the precinct lies."""
    outlying: Flags


def _among_all(context: Context, flags: Flags) -> tuple[Flags, Flags]:
    return flags, np.ones(len(context), dtype=bool)


def _missing(context: Context, name: str) -> tuple[Flags, Flags]:
    return _among_all(context, is_missing(context, name))


def _without_fin(context: Context) -> tuple[Flags, Flags]:
    return _among_all(context, ~context.is_known("fin"))


def _men(context: Context) -> tuple[Flags, Flags]:
    return context.equals("sex", Sex.MALE), context.is_known("sex")


def _year_only(context: Context) -> tuple[Flags, Flags]:
    known = context.is_known("birth_year")
    return known & ~context.is_known("birth_day"), known


def _first_of_january(context: Context) -> tuple[Flags, Flags]:
    full = context.is_known("birth_month") & context.is_known("birth_day")
    return (context.number("birth_month") == 1) & (
        context.number("birth_day") == 1
    ), full


def _fifteenth(context: Context) -> tuple[Flags, Flags]:
    full = context.is_known("birth_month") & context.is_known("birth_day")
    return (context.number("birth_day") == 15), full


def _round_year(context: Context) -> tuple[Flags, Flags]:
    known = context.is_known("birth_year")
    return known & (context.number("birth_year") % 5 == 0), known


MEN_SHARE = Measure("men-share", _men, is_judged=True, two_sided=True)
FIRST_OF_JANUARY = Measure(
    "first-of-january", _first_of_january, is_judged=True, expected=1 / _DAYS_OF_YEAR
)
FIFTEENTH = Measure(
    "fifteenth", _fifteenth, is_judged=True, expected=12 / _DAYS_OF_YEAR
)
ROUND_YEAR = Measure("round-year", _round_year, is_judged=True, expected=1 / 5)
YEAR_ONLY = Measure("year-only", _year_only, is_judged=True, is_gap=True)
WITHOUT_FIN = Measure("without-fin", _without_fin, is_judged=True, is_gap=True)

MEASURES: tuple[Measure, ...] = (
    MEN_SHARE,
    FIRST_OF_JANUARY,
    FIFTEENTH,
    ROUND_YEAR,
    YEAR_ONLY,
    WITHOUT_FIN,
    *(
        Measure(f"missing-{name.replace('_', '-')}", partial(_missing, name=name))
        for name in COMPARED
    ),
)
"""In the order in which a report shows them."""

AGE_STRUCTURE = "age-structure"


def judged(context: Context, measure: Measure) -> Judged:
    """The measure of every precinct."""
    precincts = context.precincts
    count, of = (precincts.count(flags) for flags in measure.counted(context))
    return share_judged(
        context, measure, count, np.where(context.named_precinct, of, 0)
    )


def share_judged(context: Context, measure: Measure, count: Codes, of: Codes) -> Judged:
    """These counts judged.

    Outlying is what is too far off to be chance, and far enough to matter.
    """
    settings = context.settings
    count = np.minimum(count, of)
    funnel = share_funnel(
        count,
        of,
        context.constituency_of_precinct.codes,
        chance=settings.outlier_chance,
        target=measure.expected,
        two_sided=measure.two_sided,
        usable=count <= settings.most_missing * of if measure.is_gap else None,
    )
    allowed = measure.allowance(settings)
    above = np.nan_to_num(funnel.value) >= np.nan_to_num(funnel.base)
    limit = np.clip(funnel.base + np.where(above, allowed, -allowed), 0, 1)
    far = np.where(
        above, funnel.value > limit, measure.two_sided & (funnel.value < limit)
    )
    return Judged(
        count,
        of,
        funnel,
        limit,
        far & _no_chance(funnel, settings, two_sided=measure.two_sided),
    )


def ages_judged(context: Context) -> Judged:
    """How far the ages of each precinct lie from those of the rest of its constituency.

    Outlying is what chance does not explain.

    The p value is that of Kolmogorov and Smirnov for two samples, in which the precinct's own
    variance is widened by the spread between precincts, so that the squares of the winsorised
    distances are as large as chance makes them.
    """
    settings = context.settings
    ages = np.where(context.named_precinct[:, None], context.cached(age_histogram), 0)
    group = context.constituency_of_precinct.codes
    whole = np.zeros((int(group.max(initial=-1)) + 1, ages.shape[1]), dtype=np.int64)
    np.add.at(whole, group, ages)
    rest = whole[group] - ages
    from scipy import special  # noqa: PLC0415 - scipy takes a fifth of a second to load

    of, others = ages.sum(axis=1), rest.sum(axis=1)
    at = (of > 0) & (others > 0)
    value = np.where(at, np.nan_to_num(distance(ages, rest)), np.nan)
    inverse = np.divide(
        of + others, of * others, out=np.full(len(of), np.nan), where=at
    )
    between = by_constituency(_spread_of_distances, group, value, inverse)
    wide = np.sqrt(inverse + between**2)
    p = np.full(len(of), np.nan)
    p[at] = special.kolmogorov(value[at] / wide[at])
    upper = np.minimum(special.kolmogi(settings.outlier_chance) * wide, 1)
    base = np.where(at, 0.0, np.nan)
    q = by_constituency(false_discovery, group, p)
    funnel = Funnel(value, base, Limits(base, upper), p, q, between)
    limit = np.where(at, settings.most_outlying, np.nan)
    far = np.nan_to_num(value) > settings.most_outlying
    return Judged(
        np.where(at, value * of, 0),
        of,
        funnel,
        limit,
        far & _no_chance(funnel, settings, two_sided=False),
    )


def _spread_of_distances(value: Numbers, inverse: Numbers) -> float:
    known = ~np.isnan(value)
    value, inverse = value[known], inverse[known]
    if len(value) < FEWEST_FOR_SPREAD:
        return 0.0
    # The ratio is free of the precinct's size, so it is what is drawn in.
    ratio = winsorised(value**2 / inverse) / _DRAWN_SQUARE_OF_DISTANCE
    return float(np.sqrt(max(0.0, float(((ratio - 1) * inverse).mean()))))


def _no_chance(funnel: Funnel, settings: CheckSettings, *, two_sided: bool) -> Flags:
    """Outside the funnel, and still an outlier when all precincts are asked at once."""
    level = settings.outlier_chance * (2 if two_sided else 1)
    no_chance: Flags = (np.nan_to_num(funnel.p, nan=1.0) < level) & (
        np.nan_to_num(funnel.q, nan=1.0) <= settings.false_outliers
    )
    return no_chance


def outlier_findings(
    context: Context, rule: Rule, judged: Judged, field: str
) -> pa.Table:
    """FINDING: the outliers, each with its value and the limit it has passed."""
    at = np.flatnonzero(judged.outlying)
    value, limit = judged.funnel.value[at], judged.limit[at]
    return context.precinct_findings(rule, at, field=field, value=value, limit=limit)
