"""A kind of input that is damaged: what it is when it is whole, and how it is handed over."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Damage", "Subject", "WrongError"]

Damage = Callable[[bytes, random.Random, bytes], tuple[str, bytes]]
"""A whole input, a dice and another input: what was done, and what came of it."""


class WrongError(Exception):
    """A law does not hold; says which, without a cell."""


@dataclass(frozen=True)
class Subject:
    """A kind of input.

    Attributes:
        wholes: inputs that are as they should be.
        take: hands an input over; how it ended, in a word. Raises ``WrongError``, and whatever the
            program raises.
        inputs: of a trial; as many as take some seconds.
        damage: damages one in a way of its own; None: as ``mutators.damaged`` does.
    """

    wholes: Sequence[bytes]
    take: Callable[[bytes], str]
    inputs: int
    damage: Damage | None = None
