"""The list of a precinct on paper: for display, or for the precinct's own use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa

from voterlist.lists import ListDocument
from voterlist.model import Purpose
from voterlist.render.list_words import ListWords
from voterlist.render.pdf.compiler import typeset

_Cells: TypeAlias = Mapping[str, Any]
"""A row of LISTED, CORRECTION or DOOR."""
_Data: TypeAlias = dict[str, Any]
"""What a template reads."""

_SIGNS = {
    "handed_in": "",
    "struck": "−",
    "repeated": "−",
    "moved_out": "−",
    "moved_in": "+",
    "added": "+",
    "listed": "=",
}
"""With which sign each count of the balance enters its sum."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """A column of a printed table, and what of a row stands in it."""

    key: str
    """Of its heading in the catalogue."""
    width: int
    """In millimetres, where all columns fill the page."""
    value: Callable[[_Cells], object]
    align: str = "left"
    fields: tuple[str, ...] = ()
    """The fields of ENTRY whose correction marks its cells."""
    bold: bool = False
    to_fill_in: bool = False
    is_seldom: bool = False
    """Left out where no row has anything in it, which gives its width to the others."""


def write_list(document: ListDocument, path: Path, language: str) -> None:
    """Write the PDF file of a list in this language to ``path``.

    Raises:
        OSError: the file cannot be written.
        VoterlistError: see ``typeset``.
    """
    path.write_bytes(render_list(document, language))


def render_list(document: ListDocument, language: str) -> bytes:
    """The PDF file of a list; the same document gives the same bytes.

    On display it holds the list alone. For the precinct's own use the sheet of corrections and the
    checklist for the door follow.

    Raises:
        VoterlistError: see ``typeset``.
    """
    words = ListWords(language)
    is_display = document.purpose is Purpose.DISPLAY
    data = _of_every_list(document, words)
    rows = document.rows.to_pylist()
    columns = _needed(_display(words) if is_display else _work(words), rows)
    data["list"] = _section(columns, [(None, rows)], words)
    data["list"] |= {"none": words("lists.none"), "counted": True}
    if is_display:
        return typeset("display", data, document.day)
    data["corrections"] = _corrections(document.corrections, words)
    data["door"] = _door(document.door, words)
    return typeset("work", data, document.day)


def _needed(columns: Sequence[_Shown], rows: Sequence[_Cells]) -> list[_Shown]:
    """The columns but for those that are seldom needed and empty here."""
    return [
        shown
        for shown in columns
        if not shown.is_seldom or any(shown.value(row) for row in rows)
    ]


def _of_every_list(document: ListDocument, words: ListWords) -> _Data:
    """What every list says, whatever it is for."""
    title, place = words.title(document), words.place_of(document)
    listed = str(document.balance.listed)
    return {
        "language": words.language,
        "title": title,
        "short": place,
        "place": place,
        "notes": [place, words.made(document)],
        "words": {
            "foot": words("print.foot", page="{page}", sum="{sum}"),
            "legend": words("print.legend"),
            "total": words("print.total", count=listed),
        },
        "balance": {
            "title": words("lists.balance.title"),
            "rows": [
                [_SIGNS[name], words(f"lists.balance.{name}"), str(count)]
                for name, count in asdict(document.balance).items()
            ],
        },
        "signatures": _signatures(document, words),
    }


def _signatures(document: ListDocument, words: ListWords) -> _Data:
    """The words at the places for who signs, the seal and the date."""
    roles = ("chair", "secretary", *["member"] * document.members)
    said = ("title", "name", "signature", "seal", "date")
    return {name: words(f"lists.sign.{name}") for name in said} | {
        "roles": [words(f"lists.sign.{role}") for role in roles]
    }


def _section(
    columns: Sequence[_Shown],
    groups: Sequence[tuple[str | None, list[_Cells]]],
    words: ListWords,
) -> _Data:
    """A table as the templates read it: columns, groups of rows, corrected cells."""
    rows = [row for _, rows in groups for row in rows]
    marks = {
        str(number): places
        for number, row in enumerate(rows)
        if (places := _corrected_places(columns, row))
    }
    return {
        "columns": [_heading(shown, words) for shown in columns],
        "groups": [
            {"heading": heading, "rows": [_texts(columns, row) for row in rows]}
            for heading, rows in groups
        ],
        "marks": marks,
        "counted": False,
    }


def _heading(shown: _Shown, words: ListWords) -> _Data:
    """A column as the templates read it."""
    return {
        "heading": words(shown.key),
        "width": shown.width,
        "align": shown.align,
        "weight": "bold" if shown.bold else "regular",
    }


def _texts(columns: Sequence[_Shown], row: _Cells) -> list[str | None]:
    """The texts of a row; None where a person fills in."""
    return [None if shown.to_fill_in else _text(shown.value(row)) for shown in columns]


def _text(value: object) -> str:
    """A value as it is printed; empty for none."""
    return "" if value is None else str(value)


def _corrected_places(columns: Sequence[_Shown], row: _Cells) -> list[int]:
    """The places of the corrected cells of a row of LISTED."""
    text = row.get("corrected")
    if not text:
        return []
    fields = set(text.split("+"))
    return [
        place
        for place, shown in enumerate(columns)
        if fields.intersection(shown.fields)
    ]


def _column(key: str, width: int, name: str, align: str = "left") -> _Shown:
    """A column that shows a column of the table as it is."""
    return _Shown(key, width, itemgetter(name), align, (name,))


_NUMBER = _column("lists.column.number", 11, "number", "right")
_WRITTEN = _Shown(
    "lists.column.written", 30, itemgetter("name_as_written"), is_seldom=True
)


def _names(*widths: int) -> Iterator[_Shown]:
    """The columns of the three names."""
    names = ("surname", "given_name", "patronymic")
    for name, width in zip(names, widths, strict=True):
        value = itemgetter(name)
        is_first = name == "surname"
        fields = (name, "full_name")
        yield _Shown(f"field.{name}", width, value, "left", fields, bold=is_first)


def _display(words: ListWords) -> tuple[_Shown, ...]:
    """What a list on display shows."""
    return (
        _NUMBER,
        *_names(33, 27, 33),
        _Shown("lists.column.born", 21, words.born, "center"),
        _column("field.address", 55, "address"),
        _WRITTEN,
    )


def _work(words: ListWords) -> tuple[_Shown, ...]:
    """What a list for the precinct's own use shows."""
    return (
        _NUMBER,
        *_names(31, 25, 31),
        _Shown("lists.column.date", 22, words.born, "center", ("birth_date",)),
        _Shown("field.sex", 14, _sex(words), "center", ("sex",)),
        _column("field.address", 52, "address"),
        _column("field.document", 26, "document"),
        _column("field.fin", 23, "fin"),
        _Shown("lists.column.came", 30, words.came, is_seldom=True),
        _WRITTEN,
    )


