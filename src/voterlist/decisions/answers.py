"""What may be answered, and on which ground, and an answer as it came back.

The first is data: ``answers.toml`` and ``grounds.toml``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.decisions.given import Given, members_of
from voterlist.fields import CORRECTED, NAMES
from voterlist.model import Action, Mark, Problem, frozen
from voterlist.schemas import ACCEPTANCE, AMENDMENT, SUBJECT
from voterlist.shipped import shipped_toml
from voterlist.tables import ReadRow, Row, is_among, rows_among


class Need(StrEnum):
    """What an answer must hold besides its ground."""

    EVIDENCE = "evidence"
    """A document, or the row of a register that meets the entry by an identifier."""
    DESTINATION = "destination"
    """For a striking too the precinct where the person stands from now on.

    A move and an addition always need it.
    """
    REASON = "reason"
    """Words of the person who decides."""


@frozen
class Ground:
    """One ground; the catalogue has its words under ``ground.<code>.title`` and ``.hint``."""

    code: str
    actions: frozenset[str]
    """What it may carry: codes of ``Action``, ``accept``, or ``repeat`` of a case."""
    of_person: bool
    """True where it takes the person off every list: it may take a person's last entry."""
    needs: frozenset[Need]
    registers: frozenset[str]
    """The registers whose rows are evidence for it."""
    until_of_age: bool = False
    """True where it ends on the day on which the person comes of age."""
    at_once: bool = False
    """True where the voter is not told before, if the name and an identifier agree."""
    article: str | None = None
    """Of the Election Code of Azerbaijan; None where none is needed."""
    verified: bool = False
    """True where the wording of the article was read, at ``source``."""
    source: str | None = None
    """The address at which it was read: a translation, or an extract."""
    after_freeze: bool = False
    """True where it may change a list that is frozen before an election."""


@cache
def grounds() -> Mapping[str, Ground]:
    """Every ground by its code, in the order in which they are offered."""
    return {
        code: Ground(
            code,
            **cells
            | {
                "actions": frozenset(cells["actions"]),
                "needs": frozenset(map(Need, cells["needs"])),
                "registers": frozenset(cells.get("registers", ())),
            },
        )
        for code, cells in shipped_toml("voterlist.decisions", "grounds.toml").items()
    }


def grounds_for(action: str) -> tuple[Ground, ...]:
    """The grounds that may carry an action, in the order in which they are offered."""
    return tuple(ground for ground in grounds().values() if action in ground.actions)


def acts_after_freeze(code: str | None) -> bool:
    """True of a ground that may change a list that is frozen before an election."""
    ground = grounds().get(code or "")
    return ground is not None and ground.after_freeze


SHEETS = ("strikings", "corrections", "additions", "moves", "other")
"""The sheets of a review workbook on which findings stand, in this order."""


@frozen
class Answers:
    """What a person may answer to the findings of a rule."""

    sheet: str
    """One of ``SHEETS``."""
    actions: tuple[str, ...]
    """Codes of ``Action``, and ``accept``; the proposed one first."""
    fields: tuple[str, ...]
    """The fields of ENTRY that may be corrected."""
    ground: str
    """The ground that is proposed for the first action."""
    register: str | None = None
    """The register whose row, which the finding names, is evidence."""
    by_name_too: bool = False
    """True where such a finding may rest on names and birth date alone."""
    destination: str | None = None
    """Where a precinct is found where none is written: ``row`` of the register, or ``value``."""
    withdraws_row: bool = False
    """True where to withdraw is to take back the addition that the finding names."""


FREE = Answers(
    sheet="other",
    actions=(
        Action.ASK.value,
        Action.CORRECT.value,
        Action.MOVE.value,
        Action.STRIKE.value,
        Action.ADD.value,
    ),
    fields=CORRECTED,
    ground="other",
)
"""What may be decided about an entry, or a register's row, of which no finding is answered."""

OF_CASE = Answers(
    sheet="other", actions=(Action.ASK.value,), fields=(), ground="to-be-checked"
)
"""What may be decided about a case besides the verdicts on its entries."""

OF_PLACE = Answers(
    sheet="other", actions=(Mark.ACCEPT.value,), fields=(), ground="list-is-right"
)
"""What may be answered to a finding about a file, a precinct or a constituency."""


_GROUPS = {"names": NAMES, "all": CORRECTED}
"""Names of several fields in ``answers.toml``."""


@cache
def answers_by_rule() -> Mapping[str, Answers]:
    """The answers of the rules whose findings name an entry, by the code of the rule."""
    by_rule: dict[str, Answers] = {}
    for cells in shipped_toml("voterlist.decisions", "answers.toml")["answers"]:
        named = (_GROUPS.get(name, (name,)) for name in cells["fields"])
        said = cells | {
            "actions": tuple(cells["actions"]),
            "fields": tuple(chain.from_iterable(named)),
        }
        rules = said.pop("rules")
        by_rule |= dict.fromkeys(rules, Answers(**said))
    return by_rule


