"""The system refuses a call: no room, no right, a broken disk, too many open files.

    python campaign/refusals.py [--seed 1] [--count 600] [--minutes 60] [--folder build/campaign]

Each trial gives a command in a new copy of a workspace and lets the n-th call of a kind fail, once
or from then on, as a full disk does. The command has to say so in the words of the catalogue, with
an exit code of its own and without a traceback, or to do its work all the same. Given once more,
when the system is well again, it has to come to the end of one that nobody disturbed.
"""

from __future__ import annotations

import errno
import random
import sys
from pathlib import Path

import faults
import record
from commands import COMMANDS, Scene, Scenes, end, nearest
from faults import Done, Fault, What
from kills import working_folder
from voterlist.catalogue import catalogue

COUNT = 600
ERRORS = {
    "open": ("EACCES", "EMFILE", "EIO", "ENOSPC"),
    "read": ("EIO",),
    "write": ("ENOSPC", "EIO"),
    "sync": ("EIO", "ENOSPC"),
    "rename": ("EIO", "EACCES", "ENOSPC"),
    "folder": ("ENOSPC", "EACCES"),
    "link": ("EACCES", "EMLINK"),
    "unlink": ("EACCES", "EIO"),
    "cut": ("EIO", "ENOSPC"),
}
"""What the system may answer to calls of each kind."""
_SAID = range(2, 7)
"""Exit codes of a command that says why it did not do its work."""
_SAY = catalogue("en")
_INSIDE = _SAY("error.failed-inside.todo")
_DAMAGED = _SAY("error.ledger-damaged.what", file="")[:20]


class Refusals:
    """The trials; the folder of a command is made when it is first needed."""

    def __init__(self, folder: Path, names: tuple[str, ...] = ()) -> None:
        self.names = names or tuple(COMMANDS)
        self.scenes = Scenes(folder)

    def __call__(self, number: int, dice: random.Random) -> record.Trial:
        """Let a call of one command fail."""
        name = self.names[number % len(self.names)]
        scene = self.scenes[name]
        fault, error = _drawn(scene, dice)
        root = scene.copied()
        refused = scene.command.run(root, fault)
        found = _not_said(scene, refused)
        again = scene.command.run(root)
        if again.code not in scene.codes:
            found.append(
                f"given again, it ends with {again.code}: {again.errors[-300:]}"
            )
        found += _differences(scene, root, was_done=refused.code in scene.codes)
        once = "once" if fault.what is What.FAIL_ONCE else "from then on"
        how = f"{error} at {fault.kinds[0]} {fault.number}, {once}: exit code {refused.code}"
        return record.Trial(name, how, tuple(found), error)


def _drawn(scene: Scene, dice: random.Random) -> tuple[Fault, str]:
    """A refusal, and its name."""
    kind = dice.choice([one for one in ERRORS if scene.counts.get(one)])
    error = dice.choice(ERRORS[kind])
    number = dice.randint(1, scene.counts[kind])
    what = dice.choice((What.FAIL_ONCE, What.FAIL_ON))
    return Fault(what, (kind,), number, getattr(errno, error)), error


def _not_said(scene: Scene, refused: Done) -> list[str]:
    """What is wrong in how a command said that the system refused something."""
    found = []
    if refused.code not in {*_SAID, *scene.codes}:
        found.append(f"it ends with {refused.code}")
    if "Traceback" in refused.errors:
        found.append(f"it shows a traceback: {refused.errors[-500:]}")
    elif _INSIDE in refused.errors:
        found.append(f"it calls it a fault of its own: {refused.errors[-500:]}")
    elif _DAMAGED in refused.errors:
        found.append("it calls the ledger damaged")
    elif refused.code not in scene.codes and not refused.errors.strip():
        found.append("it says nothing")
    return found


def _differences(scene: Scene, root: Path, *, was_done: bool) -> list[str]:
    """What is not as it should be in the end.

    ``was_done``: the command did its work though something could not be read, and said what. Such a
    run has a folder and lines of the ledger of its own.
    """
    found = end(root)
    differ = nearest(found, scene)
    if not was_done:
        return differ
    own = [one for one in differ if not one.endswith(": too much")]
    return [one for one in own if not one.endswith("ledger.db: another")]


def main() -> int:
    """Make the trials; the exit code."""
    parser = record.arguments(__doc__ or "", COUNT)
    parser.add_argument("--only", nargs="*", default=(), choices=tuple(COMMANDS))
    options = parser.parse_args()
    if not faults.is_possible():
        print("Left out: it needs Linux and a C compiler (cc).")
        return 0
    with working_folder() as folder:
        trials = Refusals(Path(folder), tuple(options.only))
        return record.play("refusals", options, trials)


if __name__ == "__main__":
    sys.exit(main())
