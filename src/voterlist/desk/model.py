"""What stands on a desk: the cases of a constituency, as one run knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from voterlist.fields import IDENTIFIERS
from voterlist.model import EntryRole, Verdict
from voterlist.report import Facts
from voterlist.report.sections.cases import Case

_SAME = "same"


def proposed_verdicts(case: Case) -> dict[str, Verdict]:
    """What is proposed of each entry of a case; nothing where a person has to find out."""
    roles = {member.entry_id: member.role for member in case.members}
    if EntryRole.QUESTION in roles.values() or EntryRole.KEEP not in roles.values():
        return {}
    return {entry_id: Verdict(role) for entry_id, role in roles.items()}


def usual_reason(case: Case) -> str:
    """The reason, a code of ``REASONS``, of whoever takes what is proposed and says no other."""
    steps = case.why.steps if case.why else ()
    same = {step.field for step in steps if step.level == _SAME}
    return "one-identifier" if same.intersection(IDENTIFIERS) else "names-and-birth"


class Proposal(StrEnum):
    """What the program proposes of a case as a whole."""

    SAME = "same"
    """One person: an entry is kept, the others repeat it."""
    SEPARATE = "separate"
    """Different people."""
    NOTHING = "nothing"
    """A person has to find out."""


class State(StrEnum):
    """How far a case is."""

    OPEN = "open"
    ASKED = "asked"
    """A precinct was asked, and has not answered."""
    CONTESTED = "contested"
    """People decided in different ways."""
    SETTLED = "settled"
    APART = "apart"
    """Not asked about: twins, relatives, namesakes."""


@dataclass(frozen=True, slots=True)
class DeskAnswer:
    """What one person answered about a case.

    Attributes:
        by: who.
        at: when, in ISO 8601.
        verdicts: by entry, a code of ``Verdict``, or ``ask``.
        reason: in the person's words.
        due: of a question, the day until which the precinct answers.
    """

    by: str
    at: str
    verdicts: Mapping[str, str]
    reason: str | None = None
    due: str | None = None


@dataclass(frozen=True, slots=True)
class DeskCase:
    """A case with what people answered about it.

    Attributes:
        case: its entries side by side, and the evidence.
        seen: the digest of what its entries say; see ``seen_digests``.
        answers: what counts of each person's answers, in order of name.
        is_contested: whether the answers differ.
    """

    case: Case
    seen: str
    answers: tuple[DeskAnswer, ...] = ()
    is_contested: bool = False

    @property
    def proposal(self) -> Proposal:
        """What is proposed of the case as a whole."""
        if not self.case.kind.is_asked:
            return Proposal.SEPARATE
        return Proposal.NOTHING if self.kept is None else Proposal.SAME

    @property
    def kept(self) -> str | None:
        """The entry that is proposed to be kept; None where nothing is proposed."""
        verdicts = proposed_verdicts(self.case)
        return next(
            (one for one, said in verdicts.items() if said == Verdict.KEEP), None
        )

    @property
    def state(self) -> State:
        """How far it is."""
        if self.is_contested:
            return State.CONTESTED
        if all(member.verdict for member in self.case.members):
            return State.SETTLED
        if any("ask" in answer.verdicts.values() for answer in self.answers):
            return State.ASKED
        return State.OPEN if self.case.is_asked else State.APART

    @property
    def due(self) -> str | None:
        """The first day by which a precinct that was asked answers, in ISO 8601."""
        days = [answer.due for answer in self.answers if answer.due]
        return min(days, default=None)


@dataclass(frozen=True, slots=True)
class Desk:
    """All cases of a constituency, or of a workspace, by number."""

    facts: Facts
    """Whose they are."""
    cases: tuple[DeskCase, ...]
    sentences: Mapping[str, tuple[str, ...]]
    """By language, the sentence of each case."""
    run: str = ""
    """The newest run of the workspace."""
