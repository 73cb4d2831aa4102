"""The columns of identifiers, read as bytes: nearly every entry has an identifier of its own.

What is valid as it was written is told by its bytes; only the others are read one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.model import Profile
from voterlist.normalize import rules
from voterlist.normalize.columns import Flags, flags, known, spread
from voterlist.normalize.identifiers import (
    PLACEHOLDER,
    PLAIN,
    REPAIRS,
    Identifier,
    Repair,
    parts_of,
    read_any,
    read_document,
    read_fin,
)
from voterlist.normalize.notes import Notes
from voterlist.normalize.placeholders import MAY_BE_PLACEHOLDER
from voterlist.tables import text_bytes

_ROWS_AT_ONCE = 1 << 15
"""So many rows stay in the processor's own memory while they are looked at."""
_WIDTH = 12
"""Bytes that are looked at: no valid identifier is longer than eleven."""

_SIGNS = "[ \u2116-]+"
_WITH_SIGNS = rf"^(?:AZE{_SIGNS}[0-9]{{8}}|[A-Z]{{2}}{_SIGNS}[0-9]{{7}})$"
"""Documents that are valid but for blanks, hyphens and numero signs between series and number."""

Bytes = npt.NDArray[np.uint8]


def _digit(signs: Bytes) -> Flags:
    # What lies below the first becomes a high number: one comparison tells both.
    return np.asarray(signs - np.uint8(ord("0")) < 10)


def _capital(signs: Bytes) -> Flags:
    return np.asarray(signs - np.uint8(ord("A")) < 26)


def _of_fin(signs: Bytes) -> Flags:
    letter = _capital(signs) & (signs != ord("I")) & (signs != ord("O"))
    is_either: Flags = _digit(signs) | letter
    return is_either


Kind = Callable[[Bytes], Flags]
"""Tells which bytes are of a kind."""


def _all_of(text: Bytes, kinds: Sequence[Kind]) -> Flags:
    """The texts whose bytes are of the kinds given for their places, with nothing behind.

    ``text`` has one row a place.
    """
    fits = text[len(kinds)] == 0
    for signs, kind in zip(text, kinds, strict=False):
        fits &= kind(signs)
    return np.asarray(fits)


def _one_letter(text: Bytes, first: int, last: int) -> Flags:
    """The texts whose bytes from ``first`` up to, not including, ``last`` are all the same."""
    return np.asarray((text[first + 1 : last] == text[first]).all(axis=0))


def _valid(column: pa.Array, name: str) -> Flags:
    """The rows that hold a valid ``FIN`` or ``DOCUMENT`` as written, no placeholder."""
    is_valid = _is_fin if name == "fin" else _is_document
    text = text_bytes(column, _WIDTH)
    parts = [
        is_valid(np.ascontiguousarray(text[start : start + _ROWS_AT_ONCE].T))
        for start in range(0, len(text), _ROWS_AT_ONCE)
    ]
    return np.concatenate([np.zeros(0, np.bool_), *parts])


def _is_fin(text: Bytes) -> Flags:
    """The valid FINs among texts; ``text`` has one row a place."""
    return _all_of(text, [_of_fin] * 7) & ~_one_letter(text, 0, 7)


def _is_document(text: Bytes) -> Flags:
    """The valid documents among texts; ``text`` has one row a place."""
    old_card = _all_of(text, [_capital] * 3 + [_digit] * 8)
    for signs, letter in zip(text, "AZE", strict=False):
        old_card &= signs == ord(letter)
    old_card &= ~_one_letter(text, 3, 11)
    new_card = _all_of(text, [_capital] * 2 + [_digit] * 7)
    new_card &= ~_one_letter(text, 2, 9)
    return np.asarray(old_card | new_card)


class _Read(NamedTuple):
    """A column of identifiers, read; one item an entry."""

    values: pa.Array
    documents: pa.Array
    """Documents found in the place of a FIN."""
    repairs: Bytes
    """The repairs, a bit each, or ``PLACEHOLDER``."""
    invalid: Flags

    def note(self, name: str, notes: Notes) -> None:
        """Note each repair."""
        for place, repair in enumerate(REPAIRS):
            is_repaired = (self.repairs >> place) & 1
            notes.rows(rules.REPAIRS[repair], is_repaired.astype(np.bool_), name)


def _read(column: pa.Array, valid: Flags, read: Callable[[str], Identifier]) -> _Read:
    """The column read; of texts that are valid as written none is looked at."""
    rest = known(column) & ~valid
    written = column.filter(pa.array(rest)).dictionary_encode()
    kinds = (pa.string(), pa.string(), pa.int64())
    value, document, repairs = spread(
        written, partial(parts_of, read), kinds, shared=True
    )
    bits = np.zeros(len(column), np.uint8)
    bits[rest] = repairs.to_numpy()
    values = _replaced(column, rest, value)
    documents = pa.nulls(len(column), pa.string())
    if document.null_count < len(document):
        documents = _replaced(documents, rest, document)
    is_read = known(values) | known(documents) | (bits == PLACEHOLDER)
    return _Read(values, documents, bits, rest & ~is_read)


def _read_documents(column: pa.Array) -> _Read:
    """The column read.

    Signs between series and number, as many a clerk writes them, are taken out all at once.
    """
    valid = _valid(column, "document")
    rest = np.flatnonzero(~valid)
    texts = column.take(pa.array(rest))
    with_signs = flags(pc.match_substring_regex(texts, _WITH_SIGNS))
    without = pc.replace_substring_regex(texts.filter(pa.array(with_signs)), _SIGNS, "")
    # What is a placeholder without its signs is looked at as it was written.
    is_valid = _valid(without, "document")
    chosen = np.zeros(len(column), np.bool_)
    chosen[rest[with_signs][is_valid]] = True
    replacements = without.filter(pa.array(is_valid))
    cleaned = pc.replace_with_mask(column, pa.array(chosen), replacements)
    documents = _read(cleaned, valid | chosen, read_document)
    documents.repairs[chosen] = 1 << REPAIRS.index(Repair.SIGNS_REMOVED)
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
    notes.rows(rules.PLACEHOLDER, documents.repairs == PLACEHOLDER, "document")
    notes.rows(rules.PLACEHOLDER, fins.repairs == PLACEHOLDER, "fin")
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
