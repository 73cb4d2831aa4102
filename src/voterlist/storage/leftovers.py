"""What killed processes left in a workspace: files that were never renamed into place."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from voterlist.storage.files import is_beside, remove_if_abandoned
from voterlist.storage.temporary import remove_abandoned

_OWN_FOLDERS = ("runs", "reports", "compared", "lists", "sent", "keys")
"""The folders of a workspace in which the program alone writes."""

WORK_FOLDERS = (".receiving", ".submitting", ".verifying")
"""The folders of a workspace in which one command works that holds it; gone when it ends."""

_OF_0_1_0 = {
    "": re.compile(r"\.voterlist\.(?P<process>\d+)\.toml"),
    "runs": re.compile(r"\..+\.(?P<process>\d+)\.(parquet|json)"),
    "reports": re.compile(
        r"\.(report|precincts|review)-[a-z]{2}\.(?P<process>\d+)\.(html|xlsx)"
    ),
    "compared": re.compile(r"\..+\.(?P<process>\d+)\.(parquet|json)"),
}
"""The names that version 0.1.0 gave to files beside their place, by the folder of the workspace."""
_STATE_OF_0_1_0 = re.compile(r"\.(entries|blocks|pairs)\.parquet")
"""The names in ``compared`` of tables that version 0.1.0 had written and not yet named by their
content."""


def remove_leftovers(workspace: Path) -> None:
    """Remove the unfinished files of processes that have ended.

    Whoever calls this holds the workspace.
    """
    remove_unfinished(workspace)
    for folder in _OWN_FOLDERS:
        for around, _, names in os.walk(workspace / folder):
            remove_abandoned(Path(around))
            for name in names:
                _remove(Path(around) / name, folder)


def remove_unfinished(workspace: Path) -> None:
    """The same in the folder of the workspace alone: nothing in its folders is looked at."""
    for path in workspace.iterdir():
        _remove(path, "")
    remove_abandoned(workspace)


def remove_work_folders(workspace: Path) -> None:
    """Remove the work folders of commands that were killed; a whole inbox may lie in one.

    Whoever calls this holds the workspace. A link is left as it is.
    """
    for name in WORK_FOLDERS:
        shutil.rmtree(workspace / name, ignore_errors=True)


def _remove(path: Path, folder: str) -> None:
    """Remove a file if it is a leftover.

    ``folder`` is the one of the workspace in which it lies.
    """
    if is_beside(path.name):
        remove_if_abandoned(path)
        return
    old_names = _OF_0_1_0.get(folder)
    old = old_names and old_names.fullmatch(path.name)
    is_old_state = folder == "compared" and _STATE_OF_0_1_0.fullmatch(path.name)
    if is_old_state or (old and _has_ended(int(old["process"]))):
        path.unlink(missing_ok=True)


def _has_ended(process: int) -> bool:
    """True where no process has this number; False where one may have."""
    if os.name != "posix" or process == 0:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False
