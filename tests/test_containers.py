"""Files that hold more than their reader looks for: it is read, or it is named. Never silence."""

import importlib
import io
import re
import struct
import sys
import tracemalloc
import warnings
import zipfile
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from PIL import Image

import documents
import workspaces
from voterlist.config.sections import IngestSettings
from voterlist.ingest import ingest
from voterlist.model import AsideCode, Stage
from voterlist.readers import ole, read_files

LIMITS = IngestSettings()
UNREAD = AsideCode.CONTENT_UNREAD
HEADER = documents.HEADER


def taken(content, folder, name="precinct-12"):
    """The intake of a file."""
    path = folder / name
    path.write_bytes(content)
    return ingest(read_files(path, name, LIMITS), LIMITS, constituency=88)


def read(content, folder, name="precinct-12"):
    """(entries, codes of what was not read) of a file."""
    intake = taken(content, folder, name)
    aside = intake.set_aside.to_pylist()
    codes = {row["code"] for row in aside if row["line"] == 0}
    return intake.entries.num_rows, codes


def asked(intake):
    """The lines of what may be a voter; the precinct of all entries is known."""
    assert set(intake.entries.column("precinct").to_pylist()) == {12}
    rows = intake.set_aside.to_pylist()
    return [row["line"] for row in rows if row["code"] == AsideCode.MAY_BE_VOTER]


def csv(first, last):
    """A list of some voters as text."""
    rows = [HEADER, *documents.voters(first, last)]
    return "".join(";".join(row) + "\n" for row in rows).encode()


def archive(*files):
    """A ZIP of these files, each with its name; a name may stand twice."""
    return beside(None, *files)


def beside(content, *files):
    """The packed content, if any, and these files behind what it holds."""
    stream = io.BytesIO(content or b"")
    with (
        warnings.catch_warnings(),
        zipfile.ZipFile(stream, "a" if content else "w") as packed,
    ):
        warnings.simplefilter("ignore", UserWarning)
        for name, one in files:
            packed.writestr(zipfile.ZipInfo(name), one)
    return stream.getvalue()


FIRST, SECOND = ("a.csv", csv(1, 12)), ("b.csv", csv(13, 24))
ONE, OTHER, BOTH = archive(FIRST), archive(SECOND), archive(FIRST, SECOND)


def without_listing(content, name):
    """The archive, whose directory does not list one of its two files."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        start = packed.start_dir
    entry = content.rindex(b"PK\x01\x02")
    assert content[entry + 46 :].startswith(name)
    end = content.index(b"PK\x05\x06", entry)
    tail = bytearray(content[end:])
    tail[8:12] = b"\1\0\1\0"
    tail[12:16] = (entry - start).to_bytes(4, "little")
    return content[:entry] + bytes(tail)


@pytest.mark.parametrize(
    "files",
    [
        [("a.csv", csv(1, 12)), ("a.csv", csv(13, 24))],
        [("x/../a.csv", csv(1, 12)), ("x/a.csv", csv(13, 24))],
        [("a.csv", csv(1, 12)), ("a.csv (2)", csv(13, 24)), ("a.csv", csv(25, 36))],
        [("mimetype.csv", csv(1, 12)), ("b.csv", csv(13, 24))],
    ],
    ids=["one name", "one path", "a taken number", "like a document"],
)
def test_files_of_an_archive_stop_no_run(tmp_path, files):
    """Two lists of one name in one archive stop the lists of every constituency."""
    folder = workspaces.make(tmp_path / "w", constituency=1)
    (folder / "inbox" / "1" / "more.zip").write_bytes(archive(*files))
    result = workspaces.run(folder, until=Stage.MERGE)
    assert result.files == 2 + len(files)
    assert not result.troubles


@pytest.mark.parametrize(
    ("content", "entries", "codes"),
    [
        (archive(("a.csv/", csv(1, 12))), 12, set()),
        (without_listing(BOTH, b"b.csv"), 12, {UNREAD}),
        (ONE + OTHER, 12, {UNREAD}),
        (ONE + csv(13, 24), 12, {UNREAD}),
        (ONE[: ONE.index(b"PK\x01\x02")] + csv(13, 24) + ONE, 12, {UNREAD}),
        (archive(("b.zip", ONE), FIRST), 12, {AsideCode.ARCHIVE_NESTED}),
        (BOTH, 24, set()),
    ],
    ids=["folder", "unlisted", "behind", "text-behind", "before", "nested", "plain"],
)
def test_what_an_archive_holds_is_read_or_named(tmp_path, content, entries, codes):
    """A list in an archive stands where nobody looks, and its voters are gone in silence."""
    assert read(content, tmp_path, "precinct-12.zip") == (entries, codes)


def voters_of(first, last):
    """The headings and some voters as rows of cells."""
    return [HEADER, *documents.voters(first, last)]


def book(rows, fill=lambda *_: None):
    """A workbook of one sheet, which ``fill`` gets with it."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as made:
        sheet = made.add_worksheet("12")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        fill(made, sheet)
    return stream.getvalue()


