"""What answers are held against, and what is left of them when they were checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import pyarrow as pa

from voterlist.model import Problem
from voterlist.schemas import ACCEPTANCE, AMENDMENT, SUBJECT, empty


@dataclass(frozen=True, slots=True)
class Value:
    """What a field is corrected to, or why it cannot be."""

    text: str | None
    """In the form in which it is kept; None where a dash says that there is none."""
    problem: str | None = None
    """A code of ``AMENDMENT_PROBLEMS``."""


ValueReader: TypeAlias = Callable[[str, str, dt.date], Value]
"""(field of ENTRY, text as written, today) -> what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentContext:
    """What answers are held against: the newest run, and what was answered before."""

    findings: pa.Table
    """FINDING of the newest run."""
    finding_ids: Sequence[str]
    """The id of each of them, as ``finding_ids`` makes it."""
    entries: pa.Table
    """ENTRY: at least the entries that the answers, their findings and their cases name."""
    registers: pa.Table
    """ENTRY: the rows of registers that findings name."""
    voters: pa.Table
    """VOTER, or its columns ``entry_id`` and ``fin``, of the whole list."""
    cases: pa.Table
    """CASE."""
    precincts: Mapping[int, Collection[int]]
    """Constituency -> its precincts, as ``precincts_known`` makes it."""
    read_value: ValueReader
    """Reads a corrected value; ``voterlist.normalize.read_correction``."""
    read_day: Callable[[str], dt.date | None]
    """Reads a day; ``voterlist.normalize.read_day``."""
    matches: pa.Table | None = None
    """MATCH: which rows of registers meet an entry by an identifier.

    Without it the row of a finding that may rest on names is no evidence.
    """


@dataclass(frozen=True, slots=True)
class Replaced:
    """An earlier answer of a person that the same person replaces."""

    file: str
    sheet: str
    row: int
    decided_by: str
    entry_id: str | None
    rule: str | None
    field: str | None
    """The field that is corrected; None where the answer is about the entry's place."""
    before: str
    """What it was: a code of ``Action``, or ``accept``."""
    now: str
    """What it is now."""


@dataclass(frozen=True, slots=True)
class Amended:
    """Answers about entries and findings, checked."""

    amendments: pa.Table = field(default_factory=lambda: empty(AMENDMENT))
    """AMENDMENT to record, in the order of the rows. What already stands is not repeated."""
    adjudications: pa.Table = field(default_factory=lambda: empty(AMENDMENT))
    """AMENDMENT to record that settle what others decided in different ways."""
    acceptances: pa.Table = field(default_factory=lambda: empty(ACCEPTANCE))
    """ACCEPTANCE to record."""
    subjects: pa.Table = field(default_factory=lambda: empty(SUBJECT))
    """SUBJECT: what the entries and rows of registers say that are decided about, by id."""
    problems: tuple[Problem, ...] = ()
    """Why rows were refused, in order of file, sheet and row; all other rows are recorded."""
    replaced: tuple[Replaced, ...] = ()
    """The person's own earlier answers that are answered anew, in the order of the rows."""
