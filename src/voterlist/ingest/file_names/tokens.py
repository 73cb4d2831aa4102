"""A name as numbers, words and signs, and which of the numbers can be a place's."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import PurePosixPath

from voterlist.ingest.file_names.words import LETTER_PAIRS, Sense, sense_of
from voterlist.ingest.text import fold

_PIECE = re.compile(r"\d+|[^\W\d_]+|[\W_]")
_MARK = re.compile(r"[\u0300-\u036f]")
_HUMP = re.compile(r"(?<=[a-zа-яəıöüçşğ])(?=[A-ZА-ЯƏİÖÜÇŞĞ])")
"""Where a further word begins in ``SiyahıMəntəqə12``."""
_TEXTS = (".csv", ".tsv", ".tab", ".txt", ".dat")
_WORKBOOKS = (".xls", ".xlsx", ".xlsm", ".xlsb", ".ods")
_RECORDS = (".json", ".jsonl", ".ndjson", ".parquet", ".feather", ".xml")
_DATABASES = (".dbf", ".mdb", ".accdb")
_DOCUMENTS = (".doc", ".docx", ".odt", ".rtf", ".pdf", ".htm", ".html")
_PICTURES = (".png", ".jpg", ".jpeg")
_PACKED = (".zip", ".gz", ".xz", ".bz2", ".7z", ".rar", ".tar", ".tgz")
_ENDINGS = frozenset(
    (
        *_TEXTS,
        *_WORKBOOKS,
        *_RECORDS,
        *_DATABASES,
        *_DOCUMENTS,
        *_PICTURES,
        *_PACKED,
    )
)
"""The endings of formats, which say nothing of a place."""
_FIRST_YEAR, _LAST_YEAR = 1950, 2099
_LONGEST = 4
"""A number of more digits is no place's."""
_MONTHS, _MINUTES = 12, 60
_DATE_SIGNS = frozenset("-._ ")


class Kind:
    """What a token is."""

    NUMBER = "number"
    WORD = "word"
    SIGN = "sign"
    EDGE = "edge"
    """The end of a folder's name."""


