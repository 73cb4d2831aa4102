"""What entries said when something was decided about them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.decisions.given import Given
from voterlist.fields import ENTRY_FIELDS
from voterlist.schemas import ENTRY, SUBJECT, require
from voterlist.tables import from_columns, rows_among

OTHERS = "others"
"""Beside the cells of an entry: the ids of the other entries that said the same then."""

_PLACE_LENGTH = len("088-0012-")
_TEXT_END = _PLACE_LENGTH + 13
"""Behind the digits of what an entry says stands the number of equal entries, if any."""

_SUBJECT_CELLS = (
    "constituency",
    "precinct",
    "list_kind",
    "source",
    "sheet",
    "line",
    *ENTRY_FIELDS,
)


def identity_of(entry_id: str) -> str:
    """What an entry says, without its place and without the number of equal entries."""
    return entry_id[_PLACE_LENGTH:_TEXT_END]


def identities(entry_ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """``identity_of`` each id."""
    # An id is ASCII, and cutting bytes takes a third of the time.
    cut = pc.binary_slice(entry_ids.cast(pa.binary()), _PLACE_LENGTH, _TEXT_END)
    return cut.cast(pa.string())


def answered_ids(given: Given) -> set[str]:
    """The entries on the list of which anything was decided, and the others of their cases."""
    ids: set[str] = set()
    ids.update(given.verdicts.column("entry_id").to_pylist())
    # The row of a register from which a person was added is no entry.
    is_entry = pc.not_equal(given.amendments.column("action").cast(pa.string()), "add")
    ids.update(given.amendments.filter(is_entry).column("entry_id").to_pylist())
    for members in given.case_entries.values():
        ids.update(members)
    for name in ("entry_id", "other_entry_id"):
        ids.update(given.acceptances.column(name).drop_null().to_pylist())
    return ids


def members_of(cases: pa.Table, ids: Iterable[str | None]) -> dict[str, list[str]]:
    """The entries of each of these cases, in the order of ``cases``.

    Args:
        cases: CASE, or its ``case_id`` and ``entry_id``.
        ids: of cases; those that are not in the table are left out.
    """
    rows = rows_among(cases.select(["case_id", "entry_id"]), "case_id", ids)
    members: dict[str, list[str]] = {}
    for row in rows.to_pylist():
        members.setdefault(row["case_id"], []).append(row["entry_id"])
    return members


def subjects_among(entries: pa.Table, ids: Collection[str]) -> pa.Table:
    """What these entries say now (SUBJECT), with the entries that say the same beside them.

    Args:
        entries: ENTRY of all lists.
        ids: the entries of which something is decided; those that are on no list are left out.
    """
    rows = rows_among(entries, "entry_id", ids)
    alike = _alike(entries.column("entry_id"), rows.column("entry_id"))
    subjects = sorted(_subjects(rows, alike))
    columns = {
        "entry_id": [entry_id for entry_id, _ in subjects],
        "cells": [cells for _, cells in subjects],
    }
    return from_columns(columns, SUBJECT, len(subjects))


def _alike(
    entry_ids: pa.ChunkedArray, wanted: pa.ChunkedArray
) -> Mapping[str, list[str]]:
    """The entries of each identity that one of the wanted entries has."""
    texts = pc.unique(identities(wanted))
    same = entry_ids.filter(pc.is_in(identities(entry_ids), value_set=texts))
    alike: dict[str, list[str]] = {}
    for entry_id in sorted(same.to_pylist()):
        alike.setdefault(identity_of(entry_id), []).append(entry_id)
    return alike


def _subjects(
    rows: pa.Table, alike: Mapping[str, list[str]]
) -> Iterator[tuple[str, str]]:
    """The id of each row, and its cells as JSON; what it lacks is left out."""
    for row in rows.select(ENTRY.names).to_pylist():
        entry_id = row.pop("entry_id")
        cells: dict[str, Any] = {
            name: cell for name, cell in row.items() if cell is not None
        }
        same = alike[identity_of(entry_id)]
        cells[OTHERS] = [other for other in same if other != entry_id]
        yield entry_id, json.dumps(cells, sort_keys=True, ensure_ascii=False)


def subjects_of(entries: pa.Table) -> pa.Table:
    """SUBJECT: what these entries (ENTRY) say, with their places, by id."""
    rows = require(entries, ENTRY, "review").to_pylist()
    return subject_table({row["entry_id"]: row for row in rows})


def subject_table(entries: Mapping[str, Mapping[str, Any]]) -> pa.Table:
    """SUBJECT of these rows of ENTRY, which stand under their ids, by id."""
    ids = sorted(entries)
    cells = [_cells(entries[entry_id]) for entry_id in ids]
    return from_columns({"entry_id": ids, "cells": cells}, SUBJECT, len(ids))


def _cells(entry: Mapping[str, Any]) -> str:
    """The entry as JSON: the same text for the same entry."""
    cells = {name: entry[name] for name in _SUBJECT_CELLS}
    return json.dumps(cells, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
