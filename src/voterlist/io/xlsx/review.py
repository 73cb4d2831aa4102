"""Cases out to a workbook with a column for the decision, and the decisions back in."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from voterlist.catalogue import LANGUAGES
from voterlist.errors import InputError
from voterlist.io.xlsx.report import case_cells, case_columns, place_cells, place_columns
from voterlist.io.xlsx.sheets import Book, Column, Row, Sheet
from voterlist.model import Verdict
from voterlist.report import Case, Words
from voterlist.review import REVIEW_ROW, UNKNOWN_VERDICT
from voterlist.tables import from_columns

__all__ = ["read_review", "render_review", "write_review"]

_IDS = ("case_id", "entry_id")
"""The hidden columns; their headings are the same in every language."""
_ASKED = ("verdict", "reason", "decided_by")
"""The columns a person fills in; their headings stand in the catalogue (``review.column.<name>``)."""
_LOOKED_THROUGH = 50
"""Rows at the top of a sheet among which the headings are looked for."""
_PLAIN = str.maketrans("əşçğıöü", "escgiou")


def write_review(cases: Sequence[Case], path: Path, language: str, *, today: dt.date) -> None:
    """Write a review workbook of these cases (``report.review_cases``) in this language to ``path``.

    Raises:
        OSError: the file cannot be written.
    """
    path.write_bytes(render_review(cases, language, today=today))


def render_review(cases: Sequence[Case], language: str, *, today: dt.date) -> bytes:
    """The workbook: one sheet of cases with a drop-down list for the decision, one that says how to decide."""
    words = Words(language)
    book = Book(words("review.title"), today, words)
    _cases(book.sheet(words("review.sheet.cases")), cases)
    _how(book.sheet(words("review.sheet.how")))
    return book.content()


def read_review(path: Path) -> pa.Table:
    """REVIEW_ROW: every row of the workbook that has a decision, reason or name in it, in order of row.

    Rows may have been sorted or filtered, columns moved, and either language be used; a word that is no decision
    becomes ``UNKNOWN_VERDICT``, for ``review.check_decisions`` to name.

    Raises:
        InputError: the file is no workbook, or no sheet has the columns of a review.
    """
    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
    except (CalamineError, OSError, ValueError):
        # The cause may quote the file's content.
        raise _unreadable(path, "review-unreadable", "is no workbook") from None
    for name, cells in sheets:
        found = _headings(path, name, cells)
        if found:
            top, columns = found
            return _rows(name, cells, top, columns)
    raise _unreadable(path, "review-no-sheet", "has no sheet with the columns of a review")


def _cases(sheet: Sheet, cases: Sequence[Case]) -> None:
    words = sheet.book.words
    sheet.head(words("review.title"), words("review.how.1"), words("review.how.5"))
    columns = (
        Column(words("review.column.number"), 6, "label"),
        Column(words("review.column.kind"), 14),
        Column(words("review.column.probability"), 10, "probability"),
        Column(words("review.column.proposed"), 10),
        Column(words("review.column.why"), 20),
        *(Column(words(f"review.column.{name}"), width) for name, width in zip(_ASKED, (11, 22, 14), strict=True)),
        *case_columns(words),
        *place_columns(words),
        Column(words("waterfall.column.why"), 44, printed=False),
        *(Column(name, 14, hidden=True) for name in _IDS),
    )
    rows = [
        _row(case, member_place, words, band=number % 2 == 1)
        for number, case in enumerate(cases)
        for member_place in range(len(case.members))
    ]
    top = sheet.table(columns, rows, frozen=2)
    if rows:
        _ask(sheet, top + 1, top + len(rows))


def _row(case: Case, member_place: int, words: Words, *, band: bool) -> Row:
    member = case.members[member_place]
    shown, marks = case_cells(member, words)
    values = [
        case.number,
        words(f"case-kind.{case.kind}.title"),
        case.probability,
        words(f"role.{member.role}"),
        words(f"reason.{member.reason}"),
        words(f"verdict.{member.verdict}") if member.verdict else None,
        member.decided_why,
        member.decided_by,
        *shown,
        *place_cells(member.place),
        words.why(case.why) if case.why and member_place == 0 else None,
        case.case_id,
        member.entry_id,
    ]
    filled = ["fill"] * len(_ASKED)
    return Row(values, [*[""] * 5, *filled, *marks, *[""] * 8], band=band, first=member_place == 0)


def _ask(sheet: Sheet, first: int, last: int) -> None:
    """The drop-down list of the decision column, with a word of help and a refusal of anything else."""
    words = sheet.book.words
    sheet.raw.data_validation(
        first,
        5,
        last,
        5,
        {
            "validate": "list",
            "source": [words(f"verdict.{verdict}") for verdict in Verdict],
            "input_title": words("review.input.title"),
            "input_message": words("review.input.message"),
            "error_title": words("review.invalid.title"),
            "error_message": words("review.invalid.message"),
        },
    )


def _how(sheet: Sheet) -> None:
    words = sheet.book.words
    sheet.raw.set_column(0, 0, 16)
    sheet.raw.set_column(1, 1, 100)
    sheet.head(words("review.sheet.how"))
    for step in range(1, 8):
        sheet.text(0, str(step), bold=True)
        text = words(f"review.how.{step}", column=words("review.column.verdict"))
        sheet.text(1, text, text_wrap=True)
        sheet.row += 1
        if step == 3:
            for verdict in Verdict:
                sheet.text(0, words(f"verdict.{verdict}"), bold=True, font_color="#17364A")
                sheet.text(1, words(f"verdict.{verdict}.message"), text_wrap=True)
                sheet.row += 1


def _unreadable(path: Path, code: str, what: str, sheet: str = "", line: int | None = None) -> InputError:
    return InputError(f"{path.name} {what}", code=code, file=str(path), sheet=sheet, line=line)


def _fold(text: object) -> str:
    """A word as it is compared: lower case, without blanks around it, in plain letters of either keyboard."""
    lower = unicodedata.normalize("NFC", str(text).replace("İ", "i")).casefold()
    return " ".join(lower.split()).translate(_PLAIN)


def _known_headings() -> dict[str, str]:
    """Folded heading -> column, in every language."""
    known = {_fold(name): name for name in _IDS}
    for language in LANGUAGES:
        words = Words(language)
        known |= {_fold(words(f"review.column.{name}")): name for name in _ASKED}
    return known


def _known_verdicts() -> dict[str, str]:
    """Folded word -> code, in every language; the codes themselves are words too."""
    known = {_fold(verdict.value): verdict.value for verdict in Verdict}
    for language in LANGUAGES:
        words = Words(language)
        known |= {_fold(words(f"verdict.{verdict}")): verdict.value for verdict in Verdict}
    return known


def _headings(path: Path, sheet: str, cells: Sequence[Sequence[Any]]) -> tuple[int, dict[str, int]] | None:
    """The row of the headings and the place of each column; None where the sheet has no such row."""
    known = _known_headings()
    for top, row in enumerate(cells[:_LOOKED_THROUGH]):
        named = [(known[_fold(cell)], place) for place, cell in enumerate(row) if _fold(cell) in known]
        columns = dict(named)
        if {*_IDS, "verdict"} <= columns.keys():
            if len(columns) < len(named):
                raise _unreadable(path, "review-column-twice", "has a heading twice", sheet, top + 1)
            return top, columns
    return None


def _rows(sheet: str, cells: Sequence[Sequence[Any]], top: int, columns: dict[str, int]) -> pa.Table:
    """The rows below the headings that somebody filled in."""
    verdicts = _known_verdicts()
    found = [
        (number, filled) for number, filled in _filled(cells, top, columns) if any(filled.get(name) for name in _ASKED)
    ]
    texts = {name: [filled.get(name) for _, filled in found] for name in (*_IDS, "reason", "decided_by")}
    words = [filled.get("verdict") for _, filled in found]
    verdict = [word and verdicts.get(_fold(word), UNKNOWN_VERDICT) for word in words]
    rows = [number for number, _ in found]
    columns_of = {"sheet": [sheet] * len(found), "row": rows, "verdict": verdict, **texts}
    return from_columns(columns_of, REVIEW_ROW, length=len(found))


def _filled(
    cells: Sequence[Sequence[Any]], top: int, columns: dict[str, int]
) -> Iterator[tuple[int, dict[str, str | None]]]:
    """(row as the spreadsheet counts it, its columns as text, None where blank)."""
    for number, row in enumerate(cells[top + 1 :], top + 2):
        texts = {name: str(row[place]).strip() if place < len(row) else "" for name, place in columns.items()}
        yield number, {name: text or None for name, text in texts.items()}
