"""The counter through a spring: what an invented public asks for, day by day, by the commands.

    python campaign/counter.py [--seed 1] [--count 5] [--minutes 60]

A trial is a spring of a constituency of its own (``counter_public.py`` says who comes and what is
right). Clerks take, decide, refuse and answer; some are slow. What a clerk must not be able to
grant is tried first. Each night runs, and then is counted without the program who has to stand
where: from the lines of the files and from what was granted. Found is: somebody who is lost, stands
twice, or stands elsewhere; a list with other rows than its balance says; a grant that should have
been refused, or the other way round; an application that ``status`` forgets, or does not call late.
"""

from __future__ import annotations

import csv
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import record
from counter_public import Public, Step, Wish, date_of, invented
from nation_oracle import chain

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from command_line import told  # noqa: E402  it stands in the folder of the tests

COUNT = 5
APPLICATIONS = 100
VOTERS = 1200
DAYS = 12
"""Days on which people come; the last two are behind the freeze of the lists."""
_PATIENCE = 8
"""Days after these in which the slowest clerk is done."""
_CLERKS = ("Aytən Quliyeva", "Vəfa Səfərova", "Rauf Nəbiyev")
_DONE = (0, 1)


class Springs:
    """The trials.

    Args:
        folder: for the workspaces.
        applications: of a spring.
        voters: of its constituency.
        days: on which people come.
    """

    def __init__(
        self,
        folder: Path,
        applications: int = APPLICATIONS,
        voters: int = VOTERS,
        days: int = DAYS,
    ) -> None:
        self._folder = folder
        self._size = (applications, voters, days)

    def __call__(self, _number: int, dice: random.Random) -> record.Trial:
        """Play a spring."""
        applications, voters, days = self._size
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            public = invented(Path(folder), voters, days, dice)
            wishes = public.wishes(applications)
            spring = _Spring(public, days)
            spring.play(wishes)
            wrong = tuple(spring.found)
        tries = dict(Counter(wish.kind for wish in wishes))
        how = f"{len(wishes)} applications in {spring.nights} nights"
        return record.Trial("spring", how, wrong, numbers=spring.numbers, tries=tries)


