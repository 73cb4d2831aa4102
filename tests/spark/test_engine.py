"""The linkage on a cluster gives what the linkage on one machine gives, value for value."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from voterlist.ingest.generic import table_intake
from voterlist.link.encode import COMPARED
from voterlist.model import Profile
from voterlist.normalize.stage import normalize
from voterlist.synth.generate import generate

_COMPARE = """
import itertools, json, sys
from pathlib import Path
import pyarrow.parquet as pq
from voterlist import spark
from voterlist.config.sections import LinkSettings
from voterlist.link import link
from voterlist.link.types import Watch
from voterlist.model import Profile
from voterlist.spark.session import open_session

master, *lists = sys.argv[1:]
told = {}
with open_session(master, {"spark.driver.maxResultSize": "8m"}) as session:
    for each in lists:
        name, profile, limit = each.split(":")
        settings = LinkSettings(largest_block=int(limit), chunk_pairs=5_000)
        frame = session.read.parquet(str(Path(f"{name}.parquet").absolute()))
        done = [0]
        watch = Watch(lambda _step, pairs, _all: done.append(pairs))
        there = spark.link(
            frame, profile=Profile(profile), settings=settings, watch=watch
        )
        table = pq.read_table(f"{name}.parquet")
        here = link(table, settings, profile=Profile(profile))
        told[name] = {
            "pairs": here.pairs.num_rows,
            "ranges": sorted(pairs - before for before, pairs in itertools.pairwise(done)),
            "differs": [
                field
                for field in ("pairs", "cases", "clusters")
                if not getattr(here, field).equals(getattr(there, field), check_metadata=True)
            ] + [
                field
                for field in ("forecast", "candidates", "estimate", "doubts", "chance", "added")
                if getattr(here, field) != getattr(there, field)
            ] + [
                f"{field}_term_frequency"
                for field, bits in here.term_frequencies.items()
                if bits.tolist() != there.term_frequencies[field].tolist()
            ] + (
                [] if here.fitted.levels().equals(there.fitted.levels()) else ["levels"]
            ),
        }
print(json.dumps(told))
"""


def voters(size, profile=Profile.AZ, seed=3):
    """VOTER of an invented list."""
    entries = table_intake(generate(size, constituencies=1, seed=seed).entries).entries
    return normalize(entries, profile).table.select(COMPARED)


def without(table, *columns):
    """The table with nothing in these columns."""
    for name in columns:
        place = table.schema.get_field_index(name)
        column = table.schema.field(place)
        table = table.set_column(place, column, pa.nulls(len(table), column.type))
    return table


def of_one_name(table, many):
    """The table with one surname and one given name in its first entries, by their ids."""
    table = table.sort_by("entry_id")
    same = pa.concat_tables([table.take(pa.array([0] * many)), table.slice(many)])
    for name in ("surname_skeleton", "surname_stem", "given_skeleton"):
        place = table.schema.get_field_index(name)
        table = table.set_column(place, table.schema.field(place), same.column(name))
    return table


def mixed(table):
    """The rows in another order."""
    return table.take(pa.array(np.random.default_rng(5).permutation(len(table))))


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    """Lists that need all that the engine can do."""
    folder = tmp_path_factory.mktemp("lists")
    az = voters(6_000)
    repeated = pa.concat_tables([az.slice(0, 1_500)] * 3)
    ids = pa.array([f"r{number:05}" for number in range(len(repeated))])
    made = {
        "az": az,
        "az-without-ids": mixed(without(az, "fin", "document")),
        # Addresses as lines, names by their sounds: the keys of the profile.
        "generic": mixed(
            without(voters(2_500, Profile.GENERIC), "street", "house", "flat")
        ),
        # Three entries a person: values are counted by people.
        "repeated": repeated.set_column(0, az.schema.field(0), ids),
        "one-name": mixed(of_one_name(az, 2_000)),
        # Nobody is found twice.
        "few": az.slice(0, 3),
    }
    for name, table in made.items():
        pq.write_table(table, folder / f"{name}.parquet", row_group_size=1_000)
    return folder


def compare(drive, lists, master, *names):
    """What differs between the two engines, list by list."""
    return json.loads(drive(_COMPARE, master, *names, cwd=lists).stdout)


def test_every_list_is_linked_as_on_one_machine(drive, lists):
    """A pair, a case or a number that a cluster finds otherwise would make two truths of one list.

    Blocks of more than 25 entries are split and cut.
    """
    told = compare(
        drive,
        lists,
        "local[2]",
        *("az:az:25", "az-without-ids:az:2000", "generic:generic:400"),
        *("repeated:az:2000", "few:az:2000"),
    )
    assert {name: one["differs"] for name, one in told.items()} == {
        name: [] for name in ("az", "az-without-ids", "generic", "repeated", "few")
    }
    assert all(told[name]["pairs"] for name in told if name != "few")


def test_one_name_of_a_third_of_a_list_keeps_no_task_longer_than_others(drive, lists):
    """They stand in one part: one task would make nearly all pairs of the list, and hold them.

    Two million pairs take 32 megabytes, more than the driver is allowed to get.
    """
    told = compare(drive, lists, "local[2]", "one-name:az:2000")["one-name"]
    assert told["differs"] == []
    assert len(told["ranges"]) > 10
    assert told["ranges"][-1] <= 3 * told["ranges"][len(told["ranges"]) // 2]


def test_a_cluster_of_two_workers_and_connect_give_the_same(
    drive, lists, standalone, connect
):
    """What runs in one process could still fail where tasks are sent to others."""
    for master in (standalone.url, connect):
        told = compare(drive, lists, master, "az:az:2000")
        assert told["az"]["differs"] == []
