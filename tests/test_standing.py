"""How everyone stands: by lists, hand-overs and stated days, on the days of a cycle."""

import datetime as dt
import json
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import workspaces
from command_line import started
from voterlist import config
from voterlist.config import SETTINGS_FILE
from voterlist.deadlines import calendar
from voterlist.deadlines.handovers import Event, Handover
from voterlist.errors import SettingsError
from voterlist.handover.status import status_of, write_page
from voterlist.model import Level, Owed, Progress, Standing
from voterlist.pipeline.progress import (
    Waiting,
    Work,
    first_days_received,
    handed_over,
    lists_of_today,
)
from voterlist.pipeline.standings import RUN_EVENT, burn_down, open_in, standings
from voterlist.schemas import DECISION
from voterlist.storage.ledger import Ledger, Submission, reading
from voterlist.tables import from_columns

TERRITORY = '[territory.precincts]\n88 = "1-2"\n'


def day(text):
    return dt.date.fromisoformat(text)


@pytest.fixture
def workspace(tmp_path):
    """One constituency with two precincts; one person stands in both."""
    return workspaces.make(tmp_path / "ws", settings=TERRITORY)


def hand_over(workspace, event, on, **details):
    """Write a hand-over into the journal."""
    line = Handover(day=day(on), event=event, **details)
    with Ledger(workspace / "ledger.db") as ledger:
        ledger.write_journal(line.day, event.value, **line.details())


def stands(workspace, on):
    """Stage -> (standing, progress, what is owed) of the constituency, or of its precincts."""
    status = status_of(workspace, today=day(on))
    found = {}
    for row in status.standings:
        told = (row.standing.value, row.progress.value, row.owed and row.owed.value)
        found.setdefault(row.deadline.stage.value, []).append(told)
    return {stage: sorted(set(told)) for stage, told in found.items()}


def decide_all(workspace, result, at):
    """Two people of every open case are two people."""
    cases = pa.parquet.read_table(result.folder / "cases.parquet").to_pylist()
    rows = [
        (row["case_id"], row["entry_id"], "separate", "seen", "N", at) for row in cases
    ]
    columns = dict(zip(DECISION.names, zip(*rows, strict=True), strict=True))
    with Ledger(workspace / "ledger.db") as ledger:
        ledger.decide(from_columns(columns, DECISION, len(rows)))


def test_status_on_six_dates_through_a_cycle(workspace):
    """From the first list to the approval, as the constituency sees it."""
    away = workspace / "inbox" / "88" / "menteqe-2.csv"
    text = away.read_text(encoding="utf-8")
    away.unlink()

    workspaces.run(workspace, today=day("2026-01-20"))
    assert stands(workspace, "2026-01-20") == {
        "compile": [
            ("done", "ready", None),
            ("open", "not-started", "lists"),
        ],
        "check": [("not-started", "in-work", None)],
        "verify": [("not-started", "in-work", None)],
    }

    away.write_text(text, encoding="utf-8")
    result = workspaces.run(workspace, today=day("2026-02-07"))
    assert stands(workspace, "2026-02-07") == {
        "compile": [("done", "waiting", None), ("done-late", "waiting", None)],
        "check": [("open", "waiting", "lists")],
        "verify": [("not-started", "waiting", None)],
    }

    decide_all(workspace, result, "2026-03-02T10:00:00+04:00")
    assert stands(workspace, "2026-04-07")["check"] == [("overdue", "ready", "lists")]

    package = {"kind": "submit", "constituency": 88, "package": "ab", "serial": 1}
    hand_over(workspace, Event.SUBMITTED, "2026-04-08", **package)
    hand_over(workspace, Event.RECEIPT, "2026-04-09", **package)
    assert stands(workspace, "2026-04-09") == {
        "compile": [
            ("done", "received-above", None),
            ("done-late", "received-above", None),
        ],
        "check": [("done-late", "received-above", None)],
        "verify": [("open", "received-above", "approval")],
    }

    hand_over(workspace, Event.RECEIVED, "2026-05-04", kind="return", constituency=88)
    assert stands(workspace, "2026-05-26")["verify"] == [
        ("due-soon", "returned", "answer")
    ]
    # Its package is not there: how many questions are owed nobody knows, and the rest is told.
    assert status_of(workspace, today=day("2026-05-26")).asked_above is None
    # What was handed over in April was handed over, whatever came back.
    assert stands(workspace, "2026-05-26")["check"] == [("done-late", "returned", None)]

    again = {**package, "package": "cd", "serial": 2}
    hand_over(workspace, Event.SUBMITTED, "2026-05-27", **again)
    hand_over(workspace, Event.APPROVED, "2026-05-29", constituency=88)
    assert stands(workspace, "2026-05-29")["verify"] == [("done", "approved", None)]
    # An earlier day shows what was handed over until then.
    assert stands(workspace, "2026-04-08")["verify"] == [
        ("open", "handed-over", "receipt")
    ]


