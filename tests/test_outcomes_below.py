"""What is decided above about an application comes down to the clerk who owes the answer."""

import json
import shutil

import pytest

import handing
import workspaces
from command_line import call
from handing import told

pytestmark = pytest.mark.slow

DAY = ("--today", handing.DAY)
BY = ("--by", "Aytən Quliyeva", *DAY)
ASKED = ("--by", "Leyla Məmmədova", "--document", "AZE 1", *DAY)


@pytest.fixture
def pair(tmp_path):
    """The lists of the constituency are above, and a run there has read them."""
    return handing.taken_in(tmp_path)


def entry_of(workspace, given_name):
    (found,) = [
        row["entry_id"]
        for row in handing.newest(workspace, "entries").to_pylist()
        if row["given_name"] == given_name
    ]
    return found


def take(workspace, what, *words):
    """The number of an application."""
    code, said = told("application", "take", workspace, "--what", what, *words, *ASKED)
    assert code == 0, said
    return said["number"]


def decide(workspace, number, *words):
    code, said = told("application", "decide", workspace, number, *words, *BY)
    assert code == 0, said


def come_down(pair, name):
    """What ``receive`` says below of the outcomes in a return."""
    package = pair.folder / name
    words = ("-c", 88, "--out", package, *DAY)
    code, said = told("return", pair.above, *words)
    assert code == 0, said
    count = said["outcomes"]
    code, said = told("receive", pair.below, package, *DAY)
    assert code == 0, said
    return count, said["outcomes"], said["outcomes_left"]


def shown(workspace, number):
    return told("application", "show", workspace, number, *DAY)[1]


def surnames(workspace):
    workspaces.run(workspace)
    return set(handing.newest(workspace, "corrected").column("surname").to_pylist())


def forwarded(pair, given_name, surname):
    """(number below, number above) of a correction that was taken below and sent up."""
    numbers = []
    for workspace in (pair.below, pair.above):
        entry = ("--for", entry_of(workspace, given_name))
        below = ("--below", f"conec-088/{numbers[0]}") if numbers else ()
        value = ("--set", f"surname={surname}")
        numbers.append(take(workspace, "correct", *entry, *value, *below))
    return numbers


def test_what_is_decided_above_is_noted_below_and_answered_in_writing(pair):
    """The person waits for an answer from the clerk who took it, who never hears of it."""
    below, above = forwarded(pair, "Leyla", "Əliyeva")
    other, _ = forwarded(pair, "Tural", "Səfərov")
    assert come_down(pair, "early.zip") == (0, [], [])
    decide(pair.above, above, "--grant", "--ground", "document-seen")
    assert come_down(pair, "return.zip") == (1, [below], [])
    one = shown(pair.below, below)
    assert (one["state"], one["late"], one["done"]) == ("granted", False, handing.DAY)
    event = one["events"][-1]
    assert (event["event"], event["to"]) == ("appealed", "central")
    assert event["by"] == "Aytən Quliyeva (cec)"
    assert event["ground"] == "document-seen"
    assert str(above) in event["evidence"]
    assert shown(pair.below, other)["state"] == "open"
    assert "Əliyeva" in surnames(pair.below)
    out = pair.folder / "answer.pdf"
    words = (below, "--out", out, *DAY)
    assert told("application", "answer", pair.below, *words)[0] == 0
    assert out.read_bytes().startswith(b"%PDF")
    # The next return says it once more, and nothing is noted twice.
    assert come_down(pair, "again.zip") == (1, [], [])
    assert shown(pair.below, below)["events"][-1]["event"] == "answered"


def test_an_outcome_comes_down_to_whoever_handed_in_plain_files(tmp_path):
    """Both have the same ids, and no package that tells so."""
    pair = handing.pair(tmp_path)
    shutil.copytree(pair.below / "inbox" / "88", pair.above / "inbox" / "88")
    workspaces.run(pair.above)
    below, above = forwarded(pair, "Leyla", "Əliyeva")
    decide(pair.above, above, "--grant", "--ground", "document-seen")
    assert come_down(pair, "return.zip") == (1, [below], [])


def test_what_was_granted_below_is_taken_back_by_a_refusal_above(pair):
    """It overrules; and what the centre decides otherwise later overrules once more."""
    below, above = forwarded(pair, "Leyla", "Əliyeva")
    decide(pair.below, below, "--grant", "--ground", "document-seen")
    assert "Əliyeva" in surnames(pair.below)
    refused = ("--refuse", "--ground", "list-is-right", "--reason", "Belə yazılıb")
    decide(pair.above, above, *refused)
    assert come_down(pair, "return.zip") == (1, [below], [])
    one = shown(pair.below, below)
    assert (one["state"], one["events"][-1]["reason"]) == ("refused", "Belə yazılıb")
    assert "Əliyeva" not in surnames(pair.below)
    words = ("--grant", "--ground", "document-seen", "--reason", "Sənəd gəlib")
    decide(pair.above, above, *words)
    assert come_down(pair, "other.zip") == (1, [below], [])
    assert "Əliyeva" in surnames(pair.below)
    # On one day, the same again: what was decided last holds.
    decide(pair.above, above, *refused)
    assert come_down(pair, "last.zip") == (1, [below], [])
    assert shown(pair.below, below)["state"] == "refused"


