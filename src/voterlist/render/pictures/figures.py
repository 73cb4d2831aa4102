"""The figures that the pictures of a linkage show, counted from its tables.

Each is plain values by the names that its template reads. Nothing else reads them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import ceil, cos, floor, log2, pi, sin
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import tables
from voterlist.arrays import Codes, Floats, Longs
from voterlist.link.block import Forecast
from voterlist.link.comparisons.base import MISSING, Comparison
from voterlist.link.comparisons.vectors import Comparisons
from voterlist.link.encode import ADDED, Encoded
from voterlist.link.fit import WHOLE, estimate, known_values
from voterlist.link.fitted import Fitted
from voterlist.model import frozen
from voterlist.tables import ReadRow

Figures = Mapping[str, Any]

# --- The clusters by their size, and those of them that are doubtful

_SURE = 0.99
"""A cluster is doubtful of which an entry is tied to the others by less than this."""
_MOST_CLUSTERS = 10
"""So many doubtful clusters, and pairs below the threshold, are shown entry by entry."""
_MOST_ENTRIES = 12
"""A cluster with more entries is not drawn: lines would hide each other."""


def clusters_of(
    clusters: pa.Table, pairs: pa.Table, *, threshold: float, review: float
) -> Figures:
    """The clusters of a linkage, with the pairs of its PAIR table.

    ``sizes``: how many have so many entries, the smallest first; ``doubtful``: how many are;
    ``shown``: of these the most doubtful; ``near``: the pairs next ``below`` the threshold, of
    which there are so many; ``pairs``: the rows of PAIR that are shown, in the order of the page.

    From ``threshold`` on a pair joins clusters, from ``review`` on a person is asked about it.
    """
    number, _ = tables.codes(clusters.column("cluster_id"))
    size_of = np.bincount(number)
    sizes, counts = np.unique(size_of, return_counts=True)
    ids = clusters.column("entry_id")
    left, right = (
        pc.index_in(pairs.column(f"entry_{side}"), value_set=ids.combine_chunks())
        .fill_null(-1)
        .to_numpy()
        for side in "lr"
    )
    inside = np.flatnonzero((left >= 0) & (right >= 0))
    inside = inside[number[left[inside]] == number[right[inside]]]
    probability = pairs.column("probability").to_numpy()
    ties = _Ties(left[inside], right[inside], probability[inside], inside)
    weakest = np.ones(len(size_of))
    np.minimum.at(weakest, number, _strongest(len(number), ties))
    doubtful = np.flatnonzero(weakest < _SURE)
    # Of equally doubtful ones the larger first.
    order = np.lexsort((doubtful, -size_of[doubtful], weakest[doubtful]))
    most_doubtful = doubtful[order][:_MOST_CLUSTERS].tolist()
    below = np.flatnonzero((probability >= review) & (probability < threshold))
    nearest = below[np.argsort(-probability[below], kind="stable")][:_MOST_CLUSTERS]
    shown = [_cluster(of_one, number, ids, ties) for of_one in most_doubtful]
    near = [_pair(row, pairs) for row in nearest.tolist()]
    return {
        "sizes": [
            {"entries": size, "clusters": count}
            for size, count in zip(sizes.tolist(), counts.tolist(), strict=True)
        ],
        "clusters": len(size_of),
        "entries": len(number),
        "sure": _SURE,
        "doubtful": len(doubtful),
        "shown": shown,
        "near": near,
        "below": len(below),
        "pairs": [
            cluster["pair"]
            for cluster in (*shown, *near)
            if cluster["pair"] is not None
        ],
    }


@frozen
class _Ties:
    """The pairs inside clusters: the places of their entries, and their rows in PAIR."""

    left: Longs
    right: Longs
    probability: Floats
    row: Longs


def _strongest(entries: int, ties: _Ties) -> Floats:
    """For each entry of the clusters the probability by which it is tied to another one."""
    strongest = np.zeros(entries)
    np.maximum.at(strongest, ties.left, ties.probability)
    np.maximum.at(strongest, ties.right, ties.probability)
    return strongest


def _cluster(cluster: int, number: Codes, ids: pa.ChunkedArray, ties: _Ties) -> Figures:
    places = np.flatnonzero(number == cluster)
    own = np.flatnonzero(number[ties.left] == cluster)
    own = own[np.argsort(-ties.probability[own], kind="stable")]
    inside = _Ties(
        np.searchsorted(places, ties.left[own]),
        np.searchsorted(places, ties.right[own]),
        ties.probability[own],
        ties.row[own],
    )
    strongest = _strongest(len(places), inside)
    weakest = int(np.argmin(strongest))
    of_weakest = (inside.left == weakest) | (inside.right == weakest)
    drawn = (inside.left, inside.right, inside.probability)
    return _entries_tied(
        tuple(ids.take(places).to_pylist()),
        list(zip(*(part.tolist() for part in drawn), strict=True)),
        float(strongest[weakest]),
        next(iter(inside.row[of_weakest].tolist()), None),
    )


def _pair(row: int, pairs: pa.Table) -> Figures:
    names = ("entry_l", "entry_r", "probability")
    left, right, probability = (pairs.column(name)[row].as_py() for name in names)
    return _entries_tied((left, right), [(0, 1, probability)], probability, row)


def _entries_tied(
    members: tuple[str, ...],
    ties: Sequence[tuple[int, int, float]],
    weakest: float,
    pair: int | None,
) -> Figures:
    """Entries that may be one person: a doubtful cluster, or a pair below the threshold.

    ``ties``: (two places, probability) of the pairs inside, the most probable first; ``weakest``:
    of the most weakly tied entry; ``pair``: the row of PAIR that ties it, None where a rule of the
    user's own put it there; ``places``: where the entries stand on a drawing of 100 by 100, none
    where they are too many.
    """
    count = len(members)
    turns = [2 * pi * number / count for number in range(count)]
    return {
        "members": members,
        "ties": ties,
        "weakest": weakest,
        "pair": pair,
        "places": [(50 + 38 * sin(turn), 50 - 38 * cos(turn)) for turn in turns]
        if 2 < count <= _MOST_ENTRIES
        else [],
    }


# --- What is compared: what the columns hold, what each level weighs, in what likely pairs differ

_MADE_OF: Mapping[str, tuple[str, ...]] = {
    "birth_date": ("year",),
    "address": ("address", "street", "house"),
}
"""Comparison -> the columns of which an entry has one, where they have other names."""


def columns_of(
    entries: Encoded, comparisons: Comparisons, alike: Floats, threshold: float
) -> Figures:
    """What the entries of a list hold.

    ``columns``: of each comparison that some entry has, how many do, and how many ``lacking`` it
    say too little; ``unlinkable``: how many of all these are: a repetition with the same values
    would stay below the threshold.

    ``alike`` is for each entry the probability that it and such a repetition are one person.
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
            column = {"field": field, "known": int(known.sum()), "lacking": lacking}
            columns.append(column)
    return {
        "entries": entries.size,
        "columns": columns,
        "unlinkable": int(says_little.sum()),
        "emptiest": min(columns, key=itemgetter("known"), default=None),
        "most_lacking": max(columns, key=itemgetter("lacking"), default=None),
    }


