"""The command ``forget``: what it deletes at the end of a cycle, and what it never touches."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import handing
import leak_story
import marked
import processes
import workspaces
from handing import DAY, code_of, told
from voterlist.storage import files, folders, lock
from voterlist.storage import ledger as ledgers

YES = ("--yes", "--by", "Rauf M.", "--today", DAY)
KEPT = {"voterlist.toml", "ledger.db", "ledger.mark", "keys", "trust.json", "sent"}
LATER = "2026-02-05"


@pytest.fixture(scope="module")
def _finished(tmp_path_factory):
    """A constituency that handed over, and has the receipt."""
    pair = handing.handed(tmp_path_factory.mktemp("forget"))
    assert pair.receive("package.zip", "--receipt", pair.folder / "receipt.zip")[0] == 0
    assert (
        told("receive", pair.below, pair.folder / "receipt.zip", "--today", DAY)[0] == 0
    )
    assert told("lists", pair.below, "--purpose", "work", "--today", DAY)[0] == 0
    return pair


@pytest.fixture
def finished(_finished, tmp_path):
    return _finished.copied(tmp_path)


def contents(folder):
    """Of every file but the locks."""
    found = handing.contents(folder)
    return {path: one for path, one in found.items() if ".lock" not in path}


def names(folder):
    return {
        path.name
        for path in folder.iterdir()
        if not path.name.startswith((".lock", ".desk.lock", ".find.lock"))
    }


def events(workspace):
    (code, said) = told("journal", workspace)
    assert code == 0
    return [
        line["event"]
        for line in said["lines"]
        if line["event"].startswith(("forget", "forgotten"))
    ]


def objections(answer):
    code, said = answer
    assert (code, said["done"]) == (1, False)
    return [one["code"] for one in said["objections"]]


def seen(workspace):
    """What the newest run makes of the lists."""
    names = ("entries", "findings", "set_aside")
    return [handing.newest(workspace, name).to_pylist() for name in names]


def cells(folder):
    """Files below a folder in which a name of the lists stands."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and _holds(path.read_bytes())
    )


def _holds(content):
    return any("Hüseynli" in text for text in marked._texts(content))


def test_it_only_says_what_there_is_until_somebody_is_sure(finished):
    """A command that was typed to look would delete a cycle."""
    before = contents(finished.below)
    for words in ((), ("--plan", *YES)):
        code, said = told("forget", finished.below, *words)
        assert (code, said["done"]) == (0, False)
        kinds = [one["kind"] for one in said["kinds"]]
        assert kinds == ["runs", "kept", "compared", "reports", "lists"]
        assert sum(one["files"] for one in said["kinds"]) > 50
    assert contents(finished.below) == before
    assert code_of(told("forget", finished.below, "--yes")) == (2, "forget-nobody")


def test_what_holds_cells_goes_and_what_shows_what_was_done_stays(finished):
    """A list that is left is a leak for years; a decision that is lost cannot be answered for."""
    below = finished.below
    assert any(path.startswith("runs/") for path in cells(below))
    code, said = told("forget", below, *YES)
    assert (code, said["done"]) == (0, True)
    assert names(below) == {*KEPT, "inbox", "reference"}
    assert {path.partition("/")[0] for path in cells(below)} <= {"inbox", "ledger.db"}
    assert events(below) == ["forget-begun", "forgotten"]
    line = next(
        one
        for one in told("journal", below)[1]["lines"]
        if one["event"] == "forget-begun"
    )
    assert line["by"] == "Rauf M."
    assert line["details"]["files"] == sum(one["files"] for one in said["kinds"])
    assert len(line["details"]["inventory"]) == 64
    assert told("journal", below, "--verify")[1]["fits"]
    with ledgers.reading(ledgers.Place(below / ledgers.FILE_NAME)) as ledger:
        assert ledger.given_verdicts().num_rows
    for command in ("status", "forget"):
        assert told(command, below, "--today", DAY)[0] in {0, 1}


STAYS = {"ledger*", "inbox*", "reference*"}
"""Places of the page about privacy that hold cells and stay."""


def test_each_place_that_holds_cells_goes(finished):
    """A place that the program fills and `forget` does not know is a leak for years."""
    below = finished.below
    made = []
    for row in leak_story.places():
        is_in_workspace = ":" not in row.pattern and row.holds != "none"
        if is_in_workspace and row.pattern not in STAYS:
            name = re.sub(r"(?<=[a-z])\*$", "/y", row.pattern).replace("*", "x")
            made.append(below / name)
    assert len(made) > 25
    for path in made:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Hüseynli", encoding="utf-8")
    assert told("forget", below, *YES)[1]["done"]
    assert [path for path in made if path.exists()] == []


