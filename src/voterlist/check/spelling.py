"""Spellings that hardly anybody has, one letter from a name that very many have.

Slips of the keyboard.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from voterlist.check.register import Flags, Register, RegisterTest
from voterlist.model import Rule, Severity, Unit
from voterlist.schemas import FINDING
from voterlist.tables import codes, concat

__all__ = ["TESTS", "misspelt"]

NAME_MISSPELT = Rule(
    "name-misspelt",
    Severity.NOTE,
    Unit.ENTRY,
    "Election Code, art. 46.1: the lists are verified for repetitions and inaccuracies; a slip of one letter is rare"
    " beside the name that it spoils",
)

_SHORTEST = 5
"""Shorter names are one letter from each other too often (Əli, Vəli)."""
_AT_A_TIME = 4_096
_SPELLED = {
    "surname": ("surname_stem", None),
    "given_name": ("given_skeleton", "given_sex"),
    "patronymic": ("patronymic_skeleton", None),
}
"""Field -> the column that is counted, and the one in which a known name has a value."""


def misspelt(
    names: Sequence[str], counts: np.ndarray[tuple[int], np.dtype[np.int64]], times: int
) -> Flags:
    """For each distinct name: is it one letter from a name that stands at least ``times`` as often?

    A letter more, less, another, or two exchanged; never the first (Vəliyev is no slip for Əliyev),
    and never the last one more or less, by which a woman's name differs from a man's (Samir,
    Samirə).
    """
    found = np.zeros(len(names), dtype=bool)
    words = np.array(names, dtype=object)
    often = words[counts >= times]
    long_enough = np.array([len(name) >= _SHORTEST for name in names], dtype=bool)
    seldom = np.flatnonzero(long_enough & (counts * times <= counts.max(initial=0)))
    held = counts[counts >= times]
    for start in range(0, len(seldom), _AT_A_TIME):
        at = seldom[start : start + _AT_A_TIME]
        near = cdist(words[at], often, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8) == 1
        near &= held[None, :] >= times * counts[at][:, None]
        for slip, name in zip(*np.nonzero(near), strict=True):
            found[at[slip]] |= _is_slip(words[at[slip]], often[name])
    return found


def _is_slip(seldom: str, often: str) -> bool:
    """Of two names one letter apart.

    True where the letter is neither the first nor a last one more or less.
    """
    return seldom[0] == often[0] and seldom[:-1] != often and often[:-1] != seldom


def name_misspelt(register: Register) -> pa.Table:
    """Entries with a name that is a letter from one very much more frequent in the whole list.

    A given name that is known to be one is left alone however rare it is.
    """
    times = register.settings.least_times_as_frequent
    found = []
    for field, (column, known) in _SPELLED.items():
        code, distinct = codes(register.voters.column(column))
        counts = np.bincount(code[code >= 0], minlength=len(distinct))
        flags = np.append(misspelt(distinct.to_pylist(), counts, times), False)[code]
        if known is not None:
            flags &= ~register.known(known)
        found.append(register.entry_findings(NAME_MISSPELT, flags, field=field))
    return concat(found, FINDING)


TESTS = (RegisterTest(NAME_MISSPELT, name_misspelt),)
