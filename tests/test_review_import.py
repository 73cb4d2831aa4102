"""Review workbooks as people and disks send them back.

Damaged, of another place, with answers that are open.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import report_tables as tables
import workspaces
from command_line import call
from examples import tries
from mutations import mutated
from voterlist.casework import reviewing
from voterlist.casework.answer_files import ORIGIN_PROBLEMS
from voterlist.catalogue import catalogue, entries
from voterlist.config import SETTINGS_FILE
from voterlist.config.sections import IngestSettings
from voterlist.decisions.verdicts import REVIEW_ROW, check_decisions
from voterlist.errors import InputError
from voterlist.findings import finding_ids
from voterlist.model import AsideCode, Mark, Problem, Verdict
from voterlist.render import xlsx
from voterlist.render.xlsx import filled
from voterlist.report.asked import ReviewItems
from voterlist.report.to_review import review_findings
from voterlist.report.values import Names
from voterlist.schemas import ACCEPTANCE, ACCEPTED, DECISION, ENTRY, FINDING, empty
from voterlist.storage.ledger import Ledger
from voterlist.storage.ledger.copies import restore
from voterlist.tables import from_columns

EN = catalogue("en")
MOMENT = dt.datetime(2026, 2, 4, 12, 0, tzinfo=dt.UTC)
FILES = Path(__file__).parent / "reader_files"
VERDICT, REASON, NAME = (
    EN(f"review.column.{key}") for key in ("verdict", "reason", "decided_by")
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A workspace with a finished run and its review workbook, for copies."""
    folder = workspaces.make(tmp_path_factory.mktemp("review") / "2026")
    workspaces.ran(folder)
    export(folder, folder / "review.xlsx")
    return folder


@pytest.fixture
def workspace(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "2026")


def export(folder, path):
    reviewing.export_review(folder, path, "en", today=workspaces.TODAY)
    return path


def read_in(folder, path, by="N"):
    return reviewing.import_review(folder, [path], by, decided_at=MOMENT)


def headings(sheet):
    """(row of the headings, column of each)."""
    for row in sheet.iter_rows():
        columns = {cell.value: cell.column for cell in row}
        if "run_id" in columns:
            return row[0].row, columns
    raise AssertionError(sheet.title)


def fill(path, rows, sheet="Cases"):
    """Write {row below the headings, from 0.

    {heading: value}} into a sheet; returns the row of the headings.
    """
    book = openpyxl.load_workbook(path)
    top, columns = headings(book[sheet])
    for place, cells in rows.items():
        for heading, value in cells.items():
            book[sheet].cell(top + 1 + place, columns[heading]).value = value
    book.save(path)
    return top


def decided(path):
    """The workbook with the first case decided: its first entry kept, the second a repeat."""
    fill(path, {0: {VERDICT: "keep"}, 1: {VERDICT: "repeat", REASON: "one passport"}})
    return path


def codes(imported):
    return [(problem.sheet, problem.row, problem.code) for problem in imported.problems]


def journal(folder):
    with Ledger(folder / "ledger.db") as ledger:
        return ledger.journal()


# Files that cannot be read.


def truncated_xls():
    return (FILES / "list.xls").read_bytes()[:4664]


