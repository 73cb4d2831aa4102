"""The analysts' desk: each case with all that decides it, and what comes back.

Nothing here is a page or a file: ``render.desk`` writes the page, ``casework`` reads files. The
same data, sentence and script serve the page in one file and the desk in a browser.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Any, Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from voterlist.catalogue import LANGUAGES
from voterlist.decisions.given import is_same_person, person_key
from voterlist.decisions.standing import Standing
from voterlist.fields import ENTRY_FIELDS, IDENTIFIERS, LATER_FIELDS
from voterlist.model import Action, CaseKind, EntryRole, Verdict, frozen
from voterlist.report.asked import ReviewTables, is_of_case
from voterlist.report.sections.cases.build import cases_in
from voterlist.report.sections.cases.model import (
    CASE_FIELDS,
    Case,
    CaseWords,
    Member,
    Sentences,
    Waterfall,
)
from voterlist.report.sections.chance import chances_by_place
from voterlist.report.to_review import queued_cases
from voterlist.report.values import Facts, Names, Value, rows_of
from voterlist.strict_json import read_saved
from voterlist.tables import ReadRow, by_key

# The file in which the decisions of a page go out, read back. It says of which run and constituency
# it is, who decided, and what that person saw of each case. A digest over all of it tells a file
# that was changed, or is not whole.

KIND = "voterlist-decisions"
VERSION = 2
"""1 has no entries that somebody named; the page still writes a file without them so."""

REASONS = (
    "names-and-birth",
    "one-identifier",
    "document-seen",
    "voter-said",
    "precinct-said",
    "two-people",
    "written-beside",
)
"""Why somebody decided so, in the order of their keys; ``desk.reason.<code>`` in the catalogue."""

_Text = Annotated[str, Field(max_length=2_000)]
"""What a person writes."""


class _Part(BaseModel):
    """A part of the file; what is not expected is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Decision(_Part):
    """What one person decided of one case.

    Attributes:
        case: the id of the case.
        entries: the ids of its entries, as they stood beside each other.
        seen: the digest of what the entries said; see ``seen_digests``.
        verdict: ``same``: one person; ``separate``: different people; ``ask``: the precinct looks
            at the door; ``withdraw``: the person's own earlier answer is taken back.
        kept: of ``same``, the entry by which the voter stays.
        apart: of ``same``, the entries that are other people all the same.
        asked: of ``ask``, the entries about which their precincts are asked.
        due: of ``ask``, the day until which they answer, in ISO 8601.
        reason: a code of ``REASONS``, or empty.
        note: what the person adds.
        settles: whether the person knew that others had decided in different ways, and settles it.
        time: when, by the clock of the computer, in ISO 8601 with its zone.
    """

    case: str
    entries: list[str] = Field(min_length=1)
    seen: str
    verdict: Literal["same", "separate", "ask", "withdraw"]
    kept: str | None = None
    apart: list[str] = []
    asked: list[str] = []
    due: str | None = None
    reason: str = ""
    note: _Text = ""
    settles: bool = False
    time: str

    def is_of(self, entries: Iterable[str], seen: str) -> bool:
        """True where the case has these entries and they say what the person saw.

        And where the decision names no others.

        Args:
            entries: the ids of the entries of the case today.
            seen: the digest of what they say today.
        """
        named = {*self.apart, *self.asked, *([] if self.kept is None else [self.kept])}
        is_same = sorted(self.entries) == sorted(entries) and self.seen == seen
        return is_same and named <= set(self.entries)

    def verdicts(self) -> Iterator[tuple[str, str]]:
        """(entry, code of ``Verdict`` or ``Action``) of each entry that is decided."""
        for entry in self.entries:
            if self.verdict == "withdraw":
                yield entry, Action.WITHDRAW.value
            elif self.verdict == "ask":
                if not self.asked or entry in self.asked:
                    yield entry, Action.ASK.value
            elif self.verdict == "separate" or entry in self.apart:
                yield entry, Verdict.SEPARATE.value
            elif entry == self.kept:
                yield entry, Verdict.KEEP.value
            else:
                yield entry, Verdict.REPEAT.value


class NamedEntry(_Part):
    """What one person decided of an entry of which nothing is asked.

    It says what a line of the sheet *Other entries* of a workbook says, in the same columns; what
    is blank was not filled in.
    """

    listed_in: _Text = ""
    listed_as: _Text
    listed_name: _Text = ""
    answer: _Text
    field: _Text = ""
    value: _Text = ""
    ground: _Text = ""
    document: _Text = ""
    precinct: _Text = ""
    due: _Text = ""
    reason: _Text = ""


