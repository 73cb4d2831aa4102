"""Entries with the fields that were corrected."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.model import Action
from voterlist.tables import plain, row_of_each, taken, with_column


def with_corrections(entries: pa.Table, amendments: pa.Table) -> pa.Table:
    """Entries (ENTRY, or some of its columns) that say what they were corrected to.

    A field corrected to nothing is null. The ids stay: they name what was handed in.

    Args:
        entries: with ``entry_id``.
        amendments: AMENDMENT: what holds.
    """
    is_correction = pc.equal(
        amendments.column("action").cast(pa.string()), Action.CORRECT.value
    )
    corrections = amendments.filter(is_correction)
    fields = corrections.column("field").cast(pa.string())
    for field in sorted(set(fields.unique().to_pylist())):
        if field in entries.column_names:
            of_field = corrections.filter(pc.equal(fields, field))
            entries = _with_field(entries, field, of_field)
    return entries


def _with_field(entries: pa.Table, field: str, corrections: pa.Table) -> pa.Table:
    """The entries with the values of one field replaced."""
    place = row_of_each(entries.column("entry_id"), corrections.column("entry_id"))
    if place.null_count == len(place):
        return entries
    written = plain(entries.column(field))
    values = taken(corrections, "value", place)
    column = pc.if_else(pc.is_valid(place), values, written)
    kind = entries.schema.field(field).type
    return with_column(entries, field, column.cast(kind))
