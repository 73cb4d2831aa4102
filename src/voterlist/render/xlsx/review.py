"""Cases and findings out to a workbook in which a person decides; ``answers`` reads it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from voterlist.model import Mark, Verdict
from voterlist.render.xlsx.report import add_table
from voterlist.render.xlsx.sheets import Book, Sheet, safe
from voterlist.report import AskedFinding, Case, Words
from voterlist.report.sections.cases import CaseWords, Member, case_cells, case_columns
from voterlist.report.sections.findings import (
    FindingWords,
    finding_cells,
    finding_columns,
)
from voterlist.report.sheets import (
    Column,
    Row,
    SheetTable,
    SheetValue,
    columns_of,
    place_cells,
    place_columns,
)

__all__ = [
    "CASE_IDS",
    "FINDING_IDS",
    "FINDING_MARKS",
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
FINDING_IDS = ("finding_id",)
"""The other hidden column of the findings."""
FINDING_MARKS = {"mark": "mark", "reason": "mark-reason", "decided_by": "marked-by"}
"""The columns of the findings that a person fills in, with their headings likewise."""
_MOST_FINDINGS = 100_000
"""Findings in one workbook: errors and warnings stand first, and nobody goes through more one by
one."""
_VERDICT_COLUMN = 5
"""The place of the first column that a person fills in among the columns of the cases."""
_MARK_COLUMN = 2
"""The same among the columns of the findings."""
_STEPS = range(1, 9)
_STEP_OF_VERDICTS = 3
"""The step of the instructions below which each verdict is explained."""


def write_review(
    cases: Sequence[Case],
    path: Path,
    language: str,
    *,
    run: str,
    today: dt.date,
    findings: Sequence[AskedFinding] = (),
) -> None:
    """Write a review workbook of these cases and findings to ``path``.

    They are from ``report.review_cases`` and ``report.review_findings``; ``run`` is the newest run
    of the workspace that they are of.

    Raises:
        OSError: the file cannot be written.
    """
    path.write_bytes(
        render_review(cases, language, run=run, today=today, findings=findings)
    )


def render_review(
    cases: Sequence[Case],
    language: str,
    *,
    run: str,
    today: dt.date,
    findings: Sequence[AskedFinding] = (),
) -> bytes:
    """The workbook: cases with a list of verdicts, findings with one of marks, how to decide."""
    words = Words(language)
    book = Book(words("review.title"), today, words)
    _cases(book.sheet(words("review.sheet.cases")), cases, run)
    _findings(book.sheet(words("review.sheet.findings")), findings, run)
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
    return (
        f"'{text}" if text.startswith("'") and _may_be_formula(text) else text
    ) or None


def _may_be_formula(text: str) -> bool:
    """True for what a spreadsheet could take for a formula, were there no apostrophes before it."""
    return safe(text.lstrip("'")).startswith("'")


def _cases(sheet: Sheet, cases: Sequence[Case], run: str) -> None:
    """The cases, each entry with a place for the decision."""
    words = CaseWords(sheet.book.words.language)
    sheet.head(words("review.title"), words("review.how.1"), words("review.how.5"))
    columns = (
        *columns_of(
            words,
            ("review.column.number", 6, "label"),
            ("review.column.kind", 14, "text"),
            ("review.column.probability", 10, "probability"),
            ("review.column.proposed", 10, "text"),
            ("review.column.why", 20, "text"),
        ),
        *_answer_columns(words, VERDICTS, (11, 22, 14)),
        *case_columns(words),
        *place_columns(words),
        Column(words("waterfall.column.why"), 44, printed=False),
        *(Column(name, 14, hidden=True) for name in (RUN_ID, *CASE_IDS)),
    )
    rows = []
    for number, case in enumerate(cases):
        band = number % 2 == 1
        rows += [
            _case_row(case, member, words, run, band=band) for member in case.members
        ]
    top = sheet.table(columns, rows, frozen=2)
    if rows:
        verdicts = [words(f"verdict.{verdict}") for verdict in Verdict]
        _offer(sheet, (top + 1, top + len(rows)), _VERDICT_COLUMN, verdicts, "review")


def _case_row(
    case: Case, member: Member, words: CaseWords, run: str, *, band: bool
) -> Row:
    shown, marks = case_cells(member, words)
    is_first = member is case.members[0]
    before: list[SheetValue] = [
        case.number,
        words(f"case-kind.{case.kind}.title"),
        case.probability,
        words(f"role.{member.role}"),
        words(f"reason.{member.reason}"),
    ]
    answer = [
        words(f"verdict.{member.verdict}") if member.verdict else None,
        _as_cell(member.decided_why),
        _as_cell(member.decided_by),
    ]
    after = [
        *place_cells(member.place),
        words.why(case.why) if case.why and is_first else None,
        run,
        case.case_id,
        member.entry_id,
    ]
    fills = ["fill"] * len(answer)
    all_marks = [*[""] * len(before), *fills, *marks, *[""] * len(after)]
    return Row([*before, *answer, *shown, *after], all_marks, band=band, first=is_first)


def _answer_columns(
    words: Words, columns: dict[str, str], widths: Sequence[int]
) -> list[Column]:
    """The columns that a person fills in."""
    headings = [words(f"review.column.{key}") for key in columns.values()]
    return [
        Column(heading, width) for heading, width in zip(headings, widths, strict=True)
    ]


def _offer(
    sheet: Sheet, rows: tuple[int, int], column: int, answers: Sequence[str], key: str
) -> None:
    """The drop-down list of a column, with a word of help and a refusal of anything else."""
    words = sheet.book.words
    validation = {
        "validate": "list",
        "source": list(answers),
        "input_title": words(f"{key}.input.title"),
        "input_message": words(f"{key}.input.message"),
        "error_title": words(f"{key}.invalid.title"),
        "error_message": words(f"{key}.invalid.message"),
    }
    sheet.raw.data_validation(rows[0], column, rows[1], column, validation)


def _findings(sheet: Sheet, findings: Sequence[AskedFinding], run: str) -> None:
    """The findings, each with a place to accept it."""
    words = FindingWords(sheet.book.words.language)
    notes = [words(f"review.findings.note.{number}") for number in (1, 2)]
    left = len(findings) - _MOST_FINDINGS
    if left > 0:
        notes.append(words("report.cut", shown=_MOST_FINDINGS, left=left))
    sheet.head(words("review.findings.title"), *notes)
    shown = finding_columns(words)
    columns = (
        *shown[:_MARK_COLUMN],
        *_answer_columns(words, FINDING_MARKS, (16, 26, 16)),
        *shown[_MARK_COLUMN:],
        *(Column(name, 18, hidden=True) for name in (RUN_ID, *FINDING_IDS)),
    )
    rows = [
        _finding_row(asked_finding, words, run)
        for asked_finding in findings[:_MOST_FINDINGS]
    ]
    none = words("report.findings.none")
    top = add_table(sheet, SheetTable("", (), columns, rows, none, frozen=2))
    if rows:
        marks = [words(f"mark.{mark}") for mark in Mark]
        _offer(sheet, (top + 1, top + len(rows)), _MARK_COLUMN, marks, "review.mark")


def _finding_row(asked_finding: AskedFinding, words: FindingWords, run: str) -> Row:
    finding = asked_finding.finding
    shown = finding_cells(finding, words, None)
    before, after = shown[:_MARK_COLUMN], shown[_MARK_COLUMN:]
    mark = words(f"mark.{asked_finding.mark}") if asked_finding.mark else None
    answer = [mark, _as_cell(asked_finding.reason), _as_cell(asked_finding.decided_by)]
    ids = [run, finding.finding_id]
    fills = ["fill"] * len(answer)
    marks = [finding.severity.value, "", *fills, *[""] * len(after), *[""] * len(ids)]
    return Row([*before, *answer, *after, *ids], marks)


def _how(sheet: Sheet) -> None:
    """How to decide, step by step."""
    words = sheet.book.words
    sheet.raw.set_column(0, 0, 16)
    sheet.raw.set_column(1, 1, 100)
    sheet.head(words("review.sheet.how"))
    columns = {
        "column": words("review.column.verdict"),
        "mark": words("review.column.mark"),
    }
    for step in _STEPS:
        sheet.text(0, str(step), bold=True)
        sheet.text(1, words(f"review.how.{step}", **columns), text_wrap=True)
        sheet.row += 1
        if step == _STEP_OF_VERDICTS:
            _verdicts(sheet)


def _verdicts(sheet: Sheet) -> None:
    """What each verdict means."""
    words = sheet.book.words
    for verdict in Verdict:
        sheet.text(0, words(f"verdict.{verdict}"), bold=True, font_color="#17364A")
        sheet.text(1, words(f"verdict.{verdict}.message"), text_wrap=True)
        sheet.row += 1
