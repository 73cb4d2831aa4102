"""Faults planted in faultless lists, each with its truth, to measure the register tests on.

The lists are drawn with ``QUIET`` rates, so that whatever a test says besides the faults planted is
a false alarm. All is drawn from a stream of its own: lists without faults stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.model import Unit
from voterlist.schemas import FAULT
from voterlist.synth.borders import BORDERS, borders
from voterlist.synth.desk import Desk
from voterlist.synth.fault_kinds import OF_ENTRIES
from voterlist.synth.fault_lists import OF_FILES, OF_LISTS, finish
from voterlist.synth.plan import Plan, stream
from voterlist.synth.rates import Rates
from voterlist.tables import from_rows, with_column

Numbers = npt.NDArray[Any]

_STYLES = (
    "typed_ascii",
    "typed_english",
    "typed_azeri_cyrillic",
    "typed_russian",
    "typed_capitals",
)
QUIET = Rates(**{part.name: 0.0 for part in fields(Rates) if part.name not in _STYLES})
"""Clerks of every script, who make no mistake; nobody stands twice, and nobody listed is dead."""

ENTRIES_A_SITE = 5_000
"""One planted fault of each kind of entry for so many entries, three at least and ``MOST_SITES`` at
most."""
MOST_SITES = 40
LISTS_A_PLACE = 60
"""One planted fault of each kind of precinct for so many lists, one at least."""


@dataclass(frozen=True, slots=True)
class Planted:
    """Lists with faults of every kind in them.

    Attributes:
        entries: the lists.
        truth: of each entry, whose it is and what was done to it.
        lists: one row a list.
        faults: FAULT: what was planted where.
        streets: ``borders.BORDERS``: the register of the precincts' streets, against which
            addresses are held.
    """

    entries: pa.Table
    truth: pa.Table
    lists: pa.Table
    faults: pa.Table
    streets: pa.Table


def plant(
    plan: Plan,
    entries: pa.Table,
    truth: pa.Table,
    lists: pa.Table,
    *,
    files: bool = False,
) -> Planted:
    """The lists with faults of every kind in them, and what was planted where.

    A list gets faults of its entries or one fault as a whole, never both. Kinds that need more
    lists, entries or constituencies than there are stay out; so do, unless each list is to be a
    file (``files``), those of files.
    """
    rng = stream(plan.seed, "faults")
    sizes = lists.column("entries").to_numpy()
    list_of = np.repeat(np.arange(len(sizes)), sizes)
    person_digits = pc.utf8_slice_codeunits(truth.column("person_id"), 1)
    person = pc.cast(person_digits, pa.int64()).to_numpy()
    desk = Desk(plan, entries, list_of, rng, plan.people.female[person])
    large = np.flatnonzero(sizes >= max(1, sizes.max(initial=0) / 3))
    order = rng.permutation(large)
    half = len(order) // 2
    copies = max(1, len(large) // LISTS_A_PLACE)
    kinds = (*OF_LISTS, *OF_FILES) if files else OF_LISTS
    # At most half of the lists: what is held against the rest needs a rest.
    places = iter(order[:half])
    for kind in kinds:
        for at in islice(places, copies):
            kind(desk, int(at))
    sites = _sites(desk, order[half:])
    count = int(np.clip(len(list_of) // ENTRIES_A_SITE, 3, MOST_SITES))
    for plant_fault in OF_ENTRIES:
        for turn in range(count):
            site = next((row for row in sites if row not in desk.with_fault), None)
            if site is not None:
                plant_fault(desk, site, turn)
    finish(desk)
    entries, truth, lists = _written(desk, truth, lists)
    more_streets = pa.Table.from_pylist(desk.streets, BORDERS)
    streets = pa.concat_tables([borders(plan, desk.into()), more_streets])
    return Planted(entries, truth, lists, _truth(desk, entries), streets)


def _sites(desk: Desk, lists: Numbers) -> Iterator[int]:
    """Entries in random order, so far apart that two faults never meet in a dwelling."""
    rows = np.flatnonzero(np.isin(desk.list_of, lists))
    return iter(desk.rng.permutation(rows[::25]).tolist())


def _written(
    desk: Desk, truth: pa.Table, lists: pa.Table
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """(entries, truth, lists) as they are now.

    Cells written, entries taken out, lists put together.
    """
    kept = np.ones(len(desk.list_of), dtype=bool)
    kept[list(desk.removed)] = False
    entries = desk.entries
    for name, texts in desk.cells.items():
        is_written = np.zeros(len(kept), dtype=bool)
        is_written[list(texts)] = True
        values = pa.array([texts[row] for row in sorted(texts)], pa.string())
        column = entries.column(name).combine_chunks()
        replaced = pc.replace_with_mask(column, pa.array(is_written), values)
        entries = with_column(entries, name, replaced)
    into = desk.into()
    precinct_of_list = lists.column("precinct").to_numpy()[into]
    precinct = pa.array(precinct_of_list[desk.list_of], pa.int32())
    entries = with_column(entries, "precinct", precinct)
    sizes = np.bincount(into[desk.list_of[kept]], minlength=lists.num_rows)
    lists = with_column(lists, "entries", pa.array(sizes, pa.int64()))
    mask = pa.array(kept)
    return entries.filter(mask), truth.filter(mask), _in_files(desk, lists)


def _in_files(desk: Desk, lists: pa.Table) -> pa.Table:
    """The lists, those that are handed in as two files with a row for each half."""
    every = np.arange(lists.num_rows)
    is_halved = np.isin(every, list(desk.halved))
    at = np.repeat(every, 1 + is_halved)
    second = np.r_[False, at[1:] == at[:-1]]
    first = np.r_[second[1:], False]
    sizes = lists.column("entries").to_numpy()[at]
    half = sizes // 2
    rest = np.where(second, sizes - half, sizes)
    sizes = np.where(first, half, rest)
    return with_column(lists.take(pa.array(at)), "entries", pa.array(sizes, pa.int64()))


def _truth(desk: Desk, entries: pa.Table) -> pa.Table:
    """FAULT of what was planted; ``entries`` are those that are left."""
    precincts_left = entries.group_by(["constituency", "precinct"]).aggregate([])
    units = {
        Unit.ENTRY: entries.num_rows,
        Unit.DWELLING: pc.count_distinct(entries.column("address")).as_py(),
        Unit.FILE: len(np.unique(desk.list_of)),
        Unit.PRECINCT: precincts_left.num_rows,
        Unit.CONSTITUENCY: pc.count_distinct(entries.column("constituency")).as_py(),
    }
    entry_id = desk.entries.column("entry_id")
    constituency = desk.entries.column("constituency")
    precinct = desk.entries.column("precinct")
    rows = []
    for fault in desk.faults:
        row = fault.get("row", fault.get("place"))
        has_place = row is not None
        has_precinct = has_place and fault["unit"] is not Unit.CONSTITUENCY
        rows.append(
            {
                "fault": fault["fault"],
                "rule": fault["rule"],
                "unit": str(fault["unit"]),
                "constituency": constituency[row].as_py() if has_place else None,
                "precinct": precinct[row].as_py() if has_precinct else None,
                "entry_id": entry_id[row].as_py() if "row" in fault else None,
                "of": units[fault["unit"]],
            }
        )
    return from_rows(rows, FAULT)
