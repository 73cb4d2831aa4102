"""A linkage as one object: what is in it, and what it says of itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import voterlist
from voterlist import schemas
from voterlist.errors import NotAFrameError, UsageError, VoterlistError
from voterlist.link.comparisons import SHIPPED
from voterlist.link.weigh import CLASSES
from voterlist.synth.generate import generate


@pytest.fixture(scope="module")
def people():
    """800 invented people as a pandas frame."""
    return generate(800, constituencies=1, seed=4).entries.to_pandas()


@pytest.fixture(scope="module")
def linkage(people):
    return voterlist.link(people)


def test_the_short_way_gives_the_pairs_of_the_object(people, linkage):
    """Whoever starts with ``find_duplicates`` sees the same pairs when more is wanted."""
    found = voterlist.find_duplicates(people)
    pd.testing.assert_frame_equal(found, linkage.pairs)
    assert found.columns.tolist() == schemas.PAIR.names
    assert found.attrs == linkage.pairs.attrs


def test_the_model_has_each_level_of_each_comparison_with_words(linkage):
    """A level that is not in the table could not be looked at, drawn or set."""
    model = linkage.model
    levels = [(of.field, level.word) for of in SHIPPED for level in of.levels]
    assert list(zip(model.comparison, model.level, strict=True)) == levels
    assert "Surname: misspelt" in model.label.tolist()
    linkage.language = "az"
    assert "Soyadı: yazılış səhvi" in linkage.model.label.tolist()
    linkage.language = "en"


def test_the_shares_of_a_comparison_are_shares(linkage):
    """The m of the levels of one comparison sum to one; each weight is log2 of m and u."""
    model = linkage.model
    sums = model.groupby("comparison").m.sum()
    # A pair that shows a level of two fields at once counts with one of them.
    assert sums.drop(["surname", "given_name"]).between(0.97, 1.03).all()
    told = model.dropna(subset=["m", "u"])
    assert np.allclose(np.log2(told.m / told.u), told.weight_bits)
    blank = model[model.level == "missing"]
    assert blank.m.isna().all()
    assert (blank.weight_bits == 0).all()
    assert model.set_index(["comparison", "level"]).by_value[("surname", "same")]
    assert not model.set_index(["comparison", "level"]).by_value[("sex", "differs")]


def test_the_pairs_of_the_levels_are_those_that_were_compared(linkage):
    """Each pair that was compared shows one level of each comparison."""
    sums = linkage.model.groupby("comparison").pairs.sum()
    assert (sums == linkage._linked.candidates).all()
    assert list(linkage.model.attrs["class_pairs"]) == list(CLASSES)


def test_clusters_hold_the_pairs_put_forward(linkage):
    sure = linkage.pairs[linkage.pairs.probability >= 0.95]
    cluster = linkage.clusters.set_index("entry_id").cluster_id
    together = sure.entry_l.map(cluster) == sure.entry_r.map(cluster)
    assert together.mean() > 0.9
    assert set(cluster) <= set(cluster.index)


def test_of_two_frames_each_end_has_its_list(people):
    """Two lists may have the same ids: without the list nobody knows whose an id is."""
    half = len(people) // 2
    old, new = people[:half], people[half:].assign(entry_id=people.entry_id[:half])
    linkage = voterlist.link({"old": old, "new": new})
    assert set(linkage.pairs.list_l) == {"old"}
    assert set(linkage.pairs.list_r) == {"new"}
    matches = voterlist.find_matches(old, new)
    short = linkage.pairs.drop(columns=["list_l", "list_r"])
    pd.testing.assert_frame_equal(matches, short)
    ids = linkage.clusters.list + ":" + linkage.clusters.entry_id
    assert set(linkage.clusters.cluster_id) <= set(ids)


def test_of_three_frames_pairs_are_of_two_of_them(people):
    parts = [people[start::3] for start in range(3)]
    pairs = voterlist.link(parts).pairs
    assert (pairs.list_l < pairs.list_r).all()
    assert len(set(pairs.list_l + pairs.list_r)) == 3


def test_it_says_what_there_is(linkage):
    """Whoever types the name of the object in a notebook sees figures and where to look."""
    told = repr(linkage)
    assert f"{len(linkage.pairs)} of" in told
    assert ".model" in told
    assert "precision" in told
    assert (
        linkage.estimate.loc["recall", "low"] <= linkage.estimate.loc["recall", "share"]
    )
    assert (linkage.keys.pairs.sum() >= linkage._linked.candidates) or len(
        linkage.keys
    ) == 1


@pytest.mark.parametrize("rows", [0, 1])
def test_a_list_without_pairs_has_frames_without_rows(people, rows):
    """Next to nothing is a result too: every frame has its columns."""
    linkage = voterlist.link(people[:rows])
    assert linkage.pairs.columns.tolist() == schemas.PAIR.names
    assert len(linkage.clusters) == len(linkage.estimate) == 0
    assert linkage.model.pairs.sum() == 0
    assert repr(linkage)


@pytest.mark.parametrize(
    "frames", ["people.csv", [], [1, 2], {"a": None, "b": 3}, None]
)
def test_what_are_no_frames_is_refused(frames):
    with pytest.raises(NotAFrameError):
        voterlist.link(frames)


def test_a_mistake_in_one_of_several_frames_names_it(people):
    """Of five frames somebody would look for the mistake in each."""
    broken = pd.DataFrame({"colour": ["red"]})
    with pytest.raises(VoterlistError) as caught:
        voterlist.link({"old": people[:5], "new": broken})
    assert caught.value.file == "new"


def _log_odds(probability):
    return np.log2(probability) - np.log2(1 - probability)


def test_every_pair_is_explained_as_it_was_scored(linkage):
    """Each comparison has its own term frequency; together they are what the pair's table has."""
    for pair in linkage.pairs[:60].itertuples():
        told = linkage.explain(pair.entry_l, pair.entry_r)
        assert told.attrs["probability"] == pair.probability
        assert told.attrs["weight"] == pair.weight
        assert " + ".join(told.attrs["keys"]) == pair.match_key
        assert abs(told.term_frequency_bits.sum() + pair.term_frequency) < 1e-6
        if pair.probability < 1 - 1e-9:
            assert abs(told.bits.sum() - _log_odds(pair.probability)) < 1e-4
        levels = told.set_index("comparison").level
        assert levels["surname"] == pair.surname_level


