"""Where in a text of TOML a key stands, and what keeps a text from being TOML."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from voterlist.errors import SettingsMistake

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
TOML_CODES = frozenset(code for _, code in _REASONS)


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
        level = [inner for one in level for inner in _inside(one)]
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
        is_an_end = number == first or any(one in line for one in _ENDS)
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
