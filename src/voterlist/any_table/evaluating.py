"""Pairs and findings held against known truth; why a pair has its weight."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist import readers
from voterlist.arrays import Codes
from voterlist.errors import input_error, usage_error
from voterlist.link import fit
from voterlist.link.evaluation import Compared, Measure, measures
from voterlist.link.explain import read_model, waterfalls
from voterlist.model import frozen
from voterlist.pipeline.known import known
from voterlist.report.sections.cases.build import read_waterfalls
from voterlist.report.sections.cases.model import Waterfall
from voterlist.schemas import FAULT
from voterlist.storage.workspace import open_to_read
from voterlist.tables import words

_PLACE = ["rule", "constituency", "precinct"]
_HIT = ["rule", "fault", "finding"]


@frozen
class FaultScore:
    """How one rule did."""

    rule: str
    planted: int
    found: int
    false_alarms: int
    """Findings of this rule about a place where no fault of it was planted."""
    of: int
    """How many places of the rule's unit the list has without a fault of it."""

    @property
    def false_rate(self) -> float:
        """False alarms as a share of the places that have no fault."""
        return self.false_alarms / self.of if self.of else 0.0


def evaluate_faults(findings: pa.Table, faults: pa.Table) -> tuple[FaultScore, ...]:
    """One score per rule of which a fault was planted, in order of the rules' codes.

    Args:
        findings: FINDING; rules of which nothing was planted are not looked at.
        faults: FAULT. A fault of entries is found where a finding of its rule names one of them, as
            its entry or as the other; a fault of a place, where one names the place. Where an entry
            is named, the place alone is not enough.
    """
    planted = _frame(
        faults, ["fault", "rule", "constituency", "precinct", "entry_id", "of"]
    )
    reported = _frame(findings, [*_PLACE, "entry_id", "other_entry_id"])
    reported["finding"] = np.arange(len(reported))
    hits = pd.concat([_by_entry(planted, reported), _by_place(planted, reported)])
    return tuple(
        _score(str(rule), own, reported, hits)
        for rule, own in planted.groupby("rule", sort=True)
    )


def _score(
    rule: str, planted: pd.DataFrame, reported: pd.DataFrame, hits: pd.DataFrame
) -> FaultScore:
    """The score of one rule; ``planted`` are its faults."""
    own = hits[hits["rule"] == rule]
    findings = int((reported["rule"] == rule).sum())
    return FaultScore(
        rule=rule,
        planted=planted["fault"].nunique(),
        found=own["fault"].nunique(),
        false_alarms=findings - own["finding"].nunique(),
        of=max(int(planted["of"].iloc[0]) - len(planted), 0),
    )


def _frame(table: pa.Table, names: list[str]) -> pd.DataFrame:
    """Columns as pandas has them; a place that is not known is -1."""
    plain = table.select(names)
    rule = words(table.column("rule")).cast(pa.string())
    plain = plain.set_column(plain.schema.get_field_index("rule"), "rule", rule)
    frame: pd.DataFrame = plain.to_pandas()
    for name in ("constituency", "precinct"):
        frame[name] = frame[name].fillna(-1).astype(np.int64)
    return frame


def _by_entry(planted: pd.DataFrame, reported: pd.DataFrame) -> pd.DataFrame:
    """rule, fault, finding: where a finding names an entry of a fault of its rule."""
    of_entries = planted[planted["entry_id"].notna()]
    parts = []
    for name in ("entry_id", "other_entry_id"):
        named = reported.loc[reported[name].notna(), ["rule", name, "finding"]]
        named = named.rename(columns={name: "entry_id"})
        parts.append(of_entries.merge(named, on=["rule", "entry_id"])[_HIT])
    return pd.concat(parts)


def _by_place(planted: pd.DataFrame, reported: pd.DataFrame) -> pd.DataFrame:
    """rule, fault, finding: where a finding names the place of a fault of its rule."""
    of_places = planted[planted["entry_id"].isna()]
    return of_places.merge(reported[[*_PLACE, "finding"]], on=_PLACE)[_HIT]


@frozen
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
    tables = [pairs]
    if pairs.is_dir():
        # Those of the runs of a workspace, the newest first.
        with open_to_read(pairs) as (_, ledger):
            folders = known(pairs, ledger).folders
            tables = [folder / "pairs.parquet" for folder in folders]
    for path in tables:
        row = _row(path, left, right)
        if row.num_rows:
            (why,) = read_waterfalls(row, _falls(path, row, left, right))
            return Explained(left, right, str(row.column("kind")[0].as_py()), why)
    raise usage_error("pair-not-found")


def _row(path: Path, left: str, right: str) -> pa.Table:
    """The row of the pair, with the table's metadata; no row where the table does not hold it.

    Raises:
        InputError: the table cannot be read, or holds no model.
    """
    table = _rows_of_pair(path, left, right)
    if (
        read_model(table.schema.metadata) is None
        or "term_frequency" not in table.column_names
    ):
        raise input_error("pairs-without-model", path)
    return table.slice(0, 1)


def _falls(path: Path, row: pa.Table, left: str, right: str) -> pa.Table:
    """WATERFALL of the pair.

    It is read from the table that the run wrote beside its pairs. Without that it is made from the
    levels of the pair, as far as they give it.
    """
    beside = path.with_name("waterfalls.parquet")
    stored = _rows_of_pair(beside, left, right) if beside.exists() else None
    return stored if stored is not None and stored.num_rows else waterfalls(row)