def test_no_stage_is_done_because_no_case_is_open(workspace):
    """The stage "sent" was called done though nobody had sent anything."""
    result = workspaces.ran(workspace)
    decide_all(workspace, result, "2026-02-03T10:00:00+04:00")
    calm = workspaces.run(workspace, today=day("2026-04-01"))
    assert calm.open_cases == 0
    check = [row for row in calm.standings if row.deadline.stage == "check"]
    assert [(row.finished, row.progress) for row in check] == [(None, Progress.READY)]


def test_a_stated_day_has_its_ground_and_goes_before_a_hand_over(workspace):
    """A day entered by hand without anything it rests on could not be checked by anybody."""
    hand_over(workspace, Event.SUBMITTED, "2026-04-20", kind="submit", constituency=88)
    hand_over(
        workspace,
        Event.FINISHED,
        "2026-04-21",
        constituency=88,
        stage="check",
        finished=day("2026-04-03"),
        ground="Act no. 12",
        by="A. Quliyeva",
    )

    def check(settings):
        with reading(workspace / "ledger.db") as ledger:
            rows = standings(settings, ledger, day("2026-04-22"))
        row = next(row for row in rows if row.deadline.stage == "check")
        return row.finished, row.standing, row.ground, row.by

    settings = config.parse(TERRITORY)
    stated = (day("2026-04-03"), Standing.DONE, "Act no. 12", "A. Quliyeva")
    assert check(settings) == stated
    written = (
        "[calendar.finished]\n"
        'check = { day = 2026-04-06, ground = "Letter 7", by = "B" }\n'
    )
    assert check(config.parse(TERRITORY + written)) == (
        day("2026-04-06"),
        Standing.DONE_LATE,
        "Letter 7",
        "B",
    )


def test_a_precinct_hands_its_list_over_itself(workspace):
    """In its own workspace a list that lies in the inbox is in nobody else's hands."""
    settings = config.parse(f'[workspace]\nlevel = "pec"\n{TERRITORY}')
    seen = {"source": "a", "sheet": None, "constituency": 88, "precinct": 1}
    lists = workspaces.run(workspace, until="ingest")
    assert lists.files == 2

    def compiled():
        with reading(workspace / "ledger.db") as ledger:
            rows = standings(settings, ledger, day("2026-02-04"))
        return {
            row.precinct: (row.finished, row.progress)
            for row in rows
            if row.deadline.stage == "compile"
        }

    waiting = (None, Progress.RECEIVED)
    assert compiled() == {1: waiting, 2: waiting}
    hand_over(
        workspace,
        Event.SUBMITTED,
        "2026-02-04",
        kind="submit",
        constituency=seen["constituency"],
        precinct=seen["precinct"],
    )
    assert compiled() == {
        1: (day("2026-02-04"), Progress.HANDED_OVER),
        2: waiting,
    }


def test_the_central_commission_calls_no_precinct_late_whose_list_it_sees_later():
    """It sees the list weeks after the constituency had it."""
    settings = config.parse('[workspace]\nlevel = "cec"\n')
    late = submission("a", "inbox/88/1.csv", 1, "2026-04-01")
    in_time = submission("b", "inbox/88/2.csv", 2, "2026-02-01")
    rows = standings(settings, Lists([late, in_time]), day("2026-04-02"))
    assert [(row.precinct, row.finished, row.standing) for row in rows[:2]] == [
        (1, None, Standing.DONE_UNDATED),
        (2, day("2026-02-01"), Standing.DONE),
    ]


class Lists:
    """A ledger that knows lists, and nothing else."""

    def __init__(self, submissions):
        self._submissions = submissions

    def submissions(self):
        """The lists."""
        return self._submissions

    def journal(self):
        """No lines."""
        return []


# ghost precincts


def submission(source, name, precinct, first_seen, entries=5):
    return Submission(
        source, name, None, 88, precinct, "permanent", 6, entries, day(first_seen)
    )


def of_precinct_12(source, name):
    """What there is today: one file, of precinct 12."""
    place = (88, 12)
    return Work(
        places=frozenset({place, (88, None)}),
        sources={source: frozenset({place})},
        names={name: source},
    )


