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
from voterlist.normalize.placeholders import MAY_BE_PLACEHOLDER, is_placeholder
from voterlist.normalize.rules import Notes
from voterlist.tables import text_bytes

__all__ = ["IDENTIFIERS", "read_identifiers"]

IDENTIFIERS = ("document", "fin")
_REPAIRS = tuple(Repair)
_PLACEHOLDER = 1 << len(_REPAIRS)
"""Beside the repairs, a bit each, what is said of a text that is a sign of absence."""
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
    return np.asarray(old | _all_of(text, [_CAPITAL] * 2 + [_DIGIT] * 7) & ~_one_letter(text, 2, 9))


def _read(
    column: pa.Array, valid: Flags, name: str, read: Callable[[str], Identifier], notes: Notes
) -> tuple[pa.Array, pa.Array, Flags]:
    """(values, documents found in their place, which rows are invalid); each placeholder and each repair is noted.

    Only what is not valid as written is read.
    """
    rest = known(column) & ~valid

    def parts(text: str) -> tuple[str | None, str | None, int]:
        if is_placeholder(text):
            return None, None, _PLACEHOLDER
        found = read(text)
        return found.value, found.document, sum(1 << _REPAIRS.index(repair) for repair in found.repairs)

    written = column.filter(pa.array(rest)).dictionary_encode()
    value, document, said = spread(written, parts, (pa.string(), pa.string(), pa.int64()))
    bits = np.zeros(len(column), np.uint8)
    bits[rest] = said.to_numpy()
    notes.rows(rules.PLACEHOLDER, bits == _PLACEHOLDER, name)
    for place, repair in enumerate(_REPAIRS):
        notes.rows(rules.REPAIRS[repair], (bits >> place & 1).astype(np.bool_), name)
    values, others = _replaced(column, rest, value), _replaced(pa.nulls(len(column), pa.string()), rest, document)
    return values, others, rest & (bits != _PLACEHOLDER) & ~known(values) & ~known(others)


def _replaced(column: pa.Array, rows: Flags, values: pa.DictionaryArray) -> pa.Array:
    """A column of text with other values in these rows, in their order."""
    return pc.replace_with_mask(column, pa.array(rows), values.cast(pa.string()))


def read_identifiers(fin: pa.Array, document: pa.Array, profile: Profile, notes: Notes) -> dict[str, pa.Array]:
    """The columns of VOTER ``fin`` and ``document``, read off those of a list, as text."""
    # The document first: of two placeholders in one entry that one is noted, in the order of the fields.
    if profile is Profile.GENERIC:
        return {
            name: _read(column, _plain(column), name, read_any, notes)[0]
            for name, column in (("document", document), ("fin", fin))
        }
    documents, _, invalid_documents = _read(document, _valid(document, "document"), "document", read_document, notes)
    fins, misplaced, invalid_fins = _read(fin, _valid(fin, "fin"), "fin", read_fin, notes)
    notes.rows(rules.FIN_HOLDS_DOCUMENT, known(misplaced), "fin")
    notes.rows(rules.FIN_INVALID, invalid_fins, "fin")
    notes.rows(rules.DOCUMENT_INVALID, invalid_documents, "document")
    return {"fin": fins, "document": pc.coalesce(documents, misplaced) if known(misplaced).any() else documents}


def _plain(column: pa.Array) -> Flags:
    """The rows that hold an identifier of an unknown kind which ``read_any`` leaves as it is, and is no placeholder."""
    plain = flags(pc.match_substring_regex(column, PLAIN))
    return plain & ~flags(pc.match_substring_regex(column, MAY_BE_PLACEHOLDER))
