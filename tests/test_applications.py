"""Applications: taken whatever is wrong with them, decided through the checks of all answers."""

import datetime as dt
import io
import re
import shlex
import shutil
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import handing
import made_once
import processes
import side_by_side
import workspaces
from command_line import AZ, EN, call, told
from side_by_side import hand_in, stories_in, walk
from voterlist.counter import applications, deciding, taking
from voterlist.counter.applications import Request, State
from voterlist.counter.deciding import Ruling
from voterlist.counter.looking import event_lines
from voterlist.errors import UsageError
from voterlist.model import Asks, Body, Relation, Step, Way
from voterlist.report.sections.findings import FindingWords
from voterlist.schemas import AMENDMENT
from voterlist.storage import lock
from voterlist.storage.ledger import ApplicationEvent, Ledger, reading, verify
from voterlist.tables import from_rows

DAY = dt.date(2026, 2, 4)
SINCE = "2026-02-04 09:00"
LEYLA = "088-0001-F3XSWZYM8GZF6"
ORXAN = "088-0002-FNTND6GR2Z80F"
TURAL = "088-0001-7PT0ZP9RT3MJJ"
SURNAME = Request(
    what=Asks.CORRECT,
    by="Leyla",
    entry_id=LEYLA,
    values={"surname": "Əliyeva"},
    documents=("AZE 1",),
)
ADDED = Request(
    what=Asks.ADD,
    by="Rəşad",
    name="Quliyev Rəşad Vaqif oğlu",
    born="05.05.1980",
    values={"precinct": "2", "fin": "5XK9999", "address": "Nizami küç. 9"},
    documents=("AZE 2",),
)
NEW = {"what": Asks.ADD, "entry_id": None, "name": "Quliyev Rəşad"}
STRUCK = Request(
    what=Asks.STRIKE,
    by="Nərgiz",
    relation=Relation.RELATIVE,
    entry_id=TURAL,
    documents=("AZE 4",),
)
KNOWN = replace(STRUCK, name="Hüseynli Tural", values={"fin": "5XK1236"})
"""Of somebody who knows more of the person than the name on the list."""


@pytest.fixture
def workspace(tmp_path):
    workspaces.finished(tmp_path / "2026")
    return tmp_path / "2026"


def take(workspace, asked, day=DAY):
    return taking.take(workspace, asked, clerk_of("Aytən", day))


def clerk_of(name, day=DAY):
    at = dt.datetime.combine(day, dt.time(9), dt.UTC)
    return applications.Clerk(name, at, SINCE, "root")


def decide(workspace, number, *, by="Aytən", day=DAY, **said):
    ruling = Ruling(**{"granted": True, **said})
    return deciding.decide(workspace, number, ruling, clerk_of(by, day))


def appealed(workspace, number, granted, by="Sədr", day=DAY, **said):
    ruling = Ruling(granted=granted, evidence="Qərar 12", **said)
    return deciding.appeal(workspace, number, Body.COURT, ruling, clerk_of(by, day))


def answering(workspace, number):
    """The code of the error with which the answer is not written; None where it is."""
    out = workspace.parent / f"{number}.pdf"
    words = ("--out", out, "--today", DAY, "--by", "Aytən")
    said = told("application", "answer", workspace, number, *words)[1]
    return said.get("error", {}).get("code")


def refusal(work, *args, **said):
    """The code of the error with which something is refused."""
    with pytest.raises(UsageError) as caught:
        work(*args, **said)
    return caught.value.code


def book(workspace, day=DAY):
    found = applications.book_of(workspace, today=day)
    return {one.number: one for one in found.applications}


def codes(one):
    return [code for code, _ in one.doubts]


def listed(workspace):
    """``on_lists`` of a new run."""
    workspaces.run(workspace, today=DAY)
    return on_lists(workspace)


def on_lists(workspace):
    """(surname, given name or whole name, precinct) of everybody on the lists of the newest run."""
    names = ("entries", "applied", "additions")
    entries, applied, added = (table_of(workspace, name) for name in names)
    gone = {row["entry_id"] for row in applied if row["action"] == "strike"}
    moved = {
        row["entry_id"]: row["precinct"] for row in applied if row["action"] == "move"
    }
    said = {
        row["entry_id"]: row["value"]
        for row in applied
        if (row["action"], row["field"]) == ("correct", "surname")
    }
    return {
        (
            said.get(row["entry_id"], row["surname"] or row["full_name"]),
            row["given_name"],
            moved.get(row["entry_id"], row["precinct"]),
        )
        for row in [*entries, *added]
        if row["entry_id"] not in gone
    }


def test_who_was_added_is_struck_on_the_grounds_of_everybody(added):
    """The way by which an addition is taken back is no way around the checks."""
    calendar = "[calendar]\nelection_day = 2026-03-01\n"
    before = with_striking(added, calendar)
    for said, problem in (
        ({"ground": "voter-asked", "evidence": "№ 7"}, "ground-not-for-action"),
        ({"ground": "died"}, "evidence-missing"),
        (STRIKING | {"day": dt.date(2026, 2, 5), "ground": "died"}, "list-frozen"),
    ):
        made = decide(added, 2, **said)
        assert [found.code for found in made.problems] == [problem]
    assert book(added)[2].state is State.OPEN
    assert listed(added) == before


def test_the_status_tells_what_was_decided_since_the_run(workspace):
    """Who is told that it is granted looks at a list that does not say so yet."""

    def since():
        return told("status", workspace, "--today", DAY.isoformat())[1]["since_run"]

    assert since() == 0
    take(workspace, SURNAME)
    decide(workspace, 1, ground="document-seen")
    assert since() == 1
    listed(workspace)
    assert since() == 0
    decide(workspace, 1, granted=False, ground="not-shown", reason="səhv")
    assert since() == 1


def test_another_application_about_who_is_struck_is_decided_with_it(workspace):
    """The son came first, and his application would stand open for ever, and late.

    Once the voter is back on the list, the paper for him said that they are struck.
    """
    take(workspace, replace(STRUCK, by="Vaqif", documents=("AZE 3",)))
    assert "others-open" in codes(take(workspace, KNOWN))
    take(workspace, replace(STRUCK, entry_id=ORXAN, by="Vaqif"))
    decide(workspace, 2, ground="died", evidence="AZE 7")
    states = {number: one.state for number, one in book(workspace).items()}
    assert states == {1: State.GRANTED, 2: State.GRANTED, 3: State.OPEN}
    for words in (AZ, EN):
        lines = list(event_lines(book(workspace)[1], FindingWords(words.language)))
        assert words("application.with", number="2") in lines[-1]
    decide(workspace, 2, granted=False, ground="not-shown", reason="Sağdır")
    states = {number: one.state for number, one in book(workspace).items()}
    assert states == {1: State.REFUSED, 2: State.REFUSED, 3: State.OPEN}
    assert verify(workspace / "ledger.db").fits


