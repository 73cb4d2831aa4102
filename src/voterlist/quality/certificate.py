"""The quality certificate: how right the decisions are, and how many repeats they miss.

Each figure is a stratified sample's: the kinds of cases are the strata (Cochran, W. G. (1977),
Sampling Techniques, 3rd ed., chapter 5). A kind of which nothing was read stands apart, and the
figure of all kinds is about the others.

* ``agreement``: cases read twice, of which two people said the same.
* ``kappa``: the same beyond chance.
* ``precision``: cases decided as repeats, of which the second reading, or who settled the dispute,
  says so too. A dispute that nobody has settled counts as not confirmed.
* ``missed``: cases decided as different people that the second reading calls one person.
* ``unasked``: pairs about which the program does not ask, for it takes them for different people;
  of those drawn and decided, the repeats. Their strata are bands of the probability.
* ``proposed``: cases about which the program asks, of which people decided that they are repeats.
* ``fairness``: the surest difference between a group and all others, in the share of entries that
  were flagged and then found right (``fairness.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import pyarrow as pa

from voterlist.decisions.given import Given
from voterlist.decisions.standing import standing
from voterlist.model import frozen
from voterlist.quality.agreement import (
    Agreement,
    Interval,
    Stratum,
    TwoReadings,
    agreement,
    ends,
    estimate_stratified,
    people_of_case,
    read_twice,
)
from voterlist.quality.readings import (
    band_of,
    counts_of_unasked,
    is_unasked,
    unasked_pairs,
)
from voterlist.schemas import CASE, CERTIFICATE, empty, require
from voterlist.tables import Row, by_key, from_rows

MEASURES = (
    "agreement",
    "kappa",
    "precision",
    "missed",
    "unasked",
    "proposed",
    "fairness",
)
"""What the certificate measures, in the order in which it is told."""

COUNTED = frozenset({"missed", "unasked"})
"""Measures whose estimate is a number of cases and not a share."""
_Strata = dict[str, Stratum]
"""Kind -> what is known of its cases."""


@frozen
class _Case:
    """What is known of one case.

    Attributes:
        kind: a code of ``CaseKind``.
        places: the constituencies of its entries.
        band: of its probability, where the program does not ask about it; else None.
        twice: its two readings; None where it was not read twice.
        holding: the verdicts that hold of it, of every entry; None where some have none.
    """

    kind: str
    places: frozenset[int | None]
    band: str | None
    twice: TwoReadings | None
    holding: Mapping[str, str] | None

    @property
    def decided(self) -> frozenset[str] | None:
        """Who of it one person is, as it was decided first; None where nothing was."""
        if self.twice is not None:
            return people_of_case(self.twice.first)
        return None if self.holding is None else people_of_case(self.holding)

    @property
    def is_confirmed(self) -> bool:
        """True where what was decided first holds after the second reading."""
        holding = None if self.holding is None else people_of_case(self.holding)
        return self.twice is not None and holding == self.decided

    @property
    def is_asked(self) -> bool:
        """True where the program asks about it."""
        return self.band is None


def certificate(
    given: Given,
    cases: pa.Table,
    *,
    unasked: Mapping[int | None, Mapping[str, int]] | None = None,
    review_probability: float = 0.0,
) -> pa.Table:
    """CERTIFICATE: of all lists together, then of each constituency, by measure and kind.

    Args:
        given: the answers, brought to the entries of today.
        cases: CASE of today.
        unasked: ``counts_of_unasked``: how many pairs of each band nobody is asked about.
        review_probability: the probability below which the program does not ask.
    """
    known = list(
        _known_cases(given, require(cases, CASE, "review"), review_probability)
    )
    by_place = by_key(
        (place, case) for case in known for place in case.places if place is not None
    )
    sizes = unasked or {}
    rows = list(_of(known, None, sizes.get(None, {})))
    for place, own in sorted(by_place.items()):
        rows += _of(own, place, sizes.get(place, {}))
    return from_rows(rows, CERTIFICATE)


def certificate_of_run(
    given: Given,
    cases: pa.Table,
    pairs: Callable[[], pa.Table],
    review_probability: float,
) -> pa.Table:
    """CERTIFICATE of a run; without rows where nobody has decided about a case yet.

    Args:
        given: the answers, brought to the entries of today.
        cases: CASE.
        pairs: gives PAIR, or its columns of UNASKED; asked for only where somebody has decided.
        review_probability: the probability below which the program does not ask.
    """
    if not given.verdicts.num_rows:
        return empty(CERTIFICATE)
    unasked = unasked_pairs(pairs(), cases, review_probability)
    return certificate(
        given,
        cases,
        unasked=counts_of_unasked(unasked),
        review_probability=review_probability,
    )


def _known_cases(
    given: Given, cases: pa.Table, review_probability: float
) -> Iterator[_Case]:
    """What is known of each case, by case."""
    names = ["case_id", "entry_id", "kind", "probability", "constituency"]
    about = by_key((row["case_id"], row) for row in cases.select(names).to_pylist())
    members = {case: [row["entry_id"] for row in rows] for case, rows in about.items()}
    twice = {reading.case_id: reading for reading in read_twice(given, members)}
    holding: dict[str, dict[str, str]] = {}
    for row in standing(given).decisions.to_pylist():
        holding.setdefault(row["case_id"], {})[row["entry_id"]] = row["verdict"]
    for case, rows in sorted(about.items()):
        row = rows[-1]
        verdicts = holding.get(case, {})
        is_whole = all(entry in verdicts for entry in members[case])
        is_kept = is_unasked(row["kind"], row["probability"], review_probability)
        yield _Case(
            kind=row["kind"],
            places=frozenset(own["constituency"] for own in rows),
            band=band_of(row["probability"]) if is_kept else None,
            twice=twice.get(case),
            holding=verdicts if is_whole else None,
        )


def _of(
    cases: list[_Case], place: int | None, sizes: Mapping[str, int]
) -> Iterator[Row]:
    """The rows of one constituency, or of all lists."""
    readings = [case for case in cases if case.twice is not None]
    decided = [case for case in cases if case.decided is not None]
    yield from _agreements(readings, len(decided), place)
    strata = {
        "precision": _strata(
            (case for case in decided if case.decided),
            lambda case: case.twice is not None,
            lambda case: case.is_confirmed,
        ),
        "missed": _strata(
            (case for case in decided if case.is_asked and not case.decided),
            lambda case: case.twice is not None,
            lambda case: not case.is_confirmed,
        ),
        "unasked": _unasked_pairs(cases, sizes),
        "proposed": _strata(
            (case for case in cases if case.is_asked),
            lambda case: case.holding is not None,
            _is_repeat,
        ),
    }
    for measure, of_kinds in strata.items():
        yield from _rows(measure, of_kinds, place)


def _is_repeat(case: _Case) -> bool:
    """True where the verdicts that hold say that somebody stands there twice."""
    return case.holding is not None and bool(people_of_case(case.holding))


def _strata(
    cases: Iterable[_Case],
    is_read: Callable[[_Case], bool],
    is_found: Callable[[_Case], bool],
) -> _Strata:
    """These cases by kind: how many there are, were read, and have the mark."""
    counts: dict[str, list[int]] = {}
    for case in cases:
        of_kind = counts.setdefault(case.kind, [0, 0, 0])
        read = is_read(case)
        of_kind[0] += 1
        of_kind[1] += read
        of_kind[2] += read and is_found(case)
    return {kind: Stratum(*counts[kind]) for kind in sorted(counts)}


def _unasked_pairs(cases: Iterable[_Case], sizes: Mapping[str, int]) -> _Strata:
    """The pairs nobody is asked about by band; one that was decided is a case."""
    drawn: dict[str, list[_Case]] = {band: [] for band in sizes}
    for case in cases:
        if case.band is not None:
            drawn.setdefault(case.band, []).append(case)
    strata = {}
    for band, own in sorted(drawn.items()):
        read = [case for case in own if case.holding is not None]
        size = max(sizes.get(band, 0), len(own))
        strata[band] = Stratum(size, len(read), sum(map(_is_repeat, read)))
    return strata


def _agreements(
    readings: list[_Case], decided: int, place: int | None
) -> Iterator[Row]:
    """How far two people agree, by kind and over all kinds."""
    by_kind = by_key(
        (case.kind, case.twice) for case in readings if case.twice is not None
    )
    whole = agreement(reading for own in by_kind.values() for reading in own)
    yield from _agreement_rows(whole, place, None, decided)
    for kind, own in sorted(by_kind.items()):
        yield from _agreement_rows(agreement(own), place, kind, len(own))


def _agreement_rows(
    agreement: Agreement, place: int | None, kind: str | None, cases: int
) -> Iterator[Row]:
    """Agreement and kappa of one kind, or of all."""
    base = {"constituency": place, "kind": kind, "cases": cases}
    counts = {"read": agreement.read, "found": agreement.agreed}
    for measure, interval in (
        ("agreement", agreement.share),
        ("kappa", agreement.kappa),
    ):
        yield base | {"measure": measure} | counts | ends(interval)


def _rows(measure: str, strata: _Strata, place: int | None) -> Iterator[Row]:
    """A measure over all kinds of which something was read, then of each kind."""
    read = [stratum for stratum in strata.values() if stratum.read] or list(
        strata.values()
    )
    yield _row(measure, None, read, place)
    if len(strata) > 1:
        for kind, stratum in strata.items():
            yield _row(measure, kind, [stratum], place)


def _row(
    measure: str, kind: str | None, strata: list[Stratum], place: int | None
) -> Row:
    size = sum(stratum.size for stratum in strata)
    interval = estimate_stratified(strata) if size else None
    if interval is not None and measure not in COUNTED:
        of_all = (interval.estimate, interval.low, interval.high)
        interval = Interval(*(min(1.0, end / size) for end in of_all))
    return {
        "constituency": place,
        "measure": measure,
        "kind": kind,
        "cases": size,
        "read": sum(stratum.read for stratum in strata),
        "found": sum(stratum.found for stratum in strata),
        **ends(interval),
    }
