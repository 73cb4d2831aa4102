"""Commissions, and who may send what to whom."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from voterlist.custody.refusals import refusal
from voterlist.facts import CONSTITUENCY_NUMBERS
from voterlist.model import Level

_LONGEST_NAME = 200

Place = tuple[Level, int | None, int | None]
"""Level, constituency and precinct: which commission it is, whatever its name."""


class Frozen(BaseModel):
    """What is written as canonical JSON: nothing beside its fields, no other types, no changes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Kind(StrEnum):
    """What a package is for."""

    SUBMIT = "submit"
    """Lists and decisions, handed over to the commission above."""
    RETURN = "return"
    """Cases and proposals, handed down."""
    RECEIPT = "receipt"
    """The receiver of a package confirms it."""


def as_written(name: str) -> str:
    """A name as a person typed it, in the one form that is written."""
    return unicodedata.normalize("NFC", name).strip()


def _in_one_line(name: str) -> str:
    """The name, where it is in that form and fits into one line of a message."""
    if name != as_written(name) or not name.isprintable():
        raise ValueError("no name")
    return name


Digest = Annotated[str, Field(pattern=r"\A[0-9a-f]{64}\z")]
"""SHA-256, or a public key of Ed25519, in hexadecimal digits."""
Constituency = Annotated[
    int, Field(ge=CONSTITUENCY_NUMBERS.start, lt=CONSTITUENCY_NUMBERS.stop)
]
_Precinct = Annotated[int, Field(ge=1, le=9999)]
Name = Annotated[
    str, Field(min_length=1, max_length=_LONGEST_NAME), AfterValidator(_in_one_line)
]


class Commission(Frozen):
    """A commission by its level and numbers. The name is for people; it tells nobody apart."""

    level: Level
    constituency: Constituency | None
    precinct: _Precinct | None
    name: Name

    @model_validator(mode="after")
    def _has_the_numbers_of_its_level(self) -> Commission:
        numbers = (self.constituency is not None, self.precinct is not None)
        if numbers != _NUMBERS[self.level]:
            raise ValueError("other numbers than its level has")
        return self

    @classmethod
    def of(
        cls, level: Level, constituency: int | None, precinct: int | None, name: str
    ) -> Commission:
        """A commission from what a person wrote.

        Raises:
            CustodyError: ``commission-unusable``: the name is empty, too long or not printable, or
                the numbers are not those that its level has.
        """
        written = as_written(name)
        try:
            return cls(
                level=level, constituency=constituency, precinct=precinct, name=written
            )
        except ValidationError:
            raise refusal("commission-unusable", level=level.value) from None

    @property
    def place(self) -> Place:
        """Which commission it is."""
        return (self.level, self.constituency, self.precinct)

    @property
    def slug(self) -> str:
        """The place in ASCII for names of files: ``cec``, ``conec-088``, ``pec-088-0012``."""
        parts: list[str] = [self.level.value]
        if self.constituency is not None:
            parts.append(f"{self.constituency:03}")
        if self.precinct is not None:
            parts.append(f"{self.precinct:04}")
        return "-".join(parts)


_NUMBERS: dict[Level, tuple[bool, bool]] = {
    Level.CEC: (False, False),
    Level.CONEC: (True, False),
    Level.PEC: (True, True),
}
"""Of each level: whether it has a constituency, and a precinct."""

_UP = frozenset({(Level.PEC, Level.CONEC), (Level.CONEC, Level.CEC)})
_DOWN = frozenset((receiver, sender) for sender, receiver in _UP)
_WAYS = {Kind.SUBMIT: _UP, Kind.RETURN: _DOWN, Kind.RECEIPT: _UP | _DOWN}
"""The levels of sender and receiver of each kind of package."""


def may_send(
    kind: Kind, sender: Commission, receiver: Commission, constituency: int
) -> bool:
    """True where a package of this kind can go from one commission to the other.

    Packages go one level up or down, and are about the constituency that both have.
    """
    way = sender.level, receiver.level
    numbers = {sender.constituency, receiver.constituency} - {None}
    return way in _WAYS[kind] and numbers == {constituency}
