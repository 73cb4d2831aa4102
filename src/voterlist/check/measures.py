"""The shares by which precincts are compared, and which of them lie outside the funnel.

Once for the rules and for the indicators.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from voterlist.arrays import Bools, Floats, Longs
from voterlist.check.agehist import age_histogram, distance
from voterlist.check.context import Context, Found
from voterlist.config.sections import CheckSettings
from voterlist.fields import COMPARED
from voterlist.model import Sex, frozen

# Which precincts lie outside the funnel: outliers, by limits that hold for small precincts too.
#
# A share of 60 voters swings further by chance than one of 1,500, so each precinct is held
# against limits of its own width (a funnel plot: Spiegelhalter, Funnel plots for comparing
# institutional performance, Statistics in Medicine 24, 2005, doi 10.1002/sim.1970). Precincts of
# a sound list differ by more than chance too: clerks have habits, streets have ages. That spread
# between precincts is estimated from the list itself, from z scores of which the outer tenths are
# drawn in (winsorised), so that outliers do not widen the limits that they are held against
# (Spiegelhalter, Handling over-dispersion of performance indicators, Quality and Safety in Health
# Care 14, 2005; Spiegelhalter and others, Statistical methods for healthcare regulation, Journal
# of the Royal Statistical Society A 175, 2012).

FEWEST_FOR_SPREAD = 10
"""Precincts from which on the spread between them is estimated; of fewer it is taken as none."""

_DRAWN_IN = 0.1
"""The share of z scores at each end that is drawn in, as the sources do."""
_DRAWN_SQUARE = 0.6786
"""The mean square of standard normal scores so drawn in: without it the spread would be taken too
small by a third."""


@frozen
class Funnel:
    """One element per precinct.

    NaN where it was not judged: nobody to count, or nothing to be held against.
    """

    value: Floats
    base: Floats
    """What the precinct is held against."""
    lower: Floats
    upper: Floats
    """What chance and the spread between precincts leave below ``chance``, on each side, at the
    size of the precinct."""
    p: Floats
    """How often a sound precinct would lie as far out."""
    q: Floats
    """The smallest false discovery rate at which the precinct counts as an outlier (Benjamini and
    Hochberg)."""
    spread: Floats
    """The standard deviation between the precincts of its constituency on the scale of the
    arcsine, 0 where they differ by chance alone."""


def share_funnel(
    count: Longs,
    of: Longs,
    group: Longs,
    *,
    chance: float,
    target: float | None = None,
    two_sided: bool = False,
    usable: Bools | None = None,
) -> Funnel:
    """The funnel of ``count`` among ``of``, precinct by precinct.

    Args:
        count: how many are counted in each precinct.
        of: among how many.
        group: the constituency of each precinct.
        chance: the level of the limits, on each side.
        target: the share that is expected everywhere; None: the middle precinct of the
            constituency, and a constituency of one precinct is not judged.
        two_sided: True asks about both sides, False about too many only.
        usable: precincts that may say what is usual; all of them if None.
    """
    usable = np.ones(len(of), dtype=bool) if usable is None else usable
    base = (
        np.full(len(of), target)
        if target is not None
        else middle_share(count, of, group, usable)
    )
    from scipy import special  # noqa: PLC0415 - scipy takes a fifth of a second to load

    judged = (of > 0) & ~np.isnan(base)
    value = quotient(count, of)
    centre, error = (
        _arcsine(np.where(judged, base * of, 0), of),
        1 / np.sqrt(4 * of + 2),
    )
    away = np.where(judged, _arcsine(count, of) - centre, 0)
    between = by_constituency(spread_beyond_chance, group, away, error, judged & usable)
    wide = np.sqrt(error**2 + between**2)
    p = np.full(len(of), np.nan)
    p[judged] = _chance(count, of, base, away / wide, judged, two_sided=two_sided)
    reach = special.ndtri(1 - chance) * wide
    lower, upper = (
        np.where(judged, _share(np.clip(centre + step, 0, np.pi / 2), of), np.nan)
        for step in (-reach, reach)
    )
    q = by_constituency(false_discovery, group, p)
    return Funnel(value, base, lower, upper, p, q, between)


def quotient(count: Longs, of: Longs) -> Floats:
    """The one by the other; NaN where there is nothing to count."""
    shares: Floats = np.divide(count, of, out=np.full(len(of), np.nan), where=of > 0)
    return shares


def by_constituency(
    told: Callable[..., Floats | float], group: Longs, *columns: Floats | Bools
) -> Floats:
    """What is told of the precincts of each constituency alone, put together.

    A constituency is told the same in a list of its own and in that of the nation.

    Args:
        told: takes these columns of one constituency; gives a number, or one for each precinct.
        group: the constituency of each precinct.
        columns: one element per precinct.
    """
    together = np.full(len(group), np.nan)
    for number in np.unique(group):
        own = group == number
        together[own] = told(*(column[own] for column in columns))
    return together


def middle_share(count: Longs, of: Longs, group: Longs, usable: Bools) -> Floats:
    """For each precinct the share in the middle precinct of its constituency.

    Precincts are weighed by ``of``.
    One precinct, or several as long as they hold less than half of the voters, cannot move it. NaN
    where the constituency has no other precinct.
    """
    groups = int(group.max(initial=-1)) + 1
    rows = np.flatnonzero((of > 0) & usable)
    others = np.bincount(group[of > 0], minlength=groups) > 1
    share = count[rows] / of[rows]
    order = rows[np.lexsort((share, group[rows]))]
    weight = np.cumsum(of[order].astype(np.float64))
    total = np.bincount(group[order], weights=of[order], minlength=groups)
    before = np.cumsum(total) - total
    at = np.searchsorted(weight, before + total / 2)
    middle = np.full(groups, np.nan)
    has_middle = (total > 0) & others
    precinct = order[at[has_middle]]
    middle[has_middle] = count[precinct] / of[precinct]
    return np.asarray(middle[group])


def spread_beyond_chance(away: Floats, error: Floats, judged: Bools) -> float:
    """The standard deviation between precincts beyond chance.

    It comes of their distances (``away``) and the standard errors of these.

    The additive model of the sources above: with phi the mean square of the winsorised z scores of
    I precincts, made 1 for chance alone, and w = 1 / error**2, the variance is (I phi - (I - 1)) /
    (sum w - sum w**2 / sum w), never below 0.
    """
    if judged.sum() < FEWEST_FOR_SPREAD:
        return 0.0
    score, weight = draw_in(away[judged] / error[judged]), 1 / error[judged] ** 2
    excess = float((score**2).sum()) / _DRAWN_SQUARE - (len(score) - 1)
    scale = weight.sum() - (weight**2).sum() / weight.sum()
    return float(np.sqrt(max(0.0, excess / scale)))


def draw_in(values: Floats) -> Floats:
    """The values with the outer tenths drawn in to where they begin."""
    low, high = np.quantile(values, (_DRAWN_IN, 1 - _DRAWN_IN))
    return np.clip(values, low, high)


def false_discovery(p: Floats) -> Floats:
    """The q value of each p: NaN stays NaN.

    Calling outliers what has q of at most r keeps the expected share of false ones among them at r
    (Benjamini and Hochberg, Journal of the Royal Statistical Society B 57, 1995).
    """
    q = np.full(len(p), np.nan)
    at = np.flatnonzero(~np.isnan(p))
    order = at[np.argsort(-p[at], kind="stable")]
    rank = np.arange(len(order), 0, -1)
    q[order] = np.minimum.accumulate(np.minimum(p[order] * len(order) / rank, 1.0))
    return q


def _chance(
    count: Longs,
    of: Longs,
    base: Floats,
    score: Floats,
    judged: Bools,
    *,
    two_sided: bool,
) -> Floats:
    """The larger of two chances.

    By the funnel, and by the exact binomial tail, which alone holds for the smallest.
    """
    from scipy import special  # noqa: PLC0415 - scipy takes a fifth of a second to load

    k, n, share = count[judged], of[judged], base[judged]
    score = score[judged]
    # P(X >= k) and P(X <= k) by the regularised incomplete beta function.
    above = np.where(
        k > 0, special.betainc(np.maximum(k, 1), n - np.maximum(k, 1) + 1, share), 1.0
    )
    p: Floats = np.maximum(special.ndtr(-score), above)
    if not two_sided:
        return p
    below = np.where(
        k < n,
        special.betainc(n - np.minimum(k, n - 1), np.minimum(k, n - 1) + 1, 1 - share),
        1.0,
    )
    both: Floats = np.minimum(
        1.0, 2 * np.minimum(p, np.maximum(special.ndtr(score), below))
    )
    return both


def _arcsine(count: Floats | Longs, of: Floats | Longs) -> Floats:
    """The share on a scale on which its standard error hangs on ``of`` alone.

    The standard error is 1 / sqrt(4 of + 2) whatever the share (Anscombe 1948).
    """
    return np.arcsin(np.sqrt((count + 0.375) / (of + 0.75)))


def _share(angle: Floats, of: Floats | Longs) -> Floats:
    """The share at this place of the scale."""
    share: Floats = np.clip(
        (np.sin(angle) ** 2 * (of + 0.75) - 0.375) / np.maximum(of, 1), 0, 1
    )
    return share


_DAYS_OF_YEAR = 365.25
_DRAWN_SQUARE_OF_DISTANCE = 0.7789
"""The mean square of Kolmogorov's distribution with its outer tenths drawn in."""

