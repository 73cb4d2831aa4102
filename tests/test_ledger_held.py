"""A ledger that others hold is not replaced; one that was replaced all the same takes no answer.

A decision that is confirmed stands in the ledger of the workspace. Nothing else may be told.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

import desks
import ledger_places
import ledgers
import processes
from command_line import started
from voterlist.errors import InputError, UsageError, WorkspaceBusyError
from voterlist.model import Role
from voterlist.serve.door import add_user
from voterlist.storage.ledger import (
    Ledger,
    Place,
    copies,
    mark_run,
    reading,
    verify,
)
from voterlist.storage.ledger.copies import copy, renew, restore
from voterlist.storage.ledger.reading import alone, open_unverified

TESTS = str(Path(__file__).resolve().parent)
ANSWER = {"today": ledgers.DAY, "since": "2026-02-03 09:00"}
ENGLISH = {"lang": "en"}
GIVEN_UP = {"by": "N", "reason": "R"}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    """Nobody waits ten seconds for a ledger that will not be let go."""
    monkeypatch.setattr(copies, "_PATIENCE", 0.2)


@pytest.fixture(params=ledger_places.KINDS)
def place(request, tmp_path):
    folder = tmp_path / "2026"
    folder.mkdir()
    place = ledger_places.new(request.param, folder)
    ledgers.fill(place, 6)
    return place


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "2026" / "ledger.db"
    path.parent.mkdir()
    ledgers.fill(path, 6)
    return path


def decided(place):
    """How many decisions stand in a ledger."""
    with reading(place) as ledger:
        return ledger.decisions().num_rows


LATE = """
import sys
from pathlib import Path
from voterlist.errors import WorkspaceBusyError
from voterlist.storage.ledger import Ledger

try:
    Ledger(Path(sys.argv[1]), timeout=0.2)
except WorkspaceBusyError as error:
    sys.exit(error.exit_code)
"""

# Held by another program


def test_a_ledger_that_is_open_is_not_replaced(place, tmp_path):
    """What the other program writes would go into a file that nobody finds again."""
    copied = tmp_path / "copy.db"
    copy(place, copied)
    other = Ledger(place)
    for older in (False, True):
        with pytest.raises(WorkspaceBusyError) as caught:
            restore(place, copied, older=older, **ANSWER)
        assert (caught.value.code, caught.value.exit_code) == ("ledger-locked", 4)
    # One on a server is found not to be lost before anything of it is moved.
    with pytest.raises((WorkspaceBusyError, UsageError)):
        renew(place, **GIVEN_UP, **ANSWER)
    with other:
        other.decide(ledgers.decisions(70, 2))
    assert decided(place) == 8
    restore(place, copied, older=True, **ANSWER)
    assert decided(place) == 6


def test_who_comes_while_it_is_replaced_waits(path):
    """A command that opened the ledger in this moment would write into the one that goes."""
    with alone(path):
        late = processes.run([sys.executable, "-c", LATE, str(path)], text=True)
        assert late.returncode == 4
    with Ledger(path, timeout=0.2) as ledger:
        ledger.decide(ledgers.decisions(70, 2))
    assert decided(path) == 8


def test_a_damaged_ledger_that_is_open_is_not_given_up(path):
    """SQLite has no lock for a file that is no database."""
    other = Ledger(path)
    content = path.read_bytes()
    path.write_bytes(b"x" * len(content))
    with pytest.raises(WorkspaceBusyError):
        renew(path.parent, **GIVEN_UP, **ANSWER)
    assert not list(path.parent.glob("ledger-kept-*"))
    path.write_bytes(content)
    other.close()


OTHER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import ledgers
import processes
from voterlist.storage.ledger import Ledger

with Ledger(Path(sys.argv[1])) as ledger:
    ledger.write_journal(ledgers.DAY, "other")
"""


