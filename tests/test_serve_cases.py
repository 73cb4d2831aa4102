"""Cases at the desk in a browser: opened, held, decided by several people, kept through a kill."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import itertools
import json
import shutil
import sys
import threading
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

import desks
import ledger_places
import review_books
import workspaces
from voterlist.casework.pages import desk_of_workspace
from voterlist.casework.reviewing import Bringer, export_review, import_review
from voterlist.desk import DeskAnswer, State
from voterlist.model import Role
from voterlist.pipeline.known import known
from voterlist.serve.cases_api import KINDS, CasesApi
from voterlist.serve.clerk import Holds
from voterlist.serve.door import Visitor, add_user
from voterlist.serve.work import Case, pack_list, unread_list
from voterlist.storage.ledger import place_in, reading, verify
from voterlist.storage.workspace import settings_of
from voterlist.upkeep.journals import JournalFilter, read_journal

DAY = dt.date(2026, 2, 3)
PEOPLE = {
    "Aysel": Role.ANALYST,
    "Nigar": Role.ANALYST,
    "Rauf": Role.CHAIR,
    "Orxan": Role.OPERATOR,
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The sample, run; four people may work at its desk."""
    folder = workspaces.sample(tmp_path_factory.mktemp("cases") / "2026")
    workspaces.ran(folder)
    for name, role in PEOPLE.items():
        add_user(folder, name, role, desks.PASSWORD, today=DAY)
    return folder


@pytest.fixture(scope="module")
def workspace(finished, tmp_path_factory):
    return shutil.copytree(finished, tmp_path_factory.mktemp("shared") / "2026")


@pytest.fixture(scope="module")
def desk(workspace):
    """A desk of several tests: each takes cases of its own."""
    with desks.running(workspace) as running:
        yield running
    assert verify(workspace / "ledger.db").fits


@pytest.fixture
def own_workspace(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "2026")


@pytest.fixture
def own_desk(own_workspace):
    """A desk that a test may empty, stop or kill."""
    with desks.running(own_workspace) as running:
        yield running
    assert verify(own_workspace / "ledger.db").fits


class Person:
    """Somebody at the desk."""

    def __init__(self, desk, name):
        self.name = name
        self.client = desk.visitor(name)

    def list(self):
        """The list of all cases."""
        return self.client.get("/api/desk").json()

    def next(self, after=-1):
        """The answer to who asks for the next case."""
        return self.client.post("/api/next", json={"after": after})

    def open(self, case_id):
        """The answer to who opens a case."""
        return self.client.post("/api/open", json={"case": case_id})

    def decide(self, shown, **said):
        """The answer to a decision about a case that was opened."""
        told = {"language": "en", "decisions": [decision(shown, **said)]}
        return self.client.post("/api/decide", json=told)


def decision(shown, verdict="same", **more):
    """A decision as the page sends it."""
    ids = shown["entries"]["id"]
    said = {
        "case": shown["cases"]["id"][0],
        "entries": ids,
        "seen": shown["cases"]["seen"][0],
        "verdict": verdict,
        "kept": ids[0] if verdict == "same" else None,
        "reason": "names-and-birth",
        "time": "2026-02-03T12:00:00+04:00",
    }
    return {"knows": shown["knows"], "decision": {**said, **more}}


def id_of(case):
    return case["cases"]["id"][0]


def given(workspace):
    """(case, person, verdict) of every answer in the ledger."""
    with reading(place_in(workspace, settings_of(workspace))) as ledger:
        rows = ledger.given_verdicts().to_pylist()
    return [(row["case_id"], row["decided_by"], row["verdict"]) for row in rows]


def diary(workspace, **wanted):
    return read_journal(workspace, JournalFilter(**wanted))


def result(answer):
    (told,) = answer.json()["results"]
    return told


