"""Lists of which every cell is a mark, through every command: where does a mark stand that may not?

    python campaign/leaks.py [--seed 1] [--crashes 40]

The story of ``tests/leak_story.py`` under three umasks, then crashes at random calls of functions
that have cells in hand, each with an error that quotes them. Printed is how many places were
searched and how often a mark stood where ``docs/privacy.md`` does not allow it. The exit code is 1
where one did, or where another user could open a file.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import leak_story  # noqa: E402  it stands beside this folder
import processes  # noqa: E402  the same

UMASKS = (0o000, 0o022, 0o077)
FUNCTIONS = (
    "voterlist.tables:concat",
    "voterlist.tables:from_columns",
    "voterlist.storage.store:write_table",
    "voterlist.link.block:build",
    "voterlist.arrays:runs",
    "voterlist.tables:codes",
)
LAST_CALL = 60


def told(umask: int, crashes: tuple[tuple[str, str, int], ...]) -> bool:
    """Tell the story once and say what was found; True where nothing leaked."""
    with tempfile.TemporaryDirectory() as folder:
        story = leak_story.Story(Path(folder), umask)
        leak_story.through_every_command(story, crashes)
        leaks = story.leaks()
        holding = sum(bool(marks) for marks in story.seen.values())
        print(
            f"umask {umask:03o}: {len(story.seen)} places, {holding} with marks,"
            f" {len(crashes) - len(set(story.unbroken))} kinds of crash;"
            f" leaks {len(leaks)}, open to others {len(story.open_to_others)}",
            flush=True,
        )
        for line in (*leaks, *sorted(story.open_to_others)):
            print(f"  {line}")
        return not leaks and not story.open_to_others


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--crashes", type=int, default=40)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)  # noqa: S311  no secret
    commands = ("run", "check", "link", "lists")
    more = tuple(
        (
            chance.choice(commands),
            chance.choice(FUNCTIONS),
            chance.randrange(1, LAST_CALL),
        )
        for _ in range(asked.crashes)
    )
    try:
        found = [told(umask, leak_story.CRASHES) for umask in UMASKS[1:]]
        found.append(told(UMASKS[0], (*leak_story.CRASHES, *more)))
    finally:
        processes.end()
    return 0 if all(found) else 1


if __name__ == "__main__":
    sys.exit(main())
