"""The rows that did not become entries, each with its reason, and the files that were not read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from voterlist.model import AsideCode, frozen
from voterlist.report.section import (
    Inputs,
    Section,
    SheetTable,
    columns_of,
    place_columns,
)
from voterlist.report.values import Facts, Place, Words, mask_row, place_order
from voterlist.schemas import SET_ASIDE
from voterlist.tables import text_of

NOBODY = (
    AsideCode.BLANK_ROW,
    AsideCode.TITLE_ROW,
    AsideCode.HEADER_ROW,
    AsideCode.TOTAL_ROW,
    AsideCode.DUPLICATE_FILE,
    AsideCode.SAME_ENTRY,
)
"""Why rows are set aside that are surely nobody's entry; with any other code, a new one too, they
may be a voter's."""


@frozen
class SetAsideRow:
    """A row that did not become an entry, or (line 0) a file that could not be read."""

    place: Place
    code: str
    rows: int
    cells: tuple[str, ...]

    @property
    def is_file(self) -> bool:
        """True where it stands for a whole file."""
        return self.place.line == 0

    @property
    def may_be_voter(self) -> bool:
        """True for a row that may be somebody's entry."""
        return not self.is_file and self.code not in NOBODY


def _build(inputs: Inputs) -> tuple[SetAsideRow, ...]:
    """Whole files, then what may be people, then the rest; each by file, sheet and line."""
    table = inputs.own("set_aside")
    columns = zip(
        inputs.run.names.places(table),
        text_of(table, "code").to_pylist(),
        table.column("rows").to_pylist(),
        table.column("cells").to_pylist(),
        strict=True,
    )
    hide = mask_row if inputs.run.mask_identifiers else str
    rows = [
        SetAsideRow(
            place, code, count, tuple(map(hide, _without_blank_end(cells or [])))
        )
        for place, code, count, cells in columns
    ]
    return tuple(sorted(rows, key=_order))


def _without_blank_end(cells: list[str | None]) -> list[str]:
    """The cells up to the last that holds something."""
    last = max((number for number, cell in enumerate(cells) if cell), default=-1)
    return [cell or "" for cell in cells[: last + 1]]


def _order(row: SetAsideRow) -> tuple[object, ...]:
    place = row.place
    line = (place.file or "", place.sheet or "", place.line or 0)
    return (
        not row.is_file,
        row.code in NOBODY,
        *place_order(*place.area),
        *line,
        row.code,
    )


def _sheets(
    rows: Sequence[SetAsideRow],
    _facts: Facts,
    words: Words,
) -> Iterable[SheetTable]:
    columns = columns_of(
        words,
        ("report.column.why-aside", 28, "text", "aside.{0.code}.title"),
        *place_columns(words),
        ("report.column.rows", 9, "count", "rows"),
        ("report.column.cells", 60, "text", lambda row: " | ".join(row.cells)),
        ("report.column.todo", 48, "text", "aside.{0.code}.todo"),
    )
    yield SheetTable(
        words("report.sheet.set-aside"),
        (words("report.set-aside.title"), words("report.set-aside.note")),
        columns,
        rows,
        words("report.set-aside.none"),
    )


SET_ASIDE_ROWS = Section(
    name="set-aside",
    build=_build,
    needs={"set_aside": SET_ASIDE},
    sheets=_sheets,
    page=lambda _: {"nobody": NOBODY},
    most={"rows": 60},
)
