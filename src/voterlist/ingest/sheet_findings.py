"""Findings about one sheet, cut rows among them: places, codes and numbers, never a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Longs
from voterlist.fields import ENTRY_FIELDS, NAMES
from voterlist.ingest.evidence import KINDS, ORIGINS
from voterlist.ingest.file_names import Territory
from voterlist.ingest.findings import LETTERS_LOST, finding
from voterlist.ingest.headers import ColumnMatch
from voterlist.ingest.rows import code_number
from voterlist.ingest.survey import Section, Survey
from voterlist.lost_letters import has_lost_letters, with_sign_inside
from voterlist.model import AsideCode
from voterlist.schemas import ENTRY
from voterlist.tables import concat, mask_of

if TYPE_CHECKING:
    import pandas as pd


# Entries that break off after some of their cells, and the whole rows that say the same.
#
# A row that was cut in the middle stays an entry: nobody knows what it would have said. Where
# another entry of its precinct begins with the very same cells, that one is its whole row.

_USUAL = 0.5
"""A column that more of a list's entries fill than this is expected in each of them."""
_MOST_LOST = 1 / 3
"""A row without more of these columns at its end than this share is cut short."""
_LEAST_SAME = 2
"""So many cells must be the same before another row is called the whole one."""
_FIELDS = tuple(field for field in ENTRY_FIELDS if field != "number")
_PLACE = ["constituency", "precinct"]
_ROW = ["source", "sheet", "line"]


@dataclass(frozen=True, slots=True)
class _Cut:
    """Cut rows, one element a row in each array.

    Attributes:
        rows: the row among the entries: of its sheet, or of all sheets.
        last: the place in ``_FIELDS`` of the last field that it has.
        filled: how many cells it has.
        columns: how many columns its list has.
    """

    rows: Longs
    last: Longs
    filled: Longs
    columns: Longs

    @classmethod
    def none(cls) -> _Cut:
        """No row at all."""
        nothing = np.zeros(0, dtype=np.int64)
        return cls(nothing, nothing, nothing, nothing)

    @classmethod
    def joined(cls, parts: Sequence[_Cut]) -> _Cut:
        """The rows of all parts, one after the other."""
        columns = {}
        for field in fields(cls):
            arrays = [getattr(part, field.name) for part in parts]
            columns[field.name] = np.concatenate(arrays)
        return cls(**columns)


def cut_rows(
    surveys: Sequence[Survey], tables: Sequence[pa.Table]
) -> list[dict[str, Any]]:
    """The remarks on entries that are cut short, with the place of the whole row if there is one.

    Args:
        surveys: of the sheets of one intake.
        tables: the entries of each.

    Returns:
        Rows for ``findings_table``. Where there is a whole row, ``other_source``, ``other_sheet``
        and ``other_line`` say where it stands.
    """
    cuts = []
    start = 0
    for survey, table in zip(surveys, tables, strict=True):
        cut = _cut_entries(survey)
        cuts.append(replace(cut, rows=start + cut.rows))
        start += table.num_rows
    if not any(len(cut.rows) for cut in cuts):
        return []
    return _findings(concat(tables, ENTRY), _Cut.joined(cuts))


def _findings(entries: pa.Table, cut: _Cut) -> list[dict[str, Any]]:
    """A finding for each cut row; ``cut.rows`` count among all entries."""
    whole = _whole_rows(entries, cut)
    own = entries.select([*_ROW, *_PLACE]).take(pa.array(cut.rows)).to_pylist()
    other = entries.select(_ROW).take(pa.array(np.maximum(whole, 0))).to_pylist()
    filled = cut.filled.astype(float).tolist()
    columns = cut.columns.astype(float).tolist()
    findings = []
    for at, row in enumerate(own):
        cells = {**row, "value": filled[at], "limit": columns[at]}
        if whole[at] < 0:
            findings.append(finding("row-cut-short", **cells))
            continue
        cells |= {f"other_{name}": other[at][name] for name in _ROW}
        findings.append(finding("row-cut-short-repeated", **cells))
    return findings


