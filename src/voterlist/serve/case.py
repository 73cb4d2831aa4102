"""A case as it stands now, and how it stands once there are more answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, replace

from voterlist.decisions import Given, standing
from voterlist.desk import DeskCase, answers_in, contested_in
from voterlist.model import Verdict

__all__ = ["Case", "answered", "digest_of_answers"]

_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands now.

    Attributes:
        place: its place in the queue, which is also its place on the page.
        desk: its entries and the answers.
        knows: a digest of the answers: whoever decides says which of them they saw.
        version: goes up with each change of any case.
    """

    place: int
    desk: DeskCase
    knows: str
    version: int


def answered(one: DeskCase, given: Given, two_people: Collection[str]) -> DeskCase:
    """A case with these answers."""
    case_id = one.case.case_id
    holding = standing(given, two_people=two_people)
    rows = {
        row["entry_id"]: row
        for row in holding.decisions.to_pylist()
        if row["case_id"] == case_id
    }
    members = []
    for member in one.case.members:
        row = rows.get(member.entry_id)
        if row is None:
            said = replace(member, verdict=None, decided_by=None, decided_why=None)
        else:
            said = replace(
                member,
                verdict=Verdict(row["verdict"]),
                decided_by=row["decided_by"],
                decided_why=row["reason"],
            )
        members.append(said)
    return replace(
        one,
        case=replace(one.case, members=tuple(members)),
        answers=answers_in(holding).get(case_id, ()),
        is_contested=any(row["case_id"] == case_id for row in contested_in(holding)),
    )


def digest_of_answers(one: DeskCase) -> str:
    """A digest of what everybody answered about a case."""
    said = [
        [answer.by, answer.at, sorted(answer.verdicts.items()), answer.reason]
        for answer in one.answers
    ]
    text = json.dumps([said, one.is_contested], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
