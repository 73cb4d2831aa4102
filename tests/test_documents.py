"""Word documents, ODT and PDF files: every row of every table is an entry or set aside."""

import io
import re
import zipfile
import zlib
from functools import partial
from itertools import pairwise
from pathlib import Path

import docx
import numpy as np
import pytest
from PIL import Image
from reportlab.lib import colors
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader

import documents
from documents import cell, paragraph, row, table
from voterlist.config.sections import IngestSettings
from voterlist.ingest import ingest
from voterlist.ingest.account import inspect
from voterlist.ingest.look import look
from voterlist.model import AsideCode
from voterlist.readers import read_content, read_files, read_table, sandbox
from voterlist.readers.documents import Cell, Line, Row
from voterlist.readers.pdf import joined_lines, put_together
from voterlist.readers.pdf_cells import Content, Part
from voterlist.schemas import RawFile

LIMITS = IngestSettings()
FILES = Path(__file__).parent / "reader_files"


def rows_of(content):
    """The rows of the tables of a document, each cell on one line."""
    (sheet,) = found(content).sheets
    rows = zip(sheet.cells.to_pylist(), sheet.outside.to_pylist(), strict=True)
    return [
        [" ".join(text.split()) for text in row.values()]
        for row, outside in rows
        if not outside
    ]


def outside_of(content):
    """The text outside the tables of a document."""
    sheet = found(content).sheets[0]
    rows = zip(sheet.cells.to_pylist(), sheet.outside.to_pylist(), strict=True)
    return [row["c0"] for row, outside in rows if outside]


def found(content):
    """What the reader finds."""
    return sandbox.read_table(content, LIMITS)


def taken_in(content):
    """The intake of a document; its rows balance."""
    read = found(content)
    assert read.trouble is None
    raw = RawFile("d" * 12, "list", read.sheets, format=read.format)
    taken = ingest([raw], LIMITS, constituency=None)
    rows = sum(sheet.cells.num_rows for sheet in read.sheets)
    aside = sum(taken.set_aside.column("rows").to_pylist())
    assert rows == taken.entries.num_rows + aside
    return taken


def aside(taken):
    """How many rows were set aside, by code."""
    codes = taken.set_aside.column("code").to_pylist()
    return {code: codes.count(code) for code in sorted(set(codes))}


def places(taken):
    """Where the entries belong."""
    columns = [taken.entries.column(kind).to_pylist() for kind in _KINDS]
    return set(zip(*columns, strict=True))


_KINDS = ("constituency", "precinct")


# Word


def test_a_list_in_a_word_document_is_taken_in():
    """Its title names the place; a total and a signature below it are no voters."""

    def fill(made):
        for line in documents.PLACE:
            made.add_paragraph(line)
        documents.add_table(made, [documents.HEADER, *documents.voters(1, 12)])
        made.add_paragraph("Cəmi: 12 nəfər seçici")
        made.add_paragraph("Siyahı noyabr ayında tərtib edilib")
        made.add_paragraph("Komissiyanın sədri ______ A. Həsənov")

    content = documents.word(fill)
    assert rows_of(content) == [documents.HEADER, *documents.voters(1, 12)]
    taken = taken_in(content)
    assert taken.entries.num_rows == 12
    assert places(taken) == {(88, 12)}
    assert aside(taken) == {"header-row": 1, "title-row": 4, "total-row": 1}
    assert taken.lists.column("declared").to_pylist() == [12]


def test_tables_that_continue_one_another_are_one_list():
    """The second table has no header of its own, as where Word starts a table anew."""

    def fill(made):
        documents.add_table(made, [documents.HEADER, *documents.voters(1, 12)])
        made.add_paragraph("")
        documents.add_table(made, documents.voters(13, 24))

    assert taken_in(documents.word(fill)).entries.num_rows == 24


def test_a_table_below_pages_of_text_is_found():
    """A protocol of two pages with the list at its end."""

    def fill(made):
        for number in range(80):
            made.add_paragraph(f"Protokolun {number}-ci bəndi: soyadı və adı oxundu.")
        made.add_paragraph(documents.PLACE[1])
        documents.add_table(made, [documents.HEADER, *documents.voters(1, 5)])

    taken = taken_in(documents.word(fill))
    assert taken.entries.num_rows == 5
    assert places(taken) == {(None, 12)}
    assert aside(taken) == {"header-row": 1, "title-row": 81}


def test_each_table_of_a_document_belongs_to_the_title_above_it():
    """Two precincts in one document are two lists."""

    def fill(made):
        for precinct in (12, 13):
            made.add_paragraph("88 saylı seçki dairəsi")
            made.add_paragraph(f"{precinct} saylı seçki məntəqəsi")
            documents.add_table(made, [documents.HEADER, *documents.voters(1, 5)])

    taken = taken_in(documents.word(fill))
    counts = taken.lists.column("entries").to_pylist()
    assert (places(taken), counts) == ({(88, 12), (88, 13)}, [5, 5])


def test_a_header_over_several_columns_and_a_cell_over_several_rows():
    """The parts of a name below one heading; an address written once for two voters."""
    span = '<w:gridSpan w:val="3"/>'
    starts, goes_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    content = documents.word_of(
        table(
            row("№", cell("Seçicinin", span), "Ünvan"),
            row("", "Soyadı", "Adı", "Atasının adı", ""),
            row("1", "Əliyev", "Əli", "Rza oğlu", cell("Nizami 5", starts)),
            row("2", "Əliyeva", "Rəna", "Əli qızı", cell("", goes_on)),
            row("3", "Rzayev", "Orxan", "Şahin oğlu", cell("Füzuli 1", starts)),
        )
    )
    (sheet,) = found(content).sheets
    assert sheet.merged == 1
    taken = taken_in(content)
    names = taken.entries.column("surname").to_pylist()
    addresses = taken.entries.column("address").to_pylist()
    assert dict(zip(names, addresses, strict=True)) == {
        "Əliyev": "Nizami 5",
        "Əliyeva": "Nizami 5",
        "Rzayev": "Füzuli 1",
    }