def _cut_entries(survey: Survey) -> _Cut:
    """The entries of a sheet that are cut short, each list by its own columns."""
    chosen = np.flatnonzero(survey.entries())
    parts = [_cut_of_section(survey, section, chosen) for section in survey.sections]
    return _Cut.joined(parts) if parts else _Cut.none()


def _cut_of_section(survey: Survey, section: Section, chosen: Longs) -> _Cut:
    """The cut entries of one list.

    ``chosen``: the rows of the sheet that are entries.
    """
    is_here = (chosen >= section.start) & (chosen < section.stop)
    numbers = np.flatnonzero(is_here)
    matches = [match for match in section.header.map.matches if match.field in _FIELDS]
    matches.sort(key=lambda match: match.column)
    if not matches or not len(numbers):
        return _Cut.none()
    rows = pa.array(chosen[numbers])
    columns = (survey.cells[match.column].take(rows) for match in matches)
    # Shape: columns by rows.
    is_filled = np.array([pc.is_valid(column) for column in columns], dtype=bool)
    is_usual = is_filled.mean(axis=1) > _USUAL
    order = np.arange(len(matches))[:, None]
    last = np.where(is_filled, order, -1).max(axis=0)
    lost = (is_usual[:, None] & (order > last)).sum(axis=0)
    is_cut = (lost > _MOST_LOST * is_usual.sum()) & (last >= 0)
    field_of_column = np.array([_FIELDS.index(str(match.field)) for match in matches])
    filled = is_filled.sum(axis=0)[is_cut]
    return _Cut(
        rows=numbers[is_cut],
        last=field_of_column[last[is_cut]],
        filled=filled.astype(np.int64),
        columns=np.full(len(filled), len(matches)),
    )


def _whole_rows(entries: pa.Table, cut_rows: _Cut) -> Longs:
    """For each cut row the row that begins with the same cells; -1 where there is none.

    The last cell of a cut row may be cut itself, so it need only be the beginning. A row of the
    same list goes before one of another list.
    """
    frame = entries.select(["source", *_PLACE, *_FIELDS]).to_pandas()
    frame[_PLACE] = frame[_PLACE].fillna(0)
    frame["row"] = np.arange(len(frame))
    count = len(cut_rows.rows)
    cut = frame.iloc[cut_rows.rows].assign(at=np.arange(count))
    others = frame.drop(index=cut_rows.rows)
    whole = np.full(count, -1, dtype=np.int64)
    # Rows that have the same fields, and end with the same one, are looked for together.
    known = cut[list(_FIELDS)].notna().to_numpy()
    shapes = np.column_stack([known, cut_rows.last])
    kinds, kind_of_row = np.unique(shapes, axis=0, return_inverse=True)
    for number, (*has_field, last) in enumerate(kinds.tolist()):
        present = [*compress(_FIELDS, has_field)]
        if len(present) >= _LEAST_SAME:
            own = cut[kind_of_row.ravel() == number]
            first = _beginning_alike(own, others, present, _FIELDS[last])
            whole[first["at"].to_numpy()] = first["row_other"].to_numpy()
    return whole


def _beginning_alike(
    cut: pd.DataFrame, others: pd.DataFrame, fields: Sequence[str], ending: str
) -> pd.DataFrame:
    """The first of the others that has the fields of each cut row: columns ``at``, ``row_other``.

    Args:
        cut: the cut rows; ``at`` numbers them.
        others: all other entries.
        fields: the fields that the cut rows have.
        ending: the last of them; the other need only begin with it.
    """
    same = [*_PLACE, *(field for field in fields if field != ending)]
    pairs = cut.merge(others, on=same, suffixes=("", "_other"))
    texts = zip(pairs[f"{ending}_other"], pairs[ending], strict=True)
    begins = [isinstance(text, str) and text.startswith(start) for text, start in texts]
    pairs = pairs[np.array(begins, dtype=bool)]
    is_elsewhere = pairs["source"].astype(str) != pairs["source_other"].astype(str)
    pairs = pairs.assign(is_elsewhere=is_elsewhere)
    ordered = pairs.sort_values(["at", "is_elsewhere", "row_other"])
    return ordered.drop_duplicates("at")[["at", "row_other"]]


