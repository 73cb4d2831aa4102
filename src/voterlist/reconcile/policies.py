"""What each register says about the entries that it meets, and about those that it does not."""

from __future__ import annotations

from collections.abc import Mapping

from voterlist.findings import declared_rules
from voterlist.model import Rule, frozen

BY_CODE = declared_rules("voterlist.reconcile")
RULES = tuple(BY_CODE.values())
"""What reconciliation may notice."""


@frozen
class Policy:
    """What a register says about the list."""

    name: str
    rules: Mapping[str, Rule]
    """What an entry or a row is (``about`` of ``rules.toml``) -> the rule that it breaks so."""
    permanent: bool = False
    """True where only an entry of a permanent list is out of place."""
    returns: bool = False
    """True where a row may tell that somebody came back who was struck for good."""
    leaves: bool = False
    """True where a row's place is the one that the person left: entries elsewhere are in order."""


def _policy(name: str, **ways: bool) -> Policy:
    rules = {rule.about: rule for rule in RULES if name in rule.registers}
    return Policy(name, rules, **ways)


POLICIES: Mapping[str, Policy] = {
    policy.name: policy
    for policy in (
        _policy("deaths"),
        _policy("departures", leaves=True),
        _policy("arrivals", returns=True),
        _policy("residence"),
        _policy("name-changes"),
        _policy("newly-of-age"),
        _policy("conscripts", permanent=True),
        _policy("prisoners", permanent=True),
        _policy("abroad", permanent=True),
        # Who was taken off the list since the last cycle, and why: explains, and accuses nobody.
        _policy("removals"),
    )
}
"""Every register that is read, by name, in the order in which they are told."""

REGISTERS = tuple(POLICIES)

STANDS_THERE: Mapping[str, bool] = {
    rule.code: not policy.leaves
    for policy in POLICIES.values()
    for about, rule in policy.rules.items()
    if about.startswith("elsewhere") or (policy.leaves and about != "conflicting")
}
"""Rules by whether the person stands where the row says, or does so no more.

Other rules about a row of the same register ask who the person is: no place answers that.
"""
