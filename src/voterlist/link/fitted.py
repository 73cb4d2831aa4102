"""What a linkage learnt: its model, and the comparison vectors from which it learnt."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist import tables
from voterlist.arrays import Codes, Floats, Longs
from voterlist.link.comparisons.base import MISSING, Comparison
from voterlist.link.comparisons.vectors import Comparisons
from voterlist.link.fit import UNKNOWN_LOSS, Loss
from voterlist.link.grid import on_grid
from voterlist.link.weigh import CLASSES, Model, Scored, VectorCounts, score
from voterlist.model import frozen

LEVELS = pa.schema(
    [
        pa.field("comparison", pa.string(), nullable=False),
        pa.field("level", pa.string(), nullable=False),
        pa.field("m", pa.float64()),
        pa.field("u", pa.float64()),
        pa.field("weight_bits", pa.float64(), nullable=False),
        pa.field("by_value", pa.bool_(), nullable=False),
        pa.field("pairs", pa.int64(), nullable=False),
        pa.field("same_pairs", pa.float64(), nullable=False),
        *(pa.field(f"m_{name}", pa.float64()) for name in CLASSES[1:-1]),
    ]
)
"""The levels of each comparison, the strongest evidence for one person first, *missing* last.

``m`` is P(level | one person), ``u`` P(level | unrelated people), ``m_twins`` and so on those of
the relatives; null at *missing*, and where a level is counted with another comparison.
``weight_bits`` is log2(m / u). ``by_value``: u differs from value to value, and the one told is
that of random pairs. ``pairs`` of those compared show the level; ``same_pairs`` of them are
expected to be one person."""


@frozen
class Fitted:
    """The model of a list, and the comparison vectors of the pairs that were compared."""

    comparisons: Comparisons
    model: Model
    vectors: VectorCounts
    """The distinct ones with their counts; term frequencies in bins of two bits."""
    beside: VectorCounts
    """Those of the pairs that do not stay in the table."""
    entries: int
    """How many the list has."""
    person: Codes | None = None
    """Which entries count as one person's where values are counted; None: each for itself."""
    loss: Loss = UNKNOWN_LOSS
    """Of the pairs of one person, those that no key brings together."""

    def score(self) -> Scored:
        """The posteriors and the match weight of each distinct vector."""
        return score(self.comparisons.unpack(self.vectors.codes), self.model)

    def likely(self, told: Floats) -> tuple[Floats, Longs]:
        """P(one person) of the pairs that were compared, and how many pairs have each.

        Those of the table stand first, with what is ``told`` there, in ascending order: sums do not
        depend on that of the table. The others have what their vectors say.
        """
        others = score(self.comparisons.unpack(self.beside.codes), self.model)
        counts = np.concatenate([np.ones(len(told), np.int64), self.beside.counts])
        return np.concatenate([np.sort(told), others.posterior[:, 0]]), counts

    def levels(self) -> pa.Table:
        """LEVELS."""
        levels = self.comparisons.unpack(self.vectors.codes).levels
        counts = self.vectors.counts
        same = self.score().posterior[:, 0] * counts
        parts = []
        for comparison in self.comparisons:
            of_pairs, size = levels[comparison.field], len(comparison.levels)
            numbers = {
                "pairs": np.bincount(of_pairs, counts, size).astype(np.int64),
                "same_pairs": np.bincount(of_pairs, same, size),
            }
            shares = _shares(self.model, comparison)
            codes = np.array(comparison.levels, np.int64)
            rows = {name: of[codes] for name, of in (shares | numbers).items()}
            rows["comparison"] = [comparison.field] * size
            rows["level"] = [level.word for level in comparison.levels]
            for name in ("m", "u", *LEVELS.names[-4:]):
                rows[name] = pa.array(rows[name], from_pandas=True)
            parts.append(tables.from_columns(rows, LEVELS, size))
        return pa.concat_tables(parts)


def _shares(model: Model, comparison: Comparison) -> dict[str, np.ndarray]:
    """The shares of the levels of one comparison, by code; not a number where there is none."""
    field = comparison.field
    no_share = [MISSING, *comparison.elsewhere]
    m = {name: np.exp2(of_class[field]) for name, of_class in model.log_m.items()}
    of_values = model.u.get(field, np.full(len(comparison.levels), np.nan))
    # The model has no share where the term frequency of the value tells it.
    by_value = (model.log_m["unrelated"][field] == 0) & (
        on_grid(np.log2(of_values)) != 0
    )
    by_value[no_share] = False
    m["unrelated"] = np.where(by_value, of_values, m["unrelated"])
    for of_class in m.values():
        of_class[no_share] = np.nan
    shares = {f"m_{name}": m[name] for name in CLASSES[1:-1]}
    of_level = model.log_m["same"][field] - model.log_m["unrelated"][field]
    weight = np.where(by_value, np.log2(m["same"] / m["unrelated"]), of_level)
    weight[no_share] = 0.0
    return {
        "m": m["same"],
        "u": m["unrelated"],
        "weight_bits": weight,
        "by_value": by_value,
        **shares,
    }
