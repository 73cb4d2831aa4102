"""The page of cases in a real browser: decided by keys, saved, read in, run again."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import browsers
import handing
import workspaces
from voterlist.cli import APP

pytestmark = browsers.NEEDED

DAY = "2026-02-03"
HOSTILE = "<img src=x onerror=\"document.title='broken'\">"
DECIDED = 20
APART = ("r", "6", "s")
"""The keys by which a case that seems one person is decided: the reason, then two people."""


def call(*arguments):
    """What a command says as JSON."""
    found = CliRunner().invoke(APP, [*(str(one) for one in arguments), "--json"])
    return json.loads(found.stdout)


def exported(workspace, *more):
    told = call("review", "export", workspace, "--form", "page", "--today", DAY, *more)
    return Path(told["out"])


@pytest.fixture(scope="module")
def opened():
    with browsers.browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """The sample, run; one of its voters has a name that is markup."""
    folder = workspaces.sample(tmp_path_factory.mktemp("desk") / "2026")
    path = folder / "inbox" / "88" / "PEC_10_list.csv"
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text.replace("Rovsen", HOSTILE), encoding="utf-8")
    workspaces.run(folder)
    return folder


@pytest.fixture(scope="module")
def page_file(workspace):
    return exported(workspace, "--language", "en", "--for", "Aynur")


@pytest.fixture(scope="module")
def window(opened):
    """A window of several tests: to open one costs more than what most of them do in it."""
    made = browsers.Visit(opened)
    yield made
    made.window.close()


@pytest.fixture
def visit(window, page_file):
    """The page in that window, as in a browser in which it was never opened."""
    window.open(page_file)
    yield window
    window.page.evaluate("localStorage.clear()")
    assert window.abroad == []
    assert window.faults == []


def test_twenty_cases_by_keys_are_read_in_and_not_raised_again(
    workspace, visit, tmp_path
):
    """An analyst's day would be lost between the page, the file and the next run."""
    keys = visit.page.keyboard
    asked = []
    for number in range(DECIDED):
        asked.append(visit.current())
        for key in APART if number % 5 == 4 else "a":
            keys.press(key)
    assert len(set(asked)) == DECIDED
    saved = visit.save(tmp_path)
    assert saved.name == "decisions-88-Aynur.json"
    read = call("review", "import", workspace, saved)
    assert (read["problems"], read["contested"]) == ([], [])
    assert read["recorded"] >= 2 * DECIDED
    workspaces.run(workspace)
    again = exported(workspace, "--for", "Aynur", "--out", tmp_path / "again.html")
    after = browsers.Visit(visit.window.browser)
    after.open(again)
    data = json.loads(after.page.locator("#desk-data").text_content())
    states = dict(zip(data["cases"]["id"], data["cases"]["state"], strict=True))
    settled = data["codes"]["states"].index("settled")
    assert {states[case] for case in asked} == {settled}
    assert after.current() not in asked
    after.window.close()


def test_one_key_decides_and_undo_brings_back(visit):
    """A slip would cost more than the decision."""
    first = visit.current()
    visit.page.keyboard.press("a")
    second = visit.current()
    assert second != first
    visit.page.keyboard.press("u")
    assert visit.current() == first
    assert "0 of" in visit.page.locator("#done").text_content()
    visit.page.keyboard.press("j")
    assert visit.current() == second
    visit.page.keyboard.press("k")
    assert visit.current() == first


def test_work_stays_in_the_browser(visit, page_file):
    visit.page.keyboard.press("a")
    visit.page.keyboard.press("f")
    done = visit.page.locator("#done").text_content()
    visit.open(page_file)
    assert visit.page.locator("#done").text_content() == done
    assert done.startswith("2 of")


def test_many_are_decided_at_once_after_a_sample_and_undone_together(visit):
    """Nobody would know what was decided, or could take it back."""
    from playwright.sync_api import expect

    page = visit.page
    page.locator("#by-kind").select_option("within-constituency")
    count = int(page.locator("#count").text_content().split()[-1])
    page.locator("#bulk").click()
    assert page.locator("#bulk-sample > li").count() == 5
    page.locator("#bulk-yes").click()
    # The dialog tells that it was closed a moment after it is gone.
    listed = page.locator("#count")
    expect(listed).not_to_have_text(re.compile(rf" {count}$"))
    left = int(listed.text_content().split()[-1])
    done = int(page.locator("#done").text_content().split()[0])
    assert done == count - left > 5
    page.keyboard.press("u")
    expect(listed).to_have_text(re.compile(rf" {count}$"))


