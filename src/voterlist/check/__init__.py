"""Context tests: what an entry, a dwelling or a precinct should not look like.

``rules.toml`` says of each rule what it is called and what it rests on; the function of its name
finds where it is broken in one ``Context``, in the file of its subject (``rules.py``). Other files
hold the statistics of every place.
"""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from voterlist.check import coincidences
from voterlist.check.agehist import profile_of, pyramids
from voterlist.check.context import Context
from voterlist.check.indicators import indicators_of
from voterlist.check.precinct_borders import street_use
from voterlist.check.rules import RULES, find
from voterlist.config.sections import CheckSettings
from voterlist.findings import gather, is_on
from voterlist.model import frozen

SHARE_RULES: frozenset[str] = frozenset(rule.code for rule in RULES if rule.is_share)
"""Rules whose value and limit are shares, 0 to 1: a report writes them as percentages."""


@frozen
class Examined:
    """All that the register tests and the statistics say of one register."""

    findings: pa.Table
    """FINDING, as ``check`` gives it."""
    indicators: pa.Table
    """INDICATOR"""
    profile: pa.Table
    """PROFILE"""
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
    return _findings(Context.of(voters, entries, lists, settings, on_day, streets))


def examine(
    voters: pa.Table,
    entries: pa.Table,
    lists: pa.Table,
    settings: CheckSettings,
    *,
    on_day: dt.date,
    streets: pa.Table | None = None,
) -> Examined:
    """Findings and statistics of one list, which is put in order and encoded once.

    Takes what ``check`` takes. Of VOTER and ENTRY only the columns of ``VOTERS`` and ``ENTRIES``
    are needed.

    Raises:
        StageError: a table has the wrong shape, or voters and entries are not the same entries.
    """
    context = Context.of(voters, entries, lists, settings, on_day, streets)
    return Examined(
        findings=_findings(context),
        indicators=indicators_of(context),
        profile=profile_of(context),
        pyramids=pyramids(context.voters, on_day),
        coincidences=context.cached(coincidences.count_coincidences),
        street_use=street_use(context.voters, context.given_streets),
    )


def _findings(context: Context) -> pa.Table:
    """FINDING of every rule that is on, under the settings."""
    settings = context.settings
    rules = [rule for rule in RULES if is_on(rule, settings)]
    return gather((find(context, rule) for rule in rules), settings)
