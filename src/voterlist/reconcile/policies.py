"""What each register says about the entries that it meets, and about those that it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voterlist.model import Rule
from voterlist.reconcile.rules import (
    ABROAD,
    ABROAD_PROBABLE,
    ARRIVED_ELSEWHERE,
    ARRIVED_MISSING,
    CONSCRIPT,
    CONSCRIPT_PROBABLE,
    DECEASED_CONFIRMED,
    DECEASED_CONFLICTING,
    DECEASED_PROBABLE,
    IDENTITY_CONFLICT,
    MOVED_AWAY,
    MOVED_AWAY_PROBABLE,
    NOT_RESIDENT,
    OF_AGE_MISSING,
    OF_AGE_UNREGISTERED,
    PRISONER,
    PRISONER_PROBABLE,
    RESIDENT_ELSEWHERE,
    RESIDENT_MISSING,
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a register says about the list."""

    name: str
    met: Mapping[str, Rule] = field(default_factory=dict)
    """Class -> the rule that an entry of this class breaks by being met."""
    missing: Rule | None = None
    """The rule of a row that meets no entry, for registers of people who belong on the list."""
    elsewhere: Rule | None = None
    """The rule of an entry that stands elsewhere than its person's row says."""
    list_only: Rule | None = None
    """The rule of an entry that no row meets, for registers that are complete where they speak of a
    place."""
    permanent: bool = False
    """True where only an entry of a permanent list is out of place."""
    leaves: bool = False
    """True where a row's place is the one that the person left: entries elsewhere are in order."""


_DECEASED = {
    "confirmed": DECEASED_CONFIRMED,
    "conflicting": DECEASED_CONFLICTING,
    "probable": DECEASED_PROBABLE,
}
_CONFLICT = {"conflicting": IDENTITY_CONFLICT}

POLICIES: Mapping[str, Policy] = {
    policy.name: policy
    for policy in (
        Policy("deaths", _DECEASED),
        Policy(
            "departures",
            {"confirmed": MOVED_AWAY, "probable": MOVED_AWAY_PROBABLE, **_CONFLICT},
            leaves=True,
        ),
        Policy(
            "arrivals", _CONFLICT, missing=ARRIVED_MISSING, elsewhere=ARRIVED_ELSEWHERE
        ),
        Policy(
            "residence",
            _CONFLICT,
            missing=RESIDENT_MISSING,
            elsewhere=RESIDENT_ELSEWHERE,
            list_only=NOT_RESIDENT,
        ),
        Policy("name-changes", _CONFLICT),
        Policy(
            "newly-of-age",
            _CONFLICT,
            missing=OF_AGE_MISSING,
            list_only=OF_AGE_UNREGISTERED,
        ),
        Policy(
            "conscripts",
            {"confirmed": CONSCRIPT, "probable": CONSCRIPT_PROBABLE, **_CONFLICT},
            permanent=True,
        ),
        Policy(
            "prisoners",
            {"confirmed": PRISONER, "probable": PRISONER_PROBABLE, **_CONFLICT},
            permanent=True,
        ),
        Policy(
            "abroad",
            {"confirmed": ABROAD, "probable": ABROAD_PROBABLE, **_CONFLICT},
            permanent=True,
        ),
        # Who was taken off the list since the last cycle, and why: explains, and accuses nobody.
        Policy("removals"),
    )
}
"""Every register that is read, by name, in the order in which they are told."""

REGISTERS = tuple(POLICIES)
