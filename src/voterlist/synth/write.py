"""Invented lists as files.

Parquet tables, and a workspace with the files that precincts hand in.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from enum import Flag, auto
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.random import Generator

from voterlist.config.sections import IngestSettings
from voterlist.errors import StageError, UsageError
from voterlist.fields import NAME_PARTS
from voterlist.model import OnProgress, frozen, no_progress
from voterlist.schemas import TRUTH, with_entries
from voterlist.storage.files import make_folder, open_private
from voterlist.synth.generate import (
    QUIET,
    Synthetic,
    lists_of,
    made_of,
    render_plan,
    statistics,
)
from voterlist.synth.layouts import HEADERS, Layout, file_bytes, fitting, sheet
from voterlist.synth.people import Rates
from voterlist.synth.plan import (
    DISPLACED,
    default_constituencies,
    draw_plan,
    stream,
)
from voterlist.synth.registers import write_csv, write_parquet, write_registers
from voterlist.synth.render import ENTRIES, render_deaths
from voterlist.tables import row_of_each, with_column


def with_run_ids(
    synthetic: Synthetic,
    places: pa.Table,
    inbox: Path,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Synthetic:
    """``synthetic`` with the entry ids that ``ingest`` makes of the files in ``inbox``.

    Args:
        synthetic: what ``generate`` made.
        places: what ``write_workspace`` returned.
        inbox: where the files were written; nothing else may lie there.
        progress: called with how many constituencies were read back, and of how many.

    Raises:
        StageError: a file was not read back entry by entry, so that the truth would be wrong.
    """
    if not places.num_rows:
        return synthetic
    read = _read_back(inbox, progress)
    by_place = read.rename_columns(["source", "line", "run_id"])
    order = pa.array(range(places.num_rows), pa.int64())
    joined = (
        places.append_column("at", order)
        .join(by_place, ["source", "line"])
        .sort_by("at")
    )
    ids = joined.column("run_id").combine_chunks().cast(pa.string())
    if (
        joined.num_rows != places.num_rows
        or ids.null_count
        or read.num_rows != places.num_rows
    ):
        raise StageError(
            f"of {places.num_rows} entries written, {len(ids) - ids.null_count} were found again"
            f" among {read.num_rows} read",
            stage="synth",
            todo="This is a fault of the program: please report it, with the seed.",
        )
    faults = synthetic.faults
    if faults is not None:
        at = row_of_each(
            faults.column("entry_id"), synthetic.entries.column("entry_id")
        )
        faults = with_column(faults, "entry_id", ids.take(at))
    return replace(
        synthetic,
        entries=with_column(synthetic.entries, "entry_id", ids),
        truth=with_column(synthetic.truth, "entry_id", ids),
        faults=faults,
    )


def _read_back(inbox: Path, progress: Callable[[int, int], None]) -> pa.Table:
    """``source``, ``line`` and ``entry_id`` of every entry that ``ingest`` finds in the inbox."""
    # Only here are readers needed: tables alone are made without loading them.
    from voterlist.ingest import ingest  # noqa: PLC0415
    from voterlist.readers import list_paths, read_paths  # noqa: PLC0415

    settings = IngestSettings()
    folders = sorted(inbox.iterdir())
    parts = []
    for at, folder in enumerate(folders):
        # One after the other: the rows of a whole nation would take ten gigabytes.
        files = read_paths(list_paths(folder), inbox.parent, settings)
        entries = ingest(files, settings, constituency=None).entries
        parts.append(entries.select(["source", "line", "entry_id"]))
        progress(at + 1, len(folders))
    return pa.concat_tables(parts)


FILES_UP_TO = 100_000
"""With more voters, precinct files are written on request only."""

_STREET_HEADERS = {
    "constituency": "Seçki dairəsi",
    "precinct": "Seçki məntəqəsi",
    "settlement": "Yaşayış məntəqəsi",
    "street": "Küçə",
    "houses": "Evlər",
}
_DEATH_HEADERS = HEADERS["az"] | {
    "death_id": "Qeydin nömrəsi",
    "death_date": "Ölüm tarixi",
}


@frozen
class Summary:
    """What was written."""

    out: Path
    seed: int
    voters: int
    """Persons."""
    entries: int
    repeated: int
    """Persons with more than one entry."""
    constituencies: int
    precincts: int
    deaths: int
    files: int
    """Precinct files; 0 where only tables were written."""
    paths: tuple[Path, ...]
    """The files to start from."""


def _write_bytes(content: bytes, path: Path) -> None:
    with open_private(path) as file:
        file.write(content)


def _write_reference(
    deaths: pa.Table, numbers: pa.Table, folder: Path, streets: pa.Table | None = None
) -> list[Path]:
    make_folder(folder)
    paths = [
        write_csv(deaths, folder / "deaths.csv", _DEATH_HEADERS),
        write_csv(numbers, folder / "statistics.csv", {}),
    ]
    if streets is not None:
        paths.append(write_csv(streets, folder / "streets.csv", _STREET_HEADERS))
    return paths


def write_tables(synthetic: Synthetic, folder: Path) -> list[Path]:
    """Write entries, truth, deaths and statistics (Parquet, the last two as CSV too).

    Returns the paths.
    """
    parts = [(synthetic.entries, synthetic.truth)]
    outside = synthetic.deaths, synthetic.statistics, synthetic.streets
    return _write_tables(folder, parts, *outside, faults=synthetic.faults)


def _write_tables(
    folder: Path,
    parts: Iterable[tuple[pa.Table, pa.Table]],
    deaths: pa.Table,
    numbers: pa.Table,
    streets: pa.Table | None = None,
    faults: pa.Table | None = None,
) -> list[Path]:
    """Write the tables of lists whose entries and truth come in parts; returns the paths."""
    make_folder(folder)
    paths = [folder / "entries.parquet", folder / "truth.parquet"]
    with (
        open_private(paths[0]) as list_file,
        open_private(paths[1]) as truth_file,
        pq.ParquetWriter(list_file, ENTRIES, compression="zstd") as list_writer,
        pq.ParquetWriter(truth_file, TRUTH, compression="zstd") as truth_writer,
    ):
        for entries, truth in parts:
            list_writer.write_table(entries)
            truth_writer.write_table(truth)
    others = {"faults": faults, "deaths": deaths, "statistics": numbers}
    for name, table in others.items():
        if table is not None:
            paths.append(write_parquet(table, folder / f"{name}.parquet"))
    return [*paths, *_write_reference(deaths, numbers, folder, streets)]


_SETTINGS = """\
# An invented commission: nobody on its lists exists. Uydurma siyahılardır: belə şəxslər yoxdur.
[workspace]
cycle = "2026"
level = "{level}"

