"""Voters in rows that hold something else as well: none of them vanishes without a word."""

import codecs
import io
import json
import random
import re
import struct
import time
import zipfile
from pathlib import Path

import openpyxl
import pyarrow.compute as pc
import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.workbook.defined_name import DefinedName

import documents
import workspaces
from intake_files import HEADER, TITLE, book, voters
from test_containers import changed, ods, ods_row
from voterlist import ingest
from voterlist.any_table.inspecting import exit_code_of_accounts
from voterlist.config.sections import IngestSettings
from voterlist.handover import gates
from voterlist.ingest.account import inspect
from voterlist.ingest.look import look
from voterlist.ingest.persons import hides_voter, holds_person, is_of_two
from voterlist.model import AsideCode, Stage
from voterlist.pipeline.known import Known
from voterlist.pipeline.list_input import ListSource
from voterlist.readers.files import read_bytes
from voterlist.readers.outcome import Attempt
from voterlist.report.sections.set_aside import NOBODY
from voterlist.schemas import RawFile

LIMITS = IngestSettings()
ROWS = [[cell.replace(",", "") for cell in row] for row in voters(12)]
NAMES = {row[1] for row in ROWS}
HIDDEN = AsideCode.MAY_BE_VOTER.value
TWO = [
    [f"{cell}\n{other}" for cell, other in zip(one, two, strict=True)]
    for one, two in zip(ROWS[::2], ROWS[1::2], strict=True)
]
WHOLE = [" ".join(row[1:4]) for row in ROWS]


def lines(rows, delimiter=";", end="\r\n"):
    return "".join(delimiter.join(row) + end for row in rows)


def taken(content, name="list 12.csv"):
    """(what ingest makes of a file, the exit code of ``inspect``)."""
    raw = content.encode() if isinstance(content, str) else content
    found = read_bytes(raw, LIMITS, Attempt())
    file = RawFile(
        "0" * 12,
        name,
        sheets=found.sheets,
        trouble=found.trouble,
        format=found.format,
    )
    # Looked at once for both; ``test_inspect`` holds that each says the same alone.
    seen = look([file], LIMITS, 88, {})
    return ingest.intake_of(seen, 88), exit_code_of_accounts(inspect(seen))


def surnames(intake):
    return set(intake.entries.column("surname").to_pylist())


def asked(intake):
    """The lines of the rows that may be a voter's."""
    rows = intake.set_aside.select(["code", "line"]).to_pylist()
    return [row["line"] for row in rows if row["code"] == HIDDEN]


def named(intake):
    """(number of rows, line of the first) as the finding says them."""
    rows = intake.findings.select(["rule", "value", "line"]).to_pylist()
    return [(row["value"], row["line"]) for row in rows if row["rule"] == HIDDEN]


def joined(text, *numbers, by=""):
    """The text without the ends of these lines, counted from 1."""
    parts = re.split("(\r\n)", text)
    for number in numbers:
        parts[2 * number - 1] = by
    return "".join(parts)


# --- rows that lack a cell
# --------------------------------------------------------------------------------------


def shifted(row, column):
    """The row without this cell, so that the cells behind it stand in columns of others."""
    return [*row[:column], *row[column + 1 :]]


def in_form(form, rows):
    """A list of these rows in a format."""
    made = {
        "csv": lambda: lines(rows),
        "tsv": lambda: lines(rows, "\t"),
        "xlsx": lambda: book({"Siyahı": rows}),
        "docx": lambda: documents.word_of(
            documents.table(*(documents.row(*row) for row in rows))
        ),
        "odt": lambda: documents.odt(documents.odt_table(rows)),
    }
    return made[form]()


def changed_row(change, form="csv", rows=ROWS):
    """(code of the row of the fifth voter, changed so; exit code); the others are entries."""
    table = [HEADER, *map(list, rows)]
    table[5] = change(table[5])
    intake, code = taken(in_form(form, table), f"list 12.{form}")
    aside = intake.set_aside.select(["code", "line"]).to_pylist()
    codes = [row["code"] for row in aside if row["line"] == 6]
    assert intake.entries.num_rows == len(rows) - len(codes)
    assert surnames(intake) >= {row[1] for row in rows} - {rows[4][1]}
    return (codes or [None])[0], code


def with_cell(column, text):
    return lambda row: [*row[:column], text, *row[column + 1 :]]


def wider(column):
    return lambda row: [*row[:column], "", *row[column:-1]]


SHORT, LONG = "row-too-short", "row-too-long"
IN_DOCUMENTS = [(column, form) for column in (0, 3) for form in ("docx", "odt")]


@pytest.mark.parametrize(
    ("form", "change", "told"),
    [
        # Of a row that lacks a cell its cells would be those of a person who is not there.
        *(("csv", lambda row, at=at: shifted(row, at), SHORT) for at in range(6)),
        *((form, lambda row, at=at: shifted(row, at), SHORT) for at, form in IN_DOCUMENTS),
        # Of one that has a cell too many the date is in the address, the address in the FIN.
        *(("csv", wider(at), LONG) for at in range(5)),
        *((form, wider(at), LONG) for at, form in IN_DOCUMENTS),
        *(("xlsx", wider(at), LONG) for at in (0, 3)),
        # A name in the column of numbers, of addresses or of nothing is on no list.
        ("xlsx", with_cell(0, "7 Quliyeva"), HIDDEN),
        ("xlsx", lambda row: [*row[:5], f"{row[5]} Quliyeva Leyla Rauf qızı", row[6]], HIDDEN),
        ("xlsx", lambda row: [*row[:6], f"{row[6]} Quliyeva Leyla Rauf qızı"], HIDDEN),
        ("xlsx", with_cell(1, "6"), HIDDEN),
        ("xlsx", lambda row: [row[0], "Rauf oğlu", row[2], "Tahirli", *row[4:]], HIDDEN),
        ("xlsx", with_cell(3, "Rauf oğlu Tahirli Əli Rauf oğlu"), HIDDEN),
        ("xlsx", lambda row: [f"{row[0]};{row[1]}", *row[2:], ""], SHORT),
        ("xlsx", lambda row: [*row, "", "Tahirli", "Sevda", "22.04.2000"], HIDDEN),
        # Whose father stands behind the given name would be on no list.
        ("csv", lambda row: [*row[:2], " ".join(row[2:4]), "", *row[4:]], None),
    ],
)  # fmt: skip
def test_a_row_whose_cells_are_not_in_their_columns_is_no_entry(form, change, told):
    """A person who is not there would be on the list, or one who is there on none, at code 0."""
    assert changed_row(change, form) == (told, int(told is not None))


@pytest.mark.parametrize("form", ["docx", "odt", "xlsx"])
def test_an_identifier_beyond_the_headings_is_asked_about(form):
    """The FIN in its place may be another voter's."""
    rows = [[*HEADER, ""], *([*row, ""] for row in ROWS)]
    rows[5] = [*ROWS[4][:-2], "", ROWS[3][-1], ROWS[4][-1]]
    intake, code = taken(in_form(form, rows), f"list 12.{form}")
    assert (asked(intake), code) == ([6], 1)


@pytest.mark.parametrize("form", ["csv", "xlsx", "odt"])
@pytest.mark.parametrize("cut", [2, 3])
@pytest.mark.parametrize("count", [2, 12])
def test_a_voter_in_two_lines_is_asked_about(form, cut, count):
    """One line would be a voter without a given name, the other one without a surname."""
    rows = [HEADER, *ROWS[:count]]
    halves = [[*rows[2][:cut], *[""] * (len(HEADER) - cut)], [""] * cut + rows[2][cut:]]
    intake, code = taken(
        in_form(form, [*rows[:2], *halves, *rows[3:]]), f"list 12.{form}"
    )
    assert surnames(intake) == {row[1] for row in ROWS[:count]} - {ROWS[1][1]}
    assert (asked(intake), code) == ([3, 4], 1)


def test_a_name_that_is_a_formula_without_a_value_is_no_blank():
    """Its voter would be on the list without a surname, at exit code 0."""

    def change(made):
        page = made["Siyahı"]
        page["B3"], page["C4"] = '="Qara"&"yev"', '=CONCATENATE("Ni","gar")'
        # A column beside the names that nobody needs.
        page["H1"] = "S.A.A."
        page["H5"] = "=B5&C5"

    content = book({"Siyahı": [HEADER, *ROWS]}, change)
    intake, code = taken(content, "list 12.xlsx")
    assert surnames(intake) == NAMES - {ROWS[1][1], ROWS[2][1]}
    aside = intake.set_aside.select(["code", "line"]).to_pylist()
    assert [row["line"] for row in aside if row["code"] == "no-name"] == [3, 4]
    assert code == 1


@pytest.mark.parametrize("kind", ["among", "below", "all", "nothing"])
def test_a_row_of_formulas_without_values_is_no_blank_row(kind):
    """Whoever stands there only once a spreadsheet has worked is on no list, at exit code 0."""
    rows = {"among": [4], "below": [14, 15], "all": range(2, 14), "nothing": []}[kind]

    def change(made):
        page = made["Siyahı"]
        for number in rows:
            for column in range(1, 8):
                page.cell(number, column).value = f"=Vərəq2!A{column}"
        page["I20"] = "=COUNTA(B2:B13)"

    intake, code = taken(book({"Siyahı": [HEADER, *ROWS]}, change), "list 12.xlsx")
    aside = intake.set_aside.select(["code", "line"]).to_pylist()
    told = [row["line"] for row in aside if row["code"] == "no-name"]
    assert (told, code) == (list(rows), int(bool(rows)))
    assert intake.entries.num_rows == 12 - sum(number < 14 for number in rows)


