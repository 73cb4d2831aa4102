"""The usual spelling of a name, by which entries with a slip in a name come together."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from linkage_lists import voters
from voterlist.link.encode import encode
from voterlist.link.spellings import usual_spellings

COUNTED = st.dictionaries(
    st.text("abə", min_size=1, max_size=5),
    st.sampled_from([1, 2, 7, 8, 16, 64, 500]),
    max_size=25,
)
"""Names that are near each other, with how many entries have each."""


def usual(counts):
    """The usual spelling of each of these names, as the program finds it."""
    names = np.array(list(counts), object)
    codes = usual_spellings(names, np.array(list(counts.values()), np.int64))
    return dict(zip(names, names[codes], strict=True))


def slowly(counts, name):
    """The same of one name: all others are looked at."""
    near = [
        (-times, other)
        for other, times in counts.items()
        if min(len(name), len(other)) >= 3
        and times >= 8 * counts[name]
        and OSA.distance(name, other) == 1
    ]
    return min(near)[1] if near else name


@given(COUNTED)
def test_the_usual_spelling_is_the_most_common_name_one_edit_away(counts):
    """Else a slip would come together with another name, or with none, than with what was meant."""
    assert usual(counts) == {name: slowly(counts, name) for name in counts}


@given(COUNTED, st.randoms(use_true_random=False))
def test_the_order_of_the_names_does_not_matter(counts, random):
    """Else a list in another order would be linked otherwise, and on a cluster too."""
    shuffled = list(counts.items())
    random.shuffle(shuffled)
    assert usual(dict(shuffled)) == usual(counts)


def test_slips_come_to_the_name_that_was_meant():
    """A letter lost, doubled, taken for another or exchanged, the first one too."""
    slips = ["mamadov", "maamedov", "mamedof", "maemdov", "namedov"]
    found = usual({"mamedov": 100, **dict.fromkeys(slips, 2), "aliyev": 100})
    assert {found[slip] for slip in slips} == {"mamedov"}
    assert found["aliyev"] == "aliyev"


def test_a_slip_in_the_ending_of_a_surname_comes_to_its_stem():
    """Else it would meet nobody: without the ending nothing tells where the stem ends."""
    surnames = ["tarlanov"] * 20 + ["tarlanova"] * 20 + ["tarlanob", "aliyev", None]
    stems = ["tarlan"] * 40 + ["tarlanob", "ali", None]
    entries = encode(voters(surname=surnames, stem=stems))
    usual = entries.usual("stem")
    assert (usual[:41] == usual[0]).all()
    assert usual[41] not in {usual[0], -1}
    assert usual[42] == -1


def test_a_surname_that_is_rare_in_one_ending_keeps_its_stem():
    """Else a woman of samirli, written samirli and samirova, would not meet herself."""
    common = ["amirli"] * 16
    surnames = [*common, "samirli", *["samirova"] * 3]
    stems = ["amir"] * 16 + ["samir"] * 4
    usual = encode(voters(surname=surnames, stem=stems)).usual("stem")
    assert len({*usual[16:]}) == 1
    assert usual[16] != usual[0]


def test_two_common_names_stay_two():
    """Else half a nation would be compared with the other half: Vali is no slip of Ali."""
    assert usual({"ali": 5_000, "vali": 3_000}) == {"ali": "ali", "vali": "vali"}


def test_names_that_are_very_long_or_short_are_themselves():
    """A whole page in a cell would take memory; two letters are near everything."""
    long = "a" * 100_000
    counts = {long: 1, long[1:]: 100, "al": 1, "a": 100, "": 1}
    assert usual(counts) == {name: name for name in counts}
