"""Other bodies' registers and statistics, and the last cycle, beside the list."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from operator import itemgetter

from voterlist.model import Precinct, frozen
from voterlist.report.section import Inputs, Section, SheetTable, columns_of
from voterlist.report.values import Facts, Words
from voterlist.schemas import COMPARISON, CYCLE_SUMMARY, REGISTER_USE
from voterlist.tables import ReadRow, by_key

CLASSES = (
    "confirmed",
    "probable",
    "conflicting",
    "list-only",
    "register-only",
    "unusable",
)
"""The classes of a comparison with a register, in the order in which they are shown."""


Rows = tuple[ReadRow, ...]


@frozen
class Registers:
    """Other bodies and the last cycle; without rows of a cycle where none was compared.

    Attributes:
        registers: ``name``, ``constituency`` (of whose part of it the row is; None: of all of it),
            ``total``, ``usable`` and each of ``CLASSES``, None where it was not given or says
            nothing of the kind.
        compared: rows of COMPARISON about adults; ``list`` None: there is no such list.
        causes: ``change``, ``cause``, ``entries``.
        precincts: ``constituency``, ``precinct``, each of ``CHANGES`` and ``unexplained``, entries
            added or removed without a cause; those with the most of these first.
    """

    registers: Rows
    compared: Rows
    causes: Rows
    precincts: Rows


NO_CAUSE = "none"
CHANGES = ("before", "added", "moved-in", "removed", "moved-out", "after")
"""What is counted of a precinct in two cycles."""


def build(inputs: Inputs) -> Registers | None:
    """The section of one constituency; None where the run compared nothing.

    Each register has a row as a whole and, in a run of several constituencies, a second row with
    the part of this one.
    """
    if not inputs.has("register_use"):
        return None
    summary = tuple(inputs.own("cycle_summary").to_pylist())
    # Births by year are compared elsewhere.
    compared = tuple(
        row
        for row in inputs.own("comparison").to_pylist()
        if not row["measure"].startswith("born-")
    )
    return Registers(
        registers=tuple(_registers(inputs)),
        compared=compared,
        causes=_causes(summary),
        precincts=_precincts(summary),
    )


def _registers(inputs: Inputs) -> Iterator[ReadRow]:
    places = {None, inputs.facts.constituency}
    rows = inputs.table("register_use").to_pylist()
    own = [row for row in rows if row["constituency"] in places]
    for name, of_register in by_key((row["register"], row) for row in own).items():
        parts = by_key((row["constituency"], row) for row in of_register)
        for part, of_part in parts.items():
            measures = {row["measure"]: row["rows"] for row in of_part}
            yield {
                "name": name,
                "constituency": part,
                "total": measures.get("total"),
                # Of the register of streets the addresses that could be judged by it.
                "usable": measures.get("usable", measures.get("judged")),
                **{kind: measures.get(kind) for kind in CLASSES},
            }


def _causes(summary: Rows) -> Rows:
    counts: Counter[tuple[str, str]] = Counter()
    for row in summary:
        if row["cause"] is not None and row["change"] != "moved-out":
            counts[row["change"], row["cause"]] += row["entries"]
    order = sorted(counts, key=lambda key: (key[0], -counts[key], key[1]))
    return tuple(
        {"change": change, "cause": cause, "entries": counts[change, cause]}
        for change, cause in order
    )


def _precincts(summary: Rows) -> Rows:
    by_area: dict[Precinct, Counter[str]] = defaultdict(Counter)
    for row in summary:
        counts = by_area[row["constituency"], row["precinct"]]
        counts[row["change"]] += row["entries"]
        if row["cause"] == NO_CAUSE and row["change"] in {"added", "removed"}:
            counts["unexplained"] += row["entries"]
    rows: list[ReadRow] = [
        {
            "constituency": constituency,
            "precinct": precinct,
            **{name: counts[name] for name in (*CHANGES, "unexplained")},
        }
        for (constituency, precinct), counts in by_area.items()
    ]
    rows.sort(
        key=lambda row: (
            -row["unexplained"],
            row["constituency"] or 0,
            row["precinct"] or 0,
        )
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
        ("report.column.register", 34, "text", "field.{0[name]}"),
        ("field.constituency", 12, "label", itemgetter("constituency")),
        ("report.column.rows", 11, "count", itemgetter("total")),
        ("report.column.usable", 13, "count", itemgetter("usable")),
        *(
            (f"reconcile.measure.{name}", 16, "count", itemgetter(name))
            for name in CLASSES
        ),
    )
    head = (words("report.registers.title"), words("report.registers.note"))
    return SheetTable(words("report.sheet.registers"), head, columns, content.registers)


def _cycle_sheet(content: Registers, words: Words) -> SheetTable:
    columns = columns_of(
        words,
        ("field.constituency", 12, "text", itemgetter("constituency")),
        ("field.precinct", 11, "text", itemgetter("precinct")),
        *((f"cycles.change.{name}", 16, "count", itemgetter(name)) for name in CHANGES),
        (
            "report.column.unexplained",
            18,
            "count",
            itemgetter("unexplained"),
            lambda row: "warning" if row["unexplained"] else "",
        ),
    )
    head = (
        words("report.registers.cycle"),
        words("report.registers.cycle.note"),
        "; ".join(_cause(row, words) for row in content.causes),
    )
    return SheetTable(words("report.sheet.cycle"), head, columns, content.precincts)


def _cause(row: ReadRow, words: Words) -> str:
    change = words(f"cycles.change.{row['change']}")
    cause = words(f"cycles.cause.{row['cause']}")
    return f"{change}, {cause}: {words.number(row['entries'])}"


REGISTERS = Section(
    name="registers",
    build=build,
    uses={
        "register_use": REGISTER_USE,
        "comparison": COMPARISON,
        "cycle_summary": CYCLE_SUMMARY,
    },
    sheets=sheets,
    page=lambda _: {"classes": CLASSES, "changes": CHANGES},
    most={"precincts": 300},
)
