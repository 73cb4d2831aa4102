"""What is decided above about an application comes down to the clerk who owes the answer."""

import json
import shutil

import pytest

import handing
import workspaces
from command_line import call
from handing import told
from side_by_side import stories_in, together

DAY = ("--today", handing.DAY)
BY = ("--by", "Aytən Quliyeva", *DAY)
ASKED = ("--by", "Leyla Məmmədova", "--document", "AZE 1", *DAY)


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
    noted, left = said["outcomes"], said["outcomes_left"]
    # Whoever took what is not noted owes the answer still; it is asked about once.
    assert code == bool(said["unsettled"] or {*left} - pair.left), said
    pair.left, pair.unsettled = {*left}, said["unsettled"]
    return count, noted, left


def shown(workspace, number):
    return told("application", "show", workspace, number, *DAY)[1]


def surnames(workspace):
    return set(handing.newest(workspace, "corrected").column("surname").to_pylist())


def done(workspace):
    """What decisions did to the lists of the newest run."""
    return set(handing.newest(workspace, "applied").column("action").to_pylist())


def forwarded(pair, given_name, surname):
    """(number below, number above) of a correction that was taken below and sent up."""
    numbers = []
    for workspace in (pair.below, pair.above):
        entry = ("--for", entry_of(workspace, given_name))
        below = ("--below", f"conec-088/{numbers[0]}") if numbers else ()
        value = ("--set", f"surname={surname}")
        numbers.append(take(workspace, "correct", *entry, *value, *below))
    return numbers


def test_an_outcome_comes_down_to_whoever_handed_in_plain_files(tmp_path):
    """Both have the same ids, and no package that tells so."""
    pair = handing.pair(tmp_path)
    shutil.copytree(pair.below / "inbox" / "88", pair.above / "inbox" / "88")
    workspaces.run(pair.above)
    below, above = forwarded(pair, "Leyla", "Əliyeva")
    decide(pair.above, above, "--grant", "--ground", "document-seen")
    pair.left = set()
    assert come_down(pair, "return.zip") == (1, [below], [])


GRANT = ("--grant", "--ground", "document-seen")
REFUSE = ("--refuse", "--ground", "list-is-right", "--reason", "Belə yazılıb")
ABOVE = "above"
"""What a story yields that needs a run above before the return."""


def what_is_decided_above_is_noted_below_and_answered_in_writing(pair):
    """The person waits for an answer from the clerk who took it, who never hears of it."""
    below, above = forwarded(pair, "Leyla", "Əliyeva")
    other, _ = forwarded(pair, "Tural", "Səfərov")
    _, noted, left = yield
    assert not {below, other} & {*noted, *left}
    decide(pair.above, above, *GRANT)
    _, noted, left = yield
    assert below in noted
    assert not {below, other} & {*left}
    one = shown(pair.below, below)
    assert (one["state"], one["late"], one["done"]) == ("granted", False, handing.DAY)
    event = one["events"][-1]
    assert (event["event"], event["to"]) == ("appealed", "central")
    assert event["by"] == "Aytən Quliyeva (cec)"
    assert event["ground"] == "document-seen"
    assert str(above) in event["evidence"]
    assert shown(pair.below, other)["state"] == "open"
    assert "Əliyeva" in surnames(pair.below)
    # It holds the decision alone: not who asked, not what was seen.
    folder = max((pair.below / "received").glob("return-*"))
    outcomes = json.loads((folder / "cases.json").read_bytes())["outcomes"]
    (outcome,) = [one for one in outcomes if one["number"] == below]
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
    out = pair.folder / "answer.pdf"
    words = (below, "--out", out, *DAY)
    assert told("application", "answer", pair.below, *words)[0] == 0
    assert out.read_bytes().startswith(b"%PDF")
    # The next return says it once more, and nothing is noted twice.
    _, noted, left = yield
    assert below not in {*noted, *left}
    assert shown(pair.below, below)["events"][-1]["event"] == "answered"


def what_was_granted_below_is_taken_back_by_a_refusal_above(pair):
    """It overrules; and what the centre decides otherwise later overrules once more."""
    below, above = forwarded(pair, "Aygün", "Əhmədova")
    decide(pair.below, below, *GRANT)
    yield
    assert "Əhmədova" in surnames(pair.below)
    decide(pair.above, above, *REFUSE)
    _, noted, _ = yield
    assert below in noted
    one = shown(pair.below, below)
    assert (one["state"], one["events"][-1]["reason"]) == ("refused", "Belə yazılıb")
    assert "Əhmədova" not in surnames(pair.below)
    decide(pair.above, above, *GRANT, "--reason", "Sənəd gəlib")
    _, noted, _ = yield
    assert below in noted
    assert "Əhmədova" in surnames(pair.below)
    # On one day, the same again: what was decided last holds.
    decide(pair.above, above, *REFUSE)
    _, noted, _ = yield
    assert below in noted
    assert shown(pair.below, below)["state"] == "refused"


