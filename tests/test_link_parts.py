"""Blocking, comparison, weights, clusters.

The parts of linkage, each against an obvious slow version.
"""

from __future__ import annotations

import itertools
from dataclasses import asdict

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from examples import tries
from linkage_lists import crowd, voters
from voterlist.config.sections import LinkSettings
from voterlist.link import block, candidates, ranges, weigh
from voterlist.link.cases import Judged, cases
from voterlist.link.cluster import clusters
from voterlist.link.comparisons import SHIPPED
from voterlist.link.comparisons.base import Pairs
from voterlist.link.comparisons.vectors import Vectors
from voterlist.link.encode import encode
from voterlist.link.fit import Loss, estimate
from voterlist.link.grid import on_grid, steady_count, steady_size
from voterlist.link.judge import Scorer, judge, kinds
from voterlist.link.keys import Key, keys
from voterlist.model import ListKind, PairKind, Profile
from voterlist.persons import case_id
from voterlist.persons.chance import FEMALE, MALE

small_lists = st.lists(
    st.tuples(
        st.sampled_from([None, "mamadov", "aliyev", "huseynov"]),
        st.sampled_from([None, "ali", "vali", "leyla"]),
        st.sampled_from([None, 1980, 1981]),
        st.sampled_from([None, 1, 2]),
    ),
    max_size=14,
)


def listed(rows):
    surname, name, year, month = zip(*rows, strict=True) if rows else ([], [], [], [])
    return encode(
        voters(
            surname=list(surname),
            given_name=list(name),
            year=list(year),
            month=list(month),
            day=list(month),
        )
    )


def agreeing_pairs(rows, places):
    return {
        (i, j)
        for (i, one), (j, two) in itertools.combinations(enumerate(rows), 2)
        if all(one[place] is not None and one[place] == two[place] for place in places)
    }


def made_by(blocks, size, most):
    """The pairs of each range of about so many."""
    keys = [ranges.partners(key) for key in blocks]
    return [ranges.pairs_of(keys, part) for part in ranges.cut(keys, size, most)]


def pairs_made(blocks, chunk):
    return sorted(
        pair
        for left, right in made_by([blocks], blocks.size, chunk)
        for pair in zip(left.tolist(), right.tolist(), strict=True)
    )


@given(small_lists, st.integers(1, 7))
def test_blocks_hold_exactly_the_pairs_that_agree(rows, chunk):
    blocks = block.build(listed(rows), Key("k", ("stem", "year")), limit=100)
    assert pairs_made(blocks, chunk) == sorted(agreeing_pairs(rows, (0, 2)))


@example(
    rows=[("aliyev", None, None, month) for month in (1, 2, 2, 1, 2)],
    groups=[0, 0, 1, 1, -1],
    partial_dates=True,
    limit=3,
)
@example(
    rows=[("aliyev", None, None, month) for month in (1, 2, 2, 2)],
    groups=[0, -1, 0, 0],
    partial_dates=True,
    limit=3,
)
@given(
    small_lists,
    st.none() | st.lists(st.integers(-1, 2)),
    st.booleans(),
    st.integers(1, 5),
)
def test_pairs_that_count_are_made_and_forecast_or_counted_as_cut(
    rows, groups, partial_dates, limit
):
    """A pair would be lost unseen, or one of one group be made, or be gone through for nothing."""
    if groups is not None:
        groups = np.array([*groups, *range(3), *[0] * 14][: len(rows)], np.int32)
    # In these lists a date is known in full, and no first of January, where the month is 2.
    expected = sorted(
        (one, two)
        for one, two in agreeing_pairs(rows, (0,))
        if (groups is None or groups[one] < 0 or groups[one] != groups[two])
        and not (partial_dates and rows[one][3] == rows[two][3] == 2)
    )
    key = Key("k", ("stem",), ("given_name", "year"), partial_dates=partial_dates)
    for most in (100, limit):
        found = block.build(listed(rows), key, most, groups)
        made = pairs_made(found, chunk=5)
        assert set(made) <= set(expected)
        assert len(made) == found.forecast.pairs == ranges.partners(found).pairs
        assert len(made) + found.forecast.not_compared == len(expected)
        assert found.forecast.largest <= most
        assert most < 100 or made == expected


@pytest.mark.parametrize("places", list(itertools.permutations(range(3))))
def test_entries_without_a_surname_stay_in_the_block_that_is_split(places):
    """Their initials are unknown: entries of another name would come into their block."""
    names = [("ali", None), ("leyla", None), ("vali", None)]
    rows = [
        (surname, given_name, 1980, None)
        for place in places
        for given_name, surname in (names[place], names[place], (names[place][0], "a"))
    ]
    key = Key("k", ("given_name", "year"), ("initials",))
    blocks = block.build(listed(rows), key, limit=2)
    assert pairs_made(blocks, chunk=5) == [(0, 1), (3, 4), (6, 7)]


