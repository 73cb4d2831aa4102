"""Rule ``address-in-two-precincts``: one address in several precincts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Longs, pack_columns, repeated_places, run_sizes
from voterlist.check.context import Context
from voterlist.findings import take_columns
from voterlist.model import Rule
from voterlist.persons.shared_values import text_hashes
from voterlist.tables import codes, group_codes

_HOUSE_AND_FLAT = ("ev", "menzil")
"""As ``normalize`` folds the words for house and flat of every language."""


def find(context: Context, rule: Rule) -> pa.Table:
    """Dwellings whose whole address, place and all, stands in several precincts of a constituency.

    For each precinct its first entry there, beside the first entry in another precinct. The value
    is the number of precincts.
    """
    address, home = _first_by_precinct(context)
    size = run_sizes(address)
    count, lowest = np.repeat(size, size), np.repeat(home[np.cumsum(size) - size], size)
    other = np.where(home == lowest, np.append(home[1:], 0), lowest)
    several = count > 1
    return context.entry_findings(
        rule,
        home[several],
        other=other[several],
        field="address",
        value=count[several],
        limit=1,
    )


def _first_by_precinct(context: Context) -> tuple[Longs, Longs]:
    """(address, entry): the first entry of each precinct at an address that repeats, by both."""
    dwelling, address = _repeated_addresses(context)
    home = context.dwellings.first[dwelling]
    order = np.lexsort((home, address))
    address, home = address[order], home[order]
    places = pack_columns([address, context.precincts.codes[home]], len(home))
    first = np.sort(np.unique(places, return_index=True)[1])
    return address[first], home[first]


def _repeated_addresses(context: Context) -> tuple[Longs, Longs]:
    """The dwellings whose whole address another dwelling has, and a code of the address."""
    homes = context.voters.select(["constituency", "address"])
    homes = homes.take(context.dwellings.first)
    line, lines = codes(homes.column("address"))
    lines = _without_words(lines)
    known = np.flatnonzero(line >= 0)
    at = known[np.sort(repeated_places(text_hashes(lines)[line[known]]))]
    # Two lines of one hash are told apart here.
    columns = take_columns(homes, at, ["constituency"])
    columns["address"] = lines.take(line[at])
    return at, group_codes(pa.table(columns), "constituency", "address", known=False)[0]


def _without_words(address: pa.Array) -> pa.Array:
    """Folded lines without the words for house and flat.

    A list with a column for each does not have them.
    """
    for word in _HOUSE_AND_FLAT:
        address = pc.replace_substring(address, pattern=f" {word} ", replacement=" ")
    return address
