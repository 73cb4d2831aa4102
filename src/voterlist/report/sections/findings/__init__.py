"""The findings of all stages, by rule and precinct, each with its place looked up."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.check import SHARE_RULES
from voterlist.fields import ENTRY_FIELDS, MASKED
from voterlist.model import Precinct, Severity, frozen
from voterlist.normalize.names import is_placeholder
from voterlist.report.section import (
    Block,
    Column,
    Inputs,
    Section,
    SheetTable,
    columns_of,
    place_columns,
    small_columns,
)
from voterlist.report.values import (
    Facts,
    Names,
    Place,
    Words,
    mask,
    place_order,
    rows_of,
    written_names,
)
from voterlist.schemas import ENTRY, FINDING, PROFILE
from voterlist.tables import by_key, text_of


@frozen
class FindingRow:
    """One finding with its place looked up."""

    rule: str
    severity: Severity
    unit: str
    place: Place
    other: Place | str | None
    """The place of the other entry that the finding names; its id, where it is a row of a register
    and no entry."""
    entry_id: str | None
    written: str | None
    """The name as written, of a finding about an entry."""
    field: str | None
    cell: str | None
    """The cell of that field as written."""
    value: float | None
    limit: float | None
    finding_id: str | None = None
    """Where a person is asked about it: the id by which an answer finds it again."""
    other_entry_id: str | None = None
    """The other entry, or the row of a register, that it names."""


@frozen
class RuleCount:
    """How many findings a rule made: in all, and by precinct in the order of ``Findings.areas``."""

    rule: str
    severity: Severity
    count: int
    by_precinct: tuple[int, ...]


@frozen
class Findings:
    """The findings of a report."""

    rows: tuple[FindingRow, ...]
    """Errors first, then by rule, precinct, file and line."""
    rules: tuple[RuleCount, ...]
    """Errors first, then the most frequent."""
    areas: tuple[Precinct, ...]
    """The precincts in order: (constituency, precinct)."""


_SEVERITIES = list(Severity)
_PLACE_PARTS = attrgetter("constituency", "precinct", "file", "sheet", "line")
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
    ids: Sequence[str] | None = None,
) -> tuple[FindingRow, ...]:
    """The findings, errors first, then by rule, precinct, file and line.

    What a finding lacks of its place is taken from the entry it names.

    Args:
        findings: FINDING.
        entries: ENTRY; every entry that a finding names.
        names: the names of the files, and what is shown of identifiers.
        registers: ENTRY; the rows of other bodies, and of the last cycle, that findings name beside
            an entry, or instead of one.
        ids: those of the findings, where a person is asked about them.
    """
    # Who was added is the row of a register, or of an application.
    known = pa.concat_tables([entries, registers])
    entry, other = (
        rows_of(known, findings.column(name)) for name in ("entry_id", "other_entry_id")
    )
    has_no_entry = pc.is_null(findings.column("entry_id"))
    instead = pc.if_else(has_no_entry, written_names(other), None)
    columns = zip(
        findings.select(_COLUMNS).to_pylist(),
        map(_merge_places, names.places(findings), names.places(entry)),
        names.places(other),
        pc.coalesce(written_names(entry), instead).to_pylist(),
        _named_cells(findings, entry, names),
        ids or itertools.repeat(None, findings.num_rows),
        strict=True,
    )
    rows = [
        FindingRow(
            **row | {"severity": Severity(row["severity"])},
            place=place,
            other=other_place if other_place.file else row["other_entry_id"],
            written=written,
            cell=cell,
            finding_id=finding_id,
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
    counts.sort(
        key=lambda count: (_SEVERITIES.index(count.severity), -count.count, count.rule)
    )
    return tuple(counts)


def _merge_places(place: Place, entry: Place) -> Place:
    """The place of a finding, with what is unknown in it taken from its entry."""
    own, others = _PLACE_PARTS(place), _PLACE_PARTS(entry)
    return Place(*(b if a is None else a for a, b in zip(own, others, strict=True)))


def _mask_identifier(text: str | None) -> str | None:
    """An identifier masked.

    What stands in its place to say that there is none ("yoxdur") is shown as it is.
    """
    return text if text is None or is_placeholder(text) else mask(text)


def _named_cells(findings: pa.Table, entry: pa.Table, names: Names) -> list[str | None]:
    """The cell of the field that each finding names, as written."""
    field = text_of(findings, "field")
    cells = pa.nulls(findings.num_rows, pa.string())
    for name in ENTRY_FIELDS:
        column = entry.column(name)
        if names.mask_identifiers and name in MASKED:
            column = pa.array(
                list(map(_mask_identifier, column.to_pylist())), pa.string()
            )
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


class FindingWords(Words):
    """Says what findings notice."""

    def message(self, finding: FindingRow) -> str:
        """The finding with its numbers; those of rules about shares as percentages."""
        value = self._shown(finding, finding.value)
        limit = self._shown(finding, finding.limit)
        key = f"rule.{finding.rule}.message"
        of_all = f"{key}.all-lists"
        if finding.place.constituency is None and self.has(of_all):
            key = of_all
        return self(key, value=value, limit=limit, count=value)

    def field_of(self, finding: FindingRow) -> str | None:
        """The field that it is about."""
        return self(f"field.{finding.field}") if finding.field else None

    def _shown(self, finding: FindingRow, value: float | None) -> float | str | None:
        if value is None or finding.rule not in SHARE_RULES:
            return value
        return self.percent(value)


def sheets(
    findings: Findings, facts: Facts, words: FindingWords
) -> Iterable[SheetTable]:
    """One row for each finding."""
    notes = (words("report.findings.note"), words("report.findings.accept"))
    yield SheetTable(
        words("report.sheet.findings"),
        (words("report.findings.title"), *notes),
        _columns(words, facts.constituency),
        findings.rows,
        words("report.findings.none"),
        frozen=2,
    )


def summary(findings: Findings, words: FindingWords) -> Iterable[Block]:
    """How many findings each rule made."""
    columns = small_columns(
        words,
        rule="rule.{0.rule}.title",
        severity="severity.{0.severity}",
        findings="count",
    )
    yield Block(words("report.rules.title"), columns, findings.rules)


def _columns(words: FindingWords, home: int | None) -> tuple[Column, ...]:
    """The columns that show a finding; the first two say what it is.

    The constituency ``home`` is not repeated in the place of the other entry.
    """
    return columns_of(
        words,
        (
            "report.column.severity",
            11,
            "text",
            "severity.{0.severity}",
            "severity",
        ),
        ("report.column.rule", 30, "text", "rule.{0.rule}.title"),
        *place_columns(words),
        ("field.written", 30, "text", "written"),
        ("report.column.field", 15, "text", words.field_of),
        ("report.column.cell", 20, "text", "cell"),
        ("report.column.message", 48, "text", words.message),
        ("report.column.todo", 48, "text", "rule.{0.rule}.todo"),
        (
            "report.column.other",
            34,
            "text",
            lambda row: words.place(row.other, home) if row.other else None,
        ),
        ("field.entry_id", 25, "text", "entry_id"),
    )


_SHADES = 4


def page(findings: Findings) -> Mapping[str, Any]:
    """What the template of the findings needs besides the findings."""
    rows = by_key(((row.rule, row.severity), row) for row in findings.rows)
    return {
        "rules": [
            {"count": count, "rows": rows[count.rule, count.severity]}
            for count in findings.rules
        ],
        "severities": list(Severity),
        "shade": shade,
    }


def shade(count: int, most: int) -> int:
    """The step of shade, 0 to 4, of a count among counts of at most ``most``.

    The square root spreads small ones.
    """
    if not count or not most:
        return 0
    return max(1, min(_SHADES, round(_SHADES * math.sqrt(count / most))))


def _build(inputs: Inputs) -> Findings:
    rows = build_findings(
        inputs.own("findings"),
        inputs.table("entries"),
        inputs.run.names,
        registers=inputs.table("register_rows"),
    )
    areas = _areas(inputs.own("profile"))
    return Findings(rows, count_rules(rows, areas), areas)


def _areas(profile: pa.Table) -> tuple[Precinct, ...]:
    """The precincts of a PROFILE table in order."""
    rows = profile.select(["constituency", "precinct"]).to_pylist()
    areas = [(row["constituency"], row["precinct"]) for row in rows]
    return tuple(sorted(areas, key=lambda area: place_order(*area)))


FINDINGS = Section(
    name="findings",
    build=_build,
    needs={"findings": FINDING, "entries": ENTRY, "profile": PROFILE},
    uses={"register_rows": ENTRY},
    sheets=sheets,
    summary=summary,
    page=page,
    most={"findings_of_rule": 25, "rules_by_precinct": 12, "precincts": 300},
)
