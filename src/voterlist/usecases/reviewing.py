"""Cases and findings out to a workbook, what people said of them back into the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from voterlist import report, review
from voterlist.config import Settings
from voterlist.errors import InputError
from voterlist.findings import Marked, check_marks
from voterlist.model import Mark, Problem
from voterlist.pipeline.inbox import sources_of
from voterlist.pipeline.known import Known, cycles_of_runs, known
from voterlist.pipeline.publish import REPORTS
from voterlist.render import xlsx
from voterlist.render.xlsx import Answers
from voterlist.review import Checked
from voterlist.storage import ledger as ledgers
from voterlist.storage import lock, store
from voterlist.storage.ledger import Ledger
from voterlist.usecases.settings import settings_of

__all__ = [
    "ORIGIN_PROBLEMS",
    "REVIEW_EVENT",
    "Exported",
    "Imported",
    "export",
    "export_review",
    "import_decisions",
    "import_review",
]

ORIGIN_PROBLEMS = ("other-workspace", "other-cycle")
"""Why a row is refused for its run; ``review.problem.<code>`` and ``error.review-<code>``."""

REVIEW_EVENT = "review"
"""The journal's word for decisions that were read in."""

_Origins = dict[str | None, str]
"""Run -> why its rows are refused. None stands for a row that has lost its run."""


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
    unread: tuple[Problem, ...] = ()
    """Sheets and rows that were refused before it was looked at what they say."""
    is_origin_known: bool = True
    """False where a sheet does not say from which run it is."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why rows of the workbook were refused, and of which sheets not all could be read."""
        return self.unread + self.decisions.problems + self.findings.problems


def export_review(
    workspace: Path,
    out: Path | None = None,
    language: str | None = None,
    *,
    today: dt.date,
) -> Exported:
    """Write what waits for a decision into a workbook.

    Args:
        workspace: its folder.
        out: the workbook; without it ``reports/review-<language>.xlsx``.
        language: its language; without it the first of the settings.
        today: the day that the workbook names.

    Raises:
        UsageError: it is no workspace, or has no complete run.
        SettingsError: its settings have mistakes.
        OSError: the workbook cannot be written.
    """
    settings = settings_of(workspace)
    words = language or settings.report.languages[0]
    path = out or workspace / REPORTS / f"review-{words}.xlsx"
    return export(workspace, settings, path, words, today=today)


def import_review(
    workspace: Path, workbook: Path, by: str | None = None, *, decided_at: dt.datetime
) -> Imported:
    """Read the decisions of a workbook into the ledger; see ``import_decisions``.

    Raises:
        UsageError: it is no workspace, or has no complete run.
        SettingsError: its settings have mistakes.
        InputError: the workbook cannot be read, or is of another workspace or cycle.
        WorkspaceBusyError: a run holds the workspace.
    """
    settings = settings_of(workspace)
    return import_decisions(workspace, settings, workbook, by, decided_at=decided_at)


def export(
    workspace: Path, settings: Settings, path: Path, language: str, *, today: dt.date
) -> Exported:
    """Write the open cases and the findings into a workbook.

    They are of the newest run, and of constituencies that it left out, of the run before.

    Raises:
        UsageError: there is no complete run.
        OSError: the workbook cannot be written.
    """
    with ledgers.reading(ledgers.place_in(workspace, settings)) as ledger:
        decisions, acceptances = ledger.decisions(), ledger.acceptances()
        runs = known(workspace, ledger)
    sources = sources_of(runs.inputs)
    mask = settings.privacy.mask_identifiers
    cases = report.review_cases(
        runs.table("cases"),
        {
            name: runs.table(name)
            for name in ("entries", "voters", "pairs", "waterfalls")
        },
        sources=sources,
        decisions=decisions,
        mask_identifiers=mask,
    )
    findings = report.review_findings(
        runs.table("findings"),
        runs.table("accepted"),
        acceptances,
        entries=runs.table("entries"),
        registers=runs.table("register_rows"),
        sources=sources,
        mask_identifiers=mask,
    )
    store.make_folder(path.parent)
    write = partial(xlsx.write_review, run=runs.run, today=today, findings=findings)
    store.write_atomically(path, lambda beside: write(cases, beside, language))
    return Exported(path, runs.run, len(cases), len(findings))


