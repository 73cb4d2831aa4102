"""Letters that look alike in two alphabets, words that mix these, and suffixes behind names.

The pairs are those of Unicode Technical Standard 39 (confusables) that stand in Azerbaijani and
Russian names.
"""

from __future__ import annotations

import re

CYRILLIC_TO_LATIN = dict(
    zip(
        "АВЕКМНОРСТУХІЈЅҺӘӨаеорсухіјѕһәө",
        "ABEKMHOPCTYXIJSHƏÖaeopcyxijshəö",
        strict=True,
    )
)
LATIN_TO_CYRILLIC = dict(
    zip("ABEKMHOPCTYXIJaeopcyxijəƏöÖ", "АВЕКМНОРСТУХІЈаеорсухіјәӘөӨ", strict=True)
)
_LATIN_MARKED = frozenset("əƏçÇğĞıİöÖşŞüÜ")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_TO_LATIN = str.maketrans(CYRILLIC_TO_LATIN)
_TO_CYRILLIC = str.maketrans(LATIN_TO_CYRILLIC)


def is_cyrillic_letter(letter: str) -> bool:
    """True for a letter of the Cyrillic block."""
    return "\u0400" <= letter <= "\u04ff"


def meant(word: str) -> str | None:
    """A word of two alphabets, rewritten in the one that was meant.

    None for a word of one alphabet, and for one in which each alphabet has a letter that the other
    cannot show.
    """
    # Most words have none; asking the pattern first is many times faster.
    if not _CYRILLIC.search(word):
        return None
    cyrillic = _CYRILLIC.findall(word)
    if len(cyrillic) == len(word):
        return None
    latin = [letter for letter in word if letter.isascii() and letter.isalpha()] + [
        letter for letter in word if letter in _LATIN_MARKED
    ]
    if not latin:
        return None
    cyrillic_only = any(letter not in CYRILLIC_TO_LATIN for letter in cyrillic)
    latin_only = any(letter not in LATIN_TO_CYRILLIC for letter in latin)
    if cyrillic_only and latin_only:
        return None
    if cyrillic_only or (not latin_only and len(cyrillic) > len(latin)):
        return word.translate(_TO_CYRILLIC)
    return word.translate(_TO_LATIN)


GENERATIONS = {
    **dict.fromkeys(("sr", "snr", "senior"), 1),
    **dict.fromkeys(("jr", "jnr", "junr", "junior", "ii", "2nd"), 2),
    **dict.fromkeys(("iii", "3rd"), 3),
    **dict.fromkeys(("iv", "4th"), 4),
}
"""Which generation each suffix tells, in plain letters: a son is a junior, or the second."""
NAMES_TOO = {"filho": 2, "fils": 2, "jun": 2, "neto": 3, "vi": 6}
"""The same of those that are names too, where hardly a word stands before them."""
BEHIND_A_NAME = rf"(?i)\S[\s,]+(?:{'|'.join(GENERATIONS)})\.?\s*(?:$|,)"
"""Arrow's pattern of a name with one of those behind it."""
