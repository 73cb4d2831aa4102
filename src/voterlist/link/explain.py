"""Why a pair has its weight: the bits that each comparison adds, and what other explanations take back.

The model travels with its pairs, as metadata of their table, so a table of pairs explains itself years later.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from voterlist.link.compare import LEVELS, Compared
from voterlist.link.weigh import CLASSES, Model, score

__all__ = ["Explanation", "Step", "compared_in", "explain", "read_model", "with_model"]

_KEY = b"voterlist.model"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the waterfall: ``bits`` for (above 0) or against (below 0) "one person", against strangers."""

    field: str
    level: str
    bits: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """The waterfall of one pair: steps, ``rarity`` and ``rivals`` sum to ``weight``. All in bits."""

    steps: tuple[Step, ...]
    rarity: float
    """For the values that the two share being uncommon."""
    rivals: float
    """Taken back because twins, relatives or one household explain the agreement too; never above 0."""
    weight: float
    posterior: dict[str, float]
    """P(class) of each latent class."""


def explain(compared: Compared, model: Model) -> Explanation:
    """The waterfall of the first pair in ``compared``."""
    steps = []
    for field, levels in LEVELS.items():
        level = int(compared.levels[field][0])
        bits = float(model.log_m["same"][field][level] - model.log_m["strangers"][field][level])
        steps.append(Step(field, levels[level], bits))
    scored = score(compared, model)
    rarity, weight = -float(compared.rarity[0]), float(scored.weight[0])
    against_strangers = sum(step.bits for step in steps) + rarity
    posterior = dict(zip(CLASSES, scored.posterior[0].tolist(), strict=True))
    return Explanation(tuple(steps), rarity, weight - against_strangers, weight, posterior)


def with_model(pairs: pa.Table, model: Model) -> pa.Table:
    """The same table, with the model in its metadata."""
    content = {
        "log_m": {name: {field: list(bits) for field, bits in fields.items()} for name, fields in model.log_m.items()},
        "log_size": list(model.log_size),
    }
    return pairs.replace_schema_metadata({_KEY: json.dumps(content, sort_keys=True).encode()})


def read_model(metadata: dict[bytes, bytes] | None) -> Model | None:
    """The model in a table's metadata; None where there is none."""
    if not metadata or _KEY not in metadata:
        return None
    content = json.loads(metadata[_KEY])
    log_m = {
        name: {field: np.array(bits) for field, bits in fields.items()} for name, fields in content["log_m"].items()
    }
    return Model(log_m, np.array(content["log_size"]))


def compared_in(row: dict[str, object]) -> Compared:
    """The levels and the rarity of one row of a PAIR table.

    Raises:
        ValueError: a level is not one of ``LEVELS``.
    """
    levels = {field: np.array([words.index(str(row[f"{field}_level"]))], np.uint8) for field, words in LEVELS.items()}
    return Compared(levels, np.array([row["rarity"]], np.float64))
