"""Who stands under the numbers of the printed lists, as people type them into tables of their own.

The numbers are those of the lists as they are printed today.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from voterlist.errors import InputError
from voterlist.lists.compile import compile_lists
from voterlist.lists.listed import name_key
from voterlist.lists.papers import by_house, supplementary
from voterlist.model import ListKind, ListOrder
from voterlist.pipeline.list_input import ListSource
from voterlist.storage.typed import TypedLine, typed_lines

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
        self._lists: dict[
            tuple[int, int], dict[tuple[str, int], Mapping[str, Any]]
        ] = {}
        self._compiled: set[int] = set()

    def lines(self, paths: Sequence[Path], *needed: str) -> list[TypedLine]:
        """The lines of these tables, each of a precinct that has a list; see ``typed_lines``.

        Raises:
            UsageError: as ``typed_lines``; a precinct has no list.
            InputError: there is no such file.
        """
        only = self._numbers[0] if len(self._numbers) == 1 else None
        lines: list[TypedLine] = []
        for path in paths:
            if not path.is_file():
                raise InputError(path.name, code="no-such-file", file=str(path))
            lines += typed_lines(path, *needed, constituency=only)
        for line in lines:
            if not self.of(line.place):
                raise line.refused("signed-no-list")
        return lines

    def of(self, place: tuple[int, int]) -> Mapping[tuple[str, int], Mapping[str, Any]]:
        """(list, number) -> the row of LISTED, of one precinct; empty where it has no list."""
        constituency = place[0]
        if constituency in self._numbers and constituency not in self._compiled:
            self._compiled.add(constituency)
            self._compile(constituency)
        return self._lists.get(place, {})

    def _compile(self, constituency: int) -> None:
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
        for row in [
            *rows.to_pylist(),
            *(row | {"list_kind": SUPPLEMENTARY} for row in late),
        ]:
            own = self._lists.setdefault((constituency, row["precinct"]), {})
            own.setdefault((row["list_kind"], row["number"]), row)

    def row(self, line: TypedLine) -> Mapping[str, Any] | None:
        """The row of LISTED that a line names; None where nobody stands under its number.

        Raises:
            UsageError: it names no number, or another surname than the number has: a mistyped
                number is somebody else.
        """
        row = self.of(line.place).get(number_in(line))
        surname = line.said.get("surname")
        if row and surname and name_key(surname) != name_key(row["surname"] or ""):
            raise line.refused("mobile-nobody")
        return row


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
