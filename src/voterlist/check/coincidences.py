"""Coincidences of each constituency and of the whole list, and where they are more than chance explains.

What chance would give, ``voterlist.chance`` reckons.
"""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa

from voterlist.chance import AGREEMENTS, Told, pairs_of
from voterlist.check.register import Codes, Flags, Numbers, Register, RegisterTest
from voterlist.findings import make, take_columns
from voterlist.model import Rule, Severity, Sex, Unit
from voterlist.schemas import COINCIDENCE
from voterlist.tables import codes, concat, from_columns

__all__ = ["TESTS", "counted", "poisson_tail_bound"]

BEYOND_CHANCE = Rule(
    "coincidences-beyond-chance",
    Severity.NOTE,
    Unit.CONSTITUENCY,
    "birthday problem (Feller, vol. 1, section II.3): names and dates of strangers agree by chance, the more often the"
    " longer the list",
)

_FEWEST = 5
"""Fewer pairs are told entry by entry; a sum of them says nothing more."""

_SEX = {Sex.MALE.value: 1, Sex.FEMALE.value: 2}


def _told(register: Register) -> Told:
    year, month, day = (register.number(f"birth_{part}") for part in ("year", "month", "day"))
    return Told(
        _sex(register),
        register.codes("surname_stem"),
        register.codes("given_skeleton"),
        register.codes("patronymic_skeleton"),
        year,
        np.where(
            (year < 0) | (month < 0) | (day < 0), np.int32(-1), (year * 12 + month) * 31 + day
        ),
    )


def _sex(register: Register) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """1 and 2, 0 where not known: the first of the sex as stated, as the patronymic and as the given name witness it.

    The linkage takes it so too; where a list has no column of the sex, its names tell nearly all of
    it.
    """
    found = np.zeros(len(register), np.int32)
    for name in ("sex", "patronymic_sex", "given_sex"):
        code, distinct = codes(register.voters.column(name))
        meaning = np.array([_SEX.get(word, 0) for word in distinct.to_pylist()] + [0], np.int32)
        found = np.where(found == 0, meaning[code], found)
    return found


def counted(register: Register) -> pa.Table:
    """COINCIDENCE: each kind of agreement in each constituency, and in the whole list (constituency null).

    Pairs are of one sex (those of unknown sex among themselves) and of one birth year at least.
    Pairs found hold one person's, relatives' and strangers' alike.
    """
    told = _told(register)
    place, numbers = codes(register.voters.column("constituency"))
    known = np.flatnonzero(place >= 0)
    parts = [_table(told.of(known), place[known].astype(np.int64), numbers)]
    parts.append(_table(told, np.zeros(len(register), dtype=np.int64), pa.nulls(1, pa.int32())))
    return concat(parts, COINCIDENCE)


def _table(told: Told, place: Codes, numbers: pa.Array) -> pa.Table:
    places = len(numbers)
    pairs = pairs_of(told, place, places)
    order = np.argsort(np.asarray(numbers.fill_null(0)), kind="stable")
    columns = {
        "constituency": pa.concat_arrays([numbers.take(pa.array(order))] * len(AGREEMENTS)),
        "agreement": np.repeat(["+".join(agreement) for agreement in AGREEMENTS], places),
        "expected": np.concatenate([one[order] for one in pairs.expected]),
        "found": np.concatenate([one[order] for one in pairs.found]),
    }
    return from_columns(columns, COINCIDENCE)


def poisson_tail_bound(count: Numbers, expected: Numbers) -> Numbers:
    """An upper bound of P(X >= count) for X Poisson(expected); 1 where count is no more than expected.

    The tail is at most its first term times the geometric series of its first ratio:
    p(k; m) (k + 1) / (k + 1 - m).
    """
    bound = np.ones(len(count))
    bound[(expected <= 0) & (count > 0)] = 0.0
    at = (expected > 0) & (count > expected)
    k, mean = count[at], expected[at]
    log_factorial = np.array([math.lgamma(one + 1.0) for one in k])
    first = np.exp(k * np.log(mean) - mean - log_factorial)
    bound[at] = np.minimum(1.0, first * (k + 1) / (k + 1 - mean))
    return bound


def _asked(register: Register) -> str:
    """Names and date; names and year where most birth dates are a year alone."""
    full, known = register.known("birth_day").sum(), register.known("birth_year").sum()
    return "+".join(AGREEMENTS[0] if 2 * full >= known else AGREEMENTS[2])


def coincidences_beyond_chance(register: Register) -> pa.Table:
    """Constituencies, and the whole list where it is not one of them, with more pairs than chance explains."""
    table = register.remembered(counted)
    number, agreement = table.column("constituency"), table.column("agreement").cast(pa.string())
    one_place = len(number.unique().drop_null()) == 1
    asked: Flags = np.asarray(
        agreement.to_numpy(zero_copy_only=False) == _asked(register), dtype=bool
    )
    asked &= np.asarray(number.is_valid(), dtype=bool) | (not one_place)
    found, expected = (
        table.column(name).to_numpy().astype(np.float64) for name in ("found", "expected")
    )
    asked &= found >= _FEWEST
    at = np.flatnonzero(
        asked & (poisson_tail_bound(found, expected) < register.settings.outlier_chance)
    )
    columns = take_columns(table, at, ["constituency"])
    columns |= {"value": found[at], "limit": expected[at]}
    return make(BEYOND_CHANCE, len(at), columns)


TESTS = (RegisterTest(BEYOND_CHANCE, coincidences_beyond_chance),)
