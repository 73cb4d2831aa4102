"""Answers that somebody wrote into a workbook, on their way into the one that replaces it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from voterlist.casework.answered_rows import as_text
from voterlist.casework.printed import with_named_entries
from voterlist.decisions import Given, person_key
from voterlist.decisions.standing import WITHDRAWN, about, last_answers, says
from voterlist.errors import InputError
from voterlist.model import Action, Mark, Problem
from voterlist.normalize import read_correction, read_day
from voterlist.pipeline.list_input import ListSource
from voterlist.render import xlsx
from voterlist.render.xlsx import CONFIRM, Answers, Typed
from voterlist.render.xlsx.forms import (
    ANSWERS_KNOWN,
    AS_EXPORTED,
    CASE_ID,
    ENTRY_ID,
    NO_LONGER,
    digest_of,
)
from voterlist.report.asked import ELSEWHERE, STAYS, ReviewItems
from voterlist.storage import store
from voterlist.tables import Row, by_key, from_rows

RECORDED_AS = {STAYS: WITHDRAWN, ELSEWHERE: Action.STRIKE.value}
"""What is recorded of an entry by an answer to the commission above."""


def write_workbook(
    path: Path,
    items: ReviewItems,
    language: str,
    *,
    source: ListSource,
    today: dt.date,
    given: Given,
    name: str = "",
) -> tuple[int, int, Path | None]:
    """Write what is asked into a workbook; what somebody wrote into the one before is not lost.

    Returns how many rows of that one have answers that are in no ledger: they are in the new one;
    how many of these are no longer asked; and where it stands now, if anything was carried over.

    Args:
        path: the workbook. Answers in one that is there and that are in no ledger are carried over,
            and it stays beside the new one.
        items: what is asked.
        language: of the workbook.
        source: the run whose questions they are.
        today: the day that the workbook names.
        given: all answers in the ledger.
        name: whose work it is; empty: everybody's.

    Raises:
        InputError: what stands there cannot be read as a workbook.
        OSError: it cannot be written.
    """
    typed = _carried_over(path, given, source)
    old = _set_aside(path, today) if typed else None
    carried = xlsx.Carried(typed)
    store.make_folder(path.parent)
    book = xlsx.render_review(
        items,
        language,
        run=source.runs.run,
        today=today,
        carried=carried,
        name=name,
        answers_known=" ".join(
            str(max(table.column("number").to_pylist(), default=0))
            for table in (given.verdicts, given.amendments)
        ),
    )
    store.write_content(path, book)
    return len(typed), len(carried.left()), old


def _carried_over(path: Path, given: Given, source: ListSource) -> list[Typed]:
    """The rows of a workbook in which somebody wrote what is not in the ledger.

    Args:
        path: the workbook; where there is none, nothing is carried over.
        given: all answers in the ledger.
        source: what the workspace knows.

    Raises:
        InputError: it is there, and cannot be read as a review workbook, or rows of it were
            exchanged.
    """
    if not path.exists():
        return []
    try:
        answers = xlsx.read_answers(path, source.settings.ingest)
    except InputError as error:
        raise InputError(
            f"{path.name} cannot be read as a workbook",
            code="review-target-unreadable",
            file=str(path),
        ) from error
    if any(problem.code == "row-exchanged" for problem in answers.problems):
        # Carried over, an answer would stand beside whom the ids name.
        raise InputError(
            path.name,
            code="review-target-exchanged",
            file=str(path),
        )
    answers = with_named_entries(answers, source)
    recorded = _recorded_rows(answers, given) | answered_since(answers, given)
    return [
        row
        for row in answers.typed
        if (row.sheet, row.row) not in recorded
        and (row.ids.get(NO_LONGER) is not None or is_written(row))
    ]


def is_written(row: Typed) -> bool:
    """True where it says something else than when the workbook was written."""
    return digest_of(row.texts) != row.ids.get(AS_EXPORTED)


def without_older(
    answers: Answers, given: Given, by: str | None
) -> tuple[Answers, Iterator[Problem]]:
    """The answers of a workbook without rows in which nobody wrote and that hold no more.

    Beside them a problem for each row that its person wrote, and answered otherwise since.

    Args:
        answers: of a workbook.
        given: all answers in the ledger.
        by: who decided, where a row names nobody.
    """
    older = answered_since(answers, given, by)
    rows = [row for row in answers.typed if (row.sheet, row.row) in older]
    left = {(row.sheet, row.row) for row in rows if not is_written(row)}
    decisions, amendments = (
        from_rows(
            [
                row
                for row in table.to_pylist()
                if (row["sheet"], row["row"]) not in left
            ],
            table.schema,
        )
        for table in (answers.decisions, answers.amendments)
    )
    problems = (
        Problem(
            row.row,
            "answered-since",
            row.sheet,
            row.ids[CASE_ID],
            row.ids[ENTRY_ID],
            file=answers.file,
        )
        for row in rows
        if is_written(row)
    )
    return replace(answers, decisions=decisions, amendments=amendments), problems


def answered_since(
    answers: Answers, given: Given, by: str | None = None
) -> set[tuple[str, int]]:
    """The (sheet, row) of each row that its person answered so before, and otherwise since.

    A row in which nobody wrote says what was answered when the workbook was written; any other
    was answered after that.

    Args:
        answers: of a workbook.
        given: all answers in the ledger.
        by: who decided, where a row names nobody.
    """
    said = by_key(
        (_thing(row, row["decided_by"]), row)
        for table in (given.verdicts, given.amendments)
        for row in table.to_pylist()
    )
    of_entries = last_answers(given, with_settled=True).values()
    holding = by_key(
        (_thing(row, row["decided_by"]), row)
        for of in of_entries
        for row in of.values()
    )
    marks = {row["finding_id"]: row for row in given.acceptances.to_pylist()}
    typed = {(row.sheet, row.row): row for row in answers.typed}
    older = set()
    for row in (*answers.decisions.to_pylist(), *answers.amendments.to_pylist()):
        place, person = (row["sheet"], row["row"]), row["decided_by"] or by
        if place not in typed or person is None:
            continue
        thing = _thing(row, person)
        history, is_said = said.get(thing, []), _says(row)
        since = _last_known(typed[place], row)
        then = {
            _meaning(one)
            for one in history
            if one["number"] > since and is_said(row, one)
        }
        now = {_meaning(one) for one in (*history[-1:], *holding.get(thing, ()))}
        mark = marks.get(row.get("finding_id"))
        # Of acceptances the last alone is kept.
        is_other = (
            mark is not None
            and row["action"] == Mark.ACCEPT
            and not is_written(typed[place])
            and not _says_mark(row, mark)
        )
        if is_other or (then and then.isdisjoint(now)):
            older.add(place)
    return older


def _thing(row: Row, person: str) -> tuple[str | None, ...]:
    """The case of a verdict, the entry that an answer is about, and who gives it."""
    case = row["case_id"] if "verdict" in row else None
    return case, row["entry_id"], person_key(person)


def _says(row: Row) -> Callable[[Row, Row], bool]:
    """What tells whether a row says the same as an answer in the ledger."""
    return _says_verdict if "verdict" in row else _says_amendment


def _meaning(row: Row) -> tuple[Any, ...]:
    """What an answer says, whatever its words are."""
    return (row["verdict"],) if "verdict" in row else (about(row), *says(row))


def _last_known(typed: Typed, row: Row) -> int:
    """The number of the last answer of this kind when the workbook was written.

    Of a row in which nobody wrote since, every answer may be meant.
    """
    known = (typed.ids.get(ANSWERS_KNOWN) or "").split()
    if not is_written(typed) or len(known) != 2 or not all(map(str.isdigit, known)):
        return 0
    return int(known["verdict" not in row])


def _recorded_rows(answers: Answers, given: Given) -> set[tuple[str, int]]:
    """The (sheet, row) of each row whose answer is the last that its person gave."""
    verdicts = _last_by_person(given.verdicts, "case_id", "entry_id")
    amendments = _last_by_person(given.amendments, "entry_id")
    marks = _last_by_person(given.acceptances, "finding_id")
    said = [
        (row, verdicts.get((row["case_id"], row["entry_id"]), {}), _says_verdict)
        for row in answers.decisions.to_pylist()
    ]
    for row in answers.amendments.to_pylist():
        said.append((row, amendments.get((row["entry_id"],), {}), _says_amendment))
        said.append((row, marks.get((row["finding_id"],), {}), _says_mark))
    return {
        (row["sheet"], row["row"])
        for row, last, says in said
        for (person, _), one in last.items()
        # It names the person, or nobody.
        if row["decided_by"] is None or person_key(row["decided_by"]) == person
        if says(row, one)
    }


def _last_by_person(
    table: pa.Table, *names: str
) -> dict[tuple[Any, ...], dict[tuple[Any, ...], Row]]:
    """What each person last said, by what it is about; of fields of an entry to each of them."""
    last: dict[tuple[Any, ...], dict[tuple[Any, ...], Row]] = {}
    for row in table.to_pylist():
        person = person_key(row.get("decided_by") or row["accepted_by"])
        said = last.setdefault(tuple(row[name] for name in names), {})
        if row.get("action") == WITHDRAWN and row["field"] is None:
            for key in [key for key in said if key[0] == person]:
                del said[key]
        said[person, row.get("field")] = row
    return last


def _says_verdict(row: Row, last: Row) -> bool:
    """True where a row says the verdict and the reason that were recorded."""
    return (row["verdict"], row["reason"] or "") == (
        last["verdict"],
        last["reason"] or "",
    )


def _says_amendment(row: Row, last: Row) -> bool:
    """True where an answer is what was recorded; what was filled in then may be blank here."""
    names = ("field", "ground", "document", "reason", "constituency", "precinct")
    action, value, due = (row[name] for name in ("action", "value", "due"))
    if action == CONFIRM:
        _, action, *_ = f"{row['asked_as']}:".split(":")
    if RECORDED_AS.get(action, action) != last["action"]:
        return False
    if value is not None and last["value"] is not None:
        # In whatever form it is written.
        moment = dt.datetime.fromisoformat(last["decided_at"])
        value = read_correction(last["field"], value, moment.date()).text or ""
    if due is not None:
        day = read_day(due)
        due = "" if day is None else day.isoformat()
    return (
        all(row[name] in {None, as_text(last[name])} for name in names)
        and value in {None, last["value"]}
        and due in {None, last["due"]}
    )


def _says_mark(row: Row, last: Row) -> bool:
    """True where a row says of a finding what was recorded."""
    action = "accept" if last["mark"] == Mark.ACCEPT else "withdraw"
    reason = row["reason"] or row["ground"]
    return (row["action"], reason) == (action, last["reason"])


def _set_aside(path: Path, today: dt.date) -> Path:
    """Copy a file beside itself, under a name that is free; returns where it stands."""
    content = path.read_bytes()
    for number in itertools.count(1):
        tail = "" if number == 1 else f"-{number}"
        beside = path.with_name(f"{path.stem}.before-{today}{tail}{path.suffix}")
        try:
            with beside.open("xb") as stream:
                stream.write(content)
        except FileExistsError:
            continue
        return beside
    raise AssertionError
