"""What a reader found in the bytes of one file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pyarrow as pa

from voterlist.model import AsideCode
from voterlist.schemas import RawSheet


class RefusedError(Exception):
    """The file is refused; ``code`` says why."""

    def __init__(self, code: AsideCode) -> None:
        super().__init__()
        self.code = code


@dataclass(frozen=True, slots=True)
class ReadOutcome:
    """The sheets in some bytes, or the code of why there are none, and what the bytes are."""

    format: str
    """text, json, jsonl, parquet, xlsx, xlsb, xls, ods, docx, odt, pdf, dbf, zip; empty where that
    is not known."""
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
