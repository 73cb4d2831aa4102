"""The letter ``k.`` in an address, which may stand for *küçə* (street) or *kənd* (village).

This module reads one address: where the letter stands, which names it may be the kind of, and what
the address itself says about it. ``street_or_village`` decides by the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache

from voterlist.normalize.addresses import Segment, read_segment

_LETTER = re.compile(r"(?<![^\W_])[KкК](?![^\W_])")
"""The letter by itself, in the forms that ``_Place`` does not know."""
_COMMAS = re.compile(r"([,;\n]+)")
_BUILDINGS = frozenset({"ev", "menzil", "korpus", "blok"})
"""Behind one of these words the letter is no kind of street (``д. 5 к. 2``)."""


class Kind(Enum):
    """What the letter stands for, with the word that is written in its place."""

    STREET = "küçəsi"
    VILLAGE = "kəndi"


Named = tuple[Kind, str]
"""A street or a village, by its folded name."""


class _Place(Enum):
    """Where the letter stands in its part of an address."""

    BEHIND = re.compile(
        r"(?P<name>.*[^\W\d_]{2}.*?)[\s.]+k\b\.?\s*(?P<rest>(?:\d.*)?)", re.DOTALL
    )
    """Last: ``Nizami k.`` It is a kind."""
    BEFORE = re.compile(
        r"k(?:\.\s*|\s+)(?P<name>[^\W\d_]{2}\D*?)\s*(?P<rest>(?:\d.*)?)", re.DOTALL
    )
    """First: ``k. Nizami``. It may be an initial."""
    BETWEEN = re.compile(
        r"(?P<name>.*[^\W\d_]{3})[\s.]+k(?:\.\s*|\s+)(?P<rest>[^\W\d_]{2}.*)", re.DOTALL
    )
    """Between two names: ``Qaraməryəm k. Nizami küç.`` It may be an initial."""


@dataclass(frozen=True, slots=True)
class KindLetter:
    """One ``k.`` of an address."""

    part: int
    """Which part of the address it stands in."""
    place: _Place
    name: str
    """As written."""
    rest: str
    """What follows in its part: a number, or the street of the village."""
    names: frozenset[Named]
    """The street and the village that it may be."""
    proved: Kind | None = None
    """What the address proves: a village stands beside its street."""
    hinted: Kind | None = None
    """What the address makes likely: a street where its town or village is named too, a village
    where nothing but a district is."""

    @property
    def may_be_initial(self) -> bool:
        """True where the letter may be of a person's name."""
        return self.place is not _Place.BEHIND

    def in_full(self, kind: Kind) -> str:
        """Its part of the address with the kind written out."""
        comma = "," if self.place is _Place.BETWEEN else ""
        return f"{self.name} {kind.value}{comma} {self.rest}".rstrip()


@dataclass(frozen=True, slots=True)
class KindsRead:
    """An address, or its beginning, as far as it tells streets from villages."""

    pieces: tuple[str, ...]
    """Its parts, and between them the commas."""
    told: frozenset[Named]
    """The streets and villages whose kind is written in full."""
    letters: tuple[KindLetter, ...]

    def in_full(self, kinds: Mapping[KindLetter, Kind]) -> str:
        """The address with these letters written out."""
        pieces = list(self.pieces)
        for letter, kind in kinds.items():
            before = " " if letter.part else ""
            pieces[2 * letter.part] = before + letter.in_full(kind)
        return "".join(pieces)


@lru_cache(maxsize=65536)
def read_kinds(text: str) -> KindsRead:
    """What an address, or the beginning of one, says about kinds."""
    pieces = tuple(_COMMAS.split(text))
    told: set[Named] = set()
    letters: list[KindLetter] = []
    segments: list[Segment] = []
    for part, piece in enumerate(pieces[::2]):
        letter = _letter(part, piece.strip())
        segment = read_segment(letter.name if letter else piece.strip())
        if letter:
            letters.append(letter)
        else:
            told.update(_told(segment))
        segments.append(segment)
    return KindsRead(pieces, frozenset(told), tuple(_in_context(letters, segments)))


def named_by_its_column(text: str, kind: Kind) -> str:
    """A street or a settlement whose column says which it is, with the letter written out."""
    read = read_kinds(text)
    sure = [letter for letter in read.letters if not letter.may_be_initial]
    return read.in_full({sure[-1]: kind}) if sure else text


def _told(segment: Segment) -> Iterator[Named]:
    """The street and the village whose kind stands in a part of an address."""
    if segment.kind == "kuce" and segment.street:
        yield Kind.STREET, segment.street
    if segment.settlement and "kend" in segment.words:
        yield Kind.VILLAGE, segment.settlement[1]


def _letter(part: int, text: str) -> KindLetter | None:
    """The letter of one part, before the other parts are looked at; None where it has none."""
    plain = _LETTER.sub("k", text)
    for place in _Place:
        match = place.value.fullmatch(plain)
        if match is None:
            continue
        name = text[slice(*match.span("name"))].strip(" .")
        rest = text[slice(*match.span("rest"))]
        names = _names(name)
        if names and (place is _Place.BETWEEN or not read_segment(text).kind):
            return KindLetter(part, place, name, rest, names)
    return None


@lru_cache(maxsize=65536)
def _names(name: str) -> frozenset[Named]:
    """The street and the village of this name; none where a letter behind it is no kind."""
    segment = read_segment(name)
    last = segment.words[-1] if segment.words else ""
    if segment.kind or _BUILDINGS.intersection(segment.words) or not last.isalpha():
        return frozenset()
    of_kinds = [read_segment(f"{name} {kind.value}") for kind in Kind]
    return frozenset(named for each in of_kinds for named in _told(each))


def _in_context(
    letters: Sequence[KindLetter], segments: Sequence[Segment]
) -> Iterator[KindLetter]:
    """The letters with what the whole address proves of them, or makes likely."""
    sure = [letter.part for letter in letters if not letter.may_be_initial]
    has_street = any(segment.kind for segment in segments)
    has_settlement = any(segment.settlement for segment in segments)
    has_district = any("rayon" in segment.words for segment in segments)
    for letter in letters:
        proved = hinted = None
        if letter.may_be_initial:
            pass
        elif has_street or len(sure) > 1:
            is_street = letter.part == sure[-1] and not has_street
            proved = Kind.STREET if is_street else Kind.VILLAGE
        elif has_settlement:
            hinted = Kind.STREET
        elif has_district:
            hinted = Kind.VILLAGE
        yield replace(letter, proved=proved, hinted=hinted)