DAMAGED = "-damaged"
"""The encoding's name ends so where letters of the file are lost."""

_Findings = list[dict[str, Any]]


def sheet_findings(sheet: Survey, territory: Territory) -> _Findings:
    """The findings about one sheet, as rows for ``findings_table``.

    ``territory``: the precincts of each constituency, as far as they are told.
    """
    if sheet.copy:
        rows = _Rows(sheet)
        rows.add(AsideCode.DUPLICATE_FILE, value=len(sheet.rows.codes))
        return rows.findings
    if not sheet.sections:
        return _without_header(sheet)
    findings = _of_sheet(sheet)
    for section in sheet.sections:
        findings += _of_columns(sheet, section)
    findings += _unreadable_places(sheet)
    if not sheet.doubtful:
        findings += [
            *_contradictions(sheet),
            *_doubtful_names(sheet),
            *_unknown_places(sheet),
            *_foreign_places(sheet, territory),
            *_damaged_rows(sheet),
            *_lost_letters(sheet),
        ]
    return findings


class _Rows:
    """Findings about one sheet while they are collected."""

    def __init__(self, sheet: Survey, **places: Any) -> None:
        """``places``: further cells that all of them have."""
        self.findings: _Findings = []
        self._places = {**_content(sheet), **sheet.places.main(), **places}

    def add(self, rule: str, *, value: float | None = None, **cells: Any) -> None:
        """Add a finding of this rule."""
        number = None if value is None else float(value)
        all_cells = {**self._places, **cells, "value": number}
        self.findings.append(finding(rule, **all_cells))

    def add_count(self, rule: str, count: int, **cells: Any) -> None:
        """Add a finding of so many, unless there are none."""
        if count:
            self.add(rule, value=count, **cells)


def _content(sheet: Survey) -> dict[str, Any]:
    """The cells of a finding that say which sheet it is about."""
    return {"source": sheet.file.source, "sheet": sheet.sheet.name}


def _rows_aside(sheet: Survey, code: AsideCode) -> int:
    """How many rows of the sheet are set aside with this code."""
    return int((sheet.rows.codes == code_number(code)).sum())


def _without_header(sheet: Survey) -> _Findings:
    """A sheet whose columns nobody named: notes beside a list, or a list that was not read."""
    rows = _Rows(sheet)
    notes = _rows_aside(sheet, AsideCode.NO_LIST)
    if notes:
        rows.add(AsideCode.NO_LIST, value=notes)
    else:
        unread = _rows_aside(sheet, AsideCode.HEADER_UNKNOWN)
        rows.add_count(AsideCode.HEADER_UNKNOWN, unread)
    return rows.findings


def _of_sheet(sheet: Survey) -> _Findings:
    """What is noticed of the sheet as a whole."""
    rows = _Rows(sheet)
    for field in sheet.unused_pins:
        rows.add("pin-not-found", field=field)
    rows.add_count("acting-file", sheet.sheet.acts)
    rows.add_count("hidden-rows", sheet.sheet.hidden_rows)
    rows.add_count("cells-not-worked-out", sheet.sheet.formulas_without_value)
    rows.add_count("hidden-columns", sheet.sheet.hidden_columns)
    for code in (AsideCode.HEADER_UNKNOWN, AsideCode.LOOKS_LIKE_REGISTER):
        rows.add_count(code, _rows_aside(sheet, code))
    asked = np.flatnonzero(sheet.rows.codes == code_number(AsideCode.MAY_BE_VOTER))
    if len(asked):
        line = sheet.sheet.lines[asked[0]].as_py()
        rows.add(AsideCode.MAY_BE_VOTER, value=len(asked), line=line)
    return rows.findings


