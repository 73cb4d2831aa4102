"""Addresses: one folded line, and the street, house and flat in it as far as its words tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from voterlist.model import Profile
from voterlist.normalize.alphabet import ascii_letters, to_latin

__all__ = ["Address", "read_address"]


@dataclass(frozen=True, slots=True)
class Address:
    """An address read; ``line`` is the whole of it. Each is lower-case a-z and digits, blanks between words."""

    line: str | None
    street: str | None = None
    house: str | None = None
    flat: str | None = None


_KINDS = {
    kind: frozenset(words.split())
    for kind, words in {
        "kuce": "kuce kucesi kuc kucasi kuca ul ulica ulitsa ulitsi str street st",
        "prospekt": "prospekt prospekti prospect prosp pros pr ave avenue av",
        "donge": "donge dongesi donga dongasi don tupik tup pereulok per lane",
        "dalan": "dalan dalani",
        "sose": "sose sosesi shosse sossesi sosse soseyi road rd highway",
        "mehelle": "mehelle mehellesi mahalla mahallasi meh mikrorayon mikrorayonu mkr mkrn massiv massivi kvartal",
        "qesebe": "qesebe qesebesi qasaba qasabasi qes poselok pos settlement",
        "kend": "kend kendi kand selo sel derevnya village",
        "seher": "seher seheri sahar sahari seh gorod qorod city town",
        "rayon": "rayon rayonu ray raion district",
        "ev": "ev dom house bina binasi korpus korp bld building",
        "menzil": "menzil menzili manzil menz mz kv kvartira qv apt flat apartment",
    }.items()
    if words
}
_KIND = {word: kind for kind, words in _KINDS.items() for word in words}
_LAST_LETTER = {"s": "seher", "r": "rayon"}
_LETTER_BEFORE_NUMBER = {"m": "menzil", "d": "ev"}
_STREETS = frozenset({"kuce", "prospekt", "donge", "dalan", "sose"})
_QUARTERS = frozenset({"mehelle"})
_PLACES = frozenset({"qesebe", "kend", "seher", "rayon"})
_NUMBERED = re.compile(r"^\d+[a-z]?$")
_SEGMENT = re.compile(r"[,;\n]+")
_TOKEN = re.compile(r"\d+\s*/\s*\d+[a-z]?|\d+[a-z]?\b|[a-z0-9]+|-")


@lru_cache(maxsize=262144)
def _folded(part: str) -> str:
    """One blank-free part of an address in plain lower-case ASCII letters."""
    return ascii_letters(to_latin(part))


def _tokens(segment: str) -> list[str]:
    """The words of a segment, kinds in their one spelling: ``küç.`` and ``ул.`` give ``kuce``."""
    folded = " ".join(_folded(part) for part in segment.split())
    found = [token.replace(" ", "") for token in _TOKEN.findall(folded)]
    return [_kind(token, found[place + 1 : place + 2]) for place, token in enumerate(found)]


def _kind(token: str, after: list[str]) -> str:
    """The one spelling of a kind word. A single letter is one only by its place: before a number, or last."""
    if len(token) > 1 or token.isdigit():
        return _KIND.get(token, token)
    if not after:
        return _LAST_LETTER.get(token, token)
    return _LETTER_BEFORE_NUMBER.get(token, token) if after[0][0].isdigit() else token


def _numbers_after(kind: str, tokens: list[str]) -> str | None:
    """The number written after (or, failing that, before) a word such as ``ev`` or ``menzil``."""
    if kind not in tokens:
        return None
    place = tokens.index(kind)
    for near in (*tokens[place + 1 : place + 2], *tokens[max(place - 1, 0) : place]):
        if near[:1].isdigit():
            return near
    return None


def _street_of(tokens: list[str]) -> tuple[str | None, list[str]]:
    """(street, what follows it) of a segment that names a kind of street."""
    place = next(index for index, token in enumerate(tokens) if token in _STREETS)
    before = [token for token in tokens[:place] if token != "-"]
    after = tokens[place + 1 :]
    for index in range(len(before) - 1, -1, -1):
        if before[index] in _PLACES or before[index] in _QUARTERS:
            before = before[index + 1 :]
            break
    if any(token.isalpha() for token in before):
        return " ".join(before), after
    # The kind stands first: the name runs to the number after its last word (ул. 28 Мая 12).
    end = next((index for index, token in enumerate(after) if index and token[:1].isdigit()), len(after))
    end = min([end, *(index for index, token in enumerate(after) if token in {"ev", "menzil", "-"})])
    name = after[:end]
    return (" ".join(name) or None), after[end:]


def _house_and_flat(tokens: list[str]) -> tuple[str | None, str | None]:
    """(house, flat) of the words after the street: ``12 - 5``, ``12/5``, ``ev 12 menzil 5``."""
    house, flat = _numbers_after("ev", tokens), _numbers_after("menzil", tokens)
    numbers = [token for token in tokens if token[:1].isdigit()]
    if house is None:
        house = next((number for number in numbers if number != flat), None)
    if flat is None and "-" in tokens and len(numbers) >= 2 and numbers[0] == house:
        flat = numbers[1]
    return house, flat


@lru_cache(maxsize=65536)
def _street_segment(segment: str) -> tuple[tuple[str, ...], str | None, tuple[str, ...]]:
    """(its tokens, the street, what follows the street) of one segment, remembered: streets come again."""
    tokens = _tokens(segment)
    if not _STREETS.intersection(tokens):
        return tuple(tokens), None, ()
    street, after = _street_of(tokens)
    return tuple(tokens), street, tuple(after)


def _first_numbered(segments: list[tuple[str, ...]]) -> tuple[str | None, list[str]]:
    """(street, rest) where no kind of street is named: the words before the first number of a segment."""
    for index, tokens in enumerate(segments):
        if _PLACES.intersection(tokens) or not tokens or not tokens[0].isalpha():
            continue
        end = next((place for place, token in enumerate(tokens) if token[:1].isdigit()), len(tokens))
        words = [token for token in tokens[:end] if token not in {"ev", "menzil", "-"}]
        later = list(tokens[end:]) + [token for segment in segments[index + 1 :] for token in segment]
        if words and words[0] not in _KINDS and any(token[:1].isdigit() for token in later):
            return " ".join(words), list(tokens[len(words) :]) + later[len(tokens) - end :]
    return None, [token for tokens in segments for token in tokens]


def read_address(text: str, profile: Profile = Profile.AZ) -> Address:
    """An address line folded, with street, house and flat where its words tell them.

    In ``Profile.GENERIC`` only a leading house number is read, because the kinds of streets are not known.
    """
    if profile is Profile.GENERIC:
        return _generic(text)
    segments: list[tuple[str, ...]] = []
    street: str | None = None
    rest: list[str] = []
    for part in _SEGMENT.split(text):
        tokens, named, after = _street_segment(part.strip())
        segments.append(tokens)
        if street is None and named:
            street, rest = named, list(after)
        elif street:
            rest.extend(tokens)
    line = " ".join(token for tokens in segments for token in tokens if token != "-")
    if street is None:
        street, rest = _first_numbered(segments)
    house, flat = _house_and_flat(rest)
    return Address(line or None, street, house, flat)


def _generic(text: str) -> Address:
    words = re.findall("[a-z0-9]+", " ".join(_folded(part.replace("I", "i")) for part in text.split()))
    house = words[0] if words and words[0][0].isdigit() else None
    return Address(" ".join(words) or None, house=house)
