"""The values of added comparisons, folded by their kind: one form for every spelling of a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import pyarrow as pa

from voterlist.config.comparisons import AddedComparison, Fold, SharedFold
from voterlist.model import Profile
from voterlist.normalize.addresses import read_address
from voterlist.normalize.dates import read_date, resolve
from voterlist.normalize.names import skeleton
from voterlist.normalize.titles import is_placeholder


def fold_added(
    columns: Mapping[str, pa.Array],
    added: Sequence[AddedComparison],
    profile: Profile,
    folds: Mapping[str, Fold],
) -> dict[str, pa.DictionaryArray]:
    """The columns, dictionary-encoded, with each value folded; null where a value says nothing.

    ``folds`` are those of the kinds (``link.FOLDS``). A date becomes ``1985-06-17``, with ``00``
    for a part that is not known; a telephone number its last nine digits; a name its skeleton.
    """
    return {
        comparison.name: _folded(
            columns[comparison.name], folds[comparison.kind], profile
        )
        for comparison in added
    }


def _folded(column: pa.Array, fold: Fold, profile: Profile) -> pa.DictionaryArray:
    encoded = column.dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    words = [
        None if is_placeholder(word) else word
        for word in encoded.dictionary.to_pylist()
    ]
    if fold is SharedFold.DATE:
        folded = _dates(words)
    else:
        of_word = _of_word(fold, profile)
        folded = [of_word(word) or None if word else None for word in words]
    return pa.array(folded, pa.string()).take(encoded.indices).dictionary_encode()


def _of_word(fold: Fold, profile: Profile) -> Callable[[str], str | None]:
    if fold is SharedFold.WORDS:
        return lambda text: read_address(text, Profile.GENERIC).line
    if fold is SharedFold.NAME:
        return partial(skeleton, profile=profile)
    if isinstance(fold, SharedFold):
        raise TypeError("dates are folded column by column")
    return fold


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
