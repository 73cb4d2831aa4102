"""How many pairs of one person no key brings together, estimated without truth.

Which keys bring a pair tells in what its two entries agree. A *source* of agreement is what one
slip spoils: the surname, the birth date, the address, an added column. Taken that sources fail
independently of each other, the pairs that were brought tell how often each fails, and so how many
pairs failed in something of every key: capture-recapture, where the cells that no key reaches are
those that nobody sees (Fienberg 1972; of blocking: Dasylva and Goussanou 2021).

Slips that meet in one entry make more of them. So the upper end takes it that the log-odds of a
slip vary from pair to pair with a standard deviation of one (Darroch et al. 1993). The lower end
counts sure pairs only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import tables
from voterlist.arrays import Bools, Floats, Longs
from voterlist.link.encode import ADDED
from voterlist.link.fit import TWO_SIDED_95, UNKNOWN_LOSS, Loss, made_of
from voterlist.link.keys import Key
from voterlist.model import frozen

_WHOLE_DATE = ("year", "month", "day")
_PLACE = ("constituency", "precinct", "street", "house")
_SOURCES = dict.fromkeys(_WHOLE_DATE, "date") | dict.fromkeys(_PLACE, "place")
_DEVIATIONS = np.array([-(3**0.5), 0.0, 3**0.5])
_SHARES = np.array([1 / 6, 2 / 3, 1 / 6])
"""A normal distribution in three points (Gauss and Hermite)."""
_ROUNDS, _STEADY = 200, 1e-5
"""EM ends after so many rounds, or when a round changes the share by less."""
_MOST_CELLS = 100_000
_MOST_PATTERNS = (8, 6, 4, 3, 2, 1)
"""How many patterns of a source are told apart, as far as there are not too many cells."""
_LEAST = 1e-6
_NEVER = 1e-300
_MOST_LOST = 0.999
_FEWEST_SOURCES = 3
"""Of two sources, such as names alone, each key asks for something of both: nothing is known of
pairs in which one fails."""
_STEPS, _MOST_STEP, _MOST_ODDS = 3, 1.0, 20.0
"""Newton's steps to the log-odds in one round, how long one can be, and where they end."""


def blocking_loss(keys: Sequence[Key], pairs: pa.Table, sure: float) -> Loss:
    """The share of the pairs of one person that these keys do not bring together.

    ``match_key`` and ``probability`` of PAIR are read; ``sure`` is the probability from which a
    pair is put forward. Where nothing can be said the interval is from 0 to 1.
    """
    if any(not key.fields for key in keys):
        return Loss(0.0, 0.0, 0.0)
    codes, names = tables.codes(pairs.column("match_key"))
    probability = pairs.column("probability").to_numpy()
    every, of_sure = (
        np.bincount(codes, chosen, len(names)).astype(np.float64)
        for chosen in (probability, np.where(probability >= sure, probability, 0))
    )
    if every.sum() < 1:
        return UNKNOWN_LOSS
    cells = _cells(keys, _keys_of_match_keys(keys, names), every)
    if cells.agreeing < _FEWEST_SOURCES:
        return UNKNOWN_LOSS
    share = _share_lost(cells, every, spread=0.0)
    low = _share_lost(cells, of_sure, spread=0.0) if of_sure.sum() >= 1 else 0.0
    high = max(share, _share_lost(cells, every, spread=1.0))
    pairs_in_all = float(every.sum()) / (1 - share)
    low -= TWO_SIDED_95 * (low / pairs_in_all) ** 0.5
    high += TWO_SIDED_95 * (high * pairs_in_all + 1) ** 0.5 / pairs_in_all
    return Loss(share, min(max(low, 0.0), share), min(high, 1.0))


@frozen
class _Cells:
    """All combinations of what the sources agree in, seen or not."""

    patterns: Longs
    """Shape (sources, cells): which pattern of agreement each source has; the last is the fullest.
    """
    sizes: tuple[int, ...]
    """How many patterns each source has."""
    agreeing: int
    """In how many sources any pair agrees."""
    is_brought: Bools
    """The cells that some key brings together."""
    of_name: Longs
    """The cell of each distinct ``match_key``."""


def _keys_of_match_keys(keys: Sequence[Key], names: pa.Array) -> Bools:
    """Which of the keys each of these match keys names, shape (match keys, keys)."""
    each = pc.split_pattern(names, " + ")
    row = pc.list_parent_indices(each).to_numpy()
    column = pc.index_in(each.flatten(), pa.array([key.name for key in keys]))
    brought = np.zeros((len(names), len(keys)), np.bool_)
    brought[row, column.to_numpy()] = True
    return brought


def _cells(keys: Sequence[Key], brought: Bools, mass: Floats) -> _Cells:
    """The cells of pairs, of which these keys brought together those in the rows of ``brought``.

    ``mass`` is how many pairs each row is.
    """
    # Two whole dates that differ are none of a key with partial dates.
    asked = {
        place: [part for name in key.fields for part in _parts(name)]
        for place, key in enumerate(keys)
        if not key.partial_dates
    }
    agrees = _agreement(asked, brought)
    columns = {part: part.split()[0] for part in agrees}
    sources = tables.by_key(
        (_SOURCES.get(column, column), part) for part, column in columns.items()
    )
    each = []
    for members in sources.values():
        pattern = np.zeros(len(brought), np.int64)
        for part in members:
            pattern = pattern << 1 | agrees[part]
        each.append(pattern)
    for most in _MOST_PATTERNS:
        fewer = [most_frequent(pattern, mass, most) for pattern in each]
        seen, codes = zip(
            *(np.unique(p, return_inverse=True) for p in fewer), strict=True
        )
        sizes = tuple(map(len, seen))
        if np.prod(sizes, dtype=float) <= _MOST_CELLS:
            break
    grid = np.indices(sizes).reshape(len(sizes), -1)
    of_cell = {}
    for patterns, places, members in zip(seen, grid, sources.values(), strict=True):
        for place, part in enumerate(reversed(members)):
            of_cell[part] = (patterns[places] >> place & 1).astype(np.bool_)
    is_brought = np.zeros(grid.shape[1], np.bool_)
    for of_key in asked.values():
        is_brought |= np.logical_and.reduce([of_cell[part] for part in of_key])
    agreeing = sum(patterns[-1] > 0 for patterns in seen)
    return _Cells(grid, sizes, agreeing, is_brought, np.ravel_multi_index(codes, sizes))


