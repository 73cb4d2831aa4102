"""The names known in their standard spelling, and the irregular writings that lead to them.

Letter classes alone cannot know that Гасан is Həsən and Кулиев Quliyev: Russian writes h as г or х
and q as г or к. Folding h, g, q and k into one class would make one name of Zahir and Zakir. So
each known name is written out in its irregular forms, and a form that belongs to no name in its
regular spelling, and to one name only in an irregular one, leads to that name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product

from voterlist.facts.latin import (
    apart,
    ascii_letters,
    blunt,
    decide,
    different_names,
    fine,
    letters,
    letters_of_latin,
    lower,
    squeeze,
)
from voterlist.model import Sex, frozen
from voterlist.shipped import shipped_rows, shipped_toml

_PACKAGE = "voterlist.normalize"
_MOST_FORMS = 32
_VOWELS = frozenset("aeəıioöuü")


@frozen
class _Lexicon:
    skeletons: dict[str, str]
    """Fine form, regular or irregular, to skeleton."""
    regular: frozenset[str]
    """The forms that the letter classes give a name in its own, ASCII or English spelling."""
    aliases: frozenset[str]
    """The forms of the list of aliases."""
    spellings: dict[str, tuple[str, ...]]
    """Skeleton to the standard spellings that share it, lower case."""
    sexes: dict[str, Sex | None]
    """Skeleton of a given name to sex, where every name that shares it is borne by one."""


def _skeleton_of(name: str) -> str:
    """The skeleton of a known name.

    Its fine form decided, and folded until folding changes nothing.
    """
    kept = apart(letters(name))
    if kept:
        return kept.skeleton
    folded = decide(fine(letters(name)))
    while True:
        again = decide(fine(letters(folded)))
        if again == folded:
            return folded
        folded = again


def irregular_forms(name: str) -> Iterator[str]:
    """The fine forms that Russian, or a spelling from Russian, may give a lower-case standard name.

    h is also г (g), and nothing between vowels; q is also к (k); g after s is also к; ə after a
    vowel is read as е, and so as ye.
    """
    choices = [_choices(name, place) for place in range(len(name))]
    for count, written in enumerate(product(*choices)):
        if count == _MOST_FORMS:
            return
        form = fine(letters_of_latin("".join(written)))
        yield form
        yield form.replace("q", "g")


def _choices(name: str, place: int) -> Sequence[str]:
    """The ways in which the letter at a place of a name may be written."""
    letter = name[place]
    before = name[place - 1 : place]
    after = name[place + 1 : place + 2]
    if letter == "h":
        between_vowels = place and before in _VOWELS and after in _VOWELS
        return ("h", "g", "") if between_vowels else "hg"
    if letter == "q" or (letter == "g" and before == "s"):
        return letter + "k"
    if letter == "ə" and before in _VOWELS:
        return ("ə", "ye")
    return letter


def _names() -> tuple[list[tuple[str, str]], list[str]]:
    """(given name, sex code) pairs and surname stems, lower case."""
    given_rows = shipped_rows(_PACKAGE, "data", "given_names.csv")
    given = [(lower(row["name"]), row["sex"]) for row in given_rows]
    stem_rows = shipped_rows(_PACKAGE, "data", "surname_stems.csv")
    stems = [lower(row["stem"]) for row in stem_rows]
    return given, stems


def names_and_stems() -> list[str]:
    """The known given names and stems of surnames in their standard spelling, lower case."""
    given, stems = _names()
    return [*dict(given), *stems]


def _aliases() -> dict[str, list[str]]:
    return {
        lower(name): written
        for name, written in shipped_toml(_PACKAGE, "data", "aliases.toml").items()
    }


@cache
def _lexicon() -> _Lexicon:
    """The lexicon, made once from the shipped lists."""
    given, _ = _names()
    every = names_and_stems()
    # The classes of a name kept apart are those of the other: they lead to the other alone.
    names = [name for name in every if not apart(letters(name))]
    skeletons: dict[str, str] = {}
    spellings: dict[str, list[str]] = {}
    for name in names:
        form, skeleton = fine(letters(name)), _skeleton_of(name)
        spellings.setdefault(skeleton, []).append(name)
        # The skeleton itself, the Azerbaijani form (with q), the English form (with g), each with ş
        # and typed as s.
        for regular in (skeleton, form, form.replace("q", "g")):
            skeletons.setdefault(regular, skeleton)
            skeletons.setdefault(blunt(regular), skeleton)
    regulars = frozenset(skeletons)
    aliases = frozenset(
        fine(letters(alias)) for others in _aliases().values() for alias in others
    )
    for form, skeleton in _irregular(names).items():
        skeletons.setdefault(form, skeleton)
    for kept in different_names():
        spellings.setdefault(kept.skeleton, []).append(lower(kept.name))
    known = {
        key: tuple(dict.fromkeys(names_alike)) for key, names_alike in spellings.items()
    }
    return _Lexicon(skeletons, regulars, aliases, known, _sexes(given))


def _irregular(names: list[str]) -> dict[str, str]:
    """Irregular form to skeleton, for the forms that lead to one name only.

    An alias overrules the rules.
    """
    skeletons_of: dict[str, set[str]] = {}
    for name in names:
        skeleton = _skeleton_of(name)
        for form in irregular_forms(name):
            for written in (form, blunt(form)):
                skeletons_of.setdefault(written, set()).add(skeleton)
    for name, others in _aliases().items():
        for alias in others:
            skeletons_of[fine(letters(alias))] = {_skeleton_of(name)}
    return {
        form: skeletons.pop()
        for form, skeletons in skeletons_of.items()
        if len(skeletons) == 1
    }


def _sexes(given: list[tuple[str, str]]) -> dict[str, Sex | None]:
    """The sex of each skeleton of given names; None where they are borne by both."""
    sexes_of: dict[str, set[str]] = {}
    for name, sex in given:
        sexes_of.setdefault(_skeleton_of(name), set()).add(sex)
    return {
        skeleton: Sex(next(iter(codes))) if codes in ({"m"}, {"f"}) else None
        for skeleton, codes in sexes_of.items()
    }


def lookup(form: str) -> str | None:
    """The skeleton of the known name that a fine form may be.

    None where none or more than one may be.
    """
    skeletons = _lexicon().skeletons
    skeleton = skeletons.get(form)
    if skeleton is None and "w" in form:
        return skeletons.get(blunt(form))
    return skeleton


def found_by(form: str) -> str | None:
    """How ``lookup`` finds a known name for a fine form.

    ``known``, ``alias``, ``irregular``, or None.
    """
    if lookup(form) is None:
        return None
    lexicon = _lexicon()
    forms = {form, blunt(form)}
    if forms & lexicon.regular:
        return "known"
    return "alias" if forms & lexicon.aliases else "irregular"


def spellings_of(skeleton: str) -> tuple[str, ...]:
    """The known names with this skeleton in their standard spelling, lower case.

    Empty where none is known.
    """
    return _lexicon().spellings.get(skeleton, ())


def known_sex(skeleton: str) -> Sex | None:
    """The sex of those who bear the given name with this skeleton; None where unknown or both."""
    return _lexicon().sexes.get(skeleton)


def is_given(skeleton: str) -> bool:
    """True for the skeleton of a known given name."""
    return skeleton in _lexicon().sexes


def _may_write(written: str, name: str) -> bool:
    """False where one has a plain a and the other a plain e at one place.

    Ə alone is written as either.
    """
    ours = squeeze(letters_of_latin(written))
    parts = [letters_of_latin(part) for part in name.split("ə")]
    theirs = squeeze("ə".join(parts))
    if len(ours) != len(theirs):
        return True
    return all({a, b} != {"a", "e"} for a, b in zip(ours, theirs, strict=True))


def standard(latin: str, skeleton: str, *, restore: bool) -> str | None:
    """The standard spelling of a word, lower case, where it is known; None where it is not.

    A word that is a standard spelling stays itself. One with letters of the Azerbaijani alphabet is
    only completed (``əsger`` becomes ``əsgər``). ``restore`` says that the word was typed without
    them, so one name that fits takes its place.
    """
    spellings = spellings_of(skeleton)
    if latin in spellings:
        return latin
    typed = ascii_letters(latin)
    fits = [name for name in spellings if ascii_letters(name) == typed]
    if not fits and restore:
        fits = [name for name in spellings if _may_write(latin, name)]
    return fits[0] if len(fits) == 1 else None
