from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

import report_tables as tables
from test_report import assert_same_as_golden
from voterlist import catalogue, report
from voterlist.render import html

VOID = {"meta", "br", "col", "input", "rect", "line", "hr", "link", "img"}


class Page(HTMLParser):
    """A page taken apart.

    Its elements with their attributes, its text, and tags that do not match.
    """

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.elements, self.texts, self.open, self.wrong = [], [], [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Note an element that begins."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Note an element that is empty."""
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        """Note an end that has no beginning."""
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        """Keep what is read."""
        if self.open and self.open[-1] not in {"style", "script"}:
            self.texts.append(data)

    @property
    def text(self):
        """All of the text, with single blanks."""
        return " ".join(" ".join(self.texts).split())


def body_of(source):
    """The page without its style and script, which no test of words should depend on."""
    return re.sub(r"<(style|script)>.*?</\1>", r"<\1></\1>", source, flags=re.DOTALL)


@pytest.fixture(scope="module", params=["en", "az"])
def source(request):
    return html.render_report(tables.build(), request.param)


@pytest.mark.parametrize("language", ["en", "az"])
def test_the_page_of_the_hand_made_run_is_as_it_was(language):
    """Nothing a reader sees changes unseen: the page equals the file that was read and approved."""
    assert_same_as_golden(
        f"report-{language}.html", body_of(html.render_report(tables.build(), language))
    )


def test_the_page_is_well_formed(source):
    """Every element that is opened is closed in its place."""
    page = Page(source)

    assert page.wrong == []
    assert page.open == []


def test_the_page_asks_nothing_of_the_network(source):
    """No attribute, style or script names anything outside the page, and the page forbids it itself."""
    page = Page(source)
    outward = {"src", "href", "action", "srcset", "data"}
    links = [
        value for _, attrs in page.elements for name, value in attrs.items() if name in outward
    ]
    policy = [
        attrs["content"]
        for tag, attrs in page.elements
        if attrs.get("http-equiv") == "Content-Security-Policy"
    ]

    assert [link for link in links if not link.startswith("#")] == []
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|import\(", source)
    assert policy[0].startswith("default-src 'none'")


def test_every_inner_link_leads_somewhere(source):
    """A link inside the page has its target there."""
    page = Page(source)
    targets = {attrs["id"] for _, attrs in page.elements if "id" in attrs}

    assert {
        attrs["href"].removeprefix("#") for tag, attrs in page.elements if tag == "a"
    } <= targets


def test_what_a_list_holds_is_text_and_never_markup(source):
    """A name that is a tag is shown as it was typed and makes no element."""
    page = Page(html.render_report(tables.build(cases=with_the_hostile_entry()), "en"))

    assert "<b>Aynur</b>" in page.text
    assert "<b>Aynur</b>" not in source


def with_the_hostile_entry():
    rows = tables.cases().to_pylist()
    for row in rows:
        if row["case_id"] == "c-move" and row["entry_id"] == "e2":
            row["entry_id"] = "e5"
    return tables.table(tables.CASE, rows)


def test_no_code_stands_where_words_should(source):
    """Every key that the page asks for is in the catalogue: none is shown as itself."""
    areas = {key.split(".")[0] for key in catalogue.entries()}
    shown = re.findall(r"\b([a-z-]+)\.[a-z-]+(?:\.[a-z-]+)*\b", Page(source).text)

    assert [area for area in shown if area in areas] == []


def test_every_drawing_says_what_it_shows(source):
    """A drawing either has a title and a description, or is hidden from whoever cannot see it."""
    drawings = re.findall(r"<svg[^>]*>.*?</svg>", source, flags=re.DOTALL)

    assert len(drawings) > 5
    for drawing in drawings:
        assert 'aria-hidden="true"' in drawing or (
            "<title id=" in drawing and "<desc id=" in drawing
        )


def test_a_cut_is_never_silent():
    """What the page leaves out it says, with the number."""
    text = Page(html.render_report(tables.build(), "en", most=1)).text

    # Of the lists, and of the precincts in two sections.
    assert text.count("The other 1 are in the workbook.") == 3
    assert text.count("The other 2 are in the workbook.") == 1  # cases
    assert text.count("The other 3 are in the workbook.") == 1  # set aside
    assert "the other 2 are below and in the workbook" in text


def test_identifiers_stay_masked(source):
    """Neither FIN nor document is anywhere in the page, not even in a row that was not understood."""
    assert not re.search("5ABC123|7KLM45[67]|9XYZ999|AZE\\d{8}", source)


def test_letters_that_differ_are_marked():
    """In two names that are alike only the letters that differ are marked."""
    page = html.render_report(tables.build(), "en")

    assert "Leyl<mark>a</mark>" in page
    assert "Leyl<mark>i</mark>" in page


def test_a_case_across_constituencies_names_them():
    """Precinct numbers repeat from constituency to constituency, so a case of two shows both."""
    text = Page(html.render_report(tables.build(), "en")).text

    assert "precinct 88/2, 7/3" in text
    assert "constituency 7, precinct 3, 7.csv, line 2" in text
    assert "constituency 88, " not in text


def test_the_page_of_nothing_says_so():
    """A run without lists makes a page that is well formed and calm."""
    page = Page(html.render_report(report.build(tables.nothing()), "en"))

    assert (page.wrong, page.open) == ([], [])
    assert "Nothing needs a person now" in page.text


@pytest.mark.parametrize(
    ("most", "end"), [(0, 2), (1, 2), (9, 10), (10, 20), (41, 60), (308, 400), (1000, 2000)]
)
def test_an_axis_ends_at_a_round_number(most, end):
    """The end of an axis is not below what it has to show."""
    assert html._nice(most) == end


def test_the_same_model_gives_the_same_page():
    """Two renderings are equal."""
    assert html.render_report(tables.build(), "az") == html.render_report(tables.build(), "az")


def test_paper_leaves_out_nothing_in_silence(source):
    """What is not printed is told.

    Where folded cases and findings are, and which rows set aside are nobody's.
    """
    page = Page(source)
    words = report.Words(page.elements[0][1]["lang"])
    for name in ("cases", "findings", "set-aside"):
        assert words(f"report.sheet.{name}") in " ".join(page.texts)
    told = [
        attrs for tag, attrs in page.elements if tag == "p" and attrs.get("class") == "left paper"
    ]
    assert len(told) == 3
    rows = re.findall(r'<tr( class="furniture")?><td><b>(.*?)</b>', body_of(source))
    nobody = {words(f"aside.{code}.title") for code in ("total-row", "blank-row")}
    assert {title for furniture, title in rows if furniture} == nobody
    assert {title for furniture, title in rows if not furniture} == {
        words(f"aside.{code}.title") for code in ("row-too-short", "file-not-a-table")
    }


def test_the_audit_alone_speaks_of_no_workbook():
    """The page that ``check`` writes has no workbook beside it.

    What it cuts is said to be elsewhere.
    """
    model = tables.build()
    page = Page(html.render_audit(model, "en", most=0))
    assert page.wrong == []
    assert "workbook" not in page.text
    assert catalogue.catalogue("en")("audit.left.findings", left=1) in page.text
    assert catalogue.catalogue("en")("report.chance.title") in page.text


POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def scripts_allowed(source):
    """The sources from which the page's policy lets scripts run."""
    (policy,) = POLICY.findall(source)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    return rules.get("script-src", rules["default-src"]).split()


@pytest.mark.parametrize("language", ["en", "az"])
@pytest.mark.parametrize("render", [html.render_report, html.render_audit])
def test_the_policy_allows_the_pages_own_script_and_no_other(render, language):
    """With any other policy a cell of a list might run as a script, or the page's own script not run."""
    source = render(tables.build(), language)
    (script,) = SCRIPT.findall(source)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert scripts_allowed(source) == [f"'sha256-{digest}'"]
    assert "addEventListener" in script, "it is the script, not its name"
    assert not any(
        name.startswith("on") for _, attributes in Page(source).elements for name in attributes
    )


def test_the_page_to_print_runs_no_script():
    """It has none."""
    source = html.render_precincts(tables.build(), "en")
    assert scripts_allowed(source) == ["'none'"]
    assert SCRIPT.findall(source) == []
