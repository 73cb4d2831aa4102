"""Why an entry came, went or changed, by what registers, records and decisions say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.cycles.words import CAUSES, NO_CAUSE
from voterlist.matching import Flags, Rows, match
from voterlist.schemas import VOTER
from voterlist.tables import concat

__all__ = ["Witnesses", "Words", "came_of_age", "known_to"]

Words = np.ndarray[Any, np.dtype[np.int64]]
"""Index into CAUSES, one an entry."""

_REMOVALS = "removals"
_WENT = {
    "deaths": "died",
    "departures": "departed",
    **{name: name for name in ("conscripts", "prisoners", "abroad")},
}
_CAME = {"newly-of-age": "of-age", "arrivals": "arrived", "residence": "resident"}
_NONE = CAUSES.index(NO_CAUSE)


class Witnesses:
    """What the registers know of the entries that came, went or changed.

    Confirmed or probable, nothing less.
    """

    def __init__(
        self, registers: Mapping[str, pa.Table], reasons: pa.Table, entries: pa.Table
    ) -> None:
        """``registers``.

        VOTER by name. ``reasons``: REMOVAL_REASON. ``entries``: VOTER, those to be explained.
        """
        self._rows: dict[str, tuple[Rows, Rows]] = {}
        self._ids: dict[str, pa.ChunkedArray] = {}
        self._size = entries.num_rows
        tables = dict(sorted(registers.items()))
        found = match(concat(tables.values(), VOTER), entries)
        start = 0
        for name, table in tables.items():
            part = found.part(start, table.num_rows)
            start += table.num_rows
            sure = part.is_class("confirmed", "probable")
            self._rows[name] = part.register[sure], part.entry[sure]
            self._ids[name] = table.column("entry_id")
        self._reasons = dict(
            zip(reasons.column("id").to_pylist(), reasons.column("reason").to_pylist(), strict=True)
        )

    def knows(self, *names: str) -> Flags:
        """Which entries one of these registers knows."""
        flags = np.zeros(self._size, dtype=bool)
        for name in names:
            if name in self._rows:
                flags[self._rows[name][1]] = True
        return flags

    def came(self, at: slice, of_age: Flags) -> Words:
        """Why these entries came; ``of_age`` by their birth dates."""
        cause = np.full(at.stop - at.start, _NONE)
        for name, word in reversed(_CAME.items()):
            cause[self.knows(name)[at]] = CAUSES.index(word)
        cause[of_age] = CAUSES.index("of-age")
        return cause

    def went(self, at: slice, ids: pa.ChunkedArray) -> tuple[Words, list[str | None]]:
        """Why these entries went, and the reason where a record or a decision has one."""
        cause = np.full(at.stop - at.start, _NONE)
        for name, word in reversed(_WENT.items()):
            cause[self.knows(name)[at]] = CAUSES.index(word)
        decided = (
            [self._reasons.get(entry) for entry in ids.to_pylist()]
            if self._reasons
            else [None] * len(cause)
        )
        recorded = self._recorded()[at]
        for word, reasons in (("decided", decided), ("recorded", recorded)):
            told = np.array([reason is not None for reason in reasons], dtype=bool)
            cause[told & (cause != CAUSES.index("died"))] = CAUSES.index(word)
        reasons = [
            one if one is not None else other for one, other in zip(recorded, decided, strict=True)
        ]
        return cause, reasons

    def _recorded(self) -> list[str | None]:
        """The reason that the record of removals gives for each entry."""
        found: list[str | None] = [None] * self._size
        rows, entries = self._rows.get(_REMOVALS, (np.zeros(0, np.int64), np.zeros(0, np.int64)))
        if len(rows):
            ids = self._ids[_REMOVALS].take(pa.array(rows)).to_pylist()
            for entry, row in zip(entries.tolist(), ids, strict=True):
                found[entry] = found[entry] or self._reasons.get(row)
        return found


def came_of_age(voters: pa.Table, on_day: dt.date, years: int) -> Flags:
    """Who came of age in the year before ``on_day``; by the birth year alone, who can have.

    ``years``: the age at which one may vote.
    """
    year, month, day = (_numbers(voters, f"birth_{part}") for part in ("year", "month", "day"))
    full = (month > 0) & (day > 0)
    date = year * 10_000 + month * 100 + day
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
    dates = [
        _numbers(table, "birth_year") * 10_000 + _numbers(table, "birth_month") * 100
        for table in (entries, others)
    ]
    days = [_numbers(table, "birth_day") for table in (entries, others)]
    near |= _shares(entries, others, "given_skeleton") & np.isin(
        dates[1] + days[1], dates[0] + days[0]
    )
    chosen = np.flatnonzero(near) if among is None else np.intersect1d(np.flatnonzero(near), among)
    found = match(entries, others.take(pa.array(chosen)))
    flags = np.zeros(entries.num_rows, dtype=bool)
    flags[found.register[found.is_class("confirmed", "probable")]] = True
    return flags


def _shares(entries: pa.Table, others: pa.Table, name: str) -> Flags:
    values = pc.unique(entries.column(name)).drop_null()
    return np.asarray(pc.is_in(others.column(name), value_set=values), dtype=bool)
