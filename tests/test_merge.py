from __future__ import annotations

import dataclasses

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from voterlist.any_table.inspecting import file_line, is_total_different
from voterlist.catalogue import LANGUAGES, catalogue
from voterlist.config.sections import IngestSettings
from voterlist.errors import SchemaError, StageError
from voterlist.ingest import ingest
from voterlist.ingest.account import inspect
from voterlist.ingest.look import look
from voterlist.merge import RULES, merge
from voterlist.model import FURNITURE
from voterlist.schemas import (
    ENTRY,
    FINDING,
    LIST,
    SET_ASIDE,
    Intake,
    RawFile,
    RawSheet,
    require,
)

HEADER = ["№", "Soyadı", "Adı"]


def raw_list(
    source: str, precinct: int, surnames: list[str], below: str | None
) -> RawFile:
    """A text file of a precinct's list: title, header, a row a surname, the line below."""
    rows = [
        [f"{precinct} saylı məntəqə"],
        HEADER,
        *[["1", surname, surname and "Əli"] for surname in surnames],
    ]
    return raw_rows(source, rows + [[below]] * bool(below))


def raw_rows(source: str, rows: list, sheet: str | None = None) -> RawFile:
    """A file of one sheet with these rows."""
    columns = {
        f"c{at}": pa.array(
            [row[at] if at < len(row) else None for row in rows], pa.string()
        )
        for at in range(3)
    }
    lines = pa.array(range(1, len(rows) + 1), pa.int32())
    only = RawSheet(sheet, lines, pa.table(columns))
    return RawFile(source, f"{source}.csv", (only,))


def intake(constituency: int, *lists: tuple[int, list[str], str | None]) -> Intake:
    """The intake of lists, each given as (precinct, surnames, the line below it)."""
    files = [
        raw_list(f"a{constituency:03d}{number:08d}", *given)
        for number, given in enumerate(lists)
    ]
    return ingest(files, IngestSettings(), constituency=constituency)


def added(found: Intake) -> list[tuple]:
    """The findings as (rule, constituency, precinct, value, limit)."""
    names = ("rule", "constituency", "precinct", "value", "limit")
    return [tuple(row[name] for name in names) for row in found.findings.to_pylist()]


def test_nothing_merged_is_nothing():
    """No intakes, or an empty one, give empty tables of the right shape."""
    for intakes in ([], [ingest([], IngestSettings(), constituency=4)]):
        found = merge(intakes)
        for table, schema in (
            (found.entries, ENTRY),
            (found.lists, LIST),
            (found.set_aside, SET_ASIDE),
            (found.findings, FINDING),
        ):
            assert require(table, schema, "merge").num_rows == 0


def test_intakes_are_one_list_whatever_their_order():
    one, two = (
        intake(4, (1, ["A", "B"], None)),
        intake(5, (1, ["A"], None), (2, ["C"], "Cəmi: 1")),
    )
    found, turned = merge([one, two]), merge([two, one])
    assert found.entries.column("constituency").to_pylist() == [4, 4, 5, 5]
    assert found.entries.column("entry_id").to_pylist() == sorted(
        found.entries.column("entry_id").to_pylist()
    )
    for name in ("entries", "lists", "set_aside", "findings"):
        assert getattr(found, name).equals(getattr(turned, name))
        assert (
            getattr(found, name).num_rows
            == getattr(one, name).num_rows + getattr(two, name).num_rows
        )
    assert added(found) == []


def test_merging_twice_changes_nothing():
    """A merged list merged again is the same list, with its findings stated once."""
    once = merge([intake(4, (1, ["A", "B"], "Cəmi: 3"))])
    twice = merge([once])
    assert added(once) == [("declared-total-differs", 4, 1, 2.0, 3.0)]
    for name in ("entries", "lists", "set_aside", "findings"):
        assert getattr(once, name).equals(getattr(twice, name))


