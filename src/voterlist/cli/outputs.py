"""What a command writes, looked at before it does anything.

It is none of the files that the command reads, none that a workspace lives on, none that somebody
else made, and no two are one file: not by a link, another spelling of the path, or a disk that
tells no capitals from others.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from voterlist.cli.logs import LOG
from voterlist.errors import UsageError, usage_error
from voterlist.storage.files import identity

WRITTEN = (
    *("out", "clusters", "receipt", "ics_file", "report"),
    *("state", "memory", "work"),
)
"""The parameters that name what is written; every other path is one that is read."""
_FOLDERS = ("FOLDER", "OUT")
"""How the value of a parameter is called that names a folder."""
_MAKING = ("submit", "return", "receive", "export", "sample")
"""The commands that make the folder of the file that they write."""
_CARRYING = ("export", "sample")
"""The commands that read the workbook whose place they write to, and refuse another one."""
_MADE_HERE = re.compile(
    rb"%PDF.*Typst|BEGIN:VCALENDAR.*//voterlist//|<!doctype html>.*default-src .{1,5}none"
    rb"|PAR1.*(entry_l|old_entry_id|other_entry_id|cluster_id)"
    rb'|(\xef\xbb\xbf)?"entry_(l"|id","cluster_id)'
    rb"|PK.*(manifest\.json|receipt\.json|2000-01-01T00:00:00Z)",
    re.DOTALL,
)
"""The ends of what commands write, in each format; of a workbook its properties too."""
_END = 65536
"""Bytes of a file that are looked at on either end."""
_SETTINGS = "voterlist.toml"
_OWN = (
    *(_SETTINGS, "ledger.db", "ledger.mark", "trust.json"),
    *("keys", "inbox", "reference"),
)
"""What a workspace lives on; all else in it is made of that, or written anew at any time."""


def require_outputs(command: Any, values: Mapping[str, Any]) -> None:
    """Refuse what a command is to write where it is not to be written, or cannot be.

    Raises:
        UsageError: it is.
    """
    read: list[Path] = []
    files = [LOG.path] if LOG.path else []
    for parameter in command.params:
        given: Any = values.get(parameter.name)
        many = given if isinstance(given, list) else [given]
        paths = [path for path in many if isinstance(path, Path)]
        if parameter.name not in WRITTEN:
            read += paths
        elif parameter.metavar not in _FOLDERS:
            files += paths
        elif paths and (paths[0] / _SETTINGS).exists():
            raise _refusal("folder-taken", paths[0])
    taken = _inputs(read, files) if files else {}
    for path in files:
        key = _key(path)
        is_log = path is LOG.path
        is_made = is_log or command.name in _MAKING or path.parent.is_dir()
        if key in taken:
            raise _refusal(taken[key], path)
        if not is_made:
            raise _refusal("no-such-folder", path.parent)
        if path.is_dir() and not is_log:
            raise _refusal("out-is-folder", path)
        is_carried = command.name in _CARRYING and path.suffix.lower() == ".xlsx"
        if not is_log and not is_carried and path.is_file() and _is_foreign(path):
            raise _refusal("out-not-ours", path)
        taken[key] = "out-twice"


def _is_foreign(path: Path) -> bool:
    """True where a file holds something that no command of ours writes."""
    with path.open("rb") as file:
        ends = file.read(_END)
        file.seek(max(_END, file.seek(0, os.SEEK_END) - _END))
        ends += file.read()
    # Whatever an archive of somebody else holds or lacks: it is none of ours.
    with suppress(Exception), ZipFile(path) as book:
        ends += book.open("docProps/core.xml").read(_END)
    return bool(ends) and not _MADE_HERE.match(ends)


def _inputs(read: list[Path], files: list[Path]) -> dict[object, str]:
    """The files that are read, and those that a workspace around an output lives on."""
    keys: set[object] = set()
    for root in [*read, *(home for path in files for home in path.resolve().parents)]:
        roots = [root] if root in read else []
        if (root / _SETTINGS).exists():
            roots = [root / name for name in _OWN]
        keys |= {_key(file) for part in roots for file in (part, *part.rglob("*"))}
    return dict.fromkeys(keys, "out-is-input")


def _key(path: Path) -> object:
    """The same for two paths of one file, also of one that is not there yet."""
    real = path.resolve()
    name = unicodedata.normalize("NFC", real.name).casefold()
    return identity(real) or (real.parent, name)


def _refusal(code: str, path: Path) -> UsageError:
    return usage_error(code, path=path)
