"""``voterlist.toml`` as frozen settings.

Every mistake is reported at once, each with its key path.
"""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from voterlist.config.comparisons import KIND_NAMES
from voterlist.config.mistakes import (
    SETTINGS_FILE,
    mistakes_of,
    settings_error,
    taken_comparisons,
    toml_mistake,
    tree_of,
    unknown_rules,
    with_lines,
)
from voterlist.config.sections import Settings, WorkspaceSettings
from voterlist.errors import SettingsMistake, usage_error
from voterlist.model import Level
from voterlist.shipped import shipped_text


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
