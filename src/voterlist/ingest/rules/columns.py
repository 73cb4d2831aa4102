"""What is noticed of the columns of a list.

One file for all: reading one row of headings yields them.
"""

from __future__ import annotations

from voterlist.model import AsideCode, Rule, Severity, Unit

_GROUND_1 = (
    "A list taken in with its columns mistaken "
    "names people who do not exist and loses those who do"
)
_GROUND_2 = "A guess is shown to the person who can correct it"

RULES: tuple[Rule, ...] = (
    Rule(
        AsideCode.HEADER_UNKNOWN.value,
        Severity.ERROR,
        Unit.FILE,
        "Every file handed in is read or named as not read: no list is dropped silently",
        looks_at=(
            "Does a sheet have rows with text, and no row of headings that names the columns of a "
            "voter's name? Rows with voters above the first headings count too. The value is the "
            "number of such rows."
        ),
        false_alarms=(
            "A sheet of notes with names in it: it looks like people, so it is asked about."
        ),
    ),
    Rule(
        AsideCode.MAPPING_DOUBTFUL.value,
        Severity.ERROR,
        Unit.FILE,
        _GROUND_1,
        looks_at=(
            "Is the confidence in one of the columns below `ingest.least_confidence`? Then nothing "
            "of the list is taken in. The value is the column, counted from 1; the limit is the "
            "confidence, 0 to 1."
        ),
        false_alarms="Unusual headings above the right columns. Name the column in the settings.",
    ),
    Rule(
        AsideCode.LOOKS_LIKE_REGISTER.value,
        Severity.ERROR,
        Unit.FILE,
        "Those whom a register names are no voters by that, and some of them are dead",
        looks_at=(
            "Does the name of a file or sheet, a title, or the heading of a column filled in most "
            "rows say that a list in the inbox is a register, such as that of deaths? Then nothing "
            "of it is taken in. The value is the number of its rows."
        ),
        false_alarms=(
            "A voters' list whose name says what was done with the dead. Give it another name."
        ),
    ),
    Rule(
        "lists-side-by-side",
        Severity.ERROR,
        Unit.FILE,
        _GROUND_1,
        looks_at=(
            "Do a column of the name and one of number, date, address or identifier both stand "
            "twice in one row of headings? Then nothing of the list is taken in."
        ),
        false_alarms=(
            "A table that has the names of two people in a row by intention, such as voter and "
            "spouse."
        ),
    ),
    Rule(
        "header-guessed",
        Severity.NOTE,
        Unit.FILE,
        _GROUND_2,
        looks_at=(
            "Was a heading taken for the known one most alike, from 84 % likeness, or from 70 % "
            "where the cells agree? The value is the column, counted from 1; the limit is the "
            "likeness, 0 to 1."
        ),
        false_alarms="Most are right: the finding shows a guess to the person who can correct it.",
    ),
    Rule(
        "column-by-content",
        Severity.NOTE,
        Unit.FILE,
        _GROUND_2,
        looks_at=(
            "Was a column without a known heading told by its cells? The value is the column, "
            "counted from 1; the limit is the confidence, 0 to 1, at most 0.9."
        ),
        false_alarms="Most are right: the finding shows a guess to the person who can correct it.",
    ),
    Rule(
        "column-not-understood",
        Severity.NOTE,
        Unit.FILE,
        "What is left out of a list is said",
        looks_at=(
            "Has a column a heading that is not known, and cells below it? It is left out. The "
            "value is the column, counted from 1."
        ),
        false_alarms="A column that the list does not need, such as a remark.",
    ),
    Rule(
        "pin-not-found",
        Severity.WARNING,
        Unit.FILE,
        "What a person pinned is not passed over in silence",
        looks_at="Do the settings pin a column in this file, and the file has no such heading?",
        false_alarms=(
            "A pin of an earlier version of the file, where the new one has other headings."
        ),
    ),
    Rule(
        "hidden-columns",
        Severity.NOTE,
        Unit.FILE,
        "What a person does not see may still be read as a voter's",
        looks_at=(
            "Are columns of the sheet hidden that hold something? They are read like the others; "
            "the value is their number."
        ),
        false_alarms="A column that was hidden to save paper.",
    ),
)
