"""The columns of added comparisons, taken from a table as they are written."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config import IngestSettings
from voterlist.config.comparisons import (
    SECTION,
    AddedComparison,
    added_comparisons,
    comparisons_error,
)
from voterlist.errors import SettingsMistake
from voterlist.ingest.cells import known_cells
from voterlist.ingest.headers import ColumnMap
from voterlist.schemas import ADDED
from voterlist.tables import concat, join_text, rows_among, sort_by


def parse_comparisons(text: str, taken: Collection[str]) -> tuple[AddedComparison, ...]:
    """The ``[comparisons.<name>]`` of a map that ``parse_map`` could read.

    ``taken`` are names that no added comparison can have.

    Raises:
        SettingsError: with every mistake and its key path.
    """
    return added_comparisons(tomllib.loads(text).get("comparisons", {}), taken)


def require_columns(
    headers: Sequence[str],
    added: Sequence[AddedComparison],
    columns: Mapping[str, str | Sequence[str]] | None,
) -> None:
    """Every added comparison has its columns, and no column is compared as another field already.

    Raises:
        SettingsError: with the key path of each mistake.
    """
    mistakes = [
        mistake
        for comparison in added
        for mistake in _mistakes(headers, comparison, columns or {})
    ]
    if mistakes:
        raise comparisons_error(mistakes)


def _mistakes(
    headers: Sequence[str],
    comparison: AddedComparison,
    columns: Mapping[str, str | Sequence[str]],
) -> Iterator[SettingsMistake]:
    path = f"comparisons.{comparison.name}.column"
    for header in comparison.columns:
        if header not in headers:
            meant = difflib.get_close_matches(header, headers, n=1, cutoff=0.5)
            code = "no-such-column-meant" if meant else "no-such-column"
            places = [("column", header), *(("meant", one) for one in meant)]
            yield SettingsMistake(path, code, tuple(places))
        for field, named in columns.items():
            if header in ([named] if isinstance(named, str) else named):
                twice = (("column", header), ("other", field))
                yield SettingsMistake(path, "column-compared-twice", twice)


def places_of_added(
    headers: Sequence[str], added: Sequence[AddedComparison]
) -> frozenset[int]:
    """The places, from 0, of the columns that added comparisons need; those that are there."""
    wanted = {header for comparison in added for header in comparison.columns}
    return frozenset(place for place, header in enumerate(headers) if header in wanted)


def added_columns(
    table: pa.Table, added: Sequence[AddedComparison]
) -> dict[str, pa.Array]:
    """For each comparison its text, row by row; blank is null.

    Every column must be there (``require_columns``).
    """
    return {
        comparison.name: join_text(
            [_text(table, header) for header in comparison.columns]
        )
        for comparison in added
    }


def _text(table: pa.Table, header: str) -> pa.Array:
    """A column as clean text, not dictionary-encoded."""
    column = table.column(table.column_names.index(header))
    return known_cells(column).cast(pa.string())


# --- of the lists of a run
# --------------------------------------------------------------------------------------

_ROLE = f"{SECTION}."
_CELL = ("source", "sheet", "line")
ENTRY_CELL = pa.schema([ADDED.field(name) for name in ("entry_id", *_CELL)])
"""The columns of ENTRY that tell where an entry stood."""


def with_columns(
    settings: IngestSettings, comparisons: Sequence[AddedComparison]
) -> IngestSettings:
    """The settings with the columns of the comparisons pinned, so that no field takes them."""
    if not comparisons:
        return settings
    pinned: dict[str, str | list[str]] = {
        f"{_ROLE}{comparison.name}": list(comparison.columns)
        for comparison in comparisons
    }
    return settings.model_copy(update={"columns": {**settings.columns, **pinned}})


def compared_columns(columns: ColumnMap) -> dict[str, tuple[int, ...]]:
    """The columns of each added comparison that a table has, by its name."""
    roles = sorted(role for role in columns.roles() if role.startswith(_ROLE))
    return {role.removeprefix(_ROLE): columns.columns(role) for role in roles}


def with_ids(added: pa.Table, entries: pa.Table) -> pa.Table:
    """ADDED with the ids of its entries, by id; ``entries`` has the columns of ENTRY_CELL.

    One file may lie in two folders: each of its entries says what stands in the file.
    """
    entry_cells = _cells(entries)
    parts = []
    for name in pc.unique(added.column("comparison")).to_pylist():
        of_name = rows_among(added, "comparison", [name])
        at = pc.index_in(entry_cells, value_set=_cells(of_name))
        ids = entries.column("entry_id").filter(at.is_valid())
        parts.append(of_name.take(at.drop_null()).set_column(0, ADDED.field(0), ids))
    return sort_by(concat(parts, ADDED), "entry_id", "comparison")


def _cells(table: pa.Table) -> pa.Array:
    """Where each row stood, as one text; neither part holds a line break."""
    source, sheet, line = (table.column(name).cast(pa.string()) for name in _CELL)
    parts = source, pc.fill_null(sheet, ""), line
    return pc.binary_join_element_wise(*parts, "\n").combine_chunks()
