"""``status``: how every unit of a workspace stands against the calendar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from voterlist import usecases
from voterlist.cli.options import Today, WorkspaceAround, day, workspace_of
from voterlist.cli.terminal import TERMINAL, shown
from voterlist.cli.words import SAY
from voterlist.deadlines import calendar
from voterlist.model import Standing

__all__ = ["standing_lines", "standings_as_json", "status"]

_MOST_ROWS = 60
"""With more units than these, only those that are not done in time are listed one by one."""


def status(
    workspace: WorkspaceAround = None,
    ics_file: Annotated[
        Path | None, typer.Option("--ics", metavar="FILE", help=SAY("cli.option.ics"))
    ] = None,
    today: Today = None,
) -> None:
    """Show how everyone stands against the calendar."""
    status_now = usecases.status_of(workspace_of(workspace), today=day(today))
    cycle = status_now.settings.workspace.cycle
    TERMINAL.say(
        SAY("cli.status.title", today=status_now.today.isoformat(), cycle=cycle)
    )
    for line in standing_lines(status_now.settings, status_now.standings):
        TERMINAL.say(line)
    _list_units(status_now.standings, status_now.names)
    if ics_file is not None:
        usecases.write_calendar(ics_file, status_now, SAY)
        TERMINAL.say(SAY("cli.status.written", path=shown(ics_file)))
    code = int(bool(status_now.overdue))
    if TERMINAL.json:
        TERMINAL.result({**_as_json(status_now), "exit_code": code})
    raise typer.Exit(code)


def _as_json(status_now: usecases.Status) -> dict[str, Any]:
    """The status as plain values; scripts are written against these names."""
    deadlines = [
        {
            "stage": deadline.stage.value,
            "opens": deadline.opens.isoformat(),
            "due": deadline.due.isoformat(),
        }
        for deadline in status_now.deadlines
    ]
    return {
        "today": status_now.today.isoformat(),
        "cycle": status_now.settings.workspace.cycle,
        "level": status_now.settings.workspace.level.value,
        "deadlines": deadlines,
        "units": standings_as_json(status_now.standings),
        "overdue": len(status_now.overdue),
    }


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
        places = {
            "title": SAY(f"deadline.{deadline.stage}.title"),
            "due": deadline.due.isoformat(),
        }
        lines.append(
            SAY(
                "cli.run.deadline",
                **places,
                counts=counts or SAY("cli.status.no-units"),
            )
        )
    return lines


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
        }
        for row in standings
    ]


def _list_units(
    standings: Sequence[usecases.UnitStanding], names: dict[int, str]
) -> None:
    """The precincts one by one; where they are many, only those that are not done in time."""
    rows = [
        row for row in standings if row.precinct is not None or row.constituency is None
    ]
    if len(rows) > _MOST_ROWS:
        rows = [row for row in rows if row.standing is not Standing.DONE]
    if not rows:
        return
    headers = [
        SAY(f"cli.table.{name}")
        for name in ("constituency", "precinct", "finished", "standing")
    ]
    TERMINAL.say()
    TERMINAL.table(
        headers,
        [
            (
                _place(row.constituency, names),
                SAY("cli.unknown") if row.precinct is None else str(row.precinct),
                row.finished.isoformat() if row.finished else "-",
                SAY(f"standing.{row.standing}"),
            )
            for row in rows
        ],
    )


def _place(constituency: int | None, names: dict[int, str]) -> str:
    if constituency is None:
        return SAY("cli.unknown")
    return f"{constituency} {names.get(constituency, '')}".strip()
