"""Laws of the pages: whatever a report holds, and whichever sections it has."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
from pathlib import Path

import openpyxl
import pytest

import report_tables as tables
from report_pages import Numbers, Page, outline, renumbered
from voterlist import catalogue
from voterlist.render import html, xlsx
from voterlist.render.html import build_pages
from voterlist.report.sections.audit import AUDIT
from voterlist.report.sections.balance import BALANCE
from voterlist.report.sections.cases import CASES
from voterlist.report.sections.deadlines import DEADLINES
from voterlist.report.sections.findings import FINDINGS
from voterlist.report.sections.needs import NEEDS
from voterlist.report.sections.numbers import NUMBERS
from voterlist.report.sections.order import PAGE, WORKBOOK, build
from voterlist.report.sections.people import PEOPLE
from voterlist.report.sections.registers import REGISTERS
from voterlist.report.sections.set_aside import SET_ASIDE_ROWS
from voterlist.report.values import Words

GOLDEN = Path(__file__).with_name("golden") / "report-model.txt"

RUNS = {
    "hand-made": tables.run,
    "everything": tables.everything,
    "wrong": tables.wrong,
    "nothing": tables.nothing,
}
LANGUAGES = ("en", "az")
PAGES = {
    "report": html.render_report,
    "audit": html.render_audit,
    "precincts": html.render_precincts,
}
CUT_PAGES = (html.render_report, html.render_audit)
"""Pages of which less may be shown."""


@pytest.fixture(scope="module")
def reports():
    return {name: build(make()) for name, make in RUNS.items()}


@pytest.fixture(scope="module", params=[*RUNS])
def built(request, reports):
    return reports[request.param]


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture(scope="module", params=[*PAGES])
def page(request, built, language):
    return Page(PAGES[request.param](built, language))


def test_the_model_of_the_hand_made_run_is_as_it_was(reports):
    """A careless change of a builder would change what people are shown, and no other test notice.

    ``GOLDEN=write`` in the environment writes the file: read the difference before committing.
    """
    text = outline(reports["everything"])
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


# Numbers.

OF_THE_REPORT = "the constituency is that of the report"
IN_THE_WORKBOOK = "the workbook has it"
ON_ITS_PAGE = "the page of the precinct has it"
NOT_ON_THE_PAGE = {
    "audit.funnels.points.statistic.p": IN_THE_WORKBOOK,
    "audit.funnels.points.statistic.q": IN_THE_WORKBOOK,
    "audit.funnels.points.statistic.last": IN_THE_WORKBOOK,
    "audit.funnels.points.statistic.count": IN_THE_WORKBOOK,
    "audit.funnels.points.statistic.of": IN_THE_WORKBOOK,
    "audit.funnels.points.statistic.base": "the base of the funnel has it",
    "audit.funnels.points.of": "the place of the dot says it",
    "audit.nation": "the base of each statistic has it",
    "audit.precincts.constituency": OF_THE_REPORT,
    "audit.precincts.pyramid": ON_ITS_PAGE,
    "audit.precincts.statistics.base": ON_ITS_PAGE,
    "audit.precincts.statistics.count": IN_THE_WORKBOOK,
    "audit.precincts.statistics.last": IN_THE_WORKBOOK,
    "audit.precincts.statistics.lower": ON_ITS_PAGE,
    "audit.precincts.statistics.of": IN_THE_WORKBOOK,
    "audit.precincts.statistics.p": "the adjusted one, q, is in the workbook",
    "audit.precincts.statistics.q": IN_THE_WORKBOOK,
    "audit.precincts.statistics.upper": ON_ITS_PAGE,
    "balance.lists.place.constituency": OF_THE_REPORT,
    "cases.apart.weight": "the waterfall has it",
    "cases.for_review.weight": "the waterfall has it",
    "cases.for_review.why.steps.term_frequency": "put in words with a round number",
    "cases.kinds.entries": IN_THE_WORKBOOK,
    "certificate.constituency": OF_THE_REPORT,
    "certificate.found": "the estimate says it, as a share of what was read",
    "chance": "the section on the method has it",
    "deadlines.standings": "one unit needs no number",
    "deadlines.units": "only those that are late are named; the workbook has all",
    "findings.areas": "the constituency is that of the report; the precincts are tested there",
    "registers.compared.constituency": OF_THE_REPORT,
    "registers.precincts.constituency": OF_THE_REPORT,
    "people.precincts.constituency": OF_THE_REPORT,
    "people.precincts.cases": ON_ITS_PAGE,
    "people.precincts.errors": "the table by rule and precinct has them",
    "people.precincts.median_age": ON_ITS_PAGE,
    "people.precincts.men": ON_ITS_PAGE,
    "people.precincts.notes": "as the errors",
    "people.precincts.warnings": "as the errors",
    "people.precincts.women": ON_ITS_PAGE,
    "set-aside.place.constituency": IN_THE_WORKBOOK,
    "set-aside.place.precinct": IN_THE_WORKBOOK,
    "set-aside.rows": IN_THE_WORKBOOK,
}
"""Numbers of the model that the report's page does not show, each with the reason."""
ON_THE_PAGE = "the page has it"
NOT_IN_THE_WORKBOOK = {
    "audit.funnels": "drawn on the page; the statistics have the numbers",
    "audit.precincts.pyramid": ON_THE_PAGE,
    "audit.precincts.statistics.p": "the adjusted one, q, is there",
    "cases.apart.weight": "the waterfall has it, with what was known before",
    "cases.for_review.weight": "as of those apart",
    "cases.for_review.why.weight": "as of the case",
    "cases.for_review.why.steps.term_frequency": "put in words with a round number",
    "certificate.constituency": OF_THE_REPORT,
    "certificate.found": "as on the page",
    "chance": "the section on the method has it",
    "deadlines.days_left": "the due date says it",
    "deadlines.standings": "every unit has a row",
    "findings.areas": "every finding has its own",
    "findings.rules.by_precinct": ON_THE_PAGE,
    "registers.compared": ON_THE_PAGE,
    "people": ON_THE_PAGE,
}
"""Numbers of the model that the workbook does not show, each with the reason."""