def test_a_declared_total_that_differs_is_a_finding():
    """The number of entries and the declared total stand in the finding.

    An equal total gives none.
    """
    found = merge(
        [intake(4, (1, ["A", "B"], "Cəmi: 3"), (2, ["C"], "Cəmi: 1"), (3, ["D"], None))]
    )
    assert added(found) == [("declared-total-differs", 4, 1, 2.0, 3.0)]


@pytest.mark.parametrize(
    ("totals", "wrong"),
    [
        ((None, None, "Cəmi: 2"), 0),
        ((None, "Cəmi: 1", "Cəmi: 1"), 0),
        (("Seçicilərin sayı: 2", None, None), 0),
        (("Seçicilərin sayı: 3", None, None), 1),
        (("Всего домов 8, избирателей 2", None, None), 0),
        (("Cəmi: 3 vərəq", None, None), 0),
        (("Yekun siyahı, 2026-cı il", None, None), 0),
    ],
)
@pytest.mark.parametrize("title", ["2 saylı məntəqə", None])
def test_what_totals_of_a_sheet_count(title, totals, wrong):
    """One total below several lists of one sheet may count all of them.

    Those of its pages count one list together, and a number above a list is a total too.
    """
    above, between, below = totals
    rows = [
        ["1 saylı məntəqə"],
        [above],
        HEADER,
        ["1", "A", "x"],
        [between],
        [title],
        ["1", "B", "x"],
        [below],
    ]
    raw = raw_rows("a" * 12, rows)
    assert len(added(merge([ingest([raw], IngestSettings(), constituency=4)]))) == wrong


def test_two_permanent_lists_of_a_precinct_are_a_finding():
    """A precinct with a second list, perhaps the corrected one, is named with their number.

    Two files of one folder are named by ingest, and not once more.
    """
    one, other = (1, ["A", "B"], None), (1, ["E", "C"], None)
    found = merge([intake(4, one, (2, ["D"], None)), intake(4, other)])
    assert added(found) == [("several-lists", 4, 1, 2.0, None)]
    assert found.entries.num_rows == 5
    together = merge([intake(4, one, other, (2, ["D"], None))])
    assert added(together) == [("precinct-claimed-twice", 4, 1, 2.0, None)] * 2


def test_a_copy_is_not_a_second_list():
    """A copy, of which ingest has spoken, would be two lists or a wrong total too."""
    one = raw_list("a" * 12, 1, ["A", "B"], "Cəmi: 2")
    found = merge(
        [
            ingest(
                [one, dataclasses.replace(one, name="copy.csv")],
                IngestSettings(),
                constituency=4,
            )
        ]
    )
    assert [row[0] for row in added(found)] == ["duplicate-file"]


@pytest.mark.parametrize(
    ("total", "wrong"), [(0, True), (1, False), (2, False), (3, True)]
)
def test_a_row_set_aside_is_not_told_once_more_by_the_total(total, wrong):
    """It asks for a person itself; a total that needs more or fewer rows than it is told.

    The run and the look at one file count alike.
    """
    given = raw_list("a" * 12, 1, ["A", "B və C"], f"Cəmi: {total}")
    taken = ingest([given], IngestSettings(), constituency=4)
    asked = ("may-be-voter", 4, 1, 1.0, None)
    differs = ("declared-total-differs", 4, 1, 1.0, float(total))
    assert {*added(merge([taken]))} == {asked, *[differs] * wrong}
    seen = look([given], IngestSettings(), 4, {}, [])
    (account,) = inspect(seen)
    (sheet,) = account.sheets
    assert is_total_different(account, sheet, *sheet.places) == wrong


