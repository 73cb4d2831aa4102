"""What the linkage knows of each class of pairs before it has seen a list.

``priors.toml``, fitted to the list.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

import numpy as np

from voterlist.link.arrays import Bools, Floats
from voterlist.link.compare import LEVELS
from voterlist.link.encode import Encoded
from voterlist.model import Profile

__all__ = ["Prior", "incomplete_dates", "priors"]


@dataclass(frozen=True, slots=True)
class Prior:
    """One class of pairs.

    How many there are, and how often each level is shown where both values are known.
    """

    expected_share: float
    """Pairs of the class for each entry of a list."""
    held: float
    """How much that number weighs beside the number that the list shows."""
    strength: float
    """How many imagined pairs ``shares`` weighs."""
    shares: dict[str, Floats]
    """For each field the shares of its levels, without "missing"; they sum to one."""
    fixed: dict[str, Bools]
    """For each field which of its levels are not learnt."""

    def learnt(self, field: str, counts: Floats) -> Floats:
        """The shares of a field's levels from their expected counts in the list (Dirichlet).

        Fixed ones as known.
        """
        known, fixed = self.shares[field], self.fixed[field]
        if fixed.all():
            return known
        held = counts + self.strength * known
        return np.where(fixed, known, held * (1 - known[fixed].sum()) / held[~fixed].sum())


@cache
def _known(profile: Profile) -> dict[str, Prior]:
    text = resources.files(__package__).joinpath("priors.toml").read_text(encoding="utf-8")
    found = {}
    for name, content in tomllib.loads(text)[profile.value].items():
        shares = {field: np.array(content[field]) / np.sum(content[field]) for field in LEVELS}
        single = content.get("fixed_levels", {})
        fixed = {
            field: np.isin(
                levels[1:], levels if field in content["fixed"] else single.get(field, [])
            )
            for field, levels in LEVELS.items()
        }
        found[name] = Prior(
            content["expected_share"], content["held"], content["strength"], shares, fixed
        )
    return found


def incomplete_dates(entries: Encoded) -> float:
    """P(of two entries at least one has a birth year only, or the first of January), 0 to 1."""
    known = entries.year > 0
    whole = 1 - float((known & entries.partial_date).sum()) / max(int(known.sum()), 1)
    return 1 - whole * whole


def priors(profile: Profile, entries: Encoded) -> dict[str, Prior]:
    """The priors of the classes that are learnt, in their order.

    How many dates are incomplete is the list's habit, not a property of a class: dates that agree
    are "year" as often as the list is incomplete.
    """
    share = np.clip(incomplete_dates(entries), 0.001, 0.999)
    same, year = LEVELS["birth_date"].index("same") - 1, LEVELS["birth_date"].index("year") - 1
    found = {}
    for name, prior in _known(profile).items():
        dates = prior.shares["birth_date"].copy()
        agreeing = dates[same] + dates[year]
        dates[same], dates[year] = agreeing * (1 - share), agreeing * share
        found[name] = replace(prior, shares=prior.shares | {"birth_date": dates})
    return found
