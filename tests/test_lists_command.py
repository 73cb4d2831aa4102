"""``voterlist lists``: from a finished run to the lists of its precincts."""

import json
import stat
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import workspaces
from voterlist.cli import APP
from voterlist.schemas import AMENDMENT
from voterlist.storage.ledger import FILE_NAME, Ledger
from voterlist.tables import from_rows

DAY = workspaces.TODAY.isoformat()


@pytest.fixture
def workspace(tmp_path):
    return workspaces.finished(tmp_path / "workspace")


def lists(*arguments):
    given = ["lists", *map(str, arguments), "--today", DAY, "--json"]
    result = CliRunner().invoke(APP, given, env={"COLUMNS": "100"})
    return result.exit_code, json.loads(result.stdout)


def test_each_precinct_has_a_list_and_the_same_bytes_each_time(workspace):
    work = (workspace, "--purpose", "work", "--form", "xlsx", "--jobs", "1")
    code, made = lists(*work)
    assert code == made["exit_code"] == 0
    names = [one["path"].rpartition("/")[2] for one in made["files"]]
    assert names == [
        "constituency-088-precinct-0001-work-az.xlsx",
        "constituency-088-precinct-0002-work-az.xlsx",
    ]
    assert [one["rows"] for one in made["files"]] == [4, 3]
    assert made["sum"]["handed_in"] == made["sum"]["listed"] == 7
    assert made["questions"] == 2
    again = lists(*work)[1]
    assert again["files"] == made["files"]
    folder = workspace / "lists"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*.*")} == {
        0o600
    }


def test_a_record_has_its_tables_its_page_and_its_balance(workspace, tmp_path):
    out = tmp_path / "out"
    _, made = lists(workspace, "--purpose", "record", "--out", out)
    assert sorted(path.name for path in out.iterdir()) == [
        "constituency-088-balance.json",
        "constituency-088-record-schema.txt",
        "constituency-088-record.csv",
        "constituency-088-record.parquet",
    ]
    balance = json.loads((out / "constituency-088-balance.json").read_text("utf-8"))
    assert balance["sum"] == made["sum"]
    assert [one["precinct"] for one in balance["lists"]] == [1, 2]


def test_one_precinct_in_the_other_language(workspace):
    arguments = ("--purpose", "display", "--form", "xlsx", "--precinct", "2")
    _, made = lists(workspace, *arguments, "--language", "en")
    (file,) = made["files"]
    assert file["path"].endswith("constituency-088-precinct-0002-display-en.xlsx")
    assert made["sum"]["listed"] == 3


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--purpose", "display", "-c", "12"), "lists-no-constituency"),
        (("--purpose", "display", "--precinct", "9"), "lists-no-precinct"),
        (("--purpose", "display", "--form", "parquet"), "lists-no-form"),
        (("--purpose", "record", "--form", "xlsx"), "lists-no-form"),
    ],
)
def test_what_is_not_there_is_refused(workspace, arguments, code):
    exit_code, made = lists(workspace, *arguments)
    assert (exit_code, made["error"]["code"]) == (2, code)
    assert not (workspace / "lists").exists()


def test_lists_without_an_entry_are_not_blamed_on_a_precinct(tmp_path):
    """Nobody had named a precinct, and was told to leave it out."""
    empty = workspaces.make(tmp_path / "empty")
    for path in (empty / "inbox").rglob("*.csv"):
        path.write_text(workspaces.HEADER, encoding="utf-8")
    workspaces.run(empty)
    exit_code, made = lists(empty, "--purpose", "display")
    assert (exit_code, made["error"]["code"]) == (2, "lists-nobody")


def test_no_list_is_older_than_what_was_decided_and_what_hangs_says_what_is_left(
    workspace,
):
    """Somebody struck off yesterday would be on the list that is signed today.

    Of a dispute, or a list of today that no run has read, the chair heard when it hung.
    """
    (run,) = (workspace / "runs").iterdir()
    entry_id = entry_ids(workspace, run.name)[0]

    def decide(action, by):
        said = {"action": action, "ground": "died", "document": "№ 1"}
        at = {"decided_by": by, "decided_at": "2026-02-04T10:00:00+04:00"}
        with Ledger(workspace / FILE_NAME) as ledger:
            row = {"entry_id": entry_id, **said, **at}
            ledger.amend(from_rows([row], AMENDMENT))

    display = ("--purpose", "display", "--form", "pdf", "--precinct", "1")
    decide("strike", "A. Əliyeva")
    exit_code, made = lists(workspace, *display)
    assert (exit_code, made["error"]["code"]) == (2, "lists-run-again")
    assert "voterlist run" in made["error"]["todo"]
    decide("ask", "B. Quliyev")
    newer = workspace / "inbox" / "88" / "menteqe-2.csv"
    newer.write_text(newer.read_text("utf-8").replace("17;", "18;"), encoding="utf-8")
    exit_code, made = lists(workspace, *display)
    assert (exit_code, made["left"]) == (0, {"contested": 1, "stale-run": 1})
    assert lists(workspace, "--purpose", "door")[1]["left"] == {}


def entry_ids(workspace, run):
    table = pq.read_table(workspace / "runs" / run / "entries.parquet")
    return table.column("entry_id").to_pylist()


def test_without_a_finished_run_there_is_nothing_to_list(tmp_path):
    folder = workspaces.make(tmp_path / "new")
    exit_code, made = lists(folder, "--purpose", "work")
    assert (exit_code, made["error"]["code"]) == (2, "no-run")


def test_lists_are_printed_from_a_run_the_same_in_one_process_and_in_two(workspace):
    """The list that is signed would be another paper on a machine with more processors."""
    arguments = (workspace, "--purpose", "work", "--form", "pdf", "--jobs")
    code, made = lists(*arguments, "1")
    assert code == 0
    assert len(made["files"]) == 2
    paths = [Path(one["path"]) for one in made["files"]]
    contents = [path.read_bytes() for path in paths]
    assert all(content.startswith(b"%PDF-1.7") for content in contents)
    assert lists(*arguments, "2")[1]["files"] == made["files"]
    assert [path.read_bytes() for path in paths] == contents
