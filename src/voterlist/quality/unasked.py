"""Pairs about which nobody is asked, for the program takes them for different people.

They are told apart by the probability of one person in bands: most repeats among them are just
below the probability from which the program asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.model import CaseKind
from voterlist.schemas import PAIR
from voterlist.tables import plain

UNASKED = pa.schema(
    [
        PAIR.field(name)
        for name in ("entry_l", "entry_r", "weight", "probability", "kind")
    ]
)
"""The columns of PAIR that are read here."""

_EDGES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Between the bands of probability."""
_CONFLICT = CaseKind.IDENTITY_CONFLICT.value
_PLACE_DIGITS = 3


def band_of(probability: float) -> str:
    """The band of a probability, such as ``0.05-0.1``; its lower end belongs to it."""
    place = int(np.searchsorted(_EDGES[1:-1], probability, side="right"))
    return f"{_EDGES[place]:g}-{_EDGES[place + 1]:g}"


def is_unasked(kind: str, probability: float, review_probability: float) -> bool:
    """True where the program does not ask about a case of itself.

    One that was drawn and decided has a kind that is asked about, and the probability that it had.
    """
    if not CaseKind(kind).is_asked:
        return True
    return probability < review_probability and kind != _CONFLICT


def unasked_pairs(
    pairs: pa.Table, cases: pa.Table, review_probability: float
) -> pa.Table:
    """The pairs (UNASKED) about which the program asks in no case, in their order.

    Args:
        pairs: PAIR, or its columns of UNASKED.
        cases: CASE.
        review_probability: the probability from which the program asks.
    """
    is_below = pc.less(pairs.column("probability"), review_probability)
    is_conflict = pc.equal(plain(pairs.column("kind")), _CONFLICT)
    rest = pairs.select(UNASKED.names).filter(pc.and_(is_below, pc.invert(is_conflict)))
    members: dict[str, list[str]] = {}
    names = ["case_id", "entry_id", "kind", "probability"]
    for row in cases.select(names).to_pylist():
        if not is_unasked(row["kind"], row["probability"], review_probability):
            members.setdefault(row["case_id"], []).append(row["entry_id"])
    asked = {
        f"{one} {other}"
        for entries in members.values()
        for one, other in combinations(sorted(entries), 2)
    }
    keys = pc.binary_join_element_wise(
        rest.column("entry_l"), rest.column("entry_r"), " "
    )
    known = pa.array(sorted(asked), pa.string())
    return rest.filter(pc.invert(pc.is_in(keys, value_set=known)))


def counts_of_unasked(pairs: pa.Table) -> Mapping[int | None, Mapping[str, int]]:
    """How many of these pairs (UNASKED) each constituency has in each band.

    Under None those of all lists together. A pair of two constituencies counts in both.
    """
    bands = np.searchsorted(
        _EDGES[1:-1], np.asarray(pairs.column("probability")), side="right"
    )
    left, right = (
        pc.utf8_slice_codeunits(pairs.column(name), 0, _PLACE_DIGITS)
        for name in ("entry_l", "entry_r")
    )
    counts: dict[int | None, dict[str, int]] = {None: _by_band(bands)}
    places = {*left.unique().to_pylist(), *right.unique().to_pylist()}
    for place in sorted(places):
        if place.isdigit() and int(place):
            is_own = np.asarray(pc.or_(pc.equal(left, place), pc.equal(right, place)))
            counts[int(place)] = _by_band(bands[is_own])
    return counts


def _by_band(bands: np.ndarray) -> dict[str, int]:
    """How many there are in each band that has any."""
    numbers = np.bincount(bands, minlength=len(_EDGES) - 1)
    return {
        band_of(_EDGES[place]): int(count)
        for place, count in enumerate(numbers)
        if count
    }
