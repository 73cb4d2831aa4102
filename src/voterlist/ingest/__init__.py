"""Rows of text to entries.

The header is found. Each row becomes an entry or is set aside with a code. Blank becomes null.

``ingest`` takes the lists of a constituency, ``inspect`` says what it would make of them;
``statistics`` and ``protocol`` what other bodies sent; ``table_entries`` one table of any headers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import pyarrow as pa

from voterlist.config import IngestSettings
from voterlist.config.comparisons import AddedComparison
from voterlist.ingest.added import with_columns
from voterlist.ingest.file_names import Territory
from voterlist.ingest.findings import LETTERS_LOST, PLACE_DOUBTS, RULES, findings_table
from voterlist.ingest.generic import (
    columns_needed,
    given_map,
    name_columns,
    parse_map,
    table_entries,
    table_intake,
)
from voterlist.ingest.headers import ColumnMap, ColumnMatch, map_columns
from voterlist.ingest.ids import entry_ids
from voterlist.ingest.look import look, register_headed
from voterlist.ingest.numbers import protocol, statistics
from voterlist.ingest.registers import (
    FORMER_NAMES,
    REASON,
    StreetRows,
    extra_column,
    register_named,
    street_rows,
)
from voterlist.model import Unit
from voterlist.schemas import ADDED, ENTRY, LIST, SET_ASIDE, Intake, RawFile
from voterlist.tables import concat, sort_by

__all__ = [
    "FORMER_NAMES",
    "LETTERS_LOST",
    "PLACE_DOUBTS",
    "REASON",
    "RULES",
    "ColumnAccount",
    "ColumnMap",
    "ColumnMatch",
    "FileAccount",
    "Intake",
    "ListAccount",
    "PlaceAccount",
    "SheetAccount",
    "StreetRows",
    "columns_needed",
    "extra_column",
    "given_map",
    "ingest",
    "inspect",
    "map_columns",
    "name_columns",
    "parse_map",
    "protocol",
    "register_headed",
    "register_named",
    "statistics",
    "street_rows",
    "table_entries",
    "table_intake",
]


def ingest(
    files: Sequence[RawFile],
    settings: IngestSettings,
    *,
    constituency: int | None,
    territory: Territory | None = None,
    asks: bool = True,
    comparisons: Sequence[AddedComparison] = (),
) -> Intake:
    """The entries of these files, and an account of every row that is none.

    Args:
        files: as the readers found them, in any order.
        settings: ``columns`` pins headers.
        constituency: whose lists these are; None where the lists say it themselves.
        territory: the precincts of each constituency, as far as they are known.
        asks: whether a list that looks like a register is set aside, until a person has looked.
        comparisons: those whose columns are read beside the fields of an entry.

    Returns:
        All tables sorted: ENTRY by id; LIST with ``rows = entries + set_aside`` for each list;
        SET_ASIDE; FINDING; ADDED.
    """
    settings = with_columns(settings, comparisons)
    seen = look(files, settings, constituency, territory or {}, asks=asks)
    parts = seen.parts(constituency)
    entries = concat((part.entries for part in parts), ENTRY)
    entries = entries.set_column(0, ENTRY.field("entry_id"), entry_ids(entries))
    lists = concat((part.lists for part in parts), LIST)
    set_aside = concat((part.set_aside for part in parts), SET_ASIDE)
    added = concat((part.added for part in parts), ADDED)
    findings = _with_ids(chain.from_iterable(part.findings for part in parts), entries)
    return Intake(
        entries=sort_by(entries, "entry_id"),
        lists=sort_by(lists, *_ORDER_OF_LISTS),
        set_aside=sort_by(set_aside, "source", "copy", "sheet", "line", "code"),
        findings=findings_table(findings),
        added=sort_by(added, "source", "sheet", "line", "comparison"),
    )


def _with_ids(
    findings: Iterable[dict[str, Any]], entries: pa.Table
) -> list[dict[str, Any]]:
    """The findings about single rows with the ids of their entries."""
    rows = list(findings)
    if not any(row["unit"] == Unit.ENTRY for row in rows):
        return rows
    columns = (entries.column(name).to_pylist() for name in ("source", "sheet", "line"))
    ids = dict(
        zip(zip(*columns, strict=True), entries["entry_id"].to_pylist(), strict=True)
    )
    for row in rows:
        if row["unit"] == Unit.ENTRY:
            row["entry_id"] = ids.get((row["source"], row["sheet"], row["line"]))
            other = (row.get(f"other_{name}") for name in ("source", "sheet", "line"))
            row["other_entry_id"] = ids.get(tuple(other))
    return rows


_ORDER_OF_LISTS = (
    "source",
    "sheet",
    "constituency",
    "precinct",
    "list_kind",
    "set_aside",
    "rows",
    "entries",
)
