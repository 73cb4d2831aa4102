"""Letters that were lost when a file was saved: ``M?mm?dov`` for ``Məmmədov``.

A program that saves text in a code page writes ``?`` for each letter that the code page lacks. One
sign stands for one letter. In a list that lost letters every ``?`` of a word is such a sign; in
another it is a mark of doubt, as people write one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from voterlist.arrays import Bools
from voterlist.fields import NAMES
from voterlist.tables import Column, codes, fits, over_rows

SIGNS = "?\N{REPLACEMENT CHARACTER}"
"""What stands in the place of a letter."""

_INSIDE = r"(?:^|\pL|[\s?\x{FFFD}-])[?\x{FFFD}]\pL"
"""Arrow's pattern of a sign that a letter follows: people put a mark of doubt behind a word."""
_LEAST_ROWS = 3
_LEAST_SHARE = 0.05
"""Of the rows of a list so many must have a sign inside of a name. Of names in Azerbaijani letters
nine of ten have, where the letter ə was lost."""


def with_sign_inside(columns: Sequence[Column]) -> Bools:
    """The rows with a sign inside of a word in one of these columns of text."""
    rows = len(columns[0]) if columns else 0
    flags = np.zeros(rows, np.bool_)
    for column in columns:
        flags |= over_rows(column, _has_sign_inside, null=False)
    return flags


def _has_sign_inside(texts: pa.Array) -> Bools:
    return fits(texts, _INSIDE)


def has_lost_letters(with_sign: int, rows: int) -> bool:
    """True for a list of so many rows, so many of them with a sign inside of a name."""
    return with_sign >= _LEAST_ROWS and with_sign >= _LEAST_SHARE * rows


def rows_of_lost_lists(entries: pa.Table) -> Bools:
    """The rows of ENTRY whose file lost letters."""
    with_sign = with_sign_inside([entries.column(name) for name in NAMES])
    if not with_sign.any():
        return with_sign
    source, sources = codes(entries.column("source"))
    rows = np.bincount(source, minlength=len(sources)).tolist()
    counts = np.bincount(source[with_sign], minlength=len(sources)).tolist()
    lost = [has_lost_letters(*of_file) for of_file in zip(counts, rows, strict=True)]
    return np.asarray(lost, np.bool_)[source]
