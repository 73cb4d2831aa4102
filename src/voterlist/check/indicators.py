"""The statistics of every place, and what they were in the last cycle.

One row an indicator and a precinct, a constituency or the whole.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from voterlist.arrays import Bools, Floats, Longs
from voterlist.check.agehist import age_histogram, final_digits, median, myers, whipple
from voterlist.check.context import Context
from voterlist.check.measures import (
    AGE_STRUCTURE,
    MEASURES,
    Judged,
    Measure,
    ages_judged,
    judge_precincts,
    quotient,
)
from voterlist.config.sections import CheckSettings
from voterlist.fields import PLACE
from voterlist.model import Unit
from voterlist.schemas import CYCLE_SUMMARY, INDICATOR, LIST, empty, require
from voterlist.tables import (
    Row,
    concat,
    from_columns,
    from_rows,
    group_codes,
    matches,
    sort_by,
)

# The statistics beside those of last cycle's list.
#
# What they were, and how much each place grew and changed.

CYCLE_INDICATORS = ("growth", "churn")
"""What only two cycles can say. Growth is judged by the rule ``unexplained-growth``, and shown
here."""

_KEY = ("indicator", "unit", *PLACE)
_NONE = -1
"""The row of no row."""
_CHANGES = ("added", "removed", "moved-in", "moved-out")

_Place = tuple[Unit, int | None, int | None]
"""A place of a unit: its constituency and its precinct."""


def beside_last(table: pa.Table, last: pa.Table, summary: pa.Table) -> pa.Table:
    """INDICATOR with last cycle's value of each place in ``last``, and with growth and churn.

    The order stays that of INDICATOR.

    Args:
        table: INDICATOR of this list.
        last: INDICATOR of last cycle's list.
        summary: CYCLE_SUMMARY of the two.

    Raises:
        StageError: a table has the wrong shape.
    """
    table, last = (require(part, INDICATOR, "reconcile") for part in (table, last))
    summary = require(summary, CYCLE_SUMMARY, "reconcile")
    column = table.schema.get_field_index("last")
    beside = table.set_column(column, INDICATOR.field("last"), _values_of(last, table))
    return sort_by(concat([beside, _growth_and_churn(summary)], INDICATOR), *_KEY)


def _values_of(last: pa.Table, table: pa.Table) -> pa.ChunkedArray:
    """For each row of ``table`` the value that ``last`` has for its indicator and place."""
    keys = [part.select(_KEY) for part in (table, last)]
    both = pa.concat_tables(keys).unify_dictionaries()
    code, _ = group_codes(both, *_KEY, known=False)
    row, other = matches(code[: table.num_rows], code[table.num_rows :])
    at = np.full(table.num_rows, _NONE)
    at[row] = other
    return last.column("value").take(pa.array(at, mask=at == _NONE))


def _growth_and_churn(summary: pa.Table) -> pa.Table:
    """INDICATOR: growth and churn of every place that was on last cycle's list.

    Both are shares of the entries before; growth is what is above, or below, the whole of them.
    """
    values: dict[tuple[str, _Place], float] = {}
    rows: list[Row] = []
    for (unit, constituency, precinct), entries in _entries(summary).items():
        before, after = entries["before"], entries["after"]
        if not before:
            continue
        moves = sum(entries[change] for change in _CHANGES)
        for indicator, count, value in (
            ("growth", after, after / before - 1),
            ("churn", moves, moves / before),
        ):
            values[indicator, (unit, constituency, precinct)] = value
            row: Row = {
                "indicator": indicator,
                "unit": unit,
                "count": count,
                "of": before,
            }
            row |= {"constituency": constituency, "precinct": precinct, "value": value}
            rows.append(row | {"base": (indicator, _wider(unit, constituency))})
    return from_rows(
        [row | {"base": values.get(row["base"])} for row in rows], INDICATOR
    )


def _wider(unit: Unit, constituency: int | None) -> _Place | None:
    """The next wider place; None for the whole."""
    if unit is Unit.PRECINCT:
        return Unit.CONSTITUENCY, constituency, None
    return (Unit.NATION, None, None) if unit is Unit.CONSTITUENCY else None


def _entries(summary: pa.Table) -> dict[_Place, Counter[str]]:
    """How many entries each place had, by change."""
    entries: defaultdict[_Place, Counter[str]] = defaultdict(Counter)
    for row in summary.to_pylist():
        constituency, precinct = row["constituency"], row["precinct"]
        for place in (
            (Unit.PRECINCT, constituency, precinct),
            (Unit.CONSTITUENCY, constituency, None),
            (Unit.NATION, None, None),
        ):
            entries[place][row["change"]] += row["entries"]
    return entries


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


_Statistic = dict[str, Floats | Longs | Bools]
"""One indicator of the places of a unit by the columns of INDICATOR; NaN where it is not known."""
_OF_CHANCE = ("lower", "upper", "p", "q")
_NUMBERS = ("value", "base", *_OF_CHANCE)
_DECIMALS = 9


@dataclass(frozen=True)
class _Places:
    """How the precincts sum to the places of a unit."""

    context: Context
    unit: Unit
    group: Longs
    """The place of each precinct."""
    where: pa.Table
    """constituency and precinct of each place."""
    wider: Longs
    """The place of the next wider unit that each place lies in."""

    def sums(self, values: Longs) -> Longs:
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
    shares = {measure.code: judge_precincts(context, measure) for measure in MEASURES}
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
        tables.append(_table(places, wider))
    return sort_by(concat(tables, INDICATOR), *_KEY)


def _all_places(context: Context) -> list[_Places]:
    """The whole, the constituencies, the precincts: from the widest unit to the narrowest."""
    precincts, groups = context.precincts, context.constituency_of_precinct
    first = context.voters.select(PLACE).take(precincts.first)
    whole = first.take(groups.first).set_column(
        1, "precinct", pa.nulls(len(groups.size), pa.int32())
    )
    nation = pa.table({name: pa.nulls(1, pa.int32()) for name in PLACE})
    every = np.zeros(len(precincts.size), dtype=np.int64)
    whole_nation = np.zeros(len(groups.size), dtype=np.int64)
    return [
        _Places(context, Unit.NATION, every, nation, whole_nation[:1]),
        _Places(context, Unit.CONSTITUENCY, groups.codes, whole, whole_nation),
        _Places(context, Unit.PRECINCT, np.arange(len(every)), first, groups.codes),
    ]


def _sizes(places: _Places) -> _Statistic:
    """How many entries; of a precinct's permanent list held against the limits of the law."""
    context = places.context
    size = places.sums(context.precincts.size).astype(np.float64)
    if places.unit is not Unit.PRECINCT:
        return {"value": size}
    permanent = context.permanent_entries
    least, most = context.settings.smallest_precinct, context.settings.largest_precinct
    is_judged = permanent > 0
    return {
        "value": size,
        "lower": np.where(is_judged, least, np.nan),
        "upper": np.where(is_judged, most, np.nan),
        "outlying": is_judged & ((permanent < least) | (permanent > most)),
    }