def test_a_formula_that_was_worked_out_and_says_nothing_is_blank():
    """A sheet that is prepared for more voters than there are would ask about each blank row."""

    def change(made):
        for number in range(14, 20):
            made["Siyahı"].cell(number, 2).value = '=IF(A1="","",A1)'

    content = changed(
        book({"Siyahı": [HEADER, *ROWS]}, change),
        lambda text: re.sub(r'(<c r="B1\d")><f>', r'\1 t="str"><f>', text),
    )
    intake, code = taken(content, "list 12.xlsx")
    assert (intake.entries.num_rows, code) == (12, 0)


def test_an_error_in_place_of_a_name_is_no_name():
    """Its voter would be on the list without a surname, at exit code 0."""
    name = f'"string"><text:p>{ROWS[3][1]}<'
    fault = '"string" office:string-value="" calcext:value-type="error"'
    fault += ' table:formula="of:=1"><text:p>#N/A<'
    table = "".join(map(ods_row, [HEADER, *ROWS])).replace(name, fault, 1)
    intake, code = taken(ods(f"<table:table>{table}</table:table>"), "list 12.ods")
    aside = intake.set_aside.select(["code", "line"]).to_pylist()
    assert {"code": "no-name", "line": 5} in aside
    assert (surnames(intake), code) == (NAMES - {ROWS[3][1]}, 1)


@pytest.mark.parametrize(
    ("note", "is_asked"),
    [
        ("həyat yoldaşı Qarayeva Nigar Rauf qızı 01.02.1970", True),
        ("муж: Гараев Рауф Гасан оглы, 5XK1234", True),
        ("qardaşı Qarayev Əli ilə yaşayır", True),
        ("qardaşı ilə yaşayır", False),
        ("Tahirli Leyla Rauf qızı", True),
        ("Nərimanov r-nuna köçüb, yoldaşı ilə", False),
        ("Əliyeva soyadını həyat yoldaşından götürüb", False),
        ("köhnə soyadı Qarayeva, 01.02.2003-cü ildə dəyişib", False),
        ("Qarayeva Nigar Rauf qızının ünvanıdır", False),
        ("AZE 12345678, 01.02.2003-də verilib", False),
    ],
)
def test_a_voter_in_a_remark_beside_another_is_asked_about(note, is_asked):
    """A couple in one row: one of them would be a remark."""
    rows = [[*HEADER, "Qeyd"], *([*row, ""] for row in ROWS)]
    rows[5][-1] = note
    intake, code = taken(lines(rows))
    assert (asked(intake), code) == ([6] if is_asked else [], int(is_asked))


@pytest.mark.parametrize("name", ["Света Железнова", "Симонов Антон Желудев"])
def test_a_word_of_repetition_within_a_name_is_a_name(name):
    """*Та же* and *он же* end and begin names: whoever bears them would be on no list."""
    rows = [[row[0], whole, *row[4:]] for row, whole in zip(ROWS, WHOLE, strict=True)]
    rows[4][1] = name
    header = [HEADER[0], "Soyadı, adı, atasının adı", *HEADER[4:]]
    intake, code = taken(lines([header, *rows], "\t"))
    assert (intake.entries.num_rows, code) == (len(rows), 0)


@pytest.mark.parametrize("surname", ["Ağaoğlu", "Qızılova"])
def test_a_surname_in_which_a_particle_lies_is_no_father(surname):
    """Where fathers stand without *oğlu*, each voter of such a surname would be on no list."""
    rows = [[*row[:3], row[3].split()[0], *row[4:]] for row in ROWS]
    rows[4][1] = surname
    intake, code = taken(lines([HEADER, *rows], "\t"))
    assert (intake.entries.num_rows, code) == (len(rows), 0)


@pytest.mark.parametrize(("blank", "is_told"), [((2, 3, 5, 6), True), ((2, 3), False)])
def test_a_surname_that_is_written_once_for_a_family_is_missed(blank, is_told):
    """All but the first of each family would be on the list without a surname, at exit code 0."""
    rows = [list(row) for row in ROWS]
    for at in blank:
        rows[at][1] = ""
    intake, code = taken(lines([HEADER, *rows]))
    aside = intake.set_aside.select(["code", "line"]).to_pylist()
    told = [row["line"] - 2 for row in aside if row["code"] == "no-name"]
    assert (told, code) == (list(blank) if is_told else [], int(is_told))
    assert intake.entries.num_rows == 12 - len(told)


SIGNS = ('-"-', "-//-", "— ” —", "''", '"', "„„", "#N/A", "#ССЫЛКА!", "Err:502")


@pytest.mark.parametrize(
    ("column", "text", "told"),
    [
        # Nobody knows whose name a sign of repetition stands for once rows are sorted.
        *((1, sign, "no-name") for sign in SIGNS),
        (2, "Elçin\nNigar", HIDDEN),
        (2, "Əli\nAğa", None),
        # Python makes no number of so many digits.
        (4, "1" * 5000, None),
        # A cell that its clerk left as the form says it is no form of a date.
        (4, "d.d.1980", None),
        (4, "d.d.Y", None),
    ],
)
def test_a_cell_of_a_workbook_is_what_it_seems(column, text, told):
    """A voter would have no surname, or two names, or end every command with an error inside."""
    found = changed_row(with_cell(column, text), "xlsx")
    assert found == (told, int(told is not None))


@pytest.mark.parametrize(
    ("column", "text", "is_asked"),
    [
        (2, "Elçin və Nigar", True),
        (2, "Эльчин и Нигяр", True),
        (2, "Elçin, Nigar", True),
        (1, "Məmmədov; Qarayeva", True),
        (1, "Məmmədova (Qarayeva)", False),
        (1, "Məmmədova-Qarayeva", False),
        (2, "Elçin/Nigar", True),
        (2, "Elçin - Nigar", True),
        (2, "Elçin və ailəsi", True),
        (2, "Elçin (ailəsi)", True),
        (1, "digərləri", True),
        (1, "Eynilə", True),
        (2, "yuxarıdakı kimi", True),
        (2, "həmin", True),
        (1, "Те же", True),
        (0, "12-15", True),
        (0, "12/1", False),
        (0, "3-4", False),
        (0, "7 və 8", True),
        (0, "7.", False),
        (6, "+ 3 nəfər", True),
        (2, "Elçin, Həsən oğlu", False),
        (1, "Məmmədova/Qarayeva", False),
        (2, "Əli-Ağa", False),
        (2, "Əli - Ağa", False),
        (2, "Eyni", False),
        (5, "Qaçqın ailəsi evi", False),
        (5, "Nizami küç. 5 (şəhid ailəsi)", False),
        (2, "Elçin (köçkün ailəsi)", False),
        (2, "Elçin (şəhid ailəsi) və Nigar", True),
        (2, "Köçkün ailəsi", True),
        (5, "Nizami küç. 5 (ailəsi)", True),
        (5, "Nizami küç. 5, ailəsi evvəl köçüb", True),
        (2, "Hemin", False),
        (5, "həmin", False),
        (5, "Uşaq bağçası yanı", False),
        (5, "Uşaqlar evi küç. 4", False),
        (5, "2 Челюскинцев ул.", False),
        (5, "Nizami küç. 5 ailəsi 12 nəfər", True),
        (2, "Əli Ağa", False),
        (2, "Vəcihə", False),
    ],
)
def test_two_names_in_a_cell_are_asked_about(column, text, is_asked):
    """A couple in one row would be one voter of two names."""
    found = changed_row(with_cell(column, text), "tsv")
    assert found == (HIDDEN if is_asked else None, int(is_asked))


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ([0, 1, 2, 3, 4, 5, 7, 6, 8], "row-too-long"),
        ([0, 1, 2, 3, 4, 5, 7, 8, 9], "row-too-short"),
        ([0, 1, 2, 9, 3, 4, 5, 6, 7, 8], "row-too-long"),
    ],
)
def test_a_row_whose_cells_moved_is_asked_about(order, code):
    """The document would be the address, and the sex a date, at exit code 0."""
    heads = [*HEADER[:5], "Cinsi", "Ünvanı", "Ş/v №", "FİN"]
    rows = [
        [*row[:5], "K", row[5], f"AZE123456{at:02}", row[6]]
        for at, row in enumerate(ROWS)
    ]
    rows[4] = [[*rows[4], ""][at] for at in order]
    intake, exit_code = taken(book({"Siyahı": [heads, *rows]}), "list 12.xlsx")
    aside = intake.set_aside.select(["code", "line"]).to_pylist()
    assert {"code": code, "line": 6} in aside
    assert (intake.entries.num_rows, exit_code) == (11, 1)


@pytest.mark.parametrize("order", [(2, 1, 3), (1, 3, 2)])
@pytest.mark.parametrize("first", [0, 6])
def test_names_exchanged_half_way_down_a_list_are_asked_about(order, first):
    """A copied half would be on the list as Leyla Məmmədova's Məmmədova Leyla, at exit code 0."""
    rows = [HEADER, *ROWS[:first]]
    rows += [[row[0], *(row[at] for at in order), *row[4:]] for row in ROWS[first:]]
    intake, code = taken(lines(rows))
    # A surname such as Kərimli tells by no ending.
    assert intake.entries.num_rows <= first + 1
    assert code == 1


@pytest.mark.parametrize("first", [0, 12, 24])
def test_a_father_in_place_of_his_child_is_asked_about_without_a_particle(first):
    """Leyla, daughter of Rauf, would be Rauf, son of Leyla, on the list, at exit code 0."""
    rows = [[*row[:3], row[3].split()[0], *row[4:]] for row in voters(24)]
    rows = [[cell.replace(",", "") for cell in row] for row in rows]
    for row in rows[first:]:
        row[2:4] = row[3:1:-1]
    intake, code = taken(lines([HEADER, *rows]))
    women = [row[1].endswith("va") for row in rows[first:]]
    assert (intake.entries.num_rows, code) == (24 - sum(women), int(any(women)))
    # Women of one name, in the order of given names: some men are called Şirin too.
    fathers = ("Əjdər", "Bəbir", "Cəbi", "Dadaş", "Xıdır", "Oruc")
    rows = [["Əliyev" + "a" * bool(at), "Şirin", at or "Rza"] for at in ("", *fathers)]
    assert taken(lines([HEADER[1:4], *rows]))[0].entries.num_rows == len(rows)


