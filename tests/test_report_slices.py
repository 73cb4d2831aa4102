"""A report out of the rows of one constituency is the report out of the tables of all."""

import numpy as np
import pyarrow as pa
import pytest

import report_tables as tables
from voterlist import report, review
from voterlist.pipeline.looked_up import counts_of, rows_wanted, wanted_in
from voterlist.pipeline.side_by_side import in_order
from voterlist.report.slices import (
    LOOKED_UP,
    Cutter,
    NamedRows,
    RowsByCode,
    names_used,
    pyramid_of,
)
from voterlist.storage import store


def in_two_constituencies(table):
    """The table with every other precinct in the constituency 87, and a row without any."""
    if table is None or "constituency" not in table.column_names:
        return table
    field = table.schema.field("constituency")
    numbers = [
        None if number is None else 87 + precinct % 2 if precinct else number
        for number, precinct in zip(
            table.column("constituency").to_pylist(),
            table.column("precinct").to_pylist()
            if "precinct" in table.column_names
            else [None] * table.num_rows,
            strict=True,
        )
    ]
    place = table.schema.get_field_index("constituency")
    return table.set_column(place, field, pa.array(numbers, field.type))


@pytest.fixture(scope="module")
def run():
    """The hand-made run with all that a run may have, in two constituencies."""
    whole = tables.everything()
    cut = {name: in_two_constituencies(one) for name, one in whole.tables.items()}
    cut = {name: one for name, one in cut.items() if one is not None}
    cut["case_numbers"] = review.numbered(cut["cases"])
    return whole, cut


@pytest.fixture(scope="module")
def cutter(run):
    _, made = run
    return Cutter(
        {name: one for name, one in made.items() if name not in {*LOOKED_UP, "pyramid"}}
    )


def facts(constituency):
    return report.Facts("2026", tables.FACTS.level, constituency, tables.TODAY)


@pytest.mark.parametrize("constituency", [87, 88, 89, None])
def test_a_report_of_the_part_is_the_report_of_the_whole(run, cutter, constituency):
    whole, made = run
    named = {name: NamedRows(cutter.ids, made[name]) for name in LOOKED_UP}
    part = cutter.tables_of(constituency, named)
    entries = made["entries"]
    own = report.lookup.in_constituency(entries, constituency)
    from_part = report.Run(
        facts(constituency),
        part,
        names_used(whole.sources, part.values()),
        whole.standings,
        entry_count=own.num_rows,
    )
    ages = report.lookup.in_constituency(made["ages"], constituency)
    from_whole = report.Run(
        facts(constituency),
        made | {"pyramid": pyramid_of(ages)},
        whole.sources,
        whole.standings,
    )
    assert report.build(from_part) == report.build(from_whole)


def test_a_part_holds_no_entry_that_its_report_does_not_name(run, cutter):
    """A worker would hold the nation."""
    _, made = run
    named = {name: NamedRows(cutter.ids, made[name]) for name in LOOKED_UP}
    part = cutter.tables_of(89, named)
    assert part["cases"].num_rows == 0
    assert part["voters"].num_rows == 0


@pytest.mark.parametrize("size", [1, 2, 100])
def test_wanted_entries_are_found_in_every_row_group(tmp_path, run, cutter, size):
    _, made = run
    entries = made["entries"].sort_by("entry_id")
    path = tmp_path / "entries.parquet"
    groups = [entries.slice(start, size) for start in range(0, entries.num_rows, size)]
    store.write_tables(path, entries.schema, groups)
    wanted = wanted_in(path, cutter.ids, entries.schema.names)
    found = pa.concat_tables(map(rows_wanted, wanted)).column("entry_id").to_pylist()
    known = set(entries.column("entry_id").to_pylist())
    assert found == [one for one in cutter.ids.to_pylist() if one in known]
    assert counts_of(path).total() == entries.num_rows


def test_rows_are_found_by_their_codes():
    rows = RowsByCode(np.array([3, -1, 1, 3, 0]))
    assert rows.of(np.array([3, 0, 3, -1, 7])).tolist() == [0, 3, 4]
    assert rows.of(np.array([], np.int64)).tolist() == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_the_order_of_the_tasks(jobs):
    assert list(in_order(abs, [-3, -1, -2], jobs)) == [3, 1, 2]


def test_no_more_tasks_are_asked_for_than_are_worked_on():
    """All parts of the nation would be in memory."""
    asked = []
    results = in_order(abs, (asked.append(n) or n for n in range(100)), 2)
    next(results)
    assert len(asked) < 10
    results.close()
