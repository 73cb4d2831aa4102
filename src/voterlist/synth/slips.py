"""Slips of the keyboard and of the eye, on whole columns of text at a time.

A column becomes a matrix of code points, one row a text, padded with 0; a slip moves or changes
cells of it.
"""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_lowercase, ascii_uppercase
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.random import Generator

from voterlist.arrays import AnyArray

_Damage: TypeAlias = Callable[[Generator, AnyArray], AnyArray]
"""A matrix of code points in, the damaged one out."""

KEYBOARDS = (
    ("qüertyuiopöğ", "asdfghjklıə", "zxcvbnmçş"),
    ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"),
    ("јүукенгшһзхә", "фывапролджө", "ҹчсмитғбҝ"),
    ("1234567890",),
)
"""The rows of keys of each keyboard: Azerbaijani, English, Russian, Azerbaijani Cyrillic, digits.

A letter that several have is looked for on the first."""
_POINTS = 0x600
"""Code points up to Cyrillic: all letters of invented lists."""


def _neighbours() -> AnyArray:
    """For each code point the two keys beside it on the first keyboard that has it.

    Itself where none has.
    """
    table = np.repeat(np.arange(_POINTS, dtype=np.uint32)[:, None], 2, axis=1)
    for keyboard in reversed(KEYBOARDS):
        for row in keyboard:
            capitals = row.replace("i", "İ").upper()
            for keys in (row, capitals):
                points = [ord(letter) for letter in keys]
                # The first and the last key of a row have one neighbour, twice.
                before = [points[1], *points[:-1]]
                behind = [*points[1:], points[-2]]
                for point, left, right in zip(points, before, behind, strict=True):
                    table[point] = left, right
    return table


_BESIDE = _neighbours()
"""Shape (code point, side): the keys to the left and to the right of each key."""
_LOOKALIKES = dict(zip("ABCEHKMOPTX", "АВСЕНКМОРТХ", strict=True))


def _matrix(texts: list[str]) -> tuple[AnyArray, AnyArray]:
    """(code points, lengths) of texts: uint32, padded with 0 to beyond the longest."""
    width = max((len(text) for text in texts), default=0) + 1
    fixed_width = np.array(texts, dtype=f"U{width}")
    matrix = fixed_width.view(np.uint32).reshape(len(texts), width).copy()
    lengths = (matrix != 0).sum(axis=1)
    return matrix, lengths


def _texts(matrix: AnyArray) -> pa.Array:
    """The texts of a matrix of code points; what is 0 is no part of a text."""
    if not len(matrix):
        return pa.array([], pa.string())
    plain = np.ascontiguousarray(matrix, dtype=np.uint32)
    texts = plain.view(f"U{plain.shape[1]}").ravel()
    return pa.array(texts, pa.string())


def _shift(matrix: AnyArray, source: AnyArray) -> AnyArray:
    """The matrix with each cell taken from another column of its row.

    ``source``: the number of that column for each cell; beyond the last column means the last,
    which is padding.
    """
    return np.take_along_axis(matrix, np.minimum(source, matrix.shape[1] - 1), axis=1)


def mistype(rng: Generator, texts: pa.Array) -> pa.Array:
    """Each text with one slip: a neighbouring key, a letter doubled, dropped or swapped.

    The first letter is spared, as people look at it; a text of fewer than three letters stays as it
    is. No text may be null.
    """
    matrix, lengths = _matrix(texts.to_pylist())
    count, width = matrix.shape
    if not count:
        return texts
    rows = np.arange(count)
    columns = np.arange(width)
    chance = rng.random(count)
    place = 1 + (chance * np.maximum(lengths - 2, 1)).astype(np.int64)
    at = np.minimum(place, width - 1)
    slip = np.asarray(rng.integers(0, 4, count))
    side = rng.integers(0, 2, count)
    points = np.minimum(matrix[rows, at], _POINTS - 1)
    beside = _BESIDE[points, side]

    # From where each cell is taken, beside its own column.
    at_column = at[:, None]
    slip_column = slip[:, None]
    doubled = np.where(slip_column == 1, -1, 0) * (columns > at_column)
    dropped = np.where(slip_column == 2, 1, 0) * (columns >= at_column)
    forward = (columns == at_column).astype(np.int64)
    backward = (columns == at_column + 1).astype(np.int64)
    swapped = (slip_column == 3) * (forward - backward)
    changed = _shift(matrix, columns + doubled + dropped + swapped)

    neighbour = slip == 0
    changed[rows[neighbour], at[neighbour]] = beside[neighbour]
    short = lengths < 3
    changed[short] = matrix[short]
    return _texts(changed)


