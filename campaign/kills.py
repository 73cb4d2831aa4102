"""Commands killed at random moments and at their calls of the system: do they end as undisturbed?

    python campaign/kills.py [--seed 1] [--count 1000] [--minutes 60] [--folder build/campaign]

Each trial takes a new copy of a workspace, gives a command, and kills it (SIGKILL): at a random
moment, or before, behind or in the middle of a call that opens, writes, forces to the disk,
renames, removes, links or cuts a file. The same command is then given again, and has to come to the
end of one that nobody disturbed: the bytes of every file, the rows of every ledger. What a killed
command had said already has to be so. Of the desk, every decision that was confirmed has to be
there. Nothing is done again that the record holds already.
"""

from __future__ import annotations

import itertools
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import desk_kills
import faults
import record
import workspaces
from commands import COMMANDS, Scene, Scenes, end, nearest
from faults import Fault, What
from voterlist.storage.ledger import place_in, verify
from voterlist.storage.workspace import settings_of

COUNT = 1_000
SAMPLE = record.FOLDER.parents[1] / "data" / "samples" / "goychay"
_AT_CALLS = ("write", "sync", "rename", "unlink", "folder", "link", "cut", "open")
_DESK = "serve"
_LONGEST = 4.0
"""Seconds after which a desk is killed that came to none of the calls."""
_MANY = 300
"""The desk is killed at one of so many calls of a kind, of which it makes some in each second."""


class Kills:
    """The trials: the folders of the commands are made when they are first needed.

    Args:
        folder: where; it is on a disk in memory where there is one, for forcing to a disk takes
            time and helps nobody who is killed.
        names: the commands; without any, all of them and the desk.
    """

    def __init__(self, folder: Path, names: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.names = names or (*COMMANDS, _DESK)
        self.scenes = Scenes(folder)

    def __call__(self, number: int, dice: random.Random) -> record.Trial:
        """Kill one command."""
        name = self.names[number % len(self.names)]
        if name == _DESK:
            return self._kill_desk(dice)
        scene = self.scenes[name]
        fault, kind = drawn(scene.counts, scene.seconds, dice)
        root = scene.copied()
        killed = scene.command.run(root, fault)
        found = []
        if killed.code < 0 and killed.out and nearest(end(root), scene):
            found.append("it had said that all is done, and it was not")
        found += gone_on_with(scene, root)
        how = _words(fault) + ("" if killed.code < 0 else ", ended before")
        return record.Trial(name, how, tuple(found), kind)

    def _kill_desk(self, dice: random.Random) -> record.Trial:
        """Kill a desk at which two people decide; it has to hold what it confirmed."""
        workspace = self.folder / "desk"
        shutil.rmtree(workspace, ignore_errors=True)
        shutil.copytree(undecided(self.folder), workspace)
        names = desk_kills.with_analysts(workspace, 2)
        seconds, environment = dice.uniform(0.2, desk_kills.LONGEST), None
        fault = Fault()
        kind = "at a random moment"
        if dice.random() < 0.5:
            kind = f"at a call: {(one := dice.choice(_AT_CALLS[:4]))}"
            fault = Fault(_what(one, dice), (one,), dice.randint(1, _MANY))
            seconds, environment = _LONGEST, faults.environment(fault, workspace)
        confirmed: list[tuple[str, str, str]] = []
        notes = itertools.count(1)
        desk_kills.one_round(
            workspace, names, seconds, confirmed, notes, environment or dict(os.environ)
        )
        told = desk_kills.compared(workspace, confirmed)
        found = [f"{len(told.lost)} confirmed decisions lost"] if told.lost else []
        if not verify(place_in(workspace, settings_of(workspace))).fits:
            found.append("the chain of the ledger does not fit")
        # Whoever opens it again works on.
        desk_kills.one_round(workspace, names, 0.5, confirmed, notes, dict(os.environ))
        if desk_kills.compared(workspace, confirmed).lost:
            found.append("decisions lost when it was opened again")
        how = _words(fault) if environment else f"after {seconds:.2f} s"
        numbers = {"confirmed": len(confirmed)}
        return record.Trial(_DESK, how, tuple(found), kind, numbers)


def undecided(folder: Path) -> Path:
    """The sample with a complete run, in this folder, where it is made once."""
    workspace = folder / "sample"
    if not workspace.exists():
        kept = shutil.ignore_patterns("runs", "reports", "compared", "kept", "ledger*")
        shutil.copytree(SAMPLE, workspace, ignore=kept)
        workspaces.run(workspace)
    return workspace


def drawn(
    counts: Mapping[str, int], seconds: float, dice: random.Random
) -> tuple[Fault, str]:
    """A kill of a command that makes so many calls of each kind and takes so long."""
    if dice.random() < 0.3:
        moment = max(1, int(1e6 * dice.uniform(0, seconds)))
        return Fault(microseconds=moment), "at a random moment"
    kind = dice.choice([one for one in _AT_CALLS if counts.get(one)])
    fault = Fault(_what(kind, dice), (kind,), dice.randint(1, counts[kind]))
    return fault, f"at a call: {kind}"


def _what(kind: str, dice: random.Random) -> What:
    several = [What.KILL_BEFORE, What.KILL_AFTER]
    return dice.choice([*several, What.TEAR] if kind == "write" else several)


def _words(fault: Fault) -> str:
    """A kill in words."""
    if not fault.kinds:
        return f"after {fault.microseconds / 1e6:.3f} s"
    return (
        f"{fault.what.name.lower().replace('_', ' ')} {fault.kinds[0]} {fault.number}"
    )


def gone_on_with(scene: Scene, root: Path) -> list[str]:
    """What is wrong after the same command was given once more, undisturbed."""
    again = scene.command.run(root)
    found = []
    if again.code not in scene.codes:
        found.append(f"given again, it ends with {again.code}: {again.errors[-300:]}")
    elif "Traceback" in again.errors:
        found.append("given again, it shows a traceback")
    return found + nearest(end(root), scene)


def working_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for the trials, on a disk in memory where there is one."""
    memory = Path("/dev/shm")  # noqa: S108  a private folder is made in it
    return tempfile.TemporaryDirectory(
        prefix="campaign-", dir=memory if os.access(memory, os.W_OK) else None
    )


def main() -> int:
    """Make the trials; the exit code."""
    parser = record.arguments(__doc__ or "", COUNT)
    parser.add_argument("--only", nargs="*", default=(), choices=(*COMMANDS, _DESK))
    options = parser.parse_args()
    if not faults.is_possible():
        print("Left out: it needs Linux and a C compiler (cc).")
        return 0
    with working_folder() as folder:
        return record.play("kills", options, Kills(Path(folder), tuple(options.only)))


if __name__ == "__main__":
    sys.exit(main())
