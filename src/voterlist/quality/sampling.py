"""Which cases tell most about how right the decisions are, drawn by strata.

How many are drawn of each stratum: Neyman, J. (1934), On the two different aspects of the
representative method, Journal of the Royal Statistical Society 97, 558-625; in Cochran (1977),
section 5.5. Most come from where the model is in doubt, and from where there are many.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

_LEAST = 2
"""Of each stratum at least so many are drawn: from one nothing is learnt of its spread."""
_BYTES = 8


@dataclass(frozen=True, slots=True)
class Drawable:
    """What may be drawn.

    Attributes:
        name: by which it is known: of a case, or of a pair.
        stratum: to which it belongs.
        probability: of one person, by the model, 0 to 1.
    """

    name: str
    stratum: str
    probability: float


def place_of(name: str, cycle: str) -> float:
    """A number from 0 to 1 that only the name and the cycle decide."""
    digest = hashlib.blake2b(f"{cycle}\n{name}".encode(), digest_size=_BYTES)
    return float(int.from_bytes(digest.digest()) / 2 ** (8 * _BYTES))


def draw(
    items: Iterable[Drawable],
    size: int,
    cycle: str,
    *,
    without: Collection[str] = (),
) -> list[str]:
    """The names of those that are drawn, by stratum and chance; the same for the same items.

    Args:
        items: what may be drawn.
        size: how many are wanted; of every stratum two at least are drawn.
        cycle: the compilation; another one draws others.
        without: what was decided before; it is not drawn again.
    """
    strata: dict[str, list[Drawable]] = {}
    for one in items:
        if one.name not in without:
            strata.setdefault(one.stratum, []).append(one)
    wanted = _shares(strata, size)
    drawn: list[str] = []
    for stratum, own in sorted(strata.items()):
        order = sorted((place_of(one.name, cycle), one.name) for one in own)
        drawn += [name for _, name in order[: wanted[stratum]]]
    return drawn


def _shares(strata: Mapping[str, list[Drawable]], size: int) -> dict[str, int]:
    """How many of each stratum are drawn: by its size and its spread."""
    weights = {stratum: _weight(own) for stratum, own in strata.items()}
    total = sum(weights.values()) or 1.0
    return {
        stratum: min(
            len(own), max(_LEAST, math.floor(size * weights[stratum] / total + 0.5))
        )
        for stratum, own in strata.items()
    }


def _weight(own: list[Drawable]) -> float:
    """The size of a stratum times the standard deviation that the model expects in it."""
    share = math.fsum(one.probability for one in own) / len(own)
    return len(own) * math.sqrt(share * (1 - share))
