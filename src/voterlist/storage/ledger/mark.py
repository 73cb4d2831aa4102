"""How far the ledger was, kept outside it: beside it, and in the folder of each run.

A mark holds, for each table that only grows, how many rows it had and their digest. A ledger that
has fewer rows, or others, is not the one that this workspace had: it is gone, or an older copy, or
of another workspace. The ledger may be ahead of its mark, which is written after the commit.

A mark has a generation. It goes up by one where a person accepts that the ledger is lost; marks of
earlier generations then say nothing any more.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from voterlist import strict_json
from voterlist.errors import InputError, input_error
from voterlist.model import frozen
from voterlist.storage.files import write_atomically, write_content
from voterlist.storage.ledger.base import APPEND_ONLY, SINCE, Base
from voterlist.storage.ledger.chain import (
    NO_ROWS,
    TableDigest,
    digests_at,
    seal_digests,
)

MARK_NAME = "ledger.mark"
_TURN = threading.Lock()

Counts = dict[str, int]
"""How many rows each table has that only grows."""


@frozen
class Mark:
    """How far a ledger was."""

    generation: int
    tables: Mapping[str, TableDigest]
    origin: int = 0
    """Of which workspace it is (``Base.origin``); 0 where an earlier version wrote the mark."""


@frozen
class Gap:
    """A ledger that is not what the marks say, and how."""

    kind: Literal["missing", "older", "other"]
    known: Counts
    there: Counts

    def error(self, path: Path) -> InputError:
        """The error that says so, with the numbers."""
        error = input_error("ledger-shrunk", path)
        error.places |= {
            "variant": self.kind,
            "workspace": str(path.parent),
            **self.numbers(),
        }
        return error

    def numbers(self) -> dict[str, str]:
        """What the sentences name."""
        known = {f"known_{name}": str(count) for name, count in self.known.items()}
        return known | {
            f"there_{name}": str(count) for name, count in self.there.items()
        }


def read_marks(ledger: Path) -> tuple[Mark, ...]:
    """The marks in force of the ledger at this path: those of the newest generation.

    Raises:
        InputError: a mark cannot be understood.
        OSError: a mark cannot be read.
    """
    return tuple(marks_by_path(ledger).values())


def marks_by_path(ledger: Path) -> dict[Path, Mark]:
    """The marks in force, each with its file: first the one beside the ledger, then the runs'.

    Raises:
        InputError: a mark cannot be understood.
        OSError: a mark cannot be read.
    """
    paths = [
        ledger.with_name(MARK_NAME),
        *sorted(ledger.parent.glob(f"runs/*/{MARK_NAME}")),
    ]
    marks = {path: _read_mark(path) for path in paths if path.is_file()}
    newest = max((mark.generation for mark in marks.values()), default=0)
    return {path: mark for path, mark in marks.items() if mark.generation == newest}


def _read_mark(path: Path) -> Mark:
    try:
        content = strict_json.loads(path.read_text(encoding="utf-8"))
        generation, tables = int(content["generation"]), content["tables"]
        tables = {name: asdict(NO_ROWS) for name in SINCE} | tables
        digests = {name: TableDigest(**tables[name]) for name in APPEND_ONLY}
        return Mark(generation, digests, int(content.get("origin", 0)))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise input_error("ledger-mark-damaged", path) from None


def origin_in(marks: Iterable[Mark]) -> int:
    """Of which workspace the marked ledger is; 0 where no mark says it."""
    return max((mark.origin for mark in marks), default=0)


def write_mark(
    ledger: Path, seals: Mapping[str, TableDigest], generation: int, origin: int
) -> None:
    """Write beside the ledger how far it is."""
    tables = {name: asdict(seals[name]) for name in APPEND_ONLY}
    text = json.dumps(
        {"generation": generation, "origin": origin, "tables": tables},
        indent=1,
        sort_keys=True,
    )

    path = ledger.with_name(MARK_NAME)
    # A thread would take the unfinished file of another one for that of a killed process.
    with _TURN:
        write_content(path, f"{text}\n")


def mark_run(ledger: Path, run_folder: Path) -> None:
    """Keep in the folder of a run how far the ledger was when the run was complete."""
    mark = ledger.with_name(MARK_NAME)
    write_atomically(run_folder / MARK_NAME, lambda fresh: shutil.copyfile(mark, fresh))


def find_gap(base: Base | None, marks: Iterable[Mark]) -> Gap | None:
    """How a ledger of this program's tables falls behind its marks; None where it does not.

    Args:
        base: the ledger; None: there is none, or an empty file.
        marks: the marks in force.
    """
    marks = tuple(marks)
    if not marks:
        return None
    known = {
        name: max(mark.tables[name].rows for mark in marks) for name in APPEND_ONLY
    }
    if base is None:
        return Gap("missing", known, dict.fromkeys(APPEND_ONLY, 0))
    there: Counts = {}
    is_other = False
    for name in APPEND_ONLY:
        positions = {mark.tables[name].rows for mark in marks}
        whole, digests = digests_at(base, name, positions)
        there[name] = whole.rows
        for wanted in (mark.tables[name] for mark in marks):
            # A mark that is beyond the ledger's end has no digest there.
            is_other |= digests.get(wanted.rows, wanted.digest) != wanted.digest
    if is_other:
        return Gap("other", known, there)
    is_older = any(there[name] < known[name] for name in APPEND_ONLY)
    return Gap("older", known, there) if is_older else None


def require_no_gap(base: Base | None, marks: Iterable[Mark], path: Path) -> None:
    """Stop where the ledger falls behind its marks.

    Raises:
        InputError: it does.
    """
    gap = find_gap(base, marks)
    if gap is not None:
        raise gap.error(path)


def counts(base: Base) -> Counts:
    """How many rows each table has that only grows, by the seals."""
    stored = seal_digests(base)
    return {name: stored[name].rows for name in APPEND_ONLY}
