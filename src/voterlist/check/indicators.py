"""The statistics of every place.

One row an indicator and a precinct, a constituency or the whole.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from voterlist.check.agehist import age_histogram, final_digits, median, myers, whipple
from voterlist.check.context import Context, Numbers
from voterlist.check.cyclic import CYCLE_INDICATORS
from voterlist.check.measures import (
    AGE_STRUCTURE,
    MEASURES,
    Judged,
    Measure,
    ages_judged,
    judged,
)
from voterlist.config import CheckSettings
from voterlist.findings import PRECINCT_PLACE
from voterlist.model import Unit
from voterlist.persons.shared_values import Codes, Flags
from voterlist.schemas import INDICATOR, LIST, empty
from voterlist.tables import concat, from_columns, sort_by

INDICATORS: tuple[str, ...] = (
    "voters",
    *CYCLE_INDICATORS,
    "median-age",
    AGE_STRUCTURE,
    "whipple",
    "myers",
    *(measure.code for measure in MEASURES),
)
"""Every indicator, in the order in which it is shown."""


@dataclass(frozen=True, slots=True)
class _Statistic:
    """One indicator of the places of a unit, NaN where not known."""

    value: Numbers
    count: Numbers | Codes | None = None
    of: Numbers | Codes | None = None
    base: Numbers | None = None
    lower: Numbers | None = None
    upper: Numbers | None = None
    p: Numbers | None = None
    q: Numbers | None = None
    outlying: Flags | None = None


@dataclass(frozen=True)
class _Places:
    """How the precincts sum to the places of a unit."""

    context: Context
    unit: Unit
    group: Codes
    """The place of each precinct."""
    where: pa.Table
    """constituency and precinct of each place."""
    wider: Codes
    """The place of the next wider unit that each place lies in."""

    def sums(self, values: Codes) -> Codes:
        """The values of the precincts, summed by place."""
        summed = np.zeros((self.where.num_rows, *values.shape[1:]), dtype=np.int64)
        np.add.at(summed, self.group, values)
        return summed


def indicators(
    voters: pa.Table,
    entries: pa.Table,
    settings: CheckSettings,
    *,
    on_day: dt.date,
) -> pa.Table:
    """INDICATOR of every precinct, every constituency and the whole.

    Ordered by indicator, unit and place.

    Args:
        voters: VOTER.
        entries: ENTRY, of the same entries.
        settings: the limits by which precincts are judged; the same as those of ``check``.
        on_day: the day at which ages are taken.

    Raises:
        StageError: a table has the wrong shape, or voters and entries are not the same entries.
    """
    return indicators_of(Context.of(voters, entries, empty(LIST), settings, on_day))


def indicators_of(context: Context) -> pa.Table:
    """INDICATOR of a context, as ``indicators`` gives it."""
    if not len(context):
        return empty(INDICATOR)
    shares = {measure.code: judged(context, measure) for measure in MEASURES}
    ages, digits = context.cached(age_histogram), final_digits(context)
    structure = context.cached(ages_judged)
    tables: list[pa.Table] = []
    wider: dict[str, _Statistic] = {}
    for places in _all_places(context):
        own = {"voters": _sizes(places), **_of_ages(places, ages, digits, structure)}
        for measure in MEASURES:
            own[measure.code] = _share(places, measure, shares[measure.code])
        wider = {
            code: _against(statistic, places, wider, code)
            for code, statistic in own.items()
        }
        tables += [_table(places, code, statistic) for code, statistic in wider.items()]
    return sort_by(
        concat(tables, INDICATOR), "indicator", "unit", "constituency", "precinct"
    )


def _all_places(context: Context) -> list[_Places]:
    """The whole, the constituencies, the precincts: from the widest unit to the narrowest."""
    precincts, groups = context.precincts, context.constituency_of_precinct
    first = context.voters.select(["constituency", "precinct"]).take(
        pa.array(precincts.first)
    )
    whole = first.take(pa.array(groups.first)).set_column(
        1, "precinct", pa.nulls(len(groups.size), pa.int32())
    )
    nation = pa.table(
        {name: pa.nulls(1, pa.int32()) for name in ("constituency", "precinct")}
    )
    every = np.zeros(len(precincts.size), dtype=np.int64)
    one = np.zeros(len(groups.size), dtype=np.int64)
    return [
        _Places(context, Unit.NATION, every, nation, one[:1]),
        _Places(context, Unit.CONSTITUENCY, groups.codes, whole, one),
        _Places(context, Unit.PRECINCT, np.arange(len(every)), first, groups.codes),
    ]


def _sizes(places: _Places) -> _Statistic:
    """How many entries; of a precinct's permanent list held against the limits of the law."""
    context = places.context
    size = places.sums(context.precincts.size).astype(np.float64)
    if places.unit is not Unit.PRECINCT:
        return _Statistic(size)
    permanent = context.permanent_entries
    least, most = context.settings.smallest_precinct, context.settings.largest_precinct
    is_judged = permanent > 0
    return _Statistic(
        size,
        lower=np.where(is_judged, least, np.nan),
        upper=np.where(is_judged, most, np.nan),
        outlying=is_judged & ((permanent < least) | (permanent > most)),
    )


