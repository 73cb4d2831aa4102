"""The identity document: a new one has another number."""

from __future__ import annotations

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from voterlist.arrays import Bools, Levels, Words
from voterlist.link.comparisons.base import Comparison, Evidence, Level, Pairs, Shares
from voterlist.link.comparisons.names import (
    IdentifierLevels,
    identifier_levels,
    identifier_shares,
)

_LEAST_SHARE = 1e-8
"""The chance that an unrelated person has one given document."""
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


_LEVELS = IdentifierLevels(
    DocumentLevel.MISSING,
    DocumentLevel.SAME,
    DocumentLevel.DIGIT,
    DocumentLevel.DIFFERS,
)


class Document(Comparison):
    """The document, sign by sign; long texts as texts."""

    field = "document"
    levels = DocumentLevel
    pair_level_count = len(DocumentLevel)

    def pair_levels(self, pairs: Pairs) -> Levels:
        """Same, one edit apart, long and similar, or different."""
        documents = pairs.entries.document
        levels = identifier_levels(documents, pairs, _LEVELS)
        if documents.texts is not None:
            other = np.flatnonzero(levels == DocumentLevel.DIFFERS)
            apart = pairs.at(other)
            similar = _similar(
                documents.words(apart.left), documents.words(apart.right)
            )
            levels[other[similar]] = DocumentLevel.SIMILAR
        return levels

    def shared_value_shares(self, pairs: Pairs, levels: Levels) -> Shares:
        """How many entries have the document."""
        is_same = levels == DocumentLevel.SAME
        yield from identifier_shares(
            pairs.entries.document, pairs, is_same, _LEAST_SHARE
        )


def _similar(one: Words, other: Words) -> Bools:
    """True where both texts are long and have most characters in common."""
    lengths = [
        min(len(first), len(second)) for first, second in zip(one, other, strict=True)
    ]
    long = np.flatnonzero(np.array(lengths, np.int64) >= _LONG_TEXT)
    kept = process.cpdist(
        one[long], other[long], scorer=OSA.normalized_similarity, dtype=np.float32
    )
    similar = np.zeros(len(one), np.bool_)
    similar[long] = kept >= _SIMILAR_FROM
    return similar
