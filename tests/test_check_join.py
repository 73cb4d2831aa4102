"""The register tests a constituency at a time, held against those of the whole list at once."""

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import workspaces
from voterlist import config
from voterlist.check import ENTRIES, VOTERS, examine
from voterlist.deadlines import list_day
from voterlist.model import Stage
from voterlist.pipeline.street_register import read_given_streets

sys.path.insert(0, str(Path(__file__).parents[1] / "campaign"))

import changes

OF_THE_UNIT = ("base", "lower", "upper", "p", "q", "outlying")
"""What a precinct is held against is that of its own constituency alone."""
SLIP = "9;Rzayev;Əli;Orxam oğlu;05.05.1965;kişi;Nizami küç. 4;5XK1999\n"
STREETS = "Dairə;Məntəqə;Küçə;Evlər\n88;1;Nizami küç.;1-3\n90;1;Füzuli küç.;1-99\n"


@pytest.fixture(scope="module")
def tested(tmp_path_factory):
    """(tables of a run of three constituencies, what the tests say of the whole at once)."""
    folder = tmp_path_factory.mktemp("join") / "2026"
    walk = changes.begin(folder, 5)
    for change in (changes.add_row, changes.move_row, changes.copy) * 4:
        change(walk)
    changes.beside_folders(walk)
    for path in walk.lists()[::3]:
        path.write_text(path.read_text(encoding="utf-8") + SLIP, encoding="utf-8")
    streets = folder / "reference" / "streets.csv"
    streets.write_text(STREETS, encoding="utf-8")
    (folder / config.FILE_NAME).write_text(
        "[check]\nleast_times_as_frequent = 2\n", encoding="utf-8"
    )
    result = workspaces.run(folder, until=Stage.CHECK)
    settings = config.load(folder / config.FILE_NAME)

    def table(name, schema=None):
        names = schema.names if schema else None
        words = [one.name for one in schema or () if pa.types.is_dictionary(one.type)]
        path = result.folder / f"{name}.parquet"
        return pq.read_table(path, columns=names, read_dictionary=words)

    whole = examine(
        table("voters", VOTERS).unify_dictionaries(),
        table("entries", ENTRIES).unify_dictionaries(),
        table("lists"),
        settings.check,
        on_day=list_day(settings.calendar, settings.workspace.cycle),
        streets=read_given_streets([streets], settings).streets,
    )
    return table, whole


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("scratch/findings-check", "findings"),
        ("profile", "profile"),
        ("pyramid", "pyramid"),
        ("ages", "pyramids"),
        ("coincidences", "coincidences"),
        ("scratch/use-streets", "street_use"),
    ],
)
def test_what_constituencies_leave_is_what_the_whole_list_gives(
    tested, name, attribute
):
    """Who stands in two constituencies would be seen by nobody."""
    table, whole = tested
    assert table(name).to_pylist() == getattr(whole, attribute).to_pylist()
    assert table(name).num_rows


@pytest.mark.slow
def test_the_statistics_of_the_nation_are_the_sums_of_its_constituencies(tested):
    """The base that a constituency is held against would be another one."""
    table, whole = tested
    own, other = table("scratch/own-indicators"), whole.indicators
    assert own.drop_columns(OF_THE_UNIT).equals(other.drop_columns(OF_THE_UNIT))
    is_wide = pc.not_equal(own.column("unit").cast(pa.string()), "precinct")
    assert own.filter(is_wide).to_pylist() == other.filter(is_wide).to_pylist()


@pytest.mark.slow
def test_the_lists_hold_what_is_shared_across_constituencies(tested):
    """The comparison above would be of nothing."""
    table, _ = tested
    rules = set(table("scratch/findings-check").column("rule").to_pylist())
    assert {"fin-shared", "same-entry-across-constituencies", "name-misspelt"} <= rules
