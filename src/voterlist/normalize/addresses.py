"""Addresses.

One folded line, and the settlement, street, house and flat in it as far as its words tell.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from itertools import chain, takewhile

from voterlist.facts.latin import ascii_letters, to_latin
from voterlist.model import Profile, frozen
from voterlist.normalize.lexicon import spellings_of
from voterlist.normalize.names import skeleton


@frozen
class Address:
    """An address read.

    ``line`` is the whole of it. Each is lower-case a-z and digits, blanks between words.
    """

    line: str | None
    street: str | None = None
    house: str | None = None
    """With the building after a slash."""
    flat: str | None = None
    settlement: str | None = None
    """The village, township or town named; of several the smallest."""
    street_kind: str | None = None
    """One word a kind, such as ``kuce`` or ``prospekt``."""
    building: str | None = None


_KINDS = {
    kind: frozenset(words.split())
    for kind, words in {
        "kuce": "kuce kucesi kuc kc kucasi kuca ul ulica ulitsa ulitsi str street st",
        "prospekt": "prospekt prospekti prospect prosp pros pr ave avenue av",
        "donge": "donge dongesi donga dongasi don tupik tup pereulok per lane",
        "dalan": "dalan dalani",
        "sose": "sose sosesi shosse sossesi sosse soseyi road rd highway yol yolu doroqa doroga",
        "meydan": "meydan meydani square sq ploshad ploschad pl",
        "bulvar": "bulvar bulvari boulevard blvd",
        "mehelle": (
            "mehelle mehellesi mahalla mahallasi meh mikrorayon mikrorayonu mkr mkrn"
            " massiv massivi kvartal"
        ),
        "qesebe": "qesebe qesebesi qasaba qasabasi qes poselok pos settlement",
        "kend": "kend kendi knd kand selo sel derevnya village",
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
_SETTLEMENTS = ("seher", "qesebe", "kend")
"""Kinds of settlement, the largest first: of a town and a village in it the village says more."""
_RUSSIAN_TOWN = re.compile(r"^г(?:\.\s*|\s+)(?=[^\W\d]{2})", re.IGNORECASE)
"""The letter that stands for a town in Russian, by itself: г. Баку."""
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
_WITH_ENDING = (
    (re.compile(r"\bk ?- ?si\b"), "kuce"),
    (re.compile(r"\bk-di?\b"), "kend"),
)
"""Kinds cut to their first letter that keep their ending: ``k-si`` is küçəsi, ``k-di`` kəndi. The
letter alone may be either: see ``street_or_village``."""
_DIGIT = re.compile(r"\d")
_SEGMENT = re.compile(r"[,;\n]+")
_WORD = re.compile(r"\d+\s*/\s*\d+[a-z]?|\d+[a-z]?\b|[a-z0-9]+|-")


@lru_cache(maxsize=262144)
def _folded_part(part: str) -> str:
    """One blank-free part of an address in plain lower-case ASCII letters and digits."""
    folded = ascii_letters(to_latin(part))
    if folded.isascii():
        return folded
    # A digit of another script, such as the wide ones of an East Asian keyboard, is the same
    # number.
    return _DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), folded)


def _tokens(segment: str) -> list[str]:
    """The words of a segment, kinds in their one spelling: ``küç.`` and ``ул.`` give ``kuce``."""
    folded = " ".join(_folded_part(part) for part in segment.split())
    for pattern, kind in _WITH_ENDING:
        folded = pattern.sub(kind, folded)
    words = [word.replace(" ", "") for word in _WORD.findall(folded)]
    return [
        _kind(word, words[place + 1 : place + 2]) for place, word in enumerate(words)
    ]


@lru_cache(maxsize=65536)
def _word_skeleton(word: str) -> str:
    """The skeleton of one word of a street or a place; kinds and numbers stay as they are.

    Russian puts the name into the genitive: Вургуна is Vurğun where that is a known name and
    Vurğuna is none, and -ova is -ov, for more streets are named after men.
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
    return " ".join(_word_skeleton(word) for word in kept) or None


def _kind(word: str, after: list[str]) -> str:
    """The one spelling of a kind word.

    A single letter is one only by its place: before a number, or last.
    """
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
    end = len(after)
    for index, word in enumerate(after):
        is_number = bool(index) and word[:1].isdigit()
        if is_number or word in {"ev", "menzil", "-"}:
            end = index
            break
    return _street_name(after[:end]), after[end:]


