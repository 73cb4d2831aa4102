"""``names``: what is made of a name, and why."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from itertools import combinations
from typing import Annotated

import typer

from voterlist import usecases
from voterlist.cli.options import ProfileOption
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.words import SAY
from voterlist.model import Profile


def names(
    written: Annotated[
        list[str], typer.Argument(metavar="NAME", help=SAY("cli.argument.names"))
    ],
    profile: ProfileOption = Profile.AZ,
) -> None:
    """Show what is made of a name, and compare several."""
    readings = [usecases.read_name(text.strip(), profile) for text in written]
    for reading in readings:
        _tell(reading)
    compared = [
        (one, other, usecases.alike(one, other))
        for one, other in combinations(readings, 2)
    ]
    for one, other, verdict in compared:
        TERMINAL.say(
            SAY(f"names.alike.{verdict}", one=one.written, other=other.written)
        )
    if TERMINAL.json:
        pairs = [
            {"one": one.written, "other": other.written, "alike": verdict}
            for one, other, verdict in compared
        ]
        names = [dataclasses.asdict(reading) for reading in readings]
        TERMINAL.result({"names": names, "pairs": pairs, "exit_code": 0})


def _tell(reading: usecases.NameReading) -> None:
    TERMINAL.say(reading.written)
    if reading.is_placeholder:
        TERMINAL.say(f"  {SAY('names.placeholder')}")
    if reading.without_title:
        TERMINAL.say(f"  {SAY('names.without-title', name=reading.without_title)}")
    if not reading.sure:
        TERMINAL.say(f"  {SAY('names.unsure')}")
    for part in reading.parts:
        _tell_part(part)
    TERMINAL.say()


def _tell_part(part: usecases.PartReading) -> None:
    """A part of the name as it is written, and a line for each step of its reading."""
    label = SAY(f"names.part.{part.part}")
    written = " ".join(word.written for word in part.words)
    TERMINAL.say(f"  {label}: {written}")
    lines = [(SAY(f"names.step.{step}"), text) for step, text in _steps(part)]
    width = max(len(label) for label, _ in lines)
    for label, text in lines:
        TERMINAL.say(f"    {label.ljust(width)}  {text}")


def _steps(part: usecases.PartReading) -> Iterator[tuple[str, str]]:
    """(step, what to say of it) from the name as written to its skeleton.

    Steps with nothing to tell are left out.
    """
    words = part.words
    scripts = dict.fromkeys(SAY(f"names.script.{word.script}") for word in words)
    repaired = (f"{word.written} → {word.repaired}" for word in words if word.repaired)
    particles = (word.written for word in words if word.is_particle)
    texts = {
        "script": ", ".join(scripts),
        "repaired": ", ".join(repaired),
        "particle": ", ".join(particles),
        "latin": " ".join(word.latin for word in words),
        "letters": part.letters,
        "ending": f"{part.stem} + {part.ending}" if part.ending else "",
        "found-by": _found_by(part) if part.skeleton else "",
        "sex": SAY(f"names.sex.{part.sex.value}") if part.sex else "",
        "standard": part.standard,
        "skeleton": part.skeleton or SAY("names.nothing"),
        "stem": part.stem_skeleton if part.ending else "",
    }
    return ((step, text) for step, text in texts.items() if text)


def _found_by(part: usecases.PartReading) -> str:
    return SAY(
        f"names.found-by.{part.found_by}",
        names=" / ".join(part.known),
        unlike=part.unlike,
    )
