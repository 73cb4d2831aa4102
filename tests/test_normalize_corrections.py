"""Corrected values: the form in which they are kept, and which are refused."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voterlist.decisions.checks import AMENDMENT_PROBLEMS
from voterlist.fields import CORRECTED
from voterlist.model import Profile
from voterlist.normalize.corrections import read_correction, read_day

TODAY = dt.date(2026, 3, 1)


@pytest.mark.parametrize(
    ("field", "text", "kept"),
    [
        ("birth_date", "03.04.1980", "1980-04-03"),
        ("birth_date", "12/31/1980", "1980-12-31"),
        ("birth_date", "31 dekabr 1980", "1980-12-31"),
        ("birth_date", "1980-12-31 00:00:00", "1980-12-31"),
        ("birth_date", "1980", "1980"),
        ("birth_date", "00.00.1980", "1980"),
        ("birth_date", "12.1980", "1980-12"),
        ("birth_date", "01.03.2026", "2026-03-01"),
        ("fin", "5abc-1o2", "5ABC102"),
        ("fin", "5ABC102X", "5ABC102"),
        ("document", "aze № 12345678", "AZE12345678"),
        ("sex", "Qadın", "f"),
        ("sex", "kişi", "m"),
        ("surname", "Əliyev", "Əliyev"),
        ("address", "12", "12"),
        ("fin", "-", None),
        ("patronymic", "yoxdur", None),
    ],
)
def test_a_value_is_kept_in_one_form(field, text, kept):
    value = read_correction(field, text, TODAY)
    assert (value.text, value.problem) == (kept, None)


@pytest.mark.parametrize(
    ("field", "text", "problem"),
    [
        ("birth_date", "29.02.1981", "date-impossible"),
        ("birth_date", "31.12.1700", "date-impossible"),
        ("birth_date", "32.13.1980", "date-impossible"),
        ("birth_date", "02.03.2026", "date-in-future"),
        ("birth_date", "2027", "date-in-future"),
        ("birth_date", "in spring", "value-unreadable"),
        ("fin", "5ABC1", "fin-impossible"),
        ("fin", "AZE12345678", "fin-impossible"),
        ("document", "1234", "document-impossible"),
        ("sex", "maybe", "value-unreadable"),
        ("surname", "=1+1", "value-unreadable"),
        ("given_name", "(12)", "value-unreadable"),
    ],
)
def test_what_cannot_be_is_refused(field, text, problem):
    value = read_correction(field, text, TODAY)
    assert (value.text, value.problem) == (None, problem)


def test_identifiers_of_another_country_are_taken_as_they_are():
    value = read_correction("fin", "de 12-34", TODAY, profile=Profile.GENERIC)
    assert value.text == "DE12-34"


@given(st.sampled_from(CORRECTED), st.text(max_size=30))
def test_every_text_is_kept_or_refused_and_what_is_kept_stays_as_it_is(field, text):
    """A value that is read again, by the next run, may not become another one."""
    value = read_correction(field, text, TODAY)
    assert value.problem is None or value.problem in AMENDMENT_PROBLEMS
    if value.text is not None:
        assert read_correction(field, value.text, TODAY) == value


@given(st.dates(dt.date(1900, 1, 1), TODAY), st.sampled_from(["%d.%m.%Y", "%Y-%m-%d"]))
def test_every_day_of_a_life_is_read(day, form):
    text = day.strftime(form)
    assert read_correction("birth_date", text, TODAY).text == day.isoformat()
    assert read_day(text) == day


@pytest.mark.parametrize("text", ["", "2026", "03.2026", "31.02.2026", "soon"])
def test_a_text_that_names_no_whole_day_is_none(text):
    assert read_day(text) is None
