"""What people decided of pairs and cases, as the linkage learns from it and keeps it.

A verdict is about an entry of a case; the linkage learns from pairs. Only what verdicts state is a
label (``pairs_said``).

An entry's id is made of what it says. An entry that changed since has another id, and what was
decided of the old one concerns nobody here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import schemas, tables
from voterlist.arrays import Bools, Longs, pack_pairs, unpack_pairs
from voterlist.decisions.given import moment_of
from voterlist.decisions.standing import pairs_said
from voterlist.link.candidates import Candidates
from voterlist.link.cases import Closed
from voterlist.link.types import ends_of, positions_of
from voterlist.link.weigh import Labels
from voterlist.model import frozen
from voterlist.persons import case_id
from voterlist.tables import Column

PAIRS = pa.schema(
    [
        pa.field("entry_l", pa.string(), nullable=False),
        pa.field("entry_r", pa.string(), nullable=False),
        pa.field("is_same", pa.bool_(), nullable=False),
    ]
)
"""Pairs that a person decided: one person, or two."""

CASES = pa.schema(
    [
        pa.field("case_id", pa.string(), nullable=False),
        pa.field("entry_id", pa.string(), nullable=False),
    ]
)
"""Cases of which every entry was decided, one row an entry."""


@frozen
class Decided:
    """What people decided, as the linkage reads it."""

    pairs: pa.Table | None = None
    """PAIRS, sorted; a pair that two cases speak of stands for each."""
    cases: pa.Table | None = None
    """CASES, sorted. Of cases that say something of one pair only the one decided last: it was
    decided in the other's place."""


@frozen
class TrainingLabels:
    """What of the decided pairs a linkage learnt from."""

    labels: Labels | None
    """None where nothing was to be learnt."""
    pairs: int
    """Candidate pairs with a label."""
    contradictory: int
    """Pairs that people decided both ways; they have no label."""


def read_decided(decisions: pa.Table, ids: Column) -> Decided:
    """What decisions (DECISION, at most one per entry of a case) say of a list with these entries.

    Raises:
        SchemaError: ``decisions`` has not the shape of DECISION.
    """
    rows = schemas.require(decisions, schemas.DECISION, "link").to_pylist()
    spoken_of = pa.array(sorted({row["entry_id"] for row in rows}), pa.string())
    listed = set(ids.filter(pc.is_in(ids, value_set=spoken_of)).to_pylist())
    verdicts: dict[str, dict[str, str]] = {}
    moments: dict[str, float] = {}
    for row in rows:
        case = row["case_id"]
        verdicts.setdefault(case, {})[row["entry_id"]] = row["verdict"]
        moment = moment_of(row["decided_at"])
        moments[case] = max(moments.get(case, -math.inf), moment)
    whole = {
        case
        for case, verdict_of in verdicts.items()
        if case_id(list(verdict_of)) == case
    }
    said = {
        case: list(pairs_said(verdict_of, is_whole=case in whole))
        for case, verdict_of in verdicts.items()
    }
    closed = sorted(
        (case for case in whole if listed.issuperset(verdicts[case])),
        key=lambda case: (moments[case], case),
    )
    pairs = (
        dict(zip(PAIRS.names, pair, strict=True))
        for pair in chain(*said.values())
        if listed.issuperset(pair[:2])
    )
    cases = (
        dict(zip(CASES.names, (case, entry), strict=True))
        for case in _last(closed, said)
        for entry in verdicts[case]
    )
    return Decided(
        tables.from_rows([*pairs], PAIRS, *PAIRS.names),
        tables.from_rows([*cases], CASES, *CASES.names),
    )


def _last(
    closed: Sequence[str], said: Mapping[str, Sequence[tuple[str, str, bool]]]
) -> Iterator[str]:
    """Of cases in order of decision, those that share no pair that they decide with a later one."""
    taken: set[tuple[str, str]] = set()
    for case in reversed(closed):
        pairs = {pair[:2] for pair in said[case]}
        if not pairs & taken:
            taken |= pairs
            yield case


def training_labels(
    ids: pa.Array, candidate_pairs: Candidates, pairs: pa.Table | None
) -> TrainingLabels:
    """The labels of the candidate pairs of a list, whose entries have these ids.

    ``pairs`` is PAIRS in any order; a pair may stand either way round and several times, it counts
    once. Pairs of entries that are not on the list, or that were not compared, are left aside.

    Raises:
        SchemaError: ``pairs`` has not the shape of PAIRS.
    """
    if pairs is None or not pairs.num_rows:
        return TrainingLabels(None, 0, 0)
    table = schemas.require(pairs, PAIRS, "link")
    left, right = ends_of(ids, table)
    listed = (left >= 0) & (right >= 0) & (left != right)
    is_same = np.asarray(table.column("is_same"), np.bool_)[listed]
    left, right = left[listed], right[listed]
    numbers, place = np.unique(
        pack_pairs(np.minimum(left, right), np.maximum(left, right)),
        return_inverse=True,
    )
    where, compared = candidate_pairs.among(*unpack_pairs(numbers))
    yes, no = (
        np.bincount(place[is_of_kind], minlength=len(numbers)) > 0
        for is_of_kind in (is_same, ~is_same)
    )
    label = compared & (yes != no)
    return TrainingLabels(
        _labels(candidate_pairs, where[label], yes[label]) if label.any() else None,
        int(label.sum()),
        int((yes & no).sum()),
    )


def _labels(candidate_pairs: Candidates, where: Longs, is_same: Bools) -> Labels:
    """For each vector, how many of these candidates were decided one person, and how many two."""
    vector = np.searchsorted(
        candidate_pairs.vectors.codes, candidate_pairs.at(where)[2]
    )
    size = len(candidate_pairs.vectors.codes)
    left, right = (
        np.bincount(vector[chosen], minlength=size).astype(np.float64)
        for chosen in (is_same, ~is_same)
    )
    return Labels(left, right)


def closed_cases(ids: pa.Array, cases: pa.Table | None) -> tuple[Closed, ...]:
    """Those of these CASES that the list has whole, by case id.

    Raises:
        SchemaError: ``cases`` has not the shape of CASES.
    """
    if cases is None or not cases.num_rows:
        return ()
    table = tables.sort_by(schemas.require(cases, CASES, "link"), "case_id", "entry_id")
    places = positions_of(ids, table.column("entry_id"))
    cases_of = table.column("case_id").to_pylist()
    places_of = tables.by_key(zip(cases_of, places.tolist(), strict=True))
    return tuple(
        (case, np.unique(of).astype(np.int32))
        for case, of in places_of.items()
        if min(of) >= 0
    )


def inside(candidate_pairs: Candidates, closed: Sequence[Closed]) -> Longs:
    """Where the pairs inside closed cases stand among the candidates."""
    pairs = [
        pair for _, entries in closed for pair in combinations(entries.tolist(), 2)
    ]
    if not pairs:
        return np.zeros(0, np.int64)
    left, right = np.array(pairs, np.int32).T
    where, compared = candidate_pairs.among(left, right)
    return where[compared]