def test_a_case_is_opened_noted_and_decided(own_workspace, own_desk):
    """What is confirmed is in the ledger, with who saw it and who decided it."""
    aysel = Person(own_desk, "Aysel")
    case = aysel.next().json()
    case_id = id_of(case)
    told = aysel.decide(case)
    assert told.status_code == 200, told.text
    assert result(told)["done"]
    assert {(case_id, "Aysel", "keep"), (case_id, "Aysel", "repeat")} == set(
        given(own_workspace)
    )
    number = str(case["cases"]["number"][0])
    events = [line.event for line in diary(own_workspace, case=number)]
    assert events == ["desk-view", "decided"]
    assert {line.by for line in diary(own_workspace, case=number)} == {"Aysel"}
    taken_back = decision(case, "withdraw") | {"knows": result(told)["knows"]}
    done = aysel.client.post(
        "/api/decide", json={"language": "en", "decisions": [taken_back]}
    )
    assert result(done)["done"], done.text
    code, out, _ = own_desk.stop()
    assert code == 0
    assert "opened: 2" in out, "decisions since it was opened"
    with reading(own_workspace / "ledger.db") as ledger:
        assert case_id in ledger.case_entries(), "what the entries said is kept"


def test_the_list_holds_no_cell_but_the_names(desk):
    """Whoever logs in would have the lists of a constituency, and nobody would know."""
    aysel = Person(desk, "Aysel")
    data = aysel.list()["data"]
    assert len(data["cases"]["id"]) > 20
    assert all(not any(data["entries"][name]) for name in data["fields"])
    assert set(data["strings"]) == {
        data["strings"][number] for number in {0, *data["cases"]["title"]}
    }
    case = aysel.open(data["cases"]["id"][0]).json()
    assert any(case["entries"]["written"])


def test_the_queue_goes_by_doubt(desk):
    aysel = Person(desk, "Aysel")
    probabilities = aysel.list()["data"]["cases"]["probability"]
    doubts = [abs(one - 500) for one in probabilities]
    # To the thousandth, as they are sent.
    assert all(a <= b + 1 for a, b in itertools.pairwise(doubts))


def test_nobody_gets_a_case_that_another_one_has_open(desk):
    """Until it is decided, left for another one, or its analyst logs out; the chair sees all."""
    aysel, nigar = Person(desk, "Aysel"), Person(desk, "Nigar")
    first = aysel.next().json()
    second = nigar.next().json()
    assert id_of(first) != id_of(second)
    held = nigar.open(id_of(first))
    assert held.status_code == 409
    assert "Aysel" in held.json()["message"]
    place = str(first["place"])
    assert nigar.client.get("/api/news?since=0").json()["held"][place] == "Aysel"
    assert Person(desk, "Rauf").open(id_of(first)).status_code == 200
    aysel.next(first["place"])
    assert nigar.open(id_of(first)).status_code == 200
    third = aysel.next().json()
    aysel.client.post("/logout", data={"leave": "1"})
    assert nigar.open(id_of(third)).status_code == 200


def test_nothing_is_overwritten_that_the_person_did_not_see(workspace, desk):
    """Two who saw the same: the second is told, and decides after having looked."""
    aysel, rauf = Person(desk, "Aysel"), Person(desk, "Rauf")
    case = aysel.next().json()
    seen = rauf.open(id_of(case)).json()
    assert aysel.decide(case).status_code == 200
    late = rauf.decide(seen, verdict="separate")
    assert late.status_code == 409
    assert result(late)["code"] == "case-decided"
    assert "Aysel" in result(late)["message"]
    answers = [one for one in given(workspace) if one[0] == id_of(case)]
    assert {person for _, person, _ in answers} == {"Aysel"}
    again = rauf.open(id_of(case)).json()
    assert [answer["by"] for answer in again["answers"]] == ["Aysel"]
    assert rauf.decide(again, verdict="separate").status_code == 200
    contested = aysel.open(id_of(case)).json()
    assert {answer["by"] for answer in contested["answers"]} == {"Aysel", "Rauf"}


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"seen": "another"}, 409, "case-changed"),
        ({"entries": ["x"]}, 409, "case-changed"),
        ({"case": "none"}, 409, "case-gone"),
        ({"settles": True}, 403, "only-chair"),
        ({"verdict": "withdraw", "kept": None}, 409, "nothing-to-withdraw"),
        ({"kept": None}, 409, "all-repeat"),
        (
            {"verdict": "ask", "kept": None, "asked": ["x"], "due": "2026-02-20"},
            409,
            "case-changed",
        ),
    ],
)
def test_a_decision_that_cannot_hold_is_refused_in_words(
    workspace, desk, said, status, code
):
    aysel = Person(desk, "Aysel")
    before = given(workspace)
    told = aysel.decide(aysel.next().json(), **said)
    assert (told.status_code, result(told)["code"]) == (status, code)
    assert len(result(told)["message"]) > 20
    assert given(workspace) == before


