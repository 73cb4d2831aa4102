"""What a cell, a header and a title are reduced to before anything is recognised in them.

Beside it the words by which headers name their columns, also those in which letters were lost.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools
from voterlist.fields import CARRIED, FIELDS, NAME_PARTS, Field
from voterlist.lost_letters import SIGNS
from voterlist.shipped import shipped_toml
from voterlist.tables import fits, with_values

# The words by which headers name their columns, in Azerbaijani, English and Russian.
#
# Those of fields stand in ``fields.toml``, all others in ``headers.toml``, written as ``text.fold``
# leaves them. A *role* is a field of an entry or a part of one; ``FIELD_OF`` says of which.

WORDS = shipped_toml("voterlist.ingest", "headers.toml")
"""All that stands in the file."""

UNUSED = "other"
"""The role of columns that are known and not used: they win over a likeness to a field's words."""


def _field_of(record: Field) -> str | None:
    """The field that a column with the words of this record is or is part of."""
    is_field = record.meaning or record.kind == "place"
    return record.name if is_field else record.of or None


FIELD_OF = {
    name: field for name, record in FIELDS.items() if (field := _field_of(record))
}
"""Role -> the field of an entry."""

PARTS: dict[str, tuple[str, ...]] = {
    field: tuple(role for role, whole in FIELD_OF.items() if whole == field)
    for field in dict.fromkeys(FIELD_OF.values())
}
"""Field -> its roles, in the order in which they are joined."""

SURNAME, GIVEN, PATRONYMIC = (FIELDS[name].words for name in NAME_PARTS)

OF_WHOM: frozenset[str] = frozenset(WORDS["of_whom"])
"""Words of a voter's name in a list of an institution, or of who works for the commission."""
FILLERS: frozenset[str] = OF_WHOM.union(WORDS["fillers"])
"""Words that may stand beside the names of the parts of a name."""

TITLE_WORDS: frozenset[str] = frozenset(WORDS["title_words"])
"""Words of titles that no header holds."""

_OTHERS, _KIN, _NOBODY, _ELSEWHERE = (
    rf"\b(?:{'|'.join(WORDS[words])})"
    for words in ("of_others", "of_kin", "of_nobody", "of_elsewhere")
)
# From the beginning of a heading.
_ELSEWHERE = rf"^(?!.*\b(?:{'|'.join(WORDS['of_those_there'])})).*{_ELSEWHERE}"
_HOME = rf"(?!.*{_ELSEWHERE}).*(?:{'|'.join(WORDS['of_homes'])})"
OF_OTHERS = re.compile(
    rf"(?!(?!.*{_NOBODY})(?:.*(?:{'|'.join(WORDS['of_voters'])})|{_HOME}))"
    rf".*(?:{_OTHERS}|{_KIN}|{_NOBODY}|{_ELSEWHERE})"
)
"""A heading with a word of what is no field of a voter, from its beginning."""
NO_HOME = re.compile(rf"{_NOBODY}|{_ELSEWHERE}")
"""A word of a place at which no voter lives."""
OF_REGISTERED, OF_A_HOME, OF_ACTUAL = (
    re.compile(rf"\b(?:{'|'.join(WORDS[words])})")
    for words in ("of_registered", "of_a_home", "of_actual")
)
"""Words of one of several addresses, from which the voter's own is told."""
OF_THINGS = re.compile(rf"(?!.*{_KIN}){OF_OTHERS.pattern}")
"""The same without a word of who stands beside the voter, and may be one."""
OF_NOBODY = re.compile(_NOBODY)
"""A word of what is no voter's."""
_OF_NOW = re.compile(rf"\b(?:{'|'.join(WORDS['of_now'])})")
_OF_ITS_TIME = re.compile(rf"(?:{_NOBODY}|{_OF_NOW.pattern})\w*")


def without_times(heading: str) -> str | None:
    """Of what a heading, folded, says two values stand: the former and the new; None of others."""
    is_twofold = OF_NOBODY.search(heading) and _OF_NOW.search(heading)
    return _OF_ITS_TIME.sub(" ", heading) if is_twofold else None


KNOWN: dict[str, str] = {
    phrase: name if name in FIELD_OF else UNUSED
    for name, record in FIELDS.items()
    for phrase in record.words
}
"""Every known header of a list with its role."""
KNOWN |= {
    phrase: role for role, phrases in WORDS["phrases"].items() for phrase in phrases
}
# The list as compiled is read as any other list, so its own headings are known.
KNOWN |= {name.replace("_", " "): name for name in CARRIED}


# Words of headers and titles in which letters were lost: ``Do?um tarixi``, ``?nvan``.

_WORD = re.compile(rf"(?:[^\W\d_]|[{SIGNS}])+")
_LOST = "[egsiouc]"
"""What the letters that can be lost are folded to: ə ğ ş ı i ö ü ç."""


