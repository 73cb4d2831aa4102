"""What the linkage knows of each class of pairs before it has seen a list: ``priors.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from voterlist.arrays import Bools, Floats
from voterlist.link.comparisons import MISSING, SHIPPED, Comparison, Comparisons
from voterlist.link.encode import Encoded
from voterlist.model import Profile

__all__ = ["Prior", "priors"]


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
    """Pairs of the class for each entry of a list."""
    size_weight: float
    """How much that number weighs beside the number that the list shows."""
    pseudo_counts: dict[str, float]
    """How many pairs the ``shares`` of each field weigh."""
    shares: dict[str, Floats]
    """For each field the shares of its levels, without *missing*; they sum to one."""
    fixed: dict[str, Bools]
    """For each field which of its levels are not learnt."""

    def learnt(self, field: str, counts: Floats) -> Floats:
        """The shares of a field's levels from their expected counts in the list (Dirichlet).

        Fixed ones stay as known.
        """
        known, fixed = self.shares[field], self.fixed[field]
        if fixed.all():
            return known
        counted = counts + self.pseudo_counts[field] * known
        free = 1 - known[fixed].sum()
        return np.where(fixed, known, counted * free / counted[~fixed].sum())


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
    shares, fixed = {}, {}
    for comparison in SHIPPED:
        field = comparison.field
        words = _words(comparison)
        known = np.array([content["shares"][field][word][column] for word in words])
        shares[field] = known / np.sum(known)
        chosen = words if field in of_class["fixed"] else levels.get(field, [])
        fixed[field] = np.isin(words, chosen)
    return Prior(
        of_class["expected_share"],
        of_class["size_weight"],
        dict.fromkeys(shares, of_class["pseudo_counts"]),
        shares,
        fixed,
    )


def _words(comparison: Comparison) -> list[str]:
    """The levels that are not *missing*, by code."""
    return comparison.words[MISSING + 1 :]


def _with_added(name: str, prior: Prior, comparisons: Comparisons) -> Prior:
    """The prior of a class with those of added comparisons, which are the same for every kind."""
    shares, fixed, pseudo = (
        dict(prior.shares),
        dict(prior.fixed),
        dict(prior.pseudo_counts),
    )
    for field in comparisons.added_kinds:
        levels = len(comparisons[field].levels) - 1
        shares[field] = _added_shares(
            levels, _ADDED_SAME if name == "same" else _ADDED_OTHERS
        )
        fixed[field] = np.zeros(levels, np.bool_)
        pseudo[field] = _ADDED_PSEUDO_COUNTS
    return replace(prior, shares=shares, fixed=fixed, pseudo_counts=pseudo)


def _added_shares(levels: int, ends: tuple[float, float]) -> Floats:
    """The shares of so many levels: those of the first and the last, the others alike."""
    first, last = ends
    between = levels - 2
    shares = np.full(levels, (1 - first - last) / max(between, 1))
    shares[0], shares[-1] = first, last
    return np.asarray(shares / shares.sum(), np.float64)


def priors(
    profile: Profile, entries: Encoded, comparisons: Comparisons
) -> dict[str, Prior]:
    """The priors of the classes that are learnt, in their order, fitted to a list."""
    fitted = {}
    for name, shipped in _shipped(profile).items():
        prior = _with_added(name, shipped, comparisons)
        shares = {
            comparison.field: comparison.fit_prior(
                entries, prior.shares[comparison.field]
            )
            for comparison in comparisons
        }
        fitted[name] = replace(prior, shares=shares)
    return fitted
