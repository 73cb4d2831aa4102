from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from voterlist.catalogue import LANGUAGES, catalogue, entries, places
from voterlist.check import SHARE_RULES
from voterlist.check.rules import RULES as CHECK_RULES
from voterlist.config.sections import CheckSettings
from voterlist.rulebook import RULE_CODES, RULES, RULES_OF
from voterlist.rulebook.pages import Grid, articles, chapters

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "voterlist"
PARTS = ("title", "message", "todo")
PLACES = {"value", "limit", "count"}


def test_a_code_is_of_one_rule():
    """Two rules of one code would share words, settings and acceptances."""
    codes = [rule.code for rule in RULES]
    assert len(codes) == len(set(codes))


def test_a_rule_has_its_words_in_both_languages():
    """Without them a report would fail, or show a message without its number."""
    for rule, part in itertools.product(RULES, PARTS):
        texts = entries()[f"rule.{rule.code}.{part}"]
        assert places(texts["en"]) <= PLACES, rule
        assert texts["en"] != texts["az"], rule


def test_a_rule_says_what_its_page_needs():
    numbers = {int, float}
    for rule in RULES:
        assert rule.ground, rule
        assert rule.looks_at, rule
        assert rule.false_alarms, rule
        limits = [getattr(CheckSettings(), name) for name in rule.settings]
        assert set(map(type, limits)) <= numbers, rule


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_rule_has_all_that_it_says(language):
    """Who is asked about a finding would not know what was looked at, or how it errs."""
    say = catalogue(language)
    for rule in RULES:
        page = articles("rules")[rule.code](say)
        facts, *texts = page.parts
        told = {text for _, text in facts.rows}
        assert page.title == rule.code
        words = {say.text(f"rule.{rule.code}.{part}") for part in PARTS}
        kinds = {say(f"unit.{rule.unit}"), say(f"severity.{rule.severity}")}
        assert {rule.ground, *words, *kinds} <= told, rule
        for name in rule.settings:
            default = getattr(CheckSettings(), name)
            assert any(f"check.{name} = {default}" in text for text in told), rule
        switch = f"[check.rules.{rule.code}]"
        is_switched = any(switch in text for text in told)
        assert (rule.code in RULE_CODES) == is_switched, rule
        for text in (rule.looks_at, rule.false_alarms):
            assert any(part.endswith(text) for part in texts), rule
        assert rule.is_share == (say("manual.shares") in texts), rule


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chapter_leads_to_every_rule(language):
    """A rule that is not named there is one that nobody finds."""
    grids = [
        part
        for part in chapters()["rules"](catalogue(language)).parts
        if isinstance(part, Grid)
    ]
    assert [row[0] for grid in grids for row in grid.rows] == [
        rule.code for rule in RULES
    ]


def test_a_page_names_no_file_that_is_not_there():
    """The texts of rules lead to pages of the documentation by their path."""
    for rule in RULES:
        for target in re.findall(
            r"docs/[\w/.-]*\.md", rule.looks_at + rule.false_alarms
        ):
            assert (ROOT / target).exists(), (rule.code, target)


def test_no_other_module_of_the_stage_names_a_register_test():
    """The code of a rule stands in its own file: a second place would have to be kept in step."""
    for path in (SOURCE / "check").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not {rule.code for rule in CHECK_RULES if f'"{rule.code}"' in text}, path


def test_settings_may_name_the_rules_of_every_stage():
    """What a page says of ``[check.rules]`` must be taken, for rules of the merge too."""
    assert {rule.code for rule in RULES} - RULE_CODES == {"findings-accepted"}
    assert all(rules for rules in RULES_OF.values())


def test_shares_are_of_rules_with_a_value():
    """A message without the value would show no percentage."""
    assert {rule.code for rule in RULES if rule.is_share} == SHARE_RULES
    for code in SHARE_RULES:
        assert "value" in places(entries()[f"rule.{code}.message"]["en"])


def test_no_words_without_a_rule():
    """Words of a rule that is gone would be translated and kept for nobody."""
    named = {key.split(".")[1] for key in entries() if key.startswith("rule.")}
    assert named == {rule.code for rule in RULES}