def test_what_a_killed_command_left_among_temporary_files_goes(
    finished, tmp_path, monkeypatch
):
    """It may be a copy of the whole ledger; no other command comes after the end of a cycle."""
    monkeypatch.setattr(files.tempfile, "tempdir", str(tmp_path))
    left = tmp_path / f"{files.PREFIX}abcdefgh"
    with files.private_folder() as held:
        left.mkdir()
        (left / "ledger.db").write_text("Hüseynli", encoding="utf-8")
        assert told("forget", finished.below, *YES)[1]["done"]
        assert not left.exists()
        assert held.exists()


def test_lists_as_handed_in_go_only_where_that_is_asked_for(finished):
    below = finished.below
    told("forget", below, *YES)
    assert list((below / "inbox").rglob("*.csv"))
    assert told("forget", below, "--handed-in", *YES)[1]["done"]
    assert list((below / "inbox").iterdir()) == []
    assert {path.partition("/")[0] for path in cells(below)} <= {"ledger.db"}


def test_what_waits_for_a_person_is_refused_with_what_to_do(tmp_path):
    """Open cases are voters whose entries are in doubt: without the run nobody decides them."""
    workspace = workspaces.make(tmp_path / "2026", settings=handing.BELOW)
    workspaces.ran(workspace)
    before = contents(workspace)
    found = objections(told("forget", workspace, *YES))
    assert found == ["gate.open-cases", "forget.open-stage"]
    assert contents(workspace) == before


def test_a_package_without_receipt_is_refused(tmp_path):
    """Nobody knows yet that it arrived; its run is needed to make it again."""
    pair = handing.pair(tmp_path)
    assert pair.submit()[0] == 0
    assert objections(told("forget", pair.below, *YES)) == ["forget.unacknowledged"]


def test_a_list_that_came_after_the_run_is_refused(finished):
    """Its voters would be in no list, and nobody would ask."""
    shutil.copy(
        finished.below / "inbox" / "88" / "menteqe-1.csv",
        finished.below / "inbox" / "88" / "menteqe-9.csv",
    )
    assert "gate.stale-run" in objections(told("forget", finished.below, *YES))


def test_a_workspace_that_is_held_is_left_alone(finished):
    """A run writes there; a desk reads there."""
    for name, code in (
        (".lock", "workspace-busy"),
        (".desk.lock", "desk-open-already"),
        (".find.lock", "workspace-busy"),
    ):
        with lock.hold(finished.below, since="now", name=name):
            assert code_of(told("forget", finished.below, *YES)) == (4, code)
    assert told("forget", finished.below, *YES)[1]["done"]


def test_nothing_outside_of_the_workspace_is_touched(finished, tmp_path):
    """Links lead to disks where other cycles lie."""
    below, outside = finished.below, tmp_path / "outside"
    outside.mkdir()
    (outside / "precious.txt").write_text("x", encoding="utf-8")
    shutil.rmtree(below / "lists")
    (below / "lists").symlink_to(outside)
    (below / "kept" / "link").symlink_to(outside)
    (below / "kept" / "file").symlink_to(outside / "precious.txt")
    os.link(outside / "precious.txt", below / "compared" / "hard.txt")
    code, said = told("forget", below, *YES)
    assert (code, said["done"], said["links"]) == (0, True, ["lists"])
    assert (outside / "precious.txt").read_text(encoding="utf-8") == "x"
    assert (below / "lists").is_symlink()
    assert not (below / "kept").exists()


def test_returned_cases_go_and_those_behind_a_link_stay(finished, tmp_path):
    """They hold corrected values; behind a link lies what another workspace may need."""
    below, outside = finished.below, tmp_path / "outside"
    cases = below / "sent" / "abc.cases"
    cases.write_text("Hüseynli", encoding="utf-8")
    shutil.copytree(below / "sent", outside)
    assert told("forget", below, *YES)[1]["done"]
    assert not cases.exists()
    assert list((below / "sent").glob("*.json")), "the manifests stay"
    shutil.rmtree(below / "sent")
    (below / "sent").symlink_to(outside)
    assert told("run", below, "--today", DAY)[0] in {0, 1}
    code, said = told("forget", below, *YES)
    assert (code, said["done"], said["links"]) == (0, True, ["sent"])
    assert (outside / "abc.cases").exists()
    assert not folders.remove(below, "sent/abc.cases", lambda: None)
    assert (outside / "abc.cases").exists()


