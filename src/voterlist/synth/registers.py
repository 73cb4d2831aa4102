"""Registers of other bodies and lists of other cycles, invented, with what was planted.

Everything is drawn from the lists as they were written, by a stream of its own: the lists are as
without it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from voterlist.storage.files import make_folder, open_private
from voterlist.synth.generate import Synthetic, generate
from voterlist.synth.identifiers import documents, fins

__all__ = ["PLANTED", "USABLE_DEATHS", "write_registers"]

Rows = npt.NDArray[np.int64]

PLANTED = pa.schema([("planted", pa.string()), ("entry_id", pa.string()), ("fin", pa.string())])
"""What a run must notice: the code of a rule, or ``change:cause`` of the comparison of two cycles;
of whom."""

USABLE_DEATHS = 0.45
"""The share of the register of deaths that can be used; Kenya's of 2017 was such a one."""

_STREAM = 7_001
_FIRST_OUTSIDER = 9_000_000
_OUTSIDERS = 1_000_003
"""Added to the seed: those who are on no list are the people of another invented nation."""
_YOUNGEST = "2007"
"""The youngest year of birth on the lists."""
_SHARE = 0.004
"""Of the entries, those planted for each thing; at least one, where there are so many."""
_PERSON = ("surname", "given_name", "patronymic", "birth_date", "sex", "address", "document", "fin")
_PLACE = ("constituency", "precinct")
_HEADERS = {
    "surname": "Soyadı",
    "given_name": "Adı",
    "patronymic": "Atasının adı",
    "birth_date": "Doğum tarixi",
    "sex": "Cinsi",
    "address": "Ünvanı",
    "document": "Şəxsiyyət vəsiqəsi",
    "fin": "FİN",
    "constituency": "Seçki dairəsi",
    "precinct": "Seçki məntəqəsi",
    "former": "Əvvəlki soyadı",
    "reason": "Çıxarılma səbəbi",
}
_TYPED = "typed-"


@dataclass(slots=True)
class _Folder:
    """Where the files go, and what was planted in them."""

    path: Path
    planted: list[pa.Table] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)

    def csv(self, name: str, *tables: pa.Table) -> None:
        """A register as text, UTF-8 with byte-order mark, with Azerbaijani headers."""
        table = _below(*tables)
        named = table.rename_columns(
            [_HEADERS.get(column, column) for column in table.column_names]
        )
        path = self.path / f"{name}.csv"
        with open_private(path) as file:
            file.write(b"\xef\xbb\xbf")
            pa_csv.write_csv(named, file, pa_csv.WriteOptions(quoting_style="needed"))
        self.written.append(path)

    def parquet(self, name: str, table: pa.Table) -> None:
        """A whole list of another cycle."""
        path = self.path / f"{name}.parquet"
        with open_private(path) as file:
            pq.write_table(table, file, compression="zstd")
        self.written.append(path)

    def plant(self, code: str, rows: pa.Table, *, listed: bool = True) -> None:
        """Remember that these are to be noticed.

        By their entry ids, or (not listed) by their FINs.
        """
        ids = (
            rows.column("entry_id").cast(pa.string())
            if listed
            else pa.nulls(rows.num_rows, pa.string())
        )
        columns = {
            "planted": pa.repeat(code, rows.num_rows),
            "entry_id": ids,
            "fin": rows.column("fin"),
        }
        self.planted.append(pa.table(columns).cast(PLANTED))


@dataclass(slots=True)
class _Drawn:
    """People taken one after the other, nobody twice."""

    table: pa.Table
    at: int = 0

    def take(self, count: int) -> pa.Table:
        """The next so many; fewer where no more are left."""
        rows = self.table.slice(self.at, count)
        self.at += rows.num_rows
        return rows


