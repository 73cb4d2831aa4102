"""Findings put together: under the settings, in one order."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config import CheckSettings
from voterlist.model import Rule
from voterlist.schemas import FINDING
from voterlist.tables import concat, sort_by, words

FINDING_ORDER = (
    "rule",
    "constituency",
    "precinct",
    "entry_id",
    "other_entry_id",
    "source",
    "sheet",
    "line",
    "field",
    "value",
    "limit",
)
"""The order of every table of findings, nulls last."""


def gather(
    parts: Iterable[pa.Table], settings: CheckSettings | None = None
) -> pa.Table:
    """FINDING of all parts (each FINDING), in ``FINDING_ORDER``.

    With ``settings`` the rules that ``[check.rules]`` switches off are left out, and the others
    have the severity that it gives them.
    """
    findings = concat(parts, FINDING)
    if settings is not None:
        findings = _under_settings(findings, settings)
    return sort_by(findings, *FINDING_ORDER)


def is_on(rule: Rule, settings: CheckSettings) -> bool:
    """False where ``[check.rules]`` switches the rule off."""
    return settings.severity_of(rule) is not None


def _under_settings(findings: pa.Table, settings: CheckSettings) -> pa.Table:
    if not settings.rules:
        return findings
    code = findings.column("rule").cast(pa.string())
    severity = findings.column("severity").cast(pa.string())
    kept = np.ones(findings.num_rows, dtype=bool)
    for name, chosen in settings.rules.items():
        is_own = pc.equal(code, name)
        if not chosen.enabled:
            kept &= ~np.asarray(is_own, dtype=bool)
        elif chosen.severity is not None:
            severity = pc.if_else(is_own, chosen.severity.value, severity)
    place = findings.schema.get_field_index("severity")
    graded = findings.set_column(place, FINDING.field("severity"), words(severity))
    # Put together anew, so that no word that was filtered out stays in a dictionary.
    return concat([graded.filter(pa.array(kept))], FINDING)
