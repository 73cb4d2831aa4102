"""Findings accepted in a review workbook.

Marked by a person, read back, and not raised until something changes.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3
from contextlib import closing

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import handing
import review_books
import workspaces
from command_line import EN, call, told
from side_by_side import Step, hand_in, register, stories_in, walk
from voterlist.casework import reviewing
from voterlist.catalogue import catalogue
from voterlist.config.sections import CheckSettings
from voterlist.errors import InputError
from voterlist.findings import ID_COLUMNS, finding_ids
from voterlist.findings.accepted import settle
from voterlist.model import Mark
from voterlist.schemas import ACCEPTANCE, FINDING
from voterlist.storage.ledger import Ledger, read_acceptances
from voterlist.tables import from_columns

MOMENT = dt.datetime(2026, 2, 4, 12, 0, tzinfo=dt.UTC)
OLD = "12.03.1907"


@pytest.fixture
def workspace(tmp_path):
    """Two precincts, both too small, and in each a voter who is unusually old."""
    folder = workspaces.make(tmp_path / "2026")
    for path in (folder / "inbox" / "88").iterdir():
        text = (
            path.read_text(encoding="utf-8")
            .replace("23.11.1988", OLD)
            .replace("05.05.1965", OLD)
        )
        path.write_text(text, encoding="utf-8")
    return folder


def exported(workspace, path, language="en"):
    reviewing.export_review(workspace, path, language, today=workspaces.TODAY)
    return path


def marked(
    path,
    rule,
    mark=None,
    reason="passport seen",
    who=None,
    *,
    precinct=None,
    language="en",
    sheet=None,
):
    """Fill in the rows of a rule, as a person would.

    Returns their rows as shown.
    """
    say = catalogue(language)

    def answer(row):
        is_meant = say(f"rule.{rule}.title") in row["shown"]
        is_meant = is_meant and sheet in {None, row["sheet"]}
        if is_meant and (precinct is None or precinct in row["shown"]):
            word = mark and say(f"answer.{mark}")
            return {"answer": word, "reason": reason, "decided_by": who}
        return None

    return [row["row"] for row in review_books.fill(path, answer)]


def read_in(workspace, path, by="A. Kərimova"):
    return reviewing.import_review(
        workspace,
        [path],
        by,
        decided_at=MOMENT,
    )


def raised(result, rule):
    """(constituency, precinct) of each finding of a rule in a run."""
    rows = pq.read_table(result.folder / "findings.parquet").to_pylist()
    return [
        (row["constituency"], row["precinct"]) for row in rows if row["rule"] == rule
    ]


def test_an_accepted_finding_is_not_raised_again(workspace, tmp_path):
    """In either language the next run would ask again, or lose reason and name."""
    first = workspaces.ran(workspace)
    assert raised(first, "over-age") == [(88, 1), (88, 2)]
    for precinct, language in enumerate(("en", "az"), 1):
        path = exported(workspace, tmp_path / f"{language}.xlsx", language)
        mark = {"precinct": precinct, "language": language}
        marked(path, "over-age", Mark.ACCEPT, **mark)
        assert read_in(workspace, path).problems == ()
    second = workspaces.run(workspace)
    assert raised(second, "over-age") == []
    kept = pq.read_table(second.folder / "accepted.parquet").to_pylist()
    assert {
        (row["rule"], row["precinct"], row["reason"], row["accepted_by"])
        for row in kept
    } == {("over-age", place, "passport seen", "A. Kərimova") for place in (1, 2)}
    assert (first.accepted, second.accepted) == (0, 2)
    assert raised(second, "findings-accepted") == [(88, None)]
    with Ledger(workspace / "ledger.db") as ledger:
        said = ledger.acceptances().to_pylist()
        details = [
            details
            for _, event, details in ledger.journal()
            if event == reviewing.REVIEW_EVENT
        ]
    assert {(row["accepted_at"], row["mark"]) for row in said} == {
        (MOMENT.isoformat(), "accept")
    }
    assert {row["entry_id"] for row in said} == {row["entry_id"] for row in kept}
    counted = [(each["accepted"], each["asked_again"]) for each in details]
    assert counted == [(1, 0)] * 2


def test_a_mark_without_a_reason_is_refused_and_the_rest_goes_on(workspace, tmp_path):
    """Sheet and row of what is refused must be told, and the other marks recorded."""
    workspaces.ran(workspace)
    path = exported(workspace, tmp_path / "review.xlsx")
    (row,) = marked(path, "over-age", Mark.ACCEPT, reason="  ", precinct=1)
    marked(path, "over-age", Mark.ACCEPT, precinct=2)
    found = call("review", "import", workspace, path, "--by", "N", "--json")
    told = json.loads(found.stdout)
    assert (found.exit_code, told["accepted"]) == (1, 1)
    (problem,) = told["problems"]
    assert problem.pop("entry_id")
    todo = catalogue("en")("review.problem.accepted-without-reason.todo")
    assert problem == {
        "file": "review.xlsx",
        "sheet": "Strikings",
        "row": row,
        "code": "accepted-without-reason",
        "case_id": None,
        "case_number": None,
        "rule": "over-age",
        "todo": todo,
    }
    # The remedy stands in the row.
    line = rf"review.xlsx\s+Strikings\s+{row}\s+Unusually old.*{re.escape(todo)}"
    assert re.search(line, found.stderr)
    assert raised(workspaces.run(workspace), "over-age") == [(88, 1)]


def test_a_copy_of_a_sheet_is_read_as_well(workspace, tmp_path):
    """Two people who each fill in a sheet of one workbook are both heard.

    What they say of one finding must agree.
    """
    workspaces.ran(workspace)
    path = exported(workspace, tmp_path / "review.xlsx")
    book = openpyxl.load_workbook(path)
    book.copy_worksheet(book["Strikings"])
    book.save(path)
    copy = "Strikings Copy"
    marked(path, "over-age", Mark.ACCEPT, precinct=1, sheet="Strikings")
    marked(path, "over-age", Mark.ACCEPT, precinct=2, sheet=copy)
    assert read_in(workspace, path).count(Mark.ACCEPT) == 2
    marked(path, "over-age", "withdraw", precinct=1, sheet=copy)
    problems = read_in(workspace, path).problems
    assert [(one.sheet, one.code) for one in problems] == [
        ("Strikings", "answered-twice"),
        (copy, "answered-twice"),
    ]


def test_rows_refused_are_counted_once_whatever_is_wrong_with_them(workspace, tmp_path):
    """A row without a reason and without a name has two faults, and is one row."""
    workspaces.ran(workspace)
    path = exported(workspace, tmp_path / "review.xlsx")
    marked(path, "over-age", Mark.ACCEPT, reason=None, who=None, precinct=1)
    found = call("review", "import", workspace, path)
    assert (
        catalogue("en")("cli.review.imported", recorded=0, replaced=0, problems=1)
        in found.stderr + found.stdout
    )
    assert (
        catalogue("en")("review.problem.no-decider.todo") in found.stderr + found.stdout
    )


def test_check_of_the_workspace_knows_what_was_accepted(workspace, tmp_path):
    """``check`` of a file in the workspace leaves out what was accepted there and says how many.

    Elsewhere it asks.
    """
    workspaces.ran(workspace)
    path = exported(workspace, tmp_path / "review.xlsx")
    marked(path, "over-age", Mark.ACCEPT)
    read_in(workspace, path)
    # Only a list that names its constituency gives an entry the id that it has in the run.
    entries = max((workspace / "runs").glob("*/entries.parquet"))
    for folder, accepted in ((workspace, 2), (tmp_path, 0)):
        table = folder / "table.parquet"
        table.write_bytes(entries.read_bytes())
        found = call("check", table, "--today", "2026-02-03", "--json")
        told = json.loads(found.stdout)
        assert told["accepted"] == accepted
        assert ("are not raised again: 2" in found.stderr) == bool(accepted)
        assert [
            row["count"] for row in told["findings"] if row["rule"] == "over-age"
        ] == ([] if accepted else [2])


def test_a_workbook_of_findings_alone_is_read(workspace, tmp_path):
    """A workbook without its sheet of cases is read.

    A sheet that lost its ids is refused, not passed over.
    """
    workspaces.ran(workspace)
    path = exported(workspace, tmp_path / "review.xlsx")
    marked(path, "over-age", Mark.ACCEPT, who="N")
    book = openpyxl.load_workbook(path)
    del book["Cases"]
    book.save(path)
    assert read_in(workspace, path, by=None).count(Mark.ACCEPT) == 2
    _, columns = review_books.columns_of(book["Strikings"])
    book["Strikings"].delete_cols(columns["finding_id"])
    book.save(path)
    with pytest.raises(InputError) as caught:
        read_in(workspace, path)
    assert (caught.value.code, caught.value.sheet) == ("review-no-sheet", "Strikings")


def test_findings_of_constituencies_that_a_run_left_out_are_exported(
    workspace, tmp_path
):
    """After ``run -c 88`` the workbook would ask about 88 alone, or twice about it."""
    for path in (workspace / "inbox" / "88").iterdir():
        (workspace / "inbox" / "89").mkdir(exist_ok=True)
        text = (
            path.read_text(encoding="utf-8")
            .replace("5XK1", "7AB2")
            .replace("Məmmədov", "Quliyev")
        )
        (workspace / "inbox" / "89" / path.name).write_text(text, encoding="utf-8")
    workspaces.run(workspace)
    whole = exported(workspace, tmp_path / "whole.xlsx")
    workspaces.run(
        workspace, constituencies=(88,), today=workspaces.TODAY + dt.timedelta(days=1)
    )
    part = exported(workspace, tmp_path / "part.xlsx")
    assert (
        len(marked(part, "over-age", Mark.ACCEPT))
        == len(marked(whole, "over-age", Mark.ACCEPT))
        == 4
    )
    assert read_in(workspace, part).count(Mark.ACCEPT) == 4


# Acceptances by themselves, without files.

FOUND = from_columns(
    {
        "rule": [
            "over-age",
            "missing-value",
            "missing-value",
            "date-order-mixed",
            "date-order-mixed",
        ],
        "severity": ["warning"] * 5,
        "unit": ["entry"] * 3 + ["file"] * 2,
        "constituency": [88, 88, 88, None, None],
        "precinct": [1, 1, 1, None, None],
        "entry_id": ["a", "b", "b", None, None],
        "source": ["s", "s", "s", "s", "t"],
        "line": pa.array([4, 5, 5, None, None], pa.int32()),
        "field": ["birth_date", "sex", "address", "birth_date", "birth_date"],
    },
    FINDING,
)
IDS = finding_ids(FOUND)


def accepted(*given):
    """ACCEPTANCE of (finding_id, mark, reason, who) about ``FOUND``."""
    found = dict(zip(IDS, FOUND.select(list(ID_COLUMNS)).to_pylist(), strict=True))
    rows = []
    for finding_id, mark, reason, who in given:
        said = {"finding_id": finding_id, "mark": mark, "reason": reason}
        said |= {"accepted_by": who, "accepted_at": "2026-02-04"}
        rows.append(found[finding_id] | said)
    columns = {name: [row[name] for row in rows] for name in ACCEPTANCE.names}
    return from_columns(columns, ACCEPTANCE, len(rows))


def test_ids_tell_findings_apart_and_lines_do_not_matter():
    """Each finding has an id of its own, and one of an entry keeps it when the list is sorted."""
    assert len(set(IDS)) == FOUND.num_rows
    moved = from_columns(
        {
            **{name: FOUND.column(name) for name in FOUND.column_names},
            "line": [9, 9, 9, None, None],
        },
        FINDING,
    )
    assert finding_ids(moved) == IDS


def test_an_acceptance_of_one_file_is_not_one_of_another():
    """Of two files without a place, the wrong one would be accepted with the other."""
    said = accepted((IDS[4], "accept", "typed in Baku", "A"))
    settled = settle(FOUND, CheckSettings(), said)
    assert settled.accepted.column("source").to_pylist() == ["t"]
    assert settled.accepted.column("finding_id").to_pylist() == [IDS[4]]
    both = CheckSettings(
        accepted=[{"rule": "date-order-mixed", "reason": "in the settings"}]
    )
    assert settle(FOUND, both, said).accepted.column("finding_id").to_pylist() == [
        None,
        None,
    ]


@given(st.lists(st.sampled_from(IDS), unique=True), st.randoms())
def test_what_is_accepted_and_what_is_raised_are_all_that_was_found(ids, chance):
    """Whatever is accepted, in whatever order.

    Each finding is either raised or among the accepted, none is lost.
    """
    given_rows = [(one, "accept", "seen", "A") for one in ids]
    chance.shuffle(given_rows)
    settled = settle(FOUND, CheckSettings(), accepted(*given_rows))
    assert sorted(finding_ids(settled.accepted.select(FINDING.names))) == sorted(ids)
    raised_rows = [
        row
        for row in settled.findings.to_pylist()
        if row["rule"] != "findings-accepted"
    ]
    assert len(raised_rows) + len(ids) == FOUND.num_rows


def test_the_ledger_keeps_every_word_and_tells_the_last(tmp_path):
    """A finding accepted, asked again and accepted anew holds its last reason.

    Reading alone writes nothing.
    """
    path = tmp_path / "ledger.db"
    assert read_acceptances(path).num_rows == 0
    assert not path.exists()
    with Ledger(path) as ledger:
        for mark, reason in (
            ("accept", "seen"),
            ("ask", None),
            ("accept", "seen anew"),
        ):
            ledger.accept(accepted((IDS[0], mark, reason, "A")))
    (held,) = read_acceptances(path).to_pylist()
    assert (held["mark"], held["reason"], held["rule"]) == (
        "accept",
        "seen anew",
        "over-age",
    )
    with closing(sqlite3.connect(path)) as base:
        assert base.execute("SELECT count(*) FROM acceptances").fetchone() == (3,)
    other = tmp_path / "other.db"
    other.write_bytes(b"no ledger at all, and long enough to be looked at as one" * 40)
    with pytest.raises(InputError):
        read_acceptances(other)


# Stories that need runs go side by side, each about a person of its own in precinct 2.

PEOPLE = {
    "stays": "Abbasova;Aygün;Nadir qızı;17.02.1969;5XK2001",
    "left": "Bağırova;Aygün;Nadir qızı;17.02.1970;5XK2002",
    "came": "Cəfərova;Aygün;Nadir qızı;17.02.1971;5XK2003",
    "third place": "Dadaşova;Aygün;Nadir qızı;17.02.1972;5XK2004",
    "somebody": "Əliyeva;Aygün;Nadir qızı;17.02.1973;5XK2005",
    "again": "Fətullayeva;Aygün;Nadir qızı;17.02.1974;5XK2006",
    "within": "Həsənova;Aygün;Nadir qızı;17.02.1975;5XK2007",
    "old": "Xəlilova;Aygün;Nadir qızı;12.03.1907;5XK2008",
}
LEFT, CAME = "moved-away-confirmed", "arrived-listed-elsewhere"


def rules(workspace, person, table="findings"):
    """The rules of the findings about somebody, each with the precinct.

    Without that of the register of residence, which two stories write for all.
    """
    fin = PEOPLE[person].rsplit(";", 1)[1]
    people = handing.newest(workspace, "entries").to_pylist()
    (entry,) = [row["entry_id"] for row in people if row["fin"] == fin]
    found = handing.newest(workspace, table).to_pylist()
    return [
        (row["rule"], row["precinct"])
        for row in found
        if entry in {row["entry_id"], row["other_entry_id"]}
        and row["rule"] != "not-in-residence-register"
    ]


def of_rule(rule, name, answer):
    """Answers what a rule says of somebody."""
    title = EN(f"rule.{rule}.title")
    return lambda row: (
        answer if title in row["shown"] and name in str(row["shown"]) else None
    )


def moved(rule, person):
    """Whoever is asked about by this rule is moved to precinct 1."""
    answer = {
        "answer": "move",
        "precinct": "1",
        "ground": EN("ground.moved-away.title"),
        "document": "Act 3",
    }
    return Step(cells=of_rule(rule, PEOPLE[person].split(";")[0], answer))


def registered(workspace, person, **registers):
    """Somebody stands on each of these registers, with this precinct."""
    for name, precinct in registers.items():
        register(workspace, name, f"{PEOPLE[person]};88;{precinct}")


def a_finding_of_a_register_stays_accepted(workspace):
    """It came back with every run, as if its voter were gone, and nothing was ever handed over."""
    registered(workspace, "stays", abroad=2)
    yield
    assert rules(workspace, "stays") == [("abroad-on-permanent-list", 2)]
    seen = {"answer": "accept", "reason": "passport seen"}
    assert (
        yield Step(cells=of_rule("abroad-on-permanent-list", "Abbasova", seen))
    ) == []
    assert rules(workspace, "stays") == []
    assert rules(workspace, "stays", "accepted") == [("abroad-on-permanent-list", 2)]
    assert handing.newest(workspace, "returned").num_rows == 0


def a_move_answers_both_registers(workspace):
    """Whoever left and arrived by two registers was asked about again by the other one."""
    for person in ("left", "came"):
        registered(workspace, person, departures=2, arrivals=1)
    yield
    for person in ("left", "came"):
        assert sorted(rules(workspace, person)) == [(CAME, 2), (LEFT, 2)]
    answers = moved(LEFT, "left").cells, moved(CAME, "came").cells
    assert (yield Step(cells=lambda row: answers[0](row) or answers[1](row))) == []
    assert rules(workspace, "left") == rules(workspace, "came") == []


def a_move_to_another_place_leaves_the_arrival_open(workspace):
    """Who came to a third place by the register was no more asked about."""
    registered(workspace, "third place", departures=2, arrivals=3)
    yield
    assert (yield moved(LEFT, "third place")) == []
    assert [rule for rule, _ in rules(workspace, "third place")] == [CAME]


def a_move_leaves_open_who_somebody_is(workspace):
    """Another person's FIN, and who was added beside an entry, were no more asked about.

    That person would be on no list, and this one would stand on it twice.
    """
    registered(workspace, "somebody", departures=2, arrivals=1)
    register(
        workspace,
        "residence",
        "Əliyeva;Aygün;Nadir qızı;21.08.1990;5XK2005;88;1",
        "Əliyeva;Aygünə;Nadir qızı;17.02.1973;;88;1",
    )
    yield
    conflict, beside = "register-identity-conflict", "added-beside-entry"
    assert conflict in dict(rules(workspace, "somebody"))
    answer = {
        "answer": "add",
        "precinct": "1",
        "ground": EN("ground.left-out.title"),
        "document": "Act 4",
    }
    step = Step(cells=lambda row: answer if "Aygünə" in str(row["shown"]) else None)
    assert (yield step) == []
    assert beside in dict(rules(workspace, "somebody"))
    assert (yield moved(LEFT, "somebody")) == []
    left = sorted(rule for rule, _ in rules(workspace, "somebody"))
    assert left == sorted([conflict, beside])


def who_was_moved_and_leaves_the_new_place_is_asked_about(workspace):
    """Registers were held against the old place alone: who left the new one voted there."""
    registered(workspace, "again", departures=2)
    yield
    assert (yield moved(LEFT, "again")) == []
    assert rules(workspace, "again") == []
    registered(workspace, "again", departures=1)
    yield
    assert rules(workspace, "again") == [(LEFT, 2)]


def a_move_within_a_constituency_is_no_departure_from_it(workspace):
    """Who left the constituency was no more asked about, once another register moved them in it."""
    registered(workspace, "within", departures="", arrivals=1)
    yield
    assert sorted(rules(workspace, "within")) == [(CAME, 2), (LEFT, 2)]
    assert (yield moved(CAME, "within")) == []
    assert rules(workspace, "within") == [(LEFT, 2)]


def whom_two_people_add_to_two_precincts_is_a_dispute(workspace):
    """Such a voter is on no list, and nobody heard of it before the lists were handed over."""
    register(workspace, "residence", "Şərifov;Zaur;Kamil oğlu;02.01.1988;5XK1250;88;1")
    yield
    shown = exported(workspace, workspace.parent / "shown.xlsx")
    for precinct, by in (("1", "A. Kərimova"), ("2", "Orxan")):
        answer = {
            "answer": "add",
            "precinct": precinct,
            "ground": EN("ground.left-out.title"),
            "document": "Act 4",
            "decided_by": by,
        }
        book = workspace.parent / f"{precinct}.xlsx"
        review_books.fill(
            shown,
            lambda row, a=answer: a if "Şərifov" in str(row["shown"]) else None,
            book,
        )
        assert read_in(workspace, book).problems == ()
    yield
    units = told("status", workspace, "--today", "2026-02-04")[1]["units"]
    assert {one["contested"] for one in units if one["precinct"] is None} == {1}


def it_is_raised_again_when_the_entry_or_the_number_of_the_place_changes(workspace):
    """An entry that says something else is another entry: the finding about it is asked anew.

    So is a precinct that was accepted as too small with two voters, and has three.
    """
    two = (
        "Orucov;Samir;Yaşar oğlu;12.03.1907;5XK2011",
        "Orucov;Anar;Yaşar oğlu;05.05.1965;5XK2012",
    )
    path = hand_in(workspace, 4, *two)

    def found():
        rows = handing.newest(workspace, "findings").to_pylist()
        return {row["rule"] for row in rows if row["precinct"] == 4} & {
            "over-age",
            SMALL,
        }

    def mark(row):
        titles = {EN(f"rule.{rule}.title") for rule in ("over-age", SMALL)}
        is_mine = "Orucov" in str(row["shown"]) or 4 in row["shown"]
        return seen if titles & set(row["shown"]) and is_mine else None

    seen = {"answer": "accept", "reason": "a mountain village"}
    yield
    assert found() == {"over-age", SMALL}
    assert (yield Step(cells=mark)) == []
    assert found() == set()
    text = path.read_text(encoding="utf-8")
    hand_in(workspace, 4, *two, "Orucov;Kamal;Rauf oğlu;02.02.1980;5XK2013")
    yield
    assert found() == {SMALL}
    path.write_text(text.replace("Nizami küç. 41", "Nizami küç. 49"), encoding="utf-8")
    yield
    assert found() == {"over-age"}


SMALL = "precinct-too-small"


def what_was_accepted_stands_in_the_next_workbook_and_can_be_asked_again(workspace):
    """The mark comes with its reason and name.

    Read back unchanged it changes nothing, "withdraw" takes it back.
    """
    yield
    assert ("over-age", 2) in rules(workspace, "old")
    seen = {"answer": "accept", "reason": "passport seen"}
    assert (yield Step(cells=of_rule("over-age", "Xəlilova", seen))) == []
    assert rules(workspace, "old") == []
    again = exported(workspace, workspace.parent / "again.xlsx")
    stands = [
        (row["shown"][0], row["reason"], row["decided_by"])
        for row in review_books.rows_of(again)
        if row["answer"] == "accept" and "Xəlilova" in str(row["shown"])
    ]
    assert stands == [("Unusually old", "passport seen", "A. Kərimova")]
    assert read_in(workspace, again).files[0].acceptances.num_rows == 0
    back = {"answer": "withdraw", "reason": None}
    assert (yield Step(cells=of_rule("over-age", "Xəlilova", back))) == []
    assert rules(workspace, "old") == [("over-age", 2)]


STORIES = stories_in(globals())


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    folder = workspaces.make(tmp_path_factory.mktemp("accepting") / "2026")
    hand_in(folder, 2, *PEOPLE.values())
    stories = {story: story(folder) for story in STORIES}
    return walk(folder, stories, workspaces.TODAY.isoformat(), "A. Kərimova")


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_story_goes_as_it_should(walked, story):
    """What would be wrong stands at each story."""
    if walked[story]:
        raise walked[story]
