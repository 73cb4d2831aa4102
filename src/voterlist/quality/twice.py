"""The two readings of each case that two people read, as they stood before they were compared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from voterlist.decisions import WITHDRAWN, Given, is_same_person
from voterlist.model import Verdict

_Row = dict[str, Any]
_Verdicts = Mapping[str, str]
"""Entry -> verdict."""


@dataclass(frozen=True, slots=True)
class TwoReadings:
    """A case as two people read it.

    Attributes:
        case_id: of the case.
        people: who read it first, and who second.
        first: the verdict of the first on each entry.
        second: the verdict of the second.
    """

    case_id: str
    people: tuple[str, str]
    first: _Verdicts
    second: _Verdicts

    @property
    def agrees(self) -> bool:
        """True where both said the same of every entry."""
        return self.first == self.second


def read_twice(
    given: Given, members: Mapping[str, Collection[str]]
) -> list[TwoReadings]:
    """The first two readings of each case, by case.

    A reading is there once a person has a verdict on every entry of the case. What the first person
    says after the second one has read, a third reading, and what settles a dispute, is none.

    Args:
        given: the answers in the order in which they were recorded.
        members: the entries of each case.
    """
    by_case: dict[str, list[_Row]] = {}
    for row in given.verdicts.to_pylist():
        by_case.setdefault(row["case_id"], []).append(row)
    readings = (
        _first_two(case, rows, set(members[case]))
        for case, rows in sorted(by_case.items())
        if case in members
    )
    return [one for one in readings if one is not None]


def _first_two(
    case: str, rows: Iterable[_Row], members: set[str]
) -> TwoReadings | None:
    """The readings of the first two people who read all of it; None where there are none."""
    said: dict[str, dict[str, str]] = {}
    first: str | None = None
    for row in rows:
        if row["adjudicates"]:
            return None
        person = row["decided_by"]
        own = said.setdefault(person, {})
        if row["verdict"] == WITHDRAWN:
            own.pop(row["entry_id"], None)
            continue
        own[row["entry_id"]] = row["verdict"]
        if not members <= own.keys():
            continue
        if first is None or not members <= said[first].keys():
            first = person
        elif not is_same_person(first, person):
            readings = [
                {entry: said[one][entry] for entry in sorted(members)}
                for one in (first, person)
            ]
            return TwoReadings(case, (first, person), *readings)
    return None


def people_of_case(verdicts: _Verdicts) -> frozenset[str]:
    """The entries that verdicts say are one person; none where nothing is a repetition."""
    if Verdict.REPEAT.value not in verdicts.values():
        return frozenset()
    return frozenset(
        entry for entry, verdict in verdicts.items() if verdict != Verdict.SEPARATE
    )
