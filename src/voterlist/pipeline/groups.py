"""Groups of voters that are held against each other: by sex, years of birth, script, place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.facts.latin import lower, script_of
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


def _place(address: str) -> str | None:
    """Town or village, as far as a folded address names one; a village of a town is one."""
    words = address.split()
    return next((to for word, to in _SETTLEMENTS.items() if word in words), None)


_SETTLEMENTS = {"kend": "village", "qesebe": "town", "seher": "town"}
_MADE_OF: dict[str, tuple[str, tuple[str, ...], Callable[[Any], str | None]]] = {
    "sex": ("voters", ("sex",), str),
    "born": ("voters", ("birth_year",), lambda year: str(int(year) // 10 * 10)),
    "script": ("entries", ("surname", "full_name"), _script),
    "surname": ("voters", ("surname",), _ending),
    "place": ("voters", ("address",), _place),
}
"""Grouping -> table, column, and the group of a value."""


def groupings(
    select: Select, displaced: Collection[int]
) -> Iterator[tuple[str, pa.Table]]:
    """Those of FAIRNESS by name, each as ``groups_of`` gives it.

    ``displaced``: the constituencies of displaced people; without any there is no such grouping.
    """
    for name in ("sex", "born", "script", "place"):
        grouped = groups_of(name, select)
        yield name, grouped
    if displaced:
        is_one = pc.is_in(
            grouped.column("constituency"), value_set=pa.array(displaced, pa.int32())
        )
        groups = pc.if_else(is_one, "displaced", "others")
        yield "displaced", grouped.set_column(2, "group", groups)


def groups_of(name: str, select: Select) -> pa.Table:
    """``entry_id``, ``constituency`` and ``group`` of every entry; null where it is not known.

    Args:
        name: ``sex``, ``born`` (ten years), ``script`` of the surname as written, ``surname`` (how
            it ends), or ``place`` (town or village).
        select: gives columns of ``entries`` and ``voters``.
    """
    table, columns, group = _MADE_OF[name]
    schema = {"entries": ENTRY, "voters": VOTER}[table]
    names = ("entry_id", "constituency")
    rows = select(table, pa.schema([schema.field(each) for each in (*names, *columns)]))
    texts = [rows.column(column).cast(pa.string()) for column in columns]
    groups = map_unique(pc.coalesce(*texts), group)
    return pa.table([*rows.columns[:2], groups], names=[*names, "group"])
