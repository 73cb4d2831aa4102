"""A case as it stands now; cases as plain values: the list for all, each for who asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from voterlist.catalogue import LANGUAGES, catalogue
from voterlist.decisions.given import is_same_person
from voterlist.desk.data import Desk, DeskCase
from voterlist.desk.pack import pack
from voterlist.model import frozen
from voterlist.report.sections.cases.model import CASE_FIELDS
from voterlist.report.to_review import blind_case


@frozen
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
        if not self.first or any(is_same_person(first, name) for first in self.first):
            return self.desk
        return DeskCase(case=blind_case(self.desk.case), seen=self.desk.seen)


Packed = dict[str, Any]

_NEUTRAL = ("id", "role", "marks", "verdict", "constituency", "precinct")
"""What the list says of an entry: where it stands, and no cell of it."""
_TELLING = ("kind", "probability", "proposal", "reason", "state")
"""What the list says of a case, and the program or somebody else found of it."""
_CELLS = (*CASE_FIELDS, "reason", "file", "sheet", "line", "list", "before")


def unread_list(desk: Desk) -> Packed:
    """All cases for the list, as a run left them; what their entries say is sent case by case.

    The name by which the list calls a case is all that it says of a person.
    """
    whole = pack(desk)
    count = len(desk.cases)
    # The entry that is proposed to be kept comes first: a second reader is not to know which.
    names = [blind_case(case.case).title for case in desk.cases]
    numbers: dict[str, int] = {"": 0}
    titles = [numbers.setdefault(name, len(numbers)) for name in names]
    rows = whole["cases"] | {"title": titles, "sentence": [0] * count}
    entries = {name: whole["entries"].get(name, []) for name in _NEUTRAL}
    blank = [0] * len(entries["id"])
    entries |= dict.fromkeys(_CELLS, blank)
    return {
        **whole,
        "cases": rows,
        "entries": entries,
        "waterfalls": [[]] * count,
        "answers": {},
        "strings": list(numbers),
        "texts": {language: [""] for language in LANGUAGES},
    }


def pack_list(desk: Desk, unread: Packed, cases: Sequence[Case], name: str) -> Packed:
    """The list with the cases as they stand now, as this person sees them."""
    states, verdicts = (unread["codes"][name] for name in ("states", "verdicts"))
    strings, due = list(unread["strings"]), []
    rows = {column: list(unread["cases"].get(column, [])) for column in _TELLING}
    entries = {column: list(unread["entries"][column]) for column in _NEUTRAL}
    first = 0
    for place, case in enumerate(cases):
        shown = case.shown_to(name)
        own = slice(first, first + len(shown.case.members))
        first = own.stop
        due.append(len(strings) if shown.due else 0)
        strings += [shown.due] if shown.due else []
        if shown is case.desk:
            said = [member.verdict or "" for member in shown.case.members]
            rows["state"][place] = states.index(shown.state)
            entries["verdict"][own] = map(verdicts.index, said)
            continue
        # A second reader is not to know what the program or somebody else found.
        whole = _alone(desk, shown, name)
        for column in _TELLING:
            rows[column][place] = whole["cases"][column][0]
        for column in _NEUTRAL:
            entries[column][own] = whole["entries"][column]
    knows = [case.knows for case in cases]
    return {
        **unread,
        "cases": {**unread["cases"], **rows, "due": due, "knows": knows},
        "entries": {**unread["entries"], **entries},
        "strings": strings,
    }


def pack_case(desk: Desk, case: Case, name: str) -> Packed:
    """One case whole, as this person sees it."""
    shown = case.shown_to(name)
    sentences = {
        language: catalogue(language)("quality.blind")
        if shown.case.is_blind
        else said[case.place]
        for language, said in desk.sentences.items()
    }
    whole = _alone(desk, shown, name, sentences)
    names = ("cases", "entries", "strings", "texts")
    return {
        **{name: whole[name] for name in names},
        "waterfall": whole["waterfalls"][0],
        "answers": whole["answers"].get("0", []),
        "place": case.place,
        "knows": case.knows,
    }


def pack_state(desk: Desk, case: Case, name: str) -> Packed:
    """How a case stands for this person, without a cell of it."""
    whole = _alone(desk, case.shown_to(name), name)
    return {
        "place": case.place,
        "state": whole["cases"]["state"][0],
        "verdicts": whole["entries"]["verdict"],
        "knows": case.knows,
        "answers": whole["answers"].get("0", []),
    }


def _alone(
    desk: Desk,
    shown: DeskCase,
    name: str,
    sentences: Mapping[str, str] | None = None,
) -> Packed:
    """A case as if there were no other."""
    said = sentences or dict.fromkeys(LANGUAGES, "")
    alone = {language: (sentence,) for language, sentence in said.items()}
    return pack(replace(desk, cases=(shown,), sentences=alone), name)