def test_a_name_that_is_markup_is_a_text(visit):
    """Whoever writes a list would run a script on the analyst's desk."""
    page = visit.page
    page.locator("#by-work").select_option("all")
    page.locator("#find").fill("onerror")
    page.keyboard.press("Escape")
    assert "<img" in page.locator("#case-table").text_content()
    assert page.locator("#case-table img, #list img").count() == 0
    assert "broken" not in page.title()


def name_oneself(page, name):
    """Type who works at the page, and wait until it knows: the dialog is gone a moment before."""
    from playwright.sync_api import expect

    page.locator("#person").click()
    page.locator("#name").fill(name)
    page.keyboard.press("Enter")
    word = re.compile(name.strip(" ."), re.IGNORECASE)
    expect(page.locator("#person")).to_have_text(word)


@pytest.fixture(scope="module")
def of_two(opened, workspace, tmp_path_factory):
    """A workspace, and its case of which Rauf and Sevda said the contrary, each on a page."""
    place = tmp_path_factory.mktemp("disputed")
    folder = shutil.copytree(workspace, place / "2026")
    saved = []
    for name, keys in (("Rauf", APART), ("Sevda", "a")):
        page_of = exported(folder, "--for", name, "--out", place / f"{name}.html")
        visit = browsers.Visit(opened)
        visit.open(page_of)
        case = visit.current()
        for key in keys:
            visit.page.keyboard.press(key)
        saved.append(visit.save(place))
        visit.window.close()
    assert call("review", "import", folder, *saved)["contested"]
    return folder, case


@pytest.fixture
def disputed(of_two, tmp_path):
    """That workspace for one test, and the case."""
    folder, case = of_two
    return shutil.copytree(folder, tmp_path / "2026"), case


def test_what_two_people_decided_differently_is_settled_by_one_key(
    opened, disputed, tmp_path
):
    """A third person would not see who said what, or need a workbook for it."""
    folder, case = disputed
    again = exported(
        folder, "--for", "Leyla", "--out", tmp_path / "third.html", "--language", "en"
    )
    visit = browsers.Visit(opened)
    page = visit.open(again)
    assert visit.current() == case
    said = page.locator("#case-answers").inner_text()
    assert "Rauf" in said
    assert "Sevda" in said
    page.keyboard.press("a")
    read = call("review", "import", folder, visit.save(tmp_path))
    assert (read["problems"], read["contested"]) == ([], [])
    visit.window.close()


@pytest.mark.parametrize(("given", "typed"), [("", " RAUF "), ("Рауф", "")])
def test_a_person_s_own_answer_is_theirs_in_whatever_letters_the_name_stands(
    opened, disputed, tmp_path, given, typed
):
    """One of the two would settle their own dispute, which is refused, and take nothing back."""
    folder, case = disputed
    again = ("--out", tmp_path / "again.html", *(("--for", given) if given else ()))
    visit = browsers.Visit(opened)
    page = visit.open(exported(folder, *again))
    assert visit.current() == case
    if typed:
        name_oneself(page, typed)
    page.locator("#withdraw").click()
    read = call("review", "import", folder, visit.save(tmp_path))
    assert (read["problems"], read["contested"], read["recorded"]) == ([], [], 2)
    visit.window.close()


def test_who_types_the_name_otherwise_goes_on_with_the_own_work(
    opened, workspace, tmp_path
):
    """What Rauf decided yesterday would be gone for who types RAUF today."""
    page_file = exported(workspace, "--language", "en", "--out", tmp_path / "page.html")
    visit = browsers.Visit(opened)
    for name, done in (("Rauf", "0 of"), (" rauf.", "1 of"), ("Sevda", "0 of")):
        page = visit.open(page_file)
        name_oneself(page, name)
        page.locator("#done", has_text=done).wait_for()
        page.keyboard.press("a")
    visit.window.close()


def test_work_goes_on_from_a_saved_file_on_another_computer(
    opened, page_file, tmp_path
):
    first = browsers.Visit(opened)
    first.open(page_file).keyboard.press("a")
    first.page.keyboard.press("f")
    saved = first.save(tmp_path)
    other = browsers.Visit(opened)
    page = other.open(page_file)
    page.locator("#open-file").set_input_files(saved)
    page.locator("#done", has_text="2 of").wait_for()
    values = json.loads(saved.read_text(encoding="utf-8"))
    again = json.loads(other.save(tmp_path / "again").read_text(encoding="utf-8"))
    assert again["decisions"] == values["decisions"]
    saved.write_text(saved.read_text(encoding="utf-8").replace("same", "ask"))
    page.locator("#open-file").set_input_files(saved)
    page.locator("#told", has_text="changed after it was saved").wait_for()
    for visit in (first, other):
        assert visit.faults == []
        visit.window.close()