@lru_cache(maxsize=65536)
def read_house(words: tuple[str, ...]) -> tuple[str | None, str | None, str | None]:
    """(house, flat, building) of the words after the street.

    ``12 - 5``, ``12/5``, ``ev 12 menzil 5``.
    """
    house = _numbers_after("ev", words)
    flat = _numbers_after("menzil", words)
    building = _numbers_after("korpus", words)
    entrance = _numbers_after("blok", words)
    numbers = [
        word
        for word in words
        if word[:1].isdigit() and word not in {building, entrance}
    ]
    if house is None:
        house = next((number for number in numbers if number != flat), None)
    is_pair = len(numbers) == 2 and numbers[0] == house
    if flat is None and is_pair and ("-" in words or "ev" not in words):
        flat = numbers[1]
    if house and building:
        house = f"{house}/{building}"
    return house, flat, building


def _settlement_of(words: list[str]) -> tuple[int, str] | None:
    """(rank in ``_SETTLEMENTS``, name) of the smallest settlement that a segment names, or None."""
    ranked = []
    for place, word in enumerate(words):
        if word in _SETTLEMENTS:
            ranked.append((_SETTLEMENTS.index(word), place))
    for rank, place in sorted(ranked, reverse=True):
        backwards = list(takewhile(_is_name, reversed(words[:place])))
        name = backwards[::-1] or list(takewhile(_is_name, words[place + 1 :]))
        if name:
            return rank, " ".join(_word_skeleton(word) for word in name)
    return None


def _is_name(word: str) -> bool:
    """True for a word that may be part of the name of a street or a settlement."""
    return word.isalpha() and word not in _KINDS


@frozen
class Segment:
    """What stands between two commas."""

    words: tuple[str, ...]
    line: str
    """The words folded."""
    street: str | None = None
    kind: str | None = None
    after: tuple[str, ...] = ()
    """What follows the street."""
    settlement: tuple[int, str] | None = None
    """Its rank, and its name."""


@lru_cache(maxsize=65536)
def read_segment(text: str) -> Segment:
    """One segment read, and remembered: streets come again."""
    words = _tokens(text)
    line = " ".join(_word_skeleton(word) for word in words if word != "-")
    kind = next((word for word in words if word in _STREETS), None)
    if kind is None:
        town = _RUSSIAN_TOWN.match(text) and all(_is_name(word) for word in words)
        settlement = _settlement_of(["seher", *words[1:]] if town else words)
        return Segment(tuple(words), line, settlement=settlement)
    settlement = _settlement_of(words)
    street, after = _street_of(words)
    return Segment(tuple(words), line, street, kind, tuple(after), settlement)


def _unnamed_street(
    segments: list[Segment], *, before_numbers: bool = False
) -> tuple[str | None, tuple[str, ...]]:
    """(street, rest) where no kind of street is named: ``Nizami 12-5``, ``Nizami, ev 12``.

    The street is then the first words that a number follows, in a segment that names no place; a
    segment with the letter of a kind goes before the others (``Bakı, Nizami k. 5``).
    ``before_numbers`` says that numbers follow the last segment.
    """
    names = [_leading_words(segment.words) for segment in segments]
    order = sorted(
        range(len(segments)), key=lambda index: not _has_letter(names[index])
    )
    for index in order:
        name = names[index]
        words = segments[index].words
        if not name or _PLACES.intersection(words):
            continue
        after = (*words[len(name) :], *_words(segments[index + 1 :]))
        if before_numbers or _has_number(after):
            return _street_name(name), after
    return None, _words(segments)


def _has_letter(name: list[str]) -> bool:
    """True for words that end in the letter of küçə or kənd."""
    return len(name) > 1 and name[-1] == "k"


def _words(segments: list[Segment]) -> tuple[str, ...]:
    """The words of all segments, in order."""
    return tuple(chain.from_iterable(segment.words for segment in segments))


def _has_number(words: Iterable[str]) -> bool:
    return any(word[0].isdigit() for word in words)


def _leading_words(words: tuple[str, ...]) -> list[str]:
    """The words before the first number, dash, or kind of anything."""
    return list(takewhile(_is_name, words))


def read_address(text: str, profile: Profile = Profile.AZ) -> Address:
    """An address line folded, with street, house and flat where its words tell them.

    In ``Profile.GENERIC`` only a leading house number is read, because the kinds of streets are not
    known.
    """
    if profile is Profile.GENERIC:
        return _generic(text)
    segments = _segments(text)
    beginning = _beginning(segments)
    street, rest = beginning.street, beginning.rest
    if street is None:
        street, rest = _unnamed_street(segments)
    house, flat, building = read_house(rest)
    return Address(
        beginning.line or None,
        street,
        house,
        flat,
        beginning.settlement,
        beginning.street_kind,
        building,
    )


