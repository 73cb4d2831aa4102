"""Registers of other bodies and lists of other cycles, invented, with what was planted.

Everything is drawn from the lists as they were written, by a stream of its own: the lists are as
without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.random import Generator

from voterlist.fields import COMPARED, NAME_PARTS, PLACE
from voterlist.schemas import with_entries
from voterlist.storage.files import make_folder, open_private
from voterlist.synth.generate import Synthetic, generate
from voterlist.synth.layouts import HEADERS
from voterlist.synth.people import documents, fins
from voterlist.tables import plain, with_column

PLANTED = pa.schema(
    [("planted", pa.string()), ("entry_id", pa.string()), ("fin", pa.string())]
)
"""What a run must notice: the code of a rule, or ``change:cause`` of the comparison of two cycles;
of whom."""

USABLE_DEATHS = 0.45
"""The share of the register of deaths that can be used; Kenya's of 2017 was such a one."""

_STREAM = 7_001
"""Names the stream of random numbers of this module."""
_FIRST_OUTSIDER = 9_000_000
"""The number of the first person who is on no list."""
_OUTSIDERS = 1_000_003
"""Added to the seed: those who are on no list are the people of another invented nation."""
_YOUNGEST = "2007"
"""The youngest year of birth on the lists."""
_SHARE = 0.004
"""Of the entries, those planted for each thing; at least one, where there are so many."""
_HEADERS = HEADERS["az"] | {
    "former": "Əvvəlki soyadı",
    "reason": "Çıxarılma səbəbi",
}
"""The columns of the registers, as the bodies that keep them name them."""
_TYPED = "typed-"
"""The words of the truth for the script of a list begin so."""
_PROTOCOL = ("1", "1a", "1b", "1c", "1d")
"""The lines of a protocol: the voters; of them on the list, on the supplementary one, and with a
card; and the cards given out, which count against them."""


def write_parquet(table: pa.Table, path: Path) -> Path:
    """Write a table; returns the path."""
    with open_private(path) as file:
        pq.write_table(table, file, compression="zstd")
    return path


def write_csv(table: pa.Table, path: Path, headers: Mapping[str, str]) -> Path:
    """Write a table under these headers; returns the path.

    UTF-8 with a byte-order mark, so that a spreadsheet opens it with its letters right.
    """
    names = [headers.get(name, name) for name in table.column_names]
    columns = pa.table(list(map(plain, table.columns)), names)
    with open_private(path) as file:
        file.write(b"\xef\xbb\xbf")
        pa_csv.write_csv(columns, file, pa_csv.WriteOptions(quoting_style="needed"))
    return path


@dataclass(slots=True)
class _Folder:
    """Where the files go, and what was planted in them.

    Attributes:
        path: the folder of the registers.
        planted: tables of ``PLANTED``, in the order of planting.
        written: the files written so far.
    """

    path: Path
    planted: list[pa.Table] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)

    def csv(self, name: str, *tables: pa.Table) -> None:
        """A register as text, with Azerbaijani headers."""
        path = self.path / f"{name}.csv"
        self.written.append(write_csv(_below(*tables), path, _HEADERS))

    def parquet(self, name: str, table: pa.Table) -> None:
        """A whole list of another cycle."""
        self.written.append(write_parquet(table, self.path / f"{name}.parquet"))

    def plant(self, code: str, rows: pa.Table, *, listed: bool = True) -> None:
        """Remember that these are to be noticed.

        By their entry ids, or (not listed) by their FINs.
        """
        count = rows.num_rows
        ids = pa.nulls(count, pa.string())
        if listed:
            ids = rows.column("entry_id").cast(pa.string())
        columns = {
            "planted": pa.repeat(code, count),
            "entry_id": ids,
            "fin": rows.column("fin"),
        }
        self.planted.append(pa.table(columns).cast(PLANTED))


