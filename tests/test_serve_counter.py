"""The counter at the desk: a voter found, an application taken and decided, and who may do what."""

from __future__ import annotations

import datetime as dt
import re

import pytest

import browsers
import desks
import handing
import workspaces
from command_line import AZ, told
from voterlist.counter.applications import Clerk, Request, State, book_of
from voterlist.counter.taking import take
from voterlist.model import Asks, Role, Step, Way
from voterlist.serve.door import add_user
from voterlist.storage.ledger import reading, verify

DAY = dt.date(2026, 2, 3)
HOSTILE = "<img src=x onerror=alert(1)>"
FORMS = ("find", "door", "new", "take", "decide", "answer", "note", "paper")
PEOPLE = {"Aysel": Role.ANALYST, "Orxan": Role.OPERATOR, "Nigar": Role.CLERK}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """One precinct of three voters, run; an analyst, an operator and a clerk may come in."""
    folder = workspaces.make(tmp_path_factory.mktemp("counter") / "2026")
    rows = [
        "1;Quliyeva;Sevinc;Vaqif qızı;30.09.1991;qadın;Füzuli küç. 1;5XK2001",
        f"2;{HOSTILE};Elçin;Rauf oğlu;01.03.1970;kişi;Nizami küç. 2;5XK2002",
        "3;Hacıyev;Orxan;Əli oğlu;11.03.1980;kişi;Nizami küç. 4;5XK2003",
    ]
    text = f"1 saylı seçki məntəqəsi\n{workspaces.HEADER}" + "\n".join(rows) + "\n"
    path = folder / "inbox" / "88" / "menteqe-1.csv"
    path.write_text(text, encoding="utf-8")
    workspaces.run(folder)
    for name, role in PEOPLE.items():
        add_user(folder, name, role, desks.PASSWORD, today=DAY)
    return folder


@pytest.fixture(scope="module")
def desk(workspace):
    with desks.running(workspace) as running:
        yield running
        assert running.stop()[0] == 0
    assert verify(workspace / "ledger.db").fits


@pytest.fixture(scope="module")
def analyst(desk):
    return desk.visitor("Aysel")


def entry_in(text):
    """The id of the first entry that a page links to."""
    return re.search(r'/counter/entry/([^"]+)"', text)[1]


def taken(visitor, **form):
    """The number of an application that the form of the counter takes."""
    usual = {"what": "correct", "by": "S. Q.", "relation": "self", "way": "counter"}
    answer = visitor.post("/counter/take", data=usual | form)
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].rpartition("/")[2])


def test_nobody_sees_the_counter_without_logging_in(desk):
    """Who finds an open browser would look up his neighbours."""
    stranger = desk.visitor()
    for path in ("", "/book", "/questions", "/entry/x", "/application/1"):
        assert stranger.get(f"/counter{path}").headers["location"] == "/login"
    for path in FORMS:
        assert stranger.post(f"/counter/{path}", data={"words": "x"}).status_code == 401


def test_a_foreign_page_sends_no_form(analyst):
    """A page of somebody else would have an application taken in the analyst's name."""
    foreign = {"Origin": "https://elsewhere.example"}
    for path in FORMS:
        sent = analyst.post(f"/counter/{path}", data={"words": "x"}, headers=foreign)
        assert sent.status_code == 403


def test_a_voter_is_found_and_each_look_is_noted(analyst, workspace):
    """A look that nobody can look up later is one that nobody answers for."""
    found = analyst.post("/counter/find", data={"words": "Кулиева Севиндж 1991"})
    assert "Quliyeva Sevinc Vaqif qızı" in found.text
    card = analyst.get(f"/counter/entry/{entry_in(found.text)}")
    assert card.status_code == 200
    assert "menteqe-1.csv" in card.text
    # FIN and document are masked, as everywhere.
    assert "5XK2001" not in card.text
    with reading(workspace / "ledger.db") as ledger:
        looks = [details for _, event, details in ledger.journal() if event == "looked"]
    assert {details["by"] for details in looks} == {"Aysel"}
    assert any(details.get("action") == "card" for details in looks)
    assert not any("Quliyeva" in str(details) for details in looks)


