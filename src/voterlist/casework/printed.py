"""Who stands under the numbers of the printed lists, as people type them into tables of their own.

The numbers are those of the lists as they are printed today.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

from voterlist.errors import InputError
from voterlist.fields import NAME_PARTS
from voterlist.lists.compile import compile_lists
from voterlist.lists.listed import name_key
from voterlist.lists.papers import by_house, supplementary
from voterlist.model import ListKind, ListOrder
from voterlist.pipeline.list_input import ListSource
from voterlist.storage.typed import TypedLine, typed_lines
from voterlist.tables import rows_among

Row: TypeAlias = Mapping[str, Any]
SUPPLEMENTARY = "supplementary"
"""The list of who came after the freeze; whoever stands there stands on another one, too."""
_LISTS = {
    **dict.fromkeys(("", "main", "əsas"), ListKind.PERMANENT.value),
    **dict.fromkeys(("temporary", "müvəqqəti"), ListKind.TEMPORARY.value),
    **dict.fromkeys((SUPPLEMENTARY, "əlavə"), SUPPLEMENTARY),
}
"""What may stand under "list"; nothing: the permanent list."""
_DIGITS = 6
"""No list has so long a number."""


class Printed:
    """The lists of a workspace, by precinct, list and number."""

    def __init__(self, source: ListSource) -> None:
        self._source = source
        self._numbers = source.constituencies()
        self.only = self._numbers[0] if len(self._numbers) == 1 else None
        """The constituency, where there is one alone."""
        self._lists: dict[int | None, dict[int, dict[tuple[str, int], Row]]] = {}

    def lines(self, paths: Sequence[Path], *needed: str) -> list[TypedLine]:
        """The lines of these tables, each of a precinct that has a list; see ``typed_lines``.

        Raises:
            UsageError: as ``typed_lines``; a precinct has no list.
            InputError: there is no such file.
        """
        lines: list[TypedLine] = []
        for path in paths:
            if not path.is_file():
                raise InputError(path.name, code="no-such-file", file=str(path))
            lines += typed_lines(path, *needed, constituency=self.only)
        for line in lines:
            if not self.of(line.place):
                raise line.refused("signed-no-list")
        return lines

    def of(self, place: tuple[int, int]) -> Mapping[tuple[str, int], Row]:
        """(list, number) -> the row of LISTED, of one precinct; empty where it has no list."""
        constituency, precinct = place
        if constituency not in self._numbers:
            return {}
        return self._precincts(constituency).get(precinct, {})

    def entry(self, entry_id: str) -> Row | None:
        """The row of LISTED of an entry, where it stands today; None where it is on no list."""
        for constituency in self._constituencies_of(entry_id):
            for lists in self._precincts(constituency).values():
                for row in lists.values():
                    if row["entry_id"] == entry_id:
                        return row
        return None

    def _constituencies_of(self, entry_id: str) -> dict[int | None, None]:
        """Where an entry was handed in, and where it was moved to."""
        found: dict[int | None, None] = {}
        for name in ("entries", "applied", "additions"):
            rows = rows_among(self._source.runs.table(name), "entry_id", [entry_id])
            found |= dict.fromkeys(rows.column("constituency").to_pylist())
        return found

    def _precincts(
        self, constituency: int | None
    ) -> Mapping[int, Mapping[tuple[str, int], Row]]:
        """Precinct -> who stands on its lists."""
        if constituency not in self._lists:
            _, given = self._source.input_of(constituency)
            numbered, by_street = (
                compile_lists(given, constituency=constituency, order=order)
                for order in (
                    ListOrder(self._source.settings.lists.order),
                    ListOrder.STREET,
                )
            )
            rows = by_house(numbered, by_street)
            last_days = self._source.last_days
            late = supplementary(rows, numbered.corrections, last_days).to_pylist()
            own = self._lists.setdefault(constituency, {})
            for row in rows.to_pylist():
                lists = own.setdefault(row["precinct"], {})
                lists[row["list_kind"], row["number"]] = row
            for row in late:
                own[row["precinct"]].setdefault((SUPPLEMENTARY, row["number"]), row)
        return self._lists[constituency]

    def row(self, line: TypedLine) -> Row | None:
        """The row of LISTED that a line names; None where nobody stands under its number.

        Raises:
            UsageError: it names no number, or another name than the number has: one that is
                mistyped is somebody else's.
        """
        row = self.of(line.place).get(number_in(line))
        name = line.said.get("surname")
        if row and name and not is_called(row, name):
            raise line.refused("mobile-nobody")
        return row


def is_called(row: Row, name: str) -> bool:
    """True where a name, typed whole or in part, may be that of LISTED: its surname is in it."""
    surname, *others = (name_key(row[part] or "").split() for part in NAME_PARTS)
    typed = {*name_key(name).split()}
    return {*surname} <= typed <= {*surname, *chain(*others)}


def number_in(line: TypedLine) -> tuple[str, int]:
    """The list, and the number on it, that a line names.

    Raises:
        UsageError: it names none.
    """
    kind = _LISTS.get(line.said.get("list", "").casefold())
    number = line.said.get("number", "")
    if kind is None or not number.isdecimal() or len(number) > _DIGITS:
        raise line.refused()
    return kind, int(number)
