from __future__ import annotations

import random

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import report_tables as tables
from voterlist import catalogue
from voterlist.decisions.verdicts import PROBLEM_CODES
from voterlist.fields import COMPARED, ENTRY_FIELDS
from voterlist.link.cases import REASONS
from voterlist.link.comparisons import SHIPPED
from voterlist.model import (
    AsideCode,
    CaseKind,
    EntryRole,
    Level,
    ListKind,
    Severity,
    Sex,
    Standing,
    Unit,
    Verdict,
)
from voterlist.report.sections.balance import BALANCE
from voterlist.report.sections.cases import CASES
from voterlist.report.sections.cases.model import CASE_FIELDS, Cases
from voterlist.report.sections.deadlines import DEADLINES
from voterlist.report.sections.findings import FINDINGS, Findings
from voterlist.report.sections.needs import NEEDS
from voterlist.report.sections.numbers import NUMBERS
from voterlist.report.sections.order import SECTIONS, build
from voterlist.report.sections.people import PEOPLE
from voterlist.report.sections.set_aside import SET_ASIDE_ROWS
from voterlist.report.values import Facts, Text, Words, mask, mask_row
from voterlist.schemas import ENTRY, FINDING
from voterlist.tables import concat


def number(model, code):
    return {row.code: row.value for row in model.of(NUMBERS)}[code]


def needs(model):
    return {need.text.key: dict(need.text.places) for need in model.of(NEEDS)}


def cells(model, case_id):
    """Field -> (values, marks) of the entries of a case."""
    case = next(
        case
        for case in (*model.of(CASES).for_review, *model.of(CASES).apart)
        if case.case_id == case_id
    )
    return {
        field: tuple(
            [getattr(member.cells[place], part) for member in case.members]
            for part in ("value", "mark")
        )
        for place, field in enumerate(CASE_FIELDS)
    }


def test_a_report_holds_its_constituency_and_cases_that_reach_into_it():
    """Entries, findings and lists are the constituency's own.

    A case across constituencies is in both reports.
    """
    facts = Facts("2026", Level.CEC, 7, tables.TODAY)
    here, there = tables.build(), tables.build(facts=facts)

    assert (number(here, "entries"), number(there, "entries")) == (7, 1)
    assert {fault.place.constituency for fault in here.of(FINDINGS).rows} == {88}
    assert [case.case_id for case in there.of(CASES).for_review] == ["c-both"]
    assert [member.entry_id for member in there.of(CASES).for_review[0].members] == [
        "e6",
        "e7",
    ]
    assert "c-both" in [case.case_id for case in here.of(CASES).for_review]
    assert there.of(CASES).for_review[0].number == next(
        case.number for case in here.of(CASES).for_review if case.case_id == "c-both"
    )


def test_without_a_constituency_a_report_holds_everything():
    """A report of all constituencies counts the entries of all."""
    assert (
        number(
            tables.build(facts=Facts("2026", Level.CEC, None, tables.TODAY)),
            "entries",
        )
        == 8
    )


def test_a_row_of_unknown_constituency_shows_in_every_report():
    """What belongs nowhere is not lost between the reports."""
    for constituency in (7, 88):
        model = tables.build(facts=Facts("2026", Level.CEC, constituency, tables.TODAY))
        assert [
            row.code for row in model.of(SET_ASIDE_ROWS) if row.place.line == 0
        ] == ["file-not-a-table"]


def test_rows_balance_and_a_lost_row_is_said_first():
    """Rows = entries + set aside, counted in three tables.

    One row lost anywhere is an error at the top.
    """
    balanced = tables.build()
    lost = tables.build(set_aside=tables.set_aside().slice(1))

    assert (
        balanced.of(BALANCE).rows,
        balanced.of(BALANCE).entries,
        balanced.of(BALANCE).set_aside,
    ) == (
        10,
        7,
        3,
    )
    assert balanced.of(BALANCE).balances
    assert not lost.of(BALANCE).balances
    assert needs(lost)["need.unbalanced"] == {"count": 1}
    assert "need.unbalanced" not in needs(balanced)


def test_a_list_that_does_not_balance_in_itself_is_noticed_though_the_totals_agree():
    """Two mistakes that cancel each other are two mistakes."""
    rows = tables.lists().to_pylist()
    rows[0]["entries"] += 1
    rows[1]["entries"] -= 1
    model = tables.build(lists=tables.table(tables.LIST, rows))

    assert not model.of(BALANCE).balances
    assert needs(model)["need.lists-unbalanced"] == {"count": 2}


def test_what_needs_a_person_is_listed_and_a_settled_run_needs_nobody():
    """Each reason to act stands at the top with its number; without any the list is empty."""
    assert needs(tables.build()) == {
        "need.files-unread": {"count": 1},
        "need.errors": {"count": 1},
        "need.due-soon": {
            "stage": Text("deadline.compile.title"),
            "due": tables.standings()[0].deadline.due,
            "days": 2,
            "count": 1,
        },
        "need.cases": {"count": 3},
        "need.rows-perhaps-people": {"count": 1},
    }
    assert build(tables.nothing()).of(NEEDS) == ()