def test_a_renamed_file_leaves_no_precinct_behind():
    """The precinct of the wrong name would be shown for ever, and its list called handed in."""
    wrong = submission("a", "inbox/88/13.csv", 13, "2026-02-01")
    right = submission("a", "inbox/88/12.csv", 12, "2026-02-09")
    work = of_precinct_12("a", "inbox/88/12.csv")
    assert lists_of_today([wrong, right], work) == [right]
    # The list itself was there on the first day, under another name.
    assert first_days_received([wrong, right], work) == {(88, 12): day("2026-02-01")}


def test_a_file_that_was_replaced_leaves_no_precinct_behind():
    """The corrected file names another precinct: the first one was a slip of its heading."""
    slip = submission("a", "inbox/88/x.csv", 21, "2026-02-01")
    corrected = submission("b", "inbox/88/x.csv", 12, "2026-02-03")
    work = of_precinct_12("b", "inbox/88/x.csv")
    assert first_days_received([slip, corrected], work) == {(88, 12): day("2026-02-03")}
    # Beside the folders nobody knew whose it was.
    unknown = replace(slip, name="inbox/x.csv", constituency=None)
    assert first_days_received([unknown, corrected], work) == {
        (88, 12): day("2026-02-03")
    }


def test_a_corrected_list_keeps_its_first_day_and_a_removed_one_its_line():
    """A correction is no late hand-in; a list that is gone was handed in all the same."""
    first = submission("a", "inbox/88/12.csv", 12, "2026-02-01")
    second = submission("b", "inbox/88/12.csv", 12, "2026-02-20")
    removed = submission("c", "inbox/88/14.csv", 14, "2026-02-02")
    work = of_precinct_12("b", "inbox/88/12.csv")
    assert first_days_received([first, second, removed], work) == {
        (88, 12): day("2026-02-01"),
        (88, 14): day("2026-02-02"),
    }


def test_a_ghost_is_neither_shown_nor_overdue(workspace):
    """The whole way: the ledger keeps the line, the status does not show it."""
    (workspace / SETTINGS_FILE).write_text("", encoding="utf-8")
    inbox = workspace / "inbox" / "88"
    for path in inbox.iterdir():
        path.unlink()
    (inbox / "12.csv").write_text(workspaces.HEADER + workspaces.ONE, encoding="utf-8")
    workspaces.run(workspace, today=day("2026-02-01"))
    (inbox / "12.csv").rename(inbox / "13.csv")
    result = workspaces.run(workspace, today=day("2026-02-09"))
    compiled = [row for row in result.standings if row.deadline.stage == "compile"]
    assert [(row.precinct, row.finished, row.standing) for row in compiled] == [
        (13, day("2026-02-01"), Standing.DONE)
    ]
    with reading(workspace / "ledger.db") as ledger:
        assert {one.precinct for one in ledger.submissions()} == {12, 13}


# hand-overs

UP = {"kind": "submit", "constituency": 88}
DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2026, 6, 30))
LINES = st.lists(
    st.builds(
        Handover,
        day=DAYS,
        event=st.sampled_from(Event),
        kind=st.sampled_from(["submit", "return"]),
        constituency=st.sampled_from([88, 89]),
        package=st.sampled_from(["a", "b"]),
    ),
    max_size=8,
).map(lambda lines: sorted(lines, key=lambda line: line.day))


@given(LINES, DAYS, DAYS)
def test_the_first_hand_over_counts_and_later_lines_do_not_move_it(lines, one, other):
    """A package that corrects an earlier one would make a stage late that was in time."""
    earlier, later = sorted((one, other))
    before, after = handed_over(lines, earlier), handed_over(lines, later)
    for place, state in before.items():
        if state.sent is not None:
            assert after[place].sent == state.sent <= earlier


def test_a_receipt_for_an_older_package_says_nothing_of_the_newest():
    lines = [
        Handover(day("2026-04-01"), Event.SUBMITTED, **UP, package="a"),
        Handover(day("2026-04-02"), Event.SUBMITTED, **UP, package="b"),
        Handover(day("2026-04-03"), Event.RECEIPT, **UP, package="a"),
    ]
    state = handed_over(lines, day("2026-04-03"))[88, None]
    assert (state.sent, state.progress) == (day("2026-04-01"), Progress.HANDED_OVER)


def test_the_central_commission_owes_what_it_has_received():
    """Who waits for whom is the other way round after the hand-over."""
    settings = config.parse(f'[workspace]\nlevel = "cec"\n{TERRITORY}')
    line = Handover(day("2026-04-01"), Event.RECEIVED, **UP)
    pending = [(line.day, line.event.value, line.details())]
    rows = standings(settings, None, day("2026-04-10"), pending)
    verify = next(row for row in rows if row.deadline.stage == "verify")
    assert (verify.owed, verify.debtor, verify.creditor) == (
        Owed.APPROVAL,
        Level.CEC,
        Level.CONEC,
    )


