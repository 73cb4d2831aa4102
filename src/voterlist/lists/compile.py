"""Entries and what was done to them -> the list of each precinct."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools, Longs
from voterlist.decisions.effects import with_corrections
from voterlist.fields import NAME_PARTS
from voterlist.lists.roll import (
    Places,
    counted_balance,
    is_of,
    listed_rows,
    of_action,
    places_of,
    require_balance,
)
from voterlist.lists.sheets import corrections_of, door_of
from voterlist.model import Action, ListOrder, frozen
from voterlist.schemas import VOTER
from voterlist.tables import (
    Column,
    by_key,
    codes,
    count_by,
    from_columns,
    group_codes,
    plain,
    row_of_each,
    rows_among,
    rows_without,
    take_column,
    with_column,
)


@frozen
class ListInput:
    """What a run knows of one constituency.

    Its tables may hold people of others: those who came from there, and those whom a case or a
    finding names.
    """

    entries: pa.Table
    """ENTRY: as handed in."""
    voters: pa.Table
    """VOTER: of the entries, from their corrected cells, and of the additions."""
    additions: pa.Table
    """ENTRY: the people added from registers."""
    applied: pa.Table
    """APPLIED"""
    amendments: pa.Table
    """AMENDMENT: what holds; corrections and questions are taken from it."""
    balance: pa.Table | None
    """LIST_BALANCE of the constituency as the run counted it; None where the run made none."""
    findings: pa.Table
    """FINDING: those still open."""
    cases: pa.Table
    """CASE: those still open."""


def input_until(given: ListInput, day: dt.date) -> ListInput:
    """What was known when a day ended: the same where nobody came onto a list, or left it, since.

    What was corrected since stays corrected.
    """
    days = pc.utf8_slice_codeunits(plain(given.applied.column("decided_at")), 0, 10)
    is_since = pc.fill_null(pc.greater(days, day.isoformat()), fill_value=False)
    is_since = pc.and_not(
        is_since, pc.equal(plain(given.applied.column("action")), Action.CORRECT)
    )
    since = given.applied.filter(is_since)
    if not since.num_rows:
        return given
    added = of_action(since, Action.ADD).column("entry_id")
    return replace(
        given,
        applied=given.applied.filter(pc.invert(is_since)),
        additions=rows_without(given.additions, "entry_id", added),
        balance=None,
    )


@frozen
class Compiled:
    """The lists of the precincts of one constituency."""

    listed: pa.Table
    """LISTED, by precinct, kind and number."""
    corrections: pa.Table
    """CORRECTION, by precinct, kind, change and name."""
    balance: pa.Table
    """LIST_BALANCE, one row for each list."""
    door: pa.Table
    """DOOR, by precinct, kind, street, house and flat."""


def compile_lists(
    given: ListInput, *, constituency: int | None, order: ListOrder = ListOrder.NAME
) -> Compiled:
    """The compiled, corrected list of every precinct of a constituency.

    Entries whose precinct is not known make a list of their own.

    Args:
        given: what the run knows.
        constituency: its number; None: the entries of which no constituency is known.
        order: how each list is sorted.

    Raises:
        StageError: the list of a precinct has other rows than its balance says.
    """
    corrected = replace(
        given,
        entries=with_corrections(given.entries, given.amendments),
        additions=with_corrections(given.additions, given.amendments),
    )
    places = places_of(corrected.entries, corrected.additions, given.applied)
    voters = in_order(given.voters, places.entries.column("entry_id"))
    names = spelt_as_decided(voters, places.entries, places.is_added, given.applied)
    for name, spelt in names.items():
        voters = with_column(voters, name, spelt)
    streets = street_texts(places.entries.column("address"), voters)
    is_here = places.is_listed & is_of(
        places.entries.column("constituency"), constituency
    )
    rows = pa.array(np.flatnonzero(is_here))
    listed = listed_rows(
        _places_taken(places, rows),
        voters.take(rows),
        streets.take(rows),
        given.applied,
        order,
    )
    balance = counted_balance(places, constituency)
    require_balance(balance, listed, given.balance)
    return Compiled(
        listed=listed,
        corrections=corrections_of(given.applied, places, voters, listed, constituency),
        balance=balance,
        door=door_of(corrected, places, voters, streets, listed),
    )


def in_order(voters: pa.Table, ids: pa.ChunkedArray) -> pa.Table:
    """VOTER of these ids in their order, text as plain columns."""
    rows = row_of_each(ids, voters.column("entry_id"))
    columns = {name: take_column(voters, name, rows) for name in VOTER.names}
    return from_columns(columns, VOTER, len(ids))


def spelt_as_decided(
    voters: pa.Table, entries: pa.Table, is_added: Bools, applied: pa.Table
) -> dict[str, Column]:
    """The parts of the names as somebody wrote them who corrected them, or added an applicant.

    They come from a document: no spelling that is more usual takes their place. Whom a register
    adds is spelt as usual; the id of its row names the register.

    Args:
        voters: VOTER, or its parts of names.
        entries: ENTRY of the same people in the same order, corrected; or its parts of names.
        is_added: who of them was on no list.
        applied: APPLIED.
    """
    ids = entries.column("entry_id")
    is_applicant = pc.and_not(is_added, pc.match_substring(ids, ":"))
    corrections = of_action(applied, Action.CORRECT)
    names = {}
    for name in NAME_PARTS:
        corrected = rows_among(corrections, "field", [name]).column("entry_id")
        is_corrected = pc.is_in(ids, value_set=corrected.combine_chunks())
        written = plain(entries.column(name))
        is_decided = pc.or_(is_corrected, is_applicant)
        is_written = pc.and_(is_decided, pc.is_valid(written))
        names[name] = pc.if_else(is_written, written, plain(voters.column(name)))
    return names


def _places_taken(places: Places, rows: pa.Array) -> Places:
    """The places of these rows."""
    return Places(*(getattr(places, field.name).take(rows) for field in fields(Places)))


_NUMBER = re.compile(r"\d+")
_HOUSE_WORDS = re.compile(
    r"(?:[\s,;./\-№#]|\b(?:ev|evi|bina|binası|mənzil|menzil|m|d|dom|ев|бина|мәнзил"
    r"|д|дом|кв|h|house|no|n|flat|apt))+$",
    re.IGNORECASE,
)
"""What stands between the street and the number of the house."""


def street_texts(addresses: pa.ChunkedArray, voters: pa.Table) -> pa.Array:
    """The street or village of each row, as most addresses of it write it.

    Null where an address names none. Rows are of one street where their folded settlement, kind and
    street agree; a row without its settlement is of the only one of that name.

    Args:
        addresses: as written, one for each row.
        voters: with ``constituency``, ``precinct``, ``settlement``, ``street_kind``, ``street``,
            ``house`` and ``flat``.
    """
    street = _streets(voters)
    written = _without_houses(addresses, voters)
    written_codes, texts = codes(written)
    spelt = pa.table({"street": street, "text": written_codes})
    is_known = (street >= 0) & (written_codes >= 0)
    counted = count_by(spelt.filter(is_known), "street", "text")
    names = _most_frequent(counted, texts.to_pylist())
    of_street = [names.get(number) for number in range(int(street.max(initial=-1)) + 1)]
    places = pa.array(street, mask=street < 0)
    return pa.array(of_street, pa.string()).take(places)


def _streets(voters: pa.Table) -> Longs:
    """The code of each row's street; -1 where the address names neither street nor village."""
    of_street = ("constituency", "precinct", "street_kind", "street")
    named, count = group_codes(voters, *of_street, known=False)
    settlement, _ = codes(voters.column("settlement"))
    known = settlement >= 0
    lowest, highest = np.full(count, len(known)), np.full(count, -1)
    np.minimum.at(lowest, named[known], settlement[known])
    np.maximum.at(highest, named[known], settlement[known])
    only = np.where(lowest == highest, highest, -1)
    has_street = np.asarray(voters.column("street").is_valid())
    own = np.where(~known & has_street, only[named], settlement)
    both = np.stack([named, own], axis=1)
    _, street = np.unique(both, axis=0, return_inverse=True)
    nowhere = ~has_street & (settlement < 0)
    return np.where(nowhere, -1, street.reshape(-1)).astype(np.int64)