def test_an_edge_that_was_dragged_makes_no_column():
    """Where somebody moved an edge in one row, the grid is finer than the columns."""
    wide = '<w:gridSpan w:val="2"/>'
    content = documents.word_of(
        table(
            row("№", cell("Soyadı", wide), "Adı", "Ünvan"),
            row("1", cell("Əliyev", wide), "Əli", "Nizami 5"),
            row("2", "Quliyev", cell("Rza", wide), "Füzuli 1"),
            row("3", cell("Rzayev", wide), "Orxan", "Nizami 7"),
        )
    )
    assert rows_of(content)[2:] == [
        ["2", "Quliyev", "Rza", "Füzuli 1"],
        ["3", "Rzayev", "Orxan", "Nizami 7"],
    ]


def test_a_row_of_fewer_cells_stands_below_its_columns():
    """A total written over the last columns must not slide to the left."""
    left = '<w:trPr><w:gridBefore w:val="2"/></w:trPr>'
    content = documents.word_of(
        table(
            row("a", "b", "c", "d"), row("1", "2", "3", "4"), row("x", properties=left)
        )
    )
    assert rows_of(content)[2] == ["", "", "x", ""]


def test_two_cells_below_one_column_are_both_kept():
    """The second one takes the next column; written over the first, it would be lost."""
    spans = [f'<w:gridSpan w:val="{places}"/>' for places in (2, 4, 1, 3)]
    usual = [
        row(*(cell(text, spans[0]) for text in texts)) for texts in ("abcd", "1234")
    ]
    odd = [cell(text, span) for text, span in zip("xyz", spans[1:], strict=True)]
    content = documents.word_of(table(*usual, row(*odd)))
    assert rows_of(content)[2] == ["x", "", "y", "z"]


def test_deleted_text_is_no_text_and_inserted_text_is():
    """A surname that was corrected while changes were tracked is the corrected one."""
    changed = (
        "<w:tc><w:p><w:del><w:r><w:delText>Quliyev</w:delText></w:r></w:del>"
        "<w:moveFrom><w:r><w:t>Babayev</w:t></w:r></w:moveFrom>"
        "<w:ins><w:r><w:t>Həsənov</w:t></w:r></w:ins></w:p></w:tc>"
    )
    was_merged = '<w:tcPrChange><w:tcPr><w:gridSpan w:val="3"/><w:vMerge/></w:tcPr></w:tcPrChange>'
    content = documents.word_of(
        table(row("Soyadı", "Adı"), row(changed, cell("Rza", was_merged)))
    )
    assert rows_of(content) == [["Soyadı", "Adı"], ["Həsənov", "Rza"]]


def test_a_deleted_row_is_set_aside_as_deleted():
    """It is still in the file; taken for a voter it would come back to the list."""
    gone = "<w:trPr><w:del/></w:trPr>"
    voters = [row(*texts) for texts in documents.voters(1, 5)]
    content = documents.word_of(
        table(
            row(*documents.HEADER),
            *voters,
            row(*documents.voters(6, 6)[0], properties=gone),
        )
    )
    taken = taken_in(content)
    assert taken.entries.num_rows == 5
    assert aside(taken) == {"deleted-row": 1, "header-row": 1}


def test_a_list_inside_a_table_that_arranges_the_page_is_found():
    """A frame of one cell around the list, and a table of two words in a cell."""
    small = table(row("ev 5")) + paragraph("mənzil 2")
    address = f"<w:tc>{small}</w:tc>"
    inner = table(
        row("Soyadı", "Adı", "Ünvan"),
        row("Əliyev", "Əli", address),
        row("Quliyev", "Rza", "Füzuli 1"),
    )
    title = "".join(map(paragraph, documents.PLACE))
    content = documents.word_of(table(f"<w:tr><w:tc>{title}{inner}</w:tc></w:tr>"))
    assert rows_of(content)[1:] == [
        ["Soyadı", "Adı", "Ünvan"],
        ["Əliyev", "Əli", "ev 5 mənzil 2"],
        ["Quliyev", "Rza", "Füzuli 1"],
    ]
    assert places(taken_in(content)) == {(88, 12)}


def test_a_text_box_is_read_once():
    """Word keeps its text twice: for itself, and for older programs."""
    inside = f"<w:txbxContent>{paragraph(documents.PLACE[1])}</w:txbxContent>"
    space = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    box = (
        f'<w:p><w:r><mc:AlternateContent xmlns:mc="{space}">'
        f"<mc:Choice>{inside}</mc:Choice><mc:Fallback>{inside}</mc:Fallback>"
        "</mc:AlternateContent><w:t>siyahı</w:t></w:r></w:p>"
    )
    voters = [row(*texts) for texts in documents.voters(1, 4)]
    content = documents.word_of(box + table(row(*documents.HEADER), *voters))
    assert outside_of(content) == [documents.PLACE[1], "siyahı"]
    assert places(taken_in(content)) == {(None, 12)}


@pytest.mark.parametrize("part", ["footnotes", "endnotes"])
def test_a_voter_in_a_note_at_the_foot_of_a_page_is_asked_about(part):
    """Nothing would say that a voter stands there."""
    voter, *others = documents.voters(1, 12)
    note = f"<w:{part} {documents.WORDS}>{paragraph(' '.join(voter))}</w:{part}>"
    rows = [row(*documents.HEADER), *(row(*texts) for texts in others)]
    content = documents.word_of(table(*rows), **{f"{part}__xml": note})
    taken = taken_in(content)
    assert aside(taken) == {"header-row": 1, "may-be-voter": 1}
    assert taken.entries.num_rows == 11


@pytest.mark.parametrize(("side", "is_told"), [(16, True), (5, False)])
def test_a_large_picture_beside_the_tables_of_a_word_document_is_told(side, is_told):
    """The rest of the list was photographed, and its voters would be missing without a word."""
    picture = io.BytesIO()
    Image.new("L", (60, 60), 200).save(picture, "PNG")

    def fill(made):
        documents.add_table(made, [documents.HEADER, *documents.voters(1, 12)])
        made.add_picture(picture, docx.shared.Cm(side))

    sheets = found(documents.word(fill)).sheets
    told = [("word/media", AsideCode.CONTENT_UNREAD)] if is_told else []
    assert [(sheet.name, sheet.trouble) for sheet in sheets[1:]] == told


