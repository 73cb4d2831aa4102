"""The compiled, corrected list of each precinct, its sheet of corrections, and what to ask.

``compile_lists`` makes the tables of one constituency; ``documents`` cuts them into the lists of
its precincts, each with what its purpose may show.
"""

from __future__ import annotations

from voterlist.lists.compile import Compiled, ListInput, compile_lists
from voterlist.lists.documents import (
    Balance,
    Edition,
    ListDocument,
    documents,
    record_rows,
)

__all__ = [
    "Balance",
    "Compiled",
    "Edition",
    "ListDocument",
    "ListInput",
    "compile_lists",
    "documents",
    "record_rows",
]