def _sex(words: ListWords) -> Callable[[_Cells], str]:
    """The sex of a row in words; empty where it is not known."""
    return lambda row: words(f"sex.{row['sex']}") if row["sex"] else ""


def _corrections(rows: pa.Table, words: ListWords) -> _Data:
    """The sheet of corrections."""
    columns = (
        _NUMBER,
        _Shown("lists.column.name", 40, itemgetter("name"), bold=True),
        _column("lists.column.born", 15, "birth_year", "center"),
        _column("field.address", 42, "address"),
        _Shown("lists.column.change", 50, words.change),
        _Shown("lists.column.why", 44, words.why),
        _column("lists.column.reason", 30, "reason"),
        _column("lists.column.by", 24, "decided_by"),
        _Shown("lists.column.at", 20, lambda row: words.day_of(row["decided_at"])),
    )
    section = _section(columns, [(None, rows.to_pylist())], words)
    return section | _said("corrections", words)


def _door(rows: pa.Table, words: ListWords) -> _Data:
    """The checklist for the door, a heading for each street."""
    columns = (
        _column("lists.column.house", 13, "house"),
        _column("lists.column.flat", 13, "flat"),
        _NUMBER,
        _Shown("lists.column.name", 42, itemgetter("name"), bold=True),
        _column("lists.column.born", 15, "birth_year", "center"),
        _Shown("lists.column.question", 82, words.question),
        _Shown("lists.column.due", 19, lambda row: words.day_of(row["due"])),
        _Shown("lists.column.answer", 72, _nothing, to_fill_in=True),
    )
    groups = [
        (street or words("print.no-street"), list(asked))
        for street, asked in groupby(rows.to_pylist(), itemgetter("street"))
    ]
    return _section(columns, groups, words) | _said("door", words)


def _nothing(_row: _Cells) -> None:
    """The value of a cell that a person fills in by hand."""


def _said(name: str, words: ListWords) -> _Data:
    """The title of a sheet, what it is for, and what stands on it where it has no row."""
    said = ("title", "note", "none")
    return {key: words(f"lists.{name}.{key}") for key in said}
