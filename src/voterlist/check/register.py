"""What all register tests look at, built once, and how what they notice becomes a finding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.agreeing import Codes, Flags, agreeing
from voterlist.arrays import pack_columns
from voterlist.config import CheckSettings
from voterlist.errors import StageError
from voterlist.model import ListKind, Rule, Stage
from voterlist.schemas import ENTRY, FINDING, LIST, STREET, VOTER, require
from voterlist.tables import coded, codes, from_columns, group_codes, sort_by

__all__ = [
    "ENTRIES",
    "VOTERS",
    "Codes",
    "Flags",
    "Groups",
    "Numbers",
    "Register",
    "RegisterTest",
    "groups_of",
]

_Answer = TypeVar("_Answer")

_IDENTIFIERS = ("fin", "document")
"""Nearly all distinct: to code them would cost more than it saves."""
_UNUSED = {"surname_skeleton", "street_kind", "building"}


def _held(schema: pa.Schema) -> pa.Schema:
    return coded(
        pa.schema([field for field in schema if field.name not in _UNUSED]), apart=_IDENTIFIERS
    )


VOTERS = _held(VOTER)
"""The columns of VOTER that are looked at, as they are held: text as codes of its distinct values.
"""
ENTRIES = _held(ENTRY)
"""ENTRY, held likewise."""

Numbers = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows put into groups, counted from 0."""

    codes: Codes
    """The group of each row; -1: in none."""
    size: Codes
    """How many rows each group has."""
    first: Codes
    """The first row of each group."""

    def count(self, flags: Flags) -> Codes:
        """How many of each group's rows are flagged."""
        return np.bincount(self.codes[flags & (self.codes >= 0)], minlength=len(self.size))


def groups_of(codes: Codes, count: int) -> Groups:
    """The groups of these codes, which run from 0 to ``count`` - 1."""
    rows = np.flatnonzero(codes >= 0)
    first = np.zeros(count, dtype=np.int64)
    first[codes[rows][::-1]] = rows[::-1]
    return Groups(codes, np.bincount(codes[rows], minlength=count), first)


