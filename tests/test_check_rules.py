from __future__ import annotations

import importlib
import re
from importlib import resources
from pathlib import Path

import pytest

from voterlist.catalogue import LANGUAGES, entries, places
from voterlist.check import RULES as CHECK_RULES
from voterlist.check import SHARE_RULES
from voterlist.config import CheckSettings
from voterlist.merge import RULES as MERGE_RULES
from voterlist.normalize import RULES as NORMALIZE_RULES
from voterlist.reconcile import RULES as RECONCILE_RULES

PAGES = Path(__file__).parent.parent / "docs" / "rules"
RULES = (*NORMALIZE_RULES, *MERGE_RULES, *CHECK_RULES, *RECONCILE_RULES)
PARTS = ("title", "message", "todo")
STAGES = ("ingest", "normalize", "merge", "check", "reconcile", "cycles", "link", "review")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_its_words(rule):
    """Title, message and what to do stand in the catalogue in both languages, with the same places."""
    for part in PARTS:
        texts = entries()[f"rule.{rule.code}.{part}"]
        assert all(texts[language].strip() for language in LANGUAGES)
        assert places(texts["en"]) == places(texts["az"])
        assert places(texts["en"]) <= {"value", "limit"}
        assert texts["en"] != texts["az"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_a_true_page(rule):
    """The page of a rule has its unit, severity, ground, settings and what to do as the code has them."""
    text = (PAGES / f"{rule.code}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {rule.code}\n")
    assert f"- Unit: {rule.unit.value}\n" in text
    assert f"- Severity: {rule.severity.value}\n" in text
    assert f"- Ground: {rule.ground}\n" in text
    assert f"`[check.rules.{rule.code}]`" in text
    for part in ("title", "todo"):
        assert entries()[f"rule.{rule.code}.{part}"]["en"] in text
    assert entries()[f"rule.{rule.code}.title"]["az"] in text
    for heading in ("What it asks", "False alarms known", "What to do"):
        assert f"\n## {heading}\n" in text
    for setting in text.split("`check.")[1:]:
        name, _, rest = setting.partition(" = ")
        assert rest.split("`")[0] == str(getattr(CheckSettings(), name))


def test_no_page_without_a_rule():
    """Every page of docs/rules is about a rule that some stage has."""
    stages = [importlib.import_module(f"voterlist.{stage}") for stage in STAGES]
    codes = {rule.code for stage in stages for rule in getattr(stage, "RULES", ())}
    assert {page.stem for page in PAGES.glob("*.md")} <= codes


def test_no_text_without_a_rule():
    """The catalogue of check and reconcile speaks of no rule that is gone."""
    folder = resources.files("voterlist.catalogue")
    for name, rules in (("check", CHECK_RULES), ("reconcile", RECONCILE_RULES)):
        text = (folder / f"{name}.toml").read_text(encoding="utf-8")
        said = {line.split(".")[1] for line in text.splitlines() if line.startswith('["rule.')}
        assert said == {rule.code for rule in rules}


def test_shares_are_of_rules_with_a_value():
    """Each rule whose numbers are shares is a rule of check, and its message shows the value."""
    assert {rule.code for rule in CHECK_RULES} >= SHARE_RULES
    for code in SHARE_RULES:
        assert "value" in places(entries()[f"rule.{code}.message"]["en"])


def test_the_stage_pages_lead_to_every_rule():
    """docs/check.md and docs/reconcile.md link each rule of their stage, and nothing that is not there."""
    for name, rules in (("check", CHECK_RULES), ("reconcile", RECONCILE_RULES)):
        text = (PAGES.parent / f"{name}.md").read_text(encoding="utf-8")
        linked = {part.split(".md)")[0] for part in text.split("](rules/")[1:] if ".md)" in part}
        assert linked == {rule.code for rule in rules}


def test_the_battery_names_every_rule():
    """The table of what is asked names each rule of check and nothing that no stage has."""
    text = (PAGES.parent / "check.md").read_text(encoding="utf-8")
    table = text.split("## Test by test")[1].split("##")[0]
    named = set(re.findall(r"`([a-z0-9-]+)`", table))
    assert {rule.code for rule in CHECK_RULES} <= named
    assert named <= {rule.code for rule in RULES}
