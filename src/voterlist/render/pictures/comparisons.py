"""What is compared: what the columns hold, what each level weighs, in what likely pairs differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import attrgetter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Floats
from voterlist.link.comparisons.base import MISSING, Comparison
from voterlist.link.comparisons.vectors import Comparisons
from voterlist.link.encode import ADDED, Encoded
from voterlist.link.fit import known_values
from voterlist.model import frozen
from voterlist.tables import ReadRow, by_key, codes

_MADE_OF: Mapping[str, tuple[str, ...]] = {
    "birth_date": ("year",),
    "address": ("address", "street", "house"),
}
"""Comparison -> the columns of which an entry has one, where they have other names."""


@frozen
class Column:
    """How many entries have a value of what is compared."""

    field: str
    known: int
    lacking: int
    """Of the entries that say too little those that lack it."""


@frozen
class Columns:
    """What the entries of a list hold."""

    entries: int
    columns: tuple[Column, ...]
    """One a comparison; what no entry has is left out."""
    unlinkable: int
    """Entries that say too little: a repetition with the same values would stay below the
    threshold."""

    @property
    def emptiest(self) -> Column | None:
        """The column with the fewest values."""
        return min(self.columns, key=attrgetter("known"), default=None)

    @property
    def most_lacking(self) -> Column | None:
        """What most of the entries lack that say too little."""
        return max(self.columns, key=attrgetter("lacking"), default=None)


def columns_of(
    entries: Encoded, comparisons: Comparisons, alike: Floats, threshold: float
) -> Columns:
    """What the entries hold.

    ``alike`` is for each of them the probability that it and a repetition with the same values are
    one person.
    """
    says_little = alike < threshold
    columns = []
    for field in comparisons.fields:
        own = ADDED + field if field in entries.added else field
        known = np.zeros(entries.size, np.bool_)
        for name in _MADE_OF.get(field, (own,)):
            known |= known_values(entries, name)
        if known.any():
            lacking = int((says_little & ~known).sum())
            columns.append(Column(field, int(known.sum()), lacking))
    return Columns(entries.size, tuple(columns), int(says_little.sum()))


_COMMON = 0.05
"""A level that a smaller share shows is not spoken of: it tells of hardly any pair."""


@frozen
class Weighed:
    """One level of one comparison."""

    field: str
    level: str
    m: float
    """P(level | one person)."""
    u: float
    """P(level | two unrelated people)."""
    bits: float
    """What it weighs; of a level whose evidence is a value, in the middle of the pairs of the list.
    """
    low: float
    """What it weighs at least, by how frequent the value is."""
    high: float
    """What it weighs at most."""


@frozen
class Levels:
    """The levels of all comparisons."""

    fields: Mapping[str, Sequence[Weighed]]
    """Those of each comparison, the strongest evidence first."""

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the most bits of any level, with zero between them."""
        low = min((row.low for row in self._rows), default=0.0)
        return min(low, 0.0), max((row.high for row in self._rows), default=0.0)

    @property
    def strongest(self) -> Weighed | None:
        """The level that says most for one person, of those that one person's pairs often show."""
        often = (row for row in self._rows if row.m > _COMMON)
        return max(often, key=attrgetter("bits"), default=None)

    @property
    def weakest(self) -> Weighed | None:
        """The level that says most against it, of those that unrelated people often show."""
        often = (row for row in self._rows if row.u > _COMMON)
        return min(often, key=attrgetter("bits"), default=None)

    @property
    def _rows(self) -> list[Weighed]:
        return [row for rows in self.fields.values() for row in rows]


def levels_of(levels: pa.Table, pairs: pa.Table, falls: pa.Table) -> Levels:
    """The levels of the comparisons that some pair shows.

    Args:
        levels: LEVELS of the linkage (``link.fitted``).
        pairs: PAIR.
        falls: WATERFALL of these pairs, in their order, each field with its own term frequency.
    """
    rows = by_key((row["comparison"], row) for row in levels.to_pylist())
    fields = {}
    for field, of_field in rows.items():
        told = [row for row in of_field if row["m"] is not None]
        if not any(row["pairs"] for row in told):
            continue
        seen = _bits_by_level(field, pairs, falls)
        fields[field] = [_weigh_level(row, seen.get(row["level"])) for row in told]
    return Levels(fields)


def _weigh_level(row: ReadRow, seen: Floats | None) -> Weighed:
    """A level; ``seen`` are the bits that it gives to the pairs of the list."""
    bits = low = high = row["weight_bits"]
    if row["by_value"] and seen is not None:
        low, bits, high = np.quantile(seen, (0, 0.5, 1)).tolist()
    return Weighed(row["comparison"], row["level"], row["m"], row["u"], bits, low, high)


def _bits_by_level(field: str, pairs: pa.Table, falls: pa.Table) -> dict[str, Floats]:
    """The bits that the pairs have by each level of a field, term frequency among them.

    None where the term frequency of the field is not told apart.
    """
    if f"{field}_term_frequency" not in falls.column_names:
        return {}
    shown, levels = codes(pairs.column(f"{field}_level"))
    bits = falls.column(f"{field}_bits").to_numpy()
    return {
        level: bits[shown == code]
        for code, level in enumerate(levels.to_pylist())
        if (shown == code).any()
    }


_MOST_SHOWN = 12


@frozen
class Pattern:
    """Pairs that differ in the same."""

    differing: tuple[tuple[str, str], ...]
    """(comparison, level) of what is known in both entries and is not the same."""
    pairs: int
    same: float
    """Of the pairs those that are expected to be one person."""


@frozen
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


def _pattern(row: ReadRow, columns: Mapping[str, object]) -> Pattern:
    differing = tuple((field, row[field]) for field in columns if row[field])
    return Pattern(differing, row["probability_count"], row["probability_sum"])
