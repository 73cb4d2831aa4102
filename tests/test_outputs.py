"""No command writes over what it reads, over what a workspace lives on, or one file twice.

It is refused before any work, with exit code 2, and nothing has changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import unicodedata
from pathlib import Path

import pytest
import xlsxwriter
from typer.main import get_command

import workspaces
from command_line import call
from voterlist.cli import APP
from voterlist.cli.options import WRITTEN

LIST = (
    "id,surname,name,born\n1,Aliyev,Rauf,1970-03-12\n2,Aliyev,Rauf,1970-03-12\n"
    "3,Rzayeva,Aygun,1969-02-17\n"
)


def refused(code, *words):
    """A command is refused with this code, and says so in JSON."""
    found = call(*words, "--json")
    told = json.loads(found.stdout)
    assert (found.exit_code, told["error"]["code"]) == (2, code), found.stdout
    assert told["error"]["todo"]


def digests(folder):
    """Every file of a folder with its digest."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".lock" not in path.name
    }


@pytest.fixture
def lists(tmp_path, monkeypatch):
    """A folder with two lists, which is the current one."""
    folder = tmp_path / "lists"
    folder.mkdir()
    for name in ("list.csv", "other.csv"):
        (folder / name).write_text(LIST, encoding="utf-8")
    # A file of another format than its name says, which is what commands take for outputs.
    shutil.copyfile(folder / "list.csv", folder / "findings.parquet")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def workspace(tmp_path):
    return workspaces.finished(tmp_path / "2026")


# Inputs


def as_it_is(path):
    return path


def relative(path):
    return Path(os.path.relpath(path))


def with_dots(path):
    return Path(f"./../{path.parent.name}/./{path.name}")


def by_link(path):
    link = path.with_name(f"link{path.suffix}")
    link.symlink_to(path)
    return link


def by_hard_link(path):
    link = path.with_name(f"hard{path.suffix}")
    link.hardlink_to(path)
    return link


def by_linked_folder(path):
    folder = path.parent.with_name("linked")
    folder.symlink_to(path.parent)
    return folder / path.name


SPELLINGS = (as_it_is, relative, with_dots, by_link, by_hard_link, by_linked_folder)


@pytest.mark.parametrize(
    "words",
    [
        "link list.csv --against other.csv --out other.csv",
        "link list.csv --columns other.csv --out other.csv",
        "link list.csv --out pairs.csv --clusters list.csv",
        "link list.csv --out pairs.csv --log-file list.csv",
        "link list.csv --settings other.csv --out other.csv",
        "check findings.parquet --out findings.parquet",
        "check list.csv --streets findings.parquet --out findings.parquet",
        "compare list.csv findings.parquet --out findings.parquet",
        "compare findings.parquet list.csv --out findings.parquet",
        "compare list.csv other.csv --earlier findings.parquet --out findings.parquet",
    ],
)
def test_an_output_is_no_input(lists, words):
    """The list is gone, and the command ended well."""
    before = digests(lists)
    refused("out-is-input", *words.split())
    assert digests(lists) == before


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_a_file_is_known_under_every_name(lists, spelled):
    """The list is gone all the same, where it was named by a link."""
    out = spelled(lists / "list.csv")
    before = digests(lists)
    refused("out-is-input", "link", "list.csv", "--out", out)
    assert digests(lists) == before


@pytest.mark.parametrize(
    "words",
    ["check . --out", "compare list.csv other.csv --reference . --out"],
)
def test_what_lies_in_a_folder_that_is_read_is_an_input(lists, words):
    """A folder stands for all files in it; by a hard link too."""
    before = digests(lists)
    refused("out-is-input", *words.split(), "findings.parquet")
    outside = lists.parent / "outside.parquet"
    outside.hardlink_to(lists / "findings.parquet")
    refused("out-is-input", *words.split(), outside)
    assert digests(lists) == before


# Outputs


@pytest.mark.parametrize(
    ("out", "clusters"),
    [
        ("pairs.csv", "pairs.csv"),
        ("pairs.csv", "./pairs.csv"),
        ("pairs.csv", "../lists/pairs.csv"),
        ("Pairs.csv", "pairs.CSV"),
        ("İcra.csv", unicodedata.normalize("NFD", "İcra.csv")),
    ],
)
def test_two_outputs_are_two_files(lists, out, clusters):
    """One result was written over the other; some disks tell no capitals from small letters."""
    before = digests(lists)
    refused("out-twice", "link", "list.csv", "--out", out, "--clusters", clusters)
    refused("out-twice", "link", "list.csv", "--out", out, "--log-file", clusters)
    assert digests(lists) == before


@pytest.mark.usefixtures("lists")
def test_two_names_of_one_file_are_one_output():
    """A link to a file that is not there yet, and two hard links to one that is."""
    Path("one.csv").symlink_to("pairs.csv")
    words = ("link", "list.csv", "--out")
    refused("out-twice", *words, "pairs.csv", "--clusters", "one.csv")
    Path("two.csv").touch()
    Path("three.csv").hardlink_to("two.csv")
    refused("out-twice", *words, "two.csv", "--clusters", "three.csv")


# Folders


@pytest.mark.parametrize(
    "words",
    [
        "link list.csv --out nowhere/pairs.csv",
        "link list.csv --out pairs.csv --clusters nowhere/clusters.csv",
        "check list.csv --out nowhere/findings.parquet",
        "compare list.csv other.csv --out nowhere/changes.parquet",
        # What is read is not looked at before it.
        "link not-there.csv --out nowhere/pairs.csv",
    ],
)
def test_a_folder_that_is_not_there_is_refused_first(lists, words):
    """It was told after all the work, as a failure of the program."""
    before, words = digests(lists), words.split()
    refused("no-such-folder", *words)
    refused("out-is-folder", *words[:-1], lists)
    assert digests(lists) == before


