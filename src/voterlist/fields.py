"""The fields of an entry: ``fields.toml``, read once, and the lists of them that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from voterlist.shipped import shipped_toml

Use = Literal[
    "once",
    "required",
    "compared",
    "shared",
    "hashed",
    "corrected",
    "emptied",
    "travels",
    "displayed",
    "masked",
    "blocking",
]
Kind = Literal["", "name", "whole-name", "identifier", "place"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One record of ``fields.toml``, which says what each attribute means."""

    name: str
    meaning: str = ""
    since: int = 2
    kind: Kind = ""
    of: str = ""
    words: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    compared_as: str = ""
    differs_in: tuple[str, ...] = ()
    width: int = 12
    paper: int = 20
    uses: frozenset[Use] = frozenset()


def _read() -> dict[str, Field]:
    made = {}
    for name, cells in shipped_toml("voterlist", "fields.toml").items():
        for key in ("words", "elsewhere", "differs_in"):
            cells[key] = tuple(cells.get(key, ()))
        cells["uses"] = frozenset(cells.get("uses", ()))
        made[name] = Field(name=name, **cells)
    return made


FIELDS: Mapping[str, Field] = _read()
"""Every record by its name."""

CELLS = tuple(field for field in FIELDS.values() if field.meaning)
"""The columns of ENTRY that are cells of a list."""


def using(use: Use) -> tuple[str, ...]:
    """The fields of ENTRY with this use, in its order."""
    return tuple(field.name for field in CELLS if use in field.uses)


def of_kind(*kinds: Kind) -> tuple[str, ...]:
    """The fields of ENTRY of these kinds, in its order."""
    return tuple(field.name for field in CELLS if field.kind in kinds)


ENTRY_FIELDS = tuple(field.name for field in CELLS)
"""What an entry holds as written, in this order. ``number`` is the line number in the precinct's
list."""
LATER_FIELDS = tuple(field.name for field in CELLS if field.since > 1)
"""Those that ENTRY did not have from the beginning."""
HASHED = tuple(sorted(using("hashed"), key=lambda name: FIELDS[name].since))
"""What an entry id is made of. The line number is left out: it changes with every line inserted
above."""

NAME_PARTS = of_kind("name")
"""Surname, given name and patronymic."""
NAMES = of_kind("name", "whole-name")
"""The same, and the whole name in one cell."""
IDENTIFIERS = of_kind("identifier")
BORN = FIELDS["birth_date"].differs_in
"""The columns of VOTER with year, month and day of birth."""
PLACE = ("constituency", "precinct")
"""The columns that name a precinct."""

REQUIRED = using("required")
"""The fields that the law asks of every entry."""
COMPARED = using("compared")
"""The comparisons of every linkage."""
SHARED = using("shared")
"""Those with a term frequency of their own."""
CORRECTED = using("corrected")
"""The fields that can be corrected; a list is numbered anew, so ``number`` is none."""
EMPTIED = using("emptied")
"""Those that may be corrected to nothing."""

TRAVELLING = using("travels")
"""What stands beside an entry of a case and on the lists."""
CARRIED = tuple(name for name in TRAVELLING if name in LATER_FIELDS)
"""What only travels: shown as written, and not normalised."""
DISPLAYED = using("displayed")
MASKED = using("masked")


def name_in(cells: Mapping[str, str | None]) -> str:
    """The whole name of a row of cells, from its parts."""
    parts = (cells.get(name) for name in NAME_PARTS)
    return " ".join(filter(None, parts))