def test_two_entries_that_no_key_brought_together_are_explained_too(people, linkage):
    """Whoever misses a pair asks for the two entries that are not in the table."""
    first, other = people.entry_id[0], people.entry_id[5]
    told = linkage.explain(first, other)
    assert told.attrs["keys"] == []
    assert told.attrs["probability"] < 0.01
    row = told.set_index("comparison").loc["surname"]
    assert (row.left, row.right) == (people.surname[0], people.surname[5])
    assert row.says.startswith("Surname: ")
    why = linkage.why_not(first, other)
    assert why.reason[0] == "improbable"
    assert set(why.key[1:]) == set(linkage.keys.key)
    assert why.says.str.contains("given_name").any()


def test_those_of_one_cluster_have_no_reason_to_be_apart(linkage):
    first, other = linkage.clusters.entry_id[:2]
    assert linkage.clusters.cluster_id[0] == linkage.clusters.cluster_id[1]
    assert len(linkage.why_not(first, other)) == 0


def test_of_two_frames_an_id_is_looked_for_in_its_own(people):
    """Two lists may count their rows alike: the first id is one of the first list."""
    old, new = (
        people[:300].drop(columns="entry_id"),
        people[300:].drop(columns="entry_id"),
    )
    linkage = voterlist.link({"old": old, "new": new})
    told = linkage.explain(1, 1).set_index("comparison")
    assert told.left["surname"] == old.surname.iloc[0]
    assert told.right["surname"] == new.surname.iloc[0]
    turned = linkage.explain(("new", 1), ("old", 1)).set_index("comparison")
    assert turned.left["surname"] == new.surname.iloc[0]
    assert linkage.why_not(("old", 1), ("old", 2)).reason.tolist() == ["one-list"]


