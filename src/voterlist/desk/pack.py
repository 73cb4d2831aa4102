"""The desk as plain values for the page's script, small enough for 20,000 cases in one file.

A table is a list for each column. A text stands once, in ``strings`` where it is the same in every
language, else in ``texts``; a cell is its number there: 0 nothing, above 0 of ``strings``, below 0
of ``texts``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from voterlist.catalogue import LANGUAGES
from voterlist.decisions.given import is_same_person
from voterlist.desk.data import (
    Desk,
    DeskAnswer,
    DeskCase,
    Proposal,
    State,
    usual_reason,
)
from voterlist.desk.decisions import REASONS
from voterlist.model import Action, CaseKind, EntryRole, Verdict
from voterlist.report.sections.cases.model import (
    CASE_FIELDS,
    Case,
    CaseWords,
    Member,
    Waterfall,
)
from voterlist.report.values import Value

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