def write_registers(synthetic: Synthetic, folder: Path, seed: int) -> list[Path]:
    """Write registers, two earlier cycles and a protocol into a workspace; returns the paths.

    Args:
        synthetic: the lists, with the entry ids that a run gives.
        folder: the workspace; ``reference`` is filled, and ``planted.parquet`` (``PLANTED``)
            written beside it.
        seed: the same seed gives the same files.
    """
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(_STREAM,))))
    make_folder(folder / "reference")
    into = _Folder(folder / "reference")
    count = max(1, round(_SHARE * synthetic.entries.num_rows))
    listed = _Drawn(_shuffled(_clean(synthetic), rng))
    outside = generate(max(400, 30 * count), constituencies=1, seed=seed + _OUTSIDERS)
    others = _Drawn(_settled(_numbered(_shuffled(_clean(outside), rng), seed), synthetic, rng))
    _deaths(into, synthetic.deaths, rng)
    _service(into, listed, others, count)
    _names(into, listed, others, count)
    arrived = listed.take(count)
    _moves(into, listed, others, arrived, count)
    _of_age(into, synthetic, others, count)
    _cycles(into, synthetic, listed, others, arrived, count)
    _protocol(into, synthetic)
    planted = folder / "planted.parquet"
    with open_private(planted) as file:
        pq.write_table(pa.concat_tables(into.planted), file, compression="zstd")
    return [*into.written, planted]


def _clean(synthetic: Synthetic) -> pa.Table:
    """Complete entries of permanent lists, unchanged but for the script, of persons listed once."""
    entries = synthetic.entries.append_column("person_id", synthetic.truth.column("person_id"))
    entries = entries.append_column("done", synthetic.truth.column("done"))
    once = pc.value_counts(entries.column("person_id"))
    once = once.field("values").filter(pc.equal(once.field("counts"), 1))
    whole = pc.and_(
        pc.is_in(entries.column("person_id"), value_set=once),
        pc.equal(entries.column("list_kind"), "permanent"),
    )
    for name in _PERSON:
        whole = pc.and_(whole, pc.is_valid(entries.column(name)))
    whole = pc.and_(whole, pc.equal(pc.utf8_length(entries.column("fin")), 7))
    done = pc.fill_null(entries.column("done"), "")
    only_typed = pc.match_substring_regex(done, rf"^({_TYPED}[a-z-]+(\+{_TYPED}[a-z-]+)*)?$")
    # Who came of age in the year of the lists is new by right, and so proves nothing.
    old = pc.invert(pc.match_substring(entries.column("birth_date"), _YOUNGEST))
    dated = pc.and_(pc.greater(pc.utf8_length(entries.column("birth_date")), 4), old)
    kept = entries.filter(pc.and_(pc.and_(whole, only_typed), dated))
    return _recognised(kept.drop_columns(["person_id", "done"]))


def _shuffled(entries: pa.Table, rng: np.random.Generator) -> pa.Table:
    return entries.take(pa.array(rng.permutation(entries.num_rows)))


def _numbered(people: pa.Table, seed: int) -> pa.Table:
    """These people with identifiers that nobody on the lists has.

    Numbers of persons far behind all of those.
    """
    person = _FIRST_OUTSIDER + np.arange(people.num_rows, dtype=np.int64)
    new = np.ones(people.num_rows, dtype=bool)
    people = _with(people, "document", documents(person, new.astype(np.int64), new, seed))
    return _recognised(_with(people, "fin", fins(person, seed)))


def _recognised(people: pa.Table) -> pa.Table:
    """Those whose FIN has a digit.

    A short file in which hardly one has is asked about before it is used.
    """
    return people.filter(pc.match_substring_regex(people.column("fin"), "[0-9]"))


def _settled(people: pa.Table, synthetic: Synthetic, rng: np.random.Generator) -> pa.Table:
    """These people with places of the lists, as if they lived there."""
    lists = _permanent(synthetic)
    if not lists.num_rows:
        return people.slice(0, 0)
    at = pa.array(rng.integers(0, lists.num_rows, people.num_rows))
    for name in _PLACE:
        place = people.schema.get_field_index(name)
        people = people.set_column(place, people.schema.field(name), lists.column(name).take(at))
    return people


def _permanent(synthetic: Synthetic) -> pa.Table:
    """The permanent lists that have entries."""
    return synthetic.lists.filter(
        (pc.field("entries") > 0) & (pc.field("list_kind") == "permanent")
    )