def _of_columns(sheet: Survey, section: Section) -> _Findings:
    """The columns of a list that a person should look at."""
    header = section.header
    rows = _Rows(sheet, line=sheet.sheet.lines[header.first].as_py())
    for match in section.doubts:
        rows.add(AsideCode.MAPPING_DOUBTFUL, **_column(match))
    if section.side_by_side:
        rows.add("lists-side-by-side")
    for match in header.map.guessed():
        if match not in section.doubts and match.how != "content":
            rows.add("header-guessed", **_column(match))
    for match in header.map.matches:
        if match not in section.doubts and match.how == "content":
            rows.add("column-by-content", **_column(match))
    known = {match.column for match in header.map.matches}
    for column, text in enumerate(header.texts):
        if text and column not in known and _is_filled(sheet, section, column):
            rows.add("column-not-understood", value=column + 1)
    return rows.findings


def _column(match: ColumnMatch) -> dict[str, Any]:
    """The cells of a finding about a column: its field, its number from 1, and how sure it is."""
    confidence = round(match.confidence, 3)
    return {"field": match.field, "value": match.column + 1, "limit": confidence}


def _is_filled(sheet: Survey, section: Section, column: int) -> bool:
    """True where a cell of the column below the header holds something."""
    start = section.header.start
    cells = sheet.cells[column].slice(start, section.stop - start)
    return bool(cells.null_count < len(cells))


def _unreadable_places(sheet: Survey) -> _Findings:
    """How many cells of a column of places hold no number of a place."""
    rows = _Rows(sheet)
    for kind, count in sheet.unreadable.items():
        rows.add("place-unreadable", field=kind, value=count)
    return rows.findings


def _contradictions(sheet: Survey) -> _Findings:
    """Each number that some evidence gives beside the one taken, once per sheet.

    The rule names where the one taken stands.
    """
    rows = _Rows(sheet)
    for kind in KINDS:
        for constituency, chosen, other, origin in sorted(_other_numbers(sheet, kind)):
            rows.add(
                f"place-by-{ORIGINS[origin]}",
                constituency=constituency or None,
                precinct=chosen if kind == "precinct" else None,
                field=kind,
                value=other,
                limit=float(chosen),
            )
    return rows.findings


def _other_numbers(sheet: Survey, kind: str) -> set[tuple[int, int, int, int]]:
    """(constituency, number taken, other number, origin of the one taken) of the sheet's entries.

    0 is a constituency that is not known.
    """
    places, is_entry = sheet.places, sheet.entries()
    constituency = places.final["constituency"][is_entry]
    taken, origin = places.final[kind][is_entry], places.origins(kind)[is_entry]
    numbers: set[tuple[int, int, int, int]] = set()
    for evidence in places.evidence[kind].values():
        other = evidence[is_entry]
        differs = (other > 0) & (other != taken)
        columns = np.stack([constituency, taken, other, origin])
        numbers.update(zip(*columns[:, differs].tolist(), strict=True))
    return numbers


def _unknown_places(sheet: Survey) -> _Findings:
    """How many entries of the sheet have no constituency, and how many no precinct."""
    rows = _Rows(sheet, precinct=None)
    for kind in KINDS:
        unknown = sheet.places.final[kind][sheet.entries()] == 0
        rows.add_count(f"{kind}-unknown", int(unknown.sum()), field=kind)
    return rows.findings


def _doubtful_names(sheet: Survey) -> _Findings:
    """Why the precinct that a name gives may be wrong, where nothing else gives it."""
    rows = _Rows(sheet)
    for doubt in sheet.places.doubts(sheet.entries()):
        limit = None if doubt.other is None else float(doubt.other)
        rows.add(doubt.rule, field="precinct", value=doubt.value, limit=limit)
    return rows.findings


