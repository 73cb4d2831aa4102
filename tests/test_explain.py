"""The waterfall of a pair.

It adds up, it tells twins from repetitions, and the command shows it.
"""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from typer.testing import CliRunner

from command_line import call, told
from linkage_lists import crowd
from test_link import among_others
from voterlist.cli import APP
from voterlist.fields import COMPARED, SHARED
from voterlist.link import link
from voterlist.link.explain import (
    read_model,
    waterfalls,
    with_model,
    with_term_frequencies,
)
from voterlist.storage import store


@pytest.fixture(scope="module")
def linkage():
    """A crowd with one person entered twice (p0, p1) and a twin (p2)."""
    return link(among_others({}, {}, {"given_name": "rashad"}))


def row_of(linkage, one, other):
    both = zip(
        linkage.pairs.to_pylist(), waterfalls(linkage.pairs).to_pylist(), strict=True
    )
    return next(
        rows
        for rows in both
        if (rows[0]["entry_l"], rows[0]["entry_r"]) == (one, other)
    )


def crowd_of():
    return among_others({}, {}, {"given_name": "rashad"})


def test_the_steps_sum_to_the_weight_of_every_pair(linkage):
    """Bits of the fields, of term frequency and of the rivals are the weight.

    With the start they are the odds of the pair.
    """
    for voters in (None, crowd_of()):
        falls = waterfalls(linkage.pairs, voters).to_pylist()
        assert len(falls) == linkage.pairs.num_rows > 2
        for row, fall in zip(linkage.pairs.to_pylist(), falls, strict=True):
            bits = sum(fall[f"{field}_bits"] for field in COMPARED)
            assert np.isclose(
                bits + fall["term_frequency"] + fall["rivals"], row["weight"]
            )
            others = fall["p_twins"] + fall["p_relatives"] + fall["p_unrelated"]
            assert np.isclose(others, 1 - row["probability"])
            assert np.isclose(
                fall["prior"] + row["weight"], np.log2(row["probability"] / others)
            )
            assert fall["rivals"] <= 1e-9


def test_pairs_that_keep_term_frequencies_explain_themselves(linkage):
    """Without the list each comparison has its own, and nothing is left for a line beside them."""
    kept = with_term_frequencies(linkage.pairs, linkage.term_frequencies)
    falls, counted = waterfalls(kept), waterfalls(linkage.pairs, crowd_of())
    assert set(falls.column("term_frequency").to_pylist()) == {0.0}
    weights = kept.column("weight").to_numpy()
    sums = sum(falls.column(f"{field}_bits").to_numpy() for field in COMPARED)
    assert np.allclose(sums + falls.column("rivals").to_numpy(), weights)
    for field in ("surname", "given_name", "patronymic"):
        name = f"{field}_term_frequency"
        assert falls.column(name).equals(counted.column(name))


def test_term_frequency_is_attributed_to_the_fields_exactly_as_the_linkage_counts_it(
    linkage,
):
    for row, fall in zip(
        linkage.pairs.to_pylist(),
        waterfalls(linkage.pairs, crowd_of()).to_pylist(),
        strict=True,
    ):
        parts = [fall[f"{field}_term_frequency"] for field in SHARED]
        assert np.isclose(sum(part for part in parts if part), -row["term_frequency"])
        assert fall["term_frequency"] == 0.0
        for field in SHARED:
            assert (fall[f"{field}_term_frequency"] is None) or row[
                f"{field}_level"
            ] not in {
                "missing",
                "differs",
            }


def test_a_rare_surname_weighs_more_than_a_common_one():
    """Two persons entered twice, one of a name that fifty have.

    The surname's bits tell which is which.
    """
    common = [
        {"surname": "rzayev", "given_name": f"a{number}", "day": number % 28 + 1}
        for number in range(50)
    ]
    rare = {"surname": "zulfuqarov", "given_name": "kamran", "day": 9}
    voters = among_others(
        {"surname": "rzayev"}, {"surname": "rzayev"}, rare, rare, *common
    )
    found = link(voters)
    falls = {
        (row["entry_l"], row["entry_r"]): row
        for row in waterfalls(found.pairs, voters).to_pylist()
    }
    for part in ("term_frequency", "bits"):
        assert (
            falls["p2", "p3"][f"surname_{part}"]
            > falls["p0", "p1"][f"surname_{part}"] + 3
        )


def test_names_that_changed_places_keep_their_term_frequency_in_a_line_of_its_own():
    """What is no one field's is not attributed to one; the sum is the pair's all the same."""
    voters = among_others(
        {},
        {"surname": "reshad", "given_name": "qarayev"},
        {"surname": "qarayev", "given_name": "reshad"},
    )
    found = link(voters)
    rows = [row for row in found.pairs.to_pylist() if row["surname_level"] == "swapped"]
    falls = {
        (row["entry_l"], row["entry_r"]): row
        for row in waterfalls(found.pairs, voters).to_pylist()
    }
    assert rows
    for row in rows:
        fall = falls[row["entry_l"], row["entry_r"]]
        assert fall["surname_term_frequency"] is None
        assert fall["term_frequency"] > 5
        parts = sum(fall[f"{field}_term_frequency"] or 0 for field in SHARED)
        assert np.isclose(parts + fall["term_frequency"], -row["term_frequency"])


