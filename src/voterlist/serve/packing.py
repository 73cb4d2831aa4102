"""What the page's script is sent: the list of all cases without a cell, and one case whole."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from voterlist.catalogue import LANGUAGES
from voterlist.desk import Desk, packed
from voterlist.report.sections.cases import CASE_FIELDS
from voterlist.serve.case import Case

__all__ = ["pack_case", "pack_list", "pack_state", "unread_list"]

Packed: TypeAlias = dict[str, Any]

_NEUTRAL = ("id", "role", "marks", "verdict", "constituency", "precinct")
"""What the list says of an entry: where it stands, and no cell of it."""
_CELLS = (*CASE_FIELDS, "reason", "file", "sheet", "line", "list", "before")


def unread_list(desk: Desk) -> Packed:
    """All cases for the list, as a run left them; what their entries say is sent case by case.

    The name by which the list calls a case is all that it says of a person.
    """
    whole = packed(desk)
    count = len(desk.cases)
    strings, titles = _numbered_anew(whole["strings"], whole["cases"].get("title", []))
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
        "strings": strings,
        "texts": {language: [""] for language in LANGUAGES},
    }


def pack_list(unread: Packed, cases: Collection[Case]) -> Packed:
    """The list with the cases as they stand now."""
    states, verdicts = (unread["codes"][name] for name in ("states", "verdicts"))
    strings = list(unread["strings"])
    due = []
    for one in cases:
        due.append(len(strings) if one.desk.due else 0)
        strings += [one.desk.due] if one.desk.due else []
    rows = unread["cases"] | {
        "state": [states.index(one.desk.state) for one in cases],
        "due": due,
        "knows": [one.knows for one in cases],
    }
    said = [
        verdicts.index(member.verdict or "")
        for one in cases
        for member in one.desk.case.members
    ]
    entries = unread["entries"] | {"verdict": said}
    return {**unread, "cases": rows, "entries": entries, "strings": strings}


def pack_case(desk: Desk, case: Case) -> Packed:
    """One case whole, with what everybody answered about it."""
    sentences = {
        language: (said[case.place],) for language, said in desk.sentences.items()
    }
    whole = packed(replace(desk, cases=(case.desk,), sentences=sentences))
    names = ("cases", "entries", "strings", "texts")
    return {
        **{name: whole[name] for name in names},
        "waterfall": whole["waterfalls"][0],
        "answers": whole["answers"].get("0", []),
        "place": case.place,
        "knows": case.knows,
    }


def pack_state(desk: Desk, case: Case) -> Packed:
    """How a case stands, without a cell of it."""
    blank = dict.fromkeys(LANGUAGES, ("",))
    whole = packed(replace(desk, cases=(case.desk,), sentences=blank))
    return {
        "place": case.place,
        "state": whole["cases"]["state"][0],
        "verdicts": whole["entries"]["verdict"],
        "knows": case.knows,
        "answers": whole["answers"].get("0", []),
    }


def _numbered_anew(
    strings: Sequence[str], numbers: Sequence[int]
) -> tuple[list[str], list[int]]:
    """The texts that are used, and the numbers with which they are found among these."""
    kept = [""]
    places = {0: 0}
    for number in numbers:
        if number not in places:
            places[number] = len(kept)
            kept.append(strings[number])
    return kept, [places[number] for number in numbers]