@pytest.fixture
def added(tmp_path):
    """A workspace with a run in which somebody was added."""

    def make(folder):
        workspaces.finished(folder)
        take(folder, ADDED)
        decide(folder, 1, ground="left-out")
        listed(folder)

    made_once.copied("applications: somebody added", make, tmp_path / "2026")
    return tmp_path / "2026"


def with_striking(workspace, settings=""):
    """Who is on the lists, once application 2 wants the person struck who was added."""
    (workspace / "voterlist.toml").write_text(settings, encoding="utf-8")
    take(workspace, Request(what=Asks.STRIKE, by="Rəşad", entry_id=entry_of(workspace)))
    return on_lists(workspace)


def entry_of(workspace):
    """The entry of the one who was added."""
    (row,) = table_of(workspace, "additions")
    return row["entry_id"]


STRIKING = {"ground": "not-citizen", "evidence": "№ 7", "by": "Vəfa"}


def test_who_was_added_is_struck_by_two_where_two_are_wanted(added):
    """One person alone would take a voter off by the way of an addition taken back."""
    workspace, entry = added, entry_of(added)
    settings = '[decisions]\ntwo_people = ["strike"]\n'
    settings += "[calendar]\nelection_day = 2026-03-01\n"
    before = with_striking(workspace, settings)
    # Until then the voter is on the list, and gets a card as any other.
    stock = ("-c", 88, "--precinct", 2, "--first", 1, "--last", 1)
    for words in (("stock", workspace, *stock), ("issue", workspace, entry, 1)):
        assert told("day", *words, "--by", "Vəfa", "--today", DAY)[0] == 0
    other = Request(what=Asks.STRIKE, by="Vaqif", entry_id=entry)
    take(workspace, replace(other, documents=("AZE 3",)))
    refused = {"granted": False, "ground": "another-person", "reason": "Vətəndaşdır"}
    for said in (STRIKING, {**refused, "by": "Vəfa"}, {**STRIKING, "reason": "Yenə"}):
        made = decide(workspace, 2, **said)
        assert made.standing == ("pending" if said.get("granted", True) else "holds")
    assert listed(workspace) == before
    # While it waits for the second one, nobody else who asked the same has an answer.
    assert book(workspace)[3].state is State.OPEN
    assert decide(workspace, 2, **{**STRIKING, "by": "Nigar"}).standing == "holds"
    assert book(workspace)[3].state is State.GRANTED
    assert len(listed(workspace)) == len(before) - 1


def test_who_was_struck_by_an_earlier_version_comes_back(added):
    """It took the addition back; whoever refuses that does not confirm it as another one's answer.

    A second person would be waited for, and the voter stay off the list.
    """
    workspace, entry = added, entry_of(added)
    before = with_striking(workspace, '[decisions]\ntwo_people = ["add"]\n')
    with Ledger(workspace / "ledger.db") as ledger:
        (row,) = ledger.given_amendments().to_pylist()
        back = {"action": "withdraw", "field": "add", "decided_by": "Aytən"}
        ledger.amend(from_rows([row | back], AMENDMENT))
        said = {"granted": True, "amends": [[entry, "add"]]} | dict.fromkeys(
            ("ground", "evidence", "reason", "although")
        )
        day = DAY.isoformat()
        ledger.apply(ApplicationEvent(2, Step.DECIDED.value, day, "Aytən", said))
    assert len(listed(workspace)) == len(before) - 1
    said = {"granted": False, "ground": "another-person", "reason": "Vətəndaşdır"}
    assert decide(workspace, 2, **said).standing == "holds"
    assert listed(workspace) == before


def test_two_clerks_at_one_counter_give_two_numbers(workspace):
    """Also while a run holds the workspace: who asks is not sent away."""
    with lock.hold(workspace, since=SINCE), ThreadPoolExecutor(4) as clerks:
        asked = [SURNAME, ADDED, STRUCK, Request(what=Asks.MOVE, by="E", name="Elçin")]
        taken = list(clerks.map(lambda one: take(workspace, one), asked))
    assert sorted(one.number for one in taken) == [1, 2, 3, 4]
    assert "not-looked" not in codes(taken[3])
    assert {one.asked.by for one in book(workspace).values()} == {
        one.by for one in asked
    }
    assert verify(workspace / "ledger.db").fits


def test_the_term_is_a_setting_and_ends_on_election_day(workspace):
    """The Code says one day, the guide for voters three; on the day it is answered at once."""
    text = "[applications]\nanswer_days = 3\n[calendar]\nelection_day = 2026-03-01\n"
    (workspace / "voterlist.toml").write_text(text, encoding="utf-8")
    due = {
        DAY: dt.date(2026, 2, 7),
        dt.date(2026, 2, 27): dt.date(2026, 3, 1),
        dt.date(2026, 3, 1): dt.date(2026, 3, 1),
    }
    for day, last in due.items():
        one = take(workspace, SURNAME, day)
        assert one.due == last
        assert one.is_late(last + dt.timedelta(days=1))
        assert not one.is_late(last)
    assert "after-update" in codes(one)


DOUBTS = [
    ({"entry_id": "088-0001-0000000000000"}, "entry-gone"),
    ({"entry_id": "nobody"}, "entry-gone"),
    ({"entry_id": None, "name": "Yadova Nərmin"}, "entry-open"),
    ({"entry_id": None, "name": "Leyla"}, "entry-likely"),
    ({"name": "Rzayev Orxan"}, "name-differs"),
    ({"values": {"fin": "5XK"}}, "value-wrong"),
    ({"values": {"birth_date": "31.02.1980"}}, "value-wrong"),
    ({"values": {}}, "nothing-set"),
    ({"what": Asks.MOVE, "values": {}}, "precinct-open"),
    ({"what": Asks.MOVE, "values": {"precinct": "II"}}, "value-wrong"),
    (NEW | {"values": {"fin": "5XK9999"}}, "home-open"),
    (NEW | {"values": {"address": "Nizami 3"}}, "identifier-open"),
    ({"relation": Relation.OTHER, "documents": ()}, "no-authority"),
]


def test_what_is_doubtful_is_told_and_kept(workspace):
    """Nobody is sent away: the application has a number, and what is wrong is told."""
    for asked, doubt in DOUBTS:
        one = take(workspace, replace(SURNAME, **asked))
        assert doubt in codes(one), asked
        assert book(workspace)[one.number].asked == one.asked


def test_a_name_is_only_a_name(workspace):
    """Whatever it is made of, it is kept with its number, without what cannot be seen."""
    for name in (
        "=HYPERLINK(1)",
        "<script>alert(1)</script>",
        "Ə" * 4000,
        "\u202eavəyilƏ\u202c",
        "Əli\x00\x1b[2J",
        "'; DROP TABLE applications; --",
    ):
        asked = Request(what=Asks.COMPLAINT, by=name, name=name, way=Way.LETTER)
        one = take(workspace, asked)
        assert book(workspace)[one.number].asked.by == one.asked.by
        assert not set(one.asked.by) & set("\x00\x1b\u202e\u202c")


