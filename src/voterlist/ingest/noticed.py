"""What is to be said of a sheet: findings with places, codes and numbers, never with a cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow.compute as pc

from voterlist.ingest.evidence import KINDS, ORIGINS
from voterlist.ingest.findings import finding
from voterlist.ingest.headers import ColumnMatch
from voterlist.ingest.place import file_place
from voterlist.ingest.rows import code_number
from voterlist.ingest.survey import Section, Survey
from voterlist.model import AsideCode

__all__ = ["DAMAGED", "copied", "noticed"]

DAMAGED = "-damaged"
"""The encoding's name where letters of the file are lost."""
_Findings = list[dict[str, Any]]


def noticed(found: Survey) -> _Findings:
    """The findings about one sheet."""
    at = {"source": found.file.source, "sheet": found.sheet.name}
    where = found.places.main()
    if found.copy:
        return [
            finding(AsideCode.DUPLICATE_FILE, **at, **where, value=float(len(found.rows.codes)))
        ]
    if not found.sections:
        return _without_header(found, at, where)
    said = [finding("pin-not-found", **at, **where, field=field) for field in found.unused_pins]
    if found.sheet.hidden_rows:
        said.append(finding("hidden-rows", **at, **where, value=float(found.sheet.hidden_rows)))
    if count := found.sheet.formulas_without_value:
        said.append(finding("cells-not-worked-out", **at, **where, value=float(count)))
    if found.sheet.hidden_columns:
        said.append(
            finding("hidden-columns", **at, **where, value=float(found.sheet.hidden_columns))
        )
    if headless := int((found.rows.codes == code_number(AsideCode.HEADER_UNKNOWN)).sum()):
        said.append(finding(AsideCode.HEADER_UNKNOWN, **at, **where, value=float(headless)))
    for section in found.sections:
        said += _columns(found, section, at, where)
    said += [
        finding("place-unreadable", **at, **where, field=kind, value=float(count))
        for kind, count in found.unreadable.items()
    ]
    if found.doubtful:
        return said
    return said + _contradictions(found, at) + _unknown(found, at) + _damage(found, at, where)


def _without_header(found: Survey, at: dict[str, Any], where: dict[str, Any]) -> _Findings:
    """A sheet whose columns nobody named: notes beside a list, or a list that could not be read."""
    for code in (AsideCode.NO_LIST, AsideCode.HEADER_UNKNOWN):
        if count := int((found.rows.codes == code_number(code)).sum()):
            return [finding(code, **at, **where, value=float(count))]
    return []


def _columns(
    found: Survey, section: Section, at: dict[str, Any], where: dict[str, Any]
) -> _Findings:
    """The columns of a list that a person should look at."""
    line = found.sheet.lines[section.header.first].as_py()
    at = {**at, **where, "line": line}

    def said(rule: str, match: ColumnMatch) -> dict[str, Any]:
        return finding(
            rule,
            **at,
            field=match.field,
            value=match.column + 1.0,
            limit=round(match.confidence, 3),
        )

    rows = [said(AsideCode.MAPPING_DOUBTFUL, match) for match in section.doubts]
    if section.side_by_side:
        rows.append(finding("lists-side-by-side", **at))
    sure = [match for match in section.header.map.guessed() if match not in section.doubts]
    rows += [said("header-guessed", match) for match in sure if match.how != "content"]
    told = [
        match
        for match in section.header.map.matches
        if match.how == "content" and match not in section.doubts
    ]
    rows += [said("column-by-content", match) for match in told]
    known = {match.column for match in section.header.map.matches}
    for column, text in enumerate(section.header.texts):
        below = found.cells[column].slice(section.header.start, section.stop - section.header.start)
        if text and column not in known and below.null_count < len(below):
            rows.append(finding("column-not-understood", **at, value=column + 1.0))
    return rows


def _contradictions(found: Survey, at: dict[str, Any]) -> _Findings:
    """Each number that some evidence gives beside the one taken, once a sheet.

    The rule names where that one stands.
    """
    rows: _Findings = []
    is_entry = found.entries()
    for kind in KINDS:
        taken, origins = found.places.final[kind][is_entry], found.places.origins(kind)[is_entry]
        told: set[tuple[int, int, int, int]] = set()
        for evidence in found.places.evidence[kind].values():
            other = evidence[is_entry]
            differs = (other > 0) & (other != taken)
            homes = found.places.final["constituency"][is_entry][differs]
            columns = (homes, taken[differs], other[differs], origins[differs])
            told |= set(zip(*(column.tolist() for column in columns), strict=True))
        for home, chosen, other, origin in sorted(told):
            where = {
                "constituency": home or None,
                "precinct": chosen if kind == "precinct" else None,
            }
            rule = f"place-by-{ORIGINS[origin]}"
            rows.append(
                finding(rule, **at, **where, field=kind, value=float(other), limit=float(chosen))
            )
    return rows


def _unknown(found: Survey, at: dict[str, Any]) -> _Findings:
    """How many entries of the sheet have no place."""
    rows = []
    for kind in KINDS:
        if count := int((found.places.final[kind][found.entries()] == 0).sum()):
            home = found.places.main()["constituency"]
            rows.append(
                finding(f"{kind}-unknown", **at, constituency=home, field=kind, value=float(count))
            )
    return rows


def _damage(found: Survey, at: dict[str, Any], where: dict[str, Any]) -> _Findings:
    """How many rows hold a letter that was lost in the file."""
    if not (found.sheet.encoding or "").endswith(DAMAGED):
        return []
    lost = np.zeros(len(found.rows.codes), dtype=bool)
    for column in found.cells:
        is_lost = pc.match_substring(column, "\N{REPLACEMENT CHARACTER}")
        lost |= np.asarray(pc.fill_null(is_lost, fill_value=False), dtype=bool)
    line = found.sheet.lines[int(np.argmax(lost))].as_py()
    return [finding("encoding-damaged", **at, **where, line=line, value=float(lost.sum()))]


def copied(surveys: Sequence[Survey]) -> _Findings:
    """One content under the names of two precincts: then the second one's own list is missing."""
    first = {(found.file.source, found.sheet.name): found for found in surveys if not found.copy}
    rows = []
    for copy in (found for found in surveys if found.copy):
        original = first.get((copy.file.source, copy.sheet.name))
        named = file_place(copy.file.name).precinct
        if (
            original is None
            or named is None
            or named == (taken := original.places.main()["precinct"])
            or not taken
        ):
            continue
        at = {"source": copy.file.source, "sheet": copy.sheet.name, "field": "precinct"}
        where = {"constituency": original.places.main()["constituency"], "precinct": named}
        rows.append(
            finding("copy-elsewhere", **at, **where, value=float(named), limit=float(taken))
        )
    return rows
