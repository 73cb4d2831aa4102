"""Who stands under the numbers of the printed lists, as people type them into tables of their own.

The numbers are those of the lists as they are printed today.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from voterlist import strict_json
from voterlist.casework.answered_rows import last_known, says_same
from voterlist.decisions.follow import moves_of
from voterlist.decisions.given import person_key
from voterlist.errors import InputError
from voterlist.fields import NAME_PARTS
from voterlist.lists.compile import compile_lists, input_until
from voterlist.lists.documents import by_house, supplementary
from voterlist.lists.roll import name_key
from voterlist.model import ListKind, ListOrder, Precinct, Problem
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
_NAMES = (*NAME_PARTS, "full_name")
_DIGITS = 6
"""No list has so long a number."""


class Printed:
    """The lists of a workspace, by precinct, list and number.

    Args:
        source: of which workspace.
        until: as they were when this day ended; None: as they are.
    """

    def __init__(self, source: ListSource, until: dt.date | None = None) -> None:
        self._source, self._until = source, until
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
        # Where it was handed in, and where it was moved or added to.
        places: dict[int | None, None] = {}
        for name in ("entries", "applied"):
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
            if self._until is not None:
                given = input_until(given, self._until)
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
    else's. So the name must fit, and no other one of the precinct: of two with one name the id is
    needed. What was answered before is about whom it was recorded of: they may have left the list
    since, and a namesake has their number.
    """
    rows = answers.amendments.to_pylist()
    if not any(row[name] for row in rows for name in NAMING):
        return answers
    printed, kept, problems = Printed(source), [], list(answers.problems)
    typed = {(line.sheet, line.row): line for line in answers.typed}
    for row in rows:
        place, number, name = _named_by(row)
        line = typed.get((row["sheet"], row["row"]))
        since = 0 if line is None else last_known(line, row)
        entry_id = _entry_answered(row, since, source, printed)
        if entry_id is not None:
            row["entry_id"] = entry_id
        elif place or number or name:
            person = _person(place, number, printed)
            code = _problem(person, number, name, printed)
            if code is not None:
                problem = Problem(row["row"], code, row["sheet"], file=row["file"])
                problems.append(problem)
                continue
            row["entry_id"] = person and person["entry_id"]
        kept.append(row)
    amendments = from_rows(kept, ANSWER_ROW)
    return replace(answers, amendments=amendments, problems=tuple(problems))


def _named_by(row: Row) -> Sequence[str]:
    """Precinct, number on its list and name, by which a row names an entry; empty of none."""
    return [row[column] or "" for column in NAMING]


def _entry_answered(
    row: Row, since: int, source: ListSource, printed: Printed
) -> str | None:
    """The entry of which the person of a row, or anybody where it names nobody, answered so.

    By its id an entry is known of which anybody answered anything: it may be struck. By its number
    none of which that was answered before the workbook was written, up to answer ``since``: the
    lists of then are what its lines speak of.
    """
    place, number, name = _named_by(row)
    typed = {*name_key(name).split()}
    if not typed:
        return None
    said = source.answers.amendments.to_pylist()
    moves = moves_of(source.runs.table("followed"))
    person = row["decided_by"]
    for answer in said:
        then = answer["entry_id"]
        entry_id = moves.get(then, then)
        is_id = number in {then, entry_id}
        is_by = person is None or person_key(person) == person_key(answer["decided_by"])
        is_since = number.isdecimal() and answer["number"] > since
        if not is_id and not (is_since and is_by and says_same(row, answer)):
            continue
        of_entry = [other for other in said if other["entry_id"] == then]
        names, places = _known_of(then, entry_id, of_entry, source)
        is_meant = is_id or (
            _is_at(place, places) and _is_numbered(row, entry_id, printed, source)
        )
        if is_meant and typed <= {*name_key(" ".join(filter(None, names))).split()}:
            return str(entry_id)
    return None


def _known_of(
    then: str, entry_id: str, of_entry: Iterable[Row], source: ListSource
) -> tuple[list[str | None], list[Precinct]]:
    """(The names, the places) of an entry: as listed, as in a register, and as answered.

    ``then``: the id under which it was answered.
    """
    names = [other["value"] for other in of_entry if other["field"] in _NAMES]
    places = [(other["constituency"], other["precinct"]) for other in of_entry]
    subjects = rows_among(source.answers.subjects, "entry_id", [then])
    for text in subjects.column("cells").to_pylist():
        cells = strict_json.loads(text)
        names += [cells.get(part) for part in _NAMES]
        places.append((cells.get("constituency"), cells.get("precinct")))
    voters = rows_among(source.runs.table("voters"), "entry_id", [entry_id])
    for voter in voters.to_pylist():
        names += [voter[part] for part in NAME_PARTS]
    return names, places


def _is_at(place: str, places: Iterable[Precinct]) -> bool:
    """True where one of these places, (constituency, precinct), is what a row says."""
    constituency, _, precinct = place.rpartition("/")
    return any(
        str(listed) == precinct and constituency in {"", str(home)}
        for home, listed in places
    )


def _is_numbered(row: Row, entry_id: str, printed: Printed, source: ListSource) -> bool:
    """False where an entry of the precinct that a row names cannot be meant by its number.

    On the list of the row's own run it has another one; on a list that was made anew it has a
    namesake.
    """
    place, number, name = _named_by(row)
    listed = printed.entry(entry_id)
    if listed is None or str(listed["precinct"]) != place.rpartition("/")[2]:
        return True
    if row["run_id"] == source.runs.run:
        return str(listed["number"]) == number
    return {*_namesakes(listed, name, printed)} <= {entry_id}


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
    person: Row | None, number: str, name: str, printed: Printed
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
    fitting = _namesakes(person, name, printed).values()
    names = {tuple(name_key(row[part] or "") for part in NAME_PARTS) for row in fitting}
    if len(names) > 1:
        # The next number of a list by name is often the same surname.
        return "named-unclear"
    return "named-several" if len(fitting) > 1 else None


def _namesakes(person: Row, name: str, printed: Printed) -> dict[str, Row]:
    """Who of the precinct of somebody is called so, by the entry."""
    lists = printed.of((person["constituency"], person["precinct"])).values()
    return {row["entry_id"]: row for row in lists if is_called(row, name)}
