"""Lists with many entries a person, on a cluster: values counted by people, not by entries.

``voterlist.link.people`` tells why.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pyarrow as pa

from voterlist.arrays import Codes, Longs
from voterlist.link import people
from voterlist.link.encode import ADDED
from voterlist.link.judge import Scorer, near_codes
from voterlist.spark import entries as entries_of
from voterlist.spark import pairs
from voterlist.spark.comparing import Scoring
from voterlist.spark.entries import Counted, Listed
from voterlist.spark.exchange import Parcel, packed
from voterlist.spark.model import Done, Wanted, ends_of, learnt, nobody
from voterlist.spark.part import TEXTS, Part
from voterlist.spark.steps import Steps


def again(steps: Steps, wanted: Wanted, listed: Listed, first: Done) -> Done:
    """All counted again by people, and the model that follows from it."""
    codes, scorer, comparisons = (
        first.compared.vectors.codes,
        first.scorer,
        wanted.comparisons,
    )
    scoring = Scoring(first.counted.whole, comparisons, scorer.model, wanted.settings)
    near = near_codes(scorer, codes, people.SURE)
    sure = pairs.sure(steps, first.counted, first.compared, near, scoring)
    positions, left, right = ends_of(sure)
    members = pairs.entries_at(steps, first.counted, positions)
    own = np.zeros(0, np.int32)
    if members is not None:
        here = Scorer(members, comparisons, scorer.model)
        own = people.of_sure_pairs(here, left, right, sure.column("weight").to_numpy())
    repeats = steps.sent(_repeats(members, own, first.counted))
    whole = entries_of.whole_again(steps, listed, first.counted, repeats)
    counted = entries_of.counted(
        steps, replace(listed, whole=whole), wanted.keys, repeats=repeats
    )
    compared = pairs.compared_again(
        steps,
        counted,
        first.compared,
        comparisons,
        _two_people(listed.random, positions, positions[own]),
        people.perhaps_related(scorer, codes),
    )
    model = learnt(counted.whole, compared, wanted)
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
