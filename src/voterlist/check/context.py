"""What all register tests look at, made once, and where a rule is broken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools, Codes, Longs, factorize, pack_columns
from voterlist.config.sections import CheckSettings
from voterlist.errors import StageError
from voterlist.facts import BIRTH_YEARS
from voterlist.fields import BORN, IDENTIFIERS, PLACE
from voterlist.findings import ENTRY_PLACE, take_columns
from voterlist.lost_letters import rows_of_lost_lists
from voterlist.model import ListKind, Stage, frozen
from voterlist.persons.shared_values import agreeing
from voterlist.schemas import ENTRY, LIST, STREET, VOTER, require
from voterlist.tables import codes, group_codes, is_known, sort_by, with_encoded_text

_Answer = TypeVar("_Answer")

_UNUSED = {"surname_skeleton", "street_kind", "building"}


def _encoded_columns(schema: pa.Schema) -> pa.Schema:
    return with_encoded_text(
        pa.schema([field for field in schema if field.name not in _UNUSED]),
        apart=IDENTIFIERS,
    )


VOTERS = _encoded_columns(VOTER)
"""The columns of VOTER that are looked at, dictionary-encoded where they are text.
"""
ENTRIES = _encoded_columns(ENTRY)
"""ENTRY, dictionary-encoded likewise."""


@frozen
class Groups:
    """Rows put into groups, counted from 0."""

    codes: Longs
    """The group of each row; -1: in none."""
    size: Longs
    """How many rows each group has."""
    first: Longs
    """The first row of each group."""

    def count(self, flags: Bools) -> Longs:
        """How many of each group's rows are flagged."""
        return np.bincount(
            self.codes[flags & (self.codes >= 0)], minlength=len(self.size)
        )


def groups_of(codes: Longs, count: int) -> Groups:
    """The groups of these codes, which run from 0 to ``count`` - 1."""
    rows = np.flatnonzero(codes >= 0)
    first = np.zeros(count, dtype=np.int64)
    first[codes[rows][::-1]] = rows[::-1]
    return Groups(codes, np.bincount(codes[rows], minlength=count), first)


class Found(NamedTuple):
    """Where a rule is broken: so many rows of FINDING, and their columns as ``make`` takes them."""

    rows: int
    columns: Mapping[str, Any]


