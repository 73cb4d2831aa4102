"""The audit of lists without a workspace, as pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from voterlist.catalogue import LANGUAGES
from voterlist.check import Examined
from voterlist.model import Level
from voterlist.render import html
from voterlist.report.section import Report, Run
from voterlist.report.sections.audit.scorecard import scorecard
from voterlist.report.sections.order import build
from voterlist.report.values import Facts
from voterlist.schemas import (
    CASE,
    COMPARISON,
    PAIR,
    REGISTER_USE,
    VOTER,
    Intake,
    empty,
)
from voterlist.storage import store


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
        store.write_content(path, html.render_audit(model, language))
        paths.append(path)
    return tuple(paths)


def _model(
    intake: Intake,
    examined: Examined,
    findings: pa.Table,
    names: Mapping[str, str],
    on_day: dt.date,
) -> Report:
    """The report of lists without linkage and without registers."""
    constituency = _only_constituency(intake.entries)
    facts = Facts(str(on_day.year), Level.CONEC, constituency, on_day)
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
        "scorecard": scorecard(
            profile=examined.profile,
            lists=intake.lists,
            set_aside=intake.set_aside,
            findings=findings,
            cases=None,
            comparison=empty(COMPARISON),
            register_use=empty(REGISTER_USE),
        ),
    }
    return build(Run(facts, tables, sources=names))


def _only_constituency(entries: pa.Table) -> int | None:
    """The constituency of all entries; None where they have several, or some have none."""
    numbers = entries.column("constituency").unique().to_pylist()
    return numbers[0] if len(numbers) == 1 else None
