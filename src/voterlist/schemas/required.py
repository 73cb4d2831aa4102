"""A table held against its schema."""

from __future__ import annotations

import pyarrow as pa

from voterlist.errors import SchemaError
from voterlist.fields import LATER_FIELDS
from voterlist.schemas.columns import TEXT


def empty(schema: pa.Schema) -> pa.Table:
    """A table of this schema with no rows."""
    return schema.empty_table()


def without_blank(table: pa.Table) -> pa.Table:
    """The table as it was before fields came in which no row has anything."""
    blank = [
        name
        for name in LATER_FIELDS
        if name in table.column_names
        and table.column(name).null_count == table.num_rows
    ]
    return table.drop_columns(blank) if blank else table


def require(table: pa.Table, schema: pa.Schema, stage: str) -> pa.Table:
    """The table with exactly the schema's columns, in its order and types.

    A field that came later than the table is null.

    Raises:
        SchemaError: a column is missing, has another type, or is null where it must be known. The
            message names columns only.
    """
    for name in LATER_FIELDS:
        if name in schema.names and name not in table.column_names:
            table = table.append_column(schema.field(name), pa.nulls(len(table), TEXT))
    missing = [name for name in schema.names if name not in table.column_names]
    if missing:
        raise SchemaError(
            f"the table for {stage} lacks the columns {', '.join(missing)}", stage=stage
        )
    columns = []
    for field in schema:
        column = table.column(field.name)
        if column.type != field.type:
            try:
                column = column.cast(field.type)
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
                # The cause quotes the cell, so it is not chained.
                message = f"the column {field.name} for {stage} is {column.type}, not {field.type}"
                raise SchemaError(message, stage=stage) from None
        if not field.nullable and column.null_count:
            raise SchemaError(
                f"the column {field.name} for {stage} has gaps",
                stage=stage,
            )
        columns.append(column)
    return pa.Table.from_arrays(columns, schema=schema)
