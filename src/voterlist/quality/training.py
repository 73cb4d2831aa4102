"""The answers of somebody who learns, beside the truth of invented lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from voterlist.decisions import Given, last_verdicts
from voterlist.quality.twice import people_of_case

__all__ = ["Mark", "Scored", "ScoredCase", "score"]


class Mark(StrEnum):
    """How right an answer about a case is."""

    RIGHT = "right"
    MISSED = "missed"
    """They are one person, and it was decided that they are different people."""
    FALSE = "false"
    """They are different people, and a voter would have lost the entry."""
    IN_PART = "in-part"
    """Some of them are one person, and others were taken for it."""


@dataclass(frozen=True, slots=True)
class ScoredCase:
    """One case that a person decided.

    Attributes:
        case_id: of the case.
        mark: how right it is.
        together: the entries that are one person; none where nobody stands there twice.
    """

    case_id: str
    mark: Mark
    together: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scored:
    """What one person decided, beside the truth."""

    person: str
    cases: tuple[ScoredCase, ...]

    def count(self, mark: Mark) -> int:
        """How many of the cases are marked so."""
        return sum(one.mark == mark for one in self.cases)

    @property
    def wrong(self) -> tuple[ScoredCase, ...]:
        """The cases that are not right."""
        return tuple(one for one in self.cases if one.mark is not Mark.RIGHT)

    @property
    def share(self) -> float:
        """The share that is right, 0 to 1."""
        return self.count(Mark.RIGHT) / len(self.cases)


def score(
    given: Given,
    members: Mapping[str, Collection[str]],
    person_of: Mapping[str, str],
) -> list[Scored]:
    """What each person decided, beside the truth; a case counts once all of it is decided.

    Args:
        given: the answers.
        members: the entries of each case.
        person_of: who stands behind each entry; one that is not named is nobody else's.
    """
    verdicts: dict[tuple[str, str], dict[str, str]] = {}
    for (case, entry), said in last_verdicts(given.verdicts.to_pylist()).items():
        for person, row in said.items():
            verdicts.setdefault((person, case), {})[entry] = row["verdict"]
    scored: dict[str, list[ScoredCase]] = {}
    for (person, case), own in sorted(verdicts.items()):
        entries = members.get(case, ())
        if entries and all(entry in own for entry in entries):
            groups = _groups(entries, person_of)
            one = ScoredCase(case, *_marked(people_of_case(own), groups))
            scored.setdefault(person, []).append(one)
    return [Scored(person, tuple(cases)) for person, cases in scored.items()]


def _groups(
    entries: Iterable[str], person_of: Mapping[str, str]
) -> list[frozenset[str]]:
    """The entries of each person who stands there more than once, the largest group first."""
    by_person: dict[str, set[str]] = {}
    for entry in entries:
        by_person.setdefault(person_of.get(entry, entry), set()).add(entry)
    groups = [frozenset(group) for group in by_person.values() if len(group) > 1]
    return sorted(groups, key=lambda group: (-len(group), sorted(group)))


def _marked(
    decided: frozenset[str], groups: list[frozenset[str]]
) -> tuple[Mark, frozenset[str]]:
    """How right it is to take these entries for one person, and which are."""
    together = groups[0] if groups else frozenset()
    if decided in groups or (not decided and not groups):
        return Mark.RIGHT, decided
    if not groups:
        return Mark.FALSE, together
    if not decided:
        return Mark.MISSED, together
    strangers = Counter(len(decided & group) for group in groups)
    return (Mark.IN_PART if strangers[0] < len(groups) else Mark.FALSE), together