_COMMON = 0.05
"""A level that a smaller share shows is not spoken of: it tells of hardly any pair."""


def levels_of(levels: pa.Table, pairs: pa.Table, falls: pa.Table) -> Figures:
    """The levels of the comparisons that some pair shows, the strongest evidence first.

    ``ends``: the least and the most bits of any, with zero between them; ``strongest`` and
    ``weakest``: what says most for one person, and against it, of what pairs often show.

    Args:
        levels: LEVELS of the linkage (``link.fitted``).
        pairs: PAIR.
        falls: WATERFALL of these pairs, in their order, each field with its own term frequency.
    """
    rows = tables.by_key((row["comparison"], row) for row in levels.to_pylist())
    fields = {}
    for field, of_field in rows.items():
        told = [row for row in of_field if row["m"] is not None]
        if any(row["pairs"] for row in told):
            seen = _bits_by_level(field, pairs, falls)
            fields[field] = [_weigh_level(row, seen.get(row["level"])) for row in told]
    every = [row for told in fields.values() for row in told]
    often = {of: [row for row in every if row[of] > _COMMON] for of in ("m", "u")}
    return {
        "fields": fields,
        "ends": (
            min([0.0, *(row["low"] for row in every)]),
            max((row["high"] for row in every), default=0.0),
        ),
        "strongest": max(often["m"], key=itemgetter("bits"), default=None),
        "weakest": min(often["u"], key=itemgetter("bits"), default=None),
    }


