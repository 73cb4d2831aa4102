"""What people wrote into a review workbook, read back: answers about cases and findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from voterlist.config.sections import IngestSettings
from voterlist.decisions.given import AMENDMENT_ROW, UNKNOWN_ACTION
from voterlist.decisions.standing import WITHDRAWN
from voterlist.decisions.verdicts import REVIEW_ROW, UNKNOWN_VERDICT
from voterlist.model import Action, Problem, frozen
from voterlist.render.xlsx.filled import (
    FilledSheet,
    Typed,
    headings,
    nothing_to_answer,
    problem_of_sheet,
    read_file,
    read_sheet,
    with_ticks,
)
from voterlist.render.xlsx.forms import (
    ANSWER,
    ANSWERS,
    ASKED_AS,
    ASKED_OF,
    CASE_ID,
    CASES,
    ENTRY_ID,
    FINDING_ID,
    FINDINGS,
    GONE,
    IDS,
    NAMED,
    NAMING,
    REOPENED,
    RUN_ID,
    Form,
    fold,
    known_fields,
    known_grounds,
    known_words,
)
from voterlist.report.asked import AskedAs
from voterlist.tables import from_rows

ANSWER_ROW = pa.schema(
    [
        *AMENDMENT_ROW,
        *(pa.field(name, pa.string()) for name in (ASKED_AS, *NAMING)),
    ]
)
"""AMENDMENT_ROW with ``Question.mark`` where the row is asked once more, and with what names an
entry of which nothing is asked. ``action`` may be ``confirm``: what is shown beside it."""


@frozen
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


_Cells = dict[str, Any]


def read_answers(path: Path, limits: IngestSettings | None = None) -> Answers:
    """Every row in which something is filled in, by sheet and row.

    Rows may have been sorted or filtered, columns moved, sheets removed or copied, and either
    language be used; a word that is no answer becomes ``UNKNOWN_VERDICT`` or ``UNKNOWN_ACTION``,
    for the check of the answers to name. ``limits`` are those by which lists are read.

    Raises:
        InputError: the file is no workbook or cannot be read, or no sheet has a review's columns.
    """
    digest, file = read_file(path, limits or IngestSettings())
    # More than one sheet has a form where people copied it to share the work.
    sheets = [
        read_sheet(sheet, *heading)
        for sheet in file.sheets
        if sheet.trouble is None and (heading := headings(path, sheet)) is not None
    ]
    if not sheets:
        raise nothing_to_answer(path, file.sheets)
    unread = [
        problem_of_sheet(sheet, sheet.trouble) for sheet in file.sheets if sheet.trouble
    ]
    # Ticks are looked at by what they mean, but carried over as they were written.
    asked = [with_ticks(sheet) for sheet in sheets if sheet.form is not GONE]
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
        typed=tuple(row for sheet in sheets for row in sheet.filled),
    )


def answers_typed(
    ids: Mapping[str, str], texts: Mapping[str, str], run: str
) -> Answers:
    """What somebody filled in on a page, as the one row of a workbook.

    Args:
        ids: what the row asks, by the names of ``IDS``; what is not named is blank.
        texts: what was filled in, by the names of ``ANSWERS``, in words or codes.
        run: from which the row is.
    """
    named = {name: ids.get(name) or None for name in IDS}
    filled = {name: texts.get(name) or None for name in ANSWERS}
    form = REOPENED if named[ASKED_AS] else FINDINGS
    runs = frozenset({run})
    row = Typed("", 1, named | {RUN_ID: run, ASKED_OF: None}, filled)
    decisions, amendments = _rows(
        [FilledSheet(form, "", (row,), (), runs, has_run=True)], ""
    )
    return Answers(decisions, amendments, runs=runs)


def answers_naming(
    lines: Sequence[Mapping[str, str]], run: str, by: str, *, file: str, first: int
) -> pa.Table:
    """ANSWER_ROW of what somebody noted on a page about entries that nothing asks about.

    Args:
        lines: what was filled in, by the names of ``ANSWERS``, in words or codes.
        run: from which the page is.
        by: who noted it.
        file: in which it came.
        first: the number of the first line.
    """
    ids = dict.fromkeys(IDS) | {RUN_ID: run, ASKED_OF: by or None}
    filled = tuple(
        Typed("", row, ids, {name: line.get(name) or None for name in ANSWERS})
        for row, line in enumerate(lines, first)
    )
    runs = frozenset({run})
    return _rows([FilledSheet(NAMED, "", filled, (), runs, has_run=True)], file)[1]


def _rows(sheets: Iterable[FilledSheet], file: str) -> tuple[pa.Table, pa.Table]:
    """REVIEW_ROW and ANSWER_ROW of the rows filled in."""
    decisions: list[_Cells] = []
    amendments: list[_Cells] = []
    for sheet in sheets:
        for row in sheet.filled:
            cells = _cells(sheet.form, row) | {"file": file}
            if _is_of_case(sheet, cells):
                decisions.append(cells | {"verdict": _verdict(cells[ANSWER])})
            else:
                amendments.append(cells | _amendment(cells))
    return from_rows(decisions, REVIEW_ROW), from_rows(amendments, ANSWER_ROW)


def _cells(form: Form, row: Typed) -> _Cells:
    """The ids and answers of a row, its words as codes."""
    cells: _Cells = {**row.ids, **row.texts}
    cells["decided_by"] = cells["decided_by"] or cells[ASKED_OF]
    word = cells[ANSWER]
    cells[ANSWER] = word and known_words(form).get(fold(word), UNKNOWN_ACTION)
    contested = {AskedAs.CONTESTED_CASE, AskedAs.CONTESTED_ENTRY}
    return cells | {
        "sheet": row.sheet,
        "row": row.row,
        "adjudicates": _code_of(cells) in contested,
    }


def _code_of(cells: _Cells) -> str:
    """Why a row is asked once more, a code of ``AskedAs``; empty where it is not."""
    return (cells[ASKED_AS] or "").partition(":")[0]


def _is_of_case(sheet: FilledSheet, cells: _Cells) -> bool:
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
    settles_nothing = cells[ANSWER] in {Action.ASK, Action.WITHDRAW}
    return {
        "action": cells[ANSWER],
        "field": field and known_fields().get(fold(field), field),
        "ground": ground and known_grounds().get(fold(ground), ground),
        "constituency": constituency,
        "precinct": precinct,
        "finding_id": cells[FINDING_ID],
        # A question asks the precinct; who takes an answer back takes back their own.
        "adjudicates": cells["adjudicates"] and not settles_nothing,
    }


def _place(text: str | None) -> tuple[str | None, str | None]:
    """(constituency, precinct) of ``88/12`` or ``12``, as text; what is neither, as a precinct."""
    constituency, slash, precinct = (text or "").partition("/")
    if not slash:
        return None, text
    return constituency.strip() or None, precinct.strip() or None


_Key = tuple[str | None, ...]


class Carried:
    """Rows that people filled in, to be put into the rows that ask the same.

    Args:
        typed: the rows, in the order of the workbook.
    """

    def __init__(self, typed: Iterable[Typed] = ()) -> None:
        self._rows: dict[_Key, list[Typed]] = {}
        for row in typed:
            rows = self._rows.setdefault(_asked_key(row.ids), [])
            if all(row.texts != other.texts for other in rows):
                rows.append(row)

    def take(self, ids: Mapping[str, str | None]) -> Mapping[str, str | None] | None:
        """What was typed into the row with these ids, once; None where nothing was.

        Of several rows that say different things the first is taken; the others stay in ``left``.
        """
        rows = self._rows.get(_asked_key(ids), [])
        return rows.pop(0).texts if rows else None

    def left(self) -> list[Typed]:
        """The rows that nothing took, in order."""
        rows = [row for group in self._rows.values() for row in group]
        return sorted(rows, key=lambda row: (row.sheet, row.row))


def _asked_key(ids: Mapping[str, str | None]) -> _Key:
    """What makes two rows ask the same.

    A finding is named by its own id: workbooks of earlier versions name nothing else.
    """
    if ids.get(ASKED_AS) is None and ids.get(FINDING_ID) is not None:
        return (ids[FINDING_ID],)
    return tuple(ids.get(name) for name in (ASKED_AS, CASE_ID, ENTRY_ID))
