"""The audit of lists without a workspace.

The main figures on the screen, and the page that ``check`` writes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from voterlist import report
from voterlist.catalogue import LANGUAGES
from voterlist.check import Examined
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.words import SAY
from voterlist.model import Level
from voterlist.render import html
from voterlist.report.sections.audit import Audit, AuditWords, build_audit
from voterlist.schemas import (
    AGES,
    CASE,
    COMPARISON,
    PAIR,
    REGISTER_USE,
    SCORECARD,
    VOTER,
    Intake,
    empty,
)
from voterlist.storage import store

__all__ = ["audit_as_json", "tell_audit", "write_audit"]


def tell_audit(table: pa.Table) -> None:
    """The main figures of an INDICATOR table.

    The whole, the lowest and highest precinct, the unusual ones.
    """
    audit = build_audit(table, empty(SCORECARD), empty(AGES), None)
    if audit is None:
        return
    words = AuditWords(SAY.language)
    TERMINAL.say()
    TERMINAL.say(SAY("cli.check.audit", precincts=len(audit.precincts), unusual=audit.outlying))
    rows = []
    for row in audit.whole:
        own = audit.values(row.indicator)
        least, most = (words.statistic(row, end(own) if own else None) for end in (min, max))
        rows.append(
            (
                words(f"indicator.{row.indicator}"),
                words.statistic(row, row.value),
                least,
                most,
                _out(audit, row.indicator),
            )
        )
    names = ("indicator", "here", "least", "most", "outliers")
    TERMINAL.table([words(f"audit.column.{name}") for name in names], rows)


def _out(audit: Audit, indicator: str, most: int = 6) -> str:
    """The numbers of the unusual precincts, the first of them where they are many."""
    out = [
        f"{precinct.constituency or '-'}/{precinct.precinct}"
        for precinct in audit.precincts
        if (row := precinct.statistic(indicator)) and row.outlying
    ]
    more = f" (+{len(out) - most})" if len(out) > most else ""
    return ", ".join(out[:most]) + more


def audit_as_json(table: pa.Table) -> dict[str, Any]:
    """``indicators`` of the whole, and ``unusual``: what lies outside, place by place."""
    rows = table.to_pylist()
    names = ("indicator", "count", "of", "value")
    places = ("indicator", "constituency", "precinct", "value", "base", "lower", "upper", "q")
    return {
        "indicators": [
            {name: row[name] for name in names} for row in rows if row["unit"] == "nation"
        ],
        "unusual": [{name: row[name] for name in places} for row in rows if row["outlying"]],
    }


def write_audit(
    folder: Path,
    intake: Intake,
    examined: Examined,
    findings: pa.Table,
    names: Mapping[str, str],
    on_day: dt.date,
) -> tuple[Path, ...]:
    """Write the audit of the lists as a page in each language; returns the paths.

    Raises:
        OSError: the folder cannot be made, or a page not be written.
    """
    store.make_folder(folder)
    model = _model(intake, examined, findings, names, on_day)
    paths = []
    for language in LANGUAGES:
        path = folder / f"audit-{language}.html"
        store.write_atomically(path, partial(html.write_audit, model, language=language))
        paths.append(path)
    return tuple(paths)


def _model(
    intake: Intake,
    examined: Examined,
    findings: pa.Table,
    names: Mapping[str, str],
    on_day: dt.date,
) -> report.Report:
    """The report of lists without linkage and without registers."""
    constituency = _only_constituency(intake.entries)
    facts = report.Facts(str(on_day.year), Level.CONEC, constituency, on_day)
    tables = {
        "entries": intake.entries,
        "voters": empty(VOTER),
        "lists": intake.lists,
        "set_aside": intake.set_aside,
        "findings": findings,
        "cases": empty(CASE),
        "pairs": empty(PAIR),
        "profile": examined.profile,
        "pyramid": examined.pyramid,
        "coincidences": examined.coincidences,
        "indicators": examined.indicators,
        "ages": examined.pyramids,
        "scorecard": report.scorecard_of(
            profile=examined.profile,
            lists=intake.lists,
            set_aside=intake.set_aside,
            findings=findings,
            cases=None,
            comparison=empty(COMPARISON),
            register_use=empty(REGISTER_USE),
        ),
    }
    return report.build(report.Run(facts, tables, sources=names))


def _only_constituency(entries: pa.Table) -> int | None:
    """The constituency of all entries; None where they have several, or some have none."""
    found = entries.column("constituency").unique().to_pylist()
    return found[0] if len(found) == 1 else None
