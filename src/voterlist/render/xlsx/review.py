"""Cases and findings out to a workbook, with columns for what a person decides (``answers`` reads them back)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from voterlist.model import Mark, Verdict
from voterlist.render.xlsx.report import (
    case_cells,
    case_columns,
    fault_cells,
    fault_columns,
    fill,
    place_cells,
    place_columns,
)
from voterlist.render.xlsx.sheets import Book, Column, Row, Sheet, safe
from voterlist.report import AskedFault, Case, Words

__all__ = [
    "CASE_IDS",
    "FAULT_IDS",
    "FAULT_MARKS",
    "RUN_ID",
    "VERDICTS",
    "answer_of",
    "render_review",
    "write_review",
]

RUN_ID = "run_id"
"""The hidden column, of cases and of findings, that says from which run a row is."""
CASE_IDS = ("case_id", "entry_id")
"""The other hidden columns of the cases; their headings are the same in every language."""
VERDICTS = {"verdict": "verdict", "reason": "reason", "decided_by": "decided_by"}
"""The columns of the cases that a person fills in, and where the catalogue has their headings
(``review.column.``)."""
FAULT_IDS = ("finding_id",)
"""The other hidden column of the findings."""
FAULT_MARKS = {"mark": "mark", "reason": "mark-reason", "decided_by": "marked-by"}
"""The columns of the findings that a person fills in, with their headings likewise."""
_MOST_FAULTS = 100_000
"""Findings in one workbook: errors and warnings stand first, and nobody goes through more one by
one."""


def write_review(
    cases: Sequence[Case],
    path: Path,
    language: str,
    *,
    run: str,
    today: dt.date,
    faults: Sequence[AskedFault] = (),
) -> None:
    """Write a review workbook of these cases and findings (``report.review_cases``, ``review_faults``) to ``path``.

    ``run`` is the newest run of the workspace that they are of.

    Raises:
        OSError: the file cannot be written.
    """
    path.write_bytes(render_review(cases, language, run=run, today=today, faults=faults))


def render_review(
    cases: Sequence[Case],
    language: str,
    *,
    run: str,
    today: dt.date,
    faults: Sequence[AskedFault] = (),
) -> bytes:
    """The workbook.

    Cases with a drop-down list for the decision, findings with one to accept them, how to decide.
    """
    words = Words(language)
    book = Book(words("review.title"), today, words)
    _cases(book.sheet(words("review.sheet.cases")), cases, run)
    _faults(book.sheet(words("review.sheet.faults")), faults, run)
    _how(book.sheet(words("review.sheet.how")))
    return book.content()


def answer_of(cell: str) -> str:
    """The text of which ``_as_cell`` and ``safe`` made this cell, without blanks around it."""
    is_quoted = cell.startswith("'") and _may_be_formula(cell)
    return (cell[1:] if is_quoted else cell).strip()


def _as_cell(text: str | None) -> str | None:
    """An answer as ``safe`` is to write it.

    ``safe`` puts an apostrophe before what could be a formula. An answer that begins with an
    apostrophe and such a text by itself gets one more, so that ``answer_of`` can tell them apart.
    """
    text = (text or "").strip()
    return (f"'{text}" if text.startswith("'") and _may_be_formula(text) else text) or None


def _may_be_formula(text: str) -> bool:
    """True for what a spreadsheet could take for a formula, were there no apostrophes before it."""
    return safe(text.lstrip("'")).startswith("'")


def _cases(sheet: Sheet, cases: Sequence[Case], run: str) -> None:
    words = sheet.book.words
    sheet.head(words("review.title"), words("review.how.1"), words("review.how.5"))
    columns = (
        Column(words("review.column.number"), 6, "label"),
        Column(words("review.column.kind"), 14),
        Column(words("review.column.probability"), 10, "probability"),
        Column(words("review.column.proposed"), 10),
        Column(words("review.column.why"), 20),
        *(_asked(words, VERDICTS, (11, 22, 14))),
        *case_columns(words),
        *place_columns(words),
        Column(words("waterfall.column.why"), 44, printed=False),
        *(Column(name, 14, hidden=True) for name in (RUN_ID, *CASE_IDS)),
    )
    rows = [
        _row(case, member_place, words, run, band=number % 2 == 1)
        for number, case in enumerate(cases)
        for member_place in range(len(case.members))
    ]
    top = sheet.table(columns, rows, frozen=2)
    if rows:
        _ask(
            sheet,
            (top + 1, top + len(rows)),
            5,
            [words(f"verdict.{verdict}") for verdict in Verdict],
            "review",
        )


def _row(case: Case, member_place: int, words: Words, run: str, *, band: bool) -> Row:
    member = case.members[member_place]
    shown, marks = case_cells(member, words)
    values = [
        case.number,
        words(f"case-kind.{case.kind}.title"),
        case.probability,
        words(f"role.{member.role}"),
        words(f"reason.{member.reason}"),
        words(f"verdict.{member.verdict}") if member.verdict else None,
        _as_cell(member.decided_why),
        _as_cell(member.decided_by),
        *shown,
        *place_cells(member.place),
        words.why(case.why) if case.why and member_place == 0 else None,
        run,
        case.case_id,
        member.entry_id,
    ]
    filled = ["fill"] * len(VERDICTS)
    return Row(values, [*[""] * 5, *filled, *marks, *[""] * 9], band=band, first=member_place == 0)


def _asked(words: Words, columns: dict[str, str], widths: Sequence[int]) -> list[Column]:
    """The columns that a person fills in."""
    headings = [words(f"review.column.{key}") for key in columns.values()]
    return [Column(heading, width) for heading, width in zip(headings, widths, strict=True)]


def _ask(
    sheet: Sheet, rows: tuple[int, int], column: int, answers: Sequence[str], key: str
) -> None:
    """The drop-down list of the column asked for, with a word of help and a refusal of anything else."""
    words = sheet.book.words
    sheet.raw.data_validation(
        rows[0],
        column,
        rows[1],
        column,
        {
            "validate": "list",
            "source": list(answers),
            "input_title": words(f"{key}.input.title"),
            "input_message": words(f"{key}.input.message"),
            "error_title": words(f"{key}.invalid.title"),
            "error_message": words(f"{key}.invalid.message"),
        },
    )


def _faults(sheet: Sheet, faults: Sequence[AskedFault], run: str) -> None:
    """The findings, each with a place to accept it."""
    words = sheet.book.words
    notes = [words(f"review.faults.note.{number}") for number in (1, 2)]
    if len(faults) > _MOST_FAULTS:
        notes.append(words("report.cut", shown=_MOST_FAULTS, left=len(faults) - _MOST_FAULTS))
    sheet.head(words("review.faults.title"), *notes)
    shown = fault_columns(words)
    columns = (
        *shown[:2],
        *_asked(words, FAULT_MARKS, (16, 26, 16)),
        *shown[2:],
        *(Column(name, 18, hidden=True) for name in (RUN_ID, *FAULT_IDS)),
    )
    rows = [_fault(asked, words, run) for asked in faults[:_MOST_FAULTS]]
    top = fill(sheet, columns, rows, "report.faults.none", frozen=2)
    if rows:
        _ask(
            sheet,
            (top + 1, top + len(rows)),
            2,
            [words(f"mark.{mark}") for mark in Mark],
            "review.mark",
        )


def _fault(asked: AskedFault, words: Words, run: str) -> Row:
    shown = fault_cells(asked.fault, words, None)
    mark = words(f"mark.{asked.mark}") if asked.mark else None
    answer = [mark, _as_cell(asked.reason), _as_cell(asked.decided_by)]
    fills = ["fill"] * len(answer)
    marks = [asked.fault.severity.value, "", *fills, *[""] * (len(shown) - 2), "", ""]
    return Row([*shown[:2], *answer, *shown[2:], run, asked.fault.finding_id], marks)


def _how(sheet: Sheet) -> None:
    words = sheet.book.words
    sheet.raw.set_column(0, 0, 16)
    sheet.raw.set_column(1, 1, 100)
    sheet.head(words("review.sheet.how"))
    for step in range(1, 9):
        sheet.text(0, str(step), bold=True)
        columns = {"column": words("review.column.verdict"), "mark": words("review.column.mark")}
        text = words(f"review.how.{step}", **columns)
        sheet.text(1, text, text_wrap=True)
        sheet.row += 1
        if step == 3:
            for verdict in Verdict:
                sheet.text(0, words(f"verdict.{verdict}"), bold=True, font_color="#17364A")
                sheet.text(1, words(f"verdict.{verdict}.message"), text_wrap=True)
                sheet.row += 1