NOT_ON_ITS_PAGE = {
    "page.audit.constituency": "the head has it",
    "page.audit.precinct": "the title has it",
    "page.audit.statistics": "those out of the ordinary are named with what is usual",
    "page.precinct.constituency": "the head has it",
    "page.precinct.errors": "each rule has its number",
    "page.precinct.notes": "as the errors",
    "page.precinct.warnings": "as the errors",
    "page.rules.first": "named where it is of no line",
    "page.set_aside.place.constituency": "the head has it",
    "page.set_aside.place.precinct": "the title has it",
    "page.set_aside.rows": "one each",
}
"""Numbers of a precinct that its page does not show, each with the reason."""


def forms(number, words):
    """The ways in which a number may be written."""
    made = {str(number), words.number(number), words.number(number, 1)}
    if isinstance(number, float) and number < 1:
        made = {words.percent(number)}
    return {" ".join(form.split()) for form in made}


def is_below(path, names):
    """True for a path that is one of the names, or lies inside of one."""
    return any(path == name or path.startswith(f"{name}.") for name in names)


def missing_numbers(given, text, words):
    """The paths of numbers that the text does not hold."""
    return {
        path
        for path, numbers in given.items()
        for number in numbers
        if not any(
            re.search(rf"(?<!\d){re.escape(form)}(?!\d)", text)
            for form in forms(number, words)
        )
    }


def unexpected(missing, exempt):
    """What is missing and not exempted, and what is exempted and never missing."""
    unexempted = sorted(path for path in missing if not is_below(path, exempt))
    unneeded = [
        name for name in exempt if not any(is_below(path, [name]) for path in missing)
    ]
    return unexempted, unneeded


def test_every_number_of_the_model_stands_on_the_page(reports, language):
    """A column dropped from a template, or filled with another value, would go unseen."""
    model, given = renumbered(reports["everything"])
    text = Page(html.render_report(model, language)).text
    missing = missing_numbers(given, text, Words(language))
    assert unexpected(missing, NOT_ON_THE_PAGE) == ([], [])


def test_every_number_of_the_model_stands_in_the_workbook(reports, language):
    """As on the page: a column dropped from a sheet would go unseen."""
    model, given = renumbered(reports["everything"])
    book = openpyxl.load_workbook(io.BytesIO(xlsx.render_report(model, language)))
    cells = [
        cell
        for sheet in book
        for row in sheet.values
        for cell in row
        if cell is not None
    ]
    numbers = {cell for cell in cells if isinstance(cell, int | float)}
    elsewhere = {
        path: [number for number in made if number not in numbers]
        for path, made in given.items()
    }
    text = " ".join(" ".join(cell.split()) for cell in cells if isinstance(cell, str))
    missing = missing_numbers(elsewhere, text, Words(language))
    assert unexpected(missing, NOT_IN_THE_WORKBOOK) == ([], [])


