"""What the system refuses: nothing of an inbox or of ``reference/`` may vanish because of it."""

import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import zipfile

import pyarrow.parquet as pq
import pytest

import processes
import workspaces
from command_line import call, started
from voterlist.catalogue import catalogue
from voterlist.config.sections import IngestSettings
from voterlist.model import PASSING, AsideCode, Stage
from voterlist.pipeline.outcome import unread_constituencies
from voterlist.readers import list_files, read_folder, read_paths
from voterlist.storage.ledger import Ledger
from voterlist.storage.store import read_manifest

pytestmark = pytest.mark.skipif(
    os.name != "posix", reason="modes, links and pipes of POSIX"
)

SECONDS = 600
"""No run of these small workspaces takes so long; one that does hangs."""
DEATHS = "Soyadı;Adı;Atasının adı;Doğum tarixi;FİN\nRzayev;Orxan;Şamil oğlu;05.05.1965;5XK1238\n"


@pytest.fixture
def workspace(tmp_path):
    """Two constituencies of two precincts each, with different voters, and a register of deaths."""
    folder = workspaces.make(tmp_path / "w", constituency=1)
    workspaces.make(folder, constituency=2)
    for path in (folder / "inbox" / "2").iterdir():
        path.write_text(
            path.read_text(encoding="utf-8").replace("5XK1", "7AB2"), encoding="utf-8"
        )
    (folder / "reference" / "deaths.csv").write_text(DEATHS, encoding="utf-8")
    return folder


UNTIL_RECONCILE = ("--until", "reconcile")
"""Both folders are read by then."""


def command(folder, *options):
    """A run in a process that modes bind: its exit code and what it says with ``--json``."""
    words = ("run", folder, "--today", "2026-02-03", "--json")
    more = options or UNTIL_RECONCILE
    done = started(*words, *more, timeout=SECONDS, bound_by_modes=True)
    assert done.returncode in {0, 1, 3}, done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


def commanded(folder, *options):
    """The same in this process, from which nothing is kept, up to the reports."""
    words = ("run", folder, "--today", "2026-02-03", "--json")
    done = call(*words, *options)
    return done.exit_code, json.loads(done.stdout), done.stderr


def unread(said):
    """(file, code) of all that ``run`` names as not read."""
    return {(trouble["file"], trouble["code"]) for trouble in said["unreadable"]}


@pytest.fixture
def closed():
    """Take all rights from a file or folder; they come back when the test is over."""
    paths = []

    def close(path):
        paths.append((path, stat.S_IMODE(path.stat().st_mode)))
        path.chmod(0)

    yield close
    for path, mode in paths:
        path.chmod(mode)


@pytest.fixture
def of_many_faults(workspace, closed):
    """Lists and registers of which the system refuses each in another way: (workspace, what)."""
    inbox, reference = workspace / "inbox", workspace / "reference"
    for constituency in (3, 4):
        workspaces.make(workspace, constituency=constituency)
    closed(inbox / "1" / "menteqe-2.csv")
    closed(inbox / "2")
    # It may be listed and not entered: it shows names whose files the system refuses.
    closed(inbox / "3")
    (inbox / "3").chmod(stat.S_IRUSR | stat.S_IRGRP)
    for name in ("deaths.csv", "statistics.csv", "streets.csv", "notes.txt"):
        (reference / name).write_text(DEATHS, encoding="utf-8")
        closed(reference / name)
    os.mkfifo(inbox / "1" / "pipe.csv")
    (inbox / "1" / "gone.csv").symlink_to(workspace / "nowhere.csv")
    (inbox / "1" / "self").symlink_to("self")
    (inbox / "1" / "again").symlink_to("..", target_is_directory=True)
    (inbox / "5").symlink_to(workspace / "not mounted", target_is_directory=True)
    (inbox / "4" / ".hidden").symlink_to(workspace / "nowhere")
    (inbox / "4" / "late").mkdir()
    shutil.copy(inbox / "4" / "menteqe-2.csv", inbox / "4" / "late" / "menteqe-9.csv")
    closed(inbox / "4" / "late")
    return workspace, {
        ("inbox/1/menteqe-2.csv", "read-refused"),
        ("inbox/2", "folder-unreadable"),
        ("inbox/3/menteqe-1.csv", "read-refused"),
        ("inbox/3/menteqe-2.csv", "read-refused"),
        ("reference/deaths.csv", "read-refused"),
        ("reference/statistics.csv", "read-refused"),
        ("reference/streets.csv", "read-refused"),
        ("reference/notes.txt", "read-refused"),
        ("inbox/1/pipe.csv", "not-a-file"),
        ("inbox/1/gone.csv", "link-broken"),
        ("inbox/1/self", "link-circle"),
        ("inbox/1/again", "link-circle"),
        ("inbox/5", "link-broken"),
        ("inbox/4/late", "folder-unreadable"),
    }