def test_it_ends_where_the_inbox_is_a_link_to_nothing_and_takes_what_killed_commands_left(
    finished, tmp_path
):
    """It would begin for ever; and an unfinished workbook holds names of voters."""
    below = finished.below
    for left in (
        ".cases.xlsx.999999999-0.part.xlsx",
        ".keys.part/private-key.txt",
        "sent/.abc.999999999-0.part.cases",
        "keys/.public-key.999999999-0.part.json",
    ):
        (below / left).parent.mkdir(exist_ok=True)
        (below / left).write_text("Hüseynli", encoding="utf-8")
    shutil.rmtree(below / "reference")
    (below / "reference").symlink_to(tmp_path / "missing")
    code, said = told("forget", below, "--handed-in", *YES)
    assert (code, said["done"], said["links"]) == (0, True, ["reference"])
    assert names(below) == {*KEPT, "inbox", "reference"}
    assert not [*below.rglob(".*.part*")]


def test_a_folder_that_becomes_a_link_in_the_middle_is_not_followed(
    tmp_path, monkeypatch
):
    """Whoever can write in the workspace would have files deleted elsewhere."""
    outside = tmp_path / "outside"
    (tmp_path / "runs" / "a").mkdir(parents=True)
    outside.mkdir()
    (outside / "precious.txt").write_text("x", encoding="utf-8")
    true_open = os.open

    def swapped(path, *given, **more):
        if path == "a" and (tmp_path / "runs" / "a").is_dir():
            (tmp_path / "runs" / "a").rmdir()
            (tmp_path / "runs" / "a").symlink_to(outside)
        return true_open(path, *given, **more)

    monkeypatch.setattr(folders.os, "open", swapped)
    with pytest.raises(OSError, match=r"symbolic|directory"):
        folders.remove(tmp_path, "runs", lambda: None)
    assert (outside / "precious.txt").exists()


def test_a_mount_is_found_by_its_path_without_escapes():
    """One that is overlooked is entered, and its files are deleted."""
    lines = (
        b"21 1 8:1 / / rw - ext4 /dev/sda1 rw",
        b"40 21 8:1 /o /w rw shared:1 - ext4 /dev/sda1 rw",
        b"41 21 8:1 /o /w/runs/a\\040b\\134c rw shared:1 - ext4 /dev/sda1 rw",
        b"42 21 8:2 / /w/inbox rw - ext4 /dev/sdb1 rw",
        b"43 21 8:2 / /wider/runs rw - ext4 /dev/sdb1 rw",
    )
    found = folders.mounted_below(Path("/w"), b"\n".join(lines) + b"\n")
    assert found == ["inbox", "runs/a b\\c"]


MOUNTED = """
import json, subprocess, sys
from command_line import told

outside, *places = sys.argv[1:5]
for place in places:
    if subprocess.run(["mount", "--bind", outside, place]).returncode:
        sys.exit(99)
    print(json.dumps(told("forget", *sys.argv[5:])))
    subprocess.run(["umount", place], check=True)
"""


@pytest.mark.skipif(not shutil.which("unshare"), reason="a tool of Linux")
def test_what_is_mounted_in_the_workspace_is_left_alone(finished, tmp_path):
    """A folder of the same disk looks like any other; its files are somebody else's."""
    below, outside = finished.below, tmp_path / "outside"
    outside.mkdir()
    (outside / "precious.txt").write_text("x", encoding="utf-8")
    (below / "runs" / "a").mkdir()
    places = (below / "runs" / "a", below / "lists", below / "keys")
    command = [sys.executable, "-c", MOUNTED, outside, *places, below, *YES]
    done = subprocess.run(
        ["unshare", "-rm", *command],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        check=False,
    )
    if done.returncode == 99 or not done.stdout:
        pytest.skip("nothing can be mounted here")
    *refused, (code, said) = map(json.loads, done.stdout.splitlines())
    assert [code_of(one) for one in refused] == [(2, "forget-mounted")] * 2
    assert (outside / "precious.txt").exists()
    assert (code, said["done"]) == (0, True), "the keys are not to be deleted"
    assert sum(one["files"] for one in said["kinds"]) > 50


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has none")
def test_what_cannot_be_deleted_is_named_and_not_said_to_be_gone(finished):
    """The journal would say that everything went while cells are left."""
    below = finished.below
    shutil.rmtree(below / "lists")
    os.mkfifo(below / "lists")
    assert code_of(told("forget", below, *YES)) == (2, "forget-left")
    assert events(below) == ["forget-begun"]
    (below / "lists").unlink()
    assert told("forget", below, *YES)[1]["went_on"]
    assert events(below) == ["forget-begun", "forgotten"]


