"""Which decided cases a second person is to read, blind, and what has to wait for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config import DecisionSettings, ReviewSettings
from voterlist.decisions import Given, is_same_person, last_verdicts
from voterlist.model import Action, Verdict
from voterlist.quality.sampling import place_of
from voterlist.schemas import CASE, SECOND_READING, require
from voterlist.tables import from_rows, rows_among

_Said: TypeAlias = Mapping[str, Mapping[str, Any]]
"""The last verdict of each person on one entry."""


def actions_of_two(
    decisions: DecisionSettings, review: ReviewSettings
) -> frozenset[str]:
    """The actions about entries that two people must decide alike before they hold.

    Where strikings are read twice, a striking on a finding waits for a second person too.
    """
    actions = {str(one) for one in decisions.two_people}
    is_read = review.second_reading != "none"
    return frozenset(actions | ({Action.STRIKE.value} if is_read else set()))


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
    drawn = _drawn(whole, settings.sample_share, cycle)
    waiting = []
    for case, of_case in verdicts.items():
        if not _is_contested(of_case):
            why = _why(of_case, settings, is_drawn=case in drawn)
            waiting += _waiting(case, of_case, why)
    return from_rows(waiting, SECOND_READING, "case_id", "entry_id")


def _drawn(kinds: Mapping[str, str], share: float, cycle: str) -> set[str]:
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


def _waiting(
    case: str, of_case: Mapping[str, _Said], why: str | None
) -> list[dict[str, Any]]:
    """The entries of a case that one person alone decided."""
    is_ready = all(of_case.values())
    holds_back = why == "striking"
    if why is None or not (is_ready or holds_back):
        return []
    return [
        {
            "case_id": case,
            "entry_id": entry,
            "decided_by": next(iter(said)),
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
    first, *others = said
    return is_settled or not all(is_same_person(first, one) for one in others)


def in_effect(decisions: pa.Table, readings: pa.Table) -> pa.Table:
    """The decisions (DECISION) that change the list today: without the cases that wait."""
    held = readings.filter(readings.column("holds_back")).column("case_id")
    is_held = pc.is_in(decisions.column("case_id"), value_set=held.unique())
    return decisions.filter(pc.invert(is_held))


def waiting_for(
    readings: pa.Table, name: str, among: Collection[str] | None = None
) -> list[str]:
    """The cases that this person may read as the second one, by id.

    Nobody reads what they decided themselves.

    Args:
        readings: SECOND_READING.
        name: who is to read.
        among: the cases to which it is limited.
    """
    rows: Iterable[dict[str, Any]] = readings.to_pylist()
    cases = {
        row["case_id"]
        for row in rows
        if row["is_ready"] and not is_same_person(row["decided_by"], name)
    }
    return sorted(cases if among is None else cases & set(among))