@dataclass(slots=True)
class _Drawn:
    """People taken one after the other, nobody twice.

    Attributes:
        table: all of them, in the order in which they are taken.
        at: how many are taken already.
    """

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
    sequence = np.random.SeedSequence(seed, spawn_key=(_STREAM,))
    rng = np.random.default_rng(sequence)
    make_folder(folder / "reference")
    into = _Folder(folder / "reference")
    count = max(1, round(_SHARE * synthetic.entries.num_rows))
    listed = _Drawn(_shuffle(_clean(synthetic), rng))
    outside = generate(max(400, 30 * count), constituencies=1, seed=seed + _OUTSIDERS)
    outsiders = _give_numbers(_shuffle(_clean(outside), rng), seed)
    others = _Drawn(_settle(outsiders, synthetic, rng))
    _deaths(into, synthetic.deaths, rng)
    _service(into, listed, others, count)
    _names(into, listed, others, count)
    arrived = listed.take(count)
    _moves(into, listed, others, arrived, count)
    _of_age(into, synthetic, others, count)
    _cycles(into, synthetic, listed, others, arrived, count)
    _protocol(into, synthetic)
    planted = pa.concat_tables(into.planted)
    return [*into.written, write_parquet(planted, folder / "planted.parquet")]


def _clean(synthetic: Synthetic) -> pa.Table:
    """Complete entries of permanent lists, unchanged but for the script, of persons listed once."""
    entries = synthetic.entries
    person = synthetic.truth.column("person_id")
    counted = pc.value_counts(person)
    listed_once = counted.field("values").filter(pc.equal(counted.field("counts"), 1))
    birth_date = entries.column("birth_date")
    done = pc.fill_null(synthetic.truth.column("done"), "")
    conditions = [
        pc.is_in(person, value_set=listed_once),
        pc.equal(entries.column("list_kind"), "permanent"),
        *(pc.is_valid(entries.column(name)) for name in COMPARED),
        pc.equal(pc.utf8_length(entries.column("fin")), 7),
        pc.match_substring_regex(done, rf"^({_TYPED}[a-z-]+(\+{_TYPED}[a-z-]+)*)?$"),
        pc.greater(pc.utf8_length(birth_date), 4),
        # Who came of age in the year of the lists is new by right, and so proves nothing.
        pc.invert(pc.match_substring(birth_date, _YOUNGEST)),
    ]
    kept = reduce(pc.and_, conditions)
    return _with_known_fin(entries.filter(kept))


def _shuffle(entries: pa.Table, rng: Generator) -> pa.Table:
    """The entries in an order by chance."""
    return entries.take(rng.permutation(entries.num_rows))


def _give_numbers(people: pa.Table, seed: int) -> pa.Table:
    """These people with identifiers that nobody on the lists has.

    Numbers of persons far behind all of those.
    """
    person = _FIRST_OUTSIDER + np.arange(people.num_rows, dtype=np.int64)
    second = np.ones_like(person)
    numbers = documents(person, second, second > 0, seed)
    people = with_column(people, "document", numbers)
    people = with_column(people, "fin", fins(person, seed))
    return _with_known_fin(people)


def _with_known_fin(people: pa.Table) -> pa.Table:
    """Those whose FIN has a digit.

    A short file in which hardly one has is asked about before it is used.
    """
    return people.filter(pc.match_substring_regex(people.column("fin"), "[0-9]"))


def _settle(people: pa.Table, synthetic: Synthetic, rng: Generator) -> pa.Table:
    """These people with places of the lists, as if they lived there."""
    lists = _permanent(synthetic)
    if not lists.num_rows:
        return people.slice(0, 0)
    at = pa.array(rng.integers(0, lists.num_rows, people.num_rows))
    for name in PLACE:
        people = with_column(people, name, lists.column(name).take(at))
    return people


def _permanent(synthetic: Synthetic) -> pa.Table:
    """The permanent lists that have entries."""
    return with_entries(synthetic.lists).filter(pc.field("list_kind") == "permanent")


def _person(rows: pa.Table, *more: str) -> pa.Table:
    """What a register says of these people, and these columns."""
    return rows.select([*COMPARED, *more])


def _below(*tables: pa.Table) -> pa.Table:
    """The tables one below the other; a column that one of them lacks is null there."""
    return pa.concat_tables(tables, promote_options="permissive")


# --- registers
# -----------------------------------------------------------------------------------------


