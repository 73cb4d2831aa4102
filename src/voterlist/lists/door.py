"""The checklist for the door: the code of each question, what may be answered, its file of answers.

A code is made from what is asked about whom, so the same question has the same code in every
printing. Its last letter is a check: with one wrong letter, or two exchanged ones, it is nobody's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from voterlist.lists.sheets import ABOUT_CASE
from voterlist.model import AtDoor
from voterlist.strict_json import read_saved

KIND = "voterlist-door"
VERSION = 1
_LONGEST = 2_000
"""Characters of what a person writes."""

_OF_ENTRY = (
    AtDoor.RIGHT,
    AtDoor.CORRECT,
    AtDoor.MOVED,
    AtDoor.DIED,
    AtDoor.UNKNOWN,
    AtDoor.ABSENT,
)
_OF_CASE = (AtDoor.SAME, AtDoor.APART, AtDoor.ABSENT)


def answers_to(question: Mapping[str, Any]) -> tuple[AtDoor, ...]:
    """What may be answered to a row of DOOR, in the order in which it is offered."""
    return _OF_CASE if question["about"] == ABOUT_CASE else _OF_ENTRY


LETTERS = "23456789ABCDEFGHJKMNPQRTVWXYZ"
"""29 of them, a prime number; without those that look alike on paper."""
_LENGTH = 7
"""There are 29**7: one in 4,000 constituencies of 3,000 questions has two of one code."""
_ASKED = (
    "entry_id",
    "about",
    "rule",
    "field",
    "reason",
    "finding_id",
    "case_id",
    "other_name",
    "other_address",
    "other_precinct",
)
"""The columns of DOOR that make a question."""
_GROUP = 4
_CYRILLIC = str.maketrans("АВСЕНКМРТХ", "ABCEHKMPTX")
"""Letters that a clerk with a Cyrillic keyboard types for these."""


def code_of(question: Mapping[str, Any]) -> str:
    """The code of a row of DOOR: eight letters and digits, in two groups."""
    content = json.dumps([question[name] for name in _ASKED], ensure_ascii=False)
    number = int.from_bytes(hashlib.sha256(content.encode()).digest()[:8], "big")
    values = []
    for _ in range(_LENGTH):
        number, value = divmod(number, len(LETTERS))
        values.append(value)
    return _group_digits("".join(LETTERS[value] for value in [*values, _check(values)]))


def read_code(text: str) -> str | None:
    """A code as somebody typed it, as ``code_of`` writes it; None where it is none."""
    typed = "".join(filter(str.isalnum, text.upper().translate(_CYRILLIC)))
    if len(typed) != _LENGTH + 1 or not set(typed) <= set(LETTERS):
        return None
    *values, check = (LETTERS.index(letter) for letter in typed)
    return _group_digits(typed) if check == _check(values) else None


def _check(values: list[int]) -> int:
    """The last letter: with it the letters, each times its place from behind, give 0 modulo 29."""
    total = sum(place * value for place, value in enumerate(reversed(values), 2))
    return -total % len(LETTERS)


def _group_digits(code: str) -> str:
    return f"{code[:_GROUP]}-{code[_GROUP:]}"


class DoorAnswer(BaseModel):
    """The answer to one question.

    Attributes:
        code: of the question, as ``code_of`` writes it.
        answer: what was answered.
        field: the field of ENTRY that should say something else; None of other answers.
        value: what it should say.
        note: what the person adds.
        time: when it was answered, by the clock of the telephone, in ISO 8601.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(max_length=_LONGEST)
    answer: AtDoor
    field: str | None = Field(default=None, max_length=_LONGEST)
    value: str = Field(default="", max_length=_LONGEST)
    note: str = Field(default="", max_length=_LONGEST)
    time: str = Field(default="", max_length=_LONGEST)


class DoorFile(BaseModel):
    """What one person answered on the page of one list.

    Attributes:
        kind: tells the file from others.
        version: of this form.
        cycle: of the run.
        run: the run that the page showed.
        constituency: of the list; None: it is not known.
        precinct: likewise.
        list_kind: permanent or temporary.
        file: as the page calls it.
        name: who asked at the door.
        saved: when, by the clock of the telephone.
        answers: one for each question that was answered.
        digest: the SHA-256 over the canonical JSON (RFC 8785) of all else.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["voterlist-door"]
    version: int
    cycle: str
    run: str
    constituency: int | None
    precinct: int | None
    list_kind: str
    file: str
    name: str = Field(max_length=_LONGEST)
    saved: str
    answers: list[DoorAnswer]
    digest: str


def read_door_file(content: bytes) -> DoorFile:
    """The answers of a file.

    Raises:
        SavedFileError: it is not whole, no such file, of a later version, or was changed.
    """
    return read_saved(content, KIND, VERSION, DoorFile.model_validate)