def test_an_answer_from_the_door_is_typed_by_its_code(analyst, workspace):
    """Whoever has the paper of a checklist sits at the desk, not at a terminal."""
    _, doors = told("doors", "list", workspace, "--today", DAY.isoformat())
    code = next(code for one in doors["precincts"] for _, code in one["left"])
    form = {"code": "XXXX-XXXX", "answer": "absent", "note": "yoxlanıb"}
    refused = analyst.post("/counter/door", data=form)
    assert refused.status_code == 400
    assert 'role="alert"' in refused.text
    assert "XXXX-XXXX" in refused.text
    assert analyst.post("/counter/door", data={"code": code}).status_code == 400
    kept = analyst.post("/counter/door", data=form | {"code": code.lower()})
    assert (kept.status_code, 'role="status"' in kept.text) == (200, True)
    _, doors = told("doors", "list", workspace, "--today", DAY.isoformat())
    assert sum(one["absent"] for one in doors["precincts"]) == 1
    sheets = re.findall(
        r'/counter/questions\?sheet=([a-z-]+)"', analyst.get("/counter/questions").text
    )
    pages = [analyst.get(f"/counter/questions?sheet={sheet}").text for sheet in sheets]
    assert any("yoxlanıb" in page for page in pages)


def test_an_application_is_taken_decided_and_told(analyst, workspace):
    """The woman at the counter waits for it: each step has its page."""
    found = analyst.post("/counter/find", data={"words": "Quliyeva Sevinc 1991"})
    number = taken(
        analyst,
        entry=entry_in(found.text),
        name="Quliyeva Sevinc",
        **{"set-given_name": "Sevil"},
    )
    page = analyst.get(f"/counter/application/{number}").text
    assert "Sevil" in page
    refused = analyst.post(
        "/counter/decide", data={"number": number, "outcome": "refuse"}
    )
    assert refused.status_code == 400
    assert 'role="alert"' in refused.text
    granting = {"outcome": "grant", "ground": "typing-error", "evidence": "AZE123"}
    made = analyst.post("/counter/decide", data={"number": number, **granting})
    assert made.status_code == 303, made.text
    book = {one.number: one for one in book_of(workspace, today=DAY).applications}
    assert book[number].state is State.GRANTED
    assert book[number].taken.done_by == "Aysel"
    with reading(workspace / "ledger.db") as ledger:
        amended = ledger.given_amendments().to_pylist()
    assert [(row["field"], row["value"], row["decided_by"]) for row in amended] == [
        ("given_name", "Sevil", "Aysel")
    ]
    for paper in ("slip", "answer", "book"):
        printed = analyst.post(
            "/counter/paper", data={"number": number, "paper": paper}
        )
        assert printed.status_code == 200
        assert printed.content.startswith(b"%PDF")
    book = {one.number: one for one in book_of(workspace, today=DAY).applications}
    assert book[number].last(Step.ANSWERED).done_by == "Aysel"
    again = analyst.post("/counter/decide", data={"number": number, **granting})
    assert again.status_code == 400
    # Who was told 'granted' thought that the list has changed by an objection.
    moment = dt.datetime.combine(DAY, dt.time(12), dt.UTC)
    objects = Request(what=Asks.COMPLAINT, by="Q", against=number)
    other = take(workspace, objects, Clerk("Aysel", moment, "")).number
    said = {"number": other, "outcome": "grant", "reason": "Belə deyil"}
    left = analyst.post("/counter/decide", data=said)
    told = AZ("cli.application.unchanged", against=str(number))
    assert (left.status_code, f'role="alert">{told}' in left.text) == (200, True)
    assert str(number) in analyst.get("/counter/book").text


@pytest.mark.parametrize("what", ["add", "strike"])
def test_why_it_is_granted_all_the_same_can_be_typed(analyst, what):
    """Where somebody answered that the voter stays, no page could grant the striking."""
    found = analyst.post("/counter/find", data={"words": "Quliyeva Sevinc 1991"})
    of_whom = {"name": "Yeni Seçici", "born": "01.01.1990"}
    if what == "strike":
        of_whom = {"entry": entry_in(found.text), "set-precinct": "87/2"}
    number = taken(analyst, what=what, **of_whom)
    page = analyst.get(f"/counter/application/{number}").text
    assert 'name="although"' in page
    said = {"number": number, "step": "withdrawn", "text": ""}
    assert analyst.post("/counter/note", data=said).status_code == 303


