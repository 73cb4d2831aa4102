"""Whether the program asks, and people strike, in some groups of voters more than in others.

Shares stand with Wilson's interval. The difference between a group and all others has that of
Newcombe, R. G. (1998), Interval estimation for the difference between independent proportions,
Statistics in Medicine 17, 873-890, method 10. Of many differences the surest is told, so that one
of chance is told too: an interval that hardly leaves 0 says nothing.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict

import pyarrow as pa

from voterlist.quality.agreement import Interval, ends, wilson
from voterlist.schemas import CERTIFICATE, FAIRNESS
from voterlist.tables import ReadRow, Row, count_by, from_rows, rows_among


def fairness(
    groups: Iterable[tuple[str, pa.Table]], found: Mapping[str, Collection[str]]
) -> pa.Table:
    """FAIRNESS of all lists, and of each constituency.

    Args:
        groups: grouping, and of every entry ``entry_id``, ``constituency`` and ``group``.
        found: measure -> the entries of which it is true.
    """
    rows = []
    for grouping, every in groups:
        sizes = _count_groups(every)
        for measure, ids in found.items():
            marked = _count_groups(rows_among(every, "entry_id", ids))
            for (place, group), entries in sizes.items():
                count = marked[place, group]
                row = {"constituency": place, "measure": measure, "grouping": grouping}
                row |= {"group": group, "entries": entries, "found": count}
                rows.append(row | ends(wilson(count, entries)))
    return from_rows(rows, FAIRNESS, "constituency", "measure", "grouping", "group")


def _count_groups(grouped: pa.Table) -> Counter[tuple[int | None, str]]:
    """(constituency, or None for all; group that is known) -> how many entries."""
    counts: Counter[tuple[int | None, str]] = Counter()
    for (place, group), count in count_by(grouped, "constituency", "group").items():
        for at in {None, place} if group is not None else ():
            counts[at, group] += count
    return counts


def difference(found: int, entries: int, others: tuple[int, int]) -> Interval | None:
    """The share of a group less that of the others (found, entries); None without any."""
    own, rest = wilson(found, entries), wilson(*others)
    if own is None or rest is None:
        return None
    estimate = own.estimate - rest.estimate
    below = math.hypot(own.estimate - own.low, rest.high - rest.estimate)
    above = math.hypot(own.high - own.estimate, rest.estimate - rest.low)
    return Interval(estimate, estimate - below, estimate + above)


def surest_differences(table: pa.Table, measure: str) -> pa.Table:
    """CERTIFICATE: of all lists and of each constituency the surest difference of a group.

    Args:
        table: FAIRNESS.
        measure: of these shares; where nothing was found there is no row.
    """
    own = rows_among(table, "measure", [measure]).to_pylist()
    sums: dict[tuple[int | None, str], Counter[str]] = defaultdict(Counter)
    for row in own:
        counts = {name: row[name] for name in ("found", "entries")}
        sums[row["constituency"], row["grouping"]].update(counts)
    surest: dict[int | None, Row] = {}

    def sureness(line: ReadRow) -> float:
        """How far from 0 the nearer end of an interval lies."""
        return float(max(line["low"], -line["high"]))

    for row in own:
        place, found, entries = row["constituency"], row["found"], row["entries"]
        every = sums[place, row["grouping"]]
        told = difference(
            found, entries, (every["found"] - found, every["entries"] - entries)
        )
        if told is None or not every["found"]:
            continue
        line = {"constituency": place, "measure": "fairness", "found": found}
        line |= {"cases": every["entries"], "read": every["found"], **asdict(told)}
        surest[place] = max(surest.get(place, line), line, key=sureness)
    return from_rows([*surest.values()], CERTIFICATE)
