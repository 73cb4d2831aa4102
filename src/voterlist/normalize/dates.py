"""Birth dates of every written form, as year, month and day with gaps where nothing is known.

One value is read by ``read_date``; which of two numbers is the day is decided for many dates by
``resolve``, from the evidence of all that are written alike.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from voterlist.arrays import Bools, Longs, factorize
from voterlist.facts import BIRTH_YEARS
from voterlist.facts.latin import ascii_letters, to_latin
from voterlist.model import frozen


class DateForm(IntEnum):
    """What a text is, as a date."""

    UNREADABLE = 0
    DECIDED = 1
    """The order of its parts is known; a part written 00 is 0."""
    OPEN = 2
    """Two numbers and a year: which number is the day, the dates beside it decide."""
    ABOUT = 3
    """A year that is not sure, or one that follows from an age: for the linkage alone."""
    YEAR_FIRST = 4
    """A year, then month and day, unless the file has them the other way round."""


class WrittenDate(NamedTuple):
    """A date as read: ``first`` and ``second`` are day and month where ``form`` is DECIDED.

    So they are of YEAR_FIRST as it is usually written.
    """

    form: DateForm
    first: int = 0
    second: int = 0
    year: int = 0


_UNREADABLE = WrittenDate(DateForm.UNREADABLE)
_MONTHS_A_YEAR, _LONGEST_MONTH = 12, 31
_MONTHS = (
    ("yan", "jan", "ocak"),
    ("fev", "feb", "subat"),
    ("mar",),
    ("apr", "nisan"),
    ("may", "mai", "maya"),
    ("iyun", "jun", "haziran"),
    ("iyul", "jul", "temmuz"),
    ("avq", "aug", "avg"),
    ("sen", "sep", "eylul"),
    ("okt", "oct", "ekim"),
    ("noy", "nov", "kasim"),
    ("dek", "dec", "aralik"),
)
_ROMAN_NUMERALS = (
    *("i", "ii", "iii", "iv", "v", "vi"),
    *("vii", "viii", "ix", "x", "xi", "xii"),
)
_ROMAN = {name: place for place, name in enumerate(_ROMAN_NUMERALS, start=1)}
_AGES_OF = 2000
"""The year in which those born have the age 0. Of which day an age is, nobody knows."""
_AGE = re.compile(r"age\s+(\d{1,3})(?:\.0+)?\s*(?:y|yr|yrs|years?)?\.?", re.IGNORECASE)
_MOST_AGE = 120
_ABOUT = re.compile(
    r"(?:abt|about|circa|ca|c|approx|approximately|est|um|около|ок|təqribən|təxminən|~)"
    r"[.\s]*(\d{4})",
    re.IGNORECASE,
)
"""A year that is not sure."""
_CLOCK = re.compile(
    r"[T\s](?!(?:19|2\d):.*(?:Z|\+00:?00)$)\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?"
    r"(Z|[+-]\d{2}:?\d{2}|\s*[AaPp][Mm])?$"
)
"""An hour of the evening in Greenwich is of the next day here: such a date is not read."""
_NUMBER = re.compile(r"^\d+(\.0+)?$|^\d{5}\.\d+$")
"""Digits alone; five with a fraction are an Excel day with its hour."""
_BETWEEN = r"[./\\\-–—․,\s]{1,4}"
"""A point, slash or dash, also as word processors set them; or several, of a slip."""
_PARTED = re.compile(rf"^'?(\d{{1,4}}){_BETWEEN}(\d{{1,2}}){_BETWEEN}(\d{{1,4}})\.?$")
_WITH_PLACE = re.compile(
    r"^(?:[^\W\d_]\D*[,;]\s*)?(\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}-\d\d?-\d\d?)"
    r"(?:[-,;(\s][^\d?]*)?$"
)
"""A date before or behind words, as where lists ask for the place too: ``05.03.1980, Bakı``."""
_MONTH_YEAR = re.compile(r"^(\d{1,2})\s*[./-]\s*(\d{4})$")
_YEAR_MONTH = re.compile(r"^(\d{4})\s*[./-]\s*(\d{1,2})$")
_YEAR_WORDS = re.compile(
    r"\s*(?:-?\s*(?:ci|cı|cu|cü)\b)?\s*(?:il(?:i|də)?|g(?:od|oda)?|yr|year)?\.?"
    r"\s*(?:r\.?|rojd\.?|rojdeniya|təvəllüd(?:lü)?|anadan olub)?$"
)
_SPELT = re.compile(
    r"^(\d{1,2})?(?:st|nd|rd|th)?[\s.,/-]*([a-zəçğıöşü]+)[\s.,/-]*"
    r"(\d{1,2})?(?:st|nd|rd|th)?[\s.,/-]+(\d{4}|\d{2})$"
)
_SPELT_YEAR_FIRST = re.compile(
    r"^(\d{4})[^a-zəçğıöşü0-9]*(?:(?:ci|cı|cu|cü|il|g|god)\b[\s.,-]*)*([a-zəçğıöşü]+)"
    r"(?:\s+ayının)?[\s.,/-]*(\d{1,2})(?:-?[a-zıüu]{1,2})?$"
)
"""``1980 mart 5``, ``1980-ci il mart ayının 5-i``."""
# Excel counts days from 1900-01-01 = 1 and believes that 1900 was a leap year.
_EXCEL_EPOCH = dt.date(1899, 12, 30)
_EXCEL_SERIALS = range(367, 73051)


def _full_year(digits: str) -> int:
    """Two digits 30-99 are of the last century, 00-29 of this one."""
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (1900 if year >= 30 else 2000)


def _from_digits(digits: str) -> WrittenDate:
    """A text of digits alone: a year, an Excel serial day, YYYYMMDD or DDMMYYYY."""
    if len(digits) == 4:
        return WrittenDate(DateForm.DECIDED, year=int(digits))
    if len(digits) == 7 and int(digits[3:]) in BIRTH_YEARS:
        # A spreadsheet leaves out the zero before a number: 4091966.
        digits = f"0{digits}"
    if len(digits) == 8:
        return _from_eight_digits(digits)
    if len(digits) == 5 and int(digits) in _EXCEL_SERIALS:
        day = _EXCEL_EPOCH + dt.timedelta(days=int(digits))
        return WrittenDate(DateForm.DECIDED, day.day, day.month, day.year)
    return _UNREADABLE


def _from_eight_digits(digits: str) -> WrittenDate:
    """YYYYMMDD or DDMMYYYY: the year of a voter tells, else which of the two is a date."""
    year, second, first = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    year_last = int(digits[4:])
    if year in BIRTH_YEARS:
        year_comes_first = second <= _MONTHS_A_YEAR or year_last not in BIRTH_YEARS
    else:
        is_date = second <= _MONTHS_A_YEAR and first <= _LONGEST_MONTH
        year_comes_first = is_date and year_last not in BIRTH_YEARS
    if year_comes_first:
        return WrittenDate(DateForm.DECIDED, first, second, year)
    return WrittenDate(DateForm.OPEN, int(digits[:2]), int(digits[2:4]), year_last)


def _month_number(word: str) -> int | None:
    """1-12 for a month's name or beginning in Azerbaijani, Russian or English, or a Roman numeral.

    Else None.
    """
    if word in _ROMAN:
        return _ROMAN[word]
    folded = ascii_letters(word)
    for number, beginnings in enumerate(_MONTHS, start=1):
        if folded.startswith(beginnings):
            return number
    return None


def _year_about(text: str) -> int | None:
    """The year of birth that an age gives, or one that is written as not sure; else None."""
    age = _AGE.fullmatch(text)
    if age and int(age[1]) <= _MOST_AGE:
        return _AGES_OF - int(age[1])
    about = _ABOUT.fullmatch(text)
    return int(about[1]) if about else None


def _spelt_date(text: str) -> WrittenDate:
    """``31 dekabr 1980``, ``31 декабря 1980``, ``December 31, 1980``, ``31.XII.1980``."""
    about = _year_about(text)
    if about:
        return WrittenDate(DateForm.ABOUT, year=about)
    latin = to_latin(text)
    match = _SPELT.match(_YEAR_WORDS.sub("", latin).strip())
    turned = None if match else _SPELT_YEAR_FIRST.match(latin)
    if turned:
        year, word, day = turned.groups()
    elif match and not (match[1] and match[3]):
        word, year = match[2], match[4]
        day = match[1] or match[3] or "0"
    else:
        return _UNREADABLE
    month = _month_number(word)
    if not month:
        return _UNREADABLE
    return WrittenDate(DateForm.DECIDED, int(day), month, _full_year(year))


@lru_cache(maxsize=65536)
def read_date(text: str) -> WrittenDate:
    """What one text says as a date; it never raises and never guesses between day and month."""
    text = _CLOCK.sub("", text.strip())
    if _NUMBER.match(text):
        return _from_digits(text.partition(".")[0])
    match = _PARTED.match(text)
    if match:
        one, two, three = match.groups()
        if len(one) >= 3 or (int(one) > 31 and len(three) <= 2):
            return (
                WrittenDate(DateForm.YEAR_FIRST, int(three), int(two), _full_year(one))
                if len(three) <= 2
                else _UNREADABLE
            )
        return WrittenDate(DateForm.OPEN, int(one), int(two), _full_year(three))
    for pattern, month, year in ((_MONTH_YEAR, 1, 2), (_YEAR_MONTH, 2, 1)):
        match = pattern.match(text)
        if match:
            return WrittenDate(DateForm.DECIDED, 0, int(match[month]), int(match[year]))
    match = _WITH_PLACE.match(text)
    bare = match[1] if match else _YEAR_WORDS.sub("", to_latin(text)).strip()
    if bare != text and (_NUMBER.match(bare) or _PARTED.match(bare)):
        return read_date(bare)
    return _spelt_date(text)


def read_dates(texts: pa.Array) -> Longs:
    """What ``read_date`` says of each text: rows of form, first, second and year."""
    read = list(map(read_date, texts.to_pylist()))
    return np.array(read, np.int64).reshape(-1, 4).T


@frozen
class Resolved:
    """Dates resolved, one item a date: 0 where nothing is known."""

    year: Longs
    month: Longs
    day: Longs
    impossible: Bools
    """There is no such day or year, or a year in which nobody on a voters' list is born.

    The latter stays in ``year``, ``month`` and ``day``: a slip in one digit is to be seen as such.
    """
    swapped: Bools
    """Read against the order of those beside it, because only so it is a date."""
    turned: Bools
    """Those beside it have the month first, or last where they begin with the year."""


def _month_lengths(year: Longs, month: Longs) -> Longs:
    """Days in each month; 29 February where the year is unknown."""
    lengths = np.array([31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    common = ((year % 4 != 0) | ((year % 100 == 0) & (year % 400 != 0))) & (year > 0)
    return np.where((month == 2) & common, 28, lengths[np.clip(month, 0, 12)])


def resolve(
    read: Longs, orders: Sequence[Longs], rows: Longs | None = None
) -> Resolved:
    """Day and month of each date.

    Args:
        read: rows of form, first, second and year, one column a date.
        orders: numbers of the groups that have one order, one a date, the widest groups first: of
            the last that tells its order each date has that.
        rows: in how many rows each date stands; None: in one.

    A group is day first unless more of its dates can only be month first than can only be day
    first; likewise those that begin with the year have the day last. A day or month written 00 is
    unknown. Every year from 1 on is kept. An impossible day leaves the year.
    """
    form, first, second, year = read
    is_year_first = form == DateForm.YEAR_FIRST
    is_open = is_year_first | (form == DateForm.OPEN)
    only_usual = is_open & (first > 12) & (second <= 12)
    only_turned = is_open & (second > 12) & (first <= 12)
    votes = (only_turned * 1 - only_usual) * (1 if rows is None else rows)
    turned = np.zeros(len(form), dtype=bool)
    for place, groups in enumerate(orders):
        group, _ = factorize(2 * groups + is_year_first)
        for_turned = np.bincount(group, weights=votes)[group]
        # One date alone that is turned among others of its file is a slip.
        told = np.bincount(group, weights=2 * only_usual + only_turned)
        is_told = told[group] > min(place, 1)
        turned = is_open & np.where(is_told, for_turned > 0, turned)
    day, month = np.where(turned, second, first), np.where(turned, first, second)
    swapped = is_open & (month > 12) & (day <= 12)
    day, month = np.where(swapped, month, day), np.where(swapped, day, month)
    is_read = form != DateForm.UNREADABLE
    nobodys_year = is_read & ((year < BIRTH_YEARS[0]) | (year > BIRTH_YEARS[-1]))
    no_such_day = (month > _MONTHS_A_YEAR) | (day > _month_lengths(year, month))
    no_such_day |= year == 0
    # A day without its month says nothing that could be compared.
    month = np.where(no_such_day, 0, month)
    return Resolved(
        year=year,
        month=month,
        day=np.where(no_such_day | (month == 0), 0, day),
        impossible=no_such_day & is_read | nobodys_year,
        swapped=swapped & ~no_such_day,
        turned=turned,
    )
