"""What a reader found in the bytes of one file."""

from __future__ import annotations

from dataclasses import dataclass

from voterlist.model import AsideCode
from voterlist.schemas import RawSheet

__all__ = ["ReadOutcome"]


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
