"""The reports of a run: for each constituency, in each language of the settings."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from voterlist import report
from voterlist.config import Settings
from voterlist.deadlines import calendar
from voterlist.model import Stage
from voterlist.pipeline.burndown import BurnDown
from voterlist.pipeline.context import Context
from voterlist.pipeline.inbox import sources_of
from voterlist.pipeline.looked_up import counts_of, rows_wanted, wanted_in
from voterlist.pipeline.side_by_side import in_order
from voterlist.pipeline.standings import UnitStanding
from voterlist.pipeline.walk import Walk, guarded
from voterlist.render import html, wall, xlsx
from voterlist.report import Facts, Limits
from voterlist.report.slices import LOOKED_UP, Cutter, NamedRows, names_used
from voterlist.report.wall import build_wall
from voterlist.storage import store
from voterlist.storage.store import Work
from voterlist.storage.workers import peak_megabytes
from voterlist.tables import concat

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
    entries = pq.read_metadata(walk.tables.path("entries")).num_rows
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
    outputs: list[Path] = []
    written = in_order(
        _write, _tasks(context, walk, constituencies, standing), context.jobs
    )
    for done, paths in enumerate(written, 1):
        outputs += paths
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


@dataclass(frozen=True, slots=True)
class _Task:
    """The reports of one constituency: all that they are made of, and where they go."""

    run: report.Run
    folder: Path
    languages: tuple[str, ...]


def _tasks(
    context: Context,
    walk: Walk,
    constituencies: Sequence[int | None],
    standing: Sequence[UnitStanding],
) -> Iterator[_Task]:
    """One task for each constituency, made when it is asked for."""
    cutter = Cutter(
        {
            name: walk.tables[name]
            for name in report.TABLES - {*LOOKED_UP, "pyramid"}
            if name in walk.tables
        }
    )
    named = {
        name: NamedRows(cutter.ids, _looked_up(context, walk, name, cutter.ids))
        for name in LOOKED_UP
    }
    counts = counts_of(walk.tables.path("entries"))
    sources = sources_of(context.inputs.digests)
    for constituency in constituencies:
        tables = cutter.tables_of(constituency, named)
        run = _run(context, walk, constituency, tables)
        run = replace(
            run,
            sources=names_used(sources, tables.values()),
            standings=_standings_of(constituency, standing),
            entry_count=_count(counts, constituency),
        )
        folder = report_folder(context.workspace, constituency)
        yield _Task(run, folder, tuple(context.settings.report.languages))


def _looked_up(context: Context, walk: Walk, name: str, ids: pa.Array) -> pa.Table:
    """The rows of ``entries`` or ``voters`` that reports show."""
    schema = report.SCHEMAS[name]
    wanted = wanted_in(walk.tables.path(name), ids, schema.names)
    return concat(in_order(rows_wanted, wanted, context.jobs), schema)


def _count(counts: Counter[int | None], constituency: int | None) -> int:
    """How many entries a constituency has, with those of none."""
    if constituency is None:
        return counts.total()
    return counts[constituency] + counts[None]


def _standings_of(
    constituency: int | None, standing: Sequence[UnitStanding]
) -> tuple[UnitStanding, ...]:
    """How a constituency and its precincts stand; None: everybody."""
    is_whole, here = constituency is None, {constituency, None}
    return tuple(row for row in standing if is_whole or row.constituency in here)


def _run(
    context: Context,
    walk: Walk,
    constituency: int | None,
    tables: Mapping[str, pa.Table],
) -> report.Run:
    """What the report of a constituency is made of, as far as settings and tables say it."""
    settings = context.settings
    facts = Facts(
        cycle=settings.workspace.cycle,
        level=settings.workspace.level,
        constituency=constituency,
        today=context.today,
        run=walk.folder.manifest.run,
    )
    limits = Limits(settings.check.smallest_precinct, settings.check.largest_precinct)
    return report.Run(
        facts,
        tables,
        sources={},
        limits=limits,
        mask_identifiers=settings.privacy.mask_identifiers,
    )


def _write(task: _Task) -> list[Path]:
    """Build a report and write it in every language; returns the paths."""
    built = report.build(task.run)
    store.own_folder(task.folder.parent)
    store.own_folder(task.folder)
    paths = []
    for language in task.languages:
        for name, write in _WRITERS.items():
            path = task.folder / name.format(language=language)
            store.write_atomically(path, partial(write, built, language=language))
            paths.append(path)
    return paths