def _rows_of_pair(path: Path, left: str, right: str) -> pa.Table:
    if path.suffix.lower() in {".csv", ".xlsx"}:
        raise input_error("pairs-not-parquet", path)
    try:
        return pq.read_table(
            path, filters=(pc.field("entry_l") == left) & (pc.field("entry_r") == right)
        )
    except FileNotFoundError:
        raise usage_error("no-such-file", path=path) from None
    except (OSError, pa.ArrowException):
        # The cause may quote a cell, so it is not chained.
        raise input_error("pairs-unreadable", path) from None


_PAIR_COLUMNS = ("entry_l", "entry_r", "weight", "probability")
_CLUSTER_COLUMNS = ("entry_id", "cluster_id")
_FINDING_COLUMNS = ("rule", "constituency", "precinct", "entry_id", "other_entry_id")
_TRUTH_COLUMNS = ("entry_id", "person_id")
_PARQUET_MAGIC = b"PAR1"


def evaluate_pairs(pairs: Path, truth: Path, *, threshold: float) -> fit.Evaluation:
    """Precision, recall and the like of a table of pairs.

    Args:
        pairs: a file with ``entry_l``, ``entry_r``, ``weight`` (bits) and ``probability``.
        truth: a file with ``entry_id`` and ``person_id``.
        threshold: the probability from which a pair counts as one person.

    Raises:
        InputError: a file cannot be read, or lacks a column; the truth contradicts itself, or is
            about other entries.
    """
    table = _with_numbers(pairs, _read(pairs, _PAIR_COLUMNS))
    known = _read_truth(truth, table.column("entry_l"), table.column("entry_r"))
    return fit.evaluate(table, known, threshold)


def evaluate_clusters(clusters: Path, truth: Path) -> tuple[Measure, ...]:
    """The measures by persons of a table of clusters; who stands in none is alone.

    Args:
        clusters: a file with ``entry_id`` and ``cluster_id``.
        truth: a file with ``entry_id`` and ``person_id``; an entry that it does not name is
            nobody's repetition.

    Raises:
        InputError: a file cannot be read, or lacks a column; the truth contradicts itself, or is
            about other entries.
    """
    found = _read(clusters, _CLUSTER_COLUMNS)
    known = _read_truth(truth, found.column("entry_id"))
    entries = [table.column("entry_id").cast(pa.string()) for table in (known, found)]
    ids = pc.unique(
        pa.chunked_array([*entries[0].chunks, *entries[1].chunks], pa.string())
    )
    groups = known.column("person_id"), found.column("cluster_id")
    person, cluster = map(partial(_group_of, ids), entries, groups)
    none = np.zeros(0, np.int32)
    told = measures(Compared(person, cluster, none, none))
    return tuple(row for row in told if row.by == "persons")


def _read_truth(path: Path, *entries: pa.ChunkedArray) -> pa.Table:
    """The truth of these entries, if there are any.

    Raises:
        InputError: it cannot be read, or lacks a column; an entry is two persons; it names none of
            the entries.
    """
    truth = _read(path, _TRUTH_COLUMNS).drop_null()
    # A blank person is nobody, and not the same one each time.
    truth = truth.filter(pc.not_equal(truth.column("person_id").cast(pa.string()), ""))
    persons = truth.group_by("entry_id").aggregate([("person_id", "count_distinct")])
    if pc.any(pc.greater(persons.column("person_id_count_distinct"), 1)).as_py():
        raise input_error("truth-of-two", path)
    named = truth.column("entry_id").cast(pa.string())
    is_named = [pc.is_in(ids.cast(pa.string()), value_set=named) for ids in entries]
    if len(entries[0]) and not any(pc.any(each).as_py() for each in is_named):
        raise input_error("truth-of-others", path)
    return truth


def _group_of(
    ids: pa.Array, entries: pa.ChunkedArray, groups: pa.ChunkedArray
) -> Codes:
    """The group of each of these ids as a number; who has none has a number of its own."""
    place = pc.index_in(ids, value_set=entries.combine_chunks())
    numbers = groups.combine_chunks().dictionary_encode().indices
    told = numbers.take(place).fill_null(-1).to_numpy(zero_copy_only=False)
    alone = len(numbers) + np.arange(len(ids))
    return np.where(told >= 0, told, alone).astype(np.int32)


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
            raise input_error("pairs-unreadable", path) from None
        pairs = pairs.set_column(place, name, numbers)
    return pairs


def evaluate_findings(findings: Path, faults: Path) -> tuple[FaultScore, ...]:
    """For each rule how many of the planted faults were found, and the false alarms.

    Raises:
        InputError: a file cannot be read, or lacks a column.
    """
    reported = _read(findings, _FINDING_COLUMNS)
    return evaluate_faults(reported, _read(faults, tuple(FAULT.names)))


def _read(path: Path, columns: tuple[str, ...]) -> pa.Table:
    """These columns of a table.

    Raises:
        InputError: it cannot be read, or lacks one of them.
    """
    try:
        with path.open("rb") as content:
            is_parquet = content.read(len(_PARQUET_MAGIC)) == _PARQUET_MAGIC
        if is_parquet:
            # A table of millions of pairs is read without a detour over text.
            readers.prove_parquet(path)
            table = pq.read_table(readers.arrow_source(path))
        else:
            table = readers.read_table(path)
    except FileNotFoundError:
        raise usage_error("no-such-file", path=path) from None
    except (OSError, pa.ArrowException):
        # The cause may quote a cell, so it is not chained.
        raise input_error("pairs-unreadable", path) from None
    if not {*columns} <= {*table.column_names}:
        raise input_error("columns-missing", path)
    return table.select(columns)
