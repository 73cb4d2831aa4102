"""Linkage: which entries of a list may be one person. VOTER -> PAIR -> CASE.

The steps, in order: *encode* the columns as integers, *block* on several keys, *compare* the
candidate pairs level by level, *weigh* the comparison vectors, *classify* what each pair is,
*cluster* the entries, and put the *cases* together for a person to decide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import schemas, tables
from voterlist.arrays import Bools, Codes, Floats
from voterlist.config import LinkSettings
from voterlist.config.comparisons import AddedComparison
from voterlist.link import block, candidates, people, weigh
from voterlist.link.candidates import Candidates, Progress
from voterlist.link.cases import REASONS, Closed, Judged, cases
from voterlist.link.chance import Chance, chance
from voterlist.link.cluster import clusters
from voterlist.link.comparisons import MISSING, SHIPPED, Comparisons, with_added
from voterlist.link.encode import COMPARED, LINKED, Encoded, encode
from voterlist.link.estimate import Estimate, estimate
from voterlist.link.explain import with_model
from voterlist.link.fit import Compared as FitOf
from voterlist.link.fit import Doubt, doubts
from voterlist.link.incremental import State, reuse, state
from voterlist.link.judge import Scorer, judge
from voterlist.link.keys import NAMES
from voterlist.link.labels import (
    Decided,
    TrainingLabels,
    closed_cases,
    inside,
    training_labels,
)
from voterlist.link.one_to_one import best_partners
from voterlist.link.sample import Sample, marks_of
from voterlist.link.scope import Scope, pairs_within, pairs_without
from voterlist.model import Profile, Rule
from voterlist.threads import both

__all__ = [
    "COMPARED",
    "LINKED",
    "REASONS",
    "RULES",
    "SHIPPED",
    "TAKEN_NAMES",
    "Added",
    "AddedUse",
    "Chance",
    "Decided",
    "Doubt",
    "Estimate",
    "Incremental",
    "Linkage",
    "Scope",
    "State",
    "Watch",
    "link",
    "plan",
]

TAKEN_NAMES = frozenset({*SHIPPED.fields, *NAMES})
"""Names that no added comparison can have: those of comparisons and blocking keys."""

RULES: tuple[Rule, ...] = ()


def _quiet(_step: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


def _silent(_forecast: tuple[block.Forecast, ...]) -> None:
    """A forecast that nobody watches."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What a linkage calls while it runs."""

    progress: Progress = _quiet
    """Called with the step, how much of it is done, and of how much."""
    forecast: Callable[[tuple[block.Forecast, ...]], None] = _silent
    """Called with the forecast before any pair is made."""


@dataclass(frozen=True, slots=True)
class Incremental:
    """An earlier linkage from which this one goes on."""

    known: State | None = None
    """Its state. One of another profile, other settings or another program is not used."""
    keep: bool = True
    """Whether this linkage is to return its own state for the next."""


