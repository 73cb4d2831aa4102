"""Folders that move with a change of the ledger: a process that is killed moves all or none."""

import errno
import json

import pytest

import handing
import workspaces
from command_line import told
from voterlist.handover import receiving
from voterlist.pipeline.running import settle_moves
from voterlist.storage import folders
from voterlist.storage.ledger import Place, reading


@pytest.fixture
def packed(tmp_path):
    """A package waits to be taken in."""
    return handing.handed(tmp_path)


def journal(workspace):
    with reading(workspace / "ledger.db") as ledger:
        return ledger.journal()


def begun(workspace, change):
    """What a process leaves that was killed between its moves and the commit of the ledger."""
    lists = workspace / ".receiving" / "inbox"
    lists.mkdir(parents=True)
    (lists / "list.csv").write_text("№;Soyadı;Adı\n1;Məmmədov;Elçin\n")
    inbox = workspace / "inbox" / "88" / "conec-088"
    folders.move(workspace, folders.Plan(change, ((lists, inbox),)))
    assert (inbox / "list.csv").exists()
    return inbox


def test_lists_of_a_package_that_the_ledger_does_not_hold_leave_the_inbox(packed):
    """A run would take lists whose decisions stand nowhere."""
    inbox = begun(packed.above, "a" * 64)
    code, said = told("run", packed.above, "--today", handing.DAY)
    assert (code, said["error"]["code"]) == (2, "no-lists")
    assert not inbox.exists()
    assert not (packed.above / folders.MOVES).exists()


def test_lists_of_a_package_that_the_ledger_holds_stay(packed):
    """The process was killed behind the commit: the constituency would be missing."""
    assert packed.receive()[0] == 0
    ((_, _, line),) = [one for one in journal(packed.above) if one[1] == "received"]
    inbox = packed.above / "inbox" / "88" / "conec-088"
    before = sorted(inbox.iterdir())
    page = {
        "change": line["package"],
        "moves": [[".receiving/inbox", "inbox/88/conec-088"]],
    }
    (packed.above / folders.MOVES).write_text(json.dumps(page))
    (packed.above / ".receiving").mkdir()
    settle_moves(packed.above, Place(packed.above / "ledger.db"))
    assert sorted(inbox.iterdir()) == before
    assert not (packed.above / folders.MOVES).exists()


def test_where_the_ledger_is_lost_in_the_middle_the_next_command_settles(
    packed, monkeypatch
):
    """Lists whose decisions stand nowhere would stay in the inbox."""
    inbox = packed.above / "inbox" / "88" / "conec-088"
    move = receiving._move

    def lost(*_arguments):
        raise OSError(errno.EIO, "the ledger cannot be reached")

    def moved_and_lost(*arguments):
        move(*arguments)
        lost()

    with monkeypatch.context() as changed:
        changed.setattr(receiving, "_move", moved_and_lost)
        changed.setattr(receiving, "settle_moves", lost)
        assert packed.receive()[0] != 0
    assert inbox.exists()
    code, said = told("run", packed.above, "--today", handing.DAY)
    assert (code, said["error"]["code"]) == (2, "no-lists")
    assert not inbox.exists()
    assert packed.receive()[0] == 0
    assert inbox.exists()


def test_nothing_that_is_there_is_replaced(tmp_path):
    """Lists that were taken before would be gone; and what was moved before is moved back."""
    for name in ("new", "other", "taken"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "list.csv").write_text(name)
    pairs = (("new", "moved/inbox"), ("other", "taken"))
    plan = folders.Plan("x", tuple((tmp_path / a, tmp_path / b) for a, b in pairs))
    with pytest.raises(OSError, match="not empty"):
        folders.move(tmp_path, plan)
    assert folders.read_plan(tmp_path) == plan
    folders.settle(tmp_path, plan, is_kept=False)
    for name in ("new", "other", "taken"):
        assert (tmp_path / name / "list.csv").read_text() == name
    assert folders.read_plan(tmp_path) is None


def test_a_free_name_is_one_under_which_nothing_stands(tmp_path):
    """An older folder would be in the way of the next."""
    assert folders.free_name(tmp_path / "inbox") == tmp_path / "inbox"
    for name in ("inbox", "inbox-2"):
        (tmp_path / name).mkdir()
    assert folders.free_name(tmp_path / "inbox") == tmp_path / "inbox-3"


def test_a_run_that_ended_behind_its_line_of_the_journal_adds_no_second_one(tmp_path):
    """The journal would say of one run that there were two."""
    workspace = workspaces.make(tmp_path / "2026")
    folder = workspaces.ran(workspace).folder
    # The last that a run writes: without it the next one is made again.
    (folder / "result.json").unlink()
    result = workspaces.run(workspace)
    assert not result.is_unchanged
    assert [event for _, event, _ in journal(workspace)] == ["run"]