def test_every_number_of_a_precinct_stands_on_its_page(reports, language):
    """A commission would be shown another number than its list has, or none."""
    missing = set()
    for page in build_pages(reports["everything"]):
        numbers = Numbers()
        renumbered_page = numbers.again(page, "page")
        text = Page(html.render_pages([renumbered_page], tables.FACTS, language)).text
        missing |= missing_numbers(numbers.given, text, Words(language))
    assert unexpected(missing, NOT_ON_ITS_PAGE) == ([], [])


# Sections.


def test_every_section_stands_on_the_page_in_its_place(built, language):
    """A section would be left out, stand elsewhere, or bear the title of another one."""
    page, words = Page(html.render_report(built, language)), Words(language)
    names = [section.name for section in PAGE if built.of(section) is not None]
    titles = {
        name: section.all("h2")[0].text for name, section in page.sections.items()
    }
    (index,) = page.root.all("nav")
    links = [(link.attributes["href"], link.text) for link in index.all("a")]

    assert list(page.sections) == names
    assert titles == {name: words(f"report.{name}.title") for name in names}
    assert links == [(f"#{name}", words(f"report.{name}.short")) for name in names]


def test_every_need_leads_to_the_section_that_shows_it(built, language):
    """A person would be sent to a section that does not show what is wrong."""
    page = Page(html.render_report(built, language))
    links = [link.attributes["href"] for link in page.sections["needs"].all("a")]
    assert links == [f"#{need.section}" for need in built.of(NEEDS)]


def test_every_section_of_the_page_is_walked_by_the_workbook_or_the_summary():
    """What the page shows would be nowhere in the workbook that people hand on."""
    in_summary = {"needs", "numbers", "method", "certificate"}
    only_drawn = {"people"}
    names = {section.name for section in PAGE}
    assert names - {section.name for section in WORKBOOK} == in_summary | only_drawn


# Words.

NOT_SAID = {
    **dict.fromkeys(
        (f"report.month.{number}" for number in range(1, 13)), "months of the year"
    ),
    "audit.funnel.none": "no precinct out of the ordinary",
    "audit.none-outlying": "as above",
    "audit.whipple": "the hand-made run is in one band",
    "chance.none": "no pair found",
    "need.level.note": "nothing that is a note needs a person",
    "pages.findings.none": "a precinct without findings",
    "pages.more": "more lines than a page names",
    "pages.title.unknown": "an unknown precinct",
    "pages.unusual.none": "a precinct like the others",
    "report.pyramid.no-sex": "a list that says of nobody whether man or woman",
    "report.cut": "more rows than a sheet holds",
    "report.registers.of-constituency": "a part of a register",
}
"""Sentences of what the hand-made runs do not have."""


def said_text(built, language):
    """All that a person reads of a report: pages, cut or not, and workbook."""
    pages = [Page(render(built, language)) for render in PAGES.values()]
    pages += [Page(render(built, language, most=0)) for render in CUT_PAGES]
    for page in pages:
        yield page.text
        yield from (
            value for one in page.elements for value in one.attributes.values() if value
        )
    book = openpyxl.load_workbook(io.BytesIO(xlsx.render_report(built, language)))
    yield from book.sheetnames
    for sheet in book:
        for row in sheet.values:
            yield from (" ".join(cell.split()) for cell in row if isinstance(cell, str))


def is_said(key, text, language):
    """True where the text holds what the catalogue has for this key between the places to fill."""
    words = " ".join(catalogue.entries()[key][language].split())
    return all(piece in text for piece in re.split(r"\{\w+(?::[^}]*)?\}", words))


def test_every_sentence_of_the_report_is_shown_somewhere(reports, language):
    """A note that no template shows any more would stay in the catalogue, and nobody miss it."""
    text = "\n".join(
        {line for built in reports.values() for line in said_text(built, language)}
    )
    areas = ("report.", "need.", "number.", "audit.", "pages.", "chance.")
    keys = [key for key in catalogue.entries() if key.startswith(areas)]
    unsaid = [key for key in keys if not is_said(key, text, language)]
    assert [key for key in unsaid if not is_below(key, NOT_SAID)] == []