class DecisionFile(_Part):
    """All decisions of one person on one page.

    Attributes:
        kind: tells the file from others.
        version: of this form.
        run: the run that the page showed.
        constituency: None: the page held several.
        cycle: of the run.
        name: who decided.
        language: of the page.
        saved: when the file was saved, by the clock of the computer.
        decisions: one for each case, in the order in which they were made.
        entries: those about other entries, in the order in which they were noted.
        digest: the SHA-256 over the canonical JSON (RFC 8785) of all else.
    """

    kind: Literal["voterlist-decisions"]
    version: int
    run: str
    constituency: int | None
    cycle: str
    name: _Text
    language: str
    saved: str
    decisions: list[Decision]
    entries: list[NamedEntry] = []
    digest: str


def read_decisions(content: bytes) -> DecisionFile:
    """The decisions of a file.

    Raises:
        SavedFileError: it is not whole, no such file, of a later version, or was changed.
    """
    return read_saved(content, KIND, VERSION, DecisionFile.model_validate)


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


@frozen
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


@frozen
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
            (entry for entry, said in verdicts.items() if said == Verdict.KEEP), None
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


@frozen
class Desk:
    """All cases of a constituency, or of a workspace, by number."""

    facts: Facts
    """Whose they are."""
    cases: tuple[DeskCase, ...]
    sentences: Mapping[str, tuple[str, ...]]
    """By language, the sentence of each case."""
    run: str
    """The newest run of the workspace."""


_DIGITS = 16
_FIRST = (
    "entry_id",
    "list_kind",
    *(name for name in ENTRY_FIELDS if name not in LATER_FIELDS),
)


def seen_digests(
    members: Mapping[str, Sequence[str]], entries: pa.Table
) -> dict[str, str]:
    """For each case a digest of what its entries say, in hexadecimal digits.

    Args:
        members: the entries of each case.
        entries: ENTRY with the corrections that hold.
    """
    ids = pa.array(
        [entry_id for ids in members.values() for entry_id in ids], pa.string()
    )
    rows = rows_of(entries, ids).select([*_FIRST, *LATER_FIELDS]).to_pylist()
    texts = {row["entry_id"]: json.dumps(_say_entry(row)) for row in rows}
    digests = {}
    for case_id, ids_of_case in members.items():
        said = "\n".join(
            texts.get(entry_id, entry_id) for entry_id in sorted(ids_of_case)
        )
        digest = hashlib.sha256(f"{case_id}\n{said}".encode()).hexdigest()
        digests[case_id] = digest[:_DIGITS]
    return digests


def _say_entry(row: ReadRow) -> list[Any]:
    """What an entry says; a field that came later is named where something stands in it."""
    later = {name: row[name] for name in LATER_FIELDS if row[name] is not None}
    return [*(row[name] for name in _FIRST), *([later] if later else [])]


_Key = tuple[str, str]
"""(case, key of a person)."""


def desk_of(
    tables: ReviewTables,
    holding: Standing,
    facts: Facts,
    *,
    run: str,
    names: Names,
    blind: Collection[str] = (),
) -> Desk:
    """The desk of ``facts.constituency``, or of everything where that is None.

    Args:
        tables: the tables of the run.
        holding: what holds of all answers, and what is contested.
        facts: whose desk it is.
        run: the newest run.
        names: the names of the files, and what is shown of identifiers.
        blind: cases that are shown as if nobody had decided or compared them.
    """
    looked_up = tables.looked_up(holding)
    cases = queued_cases(
        replace(tables, cases=cases_in(tables.cases, facts.constituency)),
        looked_up,
        names=names,
        blind=blind,
    )
    members = {
        case.case_id: [member.entry_id for member in case.members] for case in cases
    }
    digests = seen_digests(members, looked_up["entries"])
    unread = (DeskCase(case, digests[case.case_id]) for case in cases)
    built = tuple(with_answers(unread, holding))
    chances = chances_by_place(tables.coincidences)
    sentences = {
        language: tuple(map(Sentences(CaseWords(language), chances).of, cases))
        for language in LANGUAGES
    }
    return Desk(facts, built, sentences, run)


def with_answers(cases: Iterable[DeskCase], holding: Standing) -> Iterator[DeskCase]:
    """The cases with what holds of all answers about them; a second reader is not told."""
    said = answers_in(holding)
    contested = {row["case_id"] for row in contested_in(holding)}
    verdicts = {
        (row["case_id"], row["entry_id"]): row for row in holding.decisions.to_pylist()
    }
    for desk_case in cases:
        case_id = desk_case.case.case_id
        if desk_case.case.is_blind:
            yield replace(desk_case, is_contested=case_id in contested)
            continue
        members = tuple(
            _with_verdict(member, verdicts.get((case_id, member.entry_id)))
            for member in desk_case.case.members
        )
        yield replace(
            desk_case,
            case=replace(desk_case.case, members=members),
            answers=said.get(case_id, ()),
            is_contested=case_id in contested,
        )


