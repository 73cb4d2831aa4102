"""Rule ``age-structure-outlier``: unusual ages."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.measures import ages_judged, outlier_findings
from voterlist.model import Rule


def find(context: Context, rule: Rule) -> pa.Table:
    """Precincts whose voters are of other ages than those of the rest of the constituency."""
    return outlier_findings(context, rule, context.cached(ages_judged), "birth_date")
