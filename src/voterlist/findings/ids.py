"""The id of a finding, made of what it says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from voterlist.schemas import FINDING

_OF_ENTRY = ("rule", "entry_id", "other_entry_id", "field", "value")
_OF_PLACE = (
    "rule",
    "constituency",
    "precinct",
    "source",
    "sheet",
    "line",
    "field",
    "value",
)

ID_COLUMNS = tuple(name for name in FINDING.names if name in {*_OF_ENTRY, *_OF_PLACE})
"""The columns of FINDING of which an id is made."""

_DIGITS_OF_ID = 16
_BYTES_OF_LENGTH = 4


def finding_ids(findings: pa.Table) -> list[str]:
    """One id per FINDING: 16 hexadecimal digits of its rule, entries or place, field and number.

    An entry id comes from what the entry says, so the finding of a corrected entry has another id.
    A finding about the row of a register, beside which there is no entry, has the row's id in it.
    """
    return [_id(cells) for cells in findings.select(ID_COLUMNS).to_pylist()]


def _id(cells: Mapping[str, Any]) -> str:
    names_somebody = (
        cells["entry_id"] is not None or cells["other_entry_id"] is not None
    )
    names = _OF_ENTRY if names_somebody else _OF_PLACE
    digest = hashlib.sha256()
    for name in names:
        text = _text(cells[name]).encode()
        # The length stands before the text: otherwise two findings would have one id where a text
        # ends in one and the next begins in the other.
        digest.update(len(text).to_bytes(_BYTES_OF_LENGTH, "big"))
        digest.update(text)
    return digest.hexdigest()[:_DIGITS_OF_ID]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    # Six digits: numbers that are summed in another order differ in the sixteenth.
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)
