"""Rows of text to entries.

The header is found. Each row becomes an entry or is set aside with a code. Blank becomes null.

``ingest`` takes the lists of a constituency, ``account.inspect`` says what it would make of them;
``statistics`` and ``protocol`` what other bodies sent; ``table_intake`` one table of any headers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config.sections import AddedComparison, IngestSettings
from voterlist.fields import CARRIED, HASHED
from voterlist.ingest.added import with_columns
from voterlist.ingest.file_names import Territory
from voterlist.ingest.findings import findings_table
from voterlist.ingest.ids import entry_ids
from voterlist.ingest.look import Seen, look
from voterlist.model import Unit
from voterlist.schemas import ADDED, ENTRY, LIST, SET_ASIDE, Intake, RawFile
from voterlist.tables import Row, concat, sort_by


def ingest(
    files: Sequence[RawFile],
    settings: IngestSettings,
    *,
    constituency: int | None,
    territory: Territory | None = None,
    comparisons: Sequence[AddedComparison] = (),
    year: int | None = None,
) -> Intake:
    """The entries of these files, and an account of every row that is none.

    Args:
        files: as the readers found them, in any order.
        settings: ``columns`` pins headers.
        constituency: whose lists these are; None where the lists say it themselves.
        territory: the precincts of each constituency, as far as they are known.
        comparisons: those whose columns are read beside the fields of an entry.
        year: that of the cycle, of which the lists are; None asks nothing about years.

    Returns:
        All tables sorted: ENTRY by id; LIST with ``rows = entries + set_aside`` for each list;
        SET_ASIDE; FINDING; ADDED.
    """
    settings = with_columns(settings, comparisons)
    seen = look(files, settings, constituency, territory or {}, year=year)
    return intake_of(seen, constituency)


def intake_of(seen: Seen, constituency: int | None) -> Intake:
    """What ``ingest`` makes of the files that were looked at."""
    parts = seen.parts(constituency)
    entries = concat((part.entries for part in parts), ENTRY)
    entries = entries.set_column(0, ENTRY.field("entry_id"), entry_ids(entries))
    lists = concat((part.lists for part in parts), LIST)
    set_aside = concat((part.set_aside for part in parts), SET_ASIDE)
    added = concat((part.added for part in parts), ADDED)
    findings = _with_ids(chain.from_iterable(part.findings for part in parts), entries)
    return Intake(
        entries=sort_by(entries, "entry_id"),
        lists=sort_by(_with_digests(lists, entries), *_ORDER_OF_LISTS),
        set_aside=sort_by(set_aside, "source", "copy", "sheet", "line", "code"),
        findings=findings_table(findings),
        added=sort_by(added, "source", "sheet", "line", "comparison"),
    )


def _with_digests(lists: pa.Table, entries: pa.Table) -> pa.Table:
    """LIST with the digest of what is on the lists of each place and kind.

    That is what makes an id, and the cells that only travel; a date is the same in both forms that
    programs give it when they save a list.
    """
    row = entries.column_names.index("birth_date")
    dates = pc.replace_substring_regex(
        entries.column(row), r"^(\d\d)\.(\d\d)\.(\d{4})$", r"\3-\2-\1"
    )
    ids = entry_ids(entries.set_column(row, ENTRY.field(row), dates))
    # A blank adds nothing: a field that is new is in no list of before.
    cells = [
        pc.binary_join_element_wise(f"\t{name}", entries.column(name), "\t")
        for name in _ONLY_TRAVEL
    ]
    said = pc.binary_join_element_wise(ids, *cells, "", null_handling="skip")
    told = sort_by(entries.select(_PLACE).append_column("said", said), "said")
    # Not in parallel: that would change their order.
    grouped = told.group_by(_PLACE, use_threads=False).aggregate([("said", "list")])
    digests = {
        tuple(place.values()): hashlib.sha256(text.encode()).hexdigest()
        for place, text in zip(
            grouped.select(_PLACE).to_pylist(),
            pc.binary_join(grouped.column("said_list"), "\n").to_pylist(),
            strict=True,
        )
    }
    places = lists.select(_PLACE).to_pylist()
    found = [digests.get(tuple(place.values())) for place in places]
    row = LIST.get_field_index("digest")
    return lists.set_column(row, LIST.field(row), pa.array(found, pa.string()))


def _with_ids(findings: Iterable[Row], entries: pa.Table) -> list[Row]:
    """The findings about single rows with the ids of their entries."""
    rows = list(findings)
    if not any(row["unit"] == Unit.ENTRY for row in rows):
        return rows
    columns = (entries.column(name).to_pylist() for name in ("source", "sheet", "line"))
    ids = dict(
        zip(zip(*columns, strict=True), entries["entry_id"].to_pylist(), strict=True)
    )
    for row in rows:
        if row["unit"] == Unit.ENTRY:
            row["entry_id"] = ids.get((row["source"], row["sheet"], row["line"]))
            other = (row.get(f"other_{name}") for name in ("source", "sheet", "line"))
            row["other_entry_id"] = ids.get(tuple(other))
    return rows


_ORDER_OF_LISTS = (
    "source",
    "sheet",
    "constituency",
    "precinct",
    "list_kind",
    "set_aside",
    "rows",
    "entries",
)
_PLACE = ["constituency", "precinct", "list_kind"]
_ONLY_TRAVEL = [name for name in CARRIED if name not in HASHED]
"""The cells that the list shows beside those of which an id is made."""