@tries(50)
@example([("aliyev", None, 1980, 1), ("mamadov", None, 1980, 1)])
@given(small_lists)
def test_a_pair_is_put_down_to_the_keys_on_which_it_agrees(rows):
    """A pair would seem to be found by one FIN, where neither entry has any."""
    entries = listed(rows)
    places = {("stem", "year"): (0, 2), ("given_name",): (1,)}
    fields = [*places, ("fin",)]
    agreeing = [agreeing_pairs(rows, of) for of in places.values()] + [set()]
    blocks = [block.build(entries, Key("k", names), 100) for names in fields]
    left, right = (side.astype(np.int32) for side in np.triu_indices(len(rows), 1))
    bits = candidates.match_keys(blocks, left, right)
    for number, expected in enumerate(agreeing):
        found = np.flatnonzero(bits >> number & 1)
        pairs = zip(left[found].tolist(), right[found].tolist(), strict=True)
        assert set(pairs) == expected


@given(small_lists)
def test_each_candidate_pair_is_compared_once(rows):
    """A pair that several keys bring together stands once among the candidates."""
    entries = listed(rows)
    blocks = [
        block.build(entries, key, 100) for key in keys(Profile.GENERIC, 1000, 100)
    ]
    found = candidates.find(entries, blocks, 3, lambda *_: None)
    left, right, _ = found.whole()
    pairs = list(zip(left.tolist(), right.tolist(), strict=True))
    assert len(pairs) == len(set(pairs))
    assert agreeing_pairs(rows, (0, 1)) <= set(pairs)
    assert found.vectors.counts.sum() == len(pairs)


def first_pair(entries, second=1):
    left, right = np.array([0], np.int32), np.array([second], np.int32)
    return SHIPPED.compare(Pairs(entries, left, right))


def word(field, vectors):
    return SHIPPED[field].words[vectors.levels[field][0]]


def level(field, **columns):
    return word(field, first_pair(encode(voters(**columns))))


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ((1980, 5, 12), (1980, 5, 12), "same"),
        ((1980, 5, 12), (1980, 12, 5), "swapped"),
        ((1980, 5, 12), (1980, 5, 13), "digit"),
        ((1980, 5, 12), (1980, 5, 21), "digit"),
        ((1980, 5, 12), (1908, 5, 12), "digit"),
        ((1960, 6, 27), (1060, 6, 27), "digit"),
        ((1651, 6, 27), (1651, 6, 27), "same"),
        ((9999, 12, 31), (9999, 12, 31), "same"),
        ((1980, 5, 12), (1980, 7, 29), "same-year"),
        ((1980, 5, 12), (1980, 5, 29), "part"),
        ((1980, 5, 12), (1980, None, None), "year"),
        ((1980, 5, 12), (1981, None, None), "differs"),
        ((1980, 5, 12), (1969, 7, 29), "differs"),
        ((1980, 5, 12), (1965, 7, 29), "generation"),
        ((1980, None, None), (1995, 7, 29), "generation"),
        ((1980, None, None), (1994, None, None), "differs"),
        ((1980, 5, 12), (1950, 5, 12), "digit"),
        ((1980, 5, 12), (None, None, None), "missing"),
        ((None, None, None), (None, None, None), "missing"),
    ],
)
def test_birth_dates_reach_the_level_a_person_would_give(one, two, expected):
    """Each way in which two dates relate has its level."""
    year, month, day = zip(one, two, strict=True)
    assert (
        level("birth_date", year=list(year), month=list(month), day=list(day))
        == expected
    )


@example((1980, 5, 12), (1981, 12, 5))
@given(
    *[
        st.tuples(st.integers(1980, 1982), st.integers(1, 12), st.integers(1, 12))
        for _ in "12"
    ]
)
def test_day_and_month_are_swapped_within_one_year_only(one, two):
    """3 April of one year and 4 March of another would count as one date."""
    year, month, day = zip(one, two, strict=True)
    swapped = one != two and one == (two[0], two[2], two[1])
    assert (
        level("birth_date", year=list(year), month=list(month), day=list(day))
        == "swapped"
    ) == swapped


