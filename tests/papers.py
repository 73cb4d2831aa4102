"""Lists to print, and what stands on the pages that were printed."""

import dataclasses
import datetime as dt
import re
import unicodedata

import pypdfium2

from voterlist.lists.documents import Edition, ListDocument
from voterlist.lists.roll import LIST_COUNTS
from voterlist.model import ListKind, ListOrder, Purpose
from voterlist.schemas import CORRECTION, DOOR, LISTED
from voterlist.tables import from_columns

DAY = dt.date(2026, 2, 3)
PLACE = {"constituency": 21, "precinct": 14, "list_kind": "permanent"}
_LINE_ENDS = re.compile("[\\s\u200b\u0002\ufffe-]")


def table(schema, rows):
    """A table of these rows; what they do not name is null."""
    columns = {name: [row.get(name) for row in rows] for name in schema.names}
    return from_columns(columns, schema, len(rows))


def voter(number, surname="Məmmədova", **fields):
    """A row of LISTED."""
    row = {
        "number": number,
        "entry_id": "",
        "surname": surname,
        "given_name": "Günel",
        "patronymic": "Əli qızı",
        "birth_year": 1970,
        "address": "Bakı, Nizami küçəsi 5, mənzil 7",
        "added": False,
    }
    return PLACE | row | fields


def correction(change, **fields):
    """A row of CORRECTION."""
    row = {
        "change": change,
        "entry_id": "a",
        "name": "Quliyev İlqar",
        "decided_by": "A. Əliyeva",
        "decided_at": "2026-01-30T10:00:00",
        "reason": "Sənəd yoxlanılıb",
    }
    return PLACE | row | fields


def question(street, number, **fields):
    """A row of DOOR."""
    row = {
        "street": street,
        "house": "5A",
        "flat": "7",
        "entry_id": "a",
        "number": number,
        "name": "Quliyev İlqar",
        "about": "finding",
        "rule": "over-age",
    }
    return PLACE | row | fields


def paper(rows, purpose=Purpose.DISPLAY, corrections=(), door=(), **fields):
    """The document of a list."""
    count = len(rows)
    counts = zip(LIST_COUNTS, (count + 4, 2, 1, 3, 1, 1, count), strict=True)
    of_printing = {one.name for one in dataclasses.fields(Edition)}
    shared = {name: fields.pop(name) for name in fields.keys() & of_printing}
    what = {
        "edition": edition_of(purpose, **shared),
        "constituency": 21,
        "precinct": 14,
        "list_kind": ListKind.PERMANENT,
        "rows": table(LISTED, rows),
        "balance": dict(counts),
        "corrections": table(CORRECTION, corrections),
        "door": table(DOOR, door),
    }
    return ListDocument(**(what | fields))


def edition_of(purpose, **fields):
    """What all documents of a printing have in common."""
    what = {
        "cycle": "2026",
        "run": "0007",
        "day": DAY,
        "purpose": purpose,
        "order": ListOrder.NAME,
        "names": {21: "Nəsimi birinci"},
        "of_age_since": None,
    }
    return Edition(**(what | fields))


def pages(content):
    """The text of each page of a PDF file."""
    with pypdfium2.PdfDocument(content) as document:
        return [page.get_textpage().get_text_range() for page in document]


def squeezed(text):
    """A text without what depends on where its lines end."""
    return unicodedata.normalize("NFKC", _LINE_ENDS.sub("", text))
