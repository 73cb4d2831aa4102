"""Operations on whole columns of bytes and numbers, each against a slow and obvious version."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from normalizing import entries
from voterlist import tables
from voterlist.arrays import exp2, pack_known, pack_pairs, runs, unpack_pairs
from voterlist.link import link
from voterlist.link.identifiers import identifiers
from voterlist.model import Profile
from voterlist.normalize.identifiers import read_document, read_fin
from voterlist.normalize.names import is_placeholder
from voterlist.normalize.stage import normalize

texts = st.lists(st.none() | st.text(max_size=9), max_size=12)
plain = st.text("0123456789ABCXYZ", min_size=1, max_size=11)
codes = st.integers(-2, 5) | st.integers(0, 2**62)


@given(texts, st.integers(1, 12), st.integers(0, 3))
@example(["a", None, "bc"], 4, 1)
def test_bytes_of_texts_are_those_that_each_text_encodes_to(words, width, start):
    """Each row holds its text's UTF-8 bytes, cut at the words of the width, in slices too.

    What is left of a word is 0.
    """
    column = pa.array(words, pa.string())[start:]
    width_of_words = -(-width // 8) * 8
    expected = [
        (word or "").encode()[:width_of_words].ljust(width_of_words, b"\0")
        for word in words[start:]
    ]
    assert [row.tobytes() for row in tables.text_words(column, width)] == expected


@pytest.mark.parametrize(
    "known", [[True, False, True], [False, True, True], [True, True, False]]
)
def test_the_bytes_on_which_a_null_lies_are_nobodys(known):
    """Arrow lets a null lie on bytes.

    They are not read as another row's, whatever the lengths add up to.
    """
    whole = pa.array(["ABCDEFG", "XY", "12345"])
    _, starts, content = whole.buffers()
    mask = pa.array(known).buffers()[1]
    column = pa.StringArray.from_buffers(3, starts, content, mask, null_count=1)
    words = [
        word if here else None
        for word, here in zip(whole.to_pylist(), known, strict=True)
    ]
    expected = [(word or "").ljust(8, "\0").encode() for word in words]
    assert [row.tobytes() for row in tables.text_words(column, 8)] == expected
    assert identifiers(pa.chunked_array([column])).words(
        np.flatnonzero(known)
    ).tolist() == [w for w in words if w]


@given(texts, st.sampled_from(["!~", "  ", "az", "09"]), st.integers(0, 3))
@example(["a b", None, "ab", "\t", "ə"], "!~", 0)
def test_rows_with_a_byte_that_is_sought_are_those_whose_text_has_one(
    words, ends, start
):
    """Only the rows with a byte outside the range, which is sought, come back.

    None where more of such bytes stand than were allowed.
    """
    column = pa.array(words, pa.string())[start:]
    others = [
        [
            byte
            for byte in (word or "").encode()
            if not ord(ends[0]) <= byte <= ord(ends[1])
        ]
        for word in words
    ]
    found = [number for number, odd in enumerate(others[start:]) if odd]

    def is_outside(letters):
        return (letters < ord(ends[0])) | (letters > ord(ends[1]))

    assert tables.rows_with(column, is_outside, most=1000).tolist() == found
    if found:
        most = sum(map(len, others[start:])) - 1
        assert tables.rows_with(column, is_outside, most=most) is None


def grouped(numbers):
    """The positions of each number that stands more than once, unknown ones (below 0) left out."""
    places = {}
    for position, number in enumerate(numbers):
        places.setdefault(number, []).append(position)
    return {
        tuple(found)
        for number, found in places.items()
        if number >= 0 and len(found) > 1
    }


@given(st.lists(codes, max_size=30).flatmap(lambda many: st.permutations(many * 2)))
def test_runs_are_the_entries_that_share_a_number(numbers):
    """Narrow numbers and those too wide to stand beside a position alike.

    Every run whole, ascending, and no other.
    """
    order, sizes = runs(np.array(numbers, np.int64))
    cuts = np.cumsum(sizes)
    found = (
        [tuple(run.tolist()) for run in np.split(order, cuts[:-1])]
        if len(sizes)
        else []
    )
    assert set(found) == grouped(numbers)
    assert len(found) == len(set(found))


@given(st.lists(st.tuples(codes, codes), max_size=30))
def test_joined_numbers_are_one_where_both_are(pairs):
    """Joined numbers are equal where both parts are, unknown where one is, at any width."""
    one, other = np.array(pairs, np.int64).reshape(-1, 2).T
    meant = [pair if min(pair) >= 0 else None for pair in pairs]
    # Whichever stands first, where that is asked for.
    sets = [pair and frozenset(pair) for pair in meant]
    for found, expected in (
        (pack_known(one, other).tolist(), meant),
        (pack_known(one, other, either_way=True).tolist(), sets),
    ):
        assert [number < 0 for number in found] == [pair is None for pair in expected]
        assert [a == b for a in found for b in found] == [
            a == b for a in expected for b in expected
        ]


@given(
    st.lists(
        st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1)), max_size=9
    )
)
def test_a_numbered_pair_comes_back(pairs):
    """Pairs are sorted by left, then right, when their numbers are, and come back from them."""
    left, right = (
        np.array([pair[side] for pair in pairs], np.int32) for side in (0, 1)
    )
    numbers = np.sort(pack_pairs(left, right))
    assert list(
        zip(*(side.tolist() for side in unpack_pairs(numbers)), strict=True)
    ) == sorted(pairs)


identifier_columns = st.lists(st.none() | plain, max_size=10) | st.lists(
    st.none() | plain | st.text("ab 1@", min_size=1, max_size=14), max_size=10
)


@given(identifier_columns)
@example(["AZE12345678", "AA1234567", "AA1234576", None, "AA123456"])
@example(["A", "AB", "BA", "", "B" * 12])
def test_identifiers_are_compared_as_their_texts_are(words):
    """Equal numbers, one edit, the first letters and how often each stands.

    As the texts say, packed or not.
    """
    words = [word or None for word in words]
    found = identifiers(pa.chunked_array([pa.array(words, pa.string())]))
    left, right = (side.astype(np.int32) for side in np.triu_indices(len(words), 1))
    both = [(words[a], words[b]) for a, b in zip(left, right, strict=True)]
    equal = (found.codes[left] == found.codes[right]) & (found.codes[left] >= 0)
    assert equal.tolist() == [one is not None and one == other for one, other in both]
    known = np.flatnonzero(
        (found.codes[left] >= 0) & (found.codes[right] >= 0) & ~equal
    )
    apart = found.one_edit(left[known], right[known]).tolist()
    assert apart == [OSA.distance(*both[place]) == 1 for place in known]
    starts = found.starts(5).tolist()
    begun = [word[:5] if word else None for word in words]
    assert [code < 0 for code in starts] == [begin is None for begin in begun]
    assert [a == b for a in starts for b in starts] == [
        a == b for a in begun for b in begun
    ]
    counts = Counter(words)
    where = np.array([place for place, word in enumerate(words) if word], np.int32)
    assert found.times(where).tolist() == [counts[words[place]] for place in where]
    assert found.words(where).tolist() == [words[place] for place in where]


near_valid = (
    st.from_regex(r"[0-9A-Z]{6,8}", fullmatch=True)
    | st.from_regex(r"(AZE|AA|aa|IO)[0-9OI]{6,9}", fullmatch=True)
    | st.from_regex(
        r"(AZE|AA|N\u2116|AN)[ \u2116-]{1,3}([0-9]{7,8}|0{7,8})", fullmatch=True
    )
    | st.sampled_from(
        [
            "0000000",
            "1111111",
            "XXXXXXX",
            "AZE00000000",
            "AA5555555",
            "----",
            "yox",
            "5ABC12З",
            "AZE 1",
        ]
    )
)


@given(near_valid, near_valid)
def test_a_column_of_identifiers_is_read_as_each_of_them_is(fin, document):
    """What the bytes of a column show to be valid is valid when read one by one, and the rest."""
    row = normalize(entries(fin=[fin], document=[document])).table.to_pylist()[0]
    read = None if is_placeholder(fin) else read_fin(fin)
    papers = None if is_placeholder(document) else read_document(document).value
    beside = None
    if read and read.document and not papers and not is_placeholder(document):
        # A FIN of letters and digits where the document should stand: each is in the other's place.
        is_mixed = document.isascii() and document.isalnum()
        is_mixed &= not document.isalpha() and not document.isdigit()
        beside = read_fin(document).value if is_mixed else None
    assert row["fin"] == (read.value if read and read.value else beside)
    assert row["document"] == (papers or (read.document if read else None))


@pytest.mark.parametrize("profile", Profile)
def test_what_is_made_for_the_linkage_is_what_is_always_made(profile):
    """No compared column differs, whatever is left out, and the linkage is the same."""
    table = entries(
        surname=["Məmmədov", "МАМЕДОВ", "Əliyeva", None, "Həsənli"],
        given_name=["Elşən", "ЭЛЬШАН", "Leyla", "Rauf", "Ü."],
        patronymic=["Həsən oğlu", "ГАСАН ОГЛЫ", "Rauf qızı", None, "q."],
        birth_date=["17.06.1985", "1985-06-17", "02.03.1990", "1970", "31.02.1980"],
        sex=["K", "kişi", None, "M", "Q"],
        address=[
            "Nizami küç. 5, m. 3",
            "Nizami kucesi ev 5 menzil 3",
            "Göyçay ş., H.Əliyev pr. 12",
            None,
            "kənd",
        ],
        fin=["5ABC123", "5abc123", "12", None, "7XYZ890"],
        document=["AA1234567", "AZE12345678", None, "yoxdur", "AA № 7654321"],
    )
    whole, made = (
        normalize(table, profile).table,
        normalize(table, profile, for_linkage=True),
    )
    compared = [
        name
        for name in whole.column_names
        if made.table.column(name).null_count < made.table.num_rows
    ]
    assert {
        "surname_skeleton",
        "given_skeleton",
        "birth_year",
        "fin",
        "document",
    } <= set(compared)
    assert made.table.select(compared).equals(whole.select(compared))
    assert made.findings.num_rows == 0
    assert link(made.table, profile=profile).pairs.equals(
        link(whole, profile=profile).pairs, check_metadata=True
    )


@given(st.lists(st.floats(-1000, 1000) | st.just(-math.inf), max_size=9))
@example([0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.5, -1100.0, -5000.0, 1e-300])
def test_powers_of_two_are_the_same_on_every_processor(bits):
    """The last digit of a probability, and so the bytes of a run, hung on the processor.

    The slow version does by hand what the fast one may do: one rounded product or sum a step.
    """
    coefficients = [1.0]
    for number in range(1, 14):
        coefficients.append(coefficients[-1] * 0.6931471805599453 / number)
    found = exp2(np.array(bits, np.float64))
    for power, bit in zip(found.tolist(), bits, strict=True):
        whole = round(max(bit, -1100.0))
        rest = max(bit, -1100.0) - whole
        total = coefficients[-1]
        for coefficient in reversed(coefficients[:-1]):
            total = float(Fraction(total) * Fraction(rest))
            total = float(Fraction(total) + Fraction(coefficient))
        assert power == math.ldexp(total, whole)
        assert power == pytest.approx(2.0**bit, rel=3e-16, abs=5e-324)
