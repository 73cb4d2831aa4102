"""``voterlist.toml`` as frozen settings.

Every mistake is reported at once, each with its key path.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from voterlist.config.sections import (
    COLUMN_FIELDS,
    KIND_NAMES,
    Settings,
    WorkspaceSettings,
    unknown_key,
)
from voterlist.errors import SettingsError, SettingsMistake, usage_error
from voterlist.model import Level
from voterlist.shipped import shipped_text

# Where in a text of TOML a key stands, and what keeps a text from being TOML.

_AT_LINE = re.compile(r"\(at line (\d+)")
_REASONS = (
    ("overwrite|twice|Duplicate|immutable", "toml-twice"),
    (
        r"Unterminated|Unclosed|Invalid value \(at end|Illegal character '\\n'|^Expected '\]",
        "toml-not-closed",
    ),
    ("Expected '='|initial character for a key", "toml-no-key"),
    ("Expected newline", "toml-too-much"),
    ("escape|Escaped|hex|Illegal character", "toml-sign"),
    ("Invalid value|Invalid date", "toml-no-value"),
)
"""What the parser's messages say, and our code for it; the first that fits."""
_TOO_MUCH = "Invalid value"
_DEEPEST = 20
"""Sections and lists in each other; settings have four."""


def tree_of(text: str) -> dict[str, Any]:
    """What a text of TOML says.

    Raises:
        tomllib.TOMLDecodeError: it is no TOML; or holds a number of thousands of digits, or
            sections or brackets far too deep in each other, on which Python's reader or whoever
            walks through the tree would break.
    """
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except (ValueError, RecursionError):
        raise tomllib.TOMLDecodeError(_TOO_MUCH) from None
    level: list[Any] = [tree]
    for _ in range(_DEEPEST):
        level = [inner for node in level for inner in _inside(node)]
        if not level:
            return tree
    raise tomllib.TOMLDecodeError(_TOO_MUCH)


def _inside(value: Any) -> Iterable[Any]:
    """The values in a section or a list."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def toml_mistake(
    path: str, text: str, error: tomllib.TOMLDecodeError
) -> SettingsMistake:
    """What keeps this text from being TOML, with its line; ``path`` is the mistake's."""
    message = str(error)
    codes = (code for pattern, code in _REASONS if re.search(pattern, message))
    match = _AT_LINE.search(message)
    # The end of the text is told without a line: what it breaks off began further up.
    line = int(match[1]) if match else max(first for first, _, _ in _statements(text))
    return SettingsMistake(path, next(codes, "toml-statement"), line=line)


def with_lines(text: str, mistakes: Iterable[SettingsMistake]) -> list[SettingsMistake]:
    """The mistakes with the line on which the key of each stands, or the section around it."""
    lines = _lines(text)
    return [replace(mistake, line=_line(lines, mistake)) for mistake in mistakes]


def _line(lines: dict[str, int], mistake: SettingsMistake) -> int | None:
    path = mistake.path
    while path and path not in lines:
        path = path.rpartition(".")[0]
    return lines.get(path, mistake.line)


def _lines(text: str) -> dict[str, int]:
    """The line, from 1, on which each key path of a text of TOML begins."""
    lines: dict[str, int] = {}
    repeated: dict[str, int] = {}
    section = ""
    for line, statement, tree in _statements(text):
        if statement.startswith("[") and tree:
            section = _section(tree, repeated)
            lines.setdefault(section, line)
        for path in _paths(tree, "" if statement.startswith("[") else section):
            lines.setdefault(path, line)
    return lines


_ENDS = ("]", '"""', "'''")
"""With one of them a value ends that goes over several lines."""
_MOST_TRIES = 500
"""Of the end of one value; what is opened and never closed goes on to the end of the text."""