def test_all_that_the_system_refuses_is_named_and_the_rest_is_read(of_many_faults):
    """The voters of a constituency, or the findings of a register, would be missing at exit code 0.

    A pipe that is opened makes the run wait for ever; one that is left out is a list that nobody
    misses; a digest in the place of a name tells nobody which file to mend.
    """
    workspace, refused = of_many_faults
    code, said, words = command(workspace, "--jobs", "1", *UNTIL_RECONCILE)
    assert code == 1
    assert unread(said) == refused
    assert said["constituencies"] == [1, 2, 3, 4, 5]
    assert [name for name, _ in refused if name not in words] == []
    assert "Give the user who runs voterlist the right" in words
    entries = pq.read_table(workspace / "runs" / said["run"] / "entries.parquet")
    assert set(entries.column("constituency").to_pylist()) == {1, 4}


@pytest.mark.parametrize("options", [(), ("-c", "1", *UNTIL_RECONCILE)])
def test_an_inbox_that_cannot_be_listed_is_no_empty_inbox(workspace, closed, options):
    """Else it would be said that there are no lists, and what to do would be wrong."""
    closed(workspace / "inbox")
    code, said, _ = command(workspace, *options)
    assert code == 3
    assert unread(said) == {("inbox", "folder-unreadable")}


def test_nothing_that_can_be_read_is_exit_code_3(workspace, closed):
    """A script must tell a run without any list from one with some."""
    for path in (workspace / "inbox").iterdir():
        closed(path)
    code, said, _ = command(workspace)
    assert (code, said["files"], said["rows"]["in"]) == (3, 2, 0)


def test_links_to_folders_are_followed_at_any_depth(workspace, tmp_path):
    """A list behind a link below a constituency's folder would be missing without a word.

    Where it lies outside of the inbox, the settings say so.
    """
    elsewhere = tmp_path / "elsewhere"
    allow(workspace, elsewhere)
    (elsewhere / "deeper").mkdir(parents=True)
    (workspace / "inbox" / "2" / "menteqe-2.csv").rename(
        elsewhere / "deeper" / "menteqe-2.csv"
    )
    (workspace / "inbox" / "2" / "sent").symlink_to(elsewhere, target_is_directory=True)
    result = workspaces.run(workspace, until=Stage.RECONCILE)
    assert result.files == 4
    assert not result.troubles
    read = read_manifest(result.folder).inputs
    assert "inbox/2/sent/deeper/menteqe-2.csv" in read


def allow(workspace, folder):
    """Let links of the inbox and of ``reference`` lead into this folder."""
    settings = workspace / "voterlist.toml"
    text = settings.read_text(encoding="utf-8")
    lines = f'linked_folders = ["{folder}"]\n'
    assert "[ingest]" not in text
    settings.write_text(f"{text}\n[ingest]\n{lines}", encoding="utf-8")


@pytest.fixture
def private(tmp_path):
    """A folder outside of the workspace with a file of others, which may pass for a list."""
    folder = tmp_path / "private"
    folder.mkdir()
    (folder / "passwords.csv").write_text(
        "Soyadı;Adı;Ata adı;Doğum tarixi\nMarkedword;Orxan;Şamil oğlu;05.05.1965\n",
        encoding="utf-8",
    )
    return folder


