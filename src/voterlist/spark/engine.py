"""The linkage of a list: the steps on the cluster, and between them the model, on the driver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from voterlist.arrays import Codes, Longs
from voterlist.link import fit, people
from voterlist.link import link as local_link
from voterlist.link.cases import Judged
from voterlist.link.comparisons import Comparisons, Vectors
from voterlist.link.encode import LINKED
from voterlist.link.judge import Scorer, names_of_keys, near_codes, pair_table
from voterlist.link.keys import Key
from voterlist.link.steps import Scored, added_use, concluded
from voterlist.link.types import Linkage, Watch
from voterlist.link.weigh import CLASSES
from voterlist.spark import entries as entries_of
from voterlist.spark import pairs
from voterlist.spark.blocking import Blocking
from voterlist.spark.chance import chance
from voterlist.spark.comparing import Scoring
from voterlist.spark.exchange import Steps
from voterlist.spark.model import Done, Wanted, again, ends_of, learnt, nobody
from voterlist.spark.pairs import Blocked
from voterlist.spark.part import Whole
from voterlist.spark.reading import Rows, Source


def linked(
    steps: Steps, source: Source, rows: Rows, wanted: Wanted, watch: Watch
) -> Linkage:
    """The pairs, clusters and cases of the rows of a list, as ``link.link`` gives them."""
    listed = entries_of.read(steps, source, rows)
    if listed is None:
        return local_link(LINKED.empty_table(), wanted.settings, profile=wanted.profile)
    counted = entries_of.counted(steps, listed, wanted.keys)
    settings = wanted.settings
    blocking = Blocking(
        counted.whole,
        wanted.keys(counted.whole.size),
        settings.largest_block,
        counted.starts,
        counted.many,
        settings.chunk_pairs,
    )
    blocked = pairs.blocked(steps, counted, blocking, watch.forecast)
    compared = pairs.compared(
        steps, counted, blocked, wanted.comparisons, listed.random
    )
    watch.progress("compare", blocked.candidates, blocked.candidates)
    model = learnt(counted.whole, compared, wanted)
    done = Done(
        counted, compared, Scorer(nobody(counted.whole), wanted.comparisons, model)
    )
    if people.has_many_entries_a_person(done.scorer):
        done = again(steps, wanted, listed, done)
    return _concluded(steps, wanted, blocked, done, counted.whole)


def _concluded(
    steps: Steps, wanted: Wanted, blocked: Blocked, done: Done, by_entry: Whole
) -> Linkage:
    """What the model says; ``by_entry``: the whole list, its values counted by entries."""
    settings, comparisons = wanted.settings, wanted.comparisons
    counted, compared, scorer = done.counted, done.compared, done.scorer
    model = scorer.model
    near = near_codes(scorer, compared.vectors.codes, settings.kept_probability)
    scoring = Scoring(counted.whole, comparisons, model, settings)
    kept = pairs.kept(steps, counted, compared, near, scoring)
    judged, positions = _judged(kept)
    entries = pairs.entries_at(steps, counted, positions)
    entries = entries or replace(nobody(counted.whole), size=0)
    scorer = Scorer(entries, comparisons, model)
    table = _pairs(
        kept, judged, entries.ids, comparisons, wanted.keys(counted.whole.size)
    )
    scored = Scored(
        scorer,
        entries.ids,
        judged,
        table,
        compared.vectors,
        of_keys=fit.Blocked(counted.whole.size, blocked.reachable, blocked.parted),
        forecast=blocked.forecast,
        candidates=blocked.candidates,
        by_person=done.by_person,
    )
    return replace(
        concluded(scored, settings),
        chance=chance(steps, counted),
        added=added_use(nobody(by_entry), scorer),
    )


def _judged(kept: pa.Table) -> tuple[Judged, Codes]:
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
