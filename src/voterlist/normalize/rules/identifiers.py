"""What is noticed of FIN and document.

One file for all: one reading of an identifier yields its value and its repairs.
"""

from __future__ import annotations

from voterlist.model import Rule, Severity, Unit

_GROUND = "a FIN has neither I nor O, and no number has letters in its digits"

O_FOR_ZERO = Rule(
    "identifier-o-for-zero",
    Severity.NOTE,
    Unit.ENTRY,
    _GROUND,
    looks_at="Stands the letter O where a FIN or a number has a zero? It is read as a zero.",
    false_alarms="None known: a FIN has no O.",
)
I_FOR_ONE = Rule(
    "identifier-i-for-one",
    Severity.NOTE,
    Unit.ENTRY,
    _GROUND,
    looks_at="Stands the letter I where a FIN or a number has a one? It is read as a one.",
    false_alarms="None known: a FIN has no I.",
)
SMALL_LETTERS = Rule(
    "identifier-small-letters",
    Severity.NOTE,
    Unit.ENTRY,
    "identifiers are written in capitals",
    looks_at="Is an identifier typed in small letters? It is read in capitals.",
    false_alarms="None: it says nothing against the entry.",
)
LOOK_ALIKES = Rule(
    "identifier-look-alikes",
    Severity.NOTE,
    Unit.ENTRY,
    "Unicode Technical Standard 39: confusable letters",
    looks_at=(
        "Has an identifier Cyrillic letters that look like Latin ones? They are read as those."
    ),
    false_alarms="None known.",
)
SIGNS_REMOVED = Rule(
    "identifier-signs-removed",
    Severity.NOTE,
    Unit.ENTRY,
    "identifiers have neither blanks nor signs",
    looks_at="Stand blanks, hyphens or other signs in an identifier? They are taken out.",
    false_alarms="None: it says nothing against the entry.",
)
CHECK_CHARACTER = Rule(
    "fin-check-character",
    Severity.NOTE,
    Unit.ENTRY,
    "a FIN has seven characters; an eighth is the check of the card",
    looks_at=(
        "Has the FIN an eighth character behind seven good ones? It is the card's check and is "
        "left off."
    ),
    false_alarms="A FIN with a letter too many that is not the last.",
)
SERIES_MISSING = Rule(
    "document-series-missing",
    Severity.NOTE,
    Unit.ENTRY,
    "a card of eight digits is of the series AZE",
    looks_at="Is the document a number of eight digits without its series? AZE is put before it.",
    false_alarms="A number of another kind of document.",
)
FIN_INVALID = Rule(
    "fin-invalid",
    Severity.WARNING,
    Unit.ENTRY,
    "a FIN is seven Latin capitals or digits, without I and O",
    looks_at=(
        "Is what is left of the FIN after all repairs not seven characters of 0-9 and A-Z without "
        "I and O? It counts as missing; there is no check digit to test."
    ),
    false_alarms="A FIN cut short by the width of a column.",
)
FIN_HOLDS_DOCUMENT = Rule(
    "fin-holds-document",
    Severity.NOTE,
    Unit.ENTRY,
    "the form of a document's number",
    looks_at=(
        "Has the cell of the FIN the form of a document's number (AZE and 8 digits, or two letters "
        "and 7)? It is taken as the document where that is missing."
    ),
    false_alarms="None known: no FIN has that form.",
)
DOCUMENT_INVALID = Rule(
    "document-invalid",
    Severity.WARNING,
    Unit.ENTRY,
    "AZE and 8 digits, or two letters and 7 digits",
    looks_at=(
        "Is the document neither AZE and 8 digits nor two letters and 7 digits? It counts as "
        "missing."
    ),
    false_alarms=(
        "Other documents that the law allows (a military card, a birth certificate, a passport of "
        "another series)."
    ),
)

RULES: tuple[Rule, ...] = (
    O_FOR_ZERO,
    I_FOR_ONE,
    SMALL_LETTERS,
    LOOK_ALIKES,
    SIGNS_REMOVED,
    CHECK_CHARACTER,
    SERIES_MISSING,
    FIN_INVALID,
    FIN_HOLDS_DOCUMENT,
    DOCUMENT_INVALID,
)

REPAIRS: dict[str, Rule] = {
    "o-for-zero": O_FOR_ZERO,
    "i-for-one": I_FOR_ONE,
    "small-letters": SMALL_LETTERS,
    "look-alikes": LOOK_ALIKES,
    "signs-removed": SIGNS_REMOVED,
    "check-character": CHECK_CHARACTER,
    "series-missing": SERIES_MISSING,
}
"""The rule for each repair of an identifier, by ``identifiers.Repair``."""
