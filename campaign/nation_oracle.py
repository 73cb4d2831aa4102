"""Is every voter who was handed in still there? Each entry is followed from the file to the list.

A line of a file is a row of ENTRY below; that is in the record of the package, or was taken off by
a decision; the record is a row of ENTRY above; that is on the list, or was taken off by a decision.
Which file and which package hold is known from outside of the program.
"""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from nation_desk import Confirmed
from nation_lists import FIELDS, Voter, digest, voters_of
from voterlist.storage.ledger import place_in, reading, verify
from voterlist.storage.workspace import settings_of

__all__ = ["Held", "above", "below", "chain", "decisions", "record_of"]

_OFF = ("repeat", "strike")
"""The actions that take an entry off the list."""
_SAME = ("precinct", "surname", "given_name", "patronymic", "birth_date", "fin")
"""What a record says of a voter, and ENTRY above too."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a constituency handed over last and the central commission took in.

    Attributes:
        package: the file.
        folder: its name in the folder ``received`` of the central commission.
        run: the folder of the run below from which it was made.
    """

    package: Path
    folder: str
    run: Path


def below(workspace: Path, held: Held, number: int) -> Iterator[str]:
    """What is wrong between the files of a constituency and its package."""
    who = f"constituency {number}"
    written = {
        (digest(path), line): voter
        for path in sorted((workspace / "inbox" / str(number)).glob("*.csv"))
        for line, voter in voters_of(path).items()
    }
    entries = pq.read_table(held.run / "entries.parquet").to_pylist()
    read = {(row["source"], row["line"]): row for row in entries}
    yield from _differ(f"{who}: lines of files and entries", written, read)
    yield from _other_cells(who, written, read)
    yield from _balance(who, held.run, entries)
    listed = [row["entry_id"] for row in record_of(held.package)]
    off = _taken_off(held.run / "applied.parquet")
    ids = [row["entry_id"] for row in entries]
    yield from _accounted(f"{who}: entries and record", ids, listed, off)


def above(workspace: Path, run: Path, held: Mapping[int, Held]) -> Iterator[str]:
    """What is wrong between the packages that hold and the lists of the central commission."""
    table = pq.read_table(run / "entries.parquet")
    entries = {row["entry_id"]: row for row in table.to_pylist()}
    if len(entries) != table.num_rows:
        yield "above: an id of an entry stands twice"
    expected: dict[str, dict[str, Any]] = {}
    for number, one in sorted(held.items()):
        path = workspace / "received" / one.folder / "known-as.json"
        here = json.loads(path.read_text(encoding="utf-8"))
        known = {below: key for key, below in here.items()}
        record = {row["entry_id"]: row for row in record_of(one.package)}
        yield from _differ(f"above: record of {number} and its ids", record, known)
        expected |= {known[key]: record[key] for key in record.keys() & known.keys()}
    yield from _differ("above: records and entries", expected, entries)
    for key in sorted(expected.keys() & entries.keys()):
        cells = [expected[key][name] for name in _SAME]
        if cells != [entries[key][name] for name in _SAME]:
            yield f"above: {key} has other cells than its record"
    yield from _balance("above", run, list(entries.values()))


def _balance(who: str, run: Path, entries: list[dict[str, Any]]) -> Iterator[str]:
    """Rows in are rows out; each list has what was handed in, without what was taken off."""
    for row in pq.read_table(run / "lists.parquet").to_pylist():
        if row["rows"] != row["entries"] + row["set_aside"]:
            yield f"{who}: the rows of list {row['source']} do not balance"
    off = _taken_off(run / "applied.parquet")
    handed = Counter((row["constituency"], row["precinct"]) for row in entries)
    gone = Counter(
        (row["constituency"], row["precinct"])
        for row in entries
        if row["entry_id"] in off
    )
    balance = pq.read_table(run / "balance.parquet").to_pylist()
    told = {
        (row["constituency"], row["precinct"]): (row["handed_in"], row["listed"])
        for row in balance
    }
    counted = {place: (count, count - gone[place]) for place, count in handed.items()}
    if told != counted:
        yield f"{who}: the balance of the lists is not what was handed in and taken off"
    yield from _kept(who, run, off)


