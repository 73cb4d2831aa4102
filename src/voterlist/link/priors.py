"""What the linkage knows of each class of pairs before it has seen a list: ``priors.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import pyarrow as pa

from voterlist.arrays import Bools, Codes, Floats, Hashes, Levels, Longs, mix, salt_of
from voterlist.link.block import pairs_within
from voterlist.link.comparisons import SHIPPED
from voterlist.link.comparisons.base import MISSING, Comparison, Pairs
from voterlist.link.comparisons.kinds import KINDS
from voterlist.link.comparisons.vectors import Comparisons
from voterlist.link.encode import Encoded
from voterlist.model import Profile, frozen

_ADDED_PSEUDO_COUNTS = 20.0
"""How many pairs the prior of an added comparison weighs: few, so the list decides."""
_ADDED_SAME = (0.7, 0.1)
"""Of one person's pairs the shares of the first and the last level of an added comparison."""
_ADDED_OTHERS = (0.1, 0.8)
"""The same of relatives' pairs. Twins have the shares of one person: they have one place of birth,
one mother and one telephone."""


@frozen
class Prior:
    """One class of pairs: how many there are, and how often their pairs show each level."""

    expected_share: float
    """Pairs of the class for each entry of a list; with ``part_of``, for each pair of those."""
    size_weight: float
    """How much that number weighs beside the number that the list shows."""
    part_of: tuple[str, ...]
    """The classes to which this one stands in a known proportion: twins are siblings."""
    needs: tuple[str, ...]
    """The fields without which nothing tells the class from others."""
    counted_by: tuple[str, ...]
    """The fields without which a list does not show how many pairs the class has."""
    uncounted_share: float | None
    """Pairs for each entry where those of ``part_of`` are not counted; None: as elsewhere."""
    pseudo_counts: dict[str, float]
    """How many pairs the ``shares`` of each field weigh."""
    shares: dict[str, Floats]
    """For each field the shares of its levels, without *missing*; they sum to one."""
    fixed: dict[str, Bools]
    """For each field which of its levels are not learnt."""
    most: dict[str, Floats]
    """For each field how large the shares of its levels can be learnt to be."""
    slips: dict[str, Bools]
    """Which levels of a field a slip of the pen makes; fields of which this is known alone."""
    others: dict[str, Bools]
    """Which levels of such a field quite another value makes."""
    as_unrelated: tuple[str, ...]
    """Fields whose levels are those of unrelated people, but for the share that has one value."""
    fixed_without: dict[str, dict[str, dict[str, float]]]
    """For each field that a list may lack, shares that are then not learnt: field, level, share."""

    def learnt(self, field: str, counts: Floats, most: Floats | None = None) -> Floats:
        """The shares of a field's levels from their expected counts in the list (Dirichlet).

        Fixed ones stay as known. ``most`` is how many pairs can show each level of ``others``,
        beside as many as the prior knows slips.
        """
        known, fixed = self.shares[field], self.fixed[field]
        if fixed.all():
            return known
        counted = counts + self.pseudo_counts[field] * known
        if most is not None:
            slips = self.pseudo_counts[field] * known[self.slips[field]].sum()
            bounded = np.minimum(counted, most + slips)
            counted = np.where(self.others[field], bounded, counted)
        free = 1 - known[fixed].sum()
        shares = np.where(fixed, known, counted * free / counted[~fixed].sum())
        # What is above the bound is taken off and given to the others in proportion.
        bounds = self.most[field]
        above = shares > bounds
        if not above.any():
            return shares
        rest = shares * (1 - bounds[above].sum()) / shares[~above].sum()
        return np.where(above, bounds, rest)

    def with_unrelated(self, field: str, u: Floats) -> Prior:
        """The prior with the levels of a field as frequent as their ``u``, the shares of them.

        ``u`` is 0 for levels whose share is that of a value: they stay as they are.
        """
        known = u > 0
        shares = self.shares[field].copy()
        shares[known] = u[known] / u[known].sum() * shares[known].sum()
        return replace(self, shares=self.shares | {field: shares})

    def without_homes(self, home: str, u: Mapping[str, Floats]) -> Prior:
        """The prior of people who share no ``home`` but what was added: colleagues, say.

        What those of one home are known to have is as with unrelated people, by the shares ``u`` of
        the levels, *missing* first. How often they have one address the list tells.
        """
        shares, fixed = dict(self.shares), dict(self.fixed)
        for field in u:
            if fixed[field].all():
                shares[field] = u[field][MISSING + 1 :]
        fixed[home] = np.zeros_like(fixed[home])
        return replace(self, needs=(), shares=shares, fixed=fixed)


