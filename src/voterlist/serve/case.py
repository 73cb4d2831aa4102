"""A case as it stands now, and how it stands once there are more answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from voterlist.decisions import Standing, is_same_person
from voterlist.desk import DeskCase, answers_in, contested_in
from voterlist.model import Verdict
from voterlist.report import blind_case
from voterlist.report.sections.cases import Member


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands now.

    Attributes:
        place: its place in the queue, which is also its place on the page.
        desk: its entries and the answers.
        knows: the sum of the numbers of the answers: whoever decides says so which of them they
            saw. It tells nothing of what they say, for a second reader sees it too.
        version: goes up with each change of any case.
        first: who decided it, where another person is to read it without knowing that decision.
    """

    place: int
    desk: DeskCase
    knows: str
    version: int
    first: tuple[str, ...] = ()

    def shown_to(self, name: str) -> DeskCase:
        """The case as this person sees it: who reads it second sees no answer and no proposal."""
        if not self.first or any(is_same_person(one, name) for one in self.first):
            return self.desk
        return DeskCase(case=blind_case(self.desk.case), seen=self.desk.seen)


def answered(cases: Sequence[DeskCase], holding: Standing) -> Iterator[DeskCase]:
    """The cases with what holds of all answers about them."""
    said = answers_in(holding)
    contested = {row["case_id"] for row in contested_in(holding)}
    verdicts = {
        (row["case_id"], row["entry_id"]): row for row in holding.decisions.to_pylist()
    }
    for one in cases:
        case_id = one.case.case_id
        members = tuple(
            _decided(member, verdicts.get((case_id, member.entry_id)))
            for member in one.case.members
        )
        yield replace(
            one,
            case=replace(one.case, members=members),
            answers=said.get(case_id, ()),
            is_contested=case_id in contested,
        )


def _decided(member: Member, row: Mapping[str, Any] | None) -> Member:
    """An entry of a case with the verdict that holds; None: none does."""
    return replace(
        member,
        verdict=None if row is None else Verdict(row["verdict"]),
        decided_by=None if row is None else row["decided_by"],
        decided_why=None if row is None else row["reason"],
    )