def test_brothers_whose_names_are_nearly_one_are_both_asked_for(workspace):
    """The mother asked for both; what was granted to the one was told of the other, and he left."""
    values = {"precinct": "2", "address": "Nizami küç. 9"}
    told = [
        take(
            workspace,
            replace(ADDED, name=f"Quliyev {name} Vaqif oğlu", values=values),
        )
        for name in ("Elxan", "Alxan")
    ]
    assert [codes(one) for one in told] == [["identifier-open"]] * 2
    decide(workspace, told[0].number, ground="left-out")
    assert book(workspace)[told[1].number].state is State.OPEN


def test_what_cannot_be_is_told_and_never_granted(workspace):
    """A date that no calendar has, or a tag for a name, would stand on the wall."""
    wrong = [
        {"born": "31.02.1980"},
        {"name": "<b>Qəribə</b> Rəşad"},
        {"values": {"precinct": "2", "fin": "12"}},
        {"values": {"precinct": "2", "surname": '=HYPERLINK("x")'}},
    ]
    for number, said in enumerate(wrong, 1):
        taken = take(workspace, replace(ADDED, **said))
        assert "value-wrong" in codes(taken)
        code = refusal(decide, workspace, number, ground="left-out")
        assert code == "application-wrong"
    with reading(workspace / "ledger.db") as ledger:
        assert ledger.given_amendments().num_rows == 0


def test_the_name_of_the_list_is_nothing_that_the_applicant_knows(workspace):
    """Who copied a FIN somewhere would have its voter struck at once, without a notice."""
    taken = take(workspace, replace(STRUCK, values={"fin": "5XK1236"}))
    assert "Tural" in taken.about
    code = refusal(decide, workspace, 1, ground="died", evidence="AZE 7")
    assert code == "application-not-notified"


def test_a_name_that_is_written_oddly_can_be_corrected(tmp_path):
    """Whose name has a digit on the list could never have it corrected."""
    folder = workspaces.make(tmp_path / "odd")
    path = folder / "inbox" / "88" / "menteqe-1.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Məmmədov;", "Məmmədov (1);", 1), encoding="utf-8")
    workspaces.run(folder)
    run = max(folder.glob("runs/*"))
    rows = pq.read_table(run / "entries.parquet").to_pylist()
    (entry_id,) = [row["entry_id"] for row in rows if "(1)" in row["surname"]]
    asked = replace(SURNAME, entry_id=entry_id, values={"surname": "Məmmədov"})
    assert codes(take(folder, asked)) == []
    assert decide(folder, 1, ground="document-seen").problems == ()


def test_a_precinct_that_no_list_has_is_told_when_it_is_asked_for(workspace):
    """Else it came out when the person is gone, and nobody knows whom to ask."""
    places = {
        ("2",): [],
        ("02",): [],
        ("44",): ["precinct-unknown"],
        ("44", "88"): ["precinct-unknown"],
        ("44", "12"): [],
        ("9" * 5000,): ["precinct-unknown"],
    }
    for place, expected in places.items():
        values = dict(zip(("precinct", "constituency"), place, strict=False))
        taken = take(workspace, replace(ADDED, by=str(place), values=values))
        assert [code for code in codes(taken) if code == "precinct-unknown"] == expected


def test_a_move_without_the_new_address_is_told(workspace):
    """The list would show an address in another precinct."""
    moved = {"what": Asks.MOVE, "by": "Orxan", "entry_id": ORXAN}
    taken = take(workspace, Request(**moved, values={"precinct": "1"}))
    assert codes(taken) == ["address-open"]
    values = {"precinct": "1", "address": "Nizami küç. 3"}
    number = take(workspace, Request(**moved, values=values)).number
    made = decide(workspace, number, ground="moved-away", evidence="arayış 7")
    assert made.problems == ()


def test_the_same_asked_by_others_is_told_and_decided_for_each(workspace):
    """Who comes with a document is not bound to somebody who had none."""
    take(workspace, ADDED)
    other = take(workspace, replace(ADDED, by="Vaqif", documents=()))
    assert (codes(other), other.first) == (["others-open"], None)


def test_the_copy_of_a_withdrawn_application_stands_by_itself(workspace):
    """Who asked second is not left without an answer when the first one gives up."""
    take(workspace, SURNAME)
    take(workspace, SURNAME)
    applications.add_event(workspace, 1, Step.WITHDRAWN, "", clerk_of("Aytən"))
    assert book(workspace)[2].state is State.OPEN
    assert decide(workspace, 2, ground="document-seen").problems == ()


def test_what_no_answer_may_do_no_application_does(workspace):
    """A way past the checks would be a way to lose or to double somebody."""
    take(workspace, SURNAME)
    take(workspace, ADDED)
    for number, said, code in (
        (1, {"ground": "document-seen", "values": {"fin": "5XK1234"}}, "fin-taken"),
        (1, {"ground": ""}, "ground-missing"),
        (1, {"ground": "died"}, "ground-not-for-action"),
        (2, {"values": {"precinct": "77"}}, "precinct-not-here"),
        (2, {"values": {"fin": "5XK1234"}}, "already-listed"),
    ):
        made = decide(workspace, number, **{"ground": "left-out", **said})
        assert code in {problem.code for problem in made.problems}
    assert {one.state for one in book(workspace).values()} == {State.OPEN}
    with reading(workspace / "ledger.db") as ledger:
        assert ledger.given_amendments().num_rows == 0


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"name": "Məmmədov Elçin", "born": "12.03.1970"}, "application-stands"),
        ({"name": "Quliyev Rəşad", "born": "01.01.2015"}, "application-under-age"),
    ],
)
def test_who_stands_on_the_list_or_is_a_child_is_not_added(workspace, asked, code):
    """The search runs first: a second entry of one person is what the list is freed from."""
    take(workspace, replace(ADDED, **asked, values={"precinct": "2"}))
    assert refusal(decide, workspace, 1, ground="left-out") == code
    if code == "application-stands":
        made = decide(workspace, 1, ground="left-out", although="Başqa şəxsdir")
        assert made.application.state is State.GRANTED


def test_who_was_added_is_read_by_the_own_words(workspace):
    """Month first as others wrote it, 5 June was 6 May, and whoever was added was not found."""
    for number, (name, born) in enumerate(
        (
            ("Orucov Samir Yaşar oğlu", "05.06.1980"),
            ("Babayev Anar Zahid oğlu", "12.31.1981"),
            ("Nəsibov Kamran Vaqif oğlu", "11.30.1982"),
        ),
        start=1,
    ):
        values = {"precinct": "2", "address": "Nizami küç. 9"}
        take(workspace, replace(ADDED, name=name, born=born, values=values))
        decide(workspace, number, ground="left-out", evidence="AZE 2")
    added = told("find", workspace, "Orucov Samir", "--born", "1980-06-05")[1]["added"]
    assert [row["surname"] for row in added] == ["Orucov"]