def test_letters_chosen_from_a_table_of_signs_are_letters():
    """``Məmmədov`` would be ``Mmmdov``; a sign of a font of its own is another voter's no more."""

    def signs(text, letter, number):
        return text.replace(letter, f'</w:t><w:sym w:font="A" w:char="{number}"/><w:t>')

    rows = [row(*documents.HEADER)]
    rows += [signs(row(*texts), "ə", "0259") for texts in documents.voters(1, 12)]
    rows[3] = signs(rows[3], "ç", "F0E7")
    read = rows_of(documents.word_of(table(*rows)))
    expected = [documents.HEADER, *documents.voters(1, 12)]
    expected[3] = [text.replace("ç", "\uf0e7") for text in expected[3]]
    assert read == expected


def test_the_heading_of_the_pages_names_the_place():
    """A title in the header of the page is one; that of a first page that is not shown is not."""

    def fill(made):
        section = made.sections[0]
        section.header.paragraphs[0].text = " ".join(documents.PLACE)
        section.first_page_header.paragraphs[0].text = "77 saylı seçki məntəqəsi"
        section.footer.paragraphs[0].text = "Səhifə 1"
        documents.add_table(made, [documents.HEADER, *documents.voters(1, 4)])

    content = documents.word(fill)
    assert outside_of(content) == [" ".join(documents.PLACE), "Səhifə 1"]
    assert places(taken_in(content)) == {(88, 12)}


def test_text_in_content_controls_is_read():
    """A form's cells and rows may stand in controls."""
    held = "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>"
    content = documents.word_of(
        table(row("Soyadı", "Adı"), held.format(row("Əliyev", "Əli")))
    )
    assert rows_of(content)[1] == ["Əliyev", "Əli"]


def test_a_document_of_word_2010_strict_is_read():
    """It names everything by other namespaces."""
    content = documents.word_of(table(row("Soyadı", "Adı"), row("Əliyev", "Əli")))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name, part in parts.items():
            strict = part.replace(
                b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                b"http://purl.oclc.org/ooxml/wordprocessingml/main",
            )
            packed.writestr(name, strict)
    assert rows_of(stream.getvalue())[1] == ["Əliyev", "Əli"]


def test_a_document_without_a_table_says_what_it_is():
    """A letter is no table; a document of pictures alone is a scan."""
    letter = documents.word(lambda made: made.add_paragraph("Hörmətli sədr!"))
    picture = io.BytesIO()
    Image.new("L", (60, 80), 200).save(picture, "PNG")
    scan = documents.word(lambda made: made.add_picture(picture))
    assert read_content(letter, LIMITS) is AsideCode.FILE_NOT_A_TABLE
    assert read_content(scan, LIMITS) is AsideCode.SCANNED_PAGE
    assert read_content(documents.word(lambda _: None), LIMITS) is AsideCode.FILE_EMPTY


def test_a_word_document_is_a_table_with_headers_for_link_and_check(tmp_path):
    """The title above the table is not taken for its headers."""
    path = tmp_path / "list.docx"
    path.write_bytes(documents.word_list())
    read = read_table(path)
    assert read.column_names == documents.HEADER
    assert read.num_rows == 12


def test_tags_that_do_not_belong_together_are_read_without_an_error():
    """A damaged document may put a row into a cell, a cell into a cell, a table nowhere."""
    inside = "<w:tr><w:tc><w:tr><w:tc><w:tc/></w:tc></w:tr></w:tc></w:tr>"
    odd = f"<w:tbl>{inside}<w:p/></w:tbl><w:tc/><w:tr/><w:txbxContent/><w:t>a</w:t>"
    assert found(documents.word_of(odd)).trouble is None
    deep = "<w:tbl><w:tr><w:tc>" * 100 + "</w:tc></w:tr></w:tbl>" * 100
    assert found(documents.word_of(deep)).trouble is None


def test_a_document_that_declares_an_entity_is_not_opened():
    """A few lines of entities unpack to gigabytes."""
    content = documents.word_of("")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        body = packed.read("word/document.xml").decode()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        declared = f'<!DOCTYPE w [<!ENTITY a "a">]>{body}'
        packed.writestr("word/document.xml", declared)
    assert read_content(stream.getvalue(), LIMITS) is AsideCode.FILE_UNREADABLE


# ODT


def test_a_list_in_an_odt_document_is_taken_in():
    """What stands in the text of Word stands here too."""
    content = documents.odt_list()
    assert rows_of(content) == [documents.HEADER, *documents.voters(1, 12)]
    assert places(taken_in(content)) == {(88, 12)}


def test_merged_cells_and_changes_of_an_odt_document():
    """A cell over two rows fills the one below; deleted text is no text."""
    gone = "<text:tracked-changes><text:p>Babayev</text:p></text:tracked-changes>"
    body = (
        gone + "<table:table>"
        "<table:table-row><table:table-cell><text:p>Soyadı</text:p></table:table-cell>"
        "<table:table-cell><text:p>Adı</text:p></table:table-cell>"
        "<table:table-cell><text:p>Ünvan</text:p></table:table-cell></table:table-row>"
        "<table:table-row><table:table-cell><text:p>Əliyev</text:p></table:table-cell>"
        "<table:table-cell><text:p>Ə<text:s/>li</text:p></table:table-cell>"
        '<table:table-cell table:number-rows-spanned="2"><text:p>Nizami</text:p>'
        "<text:p>5</text:p></table:table-cell></table:table-row>"
        "<table:table-row><table:table-cell><text:p>Rzayev</text:p></table:table-cell>"
        "<table:table-cell><text:p>Rza</text:p></table:table-cell>"
        "<table:covered-table-cell/></table:table-row></table:table>"
    )
    assert rows_of(documents.odt(body)) == [
        ["Soyadı", "Adı", "Ünvan"],
        ["Əliyev", "Ə li", "Nizami 5"],
        ["Rzayev", "Rza", "Nizami 5"],
    ]


# PDF


@pytest.mark.parametrize(
    ("name", "voters", "street"),
    [
        (
            "list.pdf",
            40,
            "Səbail rayonu, Üzeyir Hacıbəyov küçəsi ilə Nizami küçəsinin kəsişməsi",
        ),
        ("without_lines.pdf", 60, "Nizami küçəsi"),
    ],
)
def test_a_list_on_several_pages_is_one_list(name, voters, street):
    """Headers, numbers of pages and a row broken over a page neither lose a voter nor make one."""
    content = (FILES / name).read_bytes()
    body = [row for row in rows_of(content) if row != documents.HEADER]
    assert body == documents.voters(1, voters, street=street)
    taken = taken_in(content)
    assert taken.entries.num_rows == voters
    assert places(taken) == {(88, 12)}
    assert taken.lists.column("declared").to_pylist() == [voters]
    assert set(aside(taken)) == {"header-row", "title-row", "total-row"}


