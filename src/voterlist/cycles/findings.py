"""Why an entry came, went or changed since the last cycle, and what a person is asked about it."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools, Longs, completed_years
from voterlist.config.sections import CheckSettings
from voterlist.fields import BORN, PLACE
from voterlist.findings import declared_rules, gather, make, of_rows, row
from voterlist.model import Rule, frozen
from voterlist.persons.matching import match
from voterlist.schemas import CYCLE_SUMMARY, VOTER
from voterlist.tables import (
    concat,
    count_by,
    differ,
    from_columns,
    mask_of,
    numbers,
    row_counts,
    rows_among,
    sort_by,
)

CHANGES = ("added", "removed", "changed", "moved")
"""What became of an entry between two cycles; one that is as it was has no row."""

LEVELS = ("entry-id", "fin", "document", "names", "names-place", "other-surname")
"""By what an entry was found again, the strongest first (docs/cycles.md)."""

NO_CAUSE = "none"
CAUSES = (
    "of-age",
    "arrived",
    "resident",
    "returned",
    "died",
    "recorded",
    "decided",
    "departed",
    "conscripts",
    "prisoners",
    "abroad",
    "repeated",
    "name-changed",
    "corrected",
    NO_CAUSE,
)
"""Why; ``none``: nothing that is known explains it."""


RULES = tuple(declared_rules("voterlist.cycles").values())
REMOVED, ADDED, RETURNED, GREW = RULES


_FEW = 5
"""So many additions without a cause are no growth, however small the precinct."""


def findings(changes: pa.Table, counted: pa.Table, settings: CheckSettings) -> pa.Table:
    """FINDING of a CYCLE_CHANGE and its CYCLE_SUMMARY, under the settings."""
    parts = [
        _entries(REMOVED, changes, "removed", NO_CAUSE),
        _entries(ADDED, changes, "added", NO_CAUSE),
        _entries(RETURNED, changes, "added", "returned"),
        _growth(counted, settings),
    ]
    return gather(parts, settings)


def _entries(rule: Rule, changes: pa.Table, change: str, cause: str) -> pa.Table:
    """One finding per entry of this change and cause, beside its id in the last cycle."""
    is_change = pc.equal(changes.column("change").cast(pa.string()), change)
    is_cause = pc.equal(changes.column("cause").cast(pa.string()), cause)
    rows = changes.filter(pc.and_(is_change, is_cause))
    columns = {name: rows.column(name) for name in (*PLACE, "entry_id")}
    columns["other_entry_id"] = rows.column("old_entry_id")
    return make(rule, rows.num_rows, columns)


def _growth(counted: pa.Table, settings: CheckSettings) -> pa.Table:
    """Precincts that have more additions without a cause than their last list allows."""
    before = _entries_of(counted, "change", "before")
    added = rows_among(counted, "change", ["added"])
    grown = []
    for place, value in _entries_of(added, "cause", NO_CAUSE).items():
        then = before.get(place, 0)
        limit = max(_FEW, math.floor(then * settings.most_unexplained_growth))
        # A precinct that the last cycle did not have is new, and its entries are asked one by one.
        if value > limit and then and None not in place:
            cells = dict(zip(PLACE, place, strict=True))
            grown.append(row(GREW, cells | {"value": value, "limit": limit}))
    return of_rows(grown)


def _entries_of(counted: pa.Table, name: str, word: str) -> dict[Any, int]:
    """Place -> how many entries the rows of a CYCLE_SUMMARY with this word count there."""
    return count_by(rows_among(counted, name, [word]), *PLACE, of="entries")


_OLD_PLACE = ("old_constituency", "old_precinct")


def summary(changes: pa.Table, old: pa.Table, new: pa.Table) -> pa.Table:
    """CYCLE_SUMMARY of the changes between two lists (VOTER).

    ``old`` must be without the constituencies that are not compared. In every precinct ``before`` +
    added + moved-in = ``after`` + removed + moved-out.
    """
    columns = [*PLACE, "change", "cause", *_OLD_PLACE]
    plain = changes.select(columns)
    is_move = pc.equal(plain.column("change").cast(pa.string()), "moved")
    stayed, moved = plain.filter(pc.invert(is_move)), plain.filter(is_move)
    parts = [
        _rows_by_precinct(old, "before"),
        _rows_by_precinct(new, "after"),
        _rows_by_precinct(stayed, None, "change", "cause"),
        _rows_by_precinct(moved, "moved-in", "cause"),
        _rows_by_precinct(_left_places(moved, old), "moved-out", "cause"),
    ]
    return sort_by(concat(parts, CYCLE_SUMMARY), *PLACE, "change", "cause")


def _left_places(moved: pa.Table, old: pa.Table) -> pa.Table:
    """Entries that moved, at the place that they left, if that is compared."""
    place = moved.column("old_constituency")
    is_compared = pc.is_in(place, value_set=pc.unique(old.column("constituency")))
    left = moved.filter(pc.or_(is_compared, pc.is_null(place)))
    names = dict(zip(_OLD_PLACE, PLACE, strict=True))
    return left.drop_columns(list(PLACE)).rename_columns(names)


def _rows_by_precinct(rows: pa.Table, change: str | None, *words: str) -> pa.Table:
    """How many rows each precinct has, by these columns of words.

    ``change`` is the change of all of them where no column tells it.
    """
    columns = {name: rows.column(name) for name in PLACE}
    columns |= {name: rows.column(name).cast(pa.string()) for name in words}
    counted: dict[str, Any] = row_counts(pa.table(columns), *columns, into="entries")
    count = len(counted["entries"])
    if change is not None:
        counted["change"] = pa.repeat(change, count)
    return from_columns(counted, CYCLE_SUMMARY, count)


# Why an entry came, went or changed, by what registers, records and decisions say.

Causes = Longs
"""Indexes into CAUSES, one per entry."""

NONE = CAUSES.index(NO_CAUSE)

_DEPARTURES, _REMOVALS = "departures", "removals"
_WENT = {
    "deaths": "died",
    _DEPARTURES: "departed",
    **{name: name for name in ("conscripts", "prisoners", "abroad")},
}
_CAME = {"newly-of-age": "of-age", "arrivals": "arrived", "residence": "resident"}
_MOVED = {"residence": "resident", _DEPARTURES: "departed", "arrivals": "arrived"}
"""Of several the last holds."""


@frozen
class Explained:
    """Entries that came, went or changed, with what is known of each."""

    size: int
    known: Mapping[str, Bools]
    """By register which entries it knows."""
    recorded: Sequence[str | None]
    """The reason that the record of removals gives for each entry."""
    reasons: Mapping[str, str | None]
    """The reasons of decisions by the id of the old entry."""

    def _is_known(self, *registers: str) -> Bools:
        flags = np.zeros(self.size, dtype=bool)
        for name in registers:
            if name in self.known:
                flags |= self.known[name]
        return flags

    def _by_register(self, words: Mapping[str, str]) -> Causes:
        """The cause that the registers tell; of several the first."""
        cause = np.full(self.size, NONE)
        for name, word in reversed(list(words.items())):
            cause[self._is_known(name)] = CAUSES.index(word)
        return cause

    def why_added(self, of_age: Bools) -> Causes:
        """Why these entries came; ``of_age`` by their birth dates."""
        cause = self._by_register(_CAME)
        cause[of_age] = CAUSES.index("of-age")
        return cause

    def why_removed(self, ids: pa.ChunkedArray) -> tuple[Causes, list[str | None]]:
        """Why these entries went, and the reason where a record or a decision has one."""
        cause = self._by_register(_WENT)
        decided: list[str | None] = [None] * self.size
        if self.reasons:
            decided = [self.reasons.get(entry) for entry in ids.to_pylist()]
        is_dead = cause == CAUSES.index("died")
        for word, reasons in (("decided", decided), ("recorded", self.recorded)):
            has_reason = np.array(
                [reason is not None for reason in reasons], dtype=bool
            )
            cause[has_reason & ~is_dead] = CAUSES.index(word)
        return cause, [
            record if record is not None else decision
            for record, decision in zip(self.recorded, decided, strict=True)
        ]

    def why_changed(self, moved: Bools) -> Causes:
        """Why these entries moved or changed."""
        corrected = CAUSES.index("corrected")
        cause = np.full(self.size, corrected)
        is_renamed = self._is_known("name-changes", "former-names")
        cause[is_renamed] = CAUSES.index("name-changed")
        for name, word in _MOVED.items():
            cause[moved & self._is_known(name)] = CAUSES.index(word)
        cause[moved & (cause == corrected)] = NONE
        return cause


def explain(
    registers: Mapping[str, pa.Table], reasons: pa.Table, parts: Sequence[pa.Table]
) -> list[Explained]:
    """What the registers know of each part of the entries that came, went or changed.

    An entry is known where the match is confirmed or probable, nothing less.

    Args:
        registers: VOTER by name.
        reasons: REMOVAL_REASON.
        parts: VOTER, those to be explained; who moved, with the place that they left.
    """
    entries = concat(parts, VOTER)
    known: dict[str, Bools] = {}
    recorded: list[str | None] = [None] * entries.num_rows
    ids, texts = (reasons.column(name).to_pylist() for name in ("id", "reason"))
    said = dict(zip(ids, texts, strict=True))
    tables = dict(sorted(registers.items()))
    matched = match(concat(tables.values(), VOTER), entries)
    start = 0
    for name, table in tables.items():
        part = matched.part(start, table.num_rows)
        start += table.num_rows
        is_sure = part.is_class("confirmed", "probable")
        rows, met = part.register[is_sure], part.entry[is_sure]
        if name == _DEPARTURES:
            # Who left one place may have arrived at this one: that is no reason to leave it.
            left, own = table.take(rows), entries.take(met)
            rows, met = (at[~_stand_apart(left, own)] for at in (rows, met))
        known[name] = np.zeros(entries.num_rows, dtype=bool)
        known[name][met] = True
        if name == _REMOVALS:
            # The first reason that the record of removals gives for each entry.
            own_ids = table.column("entry_id").take(rows).to_pylist()
            for entry, row_id in zip(met.tolist(), own_ids, strict=True):
                recorded[entry] = recorded[entry] or said.get(row_id)
    ends = np.cumsum([0, *(part.num_rows for part in parts)]).tolist()
    return [
        Explained(
            stop - start,
            {name: flags[start:stop] for name, flags in known.items()},
            recorded[start:stop],
            said,
        )
        for start, stop in itertools.pairwise(ends)
    ]


def _stand_apart(left: pa.Table, right: pa.Table) -> Bools:
    """Which rows name two places; what either does not say speaks neither for nor against."""
    apart = [differ(left.column(name), right.column(name)) for name in PLACE]
    flags: Bools = np.logical_or.reduce(apart)
    return flags


def came_of_age(voters: pa.Table, on_day: dt.date, years: int) -> Bools:
    """Who came of age in the year before ``on_day``; by the birth year alone, who can have.

    ``years``: the age at which one may vote.
    """
    year, month, day = (numbers(voters, name) for name in BORN)
    full = (month > 0) & (day > 0)
    by_date = full & (completed_years(year, month, day, on_day) == years)
    by_year = ~full & (year >= on_day.year - years - 1) & (year <= on_day.year - years)
    flags: Bools = by_date | by_year
    return flags


def known_to(entries: pa.Table, others: pa.Table, among: Longs | None = None) -> Bools:
    """Which entries (VOTER) meet one of the others (VOTER), confirmed or probable.

    ``among``: the rows of the others that are looked at; None: all.

    The others may be a nation: only those that share an identifier, or given name and birth date,
    are compared.
    """
    if not entries.num_rows or not others.num_rows:
        return np.zeros(entries.num_rows, dtype=bool)
    near = _shares(entries, others, "fin") | _shares(entries, others, "document")
    has_date = np.isin(_dates(others), _dates(entries))
    near |= _shares(entries, others, "given_skeleton") & has_date
    chosen = np.flatnonzero(near)
    if among is not None:
        chosen = np.intersect1d(chosen, among)
    matched = match(entries, others.take(chosen))
    flags = np.zeros(entries.num_rows, dtype=bool)
    flags[matched.register[matched.is_class("confirmed", "probable")]] = True
    return flags


def _dates(voters: pa.Table) -> Longs:
    """The birth dates as numbers such as 19800304."""
    year, month, day = (numbers(voters, name) for name in BORN)
    return year * 10_000 + month * 100 + day


def _shares(entries: pa.Table, others: pa.Table, name: str) -> Bools:
    values = pc.unique(entries.column(name)).drop_null()
    return mask_of(pc.is_in(others.column(name), value_set=values))
