"""What coincidence alone would give in a list on a cluster: ``voterlist.persons.chance`` tells how.

Each part tells how many of its entries agree in a name or a birth. Equal values come to one task,
which counts their pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pyarrow as pa

from voterlist.arrays import Bools, Codes, Floats, Hashes, Longs, mix
from voterlist.link.encode import Whole
from voterlist.link.keys import field, together
from voterlist.link.part import Tables, part
from voterlist.link.types import Chance
from voterlist.persons.chance import AGREEMENTS, SEXES, YEARS, Agreeing, expected_of
from voterlist.spark.entries import Counted
from voterlist.spark.exchange import Parcel, on_tables

_BANDS, _BLOCKS = "band", "block"
_OF_BAND = ("given_name", "patronymic", "year", "date")


def _decades(whole: Whole) -> tuple[int, int]:
    """(the first decade of the list, how many there are up to the last).

    A band is ten years of birth of one sex.
    """
    occurs = np.flatnonzero(whole.decades)
    if not len(occurs):
        return 0, 0
    return int(occurs[0]), int(occurs[-1] - occurs[0]) + 1


def chance(counted: Counted) -> tuple[Chance, ...]:
    """Expected and found pairs for each of ``AGREEMENTS``."""
    _, decades = _decades(counted.whole)
    sent = partial(_send_counts, whole=counted.whole, tasks=counted.many)
    codes = counted.parts.each("chance", on_tables(sent)).delivered(counted.many)
    added_up = codes.each("agreeing", _added_up).told("told")
    tables = [parcel.tables["pairs"] for parcel in added_up]
    every = pa.concat_tables(tables)
    columns = ("kind", "band", "pairs")
    kind, band, pairs = (every.column(name).to_numpy() for name in columns)
    bands = SEXES * decades

    def of_kind(number: int, many: int) -> Floats:
        chosen = kind == number
        return np.asarray(np.bincount(band[chosen], pairs[chosen], many), np.float64)

    def counts(name: str, many: int) -> Floats:
        number = _KINDS.index(name)
        return of_kind(number, many) - of_kind(number + _INSIDE, many)

    agreeing = Agreeing(
        counts(_BANDS, bands),
        counts(_BLOCKS, SEXES),
        {
            "given_name": counts("given_name", bands),
            "patronymic": counts("patronymic", bands),
            "stem": counts("stem", SEXES),
        },
        {"year": counts("year", bands), "date": counts("date", bands)},
    )
    block_of_band = np.repeat(np.arange(SEXES), decades)
    expected = expected_of(agreeing, block_of_band, 1)
    return tuple(
        Chance("+".join(names), float(of_names[0]), int(counts("+".join(names), 1)[0]))
        for names, of_names in zip(AGREEMENTS, expected, strict=True)
    )


_KINDS = (_BANDS, _BLOCKS, "stem", *_OF_BAND, *map("+".join, AGREEMENTS))
"""What entries agree in, by number."""
_INSIDE = len(_KINDS)
"""So much higher is the number of the pairs of one group, which do not count."""


def _send_counts(
    number: int, tables: Tables, whole: Whole, tasks: int
) -> Iterator[Parcel]:
    """How many entries of a part have each value, for the tasks that count each."""
    entries, (first, many) = part(tables, whole), _decades(whole)
    sex = entries.sex.astype(np.int64) + 1
    year = field(entries, "year")
    decade = np.where(year >= 0, year // YEARS - first, -1)
    band = np.where(decade >= 0, sex * many + decade, -1)
    everywhere = np.zeros(len(sex), np.int64)
    counted = [
        _count(_BANDS, band, everywhere, band >= 0),
        _count(_BLOCKS, sex, everywhere, sex >= 0),
        _count("stem", sex, field(entries, "stem"), entries.stem.codes >= 0),
    ]
    for name in _OF_BAND:
        values = field(entries, name)
        is_known = (values >= 0) & (band >= 0)
        counted.append(_count(name, band, values, is_known))
        if name in {"year", "date"} and entries.groups is not None:
            of_group = is_known & (entries.groups >= 0)
            counted.append(
                _inside(_count(name, band, _of(entries.groups, values), of_group))
            )
    for names in AGREEMENTS:
        agreed = together(entries, (*names, "year"))
        of_sex = mix(mix(agreed.view(np.uint64)) + sex.view(np.uint64))
        codes = (of_sex >> np.uint64(1)).astype(np.int64)
        is_known = agreed >= 0
        name = "+".join(names)
        counted.append(_each_once(name, codes[is_known]))
        if entries.groups is not None:
            of_group = is_known & (entries.groups >= 0)
            inside = _each_once(name, _of(entries.groups, codes)[of_group])
            counted.append(_inside(inside))
    table = pa.concat_tables(counted)
    hashes: Hashes = mix(table.column("code").to_numpy().view(np.uint64))
    task = (hashes % np.uint64(tasks)).astype(np.int64)
    for target in range(tasks):
        yield Parcel(
            target,
            "counts",
            number,
            len(table),
            {"counts": table.take(np.flatnonzero(task == target))},
        )


def _count(name: str, band: Longs, codes: Codes | Longs, known: Bools) -> pa.Table:
    """How many entries of each band have each of these codes."""
    mixed = mix(codes[known].astype(np.int64).view(np.uint64)) + band[known].view(
        np.uint64
    )
    distinct, first, counts = np.unique(mixed, return_index=True, return_counts=True)
    return pa.table(
        {
            "kind": np.full(len(distinct), _KINDS.index(name), np.uint8),
            "code": distinct.view(np.int64),
            "band": band[known][first].astype(np.int32),
            "count": counts.astype(np.int32),
        }
    )


def _each_once(name: str, codes: Longs) -> pa.Table:
    """These codes, nearly all of which are distinct: it is not worth while to count them here."""
    rows = len(codes)
    return pa.table(
        {
            "kind": np.full(rows, _KINDS.index(name), np.uint8),
            "code": codes,
            "band": np.zeros(rows, np.int32),
            "count": np.ones(rows, np.int32),
        }
    )


def _of(groups: Codes, codes: Codes | Longs) -> Longs:
    """The codes apart for each group."""
    of_group = mix(groups.astype(np.int64).view(np.uint64))
    return (
        mix(of_group + codes.astype(np.int64).view(np.uint64)) >> np.uint64(1)
    ).astype(np.int64)


def _inside(counted: pa.Table) -> pa.Table:
    """The same as numbers of pairs of one group."""
    kind = counted.column("kind").to_numpy() + np.uint8(_INSIDE)
    return counted.set_column(0, "kind", pa.array(kind))


def _added_up(number: int, parcels: list[Parcel]) -> Iterator[Parcel]:
    """How many pairs of each band agree in each of these ways."""
    table = pa.concat_tables([parcel.tables["counts"] for parcel in parcels])
    counts = table.group_by(["kind", "code", "band"]).aggregate([("count", "sum")])
    size = counts.column("count_sum").to_numpy()
    made = counts.append_column("pairs", pa.array(size * (size - 1) // 2))
    pairs = made.group_by(["kind", "band"]).aggregate([("pairs", "sum")])
    told = pairs.rename_columns({"pairs_sum": "pairs"})
    yield Parcel(number, "told", number, len(told), {"pairs": told})
