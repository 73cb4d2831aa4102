"""What is wrong with settings, in our words.

Each mistake with its key path, never with the value itself.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from voterlist.config.sections import (
    COLUMN_FIELDS,
    AcceptedSettings,
    CalendarSettings,
    CheckSettings,
    FinishedSettings,
    IngestSettings,
    MovedSettings,
    PinSettings,
    RuleSettings,
    Settings,
)
from voterlist.errors import SettingsError, SettingsMistake

FILE_NAME = "voterlist.toml"

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
            _unknown(f"{path}.{name}", name, COLUMN_FIELDS)
            for name in context["unknown"]
        )
        yield from (
            SettingsMistake(f"{path}.{name}", "not-a-header")
            for name in context["wrong"]
        )
    elif kind == "comparisons":
        yield from context["mistakes"]
    elif kind == "extra_forbidden":
        yield _unknown(path, parts[-1], _keys_of(parts[:-1]))
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


def _unknown(path: str, name: str, known: Collection[str]) -> SettingsMistake:
    """An unknown key, with the known one that was probably meant."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    if close:
        return SettingsMistake(path, "unknown-key-meant", (("meant", close[0]),))
    return SettingsMistake(path, "unknown-key", (("known", ", ".join(sorted(known))),))


_STAGE_SECTIONS: dict[str, type[BaseModel]] = {
    "finished": FinishedSettings,
    "moved": MovedSettings,
}
"""The sections of ``[calendar]`` that are of one stage."""


def _keys_of(parts: list[str]) -> list[str]:
    """The keys known in the section at this path."""
    model: type[BaseModel] = Settings
    for part in parts:
        if model is CheckSettings and part == "rules":
            return list(RuleSettings.model_fields)
        if model is CheckSettings and part == "accepted":
            return list(AcceptedSettings.model_fields)
        if model is IngestSettings and part == "pins":
            return list(PinSettings.model_fields)
        if model is CalendarSettings and part in _STAGE_SECTIONS:
            return list(_STAGE_SECTIONS[part].model_fields)
        field = model.model_fields.get(part)
        if (
            field is None
            or not isinstance(field.annotation, type)
            or not issubclass(field.annotation, BaseModel)
        ):
            break
        model = field.annotation
    return list(model.model_fields)


def unknown_rules(
    tree: Mapping[str, Any], rule_codes: Collection[str] | None
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
    for place, one in enumerate(accepted if isinstance(accepted, list) else ()):
        if isinstance(one, dict) and isinstance(one.get("rule"), str):
            named[f"check.accepted.{place}.rule"] = one["rule"]
    return [
        _unknown(path, code, rule_codes)
        for path, code in named.items()
        if code not in rule_codes
    ]


def taken_comparisons(
    tree: Mapping[str, Any], taken_names: Collection[str]
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
