"""The balance of rows: every row of every list is an entry or is set aside with a reason."""

from __future__ import annotations

from collections.abc import Iterable

from voterlist.model import frozen
from voterlist.report.section import (
    Inputs,
    Section,
    SheetTable,
    columns_of,
    place_columns,
)
from voterlist.report.values import Facts, Place, Words, place_order
from voterlist.schemas import ENTRY, LIST, SET_ASIDE
from voterlist.tables import text_of, total

_PLACES_SHOWN = 4
"""A list has a constituency, a precinct, a file and a sheet, and no line."""


@frozen
class ListBalance:
    """One list: its rows, and what became of them. ``declared`` is the total written below it."""

    place: Place
    list_kind: str
    rows: int
    entries: int
    set_aside: int
    declared: int | None

    @property
    def balances(self) -> bool:
        """True where every row is accounted for."""
        return self.rows == self.entries + self.set_aside

    @property
    def differs(self) -> int | None:
        """Entries less the total that the list declares; None where it declares none."""
        return None if self.declared is None else self.entries - self.declared


@frozen
class Balance:
    """The rows of all lists, counted in three tables: lists, entries, rows set aside."""

    rows: int
    entries: int
    set_aside: int
    lists: tuple[ListBalance, ...]

    @property
    def difference(self) -> int:
        """Rows less entries and rows set aside: 0 where no row was lost or came from nowhere."""
        return self.rows - self.entries - self.set_aside

    @property
    def balances(self) -> bool:
        """True where rows = entries + rows set aside, in total and in each list."""
        return self.difference == 0 and all(row.balances for row in self.lists)


def _build(inputs: Inputs) -> Balance:
    lists = inputs.own("lists")
    counts = lists.select(["rows", "entries", "set_aside", "declared"]).to_pylist()
    kinds = text_of(lists, "list_kind").to_pylist()
    places = inputs.run.names.places(lists)
    rows = [
        ListBalance(place, kind, **count)
        for place, kind, count in zip(places, kinds, counts, strict=True)
    ]
    return Balance(
        rows=sum(row.rows for row in rows),
        entries=inputs.entry_count(),
        set_aside=total(inputs.own("set_aside"), "rows"),
        lists=tuple(sorted(rows, key=_order)),
    )


def _order(row: ListBalance) -> tuple[object, ...]:
    return (*place_order(*row.place.area), row.place.file or "")


def _sheets(balance: Balance, _facts: Facts, words: Words) -> Iterable[SheetTable]:
    counts = {
        "rows": balance.rows,
        "entries": balance.entries,
        "set_aside": balance.set_aside,
    }
    verdict = "report.balance.right" if balance.balances else "report.balance.wrong"
    columns = columns_of(
        words,
        *place_columns(words)[:_PLACES_SHOWN],
        ("report.column.list-kind", 11, "text", "list-kind.{0.list_kind}"),
        ("report.column.rows", 10, "count", "rows"),
        ("report.column.entries", 10, "count", "entries"),
        ("report.column.set-aside", 12, "count", "set_aside"),
        (
            "report.column.balances",
            12,
            "text",
            lambda row: words("report.yes" if row.balances else "report.no"),
            lambda row: "good" if row.balances else "error",
        ),
        ("report.column.declared", 12, "count", "declared"),
        (
            "report.column.differs",
            12,
            "count",
            "differs",
            lambda row: "warning" if row.differs else "",
        ),
    )
    yield SheetTable(
        words("report.sheet.balance"),
        (
            words("report.balance.title"),
            words("report.balance.equation", **counts),
            words(verdict),
        ),
        columns,
        balance.lists,
        words("report.balance.none"),
    )


BALANCE = Section(
    name="balance",
    build=_build,
    needs={"lists": LIST, "entries": ENTRY, "set_aside": SET_ASIDE},
    sheets=_sheets,
    most={"lists": 300},
)