@given(
    st.sampled_from(["nizami", "fuzuli"]),
    st.sampled_from(["5", "7", None]),
    st.sampled_from(["1", None]),
)
def test_a_street_of_another_constituency_is_another_street(street, house, flat):
    """Every town has a Nizami street.

    Two people of one name in two towns would seem to be of one home.
    """
    homes = {"street": ["nizami", street], "house": ["5", house], "flat": ["1", flat]}

    def address(*constituencies):
        return level(
            "address", **homes, constituency=pa.array(constituencies, pa.int32())
        )

    assert address(1, 2) == "differs"
    # Where one of the two constituencies is not known, nothing speaks against one street.
    assert (address(None, None) == "differs") == (street != "nizami")
    assert address(1, None) == address(None, 2) == address(None, None)
    if street == "nizami":
        assert address(1, 1) == address(None, None)


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("huseyn", "huseyn", "same"),
        ("h", "huseyn", "initial"),
        ("huseyn", "husein", "misspelt"),
        # Whether a k is a k or a q is known of known names alone.
        ("akif", "aqf", "misspelt"),
        ("akif", "aqif", "misspelt"),
        ("k", "qamli", "initial"),
        ("huseyn", "hasan", "differs"),
        ("huseyn", None, "missing"),
        (None, None, "missing"),
    ],
)
def test_given_names_reach_the_level_a_person_would_give(one, two, expected):
    """Same, an initial, a rare spelling one edit away, another name, and missing are told apart."""
    assert level("given_name", given_name=[one, two]) == expected


def test_two_names_in_use_are_not_taken_for_a_misspelling():
    """One edit between two common names is a look-alike, not an error: Samir is not Samira."""
    names = ["samir", "samira"] * 50
    assert level("given_name", given_name=names) == "look-alike"


@pytest.mark.parametrize(
    ("one", "two", "times", "expected"),
    [
        ("vuqar", "vur", (20, 1), "misspelt-twice"),
        ("farqana", "farqa", (20, 1), "misspelt-twice"),
        ("zamir", "zahid", (20, 20), "differs"),
        ("zamir", "zahid", (7, 1), "differs"),
        ("farqana", "farqa", (7, 1), "similar"),
        ("lala", "la", (20, 1), "differs"),
    ],
)
def test_two_slips_in_a_short_name_are_seen_where_it_is_nobodys(
    one, two, times, expected
):
    """Else a voter whose name was garbled would be the twin of this voter, or two would be one."""
    first, second = times
    names = [one, two, *[one] * (first - 1), *[two] * (second - 1)]
    assert level("given_name", given_name=names) == expected


@pytest.mark.parametrize("field", ["surname", "given_name"])
@pytest.mark.parametrize(
    ("two", "times", "day", "expected"),
    [
        ("heorge", 1, None, "misspelt-twice"),
        ("heorge", 20, None, "differs"),
        ("heorge", 20, 5, "similar"),
        ("hector", 1, 5, "differs"),
    ],
)
def test_two_rare_spellings_may_be_slips_of_a_name_between_them(
    field, two, times, day, expected
):
    """Of a list in which every name is misspelt short names two edits apart told two people.

    And of one day of birth a garbled name told twins.
    """
    names = ["gerge", two, *[two] * (times - 1)]
    born = {"birth_year": [1980] * len(names)}
    born |= {part: [day] * len(names) for part in ("birth_month", "birth_day")}
    entries = encode(voters(**{field: names}, **born), profile=Profile.GENERIC)
    assert word(field, first_pair(entries)) == expected


@pytest.mark.parametrize(
    ("field", "times", "day", "expected"),
    [
        ("given_name", (20, 1), 5, "similar"),
        ("given_name", (1, 1), None, "similar"),
        ("given_name", (20, 1), None, "differs"),
        ("given_name", (20, 20), 5, "differs"),
        ("surname", (20, 1), 5, "differs"),
    ],
)
def test_a_given_name_with_most_of_its_letters_is_rather_garbled_than_a_twins(
    field, times, day, expected
):
    """Three slips in one name told twins, however rare the spelling was."""
    first, second = times
    names = ["margaret", "mrgater"]
    names += ["margaret"] * (first - 1) + ["mrgater"] * (second - 1)
    born = {part: [day] * len(names) for part in ("birth_month", "birth_day")}
    born["birth_year"] = [1980] * len(names)
    entries = encode(voters(**{field: names}, **born), profile=Profile.GENERIC)
    assert word(field, first_pair(entries)) == expected


def test_what_two_given_names_share_in_one_cell_makes_no_slip_of_them():
    """Brother and sister with their father's name behind their own were one garbled name."""
    names = ["omarabdulkarim", "fatimaabdulkarim"]
    entries = encode(voters(given_name=names), profile=Profile.GENERIC)
    assert word("given_name", first_pair(entries)) == "differs"


