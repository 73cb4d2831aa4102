"""What a report says, as frozen values: numbers, rows and catalogue keys, and no prose.

Everything that an output shows stands here once, so the workbook and the page cannot disagree. A
value is a number, a day, a text of a list as somebody wrote it, or a ``Text`` that the catalogue
renders.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from voterlist.deadlines import Deadline
from voterlist.model import CaseKind, Level, Mark, Severity, Standing, Verdict
from voterlist.report.audited import Audit, Group
from voterlist.report.bodies import Bodies

__all__ = [
    "CASE_FIELDS",
    "Aside",
    "AskedFault",
    "Balance",
    "Born",
    "Case",
    "Cell",
    "Chance",
    "Due",
    "Estimate",
    "Facts",
    "Fault",
    "Group",
    "KindCount",
    "Limits",
    "ListBalance",
    "Member",
    "Need",
    "Number",
    "Place",
    "Precinct",
    "ReportModel",
    "RuleCount",
    "Step",
    "Text",
    "UnitStanding",
    "Value",
    "Waterfall",
]

CASE_FIELDS = (
    "written",
    "surname",
    "given_name",
    "patronymic",
    "birth_date",
    "sex",
    "address",
    "document",
    "fin",
)
"""What is shown of an entry of a case, in this order. ``written`` is the name as the list has it;
the three names after it are the standard spelling. Each has its heading in the catalogue
(``field.<name>``)."""


@dataclass(frozen=True, slots=True)
class Text:
    """A key of the catalogue and what fills its places."""

    key: str
    places: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Born:
    """A birth date as far as it is known."""

    year: int
    month: int | None = None
    day: int | None = None


Value: TypeAlias = str | int | float | dt.date | Text | Born | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Whose report it is. ``constituency`` None: everything that the tables hold."""

    cycle: str
    level: Level
    constituency: int | None
    today: dt.date
    run: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """The size of a precinct, in voters, that the law names."""

    smallest_precinct: int = 50
    largest_precinct: int = 1500


@dataclass(frozen=True, slots=True)
class Number:
    """A key figure.

    ``number.<code>`` is its caption. ``share`` marks 0 to 1, shown as a percentage.
    """

    code: str
    value: float | None
    share: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs a person now; ``section`` is the part of the report that shows it."""

    severity: Severity
    text: Text
    section: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry or a row stands: in which file, sheet and line, of which precinct."""

    constituency: int | None = None
    precinct: int | None = None
    file: str | None = None
    sheet: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ListBalance:
    """One list.

    Its rows, and what became of them. ``declared`` is the total written below the list.
    """

    place: Place
    list_kind: str
    rows: int
    entries: int
    set_aside: int
    declared: int | None

    @property
    def balances(self) -> bool:
        """True where every row is accounted for."""
        return self.rows == self.entries + self.set_aside

    @property
    def differs(self) -> int | None:
        """Entries less the total that the list declares; None where it declares none."""
        return None if self.declared is None else self.entries - self.declared


@dataclass(frozen=True, slots=True)
class Balance:
    """The rows of all lists, counted three times from three tables.

    Lists, entries, rows set aside.
    """

    rows: int
    entries: int
    set_aside: int
    lists: tuple[ListBalance, ...]

    @property
    def balances(self) -> bool:
        """True where rows = entries + rows set aside, in total and in each list."""
        return self.rows == self.entries + self.set_aside and all(
            row.balances for row in self.lists
        )


class UnitStanding(Protocol):
    """How one precinct or constituency stands with one stage of the calendar (``pipeline`` has such rows)."""

    @property
    def deadline(self) -> Deadline:
        """The stage and its due date."""

    @property
    def constituency(self) -> int | None:
        """The unit's constituency."""

    @property
    def precinct(self) -> int | None:
        """None: the constituency as a whole."""

    @property
    def finished(self) -> dt.date | None:
        """The day on which the unit finished the stage."""

    @property
    def standing(self) -> Standing:
        """How it stands."""


@dataclass(frozen=True, slots=True)
class Due:
    """One stage of the calendar and how its units stand."""

    stage: str
    sender: Level
    receiver: Level
    opens: dt.date
    due: dt.date
    days_left: int
    """Days from today to the due day; negative after it."""
    standings: tuple[tuple[Standing, int], ...]
    """How many units stand how, in the order of ``Standing``."""
    units: tuple[tuple[int | None, int | None, dt.date | None, Standing], ...]
    """(constituency, precinct, finished, standing) of each unit."""

    @property
    def worst(self) -> Standing:
        """The standing that asks for most."""
        return max((standing for standing, _ in self.standings), key=_STANDING_ORDER.index)


