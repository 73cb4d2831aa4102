"""Register tests: what an entry, a dwelling or a precinct should not look like.

Each file beside this one holds one test or a small family; each test asks one rule of one ``Register`` and
returns what it found. Switches and severities of the settings are applied here, and nowhere else.
"""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from voterlist.check import (
    ages,
    coincidences,
    dwellings,
    heaping,
    identifiers,
    letters,
    missing,
    numbering,
    precincts,
    repeats,
    sex,
    shares,
    spelling,
    streets,
)
from voterlist.check.cyclic import beside_last
from voterlist.check.indicators import INDICATORS, indicators
from voterlist.check.overview import profile, pyramid, pyramids
from voterlist.check.register import Register, RegisterTest
from voterlist.check.settled import FINDINGS_ACCEPTED, Settled, settle
from voterlist.check.streets import street_use
from voterlist.config import CheckSettings
from voterlist.model import Rule
from voterlist.schemas import FINDING
from voterlist.tables import concat, sort_by, words

__all__ = [
    "FINDINGS_ACCEPTED",
    "INDICATORS",
    "RULES",
    "SHARE_RULES",
    "Settled",
    "beside_last",
    "check",
    "indicators",
    "profile",
    "pyramid",
    "pyramids",
    "settle",
    "street_use",
]

_TESTS: tuple[RegisterTest, ...] = (
    *missing.TESTS,
    *letters.TESTS,
    *spelling.TESTS,
    *identifiers.TESTS,
    *ages.TESTS,
    *heaping.TESTS,
    *sex.TESTS,
    *precincts.TESTS,
    *dwellings.TESTS,
    *streets.TESTS,
    *numbering.TESTS,
    *repeats.TESTS,
    *coincidences.TESTS,
    *shares.TESTS,
)

RULES: tuple[Rule, ...] = tuple(test.rule for test in _TESTS)

SHARE_RULES: frozenset[str] = frozenset(
    {
        "missing-column",
        *(test.rule.code for family in (heaping.TESTS, shares.TESTS) for test in family),
    }
)
"""Rules whose value and limit are shares, 0 to 1: a report writes them as percentages."""

_ORDER = ("rule", "constituency", "precinct", "entry_id", "other_entry_id", "source", "sheet", "line", "field")


def check(
    voters: pa.Table,
    entries: pa.Table,
    lists: pa.Table,
    settings: CheckSettings,
    *,
    on_day: dt.date,
    streets: pa.Table | None = None,
) -> pa.Table:
    """FINDING: what the register tests notice, ordered by rule, place and entry.

    ``voters`` is VOTER and ``entries`` ENTRY, of the same entries; ``lists`` is LIST; ``on_day`` is the day on which
    a voter must be of age; ``streets`` is STREET, the register of the precincts' streets where there is one.

    Raises:
        StageError: a table has the wrong shape, or voters and entries are not the same entries.
    """
    register = Register.of(voters, entries, lists, settings, on_day, streets)
    return sort_by(concat((_asked(test, register) for test in _TESTS), FINDING), *_ORDER)


def _asked(test: RegisterTest, register: Register) -> pa.Table:
    """What a test finds, at the severity of the settings; nothing where it is switched off."""
    severity = register.settings.severity_of(test.rule)
    if severity is None:
        return FINDING.empty_table()
    found = test.find(register)
    if severity is test.rule.severity:
        return found
    column = words(pa.repeat(severity.value, found.num_rows))
    return found.set_column(found.schema.get_field_index("severity"), FINDING.field("severity"), column)
