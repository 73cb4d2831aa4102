"""How tables from anywhere were understood, as ``link`` and ``check`` print it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from voterlist.cli.terminal import TERMINAL
from voterlist.cli.words import SAY

if TYPE_CHECKING:
    from voterlist.ingest.choice import ColumnUse
    from voterlist.usecases.reading import Reading


def tell_reading(reading: Reading) -> None:
    """Print the profile, and what each column of each file is used as.

    Files with the same columns are told once.
    """
    _tell_profile(reading)
    by_columns: dict[tuple[ColumnUse, ...], list[str]] = {}
    for file in reading.columns:
        by_columns.setdefault(file.columns, []).append(file.file)
    headers = [SAY(f"cli.table.{name}") for name in ("column", "used-as")]
    for columns, files in by_columns.items():
        if len(by_columns) > 1:
            TERMINAL.say(SAY("cli.columns.of", files=", ".join(files)))
        TERMINAL.table(headers, [(use.column, _use(use)) for use in columns])
    TERMINAL.say(SAY("cli.columns.change"))
    TERMINAL.say()


def _tell_profile(reading: Reading) -> None:
    told = reading.told
    if told is None:
        TERMINAL.say(SAY("cli.profile.given", profile=reading.profile))
        return
    share = SAY.percent(told.share)
    TERMINAL.say(SAY("cli.profile.told", profile=reading.profile, share=share))
    if told.doubt is not None:
        TERMINAL.warn(SAY(f"cli.profile.doubt-{told.doubt}", names=told.names))


def _use(use: ColumnUse) -> str:
    """In words what a column is used as, or why it is left."""
    if use.reason is None:
        return SAY(f"cli.columns.as-{use.use}", name=_named(use.name), kind=use.kind)
    why = SAY(f"cli.columns.left-{use.reason}")
    if use.looks_like is None:
        return why
    return SAY("cli.columns.looks-like", why=why, name=_named(use.looks_like))


def _named(name: str | None) -> str:
    """A field or comparison in words; one that a map adds as the map calls it."""
    key = f"field.{name}"
    return SAY(key) if SAY.has(key) else name or ""


def reading_as_json(reading: Reading) -> dict[str, Any]:
    """The same as plain values; scripts rely on these names."""
    told = dataclasses.asdict(reading.told) if reading.told else None
    return {
        "profile": reading.profile,
        "profile_told": told
        and {key: told[key] for key in ("share", "names", "doubt")},
        "columns": list(_columns(reading)),
    }


def _columns(reading: Reading) -> Iterator[dict[str, Any]]:
    for file in reading.columns:
        for use in file.columns:
            yield {"file": file.file, **dataclasses.asdict(use)}
