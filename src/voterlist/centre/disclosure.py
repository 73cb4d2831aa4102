"""Counts of people -> counts that may be published; what is promised stands in docs/figures.md.

Each cell is rounded to a multiple of a base, down or up by a secret key. The same cell with the
same people is rounded the same way in every table and release. All sums but one are made of rounded
cells, so they tell nothing that the cells do not. The exception is how many voters a list has,
which is exact: where it would tell more than the rounded cells of the list, these are not
published.
"""

from __future__ import annotations

import hmac
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from voterlist.errors import usage_error
from voterlist.model import frozen

Place = tuple[Any, ...]
"""Constituency, precinct and kind of a list; None where it is not known, or of several."""
Parts = tuple[str, ...]
"""What is counted in a cell: age group and sex, change and ground, request and outcome."""
Counts = Mapping[Parts, int]
Lists = dict[Place, Counter[Parts]]

ROUNDING: Parts = ("rounding", "rounding")
"""What is missing from the rounded cells of a list to its exact number of voters."""
WITHHELD: Parts = ("withheld", "withheld")
"""The voters of a list whose cells are not published."""
TOGETHER = "together"


@frozen
class Rounding:
    """How cells are rounded: unbiased random rounding, whose lot is drawn by a key."""

    key: bytes = field(repr=False)
    base: int
    """No two of so many values, from 0, are told apart."""

    def rounded(self, count: int, *cell: Any) -> int:
        """The multiple of the base next to a count; on average over all keys the count itself.

        Args:
            count: people.
            cell: what names the cell, the same in every release.
        """
        lot = int.from_bytes(self._digest(*cell, count)) % self.base
        return (count + lot) // self.base * self.base

    def mark(self, *settings: Any) -> str:
        """By which two roundings are told apart, and nothing is learnt of the key."""
        return self._digest("mark", self.base, *settings).hex()[:16]

    def _digest(self, *parts: Any) -> bytes:
        return hmac.digest(self.key, json.dumps(parts).encode(), "sha256")

    def bounds(self, published: int) -> tuple[int, int]:
        """The smallest and the greatest count that is published so."""
        reach = self.base - 1
        return max(published - reach, 0), published + reach

    @property
    def least_change(self) -> int:
        """By so much the cells of a list together have changed before they are published anew.

        Then at least as many people as the base came, left or went from one cell to another, which
        counts twice.
        """
        return 2 * self.base - 1

    def tells_more(self, total: int, cells: Iterable[int]) -> bool:
        """True where an exact total may rule out a count that its rounded cells leave open.

        With L the sum of the smallest counts and H that of the greatest, a cell of l to h may be
        ``max(l, h - (H - total))`` to ``min(h, l + (total - L))``: all of l to h where neither
        ``total - L`` nor ``H - total`` is less than ``h - l``, which is twice the reach of the
        rounding. Where one of them may be less than the base, that reach is left once more, so that
        this holds over two releases too, as ``campaign/disclosure.py`` tries. Cells that are
        published as 0 give no room, for somebody may know that they are empty. All of this is known
        to everybody: that a list is withheld tells nothing of its cells.
        """
        bounds = [self.bounds(cell) for cell in cells if cell]
        above = total - sum(low for low, _ in bounds)
        below = sum(high for _, high in bounds) - total
        is_large = all(low >= self.base for low, _ in bounds)
        return min(above, below) < (2 if is_large else 3) * (self.base - 1)


def without_small(lists: Lists, least: int) -> Lists:
    """Lists of fewer than ``least`` voters, each put together with the one that is nearest.

    That is the smallest of the same kind, if there is one of the same constituency. Together they
    stand for what they have in common.

    Raises:
        UsageError: all lists together have fewer.
    """
    kept = {place: cells for place, cells in lists.items() if cells.total()}

    def size(place: Place) -> tuple[int, str]:
        return kept[place].total(), repr(place)

    while kept:
        small = min(kept, key=size)
        if kept[small].total() >= least:
            return kept
        cells = kept.pop(small)
        if kept:
            # The kind matters most: the sums of each kind stay exact.
            near = min(
                kept,
                key=lambda place: (
                    place[2] != small[2],
                    place[0] != small[0],
                    size(place),
                ),
            )
            cells += kept.pop(near)
            pairs = zip(small, near, strict=True)
            together = tuple(mine if mine == other else None for mine, other in pairs)
            kept[together] = kept.get(together, Counter()) + cells
    raise usage_error("figures-too-few", least=least)


def protect(
    lists: Mapping[Place, Counts],
    before: Mapping[Place, Counts],
    table: str,
    rounding: Rounding,
    *,
    is_exact: bool = False,
) -> tuple[dict[Place, Counts], dict[Place, Counts]]:
    """The counts that are published of each list, and those of which they were rounded.

    A list in which fewer people than the base may have changed is published as it was: otherwise
    the one cell that differs would tell what somebody is who came. All lists of a kind whose cells
    are withheld are tried once more as one list, at a place that ends with ``TOGETHER``: soldiers
    have few cells, and without them the whole area would lack young men. Its voters are taken off
    again in ``WITHHELD``, so that all rows add up.

    Args:
        lists: the counts of today.
        before: those of which the last release was rounded.
        table: its name, a part of what names a cell.
        rounding: how cells are rounded.
        is_exact: whether the sum of each list is published too, as it is.
    """
    published: dict[Place, Counts] = {}
    rounded_of: dict[Place, Counts] = {}
    together: Lists = {}
    for place, today in lists.items():
        counts = _settle(today, before.get(place), rounding.least_change)
        rounded_of[place] = counts
        cells = {
            parts: rounding.rounded(count, table, *place, *parts)
            for parts, count in counts.items()
        }
        total = sum(today.values())
        if is_exact:
            if rounding.tells_more(sum(counts.values()), cells.values()):
                cells = {WITHHELD: total}
                if TOGETHER not in place:
                    sums = (None, None, place[2], TOGETHER)
                    together.setdefault(sums, Counter()).update(today)
            else:
                cells[ROUNDING] = total - sum(cells.values())
        published[place] = {parts: count for parts, count in cells.items() if count}
    if together:
        more, rounded_more = protect(together, before, table, rounding, is_exact=True)
        rounded_of |= rounded_more
        for place, shown in more.items():
            if WITHHELD not in shown:
                published[place] = {**shown, WITHHELD: -sum(shown.values())}
    return published, rounded_of


def _settle(today: Counts, before: Counts | None, least: int) -> Counts:
    """The counts of today, or those of the last release where too few people have changed."""
    if before is None:
        return today
    every = {*today, *before}
    changed = sum(abs(today.get(parts, 0) - before.get(parts, 0)) for parts in every)
    return before if changed < least else today
