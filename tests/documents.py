"""Word documents, ODT and PDF files, made for tests as people make them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
from PIL import Image
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

FILES = Path(__file__).parent / "reader_files"
READER_FILES = {path.name: path.read_bytes() for path in sorted(FILES.glob("*.pdf"))}
HEADER = ["№", "Soyadı", "Adı", "Atasının adı", "Doğum tarixi", "Ünvan", "FİN"]
PLAIN_HEADER = ["No", "Soyadi", "Adi", "Atasinin adi", "Dogum tarixi", "Unvan", "FIN"]
"""The same in the letters that every PDF reader has a font for."""
PLACE = ["88 saylı Ağcabədi seçki dairəsi", "12 saylı seçki məntəqəsi"]
PLAIN_PLACE = ["88 sayli secki dairesi", "12 sayli secki menteqesi"]
NAMES = [
    ("Əliyev", "Şahin", "Məmməd oğlu"),
    ("Quliyeva", "Gülnarə", "Rəşid qızı"),
    ("İbrahimov", "Çingiz", "Xəqani oğlu"),
    ("Мамедова", "Севиль", "Ахмед кызы"),
]
_PLAIN_NAMES = [
    ("Aliyev", "Sahin", "Mammad oglu"),
    ("Quliyeva", "Gulnara", "Rashid qizi"),
    ("Ibrahimov", "Cingiz", "Xaqani oglu"),
]
CAPITALS = [
    ["No", "Soyadı", "Adı", "Ata", "Tarix", "FİN", "Ünvan"],
    *(
        [
            str(at),
            ("Alla", "Lala", "Nalan")[at % 3],
            ("Ana", "Nil", "Ali")[at * 2 % 3],
            ("Ali", "Anıl")[at % 2],
            f"{10 + at}.02.19{50 + at}",
            f"{at % 10}A2N{at % 7}L1",
            f"Nizami küç., 1{at}, m. 1",
        ]
        for at in range(1, 13)
    ),
]
"""What ``small_capitals.pdf`` holds: few letters, for each of them is drawn in it."""
WORDS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def voters(first, last, names=NAMES, street="Nizami küçəsi"):
    """The rows of some voters."""
    rows = []
    for number in range(first, last + 1):
        day = f"{number % 28 + 1:02d}.{number % 12 + 1:02d}.{1950 + number % 50}"
        where = f"{street}, ev {number}, mənzil {number % 9 + 1}"
        if street.isascii():
            where = where.replace("ə", "e")
        fin = f"{number:03d}AB{number % 10}C"
        rows.append([str(number), *names[number % len(names)], day, where, fin])
    return rows


def plain_voters(first, last, street="Nizami kucesi"):
    """The same in plain letters."""
    return voters(first, last, _PLAIN_NAMES, street)


# Word


def add_table(where, rows):
    """A table of these rows."""
    table = where.add_table(0, max(map(len, rows)))
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=False):
            cell.text = text
    return table


def word(fill):
    """A Word document that ``fill`` has filled."""
    made = docx.Document()
    fill(made)
    return saved(made)


def saved(made):
    """A document of python-docx as bytes."""
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def word_list(first=1, last=12):
    """A list in one table below its title."""

    def fill(made):
        for line in PLACE:
            made.add_paragraph(line)
        add_table(made, [HEADER, *voters(first, last)])

    return word(fill)


def word_changed():
    """The same list of which one row was deleted while changes were tracked."""
    gone = "<w:trPr><w:del/></w:trPr>"
    rows = [row(*HEADER), *(row(*texts) for texts in voters(1, 11))]
    rows.append(row(*voters(12, 12)[0], properties=gone))
    return word_of("".join(map(paragraph, PLACE)) + table(*rows))


def word_of(body, **parts):
    """A Word document of this XML, with further parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        whole = f"<w:document {WORDS}><w:body>{body}</w:body></w:document>"
        packed.writestr("word/document.xml", whole)
        for name, content in parts.items():
            packed.writestr(f"word/{name.replace('__', '.')}", content)
    return stream.getvalue()


def paragraph(text):
    """A paragraph of WordprocessingML."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def cell(text, properties=""):
    """A cell of WordprocessingML."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"


def row(*texts, properties=""):
    """A row of WordprocessingML."""
    cells = "".join(text if text.startswith("<w:tc>") else cell(text) for text in texts)
    return f"<w:tr>{properties}{cells}</w:tr>"


def table(*rows):
    """A table of WordprocessingML."""
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


# ODT


def odt(body):
    """An OpenDocument text of this XML."""
    stream = io.BytesIO()
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table", "draw")
    )
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        packed.writestr(
            "content.xml",
            f"<office:document-content{names}><office:body><office:text>{body}"
            "</office:text></office:body></office:document-content>",
        )
    return stream.getvalue()