def far_cell():
    """A workbook with one cell in the last row and column of what a sheet may have."""
    book = openpyxl.Workbook()
    book.active.cell(1_048_576, 16_384).value = "x"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (truncated_xls, "review-unreadable"),
        ((FILES / "locked.xlsx").read_bytes, "file-protected"),
        (far_cell, "file-too-large"),
        (lambda: b"Rar!\x1a\x07\x00", "format-not-read"),
        (lambda: b"Siyahi;Secret\n1;2\n", "review-unreadable"),
        (lambda: b"%PDF-1.7", "review-unreadable"),
        (lambda: b"", "review-unreadable"),
        ((FILES / "list.xlsx").read_bytes, "review-no-sheet"),
        ((FILES / "list.xls").read_bytes, "review-no-sheet"),
        ((FILES / "list.xlsb").read_bytes, "review-no-sheet"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_ends_with_three(
    workspace, content, code
):
    """A damaged, locked or foreign file is told in a sentence.

    No traceback, and not the exit code of "done".
    """
    path = workspace / "back.xls"
    path.write_bytes(content())
    found = call("review", "import", workspace, path, "--by", "N", "--json")
    assert found.exit_code == 3
    told = json.loads(found.stdout)["error"]
    assert told["code"] == code
    assert all(told[part] for part in ("what", "where", "todo"))
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize(
    ("name", "refused"),
    [("none.xlsx", (2, "no-such-file")), ("inbox", (3, "review-unreadable"))],
)
def test_a_path_that_is_no_file_says_so(workspace, name, refused):
    """A name that is mistyped is not told as a damaged workbook."""
    found = call("review", "import", workspace, workspace / name, "--by", "N", "--json")
    said = json.loads(found.stdout)["error"]["code"]
    assert (found.exit_code, said) == refused


def test_a_workbook_packed_in_an_archive_is_none(workspace):
    """What the journal notes is the digest of the file that was given, not of one inside it."""
    path = workspace / "back.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.write(workspace / "review.xlsx", "review.xlsx")
    with pytest.raises(InputError) as caught:
        read_in(workspace, path)
    assert caught.value.code == "review-unreadable"


def parts_of(path):
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def pack(path, parts):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts.items():
            packed.writestr(name, part)


def test_a_sheet_that_cannot_be_read_is_named_beside_one_that_can(workspace):
    """A damaged sheet of findings does not go unsaid because the sheet of cases was read."""
    path = decided(workspace / "review.xlsx")
    parts = parts_of(path)
    parts["xl/worksheets/sheet2.xml"] = parts["xl/worksheets/sheet2.xml"][:-1000]
    pack(path, parts)
    found = call("review", "import", workspace, path, "--by", "N", "--json")
    told = json.loads(found.stdout)
    assert (found.exit_code, told["recorded"]) == (1, 2)
    assert [(row["sheet"], row["row"], row["code"]) for row in told["problems"]] == [
        ("Corrections", 0, "file-unreadable")
    ]
    assert EN("aside.file-unreadable.title") in found.stderr


def test_the_journal_notes_the_digest_of_the_file(workspace):
    """Which workbook a decision came from can be proven afterwards."""
    path = decided(workspace / "review.xlsx")
    read_in(workspace, path)
    details = journal(workspace)[-1][2]
    assert details["workbook"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_that_changes_while_it_is_read_is_refused(workspace, monkeypatch):
    """The digest in the journal is never that of bytes that nobody read."""
    path = decided(workspace / "review.xlsx")
    true_reader = filled.readers.read_file

    def read_late(*arguments):
        fill(path, {0: {REASON: "written in between"}})
        return true_reader(*arguments)

    monkeypatch.setattr(filled.readers, "read_file", read_late)
    with pytest.raises(InputError) as caught:
        read_in(workspace, path)
    assert caught.value.code == "review-changing"


# Answers that are open.


def test_a_reason_or_a_name_without_a_decision_is_named(workspace):
    """What somebody wrote beside an empty decision would be dropped without a word."""
    path = workspace / "review.xlsx"
    apart = {VERDICT: "separate", REASON: "two passports"}
    top = fill(path, {0: {REASON: "one passport", NAME: "A"}, 1: apart})
    found = read_in(workspace, path)
    assert codes(found) == [("Cases", top + 1, "no-verdict")]
    assert found.files[0].verdicts.num_rows == 0


def test_a_decision_that_was_emptied_is_named(workspace):
    """Emptying the decision alone takes nothing back, and is not passed over either."""
    top = fill(decided(workspace / "review.xlsx"), {1: {VERDICT: None}})
    path = workspace / "review.xlsx"
    read_in(workspace, path)
    fill(path, {1: {VERDICT: "repeat"}})
    read_in(workspace, path)
    fill(path, {0: {VERDICT: None, REASON: "one passport"}})
    assert codes(read_in(workspace, path)) == [("Cases", top + 1, "no-verdict")]


def test_a_finding_with_a_reason_and_no_mark_is_named(workspace):
    """The same on the sheet of findings."""
    path = workspace / "review.xlsx"
    top = fill(path, {0: {REASON: "seen"}}, "Findings")
    assert codes(read_in(workspace, path)) == [("Findings", top + 1, "action-missing")]


@pytest.mark.parametrize("heading", [VERDICT, REASON, NAME])
def test_a_formula_without_a_value_is_no_blank(workspace, heading):
    """A program that writes formulas and does not work them out leaves no answer.

    The person is told where.
    """
    path = decided(workspace / "review.xlsx")
    top = fill(path, {1: {heading: '="repeat"'}})
    found = call("review", "import", workspace, path, "--by", "N", "--json")
    problems = json.loads(found.stdout)["problems"]
    told = {(row["sheet"], row["row"], row["code"]) for row in problems}
    # By its row, or by its sheet where a reader does not know the row.
    in_row = ("Cases", top + 2, "formula-without-value")
    in_sheet = ("Cases", 0, "formulas-without-value")
    assert found.exit_code == 1
    assert told & {in_row, in_sheet}


def raw_sheet(path, name="Cases"):
    """A sheet of a workbook as a reader gives it."""
    file = filled.readers.read_file(path, path.name, IngestSettings())
    return next(sheet for sheet in file.sheets if sheet.name == name)


def read_sheet(sheet):
    """What is read of a sheet."""
    return filled.read_sheet(sheet, *filled.headings(Path("x"), sheet))


def test_each_row_with_a_formula_in_an_answer_is_named(workspace):
    """A formula elsewhere would refuse a row, or another row be named than the one shown."""
    path = decided(workspace / "review.xlsx")
    sheet = raw_sheet(path)
    top, columns = headings(openpyxl.load_workbook(path)["Cases"])
    unworked = ((top + 1, 0), (top + 1, columns[REASON] - 1), (1, columns[REASON] - 1))
    known = dataclasses.replace(sheet, formulas_without_value=3, unworked=unworked)
    partly = dataclasses.replace(known, formulas_without_value=5)
    problems = [
        [(one.row, one.code, one.count) for one in read_sheet(raw).problems]
        for raw in (known, partly)
    ]
    row = (top + 1, "formula-without-value", 1)
    assert problems == [[row], [row, (0, "formulas-without-value", 2)]]
    (problem,) = read_sheet(known).problems
    assert problem.case_id is not None


@pytest.mark.parametrize("file", [None, "a.xlsx"])
def test_a_row_that_was_refused_in_reading_refuses_its_case(file):
    """The rest of a case is not recorded when one of its answers is open; other cases are.

    A row of a named file was refused a second time, for the cell that could not be read.
    """
    sheet = from_columns(
        {
            "sheet": ["Cases"] * 3,
            "row": [6, 7, 8],
            "case_id": ["c-move", "c-move", "c-both"],
            "entry_id": ["e1", "e2", "e7"],
            "verdict": ["keep", "repeat", "keep"],
            "reason": ["x", None, "x"],
            "file": [file] * 3,
        },
        REVIEW_ROW,
    )
    refused = (Problem(7, "formula-without-value", "Cases", "c-move", "e2"),)
    found = check_decisions(
        tables.cases(),
        sheet,
        decided_at=MOMENT.isoformat(),
        decided_by="N",
        refused=refused,
    )
    assert found.problems == ()
    assert found.decisions.column("case_id").to_pylist() == ["c-both"]


def test_an_answer_merged_over_rows_is_asked_for_again(workspace):
    """One decision that is merged over two entries may be meant for one of them.

    Nothing of it is recorded.
    """
    path = workspace / "review.xlsx"
    top = fill(path, {0: {VERDICT: "separate", REASON: "two passports"}})
    book = openpyxl.load_workbook(path)
    column = headings(book["Cases"])[1][VERDICT]
    book["Cases"].merge_cells(
        start_row=top + 1, end_row=top + 2, start_column=column, end_column=column
    )
    book.save(path)
    found = read_in(workspace, path)
    assert codes(found) == [("Cases", top + 2, "merged-answer")]
    assert found.files[0].verdicts.num_rows == 0


def test_an_answer_of_its_own_beside_a_merged_cell_is_taken(workspace):
    """A number merged over the entries of a case would refuse every answer of the sheet."""
    path = workspace / "review.xlsx"
    verdicts = {0: {VERDICT: "keep"}, 1: {VERDICT: "repeat", REASON: "one passport"}}
    top = fill(path, verdicts)
    book = openpyxl.load_workbook(path)
    book["Cases"].merge_cells(
        start_row=top + 1, end_row=top + 2, start_column=1, end_column=1
    )
    book.save(path)
    found = read_in(workspace, path)
    assert codes(found) == []
    assert found.files[0].verdicts.num_rows == 2


def test_every_problem_has_its_sentences():
    """What is refused is told in both languages, with what to do."""
    known = (
        *("formula-without-value", "formulas-without-value", "merged-answer"),
        *("row-exchanged", "unknown-tick", "nothing-proposed"),
        *ORIGIN_PROBLEMS,
    )
    keys = [
        f"review.problem.{code}.{part}" for code in known for part in ("title", "todo")
    ]
    keys += [
        f"error.review-{code}.{part}"
        for code in ORIGIN_PROBLEMS
        for part in ("what", "todo")
    ]
    assert [
        key for key in keys if not {"en", "az"} <= entries().get(key, {}).keys()
    ] == []
    assert (
        Problem(0, AsideCode.FILE_UNREADABLE.value, "s").key == "aside.file-unreadable"
    )


# From which workspace and cycle.


def other_workspace(folder):
    """A workspace of the same people with one address changed.

    Its cases have the same ids in part.
    """
    made = workspaces.make(folder)
    path = made / "inbox" / "88" / "menteqe-2.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("küç. 19", "küç. 21"), encoding="utf-8"
    )
    workspaces.ran(made)
    return made


def test_a_workbook_of_another_workspace_is_refused_whole(workspace, tmp_path):
    """The same case may stand in two workspaces: what was decided there is not decided here."""
    foreign = decided(
        export(other_workspace(tmp_path / "other"), tmp_path / "foreign.xlsx")
    )
    found = call("review", "import", workspace, foreign, "--by", "N", "--json")
    assert (found.exit_code, json.loads(found.stdout)["error"]["code"]) == (
        3,
        "review-other-workspace",
    )
    assert journal(workspace)[-1][1] != reviewing.REVIEW_EVENT


def test_an_untouched_workbook_of_another_workspace_is_refused_too(workspace, tmp_path):
    """That nothing was decided in it is no reason to call it one's own."""
    foreign = export(other_workspace(tmp_path / "other"), tmp_path / "foreign.xlsx")
    assert call("review", "import", workspace, foreign).exit_code == 3


def test_a_row_of_another_workspace_is_refused_among_ones_own(workspace):
    """Rows that were copied from elsewhere, or have lost their run, are named.

    The others are recorded.
    """
    path = decided(workspace / "review.xlsx")
    mark = {VERDICT: "accept", REASON: "seen"}
    rows = {
        0: mark | {"run_id": "2025-02-03-00000000"},
        1: mark | {"run_id": None},
        2: mark,
    }
    top = fill(path, rows, "Findings")
    found = read_in(workspace, path)
    assert codes(found) == [
        ("Findings", top + 1, "other-workspace"),
        ("Findings", top + 2, "other-workspace"),
    ]
    assert found.files[0].verdicts.num_rows == 2
    assert found.files[0].acceptances.num_rows == 1
    assert journal(workspace)[-1][2]["refused"] == 2


def test_a_workbook_of_an_earlier_run_is_taken(workspace):
    """A run on the next day does not spoil a workbook that somebody is still filling in."""
    workspaces.run(workspace, today=workspaces.TODAY + dt.timedelta(days=1))
    found = read_in(workspace, decided(workspace / "review.xlsx"))
    assert (codes(found), found.files[0].verdicts.num_rows) == ([], 2)


@pytest.mark.parametrize("lost", ["runs", "journal"])
def test_a_run_is_known_by_its_folder_or_by_the_journal(workspace, lost):
    """A workbook of this workspace would be refused once the folder of its run is gone."""
    path = decided(workspace / "review.xlsx")
    kept = shutil.copyfile(workspace / "ledger.db", workspace.parent / "copy.db")
    (first,) = (workspace / "runs").iterdir()
    workspaces.run(workspace, today=workspaces.TODAY + dt.timedelta(days=1))
    if lost == "runs":
        shutil.rmtree(first)
    else:
        export(workspace, path)
        decided(path)
        restore(workspace, kept, today=workspaces.TODAY, since="now", older=True)
    assert codes(read_in(workspace, path)) == []


def test_a_workbook_of_another_cycle_is_refused(workspace):
    """After the settings name the next cycle, decisions of the last one are not recorded for it."""
    path = decided(workspace / "review.xlsx")
    text = '[workspace]\ncycle = "2027"\n'
    (workspace / SETTINGS_FILE).write_text(text, encoding="utf-8")
    found = call("review", "import", workspace, path, "--by", "N", "--json")
    assert (found.exit_code, json.loads(found.stdout)["error"]["code"]) == (
        3,
        "review-other-cycle",
    )
    workspaces.run(workspace)
    fresh = decided(export(workspace, workspace / "fresh.xlsx"))
    assert codes(read_in(workspace, fresh)) == []


def test_a_workbook_that_does_not_say_where_it_is_from_is_taken_and_said(workspace):
    """Version 0.1.0 wrote no run into its workbooks.

    Their decisions are good, and the doubt is told.
    """
    path = decided(workspace / "review.xlsx")
    book = openpyxl.load_workbook(path)
    for name in ("Cases", "Findings"):
        top, columns = headings(book[name])
        book[name].cell(top, columns["run_id"]).value = None
    book.save(path)
    found = call("review", "import", workspace, path, "--by", "N", "--json")
    told = json.loads(found.stdout)
    assert (found.exit_code, told["recorded"], told["origin_known"]) == (0, 2, False)
    assert "does not say of which workspace" in found.stderr


# Reasons that begin like a formula.

TEXTS = st.text(
    st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=40
)
STARTS = st.text(st.sampled_from("'=+-@＝ \t"), max_size=4)
ANSWERS = st.tuples(STARTS, TEXTS).map("".join).filter(str.strip)
FOUND = from_columns(
    {
        "rule": ["over-age"],
        "severity": ["warning"],
        "unit": ["entry"],
        "entry_id": ["e1"],
    },
    FINDING,
)


@tries(40)
@given(reason=ANSWERS, name=ANSWERS)
@example("- ok", "=A1")
@example("'- ok", "'=A1")
@example("''- ok", "' - ok")
@example("'quoted'", "_x0041_")
@example("'", "''")
@example(" '-1", "two\nlines")
def test_an_untouched_workbook_gives_back_what_was_written_and_records_nothing(
    tmp_path_factory, reason, name
):
    """Whatever a reason or a name begins with, it comes back as it went out.

    No apostrophe stays, none is lost.
    """
    path = tmp_path_factory.mktemp("answers") / "review.xlsx"
    reason, name = reason.strip(), name.strip()
    said = tables.decisions(("c-move", "e1", "keep"))
    said = from_columns(
        {column: said.column(column) for column in DECISION.names}
        | {"reason": [reason], "decided_by": [name]},
        DECISION,
    )
    mark = {
        "mark": ["accept"],
        "reason": [reason],
        "accepted_by": [name],
        "accepted_at": ["2026-02-04"],
    }
    ids = {"finding_id": finding_ids(FOUND), "rule": ["over-age"], "entry_id": ["e1"]}
    accepted = from_columns(ids | mark, ACCEPTANCE)
    cases = tables.open_cases(decisions=said)
    findings = review_findings(
        FOUND,
        empty(ACCEPTED),
        accepted,
        entries=tables.entries(),
        registers=empty(ENTRY),
        names=Names(tables.FILES),
    )
    items = ReviewItems(cases, findings)
    path.write_bytes(xlsx.render_review(items, "en", run="r", today=tables.TODAY))
    back = xlsx.read_answers(path)
    for rows in (back.decisions, back.amendments):
        assert [(row["reason"], row["decided_by"]) for row in rows.to_pylist()] == [
            (reason, name)
        ]
    decisions = check_decisions(
        tables.cases(),
        back.decisions,
        decided_at="2026-02-05",
        earlier=tables.given(said),
    )
    assert (decisions.problems, decisions.decisions.num_rows) == ((), 0)


def test_a_reason_that_begins_with_a_dash_is_recorded_once(workspace):
    """From the cell to the ledger, out again and back: one decision, as it was written."""
    path = workspace / "review.xlsx"
    fill(path, {0: {VERDICT: "keep", REASON: "- ok"}})
    assert read_in(workspace, path).files[0].verdicts.column("reason").to_pylist() == [
        "- ok"
    ]
    again = read_in(workspace, export(workspace, workspace / "again.xlsx"))
    assert (again.problems, again.files[0].verdicts.num_rows) == ((), 0)


# Damage at random.


def as_ods(path):
    """The sheets of a workbook as ODS, texts only."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    tables_of = []
    for sheet in openpyxl.load_workbook(path).worksheets:
        rows = "".join(
            "<table:table-row>" + "".join(map(ods_cell, row)) + "</table:table-row>"
            for row in sheet.iter_rows(values_only=True)
        )
        tables_of.append(
            f'<table:table table:name="{escape(sheet.title)}">{rows}</table:table>'
        )
    content = (
        f'<office:document-content xmlns:office="{space}:office:1.0"'
        f' xmlns:table="{space}:table:1.0"'
        f' xmlns:text="{space}:text:1.0"><office:body><office:spreadsheet>{"".join(tables_of)}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", content.encode(), zipfile.ZIP_DEFLATED)
        manifest = f'<m:manifest xmlns:m="{space}:manifest:1.0"/>'
        packed.writestr("META-INF/manifest.xml", manifest)
    return stream.getvalue()


def ods_cell(value):
    if value is None:
        return "<table:table-cell/>"
    text = f"<text:p>{escape(str(value))}</text:p>"
    return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'


def recorded(imported):
    """(case, entry, verdict) of what was recorded, and (finding, mark)."""
    decisions = imported.files[0].verdicts.select(["case_id", "entry_id", "verdict"])
    marks = imported.files[0].acceptances.select(["finding_id", "mark"])
    return {tuple(row.values()) for row in (*decisions.to_pylist(), *marks.to_pylist())}


def possible(folder):
    """All of these that answers about the cases and findings of a workspace can say."""
    (run,) = (folder / "runs").iterdir()
    members = pq.read_table(
        run / "cases.parquet", columns=["case_id", "entry_id"]
    ).to_pylist()
    findings = finding_ids(pq.read_table(run / "findings.parquet"))
    decisions = {
        (*row.values(), verdict.value) for row in members for verdict in Verdict
    }
    return decisions | {(one, mark.value) for one in findings for mark in Mark}


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_a_damaged_workbook_is_refused_or_says_what_it_said(workspace, kind):
    """Whatever happens to the bytes.

    An error with a code, or answers about cases and findings that are there.
    """
    path = decided(workspace / "review.xlsx")
    mark = {VERDICT: "accept", REASON: "seen"}
    fill(path, {0: mark}, "Findings")
    whole = {
        "xlsx": path.read_bytes,
        "ods": lambda: as_ods(path),
        "xls": (FILES / "list.xls").read_bytes,
    }
    content = whole[kind]()
    parts = [workspace / name for name in ("ledger.db", "ledger.mark")]
    untouched = [part.read_bytes() for part in parts]
    all_answers = possible(workspace)
    taken, refused = 0, set()
    for seed in range(15):
        path.write_bytes(mutated(content, seed))
        try:
            found = read_in(workspace, path)
        except InputError as error:
            refused.add(error.code)
            continue
        taken += 1
        assert recorded(found) <= all_answers
        for part, before in zip(parts, untouched, strict=True):
            part.write_bytes(before)
    assert refused
    assert refused <= KNOWN_CODES
    assert bool(taken) == (kind != "xls")


KNOWN_CODES = {
    *AsideCode,
    *("review-unreadable", "review-no-sheet", "review-column-twice"),
    *(f"review-{code}" for code in ORIGIN_PROBLEMS),
}


def test_an_undamaged_ods_is_read_like_the_workbook_it_was_made_of(workspace):
    """The damaged ones above are damaged copies of something that works."""
    path = decided(workspace / "review.xlsx")
    path.write_bytes(as_ods(path))
    found = read_in(workspace, path)
    assert (found.problems, len(recorded(found))) == ((), 2)
