"""The entries that are gone, found again among those of today."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist.cycles.differences import TOLD_BY, fields_changed, is_elsewhere
from voterlist.cycles.pairing import Paired, pair
from voterlist.decisions import (
    Given,
    Then,
    identities,
    identity_of,
    moves_of,
    with_corrections,
)
from voterlist.matching import Rows
from voterlist.model import Profile, Returned
from voterlist.normalize import normalize
from voterlist.schemas import ENTRY, VOTER
from voterlist.tables import from_rows, is_among

_COLUMNS = tuple(
    dict.fromkeys(
        (
            "entry_id",
            "constituency",
            "precinct",
            "surname_stem",
            "given_sex",
            *(column for columns in TOLD_BY.values() for column in columns),
        )
    )
)
"""The columns of VOTER by which a person is found again, and what changed is told."""

_PRECINCT = "precinct"
_WRITTEN = "written"
"""Nothing changed but how it is written."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered, under the entry ids of today where entries only moved."""

    given: Given
    """As recorded, under the ids of then."""
    renamed: Given
    """The same under the ids of today."""
    followed: pa.Table
    """FOLLOWED"""
    decisions: pa.Table
    """DECISION: the verdicts that hold."""
    amendments: pa.Table
    """AMENDMENT: what holds."""
    pending: pa.Table
    """AMENDMENT: what waits for a second person."""
    contested: pa.Table
    """CONTESTED"""
    acceptances: pa.Table
    """ACCEPTANCE"""


@dataclass(frozen=True, slots=True)
class Today:
    """The list of today."""

    entry_ids: pa.ChunkedArray
    voters: Path
    """The file of VOTER; read only where an entry is gone."""
    cases: pa.Table
    """CASE"""
    lists: pa.Table
    """LIST"""
    profile: Profile
    is_of_run: Callable[[str], bool]
    """False for the ids of entries whose constituency the run leaves out."""


@dataclass(frozen=True, slots=True)
class Now:
    """What became of an entry that is gone.

    Attributes:
        why: changed, gone or unclear.
        entry_id: the entry of the same person today; None where none was found.
        changed: what changed since, joined with ``+``; None where it was not found.
        against_corrected: the fields that differ from what the entry was corrected to.
        place: the constituency and precinct of today.
    """

    why: Returned
    entry_id: str | None = None
    changed: str | None = None
    against_corrected: frozenset[str] = frozenset()
    place: tuple[int | None, int | None] = (None, None)


def what_became_of(
    gone: Collection[str], answered: Answered, today: Today
) -> dict[str, Now]:
    """What became of each of these entries."""
    then = Then(answered.given)
    written = _entries_of(gone, then)
    corrected = with_corrections(written, answered.amendments)
    old = normalize(written, today.profile).table
    meant = normalize(corrected, today.profile).table
    new = _alike(today.voters, old, meant)
    is_apart = _Apart(then, moves_of(answered.followed))
    pairs = _paired(meant, old, new, is_apart)
    found = _changed(pairs, old, meant, new)
    alike = _said_alike(gone, today.entry_ids)
    filled = _filled(today.lists)
    for one in gone:
        if one not in found:
            may_be = any(not is_apart(one, other) for other in alike[identity_of(one)])
            is_unclear = may_be or not then.cells(one) or _place(one) not in filled
            found[one] = Now(Returned.UNCLEAR if is_unclear else Returned.GONE)
    return found


def _said_alike(
    gone: Collection[str], entry_ids: pa.ChunkedArray
) -> Mapping[str, list[str]]:
    """By identity of those that are gone, the entries of today that say the same."""
    alike: dict[str, list[str]] = {identity_of(one): [] for one in gone}
    is_alike = is_among(identities(entry_ids), alike)
    for entry_id in entry_ids.filter(is_alike).to_pylist():
        alike[identity_of(entry_id)].append(entry_id)
    return alike


def _place(entry_id: str) -> tuple[str, ...]:
    """The constituency and precinct that an entry id begins with."""
    return tuple(entry_id.split("-")[:2])


def _filled(lists: pa.Table) -> set[tuple[str, ...]]:
    """The places of which entries were read."""
    rows = lists.filter(pc.greater(lists.column("entries"), 0)).to_pylist()
    return {
        (f"{row['constituency'] or 0:03d}", f"{row['precinct'] or 0:04d}")
        for row in rows
    }


