"""The linkage of a frame: the steps on the cluster, and between them the model, on the driver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from voterlist.arrays import Codes, Longs
from voterlist.config import LinkSettings
from voterlist.link import weigh
from voterlist.link.cases import Judged, cases
from voterlist.link.comparisons import Comparisons, Vectors
from voterlist.link.encode import EncodedColumn
from voterlist.link.estimate import estimate
from voterlist.link.explain import with_model
from voterlist.link.fit import Blocked as FitOfKeys
from voterlist.link.fit import Compared as FitOf
from voterlist.link.fit import doubts
from voterlist.link.identifiers import Identifiers
from voterlist.link.judge import Scorer, names_of_keys, near_codes, pair_table
from voterlist.link.keys import Key, keys
from voterlist.link.steps import added_use, cluster_of, cluster_table
from voterlist.link.types import Linkage, Watch
from voterlist.link.weigh import CLASSES, Model
from voterlist.model import Profile
from voterlist.spark import linkage
from voterlist.spark.blocking import Blocking
from voterlist.spark.comparing import Scoring
from voterlist.spark.linkage import Blocked, Compared, Counted, Steps
from voterlist.spark.part import PLACES, TEXTS, Part, Whole

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["linked"]


@dataclass(frozen=True)
class Wanted:
    """What is linked, and how."""

    profile: Profile
    settings: LinkSettings
    comparisons: Comparisons
    blocking: tuple[str, ...] = ()
    """The added comparisons that are blocking keys too."""

    @property
    def added(self) -> tuple[str, ...]:
        """The added comparisons."""
        return tuple(self.comparisons.added_kinds)

    def keys(self, size: int) -> tuple[Key, ...]:
        """The blocking keys of a list of so many entries."""
        return keys(self.profile, size, self.settings.largest_block, self.blocking)


class _Random(weigh.Sample):
    """Random pairs that were drawn here and compared on the cluster."""

    def __init__(self, counts: weigh.VectorCounts, comparisons: Comparisons) -> None:
        super().__init__()
        nobody = np.zeros(0, np.int32)
        levels = comparisons.unpack(counts.codes).levels
        self._counted = weigh.Drawn(nobody, nobody, counts.counts, levels)

    def drawn(self, entries: object, comparisons: object) -> weigh.Drawn:
        """The pairs, those of one vector as one pair drawn so often."""
        del entries, comparisons
        return self._counted


def linked(steps: Steps, voters: DataFrame, wanted: Wanted, watch: Watch) -> Linkage:
    """The pairs, clusters and cases of a frame of VOTER, as ``link.link`` gives them."""
    entries, starts, whole = linkage.read(steps, voters, wanted.profile, wanted.added)
    counted = linkage.counted(steps, entries, starts, whole, wanted.keys)
    settings = wanted.settings
    blocking = Blocking(
        counted.whole,
        wanted.keys(whole.size),
        settings.largest_block,
        starts,
        counted.many,
        settings.chunk_pairs,
    )
    blocked = linkage.blocked(steps, counted, blocking, watch.forecast)
    random = weigh.Sample().draw(whole.size)
    compared = linkage.compared(
        steps, counted, blocked, wanted.comparisons, random, settings.chunk_pairs
    )
    watch.progress("compare", blocked.candidates, blocked.candidates)
    model = _learn(counted.whole, compared, wanted)
    return _concluded(steps, wanted, counted, blocked, compared, model)


def _learn(whole: Whole, compared: Compared, wanted: Wanted) -> Model:
    return weigh.learn(
        nobody(whole),
        compared.vectors,
        wanted.profile,
        comparisons=wanted.comparisons,
        pairs=whole.size * (whole.size - 1) // 2,
        sample=_Random(compared.random, wanted.comparisons),
    )


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

    columns = dict.fromkeys(
        ("year", "month", "day", "sex", "constituency", "precinct"), none
    )
    return Part(
        whole=whole,
        ids=values,
        positions=none,
        size=whole.size,
        **{name: column(name) for name in (*TEXTS, *PLACES)},
        fin=numbers,
        document=numbers,
        **columns,
        temporary=none.astype(np.bool_),
        address_words=(none,) if whole.has_lines else (),
        added={name: column(name) for name in whole.added},
        profile=whole.profile,
    )


def _concluded(
    steps: Steps,
    wanted: Wanted,
    counted: Counted,
    blocked: Blocked,
    compared: Compared,
    model: Model,
) -> Linkage:
    settings, comparisons = wanted.settings, wanted.comparisons
    scorer = Scorer(nobody(counted.whole), comparisons, model)
    near = near_codes(scorer, compared.vectors.codes, settings.kept_probability)
    scoring = Scoring(counted.whole, comparisons, model, settings)
    kept = linkage.kept(steps, counted, compared, near, scoring)
    judged, positions = _judged(kept)
    members = linkage.entries_at(steps, counted, positions)
    scorer = Scorer(members or nobody(counted.whole), comparisons, model)
    table = _pairs(kept, judged, scorer, wanted.keys(counted.whole.size))
    duplicate = settings.duplicate_probability
    cluster = np.zeros(0, np.int32)
    if members is not None:
        cluster = cluster_of(scorer, judged, duplicate, outvoted=False)
    vectors = comparisons.unpack(compared.vectors.codes)
    posterior = weigh.score(vectors, model).posterior
    expected = estimate(compared.vectors, posterior[:, 0], duplicate)
    sure = judged.posterior[:, 0] >= duplicate
    keys_of_sure = table.column("match_key").filter(pa.array(sure))
    fit = FitOf(compared.vectors, posterior, keys_of_sure, expected)
    of_keys = FitOfKeys(counted.whole.size, blocked.reachable, blocked.parted)
    against = doubts(of_keys, comparisons, fit)
    entries = scorer.entries if members is not None else replace(scorer.entries, size=0)
    return Linkage(
        pairs=with_model(table, model, comparisons),
        cases=cases(
            entries, entries.ids, judged, cluster, review=settings.review_probability
        ),
        clusters=cluster_table(entries.ids, cluster),
        forecast=blocked.forecast,
        candidates=blocked.candidates,
        afresh=blocked.candidates,
        estimate=None if against else expected,
        chance=(),
        state=None,
        reused=False,
        added=added_use(nobody(counted.whole), scorer),
        doubts=against,
    )


def _judged(kept: pa.Table) -> tuple[Judged, Codes]:
    """(the kept pairs by the places of their entries among these, the positions of these)."""
    if not kept.num_columns:
        none = np.zeros(0, np.int32)
        floats = np.zeros(0)
        return Judged(none, none, floats, np.zeros((0, len(CLASSES))), none, none), none
    ends = [kept.column(name).to_numpy() for name in ("left", "right")]
    positions, places = np.unique(np.concatenate(ends), return_inverse=True)
    left, right = np.split(places.astype(np.int32), 2)
    posterior = np.stack(
        [kept.column(f"posterior_{place}").to_numpy() for place in range(len(CLASSES))],
        axis=1,
    )
    kind = kept.column("kind").to_numpy()
    weight = kept.column("weight").to_numpy()
    return Judged(left, right, weight, posterior, kind, kind), positions


def _pairs(
    kept: pa.Table, judged: Judged, scorer: Scorer, keys: Sequence[Key]
) -> pa.Table:
    """PAIR of the kept pairs."""
    comparisons, rows = scorer.comparisons, len(judged.left)
    levels = {
        field: kept.column(f"level_{field}").to_numpy()
        if rows
        else np.zeros(0, np.uint8)
        for field in comparisons.fields
    }
    frequency = kept.column("term_frequency").to_numpy() if rows else np.zeros(0)
    bits: Longs = kept.column("keys").to_numpy() if rows else np.zeros(0, np.int64)
    return pair_table(
        scorer.entries.ids,
        judged,
        Vectors(levels, frequency),
        names_of_keys(keys, bits),
        comparisons,
    )
