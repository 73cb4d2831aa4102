"""What a package holds is about its own place, whatever table it stands in."""

import datetime as dt

import pyarrow as pa
import pytest

import packages
from voterlist.custody.commissions import Kind
from voterlist.custody.manifest import FORMAT, Manifest
from voterlist.errors import CustodyError
from voterlist.handover.handed_lists import PACKED, require_held
from voterlist.tables import from_rows, plain

OWN = {"constituency": 88, "precinct": 12}
OWN_ID, OTHER_ID = "088-0012-0000000000000", "089-0012-0000000000000"
FILE = {"path": "data/a", "size": 0, "sha256": "ab" * 32, "table": None, "rows": None}


def manifest(sender, receiver):
    return Manifest.model_validate(
        {
            "kind": Kind.SUBMIT,
            "format": FORMAT,
            "program": "1",
            "cycle": "2026",
            "constituency": 88,
            "sender": sender,
            "key": "ab" * 32,
            "receiver": receiver,
            "serial": 1,
            "previous": None,
            "journal": "ab" * 32,
            "run": None,
            "day": dt.date(2026, 2, 3),
            "files": (FILE,),
        }
    )


OF_A_CONSTITUENCY = manifest(packages.CONSTITUENCY, packages.CENTRE)
OF_A_PRECINCT = manifest(packages.PRECINCT, packages.CONSTITUENCY)


def row_of(name, **cells):
    """A table of this name with one row, about the own place where nothing else is said."""
    schema = PACKED[name]
    made = (
        {field.name: _cell(field) for field in schema if not field.nullable}
        | OWN
        | {"entry_id": OWN_ID}
    )
    return from_rows([made | cells], schema)


def _cell(field):
    kind = field.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return 1
    if pa.types.is_boolean(kind):
        return False
    is_moment = field.name.endswith("_at") or field.name in {"day", "due"}
    return "2026-02-03" if is_moment else "a"


def refused(name, table, stated=OF_A_CONSTITUENCY):
    """The part that is refused; None where nothing is."""
    try:
        require_held(name, table, stated)
    except CustodyError as error:
        return error.places["part"]
    return None


@pytest.mark.parametrize("stated", [OF_A_CONSTITUENCY, OF_A_PRECINCT])
@pytest.mark.parametrize("name", PACKED)
def test_what_is_of_the_place_is_held(name, stated):
    assert refused(name, row_of(name), stated) is None
    assert refused(name, PACKED[name].empty_table(), stated) is None


@pytest.mark.parametrize("name", PACKED)
def test_what_is_of_others_is_held_in_no_table(name):
    """Each table alone would be one that somebody forgets."""
    others = {"constituency": 89, "precinct": 12, "entry_id": OTHER_ID}
    assert refused(name, row_of(name, **others)) == "place"
    assert refused(name, row_of(name, **others), OF_A_PRECINCT) == "place"
    mixed = pa.concat_tables([row_of(name), row_of(name, **others)])
    assert refused(name, mixed) == "place"


@pytest.mark.parametrize("name", sorted(PACKED.keys() - {"decisions"}))
def test_a_precinct_holds_nothing_of_another_one(name):
    others = {"precinct": 13, "entry_id": "088-0013-0000000000000"}
    assert refused(name, row_of(name, **others), OF_A_PRECINCT) == "place"
    assert refused(name, row_of(name, **others)) is None


@pytest.mark.parametrize("name", ["amendments", "applied", "record"])
def test_people_move_and_come_from_registers(name):
    """Who moved would be lost between two places, each of which refuses the other's word."""
    assert refused(name, row_of(name, entry_id="arrivals:089-0001-0")) is None
    assert refused(name, row_of(name, constituency=89, precinct=3)) is None


def test_the_second_entry_of_a_finding_may_stand_elsewhere():
    assert refused("findings", row_of("findings", other_entry_id=OTHER_ID)) is None
    assert refused("findings", row_of("findings", entry_id=OTHER_ID)) == "place"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("constituency", 89),
        ("from_constituency", 89),
        ("entry_id", OTHER_ID),
        ("new_entry_id", OTHER_ID),
    ],
)
def test_a_table_that_nobody_declared_is_held_too(column, value):
    """A new table, or column, is held without a word."""
    assert refused("new", pa.table({column: [value]})) == "place"
    own = OWN_ID if column.endswith("id") else 88
    assert refused("new", pa.table({column: [own]})) is None


@pytest.mark.parametrize("name", PACKED)
def test_a_number_or_a_moment_that_cannot_be_is_refused(name):
    table = row_of(name)
    for field in table.schema:
        if pa.types.is_floating(field.type):
            for value in (float("inf"), -float("inf"), 1e12):
                assert refused(name, row_of(name, **{field.name: value})) == name
        if field.type == pa.int64():
            assert refused(name, row_of(name, **{field.name: 10**12})) == name
        if field.name in {"decided_at", "due"}:
            for moment in ("0001-01-01", "9999-12-31", "2029-01-01", "a", "20260"):
                assert refused(name, row_of(name, **{field.name: moment})) == name
            for moment in ("2026-02-03", "2019-05-06T07:08:09+04:00"):
                assert refused(name, row_of(name, **{field.name: moment})) is None


def test_the_own_rows_of_this_test_are_whole():
    """Else a table above would be refused, or held, for a blank."""
    for name, schema in PACKED.items():
        table = row_of(name)
        known = [one.name for one in schema if not one.nullable]
        assert all(plain(table.column(one)).null_count == 0 for one in known)
