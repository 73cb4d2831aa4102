"""``link``: the linkage alone, over tables that need no workspace."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.compute as pc
import typer

from voterlist import link as linkage
from voterlist.cli.measured import tell_chance, tell_estimate
from voterlist.cli.memory import give_memory_back
from voterlist.cli.options import Json, require_parquet
from voterlist.cli.terminal import TERMINAL, Steps, shown
from voterlist.cli.words import SAY, title
from voterlist.config import Settings
from voterlist.errors import SettingsError, UsageError
from voterlist.ingest import columns_needed, parse_map, table_entries
from voterlist.io import readers, store
from voterlist.model import PairKind, Profile, Stage
from voterlist.normalize import normalize
from voterlist.pipeline.result import counts
from voterlist.schemas import ENTRY
from voterlist.tables import concat, sort_by

__all__ = ["Columns", "Map", "ProfileOption", "Tables", "link", "map_of"]

Tables = Annotated[list[Path], typer.Argument(metavar="FILE", help=SAY("cli.argument.tables"))]
Columns = Annotated[Path | None, typer.Option("--columns", metavar="MAP.toml", help=SAY("cli.option.columns"))]
ProfileOption = Annotated[Profile, typer.Option("--profile", help=SAY("cli.option.profile"))]

Map = Mapping[str, str | Sequence[str]]


def link(
    files: Tables,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="PAIRS.parquet", help=SAY("cli.option.pairs-out"))
    ] = None,
    columns: Columns = None,
    clusters: Annotated[
        Path | None,
        typer.Option("--clusters", metavar="FILE", help=SAY("cli.option.clusters")),
    ] = None,
    profile: ProfileOption = Profile.AZ,
    plan: Annotated[bool, typer.Option("--plan", help=SAY("cli.option.plan"))] = False,
    json: Json = False,
) -> None:
    """Find the pairs that may be one person."""
    if plan:
        _tell_plan(files, columns, profile, as_json=json)
        return
    if out is None:
        raise UsageError("neither --out nor --plan is given", code="no-out")
    for path in (out, *([clusters] if clusters else [])):
        require_parquet(path)
    with Steps() as steps:
        entries, voters = _voters(files, map_of(columns), profile, steps)
        found = linkage.link(
            voters.pop(),
            Settings().link,
            profile=profile,
            progress=lambda _step, done, total: steps(Stage.LINK, done, total),
            tell=lambda forecast: _tell_forecast(entries, forecast),
        )
    store.write_table(out, found.pairs)
    if clusters:
        store.write_table(clusters, found.clusters)
    kinds = counts(found.pairs, "kind")
    TERMINAL.say(
        SAY("cli.link.done", entries=entries, pairs=found.pairs.num_rows, path=shown(out)),
    )
    rows = [(title("case-kind", kind), kinds[kind]) for kind in PairKind if kind in kinds]
    TERMINAL.table((SAY("cli.table.kind"), SAY("cli.table.pairs")), rows)
    estimate = dataclasses.asdict(found.estimate) if found.estimate else None
    chance = [dataclasses.asdict(row) for row in found.chance]
    tell_estimate(estimate)
    tell_chance(chance)
    if json:
        TERMINAL.result(
            {
                "entries": entries,
                "compared": found.candidates,
                "pairs": found.pairs.num_rows,
                "kinds": {kind.value: kinds.get(kind, 0) for kind in PairKind},
                "estimate": estimate,
                "chance": chance,
                "out": out,
                "clusters": clusters,
                "exit_code": 0,
            },
        )


def _tell_plan(files: Sequence[Path], columns: Path | None, profile: Profile, *, as_json: bool) -> None:
    """What each blocking key would cost; no pair is made."""
    with Steps() as steps:
        entries, voters = _voters(files, map_of(columns), profile, steps)
        forecast = linkage.plan(voters.pop(), Settings().link, profile=profile)
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
        raise UsageError(f"there is no {path}", code="no-such-file", places={"path": str(path)}) from None
    try:
        return parse_map(text)
    except SettingsError as error:
        raise SettingsError(error.message, error.mistakes, code="wrong-map", todo=error.todo) from None


def _voters(files: Sequence[Path], columns: Map | None, profile: Profile, steps: Steps) -> tuple[int, list[pa.Table]]:
    """(how many entries, a list of their VOTER table alone): whoever takes it out of the list is the last to hold it.

    What millions of entries take in memory would otherwise stay there until the pairs are found.
    """
    give_memory_back()
    steps(Stage.INGEST, 0, 1)
    held = [_entries(files, columns)]
    steps(Stage.NORMALIZE, 0, 1)
    # In the order of their ids the linkage need not sort them again.
    voters = normalize(sort_by(held.pop(), "entry_id"), profile, coded=True, for_linkage=True).table
    return voters.num_rows, [voters]


def _tell_forecast(entries: int, forecast: Sequence[Any]) -> None:
    """Print what each blocking key will cost."""
    TERMINAL.say(SAY("cli.link.plan", entries=entries, pairs=sum(line.pairs for line in forecast)))
    headers = [SAY(f"cli.table.{name}") for name in ("key", "blocks", "pairs", "largest", "not-compared")]
    TERMINAL.table(headers, [dataclasses.astuple(line) for line in forecast])


def _entries(files: Sequence[Path], columns: Map | None) -> pa.Table:
    """The rows of all files as one ENTRY table; where files share ids, each id is told with its file."""
    wanted = partial(columns_needed, columns=columns)
    tables = [table_entries(readers.read_table(path, wanted=wanted), columns, coded=True) for path in files]
    if len(tables) == 1:
        return tables[0]
    # Codes of two files differ, so of several files the text itself is joined.
    tables = [table.cast(ENTRY) for table in tables]
    joined = concat(tables, ENTRY)
    if pc.count_distinct(joined.column("entry_id")).as_py() == joined.num_rows:
        return joined
    TERMINAL.warn(SAY("cli.link.renamed"))
    named = []
    for path, table in zip(files, tables, strict=True):
        ids = pc.binary_join_element_wise(path.name, table.column("entry_id"), ":")
        named.append(table.set_column(0, ENTRY.field("entry_id"), ids))
    return concat(named, ENTRY)
