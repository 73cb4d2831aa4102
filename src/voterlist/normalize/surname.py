"""Surnames.

The stem that stays when an ending changes by law, the sex an ending witnesses, the spelling.
"""

from __future__ import annotations

import re
from functools import lru_cache

from voterlist.model import Profile, Sex
from voterlist.normalize import lexicon
from voterlist.normalize.alphabet import apart, letters, lower, title, to_latin
from voterlist.normalize.names import (
    skeleton,
    skeleton_of_letters,
    split_ending,
    standard_word,
    stem_skeleton,
    typed_without_marks,
)

_SHORTEST_STEM = 3
_FRONT_VOWELS = {
    "e": "i",
    "ə": "i",
    "i": "i",
    "ö": "ü",
    "ü": "ü",
    "a": "ı",
    "ı": "ı",
    "o": "u",
    "u": "u",
}
_ENDING = re.compile(
    r"^(?P<stem>.{2,}?)(?:(?P<ov>ov|(?<=[aeəıioöuü])y?ev|y?ev)(?P<a>a?)"
    r"|(?P<zade>zad[əea]h?)|(?P<oglu>o(?:ğ|gh?|q)l[uıiy])|(?P<qizi>[qgk][ıiy]z[ıiy])"
    r"|(?P<li>l[ıiuü]))$"
)
_WORD = re.compile(r"[^\W\d_]+")
_SEXES = {"ov": Sex.MALE, "ski": Sex.MALE, "ova": Sex.FEMALE, "skaia": Sex.FEMALE}
"""The sex that an ending witnesses."""


def surname_stem(text: str, profile: Profile = Profile.AZ) -> str:
    """The skeleton of a surname without its ending.

    Endings are -ov, -ova, -yev, -yeva, -ski, -skaya, -li, -lı, -lu, -lü, -zadə, -oğlu and -qızı.

    ``Məsimov``, ``Məsimova``, ``Məsimli`` and ``Məsimzadə`` all give ``masim``. Where fewer than
    three letters would stay, the whole skeleton; so it is empty only where the skeleton is. In
    ``Profile.GENERIC`` it is the skeleton.
    """
    if profile is Profile.GENERIC:
        return skeleton(text, profile)
    return fold_surname(text)[1]


def surname_sex(text: str) -> Sex | None:
    """Female for -ova, -yeva, -skaya, male for -ov, -yev, -ski, None for other endings."""
    return fold_surname(text)[2]


def fold_surname(text: str) -> tuple[str, str, Sex | None]:
    """(skeleton, ``surname_stem``, ``surname_sex``) of a surname."""
    return _folded(letters(text))


@lru_cache(maxsize=65536)
def _folded(folded: str) -> tuple[str, str, Sex | None]:
    """The same by its letters, which many spellings share."""
    whole = skeleton_of_letters(folded)
    cut, ending = split_ending(folded)
    stem = stem_skeleton(cut)
    return whole, stem if len(stem) >= _SHORTEST_STEM else whole, _SEXES.get(ending)


def is_surname_like(word: str) -> bool:
    """True for a word that ends as surnames do and is no given name."""
    return bool(split_ending(letters(word))[1])


def _harmony(stem: str) -> str:
    """The vowel that vowel harmony gives an ending after this stem."""
    return next(
        (_FRONT_VOWELS[letter] for letter in reversed(stem) if letter in _FRONT_VOWELS),
        "i",
    )


def _spelt(latin: str, *, restore: bool) -> str:
    """One word of a surname, lower case, in the standard spelling."""
    whole = lexicon.standard(latin, skeleton(latin), restore=restore)
    match = _ENDING.match(latin)
    if whole or not match:
        return whole or latin
    kept = apart(letters(match["stem"]), stem=True) if restore else None
    stem = lower(kept.name) if kept else standard_word(match["stem"], restore=restore)
    if match["ov"]:
        soft = stem[-1] in _FRONT_VOWELS
        ending = "yev" if soft and match["ov"] != "ov" else match["ov"]
        return stem + ending + match["a"]
    if match["li"]:
        known = stem != match["stem"] or lexicon.standard(
            match["stem"], skeleton(stem), restore=False
        )
        return stem + "l" + _harmony(stem) if restore and known else stem + match["li"]
    return stem + ("zadə" if match["zade"] else "oğlu" if match["oglu"] else "qızı")


def standard_surname(text: str) -> str | None:
    """The standard spelling of a surname in title case; None where the text has no letter.

    ``ALIYEV`` gives ``Əliyev``, ``Гасанова`` gives ``Həsənova``, ``Jafarzade`` gives ``Cəfərzadə``.
    """
    restore = typed_without_marks(text)
    latin = to_latin(text)
    if not _WORD.search(latin):
        return None
    spelt = _WORD.sub(lambda word: _spelt(word[0], restore=restore), latin)
    kept = re.sub(r"[^\w\s-]|[\d_]", "", re.sub(r"[()/\[\]]", " ", spelt))
    return title(" ".join(re.sub(r"\s*-\s*", "-", kept).strip(" -").split()))
