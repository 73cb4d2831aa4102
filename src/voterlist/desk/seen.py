"""A digest of what the entries of a case say, by which a case that changed is noticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from voterlist.fields import ENTRY_FIELDS, LATER_FIELDS
from voterlist.report.lookup import rows_of

_DIGITS = 16
_FIRST = (
    "entry_id",
    "list_kind",
    *(name for name in ENTRY_FIELDS if name not in LATER_FIELDS),
)


def seen_digests(
    members: Mapping[str, Sequence[str]], entries: pa.Table
) -> dict[str, str]:
    """For each case a digest of what its entries say, in hexadecimal digits.

    Args:
        members: the entries of each case.
        entries: ENTRY with the corrections that hold.
    """
    ids = pa.array([one for ids in members.values() for one in ids], pa.string())
    rows = rows_of(entries, ids).select([*_FIRST, *LATER_FIELDS]).to_pylist()
    texts = {row["entry_id"]: json.dumps(_said(row)) for row in rows}
    digests = {}
    for case_id, ids_of_case in members.items():
        said = "\n".join(texts.get(one, one) for one in sorted(ids_of_case))
        digest = hashlib.sha256(f"{case_id}\n{said}".encode()).hexdigest()
        digests[case_id] = digest[:_DIGITS]
    return digests


def _said(row: Mapping[str, Any]) -> list[Any]:
    """What an entry says; a field that came later is named where something stands in it."""
    later = {name: row[name] for name in LATER_FIELDS if row[name] is not None}
    return [*(row[name] for name in _FIRST), *([later] if later else [])]
