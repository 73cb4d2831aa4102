"""The register tests: a rule is a record of ``rules.toml``, and the function of its name.

That function takes the ``Context``, and yields where the rule is broken. It stands in the file of
its subject, beside what several rules of it need. A rule that differs from another by a field alone
is a line there.
"""

from __future__ import annotations

import pyarrow as pa

from voterlist.check import (
    ages,
    coincidences,
    dwellings,
    lists,
    measures,
    names,
    repeats,
)
from voterlist.check.context import Context
from voterlist.findings import declared_rules, make
from voterlist.model import Rule
from voterlist.schemas import FINDING
from voterlist.tables import concat

SUBJECTS = (ages, coincidences, dwellings, lists, measures, names, repeats)
"""The files in which the functions stand."""

RULES: tuple[Rule, ...] = tuple(declared_rules("voterlist.check").values())


def find(context: Context, rule: Rule) -> pa.Table:
    """FINDING: where the rule is broken."""
    name = rule.code.replace("-", "_")
    subject = next(subject for subject in SUBJECTS if hasattr(subject, name))
    found = getattr(subject, name)(context)
    return concat((make(rule, *of_part) for of_part in found), FINDING)