@pytest.mark.parametrize(
    ("form", "left", "is_told"),
    [
        ("1980-0{0}-05", "{0}.05.1980", True),
        ("1980-0{0}-05 00:00:00", "{0}.05.1980", True),
        ("{0}/5/1980", "{0}.05.1980", True),
        ("{0}.05.1980", "{0}.05.1980", False),
        # It expects the day first, and the list has the month.
        ("1980-05-0{0}", "5/{0}/1980", True),
    ],
)
def test_dates_that_a_spreadsheet_exchanged_are_asked_for_again(form, left, is_told):
    """Of 05.03.1980 it made 3 May, which is a date as good as any, and left 25.03.1980."""
    dates = [form.format(day) for day in range(3, 9)]
    dates += [left.format(day) for day in range(13, 19)]
    rows = [[*row[:4], date, *row[5:]] for row, date in zip(ROWS, dates, strict=True)]
    assert taken(lines([HEADER, *rows]))[1] == is_told
    late = form.replace("05", "31") if "-" in form else form.replace("{0}", "31")
    rows[0][4] = late.format(5)
    assert taken(lines([HEADER, *rows]))[1] == 0


def _struck(rows, form):
    """A file of these rows, the fifth struck through as a program of this form writes it."""
    name, other = rows[5][1], rows[6][1]
    if form.startswith("docx"):
        made = documents.docx.Document()
        table = documents.add_table(made, rows)
        gone, stays = (table.rows[at].cells[1].paragraphs[0] for at in (5, 6))
        kind = 1 if form == "docx of lines" else 2
        style, of_it = (made.styles.add_style(one, kind) for one in ("a", "b"))
        of_it.base_style = style
        if form == "docx":
            gone.runs[0].font.strike = True
        else:
            style.font.strike = True
            for line in (gone, stays):
                (line if kind == 1 else line.runs[0]).style = of_it
        stays.runs[0].font.strike = False
        return documents.saved(made)
    if form == "odt":
        table = documents.odt_table(rows)
        for text, style in ((name, "b"), (other, "c")):
            span = f'<text:span text:style-name="{style}">{text}</text:span>'
            table = table.replace(text, span)
        return _with_style(documents.odt(table))
    if form == "xlsx in part":
        struck = InlineFont(strike=True)
        rows[5][1] = CellRichText(TextBlock(struck, name[:2]), name[2:])
        whole = TextBlock(InlineFont(strike=False), other)
        rows[6][1] = CellRichText(whole, TextBlock(struck, " "))
        sheet = _sheet(rows)
        # As Excel writes it, a blank cell right before is an element without an end of its own.
        sheet.active["A6"].value = None
        sheet.active["Z5"].font = openpyxl.styles.Font(bold=True)
        return changed(
            documents.saved(sheet), lambda text: text.replace(' t="n"></c>', "/>")
        )
    if form == "xlsx of shared texts":
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream) as made:
            sheet = made.add_worksheet()
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
            struck = made.add_format({"font_strikeout": True})
            sheet.write_rich_string(5, 1, struck, name[:2], name[2:])
        return stream.getvalue()
    if form == "xlsx":
        sheet = _sheet(rows)
        sheet.active["B6"].font = openpyxl.styles.Font(strike=True)
        sheet.active["B7"].font = openpyxl.styles.Font(strike=False, bold=True)
        # What is blank, though struck through, says nothing.
        sheet.active["I8"].font = openpyxl.styles.Font(strike=True)
        return documents.saved(sheet)
    own = 'table:style-name="b" office:value-type'
    lines = [ods_row(row) for row in rows]
    lines[5] = lines[5].replace("office:value-type", own, 2)
    lines[6] = lines[6].replace("office:value-type", own.replace('"b"', '"c"'), 2)
    return _with_style(ods(f"<table:table>{''.join(lines)}</table:table>"))


def _sheet(rows):
    sheet = openpyxl.Workbook()
    for row in rows:
        sheet.active.append(row)
    return sheet


def _with_style(content):
    """An OpenDocument file with the styles b, based on one that strikes through, and c, on b."""
    names = 'xmlns:style="style" xmlns:office="office"'
    line = "<style:text-properties style:text-line-through-style="
    end = "/></style:style>"
    common = f'<style:style style:name="a">{line}"solid"{end}'
    own = '<style:style style:name="b" style:parent-style-name="a"/>'
    own += f'<style:style style:name="c" style:parent-style-name="b">{line}"none"{end}'
    # As LibreOffice says it.
    common = common.replace("line-through-style", "line-through-type")
    made = changed(
        content,
        lambda text: text.replace(
            "<office:body>",
            f"<office:automatic-styles>{own}</office:automatic-styles><office:body>",
        ).replace(" xmlns:text", ' xmlns:style="style" xmlns:text'),
        "content.xml",
    )
    stream = io.BytesIO(made)
    with zipfile.ZipFile(stream, "a") as packed:
        styles = f"<office:document-styles {names}>{common}</office:document-styles>"
        packed.writestr("styles.xml", styles)
    return stream.getvalue()


STRUCK = ("xlsx", "xlsx in part", "xlsx of shared texts", "ods", "odt")
STRUCK += ("docx", "docx of styles", "docx of lines")


def test_who_is_struck_through_in_an_older_workbook_is_told():
    """Its fonts say so, of which the cells name but a style."""
    path = Path(__file__).parent / "reader_files" / "list.xls"
    content = path.read_bytes()
    # The second font strikes through, and the style of the last cell has it.
    font, cell = bytes.fromhex("c8000000ff7f"), struct.pack("<3H", 3, 2, 15)
    at = content.index(font)
    content = content[:at] + bytes.fromhex("c80008") + content[at + 3 :]
    content = content.replace(cell, struct.pack("<3H", 3, 2, 16))
    (sheet,) = read_bytes(content, LIMITS, Attempt()).sheets
    assert sheet.struck.to_pylist() == [False, False, False, True]
    assert read_bytes(path.read_bytes(), LIMITS, Attempt()).sheets[0].struck is None


@pytest.mark.parametrize("form", STRUCK)
def test_who_is_struck_through_stays_and_is_told(form):
    """A voter whom the precinct struck out would be one like others, and nobody would ask."""
    intake, code = taken(_struck([HEADER, *map(list, ROWS)], form))
    told = intake.findings.filter(pc.field("rule") == "marked-gone").to_pylist()
    assert [(row["line"], row["value"]) for row in told] == [(6, 1)]
    ids = {row["line"]: row["entry_id"] for row in intake.entries.to_pylist()}
    assert told[0]["entry_id"] == ids[6]
    assert (intake.entries.num_rows, code) == (12, 0)


GONE, CORRECTS = ["marked-gone"], ["remark-corrects"]


@pytest.mark.parametrize(
    ("remark", "rules"),
    [
        *[("Vəfat edib 2024", GONE), ("köçüb", GONE), ("SİYAHIDAN ÇIXARILIB", GONE)],
        *[("умерла", GONE), ("olub", GONE), ("Bakıdan köçüb gəlib", [])],
        # Who was born in Baku, lives in a street, or is called so.
        *[("Bakıda anadan olub", []), ("Koçubey", []), ("Умерова", [])],
        *[("soyadı Quliyeva olmalıdır", CORRECTS), ("d.t. 01.02.1990", CORRECTS)],
        *[("DÜZƏLİŞ", CORRECTS), ("Adı: Rəna", CORRECTS), ("səhvdir", CORRECTS)],
        ("дата рождения 1.2.1990", CORRECTS),
        *[("qeydiyyat 01.02.2026", []), ("Adil müəllim", []), ("adı yoxdur", [])],
        *[("qızlıq soyadı Quliyeva", []), ("новая фамилия Петрова", CORRECTS)],
    ],
)
def test_what_a_remark_says_of_the_voter_is_told(remark, rules):
    """Who died would be a voter like others, or a name stay wrong, and nobody would ask."""
    rows = [[*row, ""] for row in ROWS]
    rows[4][-1] = remark

    def told():
        found = taken(lines([[*HEADER, "Qeyd"], *rows]))[0].findings.to_pylist()
        found = [row for row in found if row["rule"] in GONE + CORRECTS]
        return [(row["rule"], row["line"], row["value"]) for row in found]

    assert told() == [(rule, 6, 1) for rule in rules]
    for row in rows:
        row[-1] = remark
    # Of thousands one is enough.
    assert told() == [(rule, 2, 12) for rule in rules]


@pytest.mark.parametrize(
    ("of_each", "is_told"),
    [
        # One form, both orders: of 04/05/1980 nobody knows.
        ("10/{0}/1980 {0}/10/1980 04/05/1980", True),
        # Two forms, each of one order, which tells of every date.
        ("10/{0}/1980 {0}.10.1980 04/05/1980 04.05.1980", False),
        # A form of its own, that tells nothing.
        ("10/{0}/1980 10/{0}/1980 04-05-1980", True),
        ("{0}/10/1980 {0}/10/1980 04-05-1980", False),
        ("1980-10-{0} 1980-{0}-10 1980-04-05", True),
        ("1980-10-{0} 1980-10-{0} 04/05/1980", False),
    ],
)
def test_a_date_that_nobody_knows_is_asked_about(of_each, is_told):
    """Day and month of a third of such a list were the wrong way round, at exit code 0."""
    one, other, *dates = of_each.split()
    dates += [form.format(day) for form in (one, other) for day in (13, 14, 15)]
    rows = [[*row[:4], date, *row[5:]] for row, date in zip(ROWS, dates, strict=False)]
    intake, code = taken(lines([HEADER, *rows]))
    told = intake.findings.filter(pc.field("rule") == "date-order-mixed").to_pylist()
    assert [(row["value"], row["line"]) for row in told] == [(1, 2)] * is_told
    assert code == is_told


