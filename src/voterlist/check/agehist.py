"""Ages and birth years by place: histograms, what is read off them, and the report's tables.

A histogram has one row per precinct and one column per year, so every place is a sum of rows.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa

from voterlist.arrays import Floats, Longs, completed_years
from voterlist.check.context import Context, without_impossible_births
from voterlist.fields import BORN, COMPARED, PLACE
from voterlist.model import Sex, Stage
from voterlist.schemas import (
    AGES,
    PROFILE,
    VOTER,
    require,
)
from voterlist.tables import from_columns, row_counts, sort_by, text_of

OLDEST = 130
"""Ages above it are no ages; they stand in no histogram."""

_WHIPPLE = np.arange(23, 63)
_DECADES = 8


def ages_of(voters: pa.Table, on_day: dt.date) -> Floats:
    """The age of each voter in years on the day; NaN where the birth year is not known.

    Of a birth year alone the age reached in that year counts.
    """
    year, month, day = (
        np.asarray(
            voters.column(name).cast(pa.float64()).fill_null(np.nan), dtype=np.float64
        )
        for name in BORN
    )
    # A comparison with NaN is False: of a year alone nothing is taken off.
    return completed_years(year, month, day, on_day)


def age_histogram(context: Context) -> Longs:
    """How many voters of each age, 0 to ``OLDEST``, each of ``context.precincts`` has."""
    return _histogram(context, ages_of(context.voters, context.on_day))


def final_digits(context: Context) -> Longs:
    """How many voters of each precinct were born in the year Y - t; one column per t, from 0 to 79.

    Y is the last year ending in 9 of which everybody was of age before the year of the list, so the
    decades are whole, and t mod 10 tells the final digit of the year: 9 - t mod 10.
    """
    adult = context.on_day.year - 19
    last = adult - (adult + 1) % 10
    years = last - context.number("birth_year").astype(np.float64)
    return _histogram(context, years)[:, : 10 * _DECADES]


def whipple(ages: Longs) -> tuple[Longs, Longs]:
    """How many of the ages 23 to 62 end in 0 or 5, and how many there are.

    500 times the share is Whipple's index. 100: ages ending in 0 and 5 are a fifth, as they should
    be; 500: there are no others. Source of formula and of the bands of quality: United Nations,
    Demographic Yearbook, technical notes on population by age.
    """
    within = ages[..., _WHIPPLE]
    return within[..., _WHIPPLE % 5 == 0].sum(axis=-1), within.sum(axis=-1)


def myers(digits: Longs) -> Floats:
    """Myers' blended index of birth years, 0 to 90; NaN of nobody.

    0: no final digit is preferred; 90: all years end in the same digit.

    Seventy years are counted by final digit ten times, each time from a year further on, and the
    ten counts summed (weights 1 to 10 for the decades without the last, 9 to 0 for those without
    the first), so that no digit leads only because its cohorts are the largest; the index is half
    the sum of the distances of the ten shares from 10 %. Source: R. J. Myers, Errors and bias in
    the reporting of ages in census data, Transactions of the Actuarial Society of America 41, 1940.
    """
    decades = digits.reshape(*digits.shape[:-1], _DECADES, 10)
    whole, rest = decades[..., :-1, :].sum(axis=-2), decades[..., 1:, :].sum(axis=-2)
    blended = np.arange(1, 11) * whole + np.arange(9, -1, -1) * rest
    total = blended.sum(axis=-1, keepdims=True)
    share = np.divide(
        blended, total, out=np.full(blended.shape, np.nan), where=total > 0
    )
    index: Floats = 50 * np.abs(share - 0.1).sum(axis=-1)
    return index


def median(ages: Longs) -> Floats:
    """The median of each row of a histogram of ages; NaN of nobody."""
    cumulated = np.cumsum(ages, axis=-1)
    total = cumulated[..., -1]
    low, high = (
        (cumulated <= ((total - 1 + step) // 2)[..., None]).sum(axis=-1)
        for step in (0, 1)
    )
    return np.where(total > 0, (low + high) / 2, np.nan)


def distance(ages: Longs, others: Longs) -> Floats:
    """How far the ages of each row lie from those of the same row of ``others``, 0 to 1.

    The largest difference between the shares of voters up to an age: the distance of Kolmogorov and
    Smirnov. NaN where either row is empty.
    """
    one, other = (np.cumsum(part, axis=-1, dtype=np.float64) for part in (ages, others))
    with np.errstate(invalid="ignore", divide="ignore"):
        apart: Floats = np.abs(one / one[..., -1:] - other / other[..., -1:]).max(
            axis=-1
        )
    return apart


def _histogram(context: Context, years: Floats) -> Longs:
    known = (years >= 0) & (years <= OLDEST)
    groups = len(context.precincts.size)
    cells = context.precincts.codes[known] * (OLDEST + 1) + years[known].astype(
        np.int64
    )
    return np.bincount(cells, minlength=groups * (OLDEST + 1)).reshape(
        groups, OLDEST + 1
    )


# Tables for the report.
#
# A row for each precinct, and its age pyramid.

_AGED = pa.schema([VOTER.field(name) for name in (*BORN, *PLACE, "sex")])
"""What of VOTER a pyramid needs."""


def profile_of(context: Context) -> pa.Table:
    """PROFILE: one row per precinct, ordered by constituency and precinct.

    ``median_age`` is in completed years on the day; of a birth year alone the age reached in that
    year counts. The shares ``missing_<field>`` are of the voters of the precinct, 0 to 1.
    """
    precincts = context.precincts
    where = context.voters.select(PLACE).take(precincts.first)
    columns = {
        "constituency": where.column("constituency"),
        "precinct": where.column("precinct"),
        "voters": precincts.size,
        "men": precincts.count(context.equals("sex", Sex.MALE)),
        "women": precincts.count(context.equals("sex", Sex.FEMALE)),
        "median_age": median(context.cached(age_histogram)),
    }
    for name in COMPARED:
        columns[f"missing_{name}"] = (
            precincts.count(context.is_missing(name)) / precincts.size
        )
    return sort_by(from_columns(columns, PROFILE), *PLACE)


def pyramids(voters: pa.Table, on_day: dt.date) -> pa.Table:
    """AGES: how many voters each precinct has of each group of five years and sex.

    Ages are those of ``profile_of``. The rows add up to all voters.

    Raises:
        StageError: the table has the wrong shape.
    """
    require(voters, _AGED, Stage.CHECK)
    age = ages_of(without_impossible_births(voters), on_day)
    known = ~np.isnan(age)
    group = pa.array(
        np.where(known, np.floor_divide(np.where(known, age, 0), 5) * 5, 0).astype(
            np.int16
        ),
        mask=~known,
    )
    table = voters.select([*PLACE, "sex"]).append_column("age_from", group)
    table = table.set_column(len(PLACE), "sex", text_of(voters, "sex"))
    names = [*PLACE, "age_from", "sex"]
    columns = row_counts(table, *names, into="voters")
    return sort_by(from_columns(columns, AGES), *names)
