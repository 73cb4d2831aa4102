"""Which column is which field, told by the headers, with the confidence of each answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz, process

from voterlist.config.sections import IngestSettings
from voterlist.fields import FIELDS, NAME_PARTS
from voterlist.ingest.text import (
    FIELD_OF,
    FILLERS,
    GIVEN,
    KNOWN,
    OF_WHOM,
    PARTS,
    PATRONYMIC,
    SURNAME,
    fold,
)
from voterlist.model import frozen

_SIMILAR = 84.0
"""Likeness in percent (normalised Indel) from which a header is taken for a known one."""
_WEAK = 70.0
"""Likeness from which it is taken for one if the cells below confirm it."""
_OF_LIKENESS = 0.95
"""The confidence of a likeness of 100 %."""
_APART = 0.5
"""The confidence of a heading of a father and a surname."""
_WHOSE = 0.94
"""The confidence of a heading that says whose the name is, in other words than a voter's."""
_LEAD = 4.0
"""Likeness by which it must lead the most alike header of another field."""
_INSIDE_NAME = re.compile(r"^(?:\w+\.)*(?:full_?n|n)ames?\.(?=\w+$)")
"""Before the parts of a name that is a record of its own in JSON: ``voter.name.surname``."""
_LONGEST = 90
"""A longer text is a sentence, not a header."""


@frozen
class ColumnMatch:
    """One column and what its header was taken for."""

    column: int
    """Counted from 0."""
    header: str
    role: str
    """The field, or the part of one such as ``street``; ``other`` for a known column that is not
    used."""
    confidence: float
    """1: the header is pinned in the settings or is a known one; below: how much it is like one."""
    how: str
    """pinned, known, composed, abbreviated, similar, or content: told by the cells, without a
    header."""

    @property
    def weak(self) -> bool:
        """True for a likeness that is not to be believed without the cells below."""
        return self.how == "similar" and self.confidence < _OF_LIKENESS * _SIMILAR / 100

    def with_confidence(self, confidence: float) -> ColumnMatch:
        """The match with another confidence."""
        return replace(self, confidence=round(confidence, 3))

    @property
    def field(self) -> str | None:
        """The field of an entry that the column is or is part of."""
        return FIELD_OF.get(self.role)


@frozen
class ColumnMap:
    """What the headers of a table were taken for, in order of columns.

    A column not understood is absent.
    """

    matches: tuple[ColumnMatch, ...]

    def columns(self, field: str) -> tuple[int, ...]:
        """The columns that make up a field, in the order in which they are joined."""
        order = PARTS.get(field, (field,))
        if any(match.how == "pinned" and match.role == field for match in self.matches):
            return tuple(match.column for match in self.matches if match.role == field)
        matches = [match for match in self.matches if match.role in order]
        return tuple(
            match.column
            for match in sorted(
                matches, key=lambda match: (order.index(match.role), match.column)
            )
        )

    def is_pinned(self) -> bool:
        """True where the settings say what a column is."""
        return any(match.how == "pinned" for match in self.matches)

    def roles(self) -> frozenset[str]:
        """All roles found."""
        return frozenset(match.role for match in self.matches)

    def has_name(self) -> bool:
        """True where a voter's name can be read from these columns."""
        return bool(self.roles() & {"surname", "given_name", "full_name"})


class _Answer(NamedTuple):
    """What one header was taken for."""

    role: str
    confidence: float
    how: str


_LONG = tuple(sorted(phrase for phrase in KNOWN if len(phrase) >= 5))
"""Short words are alike by chance, so only these are compared by likeness."""


def _by_count(phrases: Iterable[str]) -> dict[int, list[tuple[list[str], str]]]:
    """Number of words -> the words and the role of each phrase that has so many."""
    split: dict[int, list[tuple[list[str], str]]] = {}
    for phrase in phrases:
        words = phrase.split()
        split.setdefault(len(words), []).append((words, KNOWN[phrase]))
    return split


_LONG_BY_COUNT = _by_count(_LONG)
_PART_OF = {
    phrase: part
    for part, words in (("G", GIVEN), ("S", SURNAME), ("P", PATRONYMIC))
    for phrase in words
}
# The longest first: a patronymic before the given name whose word it holds.
_NAME_WORDS = "|".join(map(re.escape, sorted(_PART_OF, key=len, reverse=True)))
_NAME_WORD = re.compile(rf"(?<!\S)(?:{_NAME_WORDS})(?!\S)")
_COMPOSED = {
    frozenset("SG"): "full_name",
    frozenset("SGP"): "full_name",
    frozenset("SP"): "full_name",
    frozenset("GP"): "given_name",
    frozenset("G"): "given_name",
    frozenset("S"): "surname",
    frozenset("P"): "patronymic",
}


