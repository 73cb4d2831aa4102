"""Patronymics: the father's name, and the sex that the particle or the ending witnesses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from voterlist.model import Sex
from voterlist.normalize.alphabet import letters, to_latin
from voterlist.normalize.names import skeleton, standard_name, typed_without_marks
from voterlist.normalize.titles import initials

_SON = re.compile(r"^o[gq]h?(?:l?[uyi]?|ul)$")
_DAUGHTER = re.compile(r"^[qgk][iy]?z[iy]?$")
_GLUED = re.compile(r"^(.{3,}?)(?:(o[gq]l[uyi])|([qgk][iy]z[iy]))$")
_SOVIET = re.compile(r"^(.{2,}?)(?:y?ev|ov)(?:(ic|icn)|(na))$")
_ABBREVIATED = {"o": Sex.MALE, "q": Sex.FEMALE, "g": Sex.FEMALE, "k": Sex.FEMALE}
_WORD = re.compile(r"[^\W\d_]+")
_PARTICLE = {Sex.MALE: "oğlu", Sex.FEMALE: "qızı"}


@dataclass(frozen=True, slots=True)
class Patronymic:
    """A patronymic: ``standard`` is like ``Həsən oğlu``, ``father`` the skeleton of his name.

    Both are None where nothing but a particle stands.
    """

    standard: str | None
    father: str | None
    sex: Sex | None


@lru_cache(maxsize=65536)
def particle_of(word: str) -> Sex | None:
    """The sex of a word that is a particle (oğlu, ogly, оглы, qızı, kyzy, кызы ...), else None."""
    folded = letters(word)
    if _SON.match(folded):
        return Sex.MALE
    if _DAUGHTER.match(folded):
        return Sex.FEMALE
    return None


@lru_cache(maxsize=65536)
def has_father(word: str) -> tuple[str, Sex] | None:
    """(father's name, sex) of a word that ends in a particle or patronymic ending, else None.

    ``Həsənoğlu``, ``Həsənoviç`` and ``Гасановна`` are such words; a bare ``Həsən`` is not.
    """
    latin = to_latin(word)
    folded = letters(word)
    glued = _GLUED.match(folded)
    if glued:
        return _cut(latin, len(glued[1])), Sex.MALE if glued[2] else Sex.FEMALE
    soviet = _SOVIET.match(folded)
    if soviet:
        return _cut(latin, len(soviet[1])), Sex.MALE if soviet[2] else Sex.FEMALE
    return None


def _cut(latin: str, length: int) -> str:
    """The shortest beginning of a Latin word whose letters are as many.

    Digraphs make them differ.
    """
    cut = length
    while cut < len(latin) and len(letters(latin[:cut])) < length:
        cut += 1
    return latin[:cut]


def short_particle(words: list[str]) -> Sex | None:
    """The sex of a last ``o.`` or ``q.`` after a whole name, else None."""
    if (
        len(words) < 2
        or len(words[-1].rstrip(".")) > 1
        or len(words[-2]) < 2
        or words[-2].endswith(".")
    ):
        return None
    return _ABBREVIATED.get(letters(words[-1]))


def _names_and_sexes(words: list[str]) -> tuple[list[str], set[Sex]]:
    """The words that name the father, and every sex that the particles and endings state."""
    sexes: set[Sex] = set()
    names: list[str] = []
    short = short_particle(words)
    if short:
        sexes.add(short)
        words = words[:-1]
    for word in words:
        particle = particle_of(word)
        father = None if particle else has_father(word)
        if particle:
            sexes.add(particle)
        else:
            names.append(father[0] if father else word)
        if father:
            sexes.add(father[1])
    return names, sexes


def _read(text: str) -> tuple[str, Sex | None]:
    """(the father's name in Latin letters or an empty text, the sex stated)."""
    names, sexes = _names_and_sexes(_WORD.findall(to_latin(text)))
    return " ".join(names), sexes.pop() if len(sexes) == 1 else None


def father_and_sex(text: str) -> tuple[str | None, Sex | None]:
    """Of what ``read_patronymic`` reads, what the linkage compares.

    The father's skeleton, and the sex stated.
    """
    bare, sex = _read(text)
    return skeleton(bare) if bare else None, sex


@lru_cache(maxsize=65536)
def read_patronymic(text: str) -> Patronymic | None:
    """What a patronymic says; None where the text has no letter.

    The particle may be missing, glued to the name, or there twice; two particles that contradict
    each other witness nothing.
    """
    bare, sex = _read(text)
    if not bare:
        return Patronymic(None, None, sex) if sex else None
    spelt = standard_name(bare, restore=typed_without_marks(text)) or bare
    return Patronymic(
        f"{spelt} {_PARTICLE[sex]}" if sex else spelt, skeleton(bare), sex
    )


@lru_cache(maxsize=65536)
def split_given(text: str) -> tuple[str, str | None]:
    """(given name, patronymic) of a given-name cell, which may hold the patronymic too.

    ``Elşən Həsən oğlu`` gives (``Elşən``, ``Həsən oğlu``), and so does ``Elşən Həsən o.``; ``Ə.M.``
    gives (``Ə``, ``M``); ``Əli Ağa`` stays whole.
    """
    short = initials(text)
    if short:
        return short
    words = text.split()
    if len(words) < 2:
        return text, None
    if len(words) > 2 and short_particle(words):
        return " ".join(words[:-2]), " ".join(words[-2:])
    for place, word in enumerate(words):
        if place == 0:
            continue
        if particle_of(word) and place >= 2:
            return " ".join(words[: place - 1]), " ".join(words[place - 1 :])
        if has_father(word):
            return " ".join(words[:place]), " ".join(words[place:])
    return text, None
