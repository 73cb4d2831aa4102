"""``link`` with --state and --against, and the state that a workspace keeps from run to run.

Real files, real commands.
"""

from __future__ import annotations

import getpass
import json
import os
import platform
import sys

import numpy as np
import pyarrow.parquet as pq
import pytest

import processes
import workspaces
from command_line import AZ, EN, call, started
from test_store import HOLD
from voterlist.model import Stage
from voterlist.storage import linkage_state

HEADER = "id,last,first,father,born,street,sex\n"
SURNAMES = (
    "Əliyev",
    "Quliyev",
    "Rzayev",
    "Həsənov",
    "Babayev",
    "Nağıyev",
    "İsmayılov",
    "Cəfərov",
    "Orucov",
)
GIVEN = ("Elçin", "Tural", "Orxan", "Samir", "Anar", "Vüqar", "Rəşad", "Kamran")
FATHERS = ("Rauf", "Kamil", "Şamil", "Vaqif", "Nadir", "Həsən", "Məmməd")
MAP = """[columns]
entry_id = "id"
surname = "last"
given_name = "first"
patronymic = "father"
birth_date = "born"
address = "street"
"""


def line(number, *, born=None, series="a"):
    """A row of the list: the person of this number, under an id of this series."""
    luck = np.random.default_rng(number)
    name = ",".join(luck.choice(words) for words in (SURNAMES, GIVEN, FATHERS))
    day = f"{luck.integers(1, 29):02d}.{luck.integers(2, 13):02d}.{luck.integers(1940, 2006)}"
    return (
        f"{series}{number:04d},{name} oğlu,{born or day},"
        f"Nizami küç. {luck.integers(1, 100)},kişi\n"
    )


@pytest.fixture
def folder(tmp_path):
    """A list of 200 people of whom some stand in it twice, and the map of its columns."""
    rows = [line(number) for number in range(200)] + [
        line(number, series="b") for number in range(0, 200, 20)
    ]
    (tmp_path / "list.csv").write_text(HEADER + "".join(rows), encoding="utf-8")
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    return tmp_path


def called(folder, *more, file="list.csv", columns="map.toml", **how):
    """The outcome of ``link`` over the list, its pairs in ``p.parquet``."""
    words = (folder / file, "--columns", folder / columns)
    return call("link", *words, "--out", folder / "p.parquet", *more, **how)


def linked(folder, name, *more, file="list.csv"):
    """The JSON of ``link`` over the list; its pairs and clusters are written under this name."""
    out = [
        "--out",
        folder / f"{name}.parquet",
        "--clusters",
        folder / f"{name}-clusters.parquet",
    ]
    found = call(
        "link", folder / file, "--columns", folder / "map.toml", *out, *more, "--json"
    )
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout)


def written(folder, name):
    """The bytes of what ``linked`` wrote under a name."""
    return [
        (folder / f"{name}{part}.parquet").read_bytes() for part in ("", "-clusters")
    ]


def hand_in_anew(folder):
    """One row of the list changes, one goes, one comes."""
    text = (folder / "list.csv").read_text(encoding="utf-8")
    text = text.replace(line(7), line(7, born="09.09.1999")).replace(
        line(11), ""
    ) + line(401, series="c")
    (folder / "list.csv").write_text(text, encoding="utf-8")


# --state


def test_what_a_linkage_with_a_state_writes_is_what_a_full_one_writes(folder):
    state = ("--state", folder / "state")
    first = linked(folder, "first", "--memory", folder / "state")
    assert (first["state_use"], first["afresh"]) == ("missing", first["compared"])
    hand_in_anew(folder)
    again, full = linked(folder, "again", *state), linked(folder, "full")
    assert again["state_use"] == "used"
    assert again["afresh"] < again["compared"] / 4
    assert (
        written(folder, "again") == written(folder, "full") != written(folder, "first")
    )
    told = {"afresh", "state_use", "out", "clusters"}
    assert {key: again[key] for key in again.keys() - told} == {
        key: full[key] for key in full.keys() - told
    }
    assert (full["state_use"], full["afresh"]) == (None, full["compared"])
    once_more = linked(folder, "again", *state)
    assert once_more["afresh"] == 0
    assert written(folder, "again") == written(folder, "full")


def test_how_many_pairs_were_compared_is_said_in_words(folder):
    """Who waits reads how much of the work was spared, in the language asked for."""
    state = ("--state", folder / "state")
    compared = linked(folder, "x")["compared"]
    missing = EN("cli.state.missing", compared=compared)
    assert missing in called(folder, *state).stdout
    used = AZ("cli.state.used", afresh=0, compared=compared)
    assert used in called(folder, *state, language="az").stdout


def test_a_damaged_state_is_said_and_all_pairs_are_compared(folder):
    """A file that was changed is no error and no wrong pair.

    The linkage is a full one and says why.
    """
    state = ("--state", folder / "state")
    linked(folder, "first", *state)
    spoilt = next((folder / "state").glob("pairs-*"))
    spoilt.write_bytes(spoilt.read_bytes()[:-50])
    again = linked(folder, "again", *state)
    assert (again["state_use"], again["afresh"]) == ("damaged", again["compared"])
    assert written(folder, "again") == written(folder, "first")
    assert linked(folder, "again", *state)["state_use"] == "used"


