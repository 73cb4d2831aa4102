"""Who stands under the numbers of the printed lists, as people type them into tables of their own.

The numbers are those of the lists as they are printed today.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from voterlist.errors import InputError
from voterlist.fields import NAME_PARTS
from voterlist.lists.compile import compile_lists
from voterlist.lists.listed import name_key
from voterlist.lists.papers import by_house, supplementary
from voterlist.model import ListKind, ListOrder, Problem
from voterlist.pipeline.list_input import ListSource
from voterlist.render.xlsx import ANSWER_ROW, NAMING, Answers
from voterlist.storage.typed import TypedLine, typed_lines
from voterlist.tables import Row, from_rows, rows_among

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
        # Where it was handed in, and where it was moved to.
        places: dict[int | None, None] = {}
        for name in ("entries", "applied", "additions"):
            rows = rows_among(self._source.runs.table(name), "entry_id", [entry_id])
            places |= dict.fromkeys(rows.column("constituency").to_pylist())
        listed = (
            row
            for constituency in places
            for lists in self._precincts(constituency).values()
            for row in lists.values()
        )
        return next((row for row in listed if row["entry_id"] == entry_id), None)

    def _precincts(
        self, constituency: int | None
    ) -> Mapping[int, Mapping[tuple[str, int], Row]]:
        """Precinct -> who stands on its lists."""
        if constituency not in self._lists:
            source = self._source
            _, given = source.input_of(constituency)
            numbered, by_street = (
                compile_lists(given, constituency=constituency, order=order)
                for order in (ListOrder(source.settings.lists.order), ListOrder.STREET)
            )
            rows = by_house(numbered, by_street)
            late = supplementary(rows, numbered.corrections, source.last_days)
            own = self._lists.setdefault(constituency, {})
            for row in rows.to_pylist():
                lists = own.setdefault(row["precinct"], {})
                lists[row["list_kind"], row["number"]] = row
            for row in late.to_pylist():
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


NAMED_PROBLEMS = (
    "named-nobody",
    "named-no-name",
    "named-another",
    "named-unclear",
    "named-several",
)
"""Why a row is refused; ``review.problem.<code>``."""


def with_named_entries(answers: Answers, source: ListSource) -> Answers:
    """The answers with the entry of each row that names one; rows that name nobody are problems.

    A number alone is not believed: mistyped, or on a list that was numbered anew, it is somebody
    else's. So the name must fit, and no other name of the precinct; where the list has a namesake,
    it must be that of the same run.
    """
    rows = answers.amendments.to_pylist()
    if not any(row[name] for row in rows for name in NAMING):
        return answers
    printed, kept, problems = Printed(source), [], list(answers.problems)
    for row in rows:
        place, number, name = (row[column] or "" for column in NAMING)
        if place or number or name:
            person = _person(place, number, printed)
            is_same_list = row["run_id"] == source.runs.run
            code = _problem(person, number, name, printed, is_same_list=is_same_list)
            if code is not None:
                problem = Problem(row["row"], code, row["sheet"], file=row["file"])
                problems.append(problem)
                continue
            row["entry_id"] = person and person["entry_id"]
        kept.append(row)
    amendments = from_rows(kept, ANSWER_ROW)
    return replace(answers, amendments=amendments, problems=tuple(problems))


def _person(place: str, number: str, printed: Printed) -> Row | None:
    """Who stands under a number of a permanent list, or has this id."""
    if not number.isdecimal():
        return printed.entry(number)
    constituency, _, precinct = place.rpartition("/")
    texts = (constituency or str(printed.only or ""), precinct, number)
    if not all(text.isdecimal() and len(text) <= _DIGITS for text in texts):
        return None
    *numbers, listed = map(int, texts)
    lists = printed.of((numbers[0], numbers[1]))
    return lists.get((ListKind.PERMANENT.value, listed))


def _problem(
    person: Row | None, number: str, name: str, printed: Printed, *, is_same_list: bool
) -> str | None:
    """Why this person cannot be meant, or a number may be mistyped though the name fits."""
    if person is None:
        return "named-nobody"
    if not name:
        return "named-no-name"
    if not is_called(person, name):
        return "named-another"
    if not number.isdecimal():
        # An id needs no more.
        return None
    lists = printed.of((person["constituency"], person["precinct"])).values()
    fitting = {
        row["entry_id"]: tuple(name_key(row[part] or "") for part in NAME_PARTS)
        for row in lists
        if is_called(row, name)
    }
    if len({*fitting.values()}) > 1:
        # The next number of a list by name is often the same surname.
        return "named-unclear"
    return None if is_same_list or len(fitting) == 1 else "named-several"
