"""Rules of the user's own: pairs forced apart or together, keys, shares and levels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypedDict

import numpy as np
import pandas as pd
import pyarrow as pa

from voterlist.api.frames import refusal
from voterlist.api.models import fixed_shares, words_of
from voterlist.link.cluster import components
from voterlist.link.comparisons.vectors import Comparisons
from voterlist.link.encode import ADDED
from voterlist.link.keys import Key
from voterlist.link.types import OwnRules

Entry = str | int | tuple[str, str | int]
"""An entry id; of several frames with the name of its frame before it."""
Couples = pd.DataFrame | Iterable[tuple[Entry, Entry]]
"""Pairs of entries, or a frame with ``entry_l`` and ``entry_r``."""


class Rules(TypedDict, total=False):
    """What may be given as ``rules``."""

    apart: Couples
    """Pairs that stand in no common cluster."""
    together: Couples
    """Pairs that stand in one cluster, whatever the model says."""
    blocking: Sequence[str | Sequence[str]]
    """Fields in which two entries are compared that agree in all of them, such as
    ``["surname", "birth_date"]``."""
    shares: Mapping[str, Mapping[str, float]]
    """Shares of one person's pairs that are fixed: ``{"surname": {"misspelt": 0.05}}``."""
    most_levels: Mapping[str, int]
    """How many levels of a comparison are told apart at most: ``{"surname": 3}``."""


_FIELDS = {
    "surname": "stem",
    "given_name": "given_name",
    "patronymic": "patronymic",
    "surname_initial": "stem_initial",
    "given_name_initial": "given_name_initial",
    "patronymic_initial": "patronymic_initial",
    "birth_date": "date",
    "birth_year": "year",
    "birth_month": "month",
    "birth_day": "day",
    "address": "address",
    "street": "street",
    "house": "house",
    "document": "document",
    "fin": "fin",
    "constituency": "constituency",
    "precinct": "precinct",
}
"""What a field of a key is called here -> in the engine."""
_SPLITS = ("date", "given_name", "stem")
"""By what too large a block is split."""


Place = Callable[[Entry, int], int]
"""The position of an entry, the first or the second of a pair; refuses an unknown one."""


def read_rules(
    rules: Rules, ids: pa.Array, compared: Comparisons, place: Place
) -> OwnRules:
    """The rules as the linkage takes them of a list with these marked ids.

    Raises:
        UsageError: a rule is none, two contradict each other, or there is no such entry.
    """
    shaped = [rules, *(rules.get(name, {}) for name in ("shares", "most_levels"))]
    if not all(isinstance(rule, Mapping) for rule in shaped):
        todo = "Give rules, their shares and their most_levels each as a dict."
        raise refusal("rules are no dict.", todo)
    unknown = set(rules) - set(Rules.__annotations__)
    if unknown:
        names = ", ".join(Rules.__annotations__)
        raise refusal("there is no such rule.", f"The rules are {names}.")
    apart = _positions(rules.get("apart", ()), place)
    together = _positions(rules.get("together", ()), place)
    # A pair is told by its number: an id may be a cell of the list.
    left, right = np.array(together, np.int32).reshape(-1, 2).T
    brought_to = components(len(ids), left, right)
    for number, (one, other) in enumerate(apart, 1):
        if brought_to[one] == brought_to[other]:
            raise refusal(
                f"pair {number} of apart is brought together by rules of together.",
                "Take one of the rules out.",
            )
    most_levels = dict(rules.get("most_levels", {}))
    for field, most in most_levels.items():
        words_of(field, compared)
        if not isinstance(most, int) or most < 1:
            raise refusal(
                f"most_levels of {field} is no number of levels.", "Give 1 or more."
            )
    return OwnRules(
        shares=fixed_shares(rules.get("shares", {}), compared),
        most_levels=most_levels,
        keys=_keys(rules.get("blocking", ()), compared),
        apart=_table(apart, ids),
        together=_table(together, ids),
    )


def _positions(couples: Couples, place: Place) -> list[tuple[int, int]]:
    """The positions of the two entries of each pair."""
    if isinstance(couples, pd.DataFrame):
        if not {"entry_l", "entry_r"} <= set(couples.columns):
            raise refusal("the frame of pairs lacks entry_l or entry_r.", "Give both.")
        sides = []
        for side in "lr":
            ids = couples[f"entry_{side}"].tolist()
            has_lists = f"list_{side}" in couples.columns
            lists = couples[f"list_{side}"].tolist() if has_lists else None
            sides.append(list(zip(lists, ids, strict=True)) if lists else ids)
        couples = zip(*sides, strict=True)
    if not isinstance(couples, Iterable):
        raise refusal("a rule is about pairs.", "Give a list of them.")
    positions = []
    for couple in couples:
        if not isinstance(couple, tuple | list) or len(couple) != 2:
            raise refusal("a rule is about pairs.", "Give tuples of two entry ids.")
        left, right = place(couple[0], 0), place(couple[1], -1)
        if left == right:
            raise refusal("a pair is twice the same entry.", "Give two of them.")
        positions.append((min(left, right), max(left, right)))
    return positions


def _table(positions: list[tuple[int, int]], ids: pa.Array) -> pa.Table | None:
    if not positions:
        return None
    left, right = np.array(positions).T
    return pa.table({"entry_l": ids.take(left), "entry_r": ids.take(right)})


def _keys(
    blocking: Sequence[str | Sequence[str]], compared: Comparisons
) -> tuple[Key, ...]:
    known = _FIELDS | {name: ADDED + name for name in compared.added_kinds}
    keys = []
    for rule in blocking:
        names = [rule] if isinstance(rule, str) else list(rule)
        if not names or not set(names) <= set(known):
            told = ", ".join(known)
            raise refusal(
                "a blocking rule has an unknown field.", f"Fields are {told}."
            )
        fields = tuple(known[name] for name in names)
        splits = tuple(split for split in _SPLITS if split not in fields)
        keys.append(Key(f"own:{'+'.join(names)}", fields, splits))
    return tuple(keys)