@pytest.mark.parametrize(
    ("surname", "said"), [("Kamil", "given name's place"), (None, "not known")]
)
def test_a_surname_in_the_place_of_the_given_name_is_not_called_unknown(surname, said):
    """Who reads it would look for a cell that is missing; both surnames stand beside it."""
    born = {"birth_date": "15.04.1977", "sex": "m"}
    rows = [
        {"surname": "Əliyev", "given_name": "Kamil", **born},
        {"surname": surname, "given_name": "Əhmədov", **born},
    ]
    told = voterlist.link(pd.DataFrame(rows)).explain(1, 2).set_index("comparison")
    assert told.level["surname"] == "missing"
    assert said in told.says["surname"]


def test_who_has_a_better_partner_is_told_so(people):
    """One to one the second copy of an entry is left out, however like it is."""
    copies = pd.concat([people[:200], people[5:6].assign(entry_id="copy", precinct=99)])
    linkage = voterlist.link({"old": people[:200], "new": copies}, one_to_one=True)
    found = linkage.clusters[
        linkage.clusters.entry_id.isin(["copy", people.entry_id[5]])
    ]
    assert len(found) == 2
    (left_out,) = {"copy", people.entry_id[5]} - set(
        found[found.list == "new"].entry_id
    )
    why = linkage.why_not(people.entry_id[5], left_out)
    assert why.reason.tolist() == ["better-partner"]


@pytest.mark.parametrize("pair", [("1", "nobody"), ("nobody", "1"), (("x", 1), 2)])
def test_an_unknown_entry_is_refused_without_its_text(linkage, pair):
    """What somebody types may be a name."""
    with pytest.raises(UsageError) as caught:
        linkage.explain(*pair)
    assert "nobody" not in str(caught.value)
    assert caught.value.todo in str(caught.value)


def test_an_added_comparison_is_explained_with_its_values(people):
    rows = people[:300].assign(phone=[f"050 {n // 2:07}" for n in range(300)])
    added = {"phone": {"column": "phone", "kind": "phone"}}
    linkage = voterlist.link(rows, comparisons=added)
    told = linkage.explain(rows.entry_id[0], rows.entry_id[1]).set_index("comparison")
    assert told.level["phone"] == "same"
    assert told.left["phone"] == rows.phone[0]
    assert told.term_frequency_bits["phone"] > 0
    assert "Telephone: same" in linkage.model.label.tolist()


def test_columns_are_carried_into_the_result(people, linkage):
    """Whoever looks at pairs wants the names beside the ids, and what else the list has."""
    seen = linkage.with_columns("surname", "address")
    surname = people.set_index("entry_id").surname
    for side in "lr":
        assert (
            seen.pairs[f"surname_{side}"] == seen.pairs[f"entry_{side}"].map(surname)
        ).all()
    assert (seen.clusters.surname == seen.clusters.entry_id.map(surname)).all()
    pd.testing.assert_frame_equal(seen.pairs[linkage.pairs.columns], linkage.pairs)
    with pytest.raises(UsageError, match="no frame has this column"):
        linkage.with_columns("colour")
    # Two columns of one name could not be told apart.
    with pytest.raises(UsageError, match="Rename it in the frame"):
        linkage.with_columns("cluster_id")


def test_a_page_in_a_folder_that_is_not_there_is_refused(linkage, tmp_path):
    """Of a wrong path it was said that the program failed inside."""
    for write in (linkage.report, linkage.review):
        with pytest.raises(UsageError, match="Look at its path") as caught:
            write(tmp_path / "absent" / "page.html")
        assert "absent" not in str(caught.value)


def test_a_column_that_one_frame_lacks_is_blank_there(people):
    halves = {"old": people[:400].assign(note="x"), "new": people[400:]}
    found = voterlist.link(halves).with_columns("note").pairs
    assert (found.note_l == "x").all()
    assert found.note_r.isna().all()
