"""The schemas of the tables, and the data dictionary made from them."""

from pathlib import Path

import pyarrow as pa
import pytest

from voterlist import schemas
from voterlist.schemas import dictionary

PAGE = Path(__file__).parents[1] / "docs" / "tables.md"
TABLES = {table.name: table for table in dictionary.TABLES}


def test_the_page_is_the_schemas():
    """A reader of docs/tables.md would look for columns that are not there, or miss new ones.

    ``python -m voterlist.schemas.dictionary > docs/tables.md`` writes the page again.
    """
    assert PAGE.read_text(encoding="utf-8") == dictionary.page()


def test_every_schema_is_in_the_dictionary():
    """A table added to the schemas would have no description anywhere."""
    exported = {
        name
        for name in schemas.__all__
        if isinstance(getattr(schemas, name), pa.Schema)
    }
    assert exported == TABLES.keys()
    for name in exported:
        assert getattr(schemas, name).equals(TABLES[name].schema)


@pytest.mark.parametrize("name", TABLES)
def test_every_column_has_a_meaning(name):
    """A column without a sentence is one that only its author can use."""
    table = TABLES[name]
    assert table.meaning.endswith(".")
    assert all(
        column.meaning.strip().endswith((".", "...")) for column in table.columns
    )
    assert len({column.name for column in table.columns}) == len(table.columns)


@pytest.mark.parametrize("name", TABLES)
def test_meanings_stay_out_of_the_files(name):
    """A changed word in a description would change the bytes of every Parquet file."""
    schema = TABLES[name].schema
    assert schema.metadata is None
    assert all(field.metadata is None for field in schema)
