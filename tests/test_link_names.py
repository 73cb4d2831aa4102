"""Short forms of given names, and names that sound alike."""

from __future__ import annotations

import itertools
import string
import sys
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage_lists import voters
from voterlist.config.sections import LinkSettings
from voterlist.link import block, link
from voterlist.link.comparisons import SHIPPED
from voterlist.link.comparisons.base import Pairs
from voterlist.link.encode import encode
from voterlist.link.explain import waterfalls
from voterlist.link.short_names import (
    codes_by,
    full_names_of,
    heard_key,
    short_names,
    sound_key,
)
from voterlist.link.types import Incremental
from voterlist.model import Profile
from voterlist.normalize.lexicon import known_sex
from voterlist.normalize.names import skeleton

BENCH = Path(__file__).resolve().parents[1] / "bench"
COMMON = 30
"""So often a name stands in a list that it is no rare spelling."""


@pytest.fixture(scope="module")
def bench():
    """The scripts of ``bench`` as modules."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(BENCH), *sys.path])
        import short_names as lists
        import sounds

        return {"short_names": lists, "sounds": sounds}


def levels(field, one, other, profile=Profile.GENERIC, sexes=(None, None)):
    """The level of two names in both directions; both names are in use."""
    column = {"surname": "surname", "given_name": "given_name"}[field]
    names = [skeleton(one, profile), skeleton(other, profile)]
    rest = names * COMMON
    table = voters(**{column: names + rest}, sex=[*sexes, *[None] * len(rest)])
    entries = encode(table, profile=profile)
    left, right = np.array([0, 1], np.int32), np.array([1, 0], np.int32)
    found = SHIPPED.compare(Pairs(entries, left, right)).levels[field]
    return {SHIPPED[field].levels(code).word for code in found}


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("surname", "Green", "Grin"),
        ("surname", "Fischer", "Fixer"),
        ("surname", "Mueller", "Miller"),
        ("surname", "Reed", "Read"),
        ("given_name", "Laura", "Lora"),
        ("given_name", "Stephen", "Steven"),
        ("given_name", "Caitlin", "Kaitlyn"),
    ],
)
def test_names_that_sound_alike(field, one, other):
    assert levels(field, one, other) == {"sounds-alike"}


def test_a_rare_spelling_one_edit_away_is_a_slip():
    """A typing error would count as another spelling in use."""
    table = voters(surname=["reed", "read", *["reed"] * COMMON])
    entries = encode(table, profile=Profile.GENERIC)
    pair = Pairs(entries, np.array([0], np.int32), np.array([1], np.int32))
    level = SHIPPED.compare(pair).levels["surname"]
    assert SHIPPED["surname"].levels(level[0]).word == "misspelt"


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("given_name", "Jane", "John"),
        ("given_name", "Laura", "Lori"),
        ("given_name", "Michael", "Michelle"),
        ("given_name", "Daniel", "Danielle"),
        ("given_name", "Li", "Lee"),
        ("surname", "Green", "Karen"),
        ("surname", "Miller", "Mahler"),
    ],
)
def test_other_names_do_not_sound_alike(field, one, other):
    """Soundex or Metaphone has each of these pairs as one, or they are too short to tell."""
    assert "sounds-alike" not in levels(field, one, other)


@pytest.mark.parametrize(
    ("one", "other", "profile"),
    [
        ("Robert", "Bob", Profile.GENERIC),
        ("Elizabeth", "Betty", Profile.GENERIC),
        ("Johannes", "Hans", Profile.GENERIC),
        ("Ekaterina", "Katya", Profile.GENERIC),
        ("Məmməd", "Məmiş", Profile.AZ),
        ("Mammad", "Mamish", Profile.AZ),
        ("Гусейн", "Hüsü", Profile.AZ),
        ("İbrahim", "İBİŞ", Profile.AZ),
        ("Александр", "Саша", Profile.AZ),
        ("Александра", "Sasha", Profile.AZ),
        ("Екатерина", "Катя", Profile.AZ),
    ],
)
def test_short_forms_in_any_writing(one, other, profile):
    assert levels("given_name", one, other, profile) == {"nickname"}


def test_a_short_form_of_two_names_makes_them_no_forms_of_each_other():
    """Александр and Александра would be one name by way of Саша."""
    names = ("Александр", "Александра")
    assert levels("given_name", *names, Profile.AZ) == {"look-alike"}
    assert levels("given_name", "Alexander", "Alexandra") <= {"look-alike", "similar"}


@pytest.mark.parametrize("sexes", [("m", "m"), ("m", None), (None, None)])
def test_a_short_form_counts_where_the_sexes_do_not_differ(sexes):
    forms = ("Александр", "Саша", Profile.AZ)
    assert levels("given_name", *forms, sexes) == {"nickname"}


def test_a_short_form_of_the_other_sex_is_another_name():
    """Саша, a woman, is not Александр."""
    forms = ("Александр", "Саша", Profile.AZ)
    assert levels("given_name", *forms, ("m", "f")) == {"differs"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Əli", "Əliağa"),
        ("Əli", "Ələkbər"),
        ("Samir", "Samirə"),
        ("Leyla", "Leyli"),
        ("Əkbər", "Ələkbər"),
        # Names given to twins because they sound well together.
        ("Namiq", "Natiq"),
        ("Ramil", "Ramin"),
        ("Səmirə", "Əsmirə"),
        ("Kamil", "Şamil"),
        ("Günay", "Günel"),
        ("Məlahət", "Kifayət"),
        # Илья and Сёма are read as such names in Azerbaijani.
        ("İlahə", "Илюша"),
        ("Səma", "Семён"),
    ],
)
@pytest.mark.parametrize("profile", Profile)
def test_names_of_two_people_are_no_forms_of_one(one, other, profile):
    """Twins and brothers would be taken for one person."""
    found = levels("given_name", one, other, profile)
    assert not found & {"nickname", "sounds-alike"}


def test_different_names_are_no_forms_of_one(bench):
    """The list of different names would be one list of names."""
    for profile in Profile:
        forms = set(bench["short_names"].pairs(profile))
        for line in (
            (BENCH / "names" / "different_names.txt").read_text("utf-8").splitlines()
        ):
            if line and not line.startswith("#"):
                one, other = (
                    skeleton(name.strip(), profile) for name in line.split(";")
                )
                assert not {(one, other), (other, one)} & forms


def test_the_table_of_short_forms_is_made_from_the_lists(bench):
    """A form written into the table alone would have no source (python bench/short_names.py)."""
    lists = bench["short_names"]
    assert lists.TABLE.read_text(encoding="utf-8") == lists.table()


@pytest.mark.parametrize("profile", Profile)
def test_no_short_form_is_of_a_man_and_its_name_of_a_woman(bench, profile):
    if profile is Profile.AZ:
        for one, other in bench["short_names"].pairs(profile):
            assert len({known_sex(one), known_sex(other)} - {None}) < 2


FORMS = sorted(
    line.split(",")[1]
    for line in (Path(short_names.__code__.co_filename).parent / "short_names.csv")
    .read_text(encoding="utf-8")
    .splitlines()[1:]
)
NAMES = st.one_of(
    st.sampled_from(FORMS), st.text(string.ascii_lowercase, min_size=1, max_size=9)
)


@given(st.lists(NAMES, min_size=2, max_size=30, unique=True), st.sampled_from(Profile))
def test_forms_are_those_of_the_table_both_ways(names, profile):
    """Which entry stands first would decide what a pair is."""
    words = np.array(names, object)
    left, right = (side.astype(np.int32) for side in np.indices((len(names),) * 2))
    left, right = left.ravel(), right.ravel()
    forms = short_names(words, profile)
    there = {(left[at], right[at]) for at in forms.related(left, right)}
    assert {(other, one) for one, other in there} == there
    one_by_one = {
        (one, other)
        for one, other in zip(left, right, strict=True)
        if len(short_names(words[[one, other]], profile).pairs)
    }
    assert there == one_by_one


@given(st.text(string.ascii_lowercase + string.digits, max_size=12))
def test_a_sound_has_no_letter_twice_and_a_vowel_class_for_each_vowel(name):
    """A key that is not the same for doubled letters would tell Hofman from Hoffmann."""
    key = sound_key(name)
    assert set(key) <= set("abdefghijklmnoprstuw@" + string.digits)
    assert all(one != other for one, other in itertools.pairwise(key))
    assert not key or len(key) >= 3


def test_unknown_and_short_names_have_no_sound():
    """Two such names would sound alike."""
    codes = codes_by(sound_key, np.array(["li", "laura", "lora", "h"], object))
    assert codes.tolist() == [-1, 0, 0, -1]


OTHERS = ["george", "martha", "walter", "irene", "edgar", "pauline", "clement", "olive"]
ONCE = [
    ("robert", "hamilton"),
    ("elizabeth", "underwood"),
    ("laura", "pritchard"),
    ("stephen", "osborne"),
    ("harold", "fischer"),
    ("bridget", "mueller"),
]
"""Given name and surname of people who stand in the list twice."""
AGAIN = [
    ("bob", "hamilton"),
    ("betty", "underwood"),
    ("lora", "pritchard"),
    ("steven", "osborne"),
    ("harold", "fixer"),
    ("bridget", "miller"),
]
"""How they are written the other time."""
PEOPLE, COPIES, TWINS = 600, 40, 3
"""People who stand there once; how many of them stand there again; how many have a twin."""


def english_people():
    """A list in which some stand twice, six of them by another form of a name."""
    random = np.random.default_rng(3)
    first = ["al", "be", "cor", "dun", "el", "fen", "gar", "hol", "in", "ker"]
    last = ["ton", "ham", "ford", "wick", "ley", "by", "stead", "worth", "bury", "den"]
    surnames = [one + other for one in first for other in last]
    names = [
        (str(given_name), str(surname))
        for given_name, surname in zip(
            random.choice(OTHERS, PEOPLE), random.choice(surnames, PEOPLE), strict=True
        )
    ]
    names[: len(ONCE)] = ONCE
    copies = range(len(ONCE), COPIES)
    twins = range(COPIES, COPIES + TWINS)
    names += [*AGAIN, *(names[at] for at in copies)]
    names += [(_another(names[at][0]), names[at][1]) for at in twins]
    year = 1930 + random.integers(0, 70, PEOPLE)
    month, day = random.integers(1, 13, PEOPLE), random.integers(1, 29, PEOPLE)
    person = np.r_[:PEOPLE, 0 : COPIES + TWINS]
    return voters(
        given_name=[given_name for given_name, _ in names],
        surname=[surname for _, surname in names],
        year=year[person],
        month=month[person],
        day=day[person],
        address=[f"{names[at][1]} street {at % 90}" for at in person],
    )


def _another(given_name):
    return next(name for name in OTHERS if name != given_name)


@pytest.fixture(scope="module")
def people():
    return english_people()


@pytest.fixture(scope="module")
def linkage(people):
    return link(people, profile=Profile.GENERIC, incremental=Incremental())


def probabilities(linkage):
    rows = linkage.pairs.select(["entry_l", "entry_r", "probability"]).to_pylist()
    return {(row["entry_l"], row["entry_r"]): row["probability"] for row in rows}


def pairs_of(first, last):
    """The ids of the people from ``first`` on, with those of their second entries."""
    return [(f"e{at:06d}", f"e{PEOPLE + at:06d}") for at in range(first, last)]


def test_people_under_another_form_of_their_name_are_found(linkage):
    found = probabilities(linkage)
    assert min(found.get(pair, 0.0) for pair in pairs_of(0, len(ONCE))) > 0.95


def test_twins_are_less_likely_one_person_than_a_short_form(linkage):
    """Twins and Bob beside Robert would look the same: all but the given names agree."""
    found = probabilities(linkage)
    forms = [found[pair] for pair in pairs_of(0, len(ONCE))]
    twins = [found.get(pair, 0.0) for pair in pairs_of(COPIES, COPIES + TWINS)]
    assert max(twins) < min(forms) - 0.1
    assert max(twins) < LinkSettings().duplicate_probability


def test_a_short_form_has_its_bits_in_the_waterfall(linkage, people):
    """Who asks why the pair is one person would read that the given names differ."""
    is_bob = pc.equal(linkage.pairs.column("given_name_level"), "nickname")
    pairs = linkage.pairs.filter(is_bob)
    assert pairs.num_rows >= 2
    assert min(waterfalls(pairs, people).column("given_name_bits").to_pylist()) > 5


def test_an_incremental_linkage_finds_the_same_forms(linkage, people):
    """The kept pair level of a short form would be read back as another one."""
    again = link(
        people, profile=Profile.GENERIC, incremental=Incremental(linkage.state)
    )
    assert again.afresh == 0
    assert again.pairs.equals(linkage.pairs)


@pytest.mark.parametrize(
    ("surnames", "given_names"),
    [
        (("fischer", "phisher"), ("karl", "carl")),
        (("osborne", "osborne"), ("robert", "bob")),
        (("osborne", "osborne"), ("alexandra", "sasha")),
        (("mesri", "masri"), ("fatema", "fatimah")),
    ],
)
def test_forms_are_compared_whatever_their_first_letters(surnames, given_names):
    """Without dates such a pair shares nothing that another key asks for."""
    people = voters(
        surname=[*surnames, surnames[0]], given_name=[*given_names, "walter"]
    )
    entries = encode(people, profile=Profile.GENERIC)
    blocks = block.build_all(entries, Profile.GENERIC, limit=2)
    left, right = np.array([0, 0], np.int32), np.array([1, 2], np.int32)
    held = np.any([key.hold(left, right) for key in blocks], axis=0)
    assert held.tolist() == [True, False]


@given(st.lists(st.sampled_from(FORMS), min_size=2, max_size=30, unique=True))
def test_who_shares_a_full_name_is_it_or_a_short_form_of_it(names):
    """A block of people who have nothing to do with each other would cost and find nothing."""
    words = np.array(names, object)
    counts = dict(zip(names, range(1, len(names) + 1), strict=True))
    forms = short_names(words, Profile.GENERIC)
    for column in full_names_of(counts, Profile.GENERIC):
        for name, full in column.items():
            one, other = (np.array([names.index(n)], np.int32) for n in (name, full))
            assert name == full or len(forms.related(one, other))


def test_the_sounds_are_as_measured(bench):
    """The page would praise rules that are no longer those of the code (python bench/sounds.py)."""
    sounds = bench["sounds"]
    import page

    text = sounds.PAGE.read_text(encoding="utf-8")
    assert page.part(text, sounds.PART) == sounds.table() + "\n"


@pytest.mark.parametrize(
    ("printed", "read"),
    [("rn", "m"), ("m", "rn"), ("cl", "d"), ("vv", "w"), ("li", "h"), ("h", "li")],
)
@pytest.mark.parametrize("field", ["surname", "given_name"])
def test_what_a_machine_misreads_is_one_edit(field, printed, read):
    """Two edits, of which a name in print has many, would be another name."""
    one, other = f"sta{printed}ett", f"sta{read}ett"
    assert levels(field, one, other) == {"look-alike"}
    names = [one, other, *["olbrich"] * COMMON]
    entries = encode(voters(**{field: names}), profile=Profile.GENERIC)
    pairs = Pairs(entries, np.array([0], np.int32), np.array([1], np.int32))
    found = SHIPPED.compare(pairs).levels[field]
    assert SHIPPED[field].levels(found[0]).word == "misspelt"
    assert "look-alike" not in levels(field, one, other, Profile.AZ)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Muhammad", "Mohamed"),
        ("Abd al-Rahman", "Abdurrahman"),
        ("Abdul Aziz", "Abdelaziz"),
        ("Abdallah", "Abdulla"),
        ("Khairuddin", "Hayrudin"),
        ("Djaafar", "Jafer"),
        ("Maryam", "Meryem"),
        ("Othman", "Osman"),
        ("Yahya", "Yehia"),
        ("Qassim", "Kasem"),
    ],
)
@pytest.mark.parametrize("field", ["surname", "given_name"])
def test_one_name_brought_from_another_alphabet_is_a_look_alike(field, one, other):
    """How often such names are one person's, each list tells: Ellen and Alan are two names."""
    assert levels(field, one, other) <= {"look-alike", "sounds-alike"}


@given(
    st.lists(
        st.sampled_from(["khal", "dou", "gha", "shee", "tha", "dji", "kou", "za"])
    ),
    st.sampled_from([("kh", "h"), ("ou", "u"), ("gh", "g"), ("sh", "s"), ("ee", "i")]),
)
def test_each_rule_of_transliteration_keeps_the_key(syllables, rule):
    """Whatever else the name is made of; and a name of one letter more is another key."""
    name = "m" + "".join(syllables) + "r"
    codes = codes_by(
        heard_key, np.array([name, name.replace(*rule), name + "l"], object)
    )
    assert codes[0] == codes[1] != codes[2]