def words_of(built):
    """The keys of the words that the page owes to what the report holds."""
    for due in built.of(DEADLINES):
        yield from (
            f"deadline.{due.deadline.stage}.title",
            f"deadline.{due.deadline.stage}.ground",
        )
        yield from (
            f"commission.{due.deadline.sender}",
            f"commission.{due.deadline.receiver}",
        )
        yield from (f"standing.{standing}" for standing, _ in due.standings)
    for case in (*built.of(CASES).for_review, *built.of(CASES).apart):
        yield from (f"case-kind.{case.kind}.title", f"case-kind.{case.kind}.message")
        for member in case.members:
            yield from (f"role.{member.role}", f"reason.{member.reason}")
        for step in case.why.steps if case.why else ():
            yield from (f"field.{step.field}", f"comparison.{step.level}")
    for row in built.of(FINDINGS).rows:
        yield from (f"rule.{row.rule}.{part}" for part in ("title", "message", "todo"))
        yield f"severity.{row.severity}"
    for row in built.of(SET_ASIDE_ROWS):
        yield from (f"aside.{row.code}.title", f"aside.{row.code}.todo")
    for number in built.of(NUMBERS):
        yield f"number.{number.code}"
    for need in built.of(NEEDS):
        yield from (need.text.key, f"need.level.{need.severity}")
    for statistic in built.of(AUDIT).whole if built.of(AUDIT) else ():
        yield f"indicator.{statistic.indicator}"


def test_every_code_of_the_report_is_said_on_its_page(built, language):
    """A reader would not be told what a code means, what the law says, or what to do."""
    text = Page(html.render_report(built, language)).text
    keys = dict.fromkeys(words_of(built))
    assert [key for key in keys if not is_said(key, text, language)] == []


def test_no_key_stands_where_words_should(page):
    """A key that the catalogue lacks would be shown to people as it is."""
    areas = {key.split(".")[0] for key in catalogue.entries()}
    shown = re.findall(r"\b([a-z-]+)\.[a-z-]+(?:\.[a-z-]+)*\b", page.text)
    assert [area for area in shown if area in areas] == []


def test_every_text_of_a_list_stands_on_the_page_as_it_was_written(reports, language):
    """A name would be cut, or a tag in it vanish as markup."""
    model = reports["everything"]
    text = Page(html.render_report(model, language)).text
    texts = {row.written for row in model.of(FINDINGS).rows if row.written}
    texts |= {cell for row in model.of(SET_ASIDE_ROWS) for cell in row.cells}
    for case in model.of(CASES).for_review:
        cells = [cell.value for member in case.members for cell in member.cells]
        texts |= {cell for cell in cells if isinstance(cell, str)}
    assert [one for one in texts if one not in text] == []


# The page as a document.


def test_every_element_is_closed_in_its_place(page):
    """A browser would guess where an element ends."""
    assert (page.wrong, page.unclosed) == ([], [])


def test_every_id_stands_once_and_every_reference_has_its_target(page):
    """A link would lead nowhere, or a drawing be described by the words of another one."""
    ids = [one.attributes["id"] for one in page.elements if "id" in one.attributes]
    targets = [one.attributes["href"] for one in page.root.all("a")]
    labels = [
        one.attributes.get("aria-labelledby", "").split() for one in page.elements
    ]

    assert len(ids) == len(set(ids))
    assert {target.removeprefix("#") for target in targets} <= set(ids)
    assert {label for one in labels for label in one} <= set(ids)


def width(row):
    """How many columns the cells of a row take."""
    return sum(int(cell.attributes.get("colspan", 1)) for cell in row.all("td", "th"))


def is_of_bars(cell, head):
    """The column of the bars needs no heading: the number stands beside it."""
    return head.all("th").index(cell) == 1


def test_every_table_has_headings_and_as_many_cells_in_each_row(page):
    """A cell would stand under the heading of another column, or under none."""
    for table in page.root.all("table"):
        assert len({width(row) for row in table.all("tr")}) <= 1, table.text
        assert table.all("th"), table.text
        for head in table.all("thead"):
            assert all(
                cell.text or is_of_bars(cell, head) for cell in head.all("th")
            ), table.text


def test_every_drawing_says_what_it_shows(page):
    """Who does not see a drawing would not know what it says."""
    for drawing in page.root.all("svg"):
        is_hidden = drawing.attributes.get("aria-hidden") == "true"
        parts = {part.tag: part.text for part in drawing.walk()}
        assert is_hidden or (parts.get("title") and parts.get("desc"))


PLACES = {"x", "x1", "x2", "cx", "y", "y1", "y2", "cy", "width", "height"}


