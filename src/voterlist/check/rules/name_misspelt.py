"""Rule ``name-misspelt``: probably a slip in the name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from voterlist.arrays import Bools, Longs
from voterlist.check.context import Context
from voterlist.model import Rule
from voterlist.schemas import FINDING
from voterlist.tables import codes, concat

_COUNTED_COLUMN = {
    "surname": "surname_stem",
    "given_name": "given_skeleton",
    "patronymic": "patronymic_skeleton",
}
"""Field -> the column of which the spellings are counted."""
_SHORTEST = 5
"""Shorter names are one letter from each other too often (Əli, Vəli)."""
_AT_A_TIME = 4_096


def find(context: Context, rule: Rule) -> pa.Table:
    """Entries with a name that is a letter from one very much more frequent in the whole list.

    A given name that is known to be one is left alone however rare it is.
    """
    times = context.settings.least_times_as_frequent
    findings = []
    for field, column in _COUNTED_COLUMN.items():
        code, names = codes(context.voters.column(column))
        counts = np.bincount(code[code >= 0], minlength=len(names))
        # The last flag is of code -1, the missing name.
        is_slip = np.append(misspelt(names.to_pylist(), counts, times), False)[code]
        if field == "given_name":
            is_slip &= ~context.is_known("given_sex")
        is_slip &= ~context.lost_letters
        findings.append(context.entry_findings(rule, is_slip, field=field))
    return concat(findings, FINDING)


def misspelt(names: Sequence[str], counts: Longs, times: int) -> Bools:
    """For each distinct name whether it is one letter from a name ``times`` as frequent or more.

    A letter more, less, another, or two exchanged; never the first (Vəliyev is no slip for Əliyev),
    and never the last one more or less, by which a woman's name differs from a man's (Samir,
    Samirə).
    """
    flags = np.zeros(len(names), dtype=bool)
    words = np.array(names, dtype=object)
    is_frequent = counts >= times
    frequent, count_of_frequent = words[is_frequent], counts[is_frequent]
    is_long_enough = np.array([len(name) >= _SHORTEST for name in names], dtype=bool)
    is_rare = counts * times <= counts.max(initial=0)
    rare = np.flatnonzero(is_long_enough & is_rare)
    for start in range(0, len(rare), _AT_A_TIME):
        at = rare[start : start + _AT_A_TIME]
        distance = cdist(
            words[at], frequent, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8
        )
        is_near = (distance == 1) & (count_of_frequent >= times * counts[at][:, None])
        for row, other in zip(*np.nonzero(is_near), strict=True):
            flags[at[row]] |= _is_slip(words[at[row]], frequent[other])
    return flags


def _is_slip(rare: str, frequent: str) -> bool:
    """True where two names differ in a letter that is neither the first nor a last one added.

    The two must be one letter apart.
    """
    return rare[0] == frequent[0] and rare[:-1] != frequent and frequent[:-1] != rare
