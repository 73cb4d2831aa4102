"""Why a pair of entries has its weight."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist.errors import InputError, UsageError
from voterlist.link.explain import read_model, waterfalls
from voterlist.pipeline.known import known
from voterlist.report.sections.cases import Waterfall
from voterlist.report.sections.cases.build import read_waterfalls
from voterlist.schemas import with_current_names
from voterlist.storage import ledger as ledgers
from voterlist.usecases.settings import settings_of


@dataclass(frozen=True, slots=True)
class Explained:
    """A pair, what it is, and why."""

    left: str
    right: str
    kind: str
    """A code of ``PairKind``."""
    why: Waterfall


def explain_pair(pairs: Path, one: str, other: str) -> Explained:
    """Why the pair of these two entries has its weight.

    Args:
        pairs: a table of pairs, or a workspace.
        one: the id of an entry.
        other: the id of the other one.

    Raises:
        UsageError: no table holds the pair.
        InputError: a table cannot be read, or holds no model.
    """
    left, right = sorted((one, other))
    row, why = _row_and_waterfall(_tables(pairs), left, right)
    return Explained(left, right, str(row.column("kind")[0].as_py()), why)


def _tables(pairs: Path) -> list[Path]:
    """The tables of pairs to look in.

    The one that is named, or those of the runs of a workspace, the newest first.
    """
    if not pairs.is_dir():
        return [pairs]
    place = ledgers.place_in(pairs, settings_of(pairs))
    with ledgers.reading(place) as ledger:
        return [folder / "pairs.parquet" for folder in known(pairs, ledger).folders]


def _row_and_waterfall(
    tables: list[Path], left: str, right: str
) -> tuple[pa.Table, Waterfall]:
    """The row of the pair in the first table that holds it, and its waterfall.

    Raises:
        UsageError: no table holds the pair.
    """
    for path in tables:
        row = _row(path, left, right)
        if row.num_rows:
            return row, read_waterfalls(row, _falls(path, row, left, right))[0]
    raise UsageError("the table does not hold this pair", code="pair-not-found")


def _row(path: Path, left: str, right: str) -> pa.Table:
    """The row of the pair, with the table's metadata; no row where the table does not hold it.

    Raises:
        InputError: the table cannot be read, or holds no model.
    """
    table = with_current_names(_read(path, left, right))
    if (
        read_model(table.schema.metadata) is None
        or "term_frequency" not in table.column_names
    ):
        raise InputError(
            f"{path} holds no model", code="pairs-without-model", file=str(path)
        )
    return table.slice(0, 1)


def _falls(path: Path, row: pa.Table, left: str, right: str) -> pa.Table:
    """WATERFALL of the pair.

    It is read from the table that the run wrote beside its pairs. Without that it is made from the
    levels of the pair, as far as they give it.
    """
    beside = path.with_name("waterfalls.parquet")
    stored = _read(beside, left, right) if beside.exists() else None
    return stored if stored is not None and stored.num_rows else waterfalls(row)


def _read(path: Path, left: str, right: str) -> pa.Table:
    if path.suffix.lower() in {".csv", ".xlsx"}:
        raise InputError(
            f"{path} is no Parquet", code="pairs-not-parquet", file=str(path)
        )
    try:
        return pq.read_table(
            path, filters=(pc.field("entry_l") == left) & (pc.field("entry_r") == right)
        )
    except (OSError, pa.ArrowException):
        # The cause may quote a cell, so it is not chained.
        raise InputError(
            f"{path} cannot be read", code="pairs-unreadable", file=str(path)
        ) from None