def _foreign_places(sheet: Survey, territory: Territory) -> _Findings:
    """How many entries stand in a precinct that the settings do not give its constituency."""
    rows = _Rows(sheet)
    constituencies, precincts, which, _ = sheet.places.groups()
    entries = np.bincount(which[sheet.entries()], minlength=len(precincts))
    columns = np.stack([constituencies, precincts, entries])
    for constituency, precinct, count in columns.T.tolist():
        known = territory.get(constituency, ())
        if precinct and known and precinct not in known:
            place = {"constituency": constituency, "precinct": precinct}
            rows.add_count("precinct-not-in-territory", count, **place)
    return rows.findings


def _is_damaged(sheet: Survey) -> bool:
    """True where letters of the file are lost."""
    encoding = sheet.sheet.encoding or ""
    return encoding.endswith(DAMAGED)


def _names(sheet: Survey, section: Section) -> list[pa.Array]:
    """The columns of a list that hold names, or parts of one."""
    columns: set[int] = set()
    for name in NAMES:
        columns.update(section.header.map.columns(name))
    length = section.stop - section.start
    return [
        sheet.cells[column].slice(section.start, length) for column in sorted(columns)
    ]


def _lost_letters(sheet: Survey) -> _Findings:
    """How many entries have a name in which letters were lost before the file was saved."""
    if _is_damaged(sheet):
        return []
    with_sign = np.zeros(len(sheet.rows.codes), dtype=bool)
    for section in sheet.sections:
        names = _names(sheet, section)
        if names:
            with_sign[section.start : section.stop] = with_sign_inside(names)
    is_entry = sheet.entries()
    with_sign &= is_entry
    count = int(with_sign.sum())
    if not has_lost_letters(count, int(is_entry.sum())):
        return []
    first = int(np.argmax(with_sign))
    found = _Rows(sheet, line=sheet.sheet.lines[first].as_py())
    found.add(LETTERS_LOST, value=count)
    return found.findings


def _damaged_rows(sheet: Survey) -> _Findings:
    """How many rows hold a letter that was lost in the file."""
    if not _is_damaged(sheet):
        return []
    lost = np.zeros(len(sheet.rows.codes), dtype=bool)
    for column in sheet.cells:
        lost |= mask_of(pc.match_substring(column, "\N{REPLACEMENT CHARACTER}"))
    rows = _Rows(sheet, line=sheet.sheet.lines[int(np.argmax(lost))].as_py())
    rows.add("encoding-damaged", value=int(lost.sum()))
    return rows.findings


def copy_findings(surveys: Sequence[Survey]) -> _Findings:
    """One content under the names of two precincts: then the second one's own list is missing.

    ``surveys``: of all sheets of one intake. Rows for ``findings_table``.
    """
    originals = {_key(sheet): sheet for sheet in surveys if not sheet.copy}
    copies = [sheet for sheet in surveys if sheet.copy and _key(sheet) in originals]
    findings = []
    for copy in copies:
        place = originals[_key(copy)].places.main()
        reading = copy.places.file
        named = reading.precinct if reading.doubt is None else None
        if named is not None and place["precinct"] and named != place["precinct"]:
            findings.append(_elsewhere(copy, named, place))
    return findings


def _elsewhere(
    copy: Survey, named: int, place: Mapping[str, int | None]
) -> dict[str, Any]:
    """The finding about a copy named for another precinct than that of the content.

    Args:
        copy: the sheet.
        named: the precinct that its name gives.
        place: the constituency and precinct of the content.
    """
    return finding(
        "copy-elsewhere",
        **_content(copy),
        constituency=place["constituency"],
        precinct=named,
        field="precinct",
        value=float(named),
        limit=float(place["precinct"] or 0),
    )


def _key(sheet: Survey) -> tuple[str, str | None]:
    """Where the content of a sheet stands first: file and sheet."""
    return sheet.file.source, sheet.sheet.name
