"""Work that is kept from run to run: what is taken over, and that it changes no byte."""

import json
import shutil
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import workspaces
from command_line import call
from test_pipeline import DEATHS, decide
from voterlist import config, readers
from voterlist.config import SETTINGS_FILE
from voterlist.model import AsideCode, Stage
from voterlist.pipeline import intake
from voterlist.pipeline.known import known
from voterlist.pipeline.plan import Doing, plan_run
from voterlist.pipeline.units import Counted, Task, Units, UnitsFailedError
from voterlist.schemas import AMENDMENT
from voterlist.storage import store
from voterlist.storage.kept import FOLDER, Kept, Place, keep
from voterlist.storage.ledger import Ledger
from voterlist.tables import from_rows
from worker_tasks import write_number

sys.path.insert(0, str(Path(__file__).parents[1] / "campaign"))

import changes

THREE = """1;Əliyev;Əli;Vəli oğlu;12.03.1971;kişi;Xətai küç. 4;6XK1234
2;Əliyeva;Nərgiz;Kamil qızı;01.07.1975;qadın;Xətai küç. 4;6XK1235
"""
SETTINGS = '[report]\nlanguages = ["en"]\n'


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A workspace of two constituencies that was run."""
    folder = tmp_path_factory.mktemp("kept") / "2026"
    workspace = workspaces.make(folder, settings=SETTINGS)
    other = workspace / "inbox" / "90"
    other.mkdir()
    text = f"1 saylı seçki məntəqəsi\n{workspaces.HEADER}{THREE}"
    (other / "menteqe-1.csv").write_text(text, encoding="utf-8")
    workspaces.run(workspace)
    return workspace


@pytest.fixture
def workspace(two, tmp_path):
    return shutil.copytree(two, tmp_path / "2026")


def add_row(workspace):
    path = workspace / "inbox" / "90" / "menteqe-1.csv"
    row = "3;Rzayev;Orxan;Şamil oğlu;05.05.1965;kişi;Xətai küç. 9;5XK1238\n"
    path.write_text(path.read_text(encoding="utf-8") + row, encoding="utf-8")


def set_limit(workspace):
    text = f"{SETTINGS}[check]\nsmallest_precinct = 1\n"
    (workspace / SETTINGS_FILE).write_text(text, encoding="utf-8")


def set_profile(workspace):
    text = f'{SETTINGS}[workspace]\nprofile = "generic"\n'
    (workspace / SETTINGS_FILE).write_text(text, encoding="utf-8")


def add_register(workspace):
    """And a list has another name, of which no table says anything."""
    path = workspace / "reference" / "deaths.csv"
    path.write_text(DEATHS, encoding="utf-8")
    path = workspace / "inbox" / "88" / "menteqe-2.csv"
    path.rename(path.with_name("another-2.csv"))


def change_one_of_two(workspace):
    """The other list of the constituency stays as it was."""
    path = workspace / "inbox" / "88" / "menteqe-2.csv"
    first, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([first, *rows[:-1]]), encoding="utf-8")


def come_to_a_known_place(workspace):
    """A version of a list that stays as it was: what both say counts once."""
    inbox = workspace / "inbox" / "88"
    text = (inbox / "menteqe-2.csv").read_text(encoding="utf-8")
    row = "77;Rzayev;Orxan;Şamil oğlu;05.05.1965;kişi;Xətai küç. 9;5XK1238\n"
    (inbox / "menteqe-2-new.csv").write_text(text + row, encoding="utf-8")


def copy_beside(workspace):
    """Neither the list nor its copy stands alone any more."""
    path = workspace / "inbox" / "88" / "menteqe-2.csv"
    shutil.copyfile(path, path.with_name("another-2.csv"))


def copy_in_an_archive(workspace):
    """What the archive holds shows only when it is read."""
    path = workspace / "inbox" / "88" / "menteqe-2.csv"
    with zipfile.ZipFile(path.with_name("again.zip"), "w") as archive:
        archive.write(path, "menteqe-2.csv")


def name_a_kind_by_a_letter(workspace):
    """What ``k.`` stands for is told by the other list of the constituency."""
    path = workspace / "inbox" / "88" / "menteqe-2.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("küç.", "k."), encoding="utf-8")


def take_away(workspace):
    shutil.rmtree(workspace / "inbox" / "90")


def decide_case(workspace):
    decide(workspace, workspaces.run(workspace))


def nothing(_workspace):
    """Only the day is another one."""


def change_the_lists_of_one(workspace):
    """Whatever befalls the lists of one constituency."""
    name_a_kind_by_a_letter(workspace)
    change_one_of_two(workspace)
    come_to_a_known_place(workspace)
    copy_beside(workspace)
    copy_in_an_archive(workspace)


CHANGES = [
    add_row,
    set_limit,
    set_profile,
    add_register,
    change_the_lists_of_one,
    take_away,
    decide_case,
    nothing,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_after_a_change_all_is_as_in_a_run_from_the_beginning(workspace, change):
    """Work that was taken over would say what was so before the change.

    And a plan that promises more than is done would be believed by the scheduler.
    """
    change(workspace)
    # On the day of the run it would end at once, and the change would be in no report.
    assert planned(workspace).is_unchanged == (change is nothing)
    day = workspaces.TODAY.replace(day=4)
    stages = doing(planned(workspace, today=day))
    calm = workspaces.forget(
        shutil.copytree(workspace, workspace.with_name("calm") / "2026")
    )
    result = workspaces.run(workspace, today=day)
    undisturbed = workspaces.run(calm, today=day)
    assert workspaces.contents(result) == workspaces.contents(undisturbed)
    assert workspaces.reports(workspace) == workspaces.reports(calm)
    kept = {path.name for path in (workspace / FOLDER).glob("*/*/*")}
    assert kept == {path.name for path in (calm / FOLDER).glob("*/*/*")}
    for work in result.stages:
        made = work.notes.get("units_made", 0)
        assert not made or stages[Stage(work.stage)].doing is not Doing.NOTHING
        if work.stage == Stage.INGEST:
            assert made == len(stages[Stage.INGEST].constituencies)


def files_of(folder):
    return {
        path: (path.stat().st_mtime_ns, path.stat().st_size)
        for path in folder.rglob("*")
        if path.is_file()
    }


UNCHANGED = """
import datetime, pathlib, sys
from voterlist import config
from voterlist.pipeline import running
folder = pathlib.Path(sys.argv[1])
settings = config.load(folder / config.SETTINGS_FILE)
result = running.run(folder, settings, today=datetime.date.fromisoformat(sys.argv[2]))
assert result.is_unchanged
assert result.rows_out == 9
assert result.outputs and all(path.is_file() for path in result.outputs)
print([name for name in ("pandas", "scipy", "voterlist.ingest") if name in sys.modules])
"""


def test_a_run_of_which_nothing_has_changed_writes_nothing_and_loads_no_reader(
    workspace,
):
    """Every night would do the work of a nation to say what it said the night before.

    To load what reads lists would cost each constituency a second of it.
    """
    before = files_of(workspace)
    day = workspaces.TODAY.isoformat()
    arguments = [sys.executable, "-c", UNCHANGED, workspace, day]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    after = files_of(workspace)
    changed = {path.name for path in after if before.get(path) != after[path]}
    assert changed <= {".lock"}
    told = call("run", workspace, "--today", day)
    assert "Nothing has changed" in told.output


def test_a_run_of_all_is_no_run_of_one_once_there_are_others(tmp_path):
    """It would be taken over, and the next run told that no list is missing."""
    workspace = workspaces.make(tmp_path / "2026", settings=SETTINGS)
    workspaces.run(workspace)
    other = workspace / "inbox" / "90"
    other.mkdir()
    text = f"1 saylı seçki məntəqəsi\n{workspaces.HEADER}{THREE}"
    (other / "menteqe-1.csv").write_text(text, encoding="utf-8")
    assert not workspaces.run(workspace, constituencies=(88,)).is_unchanged


@pytest.mark.parametrize(
    "damage",
    ["runs/*/voters.parquet", "reports/88/report-en.html", "kept/*/088/*/*.parquet"],
)
def test_what_is_damaged_is_made_again(workspace, damage):
    """A disk that lost a bit would be believed for good."""
    first = workspaces.reports(workspace)
    for path in workspace.glob(damage):
        path.write_bytes(path.read_bytes()[:-1])
    add = damage.startswith("kept")
    result = workspaces.run(
        workspace, today=workspaces.TODAY.replace(day=4 if add else 3)
    )
    assert not result.is_unchanged
    assert (result.damaged_units > 0) == add
    again = workspaces.run(workspace, today=result.today)
    assert (again.is_unchanged, again.damaged_units) == (True, 0)
    if not add:
        assert workspaces.reports(workspace) == first


def test_a_sheet_that_could_not_be_read_for_the_moment_is_read_again(
    workspace, monkeypatch
):
    """A reader that the system ended would cost a sheet's voters until its file is another one."""
    shutil.copy(
        workspace / "inbox" / "90" / "menteqe-1.csv",
        workspace / "reference" / "name-changes.csv",
    )
    shutil.rmtree(workspace / FOLDER)
    read = readers.read_listed

    def stopped(files, settings):
        return [
            replace(file, sheets=(*file.sheets, replace(file.sheets[0], **UNREAD)))
            for file in read(files, settings)
        ]

    with monkeypatch.context() as patch:
        patch.setattr(readers, "read_listed", stopped)
        first = workspaces.run(workspace)
    assert {one.code for one in first.troubles} == {AsideCode.READER_STOPPED}
    again = workspaces.run(workspace)
    assert not again.troubles
    assert not again.is_unchanged
    record = store.read_manifest(again.folder).stages
    assert all(one.key for one in record.values())
    (register,) = (workspace / FOLDER / "reconcile" / "name-changes").glob("*/*.json")
    assert json.loads(register.read_text())["said"]["troubles"] == []


