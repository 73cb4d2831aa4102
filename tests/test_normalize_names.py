from __future__ import annotations

import importlib.util
import itertools
import re
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voterlist.facts.latin import (
    LATIN_TO_CYRILLIC,
    different_names,
    lower,
    repair,
    rewrite_mixed,
    title,
    to_latin,
    upper,
)
from voterlist.model import Profile, Sex
from voterlist.normalize import lexicon
from voterlist.normalize.lexicon import known_sex
from voterlist.normalize.name_parts import (
    read_patronymic,
    split_given,
    standard_surname,
    surname_sex,
    surname_stem,
)
from voterlist.normalize.names import skeleton, standard_name

HERE = Path(__file__).parent
GROUPS = [
    line.split()
    for line in (HERE / "name_spellings.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
AZERBAIJANI = "abcçdeəfgğhxıijkqlmnoöprsştuüvyz"
NAME_LETTERS = (
    AZERBAIJANI
    + upper(AZERBAIJANI)
    + "wабвгдежзийклмнопрстуфхцчшщъыьэюяәғҝөүһҹјАЕОРСХУ -'"
)


def test_every_writing_of_a_name_folds_to_one_skeleton():
    """All writings of one name, in three alphabets, give one skeleton."""
    for group in GROUPS:
        assert {skeleton(name) for name in group} == {skeleton(group[0])}


def test_every_writing_of_a_name_has_one_stem():
    """The stem, too, is the same in all writings, and it is the beginning of the skeleton."""
    for group in GROUPS:
        (stem,) = {surname_stem(name) for name in group}
        assert skeleton(group[0]).startswith(stem)


def test_different_names_keep_different_skeletons():
    """No two lines of the table of spellings share a skeleton."""
    owners = [skeleton(group[0]) for group in GROUPS]
    assert sorted(owners) == sorted(set(owners))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Vəliyev", "Əliyev"),
        ("Həsənov", "Hüseynov"),
        ("Həsənov", "Əsədov"),
        ("Əhmədov", "Məmmədov"),
        ("Həşimov", "Qasımov"),
        ("Qasımov", "Kazımov"),
        ("Zahir", "Zakir"),
        ("Sahib", "Saqib"),
        ("Rahib", "Raqib"),
        ("Ruhiyyə", "Ruqiyyə"),
        ("Bağır", "Bəkir"),
        ("Leyla", "Leyli"),
        ("Həsən", "Hüseyn"),
        ("Samir", "Samirə"),
        ("Elnur", "Elnurə"),
        ("Vüsal", "Vüsalə"),
        ("Kamil", "Kamilə"),
        ("İlham", "İlhamə"),
        ("Əliyev", "Əliyeva"),
        ("Həmzə", "Qəmzə"),
        ("Köçərli", "Qacarlı"),
    ],
)
def test_names_that_differ_stay_apart_in_every_writing(one, other):
    """Two names that differ do not meet in Azerbaijani, ASCII or capital letters."""
    for fold in (
        str,
        upper,
        lambda name: to_latin(name).translate(str.maketrans("əçğıöşü", "ecgiosu")),
    ):
        assert skeleton(fold(one)) != skeleton(fold(other))


DIFFERENT = [
    [name.strip() for name in line.split(";")]
    for line in (HERE.parent / "bench" / "names" / "different_names.txt")
    .read_text(encoding="utf-8")
    .splitlines()
    if line and not line.startswith("#")
]


def test_look_alikes_of_the_list_stay_apart():
    """No pair of the list of different names meets, in capitals either, nor do surnames' stems."""
    for one, other in DIFFERENT:
        for fold in (str, upper):
            assert skeleton(fold(one)) != skeleton(fold(other)), (one, other)
        if surname_sex(one) and surname_sex(other):
            assert surname_stem(one) != surname_stem(other), (one, other)


@pytest.mark.parametrize("kept", different_names(), ids=lambda kept: kept.name)
def test_names_kept_apart_by_the_list(kept):
    """Spellings of a name kept apart share a skeleton, with endings too, unlike the look-alike."""
    assert {
        skeleton(text) for text in (kept.name, *kept.written, upper(kept.name))
    } == {kept.skeleton}
    assert {skeleton(f"{text}ov") for text in (*kept.written, *kept.stem)} == {
        f"{kept.skeleton}ov"
    }
    assert {surname_stem(f"{text}zadə") for text in (*kept.written, *kept.stem)} == {
        kept.skeleton
    }
    assert skeleton(kept.unlike) != kept.skeleton
    assert skeleton(kept.skeleton) == kept.skeleton
    assert standard_name(kept.name) == kept.name


