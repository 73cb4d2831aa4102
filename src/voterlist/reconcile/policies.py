"""What each register says about the entries that it meets, and about those that it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from voterlist.findings import declared_rules
from voterlist.model import Rule, frozen

BY_CODE = declared_rules("voterlist.reconcile")
RULES = tuple(BY_CODE.values())
"""What reconciliation may notice."""


@frozen
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
    returns: bool = False
    """True where a row may tell that somebody came back who was struck for good."""
    leaves: bool = False
    """True where a row's place is the one that the person left: entries elsewhere are in order."""


_DECEASED = {
    "confirmed": BY_CODE["deceased-confirmed"],
    "conflicting": BY_CODE["deceased-conflicting"],
    "probable": BY_CODE["deceased-probable"],
}
_CONFLICT = {"conflicting": BY_CODE["register-identity-conflict"]}

POLICIES: Mapping[str, Policy] = {
    policy.name: policy
    for policy in (
        Policy("deaths", _DECEASED),
        Policy(
            "departures",
            {
                "confirmed": BY_CODE["moved-away-confirmed"],
                "probable": BY_CODE["moved-away-probable"],
                **_CONFLICT,
            },
            leaves=True,
        ),
        Policy(
            "arrivals",
            _CONFLICT,
            missing=BY_CODE["arrived-missing"],
            elsewhere=BY_CODE["arrived-listed-elsewhere"],
            returns=True,
        ),
        Policy(
            "residence",
            _CONFLICT,
            missing=BY_CODE["resident-missing"],
            elsewhere=BY_CODE["resident-listed-elsewhere"],
            list_only=BY_CODE["not-in-residence-register"],
        ),
        Policy("name-changes", _CONFLICT),
        Policy(
            "newly-of-age",
            _CONFLICT,
            missing=BY_CODE["newly-of-age-missing"],
            list_only=BY_CODE["newly-of-age-unregistered"],
        ),
        Policy(
            "conscripts",
            {
                "confirmed": BY_CODE["conscript-on-permanent-list"],
                "probable": BY_CODE["conscript-probable"],
                **_CONFLICT,
            },
            permanent=True,
        ),
        Policy(
            "prisoners",
            {
                "confirmed": BY_CODE["prisoner-on-permanent-list"],
                "probable": BY_CODE["prisoner-probable"],
                **_CONFLICT,
            },
            permanent=True,
        ),
        Policy(
            "abroad",
            {
                "confirmed": BY_CODE["abroad-on-permanent-list"],
                "probable": BY_CODE["abroad-probable"],
                **_CONFLICT,
            },
            permanent=True,
        ),
        # Who was taken off the list since the last cycle, and why: explains, and accuses nobody.
        Policy("removals"),
    )
}
"""Every register that is read, by name, in the order in which they are told."""

REGISTERS = tuple(POLICIES)
