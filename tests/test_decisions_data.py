"""Grounds and answers as data: complete, and fitting each other."""

from __future__ import annotations

import pytest

from deciding import FOR_GOOD
from voterlist.catalogue import LANGUAGES, catalogue, entries
from voterlist.counter.deciding import REFUSE
from voterlist.decisions.answers import (
    FREE,
    SHEETS,
    Need,
    answers_by_rule,
    answers_of,
    grounds,
    grounds_for,
)
from voterlist.decisions.checks import AMENDMENT_PROBLEMS
from voterlist.decisions.outcome import SKIP_CODES
from voterlist.fields import CORRECTED, ENTRY_FIELDS
from voterlist.model import Action, Unit, Verdict
from voterlist.reconcile.policies import REGISTERS, STANDS_THERE
from voterlist.rulebook import RULES
from voterlist.rulebook.pages import chapters

ACTIONS = {action.value for action in Action} - {"withdraw"} | {"accept"}
OF_ENTRIES = {Unit.ENTRY, Unit.DWELLING}
ALL = list(grounds().values())


def test_every_rule_has_its_answers():
    """A finding without answers would stand on no sheet, and nobody could decide it."""
    for rule in RULES:
        answers = answers_of(rule.code)
        assert answers.sheet in SHEETS, rule
        assert set(answers.actions) <= ACTIONS, rule
        assert "accept" in answers.actions, rule
        assert set(answers.fields) <= set(CORRECTED), rule
        assert bool(answers.fields) == ("correct" in answers.actions), rule
        assert answers.actions[0] in grounds()[answers.ground].actions, rule
        assert answers.register is None or answers.register in REGISTERS, rule
        assert answers.destination in {None, "row", "value"}, rule


def test_the_rules_with_answers_of_their_own_are_those_about_entries():
    """One that is forgotten could only be accepted; one that is no more is a slip."""
    about_entries = {rule.code for rule in RULES if rule.unit in OF_ENTRIES}
    assert answers_by_rule().keys() == about_entries


def test_a_move_to_the_place_of_a_row_answers_the_rules_that_propose_it():
    """A rule of a register that is forgotten would be asked again of everybody who was moved."""
    moves = {
        rule
        for rule, answers in answers_by_rule().items()
        if (answers.sheet, answers.destination) == ("moves", "row")
    }
    assert moves == {rule for rule, is_there in STANDS_THERE.items() if is_there}


def test_a_register_says_one_thing_by_one_rule():
    """Of two rules about the same the first would never find anything.

    And each, but that of who was taken off, says where an identifier is somebody else's.
    """
    said = [(name, rule.about) for rule in RULES for name in rule.registers]
    assert len(set(said)) == len(said)
    assert {name for name, _ in said} <= set(REGISTERS)
    conflicting = {name for name, about in said if about == "conflicting"}
    assert conflicting == {*REGISTERS} - {"removals"}


def test_only_what_names_an_entry_can_be_amended():
    """Of a file or a precinct there is no entry to strike, and nobody to ask about."""
    for rule in RULES:
        amends = set(answers_of(rule.code).actions) - {"accept"}
        assert bool(amends) == (rule.unit in OF_ENTRIES), rule


def test_every_error_about_an_entry_can_be_put_right():
    """Errors could once be accepted or asked again, and nothing else."""
    for rule in RULES:
        if rule.severity == "error" and rule.unit is Unit.ENTRY:
            assert set(answers_of(rule.code).actions) & {"strike", "correct", "add"}


@pytest.mark.parametrize("ground", ALL, ids=lambda ground: ground.code)
def test_a_ground_fits_its_actions(ground):
    assert ground.actions
    assert ground.actions <= ACTIONS | {Verdict.REPEAT, REFUSE}
    assert ground.registers <= set(REGISTERS)
    assert ground.verified == (ground.source is not None)
    assert not ground.verified or ground.article


def test_only_what_was_read_in_the_law_takes_the_last_entry_of_a_person():
    """A slip in the data would take a voter off every list, and no case be asked about."""
    found = {ground.code for ground in ALL if ground.of_person}
    assert found == FOR_GOOD, "read the law, then write it into docs/decisions.md"


@pytest.mark.parametrize("ground", grounds_for("strike"), ids=lambda one: one.code)
def test_nobody_is_struck_without_a_document_and_nobody_vanishes(ground):
    """Off every list goes who is no voter; any other stands on another list from then on."""
    assert Need.EVIDENCE in ground.needs
    assert ground.of_person != (Need.DESTINATION in ground.needs)


@pytest.mark.parametrize(
    "action", ["strike", "correct", "move", "add", "accept", "ask"]
)
def test_every_action_has_a_ground(action):
    assert grounds_for(action)


@pytest.mark.parametrize("ground", ALL, ids=lambda ground: ground.code)
def test_a_ground_has_its_words_in_both_languages(ground):
    texts = entries()[f"ground.{ground.code}.title"]
    assert all(texts[language].strip() for language in LANGUAGES)


def test_without_a_finding_every_field_but_the_line_number_can_be_corrected():
    assert set(FREE.fields) == set(ENTRY_FIELDS) - {"number"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_manual_has_every_ground_rule_and_problem(language):
    """A ground that is not shown would be asked for by telephone."""

    def cells(name, column):
        *_, grid = chapters()[name](catalogue(language)).parts
        return [row[column] for row in grid.rows]

    assert cells("grounds", 0) == list(grounds())
    assert set(AMENDMENT_PROBLEMS) <= set(cells("refusals", 0))
    assert set(cells("skips", 0)) == set(SKIP_CODES)
    rules = ", ".join(cells("answers", -1)[:-1]).split(", ")
    assert sorted(rules) == sorted(answers_by_rule())
    for code, article in zip(grounds(), cells("grounds", -1), strict=True):
        ground = grounds()[code]
        assert all(part in article for part in (ground.article, ground.source) if part)