def an_outcome_of_another_application_is_noted_nowhere(pair):
    """One digit typed wrongly above would answer somebody else, and change another voter."""
    below = take(pair.below, "listed", "--for", entry_of(pair.below, "Orxan"))
    court, _ = forwarded(pair, "Sevinc", "Həsənova")
    decide(pair.below, court, *GRANT)
    act = ("--ground", "court", "--evidence", "№ 7", "--to", "court", *BY)
    words = ("application", "appeal", pair.below, court, "--outcome", "refused", *act)
    assert told(*words)[0] == 0
    entry = ("--for", entry_of(pair.below, "Tural"), "--set", "surname=Xəlilov")
    of_tural = take(pair.below, "correct", *entry)
    mistyped = (below, 99, court, of_tural)
    for number in mistyped:
        entry = ("--for", entry_of(pair.above, "Orxan"), "--set", "surname=Rzazadə")
        ours = take(pair.above, "correct", *entry, "--below", f"conec-088/{number}")
        decide(pair.above, ours, *GRANT)
    known = (below, court, of_tural)
    before = [shown(pair.below, number)["events"] for number in known]
    _, noted, left = yield
    assert not {*mistyped} & {*noted}
    assert {*mistyped} <= {*left}
    after = [shown(pair.below, number)["events"] for number in known]
    assert after == before
    assert "Rzazadə" not in surnames(pair.below)
    # Whoever it was meant for is told as another one by the clerk above, in plain words.
    code, said = told(
        *("application", "take", pair.above, "--what", "listed", "--name", "Leyla"),
        *("--below", "88/1", *ASKED),
    )
    assert (code, said["error"]["code"]) == (2, "application-below")


def what_a_court_decided_is_told_where_it_was_decided_otherwise_above(pair):
    """A higher court had refused it, and nobody at the counter heard of it."""
    below, above = forwarded(pair, "Orxan", "Rzayevli")
    decide(pair.below, below, *GRANT)
    appeal = ("application", "appeal", pair.below, below, "--to", "court", *BY)
    act = ("--ground", "court", "--evidence", "№ 8")
    assert told(*appeal, *act, "--outcome", "granted")[0] == 0
    decide(pair.above, above, *REFUSE)
    _, noted, left = yield
    assert (below in noted, below in left) == (False, True)
    assert shown(pair.below, below)["state"] == "granted"
    assert told(*appeal, *act, "--outcome", "refused")[0] == 0
    _, noted, left = yield
    assert below not in {*noted, *left}


def an_objection_that_is_granted_above_and_changes_nothing_says_so(pair):
    """Who had been added wrongly stayed, and the clerk read that the objection was granted."""
    new = ("--name", "Abbasov Cavid Adil oğlu", "--set", "precinct=2")
    added = take(pair.below, "add", *new, "--born", "07.07.1977")
    decide(pair.below, added, "--grant", "--ground", "left-out")
    objection = take(pair.below, "complaint", "--against", added)
    told_of = ("--name", "Abbasov Cavid", "--born", "1977-07-07")
    below = ("--below", f"conec-088/{objection}")
    ours = take(pair.above, "complaint", *told_of, *below)
    decide(pair.above, ours, "--grant", "--reason", "Burada yaşamır")
    _, noted, _ = yield
    assert objection in noted
    assert pair.unsettled == [objection]


def who_is_on_no_list_is_added_by_a_decision_above(pair):
    """Nobody has an entry yet: the birth date tells whom it is about, and without it a clerk."""
    new = ("--name", "Quliyev Rəşad Vaqif oğlu", "--set", "precinct=2")
    born = ("--born", "05.05.1980")
    numbers = [take(pair.below, "add", *new, *born), take(pair.below, "add", *new)]
    for number in numbers:
        words = ("--below", f"conec-088/{number}")
        ours = take(pair.above, "add", *new, *born, *words)
        decide(pair.above, ours, "--grant", "--ground", "left-out")
    _, noted, left = yield ABOVE
    assert [[one in told_of for one in numbers] for told_of in (noted, left)] == [
        [True, False],
        [False, True],
    ]
    assert looked_for(pair.below) == []
    added = handing.newest(pair.below, "additions").column("given_name").to_pylist()
    assert "Rəşad" in added
    assert shown(pair.below, numbers[1])["state"] == "open"


def who_is_told_by_name_above_is_found_where_one_alone_was_born_so(pair):
    """A clerk noted it by hand; of two who were born on one day nobody knows which it is."""
    entries = handing.newest(pair.below, "entries").to_pylist()
    # As it is typed above; the lists have it in another form.
    born = {"Orxan": "1965-05-05", "Elçin": "1970-03-12"}
    numbers = {name: [] for name in born}
    for row in entries:
        name = row["given_name"]
        if name in born:
            place = ("--set", f"precinct={3 - row['precinct']}")
            number = take(pair.below, "move", "--for", row["entry_id"], *place)
            told_of = ("--name", f"{row['surname']} {name}", "--born", born[name])
            below = ("--below", f"conec-088/{number}")
            decide(pair.above, take(pair.above, "move", *told_of, *below), *REFUSE)
            numbers[name].append(number)
    _, noted, left = yield
    ((one,), both) = numbers["Orxan"], numbers["Elçin"]
    assert (one in noted, len(both)) == (True, 2)
    assert {*both} <= {*left} - {*noted}
    event = shown(pair.below, one)["events"][-1]
    assert (event["event"], event["granted"]) == ("appealed", False)
    assert "doğum tarixinə görə" in event["evidence"]


