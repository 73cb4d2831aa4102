"""Addresses in which ``k.`` stands for *küçə* or *kənd*, written out by the evidence of the list.

The letter alone does not say which it is: ``Səməd Vurğun k., ev 75`` may be a street or a village.
The other addresses of the precinct, and then of the constituency, do: one writes the kind of this
name in full, or names the town of this street. Where none does, the letter stays, and the name of
the street ends in ``schemas.STREET_OR_VILLAGE``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from functools import lru_cache

import numpy as np
import pyarrow as pa

from voterlist.arrays import Bools, Longs
from voterlist.model import frozen
from voterlist.normalize.address_columns import cut_at_numbers
from voterlist.normalize.addresses import Segment, read_segment
from voterlist.normalize.columns import from_texts, matching
from voterlist.tables import codes, group_codes

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


@frozen
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


@frozen
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
            told.update(_told_names(segment))
        segments.append(segment)
    return KindsRead(pieces, frozenset(told), tuple(_in_context(letters, segments)))


def named_by_its_column(text: str, kind: Kind) -> str:
    """A street or a settlement whose column says which it is, with the letter written out."""
    read = read_kinds(text)
    sure = [letter for letter in read.letters if not letter.may_be_initial]
    return read.in_full({sure[-1]: kind}) if sure else text


def _told_names(segment: Segment) -> Iterator[Named]:
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
    return frozenset(named for each in of_kinds for named in _told_names(each))


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


_MAY_HOLD = r"(?i)(?:^|[^\p{L}\p{N}])[kк](?:$|[^\p{L}\p{N}])"
"""Arrow's pattern of an address that has the letter by itself."""
_SURE_SHARE = 0.95
"""Of the entries that tell the kind of a name, so many must tell the same."""

_Area = tuple[str, int]
"""A precinct or a constituency, by its code."""


@frozen
class _Beginning:
    """One distinct beginning of the addresses of a precinct."""

    read: KindsRead
    precinct: int
    constituency: int
    entries: int
    """How many entries of the precinct begin so."""

    def areas(self) -> tuple[_Area, _Area]:
        """Where evidence is looked for, the nearest first."""
        return ("precinct", self.precinct), ("constituency", self.constituency)


def spelled_out(
    written: pa.DictionaryArray, constituency: pa.Array, precinct: pa.Array
) -> pa.DictionaryArray:
    """The addresses with ``k.`` written out where the list tells what it stands for.

    The three columns are of one list, row by row. Addresses of one precinct that begin alike are
    read alike, whatever the order of the rows.
    """
    may_hold = matching(written, _MAY_HOLD)
    if not may_hold.any():
        return written
    head_of_text, heads, _ = _cut_lines(written.dictionary.filter(may_hold))
    lettered = [head for head, text in enumerate(heads) if read_kinds(text).letters]
    if not lettered:
        return written
    has_letter = np.zeros(len(may_hold), np.bool_)
    has_letter[may_hold] = np.isin(head_of_text, lettered)
    areas = pa.table({"constituency": constituency, "precinct": precinct})
    text_of_row = codes(written)[0].astype(np.int64)
    known = _rows_near(text_of_row, has_letter, areas)
    # Only what is near is cut.
    near, text = np.unique(text_of_row[known], return_inverse=True)
    head_of_text, heads, ends = _cut_lines(written.dictionary.take(near))
    head = head_of_text[text]
    reads = {code: read_kinds(heads[code]) for code in np.unique(head).tolist()}
    beginning, beginnings = _beginnings(head, reads, areas.take(known))
    in_full = _in_full(beginnings)
    is_changed = np.array([head is not None for head in in_full])[beginning]
    if not is_changed.any():
        return written
    # One new text for each distinct address of a beginning that changes.
    pairs, new_text = np.unique(
        (beginning * len(ends) + text)[is_changed], return_inverse=True
    )
    new_texts = [
        f"{in_full[pair // len(ends)]}{ends[pair % len(ends)]}"
        for pair in pairs.tolist()
    ]
    text_of_row[known[is_changed]] = len(written.dictionary) + new_text
    return from_texts(text_of_row, [*written.dictionary.to_pylist(), *new_texts])


