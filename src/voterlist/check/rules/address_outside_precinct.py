"""Rule ``address-outside-precinct``: address outside the precinct."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.precinct_borders import OUTSIDE, judge
from voterlist.model import Rule, Severity, Unit
from voterlist.schemas import FINDING

RULE = Rule(
    "address-outside-precinct",
    Severity.WARNING,
    Unit.ENTRY,
    (
        "precinct borders are named by streets and house numbers: whoever lives outside of them "
        "votes elsewhere"
    ),
    looks_at=(
        "Does the register of streets give this street, or this house in it, to other precincts "
        "only? Asked of entries in permanent lists whose precinct has at least one row in the "
        "register (`reference/streets*`, see docs/streets.md). The value is the precinct "
        "that the register gives the address to, of several the lowest; a dash where it has the "
        "street but nowhere the house.\n\n"
        "An address counts as outside only where the register has the very name of its street, "
        "folded as in the lists. It counts as inside where the precinct has a street at least 80 % "
        "alike (`token_set_ratio` of RapidFuzz, so a first name or an initial left out is no "
        "difference) that may mean the house: a range covers its numbers with every letter and "
        "building; a house that the entry does not name, or a range that could not be read, may be "
        "any. A settlement that belongs to the precinct as a whole takes in its streets. Streets "
        "of one name in two settlements are two where both sides name the settlement.\n\n"
        "How many addresses could be judged stands in the table `register_use` under `streets`, "
        "with the reason why the others could not."
    ),
    false_alarms=(
        "A register older than the streets: new houses, a street renamed. Two villages with one "
        "street name, where nobody wrote the village."
    ),
)


def find(context: Context) -> pa.Table:
    """Entries whose street, or house, the register of streets gives to other precincts only.

    The value is the precinct that it gives the address to, of several the lowest; none where it
    names the street and nowhere the house.
    """
    if not context.streets.num_rows:
        return FINDING.empty_table()
    judged = judge(context.voters, context.streets)
    at = np.flatnonzero(judged.verdict == OUTSIDE)
    return context.entry_findings(RULE, at, field="address", value=judged.precinct[at])
