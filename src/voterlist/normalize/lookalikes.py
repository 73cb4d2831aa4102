"""Different names that the letter classes would make one, and that are kept apart by a list.

``data/different_names.toml`` is the list; each name on it has a skeleton of its own, which its
spellings lead to.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from voterlist.normalize.letters import letters


@dataclass(frozen=True, slots=True)
class Different:
    """A name kept apart from the different one, ``unlike``, whose skeleton it would share."""

    name: str
    skeleton: str
    written: tuple[str, ...]
    """Spellings of this name alone."""
    stem: tuple[str, ...]
    """Spellings that mean this name only before a surname's ending."""
    unlike: str


@cache
def different_names() -> tuple[Different, ...]:
    """The names kept apart, in the order of the list."""
    shipped = resources.files("voterlist.normalize").joinpath(
        "data", "different_names.toml"
    )
    kept = tomllib.loads(shipped.read_text(encoding="utf-8"))
    return tuple(
        Different(
            name,
            row["skeleton"],
            tuple(row["written"]),
            tuple(row["stem"]),
            row["unlike"],
        )
        for name, row in kept.items()
    )


@cache
def _by_letters() -> tuple[dict[str, Different], dict[str, Different]]:
    """Letters to the name kept apart.

    Of whole words, and of what stands before a surname's ending.
    """
    whole = {
        letters(text): kept
        for kept in different_names()
        for text in (*kept.written, kept.skeleton)
    }
    stems = whole | {
        letters(text): kept for kept in different_names() for text in kept.stem
    }
    return whole, stems


def apart(folded: str, *, stem: bool = False) -> Different | None:
    """The name kept apart that has these ``letters``; None for any other.

    ``stem`` says that the letters stand before a surname's ending.
    """
    return _by_letters()[stem].get(folded)
