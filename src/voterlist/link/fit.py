"""Whether the keys and the model fit a list, so that the estimate may be told.

The estimate speaks of pairs that were compared, as the model sees them. Where keys did not bring
entries together, or the model learnt from next to nothing, its figures would praise what nobody
looked at. Each doubt here is counted in the list itself, without truth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import tables
from voterlist.arrays import Bools, Floats, Longs
from voterlist.link.block import Blocks
from voterlist.link.comparisons.base import MISSING
from voterlist.link.comparisons.vectors import Comparisons
from voterlist.link.encode import ADDED, ADDRESS_WORDS, Encoded
from voterlist.link.keys import HEARD, USUAL, Key
from voterlist.link.short_names import FULL_NAMES
from voterlist.link.weigh import CLASSES, VectorCounts
from voterlist.model import frozen

TWO_SIDED_95 = 1.96
"""Standard deviations on either side of the mean that hold 95 % of a normal distribution."""


@frozen
class Loss:
    """The share of the pairs of one person that no key brings together, with a 95 % interval."""

    share: float
    low: float
    high: float


UNKNOWN_LOSS = Loss(0.0, 0.0, 1.0)
"""Of a list of which nothing is known."""


@frozen
class Estimate:
    """Precision and recall that the model expects, each with a 95 % interval.

    Recall is of all pairs of one person, those too that no key brings together. The intervals hold
    the chance in the pairs (their probabilities as a Poisson binomial), what is not known of the
    keys, and an error of the model as large as it is on most lists whose truth is known. Fields
    that depend on each other may have said everything twice; fields that are few may have said half
    of what is so. Half as many pairs again may be missed; or none of those that are more probably
    two people: what the model learnt of people who moved may be coincidence alone.
    """

    pairs: int
    """Pairs put forward as one person."""
    precision: float
    precision_low: float
    precision_high: float
    recall: float
    recall_low: float
    recall_high: float
    blocking_loss: float
    """The share of the pairs of one person that no key brings together."""
    blocking_loss_low: float
    blocking_loss_high: float


def estimate(
    same: Floats, counts: Longs, threshold: float, loss: Loss
) -> Estimate | None:
    """The estimate from how many pairs have which P(same); None where no pair is put forward.

    Pairs with P(same) of at least ``threshold`` are put forward.
    """
    taken = same >= threshold
    pairs = int(counts[taken].sum())
    if not pairs:
        return None
    right = same * counts
    variance = same * (1 - same) * counts
    put_forward, missed = float(right[taken].sum()), float(right[~taken].sum())
    likely_missed = float(right[~taken & (same >= _HALF)].sum())
    # With half the log-odds: as if all evidence had been counted twice.
    odds = np.sqrt(same) / np.maximum(np.sqrt(1 - same), _NEVER)
    half_as_sure = np.minimum(same, odds / (1 + odds))
    twice_as_sure = same**2 / (same**2 + (1 - same) ** 2)
    most_right = float((np.maximum(same, twice_as_sure) * counts)[taken].sum())
    least_right = float((half_as_sure * counts)[taken].sum())
    margin, most_margin, missed_margin = (
        TWO_SIDED_95 * number**0.5
        for number in (
            float(variance[taken].sum()),
            least_right * (1 - least_right / pairs),
            float(variance[~taken].sum()),
        )
    )
    most_missed = missed * _MISSED_MORE + missed_margin
    least_missed = max(0.0, likely_missed / _MISSED_MORE - missed_margin)
    return Estimate(
        pairs=pairs,
        precision=put_forward / pairs,
        precision_low=max(0.0, (least_right - most_margin) / pairs),
        precision_high=min(1.0, (most_right + margin) / pairs),
        recall=(1 - loss.share) * put_forward / (put_forward + missed),
        recall_low=(1 - loss.high) * put_forward / (put_forward + most_missed),
        recall_high=(1 - loss.low) * put_forward / (put_forward + least_missed),
        blocking_loss=loss.share,
        blocking_loss_low=loss.low,
        blocking_loss_high=loss.high,
    )


MUCH = 0.1
"""The share of entries or pairs from which a doubt is told: one in ten."""
_WIDE = 0.25
"""An interval of 95 % wider than this says next to nothing."""
_FEW_PAIRS = 5
"""The model learns nothing from fewer pairs of one person."""
_HALF = 0.5
_UNSURE = 0.2
"""Where more of the pairs of one person are below the threshold the model hardly tells them."""
_AT_BOUND = 0.95
"""A share is at its bound from this part of it on: levels are pooled after it is bounded."""
_MISSED_MORE = 1.5
"""So many times more or fewer pairs may be missed than the model expects."""
_NEVER = 1e-9
WHOLE = "every-pair"
"""The key of a list that is compared whole."""


class Misfit(StrEnum):
    """Why the estimate is not told."""

    NO_CANDIDATES = "no-candidates"
    """No key brought two entries together."""
    UNREACHABLE = "unreachable"
    """Many entries lack fields of every key."""
    PARTED = "parted"
    """Many entries stand in blocks alone that were too large to be compared."""
    ONE_KEY = "one-key"
    """Many pairs were brought together by one key: one more slip, and they would be missed."""
    SWALLOWED = "swallowed"
    """Relatives have most of the pairs that agree in all that is known."""
    LOST = "lost"
    """Many pairs of one person are expected to be brought together by no key."""
    UNSURE = "unsure"
    """Many of the pairs that are expected to be one person are below the threshold."""
    AT_BOUND = "at-bound"
    """One person's pairs would differ in a field more often than is let be learnt."""
    FEW = "few-pairs"
    WIDE = "wide"
    """The interval of precision or recall is wide."""


