"""Why the pair that ties a case has its weight: its waterfall, out of the linkage's tables."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.report.sections.cases.model import Step, Waterfall
from voterlist.schemas import SHARED_FIELDS

__all__ = ["read_waterfalls", "waterfalls_of"]

_ENDS = ["entry_l", "entry_r"]
_MISSING = "missing"
_BITS = "_bits"


def waterfalls_of(
    cases: pa.Table, pairs: pa.Table, waterfalls: pa.Table
) -> dict[str, Waterfall]:
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
    is_near = pc.is_in(
        pairs.column("entry_l"), value_set=pc.unique(cases.column("entry_id"))
    )
    rows = pc.indices_nonzero(is_near)
    near = (
        pairs.select([*_ENDS, "weight"])
        .take(rows)
        .to_pandas()
        .assign(pair=rows.to_numpy())
    )
    members = cases.select(["case_id", "entry_id", "weight"]).to_pandas()
    left = members.merge(
        near, left_on=["entry_id", "weight"], right_on=["entry_l", "weight"]
    )
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
    fields = _fields(waterfalls)
    left_ids = pc.unique(pairs.column("entry_l"))
    near = waterfalls.filter(pc.is_in(waterfalls.column("entry_l"), value_set=left_ids))
    columns = [*_ENDS, "weight", "probability", *(f"{field}_level" for field in fields)]
    joined = pairs.select(columns).to_pandas().merge(near.to_pandas(), on=_ENDS)
    return [_waterfall(row, fields) for row in joined.to_dict("records")]


def _fields(waterfalls: pa.Table) -> list[str]:
    """The comparisons of a WATERFALL table, in its order."""
    names = [name for name in waterfalls.column_names if name.endswith(_BITS)]
    return [name.removesuffix(_BITS) for name in names]


def _waterfall(row: dict[str, Any], fields: list[str]) -> Waterfall:
    known = [field for field in fields if row[f"{field}_level"] != _MISSING]
    return Waterfall(
        entries=(str(row["entry_l"]), str(row["entry_r"])),
        prior=float(row["prior"]),
        steps=tuple(_step(field, row) for field in known),
        term_frequency=float(_of_either(row, "term_frequency", "rarity")),
        rivals=float(row["rivals"]),
        weight=float(row["weight"]),
        probability=float(row["probability"]),
        twins=float(row["p_twins"]),
        relatives=float(row["p_relatives"]),
        unrelated=float(_of_either(row, "p_unrelated", "p_strangers")),
    )


def _step(field: str, row: dict[str, Any]) -> Step:
    shared = None
    if field in SHARED_FIELDS:
        bits = _of_either(row, f"{field}_term_frequency", f"{field}_rarity")
        shared = None if pd.isna(bits) else float(bits)
    return Step(field, str(row[f"{field}_level"]), float(row[f"{field}_bits"]), shared)


def _of_either(row: dict[str, Any], name: str, former_name: str) -> Any:
    """The value of a column that tables of version 0.1.0 have under its former name."""
    return row[name] if name in row else row[former_name]
