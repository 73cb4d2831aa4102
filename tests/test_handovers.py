"""Hand-overs as lines of a journal."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from voterlist.deadlines.handovers import Event, Handover, handovers, packed_units

WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
NUMBERS = st.none() | st.integers(1, 9999)
HANDOVERS = st.builds(
    Handover,
    day=st.dates(),
    event=st.sampled_from(Event),
    kind=st.sampled_from(["", "submit", "return"]),
    constituency=NUMBERS,
    precinct=NUMBERS,
    sender=WORDS,
    receiver=WORDS,
    serial=st.integers(0, 999_999),
    package=WORDS,
    head=WORDS,
    stage=WORDS,
    finished=st.none() | st.dates(),
    ground=WORDS,
    by=WORDS,
    emptied=st.frozensets(st.integers(1, 9999), max_size=3),
    lists=WORDS,
    work=WORDS,
)


@given(st.lists(HANDOVERS))
def test_a_handover_is_read_as_it_was_written(made):
    """Lists came with a package that was handed in alone: what is returned brings none."""
    lines = [(one.day, one.event.value, one.details()) for one in made]
    assert handovers(lines) == made
    came = [one for one in made if (one.event, one.kind) == (Event.RECEIVED, "submit")]
    newest = {one.sender: (one.constituency, one.precinct) for one in came}
    assert packed_units(lines, "2026") == {*newest.values()}


def test_other_lines_are_passed_over():
    line = (dt.date(2026, 2, 3), "run", {"run": "2026-02-03-1a2b3c4d", "whole": 1})
    assert handovers([line]) == []
