"""Names that changed places, lines of text and short lists.

What the comparison makes of lists that are not ours.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from examples import tries
from linkage_lists import voters
from voterlist.link import block
from voterlist.link.comparisons import SHIPPED
from voterlist.link.comparisons.base import Pairs
from voterlist.link.comparisons.fin import FinLevel
from voterlist.link.encode import encode
from voterlist.link.judge import worth_keeping
from voterlist.link.keys import field
from voterlist.link.weigh import CLASSES
from voterlist.model import Profile


def first_pair(entries, second=1):
    left, right = np.array([0], np.int32), np.array([second], np.int32)
    return SHIPPED.compare(Pairs(entries, left, right))


def word(field, vectors):
    return SHIPPED[field].words[vectors.levels[field][0]]


def level(field, **columns):
    return word(field, first_pair(encode(voters(**columns))))


@pytest.mark.parametrize(
    ("one", "two", "surname", "given_name"),
    [
        (("hasanov", "kamil"), ("kamil", "hasanov"), "swapped", "swapped"),
        (("hasanov", "kamil"), ("kamli", "hasanof"), "swapped", "swapped"),
        (("hasanov", "kamil"), ("kamil", None), "swapped", "missing"),
        ((None, "kamil"), ("kamil", "hasanov"), "missing", "crossed"),
        (("hasanov", "kamil"), ("kamil", "leyla"), "missing", "crossed"),
        (("hasanov", "kamil"), ("quliyev", "leyla"), "differs", "differs"),
        (("ali", "kim"), ("kin", "ali"), "missing", "crossed"),
        ((None, "kamil"), ("kamil", None), "missing", "missing"),
    ],
)
def test_names_that_changed_places_are_seen_through_slips_and_gaps(
    one, two, surname, given_name
):
    """Swapped.

    Each surname is the other's given name, a slip aside, or not known; crossed: only one is known
    to be.
    """
    columns = {"surname": [one[0], two[0]], "given_name": [one[1], two[1]]}
    assert (level("surname", **columns), level("given_name", **columns)) == (
        surname,
        given_name,
    )


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("AZE12345678", "AZE12345678", "same"),
        ("AZE12345678", "AZE12345679", "digit"),
        ("AZE12345678", "AZE12348765", "differs"),
        ("leyla.hasanova@post.example", "leyla.hasnova@pots.example", "similar"),
        ("leyla.hasanova@post.example", "kamil.quliyev@mail.example", "differs"),
        ("AZE12345678", None, "missing"),
    ],
)
def test_only_a_long_text_is_similar_to_another(one, two, expected):
    """Card numbers that are alike are two cards; a long text with a few slips is one text."""
    assert level("document", document=[one, two]) == expected


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("12 rose street northgate 2135", "12 rose street northgate 2135", "same"),
        ("12 rose street northgate 2135", "northgate rose street 2135 12", "same"),
        ("12 rose street northgate 2135", "12 rose stret northgate 2153", "near"),
        ("12 rose street northgate 2135", "northgate", "partly"),
        ("12 rose street northgate 2135", "77 lake avenue oldham 4060", "differs"),
        ("12 rose street northgate 2135", None, "missing"),
    ],
)
def test_lines_of_address_reach_the_level_a_person_would_give(one, two, expected):
    assert level("address", address=[one, two]) == expected


lines = st.lists(
    st.lists(st.sampled_from(["rose", "lake", "12", "77", "oldham"]), max_size=3).map(
        " ".join
    ),
    min_size=2,
)


@given(lines)
def test_two_lines_that_share_only_one_word_agree_in_its_column(addresses):
    entries = encode(voters(address=[line or None for line in addresses]))
    for one, two in itertools.combinations(range(len(addresses)), 2):
        agree = any(column[one] == column[two] >= 0 for column in entries.address_words)
        shared = set(addresses[one].split()) & set(addresses[two].split())
        assert shared or not agree
        if set(addresses[one].split()) == set(addresses[two].split()) and shared:
            assert agree


@pytest.mark.parametrize(("day", "kept"), [((4, 4), True), ((4, None), False)])
def test_namesakes_are_named_where_they_are_born_on_one_day(day, kept):
    """Of one year alone there are too many; of one day somebody may take them for one person."""
    month = [part and 3 for part in day]
    columns = {"surname": ["aliy"] * 2, "given_name": ["ali"] * 2, "year": [1980] * 2}
    found = first_pair(encode(voters(**columns, month=month, day=list(day))))
    unrelated = np.eye(len(CLASSES))[[CLASSES.index("unrelated")]]
    assert worth_keeping(found, unrelated, 0.5).tolist() == [kept]


@pytest.mark.parametrize("more", ["AA7654321", "leyla.hasanova@post.example"])
def test_documents_that_begin_alike_have_one_code(more):
    """They would not be compared, though their last digits may be slips."""
    documents = ["AZE12345678", "AZE12348765", "AZA1234567", None, more]
    codes = field(encode(voters(document=documents)), "document_start").tolist()
    assert codes[0] == codes[1] != codes[2]
    assert (codes[2] >= 0, codes[3]) == (True, -1)


IDENTIFIERS = st.lists(st.text("AB1", min_size=1, max_size=5), min_size=2, max_size=6)


@tries(50)
@example(["5ABC123", "5ACB123", "5ABC12", "5ABC1234", "15ABC23", "5BACD123"])
@given(IDENTIFIERS)
def test_identifiers_are_a_slip_apart_as_their_texts_are(identifiers):
    """A slip in a FIN would speak against one person as another FIN does."""
    left, right = np.triu_indices(len(identifiers), 1)
    pairs = Pairs(
        encode(voters(fin=identifiers)), left.astype(np.int32), right.astype(np.int32)
    )
    distances = [
        OSA.distance(identifiers[one], identifiers[other])
        for one, other in zip(left, right, strict=True)
    ]
    is_slip = SHIPPED.compare(pairs).levels["fin"] == FinLevel.DIGIT
    assert is_slip.tolist() == [distance == 1 for distance in distances]


NAMES = st.sampled_from([None, "ali", "kamil", "vali"])


@given(st.lists(st.tuples(NAMES, NAMES), min_size=2, max_size=8))
def test_names_that_changed_places_have_one_code(names):
    """They would not be compared; and nothing that is not known may bring two together."""
    columns = {
        "surname": [one for one, _ in names],
        "given_name": [two for _, two in names],
    }
    codes = field(encode(voters(**columns)), "names")
    for (one, name), (other, another) in itertools.combinations(
        zip(codes, names, strict=True), 2
    ):
        is_alike = None not in name and sorted(map(str, name)) == sorted(
            map(str, another)
        )
        assert (one == other >= 0) == is_alike
    assert [code < 0 for code in codes] == [None in name for name in names]


def test_a_short_list_of_the_generic_profile_is_compared_whole():
    entries = encode(voters(surname=["a", None, "c", "d"]))
    (whole,) = block.build_all(entries, Profile.GENERIC, 4)
    assert whole.forecast.pairs == 6
    assert len(block.build_all(entries, Profile.GENERIC, 3)) > 1
