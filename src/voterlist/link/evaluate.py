"""How right a table of pairs is against known truth: precision, recall, F1, average precision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools, Floats


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The measures of a ranking of pairs by probability, then weight.

    All shares are from 0 to 1.
    """

    true_pairs: int
    """Pairs of entries that the truth says are one person."""
    pairs: int
    """Pairs in the table."""
    threshold: float
    precision: float
    """At or above the threshold."""
    recall: float
    f1: float
    best_f1: float
    best_threshold: float
    """The probability at which F1 is best."""
    best_weight: float
    """The weight at which F1 is best: finer than the probability where many pairs are near 1."""
    average_precision: float
    recall_at_precision_99: float


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _f1(precision: float, recall: float) -> float:
    return _ratio(2 * precision * recall, precision + recall)


def _true_pairs(truth: pa.Table) -> int:
    sizes = (
        truth.group_by("person_id")
        .aggregate([("entry_id", "count")])
        .column("entry_id_count")
        .to_numpy()
    )
    return int((sizes * (sizes - 1) // 2).sum())


def is_one_person(pairs: pa.Table, truth: pa.Table) -> Bools:
    """Which pairs of a PAIR table are one person by a TRUTH table; see ``evaluate``."""
    persons = truth.column("person_id").combine_chunks().dictionary_encode().indices
    known = truth.column("entry_id")

    def person(entries: pa.ChunkedArray) -> np.ndarray:
        place = pc.index_in(entries, value_set=known)
        return np.asarray(persons.take(place.combine_chunks()).fill_null(-1))

    left, right = person(pairs.column("entry_l")), person(pairs.column("entry_r"))
    return np.asarray((left == right) & (left >= 0))


def _curve(right: Bools, distinct_ends: Bools, total: int) -> tuple[Floats, Floats]:
    """Precision and recall at the end of each run of equal scores."""
    right_taken = np.cumsum(right)[distinct_ends]
    taken = (np.flatnonzero(distinct_ends) + 1).astype(np.float64)
    return right_taken / taken, right_taken / max(total, 1)


def evaluate(pairs: pa.Table, truth: pa.Table, threshold: float = 0.95) -> Evaluation:
    """The measures of a PAIR table against a TRUTH table.

    ``entry_l``, ``entry_r``, ``weight`` and ``probability`` of the pairs are read, and ``entry_id``
    and ``person_id`` of the truth. An entry that the truth does not name is nobody's repetition.
    Average precision is the sum over the ranking of the gain in recall times precision (Manning et
    al. 2008, 8.4).
    """
    weight = pairs.column("weight").to_numpy()
    probability = pairs.column("probability").to_numpy()
    right = is_one_person(pairs, truth)
    total = _true_pairs(truth)
    order = np.lexsort((-weight, -probability))
    weight_o, probability_o = weight[order], probability[order]
    ends = (
        np.r_[(np.diff(weight_o) != 0) | (np.diff(probability_o) != 0), True]
        if len(order)
        else np.zeros(0, np.bool_)
    )
    precision, recall = _curve(right[order], ends, total)
    taken = probability >= threshold
    at_precision, at_recall = (
        _ratio(int(right[taken].sum()), int(taken.sum())),
        _ratio(int(right[taken].sum()), total),
    )
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    best = int(np.argmax(f1)) if len(f1) else -1
    high = recall[precision >= 0.99]
    return Evaluation(
        true_pairs=total,
        pairs=pairs.num_rows,
        threshold=threshold,
        precision=at_precision,
        recall=at_recall,
        f1=_f1(at_precision, at_recall),
        best_f1=float(f1[best]) if best >= 0 else 0.0,
        best_threshold=float(probability_o[ends][best]) if best >= 0 else 1.0,
        best_weight=float(weight_o[ends][best]) if best >= 0 else 0.0,
        average_precision=float(np.sum(np.diff(np.r_[0.0, recall]) * precision)),
        recall_at_precision_99=float(high.max()) if len(high) else 0.0,
    )
