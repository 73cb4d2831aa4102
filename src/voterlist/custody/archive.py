"""The one form of ZIP that a package has: stored files one after the other, and nothing else.

Of all ZIP files with the same files this writes one, and reads that one alone:

* Files are stored, not compressed. A compressor gives other bytes with another version or another
  library (zlib, zlib-ng), and a stored file cannot grow when it is read. Tables come compressed
  inside already (Parquet, XLSX).
* Times are 1980-01-01, the system is 0 (FAT), and there are no attributes, extra fields, comments,
  data descriptors, folders or ZIP64.
* The files follow each other from the first byte on; then comes the central directory in the same
  order, then its end record.

So each byte of a package follows from its files, and a byte that changed is noticed, wherever it
stands.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from voterlist.custody.manifest import check_names
from voterlist.custody.refusals import refusal
from voterlist.model import frozen

_LOCAL_MAGIC = b"PK\x03\x04"
MEGABYTE = 2**20
MOST_BYTES = 2048 * MEGABYTE
"""The largest package that is written. A constituency's lists take some megabytes."""
MOST_FILES = 10_000
"""The most files of a package. A constituency has 45 precincts, of some files each."""
_CENTRAL_MAGIC = b"PK\x01\x02"
_END_MAGIC = b"PK\x05\x06"
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_VERSION = 20
_TIME, _DAY = 0, 0x21
"""Midnight of 1980-01-01, the first moment that a ZIP can say."""
_STORED = 0
_MOST_RECORD = 1024
"""Bytes of a record of the directory, on average; a package's own have fewer than 300."""


@frozen
class Measure:
    """What is known of a content once it was read through."""

    size: int
    crc: int
    sha256: str


@frozen
class Member:
    """One file of an archive.

    Attributes:
        name: its path inside.
        size: bytes.
        crc: CRC-32 of its content, as the archive states it.
        offset: where its local header begins.
    """

    name: str
    size: int
    crc: int
    offset: int

    @property
    def content_offset(self) -> int:
        """Where its content begins."""
        return self.offset + _LOCAL.size + len(self.name)

    @property
    def end(self) -> int:
        """Where the next file begins."""
        return self.content_offset + self.size


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """The rest of a file, a megabyte at a time."""
    while chunk := file.read(MEGABYTE):
        yield chunk


def measure_content(parts: Iterable[bytes]) -> Measure:
    """Size and checksums of a content."""
    size, crc, sha256 = 0, 0, hashlib.sha256()
    for part in parts:
        size += len(part)
        crc = zlib.crc32(part, crc)
        sha256.update(part)
    return Measure(size, crc, sha256.hexdigest())


def local_header(member: Member) -> bytes:
    """What stands before the content of a file."""
    name = member.name.encode("ascii")
    head = (_LOCAL_MAGIC, _VERSION, 0, _STORED, _TIME, _DAY)
    sizes = (member.crc, member.size, member.size)
    return _LOCAL.pack(*head, *sizes, len(name), 0) + name


def ends_of(members: Sequence[Member]) -> bytes:
    """What stands behind the contents: the central directory and its end record."""
    directory = b"".join(map(_central_record, members))
    offset = members[-1].end
    count = len(members)
    end = (_END_MAGIC, 0, 0, count, count, len(directory), offset, 0)
    return directory + _END.pack(*end)


def _central_record(member: Member) -> bytes:
    """The record of a file in the central directory."""
    name = member.name.encode("ascii")
    head = (_CENTRAL_MAGIC, _VERSION, _VERSION, 0, _STORED, _TIME, _DAY)
    sizes = (member.crc, member.size, member.size)
    # Extra field, comment, disk, attributes inside and outside.
    nothing = (0, 0, 0, 0, 0)
    return _CENTRAL.pack(*head, *sizes, len(name), *nothing, member.offset) + name


def read_directory(file: BinaryIO, most_files: int) -> tuple[Member, ...]:
    """The files of an archive, once everything around their contents is as this module writes it.

    The contents are not read.

    Args:
        file: the archive; it can seek.
        most_files: how many files it may have.

    Raises:
        CustodyError: ``package-not-one``, ``package-truncated``, ``package-too-many-files``,
            ``package-repacked``, or one of ``check_names``.
    """
    size, end = file.seek(0, 2), _END.size
    file.seek(0)
    is_begun = file.read(len(_LOCAL_MAGIC)) == _LOCAL_MAGIC
    file.seek(max(0, size - end))
    last = file.read()
    if len(last) < end or not last.startswith(_END_MAGIC):
        raise refusal("package-truncated" if is_begun else "package-not-one")
    _, _, _, _, count, length, offset, _ = _END.unpack(last)
    if not count:
        raise refusal("package-not-one")
    if count > most_files:
        raise refusal("package-too-many-files", most=most_files)
    if offset + length + end != size or length > count * _MOST_RECORD:
        raise refusal("package-repacked")
    file.seek(offset)
    directory = file.read(length)
    members = tuple(_members(directory, count))
    check_names([member.name for member in members])
    if members[-1].end != offset or directory + last != ends_of(members):
        raise refusal("package-repacked")
    for member in members:
        expected = local_header(member)
        file.seek(member.offset)
        if file.read(len(expected)) != expected:
            raise refusal("package-repacked")
    return members


def _members(directory: bytes, count: int) -> Iterator[Member]:
    """The files that a central directory names, each where the one before it ends."""
    place = offset = 0
    for _ in range(count):
        head = directory[place : place + _CENTRAL.size]
        if len(head) < _CENTRAL.size:
            raise refusal("package-repacked")
        *_, crc, _, size, length, _, _, _, _, _, _ = _CENTRAL.unpack(head)
        place += _CENTRAL.size
        # Undecodable bytes in a form of their own, for such a name is refused then anyway.
        name = directory[place : place + length].decode("utf-8", "surrogateescape")
        member = Member(name, size, crc, offset)
        yield member
        place, offset = place + length, member.end


def copy_member(file: BinaryIO, member: Member, out: BinaryIO) -> Measure:
    """Write the content of a file of an archive into another file.

    Raises:
        CustodyError: ``package-truncated``.
    """
    file.seek(member.content_offset)

    def parts() -> Iterator[bytes]:
        left = member.size
        while left:
            part = file.read(min(left, MEGABYTE))
            if not part:
                raise refusal("package-truncated")
            left -= len(part)
            out.write(part)
            yield part

    return measure_content(parts())
