import errno
import getpass
import json
import multiprocessing
import os
import platform
import subprocess
import sys
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pyarrow as pa
import pytest

from voterlist.errors import UsageError, WorkspaceBusyError
from voterlist.storage import lock, store
from voterlist.storage.files import sha256, write_atomically
from voterlist.storage.store import Manifest, RunFolder, Work, write_tables
from voterlist.tables import words

MANIFEST = Manifest(
    run="2026-02-03-0a1b2c3d",
    today="2026-02-03",
    program="0.1.0",
    program_digest="p",
    settings="s",
    constituencies=(88,),
    inputs={"inbox/088/1.csv": "aa"},
)
BALANCE = {"rows_in": 2, "rows_out": 2, "set_aside": 0}
TABLE = pa.table({"entry_id": ["a", "b"], "kind": words(["x", None])})


def taken_over(workspace):
    """The record and the tables that the next run takes over."""
    folder = RunFolder(workspace, MANIFEST)
    record = folder.take_over("ingest", "key")
    shelf = store.Shelf()
    for name in record.tables:
        shelf.put(name, folder.table_path(name))
    return record, shelf


def test_a_table_written_is_the_table_read(tmp_path):
    """Values, nulls and dictionary columns come back as they went."""
    folder = RunFolder(tmp_path, MANIFEST)
    folder.commit(
        "ingest", "key", {"entries": TABLE, "parts/more": TABLE.slice(0, 0)}, **BALANCE
    )
    record, found = taken_over(tmp_path)
    assert (record.rows_in, record.rows_out, record.set_aside) == (2, 2, 0)
    assert found["entries"].equals(TABLE)
    assert found["entries"].schema == TABLE.schema
    assert found["parts/more"].num_rows == 0


def test_a_table_too_large_to_hold_is_written_in_parts_and_read_when_asked_for(
    tmp_path,
):
    """Parts written one after the other are one table.

    The stage that wrote them is recorded and taken over.
    """
    folder = RunFolder(tmp_path, MANIFEST)
    parts = (TABLE.slice(start, 1) for start in range(TABLE.num_rows))
    assert (
        write_tables(folder.table_path("entries"), TABLE.schema, parts)
        == TABLE.num_rows
    )
    folder.commit("ingest", "key", {"entries": store.Written()}, **BALANCE)
    _, found = taken_over(tmp_path)
    assert list(found) == ["entries"]
    assert found["entries"].equals(TABLE.combine_chunks())


def test_a_part_that_fails_leaves_nothing_behind(tmp_path):
    """A table is there whole or not at all."""

    def parts():
        yield TABLE
        raise KeyError

    with pytest.raises(KeyError):
        write_tables(tmp_path / "entries.parquet", TABLE.schema, parts())
    assert list(tmp_path.iterdir()) == []


def test_a_stage_is_taken_over_only_with_the_same_key(tmp_path):
    """Other settings or inputs give another key, and the stage is made again."""
    RunFolder(tmp_path, MANIFEST).commit("ingest", "key", {"entries": TABLE}, **BALANCE)
    again = RunFolder(tmp_path, MANIFEST)
    assert again.take_over("ingest", "other") is None
    assert again.take_over("merge", "key") is None
    assert again.take_over("ingest", "key") is not None


def test_a_damaged_or_missing_table_is_not_taken_over(tmp_path):
    """What is on the disk must be what was recorded, byte for byte."""
    folder = RunFolder(tmp_path, MANIFEST)
    folder.commit("ingest", "key", {"entries": TABLE}, **BALANCE)
    path = folder.table_path("entries")
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert RunFolder(tmp_path, MANIFEST).take_over("ingest", "key") is None
    path.unlink()
    assert RunFolder(tmp_path, MANIFEST).take_over("ingest", "key") is None


def test_of_a_complete_run_only_a_stage_with_all_its_tables_is_taken_over(tmp_path):
    """A stage would look in vain for the tables that went when the run was complete."""
    folder = RunFolder(tmp_path, MANIFEST)
    tables = {"entries": TABLE, "scratch/half": TABLE}
    folder.commit("ingest", "key", tables, **BALANCE)
    folder.finish(["ingest"], {})
    again = RunFolder(tmp_path, MANIFEST)
    assert again.path != folder.path
    assert not again.manifest.complete
    assert again.take_over("ingest", "key", set(tables)) is None
    assert again.take_over("ingest", "key", {"entries"}) is not None
    assert again.table_path("entries").exists()


