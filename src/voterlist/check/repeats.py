"""Entries of the same names and full birth date, and where the first of them stands.

Whether the two are one person, ``link`` weighs and a person decides.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from voterlist.check.context import Context, groups_of
from voterlist.findings import PRECINCT_PLACE
from voterlist.shared_values import Codes
from voterlist.tables import group_codes

_NO_GROUP = -1
"""The code of a row that is in no group."""


class Repeats(NamedTuple):
    """The entries that share names and full date with another; one element per entry.

    Beside each row stands the first such entry within a place: the row itself where there is no
    other.
    """

    rows: Codes
    in_precinct: Codes
    in_constituency: Codes
    anywhere: Codes


def repeated_entries(context: Context) -> Repeats:
    """Which entries repeat which.

    Where the constituency is not known to anybody, the precinct alone says the place.
    """
    rows, person = context.namesakes
    places = context.voters.select(list(PRECINCT_PLACE)).take(pa.array(rows))
    table = places.append_column("person", pa.array(person))
    constituency, _ = group_codes(table, "person", "constituency", known=False)
    precinct, _ = group_codes(table, "person", *PRECINCT_PLACE, known=False)
    precinct[~context.is_known("precinct")[rows]] = _NO_GROUP
    return Repeats(
        rows,
        in_precinct=_first(rows, precinct),
        in_constituency=_first(rows, constituency),
        anywhere=_first(rows, person),
    )


def _first(rows: Codes, code: Codes) -> Codes:
    """The first row of each row's code; the row itself where it has none."""
    groups = groups_of(code, int(code.max(initial=_NO_GROUP)) + 1)
    return np.where(code >= 0, rows[np.append(groups.first, 0)[code]], rows)