def test_a_clerk_has_the_counter_alone(desk):
    """Whoever takes applications in the hall would read every case of the constituency."""
    clerk = desk.visitor("Nigar")
    home = clerk.get("/")
    assert (home.status_code, home.headers["location"]) == (303, "/counter")
    page = clerk.get("/counter").text
    assert 'href="/"' not in page
    for path in ("/api/desk", "/api/news", "/export/page", "/counter/questions"):
        assert clerk.get(path).status_code == 403, path
    number = taken(clerk, what="add", name="O Seçici", born="01.01.1990", by="O")
    slip = clerk.post("/counter/paper", data={"number": number, "paper": "slip"})
    assert slip.content.startswith(b"%PDF")
    # A computer in the hall is left by one clerk and taken by the next.
    assert 'action="/logout"' in page
    assert clerk.post("/logout", data={"x": ""}).status_code == 303
    assert clerk.get("/counter").headers["location"] == "/login"


def test_what_was_forwarded_is_taken_at_the_desk(analyst, workspace):
    """It could be taken by a command alone, so its outcome never went down."""
    said = {"what": "add", "name": "Uzaq Seçici", "born": "01.01.1990"}
    usual = {"by": "U", "relation": "self", "way": "counter", "below": "conec 88"}
    assert analyst.post("/counter/take", data=usual | said).status_code == 400
    number = taken(analyst, **said, below="conec-088/12")
    book = {one.number: one for one in book_of(workspace, today=DAY).applications}
    assert (book[number].asked.below, book[number].asked.way) == (
        "conec-088/12",
        Way.BELOW,
    )


@pytest.mark.parametrize("name", ["Orxan", "Nigar"])
def test_who_takes_applications_decides_none(desk, workspace, name):
    """Who sits at the counter would strike a neighbour."""
    operator = desk.visitor(name)
    number = taken(operator, what="add", name="Yeni Seçici", born="01.01.1990")
    assert "/counter/decide" not in operator.get(f"/counter/application/{number}").text
    for paper in ("answer", "x", "../x"):
        form = {"number": number, "paper": paper}
        assert operator.post("/counter/paper", data=form).status_code == 400
    form = {"number": number, "outcome": "grant", "ground": "left-out"}
    assert operator.post("/counter/decide", data=form).status_code == 403
    book = {one.number: one for one in book_of(workspace, today=DAY).applications}
    assert book[number].state is State.OPEN
    said = {"number": number, "step": "withdrawn", "text": ""}
    assert operator.post("/counter/note", data=said).status_code == 303
    assert "/counter/note" not in operator.get(f"/counter/application/{number}").text


def forms_in(text):
    """The hidden fields of each question on a page."""
    forms = re.findall(r'<form class="card take".*?</form>', text, re.DOTALL)
    return [dict(re.findall(r'name="(\w+)" value="([^"]*)">', form)) for form in forms]


def test_findings_are_answered_at_the_desk(analyst, workspace):
    """Whoever decides at the desk needed a workbook for all that is no case."""
    page = analyst.get("/counter/questions").text
    assert HOSTILE not in page
    asked = forms_in(page)[0]
    finding = asked["finding_id"]
    refused = analyst.post("/counter/answer", data=asked | {"answer": "accept"})
    assert refused.status_code == 400
    assert 'role="alert"' in refused.text
    said = {"answer": "accept", "reason": "the card was seen"}
    assert analyst.post("/counter/answer", data=asked | said).status_code == 303
    with reading(workspace / "ledger.db") as ledger:
        (accepted,) = ledger.acceptances().to_pylist()
        seen = [event for _, event, _ in ledger.journal() if event == "desk-questions"]
    assert (accepted["finding_id"], accepted["accepted_by"]) == (finding, "Aysel")
    assert seen
    left = forms_in(analyst.get("/counter/questions").text)
    assert finding not in {form["finding_id"] for form in left}


