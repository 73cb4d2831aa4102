"""Files and lists that came in more than once.

One file for all: lists are compared with each other once.
"""

from __future__ import annotations

from voterlist.model import AsideCode, Rule, Severity, Unit

_GROUND = "A list handed in twice counts once"

RULES: tuple[Rule, ...] = (
    Rule(
        AsideCode.DUPLICATE_FILE.value,
        Severity.WARNING,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Has another file of the intake the very same bytes? The first by path counts; the "
            "value is the number of rows that are not counted again."
        ),
        false_alarms="None known: the content is the same to the last byte.",
    ),
    Rule(
        "list-repeated",
        Severity.WARNING,
        Unit.FILE,
        _GROUND,
        looks_at=(
            "Has another file or sheet the same entries of this precinct, in other bytes: another "
            "format, title or order? Each entry counts once; the value is how many are the same."
        ),
        false_alarms="Two small lists that are the same by right, which nobody has seen.",
    ),
    Rule(
        "list-version",
        Severity.WARNING,
        Unit.FILE,
        (
            "Election Code of Azerbaijan, art. 46: one permanent list a precinct; a second may be "
            "its corrected version"
        ),
        looks_at=(
            "Do two lists of one precinct and kind share at least half of the smaller one, ten "
            "entries at least? The value is the number of entries that are the same word for word "
            "and count once, the limit the number of those that stand in one of the two only."
        ),
        false_alarms=(
            "A list in two parts, with an overlap where the second part was begun too early."
        ),
    ),
    Rule(
        "copy-elsewhere",
        Severity.WARNING,
        Unit.FILE,
        (
            "Election Code of Azerbaijan, art. 46: a list is compiled for one precinct of one "
            "constituency"
        ),
        looks_at=(
            "Is a file that is named for one precinct, by its bytes, the list of another one? The "
            "value is the precinct named, the limit the one whose list it is."
        ),
        false_alarms=(
            "A file that was renamed by mistake, while the right list came in under another name."
        ),
    ),
)