@pytest.mark.parametrize(
    "lines",
    [("GRID",), ("INNERGRID",), ("BOX",), ("LINEBELOW",), ("LINEAFTER", "BOX"), ()],
    ids=" ".join,
)
def test_a_table_is_read_whatever_lines_it_has(lines):
    """All lines, no frame, a frame alone, lines between the rows or the columns, none."""
    content = documents.pdf(
        [documents.PLAIN_HEADER, *documents.plain_voters(1, 60)], lines=lines
    )
    body = [row for row in rows_of(content) if row != documents.PLAIN_HEADER]
    assert body == documents.plain_voters(1, 60)


@pytest.mark.parametrize(
    ("header_on_each_page", "where", "last", "blank"),
    [
        (0, "MIDDLE", 130, 3),
        (1, "MIDDLE", 130, 3),
        (0, "BOTTOM", 60, 3),
        (1, "BOTTOM", 60, 0.8),
    ],
)
def test_cells_with_their_text_in_the_middle_are_of_one_row(
    header_on_each_page, where, last, blank
):
    """Without lines, an address of two lines begins above the number of its row.

    Excel puts all cells at the foot of their row: the upper line of each address was a title; or of
    the voter above, where hardly a blank parts the rows.
    """
    content = documents.pdf(
        [documents.PLAIN_HEADER, *documents.plain_voters(1, last)],
        lines=(),
        widths=(25, 70, 60, 80, 60, 90, 60),
        style=[
            ("VALIGN", (0, 0), (-1, -1), where),
            ("TOPPADDING", (0, 0), (-1, -1), blank),
            ("BOTTOMPADDING", (0, 0), (-1, -1), blank),
        ],
        repeatRows=header_on_each_page,
    )
    body = [row for row in rows_of(content) if row != documents.PLAIN_HEADER]
    assert body == documents.plain_voters(1, last)


def test_the_only_row_of_the_last_page_is_a_row_of_its_own():
    """Its upper line went to the voter before it, with a father's name and a day of birth."""
    content = documents.pdf(
        [documents.PLAIN_HEADER, *documents.plain_voters(1, 56)],
        lines=(),
        widths=(25, 60, 50, 54, 45, 70, 50),
        style=[("VALIGN", (0, 0), (-1, -1), "BOTTOM")],
    )
    fathers = [row[3] for row in rows_of(content) if row[0].isdigit()]
    assert fathers == [row[3] for row in documents.plain_voters(1, 56)]


def page(*rows):
    """A page with a table of these rows."""
    cells = ([Cell(at, text) for at, text in enumerate(row)] for row in rows)
    return Content([Part(0, np.arange(3.0), [*map(Row, cells)])])


def test_cells_that_went_on_whole_are_of_the_last_row():
    """Where cells of one line stay on a page and the others go on, one voter was two entries."""
    first = page(["№", "Soyadı", "Ad"], ["1", "Əliyev", "Əli"], ["2", "", "Rza"])
    upper, lower, other = ["", "Məm", ""], ["", "mədov", ""], ["", "Babayev", "Rza"]
    joined = [*joined_lines([first, page(upper, lower, other)], LIMITS)]
    assert [line.cells for line in joined[2:]] == [["2", "Məm\nmədov", "Rza"], other]


def test_a_lower_heading_repeated_alone_is_no_rest_of_a_row():
    """Of a header of two rows a page repeats the lower: the last voter was called `adı` too."""
    header, lower = ["№", "Seçicinin", ""], ["", "soyadı", "adı"]
    voters = [["1", "Əliyeva-", "Əli"], ["2", "Babayev", "Rza"]]
    joined = [
        *joined_lines([page(header, lower, voters[0]), page(lower, voters[1])], LIMITS)
    ]
    assert [line.cells for line in joined] == [
        header,
        lower,
        voters[0],
        lower,
        voters[1],
    ]
    put_together(
        joined := [
            *joined_lines([page(header, voters[0]), page(["", "Rza", ""])], LIMITS)
        ]
    )
    assert joined[1].cells == ["1", "Əliyeva-Rza", "Əli"]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["1", "10\0001"], "101"),
        (["Əli", "Rəşid\nqızı", "Əhməd\0qızı"], "Əhməd\nqızı"),
        (["Əli", "Məmmədo\0va"], "Məmmədova"),
        (["Rza qızı", "MƏMMƏDO\0VA"], "MƏMMƏDOVA"),
        (["ƏLİYEV", "ƏLİYEV\0ORXAN"], "ƏLİYEV\nORXAN"),
        (["Rza", "Əliyeva-\0Rza"], "Əliyeva-Rza"),
        (["Rza", "Hüsey-\0nov"], "Hüseynov"),
        (["Nizami 3-\0cü dalan"], "Nizami 3-cü dalan"),
        (["Əliyev", "Əli\0yev"], "Əliyev"),
        (["ƏLİYEV", "ABDURRƏHMA\0NOVA"], "ABDURRƏHMANOVA"),
        (["Исмаил\0оглы"], "Исмаил\nоглы"),
    ],
)
def test_the_words_of_a_column_tell_what_was_broken(column, expected):
    """A name in two pieces meets no other name; two names in one are nobody's."""
    lines = [Line([text]) for text in column]
    put_together(lines)
    assert lines[-1].cells == [expected]


def test_a_word_broken_in_a_narrow_column_is_put_together():
    """Two words in a full line stay two, also where the line has no room left."""
    content = documents.pdf(
        [documents.PLAIN_HEADER, *documents.plain_voters(1, 60)],
        widths=(25, 36, 40, 42, 42, 60, 36),
        style=[("FONTSIZE", (0, 0), (-1, 0), 5)],
    )
    body = [row for row in rows_of(content) if row != documents.PLAIN_HEADER]
    assert body == documents.plain_voters(1, 60)


