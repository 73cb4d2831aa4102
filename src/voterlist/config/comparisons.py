"""Comparisons that a user adds to those of every list: which column, of what kind."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from voterlist.errors import MapError, SettingsMistake

SECTION = "comparisons"
_KEYS = ("column", "kind", "blocking")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
_MOST = 8
"""So many comparisons can be added: the codes of more might not fit into 64 bits."""


class ComparisonKind(StrEnum):
    """How the values of an added comparison are read and compared."""

    EXACT = "exact"
    """As written."""
    TEXT = "text"
    """Words in any order, without marks and capitals."""
    NAME = "name"
    """A name of a person in any of the alphabets."""
    DATE = "date"
    NUMBER = "number"
    PLACE = "place"
    """The name of a town or a district."""
    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class AddedComparison:
    """One comparison that a user adds."""

    name: str
    """The field: ``<name>_level`` is its column of PAIR."""
    columns: tuple[str, ...]
    """Headers of the list; the texts of several are joined with a blank."""
    kind: ComparisonKind
    blocking: bool = False
    """Whether entries that agree in it are compared, whatever else they agree in."""


def comparisons_error(mistakes: Collection[SettingsMistake]) -> MapError:
    """The error that holds these mistakes of a map of columns."""
    lines = "; ".join(f"{mistake.path}: {mistake.message}" for mistake in mistakes)
    message = f"the comparisons have mistakes: {lines}"
    todo = (
        "Give each a name, its column and its kind: "
        '{"city": {"column": "header", "kind": "place"}}.'
    )
    return MapError(message, tuple(mistakes), todo=todo)


def added_comparisons(
    sections: Mapping[str, Any], taken: Collection[str]
) -> tuple[AddedComparison, ...]:
    """The comparisons of the sections ``[comparisons.<name>]``, in their order.

    ``taken`` are names that no added comparison can have.

    Raises:
        MapError: with every mistake and its key path: a name that is taken or no name, an
            unknown key or kind, a column that is no header, two comparisons on one column, too
            many comparisons.
    """
    mistakes: list[SettingsMistake] = []
    added: list[AddedComparison] = []
    if not isinstance(sections, Mapping):
        raise comparisons_error([SettingsMistake(SECTION, "not-a-section")])
    for name, section in sections.items():
        wrong = list(_mistakes(name, section, taken))
        mistakes += wrong
        if not wrong:
            added.append(_comparison(name, section))
    mistakes += _compared_twice(added)
    if len(sections) > _MOST:
        mistakes.append(
            SettingsMistake(SECTION, "too-many-comparisons", (("most", str(_MOST)),))
        )
    if mistakes:
        raise comparisons_error(mistakes)
    return tuple(added)


def _mistakes(
    name: str, section: Any, taken: Collection[str]
) -> Iterator[SettingsMistake]:
    """What is wrong with one section."""
    path = f"{SECTION}.{name}"
    if not isinstance(section, Mapping):
        yield SettingsMistake(path, "not-a-section")
        return
    if not _NAME.fullmatch(str(name)):
        yield SettingsMistake(path, "not-a-comparison-name")
    elif name in taken:
        yield SettingsMistake(path, "comparison-name-taken")
    yield from (_unknown_key(path, str(key)) for key in section if key not in _KEYS)
    if not _headers(section.get("column")):
        yield SettingsMistake(f"{path}.column", "not-a-header")
    if section.get("kind") not in list(ComparisonKind):
        choices = ", ".join(ComparisonKind)
        yield SettingsMistake(f"{path}.kind", "not-one-of", (("choices", choices),))
    if not isinstance(section.get("blocking", False), bool):
        yield SettingsMistake(f"{path}.blocking", "not-true-or-false")


def _unknown_key(path: str, key: str) -> SettingsMistake:
    close = difflib.get_close_matches(key, _KEYS, n=1)
    if close:
        return SettingsMistake(
            f"{path}.{key}", "unknown-key-meant", (("meant", close[0]),)
        )
    return SettingsMistake(
        f"{path}.{key}", "unknown-key", (("known", ", ".join(_KEYS)),)
    )


def _headers(column: Any) -> tuple[str, ...]:
    """The headers that a section names; none where that is no header."""
    headers = [column] if isinstance(column, str) else column
    if not isinstance(headers, list | tuple):
        return ()
    are_headers = all(isinstance(header, str) and header.strip() for header in headers)
    return tuple(headers) if are_headers else ()


def _comparison(name: str, section: Mapping[str, Any]) -> AddedComparison:
    kind = ComparisonKind(section["kind"])
    return AddedComparison(
        name, _headers(section["column"]), kind, section.get("blocking", False)
    )


def _compared_twice(added: list[AddedComparison]) -> Iterator[SettingsMistake]:
    """A mistake for each column that an earlier comparison has: evidence would count twice."""
    first: dict[str, str] = {}
    for comparison in added:
        for header in comparison.columns:
            other = first.setdefault(header, comparison.name)
            repeats = comparison.columns.count(header) > 1
            if other != comparison.name or repeats:
                path = f"{SECTION}.{comparison.name}.column"
                places = (("column", header), ("other", other))
                yield SettingsMistake(path, "column-compared-twice", places)
                break
