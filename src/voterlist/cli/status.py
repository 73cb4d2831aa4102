"""``status``: how every unit of a workspace stands against the calendar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from voterlist.cli.application import tell_applications
from voterlist.cli.options import Today, WorkspaceAround, day, option, workspace_of
from voterlist.cli.terminal import (
    SAY,
    TERMINAL,
    Answer,
    pick,
    table,
    tell,
    title,
    visible_name,
)
from voterlist.deadlines import CalendarStage, Deadline, calendar
from voterlist.model import Level, Progress, Standing, null_last

if TYPE_CHECKING:
    from voterlist.config.sections import Settings
    from voterlist.deadlines import BurnDown, Forecast
    from voterlist.errors import CustodyError
    from voterlist.handover.changed import Changed
    from voterlist.handover.status import Status
    from voterlist.pipeline.running import Repeat
    from voterlist.report.values import UnitStanding

_MOST_ROWS = 60
"""With more units than these, only those that are not done in time are listed one by one."""
_MOST_WAVES = 10
"""Waves that are listed one by one."""
_WAITING = ("cases", "errors", "contested", "second_readings")
"""What waits for a person in a unit."""
_COLOURS = {
    Standing.OVERDUE: "bold red",
    Standing.DUE_SOON: "yellow",
    Standing.DONE: "green",
    Standing.DONE_UNDATED: "green",
}


def status(
    workspace: WorkspaceAround = None,
    ics_file: Annotated[Path | None, option("ics", "--ics", "FILE")] = None,
    page: Annotated[bool, option("page", "--page")] = False,
    out: Annotated[Path | None, option("page-out", "FOLDER")] = None,
    today: Today = None,
) -> Answer:
    """Show how everyone stands against the calendar."""
    from voterlist.handover.status import status_of, write_calendar, write_page

    folder = workspace_of(workspace)
    status_now = status_of(folder, today=day(today, folder))
    cycle = status_now.settings.workspace.cycle
    tell("cli.status.title", today=status_now.today, cycle=cycle)
    tell_applications(status_now.book)
    tell_waves(status_now.waves)
    for line in standing_lines(status_now.settings, status_now.standings):
        TERMINAL.say(line)
    _list_units(status_now.standings, status_now.names)
    _tell_changed(status_now)
    _tell_debts(status_now.standings)
    _tell_answers_owed(status_now)
    _tell_asked_above(status_now, folder)
    _tell_pace(status_now.burned)
    since = pick(status_now, "before_term", "since_run", "asked_since")
    for name, count in since.items():
        if count:
            tell(f"cli.status.{name.replace('_', '-')}", count=count, folder=folder)
    for name in status_now.not_understood:
        TERMINAL.say(f"{name}: {SAY('aside.register-unknown.todo')}")
    tell_repeats(status_now.repeats)
    if ics_file is not None:
        write_calendar(ics_file, status_now, SAY)
        tell("cli.status.written", path=ics_file)
    pages = []
    if page or out is not None:
        pages = write_page(out or folder / "reports", status_now)
        for path in pages:
            tell("cli.status.page-written", path=path)
    own = status_now.settings.workspace
    return {
        "today": status_now.today,
        **pick(own, "cycle", "level"),
        "deadlines": [
            {
                **pick(deadline, "stage", "opens", "due", "planned"),
                "decision": deadline.decision or None,
            }
            for deadline in status_now.deadlines
        ],
        "units": [unit_as_json(row) for row in status_now.standings],
        "overdue": len(status_now.overdue),
        "applications": [
            {
                **pick(application, "number", "day", "due"),
                "what": application.asked.what,
                "late": application.is_late(status_now.today),
            }
            for application in status_now.book.open
        ],
        "many_strikings": status_now.book.many,
        "waves": status_now.waves,
        "answers_owed": [
            pick(case, "number", "asked", "owing") for case in status_now.answers_owed
        ],
        "lost": [pick(error, "code", "places") for error in status_now.lost],
        "burn_down": _burned_as_json(status_now.burned),
        **pick(status_now, "not_understood", "before_term", "since_run"),
        "repeated": status_now.repeats,
        **pick(status_now, "asked_above", "asked_since"),
        "changed": [changed_as_json(change) for change in status_now.changed],
        "pages": pages,
        "exit_code": bool(
            status_now.overdue
            or status_now.not_understood
            or status_now.book.late
            or status_now.waves
            or status_now.lost
        ),
    }


_OF_WAVE = ("night", "constituency", "precinct", "seen", "limit", "decided_by")


def tell_waves(waves: Sequence[Mapping[str, Any]]) -> None:
    """What stands out of the answers of a night, the newest first, and what to do."""
    if not waves:
        return
    TERMINAL.say()
    tell("cli.wave.title", count=len(waves))
    rows = [
        (title("rule", wave["rule"]), *(wave[name] or "-" for name in _OF_WAVE))
        for wave in waves[: -_MOST_WAVES - 1 : -1]
    ]
    table(("rule", *_OF_WAVE), rows, of="cli.wave")
    tell("cli.wave.todo")


def tell_repeats(repeats: Sequence[Repeat]) -> None:
    """The lists that stand in the inbox more than once, and what to do about each."""
    if not repeats:
        return
    tell("cli.repeated")
    rows = [
        (_names(repeat.files), repeat.rows, _names(repeat.of)) for repeat in repeats
    ]
    table(("file", "rows", "repeats"), rows)
    for rule in dict.fromkeys(repeat.rule for repeat in repeats):
        TERMINAL.say(f"  {title('rule', rule)}: {SAY(f'rule.{rule}.todo')}")


def _names(paths: Sequence[str]) -> str:
    return ", ".join(map(visible_name, paths))


def _burned_as_json(burned: BurnDown) -> Answer:
    return {
        **pick(burned.deadline, "stage", "due"),
        "working_days_left": burned.working_days_left,
        "open_cases": [{"day": day, "count": count} for day, count in burned.points],
        "forecast": burned.forecast and _forecast_as_json(burned.forecast),
        "constituencies": [
            {"constituency": number, **(_forecast_as_json(told) if told else {})}
            for number, told in burned.of_constituencies.items()
        ],
    }


def _forecast_as_json(told: Forecast) -> Answer:
    return {
        "remaining": told.remaining,
        "pace": round(told.pace, 3),
        **pick(told, "earliest", "expected", "latest"),
    }


def standing_lines(settings: Settings, standings: Sequence[UnitStanding]) -> list[str]:
    """One line a deadline: its title, its day, and how many units stand how."""
    lines = []
    for deadline in calendar(settings.calendar, settings.workspace.cycle):
        counted = Counter(row.standing for row in standings if row.deadline == deadline)
        counts = ", ".join(
            SAY(
                "cli.status.count",
                count=counted[word],
                standing=SAY(f"standing.{word}"),
            )
            for word in Standing
            if counted[word]
        )
        line = SAY(
            "cli.run.deadline",
            title=SAY(f"deadline.{deadline.stage}.title"),
            due=deadline.due,
            counts=counts or SAY("cli.status.no-units"),
        )
        lines.append(f"{line}{_who_moved(deadline)}")
    return lines


def _who_moved(deadline: Deadline) -> str:
    """Whose decision moved the date, in brackets; empty where none did."""
    if deadline.planned is None:
        return ""
    places = pick(deadline, "planned", "decision")
    return f" ({SAY('deadline.moved', **places)})"


def unit_as_json(row: UnitStanding) -> Answer:
    """How a unit stands in a stage, for programs."""
    return {
        **pick(row.deadline, "stage", "due"),
        **pick(row, "constituency", "precinct", "finished", "standing", "progress"),
        "days_over": row.days_over,
        **pick(row.waiting, *_WAITING),
        **pick(row, "owed", "debtor", "creditor"),
        "ground": row.ground or None,
        "by": row.by or None,
    }


def _list_units(standings: Sequence[UnitStanding], names: dict[int, str]) -> None:
    """The units one by one; where they are many, only those that are not done in time."""
    rows = list(standings)
    if len(rows) > _MOST_ROWS:
        rows = [row for row in rows if row.standing is not Standing.DONE]
    for deadline in dict.fromkeys(row.deadline for row in rows):
        TERMINAL.say()
        tell(f"deadline.{deadline.stage}.title")
        of_stage = [row for row in rows if row.deadline == deadline]
        place = ("constituency", "precinct")
        table(
            (*place, "finished", "standing", "progress", "waiting"),
            [_cells(row, names) for row in of_stage],
            colours=[_COLOURS.get(row.standing, "") for row in of_stage],
        )


def _cells(row: UnitStanding, names: dict[int, str]) -> tuple[str, ...]:
    standing = SAY(f"standing.{row.standing}")
    if row.days_over:
        standing = SAY("wall.overdue-by", days=row.days_over)
    texts = [
        SAY(f"wall.{name.replace('_', '-')}", count=count)
        for name, count in pick(row.waiting, *_WAITING).items()
        if count
    ]
    return (
        _place(row.constituency, names),
        "-" if row.precinct is None else str(row.precinct),
        str(row.finished or "-"),
        standing,
        SAY(f"progress.{row.progress}"),
        ", ".join(texts) or "-",
    )


def _place(constituency: int | None, names: dict[int, str]) -> str:
    if constituency is None:
        return SAY("cli.unknown")
    return f"{constituency} {names.get(constituency, '')}".strip()


def _tell_debts(standings: Iterable[UnitStanding]) -> None:
    """Who owes what to whom, of one kind and stage together."""
    counted = Counter(
        (row.deadline.due, row.days_over, row.debtor, row.creditor, row.owed)
        for row in standings
        if row.owed is not None
    )
    if not counted:
        return
    TERMINAL.say()
    tell("wall.debts")
    for (due, days_over, debtor, creditor, owed), count in counted.items():
        late = f", {SAY('wall.overdue-by', days=days_over)}" if days_over else ""
        debt = SAY(
            "cli.status.debt",
            count=count,
            debtor=SAY(f"wall.short.{debtor}"),
            creditor=SAY(f"wall.short.{creditor}"),
            owed=SAY(f"owed.{owed}"),
            due=due,
        )
        TERMINAL.say(f"  {debt}{late}")


def _tell_changed(status_now: Status) -> None:
    """Whose lists are not those approved, or not those handed over."""
    for changed in status_now.changed:
        TERMINAL.say()
        tell_changed(changed)
        is_central = status_now.settings.workspace.level is Level.CEC
        tell(f"cli.changed.todo-{'above' if is_central else 'below'}")
    numbers = {
        row.constituency
        for row in status_now.standings
        if row.progress is Progress.NOT_AS_HANDED_OVER
    }
    for number in sorted(numbers, key=null_last):
        TERMINAL.say()
        tell("cli.changed.handed-over", number=number)


def tell_changed(changed: Changed) -> None:
    """What was changed in lists since they were approved, and what was noticed of it."""
    approved = changed.approved
    tell(
        "cli.changed.approved",
        number=changed.constituency,
        day=approved.finished or approved.day,
        ground=approved.ground,
    )
    rows: list[dict[str, Any]] = [dict(row) for row in changed.changes]
    precincts = [str(row.pop("precinct") or "-") for row in rows]
    shown = list(dict.fromkeys(what for row in rows for what in row if row[what]))
    if shown:
        places = [*precincts, SAY("cli.changed.all")]
        sums = {what: sum(row[what] or 0 for row in rows) for what in shown}
        cells = [
            (place, *(row[what] for what in shown))
            for place, row in zip(places, [*rows, sums], strict=True)
        ]
        table(("precinct", *shown), cells, of="cli.changed")
    if changed.waves:
        tell("cli.changed.waves", count=changed.waves)


def changed_as_json(changed: Changed) -> Answer:
    """What was changed in lists since they were approved, for programs."""
    approved = changed.approved
    return {
        **pick(changed, "constituency", "changes", "waves"),
        "approved": approved.finished or approved.day,
        "ground": approved.ground,
    }


def tell_lost(lost: Iterable[CustodyError]) -> None:
    """What was kept of packages and is gone or damaged, and what to do."""
    for error in lost:
        TERMINAL.say()
        for part in ("what", "todo"):
            tell(f"error.{error.code}.{part}", **error.places)


def _tell_answers_owed(status_now: Status) -> None:
    """How many returned cases wait for each constituency, or precinct of one; what is lost."""
    tell_lost(status_now.lost)
    counted = Counter(
        number for case in status_now.answers_owed for number in case.owing
    )
    if not counted:
        return
    TERMINAL.say()
    is_central = status_now.settings.workspace.level is Level.CEC
    key = "cli.status.answers-owed" if is_central else "cli.status.answers-owed-below"
    for number in sorted(counted):
        tell(key, number=number, count=counted[number])


def _tell_asked_above(status_now: Status, folder: Path) -> None:
    """How many questions of the commission above wait, until when, and who answers them how."""
    count = status_now.asked_above
    if count is None:
        tell("cli.status.asked-unknown", folder=folder)
    if not count:
        return
    due = [
        deadline.due
        for deadline in status_now.deadlines
        if deadline.stage is CalendarStage.VERIFY
    ]
    TERMINAL.say()
    key = "cli.status.asked-until" if due else "cli.status.asked-above"
    tell(key, count=count, due=max(due, default=""))
    tell("cli.status.asked-todo", 2, folder=folder)


def _tell_pace(burned: BurnDown) -> None:
    """When the open cases are decided at this pace; nothing where it cannot be told."""
    told = burned.forecast
    if told is None:
        return
    TERMINAL.say()
    pace = SAY("wall.pace", pace=SAY.number(told.pace, 1), days=told.days)
    if told.expected is None:
        TERMINAL.say(f"{pace} {SAY('wall.never')}")
        return
    expected = SAY("wall.expected", day=told.expected)
    days = f"{SAY.shown(told.earliest)} - {SAY.shown(told.latest)}"
    if told.latest is None:
        days = SAY("wall.from", day=told.earliest)
    TERMINAL.say(f"{pace} {expected} ({days}).")