def test_the_former_name_of_the_option_is_not_shown():
    """Scripts of the first version say ``--memory``; nobody else is to learn it."""
    help_text = started("link", "--help").stdout
    assert "--memory FOLDER" not in help_text
    assert "--memory" in help_text


def test_a_state_of_another_profile_is_said_and_left_aside(folder):
    """The folder of one profile under another gives that profile's full result."""
    state = ("--state", folder / "state")
    linked(folder, "first", *state)
    other = linked(folder, "other", *state, "--profile", "generic")
    assert (other["state_use"], other["afresh"]) == (
        "other-settings",
        other["compared"],
    )
    linked(folder, "plain", "--profile", "generic")
    assert written(folder, "other") == written(folder, "plain")


def test_a_state_that_another_linkage_holds_is_refused(folder):
    """Exit code 4, with the folder's name.

    Otherwise the two remove each other's files, and one fails inside.
    """
    state = folder / "state"
    state.mkdir()
    command = [sys.executable, "-c", HOLD, state]
    first = processes.Beside(command, env=dict(os.environ))
    try:
        assert first.stdout.readline() == "held\n"
        told = {
            language: called(folder, "--state", state, "--json", language=language)
            for language in ("en", "az")
        }
    finally:
        first.kill()
        first.communicate()
    since = {"en": "2026-02-03 10:00", "az": "03.02.2026 10:00"}
    places = {"path": str(state), "pid": str(first.pid)}
    places |= {"user": getpass.getuser(), "machine": platform.node()}
    for language, say in (("en", EN), ("az", AZ)):
        assert told[language].exit_code == 4, told[language].stderr
        error = json.loads(told[language].stdout)["error"]
        assert error["code"] == "state-busy"
        told_since = places | {"since": since[language]}
        assert error["what"] == say("error.state-busy.what", **told_since)
        assert error["todo"] == say("error.state-busy.todo")
    assert not (folder / "p.parquet").exists()
    linked(folder, "after", "--state", state)
    assert [path.name for path in state.glob(".*")] == [".lock"]


def test_a_file_in_the_place_of_the_state_is_refused_before_the_work(folder):
    """Nobody waits for a linkage whose state then has no place."""
    for state in (folder / "map.toml", folder / "map.toml" / "state"):
        found = called(folder, "--state", state)
        assert found.exit_code == 2
        assert (
            EN("error.not-a-folder.what", path=str(folder / "map.toml")) in found.stderr
        )
        assert not (folder / "p.parquet").exists()


# --against


def base_of(folder, rows, name="base.csv", header=HEADER):
    """Another list in the folder."""
    (folder / name).write_text(header + "".join(rows), encoding="utf-8")
    return folder / name


def pairs_in(folder, name):
    """The ids of each pair written under a name."""
    table = pq.read_table(folder / f"{name}.parquet")
    return list(
        zip(
            table.column("entry_l").to_pylist(),
            table.column("entry_r").to_pylist(),
            strict=True,
        )
    )


def test_new_entries_are_held_against_another_list_and_that_is_not_held_against_itself(
    folder,
):
    """A person of both lists is found; one who stands twice in the other list is not."""
    new = base_of(
        folder,
        [line(3, series="n"), line(5, series="n"), line(5, series="o")],
        "new.csv",
    )
    found = linked(folder, "held", "--against", folder / "list.csv", file=new.name)
    assert (found["entries"], found["new"]) == (213, 3)
    pairs = pairs_in(folder, "held")
    assert {("a0003", "n0003"), ("a0005", "n0005"), ("n0005", "o0005")} <= set(pairs)
    assert all({one[0], other[0]} & {"n", "o"} for one, other in pairs)
    clusters = pq.read_table(folder / "held-clusters.parquet").to_pylist()
    assert {row["entry_id"] for row in clusters} == {
        "a0003",
        "n0003",
        "a0005",
        "n0005",
        "o0005",
    }
    assert called(folder, folder / "new.csv").exit_code == 0
    assert ("a0020", "b0020") in pairs_in(folder, "p")


def test_several_other_lists_with_other_headers_are_one(folder):
    header = "nr,surname,name,patronymic,day,place,s\n"
    one = base_of(folder, [line(3, series="x")], "one.csv", header)
    two = base_of(folder, [line(4, series="y")], "two.csv", header)
    renamed = MAP
    for old, name in zip(
        HEADER.strip().split(",")[:6], header.split(",")[:6], strict=True
    ):
        renamed = renamed.replace(f'"{old}"', f'"{name}"')
    (folder / "other.toml").write_text(renamed, encoding="utf-8")
    others = ("--against", one, "--against", two)
    linked(folder, "held", *others, "--against-columns", folder / "other.toml")
    assert {("a0003", "x0003"), ("a0004", "y0004")} <= set(pairs_in(folder, "held"))