def import_decisions(
    workspace: Path,
    settings: Settings,
    path: Path,
    by: str | None,
    *,
    decided_at: dt.datetime,
) -> Imported:
    """Read a workbook's decisions and accepted findings into the ledger; what is refused is named.

    Args:
        workspace: its folder; held meanwhile.
        settings: its settings: limits of what is read, and the cycle.
        path: the workbook.
        by: who decided, where a row names nobody.
        decided_at: the moment; with its time zone.

    Raises:
        InputError: the workbook cannot be read, or is of another workspace or cycle.
        UsageError: there is no complete run.
        WorkspaceBusyError: a run holds the workspace.
    """
    answers = xlsx.read_answers(path, settings.ingest)
    since = decided_at.isoformat(" ", "minutes")
    with (
        lock.hold(workspace, since=since),
        Ledger(ledgers.place_in(workspace, settings)) as ledger,
    ):
        runs = known(workspace, ledger)
        cycles = cycles_of_runs(workspace, ledger)
        origins = _origins(answers, cycles, settings.workspace.cycle)
        _require_own(answers, origins, path)
        unread = (*answers.problems, *_of_elsewhere(answers, origins))
        imported = _check(answers, unread, runs, ledger, by, decided_at)
        _record(imported, ledger, runs.run, answers.digest, decided_at.date())
    return imported


def _check(
    answers: Answers,
    unread: tuple[Problem, ...],
    runs: Known,
    ledger: Ledger,
    by: str | None,
    decided_at: dt.datetime,
) -> Imported:
    """The answers of a workbook, checked against the cases and findings of the known runs."""
    moment = decided_at.isoformat(timespec="seconds")
    checked = review.check_decisions(
        runs.table("cases"),
        answers.decisions,
        decided_at=moment,
        decided_by=by,
        earlier=ledger.decisions(),
        refused=unread,
    )
    marked = check_marks(
        runs.table("findings"),
        answers.marks,
        accepted_at=moment,
        accepted_by=by,
        earlier=ledger.acceptances(),
        refused=unread,
    )
    return Imported(checked, marked, unread, not answers.sheets_without_run)


def _record(
    imported: Imported, ledger: Ledger, run: str, workbook: str, day: dt.date
) -> None:
    """Write what was imported into the ledger, and a line about it into the journal."""
    decisions, findings = imported.decisions, imported.findings
    ledger.decide(decisions.decisions)
    ledger.accept(findings.acceptances)
    ledger.write_journal(
        day,
        REVIEW_EVENT,
        run=run,
        workbook=workbook,
        recorded=decisions.decisions.num_rows,
        replaced=decisions.replaced.num_rows,
        refused=len(imported.problems),
        accepted=findings.count(Mark.ACCEPT),
        asked_again=findings.count(Mark.ASK),
    )


def _origins(
    answers: Answers, cycles: Mapping[str, str | None], cycle: str
) -> _Origins:
    """The runs of the workbook whose rows are refused, each with its code.

    Args:
        answers: what the workbook holds.
        cycles: the runs that the workspace knows, each with its cycle.
        cycle: the cycle of the settings.
    """
    refused: _Origins = {None: "other-workspace"}
    for run in answers.runs:
        if run not in cycles:
            refused[run] = "other-workspace"
        elif cycles[run] not in {None, cycle}:
            refused[run] = "other-cycle"
    return refused


def _require_own(answers: Answers, origins: _Origins, path: Path) -> None:
    """Refuse a workbook of which no row is of this workspace and cycle.

    Raises:
        InputError: it is such a one.
    """
    if (
        answers.sheets_without_run
        or not answers.runs
        or not answers.runs <= origins.keys()
    ):
        return
    codes = {origins[run] for run in answers.runs}
    code = next(one for one in ORIGIN_PROBLEMS if one in codes)
    raise InputError(f"{path.name}: {code}", code=f"review-{code}", file=str(path))


def _of_elsewhere(answers: Answers, origins: _Origins) -> Iterator[Problem]:
    """The rows filled in that are of another workspace or cycle."""
    for table in (answers.decisions, answers.marks):
        for row in table.to_pylist():
            if (
                row["run_id"] in origins
                and row["sheet"] not in answers.sheets_without_run
            ):
                code = origins[row["run_id"]]
                case, entry = row.get("case_id"), row.get("entry_id")
                yield Problem(row["row"], code, row["sheet"], case, entry)
