"""``init`` and ``status``: a workspace at its beginning, and how it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from voterlist import config, facts, pipeline
from voterlist.cli.options import Json, Today, Workspace, day, now, settings_of
from voterlist.cli.terminal import TERMINAL, shown
from voterlist.cli.words import SAY
from voterlist.config import Settings
from voterlist.deadlines import calendar
from voterlist.errors import UsageError
from voterlist.model import Level, Standing
from voterlist.pipeline import UnitStanding
from voterlist.pipeline.inbox import INBOX, REFERENCE
from voterlist.render import ics
from voterlist.storage import store
from voterlist.storage.ledger import FILE_NAME, reading

__all__ = ["init", "standing_lines", "standings_as_json", "status"]

_MOST_ROWS = 60
"""With more units than these, only those that are not done in time are listed one by one."""


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=SAY("cli.argument.new-workspace"))],
    cycle: Annotated[str | None, typer.Option(help=SAY("cli.option.cycle"))] = None,
    level: Annotated[Level, typer.Option(help=SAY("cli.option.level"))] = Level.CONEC,
    json: Json = False,
) -> None:
    """Make a workspace."""
    text = config.template(cycle or str(now().year), level)
    made = config.parse(text)
    path = folder / config.FILE_NAME
    if path.exists():
        raise UsageError(f"{folder} is taken", code="folder-taken", places={"path": str(folder)})
    try:
        for part in (INBOX, REFERENCE):
            store.make_folder(folder / part)
        store.write_atomically(path, lambda beside: beside.write_text(text, encoding="utf-8"))
    except OSError:
        raise UsageError(
            f"{folder} cannot be written",
            code="folder-unwritable",
            places={"path": str(folder)},
        ) from None
    TERMINAL.say(SAY("cli.init.made", cycle=made.workspace.cycle, path=shown(folder)))
    TERMINAL.say(SAY("cli.init.next", inbox=shown(folder / INBOX / "88"), path=shown(folder)))
    if json:
        TERMINAL.result(
            {
                "workspace": folder,
                "cycle": made.workspace.cycle,
                "level": level.value,
                "exit_code": 0,
            }
        )


def status(
    workspace: Workspace,
    ics_file: Annotated[
        Path | None, typer.Option("--ics", metavar="FILE", help=SAY("cli.option.ics"))
    ] = None,
    today: Today = None,
    json: Json = False,
) -> None:
    """Show how everyone stands against the calendar."""
    settings, on = settings_of(workspace), day(today)
    with reading(workspace / FILE_NAME) as ledger:
        found = pipeline.standings(settings, ledger, on)
    deadlines = calendar(settings.calendar, settings.workspace.cycle)
    TERMINAL.say(SAY("cli.status.title", today=on.isoformat(), cycle=settings.workspace.cycle))
    for line in standing_lines(settings, found):
        TERMINAL.say(line)
    _list_units(found, facts.constituencies(on))
    if ics_file is not None:
        ics.write(ics_file, deadlines, SAY, stamp=on, warn_days=settings.calendar.warn_days)
        TERMINAL.say(SAY("cli.status.written", path=shown(ics_file)))
    late = pipeline.overdue(found, settings.workspace.level)
    if json:
        units = standings_as_json(found)
        TERMINAL.result(
            {
                "today": on.isoformat(),
                "cycle": settings.workspace.cycle,
                "level": settings.workspace.level.value,
                "deadlines": [
                    {
                        "stage": found.stage.value,
                        "opens": found.opens.isoformat(),
                        "due": found.due.isoformat(),
                    }
                    for found in deadlines
                ],
                "units": units,
                "overdue": len(late),
                "exit_code": int(bool(late)),
            },
        )
    raise typer.Exit(int(bool(late)))


def standing_lines(settings: Settings, found: Sequence[UnitStanding]) -> list[str]:
    """One line a deadline: its title, its day, and how many units stand how."""
    lines = []
    for deadline in calendar(settings.calendar, settings.workspace.cycle):
        counted = Counter(row.standing for row in found if row.deadline == deadline)
        counts = ", ".join(
            f"{SAY.number(counted[word])} {SAY(f'standing.{word}')}"
            for word in Standing
            if counted[word]
        )
        places = {"title": SAY(f"deadline.{deadline.stage}.title"), "due": deadline.due.isoformat()}
        lines.append(SAY("cli.run.deadline", **places, counts=counts or SAY("cli.status.no-units")))
    return lines


def standings_as_json(found: Sequence[UnitStanding]) -> list[dict[str, Any]]:
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
        for row in found
    ]


def _list_units(found: Sequence[UnitStanding], names: dict[int, str]) -> None:
    """The precincts one by one; where they are many, only those that are not done in time."""
    rows = [row for row in found if row.precinct is not None or row.constituency is None]
    if len(rows) > _MOST_ROWS:
        rows = [row for row in rows if row.standing is not Standing.DONE]
    if not rows:
        return
    headers = [
        SAY(f"cli.table.{name}") for name in ("constituency", "precinct", "finished", "standing")
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
