from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from list_tables import said
from voterlist.catalogue import LANGUAGES, entries
from voterlist.config.sections import CheckSettings, RuleSettings
from voterlist.cycles import Cycles, compare_cycles
from voterlist.cycles.findings import CAUSES, CHANGES, LEVELS, RULES
from voterlist.errors import SchemaError, StageError
from voterlist.schemas import (
    CYCLE_CHANGE,
    CYCLE_SUMMARY,
    FINDING,
    REMOVAL_REASON,
    VOTER,
)
from voterlist.tables import from_columns

DAY = dt.date(2026, 5, 30)
DOCS = Path(__file__).parent.parent / "docs"
GIVEN = (
    *("elnur", "rauf", "tural", "vuqar", "kamran"),
    *("sabuhi", "orxan", "emin", "zaur", "murad"),
)


def person(number: int, **changes: Any) -> dict[str, Any]:
    """One of many persons, each of other names, date and identifiers."""
    return {
        "entry_id": f"017-0001-{number:05d}",
        "constituency": 17,
        "precinct": 1,
        "list_kind": "permanent",
        "surname_skeleton": f"mammadov{number}",
        "surname_stem": f"mammad{number}",
        "given_skeleton": GIVEN[number % 10],
        "patronymic_skeleton": GIVEN[number // 10 % 10],
        "birth_year": 1940 + number % 60,
        "birth_month": 1 + number % 12,
        "birth_day": 1 + number % 28,
        "fin": f"F{number:06d}",
        "document": f"AZE{number:08d}",
        "address": "kuce 1 ev 2",
        **changes,
    }


def voters(*rows: dict[str, Any]) -> pa.Table:
    columns = {}
    for field in VOTER:
        kind = pa.string() if pa.types.is_dictionary(field.type) else field.type
        columns[field.name] = pa.array([row.get(field.name) for row in rows], kind)
    return from_columns(columns, VOTER)


def compared(
    old: list[dict[str, Any]], new: list[dict[str, Any]], **more: Any
) -> Cycles:
    more = {"settings": CheckSettings(), "on_day": DAY, **more}
    return compare_cycles(voters(*old), voters(*new), **more)


def told(result: Cycles, *names: str) -> list[tuple[Any, ...]]:
    return said(result.changes, *names)


def reasons(**known: str) -> pa.Table:
    return pa.table({"id": list(known), "reason": list(known.values())}).cast(
        REMOVAL_REASON
    )


def test_a_list_compared_with_itself_has_no_changes():
    """The same list twice: nothing added, removed, changed or moved, and no finding."""
    rows = [person(number) for number in range(30)]
    result = compared(rows, rows)
    assert result.changes.num_rows == result.findings.num_rows == 0
    assert said(result.summary, "change", "entries") == [("after", 30), ("before", 30)]


MARRIED = {"surname_skeleton": "aliyeva", "surname_stem": "aliy"}
NAMES_ALONE = {"fin": None, "document": None}
WEAK = {**NAMES_ALONE, "birth_month": None, "birth_day": None}


@pytest.mark.parametrize(
    ("change", "level"),
    [
        (MARRIED, "fin"),
        ({"given_skeleton": "sevinc"}, "fin"),
        ({"fin": None, "address": None}, "document"),
        (NAMES_ALONE, "names"),
        (WEAK, "names-place"),
        ({**NAMES_ALONE, **MARRIED}, "other-surname"),
    ],
)
def test_by_what_an_entry_is_found_again(change, level):
    """An entry under another id would be lost, or found by weaker evidence."""
    result = compared([person(1)], [person(1, entry_id="017-0001-new", **change)])
    assert told(result, "change", "level", "old_entry_id", "entry_id") == [
        ("changed", level, "017-0001-00001", "017-0001-new")
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"birth_year": 1900},
        {"given_skeleton": "sevinc", "document": None},
        {"given_skeleton": "sevinc", "fin": None},
        {"fin": "ZZZZZZZ", "document": None},
    ],
)
def test_two_people_are_never_one_entry(change):
    """A shared document or name would tie two people whose FIN, name or date differ."""
    result = compared([person(1)], [person(1, entry_id="017-0001-new", **change)])
    assert sorted(told(result, "change")) == [("added",), ("removed",)]


def test_weak_evidence_holds_for_one_person_only():
    """One of two namesakes would be taken for the other by chance."""
    old = [person(1, **WEAK), person(1, entry_id="017-0001-b", **WEAK)]
    found = told(compared(old, [person(1, entry_id="017-0001-c", **WEAK)]), "change")
    assert sorted(found) == [("added",), *[("removed",)] * 2]


