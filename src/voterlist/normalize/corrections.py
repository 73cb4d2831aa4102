"""A corrected value as a person wrote it: in the form in which it is kept, or refused."""

from __future__ import annotations

import datetime as dt

import numpy as np

from voterlist.decisions.answers import Value
from voterlist.fields import IDENTIFIERS, NAMES
from voterlist.model import Profile
from voterlist.normalize.dates import DateForm, Resolved, read_date, resolve
from voterlist.normalize.identifiers import read_any, read_document, read_fin, read_sex
from voterlist.normalize.names import is_placeholder


def read_correction(
    field: str, text: str, today: dt.date, profile: Profile = Profile.AZ
) -> Value:
    """What a field of ENTRY is corrected to.

    Dates are kept in ISO 8601, as far as they are known: a day, a month or a year. So no file in
    which other dates have the month first reads them otherwise. Identifiers are kept as repaired,
    the sex as its code, names and addresses as written. A dash, or a word for "none", is no text.

    Args:
        field: the field.
        text: as written, without blanks around it.
        today: the day; nobody is born after it.
        profile: whose identifiers they are.
    """
    if is_placeholder(text):
        return Value(None)
    if field == "birth_date":
        return _birth_date(text, today)
    if field == "sex":
        sex = read_sex(text)
        return Value(None, "value-unreadable") if sex is None else Value(sex.value)
    if field in IDENTIFIERS:
        return _identifier(field, text, profile)
    if field in NAMES and not any(sign.isalpha() for sign in text):
        return Value(None, "value-unreadable")
    return Value(text)


def read_day(text: str) -> dt.date | None:
    """The day that a text names in any written form; of two numbers the first is the day.

    None where it names no whole day, or one that the calendar does not have.
    """
    date = _date_of(text)
    if date is None or date.impossible[0] or not date.day[0]:
        return None
    return dt.date(int(date.year[0]), int(date.month[0]), int(date.day[0]))


def _birth_date(text: str, today: dt.date) -> Value:
    date = _date_of(text)
    if date is None:
        return Value(None, "value-unreadable")
    if date.impossible[0]:
        return Value(None, "date-impossible")
    year, month, day = (int(part[0]) for part in (date.year, date.month, date.day))
    if dt.date(year, month or 1, day or 1) > today:
        return Value(None, "date-in-future")
    parts = [f"{year:04}", *(f"{part:02}" for part in (month, day) if part)]
    return Value("-".join(parts))


def _date_of(text: str) -> Resolved | None:
    """The date of a text; None where it is none."""
    written = read_date(text)
    if written.form in {DateForm.UNREADABLE, DateForm.ABOUT}:
        return None
    return resolve(np.array([written], np.int64).T, ())


def _identifier(field: str, text: str, profile: Profile) -> Value:
    read = read_any if profile is Profile.GENERIC else _READERS[field]
    value = read(text).value
    if value is None:
        return Value(None, f"{field}-impossible")
    return Value(value)


_READERS = {"fin": read_fin, "document": read_document}
