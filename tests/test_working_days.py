"""Working days, and the day on which the work is done at the pace of the last ones."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voterlist.deadlines import forecast
from voterlist.facts import WorkingDays, holidays_of

USUAL = WorkingDays()
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31))


def day(text):
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01",
        "2026-01-20",
        "2026-03-24",
        # Novruz of 2026 has a Saturday and a Sunday, and Ramazan falls on two of its days.
        "2026-03-25",
        "2026-03-26",
        "2026-03-27",
        "2026-03-30",
        "2026-02-07",
        # 8 March 2026 is a Sunday.
        "2026-03-09",
    ],
)
def test_a_free_day_is_no_working_day(text):
    assert not USUAL.holds(day(text))


def test_a_plain_tuesday_is_a_working_day():
    assert USUAL.holds(day("2026-02-03"))


def test_the_settings_go_before_the_law():
    """A commission works on the Sunday before its deadline, and closes where the town does."""
    sunday, tuesday = day("2026-02-01"), day("2026-02-03")
    own = WorkingDays(holidays=frozenset({tuesday}), worked=frozenset({sunday}))
    assert own.holds(sunday)
    assert not own.holds(tuesday)


@given(DAYS, st.integers(0, 60))
def test_the_nth_working_day_has_n_working_days_up_to_it(first, count):
    last = USUAL.after(first, count)
    assert USUAL.count(first + dt.timedelta(days=1), last) == count


@given(st.integers(2007, 2060))
def test_every_holiday_of_a_year_gives_one_free_weekday(year):
    """A holiday on a Sunday would be lost, or one that two laws name would count once."""
    free = holidays_of(year)
    weekdays = [one for one in free if one.weekday() < 5]
    assert len(weekdays) >= 14
    assert all(one.year == year for one in free)


SETTLED = st.dictionaries(
    st.dates(dt.date(2026, 2, 1), dt.date(2026, 3, 10)), st.integers(1, 400)
)


@given(SETTLED, st.integers(1, 5000))
def test_the_range_holds_the_expected_day(settled, remaining):
    today = dt.date(2026, 3, 10)
    made = forecast(settled, remaining, today, USUAL)
    if not settled:
        assert made is None
        return
    days = [one or dt.date.max for one in (made.earliest, made.expected, made.latest)]
    assert days == sorted(days)
    assert days[0] > today
    assert made.days <= 10


@given(st.integers(3, 300), st.integers(1, 3000))
def test_an_even_pace_names_the_day_that_arithmetic_names(pace, remaining):
    """A hundred a day and a thousand left are ten working days."""
    today = day("2026-02-13")
    settled = dict.fromkeys(USUAL.between(day("2026-02-02"), today), pace)
    made = forecast(settled, remaining, today, USUAL)
    assert made.pace == pace
    assert made.expected == USUAL.after(today, -(-remaining // pace))


def test_nothing_is_forecast_where_nothing_remains_or_nothing_was_done():
    today = day("2026-02-13")
    assert forecast({}, 5, today, USUAL) is None
    assert forecast({today: 5}, 0, today, USUAL) is None
    assert forecast({day("2026-02-14"): 5}, 5, today, USUAL) is None


def test_what_was_done_on_a_sunday_counts_for_the_days_before_it():
    """Work on a free day would count as a day more, and slow the pace."""
    friday, sunday, monday = day("2026-02-06"), day("2026-02-08"), day("2026-02-09")
    made = forecast({friday: 10, sunday: 10, monday: 10}, 30, monday, USUAL)
    assert (made.days, made.settled) == (2, 30)


def test_a_holiday_at_the_end_of_a_year_is_made_good_in_the_next():
    """31 December 2028 is a Sunday, and the first two days of 2029 are free already."""
    assert dt.date(2029, 1, 3) in holidays_of(2029)