@pytest.mark.parametrize(("slips", "is_told"), [(3, False), (4, True)])
def test_few_dates_of_many_are_slips(slips, is_told):
    """A list of hundreds would be asked for again for three days typed in a month's place."""
    dates = [f"10.{day}.1980" for day in range(13, 13 + slips)]
    dates += (
        f"{13 + at % 15}.{1 + at // 15 % 12}.{1950 + at // 180}" for at in range(700)
    )
    rows = [["Əliyev", "Əli", date] for date in [*dates[:700], "4.5.1980"]]
    findings = taken(lines([["Soyadı", "Adı", "Doğum tarixi"], *rows]))[0].findings
    assert ("date-order-mixed" in findings.column("rule").to_pylist()) == is_told


@pytest.mark.parametrize(("off", "is_told"), [(10, True), (1, False)])
def test_an_age_that_contradicts_the_date_is_told(off, is_told):
    """A year typed wrong beside the right age would be the voter's, and nobody would look."""
    rows = [
        [*row, str(2024 + at % 2 - int(row[4][-4:]))] for at, row in enumerate(ROWS)
    ]
    rows[4][-1] = str(int(rows[4][-1]) + off)
    rows[5][-1] = ""
    findings = taken(lines([[*HEADER, "Yaşı"], *rows]))[0].findings.to_pylist()
    found = [(row["line"], row["field"]) for row in findings if "age" in row["rule"]]
    assert found == [(6, "birth_date")] * is_told


@pytest.mark.parametrize("sexes", ["qk", "ke"])
def test_men_and_women_written_otherwise_are_in_step(sexes):
    """Women with the surnames of men, or K for kadın: good lists were asked for again."""
    rows = [[*row, sexes[at % 2]] for at, row in enumerate(ROWS)]
    for at, row in enumerate(rows):
        row[1] = row[1].removesuffix("a") + "a" * (sexes == "ke" and not at % 2)
        row[3] = f"{row[3].split()[0]} {'oğlu' if at % 2 else 'qızı'}"
    intake, code = taken(lines([[TITLE], [*HEADER, "Cinsi"], *rows]))
    assert (intake.entries.num_rows, code) == (12, 0)


@pytest.mark.parametrize("alone", [(), (1,), (1, 2), (1, 2, 3), (7,)])
def test_columns_sorted_without_the_others_are_asked_about(alone):
    """Every voter had the birth date and the FIN of another, at exit code 0."""
    rows = [[*row, "kişi" if at % 2 else "qadın"] for at, row in enumerate(ROWS)]
    for row in rows:
        row[1] = row[1].removesuffix("a") + "a" * (row[7] == "qadın")
        row[3] = f"{row[3].split()[0]} {'qızı' if row[7] == 'qadın' else 'oğlu'}"
    for column in alone:
        ordered = sorted(row[column] for row in rows)
        for row, text in zip(rows, ordered, strict=True):
            row[column] = text
    intake, code = taken(lines([[TITLE], [*HEADER, "Cinsi"], *rows]))
    assert (intake.entries.num_rows, code) == (12, int(bool(alone)))


def test_single_exchanges_are_left_to_the_corrections():
    """Who can be corrected at the desk would be on no list."""
    rows = [list(row) for row in ROWS]
    for row in rows[:9:2]:
        row[1:3] = row[2:0:-1]
    assert asked(taken(lines([HEADER, *rows]))[0]) == []


@pytest.mark.parametrize("name", ["Seçicilər", "Избиратели", "Vətəndaşlar", "Adlar"])
@pytest.mark.parametrize("is_alone", [True, False])
def test_the_heading_of_a_column_of_names_is_no_voter(name, is_alone):
    """Somebody called Seçicilər would be on the list."""
    table = [[name, "Ünvan"], *zip(WHOLE, ["Nizami küç. 5"] * 12, strict=True)]
    rows = [row[:1] if is_alone else row for row in table]
    intake, _ = taken(book({"Siyahı": rows}), "list 12.xlsx")
    assert intake.entries.num_rows == 12
    assert bool(asked(intake)) == (name == "Adlar" and is_alone)


def test_headings_in_two_languages_below_each_other_are_known():
    """Dates, addresses and FINs were in columns that nobody understood: no voter was an entry."""
    others = ["No", "Фамилия", "Имя", "Отчество", "Дата рождения", "Адрес", "ПИН"]
    header = [f"{one}\n{other}" for one, other in zip(HEADER, others, strict=True)]
    intake, code = taken(book({"Siyahı": [header, *ROWS]}), "list 12.xlsx")
    dates = intake.entries.column("birth_date").to_pylist()
    assert ({*dates}, code) == ({row[4] for row in ROWS}, 0)


@pytest.mark.parametrize("row", [["13"], ["13", "-", "-", "", "-"], ["13.", " "]])
def test_rows_that_are_prepared_for_further_voters_raise_no_question(row):
    """Each form that is printed with numbers to its end would be asked about."""
    below = [["Cəmi: 12"], ["Sədr: Əliyev E."]]
    empty = [[*row, *[""] * (7 - len(row))]] * 5
    rows = [HEADER, *ROWS, *empty, *below]
    intake, code = taken(book({"Siyahı": rows}), "list 12.xlsx")
    assert (intake.entries.num_rows, code) == (12, 0)
    among = [HEADER, *ROWS[:6], *empty[:1], *ROWS[6:]]
    assert taken(book({"Siyahı": among}), "list 12.xlsx")[1] == 1


def with_row(row, place=6, form="xlsx"):
    """(lines asked about, exit code) of a list with one row more behind so many voters."""
    rows = [HEADER, *ROWS[:place], row, *ROWS[place:]]
    intake, code = taken(in_form(form, rows), f"list 12.{form}")
    assert surnames(intake) == NAMES
    assert intake.entries.num_rows == len(ROWS)
    return asked(intake), code


QUIET, NAMED, ASKED = (0, 0), (0, 1), (1, 1)
"""What a row does: nothing, it is named otherwise, it is asked about as a voter."""


@pytest.mark.parametrize(
    ("place", "row", "told"),
    [
        # Whoever was added in haste below a list stands in a row prepared for somebody.
        (12, ["Əliyev Vəli Həsən oğlu 05.03.1980", *[""] * 6], NAMED),
        (12, ["13. Əliyev V.", *[""] * 6], NAMED),
        (12, ["Vəli", *[""] * 6], NAMED),
        # Who lives in a village, or has a name that begins as a word, is no street and no total.
        *(
            (6, ["", text], ASKED)
            for text in (
                "Əliyev Vəli Həsən oğlu Zığ kəndi",
                "Əliyev Vəli, Nizami küç.",
                "Əliyev V.H. Nizami küçəsi",
                "Веселов",
                "Веселова М.И.",
                "из них Веселов Иван Петрович",
                "Mansur 1950",
                "Əman 12",
                "Qadınov 5",
            )
        ),
        # A name that goes on in the next row would be one more voter.
        (6, ["", "", "", "Rauf oğlu", "", "", ""], ASKED),
        (6, ["", "Tahirli", "Aygün", "", "", "", ""], ASKED),
        # Whoever was added in the last line of a sheet is no part of its total.
        (12, ["Cəmi: 12", "Tahirli Leyla"], ASKED),
        (12, ["Cəmi Seçici", "12 nəfər"], QUIET),
        (12, ["Cəmi:", "12", "Sədr Tahirli Leyla"], QUIET),
        (12, ["ondan kişi", "6"], QUIET),
        (12, ["ondan kişi", "6", "Tahirli Leyla"], ASKED),
        (12, ["Qadınlar:", "6"], QUIET),
        (12, ["KİŞİ", "6"], QUIET),
        (12, ["o cümlədən:"], QUIET),
        (12, ["Мужчины", "6"], QUIET),
        # A printed total that is as near as the lines of a cell is of the last voter.
        (12, ["13", "Tahirli\nYekun 13", "Leyla", *ROWS[0][3:]], ASKED),
        # A commission would be asked about each street, or a voter beside its total be lost.
        (6, ["", "Nizami küçəsi üzrə cəmi:", 6, ""], QUIET),
        (6, ["", "Küçə üzrə cəmi: 6 nəfər", 6, ""], QUIET),
        (6, ["", "NİZAMİ KÜÇƏSİ ÜZRƏ CƏMİ", 6, ""], QUIET),
        (6, ["", "Cəmi səhifə üzrə: 6", 6, ""], QUIET),
        (6, ["", "Итого по странице: 6", 6, "Tahirova Solmaz"], ASKED),
        (6, ["", "Küçə üzrə cəmi", 6, "Tahirova Solmaz"], ASKED),
        (6, ["", "Küçə üzrə cəmi", 6, "Tahirova Solmaz Əli qızı"], ASKED),
        (6, ["", "Səhifə üzrə yekun", 6, "Tahirova Solmaz"], ASKED),
        (6, ["", "Siyahı üzrə cəmi", 6, "Tahirova Solmaz Əli qızı"], ASKED),
        (6, ["", "Nizami üzrə Cəmişov Əli", 6, ""], ASKED),
        # Each list with a total in words would be asked about.
        (12, ["Cəmi", "Seçici Sayı", "12", *[""] * 4], QUIET),
        (12, ["Yekun", "132", "Yüz Otuz İki", *[""] * 4], NAMED),
    ],
)
def test_a_row_beside_the_voters_is_asked_about_where_it_may_be_one(place, row, told):
    """A voter would be on no list, at exit code 0, or a commission be asked about each total."""
    is_asked, code = told
    assert with_row(row, place) == ([place + 2] * is_asked, code)


