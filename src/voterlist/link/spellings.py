"""The usual spelling of each name of a list: the common name of which a rare one may be a slip.

Of two names one edit apart the rarer may be a slip where the other is many times as common. Slips
are looked for among the *distinct* names, whatever the list's length, and each name has one usual
spelling, by which entries are blocked as by any other code. Two names are one edit apart only where
they share what is left without one of their letters (Mor and Fraenkel 1982, "A hash code method for
detecting and correcting spelling errors").
"""

from __future__ import annotations

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from voterlist.arrays import Codes, Hashes, Longs, Words, consecutive, mix

_TIMES = 8
"""A name may be a slip of one that is at least so many times as common."""
_SHORTEST, _LONGEST = 3, 30
"""Letters of a name that may be a slip: shorter ones are near too many others."""
_AT_ONCE = 1 << 13
"""Names that are looked up at once."""


def usual_spellings(names: Words, counts: Longs) -> Codes:
    """The code of the usual spelling of each distinct name: its own where it is no slip.

    ``counts``: how many entries have each name. Of several common names one edit away the most
    common is meant; the order of the names does not matter.
    """
    usual = np.arange(len(names), dtype=np.int32)
    lengths = np.fromiter(map(len, names), np.int64, len(names))
    fits = (lengths >= _SHORTEST) & (lengths <= _LONGEST)
    common = np.flatnonzero(fits & (counts >= _TIMES))
    # The most common first: of those that are near a name the one that stands first is meant.
    common = common[np.lexsort((names[common].astype(np.str_), -counts[common]))]
    left, rank = _deletions(names[common])
    order = np.argsort(left, kind="stable")
    left, rank = left[order], rank[order]
    rare = np.flatnonzero(fits & (counts * _TIMES <= counts[common].max(initial=0)))
    for start in range(0, len(rare), _AT_ONCE):
        some = rare[start : start + _AT_ONCE]
        asked, of = _deletions(names[some])
        first, end = (np.searchsorted(left, asked, side) for side in ("left", "right"))
        name = np.repeat(some[of], end - first)
        near = rank[consecutive(first, end - first)]
        often = counts[common[near]] >= _TIMES * counts[name]
        name, near = name[often], near[often]
        edits = process.cpdist(
            names[name], names[common[near]], scorer=OSA.distance, score_cutoff=1
        )
        name, near = name[edits == 1], near[edits == 1]
        # Of several the last one written stands.
        order = np.argsort(-near, kind="stable")
        usual[name[order]] = common[near[order]]
    return usual


def slips_of_surnames(
    surnames: Words, counts: Longs, stem: Codes, stem_counts: Longs
) -> tuple[Longs, Codes]:
    """(The surnames that are slips of others, the stem of each of these others), as codes.

    ``stem``: the code of the stem of each surname. One whose stem another surname has too is no
    slip, however rare its ending: samirli, beside samirov, is not əmirli.
    """
    usual = usual_spellings(surnames, counts)
    is_slip = usual != np.arange(len(usual))
    is_slip &= stem_counts[stem] == counts
    slips = np.flatnonzero(is_slip)
    return slips, stem[usual[slips]]


def _deletions(names: Words) -> tuple[Hashes, Longs]:
    """(hashes of each name whole and without each one of its letters, the name of each hash)."""
    lengths = np.fromiter(map(len, names), np.int64, len(names))
    width = int(lengths.max(initial=0)) + 1
    letters = names.astype(f"U{width}").view(np.uint32).reshape(len(names), width)
    letters = letters.astype(np.uint64)
    weights = mix(np.arange(1, width + 1, dtype=np.uint64))
    # A hash is the sum of the letters, each times the weight of its place. Behind a letter that is
    # left out the others stand one place further to the front.
    in_place = letters * weights
    moved = np.zeros_like(letters)
    moved[:, 1:] = letters[:, 1:] * weights[:-1]
    before = np.cumsum(in_place, axis=1) - in_place
    behind = moved.sum(axis=1)[:, None] - np.cumsum(moved, axis=1)
    # To leave out the place behind the last letter leaves the whole name.
    is_place = np.arange(width) <= lengths[:, None]
    return (before + behind)[is_place], np.nonzero(is_place)[0]
