"""``link``: the linkage alone, over tables that need no workspace."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import typer

from voterlist import link as linkage
from voterlist.cli.joined import Map, Source, joined
from voterlist.cli.measured import tell_chance, tell_compared, tell_estimate
from voterlist.cli.memory import keep_memory
from voterlist.cli.options import Json, now, require_parquet
from voterlist.cli.terminal import TERMINAL, Steps, shown
from voterlist.cli.words import SAY, title
from voterlist.config import Settings
from voterlist.errors import SettingsError, UsageError
from voterlist.ingest import parse_map
from voterlist.model import PairKind, Profile, Stage
from voterlist.normalize import normalize
from voterlist.pipeline.result import counts
from voterlist.storage import lock, remembered, store
from voterlist.storage.remembered import Recall
from voterlist.tables import sort_by

__all__ = ["Columns", "ProfileOption", "Tables", "link", "map_of"]

Tables = Annotated[list[Path], typer.Argument(metavar="FILE", help=SAY("cli.argument.tables"))]
Columns = Annotated[
    Path | None, typer.Option("--columns", metavar="MAP.toml", help=SAY("cli.option.columns"))
]
ProfileOption = Annotated[Profile, typer.Option("--profile", help=SAY("cli.option.profile"))]

_Files = tuple[Sequence[Source], Sequence[Source]]
"""The files to be linked, and those that they are held against."""


def link(
    files: Tables,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="PAIRS.parquet", help=SAY("cli.option.pairs-out")),
    ] = None,
    columns: Columns = None,
    clusters: Annotated[
        Path | None,
        typer.Option("--clusters", metavar="FILE", help=SAY("cli.option.clusters")),
    ] = None,
    profile: ProfileOption = Profile.AZ,
    against: Annotated[
        list[Path] | None, typer.Option("--against", metavar="FILE", help=SAY("cli.option.against"))
    ] = None,
    against_columns: Annotated[
        Path | None,
        typer.Option(
            "--against-columns", metavar="MAP.toml", help=SAY("cli.option.against-columns")
        ),
    ] = None,
    memory: Annotated[
        Path | None, typer.Option("--memory", metavar="FOLDER", help=SAY("cli.option.memory"))
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help=SAY("cli.option.plan"))] = False,
    json: Json = False,
) -> None:
    """Find the pairs that may be one person."""
    sources = _sources(files, columns, against or [], against_columns)
    if plan:
        _tell_plan(sources, profile, as_json=json)
        return
    if out is None:
        raise UsageError("neither --out nor --plan is given", code="no-out")
    for path in (out, *([clusters] if clusters else [])):
        require_parquet(path)
    _require_folder(memory)
    with _held(memory):
        with Steps() as steps:
            entries, voters, new = _voters(sources, profile, steps)
            known = remembered.read(memory) if memory else None
            found = linkage.link(
                voters.pop(),
                Settings().link,
                profile=profile,
                progress=lambda _step, done, total: steps(Stage.LINK, done, total),
                tell=lambda forecast: _tell_forecast(entries, forecast),
                new=new,
                known=known.memory if known else None,
                remember=memory is not None,
            )
        store.write_table(out, found.pairs)
        recall = known.after(found.recalled) if known else None
        if memory and found.memory is not None:
            remembered.write(memory, found.memory)
    if clusters:
        store.write_table(clusters, found.clusters)
    TERMINAL.say(SAY("cli.link.done", entries=entries, pairs=found.pairs.num_rows, path=shown(out)))
    if new is not None:
        TERMINAL.say(SAY("cli.link.against", new=len(new), base=entries - len(new)))
    _tell(found, recall)
    if json:
        told = _as_json(found, entries, entries if new is None else len(new), recall)
        TERMINAL.result({**told, "out": out, "clusters": clusters, "exit_code": 0})


def _tell(found: linkage.Linkage, recall: Recall | None) -> None:
    """What was found, in words."""
    tell_compared(found.afresh, found.candidates, recall)
    kinds = counts(found.pairs, "kind")
    rows = [(title("case-kind", kind), kinds[kind]) for kind in PairKind if kind in kinds]
    TERMINAL.table((SAY("cli.table.kind"), SAY("cli.table.pairs")), rows)
    tell_estimate(dataclasses.asdict(found.estimate) if found.estimate else None)
    tell_chance([dataclasses.asdict(row) for row in found.chance])


def _as_json(
    found: linkage.Linkage, entries: int, new: int, recall: Recall | None
) -> dict[str, Any]:
    """What was found, as plain values; scripts are written against these names."""
    kinds = counts(found.pairs, "kind")
    return {
        "entries": entries,
        "new": new,
        "compared": found.candidates,
        "afresh": found.afresh,
        "memory": recall,
        "pairs": found.pairs.num_rows,
        "kinds": {kind.value: kinds.get(kind, 0) for kind in PairKind},
        "estimate": dataclasses.asdict(found.estimate) if found.estimate else None,
        "chance": [dataclasses.asdict(row) for row in found.chance],
    }


@contextmanager
def _held(memory: Path | None) -> Iterator[None]:
    """Hold the folder of the memory, made if need be, so that no other linkage changes it meanwhile."""
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
                f"{around} is no folder", code="not-a-folder", places={"path": str(around)}
            )


def _sources(
    files: Sequence[Path], columns: Path | None, against: Sequence[Path], others: Path | None
) -> _Files:
    """Each file with the map of its columns.

    Those to be linked, and those they are held against.
    """
    if others is not None and not against:
        raise UsageError("--against-columns is given without --against", code="no-against")
    one = map_of(columns)
    other = one if others is None else map_of(others)
    return [(path, one) for path in files], [(path, other) for path in against]


def _tell_plan(files: _Files, profile: Profile, *, as_json: bool) -> None:
    """What each blocking key would cost; no pair is made."""
    with Steps() as steps:
        entries, voters, new = _voters(files, profile, steps)
        forecast = linkage.plan(voters.pop(), Settings().link, profile=profile, new=new)
    _tell_forecast(entries, forecast)
    if as_json:
        pairs = sum(line.pairs for line in forecast)
        keys = [dataclasses.asdict(line) for line in forecast]
        TERMINAL.result({"entries": entries, "pairs": pairs, "keys": keys, "exit_code": 0})


def map_of(path: Path | None) -> Map | None:
    """The map of columns in a file; None where none is given.

    Raises:
        UsageError: there is no such file.
        SettingsError: it is no map.
    """
    if path is None:
        return None
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            f"there is no {path}", code="no-such-file", places={"path": str(path)}
        ) from None
    try:
        return parse_map(text)
    except SettingsError as error:
        raise SettingsError(
            error.message, error.mistakes, code="wrong-map", todo=error.todo
        ) from None


def _voters(
    files: _Files, profile: Profile, steps: Steps
) -> tuple[int, list[pa.Table], pa.ChunkedArray | None]:
    """How many entries; a list of their VOTER table alone; the ids of the new ones, where they are held against others.

    Whoever takes the table out of the list is the last to hold it: what millions of entries take in
    memory would otherwise stay there until the pairs are found.
    """
    keep_memory()
    steps(Stage.INGEST, 0, 1)
    entries, new = joined(*files)
    held = [entries]
    del entries
    steps(Stage.NORMALIZE, 0, 1)
    # In the order of their ids the linkage need not sort them again.
    voters = normalize(sort_by(held.pop(), "entry_id"), profile, coded=True, for_linkage=True).table
    return voters.num_rows, [voters], new


def _tell_forecast(entries: int, forecast: Sequence[Any]) -> None:
    """Print what each blocking key will cost."""
    TERMINAL.say(SAY("cli.link.plan", entries=entries, pairs=sum(line.pairs for line in forecast)))
    headers = [
        SAY(f"cli.table.{name}") for name in ("key", "blocks", "pairs", "largest", "not-compared")
    ]
    TERMINAL.table(headers, [dataclasses.astuple(line) for line in forecast])