def _entries_of(ids: Collection[str], then: Then) -> pa.Table:
    """ENTRY of the entries whose cells are known."""
    rows = [
        dict(then.cells(one)) | {"entry_id": one}
        for one in sorted(ids)
        if then.cells(one)
    ]
    return from_rows(rows, ENTRY)


def _alike(voters: Path, *olds: pa.Table) -> pa.Table:
    """The voters of today that share what brings two entries of one person together.

    That is an identifier, or a given name and a birth year.
    """

    def is_known(name: str) -> pc.Expression:
        """True for the voters whose value one of the old entries has."""
        values: set[Any] = set()
        for old in olds:
            values.update(old.column(name).drop_null().to_pylist())
        known = pa.array(sorted(values), VOTER.field(name).type)
        return pc.field(name).isin(known)

    by_name = is_known("given_skeleton") & is_known("birth_year")
    wanted = is_known("fin") | is_known("document") | by_name
    return pq.read_table(voters, columns=list(_COLUMNS), filters=wanted)


@dataclass(frozen=True, slots=True)
class _Apart:
    """Which entries of today stood on the list beside one that is gone."""

    then: Then
    moves: Mapping[str, str]

    def __call__(self, old: str, new: str) -> bool:
        """True where the new entry is another one than the old one."""
        beside = {self.moves.get(one, one) for one in self.then.beside(old)}
        return new in beside or self.then.stood_together(old, new)


def _paired(
    meant: pa.Table, old: pa.Table, new: pa.Table, is_apart: _Apart
) -> dict[int, int]:
    """Row of an entry that is gone -> row of the same person today.

    In the constituency first, then everywhere; as corrected first, then as handed in.
    """
    found: dict[int, int] = {}
    places = old.column("constituency").unique()
    is_here = pc.is_in(new.column("constituency"), value_set=places)
    here = np.flatnonzero(np.asarray(is_here, dtype=bool))
    for rows in (here, np.arange(new.num_rows)):
        for then in (meant, old):
            _pair_more(found, then, new, rows, is_apart)
    return found


def _pair_more(
    found: dict[int, int], old: pa.Table, new: pa.Table, rows: Rows, is_apart: _Apart
) -> None:
    """Add pairs of what is left of both; ``rows`` are those of ``new`` that are looked at."""
    old_ids, new_ids = old.column("entry_id"), new.column("entry_id")
    free = np.setdiff1d(rows, np.array(list(found.values()), np.int64))
    left = np.array([row for row in range(old.num_rows) if row not in found], np.int64)
    while len(left):
        pairs = pair(
            old.select(_COLUMNS).take(pa.array(left)), new.take(pa.array(free))
        )
        apart: list[int] = []
        used = free[pairs.new]
        for row, other in zip(left[pairs.old].tolist(), used.tolist(), strict=True):
            if is_apart(old_ids[row].as_py(), new_ids[other].as_py()):
                apart.append(row)
            else:
                found[row] = other
        # What stood beside an entry is another one: it is looked for without that.
        free, left = np.setdiff1d(free, used), np.array(apart, np.int64)


def _changed(
    pairs: Mapping[int, int], old: pa.Table, meant: pa.Table, new: pa.Table
) -> dict[str, Now]:
    """What changed of each entry that was found, by its old id."""
    left, right = (np.array(list(rows), np.int64) for rows in (pairs, pairs.values()))
    rows = Paired(left, right, np.zeros(len(left), np.int64))
    since = fields_changed(old, new, rows).words(np.arange(len(left))).to_pylist()
    against = fields_changed(meant, new, rows).words(np.arange(len(left))).to_pylist()
    moved = is_elsewhere(old, new, rows).tolist()
    ids = old.column("entry_id").take(pa.array(left)).to_pylist()
    today = new.select(["entry_id", "constituency", "precinct"]).take(pa.array(right))
    found: dict[str, Now] = {}
    for number, row in enumerate(today.to_pylist()):
        changed = [
            *filter(None, [since[number]]),
            *([_PRECINCT] if moved[number] else []),
        ]
        found[ids[number]] = Now(
            Returned.CHANGED,
            row["entry_id"],
            "+".join(changed) or _WRITTEN,
            frozenset((against[number] or "").split("+")) - {""},
            (row["constituency"], row["precinct"]),
        )
    return found
