"""What somebody who can write in a workspace alters: kept work, and the record of a run."""

import hashlib
import itertools
import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import command_line as command
import handing
import workspaces
from voterlist.model import Stage
from voterlist.storage.kept import DRAW
from voterlist.storage.ledger import Ledger, reading


@pytest.fixture
def workspace(tmp_path):
    """A workspace with a complete run, and a list that came since."""
    folder = workspaces.make(tmp_path / "w", constituency=1)
    workspaces.make(folder, constituency=2)
    workspaces.ran(folder)
    return folder


@pytest.fixture
def everything_drawn():
    """Everything that is kept is drawn."""
    token = DRAW.set(lambda: 0.0)
    yield
    DRAW.reset(token)


def forge(folder):
    """Take a voter out of a folder, and write digests and counts where the old ones stood."""
    voters, lists = folder / "entries.parquet", folder / "lists.parquet"
    old = digests(voters, lists)
    rows = pq.read_table(voters)
    source = rows.column("source")[0].as_py()
    pq.write_table(rows.slice(1), voters, compression="zstd")
    told = pq.read_table(lists)
    counted = [
        {**row, **({name: row[name] - 1 for name in ("rows", "entries")})}
        if row["source"] == source
        else row
        for row in told.to_pylist()
    ]
    pq.write_table(pa.Table.from_pylist(counted, told.schema), lists)
    for record in folder.glob("*.json"):
        text = record.read_text(encoding="utf-8")
        for was, now in zip(old, digests(voters, lists), strict=True):
            text = text.replace(was, now)
        content = json.loads(text)
        for said in [content["said"]] if "said" in content else []:
            said["rows"] -= 1
            said["entries"] -= 1
        record.write_text(json.dumps(content), encoding="utf-8")


def digests(*paths):
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


def unit_of(workspace):
    """The folder of the kept intake of the first constituency."""
    (unit,) = (workspace / "kept" / "ingest" / "001").iterdir()
    return unit


def entries(result):
    return pq.read_table(result.folder / "entries.parquet")


def told(result):
    return [one.file for one in result.troubles if one.code == "work-altered"]


@pytest.mark.usefixtures("everything_drawn")
def test_a_forged_unit_that_is_drawn_is_named_and_made_anew(workspace):
    """A voter was missing at exit code 0, in every run that took it over."""
    right = handing.newest(workspace, "entries")
    forge(unit_of(workspace))
    result = workspaces.run(workspace, today=workspaces.TODAY.replace(day=5))
    name = unit_of(workspace).relative_to(workspace).as_posix()
    assert (told(result), result.exit_code) == ([name], 1)
    assert entries(result).equals(right)
    with reading(workspace / "ledger.db") as ledger:
        assert ledger.journal()[-1][2]["altered"] == name
    later = workspaces.TODAY.replace(day=6)
    assert told(workspaces.run(workspace, today=later, until=Stage.MERGE)) == []
    assert told(workspaces.run(workspace, today=result.today)) == []


@pytest.mark.usefixtures("everything_drawn")
def test_a_forged_unit_beside_the_drawn_one_is_no_source_of_it(workspace):
    """Rows of files that are as they were are taken out of earlier units: forged ones too."""
    right = handing.newest(workspace, "entries")
    unit = unit_of(workspace)
    other = unit.with_name("0" * 32)
    shutil.copytree(unit, other)
    forge(other)
    forge(unit)
    later = workspaces.TODAY.replace(day=5)
    result = workspaces.run(workspace, today=later, until=Stage.MERGE)
    assert len(told(result)) == 1
    assert entries(result).equals(right)


@pytest.mark.usefixtures("everything_drawn")
def test_forged_rows_of_files_are_no_source_of_a_drawn_unit(workspace):
    """A list would be empty for good, and the unit made of it the same each time."""
    right = handing.newest(workspace, "entries")
    for record in (workspace / "kept" / "ingest" / "001.parts").glob("*/record.json"):
        rows = record.with_name("rows")
        old = digests(rows)
        with pa.output_stream(rows, compression="zstd") as stream:
            stream.write(b"")
        text = record.read_text(encoding="utf-8")
        record.write_text(text.replace(*old, *digests(rows)), encoding="utf-8")
    later = workspaces.TODAY.replace(day=5)
    result = workspaces.run(workspace, today=later, until=Stage.MERGE)
    assert told(result) == []
    assert entries(result).equals(right)


def test_what_is_drawn_changes_no_result(workspace):
    """The same input gives the same bytes, whatever chance says."""
    days = (workspaces.TODAY.replace(day=day) for day in itertools.count(4))
    draws = itertools.cycle((0.0, 0.9, 0.2))
    contents = []
    for draw in (lambda: 1.0, draws.__next__, lambda: 0.0):
        token = DRAW.set(draw)
        result = workspaces.run(workspace, today=next(days))
        DRAW.reset(token)
        assert told(result) == []
        contents.append(workspaces.contents(result, tables_only=True))
    assert contents[0] == contents[1] == contents[2]


def test_a_command_finds_a_forged_unit_within_days(workspace):
    """The command draws by itself: of each unit with a chance of a quarter a night."""
    forge(unit_of(workspace))
    codes = []
    for day in range(4, 28):
        at = ("--until", "merge", "--today", f"2026-02-{day:02}")
        code, said = command.told("run", workspace, *at)
        codes += [one["code"] for one in said["unreadable"]]
        if codes:
            break
    assert codes == ["work-altered"]
    assert code == 1


@pytest.mark.parametrize("day", [3, 4], ids=["the same day", "the day after"])
def test_a_run_that_was_written_anew_is_not_believed(workspace, day):
    """Its tables were taken over by every later run, with the digests that stand beside them."""
    first = workspaces.run(workspace, today=workspaces.TODAY)
    right = entries(first)
    forge(first.folder)
    result = workspaces.run(workspace, today=workspaces.TODAY.replace(day=day))
    name = f"runs/{first.run}"
    assert (told(result), result.exit_code) == ([name], 1)
    assert entries(result).equals(right)
    with reading(workspace / "ledger.db") as ledger:
        assert ledger.journal()[-1][2]["altered"] == name
    later = workspaces.TODAY.replace(day=5)
    assert told(workspaces.run(workspace, today=later)) == []


def test_verify_compares_the_manifest_with_the_journal(workspace):
    """A number in the record of a run that no table shows could be any.

    And any line that names a run and a manifest would condemn a sound run, or clear a forged one.
    """
    (run,) = (workspace / "runs").iterdir()
    with Ledger(workspace / "ledger.db") as ledger:
        named = {"run": run.name, "manifest": "0" * 64}
        ledger.write_journal(workspaces.TODAY, "figures-made", **named)
    code, said = command.told("verify", workspace)
    assert (code, said["differences"]) == (0, [])
    path = run / "manifest.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"rows_in"', '"rows_in" '), encoding="utf-8")
    code, said = command.told("verify", workspace)
    assert "manifest.json" in said["differences"]
    assert code != 0


def test_a_run_of_an_earlier_version_is_read(workspace):
    """Its line of the journal has no digest of a manifest."""
    with reading(workspace / "ledger.db") as ledger:
        details = ledger.journal()[-1][2]
    assert len(details["manifest"]) == 64
    assert details["altered"] == ""
