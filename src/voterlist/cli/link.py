"""``link``: the linkage alone, over tables that need no workspace."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import typer

from voterlist import link as linkage
from voterlist.cli.allocator import keep_memory
from voterlist.cli.joined import Map, Source, joined
from voterlist.cli.measured import tell_chance, tell_compared, tell_estimate
from voterlist.cli.options import (
    Columns,
    ProfileOption,
    Tables,
    now,
    require_parquet,
    takes,
)
from voterlist.cli.terminal import TERMINAL, Steps, shown
from voterlist.cli.words import SAY, title
from voterlist.config import Settings
from voterlist.config.comparisons import AddedComparison, comparisons_error
from voterlist.errors import SettingsError, SettingsMistake, UsageError
from voterlist.ingest import parse_map
from voterlist.ingest.added import parse_comparisons
from voterlist.model import PairKind, Profile, Stage
from voterlist.normalize import normalize
from voterlist.normalize.added import fold_added
from voterlist.pipeline.result import counts
from voterlist.storage import linkage_state, lock, store
from voterlist.storage.linkage_state import StateUse
from voterlist.tables import sort_by

__all__ = ["link", "map_of"]

_Files = tuple[Sequence[Source], Sequence[Source]]
"""The files to be linked, and those that they are held against."""


@dataclass(slots=True)
class _Voters:
    """The entries of the files, normalised."""

    tables: list[pa.Table]
    """The VOTER table alone. Whoever takes it out is the last to hold it: what millions of entries
    take in memory would otherwise stay there until the pairs are found."""
    entries: int
    new: pa.ChunkedArray | None
    """The ids of the new ones, where they are held against others."""
    added: linkage.Added


@dataclass(frozen=True, slots=True)
class _Options:
    """What ``link`` takes on the command line."""

    files: Tables
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="PAIRS.parquet", help=SAY("cli.option.pairs-out")
        ),
    ] = None
    columns: Columns = None
    clusters: Annotated[
        Path | None,
        typer.Option("--clusters", metavar="FILE", help=SAY("cli.option.clusters")),
    ] = None
    profile: ProfileOption = Profile.AZ
    against: Annotated[
        list[Path] | None,
        typer.Option("--against", metavar="FILE", help=SAY("cli.option.against")),
    ] = None
    against_columns: Annotated[
        Path | None,
        typer.Option(
            "--against-columns",
            metavar="MAP.toml",
            help=SAY("cli.option.against-columns"),
        ),
    ] = None
    memory: Annotated[
        Path | None,
        typer.Option("--memory", metavar="FOLDER", help=SAY("cli.option.memory")),
    ] = None
    plan: Annotated[bool, typer.Option("--plan", help=SAY("cli.option.plan"))] = False


@takes(_Options)
def link(given: _Options) -> None:
    """Find the pairs that may be one person."""
    sources = _sources(
        given.files, given.columns, given.against or [], given.against_columns
    )
    if given.plan:
        _tell_plan(sources, given.profile, as_json=TERMINAL.json)
        return
    if given.out is None:
        raise UsageError("neither --out nor --plan is given", code="no-out")
    require_parquet(given.out)
    if given.clusters is not None:
        require_parquet(given.clusters)
    _require_folder(given.memory)
    with _held(given.memory):
        linked = _link(sources, given.profile, given.memory)
        store.write_table(given.out, linked.found.pairs)
        linked.keep(given.memory)
    if given.clusters is not None:
        store.write_table(given.clusters, linked.found.clusters)
    _tell(linked, given.out)
    if TERMINAL.json:
        TERMINAL.result(
            {
                **_as_json(linked),
                "out": given.out,
                "clusters": given.clusters,
                "exit_code": 0,
            }
        )


@dataclass(frozen=True, slots=True)
class _Linked:
    """A linkage that was made, of how many entries."""

    found: linkage.Linkage
    entries: int
    new: int | None
    """Those that were held against the others; None where there are no others."""
    use: StateUse | None
    """What became of what an earlier linkage kept; None where nothing is kept."""

    def keep(self, folder: Path | None) -> None:
        """Write what the next linkage can use."""
        if folder is not None and self.found.state is not None:
            linkage_state.write(folder, self.found.state)


def _link(sources: _Files, profile: Profile, memory: Path | None) -> _Linked:
    """Read the files, normalise their entries and link them."""
    with Steps() as steps:
        voters = _voters(sources, profile, steps)
        entries, new = voters.entries, voters.new
        known = linkage_state.read(memory) if memory else None
        found = linkage.link(
            voters.tables.pop(),
            Settings().link,
            profile=profile,
            new=new,
            added=voters.added,
            incremental=linkage.Incremental(known.state) if known else None,
            watch=linkage.Watch(
                lambda _step, done, total: steps(Stage.LINK, done, total),
                lambda forecast: _tell_forecast(entries, forecast),
            ),
        )
    use = known.after(found.reused) if known else None
    return _Linked(found, entries, None if new is None else len(new), use)


def _tell(linked: _Linked, out: Path) -> None:
    """What was found, in words."""
    found, entries = linked.found, linked.entries
    done = {"entries": entries, "pairs": found.pairs.num_rows, "path": shown(out)}
    TERMINAL.say(SAY("cli.link.done", **done))
    if linked.new is not None:
        base = entries - linked.new
        TERMINAL.say(SAY("cli.link.against", new=linked.new, base=base))
    tell_compared(found.afresh, found.candidates, linked.use)
    kinds = counts(found.pairs, "kind")
    rows = [
        (title("case-kind", kind), kinds[kind]) for kind in PairKind if kind in kinds
    ]
    TERMINAL.table((SAY("cli.table.kind"), SAY("cli.table.pairs")), rows)
    _tell_added(found.added)
    tell_estimate(dataclasses.asdict(found.estimate) if found.estimate else None)
    tell_chance([dataclasses.asdict(row) for row in found.chance])


def _tell_added(added: Sequence[linkage.AddedUse]) -> None:
    """What each added comparison told; a note for one whose column holds nothing."""
    for one in added:
        if not one.known:
            TERMINAL.warn(
                SAY("cli.link.added-blank", path=f"comparisons.{one.name}.column")
            )
    if not added:
        return
    headers = [
        SAY(f"cli.table.{name}")
        for name in ("comparison", "kind", "known", "distinct", "m")
    ]
    rows = [
        (
            one.name,
            one.kind,
            one.known,
            one.distinct,
            "" if one.m is None else SAY.percent(one.m),
        )
        for one in added
    ]
    TERMINAL.table(headers, rows)


def _as_json(linked: _Linked) -> dict[str, Any]:
    """What was found, as plain values; scripts are written against these names."""
    found, entries = linked.found, linked.entries
    kinds = counts(found.pairs, "kind")
    return {
        "entries": entries,
        "new": entries if linked.new is None else linked.new,
        "compared": found.candidates,
        "afresh": found.afresh,
        "memory": linked.use,
        "pairs": found.pairs.num_rows,
        "comparisons": [dataclasses.asdict(one) for one in found.added],
        "kinds": {kind.value: kinds.get(kind, 0) for kind in PairKind},
        "estimate": dataclasses.asdict(found.estimate) if found.estimate else None,
        "chance": [dataclasses.asdict(row) for row in found.chance],
    }


@contextmanager
def _held(memory: Path | None) -> Iterator[None]:
    """Lock the folder of the state, made if need be, against other linkages."""
    if memory is None:
        yield
        return
    store.make_folder(memory)
    with lock.hold(memory, since=now().isoformat(" ", "minutes"), code="memory-busy"):
        yield


def _require_folder(path: Path | None) -> None:
    for around in () if path is None else (path, *path.parents):
        if around.exists() and not around.is_dir():
            raise UsageError(
                f"{around} is no folder",
                code="not-a-folder",
                places={"path": str(around)},
            )


def _sources(
    files: Sequence[Path],
    columns: Path | None,
    against: Sequence[Path],
    others: Path | None,
) -> _Files:
    """Each file with the map of its columns: those to be linked, and those they are held against.

    Raises:
        UsageError: a map for the others is given, and no others are.
        SettingsError: a map has mistakes, or the two maps add other comparisons.
    """
    if others is not None and not against:
        raise UsageError(
            "--against-columns is given without --against", code="no-against"
        )
    one, added = map_of(columns), _comparisons_in(columns)
    other, other_added = (
        (one, added) if others is None else (map_of(others), _comparisons_in(others))
    )
    _require_same_comparisons(added, other_added)
    linked = [Source(path, one, added) for path in files]
    return linked, [Source(path, other, other_added) for path in against]


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


def _tell_plan(files: _Files, profile: Profile, *, as_json: bool) -> None:
    """What each blocking key would cost; no pair is made."""
    with Steps() as steps:
        voters = _voters(files, profile, steps)
        forecast = linkage.plan(
            voters.tables.pop(),
            Settings().link,
            profile=profile,
            new=voters.new,
            added=voters.added,
        )
    entries = voters.entries
    _tell_forecast(entries, forecast)
    if as_json:
        pairs = sum(line.pairs for line in forecast)
        keys = [dataclasses.asdict(line) for line in forecast]
        TERMINAL.result(
            {"entries": entries, "pairs": pairs, "keys": keys, "exit_code": 0}
        )


def map_of(path: Path | None) -> Map | None:
    """The map of columns in a file; None where none is given.

    Raises:
        UsageError: there is no such file.
        SettingsError: it is no map.
    """
    if path is None:
        return None
    try:
        return parse_map(_text_of(path)) or None
    except SettingsError as error:
        raise SettingsError(
            error.message, error.mistakes, code="wrong-map", todo=error.todo
        ) from None


def _comparisons_in(path: Path | None) -> tuple[AddedComparison, ...]:
    """The comparisons that a map of columns adds."""
    return (
        () if path is None else parse_comparisons(_text_of(path), linkage.TAKEN_NAMES)
    )


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            f"there is no {path}", code="no-such-file", places={"path": str(path)}
        ) from None


def _voters(files: _Files, profile: Profile, steps: Steps) -> _Voters:
    keep_memory()
    steps(Stage.INGEST, 0, 1)
    read = joined(*files)
    comparisons = files[0][0].added
    new, raw, held = read.new, read.added, [read.entries]
    del read
    ids = held[0].column("entry_id") if comparisons else None
    steps(Stage.NORMALIZE, 0, 1)
    # In the order of their ids the linkage need not sort them again.
    voters = normalize(
        sort_by(held.pop(), "entry_id"), profile, coded=True, for_linkage=True
    ).table
    added = linkage.Added(comparisons, fold_added(raw, comparisons, profile), ids)
    return _Voters([voters], voters.num_rows, new, added)


def _tell_forecast(entries: int, forecast: Sequence[Any]) -> None:
    """Print what each blocking key will cost."""
    TERMINAL.say(
        SAY(
            "cli.link.plan", entries=entries, pairs=sum(line.pairs for line in forecast)
        )
    )
    headers = [
        SAY(f"cli.table.{name}")
        for name in ("key", "blocks", "pairs", "largest", "not-compared")
    ]
    TERMINAL.table(headers, [dataclasses.astuple(line) for line in forecast])