@dataclass(frozen=True)
class Register:
    """Voters and their entries, row by row in order of entry id, with what several tests need of them.

    The order makes "the first of a group" the same whatever order the rows came in.
    """

    voters: pa.Table
    entries: pa.Table
    lists: pa.Table
    settings: CheckSettings
    on_day: dt.date
    streets: pa.Table = field(default_factory=STREET.empty_table, repr=False)
    """STREET: without rows where no register of streets was given."""
    _dates: dict[str, np.ndarray[Any, np.dtype[np.int32]]] = field(default_factory=dict, repr=False)
    _answers: dict[Any, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        voters: pa.Table,
        entries: pa.Table,
        lists: pa.Table,
        settings: CheckSettings,
        on_day: dt.date,
        streets: pa.Table | None = None,
    ) -> Register:
        """The register of these tables.

        Raises:
            StageError: a table has the wrong shape, or voters and entries are not the same entries.
        """
        voters = _in_order(require(voters, VOTERS, Stage.CHECK).combine_chunks())
        entries = _in_order(require(entries, ENTRIES, Stage.CHECK).combine_chunks())
        if not voters.column("entry_id").equals(entries.column("entry_id")):
            raise StageError(
                "voters and entries do not hold the same entry ids",
                stage=Stage.CHECK,
                todo="Run the stages from ingest on again.",
            )
        streets = require(
            streets if streets is not None else STREET.empty_table(), STREET, Stage.CHECK
        )
        return cls(voters, entries, require(lists, LIST, Stage.CHECK), settings, on_day, streets)

    def __len__(self) -> int:
        return int(self.voters.num_rows)

    def known(self, name: str) -> Flags:
        """True where this column of the voters is known."""
        return np.asarray(self.voters.column(name).is_valid(), dtype=bool)

    def given(self, name: str) -> Flags:
        """True where this field stands in the entry as written."""
        return np.asarray(self.entries.column(name).is_valid(), dtype=bool)

    def number(self, name: str) -> np.ndarray[Any, np.dtype[np.int32]]:
        """A column of whole numbers of the voters, -1 where null."""
        if name not in self._dates:
            column = self.voters.column(name).cast(pa.int32()).fill_null(-1)
            self._dates[name] = np.asarray(column, dtype=np.int32)
        return self._dates[name]

    def codes(self, name: str) -> np.ndarray[Any, np.dtype[np.int32]]:
        """The codes of a column of the voters, -1 where null."""
        return codes(self.voters.column(name))[0]

    def equals(self, name: str, word: str) -> Flags:
        """True where this column of the voters is this word; null is no word."""
        code, distinct = codes(self.voters.column(name))
        flags: Flags = code == pc.index(distinct, word).as_py()
        return flags & (code >= 0)

    def remembered(self, ask: Callable[[Register], _Answer]) -> _Answer:
        """What this function says of the register.

        Asked once, for several tests may want to know.
        """
        if ask not in self._answers:
            self._answers[ask] = ask(self)
        answer: _Answer = self._answers[ask]
        return answer

    @cached_property
    def permanent(self) -> Flags:
        """True for the entries of permanent lists."""
        return self.equals("list_kind", ListKind.PERMANENT)

    @cached_property
    def precincts(self) -> Groups:
        """The entries by constituency and precinct.

        Where either is not known, in a group of its own.
        """
        return groups_of(*group_codes(self.voters, "constituency", "precinct", known=False))

    @cached_property
    def constituency_of_precinct(self) -> Groups:
        """The groups of ``precincts`` by constituency.

        The codes of what belongs together are equal.
        """
        first = self.voters.select(["constituency"]).take(pa.array(self.precincts.first))
        return groups_of(*group_codes(first, "constituency", known=False))

    @cached_property
    def named_precinct(self) -> Flags:
        """True for each of ``precincts`` whose precinct is known."""
        return self.known("precinct")[self.precincts.first]

    @cached_property
    def namesakes(self) -> tuple[Codes, Codes]:
        """(rows, codes).

        Those who share all three names and the full birth date with another, and with whom.
        """
        names = ("surname", "given_name", "birth_year", "birth_month", "birth_day", "patronymic")
        return agreeing([self.codes(name) for name in names])

    @cached_property
    def dwellings(self) -> Groups:
        """The entries of permanent lists by precinct, street, house and flat.

        Street and house must be known. A house of which no entry names a flat is one dwelling;
        where some name one, an entry without it is in no dwelling: what is missing equals nothing.
        """
        house, houses = group_codes(
            self.voters, "constituency", "precinct", "street", "house", known=False
        )
        placed = (
            self.known("street") & self.known("house") & self.known("precinct") & self.permanent
        )
        with_flat = self.known("flat")
        block = np.bincount(house[with_flat], minlength=houses) > 0
        placed &= with_flat | ~block[house]
        code, count = pd.factorize(
            pack_columns([house[placed], self.codes("flat")[placed]], int(placed.sum()))
        )
        home = np.full(len(self), -1, dtype=np.int64)
        home[placed] = code
        return groups_of(home, len(count))

    def entry_findings(
        self,
        rule: Rule,
        rows: Codes | Flags,
        *,
        other: Codes | None = None,
        field: str | None = None,
        value: Numbers | Codes | None = None,
        limit: float | Numbers | None = None,
    ) -> pa.Table:
        """FINDING: one a row given, with its place in the list it came from."""
        at = np.flatnonzero(rows) if rows.dtype == bool else rows
        taken = pa.array(at)
        places = ("constituency", "precinct", "entry_id", "source", "sheet", "line")
        found: dict[str, Any] = {name: self.entries.column(name).take(taken) for name in places}
        if other is not None:
            found["other_entry_id"] = self.entries.column("entry_id").take(pa.array(other))
        return _findings(rule, found, len(at), field=field, value=value, limit=limit)

    def precinct_findings(
        self,
        rule: Rule,
        groups: Codes | Flags,
        *,
        field: str | None = None,
        value: Numbers | Codes | None = None,
        limit: float | Numbers | None = None,
    ) -> pa.Table:
        """FINDING: one a group of ``precincts`` given."""
        at = np.flatnonzero(groups) if groups.dtype == bool else groups
        first = pa.array(self.precincts.first[at])
        found = {
            name: self.voters.column(name).take(first) for name in ("constituency", "precinct")
        }
        return _findings(rule, found, len(at), field=field, value=value, limit=limit)

    def place_findings(
        self,
        rule: Rule,
        places: pa.Table,
        *,
        field: str | None = None,
        value: Any = None,
        limit: Any = None,
    ) -> pa.Table:
        """FINDING: one a row of ``places``, which has columns of FINDING that say where."""
        found = {name: places.column(name) for name in places.column_names}
        return _findings(rule, found, places.num_rows, field=field, value=value, limit=limit)


class RegisterTest(NamedTuple):
    """One register test: the rule it asks, and the function that finds where it is broken."""

    rule: Rule
    find: Callable[[Register], pa.Table]


def _in_order(table: pa.Table) -> pa.Table:
    """The table in order of entry id.

    As it is where it already is in order, for a nation is not copied twice.
    """
    ids = table.column("entry_id")
    if len(ids) > 1 and not pc.all(pc.less_equal(ids.slice(0, len(ids) - 1), ids.slice(1))).as_py():
        return sort_by(table, "entry_id")
    return table


def _findings(rule: Rule, found: dict[str, Any], rows: int, **said: Any) -> pa.Table:
    columns: dict[str, Any] = {
        **found,
        "rule": pa.repeat(rule.code, rows),
        "severity": pa.repeat(rule.severity.value, rows),
        "unit": pa.repeat(rule.unit.value, rows),
    }
    for name in ("value", "limit"):
        if said[name] is not None:
            columns[name] = pa.array(
                np.broadcast_to(np.asarray(said[name], dtype=np.float64), (rows,))
            )
    if said["field"] is not None:
        columns["field"] = pa.repeat(said["field"], rows)
    return from_columns(columns, FINDING, rows)
