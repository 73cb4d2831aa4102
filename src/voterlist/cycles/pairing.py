"""Which entry of the last cycle is which entry of this one: one to one, by the best evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools, Longs
from voterlist.cycles.findings import LEVELS
from voterlist.fields import BORN, COMPARED, FIELDS, PLACE
from voterlist.model import frozen
from voterlist.persons.matching import contradicts
from voterlist.tables import group_codes, mask_of

_NAMES = ("given_skeleton", "patronymic_skeleton")
_PERSON = [*_NAMES, "given_sex", *BORN, "fin", "document"]
_PLACES: tuple[tuple[str, ...], ...] = (
    PLACE,
    ("constituency",),
    (),
)
"""Where an entry is looked for: in its precinct first, then in its constituency, then everywhere.
"""

_KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "entry-id": (("entry_id",),),
    "fin": (("fin",),),
    "document": (("document",),),
    "names": (("surname_stem", *_NAMES, *BORN), ("surname_skeleton", *_NAMES, *BORN)),
    "names-place": (("surname_skeleton", *_NAMES, "birth_year"),),
    "other-surname": ((*_NAMES, *BORN),),
}
_HERE_ONLY = frozenset({"names-place", "other-surname"})
"""Levels that are evidence inside one precinct only, and only where nobody else there agrees as
well."""


@frozen
class Paired:
    """Pairs of rows, ordered by the row of this cycle's list."""

    old: Longs
    new: Longs
    level: Longs
    """Index into LEVELS."""


_NO_PAIRS = Paired(*(np.zeros(0, np.int64) for _ in range(3)))


def pair(old: pa.Table, new: pa.Table) -> Paired:
    """The entries of ``old`` (VOTER) found again in ``new`` (VOTER), each row at most once.

    Two rows that contradict each other (FIN, given name, birth date) are no pair, unless FIN,
    document and full birth date all agree: then a name was read otherwise.
    """
    left, right = np.arange(old.num_rows), np.arange(new.num_rows)
    parts = [_NO_PAIRS]
    for level, names in _steps():
        if not len(left) or not len(right):
            break
        single = LEVELS[level] in _HERE_ONLY
        at_left, at_right = _together(old, new, left, right, names, single=single)
        if LEVELS[level] != "entry-id":
            apart = _is_two(
                old.select(_PERSON).take(left[at_left]),
                new.select(_PERSON).take(right[at_right]),
            )
            at_left, at_right = at_left[~apart], at_right[~apart]
        parts.append(
            Paired(left[at_left], right[at_right], np.full(len(at_left), level))
        )
        left, right = np.delete(left, at_left), np.delete(right, at_right)
    return _in_order(parts)


def _steps() -> Iterator[tuple[int, tuple[str, ...]]]:
    """(level, columns that must agree), the strongest evidence first."""
    for number, level in enumerate(LEVELS):
        for key in _KEYS[level]:
            for place in _places(level):
                yield number, (*key, *place)


def _in_order(parts: Sequence[Paired]) -> Paired:
    """The pairs of all parts by the row of this cycle's list."""
    old, new, level = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("old", "new", "level")
    )
    order = np.argsort(new, kind="stable")
    return Paired(old[order], new[order], level[order])


def _is_two(old: pa.Table, new: pa.Table) -> Bools:
    """Which pairs are two people.

    Their rows contradict each other, and FIN, document and full birth date do not all agree.
    """
    all_agree = np.ones(old.num_rows, dtype=bool)
    for name in ("fin", "document", *BORN):
        all_agree &= mask_of(pc.equal(old.column(name), new.column(name)))
    return contradicts(old, new) & ~all_agree


def _places(level: str) -> tuple[tuple[str, ...], ...]:
    if level == "entry-id":
        return ((),)
    return _PLACES[:1] if level in _HERE_ONLY else _PLACES


