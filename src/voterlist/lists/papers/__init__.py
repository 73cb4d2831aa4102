"""Papers by the hundred: a table (a file here) and a template (``render/pdf/templates``).

The table says of whom there is one and what it says of each; the template where that stands. A file
of both is a purpose of ``voterlist lists``. Its words are those of the catalogue under
``paper.<name>``.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, TypeAlias

import pyarrow as pa

from voterlist.lists.compile import Compiled
from voterlist.lists.documents import Edition, list_stem, of_list
from voterlist.lists.roll import LIST_KEY
from voterlist.lists.sheets import came_late
from voterlist.model import ListKind
from voterlist.shipped import shipped_toml
from voterlist.tables import row_of_each, rows_among, sort_by, with_column


@dataclass(frozen=True, slots=True)
class Paper:
    """One file of this folder."""

    name: str
    rows: str
    """Of whom there is one, by street and house: ``voters``, all of a list; ``notices``, whom a
    finding proposes to strike; ``supplementary``, who came after the freeze; ``mobile``, who asked
    for the mobile box."""
    columns: tuple[str, ...]
    """What it says of each: names of ``render.papers.CELLS``."""
    words: tuple[str, ...]
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
    made = {name: shipped_toml(__package__, f"{name}.toml") for name in names}
    return {
        name: Paper(
            name=name,
            rows=cells["rows"],
            columns=tuple(cells["columns"]),
            words=tuple(cells["words"]),
            blank=cells.get("blank", 0),
        )
        for name, cells in made.items()
    }


@dataclass(frozen=True, slots=True)
class Office:
    """Where a precinct votes, and how it is called."""

    address: str | None = None
    telephone: str | None = None


Offices: TypeAlias = Mapping[tuple[int | None, int | None], Office]
"""(constituency, precinct) -> its office."""


@dataclass(frozen=True, slots=True)
class PaperDocument:
    """The papers of one list."""

    paper: Paper
    day: dt.date
    constituency: int | None
    constituency_name: str | None
    precinct: int | None
    list_kind: ListKind
    office: Office
    rows: pa.Table
    """LISTED or NOTICE, in the order in which they are printed."""

    @property
    def stem(self) -> str:
        """The file's name without language and ending."""
        key = (self.constituency, self.precinct, self.list_kind)
        return f"{list_stem(*key)}-{self.paper.name}"


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
    count: Counter[tuple[Any, ...]] = Counter()
    numbers = []
    for row in found.to_pylist():
        key = tuple(row[name] for name in LIST_KEY)
        count[key] += 1
        numbers.append(count[key])
    return with_column(found, "number", pa.array(numbers, pa.int64()))


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
            yield _document(paper, key, own, edition, offices)


def _document(
    paper: Paper,
    key: Mapping[str, Any],
    rows: pa.Table,
    edition: Edition,
    offices: Offices,
) -> PaperDocument:
    constituency, precinct, kind = (key[name] for name in LIST_KEY)
    return PaperDocument(
        paper=paper,
        day=edition.day,
        constituency=constituency,
        constituency_name=edition.names.get(constituency),
        precinct=precinct,
        list_kind=ListKind(kind),
        office=offices.get((constituency, precinct), Office()),
        rows=rows,
    )
