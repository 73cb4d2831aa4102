"""A look at the counter: who looks, what of it stands in the journal, and the card of an entry.

The card tells all that is known of an entry, and what was decided, by whom and why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.casework.pages import numbers_of
from voterlist.counter.applications import Application, Clerk, State, applications_of
from voterlist.counter.asking import Question, entry_in, understand
from voterlist.counter.finder import Finder, Found, Hit
from voterlist.counter.index import make_index
from voterlist.decisions.given import is_same_person, members_of
from voterlist.errors import UsageError, usage_error
from voterlist.fields import BORN, ENTRY_FIELDS, PLACE, name_in
from voterlist.model import Action, OnProgress, frozen, no_progress
from voterlist.pipeline.known import answers_of_today, read_table
from voterlist.pipeline.list_input import ListSource
from voterlist.report.asked import GivenAnswer, day_of, given_answer, tell_answers
from voterlist.report.sections.findings import FindingRow, FindingWords, build_findings
from voterlist.report.values import Names, Place, written_names
from voterlist.storage.ledger import Ledger, Reader
from voterlist.storage.workspace import open_beside, read_beside, settings_of
from voterlist.tables import Row, rows_among


@frozen
class Card:
    """All that is known of an entry."""

    entry_id: str
    row: Row
    """How it stands today: as ``Index.row``, FIN and document as they may be shown."""
    file: str | None
    """Where it was handed in; of a person added, the register."""
    sheet: str | None
    line: int
    cells: Mapping[str, str]
    """The cells as written, by the field of ENTRY."""
    spellings: Mapping[str, str]
    """The whole name as it is ``written``, and as it is ``proposed`` to be spelt."""
    corrections: tuple[Mapping[str, str | None], ...]
    """``field``, ``written`` and ``value`` of each."""
    answers: tuple[GivenAnswer, ...]
    """What people answered about it, in order; one that was taken back stands there too."""
    cases: tuple[Row, ...]
    """Of each ``number``, ``kind``, ``is_open``, and the ids of the ``others`` in it."""
    findings: tuple[FindingRow, ...]
    """Those that are open."""
    applications: tuple[Row, ...]
    """Of each application about it ``number``, ``what``, ``state`` and ``due``."""
    last_cycle: Row | None
    """``change``, ``cause``, ``fields``, and where it stood; None where nothing changed, or nothing
    is known."""
    is_current: bool
    """False where something was decided about its constituency since the run."""


def card_of(finder: Finder, entry_id: str) -> Card:
    """The card of an entry.

    Raises:
        UsageError: the runs have no such entry.
        InputError: a table of a run is gone or damaged.
    """
    position = finder.index.entry(entry_id)
    if position is None:
        raise usage_error("find-no-entry", entry=entry_id)
    row = finder.shown(finder.index.row(position))
    runs = finder.source.runs
    folder = runs.folder_of(row["constituency"])
    is_own = pc.field("entry_id") == entry_id
    entry = entry_in(folder, entry_id)
    (own,) = entry.to_pylist()
    names = runs.names(finder.source.settings)
    spellings = {
        "written": written_names(entry).to_pylist()[0],
        "proposed": name_in(row),
    }
    changes = read_table(folder, "cycle_changes", is_own).select(_LAST_CYCLE)
    return Card(
        entry_id=entry_id,
        row=row,
        file=names.of(own["source"]),
        sheet=own["sheet"],
        line=own["line"],
        cells=finder.shown({name: own[name] for name in ENTRY_FIELDS if own[name]}),
        spellings={name: text for name, text in spellings.items() if text},
        corrections=tuple(
            {"field": correction["field"]}
            | {
                name: finder.shown({correction["field"]: correction[name]})[
                    correction["field"]
                ]
                for name in ("written", "value")
            }
            for correction in read_table(folder, "applied", is_own).to_pylist()
            if correction["action"] == Action.CORRECT
        ),
        answers=tuple(_answers(finder, entry_id)),
        cases=tuple(_cases(finder, folder, entry_id)),
        findings=_findings(folder, entry, names),
        applications=tuple(
            {
                "number": number,
                "what": known.asked.what.value,
                "state": known.state.value,
                "due": known.due.isoformat(),
            }
            for number, known in applications_of(finder.ledger.applications()).items()
            if known.asked.entry_id == entry_id
        ),
        last_cycle=next(iter(changes.to_pylist()), None),
        is_current=_is_current(finder, row["constituency"]),
    )


_LAST_CYCLE = ("change", "cause", "fields", "old_constituency", "old_precinct")


def _answers(finder: Finder, entry_id: str) -> Iterator[GivenAnswer]:
    """What people answered about an entry, in the order of the moments."""
    given = answers_of_today(finder.ledger, finder.source.runs)
    found = []
    for table, answer, moment in (
        (given.verdicts, "verdict", "decided_at"),
        (given.amendments, "action", "decided_at"),
        (given.acceptances, "mark", "accepted_at"),
    ):
        own = rows_among(table, "entry_id", [entry_id])
        for number, row in enumerate(own.to_pylist()):
            if row.get("field") and row.get("value"):
                row |= {
                    "value": finder.shown({row["field"]: row["value"]})[row["field"]]
                }
            found.append((str(row[moment]), number, given_answer(row[answer], row)))
    yield from (answer for *_, answer in sorted(found, key=lambda told: told[:2]))


def _cases(finder: Finder, folder: Path, entry_id: str) -> Iterator[Row]:
    """The cases of an entry, by their numbers."""
    own = read_table(folder, "cases", pc.field("entry_id") == entry_id)
    is_of_them = pc.field("case_id").isin(own.column("case_id").combine_chunks())
    of_cases = read_table(folder, "cases", is_of_them)
    queue = read_table(folder, "queue", is_of_them)
    waiting = queue.column("case_id").to_pylist()
    numbers = numbers_of(finder.source.runs, of_cases, finder.ledger)
    members = members_of(of_cases, numbers)
    for row in sorted(own.to_pylist(), key=lambda row: numbers[row["case_id"]]):
        case = row["case_id"]
        yield {
            "number": numbers[case],
            "kind": row["kind"],
            "is_open": case in waiting,
            "others": sorted({*members[case]} - {entry_id}),
        }


def _findings(folder: Path, entry: pa.Table, names: Names) -> tuple[FindingRow, ...]:
    """The open findings about an entry, errors first."""
    both = ("entry_id", "other_entry_id")
    entry_id = entry.column("entry_id")[0].as_py()
    is_about, is_named = (pc.field(name) == entry_id for name in both)
    findings = read_table(folder, "findings", is_about | is_named)
    ids = pa.concat_arrays([findings.column(name).combine_chunks() for name in both])
    others = pc.field("entry_id").isin(pc.unique(ids).drop_null())
    return build_findings(
        findings,
        pa.concat_tables([read_table(folder, "entries", others), entry.slice(0, 0)]),
        names,
        registers=read_table(folder, "register_rows", others),
    )


def _is_current(finder: Finder, constituency: int | None) -> bool:
    try:
        finder.source.require_current(constituency)
    except UsageError:
        return False
    return True


LOOKED = "looked"
"""The event of a look in the journal."""
CARD = "card"
"""The action of a look that opened a card."""


def look(
    workspace: Path,
    question: Question,
    clerk: Clerk,
    *,
    limit: int,
    card: int | None = None,
    progress: OnProgress = no_progress,
) -> tuple[Found, Card | None]:
    """Who fits a question, and a card; the look stands in the journal before it is shown.

    Args:
        workspace: its folder.
        question: what is asked.
        clerk: who asks.
        limit: how many are told at most.
        card: whose card is opened, counted from 1; None: that of the only one who is certain.
        progress: told what is done while the index is made.

    Raises:
        UsageError: it is no workspace or has no complete run; nothing is asked; fewer were found
            than the card's number; somebody looked too often within the hour.
        SettingsError: its settings have mistakes.
        InputError: a table of a run, or the ledger, cannot be read.
        WorkspaceBusyError: another command writes the ledger all the time.
        OSError: the index cannot be written.
    """
    # A run may hold the workspace all night, and whoever asks stands at the counter: what the last
    # finished run made is whole, and stays.
    # A question that is none is told before an index is made for it.
    understand(question, settings_of(workspace).workspace.profile)

    def ask() -> tuple[Found, Card | None]:
        make_index(workspace, clerk.since, progress)
        with open_beside(workspace, clerk.since) as (settings, ledger, is_held):
            require_looks(ledger, clerk, settings.desk.looks_per_hour)
            finder = Finder(
                ListSource.of(workspace, ledger, settings), ledger, progress
            )
            found = finder.find(question, limit)
            found = replace(found, searched={**found.searched, "is_held": is_held})
            if card is not None and not 0 < card <= len(found.hits):
                raise usage_error("find-no-card", card=card, count=len(found.hits))
            wanted = [hit.entry_id for hit in found.hits if hit.is_certain]
            if card is not None:
                wanted = [found.hits[card - 1].entry_id]
            opened = card_of(finder, wanted[0]) if len(wanted) == 1 else None
            note(ledger, clerk, found=len(found.hits))
            if opened is not None:
                note(ledger, clerk, action=CARD, entry=opened.entry_id)
        return found, opened

    return read_beside(workspace, ask)


def require_looks(ledger: Reader, clerk: Clerk, most: int) -> None:
    """Refuse whoever looked so often within this hour; 0 lets everybody look.

    Raises:
        UsageError: this person did.
    """
    if not most:
        return
    day = ledger.day_of(clerk.today)
    looks = sum(
        on_day == day
        and event == LOOKED
        and "found" in details
        and details.get("hour") == clerk.at.hour
        and is_same_person(str(details.get("by", "")), clerk.by)
        for on_day, event, details in ledger.journal()
    )
    if looks >= most:
        raise usage_error("find-too-often", most=most, by=clerk.by or "-")


def note(ledger: Ledger, clerk: Clerk, **seen: str | int) -> None:
    """Write a look into the journal: who, in which hour, and how many were found or whose card."""
    ledger.write_journal(clerk.today, LOOKED, by=clerk.by, hour=clerk.at.hour, **seen)


_SEARCHED = ("entries", "run", "struck", "repeated", "moved", "added", "set_aside")


def born_of(row: Row) -> str | None:
    """The birth date of a row of the index in ISO 8601, as far as it is known."""
    if row["birth_year"] is None:
        return None
    parts = [row[name] for name in BORN if row[name] is not None]
    return "-".join(f"{part:02}" for part in parts)


def name_of(row: Row, words: FindingWords) -> str:
    """The whole name and the birth date of a row of the index."""
    name = name_in(row)
    born = day_of(born_of(row), words) or words("find.no-birth-date")
    return words("find.hit", name=name or words("find.no-name"), born=born)


def about_row(row: Row, words: FindingWords) -> list[str]:
    """Where an entry stands, and what became of it."""
    place = {name: _number(row[name]) for name in PLACE}
    if row["list_number"] is not None:
        listed = {
            "constituency": _number(row["listed_in"]),
            "precinct": _number(row["listed_precinct"]),
        }
        number = str(row["list_number"])
        told = words("find.place.listed", **listed, number=number)
    elif row["state"] in {"struck", "repeated"}:
        told = words("find.place.handed-in", **place)
    else:
        told = words("find.place.no-number", **place)
    lines = ["; ".join(filter(None, (told, row["address"])))]
    if row["state"] != "listed":
        ground = words(f"ground.{row['ground']}.title") if row["ground"] else "-"
        kept = row["kept_entry_id"] or "-"
        key = f"find.state.{row['state']}"
        lines.append(words(key, **place, ground=ground, kept=kept))
    return lines


def about_hit(hit: Hit, words: FindingWords) -> list[str]:
    """Where an entry stands, what became of it, and what of the question it answers."""
    levels = []
    for field, level in hit.levels.items():
        kind = "find.level" if level == "beginning" else "comparison"
        levels.append(f"{words(f'field.{field}')}: {words(f'{kind}.{level}')}")
    lines = about_row(hit.row, words)
    return [*lines, "; ".join(levels)] if levels else lines


def _number(value: int | None) -> str:
    """A number of a place; it is a name, and not grouped."""
    return "-" if value is None else str(value)


def set_aside(found: Found, words: FindingWords) -> list[str]:
    """The rows set aside that hold the name, a line each below a heading; nothing without any."""
    lines = [
        words(
            "find.aside.row",
            file=row["file"],
            sheet=row["sheet"] or "-",
            line=str(row["line"]),
            why=words(f"aside.{row['code']}.title"),
        )
        for row in found.aside
    ]
    return [words("find.aside"), *lines] if lines else []


def added_since(found: Found, words: FindingWords) -> list[str]:
    """Who was added since the run, a line each below a heading; nothing without any."""
    lines = [
        words(
            "find.added.row",
            name=name_in(row) or row.get("full_name") or words("find.no-name"),
            born=day_of(row.get("birth_date"), words) or words("find.no-birth-date"),
            entry=row["entry_id"],
            **{name: _number(row[name]) for name in PLACE},
        )
        for row in found.added
    ]
    return [words("find.added"), *lines] if lines else []


def search_lines(found: Found, words: FindingWords) -> Iterator[str]:
    """What was searched, what could not be, and how the question was understood."""
    yield words("find.searched", **{name: found.searched[name] for name in _SEARCHED})
    if found.searched["is_held"]:
        yield words("find.held", run=found.searched["run"])
    if found.searched["unread"]:
        unread = (
            str(number or words("cli.unknown")) for number in found.searched["unread"]
        )
        yield words("find.unread", places=", ".join(unread))
    if len(found.asked.dates) > 1:
        dates = ", ".join(day_of(date, words) or date for date in found.asked.dates)
        yield words("find.two-dates", dates=dates)
    for name in found.asked.not_read:
        yield words(f"find.not-read.{name}")


def card_parts(card: Card, words: FindingWords) -> Iterator[tuple[str, Sequence[str]]]:
    """(heading, lines) of each part of a card; a part without lines is left out."""
    row, changed = card.row, card.last_cycle
    place = Place(
        row["constituency"], row["precinct"], card.file, card.sheet, card.line
    )
    last_cycle = ""
    if changed is not None:
        old = Place(changed["old_constituency"], changed["old_precinct"])
        told = (
            words(f"cycles.change.{changed['change']}"),
            words(f"cycles.cause.{changed['cause']}"),
            words.place(old),
        )
        last_cycle = "; ".join(filter(None, told))
    parts = {
        "today": about_row(row, words),
        "handed-in": [words.place(place)],
        "cells": [
            f"{words(f'field.{name}')}: {text}" for name, text in card.cells.items()
        ],
        "spellings": [
            words(f"card.{name}", name=text) for name, text in card.spellings.items()
        ],
        "corrections": [
            words(
                "card.corrected",
                field=words(f"field.{correction['field']}"),
                written=correction["written"] or "-",
                value=correction["value"] or "-",
            )
            for correction in card.corrections
        ],
        "answers": [tell_answers(answer, words) for answer in card.answers],
        "cases": [
            words(
                f"card.case.{'open' if case['is_open'] else 'closed'}",
                number=str(case["number"]),
                kind=words(f"case-kind.{case['kind']}.title"),
                others=", ".join(case["others"]) or "-",
            )
            for case in card.cases
        ],
        "applications": [
            words(
                "card.application",
                number=str(application["number"]),
                due=day_of(application["due"], words),
                what=words(f"application.what.{application['what']}"),
                state=words(f"application.state.{application['state']}"),
            )
            for application in card.applications
        ],
        "findings": [words.message(finding) for finding in card.findings],
        "last-cycle": [last_cycle] if last_cycle else [],
    }
    for name, lines in parts.items():
        if lines:
            yield words(f"card.part.{name}"), lines


def asked_rows(
    application: Application, words: FindingWords
) -> Iterator[tuple[str, str]]:
    """(heading, text) of what an application asks; what it does not say is left out."""
    asked = application.asked
    rows = [
        ("counter.take.name", asked.name),
        ("field.birth_date", day_of(asked.born, words)),
        ("counter.take.by", asked.by),
        ("counter.take.relation", words(f"application.relation.{asked.relation}")),
        ("counter.take.way", words(f"application.way.{asked.way}")),
        ("counter.take.documents", "; ".join(asked.documents)),
        *((f"field.{name}", text) for name, text in asked.values.items()),
    ]
    for key, text in rows:
        if text:
            yield words(key), text


def event_lines(application: Application, words: FindingWords) -> Iterator[str]:
    """What became of an application, a line each: when, by whom, on which ground and why."""
    for event in (application.taken, *application.events):
        key = f"journal.line.application.{event.event}"
        told = words(key, application=str(application.number), by=event.done_by)
        names = ("evidence", "reason", "although", "text")
        said = [str(event.details[name]) for name in names if event.details.get(name)]
        ground, is_granted = map(event.details.get, ("ground", "granted"))
        if ground:
            said.insert(0, words(f"ground.{ground}.title"))
        if is_granted is not None:
            state = State.GRANTED if is_granted else State.REFUSED
            said.insert(0, words(f"application.state.{state.value}"))
        if event.details.get("with"):
            said.insert(0, words("application.with", number=str(event.details["with"])))
        day = words.day(dt.date.fromisoformat(event.day))
        yield " · ".join([day, told, *said])
