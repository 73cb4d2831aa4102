"""Upper and lower case by the rules of the Azerbaijani alphabet.

There ``ı`` pairs with ``I`` and ``i`` with ``İ``. Python pairs ``i`` with ``I`` and lowers ``İ`` to
two code points, so ``"QIZI".lower() != "qızı"``: never call ``str.lower`` on a name anywhere else.
"""

from __future__ import annotations

import re
import unicodedata

_UPPER = str.maketrans({"i": "İ", "ı": "I"})
_DOT_ABOVE = "\N{COMBINING DOT ABOVE}"
_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)
_VOWELS = frozenset("aeəıioöuü")
_MARKED = frozenset("ÇƏĞÖŞÜ")
_BACK_VOWELS = frozenset("aıou")


def lower(text: str) -> str:
    """The text in lower case: ``QIZI`` becomes ``qızı``, ``İLHAM`` becomes ``ilham``."""
    if text.isascii():
        return text.replace("I", "ı").lower()
    composed = unicodedata.normalize("NFC", text)
    small = composed.replace("İ", "i").replace("I", "ı").lower()
    return small.replace(_DOT_ABOVE, "")


def upper(text: str) -> str:
    """The text in upper case: ``qızı`` becomes ``QIZI``, ``ilham`` becomes ``İLHAM``."""
    return unicodedata.normalize("NFC", text).translate(_UPPER).upper()


def title(text: str) -> str:
    """Each word with a capital first letter: ``məmməd-əli`` becomes ``Məmməd-Əli``."""
    return _WORD.sub(lambda word: upper(word[0][:1]) + lower(word[0][1:]), text)


def lower_name(word: str) -> str:
    """One word of a name in lower case, where capital ``I`` may stand for ``ı`` or ``i``.

    ``KAMIL`` typed on an English keyboard means ``kamil``. In a word all in capitals with no ``İ``,
    an ``I`` takes the letter that vowel harmony gives after the vowel before it: ı after a ı o u,
    otherwise i. With no vowel before, it is i at the beginning of a word, and ı in a word typed
    with letters such as Ş or Ə.
    """
    if "I" not in word or "İ" in word or not word.isupper():
        return lower(word)
    letters: list[str] = []
    back = word[0] != "I" and not _MARKED.isdisjoint(word)
    for letter in word:
        small = ("ı" if back else "i") if letter == "I" else lower(letter)
        letters.append(small)
        if small in _VOWELS:
            back = small in _BACK_VOWELS
    return "".join(letters)
