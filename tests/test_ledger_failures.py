"""A ledger that is damaged, held, full or forbidden.

Four sentences, and only the first asks for a copy.
"""

import json
import os
import random
import shutil
import subprocess
import sys
from contextlib import contextmanager

import pytest

import ledgers
import processes
from command_line import started
from voterlist.catalogue import catalogue
from voterlist.errors import InputError, VoterlistError, WorkspaceBusyError
from voterlist.storage.ledger import Ledger, reading
from voterlist.storage.ledger.copies import copy

FLIPS = 150
HOLD = """
import sqlite3, sys
base = sqlite3.connect(sys.argv[1], isolation_level=None)
base.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""
posix = pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "ledger.db"
    ledgers.fill(path)
    return path


@pytest.fixture
def workspace(tmp_path):
    return ledgers.workspace(tmp_path / "2026")


@contextmanager
def held(path):
    """The ledger in the exclusive hold of another process."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "held\n"
        yield
    finally:
        process.communicate("")


def told(found):
    """(exit code, code of the error) of a command that was given --json."""
    return found.returncode, json.loads(found.stdout)["error"]["code"]


def test_a_ledger_that_another_program_holds_is_not_called_damaged(path):
    """Put back a copy because of a lock, and the decisions since the copy are lost."""
    before = path.read_bytes()
    with held(path):
        with pytest.raises(WorkspaceBusyError) as caught:
            Ledger(path, timeout=0.2)
        with reading(path) as ledger:
            assert ledger.decisions().num_rows == 40
    assert (caught.value.code, caught.value.exit_code) == ("ledger-locked", 4)
    assert path.read_bytes() == before


def test_what_sqlite_commits_is_forced_to_the_disk(path):
    """A decision that was confirmed would be gone after a power cut."""
    with Ledger(path) as ledger:
        asked = ("journal_mode", "synchronous")
        told = [ledger._base.rows(f"PRAGMA {name}") for name in asked]
    # 2 is FULL: the WAL is forced to the disk at each commit. With 1, NORMAL, it is not.
    assert told == [[("wal",)], [(2,)]]


def test_only_the_damaged_ledger_is_to_be_replaced_by_a_copy():
    """In both languages the other three sentences say nothing of a copy."""
    for language, word in (("en", "copy"), ("az", "nüsxə")):
        say = catalogue(language)
        assert word in say("error.ledger-damaged.todo")
        for code in ("ledger-locked", "ledger-forbidden", "disk-full"):
            text = say(f"error.{code}.what", path="x") + say(
                f"error.{code}.todo", path="x"
            )
            assert word not in text.lower()


@posix
def test_a_ledger_that_may_not_be_written_is_not_called_damaged(workspace):
    """Its mode is what is wrong.

    Nothing is lost, nothing is to be put back, and it is said before the work.
    """
    path = workspace / "ledger.db"
    path.chmod(0o444)
    before = path.read_bytes()
    words = ("run", workspace, "--today", "2026-02-04", "--json")
    found = started(*words, bound_by_modes=True)
    assert told(found) == (5, "ledger-forbidden")
    assert path.read_bytes() == before
    assert len(list((workspace / "runs").iterdir())) == 1