def changed(content, change, part="xl/worksheets/sheet1.xml"):
    """A packed file with one of its parts changed; ``change`` gets and gives its text."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as whole,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in whole.namelist():
            text = whole.read(name)
            packed.writestr(name, change(text.decode()) if name == part else text)
    return stream.getvalue()


BOOK = book(voters_of(1, 12))


def from_row(number):
    """Two texts: a sheet up to one of its rows, and its rows from there."""
    text = zipfile.ZipFile(io.BytesIO(BOOK)).read("xl/worksheets/sheet1.xml").decode()
    start, end = text.index(f'<row r="{number}"'), text.index("</sheetData>")
    return text[:start], text[start:end]


HEAD, ROWS = from_row(8)
END = "</sheetData></worksheet>"
SHEETS = {
    "two rows of one number": lambda text: text.replace('r="7"', 'r="6"'),
    "the same cells": lambda text: re.sub(r'r="([A-G]?)7"', r'r="\g<1>6"', text),
    "two cells of one number": lambda text: text.replace('r="D6"', 'r="C6"'),
    "two tables": lambda _: f"{HEAD}</sheetData><sheetData>{ROWS}{END}",
    "behind the sheet": lambda _: f"{HEAD}{END}<sheetData>{ROWS}</sheetData>",
    "in a remark": lambda _: f"{HEAD}<!--{ROWS}-->{END}",
    "a wrong end": lambda text: text.replace("</row>", "</sheetData>", 7),
    "a wrong tag": lambda text: text.replace('<c r="B7"', '<C r="B7"'),
    "with prefixes": lambda _: re.sub(
        r"<(/?)(?=\w)", r"<\1x:", f"{HEAD}</sheetData><sheetData>{ROWS}{END}"
    ).replace("xmlns=", "xmlns:x="),
}


@pytest.mark.parametrize("change", SHEETS.values(), ids=SHEETS)
def test_a_sheet_of_which_cells_are_lost_is_set_aside(tmp_path, change):
    """A damaged sheet gives some of its voters, or one voter made of two, and nothing is said."""
    assert read(changed(BOOK, change), tmp_path) == (0, {UNREAD})


def test_a_sheet_in_letters_of_two_bytes_is_named(tmp_path):
    """A sheet in UTF-16 seems to be empty, and the file is called so."""
    wide = changed(BOOK, lambda text: text.encode("utf-16"))
    assert read(wide, tmp_path) == (0, {UNREAD})


MORE = book(voters_of(13, 24))


def sheet_of(content):
    """The first sheet of a workbook, as XML."""
    return zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    "content",
    [
        beside(BOOK, ("xl/worksheets/sheet9.xml", sheet_of(MORE))),
        beside(BOOK, ("xl/worksheets/sheet1.xml", sheet_of(BOOK))),
        beside(BOOK, SECOND),
        beside(BOOK, ("xl/embeddings/list.xlsx", MORE)),
        archive(("[Content_Types].xml", b"")) + BOOK,
        BOOK + csv(13, 24),
    ],
    ids=["no sheet", "twice", "a list", "an object", "before", "behind"],
)
def test_what_a_workbook_holds_beside_its_sheets_is_named(tmp_path, content):
    """Voters in a part that no sheet is made of are gone, and nothing is said."""
    assert read(content, tmp_path) == (12, {UNREAD})


@pytest.mark.parametrize("kind", ["xls", "xlsb", "xlsx", "ods"])
def test_sound_workbooks_of_other_programs_are_read(tmp_path, kind):
    """The count calls a sound workbook damaged, and its voters are set aside."""
    content = (documents.FILES / f"list.{kind}").read_bytes()
    assert read(content, tmp_path) == (3, set())


def test_blank_texts_and_errors_are_no_lost_cells(tmp_path):
    """A cell whose shared text is blank, as after pasting formulas, calls the sheet damaged."""
    blanked = changed(
        BOOK,
        lambda text: text.replace("<t>004AB4C</t>", "<t></t>").replace(
            "<si><t>005AB5C</t></si>", "<si/>"
        ),
        "xl/sharedStrings.xml",
    )
    error = changed(
        blanked, lambda text: text.replace('t="s"><v>12<', 't="e"><v>#N/A<', 1)
    )
    assert read(error, tmp_path) == (12, set())


def ods(body):
    """An ODS file of one sheet."""
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table", "draw", "calcext")
    )
    return archive(
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest/>"),
        (
            "content.xml",
            f"<office:document-content{names}><office:body><office:spreadsheet>"
            + body.replace("<table:table>", '<table:table table:name="S">', 1)
            + "</office:spreadsheet></office:body></office:document-content>",
        ),
    )


def ods_row(texts, last=""):
    """A row of ODS; ``last`` stands in its last cell."""
    cells = [
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p>'
        for text in texts
    ]
    end = "</table:table-cell>"
    whole = end.join(cells)
    return f"<table:table-row>{whole}{last}{end}</table:table-row>"


ODS = [ods_row(row) for row in voters_of(1, 12)]
UPPER, LOWER = "".join(ODS[:7]), "".join(ODS[7:])
IN_A_CELL = ods_row(["7"], f"<table:table>{LOWER}</table:table>")
ODS_SHEETS = {
    "a table in a cell": f"<table:table>{UPPER}{IN_A_CELL}</table:table>",
    "rows in a cell": f"<table:table>{UPPER}{ods_row(['7'], LOWER)}</table:table>",
    "rows in a comment": f"<table:table>{UPPER}<!--{LOWER}--></table:table>",
    "rows behind the table": f"<table:table>{UPPER}</table:table>{LOWER}",
}


@pytest.mark.parametrize("body", ODS_SHEETS.values(), ids=ODS_SHEETS)
def test_an_ods_sheet_of_which_cells_are_lost_is_set_aside(tmp_path, body):
    """Rows that lie in a cell are lost, or run into the row around them."""
    assert read(ods(body), tmp_path) == (0, {UNREAD})


def test_remarks_pictures_and_errors_of_an_ods_sheet_are_no_lost_cells(tmp_path):
    """A sound sheet is called damaged for a remark, a drawing or an error in it."""
    beside_cells = [
        "<office:annotation><text:p>baxılıb</text:p></office:annotation>",
        "<draw:frame><draw:text-box><text:p>möhür</text:p></draw:text-box></draw:frame>",
    ]
    error = (
        '<table:table-cell office:value-type="string" office:string-value="" '
        'calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell>'
    )
    rows = [ods_row([*voters_of(1, 1)[1], ""], "".join(beside_cells)), *ODS[2:]]
    rows[-1] = rows[-1].replace("</table:table-row>", f"{error}</table:table-row>")
    sheet = f"<table:table>{ODS[0]}{''.join(rows)}</table:table>"
    assert read(ods(sheet), tmp_path) == (12, set())


def test_a_text_that_was_cut_in_its_last_row_is_told(tmp_path):
    """Half of a copied file is a shorter list, and the voters behind are gone in silence."""
    content = csv(1, 12)
    *_, last = content.splitlines(keepends=True)
    for kept in (3, 6):
        cells = b";".join(last.split(b";")[:kept])
        assert read(content.removesuffix(last) + cells, tmp_path) == (12, {UNREAD})
    total = b"C\xc9\x99mi;;12"
    for whole in (content.rstrip(), content + total, content + last[:2]):
        assert read(whole, tmp_path)[1] == set()
    ragged = content.replace(b";003AB3C", b"").rstrip()
    assert read(ragged.removesuffix(b";012AB2C"), tmp_path) == (12, set())


OLD = (documents.FILES / "list.xls").read_bytes()
BINARY_SHEET = "xl/worksheets/sheet1.bin"


def old_book(row, other):
    """The XLS file, in which the cells of one row have the number of another one."""
    label = b"\xfd\0\x0a\0%c\0"
    assert OLD.count(label % row)
    return OLD.replace(label % row, label % other)


def binary_parts():
    """The parts of the XLSB file."""
    with zipfile.ZipFile(documents.FILES / "list.xlsb") as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def binary_book(row, other):
    """The same of the XLSB file."""
    head, parts = "\0\x11{}\0\0\0", binary_parts()
    written, wanted = (head.format(chr(number)).encode() for number in (row, other))
    assert written in parts[BINARY_SHEET]
    return archive(
        *((name, part.replace(written, wanted)) for name, part in parts.items())
    )


@pytest.mark.parametrize("made", [old_book, binary_book])
def test_a_binary_sheet_of_which_cells_are_lost_is_set_aside(tmp_path, made):
    """Two rows of one number in XLS or XLSB give one voter, and nothing is said."""
    assert read(made(3, 2), tmp_path) == (0, {UNREAD})
    assert read(made(3, 9), tmp_path) == (3, set())


def old_errors():
    """The XLS file, in which each cell of one voter holds an error."""
    label = rb"(?s)\xfd\0(\x0a\0\x03\0.{4}).{4}"
    content, count = re.subn(label, b"\5\2" + rb"\1" + b"\x17\1\0\0", OLD)
    assert count == 3
    return content


def binary_errors():
    """The same of the XLSB file."""
    parts = binary_parts()
    sheet = parts[BINARY_SHEET]
    start = sheet.index(b"\0\x11\3\0\0\0")
    text = rb"(?s)\x06([\x12-\x40].\0{7}).\0{3}"
    row, count = re.subn(text, b"\3" + rb"\1" + b"\x17" + bytes(3), sheet[start:])
    assert count == 3
    parts[BINARY_SHEET] = sheet[:start] + row
    return archive(*parts.items())


@pytest.mark.parametrize("made", [old_errors, binary_errors])
def test_errors_in_a_binary_sheet_are_told(tmp_path, made):
    """Whoever is looked up in a workbook that was not there is a blank row, at exit code 0."""
    (tmp_path / "list").write_bytes(made())
    ((sheet,),) = (file.sheets for file in read_files(tmp_path / "list", "", LIMITS))
    assert sheet.formulas_without_value == 3
    assert {line for line, _ in sheet.unworked} == {4}


PLACE = "".join(map(documents.paragraph, documents.PLACE))
TOP = [documents.row(*row) for row in voters_of(1, 6)]
VOTERS = documents.voters(7, 12)
LOWER_ROWS = [documents.row(*row) for row in VOTERS]
RELATED = (
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)


def tabbed(cells, tab="<w:tab/>"):
    """A paragraph in which tabs part the cells."""
    return f"<w:p><w:r>{tab.join(f'<w:t>{cell}</w:t>' for cell in cells)}</w:r></w:p>"


def tracked(kind, row):
    """A row of which all text was deleted, or moved, while changes were tracked."""
    text = documents.row(*row)
    text = text.replace("<w:r>", f"<w:{kind}><w:r>")
    text = text.replace("</w:r>", f"</w:r></w:{kind}>")
    return text.replace("w:t>", "w:delText>") if kind == "del" else text


def with_footer(body):
    """A document with the first six voters and this at the foot of its pages."""
    edge = f'<w:footerReference {RELATED} w:type="default" w:id="rId1" r:id="rId1"/>'
    relation = '<Relationship Id="rId1" Type="footer" Target="footer1.xml"/>'
    relations = f'<Relationships xmlns="x">{relation}</Relationships>'
    return documents.word_of(
        f"{PLACE}{documents.table(*TOP)}<w:sectPr>{edge}</w:sectPr>",
        footer1__xml=f"<w:ftr {documents.WORDS}>{body}</w:ftr>",
        **{"_rels/document__xml__rels": relations},
    )


def word(*below, rows=()):
    """A document with the first six voters in a table, more rows of it, and this below."""
    table = documents.table(*TOP, *rows)
    return documents.word_of(f"{PLACE}{table}{''.join(below)}")


ODT_TOP = documents.odt_table(voters_of(1, 6))
ODT_TABS = "".join(f"<text:p>{'<text:tab/>'.join(row)}</text:p>" for row in VOTERS)
ODT_DELETED = f"<text:deletion>{documents.odt_table(VOTERS)}</text:deletion>"
FRAME = '<text:p><draw:frame svg:width="{}" svg:height="{}"><draw:image/></draw:frame></text:p>'


def odt(below="", above=""):
    """An ODT document with the first six voters, and this around their table."""
    return documents.odt(above + ODT_TOP + below)


def odt_remark(text):
    return odt(f"<office:annotation>{text}</office:annotation>")


def odt_tracked(text):
    return odt(above=f"<text:tracked-changes>{text}</text:tracked-changes>")


BREAK = "<w:r><w:br/></w:r>"
DOCUMENTS = {
    "tabs": (word(*map(tabbed, VOTERS)), 12, set()),
    "tabs and breaks": (
        word(f"<w:p>{BREAK.join(tabbed(row)[5:-6] for row in VOTERS)}</w:p>"),
        12,
        set(),
    ),
    "a signature": (word(tabbed(["Sədr:", "________", "R. Əliyev"])), 6, set()),
    "a footer": (with_footer(documents.table(*LOWER_ROWS)), 12, set()),
    "a footer of words": (with_footer(documents.paragraph("Səhifə 1")), 6, set()),
    "deleted": (word(rows=[tracked("del", row) for row in VOTERS]), 6, {UNREAD}),
    "one deleted": (word(rows=[tracked("del", VOTERS[0])]), 6, {UNREAD}),
    "moved": (word(rows=[tracked("moveFrom", row) for row in VOTERS]), 6, {UNREAD}),
    "inserted": (word(rows=[tracked("ins", row) for row in VOTERS]), 12, set()),
    "a mended word": (word(tracked("del", ["Əliyev"])[6:-7]), 6, set()),
    "no paragraph": (
        word(*(f"<w:r><w:t>{' '.join(row)}</w:t></w:r>" for row in VOTERS)),
        6,
        {UNREAD},
    ),
    "an object": (beside(word(), ("word/embeddings/list.xlsx", MORE)), 6, {UNREAD}),
    "a file of another kind": (
        beside(
            word('<w:altChunk r:id="r1" xmlns:r="r"/>'),
            ("word/part.dat", b"<table>" + csv(7, 12) + b"</table>"),
        ),
        6,
        {UNREAD},
    ),
    "ODT, rows in a remark": (odt_remark(documents.odt_table(VOTERS)), 12, set()),
    "ODT, a remark": (odt_remark("<text:p>baxılıb</text:p>"), 6, set()),
    "ODT, a photo": (odt(FRAME.format("10cm", "14cm")), 6, {UNREAD}),
    "ODT, arms": (odt(FRAME.format("1.2in", "40mm")), 6, set()),
    "ODT, tabs": (odt(ODT_TABS), 12, set()),
    "ODT, deleted": (odt_tracked(ODT_DELETED), 6, {UNREAD}),
}


@pytest.mark.parametrize(
    ("content", "entries", "codes"), DOCUMENTS.values(), ids=DOCUMENTS
)
def test_what_a_document_holds_is_read_or_named(tmp_path, content, entries, codes):
    """Voters outside the table, or deleted and still in the file, are gone in silence."""
    assert read(content, tmp_path) == (entries, codes)


REMARK = " ".join([*voters_of(9, 9)[1][1:5], "əlavə olunsun"])
"""A voter whom somebody wrote beside the list."""


def with_remark(kind):
    """The list of voters 1-6 with one more in a remark."""
    if kind == "pdf":

        def draw(canvas):
            documents.draw_list(canvas, 1, 6)
            for subject in ("Aliyev Orxan Mammad oglu 01.02.1970", "baxilib"):
                canvas.textAnnotation(subject, Rect=[400, 100, 420, 120])

        return documents.drawn(draw)
    if kind == "docx":
        text = documents.paragraph(REMARK)
        comments = f"<w:comments {documents.WORDS}>{text}</w:comments>"
        return beside(word(), ("word/comments.xml", comments))
    if kind == "odt":
        return odt_remark(f"<dc:creator>A</dc:creator><text:p>{REMARK}</text:p>")
    if kind == "ods":
        note = f"<office:annotation><text:p>{REMARK}</text:p></office:annotation>"
        rows = [ODS[0], ods_row([*voters_of(1, 1)[1], ""], note), *ODS[2:]]
        return ods(f"<table:table>{''.join(rows)}</table:table>")
    if kind == "remark":
        return book(voters_of(1, 6), lambda _, page: page.write_comment("B4", REMARK))
    text = f"Diqqət!\n{REMARK}"
    return book(voters_of(1, 6), lambda _, page: page.insert_textbox("B4", text))


@pytest.mark.parametrize("kind", ["docx", "odt", "ods", "pdf", "remark", "text box"])
def test_a_voter_in_a_remark_is_asked_about(tmp_path, kind):
    """Who is added by a remark, or in a text box, would be on no list, at exit code 0."""
    lines = asked(taken(with_remark(kind), tmp_path))
    assert len(lines) == 1
    if kind in {"remark", "text box"}:
        assert lines == [4]


def with_chart(made, page, text):
    """A chart with this title, on row 4."""
    chart = made.add_chart({"type": "column"})
    chart.add_series({"values": "='12'!$A$2:$A$7", "categories": "='12'!$B$2:$C$7"})
    chart.set_title({"name": text})
    page.insert_chart("J4", chart)


def chart_alone(made, _, text):
    """A sheet that is a chart with this title."""
    chart = made.add_chart({"type": "column"})
    chart.add_series({"values": "='12'!$A$2:$A$7"})
    chart.set_title({"name": text})
    made.add_chartsheet().set_chart(chart)


IN_NO_CELL = {
    "chart": with_chart,
    "sheet of a chart": chart_alone,
    "head of the pages": lambda _, page, text: page.set_header(
        f'&L&"Arial,Bold"&12{text}&R&P'
    ),
    "prompt": lambda _, page, text: page.data_validation(
        "A2", {"validate": "any", "input_message": text}
    ),
    "name of a value": lambda made, _, text: made.define_name("Yeni", f'="{text}"'),
    "tip": lambda _, page, text: page.write_url(
        "K2", "https://a.az", string="a", tip=text
    ),
    "what a shape is": lambda _, page, text: page.insert_textbox(
        "K2", "baxılıb", {"description": text}
    ),
}
SHOWN = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
)
TYPED = (
    f"<x {SHOWN}><a:p><a:r><a:t>{{0}}</a:t></a:r><a:r><a:t> {{1}}</a:t></a:r></a:p></x>"
)


def in_part(name):
    """What makes a Word document with these two texts in a part."""
    return lambda *two: beside(word(), (f"word/{name}.xml", TYPED.format(*two)))


IN_NO_PAGE = {
    "diagram": in_part("diagrams/data1"),
    "chart of Word": in_part("charts/chart1"),
    "a header that no page shows": in_part("header7"),
    "what a picture is": lambda *two: word(
        f'<w:p><w:r><wp:docPr {SHOWN} descr="{" ".join(two)}"/></w:r></w:p>'
    ),
    "watermark": lambda *two: word(
        f'<w:p><w:r><v:textpath {SHOWN} string="{" ".join(two)}"/></w:r></w:p>'
    ),
    "field": lambda *two: word(
        f'<w:p><w:fldSimple w:instr="QUOTE {" ".join(two)}"/></w:p>'
    ),
    "deleted": lambda *two: word(
        "<w:p><w:del>"
        + "".join(f"<w:r><w:delText> {part}</w:delText></w:r>" for part in two)
        + "</w:del></w:p>"
    ),
    "what a picture of ODT is": lambda *two: odt(
        f"<text:p><draw:frame><svg:desc>{' '.join(two)}</svg:desc></draw:frame></text:p>"
    ),
    "deleted in ODT": lambda *two: odt_tracked(f"<text:p>{' '.join(two)}</text:p>"),
    "prompt of ODS": lambda *two: ods(
        f"<table:help-message><text:p>{' '.join(two)}</text:p></table:help-message>"
        f"<table:table>{UPPER}</table:table>"
    ),
    "head of ODS": lambda *two: beside(
        ods(f"<table:table>{UPPER}</table:table>"),
        (
            "styles.xml",
            f"<style:header><text:p>{' '.join(two)}</text:p></style:header>",
        ),
    ),
}


def unseen(*two):
    """A PDF file with text that is drawn neither filled nor stroked."""

    def draw(canvas):
        documents.draw_list(canvas, 1, 6)
        text = canvas.beginText(80, 300)
        text.setTextRenderMode(3)
        text.textLine(" ".join(two).replace("ə", "e"))
        canvas.drawText(text)

    return documents.drawn(draw)


IN_NO_PAGE["unseen in PDF"] = unseen


@pytest.mark.parametrize("kind", [*IN_NO_CELL, *IN_NO_PAGE])
def test_a_voter_in_no_cell_and_on_no_page_is_asked_about(tmp_path, kind):
    """Who is typed into the title of a chart, or the prompt of a cell, is on no list, at code 0.

    A text that names nobody asks for nobody.
    """
    for two, count in ((("Quliyev Orxan", "01.02.1970"), 1), (("Səhifə", "və say"), 0)):
        if kind in IN_NO_CELL:
            fill = partial(IN_NO_CELL[kind], text=" ".join(two))
            content = book(voters_of(1, 6), fill)
        else:
            content = IN_NO_PAGE[kind](*two)
        intake = taken(content, tmp_path)
        assert (intake.entries.num_rows, len(asked(intake))) == (6, count)
        told = intake.findings.column("rule").to_pylist()
        assert (AsideCode.MAY_BE_VOTER in told) == bool(count)


@pytest.mark.parametrize("kind", ["heads", "prompt", "title", "value"])
def test_a_voter_in_no_cell_of_an_old_workbook_is_asked_about(kind):
    """Who stands in the title of a chart of an XLS file is on no list, at exit code 0."""
    text = "Quliyev Orxan 01.02.1970"
    records = {
        "heads": (0x0014, struct.pack("<HB", len(text) + 2, 0) + b"&C" + text.encode()),
        "prompt": (0x01BE, bytes(16) + text.encode("utf-16-le") + bytes(4)),
        "title": (0x100D, bytes((0, 0, len(text), 0)) + text.encode()),
        "value": (0x0018, bytes(14) + b"\x17\x18\1" + text.encode("utf-16-le")),
    }
    code, body = records[kind]
    sheet = (
        struct.pack("<HHI", 0x0085, 6, 16) + bytes(2) + struct.pack("<HHH", 0x809, 2, 0)
    )
    inner = struct.pack("<HHH", 0x809, 2, 0) if kind == "title" else b""
    stream = sheet + inner + struct.pack("<HH", code, len(body)) + body
    ((found,), *_) = ole.sheets_of_stream(stream)
    assert [line for _, line in found.remarks] == [text]


def records(*found):
    """A stream of one sheet that holds these records, each with its kind."""
    sheet = struct.pack("<HHI", 0x0085, 6, 10) + bytes(2)
    return sheet + b"".join(
        struct.pack("<HH", kind, len(body)) + body
        for kind, body in [(0x809, bytes(2)), *found]
    )


def test_a_formula_of_an_old_workbook_that_nobody_worked_out_is_told():
    """A program that writes XLS leaves the values to Excel: its voters were blank rows."""

    def formula(kind):
        value = bytes((kind, 0, 0, 0, 0, 0, 255, 255))
        return 6, struct.pack("<HHH", 4, 1, 0) + value + bytes(8)

    text, worked_out = (0x0207, b"\2\0\0ab"), (0x01C1, b"\xc1\1" + bytes(6))
    cases = [
        ([formula(0)], [(5, 1)]),
        ([formula(0), text], []),
        ([formula(1)], []),
        ([formula(2)], [(5, 1)]),
        ([formula(2), worked_out], [(5, 1)]),
        ([formula(2), (6, bytes(22)), text], [(5, 1)]),
        ([formula(3)], [(5, 1)]),
        ([worked_out, formula(3)], []),
        ([(0x0205, struct.pack("<HHHBB", 4, 1, 0, 23, 1))], [(5, 1)]),
        ([(0x0205, struct.pack("<HHHBB", 4, 1, 0, 1, 0))], []),
    ]
    for found, unworked in cases:
        ((sheet,), *_) = ole.sheets_of_stream(records(*found))
        assert sheet.unworked == unworked, found


@pytest.mark.parametrize("page", [1251, 1252, 65001])
def test_the_properties_of_an_old_workbook_are_told(page):
    """Who stands in the title of an XLS file is on no list; who wrote the file is no voter."""
    encoding = {65001: "utf-8"}.get(page, f"cp{page}")
    texts = {2: "Tahirova Solmaz", 4: "Quliyev Orxan", 6: "Rzayev Elnur"}
    values = {1: struct.pack("<II", 2, page)}
    for number, text in texts.items():
        typed = text.encode(encoding) + b"\0"
        values[number] = struct.pack("<II", 30, len(typed)) + typed
    at, places = 8 + 8 * len(values), b""
    for number, value in values.items():
        places += struct.pack("<II", number, at)
        at += len(value)
    section = struct.pack("<II", at, len(values)) + places + b"".join(values.values())
    stream = bytes(44) + struct.pack("<I", 48) + section
    assert ole.lines_of_summary(stream) == [texts[2], texts[6]]
    for cut in range(len(stream)):
        assert set(ole.lines_of_summary(stream[:cut])) <= {*texts.values()} or cut > 48


def test_hundreds_of_properties_are_not_kept_side_by_side():
    """A file of a few megabytes would need as many as hundreds of it."""
    places = b"".join(struct.pack("<II", number, 8) for number in range(255))
    section = struct.pack("<II", 0, 255) + places + bytes(1_000_000)
    stream = bytes(44) + struct.pack("<I", 48) + section
    tracemalloc.start()
    try:
        ole.lines_of_summary(stream)
        assert tracemalloc.get_traced_memory()[1] < 10 * len(stream)
    finally:
        tracemalloc.stop()


def test_a_sheet_that_lies_in_a_document_is_named(tmp_path):
    """Voters in a sheet that somebody put into a text are gone in silence."""
    lower = io.BytesIO(ods(f"<table:table>{LOWER}</table:table>"))
    with zipfile.ZipFile(lower) as sheet:
        inner = sheet.read("content.xml")
    content = beside(odt(), ("Object 1/content.xml", inner))
    assert read(content, tmp_path) == (6, {UNREAD})


@pytest.mark.parametrize(("size", "is_told"), [((700, 900), True), ((120, 140), False)])
@pytest.mark.parametrize("has_list", [True, False])
def test_a_photo_on_a_sheet_is_told_and_arms_are_not(tmp_path, size, is_told, has_list):
    """A list that was photographed and pasted would be nowhere; arms are on every form."""
    picture = io.BytesIO()
    Image.new("RGB", size).save(picture, "PNG")
    rows, image = voters_of(1, 6) if has_list else [], {"image_data": picture}
    content = book(rows, lambda _, page: page.insert_image("K2", "list.png", image))
    told = {UNREAD} if is_told else set() if has_list else {AsideCode.FILE_EMPTY}
    assert read(content, tmp_path) == (6 if has_list else 0, told)


def test_a_run_with_deleted_rows_asks_for_a_person(tmp_path):
    """A row that somebody deleted while changes were tracked is left out with exit code 0."""
    folder = workspaces.make(tmp_path / "w", constituency=88)
    for path in (folder / "inbox" / "88").iterdir():
        path.unlink()
    gone = documents.row(*VOTERS[0], properties="<w:trPr><w:del/></w:trPr>")
    path = folder / "inbox" / "88" / "menteqe-12.docx"
    path.write_bytes(word())
    assert workspaces.run(folder, until=Stage.MERGE).exit_code == 0
    path.write_bytes(word(rows=[gone]))
    assert workspaces.run(folder, until=Stage.MERGE).exit_code == 1


def parquet(street):
    """A list as Parquet; of streets whose names are as long the files are alike to a byte."""
    rows = documents.voters(1, 12, street=street)
    stream = io.BytesIO()
    table = pa.table(dict(zip(HEADER, zip(*rows, strict=True), strict=True)))
    pq.write_table(
        table,
        stream,
        row_group_size=5,
        use_dictionary=False,
        compression="none",
        write_statistics=False,
    )
    return stream.getvalue()


def in_fields(canvas):
    """A list, and below it voters in fields to fill in."""
    documents.draw_list(canvas, 1, 6)
    for number, text in enumerate(documents.plain_voters(7, 7)[0]):
        canvas.acroForm.textfield(name=f"f{number}", value=text, x=80 * number, y=300)


def chosen(canvas):
    """A list, and below it a field in which somebody chose a name."""
    documents.draw_list(canvas, 1, 6)
    names = ["-", "Aliyev"]
    canvas.acroForm.choice(name="f", value=names[1], options=names, x=80, y=300)


DBF = documents.dbf_list()
FILES = {
    "DBF behind its end": (DBF + DBF[-80:], 4, {UNREAD}),
    "DBF filled up": (DBF + bytes(512), 4, set()),
    "DBF with bytes more": (
        DBF[:300] + b"x" * 30 + DBF[300:],
        0,
        {AsideCode.FILE_UNREADABLE},
    ),
    "DBF of a wrong count": (DBF[:4] + b"\2" + DBF[5:], 4, set()),
    "Parquet of many pieces": (parquet("Nizami"), 12, set()),
    "Parquet behind Parquet": (
        parquet("Nizami") + parquet("Bakuvi"),
        12,
        {UNREAD},
    ),
    "PDF": (documents.drawn(documents.draw_list), 10, set()),
    "PDF behind PDF": (documents.drawn(documents.draw_list) * 2, 10, {UNREAD}),
    "PDF with fields": (documents.drawn(in_fields), 6, {UNREAD}),
    "PDF with a field to choose in": (documents.drawn(chosen), 6, {UNREAD}),
}


@pytest.mark.parametrize(("content", "entries", "codes"), FILES.values(), ids=FILES)
def test_what_a_file_holds_behind_its_rows_is_named(tmp_path, content, entries, codes):
    """What stands behind the end of a file, or beside its rows, is gone in silence."""
    assert read(content, tmp_path) == (entries, codes)


@pytest.mark.parametrize("place", [400, 401, 1_000])
def test_a_text_that_lost_a_byte_loses_no_lines_in_silence(tmp_path, place):
    """Letters of two bytes run together behind a lost byte, and with them lines."""
    text = csv(1, 12).decode().encode("utf-16")
    entries, codes = read(text[:place] + text[place + 1 :], tmp_path)
    assert entries == 12 or codes


def test_no_list_whose_tags_were_moved_loses_a_voter_in_silence():
    """A mutation of the campaign finds a list that gives fewer voters, and nobody is asked."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "campaign"))
    try:
        campaign = importlib.import_module("containers")
    finally:
        sys.path.pop(0)
    lost = {seed: campaign.silent_loss(seed) for seed in range(2_300, 2_325)}
    assert not any(lost.values()), lost


@pytest.mark.parametrize("part", ["charts/chart1.xml", "drawings/drawing1.xml"])
def test_a_damaged_drawing_on_a_sheet_takes_no_list_away(tmp_path, part):
    """A workbook was refused whole, as no table, for a chart that nobody needs."""
    content = bytearray(book(voters_of(1, 6), partial(with_chart, text="Yaş")))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        start = packed.getinfo(f"xl/{part}").header_offset
    content[start + 60 + len(part)] ^= 0xFF
    assert read(bytes(content), tmp_path, "precinct-12.xlsx") == (6, {UNREAD})
