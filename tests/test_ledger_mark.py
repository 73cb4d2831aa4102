"""A ledger that is gone, older or another one; copies of it; and reading it without writing."""

import json
import os
import shutil
import stat
import threading

import pytest

import ledgers
import workspaces
from command_line import started
from voterlist.errors import InputError, UsageError, WorkspaceBusyError
from voterlist.storage import lock
from voterlist.storage.ledger import Ledger, copies, mark, reading
from voterlist.storage.ledger.base import APPEND_ONLY, beside, make_private
from voterlist.storage.ledger.copies import (
    RENEWED_EVENT,
    RESTORED_EVENT,
    copy,
    renew,
    restore,
)

posix = pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
ANSWER = {"today": ledgers.DAY, "since": "2026-02-03 09:00"}


@pytest.fixture
def workspace(tmp_path):
    return ledgers.workspace(tmp_path / "2026")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "small" / "ledger.db"
    path.parent.mkdir()
    ledgers.fill(path)
    return path


def gone(path):
    path.unlink()


def emptied(path):
    path.write_bytes(b"")


def older(path):
    old = path.with_name("old.db")
    shutil.copyfile(path, old)
    with Ledger(path) as ledger:
        ledger.decide(ledgers.decisions(300, 2))
    old.replace(path)


def without_its_wal(path):
    ledgers.write_and_die(path)
    path.with_name("ledger.db-wal").unlink()


def without_its_beginning(path):
    """The same number of rows, and other ones."""
    ledgers.write_and_die(path)
    for part in path.parent.glob("ledger.db*"):
        part.unlink()
    kept = path.with_name("ledger.mark").read_bytes()
    path.with_name("ledger.mark").unlink()
    runs = path.parent / "runs"
    aside = runs.rename(path.parent / "aside")
    ledgers.fill(path)
    aside.rename(runs)
    path.with_name("ledger.mark").write_bytes(kept)


LOST = [
    (gone, "missing"),
    (emptied, "missing"),
    (older, "older"),
    (without_its_wal, "older"),
    (without_its_beginning, "other"),
]
COMMANDS = [
    ("run", "{}", "--today", "2026-02-05"),
    ("status", "{}"),
    ("review", "export", "{}"),
]


@pytest.mark.parametrize(("lose", "kind"), LOST)
def test_a_ledger_that_lost_rows_stops_every_command(workspace, lose, kind):
    """Without its decisions a command would go on as if nobody had decided anything."""
    path = workspace / "ledger.db"
    lose(path)
    before = path.read_bytes() if path.exists() else None
    for command in COMMANDS:
        found = started(*[word.format(workspace) for word in command], "--json")
        error = json.loads(found.stdout)["error"]
        assert (found.returncode, error["code"]) == (3, "ledger-shrunk")
    beginning = {
        "missing": "The ledger is gone",
        "older": "The ledger is an older",
        "other": "The ledger is another",
    }
    assert error["what"].startswith(beginning[kind])
    known = {"older": 7, "without_its_wal": 8, "without_its_beginning": 8}.get(
        lose.__name__, 5
    )
    assert f" {known} decisions" in error["what"]
    assert f"voterlist ledger restore {workspace} FILE" in error["todo"]
    assert (path.read_bytes() if path.exists() else None) == before


def test_the_folder_of_a_run_knows_how_far_the_ledger_was(workspace):
    """The ledger and the mark beside it deleted together are noticed all the same."""
    workspaces.run(workspace, today=workspaces.TODAY.replace(day=4))
    path = workspace / "ledger.db"
    gone(path)
    path.with_name("ledger.mark").unlink()
    with pytest.raises(InputError) as caught:
        Ledger(path)
    assert (caught.value.code, caught.value.places["variant"]) == (
        "ledger-shrunk",
        "missing",
    )
    assert caught.value.places["known_decisions"] == "5"


def test_the_furthest_mark_counts(workspace):
    """An old ledger put back with its old mark: the newest run's folder has the other one."""
    path = workspace / "ledger.db"
    old = {
        name: path.with_name(name).read_bytes() for name in ("ledger.db", "ledger.mark")
    }
    workspaces.run(workspace, today=workspaces.TODAY.replace(day=4))
    for name, content in old.items():
        path.with_name(name).write_bytes(content)
    with pytest.raises(InputError) as caught, reading(path):
        pass
    assert caught.value.places["variant"] == "older"
    assert (
        caught.value.places["known_journal"],
        caught.value.places["there_journal"],
    ) == (
        "3",
        "2",
    )


