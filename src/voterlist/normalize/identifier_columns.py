"""The columns of identifiers: nearly every entry has one of its own, so they are looked at as bytes, not as texts.

What is valid as it was written is told by its bytes; only the others are read one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.model import Profile
from voterlist.normalize import rules
from voterlist.normalize.columns import Flags, flags, known, spread
from voterlist.normalize.identifiers import PLAIN, Identifier, Repair, read_any, read_document, read_fin
from voterlist.normalize.placeholders import is_placeholder
from voterlist.normalize.rules import Notes
from voterlist.tables import text_bytes

__all__ = ["IDENTIFIERS", "identifier_placeholders", "read_identifiers"]

IDENTIFIERS = ("document", "fin")
_REPAIRS = tuple(Repair)
_WIDTH = 12
"""Bytes that are looked at: no valid identifier is longer than eleven."""

Bytes = np.ndarray[Any, np.dtype[np.uint8]]


def _table(letters: str) -> Flags:
    """One item a byte: whether it is one of these letters."""
    return np.isin(np.arange(256), np.frombuffer(letters.encode(), np.uint8))


_DIGITS = "0123456789"
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGIT, _CAPITAL, _OF_FIN = _table(_DIGITS), _table(_CAPITALS), _table(_DIGITS + "ABCDEFGHJKLMNPQRSTUVWXYZ")
_END = _table("\0")


def _all_of(text: Bytes, kinds: list[Flags]) -> Flags:
    """The rows in which the byte at each place is of the kind given for the place, and nothing follows."""
    found = _END[text[:, len(kinds)]]
    for place, kind in enumerate(kinds):
        found &= kind[text[:, place]]
    return found


def _one_letter(text: Bytes, first: int, last: int) -> Flags:
    """The rows whose bytes from ``first`` up to, not including, ``last`` are all the same."""
    found = np.ones(len(text), np.bool_)
    for place in range(first + 1, last):
        found &= text[:, place] == text[:, first]
    return found


def _valid(column: pa.Array, name: str) -> Flags:
    """The rows that hold a valid identifier as written (``FIN``, ``DOCUMENT``) which is no placeholder."""
    text = text_bytes(column, _WIDTH)
    if name == "fin":
        return _all_of(text, [_OF_FIN] * 7) & ~_one_letter(text, 0, 7)
    old = text[:, 0] == ord("A")
    old &= (text[:, 1] == ord("Z")) & (text[:, 2] == ord("E"))
    old &= _all_of(text, [_CAPITAL] * 3 + [_DIGIT] * 8) & ~_one_letter(text, 3, 11)
    return old | (_all_of(text, [_CAPITAL] * 2 + [_DIGIT] * 7) & ~_one_letter(text, 2, 9))


def identifier_placeholders(column: pa.Array, name: str) -> Flags:
    """The rows of a column of identifiers, as text, that hold a sign of absence instead."""
    return _rows(column, known(column) & ~_valid(column, name), is_placeholder)


def _rows(column: pa.Array, chosen: Flags, tells: Callable[[str], bool]) -> Flags:
    """Of the chosen rows those of which this is true; each distinct text is asked once."""
    rows = np.flatnonzero(chosen)
    written = column.take(pa.array(rows)).dictionary_encode()
    told = np.array([tells(text) for text in written.dictionary.to_pylist()], np.bool_)
    found = np.zeros(len(column), np.bool_)
    found[rows] = told[written.indices.to_numpy()]
    return found


def _read(
    column: pa.Array, name: str, read: Callable[[str], Identifier], notes: Notes
) -> tuple[pa.Array, pa.Array]:
    """(values, documents found in their place); only what is not valid as written is read, and each repair is noted."""
    rest = known(column) & ~_valid(column, name)

    def parts(text: str) -> tuple[str | None, str | None, int]:
        found = read(text)
        return found.value, found.document, sum(1 << _REPAIRS.index(repair) for repair in found.repairs)

    written = column.filter(pa.array(rest)).dictionary_encode()
    value, document, repairs = spread(written, parts, (pa.string(), pa.string(), pa.int64()))
    bits = np.zeros(len(column), np.uint8)
    bits[rest] = repairs.to_numpy()
    for place, repair in enumerate(_REPAIRS):
        notes.rows(rules.REPAIRS[repair], (bits >> place & 1).astype(np.bool_), name)
    return _replaced(column, rest, value), _replaced(pa.nulls(len(column), pa.string()), rest, document)


def _replaced(column: pa.Array, rows: Flags, values: pa.DictionaryArray) -> pa.Array:
    """A column of text with other values in these rows, in their order."""
    return pc.replace_with_mask(column, pa.array(rows), values.cast(pa.string()))


def read_identifiers(fin: pa.Array, document: pa.Array, profile: Profile, notes: Notes) -> dict[str, pa.Array]:
    """The columns of VOTER ``fin`` and ``document``, read off those of a list, as text."""
    if profile is Profile.GENERIC:
        return {"fin": _plain(fin), "document": _plain(document)}
    fins, misplaced = _read(fin, "fin", read_fin, notes)
    notes.rows(rules.FIN_HOLDS_DOCUMENT, known(misplaced), "fin")
    notes.rows(rules.FIN_INVALID, known(fin) & ~known(fins) & ~known(misplaced), "fin")
    documents, _ = _read(document, "document", read_document, notes)
    notes.rows(rules.DOCUMENT_INVALID, known(document) & ~known(documents), "document")
    return {"fin": fins, "document": pc.coalesce(documents, misplaced) if known(misplaced).any() else documents}


def _plain(column: pa.Array) -> pa.Array:
    """Identifiers of an unknown kind; only what is not plain as written is read."""
    rest = ~flags(pc.fill_null(pc.match_substring_regex(column, PLAIN), True))  # noqa: FBT003 - Arrow's signature
    written = column.filter(pa.array(rest)).dictionary_encode()
    return _replaced(column, rest, spread(written, lambda text: (read_any(text).value,), (pa.string(),))[0])