def answers_of(rule: str) -> Answers:
    """The answers that make sense for the findings of a rule."""
    return answers_by_rule().get(rule, OF_PLACE)


# An answer as it came back, beside what it is about and what it is held against.


@frozen
class Value:
    """What a field is corrected to, or why it cannot be."""

    text: str | None
    """In the form in which it is kept; None where a dash says that there is none."""
    problem: str | None = None
    """A code of ``AMENDMENT_PROBLEMS``."""


ValueReader = Callable[[str, str, dt.date], Value]
"""(field of ENTRY, text as written, today) -> what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentContext:
    """What answers are held against: the newest run, and what was answered before."""

    findings: pa.Table
    """FINDING of the newest run."""
    finding_ids: Sequence[str]
    """The id of each of them, as ``finding_ids`` makes it."""
    entries: pa.Table
    """ENTRY: at least the entries that the answers, their findings and their cases name."""
    registers: pa.Table
    """ENTRY: the rows of registers that findings name."""
    voters: pa.Table
    """VOTER, or its columns ``entry_id`` and ``fin``, of the whole list."""
    cases: pa.Table
    """CASE."""
    precincts: Mapping[int, Collection[int]]
    """Constituency -> its precincts, as ``precincts_known`` makes it."""
    is_of_precinct: bool = False
    """True where they are all of this list, and a constituency has others."""
    read_value: ValueReader
    """Reads a corrected value; ``voterlist.normalize.corrections.read_correction``."""
    read_day: Callable[[str], dt.date | None]
    """Reads a day; ``voterlist.normalize.corrections.read_day``."""
    matches: pa.Table | None = None
    """MATCH: which rows of registers meet an entry by an identifier.

    Without it the row of a finding that may rest on names is no evidence.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """An earlier answer of a person that the same person replaces."""

    file: str
    case_id: str | None = None
    case_number: int | None = None
    entry_id: str | None
    rule: str | None = None
    decided_by: str
    before: str
    """What it was: a code of ``Verdict`` or ``Action``, or ``accept``."""
    now: str


@frozen
class Amended:
    """Answers about entries and findings, checked."""

    amendments: pa.Table = field(default_factory=AMENDMENT.empty_table)
    """AMENDMENT to record, in the order of the rows. What already stands is not repeated."""
    adjudications: pa.Table = field(default_factory=AMENDMENT.empty_table)
    """AMENDMENT to record that settle what others decided in different ways."""
    acceptances: pa.Table = field(default_factory=ACCEPTANCE.empty_table)
    """ACCEPTANCE to record."""
    subjects: pa.Table = field(default_factory=SUBJECT.empty_table)
    """SUBJECT: what the entries and rows of registers say that are decided about, by id."""
    problems: tuple[Problem, ...] = ()
    """Why rows were refused, in order of file, sheet and row; all other rows are recorded."""
    replaced: tuple[Replaced, ...] = ()
    """The person's own earlier answers that are answered anew, in the order of the rows."""


ACCEPT = Mark.ACCEPT.value


def why_accepted(row: Row) -> str:
    """The reason of an acceptance: it has no other cells, so nothing that was written gets lost."""
    words = (row[name] for name in ("ground", "reason", "document"))
    return "; ".join(word for word in words if word)


_FOUND_ON = ("entry_id", "other_entry_id")
_CONFIRMED = "confirmed"
"""The class of a MATCH in which an identifier agrees, and nothing contradicts."""


@frozen
class Answer:
    """One answer to one finding, or about one entry."""

    cells: Row
    """As it came back; blank cells are null."""
    finding: Row | None = None
    entry: Row | None = None
    """The entry, or the row of a register, as ENTRY."""
    is_of_register: bool = False
    """True where it is about the row of a register: a person who has no entry."""
    answers: Answers = FREE
    """What may be answered."""
    register_row: Row | None = None
    """The row of a register that the finding names beside the entry."""
    problem: str | None = None
    """Why nothing can be said of it."""

    @property
    def action(self) -> str:
        """A code of ``Action``, or ``accept``."""
        return str(self.cells["action"])

    @property
    def entry_id(self) -> str | None:
        """The entry, or the row of a register; None where the finding names none."""
        return None if self.entry is None else str(self.entry["entry_id"])

    @property
    def place(self) -> tuple[str, str, int]:
        """File, sheet and row."""
        return self.cells["file"], self.cells["sheet"], self.cells["row"]


