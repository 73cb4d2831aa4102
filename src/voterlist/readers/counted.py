"""What a file holds, counted over its bytes in a way of its own.

A reader compares this with what it read. Where more is counted, what is missing is named and set
aside with ``AsideCode.CONTENT_UNREAD``: docs/readers.md
"""

from __future__ import annotations

import re
import zipfile

__all__ = ["unlisted"]

_MEMBER = re.compile(rb"PK\x03\x04")
_END = b"PK\x05\x06"
_MEMBER_HEAD, _END_LENGTH = 30, 22
_LONGEST_RECORD = 100
"""No record that may stand between the members of an archive is longer: sums, a large directory."""


def unlisted(content: bytes, archive: zipfile.ZipFile) -> list[str]:
    """Names of what lies in a packed file beside the members that its directory lists.

    A member by its own name, anything else by its place in the bytes.
    """
    found: list[str] = []
    end = 0
    for start, stop in _listed(content, archive):
        gap = content[end:start]
        members = [_own_name(gap[one.start() :]) for one in _MEMBER.finditer(gap)]
        if not members and len(gap) > _LONGEST_RECORD:
            members = [f"bytes {end}-{start}"]
        found += members
        end = max(end, stop)
    return found


def _listed(content: bytes, archive: zipfile.ZipFile) -> list[tuple[int, int]]:
    """Where the members, the directory and the end stand, in order."""
    places = [(archive.start_dir, content.rfind(_END) + _END_LENGTH)]
    for part in archive.infolist():
        start = part.header_offset
        name, extra = _lengths(content[start : start + _MEMBER_HEAD])
        stop = start + _MEMBER_HEAD + name + extra + part.compress_size
        places.append((start, stop))
    return [*sorted(places), (len(content), len(content))]


def _lengths(head: bytes) -> tuple[int, int]:
    """How many bytes the name and the further fields of a member take."""
    return int.from_bytes(head[26:28], "little"), int.from_bytes(head[28:], "little")


def _own_name(member: bytes) -> str:
    """The name that a member bears itself."""
    length, _ = _lengths(member[:_MEMBER_HEAD])
    name = member[_MEMBER_HEAD : _MEMBER_HEAD + length]
    return name.decode("utf-8", errors="replace").replace("\0", "") or "?"
