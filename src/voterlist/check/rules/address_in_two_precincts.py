"""Rule ``address-in-two-precincts``: one address in several precincts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Longs, grouped
from voterlist.check.context import Context
from voterlist.findings import take_columns
from voterlist.model import Rule, Severity, Unit
from voterlist.persons.shared_values import text_hashes
from voterlist.tables import codes, group_codes

_HOUSE_AND_FLAT = ("ev", "menzil")
"""As ``normalize`` folds the words for house and flat of every language."""

RULE = Rule(
    "address-in-two-precincts",
    Severity.WARNING,
    Unit.DWELLING,
    "precinct borders are named by streets and house numbers: a dwelling lies in one precinct",
    looks_at=(
        "Does the same whole address (folded, with street and house known) stand in several "
        "precincts of one constituency? One finding for each precinct, naming an entry there and "
        "one in another precinct; the value is the number of precincts."
    ),
    false_alarms=(
        "Two villages with one street name, where nobody wrote the village. Written differently in "
        "the two precincts, an address is not found."
    ),
)


def find(context: Context) -> pa.Table:
    """Dwellings whose whole address, place and all, stands in several precincts of a constituency.

    For each precinct its first entry there, beside the first entry in another precinct. The value
    is the number of precincts.
    """
    homes = _first_by_precinct(context)
    of_address = homes.groupby("address")["home"]
    count = of_address.transform("size").to_numpy(np.int64)
    lowest = of_address.transform("first").to_numpy(np.int64)
    following = of_address.shift(-1, fill_value=0).to_numpy(np.int64)
    home = homes["home"].to_numpy(np.int64)
    other = np.where(home == lowest, following, lowest)
    several = count > 1
    return context.entry_findings(
        RULE,
        home[several],
        other=other[several],
        field="address",
        value=count[several],
        limit=1,
    )


def _first_by_precinct(context: Context) -> pd.DataFrame:
    """(address, precinct, home): the first entry of each precinct at an address that repeats."""
    dwelling, address = _repeated_addresses(context)
    home = context.dwellings.first[dwelling]
    columns = {
        "address": address,
        "precinct": context.precincts.codes[home],
        "home": home,
    }
    homes = pd.DataFrame(columns).sort_values(["address", "home"])
    return homes.drop_duplicates(["address", "precinct"])


def _repeated_addresses(context: Context) -> tuple[Longs, Longs]:
    """The dwellings whose whole address another dwelling has, and a code of the address."""
    homes = context.voters.select(["constituency", "address"])
    homes = homes.take(pa.array(context.dwellings.first))
    line, lines = codes(homes.column("address"))
    lines = _without_words(lines)
    known = np.flatnonzero(line >= 0)
    at = known[np.sort(grouped(text_hashes(lines)[line[known]]))]
    # Two lines of one hash are told apart here.
    columns = take_columns(homes, at, ["constituency"])
    columns["address"] = lines.take(pa.array(line[at]))
    return at, group_codes(pa.table(columns), "constituency", "address", known=False)[0]


def _without_words(address: pa.Array) -> pa.Array:
    """Folded lines without the words for house and flat.

    A list with a column for each does not have them.
    """
    for word in _HOUSE_AND_FLAT:
        address = pc.replace_substring(address, pattern=f" {word} ", replacement=" ")
    return address
