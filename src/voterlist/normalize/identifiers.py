"""The FIN, the identity document and the sex: what is valid, what can be repaired, what cannot."""

from __future__ import annotations

import re
from dataclasses import dataclass

from voterlist.model import Sex
from voterlist.normalize.alphabet import to_latin
from voterlist.normalize.casing import upper

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
    return _JUNK.sub("", text.upper().replace("İ", "I").replace("İ", "I").translate(_CYRILLIC))


def read_fin(text: str) -> Identifier:
    """The FIN of a text: O becomes 0, I becomes 1, Cyrillic doubles Latin, an eighth character is dropped.

    Only letters that a FIN never has are replaced, so a repair cannot turn one valid FIN into another.
    """
    capitals = _capitals(text)
    document = read_document(text).value
    if document and len(capitals) > 8:
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
    value = "".join(upper(text.replace("i", "I").replace("ı", "I")).split())
    return Identifier(value or None)


_SEX_WORDS = {
    # In Azerbaijani K is kişi (man) and Q is qadın (woman).
    **dict.fromkeys("k kisi kişi e erkek erkək oğlan m male man boy muj mujskoy muz муж 1 h".split(), Sex.MALE),
    **dict.fromkeys("q qadin qadın f female woman girl w j jen jenskiy qiz qız xanım zh zhen 2".split(), Sex.FEMALE),
}


def read_sex(text: str) -> Sex | None:
    """The sex a cell states (K, Q, kişi, qadın, M, F, муж, жен, 1, 2 ...); None where it states none.

    Digits are those of ISO/IEC 5218. ``М`` is мужской and ``Ж`` женский; ``К`` in Cyrillic is киши.
    """
    word = re.sub(r"[^\w]+", "", to_latin(text)).replace("ı", "i").replace("ə", "e")
    found = _SEX_WORDS.get(word)
    if found:
        return found
    for beginning, sex in (("muj", Sex.MALE), ("jen", Sex.FEMALE), ("kis", Sex.MALE), ("qadi", Sex.FEMALE), ("gadi", Sex.FEMALE)):
        if word.startswith(beginning) and len(word) <= 9:
            return sex
    return None
