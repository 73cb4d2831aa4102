"""Rows of a review workbook that were exchanged beside their hidden ids."""

from __future__ import annotations

import datetime as dt
import shutil

import openpyxl
import pytest
import xlsxwriter

import review_books
import workspaces
from voterlist.casework.reviewing import export_review, import_review
from voterlist.errors import InputError
from voterlist.render.xlsx import read_answers
from voterlist.render.xlsx.forms import plain
from voterlist.storage.ledger import Ledger

MOMENT = dt.datetime(2026, 2, 4, 12, 0, tzinfo=dt.UTC)
"""Two people who stand in two precincts each, and one whose entry was never finished."""
LISTS = {
    1: [
        "1,Əliyev,Vüqar,Tofiq oğlu,12.05.1971,Nizami küç. 4,1AB2C3D",
        "2,Quliyeva,Aysel,Rauf qızı,03.11.1980,Füzuli küç. 9,2AB2C3D",
        "3,Babayev,Samir,Elman oğlu,29.02.2001,Xətai küç. 1,",
        "4,Həsənova,Günel,Adil qızı,31.04.1990,Xətai küç. 3,",
    ],
    2: [
        "1,Əliyev,Vüqar,Tofiq oğlu,12.05.1971,Səməd Vurğun küç. 8,1AB2C3D",
        "2,Quliyeva,Aysel,Rauf qızı,03.11.1980,=Nizami küç. 2,2AB2C3D",
    ],
}
HEADER = "No,Soyad,Ad,Ata adı,Doğum tarixi,Ünvan,FİN\n"
HIDDEN = {*review_books.IDS, "as_printed"}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = workspaces.make(tmp_path_factory.mktemp("rows") / "2026")
    for path in (folder / "inbox" / "88").iterdir():
        path.unlink()
    for precinct, rows in LISTS.items():
        text = HEADER + "\n".join(rows) + "\n"
        place = folder / "inbox" / "88" / f"menteqe-{precinct}.csv"
        place.write_text(text, encoding="utf-8")
    workspaces.run(folder)
    answered(folder, folder.with_name("a.xlsx"))
    return folder


@pytest.fixture
def workspace(finished, tmp_path):
    """A workspace, with its workbook beside it."""
    shutil.copy(finished.with_name("a.xlsx"), tmp_path)
    return shutil.copytree(finished, tmp_path / "2026")


def answered(workspace, path, language="en"):
    """The workbook with an answer in every row of every sheet."""
    export_review(workspace, path, language, today=workspaces.TODAY)

    def answer(row):
        word = {"case": "separate", "finding": "accept"}
        kind = "case" if row.get("case_id") else "finding"
        return {"answer": word[kind], "reason": "seen", "decided_by": "Aysel"}

    assert review_books.fill(path, answer)
    return path


def exchange(path, wanted=lambda _heading: True, rows=(0, 2)):
    """Exchange the visible cells of two rows of each sheet that has as many; their sheets."""
    book = openpyxl.load_workbook(path)
    touched = set()
    for sheet in book.worksheets:
        place = review_books.columns_of(sheet)
        if place is None or sheet.max_row <= place[0] + max(rows):
            continue
        top, known = place
        for cell in sheet[top]:
            if cell.column in known.values() or cell.value in HIDDEN:
                continue
            if cell.value and wanted(cell.value):
                one, other = (sheet.cell(top + 1 + row, cell.column) for row in rows)
                if one.value != other.value:
                    one.value, other.value = other.value, one.value
                    touched.add(sheet.title)
    book.save(path)
    return touched


