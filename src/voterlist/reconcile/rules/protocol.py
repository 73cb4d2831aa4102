"""Protocols whose numbers do not agree.

One file for all: they are sums of the same lines.
"""

from __future__ import annotations

from voterlist.model import Rule, Severity, Unit

_GROUND = (
    "line 1 of the protocol = 1a (list) + 1b (supplementary) + 1c (voted with a card) - 1d (cards "
    "issued)"
)

PROTOCOL_SUM = Rule(
    "protocol-does-not-add-up",
    Severity.ERROR,
    Unit.PRECINCT,
    _GROUND,
    looks_at=(
        "Is line 1 of a protocol not 1a + 1b + 1c - 1d? Asked only where all five numbers are "
        "given."
    ),
    false_alarms=(
        "None known: a sum is right or wrong. A digit may have been mistyped when the protocol was "
        "copied into the table."
    ),
)
PROTOCOL_LIST = Rule(
    "protocol-list-differs",
    Severity.WARNING,
    Unit.PRECINCT,
    _GROUND,
    looks_at=(
        "Is line 1a of the protocol of a precinct or constituency not the number of entries on its "
        "permanent lists? Not asked where no list was handed in."
    ),
    false_alarms=(
        "Entries struck or added between the list that was handed in and the day of the protocol."
    ),
)
TOTALS = Rule(
    "totals-do-not-add-up",
    Severity.ERROR,
    Unit.CONSTITUENCY,
    "precincts sum up to their constituency, constituencies to the nation",
    looks_at=(
        "Is a line of the protocol table, of a constituency or of the nation, not the sum of that "
        "line over the places below it? Not asked where a number below is not given."
    ),
    false_alarms="A table that holds only some of the precincts beside the total of all.",
)

RULES: tuple[Rule, ...] = (
    PROTOCOL_SUM,
    PROTOCOL_LIST,
    TOTALS,
)
