"""The FIN, the document and the sex: what is valid, what can be repaired; and corrected values."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from string import ascii_uppercase, digits
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools
from voterlist.facts.latin import ascii_letters, to_latin
from voterlist.model import Profile, Sex, frozen
from voterlist.normalize.columns import Notes, fold_each
from voterlist.normalize.names import MAY_BE_PLACEHOLDER, WORDS, is_placeholder
from voterlist.tables import Sought, fits, is_known

FIN = r"^[0-9A-HJ-NP-Z]{7}$"
"""Seven capital Latin letters without I and O, and digits; there is no public check digit to test.
"""
DOCUMENT = r"^(?:AZE[0-9]{8}|[A-Z]{2}[0-9]{7})$"
"""``AZE`` and eight digits (cards to 2018), or two letters and seven digits."""
PLAIN = r"^[0-9A-Z]+$"
"""What ``read_any`` leaves as it is."""

_CYRILLIC = str.maketrans("АВЕКМНОРСТУХЗІЈЅ", "ABEKMHOPCTYXZIJS")
FIN_SIGNS = digits + "".join(sign for sign in ascii_uppercase if sign not in "IO")
"""The signs of a FIN."""
_FIN, _DOCUMENT = re.compile(FIN), re.compile(DOCUMENT)
_EIGHT_DIGITS = re.compile("[0-9]{8}")
_JUNK = re.compile(r"[^0-9A-Z]+")
_NUMBER_SIGN = re.compile(r"^(?:AZE|[A-Z]{2})N[OR]?[0-9]")
_BEHIND_SERIES = re.compile(r"(?:(?<=^AZE)|(?<=^[A-Z]{2})) (?=[0-9])")
"""The blank with which people write a number, and which stands between two columns of one."""
_TO_DIGITS = str.maketrans("OIL", "011")
_DOCUMENT_PARTS = re.compile(
    r"^(AZE|[A-Z]{2}(?=[0-9OIL]{7}$))(?:N|NO|NR)?([0-9OIL]{7,8})$"
)


class Repair(StrEnum):
    """What was put right in an identifier."""

    O_FOR_ZERO = "o-for-zero"
    I_FOR_ONE = "i-for-one"
    SMALL_LETTERS = "small-letters"
    LOOK_ALIKES = "look-alikes"
    SIGNS_REMOVED = "signs-removed"
    CHECK_CHARACTER = "check-character"
    SERIES_MISSING = "series-missing"


_RULES = {repair: f"identifier-{repair}" for repair in Repair} | {
    Repair.CHECK_CHARACTER: "fin-check-character",
    Repair.SERIES_MISSING: "document-series-missing",
}
"""The rule of each repair."""
REPAIRS = tuple(Repair)
"""In the order of their bits."""
PLACEHOLDER = 1 << len(REPAIRS)
"""Beside the repairs, a bit each, what is said of a text that is a sign of absence."""


@frozen
class Identifier:
    """``value`` is None where the text is no identifier.

    ``repairs`` tells why it was not written so.
    """

    value: str | None
    repairs: tuple[Repair, ...] = ()
    document: str | None = None
    """A document number found in the place of a FIN."""


def _repairs(text: str, value: str, *others: tuple[Repair, bool]) -> tuple[Repair, ...]:
    """What was done to a text to make this value of it; ``others`` are known to who made it."""
    if value == text:
        return ()
    capitals = text.upper().replace("İ", "I")
    plain = _in_latin(capitals)
    repairs_of = dict(others) | {
        Repair.SMALL_LETTERS: any(map(str.islower, text)),
        Repair.LOOK_ALIKES: plain != capitals,
        # A № typed as a letter between series and number is such a sign.
        Repair.SIGNS_REMOVED: _JUNK.search(plain) is not None
        or _NUMBER_SIGN.match(plain) is not None,
    }
    return tuple(repair for repair in REPAIRS if repairs_of.get(repair))


def _in_latin(capitals: str) -> str:
    return capitals if capitals.isascii() else capitals.translate(_CYRILLIC)


def _capitals(text: str) -> str:
    # str.upper is right here: an identifier has no letter of the Azerbaijani alphabet, and i is a
    # typed I.
    return _JUNK.sub("", _in_latin(text.upper().replace("İ", "I")))


def read_fin(text: str) -> Identifier:
    """The FIN of a text, with four repairs.

    The letter O becomes 0, I becomes 1, a Cyrillic letter becomes its Latin double, and an eighth
    character is dropped.

    Only letters that a FIN never has are replaced, so a repair cannot turn one valid FIN into
    another.
    """
    capitals = _capitals(text)
    # Eight digits are a card's number without AZE: drawn at random, one FIN in five thousand has
    # digits alone.
    may_be_document = len(capitals) > 8 or capitals.isdigit()
    if may_be_document and (document := read_document(text).value):
        return Identifier(None, document=document)
    kept = capitals[:7] if len(capitals) == 8 else capitals
    repaired = kept.replace("O", "0").replace("I", "1")
    if not _FIN.match(repaired):
        return Identifier(None)
    repairs = _repairs(
        text,
        repaired,
        (Repair.O_FOR_ZERO, "O" in kept),
        (Repair.I_FOR_ONE, "I" in kept),
        (Repair.CHECK_CHARACTER, kept != capitals),
    )
    return Identifier(repaired, repairs)


def read_document(text: str) -> Identifier:
    """The number of an identity document, blanks, dashes and № taken out.

    Eight digits alone are an old card's.
    """
    capitals = _capitals(text)
    digits_alone = _EIGHT_DIGITS.fullmatch(capitals) is not None
    match = _DOCUMENT_PARTS.match("AZE" + capitals if digits_alone else capitals)
    value = match[1] + match[2].translate(_TO_DIGITS) if match else capitals
    if not _DOCUMENT.match(value):
        return Identifier(None)
    number = match[2] if match else ""
    repairs = _repairs(
        _BEHIND_SERIES.sub("", text),
        value,
        (Repair.O_FOR_ZERO, "O" in number),
        (Repair.I_FOR_ONE, "I" in number or "L" in number),
        (Repair.SERIES_MISSING, digits_alone),
    )
    return Identifier(value, repairs)


def read_any(text: str) -> Identifier:
    """An identifier of an unknown kind: capitals without blanks (``Profile.GENERIC``)."""
    value = "".join(text.upper().split())
    return Identifier(value or None)


def parts_of(
    read: Callable[[str], Identifier], text: str
) -> tuple[str | None, str | None, int]:
    """(value, document, bits of the repairs) of what is read; ``PLACEHOLDER`` for such a text."""
    if is_placeholder(text):
        return None, None, PLACEHOLDER
    identifier = read(text)
    bits = sum(1 << REPAIRS.index(repair) for repair in identifier.repairs)
    return identifier.value, identifier.document, bits


def read_sex(text: str) -> Sex | None:
    """The sex a cell states (K, Q, kişi, qadın, M, F, муж., женский, 1, 2 ...).

    None where it states none.
    """
    word = re.sub(r"[\W_]+", "", ascii_letters(to_latin(text)))
    if word in WORDS["sexes"]["men"]:
        return Sex.MALE
    return Sex.FEMALE if word in WORDS["sexes"]["women"] else None


class _Form(NamedTuple):
    """How identifiers of a kind are written."""

    valid: str
    """Arrow's pattern of what is right as it was written."""
    filler: str
    """Arrow's pattern of what of that may be a placeholder."""
    read: Callable[[str], Identifier]
    """Reads all other texts, one by one."""
    in_filler: Sought | None = None
    """Which bytes a placeholder has; of seven alike four stand in one piece."""


