"""Bad packages through the command ``receive``: each is refused, and nothing enters."""

import errno
import json
import shutil
import signal
import stat
import sys
import tempfile
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

import handing
import packages
import processes
import workspaces
from handing import code_of, told
from packages import Zipped, draws_of
from voterlist.pipeline.running import settle_moves
from voterlist.storage.ledger import Place, reading
from voterlist.storage.ledger.base import SqliteBase


@pytest.fixture
def handed(tmp_path):
    """A package is written and not taken in yet."""
    return handing.handed(tmp_path)


HANDFUL = 60


def mutations(content, members, count):
    """Packages that differ from the good one: in a bit, in a piece, in what they say of a file."""
    draws = draws_of(7)
    while count:
        kind = draws.randrange(4)
        if kind == 0:
            made = bytearray(content)
            made[draws.randrange(len(made))] ^= 1 << draws.randrange(8)
        elif kind == 1:
            made = content[: draws.randrange(len(content))]
        elif kind == 2:
            made = packages.edited(draws, content)
        else:
            made = packages.archive(packages.lying(draws, members))
        if made != content:
            count -= 1
            yield bytes(made)


def test_no_mutated_package_is_taken_by_the_command(handed):
    """The library refuses them; the command could have written before it asked.

    A handful; ``campaign/damaged.py`` hands over packages by the thousand.
    """
    path = handed.folder / "package.zip"
    content, members = path.read_bytes(), packages.unzipped(path)
    before = handing.contents(handed.above)
    codes = Counter()
    for made in mutations(content, members, HANDFUL):
        path.write_bytes(made)
        exit_code, code = code_of(handed.receive())
        assert exit_code == 3
        assert handing.contents(handed.above) == before
        codes[code] += 1

    assert codes.total() == HANDFUL
    assert all(code.startswith("package-") for code in codes)
    path.write_bytes(content)
    assert handed.receive()[0] == 0


def link(members):
    kind = (stat.S_IFLNK | 0o777) << 16
    return [*members[:-1], packages.replace(members[-1], attributes=kind)]


def bomb(members):
    """A file that says it is stored, and would be a gigabyte when it is opened."""
    return [*members[:-1], packages.replace(members[-1], method=8, size=1 << 30)]


def named(*names):
    """More files of these names."""

    def change(members):
        base = members[0].name.partition(b"/")[0] + b"/data/"
        return [*members, *(Zipped(base + name.encode(), b"x") for name in names)]

    return change


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (named("../../../climbed"), "package-name-climbs"),
        (link, "package-repacked"),
        (bomb, "package-repacked"),
        (named("Balance.json"), "package-names-alike"),
        (
            named("göyçay", unicodedata.normalize("NFD", "göyçay")),
            "package-name-unusable",
        ),
        (named("\N{LATIN SMALL LIGATURE FI}", "fi"), "package-name-unusable"),
    ],
)
def test_an_archive_that_means_harm_is_refused_by_the_command(handed, change, code):
    path = handed.folder / "package.zip"
    path.write_bytes(packages.archive(change(packages.unzipped(path))))
    before = handing.contents(handed.folder)
    exit_code, said = handed.receive()
    assert (exit_code, said["error"]["code"]) == (3, code)
    assert said["error"]["what"]
    assert handing.contents(handed.folder) == before


KILLED = """
import os, signal, sys, tempfile
from voterlist.cli import APP

left = int(sys.argv.pop(1))
# What others left where all have their files of a moment would be touched too.
tempfile.tempdir = sys.argv.pop(1)
EVENTS = {"os.rename", "os.mkdir", "os.remove", "os.chmod", "open", "shutil.rmtree"}


def is_work(event, arguments):
    # Python compiles a module once, and then no more: it touches fewer files the second time.
    return event in EVENTS and not str(arguments[0]).endswith(".py") and (
        "__pycache__" not in str(arguments[0])
    )


def count(event, arguments):
    global left
    if is_work(event, arguments):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


sys.addaudithook(count)
APP(sys.argv[1:], standalone_mode=False)
print(f"left {left}")
"""
"""A command that ends by SIGKILL just before it touches a file for the Nth time."""
MANY = 1 << 30


