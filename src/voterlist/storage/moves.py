"""Folders of a workspace that are moved with a change of the ledger: all of them, or none.

The ledger commits as one, and a folder is renamed as one; several folders and the ledger are not.
So what is to be moved is written down before, in ``.moves.json``. Where the process is killed, or
the power goes, the next command finds the page: it moves the folders back, unless the ledger holds
the change.
"""

from __future__ import annotations

import json
from pathlib import Path

from voterlist import strict_json
from voterlist.model import frozen
from voterlist.storage.files import make_folder, sync_folder, write_content

NAME = ".moves.json"
"""The page, in the workspace, while folders are being moved."""

Move = tuple[Path, Path]
"""Whence and whither."""


@frozen
class Plan:
    """What is being moved.

    Attributes:
        change: by which the ledger is asked whether it holds the change.
        moves: the folders, in order.
    """

    change: str
    moves: tuple[Move, ...]


def read_plan(workspace: Path) -> Plan | None:
    """What an earlier process began to move and did not settle; None where there is nothing.

    Raises:
        OSError: it cannot be read.
    """
    try:
        text = (workspace / NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    content = strict_json.loads(text)
    moves = [(workspace / source, workspace / to) for source, to in content["moves"]]
    return Plan(str(content["change"]), tuple(moves))


def move(workspace: Path, plan: Plan) -> None:
    """Move the folders. Nothing stands under their new names.

    Raises:
        OSError: one cannot be moved; those before it are moved, and the page says so.
    """
    moves = [
        [path.relative_to(workspace).as_posix() for path in pair] for pair in plan.moves
    ]
    text = json.dumps({"change": plan.change, "moves": moves}, indent=1)
    for _, target in plan.moves:
        make_folder(target.parent)
    write_content(workspace / NAME, f"{text}\n")
    for source, target in plan.moves:
        _rename(source, target)


def settle(workspace: Path, plan: Plan, *, is_kept: bool) -> None:
    """End what a plan began: move back what was moved, unless the ledger holds the change.

    Raises:
        OSError: a folder cannot be moved back; the page stays.
    """
    if not is_kept:
        for source, target in reversed(plan.moves):
            # What lay in a folder of the moment may be gone with it.
            if target.exists() and not source.exists() and source.parent.is_dir():
                _rename(target, source)
    (workspace / NAME).unlink(missing_ok=True)
    sync_folder(workspace)


def free_name(path: Path) -> Path:
    """A path, or where something stands there, the next one with a number."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free


def _rename(source: Path, target: Path) -> None:
    source.rename(target)
    sync_folder(target.parent)
    sync_folder(source.parent)
