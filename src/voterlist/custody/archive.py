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
import stat
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from voterlist.custody.manifest import check_names
from voterlist.custody.refusals import refusal

_LOCAL_MAGIC = b"PK\x03\x04"
MEGABYTE = 2**20
MOST_BYTES = 2048 * MEGABYTE
"""The largest package that is written. A constituency's lists take some megabytes."""
MOST_FILES = 10_000
"""The most files of a package. A constituency has 45 precincts, of some files each."""
_CENTRAL_MAGIC = b"PK\x01\x02"
_END_MAGIC = b"PK\x05\x06"
_LOCATOR_MAGIC = b"PK\x06\x07"
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCATOR_BYTES = 20
_MOST_COMMENT = 0xFFFF
_VERSION = 20
_TIME, _DAY = 0, 0x21
"""Midnight of 1980-01-01, the first moment that a ZIP can say."""
_STORED = 0
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
"""Encrypted, strongly encrypted, or with a directory that is."""
_DOS_SPECIAL = 0x08 | 0x10 | 0x40
"""The name of a disk, a folder, a device."""
_ZIP64_FIELD = 0x0001
_COUNT_IN_ZIP64 = 0xFFFF
_SIZE_IN_ZIP64 = 0xFFFF_FFFF
"""What stands in a field whose value is in a field of ZIP64."""
_MOST_RECORD = 1024
"""Bytes of a record of the directory, on average; a package's own have fewer than 300."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What is known of a content once it was read through."""

    size: int
    crc: int
    sha256: str


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class _Record:
    """A record of the central directory, as it stands in the file."""

    flags: int
    method: int
    crc: int
    packed_size: int
    size: int
    raw_name: bytes
    extra: bytes
    attributes: int
    offset: int

    @property
    def name(self) -> str:
        """The name; undecodable bytes in a form of their own, for it is refused then anyway."""
        return self.raw_name.decode("utf-8", "surrogateescape")

    @property
    def member(self) -> Member:
        """The file that it is about."""
        return Member(self.name, self.size, self.crc, self.offset)


@dataclass(frozen=True, slots=True)
class _End:
    """The end record: where the central directory stands."""

    written: bytes
    count: int
    size: int
    offset: int


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """The rest of a file, a megabyte at a time."""
    while chunk := file.read(MEGABYTE):
        yield chunk


def measured(parts: Iterable[bytes]) -> Measure:
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
        CustodyError: ``package-not-one``, ``package-truncated``, ``package-extra-data``,
            ``package-zip64``, ``package-too-many-files``, ``package-encrypted-members``,
            ``package-not-plain``, ``package-compressed``, ``package-overlapping``,
            ``package-headers-differ``, ``package-repacked``, or one of ``check_names``.
    """
    end = _end(file)
    if end.count > most_files:
        raise refusal("package-too-many-files", most=most_files)
    if end.size > end.count * _MOST_RECORD:
        raise refusal("package-repacked")
    file.seek(end.offset)
    directory = file.read(end.size)
    records = tuple(_records(directory, end.count))
    for number, record in enumerate(records, 1):
        _check_kind(record, number)
    check_names([record.name for record in records])
    for number, record in enumerate(records, 1):
        if record.method != _STORED:
            raise refusal("package-compressed", number=number)
    members = tuple(record.member for record in records)
    _check_layout(members, end.offset)
    if directory + end.written != ends_of(members):
        raise refusal("package-repacked")
    _check_local_headers(file, members)
    return members


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

    return measured(parts())


def _end(file: BinaryIO) -> _End:
    """The end record, which stands at the very end."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END.size - _MOST_COMMENT))
    tail = file.read()
    file.seek(0)
    is_begun = file.read(len(_LOCAL_MAGIC)) == _LOCAL_MAGIC
    place = tail.rfind(_END_MAGIC)
    if place < 0 or len(tail) - place < _END.size:
        raise refusal("package-truncated" if is_begun else "package-not-one")
    record = tail[place : place + _END.size]
    _, _, _, _, count, directory_size, offset, _ = _END.unpack(record)
    directory_end = offset + directory_size
    if len(tail) - place > _END.size:
        # A workbook inside the package has an end record too, which says other places.
        is_own = directory_end == size - len(tail) + place
        raise refusal("package-extra-data" if is_own else "package-truncated")
    locator = tail[max(0, place - _LOCATOR_BYTES) : place]
    if not count:
        raise refusal("package-not-one")
    is_zip64 = count == _COUNT_IN_ZIP64 or _SIZE_IN_ZIP64 in {directory_size, offset}
    if is_zip64 or locator.startswith(_LOCATOR_MAGIC):
        raise refusal("package-zip64")
    if directory_end != size - _END.size:
        is_short = directory_end > size - _END.size
        raise refusal("package-truncated" if is_short else "package-extra-data")
    return _End(record, count, directory_size, offset)


def _records(directory: bytes, count: int) -> Iterator[_Record]:
    """The records of the central directory."""
    place = 0
    for _ in range(count):
        head = directory[place : place + _CENTRAL.size]
        if len(head) < _CENTRAL.size or not head.startswith(_CENTRAL_MAGIC):
            raise refusal("package-repacked")
        _, _, _, flags, method, _, _, *sizes = _CENTRAL.unpack(head)
        crc, packed, size, *rest = sizes
        name_size, extra_size, comment_size, _, _, attributes, offset = rest
        name_end = place + _CENTRAL.size + name_size
        end = name_end + extra_size + comment_size
        yield _Record(
            flags=flags,
            method=method,
            crc=crc,
            packed_size=packed,
            size=size,
            raw_name=directory[place + _CENTRAL.size : name_end],
            extra=directory[name_end : name_end + extra_size],
            attributes=attributes,
            offset=offset,
        )
        place = end


def _check_kind(record: _Record, number: int) -> None:
    """A plain file, in the clear, with sizes of its own."""
    if record.flags & _ENCRYPTED:
        raise refusal("package-encrypted-members", number=number)
    sizes = {record.size, record.packed_size, record.offset}
    if _SIZE_IN_ZIP64 in sizes or _has_zip64(record.extra):
        raise refusal("package-zip64")
    kind = stat.S_IFMT(record.attributes >> 16)
    is_special = kind not in {0, stat.S_IFREG} or record.attributes & _DOS_SPECIAL
    if is_special or record.raw_name.endswith(b"/"):
        raise refusal("package-not-plain", number=number)


def _has_zip64(extra: bytes) -> bool:
    """True where the extra field holds sizes of ZIP64."""
    place = 0
    while place + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, place)
        if kind == _ZIP64_FIELD:
            return True
        place += 4 + size
    return False


def _check_layout(members: Sequence[Member], directory_offset: int) -> None:
    """One file after the other, from the first byte to the central directory."""
    place = 0
    for number, member in enumerate(members, 1):
        if member.offset > place:
            raise refusal("package-extra-data")
        if member.offset < place or member.end > directory_offset:
            raise refusal("package-overlapping", number=number)
        place = member.end
    if place != directory_offset:
        raise refusal("package-extra-data")


def _check_local_headers(file: BinaryIO, members: Sequence[Member]) -> None:
    """Each file says before its content what the central directory says of it."""
    for number, member in enumerate(members, 1):
        expected = local_header(member)
        file.seek(member.offset)
        if file.read(len(expected)) != expected:
            raise refusal("package-headers-differ", number=number)
