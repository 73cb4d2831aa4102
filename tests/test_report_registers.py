"""The report's section on other bodies' registers and the last cycle."""

import io

import openpyxl
import pyarrow as pa
import pytest

import report_tables
from voterlist.render.html import render_report
from voterlist.render.xlsx.sheets import render_report as render_book
from voterlist.report.sections.findings import FINDINGS
from voterlist.report.sections.registers import REGISTERS
from voterlist.schemas import CYCLE_SUMMARY, ENTRY, FINDING, REGISTER_USE
from voterlist.tables import concat, from_columns


def use(**registers):
    rows = [
        (name, measure, count)
        for name, counts in registers.items()
        for measure, count in counts.items()
    ]
    columns = dict(
        zip(("register", "measure", "rows"), zip(*rows, strict=True), strict=True)
    )
    return from_columns(
        {name: list(values) for name, values in columns.items()}, REGISTER_USE
    )


DEATHS = {
    "total": 400,
    "usable": 180,
    "confirmed": 30,
    "probable": 5,
    "conflicting": 2,
    "register-only": 143,
    "unusable": 220,
}


def summary(*rows):
    place = report_tables.FACTS.constituency
    names = ("precinct", "change", "cause", "entries")
    return from_columns(
        {
            "constituency": [place] * len(rows),
            **{name: [row[at] for row in rows] for at, name in enumerate(names)},
        },
        CYCLE_SUMMARY,
    )


CYCLE = summary(
    (1, "before", None, 100),
    (1, "after", None, 98),
    (1, "removed", "none", 3),
    (1, "added", "of-age", 1),
)


@pytest.fixture
def model():
    return report_tables.build(register_use=use(deaths=DEATHS), cycle_summary=CYCLE)


def test_without_a_comparison_there_is_no_section():
    """Where nothing was compared the page has neither the section nor a link to it."""
    page = render_report(report_tables.build(), "en")
    assert 'id="registers"' not in page
    assert "#registers" not in page


@pytest.mark.parametrize("language", ["en", "az"])
def test_usable_is_said_before_the_classes(model, language):
    """Counts of classes would be read before how much of the register could be used."""
    page = render_report(model, language)
    section = page[page.index('id="registers"') : page.index('id="people"')]
    percent = "45,0\N{NO-BREAK SPACE}%" if language == "az" else "45.0 %"
    places = [
        section.index(f">{text}<") for text in ("400", "180", percent, "30", "220")
    ]
    assert places == sorted(places)
    assert 'class="warn"' in section
    assert "report." not in section
    assert "cycles." not in section


def test_the_constituency_has_its_part_of_a_register_below_the_whole():
    """The report would show the part of another constituency, or not its own."""
    parts = [
        from_columns(
            {
                "register": ["deaths"] * len(DEATHS),
                "measure": list(DEATHS),
                "rows": [count + added for count in DEATHS.values()],
                "constituency": [place] * len(DEATHS),
            },
            REGISTER_USE,
        )
        for place, added in ((None, 0), (7, -1), (88, -2))
    ]
    built = report_tables.build(register_use=concat(parts, REGISTER_USE))
    shown = [
        (row["constituency"], row["total"], row["usable"])
        for row in built.of(REGISTERS).registers
    ]
    assert shown == [(None, 400, 180), (88, 398, 178)]
    assert "of it, constituency 88" in render_report(built, "en")
    book = openpyxl.load_workbook(io.BytesIO(render_book(built, "en")))
    rows = [[cell.value for cell in row][:4] for row in book["Registers"].iter_rows()]
    assert ["register of deaths", 88, 398, 178] in rows


def test_a_register_that_was_not_given_is_said_to_be_so():
    """Null is told in words, never as zero; so is a last cycle that was not given."""
    page = render_report(
        report_tables.build(register_use=use(deaths=dict.fromkeys(DEATHS))), "en"
    )
    assert "not given" in page
    assert "The list of the last cycle was not given." in page


def test_the_workbook_has_both_sheets(model):
    """One sheet of registers, one of precincts in two cycles, with the numbers of the tables."""
    book = openpyxl.load_workbook(io.BytesIO(render_book(model, "en")))
    cells = [[cell.value for cell in row] for row in book["Registers"].iter_rows()]
    assert any(row[:5] == ["register of deaths", None, 400, 180, 30] for row in cells)
    cells = [[cell.value for cell in row] for row in book["Last cycle"].iter_rows()]
    assert any(row[1:] == [1, 100, 1, 0, 3, 0, 98, 3] for row in cells)


def test_a_finding_without_an_entry_shows_the_row_of_the_register():
    """Whoever is missing from the list is told by the name, file and line of the register's row."""
    entry = report_tables.entries().slice(0, 1)
    changes = {
        "entry_id": ["arrivals:1"],
        "source": ["feedfeedfeed"],
        "surname": ["Kərimov"],
        "line": [7],
    }
    row = entry
    for name, values in changes.items():
        row = row.set_column(
            ENTRY.get_field_index(name),
            ENTRY.field(name),
            pa.array(values, ENTRY.field(name).type),
        )
    words = {"rule": ["arrived-missing"], "severity": ["warning"], "unit": ["entry"]}
    finding = from_columns({**words, "other_entry_id": ["arrivals:1"]}, FINDING)
    findings = concat([report_tables.findings(), finding], FINDING)
    model = report_tables.build(findings=findings, register_rows=row)
    (fault,) = [
        fault for fault in model.of(FINDINGS).rows if fault.rule == "arrived-missing"
    ]
    assert fault.written.startswith("Kərimov")
    assert (fault.other.file, fault.other.line) == ("feedfeedfeed", 7)
