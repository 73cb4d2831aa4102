"""A whole cycle: three constituencies hand over, get cases back, answer and hand over again."""

import json
import sys
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from handing import told
from voterlist.casework.answering import owed_answers
from voterlist.deadlines.handovers import Event, handovers
from voterlist.storage.ledger import reading

sys.path.insert(0, str(Path(__file__).parents[1] / "campaign"))

import cycle as cycles

pytestmark = pytest.mark.long
ACROSS = 3
"""Cases of several constituencies."""


@pytest.fixture(scope="module")
def cycle(tmp_path_factory):
    """Six hundred voters; the script itself is for 33,000."""
    return cycles.run(cycles.make(tmp_path_factory.mktemp("cycle"), 600))


def runs_above(cycle):
    return [
        said
        for who, command, _, said in cycle.steps
        if (who, command) == ("cec", "run")
    ]


def test_each_is_refused_until_it_has_decided_and_answered(cycle):
    submits = [
        {one["gate"] for one in said["gates"] if one["open"]}
        for _, command, _, said in cycle.steps
        if command == "submit"
    ]
    assert cycle.codes("submit") == [1, 0, 1, 0, 1, 0] * 2
    assert all("open-cases" in gates for gates in submits[:6:2])
    assert all(gates == {"returned-cases"} for gates in submits[6::2])


def test_a_case_over_constituencies_is_settled_once_each_has_answered(cycle):
    first, answered, _ = runs_above(cycle)
    assert first["cases"]["across-constituencies"] == ACROSS
    assert answered["cases"]["across-constituencies"] == 0
    returns = [said for _, command, _, said in cycle.steps if command == "return"]
    # Each return tells of the cases of its own receiver alone.
    asked = {one["number"]: one["asked"] for said in returns for one in said["owed"]}
    assert [len(places) for places in asked.values()] == [2] * ACROSS
    assert owed_answers(cycle.centre) == ((), ())


def test_only_one_side_of_each_case_left_its_list(cycle):
    """Struck on both sides, the person would have vanished."""
    sums = {
        (who, said["package"]["serial"]): said["package"]["sums"]
        for who, command, code, said in cycle.steps
        if command == "submit" and code == 0
    }
    struck = [sums[f"conec-{number:03}", 2]["struck"] for number in (1, 2, 3)]
    assert sum(struck) == ACROSS
    for (who, serial), one in sums.items():
        entries = [
            said["entries"]
            for by, command, _, said in cycle.steps
            if (by, command) == ("cec", "receive")
            and (said["sender"], said["serial"], said["kind"])
            == (who, serial, "submit")
        ]
        assert entries == [one["listed"]]


def test_of_the_other_side_a_return_shows_the_place_and_three_characters(cycle):
    """Whoever is asked about a namesake in another constituency does not get the row."""
    with zipfile.ZipFile(cycle.folder / "return-1.zip") as package:
        names = {name.rpartition("/")[2]: name for name in package.namelist()}
        cases = json.loads(package.read(names["cases.json"]))
        everything = b"".join(package.read(name) for name in package.namelist())
    for case in cases["cases"]:
        for one in case["others"]:
            assert set(one) == {"constituency", "precinct", "fin", "document", "levels"}
            assert all(
                mark is None or (mark[:3], len(mark)) == ("•••", 6)
                for mark in (one["fin"], one["document"])
            )
    run = min((cycle.centre / "runs").iterdir())
    for row in pq.read_table(run / "voters.parquet").to_pylist():
        if row["constituency"] != 1:
            for mark in (row["fin"], row["document"]):
                assert mark is None or mark.encode() not in everything


def test_nothing_is_returned_to_a_constituency_that_the_run_does_not_have(cycle):
    """A number mistyped would make a package of no cases, and a receipt be waited for."""
    out = cycle.folder / "return-7.zip"
    code, said = told("return", cycle.centre, "-c", 7, "--out", out)
    assert (code, said["error"]["code"]) == (2, "constituency-not-run")
    assert not out.exists()


def test_every_hand_over_is_confirmed_and_every_journal_fits(cycle):
    for number in cycles.CONSTITUENCIES:
        with reading(cycle.below(number) / "ledger.db") as ledger:
            lines = handovers(ledger.journal())
        assert [line.event for line in lines] == [
            Event.SUBMITTED,
            Event.RECEIPT,
            Event.RECEIVED,
            Event.SUBMITTED,
            Event.RECEIPT,
            Event.RECEIVED,
            Event.APPROVED,
        ]
    for workspace in (cycle.centre, *map(cycle.below, cycles.CONSTITUENCIES)):
        assert told("journal", workspace, "--verify")[0] == 0


def test_the_status_follows_the_hand_overs_from_day_to_day(cycle):
    """The page on the wall would say otherwise than the papers."""
    told = cycles.Cycle(cycle.folder)
    cycles.status(told)
    kinds = [
        {unit["progress"] for unit in said["units"] if unit["stage"] == "check"}
        for who, _, _, said in told.steps
        if who == "cec"
    ]
    assert kinds == [
        {"not-started"},
        {"not-started"},
        {"received-above"},
        {"returned"},
        {"received-above"},
        {"approved"},
    ]
    for _, _, code, said in told.steps[-2:]:
        assert code == 0
        assert {unit["owed"] for unit in said["units"]} == {None}
    assert len(cycles.account(told)) == len(told.steps)


def test_an_answer_needs_a_case_and_a_document(cycle):
    workspace = cycle.below(2)
    words = ("answer", workspace, "--by", "A", "--case")
    assert told(*words, 9999, "--stays")[1]["error"]["code"] == "answer-no-case"
    case = told("answer", workspace)[1]["cases"][0]["number"]
    code, said = told(*words, case, "--elsewhere")
    codes = {problem["code"] for problem in said["problems"]}
    assert (code, codes) == (1, {"evidence-missing"})
    assert told("answer", workspace, "--case", case)[0] == 2
