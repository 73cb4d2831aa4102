"""The columns of printed lists, their corrections and their questions, for paper and workbook."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Literal, TypeAlias

from voterlist.fields import CARRIED, DISPLAYED, FIELDS, NAME_PARTS
from voterlist.render.list_words import ListWords

Cells: TypeAlias = Mapping[str, Any]
"""A row of LISTED, CORRECTION or DOOR."""
SheetName: TypeAlias = Literal["display", "work", "corrections", "door"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A column, and what of a row stands in it.

    Attributes:
        key: of its heading in the catalogue.
        value: what of a row stands in it.
        width: in characters of a workbook; 0: it stands on paper alone.
        paper: in millimetres, where all columns fill the page; 0: it stands in a workbook alone.
        kind: what its values are, as of ``report.sheets.Column``.
        align: on paper.
        fields: the fields of ENTRY whose correction marks its cells.
        is_bold: on paper.
        is_to_fill_in: a person writes into it.
        seldom: where it is left out if no row has anything in it: ``paper``, or everywhere.
    """

    key: str
    value: Callable[[Cells], Any]
    width: int
    paper: int
    kind: str = "line"
    align: str = "left"
    fields: tuple[str, ...] = ()
    is_bold: bool = False
    is_to_fill_in: bool = False
    seldom: Literal["", "paper", "everywhere"] = ""

    def is_corrected(self, row: Cells) -> bool:
        """True where a correction of a row of LISTED changed what stands in it."""
        corrected = (row.get("corrected") or "").split("+")
        return not {*self.fields}.isdisjoint(corrected)


def columns_of(
    sheet: SheetName, words: ListWords, rows: Sequence[Cells], *, on_paper: bool
) -> list[Shown]:
    """The columns of a sheet with these rows; what is seldom needed and empty here is left out."""
    left_out = {"paper", "everywhere"} if on_paper else {"everywhere"}
    return [
        shown
        for shown in _SHEETS[sheet](words)
        if (shown.paper if on_paper else shown.width)
        and (shown.seldom not in left_out or any(map(shown.value, rows)))
    ]


def _column(key: str, name: str, width: int, paper: int, **more: Any) -> Shown:
    """A column that shows a column of the table as it is."""
    return Shown(key, itemgetter(name), width, paper, fields=(name,), **more)


_NUMBER = _column("lists.column.number", "number", 6, 11, kind="label", align="right")
_WRITTEN = _column(
    "lists.column.written", "name_as_written", 34, 30, seldom="everywhere"
)
_YEAR = _column("lists.column.born", "birth_year", 9, 15, kind="label", align="center")


def _names(*papers: int) -> list[Shown]:
    """The columns of the three names; the surname is bold."""
    names = zip(NAME_PARTS, papers, strict=True)
    return [
        Shown(
            f"field.{name}",
            itemgetter(name),
            17,
            paper,
            fields=(name, "full_name"),
            is_bold=name == "surname",
        )
        for name, paper in names
    ]


def _name(width: int, paper: int) -> Shown:
    """The column of the whole name."""
    return _column("lists.column.name", "name", width, paper, kind="text", is_bold=True)


def _carried(wanted: Collection[str]) -> list[Shown]:
    """Those of the wanted columns that only travel, as written."""
    return [
        _column(
            f"field.{name}",
            name,
            FIELDS[name].width,
            FIELDS[name].paper,
            kind="text",
            seldom="everywhere",
        )
        for name in CARRIED
        if name in wanted
    ]


def _display(words: ListWords) -> list[Shown]:
    """What a list on display shows: no identifier, and of the birth date what its rows hold."""
    return [
        _NUMBER,
        *_names(33, 27, 33),
        Shown("lists.column.born", words.born, 12, 21, align="center"),
        _column("field.address", "address", 48, 55, kind="text"),
        *_carried(DISPLAYED),
        _WRITTEN,
    ]


def _work(words: ListWords) -> list[Shown]:
    """What a list for the precinct's own use shows."""
    born = ("birth_date",)
    return [
        _NUMBER,
        *_names(31, 25, 31),
        Shown("lists.column.date", words.born, 12, 22, align="center", fields=born),
        Shown("field.sex", words.sex, 8, 14, align="center", fields=("sex",)),
        _column("field.address", "address", 44, 52, kind="text"),
        _column("field.document", "document", 14, 26),
        _column("field.fin", "fin", 10, 23),
        *_carried(CARRIED),
        Shown("lists.column.corrected", words.corrected, 18, 0),
        Shown("lists.column.came", words.came, 24, 30, kind="text", seldom="paper"),
        _WRITTEN,
    ]


def _corrections(words: ListWords) -> list[Shown]:
    """The sheet of corrections."""
    return [
        _NUMBER,
        _name(32, 40),
        _YEAR,
        _column("field.address", "address", 38, 42, kind="text"),
        Shown("lists.column.change", words.change, 44, 50, kind="text"),
        Shown("lists.column.why", words.why, 36, 44, kind="text"),
        _column("lists.column.reason", "reason", 28, 30, kind="text"),
        _column("lists.column.by", "decided_by", 20, 24, kind="text"),
        Shown("lists.column.at", lambda row: words.day_of(row["decided_at"]), 12, 20),
    ]


def _door(words: ListWords) -> list[Shown]:
    """The checklist for the door; on paper each street has a heading."""
    return [
        _column("lists.column.street", "street", 34, 0, kind="text"),
        _column("lists.column.house", "house", 8, 13),
        _column("lists.column.flat", "flat", 8, 13),
        _NUMBER,
        _name(30, 42),
        _YEAR,
        Shown("lists.column.question", words.question, 60, 82, kind="text"),
        Shown("lists.column.due", lambda row: words.day_of(row["due"]), 12, 19),
        Shown(
            "lists.column.answer",
            lambda _: None,
            40,
            72,
            kind="text",
            is_to_fill_in=True,
        ),
    ]


_SHEETS: Mapping[SheetName, Callable[[ListWords], list[Shown]]] = {
    "display": _display,
    "work": _work,
    "corrections": _corrections,
    "door": _door,
}
