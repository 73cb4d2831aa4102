"""What each step of ``voterlist link`` takes, with one thread: a JSON object on standard output.

    python bench/link_steps.py ENTRIES.parquet PAIRS.parquet

The steps are functions of the program, timed where they are called; CPU seconds.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from voterlist.processes.limits import prepare_numpy

__all__ = ["STEPS"]

STEPS = {
    "reading the file": "voterlist.readers:read_table",
    "what its columns are": "voterlist.ingest.generic:choose",
    "whose names they are": "voterlist.any_table.joined:tell_profile",
    "cells made clean": "voterlist.any_table.joined:_entries",
    "in the order of ids": "voterlist.any_table.linking:_in_order",
    "placeholders": "voterlist.normalize.stage:_without_placeholders",
    "lost letters": "voterlist.normalize.stage:restored_cells",
    "names": "voterlist.normalize.stage:_names",
    "identifiers": "voterlist.normalize.stage:read_identifiers",
    "letters of streets and villages": "voterlist.normalize.stage:spelled_out",
    "addresses": "voterlist.normalize.stage:read_addresses",
    "dates": "voterlist.normalize.stage:_dates",
    "columns of voters": "voterlist.normalize.stage:_voters",
    "encode": "voterlist.link.steps:encode",
    "block": "voterlist.link.block:build_all",
    "compare": "voterlist.link.steps:compare",
    "learn": "voterlist.link.steps:learn",
    "judge": "voterlist.link.steps:judge",
    "cases": "voterlist.link.steps:cases",
    "chance": "voterlist.link:chance",
    "writing the pairs": "voterlist.any_table.linking:write_rows",
}
"""Each step, and the function that does it, in the order of the street."""


def main() -> None:
    """Links the file and prints the CPU seconds of each step, and of all of it."""
    prepare_numpy()
    # Loaded here: they load numpy.
    from voterlist.any_table import linking  # noqa: PLC0415  see above
    from voterlist.processes import limits, threads  # noqa: PLC0415  see above
    from voterlist.processes.limits import (  # noqa: PLC0415  see above
        keep_memory,
        leave_pandas_out,
    )

    threads.use(1)
    keep_memory()
    leave_pandas_out()
    spent = dict.fromkeys(STEPS, 0.0)
    for step, place in STEPS.items():
        module, _, name = place.partition(":")
        _time(importlib.import_module(module), name, step, spent)
    source, out = map(Path, sys.argv[1:])
    # As the command does.
    with limits.without_collection():
        linking.link_tables(
            linking.LinkRequest([source]),
            out,
            since="",
            watch=linking.Watch(lambda *_: None, lambda *_: None),
        )
    print(json.dumps({"steps": spent, "all": time.process_time()}))


def _time(module: Any, name: str, step: str, spent: dict[str, float]) -> None:
    """Add what a function takes to its step, whenever it is called."""
    function: Callable[..., Any] = getattr(module, name)

    @wraps(function)
    def timed(*arguments: Any, **named: Any) -> Any:
        start = time.process_time()
        try:
            return function(*arguments, **named)
        finally:
            spent[step] += time.process_time() - start

    setattr(module, name, timed)


if __name__ == "__main__":
    main()
