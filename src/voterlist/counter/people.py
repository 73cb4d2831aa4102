"""Whom an application is about: the entry on the list, and what the applicant says."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.counter.asking import Question
from voterlist.errors import UsageError
from voterlist.fields import BORN, ENTRY_FIELDS, IDENTIFIERS, NAME_PARTS, NAMES
from voterlist.ingest.ids import entry_ids
from voterlist.model import ListKind, Precinct, frozen
from voterlist.normalize.corrections import read_correction
from voterlist.normalize.fullname import split_full_name
from voterlist.normalize.stage import normalize
from voterlist.pipeline.known import known, read_table
from voterlist.schemas import ENTRY
from voterlist.storage.ledger import Reader
from voterlist.tables import Row, from_rows

REGISTER = "applications"
"""The source of the row of somebody who is added, which is like the row of a register."""
_NAMES = ("surname_skeleton", "given_skeleton", "patronymic_skeleton")
_COMPARED = (*_NAMES, *BORN, *IDENTIFIERS)


@frozen
class Person:
    """A person as an applicant tells of them."""

    name: str = ""
    """In one text; the parts of it may stand in ``values``."""
    born: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    """Fields of ENTRY, and what else an application sets."""

    @property
    def question(self) -> Question:
        """What is asked at the counter to find the person."""
        parts = [self.values[name] for name in NAME_PARTS if self.values.get(name)]
        words = self.values.get("full_name") or self.name
        born = self.values.get("birth_date") or self.born
        fin = self.values.get("fin")
        return Question(" ".join(parts) if len(parts) > 1 else words, fin, born or None)

    @property
    def cells(self) -> Row:
        """What is known of the person, as a row of ENTRY of no place."""
        row: Row = self.row(0, (None, None)).to_pylist()[0]
        return row

    def row(self, number: int, place: Precinct) -> pa.Table:
        """ENTRY: one row that says what is known of the person, as a register would.

        Args:
            number: of the application; it is the line of the row.
            place: the constituency and the precinct where the person belongs.
        """
        cells: Row = {
            name: self.values[name] for name in ENTRY_FIELDS if name in self.values
        }
        whole = split_full_name(cells.get("full_name") or self.name)
        if "surname" not in cells and whole.surname and whole.given_name:
            # Parts are kept as they are written; a whole name would be spelt as usual.
            cells.pop("full_name", None)
            cells |= {name: getattr(whole, name) for name in NAME_PARTS}
        elif "surname" not in cells:
            cells.setdefault("full_name", self.name or None)
        cells.setdefault("birth_date", self.born or None)
        constituency, precinct = place
        cells |= {
            "entry_id": "",
            "constituency": constituency,
            "precinct": precinct,
            "list_kind": ListKind.PERMANENT.value,
            "source": REGISTER,
            "line": number,
        }
        row = from_rows([cells], ENTRY)
        return row.set_column(0, ENTRY.field("entry_id"), entry_ids(row))


_IN_NAMES = frozenset(" -'’ʼ`.")
"""Signs that stand in names beside letters."""


def wrong_values(person: Person, today: dt.date) -> list[str]:
    """The fields of a person that say what cannot be: no date, no FIN, a name with other signs."""
    told = {name: text for name, text in person.values.items() if name in ENTRY_FIELDS}
    told = {"full_name": person.name, "birth_date": person.born, **told}
    return [
        name
        for name, text in told.items()
        if text
        and (
            read_correction(name, text, today).problem is not None
            or (
                name in NAMES
                and {unicodedata.category(sign)[0] for sign in {*text} - _IN_NAMES}
                - {"L", "M"}
            )
        )
    ]


def entry_of(workspace: Path, ledger: Reader, entry_id: str | None) -> Row | None:
    """The entry as it was handed in or added (a row of ENTRY); None where no list has it.

    Raises:
        InputError: a table of the run is damaged.
    """
    try:
        runs = known(workspace, ledger)
    except UsageError:
        return None
    number = (entry_id or "")[:3]
    folder = runs.folder_of(int(number) if number.isdecimal() else None)
    return next(iter(entry_in(folder, entry_id).to_pylist()), None)


def entry_in(folder: Path, entry_id: str | None) -> pa.Table:
    """ENTRY: the entry of a run as it was handed in or added; no row where there is none.

    Raises:
        InputError: a table of the run is damaged.
    """
    is_own = pc.field("entry_id") == entry_id
    entry = read_table(folder, "entries", is_own)
    return entry if entry.num_rows else read_table(folder, "additions", is_own)


def agree(entry: Row, person: Person) -> bool:
    """True where nothing that is known of both the entry and the person differs."""
    return _agree(*_known_of([entry, person.cells]))


def agreeing(people: Sequence[Row], persons: Iterable[Person]) -> list[Row]:
    """Those of these people of whom something is known of one of the persons too, and agrees.

    All are read at once: at the counter of a nation thousands were added since the run.
    """
    known = _known_of([*people, *(person.cells for person in persons)])
    told = known[len(people) :]
    return [
        row
        for row, own in zip(people, known, strict=False)
        if any(own.keys() & other.keys() and _agree(own, other) for other in told)
    ]


def is_identified(entry: Row, person: Person) -> bool:
    """True where the name and an identifier, FIN or document, are those of the entry."""
    one, other = _known_of([entry, person.cells])
    both = one.keys() & other.keys()
    is_known = {*_NAMES[:2]} <= both and not both.isdisjoint(IDENTIFIERS)
    return is_known and _agree(one, other)


def _agree(one: Row, other: Row) -> bool:
    return all(one[name] == other[name] for name in one.keys() & other.keys())


def _known_of(rows: Sequence[Row]) -> list[Row]:
    """What is known of each row of ENTRY, by column of VOTER. Blanks never match."""
    # Each is of a list of its own: the dates of one do not say how those of another are read.
    apart = [{**row, "source": str(at)} for at, row in enumerate(rows)]
    voters = normalize(from_rows(apart, ENTRY)).table.select(_COMPARED)
    return [
        {name: cell for name, cell in row.items() if cell is not None}
        for row in voters.to_pylist()
    ]
