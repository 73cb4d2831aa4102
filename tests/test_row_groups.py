"""Parquet files joined to one with the row groups of all."""

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voterlist.storage.store import join_tables, row_group_digests, write_tables

WORDS = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        ("number", pa.int32()),
        ("word", WORDS),
        ("share", pa.float64()),
        ("is_so", pa.bool_()),
        ("day", pa.date32()),
    ]
)
ROW = st.fixed_dictionaries(
    {
        "id": st.text(max_size=5),
        "number": st.none() | st.integers(-(2**31), 2**31 - 1),
        "word": st.none() | st.sampled_from(["one", "two", "əşğ"]),
        "share": st.none() | st.floats(allow_nan=False),
        "is_so": st.none() | st.booleans(),
        "day": st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2026, 1, 1)),
    }
)
PARTS = st.lists(st.lists(ROW, max_size=6), min_size=1, max_size=5)


def written(folder, parts):
    """A file for each part."""
    paths = []
    for number, rows in enumerate(parts):
        paths.append(folder / f"{number}.parquet")
        table = pa.Table.from_pylist(rows, SCHEMA)
        write_tables(paths[-1], SCHEMA, [table])
    return paths


@given(parts=PARTS)
def test_what_is_joined_are_the_rows_of_the_parts(tmp_path_factory, parts):
    """A unit would be made anew because it was joined with others."""
    folder = tmp_path_factory.mktemp("joined")
    paths = written(folder, parts)
    rows = join_tables(folder / "all.parquet", SCHEMA, paths)
    assert rows == sum(map(len, parts))
    filled = [path for path, part in zip(paths, parts, strict=True) if part]
    file = pq.ParquetFile(folder / "all.parquet")
    assert file.metadata.num_row_groups == len(filled)
    for group, path in enumerate(filled):
        assert file.read_row_group(group).equals(pq.read_table(path))
    whole = [one for path in filled for one in row_group_digests(path)]
    assert row_group_digests(folder / "all.parquet") == whole
    expected = [row for part in parts for row in part]
    assert pq.read_table(folder / "all.parquet").to_pylist() == expected


def test_parts_of_another_schema_and_files_that_are_none_are_refused(tmp_path):
    """Columns would be read as others; nothing is written then."""
    (path,) = written(tmp_path, [[]])
    pq.write_table(pa.table({"id": ["a"]}), tmp_path / "other.parquet")
    (tmp_path / "text.parquet").write_text("no Parquet at all", encoding="utf-8")
    for wrong in ("other.parquet", "text.parquet"):
        with pytest.raises(ValueError, match=r"schema|Parquet"):
            join_tables(tmp_path / "all.parquet", SCHEMA, [path, tmp_path / wrong])
    assert not (tmp_path / "all.parquet").exists()
