"""``review quality``: how right the decisions about cases are."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from voterlist import usecases
from voterlist.cli.options import Workspace
from voterlist.cli.terminal import TERMINAL, shown
from voterlist.cli.words import SAY, title


def quality(workspace: Workspace) -> None:
    """Print the agreement of two people, and the quality certificate."""
    found = usecases.review_quality(workspace)
    words = usecases.Words(SAY.language)
    rows = usecases.certificate_of(found.certificate, None)
    lines = list(usecases.certificate_lines(rows, words))
    TERMINAL.say(SAY("quality.title"))
    if lines:
        headers = [SAY(f"cli.table.{name}") for name in ("measure", "told")]
        TERMINAL.table(headers, lines)
    if found.people:
        _agreements("kinds", found.kinds, lambda kind: title("case-kind", kind))
        _agreements("people", found.people, str)
    else:
        TERMINAL.say(SAY("cli.quality.none"))
    if found.ready:
        counts = {"ready": found.ready, "held": found.held_back}
        TERMINAL.say(SAY("cli.quality.waiting", **counts))
        TERMINAL.say(SAY("cli.quality.next", folder=shown(workspace)))
    if TERMINAL.json:
        TERMINAL.result({**_as_json(found), "exit_code": 0})


def _agreements(
    name: str, found: Mapping[str, usecases.Agreement], say: Callable[[str], str]
) -> None:
    """How far two people agree, a line for each kind or person."""
    TERMINAL.say(SAY(f"cli.quality.{name}"))
    first = "kind" if name == "kinds" else "person"
    heads = (first, "read-twice", "agreed", "kappa")
    rows = [(say(key), one.read, one.agreed, _kappa(one)) for key, one in found.items()]
    TERMINAL.table([SAY(f"cli.table.{head}") for head in heads], rows)


def _kappa(one: usecases.Agreement) -> str:
    """The coefficient with its interval; a dash where it is undefined."""
    if one.kappa is None:
        return "-"
    ends = {
        name: SAY.number(getattr(one.kappa, name), 2)
        for name in ("estimate", "low", "high")
    }
    return SAY("quality.known.kappa", **ends)


def _as_json(found: usecases.ReviewQuality) -> dict[str, Any]:
    """The result as plain values; scripts are written against these names."""
    return {
        "run": found.run,
        "certificate": found.certificate.to_pylist(),
        "kinds": {key: dataclasses.asdict(one) for key, one in found.kinds.items()},
        "people": {key: dataclasses.asdict(one) for key, one in found.people.items()},
        "second_readings": {"ready": found.ready, "held_back": found.held_back},
    }
