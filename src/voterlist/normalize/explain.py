"""Why a name has its skeleton, part by part.

For a person who doubts that two spellings are one name.
"""

from __future__ import annotations

import re

from rapidfuzz.distance import OSA

from voterlist.facts.latin import (
    apart,
    fine,
    letters,
    repair,
    script_of,
    title,
    to_latin,
)
from voterlist.model import Profile, Sex, frozen
from voterlist.normalize import lexicon
from voterlist.normalize.fullname import split_full_name
from voterlist.normalize.name_parts import (
    has_father,
    is_surname_like,
    particle_of,
    read_patronymic,
    short_particle,
    split_given,
    standard_surname,
    surname_sex,
    surname_stem,
)
from voterlist.normalize.names import (
    is_compound,
    is_placeholder,
    skeleton,
    split_ending,
    spread_initials,
    standard_name,
    stem_skeleton,
    without_title,
)
from voterlist.normalize.plain_names import bare_name

_WORD = re.compile(r"[^\W\d_]+")


@frozen
class WordReading:
    """One word.

    As written, its script (see ``alphabet.script_of``), repaired or None, and in Latin letters.
    """

    written: str
    script: str
    repaired: str | None
    latin: str
    is_particle: bool


@frozen
class PartReading:
    """What is made of one part of a name. Texts are empty where there is nothing to tell.

    ``found_by`` says how the stem came to its skeleton: ``apart`` (an exception of the list of
    look-alikes, ``unlike`` the other name), ``known``, ``irregular``, ``alias``, ``compound``, or
    ``letters`` where no known name explains it.
    """

    part: str
    """``surname``, ``given_name``, ``patronymic``, or ``name`` where nothing tells."""
    words: tuple[WordReading, ...]
    letters: str
    stem: str
    ending: str
    known: tuple[str, ...]
    found_by: str
    unlike: str
    standard: str
    skeleton: str
    stem_skeleton: str
    sex: Sex | None
    """The sex that this part witnesses."""


@frozen
class NameReading:
    """A whole name read. ``is_placeholder``: a sign of absence, which has no parts."""

    written: str
    without_title: str | None
    is_placeholder: bool
    sure: bool
    """False where nothing told which word is the surname."""
    parts: tuple[PartReading, ...]


def read_name(text: str, profile: Profile = Profile.AZ) -> NameReading:
    """The parts of a whole name, or of one part, as ``normalize`` cuts it, each explained."""
    if is_placeholder(text):
        return NameReading(text, None, is_placeholder=True, sure=True, parts=())
    bare = without_title(text) if profile is Profile.AZ else bare_name(text)
    parts, sure = _parts(bare, profile)
    read = tuple(
        _read_part(part, written, profile) for part, written in parts if written
    )
    return NameReading(
        text,
        bare if bare != text else None,
        is_placeholder=False,
        sure=sure,
        parts=read,
    )


def _parts(text: str, profile: Profile) -> tuple[list[tuple[str, str | None]], bool]:
    """((part, its text) ..., whether its words told the surname)."""
    words = spread_initials(text).split()
    if len(words) == 1 and profile is Profile.AZ:
        if has_father(text) and not split_ending(letters(text))[1]:
            return [("patronymic", text)], True
        return [("surname" if is_surname_like(text) else "name", text)], True
    if len(words) == 1:
        return [("name", text)], True
    name = split_full_name(text, profile)
    given, inside = (
        split_given(name.given_name)
        if name.given_name and profile is Profile.AZ
        else (None, None)
    )
    parts = [
        ("surname", name.surname),
        ("given_name", given or name.given_name),
        ("patronymic", name.patronymic or inside),
    ]
    return parts, name.sure


def _read_words(text: str, *, father: bool) -> tuple[WordReading, ...]:
    words = _WORD.findall(text)
    short = father and short_particle(words) is not None
    return tuple(
        WordReading(
            word,
            script_of(word),
            repair(word),
            to_latin(word),
            particle_of(word) is not None or (short and place == len(words)),
        )
        for place, word in enumerate(words, start=1)
    )


