"""The page for the wall."""

import datetime as dt
import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import handing
import workspaces
from command_line import call
from voterlist.catalogue import LANGUAGES, catalogue
from voterlist.config.sections import CalendarSettings
from voterlist.deadlines import BurnDown, Forecast, calendar
from voterlist.model import Level, Owed, Progress, Standing
from voterlist.render.wall import build_wall, layout_of, render_wall
from voterlist.report.values import Facts, UnitStanding, Waiting
from voterlist.schemas import DECISION
from voterlist.storage.ledger import Ledger
from voterlist.tables import from_columns, rows_among

TODAY = dt.date(2026, 4, 13)
DEADLINES = calendar(CalendarSettings(), "2026")
COMPILE, CHECK, VERIFY = DEADLINES
POINTS = ((dt.date(2026, 2, 10), 900), (dt.date(2026, 3, 20), 500), (TODAY, 260))


def told(remaining=260):
    """A forecast that ends after the due day."""
    days = (dt.date(2026, 5, 20), dt.date(2026, 6, 2), None)
    return Forecast(remaining, 10, 90, *days)


def nation(constituencies, precincts, progress=Progress.WAITING):
    """The rows of so many constituencies, each of so many precincts."""
    rows = []
    for number in range(1, constituencies + 1):
        late = (None, Standing.OVERDUE, progress, 8)
        rows += [
            UnitStanding(COMPILE, number, one, TODAY, Standing.DONE_LATE, progress)
            for one in range(1, precincts + 1)
        ]
        debt = (Waiting(cases=7, errors=2), Owed.LISTS, Level.CONEC, Level.CEC)
        rows += [
            UnitStanding(CHECK, number, None, *late, *debt),
            UnitStanding(VERIFY, number, None, None, Standing.OPEN, progress),
        ]
    return rows


def page(rows, burned=None, language="en", level=Level.CEC):
    """The page, and what it was made of."""
    facts = Facts("2026", level, None, TODAY)
    burned = burned or BurnDown(VERIFY, POINTS, told(), {1: told(7)}, 30)
    wall = build_wall(facts, DEADLINES, rows, burned)
    return wall, render_wall(wall, language)


class Reader(HTMLParser):
    """Counts the elements, and sees to it that each that is opened is closed."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, text):
        super().__init__()
        self.open, self.count = [], {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, _attrs):
        """Remember what is open."""
        self.count[tag] = self.count.get(tag, 0) + 1
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, _attrs):
        """An element without content."""
        self.count[tag] = self.count.get(tag, 0) + 1

    def handle_endtag(self, tag):
        """Close what was opened last."""
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_nation_is_one_page_with_a_square_for_each_precinct(language):
    """6,000 precincts stay in one page that needs neither script nor network."""
    wall, text = page(nation(125, 48), language=language)
    found = Reader(text)
    assert not found.open
    assert found.count["rect"] == 125 * 48
    assert "script" not in found.count
    assert not re.search(r"(?:src|href)=|url\(|@import|https?:", text)
    assert f'lang="{language}"' in text
    assert wall["precincts"] == {"waiting": 6000}
    assert wall["constituencies"] == {"overdue": 125}
    # Nothing is shown as the key of a sentence that the catalogue lacks.
    assert not re.search(r">\s*(?:wall|progress|owed|standing|deadline)\.", text)


@pytest.mark.parametrize("progress", Progress)
def test_how_far_a_precinct_is_has_a_word_a_colour_and_a_place_in_the_legend(progress):
    """The numbers of the legend would not be those of the precincts that there are."""
    _, text = page(nation(1, 3, progress))
    assert re.search(rf'key m-{progress}"></i><b>3</b>', text)
    assert catalogue("en")(f"progress.{progress}") in text
    assert f".squares .m-{progress} " in text or progress is Progress.NOT_STARTED


def test_the_page_says_who_owes_what_and_when_it_is_done_at_this_pace():
    _, text = page(nation(3, 4))
    assert "Constituency → Central Commission: the lists" in text
    assert "days over: 8" in text
    assert "At this pace done on 2026-06-02" in text
    assert "not before 2026-05-20" in text


def test_the_large_number_is_of_the_stage_of_ones_own_level():
    """A constituency that is late would read how many days the central commission has."""
    own, _ = page(nation(1, 2), level=Level.CONEC)
    above, _ = page(nation(1, 2), level=Level.CEC)
    dues = [shown["next_due"] for shown in (own, above)]
    assert [due.deadline for due in dues] == [CHECK, VERIFY]
    assert [due.days_left for due in dues] == [-8, 47]


def test_a_workspace_without_a_run_has_its_page():
    _, text = page([], BurnDown(CHECK, working_days_left=5))
    assert not Reader(text).open
    assert catalogue("en")("wall.no-run") in text


@example(1, 69)
@given(st.integers(1, 130), st.integers(1, 80))
def test_the_cards_fit_the_sheet(constituencies, precincts):
    """On paper the last row of constituencies would be on a second sheet."""
    layout = layout_of(constituencies, precincts)
    lines = -(-constituencies // layout.columns)
    of_card = -(-precincts // layout.squares)
    assert layout.columns * layout.squares * layout.side <= 277.0
    assert lines * of_card * layout.side <= 92.0
    assert layout.side >= 0.9


@given(
    st.lists(st.tuples(st.dates(dt.date(2026, 1, 1), TODAY), st.integers(0, 10**6))),
    st.none() | st.dates(TODAY, dt.date(2031, 1, 1)),
)
def test_no_line_leaves_the_chart(points, expected):
    """A forecast of years would draw over the rest of the page."""
    days = tuple(sorted(dict(points).items()))
    forecast = Forecast(1, 3, 1, expected, expected, None)
    burned = BurnDown(VERIFY, days, forecast if days else None)
    _, text = page(nation(1, 1), burned)
    for path in re.findall(
        r'<path class="(?:line|area|fan|expected|needed)" d="([^"]*)"', text
    ):
        for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", path):
            assert 0 <= float(x) <= 600
            assert 0 <= float(y) <= 200


def test_the_same_standing_gives_the_same_bytes():
    assert page(nation(5, 9))[1] == page(nation(5, 9))[1]


def test_the_terminal_says_what_the_day_behind_the_forecast_is(tmp_path):
    """Where nothing says until when, a second day stood beside the first, without a word."""
    folder = workspaces.sample(tmp_path / "88")
    workspaces.ran(folder)
    queue = handing.newest(folder, "queue")
    rows = rows_among(queue, "case_id", [queue["case_id"][0].as_py()])
    count = rows.num_rows
    columns = {
        "case_id": rows["case_id"],
        "entry_id": rows["entry_id"],
        "verdict": ["separate"] * count,
        "reason": ["seen"] * count,
        "decided_by": ["Leyla M."] * count,
        "decided_at": ["2026-02-03T09:00:00+04:00"] * count,
    }
    with Ledger(folder / "ledger.db") as ledger:
        ledger.decide(from_columns(columns, DECISION, count))
    said = call("status", folder, "--today", "2026-02-10").stdout
    assert re.search(r"At this pace done on \S+ \(not before \S+\)\.\n", said)