Counted = Callable[[Context], tuple[Bools, Bools]]


@frozen
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


@frozen
class Judged:
    """A share of every precinct, and which of them are outliers."""

    count: Floats | Longs
    of: Longs
    funnel: Funnel
    limit: Floats
    """The base and the allowance of the settings, on the side on which the precinct lies."""
    outlying: Bools


def _among_all(context: Context, flags: Bools) -> tuple[Bools, Bools]:
    return flags, np.ones(len(context), dtype=bool)


def _missing(context: Context, name: str) -> tuple[Bools, Bools]:
    return _among_all(context, context.is_missing(name))


def _without_fin(context: Context) -> tuple[Bools, Bools]:
    return _among_all(context, ~context.is_known("fin"))


def _men(context: Context) -> tuple[Bools, Bools]:
    return context.equals("sex", Sex.MALE), context.is_known("sex")


def _year_only(context: Context) -> tuple[Bools, Bools]:
    known = context.is_known("birth_year")
    return known & ~context.is_known("birth_day"), known


def _first_of_january(context: Context) -> tuple[Bools, Bools]:
    full = context.is_known("birth_month") & context.is_known("birth_day")
    return (context.number("birth_month") == 1) & (
        context.number("birth_day") == 1
    ), full


def _fifteenth(context: Context) -> tuple[Bools, Bools]:
    full = context.is_known("birth_month") & context.is_known("birth_day")
    return (context.number("birth_day") == 15), full