@pytest.mark.parametrize("stage", ["ingest", "reconcile"])
def test_a_stage_that_failed_for_the_moment_is_never_the_same(
    workspace, monkeypatch, stage
):
    """What one stage could not read would be missing until something else changes."""
    folder = workspaces.run(workspace).folder
    manifest = store.read_manifest(folder)
    of_the_moment = replace(manifest.stages[stage], key="")
    stages = {**manifest.stages, stage: of_the_moment}
    found = folder, replace(manifest, stages=stages)
    with monkeypatch.context() as patch:
        patch.setattr(store, "finished_run", lambda *_: found)
        again = workspaces.run(workspace)
    assert not again.is_unchanged


UNREAD = {"name": "2", "trouble": AsideCode.READER_STOPPED}


def test_a_constituency_that_cannot_be_read_is_left_out_and_the_others_go_on(
    workspace, monkeypatch
):
    """One bad constituency would keep a nation from its list."""
    add_row(workspace)
    shutil.rmtree(workspace / FOLDER)
    whole = intake.ingest

    def broken(files, *arguments, **options):
        if options["constituency"] == 90 and not any(file.trouble for file in files):
            raise ValueError("Rzayev 5XK1238")
        return whole(files, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(intake, "ingest", broken)
        result = workspaces.run(workspace)
    assert_left_out(result, Stage.INGEST)
    assert result.rows_out == 7
    again = workspaces.run(workspace)
    assert not again.left_out
    assert again.rows_out == 10
    assert not again.is_unchanged
    assert workspaces.run(workspace).is_unchanged


def assert_left_out(result, stage):
    """The constituency 90, by a fault of the program in this stage."""
    (left,) = result.left_out
    assert (left.constituency, left.stage, left.kind) == (90, stage, "ValueError")
    assert {one.code for one in result.troubles} == {AsideCode.WORK_FAILED}
    assert result.rows_in == result.rows_out + result.set_aside
    assert result.exit_code == 1


def test_what_is_known_of_a_constituency_that_is_left_out_stays(workspace, monkeypatch):
    """A night in which its work failed would send its answers back and let its cases go."""
    again = workspace / "inbox" / "90" / "menteqe-2.csv"
    text = f"2 saylı seçki məntəqəsi\n{workspaces.HEADER}{THREE}"
    again.write_text(text, encoding="utf-8")
    before = workspaces.run(workspace)
    strike(workspace, before)
    whole = intake.normalize

    def broken(entries, *arguments):
        if entries.column("constituency")[0].as_py() == 90:
            raise ValueError("Rzayev 5XK1238")
        return whole(entries, *arguments)

    shutil.rmtree(workspace / FOLDER)
    day = workspaces.TODAY.replace(day=4)
    with monkeypatch.context() as patch:
        patch.setattr(intake, "normalize", broken)
        result = workspaces.run(workspace, today=day)
    assert_left_out(result, Stage.NORMALIZE)
    # Once its work does not fail, all is as if it never had; who asks before is told of the work.
    normalized = doing(planned(workspace, today=day))[Stage.NORMALIZE]
    assert normalized.doing is not Doing.NOTHING
    beside = shutil.copytree(workspace, workspace.with_name("beside") / "2026")
    mended = workspaces.run(beside, today=day)
    assert (mended.left_out, mended.rows_out) == ((), 11)
    assert not pq.read_table(result.folder / "returned.parquet").num_rows
    with Ledger(workspace / "ledger.db") as ledger:
        counted = [details for _, event, details in ledger.journal() if event == "run"]
        runs = known(workspace, ledger)
    assert [one["whole"] for one in counted] == [1, 1, 0]
    cases = pq.read_table(before.folder / "cases.parquet").column("case_id")
    assert set(cases.to_pylist()) <= set(runs.table("cases")["case_id"].to_pylist())
    shutil.rmtree(again.parent)
    missing = workspaces.run(workspace, today=day.replace(day=5)).missing_lists
    assert {one.constituency for one in missing} == {90}


def strike(workspace, result):
    """A person strikes an entry of the constituency 90."""
    entries = pq.read_table(result.folder / "entries.parquet").to_pylist()
    struck = next(row["entry_id"] for row in entries if row["constituency"] == 90)
    row = {
        "entry_id": struck,
        "action": "strike",
        "reason": "died",
        "decided_by": "N",
        "decided_at": "2026-02-03T10:00:00",
    }
    with Ledger(workspace / "ledger.db") as ledger:
        ledger.amend(from_rows([row], AMENDMENT))


@pytest.mark.long
@pytest.mark.parametrize("seed", [3])
def test_a_walk_of_changes_leaves_the_bytes_of_runs_from_the_beginning(tmp_path, seed):
    """Work would be taken over that some change in a row of changes has made untrue."""
    walk = changes.begin(tmp_path / "2026", seed)
    for _ in range(3):
        name, differing = changes.step(walk)
        assert not differing, name


# Units


def test_a_killed_worker_costs_its_own_unit(tmp_path):
    """The system ends a process whose memory runs out; the pool would break as a whole."""
    tasks = [Task(f"{number:03d}", "key", number) for number in range(6)]
    units = Units(Kept(tmp_path), "program", 2)
    try:
        with pytest.raises(UnitsFailedError) as caught:
            units.each(Stage.CHECK, write_number, tasks)
    finally:
        units.close()
    failures = {task.unit: failure for task, failure in caught.value.failures}
    assert set(failures) == {"003", "004"}
    assert failures["003"].kind == "worker-ended"
    assert failures["003"].place == str(-signal.SIGKILL)
    assert failures["004"].error.errno == 28
    Kept(tmp_path).remove_leftovers()
    assert not [*tmp_path.rglob("*.part")]
    good = [task for task in tasks if task.unit not in failures]
    again, other = (Units(Kept(tmp_path), program) for program in ("program", "other"))
    done = again.each(Stage.CHECK, write_number, good)
    assert [one.said["number"] for one in done] == [0, 1, 2, 5]
    other.each(Stage.CHECK, write_number, good)
    assert again.counted[Stage.CHECK] == Counted(made=0, taken_over=4)
    assert other.counted[Stage.CHECK] == Counted(made=4, taken_over=0)


def fill(folder, *, passing=False):
    (folder / "a.txt").write_text("a", encoding="utf-8")
    return {"passing": passing, "rows": 1}


PLACE = Place("check", "088", "0123456789abcdef" * 4)


def test_a_unit_is_private_and_believed_only_as_it_was_written(tmp_path):
    """Voters' lists lie in it; and a bit that flips would go into the next list."""
    keep(tmp_path, PLACE, fill)
    unit = Kept(tmp_path).find(PLACE)
    assert unit.said["rows"] == 1
    for path in (tmp_path / FOLDER).rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)
    for damage in ("a.txt", "record.json"):
        keep(tmp_path, PLACE, fill)
        (unit.folder / damage).write_text("b", encoding="utf-8")
        kept = Kept(tmp_path)
        assert kept.find(PLACE) is None
        assert kept.damaged == 1