def may_have_lost_letters(text: str) -> bool:
    """True for a text that holds a sign which may stand for a letter."""
    return any(sign in text for sign in SIGNS)


def with_known_words(text: str) -> str:
    """The text, in lower case, with each word that lost letters replaced by the known word.

    A word that may be none or several of the known ones stays as it is. A sign alone is ``№``.
    """
    if text.strip() in SIGNS:
        return "№"
    return _WORD.sub(lambda word: _read_word(word[0]), text)


def _read_word(word: str) -> str:
    if not may_have_lost_letters(word) or not any(map(str.isalpha, word)):
        return word
    return _known_word(word.lower())


@lru_cache(maxsize=4096)
def _known_word(word: str) -> str:
    # The word as ``text.fold`` would leave it, but for the lost letters.
    folded = word.translate(_FOLDED)
    pattern = "".join(_LOST if sign in SIGNS else re.escape(sign) for sign in folded)
    known = re.findall(rf"^{pattern}$", _words(), re.MULTILINE)
    return known[0] if len(known) == 1 else word


_FOLDED = str.maketrans("əǝäışçğöü", "eeeiscgou")


@cache
def _words() -> str:
    """Every word of the known headers and titles, one a line."""
    every = [*KNOWN, *FILLERS, *TITLE_WORDS]
    return "\n".join(sorted({word for phrase in every for word in phrase.split()}))


_WITHOUT_WIDTH = r"\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2069}\x{FEFF}\x{00AD}"
_NO_WIDTH = rf"[{_WITHOUT_WIDTH}]"
_BLANKS = r"[\s\x{00}-\x{1F}\x{0085}\p{Z}]+"
_UNCLEAN = r"^ | $|  |[\t\n\v\f\r\x{00}-\x{1F}\x{0085}\x{00A0}\x{1680}"
_UNCLEAN += r"\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}"
_UNCLEAN += _WITHOUT_WIDTH + "]"

_TO_ASCII = str.maketrans(
    {
        **dict.fromkeys("əƏǝƎäÄ", "e"),
        **dict.fromkeys("ıIİ", "i"),
        **dict.fromkeys("şŞ", "s"),
        **dict.fromkeys("çÇ", "c"),
        **dict.fromkeys("ğĞ", "g"),
        **dict.fromkeys("öÖ", "o"),
        **dict.fromkeys("üÜ", "u"),
        **dict.fromkeys("ёЁ", "е"),
        **dict.fromkeys("№#", " no "),
    }
)
_LOOKALIKE = str.maketrans("аеосрхуікмтнв", "aeocpxyikmthb")
_BOTH = re.compile(r"\b(?=\w*[a-z])(?=\w*[а-я])\w+\b")
_MARK = re.compile(r"[\u0300-\u036f]")
_NOT_WORD = re.compile(r"[\W_]+")


def clean(column: pa.Array) -> pa.Array:
    """A text column with blanks of every kind collapsed to one and trimmed; empty becomes null.

    Here, once, blank becomes null. Characters without width (soft hyphen, joiners, marks of
    direction) are dropped. An encoded column stays encoded.
    """
    if pa.types.is_dictionary(column.type):
        return with_values(column, clean(column.dictionary))
    unclean = pa.array(fits(column, _UNCLEAN, _may_be_unclean))
    if pc.any(unclean).as_py():
        # To put text right takes twenty times as long as to see that it is right, and most of it
        # is.
        some = pc.replace_substring_regex(column.filter(unclean), _NO_WIDTH, "")
        some = pc.utf8_trim(pc.replace_substring_regex(some, _BLANKS, " "), " ")
        column = pc.replace_with_mask(column, unclean, some)
    blank = pc.equal(column, "")
    return (
        pc.if_else(blank, pa.scalar(None, pa.string()), column)
        if pc.any(blank).as_py()
        else column
    )


def _may_be_unclean(letters: npt.NDArray[np.uint8]) -> Bools:
    """Blanks, and whatever is not ASCII; what lies below the first sign becomes a high number."""
    return letters - np.uint8(ord("!")) > ord("~") - ord("!")


def fold(text: str) -> str:
    """Words for recognising a header or a title.

    Lower case, Azerbaijani letters as a-z, Cyrillic kept, ``№`` as ``no``, everything else a blank.
    A word that lost letters is the known word that it may be.
    """
    composed = unicodedata.normalize("NFC", text)
    if may_have_lost_letters(composed):
        composed = with_known_words(composed)
    plain = composed.translate(_TO_ASCII)
    plain = _MARK.sub(
        "", unicodedata.normalize("NFKC", plain).lower().translate(_TO_ASCII)
    )
    words = _NOT_WORD.sub(" ", plain).strip()
    # A word of both alphabets is a Latin one with a Cyrillic look-alike typed into it.
    return (
        _BOTH.sub(lambda word: word[0].translate(_LOOKALIKE), words)
        if _BOTH.search(words)
        else words
    )
