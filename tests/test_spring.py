"""A constituency's spring by the command line, from the inbox to the printed lists."""

from __future__ import annotations

import pytest

from spring import spring, voterlist

LISTS = ("siyahi_3.xlsx", "11-menteqe.xlsx", "5-menteqe.xlsx")
ERRORS = 6
CASES = 21


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    """Of three precincts; ``campaign/spring.py`` has all of the sample."""
    return spring(tmp_path_factory.mktemp("spring") / "goychay", lists=LISTS)


def test_every_error_is_decided_and_nothing_was_refused(account):
    assert account["before"]["findings"]["error"] == ERRORS
    assert account["imported"]["problems"] == []
    assert account["after"]["findings"]["error"] == 0
    asked = account["answers"]["ask"] // 2
    assert account["before"]["open_cases"] == CASES
    assert account["after"]["open_cases"] == asked


def test_a_case_that_a_correction_dissolved_is_no_decision_without_effect(account):
    assert account["answers"]["separate"]
    assert account["after"]["decided"]["skipped"] == 0


def test_the_balance_of_each_list_is_right_and_the_same_wherever_it_stands(account):
    assert len(account["balances"]) == len(LISTS)
    for places in account["balances"].values():
        (balance,) = set(places.values())
        handed_in, struck, repeated, moved_out, moved_in, added, listed = balance
        assert handed_in - struck - repeated - moved_out + moved_in + added == listed
    taken_off = sum(
        one["json"][0] - one["json"][-1] for one in account["balances"].values()
    )
    assert taken_off == account["answers"]["strike"] + account["answers"]["repeat"]


def test_a_workbook_that_is_read_in_again_after_the_run_says_nothing_new(account):
    """What a correction mended is no finding any more, and its answer would be refused."""
    again = voterlist("review", "import", account["folder"], account["book"])
    assert (again["recorded"], again["problems"]) == (0, [])
