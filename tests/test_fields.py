"""The fields of an entry: their records, and what a field that comes later leaves as it was."""

from typing import get_args

import pyarrow as pa
import pytest

from list_tables import entries, table
from voterlist import desk, ingest, schemas
from voterlist.catalogue import texts
from voterlist.desk import seen_digests
from voterlist.errors import SchemaError
from voterlist.fields import CELLS, FIELDS, HASHED, Field, Kind, Use
from voterlist.ingest.headers import match_header
from voterlist.ingest.text import fold
from voterlist.schemas import ENTRY, LIST, VOTER, empty, require
from voterlist.tables import by_key

HEADINGS = (
    ("Soyadı", "surname"),
    ("Adı", "given_name"),
    ("Отчество", "patronymic"),
    ("Full name", "full_name"),
    ("Doğum tarixi", "birth_date"),
    ("Пол", "sex"),
    ("Ünvanı", "address"),
    ("Vəsiqənin seriyası", "document_series"),
    ("Identity card", "document"),
    ("FİN", "fin"),
    ("Mobil nömrə", "other"),
    ("Qeyd", "other"),
)


@pytest.mark.parametrize(("heading", "role"), HEADINGS)
def test_a_heading_names_its_field(heading, role):
    """Else the column would be asked about in every list."""
    assert match_header(heading).role == role


def test_records_say_only_what_is_known():
    """A slip of the pen would leave a field out of a list without a word."""
    for field in FIELDS.values():
        assert field.uses <= set(get_args(Use)), field.name
        assert field.kind in get_args(Kind), field.name
        assert not field.of or FIELDS[field.of].meaning
        assert set(field.differs_in) <= set(VOTER.names)
        assert field.meaning or field.uses <= {"once", "blocking"}
        assert not field.meaning or texts(f"field.{field.name}")


@pytest.mark.parametrize("key", ["words", "elsewhere"])
def test_no_two_fields_have_one_heading(key):
    """Else the order of the records would say which column is what."""
    named = by_key(
        (word, field.name) for field in FIELDS.values() for word in getattr(field, key)
    )
    assert {word: names for word, names in named.items() if len(names) > 1} == {}
    assert {word: fold(word) for word in named if fold(word) != word} == {}


def test_a_field_that_comes_later_changes_no_id(monkeypatch):
    """Else what was decided about every entry would be asked again on that day."""
    from voterlist.ingest import ids

    cells = {field.name: ["a", None] for field in CELLS}
    before = ids.content_hash(pa.table(cells)).tolist()
    later = Field(name="later", uses=frozenset({"hashed"}))
    monkeypatch.setattr(ids, "HASHED", (*HASHED, later.name))
    monkeypatch.setattr(ids, "LATER_FIELDS", (later.name,))
    blank = pa.table({**cells, "later": pa.nulls(2, pa.string())})
    assert ids.content_hash(blank).tolist() == before
    filled = pa.table({**cells, "later": ["b", None]})
    first, second = ids.content_hash(filled).tolist()
    assert first != before[0]
    assert second == before[1]


def test_a_table_from_before_it_is_read(monkeypatch):
    """Else no list could be compiled from the runs that there are."""
    monkeypatch.setattr(schemas, "LATER_FIELDS", ("fin",))
    table = empty(ENTRY).drop_columns(["fin"])
    assert require(table, ENTRY, "lists").schema == ENTRY
    with pytest.raises(SchemaError):
        require(table.drop_columns(["sex"]), ENTRY, "lists")


def test_a_case_is_seen_as_before_where_nothing_stands_in_it(monkeypatch):
    """Else decisions from a page of before would come back as if the case had changed."""
    before = seen_digests({"c": ["e"]}, entries({"entry_id": "e", "precinct": 1}))
    monkeypatch.setattr(desk, "LATER_FIELDS", ("later",))
    digests = [
        seen_digests(
            {"c": ["e"]},
            entries({"entry_id": "e", "precinct": 1}).append_column(
                "later", pa.array([cell], pa.string())
            ),
        )
        for cell in (None, "b")
    ]
    assert digests[0] == before
    assert digests[1] != before


def test_a_list_is_as_before_where_nothing_stands_in_it(monkeypatch):
    """Else no list would be the approved one on the day on which the program has a new column."""

    def digest(told):
        monkeypatch.setattr(ingest, "_ONLY_TRAVEL", list(told))
        rows = entries({"entry_id": "e", "precinct": 1})
        for name, cell in told.items():
            rows = rows.append_column(name, pa.array([cell], pa.string()))
        return ingest._with_digests(rows_of_list, rows).column("digest").to_pylist()

    rows_of_list = table(
        LIST, [{"precinct": 1}], constituency=88, list_kind="permanent"
    )
    assert digest({}) == digest({"room": None}) == digest({"room": None, "door": None})
    filled = [digest({"room": "1", "door": None}), digest({"room": None, "door": "1"})]
    assert len({*map(str, filled), str(digest({}))}) == 3
