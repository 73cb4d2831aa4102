"""E-mail addresses, without capitals."""

from __future__ import annotations

import numpy as np

from voterlist.arrays import Levels, Words
from voterlist.link.comparisons.base import Evidence, Level
from voterlist.link.comparisons.kind import Kind, one_edit, similar, strongest


class EmailLevel(Level):
    """The levels of two e-mail addresses."""

    SAME = 1, 1.0, Evidence.VALUE
    SAME_USER = 2, 0.9
    """What stands before the @ is the same."""
    ONE_EDIT = 3, 0.8
    SIMILAR = 4, 0.5
    DIFFERS = 5
    MISSING = 0


def _fold(text: str) -> str:
    return "".join(text.split()).casefold()


def _distinct(one: Words, other: Words) -> Levels:
    users = [
        first.partition("@")[0] == second.partition("@")[0]
        for first, second in zip(one, other, strict=True)
    ]
    return strongest(
        EmailLevel.DIFFERS,
        (EmailLevel.SIMILAR, similar(one, other)),
        (EmailLevel.ONE_EDIT, one_edit(one, other)),
        (EmailLevel.SAME_USER, np.array(users, np.bool_)),
    )


KIND = Kind(_fold, EmailLevel, _distinct)