def test_surname_and_given_name_in_each_others_place_are_seen():
    """A clerk who wrote the two names in the wrong columns gives "swapped" on both."""
    columns = {"surname": ["hasanov", "kamil"], "given_name": ["kamil", "hasanov"]}
    assert level("surname", **columns) == level("given_name", **columns) == "swapped"


@given(small_lists.filter(lambda rows: len(rows) >= 2))
def test_missing_is_neither_same_nor_different(rows):
    entries = listed(rows)
    left, right = (side.astype(np.int32) for side in np.triu_indices(len(rows), 1))
    compared = SHIPPED.compare(Pairs(entries, left, right))
    for field, place in (("surname", 0), ("given_name", 1), ("birth_date", 2)):
        missing = [
            rows[i][place] is None or rows[j][place] is None
            for i, j in zip(left, right, strict=True)
        ]
        assert ((compared.levels[field] == 0) == np.array(missing)).all()
    nothing = np.all([levels == 0 for levels in compared.levels.values()], axis=0)
    assert (compared.term_frequency[nothing] == 0).all()


@given(st.data())
def test_a_packed_pattern_gives_its_levels_back(data):
    """Packing and unpacking keep every level, and the term frequency to within one bin."""
    levels = {
        one.field: np.array([data.draw(st.integers(0, len(one.levels) - 1))], np.uint8)
        for one in SHIPPED
    }
    term_frequency = np.array([-data.draw(st.floats(0, 120))])
    back = SHIPPED.unpack(SHIPPED.pack(Vectors(levels, term_frequency)))
    assert {name: back.levels[name].tolist() for name in levels} == {
        name: levels[name].tolist() for name in levels
    }
    assert abs(back.term_frequency[0] - term_frequency[0]) <= 2


def test_probabilities_of_the_classes_sum_to_one():
    """Every pair is exactly one of.

    Same person, twins, siblings, one household, one lineage, strangers.
    """
    entries = encode(crowd(400, doubles=20))
    blocks = [block.build(entries, key, 100) for key in keys(Profile.AZ, 1000, 100)]
    found = candidates.find(entries, blocks, 1000, lambda *_: None)
    model = weigh.learn(entries, found.vectors, Profile.AZ, sample=weigh.Sample(10_000))
    scored = weigh.score(SHIPPED.compare(Pairs(entries, *found.whole()[:2])), model)
    assert np.allclose(scored.posterior.sum(axis=1), 1)


@pytest.mark.parametrize("size", [2, 3, 50])
def test_the_levels_of_unrelated_people_have_shares_that_sum_to_one(size):
    """A short list would say nothing of unrelated people, and a pair of it weigh otherwise."""
    entries = encode(crowd(size))
    model = weigh.learn(entries, weigh.count([]), Profile.AZ, sample=weigh.Sample(1000))
    for field in ("sex", "address"):
        shares = np.exp2(model.log_m["unrelated"][field][1:])
        assert shares.sum() == pytest.approx(1)


def test_every_pair_from_the_least_probability_on_is_listed():
    """A pair would be missed whose probability, told from its vector alone, is somewhat less."""
    table = crowd(60, doubles=5)
    entries, ids = encode(table), table.column("entry_id").combine_chunks()
    blocks = block.build_all(entries, Profile.GENERIC, 100)
    found = candidates.find(entries, blocks, 1000, lambda *_: None)
    sample = weigh.Sample(1000)
    model = weigh.learn(entries, found.vectors, Profile.GENERIC, sample=sample)
    scorer = Scorer(entries, SHIPPED, model)

    def probabilities(least):
        chosen = LinkSettings(kept_probability=least)
        judged, _, _ = judge(scorer, ids, blocks, found, np.zeros(0, np.int64), chosen)
        return judged.posterior[:, 0]

    every = probabilities(0.0)
    for least in np.sort(every[every < 0.01])[-40::2]:
        those = probabilities(least)
        assert (those >= least).sum() == (every >= least).sum()


def kind_of(**levels):
    """What a pair is called that is probably one person, in one precinct, with these levels.

    The others are missing.
    """
    same = voters(surname=["a", "b"], precinct=pa.array([1, 1], pa.int32()))
    numbers = {
        one.field: one.words.index(levels.get(one.field, "missing")) for one in SHIPPED
    }
    vectors = Vectors(
        {field: np.array([number], np.uint8) for field, number in numbers.items()},
        np.zeros(1),
    )
    surely_same = np.eye(len(weigh.CLASSES))[:1]
    pairs = Pairs(encode(same), np.array([0], np.int32), np.array([1], np.int32))
    kind = kinds(pairs, vectors, surely_same, LinkSettings())
    return list(PairKind)[kind[0]]


