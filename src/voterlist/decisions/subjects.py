"""What entries said when something was decided about them."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pyarrow as pa

from voterlist.decisions.answer import Row
from voterlist.schemas import ENTRY, ENTRY_FIELDS, SUBJECT, require
from voterlist.tables import from_columns

__all__ = ["subject_table", "subjects_of"]

_SUBJECT_CELLS = (
    "constituency",
    "precinct",
    "list_kind",
    "source",
    "sheet",
    "line",
    *ENTRY_FIELDS,
)


def subjects_of(entries: pa.Table) -> pa.Table:
    """SUBJECT: what these entries (ENTRY) say, with their places, by id."""
    rows = require(entries, ENTRY, "review").to_pylist()
    return subject_table({row["entry_id"]: row for row in rows})


def subject_table(entries: Mapping[str, Row]) -> pa.Table:
    """SUBJECT of these rows of ENTRY, which stand under their ids, by id."""
    ids = sorted(entries)
    cells = [_cells(entries[entry_id]) for entry_id in ids]
    return from_columns({"entry_id": ids, "cells": cells}, SUBJECT, len(ids))


def _cells(entry: Row) -> str:
    """The entry as JSON: the same text for the same entry."""
    cells = {name: entry[name] for name in _SUBJECT_CELLS}
    return json.dumps(cells, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