@pytest.mark.parametrize("apart", [1, 2, 3])
@pytest.mark.parametrize("is_ruled", [True, False])
@pytest.mark.parametrize("is_single", [True, False])
def test_letters_that_are_set_apart_are_words(apart, is_ruled, is_single):
    """Each letter would be a word: `A l i y e v`, and a date none.

    A browser draws each alone, and two of them nearer: `Yu xarı`.
    """
    rows = [
        cells[:5] for cells in (documents.PLAIN_HEADER, *documents.plain_voters(1, 8))
    ]

    def draw(canvas):
        for at, cells in enumerate(rows):
            for column, text in enumerate(cells):
                left, bottom = 20 + 110 * column, 700 - 16 * at
                if is_ruled:
                    canvas.rect(left - 2, bottom - 4, 110, 16)
                canvas.setFont("Helvetica", 8)
                parts = [*text] if is_single else [text]
                for before, part in pairwise(["", *parts]):
                    left -= apart * (before + part in {"li", "ul", "ra"})
                    if part != " ":
                        canvas.drawString(left, bottom, part, charSpace=apart)
                    left += canvas.stringWidth(part) + apart

    assert rows_of(documents.drawn(draw)) == rows


@pytest.mark.parametrize("lines", [("GRID",), ()], ids=["ruled", "not ruled"])
def test_text_that_runs_into_the_next_cell_stays_in_its_own(lines):
    """A program that does not break lines writes over the edge of a narrow column.

    The heading of the second list ends where the next one begins: the birth dates and addresses of
    all its voters had no heading, at exit code 0.
    """
    rows = [
        ["No", "Soyadi", "Adi"],
        ["1", "Abdurrahmanbeyli-Haciyeva", "Rza"],
        ["2", "Aliyev", "Orxan"],
    ]
    content = documents.pdf(rows, widths=(25, 60, 100), wrapped=False, lines=lines)
    assert rows_of(content) == rows
    rows = [documents.PLAIN_HEADER, *documents.plain_voters(1, 12)]
    content = documents.pdf(rows, widths=(25, 60, 50, 54, 45, 70, 50), lines=lines)
    assert rows_of(content) == rows


@pytest.mark.parametrize(
    ("father", "date", "align"),
    [(50, 35, "LEFT"), (50, 40.05, "LEFT"), (50, 44, "LEFT"), (43, 60, "CENTER")],
)
def test_a_cell_begins_where_one_does_in_most_rows(father, date, align):
    """Where a text touches the next cell, or runs over it, both were one column without a heading.

    All voters had neither a birth date nor an identifier, at exit code 0. A browser parts cells by
    two points, and puts headings in their middle.
    """
    rows = [documents.PLAIN_HEADER, *documents.plain_voters(1, 12)]
    rows = [[*cells[:5], cells[6], cells[5]] for cells in rows]
    content = documents.pdf(
        rows,
        widths=(15, 36, 36, father, date, 50, 160),
        lines=(),
        wrapped=False,
        style=[
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ("ALIGN", (0, 0), (-1, 0), align),
        ],
    )
    assert rows_of(content) == rows


@pytest.mark.parametrize("width", [190, 130])
def test_blanks_as_wide_as_those_of_a_typewriter_part_no_columns(width):
    """`Nizami kucesi, ev 5` was three cells, of which a voter had the first as their address."""
    rows = [documents.PLAIN_HEADER, *documents.plain_voters(1, 12)]
    content = documents.pdf(
        rows,
        font="Courier",
        lines=(),
        widths=(30, 60, 60, 90, 80, width, 60),
        style=[("VALIGN", (0, 0), (-1, -1), "MIDDLE")],
    )
    assert rows_of(content) == rows


def test_letters_that_a_file_does_not_name_make_its_page_unreadable():
    """Each was a blank: `M mm dov`, as some programs write 0 for a letter without a number."""
    content = documents.drawn(documents.draw_list, pageCompression=0)
    letters = b"1 beginbfchar <61> <0000> endbfchar"
    told = b"90 0 obj <</Length %d>>\nstream\n%s\nendstream endobj\nxref"
    content = content.replace(b"\nxref", b"\n" + told % (len(letters), letters))
    content = content.replace(b"/BaseFont ", b"/ToUnicode 90 0 R /BaseFont ")
    assert found(content).trouble is AsideCode.ENCODING_UNREADABLE


def test_a_changed_byte_of_what_a_page_draws_is_told():
    """Rows behind it are lost; spreadsheet programs write each length into an object of its own."""
    content = documents.READER_FILES["from_calc.pdf"]
    for whole in (content, content.replace(b" obj\n<<", b" obj<<")):
        assert len(found(whole).sheets) == 1
    places = [
        at.end() for at in re.finditer(rb"FlateDecode[^<>]*>>\s*stream\r?\n", content)
    ]
    changed = bytearray(content)
    changed[places[0] + 300] ^= 1
    moved = content.replace(b"/Contents ", b"/Contents 99", 1)
    for damaged in (bytes(changed), moved):
        assert [one.name for one in found(damaged).sheets][1:] == ["(damaged)"]


@pytest.mark.parametrize(
    ("is_packed", "word", "other"),
    [
        (1, b"/FlateDecode", b"/FlatfDecode"),
        (1, b"/Filter", b"/Filtes"),
        (1, b"/Contents", b"/Contfnts"),
        (1, b"/Count 3", b"/Count 2"),
        (1, b"/Kids [ 3 0 R 4 0 R", b"/Kids [ 3 0 R 3 0 R"),
        (1, b">>\nstream", b">>\nstseam"),
        (0, b" Tj", b" Uj"),
        (0, b" Tm ", b" Um "),
        (0, b") Tj", b"! Tj"),
    ],
)
def test_a_changed_byte_of_the_words_of_a_file_is_told(is_packed, word, other):
    """A page was blank or not there, a cell lost, or the next one swallowed, at exit code 0."""
    lists = [
        partial(documents.draw_list, first=first, last=first + 9)
        for first in (1, 11, 21)
    ]
    content = documents.drawn(*lists, pageCompression=is_packed)
    assert len(found(content).sheets) == 1
    damaged = content.replace(word, other, 1)
    names = [one.name for one in found(damaged).sheets][1:]
    assert names == ["(damaged)"]


