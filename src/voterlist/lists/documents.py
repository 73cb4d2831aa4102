"""The tables of the compiled lists, cut into one document for each list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.fields import DISPLAYED, TRAVELLING
from voterlist.lists.compile import Compiled
from voterlist.lists.roll import LIST_KEY, is_of
from voterlist.model import ListKind, ListOrder, Purpose
from voterlist.schemas import ALTERATION, CORRECTION, DOOR, LISTED, RECORD, empty
from voterlist.tables import from_columns, plain


@dataclass(frozen=True, slots=True)
class Balance:
    """The rows of one list: a row of LIST_BALANCE."""

    handed_in: int
    struck: int
    repeated: int
    moved_out: int
    moved_in: int
    added: int
    listed: int

    @property
    def is_even(self) -> bool:
        """True where the sum is right."""
        left = self.handed_in - self.struck - self.repeated - self.moved_out
        return left + self.moved_in + self.added == self.listed


@dataclass(frozen=True, slots=True)
class Alterations:
    """How many came onto one list and left it since it was displayed last."""

    displayed: int
    struck: int
    repeated: int
    moved_out: int
    left: int
    """Without a decision: the list was handed in anew, or an addition was taken back."""
    moved_in: int
    added: int
    restored: int
    """Somebody was struck, or taken for a repetition, and that was taken back."""
    came: int
    """Without a decision: the list was handed in anew."""
    listed: int

    @property
    def is_even(self) -> bool:
        """True where the sum is right."""
        gone = self.struck + self.repeated + self.moved_out + self.left
        new = self.moved_in + self.added + self.restored + self.came
        return self.displayed - gone + new == self.listed


@dataclass(frozen=True, slots=True)
class ListDocument:
    """The list of one precinct, permanent or temporary."""

    cycle: str
    run: str
    """The run that it comes from."""
    day: dt.date
    """The day on which it was made."""
    purpose: Purpose
    order: ListOrder
    constituency: int | None
    constituency_name: str | None
    """None where no source vouches for a name."""
    precinct: int | None
    """None: the entries whose precinct is not known."""
    list_kind: ListKind
    rows: pa.Table
    """LISTED in the order of ``number``. On display ``fin``, ``document`` and ``sex`` are null, and
    ``birth_date``, ``birth_month`` and ``birth_day`` are null but for those who come of age: show
    ``birth_date`` where it is known, else ``birth_year``."""
    balance: Balance | Alterations
    corrections: pa.Table = field(default_factory=lambda: empty(CORRECTION))
    """CORRECTION; without rows on display."""
    door: pa.Table = field(default_factory=lambda: empty(DOOR))
    """DOOR; without rows on display."""
    members: int = 4
    """How many sign beside chair and secretary."""
    changes: pa.Table = field(default_factory=lambda: empty(ALTERATION))
    """ALTERATION; rows on the sheet of changes alone."""
    since: dt.date | None = None
    """Of a sheet of changes: when the list was displayed last; None: never, so that the changes are
    those since it was handed in."""
    frozen_after: dt.date | None = None
    """The last day on which the list could be changed as always, where it is frozen."""

    @property
    def stem(self) -> str:
        """The file's name without language and ending.

        Such as ``constituency-088-precinct-0004-display``.
        """
        key = (self.constituency, self.precinct, self.list_kind)
        return f"{list_stem(*key)}-{self.purpose}"


def list_stem(constituency: int | None, precinct: int | None, kind: ListKind) -> str:
    """How the names of a list's files begin."""
    place = f"{place_stem(constituency)}-{_precinct_stem(precinct)}"
    return place if kind is ListKind.PERMANENT else f"{place}-{kind}"


def place_stem(constituency: int | None) -> str:
    """How the names of a constituency's files begin.

    The word stands before the number, so that nobody, and no program, takes it for a precinct's.
    """
    number = "unknown" if constituency is None else f"{constituency:03}"
    return f"constituency-{number}"


def record_stem(constituency: int | None, precinct: int | None, kind: str) -> str:
    """The name of the files of a list for programs, without their endings."""
    stem = f"{place_stem(constituency)}-{_precinct_stem(precinct)}-record"
    return stem if kind == ListKind.PERMANENT else f"{stem}-{kind}"


def _precinct_stem(precinct: int | None) -> str:
    return "precinct-" + ("unknown" if precinct is None else f"{precinct:04}")


_HIDDEN = (
    *(name for name in TRAVELLING if name not in DISPLAYED),
    *("source", "sheet", "line", "entry_id", "corrected", "card"),
)
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
    frozen_after: Mapping[ListKind, dt.date] = field(default_factory=dict)
    """Of each kind of list that is frozen: the last day on which it could be changed as always."""
    reasons: bool = True
    """Show on a sheet of changes why each was made."""


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
    is_display = edition.purpose is Purpose.DISPLAY
    if is_display:
        listed = on_display(listed, edition.of_age_since)
    if not edition.written_spelling:
        listed = _without(listed, "name_as_written")
    corrections = of_list(compiled.corrections, balance)
    door = of_list(compiled.door, balance)
    return ListDocument(
        **of_edition(edition, balance),
        rows=listed,
        balance=Balance(
            **{name: count for name, count in balance.items() if name not in LIST_KEY}
        ),
        corrections=corrections.slice(0, 0) if is_display else corrections,
        door=door.slice(0, 0) if is_display else door,
    )


def of_edition(edition: Edition, key: Mapping[str, Any]) -> dict[str, Any]:
    """What every document of the list with this key (LIST_KEY) says of itself."""
    number = key["constituency"]
    return {
        "cycle": edition.cycle,
        "run": edition.run,
        "day": edition.day,
        "purpose": edition.purpose,
        "order": edition.order,
        "constituency": number,
        "constituency_name": edition.names.get(number),
        "precinct": key["precinct"],
        "list_kind": ListKind(key["list_kind"]),
        "members": edition.members,
        "frozen_after": edition.frozen_after.get(ListKind(key["list_kind"])),
    }


def of_list(table: pa.Table, key: Mapping[str, Any]) -> pa.Table:
    """The rows of one list."""
    kept = [is_of(plain(table.column(name)), key[name]) for name in LIST_KEY]
    return table.filter(pa.array(np.logical_and.reduce(kept)))


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
    return _listed_rows(columns, listed.num_rows)


def _without(listed: pa.Table, *names: str) -> pa.Table:
    """LISTED without the content of these columns."""
    columns: dict[str, Any] = {
        name: listed.column(name) for name in LISTED.names if name not in names
    }
    if "entry_id" in names:
        columns["entry_id"] = pa.repeat("", listed.num_rows)
    return _listed_rows(columns, listed.num_rows)


def _listed_rows(columns: Mapping[str, Any], rows: int) -> pa.Table:
    return from_columns(columns, LISTED, rows)


def record_rows(
    listed: pa.Table, kind: ListKind, precinct: int | None = None
) -> pa.Table:
    """RECORD of the lists of one kind, by precinct and number.

    Args:
        listed: LISTED.
        kind: of the lists.
        precinct: only the lists of this one; None: all.
    """
    is_wanted = pc.equal(plain(listed.column("list_kind")), kind.value)
    if precinct is not None:
        is_wanted = pc.and_kleene(
            is_wanted, pc.equal(listed.column("precinct"), precinct)
        )
    return listed.filter(is_wanted).select(RECORD.names).combine_chunks()
