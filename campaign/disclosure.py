"""The attack on the open figures: all lists that two releases leave possible.

    python campaign/disclosure.py [--cells 3] [--most 5] [--rounded 5]

The attacker knows the method and whatever is published of a list in two releases, and not the key.
Small lists are tried one by one: for every pair of them and every way in which a key may round
them, what ``protected`` makes of them is noted; two pairs with the same note cannot be told apart.
Of lists whose cells are published twice, every two releases are tried, and all pairs of lists that
go with them are counted together (``left``). Found is a cell, of the first list, of the second, or
of what changed between them, that may hold fewer than ``BASE`` people and of which fewer than
``BASE`` values are left.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from voterlist.centre.disclosure import TOGETHER, Rounding, protect

BASE = 3
PLACE = (1, 1, "permanent")
Cells = tuple[int, ...]


Lot = tuple[bool, str, int]
"""Whether it is of the withheld lists together; the cell; its count."""


class NotDrawnError(Exception):
    """A lot is asked for that was not told; its argument."""


@dataclass(frozen=True, slots=True)
class Drawn(Rounding):
    """A rounding whose lots are told instead of drawn by a key."""

    lots: dict[Lot, int] = field(default_factory=dict)

    def rounded(self, count: int, *cell: Any) -> int:
        """As of a key that draws this lot; every lot gives a multiple of the base as it is."""
        lot = (TOGETHER in cell, cell[-1], count)
        if count % self.base and lot not in self.lots:
            raise NotDrawnError(lot)
        return (count + self.lots.get(lot, 0)) // self.base * self.base


def lists(cells: int, most: int) -> list[Cells]:
    """All lists of so many cells and at most so many voters, but those too small to stand apart."""
    every = itertools.product(range(most + 1), repeat=cells)
    return [counts for counts in every if BASE <= sum(counts) <= most]


def publications(releases: tuple[Cells, ...]) -> Iterator[tuple[Any, ...]]:
    """What everybody sees of a list in its releases, by each way in which a key may round it."""
    waiting: list[dict[Lot, int]] = [{}]
    while waiting:
        lots = waiting.pop()
        try:
            yield _published(releases, Drawn(b"", BASE, lots))
        except NotDrawnError as asked:
            # Down and up.
            waiting += [{**lots, asked.args[0]: lot} for lot in (0, BASE - 1)]


def _published(releases: tuple[Cells, ...], rounding: Drawn) -> tuple[Any, ...]:
    before: dict[Any, Any] = {}
    seen = []
    for counts in releases:
        parts = [("", str(cell)) for cell in range(len(counts))]
        whole = Counter(dict(zip(parts, counts, strict=True)))
        shown, before = protect({PLACE: whole}, before, "", rounding, is_exact=True)
        told = [(place, *sorted(cells.items())) for place, cells in shown.items()]
        seen.append((sum(counts), *told))
    return tuple(seen)


def looked_at(releases: tuple[Cells, ...]) -> Iterator[tuple[str, int]]:
    """(what is asked about, its value): each cell of each release, and how it changed."""
    for number, counts in enumerate(releases):
        yield from ((f"release {number}, cell {n}", v) for n, v in enumerate(counts))
    for last, first in zip(releases[1:], releases, strict=False):
        pairs = enumerate(zip(first, last, strict=True))
        yield from ((f"change of cell {n}", after - then) for n, (then, after) in pairs)


def attack(pairs: Iterable[tuple[Cells, ...]]) -> tuple[int, int, list[str]]:
    """(notes, fewest values left of a cell that may hold a few people, what was found)."""
    possible: dict[Any, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for releases in pairs:
        asked = list(looked_at(releases))
        for note in set(publications(releases)):
            for name, value in asked:
                possible[note][name].add(value)
    fewest, found = 10**6, []
    for note, cells in possible.items():
        for name, values in cells.items():
            if any(0 < abs(value) < BASE for value in values):
                fewest = min(fewest, len(values))
                if len(values) < BASE:
                    found.append(f"{name} is one of {sorted(values)}: {note}")
    return len(possible), fewest, found


Shown = tuple[int, Cells]
"""The exact number of voters of a list, and its rounded cells."""


def left(first: Shown, second: Shown) -> list[set[tuple[int, int]]]:
    """Of each cell the pairs of counts, then and now, that go with both releases.

    The lists go with them whose cells lie within the bounds of the rounded ones and add up to the
    exact numbers. A cell of the same people is rounded alike, and a list is published anew where
    its cells changed by the least change. (Where no cell differs it may be the one of before, which
    leaves more.)
    """
    rounding = Rounding(b"", BASE)
    boxes = [
        (rounding.bounds(then), rounding.bounds(now), then == now)
        for then, now in zip(first[1], second[1], strict=True)
    ]
    room = [
        total - sum(box[number][0] for box in boxes)
        for number, (total, _) in enumerate((first, second))
    ]
    shape = (room[0] + 1, room[1] + 1, rounding.least_change + 1)
    ways: list[list[tuple[int, int, tuple[int, int, int]]]] = []
    for (low, high), (low_now, high_now), is_alike in boxes:
        pairs = itertools.product(range(low, high + 1), range(low_now, high_now + 1))
        ways.append(
            [
                (then, now, (then - low, now - low_now, abs(then - now)))
                for then, now in pairs
                if then != now or is_alike
            ]
        )
    before = [_nothing(shape)]
    for cell in ways:
        before.append(_any(_moved(before[-1], step) for *_, step in cell))
    # From behind: what is still needed, counted as what is there already.
    wanted = np.zeros(shape, dtype=bool)
    wanted[-1, -1, -1] = True
    found = []
    for cell, reached in zip(reversed(ways), reversed(before[:-1]), strict=True):
        fits = [
            (then, now)
            for then, now, step in cell
            if (_moved(reached, step) & wanted).any()
        ]
        found.append(set(fits))
        wanted = _any(_moved_back(wanted, step) for *_, step in cell)
    return found[::-1]


def _nothing(shape: tuple[int, ...]) -> Any:
    start = np.zeros(shape, dtype=bool)
    start[0, 0, 0] = True
    return start


def _any(states: Iterator[Any]) -> Any:
    return np.logical_or.reduce(list(states))


def _moved(states: Any, step: tuple[int, int, int]) -> Any:
    """The states after a cell; of the change all beyond the least one is one state."""
    then, now, change = step
    moved = np.zeros_like(states)
    size, size_now, most = states.shape
    part = states[: max(size - then, 0), : max(size_now - now, 0)]
    for place in range(most):
        target = min(place + change, most - 1)
        moved[then:, now:, target] |= part[:, :, place]
    return moved


def _moved_back(states: Any, step: tuple[int, int, int]) -> Any:
    """The states before a cell from which one of these is reached."""
    then, now, change = step
    moved = np.zeros_like(states)
    size, size_now, most = states.shape
    part = states[then:, now:]
    for place in range(most):
        target = min(place + change, most - 1)
        moved[: max(size - then, 0), : max(size_now - now, 0), place] |= part[
            :, :, target
        ]
    return moved


def at_the_edge(cells: Cells) -> set[int]:
    """The smallest and the greatest exact number beside which these cells are published."""
    rounding = Rounding(b"", BASE)
    bounds = [rounding.bounds(cell) for cell in cells]
    numbers = range(sum(low for low, _ in bounds), sum(high for _, high in bounds) + 1)
    shown = [total for total in numbers if not rounding.tells_more(total, cells)]
    return {shown[0], shown[-1]} if shown else set()


CHANGES = (
    *((0, 0), (0, 3), (3, 0), (3, 3), (3, 6), (6, 3), (0, 6), (6, 0)),
    *((6, 6), (6, 9), (9, 6)),
)
"""What a rounded cell may be, then and now. All above the base have the same room."""


def attack_edges(most: int) -> tuple[int, int, list[str]]:
    """As ``attack``, of every two releases of up to so many cells.

    Of the exact numbers those are tried that leave least room.
    """
    notes, fewest, found = 0, 10**6, []
    releases = itertools.chain.from_iterable(
        itertools.combinations_with_replacement(CHANGES, cells)
        for cells in range(1, most + 1)
    )
    for changes in releases:
        then, now = zip(*changes, strict=True)
        if then == now:
            continue
        for totals in itertools.product(at_the_edge(then), at_the_edge(now)):
            notes += 1
            for pairs in left((totals[0], then), (totals[1], now)):
                for values in (
                    {pair[0] for pair in pairs},
                    {pair[1] for pair in pairs},
                    {after - earlier for earlier, after in pairs},
                ):
                    if any(0 < abs(value) < BASE for value in values):
                        fewest = min(fewest, len(values))
                        if len(values) < BASE:
                            found.append(f"one of {sorted(values)}: {totals} {changes}")
    return notes, fewest, found


def main() -> int:
    """Attack; the exit code is 1 where something was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, default=3)
    parser.add_argument("--most", type=int, default=5)
    parser.add_argument("--rounded", type=int, default=5)
    options = parser.parse_args()
    every = lists(options.cells, options.most)
    tried = {
        "small lists": attack(itertools.product(every, repeat=2)),
        "rounded lists": attack_edges(options.rounded),
    }
    for what, (notes, fewest, found) in tried.items():
        print(f"{what}: {notes} publications", end=", ")
        print(f"at least {fewest} values left of a small cell, {len(found)} found")
        for line in found[:20]:
            print(line)
    return int(any(found for *_, found in tried.values()))


if __name__ == "__main__":
    sys.exit(main())
