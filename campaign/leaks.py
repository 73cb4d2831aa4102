"""Lists of which every cell is a mark, through every command: where does a mark stand that may not?

    python campaign/leaks.py [--seed 1] [--count 9] [--minutes 60] [--folder build/campaign]

A trial tells the story of ``tests/leak_story.py`` under one umask, with crashes at random calls of
functions that have cells in hand, each with an error that quotes them. What was printed and every
file that is there afterwards is searched. Found is: a mark where ``docs/privacy.md`` does not allow
one, a place that the page does not know, and what another user could open.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

import record

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import leak_story  # noqa: E402  it stands in the folder of the tests
import processes  # noqa: E402  the same

COUNT = 9
UMASKS = (0o022, 0o077, 0o000)
CRASHES = 12
"""Crashes of a trial beside those of the story."""
COMMANDS = ("run", "check", "link", "lists")
FUNCTIONS = (
    "voterlist.tables:concat",
    "voterlist.tables:from_columns",
    "voterlist.storage.store:write_table",
    "voterlist.link.block:build",
    "voterlist.arrays:runs",
    "voterlist.tables:codes",
)
LAST_CALL = 60


def told(number: int, dice: random.Random) -> record.Trial:
    """Tell the story once."""
    umask = UMASKS[number % len(UMASKS)]
    more = [
        (dice.choice(COMMANDS), dice.choice(FUNCTIONS), dice.randrange(1, LAST_CALL))
        for _ in range(CRASHES)
    ]
    crashes = (*leak_story.CRASHES, *more)
    with tempfile.TemporaryDirectory() as folder:
        story = leak_story.Story(Path(folder), umask, is_long=True)
        leak_story.through_every_command(story, crashes)
    # A call may not come so often; then the command does its work.
    broken = len(leak_story.FORMS) * len(crashes) - len(story.unbroken)
    numbers = {
        "commands": len(story.done),
        "places searched": len(story.seen),
        "places with marks": sum(map(bool, story.seen.values())),
    }
    others = [f"{place}: open to others" for place in sorted(story.open_to_others)]
    return record.Trial(
        f"umask {umask:03o}",
        f"{broken} crashes",
        (*story.leaks(), *others, *(f"{one} failed inside" for one in story.broken)),
        numbers=numbers,
        tries={"stories": 1, "crashes": broken},
    )


def main() -> int:
    """Make the trials; the exit code."""
    options = record.arguments(__doc__ or "", COUNT).parse_args()
    try:
        return record.play("leaks", options, told)
    finally:
        processes.end()


if __name__ == "__main__":
    sys.exit(main())
