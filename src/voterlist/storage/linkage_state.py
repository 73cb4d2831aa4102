"""The state that one linkage leaves for the next: Parquet files, and a page that lists them.

New files are written beside the old ones; the page is renamed into place last, and only then do the
old ones go. A program killed at any moment leaves the old state or the new one, and a file that
was changed since is not believed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from voterlist import strict_json
from voterlist.link.incremental import TABLES, State
from voterlist.storage.files import make_folder, write_content
from voterlist.storage.store import program_digest, sha256, write_table

FOLDER = "compared"
"""The folder of a workspace in which its runs keep the state."""

_PAGE = "state.json"
_OURS = re.compile(rf"({'|'.join(TABLES)}|blocks)-[0-9a-f]{{12}}\.parquet")
"""The files of a state; states of version 0.1.0 had blocks."""


class StateUse(StrEnum):
    """What became of a state: it was used, or why every pair was compared afresh."""

    USED = "used"
    MISSING = "missing"
    DAMAGED = "damaged"
    OTHER_PROGRAM = "other-program"
    OTHER_SETTINGS = "other-settings"
    """Another profile, other limits, or addresses that are compared in another way."""

    def after(self, reused: bool) -> StateUse:
        """What became of the state once a linkage has said whether it could use it."""
        is_other = self is StateUse.USED and not reused
        return StateUse.OTHER_SETTINGS if is_other else self


@dataclass(frozen=True, slots=True)
class KeptState:
    """The state in a folder; if there is none, why."""

    state: State | None
    use: StateUse


def read(folder: Path) -> KeptState:
    """The state in a folder.

    One that is not there, damaged, or another program's is None, with the reason.
    """
    try:
        page = strict_json.loads((folder / _PAGE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return KeptState(None, StateUse.MISSING)
    except (OSError, ValueError):
        return KeptState(None, StateUse.DAMAGED)
    try:
        if page["program"] != program_digest():
            return KeptState(None, StateUse.OTHER_PROGRAM)
        tables = {name: _table(folder, name, page["tables"][name]) for name in TABLES}
        return KeptState(State.of(str(page["fingerprint"]), tables), StateUse.USED)
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        pa.ArrowException,
    ):
        return KeptState(None, StateUse.DAMAGED)


def _table(folder: Path, name: str, digest: str) -> pa.Table:
    path = _path(folder, name, digest)
    if sha256(path) != digest:
        raise ValueError("a file of the state was changed")
    return pq.read_table(path)


def _path(folder: Path, name: str, digest: str) -> Path:
    return folder / f"{name}-{digest[:12]}.parquet"


def write(folder: Path, state: State) -> None:
    """Put a state in the place of the one in the folder, which is made if need be."""
    make_folder(folder)
    digests = {
        name: _write_table(folder, name, table)
        for name, table in state.tables().items()
    }
    page = {
        "program": program_digest(),
        "fingerprint": state.fingerprint,
        "tables": digests,
    }
    text = json.dumps(page, indent=1, sort_keys=True) + "\n"
    write_content(folder / _PAGE, text)
    kept = {_path(folder, name, digest) for name, digest in digests.items()}
    for path in folder.iterdir():
        if _OURS.fullmatch(path.name) and path not in kept:
            path.unlink()


def _write_table(folder: Path, name: str, table: pa.Table) -> str:
    """Write a table under the name that its content gives; returns its SHA-256."""
    digest = ""

    def place(written: Path) -> Path:
        nonlocal digest
        digest = sha256(written)
        return _path(folder, name, digest)

    write_table(folder / f"{name}.parquet", table, place=place, repeats=False)
    return digest
