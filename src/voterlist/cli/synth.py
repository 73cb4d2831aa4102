"""``synth``: invented lists with known truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from voterlist.cli.options import argument, option
from voterlist.cli.steps import Steps
from voterlist.cli.terminal import TERMINAL, Answer, pick, show_path, tell


def synth(
    out: Annotated[Path, argument("out", "OUT")],
    voters: Annotated[int, option("voters", min=0)],
    constituencies: Annotated[
        int | None, option("constituencies", min=1, max=125)
    ] = None,
    seed: Annotated[int, option("seed", min=0)] = 1,
    files: Annotated[bool | None, option("files", "--files/--no-files")] = None,
    registers: Annotated[bool, option("registers", "--registers")] = False,
    faults: Annotated[bool, option("faults", "--faults")] = False,
    carelessness: Annotated[int, option("carelessness", min=0, max=4)] = 0,
) -> Answer:
    """Invent voters' lists."""
    from voterlist.synth.write import Also, write

    also = Also.NOTHING
    if registers:
        also |= Also.REGISTERS
    if faults:
        also |= Also.FAULTS
    with Steps() as steps:
        made = write(
            out,
            voters=voters,
            constituencies=constituencies,
            seed=seed,
            files=files,
            also=also,
            carelessness=carelessness,
            progress=lambda what, done, total: steps(f"synth-{what}", done, total),
        )
    tell("cli.synth.done", **pick(made, "entries", "voters", "repeated"))
    for path in made.paths:
        TERMINAL.say(f"  {show_path(path)}")
    if made.files:
        tell("cli.synth.next", path=out)
    return pick(made)
