"""Answers that somebody wrote into a workbook, on their way into the one that replaces it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from voterlist.casework.answered_rows import is_written, last_known, says_same
from voterlist.casework.printed import with_named_entries
from voterlist.decisions.answers import ACCEPT, why_accepted
from voterlist.decisions.given import Given, person_key
from voterlist.decisions.standing import (
    WITHDRAWN,
    about,
    is_taken_back,
    last_answers,
    says,
)
from voterlist.errors import InputError
from voterlist.model import Mark, Problem
from voterlist.pipeline.list_input import ListSource
from voterlist.render import xlsx
from voterlist.render.xlsx import Answers, Typed
from voterlist.render.xlsx.forms import (
    CASE_ID,
    ENTRY_ID,
    NO_LONGER,
)
from voterlist.report.asked import ReviewItems
from voterlist.storage.files import make_folder, write_content
from voterlist.tables import Row, by_key, from_rows


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
    make_folder(path.parent)
    book = xlsx.render_review(
        items,
        language,
        run=source.runs.run,
        today=today,
        carried=carried,
        name=name,
        answers_known=" ".join(
            str(max(table.column("number").to_pylist(), default=0))
            for table in (given.verdicts, given.amendments, given.marks)
        ),
    )
    write_content(path, book)
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
    before = _said_before(with_named_entries(answers, source), given)
    return [
        row
        for row in answers.typed
        if (row.sheet, row.row) not in before
        and (row.ids.get(NO_LONGER) is not None or is_written(row))
    ]


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
    before = _said_before(answers, given, by)
    rows = [row for row in answers.typed if before.get((row.sheet, row.row))]
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


def _said_before(
    answers: Answers, given: Given, by: str | None = None
) -> dict[tuple[str, int], bool]:
    """The (sheet, row) of each row that its person said before; True where otherwise since.

    Where a row names nobody it may be anybody's. What was said before the workbook was written
    counts in rows in which nobody wrote, and where nothing else was said since.

    Args:
        answers: of a workbook.
        given: all answers in the ledger.
        by: who decided, where a row names nobody.
    """
    marks = given.marks.rename_columns({"accepted_by": "decided_by"}).to_pylist()
    said = _by_person(
        (*given.verdicts.to_pylist(), *given.amendments.to_pylist(), *marks)
    )
    of_entries = last_answers(given, with_settled=True).values()
    holding = _by_person(row for of_entry in of_entries for row in of_entry.values())
    last_marks = {_thing(mark): mark for mark in marks}
    typed = {(row.sheet, row.row): row for row in answers.typed}
    amendments = answers.amendments.to_pylist()
    of_findings = filter(None, map(_as_mark, amendments))
    before: dict[tuple[str, int], bool] = {}
    for row in (*answers.decisions.to_pylist(), *amendments, *of_findings):
        place = row["sheet"], row["row"]
        if place not in typed:
            continue
        since, thing = last_known(typed[place], row), _thing(row)
        person = row["decided_by"] or by
        for who, history in said.get(thing, {}).items():
            if person is not None and person_key(person) != who:
                continue
            stands = holding.get((None, row["entry_id"]), {}).get(who, ())
            named = row | {"decided_by": history[-1]["decided_by"]}
            if row.get("mark") == Mark.ASK and any(
                is_taken_back(answer, named) for answer in stands
            ):
                # It takes back what its person said instead of the mark.
                continue
            now = [*history[-1:], *holding.get(thing, {}).get(who, ())]
            if last := last_marks.get(thing):
                author = person_key(last["decided_by"])
                others = holding.get((None, row["entry_id"]), {}).get(author, ())
                if last["mark"] == Mark.ASK and author != who and not others:
                    # The settlement that ended it was taken back: its person never said otherwise.
                    continue
                # Of a finding one mark stands, whoever made it.
                now = [last]
            then = [
                earlier
                for earlier in history
                if earlier["number"] > since and says_same(row, earlier)
            ]
            if then or any(says_same(row, answer) for answer in now):
                meant = {_meaning(answer) for answer in now}
                is_older = bool(then) and meant.isdisjoint(map(_meaning, then))
                before[place] = before.get(place, False) or is_older
    return before


def _by_person(
    rows: Iterable[Row],
) -> dict[tuple[str | None, str | None], dict[str, list[Row]]]:
    """What is answered -> by whom -> these answers, in their order."""
    things = by_key((_thing(row), (person_key(row["decided_by"]), row)) for row in rows)
    return {thing: by_key(said) for thing, said in things.items()}


def _thing(row: Row) -> tuple[str | None, str | None]:
    """The case of a verdict, and the entry that an answer is about; of a mark the finding."""
    if "mark" in row:
        return row["finding_id"], None
    return row["case_id"] if "verdict" in row else None, row["entry_id"]


def _meaning(row: Row) -> tuple[Any, ...]:
    """What an answer says, whatever its words are."""
    word = row.get("verdict") or row.get("mark")
    return (word,) if word else (about(row), *says(row))


def _as_mark(row: Row) -> Row | None:
    """What a row says of its finding as a whole; None where it names or says nothing such."""
    if row["finding_id"] is None or row["action"] not in {ACCEPT, WITHDRAWN}:
        return None
    if row["action"] == ACCEPT:
        return row | {"mark": ACCEPT, "reason": why_accepted(row)}
    return row | {"mark": Mark.ASK.value}


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