@pytest.mark.parametrize(
    "surname", ["ending", "similar", "differs", "may-have-changed", "misspelt-twice"]
)
@pytest.mark.parametrize(
    ("birth_date", "expected"),
    [
        ("same", PairKind.NAME_CHANGE),
        ("year", PairKind.NAME_CHANGE),
        ("missing", PairKind.SAME_PRECINCT),
        ("differs", PairKind.SAME_PRECINCT),
    ],
)
def test_a_surname_has_changed_only_where_the_birth_date_agrees(
    surname, birth_date, expected
):
    """A missing birth date says nothing.

    Without it a person is told of a changed name that nothing shows.
    """
    assert (
        kind_of(
            surname=surname, given_name="same", patronymic="same", birth_date=birth_date
        )
        == expected
    )


@pytest.mark.parametrize("field", ["given_name", "patronymic"])
def test_a_surname_has_changed_only_where_the_other_names_agree(field):
    """Nor does a missing name agree."""
    agreeing = {"given_name": "same", "patronymic": "same", "birth_date": "same"} | {
        field: "missing"
    }
    assert kind_of(surname="differs", **agreeing) == PairKind.SAME_PRECINCT


@pytest.mark.parametrize("one", list(ListKind))
@pytest.mark.parametrize("other", list(ListKind))
def test_a_pair_of_a_temporary_list_has_its_other_entry_on_the_permanent_list(
    one, other
):
    """Who stands twice on a temporary list would be told to have come from the permanent one."""
    table = voters(surname=["a", "b"], list_kind=[one, other])
    pairs = Pairs(encode(table), np.array([0], np.int32), np.array([1], np.int32))
    surely_same = np.eye(len(weigh.CLASSES))[:1]
    kind = kinds(pairs, SHIPPED.compare(pairs), surely_same, LinkSettings())
    is_temporary = list(PairKind)[kind[0]] == PairKind.TEMPORARY
    assert is_temporary == (one != other)


def bits(men, women, other_men=0, other_women=0):
    """log2 of the term frequency of the first two entries' surname, in a list of these sexes.

    The first is a man called mamadov; the second another one or, where there are women, a woman
    called mamadova.
    """
    surnames = ["mamadov"] * men + ["mamadova"] * women
    others = [f"x{number}" for number in range(other_men + other_women)]
    sexes = ["m"] * men + ["f"] * women + ["m"] * other_men + ["f"] * other_women
    table = voters(
        surname=surnames + others, stem=["mamad"] * len(surnames) + others, sex=sexes
    )
    second = men if women else 1
    entries = encode(table)
    vectors = first_pair(entries, second)
    assert word("surname", vectors) == ("ending" if women else "same")
    pairs = Pairs(entries, np.array([0], np.int32), np.array([second], np.int32))
    shares = SHIPPED["surname"].shared_value_shares(pairs, vectors.levels["surname"])
    exact = sum(share[0] for where, share in shares if len(where))
    # What a pair is said to have is on the grid.
    assert vectors.term_frequency[0] == on_grid(exact)
    return exact


@pytest.mark.parametrize("men", [2, 3, 10])
def test_a_surname_is_as_frequent_as_among_all_others(men):
    """The pair itself would count: a rare surname would seem frequent by it.

    One imagined entry is added, and the list is thought to know a thousand surnames (docs/link.md).
    """
    assert bits(men, 0, other_men=20) == pytest.approx(
        np.log2(steady_count(men - 2 + 1) / steady_size(men + 20 + 1000))
    )


@pytest.mark.parametrize("women", [1, 2, 9])
def test_another_ending_is_as_frequent_as_among_all_others_of_the_second_sex(women):
    """The woman of the pair would count, or men would be counted in the place of women."""
    counted, size = steady_count(women - 1 + 0.2), steady_size(women + 30 + 1000)
    expected = np.log2(counted / size)
    assert bits(4, women, other_men=20, other_women=30) == pytest.approx(expected)


@tries(30)
@given(st.integers(2, 6), st.integers(1, 6), st.integers(0, 30), st.integers(0, 30))
def test_only_people_of_the_second_sex_tell_how_frequent_an_ending_is(
    men, women, other_men, other_women
):
    """More men in the list would make the surname of a woman more or less rare."""
    found = bits(men, women, other_men, other_women)
    # Among at most a thousand surnames the number of different ones does not count.
    assert (
        found
        == bits(men + 1, women, other_men, other_women)
        == bits(men, women, other_men + 7, other_women)
    )
    assert (
        bits(men, women + 1, other_men, other_women)
        > found
        # So many that the rounded size of the list is another one.
        > bits(men, women, other_men, other_women + 40)
    )


