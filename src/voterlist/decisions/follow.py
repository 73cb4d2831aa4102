"""Entries of which something was decided, found again where they stand today.

An entry id is a place and a digest of what the entry says: ``088-0012-`` and 13 digits. A file that
was read under a wrong precinct, or a precinct that was corrected, changes the place alone. What was
decided then follows the entry to its new place, where it is certain which entry that is.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.decisions.given import Given
from voterlist.schemas import FOLLOWED
from voterlist.tables import from_columns

__all__ = ["Followed", "follow", "identity_of", "renamed"]

_PLACE_LENGTH = len("088-0012-")
_FULL_DATE_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Followed:
    """The answers under the entry ids and case ids of today."""

    given: Given
    moves: pa.Table
    """FOLLOWED: the entries that stand elsewhere now, sorted."""


def identity_of(entry_id: str) -> str:
    """What an entry says, without its place and without the number of equal entries."""
    return entry_id[_PLACE_LENGTH:].partition(".")[0]


def follow(
    given: Given, entry_ids: pa.ChunkedArray, case_id: Callable[[list[str]], str]
) -> Followed:
    """Bring the answers to the entries of today.

    An entry that is gone from its place is looked for by what it says. It is taken for found where
    exactly one entry of today says the same, and nothing was decided of that one before. Where an
    entry says too little to be one person's, its list must have moved as a whole.

    Args:
        given: the answers.
        entry_ids: of all entries of today.
        case_id: the id of the case of these entries.
    """
    known = _decided_ids(given)
    gone = _not_among(sorted(known), entry_ids)
    if not gone:
        return Followed(given, from_columns({}, FOLLOWED, 0))
    moves = _moves(gone, _candidates(gone, known, entry_ids), given.subjects)
    rows = sorted(moves.items())
    table = {
        "old_entry_id": [old for old, _ in rows],
        "entry_id": [new for _, new in rows],
    }
    today = renamed(given, moves, case_id)
    return Followed(today, from_columns(table, FOLLOWED, len(rows)))


def _decided_ids(given: Given) -> set[str]:
    """The entries of which anything was decided, with the other entries of their cases."""
    ids: set[str] = set()
    for table in (given.verdicts, given.amendments):
        ids.update(table.column("entry_id").to_pylist())
    for members in given.case_entries.values():
        ids.update(members)
    for name in ("entry_id", "other_entry_id"):
        column = given.acceptances.column(name).drop_null()
        ids.update(column.to_pylist())
    return ids


def _not_among(ids: Sequence[str], entry_ids: pa.ChunkedArray) -> list[str]:
    wanted = pa.array(ids, pa.string())
    is_there = pc.is_in(wanted, value_set=entry_ids.combine_chunks())
    return list(wanted.filter(pc.invert(is_there)).to_pylist())


def _candidates(
    gone: Iterable[str], known: set[str], entry_ids: pa.ChunkedArray
) -> dict[str, list[str]]:
    """By identity, the entries of today of which nothing was decided."""
    wanted = pa.array(sorted({identity_of(one) for one in gone}), pa.string())
    texts = pc.utf8_slice_codeunits(entry_ids, _PLACE_LENGTH)
    identity = pc.replace_substring_regex(texts, r"\..*$", "")
    found = entry_ids.filter(pc.is_in(identity, value_set=wanted))
    candidates: dict[str, list[str]] = {}
    for entry_id in sorted(set(found.to_pylist()) - known):
        candidates.setdefault(identity_of(entry_id), []).append(entry_id)
    return candidates


def _moves(
    gone: Sequence[str], candidates: Mapping[str, list[str]], subjects: pa.Table
) -> dict[str, str]:
    """Old id -> id of today, where it is certain."""
    by_identity: dict[str, list[str]] = {}
    for entry_id in gone:
        by_identity.setdefault(identity_of(entry_id), []).append(entry_id)
    cells = {row["entry_id"]: json.loads(row["cells"]) for row in subjects.to_pylist()}
    single: dict[str, str] = {}
    several: list[tuple[list[str], list[str]]] = []
    for identity, old in by_identity.items():
        new = candidates.get(identity, [])
        if len(old) == len(new) == 1:
            single[old[0]] = new[0]
        elif new:
            several.append((old, new))
    place_moves = _place_moves(single)
    moves = {
        old: new
        for old, new in single.items()
        if _is_one_person(cells.get(old, {})) or _has_moved(old, new, place_moves)
    }
    for olds, news in several:
        moves |= _by_place(olds, news, place_moves)
    return moves


def _place_moves(single: Mapping[str, str]) -> Counter[tuple[str, str]]:
    """(old place, new place) -> how many entries went so."""
    return Counter((_place(old), _place(new)) for old, new in single.items())


def _place(entry_id: str) -> str:
    return entry_id[:_PLACE_LENGTH]


def _has_moved(old: str, new: str, place_moves: Counter[tuple[str, str]]) -> bool:
    """True where another entry of the same place went the same way."""
    return place_moves[_place(old), _place(new)] > 1


def _by_place(
    olds: Sequence[str], news: Sequence[str], place_moves: Counter[tuple[str, str]]
) -> dict[str, str]:
    """Of entries that say the same, each where the others of its list went."""
    moves: dict[str, str] = {}
    for old in olds:
        targets = [
            new
            for new in news
            if new not in moves.values() and place_moves[_place(old), _place(new)]
        ]
        if len(targets) == 1 or (targets and _is_copy(old)):
            moves[old] = targets[0]
    return moves


def _is_copy(entry_id: str) -> bool:
    return "." in entry_id


def _is_one_person(cells: Mapping[str, object]) -> bool:
    """True for an entry that says enough to be one person's: an identifier, or a full date."""
    if cells.get("fin") or cells.get("document"):
        return True
    digits = [sign for sign in str(cells.get("birth_date") or "") if sign.isdigit()]
    return len(digits) >= _FULL_DATE_DIGITS


def renamed(
    given: Given, moves: Mapping[str, str], case_id: Callable[[list[str]], str]
) -> Given:
    """The answers with the ids of today."""
    cases: dict[str, str] = {}
    members: dict[str, list[str]] = {}
    for old, entries in given.case_entries.items():
        today = [moves.get(entry, entry) for entry in entries]
        new = case_id(today) if today != list(entries) else old
        cases[old] = new
        members[new] = today
    return replace(
        given,
        verdicts=_with(given.verdicts, {"entry_id": moves, "case_id": cases}),
        amendments=_with(given.amendments, {"entry_id": moves, "case_id": cases}),
        acceptances=_with(
            given.acceptances, {"entry_id": moves, "other_entry_id": moves}
        ),
        case_entries=members,
    )


def _with(table: pa.Table, names: Mapping[str, Mapping[str, str]]) -> pa.Table:
    """The table with the texts of these columns replaced."""
    for column, new in names.items():
        texts = [new.get(text, text) for text in table.column(column).to_pylist()]
        place = table.schema.get_field_index(column)
        table = table.set_column(
            place, table.schema.field(column), pa.array(texts, pa.string())
        )
    return table