def test_nobody_is_struck_for_another_before_being_told(workspace):
    """Each step that is missing is named; an objection that is open, or granted, stops it.

    So does one to another application that would be granted with it.
    """
    take(workspace, replace(STRUCK, documents=(), by="Kimsə"))
    said = {"ground": "not-citizen", "evidence": "Arayış"}
    assert refusal(decide, workspace, 1, **said) == "application-by-unknown"
    take(workspace, STRUCK)
    only = {"ground": "not-citizen"}
    assert refusal(decide, workspace, 2, **only) == "application-no-evidence"
    assert refusal(decide, workspace, 2, **said) == "application-not-notified"
    died = {"ground": "died", "evidence": "Şəhadətnamə"}
    assert refusal(decide, workspace, 2, **died) == "application-not-notified"
    applications.add_event(workspace, 2, Step.NOTIFIED, "məktub", clerk_of("Aytən"))
    until = DAY + dt.timedelta(days=10)
    assert book(workspace)[2].due == until + dt.timedelta(days=1)
    code = refusal(decide, workspace, 2, day=until, **said)
    assert code == "application-notice-runs"
    after = until + dt.timedelta(days=1)
    for against in (1, 2):
        objection = Request(what=Asks.COMPLAINT, by="Tural", against=against)
        number = take(workspace, objection).number
        code = refusal(decide, workspace, 2, day=after, **said)
        assert code == "application-objected"
        refused = {"granted": False, "ground": "not-shown", "reason": "Sənəd yoxdur"}
        decide(workspace, number, **refused)
    made = decide(workspace, 2, day=after, **said)
    assert made.application.state is State.GRANTED


def test_who_is_meant_is_looked_for(workspace):
    """The clerk is told which entries it may be; nobody is taken for anybody by the program."""
    one = take(
        workspace, Request(what=Asks.STRIKE, by="Q", name="Hüseynli Tural Əhməd oğlu")
    )
    assert one.doubts[0] == ("entry-likely", TURAL)
    assert one.asked.entry_id is None
    two = take(workspace, Request(what=Asks.CORRECT, by="E", name="Elçin Məmmədov"))
    code, about = two.doubts[0]
    assert (code, len(about.split(", "))) == ("entries-likely", 2)
    named = replace(ADDED, name="Rzayev Orxan Şamil oğlu", values={}, born="")
    three = take(workspace, named)
    assert three.doubts[0][0] == "stands-already"
    four = take(workspace, Request(what=Asks.CORRECT, by="N", name="Tamam Başqa Adam"))
    assert codes(four)[0] == "entry-open"


def test_the_clerk_is_told_what_comes_first_and_what_is_missing(workspace):
    """The neighbour would be struck untold, or the clerk would know what is wrong and no more."""
    # An answer was promised for the next day, while the notice takes ten.
    told_until, answered = DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=12)
    place = {"number": "1", "folder": workspace, "due": told_until}
    words = ("--what", "strike", "--for", TURAL, "--by", "Qonşu", "--relation", "other")
    taken = call("application", "take", workspace, *words, "--today", DAY).stdout
    assert EN("cli.application.notify-first", **place) in taken
    assert EN("cli.application.taken", number="1", due=answered) in taken
    take(workspace, SURNAME)
    refused = call("application", "decide", workspace, 2, "--grant", "--by", "R.")
    assert refused.exit_code == 1
    assert EN("review.problem.ground-missing.todo") in refused.stdout


def test_many_strikings_by_one_person_are_told(workspace):
    """Elsewhere one person had thousands struck; here more than three are a finding."""
    for number in range(5):
        entry = (LEYLA, ORXAN, TURAL, "a", "b")[number]
        one = take(workspace, replace(STRUCK, entry_id=entry))
        assert ("many-strikings" in codes(one)) == (number >= 3)
    found = applications.book_of(workspace, today=DAY)
    assert found.many == ((1, 2, 3, 4, 5),)


def test_a_refusal_has_a_ground_and_a_reason(workspace):
    """It is given in writing and may be appealed: a bare no is none."""
    take(workspace, SURNAME)
    said = {"granted": False}
    assert refusal(decide, workspace, 1, **said) == "application-ground"
    said["ground"] = "left-out"
    assert refusal(decide, workspace, 1, **said) == "application-ground"
    said["ground"] = "list-is-right"
    assert refusal(decide, workspace, 1, **said) == "application-no-reason"
    made = decide(workspace, 1, **said, reason="Sənəddə Məmmədovadır")
    assert made.application.state is State.REFUSED


def test_an_entry_that_another_application_strikes_is_not_corrected(workspace):
    """The later one is told why, and stays open."""
    take(workspace, Request(what=Asks.STRIKE, by="Leyla", entry_id=LEYLA))
    one = take(workspace, SURNAME)
    assert codes(one) == ["others-open"]
    decide(workspace, 1, ground="not-citizen", evidence="Arayış")
    made = decide(workspace, 2, ground="document-seen")
    assert {problem.code for problem in made.problems} == {"left-already"}
    assert book(workspace)[2].state is State.OPEN


def test_a_clock_that_was_set_back_does_not_turn_the_book_back(workspace):
    """An application of last week would be late before it was taken."""
    take(workspace, SURNAME, dt.date(2026, 2, 20))
    one = take(workspace, ADDED, dt.date(2026, 2, 10))
    assert one.day == dt.date(2026, 2, 20)
    assert one.due > one.day


def test_what_no_application_can_say_is_refused(workspace):
    """A slip of the clerk, told before anything is written."""
    asks = Asks.CORRECT
    for asked, code in (
        (Request(what=asks, by="\u200b", name="Leyla"), "application-by-nobody"),
        (Request(what=asks, by="Leyla"), "application-for-nobody"),
        (
            Request(what=asks, by="L", name="L", values={"line": "1"}),
            "application-field",
        ),
        (Request(what=Asks.COMPLAINT, by="L", against=9), "application-unknown"),
    ):
        assert refusal(take, workspace, asked) == code
    assert book(workspace) == {}
    # A slip of the pen must not decide another person's application.
    assert refusal(decide, workspace, 7, ground="left-out") == "application-unknown"


def test_before_the_first_run_an_application_is_taken(tmp_path):
    """The list is not read yet, and the person stands at the counter."""
    folder = workspaces.make(tmp_path / "2026")
    one = take(folder, SURNAME)
    assert codes(one) == ["entry-gone"]
    assert refusal(decide, folder, 1, ground="document-seen") == "no-run"
    with Ledger(folder / "ledger.db") as ledger:
        assert len(ledger.applications()) == 1


