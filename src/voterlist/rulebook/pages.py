"""The pages of the manual that are made of the program itself: what is there cannot be told wrong.

A page is paragraphs and tables. ``voterlist manual`` shows it on a terminal, as JSON, or writes it
into a file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain

import pyarrow as pa
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from voterlist.catalogue import Catalogue, entries, terms
from voterlist.config.sections import CheckSettings, Settings
from voterlist.decisions.answers import (
    OF_PLACE,
    SHEETS,
    Answers,
    Ground,
    answers_by_rule,
    grounds,
)
from voterlist.link.comparisons import SHIPPED
from voterlist.model import Rule, frozen
from voterlist.rulebook import RULE_CODES, RULES, RULES_OF
from voterlist.schemas import TABLES, WORD, Column, Table


@frozen
class Grid:
    """A table of a page.

    Attributes:
        heads: the headings of its columns.
        rows: as many cells each.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@frozen
class Shown:
    """A part of a page that stands as a terminal shows it."""

    text: str


@frozen
class Page:
    """A page of the manual.

    Attributes:
        title: its heading.
        parts: paragraphs and tables, in their order.
    """

    title: str
    parts: tuple[str | Grid | Shown, ...]


Maker = Callable[[Catalogue], Page]
"""Makes a page in a language."""


def chapters() -> dict[str, Maker]:
    """Who makes each chapter, by the name under which it is asked for."""
    return {
        "rules": _rules,
        "tables": _tables,
        "settings": _settings,
        "mistakes": partial(_of_codes, "mistakes", "settings.", ()),
        "grounds": _grounds,
        "answers": _answers,
        "refusals": partial(
            _of_codes, "refusals", "review.problem.", ("title", "todo")
        ),
        "skips": partial(_of_codes, "skips", "review.skipped.", ()),
        "set-aside": partial(_of_codes, "set-aside", "aside.", ("title", "todo")),
        "errors": partial(_of_codes, "errors", "error.", ("what", "todo")),
        "levels": _levels,
        "words": _words,
    }


def articles(chapter: str) -> dict[str, Maker]:
    """Who makes the pages of a chapter, by the name under which each is asked for.

    Only the chapters of rules, tables and settings have any.
    """
    if chapter == "rules":
        return {rule.code: partial(_rule, rule) for rule in RULES}
    if chapter == "tables":
        return {table.name.lower(): partial(_table, table) for table in TABLES.values()}
    if chapter == "settings":
        return {f"settings {name}": partial(_section, name) for name in _SECTIONS}
    return {}


_SECTIONS: tuple[str, ...] = tuple(Settings.model_fields)


def _rules(say: Catalogue) -> Page:
    parts: list[str | Grid | Shown] = [say("manual.rules.about")]
    for package, rules in RULES_OF.items():
        rows = tuple(
            (rule.code, say.text(f"rule.{rule.code}.title"), *_place(rule, say))
            for rule in rules
        )
        parts += [package, _grid(say, ("code", "title", "unit", "severity"), rows)]
    return Page(say("manual.rules.title"), tuple(parts))


def _place(rule: Rule, say: Catalogue) -> tuple[str, str]:
    """What a rule looks at, and how grave its findings are."""
    return say(f"unit.{rule.unit.value}"), say(f"severity.{rule.severity.value}")


def _rule(rule: Rule, say: Catalogue) -> Page:
    unit, severity = _place(rule, say)
    words = {
        part: say.text(f"rule.{rule.code}.{part}")
        for part in ("title", "message", "todo")
    }
    facts = {
        **words,
        "unit": unit,
        "severity": severity,
        "settings": _keys_of(rule),
        "ground": rule.ground,
    }
    parts: list[str | Grid | Shown] = [
        Grid(
            ("", ""),
            tuple(
                (say(f"manual.{name}"), text) for name, text in facts.items() if text
            ),
        ),
        f"{say('manual.looks-at')}: {rule.looks_at}",
        f"{say('manual.false-alarms')}: {rule.false_alarms}",
    ]
    if rule.is_share:
        parts.append(say("manual.shares"))
    if say.language != "en":
        parts.append(say("manual.in-english"))
    return Page(rule.code, tuple(parts))


def _keys_of(rule: Rule) -> str:
    """The keys of the settings that the rule depends on, each with its default."""
    defaults = CheckSettings()
    keys = [f"check.{name} = {getattr(defaults, name)}" for name in rule.settings]
    if rule.code in RULE_CODES:
        keys.append(f"[check.rules.{rule.code}]")
    return ", ".join(keys)


def _tables(say: Catalogue) -> Page:
    rows = tuple((table.name, table.meaning) for table in TABLES.values())
    grid = _grid(say, ("table", "meaning"), rows)
    return Page(say("manual.tables.title"), (say("manual.tables.about"), grid))


def _table(table: Table, say: Catalogue) -> Page:
    rows = tuple(_column(column, say) for column in table.columns)
    grid = _grid(say, ("column", "type", "null", "meaning"), rows)
    return Page(table.name, (table.meaning, grid))


def _column(column: Column, say: Catalogue) -> tuple[str, ...]:
    null = say("manual.no" if column.known else "manual.yes")
    return column.name, _type_name(column.kind), null, column.meaning


def _type_name(kind: pa.DataType) -> str:
    if kind == WORD:
        return "word"
    if pa.types.is_list(kind):
        return f"list of {_type_name(kind.value_type)}"
    names = {"string": "text", "double": "float64", "bool": "boolean"}
    return names.get(str(kind), str(kind))


def _settings(say: Catalogue) -> Page:
    rows = chain.from_iterable(_keys(name, say) for name in _SECTIONS)
    return _of_keys(say("manual.settings.title"), rows, say)


