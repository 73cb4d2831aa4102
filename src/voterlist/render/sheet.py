"""A sheet of small tables under titles, as a page and as a PDF file: the press sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from voterlist.render.html import environment
from voterlist.render.pdf import typeset
from voterlist.report.section import Block, Column
from voterlist.report.words import Words


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a sheet says in one language."""

    by: str
    """Whose it is; above the title."""
    title: str
    note: str
    """Below the title."""
    blocks: Mapping[str, Block]
    """Its tables, by the id of each in the page."""
    foot: str
    """How the numbers are to be read."""
    day: dt.date
    """The day on which it was made."""


def sheet_page(sheet: Sheet, words: Words) -> str:
    """The sheet as HTML; the same sheet gives the same text."""
    body = environment().get_template("sheet.html")
    text = partial(_text, words)
    template = environment().get_template("frame.html")
    return template.render(
        w=words,
        kicker=sheet.by,
        title=sheet.title,
        notes=[sheet.note],
        foot=sheet.foot,
        area="figures.",
        sections={
            name: body.render(block=block, text=text)
            for name, block in sheet.blocks.items()
        },
    )


def sheet_paper(sheet: Sheet, words: Words) -> bytes:
    """The sheet as a PDF file; the same sheet gives the same bytes.

    Raises:
        VoterlistError: see ``typeset``.
    """
    blocks = [
        {
            "title": block.title,
            "columns": [
                {
                    "heading": column.heading,
                    "width": column.width,
                    "align": "left" if column.kind == "text" else "right",
                    "weight": "regular",
                }
                for column in block.columns
            ],
            "rows": [
                [_text(words, column, row) for column in block.columns]
                for row in block.rows
            ],
        }
        for block in sheet.blocks.values()
    ]
    data = {
        "language": words.language,
        "title": sheet.title,
        "short": sheet.title,
        "notes": [sheet.by, sheet.note],
        "foot": sheet.foot,
        "blocks": blocks,
    }
    return typeset("sheet", data, sheet.day)


def _text(words: Words, column: Column, row: Any) -> str:
    """What stands in a cell."""
    value = column.value(row)
    if column.kind == "share" and isinstance(value, float):
        return words.percent(value, 2)
    return words.say(value)
