"""Laws of the probabilities: what must hold of every list, whatever its columns and its people."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from examples import tries
from linkage_lists import crowd, voters
from voterlist import schemas, tables
from voterlist.link import candidates, cluster, link, weigh
from voterlist.link.block import build_all
from voterlist.link.comparisons import SHIPPED
from voterlist.link.comparisons.base import MISSING
from voterlist.link.comparisons.vectors import Vectors
from voterlist.link.encode import encode
from voterlist.link.judge import Scorer
from voterlist.link.priors import priors
from voterlist.model import Profile

PARTS = {
    "surname": ("surname_skeleton", "surname_stem"),
    "given_name": ("given_skeleton",),
    "patronymic": ("patronymic_skeleton",),
    "birth_date": ("birth_year", "birth_month", "birth_day"),
    "sex": ("sex",),
    "address": ("constituency", "precinct", "street", "house", "flat"),
    "document": ("document",),
    "fin": ("fin",),
}
"""The columns that say what a comparison compares."""
RIVALS = weigh.CLASSES[1:-1]
LACKING = ((), ("birth_date",), ("address",), ("sex", "patronymic"))
"""Fields that a list may lack."""


def without(table, fields):
    """The table with these fields unknown."""
    for name in (name for field in fields for name in PARTS[field]):
        at, kind = table.column_names.index(name), table.schema.field(name)
        table = table.set_column(at, kind, pa.nulls(table.num_rows, kind.type))
    return table


def some_list(seed, lacking, size=160, doubles=40):
    """Random people of few names, of whom some stand twice with one field of another person.

    In each field there may be a value that two in five have.
    """
    random = np.random.default_rng(seed)
    table = crowd(size, seed, doubles)
    rows = table.to_pylist()
    for names in PARTS.values():
        share = random.choice([0, 0.4])
        frequent = {name: rows[0][name] for name in names}
        for row in rows:
            row.update(frequent if random.random() < share else {})
    for row in rows[size:]:
        field = random.choice(list(PARTS))
        other = rows[random.integers(0, size)]
        row |= {name: other[name] for name in PARTS[field]}
    return without(pa.Table.from_pylist(rows, schema=schemas.VOTER), lacking)


def slipped(value):
    """The value with a slip at its end."""
    if isinstance(value, str) and len(value) > 3:
        return value[:-1] + "x"
    return value % 28 + 1 if isinstance(value, int) and value < 32 else value


def learnt(table, profile):
    """The list with the model that its candidate pairs teach."""
    entries = encode(tables.sort_by(table, "entry_id"), profile=profile)
    blocks = build_all(entries, profile, 1000, None, ())
    found = candidates.find(entries, blocks, 100_000, lambda *_: None)
    model = weigh.learn(entries, found.vectors, profile, sample=weigh.Sample(5_000))
    return Scorer(entries, SHIPPED, model)


def unlearnt(table, profile):
    """The list with the model of the priors."""
    entries = encode(tables.sort_by(table, "entry_id"), profile=profile)
    nothing = weigh.count([])
    model = weigh.learn(entries, nothing, profile, sample=weigh.Sample(5_000))
    return Scorer(entries, SHIPPED, model)


profiles = st.sampled_from(list(Profile))
seeds = st.integers(0, 10_000)
lacking = st.sampled_from(LACKING)
models = st.sampled_from([learnt, unlearnt])


@tries(25)
@given(profiles, seeds, lacking, models)
def test_levels_stand_in_the_order_of_their_evidence(profile, seed, lacking, learn):
    """A stronger level never speaks less for one person, against whatever class of pairs.

    But for a dwelling in common, which relatives have more often: the next law is of the whole.
    """
    scorer = learn(some_list(seed, lacking), profile)
    log_m, entries = scorer.model.log_m, scorer.entries
    for comparison in SHIPPED:
        field = comparison.field
        same = log_m["same"][field]
        every = weigh.of_levels(comparison)
        ordered = weigh.in_order(comparison, entries)
        is_dwelling = comparison is weigh.HOME and comparison.same in ordered
        for name, codes in [
            *((rival, every) for rival in RIVALS if not is_dwelling),
            ("unrelated", ordered),
        ]:
            ratio = same[codes] - log_m[name][field][codes]
            assert (np.diff(ratio) <= 1e-6).all(), (field, name)


@tries(25)
@given(profiles, seeds, lacking, models, st.data())
def test_a_stronger_level_never_lowers_the_probability(
    profile, seed, lacking, learn, data
):
    """All else equal, agreeing more in one field cannot make one person less likely.

    Living together may, where the given names are rather those of twins.
    """
    scorer = learn(some_list(seed, lacking), profile)
    levels = {
        one.field: data.draw(
            st.sampled_from([MISSING, *weigh.in_order(one, scorer.entries).tolist()])
        )
        for one in SHIPPED
    }
    term_frequency = np.array([data.draw(st.floats(-60, 0))])
    comparison = data.draw(st.sampled_from(list(SHIPPED)))
    probabilities = [
        weigh.score(
            Vectors(
                {
                    field: np.array([code], np.uint8)
                    for field, code in {**levels, comparison.field: int(level)}.items()
                },
                term_frequency,
            ),
            scorer.model,
        ).posterior[0, 0]
        for level in weigh.in_order(comparison, scorer.entries)
    ]
    assume(comparison is not weigh.HOME or _not_of_twins(scorer, levels["given_name"]))
    assert (np.diff(probabilities) <= 1e-9).all()


def _not_of_twins(scorer, given_names):
    return weigh.given_names_of_one_person(scorer.model)[given_names]


@tries(25)
@given(profiles, seeds, lacking, st.sampled_from(list(PARTS)), st.data())
def test_the_same_value_never_lowers_the_probability(
    profile, seed, lacking, field, data
):
    """An entry given the value of another one, frequent or rare, cannot become less like it.

    One that is given its home may where the given names are rather those of twins.
    """
    table = some_list(seed, lacking)
    number = st.integers(0, table.num_rows - 1)
    one, other = data.draw(number), data.draw(number)
    assume(one != other)
    rows = table.to_pylist()
    value = {name: rows[one][name] for name in PARTS[field]}
    near = {name: slipped(value[name]) for name in PARTS[field]}
    if data.draw(st.booleans()):
        rows[other] |= near
    changed = rows[other] | value | {"entry_id": "changed"}
    table = pa.Table.from_pylist([*rows, changed], schema=schemas.VOTER)
    scorer = learnt(table, profile)
    place = {
        name: at
        for at, name in enumerate(
            tables.sort_by(table, "entry_id").column("entry_id").to_pylist()
        )
    }

    def compared(name):
        ends = sorted((place[rows[one]["entry_id"]], place[name]))
        left, right = (np.array([end], np.int32) for end in ends)
        _, vectors, scored = scorer.compare(left, right)
        return vectors, scored.posterior[0, 0]

    before, probability = compared(rows[other]["entry_id"])
    after, raised = compared("changed")
    # Names that changed places are levels of two fields: none of them changes alone.
    for vectors in (before, after):
        for comparison in SHIPPED:
            assume(vectors.levels[comparison.field][0] not in comparison.joint)
    assume(before.levels[field][0] != MISSING)
    given_names = before.levels["given_name"][0]
    assume(field != weigh.HOME.field or _not_of_twins(scorer, given_names))
    assert raised >= probability - 1e-9


def test_without_birth_dates_no_class_takes_the_repetitions():
    """Father and son of one name are told by their dates; without dates they took the repetitions.

    The same names at one address were then thought two people, and one if the sexes differed.
    """
    table = without(crowd(400, doubles=60), ["birth_date", "patronymic"])
    for profile in Profile:
        scorer = learnt(table, profile)
        sizes = dict(zip(weigh.CLASSES, 2**scorer.model.log_size, strict=True))
        assert sizes["twins"] < 1e-9
        assert sizes["lineage"] < 1e-9
        found = link(table, profile=profile).pairs.to_pylist()
        of_pair = {(pair["entry_l"], pair["entry_r"]): pair for pair in found}
        again = [of_pair[f"e{n:06d}", f"z{n:06d}"]["probability"] for n in range(60)]
        assert np.mean(again) > 0.95


def test_a_class_needs_a_field_that_the_list_has():
    """Twins without a home in common are as many as brothers and sisters let expect."""
    for fields, without_class in (
        (["birth_date"], {"twins", "lineage"}),
        (["address"], {"household"}),
        ([], set()),
    ):
        table = without(some_list(3, ()), fields)
        scorer = unlearnt(table, Profile.GENERIC)
        lacking = {
            name
            for name, size in zip(weigh.CLASSES, scorer.model.log_size, strict=True)
            if size < -100
        }
        assert lacking == without_class


@pytest.mark.parametrize("field", ["surname", "given_name", "birth_date"])
def test_one_person_cannot_learn_to_be_two(field):
    """In a list that is compared whole, the class of one person could take the unrelated pairs."""
    entries = encode(crowd(50))
    prior = priors(Profile.GENERIC, entries, SHIPPED)["same"]
    counts = np.zeros(len(prior.shares[field]))
    counts[SHIPPED[field].levels["DIFFERS"] - 1] = 1e9
    learnt_shares = prior.learnt(field, counts)
    assert np.isclose(learnt_shares.sum(), 1)
    assert learnt_shares[SHIPPED[field].levels["DIFFERS"] - 1] <= 0.4


def many_entries(seed, persons=120, most=19):
    """People with up to so many entries each, and the person of each entry."""
    random = np.random.default_rng(seed)
    table = crowd(persons, seed).to_pylist()
    letters = "abdefgiklmnorstuz"
    rows, of_entry = [], []
    for person, row in enumerate(table):
        for _ in range(random.integers(1, most + 1)):
            again = dict(row)
            for name in ("surname_skeleton", "given_skeleton", "patronymic_skeleton"):
                word, at = again[name], random.integers(0, len(again[name]))
                slip = word[:at] + random.choice(list(letters)) + word[at + 1 :]
                again[name] = word if random.random() < 0.9 else slip
            again["surname_stem"] = again["surname_skeleton"]
            if random.random() < 0.1:
                again["birth_year"] += int(random.choice([-10, -1, 1, 10]))
            if random.random() < 0.4:
                again |= {"street": None, "house": None, "flat": None}
            rows.append(again | {"entry_id": f"e{len(rows):06d}"})
            of_entry.append(person)
    return pa.Table.from_pylist(rows, schema=schemas.VOTER), np.array(of_entry)


def test_ten_entries_a_person_are_found_and_put_together():
    """Counted by entries, a person's rare name is frequent, and half of the pairs were doubted."""
    table, person = many_entries(5)
    found = link(table, profile=Profile.GENERIC)
    pairs = found.pairs.to_pylist()
    sure = [pair for pair in pairs if pair["probability"] >= 0.95]
    right = sum(
        person[int(pair["entry_l"][1:])] == person[int(pair["entry_r"][1:])]
        for pair in sure
    )
    sizes = np.bincount(person)
    every = int((sizes * (sizes - 1) // 2).sum())
    assert right == len(sure)
    assert right >= 0.97 * every
    clusters = found.clusters.to_pylist()
    persons_of = {}
    for row in clusters:
        persons_of.setdefault(row["cluster_id"], set()).add(
            int(person[int(row["entry_id"][1:])])
        )
    assert all(len(persons) == 1 for persons in persons_of.values())
    assert len(persons_of) <= 1.02 * (sizes > 1).sum()


def test_names_are_counted_once_a_person():
    """A surname of one person with ten entries is as rare as that of a person with one."""
    table = voters(
        surname=["rare"] * 4 + ["common"] * 4,
        given_name=["ali"] * 8,
        year=[1980] * 4 + [1970, 1971, 1972, 1973],
        month=[1] * 8,
        day=[2] * 8,
    )
    entries = encode(table)
    by_person = entries.by_person(np.array([0, 0, 0, 0, 4, 5, 6, 7], np.int32))
    assert by_person.whole.people == 5
    assert dict(
        zip(by_person.surname.values.to_pylist(), by_person.surname.counts, strict=True)
    ) == {"rare": 1, "common": 4}
    assert by_person.name_counts["surname"][:, 2].tolist() == [1, 4]
    # No surname is that of two people: nobody else's is expected to be one person's.
    assert by_person.surname.pseudo_count == 1 / 2
    assert entries.surname.pseudo_count == 1
    assert by_person.name_counts["given_name"].sum() == 5
    assert by_person.whole.dates.sum() == 5
    assert entries.surname.counts.tolist() == [4, 4]


@pytest.mark.parametrize("profile", list(Profile))
def test_a_list_of_few_repetitions_is_counted_by_entries(profile):
    """Where few people have two entries, nothing is looked at twice."""
    scorer = learnt(crowd(400, doubles=20), profile)
    assert not cluster.has_many_entries_a_person(scorer)


def test_a_home_in_common_takes_nothing_from_one_person():
    """Twins live together; two entries with one letter wrong in the name stay one person."""
    rows = crowd(2000, doubles=60).to_pylist()
    for row in rows[2000:]:
        row["given_skeleton"] = slipped(row["given_skeleton"])
    scorer = learnt(pa.Table.from_pylist(rows, schema=schemas.VOTER), Profile.AZ)
    levels = {one.field: np.full(7, one.same, np.uint8) for one in SHIPPED}
    levels |= {name: np.zeros(7, np.uint8) for name in ("document", "fin")}
    levels["given_name"] = np.full(
        7, SHIPPED["given_name"].levels["MISSPELT"], np.uint8
    )
    homes = weigh.of_levels(weigh.HOME)
    levels["address"] = homes.astype(np.uint8)
    vectors = Vectors(levels, np.full(7, -30.0))
    probabilities = weigh.score(vectors, scorer.model).posterior[:, 0]
    assert probabilities[0] == probabilities.max() > 0.9


@given(
    st.lists(st.tuples(st.floats(1e-6, 1), st.floats(1e-6, 1)), min_size=1, max_size=9)
)
def test_pooled_levels_keep_their_sum_and_their_order(shares):
    """The shares of levels stay shares, and what was in order stays as it was."""
    of_same, others = (np.array(column) for column in zip(*shares, strict=True))
    pooled = weigh.pool_shares(of_same, others, -1)
    ratio = pooled / others
    assert (np.diff(ratio) <= 1e-9 * ratio[:-1]).all()
    assert np.isclose(pooled.sum(), of_same.sum())
    assert np.allclose(weigh.pool_shares(pooled, others, -1), pooled)
    if (np.diff(of_same / others) < 0).all():
        assert (pooled == of_same).all()
    turned = weigh.pool_shares(of_same[::-1], others[::-1], 1)
    assert np.allclose(turned[::-1], pooled)


def test_every_comparison_is_tried():
    """A comparison without columns here would be left out of the laws."""
    assert set(PARTS) == set(SHIPPED.fields)


def test_a_clerk_exchanges_the_names_of_relatives_too():
    """Son and father of one name, and a wife and her husband, were one person by an exchange.

    So were two people of one name and two sexes.
    """
    scorer = unlearnt(some_list(1, ()), Profile.GENERIC)

    def bits(field, level, rival):
        code = SHIPPED[field].levels[level]
        return (
            scorer.model.log_m["same"][field][code]
            - scorer.model.log_m[rival][field][code]
        )

    assert bits("surname", "SWAPPED", "lineage") <= 5.5
    for rival in ("twins", "siblings", "household"):
        assert bits("given_name", "CROSSED", rival) <= 2.5
        assert bits("sex", "DIFFERS", rival) <= -6
