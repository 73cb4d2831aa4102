"""Makes the workbooks beside it: one list in four formats, and one with a password.

It is run by hand, with these tools installed.

Needs LibreOffice (XLS, ODS) and msoffcrypto-tool (the password); XLSB, which neither writes, is put
together here.
"""

import datetime as dt
import struct
import subprocess
import zipfile
from pathlib import Path

import openpyxl

HERE = Path(__file__).parent
ROWS = [
    ["Soyadı", "Adı", "Doğum tarixi", "FİN", "Sənəd", "Ünvan"],
    ["Əliyev", "Əli", dt.date(1970, 2, 1), 1234567, "007", "Nizami\nküç. 5"],
    ["Quliyeva", "Rəna", dt.date(1980, 12, 31), "5XK1234", "008", None],
    ["Rzayev", "Orxan", 1965, None, None, "Füzuli 1"],
]
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def xlsx() -> None:
    """The list as XLSX: the address of two voters merged, the third row hidden."""
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active.merge_cells("F2:F3")
    book.active.row_dimensions[3].hidden = True
    book.save(HERE / "list.xlsx")


def record(kind: int, body: bytes = b"") -> bytes:
    """One record of XLSB: its kind and length in seven bits a byte."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = b"", len(body)
    while length > 127:
        size += bytes([length & 0x7F | 0x80])
        length >>= 7
    return head + size + bytes([length]) + body


def wide(text: str) -> bytes:
    """A text as XLSB has it."""
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def sheet() -> bytes:
    """The rows as records."""
    made = (
        record(129)
        + record(148, struct.pack("<4I", 0, len(ROWS) - 1, 0, len(ROWS[0]) - 1))
        + record(145)
    )
    for number, row in enumerate(ROWS):
        flags = 0x10 if number == 2 else 0
        made += record(0, struct.pack("<IIHBBBI", number, 0, 300, 0, flags, 0, 0))
        for column, value in enumerate(row):
            at = struct.pack("<II", column, 0)
            if isinstance(value, int):
                made += record(5, at + struct.pack("<d", value))
            elif value is not None:
                made += record(6, at + wide(str(value)))
    return made + record(146) + record(130)


def xlsb() -> None:
    """The list as XLSB; its dates are texts."""
    bundle = record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("Sheet"))
    relation = (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{RELATIONS}/'
    )
    with zipfile.ZipFile(HERE / "list.xlsb", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="bin" ContentType="application/vnd.ms-excel'
            '.sheet.binary.macroEnabled.main"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats'
            '-package.relationships+xml"/></Types>',
        )
        packed.writestr(
            "_rels/.rels",
            f'{relation}officeDocument" Target="xl/workbook.bin"/></Relationships>',
        )
        packed.writestr(
            "xl/workbook.bin",
            record(131) + record(143) + bundle + record(144) + record(132),
        )
        packed.writestr(
            "xl/_rels/workbook.bin.rels",
            f'{relation}worksheet" Target="worksheets/sheet1.bin"/></Relationships>',
        )
        packed.writestr("xl/worksheets/sheet1.bin", sheet())


if __name__ == "__main__":
    xlsx()
    xlsb()
    for kind in ("xls", "ods"):
        subprocess.run(
            [
                "soffice",
                "--headless",
                "--convert-to",
                kind,
                "--outdir",
                HERE,
                HERE / "list.xlsx",
            ],
            check=True,
        )
    subprocess.run(
        [
            "msoffcrypto-tool",
            "-e",
            "-p",
            "parol",
            HERE / "list.xlsx",
            HERE / "locked.xlsx",
        ],
        check=True,
    )
