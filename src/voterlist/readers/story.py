"""The flow of a word processor's text: paragraphs, tables, and tables in cells.

The parsers of Word and OpenDocument files tell a ``Story`` what begins and ends; it makes lines.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from voterlist.config import IngestSettings
from voterlist.model import AsideCode
from voterlist.readers.documents import (
    Cell,
    Line,
    Row,
    paragraph_lines,
    table_lines,
    text_line,
)
from voterlist.readers.outcome import RefusedError

_DEEPEST = 20
"""A table that lies deeper in other tables is read as text of the cell."""


@dataclass(slots=True)
class _Table:
    rows: list[Row] = field(default_factory=list)
    column: int = 0
    """Where in the grid the next cell of the open row begins."""


class Story:
    """Collects the lines of a document while its tags go by."""

    def __init__(self, settings: IngestSettings) -> None:
        self.lines: list[Line] = []
        self._settings = settings
        self._flows: list[list[Line]] = [self.lines]
        """What paragraphs and tables go to: the document, and inside it cells and text boxes."""
        self._tables: list[_Table] = []
        self._paragraphs: list[list[str]] = []
        self._open_cells: list[tuple[Row, Cell]] = []
        self._ignored_tables = 0
        self._cells = 0

    def text(self, text: str) -> None:
        """Text of the open paragraph."""
        if self._paragraphs:
            self._paragraphs[-1].append(text)

    def begin_paragraph(self) -> None:
        """A paragraph begins."""
        self._paragraphs.append([])

    def end_paragraph(self) -> None:
        """The open paragraph ends; one without text is left out."""
        if not self._paragraphs:
            return
        text = "".join(self._paragraphs.pop())
        if text.strip():
            lines = [text_line(text)] if self._open_cells else paragraph_lines(text)
            self._flows[-1] += lines

    def begin_box(self) -> None:
        """A text box begins; what it holds stands before the paragraph that holds it."""
        self._flows.append([])
        self._paragraphs.append([])

    def end_box(self) -> None:
        """The open text box ends."""
        self._paragraphs.pop()
        lines = self._flows.pop()
        self._flows[-1] += lines

    def begin_table(self) -> None:
        """A table begins."""
        if len(self._tables) < _DEEPEST:
            self._tables.append(_Table())
        else:
            self._ignored_tables += 1

    @property
    def _ignores(self) -> bool:
        return self._ignored_tables > 0 or not self._tables

    def begin_row(self) -> None:
        """A row of the open table begins."""
        if not self._ignores:
            table = self._tables[-1]
            table.rows.append(Row())
            table.column = 0

    def skip_columns(self, count: int) -> None:
        """The open row leaves so many places of the grid free."""
        if not self._ignores:
            self._tables[-1].column += count

    def delete_row(self) -> None:
        """The open row was deleted."""
        if not self._ignores and self._tables[-1].rows:
            self._tables[-1].rows[-1].deleted = True

    def begin_cell(self, rows: int = 1) -> None:
        """A cell of the open row begins, which takes so many rows."""
        if self._ignores:
            return
        table = self._tables[-1]
        if not table.rows:
            self.begin_row()
        self._cells += 1
        if self._cells > self._settings.max_cells:
            raise RefusedError(AsideCode.FILE_TOO_LARGE)
        row, cell = table.rows[-1], Cell(table.column, rows=rows)
        row.cells.append(cell)
        self._open_cells.append((row, cell))
        table.column += 1
        self._flows.append([])

    def widen_cell(self, places: int) -> None:
        """The open cell takes so many places of the grid."""
        if not self._ignores:
            self._tables[-1].column += max(0, places - 1)

    def continue_cell(self) -> None:
        """The open cell is the lower part of one that is merged downwards."""
        if not self._ignores and self._open_cells:
            self._open_cells[-1][1].continues = True

    def end_cell(self) -> None:
        """The open cell ends: its paragraphs are its text, the tables in it stand below its row."""
        if self._ignores:
            return
        lines = self._flows.pop()
        row, cell = self._open_cells.pop()
        cell.text = "\n".join(line.cells[0] for line in lines if line.outside)
        row.inner += [line for line in lines if not line.outside]

    def end_table(self) -> None:
        """The open table ends."""
        if self._ignored_tables:
            self._ignored_tables -= 1
            return
        if not self._tables:
            return
        rows = self._tables.pop().rows
        lines = table_lines(rows, self._settings)
        if self._tables and _is_text(rows):
            texts = (" ".join(filter(None, line.cells)) for line in lines)
            lines = [text_line(text) for text in texts if text]
        self._flows[-1] += lines


def _is_text(rows: list[Row]) -> bool:
    """True for a table in a cell that only arranges the text of that cell."""
    widest = max((len(row.cells) for row in rows), default=0)
    return (len(rows) < 2 or widest < 2) and not any(row.inner for row in rows)
