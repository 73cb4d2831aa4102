"""Other bodies' registers and statistics, and the last cycle, beside the list."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import pyarrow as pa

from voterlist.report.section import Inputs, Section, SheetTable, columns_of
from voterlist.report.values import Facts, Precinct, Words
from voterlist.schemas import COMPARISON, CYCLE_SUMMARY, REGISTER_USE
from voterlist.tables import by_key

CLASSES = (
    "confirmed",
    "probable",
    "conflicting",
    "list-only",
    "register-only",
    "unusable",
)
"""The classes of a comparison with a register, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Register:
    """One register; None where it was not given, or says nothing of the kind.

    Attributes:
        name: by which the settings call it.
        total: its rows.
        usable: the rows that hold enough to be matched.
        classes: how many of each class, in the order of ``CLASSES``.
        constituency: of which constituency's part of it these are the numbers; None: of all of it.
    """

    name: str
    total: int | None
    usable: int | None
    classes: tuple[int | None, ...]
    constituency: int | None = None

    @property
    def share(self) -> float | None:
        """The share that could be used, 0 to 1.

        None for a register that was not given, or has no rows.
        """
        return (
            self.usable / self.total if self.total and self.usable is not None else None
        )


@dataclass(frozen=True, slots=True)
class Compared:
    """A number of the statistics beside the list's own; ``listed`` None: there is no such list.

    Attributes:
        constituency: its number.
        precinct: its number; None: the whole constituency.
        measure: what is counted.
        listed: the number on the list.
        statistic: the number of the statistics.
    """

    constituency: int
    precinct: int | None
    measure: str
    listed: float | None
    statistic: float


@dataclass(frozen=True, slots=True)
class CauseCount:
    """How many entries were added, removed, changed or moved in for one cause.

    Attributes:
        change: added, removed, changed or moved.
        cause: the cause, as a code.
        entries: how many.
    """

    change: str
    cause: str
    entries: int


@dataclass(frozen=True, slots=True)
class CyclePrecinct:
    """A precinct in two cycles. ``unexplained``: entries added or removed without a cause."""

    constituency: int | None
    precinct: int | None
    before: int
    added: int
    moved_in: int
    removed: int
    moved_out: int
    after: int
    unexplained: int

    @property
    def counts(self) -> tuple[int, ...]:
        """Entries before, what came and went, and entries after: in the order of the fields."""
        return (
            self.before,
            self.added,
            self.moved_in,
            self.removed,
            self.moved_out,
            self.after,
        )


@dataclass(frozen=True, slots=True)
class Registers:
    """Other bodies and the last cycle; without rows of a cycle where none was compared."""

    registers: tuple[Register, ...]
    compared: tuple[Compared, ...]
    causes: tuple[CauseCount, ...]
    precincts: tuple[CyclePrecinct, ...]
    """Those with the most unexplained entries first."""


NO_CAUSE = "none"
CHANGES = ("before", "added", "moved-in", "removed", "moved-out", "after")
"""The columns of a precinct in two cycles, in the order of ``CyclePrecinct.counts``."""

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
    rows = register_use.to_pylist()
    own = [row for row in rows if row["constituency"] in {None, constituency}]
    registers = []
    for name, of_register in by_key((row["register"], row) for row in own).items():
        parts = by_key((row["constituency"], row) for row in of_register)
        for part, of_part in parts.items():
            measures = {row["measure"]: row["rows"] for row in of_part}
            registers.append(_register(name, part, measures))
    return tuple(registers)


def _register(name: str, constituency: int | None, measures: Measures) -> Register:
    # Of the register of streets the addresses are counted that could be judged by it.
    usable = measures.get("usable", measures.get("judged"))
    classes = tuple(measures.get(kind) for kind in CLASSES)
    return Register(name, measures.get("total"), usable, classes, constituency)


def _compared(comparison: pa.Table) -> tuple[Compared, ...]:
    """The numbers of adults; births by year are compared elsewhere."""
    names = ("constituency", "precinct", "measure", "list", "statistic")
    rows = map(itemgetter(*names), comparison.to_pylist())
    return tuple(Compared(*row) for row in rows if not row[2].startswith("born-"))


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
        if row["cause"] == NO_CAUSE and row["change"] in {"added", "removed"}:
            counts["unexplained"] += row["entries"]
    rows = [
        CyclePrecinct(*area, *(counts[name] for name in (*CHANGES, "unexplained")))
        for area, counts in by_area.items()
    ]
    rows.sort(
        key=lambda row: (-row.unexplained, row.constituency or 0, row.precinct or 0)
    )
    return tuple(rows)


def sheets(
    content: Registers | None, _facts: Facts, words: Words
) -> Iterator[SheetTable]:
    """How much of each register could be used and what came of it; each precinct in two cycles."""
    if content is not None:
        yield _use_sheet(content, words)
    if content is not None and content.precincts:
        yield _cycle_sheet(content, words)


def _use_sheet(content: Registers, words: Words) -> SheetTable:
    columns = columns_of(
        words,
        ("report.column.register", 34, "text", "field.{0.name}"),
        ("field.constituency", 12, "label", "constituency"),
        ("report.column.rows", 11, "count", "total"),
        ("report.column.usable", 13, "count", "usable"),
        *(
            (f"reconcile.measure.{name}", 16, "count", partial(_of_class, place))
            for place, name in enumerate(CLASSES)
        ),
    )
    head = (words("report.registers.title"), words("report.registers.note"))
    return SheetTable(words("report.sheet.registers"), head, columns, content.registers)


def _cycle_sheet(content: Registers, words: Words) -> SheetTable:
    causes = "; ".join(_cause(row, words) for row in content.causes)
    columns = columns_of(
        words,
        ("field.constituency", 12, "text", "constituency"),
        ("field.precinct", 11, "text", "precinct"),
        *(
            (f"cycles.change.{name}", 16, "count", name.replace("-", "_"))
            for name in CHANGES
        ),
        (
            "report.column.unexplained",
            18,
            "count",
            "unexplained",
            lambda row: "warning" if row.unexplained else "",
        ),
    )
    head = (
        words("report.registers.cycle"),
        words("report.registers.cycle.note"),
        causes,
    )
    return SheetTable(words("report.sheet.cycle"), head, columns, content.precincts)


def _of_class(place: int, register: Register) -> int | None:
    """How many rows of a register are of a class."""
    return register.classes[place]


def _cause(row: CauseCount, words: Words) -> str:
    change = words(f"cycles.change.{row.change}")
    cause = words(f"cycles.cause.{row.cause}")
    return f"{change}, {cause}: {words.number(row.entries)}"


REGISTERS = Section(
    name="registers",
    build=build,
    words=Words,
    uses={
        "register_use": REGISTER_USE,
        "comparison": COMPARISON,
        "cycle_summary": CYCLE_SUMMARY,
    },
    sheets=sheets,
    page=lambda _: {"classes": CLASSES, "changes": CHANGES},
    most={"precincts": 300},
)
