"""The reports of a run: for each constituency, in each language of the settings."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist.config.sections import Settings
from voterlist.deadlines import BurnDown, calendar
from voterlist.model import Stage, frozen
from voterlist.pipeline.inbox import is_shapes, sources_of
from voterlist.pipeline.steps import Context, Walk, guard, unit_name
from voterlist.pipeline.units import Task
from voterlist.processes.limits import without_collection
from voterlist.readers.listing import ListedFile
from voterlist.render import html, wall, xlsx
from voterlist.render.wall import build_wall
from voterlist.report.section import Report, Run, build_sections
from voterlist.report.sections.nation import TABLES as NATION_TABLES
from voterlist.report.sections.nation import shapes_of
from voterlist.report.sections.order import NATION, SCHEMAS, SECTIONS, TABLES
from voterlist.report.slices import (
    LOOKED_UP,
    Cutter,
    by_name,
    in_round_numbers,
    named_rows,
)
from voterlist.report.values import Facts, Limits, UnitStanding
from voterlist.storage import files as store_files
from voterlist.storage import store
from voterlist.storage.kept import KeptUnit, Said
from voterlist.tables import concat, plain
from voterlist.watch import left_to_ask

REPORTS = "reports"


def write_reports(
    context: Context,
    walk: Walk,
    standing: Sequence[UnitStanding],
    burned: BurnDown,
    below: Mapping[int, Mapping[str, int]],
) -> tuple[Path, ...]:
    """Write a workbook and a page for every constituency and language, and the wall's pages.

    ``below``: what constituencies did to their lists before they handed them over.

    Returns the paths of what people open.
    """
    context.progress(Stage.REPORT, "", 0, 1)
    started = time.perf_counter()
    outputs = guard(
        Stage.REPORT, partial(_write_all, context, walk, standing, burned, below)
    )
    entries = pq.read_metadata(walk.tables.path("entries")).num_rows
    walk.note(Stage.REPORT, (entries, entries, 0), started)
    return outputs


def _write_all(
    context: Context,
    walk: Walk,
    standing: Sequence[UnitStanding],
    burned: BurnDown,
    below: Mapping[int, Mapping[str, int]],
) -> tuple[Path, ...]:
    constituencies: tuple[int | None, ...] = context.inputs.constituencies or (None,)
    languages = tuple(context.settings.report.languages)
    scratch = walk.folder.path / store.SCRATCH / REPORTS
    _remove(scratch)
    try:
        tasks = [
            report_task(run, languages, scratch)
            for run in _runs(context, walk, constituencies, standing)
        ]
        # A run of some constituencies leaves the report of all as it was.
        if len(constituencies) > 1 and context.inputs.is_whole:
            nation = replace(_nation(context, walk, standing), below=below)
            tasks.append(report_task(nation, languages, scratch))
        progress = partial(context.progress, Stage.REPORT)
        # The nation's report takes longest: begun last, it would be waited for by one process.
        done = context.units.each(Stage.REPORT, make_reports, tasks[::-1], progress)
    finally:
        _remove(scratch)
    outputs: list[Path] = []
    folder = context.workspace / REPORTS
    for task, unit in zip(tasks, reversed(done), strict=True):
        outputs += put_reports(task, unit, languages, context.workspace)
    outputs += write_walls(
        context.settings,
        standing,
        burned,
        context.today,
        folder,
        waves=len(left_to_ask(walk.tables["waves"], walk.tables["findings"])),
    )
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
    applications: tuple[int, int] = (0, 0),
    *,
    waves: int = 0,
) -> list[Path]:
    """Write how everyone stands as a page in each language; returns their paths.

    Raises:
        OSError: a page cannot be written.
    """
    cycle, level = settings.workspace.cycle, settings.workspace.level
    about = Facts(cycle, level, constituency=None, today=today)
    deadlines = calendar(settings.calendar, cycle)
    built = build_wall(about, deadlines, standing, burned, applications, waves)
    store_files.own_folder(folder)
    paths = []
    for language in settings.report.languages:
        path = folder / f"status-{language}.html"
        store_files.write_content(path, wall.render_wall(built, language))
        paths.append(path)
    return paths


def _runs(
    context: Context,
    walk: Walk,
    constituencies: Sequence[int | None],
    standing: Sequence[UnitStanding],
) -> Iterator[Run]:
    """What the report of each constituency is made of, one after the other."""
    names = TABLES.difference(LOOKED_UP) & walk.tables.keys()
    cutter = Cutter({name: walk.tables[name] for name in names})
    named = {}
    for name in LOOKED_UP:
        found = look_up(walk.tables.path(name), cutter.ids, SCHEMAS[name])
        named[name] = named_rows(cutter.ids, found)
    # Of what the lists say themselves nothing would be held against them.
    path = walk.tables.path("entries")
    places = pq.read_table(path, columns=["constituency"]).column(0)
    counts = {row["values"]: row["counts"] for row in places.value_counts().to_pylist()}
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


def _nation(context: Context, walk: Walk, standing: Sequence[UnitStanding]) -> Run:
    """What the nation's report is made of: of each table the columns that it counts."""
    files = [file for file in context.inputs.reference if is_shapes(file.path)]
    tables = {
        name: walk.tables.select(name, schema) for name, schema in NATION_TABLES.items()
    }
    tables |= {name: walk.tables[name] for name in ("nights", "waves", "fairness")}
    return Run(
        _facts(context, None),
        tables,
        sources={},
        standings=standing,
        reported=context.inputs.constituencies,
        shapes=shapes_of({file.name: _read(file) for file in files}),
    )