def most_frequent(pattern: Longs, mass: Floats, most: int) -> Longs:
    """The patterns of the rows, where only the most frequent ones and 0 stand for themselves.

    For any other stands the fullest of them that agrees in nothing more.
    """
    patterns, code = np.unique(pattern, return_inverse=True)
    order = np.argsort(-np.bincount(code, mass), kind="stable")
    kept = np.union1d(patterns[order[:most]], 0)
    is_part = (kept & ~patterns[:, None]) == 0
    fullest = np.where(is_part, np.bitwise_count(kept) + 1, 0).argmax(axis=1)
    return np.asarray(kept[fullest][code])


def _agreement(asked: dict[int, list[str]], brought: Bools) -> dict[str, Bools]:
    """In which parts each row of ``brought`` agrees; ``asked``: what each key asks for."""
    parts = sorted({part for of_key in asked.values() for part in of_key})
    agrees = {part: np.zeros(len(brought), np.bool_) for part in parts}
    for place, of_key in asked.items():
        for part in of_key:
            agrees[part] |= brought[:, place]
    for part in parts:
        # Whose surnames are the same have the same initial, whatever other keys ask for.
        agrees[part] |= agrees.get(part.split()[0], False)
    return agrees


def _parts(name: str) -> list[str]:
    """What agrees where this field of a key does: columns, or what is made of one.

    A value that many columns hold one of, such as rare words of an address, is one part.
    """
    columns = ["stem" if column == "surname" else column for column in made_of(name)]
    if name == "date" or columns == [name] or name.startswith(ADDED):
        return columns
    kind = re.sub(r"_\d+$", "", name)
    return [f"{column} {kind}" for column in columns]


def _share_lost(cells: _Cells, mass: Floats, spread: float) -> float:
    """The share of all pairs in cells that no key brings, from the ``mass`` of each match key.

    ``spread``: the standard deviation of the log-odds of a slip between pairs.
    """
    seen = np.bincount(cells.of_name, mass, len(cells.is_brought)).astype(np.float64)
    # A cell that is brought and that nobody is in teaches nothing.
    tells = (seen > 0) | ~cells.is_brought
    seen, is_lost = seen[tells], ~cells.is_brought[tells]
    deviations, shares = (
        (spread * _DEVIATIONS, _SHARES) if spread else (np.zeros(1), np.ones(1))
    )
    sources = [
        _Source.of(patterns[tells], count, seen)
        for patterns, count in zip(cells.patterns, cells.sizes, strict=True)
        if count > 1
    ]
    lost = 0.0
    for _ in range(_ROUNDS):
        joint = np.repeat(shares[:, None], len(seen), axis=1)
        for source in sources:
            joint *= source.probability(deviations)
        expected = np.maximum(joint.sum(axis=0), _NEVER)
        before, lost = lost, min(float(expected[is_lost].sum()), _MOST_LOST)
        if abs(lost - before) < _STEADY:
            break
        unseen = np.where(is_lost, expected, 0) * seen.sum() / (1 - lost)
        every = seen + unseen
        of_deviation = (joint / expected * every).sum(axis=1)
        for source in sources:
            source.learn(every, of_deviation, deviations)
    return lost


@dataclass(slots=True)
class _Source:
    """How often one source of agreement fails, and what it agrees in then."""

    patterns: Longs
    """Which pattern each cell has; the last is full agreement."""
    log_odds: float
    """Of failing."""
    failed: Floats
    """The shares of the patterns where it fails."""

    @classmethod
    def of(cls, patterns: Longs, count: int, mass: Floats) -> _Source:
        """From the mass of each cell."""
        of_pattern = np.bincount(patterns, mass, count) + _LEAST
        failing = of_pattern[:-1].sum()
        log_odds = float(np.log(failing / of_pattern[-1]))
        return cls(patterns, log_odds, of_pattern[:-1] / failing)

    def probability(self, deviations: Floats) -> Floats:
        """P(pattern of each cell), shape (deviations, cells)."""
        fails = 1 / (1 + np.exp(-self.log_odds - deviations))
        of_pattern = np.outer(fails, np.append(self.failed, 0.0))
        of_pattern[:, -1] = 1 - fails
        return np.asarray(of_pattern[:, self.patterns])

    def learn(self, mass: Floats, of_deviation: Floats, deviations: Floats) -> None:
        """Fit it to the mass of each cell, of which so much has each deviation."""
        of_pattern = np.bincount(self.patterns, mass, len(self.failed) + 1) + _LEAST
        failing = of_pattern[:-1].sum()
        self.failed = of_pattern[:-1] / failing
        for _ in range(_STEPS):
            fails = 1 / (1 + np.exp(-self.log_odds - deviations))
            slope = (of_deviation * fails * (1 - fails)).sum()
            step = (failing - (of_deviation * fails).sum()) / max(slope, _LEAST)
            log_odds = self.log_odds + np.clip(step, -_MOST_STEP, _MOST_STEP)
            self.log_odds = float(np.clip(log_odds, -_MOST_ODDS, _MOST_ODDS))
