"""The rules about who shares a dwelling, and where it lies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Longs, pack_columns, repeated_places, run_sizes
from voterlist.check.context import Context, Found
from voterlist.check.precinct_borders import OUTSIDE, judge
from voterlist.findings import take_columns
from voterlist.persons.shared_values import text_hashes
from voterlist.tables import codes, group_codes


def crowded_dwelling(context: Context) -> Iterator[Found]:
    """Dwellings with more voters than the settings allow, by their first entry."""
    dwellings, limit = context.dwellings, context.settings.most_voters_in_dwelling
    at = np.flatnonzero(dwellings.size > limit)
    value, rows = dwellings.size[at], dwellings.first[at]
    yield context.entries_found(rows, field="address", value=value, limit=limit)


def dwelling_without_shared_surname(context: Context) -> Iterator[Found]:
    """Dwellings of many voters no two of whom share a surname stem, by their first entry.

    The surname of each of them must be known.
    """
    dwellings, limit = context.dwellings, context.settings.least_strangers
    # As many surnames as voters: each surname is known and stands once.
    is_all_different = _surnames(context) == dwellings.size
    at = np.flatnonzero((dwellings.size >= limit) & is_all_different)
    value, rows = dwellings.size[at], dwellings.first[at]
    yield context.entries_found(rows, field="address", value=value, limit=limit)


def _surnames(context: Context) -> Longs:
    """How many different surname stems each dwelling has."""
    dwellings = context.dwellings
    stem, stems = codes(context.voters.column("surname_stem"))
    is_placed = (dwellings.codes >= 0) & (stem >= 0)
    # One number for each dwelling and surname, so that one sort brings equal ones together.
    width = max(len(stems), 1)
    packed = np.sort(dwellings.codes[is_placed] * width + stem[is_placed])
    is_first = np.diff(packed, prepend=-1) != 0
    return np.bincount(packed[is_first] // width, minlength=len(dwellings.size))


_HOUSE_AND_FLAT = ("ev", "menzil")
"""As ``normalize`` folds the words for house and flat of every language."""


def address_in_two_precincts(context: Context) -> Iterator[Found]:
    """Dwellings whose whole address, place and all, stands in several precincts of a constituency.

    For each precinct its first entry there, beside the first entry in another precinct. The value
    is the number of precincts.
    """
    address, home = _first_by_precinct(context)
    size = run_sizes(address)
    count, lowest = np.repeat(size, size), np.repeat(home[np.cumsum(size) - size], size)
    other = np.where(home == lowest, np.append(home[1:], 0), lowest)
    several = count > 1
    yield context.entries_found(
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
    at = known[repeated_places(text_hashes(lines)[line[known]])]
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


def address_outside_precinct(context: Context) -> Iterator[Found]:
    """Entries whose street, or house, the register of streets gives to other precincts only.

    The value is the precinct that it gives the address to, of several the lowest; none where it
    names the street and nowhere the house.
    """
    if not context.streets.num_rows:
        return
    judged = judge(context.voters, context.streets)
    at = np.flatnonzero(judged.verdict == OUTSIDE)
    yield context.entries_found(at, field="address", value=judged.precinct[at])