_THREE_NUMBERS = [Kind.NUMBER, Kind.SIGN, Kind.NUMBER, Kind.SIGN, Kind.NUMBER]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a name.

    Attributes:
        kind: one of ``Kind``.
        text: a word is folded; a number is as written, a sign too.
        sense: what a word or a sign says of the number beside it.
    """

    kind: str
    text: str
    sense: Sense = Sense.UNKNOWN

    @property
    def value(self) -> int:
        """The number of a number."""
        return int(self.text)


def stem(part: str) -> str:
    """The name of a file or folder without the endings of formats; ``12.14`` keeps its 14."""
    while PurePosixPath(part).suffix.lower() in _ENDINGS:
        part = PurePosixPath(part).stem
    return part


def tokens(parts: Sequence[str]) -> tuple[Token, ...]:
    """The tokens of a path's parts.

    ``parts``: folders and the file, without the endings of formats.
    """
    pieces: list[Token] = []
    for part in parts:
        if pieces:
            pieces.append(Token(Kind.EDGE, "/"))
        pieces += map(_token, _pieces(part))
    return _with_letter_pairs(pieces)


def _pieces(part: str) -> list[str]:
    """The numbers, words and signs of a part of a path, without accents, in composed letters."""
    plain = _MARK.sub("", unicodedata.normalize("NFKC", part))
    return _PIECE.findall(_HUMP.sub(" ", plain))


def _token(piece: str) -> Token:
    """A number, word or sign as a token."""
    if piece[0].isdigit() and piece.isdecimal():
        return Token(Kind.NUMBER, piece)
    if not piece[0].isalpha():
        return Token(Kind.SIGN, "no" if piece == "#" else piece, _sign_sense(piece))
    word = fold(piece)
    if re.search("[a-z]", word):
        # The Cyrillic letter schwa in a word of Latin letters.
        word = word.replace("\N{CYRILLIC SMALL LETTER SCHWA}", "e")
    return Token(Kind.WORD, word, sense_of(word))


def _sign_sense(piece: str) -> Sense:
    """What a sign says of the number behind it."""
    return Sense.SIGN if piece == "#" else Sense.PLAIN


def _with_letter_pairs(pieces: list[Token]) -> tuple[Token, ...]:
    """The tokens; ``d4_m12`` has the words of constituency and precinct in two letters."""
    if any(_is_place(token) for token in pieces):
        return tuple(pieces)
    glued = {
        token.text
        for token, after in pairwise(pieces)
        if token.kind == Kind.WORD and after.kind == Kind.NUMBER
    }
    for constituency, precinct in LETTER_PAIRS:
        if {constituency, precinct} <= glued:
            senses = {constituency: Sense.CONSTITUENCY, precinct: Sense.PRECINCT}
            return tuple(_with_sense(token, senses) for token in pieces)
    return tuple(pieces)


def _with_sense(token: Token, senses: Mapping[str, Sense]) -> Token:
    """The token, a word among these with the sense given for it."""
    if token.kind != Kind.WORD or token.text not in senses:
        return token
    return replace(token, sense=senses[token.text])


def _is_place(token: Token) -> bool:
    """True for a word of constituencies or precincts."""
    return token.sense in {Sense.CONSTITUENCY, Sense.PRECINCT}


def candidates(pieces: Sequence[Token]) -> tuple[int, ...]:
    """The positions of the numbers that can be a place's.

    Left out are years, dates, versions and copies, and numbers that are 0 or too long.
    """
    numbers = [at for at, token in enumerate(pieces) if token.kind == Kind.NUMBER]
    others = _dates(pieces, numbers) | _versions(pieces, numbers)
    return tuple(at for at in numbers if at not in others and _is_small(pieces[at]))


def _is_small(token: Token) -> bool:
    """True for a number that is not 0, no year, and of few enough digits."""
    is_short = len(token.text.lstrip("0")) <= _LONGEST
    return is_short and token.value > 0 and not _is_year(token)


def _is_year(token: Token) -> bool:
    """True for four digits that are a year."""
    is_long = len(token.text) == _LONGEST
    return is_long and _FIRST_YEAR <= token.value <= _LAST_YEAR


def _dates(pieces: Sequence[Token], numbers: Sequence[int]) -> set[int]:
    """The positions of the numbers of dates: 2026-02-05, 05.02.2026, 05.02.26, 5 fevral."""
    found: set[int] = set()
    for first in numbers:
        run = _joined(pieces, first)
        if run and _is_date(pieces[first : first + 5]):
            found.update(run)
    for at, token in enumerate(pieces):
        if token.sense is Sense.MONTH:
            before = _next_number(pieces, at, -1)
            day = _next_number(pieces, at, 1) if before is None else before
            if day is not None:
                found.add(day)
    return found


def _joined(pieces: Sequence[Token], first: int) -> tuple[int, ...]:
    """The positions of three numbers joined by one sign twice, else of none.

    ``first``: the position of the first of them.
    """
    run = pieces[first : first + 5]
    if [token.kind for token in run] != _THREE_NUMBERS:
        return ()
    is_joined = run[1].text == run[3].text and run[1].text in _DATE_SIGNS
    return (first, first + 2, first + 4) if is_joined else ()


def _is_date(run: Sequence[Token]) -> bool:
    """True for three numbers with signs between that are year, month and day either way."""
    first, sign, month, _, last = run
    if _is_year(first):
        return _is_day(first.value, month.value, last.value)
    if _is_year(last):
        return _is_day(last.value, month.value, first.value)
    is_dotted = sign.text == "." and len(last.text) == len(month.text) == 2
    return is_dotted and _is_day(2000 + last.value, month.value, first.value)


def _is_day(year: int, month: int, day: int) -> bool:
    """True for a day of the calendar."""
    try:
        return bool(dt.date(year, month, day))
    except ValueError:
        return False


def _next_number(pieces: Sequence[Token], at: int, step: int) -> int | None:
    """The position of the number beside a token with nothing but signs between.

    ``step``: -1 for the one before, 1 for the one behind. None where there is none, or a year.
    """
    at += step
    while 0 <= at < len(pieces) and pieces[at].kind == Kind.SIGN:
        at += step
    is_number = 0 <= at < len(pieces) and pieces[at].kind == Kind.NUMBER
    return at if is_number and not _is_year(pieces[at]) else None


def _versions(pieces: Sequence[Token], numbers: Sequence[int]) -> set[int]:
    """The positions of the numbers of versions and copies: ``v2``, ``son2``, ``(2)``."""
    found = {at for at in numbers if _is_in_brackets(pieces, at)}
    for at, token in enumerate(pieces):
        number = _next_number(pieces, at, 1)
        is_glued = token.sense is Sense.STATE and number == at + 1
        if number is not None and (token.sense is Sense.VERSION or is_glued):
            found.add(number)
    return found


def _is_in_brackets(pieces: Sequence[Token], at: int) -> bool:
    """True for the number of a copy: ``(2)``."""
    around = [token.text for token in pieces[max(at - 1, 0) : at + 2]]
    return len(around) == 3 and (around[0], around[2]) == ("(", ")")


def maybe_time(pieces: Sequence[Token], at: int) -> bool:
    """True for a number that may be a month beside a year, or of a time behind a date.

    ``at``: its position among the tokens.
    """
    numbers = [place for place, token in enumerate(pieces) if token.kind == Kind.NUMBER]
    around = [one for one in (at - 2, at + 2) if one in numbers]
    joined = [one for one in around if pieces[(at + one) // 2].kind == Kind.SIGN]
    if pieces[at].value <= _MONTHS and any(_is_year(pieces[one]) for one in joined):
        return True
    dates = _dates(pieces, numbers)
    times = [one for one in (at, *joined) if one not in dates]
    of_clock = [_is_of_clock(pieces[one]) for one in times]
    return min(dates, default=at) < at and len(times) > 1 and all(of_clock)


def _is_of_clock(token: Token) -> bool:
    """True for two digits that may be hours, minutes or seconds."""
    return len(token.text) == 2 and token.value < _MINUTES
