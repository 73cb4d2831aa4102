"""Why something may be done to an entry: the grounds, as data of ``grounds.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources


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


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground; the catalogue has its words under ``ground.<code>.title``."""

    code: str
    actions: frozenset[str]
    """What it may carry: codes of ``Action``, ``accept``, or ``repeat`` of a case."""
    of_person: bool
    """True where it takes the person off every list: it may take a person's last entry."""
    needs: frozenset[Need]
    registers: frozenset[str]
    """The registers whose rows are evidence for it."""
    article: str | None = None
    """Of the Election Code of Azerbaijan; None where none is needed."""
    verified: bool = False
    """True where the wording of the article was read, at ``source``."""
    source: str | None = None
    """The address at which it was read: a translation, or an extract."""


@cache
def grounds() -> Mapping[str, Ground]:
    """Every ground by its code, in the order in which they are offered."""
    text = (resources.files(__package__) / "grounds.toml").read_text(encoding="utf-8")
    return {
        code: Ground(
            code=code,
            actions=frozenset(cells["actions"]),
            of_person=cells["of_person"],
            needs=frozenset(Need(need) for need in cells["needs"]),
            registers=frozenset(cells.get("registers", ())),
            article=cells.get("article"),
            verified=cells.get("verified", False),
            source=cells.get("source"),
        )
        for code, cells in tomllib.loads(text).items()
    }


def grounds_for(action: str) -> tuple[Ground, ...]:
    """The grounds that may carry an action, in the order in which they are offered."""
    return tuple(ground for ground in grounds().values() if action in ground.actions)