[territory.precincts]
{territory}

[link]
displaced_constituencies = {displaced}

[report]
languages = ["en", "az"]
"""
_FILE_NAMES = ("precinct-{p:03d}", "siyahi_{p}", "{p}-menteqe", "PEC_{p:02d}_list")


def _settings(synthetic: Synthetic) -> str:
    """The settings of a workspace for these lists.

    Constituencies and precincts in ascending order.
    """
    lists = with_entries(synthetic.lists)
    numbers = sorted(pc.unique(synthetic.lists.column("constituency")).to_pylist())
    last_precinct = dict.fromkeys(numbers, 0)
    constituencies = lists["constituency"].to_pylist()
    precincts = lists["precinct"].to_pylist()
    for number, precinct in zip(constituencies, precincts, strict=True):
        last_precinct[number] = max(last_precinct[number], precinct)
    territory = [
        f'{number} = "1-{last}"' for number, last in last_precinct.items() if last
    ]
    several = len(numbers) > 1
    return _SETTINGS.format(
        level="cec" if several else "conec",
        territory="\n".join(territory),
        displaced=[number for number in numbers if number in DISPLACED and several],
    )


def _lists(synthetic: Synthetic) -> Iterator[tuple[dict[str, object], pa.Table]]:
    """Each list.

    What is known of it, and its entries. Lists lie one behind the other in ``entries``.
    """
    start = 0
    for row in synthetic.lists.to_pylist():
        if row["entries"]:
            yield row, synthetic.entries.slice(start, row["entries"])
        start += row["entries"]


def write_workspace(
    synthetic: Synthetic,
    folder: Path,
    seed: int = 1,
    *,
    faults: bool = False,
    progress: OnProgress = no_progress,
) -> pa.Table:
    """Write a workspace: settings, one file a precinct in ``inbox``, registers in ``reference``.

    Args:
        synthetic: what ``generate`` made.
        folder: the workspace; made where it is not there.
        seed: picks a layout for each precinct, and the names of the files.
        faults: put some bad rows into two of the files.
        progress: called with what is being written, how many are done, and of how many.

    Returns:
        One row an entry: its ``entry_id`` in ``synthetic``, and where it was written: ``source``
        (the first 12 hexadecimal digits of the file's SHA-256) and ``line``, from 1.
    """
    make_folder(folder)
    _write_bytes(_settings(synthetic).encode(), folder / "voterlist.toml")
    reference = folder / "reference"
    _write_reference(
        synthetic.deaths, synthetic.statistics, reference, synthetic.streets
    )
    sources: list[str] = []
    lines: list[int] = []
    lists = list(_lists(synthetic))
    rng = stream(seed, "files")
    used: Counter[str] = Counter()
    for at, (row, entries) in enumerate(lists):
        # Lists with faults keep every cell as it was typed.
        layouts = [
            layout
            for layout in fitting(str(row["script"]))
            if layout.is_as_typed or synthetic.faults is None
        ]
        layout = _choose_layout(layouts, used, rng, parted=_has_lone_name(entries))
        with_faults = faults and at in _FILES_WITH_FAULTS
        laid_out = sheet(entries, layout, faults=with_faults)
        content = file_bytes(laid_out, layout)
        inbox = folder / "inbox" / str(row["constituency"])
        make_folder(inbox)
        form = _FILE_NAMES[int(rng.integers(0, len(_FILE_NAMES)))]
        stem = form.format(p=row["precinct"])
        path = inbox / f"{stem}.{layout.kind}"
        if path.exists():
            # A precinct that hands in two files gives them two names.
            path = inbox / f"{stem}-2.{layout.kind}"
        _write_bytes(content, path)
        source = hashlib.sha256(content).hexdigest()[:12]
        sources += [source] * entries.num_rows
        lines += laid_out.lines
        progress("files", at + 1, len(lists))
    return pa.table(
        {
            "entry_id": synthetic.entries.column("entry_id"),
            "source": pa.array(sources, pa.string()),
            "line": pa.array(lines, pa.int32()),
        },
    )


_FILES_WITH_FAULTS = {1, 4}
"""The places of the files with bad rows among all files."""


def _has_lone_name(entries: pa.Table) -> bool:
    """Whether somebody has one name alone; in a column of whole names it is no voter's."""
    known = [pc.is_valid(entries.column(name)) for name in NAME_PARTS]
    return bool((np.sum(known, axis=0) == 1).any())


def _choose_layout(
    layouts: list[Layout], used: Counter[str], rng: Generator, *, parted: bool
) -> Layout:
    """The least used of these layouts, by chance among equals; it is used once more.

    So a small workspace shows many of them. ``parted``: none with whole names.
    """
    ranks = [
        (parted and layout.one_name, used[layout.name], rng.random(), place)
        for place, layout in enumerate(layouts)
    ]
    chosen = layouts[min(ranks)[-1]]
    used[chosen.name] += 1
    return chosen


class Also(Flag):
    """What is written beside the lists."""

    NOTHING = 0
    REGISTERS = auto()
    """Registers of other bodies, lists of other cycles and a protocol, with what was planted in
    them; precinct files are then written in any case."""
    FAULTS = auto()
    """A fault of each kind, planted in lists that have no other, and ``faults.parquet``: which
    and where."""


def write(
    out: Path,
    *,
    voters: int,
    constituencies: int | None = None,
    seed: int = 1,
    files: bool | None = None,
    also: Also = Also.NOTHING,
    carelessness: int = 0,
    progress: OnProgress = no_progress,
) -> Summary:
    """Write invented lists of ``voters`` persons, with their truth, into the folder ``out``.

    Always: ``entries``, ``truth``, ``deaths`` and ``statistics`` as Parquet, the last two as CSV
    too. With ``files`` the folder is a workspace as well: settings, one file per precinct in
    ``inbox``, registers in ``reference``; the entry ids in ``entries`` and ``truth`` are then those
    that a run gives.

    Args:
        out: the folder; made where it is not there.
        voters: how many persons, from 0.
        constituencies: without it, one for each 52,000 voters, at most 125.
        seed: the same seed gives the same files.
        files: whether to write precinct files; without it, where there are at most 100,000 voters.
        also: what to write beside the lists.
        carelessness: from 0 to 4, how many slips meet in a second entry.
        progress: called with what is being written, how many are done, and of how many.

    Raises:
        UsageError: a count or the level is out of range, or slips and faults are both wanted.
    """
    if constituencies is None:
        constituencies = default_constituencies(voters)
    if files is None:
        files = voters <= FILES_UP_TO
    faults = Also.FAULTS in also
    registers = Also.REGISTERS in also
    if faults and carelessness:
        raise UsageError(
            "lists with planted faults have no other slips",
            todo="Leave out --faults or --carelessness.",
        )
    rates = Rates(carelessness=carelessness) if carelessness else None
    as_files = files or registers
    plan = draw_plan(
        voters,
        constituencies=constituencies,
        seed=seed,
        rates=QUIET if faults else rates,
    )
    if as_files or faults:
        made = made_of(plan, faults=faults, files=as_files, progress=progress)
        lists, deaths = made.lists, made.deaths
        paths: list[Path] = []
        if as_files:
            places = write_workspace(made, out, seed=seed, progress=progress)
            made = with_run_ids(made, places, out / "inbox", partial(progress, "ids"))
            paths += [out / name for name in ("voterlist.toml", "inbox", "reference")]
        paths += write_tables(made, out)
        if registers:
            paths += write_registers(made, out, seed)
    else:
        # The tables alone, without holding all of them in memory.
        lists, deaths = lists_of(plan), render_deaths(plan)
        parts = render_plan(plan, progress)
        paths = _write_tables(out, parts, deaths, statistics(plan))
    persons = pq.read_table(out / "truth.parquet", columns=["person_id"]).column(0)
    entries_of_person = pc.value_counts(persons).field("counts").to_numpy()
    precincts = with_entries(lists).num_rows
    return Summary(
        out=out,
        seed=seed,
        voters=voters,
        entries=len(persons),
        repeated=int((entries_of_person > 1).sum()),
        constituencies=len(plan.numbers),
        precincts=precincts,
        deaths=deaths.num_rows,
        files=precincts if as_files else 0,
        paths=tuple(paths),
    )
