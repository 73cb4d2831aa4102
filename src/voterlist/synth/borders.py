"""The register of the precincts' streets of an invented nation.

Which streets and houses belong to which precinct.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from voterlist.synth.lexicon import Lexicon
from voterlist.synth.plan import Plan

Numbers = npt.NDArray[Any]

BORDERS = pa.schema(
    [
        ("constituency", pa.int32()),
        ("precinct", pa.int32()),
        ("settlement", pa.string()),
        ("street", pa.string()),
        ("houses", pa.string()),
    ]
)
"""One row a street of a precinct, as a commission types it; ``houses`` from the lowest to the
highest."""


def street(names: Lexicon, number: int) -> str:
    """A street with its kind."""
    return " ".join(names.streets[number])


def settlement(names: Lexicon, number: int) -> str | None:
    """A village with its kind; None for a town's streets, which stand without."""
    return f"{names.villages[number]} kəndi" if number >= 0 else None


def borders(plan: Plan, into: Numbers) -> pa.Table:
    """BORDERS of all dwellings, by precinct, settlement and street.

    ``into`` gives the list in whose precinct each list's dwellings lie.
    """
    homes, names = plan.dwellings, plan.names
    at = into[homes.precinct]
    order = np.lexsort((homes.house, homes.street, homes.village, at))
    key = np.column_stack([at, homes.village, homes.street])[order]
    starts = (
        np.flatnonzero(np.r_[True, (key[1:] != key[:-1]).any(axis=1)])
        if len(order)
        else np.array([], np.int64)
    )
    ends = np.r_[starts[1:], len(order)][: len(starts)] - 1
    low, high = homes.house[order[starts]], homes.house[order[ends]]
    place = key[starts, 0].astype(np.int64) if len(order) else np.array([], np.int64)
    return pa.table(
        {
            "constituency": plan.numbers[plan.precincts.constituency[place]],
            "precinct": plan.precincts.number[place],
            "settlement": pa.array(
                [settlement(names, int(one)) for one in key[starts, 1]], pa.string()
            ),
            "street": pa.array(
                [street(names, int(one)) for one in key[starts, 2]], pa.string()
            ),
            "houses": pa.array(
                [f"{one}-{other}" for one, other in zip(low, high, strict=True)],
                pa.string(),
            ),
        }
    ).cast(BORDERS)
