"""``names``: what is made of a name, and why."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Annotated

from voterlist.cli.options import ProfileOption, argument
from voterlist.cli.terminal import SAY, TERMINAL, Answer, tell
from voterlist.model import Profile

if TYPE_CHECKING:
    from voterlist.normalize.explain import NameReading, PartReading


def names(
    written: Annotated[list[str], argument("names", "NAME")],
    profile: ProfileOption = Profile.AZ,
) -> Answer:
    """Show what is made of a name, and compare several."""
    from voterlist.normalize.explain import alike, read_name

    readings = [read_name(text.strip(), profile) for text in written]
    for reading in readings:
        _tell(reading)
    compared = [
        (first, second, alike(first, second))
        for first, second in combinations(readings, 2)
    ]
    for first, second, verdict in compared:
        tell(f"names.alike.{verdict}", one=first.written, other=second.written)
    pairs = [
        {"one": first.written, "other": second.written, "alike": verdict}
        for first, second, verdict in compared
    ]
    return {"names": readings, "pairs": pairs}


def _tell(reading: NameReading) -> None:
    TERMINAL.say(reading.written)
    if reading.is_placeholder:
        tell("names.placeholder", 2)
    if reading.without_title:
        tell("names.without-title", 2, name=reading.without_title)
    if not reading.sure:
        tell("names.unsure", 2)
    for part in reading.parts:
        _tell_part(part)
    TERMINAL.say()


def _tell_part(part: PartReading) -> None:
    """A part of the name as it is written, and a line for each step of its reading."""
    label = SAY(f"names.part.{part.part}")
    written = " ".join(word.written for word in part.words)
    TERMINAL.say(f"  {label}: {written}")
    lines = [(SAY(f"names.step.{step}"), text) for step, text in _steps(part)]
    width = max(len(label) for label, _ in lines)
    for label, text in lines:
        TERMINAL.say(f"    {label.ljust(width)}  {text}")


def _steps(part: PartReading) -> Iterator[tuple[str, str]]:
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
        "sex": SAY(f"names.sex.{part.sex}") if part.sex else "",
        "standard": part.standard,
        "skeleton": part.skeleton or SAY("names.nothing"),
        "stem": part.stem_skeleton if part.ending else "",
    }
    return ((step, text) for step, text in texts.items() if text)


def _found_by(part: PartReading) -> str:
    return SAY(
        f"names.found-by.{part.found_by}",
        names=" / ".join(part.known),
        unlike=part.unlike,
    )
