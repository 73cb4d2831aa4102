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
@pytest.mark.parametrize("processes", [0, 2])
def test_results_stand_in_the_order_of_the_texts(processes):
    """Else a voter would bear the skeleton of another one's name."""
    with shares.helped(processes):
        folded = shares.mapped(fold_surname, MANY)
        fathers = shares.mapped(father_and_sex, MANY)
    assert folded == [fold_surname(text) for text in MANY]
    assert fathers == [father_and_sex(text) for text in MANY]


@pytest.mark.slow
def test_the_helpers_do_it_and_end_with_an_error_too():
    """Else they would cost memory and help nobody, live on, or a fault in a fold go unseen."""
    with shares.helped(1):
        (pid,) = {pid for pid, _ in shares.mapped(where, MANY)}
        with pytest.raises(ValueError, match="this one"):
            shares.mapped(refuse, MANY)
    assert pid != os.getpid()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.slow
def test_a_helper_that_ends_is_done_without(monkeypatch):
    """Else a process killed for memory would end the linkage, or lose its texts."""
    monkeypatch.setenv(ASKING, str(os.getpid()))
    with shares.helped(2):
        assert shares.mapped(end_process, MANY) == MANY
        assert shares.mapped(fold_surname, MANY)[:1] == [fold_surname(MANY[0])]


@pytest.mark.slow
def test_any_number_of_helpers_gives_the_same_voters(monkeypatch):
    """Else a list would have other pairs on a machine with more cores."""
    monkeypatch.setattr(shares, "_FEWEST", 1)
    monkeypatch.setattr(shares, "_A_SHARE", 50)
    invented = synth.generate(600, constituencies=2, seed=5).entries
    entries = table_entries(invented.drop_columns(["list_kind"]))

    def voters():
        return [
            normalize(entries, profile, encoded=True, for_linkage=True).table
            for profile in Profile
        ]

    with shares.helped(2):
        helped = voters()
    assert helped == voters()
