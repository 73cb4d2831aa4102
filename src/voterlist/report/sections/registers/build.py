"""The section on other bodies: usable rows first, then the classes, then the last cycle."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

import pyarrow as pa

from voterlist.report.run import Inputs
from voterlist.report.sections.registers.model import (
    CLASSES,
    CauseCount,
    Compared,
    CyclePrecinct,
    Register,
    Registers,
)
from voterlist.report.values import Precinct
from voterlist.schemas import REGISTER_USE

__all__ = ["build"]

_NO_CAUSE = "none"
_COUNTS = (
    "before",
    "added",
    "moved-in",
    "removed",
    "moved-out",
    "after",
    "unexplained",
)

Measures = Mapping[str, int | None]


def build(inputs: Inputs) -> Registers | None:
    """The section of one constituency; None where the run compared nothing.

    Each register has a row as a whole and, in a run of several constituencies, a second row with
    the part of this one.
    """
    if not inputs.has("register_use"):
        return None
    summary = inputs.own("cycle_summary")
    return Registers(
        registers=_registers(inputs.table("register_use"), inputs.facts.constituency),
        compared=_compared(inputs.own("comparison")),
        causes=_causes(summary),
        precincts=_precincts(summary),
    )


def _registers(
    register_use: pa.Table, constituency: int | None
) -> tuple[Register, ...]:
    parts: dict[str, dict[int | None, dict[str, int | None]]] = {}
    for row in register_use.select(REGISTER_USE.names).to_pylist():
        if row["constituency"] in {None, constituency}:
            part = parts.setdefault(row["register"], {}).setdefault(
                row["constituency"], {}
            )
            part[row["measure"]] = row["rows"]
    return tuple(
        _register(name, part, measures)
        for name, of_register in parts.items()
        for part, measures in of_register.items()
    )


def _register(name: str, constituency: int | None, measures: Measures) -> Register:
    # Of the register of streets the addresses are counted that could be judged by it.
    usable = measures.get("usable", measures.get("judged"))
    classes = tuple(measures.get(kind) for kind in CLASSES)
    return Register(name, measures.get("total"), usable, classes, constituency)


def _compared(comparison: pa.Table) -> tuple[Compared, ...]:
    """The numbers of adults; births by year are compared elsewhere."""
    rows = [
        row for row in comparison.to_pylist() if not row["measure"].startswith("born-")
    ]
    names = ("constituency", "precinct", "measure", "list", "statistic")
    return tuple(Compared(*(row[name] for name in names)) for row in rows)


def _causes(summary: pa.Table) -> tuple[CauseCount, ...]:
    counts: Counter[tuple[str, str]] = Counter()
    for row in summary.to_pylist():
        if row["cause"] is not None and row["change"] != "moved-out":
            counts[row["change"], row["cause"]] += row["entries"]
    order = sorted(counts, key=lambda key: (key[0], -counts[key], key[1]))
    return tuple(CauseCount(*key, counts[key]) for key in order)


def _precincts(summary: pa.Table) -> tuple[CyclePrecinct, ...]:
    by_area: dict[Precinct, Counter[str]] = defaultdict(Counter)
    for row in summary.to_pylist():
        counts = by_area[row["constituency"], row["precinct"]]
        counts[row["change"]] += row["entries"]
        if row["cause"] == _NO_CAUSE and row["change"] in {"added", "removed"}:
            counts["unexplained"] += row["entries"]
    rows = [
        CyclePrecinct(*area, *(counts[name] for name in _COUNTS))
        for area, counts in by_area.items()
    ]
    return tuple(sorted(rows, key=_order))


def _order(row: CyclePrecinct) -> tuple[int, int, int]:
    return (-row.unexplained, row.constituency or 0, row.precinct or 0)
