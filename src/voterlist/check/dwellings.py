"""Who is said to live together: too many, strangers only, or in two precincts at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.agreeing import repeated, text_hashes
from voterlist.check.register import Codes, Register, RegisterTest
from voterlist.model import Rule, Severity, Unit
from voterlist.tables import codes, group_codes

__all__ = ["TESTS"]

CROWDED_DWELLING = Rule(
    "crowded-dwelling",
    Severity.NOTE,
    Unit.DWELLING,
    "audits of registers ask about dwellings with unusually many voters; the number is a setting",
)
DWELLING_WITHOUT_SHARED_SURNAME = Rule(
    "dwelling-without-shared-surname",
    Severity.NOTE,
    Unit.DWELLING,
    "a household as a rule shares a surname; many voters of whom no two do were perhaps entered there on paper only",
)
ADDRESS_IN_TWO_PRECINCTS = Rule(
    "address-in-two-precincts",
    Severity.WARNING,
    Unit.DWELLING,
    "precinct borders are named by streets and house numbers: a dwelling lies in one precinct",
)
_HOUSE_AND_FLAT = ("ev", "menzil")
"""As ``normalize`` folds the words for house and flat of every language."""


def crowded_dwelling(register: Register) -> pa.Table:
    """Dwellings with more voters than the settings allow, by their first entry.

    Temporary lists apart.
    """
    dwellings, limit = register.dwellings, register.settings.most_voters_in_dwelling
    at = np.flatnonzero(dwellings.size > limit)
    return register.entry_findings(
        CROWDED_DWELLING,
        dwellings.first[at],
        field="address",
        value=dwellings.size[at],
        limit=limit,
    )


def dwelling_without_shared_surname(register: Register) -> pa.Table:
    """Dwellings of many voters, all of known surname, no two of whom share its stem, by their first entry."""
    dwellings, limit = register.dwellings, register.settings.least_strangers
    stem, stems = codes(register.voters.column("surname_stem"))
    placed = (dwellings.codes >= 0) & (stem >= 0)
    width = max(len(stems), 1)
    # One number for each dwelling and surname; sorted, the first of each is told from the one
    # before it.
    surnames = np.sort(dwellings.codes[placed] * width + stem[placed])
    surnames = surnames[np.diff(surnames, prepend=-1) != 0]
    different = np.bincount(surnames // width, minlength=len(dwellings.size))
    # As many surnames as voters: each surname is known and stands once.
    at = np.flatnonzero((dwellings.size >= limit) & (different == dwellings.size))
    return register.entry_findings(
        DWELLING_WITHOUT_SHARED_SURNAME,
        dwellings.first[at],
        field="address",
        value=dwellings.size[at],
        limit=limit,
    )


def _without_words(address: pa.Array) -> pa.Array:
    """Folded lines without the words for house and flat, which a list with a column for each does not have."""
    for word in _HOUSE_AND_FLAT:
        address = pc.replace_substring(address, pattern=f" {word} ", replacement=" ")
    return address


def _addresses(register: Register) -> tuple[Codes, Codes]:
    """(dwellings, codes).

    The dwellings whose whole address another dwelling has, and which one it is where.
    """
    homes = register.voters.select(["constituency", "address"]).take(
        pa.array(register.dwellings.first)
    )
    line, lines = codes(homes.column("address"))
    lines = _without_words(lines)
    known = np.flatnonzero(line >= 0)
    at = known[repeated(text_hashes(lines)[line[known]])]
    # Two lines of one hash are told apart here.
    few = homes.select(["constituency"]).take(pa.array(at))
    few = few.append_column("address", lines.take(pa.array(line[at])))
    return at, group_codes(few, "constituency", "address", known=False)[0]


def address_in_two_precincts(register: Register) -> pa.Table:
    """Dwellings whose whole address, place and all, stands in several precincts of a constituency.

    For each precinct its first entry there, beside the first entry in another precinct. The value
    is the number of precincts.
    """
    at, address = _addresses(register)
    precinct, first = register.precincts.codes, register.dwellings.first
    frame = pd.DataFrame({"address": address, "precinct": precinct[first[at]], "home": first[at]})
    frame = frame.sort_values(["address", "home"]).drop_duplicates(["address", "precinct"])
    homes_of = frame.groupby("address")["home"]
    count, lowest, following = (
        np.asarray(part, dtype=np.int64)
        for part in (
            homes_of.transform("size"),
            homes_of.transform("first"),
            homes_of.shift(-1, fill_value=0),
        )
    )
    home = frame["home"].to_numpy(dtype=np.int64)
    several = count > 1
    other = np.where(home == lowest, following, lowest)
    return register.entry_findings(
        ADDRESS_IN_TWO_PRECINCTS,
        home[several],
        other=other[several],
        field="address",
        value=count[several],
        limit=1,
    )


TESTS = (
    RegisterTest(CROWDED_DWELLING, crowded_dwelling),
    RegisterTest(DWELLING_WITHOUT_SHARED_SURNAME, dwelling_without_shared_surname),
    RegisterTest(ADDRESS_IN_TWO_PRECINCTS, address_in_two_precincts),
)
