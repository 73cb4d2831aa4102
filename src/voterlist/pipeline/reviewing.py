"""Cases and findings out to a workbook, what people said of them back into the ledger."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from voterlist import report, review
from voterlist.check import Marked, check_marks
from voterlist.config import Settings
from voterlist.io import ledger as ledgers
from voterlist.io import lock, store, xlsx
from voterlist.io.ledger import Ledger
from voterlist.model import Mark, Problem
from voterlist.pipeline.inbox import sources_of
from voterlist.pipeline.known import known
from voterlist.review import Checked

__all__ = ["REVIEW_EVENT", "Exported", "Imported", "export", "import_decisions"]

REVIEW_EVENT = "review"
"""The journal's word for decisions that were read in."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written for a person to decide."""

    path: Path
    run: str
    cases: int
    findings: int
    """Those that are asked about, and those accepted in a workbook before."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What was read back."""

    decisions: Checked
    findings: Marked

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why rows of the workbook were refused."""
        return self.decisions.problems + self.findings.problems


def export(workspace: Path, settings: Settings, path: Path, language: str, *, today: dt.date) -> Exported:
    """Write the open cases and the findings into a workbook.

    They are of the newest run, and of constituencies that it left out, of the run before.

    Raises:
        UsageError: there is no complete run.
        OSError: the workbook cannot be written.
    """
    with ledgers.reading(workspace / ledgers.FILE_NAME) as ledger:
        decisions, acceptances, found = ledger.decisions(), ledger.acceptances(), known(workspace, ledger)
    entries, sources, mask = found.table("entries"), sources_of(found.inputs), settings.privacy.mask_identifiers
    cases = report.review_cases(
        found.table("cases"),
        entries=entries,
        voters=found.table("voters"),
        pairs=found.table("pairs"),
        waterfalls=found.table("waterfalls"),
        sources=sources,
        decisions=decisions,
        mask_identifiers=mask,
    )
    faults = report.review_faults(
        found.table("findings"),
        found.table("accepted"),
        acceptances,
        entries=entries,
        registers=found.table("register_rows"),
        sources=sources,
        mask_identifiers=mask,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    store.write_atomically(path, lambda beside: xlsx.write_review(cases, beside, language, today=today, faults=faults))
    return Exported(path, found.run, len(cases), len(faults))


def import_decisions(workspace: Path, path: Path, by: str | None, *, decided_at: dt.datetime) -> Imported:
    """Read a workbook's decisions and accepted findings into the ledger; what is refused is named.

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
    answers = xlsx.read_answers(path)
    moment = decided_at.isoformat(timespec="seconds")
    since = decided_at.isoformat(" ", "minutes")
    with lock.hold(workspace, since=since), Ledger(workspace / ledgers.FILE_NAME) as ledger:
        found = known(workspace, ledger)
        checked = review.check_decisions(
            found.table("cases"),
            answers.decisions,
            decided_at=moment,
            decided_by=by,
            earlier=ledger.decisions(),
        )
        marked = check_marks(
            found.table("findings"),
            answers.marks,
            accepted_at=moment,
            accepted_by=by,
            earlier=ledger.acceptances(),
        )
        ledger.decide(checked.decisions)
        ledger.accept(marked.acceptances)
        ledger.write_journal(
            decided_at.date(),
            REVIEW_EVENT,
            run=found.run,
            workbook=store.sha256(path),
            recorded=checked.decisions.num_rows,
            replaced=checked.replaced.num_rows,
            refused=len(checked.problems) + len(marked.problems),
            accepted=marked.count(Mark.ACCEPT),
            asked_again=marked.count(Mark.ASK),
        )
    return Imported(checked, marked)
