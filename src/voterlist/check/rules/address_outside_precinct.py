"""Rule ``address-outside-precinct``: address outside the precinct."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.precinct_borders import OUTSIDE, judge
from voterlist.model import Rule
from voterlist.schemas import FINDING


def find(context: Context, rule: Rule) -> pa.Table:
    """Entries whose street, or house, the register of streets gives to other precincts only.

    The value is the precinct that it gives the address to, of several the lowest; none where it
    names the street and nowhere the house.
    """
    if not context.streets.num_rows:
        return FINDING.empty_table()
    judged = judge(context.voters, context.streets)
    at = np.flatnonzero(judged.verdict == OUTSIDE)
    return context.entry_findings(rule, at, field="address", value=judged.precinct[at])