def test_requests_that_say_something_else_are_refused(desk):
    aysel, orxan = Person(desk, "Aysel"), Person(desk, "Orxan")
    client = aysel.client
    for path, content in (
        ("/api/open", {"case": 3}),
        ("/api/open", {"case": "x", "more": 1}),
        ("/api/next", {"after": "x"}),
        ("/api/decide", {"language": "en", "decisions": []}),
        ("/api/decide", {}),
        ("/api/decide", []),
    ):
        answer = client.post(path, json=content)
        assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")
    broken = client.post(
        "/api/decide", content=b"{", headers={"Content-Type": "application/json"}
    )
    assert broken.status_code == 400
    assert client.get("/api/news?since=x").status_code == 400
    assert aysel.open("none").status_code == 409
    assert orxan.next().status_code == 403
    assert orxan.list()["role"] == "operator"


def test_people_at_once_leave_no_case_and_decide_none_twice(own_workspace, own_desk):
    """Each decision that is confirmed stands in the ledger once, whoever was first."""
    confirmed = Counter()

    def work(name):
        person = Person(own_desk, name)
        place = -1
        while "code" not in (case := person.next(place).json()):
            place = case["place"]
            verdict = "same" if case["cases"]["size"][0] == 2 else "separate"
            told = person.decide(case, verdict=verdict)
            if told.status_code == 200:
                confirmed[id_of(case)] += 1
            else:
                # Another case had taken one of its entries off the list.
                asked = person.decide(
                    person.open(id_of(case)).json(), verdict="separate"
                )
                assert asked.status_code == 200, asked.text
                confirmed[id_of(case)] += 1

    threads = [threading.Thread(target=work, args=(one,)) for one in ("Aysel", "Nigar")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads)
    states = Person(own_desk, "Aysel").list()["data"]
    names = states["codes"]["states"]
    assert "open" not in {names[state] for state in states["cases"]["state"]}
    assert set(confirmed.values()) == {1}
    decided = {case for case, _, _ in given(own_workspace)}
    assert decided == set(confirmed)
    people = {
        case: {who for one, who, _ in given(own_workspace) if one == case}
        for case in decided
    }
    assert all(len(one) == 1 for one in people.values())
    assert len({who for one in people.values() for who in one}) == 2


def test_the_chair_settles_what_two_people_decided_differently(desk):
    """Nobody else can, and a contested case is nobody else's work."""
    aysel, nigar, rauf = (Person(desk, name) for name in ("Aysel", "Nigar", "Rauf"))
    case = aysel.next().json()
    assert aysel.decide(case).status_code == 200
    again = nigar.open(id_of(case)).json()
    assert nigar.decide(again, verdict="separate").status_code == 200
    own = nigar.open(id_of(case)).json()
    assert nigar.decide(own, verdict="same", settles=True).status_code == 403
    assert id_of(nigar.next().json()) != id_of(case)
    names = rauf.list()["data"]["codes"]["states"]
    seen = rauf.next().json()
    while names[seen["cases"]["state"][0]] != "contested":
        seen = rauf.next(seen["place"]).json()
    assert id_of(seen) == id_of(case)
    assert rauf.decide(seen, verdict="separate", settles=True).status_code == 200
    settled = rauf.open(id_of(case)).json()
    assert names[settled["cases"]["state"][0]] == "settled"


