"""The compiled lists of today -> how many of their voters are in each cell of the figures."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pyarrow as pa

from voterlist.arrays import Bools
from voterlist.centre.disclosure import Lists, Place
from voterlist.check.agehist import ages_of
from voterlist.config.sections import Settings
from voterlist.counter.applications import Brief
from voterlist.deadlines import list_day
from voterlist.lists.compile import compile_lists
from voterlist.lists.roll import LIST_KEY
from voterlist.model import OnProgress, Sex
from voterlist.pipeline.list_input import ListSource
from voterlist.tables import count_by, is_known, rows_among, words

CELLS: Mapping[str, tuple[str, ...]] = {
    "voters": ("age_group", "sex"),
    "changes": ("change", "ground"),
    "applications": ("what", "state"),
}
"""Open table -> by what it is counted beside the list."""
UNKNOWN = "unknown"
"""Of a voter whose sex or age is not known; of a change without a ground."""
SEXES = (Sex.MALE, Sex.FEMALE, UNKNOWN)


@dataclass(slots=True)
class Counted:
    """What is counted of the lists on the day for which they are made."""

    day: dt.date
    groups: tuple[str, ...]
    """The age groups: the first below voting age, the last unknown."""
    lists: dict[str, Lists] = field(
        default_factory=lambda: {name: {} for name in CELLS}
    )
    """By the name of the open table."""
    of_age: int = 0
    """Who reaches voting age on the day."""
    first: int = 0
    """Who is of voting age and was not on the last election day."""
    oldest: int | None = None
    """The greatest age in years; None where no age is known."""


def count(
    source: ListSource,
    settings: Settings,
    briefs: Sequence[Brief],
    progress: OnProgress,
) -> Counted:
    """The figures of every list of a workspace, constituency by constituency.

    Raises:
        UsageError: something was decided since the run.
        InputError, StageError: as ``handover.lists.make_lists``.
    """
    starts = settings.figures.age_groups
    day = list_day(settings.calendar, settings.workspace.cycle)
    counted = Counted(day, age_groups(starts))
    known = source.constituencies()
    asked_about = [brief.entry_id for brief in briefs]
    places: dict[str | None, Place] = {}
    for done, constituency in enumerate(known):
        progress("lists", done, len(known))
        source.require_current(constituency)
        _, given = source.input_of(constituency)
        compiled = compile_lists(given, constituency=constituency)
        _count_voters(counted, compiled.listed, settings)
        _add(counted, "changes", compiled.corrections, "change", "ground")
        named = rows_among(compiled.listed, "entry_id", asked_about)
        for row in named.select(["entry_id", *LIST_KEY]).to_pylist():
            entry_id, *place = row.values()
            places[entry_id] = tuple(place)
    for brief in briefs:
        place = places.get(brief.entry_id, (None, None, None))
        cells = counted.lists["applications"].setdefault(place, Counter())
        cells[brief.what, brief.state] += 1
    return counted


def age_groups(starts: Sequence[int]) -> tuple[str, ...]:
    """The names of the groups that begin at these ages, and of those beside them."""
    groups = (f"{start}-{following - 1}" for start, following in pairwise(starts))
    return (f"under-{starts[0]}", *groups, f"{starts[-1]}+", UNKNOWN)


def _count_voters(counted: Counted, listed: pa.Table, settings: Settings) -> None:
    day, of_age = counted.day, settings.check.voting_age
    ages = ages_of(listed, day)
    groups = np.searchsorted(settings.figures.age_groups, ages, side="right")
    groups = np.where(np.isnan(ages), len(counted.groups) - 1, groups)
    columns = {name: listed.column(name) for name in LIST_KEY}
    columns["age"] = words(counted.groups).take(groups)
    columns["sex"] = listed.column("sex")
    _add(counted, "voters", pa.table(columns), "age", "sex")

    def came_of_age(since: dt.date) -> Bools:
        return (ages >= of_age) & (ages_of(listed, since) < of_age)

    today = came_of_age(day - dt.timedelta(days=1)) & is_known(
        listed.column("birth_day")
    )
    counted.of_age += int(today.sum())
    last = settings.figures.last_election_day
    if last is not None:
        counted.first += int(came_of_age(last).sum())
    known = ages[~np.isnan(ages)]
    if known.size:
        counted.oldest = max(int(known.max()), counted.oldest or 0)


def _add(counted: Counted, name: str, table: pa.Table, *parts: str) -> None:
    """Count the rows of a table by list and these two columns."""
    found = count_by(table, *LIST_KEY, *parts)
    for (constituency, precinct, kind, *cell), number in found.items():
        place = (constituency, precinct, kind)
        cells = counted.lists[name].setdefault(place, Counter())
        cells[tuple(part or UNKNOWN for part in cell)] += number
