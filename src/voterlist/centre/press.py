"""The press sheet: what the Central Election Commission tells of its lists each year."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter
from typing import Any

from voterlist import facts
from voterlist.centre.counting import SEXES, Counted
from voterlist.centre.disclosure import Rounding
from voterlist.centre.open_tables import Rows
from voterlist.config import Settings
from voterlist.model import ListKind, null_last
from voterlist.render.sheet import Sheet
from voterlist.report.section import Block, Column
from voterlist.report.words import Words

_NOT_SHOWN = "not-shown"
"""Voters in no cell that is published: the rounding, and the lists whose cells are withheld."""
_KINDS = (*(kind.value for kind in ListKind), None)
_SEXES = (*SEXES, _NOT_SHOWN)
_Row = tuple[Any, ...]


def press_sheet(
    counted: Counted,
    tables: Mapping[str, Rows],
    rounding: Rounding,
    settings: Settings,
    today: dt.date,
    words: Words,
) -> Sheet:
    """The sheet in the language of ``words``; its numbers are sums of the open tables.

    Args:
        counted: what was counted.
        tables: what is published of it.
        rounding: of the two numbers of the whole area that stand in no table.
        settings: of the workspace.
        today: the day on which the sheet is made.
        words: the language.
    """
    lists, voters = tables["lists"], tables["voters"]
    total = sum(lists.values())
    kinds = _sums(lists, 2, _KINDS)
    by_kind = [(words(f"figures.kind.{kind}"), kinds[kind]) for kind in _KINDS[:2]]
    if kinds[None]:
        by_kind.append((words("figures.kind.None"), kinds[None]))
    by_kind.append((words("figures.total"), total))
    sexes, ages = _sums(voters, 4, _SEXES), _sums(voters, 3, counted.groups)
    by_sex = [(words(f"figures.sex.{sex}"), sexes[sex]) for sex in _SEXES]
    groups = (*counted.groups, _NOT_SHOWN)
    by_age = [(_age(group, words), ages[group]) for group in groups]
    blocks = {
        name: Block(
            words(f"figures.{name}.title"),
            _columns(words, ("group", 60, "text"), ("voters", 30), ("share", 24)),
            [(label, number, number / total) for label, number in rows],
        )
        for name, rows in (("lists", by_kind), ("sex", by_sex), ("age", by_age))
    }
    blocks["day"] = Block(
        words("figures.day.title"),
        _columns(words, ("group", 60, "text"), ("number", 30)),
        _of_day(counted, rounding, settings, words),
    )
    blocks["places"] = Block(
        words("figures.places.title"),
        _columns(
            words,
            ("constituency", 34, "text"),
            *((key, 20) for key in ("permanent", "temporary", "total")),
            *((f"sex.{sex}", 20) for sex in SEXES),
            (f"sex.{_NOT_SHOWN}", 28),
        ),
        _places(lists, voters, today, words),
    )
    day = words.long_day(counted.day)
    return Sheet(
        by=settings.workspace.name or words("figures.by"),
        title=words("figures.title", day=words.long_day(today)),
        note=words("figures.note", day=day, cycle=settings.workspace.cycle),
        blocks=blocks,
        foot=words("figures.foot", least=rounding.base),
        day=today,
    )


def _sums(rows: Rows, place: int, known: Collection[Any]) -> Counter[Any]:
    """The numbers by one part of the cell; of what is none of the known ones one sum."""
    sums: Counter[Any] = Counter()
    for cell, number in rows.items():
        part = cell[place]
        sums[part if part in known else _NOT_SHOWN] += number
    return sums


def _age(group: str, words: Words) -> str:
    if group.startswith("under-"):
        return words("figures.age.under", age=group.removeprefix("under-"))
    key = f"figures.age.{group}"
    return words(key) if words.has(key) else group.replace("-", "\N{EN DASH}")


def _columns(words: Words, *columns: tuple[Any, ...]) -> list[Column]:
    """Columns of rows that are tuples: (key of the heading, width, perhaps kind)."""
    return [
        Column(
            words(f"figures.{key}"),
            width,
            kind[0] if kind else ("share" if key == "share" else "count"),
            value=itemgetter(place),
        )
        for place, (key, width, *kind) in enumerate(columns)
    ]


def _of_day(
    counted: Counted, rounding: Rounding, settings: Settings, words: Words
) -> Sequence[_Row]:
    """Who comes of age on the day, who votes for the first time, and how old the oldest is."""
    day, last = counted.day, settings.figures.last_election_day
    of_age = rounding.rounded(counted.of_age, "of-age", day.isoformat())
    first: str | int = words("figures.day.not-set")
    if last is not None:
        first = rounding.rounded(
            counted.first, "first", day.isoformat(), last.isoformat()
        )
    rows = [
        (words("figures.day.of-age", day=words.long_day(day)), of_age),
        (words("figures.day.first"), first),
    ]
    if counted.oldest is not None:
        is_doubtful = counted.oldest >= settings.check.oldest_age
        key = "figures.day.doubtful" if is_doubtful else "figures.day.years"
        rows.append((words("figures.day.oldest"), words(key, age=counted.oldest)))
    return rows


def _places(lists: Rows, voters: Rows, today: dt.date, words: Words) -> Sequence[_Row]:
    """A row for each constituency."""
    names = facts.constituencies(today)
    rows = []
    for number in sorted({cell[0] for cell in lists}, key=null_last):
        own = {cell: count for cell, count in lists.items() if cell[0] == number}
        cells = {cell: count for cell, count in voters.items() if cell[0] == number}
        kinds, sexes = _sums(own, 2, _KINDS), _sums(cells, 4, _SEXES)
        label = " ".join(
            part for part in (str(number), names.get(number)) if part and number
        )
        rows.append(
            (
                label or words("figures.places.none"),
                kinds[_KINDS[0]],
                kinds[_KINDS[1]],
                sum(own.values()),
                *(sexes[sex] for sex in _SEXES),
            )
        )
    return rows
