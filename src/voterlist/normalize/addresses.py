"""Addresses: one folded line, and the street, house and flat in it as far as its words tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from voterlist.model import Profile
from voterlist.normalize.alphabet import ascii_letters, to_latin
from voterlist.normalize.lexicon import spellings_of
from voterlist.normalize.names import skeleton

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
        "sose": "sose sosesi shosse sossesi sosse soseyi road rd highway yol yolu doroqa doroga",
        "meydan": "meydan meydani square sq ploshad ploschad pl",
        "bulvar": "bulvar bulvari boulevard blvd",
        "mehelle": "mehelle mehellesi mahalla mahallasi meh mikrorayon mikrorayonu mkr mkrn massiv massivi kvartal",
        "qesebe": "qesebe qesebesi qasaba qasabasi qes poselok pos settlement",
        "kend": "kend kendi kand selo sel derevnya village",
        "seher": "seher seheri sahar sahari seh gorod qorod city town",
        "rayon": "rayon rayonu ray raion district",
        "ev": "ev dom house bina binasi bld building",
        "korpus": "korpus korpusu korp kor block",
        "blok": "blok bloku blk giris girisi podyezd podezd entrance",
        "menzil": "menzil menzili manzil menz men mz kv kvartira qv apt flat apartment",
    }.items()
    if words
}
_KIND = {word: kind for kind, words in _KINDS.items() for word in words}
_LAST_LETTER = {"s": "seher", "r": "rayon"}
_LETTER_BEFORE_NUMBER = {"m": "menzil", "d": "ev"}
_STREETS = frozenset({"kuce", "prospekt", "donge", "dalan", "sose", "meydan", "bulvar"})
_QUARTERS = frozenset({"mehelle"})
_PLACES = frozenset({"qesebe", "kend", "seher", "rayon"})
_DROPPED = frozenset({"adina", "adi", "imeni", "im"})
"""Words that say that a street is named after somebody."""
_MONTHS = {
    f"{month}{ending}": month
    for ending, months in {
        "ya": "yanvar fevral aprel iyun iyul sentyabr oktyabr noyabr dekabr",
        "a": "mart may avqust",
    }.items()
    for month in months.split()
}
"""The genitive of a month to the month: ул. 28 Мая is 28 May küçəsi."""
_NUMBERED = re.compile(r"^\d+[a-z]?$")
_SEGMENT = re.compile(r"[,;\n]+")
_WORD = re.compile(r"\d+\s*/\s*\d+[a-z]?|\d+[a-z]?\b|[a-z0-9]+|-")


@lru_cache(maxsize=262144)
def _folded(part: str) -> str:
    """One blank-free part of an address in plain lower-case ASCII letters."""
    return ascii_letters(to_latin(part))


def _tokens(segment: str) -> list[str]:
    """The words of a segment, kinds in their one spelling: ``küç.`` and ``ул.`` give ``kuce``."""
    folded = " ".join(_folded(part) for part in segment.split())
    found = [word.replace(" ", "") for word in _WORD.findall(folded)]
    return [_kind(word, found[place + 1 : place + 2]) for place, word in enumerate(found)]


@lru_cache(maxsize=65536)
def _named(word: str) -> str:
    """One word of a street or a place by its skeleton, so that every spelling of it meets; kinds and numbers stay.

    Russian puts the name into the genitive: Вургуна is Vurğun where that is a known name and Vurğuna is none, and
    -ova is -ov, for more streets are named after men.
    """
    if word in _KINDS or len(word) == 1 or not word.isalpha():
        return word
    folded = skeleton(_MONTHS.get(ascii_letters(word), word))
    if folded.endswith("ova"):
        return folded[:-1]
    if word[-1] == "a" and not spellings_of(folded):
        nominative = skeleton(word[:-1])
        return nominative if spellings_of(nominative) else folded
    return folded


def _street_name(words: list[str]) -> str | None:
    """The words of a street folded, without those that only say that it is named after somebody."""
    kept = [word for word in words if word not in _DROPPED] or words
    return " ".join(_named(word) for word in kept) or None


def _kind(word: str, after: list[str]) -> str:
    """The one spelling of a kind word. A single letter is one only by its place: before a number, or last."""
    if len(word) > 1 or word.isdigit():
        return _KIND.get(word, word)
    if not after:
        return _LAST_LETTER.get(word, word)
    return _LETTER_BEFORE_NUMBER.get(word, word) if after[0][0].isdigit() else word


def _numbers_after(kind: str, words: tuple[str, ...]) -> str | None:
    """The number written after (or, failing that, before) a word such as ``ev`` or ``menzil``."""
    if kind not in words:
        return None
    place = words.index(kind)
    for near in (*words[place + 1 : place + 2], *words[max(place - 1, 0) : place]):
        if near[:1].isdigit():
            return near
    return None


def _street_of(words: list[str]) -> tuple[str | None, list[str]]:
    """(street, what follows it) of a segment that names a kind of street."""
    place = next(index for index, word in enumerate(words) if word in _STREETS)
    before = [word for word in words[:place] if word != "-"]
    after = words[place + 1 :]
    for index in range(len(before) - 1, -1, -1):
        if before[index] in _PLACES or before[index] in _QUARTERS:
            before = before[index + 1 :]
            break
    if any(word.isalpha() for word in before):
        return _street_name(before), after
    # The kind stands first: the name runs to the number after its last word (ул. 28 Мая 12).
    end = next((index for index, word in enumerate(after) if index and word[:1].isdigit()), len(after))
    end = min([end, *(index for index, word in enumerate(after) if word in {"ev", "menzil", "-"})])
    name = after[:end]
    return _street_name(name), after[end:]


@lru_cache(maxsize=65536)
def _house_and_flat(words: tuple[str, ...]) -> tuple[str | None, str | None]:
    """(house, flat) of the words after the street: ``12 - 5``, ``12/5``, ``ev 12 menzil 5``."""
    house, flat = _numbers_after("ev", words), _numbers_after("menzil", words)
    building, entrance = _numbers_after("korpus", words), _numbers_after("blok", words)
    numbers = [word for word in words if word[:1].isdigit() and word not in {building, entrance}]
    if house is None:
        house = next((number for number in numbers if number != flat), None)
    pair = len(numbers) == 2 and numbers[0] == house and ("-" in words or "ev" not in words)
    if flat is None and pair:
        flat = numbers[1]
    return f"{house}/{building}" if house and building else house, flat


@lru_cache(maxsize=65536)
def _street_segment(segment: str) -> tuple[tuple[str, ...], str, str | None, tuple[str, ...]]:
    """(words, the same folded, the street, what follows it) of one segment, remembered: streets come again."""
    words = _tokens(segment)
    line = " ".join(_named(word) for word in words if word != "-")
    if not _STREETS.intersection(words):
        return tuple(words), line, None, ()
    street, after = _street_of(words)
    return tuple(words), line, street, tuple(after)


def _unnamed_street(segments: list[tuple[str, ...]]) -> tuple[str | None, list[str]]:
    """(street, what follows it) where no kind of street is named: ``Nizami 12-5``, ``Nizami, ev 12``.

    The street is then the first words that a number follows, in a segment that names no place.
    """
    for index, words in enumerate(segments):
        name = _leading_words(words)
        after = [*words[len(name) :], *(word for segment in segments[index + 1 :] for word in segment)]
        if name and not _PLACES.intersection(words) and any(word[0].isdigit() for word in after):
            return _street_name(name), after
    return None, [word for words in segments for word in words]


def _leading_words(words: tuple[str, ...]) -> list[str]:
    """The words before the first number, dash, or kind of anything."""
    return list(takewhile(lambda word: word.isalpha() and word not in _KINDS, words))


def read_address(text: str, profile: Profile = Profile.AZ) -> Address:
    """An address line folded, with street, house and flat where its words tell them.

    In ``Profile.GENERIC`` only a leading house number is read, because the kinds of streets are not known.
    """
    if profile is Profile.GENERIC:
        return _generic(text)
    segments: list[tuple[str, ...]] = []
    lines: list[str] = []
    street: str | None = None
    rest: list[str] = []
    for part in _SEGMENT.split(text):
        words, line, named, after = _street_segment(part.strip())
        segments.append(words)
        lines.append(line)
        if street is None and named:
            street, rest = named, list(after)
        elif street:
            rest.extend(words)
    if street is None:
        street, rest = _unnamed_street(segments)
    house, flat = _house_and_flat(tuple(rest))
    return Address(" ".join(filter(None, lines)) or None, street, house, flat)


def _generic(text: str) -> Address:
    words = re.findall("[a-z0-9]+", " ".join(_folded(part.replace("I", "i")) for part in text.split()))
    house = words[0] if words and words[0][0].isdigit() else None
    return Address(" ".join(words) or None, house=house)
