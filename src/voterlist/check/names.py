"""The rules about names: their letters, slips in them, and the sex that they tell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import pyarrow as pa
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from voterlist.arrays import Bools, Longs
from voterlist.check.context import Context, Found
from voterlist.facts.latin import rewrite_mixed
from voterlist.fields import NAMES
from voterlist.lost_letters import SIGNS
from voterlist.model import Sex
from voterlist.tables import codes, fits, over_rows

# Letters in the names as written: of two scripts in one word, or of no alphabet used here.

_LATIN = "a-zA-ZçÇəƏğĞıİöÖşŞüÜ" + "äÄǝƎ" + "âÂîÎûÛ"
"""Basic Latin, the Azerbaijani alphabet, the letters that stand for ə in older fonts, and the
Turkish ones."""
_CYRILLIC = "а-яА-ЯёЁ" + "әӘғҒҝҜјЈөӨүҮһҺҹҸ" + "іІїЇєЄґҐ"
"""Russian, the Azerbaijani of before 1991, and Ukrainian."""
_BETWEEN = r"\s.,'’‘`ʼ´\-‐‑–()"
"""What stands between the letters of a name: blanks, initials, apostrophes, hyphens, a former
surname in brackets."""

_MIXED = re.compile(f"[{_LATIN}][{_CYRILLIC}]|[{_CYRILLIC}][{_LATIN}]")
_WORD = re.compile(r"[^\W\d_]+")
_STRANGE = re.compile(f"[^{_LATIN}{_CYRILLIC}{_BETWEEN}]")
_ANY_CYRILLIC = r"\p{Cyrillic}"
"""Without it a name is of one script, composed or not."""


def has_mixed_script(text: str) -> bool:
    """True where a word has letters of two alphabets and no reading in one of them.

    A word with mere look-alikes of the other alphabet is repaired before the tests, and noticed
    there.
    """
    composed = unicodedata.normalize("NFC", text)
    return any(
        _MIXED.search(word) and rewrite_mixed(word) is None
        for word in _WORD.findall(composed)
    )


def has_strange_character(text: str) -> bool:
    """True where a name holds a digit, a sign, or a letter of no alphabet used here."""
    # i with a dot above is what lower() makes of İ.
    return (
        _STRANGE.search(unicodedata.normalize("NFC", text).replace("i̇", "i"))
        is not None
    )


def _faulty_names(
    context: Context,
    suspect: str,
    is_faulty: Callable[[str], bool],
    rows: Bools | None = None,
) -> Iterator[Found]:
    """Entries with a faulty name, by field.

    Args:
        context: what the rules look at.
        suspect: a pattern (RE2) that every faulty name holds; only these are looked at.
        is_faulty: told of each distinct name.
        rows: the entries that are asked; all where left out.
    """

    def are_faulty(names: pa.Array) -> Bools:
        flags = fits(names, suspect)
        flags[flags] = [is_faulty(name) for name in names.filter(flags).to_pylist()]
        return flags

    for field in NAMES:
        is_found = over_rows(context.entries.column(field), are_faulty, null=False)
        if rows is not None:
            is_found &= rows
        yield context.entries_found(is_found, field=field)


def mixed_script(context: Context) -> Iterator[Found]:
    """Entries with a name in which one word has letters of two scripts."""
    return _faulty_names(context, _ANY_CYRILLIC, has_mixed_script)


_LOST = str.maketrans(dict.fromkeys(SIGNS, ""))


def strange_character(context: Context) -> Iterator[Found]:
    """Entries with a name that holds a digit, a sign or a letter of another alphabet."""
    is_lost = context.lost_letters
    find_in = partial(_faulty_names, context, _STRANGE.pattern)
    yield from find_in(has_strange_character, ~is_lost)
    if is_lost.any():
        yield from find_in(_is_strange_beside_losses, is_lost)


def _is_strange_beside_losses(text: str) -> bool:
    return has_strange_character(text.translate(_LOST))


_COUNTED_COLUMN = {
    "surname": "surname_stem",
    "given_name": "given_skeleton",
    "patronymic": "patronymic_skeleton",
}
"""Field -> the column of which the spellings are counted."""
_SHORTEST = 5
"""Shorter names are one letter from each other too often (Əli, Vəli)."""
_AT_A_TIME = 4_096


def name_misspelt(context: Context) -> Iterator[Found]:
    """Entries with a name that is a letter from one very much more frequent in the whole list.

    A given name that is known to be one is left alone however rare it is.
    """
    times = context.settings.least_times_as_frequent
    for field, column in _COUNTED_COLUMN.items():
        code, names = codes(context.voters.column(column))
        counts = np.bincount(code[code >= 0], minlength=len(names))
        # The last flag is of code -1, the missing name.
        is_slip = np.append(misspelt(names.to_pylist(), counts, times), False)[code]
        if field == "given_name":
            is_slip &= ~context.is_known("given_sex")
        is_slip &= ~context.lost_letters
        yield context.entries_found(is_slip, field=field)


def misspelt(names: Sequence[str], counts: Longs, times: int) -> Bools:
    """For each distinct name whether it is one letter from a name ``times`` as frequent or more.

    A letter more, less, another, or two exchanged; never the first (Vəliyev is no slip for Əliyev),
    and never the last one more or less, by which a woman's name differs from a man's (Samir,
    Samirə).
    """
    flags = np.zeros(len(names), dtype=bool)
    words = np.array(names, dtype=object)
    is_frequent = counts >= times
    frequent, count_of_frequent = words[is_frequent], counts[is_frequent]
    is_long_enough = np.array([len(name) >= _SHORTEST for name in names], dtype=bool)
    is_rare = counts * times <= counts.max(initial=0)
    rare = np.flatnonzero(is_long_enough & is_rare)
    for start in range(0, len(rare), _AT_A_TIME):
        at = rare[start : start + _AT_A_TIME]
        distance = cdist(
            words[at], frequent, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8
        )
        is_near = (distance == 1) & (count_of_frequent >= times * counts[at][:, None])
        for row, other in zip(*np.nonzero(is_near), strict=True):
            flags[at[row]] |= _is_slip(words[at[row]], frequent[other])
    return flags


def _is_slip(rare: str, frequent: str) -> bool:
    """True where two names differ in a letter that is neither the first nor a last one added.

    The two must be one letter apart.
    """
    return rare[0] == frequent[0] and rare[:-1] != frequent and frequent[:-1] != rare


def _contradicted_sex(context: Context, witness: str, field: str) -> Iterator[Found]:
    """Entries whose stated sex is not the one in the column ``witness`` of VOTER.

    Where either is not known, nothing is contradicted. ``field`` is the one that tells the sex.
    """
    is_man, is_woman = (context.equals("sex", sex) for sex in (Sex.MALE, Sex.FEMALE))
    says_man, says_woman = (
        context.equals(witness, sex) for sex in (Sex.MALE, Sex.FEMALE)
    )
    is_contradicted = (is_man & says_woman) | (is_woman & says_man)
    yield context.entries_found(is_contradicted, field=field)


sex_contradicts_given_name = partial(
    _contradicted_sex, witness="given_sex", field="given_name"
)
sex_contradicts_patronymic = partial(
    _contradicted_sex, witness="patronymic_sex", field="patronymic"
)
sex_contradicts_surname = partial(
    _contradicted_sex, witness="surname_sex", field="surname"
)
