"""Work shared with other processes: order, errors, and helpers that end."""

import os

import pytest

from voterlist import synth
from voterlist.ingest import table_entries
from voterlist.model import Profile
from voterlist.normalize import normalize
from voterlist.normalize.name_parts import father_and_sex, fold_surname
from voterlist.processes import shares

MANY = [f"Əliyev{'abc'[number % 3] * (number % 7)}{number}" for number in range(4_500)]


ASKING = "PROCESS_THAT_ASKS"


def where(text):
    """The process that works on the text."""
    return os.getpid(), text


def refuse(text):
    """An error at one text."""
    if text == MANY[-1]:
        raise ValueError("this one")
    return text


def end_process(text):
    """The end of a process that helps."""
    if os.environ[ASKING] != str(os.getpid()):
        os._exit(3)
    return text


@pytest.mark.slow
@pytest.mark.parametrize("processes", [0, 1, 2])
def test_results_stand_in_the_order_of_the_texts(processes):
    """Else a voter would bear the skeleton of another one's name."""
    with shares.helped(processes):
        folded = shares.mapped(fold_surname, MANY)
        fathers = shares.mapped(father_and_sex, MANY)
    assert folded == [fold_surname(text) for text in MANY]
    assert fathers == [father_and_sex(text) for text in MANY]


@pytest.mark.slow
def test_the_helpers_do_it_and_end():
    """Else they would cost memory and help nobody; or live on when the work is done."""
    with shares.helped(1):
        (pid,) = {pid for pid, _ in shares.mapped(where, MANY)}
    assert pid != os.getpid()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.slow
def test_an_error_is_raised_as_it_is():
    """Else a fault in a fold would look like a fault of the machine, or go unseen."""
    with shares.helped(1), pytest.raises(ValueError, match="this one"):
        shares.mapped(refuse, MANY)


@pytest.mark.slow
def test_a_helper_that_ends_is_done_without(monkeypatch):
    """Else a process killed for memory would end the linkage, or lose its texts."""
    monkeypatch.setenv(ASKING, str(os.getpid()))
    with shares.helped(2):
        assert shares.mapped(end_process, MANY) == MANY
        assert shares.mapped(fold_surname, MANY)[:1] == [fold_surname(MANY[0])]


@pytest.mark.slow
@pytest.mark.parametrize("profile", list(Profile))
def test_any_number_of_helpers_gives_the_same_voters(profile, monkeypatch):
    """Else a list would have other pairs on a machine with more cores."""
    monkeypatch.setattr(shares, "_FEWEST", 1)
    monkeypatch.setattr(shares, "_A_SHARE", 50)
    invented = synth.generate(1_000, constituencies=2, seed=5).entries
    entries = table_entries(invented.drop_columns(["list_kind"]))
    alone = normalize(entries, profile, encoded=True, for_linkage=True).table
    with shares.helped(2):
        helped = normalize(entries, profile, encoded=True, for_linkage=True).table
    assert helped.equals(alone)
