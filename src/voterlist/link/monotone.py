"""More agreement never makes one person less likely.

The levels of a comparison stand in the order of their evidence for one person. EM does not know
that order. It may learn that fewer of one person's pairs show a stronger level, as chance has it
where few pairs show either, or that relatives, who live together, agree in the address more often
than one person who moved. Then a pair that agrees in one field more would be less likely one
person.

The shares of the levels are therefore made monotone in their likelihood ratio: of *same* against
*unrelated*, and of *same* against each class of relatives, the ratio does not rise from a stronger
level to a weaker one. Levels out of order are pooled, which keeps the sum of their shares (the
pool-adjacent-violators algorithm: Ayer, Brunk, Ewing, Reid and Silverman 1955; Barlow, Bartholomew,
Bremner and Brunk 1972). As each class then loses against *same* by more agreement, so do all
classes together.

Where two values are the same, how often unrelated people share them is their term frequency. A name
that a third of a list has says little, and a rare misspelling of it must not say more: whoever has
the misspelling most likely bears the name. So no level weighs more than *same* would with the more
frequent of the two values (``bounded``).
"""

from __future__ import annotations

import numpy as np

from voterlist.arrays import Floats, Longs
from voterlist.link.comparisons import (
    MISSING,
    Comparison,
    Comparisons,
    Pairs,
    Vectors,
)
from voterlist.link.encode import Encoded
from voterlist.link.grid import on_grid

_RATIO_TOLERANCE = 1e-12
"""By how much a ratio may be out of order for the sake of rounding."""


def ordered(
    log_m: dict[str, dict[str, Floats]],
    log_u: dict[str, Floats],
    entries: Encoded,
    comparisons: Comparisons,
) -> dict[str, dict[str, Floats]]:
    """log2 m of the classes with likelihood ratios in order, and ``log_u`` as *unrelated*.

    *Same* is put in order against *unrelated*, then each class of relatives against *same*.
    """
    log_m = {name: dict(of_class) for name, of_class in log_m.items()}
    same, *rivals = log_m.values()
    for comparison in comparisons:
        field = comparison.field
        codes = in_order(comparison, entries)
        against = np.exp2(log_u[field][codes])
        shares = with_falling_ratio(np.exp2(same[field][codes]), against)
        same[field][codes] = np.log2(shares)
        codes = of_levels(comparison)
        against = np.exp2(same[field][codes])
        for rival in rivals:
            shares = with_rising_ratio(np.exp2(rival[field][codes]), against)
            rival[field][codes] = np.log2(shares)
    return log_m | {"unrelated": log_u}


def of_levels(comparison: Comparison) -> Longs:
    """The codes of the levels that one field decides alone, from the strongest evidence on."""
    chosen = [level for level in comparison.levels if level not in comparison.joint]
    return np.array([level for level in chosen if level], np.int64)


def in_order(comparison: Comparison, entries: Encoded) -> Longs:
    """Those of ``of_levels`` whose u is one number for the whole list, not one for each value."""
    codes = of_levels(comparison)
    return codes[~np.isin(codes, comparison.value_levels(entries))]


def with_falling_ratio(shares: Floats, against: Floats) -> Floats:
    """The shares with ratios to ``against`` that do not rise; both sums stay as they are.

    Both hold positive shares of levels, the strongest evidence first.
    """
    return _pooled(shares, against, -1.0)


def with_rising_ratio(shares: Floats, against: Floats) -> Floats:
    """The same with ratios that do not fall."""
    return _pooled(shares, against, 1.0)


def _pooled(shares: Floats, against: Floats, sign: float) -> Floats:
    ratio = shares / against * sign
    if (np.diff(ratio) >= -_RATIO_TOLERANCE * np.abs(ratio[1:])).all():
        return shares
    # Blocks of neighbouring levels: (their sum of shares, their sum against, how many levels).
    blocks: list[tuple[float, float, int]] = []
    for share, other in zip(shares.tolist(), against.tolist(), strict=True):
        block = (share, other, 1)
        while (
            blocks and sign * (blocks[-1][0] / blocks[-1][1] - block[0] / block[1]) > 0
        ):
            above = blocks.pop()
            block = (above[0] + block[0], above[1] + block[1], above[2] + block[2])
        blocks.append(block)
    ratios = [share / other for share, other, _ in blocks]
    return np.repeat(ratios, [levels for _, _, levels in blocks]) * against


def bounded(
    pairs: Pairs,
    vectors: Vectors,
    comparisons: Comparisons,
    log_m: dict[str, dict[str, Floats]],
) -> Vectors:
    """The vectors, with term frequencies by which no level weighs more than *same* would.

    ``log_m`` is that of the model; what is added to the term frequency of a pair is how much more
    often unrelated people show its level than the model says of all values.
    """
    term_frequency = vectors.term_frequency.copy()
    for comparison in comparisons:
        if comparison.same in comparison.value_levels(pairs.entries):
            _bound(comparison, pairs, vectors, log_m, term_frequency)
    return Vectors(vectors.levels, term_frequency)


def _bound(
    comparison: Comparison,
    pairs: Pairs,
    vectors: Vectors,
    log_m: dict[str, dict[str, Floats]],
    term_frequency: Floats,
) -> None:
    """Bound, in place, the term frequencies by one comparison."""
    field = comparison.field
    levels = vectors.levels[field]
    exempt = [MISSING, comparison.same, *comparison.joint]
    where = np.flatnonzero(~np.isin(levels, exempt))
    if not len(where):
        return
    near, own = pairs.at(where), levels[where]
    # log2 of the odds against one person: of the level, and of what the more frequent value allows.
    told = log_m["unrelated"][field][own] - log_m["same"][field][own]
    for of_level, share in comparison.shared_value_shares(near, own):
        told[of_level] += on_grid(share)
    least = _odds_of_the_same_value(comparison, near, log_m)
    for implied in comparison.implied:
        weights = log_m["same"][implied] - log_m["unrelated"][implied]
        least += np.maximum(weights[vectors.levels[implied][where]], 0.0)
    term_frequency[where] += np.maximum(least - told, 0.0)


def _odds_of_the_same_value(
    comparison: Comparison, pairs: Pairs, log_m: dict[str, dict[str, Floats]]
) -> Floats:
    """log2 of the odds against one person, had both entries the more frequent value of the pair."""
    field, most = comparison.field, np.full(len(pairs), -np.inf)
    for one in (pairs, pairs.turned()):
        # Of a date of which only the year is known no more than the year can be the same.
        itself = Pairs(pairs.entries, one.left, one.left)
        levels = comparison.pair_levels(itself)
        told = log_m["unrelated"][field][levels] - log_m["same"][field][levels]
        # How frequent a name is may depend on who bears it: on either of the two.
        for bearers in (itself, Pairs(pairs.entries, one.left, one.right)):
            odds = told.copy()
            for where, share in comparison.shared_value_shares(bearers, levels):
                odds[where] += on_grid(share)
            most = np.maximum(most, odds)
    return most