def _of_ages(
    places: _Places, ages: Codes, digits: Codes, structure: Judged
) -> dict[str, _Statistic]:
    own, years = places.sums(ages), places.sums(digits)
    heaped, within = whipple(own)
    statistics = {
        "median-age": _Statistic(median(own), of=own.sum(axis=1)),
        "whipple": _Statistic(_ratio(500 * heaped, within), heaped, within),
        "myers": _Statistic(myers(years), of=years.sum(axis=1)),
    }
    if places.unit is Unit.PRECINCT:
        statistics[AGE_STRUCTURE] = _judged(structure)
    return statistics


def _share(places: _Places, measure: Measure, share: Judged) -> _Statistic:
    if places.unit is Unit.PRECINCT and measure.is_judged:
        return _judged(share)
    count, of = (
        places.sums(np.asarray(share.count, dtype=np.int64)),
        places.sums(share.of),
    )
    return _Statistic(_ratio(count, of), count, of)


def _judged(share: Judged) -> _Statistic:
    funnel = share.funnel
    limits = funnel.limits
    outlying = share.outlying
    return _Statistic(
        funnel.value,
        share.count,
        share.of,
        funnel.base,
        limits.lower,
        limits.upper,
        funnel.p,
        funnel.q,
        outlying,
    )


def _against(
    statistic: _Statistic, places: _Places, of_wider: dict[str, _Statistic], code: str
) -> _Statistic:
    """The statistic with that of the wider unit as its base, unless it has one; a sum has none."""
    if statistic.base is not None or code == "voters" or code not in of_wider:
        return statistic
    return replace(statistic, base=of_wider[code].value[places.wider])


def _ratio(count: Codes, of: Codes) -> Numbers:
    ratio: Numbers = np.divide(count, of, out=np.full(len(of), np.nan), where=of > 0)
    return ratio


def _table(places: _Places, code: str, statistic: _Statistic) -> pa.Table:
    """INDICATOR of one indicator of these places."""
    rows = places.where.num_rows
    columns = {
        "indicator": pa.repeat(code, rows),
        "unit": pa.repeat(places.unit.value, rows),
        **{name: places.where.column(name) for name in PRECINCT_PLACE},
    }
    for name in ("count", "of", "value", "base", "lower", "upper", "p", "q"):
        numbers = getattr(statistic, name)
        if numbers is not None:
            columns[name] = pa.array(
                np.asarray(numbers, dtype=np.float64), from_pandas=True
            )
    if statistic.outlying is not None:
        is_unjudged = np.zeros(rows, dtype=bool)
        if statistic.lower is not None:
            is_unjudged = np.isnan(statistic.lower)
        columns["outlying"] = pa.array(statistic.outlying, mask=is_unjudged)
    return from_columns(columns, INDICATOR)
