"""The sheets of a review workbook that came back: the rows in which somebody wrote, and its ticks.

One tick takes what is proposed of all entries of a case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from voterlist import readers
from voterlist.config.sections import IngestSettings
from voterlist.errors import InputError
from voterlist.model import AsideCode, Problem, frozen
from voterlist.render.xlsx.forms import (
    ANSWER,
    ANSWERS,
    AS_PRINTED,
    CASE_ID,
    ENTRY_ID,
    IDS,
    PROPOSED_AS,
    RUN_ID,
    TICK,
    Form,
    answer_of,
    digest_cells,
    fold,
    form_of,
    is_tick,
    known_headings,
)
from voterlist.schemas import RawFile, RawSheet
from voterlist.tables import by_key

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


@frozen
class FilledSheet:
    """A sheet with the columns of a review: what was filled in, and what of it is open."""

    form: Form
    name: str
    filled: tuple[Typed, ...]
    problems: tuple[Problem, ...]
    runs: frozenset[str]
    has_run: bool
    """True where it has the column of the run."""
    beside: tuple[Typed, ...] = ()
    """The rows in which nothing is filled in, of cases with a tick in another row."""


@frozen
class Typed:
    """A row below the headings, as it stands in the workbook.

    Attributes:
        sheet: its sheet.
        row: its number, as the spreadsheet counts it.
        ids: the hidden columns, None where blank.
        texts: the columns that a person fills in, likewise.
        shown: (heading, text) of the other columns that are not blank.
    """

    sheet: str
    row: int
    ids: Mapping[str, str | None]
    texts: Mapping[str, str | None]
    shown: tuple[tuple[str, str], ...] = ()

    @property
    def is_own(self) -> bool:
        """False where a printed column says something else beside the ids of the row.

        A column that somebody added, or one that was deleted, is no reason.
        """
        was = {*(self.ids[AS_PRINTED] or "").split()}
        headings = {word[:4] for word in was}
        shown = digest_cells(self.shown, self.ids).split()
        return all(word in was for word in shown if word[:4] in headings)


def read_file(path: Path, limits: IngestSettings) -> tuple[str, RawFile]:
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
        raise _unreadable(path, file.trouble, "cannot be read")
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


def nothing_to_answer(path: Path, sheets: Sequence[RawSheet]) -> InputError:
    """The error of a workbook without the columns; a sheet in trouble may have had them."""
    for sheet in sheets:
        if sheet.trouble is not None:
            code, name = sheet.trouble, sheet.name or ""
            return _unreadable(path, code, "cannot be read", name)
    what = "has no sheet with the columns of a review"
    return _unreadable(path, "review-no-sheet", what)


def _unreadable(
    path: Path, code: str, what: str, sheet: str = "", line: int | None = None
) -> InputError:
    """The error of a workbook that cannot be taken, with the sheet and row where one is known."""
    return InputError(
        f"{path.name} {what}", code=code, file=str(path), sheet=sheet, line=line
    )


def headings(path: Path, sheet: RawSheet) -> tuple[Form, int, dict[str, int]] | None:
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
        # Columns such that people fill in, and not of some list.
        if form is not None or {ANSWER, "decided_by"} <= columns.keys():
            raise _unreadable(
                path, "review-no-sheet", "lacks columns of a review", name, line
            )
    return None


def read_sheet(
    sheet: RawSheet, form: Form, top: int, columns: dict[str, int]
) -> FilledSheet:
    """What stands below the headings."""
    filled, blank, problems, runs = [], [], [], set()
    answered = {columns[name] for name in ANSWERS if name in columns}
    unworked = {number for number, column in sheet.unworked if column in answered}
    above: Typed | None = None
    for row in _below(sheet, top, columns):
        if (run := row.ids[RUN_ID]) is not None:
            runs.add(run)
        if any(row.texts.values()):
            filled.append(row)
        elif TICK in columns:
            blank.append(row)
        if row.row in unworked:
            problems.append(_problem(row, "formula-without-value"))
        elif sheet.merged and above is not None and _may_be_of_above(row, above):
            problems.append(_problem(row, "merged-answer"))
        above = row
    # Where a formula stands is not known of every one: any blank cell may be one.
    unplaced = sheet.formulas_without_value - len(sheet.unworked)
    if unplaced > 0:
        problems.append(problem_of_sheet(sheet, "formulas-without-value", unplaced))
    beside = _beside(filled, blank)
    problems += [
        _problem(row, "row-exchanged") for row in (*filled, *beside) if not row.is_own
    ]
    return FilledSheet(
        form=form,
        name=sheet.name or "",
        filled=tuple(filled),
        problems=tuple(problems),
        runs=frozenset(runs),
        has_run=RUN_ID in columns,
        beside=beside,
    )


def _beside(filled: Sequence[Typed], blank: Sequence[Typed]) -> tuple[Typed, ...]:
    """The blank rows of the cases that are ticked in another row."""
    ticked = {row.ids[CASE_ID] for row in filled if row.texts[TICK]} - {None}
    return tuple(row for row in blank if row.ids[CASE_ID] in ticked)


def _below(sheet: RawSheet, top: int, columns: dict[str, int]) -> Iterator[Typed]:
    """The rows below the headings."""
    known = set(columns.values())
    cells_of = (column.to_pylist() for column in sheet.cells.slice(top).itercolumns())
    heads, *rows = zip(*cells_of, strict=True)
    numbers = sheet.lines.slice(top + 1).to_pylist()
    for number, row in zip(numbers, rows, strict=True):
        cells = {name: (row[place] or "").strip() for name, place in columns.items()}
        yield Typed(
            sheet.name or "",
            number,
            {name: cells.get(name) or None for name in IDS},
            {name: answer_of(cells.get(name, "")) or None for name in ANSWERS},
            tuple(
                (head or "", cell)
                for place, (head, cell) in enumerate(zip(heads, row, strict=True))
                if cell and place not in known
            ),
        )


def _may_be_of_above(row: Typed, above: Typed) -> bool:
    """True where an answer is that of the row above: readers fill a merged cell with its text."""
    answers = ((row.texts[name], above.texts[name]) for name in ANSWERS)
    return any(answer is not None and answer == upper for answer, upper in answers)


def problem_of_sheet(sheet: RawSheet, code: str, count: int = 1) -> Problem:
    """A problem of the sheet as a whole."""
    return Problem(0, code, sheet.name or "", count=count)


def _problem(row: Typed, code: str) -> Problem:
    """A problem of one row."""
    return Problem(row.row, code, row.sheet, row.ids[CASE_ID], row.ids[ENTRY_ID])


_PARTED = ":"


def proposed_as(verdict: str, reason: str) -> str:
    """What the hidden column holds: the code of a verdict, and the reason in words."""
    return f"{verdict}{_PARTED}{reason}"


def with_ticks(sheet: FilledSheet) -> FilledSheet:
    """The sheet with the answers that its ticks stand for; ticks that mean nothing are problems.

    A row that says something itself is left as it is. The reason and the name of a case are those
    of the first of its rows that has one; else the reason is the one that was proposed.
    """
    ticked = [row for row in sheet.filled if row.texts[TICK]]
    if not ticked:
        return sheet
    problems = list(_problems(ticked))
    refused = {problem.case_id for problem in problems}
    by_case = by_key((row.ids[CASE_ID], row) for row in (*sheet.filled, *sheet.beside))
    meant = {row.ids[CASE_ID] for row in ticked} - refused
    rows: list[Typed] = []
    for case_id, of_case in by_case.items():
        rows += (
            _split_ticked(of_case) if case_id in meant else filter(_has_answer, of_case)
        )
    return replace(
        sheet,
        filled=tuple(sorted(rows, key=lambda row: row.row)),
        problems=(*sheet.problems, *problems),
        beside=(),
    )


def _has_answer(row: Typed) -> bool:
    """True where anything but a tick is filled in: an answer, or a reason or name without one."""
    return any(row.texts[name] for name in (ANSWER, "due", "reason", "decided_by"))


def _problems(rows: Iterable[Typed]) -> Iterator[Problem]:
    """Ticks that are no ticks, and ticks where nothing is proposed."""
    for row in rows:
        if not is_tick(row.texts[TICK] or ""):
            yield _problem(row, "unknown-tick")
        elif not row.ids[PROPOSED_AS]:
            yield _problem(row, "nothing-proposed")


def _split_ticked(rows: list[Typed]) -> Iterator[Typed]:
    """The rows of a ticked case, each with its own answer or with the proposed one."""
    reason = _first(rows, "reason")
    name = _first(rows, "decided_by")
    for row in rows:
        verdict, _, usual = (row.ids[PROPOSED_AS] or "").partition(_PARTED)
        own = row.texts[ANSWER]
        texts = dict(row.texts)
        texts["decided_by"] = texts["decided_by"] or name
        if own is None:
            texts[ANSWER] = verdict or None
            texts["reason"] = texts["reason"] or reason or usual or None
        yield replace(row, texts=texts)


def _first(rows: Iterable[Typed], name: str) -> str | None:
    """The first text that rows have in a column."""
    return next((text for row in rows if (text := row.texts[name])), None)