def test_a_list_that_lost_letters_is_asked_for_again():
    """It would be one warning among hundreds. A total that differs is told as such, once."""
    lost = {
        "rule": "letters-lost",
        "severity": "warning",
        "unit": "file",
        "constituency": 88,
        "precinct": 2,
        "source": "bbbbbbbbbbbb",
        "value": 24.0,
    }
    differs = {**lost, "rule": "declared-total-differs", "unit": "precinct"}
    both = concat([tables.findings(), tables.table(FINDING, [lost, differs])], FINDING)
    told = needs(tables.build(findings=both))
    assert told["need.letters-lost"] == told["need.declared-differs"] == {"count": 1}
    assert "need.letters-lost" not in needs(tables.build())


def test_a_precinct_in_doubt_needs_a_person():
    """A list counts once, for however many reasons its precinct is not known."""
    rows = tables.named(
        "rule severity unit constituency precinct source field value limit",
        ("name-undecided", "warning", "file", 88, None, "a" * 12, "precinct", 4, 14),
        (
            "precinct-unknown",
            "warning",
            "file",
            88,
            None,
            "a" * 12,
            "precinct",
            9,
            None,
        ),
        ("hidden-rows", "note", "file", 88, 2, "b" * 12, None, 1, None),
    )
    model = tables.build(findings=tables.table(tables.FINDING, rows))
    assert needs(model)["need.places"] == {"count": 1}


def test_an_overdue_unit_counts_in_its_own_constituency_only():
    """The overdue precinct of constituency 7 is an error there and nowhere else."""
    other = tables.build(facts=Facts("2026", Level.CEC, 7, tables.TODAY))

    assert needs(other)["need.overdue"]["count"] == 1
    assert "need.overdue" not in needs(tables.build())


def test_contradictions_are_marked_and_gaps_are_not():
    """Known values that differ are marked.

    A missing part, or the same in another spelling, contradicts nothing.
    """
    move, twins = cells(tables.build(), "c-move"), cells(tables.build(), "c-twin")

    assert move["written"][1] == ["spelling", "spelling"]
    assert move["surname"] == (["Məmmədov", "Məmmədov"], ["", ""])
    assert move["birth_date"][1] == ["", ""]
    assert move["address"][1] == ["differs", "differs"]
    assert move["document"][1] == ["", ""]
    assert twins["given_name"][1] == ["differs", "differs"]
    assert twins["written"][1] == ["", ""]
    assert twins["birth_date"][1] == ["", ""]


def test_identifiers_are_masked_and_marks_still_see_all_of_them():
    """A number would be readable, or two that differ before the last three look the same."""
    conflict = [
        row | {"document": row["document"] and row["document"][:-3] + "000"}
        for row in tables.entries().to_pylist()
    ]
    model = tables.build(entries=tables.table(tables.ENTRY, conflict))
    open_model = tables.build(mask_identifiers=False)

    assert cells(model, "c-twin")["document"] == (
        ["••••000", "••••000"],
        ["differs", "differs"],
    )
    assert cells(open_model, "c-move")["fin"][0] == ["5ABC123", "5ABC123"]
    assert "5ABC123" not in repr(tables.build())
    assert "7KLM456" not in repr(tables.build())


def test_where_identifiers_are_not_masked_they_are_shown_everywhere():
    """Who asked for whole identifiers would get dots in findings and rows set aside."""
    model = tables.build(mask_identifiers=False)

    assert {
        fault.cell for fault in model.of(FINDINGS).rows if fault.rule == "fin-invalid"
    } == {"5ABC123"}
    assert "Orucov 7KLM456" in [
        cell for aside in model.of(SET_ASIDE_ROWS) for cell in aside.cells
    ]


def test_a_decided_case_is_settled_and_asks_nobody():
    """Once every entry has a verdict the case is not open; one verdict is not enough."""
    half = tables.build(decisions=tables.decisions(("c-move", "e1", "keep")))
    whole = tables.build(
        decisions=tables.decisions(("c-move", "e1", "keep"), ("c-move", "e2", "repeat"))
    )

    assert (number(half, "open-cases"), number(half, "settled-cases")) == (3, 0)
    assert (number(whole, "open-cases"), number(whole, "settled-cases")) == (2, 1)
    assert [
        case.is_open for case in whole.of(CASES).for_review if case.case_id == "c-move"
    ] == [False]


def test_a_finding_takes_its_place_and_cells_from_its_entry():
    """The finding names ids alone; the report looks up file, line, name and the masked cell."""
    fault = next(
        fault
        for fault in tables.build().of(FINDINGS).rows
        if fault.rule == "fin-invalid"
    )

    assert (fault.place.file, fault.place.line, fault.written, fault.cell) == (
        "məntəqə 2.csv",
        9,
        "Mamedov Elchin Raufoğlu",
        "••••123",
    )
    assert (fault.other.file, fault.other.line) == ("məntəqə 1.xlsx", 5)


