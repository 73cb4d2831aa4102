"""The columns of identifiers, read as bytes: nearly every entry has an identifier of its own.

What is valid as it was written is told by its bytes; only the others are read one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.model import Profile
from voterlist.normalize import rules
from voterlist.normalize.columns import Flags, flags, known, spread
from voterlist.normalize.identifiers import (
    PLAIN,
    Identifier,
    Repair,
    read_any,
    read_document,
    read_fin,
)
from voterlist.normalize.notes import Notes
from voterlist.normalize.placeholders import MAY_BE_PLACEHOLDER, is_placeholder
from voterlist.tables import text_bytes

__all__ = ["IDENTIFIERS", "read_identifiers"]

IDENTIFIERS = ("document", "fin")
_REPAIRS = tuple(Repair)
_PLACEHOLDER = 1 << len(_REPAIRS)
"""Beside the repairs, a bit each, what is said of a text that is a sign of absence."""
_WIDTH = 12
"""Bytes that are looked at: no valid identifier is longer than eleven."""

_SIGNS = "[ \u2116-]+"
_WITH_SIGNS = rf"^(?:AZE{_SIGNS}[0-9]{{8}}|[A-Z]{{2}}{_SIGNS}[0-9]{{7}})$"
"""Documents that are valid but for blanks, hyphens and numero signs between series and number."""

Bytes = npt.NDArray[np.uint8]


def _table(letters: str) -> Flags:
    """One item a byte: whether it is one of these letters."""
    return np.isin(np.arange(256), np.frombuffer(letters.encode(), np.uint8))


_DIGITS = "0123456789"
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGIT = _table(_DIGITS)
_CAPITAL = _table(_CAPITALS)
_OF_FIN = _table(_DIGITS + "ABCDEFGHJKLMNPQRSTUVWXYZ")
_END = _table("\0")


def _all_of(text: Bytes, kinds: list[Flags]) -> Flags:
    """The rows whose bytes are of the kinds given for their places, with nothing behind."""
    fits = _END[text[:, len(kinds)]]
    for place, kind in enumerate(kinds):
        fits &= kind[text[:, place]]
    return fits


def _one_letter(text: Bytes, first: int, last: int) -> Flags:
    """The rows whose bytes from ``first`` up to, not including, ``last`` are all the same."""
    same = np.ones(len(text), np.bool_)
    for place in range(first + 1, last):
        same &= text[:, place] == text[:, first]
    return same


def _valid(column: pa.Array, name: str) -> Flags:
    """The rows that hold a valid ``FIN`` or ``DOCUMENT`` as written, no placeholder."""
    text = text_bytes(column, _WIDTH)
    if name == "fin":
        return _all_of(text, [_OF_FIN] * 7) & ~_one_letter(text, 0, 7)
    old_card = _all_of(text, [_CAPITAL] * 3 + [_DIGIT] * 8)
    for place, letter in enumerate("AZE"):
        old_card &= text[:, place] == ord(letter)
    old_card &= ~_one_letter(text, 3, 11)
    new_card = _all_of(text, [_CAPITAL] * 2 + [_DIGIT] * 7)
    new_card &= ~_one_letter(text, 2, 9)
    return np.asarray(old_card | new_card)


class _Read(NamedTuple):
    """A column of identifiers, read; one item an entry."""

    values: pa.Array
    documents: pa.Array
    """Documents found in the place of a FIN."""
    repairs: Bytes
    """The repairs, a bit each, or ``_PLACEHOLDER``."""
    invalid: Flags

    def note(self, name: str, notes: Notes) -> None:
        """Note each repair."""
        for place, repair in enumerate(_REPAIRS):
            is_repaired = (self.repairs >> place) & 1
            notes.rows(rules.REPAIRS[repair], is_repaired.astype(np.bool_), name)


def _read(column: pa.Array, valid: Flags, read: Callable[[str], Identifier]) -> _Read:
    """The column read; of texts that are valid as written none is looked at."""
    rest = known(column) & ~valid

    def parts(text: str) -> tuple[str | None, str | None, int]:
        if is_placeholder(text):
            return None, None, _PLACEHOLDER
        identifier = read(text)
        repairs = sum(1 << _REPAIRS.index(repair) for repair in identifier.repairs)
        return identifier.value, identifier.document, repairs

    written = column.filter(pa.array(rest)).dictionary_encode()
    value, document, repairs = spread(
        written, parts, (pa.string(), pa.string(), pa.int64())
    )
    bits = np.zeros(len(column), np.uint8)
    bits[rest] = repairs.to_numpy()
    values = _replaced(column, rest, value)
    documents = _replaced(pa.nulls(len(column), pa.string()), rest, document)
    is_read = known(values) | known(documents) | (bits == _PLACEHOLDER)
    return _Read(values, documents, bits, rest & ~is_read)


def _read_documents(column: pa.Array) -> _Read:
    """The column read.

    Signs between series and number, as many a clerk writes them, are taken out all at once.
    """
    with_signs = np.flatnonzero(flags(pc.match_substring_regex(column, _WITH_SIGNS)))
    without = pc.replace_substring_regex(column.take(pa.array(with_signs)), _SIGNS, "")
    # What is a placeholder without its signs is looked at as it was written.
    is_valid = _valid(without, "document")
    chosen = np.zeros(len(column), np.bool_)
    chosen[with_signs[is_valid]] = True
    replacements = without.filter(pa.array(is_valid))
    cleaned = pc.replace_with_mask(column, pa.array(chosen), replacements)
    documents = _read(cleaned, _valid(cleaned, "document"), read_document)
    documents.repairs[chosen] = 1 << _REPAIRS.index(Repair.SIGNS_REMOVED)
    return documents


def _replaced(column: pa.Array, rows: Flags, values: pa.DictionaryArray) -> pa.Array:
    """A column of text with other values in these rows, in their order."""
    return pc.replace_with_mask(column, pa.array(rows), values.cast(pa.string()))


def read_identifiers(
    fin: pa.Array, document: pa.Array, profile: Profile, notes: Notes
) -> dict[str, pa.Array]:
    """The columns of VOTER ``fin`` and ``document``, read off those of a list, as text."""
    if profile is Profile.GENERIC:
        fins, documents = (
            _read(fin, _plain(fin), read_any),
            _read(document, _plain(document), read_any),
        )
    else:
        fins = _read(fin, _valid(fin, "fin"), read_fin)
        documents = _read_documents(document)
    # Of two placeholders of one entry the document's is noted, of two repairs of one kind the
    # FIN's.
    notes.rows(rules.PLACEHOLDER, documents.repairs == _PLACEHOLDER, "document")
    notes.rows(rules.PLACEHOLDER, fins.repairs == _PLACEHOLDER, "fin")
    fins.note("fin", notes)
    documents.note("document", notes)
    notes.rows(rules.FIN_HOLDS_DOCUMENT, known(fins.documents), "fin")
    notes.rows(rules.FIN_INVALID, fins.invalid, "fin")
    notes.rows(rules.DOCUMENT_INVALID, documents.invalid, "document")
    misplaced = known(fins.documents).any()
    return {
        "fin": fins.values,
        "document": pc.coalesce(documents.values, fins.documents)
        if misplaced
        else documents.values,
    }


def _plain(column: pa.Array) -> Flags:
    """The rows with an identifier that ``read_any`` leaves as it is, no placeholder."""
    plain = flags(pc.match_substring_regex(column, PLAIN))
    return plain & ~flags(pc.match_substring_regex(column, MAY_BE_PLACEHOLDER))
