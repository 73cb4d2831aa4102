"""Coincidences of each constituency and of the whole list, beside those that chance explains.

What chance would give, ``voterlist.persons.chance`` reckons.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from voterlist.arrays import Floats, Longs
from voterlist.check.context import Context, Found
from voterlist.fields import BORN
from voterlist.findings import take_columns
from voterlist.persons.chance import AGREEMENTS, PersonFields, pairs_of, told_sex
from voterlist.schemas import COINCIDENCE
from voterlist.tables import codes, concat, from_columns, text_of


def _fields(context: Context) -> PersonFields:
    year, month, day = map(context.number, BORN)
    return PersonFields(
        told_sex(context.voters) + 1,
        context.codes("surname_stem"),
        context.codes("given_skeleton"),
        context.codes("patronymic_skeleton"),
        year,
        np.where(
            (year < 0) | (month < 0) | (day < 0),
            np.int32(-1),
            (year * 12 + month) * 31 + day,
        ),
    )


def count_coincidences(context: Context) -> pa.Table:
    """COINCIDENCE: each kind of agreement in each constituency, and in the whole list.

    Of the whole list ``constituency`` is null.

    Pairs are of one sex (those of unknown sex among themselves) and of one birth year at least.
    The pairs found are those of one person, of relatives and of strangers alike.
    """
    fields = _fields(context)
    place, numbers = codes(context.voters.column("constituency"))
    known = np.flatnonzero(place >= 0)
    if len(known) == len(context) and len(numbers) == 1:
        own = _table(fields, place.astype(np.int64), numbers)
        unplaced = pa.nulls(own.num_rows, pa.int32())
        return concat([own, own.set_column(0, "constituency", unplaced)], COINCIDENCE)
    parts = [_table(fields.of(known), place[known].astype(np.int64), numbers)]
    everywhere = np.zeros(len(context), dtype=np.int64)
    parts.append(_table(fields, everywhere, pa.nulls(1, pa.int32())))
    return concat(parts, COINCIDENCE)


def _table(fields: PersonFields, place: Longs, numbers: pa.Array) -> pa.Table:
    places = len(numbers)
    pairs = pairs_of(fields, place, places)
    order = np.argsort(np.asarray(numbers.fill_null(0)), kind="stable")
    columns = {
        "constituency": pa.concat_arrays([numbers.take(order)] * len(AGREEMENTS)),
        "agreement": np.repeat(
            ["+".join(agreement) for agreement in AGREEMENTS], places
        ),
        "expected": np.concatenate([parts[order] for parts in pairs.expected]),
        "found": np.concatenate([parts[order] for parts in pairs.found]),
    }
    return from_columns(columns, COINCIDENCE)


def poisson_tail_bound(count: Floats, expected: Floats) -> Floats:
    """An upper bound of P(X >= count) for X Poisson(expected).

    It is 1 where ``count`` is no more than ``expected``.

    The tail is at most its first term times the geometric series of its first ratio:
    p(k; m) (k + 1) / (k + 1 - m).
    """
    bound = np.ones(len(count))
    bound[(expected <= 0) & (count > 0)] = 0.0
    at = (expected > 0) & (count > expected)
    k, mean = count[at], expected[at]
    log_factorial = np.array([math.lgamma(number + 1.0) for number in k])
    first = np.exp(k * np.log(mean) - mean - log_factorial)
    bound[at] = np.minimum(1.0, first * (k + 1) / (k + 1 - mean))
    return bound


_FEWEST = 5
"""Fewer pairs are told entry by entry; a sum of them says nothing more."""

_NAMES_AND_DATE, _NAMES_AND_YEAR = AGREEMENTS[0], AGREEMENTS[2]


def coincidences_beyond_chance(context: Context) -> Iterator[Found]:
    """Constituencies, and the whole list, with more pairs that agree than chance explains.

    The whole list is tested only where it has more than one constituency.
    """
    table = context.cached(count_coincidences)
    constituency = table.column("constituency")
    if len(constituency.unique().drop_null()) == 1:
        table = table.filter(constituency.is_valid())
    full, years = (
        int(context.is_known(name).sum()) for name in ("birth_day", "birth_year")
    )
    pairs_found, expected = (
        table.column(name).to_numpy().astype(float) for name in ("found", "expected")
    )
    kinds = text_of(table, "agreement").to_numpy(zero_copy_only=False)
    is_asked = (kinds == _agreement_of(full, years)) & (pairs_found >= _FEWEST)
    by_chance = poisson_tail_bound(pairs_found, expected)
    is_beyond = by_chance < context.settings.outlier_chance
    at = np.flatnonzero(is_asked & is_beyond)
    columns = take_columns(table, at, ["constituency"])
    columns |= {"value": pairs_found[at], "limit": expected[at]}
    yield Found(len(at), columns)


def _agreement_of(full_dates: int, years: int) -> str:
    """Names and date; names and year where most birth dates are a year alone."""
    return "+".join(_NAMES_AND_DATE if 2 * full_dates >= years else _NAMES_AND_YEAR)
