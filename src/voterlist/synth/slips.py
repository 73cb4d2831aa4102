"""Slips of the keyboard and of the eye, in columns of text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from string import ascii_uppercase
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.random import Generator

_Damage: TypeAlias = Callable[[Generator, Sequence[str]], Sequence[str]]
"""Texts in, the damaged ones out."""

KEYBOARDS = (
    ("qüertyuiopöğ", "asdfghjklıə", "zxcvbnmçş"),
    ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"),
    ("јүукенгшһзхә", "фывапролджө", "ҹчсмитғбҝ"),
    ("1234567890",),
)
"""The rows of keys of each keyboard: Azerbaijani, English, Russian, Azerbaijani Cyrillic, digits.

A letter that several have is looked for on the first."""


def _neighbours() -> dict[str, tuple[str, str]]:
    """The two keys beside each key on the first keyboard that has it."""
    beside: dict[str, tuple[str, str]] = {}
    for keyboard in reversed(KEYBOARDS):
        for row in keyboard:
            for keys in (row, row.replace("i", "İ").upper()):
                # The first and the last key of a row have one neighbour, twice.
                before, behind = keys[1] + keys[:-1], keys[1:] + keys[-2]
                beside |= zip(keys, zip(before, behind, strict=True), strict=True)
    return beside


_BESIDE = _neighbours()
_LOOKALIKES = str.maketrans("ABCEHKMOPTX", "АВСЕНКМОРТХ")
_FOR_DIGITS = str.maketrans("01", "OI")
_LOWER = str.maketrans(ascii_uppercase, ascii_uppercase.lower())


def _key_beside(text: str, at: int, side: int) -> str:
    """The text with a key beside the one at this place; unless no keyboard has it."""
    key = text[at]
    return f"{text[:at]}{_BESIDE.get(key, (key, key))[side]}{text[at + 1 :]}"


def mistype(rng: Generator, texts: pa.Array) -> pa.Array:
    """Each text with one slip: a neighbouring key, a letter doubled, dropped or swapped.

    The first letter is spared, as people look at it; a text of fewer than three letters stays as it
    is. No text may be null.
    """
    count = len(texts)
    if not count:
        return texts
    chance, slip = rng.random(count), rng.integers(0, 4, count)
    drawn = (chance.tolist(), slip.tolist(), rng.integers(0, 2, count).tolist())
    typed = map(_mistyped, texts.to_pylist(), *drawn)
    return pa.array(list(typed), pa.string())


def _mistyped(text: str, chance: float, slip: int, side: int) -> str:
    if len(text) < 3:
        return text
    at = 1 + int(chance * (len(text) - 2))
    if slip == 0:
        return _key_beside(text, at, side)
    if slip == 1:
        return text[: at + 1] + text[at:]
    swapped = text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + (text[at + 1 :] if slip == 2 else swapped)


def _letters_for_digits(_rng: Generator, texts: Sequence[str]) -> Sequence[str]:
    """O for 0 and I for 1, as an eye confuses them."""
    return [text.translate(_FOR_DIGITS) for text in texts]


def _lower_case(_rng: Generator, texts: Sequence[str]) -> Sequence[str]:
    """Small letters for capitals."""
    return [text.translate(_LOWER) for text in texts]


def _lookalikes(_rng: Generator, texts: Sequence[str]) -> Sequence[str]:
    """Cyrillic letters for Latin ones that look the same."""
    return [text.translate(_LOOKALIKES) for text in texts]


def _blank_inside(_rng: Generator, texts: Sequence[str]) -> Sequence[str]:
    """A blank behind the third character."""
    return [f"{text[:3]} {text[3:]}" for text in texts]


def _eighth_character(rng: Generator, texts: Sequence[str]) -> Sequence[str]:
    """A digit behind the seventh character, kept from the card."""
    digits = rng.integers(ord("0"), ord("9") + 1, len(texts)).tolist()
    return [
        f"{text[:7]}{chr(digit)}{text[7:]}"
        for text, digit in zip(texts, digits, strict=True)
    ]


def _one_character_off(rng: Generator, texts: Sequence[str]) -> Sequence[str]:
    """One of the first seven characters replaced by its neighbour on the keyboard."""
    places = rng.integers(0, 7, len(texts)).tolist()
    return list(
        map(_key_beside, texts, places, rng.integers(0, 2, len(texts)).tolist())
    )


_FIN_DAMAGES: tuple[_Damage, ...] = (
    _letters_for_digits,
    _lower_case,
    _lookalikes,
    _blank_inside,
    _eighth_character,
    _one_character_off,
)
_DOCUMENT_DAMAGES: tuple[_Damage, ...] = (
    _lower_case,
    _lookalikes,
    _letters_for_digits,
    _blank_inside,
)


def _damage(
    rng: Generator,
    texts: pa.Array,
    damages: tuple[_Damage, ...],
) -> pa.Array:
    """The texts, each damaged in one of these ways by chance.

    Args:
        rng: draws the way of each text, then what each way draws, way by way.
        texts: none of them null.
        damages: the ways.
    """
    if not len(texts):
        return texts
    damaged = texts.to_pylist()
    which = rng.integers(0, len(damages), len(damaged))
    for way, damage in enumerate(damages):
        rows = np.flatnonzero(which == way).tolist()
        changed = damage(rng, [damaged[row] for row in rows])
        for row, text in zip(rows, changed, strict=True):
            # What has nothing to confuse (no 0, no look-alike) loses its capitals instead.
            is_same = text == damaged[row]
            damaged[row] = text.translate(_LOWER) if is_same else text
    return pa.array(damaged, pa.string())


def damage_fin(rng: Generator, fins: pa.Array) -> pa.Array:
    """FINs of seven characters, each damaged in one of the usual ways.

    The ways: O for 0 and I for 1, lower case, Cyrillic look-alikes, a blank inside, an eighth
    character kept from the card, one character off.
    """
    return _damage(rng, fins, _FIN_DAMAGES)


def damage_document(rng: Generator, documents: pa.Array) -> pa.Array:
    """Document numbers, each with lower case, look-alikes, O for 0, or a blank inside."""
    return _damage(rng, documents, _DOCUMENT_DAMAGES)
