"""The FIN, the identity document and the sex: what is valid, what can be repaired, what cannot."""

from __future__ import annotations

import re
from dataclasses import dataclass

from voterlist.model import Sex
from voterlist.normalize.alphabet import ascii_letters, to_latin

__all__ = ["DOCUMENT", "FIN", "Identifier", "read_document", "read_fin", "read_sex"]

FIN = r"^[0-9A-HJ-NP-Z]{7}$"
"""Seven capital Latin letters without I and O, and digits; there is no public check digit to test."""
DOCUMENT = r"^(?:AZE[0-9]{8}|[A-Z]{2}[0-9]{7})$"
"""``AZE`` and eight digits (cards to 2018), or two letters and seven digits."""

_CYRILLIC = str.maketrans("АВЕКМНОРСТУХЗІЈЅ", "ABEKMHOPCTYXZIJS")
_JUNK = re.compile(r"[^0-9A-Z]+")
_TO_DIGITS = str.maketrans("OIL", "011")
_DOCUMENT_PARTS = re.compile(r"^(AZE|[A-Z]{2}(?=[0-9OIL]{7}$))(?:N|NO|NR)?([0-9OIL]{7,8})$")


@dataclass(frozen=True, slots=True)
class Identifier:
    """``value`` is None where the text is no identifier; ``repaired`` tells that it was not written so."""

    value: str | None
    repaired: bool = False
    document: str | None = None
    """A document number found in the place of a FIN."""


def _capitals(text: str) -> str:
    # str.upper is right here: an identifier has no letter of the Azerbaijani alphabet, and i is a typed I.
    return _JUNK.sub("", text.upper().replace("İ", "I").translate(_CYRILLIC))


def read_fin(text: str) -> Identifier:
    """The FIN of a text: O becomes 0, I becomes 1, Cyrillic doubles Latin, an eighth character is dropped.

    Only letters that a FIN never has are replaced, so a repair cannot turn one valid FIN into another.
    """
    capitals = _capitals(text)
    document = read_document(text).value
    # Eight digits are a card's number without AZE: drawn at random, one FIN in five thousand has digits alone.
    if document and (len(capitals) > 8 or capitals.isdigit()):
        return Identifier(None, document=document)
    repaired = capitals.replace("O", "0").replace("I", "1")
    if len(repaired) == 8:
        repaired = repaired[:7]
    if not re.match(FIN, repaired):
        return Identifier(None)
    return Identifier(repaired, repaired != text)


def read_document(text: str) -> Identifier:
    """The number of an identity document, blanks, dashes and № taken out; eight digits alone are an old card's."""
    capitals = _capitals(text)
    if re.fullmatch("[0-9]{8}", capitals):
        capitals = "AZE" + capitals
    found = _DOCUMENT_PARTS.match(capitals)
    value = found[1] + found[2].translate(_TO_DIGITS) if found else capitals
    if not re.match(DOCUMENT, value):
        return Identifier(None)
    return Identifier(value, value != text)


def read_any(text: str) -> Identifier:
    """An identifier of an unknown kind: capitals without blanks (``Profile.GENERIC``)."""
    value = "".join(text.upper().split())
    return Identifier(value or None)


# In Azerbaijani K is kişi (man), Q is qadın (woman), in Cyrillic Г; digits are those of ISO/IEC 5218.
_MEN = frozenset({"k", "kisi", "e", "erkek", "oglan", "m", "male", "man", "muj", "mujskoy", "1"})
_WOMEN = frozenset({"q", "g", "qadin", "f", "female", "woman", "w", "j", "jen", "jenskiy", "qiz", "gadin", "2"})


def read_sex(text: str) -> Sex | None:
    """The sex a cell states (K, Q, kişi, qadın, M, F, муж., женский, 1, 2 ...); None where it states none."""
    word = re.sub(r"[\W_]+", "", ascii_letters(to_latin(text)))
    if word in _MEN:
        return Sex.MALE
    return Sex.FEMALE if word in _WOMEN else None
