"""What is mounted inside of a workspace: other disks, and other folders of the same disk."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_MOUNT_POINT = 4
"""The field of a line that holds the mount point (``proc_pid_mountinfo(5)``)."""
_ESCAPED = re.compile(rb"\\([0-7]{3})")
"""A blank, tab, line feed or backslash of a path, in octal."""


def mounts_in(workspace: Path) -> list[str]:
    """The paths inside of a workspace on which something is mounted, in order.

    None on systems that do not tell: there only other file systems are known, by their number.
    """
    with suppress(FileNotFoundError):
        return mounted_below(workspace.resolve(), _MOUNTS.read_bytes())
    return []


def mounted_below(folder: Path, mountinfo: bytes) -> list[str]:
    """The mount points below a folder, as paths inside of it, in order.

    Args:
        folder: its path without links.
        mountinfo: the text of ``/proc/self/mountinfo``.
    """
    points = {
        Path(os.fsdecode(_ESCAPED.sub(_byte, line.split()[_MOUNT_POINT])))
        for line in mountinfo.splitlines()
    }
    below = (one.relative_to(folder) for one in points if folder in one.parents)
    return sorted(one.as_posix() for one in below)


def _byte(escape: re.Match[bytes]) -> bytes:
    return bytes([int(escape[1], 8)])
