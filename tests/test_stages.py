"""What the stages of a run declare, held against what they do."""

import dataclasses
from pathlib import Path

import pytest

import workspaces
from linkage_lists import crowd
from test_pipeline import DEATHS, STATISTICS, decide
from voterlist import config
from voterlist.config import SETTINGS_FILE
from voterlist.config.sections import Settings
from voterlist.decisions.given import Given
from voterlist.model import Stage
from voterlist.pipeline import inbox, steps
from voterlist.pipeline.known import answers_in
from voterlist.pipeline.stages import STAGES, link_entries
from voterlist.pipeline.steps import (
    Context,
    StageContext,
    UndeclaredError,
    needed,
    needs_of,
    place_of_table,
    places_of_table,
)
from voterlist.pipeline.units import Units
from voterlist.schemas import ADDED, DECISION, empty
from voterlist.storage import linkage_state, store
from voterlist.storage.files import sha256
from voterlist.storage.kept import Kept
from voterlist.storage.ledger import FILE_NAME, reading
from voterlist.storage.store import Shelf, Written

LINK = next(step for step in STAGES if step.stage is Stage.LINK)
STREETS = "Məntəqə;Küçə;Evlər\n1;Nizami küç.;1-99\n"


def units_in(workspace):
    """What does the units of stages in a workspace, in this process."""
    return Units(Kept(workspace), store.program_digest())


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A workspace in which every stage has work to do, run up to the reports.

    (folder, context of the run, folder of the run)
    """
    workspace = workspaces.make(tmp_path_factory.mktemp("stages") / "2026")
    files = {"deaths": DEATHS, "statistics": STATISTICS, "streets": STREETS}
    for name, text in files.items():
        (workspace / "reference" / f"{name}.csv").write_text(text, encoding="utf-8")
    decide(workspace, workspaces.run(workspace))
    result = workspaces.run(
        workspace, until=Stage.REVIEW, today=workspaces.TODAY.replace(day=4)
    )
    settings = config.load(workspace / SETTINGS_FILE)
    with reading(workspace / FILE_NAME) as ledger:
        given = answers_in(ledger)
    inputs = inbox.find(workspace)
    context = Context(
        workspace,
        settings,
        inputs,
        given,
        result.today,
        units_in(workspace),
        lambda *_: None,
    )
    return context, result.folder


def alone(step, whole, folder, declared=None):
    """What a stage makes of the tables of a run that it declares, in a folder of its own."""
    context, run = whole
    manifest = store.read_manifest(run)
    shelf = Shelf()
    for record in manifest.stages.values():
        for place in record.tables:
            shelf.put(place, run / f"{place}.parquet")
    step = declared or step
    folder.mkdir(exist_ok=True)
    return step.run(needed(shelf, step), StageContext(context, step, folder))


@pytest.mark.parametrize("step", STAGES, ids=lambda step: step.stage.value)
def test_a_stage_alone_makes_of_its_needs_what_it_made_in_the_run(
    step, whole, tmp_path
):
    """A stage taken over by its key would not be what the run would have made."""
    result = alone(step, whole, tmp_path / "alone")
    recorded = store.read_manifest(whole[1]).stages[step.stage].tables
    placed = result.by_place()
    assert set(placed) == set(recorded)
    for place, table in placed.items():
        path = tmp_path / "alone" / f"{place}.parquet"
        if not isinstance(table, Written):
            path.parent.mkdir(exist_ok=True)
            store.write_table(path, table)
        assert sha256(path) == recorded[place], place


def link_alone(workspace, voters, *, is_whole):
    """The stage of linkage over these voters, in a run of all the inbox or of some of it."""
    inputs = inbox.Inputs((), (), {}, is_whole=is_whole)
    context = Context(
        workspace,
        Settings(),
        inputs,
        Given(),
        workspaces.TODAY,
        units_in(workspace),
        lambda *_: None,
    )
    shelf = Shelf()
    tables = {"voters": voters, "decisions": empty(DECISION), "added": empty(ADDED)}
    for name, table in tables.items():
        shelf.put(place_of_table(name), workspace / f"{name}.parquet", table)
    link_entries(needed(shelf, LINK), StageContext(context, LINK, workspace))


@pytest.mark.parametrize(
    ("is_known", "is_whole", "kept"),
    [(True, False, 40), (True, True, 20), (False, False, 20)],
)
def test_a_run_of_some_constituencies_keeps_what_is_known_of_all(
    tmp_path, is_known, is_whole, kept
):
    """The next run of all would compare again what the run before it had compared."""
    voters = crowd(40)
    if is_known:
        link_alone(tmp_path, voters, is_whole=True)
    link_alone(tmp_path, voters.slice(0, 20), is_whole=is_whole)
    state, _ = linkage_state.read(tmp_path / linkage_state.FOLDER)
    assert state.entries.shape[1] == kept


NEEDS = [
    (step, field, need)
    for step in STAGES
    for field in ("needs", "settings", "given")
    for need in getattr(step, field)
]


@pytest.mark.parametrize(
    ("step", "field", "need"),
    NEEDS,
    ids=lambda value: str(getattr(value, "stage", value)),
)
def test_a_stage_that_reads_what_it_does_not_declare_fails(
    step, field, need, whole, tmp_path
):
    """Every need is one.

    What is read without being declared would not be in the key: a change of it would change
    nothing. What is declared and not read would make a stage again for nothing.
    """
    less = tuple(one for one in getattr(step, field) if one != need)
    with pytest.raises(UndeclaredError):
        alone(
            step, whole, tmp_path / "alone", dataclasses.replace(step, **{field: less})
        )


@pytest.mark.parametrize("step", STAGES, ids=lambda step: step.stage.value)
def test_a_stage_makes_what_it_declares_and_nothing_else(step):
    """The next stage would look in vain for a table, or a table would lie in no key."""
    step.require_declared([*step.makes, *step.may_make])
    with pytest.raises(UndeclaredError):
        step.require_declared([*step.makes, "gossip"])
    with pytest.raises(UndeclaredError):
        step.require_declared(step.makes[1:])


def test_every_table_that_is_needed_is_made_before_and_once():
    """A stage would wait for a table that comes later, or find one of two."""
    made = []
    for step in STAGES:
        assert set(step.needs) <= set(made), step.stage
        made += [*step.makes, *step.may_make]
    assert len(made) == len(set(made))
    assert set(made) >= steps.TEMPORARY


def test_a_table_in_parts_has_a_place_for_each_part():
    """Parts beyond the ninth would be lost, or read in another order."""
    places = [place_of_table("received-lists", part) for part in range(12)]
    assert len(set(places)) == 12
    assert places_of_table("received-lists", [*places, "voters"]) == places


def keys(settings="", **changes):
    """The key of every stage over tables that never change."""
    inputs = inbox.Inputs((), (), {})
    context = Context(
        Path(),
        config.parse(settings),
        inputs,
        Given(),
        workspaces.TODAY,
        units_in(Path()),
        print,
    )
    context = dataclasses.replace(context, **changes)
    digests = {place_of_table(name): name for step in STAGES for name in step.makes}
    needs = needs_of(context, STAGES)
    return {step.stage.value: step.key(needs, digests) for step in STAGES}


@pytest.mark.parametrize(
    ("settings", "changed"),
    [
        ("[check]\nsmallest_precinct = 1\n", {"check", "reconcile", "review"}),
        ("[link]\nduplicate_probability = 0.9\n", {"link"}),
        ("[ingest]\nmax_file_megabytes = 7\n", {"ingest", "check", "reconcile"}),
        (
            '[workspace]\nprofile = "generic"\n',
            {"normalize", "reconcile", "link", "review"},
        ),
        ("[privacy]\nmask_identifiers = true\n", set()),
        (
            "[calendar]\nelection_day = 2026-06-07\n",
            {"check", "reconcile", "review"},
        ),
        ('[decisions]\ntwo_people = ["strike"]\n', {"decisions"}),
    ],
)
def test_a_section_of_the_settings_is_in_the_keys_of_those_who_read_it(
    settings, changed
):
    """A limit of the register tests would make the linkage again, or change nothing at all."""
    before, after = keys(), keys(settings)
    assert {name for name in before if before[name] != after[name]} == changed


def test_another_content_of_a_table_is_another_key():
    """The tables of a stage would be taken over though its needs are others."""
    inputs = inbox.Inputs((), (), {})
    context = Context(
        Path(),
        config.parse(""),
        inputs,
        Given(),
        workspaces.TODAY,
        units_in(Path()),
        print,
    )
    step = next(step for step in STAGES if step.stage is Stage.LINK)
    digests = {"voters": "a", "decisions": "d", place_of_table("added"): "v"}
    needs = needs_of(context, STAGES)
    keys = {
        step.key(needs, digests),
        step.key(needs | {"program": "another"}, digests),
        *(step.key(needs, digests | {name: "b"}) for name in digests),
    }
    assert len(keys) == 5


def test_a_changed_limit_of_the_tests_does_not_link_again(tmp_path):
    """A run interrupted for a setting of ``[check]`` would repeat its longest stage."""
    workspace = workspaces.make(tmp_path / "2026")
    calm = workspaces.copied(workspace, tmp_path / "calm")
    workspaces.run(workspace, until=Stage.LINK)
    for folder in (workspace, calm):
        text = "[check]\nsmallest_precinct = 1\n"
        (folder / SETTINGS_FILE).write_text(text, encoding="utf-8")
    result, undisturbed = (
        workspaces.run(folder, until=Stage.REVIEW) for folder in (workspace, calm)
    )
    assert {work.stage for work in result.stages if work.reused} == {
        "ingest",
        "merge",
        "decisions",
        "normalize",
        "link",
    }
    assert workspaces.contents(result) == workspaces.contents(undisturbed)


def test_a_damaged_table_of_another_run_is_not_taken_over(tmp_path):
    """What the disk has spoilt would stand in the tables of a run that never was disturbed."""
    workspace = workspaces.make(tmp_path / "2026")
    half = workspaces.run(workspace, until=Stage.LINK)
    (half.folder / "pairs.parquet").write_bytes(b"PAR1")
    (workspace / SETTINGS_FILE).write_text(
        "[check]\nsmallest_precinct = 1\n", encoding="utf-8"
    )
    result = workspaces.run(workspace, until=Stage.LINK)
    assert "link" not in {work.stage for work in result.stages if work.reused}
