"""The code of a question of the checklist for the door, by which its answer finds it again.

A code is made from what is asked about whom, so the same question has the same code in every
printing. Its last letter is a check: with one wrong letter, or two exchanged ones, it is nobody's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

LETTERS = "23456789ABCDEFGHJKMNPQRTVWXYZ"
"""29 of them, a prime number; without those that look alike on paper."""
_LENGTH = 7
"""One in two hundred constituencies of 3,000 questions has two of one code (29**7 are possible)."""
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
    return _grouped("".join(LETTERS[value] for value in [*values, _check(values)]))


def read_code(text: str) -> str | None:
    """A code as somebody typed it, as ``code_of`` writes it; None where it is none."""
    typed = "".join(filter(str.isalnum, text.upper().translate(_CYRILLIC)))
    if len(typed) != _LENGTH + 1 or not set(typed) <= set(LETTERS):
        return None
    *values, check = (LETTERS.index(letter) for letter in typed)
    return _grouped(typed) if check == _check(values) else None


def _check(values: list[int]) -> int:
    """The last letter: with it the letters, each times its place from behind, give 0 modulo 29."""
    total = sum(place * value for place, value in enumerate(reversed(values), 2))
    return -total % len(LETTERS)


def _grouped(code: str) -> str:
    return f"{code[:_GROUP]}-{code[_GROUP:]}"