@pytest.mark.parametrize(
    "spellings",
    [
        ("Qubuzov", "Губузов", "Кубузов", "Kubuzov"),
        ("Bakıxanov", "Bakikhanoff", "Бакиханов"),
        ("Xəlfəzadə", "Khalfazadeh", "Халфазаде"),
        ("Səmədoğlu", "Samedogly", "Самедоглы", "Samadoghlu"),
        ("Həsənbəyov", "Gasanbekov", "Гасанбеков", "Hasanbeyov"),
        ("Gözəlov", "Гёзалов", "Gozalov"),
        ("Tahirov", "Tairov", "Таиров"),
        ("Hüseynquluzadə", "Гусейнкулизаде"),
    ],
    ids=lambda spellings: spellings[0],
)
def test_correspondences_that_need_no_list(spellings):
    """Q as к, -bəy as -бек, -qulu as -кули, ö as ё, lost h and foreign endings meet."""
    assert len({skeleton(name) for name in spellings}) == 1


def test_few_known_names_share_a_skeleton():
    """Below 8 % of the shipped names share their skeleton with another name."""
    spellings = lexicon._lexicon().spellings
    names = sum(len(found) for found in spellings.values())
    shared = sum(len(found) for found in spellings.values() if len(found) > 1)
    assert names > 1200
    assert shared / names < 0.08


def test_every_known_skeleton_is_its_own_skeleton():
    """What the lexicon leads to is folded already."""
    assert [
        found
        for found in set(lexicon._lexicon().skeletons.values())
        if skeleton(found) != found
    ] == []


def test_no_alias_is_the_standard_form_of_another_name():
    """An alias never takes a known name away from itself."""
    known = lexicon._lexicon().spellings
    wrong = [
        (alias, name)
        for name, aliases in lexicon._aliases().items()
        for alias in aliases
        if skeleton(name) not in known or skeleton(alias) != skeleton(name)
    ]
    assert wrong == []


@given(st.text(alphabet=NAME_LETTERS, max_size=24))
@example("QIZXANIM")
@example("Şsx")
@example("AĞXANIM")
def test_folding_twice_is_folding_once(text):
    """A skeleton's skeleton is itself, for anything that can be typed of a name's letters."""
    once = skeleton(text)
    assert skeleton(once) == once


PIECES = [name for group in GROUPS for name in group] + [
    "ov",
    "yeva",
    "li",
    "zadə",
    "oğlu",
    "қ",
    "ağa",
    "g",
    "sh",
]


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4))
def test_names_joined_fold_once(pieces):
    """Known names joined, which the search for compounds cuts, fold to a fixed point."""
    once = skeleton("".join(pieces))
    assert skeleton(once) == once


@given(st.text(max_size=16), st.sampled_from(list(Profile)))
@example("ь", Profile.AZ)
@example("𝕬", Profile.GENERIC)
@example("ʼ", Profile.AZ)
@example("王", Profile.GENERIC)
def test_any_text_folds_to_plain_letters_and_no_letter_to_nothing(text, profile):
    """A skeleton has a-z (digits in generic) only, folds to itself, and letters leave some."""
    once = skeleton(text, profile)
    assert re.fullmatch("[a-z]*" if profile is Profile.AZ else "[a-z0-9]*", once)
    assert skeleton(once, profile) == once
    if any(letter.isalpha() for letter in text):
        assert once


@given(st.text(alphabet=AZERBAIJANI, min_size=1, max_size=20))
def test_case_round_trips_in_the_azerbaijani_alphabet(text):
    """Lower case of upper case is the text, and of title case too: i and ı never trade places."""
    assert lower(upper(text)) == text
    assert lower(title(text)) == text


def test_the_case_trap_of_python_is_closed():
    """``QIZI`` lowers to ``qızı`` and ``İLHAM`` to ``ilham``, one code point a letter."""
    assert (lower("QIZI"), lower("İLHAM"), upper("qızı ilham")) == (
        "qızı",
        "ilham",
        "QIZI İLHAM",
    )