class Subjects:
    """The findings, entries, register rows and cases that answers are about."""

    def __init__(
        self, rows: Iterable[Row], context: AmendmentContext, given: Given
    ) -> None:
        rows = list(rows)
        self._findings = _findings(_ids_named(rows, "finding_id"), context, given)
        """The findings that the rows name, by their ids."""
        self._members = members_of(context.cases, _ids_named(rows, "case_id"))
        ids = _ids_named(rows, "entry_id")
        for name in _FOUND_ON:
            ids |= _ids_named(self._findings.values(), name)
        for members in self._members.values():
            ids.update(members)
        self._entries = _by_id(ids, context.entries)
        self._registers = _by_id(ids, context.registers)
        self._confirmed = _confirmed_pairs(ids, context.matches)
        """(row of a register, entry) that meet by an identifier."""

    def answers(self, row: Row) -> Iterator[Answer]:
        """The row as answers: of a case without an entry, one for each of its entries."""
        if row["finding_id"] is not None:
            yield self._to_finding(row)
        elif row["case_id"] is not None:
            yield from self._about_case(row)
        else:
            yield self._about_entry(Answer(row), row["entry_id"])

    def is_confirmed(self, answer: Answer) -> bool:
        """True where the register's row meets the entry by an identifier."""
        if answer.register_row is None or answer.entry_id is None:
            return False
        return (answer.register_row["entry_id"], answer.entry_id) in self._confirmed

    def _to_finding(self, row: Row) -> Answer:
        """The row as an answer to a finding, with the entry and register's row that it names."""
        finding = self._findings.get(row["finding_id"])
        if finding is None:
            return Answer(row, problem="unknown-finding")
        answers = answers_of(finding["rule"])
        answer = Answer(row, finding=finding, answers=answers)
        named = [finding[name] for name in _FOUND_ON if finding[name] is not None]
        if row["entry_id"] is not None and row["entry_id"] not in named:
            return replace(answer, problem="entry-gone")
        if not named:
            return answer
        about = row["entry_id"] or named[0]
        if answers.withdraws_row and answer.action == Action.WITHDRAW:
            about = finding["other_entry_id"]
        answer = self._about_entry(answer, about)
        other = self._registers.get(finding["other_entry_id"])
        return replace(answer, register_row=other)

    def _about_case(self, row: Row) -> Iterator[Answer]:
        """The row as answers about the entries of a case."""
        members = self._members.get(row["case_id"], [])
        answer = Answer(row, answers=OF_CASE)
        if not members:
            yield replace(answer, problem="unknown-case")
        elif row["entry_id"] is None:
            for member in members:
                yield self._about_entry(answer, member)
        elif row["entry_id"] in members:
            yield self._about_entry(answer, row["entry_id"])
        else:
            yield replace(answer, problem="unknown-entry")

    def _about_entry(self, answer: Answer, entry_id: str | None) -> Answer:
        """The answer with its entry or row of a register; with a problem where there is neither."""
        if entry_id in self._entries:
            return replace(answer, entry=self._entries[entry_id])
        if entry_id in self._registers:
            entry = self._registers[entry_id]
            return replace(answer, entry=entry, is_of_register=True)
        return replace(answer, problem="entry-gone")


def _ids_named(rows: Iterable[ReadRow], name: str) -> set[str]:
    """The ids that rows have in a column."""
    return {row[name] for row in rows if row[name] is not None}


def _findings(ids: set[str], context: AmendmentContext, given: Given) -> dict[str, Row]:
    """The findings of these ids: of the run, or answered before.

    What was corrected is no finding any more, and its answer may be read in again, or changed.
    """
    of_finding = given.amendments.filter(pc.is_valid(given.amendments["finding_id"]))
    answered = of_finding.to_pylist()
    known = {row["finding_id"]: _finding_of(row) for row in answered}
    known |= {row["finding_id"]: row for row in given.acceptances.to_pylist()}
    known = {finding_id: known[finding_id] for finding_id in ids & known.keys()}
    of_run = pa.array(context.finding_ids, pa.string())
    is_named = is_among(of_run, ids)
    names = of_run.filter(is_named).to_pylist()
    rows = context.findings.filter(is_named).to_pylist()
    return known | dict(zip(names, rows, strict=True))


def _finding_of(amendment: Row) -> Row:
    """The finding that was answered so, as far as the answer says."""
    # The row of a register that was the document is named ``register:row id``.
    _, _, register_row = (amendment["document"] or "").partition(":")
    return {
        "rule": amendment["rule"],
        "entry_id": amendment["entry_id"],
        "other_entry_id": register_row or None,
        "field": amendment["field"],
        "value": None,
    }


def _by_id(ids: set[str], entries: pa.Table) -> dict[str, Row]:
    """The rows of ENTRY with these ids, by id."""
    rows = rows_among(entries, "entry_id", ids).to_pylist()
    return {row["entry_id"]: row for row in rows}


def _confirmed_pairs(ids: set[str], matches: pa.Table | None) -> set[tuple[str, str]]:
    """(row of a register, entry) that meet by an identifier."""
    if matches is None:
        return set()
    columns = matches.select(["register_id", "entry_id", "class"])
    rows = rows_among(columns, "entry_id", ids).to_pylist()
    return {
        (row["register_id"], row["entry_id"])
        for row in rows
        if row["class"] == _CONFIRMED
    }
