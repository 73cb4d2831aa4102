"""Linkage: which entries of a list may be one person. VOTER -> PAIR -> CASE.

The steps, in order: *encode* the columns as integers, *block* on several keys, *compare* the
candidate pairs level by level, *weigh* the comparison vectors, *classify* what each pair is,
*cluster* the entries, and put the *cases* together for a person to decide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import schemas, tables
from voterlist.arrays import Bools, Codes, Floats
from voterlist.config import LinkSettings
from voterlist.config.comparisons import AddedComparison
from voterlist.link import block, candidates, people, weigh
from voterlist.link.candidates import Candidates, Progress
from voterlist.link.cases import REASONS, Judged, cases
from voterlist.link.chance import Chance, chance
from voterlist.link.cluster import clusters
from voterlist.link.comparisons import MISSING, SHIPPED, Comparisons, with_added
from voterlist.link.encode import COMPARED, Encoded, encode
from voterlist.link.estimate import Estimate, estimate
from voterlist.link.explain import with_model
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
from voterlist.model import Profile, Rule

__all__ = [
    "COMPARED",
    "REASONS",
    "RULES",
    "SHIPPED",
    "TAKEN_NAMES",
    "Added",
    "AddedUse",
    "Chance",
    "Decided",
    "Estimate",
    "Incremental",
    "Linkage",
    "State",
    "Watch",
    "link",
    "plan",
]

TAKEN_NAMES = frozenset({*SHIPPED.fields, *NAMES})
"""Names that no added comparison can have: those of comparisons and blocking keys."""

RULES: tuple[Rule, ...] = ()

_VOTERS = tables.coded(
    pa.schema([schemas.VOTER.field(name) for name in COMPARED]),
    apart=("fin", "document"),
)
"""What is compared, dictionary-encoded, but for identifiers: nearly every entry has its own."""


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
    """None where no pair was put forward."""
    chance: tuple[Chance, ...]
    state: State | None
    """What the next linkage may go on from; None where it was not asked for."""
    reused: bool
    """Whether the state that was given could be used."""
    taught: int = 0
    """Candidate pairs decided by people, from which the model learnt."""
    contradictory: int = 0
    """Pairs that people decided both ways; the model learnt nothing from them."""
    added: tuple[AddedUse, ...] = ()


@dataclass(frozen=True, slots=True)
class _List:
    """A list as the steps of the linkage see it."""

    ids: pa.Array
    entries: Encoded
    comparisons: Comparisons
    blocks: list[block.Blocks]
    new: Bools | None
    """Which entries are new, where the others are only held against."""

    @property
    def forecast(self) -> tuple[block.Forecast, ...]:
        return tuple(key.forecast for key in self.blocks)

    @property
    def pairs(self) -> int:
        """How many pairs count: all of the list, or those with a new entry."""
        size = self.entries.size
        rest = 0 if self.new is None else size - int(self.new.sum())
        return size * (size - 1) // 2 - rest * (rest - 1) // 2


def _listed(
    voters: pa.Table,
    settings: LinkSettings,
    profile: Profile,
    new: pa.Array | pa.ChunkedArray | None,
    added: Added,
) -> _List:
    ids = voters.column("entry_id").combine_chunks()
    entries = encode(voters, added.of(ids))
    chosen = None if new is None else _are_in(ids, new)
    blocks = block.build_all(
        entries, profile, settings.largest_block, chosen, added.blocking
    )
    return _List(ids, entries, with_added(added.kinds), blocks, chosen)


def _are_in(ids: pa.Array, new: pa.Array | pa.ChunkedArray) -> Bools:
    return np.asarray(pc.is_in(ids, value_set=pc.unique(new).cast(ids.type)), np.bool_)


def link(
    voters: pa.Table,
    settings: LinkSettings | None = None,
    *,
    profile: Profile = Profile.AZ,
    new: pa.Array | pa.ChunkedArray | None = None,
    added: Added | None = None,
    decided: Decided | None = None,
    incremental: Incremental | None = None,
    watch: Watch | None = None,
) -> Linkage:
    """The pairs, clusters and cases of a VOTER table.

    Args:
        voters: VOTER; its text may be dictionary-encoded (``tables.coded``), which is quicker and
            takes less memory.
        settings: thresholds and bounds.
        profile: whose names they are.
        new: the ids of the entries of which every pair must have at least one, where the others are
            a list that is only held against; names are counted in both.
        added: comparisons that a user added to those of every list.
        decided: pairs and cases that people decided. The model learns from the pairs; what it says
            of a pair it goes on saying, decided or not. The cases stay cases however the model
            moves. Without any the result is the same to the byte as without this argument.
        incremental: an earlier linkage from which this one goes on. The result is the same to the
            byte as without it.
        watch: what is called while it runs.

    Raises:
        SchemaError: ``voters`` lacks a column of VOTER that is compared (``COMPARED``).
    """
    settings, watch, decided = (
        settings or LinkSettings(),
        watch or Watch(),
        decided or Decided(),
    )
    voters = tables.sort_by(schemas.require(voters, _VOTERS, "link"), "entry_id")
    listed = _listed(voters, settings, profile, new, added or Added())
    # From here on the columns are read as codes: the table is not needed.
    del voters
    ids, entries, comparisons = listed.ids, listed.entries, listed.comparisons
    watch.forecast(listed.forecast)
    watch.progress("forecast", 0, sum(line.pairs for line in listed.forecast))
    candidate_pairs, kept, reused = _find(listed, settings, profile, watch, incremental)
    closed = closed_cases(ids, decided.cases)
    scorer, candidate_pairs, labels = _learn(
        listed, candidate_pairs, decided, profile, settings.chunk_pairs
    )
    judged, table = judge(
        scorer,
        ids,
        listed.blocks,
        candidate_pairs,
        inside(candidate_pairs, closed),
        settings,
    )
    cluster = _cluster(scorer, judged, settings.duplicate_probability)
    review = settings.review_probability
    same = weigh.score(
        comparisons.unpack(candidate_pairs.vectors.codes), scorer.model
    ).posterior[:, 0]
    return Linkage(
        pairs=with_model(table, scorer.model, comparisons),
        cases=cases(entries, ids, judged, cluster, review=review, closed=closed),
        clusters=_cluster_table(ids, cluster),
        forecast=listed.forecast,
        candidates=len(candidate_pairs.left),
        afresh=candidate_pairs.afresh,
        estimate=estimate(
            candidate_pairs.vectors, same, settings.duplicate_probability
        ),
        chance=chance(entries, listed.new),
        state=kept,
        reused=reused,
        taught=labels.pairs,
        contradictory=labels.contradictory,
        added=_added_use(scorer),
    )


def _find(
    listed: _List,
    settings: LinkSettings,
    profile: Profile,
    watch: Watch,
    incremental: Incremental | None,
) -> tuple[Candidates, State | None, bool]:
    """The candidate pairs, what is kept for the next linkage, and whether a state was reused."""
    entries, blocks, comparisons = listed.entries, listed.blocks, listed.comparisons
    if incremental is None or (incremental.known is None and not incremental.keep):
        candidate_pairs = candidates.find(
            entries, blocks, settings.chunk_pairs, watch.progress, comparisons
        )
        return candidate_pairs, None, False
    fits = state.fingerprint(
        entries,
        blocks,
        profile.value,
        settings.largest_block,
        comparisons,
        against=listed.new is not None,
    )
    marks = state.checksums(entries, listed.new)
    known = incremental.known
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
    return candidate_pairs, kept, known is not None


def _learn(
    listed: _List,
    found: Candidates,
    decided: Decided,
    profile: Profile,
    chunk_pairs: int,
) -> tuple[Scorer, Candidates, TrainingLabels]:
    """The list with its model, the candidates with the vectors that it scores, and the labels."""
    sample = weigh.Sample()

    def learnt(
        entries: Encoded, candidate_pairs: Candidates
    ) -> tuple[Scorer, Candidates, TrainingLabels]:
        labels = training_labels(listed.ids, candidate_pairs, decided.pairs)
        model = weigh.learn(
            entries,
            candidate_pairs.vectors,
            profile,
            comparisons=listed.comparisons,
            pairs=listed.pairs,
            labels=labels.labels,
            sample=sample,
        )
        return Scorer(entries, listed.comparisons, model), candidate_pairs, labels

    scorer, found, labels = learnt(listed.entries, found)
    if not people.has_many_entries_a_person(scorer):
        return scorer, found, labels
    entries = listed.entries.by_person(people.people(scorer, found))
    counted = Scorer(entries, listed.comparisons, scorer.model)
    return learnt(entries, people.counted_again(counted, found, chunk_pairs))


def plan(
    voters: pa.Table,
    settings: LinkSettings | None = None,
    *,
    profile: Profile = Profile.AZ,
    new: pa.Array | pa.ChunkedArray | None = None,
    added: Added | None = None,
) -> tuple[block.Forecast, ...]:
    """What each blocking key would cost, before any pair is made: the forecast of ``link`` alone.

    Raises:
        SchemaError: ``voters`` lacks a column of VOTER that is compared (``COMPARED``).
    """
    voters = schemas.require(voters, _VOTERS, "link")
    settings = settings or LinkSettings()
    return _listed(voters, settings, profile, new, added or Added()).forecast


def _cluster(scorer: Scorer, judged: Judged, threshold: float) -> Codes:
    def probability(left: Codes, right: Codes) -> Floats:
        _, _, scored = scorer.compare(left, right)
        return np.asarray(scored.posterior[:, 0], np.float64)

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


def _added_use(scorer: Scorer) -> tuple[AddedUse, ...]:
    """How each added comparison was used."""
    uses = []
    for name, kind in scorer.comparisons.added_kinds.items():
        column = scorer.entries.added[name]
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
