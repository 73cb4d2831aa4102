"""What people wrote into a review workbook, read back: answers about cases and findings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa

from voterlist import readers
from voterlist.config import IngestSettings
from voterlist.decisions.rows import AMENDMENT_ROW, UNKNOWN_ACTION
from voterlist.decisions.standing import WITHDRAWN
from voterlist.errors import InputError
from voterlist.model import Action, AsideCode, Problem
from voterlist.render.xlsx.forms import (
    ANSWER,
    ANSWERS,
    ASKED_AS,
    CASE_ID,
    CASES,
    ENTRY_ID,
    FINDING_ID,
    GONE,
    IDS,
    REOPENED,
    RUN_ID,
    Form,
    answer_of,
    fold,
    form_of,
    known_fields,
    known_grounds,
    known_headings,
    known_words,
)
from voterlist.report import AskedAs
from voterlist.review import REVIEW_ROW, UNKNOWN_VERDICT
from voterlist.schemas import RawFile, RawSheet
from voterlist.tables import from_rows

__all__ = [
    "ANSWER_ROW",
    "READING_PROBLEMS",
    "Answers",
    "Typed",
    "read_answers",
    "read_review",
]

READING_PROBLEMS = ("formula-without-value", "formulas-without-value", "merged-answer")
"""Why a row, or what is blank in a sheet, is not taken for an answer; ``review.problem.<code>``."""

ANSWER_ROW = AMENDMENT_ROW.append(pa.field("asked_as", pa.string()))
"""AMENDMENT_ROW with ``Reopened.mark`` where the row is asked once more. ``action`` may be
``confirm`` there: what is shown beside it."""

_LOOKED_THROUGH = 50
"""Rows at the top of a sheet among which the headings are looked for."""
_WORKBOOKS = frozenset({"xlsx", "xlsb", "xls", "ods"})
"""The formats of ``RawFile`` that are workbooks."""
_DOCUMENTS = frozenset({"docx", "odt", "pdf", "dbf"})
"""The formats of lists that no review is written in."""
_NO_WORKBOOK = frozenset(
    {
        AsideCode.FILE_EMPTY,
        AsideCode.FILE_NOT_A_TABLE,
        AsideCode.ENCODING_UNREADABLE,
        AsideCode.DOCUMENT_NOT_READ,
        AsideCode.SCANNED_PAGE,
    }
)
"""Troubles whose sentences speak of lists: of a review they say that the file is no workbook."""


@dataclass(frozen=True, slots=True)
class Typed:
    """One row in which somebody wrote, as it stands in the workbook."""

    sheet: str
    row: int
    ids: Mapping[str, str | None]
    """The hidden columns."""
    texts: Mapping[str, str | None]
    """The columns that a person fills in, as written."""
    shown: tuple[str, ...] = ()
    """The other cells of the row."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What somebody wrote into a review workbook."""

    decisions: pa.Table
    """REVIEW_ROW: about entries of cases."""
    amendments: pa.Table
    """ANSWER_ROW: about findings, entries and rows of registers."""
    problems: tuple[Problem, ...] = ()
    """Rows and sheets of which it is open what somebody wrote. Row 0 stands for a whole sheet."""
    runs: frozenset[str] = frozenset()
    """The runs whose rows the workbook holds, those not filled in too."""
    sheets_without_run: frozenset[str] = frozenset()
    """The sheets without the column of the run: version 0.1.0 wrote them, or it was deleted."""
    digest: str = ""
    """The SHA-256 of the file."""
    file: str = ""
    """Its name."""
    typed: tuple[Typed, ...] = ()
    """Every row in which somebody wrote, those that are no longer asked too."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet with the columns of a review: what was filled in, and what of it is open."""

    form: Form
    name: str
    filled: tuple[_Row, ...]
    problems: tuple[Problem, ...]
    runs: frozenset[str]
    has_run: bool
    """True where it has the column of the run."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A row below the headings."""

    number: int
    """As the spreadsheet counts it."""
    texts: Mapping[str, str | None]
    """Column -> its text, None where blank."""
    shown: tuple[str, ...] = ()
    """The texts of the columns that are neither ids nor answers."""