def _deaths(into: _Folder, deaths: pa.Table, rng: Generator) -> None:
    """The register of deaths again, so many rows without ids and date that 45 % can be used."""
    date_length = pc.fill_null(pc.utf8_length(deaths.column("birth_date")), 0)
    named = pc.equal(date_length, 10)
    for name in NAME_PARTS:
        named = pc.and_(named, pc.is_valid(deaths.column(name)))
    has_fin = pc.is_valid(deaths.column("fin"))
    has_document = pc.is_valid(deaths.column("document"))
    usable = pc.or_(pc.or_(has_fin, has_document), named)
    usable_rows = np.flatnonzero(np.asarray(usable, dtype=bool))
    order = rng.permutation(usable_rows)
    unusable = np.zeros(deaths.num_rows, dtype=bool)
    unusable[order[round(USABLE_DEATHS * deaths.num_rows) :]] = True
    nothing = pa.scalar(None, pa.string())
    for name in ("fin", "document", "birth_date"):
        blanked = pc.if_else(unusable, nothing, deaths.column(name))
        deaths = with_column(deaths, name, blanked)
    into.csv("deaths", _person(deaths, "constituency"))


def _service(into: _Folder, listed: _Drawn, others: _Drawn, count: int) -> None:
    """Conscripts, prisoners, citizens abroad: some on a permanent list, twice as many on none.

    Who is on no permanent list is as it should be, so only the others are planted.
    """
    rule_of = {"conscripts": "conscript", "prisoners": "prisoner", "abroad": "abroad"}
    for register, rule in rule_of.items():
        on_list = listed.take(count)
        into.plant(f"{rule}-on-permanent-list", on_list)
        on_none = others.take(2 * count)
        into.csv(register, _person(on_list), _person(on_none))


def _names(into: _Folder, listed: _Drawn, others: _Drawn, count: int) -> None:
    """Name changes: some are listed under the former name.

    The new names are those of people who are on no list.
    """
    former = listed.take(count)
    donors = others.take(former.num_rows)
    former = former.slice(0, donors.num_rows)
    into.plant("name-changed-old-name", former)
    changed = former.append_column("former", former.column("surname"))
    changed = with_column(changed, "surname", donors.column("surname"))
    into.csv("name-changes", _person(changed, "former"))


def _moves(
    into: _Folder, listed: _Drawn, others: _Drawn, arrived: pa.Table, count: int
) -> None:
    """Departures still listed, arrivals not yet listed.

    Args:
        into: where the registers go.
        listed: people on permanent lists.
        others: people who are on no list.
        arrived: entries that stand in the register of arrivals too, and so are explained.
        count: how many to plant of each.
    """
    gone = listed.take(count)
    into.plant("moved-away-confirmed", gone)
    into.csv("departures", _person(gone, *PLACE), _person(others.take(count), *PLACE))
    missing = others.take(count)
    into.plant("arrived-missing", missing, listed=False)
    into.csv("arrivals", _person(missing, *PLACE), _person(arrived, *PLACE))