def killed(moment, *words):
    """(exit code, how often files were touched) of a command that is killed at a moment."""
    with tempfile.TemporaryDirectory() as own:
        command = [sys.executable, "-c", KILLED, moment, own, *words]
        command += ["--today", handing.DAY]
        ended = processes.run([str(word) for word in command], capture_output=True)
    told = ended.stdout.decode().rpartition("left ")[2]
    return ended.returncode, MANY - int(told) if told.strip().isdigit() else 0


def outcome(folder):
    """What stands in a workspace in the end: but the ledger, whose lines are told apart."""
    return {
        name: content
        for name, content in handing.contents(folder).items()
        if not name.startswith(("ledger", "."))
    }


def lines_of(folder):
    with reading(folder / "ledger.db") as ledger:
        return ledger.journal()


@pytest.mark.parametrize(
    "command", [pytest.param("submit", marks=pytest.mark.long), "receive"]
)
def test_killed_at_any_moment_the_next_one_ends_right(handed, tmp_path, command):
    """Half a package in the inbox would be compiled as if somebody had handed it over.

    Five moments from the first to the last; ``campaign/kills.py`` has the rest.
    """
    files = {"submit": "out.zip", "receive": "package.zip"}

    def words(pair):
        path = pair.folder / files[command]
        if command == "submit":
            return ("submit", pair.below, "-c", 88, "--out", path)
        return ("receive", pair.above, path)

    def place(pair):
        return pair.below if command == "submit" else pair.above

    def fresh(name):
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(handed.folder / "package.zip", folder)
        return handed.copied(folder)

    whole = fresh("whole")
    code, moments = killed(MANY, *words(whole))
    assert code == 0
    assert moments > 50
    for number in range(5):
        moment = 1 + number * (moments - 1) // 4
        pair = fresh(str(number))
        before = lines_of(place(pair))
        assert killed(moment, *words(pair))[0] == -signal.SIGKILL
        is_entered = lines_of(place(pair)) != before
        if not is_entered:
            # As every command does that holds the workspace.
            settle_moves(place(pair), Place(place(pair) / "ledger.db"))
            assert list((place(pair) / "inbox").rglob("*.parquet")) == []
        if command == "receive" or not is_entered:
            # What was handed over and is handed over again is another package.
            told(*words(pair), "--today", handing.DAY)
        assert outcome(place(pair)) == outcome(place(whole))
        assert lines_of(place(pair)) == lines_of(place(whole))
        assert (pair.folder / files[command]).read_bytes() == (
            whole.folder / files[command]
        ).read_bytes()
        assert told("journal", place(pair), "--verify")[0] == 0


def test_what_a_killed_return_left_goes_with_the_next_command(handed, tmp_path):
    """Whom the centre asked about would lie in a folder that nobody knows of, for ever."""
    handed.receive()
    told("run", handed.above, "--today", handing.DAY)
    out = ("--out", tmp_path / "return.zip")
    words = ("return", handed.above, "-c", 88, *out)
    _, moments = killed(MANY, *words)
    kept = handed.above / ".submitting"
    around = Path(tempfile.gettempdir())
    before = set(around.glob(".voterlist-work-*"))
    # Before its end: what a return does after another one is a little less.
    for moment in range(moments - 20, 0, -5):
        killed(moment, *words)
        if kept.exists() and list(kept.iterdir()):
            break
    assert list(kept.iterdir())
    approval = ("--ground", "Decision 3/7", "--by", "L. M.", "--today", handing.DAY)
    told("approve", handed.above, "-c", 88, *approval)
    assert not kept.exists()
    assert set(around.glob(".voterlist-work-*")) <= before


LIMITED = """
import resource, sys
from voterlist.cli import APP

most = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
APP(sys.argv[1:], standalone_mode=True)
"""