def who_was_struck_and_objected_above_is_found_by_the_striking(pair):
    """The objection names nobody, and above the struck voter is told by name: nobody came back."""
    place = ("--set", "constituency=87", "--set", "precinct=5")
    of_sevinc = ("--for", entry_of(pair.below, "Sevinc"), *place)
    struck = take(pair.below, "strike", *of_sevinc)
    decide(pair.below, struck, "--grant", "--ground", "moved-away")
    objection = take(pair.below, "complaint", "--against", struck)
    told_of = ("--name", "Quliyeva Sevinc", "--born", "1991-09-30")
    below = ("--below", f"conec-088/{objection}")
    ours = take(pair.above, "complaint", *told_of, *below)
    yield
    assert "strike" in done(pair.below)
    decide(pair.above, ours, "--grant", "--reason", "Burada yaşayır")
    _, noted, _ = yield
    assert objection in noted
    assert shown(pair.below, objection)["state"] == "granted"
    assert "strike" not in done(pair.below)


def a_return_whose_folder_is_gone_is_made_up_for_by_the_next_one(pair):
    """Whoever had no copy of the folder could answer, and hand over, nothing for ever."""
    yield
    yield
    newest = max((pair.below / "received").glob("return-*"))
    shutil.rmtree(newest)
    code, said = told("answer", pair.below)
    assert (code, said["error"]["code"]) == (3, "received-gone")
    assert "voterlist return" in said["error"]["todo"]
    # What it told is told once more.
    pair.left = set()
    yield
    assert told("answer", pair.below)[0] == 0


def looked_for(workspace):
    """Where somebody is looked for whom a decision elsewhere sent there."""
    return [
        (row["constituency"], row["precinct"])
        for row in handing.newest(workspace, "findings").to_pylist()
        if row["rule"] == "arrived-missing"
    ]


def whom_the_centre_puts_on_a_list_is_asked_about_where_the_list_hangs(pair):
    """The centre's list had them, and that of the precinct, which hangs and is signed, had not."""
    elsewhere = pair.above / "inbox" / "87"
    elsewhere.mkdir(parents=True)
    moved = "1;Vəliyev;Samir;Zahid oğlu;01.02.1980;kişi;Şuşa küç. 3;5XK1240\n"
    list_there = elsewhere / "3.csv"
    list_there.write_text(f"{workspaces.HEADER}{moved}", encoding="utf-8")
    for _ in range(4):
        # While the others end; below nothing changes any more.
        yield ABOVE
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
    # Rəşad too, whom the constituency has added by then.
    assert "sent to another precinct: 3" in said
    # They are asked about before the list goes up.
    code, said = pair.submit("early.zip")
    opened = {one["gate"] for one in said["gates"] if one["open"]}
    assert (code, opened) == (1, {"stale-run"})
    yield
    assert looked_for(pair.below) == [(88, 1), (88, 1)]
    # Whoever looks for them knows at which door, as the list of the centre does.
    rows = handing.newest(pair.below, "register_rows").to_pylist()
    at = {row["given_name"]: row["address"] for row in rows}
    lives = {"Samir": "Şuşa küç. 3", "Sevda": "Nizami küç. 9", "Rəşad": None}
    assert at == lives
    assert [one.name for one in (pair.below / "reference").iterdir()] == [
        "arrivals-cec.parquet"
    ]
    assert all(one.is_dir() for one in (pair.below / "received").iterdir())


STORIES = stories_in(globals())


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """The lists of the constituency are above; what was decided there comes down in each step."""
    pair = handing.taken_in(tmp_path_factory.mktemp("outcomes"))
    pair.left = set()
    steps = []

    def do(wishes):
        if ABOVE in wishes.values():
            workspaces.run(pair.above)
        steps.append(come_down(pair, f"return-{len(steps)}.zip"))
        workspaces.run(pair.below)
        return dict.fromkeys(wishes, steps[-1])

    failed = together({story: story(pair) for story in STORIES}, do)
    return failed | {"steps": steps}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_story_goes_as_it_should(walked, story):
    """What would be wrong stands at each story."""
    if walked[story]:
        raise walked[story]


def test_each_return_says_all_that_was_decided_and_notes_it_once(walked):
    """An outcome would be lost with a return that went astray, or overrule twice."""
    counts = [count for count, *_ in walked["steps"]]
    assert counts == [11, 14, 14, 14, 14]
    noted = [len(noted) for _, noted, _ in walked["steps"]]
    assert noted == [3, 3, 1, 1, 0]
