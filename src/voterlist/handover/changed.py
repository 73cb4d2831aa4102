"""What was changed in lists since they were approved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from voterlist import strict_json
from voterlist.casework.returned_cases import KNOWN_AS_NAME
from voterlist.deadlines import CalendarStage
from voterlist.deadlines.handovers import Event, Handover, handovers
from voterlist.decisions.outcome import place_of_id
from voterlist.errors import InputError
from voterlist.model import Action, Progress, frozen, null_last
from voterlist.pipeline.inbox import RECEIVED, folders_by_digest
from voterlist.pipeline.known import read_table
from voterlist.pipeline.progress import covers, of_cycle
from voterlist.report.values import UnitStanding
from voterlist.storage.ledger import Reader
from voterlist.storage.workspace import settings_of
from voterlist.tables import ReadRow, rows_among
from voterlist.watch import RULES

CHANGES = ("strike", "repeat", "move", "add", "correct", "undone", "left", "came")
"""What was done to an entry since: an action, one taken back, or another list handed in."""


@frozen
class Changed:
    """Lists that are not those approved any more.

    Attributes:
        constituency: whose.
        approved: the line of the journal by which they were approved.
        changes: above, by precinct how many entries were changed how (``CHANGES``); empty where
            what was approved came as plain files, or is not kept any more.
        waves: how many doubts about the answers of a night are left to ask.
    """

    constituency: int
    approved: Handover
    changes: tuple[Mapping[str, int | None], ...]
    waves: int


def changed_lists(
    workspace: Path,
    ledger: Reader,
    rows: Iterable[UnitStanding],
    waves: Sequence[ReadRow],
) -> tuple[Changed, ...]:
    """The constituencies whose lists were changed since they were approved, by number.

    Args:
        workspace: its folder.
        ledger: its ledger.
        rows: how each stands.
        waves: rows of WAVE of the workspace.

    Raises:
        InputError: a table of a package that was kept cannot be read.
    """
    numbers = {
        row.constituency
        for row in rows
        if row.progress is Progress.NOT_AS_APPROVED and row.constituency is not None
    }
    if not numbers:
        return ()
    cycle = settings_of(workspace).workspace.cycle
    lines = handovers(of_cycle(ledger.journal(), cycle))
    kept = folders_by_digest(workspace / RECEIVED)
    found = []
    for number in sorted(numbers):
        # The packages of single precincts are no lists of the constituency.
        own = [line for line in lines if covers(line, (number, None))]
        place = max(
            row
            for row, line in enumerate(own)
            if line.event is Event.APPROVED
            or (line.event is Event.FINISHED and line.stage == CalendarStage.VERIFY)
        )
        approved = own[place]
        came = [line for line in own if line.is_list]
        until = [line for line in own[:place] if line.is_list]
        before, after = (
            kept.get(packages[-1].package) if packages else None
            for packages in (until, came)
        )
        count = sum(wave["constituency"] == number for wave in waves)
        changes: tuple[Mapping[str, int | None], ...] = ()
        # What is kept only says more: that they were changed is told without it.
        with suppress(InputError, OSError, ValueError):
            if after is not None:
                # What was noticed below comes up among the findings.
                codes = [rule.code for rule in RULES]
                findings = read_table(after, "findings")
                count += rows_among(findings, "rule", codes).num_rows
            if before is not None and after is not None:
                changes = tuple(changes_between(before, after))
        found.append(Changed(number, approved, changes, count))
    return tuple(found)


def changes_between(before: Path, after: Path) -> Iterator[Mapping[str, int | None]]:
    """What one package of lists does otherwise than an earlier one, by precinct."""
    old, new = _done_in(before), _done_in(after)
    changes = entries_changed(before, after)
    precincts = {key[0]: row["precinct"] for key, row in (old | new).items()}
    counted = Counter(
        (precincts.get(entry, place_of_id(entry)[1]), what) for entry, what in changes
    )
    for precinct in sorted({place for place, _ in counted}, key=null_last):
        counts = {what: counted[precinct, what] for what in CHANGES}
        yield {"precinct": precinct, **counts}


def entries_changed(before: Path, after: Path) -> list[tuple[str, str]]:
    """(entry, which of ``CHANGES``) of what a package does otherwise than an earlier one."""
    old, new = _done_in(before), _done_in(after)
    ids, ids_now = _listed_in(before), _listed_in(after)
    made = {key[:2] for key, row in new.items() if old.get(key) != row}
    undone = {key[:2] for key in old.keys() - new.keys()}
    explained = {entry for entry, action in made | undone if action != Action.CORRECT}
    return [
        *made,
        *((entry, "undone") for entry, _ in undone),
        *((entry, "left") for entry in ids - ids_now - explained),
        *((entry, "came") for entry in ids_now - ids - explained),
    ]


def _done_in(package: Path) -> dict[tuple[str, str, str | None], Mapping[str, Any]]:
    """(entry, action, field) -> the row of APPLIED, without who decided it and why."""
    rows = read_table(package, "applied").to_pylist()
    return {
        (row["entry_id"], row["action"], row["field"]): {
            "value": row["value"],
            "to": (row["constituency"], row["precinct"]),
            "precinct": row["from_precinct"] or row["precinct"],
        }
        for row in rows
    }


def _listed_in(package: Path) -> frozenset[str]:
    """The entries on the lists of a package, by the ids of its sender."""
    ids: Mapping[str, str] = strict_json.loads((package / KNOWN_AS_NAME).read_bytes())
    return frozenset(ids.values())