def without_seal(path):
    """The workbook as an earlier version wrote it: it does not say what was printed."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for cells in sheet.iter_cols():
            if any(cell.value == "as_printed" for cell in cells):
                for cell in cells:
                    cell.value = None
    book.save(path)


def read_in(workspace, path):
    return import_review(workspace, [path], decided_at=MOMENT)


def refused(imported):
    return {
        (one.sheet, one.row) for one in imported.problems if one.code == "row-exchanged"
    }


def given(workspace):
    with Ledger(workspace / "ledger.db") as ledger:
        return ledger.given_verdicts().num_rows, ledger.given_acceptances().num_rows


@pytest.mark.parametrize("language", review_books.LANGUAGES)
def test_an_untouched_workbook_is_taken_with_and_without_its_seal(
    workspace, tmp_path, language
):
    """A false alarm would send people back to work that they have done."""
    path = tmp_path / "a.xlsx"
    if language != "en":
        answered(workspace, path, language)
    copy = shutil.copytree(workspace, tmp_path / "copy")
    told = read_in(workspace, path)
    assert refused(told) == set()
    assert given(workspace)[0] == 4
    without_seal(path)
    assert refused(read_in(copy, path)) == set()
    assert given(copy) == given(workspace)


@pytest.mark.parametrize("is_sealed", [True, False])
def test_no_row_is_taken_whose_cells_are_those_of_another_person(
    workspace, tmp_path, is_sealed
):
    """One voter was struck on the screen and another in the ledger, and nothing was said."""
    path = tmp_path / "a.xlsx"
    touched = exchange(path)
    assert len(touched) >= 2
    if not is_sealed:
        without_seal(path)
    told = read_in(workspace, path)
    of_people = touched if is_sealed else touched - {"Findings"}
    assert of_people == {sheet for sheet, _ in refused(told)}
    assert {code.code for code in told.problems if code.case_id} == {"row-exchanged"}
    assert given(workspace)[0] == 0
    assert all(one.row for one in told.problems)


def headings(path):
    """The headings of all columns that are shown and not filled in."""
    book = openpyxl.load_workbook(path)
    found = set()
    for sheet in book.worksheets:
        place = review_books.columns_of(sheet)
        if place is not None:
            top, known = place
            cells = [cell for cell in sheet[top] if cell.column not in known.values()]
            found |= {cell.value for cell in cells if cell.value not in HIDDEN}
    return sorted(filter(None, found))


def test_no_single_column_may_be_exchanged(finished, tmp_path):
    """Half of a sheet is sorted anywhere; a share may come back rounded, and is passed over."""
    path = finished.with_name("a.xlsx")
    tried = 0
    for heading in headings(path):
        copy = shutil.copy(path, tmp_path / "b.xlsx")
        touched = exchange(copy, lambda one, this=heading: one == this)
        if touched and heading != "Probability":
            tried += 1
            told = read_answers(copy)
            assert {sheet for sheet, _ in refused(told)} == touched, heading
    assert tried > 10


def test_what_a_spreadsheet_makes_of_a_workbook_is_no_exchange(workspace, tmp_path):
    """Sorted whole, columns moved, added and deleted, days as days, numbers as texts."""
    path = tmp_path / "a.xlsx"
    book = openpyxl.load_workbook(path)
    out = tmp_path / "saved.xlsx"
    saved = xlsxwriter.Workbook(out)
    days = saved.add_format({"num_format": "dd.mm.yyyy"})
    for sheet in book.worksheets:
        place = review_books.columns_of(sheet)
        if place is None:
            continue
        top, _ = place
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=top)]
        if "Address" not in rows[0]:
            continue
        address = rows[0].index("Address")
        target = saved.add_worksheet(sheet.title)
        kept = [[*row[address + 1 :], *row[:address], "mine"] for row in rows]
        kept[0][-1] = "My notes"
        for number, row in enumerate([kept[0], *reversed(kept[1:])]):
            for column, value in enumerate(row):
                _write_anew(target, number, column, value, days)
    saved.close()
    told = read_in(workspace, out)
    assert refused(told) == set()
    assert given(workspace)[0] == 4


def _write_anew(sheet, row, column, value, days):
    """A cell as a person's spreadsheet may write it."""
    try:
        day = dt.datetime.strptime(str(value), "%Y-%m-%d").replace(tzinfo=dt.UTC)
    except ValueError:
        if isinstance(value, int):
            sheet.write_string(row, column, f" {value} ")
        elif value is not None:
            sheet.write(row, column, f"{value} " if isinstance(value, str) else value)
    else:
        sheet.write_datetime(row, column, day.replace(tzinfo=None), days)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("'=Nizami küç. 2", " =Nizami  küç. 2 "),
        ("12.05.1971", "1971-05-12 00:00:00"),
        ("0012345", 12345),
        (12, "12.0"),
        ("ƏLİYEV Vüqar", "Əliyev Vüqar"),
        (None, ""),
    ],
)
def test_the_same_written_otherwise_is_the_same(one, other):
    assert plain(one) == plain(other)


def test_what_differs_is_not_the_same():
    texts = ["12.05.1971", "12.06.1971", "AB 12 5", "AB 5 12", "Əliyev", "Əliyeva"]
    assert len({plain(one) for one in texts}) == len(texts)


def test_an_exchanged_row_is_not_carried_into_the_next_workbook(workspace, tmp_path):
    """There it would stand beside the person whom the ids name, as if it had been meant so."""
    path = tmp_path / "a.xlsx"
    exchange(path)
    before = path.read_bytes()
    with pytest.raises(InputError) as refusal:
        export_review(workspace, path, "en", today=workspaces.TODAY)
    assert refusal.value.code == "review-target-exchanged"
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.glob("a*")] == ["a.xlsx"]
