"""What coincidence alone would give in a list.

For each kind of agreement, pairs expected beside pairs found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voterlist.arrays import Codes
from voterlist.chance import AGREEMENTS, PersonFields, pairs_of
from voterlist.link.encode import Encoded
from voterlist.link.fields import field


@dataclass(frozen=True, slots=True)
class Chance:
    """One kind of agreement in a list.

    Pairs found are those of one person, of relatives and of unrelated people alike.
    """

    agreement: str
    expected: float
    """Pairs that unrelated people of one sex would make, were their names and dates independent."""
    found: int


def chance(entries: Encoded, groups: Codes | None = None) -> tuple[Chance, ...]:
    """Expected and found pairs for each of ``AGREEMENTS``, as the register tests count them.

    With ``groups``, pairs of two entries of one group do not count; -1 is no group.
    """
    columns = [
        np.asarray(field(entries, name), np.int32)
        for name in ("stem", "given_name", "patronymic", "year", "date")
    ]
    pairs = pairs_of(
        PersonFields(entries.sex + 1, *columns),
        np.zeros(entries.size, np.int64),
        1,
        groups,
    )
    return tuple(
        Chance("+".join(agreement), float(expected[0]), int(counts[0]))
        for agreement, expected, counts in zip(AGREEMENTS, *pairs, strict=True)
    )