def _kept(who: str, run: Path, off: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Of whoever is off as a repeat another entry stays; the chain of repeats ends on a list."""
    ids = set(pq.read_table(run / "entries.parquet").column("entry_id").to_pylist())
    for key, row in sorted(off.items()):
        if row["action"] == "repeat":
            kept, seen = row["kept_entry_id"], {key}
            while kept in off and kept not in seen:
                seen.add(kept)
                kept = off[kept]["kept_entry_id"]
            if kept not in ids or kept in off:
                yield f"{who}: {key} is off as a repeat, and nobody stays in its place"


def chain(workspace: Path) -> Iterator[str]:
    """What does not fit in the ledger of a workspace."""
    told = verify(place_in(workspace, settings_of(workspace)))
    if not told.fits:
        kinds = sorted({one.kind for one in told.problems})
        yield f"the ledger of {workspace.name} does not fit: {kinds}"


def decisions(
    workspace: Path, run: Path, confirmed: Iterable[Confirmed]
) -> Iterator[str]:
    """Confirmed decisions that are lost, that stand twice, or that are asked again.

    ``run``: one that began after all of them.
    """
    with reading(place_in(workspace, settings_of(workspace))) as ledger:
        rows = ledger.given_verdicts().to_pylist()
    given = Counter((row["case_id"], row["decided_by"], row["reason"]) for row in rows)
    each = Counter(
        (row["case_id"], row["entry_id"], row["decided_by"], row["reason"])
        for row in rows
    )
    wanted = [(one.case, one.by, one.note) for one in confirmed]
    for case, by, _ in wanted:
        if not given[case, by, _]:
            yield f"a decision of {by} about case {case} is lost"
    known = {note for _, _, note in wanted}
    for (case, _, by, note), count in each.items():
        if note in known and count > 1:
            yield f"a decision of {by} about case {case} stands {count} times"
    yield from _asked_again(run, {case for case, _, _ in wanted})


def _asked_again(run: Path, decided: set[str]) -> Iterator[str]:
    """Decided cases that wait for a decision though nobody contested it and nothing changed."""
    queue = set(pq.read_table(run / "queue.parquet").column("case_id").to_pylist())
    reasons: set[str] = set()
    for name in ("contested", "returned", "pending", "skipped", "second_readings"):
        table = pq.read_table(run / f"{name}.parquet")
        if "case_id" in table.column_names:
            reasons |= set(table.column("case_id").to_pylist())
    for case in sorted((decided & queue) - reasons):
        yield f"case {case} was decided, and is asked again without a reason"


def record_of(package: Path) -> list[dict[str, Any]]:
    """The rows of the lists of a package, read without the program."""
    with zipfile.ZipFile(package) as content:
        names = [
            name
            for name in content.namelist()
            if "/data/lists/" in name and name.endswith(".parquet")
        ]
        tables = [pq.read_table(BytesIO(content.read(name))) for name in names]
    return [row for table in tables for row in table.to_pylist()]


def _taken_off(path: Path) -> dict[str, dict[str, Any]]:
    table = pq.read_table(path)
    chosen = table.filter(pc.is_in(table.column("action"), pa.array(_OFF)))
    return {row["entry_id"]: row for row in chosen.to_pylist()}


def _accounted(
    what: str, ids: list[str], listed: list[str], off: Mapping[str, Any]
) -> Iterator[str]:
    if len(set(listed)) != len(listed):
        yield f"{what}: an entry is listed twice"
    if set(listed) & off.keys():
        yield f"{what}: an entry is listed that was taken off"
    yield from _differ(what, set(ids), {*listed, *off})


def _other_cells(
    who: str,
    written: Mapping[tuple[str, int], Voter],
    read: Mapping[tuple[str, int], Mapping[str, Any]],
) -> Iterator[str]:
    for place in sorted(written.keys() & read.keys()):
        # Between words one blank is like several.
        cells = [" ".join((read[place][name] or "").split()) for name in FIELDS]
        if cells != [" ".join(cell.split()) for cell in written[place]]:
            yield f"{who}: line {place} was read with other cells"


def _differ(what: str, one: Iterable[Any], other: Iterable[Any]) -> Iterator[str]:
    """Told where two collections hold different things, with the first of them."""
    first, second = set(one), set(other)
    if first - second:
        some = min(first - second)
        yield f"{what}: {len(first - second)} are lost, such as {some}"
    if second - first:
        some = min(second - first)
        yield f"{what}: {len(second - first)} are too many, such as {some}"
