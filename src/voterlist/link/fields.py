"""The fields that blocking keys are made of.

Columns of a list, and what is derived from them, as codes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from voterlist.arrays import Codes, Longs, Words, dense, pack_known
from voterlist.link.encode import ADDED, ADDRESS_WORDS, Encoded, EncodedColumn
from voterlist.link.identifiers import Identifiers
from voterlist.link.short_names import FULL_NAMES

__all__ = ["field", "together"]

_NAMES = frozenset({"stem", "given_name", "patronymic"})


def _derived(column: EncodedColumn, derive: Callable[[str], str]) -> Codes:
    """The codes of what is derived from each value; -1 where that is empty."""
    derived = [derive(word) for word in column.words()]
    place = {
        word: code
        for code, word in enumerate(sorted({word for word in derived if word}))
    }
    return np.array([place.get(word, -1) for word in derived] + [-1], np.int32)[
        column.codes
    ]


def _initial(column: EncodedColumn) -> Codes:
    return _derived(column, lambda word: word[0])


def _initials(entries: Encoded) -> Longs:
    """The first letters of surname and given name."""
    return pack_known(
        _initial(entries.stem).astype(np.int64), _initial(entries.given_name)
    )


def _names(entries: Encoded) -> Longs:
    """Surname and given name as one code whichever stands first."""
    surnames, given_names = entries.surname.words(), entries.given_name.words()
    place = {word: code for code, word in enumerate(sorted({*surnames, *given_names}))}

    def common(words: Words) -> Longs:
        return np.array([place[word] for word in words] + [-1], np.int64)

    one, other = (
        common(surnames)[entries.surname.codes],
        common(given_names)[entries.given_name.codes],
    )
    known = (one >= 0) & (other >= 0)
    return np.where(
        known, np.minimum(one, other) * len(place) + np.maximum(one, other), -1
    )


def _sounds(entries: Encoded) -> Longs:
    """How surname and given name sound; -1 where sounds are not compared."""
    stem, given_name = entries.stem_sounds, entries.given_name_sounds
    if stem is None or given_name is None:
        return np.full(entries.size, -1, np.int64)
    surnames = np.append(stem, -1)[entries.stem.codes].astype(np.int64)
    return pack_known(surnames, np.append(given_name, -1)[entries.given_name.codes])


def _numbers(line: str) -> str:
    """The numbers of an address line, when there are at least two.

    House number and postcode stay the same however the street is spelt.
    """
    numbers = [word for word in line.split() if word.isdigit()]
    return " ".join(sorted(numbers)) if len(numbers) > 1 else ""


_DERIVED: dict[str, Callable[[Encoded], Codes | Longs]] = {
    "date": lambda entries: entries.date_code,
    "initials": _initials,
    "stem_initial": lambda entries: _initial(entries.stem),
    "given_name_initial": lambda entries: _initial(entries.given_name),
    "patronymic_initial": lambda entries: _initial(entries.patronymic),
    "names": _names,
    "sounds": _sounds,
    "address_start": lambda entries: _derived(
        entries.address, lambda line: line.replace(" ", "")[:6]
    ),
    "numbers": lambda entries: _derived(entries.address, _numbers),
    "document_start": lambda entries: entries.document.starts(5),
}


def field(entries: Encoded, name: str) -> Codes | Longs:
    """The codes of one field, below 0 where unknown."""
    if name in _DERIVED:
        return _DERIVED[name](entries)
    if name.startswith(ADDED):
        return entries.added[name.removeprefix(ADDED)].codes
    if name in ADDRESS_WORDS:
        column = ADDRESS_WORDS.index(name)
        return (
            entries.address_words[column]
            if entries.address_words
            else np.full(entries.size, -1, np.int32)
        )
    if name in FULL_NAMES:
        return entries.full_names[FULL_NAMES.index(name)]
    part = getattr(entries, name)
    if isinstance(part, EncodedColumn | Identifiers):
        return part.codes
    # A year, month or day of 0 is an unknown one.
    codes: Codes = (
        np.where(part > 0, part, -1).astype(np.int32)
        if name in {"year", "month", "day"}
        else part
    )
    return codes


def _whole_names(entries: Encoded, names: tuple[str, ...]) -> Codes:
    """One small code an entry for two or three names together; most keys begin with such."""
    if names not in entries.joins:
        first = (
            _whole_names(entries, names[:-1])
            if len(names) > 2
            else field(entries, names[0])
        )
        codes = dense(pack_known(first.astype(np.int64), field(entries, names[-1])))
        entries.joins[names] = codes.astype(np.int32)
    return entries.joins[names]


def together(entries: Encoded, names: tuple[str, ...]) -> Longs:
    """One code an entry for several fields, -1 where one of them is unknown.

    Without any field, all entries have the same code.
    """
    if not names:
        return np.zeros(entries.size, np.int64)
    whole = len(list(itertools.takewhile(_NAMES.__contains__, names)))
    codes = (
        _whole_names(entries, names[:whole]) if whole > 1 else field(entries, names[0])
    )
    codes = codes.astype(np.int64)
    for name in names[max(whole, 1) :]:
        codes = pack_known(codes, field(entries, name))
    return codes
