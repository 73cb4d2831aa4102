"""The houses of a street that a precinct's border names: ``1-45, 47, 2-20 (cüt), 3A``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from voterlist.model import Covers
from voterlist.normalize.alphabet import ascii_letters, to_latin


@dataclass(frozen=True, slots=True)
class Houses:
    """One part of a border.

    The numbers ``first`` to ``last``, all, odd or even ones; or ``house`` alone.
    """

    covers: Covers
    first: int | None = None
    last: int | None = None
    """None of both: the whole street."""
    house: str | None = None


_MOST_DIGITS = 4
"""A longer number is no house's."""
_PARTS = re.compile(r"[,;\n+]+|\b(?:və|ve|и|and)\b", re.IGNORECASE)
_UNTIL = re.compile(r"-\s*(?:dən|dan|den|дән|дан)\b", re.IGNORECASE)
_TO_SUFFIX = re.compile(r"-\s*(?:dək|dak|dek|ə|a|e|yə|ya|ye|дәк|дак)\b", re.IGNORECASE)
_DASHES = re.compile(r"[\u2010-\u2015\u2212]|\.{2,}|\u2026")
_WORD = re.compile(r"\d+(?: ?[a-z]\b)?(?:/\d+[a-z]?)?|[a-z]+|-|[^\sa-z\d-]")
_NUMBER = re.compile(r"\d+")
_ODD = ("tek", "tak", "odd", "necet", "necot")
_EVEN = ("cut", "cet", "cot", "cyot", "even")
_WHOLE = frozenset(
    {
        "butun",
        "hamisi",
        "hami",
        "tam",
        "butov",
        "butovlukde",
        "ves",
        "vse",
        "vsa",
        "whole",
        "all",
    }
)
_FILLERS = frozenset(
    {
        *(
            "ev",
            "evi",
            "evler",
            "evleri",
            "bina",
            "binalar",
            "nomre",
            "nomreli",
            "nomreler",
            "no",
            "n",
            "sayli",
        ),
        *(
            "teref",
            "terefi",
            "terefde",
            "terefdeki",
            "kuce",
            "kuceni",
            "reqemli",
            "reqemler",
            "qeder",
            "kimi",
        ),
        *("d", "dom", "doma", "domov", "nomera", "storona", "ulica", "ulitsa"),
        *("house", "houses", "number", "numbers", "side", "street", "only", "the"),
    },
)
_RANGE_WORDS = frozenset({"po", "do", "to", "through"})
_FROM_WORDS = frozenset({"s", "ot", "from"})
_SIGNS = frozenset("().:*№#/")


@lru_cache(maxsize=65536)
def read_houses(text: str | None) -> tuple[Houses, ...]:
    """The parts of what is written of a street's houses; nothing written is the whole street.

    Each part that cannot be read is one of ``Covers.UNREAD``: it may be any houses.
    """
    plain = _DASHES.sub("-", (text or "").replace("*", " "))
    parts = [part for part in _PARTS.split(plain) if part and part.strip(" .()")]
    return tuple(map(_part, parts)) or (Houses(Covers.ALL),)


def _part(text: str) -> Houses:
    """One part between commas."""
    if _UNTIL.search(text):
        # "1-dən 45-ə" is 1-45; elsewhere "3-A" is a house.
        text = _TO_SUFFIX.sub(" ", _UNTIL.sub(" - ", text))
    folded = ascii_letters(to_latin(text))
    words = [
        word
        for word in _WORD.findall(folded)
        if word not in _FILLERS and word not in _SIGNS
    ]
    parity, words = _parity([word for word in words if word not in _FROM_WORDS])
    words = ["-" if word in _RANGE_WORDS else word for word in words]
    if not [word for word in words if word not in _WHOLE]:
        return Houses(parity or Covers.ALL)
    return _numbers(words, parity)


def _parity(words: list[str]) -> tuple[Covers | None, list[str]]:
    """(odd or even, the other words)."""
    odd = [word for word in words if word.startswith(_ODD)]
    even = [word for word in words if word.startswith(_EVEN)]
    rest = [word for word in words if word not in odd and word not in even]
    if bool(odd) == bool(even):
        # "1-20 odd and even" are all; what names neither too.
        return None, rest
    return Covers.ODD if odd else Covers.EVEN, rest


def _numbers(words: list[str], parity: Covers | None) -> Houses:
    """A house, or the houses from one number to another."""
    written = [
        number.lstrip("0")
        for word in words
        for number in _NUMBER.findall(word.split("/")[0])
    ]
    if not written or max(map(len, written)) > _MOST_DIGITS:
        return Houses(Covers.UNREAD)
    numbers = [int(number or "0") for number in written]
    if len(words) == 1:
        return Houses(Covers.ONE, house=words[0].replace(" ", ""))
    if len(words) == 2 and len(words[1]) == 1 and words[1].isalpha():
        return Houses(Covers.ONE, house="".join(words))
    if (
        len(words) == 3
        and words[1] == "-"
        and len(words[2]) == 1
        and words[2].isalpha()
    ):
        return Houses(Covers.ONE, house=words[0] + words[2])
    if (
        len(words) == 3
        and words[1] == "-"
        and len(numbers) == 2
        and numbers[0] <= numbers[1]
    ):
        return Houses(parity or Covers.ALL, numbers[0], numbers[1])
    return Houses(Covers.UNREAD)
