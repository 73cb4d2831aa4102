"""Small files of each format that ask their reader for far more than a list ever does.

The parsers are other people's, and promise nothing of time and memory. A child with limits on both
is what holds: the file is set aside by a code, and its voters are looked for by a person.
"""

import io
import struct
import sys
import zipfile
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import processes
from voterlist.config.sections import IngestSettings
from voterlist.model import AsideCode
from voterlist.readers.outcome import allowance

FILES = Path(__file__).parent / "reader_files"
SECONDS = 1
SET_ASIDE = {
    AsideCode.CELL_TOO_LONG,
    AsideCode.FILE_EMPTY,
    AsideCode.FILE_TOO_LARGE,
    AsideCode.FILE_TOO_SLOW,
    AsideCode.FILE_UNREADABLE,
    AsideCode.READER_STOPPED,
    AsideCode.TOO_MANY_COLUMNS,
    AsideCode.TOO_MANY_ROWS,
}
MEGABYTE = 2**20
SMALL = 8 * MEGABYTE
"""No file here has more bytes than this."""
READS = """
import resource, sys
from pathlib import Path
from voterlist.config.sections import IngestSettings
from voterlist.readers import sandbox
settings = IngestSettings(max_read_seconds=int(sys.argv[2]))
found = sandbox.read_table(Path(sys.argv[1]).read_bytes(), settings)
sandbox._forget_child()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
codes = {found.trouble} if found.trouble else {sheet.trouble for sheet in found.sheets}
print(*(code or "read" for code in codes), file=sys.stderr)
print(used.ru_maxrss * 1024, used.ru_utime + used.ru_stime)
"""


def packed(parts):
    """An archive of these parts, by their paths."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in parts.items():
            archive.writestr(path, content)
    return stream.getvalue()


def replaced(name, part, change):
    """A file of ``reader_files`` with one of its parts changed."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(FILES / name) as whole,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for one in whole.namelist():
            content = whole.read(one)
            archive.writestr(one, change(content) if one == part else content)
    return stream.getvalue()


