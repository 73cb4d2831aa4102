"""The values of added comparisons, folded by their kind: one form for every spelling of a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import partial

import numpy as np
import pyarrow as pa

from voterlist.config.comparisons import AddedComparison, ComparisonKind
from voterlist.model import Profile
from voterlist.normalize.addresses import read_address
from voterlist.normalize.dates import read_date, resolve
from voterlist.normalize.names import skeleton
from voterlist.normalize.placeholders import is_placeholder

_MOST_DIGITS = 100
"""Before or behind the point; a longer number is none that people write."""
_PHONE_DIGITS = 9
"""Digits of a telephone number without its country's code and the zero before the area's."""


def fold_added(
    columns: Mapping[str, pa.Array], added: Sequence[AddedComparison], profile: Profile
) -> dict[str, pa.DictionaryArray]:
    """The columns, dictionary-encoded, with each value folded; null where a value says nothing.

    A date becomes ``1985-06-17``, with ``00`` for a part that is not known; a telephone number its
    last nine digits; a name its skeleton.
    """
    return {one.name: _folded(columns[one.name], one.kind, profile) for one in added}


def _folded(
    column: pa.Array, kind: ComparisonKind, profile: Profile
) -> pa.DictionaryArray:
    encoded = column.dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    words = [
        None if is_placeholder(word) else word
        for word in encoded.dictionary.to_pylist()
    ]
    if kind is ComparisonKind.DATE:
        folded = _dates(words)
    else:
        fold = _folds(profile)[kind]
        folded = [fold(word) or None if word else None for word in words]
    return pa.array(folded, pa.string()).take(encoded.indices).dictionary_encode()


def _folds(profile: Profile) -> dict[ComparisonKind, Callable[[str], str | None]]:
    return {
        ComparisonKind.EXACT: str.strip,
        ComparisonKind.TEXT: _words,
        ComparisonKind.NAME: partial(skeleton, profile=profile),
        ComparisonKind.NUMBER: _number,
        ComparisonKind.PLACE: _words,
        ComparisonKind.EMAIL: _email,
        ComparisonKind.PHONE: _phone,
    }


def _words(text: str) -> str | None:
    """The words in plain lower-case letters and digits."""
    return read_address(text, Profile.GENERIC).line


def _email(text: str) -> str:
    return "".join(text.split()).casefold()


def _phone(text: str) -> str:
    digits = [str(int(letter)) for letter in text if letter.isdecimal()]
    return "".join(digits[-_PHONE_DIGITS:])


def _number(text: str) -> str | None:
    """The number in one form: 1 043,50 and 1043.5 are one."""
    plain = re.sub(r"\s", "", text)
    if "," in plain and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        number = Decimal(plain.replace(",", ""))
    except InvalidOperation:
        return None
    # 1e999999 would be a text of a million zeros.
    is_usual = number.is_finite() and abs(number.adjusted()) <= _MOST_DIGITS
    return f"{number.normalize():f}" if is_usual else None


def _dates(words: Sequence[str | None]) -> list[str | None]:
    """Each date as year, month and day; the column decides which number is the day."""
    read = [read_date(word or "") for word in words]
    parts = [[int(one.form), one.first, one.second, one.year] for one in read]
    form, first, second, year = np.array(parts, np.int64).reshape(-1, 4).T
    one_file = np.zeros(len(read), np.int64)
    dates = resolve(
        form, first, second, year, one_file, 1, np.ones(len(read), np.int64)
    )
    rows = zip(
        dates.year.tolist(), dates.month.tolist(), dates.day.tolist(), strict=True
    )
    return [
        f"{year:04d}-{month:02d}-{day:02d}" if year else None
        for year, month, day in rows
    ]
