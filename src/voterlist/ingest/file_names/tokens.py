"""A name as numbers, words and signs: what the words mean, which numbers can be a place's."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from pathlib import PurePosixPath

from voterlist.ingest.text import fold
from voterlist.model import frozen

# What the words in the names of files, folders and sheets say of the numbers beside them.


class Sense(StrEnum):
    """What a word says of a number beside it."""

    CONSTITUENCY = "constituency"
    PRECINCT = "precinct"
    OTHER = "other"
    """The number is of something else: a school, a street, a page, a part."""
    VERSION = "version"
    """The number right behind it is of a version or a copy."""
    STATE = "state"
    """An adjective (last, new); a number glued to it is of a version."""
    MONTH = "month"
    ORDINAL = "ordinal"
    """Behind a number: it belongs to the next noun."""
    SIGN = "sign"
    """Before a number: "No"."""
    LIST = "list"
    """A noun of its own, so that the ordinal before it is not that of a place."""
    PLAIN = "plain"
    """A word of elections that says nothing of a number."""
    UNKNOWN = "unknown"


_PLURALS = (
    *("menteqeler", "mentegeler", "daireler", "precincts", "constituencies"),
    *("участки", "участков", "участкам", "округов", "округам"),
)
"""Several places: the number beside the word is not of one of them."""

_WORDS: dict[Sense, str] = {
    Sense.CONSTITUENCY: "dsk dsknin dskya dskda dsksi дск oik оик conec con const okr окр",
    Sense.PRECINCT: "msk msknin mskya mskda msksi мск pec uik уик uch уч prec ment station",
    Sense.OTHER: (
        "kuc ev str school bina dom kv mkr hisse part page pages wa cild vol tom seh doc"
        " scan skan img vereq sheet book kitab file fayl form forma row rows sira"
        " nefer qrup group box ул дом кв мкр сад том стр лист книга скан файл форма"
        " строк чел группа"
    ),
    Sense.VERSION: "v ver vers rev copy вер ред",
    Sense.STATE: "son final last yeni new yekun kohne old итог новый нов последний",
    Sense.MONTH: (
        "may jan feb mar apr jun jul aug sep sept oct nov dec май мая янв фев мар апр"
        " авг сен окт ноя дек"
    ),
    Sense.ORDINAL: (
        "sayli sayili nomreli li lu ci cu сајлы сайлы нөмрәли й го ый ий ой ом му ая я"
        " th st nd rd"
    ),
    Sense.SIGN: "no n nr num number nomre номер",
    Sense.PLAIN: (
        "az ru en aze rus eng utf utf8 ec seckisi csv xlsx uzre ucun по для of the for"
        " and ve и"
    ),
}
"""The words that are known as they stand, folded."""

_STEMS: dict[Sense, str] = {
    Sense.CONSTITUENCY: "daire daira dayre okrug округ даир constit district",
    Sense.PRECINCT: (
        "menteq menteg mentek mentey mantaq mantag участ мәнтәг мәнтәҝ мантаг ментег"
        " ментек uchast ucastok precinct polling"
    ),
    Sense.OTHER: (
        "mekteb mektep школ част bagca kuce улиц street mikrorayon микрорайон mehelle"
        " menzil xestexana больниц hospital sehife страниц hissesi cildi sened документ"
        " document elave annex appendix приложен protokol protocol протокол qerar решен"
        " setir image photo foto sekil worksheet untitled cedvel table таблиц"
        " человек people entries vereqi"
    ),
    Sense.VERSION: (
        "versiya version верси revision redaksiya редакц kopya kopiya копи suret nusxe"
        " variant вариант duzelis correct исправ"
    ),
    Sense.MONTH: (
        "yanvar fevral mart aprel iyun iyul avqust sentyabr oktyabr noyabr dekabr"
        " январ феврал март апрел июн июл август сентябр октябр ноябр декабр"
        " januar februar march april june july august september october november"
        " december"
    ),
    Sense.SIGN: "nomres номер",
    Sense.LIST: "siyahi spis спис list roll regist",
    Sense.PLAIN: (
        "secici secki voter избир вибор выбор elector election komissiya комисс"
        " commission daimi permanent постоян muveqqeti временн temporary umumi rayon"
        " район seher город kend qesebe"
    ),
}
"""The beginnings of words with their endings; the place words may stand inside a word too."""

LETTER_PAIRS = (("c", "p"), ("d", "m"), ("о", "у"), ("o", "u"), ("sd", "sm"))
"""Letters that stand for constituency and precinct where both are glued to a number."""

_PLACES = (Sense.CONSTITUENCY, Sense.PRECINCT)
_LONG = 5
"""A stem of so many letters is known inside a word too: ``seckimenteqesi``."""
_EXACT = {word: sense for sense, text in _WORDS.items() for word in text.split()}
_BEGINNINGS = [(stem, sense) for sense, text in _STEMS.items() for stem in text.split()]


@lru_cache(maxsize=4096)
def sense_of(word: str) -> Sense:
    """What a folded word says of the numbers beside it."""
    if any(plural in word for plural in _PLURALS):
        return Sense.PLAIN
    if word in _EXACT:
        return _EXACT[word]
    for stem, sense in _BEGINNINGS:
        if word.startswith(stem):
            return sense
    for stem, sense in _BEGINNINGS:
        if sense in _PLACES and len(stem) >= _LONG and stem in word:
            return sense
    return Sense.UNKNOWN


_PIECE = re.compile(r"\d+|[^\W\d_]+|[\W_]")
_MARK = re.compile(r"[\u0300-\u036f]")
_HUMP = re.compile(r"(?<=[a-zа-яəıöüçşğ])(?=[A-ZА-ЯƏİÖÜÇŞĞ])")
"""Where a further word begins in ``SiyahıMəntəqə12``."""
_ENDING = re.compile(
    r"(?i)\.(?:csv|tsv|tab|txt|dat|xlsx?|xlsm|xlsb|ods|jsonl?|ndjson|parquet|feather|xml"
    r"|dbf|mdb|accdb|docx?|odt|rtf|pdf|html?|png|jpe?g|zip|gz|xz|bz2|7z|rar|tar|tgz)"
)
"""The endings of formats, which say nothing of a place."""
_FIRST_YEAR, _LAST_YEAR = 1950, 2099
_LONGEST = 4
"""A number of more digits is no place's."""
_MONTHS, _MINUTES = 12, 60
_DATE = re.compile(r"(\d{1,4})([-._ ])(\d{1,4})\2(\d{1,4})")
"""Three numbers joined by one sign twice."""