def _read_part(part: str, text: str, profile: Profile) -> PartReading:
    words = _read_words(text, father=part == "patronymic")
    if profile is Profile.GENERIC:
        folded = skeleton(text, profile)
        return PartReading(
            part, words, folded, "", "", (), "letters", "", text, folded, folded, None
        )
    if part == "patronymic":
        return _read_father(text, words)
    folded = letters(text)
    stem, ending = split_ending(folded) if part != "given_name" else (folded, "")
    standard = standard_surname(text) if part == "surname" else standard_name(text)
    whole = skeleton(text)
    sex = surname_sex(text) if part == "surname" else lexicon.known_sex(whole)
    end = surname_stem(text) if part == "surname" else whole
    return PartReading(
        part,
        words,
        folded,
        stem if ending else "",
        ending,
        *_known_by(stem, ending),
        standard or "",
        whole,
        end,
        sex,
    )


def _read_father(text: str, words: tuple[WordReading, ...]) -> PartReading:
    """A patronymic: the father's name is what counts, the particle or ending tells the sex."""
    patronymic = read_patronymic(text)
    if patronymic is None:
        return PartReading(
            "patronymic", words, "", "", "", (), "letters", "", "", "", "", None
        )
    folded = letters(_bare(words))
    known = _known_by(folded, "") if patronymic.father else ((), "letters", "")
    return PartReading(
        "patronymic",
        words,
        folded,
        "",
        "",
        *known,
        patronymic.standard or "",
        patronymic.father or "",
        "",
        patronymic.sex,
    )


def _bare(words: tuple[WordReading, ...]) -> str:
    """The father's name without particle and ending, in Latin letters."""
    names = [word.latin for word in words if not word.is_particle]
    return " ".join((has_father(name) or (name,))[0] for name in names)


def _known_by(stem: str, ending: str) -> tuple[tuple[str, ...], str, str]:
    """(known names of a stem, how they were found, the look-alike it is kept apart from)."""
    kept = apart(stem, stem=bool(ending))
    if kept:
        return (kept.name,), "apart", kept.unlike
    names = tuple(title(name) for name in lexicon.spellings_of(stem_skeleton(stem)))
    how = lexicon.found_by(fine(stem)) or (
        "compound" if is_compound(fine(stem)) else "letters"
    )
    return names, how, ""


def alike(one: NameReading, other: NameReading) -> str:
    """How two names compare: same, initials, stem, near, different or unknown.

    The parts that both have are compared by skeleton; two names of one part each, those.
    ``initials``: the same as far as the initials of one tell; ``stem``: they differ by a surname's
    ending only; ``near``: by one letter in all; ``unknown``: they have no part in common.
    """
    pairs = _facing(one, other)
    unequal = [pair for pair in pairs if pair[0].skeleton != pair[1].skeleton]
    if not unequal:
        return "same" if pairs else "unknown"
    if all(
        _is_initial(left, right) or _is_initial(right, left) for left, right in unequal
    ):
        return "initials"
    if all(left.stem_skeleton == right.stem_skeleton != "" for left, right in unequal):
        return "stem"
    apart_by = sum(
        OSA.distance(left.skeleton, right.skeleton) for left, right in unequal
    )
    return "near" if apart_by == 1 else "different"


def _is_initial(short: PartReading, whole: PartReading) -> bool:
    return len(short.skeleton) == 1 and whole.skeleton.startswith(short.skeleton)


def _facing(
    one: NameReading, other: NameReading
) -> list[tuple[PartReading, PartReading]]:
    """The parts of two names that stand against each other.

    A word that may be any part is taken for the given name.
    """
    if len(one.parts) == 1 and len(other.parts) == 1:
        return [(one.parts[0], other.parts[0])]
    left, right = (
        {
            "given_name" if part.part == "name" else part.part: part
            for part in reading.parts
        }
        for reading in (one, other)
    )
    return [(left[part], right[part]) for part in left if part in right]