def _person(rows: pa.Table, *more: str) -> pa.Table:
    return rows.select([*_PERSON, *more])


def _below(*tables: pa.Table) -> pa.Table:
    """The tables one below the other; a column that one of them lacks is null there."""
    return pa.concat_tables(tables, promote_options="permissive")


def _with(rows: pa.Table, name: str, values: Any) -> pa.Table:
    """The rows with another column, or with a column replaced."""
    array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)
    if name in rows.column_names:
        return rows.set_column(rows.column_names.index(name), name, array)
    return rows.append_column(name, array)


# --- registers
# -----------------------------------------------------------------------------------------


def _deaths(into: _Folder, deaths: pa.Table, rng: np.random.Generator) -> None:
    """The register of deaths again, so many rows without ids and date that 45 % can be used."""
    names = ("surname", "given_name", "patronymic")
    named = pc.equal(pc.fill_null(pc.utf8_length(deaths.column("birth_date")), 0), 10)
    for name in names:
        named = pc.and_(named, pc.is_valid(deaths.column(name)))
    held = pc.or_(
        pc.or_(pc.is_valid(deaths.column("fin")), pc.is_valid(deaths.column("document"))), named
    )
    usable = rng.permutation(np.flatnonzero(np.asarray(held, dtype=bool)))
    robbed = np.zeros(deaths.num_rows, dtype=bool)
    robbed[usable[round(USABLE_DEATHS * deaths.num_rows) :]] = True
    for name in ("fin", "document", "birth_date"):
        deaths = _with(
            deaths,
            name,
            pc.if_else(pa.array(robbed), pa.scalar(None, pa.string()), deaths.column(name)),
        )
    into.csv("deaths", _person(deaths, "constituency"))


def _service(into: _Folder, listed: _Drawn, others: _Drawn, count: int) -> None:
    """Conscripts, prisoners, citizens abroad: some on a permanent list, twice as many on none."""
    for name, rule in (
        ("conscripts", "conscript"),
        ("prisoners", "prisoner"),
        ("abroad", "abroad"),
    ):
        found = listed.take(count)
        into.plant(f"{rule}-on-permanent-list", found)
        into.csv(name, _person(found), _person(others.take(2 * count)))


def _names(into: _Folder, listed: _Drawn, others: _Drawn, count: int) -> None:
    """Name changes: some are listed under the former name."""
    found = listed.take(count)
    donors = others.take(found.num_rows)
    into.plant("name-changed-old-name", found.slice(0, donors.num_rows))
    found = found.slice(0, donors.num_rows)
    changed = _with(
        _with(found, "former", found.column("surname")), "surname", donors.column("surname")
    )
    into.csv("name-changes", _person(changed, "former"))


def _moves(into: _Folder, listed: _Drawn, others: _Drawn, arrived: pa.Table, count: int) -> None:
    """Departures still listed, arrivals not yet listed."""
    gone = listed.take(count)
    into.plant("moved-away-confirmed", gone)
    into.csv("departures", _person(gone, *_PLACE), _person(others.take(count), *_PLACE))
    missing = others.take(count)
    into.plant("arrived-missing", missing, listed=False)
    into.csv("arrivals", _person(missing, *_PLACE), _person(arrived, *_PLACE))


def _of_age(into: _Folder, synthetic: Synthetic, others: _Drawn, count: int) -> None:
    """Those newly of age.

    Everybody on the lists of the youngest year of birth, and some who are on none.
    """
    young = others.take(count)
    young = _with(
        young,
        "birth_date",
        [f"2008-0{1 + row % 5}-{1 + row % 28:02d}" for row in range(young.num_rows)],
    )
    into.plant("newly-of-age-missing", young, listed=False)
    entries = synthetic.entries
    there = entries.filter(
        pc.match_substring(pc.fill_null(entries.column("birth_date"), ""), _YOUNGEST)
    )
    into.csv("newly-of-age", _person(young, *_PLACE), _person(there, *_PLACE))


# --- cycles
# --------------------------------------------------------------------------------------------