def test_every_drawing_stays_on_its_paper(page):
    """A bar or a dot outside of the drawing would not be seen."""
    for drawing in page.root.all("svg"):
        left, top, width, height = map(float, drawing.attributes["viewbox"].split())
        for shape in drawing.walk():
            known = PLACES & shape.attributes.keys()
            place = {name: float(shape.attributes[name]) for name in known}
            across = [place[name] for name in ("x", "x1", "x2", "cx") if name in place]
            down = [place[name] for name in ("y", "y1", "y2", "cy") if name in place]
            across += [start + place.get("width", 0) for start in across]
            down += [start + place.get("height", 0) for start in down]
            assert all(left <= number <= left + width for number in across), shape
            assert all(top <= number <= top + height for number in down), shape


def test_every_table_that_is_cut_says_so(reports, language):
    """Rows that the page leaves out would be taken for rows that there are not."""
    built = reports["everything"]
    page = Page(html.render_report(built, language, most=0))
    lines = {name: section.all("p") for name, section in page.sections.items()}
    said = {
        name: sum(one.classes == ["left"] for one in of) for name, of in lines.items()
    }
    once = {
        "balance": 1,
        "cases": 2,
        "audit": 1,
        "registers": 1,
        "people": 1,
        "set-aside": 1,
        "watch": 2,
    }
    # Of the precincts, of the rules in the table by precinct, and of each rule.
    once["findings"] = 2 + len(built.of(FINDINGS).rules)
    assert {name: count for name, count in said.items() if count} == once


# Drawings, states and colours.


def test_the_stages_stand_where_their_days_are(reports, language):
    """A stage would be drawn over days on which it is not open."""
    built = reports["everything"]
    page = Page(html.render_report(built, language))
    bars = [bar for bar in page.root.all("rect") if "stage" in bar.classes]
    ends = []
    for due, bar in zip(built.of(DEADLINES), bars, strict=True):
        left, long = (float(bar.attributes[name]) for name in ("x", "width"))
        ends += [
            (due.deadline.opens.toordinal(), left),
            (due.deadline.due.toordinal(), left + long),
        ]
    (first, start), *others = ends
    scales = [(place - start) / (day - first) for day, place in others]
    assert scales == pytest.approx([scales[0]] * len(scales), rel=0.01)


def test_a_case_bears_the_state_it_is_in(reports, language):
    """A case that is settled would be taken for one to decide, or the other way round."""
    words = Words(language)
    for built in reports.values():
        page = Page(html.render_report(built, language))
        cases = [one for one in page.root.all("details") if "case" in one.classes]
        shown = {one.attributes["id"]: one for one in cases}
        for case in (*built.of(CASES).for_review, *built.of(CASES).apart):
            plain = "open" if case.is_open else "settled"
            state = (case.waits_for or plain) if case.is_asked else "not-asked"
            (summary,) = shown[f"case-{case.number}"].all("summary")
            chips = [
                chip.text for chip in summary.all("span") if "chip" in chip.classes
            ]
            assert chips == [words(f"report.state.{state}")]


def test_rows_that_do_not_balance_are_not_said_to_be_equal(built, language):
    """A row lost on the way would stand beside a sign that says that none is."""
    section = Page(html.render_report(built, language)).sections["balance"]
    (equation,) = [one for one in section.all("p") if "equation" in one.classes]
    balance = built.of(BALANCE)
    assert ("≠" in equation.text, "=" in equation.text) == (
        balance.difference != 0,
        balance.difference == 0,
    )
    assert ("wrong" in equation.classes) == (not balance.balances)


def test_a_group_of_ages_is_told_in_words_too(reports, language):
    """Who does not see the drawing would be told of men as women."""
    page, words = (
        Page(html.render_report(reports["everything"], language)),
        Words(language),
    )
    titles = [title.text for title in page.sections["people"].all("title")]
    for group in reports["everything"].of(PEOPLE).ages:
        if group.age_from is not None:
            ages = {"from": str(group.age_from), "to": str(group.age_from + 4)}
            said = words(
                "report.pyramid.group", **ages, men=group.men, women=group.women
            )
            assert " ".join(said.split()) in titles


def test_what_is_out_of_the_ordinary_is_marked(reports, language):
    """A reader would look for the precincts that stand out among all that do not."""
    model = reports["everything"]
    page = Page(html.render_report(model, language))
    (table,) = [one for one in page.root.all("table") if "audit-heat" in one.classes]
    marked = [cell for cell in table.all("td") if cell.classes == ["a3"]]
    outliers = [
        row for precinct in model.of(AUDIT).precincts for row in precinct.outliers
    ]
    is_high = [row.side >= 0 for row in outliers]

    assert len(marked) == len(outliers)
    assert ["▲" in cell.text for cell in marked] == is_high
    assert ["▼" in cell.text for cell in marked] == [not high for high in is_high]


