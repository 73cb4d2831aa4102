"""In what the likely pairs of a list differ, by how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.link.comparisons import MISSING, Comparison, Comparisons

_MOST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Pattern:
    """Pairs that differ in the same."""

    differing: tuple[tuple[str, str], ...]
    """(comparison, level) of what is known in both entries and is not the same."""
    pairs: int
    same: float
    """Of the pairs those that are expected to be one person."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """In what the pairs differ that a person is asked about, or that are put forward."""

    review: float
    """The probability from which pairs are counted."""
    pairs: int
    alike: int
    """Pairs that are the same in all that is known."""
    commonest: tuple[tuple[str, str], int] | None
    """The level other than *same* that most pairs show, and how many."""
    shown: tuple[Pattern, ...]
    """The commonest first."""
    left: int
    """How many more patterns there are."""


def patterns_of(pairs: pa.Table, comparisons: Comparisons, review: float) -> Patterns:
    """In what the pairs of a PAIR table differ, from this probability on."""
    likely = pairs.filter(pc.greater_equal(pairs.column("probability"), review))
    columns = {
        comparison.field: _differing(likely, comparison) for comparison in comparisons
    }
    table = pa.table({**columns, "probability": likely.column("probability")})
    counted = table.group_by(list(columns), use_threads=False).aggregate(
        [("probability", "count"), ("probability", "sum")]
    )
    order = [("probability_count", "descending")]
    order += [(field, "ascending") for field in columns]
    patterns = [_pattern(row, columns) for row in counted.sort_by(order).to_pylist()]
    levels: Counter[tuple[str, str]] = Counter()
    for pattern in patterns:
        levels.update(dict.fromkeys(pattern.differing, pattern.pairs))
    return Patterns(
        review,
        likely.num_rows,
        sum(pattern.pairs for pattern in patterns if not pattern.differing),
        next(iter(levels.most_common(1)), None),
        tuple(patterns[:_MOST_SHOWN]),
        max(len(patterns) - _MOST_SHOWN, 0),
    )


def _differing(pairs: pa.Table, comparison: Comparison) -> pa.ChunkedArray:
    """The levels of a comparison; an empty text where it is the same, or nothing is known."""
    levels = pairs.column(f"{comparison.field}_level").cast(pa.string())
    silent = pa.array([comparison.words[MISSING], comparison.same.word])
    return pc.if_else(pc.is_in(levels, value_set=silent), "", levels)


def _pattern(row: Mapping[str, Any], columns: Mapping[str, object]) -> Pattern:
    differing = tuple((field, row[field]) for field in columns if row[field])
    return Pattern(differing, row["probability_count"], row["probability_sum"])