def test_moved_and_changed():
    """An entry in another precinct is moved, with the fields that changed.

    Another spelling is no change.
    """
    result = compared(
        [person(1, surname="Məmmədov"), person(2)],
        [person(1, precinct=2, address="kuce 9"), person(2, surname="Mammadov")],
    )
    names = ("change", "fields", "old_precinct", "precinct", "cause")
    assert told(result, *names) == [("moved", "address", 1, 2, "none")]
    assert sorted(said(result.summary, "precinct", "change", "entries")) == [
        (1, "after", 1),
        (1, "before", 2),
        (1, "moved-out", 1),
        (2, "after", 1),
        (2, "moved-in", 1),
    ]


ADDED = person(50, entry_id="017-0001-new")


@pytest.mark.parametrize(
    ("added", "registers", "cause"),
    [
        ({"birth_year": 2008, "birth_month": 5, "birth_day": 30}, {}, "of-age"),
        ({"birth_year": 2007, "birth_month": 5, "birth_day": 31}, {}, "of-age"),
        ({"birth_year": 2007, "birth_month": 5, "birth_day": 30}, {}, "none"),
        ({"birth_year": 2008, "birth_month": 5, "birth_day": 31}, {}, "none"),
        ({"birth_year": 2007, "birth_month": None, "birth_day": None}, {}, "of-age"),
        ({}, {"newly-of-age": ADDED}, "of-age"),
        ({}, {"arrivals": ADDED}, "arrived"),
        ({}, {"residence": ADDED}, "resident"),
        ({}, {"arrivals": {**ADDED, "given_skeleton": "sevinc"}}, "none"),
        ({}, {"deaths": ADDED}, "none"),
    ],
)
def test_the_cause_of_an_addition(added, registers, cause):
    """Of age in the year before the list's day, or known to a register of those who come.

    Else no cause, a finding.
    """
    tables = {
        name: voters({**row, "entry_id": "register-1"})
        for name, row in registers.items()
    }
    result = compared([person(1)], [person(1), {**ADDED, **added}], registers=tables)
    assert told(result, "change", "cause") == [("added", cause)]
    rules = said(result.findings, "rule")
    assert rules == [("added-without-cause",)] * (cause == "none")


@pytest.mark.parametrize(
    ("registers", "why", "cause", "reason"),
    [
        ({}, {}, "none", None),
        ({"deaths": {}}, {}, "died", None),
        ({"departures": {}}, {}, "departed", None),
        ({"departures": dict.fromkeys(("constituency", "precinct"))}, {}, "departed", None),
        ({"departures": {"precinct": 7}}, {}, "none", None),
        ({"departures": {"constituency": 90}}, {}, "none", None),
        ({"abroad": {}}, {}, "abroad", None),
        ({"removals": {}}, {"row-1": "R7"}, "recorded", "R7"),
        ({"removals": {}}, {}, "none", None),
        ({"deaths": {}, "removals": {}}, {"row-1": "R7"}, "died", "R7"),
        ({}, {"017-0001-00002": "twice"}, "decided", "twice"),
        ({"deaths": {**NAMES_ALONE, "birth_day": None}}, {}, "none", None),
    ],
)  # fmt: skip
def test_the_cause_of_a_removal(registers, why, cause, reason):
    """A register, a record with a reason or a decision explains a removal.

    A record without a reason does not, nor does the departure from another place: who came from
    there would be taken off the only list they are on, and nobody would ask.
    """
    tables = {
        name: voters({**person(2), "entry_id": "row-1", **row})
        for name, row in registers.items()
    }
    result = compared(
        [person(1), person(2)], [person(1)], registers=tables, reasons=reasons(**why)
    )
    assert told(result, "change", "cause", "reason") == [("removed", cause, reason)]
    found = said(result.findings, "rule", "entry_id", "other_entry_id")
    expected = ("removed-without-reason", None, "017-0001-00002")
    assert found == [expected] * (cause == "none")


def test_repeated_and_returned():
    """A second entry of somebody who was there is repeated.

    One of the cycle before last is back, and a finding.
    """
    again = person(1, entry_id="017-0001-again")
    back = person(7, entry_id="017-0001-back")
    result = compared([person(1)], [person(1), again, back], earlier=voters(person(7)))
    assert told(result, "entry_id", "cause") == [
        ("017-0001-again", "repeated"),
        ("017-0001-back", "returned"),
    ]
    finding = ("returned-entry", "017-0001-back")
    assert said(result.findings, "rule", "entry_id") == [finding]
    gone = compared([person(1), again], [person(1)])
    assert told(gone, "change", "cause") == [("removed", "repeated")]