def test_numbers_without_a_single_name_are_asked_about():
    """A list whose names were lost on its way would pass for a form that nobody filled in."""
    rows = [HEADER, *([str(number), *[""] * 6] for number in range(1, 13))]
    assert taken(book({"Siyahı": rows}), "list 12.xlsx")[1] == 1


@pytest.mark.parametrize("name", ["Məmmədov Kəndi", "Веселова М.И.", "Əliyev Prospekt"])
def test_a_list_of_names_alone_has_no_streets(name):
    """A voter has no more cells there than a street has."""
    rows = [["Soyadı, adı, atasının adı"], *([name] for name in WHOLE), [name]]
    intake, _ = taken(lines(rows))
    assert (intake.entries.num_rows, asked(intake)) == (13, [])


def test_a_sign_before_a_name_is_no_error_of_a_spreadsheet():
    """Whom a clerk marked would be on no list."""
    rows = [[row[0], f"#{row[1]}", *row[2:]] for row in ROWS]
    assert taken(lines([HEADER, *rows]))[0].entries.num_rows == 12


@pytest.mark.parametrize("name", ["Mansur", "Manaf", "Əman", "Mandy"])
def test_a_name_and_a_year_are_no_number_of_men(name):
    """A voter without a surname, in a list of names and years, would be a total."""
    rows = [["Soyadı", "Adı", "Doğum ili"], *([*row[1:3], "1950"] for row in ROWS)]
    intake, code = taken(lines([*rows, ["", name, "1951"]]))
    assert (intake.entries.num_rows, code) == (13, 0)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Nizami küçəsi", 0),
        ("S. Vurğun küç.", 0),
        ("Zığ qəsəbəsi, Nizami küçəsi", 0),
        ("Садовая улица", 0),
        ("Məmmədov Əli küçəsi", 0),
        ("28 May küç.", 0),
        ("Yuxarı Qarabağlı kəndi", 0),
        ("ул. Низами", 0),
        ("Küçə: Nizami", 0),
        ("Nizami küçəsi, 5-ci bina", 0),
        ("Tahirova Solmaz", 1),
    ],
)
def test_a_street_above_those_who_live_there_raises_no_question(text, code):
    """A list by streets would be asked about as often as it has streets."""
    rows = [HEADER, [text], *ROWS[:6], [text], *ROWS[6:]]
    intake, exit_code = taken(book({"Siyahı": rows}), "list 12.xlsx")
    assert (intake.entries.num_rows, exit_code) == (12, code)


@pytest.mark.parametrize("address", ["{}", "ev {}, mənzil 3", "", "Sabir küç. {}"])
def test_who_stands_below_a_street_lives_there(address):
    """All of one house number had one address, whatever their street; unless it names its own.

    A village above a street was lost.
    """
    rows = [[*row[:5], address.format(row[0]), row[6]] for row in ROWS]
    above = [["Nizami küçəsi"], ["Qeyd: yoxlanılıb"], ["Vaqif küç., 5-ci bina"]]
    parts = (rows[:4], [*rows[4:6], ["Xaldan kəndi"]], rows[6:9])
    below = [
        row for pair in zip(above, parts, strict=True) for row in (pair[0], *pair[1])
    ]
    other = [["15 saylı seçki məntəqəsi"], *rows[9:]]
    found, _ = taken(lines([["14 saylı seçki məntəqəsi"], HEADER, *below, *other]))
    in_village = "Xaldan kəndi Vaqif küç., 5-ci bina"
    streets = ["Nizami küçəsi"] * 6 + [in_village] * 3 + [""] * 3
    if "Sabir" in address:
        streets = [""] * 12
    wanted = [
        f"{street} {row[5]}".strip() for street, row in zip(streets, rows, strict=True)
    ]
    lived = {row["number"]: row["address"] or "" for row in found.entries.to_pylist()}
    assert [lived[row[0]] for row in rows] == wanted


def test_a_column_of_surnames_without_one_is_told():
    """A whole list would be one of given names: an old workbook had formulas without values."""
    rows = [[row[0], "", *row[2:]] for row in ROWS]
    intake, code = taken(book({"Siyahı": [HEADER, *rows]}), "list 12.xlsx")
    assert (intake.entries.num_rows, code) == (0, 1)


@pytest.mark.parametrize("title", ["Komissiyanın tərkibi", "Состав комиссии"])
def test_the_members_of_the_commission_are_no_voters(title):
    """Whoever sits in a commission would be on its list twice, once without a birth date."""
    members = [[title], ["№", "S.A.A.", "Vəzifəsi"], ["1", WHOLE[0], "sədr"]]
    sheets = {"12": [HEADER, *ROWS], "Vərəq2": members}
    intake, code = taken(book(sheets), "list 12.xlsx")
    assert (intake.entries.num_rows, code) == (12, 1)


@pytest.mark.parametrize(
    ("column", "change", "is_asked"),
    [
        (2, "{}, Nigar", True),
        (2, "{}/Nigar", True),
        (2, "{}/Эльчин", False),
        (2, "{0}/{0}ə", False),
        (2, "Нигяр | {}", False),
        (0, "12-{}", False),
        (5, "{}, 4 nəfər", False),
    ],
)
def test_what_every_row_has_is_asked_about_where_it_can_be_two(
    column, change, is_asked
):
    """A list of couples would be one of half its voters; one of numbered numbers is asked about."""
    rows = [list(row) for row in ROWS]
    for row in rows:
        row[column] = change.format(row[column])
    intake, code = taken(lines([HEADER, *rows], "\t"))
    assert len(asked(intake)) == (len(rows) if is_asked else 0)
    assert code == int(is_asked)


def test_a_word_of_repetition_in_place_of_a_surname_is_asked_about_at_any_address():
    """In a list by surnames an Əliyev of another street would be on the list as an Eyni."""
    rows = [list(row) for row in ROWS]
    for row, home in zip(
        rows, ("Nizami küç. 1", "Nizami küç. 1", "Sabir küç. 2") * 4, strict=True
    ):
        row[5] = home
    rows[1][1] = rows[4][1] = rows[5][1] = "Eyni"
    intake, code = taken(lines([HEADER, *rows], "\t"))
    assert (asked(intake), code) == ([3, 6, 7], 1)


def test_a_column_of_husbands_is_no_column_of_voters():
    """Each row would be asked about, where their names stand in most; with dates they are asked."""
    others = [f"həyat yoldaşı {row[1]} {row[2]}" for row in [*ROWS[1:], ROWS[0]]]
    rows = [[*row, other] for row, other in zip(ROWS, others, strict=True)]
    intake, code = taken(lines([[*HEADER, "Qeyd"], *rows]))
    assert (asked(intake), code) == ([], 0)
    rows = [[*row[:-1], f"{row[-1]} 01.02.1970"] for row in rows]
    assert len(asked(taken(lines([[*HEADER, "Qeyd"], *rows]))[0])) > len(ROWS) / 2


@pytest.mark.parametrize("count", [48, 60])
def test_a_header_far_below_is_found(count):
    """The row of headings would be a voter, and what stands above it would be titles."""
    notes = [[f"Qeyd {at}: siyahı belə tutulub"] for at in range(count)]
    intake, code = taken(book({"Siyahı": [*notes, HEADER, *ROWS]}), "list 12.xlsx")
    assert (surnames(intake), code) == (NAMES, 0)
    upper = [row for row in ROWS for _ in range(count // len(ROWS) + 1)]
    intake, _ = taken(lines([*upper, HEADER, *ROWS]))
    assert intake.entries.num_rows == len(upper) + len(ROWS)


def test_voters_who_are_not_understood_above_a_header_far_below_are_no_titles():
    """Seventy voters would be left out, and nothing would say so."""
    upper = [[f"{at}. Tahirli {ROWS[at % 12][2]} 1970"] for at in range(70)]
    intake, code = taken(book({"Siyahı": [*upper, HEADER, *ROWS]}), "list 12.xlsx")
    codes = intake.set_aside.column("code").to_pylist()
    assert (codes.count("header-unknown"), code) == (len(upper) + 1 + len(ROWS), 1)


def test_a_list_of_names_alone_keeps_those_above_a_further_header():
    """The last six would be the title of the next list, and on no list."""
    names = [[f"Tahirli {row[2]}"] for row in ROWS]
    further = [["Məntəqə 13"], HEADER, *ROWS]
    sheet = book({"Siyahı": [["Soyadı, adı"], *names, *further]})
    intake, _ = taken(sheet, "list 12.xlsx")
    assert intake.entries.num_rows == 2 * len(ROWS)
    assert intake.entries.column("precinct").to_pylist().count(13) == len(ROWS)
    assert asked(intake) == []


def test_voters_who_stand_beside_each_other_are_no_notes():
    """A sheet of persons in columns beside a list would be left out as one without people."""
    sideways = [list(line) for line in zip(HEADER, *ROWS[:3], strict=True)]
    book_of_two = book({"Siyahı": [HEADER, *ROWS[3:]], "Əlavə": sideways})
    intake, code = taken(book_of_two, "list 12.xlsx")
    codes = intake.set_aside.column("code").to_pylist()
    assert (codes.count("header-unknown"), code) == (len(HEADER), 1)
    told = [[name, "necə yazılır"] for name in HEADER]
    with_help = book({"Siyahı": [HEADER, *ROWS], "Təlimat": told})
    intake, _ = taken(with_help, "list 12.xlsx")
    assert "header-unknown" not in intake.set_aside.column("code").to_pylist()


def test_a_family_in_a_column_that_is_not_understood_is_asked_about():
    """Names alone, without a date or a FIN, would be left out with their column."""
    rows = [[*row, ""] for row in ROWS]
    rows[4][-1] = "Nigar Rauf qızı, Leyla Kamil qızı"
    rows[5][-1] = "Nigar Rauf qızı"
    intake, code = taken(lines([[*HEADER, "Ev adamları"], *rows]))
    assert (asked(intake), code) == ([6], 1)


WHOLE_HEADER = ["№", "Soyadı, adı, atasının adı", *HEADER[4:6], "Sənəd", "FİN"]
WHOLE_ROWS = [
    [row[0], " ".join(row[1:4]), *row[4:6], f"AZE {12345678 + at}", row[6]]
    for at, row in enumerate(ROWS)
]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("header", "body", "column"),
    [
        *((HEADER, ROWS, column) for column in range(len(HEADER))),
        *((WHOLE_HEADER, WHOLE_ROWS, column) for column in range(len(WHOLE_HEADER))),
    ],
)
def test_a_whole_line_in_one_cell_of_an_entry_is_asked_about(
    header, body, column, form
):
    rows = [header, *(list(row) for row in body)]
    rows[4][column] = f"{rows[4][column]} {','.join(body[7])}"
    del rows[8]
    intake, code = taken(in_form(form, rows), f"list 12.{form}")
    assert (asked(intake), code) == ([5], 1)


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        # A few: where the names of more hold digits, their heading is doubtful.
        ([*WHOLE_HEADER[:2], "Ünvanı"], [[r[0], f"{r[1]}, {r[2]}", r[3]] for r in WHOLE_ROWS[:4]]),
        (WHOLE_HEADER[:5], [[*r[:4], f"{r[4]} {r[5]}"] for r in WHOLE_ROWS]),
        ([*WHOLE_HEADER[:4], "FİN"], [[*r[:4], f"{r[5]} {r[4]}"] for r in WHOLE_ROWS]),
    ],
    ids=["birth date behind the name", "FIN behind the document", "document behind the FIN"],
)  # fmt: skip
def test_a_cell_of_one_voter_may_hold_what_has_no_column_of_its_own(header, cells):
    intake, _ = taken(lines([header, *cells]))
    assert (intake.entries.num_rows, asked(intake)) == (len(cells), [])