def test_a_unit_of_another_key_in_the_same_folder_is_not_believed(tmp_path):
    """The name of a folder holds half of the key: the other half says which work it is."""
    keep(tmp_path, PLACE, fill)
    other = Place(PLACE.stage, PLACE.unit, PLACE.key[:32] + "0" * 32)
    assert other.inside(tmp_path) == PLACE.inside(tmp_path)
    assert Kept(tmp_path).find(other) is None


def test_what_could_not_be_read_for_the_moment_serves_one_run(tmp_path):
    """A file on a disk that was away for a minute would be missing for good."""
    keep(tmp_path, PLACE, partial(fill, passing=True))
    kept = Kept(tmp_path)
    assert kept.find(PLACE) is None
    assert kept.damaged == 0
    assert kept.made(PLACE).said["rows"] == 1


def test_what_no_run_uses_goes(tmp_path):
    """The folder would grow by a nation with every change."""
    old = Place("check", "088", "f" * 64)
    other = Place("check", "090", "e" * 64)
    for place in (old, other, PLACE):
        keep(tmp_path, place, fill)
    kept = Kept(tmp_path)
    kept.find(PLACE)
    kept.sweep(is_whole=False)
    assert Kept(tmp_path).find(old) is None
    assert Kept(tmp_path).find(other) is not None
    taken_over_whole = Place("normalize", "088", "d" * 64)
    keep(tmp_path, taken_over_whole, fill)
    kept.sweep(is_whole=True)
    assert [path.name for path in (tmp_path / FOLDER / "check").iterdir()] == ["088"]
    assert Kept(tmp_path).find(taken_over_whole) is not None