@dataclass(frozen=True, slots=True)
class Added:
    """The comparisons that a user added, and their columns."""

    comparisons: Sequence[AddedComparison] = ()
    values: Mapping[str, pa.Array | pa.ChunkedArray] = field(default_factory=dict)
    """For each comparison its folded column, in the order of ``entry_ids``."""
    entry_ids: pa.Array | pa.ChunkedArray | None = None
    """The entries of the columns; None where there are no comparisons."""

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each comparison by its name."""
        return {one.name: str(one.kind) for one in self.comparisons}

    @property
    def blocking(self) -> tuple[str, ...]:
        """The comparisons that are blocking keys too."""
        return tuple(one.name for one in self.comparisons if one.blocking)

    def of(self, ids: pa.Array) -> dict[str, pa.ChunkedArray]:
        """The columns in the order of these entry ids."""
        if self.entry_ids is None:
            return {}
        place = pc.index_in(ids, value_set=_array(self.entry_ids))
        return {
            name: pa.chunked_array([_array(c).take(place)])
            for name, c in self.values.items()
        }


def _array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


@dataclass(frozen=True, slots=True)
class AddedUse:
    """How an added comparison was used in a linkage."""

    name: str
    kind: str
    known: int
    """Entries with a value."""
    distinct: int
    """Different values, spellings of one value counted once."""
    m: float | None
    """Learnt: P(the values are the same | one person); None where no value is known."""


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
    """How many of them were compared in this linkage; the others were reused."""
    estimate: Estimate | None
    """None where no pair was put forward, and where there are doubts."""
    chance: tuple[Chance, ...]
    state: State | None
    """What the next linkage may go on from; None where it was not asked for."""
    reused: bool
    """Whether the state that was given could be used."""
    training_labels: int = 0
    """Candidate pairs decided by people, from which the model learnt."""
    contradictory: int = 0
    """Pairs that people decided both ways; the model learnt nothing from them."""
    added: tuple[AddedUse, ...] = ()
    left_out: int = 0
    """Pairs left out because an entry has one partner at most in each other list."""
    doubts: tuple[Doubt, ...] = ()
    """Why keys or model do not fit the list, so that there is no estimate."""


@dataclass(frozen=True, slots=True)
class _List:
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

    @property
    def forecast(self) -> tuple[block.Forecast, ...]:
        return tuple(key.forecast for key in self.blocks)

    @property
    def pairs(self) -> int:
        """How many pairs count."""
        if self.groups is None:
            return pairs_within(self.entries.size)
        return pairs_without(self.groups)


@dataclass(frozen=True, slots=True)
class _Compared:
    """The candidate pairs of a list with their comparison vectors."""

    pairs: Candidates
    state: State | None = None
    """What is kept for the next linkage; None where nothing is kept."""
    reused: bool = False
    """Whether an earlier state was used."""


@dataclass(frozen=True, slots=True)
class _Learnt:
    """A list with its model, and the candidate pairs with the vectors that it scores."""

    scorer: Scorer
    pairs: Candidates
    labels: TrainingLabels
    """The pairs that people decided, from which the model learnt."""


def _encoded(
    voters: pa.Table, profile: Profile, added: Added
) -> tuple[pa.Array, Encoded]:
    """The ids of a list, in their order, and the list as arrays."""
    voters = tables.sort_by(schemas.require(voters, LINKED, "link"), "entry_id")
    ids = voters.column("entry_id").combine_chunks()
    return ids, encode(voters, added.of(ids), profile)


def _listed(
    ids: pa.Array,
    entries: Encoded,
    settings: LinkSettings,
    scope: Scope | None,
    added: Added,
) -> _List:
    groups = None if scope is None else scope.groups_of(ids)
    blocks = block.build_all(
        entries, entries.profile, settings.largest_block, groups, added.blocking
    )
    listed = _List(ids, entries, with_added(added.kinds), blocks)
    if scope is None:
        return listed
    lists = groups if scope.is_between else None
    return replace(listed, groups=groups, lists=lists, one_to_one=scope.one_to_one)


def link(
    voters: pa.Table,
    settings: LinkSettings | None = None,
    *,
    profile: Profile = Profile.AZ,
    scope: Scope | None = None,
    added: Added | None = None,
    decided: Decided | None = None,
    incremental: Incremental | None = None,
    watch: Watch | None = None,
) -> Linkage:
    """The pairs, clusters and cases of a VOTER table.

    Args:
        voters: VOTER; its text may be dictionary-encoded (``tables.with_encoded_text``), which is
            quicker and takes less memory.
        settings: thresholds and bounds.
        profile: whose names they are.
        scope: which pairs are looked for, where not all are; names are counted in all entries.
        added: comparisons that a user added to those of every list.
        decided: pairs and cases that people decided. The model learns from the pairs; what it says
            of a pair it goes on saying, decided or not. The cases stay cases however the model
            moves. Without any the result is the same to the byte as without this argument.
        incremental: an earlier linkage from which this one goes on. The result is the same to the
            byte as without it.
        watch: what is called while it runs.

    Raises:
        SchemaError: ``voters`` lacks a column of VOTER that is compared (``COMPARED``).
        ValueError: what people decided is given for a linkage one to one.
    """
    if decided is not None and scope is not None and scope.one_to_one:
        raise ValueError("decided pairs are not linked one to one")
    settings = settings or LinkSettings()
    added = added or Added()
    ids, entries = _encoded(voters, profile, added)
    # From here on the columns are read as codes: the table is not needed.
    del voters
    listed = _listed(ids, entries, settings, scope, added)
    compared = _compare(listed, settings, profile, watch or Watch(), incremental)
    decided = decided or Decided()
    closed = closed_cases(listed.ids, decided.cases)

    def judged() -> Linkage:
        learnt = _learn(
            listed, compared.pairs, decided.pairs, profile, settings.chunk_pairs
        )
        return _linkage(listed, compared, learnt, closed, settings)

    linkage, by_chance = both(judged, lambda: chance(listed.entries, listed.groups))
    return replace(linkage, chance=by_chance)


def _compare(
    listed: _List,
    settings: LinkSettings,
    profile: Profile,
    watch: Watch,
    incremental: Incremental | None,
) -> _Compared:
    """The candidate pairs of the list, compared."""
    watch.forecast(listed.forecast)
    watch.progress("forecast", 0, sum(line.pairs for line in listed.forecast))
    if incremental is None or (incremental.known is None and not incremental.keep):
        candidate_pairs = candidates.find(
            listed.entries,
            listed.blocks,
            settings.chunk_pairs,
            watch.progress,
            listed.comparisons,
        )
        return _Compared(candidate_pairs)
    return _compare_again(listed, settings, profile, watch, incremental.known)


def _compare_again(
    listed: _List,
    settings: LinkSettings,
    profile: Profile,
    watch: Watch,
    known: State | None,
) -> _Compared:
    """The same from an earlier state, as far as it fits, with the state for the next linkage."""
    entries, blocks, comparisons = listed.entries, listed.blocks, listed.comparisons
    fits = state.fingerprint(
        entries,
        blocks,
        profile.value,
        settings.largest_block,
        comparisons,
        in_groups=listed.groups is not None,
    )
    marks = state.checksums(entries, listed.groups)
    if known is not None and known.fingerprint != fits:
        known = None
    then = np.full(entries.size, -1, np.int32)
    if known is not None:
        then = state.positions_before(known.entries, marks)
    candidate_pairs, levels = candidates.find_again(
        entries,
        blocks,
        settings.chunk_pairs,
        watch.progress,
        reuse.reuse(known, then),
        comparisons,
    )
    kept = state.State(
        fits,
        marks,
        state.block_members(blocks),
        candidate_pairs.left,
        candidate_pairs.right,
        levels,
    )
    return _Compared(candidate_pairs, kept, known is not None)


def _linkage(
    listed: _List,
    compared: _Compared,
    learnt: _Learnt,
    closed: tuple[Closed, ...],
    settings: LinkSettings,
) -> Linkage:
    """What the model says of the candidate pairs."""
    ids, entries, comparisons = listed.ids, listed.entries, listed.comparisons
    scorer, candidate_pairs = learnt.scorer, learnt.pairs
    model = scorer.model
    stays = inside(candidate_pairs, closed)
    judged, table = judge(
        scorer,
        ids,
        listed.blocks,
        candidate_pairs,
        stays,
        settings,
        is_between=listed.lists is not None,
    )
    partners = listed.lists if listed.one_to_one else None
    counted, left_out = candidate_pairs.vectors, 0
    if partners is not None:
        stays_paired = _best_partners(judged, model, partners, settings)
        apart = judged.at(np.flatnonzero(~stays_paired))
        counted = candidate_pairs.vectors_without(apart.left, apart.right)
        judged = judged.at(np.flatnonzero(stays_paired))
        table = table.filter(pa.array(stays_paired))
        left_out = len(apart.left)
    duplicate = settings.duplicate_probability
    cluster = _cluster(scorer, judged, duplicate, partners)
    review = settings.review_probability
    vectors = comparisons.unpack(counted.codes)
    posterior = weigh.score(vectors, model).posterior
    expected = estimate(counted, posterior[:, 0], duplicate)
    sure = pc.greater_equal(table.column("probability"), duplicate)
    keys_of_sure = table.column("match_key").filter(sure)
    fit = FitOf(counted, posterior, keys_of_sure, expected)
    against = doubts(entries, listed.blocks, comparisons, fit)
    return Linkage(
        pairs=with_model(table, model, comparisons),
        cases=cases(entries, ids, judged, cluster, review=review, closed=closed),
        clusters=_cluster_table(ids, cluster),
        forecast=listed.forecast,
        candidates=len(candidate_pairs.left),
        afresh=candidate_pairs.afresh,
        estimate=None if against else expected,
        chance=(),
        state=compared.state,
        reused=compared.reused,
        training_labels=learnt.labels.pairs,
        contradictory=learnt.labels.contradictory,
        added=_added_use(entries, scorer),
        left_out=left_out,
        doubts=against,
    )


def _learn(
    listed: _List,
    found: Candidates,
    decided: pa.Table | None,
    profile: Profile,
    chunk_pairs: int,
) -> _Learnt:
    """The model of the list; of one with many entries a person, by its people."""
    sample = Sample(lists=listed.lists, marks=marks_of(listed.ids))

    def learnt(entries: Encoded, candidate_pairs: Candidates) -> _Learnt:
        labels = training_labels(listed.ids, candidate_pairs, decided)
        model = weigh.learn(
            entries,
            candidate_pairs.vectors,
            profile,
            comparisons=listed.comparisons,
            pairs=listed.pairs,
            labels=labels.labels,
            sample=sample,
        )
        scorer = Scorer(entries, listed.comparisons, weigh.rounded(model))
        return _Learnt(scorer, candidate_pairs, labels)

    first = learnt(listed.entries, found)
    if not people.has_many_entries_a_person(first.scorer):
        return first
    entries = listed.entries.by_person(people.people(first.scorer, found))
    counted = Scorer(entries, listed.comparisons, first.scorer.model)
    return learnt(entries, people.counted_again(counted, found, chunk_pairs))


def plan(
    voters: pa.Table,
    settings: LinkSettings | None = None,
    *,
    profile: Profile = Profile.AZ,
    scope: Scope | None = None,
    added: Added | None = None,
) -> tuple[block.Forecast, ...]:
    """What each blocking key would cost, before any pair is made: the forecast of ``link`` alone.

    Raises:
        SchemaError: ``voters`` lacks a column of VOTER that is compared (``COMPARED``).
    """
    settings, added = settings or LinkSettings(), added or Added()
    ids, entries = _encoded(voters, profile, added)
    return _listed(ids, entries, settings, scope, added).forecast


def _best_partners(
    judged: Judged, model: weigh.Model, lists: Codes, settings: LinkSettings
) -> Bools:
    """Which pairs stay where an entry has one partner at most in each other list."""
    stays = np.zeros(len(judged.left), np.bool_)
    # Who is most improbable is nobody's partner: such pairs are kept only to be named.
    likely = np.flatnonzero(judged.posterior[:, 0] >= settings.kept_probability)
    pairs = judged.at(likely)
    log_odds = pairs.weight + model.prior_log_odds
    stays[likely] = best_partners(pairs.left, pairs.right, log_odds, lists)
    return stays


def _cluster(
    scorer: Scorer, judged: Judged, threshold: float, lists: Codes | None = None
) -> Codes:
    """The cluster of each entry; with ``lists`` none has two entries of one list."""

    def probability(left: Codes, right: Codes) -> Floats:
        same = np.zeros(len(left))
        apart = (
            np.ones(len(left), np.bool_)
            if lists is None
            else lists[left] != lists[right]
        )
        _, _, scored = scorer.compare(left[apart], right[apart])
        same[apart] = scored.posterior[:, 0]
        return same

    sure = judged.posterior[:, 0] >= threshold
    left, right, weight = judged.left[sure], judged.right[sure], judged.weight[sure]
    outvoted = scorer.entries.person is not None
    return clusters(
        scorer.entries.size, left, right, weight, probability, outvoted=outvoted
    )


def _cluster_table(ids: pa.Array, cluster: Codes) -> pa.Table:
    inside = np.flatnonzero(cluster >= 0)
    names = {
        "entry_id": pc.take(ids, pa.array(inside)),
        "cluster_id": pc.take(ids, pa.array(cluster[inside])),
    }
    return pa.table(names)


def _added_use(entries: Encoded, scorer: Scorer) -> tuple[AddedUse, ...]:
    """How each added comparison was used."""
    uses = []
    for name, kind in scorer.comparisons.added_kinds.items():
        column = entries.added[name]
        known = int(column.counts.sum())
        log_m = scorer.model.log_m["same"][name][MISSING + 1]
        uses.append(
            AddedUse(
                name,
                kind,
                known,
                len(column.values),
                float(2**log_m) if known else None,
            )
        )
    return tuple(uses)
