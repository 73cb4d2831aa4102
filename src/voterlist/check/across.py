"""Entries that share a FIN, a document, or names and birth date across constituencies.

No constituency alone can say who shares what with another one. Each leaves a number for every
entry and kind of sharing; entries whose number stands in several constituencies are brought
together, and the same tests are asked of them as of the entries of one constituency.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import repeated, run_sizes
from voterlist.check.context import Context
from voterlist.check.identifiers import PERSON
from voterlist.check.rules import (
    document_shared,
    fin_shared,
    name_misspelt,
    same_entry_across_constituencies,
    two_fins,
)
from voterlist.findings import is_on
from voterlist.schemas import FINDING
from voterlist.shared_values import NO_KEY, row_keys
from voterlist.tables import concat

__all__ = ["KINDS", "across_findings", "keys_of", "shared_rows", "without_shared"]

Keys = np.ndarray[Any, np.dtype[np.uint64]]
Rows = np.ndarray[Any, np.dtype[np.int64]]

_NAMES = ("surname", "given_name", "patronymic")
_DATE = ("birth_year", "birth_month", "birth_day")
_FIELDS = {
    "fin": ("fin",),
    "document": ("document",),
    "person": PERSON,
    "names": (*_NAMES, *_DATE),
}
"""What two entries share, by the kind of sharing."""
_RULES = {
    "fin": fin_shared,
    "document": document_shared,
    "person": two_fins,
    "names": same_entry_across_constituencies,
}
KINDS = tuple(_FIELDS)


def keys_of(context: Context) -> dict[str, Keys]:
    """For each kind a number for each entry; 0 where the entry shares nothing of that kind."""
    return {kind: _keys(context, kind) for kind in KINDS}


def _keys(context: Context, kind: str) -> Keys:
    keys = row_keys(context.voters, _FIELDS[kind])
    if kind == "person":
        # Who has no FIN has not two.
        keys[~context.is_known("fin")] = NO_KEY
    return keys


def shared_rows(keys: Sequence[Keys]) -> list[Rows]:
    """For each constituency the rows whose number another constituency has too."""
    if not keys:
        return []
    every = np.concatenate(keys)
    sizes = [len(own) for own in keys]
    place = np.repeat(np.arange(len(keys)), sizes)
    known = np.flatnonzero(every != NO_KEY)
    rows = known[repeated(every[known])]
    shared = rows[_in_several(every[rows], place[rows])]
    starts = np.cumsum([0, *sizes])
    cuts = np.searchsorted(shared, starts)
    return [
        shared[first:last] - start
        for start, (first, last) in zip(starts, pairwise(cuts), strict=False)
    ]


def _in_several(keys: Keys, place: Rows) -> Rows:
    """Where the keys that stand in several places are, ascending; ``place`` ascends."""
    order = np.argsort(keys, kind="stable")
    sizes = run_sizes(keys[order])
    ends = np.cumsum(sizes)
    of_run = place[order]
    several = of_run[ends - sizes] != of_run[ends - 1]
    return np.sort(order[np.repeat(several, sizes)])


def across_findings(contexts: Mapping[str, Context]) -> pa.Table:
    """FINDING: what entries of several constituencies share.

    ``contexts`` holds, for each kind, all entries whose number stands in several constituencies.
    """
    found = [
        _RULES[kind].find(context)
        for kind, context in contexts.items()
        if is_on(_RULES[kind].RULE, context.settings)
    ]
    return concat(found, FINDING)


def without_shared(findings: pa.Table, shared: Mapping[str, pa.Array]) -> pa.Table:
    """The findings of a constituency without those that are said anew of all constituencies.

    ``shared`` holds, for each kind, the ids of the entries whose number stands elsewhere too. Which
    names are slips, the names of all say.
    """
    rule = findings.column("rule").cast(pa.string())
    is_other = pc.not_equal(rule, name_misspelt.RULE.code)
    findings, rule = findings.filter(is_other), rule.filter(is_other)
    for kind, ids in shared.items():
        is_anew = pc.and_(
            pc.equal(rule, _RULES[kind].RULE.code),
            pc.is_in(findings.column("entry_id"), value_set=ids),
        )
        kept = pc.invert(is_anew)
        findings, rule = findings.filter(kept), rule.filter(kept)
    return findings
