"""``check``: the register tests over lists, or tables with any headers, that need no workspace."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from voterlist import usecases
from voterlist.cli.audit import audit_as_json, tell_audit
from voterlist.cli.measured import tell_chance
from voterlist.cli.options import (
    Columns,
    Tables,
    Today,
    ToldProfileOption,
    day,
    require_parquet,
    takes,
)
from voterlist.cli.reading import reading_as_json, tell_reading
from voterlist.cli.terminal import TERMINAL, Steps, shown
from voterlist.cli.words import SAY, title


@dataclass(frozen=True, slots=True)
class _Options:
    """What ``check`` takes on the command line."""

    files: Tables
    columns: Columns = None
    settings: Annotated[
        Path | None,
        typer.Option(
            "--settings", metavar="TOML", help=SAY("cli.option.check-settings")
        ),
    ] = None
    streets: Annotated[
        list[Path] | None,
        typer.Option("--streets", metavar="FILE", help=SAY("cli.option.streets")),
    ] = None
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FINDINGS.parquet", help=SAY("cli.option.findings-out")
        ),
    ] = None
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FOLDER", help=SAY("cli.option.audit-folder")),
    ] = None
    profile: ToldProfileOption = None
    today: Today = None


@takes(_Options)
def check(given: _Options) -> None:
    """Run the register tests."""
    # Loaded here, because it loads Arrow.
    from voterlist.cli.allocator import give_memory_back  # noqa: PLC0415  see above

    if given.out is not None:
        require_parquet(given.out)
    give_memory_back()
    with Steps() as steps:
        checked = usecases.check_files(
            given.files,
            today=day(given.today),
            columns=given.columns,
            settings=given.settings,
            streets=given.streets or (),
            profile=given.profile,
            report=given.report,
            progress=steps,
        )
    if given.out is not None:
        usecases.write_table(given.out, checked.findings)
    if checked.reading is not None:
        tell_reading(checked.reading)
    _tell(checked)
    written = [*([given.out] if given.out else []), *checked.pages]
    for path in written:
        TERMINAL.say(SAY("cli.check.written", path=shown(path)))
    if TERMINAL.json:
        TERMINAL.result(_as_json(checked, given.out))
    raise typer.Exit(checked.exit_code)


def _tell(checked: usecases.Checked) -> None:
    """The findings by rule, what chance explains, the statistics."""
    number = sum(row["count"] for row in checked.findings_by_rule)
    TERMINAL.say(SAY("cli.check.done", entries=checked.rows_out, findings=number))
    rows = [
        (title("rule", row["rule"]), SAY(f"severity.{row['severity']}"), row["count"])
        for row in checked.findings_by_rule
    ]
    TERMINAL.table(
        [SAY(f"cli.table.{name}") for name in ("test", "severity", "findings")], rows
    )
    _tell_streets(checked.streets)
    if checked.accepted:
        TERMINAL.say(SAY("cli.check.accepted", accepted=checked.accepted))
    tell_chance(checked.coincidences)
    tell_audit(checked.audit)


def _tell_streets(counted: dict[str, int | None]) -> None:
    """How many addresses could be held against the register of streets.

    Nothing where none was given.
    """
    if counted["total"] is None:
        return
    numbers = {name: counted[name] for name in ("total", "judged", "outside")}
    TERMINAL.say(SAY("cli.check.streets", **numbers))
    if counted["total"] and not counted["judged"]:
        TERMINAL.say(SAY("cli.failure.todo", todo=SAY("cli.check.streets-unused")))


def _as_json(checked: usecases.Checked, out: Path | None) -> dict[str, Any]:
    """The result as plain values; scripts are written against these names."""
    return {
        "rows": {
            "in": checked.rows_in,
            "out": checked.rows_out,
            "set_aside": sum(checked.set_aside.values()),
        },
        "set_aside": checked.set_aside,
        "findings": list(checked.findings_by_rule),
        "accepted": checked.accepted,
        "coincidences": checked.coincidences,
        "streets": checked.streets,
        "rules": checked.rules,
        "out": out,
        "exit_code": checked.exit_code,
        **(reading_as_json(checked.reading) if checked.reading else {}),
        **audit_as_json(checked),
        "pages": list(checked.pages),
    }
