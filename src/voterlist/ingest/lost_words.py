"""Words of headers and titles in which letters were lost: ``Do?um tarixi``, ``?nvan``."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from voterlist.ingest.lexicon import FILLERS, KNOWN, TITLE_WORDS
from voterlist.lost_letters import SIGNS

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
    return _WORD.sub(lambda word: _known(word[0]), text)


def _known(word: str) -> str:
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