@pytest.mark.parametrize("count", [1, 5, 30])
@pytest.mark.parametrize("share", [0.3, 1])
@pytest.mark.parametrize("is_left", [True, False])
def test_however_many_rows_stand_beside_their_headings_none_is_an_entry(
    count, share, is_left
):
    """Their voters would be others, at exit code 0, where most rows or a short list are so."""
    rows = [[cell.replace(",", "") for cell in row] for row in voters(count)]
    places = range(max(1, int(count * share)))
    for at in places:
        row = rows[at]
        rows[at] = shifted(row, 3) if is_left else [*row[:3], "", *row[3:-1]]
    whole = {row[1] for row in rows[len(places) :]}
    intake, code = taken(lines([HEADER, *rows]))
    assert surnames(intake) <= whole
    assert code == 1


def test_two_voters_in_a_row_whose_surnames_stand_in_one_line_are_asked_about():
    rows = [list(row) for row in TWO]
    rows[2][1] = rows[2][1].replace("\n", "")
    intake, code = taken(in_form("xlsx", [HEADER, *ROWS, *rows[2:3]]), "list 12.xlsx")
    assert (asked(intake), code) == ([len(ROWS) + 2], 1)


def test_a_row_that_merely_ends_early_is_an_entry():
    """The FIN is often unknown, and the birth date may be."""
    rows = [HEADER, *(row[:-1] for row in ROWS)]
    rows[3][4] = ""
    intake, code = taken(lines(rows))
    assert (surnames(intake), code) == (NAMES, 0)


@pytest.mark.parametrize("lost", ["Soyadı", "Adı"])
@pytest.mark.parametrize("count", [3, 12])
def test_a_list_of_which_one_part_of_the_name_is_not_understood_is_doubtful(
    lost, count
):
    """Its voters would be entries without a surname, or without a given name."""
    header = [name.replace(lost, "Sdx") if name == lost else name for name in HEADER]
    intake, code = taken(lines([header, *ROWS[:count]]))
    assert (intake.entries.num_rows, code) == (0, 1)


# --- headings
# --------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize(
    ("numbers", "by", "left"),
    [
        ((1,), "", 11),
        ((1,), None, 11),
        ((1, 2), "", 10),
        (range(1, 13), "", 0),
        (range(1, 13), None, 0),
        (range(1, 13), " ", 0),
    ],
)
def test_headings_that_swallow_voters_are_asked_about(delimiter, numbers, by, left):
    """Where the line lost its end the first voters would be headings, and nobody would know."""
    by = delimiter if by is None else by
    intake, code = taken(joined(lines([HEADER, *ROWS], delimiter), *numbers, by=by))
    assert intake.entries.num_rows == left
    assert (asked(intake), named(intake), code) == ([1], [(1.0, 1)], 1)


def test_headings_with_voters_who_have_but_a_name_are_asked_about():
    """Without dates and endings of surnames only the number of cells tells."""
    rows = [[str(at), "Şirin", "Gülər", "Bakı"] for at in range(12)]
    text = lines([["№", "Soyadı", "Adı", "Ünvanı"], *rows])
    intake, code = taken(joined(text, 1))
    assert (asked(intake), code) == ([1], 1)


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([HEADER + ROWS[0], *ROWS[1:]], 1),
        ([HEADER, *ROWS[:6], HEADER + ROWS[6], *ROWS[7:]], 8),
        ([HEADER, [*"1234567", *ROWS[0]], *ROWS[1:]], 2),
        ([HEADER, *ROWS[:6], ROWS[6] + ROWS[7], *ROWS[8:]], 8),
        ([*ROWS[:6], ROWS[6] + ROWS[7], *ROWS[8:]], 7),
    ],
)
def test_a_voter_behind_another_row_of_a_workbook_is_asked_about(rows, line):
    """In a workbook no row is too long: what stands behind the columns would not be looked at."""
    intake, code = taken(book({"Siyahı": rows}), "list 12.xlsx")
    assert (asked(intake), code) == ([line], 1)


@pytest.mark.parametrize("above", [[name] for name in (WHOLE[0], WHOLE[1].upper())])
def test_a_name_alone_above_the_headings_is_no_title(above):
    """The last voters of a list would be the title of the next one in its sheet."""
    intake, code = taken(lines([[TITLE], above, HEADER, *ROWS]))
    assert (asked(intake), intake.entries.num_rows, code) == ([2], 12, 1)


def test_a_list_of_two_columns_is_no_list_of_signatures():
    """A voter who lives in a street of a commission would be the signature of one."""
    rows = [
        [f"{row[1]} {row[2]}", f"Komissiya küç. {at}"] for at, row in enumerate(ROWS)
    ]
    intake, _ = taken(lines([["Soyadı, adı", "Ünvanı"], *rows]))
    assert (intake.entries.num_rows, asked(intake)) == (12, [])


def test_a_joined_row_of_a_list_without_headings_is_too_long():
    """Without headings the longest row would say how many columns there are."""
    intake, code = taken(joined(lines(ROWS), 6))
    assert intake.entries.num_rows == 10
    assert intake.set_aside.column("code").to_pylist() == ["row-too-long"]
    assert code == 1


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85", "\v", "\f", "\r"])
def test_other_ends_of_lines_are_ends_where_there_are_no_usual_ones(end):
    """The whole list would be one row of headings."""
    intake, code = taken(lines([HEADER, *ROWS], end=end))
    assert (surnames(intake), code) == (NAMES, 0)


@pytest.mark.parametrize(
    "text",
    [
        "88 saylı seçki dairəsi, 12 saylı seçki məntəqəsi",
        "HEYDƏR ƏLİYEV PROSPEKTİ 12",
        "Zərifə Əliyeva adına 12 saylı tam orta məktəb",
        "Məntəqə Seçki Komissiyasının sədri: Əliyev Elçin Rauf oğlu",
        "Sədr\tƏliyev Elçin Rauf oğlu",
        "Katib:\tQuliyeva L.K.\t05.02.2026",
        "_________ E.R. Əliyev",
        "Üzvlər: 1. Əliyev E. 2. Quliyev T. 3. Məmmədova S.",
        "Azərbaycan Respublikasının 27.05.2003-cü il tarixli Seçki Məcəlləsi",
        "Cəmi\t24",
        "SEÇİCİLƏRİN SİYAHISI",
        "Список избирателей 12 участка",
        "Председатель комиссии Алиев Эльчин Рауф оглы",
        "Chairman: Aliyev Elchin Rauf oglu",
        "Məsul şəxs: Əliyev E. (050) 123 45 67",
        "Məsul şəxs, Həsənov Rauf",
        "İcra başçısı, Əliyev Anar",
        "Siyahıya əlavə edilib: 12 seçici. Sədr: Məmmədov A.",
        "Qeyd: Heydər Əliyev küçəsi siyahıya əlavə edilib",
    ],
)
def test_titles_and_signatures_raise_no_alarm(text):
    """A commission that is asked about each of its signatures reads no question any more."""
    assert not hides_voter(text)


@pytest.mark.parametrize(
    "text",
    [
        "13. Əliyev Elçin Rauf oğlu 01.02.1950",
        "Əliyev Elçin Rauf oğlu",
        "9. Tahirli İlqar Vaqif oğlu",
        "13 Quliyeva Leyla Kamil qızı AZE12345678",
        "Şirin Gülər 1950-02-01 1XK0001",
        "Алиев Эльчин Рауф оглы",
        "Qeyd: Quliyev Orxanı siyahıya əlavə edin",
        "Qeyd: Nizami küç. 5, Quliyev Orxan siyahıya düşməyib",
        "Əliyev Elçin, Quliyeva Leyla",
        "Cəmi: 24\tƏliyev Elçin\t01.02.1950",
    ],
)
def test_a_voter_among_titles_raises_one(text):
    """A line of text below a table may be a voter."""
    assert hides_voter(text)


