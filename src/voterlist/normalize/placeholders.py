"""Cells that say nothing: dashes, question marks, "yoxdur", "нет", XXX."""

from __future__ import annotations

import re

from voterlist.normalize.casing import lower

_WORDS = frozenset(
    {
        *(
            "yox",
            "yoxdu",
            "yoxdur",
            "bilinmir",
            "bilinmədi",
            "məlumdeyil",
            "melumdeyil",
            "naməlum",
            "namelum",
        ),
        *(
            "нет",
            "неизвестно",
            "неизвестен",
            "неизвестна",
            "неуказано",
            "отсутствует",
            "прочерк",
        ),
        *(
            "naməlumdur",
            "məlumatyoxdur",
            "melumatyoxdur",
            "qeydyoxdur",
            "göstərilməyib",
            "gosterilmeyib",
        ),
        *("qeydolunmayıb", "yazılmayıb", "bilmirəm", "sənədyoxdur", "senedyoxdur"),
        *("нету", "н/д", "б/о", "безотчества", "неуказана", "неуказан", "нетданных"),
        *(
            "none",
            "null",
            "nan",
            "n/a",
            "#n/a",
            "unknown",
            "notknown",
            "notavailable",
            "missing",
        ),
    }
)
_NOTHING = re.compile(r"[\W_]*")
_ZEROS = re.compile(r"(?:0|[\W_])+")
_FILLER_DOCUMENT = re.compile(r"aze(\d)\1{7}|[a-z]{2}(\d)\2{6}")
"""A document's series with one digit for the whole number: many entries share it, and no two
persons do."""
_REPEATED = re.compile(r"([^\W\d_])\1{2,}|(\w)\2{4,}|[xх]{2,}")

_EX = "xх"
"""The letter of either alphabet: in ``XX`` they may be mixed."""

MAY_BE_PLACEHOLDER = "^[^1-9]*$|" + "|".join(digit * 5 for digit in "123456789")
"""Arrow's pattern of what ``is_placeholder`` needs to see: a digit in a text says something, unless
repeated."""


def is_placeholder(text: str) -> bool:
    """True where a cell was filled with a sign of absence instead of being left blank.

    One letter is an initial, not a placeholder, and so is a two-letter word that is not ``XX``.
    """
    joined = "".join(text.split())
    if joined.isalpha():
        # Letters alone, as names are: the patterns are slower than this.
        word = lower(joined)
        ends_alike = word[0] == word[-1] or word[0] in _EX
        return word in _WORDS or (ends_alike and _REPEATED.fullmatch(word) is not None)
    if _NOTHING.fullmatch(text) or _ZEROS.fullmatch(text):
        return True
    word = "".join(lower(text).split()).strip(".-–—_()[]*?")
    return word in _WORDS or any(
        sign.fullmatch(word) is not None for sign in (_REPEATED, _FILLER_DOCUMENT)
    )
