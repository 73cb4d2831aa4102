"""``review``: cases out to a workbook, decisions back in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from voterlist.cli.options import Json, Today, Workspace, day, now, settings_of
from voterlist.cli.terminal import TERMINAL, shown
from voterlist.cli.words import SAY
from voterlist.pipeline import reviewing
from voterlist.pipeline.publish import REPORTS
from voterlist.review import Problem

__all__ = ["export", "import_decisions"]


def export(
    workspace: Workspace,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help=SAY("cli.option.review-out"))] = None,
    language: Annotated[Literal["az", "en"] | None, typer.Option(help=SAY("cli.option.language"))] = None,
    today: Today = None,
    json: Json = False,
) -> None:
    """Write the open cases into a workbook."""
    settings = settings_of(workspace)
    words = language or settings.report.languages[0]
    path = out or workspace / REPORTS / f"review-{words}.xlsx"
    made = reviewing.export(workspace, settings, path, words, today=day(today))
    TERMINAL.say(SAY("cli.review.exported", cases=made.cases, path=shown(path)))
    if made.cases:
        TERMINAL.say(SAY("cli.review.export.next", folder=shown(workspace), path=shown(path)))
    if json:
        TERMINAL.result({"run": made.run, "cases": made.cases, "out": path, "exit_code": 0})


def import_decisions(
    workspace: Workspace,
    workbook: Annotated[Path, typer.Argument(metavar="FILE", help=SAY("cli.argument.workbook"))],
    by: Annotated[str | None, typer.Option(metavar="NAME", help=SAY("cli.option.by"))] = None,
    json: Json = False,
) -> None:
    """Read decisions into the ledger."""
    settings_of(workspace)
    checked = reviewing.import_decisions(workspace, workbook, by, decided_at=now())
    counted = {
        "recorded": checked.decisions.num_rows,
        "replaced": checked.replaced.num_rows,
        "problems": len(checked.problems),
    }
    TERMINAL.say(SAY("cli.review.imported", **counted))
    _list_problems(checked.problems)
    if counted["recorded"]:
        TERMINAL.say(SAY("cli.review.import.next", folder=shown(workspace)))
    code = int(bool(checked.problems))
    if json:
        places = ("sheet", "row", "code", "case_id", "entry_id")
        problems = [{name: getattr(problem, name) for name in places} for problem in checked.problems]
        TERMINAL.result({**counted, "problems": problems, "exit_code": code})
    raise typer.Exit(code)


def _list_problems(problems: tuple[Problem, ...]) -> None:
    """Every row that was refused, and what to do about it."""
    if not problems:
        return
    rows = [(str(problem.row), problem.case_id or "-", SAY(f"{problem.key}.title")) for problem in problems]
    TERMINAL.table([SAY(f"cli.table.{name}") for name in ("row", "case", "problem")], rows)
    for key in dict.fromkeys(problem.key for problem in problems):
        TERMINAL.say(SAY("cli.failure.todo", todo=SAY(f"{key}.todo")))
