"""The card of an entry: all that is known of it, and what was decided, by whom and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.casework.pages import numbers_of
from voterlist.counter.applications import applications_of
from voterlist.counter.finder import Finder
from voterlist.errors import UsageError, usage_error
from voterlist.fields import ENTRY_FIELDS, MASKED
from voterlist.model import Action
from voterlist.pipeline.inbox import sources_of
from voterlist.pipeline.known import answers_of_today, read_table
from voterlist.report.asked import GivenAnswer, given_answer
from voterlist.report.sections.findings import FindingRow, build_findings
from voterlist.report.values import Names, mask, written_names


@dataclass(frozen=True, slots=True)
class CaseOfEntry:
    """A case in which an entry stands."""

    number: int
    kind: str
    """A code of ``CaseKind``."""
    is_open: bool
    others: tuple[str, ...]
    """The ids of the other entries."""


@dataclass(frozen=True, slots=True)
class Card:
    """All that is known of an entry."""

    entry_id: str
    row: Mapping[str, Any]
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
    cases: tuple[CaseOfEntry, ...]
    findings: tuple[FindingRow, ...]
    """Those that are open."""
    applications: tuple[Mapping[str, Any], ...]
    """Of each application about it ``number``, ``what``, ``state`` and ``due``."""
    last_cycle: Mapping[str, Any] | None
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
    source, runs = finder.source, finder.source.runs
    folder = runs.folder_of(row["constituency"])
    is_own = pc.field("entry_id") == entry_id
    entry = read_table(folder, "entries", is_own)
    if not entry.num_rows:
        entry = read_table(folder, "additions", is_own)
    (own,) = entry.to_pylist()
    masks = source.settings.privacy.mask_identifiers
    names = Names(sources_of(runs.inputs))
    cells = {name: own[name] for name in ENTRY_FIELDS if own[name]}
    return Card(
        entry_id=entry_id,
        row=row,
        file=names.of(own["source"]),
        sheet=own["sheet"],
        line=own["line"],
        cells={name: _shown(name, text, masks=masks) for name, text in cells.items()},
        spellings=_spellings(entry, row),
        corrections=tuple(_corrections(folder, entry_id, masks=masks)),
        answers=tuple(_answers(finder, entry_id, masks=masks)),
        cases=tuple(_cases(finder, folder, entry_id)),
        findings=_findings(folder, entry, names, masks=masks),
        applications=tuple(_applications(finder, entry_id)),
        last_cycle=_last_cycle(folder, entry_id),
        is_current=_is_current(finder, row["constituency"]),
    )


def _shown(field: str | None, text: str, *, masks: bool) -> str:
    """A cell as it may be shown."""
    return mask(text) if masks and field in MASKED else text


def _spellings(entry: pa.Table, row: Mapping[str, Any]) -> dict[str, str]:
    """The whole name as written, and in the spelling that is proposed."""
    parts = (row["surname"], row["given_name"], row["patronymic"])
    told = {
        "written": written_names(entry).to_pylist()[0],
        "proposed": " ".join(filter(None, parts)),
    }
    return {name: text for name, text in told.items() if text}


def _corrections(
    folder: Path, entry_id: str, *, masks: bool
) -> Iterator[Mapping[str, str | None]]:
    """What was corrected, and holds."""
    for row in read_table(
        folder, "applied", pc.field("entry_id") == entry_id
    ).to_pylist():
        if row["action"] == Action.CORRECT:
            texts = {name: row[name] for name in ("written", "value")}
            yield {"field": row["field"]} | {
                name: _shown(row["field"], text, masks=masks) if text else text
                for name, text in texts.items()
            }


def _answers(finder: Finder, entry_id: str, *, masks: bool) -> Iterator[GivenAnswer]:
    """What people answered about an entry, in the order of the moments."""
    given = answers_of_today(finder.ledger, finder.source.runs)
    tables_of = (
        (given.verdicts, "verdict", "decided_at"),
        (given.amendments, "action", "decided_at"),
        (given.acceptances, "mark", "accepted_at"),
    )
    found = []
    for table, answer, moment in tables_of:
        own = table.filter(pc.equal(table.column("entry_id"), entry_id))
        for number, row in enumerate(own.to_pylist()):
            if row.get("field") in MASKED and row.get("value") and masks:
                row["value"] = mask(str(row["value"]))
            found.append((str(row[moment]), number, given_answer(row[answer], row)))
    yield from (answer for *_, answer in sorted(found, key=lambda told: told[:2]))


def _cases(finder: Finder, folder: Path, entry_id: str) -> Iterator[CaseOfEntry]:
    """The cases of an entry, by their numbers."""
    own = read_table(folder, "cases", pc.field("entry_id") == entry_id)
    ids = own.column("case_id").combine_chunks()
    of_cases = read_table(folder, "cases", pc.field("case_id").isin(ids))
    waiting: Collection[str] = set(
        read_table(folder, "queue", pc.field("case_id").isin(ids))
        .column("case_id")
        .to_pylist()
    )
    numbers = numbers_of(finder.source.runs, of_cases, finder.ledger)
    members = of_cases.select(["case_id", "entry_id"]).to_pylist()
    for row in sorted(own.to_pylist(), key=lambda row: numbers[row["case_id"]]):
        others = {
            one["entry_id"] for one in members if one["case_id"] == row["case_id"]
        }
        yield CaseOfEntry(
            numbers[row["case_id"]],
            row["kind"],
            row["case_id"] in waiting,
            tuple(sorted(others - {entry_id})),
        )


def _findings(
    folder: Path, entry: pa.Table, names: Names, *, masks: bool
) -> tuple[FindingRow, ...]:
    """The open findings about an entry, errors first."""
    entry_id = entry.column("entry_id")[0].as_py()
    is_about = pc.field("entry_id") == entry_id
    is_named = pc.field("other_entry_id") == entry_id
    findings = read_table(folder, "findings", is_about | is_named)
    ids = pa.concat_arrays(
        [
            findings.column(name).combine_chunks()
            for name in ("entry_id", "other_entry_id")
        ]
    )
    others = pc.field("entry_id").isin(pc.unique(ids).drop_null())
    return build_findings(
        findings,
        pa.concat_tables([read_table(folder, "entries", others), entry.slice(0, 0)]),
        names,
        registers=read_table(folder, "register_rows", others),
        mask_identifiers=masks,
    )


def _applications(finder: Finder, entry_id: str) -> Iterator[Mapping[str, Any]]:
    """The applications about an entry, by their numbers."""
    for number, known in applications_of(finder.ledger.applications()).items():
        if known.asked.entry_id == entry_id:
            codes = {"what": known.asked.what.value, "state": known.state.value}
            yield {"number": number, **codes, "due": known.due.isoformat()}


def _last_cycle(folder: Path, entry_id: str) -> dict[str, Any] | None:
    """What became of an entry since the last cycle."""
    changes = read_table(folder, "cycle_changes", pc.field("entry_id") == entry_id)
    names = ("change", "cause", "fields", "old_constituency", "old_precinct")
    rows = changes.select(names).to_pylist()
    return rows[0] if rows else None


def _is_current(finder: Finder, constituency: int | None) -> bool:
    try:
        finder.source.require_current(constituency)
    except UsageError:
        return False
    return True
