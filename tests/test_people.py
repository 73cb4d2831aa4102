"""The names of people who work with the lists: one person, however the name is typed."""

import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

import desks
from voterlist.decisions import is_same_person, person_key
from voterlist.errors import UsageError
from voterlist.model import Level, Role
from voterlist.pipeline.inbox import make_workspace
from voterlist.serve.users import add_user
from voterlist.upkeep.journals import DiaryLine, JournalFilter

DAY = dt.date(2026, 2, 6)
NAMES = st.text("abcçdeəfgğhxıijkqlmnoöprsştuüvyzИлгарАбвİIƏéß", min_size=1)
WAYS = st.sampled_from(
    [
        str.upper,
        str.lower,
        str.title,
        " {}. ".format,
        lambda name: "  ".join(unicodedata.normalize("NFC", name)),
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
    assert person_key(person_key(typed)) == person_key(typed)


@given(NAMES, NAMES)
def test_other_letters_are_another_person(name, other):
    """Two people would decide as one."""
    plain = [
        word.casefold().translate({0x131: "i", 0x307: None}) for word in (name, other)
    ]
    assert is_same_person(name, other) == (plain[0] == plain[1])


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