def _read(file: ListedFile) -> bytes | None:
    """What a file of shapes holds; None where it cannot be read, or is no such file by its size."""
    if file.trouble or file.path.stat().st_size > _LARGEST_SHAPES:
        return None
    return file.path.read_bytes()


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


_Rendered = Mapping[str, Callable[[Report, str], bytes | str]]
_RENDERED: _Rendered = {
    "report-{language}.html": html.render_report,
    "report-{language}.xlsx": xlsx.render_report,
    "precincts-{language}.html": html.render_precincts,
}
_NATION: _Rendered = {
    "nation-{language}.html": partial(
        html.render_report, most=12, sections=NATION, area="nation."
    ),
    "nation-{language}.xlsx": partial(
        xlsx.render_report, first=NATION, others=NATION, area="nation."
    ),
}
NATION_UNIT = "nation"
_LARGEST_SHAPES = 20_000_000
"""Bytes; what is larger takes too long, and shows no more on a page."""


@frozen
class _Parts:
    """What the reports of a constituency are made of.

    Attributes:
        run: all but the tables.
        tables: the folder that holds them.
        languages: of the reports.
    """

    run: Run
    tables: Path
    languages: tuple[str, ...]


def report_task(run: Run, languages: tuple[str, ...], folder: Path) -> Task:
    """The reports of a constituency as a task; their tables are written into the folder.

    They are too large to be handed over, and those of a nation to be held.
    """
    constituency = run.facts.constituency
    name = NATION_UNIT if run.reported else unit_name(constituency)
    own_folder = folder / name
    store_files.own_folder(folder)
    store_files.own_folder(own_folder)
    digests = [
        (name, _write_table(own_folder, name, run.tables[name]))
        for name in sorted(run.tables)
    ]
    needed = replace(run, tables={}, sources=dict(sorted(run.sources.items())))
    parts = _Parts(needed, own_folder, languages)
    key = store.digest_of(*digests, needed, *languages)
    return Task(name, key, parts, (constituency,))


def make_reports(parts: _Parts, folder: Path) -> Said:
    """Build a report and write it in every language into a folder."""
    run = replace(parts.run, tables=_read_tables(parts.tables))
    sections = NATION if run.reported else SECTIONS
    # A report makes many small values and hardly any circles.
    with without_collection():
        built = build_sections(run, sections)
        rendered = _NATION if run.reported else _RENDERED
        for name, language in _names(parts.languages, rendered):
            path = folder / name.format(language=language)
            content = rendered[name](built, language)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    return {}


def put_reports(
    task: Task, done: KeptUnit, languages: tuple[str, ...], workspace: Path
) -> list[Path]:
    """Put the reports of a constituency where people open them; returns their paths.

    One that lies there already is left alone. The others are copied: people may write into theirs.
    """
    (constituency,) = task.constituencies
    reports = workspace / REPORTS
    folder = reports / ("all" if constituency is None else str(constituency))
    rendered = _RENDERED
    if task.unit == NATION_UNIT:
        folder, rendered = reports, _NATION
    store_files.own_folder(reports)
    store_files.own_folder(folder)
    paths = []
    for template, language in _names(languages, rendered):
        name = template.format(language=language)
        path = folder / name
        if not path.is_file() or store_files.sha256(path) != done.files[name]:
            copy = partial(shutil.copyfile, done.path(name))
            store_files.write_atomically(path, copy)
        paths.append(path)
    return paths


def _names(languages: tuple[str, ...], rendered: _Rendered) -> list[tuple[str, str]]:
    """(name of a report with the place of its language, language), in order."""
    return [(name, language) for language in languages for name in rendered]


def _write_table(folder: Path, name: str, table: pa.Table) -> str:
    """Write a table whose text is plain, whatever way it was stored; returns its digest."""
    columns = [plain(column) for column in table.itercolumns()]
    table = pa.table(columns, names=table.column_names).combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    content = sink.getvalue()
    (folder / name).write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def _read_tables(folder: Path) -> Mapping[str, pa.Table]:
    """The tables in a folder by name."""
    tables = {}
    for path in sorted(folder.iterdir()):
        with pa.ipc.open_stream(path.read_bytes()) as reader:
            tables[path.name] = reader.read_all()
    return tables


def look_up(path: Path, ids: pa.Array, schema: pa.Schema) -> pa.Table:
    """The rows of a file of entries or voters that have one of these ids, in its order."""
    is_wanted = pc.field("entry_id").isin(ids)
    found = pq.read_table(
        path,
        columns=schema.names,
        filters=is_wanted,
        # Of the list of a nation one piece after the other is held.
        use_threads=False,
        pre_buffer=False,
    )
    return concat([found], schema)
