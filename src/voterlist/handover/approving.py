"""What a person states of a stage: lists are approved, or a stage was finished on a day."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pyarrow.compute as pc

from voterlist.casework.returned_cases import (
    GATES_NAME,
    Kept,
    as_it_came,
    read_gates,
)
from voterlist.config.sections import Settings
from voterlist.deadlines import CalendarStage, calendar
from voterlist.deadlines.handovers import Event, Handover, handovers
from voterlist.errors import usage_error
from voterlist.handover.changed import Changed, changed_lists
from voterlist.handover.exchanges import write_line
from voterlist.handover.gates import Gate, Scope, gates
from voterlist.model import Action, Level, Progress, Verdict, frozen
from voterlist.pipeline.known import known_work, read_table
from voterlist.pipeline.list_input import ListSource
from voterlist.pipeline.progress import HandedOver, Work, handed_over, of_cycle
from voterlist.pipeline.standings import standings
from voterlist.report.sections.set_aside import NOBODY
from voterlist.report.values import UnitStanding, Waiting, in_constituency
from voterlist.storage.ledger import Reader
from voterlist.storage.workspace import open_to_change, open_to_read
from voterlist.tables import rows_among

_LEAVES = frozenset({Action.MOVE, Action.STRIKE, Verdict.REPEAT})


@frozen
class Finished:
    """A stage was finished on a day that no list and no package shows.

    Attributes:
        stage: the stage of the calendar.
        day: the day on which it was finished.
        ground: the paper or reason that it rests on.
        by: who states it.
        constituency: which; None: all.
        precinct: which of that constituency; None: all, or the constituency as a whole.
    """

    stage: str
    day: dt.date
    ground: str
    by: str
    constituency: int | None
    precinct: int | None


def approve(
    workspace: Path,
    constituency: int,
    *,
    ground: str,
    by: str,
    today: dt.date,
    since: str,
) -> tuple[Handover, tuple[Changed, ...]]:
    """Add the line of the journal by which the lists of a constituency are approved.

    Returns the line, and what was changed since they were approved before, if they were.
    ``ground`` is the decision that approves them, ``by`` who states it.

    Raises:
        UsageError: it is no workspace, or not that of the central commission; the constituency has
            not handed over, or was returned to since; its lists are approved already; something is
            newer than the run; cases over several constituencies are open; no ground or name.
        WorkspaceBusyError: another command holds it.
        InputError: the ledger, or a table of the run, cannot be read.
    """
    require_grounded(ground, by)
    with open_to_change(workspace, since) as (settings, ledger):
        if settings.workspace.level is not Level.CEC:
            raise usage_error("approve-not-above")
        day = ledger.day_of(today)
        work = known_work(workspace, ledger, settings) or Work()
        rows = tuple(
            row
            for row in standings(settings, ledger, day, work=work)
            if row.constituency == constituency
        )
        cycle = settings.workspace.cycle
        lines = handovers(of_cycle(ledger.journal(), cycle))
        state = handed_over(lines, day).get((constituency, None), HandedOver())
        _require_handed_over(rows, state, constituency)
        _require_settled(workspace, settings, ledger, constituency)
        changed = changed_lists(workspace, ledger, rows, ())
        line = Handover(
            day=day,
            event=Event.APPROVED,
            constituency=constituency,
            package=state.package,
            ground=ground.strip(),
            by=by.strip(),
            cycle=cycle,
            work=work.lists.get(constituency, ""),
        )
        write_line(ledger, line)
    return line, changed


def in_spite_of(workspace: Path, constituency: int) -> dict[str, int]:
    """What waits for a person in a constituency, what its settings let pass, what it did not do.

    By the key of the catalogue that says it, how many there are.
    """
    with open_to_read(workspace) as (settings, ledger):
        work = known_work(workspace, ledger) or Work()
        source = ListSource.of(workspace, ledger, settings)
        lines = handovers(ledger.journal())
        senders = {line.sender for line in lines if line.constituency == constituency}
        packages = Kept(workspace, ledger).lists()
    waiting = work.waiting.get((constituency, None), Waiting())
    counts = Counter(
        {
            f"wall.{name.replace('_', '-')}": count
            for name, count in dataclasses.asdict(waiting).items()
        }
    )
    (came_back,) = gates(source, Scope(constituency), [Gate.RETURNED])
    counts["gate.returned.what"] = came_back.count
    folder = source.runs.folder_of(constituency)
    aside = read_table(folder, "set_aside").to_pylist()
    # Whoever stands in a list that was not read, of whichever constituency, may stand here too.
    counts["gate.set-aside.what"] = sum(
        max(row["rows"], 1) for row in aside if row["code"] not in NOBODY
    )
    findings = in_constituency(read_table(folder, "findings"), constituency)
    missing = rows_among(findings, "rule", ["arrived-missing"])
    # Of a voter struck here for there, and there for here, nothing else tells.
    counts["nation.changes.arrived-missing"] = missing.num_rows
    for sender in sorted(senders & packages.keys()):
        for passed in read_gates(packages[sender] / GATES_NAME):
            counts[f"gate.{passed.gate}.what"] += passed.count
    applied = read_table(folder, "applied").to_pylist()
    # The lists that are approved are those below: what is decided here they do not have.
    counts["cli.approve.not-carried-out"] = sum(
        row["action"] in _LEAVES and row["from_constituency"] == constituency
        for row in applied
    )
    return {key: count for key, count in counts.items() if count}


def finish(
    workspace: Path, finished: Finished, *, today: dt.date, since: str
) -> Handover:
    """Add the line of the journal by which a person states when a stage was finished.

    Returns the line. The last line about a unit holds.

    Raises:
        UsageError: it is no workspace; the calendar has no such stage, or no such unit has it; the
            day is still to come; no ground or name.
        WorkspaceBusyError: another command holds it.
        InputError: the ledger, or a table of the run, cannot be read.
    """
    require_grounded(finished.ground, finished.by)
    with open_to_change(workspace, since) as (settings, ledger):
        work = known_work(workspace, ledger, settings) or Work()
        line = Handover(
            day=ledger.day_of(today),
            event=Event.FINISHED,
            constituency=finished.constituency,
            precinct=finished.precinct,
            stage=finished.stage,
            finished=finished.day,
            ground=finished.ground.strip(),
            by=finished.by.strip(),
            cycle=settings.workspace.cycle,
            work=_digest(work, finished.constituency),
        )
        _require_stage(settings, finished.stage)
        if finished.day > line.day:
            raise usage_error("finish-ahead", day=finished.day.isoformat())
        rows = standings(settings, ledger, line.day, work=work)
        if not any(
            row.deadline.stage == finished.stage
            and finished.constituency in {None, row.constituency}
            and finished.precinct in {None, row.precinct}
            for row in rows
        ):
            raise usage_error("finish-no-unit", stage=finished.stage)
        write_line(ledger, line)
        if finished.constituency is None and finished.stage == CalendarStage.VERIFY:
            # An approval of all holds for the lists of each.
            for number in sorted(number for number in work.lists if number):
                own = dataclasses.replace(
                    line, constituency=number, work=_digest(work, number)
                )
                write_line(ledger, own)
    return line


def _digest(work: Work, constituency: int | None) -> str:
    """The digest of the lists of a constituency; empty of all together."""
    return "" if constituency is None else work.lists.get(constituency, "")


def require_grounded(ground: str, by: str) -> None:
    """Refuse a statement that rests on nothing, or is nobody's."""
    if not ground.strip() or not by.strip():
        raise usage_error("statement-incomplete")


