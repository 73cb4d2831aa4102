"""What a cell, a header and a title are reduced to before anything is recognised in them."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.ingest.lost_words import may_have_lost_letters, with_known_words
from voterlist.tables import rows_beyond, with_values

_NO_WIDTH = r"[\x{200B}-\x{200D}\x{2060}\x{FEFF}\x{00AD}]"
_FALSE = pa.scalar(value=False)
_BLANKS = r"[\s\x{00}-\x{1F}\x{0085}\p{Z}]+"
_UNCLEAN = r"^ | $|  |[\t\n\v\f\r\x{00}-\x{1F}\x{0085}\x{00A0}\x{1680}"
_UNCLEAN += r"\x{2000}-\x{200D}\x{2028}\x{2029}\x{202F}"
_UNCLEAN += r"\x{205F}\x{2060}\x{3000}\x{FEFF}\x{00AD}]"

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

    Here, once, blank becomes null. Characters without width (soft hyphen, joiners) are dropped.
    An encoded column stays encoded.
    """
    if pa.types.is_dictionary(column.type):
        return with_values(column, clean(column.dictionary))
    unclean = _unclean(column)
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


def _unclean(column: pa.Array) -> pa.Array:
    """The texts that need to be put right.

    Only those with a blank or a letter that is not ASCII can.
    """
    doubtful = rows_beyond(column, "!", "~", most=len(column) // 10)
    if doubtful is None:
        return pc.match_substring_regex(column, _UNCLEAN).fill_null(_FALSE)
    unclean = np.zeros(len(column), np.bool_)
    matched = pc.match_substring_regex(column.take(pa.array(doubtful)), _UNCLEAN)
    unclean[doubtful] = matched.to_numpy(zero_copy_only=False)
    return pa.array(unclean)


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
