"""What is noticed of the houses in a register of the precincts' streets."""

from __future__ import annotations

from voterlist.model import Rule, Severity, Unit

HOUSES_UNREADABLE = Rule(
    "street-houses-unreadable",
    Severity.WARNING,
    Unit.FILE,
    "the register of the precincts' streets as written",
    looks_at=(
        "Could every house and range of houses in a row of the [register of "
        "streets](../streets.md) be read? Those that could not may be any: no address of this "
        "street in this precinct counts as outside."
    ),
    false_alarms="Words beside the numbers that say nothing of the houses.",
)

RULES: tuple[Rule, ...] = (HOUSES_UNREADABLE,)
