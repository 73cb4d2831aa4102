"""A whole name in one cell, cut into surname, given name and patronymic."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from voterlist.facts.latin import letters
from voterlist.model import Profile, frozen
from voterlist.normalize.lexicon import known_sex
from voterlist.normalize.name_parts import (
    father_and_sex,
    fold_surname,
    has_father,
    is_surname_like,
    particle_of,
    read_patronymic,
    short_particle,
    standard_surname,
    with_whole_words,
)
from voterlist.normalize.names import (
    skeleton,
    spread_initials,
    standard_name,
)
from voterlist.normalize.plain_names import whole_name_parts

_TITLES = frozenset({"aga", "bay", "bey", "bala", "han", "hanim", "hanum"})
"""Second halves of compound given names, as ``letters`` folds them: Əli Ağa, Zeynal bəy, Gül xanım.
"""


@frozen
class FullName:
    """The parts as written.

    ``sure`` is False where nothing in the words told which of them is the surname.
    """

    surname: str | None
    given_name: str | None
    patronymic: str | None
    sure: bool = True


def split_full_name(text: str, profile: Profile = Profile.AZ) -> FullName:
    """The parts of a whole name.

    The forms are ``Surname Given Patronymic oğlu``, ``Surname, Given Patronymic`` and
    ``Given Patronymic Surname``.

    The word that ends as surnames do is the surname; where no word or several do, the first one is.
    In ``Profile.GENERIC`` see ``whole_name_parts``; a middle name is in the patronymic's place.
    """
    if profile is Profile.GENERIC:
        return FullName(*whole_name_parts(text))
    text = with_whole_words(spread_initials(text))
    head, comma, tail = text.partition(",")
    if comma and tail.strip():
        rest = _parts(tail.split())
        return FullName(head.strip() or None, *rest)
    words = [word for word in re.split(r"[\s,]+", text) if word]
    return _split_words(words)


def _parts(words: list[str]) -> tuple[str | None, str | None]:
    """(given name, patronymic) of what follows ``Surname,``."""
    if len(words) < 2:
        return " ".join(words) or None, None
    cut = _patronymic_place(words)
    last = 0 if _are_one_name(words) else len(words) - 1
    start = last if cut is None else cut[0]
    if not start:
        return " ".join(words), None
    return " ".join(words[:start]), " ".join(words[start:])


def _are_one_name(words: list[str]) -> bool:
    return len(words) == 2 and letters(words[1]) in _TITLES


def _patronymic_place(words: list[str]) -> tuple[int, int] | None:
    """(first, past the last) of the patronymic's words, where a particle or ending shows it."""
    for place, word in enumerate(words):
        if place and particle_of(word):
            return _with_particle(words, place)
    if len(words) > 2 and short_particle(words):
        return len(words) - 2, len(words)
    for place, word in enumerate(words):
        # As the first word it is a surname: Həsənoğlu Elşən.
        if place and has_father(word):
            return place, place + 1
    return None


def _with_particle(words: list[str], particle: int) -> tuple[int, int]:
    """(first, past the last) of the words of a patronymic whose particle stands at a place."""
    start = particle - 1
    end = particle + 1
    while end < len(words) and particle_of(words[end]):
        end += 1
    if start >= 2 and letters(words[start]) in _TITLES:
        others = words[: start - 1] + words[end:]
        # There is more than a surname, so that a father may be ``Əli Ağa``. In Səfərbəyova Mahirə
        # Ağa qızı there is none but Mahirə, and the father is Ağa.
        if len(others) > 1 or not is_surname_like(others[0]):
            return start - 1, end
    return start, end


def _split_words(words: list[str]) -> FullName:
    """The parts of words without a comma, by Azerbaijani and Russian custom."""
    place = _patronymic_place(words)
    if place is None:
        return _without_patronymic(words)
    first, past_last = place
    patronymic = " ".join(words[first:past_last])
    before = words[:first]
    after = words[past_last:]
    rest = before + after
    if len(rest) <= 1:
        return _single(rest, patronymic)
    if (
        after
        and before
        and (is_surname_like(after[-1]) or not is_surname_like(before[0]))
    ):
        # What follows the patronymic is the surname: Elşən Həsən oğlu Əliyev.
        return FullName(" ".join(after), " ".join(before), patronymic)
    surname, others, sure = _surname_and_others(rest)
    return FullName(surname, " ".join(others), patronymic, sure=sure)


def _surname_and_others(words: list[str]) -> tuple[str, list[str], bool]:
    """(surname, the other words, whether a word showed it); the first word where none does."""
    place = _surname_place(words)
    sure = place is not None
    at = place or 0
    return words[at], words[:at] + words[at + 1 :], sure


def _without_patronymic(words: list[str]) -> FullName:
    """The parts where no particle or ending shows a patronymic.

    Of three words, the last that is no surname.
    """
    if len(words) <= 1:
        return _single(words, None)
    surname, others, sure = _surname_and_others(words)
    patronymic = None
    if len(others) > 1 and not _are_one_name(others):
        patronymic = others.pop()
    return FullName(surname, " ".join(others), patronymic, sure=sure)


def _surname_place(words: list[str]) -> int | None:
    """Which word is the surname.

    The first that ends as one, or the only one written out; None where none is.
    """
    whole = [place for place, word in enumerate(words) if not word.endswith(".")]
    if len(whole) == 1:
        return whole[0]
    return next(
        (place for place, word in enumerate(words) if is_surname_like(word)), None
    )


def _single(words: list[str], patronymic: str | None) -> FullName:
    """One word or none besides the patronymic."""
    if not words:
        return FullName(None, None, patronymic, sure=False)
    if is_surname_like(words[0]):
        return FullName(words[0], None, patronymic)
    return FullName(None, words[0], patronymic, sure=False)


def _fold_surname(text: str) -> tuple[str | None, str | None, str | None]:
    whole, stem, sex = fold_surname(text)
    return whole or None, stem or None, sex


def _fold_given(text: str) -> tuple[str | None, str | None]:
    folded = skeleton(text)
    return folded or None, known_sex(folded)


def _fold_patronymic(text: str) -> tuple[str | None, str | None, str | None]:
    patronymic = read_patronymic(text)
    if patronymic is None:
        return None, None, None
    return patronymic.father, patronymic.sex, patronymic.standard


def _spell_surname(text: str) -> tuple[str | None, ...]:
    return *_fold_surname(text), standard_surname(text)


def _spell_given(text: str) -> tuple[str | None, ...]:
    return *_fold_given(text), standard_name(text)


Folds = dict[str, tuple[Callable[[str], Sequence[str | None]], tuple[str, ...]]]
"""For each part of a name its fold, and the columns that the fold gives."""

FOLDS_FOR_LINKAGE: Folds = {
    "surname": (_fold_surname, ("surname_skeleton", "surname_stem", "surname_sex")),
    "given_name": (_fold_given, ("given_skeleton", "given_sex")),
    "patronymic": (father_and_sex, ("patronymic_skeleton", "patronymic_sex")),
}
FOLDS: Folds = {
    "surname": (
        _spell_surname,
        (*FOLDS_FOR_LINKAGE["surname"][1], "surname"),
    ),
    "given_name": (
        _spell_given,
        (*FOLDS_FOR_LINKAGE["given_name"][1], "given_name"),
    ),
    "patronymic": (
        _fold_patronymic,
        (*FOLDS_FOR_LINKAGE["patronymic"][1], "patronymic"),
    ),
}
