"""Power cuts: what a command wrote and did not force to the disk is lost; then it is given again.

    python campaign/power.py [--seed 1] [--count 200] [--minutes 60] [--folder build/campaign]

Each command runs once while all its changes of the disk are recorded: SQLite's, Arrow's and our
own. A trial takes the record up to some moment, lets a disk lose what was not safe then
(``disk.py``), and gives the command again on what is left. It has to come to the end of a command
that nobody disturbed. A cut after the command has ended may lose nothing of what it said.
"""

from __future__ import annotations

import random
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import faults
import record
from commands import COMMANDS, Scene, differences, end, stage
from disk import Change, Disk, Kind, inodes_of, read_record
from faults import Fault
from kills import gone_on_with, working_folder

COUNT = 200
_OFTEN = {Kind.SYNC, Kind.SYNC_FOLDER, Kind.RENAME, Kind.UNLINK, Kind.LINK}


@dataclass(frozen=True, slots=True)
class Recorded:
    """A command, and all that it changed on the disk."""

    scene: Scene
    changes: list[Change]
    inodes: dict[str, int]
    root: Path


class Cuts:
    """The trials; a command is recorded when it is first needed."""

    def __init__(self, folder: Path, names: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.names = names or tuple(COMMANDS)
        self._recorded: dict[str, Recorded] = {}

    def __call__(self, number: int, dice: random.Random) -> record.Trial:
        """Cut the power in one command."""
        name = self.names[number % len(self.names)]
        recorded = self.recorded(name)
        scene, count = recorded.scene, len(recorded.changes)
        moment = _moment(recorded.changes, dice)
        is_ordered = dice.random() < 0.5
        disk = Disk(scene.before, recorded.root)
        disk.play(recorded.changes[:moment], recorded.inodes)
        shutil.rmtree(recorded.root)
        disk.after_cut(recorded.root, dice, is_ordered=is_ordered)
        found = []
        if moment == count:
            lost = differences(end(recorded.root), scene.ends[0])
            found += [f"lost though it was said: {one}" for one in _said(lost)]
        found += gone_on_with(scene, recorded.root)
        how = f"after change {moment} of {count}, names {'in' if is_ordered else 'out of'} order"
        kind = "at the end" if moment == count else "within"
        return record.Trial(name, how, tuple(found), kind)

    def recorded(self, name: str) -> Recorded:
        """A command with its record."""
        if name not in self._recorded:
            folder = self.folder / f"{name}-power"
            scene = stage(COMMANDS[name], folder)
            root = scene.copied()
            inodes = inodes_of(root)
            path = folder / "record"
            done = scene.command.run(root, Fault(record=path))
            assert done.code in scene.codes, done
            changes = read_record(path)
            self._recorded[name] = Recorded(scene, changes, inodes, root)
        return self._recorded[name]


def _moment(changes: list[Change], dice: random.Random) -> int:
    """After which change the power is cut: at the end, beside one that matters, or anywhere."""
    chance = dice.random()
    if chance < 0.2:
        return len(changes)
    if chance < 0.6:
        places = [at for at, one in enumerate(changes) if one.kind in _OFTEN]
        return dice.choice(places) + dice.randint(0, 1)
    return dice.randint(0, len(changes))


def _said(lost: list[str]) -> list[str]:
    """Without what should have gone: nobody was told that."""
    return [one for one in lost if not one.endswith(": too much")]


def main() -> int:
    """Make the trials; the exit code."""
    parser = record.arguments(__doc__ or "", COUNT)
    parser.add_argument("--only", nargs="*", default=(), choices=tuple(COMMANDS))
    options = parser.parse_args()
    if not faults.is_possible():
        print("Left out: it needs Linux and a C compiler (cc).")
        return 0
    with working_folder() as folder:
        return record.play("power", options, Cuts(Path(folder), tuple(options.only)))


if __name__ == "__main__":
    sys.exit(main())
