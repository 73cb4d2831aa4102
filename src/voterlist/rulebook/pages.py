"""The documentation page of each rule, made of the rule and of the catalogue's words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

from voterlist.catalogue import Catalogue, catalogue
from voterlist.config import CheckSettings
from voterlist.model import Rule
from voterlist.rulebook import RULE_CODES, RULES, RULES_OF

INDEX = "README.md"
"""The page that lists the others."""

_WIDTH = 100
_WORDS = (("Title", "title"), ("Message", "message"), ("What to do", "todo"))
_SHARES = (
    "`{value}` and `{limit}` are shares, 0 to 1; a report shows them as percentages."
)
_HEAD_OF_INDEX = """\
# Rules

Everything that a stage may notice. These pages are made of the rules themselves, by
`python -m voterlist.rulebook docs/rules`; a test holds both together."""


def write_pages(folder: Path) -> None:
    """Write every page into the folder, and remove the pages of rules that are no more."""
    pages = all_pages()
    for path in folder.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")


def all_pages() -> Mapping[str, str]:
    """The text of each page by the name of its file."""
    pages = {f"{rule.code}.md": page(rule) for rule in RULES}
    return {INDEX: _index(), **pages}


def page(rule: Rule) -> str:
    """The page of a rule, as Markdown."""
    return "\n\n".join(_parts(rule)) + "\n"


def _parts(rule: Rule) -> Iterator[str]:
    english, azerbaijani = catalogue("en"), catalogue("az")
    yield f"# {rule.code}"
    yield f"{english(_key(rule, 'title'))} / {azerbaijani(_key(rule, 'title'))}"
    yield _facts(rule)
    yield "## What it looks at"
    yield _wrapped(rule.looks_at)
    if rule.is_share:
        yield _SHARES
    yield "## How a false alarm comes about"
    yield _wrapped(rule.false_alarms)
    yield "## Words"
    yield _words(rule, english, azerbaijani)


def _facts(rule: Rule) -> str:
    facts = [
        f"- Unit: {rule.unit.value}",
        f"- Severity: {rule.severity.value}",
        f"- Ground: {rule.ground}",
    ]
    if settings := _settings(rule):
        facts.append(f"- Settings: {settings}")
    return "\n".join(facts)


def _settings(rule: Rule) -> str:
    """The keys of the settings that the rule depends on, each with its default."""
    defaults = CheckSettings()
    keys = [f"`check.{name} = {getattr(defaults, name)}`" for name in rule.settings]
    if rule.code in RULE_CODES:
        keys.append(f"`[check.rules.{rule.code}]`")
    return ", ".join(keys)


def _words(rule: Rule, english: Catalogue, azerbaijani: Catalogue) -> str:
    rows = ["| | English | Azerbaijani |", "|---|---|---|"]
    for name, part in _WORDS:
        key = _key(rule, part)
        rows.append(f"| {name} | {english.text(key)} | {azerbaijani.text(key)} |")
    return "\n".join(rows)


def _key(rule: Rule, part: str) -> str:
    return f"rule.{rule.code}.{part}"


def _wrapped(text: str) -> str:
    """Paragraphs of lines of at most ``_WIDTH`` characters."""
    paragraphs = [
        textwrap.fill(paragraph, _WIDTH, break_long_words=False, break_on_hyphens=False)
        for paragraph in text.split("\n\n")
    ]
    return "\n\n".join(paragraphs)


def _index() -> str:
    parts = [_HEAD_OF_INDEX]
    for package, rules in RULES_OF.items():
        rows = ["| rule | title | unit | severity |", "|---|---|---|---|"]
        rows += [_row(rule) for rule in rules]
        parts += [f"## {package}", "\n".join(rows)]
    return "\n\n".join(parts) + "\n"


def _row(rule: Rule) -> str:
    title = catalogue("en").text(_key(rule, "title"))
    link = f"[{rule.code}]({rule.code}.md)"
    return f"| {link} | {title} | {rule.unit.value} | {rule.severity.value} |"
