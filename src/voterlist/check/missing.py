"""What an entry does not hold."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.register import Flags, Register, RegisterTest
from voterlist.model import Rule, Severity, Unit
from voterlist.schemas import FINDING
from voterlist.tables import concat

__all__ = ["TESTS", "missing"]

_ASKED = ("surname", "given_name", "patronymic", "birth_date", "sex", "address")
"""The fields that the law asks of every entry; FIN and document are weighed by precinct
(``shares``)."""

_FORM = (
    "Election Code, art. 46: what the list holds of a voter; the linkage of entries stands on it"
)

MISSING_VALUE = Rule("missing-value", Severity.WARNING, Unit.ENTRY, _FORM)
MISSING_COLUMN = Rule("missing-column", Severity.WARNING, Unit.PRECINCT, _FORM)


def missing(register: Register, name: str) -> Flags:
    """True where a field of ENTRY is neither written nor could be had from another cell.

    A cell that was written and not understood, a placeholder among them, is not missing:
    ``normalize`` speaks of it.
    """
    return ~(register.known("birth_year" if name == "birth_date" else name) | register.given(name))


def _without_column(register: Register, flags: Flags) -> Flags:
    """True for each precinct that lacks the field in more of its entries than the settings allow."""
    precincts = register.precincts
    return precincts.count(flags) > register.settings.most_missing * precincts.size


def missing_value(register: Register) -> pa.Table:
    """Entries without a field that the other entries of their precinct have."""
    found = []
    for name in _ASKED:
        flags = missing(register, name)
        lacking = _without_column(register, flags)
        found.append(
            register.entry_findings(
                MISSING_VALUE, flags & ~lacking[register.precincts.codes], field=name
            )
        )
    return concat(found, FINDING)


def missing_column(register: Register) -> pa.Table:
    """Precincts most of whose entries lack a field: one finding instead of one an entry."""
    found = []
    for name in _ASKED:
        flags = missing(register, name)
        at = np.flatnonzero(_without_column(register, flags))
        share = register.precincts.count(flags)[at] / register.precincts.size[at]
        limit = register.settings.most_missing
        found.append(
            register.precinct_findings(MISSING_COLUMN, at, field=name, value=share, limit=limit)
        )
    return concat(found, FINDING)


TESTS = (RegisterTest(MISSING_VALUE, missing_value), RegisterTest(MISSING_COLUMN, missing_column))
