"""The calendar of a compilation as an iCalendar file (RFC 5545)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from icalendar import Alarm, Calendar, Event

from voterlist.catalogue import Catalogue
from voterlist.deadlines import Deadline


def calendar_bytes(
    deadlines: Sequence[Deadline], words: Catalogue, *, stamp: dt.date, warn_days: int
) -> bytes:
    """One all-day event for each deadline, with an alarm ``warn_days`` before.

    ``stamp`` is the day on which the file is made. An event's UID is made from its stage and cycle
    year, so a later file replaces the event in the calendar instead of adding a second one.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//voterlist//calendar//EN")
    calendar.add("version", "2.0")
    for deadline in deadlines:
        calendar.add_component(_event(deadline, words, stamp, warn_days))
    return bytes(calendar.to_ical())


def _event(
    deadline: Deadline, words: Catalogue, stamp: dt.date, warn_days: int
) -> Event:
    event = Event()
    event.add("uid", f"{deadline.stage}-{deadline.due.year}@voterlist")
    event.add("dtstamp", dt.datetime.combine(stamp, dt.time(), dt.UTC))
    event.add("dtstart", deadline.due)
    # An all-day event ends on the day after, which no longer belongs to it.
    event.add("dtend", deadline.due + dt.timedelta(days=1))
    event.add("summary", words(f"deadline.{deadline.stage}.title"))
    event.add("description", _description(deadline, words))
    if warn_days:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", words(f"deadline.{deadline.stage}.title"))
        alarm.add("trigger", -dt.timedelta(days=warn_days))
        event.add_component(alarm)
    return event


def _description(deadline: Deadline, words: Catalogue) -> str:
    """What the date stands on, and the decision that moved it."""
    ground = words(f"deadline.{deadline.stage}.ground")
    if deadline.planned is None:
        return ground
    places = {"planned": deadline.planned.isoformat(), "decision": deadline.decision}
    return f"{ground}; {words('deadline.moved', **places)}"