def test_ids_that_stand_in_both_lists_are_told_with_their_file(folder):
    """Entry a0003 of one file and of the other are two entries, and are found to be one person."""
    new = base_of(folder, [line(3)], "new.csv")
    linked(folder, "held", "--against", folder / "list.csv", file=new.name)
    assert ("list.csv:a0003", "new.csv:a0003") in pairs_in(folder, "held")


def test_two_lists_of_one_name_and_the_same_ids_are_refused(folder):
    """Their entries could not be told apart, so the command says which file to rename."""
    (folder / "old").mkdir()
    other = base_of(folder / "old", [line(3)], "list.csv")
    found = called(folder, "--against", other)
    assert found.exit_code == 2
    assert EN("error.same-file-names.what", path="list.csv") in found.stderr
    assert EN("error.same-file-names.todo") in found.stderr


def test_the_plan_of_a_list_against_another_is_the_forecast_of_the_work(folder):
    """--plan tells the pairs that would be compared, fewer than those of both lists together."""
    new = base_of(folder, [line(3, series="n")], "new.csv")
    arguments = ["link", new, "--columns", folder / "map.toml", "--plan", "--json"]
    held = json.loads(call(*arguments, "--against", folder / "list.csv").stdout)
    both = json.loads(call("link", folder / "list.csv", *arguments[1:]).stdout)
    assert 0 < held["pairs"] < both["pairs"] / 10


def test_a_list_without_names_is_named(folder):
    """Of several files it is said which has no column of a name, and what to do about it."""
    (folder / "prices.csv").write_text("goods,price\nrice,2\n", encoding="utf-8")
    base = base_of(folder, [line(1)])
    for command, more in (
        ("link", ["--out", folder / "p.parquet"]),
        ("check", ["--columns", folder / "none.toml"]),
    ):
        (folder / "none.toml").write_text(
            "[columns]\nbirth_date = 'born'\n", encoding="utf-8"
        )
        lists = [folder / "prices.csv"] if command == "link" else [base]
        found = call(command, *lists, *more)
        assert found.exit_code == 3
        assert EN("error.no-name-column.what") in found.stderr
        assert EN("error.no-name-column.todo") in found.stderr
        assert lists[0].name in found.stderr


def test_a_map_for_no_list_is_refused(folder):
    """--against-columns alone is a slip of the fingers, and is told."""
    found = called(folder, "--against-columns", folder / "map.toml")
    assert found.exit_code == 2
    assert EN("error.no-against.what") in found.stderr


# A workspace


def link_of(result):
    """What the linkage of a run noted of its work."""
    return next(work.notes for work in result.stages if work.stage == Stage.LINK)


def test_a_run_goes_on_from_what_the_last_one_compared(tmp_path):
    workspace = workspaces.make(tmp_path / "one")
    first = workspaces.ran(workspace)
    assert (first.state_use, first.afresh) == ("missing", first.compared)
    precinct = workspace / "inbox" / "88" / "menteqe-2.csv"
    text = precinct.read_text(encoding="utf-8")
    precinct.write_text(text.replace("17.02.1969", "18.02.1969"), encoding="utf-8")
    again = workspaces.run(workspace)
    assert again.state_use == "used"
    assert again.afresh < again.compared
    other = workspaces.copied(workspace, tmp_path / "two")
    assert not (other / linkage_state.FOLDER).exists()
    full = workspaces.run(other)
    done = {
        "compared": again.compared,
        "afresh": again.compared,
        "state_use": "missing",
    }
    assert link_of(full) == done | {"training_labels": 0, "contradictory": 0}
    made, made_again = workspaces.contents(full), workspaces.contents(again)
    # The manifest names what a run began with: here the numbers of the cases of the run before.
    assert made.pop("manifest.json") != made_again.pop("manifest.json")
    assert made == made_again


def test_a_run_with_a_damaged_state_says_so_and_is_whole(tmp_path):
    """Damage to the state changes no table of the run."""
    workspace = workspaces.make(tmp_path / "one")
    before = workspaces.contents(workspaces.ran(workspace))
    state = workspace / linkage_state.FOLDER
    workspaces.forget(workspace, state=False)
    for path in state.glob("*.parquet"):
        path.write_bytes(b"PAR1")
    found = call("run", workspace, "--today", workspaces.TODAY.isoformat())
    assert "damaged" in EN("cli.state.damaged", compared=1)
    assert EN("cli.state.damaged", compared=1)[:40] in found.stdout
    assert workspaces.contents(workspaces.run(workspace)) == before


def test_a_run_of_one_constituency_leaves_the_state_of_all(tmp_path):
    """It uses the state of the whole inbox, and the next whole run still has it."""
    workspace = workspaces.make(tmp_path / "one")
    workspaces.make(tmp_path / "other", constituency=89)
    (tmp_path / "other" / "inbox" / "89").rename(workspace / "inbox" / "89")
    until = {"until": Stage.LINK}
    workspaces.run(workspace, **until)
    part = workspaces.run(workspace, constituencies=[88], **until)
    assert (part.state_use, part.afresh) == ("used", 0)
    workspaces.forget(workspace, state=False)
    assert workspaces.run(workspace, **until).afresh == 0