def test_a_link_that_leads_out_of_the_inbox_is_named_and_not_read(workspace, private):
    """Who may hand in a list could read any file of the computer in a report."""
    inbox, secret = workspace / "inbox", private / "passwords.csv"
    (inbox / "1" / "menteqe-7.csv").symlink_to(secret)
    (inbox / "1" / "sent").symlink_to(private, target_is_directory=True)
    (inbox / "3").symlink_to(private, target_is_directory=True)
    (inbox / "2" / "menteqe-8.csv").symlink_to("../../voterlist.toml")
    (workspace / "reference" / "dead.csv").symlink_to(secret)
    (workspace / "reference" / "more").symlink_to(private, target_is_directory=True)
    os.mkfifo(workspace / "reference" / "streets.csv")
    code, said, _ = command(workspace)
    outside = [
        *("inbox/1/menteqe-7.csv", "inbox/1/sent", "inbox/2/menteqe-8.csv", "inbox/3"),
        *("reference/dead.csv", "reference/more"),
    ]
    expected = {(name, "link-outside") for name in outside}
    assert code == 1
    assert unread(said) == expected | {("reference/streets.csv", "not-a-file")}
    assert said["constituencies"] == [1, 2, 3]
    written = (path for path in workspace.rglob("*") if path.is_file())
    own = [path for path in written if path.resolve().is_relative_to(workspace)]
    tables = [path for path in own if path.suffix == ".parquet"]
    assert tables
    assert not any("Markedword" in str(pq.read_table(path)) for path in tables)
    assert not any(b"Markedword" in path.read_bytes() for path in own)


def test_a_link_inside_the_inbox_is_followed(workspace):
    """A commission that keeps its lists in one folder and links to them would lose them."""
    inbox = workspace / "inbox"
    (inbox / "handed in").mkdir()
    (inbox / "2" / "menteqe-2.csv").rename(inbox / "handed in" / "menteqe-2.csv")
    (inbox / "2" / "menteqe-2.csv").symlink_to("../handed in/menteqe-2.csv")
    result = workspaces.run(workspace, until=Stage.MERGE)
    assert not result.troubles


def test_a_folder_given_by_name_leads_nowhere_else(tmp_path, private):
    """What somebody sent in a folder is checked before it is put into an inbox."""
    sent = tmp_path / "sent"
    sent.mkdir()
    (sent / "list.csv").symlink_to(private / "passwords.csv")
    (file,) = read_folder(sent, IngestSettings())
    assert (file.trouble, file.sheets) == (AsideCode.LINK_OUTSIDE, ())
    allowed = IngestSettings(linked_folders=[str(private)])
    (file,) = read_folder(sent, allowed)
    assert file.trouble is None


def test_what_is_no_file_in_an_archive_is_not_read(tmp_path):
    """The content of a link in an archive is a path; unpacked, it would be another file."""
    path = tmp_path / "sent.zip"
    row = "Soyadı;Adı;Ata adı;Doğum tarixi\nƏliyev;Orxan;Şamil oğlu;05.05.1965\n"
    with zipfile.ZipFile(path, "w") as archive:
        for name, mode in (
            ("link.csv", stat.S_IFLNK),
            ("pipe.csv", stat.S_IFIFO),
            ("../../above.csv", stat.S_IFREG),
        ):
            member = zipfile.ZipInfo(name)
            member.external_attr = (mode | 0o600) << 16
            archive.writestr(member, row)
    files = read_paths([path], tmp_path, IngestSettings())
    assert {file.name: file.trouble for file in files} == {
        "sent.zip/above.csv": None,
        "sent.zip/link.csv": AsideCode.NOT_A_FILE,
        "sent.zip/pipe.csv": AsideCode.NOT_A_FILE,
    }
    assert [path.name for path in tmp_path.iterdir()] == ["sent.zip"]


