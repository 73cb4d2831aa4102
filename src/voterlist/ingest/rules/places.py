"""What is noticed of the constituency and precinct of a list.

One file for all: the evidence of a place is weighed once.
"""

from __future__ import annotations

from voterlist.model import Rule, Severity, Unit

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
            "taken. The order in which places are believed stands in docs/ingest.md."
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
            "taken. The order in which places are believed stands in docs/ingest.md."
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
            "taken. The order in which places are believed stands in docs/ingest.md."
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
            "taken. The order in which places are believed stands in docs/ingest.md."
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
    Rule(
        "name-undecided",
        Severity.WARNING,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Do several numbers of a name come into question for the precinct, while nothing else "
            "says it? None is taken. Value and limit are two of them. How names are read stands in "
            "docs/ingest.md."
        ),
        false_alarms="A name that people understand because they know its sender.",
    ),
    Rule(
        "name-other-number",
        Severity.WARNING,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Was a number of a name taken for the precinct, and another number of it may be the "
            "precinct's too? The value is the number taken, the limit the other one. How names are "
            "read stands in docs/ingest.md."
        ),
        false_alarms="A single file of a constituency, called by both numbers: 4-12.",
    ),
    Rule(
        "name-unclear",
        Severity.WARNING,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Was a number of a name taken for the precinct that may be none: of a date, a time, a "
            "page, a count, or beside words that are not known? The value is the number. How names "
            "are read stands in docs/ingest.md."
        ),
        false_alarms="A file called by the name of its village and its number.",
    ),
    Rule(
        "name-against-names",
        Severity.WARNING,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Does a word of a name say one precinct, while the names beside it change in another "
            "number only? The value is the number taken, the limit the other one. How names are "
            "read stands in docs/ingest.md."
        ),
        false_alarms="A precinct whose list came in several numbered parts.",
    ),
    Rule(
        "precinct-not-in-territory",
        Severity.WARNING,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Is a list of a precinct that `[territory]` of the settings does not give its "
            "constituency? The value is the number of entries. Nothing is asked of a constituency "
            "that is not in the settings."
        ),
        false_alarms="A new precinct that nobody has written into the settings yet.",
    ),
    Rule(
        "precinct-claimed-twice",
        Severity.WARNING,
        Unit.FILE,
        (
            "Election Code of Azerbaijan, art. 46: one permanent list a precinct; a second may be "
            "that of another precinct"
        ),
        looks_at=(
            "Do several files say that they are the list of one precinct and kind, and are they no "
            "versions of one another? The value is the number of files; one finding for each."
        ),
        false_alarms="A list in parts, one a file.",
    ),
)

PLACE_DOUBTS = frozenset(
    {
        *("name-undecided", "name-other-number", "name-unclear", "name-against-names"),
        *("place-by-inbox", "place-by-column", "place-by-title", "place-by-sheet"),
        *("precinct-unknown", "precinct-not-in-territory", "precinct-claimed-twice"),
    }
)
"""The rules by which a precinct is not known or in doubt, so that a person has to look."""
