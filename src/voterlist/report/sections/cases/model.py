"""Cases as the report shows them: groups of entries that may be one person, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voterlist.fields import TRAVELLING
from voterlist.model import CaseKind, Verdict
from voterlist.report.sections.chance import Chance
from voterlist.report.values import Place, Precinct, Value

CASE_FIELDS = ("written", *TRAVELLING)
"""What is shown of an entry of a case, in this order. ``written`` is the name as the list has it;
the three names after it are the standard spelling. Each has its heading in the catalogue
(``field.<name>``)."""
_NAME_FIELDS = 4
"""The name as written and its three parts stand first among ``CASE_FIELDS``."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What is shown of one field of an entry."""

    value: Value
    mark: str = ""
    """``differs``: the entries of the case contradict each other here; ``spelling``: the same,
    written otherwise."""


@dataclass(frozen=True, slots=True)
class Before:
    """What a person decided about an entry before it, or another one of its case, changed.

    Attributes:
        verdict: what was decided.
        changed: the fields that changed since; none where the entry is as it was.
        decided_by: who decided.
    """

    verdict: Verdict
    changed: tuple[str, ...]
    decided_by: str


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of a case.

    Attributes:
        entry_id: of the entry.
        role: what is proposed for the entry, as a code.
        reason: why, as a code.
        verdict: what a person decided, if anything.
        place: where it stands.
        list_kind: permanent or temporary.
        cells: in the order of ``CASE_FIELDS``.
        decided_by: who decided; None where nobody did.
        decided_why: why; None where nothing was said.
        before: what was decided before the entry or its case changed.
    """

    entry_id: str
    role: str
    reason: str
    verdict: Verdict | None
    place: Place
    list_kind: str
    cells: tuple[Cell, ...]
    decided_by: str | None = None
    decided_why: str | None = None
    before: tuple[Before, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What one comparison of a pair says: ``bits`` above 0 for one person, below 0 against.

    Attributes:
        field: what was compared.
        level: the comparison level.
        bits: the match weight of the level.
        term_frequency: the part of ``bits`` that the term frequency of the shared value gives; None
            where none is shared.
    """

    field: str
    level: str
    bits: float
    term_frequency: float | None


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Why a pair has its weight, in bits: steps, ``term_frequency`` and ``rivals`` sum to it.

    ``prior + weight`` is log2 of the odds of one person, ``probability`` the same as a share.

    Attributes:
        entries: the ids of the two entries.
        prior: log2 of the odds before anything is compared.
        steps: in the order of the fields; a comparison in which something is not known says nothing
            and is left out.
        term_frequency: of shared values, as far as it is not part of a step.
        rivals: taken back because twins, relatives or one household explain the agreement too.
        weight: the match weight, the sum of the parts.
        probability: of one person, 0 to 1.
        twins: the probability of twins.
        relatives: the probability of other relatives.
        unrelated: the probability of people who have nothing to do with each other.
    """

    entries: tuple[str, str]
    prior: float
    steps: tuple[Step, ...]
    term_frequency: float
    rivals: float
    weight: float
    probability: float
    twins: float
    relatives: float
    unrelated: float


@dataclass(frozen=True, slots=True)
class Case:
    """A group of entries, with what is proposed for each.

    ``number`` is the same in report and review workbook.
    """

    number: int
    case_id: str
    kind: CaseKind
    probability: float
    weight: float
    """log2 of the Bayes factor for one person."""
    is_asked: bool
    """True where a person is asked to decide it."""
    members: tuple[Member, ...]
    why: Waterfall | None = None
    """Of the pair that ties the case's most weakly tied entry to it; None where the run has no
    waterfalls."""
    is_blind: bool = False
    """True where a second person reads it: score, proposal and first decision are not shown."""
    waits_for: str = ""
    """``contested``: people decided in different ways; ``second-reading``: another person is to
    read it, and until then nobody is told how it was decided."""

    @property
    def title(self) -> str:
        """The name of its first entry in standard spelling; as written where no part is known."""
        written, *parts = (cell.value for cell in self.members[0].cells[:_NAME_FIELDS])
        return " ".join(str(part) for part in parts if part) or str(written or "")

    @property
    def is_open(self) -> bool:
        """True where a person is asked and some entry has no verdict yet."""
        is_undecided = any(member.verdict is None for member in self.members)
        return self.is_asked and is_undecided and self.waits_for != "second-reading"

    @property
    def state(self) -> str:
        """How far it is: ``report.state.<state>`` in the catalogue."""
        if not self.is_asked:
            return "not-asked"
        return self.waits_for or ("open" if self.is_open else "settled")

    @property
    def areas(self) -> set[Precinct]:
        """The precincts of its entries."""
        return {member.place.area for member in self.members}


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many cases of one kind there are, and how many of them are open."""

    kind: CaseKind
    cases: int
    entries: int
    open: int


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of a report."""

    for_review: tuple[Case, ...]
    """Those that a person is asked about, by number."""
    apart: tuple[Case, ...]
    """Explicit non-duplicates, by number."""
    kinds: tuple[KindCount, ...]
    """In the order of ``CaseKind``; kinds without a case are left out."""
    chances: Mapping[int | None, tuple[Chance, ...]] = field(default_factory=dict)
    """What chance alone would give in the constituency of the report, None for the whole list."""
