"""What the runs of a workspace say together, where the newest was of some constituencies only."""

from __future__ import annotations

import tempfile
from itertools import accumulate
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from examples import tries
from voterlist.pipeline.known import Known
from voterlist.schemas import ENTRY, FINDING
from voterlist.storage import store
from voterlist.tables import from_columns

PLACES = st.none() | st.integers(1, 3)
RUNS = st.lists(
    st.dictionaries(st.sampled_from("abcde"), PLACES), min_size=1, max_size=3
)
"""The constituency of each entry, and of its finding, run by run, the newest first."""


def places_of(run):
    return frozenset(place for place in run.values() if place is not None)


def known(folder, runs):
    """The runs together; each is of the constituencies of its entries."""
    for number, run in enumerate(runs):
        (folder / str(number)).mkdir()
        columns = {"entry_id": list(run), "constituency": list(run.values())}
        for name, schema in (("entries", ENTRY), ("findings", FINDING)):
            path = folder / str(number) / f"{name}.parquet"
            table = from_columns(columns, schema, len(run))
            store.write_table(path, table.select(list(columns)))
    places = [frozenset(), *map(places_of, runs)]
    left_out = list(accumulate(places, frozenset.union))[: len(runs)]
    folders = tuple(folder / str(number) for number in range(len(runs)))
    return Known("newest", {}, folders, tuple(left_out)), left_out


def rows_of(table):
    pairs = table.select(["entry_id", "constituency"]).to_pylist()
    return sorted(map(str, (tuple(pair.values()) for pair in pairs)))


@tries(25)
@example([{"a": None, "b": 1}])
@example([{"a": 1}, {"a": 2, "b": 1, "c": 2, "d": None}])
@given(RUNS)
def test_a_newer_run_speaks_for_its_entries_and_for_its_constituencies(runs):
    """What was withdrawn would be asked about, or what only an older run has would be lost."""
    with tempfile.TemporaryDirectory() as folder:
        found, left_out = known(Path(folder), runs)
        entries, findings = found.table("entries"), found.table("findings")
    newest = {}
    for run in reversed(runs):
        newest |= run
    assert rows_of(entries) == sorted(map(str, newest.items()))
    standing = [
        row
        for run, newer in zip(runs, left_out, strict=True)
        for row in run.items()
        if not newer or row[1] not in {None, *newer}
    ]
    assert rows_of(findings) == sorted(map(str, standing))


def test_the_run_of_a_constituency_is_the_newest_that_had_it():
    """Lists would be printed from a run of last month, or from one without the constituency."""
    runs = [{"a": 1}, {"b": 1, "c": 2}, {"d": 1, "e": 3}]
    with tempfile.TemporaryDirectory() as folder:
        found, _ = known(Path(folder), runs)
    newest = [found.folder_of(place).name for place in (1, 2, 3, None)]
    assert newest == ["0", "1", "2", "2"]
