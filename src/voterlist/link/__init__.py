"""Linkage: which entries of a list may be one person. VOTER -> PAIR -> CASE.

The steps, in order: *encode* the columns as integers, *block* on several keys, *compare* the
candidate pairs level by level, *weigh* the patterns of levels, *classify* what each pair is,
*cluster* the entries, and put the *cases* together for a person to decide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import schemas, tables
from voterlist.arrays import Bools, Codes, Floats, Longs
from voterlist.config import LinkSettings
from voterlist.link import block, candidates, classify, memory, recall, weigh
from voterlist.link.candidates import Candidates, Progress
from voterlist.link.cases import REASONS, Judged, cases
from voterlist.link.chance import Chance, chance
from voterlist.link.cluster import clusters
from voterlist.link.comparisons import SHIPPED, Pairs, Vectors
from voterlist.link.decided import closed_cases, inside, taught
from voterlist.link.encode import COMPARED, Encoded, encode
from voterlist.link.explain import with_model
from voterlist.link.memory import Memory
from voterlist.model import PairKind, Profile, Rule

__all__ = [
    "COMPARED",
    "REASONS",
    "RULES",
    "SHIPPED",
    "Chance",
    "Estimate",
    "Linkage",
    "Memory",
    "link",
    "plan",
]

RULES: tuple[Rule, ...] = ()

_CONFLICT = list(PairKind).index(PairKind.IDENTITY_CONFLICT)

_VOTERS = tables.coded(
    pa.schema([schemas.VOTER.field(name) for name in COMPARED]), apart=("fin", "document")
)
"""What is compared, coded, but for identifiers: nearly every entry has one of its own."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the model expects of its own list of duplicates, without truth; each with a 95 % interval.

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


@dataclass(frozen=True, slots=True)
class Linkage:
    """What the linkage of a list gives."""

    pairs: pa.Table
    """PAIR, with the model in its metadata: the table explains itself."""
    cases: pa.Table
    """CASE."""
    clusters: pa.Table
    """entry_id, cluster_id: only entries that share a cluster; the id is that of its first entry.
    """
    forecast: tuple[block.Forecast, ...]
    candidates: int
    """Pairs compared."""
    afresh: int
    """How many of them were compared in this linkage; the others were remembered."""
    estimate: Estimate | None
    """None where no pair was put forward."""
    chance: tuple[Chance, ...]
    memory: Memory | None
    """What the next linkage may go on from; None where it was not asked for."""
    recalled: bool
    """Whether the memory that was given could be used."""
    taught: int = 0
    """Candidate pairs decided by people, from which the model learnt."""
    contradictory: int = 0
    """Pairs of which people said both; the model learnt nothing from them."""


def _quiet(_step: str, _done: int, _total: int) -> None:
    """Progress for nobody."""


def _silent(_forecast: tuple[block.Forecast, ...]) -> None:
    """A forecast for nobody."""


def link(
    voters: pa.Table,
    settings: LinkSettings | None = None,
    *,
    profile: Profile = Profile.AZ,
    progress: Progress = _quiet,
    tell: Callable[[tuple[block.Forecast, ...]], None] = _silent,
    new: pa.Array | pa.ChunkedArray | None = None,
    known: Memory | None = None,
    remember: bool = False,
    decided: pa.Table | None = None,
    closed: pa.Table | None = None,
) -> Linkage:
    """The pairs, clusters and cases of a VOTER table.

    Args:
        voters: VOTER; its text may be coded (``tables.coded``), which is quicker and takes less
            memory.
        settings: thresholds and bounds.
        profile: whose names they are.
        progress: is told of the step, how much of it is done, and of how much.
        tell: is given the forecast before any pair is made.
        new: the ids of the entries of which every pair must have at least one, where the others are
            a list that is only held against; names are counted in both.
        known: what an earlier linkage remembers. The result is the same to the byte as without it;
            one of another profile, other settings or another program is left aside.
        remember: whether the next linkage is to be given what this one knows.
        decided: pairs that people decided (``decided.PAIRS``). The model learns from them; what it
            says of a pair it goes on saying, decided or not. Without any the result is the same to
            the byte as without this argument.
        closed: cases of which every entry was decided (``decided.CASES``). They stay cases however
            the model moves.

    Raises:
        SchemaError: ``voters`` lacks a column of VOTER that is compared (``COMPARED``).
    """
    settings = settings or LinkSettings()
    voters = tables.sort_by(schemas.require(voters, _VOTERS, "link"), "entry_id")
    ids = voters.column("entry_id").combine_chunks()
    entries = encode(voters)
    # Its columns live on as codes; what they are the codes of is not needed twice.
    del voters
    chosen = None if new is None else _are_in(ids, new)
    blocks = block.build_all(entries, profile, settings.largest_block, chosen)
    forecast = tuple(key.forecast for key in blocks)
    tell(forecast)
    progress("forecast", 0, sum(line.pairs for line in forecast))
    found, kept, recalled = _find(
        entries, blocks, settings, profile, progress, chosen, known, remember=remember
    )
    said, held = taught(ids, found, decided), closed_cases(ids, closed)
    every = _pairs_in_all(entries.size, chosen)
    model = weigh.learn(entries, found.vectors, profile, pairs=every, labels=said.labels)
    judged, table = _judge(entries, ids, blocks, found, inside(found, held), model, settings)
    cluster = _cluster(entries, judged, model, settings)
    return Linkage(
        pairs=with_model(table, model),
        cases=cases(entries, ids, judged, cluster, review=settings.review_probability, closed=held),
        clusters=_cluster_table(ids, cluster),
        forecast=forecast,
        candidates=len(found.left),
        afresh=found.afresh,
        estimate=_estimate(found, model, settings.duplicate_probability),
        chance=chance(entries, chosen),
        memory=kept,
        recalled=recalled,
        taught=said.pairs,
        contradictory=said.contradictory,
    )