def _cycles(
    into: _Folder,
    synthetic: Synthetic,
    listed: _Drawn,
    others: _Drawn,
    arrived: pa.Table,
    count: int,
) -> None:
    """The last cycle's list, the one before it, and the record of removals.

    ``arrived``: entries that a register of arrivals explains; they, and others, were not on the
    last list.
    """
    back, new, moved, changed = (listed.take(count) for _ in range(4))
    forgotten, recorded, nameless = (others.take(count) for _ in range(3))
    into.plant("added:arrived", arrived)
    into.plant("added:returned", back)
    into.plant("added-without-cause", new)
    into.plant("moved:none", moved)
    into.plant("changed:corrected", changed)
    into.plant("removed-without-reason", forgotten, listed=False)
    into.plant("removed:recorded", recorded, listed=False)
    into.plant("removed-without-reason", nameless, listed=False)
    entries = synthetic.entries
    absent = _below(arrived, back, new).column("entry_id")
    elsewhere = pc.is_in(entries.column("entry_id"), value_set=moved.column("entry_id"))
    entries = _with(entries, "precinct", _next_precincts(synthetic, elsewhere))
    other = pc.is_in(entries.column("entry_id"), value_set=changed.column("entry_id"))
    entries = _with(entries, "document", pc.if_else(other, "AA0000001", entries.column("document")))
    last = entries.filter(pc.invert(pc.is_in(entries.column("entry_id"), value_set=absent)))
    last = _below(*(_person(part, *_PLACE) for part in (last, forgotten, recorded, nameless)))
    into.parquet("last-cycle", last)
    into.parquet("earlier-cycle", _below(last, _person(back, *_PLACE)))
    reasons = [f"S-{1 + row % 4}" for row in range(recorded.num_rows)]
    without = pa.nulls(nameless.num_rows, pa.string())
    into.csv(
        "removals",
        _with(_person(recorded), "reason", reasons),
        _with(_person(nameless), "reason", without),
    )


def _next_precincts(synthetic: Synthetic, at: pa.ChunkedArray) -> pa.Array:
    """The precinct of each entry.

    Where marked, the next of its constituency, the first after the last.
    """
    entries = synthetic.entries
    lists = _permanent(synthetic)
    following: dict[tuple[int, int], int] = {}
    for number in pc.unique(lists.column("constituency")).to_pylist():
        own = sorted(
            lists.filter(pc.field("constituency") == number).column("precinct").to_pylist()
        )
        following |= {
            (number, one): other for one, other in zip(own, own[1:] + own[:1], strict=True)
        }
    precinct = entries.column("precinct").to_numpy().copy()
    constituency = entries.column("constituency").to_numpy()
    for row in np.flatnonzero(np.asarray(at, dtype=bool)).tolist():
        precinct[row] = following[int(constituency[row]), int(precinct[row])]
    return pa.array(precinct, pa.int32())


def _protocol(into: _Folder, synthetic: Synthetic) -> None:
    """A protocol of every permanent list and its totals, two rows of it wrong.

    A sum, and a number of voters.
    """
    lists = _permanent(synthetic)
    rows = lists.select([*_PLACE, "entries"]).to_pylist()
    made = []
    for at, row in enumerate(rows):
        parts = [row["entries"] - 3 * (at == 1), 2 + at % 3, at % 4, 1]
        total = sum(parts[:3]) - parts[3] + 10 * (at == 0)
        made.append([row["constituency"], row["precinct"], total, *parts])
    totals = np.array([row[2:] for row in made], dtype=np.int64).reshape(-1, 5)
    numbers = np.array([row[0] for row in made], dtype=np.int64)
    made += [
        [number, None, *totals[numbers == number].sum(axis=0).tolist()]
        for number in np.unique(numbers).tolist()
    ]
    made.append([None, None, *totals.sum(axis=0).tolist()])
    names = [*_PLACE, "1", "1a", "1b", "1c", "1d"]
    columns = {
        name: pa.array([row[at] for row in made], pa.int64()) for at, name in enumerate(names)
    }
    into.csv("protocol", pa.table(columns))