def test_nobody_is_looked_for_where_somebody_is_refused(workspace):
    """Of a nation the clerk waited minutes for an index that no refusal asks."""
    take(workspace, ADDED)
    shutil.rmtree(workspace / "kept" / "find")
    said = "--refuse --ground not-shown --reason Yoxdur --by Aytən --today 2026-02-04"
    command = [sys.executable, "-m", "voterlist", "application", "decide", workspace]
    assert processes.run([*command, "1", *said.split()]).returncode == 0
    assert not (workspace / "kept" / "find").exists()


def test_figures_add_up(workspace):
    """The numbers of a kind are those of its applications."""
    take(workspace, SURNAME)
    take(workspace, ADDED)
    decide(workspace, 1, ground="document-seen", day=dt.date(2026, 2, 8))
    found = applications.book_of(workspace, today=dt.date(2026, 2, 8))
    rows = {
        row["what"]: row
        for row in applications.figures_of(
            [one.brief for one in found.applications], found.today
        )
    }
    assert rows["all"]["taken"] == 2
    assert (rows["correct"]["granted"], rows["correct"]["days"]) == (1, 4.0)
    assert (rows["add"]["open"], rows["add"]["days"]) == (1, None)
    assert rows["all"]["late"] == 2
    assert [one.number for one in found.open] == [2]


def test_the_status_tells_the_late_and_the_open_ones_first(workspace):
    """Nobody looks into a book that nothing points to."""
    take(workspace, ADDED)
    take(workspace, SURNAME, dt.date(2026, 2, 8))
    take(workspace, SURNAME, dt.date(2026, 2, 8))
    code, said = told("status", workspace, "--today", "2026-02-08")
    waiting = [(one["number"], one["late"]) for one in said["applications"]]
    assert waiting == [(1, True), (2, False), (3, False)]
    shown = call("status", workspace, "--today", "2026-02-08").stdout
    assert shown.index(EN("application.state.late")) < shown.index("2026-05-30")
    assert ADDED.name not in shown
    assert code == 1
    call("status", workspace, "--page", "--today", "2026-02-08")
    page = (workspace / "reports" / "status-az.html").read_text(encoding="utf-8")
    assert AZ("wall.applications", late=1) in page


def test_the_commands_are_those_of_the_functions(workspace, tmp_path):
    """A clerk types, and what is told is what a page would tell."""
    words = ["--what", "add", "--name", ADDED.name, "--born", ADDED.born]
    words += ["--set", "precinct=2", "--by", "Rəşad", "--document", "AZE 2"]
    today = ("--today", "2026-02-04")
    code, said = told("application", "take", workspace, *words, *today)
    assert (code, said["number"], said["due"]) == (0, 1, "2026-02-05")
    by = ("--by", "Aytən")
    grant = ("application", "decide", workspace, 1, "--grant", *by, *today)
    code, said = told(*grant, "--ground", "died")
    assert (code, said["problems"][0]["code"]) == (1, "ground-not-for-action")
    # Whoever chose a wrong ground reads which ones fit.
    assert " left-out" in call(*grant, "--ground", "died").stdout
    code, said = told(*grant, "--ground", "left-out")
    assert (code, said["state"], said["standing"]) == (0, "granted", "holds")
    paper = tmp_path / "cavab.pdf"
    code, _ = told("application", "answer", workspace, 1, "--out", paper, *today)
    assert paper.read_bytes().startswith(b"%PDF")
    code, said = told("application", "list", workspace, "--today", "2026-02-09")
    assert (code, said["late"], said["figures"][-1]["granted"]) == (0, 0, 1)
    code, said = told("application", "show", workspace, 1, *today)
    assert [event["event"] for event in said["events"]] == ["decided", "answered"]
    for wrong in (("--set", "x"), ("--set", "fin=1", "--set", "fin=2")):
        code, said = told("application", "take", workspace, *words, *wrong, *today)
        assert (code, said["error"]["code"]) == (2, "application-set")
    code, said = told("application", "decide", workspace, 1, *by, *today)
    assert (code, said["error"]["code"]) == (2, "application-no-outcome")


def test_what_is_turned_over_and_another_day_are_told(workspace):
    """A clerk refused what was granted and answered, and nothing said so; papers had other days."""
    words = ["--what", "add", "--name", ADDED.name, "--born", ADDED.born]
    words += ["--set", "precinct=2", "--by", "Rəşad", "--document", "AZE 2"]
    assert (
        "2026-02-04"
        not in call(
            "application", "take", workspace, *words, "--today", "2026-02-05"
        ).stdout
    )
    behind = ("--today", "2026-02-04")
    ruled = ("application", "decide", workspace, 1, "--by", "Aytən")
    granted = call(*ruled, "--grant", "--ground", "left-out", *behind).stdout
    assert EN(
        "cli.application.clock-behind", today="2026-02-04", newest="2026-02-05"
    ) in (granted)
    refused = call(*ruled, "--refuse", "--ground", "not-shown", "--reason", "Yoxdur")
    before = {"day": "2026-02-05", "by": "Aytən"}
    assert EN("cli.application.turned-over", **before) in refused.stdout
    assert EN("cli.application.turned-over", **before) not in granted
    lines = call("application", "show", workspace, 1).stdout
    for state in ("granted", "refused"):
        assert f"{EN(f'application.state.{state}')} · " in lines


def test_the_page_shows_commands_that_work(workspace, monkeypatch):
    """Who types what stands there is served."""
    page = Path(__file__).parents[1] / "docs" / "applications.md"
    (block,) = re.findall(r"```text\n(.+?)```", page.read_text("utf-8"), re.DOTALL)
    monkeypatch.chdir(workspace.parent)
    for line in block.splitlines():
        _, *words = shlex.split(line)
        named = {"DIR": str(workspace), "ENTRY_ID": LEYLA}
        done = call(*(named.get(word, word) for word in words))
        assert done.exit_code == 0, (line, done.stdout, done.stderr)
    assert {path.name for path in workspace.parent.glob("*.pdf")} == {
        "slip.pdf",
        "answer.pdf",
        "book.pdf",
    }


def test_the_commission_above_counts_those_of_below(tmp_path):
    """It sees how many were late, and nothing of what anybody said; without any nothing travels."""
    pair = handing.pair(tmp_path)
    assert pair.submit()[0] == pair.receive()[0] == 0
    assert told("application", "list", pair.above)[1]["below"] == []
    take(pair.below, SURNAME)
    take(
        pair.below,
        Request(what=Asks.COMPLAINT, by="Kimsə", name="Səfurə", entry_id="x"),
    )
    reason = {"ground": "list-is-right", "reason": "Sənəddə Məmmədovadır"}
    decide(pair.below, 1, granted=False, day=dt.date(2026, 2, 5), **reason)
    code, said = pair.submit("second.zip", day="2026-02-06")
    assert code == 0, said
    with zipfile.ZipFile(tmp_path / "second.zip") as package:
        (name,) = (name for name in package.namelist() if "applications" in name)
        rows = pq.read_table(io.BytesIO(package.read(name))).to_pylist()
    assert [row["entry_id"] for row in rows] == [LEYLA, None]
    texts = {str(cell) for row in rows for cell in row.values()}
    assert not texts & {"Leyla", "Kimsə", "Səfurə", "Əliyeva", "Sənəddə Məmmədovadır"}
    code, said = pair.receive("second.zip", day="2026-02-06")
    assert code == 0, said
    code, said = told("application", "list", pair.above, "--today", "2026-02-06")
    (below,) = said["below"]
    rows = {row["what"]: row for row in below["figures"]}
    assert (rows["all"]["taken"], rows["all"]["late"]) == (2, 1)
    assert (rows["correct"]["refused"], rows["complaint"]["open"]) == (1, 1)