def _rows_near(text_of_row: Longs, has_letter: Bools, areas: pa.Table) -> Longs:
    """The rows with an address in the constituencies where one has the letter.

    Nothing is looked for elsewhere. ``has_letter``: the distinct texts with the letter.
    """
    constituency, _ = group_codes(areas, "constituency", known=False)
    known = np.flatnonzero(text_of_row >= 0)
    concerned = constituency[known][has_letter[text_of_row[known]]]
    return known[np.isin(constituency[known], np.unique(concerned))]


def _beginnings(
    head: Longs, reads: Mapping[int, KindsRead], areas: pa.Table
) -> tuple[Longs, list[_Beginning]]:
    """(which beginning each row has, the beginnings), of rows with these heads and areas."""
    precinct, _ = group_codes(areas, "constituency", "precinct", known=False)
    constituency, _ = group_codes(areas, "constituency", known=False)
    _, first, beginning, entries = np.unique(
        precinct * (max(reads, default=0) + 1) + head,
        return_index=True,
        return_inverse=True,
        return_counts=True,
    )
    columns = (head[first], precinct[first], constituency[first], entries)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return beginning, [_Beginning(reads[code], *places) for code, *places in rows]


def _cut_lines(texts: pa.Array) -> tuple[Longs, list[str], list[str]]:
    """(the beginning of each address, the distinct beginnings, the end of each address)."""
    heads, tails, pieces = cut_at_numbers(texts)
    uncut = np.flatnonzero(heads < 0)
    every = [*pieces.to_pylist(), *texts.take(uncut).to_pylist()]
    heads = heads.copy()
    heads[uncut] = len(pieces) + np.arange(len(uncut))
    used, head_of_text = np.unique(heads, return_inverse=True)
    ends = [every[tail] if tail >= 0 else "" for tail in tails.tolist()]
    distinct_heads = [every[head] for head in used.tolist()]
    return head_of_text.astype(np.int64), distinct_heads, ends


def _in_full(beginnings: list[_Beginning]) -> list[str | None]:
    """Each beginning with the kinds that are known written out; None where nothing changes."""
    asked = {
        named
        for beginning in beginnings
        for letter in beginning.read.letters
        for named in letter.names
    }
    evidence = _Evidence(asked)
    for beginning in beginnings:
        evidence.add(beginning)
    return [evidence.in_full(beginning) for beginning in beginnings]


class _Evidence:
    """How many entries of each area tell that a name is a street's, or a village's."""

    def __init__(self, asked: set[Named]) -> None:
        self._asked = asked
        self._told: Counter[tuple[_Area, Named]] = Counter()
        """Where the kind is written in full."""
        self._likely: Counter[tuple[_Area, Named]] = Counter()
        """Where the rest of an address with the letter speaks for it."""

    def add(self, beginning: _Beginning) -> None:
        """Count what the entries of a beginning tell."""
        likely = {
            (kind, name)
            for letter in beginning.read.letters
            for kind, name in letter.names
            if kind is (letter.proved or letter.hinted)
        }
        for counts, told in (
            (self._told, beginning.read.told & self._asked),
            (self._likely, likely),
        ):
            for area in beginning.areas():
                for named in told:
                    counts[area, named] += beginning.entries

    def in_full(self, beginning: _Beginning) -> str | None:
        """The beginning with the kinds that are known written out; None where none is."""
        kinds = {}
        for letter in beginning.read.letters:
            kind = letter.proved or self._kind(letter, beginning.areas())
            if kind is not None:
                kinds[letter] = kind
        return beginning.read.in_full(kinds) if kinds else None

    def _kind(self, letter: KindLetter, areas: tuple[_Area, _Area]) -> Kind | None:
        """The kind of the name at a letter, by the nearest evidence; None in doubt."""
        for area in areas:
            kind = _decided_kind(self._told, area, letter)
            if kind is not None:
                return kind
        if letter.may_be_initial:
            return None
        if letter.hinted is Kind.STREET:
            return Kind.STREET
        for area in areas:
            kind = _decided_kind(self._likely, area, letter)
            if kind is not None:
                return kind
        return None


def _decided_kind(
    counts: Counter[tuple[_Area, Named]], area: _Area, letter: KindLetter
) -> Kind | None:
    """The kind that nearly all entries of an area tell; None where none or both are told."""
    entries = {kind: counts[area, (kind, name)] for kind, name in letter.names}
    kind = max(entries, key=lambda each: entries[each])
    is_sure = entries[kind] and entries[kind] >= _SURE_SHARE * sum(entries.values())
    return kind if is_sure else None