def _statements(text: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """(line, text, parsed) of each statement: a section, or a key with its value.

    What the end of the text breaks off is the last, parsed as nothing; so is a value of hundreds of
    lines with what stands behind it.
    """
    first, begun, tries = 1, "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if not begun.strip():
            first, begun, tries = number, "", 0
        begun += f"{line}\n"
        is_an_end = number == first or any(end in line for end in _ENDS)
        if not is_an_end:
            continue
        if tries == _MOST_TRIES:
            break
        tries += 1
        try:
            tree = tree_of(begun)
        except tomllib.TOMLDecodeError:
            # A value that goes on below.
            continue
        if tree:
            yield first, begun.lstrip(), tree
        begun = ""
    yield first, begun, {}


def _section(tree: dict[str, Any], repeated: dict[str, int]) -> str:
    """The path of a section; one that may stand several times is numbered from 0."""
    parts: list[str] = []
    inside: Any = tree
    while inside:
        if isinstance(inside, list):
            path = ".".join(parts)
            parts.append(str(repeated.get(path, 0)))
            repeated[path] = repeated.get(path, 0) + 1
            inside = inside[0]
        else:
            ((name, inside),) = inside.items()
            parts.append(name)
    return ".".join(parts)


def _paths(tree: Any, around: str) -> Iterator[str]:
    """The path of every key and item below a path."""
    items = enumerate(tree) if isinstance(tree, list) else tree.items()
    for name, value in items:
        path = f"{around}.{name}" if around else str(name)
        yield path
        if isinstance(value, dict | list):
            yield from _paths(value, path)


SETTINGS_FILE = "voterlist.toml"

PLAIN_CODES = {
    "int_type": "not-a-whole-number",
    "int_from_float": "not-a-whole-number",
    "float_type": "not-a-number",
    "bool_type": "not-true-or-false",
    "string_type": "not-a-text",
    "list_type": "not-a-list",
    "model_type": "not-a-section",
    "dict_type": "not-a-section",
    "too_short": "empty-list",
    "string_too_short": "not-a-text",
    "not-a-cycle": "not-a-cycle",
    "not-a-day": "not-a-day",
    "not-a-time-zone": "not-a-time-zone",
    "missing": "missing-key",
    "not-a-ledger-url": "not-a-ledger-url",
    "string_pattern_mismatch": "not-a-constituency",
    "not-numbers": "not-numbers",
    "not-a-month-and-day": "not-a-month-and-day",
}
"""pydantic's words for mistakes that need no more than their path, and ours."""


def mistakes_of(detail: ErrorDetails) -> Iterator[SettingsMistake]:
    """What one of pydantic's errors says, in our words.

    Never the value itself, which may be a slip of a paste.
    """
    kind, context = detail["type"], detail.get("ctx", {})
    # pydantic adds "[key]" where it is the key that is wrong.
    parts = [str(part) for part in detail["loc"] if part != "[key]"]
    path = ".".join(parts)
    if kind == "columns":
        yield from (
            unknown_key(f"{path}.{name}", name, sorted(COLUMN_FIELDS))
            for name in context["unknown"]
        )
        yield from (
            SettingsMistake(f"{path}.{name}", "not-a-header")
            for name in context["wrong"]
        )
    elif kind == "comparisons":
        yield from context["mistakes"]
    elif kind == "extra_forbidden":
        key, tops = parts[-1], sorted(_keys_of([]))
        at = [top for top in tops if key not in tops and key in _keys_of([top])]
        if at:
            sections = ", ".join(f"[{top}]" for top in at)
            yield SettingsMistake(path, "key-of-section", (("sections", sections),))
        else:
            yield unknown_key(path, key, sorted(_keys_of(parts[:-1])))
    elif kind == "out-of-order":
        places = (("lower", context["lower"]), ("upper", context["upper"]))
        yield SettingsMistake(f"{path}.{context['key']}", kind, places)
    elif kind in {"enum", "literal_error"}:
        yield SettingsMistake(
            path, "not-one-of", (("choices", _choices(context["expected"])),)
        )
    elif kind == "greater_than_equal":
        yield SettingsMistake(path, "too-small", (("limit", f"{context['ge']:g}"),))
    elif kind == "less_than_equal":
        yield SettingsMistake(path, "too-large", (("limit", f"{context['le']:g}"),))
    else:
        yield SettingsMistake(path, PLAIN_CODES.get(kind, "not-usable"))


def _choices(expected: str) -> str:
    """``'a', 'b' or 'c'`` as ``a, b, c``."""
    return expected.replace("'", "").replace(" or ", ", ")


def _keys_of(parts: list[str]) -> list[str]:
    """The keys known in the section at this path."""
    model: type[BaseModel] = Settings
    for part in parts:
        field = model.model_fields.get(part)
        # The name or the number of one of several sections is no field.
        inner = None if field is None else _section_in(field.annotation)
        if inner is None:
            break
        model = inner
    return list(model.model_fields)


def _section_in(annotation: Any) -> type[BaseModel] | None:
    """The section that a key holds, or each of several; None where it holds a value."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_section_in, get_args(annotation))), None)


def unknown_rules(
    tree: Mapping[str, Any], rule_codes: Iterable[str] | None
) -> list[SettingsMistake]:
    """A mistake for each rule that the settings name and the program has not."""
    check = tree.get("check")
    if rule_codes is None or not isinstance(check, dict):
        return []
    rules, accepted = check.get("rules"), check.get("accepted")
    named = (
        {f"check.rules.{code}": code for code in rules}
        if isinstance(rules, dict)
        else {}
    )
    for place, acceptance in enumerate(accepted if isinstance(accepted, list) else ()):
        if isinstance(acceptance, dict) and isinstance(acceptance.get("rule"), str):
            named[f"check.accepted.{place}.rule"] = acceptance["rule"]
    return [
        unknown_key(path, code, sorted(rule_codes))
        for path, code in named.items()
        if code not in rule_codes
    ]


def taken_comparisons(
    tree: Mapping[str, Any], taken_names: Iterable[str]
) -> list[SettingsMistake]:
    """A mistake for each comparison that has a name of the program's own."""
    sections = tree.get("comparisons")
    return [
        SettingsMistake(f"comparisons.{name}", "comparison-name-taken")
        for name in (sections if isinstance(sections, Mapping) else ())
        if name in taken_names
    ]


def settings_error(mistakes: list[SettingsMistake]) -> SettingsError:
    """The error that holds these mistakes, each once, in order of their lines and key paths."""
    ordered = tuple(
        sorted(
            set(mistakes),
            key=lambda mistake: (
                mistake.line or 0,
                mistake.path,
                mistake.code,
                mistake.places,
            ),
        )
    )
    lines = "; ".join(f"{mistake.path}: {mistake.message}" for mistake in ordered)
    message = f"the settings have mistakes: {lines}"
    return SettingsError(
        message, ordered, todo="voterlist manual settings names every key."
    )


def load(
    path: Path,
    *,
    rule_codes: Iterable[str] | None = None,
    taken_names: Iterable[str] = (),
) -> Settings:
    """The settings in this file.

    Args:
        path: ``voterlist.toml``, in UTF-8.
        rule_codes: the codes that ``[check.rules]`` may name; None accepts any.
        taken_names: names that no added comparison can have.

    Raises:
        UsageError: there is no such file, or it cannot be opened.
        SettingsError: the file has mistakes; all of them.
    """
    try:
        content = path.read_bytes()
    except OSError:
        folder = path.parent
        beside = sorted(
            workspace.parent.name for workspace in folder.parent.glob(f"*/{path.name}")
        )
        places: dict[str, object] = {"path": path, "folder": folder}
        for near in difflib.get_close_matches(folder.name, beside, n=1):
            places |= {"variant": "near", "near": folder.with_name(near)}
        raise usage_error("no-settings", **places) from None
    try:
        # Windows editors put a byte order mark before the first key.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise settings_error(
            [SettingsMistake(SETTINGS_FILE, "not-utf8", line=line)]
        ) from None
    return parse(text, rule_codes=rule_codes, taken_names=taken_names)