@cache
def _shipped_priors(profile: Profile) -> dict[str, Prior]:
    text = (
        resources.files(__package__).joinpath("priors.toml").read_text(encoding="utf-8")
    )
    content = tomllib.loads(text)[profile.value]
    return {
        name: _prior(content, name, column)
        for column, name in enumerate(content["classes"])
    }


def _prior(content: dict[str, Any], name: str, column: int) -> Prior:
    """The prior of one class, whose shares stand in this column."""
    of_class = content["class"][name]
    levels = of_class.get("fixed_levels", {})
    shares, fixed, most = {}, {}, {}
    marked: dict[str, dict[str, Bools]] = {"slips": {}, "others": {}}
    for comparison in SHIPPED:
        field = comparison.field
        words = _words(comparison)
        for mark, of_fields in marked.items():
            if field in of_class.get(mark, {}):
                of_fields[field] = np.isin(words, of_class[mark][field])
        known = np.array([content["shares"][field][word][column] for word in words])
        shares[field] = known / np.sum(known)
        chosen = words if field in of_class["fixed"] else levels.get(field, [])
        fixed[field] = np.isin(words, chosen)
        bounds = of_class.get("at_most", {}).get(field, {})
        most[field] = np.array([bounds.get(word, 1.0) for word in words])
    return Prior(
        of_class["expected_share"],
        of_class["size_weight"],
        tuple(of_class.get("part_of", ())),
        tuple(of_class.get("needs", ())),
        tuple(of_class.get("counted_by", ())),
        of_class.get("uncounted_share"),
        dict.fromkeys(shares, of_class["pseudo_counts"]),
        shares,
        fixed,
        most,
        marked["slips"],
        marked["others"],
        tuple(of_class.get("as_unrelated", ())),
        of_class.get("fixed_without", {}),
    )


def _words(comparison: Comparison) -> list[str]:
    """The levels that are not *missing*, by code."""
    return comparison.words[MISSING + 1 :]


def _with_added(name: str, prior: Prior, comparisons: Comparisons) -> Prior:
    """The prior of a class with those of added comparisons, by what their kinds know of it."""
    shares, fixed = dict(prior.shares), dict(prior.fixed)
    most, pseudo = dict(prior.most), dict(prior.pseudo_counts)
    for field in comparisons.added_kinds:
        levels = len(comparisons[field].levels) - 1
        first, last = _ADDED_SAME if name in {"same", "twins"} else _ADDED_OTHERS
        # Those between the first and the last are alike.
        own = np.full(levels, (1 - first - last) / max(levels - 2, 1))
        own[0], own[-1] = first, last
        shares[field] = own / own.sum()
        fixed[field], most[field] = np.zeros(levels, np.bool_), np.ones(levels)
        pseudo[field] = _ADDED_PSEUDO_COUNTS
        known = KINDS[comparisons.added_kinds[field]].known_shares.get(name)
        if known is not None:
            shares[field], fixed[field] = np.array(known), np.ones(levels, np.bool_)
    return replace(prior, shares=shares, fixed=fixed, most=most, pseudo_counts=pseudo)


def _fixed_without(prior: Prior, missing: str, comparisons: Comparisons) -> Prior:
    """The prior of a class in a list that lacks a field."""
    shares, fixed = dict(prior.shares), dict(prior.fixed)
    for field, levels in prior.fixed_without.get(missing, {}).items():
        words = _words(comparisons[field])
        known = np.array([levels.get(word, 0.0) for word in words])
        chosen = np.isin(words, list(levels))
        rest = np.where(chosen, 0.0, shares[field])
        shares[field] = known + rest * (1 - known.sum()) / rest.sum()
        fixed[field] = fixed[field] | chosen
    return replace(prior, shares=shares, fixed=fixed)


def priors(
    profile: Profile,
    entries: Encoded,
    comparisons: Comparisons,
    lacking: Collection[str] = (),
) -> dict[str, Prior]:
    """The priors of the classes that are learnt, in their order, fitted to a list.

    ``lacking`` are fields that the list does not have.
    """
    fitted = {}
    for name, shipped in _shipped_priors(profile).items():
        prior = _with_added(name, shipped, comparisons)
        for field in lacking:
            prior = _fixed_without(prior, field, comparisons)
        shares = {
            comparison.field: comparison.fit_prior(
                entries, prior.shares[comparison.field]
            )
            for comparison in comparisons
        }
        fitted[name] = replace(prior, shares=shares)
    return fitted