def _of_ages(
    places: _Places, ages: Longs, digits: Longs, structure: Judged
) -> dict[str, _Statistic]:
    own, years = places.sums(ages), places.sums(digits)
    heaped, within = whipple(own)
    index = quotient(500 * heaped, within)
    statistics: dict[str, _Statistic] = {
        "median-age": {"value": median(own), "of": own.sum(axis=1)},
        "whipple": {"value": index, "count": heaped, "of": within},
        "myers": {"value": myers(years), "of": years.sum(axis=1)},
    }
    if places.unit is Unit.PRECINCT:
        statistics[AGE_STRUCTURE] = _judged_places(structure)
    return statistics


def _share(places: _Places, measure: Measure, share: Judged) -> _Statistic:
    if places.unit is Unit.PRECINCT and measure.is_judged:
        return _judged_places(share)
    count, of = (
        places.sums(np.asarray(share.count, dtype=np.int64)),
        places.sums(share.of),
    )
    return {"value": quotient(count, of), "count": count, "of": of}


def _judged_places(share: Judged) -> _Statistic:
    numbers = {name: getattr(share.funnel, name) for name in _NUMBERS}
    return numbers | {
        "count": share.count,
        "of": share.of,
        "outlying": share.outlying,
    }


def _against(
    statistic: _Statistic, places: _Places, of_wider: dict[str, _Statistic], code: str
) -> _Statistic:
    """The statistic with that of the wider unit as its base, unless it has one; a sum has none."""
    if "base" in statistic or code == "voters" or code not in of_wider:
        return statistic
    return statistic | {"base": of_wider[code]["value"][places.wider]}


def _table(places: _Places, statistics: Mapping[str, _Statistic]) -> pa.Table:
    """INDICATOR of these places, one indicator after the other."""
    rows = places.where.num_rows
    unknown = np.full(rows, np.nan)

    def numbers_of(name: str) -> Floats:
        each = [values.get(name, unknown) for values in statistics.values()]
        return np.concatenate(each, dtype=np.float64, casting="unsafe")

    columns = {
        name: pa.concat_arrays(
            places.where.column(name).combine_chunks() for _ in statistics
        )
        for name in PLACE
    }
    columns["indicator"] = pa.array(np.repeat([*statistics], rows))
    columns["unit"] = pa.repeat(places.unit, rows * len(statistics))
    for name in (*_NUMBERS, "count", "of"):
        numbers = numbers_of(name)
        if name in _OF_CHANCE:
            # The last digits of such functions are not those of another processor.
            numbers = np.round(numbers, _DECIMALS)
        columns[name] = pa.array(numbers, from_pandas=True)
    columns["outlying"] = pa.array(
        numbers_of("outlying") > 0, mask=np.isnan(numbers_of("lower"))
    )
    return from_columns(columns, INDICATOR)
