"""A look at the counter: who looks, what of it stands in the journal, and the card of an entry.

The card tells all that is known of an entry, and what was decided, by whom and why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.casework.pages import numbers_of
from voterlist.counter.applications import Clerk, applications_of
from voterlist.counter.asking import Question, understand
from voterlist.counter.finder import Finder, Found
from voterlist.counter.index import make_index
from voterlist.counter.people import entry_in
from voterlist.decisions.given import is_same_person, members_of
from voterlist.errors import UsageError, usage_error
from voterlist.fields import ENTRY_FIELDS, name_in
from voterlist.model import Action, OnProgress, frozen, no_progress
from voterlist.pipeline.known import answers_of_today, read_table
from voterlist.pipeline.list_input import ListSource
from voterlist.report.asked import GivenAnswer, given_answer
from voterlist.report.sections.findings import FindingRow, build_findings
from voterlist.report.values import Names, written_names
from voterlist.storage.ledger import Ledger, Reader
from voterlist.storage.settings import settings_of
from voterlist.storage.workspace import open_beside, read_beside
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
