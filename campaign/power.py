"""Power cuts: what a command wrote and did not force to the disk is lost; then it is given again.

    python campaign/power.py [--seed 1] [--count 200] [--minutes 60] [--folder build/campaign]

Each command runs once while all its changes of the disk are recorded: SQLite's, Arrow's and our
own. A trial takes the record up to some moment, lets a disk lose what was not safe then
(``disk.py``), and gives the command again on what is left. It has to come to the end of a command
that nobody disturbed. A cut after the command has ended may lose nothing of what it said.

Of the desk, at which people decide meanwhile, every decision has to be there that was confirmed
before the cut.
"""

from __future__ import annotations

import itertools
import random
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import desk_kills
import faults
import record
from commands import COMMANDS, Scene, Scenes, differences, end
from disk import Change, Disk, Kind, inodes_of, read_record
from faults import Fault
from kills import gone_on_with, undecided, working_folder
from voterlist.storage.ledger import place_in, verify
from voterlist.storage.workspace import settings_of

COUNT = 200
DESK = "serve"
_OFTEN = {Kind.SYNC, Kind.SYNC_FOLDER, Kind.RENAME, Kind.UNLINK, Kind.LINK}


@dataclass(frozen=True, slots=True)
class Recorded:
    """A command, and all that it changed on the disk."""

    scene: Scene
    changes: list[Change]
    inodes: dict[str, int]
    root: Path


Answer = tuple[str, str, str]
"""A decision: the case, the person, and its note."""


class Noted(list[Answer]):
    """Decisions as they are confirmed, each with the length of the record at that moment."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.ends: list[int] = []

    def append(self, one: Answer) -> None:
        """Add a decision that was confirmed just now."""
        self.ends.append(self.path.stat().st_size)
        super().append(one)

    def until(self, end: int) -> list[Answer]:
        """Those that were confirmed when the record was no longer than this."""
        pairs = zip(self, self.ends, strict=True)
        return [one for one, moment in pairs if moment <= end]


@dataclass(frozen=True, slots=True)
class RecordedDesk:
    """A desk at which people decided, and all that it changed on the disk."""

    before: Path
    changes: list[Change]
    inodes: dict[str, int]
    root: Path
    confirmed: Noted


class Cuts:
    """The trials; a command is recorded when it is first needed."""

    def __init__(self, folder: Path, names: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.names = names or (*COMMANDS, DESK)
        self.scenes = Scenes(folder)
        self._recorded: dict[str, Recorded] = {}
        self._desk: RecordedDesk | None = None

    def __call__(self, number: int, dice: random.Random) -> record.Trial:
        """Cut the power in one command."""
        name = self.names[number % len(self.names)]
        if name == DESK:
            return self._cut_desk(dice)
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

    def _cut_desk(self, dice: random.Random) -> record.Trial:
        """Cut the power of a desk."""
        if self._desk is None:
            self._desk = recorded_desk(self.folder / "desk-power", seconds=6)
        desk = self._desk
        moment = dice.randint(1, len(desk.changes))
        is_ordered = dice.random() < 0.5
        disk = Disk(desk.before, desk.root)
        disk.play(desk.changes[:moment], desk.inodes)
        shutil.rmtree(desk.root, ignore_errors=True)
        disk.after_cut(desk.root, dice, is_ordered=is_ordered)
        confirmed = desk.confirmed.until(desk.changes[moment - 1].end)
        found = []
        if not verify(place_in(desk.root, settings_of(desk.root))).fits:
            found.append("the chain of the ledger does not fit")
        if lost := desk_kills.compared(desk.root, confirmed).lost:
            found.append(f"{len(lost)} confirmed decisions lost")
        how = f"after change {moment} of {len(desk.changes)}"
        numbers = {"confirmed": len(confirmed)}
        return record.Trial(DESK, how, tuple(found), "within", numbers)

    def recorded(self, name: str) -> Recorded:
        """A command with its record."""
        if name not in self._recorded:
            scene = self.scenes[name]
            root = scene.copied()
            inodes = inodes_of(root)
            path = scene.before.with_name("record")
            path.unlink(missing_ok=True)
            done = scene.command.run(root, Fault(record=path))
            assert done.code in scene.codes, done
            changes = read_record(path)
            self._recorded[name] = Recorded(scene, changes, inodes, root)
        return self._recorded[name]


def recorded_desk(folder: Path, seconds: float) -> RecordedDesk:
    """Let three people decide at a desk for so long, and record what it changes."""
    root, before = folder / "trial", folder / "before"
    folder.mkdir()
    shutil.copytree(undecided(folder.parent), root)
    names = desk_kills.with_analysts(root, 3)
    shutil.copytree(root, before)
    inodes = inodes_of(root)
    path = folder / "record"
    confirmed = Noted(path)
    environment = faults.environment(Fault(record=path), root.resolve())
    desk_kills.one_round(
        root, names, seconds, confirmed, itertools.count(1), environment
    )
    return RecordedDesk(before, read_record(path), inodes, root, confirmed)


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
    parser.add_argument("--only", nargs="*", default=(), choices=(*COMMANDS, DESK))
    options = parser.parse_args()
    if not faults.is_possible():
        print("Left out: it needs Linux and a C compiler (cc).")
        return 0
    with working_folder() as folder:
        return record.play("power", options, Cuts(Path(folder), tuple(options.only)))


if __name__ == "__main__":
    sys.exit(main())