@pytest.mark.parametrize("part", [2, 4, 64])
def test_fewer_pairs_that_count_change_no_probability_where_nothing_was_learnt(part):
    """Held against a list, one person's pairs would be thought as many as in both lists.

    The odds are those of the whole list, since pairs of one person and of strangers become fewer
    alike.
    """
    entries = encode(crowd(200))
    nothing = weigh.count([])
    whole, held = (
        weigh.learn(
            entries,
            nothing,
            Profile.AZ,
            pairs=200 * 199 // 2 // of,
            sample=weigh.Sample(1000),
        )
        for of in (1, part)
    )
    left, right = (side.astype(np.int32) for side in np.triu_indices(60, 1))
    compared = SHIPPED.compare(Pairs(entries, left, right))
    one, other = (weigh.score(compared, model).posterior for model in (whole, held))
    assert np.allclose(one, other, rtol=0.01)


SEEN = st.lists(st.tuples(st.floats(0, 1), st.integers(1, 9)), min_size=1, max_size=6)


@example([(0.96, 9), (0.5, 4)])
@given(SEEN)
def test_an_estimate_is_that_of_the_pairs_counted_one_by_one(seen):
    """A vector that nine pairs show would be as uncertain as that of one pair."""
    same, counts = np.array([one for one, _ in seen]), np.array([n for _, n in seen])

    def estimated(same, counts):
        return estimate(same, counts, 0.95, Loss(0.02, 0.01, 0.03))

    together = estimated(same, counts)
    apart = estimated(np.repeat(same, counts), np.ones(counts.sum(), np.int64))
    assert (together is None) == (apart is None) == (same.max() < 0.95)
    if together is not None:
        assert asdict(together) == pytest.approx(asdict(apart))
        for name in ("precision", "recall", "blocking_loss"):
            low, share, high = (
                getattr(together, f"{name}{end}") for end in ("_low", "", "_high")
            )
            assert 0 <= low <= share <= high <= 1


BORN = st.lists(
    st.tuples(
        st.sampled_from([None, "ali", "vali"]),
        st.sampled_from([None, "hasan", "kamil"]),
        st.sampled_from([None, 1950, 1955, 1990]),
    ),
    min_size=2,
    max_size=12,
)


@tries(50)
@example([("ali", None, year) for year in (1950, 1990, 1990)])
@given(BORN)
def test_names_are_as_frequent_whichever_entry_stands_first(people):
    """The name of a young person would be as rare as among the old, or the other way round."""
    names, fathers, years = map(list, zip(*people, strict=True))
    entries = encode(voters(given_name=names, patronymic=fathers, year=years))
    left, right = (side.astype(np.int32) for side in np.triu_indices(len(people), 1))
    pairs = Pairs(entries, left, right)
    one, other = (SHIPPED.compare(of).term_frequency for of in (pairs, pairs.turned()))
    assert np.allclose(one, other)


SEX = st.sampled_from([None, "m", "f"])


@given(st.lists(st.tuples(SEX, SEX, SEX), max_size=6))
def test_the_sex_that_is_stated_counts_before_what_the_names_witness(people):
    """A man with a woman's given name would be taken for a woman."""
    columns = ("sex", "patronymic_sex", "given_sex")
    values = [[person[place] for person in people] for place in range(len(columns))]
    first = [next((sex for sex in person if sex), None) for person in people]
    meaning = {"m": MALE, "f": FEMALE, None: -1}
    found = encode(voters(**dict(zip(columns, values, strict=True)))).sex
    assert found.tolist() == [meaning[sex] for sex in first]


def judged_pairs(edges):
    """Pairs by hand.

    (left, right, weight, P(same)) each; whoever is not the same person is a stranger.
    """
    left, right, weight, same = (np.array(side) for side in zip(*edges, strict=True))
    posterior = np.zeros((len(edges), len(weigh.CLASSES)))
    posterior[:, 0], posterior[:, -1] = same, 1 - same
    kind = np.full(len(edges), list(PairKind).index(PairKind.SAME_PRECINCT), np.int32)
    return Judged(
        left.astype(np.int32),
        right.astype(np.int32),
        weight.astype(float),
        posterior,
        kind,
        kind,
    )


