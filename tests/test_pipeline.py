import contextlib
import datetime as dt
import json
import os
import signal
import sys

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl.comments import Comment

import processes
import workspaces
from voterlist import config
from voterlist.casework import reviewing
from voterlist.config import SETTINGS_FILE
from voterlist.errors import StageError, UsageError
from voterlist.model import Stage, Standing
from voterlist.pipeline import intake, stages, steps
from voterlist.pipeline.standings import overdue, standings
from voterlist.schemas import DECISION, LIST
from voterlist.storage.ledger import Ledger
from voterlist.tables import Outcome, from_columns

MOMENT = dt.datetime(2026, 2, 5, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def workspace(tmp_path):
    return workspaces.make(tmp_path / "2026")


def table(result, name):
    return pq.read_table(result.folder / f"{name}.parquet")


def test_a_sheet_of_remarks_is_no_list(workspace):
    """One file with a remark was told to hold two lists, and somebody looked for the other."""
    path = workspaces.saved_anew(workspace / "inbox" / "88" / "menteqe-2.csv")
    book = openpyxl.load_workbook(path)
    book.active["A3"].comment = Comment("yoxlanılıb, düzdür", "sədr")
    book.save(path)
    result = workspaces.run(workspace, until=Stage.MERGE)
    assert (result.rows_out, result.files, result.lists) == (7, 2, 2)


def test_the_whole_street_finds_the_person_who_stands_twice(workspace):
    """Raw files go in.

    The one repeated person comes out as a case to decide, and every row is accounted for.
    """
    result = workspaces.ran(workspace)
    assert result.rows_in == result.rows_out + result.set_aside
    assert (result.rows_out, result.files, result.lists) == (7, 2, 2)
    cases = table(result, "cases").filter(
        pa.compute.field("kind").isin(["within-constituency"])
    )
    surnames = table(result, "entries").filter(
        pa.compute.field("entry_id").isin(cases.column("entry_id").to_pylist())
    )
    assert set(surnames.column("surname").to_pylist()) == {"Məmmədov"}
    assert sorted(surnames.column("precinct").to_pylist()) == [1, 2]
    assert result.open_cases == 1
    assert result.until is None


def test_every_stage_balances_and_stands_in_the_trace(workspace):
    """Rows in are rows out and rows set aside, in each of the stages, in their order."""
    result = workspaces.ran(workspace)
    trace = json.loads((result.folder / "trace.json").read_text(encoding="utf-8"))
    assert [work["stage"] for work in trace["stages"]] == [
        stage.value for stage in Stage
    ]
    assert all(
        work["rows_in"] == work["rows_out"] + work["set_aside"]
        for work in trace["stages"]
    )
    assert all(work["seconds"] >= 0 and not work["reused"] for work in trace["stages"])
    later = [work["rows_in"] for work in trace["stages"][1:]]
    assert later == [work["rows_out"] for work in trace["stages"][:-1]]


def test_the_street_has_every_stage_of_the_model_once_and_in_order():
    """What --until offers is what is run; the reports come last, out of all tables."""
    assert [step.stage for step in stages.STAGES] == [
        stage for stage in Stage if stage is not Stage.REPORT
    ]


def test_the_same_input_is_the_same_run_and_the_same_bytes(workspace):
    """A second run on the same day rewrites the first: one folder, not a bit different."""
    first = workspaces.ran(workspace)
    before = workspaces.contents(first)
    second = workspaces.run(workspace)
    assert second.run == first.run
    assert workspaces.contents(second) == before
    assert len(list((workspace / "runs").iterdir())) == 1


def test_renamed_files_give_the_same_tables(workspace, tmp_path):
    """Names of files, and with them their order, stand in no table."""
    other = workspaces.copied(workspace, tmp_path / "other")
    inbox = other / "inbox" / "88"
    (inbox / "menteqe-1.csv").rename(inbox / "z.csv")
    (inbox / "menteqe-2.csv").rename(inbox / "a.csv")
    first, second = workspaces.ran(workspace), workspaces.run(other)
    assert first.run == second.run
    assert workspaces.contents(first, tables_only=True) == workspaces.contents(
        second, tables_only=True
    )


def shortened(workspace, name):
    """A progress callback that cuts a list between the hashing of the files and their reading."""
    path = workspace / "inbox" / "9" / name

    def progress(stage, _step, done, _total):
        if stage is Stage.INGEST and not done:
            path.write_bytes(b"1")

    return progress


def test_the_number_of_workers_changes_nothing(tmp_path):
    """Lists read by two processes give the same bytes as lists read by one.

    Of a list of several constituencies too, whose dates are ambiguous or not by the whole file,
    though constituencies are normalised apart. A file that changes after it was hashed is set aside
    by both.
    """
    rows = [
        (4, "Əliyev", "05/06/1970"),
        (4, "Babayev", "07/08/1971"),
        (9, "Quliyev", "03/04/1972"),
        (23, "Rzayev", "02/25/1970"),
    ]
    lines = [f"{number};1;{name};Əli;{date}" for number, name, date in rows]
    text = "\n".join(["Seçki dairəsi;Məntəqə;Soyadı;Adı;Doğum tarixi", *lines]) + "\n"
    one = workspaces.make(tmp_path / "one", constituency=9)
    (one / "inbox" / "siyahi.csv").write_text(text, encoding="utf-8")
    cut = one / "inbox" / "9" / "menteqe-3.csv"
    cut.write_bytes((one / "inbox" / "9" / "menteqe-2.csv").read_bytes() + b"\n")
    two = workspaces.copied(one, tmp_path / "two")
    # The linkage works by threads, and the workers end before it.
    first, second = (
        workspaces.run(
            place,
            jobs=jobs,
            until=Stage.RECONCILE,
            progress=shortened(place, cut.name),
        )
        for place, jobs in ((one, 1), (two, 2))
    )
    for result in (first, second):
        (told,) = result.troubles
        assert (told.file, told.code) == (f"inbox/9/{cut.name}", "file-changed")
    assert workspaces.contents(first) == workspaces.contents(second)
    voters = {row["surname"]: row for row in table(first, "voters").to_pylist()}
    months = [voters[name]["birth_month"] for _, name, _ in rows]
    assert months == [5, 7, 3, 2], (
        "one date that can only have its month first tells the others"
    )
    ids = table(first, "entries").column("entry_id").to_pylist()
    assert ids == sorted(ids) == table(first, "voters").column("entry_id").to_pylist()
    assert [name[:3] for name in ids] == ["004", "004", *["009"] * 8, "023"]


def test_constituencies_that_share_no_file_are_normalised_apart():
    """Runs of row groups.

    Each constituency alone, those that a file joins together with all between them.
    """
    columns = {
        "source": ["a", "b", "b", "c", "d", "e"],
        "constituency": [1, 2, 4, 3, 5, None],
        "list_kind": ["permanent"] * 6,
        "rows": [1] * 6,
        "entries": [1] * 6,
        "set_aside": [0] * 6,
    }
    lists = from_columns(columns, LIST)
    assert steps.places_of(lists) == [0, 1, 2, 3, 4, 5]
    assert intake._apart(lists) == [(0,), (1,), (2, 3, 4), (5,)]
    assert intake._apart(lists.slice(0, 0)) == []


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
import workspaces

def die(stage, step, done, total):
    if stage == sys.argv[2] and done == 0:
        os.kill(os.getpid(), signal.SIGKILL)

workspaces.run(Path(sys.argv[1]), progress=die)
"""


@pytest.mark.parametrize("stage", [Stage.MERGE, Stage.LINK, Stage.REPORT])
def test_a_killed_run_ends_as_if_it_had_not_been(workspace, tmp_path, stage):
    """A run that was killed would leave other bytes than one that never was."""
    calm = workspaces.copied(workspace, tmp_path / "calm")
    tests = str(workspaces.__file__).rpartition("/")[0]
    killed = processes.run(
        [sys.executable, "-c", KILLED, str(workspace), stage.value, tests], check=False
    )
    assert killed.returncode == -signal.SIGKILL
    result, undisturbed = workspaces.run(workspace), workspaces.ran(calm)
    assert [work.stage for work in result.stages if work.reused] == [
        step.stage
        for step in stages.STAGES
        if list(Stage).index(step.stage) < list(Stage).index(stage)
    ]
    assert workspaces.contents(result) == workspaces.contents(undisturbed)
    assert result.cases_by_kind == undisturbed.cases_by_kind


def test_a_run_until_a_stage_is_gone_on_with(workspace, tmp_path):
    """--until stops after a stage; the next run takes its tables over and ends like any other."""
    calm = workspaces.ran(workspaces.copied(workspace, tmp_path / "calm"))
    half = workspaces.run(workspace, until=Stage.NORMALIZE)
    assert half.until is Stage.NORMALIZE
    assert (half.folder / "voters.parquet").exists()
    assert not (half.folder / "pairs.parquet").exists()
    assert (half.rows_in, half.rows_out, half.set_aside) == (
        calm.rows_in,
        calm.rows_out,
        calm.set_aside,
    )
    whole = workspaces.run(workspace)
    assert [work.stage for work in whole.stages if work.reused] == [
        Stage.INGEST,
        Stage.MERGE,
        Stage.DECISIONS,
        Stage.NORMALIZE,
    ]
    assert workspaces.contents(whole) == workspaces.contents(calm)


def test_a_changed_list_is_not_taken_over_from_an_interrupted_run(workspace):
    """What a stage depended on is compared by content: a corrected list is read again."""
    workspaces.run(workspace, until=Stage.NORMALIZE)
    path = workspace / "inbox" / "88" / "menteqe-2.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("Rzayeva", "Qasımova"),
        encoding="utf-8",
    )
    result = workspaces.run(workspace, until=Stage.NORMALIZE)
    assert not any(work.reused for work in result.stages)
    assert "Qasımova" in table(result, "entries").column("surname").to_pylist()


def test_another_limit_makes_only_the_stages_that_follow_it_again(workspace):
    """Settings are part of the key of the stages that read them.

    Another run's name keeps both apart.
    """
    first = workspaces.ran(workspace)
    (workspace / SETTINGS_FILE).write_text(
        "[check]\nsmallest_precinct = 1\n", encoding="utf-8"
    )
    second = workspaces.run(workspace, until=Stage.REVIEW)
    assert first.run != second.run
    rules = [
        set(table(result, "findings").column("rule").to_pylist())
        for result in (first, second)
    ]
    assert rules[0] - rules[1] == {"precinct-too-small"}


def test_the_manifest_names_every_input_and_its_content(workspace):
    """Afterwards it can be shown which bytes a result was made from."""
    result = workspaces.ran(workspace)
    manifest = json.loads((result.folder / "manifest.json").read_text(encoding="utf-8"))
    assert sorted(manifest["inputs"]) == [
        "inbox/88/menteqe-1.csv",
        "inbox/88/menteqe-2.csv",
    ]
    assert manifest["complete"] is True
    assert manifest["today"] == "2026-02-03"
    recorded = {
        f"{name}.parquet": digest
        for stage in manifest["stages"].values()
        for name, digest in stage["tables"].items()
    }
    assert recorded == workspaces.contents(result, tables_only=True)


def test_a_file_that_is_no_table_is_named_and_the_rest_goes_on(workspace):
    """One picture among the lists: the run is done, and says that a person is needed."""
    (workspace / "inbox" / "88" / "foto.csv").write_bytes(
        b"\x89PNG\r\n" + bytes(range(256))
    )
    result = workspaces.run(workspace, until=Stage.MERGE)
    assert [(trouble.file, trouble.code) for trouble in result.troubles] == [
        ("inbox/88/foto.csv", "scanned-page")
    ]
    assert (result.rows_out, result.exit_code) == (7, 1)


def without_bare_row(workspace):
    """The lists of the workspace without the row that names nobody.

    Nothing in them needs a person.
    """
    path = workspace / "inbox" / "88" / "menteqe-1.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("4;;;;;;;\n", ""), encoding="utf-8"
    )


def test_an_unreadable_workbook_beside_clean_lists_needs_a_person(workspace):
    """A damaged workbook would leave a precinct out of the list without a word."""
    without_bare_row(workspace)
    assert workspaces.ran(workspace).exit_code == 0
    for number, begin in (
        ("3", b"PK\x03\x04"),
        ("4", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ):
        path = workspace / "inbox" / "88" / f"menteqe-{number}.xlsx"
        path.write_bytes(begin + b"\0" * 60)
        result = workspaces.run(workspace, until=Stage.MERGE)
        assert [workspace / one.file for one in result.troubles] == [path]
        assert (result.rows_out, result.exit_code) == (7, 1)
        path.unlink()


def test_who_reads_a_report_while_it_is_made_anew_reads_the_old_one_to_its_end(
    workspace,
):
    """A report written in its place would show half a page while it is written."""
    result = workspaces.ran(workspace)
    assert result.outputs
    with contextlib.ExitStack() as opened:
        files = [
            (path, opened.enter_context(path.open("rb")), path.read_bytes())
            for path in result.outputs
        ]
        without_bare_row(workspace)
        assert workspaces.run(workspace).outputs == result.outputs
        for path, old, content in files:
            assert old.read() == content
            assert path.stat().st_ino != os.fstat(old.fileno()).st_ino, path.name


@pytest.mark.parametrize(("setting", "masked"), [("", True), ("false", False)])
def test_identifiers_are_masked_as_the_settings_say(tmp_path, setting, masked):
    """An identifier would be shown though the settings mask it, or the other way round."""
    text = f"[privacy]\nmask_identifiers = {setting}\n" if setting else ""
    workspace = workspaces.make(tmp_path / "2026", settings=text)
    result = workspaces.run(workspace)
    pages = [
        path.read_text(encoding="utf-8")
        for path in result.outputs
        if path.suffix == ".html"
    ]
    reviewing.export_review(
        workspace, tmp_path / "review.xlsx", "en", today=workspaces.TODAY
    )
    books = [
        *(path for path in result.outputs if path.suffix == ".xlsx"),
        tmp_path / "review.xlsx",
    ]
    assert len(books) > 1
    for shown in (
        any("5XK1234" in page for page in pages),
        *(holds(book, "5XK1234") for book in books),
    ):
        assert shown != masked


def holds(path, text):
    """Whether some cell of a workbook has this text in it."""
    book = openpyxl.load_workbook(path, read_only=True)
    return any(
        text in str(cell)
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    )


def test_when_no_file_can_be_read_the_exit_code_is_three(workspace):
    """The street is walked with zero entries, and every file is named."""
    for path in (workspace / "inbox" / "88").iterdir():
        path.write_bytes(b"%PDF-1.7 " + path.name.encode())
    result = workspaces.run(workspace, until=Stage.MERGE)
    assert (result.rows_out, len(result.troubles), result.exit_code) == (0, 2, 3)


def test_furniture_of_a_list_needs_no_person(workspace):
    """Every list has titles and blank lines: every run would end with 1."""
    result = workspaces.ran(workspace)
    assert set(result.set_aside_by_code) <= {
        "blank-row",
        "title-row",
        "header-row",
        "total-row",
        "no-name",
    }
    real = result.set_aside_by_code.get("no-name", 0)
    assert result.exit_code == (1 if real else 0)


@pytest.mark.parametrize(
    ("options", "code"),
    [({"constituencies": [23]}, "no-such-constituency"), ({}, "no-lists")],
)
def test_nothing_to_run_is_wrong_usage(workspace, options, code):
    """A constituency without a folder, and an inbox without a file, are told at once."""
    if not options:
        for path in (workspace / "inbox" / "88").iterdir():
            path.unlink()
    with pytest.raises(UsageError) as caught:
        workspaces.run(workspace, **options)
    assert (caught.value.code, caught.value.exit_code) == (code, 2)


def test_only_the_constituencies_asked_for_are_run(workspace):
    """-c picks folders; the others are neither read nor recorded."""
    workspaces.make(workspace, constituency=23)
    result = workspaces.run(workspace, constituencies=[23], until=Stage.MERGE)
    assert result.constituencies == (23,)
    assert set(table(result, "entries").column("constituency").to_pylist()) == {23}


def test_a_list_beside_the_folders_is_read_too(workspace):
    """A file that somebody dropped into the inbox itself is not lost."""
    path = workspace / "inbox" / "88" / "menteqe-2.csv"
    path.rename(workspace / "inbox" / "menteqe-2.csv")
    result = workspaces.run(workspace, until=Stage.MERGE)
    assert result.files == 2
    assert result.rows_in == result.rows_out + result.set_aside
    assert "Rzayeva" in [
        *table(result, "entries").column("surname").to_pylist(),
        *(
            cell
            for cells in table(result, "set_aside").column("cells").to_pylist()
            for cell in cells or []
        ),
    ]


@pytest.fixture
def headed(workspace):
    """The workspace, with the constituency in the title of each list."""
    for path in (workspace / "inbox" / "88").iterdir():
        text = path.read_text(encoding="utf-8")
        path.write_text(f"88 saylı seçki dairəsi\n{text}", encoding="utf-8")
    return workspace


def test_a_list_dropped_twice_is_one_list_and_its_copy(headed):
    """The same file in its folder and beside it.

    Its rows are set aside as a copy, and the run goes on.
    """
    path = headed / "inbox" / "88" / "menteqe-2.csv"
    (headed / "inbox" / "kopya.csv").write_bytes(path.read_bytes())
    result = workspaces.run(headed, until=Stage.MERGE)
    assert (result.files, result.rows_out) == (3, 7)
    assert "duplicate-file" in result.set_aside_by_code
    assert result.rows_in == result.rows_out + result.set_aside


def test_the_same_row_through_two_folders_is_two_entries(headed):
    """A corrected list dropped beside the folder repeats rows.

    Each stays an entry with an id of its own.
    """
    path = headed / "inbox" / "88" / "menteqe-2.csv"
    corrected = path.read_text(encoding="utf-8").replace("Rzayeva", "Qasımova")
    (headed / "inbox" / "menteqe-2.csv").write_text(corrected, encoding="utf-8")
    result = workspaces.run(headed, until=Stage.MERGE)
    ids = table(result, "entries").column("entry_id").to_pylist()
    assert len(ids) == len(set(ids)) == 10
    assert sum(name.endswith(".2") for name in ids) == 2


def test_a_stage_that_breaks_says_where_and_never_what(workspace, monkeypatch):
    """The message of the cause may quote a cell, so nothing of it leaves."""

    def broken(*_arguments):
        raise ValueError("Məmmədov 5XK1234")

    monkeypatch.setattr(intake, "normalize", broken)
    with pytest.raises(StageError) as caught:
        workspaces.run(workspace)
    error = caught.value
    assert (error.code, error.stage, error.exit_code) == ("stage-broke", "normalize", 5)
    assert "5XK1234" not in f"{error} {error.places} {error.todo}"
    assert error.__cause__ is None
    assert error.__suppress_context__


@pytest.mark.parametrize(
    ("change", "rows_out"),
    [
        (lambda table: table.slice(1), "6"),
        (lambda table: pa.concat_tables([table, table.slice(0, 1)]), "8"),
    ],
    ids=["loses", "adds"],
)
def test_a_stage_that_loses_or_adds_a_row_stops_the_run(
    workspace, monkeypatch, change, rows_out
):
    """An entry would be lost silently, or one that nobody handed in would stand on the list."""
    whole = intake.normalize

    def unbalanced(entries, profile):
        found = whole(entries, profile)
        return Outcome(change(found.table), found.findings, found.set_aside)

    monkeypatch.setattr(intake, "normalize", unbalanced)
    with pytest.raises(StageError) as caught:
        workspaces.run(workspace)
    assert caught.value.code == "rows-lost"
    assert caught.value.places["rows_in"] == "7"
    assert caught.value.places["rows_out"] == rows_out


DEATHS = "Soyadı;Adı;Atasının adı;Doğum tarixi;FİN\nRzayev;Orxan;Şamil oğlu;05.05.1965;5XK1238\n"
STATISTICS = "constituency,precinct,measure,value\n88,,adults,9\n"


def test_registers_in_the_reference_folder_are_compared(workspace):
    """A register would lie in the folder and not be compared."""
    (workspace / "reference" / "deaths.csv").write_text(DEATHS, encoding="utf-8")
    (workspace / "reference" / "statistics.csv").write_text(
        STATISTICS, encoding="utf-8"
    )
    result = workspaces.run(workspace)
    assert "deceased-confirmed" in table(result, "findings").column("rule").to_pylist()
    assert table(result, "comparison").num_rows == 1
    assert sorted(
        table(result, "reference").select(["register", "usable"]).to_pylist(), key=str
    ) == [
        {"register": "deaths", "usable": 1},
        {"register": "statistics", "usable": 1},
    ]


def test_a_register_that_cannot_be_used_is_noted_and_the_run_goes_on(workspace):
    """Half a table of statistics is refused whole; the list is none the worse for it."""
    (workspace / "reference" / "statistics.csv").write_text(
        "constituency,measure,value\n88,adults,many\n", encoding="utf-8"
    )
    (workspace / "reference" / "notes.txt").write_text("x", encoding="utf-8")
    result = workspaces.run(workspace, until=Stage.RECONCILE)
    found = {
        (row["register"], row["trouble"])
        for row in table(result, "reference").to_pylist()
    }
    unreadable = ("statistics", "statistic-unreadable")
    assert found == {unreadable, (None, "register-unknown")}
    assert result.rows_out == 7


def decide(workspace, result):
    case = table(result, "queue").sort_by("entry_id").to_pylist()
    rows = [
        {
            "case_id": row["case_id"],
            "entry_id": row["entry_id"],
            "verdict": verdict,
            "reason": "moved",
            "decided_by": "N",
            "decided_at": "2026-02-04T10:00:00",
        }
        for row, verdict in zip(case, ("keep", "repeat"), strict=True)
    ]
    decisions = from_columns(
        {name: [row[name] for row in rows] for name in DECISION.names},
        DECISION,
        len(rows),
    )
    with Ledger(workspace / "ledger.db") as ledger:
        ledger.decide(decisions)


def test_a_decision_marks_an_entry_and_closes_its_case(workspace):
    """After the decision the corrected list has every entry, one marked, and the queue is empty."""
    first = workspaces.ran(workspace)
    assert not (first.folder / "corrected.parquet").exists()
    decide(workspace, first)
    second = workspaces.run(workspace)
    assert (second.open_cases, second.decisions) == (0, 2)
    corrected = table(second, "corrected")
    assert corrected.num_rows == 7
    assert corrected.column("mark").to_pylist().count("repeat") == 1
    assert "repeat" in table(second, "changes").column("verdict").to_pylist()


def test_a_precinct_that_handed_in_nothing_is_overdue_after_the_day(workspace):
    """[territory] says who has to; the day itself is still in time."""
    (workspace / SETTINGS_FILE).write_text(
        '[territory.precincts]\n88 = "1-3"\n', encoding="utf-8"
    )
    in_time = workspaces.run(workspace, today=dt.date(2026, 2, 5), until=Stage.MERGE)
    assert in_time.overdue == ()
    late = workspaces.run(workspace, today=dt.date(2026, 2, 6), until=Stage.MERGE)
    assert [
        (row.constituency, row.precinct, row.deadline.stage) for row in late.overdue
    ] == [(88, 3, "compile")]
    assert late.exit_code == 1
    standing = {
        row.precinct: row.standing
        for row in late.standings
        if row.deadline.stage == "compile"
    }
    assert standing == {1: Standing.DONE, 2: Standing.DONE, 3: Standing.OVERDUE}


def test_a_list_first_seen_after_the_day_is_late(workspace):
    """The ledger's first day decides, and a later run does not change it."""
    late = workspaces.run(workspace, today=dt.date(2026, 2, 9), until=Stage.MERGE)
    assert {
        row.standing for row in late.standings if row.deadline.stage == "compile"
    } == {Standing.DONE_LATE}
    again = workspaces.run(workspace, today=dt.date(2026, 2, 20), until=Stage.MERGE)
    assert {
        row.finished for row in again.standings if row.deadline.stage == "compile"
    } == {dt.date(2026, 2, 9)}


def test_what_a_person_recorded_as_finished_is_finished(workspace):
    """[calendar.finished] settles a stage that the program cannot see, for every unit of it."""
    (workspace / SETTINGS_FILE).write_text(
        "[calendar.finished]\ncheck = 2026-04-04\n", encoding="utf-8"
    )
    result = workspaces.run(workspace, today=dt.date(2026, 4, 10), until=Stage.MERGE)
    assert [
        row.standing for row in result.standings if row.deadline.stage == "check"
    ] == [Standing.DONE]
    assert result.overdue == ()


def test_a_constituency_is_not_blamed_for_the_central_commission():
    """Overdue is what one's own level, or one below it, has to finish."""
    settings = config.parse('[territory.precincts]\n88 = "1"\n')
    found = standings(settings, None, dt.date(2026, 6, 30))
    stages = {
        level: {row.deadline.stage.value for row in overdue(found, level)}
        for level in ("conec", "cec")
    }
    assert stages == {
        "conec": {"compile", "check"},
        "cec": {"compile", "check", "verify"},
    }


@pytest.fixture
def two_constituencies(workspace, tmp_path):
    """The workspace with a second constituency; each has a person who stands twice."""
    other = workspaces.make(tmp_path / "other", constituency=89)
    for path in sorted((other / "inbox" / "89").iterdir()):
        text = (
            path.read_text(encoding="utf-8")
            .replace("5XK1", "7AB2")
            .replace("Məmmədov", "Quliyev")
        )
        (workspace / "inbox" / "89").mkdir(exist_ok=True)
        (workspace / "inbox" / "89" / path.name).write_text(
            text.replace("Elçin", "Nicat"), encoding="utf-8"
        )
    return workspace


def test_a_run_of_one_constituency_leaves_what_is_known_of_others(
    two_constituencies, tmp_path
):
    """After ``run -c 88`` the cases of 89 would be gone, or called done."""

    def waiting(rows):
        return {row.constituency: row.waiting for row in rows if row.precinct is None}

    workspace = two_constituencies
    whole = workspaces.ran(workspace)
    settings = config.load(workspace / SETTINGS_FILE)
    before = reviewing.export_review(
        workspace, tmp_path / "before.xlsx", "en", today=workspaces.TODAY
    )
    part = workspaces.run(
        workspace, constituencies=(88,), today=workspaces.TODAY + dt.timedelta(days=1)
    )
    assert waiting(part.standings) == waiting(whole.standings)
    assert waiting(part.standings)[89].cases
    after = reviewing.export_review(
        workspace, tmp_path / "after.xlsx", "en", today=workspaces.TODAY
    )
    assert after.cases == before.cases >= 2
    with Ledger(workspace / "ledger.db") as ledger:
        rows = standings(settings, ledger, workspaces.TODAY)
    checks = {
        row.constituency: row.finished
        for row in rows
        if row.precinct is None and row.deadline.stage == "check"
    }
    assert checks == {88: None, 89: None}
    checked = reviewing.import_review(
        workspace, [tmp_path / "before.xlsx"], "N", decided_at=MOMENT
    )
    assert not checked.problems


def test_a_run_stopped_before_the_merge_names_what_was_set_aside(workspace):
    """After ``--until ingest`` an unreadable file would not be told."""
    (workspace / "inbox" / "88" / "empty.csv").write_bytes(b"")
    half, whole = (
        workspaces.run(workspace, until=Stage.INGEST),
        workspaces.run(workspace, until=Stage.MERGE),
    )
    assert half.set_aside_by_code == whole.set_aside_by_code
    assert (
        [trouble.code for trouble in half.troubles]
        == [trouble.code for trouble in whole.troubles]
        == ["file-empty"]
    )
    assert (half.lists, half.exit_code) == (whole.lists, whole.exit_code)
    assert half.exit_code == 1


def test_a_name_that_carried_the_precinct_is_read_again_after_a_rename(workspace):
    """A list whose precinct only its name tells would keep that of the old name."""
    inbox = workspace / "inbox" / "88"
    for path in inbox.iterdir():
        path.unlink()
    (inbox / "12.csv").write_text(workspaces.HEADER + workspaces.ONE, encoding="utf-8")
    half = workspaces.run(workspace, until=Stage.NORMALIZE)
    assert set(table(half, "entries").column("precinct").to_pylist()) == {12}
    (inbox / "12.csv").rename(inbox / "13.csv")
    again = workspaces.run(workspace, until=Stage.NORMALIZE)
    assert set(table(again, "entries").column("precinct").to_pylist()) == {13}
    assert not any(work.reused for work in again.stages)
