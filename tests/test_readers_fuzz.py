import io
import zipfile

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st

import documents
from examples import tries
from voterlist.config.sections import IngestSettings
from voterlist.ingest import ingest
from voterlist.model import AsideCode
from voterlist.readers import read_files
from voterlist.readers.binary import facts_of, sheet_relations
from voterlist.readers.encoding import decode
from voterlist.readers.text import split_rows
from whole_files import WHOLE, whole

LIMITS = IngestSettings(
    max_file_megabytes=20, max_unpacked_megabytes=50, max_cells=1_000_000
)
HEADS = [
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"PAR1",
    b"%PDF-1.7\n",
    b"{",
    b'[{"a":1}',
    b"\xff\xfe",
    b"\xef\xbb\xbf",
]
FUZZ = tries(
    60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def unpacked_parts(content):
    """A packed file's parts by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def packed(parts):
    """Parts as a packed file."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def damage(content, draw):
    """The bytes cut off, hit in some places, or with a piece of them doubled."""
    how = draw(st.sampled_from(["cut", "hit", "double"]))
    place = draw(st.integers(0, max(0, len(content) - 1)))
    if how == "cut":
        return content[:place]
    if how == "double":
        end = min(len(content), place + draw(st.integers(1, 200)))
        return content[:end] + content[place:end] + content[end:]
    hit = bytearray(content)
    for _ in range(draw(st.integers(1, 8))):
        if hit:
            hit[draw(st.integers(0, len(hit) - 1))] = draw(st.integers(0, 255))
    return bytes(hit)


def assert_balanced(content, folder, name="list"):
    """Read and ingest: no exception, and every row of every sheet is an entry or set aside."""
    path = folder / name
    path.write_bytes(content)
    files = read_files(path, name, LIMITS)
    rows = sum(sheet.cells.num_rows for file in files for sheet in file.sheets)
    for file in files:
        assert file.trouble is not None or file.sheets
        for sheet in file.sheets:
            assert len(sheet.lines) == sheet.cells.num_rows
            assert sheet.cells.column_names == [
                f"c{place}" for place in range(sheet.cells.num_columns)
            ]
            assert all(column.type == pa.string() for column in sheet.cells.columns)
            sheet.cells.validate(full=True)
    found = ingest(files, LIMITS, constituency=4)
    aside = sum(found.set_aside.column("rows").to_pylist())
    assert (
        rows
        == found.entries.num_rows + aside
        == sum(found.lists.column("rows").to_pylist())
    )
    assert_whole(content, name, files)
    return rows


def assert_whole(content, name, files):
    """Each surname in the bytes is in a cell: else a second value took its place.

    What a PDF file draws is read through its fonts.
    """
    parts = [part for file in files for part in (file, *file.sheets)]
    if name.endswith(".pdf") or any(part.trouble for part in parts):
        return
    columns = [
        column for file in files for one in file.sheets for column in one.cells.columns
    ]
    cells = [cell or "" for column in columns for cell in column.to_pylist()]
    assert sum(cell.count("liyev") for cell in cells) >= content.count(b"liyev")


@FUZZ
@given(head=st.sampled_from([b"", *HEADS]), tail=st.binary(max_size=400))
@example(b"PK\x03\x04", b"\0" * 26)
@example(b"PAR1", b"\0" * 20 + b"PAR1")
@example(b"", b'{"a":' * 3000)
@example(b"", b"[" * 100_000)
@example(b"", b'{"\\ud800": "\\udfff"}')
@example(b"", b'{"a": 1e999999999, "b": NaN}')
def test_any_bytes_are_rows_or_a_code(tmp_path, head, tail):
    """Whatever bytes follow whatever beginning, reading raises nothing and loses no row."""
    assert_balanced(head + tail, tmp_path)


@FUZZ
@given(text=st.text(st.sampled_from('abəşЯ;,\t"\n\r\0|{}[]: 19.'), max_size=300))
@example(text="{}")
@example(text="[{}, {}]")
@example(text='{}\n{"a": 1}')
@example(text="{}\n1")
def test_any_text_is_rows_in_balance(tmp_path, text):
    """Stray quotation marks, brackets, zeros and line ends of any kind lose no row."""
    assert_balanced(text.encode(), tmp_path)


@pytest.mark.parametrize("kind", WHOLE)
@FUZZ
@given(data=st.data())
def test_a_damaged_file_is_rows_or_a_code(tmp_path, kind, data):
    """A real file, cut off or damaged anywhere, raises nothing, and its rows balance."""
    content = whole(kind)
    if kind == "zip" or not content.startswith(b"PK") or data.draw(st.booleans()):
        damaged = damage(content, data.draw)
    else:
        # The damage is inside a part, so that it reaches the readers and is no question of the
        # archive.
        parts = unpacked_parts(content)
        name = data.draw(st.sampled_from(sorted(parts)))
        damaged = packed(parts | {name: damage(parts[name], data.draw)})
    assert_balanced(damaged, tmp_path, f"list.{kind}")


def test_the_files_that_are_damaged_are_whole_files(tmp_path):
    """Undamaged, each of them is read to its last row: else the damage would prove nothing."""
    for kind, known in WHOLE.items():
        name = f"list.{kind}"
        assert assert_balanced(whole(kind), tmp_path, name) == known.rows, kind
        sheets = [
            sheet
            for file in read_files(tmp_path / name, name, LIMITS)
            for sheet in file.sheets
        ]
        rows = [row for sheet in sheets for row in sheet.cells.to_pylist()]
        assert list(known.row) in [list(filter(None, row.values())) for row in rows], (
            kind
        )


@pytest.mark.parametrize("more", [b"", b"more"])
@pytest.mark.parametrize("place", range(900, 2000, 300))
def test_no_voter_of_a_damaged_pdf_file_is_left_out_unsaid(tmp_path, place, more):
    """What stands behind the damage is not on the page, and seven voters were gone."""
    rows = [documents.PLAIN_HEADER, *documents.plain_voters(1, 12)]
    content = documents.drawn(lambda canvas: documents.put_table(canvas, rows))
    hit = b"" if more else bytes([content[place] ^ 1])
    path = tmp_path / "list.pdf"
    path.write_bytes(content[:place] + (more or hit) + content[place + len(hit) :])
    (file,) = read_files(path, path.name, LIMITS)
    unread = [sheet.trouble for sheet in file.sheets if sheet.trouble]
    assert file.trouble or unread == [AsideCode.CONTENT_UNREAD]


@pytest.mark.parametrize("place", [3000, 4200, 5000])
def test_a_damaged_workbook_says_nothing_on_the_screen(tmp_path, capfd, place):
    """What the reader below writes of a damaged file, with cells of it perhaps, never leaves."""
    assert_balanced(whole("xls")[:place], tmp_path, "list.xls")
    assert capfd.readouterr() == ("", "")


@FUZZ
@given(content=st.binary(max_size=300))
def test_binary_records_of_any_bytes_end(content):
    """The records of XLSB are walked through to the end of any bytes."""
    assert facts_of(content).hidden_rows >= 0
    assert isinstance(sheet_relations(content), list)


@FUZZ
@given(content=st.binary(min_size=1, max_size=200))
def test_a_reading_gives_back_its_bytes(content):
    """What is read in an encoding is all of the bytes: written in it again, they are the same."""
    found = decode(content)
    if (
        found is None
        or found.encoding.endswith("-damaged")
        or b"\0" in content
        or content[:2] in {b"\xff\xfe", b"\xfe\xff"}
    ):
        return
    assert found.text.encode(found.encoding) == content.removeprefix(b"\xef\xbb\xbf")


@FUZZ
@given(
    lines=st.lists(
        st.text(st.sampled_from('a;"b'), max_size=12), min_size=1, max_size=30
    )
)
def test_every_line_is_in_one_row(lines):
    """However quotation marks stand, the rows take every line once and in order."""
    starts, rows = split_rows(lines, ";")
    assert len(starts) == len(rows)
    assert starts[0] == 1
    assert starts == sorted(set(starts))
    assert starts[-1] <= len(lines)
