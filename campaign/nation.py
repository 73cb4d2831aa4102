"""An invented nation whose spring is played: its workspaces, and the steps that were done."""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measured_calls import Calls, Memory
from nation_desk import Confirmations
from nation_lists import Nation, nation_of, write_list
from record import append, lines

# isort: split
import desks  # the modules above have put its folder on the path

__all__ = ["ANALYSTS", "FIRST_DAY", "OK", "Size", "Spring", "forged", "list_of", "make"]

FIRST_DAY = dt.date(2026, 2, 1)
ANALYSTS = tuple(f"Analyst {number:02}" for number in range(1, 21))
OK = (0, 1)
"""The exit codes of what was done; 1: a person is needed."""
_DONE_BEFORE = frozenset({"keys-there", "trust-key-known", "package-taken"})
"""How a command is refused that was done before."""
_GATES = (
    *("set_aside", "errors", "contested", "returned", "pending", "second_readings"),
    *("missing_precincts", "unknown_precincts"),
)


@dataclass(frozen=True, slots=True)
class Size:
    """How large a spring is, and which one.

    Attributes:
        constituencies: how many.
        voters_each: of each of them, about.
        days: how many.
        seed: the same seed is the same spring.
        analysts: how many decide side by side.
        decisions_each: how many cases each of them decides on a day.
        again: how often a constituency hands in again, a day.
    """

    constituencies: int
    voters_each: int
    days: int
    seed: int
    analysts: int = len(ANALYSTS)
    decisions_each: int = 2
    again: float = 0.02


class Spring:
    """A spring in a folder."""

    def __init__(self, folder: Path, size: Size) -> None:
        self.folder = folder
        self.size = size
        self.calls = Calls()
        self.memory = Memory()
        self.centre = folder / "cec"
        self.confirmations = Confirmations(folder / "confirmed.jsonl")
        self._done: dict[str, Any] = {}
        folder.mkdir(parents=True, exist_ok=True)
        for line in lines(folder / "steps.jsonl"):
            self._done[line["step"]] = line["told"]
        self._goes_on = True

    def of(self, number: int) -> Path:
        """The workspace of a constituency."""
        return self.folder / f"conec-{number:03}"

    def dice(self, *names: object) -> random.Random:
        """Dice of their own for each thing that is drawn."""
        return random.Random(f"{self.size.seed} {names}")  # noqa: S311  no secret

    def once(self, step: str, make: Callable[[], Any]) -> Any:
        """What a step told; it is made where it was not made yet."""
        if step not in self._done:
            told = make()
            append(self.folder / "steps.jsonl", {"step": step, "told": told})
            self._done[step] = json.loads(json.dumps(told))
        return self._done[step]

    def call(self, *words: object) -> dict[str, Any]:
        """What a command said that has to be done.

        Where a spring goes on, its first commands may have been done before.
        """
        code, told = self.calls(*words)
        self._goes_on = self._goes_on and code not in OK
        refusal = told.get("error", {}).get("code")
        if code not in OK and not (self._goes_on and refusal in _DONE_BEFORE):
            raise RuntimeError(f"{words}: exit code {code}: {told}")
        return told

    def steps(self) -> Iterator[tuple[str, Any]]:
        """The steps that were done, with what they told, in order."""
        yield from self._done.items()

    def told(self, day: int) -> dict[str, Any] | None:
        """What a day came to; None where it did not end yet."""
        found: dict[str, Any] | None = self._done.get(f"{day} end")
        return found


# The nation


def make(spring: Spring) -> Nation:
    """The nation's lists; the workspaces, keys and users, where they are not there yet."""
    spring.once("invented", lambda: _invent(spring))
    nation = nation_of(spring.folder / "invented" / "entries.parquet")
    spring.once("centre", lambda: _centre(spring))
    for number in sorted(nation):
        _constituency(spring, nation, number)
    spring.once("forger", lambda: _forger(spring, nation))
    spring.once("users", lambda: _users(spring))
    return nation


def _invent(spring: Spring) -> None:
    size = spring.size
    voters = size.constituencies * size.voters_each
    words = ("--constituencies", size.constituencies, "--seed", size.seed)
    folder = spring.folder / "invented"
    spring.call("synth", folder, "--voters", voters, *words, "--no-files")


def _centre(spring: Spring) -> None:
    text = '[workspace]\nname = "MSK"\nlevel = "cec"\n[report]\nlanguages = ["en"]\n'
    _workspace(spring.centre, text)
    spring.call("keys", "make", spring.centre, "--today", FIRST_DAY)


def _constituency(spring: Spring, nation: Nation, number: int) -> None:
    """A workspace of a constituency; it and the central commission trust each other."""
    below, above = spring.of(number), spring.centre
    day = ("--today", FIRST_DAY)
    spring.once(f"make {number}", lambda: _below(below, nation, number))
    spring.once(f"keys {number}", lambda: spring.call("keys", "make", below, *day))
    for one, other in ((below, above), (above, below)):
        words = (one, other / "keys" / "public.json", "--name", other.name, *day)
        step = f"trust {number} in {one.name}"
        spring.once(step, lambda words=words: spring.call("keys", "trust", *words))


def _users(spring: Spring) -> None:
    there = {one["name"] for one in spring.call("user", "list", spring.centre)["users"]}
    for name in ANALYSTS[: spring.size.analysts]:
        if name not in there:
            desks.add_user(spring.centre, name)


def _forger(spring: Spring, nation: Nation) -> None:
    """Somebody who says that they are a constituency, with keys that nobody trusts."""
    number = min(nation)
    forger = spring.folder / "forger"
    _below(forger, nation, number)
    day = ("--today", FIRST_DAY)
    spring.call("keys", "make", forger, *day)
    key = spring.centre / "keys" / "public.json"
    spring.call("keys", "trust", forger, key, "--name", "cec", *day)
    spring.call("run", forger, *day)
    spring.call("submit", forger, "-c", number, "--out", forged(spring), *day)


def forged(spring: Spring) -> Path:
    """The package of somebody whose keys nobody trusts."""
    return spring.folder / "forged.zip"


def _workspace(folder: Path, settings: str) -> None:
    # A spring that was stopped here begins this workspace anew.
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("inbox", "reference"):
        (folder / name).mkdir(parents=True)
    (folder / "voterlist.toml").write_text(settings, encoding="utf-8")


def _below(folder: Path, nation: Nation, number: int) -> None:
    gates = "".join(f"{name} = false\n" for name in _GATES)
    precincts = ", ".join(map(str, sorted(nation[number])))
    text = f"""
[workspace]
name = "{number} dairəsi"
level = "conec"
constituency = {number}
[submit]
most_open_cases = 100000
{gates}[territory.precincts]
{number} = "{precincts}"
[report]
languages = ["en"]
"""
    _workspace(folder, text)
    for precinct, voters in nation[number].items():
        write_list(list_of(folder, number, precinct), precinct, voters)


def list_of(workspace: Path, number: int, precinct: int) -> Path:
    """The file of a precinct."""
    return workspace / "inbox" / str(number) / f"menteqe-{precinct}.csv"
