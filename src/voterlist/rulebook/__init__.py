"""The rules of all stages in one place.

A stage declares its own rules and exports them as ``RULES``. Here they stand together, for the
settings, which may name any of them, and for the manual.
"""

from __future__ import annotations

from collections.abc import Mapping

from voterlist import merge
from voterlist.check.rules import RULES as CHECK_RULES
from voterlist.cycles.findings import RULES as CYCLES_RULES
from voterlist.findings.accepted import FINDINGS_ACCEPTED
from voterlist.ingest.findings import RULES as INGEST_RULES
from voterlist.model import Rule
from voterlist.normalize.columns import RULES as NORMALIZE_RULES
from voterlist.reconcile.policies import RULES as RECONCILE_RULES
from voterlist.watch import RULES as WATCH_RULES

RULES_OF: Mapping[str, tuple[Rule, ...]] = {
    "ingest": INGEST_RULES,
    "merge": merge.RULES,
    "normalize": NORMALIZE_RULES,
    "check": CHECK_RULES,
    "reconcile": RECONCILE_RULES,
    "cycles": CYCLES_RULES,
    "watch": WATCH_RULES,
    "findings": (FINDINGS_ACCEPTED,),
}
"""The rules by the package that declares them. ``link`` and ``review`` make cases, not findings."""

RULES: tuple[Rule, ...] = tuple(rule for rules in RULES_OF.values() for rule in rules)

RULE_CODES = frozenset(rule.code for rule in RULES) - {FINDINGS_ACCEPTED.code}
"""The codes that ``[check.rules]`` of the settings may name.

How many findings were accepted is always said: nothing disappears silently.
"""
