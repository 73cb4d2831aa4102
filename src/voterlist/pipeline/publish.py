"""The reports of a run: for each constituency, in each language of the settings."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pyarrow as pa

from voterlist import report
from voterlist.check import pyramid
from voterlist.config import Settings
from voterlist.deadlines import calendar
from voterlist.model import Stage
from voterlist.pipeline.burndown import BurnDown
from voterlist.pipeline.context import Context
from voterlist.pipeline.inbox import sources_of
from voterlist.pipeline.standings import UnitStanding
from voterlist.pipeline.walk import Tables, Walk, guarded
from voterlist.render import html, wall, xlsx
from voterlist.report import Facts, Limits, Report
from voterlist.report.lookup import in_constituency
from voterlist.report.wall import build_wall
from voterlist.storage import store
from voterlist.storage.store import Work
from voterlist.storage.workers import peak_megabytes

__all__ = ["REPORTS", "report_folder", "write_reports", "write_walls"]

REPORTS = "reports"

_WRITERS = {
    "report-{language}.html": html.write_report,
    "report-{language}.xlsx": xlsx.write_report,
    "precincts-{language}.html": html.write_precincts,
}


def write_reports(
    context: Context,
    walk: Walk,
    standing: Sequence[UnitStanding],
    burned: BurnDown,
) -> tuple[Path, ...]:
    """Write a workbook and a page for every constituency and language, and the wall's pages.

    Returns the paths of what people open.
    """
    context.progress(Stage.REPORT, "", 0, 1)
    started = time.perf_counter()
    outputs = guarded(
        Stage.REPORT, partial(_write_all, context, walk, standing, burned)
    )
    entries = walk.tables["entries"].num_rows
    seconds = round(time.perf_counter() - started, 3)
    walk.note(Work(Stage.REPORT, entries, entries, 0, seconds, peak_megabytes()))
    return outputs


def _write_all(
    context: Context,
    walk: Walk,
    standing: Sequence[UnitStanding],
    burned: BurnDown,
) -> tuple[Path, ...]:
    constituencies: tuple[int | None, ...] = context.inputs.constituencies or (None,)
    outputs = []
    for done, constituency in enumerate(constituencies, 1):
        built = _report(context, walk, constituency, standing)
        outputs += _write(
            built,
            report_folder(context.workspace, constituency),
            context.settings.report.languages,
        )
        context.progress(Stage.REPORT, "", done, len(constituencies))
    folder = context.workspace / REPORTS
    outputs += write_walls(context.settings, standing, burned, context.today, folder)
    return tuple(outputs)


def write_walls(
    settings: Settings,
    standing: Sequence[UnitStanding],
    burned: BurnDown,
    today: dt.date,
    folder: Path,
) -> list[Path]:
    """Write how everyone stands as a page in each language; returns their paths.

    Raises:
        OSError: a page cannot be written.
    """
    cycle, level = settings.workspace.cycle, settings.workspace.level
    about = Facts(cycle, level, constituency=None, today=today)
    deadlines = calendar(settings.calendar, cycle)
    built = build_wall(about, deadlines, standing, burned)
    store.own_folder(folder)
    paths = []
    for language in settings.report.languages:
        path = folder / f"status-{language}.html"
        store.write_atomically(path, partial(wall.write_wall, built, language=language))
        paths.append(path)
    return paths


def report_folder(workspace: Path, constituency: int | None) -> Path:
    """Where the reports of a constituency lie; ``all`` where no number is known."""
    return workspace / REPORTS / ("all" if constituency is None else str(constituency))


def _report(
    context: Context,
    walk: Walk,
    constituency: int | None,
    standing: Sequence[UnitStanding],
) -> Report:
    """What the report of a constituency says."""
    settings = context.settings
    facts = Facts(
        cycle=settings.workspace.cycle,
        level=settings.workspace.level,
        constituency=constituency,
        today=context.today,
        run=walk.folder.manifest.run,
    )
    tables = {name: walk.tables[name] for name in report.TABLES if name in walk.tables}
    tables["pyramid"] = _pyramid(walk.tables, context, constituency)
    run = report.Run(
        facts,
        tables,
        sources=sources_of(context.inputs.digests),
        standings=standing,
        limits=Limits(
            settings.check.smallest_precinct, settings.check.largest_precinct
        ),
        mask_identifiers=settings.privacy.mask_identifiers,
    )
    return report.build(run)


def _pyramid(tables: Tables, context: Context, constituency: int | None) -> pa.Table:
    """The age pyramid of the constituency; that of the run, where it has only one."""
    if len(context.inputs.constituencies) < 2:
        return tables["pyramid"]
    return pyramid(in_constituency(tables["voters"], constituency), context.list_day)


def _write(built: Report, folder: Path, languages: Sequence[str]) -> list[Path]:
    store.own_folder(folder.parent)
    store.own_folder(folder)
    paths = []
    for language in languages:
        for name, write in _WRITERS.items():
            path = folder / name.format(language=language)
            store.write_atomically(path, partial(write, built, language=language))
            paths.append(path)
    return paths