def _of_age(into: _Folder, synthetic: Synthetic, others: _Drawn, count: int) -> None:
    """Those newly of age.

    Everybody on the lists of the youngest year of birth, and some who are on none.
    """
    unlisted = others.take(count)
    dates = []
    for row in range(unlisted.num_rows):
        month = 1 + row % 5
        day = 1 + row % 28
        dates.append(f"2008-{month:02d}-{day:02d}")
    unlisted = with_column(unlisted, "birth_date", pa.array(dates, pa.string()))
    into.plant("newly-of-age-missing", unlisted, listed=False)
    entries = synthetic.entries
    birth_date = pc.fill_null(entries.column("birth_date"), "")
    listed = entries.filter(pc.match_substring(birth_date, _YOUNGEST))
    into.csv("newly-of-age", _person(unlisted, *PLACE), _person(listed, *PLACE))


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

    Args:
        into: where the lists go.
        synthetic: the lists of today.
        listed: people on permanent lists.
        others: people who are on no list.
        arrived: entries that a register of arrivals explains; they, and others, were not on the
            last list.
        count: how many to plant of each cause.
    """
    returned, new, moved, changed = (listed.take(count) for _ in range(4))
    forgotten, recorded, without_reason = (others.take(count) for _ in range(3))
    for code, rows in (
        ("added:arrived", arrived),
        ("added:returned", returned),
        ("added-without-cause", new),
        ("moved:none", moved),
        ("changed:corrected", changed),
    ):
        into.plant(code, rows)
    into.plant("removed-without-reason", forgotten, listed=False)
    into.plant("removed:recorded", recorded, listed=False)
    into.plant("removed-without-reason", without_reason, listed=False)

    entries = synthetic.entries
    entry_id = entries.column("entry_id")
    has_moved = pc.is_in(entry_id, value_set=moved.column("entry_id"))
    place = entries.column_names.index("precinct")
    precincts = _next_precincts(synthetic, has_moved)
    entries = entries.set_column(place, "precinct", precincts)
    has_changed = pc.is_in(entry_id, value_set=changed.column("entry_id"))
    document = pc.if_else(has_changed, "AA0000001", entries.column("document"))
    entries = with_column(entries, "document", document)
    added = _below(arrived, returned, new).column("entry_id")
    was_there = pc.invert(pc.is_in(entry_id, value_set=added))
    parts = (entries.filter(was_there), forgotten, recorded, without_reason)
    last = _below(*(_person(part, *PLACE) for part in parts))
    into.parquet("last-cycle", last)
    into.parquet("earlier-cycle", _below(last, _person(returned, *PLACE)))

    reasons = [f"S-{1 + row % 4}" for row in range(recorded.num_rows)]
    with_reasons = _person(recorded).append_column("reason", pa.array(reasons))
    into.csv("removals", with_reasons, _person(without_reason))


def _next_precincts(synthetic: Synthetic, at: pa.ChunkedArray) -> pa.Array:
    """The precinct of each entry; where marked, the next of its constituency.

    The first follows the last. Bool ``at`` marks the entries.
    """
    entries = synthetic.entries
    lists = _permanent(synthetic)
    next_of: dict[tuple[int, int], int] = {}
    for number in pc.unique(lists.column("constituency")).to_pylist():
        own_lists = lists.filter(pc.field("constituency") == number)
        own = sorted(own_lists.column("precinct").to_pylist())
        following = [*own[1:], own[0]]
        for here, after in zip(own, following, strict=True):
            next_of[number, here] = after
    precinct = entries.column("precinct").to_numpy().copy()
    constituency = entries.column("constituency").to_numpy()
    for row in np.flatnonzero(at).tolist():
        place = int(constituency[row]), int(precinct[row])
        precinct[row] = next_of[place]
    return pa.array(precinct, pa.int32())


def _protocol(into: _Folder, synthetic: Synthetic) -> None:
    """A protocol of every permanent list and its totals, two rows of it wrong.

    A sum, and a number of voters. Below the lists stand the totals of each constituency, then
    those of all.
    """
    lists = _permanent(synthetic)
    row = np.arange(lists.num_rows)
    on_list = lists.column("entries").to_numpy() - 3 * (row == 1)
    supplementary = 2 + row % 3
    with_card = row % 4
    cards_given = np.ones_like(row)
    voters = on_list + supplementary + with_card - cards_given
    voters += 10 * (row == 0)
    numbers = (voters, on_list, supplementary, with_card, cards_given)
    of_lists = lists.select(PLACE)
    for name, column in zip(_PROTOCOL, numbers, strict=True):
        of_lists = of_lists.append_column(name, pa.array(column))
    of_constituencies = _totals(of_lists, "constituency").sort_by("constituency")
    into.csv("protocol", of_lists, of_constituencies, _totals(of_lists))


def _totals(of_lists: pa.Table, *by: str) -> pa.Table:
    """The numbers of a protocol added up, a row for each of these places; 0 where none is."""
    options = pc.ScalarAggregateOptions(min_count=0)
    sums = [(name, "sum", options) for name in _PROTOCOL]
    totals = of_lists.group_by(list(by), use_threads=False).aggregate(sums)
    names = {f"{name}_sum": name for name in _PROTOCOL}
    return totals.rename_columns(names | {name: name for name in by})