def test_precincts_of_another_size_than_the_law_names_are_marked(reports, language):
    """A precinct that is too small would look like any other."""
    people = reports["everything"].of(PEOPLE)
    page = Page(html.render_report(reports["everything"], language))
    (drawing,) = [
        one for one in page.sections["people"].all("svg") if "pt" in labels_of(one)
    ]
    bars = [
        bar for bar in drawing.all("rect") if set(bar.classes) & {"c-error", "c-accent"}
    ]
    limits = range(people.limits.smallest_precinct, people.limits.largest_precinct + 1)
    is_outside = [row.voters not in limits for row in people.precincts]
    assert ["c-error" in bar.classes for bar in bars] == is_outside


def test_a_precinct_with_unexplained_changes_is_marked(reports, language):
    """Entries without a cause would stand in a row like any other."""
    model = reports["everything"]
    page = Page(html.render_report(model, language))
    rows = page.sections["registers"].all("table")[-1].all("tr")[1:]
    unexplained = [row["unexplained"] > 0 for row in model.of(REGISTERS).precincts]
    assert ["warn" in row.all("td")[-1].classes for row in rows] == unexplained


def labels_of(drawing):
    return drawing.attributes.get("aria-labelledby", "").split()


def test_the_bars_of_ages_are_as_long_as_the_groups_are_large(reports, language):
    """Men would be drawn as women, or a group as another one."""
    page = Page(html.render_report(reports["everything"], language))
    groups = [
        row for row in reports["everything"].of(PEOPLE).ages if row.age_from is not None
    ]
    for side in ("men", "women"):
        bars = [bar for bar in page.root.all("rect") if bar.classes == [f"c-{side}"]]
        lengths = [float(bar.attributes["width"]) for bar in reversed(bars)]
        counts = [getattr(group, side) for group in groups]
        unit = sum(lengths) / sum(counts)
        assert lengths == pytest.approx([unit * count for count in counts], abs=0.2)


# Nothing from outside, nothing that is secret.


def test_the_page_asks_nothing_of_the_network(page):
    """Opening a report would tell somebody that it was opened."""
    outward = {"src", "href", "action", "srcset", "data"}
    links = [
        value
        for element in page.elements
        for name, value in element.attributes.items()
        if name in outward
    ]
    assert [link for link in links if not link.startswith("#")] == []
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|import\(", page.source)


def test_no_script_but_the_pages_own_may_run(page):
    """A cell of a list might run as a script, or the page's own script not run."""
    policies = [
        element.attributes["content"]
        for element in page.root.all("meta")
        if element.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    (policy,) = (
        dict(rule.split(" ", 1) for rule in one.split("; ")) for one in policies
    )
    scripts = ["".join(script.parts) for script in page.root.all("script")]
    digests = [hashlib.sha256(script.encode()).digest() for script in scripts]
    allowed = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
    handlers = [
        name
        for one in page.elements
        for name in one.attributes
        if name.startswith("on")
    ]

    assert policy["default-src"] == "'none'"
    assert policy.get("script-src", "'none'").split() == (allowed or ["'none'"])
    assert all("addEventListener" in script for script in scripts), (
        "it is the script, not its name"
    )
    assert handlers == []


def test_no_identifier_stands_on_a_page_where_they_are_masked(page):
    """A FIN or a document number of a voter would be read by whoever gets the report."""
    columns = [
        tables.entries().column(name).to_pylist() for name in ("fin", "document")
    ]
    known = {value for column in columns for value in column if value}
    assert [value for value in known if value in page.source] == []


def test_without_a_mask_every_identifier_of_a_case_is_shown_whole(language):
    """Who asked for whole identifiers would get dots."""
    text = Page(html.render_report(tables.build(mask_identifiers=False), language)).text
    assert "AZE12345678" in text
    assert "5ABC123" in text


def test_what_a_list_holds_is_text_and_never_markup(reports, language):
    """A name that is a tag would become an element of the page."""
    for render in PAGES.values():
        source = render(reports["everything"], language)
        assert "<b>Aynur" not in source


def test_the_same_report_gives_the_same_page(reports, language):
    """A page made again would differ, though nothing has changed."""
    for render in PAGES.values():
        assert render(reports["everything"], language) == render(
            reports["everything"], language
        )