def test_a_second_reader_does_not_know_the_first_decision(own_workspace):
    """Neither in the list nor in the case, nor by its score; who decided first sees their own."""
    settings = own_workspace / "voterlist.toml"
    text = settings.read_text(encoding="utf-8")
    text += '\n[review]\nsecond_reading = "all"\n'
    settings.write_text(text, encoding="utf-8")
    with desks.running(own_workspace) as desk:
        aysel, nigar = Person(desk, "Aysel"), Person(desk, "Nigar")
        for _ in range(2):
            told = aysel.decide(aysel.next().json())
            assert told.status_code == 200, told.text
        decided = sorted({case for case, _, _ in given(own_workspace)})
        for case_id in decided:
            own, other = aysel.list()["data"], nigar.list()["data"]
            place = own["cases"]["id"].index(case_id)
            states = own["codes"]["states"]
            assert states[own["cases"]["state"][place]] == "settled"
            assert states[other["cases"]["state"][place]] == "open"
            assert other["cases"]["probability"][place] < 0
            shown = nigar.open(case_id).json()
            assert shown["answers"] == shown["waterfall"] == []
            assert set(shown["entries"]["verdict"]) == {0}
            roles = {own["codes"]["roles"][role] for role in shown["entries"]["role"]}
            assert roles == {"question"}
            assert "Aysel" not in json.dumps(shown)
        alike, otherwise = decided
        shown = nigar.open(alike).json()
        kept = next(
            entry
            for entry, verdict in _verdicts(own_workspace, alike)
            if verdict == "keep"
        )
        assert nigar.decide(shown, kept=kept).status_code == 200
        shown = nigar.open(otherwise).json()
        assert nigar.decide(shown, verdict="separate").status_code == 200
        states = [
            aysel.open(case_id).json()["cases"]["state"][0] for case_id in decided
        ]
        names = aysel.list()["data"]["codes"]["states"]
        assert [names[state] for state in states] == ["settled", "contested"]
        desk.stop()


def _shown_to_second(workspace, verdict):
    """All that Nigar is sent of a case that Aysel decided so."""
    with desks.running(workspace) as desk:
        aysel, nigar = Person(desk, "Aysel"), Person(desk, "Nigar")
        case = aysel.next().json()
        assert aysel.decide(case, verdict=verdict).status_code == 200
        news = nigar.client.get("/api/news?since=0").json()
        listed, shown = nigar.list(), nigar.open(id_of(case)).json()
        desk.stop()
    return news, listed, shown


def test_a_second_reader_is_sent_the_same_whatever_was_decided(own_workspace, tmp_path):
    """A digest of the first answer is found by trying all answers, within a second."""
    settings = own_workspace / "voterlist.toml"
    text = settings.read_text(encoding="utf-8")
    text += '\n[review]\nsecond_reading = "all"\n'
    settings.write_text(text, encoding="utf-8")
    other = shutil.copytree(own_workspace, tmp_path / "other")
    same = _shown_to_second(own_workspace, "same")
    assert same == _shown_to_second(other, "separate")


def test_nobody_decides_a_case_that_they_did_not_open(workspace, desk):
    """Who never saw the entries could decide all cases by a program."""
    aysel, nigar = Person(desk, "Aysel"), Person(desk, "Nigar")
    before = given(workspace)
    case = aysel.next().json()
    aysel.next(case["place"])
    unseen = nigar.decide(case)
    assert (unseen.status_code, result(unseen)["code"]) == (409, "case-unopened")
    assert Person(desk, "Aysel").decide(case).status_code == 409, "another session"
    assert given(workspace) == before
    assert nigar.open(id_of(case)).status_code == 200
    assert nigar.decide(case).status_code == 200
    undone = decision(case, "withdraw") | {
        "knows": nigar.open(id_of(case)).json()["knows"]
    }
    nigar.next()
    told = {"language": "en", "decisions": [undone]}
    assert nigar.client.post("/api/decide", json=told).status_code == 200


def test_nobody_decides_a_case_that_another_one_has_open(workspace, desk):
    """Not who had it before, and not the chair, who may look at it."""
    aysel, nigar, rauf = (Person(desk, name) for name in ("Aysel", "Nigar", "Rauf"))
    before = given(workspace)
    case = aysel.next().json()
    aysel.next(case["place"])
    assert nigar.open(id_of(case)).status_code == 200
    assert rauf.open(id_of(case)).status_code == 200
    for person in (aysel, rauf):
        held = person.decide(case)
        assert (held.status_code, result(held)["code"]) == (409, "case-held")
        assert "Nigar" in result(held)["message"]
    assert given(workspace) == before
    assert nigar.decide(case).status_code == 200


def _verdicts(workspace, case_id):
    with reading(place_in(workspace, settings_of(workspace))) as ledger:
        rows = ledger.given_verdicts().to_pylist()
    return [
        (row["entry_id"], row["verdict"]) for row in rows if row["case_id"] == case_id
    ]


