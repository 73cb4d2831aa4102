"""Pairs, or findings, measured against known truth."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from voterlist import readers
from voterlist.check.faults import FaultScore, evaluate_faults
from voterlist.errors import InputError
from voterlist.link import evaluate as evaluation
from voterlist.link.evaluate import Evaluation
from voterlist.schemas import FAULT

_PAIR_COLUMNS = ("entry_l", "entry_r", "weight", "probability")
_FINDING_COLUMNS = ("rule", "constituency", "precinct", "entry_id", "other_entry_id")
_TRUTH_COLUMNS = ("entry_id", "person_id")
_PARQUET_MAGIC = b"PAR1"


def evaluate_pairs(pairs: Path, truth: Path, *, threshold: float) -> Evaluation:
    """Precision, recall and the like of a table of pairs.

    Args:
        pairs: a file with ``entry_l``, ``entry_r``, ``weight`` (bits) and ``probability``.
        truth: a file with ``entry_id`` and ``person_id``.
        threshold: the probability from which a pair counts as one person.

    Raises:
        InputError: a file cannot be read, or lacks a column.
    """
    table = _with_numbers(pairs, _read(pairs, _PAIR_COLUMNS))
    return evaluation.evaluate(table, _read(truth, _TRUTH_COLUMNS), threshold)


def _with_numbers(path: Path, pairs: pa.Table) -> pa.Table:
    """The pairs with numbers where a CSV or XLSX gives text.

    Raises:
        InputError: a cell is no number.
    """
    for name in ("weight", "probability"):
        place = pairs.schema.get_field_index(name)
        try:
            numbers = pairs.column(name).cast(pa.float64())
        except pa.ArrowException:
            # The cause quotes the cell, so it is not chained.
            raise InputError(
                f"{path} cannot be read", code="pairs-unreadable", file=str(path)
            ) from None
        pairs = pairs.set_column(place, name, numbers)
    return pairs


def evaluate_findings(findings: Path, faults: Path) -> tuple[FaultScore, ...]:
    """For each rule how many of the planted faults were found, and the false alarms.

    Raises:
        InputError: a file cannot be read, or lacks a column.
    """
    scores = evaluate_faults(
        _read(findings, _FINDING_COLUMNS), _read(faults, tuple(FAULT.names))
    )
    return tuple(scores)


def _read(path: Path, columns: tuple[str, ...]) -> pa.Table:
    """These columns of a table.

    Raises:
        InputError: it cannot be read, or lacks one of them.
    """
    try:
        # A table of millions of pairs is read without a detour over text.
        table = _parquet(path) if _is_parquet(path) else readers.read_table(path)
    except (OSError, pa.ArrowException):
        # The cause may quote a cell, so it is not chained.
        raise InputError(
            f"{path} cannot be read", code="pairs-unreadable", file=str(path)
        ) from None
    missing = [name for name in columns if name not in table.column_names]
    if missing:
        raise InputError(
            f"{path} lacks {', '.join(missing)}", code="columns-missing", file=str(path)
        )
    return table.select(columns)


def _parquet(path: Path) -> pa.Table:
    readers.prove_parquet(path)
    return pq.read_table(readers.arrow_source(path))


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as content:
        return content.read(len(_PARQUET_MAGIC)) == _PARQUET_MAGIC