_Cells: TypeAlias = dict[str, Any]


def read_answers(path: Path, limits: IngestSettings | None = None) -> Answers:
    """Every row in which something is filled in, by sheet and row.

    Rows may have been sorted or filtered, columns moved, sheets removed or copied, and either
    language be used; a word that is no answer becomes ``UNKNOWN_VERDICT`` or ``UNKNOWN_ACTION``,
    for the check of the answers to name. ``limits`` are those by which lists are read.

    Raises:
        InputError: the file is no workbook or cannot be read, or no sheet has a review's columns.
    """
    digest, file = _read_file(path, limits or IngestSettings())
    readable = [sheet for sheet in file.sheets if sheet.trouble is None]
    # More than one sheet has a form where people copied it to share the work.
    sheets = []
    for sheet in readable:
        heading = _headings(path, sheet)
        if heading is not None:
            sheets.append(_read_sheet(sheet, *heading))
    if not sheets:
        raise _nothing_to_answer(path, file.sheets)
    unread = [
        _whole(sheet, sheet.trouble.value) for sheet in file.sheets if sheet.trouble
    ]
    asked = [sheet for sheet in sheets if sheet.form is not GONE]
    problems = [problem for sheet in asked for problem in sheet.problems]
    decisions, amendments = _rows(asked, path.name)
    return Answers(
        decisions=decisions,
        amendments=amendments,
        problems=(*unread, *problems),
        runs=frozenset(run for sheet in asked for run in sheet.runs),
        sheets_without_run=frozenset(
            sheet.name for sheet in asked if not sheet.has_run
        ),
        digest=digest,
        file=path.name,
        typed=tuple(row for sheet in sheets for row in _typed(sheet)),
    )


def read_review(path: Path) -> pa.Table:
    """REVIEW_ROW: the decisions of ``read_answers``.

    Raises:
        InputError: as there.
    """
    return read_answers(path).decisions


def _read_file(path: Path, limits: IngestSettings) -> tuple[str, RawFile]:
    """The SHA-256 of the file, and what a reader found in it.

    Raises:
        InputError: it cannot be read, or is no workbook.
    """
    digest = _digest(path)
    file = readers.read_file(path, path.name, limits)
    is_workbook = file.format in _WORKBOOKS and file.name == path.name
    if is_workbook and file.trouble is AsideCode.FILE_EMPTY:
        return digest, file
    is_other = file.trouble in _NO_WORKBOOK or file.format in _DOCUMENTS
    if file.trouble is not None and not is_other:
        raise _unreadable(path, file.trouble.value, "cannot be read")
    if file.trouble is not None or not is_workbook:
        raise _unreadable(path, "review-unreadable", "is no workbook")
    if not digest.startswith(file.source):
        raise _unreadable(path, "review-changing", "changed while it was read")
    return digest, file