@pytest.mark.parametrize(
    "cells",
    [
        "Atasının adı (oğlu/qızı)",
        "OĞLU/QIZI",
        "Подпись членов\tПОДПИСЬ ЧЛЕНОВ",
        "FİN (7 simvol)\tQeyd 2",
        "Doğum tarixi (gün.ay.il)",
    ],
)
def test_unknown_headings_are_no_person(cells):
    """Each list with a heading of its own would be asked about."""
    assert not holds_person(cells)


def test_a_row_that_may_be_a_voter_keeps_a_list_from_being_done(tmp_path):
    """The run would end with 0, and the list go up without the voter."""
    folder = workspaces.make(tmp_path)
    first, second = sorted((folder / "inbox" / "88").iterdir())
    first.unlink()
    second.write_text(joined(lines([HEADER, *ROWS]), 1), encoding="utf-8")
    result = workspaces.run(folder, until=Stage.CHECK)
    assert (result.rows_out, result.exit_code) == (11, 1)
    assert result.set_aside_by_code == {HIDDEN: 1}
    runs = Known(result.run, {}, (result.folder,), (frozenset(),))
    source = ListSource(folder, runs, None, None)
    assert gates._set_aside(gates._Run(source, gates.Scope(88))) == 1
    assert HIDDEN not in NOBODY


# --- rows of two voters
# --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [
        TWO[5],
        [*TWO[5][:5], "Nizami küç. 5", TWO[5][6]],
        [ROWS[10][0], *TWO[5][1:3], *ROWS[10][3:]],
    ],
)
def test_two_voters_in_one_row_of_cells_are_asked_about(row):
    """Two people would be one entry of two names."""
    content = book({"Siyahı": [HEADER, *ROWS[:10], row]})
    intake, code = taken(content, "list 12.xlsx")
    assert (asked(intake), named(intake), code) == ([12], [(1.0, 12)], 1)
    assert intake.entries.num_rows == 10


def test_two_whole_names_in_one_cell_are_asked_about():
    """A list of names alone has no second cell to tell."""
    rows = [["Soyadı, adı, atasının adı"], *([name] for name in WHOLE[:10])]
    content = book({"Siyahı": [*rows, ["\n".join(WHOLE[10:])]]})
    intake, code = taken(content, "list 12.xlsx")
    assert (asked(intake), code) == ([12], 1)
    assert asked(taken(lines(rows) + "\u2028".join(WHOLE[10:]))[0]) == [12]


@pytest.mark.parametrize(
    "headings",
    [
        ["Mənzil", "1-ci seçici", "Doğum tarixi", "2-ci seçici", "Doğum tarixi"],
        ["Mənzil", "Seçici", "Doğum tarixi", "Həyat yoldaşı", "Doğum tarixi"],
        ["Mənzil", "Əri", "Doğum tarixi", "Arvadı", "Doğum tarixi"],
    ],
)
def test_two_voters_under_headings_of_their_own_are_asked_about(headings):
    """The second one would be lost with a column that was not understood."""
    people = [[" ".join(row[1:4]), row[4]] for row in voters(48)]
    pairs = zip(people[::2], people[1::2], strict=True)
    rows = [
        headings,
        *([str(at), *one, *two] for at, (one, two) in enumerate(pairs, 1)),
    ]
    intake, code = taken(book({"Siyahı": rows}), "list 12.xlsx")
    assert (intake.entries.num_rows, code) == (0, 1)


@pytest.mark.parametrize(
    "cells",
    [
        "Əliyev Elçin Rauf oğlu, Əliyeva Leyla Kamil qızı\t1\t01.02.1950",
        "Əliyev Elçin və Leyla\t1\t01.02.1950; 03.04.1952",
    ],
)
def test_two_voters_in_one_line_of_a_cell_are_asked_about(cells):
    """The second one would be part of the name of the first."""
    assert is_of_two(cells)


@pytest.mark.parametrize("line", ["---", ":---:", "=====", "____", "——", "+----"])
def test_a_line_drawn_with_signs_is_no_voter(line):
    """The table of a text file would have a voter who is called ``---``."""
    rows = [HEADER, [line] * len(HEADER), *ROWS[:6], ["7", *[line] * 4], *ROWS[6:]]
    intake, _ = taken(lines(rows))
    codes = intake.set_aside.column("code").to_pylist()
    assert sorted(codes) == ["blank-row", "header-row", "no-name"]
    assert surnames(intake) == NAMES


@pytest.mark.parametrize(
    "cells",
    [
        "Əliyeva\n(Quliyeva)\tLeyla",
        "Əliyev Elçin\nRauf oğlu\t1\t01.02.1950",
        "Əliyev Elçin Rauf oğlu, 01.02.1950\t01.02.1950",
        "Əliyev\nElçin\nRauf oğlu\t3",
        "Abdurrəh\nmanova\tMəhəmməd\nəli",
        "Əliyev Elçin\nRauf oğlu\t02.03.\n1950",
    ],
)
def test_a_name_in_two_lines_is_one_voter(cells):
    """A narrow column would set its voters aside."""
    assert not is_of_two(cells)