@pytest.mark.parametrize(
    ("colour", "row", "is_told"),
    [
        (colors.white, 7, True),
        (colors.Color(0, 0, 0, alpha=0), 7, True),
        (colors.white, 0, False),
    ],
    ids=["white", "in no colour", "white on blue"],
)
def test_a_voter_whom_nobody_sees_on_the_page_is_told(colour, row, is_told):
    """The row was an entry like any other, at exit code 0; headings are often white on a colour."""
    style = [("TEXTCOLOR", (0, row), (-1, row), colour)]
    style += [("BACKGROUND", (0, 0), (-1, 0), colors.darkblue)] * (row == 0)
    rows = [documents.PLAIN_HEADER, *documents.plain_voters(1, 9)]
    content = documents.pdf(rows, wrapped=False, style=style)
    first, *others = found(content).sheets
    assert {row[-1] for row in rows} <= {*first.cells["c6"].to_pylist()}
    assert [one.name for one in others] == ["p. 1 (hidden)"] * is_told


def test_a_layer_that_is_switched_off_is_told():
    """Whoever stands on it was an entry, and nobody saw them on the page."""
    content = documents.drawn(documents.draw_list)
    layers = b"/OCProperties << /D << /OFF [ 9 0 R ] >> >> /Type /Catalog"
    content = content.replace(b"/Type /Catalog", layers)
    assert [one.name for one in found(content).sheets[1:]] == ["/OFF"]


@pytest.mark.parametrize(("rows", "is_told"), [(30, True), (4, False)])
def test_a_column_on_a_page_of_its_own_is_told(rows, is_told):
    """A sheet is wider than its page: no voter had an address, and its lines were titles.

    Below a list on several pages may stand a few lines on the last one.
    """

    def draw(canvas):
        cells = [[row[5]] for row in documents.plain_voters(1, rows)]
        documents.put_table(canvas, cells)

    content = documents.drawn(partial(documents.draw_list, last=30), draw)
    names = [one.name for one in found(content).sheets[1:]]
    assert names == ["(columns)"] * is_told


def test_a_letter_that_is_drawn_nearer_is_of_its_text():
    """A browser draws it by itself: an identifier lacked its last letter."""
    rows = [[f"0{at}.11.1983", f"G{at}4SEAT"] for at in range(1, 9)]

    def draw(canvas):
        canvas.setFont("Helvetica", 8)
        for at, (date, fin) in enumerate(rows):
            height = 700 - 20 * at
            canvas.drawString(40, height, date)
            canvas.drawString(110, height, fin[:-1])
            width = canvas.stringWidth(fin[:-1])
            canvas.drawString(109 + width, height, fin[-1])
            canvas.rect(30, height - 6, 70, 20)
            canvas.rect(100, height - 6, 10 + width, 20)

    assert rows_of(documents.drawn(draw)) == rows


def test_a_list_printed_by_a_spreadsheet_without_lines_is_read():
    """A number stood in one word with the surname beside it, and "ff" is one sign of the font.

    `1Quliyeva`, and the father's name `Müzəf fər`, which every printed list had, ruled or not.
    """
    voters = documents.voters(1, 30, documents.NAMES[:3])
    for voter in voters[::4]:
        voter[3] = f"Müzəffər {voter[3].split()[1]}"
    content = documents.READER_FILES["from_calc.pdf"]
    body = [row for row in rows_of(content) if row != documents.HEADER]
    assert body == voters
    assert taken_in(content).lists.column("declared").to_pylist() == [30]


def test_a_cut_text_is_not_one_with_the_next_cell_nor_a_name_with_the_next():
    """A browser writes no blank and draws an A nearer, and a J begins before its place.

    `QuliyevaAygun`, one name, and the number in one word with the end of an address.
    """
    rows = []
    for number in range(10):
        name = f"Quli{number * 'y'}eva Aygun R{number * 's'}hid qizi"
        fin = f"{'J' if number == 5 else 'T'}{number}BC2DE"
        rows.append([f"{number}", "05.03.1960", name, "Nizami kuc", fin])

    def draw(canvas):
        canvas.setFont("Helvetica", 8)
        for at, (number, date, name, where, fin) in enumerate(rows):
            height = 700 - 14 * at
            canvas.drawString(40, height, number)
            canvas.drawString(80, height, date)
            left = 150.0
            for word in name.split():
                canvas.drawString(left, height, word, charSpace=-0.7)
                left += canvas.stringWidth(word) - 0.7 * len(word) + 2.3
            canvas.drawRightString(399.8, height, where)
            canvas.drawString(400 - 0.5 * (fin[0] == "J"), height, fin)

    assert rows_of(documents.drawn(draw)) == rows


@pytest.mark.parametrize("lines", [1, 4])
def test_cells_whose_words_are_drawn_alone_are_whole(lines):
    """The blanks of one address below each other made a column; what crossed it was a title.

    So were the first and the last line of an address of four in the middle of its row.
    """
    street = ("Baki seheri,", "Nizami kucesi,", "ev 17,", "menzil 45")
    rows = [["No", "Soyadi", "Adi", "Dogum tarixi", "Unvan"]]
    rows += [[f"{at}", f"Ali{at * 'y'}ev", "Ayla", "05.03.1960"] for at in range(12)]

    def draw(canvas):
        canvas.setFont("Helvetica", 8)
        for at, cells in enumerate(rows):
            height = 800 - 50 * at
            for column, text in enumerate(cells):
                canvas.drawString(20 + 90 * column, height, text)
            for line in range(lines if at else 0):
                left = 380.0
                for word in (street[line] if lines > 1 else " ".join(street)).split():
                    below = height + 10 * ((lines - 1) / 2 - line)
                    canvas.drawString(left, below, word)
                    left += canvas.stringWidth(word) + 3.5

    expected = [rows[0], *([*cells, " ".join(street)] for cells in rows[1:])]
    assert rows_of(documents.drawn(draw)) == expected


def test_small_capitals_that_a_browser_draws_are_letters_of_their_line():
    """They were as high as their ink: each blank between them began a cell of its own."""
    assert rows_of(documents.READER_FILES["small_capitals.pdf"]) == documents.CAPITALS