@pytest.mark.parametrize("table", ["decisions", "journal", "chain"])
def test_other_rows_of_any_table_are_noticed(path, table):
    """A ledger of another workspace would be taken where the last table alone is looked at."""
    mark = path.with_name("ledger.mark")
    content = json.loads(mark.read_text(encoding="utf-8"))
    content["tables"][table]["digest"] = "0" * 64
    mark.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError) as caught, reading(path):
        pass
    assert caught.value.places["variant"] == "other"


def test_a_crash_before_the_mark_is_harmless(path):
    """The mark is written after the commit: a ledger that is ahead of it is whole."""
    behind = path.with_name("ledger.mark").read_bytes()
    with Ledger(path) as ledger:
        ledger.decide(ledgers.decisions(900, 3))
    path.with_name("ledger.mark").write_bytes(behind)
    with Ledger(path) as ledger:
        assert ledger.decisions().num_rows == 43


def test_a_damaged_mark_is_told(path):
    """A mark that cannot be understood says nothing; to pass over it would hide a loss."""
    path.with_name("ledger.mark").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Ledger(path)
    assert caught.value.code == "ledger-mark-damaged"


def test_a_copy_holds_what_the_wal_holds(path):
    """A copy of ledger.db alone would lack the decisions made before a power cut."""
    ledgers.write_and_die(path)
    target = path.with_name("copy.db")
    rows = copy(path.parent, target)
    assert rows == {
        "decisions": 43,
        "acceptances": 20,
        "journal": 2,
        "adjudications": 0,
        "amendments": 0,
        "applications": 0,
        "chain": 49,
    }
    with (
        reading(path) as ledger,
        reading(target.rename(path.parent / "elsewhere.db")) as copied,
    ):
        assert copied.decisions().equals(ledger.decisions())
        assert copied.case_numbers() == ledger.case_numbers()
    assert not list(path.parent.glob("elsewhere.db-*"))