@given(st.text(max_size=30))
def test_name_readers_never_raise(text):
    """No text makes a reader of names raise."""
    standard_surname(text)
    standard_name(text)
    surname_sex(text)
    read_patronymic(text)
    split_given(text)
    assert bool(surname_stem(text)) == bool(skeleton(text))


@pytest.mark.parametrize(
    ("surname", "stem", "sex"),
    [
        ("Məsimov", "masim", Sex.MALE),
        ("Məsimova", "masim", Sex.FEMALE),
        ("Məsimli", "masim", None),
        ("Məsimzadə", "masim", None),
        ("Масимова", "masim", Sex.FEMALE),
        ("Əliyev", "ali", Sex.MALE),
        ("Əlizadə", "ali", None),
        ("Əlioğlu", "ali", None),
        ("İsmayılqızı", "ismail", None),
        ("Vəli", "vali", None),
        ("Vəliyev", "vali", Sex.MALE),
        ("Turallı", "tural", None),
        ("Turalov", "tural", Sex.MALE),
        ("Xosrov", "hosrov", None),
        ("Qarabağlı", "qarabaq", None),
        ("Гаджиева", "haci", Sex.FEMALE),
        ("Rəşidova", "rasid", Sex.FEMALE),
        ("Шабанов", "saban", Sex.MALE),
        ("Paşazadə", "pasa", None),
        ("Наримановский", "narimanov", Sex.MALE),
        ("Naxçıvanskaya", "nahcivan", Sex.FEMALE),
        ("Əliyeva-Həsənova", "aliovahasan", Sex.FEMALE),
        ("Алиева-Гасанова", "aliovahasan", Sex.FEMALE),
        ("Hacı-zadə", "haci", None),
        ("Mir-Abdullayeva", "mirabdula", Sex.FEMALE),
        ("Kərimqızı", "karim", None),
        ("Həsən oğlu", "hasan", None),
        ("Li", "li", None),
        ("Ov", "ov", None),
    ],
)
def test_surname_stem_and_sex(surname, stem, sex):
    """A stem has no ending of sex or period and 3 letters or more; -ov and -yev witness sex."""
    assert (surname_stem(surname), surname_sex(surname)) == (stem, sex)


@pytest.mark.parametrize(
    ("written", "standard"),
    [
        ("ALIYEV", "Əliyev"),
        ("VƏLIYEV", "Vəliyev"),
        ("QASIMOV", "Qasımov"),
        ("ŞIXIYEVA", "Şıxıyeva"),
        ("Гасанова", "Həsənova"),
        ("Jafarzade", "Cəfərzadə"),
        ("Kuliev", "Quliyev"),
        ("Məsimli", "Məsimli"),
        ("Hesenli", "Həsənli"),
        ("Əliyeva-Həsənova", "Əliyeva-Həsənova"),
        ("Smirnov", "Smirnov"),
        ("Гусев", "Gusev"),
        ("Əliyeva(Həsənova)", "Əliyeva Həsənova"),
        ("mir-abdullayeva", "Mir-Abdullayeva"),
        ("123", None),
    ],
)
def test_standard_surname(written, standard):
    """The proposed spelling restores what is known and invents nothing."""
    assert standard_surname(written) == standard


@pytest.mark.parametrize(
    ("written", "standard"),
    [
        ("ELSEN", "Elşən"),
        ("Qedir", "Qədir"),
        ("Qadir", "Qadir"),
        ("Kamil", "Kamil"),
        ("KAMIL", "Kamil"),
        ("İLHAM", "İlham"),
        ("Əli-ağa", "Əli-Ağa"),
        ("əli ağa", "Əli Ağa"),
        ("Самира", "Samirə"),
        ("E.", "E"),
        ("Margaret", "Margaret"),
    ],
)
def test_standard_given_name(written, standard):
    """A given name is restored only where one known name fits what was typed."""
    assert standard_name(written) == standard