@posix
def test_a_folder_that_may_not_be_written_is_not_a_damaged_ledger(workspace):
    """SQLite cannot make the WAL there and only says that it cannot open a file."""
    script = """
import sys
from pathlib import Path
from voterlist.errors import VoterlistError
from voterlist.storage.ledger import Ledger
try:
    Ledger(Path(sys.argv[1]))
except VoterlistError as error:
    print(error.code, error.exit_code)
"""
    workspace.chmod(0o555)
    try:
        found = processes.run(
            [sys.executable, "-c", script, str(workspace / "ledger.db")],
            bound_by_modes=True,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        workspace.chmod(0o755)
    assert found.stdout.split() == ["ledger-forbidden", "5"], found.stderr


SMALL_DISK = "400k"


@pytest.mark.parametrize("room", [0, 20_000, 60_000])
def test_a_full_disk_is_told_as_such(small_disk, room):
    """At any statement and at the commit.

    The disk is full, the ledger is whole and stays what it was.
    """
    path = small_disk / "ledger.db"
    ledgers.fill(path, count=8)
    with reading(path) as ledger:
        before = ledgers.content(ledger)
    free = shutil.disk_usage(small_disk).free
    (small_disk / "filler").write_bytes(bytes(max(0, free - room)))

    def write():
        with Ledger(path) as ledger:
            for first in range(100, 5000, 100):
                ledger.decide(ledgers.decisions(first, 100))

    with pytest.raises(OSError, match="No space left"):
        write()
    (small_disk / "filler").unlink()
    with reading(path) as ledger:
        assert same(before, ledgers.content(ledger))


def test_a_truncated_ledger_is_damaged(path):
    """Half a file is never taken for a ledger with fewer decisions."""
    whole = path.read_bytes()
    for size in (50, 100, 4096, 8192, len(whole) // 2, len(whole) - 4096):
        path.write_bytes(whole[:size])
        for opened in (Ledger, reading):
            with pytest.raises(InputError) as caught, opened(path) as ledger:
                ledgers.content(ledger)
            assert (caught.value.code, caught.value.exit_code) == (
                "ledger-damaged",
                3,
            ), size
        assert path.read_bytes() == whole[:size]


def test_a_flipped_bit_never_changes_what_the_ledger_says(path):
    """Each of these bits, flipped, is harmless or stops the command.

    The seals alone see to that.
    """
    path.with_name("ledger.mark").unlink()
    with reading(path) as ledger:
        before = ledgers.content(ledger)
    whole = path.read_bytes()
    chosen = random.Random(20260203)  # noqa: S311  the same bits each time
    codes = set()
    for bit in chosen.sample(range(len(whole) * 8), FLIPS):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        for opened in (reading, Ledger):
            for part in path.parent.glob("ledger.db*"):
                part.unlink()
            path.write_bytes(flipped)
            try:
                with opened(path) as ledger:
                    assert same(before, ledgers.content(ledger)), bit
            except VoterlistError as error:
                codes.add(error.code)
    assert "ledger-damaged" in codes
    assert codes <= {"ledger-damaged", "ledger-newer", "ledger-older"}


def test_a_decision_changed_in_the_file_is_noticed(path):
    """One letter of a verdict: the file is a valid database, and says another thing."""
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"repeat", b"repaat", 1))
    for opened in (Ledger, reading):
        with pytest.raises(InputError) as caught, opened(path):
            pass
        assert caught.value.code == "ledger-damaged"


def test_a_number_changed_in_the_file_is_noticed_when_numbers_are_used(path):
    """The table of numbers is large, so it is verified only then.

    A copy of the ledger verifies it too.
    """
    path.write_bytes(path.read_bytes().replace(b"run1", b"run9", 1))
    with reading(path) as ledger, pytest.raises(InputError):
        ledger.case_numbers()
    with Ledger(path) as ledger, pytest.raises(InputError):
        ledger.number_cases([])
    with pytest.raises(InputError):
        copy(path.parent, path.with_name("copy.db"))
    assert not path.with_name("copy.db").exists()


def test_a_folder_in_its_place_is_no_ledger(tmp_path):
    """It is told as what it is, by whoever reads and by whoever writes."""
    path = tmp_path / "ledger.db"
    (path / "inside").mkdir(parents=True)
    for opened in (Ledger, reading):
        with pytest.raises(InputError), opened(path):
            pass


def same(one, other):
    """Whether two ledgers say the same."""
    tables = ("decisions", "acceptances")
    return all(one[name].equals(other[name]) for name in tables) and all(
        one[name] == other[name] for name in one if name not in tables
    )
