"""Why the pair that ties a case has its weight.

Its waterfall, looked up in the tables of the linkage.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.report.model import Step, Waterfall
from voterlist.schemas import SHARED_FIELDS, with_current_names

__all__ = ["build_why", "read_waterfalls"]

_ENDS = ["entry_l", "entry_r"]
_MISSING = "missing"
_BITS = "_bits"


def build_why(
    cases: pa.Table, pairs: pa.Table, waterfalls: pa.Table | None
) -> dict[str, Waterfall]:
    """The waterfall of the tying pair of each case of a CASE table, by case id.

    The tying pair is the first pair of the case's own entries that has the case's weight. Cases
    without one, and all cases where ``waterfalls`` is None, are left out.
    """
    if waterfalls is None or not waterfalls.num_rows or not pairs.num_rows:
        return {}
    ids = pc.unique(cases.column("entry_id"))
    near = pairs.filter(pc.is_in(pairs.column("entry_l"), value_set=ids))
    ends = near.select([*_ENDS, "weight"]).to_pandas().reset_index(names="row")
    members = cases.select(["case_id", "entry_id", "weight"]).to_pandas()
    inside = members.merge(ends, left_on=["entry_id", "weight"], right_on=["entry_l", "weight"])
    inside = inside.drop(columns="entry_id").merge(
        members,
        left_on=["case_id", "entry_r", "weight"],
        right_on=["case_id", "entry_id", "weight"],
    )
    first = inside.sort_values(["case_id", *_ENDS]).drop_duplicates("case_id")
    found = read_waterfalls(near.take(pa.array(first["row"], pa.int64())), waterfalls)
    by_ends = {fall.entries: fall for fall in found}
    named = zip(first["case_id"], zip(first["entry_l"], first["entry_r"], strict=True), strict=True)
    return {case_id: by_ends[ends] for case_id, ends in named if ends in by_ends}


def read_waterfalls(pairs: pa.Table, waterfalls: pa.Table) -> list[Waterfall]:
    """The waterfalls of these rows of PAIR, in their order.

    A pair that WATERFALL does not hold is left out.
    """
    waterfalls = with_current_names(waterfalls)
    near = waterfalls.filter(
        pc.is_in(waterfalls.column("entry_l"), value_set=pc.unique(pairs.column("entry_l")))
    )
    fields = _fields(waterfalls)
    columns = [*_ENDS, "weight", "probability", *(f"{field}_level" for field in fields)]
    joined = pairs.select(columns).to_pandas().merge(near.to_pandas(), on=_ENDS)
    return [_waterfall(row, fields) for row in joined.to_dict("records")]


def _fields(waterfalls: pa.Table) -> list[str]:
    """The comparisons of a WATERFALL table; those that a user added stand last."""
    names = [name for name in waterfalls.column_names if name.endswith(_BITS)]
    return [name.removesuffix(_BITS) for name in names]


def _waterfall(row: dict[str, Any], fields: list[str]) -> Waterfall:
    names = ("prior", "rivals", "weight", "probability")
    return Waterfall(
        entries=(str(row["entry_l"]), str(row["entry_r"])),
        steps=tuple(
            _step(field, row) for field in fields if row[f"{field}_level"] != _MISSING
        ),
        **{name: float(row[name]) for name in names},
        rarity=float(row["term_frequency"]),
        **{name: float(row[f"p_{name}"]) for name in ("twins", "relatives")},
        strangers=float(row["p_unrelated"]),
    )


def _step(field: str, row: dict[str, Any]) -> Step:
    rarity = row[f"{field}_term_frequency"] if field in SHARED_FIELDS else None
    shared = None if rarity is None or pd.isna(rarity) else float(rarity)
    return Step(field, str(row[f"{field}_level"]), float(row[f"{field}_bits"]), shared)
