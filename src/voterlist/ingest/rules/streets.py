"""What is noticed of a register of the precincts' streets."""

from __future__ import annotations

from voterlist.model import Rule, Severity, Unit

RULES: tuple[Rule, ...] = (
    Rule(
        "street-row-unused",
        Severity.WARNING,
        Unit.FILE,
        (
            "Precinct borders are named by streets and house numbers; a row of their register is "
            "used or named"
        ),
        looks_at=(
            "Does each row of the register of streets (docs/streets.md) name a street or a "
            "settlement, and a precinct and a constituency that can be read? No address is judged "
            "by one that does not."
        ),
        false_alarms="Totals and remarks between the rows.",
    ),
)