BESIDE = [
    ("QULİYEV", "RƏŞAD", "", "05.05.1980", True),
    ("Quliyev", "Rəşd", "Vaqif oğlu", "05.05.1980", True),
    ("Кулиев", "Рашад", "Вагифович", "05.05.1980", True),
    ("Qulyev", "Reshad", "Vaqif oglu", "05.05.1980", True),
    ("Rəşad", "Quliyev", "Vaqif oğlu", "05.05.1980", True),
    ("Quliyev", "Rəşad", "Vaqif oğlu", "05.06.1980", True),
    ("Quliyev", "Rəşad", "Vaqif oğlu", "05.05.1981", True),
    ("Quliyev", "Rəşad", "Samir oğlu", "05.05.1980", False),
    ("Quliyeva", "Nigar", "Vaqif qızı", "05.05.1980", False),
    ("Quliyev", "Rəşad", "Vaqif oğlu", "09.11.1951", False),
    ("Hüseynov", "Rəşad", "Vaqif oğlu", "05.05.1980", False),
]
"""Surname, given name, patronymic, birth date, and whether it may be the person who was added."""


def table_of(workspace, name):
    return handing.newest(workspace, name).to_pylist()


# Stories that need runs go side by side, each about persons of its own.


def seen(workspace, *names):
    """``on_lists`` of these surnames and given names."""
    return {row for row in on_lists(workspace) if {*names} & {*row[:2]}}


def added_as(name, fin, by="Rəşad", **more):
    values = {"precinct": "2", "fin": fin, "address": "Nizami küç. 9"}
    return replace(
        ADDED, name=f"{name} Vaqif oğlu", by=by, **({"values": values} | more)
    )


def granted(workspace, asked, **said):
    """The number of an application that was taken and granted."""
    number = take(workspace, asked).number
    made = decide(workspace, number, **said)
    assert (made.problems, made.standing) == ((), "holds")
    assert made.application.state is State.GRANTED
    return number


def id_of(workspace, given):
    """The entry of somebody, on a list or added."""
    tables = [*table_of(workspace, "entries"), *table_of(workspace, "additions")]
    (entry,) = [row["entry_id"] for row in tables if row["given_name"] == given]
    return entry


def the_four_people_are_served(workspace):
    """What is granted stands on the list of the next run, as of any other answer."""
    yield
    moved = Request(
        what=Asks.MOVE,
        by="Orxan",
        entry_id=ORXAN,
        values={"precinct": "1", "address": "Nizami küç. 3"},
    )
    grounds = ("document-seen", "left-out", "voter-asked", "died")
    asked = (SURNAME, added_as("Nağıyev Sabir", "5XK9901"), moved, KNOWN)
    for one, ground in zip(asked, grounds, strict=True):
        taken = take(workspace, one)
        assert codes(taken) == []
        made = decide(workspace, taken.number, ground=ground, evidence="AZE 7")
        assert (made.problems, made.standing) == ((), "holds")
    yield
    people = seen(workspace, "Məmmədova", "Leyla", "Rzayev", "Hüseynli", "Nağıyev")
    assert people == {
        ("Əliyeva", "Leyla", 1),
        ("Nağıyev", "Sabir", 2),
        ("Rzayev", "Orxan", 1),
    }


def who_was_added_is_corrected_moved_and_struck_like_any_other(workspace):
    """Whoever came onto the list at the counter could never get a misspelt name put right.

    Also by another clerk, and never so that the voter falls between two answers.
    """
    yield
    granted(workspace, added_as("Vəlizadə Samid", "5XK9902"), ground="left-out")
    yield
    assert seen(workspace, "Samid") == {("Vəlizadə", "Samid", 2)}
    own = {
        "by": "Samid",
        "documents": ("AZE 2",),
        "entry_id": id_of(workspace, "Samid"),
    }
    place = {"precinct": "1", "address": "Nizami küç. 3"}
    asked = (
        Request(what=Asks.CORRECT, values={"surname": "Vəlizada"}, **own),
        Request(what=Asks.MOVE, values=place, **own),
        Request(what=Asks.STRIKE, **own),
    )
    numbers = [take(workspace, one).number for one in asked]
    for number, ground, expected in (
        (numbers[0], "document-seen", {("Vəlizada", "Samid", 2)}),
        (numbers[1], "moved-away", {("Vəlizada", "Samid", 1)}),
        (numbers[2], "not-citizen", set()),
    ):
        made = decide(workspace, number, ground=ground, evidence="№ 7", by="Vəfa")
        assert (made.problems, made.standing) == ((), "holds")
        yield
        assert seen(workspace, "Samid") == expected


def who_was_added_and_struck_comes_back(workspace):
    """Whom a court puts back on the list would stay off it."""
    yield
    stood = {("Ağayev", "Camal", 2), ("Abdullayev", "Fərid", 2)}
    for at, (surname, given, _) in enumerate(sorted(stood)):
        granted(
            workspace, added_as(f"{surname} {given}", f"5XK991{at}"), ground="left-out"
        )
    yield
    assert seen(workspace, "Camal", "Fərid") == stood
    numbers = [
        granted(
            workspace,
            Request(what=Asks.STRIKE, by=name, entry_id=id_of(workspace, name)),
            **STRIKING,
        )
        for name in ("Camal", "Fərid")
    ]
    yield
    assert seen(workspace, "Camal", "Fərid") == set()
    said = {"granted": False, "ground": "another-person", "reason": "Vətəndaşdır"}
    turned = appealed(workspace, numbers[0], granted=False)
    again = decide(workspace, numbers[1], by="Vəfa", **said)
    assert turned.problems == again.problems == ()
    yield
    assert seen(workspace, "Camal", "Fərid") == stood


