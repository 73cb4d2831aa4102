"""What a reader found in the bytes of one file, and what one attempt at them may take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import pyarrow as pa

from voterlist.model import AsideCode, frozen
from voterlist.schemas import RawSheet

if TYPE_CHECKING:
    from voterlist.config.sections import IngestSettings

# One attempt at parsing a file: what it may take, and what earlier attempts broke on.

Place = tuple[int, int]
"""A file of an archive and a sheet of that file, both counted from 0."""
WHOLE_FILE = NO_SHEET = -1
"""There is no archive; no sheet is open."""

_MEGABYTE = 2**20
_LEAST_MEGABYTES = 512
_MEGABYTES_A_MEGABYTE = 128
"""A packed workbook takes about so many times its size once each cell is a value of its own."""
_SECONDS_A_MEGABYTE = 1
_CLOCK = 10
"""Seconds by the clock for each second of work: a machine may be busy with other things."""


@frozen
class Allowance:
    """What parsing one file may take."""

    bytes: int
    """Of memory, beside what the program itself takes."""
    seconds: int
    """Of a processor's time."""

    @property
    def clock_seconds(self) -> int:
        """Seconds by the clock, after which a file that waits rather than works is given up too."""
        return _CLOCK * self.seconds


def allowance(size: int, settings: IngestSettings) -> Allowance:
    """What a file of this many bytes may take: a small file has no right to much memory or time."""
    megabytes = size // _MEGABYTE
    memory = _LEAST_MEGABYTES + _MEGABYTES_A_MEGABYTE * megabytes
    seconds = settings.max_read_seconds + _SECONDS_A_MEGABYTE * megabytes
    return Allowance(min(memory, settings.max_memory_megabytes) * _MEGABYTE, seconds)


@frozen
class Attempt:
    """What a reader must leave closed, and whom it tells what it opens next."""

    closed: Mapping[Place, AsideCode] = field(default_factory=dict)
    """Places at which an earlier attempt ended, with the code of why."""
    file: int = WHOLE_FILE
    """The file of an archive that is being read."""
    opening: Callable[[Place, int], None] = lambda _place, _size: None
    """Told each place before it is opened, and for a file how many bytes it has; 0 for a sheet."""

    def refuses(self, sheet: int = NO_SHEET, *, size: int = 0) -> AsideCode | None:
        """The code of why this place stays closed; None where it may be opened, which is told."""
        place = (self.file, sheet)
        if place not in self.closed:
            self.opening(place, size)
        return self.closed.get(place)

    def of_file(self, number: int) -> Attempt:
        """The same attempt inside a file of the archive."""
        return replace(self, file=number)


class RefusedError(Exception):
    """The file is refused; ``code`` says why."""

    def __init__(self, code: AsideCode) -> None:
        super().__init__()
        self.code = code


@frozen
class ReadOutcome:
    """The sheets in some bytes, or the code of why there are none, and what the bytes are."""

    format: str
    """As ``RawFile.format``."""
    sheets: tuple[RawSheet, ...] = ()
    trouble: AsideCode | None = None
    skipped: tuple[str, ...] = ()
    """The names of sheets that hold no cells by their kind: charts, macros."""

    def with_unread(self, parts: Iterable[str]) -> ReadOutcome:
        """The same with the names of parts that hold something and were not read."""
        unread = [unread_sheet(part, AsideCode.CONTENT_UNREAD) for part in parts]
        return replace(self, sheets=(*self.sheets, *unread)) if self.sheets else self


def unread_sheet(name: str, trouble: AsideCode | None = None) -> RawSheet:
    """A sheet, or another part of a file, without rows."""
    return RawSheet(name, pa.array([], pa.int32()), pa.table({}), trouble=trouble)


_Given = ParamSpec("_Given")
_Found = TypeVar("_Found", bound=ReadOutcome | None)


def refused_as(
    kind: str, damage: tuple[type[Exception], ...] = ()
) -> Callable[[Callable[_Given, _Found]], Callable[_Given, _Found | ReadOutcome]]:
    """Makes a refusal, or one of these errors of a damaged file, the outcome of a reader.

    ``kind`` is what the file then is, as ``ReadOutcome.format``.
    """

    def around(
        read: Callable[_Given, _Found],
    ) -> Callable[_Given, _Found | ReadOutcome]:
        @wraps(read)
        def guarded(*args: _Given.args, **named: _Given.kwargs) -> _Found | ReadOutcome:
            try:
                return read(*args, **named)
            except RefusedError as refused:
                return ReadOutcome(kind, trouble=refused.code)
            except MemoryError:
                raise
            except damage:
                return ReadOutcome(kind, trouble=AsideCode.FILE_UNREADABLE)

        return guarded

    return around