def docx_of_many_cells():
    """Rows of a table whose cells are empty tags."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    row = "<w:tr>" + "<w:tc><w:p/></w:tc>" * 60 + "</w:tr>"
    text = (
        f'<w:document xmlns:w="{space}"><w:body><w:tbl>{row * 60_000}</w:tbl></w:body>'
    )
    return packed({"word/document.xml": f"{text}</w:document>"})


def odt_of_repeated_cells():
    """Cells that are said to stand a thousand times, in rows that do."""
    cell = '<table:table-cell table:number-columns-repeated="1000"/>'
    row = f'<table:table-row table:number-rows-repeated="1000">{cell * 50}</table:table-row>'
    body = (
        f"<office:body><office:text><table:table>{row * 50}</table:table></office:text>"
    )
    content = f"<office:document-content>{body}</office:body></office:document-content>"
    mime = "application/vnd.oasis.opendocument.text"
    return packed({"mimetype": mime, "content.xml": content})


def ods_of_repeated_cells():
    """A sheet that is full to its last cell, in a few bytes."""

    def full(content):
        text = content.decode()
        start = text.index("<table:table-row")
        cell = (
            '<table:table-cell table:number-columns-repeated="16384"'
            ' office:value-type="string"><text:p>a</text:p></table:table-cell>'
        )
        row = (
            f'<table:table-row table:number-rows-repeated="1048576">{cell}'
            "</table:table-row>"
        )
        return (text[:start] + row + text[start:]).encode()

    return replaced("list.ods", "content.xml", full)


def xlsb_with_a_far_row():
    """The last row of the sheet is said to be the last that a sheet may have."""

    def far(content):
        at, rows = 0, []
        while at < len(content):
            kind, at = _number_at(content, at, 2)
            size, at = _number_at(content, at, 4)
            if kind == 0:
                rows.append(at)
            at += size
        changed = bytearray(content)
        struct.pack_into("<I", changed, rows[-1], 1_048_575)
        # A cell of this row in the last column.
        cell = bytes([2, 12]) + struct.pack("<III", 16_383, 0, 0)
        row_end = rows[-1] + content[rows[-1] - 1]
        return bytes(changed[:row_end]) + cell + bytes(changed[row_end:])

    return replaced("list.xlsb", "xl/worksheets/sheet1.bin", far)


def _number_at(content, at, most):
    """(a number of seven bits a byte, where it ends)."""
    value = 0
    for place in range(most):
        value |= (content[at] & 0x7F) << 7 * place
        at += 1
        if not content[at - 1] & 0x80:
            break
    return value, at


def xls_with_a_far_cell():
    """A cell of the list is said to be the last that a sheet may have."""
    content = bytearray((FILES / "list.xls").read_bytes())
    shared_text = struct.pack("<HH", 0x00FD, 10)
    at = content.rindex(shared_text)
    struct.pack_into("<HH", content, at + 4, 65_535, 255)
    return bytes(content)


def pdf_of(*objects):
    """A PDF of these objects, the first of which is the catalogue."""
    stream, places = io.BytesIO(b""), []
    stream.write(b"%PDF-1.7\n")
    for number, content in enumerate(objects, 1):
        places.append(stream.tell())
        stream.write(b"%d 0 obj\n%b\nendobj\n" % (number, content))
    start = stream.tell()
    stream.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    stream.writelines(b"%010d 00000 n \n" % place for place in places)
    stream.write(b"trailer\n<</Size %d/Root 1 0 R>>\n" % (len(objects) + 1))
    stream.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return stream.getvalue()


def pdf_stream(content, head=b""):
    """A packed stream."""
    small = zlib.compress(content, 1)
    told = b"<<%b/Filter/FlateDecode/Length %d>>" % (head, len(small))
    return b"%b\nstream\n%b\nendstream" % (told, small)


_CATALOGUE = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>")
_FONT = b"/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"


def _page(resources):
    box = b"/MediaBox[0 0 600 800]"
    told = b"<</Type/Page/Parent 2 0 R%b/Contents 4 0 R/Resources<<%b>>>>"
    return told % (box, resources)


def pdf_of_signs():
    """One page with millions of signs one upon the other."""
    text = b"BT /F 9 Tf " + b"(aaaaaaaaaaaaaaaaaaaa) Tj " * 1_500_000 + b"ET"
    return pdf_of(*_CATALOGUE, _page(_FONT), pdf_stream(text))


def pdf_of_forms_in_forms():
    """A form that draws the next one ten times, and so on: a page of ten billion signs."""
    forms = []
    for number in range(5, 15):
        head = b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]"
        inner = b"/XObject<</N %d 0 R>>%b" % (number + 1, _FONT)
        forms.append(pdf_stream(b"/N Do " * 10, b"%b/Resources<<%b>>" % (head, inner)))
    head = b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<<%b>>" % _FONT
    forms.append(pdf_stream(b"BT /F 9 Tf (a) Tj ET", head))
    page = _page(b"/XObject<</N 5 0 R>>" + _FONT)
    return pdf_of(*_CATALOGUE, page, pdf_stream(b"/N Do"), *forms)


def pdf_of_lines():
    """A page with a million lines, each of which may be the edge of a cell."""
    lines = b"".join(
        b"%d %d m %d %d l S " % (n % 600, n % 799, n % 600, n % 797 + 2)
        for n in range(20_000)
    )
    return pdf_of(*_CATALOGUE, _page(_FONT), pdf_stream(lines * 50))


def parquet_of_one_value():
    """A value of a megabyte that stands ten thousand times and is written down once."""
    stream = io.BytesIO()
    place = pa.array([0] * 10_000, pa.int32())
    values = pa.DictionaryArray.from_arrays(place, pa.array(["x" * MEGABYTE]))
    pq.write_table(pa.table({"name": values}), stream)
    return stream.getvalue()


def json_of_brackets():
    """A line that opens a bracket, and another one in it, ten million times."""
    return b'{"surname": ' + b"[" * 5_000_000


BOMBS = {
    "docx, many cells": docx_of_many_cells,
    "json, brackets": json_of_brackets,
    "ods, repeated cells": ods_of_repeated_cells,
    "odt, repeated cells": odt_of_repeated_cells,
    "parquet, one value": parquet_of_one_value,
    "pdf, forms in forms": pdf_of_forms_in_forms,
    "pdf, lines": pdf_of_lines,
    "pdf, signs": pdf_of_signs,
    "xls, far cell": xls_with_a_far_cell,
    "xlsb, far row": xlsb_with_a_far_row,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_no_format_takes_more_memory_or_time_than_its_limit(bomb, tmp_path):
    """It would take the memory of the machine, or the night, from all other lists."""
    path = tmp_path / "list"
    path.write_bytes(bomb())
    size = path.stat().st_size
    assert size < SMALL
    allowed = allowance(size, IngestSettings(max_read_seconds=SECONDS))
    command = [sys.executable, "-c", READS, str(path), str(SECONDS)]
    done = processes.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert set(done.stderr.split()) <= SET_ASIDE
    memory, seconds = map(float, done.stdout.split())
    # What Python and the parsers take themselves, and a second child after one that broke a limit.
    assert memory < allowed.bytes + 300 * MEGABYTE
    assert seconds < 2 * allowed.seconds + 10
