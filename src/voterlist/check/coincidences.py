"""Coincidences: pairs that agree in names and birth, beside the pairs that chance alone would give here.

A generalised birthday problem. Of two strangers of one sex and birth date, the share that agrees in surname, given
name and patronymic is the product of the shares that agree in each. Given names and patronymics go with the times, so
their shares are taken within ten years of birth.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from voterlist.check.agreeing import agreeing
from voterlist.check.register import Codes, Flags, Numbers, Register, RegisterTest
from voterlist.model import Rule, Severity, Unit
from voterlist.schemas import COINCIDENCE
from voterlist.tables import codes, concat, from_columns

__all__ = ["AGREEMENTS", "TESTS", "counted", "poisson_tail_bound"]

BEYOND_CHANCE = Rule(
    "coincidences-beyond-chance",
    Severity.NOTE,
    Unit.CONSTITUENCY,
    "birthday problem (Feller, vol. 1, section II.3): names and dates of strangers agree by chance, the more often the"
    " longer the list",
)

AGREEMENTS: tuple[tuple[str, ...], ...] = (
    ("stem", "given", "patronymic", "date"),
    ("stem", "given", "date"),
    ("stem", "given", "patronymic", "year"),
    ("stem", "given", "year"),
)
"""The kinds of agreement that are counted; ``stem`` is the surname without its ending."""
_COLUMNS = {"stem": "surname_stem", "given": "given_skeleton", "patronymic": "patronymic_skeleton"}
_YEARS = 10
_FEWEST = 5
"""Fewer pairs are told entry by entry; a sum of them says nothing more."""


_Small = np.ndarray[Any, np.dtype[np.int32]]
"""Codes of a column: half of what a group's codes take."""


class _Told(NamedTuple):
    """What strangers are told apart by, row by row; -1 where it is not known."""

    sex: _Small
    """0 where it is not known: those are compared with each other."""
    names: dict[str, _Small]
    year: _Small
    date: _Small


def _told(register: Register) -> _Told:
    year, month, day = (register.number(f"birth_{part}") for part in ("year", "month", "day"))
    return _Told(
        register.codes("sex") + 1,
        {name: register.codes(column) for name, column in _COLUMNS.items()},
        year,
        np.where((year < 0) | (month < 0) | (day < 0), np.int32(-1), (year * 12 + month) * 31 + day),
    )


def _joined(left: Codes, right: Codes | _Small) -> Codes:
    """One code for each two codes; -1 where either is."""
    joined = np.full(len(left), -1, dtype=np.int64)
    known = (left >= 0) & (right >= 0)
    joined[known] = pd.factorize(left[known] * (right.max(initial=0) + 1) + right[known])[0]
    return joined