def test_a_precinct_is_asked_until_a_day(workspace, desk):
    aysel = Person(desk, "Aysel")
    case = aysel.next().json()
    ids = case["entries"]["id"]
    told = aysel.decide(case, verdict="ask", kept=None, asked=ids, due="2099-02-10")
    assert told.status_code == 200, told.text
    assert result(told)["answers"][0]["due"] == "2099-02-10"
    with reading(workspace / "ledger.db") as ledger:
        rows = ledger.given_amendments().to_pylist()
    asked = {row["entry_id"] for row in rows if row["action"] == "ask"}
    assert asked == set(ids)


@ledger_places.both
def test_the_desk_of_a_ledger_on_a_server(tmp_path, kind):
    """Several machines share it: the same answers, the same chain."""
    place = ledger_places.new(kind, tmp_path / "2026")
    settings = "" if place.url is None else f'[ledger]\nurl = "{place.url}"\n'
    workspace = workspaces.make(tmp_path / "2026", settings=settings)
    workspaces.run(workspace)
    add_user(workspace, "Aysel", Role.ANALYST, desks.PASSWORD, today=DAY)
    with desks.running(workspace) as desk:
        aysel = Person(desk, "Aysel")
        case = aysel.next().json()
        assert aysel.decide(case).status_code == 200
        assert aysel.next().json()["code"] == "nothing-left"
        desk.stop()
    assert {person for _, person, _ in given(workspace)} == {"Aysel"}
    assert verify(place).fits, verify(place).problems


def test_cases_of_a_run_in_the_meantime_are_taken_up(own_workspace, own_desk):
    """And what was decided meanwhile is not asked again."""
    aysel = Person(own_desk, "Aysel")
    case = aysel.next().json()
    assert aysel.decide(case).status_code == 200
    before = aysel.list()["data"]["run"]
    later = workspaces.TODAY + dt.timedelta(days=1)
    ran = workspaces.run(own_workspace, today=later)
    assert ran.run != before
    desks.wait_until(
        lambda: aysel.client.get("/api/news?since=0").json()["run"] == ran.run
    )
    assert id_of(case) not in {id_of(aysel.next(place).json()) for place in range(5)}
    other = aysel.next().json()
    assert aysel.decide(other).status_code == 200


@pytest.mark.long
def test_no_confirmed_decision_is_lost_where_the_server_is_killed(own_workspace):
    """Some rounds of the hundred of ``campaign/desk_kills.py``."""
    campaign = str(Path(__file__).parents[1] / "campaign")
    sys.path.insert(0, campaign)
    try:
        import desk_kills
    finally:
        sys.path.remove(campaign)
    told = desk_kills.rounds(own_workspace, 2)
    assert told.confirmed > 0
    assert told.lost == []
    assert verify(own_workspace / "ledger.db").fits


def file_of(name, person, shown, verdict="separate", **more):
    """The file of a page on which somebody of this name decided a case."""
    from voterlist.desk import Decision

    head = {
        "run": person.list()["data"]["run"],
        "constituency": 88,
        "cycle": "2026",
        "name": name,
        "language": "en",
        "saved": "2026-02-03T12:00:00+04:00",
    }
    made = decision(shown, verdict, **more)["decision"]
    return review_books.write_decisions(head, [Decision.model_validate(made)])


def bring(person, content):
    """The answer to who reads a file in at the desk."""
    kind = {"Content-Type": "application/json"}
    return person.client.post("/api/import", content=content, headers=kind)


def test_decisions_are_taken_out_and_in_by_files_beside_the_desk(workspace, desk):
    """Somebody works with the page in one file meanwhile: the desk knows what they decided."""
    aysel, nigar, orxan = (Person(desk, name) for name in ("Aysel", "Nigar", "Orxan"))
    case = aysel.next().json()
    content = file_of("NİGAR", nigar, case)
    assert bring(orxan, content).status_code == 403
    told = bring(nigar, content)
    assert told.json()["recorded"] == 2, told.text
    broken = bring(nigar, b"{")
    assert (broken.status_code, broken.json()["code"]) == (400, "file-unreadable")
    book = orxan.client.get("/export/workbook")
    assert book.content.startswith(b"PK")
    assert b"desk-data" in orxan.client.get("/export/page").content
    assert orxan.client.get("/export/ledger").status_code == 404
    assert aysel.client.get("/export/page").status_code == 403
    late = aysel.decide(case)
    assert (late.status_code, result(late)["code"]) == (409, "case-decided")
    assert "NİGAR" in result(late)["message"]
    lines = diary(workspace, person="Nigar")
    brought = [line.event for line in lines if line.event in {"desk-import", "review"}]
    assert brought == ["desk-import", "review", "desk-import"]