@frozen
class Doubt:
    """One reason, and how much of the list it concerns."""

    code: Misfit
    share: float
    """Of the entries or pairs, or the width of the interval, from 0 to 1; of ``FEW`` the number of
    pairs."""


@frozen
class Compared:
    """What was compared in a list, and what the model says of it."""

    vectors: VectorCounts
    posterior: Floats
    """P(class | vector) of each distinct vector."""
    put_forward: pa.ChunkedArray
    """``match_key`` of the pairs put forward."""
    estimate: Estimate | None
    loss: Loss
    at_bound: float = 0.0
    """The largest share of one person's pairs that is as large as it may be learnt."""


@frozen
class Blocked:
    """How many entries the keys look at."""

    entries: int
    reachable: int
    """Entries that have every field of some key."""
    parted: int
    """Entries that stand in too large blocks, and in no other."""


def doubts(
    blocked: Blocked, comparisons: Comparisons, compared: Compared
) -> tuple[Doubt, ...]:
    """Why the estimate of a list is not to be told, the gravest reason first; empty where it is."""
    if blocked.entries < 2:
        return ()
    return (*_of_blocking(blocked, compared), *_of_the_model(comparisons, compared))


# --- blocking
# --------------------------------------------------------------------------------------


def block_entries(entries: Encoded, blocks: Sequence[Blocks]) -> Blocked:
    """What the keys of a list look at."""
    reached = reachable(entries, [block.key for block in blocks])
    parted, compared = np.zeros((2, entries.size), np.bool_)
    for block in blocks:
        parted[block.cut] = True
        compared[block.members] = True
    alone = int((parted & ~compared).sum())
    return Blocked(entries.size, int(reached.sum()), alone)


def _of_blocking(blocked: Blocked, compared: Compared) -> Iterator[Doubt]:
    """What the keys did not look at."""
    unreachable = 1 - blocked.reachable / blocked.entries
    if unreachable > MUCH:
        yield Doubt(Misfit.UNREACHABLE, unreachable)
    parted = blocked.parted / blocked.entries
    if parted > MUCH:
        yield Doubt(Misfit.PARTED, parted)
    elif not len(compared.vectors.codes):
        yield Doubt(Misfit.NO_CANDIDATES, 1.0)
    alone = _brought_by_one_key(compared.put_forward)
    if alone > MUCH:
        yield Doubt(Misfit.ONE_KEY, alone)
    if compared.loss.share > MUCH:
        yield Doubt(Misfit.LOST, compared.loss.share)


_MADE_OF: Mapping[str, tuple[str, ...]] = {
    "swapped_initials": ("stem", "given_name"),
    "stem_initial": ("stem",),
    "given_name_initial": ("given_name",),
    "patronymic_initial": ("patronymic",),
    **{derived: (name,) for derived, name in (USUAL | HEARD).items()},
    "initials": ("stem", "given_name"),
    "names": ("surname", "given_name"),
    "sounds": ("stem", "given_name"),
    **dict.fromkeys(FULL_NAMES, ("given_name",)),
    "date": ("year", "month", "day"),
    "document_start": ("document",),
}
"""Fields of keys -> the columns that they are made of, where they have another name."""


