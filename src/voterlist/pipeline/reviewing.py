"""Cases out to a workbook, decisions back into the ledger."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from voterlist import report, review
from voterlist.config import Settings
from voterlist.errors import InputError, UsageError
from voterlist.io import ledger as ledgers
from voterlist.io import lock, store, xlsx
from voterlist.io.ledger import Ledger
from voterlist.io.store import Manifest
from voterlist.pipeline.inbox import sources_of
from voterlist.pipeline.standings import RUN_EVENT
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
    """Write the open cases of the newest complete run into a workbook.

    Raises:
        UsageError: there is no complete run.
        OSError: the workbook cannot be written.
    """
    with Ledger(workspace / ledgers.FILE_NAME) as ledger:
        decisions, folder, manifest = ledger.decisions(), *_newest(workspace, ledger)
    cases = report.review_cases(
        _table(folder, "cases"),
        entries=_table(folder, "entries"),
        voters=_table(folder, "voters"),
        pairs=_table(folder, "pairs"),
        sources=sources_of(manifest.inputs),
        decisions=decisions,
        mask_identifiers=settings.privacy.mask_identifiers,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    store.write_atomically(path, lambda beside: xlsx.write_review(cases, beside, language, today=today))
    return Exported(path, manifest.run, len(cases))


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
        folder, manifest = _newest(workspace, ledger)
        checked = review.check_decisions(
            _table(folder, "cases"),
            rows,
            decided_at=decided_at.isoformat(timespec="seconds"),
            decided_by=by,
            earlier=ledger.decisions(),
        )
        ledger.decide(checked.decisions)
        ledger.write_journal(
            decided_at.date(),
            REVIEW_EVENT,
            run=manifest.run,
            workbook=store.sha256(path),
            recorded=checked.decisions.num_rows,
            replaced=checked.replaced.num_rows,
            refused=len(checked.problems),
        )
    return checked


def _newest(workspace: Path, ledger: Ledger) -> tuple[Path, Manifest]:
    """The folder and manifest of the newest run that is complete.

    Raises:
        UsageError: there is none.
    """
    for _, event, details in reversed(ledger.journal()):
        if event == RUN_EVENT:
            folder = workspace / "runs" / str(details["run"])
            manifest = store.read_manifest(folder)
            if manifest is not None and manifest.complete:
                return folder, manifest
    raise UsageError(f"{workspace} has no complete run", code="no-run", places={"path": str(workspace)})


def _table(folder: Path, name: str) -> pa.Table:
    """A table of a run.

    Raises:
        InputError: it is gone or damaged.
    """
    path = folder / f"{name}.parquet"
    try:
        return pq.read_table(path)
    except (OSError, pa.ArrowException):
        # The cause may quote a cell, so it is not chained.
        raise InputError(f"{path} cannot be read", code="run-damaged", file=str(path)) from None
