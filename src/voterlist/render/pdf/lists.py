"""The list of a precinct on paper: for display, or for the precinct's own use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeAlias

from voterlist.lists import ListDocument
from voterlist.model import Purpose
from voterlist.render.list_columns import Cells, SheetName, Shown, columns_of
from voterlist.render.list_words import ListWords
from voterlist.render.pdf.compiler import typeset

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
    sheet: SheetName = "display" if is_display else "work"
    data["list"] = _section(sheet, [(None, document.rows.to_pylist())], words)
    data["list"] |= {"none": words("lists.none"), "counted": True}
    if is_display:
        return typeset("display", data, document.day)
    corrections = document.corrections.to_pylist()
    streets = [
        (street or words("print.no-street"), list(asked))
        for street, asked in groupby(document.door.to_pylist(), itemgetter("street"))
    ]
    data["corrections"] = _section("corrections", [(None, corrections)], words)
    data["corrections"] |= _said("corrections", words)
    data["door"] = _section("door", streets, words) | _said("door", words)
    return typeset("work", data, document.day)


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
    sheet: SheetName,
    groups: Sequence[tuple[str | None, list[Cells]]],
    words: ListWords,
) -> _Data:
    """A table as the templates read it: columns, groups of rows, places of corrected cells."""
    rows = [row for _, rows in groups for row in rows]
    columns = columns_of(sheet, words, rows, on_paper=True)
    marks = {}
    for number, row in enumerate(rows):
        places = [at for at, shown in enumerate(columns) if shown.is_corrected(row)]
        if places:
            marks[str(number)] = places
    return {
        "columns": [
            {
                "heading": words(shown.key),
                "width": shown.paper,
                "align": shown.align,
                "weight": "bold" if shown.is_bold else "regular",
            }
            for shown in columns
        ],
        "groups": [
            {"heading": heading, "rows": [_texts(columns, row) for row in rows]}
            for heading, rows in groups
        ],
        "marks": marks,
        "counted": False,
    }


def _texts(columns: Sequence[Shown], row: Cells) -> list[str | None]:
    """The texts of a row; None where a person fills in, empty where nothing is known."""
    values = [shown.value(row) for shown in columns]
    return [
        None if shown.is_to_fill_in else "" if value is None else str(value)
        for shown, value in zip(columns, values, strict=True)
    ]


def _said(name: str, words: ListWords) -> _Data:
    """The title of a sheet, what it is for, and what stands on it where it has no row."""
    said = ("title", "note", "none")
    return {key: words(f"lists.{name}.{key}") for key in said}