def cases_of(size, edges, cluster, closed=()):
    """The CASE rows of pairs by hand, by entry: e000000 is the entry 0."""
    table = voters(surname=["mamadov"] * size)
    ids = table.column("entry_id").combine_chunks()
    made = cases(
        encode(table),
        ids,
        judged_pairs(edges),
        np.array(cluster, np.int32),
        review=0.2,
        closed=closed,
    )
    return {int(row["entry_id"][1:]): row for row in made.to_pylist()}


ORDERS = [
    dict(zip(range(5), order, strict=True))
    for order in ((0, 1, 2, 3, 4), (2, 3, 0, 1, 4), (4, 3, 2, 1, 0))
]


@pytest.mark.parametrize("place", ORDERS)
def test_an_entry_that_two_clusters_claim_is_asked_about_with_the_heavier(place):
    """A third entry would be shown beside the people it is less like."""
    edges = [(0, 1, 30.0, 0.99), (2, 3, 30.0, 0.99), (0, 4, 5.0, 0.5), (2, 4, 8.0, 0.5)]
    ordered = [(*sorted((place[one], place[two])), *rest) for one, two, *rest in edges]
    cluster = [-1] * 5
    for pair in ((0, 1), (2, 3)):
        for entry in pair:
            cluster[place[entry]] = min(place[entry] for entry in pair)
    found = cases_of(5, ordered, cluster)
    assert found[place[4]]["role"] == "question"
    assert (
        found[place[4]]["case_id"]
        == found[place[2]]["case_id"]
        != found[place[0]]["case_id"]
    )


ENTRIES_OF_ONE = st.lists(
    st.fixed_dictionaries(
        {
            "list_kind": st.sampled_from(ListKind),
            "fin": st.sampled_from([None, "5ABC123"]),
            "given_name": st.sampled_from([None, "ali"]),
            "document": st.sampled_from([None, "AA1234567"]),
        }
    ),
    min_size=2,
    max_size=5,
)


@tries(50)
@example(
    [{"list_kind": ListKind.PERMANENT, "given_name": given} for given in (None, "ali")]
)
@given(ENTRIES_OF_ONE)
def test_the_entry_to_keep_is_permanent_then_has_a_fin_then_says_most(entries):
    """The entry that says least of a person would stay, and the others be marked."""

    def rank(place):
        entry = entries[place]
        is_temporary = entry["list_kind"] == ListKind.TEMPORARY
        said = sum(entry.get(name) is not None for name in ("given_name", "document"))
        return (is_temporary, entry.get("fin") is None, -said, place)

    size = len(entries)
    names = ("list_kind", "fin", "given_name", "document")
    table = voters(**{name: [entry.get(name) for entry in entries] for name in names})
    made = cases(
        encode(table),
        table.column("entry_id").combine_chunks(),
        judged_pairs([(0, other, 30.0, 0.99) for other in range(1, size)]),
        np.zeros(size, np.int32),
        review=0.2,
    )
    kept = [row["entry_id"] for row in made.to_pylist() if row["role"] == "keep"]
    assert kept == [f"e{min(range(size), key=rank):06d}"]


SOME_PAIRS = st.lists(
    st.tuples(
        st.sampled_from(list(itertools.combinations(range(5), 2))),
        st.sampled_from([0.01, 0.5]),
    ),
    unique_by=lambda pair: pair[0],
)


@tries(50)
@example([((1, 2), 0.01)])
@example([((2, 3), 0.5)])
@given(SOME_PAIRS)
def test_only_a_doubtful_pair_brings_an_entry_into_a_case(pairs):
    """A person would be asked about whom nothing ties to the others, or one be left out."""
    ties = [(pair, same) for pair, same in pairs if pair != (0, 1)]
    edges = [(0, 1, 30.0, 0.99), *((*pair, 100 * same, same) for pair, same in ties)]
    asked = {entry for pair, same in ties if same > 0.2 for entry in pair}
    assert cases_of(5, edges, [0, 0, -1, -1, -1]).keys() == {0, 1} | asked


@pytest.mark.parametrize("is_closed", [False, True])
@given(data=st.data())
def test_a_case_is_as_sure_as_its_most_doubtful_entry(is_closed, data):
    """A case of three, one of them hardly alike, would be as sure as its best pair.

    Its weight is the lowest, over its entries, of the heaviest pair that ties the entry to another
    one.
    """
    pairs = list(itertools.combinations(range(4), 2))
    chain = {(0, 1), (1, 2), (2, 3)}
    there = sorted(chain | set(data.draw(st.lists(st.sampled_from(pairs)))))
    weights = data.draw(st.permutations(range(1, len(there) + 1)))
    edges = [
        (*pair, float(weight), 0.1 if is_closed else 0.9)
        for pair, weight in zip(there, weights, strict=True)
    ]
    heaviest = [
        max(weight for *pair, weight, _ in edges if entry in pair) for entry in range(4)
    ]
    if is_closed:
        every = [f"e{entry:06d}" for entry in range(4)]
        found = cases_of(
            4, edges, [-1] * 4, closed=[(case_id(every), np.arange(4, dtype=np.int32))]
        )
    else:
        found = cases_of(4, edges, [0] * 4)
    assert {row["weight"] for row in found.values()} == {min(heaviest)}
    assert len(found) == 4


