"""How linkage is told to people.

The waterfall of a case, what chance explains, what is two people.
"""

from __future__ import annotations

import re

import pytest

import report_tables as tables
from voterlist.render import html
from voterlist.report.sections.cases.model import CaseWords, Step
from voterlist.report.sections.chance import Chance, ChanceWords
from voterlist.schemas import CASE
from voterlist.tables import sort_by


def test_every_case_with_a_waterfall_draws_it_and_says_it():
    """The bars would not add up to the sum that stands below them."""
    source = html.render_report(tables.build(), "en")
    drawn = re.search(r'<table class="fall".*?</table>', source, re.DOTALL).group()
    lines = re.findall(
        r'<th scope="row">(.*?) <small>.*?<td class="n">(.*?)</td>', drawn
    )
    bars = [
        tuple(map(float, pair))
        for pair in re.findall(r'class="\w+" style="left:(.*?)%;width:(.*?)%"', drawn)
    ]

    assert ("Taken back", "−39.0") in lines
    assert lines[-1] == ("Together", "+3.5")
    assert len(bars) == len(lines)
    ups = [bits.startswith("+") for _, bits in lines]
    ends = [
        left + (width if up else 0) for (left, width), up in zip(bars, ups, strict=True)
    ]
    starts = [
        left + (0 if up else width) for (left, width), up in zip(bars, ups, strict=True)
    ]
    assert starts[1:-1] == pytest.approx(ends[:-2], abs=0.2)
    assert ends[-1] == pytest.approx(ends[-2], abs=0.2)
    assert starts[-1] == pytest.approx(
        float(re.search(r"--even:(.*?)%", drawn).group(1)), abs=0.2
    )
    assert source.count('<table class="fall"') == 1


def test_a_case_of_three_says_which_two_its_waterfall_compares():
    """In a case of more than two entries the drawing names the places of the pair it is of."""
    cases = tables.cases().to_pylist()
    third = next(row for row in cases if row["entry_id"] == "e2") | {"entry_id": "e5"}
    more = tables.table(CASE, [*cases, third])
    text = html.render_report(
        tables.build(cases=sort_by(more, "case_id", "entry_id")), "en"
    )
    assert "the pair that ties its entry most weakly to the case" in text
    assert (
        "to the case: precinct 1, məntəqə 1.xlsx, line 5; precinct 2, məntəqə 2.csv, line 9."
        in text
    )


def test_what_is_two_people_stands_apart_with_a_filter_of_its_own():
    """Twins are no duplicates.

    Below a heading in the counts, in a section with its own search, not among the cases.
    """
    source = html.render_report(tables.build(), "en")
    section = re.search(
        r'<section id="cases">(.*?)</section>', source, re.DOTALL
    ).group(1)
    cases, apart = section.split('<details class="apart"')
    assert 'data-of="twins"' in apart
    assert 'data-of="twins"' not in cases
    assert 'value="twins"' in apart
    kinds = re.search(r'<table class="bars">.*?</table>', cases, re.DOTALL).group()
    assert kinds.index("Not one person") < kinds.index("Twins")
    assert kinds.index("One identifier") < kinds.index("Not one person")


@pytest.mark.parametrize(
    ("expected", "found", "says"),
    [
        (0.2, 0, "None were found."),
        (512.3, 530, "Coincidence explains most of them"),
        (600.0, 530, "Coincidence explains most of them"),
        (20.0, 100, "About 20 % of them are coincidence"),
        (0.04, 2, "Coincidence explains hardly any"),
    ],
)
def test_what_chance_explains_is_said_in_a_sentence(expected, found, says):
    """A reader would take agreements for proof that chance alone explains."""
    assert (
        ChanceWords("en")
        .coincidence(Chance(("stem",), expected, found))
        .startswith(says)
    )


@pytest.mark.parametrize(
    ("bits", "says"),
    [
        (5.0, "common, about 1 entry in 32"),
        (9.0, "not common, about 1 entry in 510"),
        (12.0, "rare, about 1 entry in 4,100"),
        (30.0, "fewer than 1 entry in 130,000"),
    ],
)
def test_how_rare_a_shared_name_is_is_said_in_words(bits, says):
    """How rare a shared name is would not be said, or said with digits that are not known.

    Of a document, which is one person's own, nothing is said.
    """
    assert CaseWords("en").step(Step("surname", "same", 4.0, bits)) == f"same; {says}"
    assert CaseWords("en").step(Step("fin", "same", 28.0, bits)) == "same"
    assert CaseWords("en").step(Step("surname", "differs", -4.0, None)) == "differs"