_STANDING_ORDER = (
    Standing.DONE,
    Standing.DONE_LATE,
    Standing.NOT_STARTED,
    Standing.OPEN,
    Standing.DUE_SOON,
    Standing.OVERDUE,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """What is shown of one field of an entry."""

    value: Value
    mark: str = ""
    """``differs``: the entries of the case contradict each other here; ``spelling``: the same,
    written otherwise."""


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of a case."""

    entry_id: str
    role: str
    reason: str
    verdict: Verdict | None
    """What a person decided, if anything."""
    place: Place
    list_kind: str
    cells: tuple[Cell, ...]
    """In the order of ``CASE_FIELDS``."""
    decided_by: str | None = None
    decided_why: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What one comparison of a pair says.

    ``bits`` for (above 0) or against (below 0) "one person".
    """

    field: str
    level: str
    bits: float
    rarity: float | None
    """The part of ``bits`` that lies in how rare the shared value is; None where none is shared."""


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Why a pair has its weight, in bits: ``steps``, ``rarity`` and ``rivals`` sum to ``weight``.

    ``prior + weight`` is log2 of the odds of one person, ``probability`` the same as a share.
    """

    entries: tuple[str, str]
    prior: float
    steps: tuple[Step, ...]
    """In the order of the fields; a comparison in which something is not known says nothing and is
    left out."""
    rarity: float
    """For shared values being rare, as far as it is not part of a step."""
    rivals: float
    """Taken back because twins, relatives or one household explain the agreement too."""
    weight: float
    probability: float
    twins: float
    """The probability of twins; so the next two, of other relatives and of strangers."""
    relatives: float
    strangers: float


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

    @property
    def title(self) -> str:
        """The name of its first entry in standard spelling.

        As written where no part of it is known.
        """
        written, *parts = (cell.value for cell in self.members[0].cells[:4])
        return " ".join(str(part) for part in parts if part) or str(written or "")

    @property
    def is_open(self) -> bool:
        """True where a person is asked and some entry has no verdict yet."""
        return self.is_asked and any(member.verdict is None for member in self.members)


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many cases of one kind there are, and how many of them are open."""

    kind: CaseKind
    cases: int
    entries: int
    open: int


@dataclass(frozen=True, slots=True)
class Fault:
    """One finding with its place looked up."""

    rule: str
    severity: Severity
    unit: str
    place: Place
    other: Place | str | None
    """The place of the other entry that the finding names; its id, where it is a row of a register
    and no entry."""
    entry_id: str | None
    written: str | None
    """The name as written, of a finding about an entry."""
    field: str | None
    cell: str | None
    """The cell of that field as written."""
    value: float | None
    limit: float | None
    finding_id: str | None = None
    """Where a person is asked about it: the id by which an answer finds it again."""


@dataclass(frozen=True, slots=True)
class AskedFault:
    """A finding that a person may accept, and what was said of it before."""

    fault: Fault
    mark: Mark | None = None
    reason: str | None = None
    decided_by: str | None = None


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule spoke, in total and by precinct, in the order of the model's precincts."""

    rule: str
    severity: Severity
    count: int
    by_precinct: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Precinct:
    """A precinct in numbers; medians and shares as in PROFILE."""

    constituency: int | None
    precinct: int | None
    voters: int
    men: int
    women: int
    median_age: float | None
    errors: int
    warnings: int
    notes: int
    cases: int
    """Cases with an entry of this precinct, of the kinds that are asked about."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A row that did not become an entry, or (line 0) a file that could not be read."""

    place: Place
    code: str
    rows: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the linkage expects of its own proposals, with the ends of a 95 % interval.

    Shares 0 to 1.
    """

    pairs: int
    precision: float
    precision_low: float
    precision_high: float
    recall: float
    recall_low: float
    recall_high: float


@dataclass(frozen=True, slots=True)
class Chance:
    """One kind of agreement: pairs that chance alone would give, and pairs found."""

    agreement: tuple[str, ...]
    expected: float
    found: int


@dataclass(frozen=True, slots=True)
class ReportModel:
    """The whole report of one constituency."""

    facts: Facts
    limits: Limits
    numbers: tuple[Number, ...]
    needs: tuple[Need, ...]
    balance: Balance
    dues: tuple[Due, ...]
    cases: tuple[Case, ...]
    """Cases a person is asked about, by number."""
    apart: tuple[Case, ...]
    """Explicit non-duplicates, by number."""
    kinds: tuple[KindCount, ...]
    faults: tuple[Fault, ...]
    """Errors first, then by precinct, file and line."""
    rules: tuple[RuleCount, ...]
    """Errors first, then the most frequent."""
    precincts: tuple[Precinct, ...]
    pyramid: tuple[Group, ...]
    aside: tuple[Aside, ...]
    estimate: Estimate | None
    chance: tuple[Chance, ...]
    audit: Audit | None = None
    """None where no statistics were given."""
    outside: Bodies | None = None
    """None where nothing was compared with other bodies."""