def _same(signs: str, times: str) -> str:
    """The pattern of one of these signs again and again."""
    return "(?:" + "|".join(f"{sign}{{{times}}}" for sign in signs) + ")$"


def _again(letters: npt.NDArray[np.uint8]) -> Bools:
    """The bytes that stand here for the fourth time, one behind the other."""
    found = np.zeros(len(letters), np.bool_)
    same = letters[1:] == letters[:-1]
    found[3:] = same[2:] & same[1:-1] & same[:-2]
    return found


_FINS = _Form(FIN, "^" + _same(digits + ascii_uppercase, "7"), read_fin, _again)
_FIN_MIXED = r"^ *(?:[0-9]+[A-Za-z]|[A-Za-z]+[0-9])[0-9A-Za-z]* *$"
_OF_DOCUMENT = "^(?:AZE|[A-Z]{2})" + _same(digits, "7,8")
_DOCUMENTS = _Form(DOCUMENT, _OF_DOCUMENT, read_document, _again)
_OF_ANY_KIND = _Form(PLAIN, MAY_BE_PLACEHOLDER, read_any)


class _Read(NamedTuple):
    """A column of identifiers, read; one item an entry."""

    values: pa.Array
    documents: pa.Array
    """Documents found in the place of a FIN."""
    repairs: npt.NDArray[np.uint8]
    """The repairs, a bit each, or ``PLACEHOLDER``."""
    invalid: Bools

    def note(self, name: str, notes: Notes) -> None:
        """Note each repair."""
        for place, repair in enumerate(REPAIRS):
            is_repaired = (self.repairs >> place) & 1
            notes.rows(_RULES[repair], is_repaired.astype(np.bool_), name)


