"""People who work with the lists: one person, however the name is typed.

Decisions, the desk and the journal ask here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_SAME_LETTER = {ord("\u0131"): "i", 0x0307: None}
"""The i without a dot, and the dot that a capital I with one leaves behind."""


def is_same_person(one: str, other: str) -> bool:
    """True where two names of people who decide are one, but for capitals, blanks and points."""
    return person_key(one) == person_key(other)


def name_as_kept(name: str | None) -> str | None:
    """A name with composed letters and single blanks; None where nothing of it can be seen."""
    text = unicodedata.normalize("NFC", name or "")
    seen = (" " if _is_unseen(letter) else letter for letter in text)
    return " ".join("".join(seen).split()) or None


def _is_unseen(letter: str) -> bool:
    """True for control characters, and others without width."""
    return unicodedata.category(letter).startswith("C")


def person_key(name: str) -> str:
    """What two ways to type one name have in common."""
    folded = unicodedata.normalize("NFKC", name).casefold().translate(_SAME_LETTER)
    return "".join(filter(str.isalnum, folded)) or folded.strip()


class Spellings:
    """The names of people as they were typed first: who types theirs otherwise is no other person.

    Args:
        names: those that are known, in the order in which they came.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._first: dict[str, str] = {}
        for name in names:
            self._first.setdefault(person_key(name), name)

    def of(self, name: str | None) -> str | None:
        """The name as it was typed first; None where there is none."""
        kept = name_as_kept(name)
        return None if kept is None else self._first.setdefault(person_key(kept), kept)