@lru_cache(maxsize=4096)
def match_header(text: str, *, weak: bool = False) -> _Answer | None:
    """What one header is taken for, with confidence; None where it is like nothing known.

    ``weak``: a likeness from 70 % will do, for whoever looks at the cells below as well.

    Tried in turn: the header as known; a name's parts together ("Soyadı, adı, atasının adı"); the
    header without a number at its end; each of several languages side by side ("Soyadı / Фамилия");
    an abbreviation ("Doğ. tar."); likeness.
    """
    text = _INSIDE_NAME.sub("", text)
    folded = re.sub(r"\bno s[iu]\b", "no", fold(text))
    if not folded or len(folded) > _LONGEST:
        return None
    return (
        _understood(text, folded)
        or _abbreviated_header(folded)
        or _similar(folded, _WEAK if weak else _SIMILAR)
    )


def _understood(text: str, folded: str) -> _Answer | None:
    """The match of a header that is a known one, with words before, behind or beside it."""
    if role := KNOWN.get(folded):
        return _Answer(role, 1.0, "known")
    words = folded.split()
    whose = None if OF_WHOM.isdisjoint(words) else _WHOSE
    if role := _composed_field(folded):
        # A father and a surname: whose, and where the given name stands, nobody says.
        is_apart = _parts(folded) == {"S", "P"}
        return _Answer(role, _APART if is_apart else whose or 0.98, "composed")
    parts = [
        re.sub(r" ?(?:no )?\d+$| no$", "", folded),
        " ".join(_content_words(folded)),
        " ".join(word for word in words if word not in OF_WHOM),
    ]
    parts += [fold(part) for part in re.split(r"[/|()\n;\[\]]+", text)]
    for part in parts:
        if part != folded and (role := KNOWN.get(part) or _composed_field(part)):
            return _Answer(role, whose or 0.95, "known")
    for at in range(1, len(words)):
        # In two languages, each in a line of its own.
        role = KNOWN.get(" ".join(words[:at]))
        if role and role == KNOWN.get(" ".join(words[at:])):
            return _Answer(role, 0.95, "known")
    return None


def _content_words(folded: str) -> list[str]:
    """The words of a header without those that may stand beside it, such as "of the voter"."""
    return [word for word in folded.split() if word not in FILLERS]


def _composed_field(folded: str) -> str | None:
    """The field that a header naming parts of a name stands for.

    None where other words stand in it.
    """
    if _content_words(_NAME_WORD.sub(" ", folded)):
        return None
    return _COMPOSED.get(_parts(folded))


def _parts(folded: str) -> frozenset[str]:
    """The parts of a name of which a header has words."""
    return frozenset(map(_PART_OF.__getitem__, _NAME_WORD.findall(folded)))


def _abbreviated_header(folded: str) -> _Answer | None:
    """The match of an abbreviated header: each word begins a word of one known header only."""
    words = folded.split()
    if len(words) < 2 and len(folded) < 4:
        return None
    roles = {
        role
        for full, role in _LONG_BY_COUNT.get(len(words), ())
        if all(long.startswith(short) for short, long in zip(words, full, strict=True))
    }
    return (
        _Answer(roles.pop(), 0.85, "abbreviated")
        if len(roles) == 1 and len(folded) >= 4
        else None
    )


def _similar(folded: str, least: float) -> _Answer | None:
    """The known header most alike, where it leads that of any other field."""
    if len(folded) < 5:
        return None
    candidates = process.extract(
        folded, _LONG, scorer=fuzz.ratio, score_cutoff=least - _LEAD, limit=12
    )
    if not candidates or candidates[0][1] < least:
        return None
    role, best = KNOWN[candidates[0][0]], candidates[0][1]
    if any(
        KNOWN[phrase] != role and score > best - _LEAD
        for phrase, score, _ in candidates[1:]
    ):
        return None
    return _Answer(role, round(_OF_LIKENESS * best / 100, 3), "similar")


def map_columns(
    headers: Sequence[str | None],
    settings: IngestSettings | None = None,
    *,
    positions: bool = False,
    weak: bool = False,
) -> ColumnMap:
    """The match of each header: pinned headers of the settings first, then the lexicon.

    A field of one column that two headers claim goes to the more certain, then to the one further
    left. A given name without a surname anywhere is a full name.

    Args:
        headers: one text a column; None where a column has none.
        settings: ``columns`` pins headers.
        positions: columns pinned by letter or number count too; not while a header is still looked
            for, since they would fit any row.
        weak: a likeness from 70 % will do; for whoever looks at the cells below as well.
    """
    return ColumnMap(
        tuple(settle(claims(headers, settings, positions=positions, weak=weak)))
    )


def claims(
    headers: Sequence[str | None],
    settings: IngestSettings | None = None,
    *,
    positions: bool = False,
    weak: bool = False,
) -> list[ColumnMatch]:
    """What each header says on its own, two of one field side by side.

    The arguments are those of ``map_columns``.
    """
    matches = _pinned_columns(headers, settings, positions=positions)
    taken = {match.column for match in matches}
    fields = {match.role for match in matches}
    for column, header in enumerate(headers):
        answer = (
            match_header(header, weak=weak) if header and column not in taken else None
        )
        if answer and FIELD_OF.get(answer.role) not in fields:
            matches.append(ColumnMatch(column, header or "", *answer))
    return matches


