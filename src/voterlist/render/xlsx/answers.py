"""What people wrote into a review workbook, read back: decisions on cases, marks of findings."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pyarrow as pa

from voterlist import readers
from voterlist.catalogue import LANGUAGES
from voterlist.config import IngestSettings
from voterlist.errors import InputError
from voterlist.findings import MARK_ROW, UNKNOWN_MARK
from voterlist.model import AsideCode, Mark, Problem, Verdict
from voterlist.render.xlsx.review import (
    CASE_IDS,
    FINDING_IDS,
    FINDING_MARKS,
    RUN_ID,
    VERDICTS,
    answer_of,
)
from voterlist.report import Words
from voterlist.review import REVIEW_ROW, UNKNOWN_VERDICT
from voterlist.schemas import RawFile, RawSheet
from voterlist.tables import concat, from_columns

__all__ = ["READING_PROBLEMS", "Answers", "read_answers", "read_review"]

READING_PROBLEMS = ("formula-without-value", "formulas-without-value", "merged-answer")
"""Why a row, or what is blank in a sheet, is not taken for an answer; ``review.problem.<code>``."""

_LOOKED_THROUGH = 50
"""Rows at the top of a sheet among which the headings are looked for."""
_PLAIN = str.maketrans("əşçğıöü", "escgiou")
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
class _Form:
    """The columns of a kind of sheet, and the words that its first answer may be."""

    ids: tuple[str, ...]
    answers: Mapping[str, str]
    """The columns that a person fills in, and where the catalogue has their headings."""
    words: tuple[StrEnum, ...]
    prefix: str
    """Of the words' keys in the catalogue."""
    unknown: str
    schema: pa.Schema

    @property
    def answer(self) -> str:
        """The column whose cells hold one of the words."""
        return next(iter(self.answers))


_CASES = _Form(
    CASE_IDS, VERDICTS, tuple(Verdict), "verdict", UNKNOWN_VERDICT, REVIEW_ROW
)
_FINDINGS = _Form(
    FINDING_IDS, FINDING_MARKS, tuple(Mark), "mark", UNKNOWN_MARK, MARK_ROW
)


@dataclass(frozen=True, slots=True)
class Answers:
    """What somebody wrote into a review workbook."""

    decisions: pa.Table
    """REVIEW_ROW"""
    marks: pa.Table
    """MARK_ROW"""
    problems: tuple[Problem, ...] = ()
    """Rows and sheets of which it is open what somebody wrote. Row 0 stands for a whole sheet."""
    runs: frozenset[str] = frozenset()
    """The runs whose rows the workbook holds, those not filled in too."""
    sheets_without_run: frozenset[str] = frozenset()
    """The sheets without the column of the run: version 0.1.0 wrote them, or it was deleted."""
    digest: str = ""
    """The SHA-256 of the file."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet with the columns of a review: what was filled in, and what of it is open."""

    form: _Form
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


