import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voterlist import config, facts
from voterlist.catalogue import LANGUAGES, catalogue
from voterlist.config.sections import CalendarSettings
from voterlist.deadlines import CalendarStage, Deadline, calendar, standing
from voterlist.model import Level, Standing
from voterlist.pipeline.steps import Context
from voterlist.render.ics import calendar_bytes

YEARLY = calendar(CalendarSettings(), "2026")
COMPILE = YEARLY[0]


def day(text):
    return dt.date.fromisoformat(text)


def test_the_yearly_calendar_has_the_three_known_dates():
    """Precincts by 5 February, constituencies 5 April, approval 30 May (Election Code, 46.1)."""
    assert [
        (
            found.stage.value,
            found.sender,
            found.opens.isoformat(),
            found.due.isoformat(),
        )
        for found in YEARLY
    ] == [
        ("compile", Level.PEC, "2026-01-01", "2026-02-05"),
        ("check", Level.CONEC, "2026-02-06", "2026-04-05"),
        ("verify", Level.CEC, "2026-04-06", "2026-05-30"),
    ]


def test_a_stage_opens_the_day_after_the_one_before_even_over_a_leap_day():
    """29 February belongs to the year's calendar when there is one."""
    settings = CalendarSettings(compile_due="02-28")
    assert calendar(settings, "2028")[1].opens == day("2028-02-29")
    assert calendar(settings, "2026")[1].opens == day("2026-03-01")


def test_a_moved_close_moves_only_its_stage():
    """Dates move by settings, stages stay (in 2018 the close was moved because of an election)."""
    moved = calendar(
        CalendarSettings(compile_due="01-20", check_due="02-20", verify_due="03-03"),
        "2018",
    )
    assert [found.due for found in moved] == [
        day("2018-01-20"),
        day("2018-02-20"),
        day("2018-03-03"),
    ]


@pytest.mark.parametrize(
    ("election", "dues"),
    [
        ("2026-11-01", ["2026-09-27", "2026-10-07", "2026-10-12"]),
        ("2028-03-05", ["2028-01-30", "2028-02-09", "2028-02-14"]),
        ("2027-01-10", ["2026-12-06", "2026-12-16", "2026-12-21"]),
    ],
)
def test_an_election_calendar_is_counted_back_from_the_day(election, dues):
    """35, 25 and 20 days before, over leap days and the end of a year."""
    found = calendar(CalendarSettings(election_day=day(election)), "2026")
    assert [deadline.due for deadline in found] == [day(due) for due in dues]
    assert [deadline.stage for deadline in found] == [
        CalendarStage.DISPLAYED,
        CalendarStage.UPDATED,
        CalendarStage.SPECIAL,
    ]


@pytest.mark.parametrize(("displayed", "opens"), [(35, 45), (45, 45), (60, 60)])
def test_the_count_before_an_election_begins_with_its_first_stage(displayed, opens):
    """Lists that are displayed more than 45 days before would be due before their stage opens."""
    election = day("2026-11-01")
    found = calendar(
        CalendarSettings(election_day=election, displayed_days=displayed), "2026"
    )
    assert {(election - deadline.opens).days for deadline in found} == {opens}
    assert all(deadline.opens <= deadline.due for deadline in found)


@pytest.mark.parametrize(
    ("now", "finished", "expected"),
    [
        ("2025-12-31", None, Standing.NOT_STARTED),
        ("2026-01-01", None, Standing.OPEN),
        ("2026-01-28", None, Standing.OPEN),
        ("2026-01-29", None, Standing.DUE_SOON),
        ("2026-02-05", None, Standing.DUE_SOON),
        ("2026-02-06", None, Standing.OVERDUE),
        ("2026-02-06", "2026-02-05", Standing.DONE),
        ("2026-02-07", "2026-02-06", Standing.DONE_LATE),
        ("2026-02-01", "2026-02-03", Standing.DUE_SOON),
        ("2026-01-10", "2025-12-20", Standing.DONE),
    ],
)
def test_how_a_stage_stands(now, finished, expected):
    """The due day is still in time; what is finished later than today is not finished today."""
    assert (
        standing(COMPILE, day(now), day(finished) if finished else None, 7) is expected
    )


