"""Answers that somebody wrote into a workbook, on their way into the one that replaces it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from voterlist.casework.named import with_entries
from voterlist.decisions import Given
from voterlist.decisions.standing import WITHDRAWN
from voterlist.errors import InputError
from voterlist.model import Action, Mark
from voterlist.normalize import read_correction, read_day
from voterlist.pipeline.list_input import ListSource
from voterlist.render import xlsx
from voterlist.render.xlsx import CONFIRM, Answers, Typed
from voterlist.render.xlsx.forms import AS_EXPORTED, NO_LONGER, digest_of
from voterlist.report.asked import ELSEWHERE, STAYS, ReviewItems
from voterlist.storage import store

_Row: TypeAlias = dict[str, Any]
_Place: TypeAlias = tuple[str, int]
"""(sheet, row)."""
RECORDED_AS = {STAYS: WITHDRAWN, ELSEWHERE: Action.STRIKE.value}
"""What is recorded of an entry by an answer to the commission above."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the workbook that was there before."""

    carried: int
    """Its rows whose answers are in no ledger: they are in the new one."""
    gone: int
    """Of these, the rows that are no longer asked."""
    old: Path | None
    """Where it stands now; None where nothing of it was carried over."""


def write_workbook(
    path: Path,
    items: ReviewItems,
    language: str,
    *,
    source: ListSource,
    today: dt.date,
    given: Given,
    name: str = "",
) -> Written:
    """Write what is asked into a workbook; what somebody wrote into the one before is not lost.

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
    )
    store.write_content(path, book)
    return Written(len(typed), len(carried.left()), old)


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
    recorded = _recorded_rows(with_entries(answers, source), given)
    return [
        row
        for row in answers.typed
        if _is_new(row) and (row.sheet, row.row) not in recorded
    ]


def _is_new(row: Typed) -> bool:
    """True where the row says something else than when the workbook was written."""
    if row.ids.get(NO_LONGER) is not None:
        return True
    return digest_of(row.texts) != row.ids.get(AS_EXPORTED)


def _recorded_rows(answers: Answers, given: Given) -> set[_Place]:
    """The rows whose answer is the last that its person gave."""
    verdicts = _last_by_person(given.verdicts.to_pylist(), "case_id", "entry_id")
    amendments = _last_by_person(given.amendments.to_pylist(), "entry_id")
    accepted = _last_by_person(given.acceptances.to_pylist(), "finding_id")
    places: set[_Place] = set()
    for row in answers.decisions.to_pylist():
        of_entry = verdicts.get((row["case_id"], row["entry_id"]), [])
        if any(_says_verdict(row, last) for last in of_entry):
            places.add((row["sheet"], row["row"]))
    for row in answers.amendments.to_pylist():
        of_entry = amendments.get((row["entry_id"],), [])
        marks = accepted.get((row["finding_id"],), [])
        is_said = any(_says_amendment(row, last) for last in of_entry)
        if is_said or any(_says_mark(row, mark) for mark in marks):
            places.add((row["sheet"], row["row"]))
    return places


def _last_by_person(
    rows: Iterable[_Row], *names: str
) -> dict[tuple[Any, ...], list[_Row]]:
    """What each person last said, by what it is about; of fields of an entry to each of them."""
    last: dict[tuple[Any, ...], dict[tuple[Any, ...], _Row]] = {}
    for row in rows:
        about = tuple(row[name] for name in names)
        person = row.get("decided_by") or row.get("accepted_by")
        said = last.setdefault(about, {})
        if row.get("action") == WITHDRAWN and row["field"] is None:
            for key in [key for key in said if key[0] == person]:
                del said[key]
        said[person, row.get("field")] = row
    return {about: list(said.values()) for about, said in last.items()}


def _is_by(row: Mapping[str, Any], person: str) -> bool:
    """True where a row may be this person's: it names the person, or nobody."""
    return row["decided_by"] in {None, person}


def _says_verdict(row: Mapping[str, Any], last: Mapping[str, Any]) -> bool:
    """True where a row says the verdict and the reason that were recorded."""
    return (
        _is_by(row, last["decided_by"])
        and row["verdict"] == last["verdict"]
        and (row["reason"] or "") == (last["reason"] or "")
    )


def _says_amendment(row: Mapping[str, Any], last: Mapping[str, Any]) -> bool:
    """True where an answer is what was recorded; what was filled in then may be blank here."""
    names = ("field", "ground", "document", "reason", "constituency", "precinct")
    action = row["action"]
    if action == CONFIRM:
        _, action, *_ = f"{row['asked_as']}:".split(":")
    action = RECORDED_AS.get(action, action)
    return (
        _is_by(row, last["decided_by"])
        and action == last["action"]
        and all(row[name] in {None, _text(last[name])} for name in names)
        and _says_value(row, last)
        and _says_day(row["due"], last["due"])
    )


def _says_value(row: Mapping[str, Any], last: Mapping[str, Any]) -> bool:
    """True where a field is corrected to what was recorded, in whatever form it is written."""
    if row["value"] is None or last["value"] is None:
        return row["value"] is None
    moment = dt.datetime.fromisoformat(last["decided_at"])
    value = read_correction(last["field"], row["value"], moment.date())
    return bool(value.text == last["value"])


def _says_day(written: str | None, recorded: str | None) -> bool:
    """True where the day that is written is the one recorded, or none is written."""
    if written is None:
        return True
    day = read_day(written)
    return day is not None and day.isoformat() == recorded


def _says_mark(row: Mapping[str, Any], mark: Mapping[str, Any]) -> bool:
    """True where a row says of a finding what was recorded."""
    action = "accept" if mark["mark"] == Mark.ACCEPT else "withdraw"
    return (
        _is_by(row, mark["accepted_by"])
        and row["action"] == action
        and (row["reason"] or row["ground"]) == mark["reason"]
    )


def _text(value: object) -> str | None:
    """A value as text, as people write it into a workbook."""
    return None if value is None else str(value)


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