def test_an_outcome_of_another_application_is_noted_nowhere(pair):
    """One digit typed wrongly above would answer somebody else, and change another voter."""
    below = take(pair.below, "listed", "--for", entry_of(pair.below, "Tural"))
    court, _ = forwarded(pair, "Sevinc", "Həsənova")
    decide(pair.below, court, "--grant", "--ground", "document-seen")
    act = ("--ground", "court", "--evidence", "№ 7", "--to", "court", *BY)
    words = ("application", "appeal", pair.below, court, "--outcome", "refused", *act)
    assert told(*words)[0] == 0
    for number in (below, 99, court):
        entry = ("--for", entry_of(pair.above, "Leyla"), "--set", "surname=Əliyeva")
        ours = take(pair.above, "correct", *entry, "--below", f"conec-088/{number}")
        decide(pair.above, ours, "--grant", "--ground", "document-seen")
    before = [shown(pair.below, number)["events"] for number in (below, court)]
    assert come_down(pair, "return.zip") == (3, [], [below, 99, court])
    after = [shown(pair.below, number)["events"] for number in (below, court)]
    assert after == before
    # Whoever it was meant for is told as another one by the clerk above, in plain words.
    code, said = told(
        *("application", "take", pair.above, "--what", "listed", "--name", "Leyla"),
        *("--below", "88/1", *ASKED),
    )
    assert (code, said["error"]["code"]) == (2, "application-below")


def test_who_is_on_no_list_is_added_by_a_decision_above(pair):
    """Nobody has an entry yet: the birth date tells whom it is about, and without it a clerk."""
    new = ("--name", "Quliyev Rəşad Vaqif oğlu", "--set", "precinct=2")
    born = ("--born", "05.05.1980")
    numbers = [take(pair.below, "add", *new, *born), take(pair.below, "add", *new)]
    for number in numbers:
        words = ("--below", f"conec-088/{number}")
        ours = take(pair.above, "add", *new, *born, *words)
        decide(pair.above, ours, "--grant", "--ground", "left-out")
    workspaces.run(pair.above)
    assert come_down(pair, "return.zip") == (2, numbers[:1], numbers[1:])
    workspaces.run(pair.below)
    rules = handing.newest(pair.below, "findings").column("rule").to_pylist()
    assert "arrived-missing" not in rules
    added = handing.newest(pair.below, "additions").column("given_name").to_pylist()
    assert added == ["Rəşad"]
    assert shown(pair.below, numbers[1])["state"] == "open"


def test_nothing_of_others_is_in_what_comes_down(pair):
    """An outcome holds the decision alone: not who asked, not what was seen."""
    below, above = forwarded(pair, "Leyla", "Əliyeva")
    decide(pair.above, above, "--grant", "--ground", "document-seen")
    come_down(pair, "return.zip")
    (folder,) = (pair.below / "received").glob("return-*")
    (outcome,) = json.loads((folder / "cases.json").read_bytes())["outcomes"]
    assert outcome == {
        "number": below,
        "above": above,
        "what": "correct",
        "entry_id": entry_of(pair.below, "Leyla"),
        "born": None,
        "granted": True,
        "ground": "document-seen",
        "article": outcome["article"],
        "reason": None,
        "day": handing.DAY,
        "by": "Aytən Quliyeva",
    }


def test_whom_the_centre_puts_on_a_list_is_asked_about_where_the_list_hangs(pair):
    """The centre's list had them, and that of the precinct, which hangs and is signed, had not."""
    elsewhere = pair.above / "inbox" / "87"
    elsewhere.mkdir(parents=True)
    moved = "1;Vəliyev;Samir;Zahid oğlu;01.02.1980;kişi;Şuşa küç. 3;5XK1240\n"
    list_there = elsewhere / "3.csv"
    list_there.write_text(f"{workspaces.HEADER}{moved}", encoding="utf-8")
    workspaces.run(pair.above)
    place = ("--set", "constituency=88", "--set", "precinct=1")
    evidence = ("--grant", "--ground", "court", "--evidence", "№ 7")
    lives = ("--set", "address=Nizami küç. 9")
    new = ("--name", "Orucova Sevda Yaşar qızı", "--born", "11.12.1983", *lives, *place)
    decide(pair.above, take(pair.above, "add", *new), *evidence)
    samir = ("--for", entry_of(pair.above, "Samir"), *place)
    decide(pair.above, take(pair.above, "move", *samir), *evidence)
    workspaces.run(pair.above)
    package = pair.folder / "return.zip"
    told("return", pair.above, "-c", 88, "--out", package, *DAY)
    said = call("receive", pair.below, package, *DAY).output
    assert "sent to another precinct: 2" in said
    # They are asked about before the list goes up.
    assert pair.submit("early.zip")[0] == 1
    workspaces.run(pair.below)
    asked = [
        (row["constituency"], row["precinct"])
        for row in handing.newest(pair.below, "findings").to_pylist()
        if row["rule"] == "arrived-missing"
    ]
    assert asked == [(88, 1), (88, 1)]
    # Whoever looks for them knows at which door, as the list of the centre does.
    rows = handing.newest(pair.below, "register_rows").to_pylist()
    at = {row["given_name"]: row["address"] for row in rows}
    assert at == {"Samir": "Şuşa küç. 3", "Sevda": "Nizami küç. 9"}
    come_down(pair, "again.zip")
    assert [one.name for one in (pair.below / "reference").iterdir()] == [
        "arrivals-cec.parquet"
    ]
    assert all(one.is_dir() for one in (pair.below / "received").iterdir())
