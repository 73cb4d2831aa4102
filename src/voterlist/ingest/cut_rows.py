"""Entries that break off after some of their cells, and the whole rows that say the same.

A row that was cut in the middle stays an entry: nobody knows what it would have said. Where another
entry of its precinct begins with the very same cells, that one is its whole row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.ingest.findings import finding
from voterlist.ingest.survey import Section, Survey
from voterlist.schemas import ENTRY, ENTRY_FIELDS
from voterlist.tables import concat

__all__ = ["cut_rows"]

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
    """The cut rows of one sheet, counted among its entries."""

    rows: _Ints
    last: _Ints
    """The place in ``_FIELDS`` of the last field that each has."""
    filled: _Ints
    """How many cells each has."""
    columns: _Ints
    """How many columns its list has."""


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
    cuts = [_cut(survey) for survey in surveys]
    if not any(len(cut.rows) for cut in cuts):
        return []
    starts = np.cumsum([0, *(table.num_rows for table in tables)])[:-1]
    numbers = [start + cut.rows for start, cut in zip(starts, cuts, strict=True)]
    rows, last = np.concatenate(numbers), np.concatenate([cut.last for cut in cuts])
    filled = np.concatenate([cut.filled for cut in cuts])
    columns = np.concatenate([cut.columns for cut in cuts])
    entries = concat(tables, ENTRY)
    whole = _whole_rows(entries, rows, last)
    own = entries.select([*_ROW, *_PLACE]).take(pa.array(rows)).to_pylist()
    other = entries.select(_ROW).take(pa.array(np.maximum(whole, 0))).to_pylist()
    findings = []
    for at, row in enumerate(own):
        cells = {**row, "value": float(filled[at]), "limit": float(columns[at])}
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
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return _Cut(none, none, none, none)
    columns = zip(*parts, strict=True)
    return _Cut(*(np.concatenate(column) for column in columns))


def _cut_of_section(
    survey: Survey, section: Section, chosen: _Ints
) -> tuple[_Ints, _Ints, _Ints, _Ints]:
    """(rows, last field, cells, columns) of the cut entries of one list."""
    numbers = np.flatnonzero((chosen >= section.start) & (chosen < section.stop))
    matches = sorted(
        (match for match in section.header.map.matches if match.field in _FIELDS),
        key=lambda match: match.column,
    )
    rows = pa.array(chosen[numbers])
    if not matches or not len(numbers):
        none = np.zeros(0, dtype=np.int64)
        return none, none, none, none
    columns = (survey.cells[match.column].take(rows) for match in matches)
    is_filled = np.array([pc.is_valid(column) for column in columns], dtype=bool)
    is_usual = is_filled.mean(axis=1) > _USUAL
    order = np.arange(len(matches))[:, None]
    last = np.where(is_filled, order, -1).max(axis=0)
    lost = (is_usual[:, None] & (order > last)).sum(axis=0)
    is_cut = (lost > _MOST_LOST * is_usual.sum()) & (last >= 0)
    fields = np.array([_FIELDS.index(str(match.field)) for match in matches])
    cells = is_filled.sum(axis=0)[is_cut]
    return (
        numbers[is_cut],
        fields[last[is_cut]],
        cells.astype(np.int64),
        np.full(len(cells), len(matches)),
    )


def _whole_rows(entries: pa.Table, rows: _Ints, last: _Ints) -> _Ints:
    """For each cut row the row that begins with the same cells; -1 where there is none.

    The last cell of a cut row may be cut itself, so it need only be the beginning. A row of the
    same list goes before one of another list.
    """
    frame = entries.select(["source", *_PLACE, *_FIELDS]).to_pandas()
    frame[_PLACE] = frame[_PLACE].fillna(0)
    frame["row"] = np.arange(len(frame))
    cut = frame.iloc[rows].assign(at=np.arange(len(rows)))
    others = frame.drop(index=rows)
    known = cut[list(_FIELDS)].notna().to_numpy()
    whole = np.full(len(rows), -1, dtype=np.int64)
    kinds, kind_of_row = np.unique(
        np.column_stack([known, last]), axis=0, return_inverse=True
    )
    for number, kind in enumerate(kinds):
        fields = [field for field, has in zip(_FIELDS, kind, strict=False) if has]
        if len(fields) >= _LEAST_SAME:
            own = cut[kind_of_row.ravel() == number]
            first = _beginning_alike(own, others, fields, _FIELDS[int(kind[-1])])
            whole[first["at"].to_numpy()] = first["row_other"].to_numpy()
    return whole


def _beginning_alike(
    cut: pd.DataFrame, others: pd.DataFrame, fields: Sequence[str], ending: str
) -> pd.DataFrame:
    """at, row_other: the first of the others that has the fields of each cut row.

    Of the field ``ending`` it need only have the beginning.
    """
    same = [*_PLACE, *(field for field in fields if field != ending)]
    pairs = cut.merge(others, on=same, suffixes=("", "_other"))
    texts = zip(pairs[f"{ending}_other"], pairs[ending], strict=True)
    begins = [isinstance(text, str) and text.startswith(start) for text, start in texts]
    pairs = pairs[np.array(begins, dtype=bool)]
    is_elsewhere = pairs["source"].astype(str) != pairs["source_other"].astype(str)
    ordered = pairs.assign(is_elsewhere=is_elsewhere).sort_values(
        ["at", "is_elsewhere", "row_other"]
    )
    return ordered.drop_duplicates("at")[["at", "row_other"]]