# The plan


def planned(workspace, **options):
    settings = config.load(workspace / SETTINGS_FILE)
    day = options.pop("today", workspaces.TODAY)
    return plan_run(workspace, settings, today=day, **options)


def doing(found):
    return {one.stage: one for one in found.stages}


def test_a_plan_says_what_is_done_and_why_and_writes_nothing(workspace):
    """A night's work would be begun to learn that the whole nation is done anew."""
    path = workspace / "inbox" / "88" / "menteqe-2.csv"
    renamed = path.rename(path.with_name("another-2.csv"))
    assert not planned(workspace).is_unchanged
    renamed.rename(path)
    before = files_of(workspace)
    assert planned(workspace).is_unchanged
    add_row(workspace)
    stages = doing(planned(workspace))
    assert list(stages) == list(Stage)
    reading = stages[Stage.INGEST]
    assert (reading.doing, reading.reasons) == (Doing.MADE, ("inbox",))
    assert (reading.constituencies, reading.taken_over) == ((90,), 1)
    checked = stages[Stage.CHECK]
    assert (checked.doing, checked.constituencies) == (Doing.AT_MOST, None)
    set_limit(workspace)
    (workspace / "inbox" / "90" / "menteqe-1.csv").write_bytes(
        next(path for path in before if path.match("90/menteqe-1.csv")).read_bytes()
    )
    stages = doing(planned(workspace))
    assert stages[Stage.CHECK].reasons == ("settings.check",)
    told = call("run", workspace, "--plan", "--today", "2026-02-03")
    assert "[check]" in told.output
    after = files_of(workspace)
    assert set(after) == set(before)


def test_a_list_handed_in_anew_is_read_alone(workspace, monkeypatch):
    """One precinct would cost as much as its constituency.

    So is one that comes to the place of another one, though both are taken in together then.
    """
    opened = []
    read = readers.read_listed

    def watched_read(files, *arguments):
        opened.extend(file.path.name for file in files)
        return read(files, *arguments)

    monkeypatch.setattr(readers, "read_listed", watched_read)
    change_one_of_two(workspace)
    workspaces.run(workspace, until=Stage.MERGE)
    assert opened == ["menteqe-2.csv"]
    opened.clear()
    come_to_a_known_place(workspace)
    workspaces.run(workspace, until=Stage.MERGE)
    assert opened == ["menteqe-2-new.csv"]