def an_objection_that_is_granted_brings_the_voter_back(workspace):
    """In one step, whoever decides: a striking by another member is contested, and does nothing.

    What a court said of an objection changed no list: the voter stayed off it. So did who objected
    to an application that was granted with another one.
    """
    people = ("Mustafayev;Ədalət", "Sultanov;Ədil", "Səmədov;Fazil")
    lines = [
        f"{name};Əhməd oğlu;2{at}.11.1988;5XK992{at}" for at, name in enumerate(people)
    ]
    hand_in(workspace, 3, *lines)
    yield
    given_names = "Ədalət", "Ədil", "Fazil"
    stood = seen(workspace, *given_names)
    numbers = []
    for at, name in enumerate(people):
        surname, given = name.split(";")
        known = {"name": f"{surname} {given}", "values": {"fin": f"5XK992{at}"}}
        asked = replace(STRUCK, entry_id=id_of(workspace, given), by=given, **known)
        also = take(workspace, replace(asked, by="Qonşu")).number
        said = {"ground": "died", "evidence": "Şəhadətnamə"}
        numbers.append(granted(workspace, asked, **said))
    yield
    assert (len(stood), seen(workspace, *given_names)) == (3, set())
    objections = [
        take(workspace, Request(what=Asks.COMPLAINT, by="Özü", against=number)).number
        for number in (*numbers[:-1], also)
    ]
    for objection, by in zip(objections, ("Aytən", "Vəfa"), strict=False):
        assert decide(workspace, objection, by=by, reason="Özü gəldi").problems == ()
    by_court = objections[-1]
    refused = {"granted": False, "ground": "not-shown", "reason": "Sənəd yoxdur"}
    decide(workspace, by_court, **refused)
    assert appealed(workspace, by_court, granted=True).standing == "holds"
    for number in (numbers[-1], also):
        assert answering(workspace, number) == "application-objected"
    yield
    assert seen(workspace, *given_names) == stood
    later = DAY + dt.timedelta(days=9)
    appealed(workspace, by_court, granted=False, by="Müavin", day=later)
    # The striking that begins again is as old as it was: the list may be frozen since.
    with reading(workspace / "ledger.db") as ledger:
        struck = ledger.given_amendments().to_pylist()[-1]
    assert (struck["action"], struck["decided_at"][:10]) == ("strike", str(DAY))
    assert answering(workspace, numbers[-1]) is None
    yield
    assert seen(workspace, "Fazil") == set()


def the_same_asked_twice_is_decided_once(workspace):
    """A second clerk takes it again: both have a number, and nothing is done twice."""
    yield
    asked = added_as("Cavadov Rəhim", "5XK9931")
    first, second = take(workspace, asked), take(workspace, asked)
    assert codes(second) == ["asked-already"]
    code = refusal(decide, workspace, second.number, ground="left-out")
    assert code == "application-asked-already"
    decide(workspace, first.number, ground="left-out")
    both = book(workspace)
    assert {both[one.number].state for one in (first, second)} == {State.GRANTED}
    third = take(workspace, asked)
    assert codes(third) == ["stands-already", "decided-before"]
    # Who objects to it takes nobody off the list, and the clerk thought that it did.
    objection = Request(what=Asks.COMPLAINT, by="Q", against=first.number)
    number = take(workspace, objection).number
    words = (number, "--grant", "--reason", "Burada yaşamır", "--by", "Aytən")
    said = call("application", "decide", workspace, *words, "--today", DAY)
    assert (said.exit_code, f"what application {first.number}" in said.stdout) == (
        1,
        True,
    )
    decide(workspace, third.number, ground="left-out", by="Vəfa")
    yield
    people = [
        row for row in table_of(workspace, "additions") if row["given_name"] == "Rəhim"
    ]
    assert len(people) == 1


def whom_two_people_want_added_is_added_once(workspace):
    """A brother who comes on the same day, and knows less, would put the person on it twice."""
    yield
    first = take(workspace, added_as("Mirzəyev Aslan", "5XK9932")).number
    said = {"by": "Qardaşı", "relation": Relation.RELATIVE, "documents": ("AZE 9",)}
    less = added_as("Mirzəyev Aslan", "", **said, values={"precinct": "2"})
    second = take(workspace, less).number
    decide(workspace, first, ground="left-out", evidence="AZE 2")
    code = refusal(decide, workspace, second, ground="left-out", evidence="AZE 9")
    assert code == "application-stands"
    yield
    people = [
        row for row in table_of(workspace, "additions") if row["given_name"] == "Aslan"
    ]
    assert len(people) == 1


def who_was_added_since_the_run_is_found(workspace):
    """Till the next run nobody at the counter would know of them, and ask for them again."""
    yield
    asked = added_as("Rüstəmov Teymur", "5XK9933")
    granted(workspace, asked, ground="left-out", evidence="AZE 2")
    again = take(workspace, replace(asked, by="Qardaşı", values={}))
    code, about = again.doubts[0]
    assert code == "stands-already"
    by_name, by_other = (
        told("find", workspace, *words)[1]["added"]
        for words in ((asked.name,), ("Tamam", "Başqa"))
    )
    assert [(row["entry_id"], row["precinct"]) for row in by_name] == [(about, 2)]
    assert by_other == []
    assert about in call("find", workspace, asked.name).stdout
    yield
    assert told("find", workspace, asked.name)[1]["added"] == []


def a_second_decision_needs_a_reason_and_undoes_the_first(workspace):
    """Both are kept; what was granted is taken back by who granted it, and by nobody else."""
    hand_in(workspace, 4, "Səlimova;Lamiyə;Kamil qızı;01.07.1974;5XK9941")
    yield
    values = {"surname": "Səlimli"}
    asked = replace(SURNAME, entry_id=id_of(workspace, "Lamiyə"), values=values)
    number = granted(workspace, asked, ground="document-seen")
    code = refusal(decide, workspace, number, ground="document-seen")
    assert code == "application-decided"
    said = {"granted": False, "ground": "not-shown"}
    code = refusal(decide, workspace, number, **said)
    assert code == "application-decided-otherwise"
    said["reason"] = "Sənəd saxtadır"
    code = refusal(decide, workspace, number, by="Vəfa", **said)
    assert code == "application-of-another"
    made = decide(workspace, number, **said)
    assert (made.problems, made.application.state) == ((), State.REFUSED)
    yield
    assert seen(workspace, "Lamiyə") == {("Səlimova", "Lamiyə", 4)}
    events = [event.event for event in book(workspace)[number].events]
    assert events == ["decided"] * 2


def who_was_added_by_mistake_is_taken_off_again(workspace):
    """Before and after the run that put her on the list."""
    yield
    number = take(workspace, added_as("Fətullayev Emin", "5XK9934")).number
    said = {"granted": False, "ground": "another-person", "reason": "Başqası idi"}
    for _ in range(2):
        made = decide(workspace, number, ground="left-out", reason="Gəldi")
        assert made.problems == ()
        yield
        assert seen(workspace, "Emin") == {("Fətullayev", "Emin", 2)}
        assert decide(workspace, number, **said).problems == ()
        yield
        assert seen(workspace, "Emin") == set()


