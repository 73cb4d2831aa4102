"""The report's section on other bodies: usable first, then the classes, then the last cycle."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa

from voterlist.report.bodies import CLASSES, Bodies, CauseCount, Compared, CyclePrecinct, Register
from voterlist.report.lookup import in_constituency
from voterlist.schemas import COMPARISON, CYCLE_SUMMARY, REGISTER_USE, empty

__all__ = ["build_outside"]

_UNKNOWN = "none"


def build_outside(
    register_use: pa.Table | None,
    comparison: pa.Table | None,
    cycle_summary: pa.Table | None,
    place: int | None,
) -> Bodies | None:
    """The section of one constituency; None where a run compared nothing.

    Registers are told as a whole and, of a run of several constituencies, the part of this one
    below.
    """
    if register_use is None:
        return None
    compared = in_constituency(comparison if comparison is not None else empty(COMPARISON), place)
    summary = in_constituency(
        cycle_summary if cycle_summary is not None else empty(CYCLE_SUMMARY), place
    )
    adults = [row for row in compared.to_pylist() if not row["measure"].startswith("born-")]
    return Bodies(
        registers=_registers(register_use, place),
        compared=tuple(
            Compared(
                row["constituency"], row["precinct"], row["measure"], row["list"], row["statistic"]
            )
            for row in adults
        ),
        causes=_causes(summary),
        precincts=_precincts(summary),
    )


def _registers(use: pa.Table, place: int | None) -> tuple[Register, ...]:
    rows: dict[str, dict[int | None, dict[str, int | None]]] = {}
    for row in use.select(REGISTER_USE.names).to_pylist():
        if row["constituency"] in {None, place}:
            of = rows.setdefault(row["register"], {}).setdefault(row["constituency"], {})
            of[row["measure"]] = row["rows"]
    return tuple(
        Register(
            name,
            found.get("total"),
            # Of the register of streets the addresses are counted that could be judged by it.
            found.get("usable", found.get("judged")),
            tuple(found.get(kind) for kind in CLASSES),
            constituency,
        )
        for name, parts in rows.items()
        for constituency, found in parts.items()
    )


def _causes(summary: pa.Table) -> tuple[CauseCount, ...]:
    counts: Counter[tuple[str, str]] = Counter()
    for row in summary.to_pylist():
        if row["cause"] is not None and row["change"] != "moved-out":
            counts[row["change"], row["cause"]] += row["entries"]
    order = sorted(counts, key=lambda key: (key[0], -counts[key], key[1]))
    return tuple(CauseCount(*key, counts[key]) for key in order)


def _precincts(summary: pa.Table) -> tuple[CyclePrecinct, ...]:
    counts: dict[tuple[int | None, int | None], Counter[str]] = {}
    for row in summary.to_pylist():
        count = counts.setdefault((row["constituency"], row["precinct"]), Counter())
        count[row["change"]] += row["entries"]
        if row["cause"] == _UNKNOWN and row["change"] in {"added", "removed"}:
            count["unexplained"] += row["entries"]
    names = ("before", "added", "moved-in", "removed", "moved-out", "after", "unexplained")
    found = [
        CyclePrecinct(*place, *(count[name] for name in names)) for place, count in counts.items()
    ]
    return tuple(
        sorted(found, key=lambda row: (-row.unexplained, row.constituency or 0, row.precinct or 0))
    )
