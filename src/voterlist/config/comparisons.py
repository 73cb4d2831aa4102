"""Comparisons that a user adds to those of every list: which column, of what kind."""

from __future__ import annotations

import difflib
import pkgutil
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from voterlist.errors import MapError, SettingsMistake
from voterlist.model import frozen

SECTION = "comparisons"
_KEYS = ("column", "kind", "blocking")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
_MOST = 8
"""So many comparisons can be added: the codes of more might not fit into 64 bits."""


_KINDS = Path(__file__).parents[1] / "link" / "comparisons" / "kinds"
KIND_NAMES = tuple(
    sorted(module.name for module in pkgutil.iter_modules([str(_KINDS)]))
)
"""The kinds of added comparisons: each is a file of that folder, of which only the name is read."""


class SharedFold(Enum):
    """Folds that need what the program knows of names, dates and words."""

    WORDS = "words"
    """The words in plain lower-case letters and digits."""
    NAME = "name"
    """The skeleton of a person's name in any of the alphabets."""
    GENERATION = "generation"
    """The generation that a suffix tells, alone or behind a name: of Jr the second."""
    DATE = "date"
    """Year, month and day; the whole column decides which number is the day."""


Fold = SharedFold | Callable[[str], str | None]
"""How the values of a kind are folded: one of those, or what a value becomes; blank or None where
it says nothing."""


@frozen
class AddedComparison:
    """One comparison that a user adds."""

    name: str
    """The field: ``<name>_level`` is its column of PAIR."""
    columns: tuple[str, ...]
    """Headers of the list; the texts of several are joined with a blank."""
    kind: str
    """One of ``KIND_NAMES``: how its values are read and compared."""
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
    added, mistakes = read_comparisons(sections, taken)
    if mistakes:
        raise comparisons_error(mistakes)
    return added


def read_comparisons(
    sections: Any, taken: Collection[str] = ()
) -> tuple[tuple[AddedComparison, ...], tuple[SettingsMistake, ...]]:
    """The comparisons of these sections, and every mistake in them; see ``added_comparisons``."""
    mistakes: list[SettingsMistake] = []
    added: list[AddedComparison] = []
    if not isinstance(sections, Mapping):
        return (), (SettingsMistake(SECTION, "not-a-section"),)
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
    return tuple(added), tuple(mistakes)


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
    yield from (
        unknown_key(f"{path}.{key}", str(key), _KEYS)
        for key in section
        if key not in _KEYS
    )
    if not headers_of(section.get("column")):
        yield SettingsMistake(f"{path}.column", "not-a-header")
    if section.get("kind") not in KIND_NAMES:
        choices = ", ".join(KIND_NAMES)
        yield SettingsMistake(f"{path}.kind", "not-one-of", (("choices", choices),))
    if not isinstance(section.get("blocking", False), bool):
        yield SettingsMistake(f"{path}.blocking", "not-true-or-false")


def unknown_key(path: str, name: str, known: Collection[str]) -> SettingsMistake:
    """An unknown key, with the known one that was probably meant."""
    close = difflib.get_close_matches(name, list(known), n=1)
    if close:
        return SettingsMistake(path, "unknown-key-meant", (("meant", close[0]),))
    return SettingsMistake(path, "unknown-key", (("known", ", ".join(known)),))


def headers_of(column: Any) -> tuple[str, ...]:
    """The headers that a setting names: a text or a list of them; none where that is no header."""
    headers = [column] if isinstance(column, str) else column
    if not isinstance(headers, list | tuple):
        return ()
    are_headers = all(isinstance(header, str) and header.strip() for header in headers)
    return tuple(headers) if are_headers else ()


def _comparison(name: str, section: Mapping[str, Any]) -> AddedComparison:
    headers = headers_of(section["column"])
    return AddedComparison(
        name, headers, section["kind"], section.get("blocking", False)
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