DECIDING = ("s", "a", "1", "f", "w", "r", "1", "Shift+1", "b", "n", "d")


def decided(visit):
    """How many cases the page says are decided."""
    return int(visit.page.locator("#done").text_content().split()[0])


def test_a_key_after_a_search_without_a_hit_decides_nothing(visit):
    """The case of before would be decided, which is not in the list that the person sees."""
    from playwright.sync_api import expect

    page = visit.page
    first = visit.current()
    page.locator("#find").fill("zzzzzzzz")
    page.keyboard.press("Escape")
    expect(page.locator("#case")).to_be_hidden()
    assert "No case fits" in page.locator("#nothing").inner_text()
    for key in DECIDING:
        page.keyboard.press(key)
    assert decided(visit) == 0
    page.locator("#find").fill("")
    page.keyboard.press("Escape")
    expect(page.locator("#nothing")).to_be_hidden()
    assert visit.current() == first
    page.keyboard.press("a")
    assert decided(visit) == 1


def test_two_people_against_all_evidence_are_not_said_by_one_key(visit):
    """A slip of the finger would leave one voter on the list twice, and nobody asks again."""
    page, first = visit.page, visit.current()
    assert "99.9" in page.locator("#case-chance").text_content()
    page.keyboard.press("s")
    assert decided(visit) == 0
    assert "99" in page.locator("#told").text_content()
    assert visit.current() == first
    for key in APART:
        page.keyboard.press(key)
    assert decided(visit) == 1


def test_a_key_after_the_last_case_changes_no_decision(visit, tmp_path):
    """One key too many turned the last case from one person into two."""
    from playwright.sync_api import expect

    page = visit.page
    number = page.locator("#case-number").text_content().split()[-1]
    named = page.locator('#list .item[aria-current="true"] .who').evaluate(
        "element => element.firstChild.textContent"
    )
    page.locator("#find").fill(named)
    page.keyboard.press("Escape")
    assert page.locator("#find").input_value() == named
    assert page.locator("#count").text_content().endswith(": 1")
    page.keyboard.press("a")
    expect(page.locator("#nothing")).to_be_visible()
    for key in DECIDING:
        page.keyboard.press(key)
    expect(page.locator("#case")).to_be_hidden()
    saved = json.loads(visit.save(tmp_path).read_text(encoding="utf-8"))
    assert [one["verdict"] for one in saved["decisions"]] == ["same"]
    page.locator("#undo-last").click()
    expect(page.locator("#case")).to_be_visible()
    assert page.locator("#case-number").text_content().endswith(f" {number}")
    assert decided(visit) == 0


def test_a_key_that_is_held_down_decides_one_case(visit):
    """A keyboard repeats it thirty times a second: cases would go by that nobody saw."""
    for _ in range(5):
        visit.page.keyboard.down("a")
    visit.page.keyboard.up("a")
    assert decided(visit) == 1


def test_what_is_not_proposed_is_no_button_to_press(visit):
    """The coloured button would ask for a decision that the page does not know."""
    page = visit.page
    data = json.loads(page.locator("#desk-data").text_content())
    nothing = data["codes"]["proposals"].index("nothing")
    shown = page.locator("#as-proposed")
    page.locator("#by-work").select_option("all")
    for is_proposed in (True, False, True):
        place = next(
            place
            for place, code in enumerate(data["cases"]["proposal"])
            if (code != nothing) is is_proposed
        )
        name = data["strings"][data["cases"]["title"][place]]
        page.locator("#find").fill(name)
        page.locator(f'#list [data-case-id="{data["cases"]["id"][place]}"]').click()
        assert shown.is_enabled() is is_proposed
        assert ("main" in shown.get_attribute("class")) is is_proposed


def test_keys_in_a_field_are_letters(visit):
    first = visit.current()
    visit.page.keyboard.press("n")
    visit.page.keyboard.type("as seen")
    visit.page.keyboard.press("Escape")
    assert visit.current() == first
    assert visit.page.locator("#note").input_value() == "as seen"
    visit.page.keyboard.press("a")
    visit.page.keyboard.press("k")
    assert visit.current() != first


def test_the_page_asks_for_a_name_and_says_all_in_both_languages(
    opened, workspace, tmp_path
):
    nameless = exported(workspace, "--language", "az", "--out", tmp_path / "desk.html")
    visit = browsers.Visit(opened)
    page = visit.open(nameless)
    page.keyboard.press("a")
    page.locator("#name").fill("Elçin  Rauf")
    page.keyboard.press("Enter")
    page.locator("#done", has_text=": 1 /").wait_for()
    assert visit.save(tmp_path).name == "decisions-88-Elçin-Rauf.json"
    page.locator("#language").click()
    assert page.locator("html").get_attribute("lang") == "en"
    words = page.locator("body").inner_text()
    assert "desk." not in words
    visit.window.close()


