"""The linkage of a list: the steps on the cluster, and between them the model, on the driver."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from voterlist.arrays import Codes, Longs, unpack_pairs
from voterlist.config.sections import LinkSettings
from voterlist.link import cluster, fit, weigh
from voterlist.link import link as local_link
from voterlist.link import plan as local_plan
from voterlist.link.block import Forecast, pairs_within, pairs_without
from voterlist.link.comparisons import with_added
from voterlist.link.comparisons.base import Pairs
from voterlist.link.comparisons.vectors import Comparisons
from voterlist.link.encode import ADDED, LINKED, Whole
from voterlist.link.judge import (
    Scorer,
    judge_pairs,
    names_of_keys,
    near_codes,
    pair_table,
)
from voterlist.link.keys import Key, keys
from voterlist.link.part import TEXTS, Part, nobody
from voterlist.link.priors import Drawn, Sample
from voterlist.link.steps import Scored, added_use, conclude_linkage
from voterlist.link.types import Linkage, Watch
from voterlist.spark import entries as entries_of
from voterlist.spark import pairs
from voterlist.spark.blocking import Blocking
from voterlist.spark.chance import chance
from voterlist.spark.entries import Counted, Listed
from voterlist.spark.exchange import Parcel, Steps
from voterlist.spark.pairs import Blocked, Blocks, Compared
from voterlist.spark.reading import Rows, Source


@dataclass(frozen=True)
class Wanted:
    """What is linked, and how."""

    rows: Rows
    settings: LinkSettings
    is_between: bool = False
    """Whether each group is a list of its own, and only pairs of two lists are looked for."""
    one_to_one: bool = False
    """Whether an entry is one person with at most one entry of each other list."""

    @property
    def comparisons(self) -> Comparisons:
        """What is compared."""
        return with_added(
            {
                comparison.name: str(comparison.kind)
                for comparison in self.rows.comparisons
            }
        )

    def keys(self, size: int) -> tuple[Key, ...]:
        """The blocking keys of a list of so many entries."""
        added = {
            comparison.name: comparison.blocking for comparison in self.rows.comparisons
        }
        return keys(self.rows.profile, size, self.settings.largest_block, added)


class _Random(Sample):
    """Random pairs that were drawn before; their entries are here."""

    def __init__(self, pairs: Pairs, times: Longs) -> None:
        super().__init__()
        self._of_entries = pairs
        self._times = times

    def drawn(self, entries: object, comparisons: Comparisons) -> Drawn:
        """The pairs, compared."""
        del entries
        pairs = self._of_entries
        levels = comparisons.compare(pairs).levels
        return Drawn(pairs.left, pairs.right, self._times, levels)


@dataclass(frozen=True)
class Done:
    """The pairs compared, and the model."""

    counted: Counted
    compared: Compared
    scorer: Scorer
    """Of a list of which no entry is here."""
    by_person: bool = False
    """Whether the values of a person count once."""


def learnt(
    counted: Counted, compared: Compared, wanted: Wanted, listed: Listed
) -> Scorer:
    """The model of the pairs that were compared, of a list of which no entry is here."""
    size, (left, right, times) = counted.whole.size, listed.random
    model = weigh.learn(
        nobody(counted.whole),
        compared.vectors,
        wanted.rows.profile,
        comparisons=wanted.comparisons,
        pairs=pairs_within(size)
        if listed.groups is None
        else pairs_without(listed.groups),
        sample=_Random(pairs.pairs_at(counted, left, right)[1], times),
    )
    return Scorer(nobody(counted.whole), wanted.comparisons, weigh.round_model(model))


def _near(done: Done, least: float) -> tuple[Part, Pairs, pa.Table]:
    """(entries, their pairs that may be one person with this probability, vectors and keys)."""
    codes = near_codes(done.scorer, done.compared.vectors.codes, least)
    table = pairs.near(done.compared, codes)
    left, right = unpack_pairs(table.column("pair").to_numpy())
    return *pairs.pairs_at(done.counted, left, right), table


def again(steps: Steps, wanted: Wanted, listed: Listed, first: Done) -> Done:
    """All counted again by people, and the model that follows; ``link.cluster`` tells why."""
    members, near, _ = _near(first, cluster.SURE)
    scorer = Scorer(members, wanted.comparisons, first.scorer.model)
    sure = cluster.sure_pairs(scorer, near.left, near.right)
    own = cluster.of_sure_pairs(scorer, *sure)
    repeats = steps.sent(_repeats(members, own, first.counted))
    whole = entries_of.whole_again(listed, first.counted, repeats)
    listed = replace(
        listed,
        whole=whole,
        random=_two_people(listed.random, members.positions, own),
    )
    counted = entries_of.count_values(steps, listed, repeats=repeats)
    perhaps = cluster.perhaps_related(first.scorer, first.compared.vectors.codes)
    compared = pairs.compared_again(
        steps, counted, first.compared, wanted.comparisons, perhaps
    )
    scorer = learnt(counted, compared, wanted, listed)
    return Done(counted, compared, scorer, by_person=True)


def _repeats(members: Part, own: Codes, counted: Counted) -> list[Parcel]:
    """For each part the rows whose values another entry of the same person has before them.

    ``own`` has for each of the members the place of the first entry of its person.
    """
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
        parcels.append(Parcel(number, "repeats", number, len(tables), tables))
    return parcels


def _two_people(
    random: tuple[Codes, Codes, Longs], positions: Codes, own: Codes
) -> tuple[Codes, Codes, Longs]:
    """The random pairs of two people.

    ``own`` has for each of the entries at these positions the place of the first of its person.
    """

    def of(ends: Codes) -> Codes:
        if not len(positions):
            return ends
        place = np.minimum(np.searchsorted(positions, ends), len(positions) - 1)
        return np.where(positions[place] == ends, positions[own[place]], ends)

    left, right, times = random
    apart = np.flatnonzero(of(left) != of(right))
    return left[apart], right[apart], times[apart]


def link_on_spark(
    steps: Steps, source: Source, wanted: Wanted, watch: Watch
) -> Linkage:
    """The pairs, clusters and cases of the rows of a list, as ``link.link`` gives them."""
    rows = wanted.rows
    listed = entries_of.read(steps, source, rows, is_between=wanted.is_between)
    if listed is None:
        return local_link(LINKED.empty_table(), wanted.settings, profile=rows.profile)
    counted = entries_of.count_values(steps, listed)
    blocks = _blocks(steps, counted, wanted)
    watch.forecast(blocks.forecast)
    blocked = pairs.block_pairs(steps, counted, blocks, wanted.settings.chunk_pairs)
    compared = pairs.compare_pairs(steps, counted, blocked, wanted.comparisons)
    for done in np.cumsum(blocked.sizes).tolist():
        watch.progress("compare", done, blocked.candidates)
    done = Done(counted, compared, learnt(counted, compared, wanted, listed))
    if cluster.has_many_entries_a_person(done.scorer):
        done = again(steps, wanted, listed, done)
    return _conclude(wanted, blocked, done, listed, counted.whole)


def plan_on_spark(steps: Steps, source: Source, wanted: Wanted) -> tuple[Forecast, ...]:
    """What each blocking key would cost; no pair is made."""
    rows = wanted.rows
    listed = entries_of.read(steps, source, rows, is_between=wanted.is_between)
    if listed is None:
        return local_plan(LINKED.empty_table(), wanted.settings, profile=rows.profile)
    return _blocks(steps, entries_of.count_values(steps, listed), wanted).forecast


def _blocks(steps: Steps, counted: Counted, wanted: Wanted) -> Blocks:
    """The blocks of every key."""
    keys, limit = wanted.keys(counted.whole.size), wanted.settings.largest_block
    return pairs.blocks(
        steps, counted, Blocking(counted.whole, keys, limit, counted.many)
    )


def _conclude(
    wanted: Wanted,
    blocked: Blocked,
    done: Done,
    listed: Listed,
    by_entry: Whole,
) -> Linkage:
    """What the model says; ``by_entry``: the whole list, its values counted by entries."""
    settings, comparisons = wanted.settings, wanted.comparisons
    counted, model, vectors = done.counted, done.scorer.model, done.compared.vectors
    entries, near, found = _near(done, settings.kept_probability)
    scorer = Scorer(entries, comparisons, model)
    judged, exact, rows = judge_pairs(
        scorer, near, None, settings, is_between=wanted.is_between
    )
    keys = wanted.keys(counted.whole.size)
    of_pairs = names_of_keys(keys, found.column("keys").to_numpy()[rows])
    table = pair_table(entries.ids, judged, exact, of_pairs, comparisons)
    scored = Scored(
        scorer,
        entries.ids,
        judged,
        table,
        found.column("vector").to_numpy()[rows],
        vectors,
        of_keys=fit.Blocked(
            counted.whole.size, blocked.blocks.reachable, blocked.blocks.parted
        ),
        keys=keys,
        forecast=blocked.blocks.forecast,
        candidates=blocked.candidates,
        by_person=done.by_person,
    )
    partners = None
    if wanted.one_to_one and listed.groups is not None:
        partners = listed.groups[entries.positions], np.bincount(listed.groups)
    return replace(
        conclude_linkage(scored, settings, partners),
        chance=chance(counted),
        added=added_use(nobody(by_entry), scorer),
    )
