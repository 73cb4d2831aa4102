"""The columns of a Parquet file, each read when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


@dataclass(frozen=True, slots=True)
class FileColumns:
    """Columns of a table on the disk. Of the list of a nation one column is in memory at a time."""

    path: Path
    schema: pa.Schema
    """What is read of it, text as codes where the schema has it so."""

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        with pq.ParquetFile(self.path) as file:
            return int(file.metadata.num_rows)

    def column(self, name: str) -> pa.ChunkedArray:
        """A column of the schema, read anew."""
        kind = self.schema.field(name).type
        words = [name] if pa.types.is_dictionary(kind) else []
        table = pq.read_table(self.path, columns=[name], read_dictionary=words)
        return table.unify_dictionaries().combine_chunks().column(0).cast(kind)
