"""The linkage of a list: the steps on the cluster, and between them the model, on the driver."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from voterlist.arrays import Codes, Longs
from voterlist.config import LinkSettings
from voterlist.link import cluster, fit, weigh
from voterlist.link import link as local_link
from voterlist.link import plan as local_plan
from voterlist.link.block import Forecast, pairs_within, pairs_without
from voterlist.link.cases import Judged
from voterlist.link.comparisons import Comparisons, Vectors
from voterlist.link.encode import ADDED, LINKED, EncodedColumn
from voterlist.link.identifiers import Identifiers
from voterlist.link.judge import Scorer, names_of_keys, near_codes, pair_table
from voterlist.link.keys import Key, keys
from voterlist.link.priors import Drawn, Sample
from voterlist.link.steps import Scored, added_use, concluded, pairs_of_partners
from voterlist.link.types import Linkage, Watch
from voterlist.link.weigh import CLASSES, Model
from voterlist.model import Profile
from voterlist.spark import comparing, pairs
from voterlist.spark import entries as entries_of
from voterlist.spark.blocking import Blocking
from voterlist.spark.chance import chance
from voterlist.spark.comparing import Scoring
from voterlist.spark.entries import Counted, Listed
from voterlist.spark.exchange import Parcel, Steps, packed
from voterlist.spark.pairs import Blocked, Blocks, Compared
from voterlist.spark.part import PLACES, TEXTS, Part, Whole
from voterlist.spark.reading import Rows, Source


@dataclass(frozen=True)
class Wanted:
    """What is linked, and how."""

    profile: Profile
    settings: LinkSettings
    comparisons: Comparisons
    blocking: tuple[str, ...] = ()
    """The added comparisons that are blocking keys too."""
    is_between: bool = False
    """Whether each group is a list of its own, and only pairs of two lists are looked for."""
    one_to_one: bool = False
    """Whether an entry is one person with at most one entry of each other list."""

    @property
    def added(self) -> tuple[str, ...]:
        """The added comparisons."""
        return tuple(self.comparisons.added_kinds)

    def keys(self, size: int) -> tuple[Key, ...]:
        """The blocking keys of a list of so many entries."""
        return keys(self.profile, size, self.settings.largest_block, self.blocking)


class _Random(Sample):
    """Random pairs that were drawn here and compared on the cluster."""

    def __init__(self, counts: weigh.VectorCounts, comparisons: Comparisons) -> None:
        super().__init__()
        nobody = np.zeros(0, np.int32)
        levels = comparisons.unpack(counts.codes).levels
        self._counted = Drawn(nobody, nobody, counts.counts, levels)

    def drawn(self, entries: object, comparisons: object) -> Drawn:
        """The pairs, those of one vector as one pair drawn so often."""
        del entries, comparisons
        return self._counted


@dataclass(frozen=True)
class Done:
    """The pairs compared, and the model."""

    counted: Counted
    compared: Compared
    scorer: Scorer
    """Of a list of which no entry is here."""
    by_person: bool = False
    """Whether the values of a person count once."""


def learnt(whole: Whole, compared: Compared, wanted: Wanted, listed: Listed) -> Model:
    """The model of the pairs that were compared."""
    model = weigh.learn(
        nobody(whole),
        compared.vectors,
        wanted.profile,
        comparisons=wanted.comparisons,
        pairs=pairs_within(whole.size)
        if listed.groups is None
        else pairs_without(listed.groups),
        sample=_Random(compared.random, wanted.comparisons),
    )
    return weigh.rounded(model)


def nobody(whole: Whole) -> Part:
    """A list of the size of the whole, of which no entry is here: what a model asks of a list."""
    none = np.zeros(0, np.int32)
    values = pa.array([], pa.string())
    numbers = Identifiers(none.astype(np.int64), np.zeros((0, 0), np.uint64), None)

    def column(name: str) -> EncodedColumn:
        return EncodedColumn(
            none,
            values,
            none.astype(np.int64),
            whole.pseudo_counts.get(name, 1.0),
            whole.values.get(name),
        )

    columns: dict[str, Any] = {name: column(name) for name in (*TEXTS, *PLACES)}
    numbers_of = ("year", "month", "day", "sex", "constituency", "precinct")
    columns |= dict.fromkeys(numbers_of, none)
    return Part(
        whole=whole,
        ids=values,
        positions=none,
        size=whole.size,
        fin=numbers,
        document=numbers,
        **columns,
        temporary=none.astype(np.bool_),
        address_words=(none,) if whole.has_lines else (),
        added={name: column(ADDED + name) for name in whole.added},
        profile=whole.profile,
    )


def ends_of(pairs: pa.Table) -> tuple[Codes, Codes, Codes]:
    """(the positions of the entries of these pairs, left and right as places among them)."""
    if not pairs.num_columns:
        none = np.zeros(0, np.int32)
        return none, none, none
    ends = [pairs.column(name).to_numpy() for name in ("left", "right")]
    positions, places = np.unique(np.concatenate(ends), return_inverse=True)
    left, right = np.split(places.astype(np.int32), 2)
    return positions, left, right


def again(steps: Steps, wanted: Wanted, listed: Listed, first: Done) -> Done:
    """All counted again by people, and the model that follows; ``link.cluster`` tells why."""
    codes, scorer, comparisons = (
        first.compared.vectors.codes,
        first.scorer,
        wanted.comparisons,
    )
    scoring = Scoring(first.counted.whole, comparisons, scorer.model, wanted.settings)
    near = near_codes(scorer, codes, cluster.SURE)
    work = partial(comparing.sure, scoring=scoring)
    sure = pairs.chosen("sure", first.counted, first.compared, near, work)
    positions, left, right = ends_of(sure)
    members = pairs.entries_at(steps, first.counted, positions)
    own = np.zeros(0, np.int32)
    if members is not None:
        here = Scorer(members, comparisons, scorer.model)
        own = cluster.of_sure_pairs(here, left, right, sure.column("weight").to_numpy())
    repeats = steps.sent(_repeats(members, own, first.counted))
    whole = entries_of.whole_again(listed, first.counted, repeats)
    counted = entries_of.counted(steps, replace(listed, whole=whole), repeats=repeats)
    compared = pairs.compared_again(
        steps,
        counted,
        first.compared,
        comparisons,
        _two_people(listed.random, positions, positions[own]),
        cluster.perhaps_related(scorer, codes),
    )
    model = learnt(counted.whole, compared, wanted, listed)
    scorer = Scorer(nobody(counted.whole), comparisons, model)
    return Done(counted, compared, scorer, by_person=True)


def _repeats(members: Part | None, own: Codes, counted: Counted) -> list[Parcel]:
    """For each part the rows whose values another entry of the same person has before them.

    ``own`` has for each of the members the place of the first entry of its person.
    """
    if members is None:
        return [Parcel(0, "repeats", 0, 0, packed({}))]
    by_person = replace(members, person=own)
    codes = {name: getattr(members, name).codes for name in TEXTS}
    codes |= {ADDED + name: column.codes for name, column in members.added.items()}
    codes |= {
        "years": members.year,
        "decades": members.cohort,
        "days": members.day_of_year,
        "dates": members.date_code,
        "sexes": members.sex,
    }
    rows = {
        name: np.flatnonzero((of_name >= 0) & (by_person.once_a_person(of_name) < 0))
        for name, of_name in codes.items()
    }
    rows["person"] = np.flatnonzero(own != np.arange(len(own)))
    parcels = []
    for number, (start, stop) in enumerate(itertools.pairwise(counted.starts.tolist())):
        tables = {}
        for name, of_name in rows.items():
            positions = members.positions[of_name]
            inside = positions[(positions >= start) & (positions < stop)] - start
            tables[name] = pa.table({"row": inside})
        parcels.append(Parcel(number, "repeats", number, len(tables), packed(tables)))
    return parcels


def _two_people(
    random: tuple[Codes, Codes, Longs], positions: Codes, person: Codes
) -> tuple[Codes, Codes, Longs]:
    """The random pairs of two people; ``person`` has the first entry of each of these entries."""

    def of(ends: Codes) -> Codes:
        if not len(positions):
            return ends
        place = np.minimum(np.searchsorted(positions, ends), len(positions) - 1)
        return np.where(positions[place] == ends, person[place], ends)

    left, right, times = random
    apart = np.flatnonzero(of(left) != of(right))
    return left[apart], right[apart], times[apart]


def linked(
    steps: Steps, source: Source, rows: Rows, wanted: Wanted, watch: Watch
) -> Linkage:
    """The pairs, clusters and cases of the rows of a list, as ``link.link`` gives them."""
    listed = entries_of.read(steps, source, rows, is_between=wanted.is_between)
    if listed is None:
        return local_link(LINKED.empty_table(), wanted.settings, profile=wanted.profile)
    counted = entries_of.counted(steps, listed)
    blocks = _blocks(steps, counted, wanted)
    watch.forecast(blocks.forecast)
    blocked = pairs.blocked(steps, counted, blocks, wanted.settings.chunk_pairs)
    compared = pairs.compared(
        steps, counted, blocked, wanted.comparisons, listed.random
    )
    for done in np.cumsum(blocked.sizes).tolist():
        watch.progress("compare", done, blocked.candidates)
    model = learnt(counted.whole, compared, wanted, listed)
    done = Done(
        counted, compared, Scorer(nobody(counted.whole), wanted.comparisons, model)
    )
    if cluster.has_many_entries_a_person(done.scorer):
        done = again(steps, wanted, listed, done)
    return _conclude(steps, wanted, blocked, done, listed, counted.whole)


def planned(
    steps: Steps, source: Source, rows: Rows, wanted: Wanted
) -> tuple[Forecast, ...]:
    """What each blocking key would cost; no pair is made."""
    listed = entries_of.read(steps, source, rows, is_between=wanted.is_between)
    if listed is None:
        return local_plan(LINKED.empty_table(), wanted.settings, profile=wanted.profile)
    return _blocks(steps, entries_of.counted(steps, listed), wanted).forecast


def _blocks(steps: Steps, counted: Counted, wanted: Wanted) -> Blocks:
    """The blocks of every key."""
    keys, limit = wanted.keys(counted.whole.size), wanted.settings.largest_block
    return pairs.blocks(
        steps, counted, Blocking(counted.whole, keys, limit, counted.many)
    )


def _conclude(
    steps: Steps,
    wanted: Wanted,
    blocked: Blocked,
    done: Done,
    listed: Listed,
    by_entry: Whole,
) -> Linkage:
    """What the model says; ``by_entry``: the whole list, its values counted by entries."""
    settings, comparisons = wanted.settings, wanted.comparisons
    counted, compared, scorer = done.counted, done.compared, done.scorer
    model = scorer.model
    near = near_codes(scorer, compared.vectors.codes, settings.kept_probability)
    scoring = Scoring(
        counted.whole, comparisons, model, settings, is_between=wanted.is_between
    )
    work = partial(comparing.scored, scoring=scoring)
    kept = pairs.chosen("kept", counted, compared, near, work)
    judged, positions = _judge(kept)
    entries = pairs.entries_at(steps, counted, positions)
    entries = entries or replace(nobody(counted.whole), size=0)
    scorer = Scorer(entries, comparisons, model)
    keys = wanted.keys(counted.whole.size)
    table = _pairs(kept, judged, entries.ids, comparisons, keys)
    vectors, alone, partners, left_out = compared.vectors, None, None, 0
    if wanted.one_to_one and listed.groups is not None and len(kept):
        partners = listed.groups[positions]
        sizes = np.bincount(listed.groups)
        paired = pairs_of_partners(scorer, judged, table, partners, sizes, settings)
        of_pairs = kept.column("vector").to_numpy()
        alone = vectors.without(of_pairs)
        vectors = vectors.without(of_pairs[~paired.stays])
        judged, table = paired.judged, paired.table
        left_out = int((~paired.stays).sum())
    scored = Scored(
        scorer,
        entries.ids,
        judged,
        table,
        vectors,
        of_keys=fit.Blocked(
            counted.whole.size, blocked.blocks.reachable, blocked.blocks.parted
        ),
        keys=keys,
        forecast=blocked.blocks.forecast,
        candidates=blocked.candidates,
        by_person=done.by_person,
        alone=alone,
    )
    return replace(
        concluded(scored, settings, partners),
        chance=chance(counted),
        added=added_use(nobody(by_entry), scorer),
        left_out=left_out,
    )


def _judge(kept: pa.Table) -> tuple[Judged, Codes]:
    """(the kept pairs by the places of their entries among these, the positions of these)."""
    if not kept.num_columns:
        none = np.zeros(0, np.int32)
        floats = np.zeros(0)
        return Judged(none, none, floats, np.zeros((0, len(CLASSES))), none, none), none
    positions, left, right = ends_of(kept)
    posterior = np.stack(
        [kept.column(f"posterior_{place}").to_numpy() for place in range(len(CLASSES))],
        axis=1,
    )
    kind = kept.column("kind").to_numpy()
    weight = kept.column("weight").to_numpy()
    return Judged(left, right, weight, posterior, kind, kind), positions


def _pairs(
    kept: pa.Table,
    judged: Judged,
    ids: pa.Array,
    comparisons: Comparisons,
    keys: Sequence[Key],
) -> pa.Table:
    """PAIR of the kept pairs."""
    rows = len(judged.left)
    levels = {
        field: kept.column(f"level_{field}").to_numpy()
        if rows
        else np.zeros(0, np.uint8)
        for field in comparisons.fields
    }
    frequency = kept.column("term_frequency").to_numpy() if rows else np.zeros(0)
    bits: Longs = kept.column("keys").to_numpy() if rows else np.zeros(0, np.int64)
    return pair_table(
        ids,
        judged,
        Vectors(levels, frequency),
        names_of_keys(keys, bits),
        comparisons,
    )