def _weigh_level(row: ReadRow, seen: Floats | None) -> Figures:
    """A level with what it weighs, from ``low`` to ``high`` by how frequent the value is.

    ``seen`` are the bits that it gives to the pairs of the list: where its evidence is a value, it
    weighs what it does in the middle of them.
    """
    bits = low = high = row["weight_bits"]
    if row["by_value"] and seen is not None:
        low, bits, high = np.quantile(seen, (0, 0.5, 1)).tolist()
    own = {name: row[name] for name in ("level", "m", "u")}
    return {"field": row["comparison"], **own, "bits": bits, "low": low, "high": high}


def _bits_by_level(field: str, pairs: pa.Table, falls: pa.Table) -> dict[str, Floats]:
    """The bits that the pairs have by each level of a field, term frequency among them.

    None where the term frequency of the field is not told apart.
    """
    if f"{field}_term_frequency" not in falls.column_names:
        return {}
    shown, levels = tables.codes(pairs.column(f"{field}_level"))
    bits = falls.column(f"{field}_bits").to_numpy()
    return {
        level: bits[shown == code]
        for code, level in enumerate(levels.to_pylist())
        if (shown == code).any()
    }


_MOST_PATTERNS = 12


def patterns_of(pairs: pa.Table, comparisons: Comparisons, review: float) -> Figures:
    """In what the pairs differ that a person is asked about, or that are put forward.

    Those of a PAIR table from this probability on; ``alike``: pairs that are the same in all that
    is known; ``commonest``: the level other than *same* that most show, and how many; ``shown``:
    what is ``differing`` in so many pairs, and how many of these are expected to be one person, the
    commonest first; ``left``: how many more there are.
    """
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
    patterns = [
        {
            "differing": tuple((field, row[field]) for field in columns if row[field]),
            "pairs": row["probability_count"],
            "same": row["probability_sum"],
        }
        for row in counted.sort_by(order).to_pylist()
    ]
    levels: Counter[tuple[str, str]] = Counter()
    for pattern in patterns:
        levels.update(dict.fromkeys(pattern["differing"], pattern["pairs"]))
    return {
        "review": review,
        "pairs": likely.num_rows,
        "alike": sum(own["pairs"] for own in patterns if not own["differing"]),
        "commonest": next(iter(levels.most_common(1)), None),
        "shown": patterns[:_MOST_PATTERNS],
        "left": max(len(patterns) - _MOST_PATTERNS, 0),
    }


def _differing(pairs: pa.Table, comparison: Comparison) -> pa.ChunkedArray:
    """The levels of a comparison; an empty text where it is the same, or nothing is known."""
    levels = pairs.column(f"{comparison.field}_level").cast(pa.string())
    silent = pa.array([comparison.words[MISSING], comparison.same.word])
    return pc.if_else(pc.is_in(levels, value_set=silent), "", levels)


# --- The pairs: how sure they are, what each threshold costs, and what each key brought

_LEAST_END = 12
"""The axis reaches at least so many bits of log-odds: odds of 4,096 to one."""
_END = 30
"""Pairs that are surer than so many bits stand in the last bar: nobody tells them apart."""
_LEAST_BROUGHT = 0.01
"""The share of the pairs of one person that keys are thought to bring together at least."""
_TOLD = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999)
"""The thresholds of which the cost is told, beside the one that is set."""
_TICKS = (0.01, 0.5, 0.999, 0.999999)


