"""Whom an application is about: the entry on the list, and what the applicant says."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.counter.asking import Question
from voterlist.errors import UsageError
from voterlist.fields import ENTRY_FIELDS, IDENTIFIERS, NAME_PARTS, NAMES
from voterlist.ingest.ids import entry_ids
from voterlist.model import ListKind
from voterlist.normalize import normalize, read_correction
from voterlist.normalize.fullname import split_full_name
from voterlist.pipeline.known import known, read_table
from voterlist.schemas import ENTRY
from voterlist.storage.ledger import Reader
from voterlist.tables import Row, from_rows

REGISTER = "applications"
"""The source of the row of somebody who is added, which is like the row of a register."""
_NAMES = ("surname_skeleton", "given_skeleton", "patronymic_skeleton")
_COMPARED = (*_NAMES, "birth_year", "birth_month", "birth_day", *IDENTIFIERS)


@dataclass(frozen=True, slots=True)
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

    def row(self, number: int, place: tuple[int | None, int | None]) -> pa.Table:
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
    is_own = pc.field("entry_id") == entry_id
    rows = read_table(folder, "entries", is_own).to_pylist()
    rows = rows or read_table(folder, "additions", is_own).to_pylist()
    return rows[0] if rows else None


def agree(entry: Row, person: Person, least: int = 0) -> bool:
    """True where nothing that is known of both the entry and the person differs.

    ``least``: of how many parts of a name or a date, or numbers, both have to be known.
    """
    both = _known_of_both(entry, person).values()
    return len(both) >= least and all(one == other for one, other in both)


def is_identified(entry: Row, person: Person) -> bool:
    """True where the name and an identifier, FIN or document, are those of the entry."""
    both = _known_of_both(entry, person)
    has_name = {*_NAMES[:2]} <= both.keys()
    return has_name and bool(both.keys() & IDENTIFIERS) and agree(entry, person)


def _known_of_both(entry: Row, person: Person) -> dict[str, tuple[object, object]]:
    """What is known of the entry and of the person, by column of VOTER. Blanks never match."""
    of_entry = from_rows([dict(entry)], ENTRY)
    one, other = (
        normalize(row).table.select(_COMPARED).to_pylist()[0]
        for row in (of_entry, person.row(0, (None, None)))
    )
    return {
        name: (one[name], other[name])
        for name in _COMPARED
        if one[name] is not None and other[name] is not None
    }
