"""The data dictionary: every table and column with its type and meaning, as a page of the docs.

``python -m voterlist.schemas.dictionary > docs/tables.md`` writes the page; a test holds it.
"""

from __future__ import annotations

import sys
from itertools import chain

import pyarrow as pa

from voterlist.schemas import (
    audit,
    cycles,
    entries,
    findings,
    invented,
    linkage,
    lists,
    quality,
    registers,
    review,
    statistics,
    streets,
    voters,
)
from voterlist.schemas.columns import WORD, Column, Table

TABLES: tuple[Table, ...] = tuple(
    chain.from_iterable(
        module.TABLES
        for module in (
            entries,
            voters,
            findings,
            linkage,
            review,
            quality,
            lists,
            audit,
            registers,
            statistics,
            cycles,
            streets,
            invented,
        )
    )
)
"""Every table, in the order in which they come up on the way from a list to a report."""

_HEAD = """\
# The tables

Every table that crosses a boundary between stages, by its name in `voterlist.schemas`. Which file
of a run holds which table is in [workspace.md](workspace.md). A column is null where nothing is
known; a text is never empty. A *word* is a text of few distinct values, dictionary-encoded: a code
whose meaning the catalogue has in each language. Tables that leave a stage are sorted by their
first columns.

This page is written by `python -m voterlist.schemas.dictionary`.
"""


def page() -> str:
    """The data dictionary as Markdown."""
    return "\n".join([_HEAD, *(_section(table) for table in TABLES)])


def _section(table: Table) -> str:
    rows = "\n".join(_row(column) for column in table.columns)
    head = "| column | type | null | meaning |\n|---|---|---|---|"
    return f"## {table.name}\n\n{table.meaning}\n\n{head}\n{rows}\n"


def _row(column: Column) -> str:
    null = "no" if column.known else "yes"
    return (
        f"| `{column.name}` | {_type_name(column.kind)} | {null} | {column.meaning} |"
    )


def _type_name(kind: pa.DataType) -> str:
    if kind == WORD:
        return "word"
    if pa.types.is_list(kind):
        return f"list of {_type_name(kind.value_type)}"
    names = {"string": "text", "double": "float64", "bool": "boolean"}
    return names.get(str(kind), str(kind))


if __name__ == "__main__":
    sys.stdout.write(page())