def test_a_list_that_became_empty_is_as_far_as_its_constituency():
    """One row said "overdue by 77 days" and "approved"; nobody owed anything."""
    settings = config.parse(f'[workspace]\nlevel = "cec"\n{TERRITORY}')
    empty = frozenset({2})
    lines = [
        Handover(day("2026-04-01"), Event.RECEIVED, **UP, emptied=empty),
        Handover(day("2026-05-01"), Event.APPROVED, constituency=88),
    ]
    pending = [(line.day, line.event.value, line.details()) for line in lines]
    rows = standings(settings, None, day("2026-05-20"), pending)
    # Of the precinct whose list never came, somebody still has to ask.
    assert [(row.standing, row.progress) for row in rows[:2]] == [
        (Standing.OVERDUE, Progress.NOT_STARTED),
        (Standing.DONE_UNDATED, Progress.APPROVED),
    ]


def test_a_journal_without_digests_tells_packages_that_came_after_the_approval():
    """Earlier versions wrote down the package alone: what came since stood as approved."""
    settings = config.parse(f'[workspace]\nlevel = "cec"\n{TERRITORY}')
    lines = [
        Handover(day("2026-04-01"), Event.RECEIVED, **UP, package="a"),
        Handover(day("2026-05-01"), Event.APPROVED, constituency=88),
        Handover(day("2026-05-02"), Event.RECEIVED, **UP, package="b"),
        Handover(day("2026-05-03"), Event.APPROVED, constituency=88),
    ]
    pending = [(line.day, line.event.value, line.details()) for line in lines]
    for until, progress, finished in (
        ("2026-05-01", Progress.APPROVED, day("2026-05-01")),
        ("2026-05-02", Progress.NOT_AS_APPROVED, None),
        ("2026-05-03", Progress.APPROVED, day("2026-05-03")),
    ):
        row = standings(settings, None, day(until), pending)[-1]
        assert (row.progress, row.finished) == (progress, finished)


# the calendar


def test_a_date_that_a_decision_moved_is_shown_with_its_number(workspace):
    """Who looks at the wall would take the moved date for a slip."""
    moved = '[calendar.moved.check]\ndue = 2026-04-10\ndecision = "4/15"\n'
    settings = config.parse(moved)
    check, verify = calendar(settings.calendar, "2026")[1:]
    assert (check.due, check.planned, check.decision) == (
        day("2026-04-10"),
        day("2026-04-05"),
        "4/15",
    )
    assert verify.opens == day("2026-04-11")
    (workspace / SETTINGS_FILE).write_text(moved, encoding="utf-8")
    status = status_of(workspace, today=day("2026-04-07"))
    for page in write_page(workspace / "reports", status):
        assert "4/15" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "path", "code"),
    [
        ('time_zone = "Baku"', "calendar.time_zone", "not-a-time-zone"),
        ('time_zone = ""', "calendar.time_zone", "not-a-time-zone"),
        ("holidays = [1]", "calendar.holidays.0", "not-a-day"),
        (
            "moved.check.due = 2026-04-10",
            "calendar.moved.check.decision",
            "missing-key",
        ),
        ("finished.check = 7", "calendar.finished.check", "not-a-day"),
        (
            'finished.check = { day = 2026-04-02, grund = "x" }',
            "calendar.finished.check.grund",
            "unknown-key-meant",
        ),
    ],
)
def test_a_wrong_calendar_is_told_by_its_path(text, path, code):
    with pytest.raises(SettingsError) as caught:
        config.parse(f"[calendar]\n{text}\n")
    assert [(one.path, one.code) for one in caught.value.mistakes] == [(path, code)]


def test_a_day_begins_in_baku(workspace, monkeypatch):
    """At 21:00 in Greenwich it is tomorrow in Baku, and a deadline may have passed."""
    from voterlist.cli import options

    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return dt.datetime(2026, 2, 5, 21, 0, tzinfo=dt.UTC).astimezone(tz)

    monkeypatch.setattr(options.dt, "datetime", Clock)
    assert options.day(None, workspace) == day("2026-02-06")
    (workspace / SETTINGS_FILE).write_text(
        '[calendar]\ntime_zone = "UTC"\n', encoding="utf-8"
    )
    assert options.day(None, workspace) == day("2026-02-05")


# the burn-down


