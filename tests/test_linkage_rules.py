"""The model and the rules of a user: given, saved, set by hand; new rows held against a list."""

from __future__ import annotations

import itertools
import json
import random

import numpy as np
import pandas as pd
import pytest

import voterlist
from voterlist.errors import UsageError, VoterlistError
from voterlist.synth.generate import generate


@pytest.fixture(scope="module")
def people():
    """500 invented people as a pandas frame."""
    return generate(500, constituencies=1, seed=7).entries.to_pandas()


@pytest.fixture(scope="module")
def linkage(people):
    return voterlist.link(people)


def levels(model, comparison):
    return model[model.comparison == comparison].set_index("level")


def clusters(linkage):
    return linkage.clusters.set_index("entry_id").cluster_id


def refused(call):
    """What an error says, which has to say what to do."""
    with pytest.raises(UsageError) as caught:
        call()
    assert caught.value.todo
    assert caught.value.todo in str(caught.value)
    return str(caught.value)


def test_a_model_says_the_same_wherever_it_was_kept(people, linkage, tmp_path):
    """As a frame, as a file, in the attributes of the pairs: the list is linked as before."""
    path = tmp_path / "model.json"
    linkage.save_model(path)
    for model in (linkage.model, path, str(path), linkage.pairs.attrs["model"]):
        again = voterlist.link(people, model=model)
        pd.testing.assert_frame_equal(again.pairs, linkage.pairs)
        pd.testing.assert_frame_equal(again.model, linkage.model)


def test_a_share_set_by_hand_moves_the_pairs_of_its_level_and_no_other(people, linkage):
    """Whoever knows better how often a name is misspelt says so in the frame."""
    model = linkage.model
    is_level = (model.comparison == "address") & (model.level == "same-constituency")
    before = model.loc[is_level, "m"].iloc[0]
    model.loc[is_level, "m"] = before / 4
    again = voterlist.link(people, model=model)
    both = linkage.pairs.merge(again.pairs, on=["entry_l", "entry_r"])
    is_moved = both.address_level_x == "same-constituency"
    change = both.weight_x - both.weight_y
    assert np.allclose(change[is_moved], 2.0, atol=0.1)
    assert np.allclose(change[~is_moved], 0.0)


def test_a_share_that_is_fixed_is_not_learnt(people, linkage):
    """The other levels of the comparison make room, in their proportions."""
    linked = voterlist.link(people, rules={"shares": {"patronymic": {"misspelt": 0.2}}})
    found, learnt = (levels(of.model, "patronymic") for of in (linked, linkage))
    assert np.isclose(found.m["misspelt"], 0.2, rtol=0.03)
    assert np.isclose(found.m.sum(), learnt.m.sum(), rtol=0.03)
    assert found.m["same"] < learnt.m["same"]


@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_comparison_has_no_more_levels_than_wanted(people, most):
    """Levels that became one have one weight; their pairs are not told apart by it."""
    found = voterlist.link(people, rules={"most_levels": {"birth_date": most}}).model
    told = levels(found, "birth_date")
    weights = told[~told.by_value & (told.pairs.index != "missing")].weight_bits
    assert weights.nunique() <= max(most - 1, 1)


def test_a_blocking_rule_of_ones_own_compares_what_agrees_in_it(people):
    """A pair that no shipped key brings together is compared where the user says so."""
    one = people[:1].assign(
        given_name="Zzyx", patronymic="Qqrt", fin=None, document=None
    )
    other = one.assign(
        entry_id="z9",
        surname="Wwyx",
        given_name="Aabc",
        patronymic="Ttop",
        birth_date="1.1.1950",
    )
    rows = pd.concat([people[1:], one, other])
    pair = one.entry_id.iloc[0], "z9"
    assert voterlist.link(rows).explain(*pair).attrs["keys"] == []
    rules = {"blocking": [["constituency", "precinct", "house"]]}
    found = voterlist.link(rows, rules=rules)
    assert found.explain(*pair).attrs["keys"] == ["own:constituency+precinct+house"]
    assert "own:constituency+precinct+house" in set(found.keys.key)


