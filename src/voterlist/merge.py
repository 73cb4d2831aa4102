"""Lists to one list.

Precincts to a constituency, constituencies to the nation, with the balance of rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.errors import StageError
from voterlist.model import AsideCode, ListKind, Rule, Severity, Stage, Unit
from voterlist.schemas import ENTRY, FINDING, LIST, SET_ASIDE, Intake, empty, require
from voterlist.tables import concat, from_columns, sort_by

__all__ = ["RULES", "check_ids", "count_entries", "merge", "merge_accounts"]

DECLARED_DIFFERS = Rule(
    "declared-total-differs",
    Severity.WARNING,
    Unit.PRECINCT,
    "The total that a precinct writes below its list is its own count of its voters",
)
SEVERAL_LISTS = Rule(
    "several-lists",
    Severity.WARNING,
    Unit.PRECINCT,
    "Election Code of Azerbaijan, art. 46: one permanent list a precinct; a second may be its corrected version",
)
FILE_IN_TWO_CONSTITUENCIES = Rule(
    "file-in-two-constituencies",
    Severity.WARNING,
    Unit.FILE,
    "A precinct lies in one constituency: a file handed in under two stands in one of them for another that is missing",
)
RULES: tuple[Rule, ...] = (DECLARED_DIFFERS, SEVERAL_LISTS, FILE_IN_TWO_CONSTITUENCIES)

_LIST_KEY = ("source", "sheet", "constituency", "precinct")


def merge(intakes: Sequence[Intake]) -> Intake:
    """One intake of all: entries by id, every table sorted, the balance of rows checked.

    Findings of the intakes are kept; stated anew are lists whose declared total is not their number
    of entries, and precincts with several permanent lists.

    Raises:
        SchemaError: a table of an intake does not have its shape.
        StageError: an entry id stands twice, or the rows of a list do not balance; it names the
            entry id or the source.
    """
    entries = concat((require(intake.entries, ENTRY, Stage.MERGE) for intake in intakes), ENTRY)
    check_ids(entries)
    accounts = merge_accounts(intakes, count_entries(entries))
    return replace(accounts, entries=sort_by(entries, "entry_id"))


def merge_accounts(intakes: Sequence[Intake], counted: pa.Table) -> Intake:
    """All of a merge but its entries, which may lie elsewhere: lists, rows set aside and findings of all.

    Args:
        intakes: those to be merged; their entries are not looked at.
        counted: how many entries each list has, as ``count_entries`` gives it; several rows a list
            are added up.

    Raises:
        SchemaError: a table of an intake does not have its shape.
        StageError: the rows of a list do not balance; it names the source.
    """
    lists = concat((require(intake.lists, LIST, Stage.MERGE) for intake in intakes), LIST)
    aside = concat(
        (require(intake.set_aside, SET_ASIDE, Stage.MERGE) for intake in intakes), SET_ASIDE
    )
    found = [_not_ours(require(intake.findings, FINDING, Stage.MERGE)) for intake in intakes]
    _check_balance(counted, lists, aside)
    found += [_declared_differs(lists, aside), _several_lists(lists, concat(found, FINDING))]
    found.append(
        _in_two_constituencies([intake.lists for intake in intakes], concat(found, FINDING))
    )
    return Intake(
        entries=empty(ENTRY),
        lists=sort_by(lists, *_LIST_KEY, "list_kind", "set_aside", "rows", "entries"),
        set_aside=sort_by(aside, "source", "copy", "sheet", "line", "code"),
        findings=sort_by(
            concat(found, FINDING),
            *(
                "rule",
                "constituency",
                "precinct",
                "source",
                "sheet",
                "line",
                "field",
                "value",
                "limit",
            ),
        ),
    )


def count_entries(entries: pa.Table) -> pa.Table:
    """How many entries each list has: source, sheet, constituency, precinct, entries."""
    counted = entries.select(list(_LIST_KEY)).append_column(
        "one", pa.array(np.ones(entries.num_rows, dtype=np.int64))
    )
    grouped = counted.group_by(list(_LIST_KEY)).aggregate([("one", "sum")])
    return grouped.rename_columns([*_LIST_KEY, "entries"])


def _not_ours(findings: pa.Table) -> pa.Table:
    """The findings without those of an earlier merge that are stated anew for the whole."""
    ours = pa.array([DECLARED_DIFFERS.code, SEVERAL_LISTS.code])
    return findings.filter(
        pc.invert(pc.is_in(findings.column("rule").cast(pa.string()), value_set=ours))
    )


def check_ids(entries: pa.Table) -> None:
    """Raises ``StageError`` where an entry id stands twice."""
    counts = pc.value_counts(entries.column("entry_id").combine_chunks())
    repeated = counts.filter(pc.greater(counts.field("counts"), 1))
    if len(repeated):
        first = pc.min(repeated.field("values")).as_py()
        raise StageError(
            f"{len(repeated)} entry ids stand more than once",
            stage=Stage.MERGE,
            entry_id=first,
            todo="Give each constituency's lists to the run once.",
        )


def _check_balance(counted: pa.Table, lists: pa.Table, aside: pa.Table) -> None:
    """Raises where the rows of a list, or of all, are not its entries and its rows set aside."""
    balance = pc.subtract(
        lists.column("rows"), pc.add(lists.column("entries"), lists.column("set_aside"))
    )
    wrong = lists.filter(pc.not_equal(balance, 0))
    if wrong.num_rows:
        raise _unbalanced(wrong.column("source")[0].as_py())
    stated = _sums(lists, {"entries": "entries", "set_aside": "set_aside"})
    actual_entries = _sums(counted, {"entries": "entries"})
    put_aside = _sums(aside, {"set_aside": "rows"})
    for name, actual in (("entries", actual_entries), ("set_aside", put_aside)):
        for key in sorted(set(stated) | set(actual), key=str):
            if stated.get(key, {}).get(name, 0) != actual.get(key, {}).get(name, 0):
                raise _unbalanced(str(key[0]))
    total = pc.sum(lists.column("rows")).as_py() or 0
    if total != (pc.sum(counted.column("entries")).as_py() or 0) + (
        pc.sum(aside.column("rows")).as_py() or 0
    ):
        raise _unbalanced("all lists together")


def _unbalanced(source: str) -> StageError:
    """The error for rows that do not add up."""
    return StageError(
        f"the rows of {source} are not its entries and its rows set aside",
        stage=Stage.MERGE,
        todo="Do not use this run. Run it again from the lists; if it stays, send trace.json to the maintainers.",
    )


def _sums(table: pa.Table, names: dict[str, str]) -> dict[tuple[Any, ...], dict[str, int]]:
    """For each list the sum of a column under another name; one Python step a list, not a row."""
    keys = table.select(list(_LIST_KEY))
    for name, column in names.items():
        keys = keys.append_column(name, table.column(column))
    grouped = keys.group_by(list(_LIST_KEY)).aggregate([(name, "sum") for name in names])
    return {
        tuple(row[key] for key in _LIST_KEY): {name: row[f"{name}_sum"] for name in names}
        for row in grouped.to_pylist()
    }


def _declared_differs(lists: pa.Table, aside: pa.Table) -> pa.Table:
    """The lists whose declared total is neither their own number of entries nor that of their whole sheet.

    Entries that another version of the list has word for word, and that were set aside for it, are
    counted: the precinct wrote them.
    """
    repeated = aside.filter(
        pc.equal(aside.column("code").cast(pa.string()), str(AsideCode.SAME_ENTRY))
    )
    elsewhere = {key: sums["rows"] for key, sums in _sums(repeated, {"rows": "rows"}).items()}
    rows = lists.to_pylist()
    whole: Counter[tuple[str, str | None]] = Counter()
    for row in rows:
        row["entries"] += elsewhere.get(tuple(row[name] for name in _LIST_KEY), 0)
        whole[row["source"], row["sheet"]] += row["entries"]
    differ = [
        row
        for row in rows
        if row["declared"] is not None
        and row["declared"] not in {row["entries"], whole[row["source"], row["sheet"]]}
    ]
    places = {name: [row[name] for row in differ] for name in _LIST_KEY}
    return _findings(
        DECLARED_DIFFERS,
        {
            **places,
            "value": [row["entries"] for row in differ],
            "limit": [row["declared"] for row in differ],
        },
    )


def _several_lists(lists: pa.Table, said: pa.Table) -> pa.Table:
    """The precincts with more than one permanent list that has entries; ``value`` is how many.

    A precinct whose lists were found to be versions of one another is left out: ingest has said so,
    more exactly.
    """
    kept = lists.filter(
        pc.and_(
            pc.and_(pc.greater(lists.column("entries"), 0), pc.is_valid(lists.column("precinct"))),
            pc.equal(lists.column("list_kind").cast(pa.string()), str(ListKind.PERMANENT)),
        )
    )
    counted = kept.group_by(["constituency", "precinct"]).aggregate([("rows", "count")])
    versions = said.filter(pc.equal(said.column("rule").cast(pa.string()), "list-version"))
    told = set(
        zip(
            versions.column("constituency").to_pylist(),
            versions.column("precinct").to_pylist(),
            strict=True,
        )
    )
    rows = [
        row
        for row in counted.to_pylist()
        if row["rows_count"] > 1 and (row["constituency"], row["precinct"]) not in told
    ]
    places = {name: [row[name] for row in rows] for name in ("constituency", "precinct")}
    return _findings(SEVERAL_LISTS, {**places, "value": [row["rows_count"] for row in rows]})


def _in_two_constituencies(received: Sequence[pa.Table], said: pa.Table) -> pa.Table:
    """The files of one content that came in through several intakes, once for each constituency; ``value`` is how many.

    A file that holds the lists of several constituencies comes in once, and is none of these. What
    an earlier merge ``said`` stays, for a merged list no longer shows it.
    """
    earlier = said.filter(
        pc.equal(said.column("rule").cast(pa.string()), FILE_IN_TWO_CONSTITUENCIES.code)
    )
    told = set(earlier.column("source").to_pylist())
    intakes = Counter(
        source for lists in received for source in lists.column("source").unique().to_pylist()
    )
    several = pa.array(
        [source for source, count in intakes.items() if count > 1 and source not in told],
        pa.string(),
    )
    lists = concat(received, LIST)
    lists = lists.filter(pc.is_in(lists.column("source"), value_set=several))
    homes = (
        lists.select(["source", "constituency"])
        .group_by(["source", "constituency"])
        .aggregate([])
        .drop_null()
    )
    counts = Counter(homes.column("source").to_pylist())
    rows = sorted(
        (source, home)
        for source, home in zip(
            *(homes.column(name).to_pylist() for name in homes.column_names), strict=True
        )
        if counts[source] > 1
    )
    places = {
        name: [row[place] for row in rows] for place, name in enumerate(("source", "constituency"))
    }
    return _findings(
        FILE_IN_TWO_CONSTITUENCIES, {**places, "value": [counts[source] for source, _ in rows]}
    )


def _findings(rule: Rule, columns: dict[str, Any]) -> pa.Table:
    """Findings of one rule."""
    count = len(columns["value"])
    words = {"rule": rule.code, "severity": str(rule.severity), "unit": str(rule.unit)}
    typed = {
        name: values
        if isinstance(values, pa.ChunkedArray)
        else pa.array(values, FINDING.field(name).type)
        for name, values in columns.items()
    }
    return from_columns(
        typed | {name: [word] * count for name, word in words.items()}, FINDING, length=count
    )