def _require_stage(settings: Settings, stage: str) -> None:
    """Refuse a stage that the calendar has not."""
    deadlines = calendar(settings.calendar, settings.workspace.cycle)
    stages = [deadline.stage.value for deadline in deadlines]
    if stage not in stages:
        raise usage_error("finish-no-stage", stage=stage, stages=", ".join(stages))


def _require_handed_over(
    rows: Sequence[UnitStanding], state: HandedOver, constituency: int
) -> None:
    """Refuse a constituency whose lists are not here, or approved already."""
    number = str(constituency)
    since = {"number": number, "day": state.since.isoformat() if state.since else ""}
    progress = {row.progress for row in rows if row.precinct is None}
    if Progress.APPROVED in progress:
        raise usage_error("approve-already", **since)
    if Progress.RETURNED in progress:
        raise usage_error("approve-returned", **since)
    # Of lists that came as plain files a person states the day.
    is_stated = any(
        row.deadline.stage is CalendarStage.CHECK and row.finished for row in rows
    )
    if state.sent is None and not is_stated:
        raise usage_error("approve-not-handed-over", number=number)


def _require_settled(
    workspace: Path, settings: Settings, ledger: Reader, constituency: int
) -> None:
    """Refuse a constituency with an open case that another one has a part in."""
    source = ListSource.of(workspace, ledger, settings)
    scope = Scope(constituency)
    number = str(constituency)
    if any(state.count for state in gates(source, scope, [Gate.STALE_RUN])):
        raise usage_error("approve-stale-run", number=number)
    queue = read_table(source.runs.folder_of(constituency), "queue")
    is_own = pc.equal(queue.column("constituency"), constituency)
    is_other = pc.invert(pc.fill_null(is_own, fill_value=False))
    elsewhere = set(queue.filter(is_other).column("case_id").to_pylist())
    left = elsewhere & set(scope.of(queue).column("case_id").to_pylist())
    kept = Kept(workspace, ledger)
    kept.require_whole()
    # The approval tells what each list was let pass with: one that is gone is refused before
    # anything is recorded.
    for folder in kept.lists().values():
        as_it_came(folder / GATES_NAME)
    left |= {case.case_id for case in kept.owed() if constituency in case.asked}
    if left:
        raise usage_error("approve-open-cases", number=number, count=len(left))
