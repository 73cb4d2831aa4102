"""The reports of one constituency as a unit of work.

The key of the unit is the digest of everything that its reports are made of: so they are written
anew where anything that they show is another one, and only there.
"""

from __future__ import annotations

import gc
import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from voterlist.pipeline.places import unit_name
from voterlist.pipeline.units import Done, Task
from voterlist.render import html, xlsx
from voterlist.report.section import Report, Run
from voterlist.report.sections.order import build
from voterlist.storage import store
from voterlist.tables import plain

_RENDERED: Mapping[str, Callable[[Report, str], bytes | str]] = {
    "report-{language}.html": html.render_report,
    "report-{language}.xlsx": xlsx.render_report,
    "precincts-{language}.html": html.render_precincts,
}


@dataclass(frozen=True, slots=True)
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
    name = unit_name(constituency)
    own_folder = folder / name
    store.own_folder(folder)
    store.own_folder(own_folder)
    digests = [
        (name, _write_table(own_folder, name, run.tables[name]))
        for name in sorted(run.tables)
    ]
    needed = replace(run, tables={}, sources=dict(sorted(run.sources.items())))
    parts = _Parts(needed, own_folder, languages)
    key = store.digest_of(*digests, needed, *languages)
    return Task(name, key, parts, (constituency,))


def make_reports(parts: _Parts, folder: Path) -> dict[str, Any]:
    """Build a report and write it in every language into a folder."""
    run = replace(parts.run, tables=_read_tables(parts.tables))
    with _no_collection():
        built = build(run)
        for name, language in _names(parts.languages):
            path = folder / name.format(language=language)
            content = _RENDERED[name](built, language)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    return {}


@contextmanager
def _no_collection() -> Iterator[None]:
    """Let nobody look for garbage: a report makes many small values and hardly any circles."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def put_reports(done: Done, languages: tuple[str, ...], folder: Path) -> list[Path]:
    """Put the reports of a constituency where people open them; returns their paths.

    One that lies there already is left alone. The others are copied: people may write into theirs.
    """
    store.own_folder(folder.parent)
    store.own_folder(folder)
    paths = []
    for template, language in _names(languages):
        name = template.format(language=language)
        path = folder / name
        if not path.is_file() or store.sha256(path) != done.made.files[name]:
            copy = partial(shutil.copyfile, done.path(name))
            store.write_atomically(path, copy)
        paths.append(path)
    return paths


def _names(languages: tuple[str, ...]) -> list[tuple[str, str]]:
    """(name of a report with the place of its language, language), in order."""
    return [(name, language) for language in languages for name in _RENDERED]


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
