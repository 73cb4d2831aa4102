"""The tables of the compiled lists, cut into one document for each list; papers by the hundred.

A paper is a table (``lists/papers``) and a template (``render/pdf/templates``): the table says of
whom there is one and what it says of each; the template where that stands. A file of both is a
purpose of ``voterlist lists``. Its words are those of the catalogue under ``paper.<name>``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.fields import DISPLAYED, NAME_PARTS, TRAVELLING
from voterlist.lists.compile import Compiled
from voterlist.lists.roll import LIST_COUNTS, LIST_KEY, is_of, numbers_within
from voterlist.lists.sheets import came_late
from voterlist.model import ListKind, ListOrder, Precinct, Purpose, frozen
from voterlist.schemas import ALTERATION, CORRECTION, DOOR, LISTED, RECORD, empty
from voterlist.shipped import shipped_toml
from voterlist.tables import (
    ReadRow,
    from_columns,
    plain,
    row_of_each,
    rows_among,
    sort_by,
    with_column,
)


@frozen
class Edition:
    """What all documents of one printing have in common."""

    cycle: str
    run: str
    """The run that it comes from."""
    day: dt.date
    """The day on which it was made."""
    purpose: str
    """A code of ``Purpose``, or the name of a paper."""
    order: ListOrder
    names: Mapping[int, str]
    """Constituency -> its name, where a source vouches for one."""
    of_age_since: dt.date | None
    """Born on this day or later: the birth date is displayed in full. None: nobody's is."""
    written_spelling: bool = True
    """Show the name as written where it is spelt otherwise."""
    members: int = 4
    """How many sign beside chair and secretary."""
    frozen_after: Mapping[ListKind, dt.date] = field(default_factory=dict)
    """Of each kind of list that is frozen: the last day on which it could be changed as always."""
    reasons: bool = True
    """Show on a sheet of changes why each was made."""


@frozen
class Document:
    """What is printed of one list."""

    edition: Edition
    constituency: int | None
    precinct: int | None
    """None: the entries whose precinct is not known."""
    list_kind: ListKind
    rows: pa.Table
    """LISTED, or NOTICE of a paper, in the order in which they are printed. On display ``fin``,
    ``document`` and ``sex`` are null, and ``birth_date``, ``birth_month`` and ``birth_day`` are
    null but for those who come of age: show ``birth_date`` where it is known, else ``birth_year``.
    """

    @property
    def constituency_name(self) -> str | None:
        """None where no source vouches for a name."""
        return self.edition.names.get(self.constituency or 0)

    @property
    def stem(self) -> str:
        """The file's name without language and ending.

        Such as ``constituency-088-precinct-0004-display``.
        """
        place = f"{place_stem(self.constituency)}-{_precinct_stem(self.precinct)}"
        return f"{of_kind(place, self.list_kind)}-{self.edition.purpose}"


@frozen
class ListDocument(Document):
    """The list of one precinct, permanent or temporary."""

    balance: Mapping[str, int]
    """The counts of LIST_BALANCE, or of a sheet of changes (``lists.alterations``): each number
    that enters the sum (``lists.roll.SIGNS``), and last ``listed``."""
    corrections: pa.Table = field(default_factory=lambda: empty(CORRECTION))
    """CORRECTION; without rows on display."""
    door: pa.Table = field(default_factory=lambda: empty(DOOR))
    """DOOR; without rows on display."""
    changes: pa.Table = field(default_factory=lambda: empty(ALTERATION))
    """ALTERATION; rows on the sheet of changes alone."""
    since: dt.date | None = None
    """Of a sheet of changes: when the list was displayed last; None: never, so that the changes are
    those since it was handed in."""


def key_of(row: ReadRow) -> tuple[int | None, int | None, ListKind]:
    """The list (LIST_KEY) of a row that names one."""
    return row["constituency"], row["precinct"], ListKind(row["list_kind"])


def place_stem(constituency: int | None) -> str:
    """How the names of a constituency's files begin.

    The word stands before the number, so that nobody, and no program, takes it for a precinct's.
    """
    number = "unknown" if constituency is None else f"{constituency:03}"
    return f"constituency-{number}"


def record_stem(constituency: int | None, precinct: int | None, kind: str) -> str:
    """The name of the files of a list for programs, without their endings."""
    return of_kind(
        f"{place_stem(constituency)}-{_precinct_stem(precinct)}-record", kind
    )


def of_kind(stem: str, kind: str) -> str:
    """The beginning of a name with the kind of list, from which the intake reads it."""
    return stem if kind == ListKind.PERMANENT else f"{stem}-{kind}"


def _precinct_stem(precinct: int | None) -> str:
    return "precinct-" + ("unknown" if precinct is None else f"{precinct:04}")


_HIDDEN = (
    *(name for name in TRAVELLING if name not in DISPLAYED),
    *("source", "sheet", "line", "entry_id", "corrected", "card"),
)
"""What no list on display holds."""
_DATES = ("birth_date", "birth_month", "birth_day")


def documents(
    compiled: Compiled, edition: Edition, precinct: int | None = None
) -> Iterator[ListDocument]:
    """One document for each list, by precinct and kind.

    Args:
        compiled: the lists of a constituency.
        edition: what they have in common.
        precinct: only the lists of this one; None: all.
    """
    for row in compiled.balance.to_pylist():
        if precinct is None or row["precinct"] == precinct:
            yield _document(compiled, edition, row)


