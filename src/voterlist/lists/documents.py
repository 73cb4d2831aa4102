"""The tables of the compiled lists, cut into one document for each list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.lists.balance import LIST_KEY
from voterlist.lists.compile import Compiled
from voterlist.lists.document import Balance, ListDocument
from voterlist.model import ListKind, ListOrder, Purpose
from voterlist.schemas import LISTED
from voterlist.tables import from_columns, plain

__all__ = ["Edition", "documents", "on_display"]

_HIDDEN = ("fin", "document", "sex", "source", "sheet", "line", "entry_id", "corrected")
"""What no list on display holds."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What all lists of one printing have in common."""

    cycle: str
    run: str
    day: dt.date
    purpose: Purpose
    order: ListOrder
    names: Mapping[int, str]
    """Constituency -> its name, where a source vouches for one."""
    of_age_since: dt.date | None
    """Born on this day or later: the birth date is displayed in full. None: nobody's is."""
    written_spelling: bool = True
    """Show the name as written where it is spelt otherwise."""
    members: int = 4


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
    listed = _of_list(compiled.listed, balance)
    is_display = edition.purpose is Purpose.DISPLAY
    if is_display:
        listed = on_display(listed, edition.of_age_since)
    if not edition.written_spelling:
        listed = _without(listed, "name_as_written")
    corrections = _of_list(compiled.corrections, balance)
    door = _of_list(compiled.door, balance)
    number = balance["constituency"]
    return ListDocument(
        cycle=edition.cycle,
        run=edition.run,
        day=edition.day,
        purpose=edition.purpose,
        order=edition.order,
        constituency=number,
        constituency_name=edition.names.get(number),
        precinct=balance["precinct"],
        list_kind=ListKind(balance["list_kind"]),
        rows=listed,
        balance=Balance(
            **{name: count for name, count in balance.items() if name not in LIST_KEY}
        ),
        corrections=corrections.slice(0, 0) if is_display else corrections,
        door=door.slice(0, 0) if is_display else door,
        members=edition.members,
    )


def _of_list(table: pa.Table, key: Mapping[str, Any]) -> pa.Table:
    """The rows of one list."""
    kept = pc.equal(plain(table.column("list_kind")), key["list_kind"])
    for name in ("constituency", "precinct"):
        column = table.column(name)
        is_own = (
            pc.is_null(column) if key[name] is None else pc.equal(column, key[name])
        )
        kept = pc.and_(kept, is_own)
    return table.filter(kept)


def on_display(listed: pa.Table, of_age_since: dt.date | None) -> pa.Table:
    """LISTED with only what a list on display shows.

    The birth date is null but for those born on ``of_age_since`` or later; the year stays.
    """
    shown = _without(listed, *_HIDDEN)
    if of_age_since is None:
        return _without(shown, "birth_date", "birth_month", "birth_day")
    is_whole = pc.is_valid(listed.column("birth_day"))
    # Dates in ISO 8601 stand in order as texts.
    is_young = pc.and_(
        is_whole,
        pc.greater_equal(listed.column("birth_date"), of_age_since.isoformat()),
    )
    is_shown = pc.fill_null(is_young, fill_value=False)
    columns = {name: shown.column(name) for name in LISTED.names}
    for name in ("birth_date", "birth_month", "birth_day"):
        columns[name] = pc.if_else(is_shown, listed.column(name), None)
    return _listed(columns, listed.num_rows)


def _without(listed: pa.Table, *names: str) -> pa.Table:
    """LISTED without the content of these columns."""
    columns: dict[str, Any] = {
        name: listed.column(name) for name in LISTED.names if name not in names
    }
    if "entry_id" in names:
        columns["entry_id"] = pa.repeat("", listed.num_rows)
    return _listed(columns, listed.num_rows)


def _listed(columns: Mapping[str, Any], rows: int) -> pa.Table:
    return from_columns(columns, LISTED, rows)
