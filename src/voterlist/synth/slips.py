"""Slips of the keyboard and of the eye, in columns of text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
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


def _translated(letters: Mapping[int, int]) -> _Damage:
    """Other signs for some."""
    return lambda _rng, texts: [text.translate(letters) for text in texts]


_LETTERS_FOR_DIGITS = _translated(str.maketrans("01", "OI"))
"""As an eye confuses them."""
_LOOKALIKES = _translated(str.maketrans("ABCEHKMOPTX", "АВСЕНКМОРТХ"))
"""Cyrillic letters for Latin ones."""
_SMALL_LETTERS = _translated(_LOWER)


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


def _damage(damages: tuple[_Damage, ...], rng: Generator, texts: pa.Array) -> pa.Array:
    """The texts, each damaged in one of these ways by chance.

    Args:
        damages: the ways.
        rng: draws the way of each text, then what each way draws, way by way.
        texts: none of them null.
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


damage_fin = partial(
    _damage,
    (
        _LETTERS_FOR_DIGITS,
        _SMALL_LETTERS,
        _LOOKALIKES,
        _blank_inside,
        _eighth_character,
        _one_character_off,
    ),
)
"""FINs of seven characters, each damaged in one of these ways."""
damage_document = partial(
    _damage, (_SMALL_LETTERS, _LOOKALIKES, _LETTERS_FOR_DIGITS, _blank_inside)
)
"""Document numbers, likewise."""