def test_no_decision_is_lost_behind_a_file_that_was_taken_out(own_workspace):
    """The desk had read its own ledger as a file, so another program took away the WAL."""
    with desks.running(own_workspace) as desk:
        aysel, orxan = Person(desk, "Aysel"), Person(desk, "Orxan")
        assert orxan.client.get("/export/workbook").status_code == 200
        desks.add_user(own_workspace, "Kamran")
        case = aysel.next().json()
        assert aysel.decide(case).status_code == 200
        desk.kill()
    assert {case for case, _, _ in given(own_workspace)} == {id_of(case)}
    assert verify(own_workspace / "ledger.db").fits


def test_nobody_brings_the_decisions_of_others_to_the_desk(workspace, desk):
    """An operator decided as one analyst, as another, and settled their dispute as the chair."""
    aysel, rauf, orxan = (Person(desk, name) for name in ("Aysel", "Rauf", "Orxan"))
    case = aysel.next().json()
    before = given(workspace)
    for name in ("Aysel", "Nigar", "Rauf", "Samir", "Orxan"):
        assert bring(orxan, file_of(name, orxan, case)).status_code == 403
        for person in (aysel, rauf):
            if person.name != name:
                told = bring(person, file_of(name, person, case)).json()
                assert (told["recorded"], told["refused"]) == (0, 1), name
                assert told["problems"] == ["review.problem.needs-own-session"]
    assert given(workspace) == before
    told = bring(aysel, file_of("", aysel, case)).json()
    assert told["recorded"] == 2, "who is not named is who brings it"
    assert {person for one, person, _ in given(workspace) if one == id_of(case)} == {
        "Aysel"
    }


def test_only_the_chair_settles_by_a_file(workspace, desk):
    """And only in the own name."""
    aysel, nigar, rauf = (Person(desk, name) for name in ("Aysel", "Nigar", "Rauf"))
    add_user(workspace, "Samir", Role.ANALYST, desks.PASSWORD, today=DAY)
    case = aysel.next().json()
    assert aysel.decide(case).status_code == 200
    seen = nigar.open(id_of(case)).json()
    assert nigar.decide(seen, verdict="separate").status_code == 200
    before = given(workspace)
    samir = Person(desk, "Samir")
    for name, person in (("Samir", samir), ("Rauf", samir), ("Samir", rauf)):
        content = file_of(name, person, case, settles=True)
        told = bring(person, content)
        assert told.status_code == 200, (told.status_code, told.text)
        assert told.json()["recorded"] == 0
    path = workspace.parent / "settled.json"
    path.write_bytes(file_of("Rauf", rauf, case, settles=True))
    told = import_review(workspace, [path], decided_at=dt.datetime.now(dt.UTC))
    assert {one.code for one in told.problems} == {"needs-own-session"}
    assert given(workspace) == before
    assert bring(rauf, path.read_bytes()).json()["recorded"] == 2


def test_nobody_answers_second_by_a_file_beside_the_desk(own_workspace):
    """Whoever has a command line could invent the second of two people, or take an answer back."""
    settings = own_workspace / "voterlist.toml"
    text = settings.read_text(encoding="utf-8")
    text += '\n[review]\nsecond_reading = "all"\n'
    settings.write_text(text, encoding="utf-8")
    now = dt.datetime.now(dt.UTC)
    path = own_workspace.parent / "brought.json"

    def brought(content):
        path.write_bytes(content)
        bringer = Bringer("ramin")
        return import_review(own_workspace, [path], decided_at=now, bringer=bringer)

    with desks.running(own_workspace) as desk:
        aysel = Person(desk, "Aysel")
        case = aysel.next().json()
        first = file_of("Samir", aysel, case, "same")
        assert brought(first).recorded == 2
        for name, verdict in (
            ("Fuad", "same"),
            ("Aysel", "same"),
            ("Fuad", "separate"),
        ):
            told = brought(file_of(name, aysel, case, verdict))
            assert {one.code for one in told.problems} == {"needs-own-session"}
        assert brought(first).recorded == 0
        people = {person for _, person, _ in given(own_workspace)}
        assert people == {"Samir"}
        shown = aysel.open(id_of(case)).json()
        assert aysel.decide(shown).status_code == 200
        back = brought(file_of("Samir", aysel, case, "withdraw", kept=None))
        assert back.recorded == 0
        desk.stop()
    lines = [line for line in diary(own_workspace) if line.event == "review"]
    assert {line.by for line in lines} == {"ramin"}


