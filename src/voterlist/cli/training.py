"""``review train`` and ``review score``: cases to learn on, and how right the answers are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voterlist import usecases
from voterlist.cli.options import Today, day
from voterlist.cli.terminal import TERMINAL, shown
from voterlist.cli.words import SAY

__all__ = ["score", "train"]

_SIZE = 60
_MARKS = {
    "right": "right",
    "missed": "repeats-missed",
    "false": "taken-for-one",
    "in-part": "in-part",
}
"""Each mark with the heading of its column."""


def train(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help=SAY("cli.argument.train-out"))
    ],
    size: Annotated[
        int, typer.Option("-n", min=2, max=400, help=SAY("cli.option.train-size"))
    ] = _SIZE,
    seed: Annotated[int, typer.Option(min=0, help=SAY("cli.option.seed"))] = 1,
    today: Today = None,
) -> None:
    """Make cases to learn on."""
    made = usecases.make_training(out, size, seed=seed, today=day(today))
    TERMINAL.say(SAY("cli.training.made", cases=made.cases))
    for path in made.paths:
        TERMINAL.say(f"  {shown(path)}")
    TERMINAL.say(SAY("cli.training.next", folder=shown(out)))
    if TERMINAL.json:
        told = {"run": made.run, "cases": made.cases, "outputs": list(made.paths)}
        TERMINAL.result({**told, "exit_code": 0})


def score(
    workspace: Annotated[
        Path, typer.Argument(metavar="DIR", help=SAY("cli.argument.training"))
    ],
) -> None:
    """Show how right the answers to a training are."""
    found = usecases.score_training(workspace)
    if not found.people:
        TERMINAL.say(SAY("cli.score.none", folder=shown(workspace)))
    else:
        rows = [
            (one.person, len(one.cases), *(one.count(mark) for mark in usecases.Mark))
            for one in found.people
        ]
        heads = ("person", "cases", *_MARKS.values())
        TERMINAL.table([SAY(f"cli.table.{head}") for head in heads], rows)
        TERMINAL.say(SAY("cli.score.pages"))
        for path in found.paths:
            TERMINAL.say(f"  {shown(path)}")
    if TERMINAL.json:
        people = [
            {
                "person": one.person,
                "cases": len(one.cases),
                **{mark.value: one.count(mark) for mark in usecases.Mark},
                "wrong": [
                    {"case_id": each.case_id, "mark": each.mark.value}
                    for each in one.wrong
                ],
            }
            for one in found.people
        ]
        told = {"people": people, "outputs": list(found.paths), "exit_code": 0}
        TERMINAL.result(told)