def test_a_word_that_says_there_is_no_identifier_is_not_masked():
    """A placeholder in the FIN's place is no identifier, and masked it would look like one."""
    rows = tables.entries().to_pylist()
    for row in rows:
        row["fin"] = "yoxdur"
    faults = tables.build(entries=tables.table(ENTRY, rows)).of(FINDINGS).rows

    assert {fault.cell for fault in faults if fault.rule == "fin-invalid"} == {"yoxdur"}


def test_a_finding_that_names_a_row_of_a_register_keeps_its_id():
    """The other side of a death is no entry of the list.

    Its id is shown, for there is no place to look up.
    """
    rows = tables.named(
        "rule severity unit entry_id other_entry_id",
        ("deceased-confirmed", "error", "entry", "e1", "r7"),
    )
    (fault,) = (
        tables.build(findings=tables.table(tables.FINDING, rows)).of(FINDINGS).rows
    )

    assert fault.other == "r7"
    assert Words("en").place(fault.other) == "r7"


def test_findings_are_counted_by_rule_and_precinct():
    """The table by precinct adds up to the findings that have one, errors first."""
    model = tables.build()

    assert [
        (row.rule, row.count, row.by_precinct) for row in model.of(FINDINGS).rules
    ] == [
        ("fin-invalid", 1, (0, 1)),
        ("missing-value", 1, (0, 1)),
        ("precinct-too-small", 1, (1, 0)),
    ]
    assert [
        (row.precinct, row.errors, row.warnings, row.cases)
        for row in model.of(PEOPLE).precincts
    ] == [
        (1, 0, 1, 1),
        (2, 1, 1, 3),
    ]


def test_no_rows_at_all_make_a_report():
    """A run without a single list has an empty report that balances."""
    model = build(tables.nothing())

    assert model.of(BALANCE).balances
    assert model.of(CASES) == Cases((), (), ())
    assert model.of(FINDINGS) == Findings((), (), ())
    assert model.of(DEADLINES) == model.of(PEOPLE).ages == ()
    assert number(model, "women-share") is None


def test_the_order_of_rows_changes_nothing():
    """Tables in any order of rows make the same report."""
    mixed = tables.run_tables()
    for name, value in mixed.items():
        order = list(range(value.num_rows))
        random.Random(name).shuffle(order)  # noqa: S311  any order will do
        mixed[name] = value.take(pa.array(order, pa.int64()))

    changed = tables.build(**mixed, calendar=tuple(reversed(tables.standings())))
    same = tables.build()
    units = [
        {unit for due in model.of(DEADLINES) for unit in due.units}
        for model in (changed, same)
    ]
    assert units[0] == units[1]
    for section in set(SECTIONS) - {DEADLINES}:
        assert changed.of(section) == same.of(section), section.name


@given(st.text())
def test_a_mask_shows_three_characters_at_most(text):
    """Whatever an identifier holds, no more than its end is shown, and nothing of a short one."""
    shown = mask(text).removeprefix("••••")

    assert len(shown) <= 3
    assert text.endswith(shown)
    assert len(text) > 3 or not shown


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("5ABC123", "••••123"),
        ("Orucov, 5ABC123; AZE12345678", "Orucov, ••••123; ••••678"),
        ("Məmmədov Elçin", "Məmmədov Elçin"),
        ("02.03.1985", "02.03.1985"),
        ("ААЕ1234567", "••••567"),
    ],
)
def test_rows_set_aside_are_masked_by_the_look_of_their_words(cell, shown):
    """What looks like an identifier is masked wherever it stands in the row.

    Names and dates are not.
    """
    assert mask_row(cell) == shown


def test_every_word_of_the_model_has_a_text_in_both_languages():
    """No code can reach a reader without its words."""
    keys = [
        f"case-kind.{kind}.{part}" for kind in CaseKind for part in ("title", "message")
    ]
    keys += [f"role.{role}" for role in EntryRole] + [
        f"verdict.{verdict}" for verdict in Verdict
    ]
    keys += [f"severity.{severity}" for severity in Severity] + [
        f"unit.{unit}" for unit in Unit
    ]
    keys += [f"standing.{standing}" for standing in Standing] + [
        f"commission.{level}" for level in Level
    ]
    keys += [f"list-kind.{kind}" for kind in ListKind] + [f"sex.{sex}" for sex in Sex]
    keys += [f"aside.{code}.{part}" for code in AsideCode for part in ("title", "todo")]
    keys += [f"reason.{reason}" for reason in REASONS]
    keys += [f"field.{name}" for name in {*COMPARED, *ENTRY_FIELDS, *CASE_FIELDS}]
    keys += [level.key for comparison in SHIPPED for level in comparison.levels]
    keys += [
        f"review.problem.{code}.{part}"
        for code in PROBLEM_CODES
        for part in ("title", "todo")
    ]

    assert [
        key
        for key in keys
        if not {"en", "az"} <= catalogue.entries().get(key, {}).keys()
    ] == []