def test_a_finding_is_accepted_by_a_file_in_the_own_name_alone(
    workspace, desk, tmp_path
):
    """What is accepted is not raised again."""
    book = tmp_path / "review.xlsx"
    export_review(workspace, book, "en", today=DAY)
    names = iter(["Aysel", "Nigar"])

    def answer(row):
        name = row.get("finding_id") and next(names, None)
        return name and {"answer": "accept", "reason": "seen", "decided_by": name}

    assert len(review_books.fill(book, answer)) == 2
    kind = {"Content-Type": next(one for one in KINDS if "sheet" in one)}
    client = Person(desk, "Aysel").client
    told = client.post("/api/import", content=book.read_bytes(), headers=kind).json()
    assert (told["refused"], told["problems"]) == (
        1,
        ["review.problem.needs-own-session"],
    )
    with reading(place_in(workspace, settings_of(workspace))) as ledger:
        rows = ledger.given_acceptances().to_pylist()
    assert [row["accepted_by"] for row in rows] == ["Aysel"]


def test_the_list_does_not_tell_which_entry_is_proposed(workspace):
    """A second reader would know it by the name that the list calls the case."""
    settings = settings_of(workspace)
    with reading(place_in(workspace, settings)) as ledger:
        runs = known(workspace, ledger)
        desk = desk_of_workspace(runs, ledger, settings, today=DAY, is_of_all=True)

    def turned(one):
        members = one.case.members[::-1]
        return dataclasses.replace(
            one, case=dataclasses.replace(one.case, members=members)
        )

    other = dataclasses.replace(desk, cases=tuple(map(turned, desk.cases)))
    assert len({one.case.title for one in (*desk.cases, *other.cases)}) > len(
        desk.cases
    )
    told, turned_told = unread_list(desk), unread_list(other)
    assert told["strings"] == turned_told["strings"]
    assert told["cases"]["title"] == turned_told["cases"]["title"]


def test_the_day_of_a_question_is_not_told_to_a_second_reader(workspace):
    settings = settings_of(workspace)
    with reading(place_in(workspace, settings)) as ledger:
        runs = known(workspace, ledger)
        desk = desk_of_workspace(runs, ledger, settings, today=DAY, is_of_all=True)
    asked = DeskAnswer("Samir", "2026-02-03", {}, due="2026-02-20")
    first = dataclasses.replace(desk.cases[0], answers=(asked,))
    desk = dataclasses.replace(desk, cases=(first,))
    case = Case(0, first, "", 1, first=("Aysel",))
    lists = [
        pack_list(desk, unread_list(desk), [case], one) for one in ("Aysel", "Nigar")
    ]
    assert ["2026-02-20" in one["strings"] for one in lists] == [True, False]


def test_all_that_changed_is_told_however_much_it_is():
    """The page would take the rest for what it was."""
    shown = SimpleNamespace(state=State.OPEN)
    changed = [
        SimpleNamespace(
            place=one, version=one + 1, knows="", shown_to=lambda _name: shown
        )
        for one in range(3_000)
    ]
    desk = SimpleNamespace(run="r")
    work = SimpleNamespace(version=3_000, desk=desk, cases=lambda: changed)
    noon = dt.datetime(2026, 2, 3, 12, tzinfo=dt.UTC)
    api = CasesApi(None, None, work, Holds(5), lambda: noon)
    asked = SimpleNamespace(query_params={"since": "0"})
    aysel = Visitor("", "Aysel", Role.ANALYST)
    told = json.loads(asyncio.run(api.news(asked, aysel, None)).body)
    assert (len(told["changed"]), told["version"]) == (3_000, 3_000)