def parse(
    text: str,
    *,
    rule_codes: Iterable[str] | None = None,
    taken_names: Iterable[str] = (),
) -> Settings:
    """The settings that this text of TOML holds.

    Raises:
        SettingsError: it has mistakes; all of them, each with its key path and its line.
    """
    try:
        tree = tree_of(text)
    except tomllib.TOMLDecodeError as error:
        raise settings_error([toml_mistake(SETTINGS_FILE, text, error)]) from None
    return parse_tree(tree, text, rule_codes=rule_codes, taken_names=taken_names)


def parse_tree(
    tree: Mapping[str, Any],
    text: str = "",
    *,
    rule_codes: Iterable[str] | None = None,
    taken_names: Iterable[str] = (),
) -> Settings:
    """The settings of this tree: section to its keys, or to the section that was made of them.

    Raises:
        SettingsError: as ``parse``; the lines are those of the text.
    """
    mistakes: list[SettingsMistake] = []
    settings = None
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        mistakes += [mistake for detail in details for mistake in mistakes_of(detail)]
    mistakes += unknown_rules(tree, rule_codes)
    mistakes += taken_comparisons(tree, taken_names)
    if settings is None or mistakes:
        raise settings_error(with_lines(text, mistakes))
    return settings


def digest(*sections: BaseModel) -> str:
    """The SHA-256 of these settings in hexadecimal.

    Equal for equal values, however they were written. Who the commission is, and what keeps a list
    from being handed over, are left out: no result depends on them.
    """
    text = "\n".join(
        section.model_dump_json(exclude=_OF_NO_RESULT.get(type(section)))
        for section in sections
    )
    return hashlib.sha256(text.encode()).hexdigest()


_COMMISSION = {"name", "constituency", "precinct"}
_OF_NO_RESULT: Mapping[type[BaseModel], Any] = {
    Settings: {"workspace": _COMMISSION, "submit": True},
    WorkspaceSettings: _COMMISSION,
}


def template(
    cycle: str = "2026", level: Level = Level.CONEC, constituency: int | None = None
) -> str:
    """A ``voterlist.toml`` with a comment on every key.

    Parsed, it gives the defaults with this cycle, level and own constituency. The examples in it
    are of this constituency.
    """
    text = shipped_text("voterlist.config", "voterlist.template.toml")
    if constituency is not None:
        text = text.replace("# constituency = @", "constituency = @", 1)
    example = str(constituency or 88)
    text = text.replace("@CONSTITUENCY@", example)
    text = text.replace("@KINDS@", ", ".join(KIND_NAMES))
    return text.replace("@CYCLE@", cycle).replace("@LEVEL@", level)
