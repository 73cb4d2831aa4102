"""``review``: cases out to a workbook, decisions back in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from voterlist import usecases
from voterlist.cli.options import Today, Workspace, day, now
from voterlist.cli.terminal import TERMINAL, shown
from voterlist.cli.words import SAY, title
from voterlist.model import Mark, Problem

__all__ = ["export", "import_decisions"]


def export(
    workspace: Workspace,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help=SAY("cli.option.review-out")),
    ] = None,
    language: Annotated[
        Literal["az", "en"] | None, typer.Option(help=SAY("cli.option.language"))
    ] = None,
    today: Today = None,
) -> None:
    """Write the open cases into a workbook."""
    made = usecases.export_review(workspace, out, language, today=day(today))
    path = made.path
    TERMINAL.say(
        SAY(
            "cli.review.exported",
            cases=made.cases,
            findings=made.findings,
            path=shown(path),
        )
    )
    if made.cases or made.findings:
        TERMINAL.say(
            SAY("cli.review.export.next", folder=shown(workspace), path=shown(path))
        )
    if TERMINAL.json:
        counted = {"run": made.run, "cases": made.cases, "findings": made.findings}
        TERMINAL.result({**counted, "out": path, "exit_code": 0})


def import_decisions(
    workspace: Workspace,
    workbook: Annotated[
        Path, typer.Argument(metavar="FILE", help=SAY("cli.argument.workbook"))
    ],
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help=SAY("cli.option.by"))
    ] = None,
) -> None:
    """Read decisions into the ledger."""
    imported = usecases.import_review(workspace, workbook, by, decided_at=now())
    counted = _counted(imported)
    refused = {
        (problem.sheet, problem.row) for problem in imported.problems if problem.row
    }
    TERMINAL.say(SAY("cli.review.imported", **counted, problems=len(refused)))
    TERMINAL.say(SAY("cli.review.marked", **counted))
    if not imported.is_origin_known:
        TERMINAL.say(SAY("cli.review.origin-unknown", path=shown(workbook)))
    _list_problems(imported.problems)
    if counted["recorded"] or counted["accepted"] or counted["asked_again"]:
        TERMINAL.say(SAY("cli.review.import.next", folder=shown(workspace)))
    code = int(bool(imported.problems))
    if TERMINAL.json:
        TERMINAL.result({**_as_json(imported), "exit_code": code})
    raise typer.Exit(code)


def _counted(imported: usecases.Imported) -> dict[str, int]:
    """How many rows were recorded, by what they are."""
    return {
        "recorded": imported.decisions.decisions.num_rows,
        "replaced": imported.decisions.replaced.num_rows,
        "accepted": imported.findings.count(Mark.ACCEPT),
        "asked_again": imported.findings.count(Mark.ASK),
    }


def _as_json(imported: usecases.Imported) -> dict[str, Any]:
    """The result as plain values; scripts are written against these names."""
    names = ("sheet", "row", "code", "case_id", "entry_id", "rule")
    problems = [
        {name: getattr(problem, name) for name in names}
        for problem in imported.problems
    ]
    return {
        **_counted(imported),
        "problems": problems,
        "origin_known": imported.is_origin_known,
    }


def _list_problems(problems: tuple[Problem, ...]) -> None:
    """Every row and sheet that was refused, and what to do about it."""
    if not problems:
        return
    rows = [_cells(problem) for problem in problems]
    TERMINAL.table(
        [SAY(f"cli.table.{name}") for name in ("sheet", "row", "asked", "problem")],
        rows,
    )
    for key in dict.fromkeys(problem.key for problem in problems):
        TERMINAL.say(SAY("cli.failure.todo", todo=SAY(f"{key}.todo")))


def _cells(problem: Problem) -> tuple[str, str, str, str]:
    """Sheet, row, what it is about, what is wrong."""
    wrong = SAY(f"{problem.key}.title", count=problem.count)
    return problem.sheet, str(problem.row or "-"), _what(problem), wrong


def _what(problem: Problem) -> str:
    """The case, or the rule of the finding, that the row is about."""
    return problem.case_id or (title("rule", problem.rule) if problem.rule else "-")