def _without_houses(addresses: pa.ChunkedArray, voters: pa.Table) -> pa.ChunkedArray:
    """Each address without its house and flat; each distinct one is cut once."""
    names = ("house", "flat")
    columns = {name: plain(voters.column(name)) for name in names}
    table = pa.table({"address": plain(addresses), **columns})
    row_codes, _ = group_codes(table, *table.column_names, known=False)
    _, first = np.unique(row_codes, return_index=True)
    streets = [_street_of(**row) for row in table.take(first).to_pylist()]
    return pa.chunked_array([pa.array(streets, pa.string()).take(row_codes)])


def _street_of(address: str | None, house: str | None, flat: str | None) -> str | None:
    """What an address says before the number of its house."""
    if address is None:
        return None
    ends = _house_numbers(address, house)
    if not ends:
        return address.strip() if house is None else None
    is_flat_of_same_number = _digits(flat) == _digits(house)
    end = ends[-2] if is_flat_of_same_number and len(ends) > 1 else ends[-1]
    return _HOUSE_WORDS.sub("", address[:end]).strip() or None


def _house_numbers(address: str, house: str | None) -> list[int]:
    """Where the number of the house may begin; not where no letter stands before it."""
    number = _digits(house)
    return [
        match.start()
        for match in _NUMBER.finditer(address)
        if match[0].lstrip("0") == number
        and any(map(str.isalpha, address[: match.start()]))
    ]


def _digits(text: str | None) -> str | None:
    """The first number in a text, without leading zeros; None where there is none."""
    match = _NUMBER.search(text or "")
    return match[0].lstrip("0") if match else None


def _most_frequent(
    counted: Mapping[tuple[int, int], int], texts: Sequence[str]
) -> dict[int, str]:
    """Street -> the most frequent of its texts; of equally frequent ones the first by code."""
    spellings = by_key(
        (street, (-rows, texts[text])) for (street, text), rows in counted.items()
    )
    return {street: min(known)[1] for street, known in spellings.items()}
