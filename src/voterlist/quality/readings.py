"""Which decided cases a second person is to read, blind, and which cases and pairs are drawn.

How many are drawn of each stratum: Neyman, J. (1934), On the two different aspects of the
representative method, Journal of the Royal Statistical Society 97, 558-625; in Cochran (1977),
section 5.5. Most come from where the model is in doubt, and from where there are many. Pairs about
which nobody is asked are told apart by the probability of one person in bands.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config.sections import DecisionSettings, ReviewSettings, Settings
from voterlist.decisions.given import Given, is_same_person
from voterlist.decisions.standing import Standing, last_verdicts, standing
from voterlist.model import Action, CaseKind, Verdict
from voterlist.schemas import CASE, PAIR, SECOND_READING, require
from voterlist.tables import Row, by_key, from_rows, plain, rows_among, rows_without

UNASKED = pa.schema(
    [
        PAIR.field(name)
        for name in ("entry_l", "entry_r", "weight", "probability", "kind")
    ]
)
"""The columns of PAIR that are read here."""

_EDGES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Between the bands of probability."""
_CONFLICT = CaseKind.IDENTITY_CONFLICT
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
    names = ["case_id", "entry_id", "kind", "probability"]
    members = by_key(
        (row["case_id"], row["entry_id"])
        for row in cases.select(names).to_pylist()
        if not is_unasked(row["kind"], row["probability"], review_probability)
    )
    asked = {
        f"{first} {second}"
        for entries in members.values()
        for first, second in combinations(sorted(entries), 2)
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


_LEAST = 2
"""Of each stratum at least so many are drawn: from one nothing is learnt of its spread."""
_BYTES = 8


Drawable = tuple[str, str, float]
"""(name of a case or pair, the stratum to which it belongs, the probability of one person)."""


def place_of(name: str, cycle: str) -> float:
    """A number from 0 to 1 that only the name and the cycle decide."""
    digest = hashlib.blake2b(f"{cycle}\n{name}".encode(), digest_size=_BYTES)
    return float(int.from_bytes(digest.digest()) / 2 ** (8 * _BYTES))


def draw(
    items: Iterable[Drawable],
    size: int,
    cycle: str,
    *,
    without: Collection[str] = (),
) -> list[str]:
    """The names of those that are drawn, by stratum and chance; the same for the same items.

    Args:
        items: what may be drawn.
        size: how many are wanted; of every stratum two at least are drawn.
        cycle: the compilation; another one draws others.
        without: what was decided before; it is not drawn again.
    """
    strata = by_key((item[1], item) for item in items if item[0] not in without)
    wanted = _shares(strata, size)
    drawn: list[str] = []
    for stratum, own in sorted(strata.items()):
        order = sorted((place_of(name, cycle), name) for name, _, _ in own)
        drawn += [name for _, name in order[: wanted[stratum]]]
    return drawn


def _shares(strata: Mapping[str, list[Drawable]], size: int) -> dict[str, int]:
    """How many of each stratum are drawn: by its size and its spread."""
    weights = {stratum: _weight(own) for stratum, own in strata.items()}
    total = sum(weights.values()) or 1.0
    return {
        stratum: min(
            len(own), max(_LEAST, math.floor(size * weights[stratum] / total + 0.5))
        )
        for stratum, own in strata.items()
    }


def _weight(own: list[Drawable]) -> float:
    """The size of a stratum times the standard deviation that the model expects in it."""
    share = math.fsum(probability for *_, probability in own) / len(own)
    return len(own) * math.sqrt(share * (1 - share))


_Said = Mapping[str, Mapping[str, Any]]
"""The last verdict of each person on one entry."""


def actions_of_two(
    decisions: DecisionSettings, review: ReviewSettings
) -> frozenset[str]:
    """The actions about entries that two people must decide alike before they hold.

    Where strikings are read twice, a striking on a finding waits for a second person too.
    """
    actions = {str(action) for action in decisions.two_people}
    is_read = review.second_reading != "none"
    return frozenset(actions | ({Action.STRIKE} if is_read else set()))


def what_holds(given: Given, settings: Settings) -> Standing:
    """What holds of all answers, where the settings want two people for some actions."""
    two_people = actions_of_two(settings.decisions, settings.review)
    return standing(given, two_people=two_people)


def second_readings(
    given: Given, cases: pa.Table, settings: ReviewSettings, cycle: str
) -> pa.Table:
    """SECOND_READING: what another person is to read, by case and entry.

    A case counts whose verdicts contradict each other nowhere. What two people said alike, and what
    a third one settled, is read.

    Args:
        given: the answers, brought to the entries of today.
        cases: CASE of today.
        settings: those of ``[review]``.
        cycle: the compilation; another one draws another sample.
    """
    if settings.second_reading == "none" and not settings.sample_share:
        return from_rows([], SECOND_READING)
    said = last_verdicts(given.verdicts.to_pylist())
    decided = {case for (case, _), of_entry in said.items() if of_entry}
    rows = rows_among(require(cases, CASE, "review"), "case_id", decided).to_pylist()
    kinds = {row["case_id"]: row["kind"] for row in rows}
    verdicts: dict[str, dict[str, _Said]] = {}
    for row in rows:
        key = row["case_id"], row["entry_id"]
        verdicts.setdefault(row["case_id"], {})[row["entry_id"]] = said.get(key, {})
    whole = {case: kinds[case] for case, of in verdicts.items() if all(of.values())}
    drawn = _draw(whole, settings.sample_share, cycle)
    waiting = []
    for case, of_case in verdicts.items():
        if not _is_contested(of_case):
            why = _why(of_case, settings, is_drawn=case in drawn)
            waiting += _waiting(case, of_case, why)
    return from_rows(waiting, SECOND_READING, "case_id", "entry_id")


def _draw(kinds: Mapping[str, str], share: float, cycle: str) -> set[str]:
    """The cases of the sample: a share of each kind, and of each kind one at least.

    A case is drawn by itself, so one that was drawn stays so whatever is decided later.
    """
    if not share:
        return set()
    places = {case: place_of(case, cycle) for case in kinds}
    drawn = {case for case, place in places.items() if place < share}
    for kind in set(kinds.values()) - {kinds[case] for case in drawn}:
        of_kind = (case for case in kinds if kinds[case] == kind)
        drawn.add(min(of_kind, key=lambda case: (places[case], case)))
    return drawn


def _is_contested(of_case: Mapping[str, _Said]) -> bool:
    """True where two people said different things of an entry."""
    return any(
        len({row["verdict"] for row in said.values()}) > 1 for said in of_case.values()
    )


def _why(
    of_case: Mapping[str, _Said], settings: ReviewSettings, *, is_drawn: bool
) -> str | None:
    """Why the case is read twice; None where it is not."""
    is_striking = any(
        row["verdict"] == Verdict.REPEAT
        for said in of_case.values()
        for row in said.values()
    )
    if is_striking and settings.second_reading != "none":
        return "striking"
    if settings.second_reading == "all":
        return "every-case"
    return "sample" if is_drawn else None


def _waiting(case: str, of_case: Mapping[str, _Said], why: str | None) -> list[Row]:
    """The entries of a case that one person alone decided."""
    is_ready = all(of_case.values())
    holds_back = why == "striking"
    if why is None or not (is_ready or holds_back):
        return []
    return [
        {
            "case_id": case,
            "entry_id": entry,
            "decided_by": next(iter(said.values()))["decided_by"],
            "why": why,
            "holds_back": holds_back,
            "is_ready": is_ready,
        }
        for entry, said in of_case.items()
        if said and not _is_read(said)
    ]


def _is_read(said: _Said) -> bool:
    """True where two people said it, or somebody settled it."""
    is_settled = any(row["adjudicates"] for row in said.values())
    return is_settled or len(said) > 1


def in_effect(decisions: pa.Table, readings: pa.Table) -> pa.Table:
    """The decisions (DECISION) that change the list today: without the cases that wait."""
    held = readings.filter(readings.column("holds_back")).column("case_id")
    return rows_without(decisions, "case_id", held)


def waiting_for(readings: pa.Table, name: str) -> list[str]:
    """The cases (SECOND_READING) that this person may read as the second one, by id.

    Nobody reads what they decided themselves.
    """
    rows: Iterable[Row] = readings.to_pylist()
    cases = {
        row["case_id"]
        for row in rows
        if row["is_ready"] and not is_same_person(row["decided_by"], name)
    }
    return sorted(cases)
