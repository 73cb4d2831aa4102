"""Notices before striking: to whom, until when, and a striking before that day."""

import datetime as dt
import json
import shutil

import pytest
from typer.testing import CliRunner

import workspaces
from review_books import fill
from voterlist.casework import reviewing
from voterlist.casework.noticed import EVENT, before_term, days_to_object, notices_line
from voterlist.cli import APP
from voterlist.config import SETTINGS_FILE as SETTINGS
from voterlist.handover.status import status_of
from voterlist.storage.ledger import FILE_NAME, reading

UNTIL = dt.date(2026, 2, 13)
LATER = dt.date(2026, 3, 1)


def line(until=UNTIL, **findings):
    return (dt.date(2026, 2, 3), EVENT, notices_line("88", until, findings))


def struck(entry_id, finding_id=None, day="2026-02-10", action="strike"):
    return {
        "entry_id": entry_id,
        "finding_id": finding_id,
        "action": action,
        "decided_at": f"{day}T10:00:00+04:00",
    }


def test_a_notice_that_is_written_again_keeps_its_day():
    """A term that begins anew with each printing would never end, or end too early."""
    journal = [line(f1="a"), line(LATER, f1="a", f2="b")]
    assert days_to_object(journal) == {"a": {"f1": UNTIL}, "b": {"f2": LATER}}


@pytest.mark.parametrize(
    ("row", "is_early"),
    [
        (struck("a", "f1"), True),
        (struck("a", "f1", "2026-02-13"), True),
        (struck("a", "f1", "2026-02-14"), False),
        # Of another finding of the same voter, or of none: the last notice counts.
        (struck("a", "f9", "2026-02-14"), True),
        (struck("a", None, "2026-02-14"), True),
        (struck("a", None, "2026-03-02"), False),
        (struck("b", "f9"), False),
        (struck("a", "f1", action="accept"), False),
        (struck(None), False),
    ],
)
def test_a_striking_is_early_until_the_last_day_to_object(row, is_early):
    notices = days_to_object([line(f1="a"), line(LATER, f3="a")])
    assert before_term([struck("x"), row], notices) == ([1] if is_early else [])


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The sample with a register of deaths, as run, with the notices written."""
    folder = workspaces.sample(tmp_path_factory.mktemp("notices") / "sample")
    workspaces.ran(folder)
    made = lists(folder, workspaces.TODAY)
    return folder, made


def lists(folder, day, *more):
    given = ("lists", folder, "--purpose", "notices", "--form", "csv", *more)
    arguments = [*map(str, given), "--today", day.isoformat(), "--json"]
    return json.loads(CliRunner().invoke(APP, arguments).stdout)


def lines_of(folder):
    with reading(folder / FILE_NAME) as ledger:
        return [details for _, event, details in ledger.journal() if event == EVENT]


def test_whoever_is_proposed_to_be_struck_gets_one_letter_and_the_ledger_remembers(ran):
    folder, made = ran
    (written,) = lines_of(folder)
    assert written["until"] == "2026-02-13"
    assert written["count"] == sum(file["rows"] for file in made["files"]) > 0
    again = lists(folder, dt.date(2026, 2, 9))
    assert [file["sha256"] for file in again["files"]] == [
        file["sha256"] for file in made["files"]
    ]
    assert lines_of(folder) == [written]


@pytest.mark.parametrize("is_refused", [False, True])
def test_a_striking_before_the_term_is_told_or_refused(ran, tmp_path, is_refused):
    """Somebody would be struck before the letter reached the door."""
    folder = shutil.copytree(ran[0], tmp_path / "w")
    if is_refused:
        settings = '[decisions]\nbefore_notice_ends = "refused"\n'
        (folder / SETTINGS).write_text(settings, encoding="utf-8")
    book = tmp_path / "review.xlsx"
    reviewing.export_review(folder, book, "en", today=workspaces.TODAY)
    (line,) = lines_of(folder)
    notices = {notice.partition(":")[0] for notice in line["notices"].split()}
    answers = {"answer": "strike", "ground": "The person has died", "document": "№ 1"}
    filled = fill(
        book, lambda row: answers if row.get("finding_id") in notices else None
    )
    moment = dt.datetime(2026, 2, 4, 12, 0, tzinfo=dt.UTC)
    imported = reviewing.import_review(folder, [book], "N", decided_at=moment)
    codes = [problem.code for problem in imported.problems]
    early = sum(file.before_term for file in imported.files)
    if is_refused:
        assert (imported.recorded, early) == (0, 0)
        assert codes == ["notice-runs"] * len(filled)
    else:
        assert imported.recorded == early == len(filled)
        assert codes == []
        assert status_of(folder, today=LATER).before_term == early