def test_reading_does_not_let_go_of_a_ledger_that_is_open(path):
    """Another program took itself for the last one and removed the WAL under the open ledger.

    What was confirmed after that was gone with the process.
    """
    ours = Ledger(path)
    with ours.block():
        ours.write_journal(ledgers.DAY, "first")
    assert decided(path) == 6
    processes.run([sys.executable, "-c", OTHER, str(path), TESTS], check=True)
    with ours.block():
        ours.write_journal(ledgers.DAY, "last")
    copied = shutil.copytree(path.parent, path.parent.with_name("as-after-a-kill"))
    with reading(copied / "ledger.db") as ledger:
        events = [event for _, event, _ in ledger.journal()]
    ours.close()
    assert events[-3:] == ["first", "other", "last"]


# Replaced all the same


def removed(path):
    path.unlink()


def exchanged(path):
    shutil.copyfile(path, path.with_name("other.db"))
    path.with_name("other.db").replace(path)


def moved_away(path):
    path.parent.rename(path.parent.with_name("elsewhere"))


def without_its_wal(path):
    path.with_name("ledger.db-wal").unlink()


def without_all(path):
    for part in path.parent.glob("ledger.db*"):
        part.unlink()


REPLACED = [removed, exchanged, moved_away, without_its_wal, without_all]


@pytest.mark.parametrize("replace", REPLACED)
def test_an_open_ledger_notices_that_it_was_replaced(path, replace):
    """Nothing is written, and the mark beside the other ledger stays as it is."""
    ledger = Ledger(path)
    with ledger.block():
        ledger.decide(ledgers.decisions(70, 2))
    replace(path)
    mark = path.with_name("ledger.mark")
    before = mark.read_bytes() if mark.exists() else None
    for _ in range(2):
        with pytest.raises(InputError) as caught, ledger.block():
            ledger.decide(ledgers.decisions(80, 2))
        assert (caught.value.code, caught.value.exit_code) == ("ledger-replaced", 3)
    with pytest.raises(InputError):
        ledger.close()
    assert (mark.read_bytes() if mark.exists() else None) == before


@pytest.mark.parametrize("replace", REPLACED)
def test_a_command_notices_that_its_ledger_was_replaced(path, replace):
    """A run that ended well would not stand in the ledger."""
    with pytest.raises(InputError) as caught, Ledger(path) as ledger:  # noqa: PT012  one block
        ledger.decide(ledgers.decisions(70, 2))
        replace(path)
    assert caught.value.code == "ledger-replaced"


def test_a_ledger_with_other_lines_is_another_one(place, tmp_path):
    """Put back by other means, into the same file or database: the tables are no longer ours."""
    before = ledger_places.copied(place, tmp_path / "before")
    ledger = Ledger(place)
    with ledger.block():
        ledger.decide(ledgers.decisions(70, 2))
    ledger_places.put_back(before, place)
    with pytest.raises(InputError) as caught, ledger.block():
        ledger.decide(ledgers.decisions(80, 2))
    assert caught.value.code == "ledger-replaced"
    ledger.close()


# At the desk


@pytest.fixture(scope="module")
def _workspace(tmp_path_factory):
    folder = ledgers.workspace(tmp_path_factory.mktemp("held") / "2026")
    for name, role in (("Aysel", Role.ANALYST), ("Orxan", Role.OPERATOR)):
        add_user(folder, name, role, desks.PASSWORD, today=ledgers.DAY)
    return folder


@pytest.fixture
def workspace(_workspace, tmp_path):
    return shutil.copytree(_workspace, tmp_path / "2026")


def decide(client, note):
    """What the desk answers to a decision about the next case; its refusal, where it gives none."""
    answer = client.post("/api/next", json={"after": -1})
    case = answer.json()
    if "cases" not in case:
        return answer
    return client.post("/api/decide", json=_told(case, note))


def _told(case, note):
    decision = {
        "case": case["cases"]["id"][0],
        "entries": case["entries"]["id"],
        "seen": case["cases"]["seen"][0],
        "verdict": "separate",
        "note": note,
        "time": "2026-02-03T12:00:00+04:00",
    }
    one = {"knows": case["knows"], "decision": decision}
    return {"language": "en", "decisions": [one]}