def test_sockets_and_devices_are_not_opened(workspace):
    """A device may never end."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(workspace / "inbox" / "1" / "socket"))
    expected = {("inbox/1/socket", AsideCode.NOT_A_FILE)}
    try:
        os.mknod(
            workspace / "inbox" / "1" / "zero.csv",
            0o600 | stat.S_IFCHR,
            os.makedev(1, 5),
        )
        expected |= {("inbox/1/zero.csv", AsideCode.NOT_A_FILE)}
    except PermissionError:
        pass  # only root makes devices, and not in every container
    result = workspaces.run(workspace, until=Stage.MERGE)
    assert {(trouble.file, trouble.code) for trouble in result.troubles} == expected


def test_a_circle_of_links_ends(tmp_path):
    """A walk that follows links must not follow them for ever."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "back").symlink_to(tmp_path / "a", target_is_directory=True)
    (tmp_path / "a" / "b" / "list.csv").write_text("x", encoding="utf-8")
    found = [(file.name, file.trouble) for file in list_files(tmp_path, tmp_path)]
    assert found == [("a/b/back", AsideCode.LINK_CIRCLE), ("a/b/list.csv", None)]


@pytest.fixture
def nested(tmp_path):
    """A folder with more folders inside each other than Python's limit of recursion."""
    top = tmp_path / "nested"
    top.mkdir()
    here = os.open(top, os.O_RDONLY)
    for _ in range(sys.getrecursionlimit() + 100):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    yield top
    # ``shutil.rmtree`` calls itself for each folder inside, so pytest could not clean up.
    subprocess.run(["rm", "-rf", top], check=True)


def test_folders_nested_past_any_stack_are_walked(nested):
    """Folders within folders must not end the run with the recursion limit."""
    assert list_files(nested, nested) == []


def test_reference_that_cannot_be_listed_is_said(workspace, closed):
    """Else no register is compared, and nobody knows."""
    closed(workspace / "reference")
    code, said, _ = command(workspace)
    assert code == 1
    assert unread(said) == {("reference", "folder-unreadable")}


def test_a_register_that_cannot_be_read_does_not_make_an_inbox_unreadable(
    workspace, closed
):
    """Exit code 3 says that no list was read; a register is no list."""
    shutil.rmtree(workspace / "inbox" / "2")
    (workspace / "inbox" / "1" / "menteqe-2.csv").unlink()
    closed(workspace / "reference" / "deaths.csv")
    assert command(workspace)[0] == 1


def test_a_register_that_is_damaged_is_said_too(workspace):
    """Damage is no failure of the moment, but the register could not be compared."""
    (workspace / "reference" / "deaths.xlsx").write_bytes(b"PK\x03\x04 cut off")
    result = workspaces.run(workspace, until=Stage.RECONCILE)
    assert ("reference/deaths.xlsx", "file-unreadable") in {
        (item.file, item.code) for item in result.troubles
    }
    assert result.exit_code == 1


def at_the_start_of(stage, act):
    """A progress callback that acts once, between hashing the files and reading them."""
    left = [act]

    def progress(begun, _step, done, _total):
        if begun is stage and not done and left:
            left.pop()()

    return progress