def test_folders_of_a_workspaces_outputs_are_looked_at_first(workspace, tmp_path):
    """The calendar, and a copy of the ledger."""
    nowhere = tmp_path / "nowhere" / "file"
    refused("no-such-folder", "status", workspace, "--ics", nowhere)
    refused("no-such-folder", "ledger", "copy", workspace, nowhere)
    assert not nowhere.parent.exists()


# Workspaces


OWN = [
    "ledger.db",
    "ledger.mark",
    "voterlist.toml",
    "inbox/88/menteqe-1.csv",
]


@pytest.mark.usefixtures("lists")
@pytest.mark.parametrize("name", OWN)
def test_no_output_is_what_a_workspace_lives_on(workspace, name):
    """Of whatever command, and by whatever name: a ledger replaced so is lost as any other."""
    before = digests(workspace)
    path = workspace / name
    for spelled in (path, by_link(path), by_hard_link(path)):
        refused("out-is-input", "review", "export", workspace, "--out", spelled)
        refused("out-is-input", "status", workspace, "--ics", spelled)
        refused("out-is-input", "run", workspace, "--log-file", spelled)
        spelled.unlink() if spelled != path else None
    out = ("--out", "pairs.csv")
    refused("out-is-input", "link", "list.csv", *out, "--log-file", path)
    assert digests(workspace) == before
    assert not Path("pairs.csv").exists()


def test_packages_and_receipts_are_written_over_nothing_that_is_read(workspace):
    """A package that was received and its receipt are two files."""
    package = workspace.parent / "package.zip"
    package.write_bytes(b"PK")
    words = ("receive", workspace, package, "--receipt")
    refused("out-is-input", *words, package)
    archive = workspace / "inbox" / "88" / "lists.zip"
    archive.write_bytes(b"PK")
    refused("out-is-input", "submit", workspace, "--out", archive)
    refused("out-is-input", "return", workspace, "-c", 88, "--out", archive)
    assert archive.read_bytes() == package.read_bytes() == b"PK"


def test_nothing_is_invented_in_a_workspace(workspace):
    """Invented voters would stand among the lists, and invented dead among the registers."""
    before = digests(workspace)
    refused("folder-taken", "synth", workspace, "--voters", 10)
    assert digests(workspace) == before


@pytest.mark.usefixtures("lists")
def test_what_was_written_before_is_written_anew(workspace):
    """Results and reports are no inputs: the same command may be started again."""
    for _ in range(2):
        assert call("link", "list.csv", "--out", "pairs.csv").exit_code == 0
        found = call("review", "export", workspace, "--out", workspace / "review.xlsx")
        assert found.exit_code == 0, found.output
        assert call("status", workspace, "--ics", workspace / "c.ics").exit_code in {
            0,
            1,
        }


def test_what_somebody_else_made_is_not_written_over(lists, workspace):
    """A letter, a calendar or a result took the place of whatever had the name."""
    before = digests(lists)
    for out in ("other.csv", "findings.parquet"):
        refused("out-not-ours", "link", "list.csv", "--out", out)
        refused("out-not-ours", "check", "list.csv", "--out", out)
        refused("out-not-ours", "status", workspace, "--ics", out)
        refused("out-not-ours", "application", "book", workspace, "--out", out)
        refused("out-not-ours", "review", "export", workspace, "--out", out)
        refused("out-not-ours", "submit", workspace, "--out", out)
    assert digests(lists) == before


def test_each_format_that_is_written_is_known_again(lists, workspace):
    """A result could not be renewed, or a workbook of one's own was taken for one of ours."""
    own = Path("own.xlsx")
    with xlsxwriter.Workbook(own) as book:
        book.add_worksheet().write(0, 0, "mine")
    refused("out-not-ours", "link", "list.csv", "--out", own)
    for _ in range(2):
        for out, clusters in (
            ("pairs.csv", "clusters.parquet"),
            ("pairs.xlsx", "clusters.csv"),
            ("pairs.parquet", "clusters.xlsx"),
        ):
            words = ("--out", out, "--clusters", clusters, "--report", "page.html")
            assert call("link", "list.csv", *words).exit_code == 0
        words = ("compare", "list.csv", "other.csv", "--out", "changes.parquet")
        assert call(*words).exit_code == 0
        assert call("check", "other.csv", "--out", "faults.parquet").exit_code == 0
        for words in (("application", "book"), ("review", "export")):
            out = {"book": "book.pdf", "export": "cases.html"}[words[1]]
            assert call(*words, workspace, "--out", lists / out).exit_code == 0


# Every command


def _commands(group):
    for name in group.commands:
        command = group.commands[name]
        if hasattr(command, "commands"):
            yield from _commands(command)
        else:
            yield command


READ = {
    *("workspace", "files", "columns", "against", "against_columns", "settings"),
    *("streets", "old", "new", "earlier", "reference", "pairs", "truth", "source"),
    *("package", "file", "target", "key", "delivered", "tls_cert", "tls_key", "folder"),
}
"""The parameters that name what a command reads, or a workspace."""


def test_every_path_of_every_command_is_known_as_read_or_written():
    """A new option that names an output would be no part of the comparison."""
    named = {
        parameter.name
        for command in _commands(get_command(APP))
        for parameter in command.params
        if "Path" in str(parameter.type_descriptor.annotation)
    }
    assert named == READ | {*WRITTEN, "log_file"}
