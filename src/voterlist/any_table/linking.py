"""The linkage alone: which rows of tables with any headers may be one person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.any_table import aside
from voterlist.any_table.joined import (
    Reading,
    Source,
    entries_of,
    read_map,
    understood,
    write_rows,
)
from voterlist.any_table.machine import require_enough
from voterlist.config.sections import LinkSettings, comparisons_error
from voterlist.errors import SettingsMistake, naming, usage_error
from voterlist.ingest.added import parse_comparisons
from voterlist.ingest.generic import added_of
from voterlist.link import TAKEN_NAMES, link_ready, plan
from voterlist.link.block import Forecast
from voterlist.link.candidates import RECORD
from voterlist.link.comparisons.kinds import FOLDS
from voterlist.link.explain import with_term_frequencies
from voterlist.link.steps import ready
from voterlist.link.types import Added, Incremental, Linkage, Scope
from voterlist.link.types import Watch as LinkWatch
from voterlist.model import OnProgress, Profile, Stage, frozen
from voterlist.normalize.stage import fold_added, normalize
from voterlist.processes.threads import each
from voterlist.storage import linkage_state, lock
from voterlist.storage.files import make_folder, write_content
from voterlist.storage.linkage_state import PutAside, Rows, Spill, StateUse
from voterlist.storage.workspace import link_settings
from voterlist.tables import one_array, order_of

if TYPE_CHECKING:
    from voterlist.render.pictures.figures import Figures


@frozen
class Page:
    """The page with the pictures of a linkage."""

    path: Path
    language: str


@frozen
class LinkRequest:
    """What is to be linked, and how."""

    files: Sequence[Path]
    columns: Sequence[Path] = ()
    """Files with the maps of their columns: one for all, or one for each in their order."""
    against: Sequence[Path] = ()
    """Files that the others are held against, and that are not held against each other."""
    against_columns: Sequence[Path] = ()
    """The maps of their columns; without any, the one map of the files."""
    profile: Profile | None = None
    """Whose names they are; None: told from the names."""
    state: Path | None = None
    """The folder in which the linkage keeps what the next one can use."""
    settings: Path | None = None
    """A file of settings of which ``[link]`` is taken; without one, the defaults."""
    between: bool = False
    """Whether each file is a list of its own, and only pairs of two lists are looked for. Those
    held against are one list."""
    one_to_one: bool = False
    """Whether an entry is one person with at most one entry of each other list."""
    memory_limit: int | None = None
    """Bytes of memory that the linkage is to do with; None: as much as is quickest."""
    page: Page | None = None
    """Where its pictures are drawn; None where they are not wanted."""

    def sources(self) -> list[Source]:
        """Each file with the map of its columns, and behind them those that they are held against.

        Raises:
            UsageError: maps are given for no files, or not as many as files; or there are not two
                lists for pairs of two lists.
            MapError: a map has mistakes, or two maps add other comparisons.
        """
        self._require_lists()
        maps = _a_map_each(self.files, self.columns)
        others = self.against_columns or (
            self.columns if len(self.columns) == 1 else ()
        )
        maps += _a_map_each(self.against, others)
        sources = [
            _source(path, map_path)
            for path, map_path in zip((*self.files, *self.against), maps, strict=True)
        ]
        first, *rest = (
            {(each.name, each.kind, each.blocking) for each in source.added}
            for source in sources
        )
        for source, added in zip(sources[1:], rest, strict=True):
            if names := sorted({name for name, _, _ in first ^ added}):
                paths = [f"comparisons.{name}" for name in names]
                mistakes = [SettingsMistake(path, "not-in-both-maps") for path in paths]
                with naming(map_name=source.map_name or sources[0].map_name):
                    raise comparisons_error(mistakes)
        return sources

    @property
    def every_file(self) -> tuple[Path, ...]:
        """The files, and those that they are held against."""
        return (*self.files, *self.against)

    def _require_lists(self) -> None:
        if self.against_columns and not self.against:
            raise usage_error("no-against")
        if self.one_to_one and not self.between:
            raise usage_error("no-between")
        if self.between and len(self.files) == 1 and not self.against:
            raise usage_error("one-list")

    def scope(self, ids: pa.ChunkedArray, rows: Sequence[int]) -> Scope | None:
        """Which pairs of the entries are looked for; ``rows`` are those of each file."""
        if self.between:
            list_of_file = np.minimum(np.arange(len(rows)), len(self.files))
            lists = np.repeat(list_of_file, rows).astype(np.int32)
            return Scope.between(ids, lists, one_to_one=self.one_to_one)
        if not self.against:
            return None
        new = sum(rows[: len(self.files)])
        return Scope.held_against(ids.slice(0, new))


def _a_map_each(files: Sequence[Path], maps: Sequence[Path]) -> list[Path | None]:
    """The map of each file: the one there is for all, or its own.

    Raises:
        UsageError: there are several maps, and not as many as files.
    """
    if not maps:
        return [None] * len(files)
    if len(maps) == 1:
        return [maps[0]] * len(files)
    if len(maps) != len(files):
        raise usage_error("other-number-of-maps", maps=len(maps), files=len(files))
    return list(maps)


def _source(path: Path, map_path: Path | None) -> Source:
    """A file, with the columns and the comparisons of its map."""
    if map_path is None:
        return Source(path, None)
    columns = read_map(map_path) or None
    with naming(map_name=map_path.name):
        text = map_path.read_text(encoding="utf-8-sig")
        added = parse_comparisons(text, TAKEN_NAMES)
    return Source(path, columns, added, map_path.name)


_CHUNK_ASIDE = 500_000
"""Pairs that are compared at a time, at most, where memory is limited."""


@frozen
class Watch:
    """What a linkage calls while it runs, on this machine or on a cluster."""

    progress: OnProgress
    forecast: Callable[[int, tuple[Forecast, ...]], None]
    """Called with the number of entries and the forecast, before any pair is made."""
    reading: Callable[[Reading], None] = lambda _reading: None
    """Called with how the files were understood, before the forecast."""

    def over(self, entries: int) -> LinkWatch:
        """What the linkage of so many entries is to call."""
        return LinkWatch(
            lambda _step, done, total: self.progress(Stage.LINK, done, total),
            lambda keys: self.forecast(entries, keys),
        )


@frozen
class Planned:
    """What each blocking key would cost."""

    entries: int
    forecast: tuple[Forecast, ...]
    reading: Reading


@frozen
class Linked:
    """A linkage that was made."""

    result: Linkage
    entries: int
    new: int | None
    """The entries that were held against the others; None where there are no others."""
    settings: LinkSettings
    state_use: StateUse | None
    """What became of what an earlier linkage kept; None where nothing is kept."""
    are_renamed: bool
    """True where files share ids, so that each id has its file before it."""
    reading: Reading
    pictures: Figures | None = None
    """None where they are not wanted."""


@dataclass(slots=True)
class _Voters:
    """The entries of the files, normalised."""

    tables: list[pa.Table | PutAside]
    """The VOTER table alone, or its columns where they are put aside.

    Whoever takes it out is the last to hold it: what millions of entries take in memory
    would otherwise stay there until the pairs are found.
    """
    entries: int
    new: int
    """How many of them are of the files, and not held against."""
    scope: Scope | None
    added: Added
    are_renamed: bool
    reading: Reading


def plan_linkage(request: LinkRequest, *, progress: OnProgress) -> Planned:
    """What each blocking key would cost; no pair is made.

    Raises:
        UsageError: the request cannot be used.
        SettingsError: a map or the settings have mistakes.
        InputError: a file cannot be read.
    """
    sources, settings = request.sources(), link_settings(request.settings)
    voters = _voters(sources, request, progress)
    forecast = plan(
        voters.tables.pop(),
        settings,
        profile=voters.reading.profile,
        scope=voters.scope,
        added=voters.added,
    )
    return Planned(voters.entries, forecast, voters.reading)


def link_tables(
    request: LinkRequest,
    out: Path,
    clusters: Path | None = None,
    *,
    since: str,
    watch: Watch,
) -> Linked:
    """Link the files, and write the pairs and the clusters.

    Args:
        request: what is to be linked.
        out: the file of the pairs (PAIR): Parquet, CSV or XLSX by the end of its name.
        clusters: the file of the clusters, where they are wanted; likewise.
        since: told to another linkage that finds the folder of the state held.
        watch: what is called while it runs.

    Raises:
        UsageError: the request cannot be used.
        SettingsError: a map or the settings have mistakes.
        InputError: a file cannot be read.
        WorkspaceBusyError: another linkage holds the folder of the state.
    """
    sources, settings = request.sources(), link_settings(request.settings)
    if request.memory_limit is not None:
        most = min(settings.chunk_pairs, _CHUNK_ASIDE)
        settings = settings.model_copy(update={"chunk_pairs": most})
    _require_folder(request.state)
    with _hold(request.state, since), _spill(request, out) as spill:
        voters = _voters(sources, request, watch.progress, spill)
        watch.reading(voters.reading)
        linked = _link(voters, request, settings, watch, spill)
        write_pairs(out, linked.result)
        if request.state is not None and linked.result.state is not None:
            linkage_state.write(request.state, linked.result.state)
    if clusters is not None:
        write_rows(clusters, linked.result.clusters)
    if linked.pictures is not None and request.page is not None:
        lines = _as_written(linked.pictures["shown"], sources, request)
        _write_page(request.page, linked.pictures, lines)
    return linked


def _write_page(page: Page, pictures: Figures, lines: Mapping[str, str]) -> None:
    # Who wants no page does not load the templates.
    from voterlist.render.pictures import render_pictures  # noqa: PLC0415  see above

    write_content(page.path, render_pictures(pictures, page.language, lines))


def _as_written(
    ids: Sequence[str], sources: Sequence[Source], request: LinkRequest
) -> dict[str, str]:
    """These entries as they are written in the files, which are read once more.

    Empty where memory is limited: what was read is given up for the linkage.
    """
    from voterlist.render.pictures import lines_by_id  # noqa: PLC0415  as in _write_page

    if request.memory_limit is not None or not ids:
        return {}
    entries, _ = entries_of(understood(sources, request.profile).read)
    shown = pc.is_in(entries.column("entry_id"), value_set=pa.array(ids))
    return lines_by_id(entries.filter(shown))


def write_pairs(out: Path, result: Linkage) -> None:
    """Write the pairs with the term frequencies of each comparison, which ``explain`` shows."""
    write_rows(out, with_term_frequencies(result.pairs, result.term_frequencies))


def _link(
    voters: _Voters,
    request: LinkRequest,
    settings: LinkSettings,
    watch: Watch,
    spill: Spill | None,
) -> Linked:
    entries = voters.entries
    watch.progress(Stage.LINK, 0, entries)
    earlier = use = None
    if request.state:
        state, use = linkage_state.read(request.state)
        # The linkage gives the state up when it has compared: nothing else may hold it.
        earlier = Incremental(state)
        del state
    store = None if spill is None else Rows(spill, RECORD)
    profile = voters.reading.profile
    made_ready = ready(voters.tables.pop(), profile, voters.added, store)
    result = link_ready(
        replace(made_ready, with_cases=False),
        settings,
        scope=voters.scope,
        added=voters.added,
        incremental=earlier,
        watch=watch.over(entries),
    )
    use = use.after(result.reused) if use else None
    new = voters.new if request.against else None
    linked = Linked(
        result, entries, new, settings, use, voters.are_renamed, voters.reading
    )
    if request.page is None:
        return linked
    from voterlist.render.pictures import pictures_of  # noqa: PLC0415  as in _write_page

    return replace(linked, pictures=pictures_of(result, made_ready, settings))


def _voters(
    sources: Sequence[Source],
    request: LinkRequest,
    progress: OnProgress,
    spill: Spill | None = None,
) -> _Voters:
    """The entries of the files; with a spill all columns put aside, made a few at a time."""
    progress(Stage.INGEST, 0, 1)
    cells: list[aside.Cells] = []

    def keep(table: pa.Table) -> pa.Table:
        if spill is None:
            return table
        cells.append(aside.Cells(table, spill))
        return cells[-1].mapped()

    files = understood(sources, request.profile, keep)
    profile, comparisons = files.reading.profile, files.comparisons
    rows = [file.table.num_rows for file in files.read]
    folded = fold_added(added_of(files.read), comparisons, profile, FOLDS)
    progress(Stage.NORMALIZE, 0, 1)
    voters: pa.Table | PutAside
    if spill is None:
        entries, are_renamed = entries_of(files.read)
        ids, held = entries.column("entry_id"), [entries]
        del entries
    else:
        with_ids = bool(comparisons or request.against or request.between)
        made = aside.normalize_files(files, cells, spill, with_ids=with_ids)
        voters, ids, are_renamed = made
    scope = request.scope(ids, rows)
    added = Added(comparisons, folded, ids if comparisons else None)
    del ids
    if spill is None:
        # In the order of their ids the linkage need not sort them again. The sorted entries have no
        # name here: normalize is the last to hold them, and lets go of what it has read.
        named = normalize(_in_order(held), profile, encoded=True, for_linkage=True)
        voters = named.table
    new = sum(rows[: len(request.files)])
    how = scope, added, are_renamed, files.reading
    return _Voters([voters], voters.num_rows, new, *how)


def _in_order(held: list[pa.Table]) -> pa.Table:
    """The one table that is held, by entry id; each column is given up once it is sorted."""
    table = held.pop()
    schema, order = table.schema, order_of(one_array(table.column("entry_id")))
    if order is None:
        return table
    columns = [[column] for column in table.columns]
    del table
    taken = each(lambda column: column.pop().take(order), columns)
    return pa.Table.from_arrays(taken, schema=schema)


@contextmanager
def _hold(folder: Path | None, since: str) -> Iterator[None]:
    """Lock the folder of the state, made if need be, against other linkages."""
    if folder is None:
        yield
        return
    make_folder(folder)
    with lock.hold(folder, since=since, code="state-busy"):
        yield


@contextmanager
def _spill(request: LinkRequest, out: Path) -> Iterator[Spill | None]:
    """Where columns and pairs are put aside, where memory is limited."""
    if request.memory_limit is None:
        yield None
        return
    if request.state is not None:
        raise usage_error("memory-limit-with-state")
    require_enough(request.memory_limit, request.every_file)
    with Spill.beside(out) as spill:
        yield spill


def _require_folder(path: Path | None) -> None:
    for around in () if path is None else (path, *path.parents):
        if around.exists() and not around.is_dir():
            raise usage_error("not-a-folder", path=around)
