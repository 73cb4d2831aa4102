"""The steps of a linkage, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import schemas, tables
from voterlist.arrays import (
    Codes,
    Floats,
    Longs,
    pack_pairs,
    unpack_pairs,
)
from voterlist.config.sections import LinkSettings
from voterlist.link import block, candidates, cluster, weigh
from voterlist.link.block import pairs_within, pairs_without
from voterlist.link.blocking_loss import blocking_loss
from voterlist.link.candidates import Candidates, Store
from voterlist.link.cases import Closed, Judged, cases
from voterlist.link.cluster import best_partners, clusters, given_the_others
from voterlist.link.comparisons import with_added
from voterlist.link.comparisons.base import MISSING, Pairs
from voterlist.link.comparisons.vectors import Comparisons
from voterlist.link.encode import LINKED, Encoded, encode
from voterlist.link.explain import term_frequencies, vectors_in, with_model
from voterlist.link.fit import Blocked, block_entries, doubts, estimate, share_at_bound
from voterlist.link.fit import Compared as FitOf
from voterlist.link.fitted import Fitted
from voterlist.link.incremental import (
    State,
    checksums,
    fingerprint,
    known_pairs,
)
from voterlist.link.judge import Scorer, judge, kinds, put_judged
from voterlist.link.keys import Key
from voterlist.link.labels import TrainingLabels, inside, training_labels
from voterlist.link.priors import Sample, marks_of, priors
from voterlist.link.types import (
    Added,
    AddedUse,
    Incremental,
    Linkage,
    OwnRules,
    Ready,
    Scope,
    Watch,
    ends_of,
)
from voterlist.model import Profile, frozen

_NEVER = 1e-300
"""The least probability that is divided by."""


@frozen
class Listed:
    """A list as the steps of the linkage see it."""

    ids: pa.Array
    entries: Encoded
    comparisons: Comparisons
    blocks: list[block.Blocks]
    groups: Codes | None = None
    """The group of each entry, -1 for none; pairs of one group do not count. None: all count."""
    lists: Codes | None = None
    """The list of each entry, where only pairs of two lists count; these are the groups."""
    one_to_one: bool = False
    """Whether an entry is one person with at most one entry of each other list."""
    store: Store | None = None
    """Where the candidate pairs are put aside; None: they are held in memory."""

    @property
    def forecast(self) -> tuple[block.Forecast, ...]:
        """What each key costs."""
        return tuple(key.forecast for key in self.blocks)

    @property
    def pairs(self) -> int:
        """How many pairs count."""
        if self.groups is None:
            return pairs_within(self.entries.size)
        return pairs_without(self.groups)


Learnt = tuple[Scorer, Candidates, TrainingLabels]
"""A list with its model, the candidate pairs with the vectors that it scores, and the pairs that
people decided, from which it learnt."""


def ready(
    voters: pa.Table | tables.Columns,
    profile: Profile,
    added: Added,
    store: Store | None = None,
) -> Ready:
    """A VOTER table ready to be linked, or its columns that are read one by one.

    Args:
        voters: a table in any order; columns that are read one by one in that of the entry ids.
        profile: whose names they are.
        added: comparisons that a user added.
        store: where the candidate pairs are put aside; None: they are held in memory.

    Raises:
        SchemaError: ``voters`` lacks a column of VOTER that is compared (``COMPARED``).
    """
    if isinstance(voters, pa.Table):
        voters = tables.sort_by(schemas.require(voters, LINKED, "link"), "entry_id")
    ids = tables.one_array(voters.column("entry_id"))
    return Ready(ids, encode(voters, added.of(ids), profile), store)


def list_pairs(
    made_ready: Ready,
    settings: LinkSettings,
    scope: Scope | None,
    added: Added,
    own: tuple[Key, ...] = (),
) -> Listed:
    """A list with its blocks and the pairs that are looked for."""
    ids, entries = made_ready.ids, made_ready.entries
    groups = None if scope is None else scope.groups_of(ids)
    blocks = block.build_all(
        entries,
        entries.profile,
        settings.largest_block,
        groups,
        added.blocking,
        own,
        one_by_one=made_ready.store is not None,
    )
    listed = Listed(
        ids, entries, with_added(added.kinds), blocks, store=made_ready.store
    )
    if scope is None:
        return listed
    lists = groups if scope.is_between else None
    return replace(listed, groups=groups, lists=lists, one_to_one=scope.one_to_one)


def compare(
    listed: Listed,
    settings: LinkSettings,
    profile: Profile,
    watch: Watch,
    incremental: Incremental | None,
) -> tuple[Candidates, State | None, bool]:
    """The candidate pairs of the list, compared; what is kept for the next; was a state used.

    An earlier state that does not fit is left aside.
    """
    watch.forecast(listed.forecast)
    watch.progress("forecast", 0, sum(line.pairs for line in listed.forecast))
    fits, marks, known, earlier = "", np.zeros((2, 0), np.uint64), None, None
    if incremental is not None and (incremental.known or incremental.keep):
        earlier = incremental.take()
        fits = fingerprint(
            listed.entries,
            listed.blocks,
            profile.value,
            settings.largest_block,
            listed.comparisons,
            in_groups=listed.groups is not None,
        )
        marks = checksums(listed.entries, listed.groups)
        if earlier is not None and earlier.fingerprint != fits:
            earlier = None
        known = known_pairs(earlier, marks)
    is_used = earlier is not None
    del earlier
    found = candidates.find(
        listed.entries,
        listed.blocks,
        settings.chunk_pairs,
        watch.progress,
        listed.comparisons,
        store=listed.store,
        known=known,
    )
    held = found.held
    if known is None or held is None or held.levels is None:
        return found, None, False
    return found, State(fits, marks, held.left, held.right, held.levels), is_used


def learn(
    listed: Listed,
    found: Candidates,
    decided: pa.Table | None,
    profile: Profile,
    chunk_pairs: int,
    own: OwnRules,
) -> Learnt:
    """The model of the list; of one with many entries a person, by its people."""
    sample = Sample(lists=listed.lists, marks=marks_of(listed.ids))

    def learnt(entries: Encoded, candidate_pairs: Candidates) -> Learnt:
        labels = training_labels(listed.ids, candidate_pairs, decided)
        if own.fitted is not None:
            model, before = own.fitted.model, own.fitted.entries
            model = weigh.resize(model, before, entries.size, listed.pairs)
        else:
            model = weigh.learn(
                entries,
                candidate_pairs.vectors,
                profile,
                comparisons=listed.comparisons,
                pairs=listed.pairs,
                labels=labels.labels,
                sample=sample,
                fixed=own.shares,
            )
            for field, most in own.most_levels.items():
                model = weigh.coarser(model, listed.comparisons[field], most)
            model = weigh.round_model(model)
        return Scorer(entries, listed.comparisons, model), candidate_pairs, labels

    first = learnt(listed.entries, found)
    scorer, _, _ = first
    if not cluster.has_many_entries_a_person(scorer):
        return first
    entries = listed.entries.by_person(cluster.people(scorer, found))
    counted = Scorer(entries, listed.comparisons, scorer.model)
    return learnt(entries, cluster.counted_again(counted, found, chunk_pairs))


def conclude(
    listed: Listed,
    learnt: Learnt,
    closed: tuple[Closed, ...] | None,
    settings: LinkSettings,
    own: OwnRules,
) -> Linkage:
    """What the model says of the candidate pairs; of cases nothing without ``closed``."""
    ids, entries = listed.ids, listed.entries
    scorer, candidate_pairs, labels = learnt
    stays = inside(candidate_pairs, closed or ())
    judged, table, packed = judge(
        scorer,
        ids,
        listed.blocks,
        candidate_pairs,
        stays,
        settings,
        is_between=listed.lists is not None,
    )
    scored = Scored(
        scorer,
        ids,
        judged,
        table,
        packed,
        candidate_pairs.vectors,
        of_keys=block_entries(entries, listed.blocks),
        keys=[key_blocks.key for key_blocks in listed.blocks],
        forecast=listed.forecast,
        candidates=len(candidate_pairs),
        by_person=scorer.entries.person is not None,
        together=_numbers(ids, own.together),
        apart=_numbers(ids, own.apart),
    )
    lists = listed.lists if listed.one_to_one else None
    partners = None if lists is None else (lists, np.bincount(lists))
    linkage = conclude_linkage(scored, settings, partners, closed)
    fitted = replace(linkage.fitted, person=scorer.entries.person)
    return replace(
        linkage,
        fitted=fitted,
        afresh=candidate_pairs.afresh,
        training_labels=labels.pairs,
        contradictory=labels.contradictory,
        added=added_use(entries, scorer),
    )


def _numbers(ids: pa.Array, pairs: pa.Table | None) -> Longs | None:
    """These pairs of entries by their positions, as ``pack_pairs`` has them."""
    if pairs is None:
        return None
    places = ends_of(ids, pairs)
    return pack_pairs(np.minimum(*places), np.maximum(*places))


@frozen
class Scored:
    """The pairs that stay in the table, and what is told of the list for its estimate."""

    scorer: Scorer
    """The entries among which the pairs have their positions."""
    ids: pa.Array
    judged: Judged
    table: pa.Table
    """PAIR of them."""
    packed: Longs
    """Their packed vectors among those of the candidates."""
    vectors: weigh.VectorCounts
    """Those of all candidates."""
    of_keys: Blocked
    keys: Sequence[Key]
    forecast: tuple[block.Forecast, ...]
    candidates: int
    by_person: bool
    """Whether the values of a person count once."""
    together: Longs | None = None
    """Pairs that a user brought together, as ``pack_pairs`` has them; None: there are none."""
    apart: Longs | None = None
    """Pairs that a user kept apart, likewise."""


def conclude_linkage(
    scored: Scored,
    settings: LinkSettings,
    partners: tuple[Codes, Longs] | None = None,
    closed: tuple[Closed, ...] | None = (),
) -> Linkage:
    """The clusters, the cases and the estimate that follow from scored pairs.

    With ``partners``, the list of each entry and the entries of each list, an entry is one person
    with at most one entry of each other list. Without ``closed`` there are no cases.
    """
    beside, before = scored.vectors.without(scored.packed), len(scored.packed)
    lists = None if partners is None else partners[0]
    if partners is not None:
        scored = _of_partners(scored, *partners, settings)
    scorer, judged, counted = scored.scorer, scored.judged, scored.vectors
    model, comparisons = scorer.model, scorer.comparisons
    duplicate, review = settings.duplicate_probability, settings.review_probability
    cluster = cluster_of(scored, duplicate, lists)
    of_clusters = np.flatnonzero(cluster >= 0)
    posterior = weigh.score(comparisons.unpack(counted.codes), model).posterior
    loss = blocking_loss(scored.keys, scored.table, duplicate)
    size = scored.of_keys.entries
    fitted = Fitted(comparisons, model, counted, beside, size, loss=loss)
    expected = estimate(*fitted.likely(judged.posterior[:, 0]), duplicate, loss)
    sure = pa.array(judged.posterior[:, 0] >= duplicate)
    keys_of_sure = scored.table.column("match_key").filter(sure)
    most = priors(scorer.entries.profile, scorer.entries, comparisons)["same"].most
    at_bound = share_at_bound(model.log_m["same"], most)
    fit = FitOf(counted, posterior, keys_of_sure, expected, loss, at_bound)
    vectors = vectors_in(scored.table, comparisons)
    pairs = Pairs(scorer.entries, judged.left, judged.right)
    against = doubts(scored.of_keys, comparisons, fit)
    return Linkage(
        pairs=with_model(scored.table, model, comparisons),
        cases=schemas.CASE.empty_table()
        if closed is None
        else cases(
            scorer.entries, scored.ids, judged, cluster, review=review, closed=closed
        ),
        clusters=pa.table(
            {
                "entry_id": pc.take(scored.ids, of_clusters),
                "cluster_id": pc.take(scored.ids, cluster[of_clusters]),
            }
        ),
        forecast=scored.forecast,
        candidates=scored.candidates,
        afresh=scored.candidates,
        estimate=None if against else expected,
        doubts=against,
        term_frequencies=term_frequencies(scorer, pairs, vectors),
        fitted=fitted,
        left_out=before - len(scored.packed),
    )


def _of_partners(
    scored: Scored, lists: Codes, sizes: Longs, settings: LinkSettings
) -> Scored:
    """The pairs that stay where an entry has one partner at most in each other list.

    They have their probability given each other. ``sizes``: how many entries each list has.
    """
    scorer, judged = scored.scorer, scored.judged
    stays = np.zeros(len(judged.left), np.bool_)
    # Who is most improbable is nobody's partner: such pairs are kept only to be named.
    likely = np.flatnonzero(judged.posterior[:, 0] >= settings.kept_probability)
    pairs, prior = judged.at(likely), scorer.model.prior_log_odds
    chosen = best_partners(pairs.left, pairs.right, pairs.weight + prior, lists)
    ends = pairs.left, pairs.right
    same = given_the_others(*ends, pairs.weight, prior, lists, sizes, chosen)[chosen]
    stays[likely] = chosen
    pairs, table = judged.at(np.flatnonzero(stays)), scored.table.filter(stays)
    others = np.maximum(pairs.posterior[:, 1:].sum(axis=1), _NEVER)
    posterior = pairs.posterior * ((1 - same) / others)[:, None]
    posterior[:, 0] = same
    of_pairs = Pairs(scorer.entries, pairs.left, pairs.right)
    vectors = vectors_in(table, scorer.comparisons)
    kind = kinds(of_pairs, vectors, posterior, settings, is_between=True)
    judged = replace(pairs, posterior=posterior, kind=kind, kind_without_threshold=kind)
    return replace(
        scored,
        judged=judged,
        table=put_judged(table, judged),
        packed=scored.packed[stays],
        vectors=scored.vectors.without(scored.packed[~stays]),
    )


def cluster_of(scored: Scored, threshold: float, lists: Codes | None = None) -> Codes:
    """The cluster of each entry; with ``lists`` none has two entries of one list."""
    scorer, judged = scored.scorer, scored.judged

    def probability(left: Codes, right: Codes) -> Floats:
        # Two entries of one list are never one person, however many pairs speak for it.
        same = np.full(len(left), -1.0)
        may_be = (
            np.ones(len(left), np.bool_)
            if lists is None
            else lists[left] != lists[right]
        )
        _, _, told = scorer.compare(left[may_be], right[may_be])
        same[may_be] = told.posterior[:, 0]
        if scored.apart is not None:
            same[np.isin(pack_pairs(left, right), scored.apart)] = -1.0
        return same

    sure = judged.posterior[:, 0] >= threshold
    left, right, weight = judged.left[sure], judged.right[sure], judged.weight[sure]
    if scored.apart is not None:
        free = ~np.isin(pack_pairs(left, right), scored.apart)
        left, right, weight = left[free], right[free], weight[free]
    if scored.together is not None:
        first, second = unpack_pairs(scored.together)
        left, right = np.r_[left, first], np.r_[right, second]
        weight = np.r_[weight, np.full(len(first), np.inf)]
    return clusters(
        scorer.entries.size, left, right, weight, probability, outvoted=scored.by_person
    )


def added_use(entries: Encoded, scorer: Scorer) -> tuple[AddedUse, ...]:
    """How each added comparison was used."""
    uses = []
    for name, kind in scorer.comparisons.added_kinds.items():
        column = entries.added[name]
        known = column.known
        log_m = scorer.model.log_m["same"][name][MISSING + 1]
        uses.append(
            AddedUse(
                name,
                kind,
                known,
                column.distinct,
                float(2**log_m) if known else None,
            )
        )
    return tuple(uses)