def _digest(path: Path) -> str:
    """The SHA-256 of a file.

    Raises:
        InputError: it cannot be opened.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        raise _unreadable(path, "no-such-file", "is not there") from None
    except PermissionError:
        raise _unreadable(path, "no-permission", "may not be read") from None
    except OSError:
        raise _unreadable(path, "review-unreadable", "cannot be read") from None


def _nothing_to_answer(path: Path, sheets: Sequence[RawSheet]) -> InputError:
    """The error of a workbook without the columns; a sheet in trouble may have had them."""
    for sheet in sheets:
        if sheet.trouble is not None:
            return _unreadable(
                path, sheet.trouble.value, "cannot be read", sheet.name or ""
            )
    return _unreadable(
        path, "review-no-sheet", "has no sheet with the columns of a review"
    )


def _unreadable(
    path: Path, code: str, what: str, sheet: str = "", line: int | None = None
) -> InputError:
    """The error of a workbook that cannot be taken, with the sheet and row where one is known."""
    return InputError(
        f"{path.name} {what}", code=code, file=str(path), sheet=sheet, line=line
    )


def _headings(path: Path, sheet: RawSheet) -> tuple[Form, int, dict[str, int]] | None:
    """The form, the place of the row of headings, and that of each column; None where none is.

    Raises:
        InputError: a heading stands twice, or some of the columns are gone: what was filled in is
            not passed over.
    """
    known = known_headings()
    name = sheet.name or ""
    for top, row in enumerate(sheet.cells.slice(0, _LOOKED_THROUGH).to_pylist()):
        line = sheet.lines[top].as_py()
        folded = [fold(cell) for cell in row.values()]
        named = [
            (known[cell], place) for place, cell in enumerate(folded) if cell in known
        ]
        columns = dict(named)
        form = form_of(columns)
        if form is not None and ANSWER in columns:
            if len(columns) < len(named):
                raise _unreadable(
                    path, "review-column-twice", "has a heading twice", name, line
                )
            return form, top, columns
        if form is not None or _is_answered(columns):
            raise _unreadable(
                path, "review-no-sheet", "lacks columns of a review", name, line
            )
    return None


def _is_answered(columns: Mapping[str, int]) -> bool:
    """True where the columns are such that people fill in, and not of some list."""
    return ANSWER in columns and "decided_by" in columns


def _read_sheet(
    sheet: RawSheet, form: Form, top: int, columns: dict[str, int]
) -> _Sheet:
    """What stands below the headings."""
    filled, problems, runs = [], [], set()
    answered = {columns[name] for name in ANSWERS if name in columns}
    unworked = {number for number, column in sheet.unworked if column in answered}
    above: _Row | None = None
    for row in _below(sheet, top, columns):
        if (run := row.texts.get(RUN_ID)) is not None:
            runs.add(run)
        if any(row.texts.get(name) for name in ANSWERS):
            filled.append(row)
        if row.number in unworked:
            problems.append(_problem(sheet, row, "formula-without-value"))
        elif sheet.merged and above is not None and _may_be_of_above(row, above):
            problems.append(_problem(sheet, row, "merged-answer"))
        above = row
    # Where a formula stands is not known of every one: any blank cell may be one.
    unplaced = sheet.formulas_without_value - len(sheet.unworked)
    if unplaced > 0:
        problems.append(_whole(sheet, "formulas-without-value", unplaced))
    return _Sheet(
        form=form,
        name=sheet.name or "",
        filled=tuple(filled),
        problems=tuple(problems),
        runs=frozenset(runs),
        has_run=RUN_ID in columns,
    )


def _below(sheet: RawSheet, top: int, columns: dict[str, int]) -> Iterator[_Row]:
    """The rows below the headings."""
    below = sheet.cells.slice(top + 1)
    texts = [
        _texts(below.column(place), name in ANSWERS) for name, place in columns.items()
    ]
    known = set(columns.values())
    others = [
        below.column(place).to_pylist()
        for place in range(below.num_columns)
        if place not in known
    ]
    rest = zip(*others, strict=True) if others else [()] * below.num_rows
    numbers = sheet.lines.slice(top + 1).to_pylist()
    for number, shown, *row in zip(numbers, rest, *texts, strict=True):
        known_texts = dict(zip(columns, row, strict=True))
        yield _Row(number, known_texts, tuple(text for text in shown if text))


def _texts(column: pa.ChunkedArray, is_answer: bool) -> Iterator[str | None]:
    """The cells of a column, None where blank."""
    for cell in column.to_pylist():
        text = (cell or "").strip()
        yield (answer_of(text) if is_answer else text) or None


def _may_be_of_above(row: _Row, above: _Row) -> bool:
    """True where an answer is that of the row above: readers fill a merged cell with its text."""
    answers = ((row.texts.get(name), above.texts.get(name)) for name in ANSWERS)
    return any(answer is not None and answer == upper for answer, upper in answers)


def _whole(sheet: RawSheet, code: str, count: int = 1) -> Problem:
    """A problem of the sheet as a whole."""
    return Problem(0, code, sheet.name or "", count=count)


def _problem(sheet: RawSheet, row: _Row, code: str) -> Problem:
    """A problem of one row."""
    case, entry = (row.texts.get(name) for name in (CASE_ID, ENTRY_ID))
    return Problem(row.number, code, sheet.name or "", case, entry)


def _typed(sheet: _Sheet) -> Iterator[Typed]:
    """The rows of a sheet in which somebody wrote, as they stand there."""
    for row in sheet.filled:
        ids = {name: row.texts.get(name) for name in IDS}
        texts = {name: row.texts.get(name) for name in ANSWERS}
        yield Typed(sheet.name, row.number, ids, texts, row.shown)


def _rows(sheets: Iterable[_Sheet], file: str) -> tuple[pa.Table, pa.Table]:
    """REVIEW_ROW and ANSWER_ROW of the rows filled in."""
    decisions: list[_Cells] = []
    amendments: list[_Cells] = []
    for sheet in sheets:
        for row in sheet.filled:
            cells = _cells(sheet, row) | {"file": file}
            if _is_of_case(sheet, cells):
                decisions.append(cells | {"verdict": _verdict(cells[ANSWER])})
            else:
                amendments.append(cells | _amendment(cells))
    return from_rows(decisions, REVIEW_ROW), from_rows(amendments, ANSWER_ROW)


def _cells(sheet: _Sheet, row: _Row) -> _Cells:
    """The ids and answers of a row, its words as codes."""
    cells: _Cells = {name: row.texts.get(name) for name in (*IDS, *ANSWERS)}
    word = cells[ANSWER]
    cells[ANSWER] = word and known_words(sheet.form).get(fold(word), UNKNOWN_ACTION)
    contested = {AskedAs.CONTESTED_CASE, AskedAs.CONTESTED_ENTRY}
    return cells | {
        "sheet": sheet.name,
        "row": row.number,
        "adjudicates": _code_of(cells) in contested,
    }


def _code_of(cells: _Cells) -> str:
    """Why a row is asked once more, a code of ``AskedAs``; empty where it is not."""
    return (cells[ASKED_AS] or "").partition(":")[0]


def _is_of_case(sheet: _Sheet, cells: _Cells) -> bool:
    """True where an answer is a verdict, or the taking back of one.

    A question to the precinct is about the entry, wherever it is asked.
    """
    is_case = sheet.form is CASES or (
        sheet.form is REOPENED
        and _code_of(cells) in {AskedAs.CONTESTED_CASE, AskedAs.DECIDED_CASE}
    )
    return is_case and cells[ANSWER] != Action.ASK


def _verdict(answer: str | None) -> str | None:
    """The code of a verdict; ``UNKNOWN_VERDICT`` for another word."""
    known = {*CASES.words, WITHDRAWN}
    return answer if answer is None or answer in known else UNKNOWN_VERDICT


def _amendment(cells: _Cells) -> _Cells:
    """What an answer about a finding or an entry says, its words as codes."""
    constituency, precinct = _place(cells["precinct"])
    field, ground = cells["field"], cells["ground"]
    is_asked = cells[ANSWER] == Action.ASK
    return {
        "action": cells[ANSWER],
        "field": field and known_fields().get(fold(field), field),
        "ground": ground and known_grounds().get(fold(ground), ground),
        "constituency": constituency,
        "precinct": precinct,
        "finding_id": cells[FINDING_ID],
        # A question asks the precinct, it settles nothing.
        "adjudicates": cells["adjudicates"] and not is_asked,
    }


def _place(text: str | None) -> tuple[str | None, str | None]:
    """(constituency, precinct) of ``88/12`` or ``12``, as text; what is neither, as a precinct."""
    constituency, slash, precinct = (text or "").partition("/")
    if not slash:
        return None, text
    return constituency.strip() or None, precinct.strip() or None
