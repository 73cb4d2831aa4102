"""The press sheet, as page and PDF file: what the centre tells of its lists each year."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from voterlist import facts
from voterlist.centre.counting import SEXES, Counted
from voterlist.centre.disclosure import Rounding
from voterlist.centre.open_tables import LISTS, Rows
from voterlist.config.sections import Settings
from voterlist.model import ListKind, frozen, null_last
from voterlist.render.html import render_template
from voterlist.render.lists import ListWords
from voterlist.render.pdf import typeset
from voterlist.report.section import Block, Column
from voterlist.report.values import Words

_NOT_SHOWN = "not-shown"
"""Voters in no cell that is published: the rounding, and the lists whose cells are withheld."""
_KINDS = (*ListKind, None)
_OF_PLACE = (*ListKind, "total", *SEXES, _NOT_SHOWN)
"""What is told of each constituency."""
_Row = tuple[Any, ...]
_GROUP = ("group", 60, "text")
_SHARES = (_GROUP, ("voters", 30, "count"), ("share", 24, "share"))
_COLUMNS_OF_PLACES = (
    ("constituency", 34, "text"),
    *((name, 26 if name == _NOT_SHOWN else 20, "count") for name in _OF_PLACE),
)
"""The columns of the tables: the name of each, its width and its kind."""


@frozen
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


def press_sheet(
    counted: Counted,
    tables: Mapping[str, Rows],
    rounding: Rounding,
    settings: Settings,
    today: dt.date,
    words: ListWords,
    lacking: Mapping[str, Sequence[int | None]] = MappingProxyType({}),
) -> Sheet:
    """The sheet in the language of ``words``; its numbers are sums of the open tables.

    Args:
        counted: what was counted.
        tables: what is published of it.
        rounding: of the two numbers of the whole area that stand in no table.
        settings: of the workspace.
        today: the day on which the sheet is made.
        words: the language.
        lacking: ``FiguresMade.lacking``: where there is any, the sheet is marked provisional.
    """
    blocks = {
        name: _block(words, name, _SHARES, rows)
        for name, rows in _shares(counted, tables, words).items()
    }
    of_day = _of_day(counted, rounding, settings, words)
    blocks["day"] = _block(words, "day", (_GROUP, ("number", 30, "count")), of_day)
    places = _places(tables[LISTS], tables["voters"], today, words)
    blocks["places"] = _block(words, "places", _COLUMNS_OF_PLACES, places)
    day = words.long_day(counted.day)
    notes = [words("figures.note", day=day, cycle=settings.workspace.cycle)]
    notes += [
        words(f"figures.{name}", places=list_numbers(places, words))
        for name, places in lacking.items()
        if places
    ]
    title = "figures.title" if len(notes) == 1 else "figures.title.provisional"
    return Sheet(
        by=settings.workspace.name or words("figures.by"),
        title=words(title, day=words.long_day(today)),
        note=" ".join(notes),
        blocks=blocks,
        foot=words("figures.foot", least=rounding.base),
        day=today,
    )


def list_numbers(places: Sequence[int | None], words: Callable[[str], str]) -> str:
    """The numbers of constituencies."""
    return ", ".join(str(place or words("figures.places.none")) for place in places)


def _shares(
    counted: Counted, tables: Mapping[str, Rows], words: Words
) -> dict[str, list[_Row]]:
    """The voters by kind of list, by sex and by age, each with its share of all."""
    lists, voters = tables[LISTS], tables["voters"]
    kinds, total = _sums(lists, 2, _KINDS), sum(lists.values())
    told = {
        "lists": [
            *((kind, kinds[kind]) for kind in _KINDS if kind or kinds[kind]),
            ("total", total),
        ],
        "sex": _sums(voters, 4, SEXES).items(),
        "age": _sums(voters, 3, counted.groups).items(),
    }
    return {
        name: [(_name(key, words), number, number / total) for key, number in rows]
        for name, rows in told.items()
    }


def sheet_page(sheet: Sheet, words: Words) -> str:
    """The sheet as HTML; the same sheet gives the same text."""
    text = partial(_text, words)
    return render_template(
        "frame.html",
        w=words,
        kicker=sheet.by,
        title=sheet.title,
        notes=[sheet.note],
        foot=sheet.foot,
        area="figures.",
        sections={
            name: render_template("sheet.html", block=block, text=text)
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


def _block(
    words: Words,
    name: str,
    columns: Sequence[tuple[str, int, str]],
    rows: Sequence[_Row],
) -> Block:
    """A table of rows that are tuples; of each column its name, its width and its kind."""
    shown = [
        Column(_name(key, words), width, kind, value=itemgetter(place))
        for place, (key, width, kind) in enumerate(columns)
    ]
    return Block(words(f"figures.{name}.title"), shown, rows)


def _name(key: str | None, words: Words) -> str:
    """What a group or a column is called; an age group is written in numbers."""
    under, _, age = str(key).partition("under-")
    if age:
        return words("figures.name.under", age=age)
    known = f"figures.name.{key}"
    return words(known) if words.has(known) else under.replace("-", "\N{EN DASH}")


def _sums(rows: Rows, place: int, known: Sequence[Any]) -> Counter[Any]:
    """The numbers by one part of the cell; of what is none of the known ones one sum."""
    sums = Counter(dict.fromkeys((*known, _NOT_SHOWN), 0))
    for cell, number in rows.items():
        sums[cell[place] if cell[place] in known else _NOT_SHOWN] += number
    return sums


def _of_day(
    counted: Counted, rounding: Rounding, settings: Settings, words: Words
) -> Sequence[_Row]:
    """Who comes of age on the day, who votes for the first time, and how old the oldest is."""
    day, last = counted.day, settings.figures.last_election_day
    of_age = rounding.rounded(counted.of_age, "of-age", str(day))
    first = rounding.rounded(counted.first, "first", str(day), str(last))
    oldest = counted.oldest or 0
    is_doubtful = oldest >= settings.check.oldest_age
    return [
        (words("figures.day.of-age", day=words.long_day(day)), of_age),
        (
            words("figures.day.first"),
            first if last else words("figures.day.not-set"),
        ),
        (
            words("figures.day.oldest"),
            words("figures.day.doubtful", age=oldest) if is_doubtful else oldest,
        ),
    ]


def _places(
    lists: Rows, voters: Rows, today: dt.date, words: ListWords
) -> Sequence[_Row]:
    """A row for each constituency."""
    sums: Counter[tuple[int | None, str]] = Counter()
    for (constituency, _, kind), number in lists.items():
        sums[constituency, kind] += number
        sums[constituency, "total"] += number
    for (constituency, _, _, _, sex), number in voters.items():
        sums[constituency, sex if sex in SEXES else _NOT_SHOWN] += number
    names = facts.constituencies(today)
    return [
        (
            words.constituency(constituency, names.get(constituency))
            if constituency
            else words("figures.places.none"),
            *(sums[constituency, name] for name in _OF_PLACE),
        )
        for constituency in sorted({place[0] for place in lists}, key=null_last)
    ]