def _round_year(context: Context) -> tuple[Bools, Bools]:
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


def judge_precincts(context: Context, measure: Measure) -> Judged:
    """The measure of every precinct.

    Outlying is what is too far off to be chance, and far enough to matter.
    """
    precincts = context.precincts
    count, of = (precincts.count(flags) for flags in measure.counted(context))
    of = np.where(context.named_precinct, of, 0)
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
    funnel = Funnel(value, base, base, upper, p, q, between)
    limit = np.where(at, settings.most_outlying, np.nan)
    far = np.nan_to_num(value) > settings.most_outlying
    return Judged(
        np.where(at, value * of, 0),
        of,
        funnel,
        limit,
        far & _no_chance(funnel, settings, two_sided=False),
    )


def _spread_of_distances(value: Floats, inverse: Floats) -> float:
    known = ~np.isnan(value)
    value, inverse = value[known], inverse[known]
    if len(value) < FEWEST_FOR_SPREAD:
        return 0.0
    # The ratio is free of the precinct's size, so it is what is drawn in.
    ratio = draw_in(value**2 / inverse) / _DRAWN_SQUARE_OF_DISTANCE
    return float(np.sqrt(max(0.0, float(((ratio - 1) * inverse).mean()))))


def _no_chance(funnel: Funnel, settings: CheckSettings, *, two_sided: bool) -> Bools:
    """Outside the funnel, and still an outlier when all precincts are asked at once."""
    level = settings.outlier_chance * (2 if two_sided else 1)
    return (np.nan_to_num(funnel.p, nan=1.0) < level) & (
        np.nan_to_num(funnel.q, nan=1.0) <= settings.false_outliers
    )


def _outlying(context: Context, judged: Judged, field: str) -> Iterator[Found]:
    """The outliers, each with its value and the limit it has passed."""
    at = np.flatnonzero(judged.outlying)
    value, limit = judged.funnel.value[at], judged.limit[at]
    yield context.precincts_found(at, field=field, value=value, limit=limit)


def _outliers(context: Context, measure: Measure, field: str) -> Iterator[Found]:
    """The precincts whose share of a measure is an outlier."""
    return _outlying(context, judge_precincts(context, measure), field)


def age_structure_outlier(context: Context) -> Iterator[Found]:
    """Precincts whose voters are of other ages than those of the rest of the constituency."""
    return _outlying(context, context.cached(ages_judged), "birth_date")


birth_year_only_outlier = partial(_outliers, measure=YEAR_ONLY, field="birth_date")
heaping_fifteenth = partial(_outliers, measure=FIFTEENTH, field="birth_date")
heaping_first_of_january = partial(
    _outliers, measure=FIRST_OF_JANUARY, field="birth_date"
)
heaping_round_year = partial(_outliers, measure=ROUND_YEAR, field="birth_date")
missing_fin_outlier = partial(_outliers, measure=WITHOUT_FIN, field="fin")
sex_ratio_outlier = partial(_outliers, measure=MEN_SHARE, field="sex")