@dataclass(frozen=True)
class Context:
    """Voters and their entries in order of entry id, with what several rules need of them.

    The order makes "the first of a group" the same whatever order the rows came in.
    """

    voters: pa.Table
    entries: pa.Table
    lists: pa.Table
    settings: CheckSettings
    on_day: dt.date
    given_streets: pa.Table | None = field(default=None, repr=False)
    """STREET: the register of streets; None where none was given."""
    _dates: dict[str, Codes] = field(default_factory=dict, repr=False)
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
    ) -> Context:
        """The context of these tables.

        Raises:
            StageError: a table has the wrong shape, or voters and entries are not the same entries.
        """
        voters = sort_by(require(voters, VOTERS, Stage.CHECK), "entry_id")
        voters = without_impossible_births(voters)
        entries = sort_by(require(entries, ENTRIES, Stage.CHECK), "entry_id")
        if not voters.column("entry_id").equals(entries.column("entry_id")):
            raise StageError(
                "voters and entries do not hold the same entry ids",
                stage=Stage.CHECK,
                todo="Run the stages from ingest on again.",
            )
        if streets is not None:
            streets = require(streets, STREET, Stage.CHECK)
        return cls(
            voters,
            entries,
            require(lists, LIST, Stage.CHECK),
            settings,
            on_day,
            streets,
        )

    def __len__(self) -> int:
        return int(self.voters.num_rows)

    @property
    def streets(self) -> pa.Table:
        """STREET: without rows where no register of streets was given."""
        is_given = self.given_streets is not None
        return self.given_streets if is_given else STREET.empty_table()

    def is_known(self, name: str) -> Bools:
        """True where this column of the voters is known."""
        return is_known(self.voters.column(name))

    def is_written(self, name: str) -> Bools:
        """True where this field stands in the entry as written."""
        return is_known(self.entries.column(name))

    def is_missing(self, field: str) -> Bools:
        """True where a field of ENTRY is neither written nor could be had from another cell.

        A cell that was written and not understood, a placeholder among them, is not missing:
        ``normalize`` speaks of it.
        """
        column = "birth_year" if field == "birth_date" else field
        return ~(self.is_known(column) | self.is_written(field))

    def number(self, name: str) -> Codes:
        """A column of whole numbers of the voters, -1 where null."""
        if name not in self._dates:
            column = self.voters.column(name).cast(pa.int32()).fill_null(-1)
            self._dates[name] = np.asarray(column, dtype=np.int32)
        return self._dates[name]

    def codes(self, name: str) -> Codes:
        """The codes of a column of the voters, -1 where null."""
        return codes(self.voters.column(name))[0]

    def equals(self, name: str, word: str) -> Bools:
        """True where this column of the voters is this word; null is no word."""
        code, distinct = codes(self.voters.column(name))
        flags: Bools = code == pc.index(distinct, word).as_py()
        return flags & (code >= 0)

    def cached(self, function: Callable[[Context], _Answer]) -> _Answer:
        """What this function returns for the context; it is called once, for several rules."""
        if function not in self._answers:
            self._answers[function] = function(self)
        answer: _Answer = self._answers[function]
        return answer

    @cached_property
    def lost_letters(self) -> Bools:
        """True for the entries of a file that lost letters."""
        return rows_of_lost_lists(self.entries)

    @cached_property
    def permanent(self) -> Bools:
        """True for the entries of permanent lists."""
        return self.equals("list_kind", ListKind.PERMANENT)

    @cached_property
    def precincts(self) -> Groups:
        """The entries by constituency and precinct.

        Where either is not known, in a group of its own.
        """
        return groups_of(
            *group_codes(self.voters, "constituency", "precinct", known=False)
        )

    @cached_property
    def constituency_of_precinct(self) -> Groups:
        """The groups of ``precincts`` by constituency.

        The codes of what belongs together are equal.
        """
        first = self.voters.select(["constituency"]).take(self.precincts.first)
        return groups_of(*group_codes(first, "constituency", known=False))

    @cached_property
    def named_precinct(self) -> Bools:
        """True for each of ``precincts`` whose precinct is known."""
        return self.is_known("precinct")[self.precincts.first]

    @cached_property
    def permanent_entries(self) -> Longs:
        """How many entries of permanent lists each of ``precincts`` has.

        0 for one whose number is not known.
        """
        return np.where(self.named_precinct, self.precincts.count(self.permanent), 0)

    @cached_property
    def namesakes(self) -> tuple[Longs, Longs]:
        """Those who share all three names and the full birth date with another.

        Returns:
            (rows, codes): the rows, ascending, and for each of them the code of its group.
        """
        names = (
            "surname",
            "given_name",
            *BORN,
            "patronymic",
        )
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
            self.is_known("street")
            & self.is_known("house")
            & self.is_known("precinct")
            & self.permanent
        )
        with_flat = self.is_known("flat")
        block = np.bincount(house[with_flat], minlength=houses) > 0
        placed &= with_flat | ~block[house]
        code, distinct = factorize(
            pack_columns([house[placed], self.codes("flat")[placed]], int(placed.sum()))
        )
        home = np.full(len(self), -1, dtype=np.int64)
        home[placed] = code
        return groups_of(home, len(distinct))

    def entries_found(
        self, rows: Longs | Bools, *, other: Longs | None = None, **cells: Any
    ) -> Found:
        """These rows, each with its place in the list it came from.

        Args:
            rows: row numbers, or a flag per row.
            other: of each of these rows the row that the finding names beside it.
            **cells: the columns ``field``, ``value`` and ``limit`` of FINDING.
        """
        at = np.flatnonzero(rows) if rows.dtype == bool else rows
        columns = take_columns(self.entries, at, ENTRY_PLACE)
        if other is not None:
            columns |= {"other_entry_id": self.entries.column("entry_id").take(other)}
        return Found(len(at), {**columns, **cells})

    def precincts_found(self, groups: Longs, **cells: Any) -> Found:
        """These groups of ``precincts``; ``cells`` as above."""
        place = take_columns(self.voters, self.precincts.first[groups], PLACE)
        return Found(len(groups), {**place, **cells})


def without_impossible_births(voters: pa.Table) -> pa.Table:
    """The voters; a birth date is unknown whose year no voter can be born in (1060 for 1960).

    ``normalize`` keeps such a date for the linkage, to which it is a date with one digit wrong.
    """
    year = voters.column("birth_year")
    too_early = pc.less(year, BIRTH_YEARS[0])
    too_late = pc.greater(year, BIRTH_YEARS[-1])
    impossible = pc.fill_null(pc.or_(too_early, too_late), fill_value=False)
    if not pc.any(impossible).as_py():
        return voters
    for name in BORN:
        at, column = voters.column_names.index(name), voters.column(name)
        known = pc.if_else(impossible, pa.scalar(None, column.type), column)
        voters = voters.set_column(at, voters.schema.field(at), known)
    return voters