def _read_column(column: pa.Array, form: _Form) -> _Read:
    """The column read; of texts that are valid as written none is looked at."""
    is_valid = fits(column, form.valid)
    is_valid &= ~fits(column, form.filler, form.in_filler)
    rest = is_known(column) & ~is_valid
    written = column.filter(rest).dictionary_encode()
    kinds = (pa.string(), pa.string(), pa.int64())
    value, document, repairs = fold_each(written, partial(parts_of, form.read), kinds)
    bits = np.zeros(len(column), np.uint8)
    bits[rest] = repairs.to_numpy()
    values = _with_values_at(column, rest, value)
    documents = pa.nulls(len(column), pa.string())
    if document.null_count < len(document):
        documents = _with_values_at(documents, rest, document)
    is_read = is_known(values) | is_known(documents) | (bits == PLACEHOLDER)
    return _Read(values, documents, bits, rest & ~is_read)


def _with_values_at(
    column: pa.Array, rows: Bools, values: pa.DictionaryArray
) -> pa.Array:
    """A column of text with other values in these rows, in their order."""
    return pc.replace_with_mask(column, rows, values.cast(pa.string()))


def read_identifiers(
    fin: pa.Array, document: pa.Array, profile: Profile, notes: Notes
) -> dict[str, pa.Array]:
    """The columns of VOTER ``fin`` and ``document``, read off those of a list, as text."""
    is_generic = profile is Profile.GENERIC
    forms = (_OF_ANY_KIND, _OF_ANY_KIND) if is_generic else (_FINS, _DOCUMENTS)
    fins, documents = map(_read_column, (fin, document), forms)
    fin_values, document_invalid = fins.values, documents.invalid
    # A FIN of letters and digits beside a document in its place: each stands in the other's.
    is_both = is_known(fins.documents) & document_invalid
    is_both[is_both] = fits(document.filter(is_both), _FIN_MIXED)
    if is_both.any():
        beside = _read_column(document.filter(is_both), _FINS).values
        fin_values = pc.replace_with_mask(fin_values, is_both, beside)
        document_invalid = document_invalid & ~(is_both & is_known(fin_values))
    # Of two placeholders of one entry the document's is noted, of two repairs of one kind the
    # FIN's.
    notes.rows("placeholder-value", documents.repairs == PLACEHOLDER, "document")
    notes.rows("placeholder-value", fins.repairs == PLACEHOLDER, "fin")
    fins.note("fin", notes)
    documents.note("document", notes)
    notes.rows("fin-holds-document", is_known(fins.documents), "fin")
    notes.rows("fin-invalid", fins.invalid, "fin")
    notes.rows("document-invalid", document_invalid, "document")
    misplaced = is_known(fins.documents).any()
    return {
        "fin": fin_values,
        "document": pc.coalesce(documents.values, fins.documents)
        if misplaced
        else documents.values,
    }
