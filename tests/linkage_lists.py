"""Small VOTER tables for the tests of linkage, made from a few columns."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist import schemas, tables

FIELDS = {
    "surname": "surname_skeleton",
    "stem": "surname_stem",
    "given_name": "given_skeleton",
    "patronymic": "patronymic_skeleton",
    "year": "birth_year",
    "month": "birth_month",
    "day": "birth_day",
}
FIRSTS = ("John", "Mary", "Peter", "Susan", "Walter", "Ruth", "Henry", "Alice", "Jonas")
LASTS = (
    *("Miller", "Brown", "Archer", "Fox", "Turner", "Woods", "Baker", "Carter"),
    "Ives",
)
"""Names of people elsewhere."""


def voters(**columns):
    """A VOTER table.

    Short names stand for the skeletons, ``stem`` follows ``surname`` where not given.
    """
    rows = len(next(iter(columns.values()))) if columns else 0
    named = {FIELDS.get(name, name): values for name, values in columns.items()}
    named.setdefault("entry_id", [f"e{number:06d}" for number in range(rows)])
    named.setdefault("list_kind", ["permanent"] * rows)
    if "surname" in columns:
        named.setdefault("surname_stem", columns["surname"])
    return tables.from_columns(named, schemas.VOTER, rows)


def crowd(size, seed=1, doubles=0):
    """``size`` people with random names and homes; the first ``doubles`` have two entries."""
    random = np.random.default_rng(seed)
    letters = np.array(list("abdefgilmnorstuvz"))
    syllables = ["".join(random.choice(letters, 2)) + "a" for _ in range(60)]

    def names(count, parts):
        return ["".join(random.choice(syllables, parts)) for _ in range(count)]

    surnames, given, fathers = names(400, 3), names(200, 2), names(200, 2)
    pick = random.integers
    columns = {
        "surname": [surnames[i] for i in pick(0, 400, size)],
        "given_name": [given[i] for i in pick(0, 200, size)],
        "patronymic": [fathers[i] for i in pick(0, 200, size)],
        "year": (1930 + pick(0, 75, size)).tolist(),
        "month": pick(1, 13, size).tolist(),
        "day": pick(1, 29, size).tolist(),
        "sex": [("m", "f")[i] for i in pick(0, 2, size)],
        "street": [surnames[i] for i in pick(0, 50, size)],
        "house": [str(i) for i in pick(1, 60, size)],
        "flat": [str(i) for i in pick(1, 40, size)],
        "constituency": pa.array(np.ones(size), pa.int32()),
        "precinct": pa.array(pick(1, 6, size), pa.int32()),
    }
    table = voters(**columns)
    if doubles:
        again = table.slice(0, doubles)
        ids = pa.array([f"z{number:06d}" for number in range(doubles)])
        again = again.set_column(0, schemas.VOTER.field("entry_id"), ids)
        table = tables.concat([table, again], schemas.VOTER)
    return table