class Kind:
    """What a token is."""

    NUMBER = "number"
    WORD = "word"
    SIGN = "sign"
    EDGE = "edge"
    """The end of a folder's name."""


@frozen
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
    while _ENDING.fullmatch(PurePosixPath(part).suffix):
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
        is_number = piece == "#"
        sense = Sense.SIGN if is_number else Sense.PLAIN
        return Token(Kind.SIGN, "no" if is_number else piece, sense)
    word = fold(piece)
    if re.search("[a-z]", word):
        # The Cyrillic letter schwa in a word of Latin letters.
        word = word.replace("\N{CYRILLIC SMALL LETTER SCHWA}", "e")
    return Token(Kind.WORD, word, sense_of(word))


def _with_letter_pairs(pieces: list[Token]) -> tuple[Token, ...]:
    """The tokens; ``d4_m12`` has the words of constituency and precinct in two letters."""
    if any(token.sense in _PLACES for token in pieces):
        return tuple(pieces)
    glued = {
        token.text
        for token, after in pairwise(pieces)
        if token.kind == Kind.WORD and after.kind == Kind.NUMBER
    }
    for constituency, precinct in LETTER_PAIRS:
        if {constituency, precinct} <= glued:
            senses = {constituency: Sense.CONSTITUENCY, precinct: Sense.PRECINCT}
            return tuple(
                replace(token, sense=senses[token.text])
                if token.kind == Kind.WORD and token.text in senses
                else token
                for token in pieces
            )
    return tuple(pieces)


def candidates(pieces: Sequence[Token]) -> tuple[int, ...]:
    """The positions of the numbers that can be a place's.

    Left out are years, dates, versions and copies, and numbers that are 0 or too long.
    """
    numbers = [at for at, token in enumerate(pieces) if token.kind == Kind.NUMBER]
    others = _dates(pieces, numbers) | _versions(pieces, numbers)
    kept = []
    for at in numbers:
        token = pieces[at]
        is_short = len(token.text.lstrip("0")) <= _LONGEST
        if at not in others and is_short and token.value > 0 and not _is_year(token):
            kept.append(at)
    return tuple(kept)


def _is_year(token: Token) -> bool:
    """True for four digits that are a year."""
    return _may_be_year(token.text)


def _may_be_year(text: str) -> bool:
    return len(text) == _LONGEST and _FIRST_YEAR <= int(text) <= _LAST_YEAR


def _dates(pieces: Sequence[Token], numbers: Sequence[int]) -> set[int]:
    """The positions of the numbers of dates: 2026-02-05, 05.02.2026, 05.02.26, 5 fevral."""
    found: set[int] = set()
    for first in numbers:
        run = "".join(token.text for token in pieces[first : first + 5])
        if _is_date(run):
            found.update(range(first, first + 5, 2))
    for at, token in enumerate(pieces):
        if token.sense is Sense.MONTH:
            before = _next_number(pieces, at, -1)
            day = _next_number(pieces, at, 1) if before is None else before
            if day is not None:
                found.add(day)
    return found


def _is_date(text: str) -> bool:
    """True for year, month and day either way, joined by one sign twice."""
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    first, sign, month, last = match.groups()
    if _may_be_year(first):
        return _is_day(int(first), int(month), int(last))
    if _may_be_year(last):
        return _is_day(int(last), int(month), int(first))
    is_dotted = sign == "." and len(last) == len(month) == 2
    return is_dotted and _is_day(2000 + int(last), int(month), int(first))


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
    brackets = [Token(Kind.SIGN, sign, Sense.PLAIN) for sign in "()"]
    found = {at for at in numbers if at and [*pieces[at - 1 : at + 2 : 2]] == brackets}
    for at, token in enumerate(pieces):
        number = _next_number(pieces, at, 1)
        is_glued = token.sense is Sense.STATE and number == at + 1
        if number is not None and (token.sense is Sense.VERSION or is_glued):
            found.add(number)
    return found


def maybe_time(pieces: Sequence[Token], at: int) -> bool:
    """True for a number that may be a month beside a year, or of a time behind a date.

    ``at``: its position among the tokens.
    """
    numbers = [place for place, token in enumerate(pieces) if token.kind == Kind.NUMBER]
    around = [near for near in (at - 2, at + 2) if near in numbers]
    joined = [near for near in around if pieces[(at + near) // 2].kind == Kind.SIGN]
    if pieces[at].value <= _MONTHS and any(_is_year(pieces[near]) for near in joined):
        return True
    dates = _dates(pieces, numbers)
    times = [number for number in (at, *joined) if number not in dates]
    # Hours, minutes and seconds have two digits each.
    of_clock = all(
        len(pieces[number].text) == 2 and pieces[number].value < _MINUTES
        for number in times
    )
    return min(dates, default=at) < at and len(times) > 1 and of_clock
