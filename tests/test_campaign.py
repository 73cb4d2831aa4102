"""A short round of the campaign: kills, power cuts and refusals; and the model of a disk."""

import ast
import errno
import importlib.util
import json
import os
import random
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "campaign"))

import commands  # noqa: E402  the folder is no package
import disk  # noqa: E402
import faults  # noqa: E402
import kills  # noqa: E402
import power  # noqa: E402
import record  # noqa: E402
import refusals  # noqa: E402
import reliability  # noqa: E402
from disk import Kind  # noqa: E402
from faults import Fault, What  # noqa: E402

needs_compiler = pytest.mark.skipif(
    not faults.is_possible(), reason="left out: it needs Linux and a C compiler"
)
SHORT = ("receive-receipt", "review-import")
"""Commands that take a moment; ``make campaign`` disturbs all of them."""
NOT_KEPT = (".lock", ".lock.holder")
"""They say who works now; after a power cut nobody does."""
FORCING = {Kind.SYNC, Kind.SYNC_FOLDER}


def imported(path):
    """(module, name) of all that a script imports from the program."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(
            "voterlist."
        ):
            yield from ((node.module, one.name) for one in node.names)


def is_there(module, name):
    home = importlib.import_module(module)
    return hasattr(home, name) or importlib.util.find_spec(f"{module}.{name}")


def test_all_that_the_scripts_import_is_there():
    """A name that moved would end a long round at its first command; nobody makes one daily."""
    paths = [
        path for name in ("bench", "campaign") for path in (ROOT / name).glob("*.py")
    ]
    wanted = {(path.name, *one) for path in paths for one in imported(path)}
    assert len(wanted) > 100
    assert sorted(one for one in wanted if not is_there(*one[1:])) == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("campaign")


@pytest.fixture(scope="module")
def scenes(folder):
    """The commands with their folders, for the trials of all kinds."""
    return commands.Scenes(folder / "scenes")


def trials_of(script, scenes, names):
    """The trials of a script, in these folders."""
    trials = script(scenes.folder, names)
    trials.scenes = scenes
    return trials


def round_of(trials, script, count):
    """What so many trials found, each with its number."""
    found = {}
    for number in range(1, count + 1):
        dice = random.Random(f"{script} short {number}")  # noqa: S311  no secret
        made = trials(number, dice)
        if made.found:
            found[number] = (made.what, made.how, made.found)
    return found


@needs_compiler
@pytest.mark.parametrize(
    "script",
    [
        pytest.param(kills.Kills, marks=pytest.mark.long),
        power.Cuts,
        refusals.Refusals,
    ],
)
def test_a_short_round_finds_nothing(script, scenes):
    """A command that is disturbed would not come to its end when it is given again.

    A trial of each; ``make campaign`` makes hundreds.
    """
    trials = trials_of(script, scenes, SHORT)
    assert round_of(trials, script.__name__, len(SHORT)) == {}


@pytest.fixture(scope="module")
def copied(scenes):
    """The command that copies a ledger, with its folder."""
    return scenes["ledger-copy"]


@needs_compiler
def test_a_fault_comes_at_its_call(copied):
    """The trials would disturb nothing, and so find nothing."""
    for what, kind in (
        (What.KILL_BEFORE, "rename"),
        (What.KILL_AFTER, "sync"),
        (What.TEAR, "write"),
    ):
        root = copied.copied()
        done = copied.command.run(root, Fault(what, (kind,), copied.counts[kind]))
        assert done.code == -9
        done = copied.command.run(root, Fault(what, (kind,), 10_000))
        assert done.code in copied.codes
    root = copied.copied()
    refused = copied.command.run(root, Fault(What.FAIL_ON, ("write",), 3, 28))
    assert (refused.code, refused.fired > 0) == (5, True)
    assert "no room left on the disk" in refused.errors


@needs_compiler
def test_a_read_that_the_disk_refuses_once_damages_no_ledger(scenes):
    """SQLite calls a ledger malformed when its first page is not given to it once.

    Whoever put a copy in its place would lose every decision made since.
    """
    scene = scenes["receive-receipt"]
    count = scene.counts["read"]
    assert count > 90
    damaged = commands._SAY("error.ledger-damaged.what", file="")[:20]
    for number in range(count - 35, count - 10, 6):
        root = scene.copied()
        refused = scene.command.run(
            root, Fault(What.FAIL_ONCE, ("read",), number, errno.EIO)
        )
        assert damaged not in refused.errors, number
        assert refused.code in {0, 5}


@needs_compiler
def test_an_end_that_is_another_is_seen(copied):
    """The trials would call everything right."""
    root = copied.copied()
    copied.command.run(root)
    assert commands.nearest(commands.end(root), copied) == []
    (root / "left over").write_text("x", encoding="utf-8")
    (root / "below" / "trust.json").write_text("{}", encoding="utf-8")
    (root / "copy.db").write_bytes((root / "copy.db").read_bytes()[:-4096])
    names = {
        one.partition(": ")[0]: one.partition(": ")[2]
        for one in commands.nearest(commands.end(root), copied)
    }
    assert names.keys() == {"left over", "below/trust.json", "copy.db"}
    assert names["left over"] == "too much"


@needs_compiler
def test_lists_that_were_written_are_there_after_a_power_cut(scenes, folder):
    """A new folder whose name is not forced to the disk takes all lists in it along."""
    cuts = trials_of(power.Cuts, scenes, ("lists",))
    recorded = cuts.recorded("lists")
    whole = disk.Disk(recorded.scene.before, recorded.root)
    whole.play(recorded.changes, recorded.inodes)
    for seed in range(3):
        target = folder / f"cut-{seed}"
        whole.after_cut(target, random.Random(seed))  # noqa: S311  no secret
        lost = commands.differences(commands.end(target), recorded.scene.ends[0])
        assert not [one for one in lost if not one.endswith(": too much")]


@needs_compiler
@pytest.mark.parametrize(
    "name", ["lists", pytest.param("receive", marks=pytest.mark.long)]
)
def test_what_a_command_leaves_is_forced_to_the_disk(scenes, name):
    """A power cut after it would leave a file of it empty, and nobody would be told."""
    recorded = trials_of(power.Cuts, scenes, (name,)).recorded(name)
    whole = disk.Disk(recorded.scene.before, recorded.root)
    whole.play(recorded.changes, recorded.inodes)
    assert [one for one in whole.unforced() if not one.endswith(NOT_KEPT)] == []


@needs_compiler
def test_without_forcing_to_the_disk_the_power_cuts_find_something(scenes, folder):
    """The model would find nothing in any program."""
    cuts = trials_of(power.Cuts, scenes, ("review-import",))
    recorded = cuts.recorded("review-import")
    written = [one for one in recorded.changes if one.kind not in FORCING]
    found = 0
    for seed in range(8):
        unsafe = disk.Disk(recorded.scene.before, recorded.root)
        unsafe.play(written, recorded.inodes)
        target = folder / f"unforced-{seed}"
        unsafe.after_cut(target, random.Random(seed))  # noqa: S311  no secret
        differ = commands.differences(commands.end(target), recorded.scene.ends[0])
        found += any("ledger.db" in one for one in differ)
    assert found


# The model of a disk.


def changed(kind, one="", two="", inode=0, offset=0, content=b""):
    return disk.Change(kind, inode, offset, one, two, content)


def cuts_of(tmp_path, changes, count=60, **options):
    """The contents that a power cut leaves, in any of so many ways."""
    before, root = tmp_path / "before", tmp_path / "root"
    before.mkdir()
    (before / "old").write_bytes(b"old")
    changes = [
        changed(
            one.kind,
            str(root / one.one) if one.one else "",
            str(root / one.two) if one.two else "",
            one.inode,
            one.offset,
            one.content,
        )
        for one in changes
    ]
    made = disk.Disk(before, root)
    made.play(changes, {"old": 1})
    found = []
    for seed in range(count):
        target = tmp_path / f"cut-{seed}"
        made.after_cut(target, random.Random(seed), **options)  # noqa: S311
        found.append(
            {
                path.relative_to(target).as_posix(): path.read_bytes()
                for path in sorted(target.rglob("*"))
                if path.is_file()
            }
        )
    return found


NEW = [
    changed(Kind.CREATE, "new", inode=2),
    changed(Kind.WRITE, inode=2, content=b"12345678"),
]


def test_what_was_not_forced_may_be_lost_and_may_be_there(tmp_path):
    """The model would be milder than a disk."""
    found = [one.get("new") for one in cuts_of(tmp_path, NEW)]
    assert {None, b"", b"12345678"} == set(found)


def test_what_was_forced_is_there(tmp_path):
    """The model would blame the program for what no disk does."""
    forced = [changed(Kind.SYNC, inode=2), changed(Kind.SYNC_FOLDER, ".")]
    found = {one.get("new") for one in cuts_of(tmp_path, [*NEW, *forced])}
    assert found == {b"12345678"}


def test_a_file_that_takes_the_place_of_another_is_one_of_both(tmp_path):
    """Forced before it is renamed, a file is never half of the new one, and never none."""
    changes = [*NEW, changed(Kind.SYNC, inode=2), changed(Kind.RENAME, "new", "old")]
    found = {one.get("old") for one in cuts_of(tmp_path, changes)}
    assert found == {b"old", b"12345678"}


def test_a_file_that_was_not_forced_before_it_was_renamed_may_be_empty(tmp_path):
    """That is why it has to be forced."""
    changes = [*NEW, changed(Kind.RENAME, "new", "old")]
    found = {one.get("old") for one in cuts_of(tmp_path, changes)}
    assert b"" in found


def test_names_are_lost_in_order_where_the_disk_keeps_it(tmp_path):
    """A later file would be there without the one before."""
    changes = [
        changed(Kind.MKDIR, "a"),
        changed(Kind.MKDIR, "b"),
        changed(Kind.CREATE, "a/one", inode=2),
        changed(Kind.CREATE, "b/two", inode=3),
    ]
    found = cuts_of(tmp_path, changes, is_ordered=True)
    assert not [one for one in found if "b/two" in one and "a/one" not in one]
    assert [one for one in found if "b/two" in one]


def test_a_record_is_gone_on_with(tmp_path):
    """A long round that is stopped would begin anew, and half a line stop it for good."""
    options = record.arguments("x", 3).parse_args(["--folder", str(tmp_path)])
    asked = []

    def trial(number, dice):
        asked.append((number, dice.random()))
        return record.Trial("x", "y", ("wrong",) if number == 2 else ())

    options.count = 2
    assert record.play("some", options, trial) == 1
    path = tmp_path / "some-1.jsonl"
    path.write_text(path.read_text() + '{"half', encoding="utf-8")
    options.count = 4
    assert record.play("some", options, trial) == 1
    assert [number for number, _ in asked] == [1, 2, 3, 4]
    numbers = [one["number"] for one in record.lines(path)]
    assert numbers == [1, 2, 3, 4]
    assert json.loads(path.read_text().splitlines()[1])["found"] == ["wrong"]


def test_a_round_ends_where_the_program_is_changed(tmp_path, monkeypatch, capsys):
    """The end of a run tells by which program it was made: another one is no fault."""
    program = tmp_path / "src" / "program.py"
    program.parent.mkdir()
    program.write_text("as it was")
    monkeypatch.setattr(record, "ROOT", tmp_path)
    options = record.arguments("x", 9).parse_args(["--folder", str(tmp_path)])

    def trial(number, _dice):
        if number == 3:
            program.write_text("as it is")
            os.utime(program, ns=(1, 1))
        return record.Trial("some", "how", ("wrong",) if number == 3 else ())

    assert record.play("some", options, trial) == 0
    assert len(list(record.lines(tmp_path / "some-1.jsonl"))) == 2
    assert "start the script again" in capsys.readouterr().out


def test_the_page_has_the_summary_of_the_slips(tmp_path):
    """The score would stand in a file that nobody opens."""
    assert "## Slips drawn by lot" in reliability.page(tmp_path)
    (tmp_path / "mutants.md").write_text("199 of 200\n", encoding="utf-8")
    assert "199 of 200" in reliability.page(tmp_path)


def test_the_page_counts_what_the_records_hold(tmp_path):
    """Figures that are not those of the records would be believed."""
    lines = [
        {"what": "run", "kind": "at a call: write", "found": found, "seed": 1}
        | {"seconds": 2, "numbers": {"confirmed": 3}, "script": "kills"}
        for found in ([], [], ["wrong"])
    ]
    text = "\n".join(map(json.dumps, lines)) + "\n"
    (tmp_path / "kills-1.jsonl").write_text(text, encoding="utf-8")
    told = reliability.page(tmp_path)
    assert "3 trials (seed 1; 0.0 hours), 1 of them found something." in told
    assert "Wrong: run (1 of 3)." in told
    assert "9 confirmed" in told
    assert "Not run." in told
