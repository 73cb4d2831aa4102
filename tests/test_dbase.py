"""DBF files: the code page, what was deleted, and the kinds of fields."""

import struct

import pytest

import documents
from documents import DBF_FIELDS as FIELDS
from documents import RUSSIAN, numbered
from voterlist.config.sections import IngestSettings
from voterlist.ingest import ingest
from voterlist.model import AsideCode
from voterlist.readers import read_content, sandbox
from voterlist.schemas import RawFile

LIMITS = IngestSettings()
TURKISH = [
    ["Aliyev", "Şahin", "Mammad oğlu", "19700201", "Nizami küçasi, ev 5"],
    ["Quliyeva", "Gülnara", "Raşid qızı", "19801231", "Füzuli küçasi, ev 7"],
    ["İbrahimov", "Çingiz", "Xaqani oğlu", "19650304", "Azadlıq prospekti, ev 9"],
]


def rows_of(content):
    """The rows of a DBF file."""
    (sheet,) = sandbox.read_table(content, LIMITS).sheets
    return [list(row.values()) for row in sheet.cells.to_pylist()]


@pytest.mark.parametrize(
    ("people", "encoding", "language"),
    [
        (RUSSIAN, "cp866", 0x65),
        (RUSSIAN, "cp1251", 0xC9),
        (RUSSIAN, "cp866", 0),
        (RUSSIAN, "cp1251", 0),
        (RUSSIAN, "cp1251", 0x65),
        (RUSSIAN, "cp866", 0x03),
        (TURKISH, "cp857", 0x6B),
        (TURKISH, "cp857", 0),
        (TURKISH, "cp1254", 0xCA),
        (TURKISH, "cp1254", 0),
    ],
)
def test_names_are_read_in_their_code_page(people, encoding, language):
    """The header may name it, may not, or may name another one."""
    content = documents.dbf(
        FIELDS, numbered(people), encoding=encoding, language=language
    )
    rows = rows_of(content)
    assert rows[0] == [name for name, _, _ in FIELDS]
    for row, person in zip(rows[1:], people, strict=True):
        day = person[3]
        assert row[1:] == [
            *person[:3],
            f"{day[:4]}-{day[4:6]}-{day[6:]}",
            person[4],
        ]


def test_a_deleted_record_is_set_aside():
    """DBASE keeps it in the file until the file is packed; it is no voter any more."""
    content = documents.dbf(FIELDS, numbered(RUSSIAN, deleted={2}))
    read = sandbox.read_table(content, LIMITS)
    raw = RawFile("d" * 12, "list.dbf", read.sheets, format=read.format)
    taken = ingest([raw], LIMITS, constituency=4)
    assert sorted(taken.entries.column("surname").to_pylist()) == [
        "Алиев",
        "Ибрагимов",
        "Мамедова",
    ]
    aside = taken.set_aside.to_pylist()
    assert [(row["line"], row["code"]) for row in aside] == [
        (1, "header-row"),
        (3, "deleted-row"),
    ]


def test_each_kind_of_field_is_read():
    """Numbers, yes or no, whole numbers and moments of FoxPro, and the number of a memo."""
    fields = [
        ("A", "N", 8),
        ("B", "L", 1),
        ("C", "M", 10),
        ("D", "I", 4),
        ("E", "B", 8),
        ("F", "Y", 8),
        ("G", "T", 8),
        ("H", "0", 1),
    ]
    moment = struct.pack("<ii", 2_440_588, 37_800_000)
    record = [" ", "12.00", "T", "3", (-7).to_bytes(4, "little", signed=True)]
    record += [struct.pack("<d", 2.5), (125_000).to_bytes(8, "little"), moment, "x"]
    blank = [" ", "********", "?", "", bytes(4), bytes(8), bytes(8), bytes(8), "x"]
    rows = rows_of(documents.dbf(fields, [record, blank], version=0x30))
    assert rows[1] == [
        "12",
        "T",
        "memo 3",
        "-7",
        "2.5",
        "12.5000",
        "1970-01-01 10:30:00",
    ]
    assert rows[2] == ["********", "", "", "0", "0", "0", ""]


def test_a_file_that_ends_too_early_is_damaged():
    """Half of the voters would be missing without a word."""
    content = documents.dbf(FIELDS, numbered(RUSSIAN))
    assert read_content(content[:-200], LIMITS) is AsideCode.FILE_UNREADABLE
    many = documents.dbf(FIELDS, numbered(RUSSIAN), declared=9)
    assert read_content(many, LIMITS) is AsideCode.FILE_UNREADABLE


def test_a_byte_too_many_moves_no_cells():
    """A letter of each text stood in the next one's cell, for records end in blanks."""
    content = documents.dbf(FIELDS, numbered(TURKISH), encoding="cp857", language=0x6B)
    first = int.from_bytes(content[8:10], "little")
    moved = content[: first + 9] + b"x" + content[first + 9 :]
    assert content.endswith(b"\x1a")
    assert read_content(moved, LIMITS) is AsideCode.FILE_UNREADABLE


def test_records_that_the_header_does_not_count_are_read():
    """A program that was ended before it wrote the new count left them."""
    content = documents.dbf(FIELDS, numbered(RUSSIAN), declared=2)
    assert len(rows_of(content)) == 5


def test_a_file_without_records_has_its_names():
    """An empty list is a list."""
    assert rows_of(documents.dbf(FIELDS, [])) == [[name for name, _, _ in FIELDS]]


def test_a_header_that_cannot_be_is_refused():
    """Its fields are longer than its records."""
    content = bytearray(documents.dbf(FIELDS, numbered(RUSSIAN)))
    content[10:12] = (9).to_bytes(2, "little")
    assert read_content(bytes(content), LIMITS) is AsideCode.FILE_UNREADABLE
