"""Which answers make sense for which finding: ``answers.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from voterlist.fields import CORRECTED
from voterlist.model import Action, Mark

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


@cache
def answers_by_rule() -> Mapping[str, Answers]:
    """The answers of the rules whose findings name an entry, by the code of the rule."""
    text = (resources.files(__package__) / "answers.toml").read_text(encoding="utf-8")
    by_rule: dict[str, Answers] = {}
    for cells in tomllib.loads(text)["answers"]:
        answers = Answers(
            sheet=cells["sheet"],
            actions=tuple(cells["actions"]),
            fields=tuple(cells["fields"]),
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
