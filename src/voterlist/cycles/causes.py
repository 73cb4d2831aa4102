"""Why an entry came, went or changed, by what registers, records and decisions say."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.cycles.findings import CAUSES, NO_CAUSE
from voterlist.persons.matching import Flags, Rows, match
from voterlist.schemas import VOTER
from voterlist.tables import concat

Causes: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
"""Indexes into CAUSES, one per entry."""

NONE = CAUSES.index(NO_CAUSE)

_REMOVALS = "removals"
_WENT = {
    "deaths": "died",
    "departures": "departed",
    **{name: name for name in ("conscripts", "prisoners", "abroad")},
}
_CAME = {"newly-of-age": "of-age", "arrivals": "arrived", "residence": "resident"}
_MOVED = {"residence": "resident", "departures": "departed", "arrivals": "arrived"}
"""Of several the last holds."""


class Witnesses:
    """What the registers know of the entries that came, went or changed.

    An entry is known where the match is confirmed or probable, nothing less.
    """

    def __init__(
        self, registers: Mapping[str, pa.Table], reasons: pa.Table, entries: pa.Table
    ) -> None:
        """Match the entries with all registers.

        Args:
            registers: VOTER by name.
            reasons: REMOVAL_REASON.
            entries: VOTER, those to be explained.
        """
        self._known: dict[str, Flags] = {}
        self._recorded: list[str | None] = [None] * entries.num_rows
        ids, texts = (reasons.column(name).to_pylist() for name in ("id", "reason"))
        self._reasons: dict[str, str | None] = dict(zip(ids, texts, strict=True))
        tables = dict(sorted(registers.items()))
        matched = match(concat(tables.values(), VOTER), entries)
        start = 0
        for name, table in tables.items():
            part = matched.part(start, table.num_rows)
            start += table.num_rows
            is_sure = part.is_class("confirmed", "probable")
            known = np.zeros(entries.num_rows, dtype=bool)
            known[part.entry[is_sure]] = True
            self._known[name] = known
            if name == _REMOVALS:
                self._record(table, part.register[is_sure], part.entry[is_sure])

    def _record(self, register: pa.Table, rows: Rows, entries: Rows) -> None:
        """Keep the first reason that the record of removals gives for each entry."""
        ids = register.column("entry_id").take(pa.array(rows)).to_pylist()
        for entry, row in zip(entries.tolist(), ids, strict=True):
            self._recorded[entry] = self._recorded[entry] or self._reasons.get(row)

    def parts(self, *sizes: int) -> list[Explained]:
        """What is known of parts of the entries that follow each other."""
        ends = np.cumsum([0, *sizes]).tolist()
        return [
            Explained(
                stop - start,
                {name: flags[start:stop] for name, flags in self._known.items()},
                self._recorded[start:stop],
                self._reasons,
            )
            for start, stop in itertools.pairwise(ends)
        ]


@dataclass(frozen=True, slots=True)
class Explained:
    """Entries that came, went or changed, with what is known of each."""

    size: int
    known: Mapping[str, Flags]
    """By register which entries it knows."""
    recorded: Sequence[str | None]
    """The reason that the record of removals gives for each entry."""
    reasons: Mapping[str, str | None]
    """The reasons of decisions by the id of the old entry."""

    def _is_known(self, *registers: str) -> Flags:
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

    def why_added(self, of_age: Flags) -> Causes:
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

    def why_changed(self, moved: Flags) -> Causes:
        """Why these entries moved or changed."""
        corrected = CAUSES.index("corrected")
        cause = np.full(self.size, corrected)
        is_renamed = self._is_known("name-changes", "former-names")
        cause[is_renamed] = CAUSES.index("name-changed")
        for name, word in _MOVED.items():
            cause[moved & self._is_known(name)] = CAUSES.index(word)
        cause[moved & (cause == corrected)] = NONE
        return cause


def came_of_age(voters: pa.Table, on_day: dt.date, years: int) -> Flags:
    """Who came of age in the year before ``on_day``; by the birth year alone, who can have.

    ``years``: the age at which one may vote.
    """
    year, month, day = (
        _numbers(voters, f"birth_{part}") for part in ("year", "month", "day")
    )
    full = (month > 0) & (day > 0)
    date = _dates(voters)
    limit = on_day.year * 10_000 + on_day.month * 100 + on_day.day - years * 10_000
    by_date = full & (date > limit - 10_000) & (date <= limit)
    by_year = ~full & (year >= on_day.year - years - 1) & (year <= on_day.year - years)
    flags: Flags = by_date | by_year
    return flags


def _numbers(table: pa.Table, name: str) -> Rows:
    return np.asarray(table.column(name).fill_null(0).to_numpy(), dtype=np.int64)


def known_to(entries: pa.Table, others: pa.Table, among: Rows | None = None) -> Flags:
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
    matched = match(entries, others.take(pa.array(chosen)))
    flags = np.zeros(entries.num_rows, dtype=bool)
    flags[matched.register[matched.is_class("confirmed", "probable")]] = True
    return flags


def _dates(voters: pa.Table) -> Rows:
    """The birth dates as numbers such as 19800304."""
    year, month, day = (
        _numbers(voters, f"birth_{part}") for part in ("year", "month", "day")
    )
    return year * 10_000 + month * 100 + day


def _shares(entries: pa.Table, others: pa.Table, name: str) -> Flags:
    values = pc.unique(entries.column(name)).drop_null()
    return np.asarray(pc.is_in(others.column(name), value_set=values), dtype=bool)
