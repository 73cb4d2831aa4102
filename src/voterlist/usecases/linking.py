"""The linkage alone: which rows of tables with any headers may be one person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from voterlist import link as linkage
from voterlist.config import Settings
from voterlist.config.comparisons import AddedComparison, comparisons_error
from voterlist.errors import SettingsMistake, UsageError
from voterlist.ingest.added import parse_comparisons
from voterlist.link.block import Forecast
from voterlist.model import PairKind, Profile, Stage
from voterlist.normalize import normalize
from voterlist.normalize.added import fold_added
from voterlist.pipeline.result import counts
from voterlist.storage import linkage_state, lock, store
from voterlist.storage.linkage_state import StateUse
from voterlist.tables import sort_by
from voterlist.usecases.joined import Source, joined
from voterlist.usecases.maps import read_map
from voterlist.usecases.reading import Reading

__all__ = [
    "LinkRequest",
    "Linked",
    "Planned",
    "link_tables",
    "plan_linkage",
]

Progress = Callable[[str, int, int], None]
"""Called with a stage, how much of it is done, and of how much."""
TellForecast = Callable[[int, tuple[Forecast, ...]], None]
"""Called with the number of entries and the forecast, before any pair is made."""
TellReading = Callable[[Reading], None]
"""Called with how the files were understood, before the forecast."""

_Files = tuple[Sequence[Source], Sequence[Source]]
"""The files to be linked, and those that they are held against."""


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """What is to be linked, and how."""

    files: Sequence[Path]
    columns: Path | None = None
    """A file with the map of their columns."""
    against: Sequence[Path] = ()
    """Files that the others are held against, and that are not held against each other."""
    against_columns: Path | None = None
    """The map of their columns; without one, that of the files."""
    profile: Profile | None = None
    """Whose names they are; None: told from the names."""
    state: Path | None = None
    """The folder in which the linkage keeps what the next one can use."""

    def sources(self) -> _Files:
        """Each file with the map of its columns.

        Raises:
            UsageError: a map for the others is given, and no others are.
            SettingsError: a map has mistakes, or the two maps add other comparisons.
        """
        if self.against_columns is not None and not self.against:
            raise UsageError(
                "--against-columns is given without --against", code="no-against"
            )
        columns, added = _read_map(self.columns)
        others, others_added = columns, added
        if self.against_columns is not None:
            others, others_added = _read_map(self.against_columns)
        _require_same_comparisons(added, others_added)
        linked = [Source(path, columns, added) for path in self.files]
        return linked, [Source(path, others, others_added) for path in self.against]


@dataclass(frozen=True, slots=True)
class Planned:
    """What each blocking key would cost."""

    entries: int
    forecast: tuple[Forecast, ...]
    reading: Reading


@dataclass(frozen=True, slots=True)
class Linked:
    """A linkage that was made."""

    result: linkage.Linkage
    entries: int
    new: int | None
    """The entries that were held against the others; None where there are no others."""
    state_use: StateUse | None
    """What became of what an earlier linkage kept; None where nothing is kept."""
    are_renamed: bool
    """True where files share ids, so that each id has its file before it."""
    reading: Reading

    def kinds(self) -> dict[PairKind, int]:
        """The number of pairs of each kind that occurs, in the order of the kinds."""
        count_by_kind = counts(self.result.pairs, "kind")
        return {kind: count_by_kind[kind] for kind in PairKind if kind in count_by_kind}


@dataclass(slots=True)
class _Voters:
    """The entries of the files, normalised."""

    tables: list[pa.Table]
    """The VOTER table alone.

    Whoever takes it out is the last to hold it: what millions of entries take in memory
    would otherwise stay there until the pairs are found.
    """
    entries: int
    new: pa.ChunkedArray | None
    """The ids of the new ones, where they are held against others."""
    added: linkage.Added
    are_renamed: bool
    reading: Reading


def plan_linkage(request: LinkRequest, *, progress: Progress) -> Planned:
    """What each blocking key would cost; no pair is made.

    Raises:
        UsageError: the request cannot be used.
        SettingsError: a map has mistakes.
        InputError: a file cannot be read.
    """
    voters = _voters(request.sources(), request.profile, progress)
    forecast = linkage.plan(
        voters.tables.pop(),
        Settings().link,
        profile=voters.reading.profile,
        new=voters.new,
        added=voters.added,
    )
    return Planned(voters.entries, forecast, voters.reading)


def link_tables(
    request: LinkRequest,
    out: Path,
    clusters: Path | None = None,
    *,
    since: str,
    progress: Progress,
    forecast: TellForecast,
    reading: TellReading = lambda _reading: None,
) -> Linked:
    """Link the files, and write the pairs and the clusters.

    Args:
        request: what is to be linked.
        out: the file of the pairs (PAIR).
        clusters: the file of the clusters, where they are wanted.
        since: told to another linkage that finds the folder of the state held.
        progress: told what is being done.
        forecast: told what each key will cost, before any pair is made.
        reading: told how the files were understood, before the forecast.

    Raises:
        UsageError: the request cannot be used.
        SettingsError: a map has mistakes.
        InputError: a file cannot be read.
        WorkspaceBusyError: another linkage holds the folder of the state.
    """
    sources = request.sources()
    _require_folder(request.state)
    with _held(request.state, since):
        voters = _voters(sources, request.profile, progress)
        reading(voters.reading)
        linked = _link(voters, request, progress, forecast)
        store.write_table(out, linked.result.pairs)
        if request.state is not None and linked.result.state is not None:
            linkage_state.write(request.state, linked.result.state)
    if clusters is not None:
        store.write_table(clusters, linked.result.clusters)
    return linked


def _link(
    voters: _Voters, request: LinkRequest, progress: Progress, forecast: TellForecast
) -> Linked:
    entries, new = voters.entries, voters.new
    known = linkage_state.read(request.state) if request.state else None
    result = linkage.link(
        voters.tables.pop(),
        Settings().link,
        profile=voters.reading.profile,
        new=new,
        added=voters.added,
        incremental=linkage.Incremental(known.state) if known else None,
        watch=linkage.Watch(
            lambda _step, done, total: progress(Stage.LINK, done, total),
            lambda keys: forecast(entries, keys),
        ),
    )
    use = known.after(result.reused) if known else None
    count = None if new is None else len(new)
    return Linked(result, entries, count, use, voters.are_renamed, voters.reading)


def _voters(files: _Files, given: Profile | None, progress: Progress) -> _Voters:
    progress(Stage.INGEST, 0, 1)
    read = joined(*files, profile=given)
    profile, comparisons = read.profile, read.comparisons
    reading = Reading(profile, read.told, read.uses)
    new, raw, held = read.new, read.added, [read.entries]
    are_renamed = read.are_renamed
    del read
    ids = held[0].column("entry_id") if comparisons else None
    progress(Stage.NORMALIZE, 0, 1)
    # In the order of their ids the linkage need not sort them again. The sorted entries have no
    # name here: normalize is the last to hold them, and lets go of what it has read.
    voters = normalize(
        sort_by(held.pop(), "entry_id"), profile, encoded=True, for_linkage=True
    ).table
    added = linkage.Added(comparisons, fold_added(raw, comparisons, profile), ids)
    return _Voters([voters], voters.num_rows, new, added, are_renamed, reading)


@contextmanager
def _held(folder: Path | None, since: str) -> Iterator[None]:
    """Lock the folder of the state, made if need be, against other linkages."""
    if folder is None:
        yield
        return
    store.make_folder(folder)
    with lock.hold(folder, since=since, code="state-busy"):
        yield


def _require_folder(path: Path | None) -> None:
    for around in () if path is None else (path, *path.parents):
        if around.exists() and not around.is_dir():
            raise UsageError(
                f"{around} is no folder",
                code="not-a-folder",
                places={"path": str(around)},
            )


def _read_map(
    path: Path | None,
) -> tuple[Mapping[str, str | Sequence[str]] | None, tuple[AddedComparison, ...]]:
    """The map of columns in a file, and the comparisons that it adds."""
    columns = read_map(path) or None
    if path is None:
        return columns, ()
    text = path.read_text(encoding="utf-8-sig")
    return columns, parse_comparisons(text, linkage.TAKEN_NAMES)


def _require_same_comparisons(
    one: Sequence[AddedComparison], other: Sequence[AddedComparison]
) -> None:
    kinds = [
        {(each.name, each.kind, each.blocking) for each in added}
        for added in (one, other)
    ]
    names = sorted({name for name, _, _ in kinds[0] ^ kinds[1]})
    if names:
        paths = [f"comparisons.{name}" for name in names]
        raise comparisons_error(
            [SettingsMistake(path, "not-in-both-maps") for path in paths]
        )
