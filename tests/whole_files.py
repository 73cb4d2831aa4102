"""A whole file of each kind that is read: its rows, one of them, and its bytes.

Tests read them, and damage them at random; so does the campaign. Who adds a reader adds one here.
"""

from __future__ import annotations

import functools
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

import documents

FILES = Path(__file__).parent / "reader_files"
PEOPLE = [
    {"Soyadı": f"Əliyev{n}", "Adı": "Əli", "Doğum tarixi": "01.02.1970", "FİN": n}
    for n in range(30)
]
LAST = ["Əliyev29", "Əli", "01.02.1970", "29"]
TEXT = "\n".join(
    [
        "Soyadı;Adı;Doğum tarixi;FİN",
        *(f'{one["Soyadı"]};"Əli";01.02.1970;{one["FİN"]}' for one in PEOPLE),
    ]
)


class Whole(NamedTuple):
    """A file of a kind."""

    rows: int
    """How many rows are read from it, that of the headings too."""
    row: Sequence[str]
    """The cells of one of them, blank ones left out."""
    make: Callable[[], bytes]


def whole(kind: str) -> bytes:
    """The bytes of a whole file of this kind."""
    return _made(WHOLE[kind].make)


@functools.cache
def _made(make: Callable[[], bytes]) -> bytes:
    return make()


def _jsonl() -> bytes:
    lines = (json.dumps(one, ensure_ascii=False) for one in PEOPLE)
    return "\n".join(lines).encode()


def _parquet() -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(PEOPLE), stream)
    return stream.getvalue()


def _zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.csv", TEXT)
        packed.writestr("b.xlsx", (FILES / "list.xlsx").read_bytes())
    return stream.getvalue()


def _docx() -> bytes:
    titles = "".join(map(documents.paragraph, documents.PLACE))
    rows = [documents.HEADER, *documents.voters(1, 12)]
    made = (documents.row(*texts) for texts in rows)
    return documents.word_of(titles + documents.table(*made))


def _pdf() -> bytes:
    rows = [documents.PLAIN_HEADER, *documents.plain_voters(1, 12)]
    # Not packed, so that damage reaches what is drawn on the page.
    return documents.drawn(
        lambda canvas: documents.put_table(canvas, rows), pageCompression=0
    )


def _dbf() -> bytes:
    fields = [(name[:10], "C", 40) for name in documents.PLAIN_HEADER]
    records = ([" ", *texts] for texts in documents.plain_voters(1, 12))
    return documents.dbf(fields, list(records))


def _kept(kind: str) -> Whole:
    """A workbook that lies beside the tests."""
    return Whole(
        4, ["Rzayev", "Orxan", "1965", "Füzuli 1"], (FILES / f"list.{kind}").read_bytes
    )


WHOLE = {
    "csv": Whole(31, LAST, TEXT.encode),
    "utf-16": Whole(31, LAST, lambda: TEXT.encode("utf-16")),
    "jsonl": Whole(31, LAST, _jsonl),
    "parquet": Whole(31, LAST, _parquet),
    **{kind: _kept(kind) for kind in ("xlsx", "xlsb", "xls", "ods")},
    "docx": Whole(15, documents.voters(12, 12)[0], _docx),
    "odt": Whole(15, documents.voters(12, 12)[0], documents.odt_list),
    "pdf": Whole(13, documents.plain_voters(12, 12)[0], _pdf),
    "dbf": Whole(13, documents.plain_voters(12, 12)[0], _dbf),
    "zip": Whole(35, LAST, _zip),
}