def _pinned_columns(
    headers: Sequence[str | None], settings: IngestSettings | None, *, positions: bool
) -> list[ColumnMatch]:
    """The columns that the settings name, in the settings' order within a field."""
    if settings is None or not settings.columns:
        return []
    places: dict[str, int] = {}
    for column, header in enumerate(headers):
        if header:
            places.setdefault(fold(header), column)
    matches = []
    for field, named in settings.columns.items():
        for header in named if isinstance(named, list) else [named]:
            place = places.get(fold(header))
            if place is None and positions:
                place = _position(header, len(headers))
            if place is not None:
                matches.append(
                    ColumnMatch(place, headers[place] or "", field, 1.0, "pinned")
                )
    return matches


def _position(named: str, width: int) -> int | None:
    """The column, from 0, that a number from 1 or a spreadsheet's letters name.

    None where there is none.
    """
    text = named.strip()
    number = 0
    if re.fullmatch(r"[0-9]{1,4}", text):
        number = int(text)
    elif re.fullmatch(r"[A-Z]{1,2}", text):
        for letter in text:
            number = 26 * number + ord(letter) - 64
    return number - 1 if 1 <= number <= width else None


def column_letters(column: int) -> str:
    """The letters by which a spreadsheet calls a column, counted from 0: A, B ... Z, AA."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


_ONE_COLUMN = frozenset(name for name, field in FIELDS.items() if "once" in field.uses)
_OF_A_VOTER = frozenset({"secicinin adi", "voter name", "name of voter"})
"""Headings of whole names that may be given names; *S.A.A.* and *ФИО* are not."""


def settle(matches: list[ColumnMatch]) -> list[ColumnMatch]:
    """One column for each field that is one, and the readings that depend on the neighbours."""
    if {*NAME_PARTS} <= {match.role for match in matches}:
        # A father and a surname beside all of a voter's names are somebody else's.
        matches = [match for match in matches if match.confidence != _APART]
    # Beside the voter's own name, one in other columns is that of who works there.
    own = {match.role for match in matches if match.confidence > _WHOSE}
    others = {"surname", "given_name"} if "full_name" in own else set()
    others |= {"full_name"} if {"surname", "given_name"} <= own else set()
    matches = [
        match
        for match in matches
        if match.confidence != _WHOSE or match.role not in others
    ]
    best: dict[str, ColumnMatch] = {}
    for match in matches:
        best_so_far = best.get(match.role)
        if best_so_far is None or match.confidence > best_so_far.confidence:
            best[match.role] = match
    kept = [
        match
        for match in matches
        if match.how == "pinned"
        or match.role not in _ONE_COLUMN
        or best[match.role] is match
    ]
    kept = _numbers_behind(matches, kept)
    roles = {match.role for match in kept}
    # Without a surname a name is the whole one; between the two others it is the first.
    renamed = {}
    if "given_name" in roles and not roles & {"surname", "full_name"}:
        renamed = {"given_name": "full_name"}
    elif "given_name" not in roles and {"surname", "patronymic"} <= roles:
        headings = {fold(match.header) for match in kept}
        renamed = {"full_name": "given_name"} if headings & _OF_A_VOTER else {}
    kept = [
        _as(match, renamed[match.role], 0.9)
        if match.role in renamed and match.how != "pinned"
        else match
        for match in kept
    ]
    if "birth_date" in roles or not {"birth_day", "birth_month", "birth_year"} <= roles:
        # Beside a date, or without the year, a column headed "day" or "month" is of something else.
        kept = [
            match for match in kept if match.role not in {"birth_day", "birth_month"}
        ]
    return (
        kept
        if any(match.how == "pinned" for match in kept)
        else sorted(kept, key=lambda match: match.column)
    )


_BEHIND = {"document_series": "document_number", "street": "house"}
"""What a number is right behind a column of such a role."""


def _numbers_behind(
    matches: list[ColumnMatch], kept: list[ColumnMatch]
) -> list[ColumnMatch]:
    """A "number" right after a document's series is the document's, after a street a house's.

    After a street, and before a series, only where the list has another one for its lines.
    """
    before = {match.column + 1: _BEHIND.get(match.role) for match in kept}
    numbers = [match for match in matches if match.role == "number"]
    roles = {match.role for match in kept} | {before.get(at.column) for at in numbers}
    if not roles & {"document", "document_number"}:
        series = {match.column - 1 for match in kept if match.role == "document_series"}
        before |= dict.fromkeys(
            series & {match.column for match in numbers[1:]}, "document_number"
        )
    first = [match for match in numbers if not before.get(match.column)]
    first += [match for match in numbers if before.get(match.column) == "house"]
    rest = [match for match in kept if match.role != "number"]
    behind = [
        _as(match, role, match.confidence)
        for match in numbers
        if (role := before.get(match.column)) and match not in first[:1]
    ]
    return rest + first[:1] + behind


def _as(match: ColumnMatch, role: str, confidence: float) -> ColumnMatch:
    """The match with another role."""
    return replace(match, role=role, confidence=min(match.confidence, confidence))