def _together(
    old: pa.Table,
    new: pa.Table,
    left: Longs,
    right: Longs,
    names: tuple[str, ...],
    *,
    single: bool,
) -> tuple[Longs, Longs]:
    """Positions in ``left`` and ``right`` of rows that agree in these columns.

    Of several that agree the first is paired with the first, and so on. ``single``: only where one
    row on each side agrees.
    """
    columns = list(names)
    both = pa.concat_tables(
        [
            old.select(columns).take(left),
            new.select(columns).take(right),
        ],
        promote_options="permissive",
    )
    code, groups = group_codes(both, *columns)
    one, other = code[: len(left)], code[len(left) :]
    if single:
        one, other = _alone(one, groups), _alone(other, groups)
    return _nth(one, other, groups)


def _alone(code: Longs, groups: int) -> Longs:
    """The codes, -1 where several rows have one."""
    count = np.bincount(code[code >= 0], minlength=groups + 1)
    return np.where((code >= 0) & (count[code] == 1), code, -1)


def _nth(one: Longs, other: Longs, groups: int) -> tuple[Longs, Longs]:
    """Pairs the first row of a code with the first of the same code, the second with the second."""
    (first, keys), (second, others) = (
        _with_numbers(code, groups) for code in (one, other)
    )
    _, at_one, at_other = np.intersect1d(
        keys, others, assume_unique=True, return_indices=True
    )
    return first[at_one], second[at_other]


def _with_numbers(code: Longs, groups: int) -> tuple[Longs, Longs]:
    """(rows that have a code, of each its code and its running number inside the code)."""
    known: Bools = code >= 0
    row = np.flatnonzero(known)
    order = np.argsort(code[row], kind="stable")
    row, ordered = row[order], code[row][order]
    number = np.arange(len(ordered)) - np.searchsorted(ordered, ordered, side="left")
    return row, number * np.int64(groups + 1) + ordered


# --- What differs between an entry of the last cycle and the same entry now


TOLD_BY = {name: FIELDS[name].differs_in for name in COMPARED} | {
    "list_kind": ("list_kind",)
}
"""A field, and the columns of VOTER that tell whether it changed: another spelling of one name is
no change."""


def field_names(codes: Longs) -> pa.Array:
    """The names of the fields of each code, joined with ``+``; null where none changed."""
    distinct, place = np.unique(codes, return_inverse=True)
    names = [
        "+".join(name for bit, name in enumerate(TOLD_BY) if code >> bit & 1) or None
        for code in distinct
    ]
    return pa.array(names, pa.string()).take(place.ravel())


def fields_changed(old: pa.Table, new: pa.Table, paired: Paired) -> Longs:
    """Which fields changed between two VOTER tables, pair by pair, as bits of a number.

    Filled in or emptied is changed too.
    """
    codes = np.zeros(len(paired.old), dtype=np.int64)
    for bit, columns in enumerate(TOLD_BY.values()):
        changed = reduce(
            np.logical_or,
            (_is_changed(*_columns(old, new, paired, name)) for name in columns),
        )
        codes |= changed.astype(np.int64) << bit
    return codes


def is_elsewhere(old: pa.Table, new: pa.Table, paired: Paired) -> Bools:
    """Which entries stand in another precinct or constituency than before.

    Where one is not known, in none other.
    """
    moved = np.zeros(len(paired.old), dtype=bool)
    for name in PLACE:
        moved |= mask_of(pc.not_equal(*_columns(old, new, paired, name)))
    return moved


def _columns(
    old: pa.Table, new: pa.Table, paired: Paired, name: str
) -> tuple[Any, Any]:
    """One column of both, pair by pair.

    One at a time, for whole lists of a nation would not fit twice.
    """
    return old.column(name).take(paired.old), new.column(name).take(paired.new)


def _is_changed(left: Any, right: Any) -> Bools:
    if pa.types.is_dictionary(left.type):
        left, right = left.cast(pa.string()), right.cast(pa.string())
    differs = pc.not_equal(left, right).fill_null(fill_value=False)
    return mask_of(pc.or_(differs, pc.xor(pc.is_null(left), pc.is_null(right))))
