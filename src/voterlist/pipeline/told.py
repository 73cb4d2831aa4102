"""What a run says when it has ended, read off its tables."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.ingest import LETTERS_LOST, PLACE_DOUBTS
from voterlist.model import AsideCode
from voterlist.pipeline.inbox import Inputs, sources_of
from voterlist.pipeline.result import FURNITURE, PlaceDoubt, Trouble
from voterlist.tables import rows_among

_NOT_UNDERSTOOD = (
    AsideCode.HEADER_UNKNOWN.value,
    AsideCode.MAPPING_DOUBTFUL.value,
    AsideCode.LOOKS_LIKE_REGISTER.value,
)
"""Codes of rows that may be entries, of lists that nobody could make sense of."""


def counts(table: pa.Table, column: str, weight: str | None = None) -> dict[str, int]:
    """Word of a column -> its rows, or the sum of ``weight`` over them, in order of word."""
    if not table.num_rows:
        return {}
    words = table.column(column).cast(pa.string())
    weights = table.column(weight) if weight else pa.array([1] * table.num_rows)
    summed = (
        pa.table({"word": words, "weight": weights})
        .group_by("word")
        .aggregate([("weight", "sum")])
    )
    return {
        row["word"]: int(row["weight_sum"])
        for row in summed.sort_by("word").to_pylist()
        if row["word"]
    }


def of_the_whole(coincidences: pa.Table) -> tuple[dict[str, Any], ...]:
    """agreement, expected, found: the rows of a COINCIDENCE table that are of no constituency."""
    whole = coincidences.filter(pc.is_null(coincidences.column("constituency")))
    return tuple(whole.select(["agreement", "expected", "found"]).to_pylist())


def place_doubts(findings: pa.Table, inputs: Inputs) -> tuple[PlaceDoubt, ...]:
    """The lists whose precinct is not known or in doubt, by file.

    Args:
        findings: FINDING.
        inputs: what the run read.
    """
    asked = rows_among(findings, "rule", PLACE_DOUBTS)
    names = inputs.names()
    doubts = {
        PlaceDoubt(
            names.get((row["source"], 0), row["source"]),
            row["sheet"],
            row["constituency"],
            row["precinct"],
            row["rule"],
        )
        for row in asked.to_pylist()
    }
    return tuple(sorted(doubts, key=_order_of_doubts))


def _order_of_doubts(doubt: PlaceDoubt) -> tuple[str, str, int, str]:
    return doubt.file, doubt.sheet or "", doubt.precinct or 0, doubt.rule


def troubles(
    set_aside: pa.Table, reference: pa.Table, inputs: Inputs
) -> tuple[Trouble, ...]:
    """The files and sheets that could not be read, by name.

    Args:
        set_aside: SET_ASIDE.
        reference: SOURCES, as far as ``reference/`` was read.
        inputs: what the run read, and what it could not even open.
    """
    names = inputs.names()
    distinct_troubles = {
        Trouble(
            names.get((row["source"], row["copy"]), row["source"]),
            row["sheet"],
            row["code"],
        )
        for row in _unread(set_aside)
    }
    distinct_troubles |= {
        Trouble(file.name, None, file.trouble)
        for file in inputs.unread()
        if file.trouble
    }
    outside = sources_of({file.name: file.digest for file in inputs.reference})
    for row in reference.select(["source", "trouble"]).to_pylist():
        if row["trouble"] not in {None, AsideCode.DUPLICATE_FILE, *FURNITURE}:
            same = outside.get(row["source"], [row["source"]])
            distinct_troubles |= {Trouble(name, None, row["trouble"]) for name in same}
    return tuple(
        sorted(
            distinct_troubles,
            key=lambda trouble: (trouble.file, trouble.sheet or "", trouble.code),
        )
    )


def lost_letters(findings: pa.Table, inputs: Inputs) -> tuple[str, ...]:
    """The files of which a list lost letters, by name. ``findings`` is FINDING."""
    is_lost = pc.equal(findings.column("rule").cast(pa.string()), LETTERS_LOST)
    sources = findings.filter(is_lost).column("source").unique().to_pylist()
    names = inputs.names()
    return tuple(sorted(names.get((source, 0), source) for source in sources))


def unread_constituencies(set_aside: pa.Table) -> frozenset[int | None]:
    """The constituencies of which a file, a sheet or a folder could not be read, or not understood.

    None among them: it is not known whose list that is. ``set_aside`` is SET_ASIDE.
    """
    strange_rows = rows_among(set_aside, "code", _NOT_UNDERSTOOD)
    strange = strange_rows.column("constituency").unique().to_pylist()
    return frozenset(row["constituency"] for row in _unread(set_aside)) | frozenset(
        strange
    )


def whole_files_unread(set_aside: pa.Table) -> pa.Table:
    """The rows of whole files and sheets that could not be read; a copy of another was read."""
    is_whole = pc.equal(set_aside.column("line"), 0)
    codes = set_aside.column("code").cast(pa.string())
    is_copy = pc.equal(codes, AsideCode.DUPLICATE_FILE.value)
    return set_aside.filter(pc.and_not(is_whole, is_copy))


def _unread(set_aside: pa.Table) -> list[dict[str, Any]]:
    columns = ["source", "copy", "sheet", "constituency", "code"]
    rows: list[dict[str, Any]] = (
        whole_files_unread(set_aside).select(columns).to_pylist()
    )
    return rows
