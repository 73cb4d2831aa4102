"""A report out of the rows of one constituency is the report out of the tables of all."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

import report_tables as tables
from voterlist import review
from voterlist.config.sections import Settings
from voterlist.pipeline import publish
from voterlist.pipeline.publish import look_up, report_task
from voterlist.report.section import Run
from voterlist.report.sections.order import build
from voterlist.report.slices import (
    LOOKED_UP,
    Cutter,
    RowsByCode,
    by_name,
    in_round_numbers,
    named_rows,
)
from voterlist.report.values import Facts, in_constituency
from voterlist.schemas import COINCIDENCE, INDICATOR
from voterlist.storage import store
from voterlist.tables import from_columns, plain


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
    cut["case_numbers"] = review.number_cases(cut["cases"])
    return whole, cut


@pytest.fixture(scope="module")
def cutter(run):
    _, made = run
    return Cutter({name: one for name, one in made.items() if name not in LOOKED_UP})


def facts(constituency):
    return Facts("2026", tables.FACTS.level, constituency, tables.TODAY)


@pytest.mark.parametrize("constituency", [87, 88, 89, None])
def test_a_report_of_the_part_is_the_report_of_the_whole(run, cutter, constituency):
    whole, made = run
    named = {name: named_rows(cutter.ids, made[name]) for name in LOOKED_UP}
    part, names = by_name(cutter.tables_of(constituency, named), whole.sources)
    entries = made["entries"]
    own = in_constituency(entries, constituency)
    from_part = Run(
        facts(constituency),
        part,
        names,
        whole.standings,
        entry_count=own.num_rows,
    )
    from_whole = Run(
        facts(constituency),
        made,
        whole.sources,
        whole.standings,
    )
    assert build(from_part) == build(from_whole)


def test_a_part_holds_no_entry_that_its_report_does_not_name(run, cutter):
    """A worker would hold the nation."""
    _, made = run
    named = {name: named_rows(cutter.ids, made[name]) for name in LOOKED_UP}
    part = cutter.tables_of(89, named)
    assert part["cases"].num_rows == 0
    assert part["voters"].num_rows == 0


def test_a_report_counts_the_entries_themselves(tmp_path, run):
    """What the lists say of them was held against itself: an entry that is lost fitted."""
    _, made = run
    shelf = store.Shelf()
    for name, table in made.items():
        path = tmp_path / f"{name}.parquet"
        store.write_table(path, table.slice(name == "entries"))
        shelf.put(name, path)
    inputs, walk = SimpleNamespace(digests={}), SimpleNamespace(tables=shelf)
    context = SimpleNamespace(inputs=inputs, settings=Settings(), today=tables.TODAY)
    (whole,) = publish._runs(context, walk, (None,), ())
    assert whole.entry_count == made["entries"].num_rows - 1


@pytest.mark.parametrize("size", [1, 2, 100])
def test_wanted_entries_are_found_in_every_row_group(tmp_path, run, cutter, size):
    _, made = run
    entries = made["entries"].sort_by("entry_id")
    path = tmp_path / "entries.parquet"
    groups = [entries.slice(start, size) for start in range(0, entries.num_rows, size)]
    store.write_tables(path, entries.schema, groups)
    found = look_up(path, cutter.ids, entries.schema)
    known = set(entries.column("entry_id").to_pylist())
    wanted = [one for one in cutter.ids.to_pylist() if one in known]
    assert found.column("entry_id").to_pylist() == wanted
    assert look_up(path, cutter.ids[:1], entries.schema).num_rows == 1


def test_rows_are_found_by_their_codes():
    rows = RowsByCode(np.array([3, -1, 1, 3, 0]))
    assert rows.of(np.array([3, 0, 3, -1, 7])).tolist() == [0, 3, 4]
    assert rows.of(np.array([], np.int64)).tolist() == []


def test_the_reports_of_a_part_have_a_key_of_all_that_they_show(tmp_path, run, cutter):
    """A report would stay as it was where what it shows has changed."""
    whole, made = run
    named = {name: named_rows(cutter.ids, made[name]) for name in LOOKED_UP}
    part = cutter.tables_of(88, named)
    own = Run(facts(88), part, {"a": ["one.csv"]}, whole.standings)

    def key(changed, languages=("en",)):
        return report_task(changed, languages, tmp_path).key

    first = key(own)
    assert key(replace(own, tables=dict(reversed(part.items())))) == first
    others = [
        replace(own, facts=facts(87)),
        replace(own, sources={"a": ["two.csv"]}),
        replace(own, standings=whole.standings[1:]),
        replace(own, mask_identifiers=False),
        replace(own, entry_count=7),
    ]
    for name, table in part.items():
        if table.num_rows:
            fewer = dict(part) | {name: table.slice(1)}
            others.append(replace(own, tables=fewer))
    keys = {key(one) for one in others} | {key(own, ("az",))}
    assert len(keys) == len(others) + 1
    assert first not in keys


def test_the_key_does_not_depend_on_how_text_is_stored(tmp_path, run, cutter):
    """After a change elsewhere every report would be written anew."""
    _, made = run
    named = {name: named_rows(cutter.ids, made[name]) for name in LOOKED_UP}
    part = cutter.tables_of(88, named)
    plain_text = {
        name: pa.table([plain(column) for column in table.columns], table.column_names)
        for name, table in part.items()
    }
    keys = {
        report_task(Run(facts(88), one, {}), ("en",), tmp_path).key
        for one in (part, plain_text)
    }
    assert len(keys) == 1


def test_a_file_of_other_content_leaves_the_key_of_reports_that_show_its_name(tmp_path):
    """One precinct handed in anew would make the reports of all whose cases reach into it."""
    whole = tables.everything()
    sources = {"a" * 12: ["inbox/88/one.csv"], "b" * 12: ["inbox/88/one.csv"]}

    def key(source, names=sources):
        column = pa.array([source] * whole.tables["entries"].num_rows)
        place = whole.tables["entries"].schema.get_field_index("source")
        entries = whole.tables["entries"].set_column(place, "source", column)
        part, used = by_name({"entries": entries}, names)
        return report_task(Run(facts(88), part, used), ("en",), tmp_path).key

    assert key("a" * 12) == key("b" * 12)
    assert key("a" * 12) != key("a" * 12, {"a" * 12: ["inbox/88/two.csv"]})
    assert key("a" * 12) != key("a" * 12, {"a" * 12: ["inbox/88/one.csv", "b.csv"]})


def test_one_entry_more_elsewhere_is_not_told(run):
    """All reports would be written anew for the last digit of a number of all lists."""
    _, made = run
    count = pa.array([318_157, 12], pa.int64())
    indicators = made["indicators"].slice(0, 2)
    unit = pa.array(["nation", "precinct"])

    def told(counts):
        columns = {
            name: indicators.column(name)
            for name in indicators.column_names
            if name not in {"unit", "count"}
        }
        table = from_columns(columns | {"unit": unit, "count": counts}, INDICATOR)
        return in_round_numbers({"indicators": table})["indicators"]

    assert told(count).column("count").to_pylist() == [318_000, 12]
    assert told(count).equals(told(pa.array([318_158, 12], pa.int64())))
    assert not told(count).equals(told(pa.array([318_157, 13], pa.int64())))
    whole = [None, 88]
    found = from_columns(
        {
            "constituency": pa.array(whole, pa.int32()),
            "agreement": ["stem"] * 2,
            "expected": [454.946, 454.946],
            "found": [57_819, 57_819],
        },
        COINCIDENCE,
    )
    rows = in_round_numbers({"coincidences": found})["coincidences"].to_pylist()
    assert [row["found"] for row in rows] == [57_800, 57_819]
    assert [row["expected"] for row in rows] == [455, 454.946]