@pytest.mark.parametrize("sign", ["a", " ", "\n", "-", "A-", "\u0259 ", "1", "AZE "])
def test_a_cell_of_any_length_is_looked_at_in_no_time(sign):
    """One cell of a hundred thousand signs would hold a run for minutes."""
    cell = sign * (100_000 // len(sign))
    start = time.process_time()
    for is_voter in (hides_voter, holds_person, is_of_two):
        is_voter(f"Ab{cell}\nAb{cell}")
    assert time.process_time() - start < 5


# --- JSON
# --------------------------------------------------------------------------------------

RECORDS = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
COLUMNS = {name: [row[at] for row in ROWS] for at, name in enumerate(HEADER)}


@pytest.mark.parametrize(
    "value",
    [
        [HEADER, *ROWS],
        {"voters": RECORDS},
        {"columns": HEADER, "data": ROWS},
        COLUMNS,
        {name: dict(enumerate(cells)) for name, cells in COLUMNS.items()},
        dict(enumerate(RECORDS)),
        [RECORDS[:6], RECORDS[6:]],
        [{"Soyadı": "Əliyev", "voters": RECORDS[:6]}, {"voters": RECORDS[6:]}],
        [*RECORDS[:6], ROWS[6:]],
        [{**one, "ailə": [two]} for one, two in zip(RECORDS, RECORDS, strict=True)],
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_json_that_holds_rows_in_another_way_is_named_as_no_table(value, indent):
    """A record of twelve voters would be one entry, a list of lists one row of headings."""
    intake, code = taken(json.dumps(value, ensure_ascii=False, indent=indent))
    assert intake.set_aside.column("code").to_pylist() == ["file-not-a-table"]
    assert code == 3


def test_a_record_within_a_record_is_of_one_voter():
    """An address or a document in parts would refuse the list."""
    parts = {
        "Ünvan": {"küçə": "Nizami", "ev": "5"},
        "sənəd": {"seriya": "AA", "nömrə": "1234567"},
        "telefon": ["050 111 22 33", "012 111 22 33"],
    }
    text = "\n".join(json.dumps({**record, **parts}) for record in RECORDS)
    intake, code = taken(text)
    assert (surnames(intake), code) == (NAMES, 0)


@pytest.mark.parametrize("above", ["name", "voter.name", "fullName"])
def test_a_name_that_is_a_record_is_read_by_its_parts(above):
    """The surname would be a whole name, and the father's name the given one."""
    parts = [f"{above}.{part}" for part in ("surname", "given", "patronymic")]
    rows = [[*parts, "birth_date"], *(row[1:5] for row in ROWS)]
    intake, code = taken(lines(rows))
    names = intake.entries.select(["surname", "given_name", "patronymic"]).to_pylist()
    assert {tuple(name.values()) for name in names} == {tuple(row[1:4]) for row in ROWS}
    assert code == 0


# --- bytes lost and added
# --------------------------------------------------------------------------------------

TITLED = lines([[TITLE], HEADER, *ROWS, ["Cəmi: 12"], ["Sədr: Əliyev E."]])
MARKS = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("encoding", MARKS)
def test_utf_16_off_by_a_byte_is_refused_or_whole(encoding, marked):
    """What stands behind the lost byte would be one line of strange signs: half of the list."""
    mark = MARKS[encoding] if marked else b""
    content = mark + TITLED.encode(encoding)
    assert surnames(taken(content)[0]) == NAMES
    for at in range(0, len(content), 131):
        for end in (content[at + 1 :], b"x" + content[at:], b"\r" + content[at:]):
            intake, code = taken(content[:at] + end)
            whole = surnames(intake) >= NAMES
            assert whole or (code == 3 and not intake.entries.num_rows)


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("encoding", MARKS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_utf_16_sent_as_text_is_mended_and_said(encoding, marked, end):
    """Every second line would be lost: a program that sends text puts a byte before each 0A."""
    mark = MARKS[encoding] if marked else b""
    content = mark + TITLED.replace("\r\n", end).encode(encoding)
    intake, _ = taken(content.replace(b"\n", b"\r\n"))
    assert surnames(intake) == NAMES
    assert intake.lists.column("encoding").to_pylist() == [f"{encoding}-mended"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("utf-16", "utf-8"),
        ("utf-8", "utf-16-le"),
        ("utf-8-sig", "utf-16"),
        ("utf-16", "utf-16-be"),
    ],
)
def test_two_encodings_in_one_file_are_refused(first, second):
    """Rows put behind a file by another program would be one strange line."""
    content = lines([HEADER, *ROWS[:10]]).encode(first) + lines(ROWS[10:]).encode(
        second
    )
    intake, code = taken(content)
    assert (intake.entries.num_rows, code) == (0, 3)


# --- a mutator that counts
# --------------------------------------------------------------------------------------

NUMBERS = [str(number) for number in range(1, 8)]
HALF = [*ROWS[:6], ["Cəmi: 6"], HEADER, *ROWS[6:]]
FORMS = {
    "plain": (lines([HEADER, *ROWS]), "utf-8", ";"),
    "commas": (lines([HEADER, *ROWS], ","), "utf-8", ","),
    "titled": (TITLED, "utf-8", ";"),
    "marked": (TITLED, "utf-8-sig", ";"),
    "numbered": (lines([HEADER, NUMBERS, *ROWS]), "utf-8", ";"),
    "pages": (lines([HEADER, *HALF]), "utf-8", ";"),
    "bare": (lines(ROWS), "utf-8", ";"),
    "wide": (TITLED, "utf-16-le", ";"),
    "wide-marked": ("\ufeff" + TITLED, "utf-16-be", ";"),
    "quoted": (
        lines([[f'"{cell}"' for cell in row] for row in [HEADER, *ROWS]]),
        "utf-8",
        '"',
    ),
    "narrow": (lines([row[:3] for row in [HEADER, *ROWS]]), "utf-8", ";"),
    "records": (json.dumps(RECORDS, ensure_ascii=False), "utf-8", '"'),
    "rows": (json.dumps([HEADER, *ROWS], ensure_ascii=False), "utf-8", '"'),
}
BYTES = (b"\r", b"\n", b"x", b"\0", b"\xff", b'"', b";", b",", b"\x1a", b"\t", b"\f")
BYTES += ("\u2028".encode(), "\x85".encode(), b"\r\n")
ENDS = (b"", b" ", b";", b"\t", b"\r", b"\r\r\n", b"\n\r", "\u2028".encode(), b"\x85")


def mutated(content, chance):
    """The bytes with line ends lost, changed or added, or bytes lost, changed or added."""
    at = chance.randrange(len(content))
    way = chance.randrange(6)
    if way == 0:
        ends = [found.span() for found in re.finditer(rb"\r?\0?\n", content)] or [
            (0, 0)
        ]
        for start, stop in sorted(chance.choices(ends, k=2), reverse=True):
            content = content[:start] + chance.choice(ENDS[:4]) + content[stop:]
        return content
    if way == 1:
        return content[:at] + content[at + chance.choice((1, 1, 2, 3, 20)) :]
    if way == 2:
        return content[:at] + chance.choice(BYTES) + content[at:]
    if way == 3:
        return content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]
    if way == 4:
        return content.replace(
            chance.choice((b"\n", b"\r", b"\r\n")), chance.choice(ENDS)
        )
    return content[:at] + content[max(0, at - chance.randrange(60)) :]


@pytest.mark.parametrize("form", FORMS)
def test_nobody_whose_name_stands_whole_in_a_file_is_lost_at_exit_code_0(form):
    """What the bytes hold is counted in another way: as many entries, or somebody is asked."""
    text, encoding, before = FORMS[form]
    content = text.encode(encoding)
    tokens = [(before + name).encode(encoding.removesuffix("-sig")) for name in NAMES]
    for seed in range(4):
        chance = random.Random(f"{form} {seed}")  # noqa: S311  no secret is made
        changed = mutated(content, chance)
        whole = sum(token in changed for token in tokens)
        intake, code = taken(changed)
        assert code or intake.entries.num_rows >= whole, seed


@pytest.mark.parametrize(
    ("line", "is_told"),
    [
        ("88 saylı seçki dairəsi, 12 saylı seçki məntəqəsi", False),
        ("saylı seçki dairəsi, 12 saylı", False),
        ("88 saylı Quliyev Orxan", True),
        ("seçki məntəqəsi 88 saylı", True),
    ],
)
def test_a_line_beside_the_cells_is_told_unless_it_stands_in_one(line, is_told):
    """The title of a list would be asked about twice, or whom but its first words name lost."""
    typed = changed(
        book({"12": [[TITLE], HEADER, *ROWS]}),
        lambda text: text.replace("</workbook>", f"<x>{line}</x></workbook>"),
        "xl/workbook.xml",
    )
    found = read_bytes(typed, LIMITS, Attempt())
    told = [sheet for sheet in found.sheets if sheet.name == "xl/workbook.xml"]
    assert [sheet.cells.to_pylist() for sheet in told] == (
        [[{"c0": line}]] if is_told else []
    )


@pytest.mark.parametrize(
    ("kind", "trouble"), [("long", "cell-too-long"), ("damaged", "content-unread")]
)
def test_what_lies_beside_a_list_and_cannot_be_read_takes_no_list_away(kind, trouble):
    """A workbook was refused whole for a part that a program left in it."""
    part = "customXml/item1.xml"
    stream = io.BytesIO(book({"12": [HEADER, *ROWS]}))
    with zipfile.ZipFile(stream, "a") as packed:
        packed.writestr(part, f"<a>Gizli {'x' * (kind == 'long') * 200_000} adı</a>")
    content = bytearray(stream.getvalue())
    if kind == "damaged":
        content[content.index(part.encode()) + len(part)] ^= 1
    found = read_bytes(bytes(content), LIMITS, Attempt())
    assert [(sheet.name, sheet.trouble) for sheet in found.sheets] == [
        ("12", None),
        (part, trouble),
    ]


BOOK = book({"12": [[TITLE], HEADER, *ROWS]})
PLAIN_ROWS = [documents.row(*row) for row in [HEADER, *ROWS]]


def with_parts(content, parts):
    """What is packed with further parts."""
    stream = io.BytesIO(content)
    with zipfile.ZipFile(stream, "a") as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return stream.getvalue()


def titled_pdf(text):
    """A PDF file with this title."""

    def draw(canvas):
        canvas.setTitle(text)
        documents.draw_list(canvas, 1, 12)

    return documents.drawn(draw)


def named_range(text):
    """What gives a cell of a workbook this name."""
    name = text.replace(" ", "_")
    return lambda made: made.defined_names.add(DefinedName(name, attr_text="'12'!$A$1"))


def marked_pdf(text):
    """A PDF file with a bookmark."""

    def draw(canvas):
        canvas.bookmarkPage("a")
        canvas.addOutlineEntry(text, "a")
        documents.draw_list(canvas, 1, 12)

    return documents.drawn(draw)


BESIDE = {
    "properties": lambda text: with_parts(
        word_of_rows(),
        {
            "docProps/core.xml": f"<a><dc:creator>Quliyev Orxan</dc:creator>"
            f"<dc:description>generated by python-docx</dc:description>"
            f"<cp:keywords>{text}</cp:keywords></a>"
        },
    ),
    "bookmark": lambda text: word_of_rows(
        f'<w:bookmarkStart w:name="{text.replace(" ", "_")}"/>'
    ),
    "sheet": lambda text: book({"12": [[TITLE], HEADER, *ROWS], text: []}),
    "table": lambda text: with_parts(
        BOOK,
        {"xl/tables/table1.xml": f'<table displayName="{text.replace(" ", "_")}"/>'},
    ),
    "range": lambda text: book({"12": [[TITLE], HEADER, *ROWS]}, named_range(text)),
    "range of ODS": lambda text: ods(
        f"<table:table>{''.join(map(ods_row, [HEADER, *ROWS]))}</table:table>"
        f'<table:database-range table:name="{text}"/>'
    ),
    "wide part": lambda text: with_parts(
        BOOK, {"customXml/item1.xml": f"<a>{text}</a>".encode("utf-16")}
    ),
    "odt": lambda text: with_parts(
        documents.odt(documents.odt_table([HEADER, *ROWS])),
        {"meta.xml": f"<a><dc:title>{text}</dc:title></a>"},
    ),
    "title of PDF": titled_pdf,
    "bookmark of PDF": marked_pdf,
}


def word_of_rows(before=""):
    """A Word document of the list."""
    return documents.word_of(before + documents.table(*PLAIN_ROWS))


@pytest.mark.parametrize(
    ("text", "code"), [("Tahirova Solmaz", 1), ("Daimi siyahı", 0)]
)
@pytest.mark.parametrize("kind", BESIDE)
def test_a_voter_in_a_name_or_property_of_a_file_is_asked_about(kind, text, code):
    """Who stands in the title of a file or the name of a sheet is on no list, at exit code 0.

    Who wrote the file is no voter, and a plain title raises no question.
    """
    intake, exit_code = taken(BESIDE[kind](text), "list 12")
    assert intake.entries.num_rows == 12
    assert (len(asked(intake)), exit_code) == (code, code)


def test_cells_written_as_formulas_of_text_and_marks_of_direction_are_no_part_of_a_cell():
    """``="01.02.1970"`` would be no birth date, nor one behind a mark that nobody sees."""
    rows = [[f'="{cell}"' for cell in row] for row in ROWS[:6]]
    rows += [[f"\u200e{cell}\u202c" for cell in row] for row in ROWS[6:]]
    intake, code = taken(lines([HEADER, *rows]))
    days = set(intake.entries.column("birth_date").to_pylist())
    assert (surnames(intake), days) == (NAMES, {row[4] for row in ROWS})
    assert code == 0


def test_a_formula_of_text_that_does_not_end_takes_no_other_cell_with_it():
    """Two cells were one where a quote was forgotten, and the voter was set aside."""
    rows = [[f'="{cell}"' for cell in row] for row in ROWS]
    rows[3][1] = f'="{ROWS[3][1]}'
    intake, code = taken(lines([HEADER, *rows]))
    assert (intake.entries.num_rows, code) == (12, 0)
