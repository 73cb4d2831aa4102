"""The open tables: what is published of each list and constituency, and what it means."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from voterlist.catalogue import LANGUAGES, catalogue
from voterlist.centre.counting import CELLS, UNKNOWN
from voterlist.counter.applications import State
from voterlist.decisions.answers import grounds
from voterlist.lists.roll import LIST_KEY, REPEATED
from voterlist.lists.sheets import MOVED_IN, MOVED_OUT
from voterlist.model import Action, Asks, ListKind, Sex

LISTS = "lists"
"""The table of the exact numbers of voters."""
_COUNT = "count"
_CODES: Sequence[tuple[str, str, Iterable[str]]] = (
    ("list_kind", "list-kind.{}", ListKind),
    ("age_group sex", "figures.{}", ("rounding", "withheld")),
    ("age_group sex change ground", "figures.{}", (UNKNOWN,)),
    ("sex", "sex.{}", Sex),
    (
        "change",
        "figures.change.{}",
        (Action.ADD, MOVED_IN, Action.CORRECT, MOVED_OUT, REPEATED, Action.STRIKE),
    ),
    ("ground", "ground.{}.title", grounds()),
    ("what", "application.what.{}", Asks),
    ("state", "application.state.{}", State),
)
"""Columns, the key of the words for a code in them, and the codes that they may have."""

Rows = Mapping[tuple[Any, ...], int]
"""(constituency, precinct, kind of list, and what is counted) -> the published number."""


def files(tables: Mapping[str, Rows]) -> Iterator[tuple[str, pa.Table]]:
    """(name, table) of each open table, of precincts and of constituencies."""
    for name, rows in tables.items():
        columns = (*LIST_KEY, *CELLS.get(name, ()))
        yield f"{name}-by-precinct", _table(rows, columns)
        sums: Counter[tuple[Any, ...]] = Counter()
        for (constituency, _, *cell), number in rows.items():
            sums[constituency, *cell] += number
        yield f"{name}-by-constituency", _table(sums, (LIST_KEY[0], *columns[2:]))


def _table(rows: Rows, columns: tuple[str, ...]) -> pa.Table:
    """The rows in order; what is not known stands last."""
    ordered = sorted(rows, key=lambda cell: [(part is None, part) for part in cell])
    found = {
        name: pa.array(
            [cell[place] for cell in ordered],
            pa.int32() if name in LIST_KEY[:2] else pa.string(),
        )
        for place, name in enumerate(columns)
    }
    found[_COUNT] = pa.array([rows[cell] for cell in ordered], pa.int64())
    return pa.table(found)


def dictionary() -> str:
    """What each column and code means, in both languages, as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("column", "code", *LANGUAGES))
    columns = (*LIST_KEY, *(name for names in CELLS.values() for name in names), _COUNT)
    asked = [(name, "", f"figures.column.{name}") for name in columns]
    asked += [
        (name, str(code), key.format(code))
        for names, key, codes in _CODES
        for name in names.split()
        for code in codes
    ]
    for name, code, key in asked:
        writer.writerow(
            (name, code, *(catalogue(language)(key) for language in LANGUAGES))
        )
    return text.getvalue()