def test_letters_that_a_font_has_not_are_read_where_they_stand():
    """A spreadsheet program draws them behind their text: `QASIMOVA Ş ƏƏ F Q`.

    And a capital may be larger than what goes on behind it.
    """
    rows = [
        [f"N{number}", f"Quli{number * 'y'}eva Rasade Kamil", "05.03.1960", "enew"]
        for number in range(10)
    ]

    def put(canvas, text, left, height, *, lost):
        """Draw what the font has of a text, or what it has not; "e", and the blank behind it."""
        parts = []
        for before, sign in pairwise(f" {text}"):
            width = round(canvas.stringWidth(sign) * 1000 / 8)
            is_drawn = (sign == "e") == lost and before + sign != "e "
            parts.append(f"({sign})" if is_drawn else f"{-width}")
        where = f"BT 1 0 0 1 {left} {height} Tm [{' '.join(parts)}] TJ ET"
        canvas._code.append(where)

    def draw(canvas):
        for at, (number, *texts) in enumerate(rows):
            canvas.setFont("Helvetica", 16)
            canvas.drawString(28, 700 - 14 * at, "N")
            canvas.setFont("Helvetica", 8)
            texts.insert(0, number[1:])
            for left, text in zip((39.6, 80, 250, 400), texts, strict=True):
                put(canvas, text, left, 700 - 14 * at, lost=False)
                if "e" in text:
                    put(canvas, text, left + 0.3, 700 - 14 * at, lost=True)

    assert rows_of(documents.drawn(draw)) == rows


def test_the_rest_of_a_row_at_the_top_of_a_page_is_of_the_last_one():
    """It went to a title, or to the first voter of the page; a total line to the last voter."""
    street = "Heyder Eliyev prospekti, 3-cu mehelle, bina"
    voters = documents.plain_voters(1, 40, street)
    total = ["", "Cemi: 40 nefer", "", "", "", "", ""]
    content = documents.pdf(
        [documents.PLAIN_HEADER, *voters, total],
        lines=(),
        widths=(25, 70, 60, 80, 60, 70, 60),
        repeatRows=0,
        splitInRow=1,
    )
    body = [row for row in rows_of(content) if row != documents.PLAIN_HEADER]
    assert body == voters
    assert outside_of(content)[-2:-1] == ["Cemi: 40 nefer"]


def test_cells_merged_downwards_hold_for_each_row():
    """An address written once beside two voters, in the middle of both rows."""
    rows = [["Soyadi", "Adi", "Unvan"], ["Aliyev", "Ali", "Nizami 5"]]
    rows += [["Aliyeva", "Rena", ""], ["Rzayev", "Rza", "Fuzuli 1"]]
    merged = [("SPAN", (2, 1), (2, 2)), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    content = documents.pdf(rows, widths=(80, 80, 80), style=merged, wrapped=False)
    assert [row[2] for row in rows_of(content)] == [
        "Unvan",
        "Nizami 5",
        "Nizami 5",
        "Fuzuli 1",
    ]


def turned_table(canvas):
    """Draw a list across the page."""
    canvas.rotate(90)
    canvas.translate(0, -595)
    rows = [documents.PLAIN_HEADER, *documents.plain_voters(1, 10)]
    documents.put_table(canvas, rows, top=560)


@pytest.mark.parametrize("turn", [0, 90])
def test_a_list_printed_across_the_page_is_read_the_way_it_runs(turn):
    """Whether or not the file says that the page is turned."""

    def draw(canvas):
        canvas.setPageRotation(turn)
        turned_table(canvas)

    expected = [documents.PLAIN_HEADER, *documents.plain_voters(1, 10)]
    assert rows_of(documents.drawn(draw)) == expected


def draw_scan_with_guesses(canvas):
    """Draw a picture, and over it the invisible text that a scanner has read."""
    documents.draw_scan(canvas)
    text = canvas.beginText(50, 700)
    text.setTextRenderMode(3)
    for texts in documents.plain_voters(1, 10):
        text.textLine("   ".join(texts))
    canvas.drawText(text)


def draw_nothing(_canvas):
    """Leave the page blank."""


def test_pages_that_are_pictures_are_named_and_the_others_read(tmp_path):
    """A page that was scanned holds voters who would be missing without a word."""
    pages = [
        documents.draw_list,
        documents.draw_scan,
        draw_scan_with_guesses,
        draw_nothing,
        documents.draw_scan,
    ]
    path = tmp_path / "list.pdf"
    path.write_bytes(documents.drawn(*pages))
    files = read_files(path, "list.pdf", LIMITS)
    assert [(sheet.name, sheet.trouble) for sheet in files[0].sheets] == [
        (None, None),
        ("p. 2-3, 5", AsideCode.SCANNED_PAGE),
    ]
    taken = ingest(files, LIMITS, constituency=4)
    assert taken.entries.num_rows == 10
    told = taken.findings.filter(
        [rule == "scanned-page" for rule in taken.findings.column("rule").to_pylist()]
    )
    assert told.column("sheet").to_pylist() == ["p. 2-3, 5"]
    (account,) = inspect(look(files, LIMITS, None, {}))
    assert account.unreadable


@pytest.mark.parametrize(
    ("picture", "over", "is_told"),
    [
        ((20, 20, 550, 300), [], True),
        ((0, 0, 595, 842), ["Sehife 2"], True),
        ((20, 20, 550, 300), documents.plain_voters(1, 10), False),
        ((20, 20, 120, 120), [], False),
        ((0, 0, 595, 842), documents.plain_voters(1, 10), False),
    ],
)
def test_a_picture_beside_text_is_told(picture, over, is_told):
    """The rest of the list was photographed, and its voters would be missing without a word."""

    def draw(canvas):
        canvas.drawImage(ImageReader(Image.new("L", (60, 80), 200)), *picture)
        canvas.drawString(300, 830, "2")
        for line, text in enumerate(over):
            canvas.drawString(30, 280 - 12 * line, " ".join(text))

    sheets = found(documents.drawn(documents.draw_list, draw)).sheets
    told = [("p. 2 (image)", AsideCode.CONTENT_UNREAD)] if is_told else []
    assert [(sheet.name, sheet.trouble) for sheet in sheets[1:]] == told


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (documents.drawn(documents.draw_scan), AsideCode.SCANNED_PAGE),
        (documents.drawn(draw_scan_with_guesses), AsideCode.SCANNED_PAGE),
        (documents.drawn(draw_nothing), AsideCode.FILE_EMPTY),
        (
            documents.drawn(lambda canvas: canvas.drawString(50, 700, "A letter")),
            AsideCode.FILE_NOT_A_TABLE,
        ),
        (
            documents.drawn(documents.draw_list, encrypt=StandardEncryption("secret")),
            AsideCode.FILE_PROTECTED,
        ),
        (documents.drawn(documents.draw_list)[:900], AsideCode.FILE_UNREADABLE),
        (b"\x89PNG\r\n\x1a\n" + bytes(90), AsideCode.SCANNED_PAGE),
        (b"\xff\xd8\xff\xe0" + bytes(90), AsideCode.SCANNED_PAGE),
        (b"II*\0" + bytes(90), AsideCode.SCANNED_PAGE),
        (b"\0\0\0\x18ftypheic" + bytes(90), AsideCode.SCANNED_PAGE),
        (b"BMx\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0" + bytes(90), AsideCode.SCANNED_PAGE),
        (rb"{\rtf1\ansi Siyahi}", AsideCode.DOCUMENT_NOT_READ),
        (
            b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w/>',
            AsideCode.DOCUMENT_NOT_READ,
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + bytes(600)
            + "WordDocument\0".encode("utf-16-le"),
            AsideCode.DOCUMENT_NOT_READ,
        ),
    ],
    ids=[
        "scan",
        "scan-with-guesses",
        "blank",
        "letter",
        "password",
        "cut-off",
        "png",
        "jpeg",
        "tiff",
        "heic",
        "bmp",
        "rtf",
        "word-xml",
        "doc",
    ],
)
def test_what_is_not_read_is_named_as_what_it_is(content, code):
    """The advice differs: ask for the table, for the password, for another kind of file."""
    assert read_content(content, LIMITS) is code


