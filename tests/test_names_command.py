"""The command ``names``: what a person is shown of a name."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from normalizing import entries as entry_table
from voterlist.catalogue import entries
from voterlist.cli import APP
from voterlist.model import Profile, Sex
from voterlist.normalize.explain import alike, read_name
from voterlist.normalize.stage import normalize


def run(*arguments):
    return CliRunner().invoke(APP, ["names", *arguments])


def test_a_whole_name_is_shown_in_its_parts():
    """Surname, given name and father's name each show alphabet, spelling proposed and skeleton."""
    shown = run("Джафаров Эльшан Гусейн оглы")
    assert shown.exit_code == 0
    for text in (
        "Джафаров",
        "Cəfərov",
        "cafarov",
        "Elşən",
        "alsan",
        "Hüseyn oğlu",
        "husain",
        "оглы",
        "Russian",
    ):
        assert text in shown.stdout


def test_the_json_holds_what_is_shown():
    """One object: the names with their parts, the pairs with how they compare, the exit code."""
    found = json.loads(run("Гасанов", "Həsənov", "--json").stdout)
    assert sorted(found) == ["exit_code", "names", "pairs"]
    assert found["pairs"] == [{"one": "Гасанов", "other": "Həsənov", "alike": "same"}]
    (part,) = found["names"][0]["parts"]
    assert (part["part"], part["skeleton"], part["stem_skeleton"], part["sex"]) == (
        "surname",
        "hasanov",
        "hasan",
        "m",
    )
    assert (part["known"], part["found_by"], part["words"][0]["script"]) == (
        ["Həsən"],
        "irregular",
        "russian",
    )


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        ("Гасанов", "HƏSƏNOV", "same"),
        ("Cəfərov Elşən Hüseyn oğlu", "Джафаров Эльшан Гусейнович", "same"),
        ("Cəfərov Elşən Hüseyn oğlu", "Cəfərov E.H.", "initials"),
        ("Məsimov", "Məsimli", "stem"),
        ("Əliyeva Leyla", "Əliyev Leyla", "stem"),
        ("Zakir", "Zahir", "near"),
        ("Leyla", "Leyli", "near"),
        ("Həsən", "Hüseyn", "different"),
        ("Əliyeva Leyla", "Əliyeva Günel", "different"),
        ("Əliyev Elşən", "Elşən", "same"),
        ("Həsənov", "-", "unknown"),
        ("Səidə", "Şeyda", "different"),
    ],
)
def test_names_are_compared(one, other, verdict):
    """What two names are to each other is said in one word, whichever comes first."""
    assert alike(read_name(one), read_name(other)) == verdict
    assert alike(read_name(other), read_name(one)) == verdict


@pytest.mark.parametrize(
    ("written", "found_by", "known", "unlike"),
    [
        ("Məmmədov", "known", ("Məmməd",), ""),
        ("Магомед", "alias", ("Məhəmməd",), ""),
        ("Заир", "irregular", ("Zahir",), ""),
        ("Аскаров", "irregular", ("Əsgər",), ""),
        ("Гаджимамедов", "compound", (), ""),
        ("Сеидова", "apart", ("Seyid",), "Səid"),
        ("Qubuzov", "letters", (), ""),
    ],
)
def test_it_is_said_how_the_known_name_was_found(written, found_by, known, unlike):
    """A way in which a name is found would have no words."""
    (part,) = read_name(written).parts
    assert (part.found_by, part.known, part.unlike) == (found_by, known, unlike)


def test_repairs_titles_and_absence_are_told():
    """A look-alike letter, a title or a placeholder would be shown as part of a name."""
    shown = run("Dr. Аliyev", "XXX").stdout
    assert "Аliyev → Aliyev" in shown
    assert "left out: Аliyev" in shown
    assert "counts as blank" in shown


@pytest.mark.parametrize("name", ["Əli Vəli", "Həsənov Kamil", "Kamil Həsənov"])
def test_it_is_said_which_name_was_cut_by_chance(name):
    """Said of a sure name, nobody would believe it; not said, a guess would pass for knowledge."""
    said = entries()["names.unsure"]["en"] in run(name).stdout
    assert said is not read_name(name).sure


def test_generic_names_show_no_rules_of_azerbaijani():
    """With the generic profile only words and skeletons are told."""
    found = json.loads(run("Mary Smith", "--profile", "generic", "--json").stdout)
    assert [
        (part["part"], part["skeleton"], part["ending"])
        for part in found["names"][0]["parts"]
    ] == [
        ("surname", "smith", ""),
        ("given_name", "mary", ""),
    ]


PARTS = st.sampled_from(
    [
        "Əliyev",
        "Гасанова",
        "Elşən",
        "Həsən oğlu",
        "Ə.",
        "Hüseyn",
        "Джафаровна",
        "KƏRİMOV",
    ]
)


@given(st.lists(PARTS, min_size=2, max_size=4))
def test_what_is_shown_is_what_a_run_makes(pieces):
    """The skeletons that the command shows of a whole name are those that ``normalize`` writes."""
    text = " ".join(pieces)
    voter = normalize(entry_table(full_name=[text])).table.to_pylist()[0]
    shown = {part.part: part.skeleton or None for part in read_name(text).parts}
    for part, column in (
        ("surname", "surname"),
        ("given_name", "given"),
        ("patronymic", "patronymic"),
    ):
        assert shown.get(part) == voter[f"{column}_skeleton"]


@given(st.text(max_size=30), st.sampled_from(list(Profile)))
def test_any_text_can_be_asked_for(text, profile):
    """No text makes the reading fail, and sex is told by Azerbaijani names only."""
    read = read_name(text, profile)
    assert alike(read, read) in {"same", "unknown"}
    assert all(part.sex in (None, Sex.MALE, Sex.FEMALE) for part in read.parts)


def test_every_word_of_the_command_stands_in_the_catalogue():
    """No verdict, step, script or way of finding is without its words."""
    keys = set(entries())
    for name in ("same", "initials", "stem", "near", "different", "unknown"):
        assert f"names.alike.{name}" in keys
    for name in ("apart", "known", "irregular", "alias", "compound", "letters"):
        assert f"names.found-by.{name}" in keys
    assert len([key for key in keys if re.match(r"names\.script\.", key)]) == 6