def _are_in(ids: pa.Array, new: pa.Array | pa.ChunkedArray) -> Bools:
    return np.asarray(pc.is_in(ids, value_set=pc.unique(new).cast(ids.type)), np.bool_)


def _pairs_in_all(size: int, new: Bools | None) -> int:
    """How many pairs the list has; of new entries, how many have one of these."""
    rest = 0 if new is None else size - int(new.sum())
    return size * (size - 1) // 2 - rest * (rest - 1) // 2


def _find(
    entries: Encoded,
    blocks: list[block.Blocks],
    settings: LinkSettings,
    profile: Profile,
    progress: Progress,
    new: Bools | None,
    known: Memory | None,
    *,
    remember: bool,
) -> tuple[Candidates, Memory | None, bool]:
    """The candidate pairs.

    What is known of them for the next time; whether something was known of them.
    """
    if known is None and not remember:
        return candidates.find(entries, blocks, settings.chunk_pairs, progress), None, False
    fits = memory.fingerprint(
        entries, blocks, profile.value, settings.largest_block, against=new is not None
    )
    marks = memory.checksums(entries, new)
    if known is not None and known.fingerprint != fits:
        known = None
    then = (
        np.full(entries.size, -1, np.int32)
        if known is None
        else memory.known_again(known.entries, marks)
    )
    found, levels = candidates.find_again(
        entries, blocks, settings.chunk_pairs, progress, recall.recalled(known, then)
    )
    kept = memory.Memory(fits, marks, memory.placed(blocks), found.left, found.right, levels)
    return found, kept, known is not None


def plan(
    voters: pa.Table,
    settings: LinkSettings | None = None,
    *,
    profile: Profile = Profile.AZ,
    new: pa.Array | pa.ChunkedArray | None = None,
) -> tuple[block.Forecast, ...]:
    """What each blocking key would cost, before any pair is made: the forecast of ``link`` alone.

    Raises:
        SchemaError: ``voters`` lacks a column of VOTER that is compared (``COMPARED``).
    """
    voters = schemas.require(voters, _VOTERS, "link")
    chosen = None if new is None else _are_in(voters.column("entry_id").combine_chunks(), new)
    blocks = block.build_all(
        encode(voters), profile, (settings or LinkSettings()).largest_block, chosen
    )
    return tuple(key.forecast for key in blocks)


