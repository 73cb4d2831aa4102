"""Tables for the report.

A row for each precinct, and the age pyramid of all and of each precinct.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa

from voterlist.check.agehist import completed_years
from voterlist.check.context import Context, Numbers, without_impossible_births
from voterlist.check.entry import is_missing
from voterlist.config import CheckSettings
from voterlist.fields import COMPARED
from voterlist.model import Sex, Stage
from voterlist.persons.shared_values import Codes
from voterlist.schemas import (
    AGES,
    LIST,
    PROFILE,
    PYRAMID,
    VOTER,
    empty,
    require,
)
from voterlist.tables import from_columns, sort_by, text_of

_AGED = pa.schema(
    [VOTER.field(f"birth_{part}") for part in ("year", "month", "day")]
    + [VOTER.field(name) for name in ("constituency", "precinct", "sex")]
)
"""What of VOTER a pyramid needs."""


def profile(voters: pa.Table, entries: pa.Table, *, on_day: dt.date) -> pa.Table:
    """PROFILE: one row per precinct, ordered by constituency and precinct.

    ``median_age`` is in completed years on the day; of a birth year alone the age reached in that
    year counts. The shares ``missing_<field>`` are of the voters of the precinct, 0 to 1.

    Raises:
        StageError: a table has the wrong shape, or voters and entries are not the same entries.
    """
    return profile_of(Context.of(voters, entries, empty(LIST), CheckSettings(), on_day))


def profile_of(context: Context) -> pa.Table:
    """PROFILE of a context, as ``profile`` gives it."""
    precincts = context.precincts
    where = context.voters.select(["constituency", "precinct"]).take(
        pa.array(precincts.first)
    )
    columns = {
        "constituency": where.column("constituency"),
        "precinct": where.column("precinct"),
        "voters": precincts.size,
        "men": precincts.count(context.equals("sex", Sex.MALE)),
        "women": precincts.count(context.equals("sex", Sex.FEMALE)),
        "median_age": _median(
            precincts.codes,
            completed_years(context.voters, context.on_day),
            len(precincts.size),
        ),
    }
    for name in COMPARED:
        columns[f"missing_{name}"] = (
            precincts.count(is_missing(context, name)) / precincts.size
        )
    return sort_by(from_columns(columns, PROFILE), "constituency", "precinct")


def pyramid(voters: pa.Table, on_day: dt.date) -> pa.Table:
    """PYRAMID: how many voters there are of each group of five years and sex.

    Ages are those of ``profile``. The rows add up to all voters.

    Raises:
        StageError: the table has the wrong shape.
    """
    return _by_group(require(voters, _AGED, Stage.CHECK), on_day, (), PYRAMID)


def pyramids(voters: pa.Table, on_day: dt.date) -> pa.Table:
    """AGES: the pyramid of each precinct. It adds up to all voters.

    Raises:
        StageError: the table has the wrong shape.
    """
    return _by_group(
        require(voters, _AGED, Stage.CHECK), on_day, ("constituency", "precinct"), AGES
    )


def _by_group(
    voters: pa.Table, on_day: dt.date, places: tuple[str, ...], schema: pa.Schema
) -> pa.Table:
    age = completed_years(without_impossible_births(voters), on_day)
    known = ~np.isnan(age)
    group = pa.array(
        np.where(known, np.floor_divide(np.where(known, age, 0), 5) * 5, 0).astype(
            np.int16
        ),
        mask=~known,
    )
    table = voters.select([*places, "sex"]).append_column("age_from", group)
    table = table.set_column(len(places), "sex", text_of(voters, "sex"))
    names = [*places, "age_from", "sex"]
    counted = table.group_by(names, use_threads=False).aggregate([([], "count_all")])
    columns = {name: counted.column(name) for name in names} | {
        "voters": counted.column("count_all")
    }
    return sort_by(from_columns(columns, schema), *names)


def _median(codes: Codes, values: Numbers, groups: int) -> pa.Array:
    """The median of each group's known values; null where it has none."""
    known = ~np.isnan(values)
    codes, values = codes[known], values[known]
    order = np.lexsort((values, codes))
    size = np.bincount(codes, minlength=groups)
    start = np.cumsum(size) - size
    values = np.append(values[order], np.nan)
    low, high = (
        np.where(size > 0, start + (size - 1 + step) // 2, -1) for step in (0, 1)
    )
    return pa.array((values[low] + values[high]) / 2, mask=size == 0)
