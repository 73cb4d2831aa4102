"""The reports of a run: for each constituency, in each language of the settings."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from voterlist.config import Settings
from voterlist.deadlines import calendar
from voterlist.model import Stage
from voterlist.pipeline.burndown import BurnDown
from voterlist.pipeline.context import Context
from voterlist.pipeline.inbox import sources_of
from voterlist.pipeline.looked_up import look_up
from voterlist.pipeline.report_units import make_reports, put_reports, report_task
from voterlist.pipeline.standings import UnitStanding
from voterlist.pipeline.units import Units
from voterlist.pipeline.walk import Walk, guarded
from voterlist.render import wall
from voterlist.render.wall import build_wall
from voterlist.report.section import Run
from voterlist.report.sections.order import SCHEMAS, TABLES
from voterlist.report.slices import (
    LOOKED_UP,
    Cutter,
    NamedRows,
    by_name,
    in_round_numbers,
)
from voterlist.report.values import Facts, Limits
from voterlist.storage import store
from voterlist.storage.kept import Kept
from voterlist.storage.store import Work
from voterlist.storage.workers import peak_megabytes

REPORTS = "reports"


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
    work = Work(
        stage=Stage.REPORT,
        rows_in=entries,
        rows_out=entries,
        set_aside=0,
        seconds=seconds,
        peak_megabytes=peak_megabytes(),
        worker_megabytes=context.units.worker_megabytes if context.units else 0.0,
    )
    walk.note(work)
    return outputs


def _write_all(
    context: Context,
    walk: Walk,
    standing: Sequence[UnitStanding],
    burned: BurnDown,
) -> tuple[Path, ...]:
    constituencies: tuple[int | None, ...] = context.inputs.constituencies or (None,)
    languages = tuple(context.settings.report.languages)
    units = context.units or Units(Kept(context.workspace), walk.program)
    scratch = walk.folder.path / store.SCRATCH / REPORTS
    _remove(scratch)
    try:
        tasks = [
            report_task(run, languages, scratch)
            for run in _runs(context, walk, units, constituencies, standing)
        ]
        progress = partial(context.progress, Stage.REPORT)
        done = units.each(Stage.REPORT, make_reports, tasks, progress)
    finally:
        _remove(scratch)
    outputs: list[Path] = []
    for constituency, one in zip(constituencies, done, strict=True):
        folder = report_folder(context.workspace, constituency)
        outputs += put_reports(one, languages, folder)
    folder = context.workspace / REPORTS
    outputs += write_walls(context.settings, standing, burned, context.today, folder)
    return tuple(outputs)


def _remove(folder: Path) -> None:
    """Remove a folder; a killed run may have left it."""
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)


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
        store.write_content(path, wall.render_wall(built, language))
        paths.append(path)
    return paths


def report_folder(workspace: Path, constituency: int | None) -> Path:
    """Where the reports of a constituency lie; ``all`` where no number is known."""
    return workspace / REPORTS / ("all" if constituency is None else str(constituency))


def _runs(
    context: Context,
    walk: Walk,
    units: Units,
    constituencies: Sequence[int | None],
    standing: Sequence[UnitStanding],
) -> Iterator[Run]:
    """What the report of each constituency is made of, one after the other."""
    names = (TABLES - {*LOOKED_UP, "pyramid"}) & walk.tables.keys()
    cutter = Cutter({name: walk.tables[name] for name in names})
    found = {
        name: look_up(units, walk.tables.path(name), cutter.ids, SCHEMAS[name])
        for name in LOOKED_UP
    }
    named = {name: NamedRows(cutter.ids, one.rows) for name, one in found.items()}
    counts = found["entries"].counts
    sources = sources_of(context.inputs.digests)
    settings = context.settings
    for constituency in constituencies:
        cut = cutter.tables_of(constituency, named)
        if len(constituencies) > 1:
            cut = in_round_numbers(cut)
        tables, named_sources = by_name(cut, sources)
        yield Run(
            _facts(context, constituency),
            tables,
            sources=named_sources,
            standings=_standings_of(constituency, standing),
            limits=Limits(
                settings.check.smallest_precinct, settings.check.largest_precinct
            ),
            mask_identifiers=settings.privacy.mask_identifiers,
            entry_count=_count(counts, constituency),
        )


def _facts(context: Context, constituency: int | None) -> Facts:
    """Whose report it is."""
    workspace = context.settings.workspace
    return Facts(workspace.cycle, workspace.level, constituency, context.today)


def _count(counts: Mapping[int | None, int], constituency: int | None) -> int:
    """How many entries a constituency has, with those of none."""
    if constituency is None:
        return sum(counts.values())
    return counts.get(constituency, 0) + counts.get(None, 0)


def _standings_of(
    constituency: int | None, standing: Sequence[UnitStanding]
) -> tuple[UnitStanding, ...]:
    """How a constituency and its precincts stand; None: everybody."""
    is_whole, here = constituency is None, {constituency, None}
    return tuple(row for row in standing if is_whole or row.constituency in here)