def test_a_copy_overwrites_nothing(path):
    """Neither an older copy nor anything else."""
    target = path.with_name("copy.db")
    target.write_text("dear to me", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        copy(path.parent, target)
    assert (caught.value.code, target.read_text(encoding="utf-8")) == (
        "file-taken",
        "dear to me",
    )


def test_what_a_killed_copy_left_is_no_copy(path):
    """An empty file would be refused as a copy that is there, and trusted as one."""
    target = path.with_name("copy.db")
    target.touch()
    assert copy(path.parent, target)["decisions"] == 40
    with reading(target) as copied:
        assert copied.decisions().num_rows == 40


def test_a_copy_has_its_name_only_when_it_is_whole(path, monkeypatch):
    """Killed within, half a copy would stand under the name of a whole one, or a journal of it."""
    seen = []

    def looked(base, fresh):
        pour(base, fresh)
        seen.extend(one.name for one in path.parent.iterdir())

    pour = copies._pour
    monkeypatch.setattr(copies, "_pour", looked)
    copy(path.parent, path.with_name("copy.db"))
    assert "copy.db" not in seen
    assert not [name for name in seen if name.endswith(("-journal", "-wal", "-shm"))]


def test_a_ledger_that_lost_rows_is_not_copied(path):
    """Such a copy would be taken for a good one."""
    older(path)
    with pytest.raises(InputError):
        copy(path.parent, path.with_name("copy.db"))
    assert not path.with_name("copy.db").exists()


def test_a_ledger_without_a_mark_is_copied(path):
    """A workspace of an earlier version would be told that it has no ledger."""
    path.with_name("ledger.mark").unlink()
    target = path.with_name("copy.db")
    assert copy(path.parent, target)["decisions"] == 40
    assert target.exists()


def test_a_ledger_that_is_gone_is_not_told_as_one_that_never_was(path):
    """Nobody would look for the decisions that are lost."""
    gone(path)
    with pytest.raises(InputError):
        copy(path.parent, path.with_name("copy.db"))


def test_there_is_nothing_to_copy_before_the_first_run(tmp_path):
    """A workspace without a ledger has lost none."""
    with pytest.raises(UsageError) as caught:
        copy(tmp_path, tmp_path / "copy.db")
    assert caught.value.code == "no-ledger"


@pytest.mark.parametrize("lose", [gone, emptied, older, without_its_wal])
def test_a_copy_is_put_back(path, lose, tmp_path):
    """The ledger that is there is kept with its WAL, and the WAL is not applied to the copy."""
    lose(path)
    before = path.read_bytes() if path.exists() else None
    full = tmp_path / "full" / "ledger.db"
    full.parent.mkdir()
    ledgers.fill(full)
    with Ledger(full) as ledger:
        ledger.decide(ledgers.decisions(300, 2))
    needs_older = lose is without_its_wal
    replaced = restore(path.parent, full, older=needs_older, **ANSWER)
    with Ledger(path) as ledger:
        assert ledger.decisions().num_rows == 42
        day, event, details = ledger.journal()[-1]
    assert (day, event, details["older"]) == (
        ledgers.DAY,
        RESTORED_EVENT,
        int(needs_older),
    )
    assert (replaced.kept.read_bytes() if replaced.kept else None) == before


def test_a_copy_that_lacks_decisions_is_refused(path, tmp_path):
    """Only --older takes it; the journal says so, and the marks of before are void."""
    copied = tmp_path / "copy.db"
    copy(path.parent, copied)
    with Ledger(path) as ledger:
        ledger.decide(ledgers.decisions(300, 2))
    before = path.read_bytes()
    with pytest.raises(UsageError) as caught:
        restore(path.parent, copied, **ANSWER)
    assert (caught.value.code, caught.value.places["known_decisions"]) == (
        "ledger-copy-behind",
        "42",
    )
    assert path.read_bytes() == before
    replaced = restore(path.parent, copied, older=True, **ANSWER)
    assert replaced.known["decisions"] == 42
    assert replaced.kept.read_bytes() == before
    with Ledger(path) as ledger:
        assert ledger.decisions().num_rows == 40
        assert ledger.journal()[-1][2]["known_decisions"] == 42


def test_a_stale_wal_is_kept_beside_and_not_applied(path, tmp_path):
    """SQLite applies a WAL to whatever ledger lies beside it."""
    copied = tmp_path / "copy.db"
    copy(path.parent, copied)
    ledgers.write_and_die(path)
    replaced = restore(path.parent, copied, older=True, **ANSWER)
    with Ledger(path) as ledger:
        assert ledger.decisions().num_rows == 40
    with reading(replaced.kept.rename(tmp_path / "ledger.db")) as kept:
        assert kept.decisions().num_rows == 40
    replaced.kept.with_name(f"{replaced.kept.name}-wal").rename(
        tmp_path / "ledger.db-wal"
    )
    with reading(tmp_path / "ledger.db") as kept:
        assert kept.decisions().num_rows == 43


@pytest.mark.parametrize("lose", [emptied, older])
def test_what_is_left_of_a_ledger_is_gone_on_with(path, lose):
    """Its owner could never write into it again, or what is left of it would be thrown away."""
    lose(path)
    left = path.stat().st_size and 40
    renew(path.parent, by="N", reason="R", **ANSWER)
    with Ledger(path) as ledger:
        assert ledger.journal()[-1][1] == RENEWED_EVENT
        assert ledger.decisions().num_rows == left


@pytest.mark.parametrize("lose", [gone, without_its_beginning])
def test_a_ledger_given_up_is_journalled_and_the_work_goes_on(workspace, lose):
    """Who answers for it and why stands in the journal, and every command works again."""
    path = workspace / "ledger.db"
    lose(path)
    words = (
        "--by",
        "Leyla M.",
        "--reason",
        "the disk broke",
        "--today",
        "2026-02-05",
        "--json",
    )
    found = started("ledger", "renew", workspace, *words)
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["known"]["decisions"] >= 5
    with Ledger(path) as ledger:
        day, event, details = ledger.journal()[-1]
    assert (day.isoformat(), event) == ("2026-02-05", RENEWED_EVENT)
    assert (details["by"], details["reason"]) == ("Leyla M.", "the disk broke")
    workspaces.run(workspace, today=day)
    done = started("review", "export", workspace)
    assert done.returncode == 0, done.stderr


def test_a_damaged_ledger_given_up_is_kept(path):
    """A new one takes its place; somebody may still save something of the old one."""
    path.write_bytes(path.read_bytes()[:10_000])
    before = path.read_bytes()
    replaced = renew(path.parent, by="N", reason="R", **ANSWER)
    assert replaced.kept.read_bytes() == before
    with Ledger(path) as ledger:
        assert [event for _, event, _ in ledger.journal()] == [RENEWED_EVENT]


def test_a_ledger_that_lacks_nothing_is_not_given_up(path):
    """Nobody throws decisions away by a slip."""
    before = path.read_bytes()
    with pytest.raises(UsageError) as caught:
        renew(path.parent, by="N", reason="R", **ANSWER)
    assert (caught.value.code, path.read_bytes()) == ("ledger-not-lost", before)


def test_a_run_that_holds_the_workspace_is_not_disturbed(path):
    """Putting back and giving up wait for nobody and change nothing meanwhile."""
    copied = path.with_name("copy.db")
    copy(path.parent, copied)
    with lock.hold(path.parent, since="2026"):
        with pytest.raises(WorkspaceBusyError):
            restore(path.parent, copied, **ANSWER)
        with pytest.raises(WorkspaceBusyError):
            renew(path.parent, by="N", reason="R", **ANSWER)


def test_the_commands_copy_and_put_back(workspace):
    """What the page of the commands says: names of the JSON, exit codes, and a whole ledger."""
    out = workspace.parent / "copy.db"
    made = started("ledger", "copy", workspace, out, "--json")
    assert (made.returncode, set(json.loads(made.stdout))) == (
        0,
        {"out", *APPEND_ONLY, "exit_code"},
    )
    gone(workspace / "ledger.db")
    back = started(
        "ledger", "restore", workspace, out, "--today", "2026-02-05", "--json"
    )
    keys = {*APPEND_ONLY, "known", "kept", "exit_code"}
    assert (back.returncode, set(json.loads(back.stdout))) == (0, keys)
    done = started("review", "export", workspace)
    assert done.returncode == 0, done.stderr


@posix
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_nobody_else_may_read_a_ledger(tmp_path, umask):
    """It holds names and reasons; the files beside it and copies of it too."""
    before = os.umask(umask)
    try:
        path = tmp_path / "ledger.db"
        ledgers.fill(path)
        ledgers.write_and_die(path)
        (tmp_path / "runs" / "r").mkdir(parents=True)
        mark.mark_run(path, tmp_path / "runs" / "r")
        copy(tmp_path, tmp_path / "ledger-copy.db")
        restore(tmp_path, tmp_path / "ledger-copy.db", **ANSWER)
    finally:
        os.umask(before)
    found = [*tmp_path.glob("ledger*"), tmp_path / "runs" / "r" / "ledger.mark"]
    assert len(found) >= 5
    assert {stat.S_IMODE(one.stat().st_mode) for one in found} == {0o600}


@posix
def test_a_ledger_of_before_is_made_private(path):
    """Earlier versions made it 0644; whoever opens it for writing closes it to others."""
    ledgers.write_and_die(path)
    for part in path.parent.glob("ledger.db*"):
        part.chmod(0o644)
    ledger = Ledger(path)
    modes = {
        stat.S_IMODE(part.stat().st_mode) for part in path.parent.glob("ledger.db*")
    }
    with ledger:
        pass
    assert modes == {0o600}


def test_the_files_beside_a_ledger_may_go_at_any_moment(path):
    """Whoever closes it last removes them, while another program opens it."""
    _, index = beside(path)
    is_over = threading.Event()

    def come_and_go():
        while not is_over.is_set():
            index.touch()
            index.unlink()

    other = threading.Thread(target=come_and_go)
    other.start()
    try:
        for _ in range(2_000):
            make_private(path)
    finally:
        is_over.set()
        other.join()
    assert not path.stat().st_mode & stat.S_IRWXO or os.name != "posix"


@posix
@pytest.mark.parametrize("has_wal", [False, True])
@pytest.mark.parametrize("modes", [(0o444, 0o755), (0o600, 0o555), (0o444, 0o555)])
def test_status_reads_a_ledger_that_may_not_be_written(workspace, has_wal, modes):
    """A copy on a read-only share is shown with what its WAL holds; not a byte is written."""
    path = workspace / "ledger.db"
    if has_wal:
        ledgers.write_and_die(path)
        # Nothing but the WAL holds the last three decisions, and the mark knows of them.
        assert mark.read_marks(path)[0].tables["decisions"].rows == 8
    before = {part.name: part.read_bytes() for part in path.parent.glob("ledger*")}
    of_file, of_folder = modes
    for part in path.parent.glob("ledger.db*"):
        part.chmod(of_file)
    workspace.chmod(of_folder)
    try:
        found = started(
            "status", workspace, "--today", "2026-02-03", bound_by_modes=True
        )
    finally:
        workspace.chmod(0o755)
    assert found.returncode == 0, found.stderr
    assert {
        part.name: part.read_bytes() for part in path.parent.glob("ledger*")
    } == before


def test_reading_leaves_nothing_behind(path):
    """Neither a WAL nor its index appears beside a ledger that was read, and its times stay."""
    before = {part.name: part.stat().st_mtime_ns for part in path.parent.iterdir()}
    with reading(path) as ledger:
        ledger.decisions()
    assert {
        part.name: part.stat().st_mtime_ns for part in path.parent.iterdir()
    } == before
