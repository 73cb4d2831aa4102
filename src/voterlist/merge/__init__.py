"""Lists to one list.

Precincts to a constituency, constituencies to the nation, with the balance of rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.errors import StageError
from voterlist.fields import PLACE
from voterlist.findings import declared_rules, gather, make
from voterlist.model import FURNITURE, AsideCode, ListKind, Rule, Stage
from voterlist.schemas import ENTRY, FINDING, LIST, SET_ASIDE, Intake, empty, require
from voterlist.tables import (
    concat,
    count_by,
    distinct,
    row_counts,
    rows_among,
    rows_without,
    sort_by,
    total,
)

RULES: tuple[Rule, ...] = tuple(declared_rules("voterlist.merge").values())
_DECLARED_DIFFERS, _SEVERAL_LISTS, _IN_TWO_CONSTITUENCIES = RULES

_TOLD_BY_INGEST = ("list-version", "precinct-claimed-twice")
"""The rules by which ingest says more exactly what the lists of one precinct are to each other."""

Count = tuple[int, int]
"""The entries of a list, and its rows that were set aside and may be voters."""
_NO_VOTERS = FURNITURE | {AsideCode.SAME_ENTRY}
"""The codes of rows of which no voter is missing."""
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
    entries = concat(
        (require(intake.entries, ENTRY, Stage.MERGE) for intake in intakes), ENTRY
    )
    check_ids(entries)
    accounts = merge_accounts(intakes, count_entries(entries))
    return replace(accounts, entries=sort_by(entries, "entry_id"))


def merge_accounts(intakes: Sequence[Intake], counted: pa.Table) -> Intake:
    """All of a merge but its entries, which may lie elsewhere.

    These are the lists, the rows set aside and the findings of all.

    Args:
        intakes: those to be merged; their entries are not looked at.
        counted: how many entries each list has, as ``count_entries`` gives it; several rows a list
            are added up.

    Raises:
        SchemaError: a table of an intake does not have its shape.
        StageError: the rows of a list do not balance; it names the source.
    """
    lists = concat(
        (require(intake.lists, LIST, Stage.MERGE) for intake in intakes), LIST
    )
    aside = concat(
        (require(intake.set_aside, SET_ASIDE, Stage.MERGE) for intake in intakes),
        SET_ASIDE,
    )
    _check_balance(counted, lists, aside)
    received = [require(intake.findings, FINDING, Stage.MERGE) for intake in intakes]
    earlier = concat(map(_not_ours, received), FINDING)
    findings = [
        earlier,
        _declared_differs(lists, aside),
        _several_lists(lists, earlier),
        _in_two_constituencies([intake.lists for intake in intakes], earlier),
    ]
    return Intake(
        entries=empty(ENTRY),
        lists=sort_by(lists, *_LIST_KEY, "list_kind", "set_aside", "rows", "entries"),
        set_aside=sort_by(aside, "source", "copy", "sheet", "line", "code"),
        findings=gather(findings),
    )


def count_entries(entries: pa.Table) -> pa.Table:
    """How many entries each list has: source, sheet, constituency, precinct, entries."""
    return pa.table(row_counts(entries, *_LIST_KEY, into="entries"))


def _not_ours(findings: pa.Table) -> pa.Table:
    """The findings without those of an earlier merge that are stated anew for the whole."""
    anew = [_DECLARED_DIFFERS.code, _SEVERAL_LISTS.code]
    return rows_without(findings, "rule", anew)


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
    accounted = pc.add(lists.column("entries"), lists.column("set_aside"))
    wrong = lists.filter(pc.not_equal(lists.column("rows"), accounted))
    if wrong.num_rows:
        raise _balance_error(wrong.column("source")[0].as_py())
    for stated, actual in (
        (_sums(lists, "entries"), _sums(counted, "entries")),
        (_sums(lists, "set_aside"), _sums(aside, "rows")),
    ):
        for key in sorted(stated.keys() | actual.keys(), key=str):
            if stated.get(key, 0) != actual.get(key, 0):
                raise _balance_error(str(key[0]))
    if total(lists, "rows") != total(counted, "entries") + total(aside, "rows"):
        raise _balance_error("all lists together")


def _balance_error(source: str) -> StageError:
    """The error for rows that do not add up."""
    return StageError(
        f"the rows of {source} are not its entries and its rows set aside",
        stage=Stage.MERGE,
        todo=(
            "Do not use this run. Run it again from the lists; if it stays, send trace.json to the "
            "maintainers."
        ),
    )


def _sums(table: pa.Table, name: str) -> dict[tuple[Any, ...], int]:
    """The sum of a column for each list."""
    return count_by(table, *_LIST_KEY, of=name)


def _declared_differs(lists: pa.Table, aside: pa.Table) -> pa.Table:
    """The lists whose declared total is not their number of entries, nor that of sheet or file.

    Entries that another version of the list has word for word, and that were set aside for it, are
    counted: the precinct wrote them.
    """
    rows = lists.select([*_LIST_KEY, "entries", "declared"]).to_pylist()
    elsewhere = _sums(rows_among(aside, "code", [AsideCode.SAME_ENTRY]), "rows")
    asked = _sums(rows_without(aside, "code", _NO_VOTERS), "rows")
    counts: defaultdict[tuple[Any, ...], list[Count]] = defaultdict(list)
    for row in rows:
        key = tuple(row[name] for name in _LIST_KEY)
        row["entries"] += elsewhere.get(key, 0)
        # That of the list, of its sheet, of its precinct in the file, of the file.
        row["wholes"] = key, key[:2], key[:1] + key[2:], key[:1]
        for whole in row["wholes"]:
            counts[whole].append((row["entries"], asked.get(key, 0)))
    differing = [
        row
        for row in rows
        if is_unexplained(row["declared"], map(counts.__getitem__, row["wholes"]))
    ]
    columns = {name: [row[name] for row in differing] for name in _LIST_KEY}
    columns["value"] = [row["entries"] for row in differing]
    columns["limit"] = [row["declared"] for row in differing]
    return make(_DECLARED_DIFFERS, len(differing), columns)


def is_unexplained(declared: int | None, wholes: Iterable[Sequence[Count]]) -> bool:
    """True where a total is that of none of these: its list, or several lists together.

    Rows that were set aside and may be voters may be counted in it: they are asked about.
    """
    spans = (map(sum, zip(*whole, strict=True)) for whole in wholes)
    return declared is not None and not any(
        entries <= declared <= entries + asked for entries, asked in spans
    )


def _several_lists(lists: pa.Table, findings: pa.Table) -> pa.Table:
    """The precincts with more than one permanent list that has entries; ``value`` is how many.

    A precinct of whose lists ingest has said so, more exactly, is left out.
    """
    permanent = rows_among(lists, "list_kind", [ListKind.PERMANENT])
    kept = permanent.filter((pc.field("entries") > 0) & pc.field("precinct").is_valid())
    told = {*_precincts(rows_among(findings, "rule", _TOLD_BY_INGEST))}
    several = {
        place: count
        for place, count in Counter(_precincts(kept)).items()
        if count > 1 and place not in told
    }
    cells = zip(*several, strict=True) if several else ((), ())
    columns = dict(zip(PLACE, map(list, cells), strict=True))
    return make(_SEVERAL_LISTS, len(several), {**columns, "value": [*several.values()]})


def _precincts(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    """The precinct of each row."""
    return zip(*(table.column(name).to_pylist() for name in PLACE), strict=True)


def _in_two_constituencies(
    received: Sequence[pa.Table], findings: pa.Table
) -> pa.Table:
    """The files of one content that came in once for each of several constituencies.

    One finding for each constituency; ``value`` is how many there are. A file that holds the lists
    of several constituencies comes in once, and is none of these. What ``findings`` of an earlier
    merge say stays, for a merged list no longer shows it.
    """
    earlier = rows_among(findings, "rule", [_IN_TWO_CONSTITUENCIES.code])
    known = set(earlier["source"].to_pylist())
    intakes = Counter(
        source
        for lists in received
        for source in pc.unique(lists["source"]).to_pylist()
    )
    several = [
        source for source, count in intakes.items() if count > 1 and source not in known
    ]
    of_several = rows_among(concat(received, LIST), "source", several)
    homes = distinct(of_several, "source", "constituency").drop_null().to_pylist()
    counts = Counter(row["source"] for row in homes)
    rows = sorted(tuple(row.values()) for row in homes if counts[row["source"]] > 1)
    columns = {
        "source": [source for source, _ in rows],
        "constituency": [constituency for _, constituency in rows],
        "value": [counts[source] for source, _ in rows],
    }
    return make(_IN_TWO_CONSTITUENCIES, len(rows), columns)
