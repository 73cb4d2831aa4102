"""The names of people who work with the lists: one person, however the name is typed."""

import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

import desks
from voterlist.decisions.given import is_same_person, person_key
from voterlist.errors import UsageError
from voterlist.model import Level, Role
from voterlist.pipeline.inbox import make_workspace
from voterlist.serve.door import add_user
from voterlist.upkeep.journals import DiaryLine, JournalFilter

DAY = dt.date(2026, 2, 6)
NAMES = st.text("abcçdeəfgğhxıijkqlmnoöprsştuüvyzИлгарАбвİIƏéß", min_size=1)
WAYS = st.sampled_from(
    [
        str.upper,
        str.lower,
        str.title,
        " {}. ".format,
        lambda name: name.replace(" ", "  "),
        lambda name: unicodedata.normalize("NFD", name),
        lambda name: name.replace("ı", "i").replace("İ", "I"),
    ]
)


@given(NAMES, st.lists(WAYS, max_size=4))
def test_a_name_is_one_however_it_is_typed(name, ways):
    """Capitals, points, blanks and dots of the i would make somebody a second person."""
    typed = name
    for way in ways:
        typed = way(typed)
    assert is_same_person(typed, name)


@pytest.mark.parametrize(
    "typed",
    [
        ("Əliyev Rəşad", "Алиев Рашад", "Aliyev Rashad", "Eliyev Raşad"),
        ("Nigar Rzayeva", "Нигяр Рзаева", "NIGAR RZAYEVA", "Нигар Рзајева"),
        ("Samir Məmmədov", "Самир Мамедов", "Samir Mammadov", "samir memmedov"),
        ("Leyla M. (conec-088)", "Лейла М. (conec-088)"),
    ],
)
def test_a_name_in_another_alphabet_is_no_second_person(typed):
    """One person who types in two alphabets would be the two who have to strike a voter."""
    assert len({person_key(name) for name in typed}) == 1


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Məmmədov A.", "Məmmədov Ə."),
        ("Məmmədov A.", "Məmmədov E."),
        ("Emin Quliyev", "Əmin Quliyev"),
        ("Aysel", "Aysən"),
        ("Elçin Rzayev", "Elçin Rzayeva"),
        ("Clerk 87", "Clerk 88"),
        ("Leyla M.", "Leyla M. (conec-088)"),
        ("Kamil", "Qamil"),
    ],
)
def test_other_letters_are_another_person(name, other):
    """Two people would decide as one, and nobody could be the second."""
    assert not is_same_person(name, other)


@pytest.mark.parametrize(
    ("name", "typed"), [("Nigar K.", "NIGAR K"), ("İlqar", "ilqar"), ("Ilqar", "ILQAR")]
)
def test_desk_and_journal_know_a_person_as_the_decisions_do(tmp_path, name, typed):
    """The same person would log in twice, and not find the own answers in the journal."""
    folder = tmp_path / "workspace"
    make_workspace(folder, cycle="2026", level=Level.CONEC)
    add_user(folder, name, Role.ANALYST, desks.PASSWORD, today=DAY)
    with pytest.raises(UsageError) as refused:
        add_user(folder, typed, Role.ANALYST, desks.PASSWORD, today=DAY)
    assert refused.value.code == "user-taken"
    line = DiaryLine(1, DAY, "decided", by=name)
    assert JournalFilter(person=typed).takes(line)
