"""Term frequency: which share of unrelated people has the value that two entries share.

Two people called Məmmədov are less likely one person than two called Qaraçuxurlu. Source: Winkler
2000, frequency-based matching.
"""

from __future__ import annotations

import numpy as np

from voterlist.arrays import Codes, Floats, Longs
from voterlist.link.encode import EncodedColumn
from voterlist.link.grid import steady_count, steady_size


def share_of_counts(
    counts: Longs, size: int, least: float, pseudo: float = 1.0
) -> Floats:
    """log2 of the share of unrelated people who have a value that so many entries have.

    ``counts`` are the entries with the value, ``size`` all entries. The two entries of the pair are
    left out of the count, and ``pseudo`` is added, as much for each of 1 / ``least`` values (a
    Dirichlet prior). So a value that only the pair has is about as likely as ``least``. Both
    numbers are rounded, so that an entry less hardly ever changes them.
    """
    counted = steady_count(np.maximum(counts - 2, 0) + pseudo)
    share = counted / steady_size(size + pseudo / least)
    return np.asarray(np.log2(share), np.float64)


def least_share(column: EncodedColumn, distinct: int) -> float:
    """The share of a value that only one pair has; a column has at least ``distinct`` values."""
    return 1 / max(column.distinct, distinct)


def share_of_codes(
    column: EncodedColumn, codes: Codes, size: int, least: float
) -> Floats:
    """log2 of the share of unrelated people who have the values with these codes; 0 for -1."""
    if not len(column.counts):
        return np.zeros(len(codes))
    shares = share_of_counts(column.counts[codes], size, least, column.pseudo_count)
    return np.where(codes >= 0, shares, 0.0)