def weights_of(
    pairs: pa.Table, fitted: Fitted, *, kept: float, threshold: float
) -> Figures:
    """The pairs that were ``compared``, by their probability of one person.

    Those ``below`` ``kept``, which the PAIR table mostly does not hold, are not drawn. ``bars``:
    one for each bit of log-odds, of one ``width``; places are in per cent of the axis.
    ``estimate``: of the pairs at or above the threshold; None where there is none. A cost is what a
    threshold gives: ``curve`` at the beginning of each bar, ``costs`` of those that people choose,
    ``chosen`` of the one that is set. It has ``pairs``, of them ``wrong``, and the pairs of one
    person that are expected to be ``missed`` below it, or ``lost``: no key brought them together.
    """
    probability, counts = fitted.likely(pairs.column("probability").to_numpy())
    compared = int(fitted.vectors.counts.sum())
    log_odds = _log_odds(probability)
    first = floor(_log_odds_of(kept))
    surest = float(log_odds.max(initial=_LEAST_END))
    last = ceil(min(max(surest, _LEAST_END), _END))
    bits = last - first
    is_drawn = (probability >= kept) & (np.arange(len(counts)) < pairs.num_rows)
    drawn = int(counts[is_drawn].sum())
    place = np.clip(np.floor(log_odds[is_drawn]), first, last - 1).astype(int) - first
    right = probability * counts
    every = np.bincount(place, counts[is_drawn], bits)
    same = np.bincount(place, right[is_drawn], bits)

    def place_of(log_odds: float) -> float:
        return min(100 * (log_odds - first) / bits, 100.0)

    loss = fitted.loss
    lost = float(right.sum()) * loss.share / max(1 - loss.share, _LEAST_BROUGHT)

    def cost(threshold: float) -> Figures:
        taken = probability >= threshold
        pairs = int(counts[taken].sum())
        wrong = pairs - float(right[taken].sum())
        missed = float(right[~taken].sum())
        expected = pairs - wrong + missed + lost
        return {
            "threshold": threshold,
            "place": place_of(_log_odds_of(threshold)),
            "pairs": pairs,
            "wrong": wrong,
            "missed": missed,
            "lost": lost,
            "precision": 1 - wrong / pairs if pairs else 1.0,
            "recall": (pairs - wrong) / expected if expected else 1.0,
        }

    begins = range(first, last)
    bars = [
        {
            "start": place_of(start),
            "same": float(of_one),
            "apart": float(of_all - of_one),
        }
        for start, of_one, of_all in zip(begins, same, every, strict=True)
    ]
    return {
        "compared": compared,
        "below": max(compared - drawn, 0),
        "width": 100 / bits,
        "bars": bars,
        "most": max(bar["same"] + bar["apart"] for bar in bars),
        "ticks": [
            (tick, place_of(_log_odds_of(tick)))
            for tick in _TICKS
            if _log_odds_of(tick) < last
        ],
        "curve": [cost(1 / (1 + 2.0**-start)) for start in begins],
        "costs": [cost(told) for told in sorted({*_TOLD, threshold})],
        "chosen": cost(threshold),
        "estimate": estimate(probability, counts, threshold, loss),
    }


def _log_odds(probability: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.log2(probability) - np.log2(1 - probability)


def _log_odds_of(probability: float) -> float:
    """In bits; of a threshold of 0 or 1, which people may set, so many as the axis may have."""
    told = min(max(probability, 2.0**-_END), 1 - 2.0**-_END)
    return log2(told / (1 - told))


def keys_of(
    forecast: Sequence[Forecast],
    pairs: pa.Table,
    *,
    threshold: float,
    entries: int,
    compared: int,
) -> Figures:
    """The blocking keys with the pairs of a PAIR table at or above the threshold.

    ``used``: those that brought pairs together, the costliest first: the ``cost``, the pairs put
    forward that it ``found``, and those that it alone did; ``idle``: how many brought none;
    ``is_whole``: whether every pair of the list was compared.
    """
    sure = pc.greater_equal(pairs.column("probability"), threshold)
    names = pairs.column("match_key").filter(sure)
    found: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    for told in pc.value_counts(names).to_pylist():
        of_pair = told["values"].split(" + ")
        found.update(dict.fromkeys(of_pair, told["counts"]))
        if len(of_pair) == 1:
            alone.update({of_pair[0]: told["counts"]})
    used = [cost for cost in forecast if cost.pairs or cost.not_compared]
    used.sort(key=lambda cost: (-cost.pairs, cost.key))
    return {
        "entries": entries,
        "compared": compared,
        "put_forward": len(names),
        "used": [
            {"cost": cost, "found": found[cost.key], "alone": alone[cost.key]}
            for cost in used
        ],
        "alone": sum(alone[cost.key] for cost in used),
        "idle": len(forecast) - len(used),
        "is_whole": any(cost.key == WHOLE for cost in used),
    }
