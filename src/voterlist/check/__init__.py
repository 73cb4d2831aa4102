"""Register tests: what an entry, a dwelling or a precinct should not look like.

Each file beside this one holds one test or a small family; each test asks one rule of one
``Register`` and returns what it found.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

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
from voterlist.check.indicators import INDICATORS, indicators, indicators_of
from voterlist.check.overview import profile, profile_of, pyramid, pyramids
from voterlist.check.register import ENTRIES, VOTERS, Register, RegisterTest
from voterlist.check.streets import street_use
from voterlist.config import CheckSettings
from voterlist.findings import gather, is_on
from voterlist.model import Rule

__all__ = [
    "ENTRIES",
    "INDICATORS",
    "RULES",
    "SHARE_RULES",
    "VOTERS",
    "Examined",
    "beside_last",
    "check",
    "examine",
    "indicators",
    "profile",
    "pyramid",
    "pyramids",
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


@dataclass(frozen=True, slots=True)
class Examined:
    """All that the register tests and the statistics say of one register."""

    findings: pa.Table
    """FINDING, as ``check`` gives it."""
    indicators: pa.Table
    """INDICATOR"""
    profile: pa.Table
    """PROFILE"""
    pyramid: pa.Table
    """PYRAMID"""
    pyramids: pa.Table
    """AGES"""
    coincidences: pa.Table
    """COINCIDENCE"""
    street_use: pa.Table
    """REGISTER_USE of the register of streets."""


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

    ``voters`` is VOTER and ``entries`` ENTRY, of the same entries; ``lists`` is LIST; ``on_day`` is
    the day on which a voter must be of age; ``streets`` is STREET, the register of the precincts'
    streets where there is one.

    Raises:
        StageError: a table has the wrong shape, or voters and entries are not the same entries.
    """
    return _findings(Register.of(voters, entries, lists, settings, on_day, streets))


def examine(
    voters: pa.Table,
    entries: pa.Table,
    lists: pa.Table,
    settings: CheckSettings,
    *,
    on_day: dt.date,
    streets: pa.Table | None = None,
) -> Examined:
    """Everything of a register at once, which is put in order and coded once: what millions of entries need.

    Takes what ``check`` takes. Of VOTER and ENTRY only the columns of ``VOTERS`` and ``ENTRIES``
    are needed.

    Raises:
        StageError: a table has the wrong shape, or voters and entries are not the same entries.
    """
    register = Register.of(voters, entries, lists, settings, on_day, streets)
    return Examined(
        findings=_findings(register),
        indicators=indicators_of(register),
        profile=profile_of(register),
        pyramid=pyramid(register.voters, on_day),
        pyramids=pyramids(register.voters, on_day),
        coincidences=register.remembered(coincidences.counted),
        street_use=street_use(register.voters, streets),
    )


def _findings(register: Register) -> pa.Table:
    """FINDING of every test, under the settings."""
    settings = register.settings
    return gather((test.find(register) for test in _TESTS if is_on(test.rule, settings)), settings)