# --- Random pairs of a list, which tell how often two unrelated people agree
# Which pairs are drawn depends on the ids of the entries, one by one, and not on their number or
# order. So a list in which one entry is another one has all but a few of the pairs that it had, and
# says nearly the same of unrelated people. Drawn by position, each list would say something else: a
# level that ten of the pairs show moves by half a bit from one drawing to the next.


_SALT = 0x9E3779B97F4A7C15
_WORD = 8
"""Bytes of a word, and bits of a byte."""
_PART = 1 << 18
"""So many ids are hashed at a time."""


@frozen
class Drawn:
    """Random pairs with their levels."""

    left: Codes
    right: Codes
    times: Longs
    """How often each pair was drawn."""
    levels: dict[str, Levels]
    """The level of each pair in each field."""

    def counts(self, comparison: Comparison) -> Floats:
        """How many of the pairs have each level of a comparison; shape (levels,)."""
        sampled = comparison.sampled(self.levels)
        seen, times = self.levels[comparison.field][sampled], self.times[sampled]
        counts = np.bincount(seen, times, minlength=len(comparison.levels))
        return counts.astype(np.float64)

    def known_share(self, field: str) -> float:
        """The share of the pairs in which both values of a field are known; 0 without pairs."""
        is_known = self.levels[field] != MISSING
        return float(self.times[is_known].sum() / max(self.times.sum(), 1))


