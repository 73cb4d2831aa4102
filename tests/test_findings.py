from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voterlist.config.sections import CheckSettings, RuleSettings
from voterlist.findings import (
    FINDING_ORDER,
    finding_ids,
    gather,
    is_on,
    make,
    of_rows,
    row,
)
from voterlist.model import Rule, Severity, Unit
from voterlist.schemas import FINDING
from voterlist.tables import concat

RULE = Rule("fin-shared", Severity.ERROR, Unit.ENTRY, "a test")
OTHER = Rule("crowded-dwelling", Severity.NOTE, Unit.DWELLING, "a test")


def test_columns_and_single_values_fill_a_finding():
    """An array is taken as it is, one value holds for all rows, and what is not given is null."""
    table = make(
        RULE, 2, {"precinct": [3, None], "field": "fin", "limit": 1, "value": [2, 4]}
    )
    assert table.schema == FINDING
    assert table.select(
        ["rule", "severity", "unit", "field", "precinct"]
    ).to_pylist() == [
        {
            "rule": "fin-shared",
            "severity": "error",
            "unit": "entry",
            "field": "fin",
            "precinct": 3,
        },
        {
            "rule": "fin-shared",
            "severity": "error",
            "unit": "entry",
            "field": "fin",
            "precinct": None,
        },
    ]
    assert table.column("value").to_pylist() == [2.0, 4.0]
    assert table.column("limit").to_pylist() == [1.0, 1.0]
    assert table.column("entry_id").null_count == len(table)


def test_a_number_that_is_not_known_is_null():
    """NaN would be compared, printed and made into an id as if it were a number."""
    table = make(RULE, 2, {"value": np.array([1.0, np.nan])})
    assert table.column("value").to_pylist() == [1.0, None]


def test_no_findings_are_a_table_too():
    """A stage that notices nothing returns FINDING without rows."""
    assert make(RULE, 0, {"precinct": [], "field": "fin"}).equals(FINDING.empty_table())
    assert of_rows([]).equals(FINDING.empty_table())
    assert gather([]).equals(FINDING.empty_table())


def test_a_finding_made_alone_is_the_one_made_of_columns():
    cells = {"constituency": 88, "source": "abc", "line": 4, "value": 2.0}
    alone = of_rows([row(RULE, cells)])
    assert alone.equals(make(RULE, 1, {name: [cell] for name, cell in cells.items()}))


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "precinct": st.none() | st.integers(1, 2),
            "entry_id": st.none() | st.sampled_from("ab"),
            "field": st.none() | st.sampled_from(["fin", "sex"]),
            "value": st.none() | st.sampled_from([1.0, 2.0]),
            "limit": st.none() | st.sampled_from([1.0, 2.0]),
        }
    ),
    max_size=8,
)


@given(rows=ROWS, data=st.data())
def test_the_order_of_findings_does_not_depend_on_how_they_came(rows, data):
    """Findings of other workers, files or stages in another order would be another table."""
    made = [row(data.draw(st.sampled_from([RULE, OTHER])), cells) for cells in rows]
    turned = data.draw(st.permutations(made))
    cut = data.draw(st.integers(0, len(made)))
    one = gather([of_rows(made)])
    assert (
        gather([of_rows(turned[:cut]), of_rows(turned[cut:])]).to_pylist()
        == one.to_pylist()
    )
    assert gather([one]).equals(one)


def test_the_order_looks_at_every_column_that_differs():
    """Two findings that differ in a column that is not sorted by would stand in any order."""
    assert set(FINDING_ORDER) == set(FINDING.names) - {"severity", "unit"}


@pytest.mark.parametrize(
    ("chosen", "severities"),
    [
        ({}, ["note", "error"]),
        ({"fin-shared": RuleSettings(enabled=False)}, ["note"]),
        ({"fin-shared": RuleSettings(severity="warning")}, ["note", "warning"]),
        ({"fin-shared": RuleSettings(enabled=False, severity="warning")}, ["note"]),
    ],
)
def test_settings_switch_off_and_grade(chosen, severities):
    settings = CheckSettings(rules=chosen)
    parts = [make(RULE, 1, {"precinct": [1]}), make(OTHER, 1, {"precinct": [1]})]
    findings = gather(parts, settings)
    assert findings.column("severity").to_pylist() == severities
    assert is_on(RULE, settings) == (
        "fin-shared" in findings.column("rule").to_pylist()
    )
    assert gather([findings], settings).equals(findings)


def test_an_id_is_of_the_entry_not_of_its_line():
    """A decision about a finding would be lost when the precinct sorts its sheet."""
    places = {"entry_id": ["e"], "line": [3], "source": ["f"], "sheet": ["s"]}
    moved = {**places, "line": [9], "source": ["g"]}
    assert finding_ids(make(RULE, 1, places)) == finding_ids(make(RULE, 1, moved))
    without = {name: cells for name, cells in places.items() if name != "entry_id"}
    without_moved = {name: cells for name, cells in moved.items() if name != "entry_id"}
    assert finding_ids(make(RULE, 1, without)) != finding_ids(
        make(RULE, 1, without_moved)
    )


def test_ids_tell_findings_apart():
    """One id for two findings would accept the second with the first."""
    tables = [
        make(RULE, 1, {"entry_id": ["ab"], "other_entry_id": ["c"]}),
        make(RULE, 1, {"entry_id": ["a"], "other_entry_id": ["bc"]}),
        make(RULE, 1, {"entry_id": ["ab"], "other_entry_id": ["c"], "value": 1}),
        make(OTHER, 1, {"entry_id": ["ab"], "other_entry_id": ["c"]}),
        # People of a register who are missing from one precinct.
        make(RULE, 1, {"other_entry_id": ["c"], "precinct": [1]}),
        make(RULE, 1, {"other_entry_id": ["d"], "precinct": [1]}),
        make(RULE, 1, {"precinct": [1]}),
    ]
    ids = finding_ids(concat(tables, FINDING))
    assert len(set(ids)) == len(ids)
