from __future__ import annotations

import datetime as dt
import io
import itertools
import re

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

import report_tables as tables
from voterlist.decisions.verdicts import UNKNOWN_VERDICT, check_decisions
from voterlist.errors import InputError
from voterlist.render import xlsx
from voterlist.render.xlsx.sheets import Book
from voterlist.report.asked import ReviewItems
from voterlist.report.section import safe
from voterlist.report.sections.order import build
from voterlist.report.values import Words
from voterlist.schemas import DECISION

SHEETS = {
    "en": [
        "Summary",
        "Cases",
        "Not duplicates",
        "Evidence",
        "Findings",
        "Rows set aside",
        "Balance",
        "Deadlines",
        "Fairness",
    ],
    "az": [
        "Xülasə",
        "Hallar",
        "Təkrar deyil",
        "Əlamətlər",
        "Tapıntılar",
        "Kənara qoyulan sətirlər",
        "Balans",
        "Müddətlər",
        "Ədalət",
    ],
}


@pytest.fixture(scope="module")
def book():
    """The workbook of the hand-made run."""
    return opened(xlsx.render_report(tables.build(), "en"))


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def rows_of(sheet):
    """The rows of a sheet's table as dictionaries by heading."""
    top = sheet.auto_filter.ref.split(":")[0]
    start = int(re.sub(r"\D", "", top))
    found = list(sheet.iter_rows(min_row=start, values_only=True))
    return [
        dict(zip(found[0], row, strict=True))
        for row in found[1:]
        if any(value is not None for value in row)
    ]


def asked(decided=None):
    changes = {} if decided is None else {"decisions": decided}
    return ReviewItems(tables.open_cases(**changes))


def review_file(path, language="en", decided=None):
    book = xlsx.render_review(asked(decided), language, run="r", today=tables.TODAY)
    path.write_bytes(book)
    return path


def column_of(heads, name):
    """The column with this heading, in whatever language the sheet is."""
    texts = {Words(one)(f"review.column.{name}") for one in ("en", "az")}
    return next(column for heading, column in heads.items() if heading in texts)


