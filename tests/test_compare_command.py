import json
import re

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import workspaces
from voterlist.cli import APP
from voterlist.cli.terminal import SAY
from voterlist.model import Stage
from voterlist.schemas import CYCLE_CHANGE

HEADER = "Dairə;Məntəqə;Soyadı;Adı;Atasının adı;Doğum tarixi;FİN\n"
OLD = (
    "88;1;Əliyev;Elçin;Rauf oğlu;12.03.1970;5XK1111\n"
    "88;1;Əsədov;Anar;Namiq oğlu;07.05.1957;5XK7778\n"
)
NEW = (
    "88;2;Əliyev;Elçin;Rauf oğlu;12.03.1970;5XK1111\n"
    "88;1;Kərimov;Nihad;Elçin oğlu;01.02.2008;6XK0001\n"
)


@pytest.fixture
def lists(tmp_path):
    for name, rows in (("old.csv", OLD), ("new.csv", NEW)):
        (tmp_path / name).write_text(HEADER + rows, encoding="utf-8")
    return tmp_path


def compare(*arguments):
    return CliRunner().invoke(
        APP, ["compare", *map(str, arguments)], env={"COLUMNS": "100"}
    )


def test_two_files_are_compared_and_told(lists):
    """A change would be missing on the terminal, or in the file."""
    out = lists / "changes.parquet"
    result = compare(
        lists / "old.csv",
        lists / "new.csv",
        "--out",
        out,
        "--today",
        "2026-05-30",
        "--json",
    )
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert (found["before"], found["after"]) == (2, 2)
    assert found["changes"] == [
        {"change": "added", "cause": "of-age", "entries": 1},
        {"change": "moved", "cause": "none", "entries": 1},
        {"change": "removed", "cause": "none", "entries": 1},
    ]
    assert found["unexplained"] == [
        {"constituency": 88, "precinct": 1, "added": 0, "removed": 1}
    ]
    assert found["findings"] == {"removed-without-reason": 1}
    changes = pq.read_table(out)
    assert changes.num_rows == 3
    lists_and_lines = ["list", "line", "old_list", "old_line"]
    assert changes.column_names == [*CYCLE_CHANGE.names, *lists_and_lines]
    rows = {row["change"]: row for row in changes.to_pylist()}
    assert [rows["moved"][name] for name in lists_and_lines] == [
        *("new.csv", 2, "old.csv", 2)
    ]
    assert [rows["removed"][name] for name in lists_and_lines] == [
        *(None, None, "old.csv", 3)
    ]
    told = compare(lists / "old.csv", lists / "new.csv", "--today", "2026-05-30").stdout
    assert "came of age" in told
    assert "no cause known" in told
    assert re.search(r"removed +88 +1 +old.csv +3\n", told)
    assert re.search(r"added +88 +1 +new.csv +3\n", told)


def test_of_two_runs_the_lists_of_the_inbox_are_named(tmp_path):
    """An analyst would look for a line in a table that no person opens."""
    folder = workspaces.make(tmp_path / "w")
    first = workspaces.run(folder)
    path = folder / "inbox" / "88" / "menteqe-2.csv"
    rows = path.read_text("utf-8")
    path.write_text(rows.replace("küç. 19;5XK1238", "küç. 29;5XK1238"), "utf-8")
    second = workspaces.run(folder)
    runs = (run.folder / "entries.parquet" for run in (first, second))
    told = compare(*runs, "--today", "2026-02-03").stdout
    assert re.search(r"changed +88 +2 +inbox/88/menteqe-2.csv +4 ", told)


def test_registers_explain_and_an_earlier_list_remembers(lists):
    """With a folder of registers the removal has a cause.

    With the list before the last an addition is back.
    """
    (lists / "reference").mkdir()
    (lists / "reference" / "deaths.csv").write_text(
        HEADER + OLD.split("\n")[1] + "\n", encoding="utf-8"
    )
    back = "88;1;Rzayev;Orxan;Şamil oğlu;05.05.1965;5XK1238\n"
    (lists / "new.csv").write_text(HEADER + NEW + back, encoding="utf-8")
    (lists / "earlier.csv").write_text(HEADER + OLD + back, encoding="utf-8")
    result = compare(
        *(lists / "old.csv", lists / "new.csv", "--earlier", lists / "earlier.csv"),
        *("--reference", lists / "reference", "--today", "2026-05-30", "--json"),
    )
    found = json.loads(result.stdout)
    assert {(row["change"], row["cause"]) for row in found["changes"]} >= {
        ("removed", "died"),
        ("added", "returned"),
    }
    assert found["findings"] == {"returned-entry": 1}
    assert found["unexplained"] == []


def test_the_marks_of_a_corrected_list_are_decisions(lists, tmp_path):
    """An entry that the last cycle marked as a repeat is gone by that decision."""
    workspace = workspaces.make(tmp_path / "2026")
    run = workspaces.run(workspace, until=Stage.MERGE)
    entries = pq.read_table(run.folder / "entries.parquet")
    marks = [None, "repeat", *[None] * (entries.num_rows - 2)]
    pq.write_table(entries.append_column("mark", [marks]), lists / "corrected.parquet")
    pq.write_table(
        entries.take([0, *range(2, entries.num_rows)]), lists / "entries.parquet"
    )
    found = json.loads(
        compare(lists / "corrected.parquet", lists / "entries.parquet", "--json").stdout
    )
    assert found["changes"] == [{"change": "removed", "cause": "decided", "entries": 1}]
    assert found["findings"] == {}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["old.csv", "nowhere.csv"], 2),
        (["old.csv", "new.csv", "--reference", "nowhere"], 2),
        (["old.csv", "new.csv", "--out", "changes.csv"], 2),
        (["old.csv", "empty.csv"], 3),
    ],
)
def test_what_cannot_be_compared_is_told_with_its_exit_code(
    lists, monkeypatch, arguments, code
):
    """A missing file or folder and a wrong name are wrong usage.

    An empty list could not be read.
    """
    monkeypatch.chdir(lists)
    (lists / "empty.csv").write_bytes(b"")
    result = compare(*arguments)
    assert result.exit_code == code
    assert "Traceback" not in result.output


@pytest.mark.parametrize(("precincts", "left"), [(20, 0), (21, 1)])
def test_what_is_left_out_of_the_table_is_counted(lists, precincts, left):
    """A reader would be told of none more, or not of the precincts that are left out."""
    rows = "".join(
        f"88;{number};Əsədov;Anar;Namiq oğlu;07.05.1957;5XK{number:04}\n"
        for number in range(1, precincts + 1)
    )
    (lists / "old.csv").write_text(HEADER + rows, encoding="utf-8")
    (lists / "new.csv").write_text(HEADER + NEW.splitlines()[1] + "\n", "utf-8")
    told = compare(lists / "old.csv", lists / "new.csv", "--today", "2026-05-30").stdout
    assert [SAY("cli.compare.more", count=count) in told for count in (0, 1)] == [
        False,
        left == 1,
    ]