class _Spring:
    """A spring that is played."""

    def __init__(self, public: Public, days: int) -> None:
        self._public = public
        self._workspace = public.workspace
        self._days = days
        self._taken: list[Wish] = []
        self._counted: Counter[str] = Counter()
        self.nights = 0
        self.found: list[str] = []

    @property
    def numbers(self) -> dict[str, int]:
        """What was counted."""
        return {**self._counted, "nights": self.nights}

    def play(self, wishes: list[Wish]) -> None:
        """Play it to the end, when nobody waits any more."""
        for day in range(1, self._days + _PATIENCE + 1):
            coming = [wish for wish in wishes if wish.day == day]
            for wish in coming:
                self._take(wish)
            served = [wish for wish in self._taken if day in wish.steps]
            for wish in served:
                self._serve(wish, day)
            if coming or served:
                self._night(day)
            self.found += [f"day {day}: {wrong}" for wrong in self._status(day)]
            is_over = all(day >= max(wish.steps) for wish in wishes)
            if day >= self._days and is_over:
                break
        self.found += chain(self._workspace)
        self._in_the_book(day)

    def _say(self, wish: Wish, what: str) -> None:
        self.found.append(f"{wish.kind} {wish.number}, {what}")

    def _command(self, day: int, *words: object) -> tuple[int, dict[str, Any]]:
        """(exit code, what was said) of a command on a day."""
        return told(*words, "--today", date_of(day))

    def _application(
        self, day: int, step: str, *words: object
    ) -> tuple[int, dict[str, Any]]:
        return self._command(day, "application", step, self._workspace, *words)

    # What the clerks do

    def _take(self, wish: Wish) -> None:
        """Take an application: each gets the next number, whatever is doubtful of it."""
        number = wish.beside.number if wish.beside is not None else 0
        words = [str(word).format(number=number) for word in wish.take]
        code, said = self._application(wish.day, "take", *words)
        wish.number = said.get("number", 0)
        self._taken.append(wish)
        if code != 0 or wish.number != len(self._taken):
            self._say(wish, f"was not taken as {len(self._taken)}: {said}")
        doubts = {one["code"] for one in said.get("doubts", ())}
        if not wish.doubts <= doubts:
            self._say(wish, f"is told to be {doubts}, not {set(wish.doubts)}")
        self._counted["taken"] += 1

    def _serve(self, wish: Wish, day: int) -> None:
        """Do what a clerk does with an application on a day; what has to be refused first."""
        clerk = ("--by", _CLERKS[wish.number % len(_CLERKS)])
        for step in wish.steps[day]:
            words = (step.command, wish.number, *step.words, *clerk)
            code, said = self._application(day, *words)
            if step.must_fail:
                self._counted["refused by the program"] += code != 0
                if code == 0:
                    self._say(wish, f"{step.words} was done")
            elif code != 0:
                self._say(wish, f"{step.words} was refused: {said}")
            else:
                wish.happened(step, day)
                self._done(wish, step, said, day)

    def _done(self, wish: Wish, step: Step, said: Mapping[str, Any], day: int) -> None:
        """Remember what was granted; answer what was decided in writing."""
        if wish.outcome == "open":
            return
        self._counted["in their term" if day <= wish.due else "late"] += 1
        if wish.state == "granted" and wish.effect is not None:
            entry_id = said["entry_id"] or said["events"][-1]["amends"][0][0]
            self._public.takes_effect(wish.effect, entry_id)
        if step.command == "decide":
            paper = self._public.paper
            paper.unlink(missing_ok=True)
            code, answer = self._application(day, "answer", wish.number, "--out", paper)
            if code != 0 or not paper.read_bytes().startswith(b"%PDF"):
                self._say(wish, f"has no answer in writing: {answer}")
            self._counted["answers in writing"] += 1

    # What has to hold

    def _night(self, day: int) -> None:
        """The run of the night, and all that has to hold after it."""
        code, said = self._command(day, "run", self._workspace)
        if code not in _DONE:
            self.found.append(f"night {day}: {said}")
            return
        self.nights += 1
        self.found += [f"night {day}: {wrong}" for wrong in self._lists(day)]

    def _lists(self, day: int) -> Iterator[str]:
        """What is wrong with the compiled lists, counted from their rows."""
        out = self._workspace.parent / "lists"
        words = ("lists", self._workspace, "--purpose", "record", "--out", out)
        code, said = self._command(day, *words)
        if code != 0:
            yield f"no lists: {said}"
            return
        rows: list[dict[str, str]] = []
        for path in sorted(out.glob("*-record.csv")):
            with path.open(encoding="utf-8-sig", newline="") as page:
                rows += csv.DictReader(page)
        yield from self._public.wrong_in(rows)
        counted = Counter((row["precinct"], row["list_kind"]) for row in rows)
        for one in said["balance"]:
            left = one["handed_in"] - one["struck"] - one["repeated"] - one["moved_out"]
            of_list = counted.pop((str(one["precinct"]), one["list_kind"]), 0)
            if not left + one["moved_in"] + one["added"] == one["listed"] == of_list:
                yield f"precinct {one['precinct']} has {of_list} rows: {one}"
        for precinct, _ in counted:
            yield f"precinct {precinct} has a list without a balance"

    def _status(self, day: int) -> Iterator[str]:
        """What ``status`` says of the applications against what the public remembers."""
        _, said = self._command(day + 1, "status", self._workspace)
        shown = {one["number"]: one["late"] for one in said["applications"]}
        wanted = {
            wish.number: day + 1 > wish.due
            for wish in self._taken
            if wish.outcome == "open"
        }
        if shown != wanted:
            differ = sorted(shown.items() ^ wanted.items())
            yield f"status tells other open applications: {differ[:5]}"
        self._counted["late on a night's status"] += sum(wanted.values())

    def _in_the_book(self, day: int) -> None:
        """The states of all applications at the end, and their sums."""
        code, said = self._application(day, "list")
        states = {one["number"]: one["state"] for one in said["applications"]}
        for wish in self._taken:
            if states.get(wish.number) != wish.outcome:
                self._say(wish, f"is {states.get(wish.number)}, not {wish.outcome}")
        (every,) = (row for row in said["figures"] if row["what"] == "all")
        if every["taken"] != len(self._taken):
            self.found.append(f"the book has {every['taken']} applications")
        if code != 0:
            self.found.append(
                "the book calls an application late that nobody waits for"
            )


def main() -> int:
    """Make the trials; the exit code."""
    parser = record.arguments(__doc__ or "", COUNT)
    parser.add_argument("--applications", type=int, default=APPLICATIONS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        springs = Springs(Path(folder), options.applications)
        return record.play("counter", options, springs)


if __name__ == "__main__":
    sys.exit(main())
