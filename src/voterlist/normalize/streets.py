"""The register of the precincts' streets, normalised.

Names folded as in the lists, ranges of houses read.
"""

from __future__ import annotations

import re
from dataclasses import astuple
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.facts.latin import ascii_letters, to_latin
from voterlist.findings import gather, make
from voterlist.model import Covers, frozen
from voterlist.normalize.addresses import read_address, read_street
from voterlist.normalize.columns import BY_CODE
from voterlist.normalize.names import WORDS
from voterlist.normalize.street_or_village import Kind, named_by_its_column
from voterlist.schemas import SET_ASIDE, STREET, STREET_ROW, empty, require
from voterlist.tables import Outcome, from_columns, group_codes, sort_by, text_of


@frozen
class Houses:
    """One part of a border.

    The numbers ``first`` to ``last``, all, odd or even ones; or ``house`` alone.
    """

    covers: Covers
    first: int | None = None
    last: int | None = None
    """None of both: the whole street."""
    house: str | None = None


_MOST_DIGITS = 4
"""A longer number is no house's."""
_PARTS = re.compile(r"[,;\n+]+|\b(?:və|ve|и|and)\b", re.IGNORECASE)
_UNTIL = re.compile(r"-\s*(?:dən|dan|den|дән|дан)\b", re.IGNORECASE)
_TO_SUFFIX = re.compile(r"-\s*(?:dək|dak|dek|ə|a|e|yə|ya|ye|дәк|дак)\b", re.IGNORECASE)
_DASHES = re.compile(r"[\u2010-\u2015\u2212]|\.{2,}|\u2026")
_WORD = re.compile(r"\d+(?: ?[a-z]\b)?(?:/\d+[a-z]?)?|[a-z]+|-|[^\sa-z\d-]")
_NUMBER = re.compile(r"\d+")
_HOUSES = WORDS["houses"]
_ODD, _EVEN = tuple(_HOUSES["odd"]), tuple(_HOUSES["even"])
_WHOLE, _FILLERS = frozenset(_HOUSES["whole"]), frozenset(_HOUSES["fillers"])
_RANGE_WORDS = frozenset({"po", "do", "to", "through"})
_FROM_WORDS = frozenset({"s", "ot", "from"})
_SIGNS = frozenset("().:*№#/")


@lru_cache(maxsize=65536)
def read_houses(text: str | None) -> tuple[Houses, ...]:
    """The parts of what is written of a street's houses; nothing written is the whole street.

    Each part that cannot be read is one of ``Covers.UNREAD``: it may be any houses.
    """
    plain = _DASHES.sub("-", (text or "").replace("*", " "))
    parts = [part for part in _PARTS.split(plain) if part and part.strip(" .()")]
    return tuple(map(_part, parts)) or (Houses(Covers.ALL),)


def _part(text: str) -> Houses:
    """One part between commas."""
    if _UNTIL.search(text):
        # "1-dən 45-ə" is 1-45; elsewhere "3-A" is a house.
        text = _TO_SUFFIX.sub(" ", _UNTIL.sub(" - ", text))
    folded = ascii_letters(to_latin(text))
    words = [
        word
        for word in _WORD.findall(folded)
        if word not in _FILLERS and word not in _SIGNS
    ]
    parity, words = _parity([word for word in words if word not in _FROM_WORDS])
    words = ["-" if word in _RANGE_WORDS else word for word in words]
    if not [word for word in words if word not in _WHOLE]:
        return Houses(parity or Covers.ALL)
    return _numbers(words, parity)


def _parity(words: list[str]) -> tuple[Covers | None, list[str]]:
    """(odd or even, the other words)."""
    odd = [word for word in words if word.startswith(_ODD)]
    even = [word for word in words if word.startswith(_EVEN)]
    rest = [word for word in words if word not in odd and word not in even]
    if bool(odd) == bool(even):
        # "1-20 odd and even" are all; what names neither too.
        return None, rest
    return Covers.ODD if odd else Covers.EVEN, rest


def _numbers(words: list[str], parity: Covers | None) -> Houses:
    """A house, or the houses from one number to another."""
    written = [
        number.lstrip("0")
        for word in words
        for number in _NUMBER.findall(word.split("/")[0])
    ]
    if not written or max(map(len, written)) > _MOST_DIGITS:
        return Houses(Covers.UNREAD)
    numbers = [int(number or "0") for number in written]
    match words:
        case [house]:
            return Houses(Covers.ONE, house=house.replace(" ", ""))
        case [number, letter] | [number, "-", letter] if (
            len(letter) == 1 and letter.isalpha()
        ):
            return Houses(Covers.ONE, house=number + letter)
        case [_, "-", _] if len(numbers) == 2 and numbers[0] <= numbers[1]:
            return Houses(parity or Covers.ALL, numbers[0], numbers[1])
    return Houses(Covers.UNREAD)