def test_forced_pairs_stand_apart_and_together(people, linkage):
    """Whatever the model says: the user has seen the papers."""
    sure = linkage.pairs.iloc[0]
    strangers = people.entry_id[:3].tolist()
    rules = {
        "apart": [(sure.entry_l, sure.entry_r)],
        "together": [(strangers[0], strangers[1]), (strangers[1], strangers[2])],
    }
    found = voterlist.link(people, rules=rules)
    cluster = clusters(found)
    assert cluster.get(sure.entry_l) is None or cluster[sure.entry_l] != cluster.get(
        sure.entry_r
    )
    assert len(set(cluster[strangers])) == 1
    ruled = found.pairs[found.pairs.rule == "apart"]
    assert ruled[["entry_l", "entry_r"]].to_numpy().tolist() == [
        [sure.entry_l, sure.entry_r]
    ]
    # What the model says stays what it says.
    assert ruled.probability.iloc[0] == sure.probability
    why = found.why_not(sure.entry_l, sure.entry_r)
    assert why.reason.tolist() == ["forced-apart"]


def test_pairs_of_a_frame_are_rules_too(people, linkage):
    """The pairs that somebody looked at stand in a frame already."""
    none = voterlist.link(people, rules={"apart": linkage.pairs})
    cluster = clusters(none)
    ends = zip(linkage.pairs.entry_l, linkage.pairs.entry_r, strict=True)
    assert not any(
        left in cluster and cluster[left] == cluster.get(right) for left, right in ends
    )


def test_what_is_wrong_with_a_rule_is_told(people):
    ids = people.entry_id.tolist()

    def ruled(**rules):
        return refused(lambda: voterlist.link(people, rules=rules))

    chain = [(ids[0], ids[1]), (ids[1], ids[2])]
    apart = [(ids[0], ids[3]), (ids[2], ids[0])]
    contradiction = ruled(together=chain, apart=apart)
    assert "pair 2 of apart" in contradiction
    # An id may be a cell.
    assert not any(entry_id in contradiction for entry_id in ids[:4])
    assert "no such entry" in ruled(apart=[(ids[0], "nobody")])
    assert "twice the same" in ruled(apart=[(ids[0], ids[0])])
    assert "about pairs" in ruled(together=ids[:2])
    assert "about pairs" in ruled(together=None)
    assert "no dict" in ruled(shares=["surname"])
    assert "no such rule" in ruled(asunder=[])
    assert "unknown field" in ruled(blocking=[["colour"]])
    fields = ("surname", "given_name", "patronymic", "birth_year", "address", "house")
    every = [list(pair) for pair in itertools.permutations(fields, 2)]
    assert "29 may be added" in ruled(blocking=every)
    assert "no such level" in ruled(shares={"surname": {"blue": 0.1}})
    assert "no such comparison" in ruled(shares={"colour": {"same": 0.1}})
    assert "leave nothing" in ruled(shares={"sex": {"same": 0.9, "differs": 0.2}})
    assert "number of levels" in ruled(most_levels={"surname": 0})


def test_a_model_that_does_not_fit_is_refused(people, linkage, tmp_path):
    """A model of another version or for other columns would score nonsense in silence."""
    content = json.loads(linkage.pairs.attrs["model"])

    def given(model, frame=people, **words):
        return refused(lambda: voterlist.link(frame, model=model, **words))

    def changed(**parts):
        return json.dumps(content | parts)

    assert "another version" in given(changed(format=0))
    assert "other levels" in given(changed(levels=content["levels"][1:]))
    assert "comparison phone" in given(changed(added={"phone": "phone"}))
    phones = people.assign(phone=[f"050 {n:07}" for n in range(len(people))])
    added = {"phone": {"column": "phone", "kind": "phone"}}
    assert "comparison phone" in given(linkage.model, phones, comparisons=added)
    assert "another profile" in given(linkage.model, profile="generic")
    assert "no model" in given("{}")
    assert "cannot be read" in given(tmp_path / "nothing.json")
    assert "no model" in given(3)
    assert "lost" in given(linkage.model.drop(columns="m"))
    assert "a share" in given(linkage.model.assign(m=-1.0))
    assert "a share" in given(linkage.model.assign(m="much"))
    bare = pd.DataFrame(linkage.model.to_dict("list"))
    assert "attrs" in given(bare)
    refused(
        lambda: voterlist.link(
            people, model=linkage.model, rules={"most_levels": {"sex": 2}}
        )
    )


def test_new_rows_are_held_against_the_list_with_its_model(people, linkage):
    """A batch of ten must not be judged by a model learnt from ten."""
    new = people[5:10].assign(entry_id=[f"n{number}" for number in range(5)])
    found = linkage.against(new)
    assert set(found.pairs.list_r) == {"new"}
    sure = found.pairs[found.pairs.probability >= 0.95]
    ends = dict(zip(sure.entry_r, sure.entry_l, strict=True))
    assert [ends[f"n{number}"] for number in range(5)] == people.entry_id[5:10].tolist()
    before, after = (
        of.model.drop(columns=["pairs", "same_pairs"]) for of in (linkage, found)
    )
    pd.testing.assert_frame_equal(before, after)
    assert (
        abs(found.model.attrs["prior_bits"] - linkage.model.attrs["prior_bits"]) < 0.2
    )