def test_an_entry_that_the_list_does_not_hold_leaves_its_term_frequency_whole(linkage):
    """A list that is not the one that was linked attributes nothing it cannot count."""
    other = crowd_of().slice(0, 0)
    for row, fall in zip(
        linkage.pairs.to_pylist(),
        waterfalls(linkage.pairs, other).to_pylist(),
        strict=True,
    ):
        assert fall["term_frequency"] == -row["term_frequency"]
        assert all(fall[f"{field}_term_frequency"] is None for field in SHARED)


def test_a_table_without_a_model_or_rows_has_no_waterfalls(linkage):
    """Nothing is made up where the model is lost, and no pairs are no rows."""
    assert (
        waterfalls(linkage.pairs.replace_schema_metadata(None), crowd_of()).num_rows
        == 0
    )
    assert waterfalls(linkage.pairs.slice(0, 0), crowd_of()).num_rows == 0


def without_level(pairs, field, word):
    """The table as a version wrote it that had one level less."""
    (key,) = pairs.schema.metadata
    content = json.loads(pairs.schema.metadata[key])
    for fields in content["log_m"].values():
        del fields[field][word]
    return pairs.replace_schema_metadata({key: json.dumps(content)})


def test_pairs_of_before_a_level_was_added_explain_themselves(linkage):
    """A new level would make every table of pairs written before it unreadable."""
    former = without_level(linkage.pairs, "given_name", "nickname")
    assert waterfalls(former, crowd_of()).equals(waterfalls(linkage.pairs, crowd_of()))


def test_a_model_is_read_as_it_was_written(linkage):
    """A level that took the bits of another would make every later explanation wrong."""
    model = read_model(linkage.pairs.schema.metadata)
    again = read_model(with_model(linkage.pairs, model).schema.metadata)
    for name, fields in model.log_m.items():
        for field, bits in fields.items():
            assert (again.log_m[name][field] == bits).all()


def test_a_missing_value_says_nothing(linkage):
    """A comparison in which a value is unknown has no bits."""
    row, fall = row_of(linkage, "p0", "p1")
    missing = [field for field in COMPARED if row[f"{field}_level"] == "missing"]
    assert missing
    assert {fall[f"{field}_bits"] for field in missing} == {0.0}


def test_twins_take_back_what_the_shared_fields_say(linkage):
    _, fall = row_of(linkage, "p0", "p2")
    assert fall["given_name_bits"] < 0
    assert fall["rivals"] < -10
    assert fall["p_twins"] > 0.5


@pytest.mark.parametrize("other", ["p1", "p2"])
def test_a_bar_shows_the_side_and_the_length_of_its_step(linkage, tmp_path, other):
    """A step for one person would look like one against it, or a long step like a short one."""
    path = tmp_path / "pairs.parquet"
    store.write_table(path, linkage.pairs)
    shown = CliRunner().invoke(APP, ["explain", str(path), "p0", other]).stdout
    steps = re.findall(r"([+−]\d+\.\d)  ([ |]*[█▒]+[ |]*)$", shown, re.MULTILINE)
    bits = [float(step.replace("−", "-")) for step, _ in steps]
    lengths = [len(bar.strip(" |")) for _, bar in steps]
    assert ["█" in bar for _, bar in steps] == [step > 0 for step in bits]
    longest = max(map(abs, bits))
    assert max(lengths) > 10
    assert lengths == pytest.approx(
        [max(lengths) * abs(step) / longest for step in bits], abs=1.6
    )


def test_the_command_shows_a_pair_in_either_order(linkage, tmp_path):
    """Words for people, one object with ``--json``; the order of the two ids does not matter."""
    path = tmp_path / "pairs.parquet"
    store.write_table(path, linkage.pairs)
    shown = call("explain", path, "p1", "p0")
    assert shown.exit_code == 0
    assert "Surname" in shown.stdout
    assert "one person: " in shown.stdout
    found = told("explain", path, "p0", "p1")[1]
    assert found["posterior"]["same"] > 0.95


def test_what_cannot_be_explained_is_said(linkage, tmp_path):
    """A pair that is not there is wrong usage.

    A table without its model is an input that cannot be read.
    """
    path = tmp_path / "pairs.parquet"
    store.write_table(path, linkage.pairs)
    assert call("explain", path, "p0", "nobody").exit_code == 2
    store.write_table(path, linkage.pairs.replace_schema_metadata(None))
    assert call("explain", path, "p0", "p1").exit_code == 3
    assert call("explain", tmp_path / "none.parquet", "p0", "p1").exit_code == 2


def test_a_crowd_without_pairs_keeps_its_model():
    """Even a table without rows names the model it would have been weighed by."""
    assert read_model(link(crowd(1)).pairs.schema.metadata) is not None