def odt_table(rows):
    """A table of OpenDocument."""
    written = []
    for texts in rows:
        cells = (
            f"<table:table-cell><text:p>{text}</text:p></table:table-cell>"
            for text in texts
        )
        written.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    return f"<table:table>{''.join(written)}</table:table>"


def odt_list():
    """A list in one table below its title."""
    titles = "".join(f"<text:p>{line}</text:p>" for line in PLACE)
    return odt(titles + odt_table([HEADER, *voters(1, 12)]))


# PDF


WIDTHS = (25, 70, 60, 80, 60, 160, 60)


def pdf(
    rows,
    *,
    titles=PLAIN_PLACE,
    below=(),
    font="Helvetica",
    lines=("GRID",),
    widths=WIDTHS,
    wrapped=True,
    foot="Sehife {}",
    style=(),
    **options,
):
    """A PDF file with a table, its first row repeated on each page."""
    look = ParagraphStyle("cell", fontName=font, fontSize=8, leading=10)
    written = [
        rows[0],
        *([Paragraph(text, look) for text in row] for row in rows[1:]),
    ]
    commands = [
        ("FONT", (0, 0), (-1, -1), font, 8),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    commands += [(kind, (0, 0), (-1, -1), 0.5, colors.black) for kind in lines]
    made = Table(
        written if wrapped else rows,
        colWidths=list(widths),
        style=TableStyle([*commands, *style]),
        **{"repeatRows": 1, **options},
    )

    def write_foot(canvas, page):
        canvas.setFont(font, 8)
        canvas.drawCentredString(300, 20, foot.format(page.page))

    stream = io.BytesIO()
    SimpleDocTemplate(
        stream, pagesize=A4, topMargin=40, bottomMargin=40, invariant=1
    ).build(
        [
            *(Paragraph(line, look) for line in titles),
            made,
            *(Paragraph(line, look) for line in below),
        ],
        onFirstPage=write_foot,
        onLaterPages=write_foot,
    )
    return stream.getvalue()


def drawn(*pages, **options):
    """A PDF file whose pages these functions draw."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=1, **options)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def put_table(canvas, rows, *, left=20, top=780):
    """Draw a ruled table."""
    made = Table(
        rows, style=TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)])
    )
    _, height = made.wrapOn(canvas, 800, 800)
    made.drawOn(canvas, left, top - height)


def draw_list(canvas, first=1, last=10):
    """Draw a list."""
    rows = [PLAIN_HEADER, *plain_voters(first, last)]
    put_table(canvas, rows)


def draw_scan(canvas):
    """Draw a picture over the whole page."""
    picture = ImageReader(Image.new("L", (60, 80), 200))
    canvas.drawImage(picture, 0, 0, 595, 842)


# DBF


def dbf(fields, records, *, encoding="cp866", language=0, declared=None, version=3):
    """A DBF file.

    ``fields``: (name, kind, length) of each; ``records``: the texts of each record, its first being
    ``*`` where it was deleted and a blank where it was not.
    """
    length = 1 + sum(size for _, _, size in fields)
    head = bytes([version, 126, 2, 3])
    head += (len(records) if declared is None else declared).to_bytes(4, "little")
    head += (33 + 32 * len(fields)).to_bytes(2, "little") + length.to_bytes(2, "little")
    head += bytes(17) + bytes([language]) + bytes(2)
    for name, kind, size in fields:
        head += name.encode().ljust(11, b"\0") + kind.encode() + bytes(4)
        head += bytes([size]) + bytes(15)
    body = b""
    for mark, *texts in records:
        body += mark.encode()
        for text, (_, kind, size) in zip(texts, fields, strict=True):
            written = text if isinstance(text, bytes) else text.encode(encoding)
            body += written.rjust(size) if kind in "NF" else written.ljust(size)
    return head + b"\r" + body + b"\x1a"


DBF_FIELDS = [
    ("NN", "N", 6),
    ("SOYADI", "C", 20),
    ("ADI", "C", 20),
    ("ATA_ADI", "C", 20),
    ("DOGUM", "D", 8),
    ("UNVAN", "C", 40),
]
RUSSIAN = [
    ["Алиев", "Шахин", "Мамед оглы", "19700201", "ул. Низами, дом 5"],
    ["Кулиева", "Гюльнара", "Рашид кызы", "19801231", "ул. Физули, дом 7"],
    ["Ибрагимов", "Чингиз", "Хагани оглы", "19650304", "пр. Азадлыг, дом 9"],
    ["Мамедова", "Сабина", "Ахмед кызы", "19900506", "ул. Низами, дом 11"],
]


def numbered(people, deleted=()):
    """Records of these people, some of them deleted."""
    return [
        ["*" if number in deleted else " ", str(number), *person]
        for number, person in enumerate(people, start=1)
    ]


def dbf_list(deleted=()):
    """A list of four voters, some of them deleted."""
    return dbf(DBF_FIELDS, numbered(RUSSIAN, deleted), language=0x65)
