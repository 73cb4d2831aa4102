"""Groups of voters that are held against each other: by sex, years of birth, script, place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pyarrow as pa

from voterlist.normalize.alphabet import lower, script_of
from voterlist.schemas import ENTRY, VOTER
from voterlist.tables import map_unique

Select: TypeAlias = Callable[[str, pa.Schema], pa.Table]
"""(``entries`` or ``voters``, schema) -> these columns of the table."""

_FEMININE = ("ova", "eva", "ina")


def _ending(surname: str) -> str:
    """How a surname ends, of men and women alike."""
    small = lower(surname)
    return (small.removesuffix("a") if small.endswith(_FEMININE) else small)[-2:]


def _script(surname: str) -> str:
    return script_of("".join(surname.split()[:1]))


_MADE_OF: dict[str, tuple[str, str, Callable[[Any], str]]] = {
    "sex": ("voters", "sex", str),
    "born": ("voters", "birth_year", lambda year: str(int(year) // 10 * 10)),
    "script": ("entries", "surname", _script),
    "surname": ("voters", "surname", _ending),
}
"""Grouping -> table, column, and the group of a value."""


def groups_of(name: str, select: Select) -> pa.Table:
    """``entry_id``, ``constituency`` and ``group`` of every entry; null where it is not known.

    Args:
        name: ``sex``, ``born`` (ten years), ``script`` of the surname as written, or ``surname``
            (how it ends).
        select: gives columns of ``entries`` and ``voters``.
    """
    table, column, group = _MADE_OF[name]
    schema = {"entries": ENTRY, "voters": VOTER}[table]
    names = ("entry_id", "constituency", column)
    rows = select(table, pa.schema([schema.field(each) for each in names]))
    values = rows.column(column).cast(pa.string())
    groups = map_unique(values, group)
    return pa.table([*rows.columns[:2], groups], names=[*names[:2], "group"])