def reachable(entries: Encoded, keys: Sequence[Key]) -> Bools:
    """The entries that have every field of some key."""
    known: dict[str, Bools] = {}
    reachable = np.zeros(entries.size, np.bool_)
    for key in keys:
        has_all = np.ones(entries.size, np.bool_)
        for name in key.fields:
            for column in made_of(name):
                if column not in known:
                    known[column] = known_values(entries, column)
                has_all &= known[column]
        reachable |= has_all
    return reachable


def made_of(name: str) -> tuple[str, ...]:
    """The columns of a field of a key; all that is made of the address has its name before it."""
    if name in _MADE_OF:
        return _MADE_OF[name]
    of_address = name in {*ADDRESS_WORDS, "numbers"} or name.startswith("address")
    return ("address" if of_address else name,)


def known_values(entries: Encoded, column: str) -> Bools:
    """The entries that have a value in a column."""
    if column.startswith(ADDED):
        return np.asarray(entries.added[column.removeprefix(ADDED)].codes >= 0)
    values = getattr(entries, column)
    if column in {"year", "month", "day"}:
        return np.asarray(values > 0)
    codes = values if isinstance(values, np.ndarray) else values.codes
    return np.asarray(codes >= 0)


def _brought_by_one_key(match_key: pa.ChunkedArray) -> float:
    """The share of pairs that one key alone brings together; 0 where every pair was compared."""
    if not len(match_key):
        return 0.0
    codes, distinct = tables.codes(match_key)
    is_one = np.array(
        [" + " not in keys and keys != WHOLE for keys in distinct.to_pylist()] + [False]
    )
    return float(is_one[codes].mean())


# --- the model
# --------------------------------------------------------------------------------------


def _of_the_model(comparisons: Comparisons, compared: Compared) -> Iterator[Doubt]:
    """What the model cannot know."""
    swallowed = _share_swallowed(comparisons, compared)
    if swallowed > _HALF:
        yield Doubt(Misfit.SWALLOWED, swallowed)
    if compared.at_bound:
        yield Doubt(Misfit.AT_BOUND, compared.at_bound)
    estimate = compared.estimate
    if estimate is None:
        return
    unsure = 1 - estimate.recall / (1 - estimate.blocking_loss)
    if unsure > _UNSURE:
        yield Doubt(Misfit.UNSURE, unsure)
    if estimate.pairs < _FEW_PAIRS:
        yield Doubt(Misfit.FEW, float(estimate.pairs))
    wide = max(
        estimate.precision_high - estimate.precision_low,
        estimate.recall_high - estimate.recall_low,
    )
    if wide > _WIDE:
        yield Doubt(Misfit.WIDE, wide)


def share_at_bound(learnt: Mapping[str, Floats], most: Mapping[str, Floats]) -> float:
    """The largest of the learnt shares that are at their bound; 0 where none is.

    ``learnt`` is log2 m by field and code of the level, ``most`` the bound of each level but
    *missing*.
    """
    at_bound = [0.0]
    for field, bounds in most.items():
        shares = np.exp2(learnt[field][MISSING + 1 :])
        is_at_bound = (bounds < 1) & (shares >= _AT_BOUND * bounds)
        at_bound += shares[is_at_bound].tolist()
    return max(at_bound)


def _share_swallowed(comparisons: Comparisons, compared: Compared) -> float:
    """Of the pairs that are the same in all that is known, the share that relatives have.

    Relatives share names, a home or a birth date, and never all of them. Pairs count in which at
    least two fields are known; 0 where there are hardly any.
    """
    vectors = compared.vectors
    if not len(vectors.codes):
        return 0.0
    levels = comparisons.unpack(vectors.codes).levels
    agrees = np.ones(len(vectors.codes), np.bool_)
    known = np.zeros(len(vectors.codes), np.int64)
    for comparison in comparisons:
        same = [level for level in comparison.levels if level.likeness == 1]
        of_pairs = levels[comparison.field]
        is_known = of_pairs != MISSING
        agrees &= np.isin(of_pairs, same) | ~is_known
        known += is_known
    chosen = agrees & (known >= 2)
    mass = compared.posterior[chosen] * vectors.counts[chosen, None]
    of_class = mass.sum(axis=0)
    relatives = of_class[1 : CLASSES.index("unrelated")].sum()
    alike = of_class[0] + relatives
    return float(relatives / alike) if alike >= _FEW_PAIRS else 0.0


# --- How right a table of pairs is against known truth: precision, recall, F1, average precision


@frozen
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
    # At the end of each run of equal scores.
    right_taken = np.cumsum(right[order])[ends]
    precision = right_taken / (np.flatnonzero(ends) + 1.0)
    recall = right_taken / max(total, 1)
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