@pytest.mark.parametrize("kilobytes", [1, 8, 16, 32, 48, 56])
def test_without_room_on_the_disk_nothing_enters(handed, kilobytes):
    """Each limit stops the command at another file: of the package, of the ledger."""
    path = handed.folder / "package.zip"
    before, lines = outcome(handed.above), lines_of(handed.above)
    command = [sys.executable, "-c", LIMITED, kilobytes << 10, "receive"]
    command += [handed.above, path, "--today", handing.DAY, "--json"]
    ended = processes.run([str(word) for word in command], capture_output=True)
    said = json.loads(ended.stdout)
    if ended.returncode:
        assert said["error"]["code"] == "file-trouble"
        assert outcome(handed.above) == before
        assert lines_of(handed.above) == lines
        assert handed.receive()[0] == 0


def test_plain_files_beside_a_package_are_named(handed):
    """Their entries would stand twice, and nobody would know before the next run."""
    plain = handed.above / "inbox" / "088-goychay"
    plain.mkdir()
    shutil.copy(handed.below / "inbox" / "88" / "menteqe-2.csv", plain)
    other = handed.above / "inbox" / "89"
    other.mkdir()
    shutil.copy(handed.below / "inbox" / "88" / "menteqe-2.csv", other)
    code, taken = handed.receive()
    assert (code, taken["beside"]) == (0, ["inbox/088-goychay/menteqe-2.csv"])


def test_a_package_for_another_commission_is_refused(handed, tmp_path):
    """Somebody may carry it to the wrong door."""
    text = '[workspace]\nname = "Başqa"\nconstituency = 89\n'
    other = workspaces.make(tmp_path / "other", constituency=89, settings=text)
    told("keys", "make", other, "--today", handing.DAY)
    handing.trust(other, handed.below, "Göyçay")
    before = handing.contents(other)
    path = handed.folder / "package.zip"
    assert code_of(told("receive", other, path)) == (3, "package-for-other")
    assert handing.contents(other) == before


def test_without_its_key_a_commission_takes_nothing(handed):
    """New keys do not open what was encrypted to the old one."""
    handed.submit("sealed.zip", "--encrypt-to", "MSK")
    shutil.rmtree(handed.above / "keys")
    assert code_of(handed.receive("sealed.zip.age")) == (3, "keys-missing")
    told("keys", "make", handed.above, "--today", handing.DAY)
    before = outcome(handed.above)
    refused = code_of(handed.receive("sealed.zip.age"))
    assert refused == (3, "package-sealed-for-other")
    assert outcome(handed.above) == before


def test_a_ledger_of_last_week_takes_nothing(handed):
    """It would take a package again that was taken since."""
    old = handed.folder / "old.db"
    told("ledger", "copy", handed.above, old)
    assert handed.receive()[0] == 0
    before = outcome(handed.above)
    for suffix in ("", "-wal", "-shm"):
        (handed.above / f"ledger.db{suffix}").unlink(missing_ok=True)
    shutil.copy(old, handed.above / "ledger.db")
    assert code_of(handed.receive()) == (3, "ledger-shrunk")
    assert outcome(handed.above) == before


@pytest.mark.parametrize("is_first", [True, False])
def test_where_the_ledger_cannot_be_written_the_lists_leave_the_inbox(
    handed, monkeypatch, is_first
):
    """A server that is gone at the commit left lists of which no journal knows."""
    name = "package.zip"
    if not is_first:
        assert handed.receive()[0] == 0
        name = "second.zip"
        assert handed.submit(name)[0] == 0

    commit = SqliteBase.commit

    def broken(base):
        if lists() != before:
            raise OSError(errno.EIO, "broken")
        commit(base)

    def lists():
        folders = (handed.above / "inbox").rglob("*")
        return {path: path.stat().st_ino for path in folders if path.is_file()}

    before, lines = lists(), lines_of(handed.above)
    with monkeypatch.context() as patch:
        patch.setattr(SqliteBase, "commit", broken)
        assert handed.receive(name)[0] != 0
    assert lists() == before
    assert lines_of(handed.above) == lines
    assert handed.receive(name)[0] == 0
    assert told("journal", handed.above, "--verify")[0] == 0