def _document(
    compiled: Compiled, edition: Edition, balance: Mapping[str, Any]
) -> ListDocument:
    """The document of the list that this row of LIST_BALANCE names."""
    listed = of_list(compiled.listed, balance)
    is_display = edition.purpose == Purpose.DISPLAY
    if is_display:
        listed = on_display(listed, edition.of_age_since)
    if not edition.written_spelling:
        # Whose surname or given name could not be read is still told by what was written.
        parts = (pc.is_valid(listed.column(name)) for name in NAME_PARTS[:2])
        written = pc.if_else(pc.and_(*parts), None, listed.column("name_as_written"))
        listed = with_column(listed, "name_as_written", written)
    corrections = of_list(compiled.corrections, balance)
    door = of_list(compiled.door, balance)
    return ListDocument(
        edition,
        *key_of(balance),
        listed,
        {name: balance[name] for name in LIST_COUNTS},
        corrections.slice(0, 0) if is_display else corrections,
        door.slice(0, 0) if is_display else door,
    )


def of_list(table: pa.Table, key: Mapping[str, Any]) -> pa.Table:
    """The rows of one list."""
    kept = [is_of(plain(table.column(name)), key[name]) for name in LIST_KEY]
    return table.filter(np.logical_and.reduce(kept))


def on_display(listed: pa.Table, of_age_since: dt.date | None) -> pa.Table:
    """LISTED with only what a list on display shows.

    The birth date is null but for those born on ``of_age_since`` or later; the year stays.
    """
    if of_age_since is None:
        return without(listed, LISTED, *_HIDDEN, *_DATES)
    # Dates in ISO 8601 stand in order as texts.
    is_young = pc.greater_equal(listed.column("birth_date"), of_age_since.isoformat())
    is_whole = pc.is_valid(listed.column("birth_day"))
    is_shown = pc.fill_null(pc.and_(is_whole, is_young), fill_value=False)
    shown = without(listed, LISTED, *_HIDDEN)
    for name in _DATES:
        date = pc.if_else(is_shown, listed.column(name), None)
        shown = with_column(shown, name, date)
    return shown


def without(table: pa.Table, schema: pa.Schema, *names: str) -> pa.Table:
    """The table of this schema without the content of these columns."""
    columns: dict[str, Any] = {
        name: table.column(name) for name in schema.names if name not in names
    }
    if "entry_id" in names:
        columns["entry_id"] = pa.repeat("", table.num_rows)
    return from_columns(columns, schema, table.num_rows)


def record_rows(listed: pa.Table, kind: str) -> pa.Table:
    """RECORD of the lists (LISTED) of one kind, by precinct and number."""
    return rows_among(listed, "list_kind", [kind]).select(RECORD.names).combine_chunks()


@frozen
class Paper:
    """One file of ``lists/papers``."""

    name: str
    rows: str
    """Of whom there is one, by street and house: ``voters``, all of a list; ``notices``, whom a
    finding proposes to strike; ``supplementary``, who came after the freeze; ``mobile``, who asked
    for the mobile box."""
    columns: Sequence[str]
    """What it says of each: names of ``render.papers.CELLS``."""
    words: Sequence[str]
    """What its template says to all: keys of the catalogue below ``paper.<name>``."""
    blank: int = 0
    """Numbered lines to write on, behind the others; such a paper is of every list."""


@cache
def papers() -> Mapping[str, Paper]:
    """Every paper by its name, which is its purpose."""
    names = sorted(
        path.name.removesuffix(".toml")
        for path in resources.files(__package__).joinpath("papers").iterdir()
        if path.name.endswith(".toml")
    )
    return {
        name: Paper(name, **shipped_toml(__package__, "papers", f"{name}.toml"))
        for name in names
    }


@frozen
class Office:
    """Where a precinct votes, and how it is called."""

    address: str | None = None
    telephone: str | None = None


Offices = Mapping[Precinct, Office]
"""(constituency, precinct) -> its office."""


@frozen
class PaperDocument(Document):
    """The papers of one list."""

    paper: Paper
    office: Office


def by_house(numbered: Compiled, by_street: Compiled) -> pa.Table:
    """LISTED by street and house, with the numbers that the lists have on display.

    Args:
        numbered: the lists as they are displayed.
        by_street: the same, by street and house.
    """
    ids = by_street.listed.column("entry_id")
    rows = row_of_each(ids, numbered.listed.column("entry_id"))
    return numbered.listed.take(rows)


def supplementary(
    rows: pa.Table, corrections: pa.Table, last_days: Mapping[ListKind, dt.date]
) -> pa.Table:
    """LISTED of who came onto a list after it was frozen, numbered anew by list.

    Args:
        rows: as ``by_house`` leaves them.
        corrections: CORRECTION.
        last_days: of each kind of list that has such a day.
    """
    late = came_late(corrections, last_days)
    found = sort_by(rows_among(rows, "entry_id", late), *LIST_KEY)
    return with_column(found, "number", pa.array(numbers_within(found)))


def paper_documents(
    paper: Paper, balance: pa.Table, rows: pa.Table, edition: Edition, offices: Offices
) -> Iterator[PaperDocument]:
    """The papers of each list that has a row, by precinct and kind.

    Args:
        paper: which.
        balance: LIST_BALANCE, which names the lists.
        rows: of whom there is one: LISTED or NOTICE.
        edition: what they have in common.
        offices: of the precincts of which they are known.
    """
    for key in balance.to_pylist():
        own = of_list(rows, key)
        if own.num_rows or (paper.blank and key["listed"]):
            place = key_of(key)
            office = offices.get(place[:2], Office())
            yield PaperDocument(edition, *place, own, paper, office)
