"""Slips of the keyboard and of the eye: in columns of text, and in careless second entries.

In a careless entry several meet, of the kinds that people make who type lists. How often each kind
happens follows what was counted: a letter left out is the commonest slip, then one doubled, another
key, two letters exchanged, and the first letter is rarely wrong (Pollock and Zamora 1983;
Yannakoudakis and Fawthrop 1983); names are misspelt, left out or in each other's place, and numbers
of documents differ (Just and others 2016, doi 10.1002/asi.4630340108 and PMC4832129). That slips
meet in one entry is how FEBRL and GeCo make theirs (Christen and Pudjijono 2009; Christen and
Vatsalan 2013). The shares themselves are estimates.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from string import ascii_uppercase
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.random import Generator

from voterlist.arrays import AnyArray
from voterlist.fields import COMPARED
from voterlist.model import frozen
from voterlist.synth.lexicon import SCRIPTS, capitals
from voterlist.synth.repeats import SECOND_ENTRY, Done

_Damage = Callable[[Generator, Sequence[str]], Sequence[str]]
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
    typed = map(_mistype, texts.to_pylist(), *drawn)
    return pa.array(list(typed), pa.string())


def _mistype(text: str, chance: float, slip: int, side: int) -> str:
    if len(text) < 3:
        return text
    at = 1 + int(chance * (len(text) - 2))
    if slip == 0:
        return _key_beside(text, at, side)
    if slip == 1:
        return text[: at + 1] + text[at:]
    swapped = text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + (text[at + 1 :] if slip == 2 else swapped)


def _translate(letters: Mapping[int, int]) -> _Damage:
    """Other signs for some."""
    return lambda _rng, texts: [text.translate(letters) for text in texts]


_LETTERS_FOR_DIGITS = _translate(str.maketrans("01", "OI"))
"""As an eye confuses them."""
_LOOKALIKES = _translate(str.maketrans("ABCEHKMOPTX", "АВСЕНКМОРТХ"))
"""Cyrillic letters for Latin ones."""
_SMALL_LETTERS = _translate(_LOWER)


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


LEVELS: tuple[tuple[float, ...], ...] = (
    (0.0, 0.0, 0.0, 0.0),
    (0.30, 0.08, 0.02, 0.0),
    (0.30, 0.20, 0.08, 0.02),
    (0.25, 0.30, 0.20, 0.05),
    (0.15, 0.30, 0.30, 0.20),
)
"""By level of carelessness: the shares of second entries with one, two, three and four slips."""

Cells = dict[str, str | None]
"""The cells of one entry by the name of their column."""
_Item = TypeVar("_Item")


@frozen
class Hand:
    """Whose slips they are.

    Attributes:
        rng: draws how a slip is made.
        beside: the keys beside each key of the keyboard that is typed on.
        elsewhere: the address of another entry of the same list.
    """

    rng: Generator
    beside: dict[str, str]
    elsewhere: str | None

    def pick(self, items: Sequence[_Item]) -> _Item | None:
        """One of these by chance; None where there are none."""
        return items[int(self.rng.integers(len(items)))] if items else None


_InText = Callable[[Hand, str], str | None]
_InDate = Callable[[Hand, int, int, int], tuple[int, int, int]]
_InEntry = Callable[[Hand, Cells], None]


@frozen
class Slip:
    """A kind of slip.

    Attributes:
        done: what the truth calls it.
        weight: how often it is drawn, beside the others.
        make: makes it in the cells of an entry; one that has nothing to get wrong stays as it is.
    """

    done: Done
    weight: float
    make: _InEntry


@cache
def keys_beside(script: str) -> dict[str, str]:
    """The keys that touch each key, of the keyboard for a script; digits and Latin letters too."""
    latin, english, russian, cyrillic, digits = KEYBOARDS
    own = {"latin": latin, "azeri-cyrillic": cyrillic, "russian": russian}
    touching: dict[str, str] = {}
    for keyboard in (digits, english, own.get(script, english)):
        for row, keys in enumerate(keyboard):
            above = keyboard[row - 1] if row else ""
            below = "".join(keyboard[row + 1 : row + 2])
            for at, key in enumerate(keys):
                # Each row of keys stands half a key to the right of the one above.
                near = keys[max(at - 1, 0) : at] + keys[at + 1 : at + 2]
                near += above[at : at + 2] + below[max(at - 1, 0) : at + 1]
                touching[key] = near
                touching[capitals(key, script)] = capitals(near, script)
    return touching


# Slips in a name


def _letter_lost(hand: Hand, text: str) -> str:
    at = hand.pick(range(1, len(text)))
    return text if at is None or len(text) < 3 else text[:at] + text[at + 1 :]


def _letter_doubled(hand: Hand, text: str) -> str:
    at = hand.pick([at for at in range(1, len(text)) if text[at].isalpha()])
    return text if at is None else text[:at] + text[at] + text[at:]


def _another_key(hand: Hand, text: str) -> str:
    at = hand.pick([at for at in range(1, len(text)) if text[at] in hand.beside])
    if at is None:
        return text
    return f"{text[:at]}{hand.pick(hand.beside[text[at]])}{text[at + 1 :]}"


def _letters_exchanged(hand: Hand, text: str) -> str:
    unlike = [at for at in range(1, len(text) - 1) if text[at] != text[at + 1]]
    at = hand.pick(unlike)
    if at is None:
        return text
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


_ALIKE = {
    "l": "I1",
    "I": "l1",
    "1": "lI",
    "O": "0",
    "o": "0",
    "0": "O",
    "О": "0",
    "о": "0",
    "З": "3",
    "з": "3",
    "б": "6",
}
"""What an eye, or a program that reads pictures of letters, takes for each other."""


def _taken_for_another(hand: Hand, text: str) -> str:
    at = hand.pick([at for at, letter in enumerate(text) if letter in _ALIKE])
    if at is None:
        return text
    return f"{text[:at]}{hand.pick(_ALIKE[text[at]])}{text[at + 1 :]}"


def _initial_lost(_hand: Hand, text: str) -> str:
    return text[1:] if len(text) > 3 else text


def _initial_only(_hand: Hand, text: str) -> str:
    return text[:1] + "."


# Slips in a date


def _change_date(change: _InDate, hand: Hand, text: str) -> str:
    """The date changed, in its own form; a year alone stays."""
    separator = "-" if "-" in text else "."
    parts = text.split(separator)
    if len(parts) != 3:
        return text
    in_order = parts if separator == "-" else parts[::-1]
    year, month, day = change(hand, *map(int, in_order))
    width = min(len(in_order[1]), len(in_order[2]))
    written = [str(year), str(month).zfill(width), str(day).zfill(width)]
    return separator.join(written if separator == "-" else written[::-1])


def _day_for_month(
    _hand: Hand, year: int, month: int, day: int
) -> tuple[int, int, int]:
    return (year, day, month) if day <= 12 else (year, month, day)


def _some_years_off(
    years: int, hand: Hand, year: int, month: int, day: int
) -> tuple[int, int, int]:
    return year + (hand.pick((-years, years)) or 0), month, day


def _one_digit_off(number: int, last: int) -> list[int]:
    """The numbers from 1 to ``last`` that differ from this one in one of two digits."""
    return [
        other
        for other in range(1, last + 1)
        if (other // 10 == number // 10) != (other % 10 == number % 10)
    ]


def _other_month(hand: Hand, year: int, month: int, day: int) -> tuple[int, int, int]:
    months = [
        other
        for other in _one_digit_off(month, 12)
        if day <= calendar.monthrange(year, other)[1]
    ]
    return year, hand.pick(months) or month, day


def _other_day(hand: Hand, year: int, month: int, day: int) -> tuple[int, int, int]:
    days = _one_digit_off(day, calendar.monthrange(year, month)[1])
    return year, month, hand.pick(days) or day


# Slips in an entry


def _in(name: str, rewrite: _InText) -> _InEntry:
    """A slip in the text of one cell, where one is written."""

    def make(hand: Hand, cells: Cells) -> None:
        text = cells[name]
        if text:
            cells[name] = rewrite(hand, text)

    return make


def _in_date(change: _InDate) -> _InEntry:
    return _in("birth_date", partial(_change_date, change))


def _left_out(*names: str) -> _InEntry:
    def make(_hand: Hand, cells: Cells) -> None:
        cells.update(dict.fromkeys(names))

    return make


def _names_exchanged(_hand: Hand, cells: Cells) -> None:
    surname, given = cells["surname"], cells["given_name"]
    cells["surname"], cells["given_name"] = given, surname


def _at_another_address(hand: Hand, cells: Cells) -> None:
    cells["address"] = hand.elsewhere


# In the proportions of Pollock and Zamora.
_IN_LETTERS: tuple[tuple[float, _InText], ...] = (
    (34, _letter_lost),
    (27, _letter_doubled),
    (19, _another_key),
    (12, _letters_exchanged),
    (5, _taken_for_another),
)
_TYPED = (
    (Done.TYPING_SURNAME, "surname"),
    (Done.TYPING_GIVEN_NAME, "given_name"),
    (Done.TYPING_PATRONYMIC, "patronymic"),
)
SLIPS = (
    Slip(Done.IDENTIFIERS_MISSING, 24, _left_out("fin", "document")),
    Slip(Done.PATRONYMIC_MISSING, 20, _left_out("patronymic")),
    Slip(Done.GIVEN_NAME_INITIAL_ONLY, 6, _in("given_name", _initial_only)),
    Slip(Done.PATRONYMIC_INITIAL_ONLY, 12, _in("patronymic", _initial_only)),
    *(
        Slip(done, weight, _in(name, rewrite))
        for done, name in _TYPED
        for weight, rewrite in _IN_LETTERS
    ),
    Slip(Done.SURNAME_INITIAL_LOST, 4, _in("surname", _initial_lost)),
    Slip(Done.GIVEN_NAME_INITIAL_LOST, 4, _in("given_name", _initial_lost)),
    Slip(Done.DAY_MONTH_SWAPPED, 14, _in_date(_day_for_month)),
    Slip(Done.BIRTH_DECADE, 14, _in_date(partial(_some_years_off, 10))),
    Slip(Done.BIRTH_MONTH, 14, _in_date(_other_month)),
    Slip(Done.BIRTH_DIGIT, 10, _in_date(partial(_some_years_off, 1))),
    Slip(Done.BIRTH_DIGIT, 14, _in_date(_other_day)),
    Slip(Done.FIN_DAMAGED, 10, _in("fin", _another_key)),
    Slip(Done.FIN_DAMAGED, 6, _in("fin", _letters_exchanged)),
    Slip(Done.DOCUMENT_DAMAGED, 8, _in("document", _another_key)),
    Slip(Done.OTHER_ADDRESS, 24, _at_another_address),
    Slip(Done.NAMES_EXCHANGED, 12, _names_exchanged),
)
"""All kinds, in the order in which they are made where several meet: what is left out first, as
nothing else can be wrong there."""
_WEIGHTS = np.array([slip.weight for slip in SLIPS])


def draw_slips(rng: Generator, level: int, count: int) -> list[list[int]]:
    """Which slips each of ``count`` second entries gets: places in ``SLIPS``, none twice.

    The same draws at a higher level give each entry those that it had, and perhaps more.
    """
    at_least = np.cumsum(LEVELS[level][::-1])[::-1]
    many = (rng.random(count)[:, None] < at_least).sum(axis=1)
    # The largest of log weight + Gumbel noise are drawn by weight, without replacement.
    noisy = np.log(_WEIGHTS) + rng.gumbel(size=(count, len(SLIPS)))
    order = np.argsort(-noisy, axis=1)
    return [row[:most].tolist() for row, most in zip(order, many, strict=True)]


def _other_rows(rng: Generator, rows: AnyArray, precinct: AnyArray) -> AnyArray:
    """For each of these rows one of the same list by chance; ``precinct`` ascends."""
    first = np.searchsorted(precinct, precinct[rows], side="left")
    behind = np.searchsorted(precinct, precinct[rows], side="right")
    return rng.integers(first, behind)


def with_slips(
    rng: Generator,
    level: int,
    typed: dict[str, pa.Array],
    done: AnyArray,
    script: AnyArray,
    precinct: AnyArray,
) -> dict[str, pa.Array]:
    """The columns of the entries of one constituency with the slips of careless second entries.

    Args:
        rng: draws the slips.
        level: a place in ``LEVELS``.
        typed: the columns as typed, by name.
        done: bits of ``Done`` of each entry; set in place.
        script: place in ``SCRIPTS`` of each entry's list.
        precinct: of each entry; ascends.
    """
    rows = np.flatnonzero(done & int(SECOND_ENTRY))
    other = _other_rows(rng, rows, precinct)
    elsewhere = typed["address"].take(other).to_pylist()
    entries = pa.table({name: typed[name] for name in COMPARED})
    written = entries.take(rows).to_pylist()
    drawn = draw_slips(rng, level, len(rows))
    for cells, slips, row, address in zip(
        written, drawn, rows.tolist(), elsewhere, strict=True
    ):
        hand = Hand(rng, keys_beside(SCRIPTS[script[row]]), address)
        for slip in sorted(slips):
            before = dict(cells)
            SLIPS[slip].make(hand, cells)
            if cells != before:
                done[row] |= int(SLIPS[slip].done)
    mask = np.zeros(len(done), bool)
    mask[rows] = True
    changed = {
        name: pa.array([cells[name] for cells in written], pa.string())
        for name in COMPARED
    }
    return typed | {
        name: pc.replace_with_mask(typed[name], mask, texts)
        for name, texts in changed.items()
    }