def read_answers(path: Path, limits: IngestSettings | None = None) -> Answers:
    """Every row of cases and findings in which something is filled in, by sheet and row.

    Rows may have been sorted or filtered, columns moved, sheets removed or copied, and either
    language be used; a word that is no answer becomes ``UNKNOWN_VERDICT`` or ``UNKNOWN_MARK``, for
    ``check_decisions`` and ``check_marks`` to name. ``limits`` are those by which lists are read.

    Raises:
        InputError: the file is no workbook or cannot be read, or no sheet has a review's columns.
    """
    digest, file = _read_file(path, limits or IngestSettings())
    readable = [sheet for sheet in file.sheets if sheet.trouble is None]
    # More than one sheet has a form where people copied it to share the work.
    sheets = []
    for form in (_CASES, _FINDINGS):
        for sheet in readable:
            heading = _headings(path, sheet, form)
            if heading is not None:
                sheets.append(_read_sheet(sheet, form, *heading))
    if not sheets:
        raise _nothing_to_answer(path, file.sheets)
    unread = [
        _whole(sheet, sheet.trouble.value) for sheet in file.sheets if sheet.trouble
    ]
    problems = [problem for sheet in sheets for problem in sheet.problems]
    return Answers(
        decisions=_rows(sheets, _CASES),
        marks=_rows(sheets, _FINDINGS),
        problems=(*unread, *problems),
        runs=frozenset(run for sheet in sheets for run in sheet.runs),
        sheets_without_run=frozenset(
            sheet.name for sheet in sheets if not sheet.has_run
        ),
        digest=digest,
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
    return InputError(
        f"{path.name} {what}", code=code, file=str(path), sheet=sheet, line=line
    )


def _fold(text: str | None) -> str:
    """A word as it is compared: small plain letters of either keyboard, no blanks around."""
    lower = unicodedata.normalize("NFC", (text or "").replace("İ", "i")).casefold()
    return " ".join(lower.split()).translate(_PLAIN)


def _known_headings(form: _Form) -> dict[str, str]:
    """Folded heading -> column, in every language."""
    known = {_fold(name): name for name in (*form.ids, RUN_ID)}
    for language in LANGUAGES:
        words = Words(language)
        known |= {
            _fold(words(f"review.column.{key}")): name
            for name, key in form.answers.items()
        }
    return known


def _known_words(form: _Form) -> dict[str, str]:
    """Folded word -> code, in every language; the codes themselves are words too."""
    known = {_fold(word.value): word.value for word in form.words}
    for language in LANGUAGES:
        words = Words(language)
        known |= {
            _fold(words(f"{form.prefix}.{word}")): word.value for word in form.words
        }
    return known


def _headings(
    path: Path, sheet: RawSheet, form: _Form
) -> tuple[int, dict[str, int]] | None:
    """The place of the row of headings, and that of each column; None where there is no such row.

    Raises:
        InputError: a heading stands twice, or some of the columns are gone: what was filled in is
            not passed over.
    """
    known = _known_headings(form)
    name = sheet.name or ""
    for top, row in enumerate(sheet.cells.slice(0, _LOOKED_THROUGH).to_pylist()):
        line = sheet.lines[top].as_py()
        folded = [_fold(cell) for cell in row.values()]
        named = [
            (known[cell], place) for place, cell in enumerate(folded) if cell in known
        ]
        columns = dict(named)
        if {*form.ids, form.answer} <= columns.keys():
            if len(columns) < len(named):
                raise _unreadable(
                    path, "review-column-twice", "has a heading twice", name, line
                )
            return top, columns
        if (
            set(form.ids) <= columns.keys()
            or len(columns.keys() & form.answers.keys()) > 1
        ):
            raise _unreadable(
                path, "review-no-sheet", "lacks columns of a review", name, line
            )
    return None


def _read_sheet(
    sheet: RawSheet, form: _Form, top: int, columns: dict[str, int]
) -> _Sheet:
    """What stands below the headings."""
    filled, problems, runs = [], [], set()
    answered = {columns[name] for name in form.answers if name in columns}
    unworked = {number for number, column in sheet.unworked if column in answered}
    above: _Row | None = None
    for row in _below(sheet, top, columns, form):
        if (run := row.texts.get(RUN_ID)) is not None:
            runs.add(run)
        if any(row.texts.get(name) for name in form.answers):
            filled.append(row)
        if row.number in unworked:
            problems.append(_problem(sheet, row, "formula-without-value"))
        elif sheet.merged and above is not None and _may_be_of_above(row, above, form):
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


def _below(
    sheet: RawSheet, top: int, columns: dict[str, int], form: _Form
) -> Iterator[_Row]:
    """The rows below the headings."""
    below = sheet.cells.slice(top + 1)
    texts = [
        _texts(below.column(place), name in form.answers)
        for name, place in columns.items()
    ]
    numbers = sheet.lines.slice(top + 1).to_pylist()
    for number, *row in zip(numbers, *texts, strict=True):
        yield _Row(number, dict(zip(columns, row, strict=True)))


def _texts(column: pa.ChunkedArray, is_answer: bool) -> Iterator[str | None]:
    """The cells of a column, None where blank."""
    for cell in column.to_pylist():
        text = (cell or "").strip()
        yield (answer_of(text) if is_answer else text) or None


def _may_be_of_above(row: _Row, above: _Row, form: _Form) -> bool:
    """True where an answer is that of the row above: readers fill a merged cell with its text."""
    answers = ((row.texts.get(name), above.texts.get(name)) for name in form.answers)
    return any(answer is not None and answer == upper for answer, upper in answers)


def _whole(sheet: RawSheet, code: str, count: int = 1) -> Problem:
    """A problem of the sheet as a whole."""
    return Problem(0, code, sheet.name or "", count=count)


def _problem(sheet: RawSheet, row: _Row, code: str) -> Problem:
    """A problem of one row."""
    case, entry = (row.texts.get(name) for name in CASE_IDS)
    return Problem(row.number, code, sheet.name or "", case, entry)


def _rows(sheets: Iterable[_Sheet], form: _Form) -> pa.Table:
    """The rows filled in, of every sheet that has this form."""
    parts = [_table(sheet, form) for sheet in sheets if sheet.form is form]
    return concat(parts, form.schema) if parts else form.schema.empty_table()


def _table(sheet: _Sheet, form: _Form) -> pa.Table:
    names = (*form.ids, *form.answers, RUN_ID)
    columns: dict[str, Any] = {}
    for name in names:
        columns[name] = [row.texts.get(name) for row in sheet.filled]
    columns[form.answer] = _answer_words(columns[form.answer], form)
    columns["sheet"] = [sheet.name] * len(sheet.filled)
    columns["row"] = [row.number for row in sheet.filled]
    return from_columns(columns, form.schema, length=len(sheet.filled))


def _answer_words(words: Iterable[str | None], form: _Form) -> list[str | None]:
    known = _known_words(form)
    return [word and known.get(_fold(word), form.unknown) for word in words]
