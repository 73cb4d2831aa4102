"""Laws of the fold: what an application is follows from its events, and numbers add up."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from voterlist.counter.applications import State, applications_of, figures_of
from voterlist.model import Asks, Relation, Step, Way
from voterlist.storage.ledger import ApplicationEvent

DAY = dt.date(2026, 2, 4)
SAID = {
    Step.DECIDED: {"granted": True, "ground": "left-out", "amends": []},
    Step.APPEALED: {"granted": False, "ground": None, "amends": []},
}


def taken(number, asks, first):
    asked = {
        "what": asks.value,
        "by": "Leyla",
        "relation": Relation.SELF.value,
        "way": Way.COUNTER.value,
        "documents": [],
    }
    said = {"asked": asked, "due": DAY.isoformat(), "doubts": [], "first": first}
    return ApplicationEvent(number, Step.TAKEN.value, DAY.isoformat(), "Aytən", said)


@st.composite
def ledgers(draw):
    """Events as they may stand in a ledger, in order."""
    events, count = [], draw(st.integers(0, 5))
    for number in range(1, count + 1):
        first = draw(st.sampled_from([None, *range(1, number)]))
        events.append(taken(number, draw(st.sampled_from(Asks)), first))
    steps = st.sampled_from([step for step in Step if step is not Step.TAKEN])
    later = st.tuples(st.integers(1, 7), steps, st.integers(0, 3))
    for number, step, days in draw(st.lists(later, max_size=12)):
        day = (DAY + dt.timedelta(days=days)).isoformat()
        said = SAID.get(step, {"until": day})
        events.append(ApplicationEvent(number, step.value, day, "Aytən", said))
    return events


@given(ledgers())
def test_every_application_is_there_once_and_the_figures_add_up(events):
    """One that is not counted would be answered by nobody."""
    found = applications_of(events)
    begun = [event.application for event in events if event.event == Step.TAKEN]
    assert list(found) == begun
    figures = figures_of([one.brief for one in found.values()], DAY)
    for row in figures:
        assert row["taken"] == sum(row[state] for state in State) >= row["late"]
    taken = [row["taken"] for row in figures]
    assert sum(taken[:-1]) == taken[-1] == len(begun)


@given(ledgers(), st.integers(0, 9))
def test_an_application_is_late_for_good(events, days):
    """A term that is over does not begin anew, and an open one is late once it is over."""
    for one in applications_of(events).values():
        later = DAY + dt.timedelta(days=days)
        assert one.is_late(later) or not one.is_late(DAY)
        if one.state is State.OPEN and one.done is None:
            assert one.is_late(later) == (later > one.due)


@given(ledgers())
def test_what_was_withdrawn_stays_so_and_decides_for_nobody(events):
    """Whoever asked the same is not bound to somebody who gave up."""
    found = applications_of(events)
    for one in found.values():
        if one.last(Step.WITHDRAWN):
            assert one.state is State.WITHDRAWN
        assert one.first is None or one.first.state is not State.WITHDRAWN
