"""A frame of pandas as a table of text, whatever its cells are."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from voterlist.errors import UsageError
from voterlist.readers.books import cell_text
from voterlist.readers.texts import text_table


def frame_table(frame: pd.DataFrame) -> pa.Table:
    """The columns of a frame as text, in their order; its index is left aside.

    Whole numbers without a point, dates in ISO 8601. A cell that holds several things is null.

    Raises:
        UsageError: two columns have one name. It does not tell the name, which may be a cell of a
            list that was read without its headings.
    """
    names = [_text(label) or "" for label in frame.columns]
    if len(set(names)) < len(names):
        todo = "Give each column one name of its own: frame.columns = [...]."
        raise UsageError(f"two columns have no names of their own. {todo}", todo=todo)
    columns = [_texts(frame.iloc[:, place]) for place in range(len(names))]
    return pa.Table.from_arrays(columns, names=names)


def _texts(column: pd.Series) -> Any:
    """A column of Arrow as text."""
    # Arrow would tell the type of objects by the first of them, and 1 and True are one to it.
    kind = pa.string() if pd.api.types.is_object_dtype(column.dtype) else None
    # What it says when it cannot quotes a cell.
    with suppress(Exception):
        cells = pa.array(column, kind, from_pandas=True)
        return text_table(pa.table({"cells": cells})).column(0)
    # By distinct values would be wrong: 1, 1.0 and True are equal, and three texts.
    texts = [_text(cell) for cell in column.astype(object)]
    return pa.array(texts, pa.string())


def _text(cell: Any) -> str | None:
    """A cell as a person would write it; None where nothing is known, or it is several things."""
    try:
        if isinstance(cell, np.datetime64):
            cell = pd.Timestamp(cell)
        if isinstance(cell, bytes):
            return cell.decode(errors="replace")
        if pd.api.types.is_list_like(cell) or pd.isna(cell):
            return None
        # Half a letter of UTF-16 is a letter that was lost.
        return cell_text(cell).encode(errors="replace").decode()
    except Exception:  # noqa: BLE001  any object can be a cell; what it raises may quote itself
        return None
