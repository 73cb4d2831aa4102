"""Findings, each with its place in a file, the name and the cell that it names looked up."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.model import Severity
from voterlist.normalize.placeholders import is_placeholder
from voterlist.report.lookup import Names, mask, rows_of, text_column, written_names
from voterlist.report.sections.findings.model import FindingRow, RuleCount
from voterlist.report.values import Place, Precinct, place_order
from voterlist.schemas import ENTRY_FIELDS

__all__ = ["build_findings", "count_rules"]

_SEVERITIES = list(Severity)
_IDENTIFIERS = ("document", "fin")
_PLACE_PARTS = ("constituency", "precinct", "file", "sheet", "line")
_COLUMNS = (
    "rule",
    "severity",
    "unit",
    "entry_id",
    "other_entry_id",
    "field",
    "value",
    "limit",
)


def build_findings(
    findings: pa.Table,
    entries: pa.Table,
    names: Names,
    *,
    registers: pa.Table,
    mask_identifiers: bool,
    ids: Sequence[str] | None = None,
) -> tuple[FindingRow, ...]:
    """The findings, errors first, then by rule, precinct, file and line.

    What a finding lacks of its place is taken from the entry it names.

    Args:
        findings: FINDING.
        entries: ENTRY; every entry that a finding names.
        names: the names of the files.
        registers: ENTRY; the rows of other bodies, and of the last cycle, that findings name beside
            an entry, or instead of one.
        mask_identifiers: show only the last three characters of FIN and document.
        ids: those of the findings, where a person is asked about them.
    """
    entry = rows_of(entries, findings.column("entry_id"))
    other = rows_of(
        pa.concat_tables([entries, registers]), findings.column("other_entry_id")
    )
    has_no_entry = pc.is_null(findings.column("entry_id"))
    instead = pc.if_else(has_no_entry, written_names(other), None)
    columns = zip(
        findings.select(list(_COLUMNS)).to_pylist(),
        _merged(names.places(findings), names.places(entry)),
        names.places(other),
        pc.coalesce(written_names(entry), instead).to_pylist(),
        _named_cells(findings, entry, mask_identifiers=mask_identifiers),
        ids or itertools.repeat(None, findings.num_rows),
        strict=True,
    )
    rows = [
        FindingRow(
            rule=row["rule"],
            severity=Severity(row["severity"]),
            unit=row["unit"],
            place=place,
            other=other_place if other_place.file else row["other_entry_id"],
            entry_id=row["entry_id"],
            written=written,
            field=row["field"],
            cell=cell,
            value=row["value"],
            limit=row["limit"],
            finding_id=finding_id,
            other_entry_id=row["other_entry_id"],
        )
        for row, place, other_place, written, cell, finding_id in columns
    ]
    return tuple(sorted(rows, key=_order))


def count_rules(
    rows: Sequence[FindingRow], areas: Sequence[Precinct]
) -> tuple[RuleCount, ...]:
    """How many findings each rule made, errors first, then the most frequent.

    A finding of no precinct, or of none of ``areas``, counts in the total alone.
    """
    totals = Counter((row.severity, row.rule) for row in rows)
    by_area = Counter((row.severity, row.rule, row.place.area) for row in rows)
    counts = []
    for (severity, rule), total in totals.items():
        by_precinct = tuple(by_area[severity, rule, area] for area in areas)
        counts.append(RuleCount(rule, severity, total, by_precinct))
    return tuple(sorted(counts, key=_rule_order))


def _rule_order(count: RuleCount) -> tuple[int, int, str]:
    return (_SEVERITIES.index(count.severity), -count.count, count.rule)


def _merged(own: list[Place], of_entry: list[Place]) -> list[Place]:
    """The places of findings, with what is unknown in them taken from their entries."""
    return [
        _merged_place(place, entry) for place, entry in zip(own, of_entry, strict=True)
    ]


def _merged_place(place: Place, entry: Place) -> Place:
    own = [getattr(place, part) for part in _PLACE_PARTS]
    others = [getattr(entry, part) for part in _PLACE_PARTS]
    return Place(*(b if a is None else a for a, b in zip(own, others, strict=True)))


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
    cells = pa.nulls(findings.num_rows, pa.string())
    for name in ENTRY_FIELDS:
        column = entry.column(name)
        if mask_identifiers and name in _IDENTIFIERS:
            column = pa.array(list(map(_masked, column.to_pylist())), pa.string())
        is_named = pc.fill_null(pc.equal(field, name), fill_value=False)
        cells = pc.if_else(is_named, column, cells)
    return list(cells.to_pylist())


def _order(row: FindingRow) -> tuple[object, ...]:
    place = row.place
    return (
        _SEVERITIES.index(row.severity),
        row.rule,
        *place_order(*place.area),
        *(place.file or "", place.sheet or "", place.line or 0),
        row.entry_id or "",
        row.field or "",
        row.value or 0.0,
    )