def decide(path, verdicts, *, reason="köçüb", who="A. Kərimova"):
    """Fill the decision, reason and name of these entries, as a person would."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    top = int(re.sub(r"\D", "", sheet.auto_filter.ref.split(":")[0]))
    heads = {cell.value: cell.column for cell in sheet[top]}
    for row in range(top + 1, sheet.max_row + 1):
        key = (
            sheet.cell(row, heads["case_id"]).value,
            sheet.cell(row, heads["entry_id"]).value,
        )
        if key in verdicts:
            texts = {"verdict": verdicts[key], "reason": reason, "decided_by": who}
            for name, text in texts.items():
                sheet.cell(row, column_of(heads, name)).value = text
    book.save(path)
    return path


def read(path):
    return [
        (row["case_id"], row["entry_id"], row["verdict"])
        for row in xlsx.read_answers(path).decisions.to_pylist()
    ]


@pytest.mark.parametrize("language", ["en", "az"])
def test_the_workbook_has_its_sheets_in_the_language(language):
    """Eight sheets, named in the language asked for, each with a title that is no code."""
    book = opened(xlsx.render_report(tables.build(), language))

    assert book.sheetnames == SHEETS[language]
    assert not any(
        re.fullmatch(r"[a-z-]+\.[a-z.-]+", str(sheet["A1"].value))
        for sheet in book.worksheets
    )


def test_a_heading_stands_over_its_numbers(book):
    """At the left it stood over the numbers of the column before, and was read as theirs."""
    looked_at = 0
    for above, below in itertools.pairwise(
        row for sheet in book for row in sheet.iter_rows()
    ):
        for heading, cell in zip(above, below, strict=False):
            is_heading = heading.font.bold and heading.fill.fgColor.rgb == "FF17364A"
            if is_heading and isinstance(cell.value, int | float):
                assert heading.alignment.horizontal in {"right", "center"}
                looked_at += 1
    assert looked_at > 10


def test_every_table_freezes_filters_and_repeats_its_headings(book):
    """A person can scroll, filter and print each table without losing the headings."""
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes is not None
        assert sheet.auto_filter.ref
        assert sheet.print_title_rows
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9


def test_cases_stand_entry_by_entry_with_what_differs_marked(book):
    """One row an entry, in the order of cases; a cell that contradicts has a ground of its own."""
    rows = rows_of(book["Cases"])

    assert [row["Entry id"] for row in rows] == ["e1", "e2", "e6", "e7", "e6", "e8"]
    assert [row["Case"] for row in rows] == [1, 1, 2, 2, 3, 3]
    assert rows[1]["Name as written"] == "Mamedov Elchin Raufoğlu"
    assert rows[1]["Surname"] == "Məmmədov"
    assert rows[0]["FIN"] == "••••123"
    assert [row["Entry id"] for row in rows_of(book["Not duplicates"])] == ["e3", "e4"]
    sheet = book["Cases"]
    grounds = {
        cell.value: cell.fill.fgColor.rgb
        for cell in next(sheet.iter_rows(min_row=6, max_row=6))
    }
    assert grounds["Nizami küç. 5"] == "FFFBE3C4"
    assert grounds["Məmmədov Elçin Rauf oğlu"] == "FFE3EDF4"
    assert grounds["Elçin"] == "00000000"


def test_the_evidence_stands_in_numbers_that_add_up(book):
    """A row a case.

    Before looking, the fields and what is taken back are the sum; what is not known is blank.
    """
    rows = rows_of(book["Evidence"])

    assert [(row["Case"], row["Name"]) for row in rows] == [
        (1, "Məmmədov Elçin Rauf oğlu")
    ]
    row = rows[0]
    assert row["Document"] is None
    assert row["Rare values"] is None
    parts = [
        "Before looking",
        "Surname",
        "Given name",
        "Father's name",
        "Birth date",
        "Sex",
        "Address",
        "FIN",
        "Taken back",
    ]
    assert sum(row[name] for name in parts) == pytest.approx(row["Together"])
    assert (
        "Given name: same; not common, about 1 entry in 260" in row["What was compared"]
    )


def test_paper_gets_the_columns_that_are_read_and_no_ids(book):
    """The print area ends before the ids; what stands in it fits one page wide."""
    for name in ("Cases", "Not duplicates"):
        sheet = book[name]
        heads = {cell.value: cell.column for cell in sheet[5]}
        last = openpyxl.utils.range_boundaries(sheet.print_area.split("!")[-1])[2]
        assert heads["List"] == last < heads["Entry id"]
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        # A width of 1 is what a workbook means when it says nothing.
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (
            1,
            0,
        )


def test_the_review_says_the_evidence_once_a_case():
    """The first entry of a case carries its waterfall in one line.

    It stands after the columns that are printed.
    """
    book = opened(xlsx.render_review(asked(), "en", run="r", today=tables.TODAY))
    found = [row["Evidence in bits"] for row in rows_of(book.worksheets[0])]

    assert found[0].startswith(
        "Surname +6.0; Given name +7.5; Father's name +7.0; Birth date +3.0; Sex 0.0; Address −1.5"
    )
    assert found[0].endswith("Taken back for relatives −39.0 = +12.5")
    assert found[1:] == [None] * (len(found) - 1)


def test_faults_and_rows_set_aside_say_where_and_what_to_do(book):
    """Each fault and each row set aside has its file, line, reason and next step."""
    faults, aside = rows_of(book["Findings"]), rows_of(book["Rows set aside"])

    assert [(row["Severity"], row["File"], row["Line"]) for row in faults] == [
        ("error", "məntəqə 2.csv", 9),
        ("warning", "məntəqə 2.csv", 12),
        ("warning", None, None),
    ]
    assert all(row["What to do"] and row["What was noticed"] for row in faults)
    assert [row["Line"] for row in aside] == [None, 13, 8, 14]
    assert aside[1]["The row as written"] == "14 | Orucov ••••456 | =1+1"


def test_balance_and_deadlines_are_numbers_and_days(book):
    """Counts can be added up, days sorted.

    The total that a list declares stands beside its rows.
    """
    balance, deadlines = rows_of(book["Balance"]), rows_of(book["Deadlines"])

    assert [
        (row["rows"], row["entries"], row["set aside"], row["Entries less total"])
        for row in balance
    ] == [
        (4, 3, 1, 0),
        (6, 4, 2, -1),
    ]
    assert "10 rows = 7 entries + 3 set aside" in [
        book["Balance"].cell(row, 1).value for row in range(1, 5)
    ]
    assert deadlines[0]["Due"] == dt.datetime(2026, 2, 5)  # noqa: DTZ001  a day
    assert [row["Standing"] for row in deadlines] == [
        "done in time",
        "due soon",
        "not started",
    ]


def test_no_cell_can_run():
    """A cell of a list would run as a formula when the workbook is opened."""
    rows = tables.cases().to_pylist()
    for row in rows:
        row["entry_id"] = "e5" if row["entry_id"] == "e2" else row["entry_id"]
    book = opened(
        xlsx.render_report(tables.build(cases=tables.table(tables.CASE, rows)), "az")
    )
    cells = [
        cell
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]

    assert [
        cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink
    ] == []
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert [text for text in texts if text[0] in "=+-@\t\r"] == []
    assert '\'=HYPERLINK("http://x") <b>Aynur</b> @SUM(1)' in texts
    assert "'-2+3" in texts


@given(st.text())
@example("=1+1")
@example(" \u00a0=1+1")
@example("\t=1")
@example("＝1")
@example("x" * 40_000)
def test_a_safe_text_never_begins_a_formula_and_keeps_what_was_written(text):
    """Only an apostrophe is put in front, and only a text too long for a cell is cut."""
    made = safe(text)

    assert not made.lstrip().startswith(("=", "+", "-", "@", "＝"))
    assert not made.startswith(("\t", "\r", "\n"))
    assert len(made) <= 32_767
    assert (
        made.removeprefix("'")[:30_000] == text[:30_000].removeprefix("'")
        or made[:30_000] == text[:30_000]
    )


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20))
@example("\x00\x01\x0b\x1f\ufffe\uffff_x0041_")
def test_any_text_makes_a_workbook_that_opens(text):
    """Control characters and odd code points are written so that the file can be read again."""
    book = Book("title", tables.TODAY, Words("en"))
    sheet = book.sheet("s")
    sheet.text(0, text)

    assert opened(book.content()).sheetnames == ["s"]


def test_a_workbook_of_nothing_opens_and_says_so():
    """Zero rows give every sheet with its headings and a sentence."""
    book = opened(xlsx.render_report(build(tables.nothing()), "en"))

    assert book.sheetnames == SHEETS["en"]
    assert (
        book["Cases"].cell(6, 1).value
        == "No entries were found that may be one person."
    )


def test_the_same_model_gives_the_same_bytes():
    """A workbook depends on the model alone: no clock, no order of making."""
    assert xlsx.render_report(tables.build(), "az") == xlsx.render_report(
        tables.build(), "az"
    )
    created = opened(xlsx.render_report(tables.build(), "az")).properties.created
    assert created.date() == dt.date(2026, 2, 3)


def test_masked_everywhere():
    """No identifier is in any cell of the report or the review workbook."""
    contents = [
        xlsx.render_report(tables.build(), "en"),
        xlsx.render_review(asked(), "en", run="r", today=tables.TODAY),
    ]
    sheets = [sheet for content in contents for sheet in opened(content).worksheets]
    texts = [str(value) for sheet in sheets for row in sheet.values for value in row]

    assert [
        text for text in texts if re.search("5ABC123|7KLM45|9XYZ999|AZE\\d{8}", text)
    ] == []


@pytest.mark.parametrize("language", ["en", "az"])
def test_a_review_workbook_offers_the_verdicts_of_its_language(language):
    """The decision column has a drop-down list, and the ids are there but hidden."""
    sheet = opened(
        xlsx.render_review(asked(), language, run="r", today=tables.TODAY)
    ).worksheets[0]
    tick, validation = sheet.data_validations.dataValidation[:2]

    words = {
        "en": "keep,repeat,separate,ask the precinct,withdraw",
        "az": "saxla,təkrar,ayrı şəxs,məntəqədən soruş,geri götür",
    }[language]
    assert (tick.formula1, str(tick.sqref)) == ('"✓"', "G6:G11")
    assert validation.formula1 == f'"{words}"'
    assert str(validation.sqref) == "H6:H11"
    heads = {cell.value: cell.column_letter for cell in sheet[5]}
    hidden = sheet.column_dimensions[heads["run_id"]]
    assert hidden.hidden
    assert {heads["run_id"], heads["as_exported"]} == {
        get_column_letter(hidden.min),
        get_column_letter(hidden.max),
    }


def test_an_untouched_review_workbook_decides_nothing(tmp_path):
    """Without a decision there is no row to read."""
    assert xlsx.read_answers(review_file(tmp_path / "r.xlsx")).decisions.num_rows == 0


@pytest.mark.parametrize(
    ("language", "keep", "repeat"),
    [
        ("en", "keep", "repeat"),
        ("az", "saxla", "təkrar"),
        ("az", " SAXLA ", "TƏKRAR"),
        ("en", "saxla", "tekrar"),
    ],
)
def test_decisions_come_back_in_either_language(tmp_path, language, keep, repeat):
    """Words of both languages, in any case and from a plain keyboard, become the codes."""
    path = decide(
        review_file(tmp_path / "r.xlsx", language),
        {("c-move", "e1"): keep, ("c-move", "e2"): repeat},
    )

    assert read(path) == [("c-move", "e1", "keep"), ("c-move", "e2", "repeat")]
    rows = xlsx.read_answers(path).decisions.to_pylist()
    assert [(row["row"], row["reason"], row["decided_by"]) for row in rows] == [
        (6, "köçüb", "A. Kərimova"),
        (7, "köçüb", "A. Kərimova"),
    ]


def test_what_is_left_blank_is_null(tmp_path):
    """An empty string stands nowhere: a reason or name not given is null."""
    path = decide(
        review_file(tmp_path / "r.xlsx"),
        {("c-move", "e1"): "keep"},
        reason=" ",
        who=None,
    )

    (row,) = xlsx.read_answers(path).decisions.to_pylist()
    assert (row["reason"], row["decided_by"]) == (None, None)


def test_sorted_rows_and_moved_columns_are_read_all_the_same(tmp_path):
    """The ids travel with their rows, and headings are found wherever they stand."""
    path = decide(
        review_file(tmp_path / "r.xlsx"),
        {("c-move", "e1"): "keep", ("c-both", "e7"): "ayrı şəxs"},
    )
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    table = [list(row) for row in sheet.iter_rows(min_row=5, values_only=True)]
    mixed = [table[0], *reversed(table[1:])]
    fresh = book.create_sheet("mine", 0)
    for number, row in enumerate(mixed, 3):
        for place, value in enumerate(reversed(row), 2):
            fresh.cell(number, place).value = value
    del book[sheet.title]
    book.save(path)

    assert sorted(read(path)) == [
        ("c-both", "e7", "separate"),
        ("c-move", "e1", "keep"),
    ]


def test_a_word_that_is_no_decision_is_read_as_unknown_and_its_row_named(tmp_path):
    """What a person wrote beside the list reaches the check, which names the row."""
    path = decide(review_file(tmp_path / "r.xlsx"), {("c-move", "e1"): "maybe"})
    rows = xlsx.read_answers(path).decisions
    checked = check_decisions(
        tables.cases(), rows, decided_at="2026-02-03T09:00:00+00:00"
    )

    assert rows.column("verdict").to_pylist() == [UNKNOWN_VERDICT]
    assert [
        (problem.sheet, problem.row, problem.code) for problem in checked.problems
    ] == [("Cases", 6, "unknown-verdict")]


def test_a_half_decided_case_comes_back_unchanged(tmp_path):
    """A decision that was exported and imported unchanged would be recorded again."""
    decided = tables.decisions(("c-move", "e1", "keep"))
    path = review_file(tmp_path / "r.xlsx", "az", decided)
    checked = check_decisions(
        tables.cases(),
        xlsx.read_answers(path).decisions,
        decided_at="2026-02-04",
        earlier=tables.given(decided),
    )

    assert read(path) == [("c-move", "e1", "keep")]
    assert checked.problems == ()
    assert checked.decisions.equals(DECISION.empty_table())


def without_ids(path):
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = {cell.value: cell.column for cell in sheet[5]}
    sheet.delete_cols(heads["run_id"], 3)
    book.save(path)


def with_a_heading_twice(path):
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    sheet.cell(5, sheet.max_column + 1).value = "Decision"
    book.save(path)


def no_workbook(path):
    path.write_bytes(b"Siyahi;Secret\n")


@pytest.mark.parametrize(
    ("damage", "code", "line"),
    [
        (without_ids, "review-no-sheet", 5),
        (with_a_heading_twice, "review-column-twice", 5),
        (no_workbook, "review-unreadable", None),
    ],
)
def test_a_workbook_that_cannot_be_read_back_says_why(tmp_path, damage, code, line):
    """The error has a code, the file and the row, and nothing of what the cells hold."""
    path = review_file(tmp_path / "r.xlsx")
    damage(path)

    with pytest.raises(InputError) as caught:
        xlsx.read_answers(path)

    assert (caught.value.code, caught.value.file, caught.value.line) == (
        code,
        str(path),
        line,
    )
    assert "Secret" not in str(caught.value)


def test_a_review_of_no_cases_is_a_workbook():
    """With nothing to decide there is a workbook with headings and no drop-down list."""
    sheet = opened(
        xlsx.render_review(ReviewItems(), "en", run="r", today=tables.TODAY)
    ).worksheets[0]

    assert sheet.data_validations.dataValidation == []
    assert sheet.cell(5, 8).value == "Decision"


@pytest.mark.parametrize("count", [16_383, 16_384, 32_766, 40_000])
def test_a_text_of_signs_that_count_twice_still_fits_its_cell(count):
    """Excel calls a workbook damaged that has a longer cell, and drops what is in it."""
    text = "\N{OLD TURKIC LETTER ORKHON A}" * count
    kept = safe(text)
    units = len(kept.encode("utf-16-le")) // 2
    assert units <= 32_767
    assert kept == text if 2 * count <= 32_767 else kept.endswith("…")
