"""What came back from a person about entries and findings, before it is checked."""

from __future__ import annotations

import pyarrow as pa

UNKNOWN_ACTION = "unknown"

_TEXT = pa.string()

AMENDMENT_ROW = pa.schema(
    [
        pa.field("file", _TEXT, nullable=False),
        pa.field("sheet", _TEXT, nullable=False),
        pa.field("row", pa.int32(), nullable=False),
        pa.field("finding_id", _TEXT),
        pa.field("entry_id", _TEXT),
        pa.field("case_id", _TEXT),
        pa.field("action", _TEXT),
        pa.field("field", _TEXT),
        pa.field("value", _TEXT),
        pa.field("ground", _TEXT),
        pa.field("document", _TEXT),
        pa.field("constituency", _TEXT),
        pa.field("precinct", _TEXT),
        pa.field("due", _TEXT),
        pa.field("reason", _TEXT),
        pa.field("decided_by", _TEXT),
        pa.field("run_id", _TEXT),
        pa.field("adjudicates", pa.bool_(), nullable=False),
    ],
)
"""One answer about an entry or a finding, as it came back: every cell is text as written, codes
where a word was understood. ``action`` is a code of ``Action``, ``accept``, ``UNKNOWN_ACTION`` for
a word that is none, null where nothing was decided. ``row`` counts from 1, as the spreadsheet shows
it; of a file that is no workbook it counts the answers."""
