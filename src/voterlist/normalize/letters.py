"""Letter classes: what different writings of one sound fold to.

Two forms of a name are made here, and ``docs/names.md`` explains the classes:

* *letters*: Latin letters with one letter a class of consonants, ``e``, ``y`` and doubled letters
  still there, because the endings of surnames and patronymics are read off them;
* *fine*: vowels folded too and doubled letters single. It still tells ``q`` (surely not h) from
  ``g`` (from English or Russian: g, q, ğ or h), and ``w`` (ş, surely not s) from ``s`` (s, or ş
  typed in ASCII). A skeleton is a fine form in which both are decided, by ``decide``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from operator import itemgetter

from voterlist.normalize.alphabet import to_latin

_DIGRAPHS = (
    (frozenset("hçj"), re.compile("dzh|dj|zh|tch|ch|ç|j"), "c"),
    (frozenset("hx"), re.compile("kh|x"), "h"),
    (frozenset("hğ"), re.compile("gh|ğ"), "g"),
    (frozenset("hş"), re.compile("shch|sch|sh|ş"), "w"),
    # What is left of тч, tch, дж and dzh beside a c; so in Neftçi too, in every spelling.
    (frozenset("c"), re.compile("[dt]c"), "c"),
)
"""One of these letters stands in every match; to look for them first is quicker than to look for
the pattern."""
_VOWELS = (("ə", "a"), ("ı", "i"), ("ö", "o"), ("ü", "u"))
_NOT_LETTERS = re.compile("[^a-z]+")
_Y_BEFORE_VOWEL = re.compile("(?<=[bcdfghklmnpqrstvwz])y(?=[aeou])")
_DOUBLED = re.compile(r"(.)\1+")
_FIRST = itemgetter(1)
_FINAL_ULLAH = re.compile("(?<=ul)(l?)ah$")


def letters(text: str) -> str:
    """The name's letters with the consonants folded into classes; blanks and hyphens go.

    ``Cəfərov``, ``Jafarov`` and ``Джафаров`` all give ``cafarov``; ``Ceferov`` gives ``ceferov``.
    """
    return letters_of_latin(to_latin(text))


@lru_cache(maxsize=65536)
def letters_of_latin(latin: str) -> str:
    """``letters`` of a text that is in lower-case Azerbaijani Latin letters already."""
    # From here on w stands for ş.
    folded = latin.replace("w", "v")
    for signs, pattern, letter in _DIGRAPHS:
        if not signs.isdisjoint(folded):
            folded = pattern.sub(letter, folded)
    if not folded.isascii():
        for vowel, letter in _VOWELS:
            folded = folded.replace(vowel, letter)
    return (
        folded
        if folded.isascii() and folded.isalpha() and folded.islower()
        else _NOT_LETTERS.sub("", folded)
    )


def single(form: str) -> str:
    """The form with doubled letters single."""
    # A function in the place of a template is what the module of patterns is quicker with.
    return _DOUBLED.sub(_FIRST, form)


def _single_again(form: str, changed: str) -> str:
    """What became of a form whose doubled letters are single, with them single again."""
    return form if changed == form else single(changed)


def squeeze(folded: str) -> str:
    """``letters`` with y decided and doubled letters single; ``e`` stays ``e``."""
    if folded.endswith("ah"):
        folded = _FINAL_ULLAH.sub(r"\1a", folded)
    if "y" in folded:
        folded = _Y_BEFORE_VOWEL.sub("", folded).replace("y", "i")
    return single(folded)


@lru_cache(maxsize=65536)
def fine(folded: str) -> str:
    """``letters`` with vowels folded and doubled letters single.

    ``əliyyə`` and ``aliya`` both give ``alia``.
    """
    return single(squeeze(folded).replace("e", "a"))


def blunt(form: str) -> str:
    """A fine form as it would be without the letter ş."""
    return _single_again(form, form.replace("w", "s"))


def decide(form: str) -> str:
    """A fine form with each ``g`` of the class of q and each ``w`` of the class of s.

    A skeleton.
    """
    return _single_again(form, form.replace("w", "s").replace("g", "q"))


def unknown(form: str) -> str:
    """The skeleton of a fine form that no known name explains; ``k`` counts as q.

    Russian writes q as г or к (Кубадов is Qubadov), and only a known name tells which k is meant as
    k.
    """
    decided = decide(form)
    return _single_again(decided, decided.replace("k", "q"))