def what_is_taken_back_is_only_what_was_granted(workspace):
    """Another answer of the same person about the same entry stays."""
    hand_in(workspace, 5, "Kazımova;Lalə;Kamil qızı;01.07.1974;5XK9942")
    yield
    entry = {"entry_id": id_of(workspace, "Lalə")}
    surname = replace(SURNAME, **entry, values={"surname": "Kazımlı"})
    moved = Request(what=Asks.MOVE, by="Lalə", **entry, values={"precinct": "2"})
    granted(workspace, surname, ground="document-seen")
    number = granted(workspace, moved, ground="voter-asked", evidence="AZE 1")
    back = {"granted": False, "ground": "other-precinct", "reason": "Köçməyib"}
    decide(workspace, number, **back)
    yield
    assert seen(workspace, "Lalə") == {("Kazımlı", "Lalə", 5)}


def a_court_overrules(workspace):
    """What was refused is carried out, and what was granted is taken back; then nothing else."""
    hand_in(workspace, 6, "İbadova;Aynur;Kamil qızı;01.07.1974;5XK9943")
    yield
    values = {"surname": "İbadlı"}
    asked = replace(SURNAME, entry_id=id_of(workspace, "Aynur"), values=values)
    number = take(workspace, asked).number
    code = refusal(appealed, workspace, number, granted=True)
    assert code == "application-open"
    no = {"granted": False, "ground": "list-is-right", "reason": "Belədir"}
    decide(workspace, number, **no)
    made = appealed(workspace, number, granted=True, ground="court")
    assert (made.problems, made.application.state) == ((), State.GRANTED)
    other = granted(workspace, added_as("Hacıyev Natiq", "5XK9935"), ground="left-out")
    yield
    assert seen(workspace, "Aynur") == {("İbadlı", "Aynur", 6)}
    assert seen(workspace, "Natiq") == {("Hacıyev", "Natiq", 2)}
    code = refusal(decide, workspace, number, granted=False, reason="Yox")
    assert code == "application-decided-above"
    appealed(workspace, other, granted=False)
    assert book(workspace)[other].state is State.REFUSED
    yield
    assert seen(workspace, "Natiq") == set()


def what_was_upheld_is_overruled_further_above(workspace):
    """The constituency agrees with the precinct, and then the court does not."""
    hand_in(workspace, 7, "Qurbanova;Nazlı;Kamil qızı;01.07.1974;5XK9944")
    yield
    values = {"surname": "Qurbanlı"}
    asked = replace(SURNAME, entry_id=id_of(workspace, "Nazlı"), values=values)
    first, second = (take(workspace, asked).number for _ in range(2))
    code = refusal(appealed, workspace, second, granted=True)
    assert code == "application-asked-already"
    decide(workspace, first, ground="document-seen")
    for is_granted in (True, False):
        assert appealed(workspace, first, granted=is_granted).problems == ()
    yield
    assert seen(workspace, "Nazlı") == {("Qurbanova", "Nazlı", 7)}


def of_addition(workspace, *ids):
    """The findings that somebody was added beside one of these entries."""
    rows = table_of(workspace, "findings")
    found = [row for row in rows if row["rule"] == "added-beside-entry"]
    return [row for row in found if row["entry_id"] in ids]


def who_was_added_and_comes_on_a_list_is_told(workspace):
    """One person without a FIN would stand on two papers, and vote twice; nobody would see it."""
    other = "Əsgərova;Nuranə;Vaqif qızı;15.05.1950;5XK9951"
    hand_in(workspace, 8, other)
    yield
    asked = added_as("Əzizov Rövşən", "", values={"precinct": "2"})
    granted(workspace, asked, ground="left-out", by="Vəfa")
    hand_in(workspace, 8, other, "ƏZİZOV;Rövşən;Vaqif oğlu;05.05.1980;5XK7777")
    yield
    assert len(seen(workspace, "Rövşən")) == 2
    people = table_of(workspace, "entries")
    (entry,) = [row["entry_id"] for row in people if row["given_name"] == "Rövşən"]
    (found,) = of_addition(workspace, entry)
    assert found["other_entry_id"] in {
        row["entry_id"] for row in table_of(workspace, "register_rows")
    }
    mine = {found["entry_id"], found["other_entry_id"]}
    answers = {
        "accept": {"answer": "accept", "reason": "iki sənəd", "decided_by": "Aytən"},
        "another": {"answer": "withdraw", "decided_by": "Aytən"},
        "other": {"answer": "withdraw", "decided_by": "Orxan"},
        "withdraw": {"answer": "withdraw", "decided_by": "Vəfa"},
    }
    title = EN("rule.added-beside-entry.title")
    for name, answer in answers.items():
        filled = []

        def answered(row, answer=answer, filled=filled):
            if title in row["shown"] and "zov" in str(row["shown"]).casefold():
                filled.append(row)
                return answer
            return None

        problems = yield side_by_side.Step(cells=answered)
        assert len(filled) == 1
        # Who added nobody takes an own acceptance back, and nobody's addition.
        assert bool(problems) == (name == "other"), problems
        count = 1 if name == "withdraw" else 2
        assert len(seen(workspace, "Rövşən")) == count, name
        told_of = of_addition(workspace, entry)
        assert len(told_of) == (name in {"another", "other"}), name
        back = table_of(workspace, "returned")
        assert not mine & {row["old_entry_id"] for row in back}


def a_slip_or_another_script_hides_no_added_person(workspace):
    """One typed letter would give one person two papers; twins and namesakes are others."""
    yield
    granted(
        workspace,
        replace(ADDED, values={"precinct": "2"}),
        ground="left-out",
        by="Vəfa",
    )
    rows = "".join(
        f"{at};{';'.join(cells)};;Füzuli küç. {at};\n"
        for at, (*cells, _) in enumerate(BESIDE, 6)
    )
    text = f"9 saylı seçki məntəqəsi\n{workspaces.HEADER}{rows}"
    path = workspace / "inbox" / "88" / "menteqe-9.csv"
    path.write_text(text, encoding="utf-8")
    yield
    fields = ("surname", "given_name", "patronymic", "birth_date")
    written = {
        row["entry_id"]: tuple(row[name] or "" for name in fields)
        for row in table_of(workspace, "entries")
        if row["precinct"] == 9
    }
    beside = of_addition(workspace, *written)
    found = {written[row["entry_id"]] for row in beside}
    assert found == {tuple(cells) for *cells, is_told in BESIDE if is_told}


STORIES = stories_in(globals())


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    workspace = workspaces.make(tmp_path_factory.mktemp("applications") / "2026")
    stories = {story: story(workspace) for story in STORIES}
    failed = walk(workspace, stories, DAY.isoformat(), "Aytən")
    return failed | {"ledger": verify(workspace / "ledger.db")}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_story_goes_as_it_should(walked, story):
    """What would be wrong stands at each story."""
    if walked[story]:
        raise walked[story]


def test_the_ledger_of_all_stories_fits(walked):
    """What was decided, overruled and taken back would not be what the chain says."""
    assert walked["ledger"].fits