def _judge(
    entries: Encoded,
    ids: pa.Array,
    blocks: list[block.Blocks],
    found: Candidates,
    stays: Longs,
    model: weigh.Model,
    settings: LinkSettings,
) -> tuple[Judged, pa.Table]:
    """The pairs worth keeping, scored exactly (not by bins of rarity), and their PAIR table.

    Those at ``stays`` among the candidates are kept whatever they are: they stand in a case that
    people decided.
    """
    rough = weigh.score(SHIPPED.unpack(found.vectors.codes), model)
    # One bin of rarity is two bits: what passes within four times the odds is scored again,
    # exactly.
    near = classify.worth_keeping(
        SHIPPED.unpack(found.vectors.codes), rough.posterior, settings.kept_probability / 4
    )
    # Few patterns are near; a hash table of them is asked far more quickly than all patterns in
    # their order.
    chosen = np.flatnonzero(pd.Series(found.vector, copy=False).isin(found.vectors.codes[near]))
    if len(stays):
        chosen = np.union1d(chosen, stays)
    left, right = found.left[chosen], found.right[chosen]
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    pairs = Pairs(entries, left, right)
    vectors = SHIPPED.compare(pairs)
    scored = weigh.score(vectors, model)
    worth = classify.worth_keeping(vectors, scored.posterior, settings.kept_probability)
    kept = np.flatnonzero(worth | np.isin(chosen[order], stays))
    pairs, vectors = pairs.at(kept), vectors.at(kept)
    posterior, weight = scored.posterior[kept], scored.weight[kept]
    displaced = frozenset(settings.displaced_constituencies)
    judgement = classify.Judgement(pairs, vectors, posterior)

    def kinds(review: float) -> Codes:
        return classify.kinds(judgement, review=review, displaced=displaced)

    kind = kinds(settings.review_probability)
    asked = np.where(kind == _CONFLICT, kind, kinds(0.0)) if len(stays) else kind
    judged = Judged(pairs.left, pairs.right, weight, posterior, kind, asked)
    bits = candidates.match_keys(blocks, pairs.left, pairs.right)
    return judged, _pair_table(ids, judged, vectors, _match_key_words(blocks, bits))


def _match_key_words(blocks: list[block.Blocks], bits: Longs) -> pa.Array:
    distinct, place = np.unique(bits, return_inverse=True)
    names = [
        " + ".join(key.key.name for number, key in enumerate(blocks) if mask >> number & 1)
        for mask in distinct.tolist()
    ]
    return pa.array(names, pa.string()).take(pa.array(place))


def _pair_table(ids: pa.Array, judged: Judged, vectors: Vectors, match_keys: pa.Array) -> pa.Table:
    columns: dict[str, object] = {
        "entry_l": pc.take(ids, pa.array(judged.left)),
        "entry_r": pc.take(ids, pa.array(judged.right)),
        "weight": pa.array(judged.weight),
        "probability": pa.array(judged.posterior[:, 0]),
        "term_frequency": pa.array(vectors.term_frequency),
        "kind": pa.array([kind.value for kind in PairKind]).take(pa.array(judged.kind)),
        "match_key": match_keys,
    }
    for comparison in SHIPPED:
        levels = pa.array(vectors.levels[comparison.field])
        columns[f"{comparison.field}_level"] = pa.array(comparison.words).take(levels)
    return tables.from_columns(columns, schemas.PAIR, len(judged.left))


def _cluster(entries: Encoded, judged: Judged, model: weigh.Model, settings: LinkSettings) -> Codes:
    def probability(left: Codes, right: Codes) -> Floats:
        vectors = SHIPPED.compare(Pairs(entries, left, right))
        return np.asarray(weigh.score(vectors, model).posterior[:, 0], np.float64)

    sure = judged.posterior[:, 0] >= settings.duplicate_probability
    return clusters(
        entries.size, judged.left[sure], judged.right[sure], judged.weight[sure], probability
    )


def _cluster_table(ids: pa.Array, cluster: Codes) -> pa.Table:
    inside = np.flatnonzero(cluster >= 0)
    names = {
        "entry_id": pc.take(ids, pa.array(inside)),
        "cluster_id": pc.take(ids, pa.array(cluster[inside])),
    }
    return pa.table(names)


def _estimate(found: Candidates, model: weigh.Model, threshold: float) -> Estimate | None:
    same = weigh.score(SHIPPED.unpack(found.vectors.codes), model).posterior[:, 0]
    counts = found.vectors.counts
    taken = same >= threshold
    pairs = int(counts[taken].sum())
    if not pairs:
        return None
    right, wrong_spread = (
        float((same * counts)[taken].sum()),
        float((same * (1 - same) * counts)[taken].sum()),
    )
    missed, missed_spread = (
        float((same * counts)[~taken].sum()),
        float((same * (1 - same) * counts)[~taken].sum()),
    )
    margin, missed_margin = 1.96 * wrong_spread**0.5, 1.96 * missed_spread**0.5
    return Estimate(
        pairs=pairs,
        precision=right / pairs,
        precision_low=max(0.0, (right - margin) / pairs),
        precision_high=min(1.0, (right + margin) / pairs),
        recall=right / (right + missed),
        recall_low=right / (right + missed + missed_margin),
        recall_high=min(1.0, right / (right + max(0.0, missed - missed_margin))),
    )