NONE = {name: pa.array([], pa.string()) for name in ("case_id", "decided_at")}


class Answers(Lists):
    """A ledger with runs and verdicts."""

    def __init__(self, journal, verdicts):
        super().__init__([])
        self._journal, self._verdicts = journal, verdicts

    def journal(self):
        """The runs."""
        return self._journal

    def given_verdicts(self):
        """The verdicts."""
        return pa.table(self._verdicts)

    def given_amendments(self):
        """None."""
        return pa.table(NONE)


def test_the_pace_counts_the_cases_that_were_decided_each_day():
    """Two answers about one case are one case; a run of one constituency leaves the others."""
    runs = [
        (day("2026-03-02"), RUN_EVENT, {open_in(88): 30, open_in(89): 10}),
        (day("2026-03-04"), RUN_EVENT, {open_in(88): 20, "whole": 0}),
    ]
    days = ["2026-02-27", "2026-03-03", "2026-03-04", "2026-03-05"]
    ledger = Answers(
        runs,
        {
            "case_id": ["a", "a", "b", "c"],
            "decided_at": [f"{one}T10:00:00+04:00" for one in days],
        },
    )
    work = Work(
        waiting={(88, None): Waiting(cases=18), (89, None): Waiting(cases=10)},
        cases={case: frozenset({88}) for case in "abc"},
    )
    burned = burn_down(config.parse(""), ledger, day("2026-03-05"), work=work)
    assert burned.points == (
        (day("2026-03-02"), 40),
        (day("2026-03-04"), 30),
        (day("2026-03-05"), 28),
    )
    # Of five working days since the first answer, a weekend between them.
    assert burned.forecast.pace == 0.6
    assert set(burned.of_constituencies) == {88}
    told = burned.forecast
    assert told.earliest < told.expected < told.latest


def test_a_run_with_a_clock_behind_counts_as_of_the_day_before_it():
    """The burn-down would begin in 2020."""
    runs = [
        (day("2026-03-02"), RUN_EVENT, {open_in(88): 30}),
        (day("2020-01-05"), RUN_EVENT, {open_in(88): 20}),
    ]
    work = Work(waiting={(88, None): Waiting(cases=20)})
    burned = burn_down(
        config.parse(""), Answers(runs, NONE), day("2026-03-02"), work=work
    )
    assert burned.points == ((day("2026-03-02"), 20),)
    assert burned.forecast is None


def test_a_deadline_is_the_next_one_until_its_day_is_over():
    """On its last day people would be told that there are ten days left."""
    settings = config.parse(
        '[workspace]\ncycle = "2026-election"\n[calendar]\nelection_day = 2026-11-01\n'
    )

    def due(today):
        return burn_down(settings, Answers([], NONE), today).deadline.due

    first, second, last = (day(f"2026-{one}") for one in ("09-27", "10-07", "10-12"))
    a_day = dt.timedelta(days=1)
    assert [due(first - a_day), due(first), due(first + a_day)] == [
        first,
        first,
        second,
    ]
    assert [due(second), due(second + a_day), due(last)] == [second, last, last]
    # Behind all of them it is the last one that is told.
    assert due(last + a_day) == last


def test_status_tells_scripts_what_it_tells_people(workspace):
    """The keys that were there stay; the new ones stand beside them."""
    workspaces.ran(workspace)
    given = ("--today", "2026-02-09", "--page", "--json")
    ended = started("status", workspace, *given)
    told = json.loads(ended.stdout)
    assert ended.returncode == told["exit_code"] == 0
    unit = next(one for one in told["units"] if one["stage"] == "check")
    assert (unit["progress"], unit["cases"], unit["owed"]) == ("waiting", 1, "lists")
    assert told["burn_down"]["open_cases"][-1] == {"day": "2026-02-09", "count": 1}
    assert [path.rsplit("/", 1)[1] for path in told["pages"]] == ["status-az.html"]


def test_a_precinct_is_told_what_it_owes_before_an_election(tmp_path):
    """Its calendar had no row before there was a list, and then that of its constituency."""
    settings = '[workspace]\nlevel = "pec"\nconstituency = 88\nprecinct = 1\n'
    settings += "[calendar]\nelection_day = 2026-11-01\n"
    (tmp_path / SETTINGS_FILE).write_text(settings, encoding="utf-8")
    rows = status_of(tmp_path, today=day("2026-10-01")).standings
    assert [(row.deadline.stage, row.constituency, row.precinct) for row in rows] == [
        ("displayed", 88, 1),
        ("updated", 88, 1),
        ("special", 88, 1),
    ]
    assert rows[0].standing is Standing.OVERDUE