def test_a_pdf_that_only_forbids_printing_is_read():
    """It asks for no password."""
    locked = StandardEncryption("", ownerPassword="x", canPrint=0)
    content = documents.drawn(documents.draw_list, encrypt=locked)
    assert len(rows_of(content)) == 11


def test_a_second_table_of_other_columns_is_a_table_of_its_own():
    """Signatures in a table below the list do not move the columns of the list."""

    def draw(canvas):
        documents.draw_list(canvas)
        signatures = [["Sedr", "A. Hasanov"], ["Katib", "B. Aliyev"]]
        documents.put_table(canvas, signatures, top=300)

    taken = taken_in(documents.drawn(draw))
    assert taken.entries.num_rows == 10


def test_a_scan_among_the_pages_keeps_a_table_from_being_linked(tmp_path):
    """``link`` would compare half a list and say nothing."""
    path = tmp_path / "list.pdf"
    path.write_bytes(documents.drawn(documents.draw_list, documents.draw_scan))
    with pytest.raises(Exception, match="scanned-page"):
        read_table(path)


def test_a_turned_heading_is_read():
    """Narrow columns have their headings written upwards."""

    def draw(canvas):
        rows = documents.plain_voters(1, 10)
        documents.put_table(canvas, [["", *documents.PLAIN_HEADER[1:]], *rows])
        canvas.saveState()
        canvas.translate(36, 764)
        canvas.rotate(90)
        canvas.setFont("Helvetica", 7)
        canvas.drawString(0, 0, "No")
        canvas.restoreState()

    assert rows_of(documents.drawn(draw))[0] == documents.PLAIN_HEADER


def test_a_page_of_too_many_lines_is_a_drawing():
    """A drawing of a hundred thousand lines takes neither the memory nor the time of a table."""

    def draw(canvas):
        for number in range(60_000):
            at = number % 500
            canvas.line(at, number // 500, at + 1, number // 500)
        canvas.drawString(50, 700, "A plan")

    assert read_content(documents.drawn(draw), LIMITS) is AsideCode.FILE_NOT_A_TABLE


def test_the_libraries_of_documents_are_loaded_by_the_child_alone():
    """A command that reads no PDF file would wait for them at its start."""
    import subprocess
    import sys

    code = (
        "import sys, voterlist.readers, voterlist.readers.child;"
        "print([name for name in sys.modules if 'pdfium' in name])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_nothing_is_written_to_the_terminal(capfd):
    """What PDFium says of a damaged file goes nowhere."""
    content = (FILES / "list.pdf").read_bytes()
    for place in (2_000, 9_000, 20_000):
        found(content[:place] + bytes(50) + content[place + 50 :])
    assert capfd.readouterr() == ("", "")


def test_a_document_saved_by_python_docx_again_is_the_same_list():
    """What was read does not depend on which program wrote it last."""
    first = documents.word_list()
    again = documents.saved(docx.Document(io.BytesIO(first)))
    assert rows_of(first) == rows_of(again)


def test_a_row_in_colour_without_lines_is_a_row():
    """A striped table has no line between its rows, and the gaps tell its columns."""
    rows = [documents.PLAIN_HEADER, *documents.plain_voters(1, 40)]
    stripes = [("ROWBACKGROUNDS", (0, 1), (-1, -1), (colors.white, colors.lightgrey))]
    content = documents.pdf(rows, lines=(), style=stripes)
    body = [row for row in rows_of(content) if row != documents.PLAIN_HEADER]
    assert body == documents.plain_voters(1, 40)


def packed_page(drawing):
    """A PDF file of one page with this drawing, packed."""
    stream = zlib.compress(drawing, 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream"
        % (len(stream), stream),
    ]
    written = b"%PDF-1.7\n"
    for number, content in enumerate(objects, start=1):
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    return written + b"trailer<</Size 5/Root 1 0 R>>"


@pytest.mark.long
def test_a_small_file_that_unpacks_to_much_ends_in_a_code(tmp_path):
    """It may end the child, never the run; the file beside it is read.

    What the program itself has taken changes nothing of it.
    """
    limits = LIMITS.model_copy(update={"max_memory_megabytes": 128})
    taken_already = b"x" * 2**29
    lines = tmp_path / "lines.pdf"
    lines.write_bytes(packed_page(b"0 0 m 10 0 l S " * 1_000_000))
    cells = tmp_path / "cells.docx"
    cells.write_bytes(documents.word_of("<w:p></w:p>" * 1_300_000))
    nested = tmp_path / "nested.docx"
    nested.write_bytes(documents.word_of("<w:p>" * 50_000 + "</w:p>" * 50_000))
    good = tmp_path / "good.docx"
    good.write_bytes(documents.word_list())
    assert lines.stat().st_size < 40_000
    troubles = [
        read_files(path, path.name, limits)[0].trouble
        for path in (lines, cells, nested, good)
    ]
    too_large = AsideCode.FILE_TOO_LARGE
    assert troubles == [too_large, too_large, AsideCode.FILE_EMPTY, None]
    assert len(taken_already) == 2**29
