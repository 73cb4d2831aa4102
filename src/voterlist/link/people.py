"""Lists with many entries a person: what is frequent is counted by people, not by entries.

Where a person has ten entries, a surname that ten entries have may be one person's. Counted by
entries it would be common, so that two entries that share it would be thought two people; and of
two random entries, too many would be one person's. So a list of many repetitions is looked at
twice. First as it is. Then the entries that are surely one person's count once: each person's
values once, and random pairs are those of two people.
"""

from __future__ import annotations

import numpy as np

from voterlist.arrays import Codes, Floats, Longs
from voterlist.link import weigh
from voterlist.link.cluster import clusters
from voterlist.link.comparisons import Pairs
from voterlist.link.found import Candidates
from voterlist.link.judge import Scorer, near

_MANY = 0.25
"""Pairs of one person for each entry from which a list has many entries a person."""
SURE = 0.95
"""The probability from which two entries count as one person's."""
_PERHAPS = 1e-6
"""The probability of not being unrelated from which a pair is looked at again."""


def has_many_entries_a_person(scorer: Scorer) -> bool:
    """True where one person's pairs are so many that they change what is frequent."""
    pairs = 2 ** scorer.model.log_size[0]
    return bool(pairs >= _MANY * max(scorer.entries.size, 1))


def people(scorer: Scorer, found: Candidates) -> Codes:
    """Whose each entry surely is: the position of the first entry of that person."""
    left, right, _ = found.at(near(scorer, found, SURE))
    return of_sure_pairs(scorer, *sure_pairs(scorer, left, right))


def sure_pairs(
    scorer: Scorer, left: Codes, right: Codes
) -> tuple[Codes, Codes, Floats]:
    """Of these pairs those that are surely one person: (left, right, weight)."""
    pairs, _, scored = scorer.compare(left, right)
    sure = np.flatnonzero(scored.posterior[:, 0] >= SURE)
    return pairs.left[sure], pairs.right[sure], scored.weight[sure]


def of_sure_pairs(scorer: Scorer, left: Codes, right: Codes, weight: Floats) -> Codes:
    """Whose each entry is, by the pairs that are surely one person."""

    def probability(left: Codes, right: Codes) -> Floats:
        return np.asarray(scorer.compare(left, right)[2].posterior[:, 0], np.float64)

    of_entry = clusters(
        scorer.entries.size, left, right, weight, probability, outvoted=True
    )
    every = np.arange(scorer.entries.size, dtype=np.int32)
    return np.where(of_entry >= 0, of_entry, every)


def perhaps_related(scorer: Scorer, codes: Longs) -> Longs:
    """Which of these vectors are not surely those of unrelated people."""
    vectors = scorer.comparisons.unpack(codes)
    posterior = weigh.score(vectors, scorer.model).posterior
    return codes[posterior[:, -1] <= 1 - _PERHAPS]


def counted_again(scorer: Scorer, found: Candidates, chunk_pairs: int) -> Candidates:
    """The candidates with their vectors in the list of this scorer, whose values count otherwise.

    Pairs of people who are surely unrelated keep their vectors.
    """
    perhaps = perhaps_related(scorer, found.vectors.codes)

    def again(left: Codes, right: Codes, vector: Longs) -> Longs:
        codes = vector.copy()
        where = np.flatnonzero(np.isin(vector, perhaps))
        for start in range(0, len(where), chunk_pairs):
            part = where[start : start + chunk_pairs]
            pairs = Pairs(scorer.entries, left[part], right[part])
            codes[part] = scorer.comparisons.pack(scorer.comparisons.compare(pairs))
        return codes

    return found.compared_again(again)
