"""Cases out to a workbook, decisions back into the ledger."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from voterlist import report, review
from voterlist.config import Settings
from voterlist.io import ledger as ledgers
from voterlist.io import lock, store, xlsx
from voterlist.io.ledger import Ledger
from voterlist.pipeline.inbox import sources_of
from voterlist.pipeline.known import known
from voterlist.review import Checked

__all__ = ["REVIEW_EVENT", "Exported", "export", "import_decisions"]

REVIEW_EVENT = "review"
"""The journal's word for decisions that were read in."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written for a person to decide."""

    path: Path
    run: str
    cases: int


def export(workspace: Path, settings: Settings, path: Path, language: str, *, today: dt.date) -> Exported:
    """Write the open cases into a workbook: of the newest run, and of constituencies it left out, of the run before.

    Raises:
        UsageError: there is no complete run.
        OSError: the workbook cannot be written.
    """
    with Ledger(workspace / ledgers.FILE_NAME) as ledger:
        decisions, found = ledger.decisions(), known(workspace, ledger)
    cases = report.review_cases(
        found.table("cases"),
        entries=found.table("entries"),
        voters=found.table("voters"),
        pairs=found.table("pairs"),
        waterfalls=found.table("waterfalls"),
        sources=sources_of(found.inputs),
        decisions=decisions,
        mask_identifiers=settings.privacy.mask_identifiers,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    store.write_atomically(path, lambda beside: xlsx.write_review(cases, beside, language, today=today))
    return Exported(path, found.run, len(cases))


def import_decisions(workspace: Path, path: Path, by: str | None, *, decided_at: dt.datetime) -> Checked:
    """Read a workbook's decisions into the ledger; what contradicts itself is refused and named.

    Args:
        workspace: its folder; held meanwhile.
        path: the workbook.
        by: who decided, where a row names nobody.
        decided_at: the moment; with its time zone.

    Raises:
        InputError: the workbook cannot be read.
        UsageError: there is no complete run.
        WorkspaceBusyError: a run holds the workspace.
    """
    rows = xlsx.read_review(path)
    since = decided_at.isoformat(" ", "minutes")
    with lock.hold(workspace, since=since), Ledger(workspace / ledgers.FILE_NAME) as ledger:
        found = known(workspace, ledger)
        checked = review.check_decisions(
            found.table("cases"),
            rows,
            decided_at=decided_at.isoformat(timespec="seconds"),
            decided_by=by,
            earlier=ledger.decisions(),
        )
        ledger.decide(checked.decisions)
        ledger.write_journal(
            decided_at.date(),
            REVIEW_EVENT,
            run=found.run,
            workbook=store.sha256(path),
            recorded=checked.decisions.num_rows,
            replaced=checked.replaced.num_rows,
            refused=len(checked.problems),
        )
    return checked
