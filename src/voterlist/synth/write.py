"""Invented lists as files.

Parquet tables, and a workspace with the files that precincts hand in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from voterlist.schemas import TRUTH
from voterlist.storage.files import make_folder, open_private
from voterlist.synth.generate import Synthetic, generate
from voterlist.synth.keys import with_run_ids
from voterlist.synth.layouts import LAYOUTS, Layout, file_bytes, fitting, sheet
from voterlist.synth.outside import statistics
from voterlist.synth.plan import DISPLACED, Plan, default_constituencies, draw_plan, stream
from voterlist.synth.registers import write_registers
from voterlist.synth.render import ENTRIES, render, render_deaths

__all__ = ["FILES_UP_TO", "Summary", "write", "write_tables", "write_workspace"]

FILES_UP_TO = 100_000
"""With more voters, precinct files are written on request only."""

Progress = Callable[[str, int, int], None]

_STREET_HEADERS = {
    "constituency": "Seçki dairəsi",
    "precinct": "Seçki məntəqəsi",
    "settlement": "Yaşayış məntəqəsi",
    "street": "Küçə",
    "houses": "Evlər",
}
_DEATH_HEADERS = {
    "death_id": "Qeydin nömrəsi",
    "surname": "Soyadı",
    "given_name": "Adı",
    "patronymic": "Atasının adı",
    "birth_date": "Doğum tarixi",
    "sex": "Cinsi",
    "address": "Ünvanı",
    "document": "Şəxsiyyət vəsiqəsi",
    "fin": "FİN",
    "death_date": "Ölüm tarixi",
    "constituency": "Seçki dairəsi",
}


@dataclass(frozen=True, slots=True)
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


def _quiet(_what: str, _done: int, _of: int) -> None:
    """No progress is shown."""


def _write_parquet(table: pa.Table, path: Path) -> Path:
    with open_private(path) as file:
        pq.write_table(table, file, compression="zstd")
    return path


def _write_bytes(content: bytes, path: Path) -> None:
    with open_private(path) as file:
        file.write(content)


def _write_csv(table: pa.Table, path: Path, headers: dict[str, str] | None = None) -> Path:
    """UTF-8 with a byte-order mark, so that a spreadsheet opens it with its letters right."""
    named = table.rename_columns([(headers or {}).get(name, name) for name in table.column_names])
    plain = pa.table(
        {
            name: column.cast(column.type.value_type)
            if pa.types.is_dictionary(column.type)
            else column
            for name, column in zip(named.column_names, named.columns, strict=True)
        },
    )
    with open_private(path) as file:
        file.write(b"\xef\xbb\xbf")
        pa_csv.write_csv(plain, file, pa_csv.WriteOptions(quoting_style="needed"))
    return path


def _write_reference(
    deaths: pa.Table, numbers: pa.Table, folder: Path, streets: pa.Table | None = None
) -> list[Path]:
    make_folder(folder)
    return [
        _write_csv(deaths, folder / "deaths.csv", _DEATH_HEADERS),
        _write_csv(numbers, folder / "statistics.csv"),
        *(
            []
            if streets is None
            else [_write_csv(streets, folder / "streets.csv", _STREET_HEADERS)]
        ),
    ]


def _write_outside(
    deaths: pa.Table, numbers: pa.Table, folder: Path, streets: pa.Table | None = None
) -> list[Path]:
    return [
        _write_parquet(deaths, folder / "deaths.parquet"),
        _write_parquet(numbers, folder / "statistics.parquet"),
        *_write_reference(deaths, numbers, folder, streets),
    ]


def write_tables(synthetic: Synthetic, folder: Path) -> list[Path]:
    """Write entries, truth, deaths and statistics (Parquet, the last two as CSV too).

    Returns the paths.
    """
    make_folder(folder)
    return [
        _write_parquet(synthetic.entries, folder / "entries.parquet"),
        _write_parquet(synthetic.truth, folder / "truth.parquet"),
        *(
            []
            if synthetic.faults is None
            else [_write_parquet(synthetic.faults, folder / "faults.parquet")]
        ),
        *_write_outside(synthetic.deaths, synthetic.statistics, folder, synthetic.streets),
    ]


def _stream_tables(plan: Plan, folder: Path, progress: Progress) -> tuple[int, int, list[Path]]:
    """The same files as ``write_tables``, one constituency at a time.

    Returns (entries, deaths, paths).
    """
    make_folder(folder)
    paths = [folder / "entries.parquet", folder / "truth.parquet"]
    entries = 0
    with (
        open_private(paths[0]) as list_file,
        open_private(paths[1]) as truth_file,
        pq.ParquetWriter(list_file, ENTRIES, compression="zstd") as list_writer,
        pq.ParquetWriter(truth_file, TRUTH, compression="zstd") as truth_writer,
    ):
        for at in range(len(plan.numbers)):
            chunk = render(plan, at)
            list_writer.write_table(chunk.entries)
            truth_writer.write_table(chunk.truth)
            entries += chunk.entries.num_rows
            progress("constituencies", at + 1, len(plan.numbers))
    deaths = render_deaths(plan)
    return entries, deaths.num_rows, paths + _write_outside(deaths, statistics(plan), folder)


def _repeated(person: pa.Array | pa.ChunkedArray) -> int:
    """How many persons have more than one entry."""
    counts = pc.value_counts(person).field("counts") if len(person) else pa.array([], pa.int64())
    return int(pc.sum(pc.greater(counts, 1)).as_py() or 0)


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
    lists = synthetic.lists.filter(pc.field("entries") > 0)
    numbers = sorted(pc.unique(synthetic.lists.column("constituency")).to_pylist())
    last = dict.fromkeys(numbers, 0)
    for number, precinct in zip(
        lists["constituency"].to_pylist(), lists["precinct"].to_pylist(), strict=True
    ):
        last[number] = max(last[number], precinct)
    return _SETTINGS.format(
        level="cec" if len(numbers) > 1 else "conec",
        territory="\n".join(f'{number} = "1-{count}"' for number, count in last.items() if count),
        displaced=[number for number in numbers if number in DISPLACED and len(numbers) > 1],
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
    layouts: Sequence[Layout] | None = None,
    seed: int = 1,
    *,
    faults: bool = False,
    progress: Progress = _quiet,
) -> pa.Table:
    """Write a workspace: settings, one file a precinct in ``inbox``, registers in ``reference``.

    Args:
        synthetic: what ``generate`` made.
        folder: the workspace; made where it is not there.
        layouts: the layouts to use, all without it; each clerk takes those of the language of the
            script typed in, or any of these where none fits. Lists with faults of cells keep every
            cell as it was typed.
        seed: picks a layout for each precinct, and the names of the files.
        faults: put some bad rows into two of the files.
        progress: called with what is being written, how many are done, and of how many.

    Returns:
        One row an entry: its ``entry_id`` in ``synthetic``, and where it was written: ``source``
        (the first 12 hexadecimal digits of the file's SHA-256) and ``line``, from 1.
    """
    make_folder(folder)
    _write_bytes(_settings(synthetic).encode(), folder / "voterlist.toml")
    _write_reference(
        synthetic.deaths, synthetic.statistics, folder / "reference", synthetic.streets
    )
    sources: list[str] = []
    lines: list[int] = []
    found = list(_lists(synthetic))
    allowed = layouts or [one for one in LAYOUTS if synthetic.faults is None or one.is_as_typed]
    used: dict[str, int] = {}
    rng = stream(seed, "files")
    for at, (row, entries) in enumerate(found):
        fits = [layout for layout in fitting(str(row["script"])) if layout in allowed] or list(
            allowed
        )
        # The least used of those that fit, so that a small workspace shows many; chance decides a
        # tie.
        layout = min((used.get(layout.name, 0), rng.random(), n) for n, layout in enumerate(fits))[
            2
        ]
        chosen = fits[layout]
        used[chosen.name] = used.get(chosen.name, 0) + 1
        laid_out = sheet(entries, chosen, faults=faults and at in {1, 4})
        content = file_bytes(laid_out, chosen)
        inbox = folder / "inbox" / str(row["constituency"])
        make_folder(inbox)
        stem = _FILE_NAMES[int(rng.integers(0, len(_FILE_NAMES)))].format(p=row["precinct"])
        path = inbox / f"{stem}.{chosen.kind}"
        # A precinct that hands in two files gives them two names.
        _write_bytes(content, inbox / f"{stem}-2.{chosen.kind}" if path.exists() else path)
        sources += [hashlib.sha256(content).hexdigest()[:12]] * entries.num_rows
        lines += laid_out.lines
        progress("files", at + 1, len(found))
    return pa.table(
        {
            "entry_id": synthetic.entries.column("entry_id"),
            "source": pa.array(sources, pa.string()),
            "line": pa.array(lines, pa.int32()),
        },
    )


def write(
    out: Path,
    *,
    voters: int,
    constituencies: int | None = None,
    seed: int = 1,
    files: bool | None = None,
    registers: bool = False,
    faults: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> Summary:
    """Write invented lists of ``voters`` persons, with their truth, into the folder ``out``.

    Always: ``entries``, ``truth``, ``deaths`` and ``statistics`` as Parquet, the last two as CSV
        too. With
    ``files`` the folder is a workspace as well: settings, one file a precinct in ``inbox``,
    registers in ``reference``; the entry ids in ``entries`` and ``truth`` are then those that a run
    gives.

    Args:
        out: the folder; made where it is not there.
        voters: how many persons, from 0.
        constituencies: without it, one for each 52,000 voters, at most 125.
        seed: the same seed gives the same files.
        files: whether to write precinct files; without it, where there are at most 100,000 voters.
        registers: write registers of other bodies, lists of other cycles and a protocol too, with
            what was planted in them; precinct files are then written in any case.
        faults: plant a fault of each kind in lists that have no other, and write
            ``faults.parquet``: which and where.
        progress: called with what is being written, how many are done, and of how many.

    Raises:
        UsageError: a count is out of range.
    """
    tell = progress or _quiet
    count = constituencies if constituencies is not None else default_constituencies(voters)
    wanted = files if files is not None else voters <= FILES_UP_TO
    if wanted or registers or faults:
        made = generate(
            voters, constituencies=count, seed=seed, faults=faults, files=wanted or registers
        )
        if not (wanted or registers):
            return replace(
                _summary(out, made, voters, seed), files=0, paths=tuple(write_tables(made, out))
            )
        return _write_both(out, made, voters, seed, tell, registers=registers)
    plan = draw_plan(voters, constituencies=count, seed=seed)
    entries, deaths, paths = _stream_tables(plan, out, tell)
    return Summary(
        out=out,
        seed=seed,
        voters=voters,
        entries=entries,
        repeated=int((np.bincount(plan.entries.person) > 1).sum()) if entries else 0,
        constituencies=count,
        precincts=int((np.bincount(plan.entries.precinct) > 0).sum()) if entries else 0,
        deaths=deaths,
        files=0,
        paths=tuple(paths),
    )


def _write_both(
    out: Path, synthetic: Synthetic, voters: int, seed: int, progress: Progress, *, registers: bool
) -> Summary:
    places = write_workspace(synthetic, out, seed=seed, progress=progress)
    keyed = with_run_ids(synthetic, places, out / "inbox")
    paths = write_tables(keyed, out)
    if registers:
        paths += write_registers(keyed, out, seed)
    start = (out / "voterlist.toml", out / "inbox", out / "reference")
    return replace(_summary(out, synthetic, voters, seed), paths=(*start, *paths))


def _summary(out: Path, synthetic: Synthetic, voters: int, seed: int) -> Summary:
    """The counts of lists of which each is a file."""
    lists = synthetic.lists.filter(pc.field("entries") > 0)
    return Summary(
        out=out,
        seed=seed,
        voters=voters,
        entries=synthetic.entries.num_rows,
        repeated=_repeated(synthetic.truth.column("person_id")),
        constituencies=pc.count_distinct(synthetic.lists.column("constituency")).as_py(),
        precincts=lists.num_rows,
        deaths=synthetic.deaths.num_rows,
        files=lists.num_rows,
        paths=(),
    )