def _beginning(segments: list[Segment]) -> Beginning:
    """What the segments say but for the numbers, where one of them names its street."""
    line = " ".join(segment.line for segment in segments if segment.line)
    settlements = [segment.settlement for segment in segments if segment.settlement]
    settlement = max(settlements)[1] if settlements else None
    at = next((place for place, segment in enumerate(segments) if segment.street), None)
    if at is None:
        return Beginning(line, None, settlement=settlement)
    segment = segments[at]
    rest = (*segment.after, *_words(segments[at + 1 :]))
    return Beginning(line, segment.street, segment.kind, settlement, rest)


def read_street(text: str) -> Address:
    """Street, kind and settlement of a text without a house, such as ``Nizami küçəsi``."""
    address = read_address(text)
    if address.street is not None:
        return address
    words = _words(_segments(text))
    if _PLACES.intersection(words) or not any(word.isalpha() for word in words):
        return address
    return replace(
        address, street=_street_name([word for word in words if word != "-"])
    )


@frozen
class Beginning:
    """An address cut off before its numbers: what no numbers that follow can change."""

    line: str
    street: str | None
    street_kind: str | None = None
    """None where no kind of street is named: then the street is what stands before the numbers."""
    settlement: str | None = None
    rest: tuple[str, ...] = ()
    """The words after the street: the first of those that tell the house."""
    is_open: bool = False
    """True where numbers may follow without a comma, and change nothing."""


@frozen
class Numbers:
    """The end of an address from where its numbers begin."""

    line: str
    words: tuple[str, ...]
    is_plain: bool
    """False where it names a street or a place too."""
    may_follow: bool
    """True where it may follow an open beginning without a comma: no word of it could be one of the
    street."""
    is_bare: bool
    """True where there is a number, and no word that could be the street where no kind of one is
    named."""


def _segments(text: str) -> list[Segment]:
    return [read_segment(part.strip()) for part in _SEGMENT.split(text)]


def read_beginning(text: str) -> Beginning:
    """The beginning of an address, cut at a comma, or at a blank before its numbers.

    ``read_address`` of the whole has these parts, the two lines, and the house of ``read_house(rest
    + words)``, where the numbers are plain; bare too, unless a kind of street is named; and after a
    comma, unless the beginning is open and they may follow.
    """
    segments = _segments(text)
    beginning = _beginning(segments)
    street, rest = beginning.street, beginning.rest
    if street is None:
        street, rest = _unnamed_street(segments, before_numbers=True)
    # What may be a town in Russian is none where a number follows.
    last = _SEGMENT.split(text)[-1].strip()
    may_be_town = _RUSSIAN_TOWN.match(last) is not None
    is_open = _is_open(segments[-1], may_be_town=may_be_town)
    known = beginning.line, street, beginning.street_kind, beginning.settlement
    return Beginning(*known, rest, is_open)


def _is_open(last: Segment, *, may_be_town: bool) -> bool:
    """True for a segment whose words are read alike whether numbers follow it or not."""
    if not last.words or (last.kind and not last.street):
        return False
    word = last.words[-1]
    by_place = word in _LAST_LETTER.values() or word in _LETTER_BEFORE_NUMBER
    return (
        word.isalpha() and not by_place and (last.street is not None or not may_be_town)
    )


def read_numbers(text: str) -> Numbers:
    """The end of an address that ``read_beginning`` was given the beginning of."""
    segments = _segments(text)
    words = _words(segments)
    is_plain = not (_STREETS | _QUARTERS | _PLACES).intersection(words)
    may_follow = words[:1] in {("ev",), ("menzil",)} or "".join(words)[:1].isdigit()
    firsts = chain.from_iterable(segment.words[:1] for segment in segments)
    has_other_words = any(map(_is_name, firsts))
    line = " ".join(segment.line for segment in segments if segment.line)
    return Numbers(
        line,
        words,
        is_plain=is_plain,
        may_follow=may_follow,
        is_bare=_has_number(words) and not has_other_words,
    )


_POSTCODE = re.compile(
    r"\b([a-z]{1,2}\d[a-z0-9]?)(?!\d(?:st|nd|rd|th)\b)(\d[a-z]{2})\b"
    r"|\b([a-z]\d[a-z])(\d[a-z]\d)\b"
)
"""British and Canadian postcodes in one word: ``sw1a1aa`` is ``sw1a 1aa``."""


def _generic(text: str) -> Address:
    folded = " ".join(_folded_part(part.replace("I", "i")) for part in text.split())
    folded = _POSTCODE.sub(
        lambda code: " ".join(part for part in code.groups() if part), folded
    )
    words = re.findall("[a-z0-9]+", folded)
    house = words[0] if words and words[0][0].isdigit() else None
    return Address(" ".join(words) or None, house=house)