def test_nothing_bars_a_person_who_does_not_see(visit):
    from axe_playwright_python.sync_playwright import Axe

    page = visit.page
    page.keyboard.press("a")
    page.keyboard.press("b")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        found = Axe().run(page).response["violations"]
        serious = [
            (one["id"], [node["target"] for node in one["nodes"]][:3])
            for one in found
            if one["impact"] in {"serious", "critical"}
        ]
        assert serious == [], theme
    page.emulate_media(color_scheme="light")


def test_paper_is_white_whatever_the_screen_is(visit, page_file):
    """A case printed from a dark screen was light letters on white, or a black sheet."""
    page = visit.open(page_file)
    colours = "() => [...document.querySelectorAll('body, #case-table td, h2')].map("
    colours += "one => getComputedStyle(one).color)"
    page.emulate_media(media="print", color_scheme="light")
    on_paper = page.evaluate(colours)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(colours) == on_paper
    page.emulate_media(media="screen")
    assert page.evaluate(colours) != on_paper


def test_a_phone_shows_all_without_scrolling_aside(opened, page_file):
    visit = browsers.Visit(opened, viewport={"width": 390, "height": 844})
    page = visit.open(page_file)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    page.locator("#as-proposed").click()
    assert page.locator("#done").text_content().startswith("1 of")
    visit.window.close()


def test_another_entry_is_noted_on_the_page_and_decided_by_its_file(opened, tmp_path):
    """Whoever works from the page alone could decide about nobody who is in no case."""
    from playwright.sync_api import expect

    folder = workspaces.finished(tmp_path / "2026")
    out = tmp_path / "desk.html"
    exported(folder, "--language", "en", "--for", "Aynur", "--out", out)
    made = browsers.Visit(opened)
    page = made.open(out)
    page.locator("#others").click()
    form = page.locator("#others-form")
    # Number, name, the right one and one that was mistyped by a line.
    for number, name in (("2", "Rzayev Orxan"), ("3", "Rzayev Orxan")):
        form.locator("[name=answer]").select_option("correct")
        form.locator("[name=listed_as]").fill(number)
        page.locator("#others-dialog .main").click()
        assert page.locator("#others-list li").count() == int(number) - 2
        typed = {
            "listed_in": "2",
            "listed_name": name,
            "value": f"Nizami küç. {number}",
            "document": "AZE 1",
        }
        for field, text in typed.items():
            form.locator(f"[name={field}]").fill(text)
        form.locator("[name=field]").select_option("address")
        form.locator("[name=ground]").select_option("document-seen")
        page.locator("#others-dialog .main").click()
    expect(page.locator("#others-list li")).to_have_count(2)
    page.locator("#others-close").click()
    expect(page.locator("#others")).to_have_text("Other entries (2)")
    saved = made.save(tmp_path)
    made.open(out)
    expect(page.locator("#others")).to_have_text("Other entries (2)")
    page.set_input_files("#open-file", saved)
    expect(page.locator("#others")).to_have_text("Other entries (2)")
    assert (made.abroad, made.faults) == ([], [])
    made.window.close()
    read = call("review", "import", folder, saved)
    assert read["recorded"] == 1
    (refused,) = read["problems"]
    assert (refused["code"], refused["file"]) == ("named-another", saved.name)
    again = call("review", "import", folder, saved)
    assert again["recorded"] == 0
    workspaces.run(folder)
    applied = handing.newest(folder, "applied").to_pylist()
    assert [row["value"] for row in applied] == ["Nizami küç. 2"]


def test_a_file_that_is_opened_before_a_name_is_given_belongs_to_that_name(
    opened, workspace, page_file, tmp_path
):
    """The page said that decisions were taken over, and they were gone once it had a name."""
    first = browsers.Visit(opened)
    first.open(page_file)
    first.page.keyboard.press("a")
    saved = first.save(tmp_path)
    first.window.close()
    nameless = exported(workspace, "--language", "en", "--out", tmp_path / "page.html")
    made = browsers.Visit(opened)
    page = made.open(nameless)
    page.set_input_files("#open-file", saved)
    page.locator("#name").fill("Rauf")
    page.keyboard.press("Enter")
    page.locator("#told", has_text="1.").wait_for()
    again = made.save(tmp_path)
    decided = json.loads(again.read_text(encoding="utf-8"))
    assert (decided["name"], len(decided["decisions"])) == ("Rauf", 1)
    made.window.close()
