"""What the linkage knows of each class of pairs before it has seen a list: ``priors.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from voterlist.arrays import Bools, Floats
from voterlist.link.comparisons import MISSING, SHIPPED, Comparison, Comparisons
from voterlist.link.encode import Encoded
from voterlist.model import Profile

_ADDED_PSEUDO_COUNTS = 20.0
"""How many pairs the prior of an added comparison weighs: few, so the list decides."""
_ADDED_SAME = (0.7, 0.1)
"""Of one person's pairs the shares of the first and the last level of an added comparison."""
_ADDED_OTHERS = (0.1, 0.8)
"""The same of relatives' pairs, whatever relatives they are."""


@dataclass(frozen=True, slots=True)
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
    pseudo_counts: dict[str, float]
    """How many pairs the ``shares`` of each field weigh."""
    shares: dict[str, Floats]
    """For each field the shares of its levels, without *missing*; they sum to one."""
    fixed: dict[str, Bools]
    """For each field which of its levels are not learnt."""
    most: dict[str, Floats]
    """For each field how large the shares of its levels can be learnt to be."""
    as_unrelated: tuple[str, ...]
    """Fields whose levels are those of unrelated people, but for the share that has one value."""
    fixed_without: dict[str, dict[str, dict[str, float]]]
    """For each field that a list may lack, shares that are then not learnt: field, level, share."""

    def learnt(self, field: str, counts: Floats) -> Floats:
        """The shares of a field's levels from their expected counts in the list (Dirichlet).

        Fixed ones stay as known.
        """
        known, fixed = self.shares[field], self.fixed[field]
        if fixed.all():
            return known
        counted = counts + self.pseudo_counts[field] * known
        free = 1 - known[fixed].sum()
        shares = np.where(fixed, known, counted * free / counted[~fixed].sum())
        return _bounded(shares, self.most[field])

    def with_unrelated(self, field: str, u: Floats) -> Prior:
        """The prior with the levels of a field as frequent as their ``u``, the shares of them.

        ``u`` is 0 for levels whose share is that of a value: they stay as they are.
        """
        known = u > 0
        shares = self.shares[field].copy()
        shares[known] = u[known] / u[known].sum() * shares[known].sum()
        return replace(self, shares=self.shares | {field: shares})


def _bounded(shares: Floats, most: Floats) -> Floats:
    """The shares with what is above ``most`` taken off and given to the others in proportion."""
    above = shares > most
    if not above.any():
        return shares
    rest = shares[~above].sum()
    return np.where(above, most, shares * (1 - most[above].sum()) / rest)


@cache
def _shipped(profile: Profile) -> dict[str, Prior]:
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
    for comparison in SHIPPED:
        field = comparison.field
        words = _words(comparison)
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
        dict.fromkeys(shares, of_class["pseudo_counts"]),
        shares,
        fixed,
        most,
        tuple(of_class.get("as_unrelated", ())),
        of_class.get("fixed_without", {}),
    )


def _words(comparison: Comparison) -> list[str]:
    """The levels that are not *missing*, by code."""
    return comparison.words[MISSING + 1 :]


def _with_added(name: str, prior: Prior, comparisons: Comparisons) -> Prior:
    """The prior of a class with those of added comparisons, which are the same for every kind."""
    shares, fixed = dict(prior.shares), dict(prior.fixed)
    most, pseudo = dict(prior.most), dict(prior.pseudo_counts)
    for field in comparisons.added_kinds:
        levels = len(comparisons[field].levels) - 1
        shares[field] = _added_shares(
            levels, _ADDED_SAME if name == "same" else _ADDED_OTHERS
        )
        fixed[field], most[field] = np.zeros(levels, np.bool_), np.ones(levels)
        pseudo[field] = _ADDED_PSEUDO_COUNTS
    return replace(prior, shares=shares, fixed=fixed, most=most, pseudo_counts=pseudo)


def _added_shares(levels: int, ends: tuple[float, float]) -> Floats:
    """The shares of so many levels: those of the first and the last, the others alike."""
    first, last = ends
    between = levels - 2
    shares = np.full(levels, (1 - first - last) / max(between, 1))
    shares[0], shares[-1] = first, last
    return np.asarray(shares / shares.sum(), np.float64)


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
    for name, shipped in _shipped(profile).items():
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