class Sample:
    """The random pairs that tell how often unrelated people agree.

    What follows from two entries alone is worked out once for all models of one list.
    """

    def __init__(
        self,
        pairs: int = 250_000,
        seed: int = 1,
        lists: Codes | None = None,
        marks: Hashes | None = None,
    ) -> None:
        """How many pairs are drawn, and how.

        Args:
            pairs: how many; all that there are, where these are not more.
            seed: other pairs are drawn with another one.
            lists: the list of each entry, where only pairs of two lists count.
            marks: a number for each entry, the same whatever else the list has. With them a list
                of which one entry is another one has nearly the same pairs. None: the positions.
        """
        self.pairs = pairs
        self.seed = seed
        self._lists = lists
        self._marks = marks
        self._drawn: Drawn | None = None

    def drawn(self, entries: Encoded, comparisons: Comparisons) -> Drawn:
        """The pairs of two people; none where the list has not two entries."""
        if self._drawn is None:
            self._drawn = self._draw(entries, comparisons)
        whole = self._drawn
        apart = np.arange(len(whole.left))
        if entries.person is not None:
            person_l, person_r = entries.person[whole.left], entries.person[whole.right]
            apart = np.flatnonzero(person_l != person_r)
        left, right = whole.left[apart], whole.right[apart]
        levels = {field: codes[apart] for field, codes in whole.levels.items()}
        adjusted = comparisons.adjust(Pairs(entries, left, right), levels).levels
        return Drawn(left, right, whole.times[apart], adjusted)

    def _draw(self, entries: Encoded, comparisons: Comparisons) -> Drawn:
        """The pairs of two entries.

        Where the list has fewer pairs than are drawn, each stands once, so that it is compared
        once, and counts as often as it would be drawn.
        """
        left, right, times = self.draw(entries.size)
        levels = comparisons.pair_levels(Pairs(entries, left, right))
        return Drawn(left, right, times, levels)

    def draw(self, size: int) -> tuple[Codes, Codes, Longs]:
        """Pairs of so many entries: (left, right, how often each counts)."""
        left, right = self._positions(size)
        times = np.ones(len(left), np.int64)
        if pairs_within(size) <= self.pairs:
            drawn = np.bincount(left.astype(np.int64) * size + right)
            distinct = np.flatnonzero(drawn)
            left, right = np.divmod(distinct.astype(np.int32), np.int32(size))
            times = drawn[distinct] * (self.pairs // max(drawn.sum(), 1))
        return left, right, times

    def may_draw(self, marks: Hashes, size: int) -> Bools:
        """Which entries with these marks, of a list of this size, can be among the pairs.

        A few more than are drawn, and all of a list that is not much larger. The pairs that
        ``draw`` makes of these entries alone are those of the list.
        """
        if size <= 2 * self.pairs:
            return np.ones(len(marks), np.bool_)
        # So many that twelve standard deviations fewer are enough.
        share = (self.pairs + 12 * self.pairs**0.5 + 1) / size
        hashes = mix(marks ^ salt_of(self.seed, 0))
        return np.asarray(hashes <= np.uint64(share * 2**64))

    def _positions(self, size: int) -> tuple[Codes, Codes]:
        """The left and the right entry of each pair; the left one stands before the right one."""
        if self._lists is not None:
            first, second = _drawn_between(self._lists, self.pairs, self.seed)
        elif pairs_within(size) <= self.pairs:
            first, second = np.triu_indices(size, 1)
        else:
            marks = np.arange(size, dtype=np.uint64)
            marks = marks if self._marks is None else self._marks
            first, second = _neighbours(marks, self.pairs, self.seed)
        left, right = np.minimum(first, second), np.maximum(first, second)
        return left.astype(np.int32), right.astype(np.int32)


def _neighbours(marks: Hashes, pairs: int, seed: int) -> Codes:
    """Pairs of entries that follow each other in a random order; shape (2, pairs).

    The order is that of a hash of each entry's mark, and the first entries of it are taken; where
    there are fewer than pairs, another order goes on. The last entry is followed by the first.
    """
    ones, others = [], []
    for number in range(-(-pairs // len(marks))):
        hashes = mix(marks ^ salt_of(seed, number))
        taken = min(pairs - number * len(marks), len(marks))
        order = _smallest(hashes, taken + 1)
        ones.append(order[:taken])
        others.append(np.roll(order, -1)[:taken])
    return np.stack([np.concatenate(ones), np.concatenate(others)])


def _smallest(hashes: Hashes, count: int) -> Longs:
    """The places of the smallest numbers, in their order; at most all."""
    count = min(count, len(hashes))
    last = np.partition(hashes, count - 1)[count - 1]
    places = np.flatnonzero(hashes <= last)
    return places[np.argsort(hashes[places], kind="stable")][:count]


def _drawn_between(lists: Codes, sample: int, seed: int) -> Codes:
    """Pairs of entries of two lists, each as likely as any other; shape (2, pairs)."""
    random = np.random.default_rng(seed)
    sizes = np.bincount(lists)
    others = sizes.sum() - sizes
    pairs = sizes * others
    if not pairs.any():
        return np.zeros((2, 0), np.int32)
    starts = np.cumsum(sizes) - sizes
    of_list = random.choice(len(sizes), sample, p=pairs / pairs.sum())
    first = starts[of_list] + random.integers(0, sizes[of_list])
    # Counted without the first entry's own list, which is stepped over.
    second = random.integers(0, others[of_list])
    second += np.where(second >= starts[of_list], sizes[of_list], 0)
    list_by_list = np.argsort(lists, kind="stable").astype(np.int32)
    return np.asarray(list_by_list[np.stack([first, second])], np.int32)


def marks_of(ids: pa.Array) -> Hashes:
    """A hash of each text, of that text alone; the array has no nulls."""
    starts = range(0, len(ids), _PART)
    return np.concatenate(
        [
            np.zeros(0, np.uint64),
            *(_marks_of(ids.slice(start, _PART)) for start in starts),
        ]
    )


def _marks_of(ids: pa.Array) -> Hashes:
    """The same of a few, at least one."""
    texts = ids.cast(pa.large_string())
    _, offsets, data = texts.buffers()
    last = texts.offset + len(texts)
    ends = np.frombuffer(offsets, np.int64)[texts.offset : last + 1]
    content = np.frombuffer(data or b"", np.uint8)[ends[0] : ends[-1]]
    # The words of eight bytes that end at each byte.
    text = np.concatenate([np.zeros(_WORD, np.uint8), content])
    words = np.ndarray(len(text) - _WORD + 1, "<u8", text, strides=(1,))
    lengths, last_places = np.diff(ends), ends[1:] - ends[0]
    marks = lengths.astype(np.uint64)
    rows = np.arange(len(lengths))
    for number in range(-(-int(lengths.max()) // _WORD)):
        # One long text among short ones costs no more than its own words.
        rows = rows[lengths[rows] > number * _WORD]
        left = np.minimum(lengths[rows] - number * _WORD, _WORD)
        # A word that begins before its text is rid of the bytes of the text before.
        strange = (_WORD * (_WORD - left)).astype(np.uint64)
        word = words[last_places[rows] - number * _WORD] >> strange
        marks[rows] += mix(word ^ salt_of(_SALT, number))
    return mix(marks)
