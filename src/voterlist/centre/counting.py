"""The compiled lists of today -> how many of their voters are in each cell of the figures."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.centre.disclosure import Lists
from voterlist.check.agehist import completed_years
from voterlist.config import Settings
from voterlist.counter.applications import Brief
from voterlist.deadlines import list_day
from voterlist.lists.compile import compile_lists
from voterlist.lists.roll import LIST_KEY
from voterlist.model import Sex
from voterlist.pipeline.list_input import ListSource
from voterlist.tables import count_by, is_known, plain, row_of_each, taken, words

UNKNOWN = "unknown"
"""Of a voter whose sex or age is not known; of a change without a ground."""
SEXES = (Sex.MALE.value, Sex.FEMALE.value, UNKNOWN)


@dataclass(slots=True)
class Counted:
    """What is counted of the lists on the day for which they are made."""

    day: dt.date
    groups: tuple[str, ...]
    """The age groups: the first below voting age, the last unknown."""
    voters: Lists = field(default_factory=dict)
    """By age group and sex."""
    changes: Lists = field(default_factory=dict)
    """What was done to each list, by change and ground."""
    applications: Lists = field(default_factory=dict)
    """By what was asked for, and what became of it; where the entry stands that it is about."""
    of_age: int = 0
    """Who reaches voting age on the day."""
    first: int = 0
    """Who is of voting age and was not on the last election day."""
    oldest: int | None = None
    """The greatest age in years; None where no age is known."""
    runs: set[str] = field(default_factory=set)


def count(
    source: ListSource,
    settings: Settings,
    briefs: Sequence[Brief],
    progress: Callable[[str, int, int], None],
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
    for constituency in known:
        source.require_current(constituency)
    waiting = list(briefs)
    for done, constituency in enumerate(known):
        progress("lists", done, len(known))
        run, given = source.input_of(constituency)
        compiled = compile_lists(given, constituency=constituency)
        counted.runs.add(run)
        _count_voters(counted, compiled.listed, settings)
        corrections = compiled.corrections
        _add(counted.changes, count_by(corrections, *LIST_KEY, "change", "ground"))
        waiting = _count_applications(counted, waiting, compiled.listed)
    for brief in waiting:
        _add(counted.applications, {(None, None, None, brief.what, brief.state): 1})
    return counted


def age_groups(starts: Sequence[int]) -> tuple[str, ...]:
    """The names of the groups that begin at these ages, and of those beside them."""
    groups = (f"{start}-{following - 1}" for start, following in pairwise(starts))
    return (f"under-{starts[0]}", *groups, f"{starts[-1]}+", UNKNOWN)


def _count_voters(counted: Counted, listed: pa.Table, settings: Settings) -> None:
    day, of_age = counted.day, settings.check.voting_age
    ages = completed_years(listed, day)
    groups = np.searchsorted(settings.figures.age_groups, ages, side="right")
    groups = np.where(np.isnan(ages), len(counted.groups) - 1, groups)
    columns = {name: listed.column(name) for name in LIST_KEY}
    columns["age"] = words(counted.groups).take(pa.array(groups))
    columns["sex"] = pc.fill_null(plain(listed.column("sex")), UNKNOWN)
    _add(counted.voters, count_by(pa.table(columns), *LIST_KEY, "age", "sex"))
    before = completed_years(listed, day - dt.timedelta(days=1))
    is_birthday = is_known(listed.column("birth_day")) & (before < of_age)
    counted.of_age += _number((ages >= of_age) & is_birthday)
    last = settings.figures.last_election_day
    if last is not None:
        was_young = completed_years(listed, last) < of_age
        counted.first += _number((ages >= of_age) & was_young)
    known = ages[~np.isnan(ages)]
    if known.size:
        counted.oldest = max(int(known.max()), counted.oldest or 0)


def _number(rows: Any) -> int:
    return int(np.count_nonzero(rows))


def _count_applications(
    counted: Counted, briefs: Collection[Brief], listed: pa.Table
) -> list[Brief]:
    """Count the applications about these voters; returns the others."""
    ids = pa.array([brief.entry_id for brief in briefs], pa.string())
    rows = row_of_each(ids, listed.column("entry_id"))
    keys = zip(
        *(taken(listed, name, rows).to_pylist() for name in LIST_KEY), strict=True
    )
    others = []
    for brief, row, key in zip(briefs, rows.to_pylist(), keys, strict=True):
        if row is None:
            others.append(brief)
        else:
            _add(counted.applications, {(*key, brief.what, brief.state): 1})
    return others


def _add(lists: Lists, found: Mapping[Any, int]) -> None:
    """Add counts by place and the two parts of a cell."""
    for (constituency, precinct, kind, first, second), number in found.items():
        cells = lists.setdefault((constituency, precinct, kind), Counter())
        cells[first or UNKNOWN, second or UNKNOWN] += number
