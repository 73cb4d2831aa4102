"""The columns of added comparisons, taken from a table as they are written."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence

import pyarrow as pa

from voterlist.config.comparisons import (
    AddedComparison,
    added_comparisons,
    comparisons_error,
)
from voterlist.errors import SettingsMistake
from voterlist.ingest.cells import known_cells
from voterlist.tables import join_text


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
