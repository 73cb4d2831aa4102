"""The desk in a real browser: two analysts at once, a session that ends, hostile names, themes."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

import browsers
import desks
import workspaces
from voterlist.model import Role
from voterlist.serve.door import add_user, change_password
from voterlist.storage.ledger import reading, verify

pytestmark = browsers.NEEDED

DAY = dt.date(2026, 2, 3)
HOSTILE = "<img src=x onerror=\"document.title='broken'\">"
REPEATED = 12
SURNAMES = (
    "Abasov Bağırov Cəfərov Dadaşov Eyvazov Fətullayev"
    " Gözəlov Hacıyev İsmayılov Kərimov Lətifov"
)


@pytest.fixture(scope="module")
def opened():
    with browsers.browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """Twelve people stand in two precincts; one of them has a name that is markup."""
    folder = workspaces.make(tmp_path_factory.mktemp("browser") / "2026")
    rows = []
    for number, surname in enumerate([*SURNAMES.split(), HOSTILE], 10):
        name = f"{number};{surname};Elçin;Rauf oğlu;{number}.03.1970;kişi"
        rows.append(f"{name};Nizami küç. {number};5XK20{number:02}")
    for precinct in (1, 2):
        path = folder / "inbox" / "88" / f"menteqe-{precinct}.csv"
        text = f"{precinct} saylı seçki məntəqəsi\n{workspaces.HEADER}"
        path.write_text(text + "\n".join(rows) + "\n", encoding="utf-8")
    workspaces.run(folder)
    for name, role in (("Aysel", Role.ANALYST), ("Nigar", Role.ANALYST)):
        add_user(folder, name, role, desks.PASSWORD, today=DAY)
    return folder


@pytest.fixture(scope="module")
def desk(workspace):
    with desks.running(workspace) as running:
        yield running
        assert running.stop()[0] == 0
    assert verify(workspace / "ledger.db").fits


class Analyst(browsers.Visit):
    """Somebody in front of a window of their own."""

    def __init__(self, opened, desk, name, **options):
        super().__init__(opened, **options)
        self.desk = desk
        self.page.goto(f"{desk.url}/login?lang=en")
        self.page.fill("#name", name)
        self.page.fill("#password", desks.PASSWORD)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector("html[data-ready]")

    @property
    def abroad(self):
        """The requests that are not for the desk."""
        return [
            url for url in self.requests if not url.startswith((self.desk.url, "data:"))
        ]

    def is_done(self):
        """True where no case is left."""
        return self.page.locator("#nothing").is_visible()

    def decide(self):
        """Keep the first entry by its key, and wait for the next case or the end."""
        number = self.page.locator("#case-number").text_content()
        self.page.keyboard.press("1")
        desks.wait_until(
            lambda: (
                self.is_done()
                or self.page.locator("#case-number").text_content() != number
            )
        )

    def wait_for_the_table(self):
        """Wait for the case's table.

        The page forbids `eval`, by which a browser would be asked again and again.
        """
        self.page.wait_for_selector("#case-table td >> nth=4")


def test_two_analysts_at_once_by_keys_leave_nothing_to_decide(workspace, desk, opened):
    """No case is decided twice or left, whoever is faster; what is confirmed is in the ledger."""
    aysel, nigar = (Analyst(opened, desk, name) for name in ("Aysel", "Nigar"))
    for one in (aysel, nigar):
        one.page.wait_for_selector("#case:not([hidden])")
    assert aysel.current() != nigar.current()
    for _ in range(REPEATED):
        for one in (aysel, nigar):
            if not one.is_done():
                one.decide()
    for one in (aysel, nigar):
        one.page.wait_for_selector("#nothing:not([hidden])")
        one.page.wait_for_selector("#recording", state="hidden")
        assert one.faults == []
        assert one.abroad == []
        assert "broken" not in one.page.title()
        one.window.close()
    with reading(workspace / "ledger.db") as ledger:
        rows = ledger.given_verdicts().to_pylist()
    people = {(row["case_id"], row["decided_by"]) for row in rows}
    assert len(people) == len({case for case, _ in people}) == REPEATED
    assert set(Counter(person for _, person in people)) == {"Aysel", "Nigar"}


def test_undo_takes_the_decision_back_in_the_ledger(workspace, desk, opened):
    """And the next decision of the case is not refused."""
    aysel = Analyst(opened, desk, "Aysel")
    page = aysel.page
    page.select_option("#by-work", "all")
    page.locator("#list .item").first.click()
    page.wait_for_selector("#case:not([hidden])")
    aysel.wait_for_the_table()
    before = len(_given(workspace))
    # Two people, though almost all says one: it is said with a reason.
    for key in ("r", "6", "s"):
        page.keyboard.press(key)
    desks.wait_until(lambda: len(_given(workspace)) == before + 2)
    page.wait_for_selector("#recording", state="hidden")
    page.keyboard.press("u")
    desks.wait_until(lambda: len(_given(workspace)) == before + 4)
    assert [row["verdict"] for row in _given(workspace)[-2:]] == ["withdraw"] * 2
    assert aysel.faults == []
    aysel.window.close()


def _given(workspace):
    with reading(workspace / "ledger.db") as ledger:
        return ledger.given_verdicts().to_pylist()


def test_a_key_on_no_case_decides_nothing_in_the_ledger(workspace, desk, opened):
    """After a search without a hit the case of before would be decided."""
    aysel = Analyst(opened, desk, "Aysel")
    page = aysel.page
    page.select_option("#by-work", "all")
    page.locator("#list .item").first.click()
    aysel.wait_for_the_table()
    before = len(_given(workspace))
    page.fill("#find", "zzzzzzzz")
    page.keyboard.press("Escape")
    page.wait_for_selector("#case", state="hidden")
    for key in ("s", "1", "f", "a", "w", "r", "1"):
        page.keyboard.press(key)
    page.fill("#find", "")
    page.keyboard.press("Escape")
    page.wait_for_selector("#case:not([hidden])")
    assert page.locator("#recording").is_hidden()
    assert len(_given(workspace)) == before
    assert aysel.faults == []
    aysel.window.close()


def test_a_session_that_ends_is_told_and_loses_nothing(workspace, desk, opened):
    aysel = Analyst(opened, desk, "Aysel")
    change_password(workspace, "Aysel", desks.PASSWORD, today=DAY)
    aysel.page.wait_for_url("**/login?ended")
    assert "logged out" in aysel.page.locator("[role=alert]").text_content()
    aysel.window.close()


def test_after_the_way_out_the_page_of_before_shows_nothing(desk, opened):
    """Whoever comes to the computer next would read cases by the browser's own way back."""
    nigar = Analyst(opened, desk, "Nigar")
    nigar.page.click("#leave")
    nigar.page.wait_for_url("**/login")
    nigar.page.go_back()
    nigar.page.wait_for_url("**/login*")
    assert nigar.page.locator("[data-case-id]").count() == 0
    nigar.window.close()


def test_nobody_is_kept_out_by_the_pages(desk, opened):
    """axe-core finds no serious fault on the page of the log-in, nor on that of the cases."""
    from axe_playwright_python.sync_playwright import Axe

    axe = Axe()
    stranger = browsers.Visit(opened)
    stranger.page.goto(f"{desk.url}/login")
    nigar = Analyst(opened, desk, "Nigar")
    nigar.page.select_option("#by-work", "all")
    # The first may still be Aysel's, whose window is closed.
    nigar.page.locator("#list .item").last.click()
    nigar.page.wait_for_selector("#case:not([hidden])")
    for visit in (stranger, nigar):
        for theme in ("light", "dark"):
            visit.page.emulate_media(color_scheme=theme)
            assert _serious(axe.run(visit.page)) == [], (visit.page.url, theme)
        visit.window.close()


def _serious(results):
    found = results.response["violations"]
    return [one["id"] for one in found if one["impact"] in {"serious", "critical"}]
