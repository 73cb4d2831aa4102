"""The one measure of all peers: scored pairs against the truth.

Pairs are a table with ``left``, ``right`` (entry ids), ``probability`` and ``score``, a finer order
where many probabilities are near 1. Truth is a table with ``entry_id`` and ``person_id``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["Measures", "measure"]

CERTAIN = 0.95
"""The probability at which a peer says "one person"."""
CLEAN = 0.99
"""The precision at which recall is asked for."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Shares from 0 to 1; ``at_95`` are of the pairs with probability of at least 0.95."""

    true_pairs: int
    pairs: int
    best_f1: float
    f1_at_95: float
    precision_at_95: float
    recall_at_95: float
    recall_at_precision_99: float
    """The largest recall over all cuts of the ranking whose precision is at least 0.99."""
    average_precision: float


def _f1(right: float, taken: float, total: float) -> float:
    """2PR / (P + R), which is 2 right / (taken + total)."""
    return 2 * right / (taken + total) if taken + total else 0.0


def _positions(ids: pa.ChunkedArray, known: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Where each id stands in the truth."""
    place = pc.index_in(ids.cast(pa.string()), value_set=known.combine_chunks())
    if place.null_count:
        raise ValueError(f"{place.null_count} ids of pairs are not in the truth")
    return place.to_numpy().astype(np.int64)


def _is_right(pairs: pa.Table, truth: pa.Table) -> npt.NDArray[np.bool_]:
    """Whether each pair is one person.

    Refuses a pair of an entry with itself and a pair listed twice.
    """
    known = truth.column("entry_id").cast(pa.string())
    one, other = (_positions(pairs.column(side), known) for side in ("left", "right"))
    if (one == other).any():
        raise ValueError("an entry is paired with itself")
    code = np.minimum(one, other) * truth.num_rows + np.maximum(one, other)
    if len(np.unique(code)) != len(code):
        raise ValueError("a pair is listed twice")
    person = (
        truth.column("person_id")
        .combine_chunks()
        .dictionary_encode()
        .indices.to_numpy()
    )
    return np.asarray(person[one] == person[other])


def measure(pairs: pa.Table, truth: pa.Table) -> Measures:
    """The measures of a ranking of pairs by probability, then score; equal pairs stay together.

    Raises:
        ValueError: an id that the truth does not know, an entry paired with itself, a pair listed
            twice.
    """
    right = _is_right(pairs, truth)
    sizes = np.unique(
        truth.column("person_id").to_numpy(zero_copy_only=False), return_counts=True
    )[1].astype(np.int64)
    total = int((sizes * (sizes - 1) // 2).sum())
    probability = pairs.column("probability").to_numpy().astype(np.float64)
    score = pairs.column("score").to_numpy().astype(np.float64)
    order = np.lexsort((-score, -probability))
    ranked = np.column_stack((probability[order], score[order]))
    cut = np.flatnonzero(
        np.r_[
            (np.diff(ranked, axis=0) != 0).any(axis=1),
            np.ones(min(len(order), 1), np.bool_),
        ]
    )
    found, taken = np.cumsum(right[order])[cut], (cut + 1).astype(np.float64)
    recall, precision = found / max(total, 1), found / np.maximum(taken, 1)
    sure = probability >= CERTAIN
    sure_right, sure_taken = int(right[sure].sum()), int(sure.sum())
    return Measures(
        true_pairs=total,
        pairs=pairs.num_rows,
        best_f1=float(np.max(2 * found / (taken + total), initial=0.0)),
        f1_at_95=_f1(sure_right, sure_taken, total),
        precision_at_95=sure_right / sure_taken if sure_taken else 0.0,
        recall_at_95=sure_right / total if total else 0.0,
        recall_at_precision_99=float(np.max(recall[precision >= CLEAN], initial=0.0)),
        average_precision=float(np.sum(np.diff(recall, prepend=0.0) * precision)),
    )