def _with_verdict(member: Member, row: Mapping[str, Any] | None) -> Member:
    """An entry of a case with the verdict that holds; None: none does."""
    return replace(
        member,
        verdict=None if row is None else Verdict(row["verdict"]),
        decided_by=None if row is None else row["decided_by"],
        decided_why=None if row is None else row["reason"],
    )


def contested_in(holding: Standing) -> list[ReadRow]:
    """The verdicts that contradict each other."""
    return [row for row in holding.contested.to_pylist() if is_of_case(row)]


def answers_in(holding: Standing) -> dict[str, tuple[DeskAnswer, ...]]:
    """What counts of each person's answers about each case."""
    rows: dict[_Key, dict[str, tuple[str, ReadRow]]] = {}

    def note(answer: str, row: ReadRow) -> None:
        of_person = rows.setdefault((row["case_id"], person_key(row["decided_by"])), {})
        of_person[row["entry_id"]] = (answer, row)

    for row in holding.amendments.to_pylist():
        if row["action"] == Action.ASK and row["case_id"] is not None:
            note(Action.ASK.value, row)
    for row in holding.decisions.to_pylist():
        note(row["verdict"], row)
    for row in contested_in(holding):
        note(row["answer"], row)
    by_case = by_key((case_id, _answer(said)) for (case_id, _), said in rows.items())
    return {
        case_id: tuple(sorted(answers, key=lambda answer: answer.by))
        for case_id, answers in by_case.items()
    }


def _answer(said: Mapping[str, tuple[str, ReadRow]]) -> DeskAnswer:
    """One person's answers about the entries of a case, as one."""
    rows = [row for _, row in said.values()]
    return DeskAnswer(
        by=rows[-1]["decided_by"],
        at=max(str(row["decided_at"]) for row in rows),
        verdicts={entry: answer for entry, (answer, _) in said.items()},
        reason=_first(row["reason"] for row in rows),
        due=_first(row.get("due") for row in rows),
    )


def _first(texts: Iterable[str | None]) -> str | None:
    """The first text that is one."""
    return next((text for text in texts if text), None)


# The desk as plain values for the page's script, small enough for 20,000 cases in one file. A table
# is a list for each column. A text stands once, in ``strings`` where it is the same in every
# language, else in ``texts``; a cell is its number there: 0 nothing, above 0 of ``strings``, below
# 0 of ``texts``.

FORMAT = 1
"""Goes up where a script of before could not read the data."""

Packed = dict[str, Any]

_KINDS = [kind.value for kind in CaseKind]
_STATES = [state.value for state in State]
_PROPOSALS = [proposal.value for proposal in Proposal]
_ROLES = [role.value for role in EntryRole]
_VERDICTS = ["", *(verdict.value for verdict in Verdict), Action.ASK.value]
_MARKS = ["", "differs", "spelling"]
_PER_MILLE = 1_000
_TENTHS = 10
_UNTOLD = -1
"""Instead of a probability that is not told."""


def pack(desk: Desk, name: str = "") -> Packed:
    """The desk for the script; the same desk gives the same values.

    What ``name`` answered bears it as it is here, in whatever letters it was typed: the page knows
    it by that.
    """
    packer = _Packer([CaseWords(language) for language in LANGUAGES])
    facts = desk.facts
    cases = [packer.case(place, desk) for place in range(len(desk.cases))]
    entries = [row for desk_case in desk.cases for row in packer.entries(desk_case)]
    falls = [list(packer.waterfall(desk_case.case.why)) for desk_case in desk.cases]
    answers = {
        str(place): [
            packer.answer(answer, desk_case, name) for answer in desk_case.answers
        ]
        for place, desk_case in enumerate(desk.cases)
        if desk_case.answers
    }
    return {
        "format": FORMAT,
        "run": desk.run,
        "constituency": facts.constituency,
        "cycle": facts.cycle,
        "today": facts.today.isoformat(),
        "fields": list(CASE_FIELDS),
        "codes": {
            "kinds": _KINDS,
            "states": _STATES,
            "proposals": _PROPOSALS,
            "roles": _ROLES,
            "verdicts": _VERDICTS,
            "marks": _MARKS,
            "reasons": list(REASONS),
        },
        "cases": _columns(cases),
        "entries": _columns(entries),
        "waterfalls": falls,
        "answers": answers,
        "strings": packer.strings,
        "texts": dict(zip(LANGUAGES, packer.texts_by_language(), strict=True)),
    }


