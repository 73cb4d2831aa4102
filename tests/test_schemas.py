"""The schemas of the tables, and the data dictionary made from them."""

import re

import pytest

from voterlist import schemas
from voterlist.catalogue import catalogue
from voterlist.rulebook import pages
from voterlist.schemas import LISTS, TABLES
from voterlist.shipped import shipped_toml


@pytest.mark.parametrize("name", TABLES)
def test_the_page_of_a_table_is_its_schema(name):
    """A reader would look for columns that are not there, or miss new ones."""
    table = TABLES[name]
    page = pages.articles("tables")[name.lower()](catalogue("en"))
    about, grid = page.parts
    assert (page.title, about) == (name, table.meaning)
    assert [(row[0], row[2], row[3]) for row in grid.rows] == [
        (column.name, "no" if column.known else "yes", column.meaning)
        for column in table.columns
    ]
    assert all(row[1] for row in grid.rows)


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_its_schema_by_its_name(name):
    """A stage could not say which table it takes."""
    assert getattr(schemas, name).equals(TABLES[name].schema)
    assert getattr(schemas, name).names == [one.name for one in TABLES[name].columns]


def test_another_name_is_none_of_a_schema():
    """A slip in a name would be found where the table is used, and not where it is imported."""
    assert not hasattr(schemas, "NO_SUCH_TABLE")


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


def test_a_field_of_each_kind_has_its_columns():
    """A field that travels would end every command, or be on no list, once somebody adds one."""
    declared = shipped_toml("voterlist.schemas", "tables.toml")
    lines = {line for table in declared.values() for line in table["columns"]}
    assert {f"{{{name}}}" for name in LISTS} <= {
        match[0] for line in lines if (match := re.match(r"\{\w+\}", line))
    }
