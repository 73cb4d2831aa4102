"""How many entries of the whole list have each year, date and sex: few numbers for any list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa

from voterlist.arrays import AnyArray, Longs
from voterlist.link.encode import COHORT
from voterlist.model import Profile
from voterlist.spark.exchange import Tables
from voterlist.spark.part import ENTRIES, Whole

Repeats = Mapping[str, Longs]
"""For each column the rows whose value another entry of the same person has before them."""

_SUMMED = ("years", "decades", "days", "dates", "sexes")
_UNKNOWN_DECADE = -1


def once(codes: AnyArray, name: str, repeats: Repeats) -> AnyArray:
    """The codes with -1 where the value is not counted again."""
    if not len(repeats.get(name, ())):
        return codes
    once = codes.copy()
    once[repeats[name]] = -1
    return once


def summary(tables: Tables, repeats: Repeats | None = None) -> Tables:
    """What a part has of years, dates and sexes, and what it has at all."""
    repeats = repeats or {}
    entries = tables[ENTRIES]
    year, month, day, sex = (
        entries.column(name).to_numpy() for name in ("year", "month", "day", "sex")
    )
    decade = np.where(year > 0, year // COHORT, _UNKNOWN_DECADE)
    full = (year > 0) & (month > 0) & (day > 0)
    date = np.where(full, year * 10_000 + month * 100 + day, -1)
    partial = (year > 0) & ((month * day == 0) | (month * day == 1))
    doubtful = entries.column("doubtful").to_numpy()
    told = {
        "people": len(entries) - len(repeats.get("person", ())),
        "incomplete": int(partial.sum()),
        "with_year": int((year > 0).sum()),
        "streets": int((entries.column("street").to_numpy() >= 0).sum()),
        "addresses": int((entries.column("address").to_numpy() >= 0).sum()),
    }
    # Decades are counted from 1, so that an unknown one, and not a repeated one, has a number.
    numbers = (year, decade + 1, month * 31 + day, date, sex)
    return {
        **{
            name: _counted(once(codes, name, repeats))
            for name, codes in zip(_SUMMED, numbers, strict=True)
        },
        "doubtful": pa.table({"value": np.unique(doubtful[doubtful >= 0])}),
        "told": pa.table({"name": list(told), "count": list(told.values())}),
    }


def _counted(codes: AnyArray) -> pa.Table:
    values, counts = np.unique(codes[codes >= 0], return_counts=True)
    return pa.table({"value": values.astype(np.int64), "count": counts})


def whole_of(
    summaries: Iterable[Tables], size: int, profile: Profile, added: tuple[str, ...]
) -> Whole:
    """What is known of the whole list by the summaries of its parts."""
    parts = list(summaries)
    years, decades, days, dates, sexes = (
        _summed([part[name] for part in parts]) for name in _SUMMED
    )
    told: dict[str, int] = {}
    for row in (row for part in parts for row in part["told"].to_pylist()):
        told[row["name"]] = told.get(row["name"], 0) + row["count"]
    known = [value for value in years if value > 0]
    last = max((value - 1 for value in decades), default=-1)
    occurs = np.zeros(last + 1, np.bool_)
    occurs[[value - 1 for value in decades if value > 0]] = True
    cohorts = [decades[place + 1] for place in np.flatnonzero(occurs).tolist()]
    if 0 in decades or not cohorts:
        cohorts.append(decades.get(0, 0))
    of_sex = [sexes.get(number, 0) for number in (0, 1)]
    doubtful = np.concatenate(
        [part["doubtful"].column("value").to_numpy() for part in parts]
    )
    whole = Whole(
        size=size,
        people=told["people"],
        profile=profile,
        years=_laid_out(years),
        days=_laid_out(days),
        first_year=min(known, default=3000),
        dates=np.zeros(0, np.int64),
        decades=occurs,
        cohort_sizes=np.array(cohorts, np.int64),
        sizes=np.array([*of_sex, told["people"]], np.int64),
        incomplete_dates=(told["incomplete"], told["with_year"]),
        has_streets=told["streets"] > 0,
        has_addresses=told["addresses"] > 0,
        doubtful=np.unique(doubtful),
        added=added,
    )
    return replace(whole, dates=_of_dates(whole, dates))


def _summed(tables: list[pa.Table]) -> dict[int, int]:
    table = pa.concat_tables(tables).group_by("value").aggregate([("count", "sum")])
    columns = (table.column(name).to_pylist() for name in ("value", "count_sum"))
    return dict(sorted(zip(*columns, strict=True)))


def _laid_out(counts: Mapping[int, int]) -> Longs:
    """The counts as an array, each at its value."""
    laid = np.zeros(max(counts, default=0) + 1, np.int64)
    laid[list(counts)] = list(counts.values())
    return laid


def _of_dates(whole: Whole, dates: Mapping[int, int]) -> Longs:
    numbers = np.array(list(dates), np.int64)
    year, rest = np.divmod(numbers, 10_000)
    code = whole.date_code(year, rest // 100, rest % 100)
    return _laid_out(dict(zip(code.tolist(), dates.values(), strict=True)))
