"""Rows as they stand in a frame, read by the kernels that read a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from voterlist.config.comparisons import AddedComparison
from voterlist.ingest import given_map, table_entries
from voterlist.ingest.added import added_columns
from voterlist.ingest.generic import NAME_FIELDS, name_columns
from voterlist.link.encode import COMPARED
from voterlist.model import Profile
from voterlist.normalize import normalize
from voterlist.normalize.added import fold_added
from voterlist.readers import text_table
from voterlist.tables import codes

ADDED = "added:"
"""Stands before the name of an added comparison where it is a column of rows."""
_NAMES = 20_000
"""So many distinct names of a column are told of each task, the most frequent first."""

Columns = Mapping[str, Sequence[str]]
"""Field to the headers that make it up, as a map of columns says it."""


@dataclass(frozen=True)
class Rows:
    """How the rows of a frame are read."""

    profile: Profile
    columns: Columns | None = None
    """None: they are VOTER already."""
    comparisons: Sequence[AddedComparison] = ()

    @property
    def ids(self) -> Sequence[str]:
        """The columns of the entry ids."""
        return ("entry_id",) if self.columns is None else self.columns["entry_id"]

    @property
    def used(self) -> tuple[str, ...]:
        """All columns that are read, each once."""
        if self.columns is None:
            return tuple(COMPARED)
        headers = [name for names in self.columns.values() for name in names]
        headers += [name for one in self.comparisons for name in one.columns]
        return tuple(dict.fromkeys(headers))

    @property
    def added(self) -> tuple[str, ...]:
        """The added comparisons."""
        return tuple(one.name for one in self.comparisons)

    def entries(self, rows: pa.Table) -> pa.Table:
        """The rows as ENTRY, or as VOTER, with the columns of added comparisons."""
        if self.columns is None:
            return rows.select(COMPARED)
        text = text_table(rows)
        entries = table_entries(text, _map(self.columns), distinct_ids=True)
        for name, column in added_columns(text, self.comparisons).items():
            entries = entries.append_column(ADDED + name, column)
        return entries

    def voters(self, entries: pa.Table) -> tuple[pa.Table, dict[str, pa.ChunkedArray]]:
        """VOTER of these entries, and the folded columns of added comparisons."""
        if self.columns is None:
            return entries, {}
        raw = {
            name: entries.column(ADDED + name).combine_chunks() for name in self.added
        }
        entries = entries.drop_columns([ADDED + name for name in self.added])
        voters = normalize(entries, self.profile, encoded=True, for_linkage=True).table
        added = fold_added(raw, self.comparisons, self.profile)
        return voters, {name: pa.chunked_array([one]) for name, one in added.items()}


def _map(columns: Columns) -> dict[str, list[str]]:
    return {field: list(headers) for field, headers in columns.items()}


def of_names(columns: Columns) -> dict[str, list[str]]:
    """Those of the columns that hold names."""
    return {
        field: list(names) for field, names in columns.items() if field in NAME_FIELDS
    }


def counted_names(rows: pa.Table, columns: Columns) -> pa.Table:
    """How often each of the most frequent names stands in each column of names."""
    text = text_table(rows)
    names = name_columns(text, given_map(text.column_names, _map(columns)))
    counted = []
    for name in names.column_names:
        of_row, values = codes(names.column(name))
        counts = pa.array(of_row[of_row >= 0]).value_counts()
        told = pa.table(
            {
                "column": pa.repeat(name, len(counts)),
                "value": values.take(counts.field("values")).cast(pa.string()),
                "count": counts.field("counts"),
            }
        )
        order = [("count", "descending"), ("value", "ascending")]
        counted.append(told.sort_by(order).slice(0, _NAMES))
    return pa.concat_tables(counted)