def _replacements(pairs: dict[str, str]) -> AnyArray:
    """For each code point the one to write instead: itself, but for these letters."""
    table = np.arange(_POINTS, dtype=np.uint32)
    for before, after in pairs.items():
        table[ord(before)] = ord(after)
    return table


_FOR_DIGITS = _replacements({"0": "O", "1": "I"})
_LOWER = _replacements(dict(zip(ascii_uppercase, ascii_lowercase, strict=True)))
_CYRILLIC = _replacements(_LOOKALIKES)


def _letters_for_digits(_rng: Generator, matrix: AnyArray) -> AnyArray:
    """O for 0 and I for 1, as an eye confuses them."""
    return _FOR_DIGITS[matrix]


def _lower_case(_rng: Generator, matrix: AnyArray) -> AnyArray:
    """Small letters for capitals."""
    return _LOWER[matrix]


def _lookalikes(_rng: Generator, matrix: AnyArray) -> AnyArray:
    """Cyrillic letters for Latin ones that look the same."""
    return _CYRILLIC[matrix]


def _insert(matrix: AnyArray, at: int, points: AnyArray) -> AnyArray:
    """The matrix with one more character in each row; the last column, which is padding, falls off.

    Args:
        matrix: code points.
        at: the column of the new character.
        points: its code point, row by row.
    """
    before, behind = matrix[:, :at], matrix[:, at:-1]
    inserted = points[:, None].astype(np.uint32)
    return np.concatenate([before, inserted, behind], axis=1)


def _blank_inside(_rng: Generator, matrix: AnyArray) -> AnyArray:
    """A blank behind the third character."""
    return _insert(matrix, 3, np.full(len(matrix), ord(" ")))


def _eighth_character(rng: Generator, matrix: AnyArray) -> AnyArray:
    """A digit behind the seventh character, kept from the card."""
    return _insert(matrix, 7, rng.integers(ord("0"), ord("9") + 1, len(matrix)))


def _one_character_off(rng: Generator, matrix: AnyArray) -> AnyArray:
    """One of the first seven characters replaced by its neighbour on the keyboard."""
    changed = matrix.copy()
    rows = np.arange(len(matrix))
    at = rng.integers(0, 7, len(matrix))
    side = rng.integers(0, 2, len(matrix))
    changed[rows, at] = _BESIDE[changed[rows, at], side]
    return changed


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
    matrix, _ = _matrix(texts.to_pylist())
    which = rng.integers(0, len(damages), len(matrix))
    for at, damage in enumerate(damages):
        rows = which == at
        whole = matrix[rows]
        changed = damage(rng, whole)
        # What has nothing to confuse (no 0, no look-alike) loses its capitals instead.
        same = (changed == whole).all(axis=1)
        changed[same] = _LOWER[whole[same]]
        matrix[rows] = changed
    return _texts(matrix)


def damage_fin(rng: Generator, fins: pa.Array) -> pa.Array:
    """FINs of seven characters, each damaged in one of the usual ways.

    The ways: O for 0 and I for 1, lower case, Cyrillic look-alikes, a blank inside, an eighth
    character kept from the card, one character off.
    """
    return _damage(rng, fins, _FIN_DAMAGES)


def damage_document(rng: Generator, documents: pa.Array) -> pa.Array:
    """Document numbers, each with lower case, look-alikes, O for 0, or a blank inside."""
    return _damage(rng, documents, _DOCUMENT_DAMAGES)
