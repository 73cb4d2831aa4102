"""Findings under the settings: switched off, weighed otherwise, accepted with a reason."""

from __future__ import annotations

import pytest

from list_tables import said
from voterlist import config
from voterlist.config.sections import CheckSettings
from voterlist.errors import SettingsError
from voterlist.findings import finding_ids, gather
from voterlist.findings.accepted import settle
from voterlist.schemas import ACCEPTANCE, ACCEPTED, FINDING
from voterlist.tables import from_columns

FINDINGS = from_columns(
    {
        "rule": [
            *["over-age"] * 2,
            "fin-shared",
            *["missing-value"] * 2,
            "precinct-too-small",
            "title-removed",
        ],
        "severity": [*["warning"] * 2, "error", *["warning"] * 3, "note"],
        "unit": ["entry"] * 5 + ["precinct", "entry"],
        "constituency": [*[88] * 6, 89],
        "precinct": [1, 1, 2, 3, 3, 7, 1],
        "entry_id": ["a", "b", "c", "d", "d", None, "e"],
        "other_entry_id": [None, None, "x", *[None] * 4],
        "field": ["birth_date", "birth_date", "fin", "sex", "address", None, "surname"],
        "value": [*[None] * 5, 43.0, None],
    },
    FINDING,
)


def left(*accepted, **rules):
    """(rule, entry, field) still asked, and the table of what was accepted."""
    accepted = [{"reason": "seen", **one} for one in accepted]
    settled = settle(FINDINGS, CheckSettings(accepted=accepted, rules=rules))
    asked = said(settled.findings, "rule", "entry_id", "field")
    assert settled.accepted.schema == ACCEPTED
    return [one for one in asked if one[0] != "findings-accepted"], settled


def test_nothing_accepted_changes_nothing():
    """Without acceptances every finding is left, in the order of all tables of findings."""
    _, settled = left()
    assert settled.findings.to_pylist() == gather([FINDINGS]).to_pylist()
    assert settled.accepted.num_rows == 0
    assert settle(FINDING.empty_table(), CheckSettings()).findings.num_rows == 0


def test_an_accepted_finding_is_kept_apart_with_its_reason_and_counted():
    """It is not asked again.

    Its reason and name stand beside it, and its constituency has it counted.
    """
    asked, settled = left(
        {"rule": "over-age", "entry_id": "a", "by": "A."},
        {"rule": "title-removed", "entry_id": "e"},
    )
    assert len(asked) == FINDINGS.num_rows - 2
    assert ("over-age", "a", "birth_date") not in asked
    kept = said(settled.accepted, "entry_id", "reason", "accepted_by")
    assert kept == [("a", "seen", "A."), ("e", "seen", None)]
    counts = [
        (constituency, value)
        for rule, constituency, value in said(
            settled.findings, "rule", "constituency", "value"
        )
        if rule == "findings-accepted"
    ]
    assert counts == [(88, 1.0), (89, 1.0)]


SMALL = {"rule": "precinct-too-small", "constituency": 88}


@pytest.mark.parametrize(
    ("accepted", "gone"),
    [
        ({"rule": "over-age", "entry_id": "changed"}, 0),
        ({"rule": "under-age", "entry_id": "a"}, 0),
        ({"rule": "fin-shared", "entry_id": "c"}, 0),
        ({"rule": "fin-shared", "entry_id": "c", "other_entry_id": "y"}, 0),
        ({"rule": "fin-shared", "entry_id": "c", "other_entry_id": "x"}, 1),
        ({"rule": "missing-value", "entry_id": "d", "field": "sex"}, 1),
        ({"rule": "missing-value", "entry_id": "d"}, 2),
        ({**SMALL, "precinct": 7, "value": 43}, 1),
        ({**SMALL, "precinct": 7, "value": 42}, 0),
        ({**SMALL, "precinct": 7}, 0),
        ({**SMALL, "value": 43}, 0),
    ],
)
def test_it_holds_until_what_it_is_about_changes(accepted, gone):
    """Another entry, another partner, another number, another rule: asked anew."""
    asked, settled = left(accepted)
    assert FINDINGS.num_rows - len(asked) == settled.accepted.num_rows == gone


MISSING = from_columns(
    {
        "rule": ["arrived-missing"] * 3,
        "severity": ["warning"] * 3,
        "unit": ["entry"] * 3,
        "constituency": [88] * 3,
        "precinct": [1, 1, 2],
        "other_entry_id": ["r", "s", "t"],
    },
    FINDING,
)
"""People of a register who are on no list."""


@pytest.mark.parametrize(
    ("accepted", "gone"),
    [
        ({"other_entry_id": "r"}, {"r"}),
        ({"other_entry_id": "gone"}, set()),
        ({"constituency": 88, "precinct": 1}, {"r", "s"}),
    ],
)
def test_who_is_missing_is_accepted_one_by_one_or_by_place(accepted, gone):
    """Accepting one of them would accept all of the precinct unasked."""
    one = {"rule": "arrived-missing", "reason": "seen", **accepted}
    settled = settle(MISSING, CheckSettings(accepted=[one]))
    assert set(settled.accepted.column("other_entry_id").to_pylist()) == gone


def test_who_is_missing_is_accepted_one_by_one_in_a_workbook():
    row = MISSING.slice(0, 1).to_pylist()[0]
    answer = {
        **row,
        "finding_id": finding_ids(MISSING)[0],
        "mark": "accept",
        "reason": "seen",
        "accepted_by": "A.",
        "accepted_at": "2026-03-01T09:00:00+04:00",
    }
    columns = {name: [answer.get(name)] for name in ACCEPTANCE.names}
    acceptances = from_columns(columns, ACCEPTANCE, 1)
    settled = settle(MISSING, CheckSettings(), acceptances)
    assert settled.accepted.column("other_entry_id").to_pylist() == ["r"]


def test_rules_of_every_stage_are_switched_and_weighed():
    """The settings hold for findings of other stages than the register tests too."""
    off, weighed = {"enabled": False}, {"severity": "error"}
    _, settled = left(**{"title-removed": off, "missing-value": weighed})
    told = said(settled.findings, "rule", "severity")
    assert {rule for rule, _ in told} == {*FINDINGS.column("rule").to_pylist()} - {
        "title-removed"
    }
    severities = [severity for rule, severity in told if rule == "missing-value"]
    assert severities == ["error"] * 2


def test_an_unknown_rule_and_a_missing_reason_are_mistakes():
    """An acceptance of no rule, or without a reason, would be taken and do nothing."""
    text = '[[check.accepted]]\nrule = "over-agee"\nentry_id = "a"\nreason = ""\n'
    with pytest.raises(SettingsError) as caught:
        config.parse(text, rule_codes=frozenset({"over-age"}))
    assert [mistake.path for mistake in caught.value.mistakes] == [
        "check.accepted.0.rule",
        "check.accepted.0.reason",
    ]
