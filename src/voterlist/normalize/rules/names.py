"""What is noticed of names and of the sex, and of cells that hold nothing but a placeholder.

One file for all: one fold of a cell yields its value and what was noticed of it.
"""

from __future__ import annotations

from voterlist.model import Rule, Severity, Unit

PLACEHOLDER = Rule(
    "placeholder-value",
    Severity.NOTE,
    Unit.ENTRY,
    "the entry as written",
    looks_at=(
        "Does a cell hold a sign of absence instead of a value: a dash, question marks, zeros, one "
        'letter or digit over and over, `XXX`, "yoxdur", "нет", "unknown" and the like '
        "(`normalize/placeholders.py`)? The cell is then treated as blank, and equals nothing."
    ),
    false_alarms="A surname of three equal letters, of which none is known.",
)
TITLE_REMOVED = Rule(
    "title-removed",
    Severity.NOTE,
    Unit.ENTRY,
    "the entry as written",
    looks_at=(
        "Did a title or a degree stand with the name (`normalize/titles.py`)? It is taken off "
        "before names are compared."
    ),
    false_alarms="A given name that is also a title.",
)
MIXED_SCRIPT_REPAIRED = Rule(
    "mixed-script-repaired",
    Severity.NOTE,
    Unit.ENTRY,
    "Unicode Technical Standard 39: confusable letters",
    looks_at=(
        "Had a word a few look-alike letters of the other alphabet (a Cyrillic А in Aliyev)? It is "
        "read in the alphabet of the rest; a word that has no reading in one alphabet is "
        "`mixed-script` instead."
    ),
    false_alarms="None known: the repaired word is one that can be read.",
)
NAME_UNREADABLE = Rule(
    "name-unreadable",
    Severity.WARNING,
    Unit.ENTRY,
    "the entry as written",
    looks_at="Is there no letter in a cell of a name that is not blank?",
    false_alarms="None known.",
)
PATRONYMIC_IN_GIVEN = Rule(
    "patronymic-in-given-name",
    Severity.NOTE,
    Unit.ENTRY,
    "the entry as written",
    looks_at=(
        "Stood a father's name with its particle or ending in the column of the given name? It is "
        "taken apart."
    ),
    false_alarms="A given name that ends like a father's name.",
)
FULL_NAME_UNSURE = Rule(
    "full-name-unsure",
    Severity.NOTE,
    Unit.ENTRY,
    "the entry as written",
    looks_at=(
        "Could a cell with the whole name be taken apart in more than one way? The parts are then "
        "a proposal."
    ),
    false_alarms="Compound given names written apart.",
)
INITIALS_ONLY = Rule(
    "initials-only",
    Severity.NOTE,
    Unit.ENTRY,
    "the entry as written",
    looks_at="Is the given name one letter?",
    false_alarms="None known.",
)
SEX_UNREADABLE = Rule(
    "sex-unreadable",
    Severity.WARNING,
    Unit.ENTRY,
    "the entry as written",
    looks_at=(
        "Is the sex written as no known word, letter or number of the three languages? It counts "
        "as missing."
    ),
    false_alarms="A mark of an office's own.",
)

RULES: tuple[Rule, ...] = (
    PLACEHOLDER,
    TITLE_REMOVED,
    MIXED_SCRIPT_REPAIRED,
    NAME_UNREADABLE,
    PATRONYMIC_IN_GIVEN,
    FULL_NAME_UNSURE,
    INITIALS_ONLY,
    SEX_UNREADABLE,
)