KILLED = """
import os, signal, sys
from voterlist.cli import APP

left = int(sys.argv.pop(1))

def count(event, arguments):
    global left
    if event in {"os.remove", "os.rmdir"} and "/" not in str(arguments[0]):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(count)
APP(sys.argv[1:], standalone_mode=False)
"""


def killed(moment, *words):
    """Run a command that dies when it is about to delete its n-th file."""
    command = [sys.executable, "-c", KILLED, str(moment), *map(str, words)]
    assert processes.run(command, capture_output=True).returncode == -9


@pytest.mark.parametrize("moment", [10, 90])
def test_a_command_that_was_killed_is_gone_on_with(finished, moment):
    """The run is half gone then: the questions that it would be asked cannot be asked again."""
    below = finished.below
    killed(moment, "forget", below, *YES)
    code, said = told("forget", below, *YES)
    assert (code, said["done"], said["went_on"]) == (0, True, True)
    assert names(below) == {*KEPT, "inbox", "reference"}
    assert events(below) == ["forget-begun", "forgotten"]
    assert told("journal", below, "--verify")[1]["fits"]


def test_a_killed_command_says_nothing_of_the_work_after_it(finished):
    """The lists of the next cycle would go, unasked, for those of the last one were to go."""
    below = finished.below
    killed(10, "forget", below, "--handed-in", *YES)
    assert told("run", below, "--today", DAY)[0] in {0, 1}
    shutil.copy(
        below / "inbox" / "88" / "menteqe-1.csv",
        below / "inbox" / "88" / "menteqe-9.csv",
    )
    assert objections(told("forget", below, *YES))
    (below / "inbox" / "88" / "menteqe-9.csv").unlink()
    code, said = told("forget", below, *YES)
    assert (code, said["done"], said["went_on"]) == (0, True, False)
    assert list((below / "inbox").rglob("*.csv"))
    assert events(below) == ["forget-begun", "forget-begun", "forgotten"]


def test_a_commission_that_had_taken_a_return_works_on(finished):
    """It could neither hand over nor forget ever again: what was deleted was asked for."""
    below, returned = finished.below, finished.folder / "return.zip"
    assert told("run", finished.above, "--today", DAY)[0] in {0, 1}
    words = ("-c", 88, "--out", returned, "--today", DAY)
    assert told("return", finished.above, *words)[0] == 0
    assert told("receive", below, returned, "--today", DAY)[0] == 0
    assert told("forget", below, *YES)[1]["done"]
    assert told("run", below, "--today", DAY)[0] in {0, 1}
    assert finished.submit("again.zip")[0] == 0
    assert objections(told("forget", below, *YES)) == ["forget.unacknowledged"]


def test_the_central_commission_forgets_after_approval(finished):
    """Its lists are needed until they are approved; what stays of them was signed all the same.

    Of the voter whose address names a spouse it was asked, as in a list of strangers.
    """
    above, below = finished.above, finished.below
    odd = "Həyat yoldaşı Məmmədov Elçin Rauf oğlu 12.03.1970, ailəsi (4 nəfər)"
    entry = handing.newest(below, "entries").column("entry_id")[1].as_py()
    by = ("--by", "Leyla M.", "--today", DAY)
    asked = ("--what", "correct", "--for", entry, "--set", f"address={odd}", *by)
    number = told("application", "take", below, *asked, "--document", "A 1")[1][
        "number"
    ]
    # Whoever asked has no answer yet.
    assert "forget.open-applications" in objections(told("forget", below, *YES))
    grant = ("--grant", "--ground", "document-seen", *by)
    assert told("application", "decide", below, number, *grant)[0] == 0
    assert told("run", below, "--today", DAY)[0] in {0, 1}
    assert finished.submit("odd.zip")[0] == finished.receive("odd.zip")[0] == 0
    assert told("run", above, "--today", DAY)[0] in {0, 1}
    found = objections(told("forget", above, *YES))
    assert found == ["forget.open-stage"]
    approved = told(
        "approve", above, "-c", 88, "--ground", "3/7", "--by", "R", "--today", DAY
    )
    assert approved[0] == 0
    before = seen(above)
    assert told("forget", above, *YES)[1]["done"]
    assert not (above / "received").exists()
    assert cells(above / "inbox"), "the lists stay until they are asked for"
    assert told("run", above, "--today", DAY)[0] in {0, 1}
    assert seen(above) == before
    words = ("-c", 88, "--out", finished.folder / "return.zip", "--today", DAY)
    # Of its entries nobody knows the ids below any more: others would be meant.
    assert code_of(told("return", above, *words)) == (3, "received-gone")
