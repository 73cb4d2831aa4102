"""The journal told and verified; the ledger copied."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from voterlist.decisions.given import is_same_person
from voterlist.model import JournalLine, frozen
from voterlist.pipeline.standings import OPEN_IN, day_of_moment
from voterlist.storage import ledger as ledgers
from voterlist.storage.ledger import (
    FILE_NAME,
    Line,
    Place,
    Reader,
    Verdict,
    copies,
    place_in,
)
from voterlist.storage.ledger.chain import (
    ACCEPTED,
    ADDED,
    AMENDED,
    DECIDED,
    GENESIS,
    JOURNAL,
)
from voterlist.storage.ledger.reading import name_of
from voterlist.storage.store import RUN_EVENT
from voterlist.storage.workspace import open_to_read, settings_of


@frozen
class DiaryLine:
    """One thing that was done.

    Attributes:
        number: its line in the chain; None for what was done before the chain began.
        day: when; None for the first line of a ledger that had no day yet.
        event: what, as a code: the catalogue has a sentence for each.
        by: who; None where it was the program.
        case: the number by which people call the case, or its id where it has none.
        details: the ids and counts that the sentence names.
        verdicts: how many entries of the case got each verdict.
        at: the moment by the clock, where a person had named a day ahead of it; else empty.
    """

    number: int | None
    day: dt.date | None
    event: str
    by: str | None = None
    case: str | None = None
    details: Mapping[str, str | int] = field(default_factory=dict)
    verdicts: Mapping[str, int] = field(default_factory=dict)
    at: str = ""


@frozen
class JournalFilter:
    """Which lines are wanted; each None takes all.

    Attributes:
        case: the number of a case, or its id.
        person: who did it, as written in the answers.
        day: when it was done.
    """

    case: str | None = None
    person: str | None = None
    day: dt.date | None = None

    def takes(self, line: DiaryLine) -> bool:
        """True where the line is wanted."""
        return (
            (self.case is None or line.case == self.case)
            and (self.person is None or is_same_person(line.by or "", self.person))
            and (self.day is None or line.day == self.day)
        )


def read_journal(workspace: Path, wanted: JournalFilter) -> list[DiaryLine]:
    """What was done in a workspace, in order.

    Raises:
        UsageError: it is no workspace.
        InputError: its ledger is damaged, or lacks what the workspace knows of.
    """
    with open_to_read(workspace) as (_, ledger):
        numbers = {case.case_id: str(case.number) for case in ledger.case_numbers()}
        answers = _answers(ledger)
        clocks = {line.number: line.at for line in ledger.chain()}
        diary = [
            replace(line, at=clocks.get(line.number or 0, ""))
            for line in _diary(ledger, answers, numbers)
        ]
    # A case may be asked for by its id too.
    case = numbers.get(wanted.case or "", wanted.case)
    chosen = JournalFilter(case, wanted.person, wanted.day)
    return [line for line in diary if chosen.takes(line)]


def verify_journal(workspace: Path, heads: Sequence[str] = ()) -> Verdict:
    """Whether anybody altered the ledger of a workspace; see ``storage.ledger.verify``.

    Args:
        workspace: its folder.
        heads: heads of the chain that acts and receipts have printed.

    Raises:
        UsageError: it is no workspace, or a text is no head.
        InputError: the ledger cannot be read at all.
    """
    place = ledgers.place_in(workspace, settings_of(workspace))
    return ledgers.verify(place, heads)


Answers = dict[str, dict[int, dict[str, Any]]]
"""Table of the ledger -> number -> the answer."""


def _answers(ledger: Reader) -> Answers:
    tables = {
        "decisions": ledger.given_verdicts(),
        "amendments": ledger.given_amendments(),
        "acceptances": ledger.given_acceptances(),
    }
    return {
        name: {row["number"]: row for row in table.to_pylist()}
        for name, table in tables.items()
    }


def _diary(
    ledger: Reader, answers: Answers, numbers: Mapping[str, str]
) -> Iterator[DiaryLine]:
    """All that was done: first what is older than the chain, then its lines."""
    journal = ledger.journal()
    for line in ledger.chain():
        if line.event == GENESIS:
            before = {
                name: int(table.get("last", 0))
                for name, table in line.details["tables"].items()
            }
            yield from _of_before(journal, before, answers, numbers)
            yield DiaryLine(line.number, line.day, GENESIS)
        elif line.event == JOURNAL:
            for number, _ in line.details[ADDED]["journal"]:
                yield _line_of_journal(journal[number - 1], line.number, numbers)
        elif line.event in _TABLES:
            yield _line_of_answers(line, answers[_TABLES[line.event]], numbers)
        else:
            counts = {
                name: value
                for name, value in line.details.items()
                if isinstance(value, str | int)
            }
            by = str(counts.pop("by", "")) or None
            yield DiaryLine(line.number, line.day, line.event, by=by, details=counts)


def _of_before(
    journal: Sequence[JournalLine],
    last: Mapping[str, int],
    answers: Answers,
    numbers: Mapping[str, str],
) -> list[DiaryLine]:
    """What was done before the chain began, by day."""
    lines = [
        _line_of_journal(line, None, numbers) for line in journal[: last["journal"]]
    ]
    for event, table in _TABLES.items():
        rows = [row for key, row in answers[table].items() if key <= last[table]]
        for _, group in groupby(rows, _KEYS[event]):
            lines.append(_answer(event, list(group), numbers))
    return sorted(lines, key=lambda line: line.day or dt.date.min)


_TABLES = {DECIDED: "decisions", AMENDED: "amendments", ACCEPTED: "acceptances"}
"""The events that are answers of people, and the tables where these stand."""


_KEYS = {
    DECIDED: itemgetter("case_id", "decided_by", "decided_at"),
    AMENDED: itemgetter("action", "case_id", "decided_by", "decided_at"),
    ACCEPTED: itemgetter("rule", "mark", "accepted_by", "accepted_at"),
}
"""What the answers of one line have in common, before the chain began."""


def _line_of_answers(
    line: Line, rows: Mapping[int, dict[str, Any]], numbers: Mapping[str, str]
) -> DiaryLine:
    """A line about answers of one person."""
    added = line.details[ADDED][_TABLES[line.event]]
    return _answer(
        line.event, [rows[key] for key, _ in added], numbers, line.number, line.day
    )


def _answer(
    event: str,
    rows: Sequence[Mapping[str, Any]],
    numbers: Mapping[str, str],
    number: int | None = None,
    day: dt.date | None = None,
) -> DiaryLine:
    """Answers of one person about one case, of one action or about one rule."""
    first = rows[0]
    moment = first["accepted_at"] if event == ACCEPTED else first["decided_at"]
    case = first.get("case_id")
    details: dict[str, str | int] = {"count": len(rows)}
    if event == AMENDED:
        details["action"] = first["action"]
    if event == ACCEPTED:
        details |= {"rule": first["rule"], "mark": first["mark"]}
    verdicts = Counter(row["verdict"] for row in rows) if event == DECIDED else {}
    return DiaryLine(
        number,
        day or day_of_moment(moment),
        event,
        by=first["accepted_by"] if event == ACCEPTED else first["decided_by"],
        case=numbers.get(case, case) if case else None,
        details=details,
        verdicts=dict(verdicts),
    )


def _line_of_journal(
    note: JournalLine,
    number: int | None,
    numbers: Mapping[str, str],
) -> DiaryLine:
    """A line of the journal."""
    day, event, details = note
    by = details.get("by")
    if event == RUN_EVENT:
        details = _of_run(details)
    case = str(details["case"]) if "case" in details else None
    return DiaryLine(
        number,
        day,
        event,
        by=str(by) if by else None,
        case=numbers.get(case, case) if case else None,
        details={name: text for name, text in details.items() if name != "case"},
    )


def _of_run(details: Mapping[str, str | int]) -> Mapping[str, str | int]:
    """The details of a run: its open cases together, and in how many constituencies they are."""
    others = dict(details)
    names = [name for name in details if name.startswith(OPEN_IN)]
    counts = [int(others.pop(name)) for name in names]
    return {**others, "open": sum(counts), "places": sum(map(bool, counts))}


_OF_SERVERS = "postgresql://"
"""How the address of a database begins."""


def copy_ledger(workspace: Path, out: str) -> tuple[str, dict[str, int]]:
    """Copy the ledger whole, with its chain, and verify the copy.

    Args:
        workspace: its folder.
        out: the file to write, or the address (``postgresql://``) of a database without a ledger.

    Returns:
        the copy as it may be shown, and how many rows of each kind it holds.

    Raises:
        UsageError: it is no workspace, or the file or a ledger in the database exists.
        InputError: the ledger is damaged.
        VoterlistError: the server cannot be reached.
    """
    place = place_in(workspace, settings_of(workspace))
    if not out.startswith(_OF_SERVERS):
        return out, dict(copies.copy(place, Path(out)))
    target = Place(workspace / FILE_NAME, out)
    return name_of(target), dict(copies.copy(place, target))