def test_growth_is_asked_of_a_precinct():
    """Five additions, or the share allowed, would be called growth."""
    old = [person(number) for number in range(100)]
    new = [*old, *(person(number) for number in range(200, 206))]

    def findings(**settings):
        made = compared(old, new, settings=CheckSettings(**settings)).findings
        return {*said(made, "rule", "precinct", "value", "limit")}

    growth = ("unexplained-growth", 1, 6.0, 5.0)
    assert {one for one in findings() if one[0] == growth[0]} == {growth}
    loose = findings(most_unexplained_growth=0.06)
    assert {rule for rule, *_ in loose} == {"added-without-cause"}
    off = {"added-without-cause": RuleSettings(enabled=False)}
    assert findings(rules=off) == {growth}


def test_other_constituencies_are_not_compared():
    """A list of one constituency against one of the nation.

    Nobody elsewhere is removed, who came from there moved.
    """
    old = [person(1), person(2, constituency=18), person(3, constituency=18)]
    result = compared(old, [person(1), person(2)])
    places = told(result, "change", "old_constituency", "constituency")
    assert places == [("moved", 18, 17)]


PEOPLE = st.fixed_dictionaries(
    {
        "number": st.integers(0, 3),
        "precinct": st.sampled_from([1, 2]),
        "fin": st.sampled_from([None, "A", "B"]),
        "document": st.sampled_from([None, "C"]),
        "birth_day": st.sampled_from([None, 3]),
    }
)


@given(
    st.lists(PEOPLE, max_size=6),
    st.lists(PEOPLE, max_size=6),
    st.randoms(use_true_random=False),
)
def test_every_entry_is_accounted_for_once(before, after, order):
    """For any two lists, in any order of rows.

    One row an entry at most, and the summary balances in every precinct.
    """
    old, new = (
        [
            person(row.pop("number"), **row, entry_id=f"{side}-{at}")
            for at, row in enumerate(map(dict, rows))
        ]
        for side, rows in (("old", before), ("new", after))
    )
    result = compared(old, new)
    for column in ("entry_id", "old_entry_id"):
        known = [row[column] for row in result.changes.to_pylist() if row[column]]
        assert len(known) == len(set(known))
    for precinct in (1, 2):
        count = Counter()
        for row in result.summary.to_pylist():
            if row["precinct"] == precinct:
                count[row["change"]] += row["entries"]
        left = count["before"] + count["added"] + count["moved-in"]
        assert left == count["after"] + count["removed"] + count["moved-out"]
        # Of a constituency that has no list now nothing is told.
        assert count["before"] == sum(row["precinct"] == precinct for row in old if new)
    order.shuffle(old)
    order.shuffle(new)
    again = compared(old, new)
    assert again.changes.equals(result.changes)
    assert again.summary.equals(result.summary)


def test_empty_lists():
    """No list before makes every entry new, no list now compares nothing.

    The tables have their shapes.
    """
    assert told(compared([], [person(1)]), "change") == [("added",)]
    none = compared([person(1)], [])
    assert none.changes.num_rows == 0
    schemas = (none.changes.schema, none.summary.schema, none.findings.schema)
    assert schemas == (CYCLE_CHANGE, CYCLE_SUMMARY, FINDING)


def test_wrong_tables_are_refused():
    """A table of another shape, and an id that stands twice, are told by column and stage."""
    less = voters().drop_columns(["fin"])
    with pytest.raises(SchemaError, match="fin"):
        compare_cycles(less, voters(), settings=CheckSettings(), on_day=DAY)
    with pytest.raises(StageError, match="twice"):
        compared([person(1), person(1)], [])


def test_the_page_of_cycles_leads_to_every_rule():
    text = (DOCS / "cycles.md").read_text(encoding="utf-8")
    assert all(f"`{rule.code}`" in text for rule in RULES)


def test_every_code_has_its_words():
    """Each change, cause and level is said in both languages, and told in docs/cycles.md."""
    text = (DOCS / "cycles.md").read_text(encoding="utf-8")
    for kind, codes in (("change", CHANGES), ("cause", CAUSES), ("level", LEVELS)):
        for code in codes:
            assert set(entries()[f"cycles.{kind}.{code}"]) == set(LANGUAGES)
            assert f"`{code}`" in text
