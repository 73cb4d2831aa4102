"""Why the pair that ties a case has its weight: its waterfall, out of the linkage's tables."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.report.sections.cases.model import Step, Waterfall
from voterlist.schemas import PAIR_FIELDS, SHARED_FIELDS

__all__ = ["read_waterfalls", "waterfalls_of"]

_ENDS = ["entry_l", "entry_r"]
_MISSING = "missing"
_SUMS = ("prior", "rarity", "rivals", "weight", "probability")
_RIVALS = ("twins", "relatives", "strangers")


def waterfalls_of(cases: pa.Table, pairs: pa.Table, waterfalls: pa.Table) -> dict[str, Waterfall]:
    """The waterfall of the tying pair of each case of a CASE table, by case id.

    The tying pair is the first pair of the case's own entries that has the case's weight. Cases
    without one are left out.
    """
    if not waterfalls.num_rows or not pairs.num_rows:
        return {}
    tying = _tying_pairs(cases, pairs)
    chosen = pairs.take(pa.array(tying["pair"], pa.int64()))
    by_ends = {fall.entries: fall for fall in read_waterfalls(chosen, waterfalls)}
    ends = zip(tying["entry_l"], tying["entry_r"], strict=True)
    named = zip(tying["case_id"], ends, strict=True)
    return {case_id: by_ends[pair] for case_id, pair in named if pair in by_ends}


def _tying_pairs(cases: pa.Table, pairs: pa.Table) -> pd.DataFrame:
    """``case_id``, ``entry_l``, ``entry_r``, and ``pair``: the tying pair's row in ``pairs``."""
    is_near = pc.is_in(pairs.column("entry_l"), value_set=pc.unique(cases.column("entry_id")))
    rows = pc.indices_nonzero(is_near)
    near = pairs.select([*_ENDS, "weight"]).take(rows).to_pandas().assign(pair=rows.to_numpy())
    members = cases.select(["case_id", "entry_id", "weight"]).to_pandas()
    left = members.merge(near, left_on=["entry_id", "weight"], right_on=["entry_l", "weight"])
    inside = left.drop(columns="entry_id").merge(
        members,
        left_on=["case_id", "entry_r", "weight"],
        right_on=["case_id", "entry_id", "weight"],
    )
    ordered: pd.DataFrame = inside.sort_values(["case_id", *_ENDS])
    return ordered.drop_duplicates("case_id")


def read_waterfalls(pairs: pa.Table, waterfalls: pa.Table) -> list[Waterfall]:
    """The waterfalls of these rows of PAIR, in their order.

    A pair that WATERFALL does not hold is left out.
    """
    asked = pc.unique(pairs.column("entry_l"))
    near = waterfalls.filter(pc.is_in(waterfalls.column("entry_l"), value_set=asked))
    columns = [*_ENDS, "weight", "probability", *(f"{field}_level" for field in PAIR_FIELDS)]
    joined = pairs.select(columns).to_pandas().merge(near.to_pandas(), on=_ENDS)
    return [_waterfall(row) for row in joined.to_dict("records")]


def _waterfall(row: dict[str, Any]) -> Waterfall:
    known = [field for field in PAIR_FIELDS if row[f"{field}_level"] != _MISSING]
    return Waterfall(
        entries=(str(row["entry_l"]), str(row["entry_r"])),
        steps=tuple(_step(field, row) for field in known),
        **{name: float(row[name]) for name in _SUMS},
        **{name: float(row[f"p_{name}"]) for name in _RIVALS},
    )


def _step(field: str, row: dict[str, Any]) -> Step:
    rarity = row[f"{field}_rarity"] if field in SHARED_FIELDS else None
    shared = None if rarity is None or pd.isna(rarity) else float(rarity)
    return Step(field, str(row[f"{field}_level"]), float(row[f"{field}_bits"]), shared)
