"""``status``: how every unit of a workspace stands against the calendar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from voterlist import usecases
from voterlist.cli.options import Today, WorkspaceAround, day, workspace_of
from voterlist.cli.terminal import TERMINAL, shown
from voterlist.cli.words import SAY
from voterlist.deadlines import Deadline, calendar
from voterlist.model import Standing

_MOST_ROWS = 60
"""With more units than these, only those that are not done in time are listed one by one."""
_COLOURS = {
    Standing.OVERDUE: "bold red",
    Standing.DUE_SOON: "yellow",
    Standing.DONE: "green",
    Standing.DONE_UNDATED: "green",
}


def status(
    workspace: WorkspaceAround = None,
    ics_file: Annotated[
        Path | None, typer.Option("--ics", metavar="FILE", help=SAY("cli.option.ics"))
    ] = None,
    page: Annotated[bool, typer.Option("--page", help=SAY("cli.option.page"))] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help=SAY("cli.option.page-out")),
    ] = None,
    today: Today = None,
) -> None:
    """Show how everyone stands against the calendar."""
    folder = workspace_of(workspace)
    status_now = usecases.status_of(folder, today=day(today, folder))
    cycle = status_now.settings.workspace.cycle
    TERMINAL.say(
        SAY("cli.status.title", today=status_now.today.isoformat(), cycle=cycle)
    )
    for line in standing_lines(status_now.settings, status_now.standings):
        TERMINAL.say(line)
    _list_units(status_now.standings, status_now.names)
    _tell_debts(status_now.standings)
    _tell_answers_owed(status_now)
    _tell_pace(status_now.burned)
    for name in status_now.not_understood:
        TERMINAL.say(f"{name}: {SAY('aside.register-unknown.todo')}")
    if ics_file is not None:
        usecases.write_calendar(ics_file, status_now, SAY)
        TERMINAL.say(SAY("cli.status.written", path=shown(ics_file)))
    pages = []
    if page or out is not None:
        pages = usecases.write_page(out or folder / "reports", status_now)
        for path in pages:
            TERMINAL.say(SAY("cli.status.page-written", path=shown(path)))
    code = int(bool(status_now.overdue or status_now.not_understood))
    if TERMINAL.json:
        result = {**_as_json(status_now), "pages": pages, "exit_code": code}
        TERMINAL.result(result)
    raise typer.Exit(code)


def _as_json(status_now: usecases.Status) -> dict[str, Any]:
    """The status as plain values; scripts are written against these names."""
    return {
        "today": status_now.today.isoformat(),
        "cycle": status_now.settings.workspace.cycle,
        "level": status_now.settings.workspace.level.value,
        "deadlines": [_deadline_as_json(one) for one in status_now.deadlines],
        "units": standings_as_json(status_now.standings),
        "overdue": len(status_now.overdue),
        "answers_owed": [
            {"number": one.number, "asked": one.asked, "owing": one.owing}
            for one in status_now.answers_owed
        ],
        "burn_down": _burned_as_json(status_now.burned),
        "not_understood": status_now.not_understood,
    }


def _deadline_as_json(deadline: Deadline) -> dict[str, Any]:
    return {
        "stage": deadline.stage.value,
        "opens": deadline.opens.isoformat(),
        "due": deadline.due.isoformat(),
        "planned": deadline.planned.isoformat() if deadline.planned else None,
        "decision": deadline.decision or None,
    }


def _burned_as_json(burned: usecases.BurnDown) -> dict[str, Any]:
    return {
        "stage": burned.deadline.stage.value,
        "due": burned.deadline.due.isoformat(),
        "working_days_left": burned.working_days_left,
        "open_cases": [
            {"day": one.isoformat(), "count": count} for one, count in burned.points
        ],
        "forecast": _forecast_as_json(burned.forecast),
        "constituencies": [
            {"constituency": number, **(_forecast_as_json(one) or {})}
            for number, one in burned.of_constituencies.items()
        ],
    }


def _forecast_as_json(told: usecases.Forecast | None) -> dict[str, Any] | None:
    if told is None:
        return None
    days = {
        name: value.isoformat() if value else None
        for name, value in (
            ("earliest", told.earliest),
            ("expected", told.expected),
            ("latest", told.latest),
        )
    }
    return {"remaining": told.remaining, "pace": round(told.pace, 3), **days}


def standing_lines(
    settings: usecases.Settings, standings: Sequence[usecases.UnitStanding]
) -> list[str]:
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
            due=deadline.due.isoformat(),
            counts=counts or SAY("cli.status.no-units"),
        )
        lines.append(f"{line}{_moved(deadline)}")
    return lines


def _moved(deadline: Deadline) -> str:
    """Whose decision moved the date, in brackets; empty where none did."""
    if deadline.planned is None:
        return ""
    places = {"planned": deadline.planned.isoformat(), "decision": deadline.decision}
    return f" ({SAY('deadline.moved', **places)})"


def standings_as_json(
    standings: Sequence[usecases.UnitStanding],
) -> list[dict[str, Any]]:
    """The standings as plain values, one object a unit and stage."""
    return [
        {
            "stage": row.deadline.stage.value,
            "due": row.deadline.due.isoformat(),
            "constituency": row.constituency,
            "precinct": row.precinct,
            "finished": row.finished.isoformat() if row.finished else None,
            "standing": row.standing.value,
            "progress": row.progress.value,
            "days_over": row.days_over,
            "cases": row.waiting.cases,
            "errors": row.waiting.errors,
            "contested": row.waiting.contested,
            "second_readings": row.waiting.second_readings,
            "owed": row.owed.value if row.owed else None,
            "debtor": row.debtor.value if row.debtor else None,
            "creditor": row.creditor.value if row.creditor else None,
            "ground": row.ground or None,
            "by": row.by or None,
        }
        for row in standings
    ]


def _list_units(
    standings: Sequence[usecases.UnitStanding], names: dict[int, str]
) -> None:
    """The units one by one; where they are many, only those that are not done in time."""
    rows = list(standings)
    if len(rows) > _MOST_ROWS:
        rows = [row for row in rows if row.standing is not Standing.DONE]
    for deadline in dict.fromkeys(row.deadline for row in rows):
        TERMINAL.say()
        TERMINAL.say(SAY(f"deadline.{deadline.stage}.title"))
        of_stage = [row for row in rows if row.deadline == deadline]
        _table(of_stage, names)


def _table(rows: Sequence[usecases.UnitStanding], names: dict[int, str]) -> None:
    headers = [
        SAY(f"cli.table.{name}")
        for name in (
            "constituency",
            "precinct",
            "finished",
            "standing",
            "progress",
            "waiting",
        )
    ]
    TERMINAL.table(
        headers,
        [_cells(row, names) for row in rows],
        colours=[_COLOURS.get(row.standing, "") for row in rows],
    )


def _cells(row: usecases.UnitStanding, names: dict[int, str]) -> tuple[str, ...]:
    standing = SAY(f"standing.{row.standing}")
    if row.days_over:
        standing = SAY("wall.overdue-by", days=row.days_over)
    is_precinct = row.precinct is not None
    waiting = {
        "wall.cases": row.waiting.cases,
        "wall.errors": row.waiting.errors,
        "wall.contested": row.waiting.contested,
        "wall.second-readings": row.waiting.second_readings,
    }
    texts = [SAY(key, count=count) for key, count in waiting.items() if count]
    return (
        _place(row.constituency, names),
        str(row.precinct) if is_precinct else "-",
        row.finished.isoformat() if row.finished else "-",
        standing,
        SAY(f"progress.{row.progress}"),
        ", ".join(texts) or "-",
    )


def _place(constituency: int | None, names: dict[int, str]) -> str:
    if constituency is None:
        return SAY("cli.unknown")
    return f"{constituency} {names.get(constituency, '')}".strip()


def _tell_debts(standings: Iterable[usecases.UnitStanding]) -> None:
    """Who owes what to whom, of one kind and stage together."""
    counted = Counter(
        (row.deadline.due, row.days_over, row.debtor, row.creditor, row.owed)
        for row in standings
        if row.owed is not None
    )
    if not counted:
        return
    TERMINAL.say()
    TERMINAL.say(SAY("wall.debts"))
    for (due, days_over, debtor, creditor, owed), count in counted.items():
        late = f", {SAY('wall.overdue-by', days=days_over)}" if days_over else ""
        debt = SAY(
            "cli.status.debt",
            count=count,
            debtor=SAY(f"wall.short.{debtor}"),
            creditor=SAY(f"wall.short.{creditor}"),
            owed=SAY(f"owed.{owed}"),
            due=due.isoformat(),
        )
        TERMINAL.say(f"  {debt}{late}")


def _tell_answers_owed(status_now: usecases.Status) -> None:
    """How many returned cases wait for each constituency."""
    counted = Counter(number for one in status_now.answers_owed for number in one.owing)
    if not counted:
        return
    TERMINAL.say()
    for number in sorted(counted):
        TERMINAL.say(
            SAY("cli.status.answers-owed", number=number, count=counted[number])
        )


def _tell_pace(burned: usecases.BurnDown) -> None:
    """When the open cases are decided at this pace; nothing where it cannot be told."""
    told = burned.forecast
    if told is None:
        return
    TERMINAL.say()
    pace = SAY("wall.pace", pace=SAY.number(told.pace, 1), days=told.days)
    if told.expected is None:
        TERMINAL.say(f"{pace} {SAY('wall.never')}")
        return
    expected = SAY("wall.expected", day=told.expected.isoformat())
    days = [one.isoformat() for one in (told.earliest, told.latest) if one]
    TERMINAL.say(f"{pace} {expected} ({' - '.join(days)})")
