"""A nation's spring, compressed: every constituency hands in, analysts decide, nights run.

    python campaign/nation_spring.py [--constituencies 125] [--voters-each 400] [--days 30]

Real commands, each in a process of its own, and nothing else. On each simulated day some
constituencies hand in their lists, for the first time or changed: run, submit, receive, and the
receipt back. Packages that are damaged, cut, replayed or forged come between them. The night of the
central commission runs; its analysts decide side by side at the desk and by workbooks; cases are
returned to constituencies, which answer. At the end of each day every entry is followed from the
file to the list (``nation_oracle.py``); at the end of the spring the last night is compared with a
run from the beginning.

Each step that was done is a line of JSON in the folder. A spring that was stopped, at any moment,
goes on with the step in which it was: that command is given again. The same seed is the same
spring. ``build/campaign/nation_spring.md`` tells what was found, and time and memory of each day.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from nation import ANALYSTS, Size, Spring, make
from nation_attacks import refused
from nation_days import finish, play_day
from record import FOLDER

NAME = "nation_spring"


def play(spring: Spring, minutes: float = 1e9) -> bool:
    """Play the days that are left, as long as there is time; True where the spring is over."""
    until = time.monotonic() + 60 * minutes
    nation = make(spring)
    for day in range(1, spring.size.days + 1):
        if time.monotonic() > until:
            return False
        if spring.told(day) is None:
            play_day(spring, nation, day)
    spring.once("end", lambda: finish(spring))
    return True


def found(spring: Spring) -> list[str]:
    """All that was found."""
    days = [spring.told(day) for day in range(1, spring.size.days + 1)]
    told = [one for day in days if day for one in day["found"]]
    return told + list(dict(spring.steps()).get("end") or [])


def folder_of(folder: Path, size: Size) -> Path:
    """Where the spring of a size is played, below the folder of the records."""
    numbers = (size.constituencies, size.voters_each, size.days, size.seed)
    return folder / "-".join(map(str, (NAME, *numbers)))


def summary(spring: Spring) -> str:
    """A section of a page."""
    size = spring.size
    days = [told for day in range(1, size.days + 1) if (told := spring.told(day))]
    if not days:
        return "Not run.\n"
    attacks: Counter[str] = Counter()
    for one in days:
        attacks.update(refused(spring, one["day"]))
    sums: Counter[str] = Counter()
    for one in days:
        names = ("handed in", "returned", "confirmed")
        sums.update({name: one[name] for name in names})
    wrong = found(spring)
    counts = ", ".join(f"{count} {name}" for name, count in sorted(attacks.items()))
    over = "the last night equals a run from the beginning"
    last = dict(spring.steps()).get("end")
    end = "it goes on" if last is None else "its end is wrong" if last else over
    text = [
        f"{size.constituencies} constituencies of {size.voters_each:,} voters each (seed",
        f"{size.seed}): {len(days)} of {size.days} days; {end}.",
        f"{sums['handed in']:,} packages went up and {sums['returned']:,} down, each with",
        f"its receipt; {sum(attacks.values()):,} were refused ({counts}).",
        f"{sums['confirmed']:,} decisions were confirmed to {size.analysts} analysts.",
        f"{len(wrong)} things were found wrong."
        if wrong
        else "Nothing was found wrong.",
        "",
    ]
    names = (
        *("day", "handed in", "refused", "entries", "open cases", "confirmed"),
        *("returned", "seconds", "seconds of the night", "CPU seconds", "megabytes"),
    )
    text += ["| " + " | ".join(names) + " |", "|---" * len(names) + "|"]
    text += [
        "| " + " | ".join(f"{one[name]:,}" for name in names) + " |" for one in days
    ]
    text += ["", *(f"* {one}" for one in wrong[:20])]
    return "\n".join(text).rstrip() + "\n"


def main() -> int:
    """Play; the exit code is 1 where anything was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--constituencies", type=int, default=125)
    parser.add_argument("--voters-each", type=int, default=400)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--analysts", type=int, default=len(ANALYSTS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1e9, help="of this call")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    given = parser.parse_args()
    size = Size(
        given.constituencies,
        given.voters_each,
        given.days,
        given.seed,
        given.analysts,
    )
    spring = Spring(folder_of(given.folder, size), size)
    play(spring, given.minutes)
    (given.folder / f"{NAME}.md").write_text(summary(spring), encoding="utf-8")
    wrong = found(spring)
    print("\n".join(wrong) or f"{NAME}: nothing was found")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