def test_finishing_records_outputs_and_removes_tables_no_stage_made(tmp_path):
    """A finished run's folder holds what its manifest names, and no table of an earlier attempt."""
    folder = RunFolder(tmp_path, MANIFEST)
    folder.commit("ingest", "key", {"entries": TABLE, "scratch/half": TABLE}, **BALANCE)
    folder.commit("review", "key", {"corrected": TABLE}, **BALANCE)
    report = tmp_path / "reports" / "088" / "report-az.html"
    report.parent.mkdir(parents=True)
    report.write_text("x", encoding="utf-8")
    folder.finish(["ingest"], folder.digests([report]))
    manifest = json.loads((folder.path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["complete"] is True
    assert manifest["outputs"] == {"reports/088/report-az.html": sha256(report)}
    assert manifest["inputs"] == MANIFEST.inputs
    assert list(manifest["stages"]) == ["ingest"]
    assert manifest["stages"]["ingest"]["tables"] == {
        "entries": sha256(folder.table_path("entries"))
    }
    assert sorted(path.name for path in folder.path.iterdir()) == [
        "entries.parquet",
        "manifest.json",
    ]


def test_the_same_run_writes_the_same_bytes(tmp_path):
    """Manifest and tables of a run made twice are identical, whatever the folder."""
    contents = []
    for name in ("one", "two"):
        folder = RunFolder(tmp_path / name, MANIFEST)
        folder.commit("ingest", "key", {"entries": TABLE}, **BALANCE)
        folder.note(Work("ingest", 2, 2, 0, 0.1, 10.0))
        folder.finish(["ingest"], {})
        files = sorted(
            path for path in folder.path.iterdir() if path.name != "trace.json"
        )
        contents.append([(path.name, path.read_bytes()) for path in files])
    assert contents[0] == contents[1]


def test_a_manifest_of_another_making_is_no_manifest(tmp_path):
    """Nonsense in manifest.json does not stop a run; it starts afresh."""
    folder = tmp_path / "runs" / MANIFEST.run
    folder.mkdir(parents=True)
    for content in (
        "",
        "[]",
        "{}",
        '{"stages": 3}',
        '{"run": "x", "stages": {"a": {}}}',
    ):
        (folder / "manifest.json").write_text(content, encoding="utf-8")
        assert store.read_manifest(folder) is None
        assert RunFolder(tmp_path, MANIFEST).manifest == MANIFEST


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path):
    """Writing beside and renaming: whoever reads sees the old file or the new one, whole."""
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")

    def fail(beside):
        beside.write_text("half", encoding="utf-8")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_atomically(path, fail)
    assert path.read_text(encoding="utf-8") == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["a.txt"]


def test_where_there_is_no_room_the_file_is_named_that_was_to_be_written(tmp_path):
    """Of a copy to a full stick the disk of the workspace was named, which had room."""

    def fill(_beside):
        raise OSError(errno.ENOSPC, "No space left on device", "package.zip")

    with pytest.raises(OSError, match="No space") as caught:
        write_atomically(tmp_path / "up.zip", fill)
    assert caught.value.filename == str(tmp_path / "up.zip")


def watch_disk(monkeypatch):
    """What is forced to the disk and renamed from now on, in order, by the number of the file.

    All of it is done.
    """
    done = []
    fsync, replace_file = os.fsync, os.replace

    def watched_fsync(descriptor):
        done.append(("forced", os.fstat(descriptor).st_ino))
        fsync(descriptor)

    def watched_replace(source, target, **options):
        done.append(("renamed", Path(source).stat().st_ino))
        replace_file(source, target, **options)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(os, "replace", watched_replace)
    monkeypatch.setattr(os, "rename", watched_replace)
    return done


@pytest.mark.skipif(
    os.name != "posix", reason="a folder can be forced to the disk on POSIX only"
)
@pytest.mark.parametrize("there", [False, True])
def test_a_file_is_on_the_disk_before_its_name_and_its_name_before_it_is_recorded(
    tmp_path, monkeypatch, there
):
    """After a power cut a name could lead to half a file, or a recorded file could have no name.

    The file is forced to the disk under another name, renamed, and then its folder is forced.
    """
    path = tmp_path / "a.txt"
    if there:
        path.write_text("old", encoding="utf-8")
    done = watch_disk(monkeypatch)
    write_atomically(path, lambda beside: beside.write_text("new", encoding="utf-8"))
    written, folder = path.stat().st_ino, tmp_path.stat().st_ino
    assert done == [("forced", written), ("renamed", written), ("forced", folder)]
    assert path.read_text(encoding="utf-8") == "new"


def test_who_reads_while_a_file_is_written_reads_the_old_one_to_its_end(tmp_path):
    """A file written in its place would change below the hands of whoever has it open."""
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")
    with path.open(encoding="utf-8") as opened:
        write_atomically(
            path, lambda beside: beside.write_text("longer and new", encoding="utf-8")
        )
        assert opened.read() == "old"
    assert path.read_text(encoding="utf-8") == "longer and new"


def test_a_digest_keeps_its_parts_apart():
    """Parts joined at another place are another digest."""
    assert (
        store.digest_of("ab", "c")
        != store.digest_of("a", "bc")
        != store.digest_of("abc")
    )
    assert store.digest_of() != store.digest_of("")
    assert store.digest_of(1, "x") == store.digest_of("1", "x")


def test_the_trace_holds_every_stage_in_order(tmp_path):
    """Rows in, out and aside of each stage stand in trace.json."""
    folder = RunFolder(tmp_path, MANIFEST)
    work = Work("ingest", 5, 4, 1, 0.5, 80.0)
    folder.note(work)
    folder.note(replace(work, stage="merge", rows_in=4, set_aside=0, reused=True))
    trace = json.loads((folder.path / "trace.json").read_text(encoding="utf-8"))
    assert [
        (found["stage"], found["rows_in"], found["reused"]) for found in trace["stages"]
    ] == [
        ("ingest", 5, False),
        ("merge", 4, True),
    ]


HOLD = """
import sys, time
from pathlib import Path
from voterlist.storage import lock
with lock.hold(Path(sys.argv[1]), since="2026-02-03 10:00"):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_workspace_that_is_held_says_by_whom(tmp_path, holder):
    """The second run is told the process and the time of the first, and exit code 4."""
    with (
        pytest.raises(WorkspaceBusyError) as caught,
        lock.hold(tmp_path, since="later"),
    ):
        pass
    assert caught.value.exit_code == 4
    assert caught.value.places == {
        "path": str(tmp_path),
        "pid": str(holder.pid),
        "since": "2026-02-03 10:00",
        "user": getpass.getuser(),
        "machine": platform.node(),
    }


def test_a_killed_holder_lets_go(tmp_path, holder):
    """After a crash nobody has to clean up: the next run simply starts."""
    holder.kill()
    holder.wait()
    with lock.hold(tmp_path, since="now"):
        assert (tmp_path / ".lock.holder").exists()
    assert not (tmp_path / ".lock.holder").exists()


@pytest.mark.usefixtures("holder")
def test_a_held_lock_without_a_signature_is_still_refused(tmp_path):
    """Between taking the lock and signing it the holder is unknown, but it holds."""
    (tmp_path / ".lock.holder").write_text("{", encoding="utf-8")
    with (
        pytest.raises(WorkspaceBusyError) as caught,
        lock.hold(tmp_path, since="later"),
    ):
        pass
    assert caught.value.code == "workspace-busy-unknown"


def test_the_program_digest_is_one_in_every_process():
    """A run continued by another process finds its stages made by the same program."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(store.program_digest) == store.program_digest()


def test_another_version_of_a_library_is_another_program(monkeypatch):
    """Files of two versions of a library would be joined: every run would end at that."""
    before = store.program_digest()
    version = metadata.version

    def newer(name):
        return f"{version(name)}.1" if name == "pyarrow" else version(name)

    monkeypatch.setattr(metadata, "version", newer)
    assert store.program_digest.__wrapped__() != before


@pytest.fixture
def other_file(tmp_path):
    """A file outside the workspace, and its content and mode, which must stay as they are."""
    path = tmp_path / "other.txt"
    path.write_text("mine", encoding="utf-8")
    path.chmod(0o644)
    yield path
    assert path.read_text(encoding="utf-8") == "mine"
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_link_in_the_place_of_the_holders_name_is_replaced(tmp_path, other_file):
    """Whoever can write into the workspace could have any file of the operator's overwritten."""
    workspace = tmp_path / "2026"
    workspace.mkdir()
    holder = workspace / ".lock.holder"
    holder.symlink_to(other_file)
    with lock.hold(workspace, since="now"):
        assert not holder.is_symlink()
        assert holder.stat().st_mode & 0o777 == 0o600


def test_a_link_in_the_place_of_the_lock_is_refused(tmp_path, other_file):
    """Its target would be locked in the workspace's stead."""
    workspace = tmp_path / "2026"
    workspace.mkdir()
    (workspace / lock.LOCK_NAME).symlink_to(other_file)
    with pytest.raises(UsageError) as caught, lock.hold(workspace, since="now"):
        pass
    assert caught.value.code == "lock-is-link"


def test_a_lock_that_cannot_be_opened_is_not_called_a_link(tmp_path):
    """The reader would look for a symbolic link that is not there."""
    (tmp_path / lock.LOCK_NAME).mkdir()
    with pytest.raises(OSError, match=lock.LOCK_NAME), lock.hold(tmp_path, since="now"):
        pass


def test_a_lock_that_points_nowhere_makes_no_file(tmp_path):
    """Nor is a file made where the link points."""
    workspace = tmp_path / "2026"
    workspace.mkdir()
    (workspace / lock.LOCK_NAME).symlink_to(tmp_path / "new.txt")
    with pytest.raises(UsageError), lock.hold(workspace, since="now"):
        pass
    assert not (tmp_path / "new.txt").exists()


def test_names_that_are_not_utf8_stand_in_a_manifest_and_its_digests(tmp_path):
    """A list with such a name ended the run; it is found again under the same name."""
    name = "inbox/088/\udcff.csv"
    folder = RunFolder(tmp_path, replace(MANIFEST, inputs={name: "aa"}))
    assert store.read_manifest(folder.path).inputs == {name: "aa"}
    assert store.digest_of(name) != store.digest_of("inbox/088/\udcfe.csv")
