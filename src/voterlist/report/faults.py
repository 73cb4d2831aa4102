"""Findings and rows set aside, each with its place in a file looked up."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.model import AsideCode, Severity
from voterlist.normalize.placeholders import is_placeholder
from voterlist.report.lookup import Names, mask, mask_row, rows_of, text_column, written_names
from voterlist.report.model import Aside, Fault, Place, Precinct, RuleCount
from voterlist.schemas import ENTRY_FIELDS

__all__ = ["NOBODY", "build_aside", "build_faults", "count_rules"]

_SEVERITIES = [severity.value for severity in Severity]
_IDENTIFIERS = ("document", "fin")
NOBODY = (
    AsideCode.BLANK_ROW,
    AsideCode.TITLE_ROW,
    AsideCode.HEADER_ROW,
    AsideCode.TOTAL_ROW,
    AsideCode.DUPLICATE_FILE,
    AsideCode.SAME_ENTRY,
)
"""Why rows are set aside that are surely nobody's entry; with any other code, a new one too, they
may be a voter's."""


def build_faults(
    findings: pa.Table,
    entries: pa.Table,
    names: Names,
    *,
    registers: pa.Table,
    mask_identifiers: bool,
    ids: Sequence[str] | None = None,
) -> tuple[Fault, ...]:
    """The findings, errors first, then by rule, precinct, file and line.

    What a finding does not say of its place is taken from the entry it names; ``registers`` (ENTRY)
    are the rows of other bodies, and of the last cycle, that findings name beside an entry, or
    instead of one. ``ids``: those of the findings, where a person is asked about them.
    """
    entry = rows_of(entries, findings.column("entry_id"))
    places = _merged(names.places(findings), names.places(entry))
    other = rows_of(pa.concat_tables([entries, registers]), findings.column("other_entry_id"))
    others = names.places(other)
    instead = pc.if_else(pc.is_null(findings.column("entry_id")), written_names(other), None)
    written = pc.coalesce(written_names(entry), instead).to_pylist()
    cells = _named_cells(findings, entry, mask_identifiers=mask_identifiers)
    columns = ["rule", "severity", "unit", "entry_id", "other_entry_id", "field", "value", "limit"]
    faults = [
        Fault(
            row["rule"],
            Severity(row["severity"]),
            row["unit"],
            place,
            other if other.file else row["other_entry_id"],
            row["entry_id"],
            name,
            row["field"],
            cell,
            row["value"],
            row["limit"],
            finding_id,
        )
        for row, place, other, name, cell, finding_id in zip(
            findings.select(columns).to_pylist(),
            places,
            others,
            written,
            cells,
            ids or itertools.repeat(None, findings.num_rows),
            strict=True,
        )
    ]
    return tuple(sorted(faults, key=_order))


def count_rules(
    faults: tuple[Fault, ...], precincts: tuple[Precinct, ...]
) -> tuple[RuleCount, ...]:
    """How often each rule spoke, errors first, then the most frequent."""
    order = {(row.constituency, row.precinct): place for place, row in enumerate(precincts)}
    frame = pd.DataFrame(
        {
            "rule": [fault.rule for fault in faults],
            "severity": [fault.severity.value for fault in faults],
            "place": [
                order.get((fault.place.constituency, fault.place.precinct), -1) for fault in faults
            ],
        },
    )
    found = []
    for severity, of_severity in frame.groupby("severity"):
        for rule, places in of_severity.groupby("rule")["place"]:
            counts = np.bincount(places[places >= 0].to_numpy(np.int64), minlength=len(precincts))
            found.append(
                RuleCount(str(rule), Severity(str(severity)), len(places), tuple(counts.tolist()))
            )
    return tuple(
        sorted(found, key=lambda row: (_SEVERITIES.index(row.severity), -row.count, row.rule))
    )


def build_aside(set_aside: pa.Table, names: Names, *, mask_identifiers: bool) -> tuple[Aside, ...]:
    """The rows set aside.

    Whole files, then what may be people, then the rest; each by file, sheet and line.
    """
    codes = text_column(set_aside, "code").to_pylist()
    rows = set_aside.column("rows").to_pylist()
    cells = set_aside.column("cells").to_pylist()
    hide = mask_row if mask_identifiers else str
    found = [
        Aside(place, code, count, tuple(hide(cell) for cell in _without_blank_end(texts or [])))
        for place, code, count, texts in zip(
            names.places(set_aside), codes, rows, cells, strict=True
        )
    ]
    return tuple(
        sorted(
            found,
            key=lambda row: (row.place.line != 0, row.code in NOBODY, *_where(row.place), row.code),
        )
    )


def _without_blank_end(cells: list[str | None]) -> list[str]:
    """The cells up to the last that holds something."""
    last = max((place for place, cell in enumerate(cells) if cell), default=-1)
    return [cell or "" for cell in cells[: last + 1]]


def _merged(own: list[Place], of_entry: list[Place]) -> list[Place]:
    return [
        Place(
            *(
                getattr(entry, part) if getattr(place, part) is None else getattr(place, part)
                for part in ("constituency", "precinct", "file", "sheet", "line")
            )
        )
        for place, entry in zip(own, of_entry, strict=True)
    ]


def _masked(text: str | None) -> str | None:
    """An identifier masked.

    What stands in its place to say that there is none ("yoxdur") is shown as it is.
    """
    return text if text is None or is_placeholder(text) else mask(text)


def _named_cells(
    findings: pa.Table, entry: pa.Table, *, mask_identifiers: bool
) -> list[str | None]:
    """The cell of the field that each finding names, as written."""
    field = text_column(findings, "field")
    found = pa.nulls(findings.num_rows, pa.string())
    for name in ENTRY_FIELDS:
        column = entry.column(name)
        if mask_identifiers and name in _IDENTIFIERS:
            column = pa.array(list(map(_masked, column.to_pylist())), pa.string())
        found = pc.if_else(pc.fill_null(pc.equal(field, name), fill_value=False), column, found)
    return list(found.to_pylist())


def _where(place: Place) -> tuple[object, ...]:
    numbers = (place.constituency, place.precinct)
    texts = (place.file or "", place.sheet or "", place.line or 0)
    return (*((number is None, number or 0) for number in numbers), *texts)


def _order(fault: Fault) -> tuple[object, ...]:
    return (
        _SEVERITIES.index(fault.severity),
        fault.rule,
        *_where(fault.place),
        fault.entry_id or "",
        fault.field or "",
        fault.value or 0.0,
    )
