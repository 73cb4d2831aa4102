"""What the normaliser may notice: of dates, identifiers, names and other cells, and streets."""

from __future__ import annotations

from voterlist.model import Rule, Severity, Unit

IMPOSSIBLE_DATE = Rule(
    "impossible-date",
    Severity.WARNING,
    Unit.ENTRY,
    "the Gregorian calendar",
    looks_at=(
        "Does the birth date name a day that no calendar has (31.02.1980), or a year before 1880 "
        "or after 2099? Of a day that is none the year is kept, day and month count as missing. A "
        "date of another century is kept for the linkage; the register tests count it as missing."
    ),
    false_alarms="A date typed with its parts in an order that the rest of the file does not have.",
)
DATE_UNREADABLE = Rule(
    "date-unreadable",
    Severity.WARNING,
    Unit.ENTRY,
    "the entry as written",
    looks_at="Is a birth date written that no known form reads? It counts as missing.",
    false_alarms="A form of date not met so far.",
)
DATE_SWAPPED = Rule(
    "date-swapped",
    Severity.NOTE,
    Unit.ENTRY,
    "the order of day and month in the rest of the file",
    looks_at=(
        "Is a date possible only with day and month exchanged, against the order of the rest of "
        "the file? It is read exchanged."
    ),
    false_alarms="A wrong month in a file whose dates are otherwise right.",
)
MONTH_FIRST = Rule(
    "date-order-month-first",
    Severity.NOTE,
    Unit.FILE,
    "the dates of the file",
    looks_at=(
        "Do the dates of the file have the month first, as days above 12 in the second place show?"
    ),
    false_alarms="None known.",
)
ORDER_MIXED = Rule(
    "date-order-mixed",
    Severity.WARNING,
    Unit.FILE,
    "the dates of the file",
    looks_at=(
        "Has the file dates of both orders, day first and month first? What is possible in both is "
        "then read day first."
    ),
    false_alarms="Two clerks who shared a list: both orders are right in their part.",
)

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

PLACEHOLDER = Rule(
    "placeholder-value",
    Severity.NOTE,
    Unit.ENTRY,
    "the entry as written",
    looks_at=(
        "Does a cell hold a sign of absence instead of a value: a dash, question marks, zeros, one "
        'letter or digit over and over, `XXX`, "yoxdur", "нет", "unknown" and the like '
        "(`normalize/names.py`)? The cell is then treated as blank, and equals nothing."
    ),
    false_alarms="A surname of three equal letters, of which none is known.",
)
TITLE_REMOVED = Rule(
    "title-removed",
    Severity.NOTE,
    Unit.ENTRY,
    "the entry as written",
    looks_at=(
        "Did a title or a degree stand with the name (`normalize/names.py`)? It is taken off "
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

HOUSES_UNREADABLE = Rule(
    "street-houses-unreadable",
    Severity.WARNING,
    Unit.FILE,
    "the register of the precincts' streets as written",
    looks_at=(
        "Could every house and range of houses in a row of the register of "
        "streets (docs/streets.md) be read? Those that could not may be any: no address of this "
        "street in this precinct counts as outside."
    ),
    false_alarms="Words beside the numbers that say nothing of the houses.",
)

RULES: tuple[Rule, ...] = (
    IMPOSSIBLE_DATE,
    DATE_UNREADABLE,
    DATE_SWAPPED,
    MONTH_FIRST,
    ORDER_MIXED,
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
    PLACEHOLDER,
    TITLE_REMOVED,
    MIXED_SCRIPT_REPAIRED,
    NAME_UNREADABLE,
    PATRONYMIC_IN_GIVEN,
    FULL_NAME_UNSURE,
    INITIALS_ONLY,
    SEX_UNREADABLE,
    HOUSES_UNREADABLE,
)
