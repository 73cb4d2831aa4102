"""Invented lists with their truth, as tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import AnyArray
from voterlist.model import OnProgress, Unit, frozen, no_progress
from voterlist.schemas import FAULT, STATISTIC, TRUTH
from voterlist.synth.faults import OF_ENTRIES, OF_FILES, OF_LISTS, Desk, finish
from voterlist.synth.lexicon import SCRIPTS
from voterlist.synth.people import DATE_FORMS, Rates
from voterlist.synth.plan import (
    BORDERS,
    USUAL,
    Country,
    Plan,
    borders,
    draw_plan,
    stream,
)
from voterlist.synth.render import ENTRIES, render, render_deaths
from voterlist.synth.repeats import Done
from voterlist.tables import from_rows, with_column

_STYLES = (
    "typed_ascii",
    "typed_english",
    "typed_azeri_cyrillic",
    "typed_russian",
    "typed_capitals",
)
_NEVER: dict[str, Any] = {
    part.name: 0 for part in fields(Rates) if part.name not in _STYLES
}
QUIET = Rates(**_NEVER)
"""Clerks of every script, who make no mistake; nobody stands twice, and nobody listed is dead."""

ENTRIES_A_SITE = 5_000
"""One planted fault of each kind of entry for so many entries, three at least and ``MOST_SITES`` at
most."""
MOST_SITES = 40
LISTS_A_PLACE = 60
"""One planted fault of each kind of precinct for so many lists, one at least."""


def plant(plan: Plan, made: Synthetic, *, files: bool) -> Synthetic:
    """The lists with faults of every kind in them, and what was planted where.

    A list gets faults of its entries or one fault as a whole, never both. Kinds that need more
    lists, entries or constituencies than there are stay out; so do, unless each list is to be a
    file (``files``), those of files.
    """
    rng = stream(plan.seed, "faults")
    sizes = made.lists.column("entries").to_numpy()
    list_of = np.repeat(np.arange(len(sizes)), sizes)
    person_digits = pc.utf8_slice_codeunits(made.truth.column("person_id"), 1)
    person = pc.cast(person_digits, pa.int64()).to_numpy()
    desk = Desk(plan, made.entries, list_of, rng, plan.people.female[person])
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
            desk.turn = turn
            site = next((row for row in sites if row not in desk.with_fault), None)
            if site is not None:
                plant_fault(desk, site)
    finish(desk)
    entries, truth, lists = _tables_of(desk, made.truth, made.lists)
    more_streets = pa.Table.from_pylist(desk.streets, BORDERS)
    streets = pa.concat_tables([borders(plan, desk.into()), more_streets])
    return replace(
        made,
        entries=entries,
        truth=truth,
        lists=lists,
        faults=_truth(desk, entries),
        streets=streets,
    )


def _sites(desk: Desk, lists: AnyArray) -> Iterator[int]:
    """Entries in random order, so far apart that two faults never meet in a dwelling."""
    rows = np.flatnonzero(np.isin(desk.list_of, lists))
    return iter(desk.rng.permutation(rows[::25]).tolist())


def _tables_of(
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
        replaced = pc.replace_with_mask(column, is_written, values)
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
    rows = []
    for at, row in enumerate(lists.to_pylist()):
        size = row["entries"]
        sizes = (size // 2, size - size // 2) if at in desk.halved else (size,)
        rows += [row | {"entries": part} for part in sizes]
    return from_rows(rows, LISTS)


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


LISTS = pa.schema(
    [
        ("constituency", pa.int32()),
        ("precinct", pa.int32()),
        ("list_kind", pa.string()),
        ("script", pa.string()),
        ("capitals", pa.bool_()),
        ("date_form", pa.string()),
        ("entries", pa.int64()),
    ],
)
"""One row a list, in the order in which the entries follow each other: how its clerk types."""


@frozen
class Synthetic:
    """Invented lists. ``entries`` and ``truth`` have the same rows in the same order.

    Attributes:
        entries: ``render.ENTRIES``: text as written, list after list.
        truth: TRUTH.
        deaths: ``render.DEATHS``.
        statistics: STATISTIC.
        lists: ``LISTS``.
        faults: FAULT: the faults planted, where they were asked for.
        streets: ``borders.BORDERS``: the register of the precincts' streets, where faults were
            asked for.
    """

    entries: pa.Table
    truth: pa.Table
    deaths: pa.Table
    statistics: pa.Table
    lists: pa.Table
    faults: pa.Table | None = None
    streets: pa.Table | None = None


def lists_of(plan: Plan) -> pa.Table:
    """What is known of each list of the plan."""
    precincts, clerks = plan.precincts, plan.clerks
    return pa.table(
        {
            "constituency": plan.numbers[precincts.constituency],
            "precinct": precincts.number,
            "list_kind": np.where(precincts.temporary, "temporary", "permanent"),
            "script": np.array(SCRIPTS)[clerks.script],
            "capitals": clerks.capitals,
            "date_form": np.array(DATE_FORMS)[clerks.date_form],
            "entries": np.bincount(
                plan.entries.precinct, minlength=len(precincts.number)
            ),
        },
    ).cast(LISTS)


def generate(
    voters: int,
    *,
    constituencies: int,
    seed: int,
    rates: Rates | None = None,
    country: Country = USUAL,
    faults: bool = False,
    files: bool = False,
) -> Synthetic:
    """The lists of ``voters`` invented persons, of whom some are listed twice.

    The same arguments give the same lists.

    Args:
        voters: how many persons, from 0.
        constituencies: how many constituencies they live in.
        seed: names the streams of random numbers.
        rates: how often each thing is done to an entry.
        country: the numbers of the constituencies, the size of precincts, and the day.
        faults: plant a fault of each kind that the register tests know, in lists that have no
            other; ``rates`` are then those of ``faults.QUIET``, unless given.
        files: each list is to become a file: plant the faults too that only files have.

    Raises:
        UsageError: a count is out of range, or the numbers do not fit the constituencies.
    """
    if faults and rates is None:
        rates = QUIET
    plan = draw_plan(
        voters, constituencies=constituencies, seed=seed, rates=rates, country=country
    )
    return made_of(plan, faults=faults, files=files)


def render_plan(
    plan: Plan, progress: OnProgress
) -> Iterator[tuple[pa.Table, pa.Table]]:
    """(ENTRIES, TRUTH) of each constituency of a plan.

    ``progress`` is called with ``constituencies``, how many are done, and of how many.
    """
    for at in range(len(plan.numbers)):
        yield render(plan, at)
        progress("constituencies", at + 1, len(plan.numbers))


def made_of(
    plan: Plan, *, faults: bool, files: bool, progress: OnProgress = no_progress
) -> Synthetic:
    """The lists of a plan, as ``generate`` makes them; ``progress`` as ``render_plan`` calls it."""
    parts = render_plan(plan, progress)
    entries, truth = map(pa.concat_tables, zip(*parts, strict=True))
    made = Synthetic(
        entries.cast(ENTRIES),
        truth.cast(TRUTH),
        render_deaths(plan),
        statistics(plan),
        lists_of(plan),
    )
    return plant(plan, made, files=files) if faults else made


# --- What other bodies know of the invented nation: the statistics office's numbers


def _born_years(plan: Plan) -> AnyArray:
    days = plan.people.born.astype("datetime64[D]")
    years_since_1970 = days.astype("datetime64[Y]").astype(np.int64)
    return 1970 + years_since_1970


def statistics(plan: Plan) -> pa.Table:
    """STATISTIC: adults, men, women and births by year per constituency, adults per precinct.

    Counted from the living at home, with up to two in a hundred more whom no list has: the gap
    between lists and statistics that commissions are asked about.
    """
    rng = stream(plan.seed, "statistics")
    count = len(plan.numbers)
    dead_bits = int(Done.DEAD_IN_REGISTER | Done.DEAD_NOT_IN_REGISTER)
    is_dead_entry = plan.entries.done & dead_bits != 0
    alive = np.ones(len(plan.people), bool)
    alive[plan.entries.person[is_dead_entry]] = False
    precinct = plan.dwellings.precinct[plan.people.household][alive]
    constituency = plan.precincts.constituency[precinct]
    female = plan.people.female[alive]
    years = _born_years(plan)[alive]
    unlisted = 1 + rng.uniform(0, 0.02, count)
    by_precinct = np.bincount(precinct, minlength=len(plan.precincts.number))
    rows: list[tuple[Any, ...]] = []
    for at, number in enumerate(plan.numbers.tolist()):
        here = constituency == at
        women = round(int((female & here).sum()) * unlisted[at])
        men = round(int((~female & here).sum()) * unlisted[at])
        counts = {"adults": men + women, "men": men, "women": women}
        for year, born in zip(*np.unique(years[here], return_counts=True), strict=True):
            counts[f"born-{year}"] = round(born * unlisted[at])
        rows += [(number, None, *count) for count in counts.items()]
        permanent = (plan.precincts.constituency == at) & ~plan.precincts.temporary
        for place in np.flatnonzero(permanent):
            here_only = int(plan.precincts.number[place]), "adults", by_precinct[place]
            rows.append((number, *here_only))
    named = [dict(zip(STATISTIC.names, row, strict=True)) for row in rows]
    return from_rows(named, STATISTIC)
