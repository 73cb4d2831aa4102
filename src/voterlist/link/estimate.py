"""What the model expects of its own list of duplicates, without truth."""

from __future__ import annotations

from dataclasses import dataclass

from voterlist.arrays import Floats
from voterlist.link.weigh import VectorCounts

_TWO_SIDED_95 = 1.96
"""Standard deviations on either side of the mean that hold 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Precision and recall that the model expects, each with a 95 % interval.

    The interval holds the chance in the pairs (their probabilities as a Poisson binomial), not an
    error of the model, nor pairs that no key brought together.
    """

    pairs: int
    """Pairs put forward as one person."""
    precision: float
    precision_low: float
    precision_high: float
    recall: float
    recall_low: float
    recall_high: float


def estimate(vectors: VectorCounts, same: Floats, threshold: float) -> Estimate | None:
    """The estimate from P(same) of each distinct vector; None where no pair is put forward.

    Pairs with P(same) of at least ``threshold`` are put forward.
    """
    taken = same >= threshold
    pairs = int(vectors.counts[taken].sum())
    if not pairs:
        return None
    right = same * vectors.counts
    variance = same * (1 - same) * vectors.counts
    put_forward, missed = float(right[taken].sum()), float(right[~taken].sum())
    margin = _TWO_SIDED_95 * float(variance[taken].sum()) ** 0.5
    missed_margin = _TWO_SIDED_95 * float(variance[~taken].sum()) ** 0.5
    most_missed, least_missed = missed + missed_margin, max(0.0, missed - missed_margin)
    return Estimate(
        pairs=pairs,
        precision=put_forward / pairs,
        precision_low=max(0.0, (put_forward - margin) / pairs),
        precision_high=min(1.0, (put_forward + margin) / pairs),
        recall=put_forward / (put_forward + missed),
        recall_low=put_forward / (put_forward + most_missed),
        recall_high=min(1.0, put_forward / (put_forward + least_missed)),
    )
