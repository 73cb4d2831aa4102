"""Papers by the hundred: a table (a file here) and a template (``render/pdf/templates``).

The table says of whom there is one and what it says of each; the template where that stands. A file
of both is a purpose of ``voterlist lists``. Its words are those of the catalogue under
``paper.<name>``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources

import pyarrow as pa

from voterlist.lists.compile import Compiled
from voterlist.lists.documents import Document, Edition, key_of, of_list
from voterlist.lists.listed import numbers_within
from voterlist.lists.roll import LIST_KEY
from voterlist.lists.sheets import came_late
from voterlist.model import ListKind, Precinct, frozen
from voterlist.shipped import shipped_toml
from voterlist.tables import row_of_each, rows_among, sort_by, with_column


@frozen
class Paper:
    """One file of this folder."""

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
        for path in resources.files(__package__).iterdir()
        if path.name.endswith(".toml")
    )
    return {
        name: Paper(name, **shipped_toml(__package__, f"{name}.toml")) for name in names
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