def reasons(path):
    """What people gave for reasons."""
    with reading(path) as ledger:
        return set(ledger.given_verdicts().column("reason").to_pylist())


def test_the_ledger_of_an_open_desk_is_not_replaced(workspace):
    """The desk went on, and confirmed decisions that stood in no file."""
    copied = workspace.parent / "copy.db"
    started("ledger", "copy", workspace, copied)
    with desks.running(workspace) as desk:
        analyst = desk.visitor("Aysel")
        case = analyst.post("/api/next", json={"after": -1}).json()
        given_up = ("--by", "N", "--reason", "R")
        for command in (
            ("restore", workspace, copied),
            ("restore", workspace, copied, "--older"),
            ("renew", workspace, *given_up),
        ):
            refused = started("ledger", *command, "--json")
            assert refused.returncode == 4, refused.stdout
            assert json.loads(refused.stdout)["error"]["code"] == "desk-open-already"
        answer = analyst.post("/api/decide", json=_told(case, "after"))
        assert answer.json()["results"][0]["done"]
        desk.kill()
    assert "after" in reasons(workspace / "ledger.db")


@pytest.mark.parametrize("replace", [removed, exchanged, without_its_wal])
def test_a_desk_whose_ledger_was_replaced_confirms_nothing(workspace, replace):
    """The analyst is told that the answer was not recorded, and what to do; nobody logs in."""
    with desks.running(workspace) as desk:
        analyst = desk.visitor("Aysel", params=ENGLISH)
        case = analyst.post("/api/next", json={"after": -1}).json()
        replace(workspace / "ledger.db")
        for answer in (
            analyst.post("/api/decide", json=_told(case, "lost")),
            decide(analyst, "lost"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (503, "ledger-lost")
            assert "NOT recorded" in answer.json()["message"]
        refused = desks.log_in(desk.visitor(params=ENGLISH), "Aysel")
        assert (refused.status_code, "NOT recorded" in refused.text) == (403, True)
        code, told, _ = desk.stop()
    assert (code, "Decisions recorded since it was opened: 0" in told) == (0, True)


def test_what_is_decided_after_a_file_was_taken_out_survives_a_kill(workspace):
    """The export of the operator took the lock of the ledger away, so that its WAL was removed."""
    with desks.running(workspace) as desk:
        analyst, operator = desk.visitor("Aysel"), desk.visitor("Orxan")
        case = analyst.post("/api/next", json={"after": -1}).json()
        assert operator.get("/export/page").status_code == 200
        desks.add_user(workspace, "Somebody")
        answer = analyst.post("/api/decide", json=_told(case, "kept"))
        assert answer.json()["results"][0]["done"]
        desk.kill()
    assert "kept" in reasons(workspace / "ledger.db")
    assert verify(workspace / "ledger.db").fits


# Of which workspace it is


def other_ledger(kind, folder):
    """The ledger of another workspace."""
    folder.mkdir()
    other = ledger_places.new(kind, folder)
    ledgers.fill(other, 4)
    return other


@ledger_places.both
@pytest.mark.parametrize("decided_there", [3, 30])
def test_the_ledger_of_another_workspace_is_not_taken(place, kind, decided_there):
    """Its decisions are about other voters; it makes no difference which of them has more."""
    other = other_ledger(kind, place.path.parent.with_name("other"))
    with Ledger(other) as ledger:
        ledger.decide(ledgers.decisions(700, decided_there))
    copied = place.path.parent.with_name("copy.db")
    copy(other, copied)
    for older in (False, True):
        with pytest.raises(UsageError) as caught:
            restore(place, copied, older=older, **ANSWER)
        assert (caught.value.code, caught.value.exit_code) == ("ledger-of-another", 2)
    assert decided(place) == 6


def test_a_ledger_that_is_lost_has_its_workspace_still(path):
    """The mark says whose it was; a copy of ours is taken, that of others is not."""
    ours, theirs = path.parent.with_name("ours.db"), path.parent.with_name("theirs.db")
    copy(path.parent, ours)
    with Ledger(path) as ledger:
        ledger.decide(ledgers.decisions(70, 2))
    copy(other_ledger("sqlite", path.parent.with_name("other")), theirs)
    path.unlink()
    with pytest.raises(UsageError) as caught:
        restore(path.parent, theirs, older=True, **ANSWER)
    assert caught.value.code == "ledger-of-another"
    restore(path.parent, ours, older=True, **ANSWER)
    assert decided(path) == 6


def test_a_branch_of_the_own_ledger_is_taken(path):
    """An older copy was put back, work went on, and then the ledger that was kept is wanted."""
    copied = path.parent.with_name("copy.db")
    copy(path.parent, copied)
    with Ledger(path) as ledger:
        ledger.decide(ledgers.decisions(70, 2))
    kept = restore(path.parent, copied, older=True, **ANSWER).kept
    with Ledger(path) as ledger:
        ledger.decide(ledgers.decisions(80, 1))
    restore(path.parent, kept, older=True, **ANSWER)
    assert decided(path) == 8


def test_a_copy_that_turns_up_after_the_ledger_was_given_up_is_taken(place):
    """A new ledger in the place of a lost one is still that of the workspace."""
    copied = place.path.parent.with_name("copy.db")
    copy(place, copied)
    ledger_places.edit(place, ("UPDATE decisions SET verdict = 'keep'",))
    renew(place, **GIVEN_UP, **ANSWER)
    with Ledger(place) as ledger:
        ledger.decide(ledgers.decisions(90, 1))
    restore(place, copied, older=True, **ANSWER)
    assert decided(place) == 6


def test_a_ledger_of_before_gets_its_workspace_and_its_copies_are_read(path):
    """Neither it nor its mark nor its copies say whose they are."""
    with ledger_places.opened(Place(path)) as base:
        base.set_origin(0)
    copied = path.parent.with_name("copy.db")
    shutil.copyfile(path, copied)
    mark = path.with_name("ledger.mark")
    content = json.loads(mark.read_text("utf-8"))
    del content["origin"]
    mark.write_text(json.dumps(content), "utf-8")
    with Ledger(path) as ledger:
        ledger.decide(ledgers.decisions(70, 2))
    assert json.loads(mark.read_text("utf-8"))["origin"] > 0
    theirs = path.parent.with_name("theirs.db")
    copy(other_ledger("sqlite", path.parent.with_name("other")), theirs)
    with pytest.raises(UsageError):
        restore(path.parent, theirs, older=True, **ANSWER)
    restore(path.parent, copied, older=True, **ANSWER)
    assert decided(path) == 6
    with ledger_places.opened(Place(path)) as base:
        assert base.origin() == json.loads(mark.read_text("utf-8"))["origin"]


def test_a_ledger_moves_with_its_workspace(path):
    """Into a database and back, it is still of the same workspace."""
    server = ledger_places.new("postgres", path.parent)
    copy(path.parent, server)
    back = path.parent.with_name("back.db")
    copy(server, back)
    origins = set()
    for one in (Place(path), server, Place(back)):
        with open_unverified(one) as base:
            origins.add(base.origin())
    assert len(origins) == 1
    assert origins != {0}


def test_the_mark_of_a_run_says_whose_ledger_it_was(path):
    """The mark beside the ledger may be lost with it."""
    folder = path.parent / "runs" / "2026-02-03"
    folder.mkdir(parents=True)
    mark_run(path, folder)
    theirs = path.parent.with_name("theirs.db")
    copy(other_ledger("sqlite", path.parent.with_name("other")), theirs)
    for part in path.parent.glob("ledger.*"):
        part.unlink()
    with pytest.raises(UsageError) as caught:
        restore(path.parent, theirs, older=True, **ANSWER)
    assert caught.value.code == "ledger-of-another"