def _section(name: str, say: Catalogue) -> Page:
    return _of_keys(f"[{name}]", _keys(name, say), say)


def _of_keys(title: str, rows: Iterable[tuple[str, ...]], say: Catalogue) -> Page:
    grid = _grid(say, ("key", "default", "meaning"), tuple(rows))
    return Page(title, (say("manual.settings.about"), grid))


def _keys(name: str, say: Catalogue) -> Iterator[tuple[str, ...]]:
    """(Key, default as TOML has it, meaning) of each key of a section of the settings."""
    if name == "comparisons":
        # Its keys are names of the user's own.
        yield name, "", say(f"setting.{name}")
        return
    section: type[BaseModel] = Settings.model_fields[name].annotation  # type: ignore[assignment]
    defaults = section()
    for key in section.model_fields:
        value = to_jsonable_python(getattr(defaults, key))
        default = "" if value in (None, {}) else json.dumps(value)
        yield f"{name}.{key}", default, say(f"setting.{name}.{key}")


def _grounds(say: Catalogue) -> Page:
    heads = ("code", "ground", "when", "carries", "needs", "registers")
    rows = tuple(_ground(ground, say) for ground in grounds().values())
    about = say("manual.grounds.about")
    grid = _grid(say, (*heads, "last-entry", "article"), rows)
    return Page(say("manual.grounds.title"), (about, grid))


def _ground(ground: Ground, say: Catalogue) -> tuple[str, ...]:
    seen = "" if ground.source or not ground.article else say("manual.not-seen")
    return (
        ground.code,
        say.text(f"ground.{ground.code}.title"),
        say.text(f"ground.{ground.code}.hint"),
        ", ".join(sorted(ground.actions)),
        ", ".join(sorted(ground.needs)),
        ", ".join(sorted(ground.registers)),
        say("manual.yes") if ground.of_person else "",
        " ".join(filter(None, (ground.article, ground.source, seen))),
    )


def _answers(say: Catalogue) -> Page:
    rules: dict[Answers, list[str]] = {}
    for rule, answers in answers_by_rule().items():
        rules.setdefault(answers, []).append(rule)
    rows = [
        _of_rules(answers, ", ".join(sorted(rules[answers])))
        for answers in sorted(rules, key=lambda kind: SHEETS.index(kind.sheet))
    ]
    rows.append(_of_rules(OF_PLACE, say("manual.all-others")))
    heads = ("sheet", "answers", "fields", "ground", "registers", "findings")
    about = say("manual.answers.about")
    return Page(say("manual.answers.title"), (about, _grid(say, heads, tuple(rows))))


def _of_rules(answers: Answers, rules: str) -> tuple[str, ...]:
    """The cells of rules that are answered alike."""
    register = answers.register or ""
    return (
        answers.sheet,
        ", ".join(answers.actions),
        ", ".join(answers.fields),
        answers.ground,
        f"{register}*" if answers.by_name_too else register,
        rules,
    )


def _of_codes(name: str, prefix: str, parts: tuple[str, ...], say: Catalogue) -> Page:
    """A chapter of codes: each with its texts in the catalogue.

    Args:
        name: of the chapter.
        prefix: what their keys begin with.
        parts: what stands behind the code in the keys of the texts; none where a code has one text.
        say: the language.
    """
    ends = tuple(f".{part}" for part in parts) or ("",)
    keys = (
        key for key in entries() if key.startswith(prefix) and key.endswith(ends[0])
    )
    codes = sorted(key.removeprefix(prefix).removesuffix(ends[0]) for key in keys)
    rows = tuple(
        (code, *(_text(f"{prefix}{code}{end}", say) for end in ends)) for code in codes
    )
    heads = ("code", "what", "todo") if parts else ("code", "meaning")
    about = say(f"manual.{name}.about")
    return Page(say(f"manual.{name}.title"), (about, _grid(say, heads, rows)))


def _text(key: str, say: Catalogue) -> str:
    return say.text(key) if key in entries() else ""


def _levels(say: Catalogue) -> Page:
    rows = tuple(
        (comparison.field, level.word, say(level.key), f"{level.likeness:g}", source)
        for comparison in SHIPPED
        for level in comparison.levels
        for source in [say(f"manual.u.{level.evidence.value if level else 'missing'}")]
    )
    heads = ("comparison", "code", "level", "likeness", "u")
    about = say("manual.levels.about")
    return Page(say("manual.levels.title"), (about, _grid(say, heads, rows)))


def _words(say: Catalogue) -> Page:
    ordered = sorted(terms(), key=lambda term: term[say.language].casefold())
    rows = tuple(
        (term["en"], term["az"], term[f"means_{say.language}"]) for term in ordered
    )
    grid = Grid(("English", "Azərbaycanca", say("manual.meaning")), rows)
    return Page(say("manual.words.title"), (say("manual.words.about"), grid))


def _grid(
    say: Catalogue, heads: tuple[str, ...], rows: tuple[tuple[str, ...], ...]
) -> Grid:
    return Grid(tuple(say(f"manual.{head}") for head in heads), rows)


def as_markdown(page: Page, level: int = 1) -> str:
    """The page as Markdown, its heading of this level."""
    parts = map(_mark_up, page.parts)
    return "\n\n".join([f"{'#' * level} {page.title}", *parts]) + "\n"


def _mark_up(part: str | Grid | Shown) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Shown):
        return f"```text\n{part.text.rstrip()}\n```"
    rows = [part.heads, ("---",) * len(part.heads), *part.rows]
    return "\n".join(f"| {' | '.join(map(_in_cell, row))} |" for row in rows)


def _in_cell(text: str) -> str:
    return " ".join(text.replace("|", r"\|").split())
