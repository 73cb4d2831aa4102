"""The pairs that stay in the table, scored exactly, and their PAIR table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import schemas, tables
from voterlist.arrays import Bools, Codes, Longs
from voterlist.config import LinkSettings
from voterlist.link import block, candidates, classify, monotone, weigh
from voterlist.link.cases import Judged
from voterlist.link.comparisons import Comparisons, Pairs, Vectors
from voterlist.link.encode import Encoded
from voterlist.link.found import Candidates
from voterlist.link.keys import Key
from voterlist.link.weigh import Model
from voterlist.model import PairKind

_CONFLICT = list(PairKind).index(PairKind.IDENTITY_CONFLICT)
_ODDS_OF_A_BIN = 4
"""A bin of term frequency is two bits: within it the odds differ by at most this factor."""


@dataclass(frozen=True, slots=True)
class Scorer:
    """A list with the comparisons and the model by which its pairs are scored."""

    entries: Encoded
    comparisons: Comparisons
    model: Model

    def compare(self, left: Codes, right: Codes) -> tuple[Pairs, Vectors, weigh.Scored]:
        """Pairs with their exact vectors and scores."""
        pairs = Pairs(self.entries, left, right)
        vectors = monotone.bounded(
            pairs, self.comparisons.compare(pairs), self.comparisons, self.model.log_m
        )
        return pairs, vectors, weigh.score(vectors, self.model)


def judge(
    scorer: Scorer,
    ids: pa.Array,
    blocks: list[block.Blocks],
    candidate_pairs: Candidates,
    stays: Longs,
    settings: LinkSettings,
    *,
    is_between: bool = False,
) -> tuple[Judged, pa.Table]:
    """The pairs worth keeping and their PAIR table.

    They are scored exactly, not by bins of term frequency. Those at ``stays`` among the candidates
    are kept whatever they are: they stand in a case that people decided. ``is_between``: every
    pair is of two lists.
    """
    chosen = near(scorer, candidate_pairs, settings.kept_probability)
    chosen = np.union1d(chosen, stays) if len(stays) else chosen
    left, right, _ = candidate_pairs.at(chosen)
    closed = np.isin(chosen, stays) if len(stays) else None
    pairs = Pairs(scorer.entries, left, right)
    judged, vectors, _ = judge_pairs(
        scorer, pairs, closed, settings, is_between=is_between
    )
    keys = _match_keys(blocks, Pairs(scorer.entries, judged.left, judged.right))
    return judged, pair_table(ids, judged, vectors, keys, scorer.comparisons)


def judge_pairs(
    scorer: Scorer,
    pairs: Pairs,
    stays: Bools | None,
    settings: LinkSettings,
    *,
    is_between: bool = False,
) -> tuple[Judged, Vectors, Longs]:
    """Of these pairs those worth keeping, their vectors, and where they stand among the pairs.

    ``stays`` flags those that are kept whatever they are.
    """
    pairs, vectors, scored = scorer.compare(pairs.left, pairs.right)
    worth = classify.worth_keeping(vectors, scored.posterior, settings.kept_probability)
    kept = np.flatnonzero(worth if stays is None else worth | stays)
    pairs, vectors = pairs.at(kept), vectors.at(kept)
    judgement = classify.Judgement(pairs, vectors, scored.posterior[kept])
    displaced = frozenset(settings.displaced_constituencies)

    def kinds(review: float) -> Codes:
        return classify.kinds(
            judgement, review=review, displaced=displaced, is_between=is_between
        )

    kind = kinds(settings.review_probability)
    kind_without_threshold = (
        kind if stays is None else np.where(kind == _CONFLICT, kind, kinds(0.0))
    )
    weight = scored.weight[kept]
    judged = Judged(
        pairs.left,
        pairs.right,
        weight,
        judgement.posterior,
        kind,
        kind_without_threshold,
    )
    return judged, vectors, kept


def near(scorer: Scorer, candidate_pairs: Candidates, least: float) -> Longs:
    """Where the candidates stand that may be worth keeping, by their packed vectors.

    ``least`` is the probability of one person from which a pair is worth it.
    """
    codes = near_codes(scorer, candidate_pairs.vectors.codes, least)
    return candidate_pairs.with_one_of(codes)


def near_codes(scorer: Scorer, codes: Longs, least: float) -> Longs:
    """Which of these packed vectors pairs may have that are worth keeping."""
    vectors = scorer.comparisons.unpack(codes)
    rough = weigh.score(vectors, scorer.model)
    return codes[
        classify.worth_keeping(vectors, rough.posterior, least / _ODDS_OF_A_BIN)
    ]


def _match_keys(blocks: list[block.Blocks], pairs: Pairs) -> pa.Array:
    """The names of the keys that bring each pair together."""
    bits = candidates.match_keys(blocks, pairs.left, pairs.right)
    return names_of_keys([key.key for key in blocks], bits)


def names_of_keys(keys: Sequence[Key], bits: Longs) -> pa.Array:
    """The names of the keys of these bits, bit 0 the first key."""
    distinct, place = np.unique(bits, return_inverse=True)
    names = [
        " + ".join(key.name for number, key in enumerate(keys) if mask >> number & 1)
        for mask in distinct.tolist()
    ]
    return pa.array(names, pa.string()).take(pa.array(place))


def pair_table(
    ids: pa.Array,
    judged: Judged,
    vectors: Vectors,
    match_keys: pa.Array,
    comparisons: Comparisons,
) -> pa.Table:
    """PAIR of these pairs, whose keys have these names."""
    columns: dict[str, object] = {
        "entry_l": pc.take(ids, pa.array(judged.left)),
        "entry_r": pc.take(ids, pa.array(judged.right)),
        "weight": pa.array(judged.weight),
        "probability": pa.array(judged.posterior[:, 0]),
        "term_frequency": pa.array(vectors.term_frequency),
        "kind": pa.array([kind.value for kind in PairKind]).take(pa.array(judged.kind)),
        "match_key": match_keys,
    }
    for comparison in comparisons:
        levels = pa.array(vectors.levels[comparison.field])
        columns[f"{comparison.field}_level"] = pa.array(comparison.words).take(levels)
    schema = schemas.pair_schema(tuple(comparisons.added_kinds))
    return tables.from_columns(columns, schema, len(judged.left))