@pytest.mark.parametrize(
    ("written", "standard", "father", "sex"),
    [
        ("Həsən oğlu", "Həsən oğlu", "hasan", Sex.MALE),
        ("HƏSƏN QIZI", "Həsən qızı", "hasan", Sex.FEMALE),
        *(
            (f"Hasan {particle}", "Həsən oğlu", "hasan", Sex.MALE)
            for particle in ("oglu", "ogly", "oghlu")
        ),
        *(
            (f"Həsən {particle}", "Həsən oğlu", "hasan", Sex.MALE)
            for particle in ("оглы", "оғлу", "OĞLU")
        ),
        *(
            (f"Hasan {particle}", "Həsən qızı", "hasan", Sex.FEMALE)
            for particle in ("qizi", "gizi", "kyzy", "gyzy")
        ),
        *(
            (f"Гасан {particle}", "Həsən qızı", "hasan", Sex.FEMALE)
            for particle in ("кызы", "гызы")
        ),
        ("Həsənoviç", "Həsən oğlu", "hasan", Sex.MALE),
        ("Гасановна", "Həsən qızı", "hasan", Sex.FEMALE),
        ("Алиевич", "Əli oğlu", "ali", Sex.MALE),
        ("Musayevna", "Musa qızı", "musa", Sex.FEMALE),
        ("Dzhafarovich", "Cəfər oğlu", "cafar", Sex.MALE),
        ("Həsənoğlu", "Həsən oğlu", "hasan", Sex.MALE),
        ("Hesenqizi", "Həsən qızı", "hasan", Sex.FEMALE),
        ("Həsən oğlu oğlu", "Həsən oğlu", "hasan", Sex.MALE),
        ("Həsən qızı oğlu", "Həsən", "hasan", None),
        ("Əli Ağa oğlu", "Əli Ağa oğlu", "aliaqa", Sex.MALE),
        *(
            (f"Həsən {short}", "Həsən oğlu", "hasan", Sex.MALE)
            for short in ("o.", "oğ.", "oğl.")
        ),
        *(
            (f"Həsən {short}", "Həsən qızı", "hasan", Sex.FEMALE)
            for short in ("q.", "qz.", "qzı", "кзы")
        ),
        ("Гасан-оглы", "Həsən oğlu", "hasan", Sex.MALE),
        ("Həsən", "Həsən", "hasan", None),
        # A particle with a slip is none of his names, and stays as it is written.
        ("Həsən qıı", "Həsən Qıı", "hasan", None),
        ("Гасан глы", "Həsən Glı", "hasan", None),
        ("Həsən Ağa", "Həsən Ağa", "hasanaqa", None),
        ("qıı", "Qıı", "qi", None),
        ("Ə.", "Ə", "a", None),
        ("oğlu", None, None, Sex.MALE),
    ],
)
def test_patronymic(written, standard, father, sex):
    """The father's name and the sex are read off every spelling of particle and ending."""
    read = read_patronymic(written)
    assert (read.standard, read.father, read.sex) == (standard, father, sex)


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("Elşən Həsən oğlu", ("Elşən", "Həsən oğlu")),
        ("Elşən Həsənoğlu", ("Elşən", "Həsənoğlu")),
        ("Эльшан Гасанович", ("Эльшан", "Гасанович")),
        ("Əli Ağa Həsən oğlu", ("Əli Ağa", "Həsən oğlu")),
        ("Natiq Rövşən o.", ("Natiq", "Rövşən o.")),
        ("ГЮЛЬНАР АЛИ К.", ("ГЮЛЬНАР", "АЛИ К.")),
        ("Əli M. o.", ("Əli M. o.", None)),
        ("Əli Ağa", ("Əli Ağa", None)),
        ("Həsən oğlu", ("Həsən oğlu", None)),
        ("Elşən", ("Elşən", None)),
        ("Ə.M.", ("Ə", "M")),
        ("Ə. M.", ("Ə", "M")),
        ("Ə.", ("Ə.", None)),
    ],
)
def test_patronymic_in_the_given_name(written, parts):
    """A patronymic written after the given name is split off; a compound given name is not."""
    assert split_given(written) == parts


@pytest.mark.parametrize(
    "forms",
    [("Əliağa", "Əli Ağa", "Əli-ağa", "ƏLİ AĞA"), ("Гаджи Мамед", "Hacıməmməd")],
)
def test_compound_given_names(forms):
    """Joined, apart and with a hyphen, a compound given name has one skeleton."""
    assert len({skeleton(form) for form in forms}) == 1


def test_two_letters_are_no_part_of_a_compound():
    """Ədəli would be Ad and Əli in one, though Əd alone is a name that is known."""
    assert skeleton("Əd") == skeleton("Əhəd")
    assert skeleton("Ədəli") != skeleton("Əhədəli")


