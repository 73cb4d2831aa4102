from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

from voterlist.catalogue import LANGUAGES, entries, places
from voterlist.check import RULES as CHECK_RULES
from voterlist.check import SHARE_RULES, rules
from voterlist.config import CheckSettings
from voterlist.reconcile import RULES as RECONCILE_RULES
from voterlist.rulebook import RULE_CODES, RULES, RULES_OF
from voterlist.rulebook.pages import INDEX, all_pages, page, write_pages

SOURCE = Path(__file__).parent.parent / "src" / "voterlist"
DOCS = Path(__file__).parent.parent / "docs"
PAGES = DOCS / "rules"
PARTS = ("title", "message", "todo")
PLACES = {"value", "limit", "count"}


def test_a_code_is_of_one_rule():
    """Two rules of one code would share words, settings and acceptances."""
    codes = [rule.code for rule in RULES]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_has_its_words_in_both_languages(rule):
    """Without them a report would fail, or show a message without its number."""
    for part in PARTS:
        texts = entries()[f"rule.{rule.code}.{part}"]
        assert all(texts[language].strip() for language in LANGUAGES)
        assert places(texts["en"]) == places(texts["az"])
        assert places(texts["en"]) <= PLACES
        assert texts["en"] != texts["az"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_says_what_its_page_needs(rule):
    assert rule.ground
    assert rule.looks_at
    assert rule.false_alarms
    assert {type(getattr(CheckSettings(), name)) for name in rule.settings} <= {
        int,
        float,
    }


def test_the_pages_are_those_of_the_rules():
    """A page that somebody edited, or forgot to make, would tell what the rule does not do.

    ``python -m voterlist.rulebook docs/rules`` makes them.
    """
    written = {path.name: path.read_text(encoding="utf-8") for path in PAGES.iterdir()}
    assert written == all_pages()


def test_a_page_has_all_that_the_rule_says():
    (rule,) = (rule for rule in RULES if rule.code == "missing-column")
    text = page(rule)
    assert text.startswith("# missing-column\n")
    for line in (
        "- Unit: precinct\n",
        "- Severity: warning\n",
        f"- Ground: {rule.ground}\n",
        "- Settings: `check.most_missing = 0.5`, `[check.rules.missing-column]`\n",
    ):
        assert line in text
    plain = " ".join(text.split())
    assert " ".join(rule.looks_at.split()) in plain
    assert " ".join(rule.false_alarms.split()) in plain
    for part in PARTS:
        for language in LANGUAGES:
            assert entries()[f"rule.missing-column.{part}"][language] in text


def test_the_links_of_the_pages_lead_somewhere():
    for name, text in all_pages().items():
        for target in re.findall(r"\]\(([^)#]+)", text):
            assert (PAGES / target).exists(), (name, target)


@pytest.mark.slow
def test_the_command_writes_the_pages_and_removes_old_ones(tmp_path):
    (tmp_path / "gone.md").write_text("a rule of last year", encoding="utf-8")
    command = [sys.executable, "-m", "voterlist.rulebook", str(tmp_path)]
    subprocess.run(command, check=True)
    assert {path.name for path in tmp_path.iterdir()} == set(all_pages())
    write_pages(tmp_path)
    assert {path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == set(
        all_pages().values()
    )


def test_a_register_test_is_one_file():
    """A rule that must be named elsewhere too would be forgotten there."""
    modules = [module.name for module in pkgutil.iter_modules(rules.__path__)]
    assert len(modules) == len(CHECK_RULES)
    for name in modules:
        module = importlib.import_module(f"{rules.__name__}.{name}")
        assert module.RULE in CHECK_RULES
        assert module.RULE.code == name.replace("_", "-")


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


def test_the_page_of_reconcile_leads_to_every_rule():
    text = (DOCS / "reconcile.md").read_text(encoding="utf-8")
    assert _linked(text) == {rule.code for rule in RECONCILE_RULES}


def test_the_index_leads_to_every_rule():
    text = (PAGES / INDEX).read_text(encoding="utf-8")
    assert set(re.findall(r"\]\(([a-z0-9-]+)\.md\)", text)) == {
        rule.code for rule in RULES
    }


def test_the_docs_name_no_rule_that_is_gone():
    codes = {rule.code for rule in RULES}
    for path in DOCS.glob("*.md"):
        assert _linked(path.read_text(encoding="utf-8")) <= codes, path
    text = (DOCS / "check.md").read_text(encoding="utf-8")
    table = text.split("## Test by test")[1].split("##")[0]
    assert set(re.findall(r"`([a-z0-9-]+)`", table)) <= codes


def _linked(text):
    """The rules whose pages a text leads to."""
    return {
        name for name in re.findall(r"\]\(rules/([\w-]+)\.md", text) if name != "README"
    }