def _columns(rows: Sequence[Packed]) -> dict[str, list[Any]]:
    """Rows as a list for each column."""
    names = rows[0].keys() if rows else ()
    return {name: [row[name] for row in rows] for name in names}


@dataclass(slots=True)
class _Packer:
    """Gives each text its number."""

    words: Sequence[CaseWords]
    strings: list[str] = field(default_factory=lambda: [""])
    texts: list[tuple[str, ...]] = field(default_factory=list)
    _numbers: dict[str | tuple[str, ...], int] = field(default_factory=dict)

    def texts_by_language(self) -> Iterator[list[str]]:
        """Of each language the texts, behind an empty one at 0."""
        for place in range(len(self.words)):
            yield ["", *(text[place] for text in self.texts)]

    def string(self, text: str | None) -> int:
        """The number of a text that no language changes."""
        if not text:
            return 0
        if text not in self._numbers:
            self._numbers[text] = len(self.strings)
            self.strings.append(text)
        return self._numbers[text]

    def text(self, by_language: Iterable[str]) -> int:
        """The number of a text in every language."""
        texts = tuple(by_language)
        if len(set(texts)) == 1:
            return self.string(texts[0])
        if texts not in self._numbers:
            self.texts.append(texts)
            self._numbers[texts] = -len(self.texts)
        return self._numbers[texts]

    def value(self, value: Value) -> int:
        """The number of what a cell shows."""
        if value is None or isinstance(value, str):
            return self.string(value)
        return self.text(words.say(value) for words in self.words)

    def case(self, place: int, desk: Desk) -> Packed:
        """One row of the cases."""
        one = desk.cases[place]
        case = one.case
        sentence = self.text(desk.sentences[language][place] for language in LANGUAGES)
        return {
            "id": case.case_id,
            "number": case.number,
            "kind": _KINDS.index(case.kind),
            "probability": _UNTOLD
            if case.is_blind
            else round(case.probability * _PER_MILLE),
            "state": _STATES.index(one.state),
            "proposal": _PROPOSALS.index(one.proposal),
            "size": len(case.members),
            "seen": one.seen,
            "sentence": sentence,
            "title": self.string(case.title),
            "due": self.string(one.due),
            "reason": REASONS.index(usual_reason(case)),
        }

    def entries(self, desk_case: DeskCase) -> Iterator[Packed]:
        """The rows of the entries of a case."""
        for member in desk_case.case.members:
            cells = {
                name: self.value(cell.value)
                for name, cell in zip(CASE_FIELDS, member.cells, strict=True)
            }
            place = member.place
            yield {
                "id": member.entry_id,
                "role": _ROLES.index(member.role),
                "reason": self.reason(member, desk_case.case),
                "verdict": _VERDICTS.index(member.verdict or ""),
                **cells,
                "marks": _marks(member),
                "constituency": place.constituency or 0,
                "precinct": place.precinct or 0,
                "file": self.string(place.file),
                "sheet": self.string(place.sheet),
                "line": place.line or 0,
                "list": self._list_kind(member.list_kind),
                "before": self.text("; ".join(w.before(member)) for w in self.words),
            }

    def reason(self, member: Member, case: Case) -> int:
        """The number of why its role is proposed; a second reader is not told."""
        if case.is_blind:
            return 0
        return self.text(w(f"reason.{member.reason}") for w in self.words)

    def _list_kind(self, kind: str) -> int:
        """The number of the word for a list that is not the permanent one."""
        if kind == "permanent":
            return 0
        return self.text(w(f"list-kind.{kind}") for w in self.words)

    def waterfall(self, why: Waterfall | None) -> Iterator[int]:
        """Three numbers a line: what was compared, what was found, the bits in tenths."""
        if why is None:
            return
        for lines in zip(*(words.lines(why) for words in self.words), strict=True):
            yield self.text(what for what, _, _ in lines)
            yield self.text(found for _, found, _ in lines)
            yield round(lines[0][2] * _TENTHS)

    def answer(self, answer: DeskAnswer, desk_case: DeskCase, name: str) -> Packed:
        """What one person answered, with a verdict for each entry of the case."""
        verdicts = [
            _VERDICTS.index(answer.verdicts.get(member.entry_id, ""))
            for member in desk_case.case.members
        ]
        return {
            "by": name if is_same_person(answer.by, name) else answer.by,
            "at": answer.at,
            "verdicts": verdicts,
            "reason": answer.reason or "",
            "due": answer.due or "",
        }


def _marks(member: Member) -> int:
    """The marks of the cells, two bits each, the first in the lowest."""
    number = 0
    for place, cell in enumerate(member.cells):
        number |= _MARKS.index(cell.mark) << (2 * place)
    return number
