"""``check``: the register tests over lists, or tables with any headers, that need no workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from voterlist.cli.common import reading_as_json, tell_chance, tell_reading
from voterlist.cli.options import (
    Columns,
    Tables,
    Today,
    ToldProfileOption,
    day,
    option,
    require_ending,
)
from voterlist.cli.steps import Steps
from voterlist.cli.terminal import SAY, TERMINAL, Answer, pick, table, tell, title

if TYPE_CHECKING:
    from voterlist.any_table.checking import Checked
    from voterlist.report.sections.audit.model import Audit

_MOST_PRECINCTS = 6
"""Precincts named in a line; of more, their number is told."""


def check(
    files: Tables,
    columns: Columns = None,
    settings: Annotated[Path | None, option("check-settings", "TOML")] = None,
    streets: Annotated[list[Path] | None, option("streets", "FILE")] = None,
    out: Annotated[Path | None, option("findings-out", "FINDINGS.parquet")] = None,
    report: Annotated[Path | None, option("audit-folder", "FOLDER")] = None,
    profile: ToldProfileOption = None,
    today: Today = None,
) -> Answer:
    """Run the register tests."""
    from voterlist.any_table.checking import check_files
    from voterlist.processes.limits import give_memory_back
    from voterlist.storage.store import write_table

    require_ending(out, "out-not-parquet", ".parquet")
    give_memory_back()
    with Steps() as steps:
        checked = check_files(
            files,
            today=day(today, may_come=True),
            columns=columns,
            settings=settings,
            streets=streets or (),
            profile=profile,
            report=report,
            progress=steps,
        )
    if out is not None:
        write_table(out, checked.findings)
    if checked.reading is not None:
        tell_reading(checked.reading)
    _tell(checked)
    for path in (*([out] if out else []), *checked.pages):
        tell("cli.check.written", path=path)
    # Of a nation these are a million rows, which a terminal does not show.
    indicators = checked.indicators.to_pylist() if TERMINAL.json else []
    counted = pick(checked, "accepted", "coincidences", "streets", "rules")
    return {
        "rows": {
            "in": checked.rows_in,
            "out": checked.rows_out,
            "set_aside": sum(checked.set_aside.values()),
        },
        "set_aside": checked.set_aside,
        "findings": checked.findings_by_rule,
        **counted,
        "out": out,
        "exit_code": checked.exit_code,
        **(reading_as_json(checked.reading) if checked.reading else {}),
        **_indicators(indicators),
        "pages": checked.pages,
    }


def _tell(checked: Checked) -> None:
    """The findings by rule, what chance explains, the statistics."""
    number = sum(row["count"] for row in checked.findings_by_rule)
    tell("cli.check.done", entries=checked.rows_out, findings=number)
    rows = [
        (title("rule", row["rule"]), SAY(f"severity.{row['severity']}"), row["count"])
        for row in checked.findings_by_rule
    ]
    table(("test", "severity", "findings"), rows)
    _tell_streets(checked.streets)
    if checked.accepted:
        tell("cli.check.accepted", accepted=checked.accepted)
    tell_chance(checked.coincidences)
    if checked.audit is not None:
        tell_audit(checked.audit)


def _tell_streets(counted: dict[str, int | None]) -> None:
    """How many addresses could be held against the register of streets.

    Nothing where none was given.
    """
    if counted["total"] is None:
        return
    tell("cli.check.streets", **counted)
    if counted["total"] and not counted["judged"]:
        tell("cli.failure.todo", todo=SAY("cli.check.streets-unused"))


def tell_audit(audit: Audit) -> None:
    """For each statistic the whole, the lowest and highest precinct, and the unusual ones."""
    from voterlist.report.sections.audit import AuditWords

    words = AuditWords(SAY.language)
    TERMINAL.say()
    tell("cli.check.audit", precincts=len(audit.precincts), unusual=audit.outlying)
    rows = []
    for row in audit.whole:
        values = audit.values(row.indicator)
        lowest, highest = (min(values), max(values)) if values else (None, None)
        cells = (
            words(f"indicator.{row.indicator}"),
            words.statistic(row, row.value),
            words.statistic(row, lowest),
            words.statistic(row, highest),
            _unusual(audit, row.indicator),
        )
        rows.append(cells)
    names = ("indicator", "here", "least", "most", "outliers")
    TERMINAL.table([words(f"audit.column.{name}") for name in names], rows)


def _unusual(audit: Audit, indicator: str) -> str:
    """The numbers of the unusual precincts, the first of them where they are many."""
    places = []
    for precinct in audit.precincts:
        row = precinct.statistic(indicator)
        if row and row.outlying:
            places.append(f"{precinct.constituency or '-'}/{precinct.precinct}")
    left = len(places) - _MOST_PRECINCTS
    more = f" (+{left})" if left > 0 else ""
    return ", ".join(places[:_MOST_PRECINCTS]) + more


def _indicators(rows: list[Answer]) -> Answer:
    """``indicators`` of the whole, and ``unusual``: what lies outside, place by place."""
    whole = ("indicator", "count", "of", "value")
    place = ("indicator", "constituency", "precinct")
    bounds = ("value", "base", "lower", "upper", "q")
    return {
        "indicators": [
            {name: row[name] for name in whole}
            for row in rows
            if row["unit"] == "nation"
        ],
        "unusual": [
            {name: row[name] for name in (*place, *bounds)}
            for row in rows
            if row["outlying"]
        ],
    }