def test_a_list_that_changes_after_it_was_hashed_is_set_aside(workspace):
    """Else other entries stand under the digest of the file that was there before."""
    path = workspace / "inbox" / "1" / "menteqe-1.csv"
    text = path.read_text(encoding="utf-8")
    change = at_the_start_of(
        Stage.INGEST, lambda: path.write_text(text[: len(text) // 2], encoding="utf-8")
    )
    result = workspaces.run(workspace, progress=change, until=Stage.MERGE)
    assert [(item.file, item.code) for item in result.troubles] == [
        ("inbox/1/menteqe-1.csv", "file-changed")
    ]
    assert result.exit_code == 1
    lists = pq.read_table(result.folder / "lists.parquet").to_pylist()
    assert (
        sum(
            row["rows"]
            for row in lists
            if (row["constituency"], row["precinct"]) == (1, 1)
        )
        == 0
    )


def test_a_list_that_grows_past_the_limit_has_changed(workspace):
    """Else it is told as too large under the good digest, and the next run takes that over."""
    (workspace / "voterlist.toml").write_text(
        "[ingest]\nmax_file_megabytes = 1\n", encoding="utf-8"
    )
    path = workspace / "inbox" / "1" / "menteqe-1.csv"
    content = path.read_bytes()
    grow = at_the_start_of(Stage.INGEST, lambda: path.write_bytes(content * 10_000))
    result = workspaces.run(workspace, progress=grow, until=Stage.INGEST)
    assert [(item.file, item.code) for item in result.troubles] == [
        ("inbox/1/menteqe-1.csv", "file-changed")
    ]


def test_a_copy_of_a_list_that_changed_is_read(workspace):
    """A list that could not be read must not make its readable copy a copy of nothing."""
    path = workspace / "inbox" / "1" / "menteqe-1.csv"
    shutil.copy(path, path.with_name("menteqe-1 (2).csv"))
    (path.parent / "menteqe-1 (2).csv").rename(path.parent / "z.csv")
    before = workspaces.run(
        workspaces.copied(workspace, workspace.parent / "whole"), until=Stage.MERGE
    ).rows_out
    change = at_the_start_of(
        Stage.INGEST, lambda: path.write_text("", encoding="utf-8")
    )
    result = workspaces.run(workspace, progress=change, until=Stage.MERGE)
    assert result.rows_out == before


def test_an_interrupted_run_takes_over_no_failure_of_the_moment(workspace):
    """Else a disk that is well again is of no use.

    The missing rows stay missing under the good digest.
    """
    expected = workspaces.contents(
        workspaces.run(
            workspaces.copied(workspace, workspace.parent / "undisturbed"),
            until=Stage.CHECK,
        )
    )
    path = workspace / "inbox" / "1" / "menteqe-1.csv"
    content = path.read_bytes()
    change = at_the_start_of(Stage.INGEST, lambda: path.write_bytes(content[:200]))
    broken = workspaces.run(workspace, progress=change, until=Stage.NORMALIZE)
    assert broken.troubles
    path.write_bytes(content)
    result = workspaces.run(workspace, until=Stage.CHECK)
    assert not result.troubles
    assert not any(work.reused for work in result.stages)
    assert workspaces.contents(result) == expected


@pytest.mark.parametrize(
    "names",
    [("deaths.csv", "streets.csv", "statistics.csv"), ("last-cycle.parquet",)],
)
def test_a_file_of_reference_that_changes_is_not_taken_over(workspace, names):
    """The bytes that are compared with are those of the manifest, or none.

    And a later run reads them again.
    """
    paths = [workspace / "reference" / name for name in names]
    is_list = names == ("last-cycle.parquet",)
    if is_list:
        other = workspaces.run(
            workspaces.copied(workspace, workspace.parent / "last"), until=Stage.MERGE
        )
        shutil.copy(other.folder / "entries.parquet", *paths)
        # The same file without its last rows is a good file too: only its digest differs.
        table = pq.read_table(*paths).slice(0, 3)
    else:
        for path in paths:
            path.write_text(DEATHS, encoding="utf-8")
    contents = [path.read_bytes() for path in paths]

    def change():
        for path, content in zip(paths, contents, strict=True):
            if is_list:
                pq.write_table(table, path)
            else:
                path.write_bytes(content + content.splitlines()[-1])

    broken = workspaces.run(
        workspace, progress=at_the_start_of(Stage.CHECK, change), until=Stage.RECONCILE
    )
    assert {(f"reference/{name}", "file-changed") for name in names} <= {
        (item.file, item.code) for item in broken.troubles
    }
    assert broken.exit_code == 1
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    result = workspaces.run(workspace, until=Stage.RECONCILE)
    assert "file-changed" not in {item.code for item in result.troubles}
    reused = ["ingest", "merge", "decisions", "normalize"]
    assert [work.stage for work in result.stages if work.reused] == (
        [*reused, "check"] if is_list else reused
    )


def test_an_archive_that_changes_is_named_and_its_files_are_not_read(workspace):
    """The digests of the files in an archive hold only for the archive that was hashed."""
    folder = workspace / "inbox" / "2"
    archive = shutil.make_archive(str(workspace.parent / "lists"), "zip", folder)
    for path in folder.iterdir():
        path.unlink()
    place = shutil.copy(archive, folder / "lists.zip")
    assert not workspaces.run(workspace, until=Stage.MERGE).troubles
    workspaces.forget(workspace)
    change = at_the_start_of(
        Stage.INGEST, lambda: place.write_bytes(place.read_bytes()[:-1] + b"x")
    )
    result = workspaces.run(workspace, progress=change, until=Stage.MERGE)
    assert [(item.file, item.code) for item in result.troubles] == [
        ("inbox/2/lists.zip", "file-changed")
    ]


_HURT = """
import errno, os, sys
from voterlist.cli import main
name, failing, calls, opened = sys.argv[1], int(sys.argv[2]), [0], os.open

def hurt(path, *rest, **named):
    if os.fspath(path).endswith(name):
        calls[0] += 1
        if calls[0] >= failing:
            raise OSError(errno.EIO, os.strerror(errno.EIO), path)
    return opened(path, *rest, **named)

os.open = hurt
sys.argv = ["voterlist", *sys.argv[3:]]
main()
"""


def test_a_disk_that_fails_while_a_list_is_read(workspace):
    """A read error leaves a list unread in this run alone, whichever time the file is opened."""
    options = [
        "run",
        str(workspace),
        "--today",
        "2026-02-03",
        "--json",
        "--until",
        "normalize",
    ]
    for failing in ("1", "2"):
        hurt = [sys.executable, "-c", _HURT, "1/menteqe-1.csv", failing, *options]
        done = processes.run(hurt, capture_output=True, check=False, timeout=SECONDS)
        assert done.returncode == 1, done.stderr.decode()
        assert unread(json.loads(done.stdout)) == {
            ("inbox/1/menteqe-1.csv", "read-refused")
        }
    said = command(workspace)[1]
    assert said["unreadable"] == []
    assert (
        said["rows"]["in"]
        == workspaces.run(
            workspaces.copied(workspace, workspace.parent / "well"), until=Stage.MERGE
        ).rows_in
    )


def test_the_constituencies_of_which_something_was_not_read(workspace):
    """A case may go only where every list was read.

    A copy was read, and a file of no constituency may be anyone's.
    """
    (workspace / "inbox" / "2" / "gone.csv").symlink_to("nowhere.csv")
    shutil.copy(
        workspace / "inbox" / "1" / "menteqe-1.csv",
        workspace / "inbox" / "1" / "copy.csv",
    )
    table = pq.read_table(
        workspaces.run(workspace, until=Stage.MERGE).folder / "set_aside.parquet"
    )
    assert unread_constituencies(table) == {2}
    (workspace / "inbox" / "loose.csv").symlink_to("nowhere.csv")
    table = pq.read_table(
        workspaces.run(workspace, until=Stage.MERGE).folder / "set_aside.parquet"
    )
    assert unread_constituencies(table) == {2, None}


def called(folder, name):
    """The path of a file whose name has these bytes."""
    return folder / os.fsdecode(name)


@pytest.fixture
def with_strange_names(workspace):
    """The workspace with lists and a register whose names are not UTF-8."""
    inbox, reference = workspace / "inbox" / "2", workspace / "reference"
    try:
        (inbox / "menteqe-2.csv").rename(called(inbox, b"menteqe-3-\xfe\xff.csv"))
    except OSError:
        pytest.skip("the file system takes only UTF-8")
    (reference / "deaths.csv").rename(called(reference, b"deaths-\xe9.csv"))
    late = called(inbox, b"late-\xff")
    late.mkdir()
    called(late, b"\xff.csv").write_bytes(b"\0")
    return workspace


def test_names_that_are_not_utf_8_are_read_and_written(with_strange_names):
    """Such a name must not end the run.

    The file is read, and named so that any program can show it.
    """
    workspace = with_strange_names
    code, said, words = command(workspace, "--jobs", "2", *UNTIL_RECONCILE)
    assert code == 1
    assert {file for file, _ in unread(said)} == {r"inbox/2/late-\xff/\xff.csv"}
    assert r"late-\xff" in words
    manifest = json.loads(
        (workspace / "runs" / said["run"] / "manifest.json").read_text(encoding="utf-8")
    )
    assert {r"inbox/2/menteqe-3-\xfe\xff.csv", r"reference/deaths-\xe9.csv"} <= set(
        manifest["inputs"]
    )
    entries = pq.read_table(workspace / "runs" / said["run"] / "entries.parquet")
    assert entries.column("constituency").to_pylist().count(2) == 7
    with Ledger(workspace / "ledger.db") as ledger:
        assert r"inbox/2/menteqe-3-\xfe\xff.csv" in {
            item.name for item in ledger.submissions()
        }


def test_two_names_that_read_alike_are_two_files(tmp_path):
    """The byte 0xff and the four signs that stand for it must not take each other's digest."""
    for name in (b"\xff.csv", rb"\xff.csv"):
        called(tmp_path, name).write_bytes(name)
    files = list_files(tmp_path, tmp_path)
    assert len({file.name for file in files}) == 2
    assert {os.fsencode(file.path.name) for file in files} == {
        b"\xff.csv",
        rb"\xff.csv",
    }


def test_a_file_of_which_nothing_is_expected_is_read_as_it_is(tmp_path):
    """Commands that read a file outside a run have no digest to compare with."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "list.csv").write_text(DEATHS, encoding="utf-8")
    pipe, table = read_paths(
        [tmp_path / "pipe", tmp_path / "list.csv"], tmp_path, IngestSettings()
    )
    assert (pipe.trouble, table.trouble) == (AsideCode.NOT_A_FILE, None)


@pytest.mark.parametrize("language", ["en", "az"])
def test_failures_of_the_moment_have_words_of_their_own(language):
    """What to do about a permission is not what to do about a damaged file."""
    say = catalogue(language)
    todos = {
        say(f"aside.{code}.todo") for code in (*PASSING, AsideCode.FILE_UNREADABLE)
    }
    assert len(todos) == len(PASSING) + 1


def test_a_list_that_is_gone_is_asked_about_once(workspace):
    """A disk that is not connected leaves an empty folder, and with it the voters of a precinct."""
    assert workspaces.ran(workspace).missing_lists == ()
    (workspace / "inbox" / "2" / "menteqe-2.csv").rename(workspace / "aside.csv")
    code, said, words = commanded(workspace)
    assert (code, said["missing_lists"]) == (
        1,
        [{"constituency": 2, "precinct": 2, "list_kind": "permanent", "entries": 3}],
    )
    assert "not here any more" in words
    assert commanded(workspace)[1]["missing_lists"] == []


def test_a_list_that_cannot_be_read_or_was_not_asked_for_is_not_gone(workspace, closed):
    """What is named as unread, or is left out, would be told twice or wrongly."""
    workspaces.ran(workspace)
    assert commanded(workspace, "-c", "1")[1]["missing_lists"] == []
    closed(workspace / "inbox" / "2")
    assert command(workspace, "--jobs", "1")[1]["missing_lists"] == []


def test_a_list_that_is_handed_in_anew_tells_what_changed(tmp_path):
    """Nobody would see which rows a precinct changed between two runs."""
    workspace = workspaces.make(tmp_path / "ws")
    assert workspaces.ran(workspace).anew == ()
    inbox = workspace / "inbox" / "88"
    text = (inbox / "menteqe-1.csv").read_text(encoding="utf-8")
    changed = text.replace("Hüseynli;Tural", "Hüseynov;Tural")
    left = [row for row in changed.splitlines() if "Sevinc" not in row]
    (inbox / "menteqe-1.csv").write_text("\n".join(left), encoding="utf-8")
    # A file that is renamed is the same list.
    (inbox / "menteqe-2.csv").rename(inbox / "two.csv")
    (anew,) = workspaces.run(workspace).anew
    assert (anew.constituency, anew.precinct, anew.came, anew.went) == (88, 1, 1, 2)
    lines = text.splitlines()
    gone = [
        number
        for number, row in enumerate(lines, 1)
        if "Tural" in row or "Sevinc" in row
    ]
    assert list(anew.lines) == gone
    assert (workspace / "runs" / anew.before).is_dir()
