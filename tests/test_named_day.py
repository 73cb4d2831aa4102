"""A day that a person names in the place of the clock's: a slip of it must not date a ledger."""

import datetime as dt
import json
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

import review_books
import workspaces
from voterlist.cli import APP
from voterlist.storage.ledger import reading

TODAY = dt.datetime.now(ZoneInfo("Asia/Baku")).date()
"""By the clock of a workspace: between eight in the evening and midnight not the day of UTC."""
AHEAD = (TODAY + dt.timedelta(days=3)).isoformat()
TYPED = "a long sentence of words 17\n"
COMMANDS = [
    ("run", "{w}"),
    ("run", "{w}", "--plan"),
    ("status", "{w}"),
    ("user", "remove", "{w}", "Leyla"),
    ("ledger", "renew", "{w}", "--by", "Leyla", "--reason", "moved"),
    ("forget", "{w}", "--by", "Leyla"),
    ("init", "{w}-new"),
    ("review", "import", "{w}", "{w}/voterlist.toml"),
    ("application", "take", "{w}", "--what", "add", "--name", "Leyla", "--by", "L."),
]


@pytest.fixture
def workspace(tmp_path):
    return workspaces.make(tmp_path / "w")


def voterlist(workspace, *words, given=""):
    """The exit code and the JSON object of a command, to which ``given`` is typed."""
    told = [word.format(w=workspace) for word in words]
    done = CliRunner().invoke(APP, [*told, "--json"], input=given)
    return done.exit_code, json.loads(done.stdout)


def days(workspace):
    with reading(workspace / "ledger.db") as ledger:
        return [day.isoformat() for day, _, _ in ledger.journal()]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_day_to_come_is_refused(workspace, words):
    """A slip of a few days dated all that was recorded till then, and was told behind it."""
    code, said = voterlist(workspace, *words, "--today", AHEAD)
    assert (code, said["error"]["code"]) == (2, "day-ahead")
    assert days(workspace) == []


def test_the_evening_of_another_zone_is_no_day_to_come(workspace):
    """After eight in the evening the date of Baku was refused on a machine in UTC."""
    tomorrow = dt.datetime.now().astimezone().date() + dt.timedelta(days=1)
    assert voterlist(workspace, "init", "{w}-new", "--today", str(tomorrow))[0] == 0


def test_a_list_is_checked_for_the_day_to_come_on_which_it_counts(tmp_path):
    """Who comes of age by election day was refused with the day, though nothing is recorded."""
    path, born = tmp_path / "list.csv", dt.date(TODAY.year - 18, 12, 31)
    ahead = dt.date(TODAY.year, 12, 31) + dt.timedelta(days=2)
    row = f"1;Rzayeva;Aygün;Nadir qızı;{born:%d.%m.%Y};qadın;Füzuli küç. 1;5XK1239\n"
    path.write_text(workspaces.HEADER + row, encoding="utf-8")
    for day, count in ((f"{TODAY.year}-12-01", 1), (ahead.isoformat(), 0)):
        code, said = voterlist(tmp_path, "check", str(path), "--today", day)
        assert code in {0, 1}, said
        found = {row["rule"]: row["count"] for row in said["findings"]}
        assert found.get("under-age", 0) == count


@pytest.mark.parametrize("away", [-3000, -1, 0])
def test_a_day_of_late_work_needs_no_question(workspace, away):
    """Late work is recorded in its time."""
    named = (TODAY + dt.timedelta(days=away)).isoformat()
    code, _ = voterlist(workspace, "status", "{w}", "--today", named)
    assert code in {0, 1}


def test_a_new_workspace_is_of_the_year_of_the_day_that_was_named(tmp_path):
    """Late work of the last year would be of another cycle than its lists."""
    new = tmp_path / "new"
    words = ("init", "{w}", "-c", "7", "--today", "2024-12-30")
    assert voterlist(new, *words)[1]["cycle"] == "2024"


def test_what_is_read_from_a_workbook_is_of_the_day_that_was_named(workspace):
    """Decisions of a late evening would be of the next day, and before what they rest on."""
    day, book = "2026-02-05", workspace / "cases.xlsx"
    voterlist(workspace, "run", "{w}", "--today", "2026-02-03")
    words = ("--language", "en", "--out", str(book), "--today", day)
    voterlist(workspace, "review", "export", "{w}", *words)
    ticked = {"as_proposed": "✓", "reason": "seen", "decided_by": "Leyla M."}
    review_books.fill(book, lambda row: ticked if "as_proposed" in row else None)
    words = ("review", "import", "{w}", str(book), "--today", day)
    assert voterlist(workspace, *words)[1]["recorded"]
    with reading(workspace / "ledger.db") as ledger:
        given = ledger.given_verdicts().column("decided_at").to_pylist()
    assert {at[:10] for at in given} == {day}


def test_a_wrong_day_that_somebody_was_sure_of_holds_up_no_later_one(workspace):
    """Lines behind it bore its day for good, and the lists came before it."""
    wrong = ("--today", f"{AHEAD}!")
    assert voterlist(workspace, "run", "{w}", *wrong)[0] in {0, 1}
    named = ("--today", "2026-02-03")
    _, said = voterlist(workspace, "run", "{w}", *named)
    assert said["clock_behind"] is None
    _, said = voterlist(workspace, "run", "{w}", "--today", "2026-02-04")
    assert said["clock_behind"] is None
    _, said = voterlist(workspace, "run", "{w}", *named)
    assert said["clock_behind"] == "2026-02-04"
    assert days(workspace) == [AHEAD, "2026-02-03", "2026-02-04", "2026-02-04"]
    with reading(workspace / "ledger.db") as ledger:
        assert {one.first_seen for one in ledger.submissions()} == {dt.date(2026, 2, 3)}
    _, said = voterlist(workspace, "journal", "{w}")
    runs = [line for line in said["lines"] if line["event"] == "run"]
    clock = TODAY.year
    assert (runs[0]["day"], int(runs[0]["at"][:4])) == (AHEAD, clock)
    told = CliRunner().invoke(
        APP, ["journal", str(workspace)], env={"VOTERLIST_LANG": "en"}
    )
    assert f"The day was named; the clock said {clock}" in told.stdout
    assert voterlist(workspace, "journal", "{w}", "--verify")[1]["fits"]


def test_a_day_that_lies_not_ahead_has_no_clock_beside_it(workspace):
    """The same day would give other bytes at another moment; and what one was told is not kept."""
    days = ("2026-02-03", "2026-02-04", f"{AHEAD}!", None)
    for number, day in enumerate(days):
        named = ("--today", day) if day else ()
        words = ("user", "add", "{w}", f"Leyla {number}", "--role", "chair")
        voterlist(workspace, *words, "--password-stdin", *named, given=TYPED)
    with reading(workspace / "ledger.db") as ledger:
        clocks = [not line.at for line in ledger.chain()]
    assert clocks == [True, True, True, False, True]