def test_no_answer_is_taken_from_a_page_of_another_run_or_from_an_operator(
    desk, analyst, workspace
):
    """What somebody saw weeks ago, or may not decide, would change the list."""
    asked = forms_in(analyst.get("/counter/questions").text)[0]
    said = asked | {"answer": "accept", "reason": "seen"}
    other = analyst.post("/counter/answer", data=said | {"run_id": "2026-01-01-00"})
    assert other.status_code == 400
    operator = desk.visitor("Orxan")
    refused = operator.get("/counter/questions")
    assert refused.status_code == 403
    assert f'role="alert">{AZ("serve.refused.not-yours")}' in refused.text
    assert operator.post("/counter/answer", data=said).status_code == 403
    assert "/counter/questions" not in operator.get("/counter").text
    with reading(workspace / "ledger.db") as ledger:
        assert ledger.acceptances().num_rows == 1


@pytest.mark.parametrize(
    "form", [{"x": "1"}, {"what": "x"}, {"what": "add", "by": "\u200b"}]
)
def test_a_form_that_says_nothing_is_refused_in_words(analyst, form):
    """A page that fails inside tells nobody what to do."""
    answer = analyst.post("/counter/take", data=form)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_what_is_not_there_is_told(analyst):
    """An old link or a wrong number ends in words."""
    for path in ("entry/001-0001-NOSUCHENTRY00", "application/999"):
        answer = analyst.get(f"/counter/{path}")
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
    for number in ("999", "x", "-1", "9" * 5000, "\u0669" * 3):
        form = {"number": number, "outcome": "grant", "paper": "slip", "step": "note"}
        for path in ("decide", "paper", "note"):
            answer = analyst.post(f"/counter/{path}", data=form)
            assert (path, answer.status_code) == (path, 400)
    for words in ("", "x" * 4000, HOSTILE, "=cmd|' /C calc'!A0", "\u202eabc"):
        answer = analyst.post("/counter/find", data={"words": words})
        assert answer.status_code in {200, 400}
        assert HOSTILE not in answer.text


@browsers.NEEDED
def test_the_pages_fit_a_telephone_and_run_no_script(desk, analyst):
    """A page that is wider than the screen hides its buttons; a script would be somebody else's.

    A list without repetitions has no case; its people come to the counter all the same.
    """
    number = taken(analyst, what="complaint", name="Elçin", note="yazı")
    with browsers.browser() as opened:
        visit = browsers.Visit(opened, viewport={"width": 390, "height": 844})
        page = visit.page
        page.goto(f"{desk.url}/login")
        page.fill("#name", "Aysel")
        page.fill("#password", desks.PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_selector("html[data-ready]")
        assert page.locator("#nothing").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.locator("#questions").click()
        page.wait_for_selector("h1")
        assert page.url.endswith("/counter/questions")
        page.goto(desk.url)
        page.wait_for_selector("html[data-ready]")
        page.locator(".counter input").fill("Elçin 1970")
        page.locator(".counter input").press("Enter")
        page.wait_for_selector("h1")
        for language in ("az", "en"):
            page.goto(f"{desk.url}/counter?lang={language}")
            page.locator("input[name=words]").fill("Elçin 1970")
            page.locator(".find button").click()
            page.locator(".hits a").first.click()
            page.wait_for_selector(".take")
            assert page.locator("html").get_attribute("lang") == language
            for path in ("", "/book", "/questions", f"/application/{number}"):
                page.goto(f"{desk.url}/counter{path}")
                assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert visit.faults == []


def test_the_desk_leads_to_what_the_commission_above_asks(tmp_path):
    """The first page said that nothing is left, and the questions were found by chance alone."""
    below = handing.asked_from_above(tmp_path)
    desks.add_user(below, "Aysel")
    with desks.running(below) as running:
        visitor = running.visitor("Aysel")
        assert 'href="/counter/questions"' in visitor.get("/").text
        asked = visitor.get("/api/desk").json()["asked_above"]
        cases = told("answer", below)[1]["cases"]
        (case, *_) = (case for case in cases if len(case["own"]) == 1)
        forms = forms_in(visitor.get("/counter/questions?sheet=from-above").text)
        (form,) = (one for one in forms if one["case_id"] == case["case_id"])
        answer = form | {"answer": "burada düzgün qeyd olunub"}
        assert visitor.post("/counter/answer", data=answer).status_code == 303
        desks.wait_until(
            lambda: visitor.get("/api/desk").json()["asked_above"] == asked - 1
        )
