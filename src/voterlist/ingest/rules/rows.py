"""What is noticed of the rows of a sheet.

One file for all: one pass over the rows of a sheet yields them.
"""

from __future__ import annotations

from voterlist.model import AsideCode, Rule, Severity, Unit

LETTERS_LOST = "letters-lost"
"""A list of which the whole lost letters."""

RULES: tuple[Rule, ...] = (
    Rule(
        AsideCode.NO_LIST.value,
        Severity.WARNING,
        Unit.FILE,
        "Every file handed in is read or named as not read: no list is dropped silently",
        looks_at=(
            "Has a sheet no headings and nothing that looks like people? It is set aside as a "
            "whole; the value is the number of its rows."
        ),
        false_alarms="A list without headings in which hardly anything is filled in.",
    ),
    Rule(
        AsideCode.MAY_BE_VOTER.value,
        Severity.ERROR,
        Unit.FILE,
        "No voter is lost because a line of a file lost its end",
        looks_at=(
            "Do headings hold cells that name no column and look like a voter's? Does a title, a "
            "signature or a total hold two of a name, a birth date, a FIN and a document, or "
            "nothing but a whole name? Does a row hold two voters, each in a line of its cells or "
            "the second one beyond the headings? Such a row is set aside. The value is the number "
            "of such rows, the line that of the first."
        ),
        false_alarms=(
            "A title that names a person and a day before 2013; a woman's two surnames and two "
            "given names, written below each other."
        ),
    ),
    Rule(
        "acting-file",
        Severity.WARNING,
        Unit.FILE,
        "A file that acts when it is opened can take over the computer on which the lists lie",
        looks_at=(
            "Does the file hold macros, links to other files (also those by which DDE starts a "
            "program), connections to data, embedded objects or scripts? The value is how many "
            "such parts it has. This program runs none and follows none of them."
        ),
        false_alarms=(
            "A form of the commission's own with macros; a workbook that takes a heading from "
            "another one; a chart that was pasted with its workbook."
        ),
    ),
    Rule(
        "hidden-rows",
        Severity.NOTE,
        Unit.FILE,
        "A voter in a hidden row has the same right to vote",
        looks_at=(
            "Are rows of the sheet hidden? They are read like the others; the value is their "
            "number."
        ),
        false_alarms="A filter that was left on: the rows belong to the list.",
    ),
    Rule(
        "cells-not-worked-out",
        Severity.WARNING,
        Unit.FILE,
        "A blank that a formula left is no voter's blank",
        looks_at=(
            "Do cells hold a formula without a stored value, or with an error? They are read as "
            "empty; the value is their number."
        ),
        false_alarms="A formula in a column that the list does not need.",
    ),
    Rule(
        "encoding-damaged",
        Severity.WARNING,
        Unit.FILE,
        "A name with a lost letter cannot be compared",
        looks_at=(
            "Does the text hold the sign that stands for a lost letter, or bytes that the encoding "
            "does not have? The value is the number of rows with such a place; the line is the "
            "first of them."
        ),
        false_alarms="A sign that somebody typed.",
    ),
    Rule(
        LETTERS_LOST,
        Severity.WARNING,
        Unit.FILE,
        "A name with a lost letter cannot be compared",
        looks_at=(
            "Does a question mark (or the sign �) stand inside of names, as in `M?mm?dov`, in at "
            "least 5 % of the entries of a list, and in 3? A program wrote it for each letter "
            "that the encoding lacks: Excel's CSV keeps no ə. The value is the number of entries "
            "with such a name. The headings and names are read all the same: a lost letter is "
            "taken from the known name that fits, else the most frequent one is put in its place."
        ),
        false_alarms="A list in which a clerk marked the letters that he could not read.",
    ),
    Rule(
        "row-cut-short",
        Severity.WARNING,
        Unit.ENTRY,
        "A row that lost its end may be the beginning of a voter who is listed whole",
        looks_at=(
            "Does an entry end before more than a third of the columns that most entries of its "
            "list fill? It is kept; the value is the number of its cells, the limit the number of "
            "the list's columns."
        ),
        false_alarms="A voter of whom nothing but the name is known.",
    ),
    Rule(
        "row-cut-short-repeated",
        Severity.WARNING,
        Unit.ENTRY,
        "A row that lost its end may be the beginning of a voter who is listed whole",
        looks_at=(
            "Does an entry end early, as with `row-cut-short`, and does another entry of its "
            "precinct begin with the very same cells? That one is named; both are kept. The value "
            "is the number of its cells, the limit the number of the list's columns."
        ),
        false_alarms="Two people of one name, of whom one is written down by the name alone.",
    ),
)
