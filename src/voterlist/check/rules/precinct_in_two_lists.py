"""Rule ``precinct-in-two-lists``: several lists of one precinct."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.check.context import Context
from voterlist.check.shared import mostly_set_aside
from voterlist.findings import PRECINCT_PLACE, make
from voterlist.model import ListKind, Rule
from voterlist.tables import text_of

_SOURCES = "source_count_distinct"
"""The column in which Arrow counts the different values of ``source``."""


def find(context: Context, rule: Rule) -> pa.Table:
    """Precincts for which permanent lists of different content were handed in."""
    lists = context.lists
    is_permanent = pc.equal(text_of(lists, "list_kind"), ListKind.PERMANENT)
    has_entries = pc.greater(lists.column("entries"), 0)
    is_placed = lists.column("precinct").is_valid()
    usable = lists.filter(pc.and_(pc.and_(is_permanent, has_entries), is_placed))
    usable = usable.filter(pc.invert(mostly_set_aside(usable)))
    by_precinct = usable.group_by(list(PRECINCT_PLACE), use_threads=False)
    counted = by_precinct.aggregate([("source", "count_distinct")])
    several = counted.filter(pc.greater(counted.column(_SOURCES), 1))
    columns = {name: several.column(name) for name in PRECINCT_PLACE}
    columns |= {"value": several.column(_SOURCES), "limit": 1}
    return make(rule, several.num_rows, columns)