def test_look_alikes_of_two_alphabets():
    """A Latin name with Cyrillic doubles in it, or the reverse, folds as in one alphabet."""
    for pure in ("Rəcəbov", "Сапарова", "Hüseynova", "Мамедов"):
        swaps = str.maketrans("aeocpxаеосрх", "аеосрхaeocpx")
        for place in range(1, len(pure)):
            mixed = pure[:place] + pure[place].translate(swaps) + pure[place + 1 :]
            assert skeleton(mixed) == skeleton(pure)


@given(st.lists(st.tuples(st.sampled_from("aeopcx"), st.booleans()), min_size=1))
def test_of_look_alikes_alone_the_alphabet_of_most_letters_is_meant(letters):
    """A Latin word with one Cyrillic letter would be rewritten in Cyrillic, or the reverse."""
    latin = "".join(letter for letter, _ in letters)
    cyrillic = "".join(LATIN_TO_CYRILLIC[letter] for letter in latin)
    is_other = [other for _, other in letters]
    word = "".join(
        (cyrillic if other else latin)[at] for at, other in enumerate(is_other)
    )
    mostly = cyrillic if 2 * sum(is_other) > len(is_other) else latin
    assert rewrite_mixed(word) == (mostly if len(set(is_other)) == 2 else None)


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("Аliyev", "Aliyev"),
        ("Һəsənov", "Həsənov"),
        ("Гaсан Али", "Гасан Али"),
        ("Aliyev", None),
        ("Алиев", None),
        ("Məmmədoв", None),
        ("Алиев Aliyev", None),
    ],
)
def test_repair_of_look_alikes(text, fixed):
    """Only a word whose second alphabet holds look-alikes alone is repaired and reported."""
    assert repair(text) == fixed


def test_given_sex_only_where_the_list_is_of_one_mind():
    """A name borne by both sexes witnesses nothing."""
    sexes = [
        known_sex(skeleton(name)) for name in ("Samir", "Samirə", "Turan", "Xyzabc")
    ]
    assert sexes == [Sex.MALE, Sex.FEMALE, None, None]


def test_generic_profile_knows_no_rules_of_azerbaijani():
    """In the generic profile marks are taken off and nothing else is folded."""
    names = ("O'Brien", "José Núñez", "Irina", "IRINA", "Aliyev", "Straße")
    folded = [skeleton(name, Profile.GENERIC) for name in names]
    assert folded == ["obrien", "josenunez", "irina", "irina", "aliyev", "strasse"]
    assert surname_stem("Aliyev", Profile.GENERIC) == "aliyev"


def test_the_table_of_the_documentation_is_true():
    """Every row of docs/names.md that shows spellings and a skeleton says what the code gives."""
    page = (HERE.parent / "docs" / "names.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|`]+) \| `([a-z]+)` \|$", page, flags=re.MULTILINE)
    shown = [
        (spelling.strip(), folded)
        for cell, folded in rows
        for spelling in cell.split(",")
    ]
    assert len(shown) >= 60
    assert [
        (spelling, folded) for spelling, folded in shown if skeleton(spelling) != folded
    ] == []


def test_the_spellings_hold_enough_pairs_to_mean_something():
    """The table of spellings covers 150 names and more than four writings of each on average."""
    pairs = sum(1 for group in GROUPS for _ in itertools.combinations(group, 2))
    assert len(GROUPS) >= 150
    assert pairs > 4 * len(GROUPS)


def _bench():
    spec = importlib.util.spec_from_file_location(
        "bench_names", HERE.parent / "bench" / "names.py"
    )
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its module up there.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_measures_on_the_page_are_those_of_the_code():
    """Each line of docs/names.md of names not tuned on is as measured; that of all is there."""
    bench = _bench()
    page = (HERE.parent / "docs" / "names.md").read_text(encoding="utf-8")
    lines = [
        *bench.recall_table(bench.same_names("held")),
        *bench.separation_table("held"),
    ]
    shown = re.findall(r"^\| (?:[A-Z]|all).* \|$", page, re.MULTILINE)
    measured = [line for line in shown if re.search(r"\d\.\d{3}", line)]
    assert len(measured) == 7
    assert [line for line in measured if line not in lines] == []
    assert any(line.startswith("| all ") for line in measured)