def cluster_of(size, edges, against, probability=0.0, *, outvoted=False):
    left, right, weight = (
        (np.array(side) for side in zip(*edges, strict=True)) if edges else ([], [], [])
    )
    no = {frozenset(pair) for pair in against}

    def judge(one, two):
        return np.array(
            [
                probability if frozenset(pair) in no else 0.9
                for pair in zip(one.tolist(), two.tolist(), strict=True)
            ]
        )

    return clusters(
        size,
        np.array(left, np.int32),
        np.array(right, np.int32),
        np.array(weight, np.float64),
        judge,
        outvoted=outvoted,
    ).tolist()


def test_where_people_have_many_entries_one_pair_against_is_outvoted_by_three():
    """Of ten entries of one person two may have nothing in common; the others tie them together."""
    halves = [(0, 1, 20.0), (2, 3, 19.0)]
    across = [(0, 2, 9.0), (0, 3, 8.0), (1, 2, 7.0)]
    edges, against = [*halves, *across], [(1, 3)]
    assert cluster_of(4, edges, against) == [0, 0, 2, 2]
    assert cluster_of(4, edges, against, outvoted=True) == [0, 0, 0, 0]
    assert cluster_of(4, edges[:-1], against, outvoted=True) == [0, 0, 2, 2]
    chain = [(0, 1, 20.0), (1, 2, 10.0)]
    assert cluster_of(3, chain, [(0, 2)], outvoted=True) == [0, 0, -1]


def test_a_chain_whose_ends_are_two_people_is_cut_at_its_weaker_link():
    """Evidence against outweighs a chain: the heavier pair stands, the third entry stays out."""
    assert cluster_of(4, [(0, 1, 20.0), (1, 2, 10.0)], against=[(0, 2)]) == [
        0,
        0,
        -1,
        -1,
    ]


@pytest.mark.parametrize(
    ("probability", "expected"),
    [(0.0095, [0, 0, -1]), (0.01, [0, 0, -1]), (0.0105, [0] * 3)],
)
def test_a_pair_speaks_against_one_cluster_up_to_one_in_a_hundred(
    probability, expected
):
    """The limit that the documentation states would be another one."""
    chain = [(0, 1, 20.0), (1, 2, 10.0)]
    assert cluster_of(3, chain, [(0, 2)], probability) == expected


def test_a_chain_without_evidence_against_is_one_cluster():
    """Three entries of one person, two of which were never compared, are one cluster."""
    assert cluster_of(3, [(0, 1, 20.0), (1, 2, 10.0)], against=[]) == [0, 0, 0]


@given(st.data())
def test_no_cluster_holds_a_pair_that_speaks_against_it(data):
    pairs = list(itertools.combinations(range(6), 2))
    edges = data.draw(st.lists(st.sampled_from(pairs), unique=True))
    against = set(data.draw(st.lists(st.sampled_from(pairs), unique=True))) - set(edges)
    weights = data.draw(st.permutations(range(len(edges))))
    found = cluster_of(
        6, [(*edge, float(w)) for edge, w in zip(edges, weights, strict=True)], against
    )
    assert not [pair for pair in against if found[pair[0]] == found[pair[1]] >= 0]


def test_a_pair_drawn_often_is_compared_once_and_counts_as_often():
    """A list of few entries has few pairs.

    Counted once each, they would tell other shares than the draws do.
    """
    entries, draws = encode(crowd(40)), 20_000
    drawn = weigh.Sample(draws).drawn(entries, SHIPPED)
    assert len(drawn.left) == len(drawn.times) == 40 * 39 // 2
    assert draws * 0.9 < drawn.times.sum() < draws
    left, right = (np.repeat(side, drawn.times) for side in (drawn.left, drawn.right))
    each = SHIPPED.compare(Pairs(entries, left, right)).levels
    for comparison in SHIPPED:
        sampled = each[comparison.field][comparison.sampled(each)]
        counts = np.bincount(sampled, minlength=len(comparison.levels))
        assert drawn.counts(comparison).tolist() == counts.tolist()
    assert any(np.ptp(drawn.counts(comparison)) for comparison in SHIPPED)