@pytest.mark.parametrize(("total", "wrong"), [(5, 0), (4, 0), (3, 1), (2, 1)])
@pytest.mark.parametrize("is_cover", [True, False])
def test_a_total_of_several_sheets_is_that_of_the_precinct_or_of_the_file(
    total, wrong, is_cover
):
    """It stands above the first sheet, or on one of its own, and counts what stands in all."""
    title, announced = ["1 saylı seçki məntəqəsi"], [f"Seçicilərin sayı: {total}"]
    lists = [
        [title, announced, HEADER, ["1", "A", "x"]],
        [title, HEADER, ["1", "B", "x"], ["2", "C", "x"], ["3", "D", "x"]],
        [["2 saylı seçki məntəqəsi"], HEADER, ["1", "E", "x"]],
    ]
    sheets = [[title, announced], *lists[1:]] if is_cover else lists
    parts = [raw_rows("a" * 12, rows, f"S{at}") for at, rows in enumerate(sheets)]
    every = tuple(part.sheets[0] for part in parts)
    whole = dataclasses.replace(parts[0], sheets=every)
    taken = ingest([whole], IngestSettings(), constituency=4)
    codes = {*taken.set_aside["code"].to_pylist()} - {*FURNITURE}
    assert codes == ({"no-list"} if is_cover else set())
    rule, expected = "declared-total-differs", 0 if is_cover else wrong
    assert [row[0] for row in added(merge([taken]))].count(rule) == expected
    (account,) = inspect(look([whole], IngestSettings(), 4, {}, []))
    assert file_line(account).trouble.count(rule) == expected


def test_an_id_that_stands_twice_stops_the_run():
    """The same entries given twice would be compared with themselves.

    The run stops and names an id.
    """
    one = intake(4, (1, ["A", "B"], None))
    with pytest.raises(StageError) as caught:
        merge([one, one])
    assert caught.value.entry_id == one.entries.column("entry_id")[0].as_py()
    assert "2 entry ids" in caught.value.message


@pytest.mark.parametrize("lost", ["entry", "aside", "count"])
def test_a_row_lost_stops_the_run(lost):
    """A row that is neither an entry nor set aside, or counted wrongly, is found."""
    one = intake(4, (1, ["A", "B"], None), (2, ["C"], None))
    broken = {
        "entry": lambda: dataclasses.replace(one, entries=one.entries.slice(1)),
        "aside": lambda: dataclasses.replace(one, set_aside=one.set_aside.slice(1)),
        "count": lambda: dataclasses.replace(
            one,
            lists=one.lists.set_column(
                5, LIST.field("rows"), pc.add(one.lists.column("rows"), 1)
            ),
        ),
    }[lost]()
    with pytest.raises(StageError):
        merge([broken])


def test_a_row_moved_to_another_list_stops_the_run():
    """The balance holds for each list, not only for the sum."""
    one = intake(4, (1, ["A", "B"], None), (2, ["C"], None))
    sources = one.entries.column("source").to_pylist()
    moved = one.entries.set_column(
        4, ENTRY.field("source"), pa.array([sources[-1], *sources[1:]])
    )
    with pytest.raises(StageError):
        merge([dataclasses.replace(one, entries=moved)])


def test_a_table_of_another_shape_is_refused():
    """What is no ENTRY table is told by its columns."""
    one = intake(4, (1, ["A"], None))
    with pytest.raises(SchemaError):
        merge([dataclasses.replace(one, entries=one.entries.drop_columns(["line"]))])


def test_every_rule_has_its_words():
    """Title, message and advice of each rule stand in both languages."""
    for language in LANGUAGES:
        for rule in RULES:
            for part in ("title", "message", "todo"):
                assert catalogue(language)(f"rule.{rule.code}.{part}", value=2, limit=3)


def test_one_file_under_two_constituencies_is_said_in_both():
    """A constituency would not hear of it, or hear of it again with each merge."""
    files = [raw_list("a" * 12, 1, ["A", "B"], None)]
    one, two = (
        ingest(files, IngestSettings(), constituency=number) for number in (4, 5)
    )
    merged = merge([one, two])
    expected = [
        ("file-in-two-constituencies", number, None, 2.0, None) for number in (4, 5)
    ]
    assert added(merged) == expected
    assert set(merged.findings.column("source").to_pylist()) == {"a" * 12}
    assert merged.entries.num_rows == 4
    assert (
        added(merge([merged]))
        == added(merge([merged, intake(6, (1, ["C"], None))]))
        == expected
    )
    assert added(merge([one, intake(5, (1, ["A", "B"], None))])) == []
