"""Small ENTRY tables for the tests of normalize."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from voterlist.schemas import ENTRY
from voterlist.tables import from_columns


def entries(**columns: Any) -> pa.Table:
    """ENTRY of these columns: lists, or texts with a ``|`` between the cells."""
    columns = {
        name: [cell or None for cell in cells.split("|")]
        if isinstance(cells, str)
        else cells
        for name, cells in columns.items()
    }
    rows = len(next(iter(columns.values())))
    known = {
        "entry_id": [f"001-0001-{row:013d}" for row in range(rows)],
        "constituency": [1] * rows,
        "precinct": [1] * rows,
        "list_kind": ["permanent"] * rows,
        "source": ["0123456789ab"] * rows,
        "line": list(range(1, rows + 1)),
    } | columns
    arrays = {
        name: values
        if name == "list_kind"
        else pa.array(values, ENTRY.field(name).type)
        for name, values in known.items()
    }
    return from_columns(arrays, ENTRY, rows)


def column(table: pa.Table, name: str) -> str:
    """A column as ``entries`` takes it."""
    return "|".join(cell or "" for cell in table.column(name).to_pylist())


def found(findings: pa.Table) -> list[tuple[str, int | None, str]]:
    """(rule, line, field) of each finding, sorted."""
    rows = findings.select(["rule", "line", "field"]).to_pylist()
    return sorted(((row["rule"], row["line"], row["field"]) for row in rows), key=str)