def test_a_cluster_that_a_rule_alone_made_is_no_question(people, tmp_path):
    """No pair tells of it, so nothing can be shown of why; the page has the other cases."""
    two = people.iloc[[0, 250]].entry_id.tolist()
    linkage = voterlist.link(people.iloc[[0, 250]], rules={"together": [two]})
    assert set(linkage.clusters.entry_id) == set(two)
    assert linkage.pairs.empty
    linkage.review(tmp_path / "cases.html")


def members(linkage, name):
    """The clusters that have entries of one frame of several, as sets of their ids."""
    rows = linkage.clusters
    rows = rows[rows.list == name] if "list" in rows else rows
    return {frozenset(ids) for _, ids in rows.groupby("cluster_id").entry_id}


def test_the_clusters_of_the_list_go_on_when_new_rows_are_held_against_it(people):
    """A new row joins the whole of a cluster, also where it is like one of its entries alone."""
    linkage = voterlist.link(people)
    first = linkage.clusters.entry_id[0]
    new = people[people.entry_id == first].assign(entry_id="n")
    found = linkage.against(new)
    assert members(linkage, "") == members(found, "list")
    joined = found.clusters.set_index(["list", "entry_id"]).cluster_id
    assert joined["new", "n"] == joined["list", first]
    assert members(linkage.against(people[:0]), "list") == members(linkage, "")


def test_what_a_rule_keeps_apart_no_new_row_brings_together(people):
    couple = tuple(voterlist.link(people).pairs.loc[0, ["entry_l", "entry_r"]])
    linkage = voterlist.link(people, rules={"apart": [couple]})
    new = people[people.entry_id == couple[0]].assign(entry_id="n")
    found = linkage.against(new)
    joined = found.clusters.set_index(["list", "entry_id"]).cluster_id
    assert ("new", "n") in joined.index
    assert joined.get(("list", couple[0])) != joined.get(("list", couple[1]))


def test_new_rows_need_the_columns_of_the_model(people):
    phones = people.assign(line=[f"050 {n:07}" for n in range(len(people))])
    added = {"line": {"column": "line", "kind": "phone"}}
    linkage = voterlist.link(phones, comparisons=added)
    assert "line" in refused(lambda: linkage.against(people))
    assert len(linkage.against(phones[:3]).pairs) >= 3


def test_nothing_new_is_no_mistake(linkage, people):
    assert len(linkage.against(people[:0]).pairs) == 0


def test_what_is_no_frame_is_not_held_against_a_list(linkage):
    with pytest.raises(VoterlistError):
        linkage.against("new.csv")


def test_no_cluster_has_two_entries_of_one_list_however_many_pairs_speak_for_it():
    """Entries of six other lists outvoted that a list with a person once has nobody twice.

    The first person stands twice on the first list. Three other lists have the telephone of the
    one entry, three that of the other, and all else is the same.
    """
    dice = random.Random(3)  # noqa: S311  of names
    surnames = ("Məmmədov", "Əliyev", "Hüseynov", "Quliyev", "Abbasov", "Rzayev")
    names = ("Elçin", "Rəşad", "Vüqar", "Tural", "Nicat", "Anar", "Kamran", "Fuad")
    people = [
        {
            "surname": dice.choice(surnames),
            "given_name": dice.choice(names),
            "patronymic": f"{dice.choice(names)} oğlu",
            "birth_date": f"{dice.randint(1940, 2000)}-{dice.randint(1, 12):02}-11",
            "address": f"küç. {dice.randint(1, 40)}, ev {dice.randint(1, 90)}",
            "phone": f"0501{number:06}",
        }
        for number in range(60)
    ]
    one, other = (
        {**people[0], "phone": phone} for phone in ("0551111111", "0702222222")
    )
    lists = [pd.DataFrame([one, *people[1:], other])]
    lists += [pd.DataFrame([first, *people[1:]]) for first in [one] * 3 + [other] * 3]
    clusters = voterlist.link(lists, one_to_one=True).clusters
    assert clusters["cluster_id"].nunique() == 61
    assert not clusters.duplicated(["cluster_id", "list"]).any()
