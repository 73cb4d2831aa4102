"""Surnames and patronymics: what stays of them, how they are spelt, and the sex they witness."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from voterlist.facts.latin import apart, letters, lower, title, to_latin
from voterlist.model import Profile, Sex, frozen
from voterlist.normalize import lexicon
from voterlist.normalize.names import (
    initials,
    skeleton,
    skeleton_of_letters,
    split_ending,
    standard_name,
    standard_word,
    stem_skeleton,
    typed_without_marks,
)

# Surnames.
#
# The stem that stays when an ending changes by law, the sex an ending witnesses, the spelling.

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
    return _folded_surname(letters(text))


@lru_cache(maxsize=65536)
def _folded_surname(folded: str) -> tuple[str, str, Sex | None]:
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


def _spelt_word(latin: str, *, restore: bool) -> str:
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
    latin = to_latin(with_whole_words(text))
    if not _WORD.search(latin):
        return None
    spelt = _WORD.sub(lambda word: _spelt_word(word[0], restore=restore), latin)
    kept = re.sub(r"[^\w\s-]|[\d_]", "", re.sub(r"[()/\[\]]", " ", spelt))
    return title(" ".join(re.sub(r"\s*-\s*", "-", kept).strip(" -").split()))


_SON = re.compile(r"^o[gq]h?(?:l?[uyi]?|ul)$")
_DAUGHTER = re.compile(r"^[qgk][iy]?z[iy]?$")
_GLUED = re.compile(r"^(.{3,}?)(?:(o[gq]l[uyi])|([qgk][iy]z[iy]))$")
_SOVIET = re.compile(r"^(.{2,}?)(?:y?ev|ov)(?:(ic|icn)|(na))$")
_ABBREVIATED = {"o": Sex.MALE, "q": Sex.FEMALE, "g": Sex.FEMALE, "k": Sex.FEMALE}
_PARTICLE_FORMS = (
    *("oglu", "oqlu", "ogli", "oqli", "ogly", "oqly"),
    *("qizi", "gizi", "kizi", "qyzy", "gyzy", "kyzy"),
)
_BROKEN_PARTICLE = re.compile(
    r"(?<![^\W\d_])(?:o[ -]?[ğgqқгғ][ -]?h?[ -]?l[ -]?[uyiı]|[qgk][ -]?[ıiy][ -]?z[ -]?[ıiy]"
    r"|о[ -]?[ғг][ -]?л[ -]?[уы]|[кгқ][ -]?[ыи][ -]?з[ -]?[ыи])(?![^\W\d_])",
    re.IGNORECASE,
)
_ENDING_APART = re.compile(
    r"(?<![^\W\d_])([^\W\d_]+) +((?:yev[aа]?|ev|ov[aа]?|ев|ов[aа]?)(?![^\W\d_]|\.))",
    re.IGNORECASE,
)
"""A word, and the ending of a surname as a word of its own; not ``eva``, for women are called so.
"""
_SHORTEST_SLIPPED = 3
_WORD = re.compile(r"[^\W\d_]+")
_PARTICLE = {Sex.MALE: "oğlu", Sex.FEMALE: "qızı"}


@frozen
class Patronymic:
    """A patronymic: ``standard`` is like ``Həsən oğlu``, ``father`` the skeleton of his name.

    Both are None where nothing but a particle stands.
    """

    standard: str | None
    father: str | None
    sex: Sex | None


def with_whole_words(text: str) -> str:
    """The text in which what blanks broke is one word: ``Həsən oğ lu``, ``ƏLİ YEV``."""
    text = _ENDING_APART.sub(_with_ending, text)
    return _BROKEN_PARTICLE.sub(lambda found: re.sub("[ -]", "", found[0]), text)


def _with_ending(found: re.Match[str]) -> str:
    """A word with its ending; a whole surname has its own, and Yeva behind it is a given name."""
    return found[0] if is_surname_like(found[1]) else found[1] + found[2]


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
    cut = _GLUED.match(folded) or _SOVIET.match(folded)
    if not cut:
        return None
    return _cut_letters(latin, len(cut[1])), Sex.MALE if cut[2] else Sex.FEMALE


def _cut_letters(latin: str, length: int) -> str:
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


def _father_of(text: str) -> tuple[str, Sex | None]:
    """(the father's name in Latin letters or an empty text, the sex stated)."""
    words = _WORD.findall(to_latin(with_whole_words(text)))
    names, sexes = _names_and_sexes(words)
    return " ".join(names), sexes.pop() if len(sexes) == 1 else None


def father_and_sex(text: str) -> tuple[str | None, Sex | None]:
    """Of what ``read_patronymic`` reads, what the linkage compares.

    The father's skeleton, and the sex stated.
    """
    bare, sex = _father_of(text)
    return _father_skeleton(bare) if bare else None, sex


def _father_skeleton(bare: str) -> str:
    """The skeleton of his names, without a last word that is a particle but for one slip.

    So ``Akif izi`` is ``akif``. The slip is left as it is written, and witnesses no sex.
    """
    *names, last = bare.split()
    return skeleton(" ".join(names) if names and _is_slipped_particle(last) else bare)


@lru_cache(maxsize=65536)
def _is_slipped_particle(word: str) -> bool:
    """Whether a word is one edit from a particle, and no known name."""
    folded = letters(word)
    return (
        len(folded) >= _SHORTEST_SLIPPED
        and any(OSA.distance(folded, form) == 1 for form in _PARTICLE_FORMS)
        and not lexicon.spellings_of(skeleton(word))
    )


@lru_cache(maxsize=65536)
def read_patronymic(text: str) -> Patronymic | None:
    """What a patronymic says; None where the text has no letter.

    The particle may be missing, glued to the name, or there twice; two particles that contradict
    each other witness nothing.
    """
    bare, sex = _father_of(text)
    if not bare:
        return Patronymic(None, None, sex) if sex else None
    spelt = standard_name(bare, restore=typed_without_marks(text)) or bare
    return Patronymic(
        f"{spelt} {_PARTICLE[sex]}" if sex else spelt, _father_skeleton(bare), sex
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
    words = with_whole_words(text).split()
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