def test_without_warning_days_only_the_due_day_itself_is_near():
    """warn_days 0 warns on the last day."""
    assert standing(COMPILE, day("2026-02-04"), None, 0) is Standing.OPEN
    assert standing(COMPILE, day("2026-02-05"), None, 0) is Standing.DUE_SOON


DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31))


@given(now=DAYS, later=DAYS, warn=st.integers(0, 400))
def test_an_unfinished_stage_never_gets_better_with_time(now, later, warn):
    """As days pass, an unfinished stage goes from not started to overdue and never back."""
    order = [Standing.NOT_STARTED, Standing.OPEN, Standing.DUE_SOON, Standing.OVERDUE]
    now, later = sorted((now, later))
    first, second = (standing(COMPILE, moment, None, warn) for moment in (now, later))
    assert order.index(first) <= order.index(second)


@given(now=DAYS, finished=DAYS, opens=DAYS, length=st.integers(0, 300))
def test_finished_in_time_is_never_late(now, finished, opens, length):
    """Done, done late and not done are told apart by the due day alone."""
    due = opens + dt.timedelta(days=length)
    deadline = Deadline(CalendarStage.CHECK, Level.CONEC, Level.CEC, opens, due, "")
    found = standing(deadline, now, finished, 7)
    assert (found is Standing.DONE) == (finished <= now and finished <= due)
    assert (found is Standing.DONE_LATE) == (due < finished <= now)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_stage_and_standing_has_its_words(language):
    """Nothing in the calendar is without a title and a ground in either language."""
    say = catalogue(language)
    assert all(
        say(f"deadline.{stage}.title") and say(f"deadline.{stage}.ground")
        for stage in CalendarStage
    )
    assert all(say(f"standing.{word}") for word in Standing)


def test_the_ics_file_holds_one_all_day_event_a_stage():
    """A calendar program shows each due day as a whole day, with an alarm before."""
    from icalendar import Calendar

    content = calendar_bytes(
        YEARLY, catalogue("az"), stamp=day("2026-01-10"), warn_days=7
    )
    events = Calendar.from_ical(content).walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == [
        deadline.due for deadline in YEARLY
    ]
    assert [event.decoded("dtend") for event in events] == [
        deadline.due + dt.timedelta(days=1) for deadline in YEARLY
    ]
    assert len({str(event["uid"]) for event in events}) == 3
    assert all(
        event.walk("VALARM")[0].decoded("trigger") == -dt.timedelta(days=7)
        for event in events
    )
    assert content == calendar_bytes(
        YEARLY, catalogue("az"), stamp=day("2026-01-10"), warn_days=7
    )


def test_each_map_of_constituencies_has_one_name_a_number():
    """The map until 2015 is whole; on no day has a number two names."""
    old = facts.constituencies(day("2014-06-01"))
    assert set(old) == set(facts.CONSTITUENCY_NUMBERS)
    assert len(set(old.values())) == 125
    edges = {found.valid_from for found in facts.all_constituencies()}
    for edge in edges:
        held = [
            found.number for found in facts.all_constituencies() if found.holds_on(edge)
        ]
        assert len(held) == len(set(held))


def test_a_name_holds_only_on_the_days_its_source_vouches_for():
    """Number 48 was Yevlax on the old map and is Abşeron birinci on the new.

    Between the two no name is claimed.
    """
    assert facts.constituencies(day("2014-12-31")).get(48) == "Yevlax"
    assert facts.constituencies(day("2018-01-01")).get(48) is None
    assert facts.constituencies(day("2023-09-18")).get(48) is None
    assert facts.constituencies(day("2023-09-19")).get(48) == "Abşeron birinci"
    assert facts.constituencies(day("2014-12-31")).get(126) is None


def test_a_list_without_an_election_counts_on_the_last_day_of_its_cycle():
    """Who comes of age between two due dates would be called too young, or missing."""
    settings = config.parse('[workspace]\ncycle = "2026"\n')
    none = dict.fromkeys(("inputs", "given", "units", "progress"))
    context = Context(
        workspace=Path(), settings=settings, today=dt.date(2026, 1, 1), **none
    )
    days = [stage.due for stage in calendar(settings.calendar, "2026")]
    assert context.list_day == max(days)
