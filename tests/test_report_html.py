from __future__ import annotations

import re

import pytest

import report_tables as tables
from report_pages import Page
from voterlist import catalogue
from voterlist.render import html
from voterlist.report.sections.order import build
from voterlist.report.values import Words


@pytest.fixture(scope="module", params=["en", "az"])
def source(request):
    return html.render_report(tables.build(), request.param)


def test_a_cut_is_never_silent():
    """Rows that the page leaves out would be taken for rows that there are not."""
    text = Page(html.render_report(tables.build(), "en", most=1)).text

    # Of the lists, and of the precincts in two sections.
    assert text.count("The other 1 are in the workbook.") == 3
    assert text.count("Below are 2 more in few words") == 1  # cases
    assert text.count("The other 3 are in the workbook.") == 1  # set aside
    assert "the other 2 are below and in the workbook" in text


def test_letters_that_differ_are_marked():
    """In two names that are alike a reader would have to look for the letter that differs."""
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
    """A run without lists would look like one whose page is broken."""
    page = Page(html.render_report(build(tables.nothing()), "en"))

    assert "Nothing needs a person now" in page.text


def test_a_pyramid_without_sexes_is_a_sentence():
    """An empty drawing says that nobody is on the list."""
    rows = [{"age_from": 25, "sex": None, "voters": 3}]
    nobody = tables.run(ages=tables.table(tables.AGES, rows, constituency=88))
    page = Page(html.render_report(build(nobody), "en"))

    assert "The lists do not say who is a man and who is a woman" in page.text
    assert "0 men" not in page.text


@pytest.mark.parametrize(
    ("most", "end"),
    [(0, 2), (1, 2), (9, 10), (10, 20), (41, 60), (308, 400), (1000, 2000)],
)
def test_an_axis_ends_at_a_round_number(most, end):
    assert html.nice(most) == end


def test_paper_leaves_out_nothing_in_silence(source):
    """Where folded cases and findings are would not be said, nor which rows are nobody's."""
    page = Page(source)
    (root,) = page.root.all("html")
    words = Words(root.attributes["lang"])
    on_paper = [
        one.text for one in page.root.all("p") if one.classes == ["left", "paper"]
    ]
    rows = page.sections["set-aside"].all("tr")[1:]
    titles = {is_nobody: [] for is_nobody in (True, False)}
    for row in rows:
        titles["furniture" in row.classes].append(row.all("b")[0].text)

    sheets = [
        words(f"report.sheet.{name}") for name in ("cases", "findings", "set-aside")
    ]
    assert len(on_paper) == len(sheets)
    assert all(sheet in text for sheet, text in zip(sheets, on_paper, strict=True))
    assert titles[True] == [
        words(f"aside.{code}.title") for code in ("total-row", "blank-row")
    ]
    assert titles[False] == [
        words(f"aside.{code}.title") for code in ("file-not-a-table", "row-too-short")
    ]


def test_the_audit_alone_speaks_of_no_workbook():
    """The page that ``check`` writes has no workbook beside it: what it cuts is elsewhere."""
    text = Page(html.render_audit(tables.build(), "en", most=0)).text
    words = catalogue.catalogue("en")

    assert "workbook" not in text
    assert words("audit.left.findings", left=1) in text
    assert words("report.chance.title") in text


def test_the_page_to_print_runs_no_script():
    source = html.render_precincts(tables.build(), "en")

    assert not re.search("<script", source)
    assert "script-src" not in source
