"""What is noticed of the constituency and precinct of a list.

One file for all: the evidence of a place is weighed once.
"""

from __future__ import annotations

from voterlist.model import Rule, Severity, Unit

__all__ = ["RULES"]

_GROUND = (
    "Election Code of Azerbaijan, art. 46: "
    "a list is compiled for one precinct of one constituency"
)

RULES: tuple[Rule, ...] = (
    Rule(
        "place-by-inbox",
        Severity.WARNING,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Do two places say different numbers of the constituency or precinct, and was the one "
            "in the folder of the inbox taken? The value is the other number, the limit the number "
            "taken. The order in which places are believed stands in [ingest](../ingest.md#place)."
        ),
        false_alarms=(
            "A number in a title or a name that means something else, such as the precinct in "
            "whose building a list was made."
        ),
    ),
    Rule(
        "place-by-column",
        Severity.WARNING,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Do two places say different numbers of the constituency or precinct, and was the one "
            "in the column of the list taken? The value is the other number, the limit the number "
            "taken. The order in which places are believed stands in [ingest](../ingest.md#place)."
        ),
        false_alarms=(
            "A number in a title or a name that means something else, such as the precinct in "
            "whose building a list was made."
        ),
    ),
    Rule(
        "place-by-title",
        Severity.WARNING,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Do two places say different numbers of the constituency or precinct, and was the one "
            "in the title of the list taken? The value is the other number, the limit the number "
            "taken. The order in which places are believed stands in [ingest](../ingest.md#place)."
        ),
        false_alarms=(
            "A number in a title or a name that means something else, such as the precinct in "
            "whose building a list was made."
        ),
    ),
    Rule(
        "place-by-sheet",
        Severity.WARNING,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Do two places say different numbers of the constituency or precinct, and was the one "
            "in the name of the sheet taken? The value is the other number, the limit the number "
            "taken. The order in which places are believed stands in [ingest](../ingest.md#place)."
        ),
        false_alarms=(
            "A number in a title or a name that means something else, such as the precinct in "
            "whose building a list was made."
        ),
    ),
    Rule(
        "place-unreadable",
        Severity.WARNING,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Is there a column of the constituency or precinct in whose cells no single number "
            "stands? The number is taken from elsewhere where it stands; the value is the number "
            "of rows."
        ),
        false_alarms="A remark in the column, such as the name of a ward.",
    ),
    Rule(
        "precinct-unknown",
        Severity.WARNING,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Do entries say nothing of their precinct, and neither do title, sheet, file or "
            "folder? They are kept and compared; the value is their number."
        ),
        false_alarms="A list of a whole constituency, which by intention names no precinct.",
    ),
    Rule(
        "constituency-unknown",
        Severity.WARNING,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Do entries say nothing of their constituency, and neither do title, sheet, file or "
            "folder? They are kept and compared; the value is their number."
        ),
        false_alarms="A list that is read alone, without an inbox.",
    ),
)
