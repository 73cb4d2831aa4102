"""Entries that break off after some of their cells, and the whole rows that say the same.

A row that was cut in the middle stays an entry: nobody knows what it would have said. Where another
entry of its precinct begins with the very same cells, that one is its whole row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.fields import ENTRY_FIELDS
from voterlist.ingest.findings import finding
from voterlist.ingest.survey import Section, Survey
from voterlist.schemas import ENTRY
from voterlist.tables import concat

if TYPE_CHECKING:
    import pandas as pd

_USUAL = 0.5
"""A column that more of a list's entries fill than this is expected in each of them."""
_MOST_LOST = 1 / 3
"""A row without more of these columns at its end than this share is cut short."""
_LEAST_SAME = 2
"""So many cells must be the same before another row is called the whole one."""
_FIELDS = tuple(field for field in ENTRY_FIELDS if field != "number")
_PLACE = ["constituency", "precinct"]
_ROW = ["source", "sheet", "line"]
_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Cut:
    """Cut rows, one element a row in each array.

    Attributes:
        rows: the row among the entries: of its sheet, or of all sheets.
        last: the place in ``_FIELDS`` of the last field that it has.
        filled: how many cells it has.
        columns: how many columns its list has.
    """

    rows: _Ints
    last: _Ints
    filled: _Ints
    columns: _Ints

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
        cut = _cut(survey)
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


def _cut(survey: Survey) -> _Cut:
    """The entries of a sheet that are cut short, each list by its own columns."""
    chosen = np.flatnonzero(survey.entries())
    parts = [_cut_of_section(survey, section, chosen) for section in survey.sections]
    return _Cut.joined(parts) if parts else _Cut.none()


def _cut_of_section(survey: Survey, section: Section, chosen: _Ints) -> _Cut:
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


def _whole_rows(entries: pa.Table, cut_rows: _Cut) -> _Ints:
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