def _pairs_within(group: Codes, code: _Small, groups: int) -> Numbers:
    """How many pairs of rows of one group and one code each group has."""
    known = (group >= 0) & (code >= 0)
    width = int(code.max(initial=0)) + 1
    number = np.sort(group[known] * width + code[known])
    starts = np.flatnonzero(np.diff(number, prepend=-1))
    size = np.diff(starts, append=len(number))
    weights = size * (size - 1.0) / 2
    pairs: Numbers = np.bincount(number[starts] // width, weights=weights, minlength=groups).astype(np.float64)
    return pairs


def _pairs(code: Codes, group: Codes, groups: int) -> Numbers:
    """How many pairs of rows with one code each group has; a code lies in one group."""
    known = code >= 0
    size = np.bincount(code[known])
    belongs = np.zeros(len(size), dtype=np.int64)
    belongs[code[known]] = group[known]
    pairs: Numbers = np.bincount(belongs, weights=size * (size - 1.0) / 2, minlength=groups).astype(np.float64)
    return pairs


def _expected(told: _Told, place: Codes, places: int) -> dict[tuple[str, ...], Numbers]:
    """For each agreement the pairs that strangers would make in each place."""
    block = place * 3 + told.sex
    band = _joined(block, told.year // _YEARS)
    bands = int(band.max(initial=-1)) + 1
    block_of_band = np.zeros(bands, dtype=np.int64)
    block_of_band[band[band >= 0]] = block[band >= 0]
    of_band = _pairs(band, band, bands)
    share = {name: _share(_pairs_within(band, told.names[name], bands), of_band) for name in told.names}
    of_block = _pairs(block, block, places * 3)
    share["stem"] = _share(_pairs_within(block, told.names["stem"], places * 3), of_block)[block_of_band]
    of_birth = {name: _pairs_within(band, getattr(told, name), bands) for name in ("year", "date")}
    found = {}
    for agreement in AGREEMENTS:
        *names, birth = agreement
        pairs = of_birth[birth] * np.prod([share[name] for name in names], axis=0)
        found[agreement] = np.bincount(block_of_band // 3, weights=pairs, minlength=places).astype(np.float64)
    return found


def _share(pairs: Numbers, of: Numbers) -> Numbers:
    return np.divide(pairs, of, out=np.zeros(len(of)), where=of > 0)


def _found(told: _Told, place: Codes, places: int) -> dict[tuple[str, ...], Numbers]:
    """For each agreement the pairs of each place."""
    # Whoever agrees with nobody in what all agreements ask needs no further look.
    rows, common = agreeing([place * 3 + told.sex, told.year, told.names["stem"], told.names["given"]])
    place, date, patronymic = place[rows], told.date[rows], told.names["patronymic"][rows]
    on_date = _joined(common, date)
    agreed = (_joined(on_date, patronymic), on_date, _joined(common, patronymic), common)
    return {agreement: _pairs(code, place, places) for agreement, code in zip(AGREEMENTS, agreed, strict=True)}


def counted(register: Register) -> pa.Table:
    """COINCIDENCE: each kind of agreement in each constituency, and in the whole list (constituency null).

    Pairs are of one sex (those of unknown sex among themselves) and of one birth year at least. Pairs found hold one
    person's, relatives' and strangers' alike.
    """
    told = _told(register)
    place, numbers = codes(register.voters.column("constituency"))
    known = np.flatnonzero(place >= 0)
    parts = [_table(_rows(told, known), place[known].astype(np.int64), numbers)]
    parts.append(_table(told, np.zeros(len(register), dtype=np.int64), pa.nulls(1, pa.int32())))
    return concat(parts, COINCIDENCE)


def _rows(told: _Told, at: Codes) -> _Told:
    if len(at) == len(told.sex):
        return told
    return _Told(told.sex[at], {name: code[at] for name, code in told.names.items()}, told.year[at], told.date[at])


def _table(told: _Told, place: Codes, numbers: pa.Array) -> pa.Table:
    places = len(numbers)
    expected, found = _expected(told, place, places), _found(told, place, places)
    order = np.argsort(np.asarray(numbers.fill_null(0)), kind="stable")
    columns = {
        "constituency": pa.concat_arrays([numbers.take(pa.array(order))] * len(AGREEMENTS)),
        "agreement": np.repeat(["+".join(agreement) for agreement in AGREEMENTS], places),
        "expected": np.concatenate([expected[agreement][order] for agreement in AGREEMENTS]),
        "found": np.concatenate([found[agreement][order] for agreement in AGREEMENTS]).astype(np.int64),
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
    asked: Flags = np.asarray(agreement.to_numpy(zero_copy_only=False) == _asked(register), dtype=bool)
    asked &= np.asarray(number.is_valid(), dtype=bool) | (not one_place)
    found, expected = (table.column(name).to_numpy().astype(np.float64) for name in ("found", "expected"))
    asked &= found >= _FEWEST
    at = np.flatnonzero(asked & (poisson_tail_bound(found, expected) < register.settings.outlier_chance))
    where = table.select(["constituency"]).take(pa.array(at))
    return register.place_findings(BEYOND_CHANCE, where, value=found[at], limit=expected[at])


TESTS = (RegisterTest(BEYOND_CHANCE, coincidences_beyond_chance),)