_PLACE = ("constituency", "precinct", "source", "sheet", "line")
_WRITTEN = ("settlement", "street_kind", "street", "houses")
_READ = {
    "settlement": pa.string(),
    "street_kind": pa.string(),
    "street": pa.string(),
    "covers": pa.string(),
    "first": pa.int32(),
    "last": pa.int32(),
    "house": pa.string(),
}
_NAME_AND_NUMBERS = re.compile(r"^(.*?[^\W\d].*?)[\s,:;]+(\d.*)$", re.DOTALL)
"""A street and its houses in one cell: the number after the first word."""


def normalize_streets(rows: pa.Table) -> Outcome:
    """The streets (STREET) of these rows (STREET_ROW), one row a range of houses.

    What cannot be read stays, as ``unread``, and has a finding: nobody lives outside of what is not
    known.

    Raises:
        SchemaError: ``rows`` is no STREET_ROW table.
    """
    rows = require(rows, STREET_ROW, "normalize").combine_chunks()
    code, count = group_codes(rows, *_WRITTEN, known=False)
    _, first = np.unique(code, return_index=True)
    read = [
        _read_ranges(**row) for row in rows.select(_WRITTEN).take(first).to_pylist()
    ]
    lengths = np.array([len(parts) for parts in read], np.int64).reshape(count)
    starts, of_row = np.cumsum(lengths) - lengths, lengths[code]
    at = np.repeat(np.arange(rows.num_rows), of_row)
    within = np.arange(len(at)) - np.repeat(np.cumsum(of_row) - of_row, of_row)
    taken = pa.array(starts[code[at]] + within, pa.int64())
    parts = [part for several in read for part in several]
    columns: dict[str, Any] = {name: rows.column(name).take(at) for name in _PLACE}
    columns |= {
        name: pa.array([part[place] for part in parts], kind).take(taken)
        for place, (name, kind) in enumerate(_READ.items())
    }
    table = sort_by(from_columns(columns, STREET, length=len(at)), *STREET.names)
    return Outcome(table, _unread(table), empty(SET_ASIDE))


def _read_ranges(
    settlement: str | None,
    street_kind: str | None,
    street: str | None,
    houses: str | None,
) -> list[tuple[Any, ...]]:
    """The columns of ``_READ`` for each range in one row."""
    if houses is None and street is not None:
        street, houses = _apart(street)
    named = f"{street} {street_kind or ''}".rstrip()
    if street_kind or settlement or houses:
        # Without any of these a row may be a whole village too.
        named = named_by_its_column(named, Kind.STREET)
    address = read_street(named) if street else None
    place = address.settlement if address else None
    if settlement is not None:
        village = named_by_its_column(settlement, Kind.VILLAGE)
        settlement_address = read_street(village)
        # "Qaraməryəm" and "Qaraməryəm kəndi" are one: without its kind the name stands where a
        # street's would.
        place = settlement_address.settlement or settlement_address.street
    names = (
        place,
        address.street_kind if address else None,
        address.street if address else None,
    )
    if names[0] is None and names[2] is None:
        return [(*names, *astuple(Houses(Covers.UNREAD)))]
    return [(*names, *astuple(part)) for part in read_houses(houses)]


def _apart(street: str) -> tuple[str, str | None]:
    """(street, houses) of a cell that may hold both, such as ``Nizami küç. 1-45``."""
    match = _NAME_AND_NUMBERS.match(street)
    if match is None or read_address(match[2]).street_kind is not None:
        # "Xətai küç. 3-cü döngə" is a name to its end.
        return street, None
    return match[1], match[2]


def _unread(table: pa.Table) -> pa.Table:
    """FINDING: one a row of the register in which some houses could not be read."""
    unread = table.filter(pc.equal(text_of(table, "covers"), Covers.UNREAD.value))
    places = (
        unread.select(_PLACE).group_by(list(_PLACE), use_threads=False).aggregate([])
    )
    columns: dict[str, Any] = {name: places.column(name) for name in _PLACE}
    columns["field"] = "houses"
    return gather([make(BY_CODE["street-houses-unreadable"], places.num_rows, columns)])
