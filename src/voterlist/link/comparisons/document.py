"""The identity document: a new one has another number."""

from __future__ import annotations

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from voterlist.arrays import Bools, Levels, Words
from voterlist.link.comparisons.base import Evidence, Level, Pairs
from voterlist.link.comparisons.kind import shortest
from voterlist.link.comparisons.names import Identifier

_LONG_TEXT = 12
"""A text of so many characters is no card's number, and is compared as a text."""
_SIMILAR_FROM = 0.7
"""The share of characters kept from which two long texts are similar."""


class DocumentLevel(Level):
    """The levels of two documents."""

    SAME = 1, 1.0, Evidence.VALUE
    DIGIT = 2, 0.8
    """One sign more, less or other, or two neighbours that changed places."""
    SIMILAR = 3, 0.5
    """Texts of 12 characters and more with most characters in common: an e-mail address, say."""
    DIFFERS = 4
    MISSING = 0


class Document(Identifier):
    """The document, sign by sign; long texts as texts."""

    field = "document"
    levels = DocumentLevel
    least = 1e-8

    def pair_levels(self, pairs: Pairs) -> Levels:
        """Same, one edit apart, long and similar, or different."""
        documents = pairs.entries.document
        levels = super().pair_levels(pairs)
        if documents.texts is not None:
            other = np.flatnonzero(levels == DocumentLevel.DIFFERS)
            apart = pairs.at(other)
            similar = _similar(
                documents.words(apart.left), documents.words(apart.right)
            )
            levels[other[similar]] = DocumentLevel.SIMILAR
        return levels


def _similar(one: Words, other: Words) -> Bools:
    """True where both texts are long and have most characters in common."""
    long = np.flatnonzero(shortest(one, other) >= _LONG_TEXT)
    kept = process.cpdist(
        one[long], other[long], scorer=OSA.normalized_similarity, dtype=np.float32
    )
    similar = np.zeros(len(one), np.bool_)
    similar[long] = kept >= _SIMILAR_FROM
    return similar
