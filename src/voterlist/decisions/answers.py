"""What may be answered, and on which ground: ``answers.toml`` and ``grounds.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from itertools import chain

from voterlist.fields import CORRECTED, NAMES
from voterlist.model import Action, Mark


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


SHEETS = ("strikings", "corrections", "additions", "moves", "other")
"""The sheets of a review workbook on which findings stand, in this order."""


@dataclass(frozen=True, slots=True)
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
    text = (resources.files(__package__) / "answers.toml").read_text(encoding="utf-8")
    by_rule: dict[str, Answers] = {}
    for cells in tomllib.loads(text)["answers"]:
        answers = Answers(
            sheet=cells["sheet"],
            actions=tuple(cells["actions"]),
            fields=tuple(
                chain.from_iterable(_GROUPS.get(one, (one,)) for one in cells["fields"])
            ),
            ground=cells["ground"],
            register=cells.get("register"),
            destination=cells.get("destination"),
            by_name_too=cells.get("by_name_too", False),
        )
        by_rule |= dict.fromkeys(cells["rules"], answers)
    return by_rule


def answers_of(rule: str) -> Answers:
    """The answers that make sense for the findings of a rule."""
    return answers_by_rule().get(rule, OF_PLACE)
