"""Rows and columns of text as a sheet, within the limits of the settings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.model import AsideCode
from voterlist.readers.outcome import ReadOutcome, RefusedError, unread_sheet
from voterlist.schemas import RawSheet

if TYPE_CHECKING:
    from voterlist.config.sections import IngestSettings


def check_size(
    rows: int, width: int, settings: IngestSettings, *, held: int | None = None
) -> None:
    """See that a sheet is not too large.

    Args:
        rows: how many it has, that of the names of its columns too.
        width: how many columns.
        settings: the limits.
        held: how many columns are held in memory, where it is not all of them.

    Raises:
        RefusedError: it is; ``code`` says which limit it goes beyond.
    """
    if rows > settings.max_rows:
        raise RefusedError(AsideCode.TOO_MANY_ROWS)
    if width > 100 * settings.max_columns:
        raise RefusedError(AsideCode.TOO_MANY_COLUMNS)
    if rows * (width if held is None else held) > settings.max_cells:
        raise RefusedError(AsideCode.FILE_TOO_LARGE)


def check_rows(rows: Iterable[Sequence[str]], settings: IngestSettings) -> None:
    """See that no cell is too long; raises ``RefusedError``."""
    longest = max(max(map(len, row), default=0) for row in rows)
    if longest > settings.max_cell_characters:
        raise RefusedError(AsideCode.CELL_TOO_LONG)


def sheet_of_rows(
    rows: Sequence[Sequence[str]],
    lines: Iterable[int],
    settings: IngestSettings,
    **facts: Any,
) -> RawSheet:
    """A sheet of these rows; null where a row ends before the column.

    What stands beyond the most columns is joined into one more, so that nothing is lost.

    Args:
        rows: their cells.
        lines: the line of each row.
        settings: say how many columns there may be.
        **facts: further fields of ``RawSheet``.
    """
    beyond = max(0, max(map(len, rows), default=0) - settings.max_columns)
    if beyond:
        rows = [_joined_beyond(row, settings.max_columns) for row in rows]
    arrays = [pa.array(column, pa.string()) for column in zip_longest(*rows)]
    return RawSheet(
        lines=pa.array(lines, pa.int32()),
        cells=_table(arrays),
        joined_columns=beyond,
        **{"name": None, **facts},
    )


def sheet_within(
    rows: Sequence[Sequence[str]],
    lines: Iterable[int],
    settings: IngestSettings,
    **facts: Any,
) -> RawSheet:
    """As ``sheet_of_rows``.

    Raises:
        RefusedError: there is no row, or the sheet or a cell is too large.
    """
    if not rows:
        raise RefusedError(AsideCode.FILE_EMPTY)
    width = max(map(len, rows))
    check_size(len(rows), width, settings, held=min(width, settings.max_columns + 1))
    check_rows(rows, settings)
    return sheet_of_rows(rows, lines, settings, **facts)


def with_beside(
    found: ReadOutcome,
    beside: Iterable[tuple[str, Sequence[str] | None]],
    settings: IngestSettings,
) -> ReadOutcome:
    """The outcome with the lines of each named part that stand in none of its tables.

    What was read is not told again, and a part whose lines are None is named as unread.
    """
    parts = dict(beside)
    told_parts = [(name, lines) for name, lines in parts.items() if lines]
    if not found.sheets:
        return found
    found = found.with_unread([name for name, lines in parts.items() if lines is None])
    if not told_parts:
        return found
    cells = (
        cell
        for sheet in found.sheets
        for column in sheet.cells.columns
        for cell in filter(None, column.unique().to_pylist())
    )
    texts = {" ".join(cell.split()) for cell in cells}
    read = "\n".join(texts)
    # A long text is searched only for lines whose first words stand in it together.
    begun = {_first_words(line) for _, lines in told_parts for line in lines}
    met = {pair for text in texts for pair in pairwise(text.split()) if pair in begun}
    sheets: list[RawSheet] = []
    for name, lines in told_parts:
        told = [
            (at, line)
            for at, line in enumerate(lines, 1)
            if line not in texts and (_first_words(line) not in met or line not in read)
        ]
        sheets += sheet_beside(name, told, settings)
    return replace(found, sheets=(*found.sheets, *sheets))


def _first_words(line: str) -> tuple[str, ...]:
    return tuple(line.split(maxsplit=2)[:2])


def sheet_beside(
    name: str, remarks: Sequence[tuple[int, str]], settings: IngestSettings
) -> list[RawSheet]:
    """The sheet of these (line, text), none of them a voter; no sheet where there are none.

    One that is larger than allowed is named: the list beside it is read.
    """
    if not remarks:
        return []
    lines, texts = zip(*remarks, strict=True)
    outside = pa.array([True] * len(lines))
    rows = [[text] for text in texts]
    try:
        return [sheet_within(rows, lines, settings, name=name, outside=outside)]
    except RefusedError as refused:
        return [unread_sheet(name, refused.code)]


def sheet_of_columns(
    arrays: Sequence[pa.Array], settings: IngestSettings, **facts: Any
) -> RawSheet:
    """A sheet of columns of text of one length; its rows are counted from 1.

    Raises:
        RefusedError: a cell is too long.
    """
    longest = (pc.max(pc.utf8_length(array)).as_py() or 0 for array in arrays)
    if any(length > settings.max_cell_characters for length in longest):
        raise RefusedError(AsideCode.CELL_TOO_LONG)
    table = _table(arrays)
    lines = range(1, table.num_rows + 1)
    if len(arrays) > settings.max_columns:
        rows = [list(row.values()) for row in table.to_pylist()]
        return sheet_of_rows(rows, lines, settings, **facts)
    return RawSheet(
        lines=pa.array(lines, pa.int32()), cells=table, **{"name": None, **facts}
    )


def _joined_beyond(row: Sequence[str], most: int) -> Sequence[str]:
    """The row with its cells beyond ``most`` joined into one."""
    if len(row) <= most:
        return row
    return [*row[:most], " ".join(filter(None, row[most:]))]


def _table(arrays: Sequence[pa.Array]) -> pa.Table:
    return pa.table(arrays, names=[f"c{place}" for place in range(len(arrays))])
