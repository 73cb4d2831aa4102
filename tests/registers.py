"""A small register without a fault, as dictionaries of lists, for tests to plant one fault in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from voterlist.check import check
from voterlist.check.coincidences import count_coincidences
from voterlist.check.context import Context
from voterlist.config.sections import CheckSettings
from voterlist.schemas import ENTRY, LIST, STREET, VOTER
from voterlist.tables import from_columns

ON_DAY = dt.date(2026, 2, 3)
PRECINCTS = (1, 2, 3)
EACH = 120

_STEMS = (
    "mammad",
    "aliy",
    "huseyn",
    "hasan",
    "quliy",
    "ismayil",
    "ahmad",
    "abdulla",
    "abbas",
    "cafar",
    "karim",
)
_MEN = (
    "elnur",
    "rauf",
    "tural",
    "vuqar",
    "kamran",
    "sabuhi",
    "orxan",
    "emin",
    "ilqar",
    "zaur",
    "murad",
    "faiq",
)
_WOMEN = (
    "sevda",
    "nigar",
    "aytan",
    "lamiya",
    "gunel",
    "ulviya",
    "konul",
    "rena",
    "aysel",
    "zahra",
    "fidan",
    "tarana",
)


@dataclass
class Tables:
    """What ``check`` takes, as dictionaries of lists.

    Entry ``row`` of precinct ``p`` stands at ``at(p, row)``.
    """

    voters: dict[str, list[Any]]
    entries: dict[str, list[Any]]
    lists: dict[str, list[Any]]
    streets: dict[str, list[Any]]

    def at(self, precinct: int, row: int) -> int:
        """The row in the tables of this row of a precinct."""
        return PRECINCTS.index(precinct) * EACH + row

    def copy_person(self, source: int, to: int) -> None:
        """Write the names, sex and date of one voter over those of another."""
        for name in VOTER.names:
            if name.startswith(("surname", "given", "patronymic", "birth", "sex")):
                self.voters[name][to] = self.voters[name][source]

    def arrow(self) -> tuple[pa.Table, pa.Table, pa.Table]:
        """VOTER, ENTRY and LIST."""
        tables = zip(
            (self.voters, self.entries, self.lists), (VOTER, ENTRY, LIST), strict=True
        )
        voters, entries, lists = (
            from_columns({k: _array(v, s, k) for k, v in t.items()}, s)
            for t, s in tables
        )
        return voters, entries, lists

    def findings(self, settings: CheckSettings | None = None) -> list[dict[str, Any]]:
        """What ``check`` finds, without nulls and without source, sheet and line."""
        streets = from_columns(
            {k: _array(v, STREET, k) for k, v in self.streets.items()}, STREET
        )
        found = check(
            *self.arrow(), settings or CheckSettings(), on_day=ON_DAY, streets=streets
        ).to_pylist()
        places = ("source", "sheet", "line")
        return [
            {k: v for k, v in row.items() if v is not None and k not in places}
            for row in found
        ]

    def coincidences(self) -> list[dict[str, Any]]:
        """COINCIDENCE of the register as rows."""
        return count_coincidences(
            Context.of(*self.arrow(), CheckSettings(), ON_DAY)
        ).to_pylist()


def _array(values: list[Any], schema: pa.Schema, name: str) -> pa.Array:
    kind = schema.field(name).type
    return pa.array(values, pa.string() if pa.types.is_dictionary(kind) else kind)


def clean() -> Tables:
    """Three precincts of 120 voters, four to a dwelling, each dwelling of one surname.

    No rule finds anything.
    """
    voters: dict[str, list[Any]] = {name: [] for name in VOTER.names}
    entries: dict[str, list[Any]] = {name: [] for name in ENTRY.names}
    for precinct in PRECINCTS:
        for row in range(EACH):
            voter, entry = _voter(precinct, row)
            for columns, values in ((voters, voter), (entries, entry)):
                for name in columns:
                    columns[name].append(values.get(name))
    lists = {
        "source": [f"{precinct:012x}" for precinct in PRECINCTS],
        "constituency": [17] * len(PRECINCTS),
        "precinct": list(PRECINCTS),
        "list_kind": ["permanent"] * len(PRECINCTS),
        "rows": [EACH] * len(PRECINCTS),
        "entries": [EACH] * len(PRECINCTS),
        "set_aside": [0] * len(PRECINCTS),
    }
    streets = {
        "constituency": [17] * len(PRECINCTS),
        "precinct": list(PRECINCTS),
        "street": [f"kuce {precinct}" for precinct in PRECINCTS],
        "covers": ["all"] * len(PRECINCTS),
        "first": [1] * len(PRECINCTS),
        "last": [9] * len(PRECINCTS),
        "source": ["f" * 12] * len(PRECINCTS),
        "line": [2, 3, 4],
    }
    return Tables(voters, entries, lists, streets)


def _voter(precinct: int, row: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """One voter and the entry it stands in.

    The numbers are spread so that nothing heaps and nobody is met twice.
    """
    serial = precinct * EACH + row
    male = row % 2 == 0
    stem = _STEMS[(serial // 4) % len(_STEMS)]
    given = (_MEN if male else _WOMEN)[(serial // 2) % 12]
    father = _MEN[(serial // 24 + precinct) % 12]
    year, month, day = (
        1940 + (serial * 7) % 64,
        1 + (serial * 5) % 12,
        1 + (serial * 11) % 28,
    )
    sex = "m" if male else "f"
    house, flat = str(1 + row // 40), str(1 + (row // 4) % 10)
    place = {
        "entry_id": f"017-{precinct:04d}-{row:013d}",
        "constituency": 17,
        "precinct": precinct,
        "list_kind": "permanent",
    }
    surname = stem + ("ov" if male else "ova")
    patronymic = f"{father} {'oglu' if male else 'qizi'}"
    fin, document = f"{serial:07d}", f"AZE{serial:08d}"
    address = f"kuce {precinct} ev {house} menzil {flat}"
    voter = {
        **place,
        "surname": surname,
        "given_name": given,
        "patronymic": patronymic,
        "surname_skeleton": surname,
        "surname_stem": stem,
        "given_skeleton": given,
        "patronymic_skeleton": father,
        "sex": sex,
        "patronymic_sex": sex,
        "surname_sex": sex,
        "given_sex": sex,
        "birth_year": year,
        "birth_month": month,
        "birth_day": day,
        "fin": fin,
        "document": document,
        "address": address,
        "street": f"kuce {precinct}",
        "house": house,
        "flat": flat,
    }
    entry = {
        **place,
        "source": f"{precinct:012x}",
        "line": row + 2,
        "number": str(row + 1),
        "surname": surname,
        "given_name": given,
        "patronymic": patronymic,
        "birth_date": f"{day:02d}.{month:02d}.{year}",
        "sex": sex,
        "address": address,
        "document": document,
        "fin": fin,
    }
    return voter, entry
