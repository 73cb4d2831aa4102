"""The days of a nation's spring: who hands in, decides, returns; and what has to hold each day."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from measured_calls import processor_seconds
from nation import ANALYSTS, FIRST_DAY, Spring, list_of
from nation_attacks import attack, refused, replay
from nation_desk import Confirmed, at_the_desk, fill_workbook
from nation_lists import Nation, revise
from nation_oracle import Held, above, below, chain, decisions

__all__ = ["finish", "held", "play_day"]

_BY_WORKBOOK = "Analyst by workbook"
_CLERK = "L. Məmmədova"
_RETURNS = 2
"""To so many constituencies cases are returned, a day."""


def date_of(day: int) -> str:
    """A day of the spring, in ISO 8601."""
    return (FIRST_DAY + dt.timedelta(days=day)).isoformat()


def play_day(spring: Spring, nation: Nation, day: int) -> None:
    """One day of the spring; what it came to is told by its last step."""
    date = date_of(day)
    began, used = time.monotonic(), processor_seconds()
    spring.memory.peak = 0
    due = _due(spring, nation, day)
    returned_to = _returned_to(spring, nation, day)
    with spring.memory.watched():
        for number in due:
            _hand_in(spring, nation, number, day)
        night = spring.once(f"{day} night", lambda: _night(spring, date))
        wrong = _decide(spring, day)
        for number in returned_to:
            _return(spring, number, day)
    wrong += _checked(spring, due, day, Path(night["folder"]))
    told = {
        "day": day,
        "entries": night["rows"]["out"],
        "open cases": night["open_cases"],
        "handed in": len(due),
        "refused": sum(refused(spring, day).values()),
        "confirmed": sum(one.day == date for one in spring.confirmations),
        "returned": len(returned_to),
        "seconds": round(time.monotonic() - began),
        "CPU seconds": round(processor_seconds() - used),
        "seconds of the night": round(night["seconds"]),
        "megabytes": round(spring.memory.peak / 1e6),
        "found": wrong,
    }
    spring.once(f"{day} end", lambda: told)
    print(json.dumps(told, ensure_ascii=False), flush=True)


def _first_day(spring: Spring, number: int) -> int:
    """On which a constituency hands in first: in the first half of the spring."""
    if number == 1:
        return 1
    return spring.dice("first", number).randint(1, max(spring.size.days // 2, 1))


def _due(spring: Spring, nation: Nation, day: int) -> list[int]:
    """Who hands in on a day."""
    return [
        number
        for number in sorted(nation)
        if _first_day(spring, number) == day
        or _is_due_again(spring, nation, number, day)
    ]


def _is_due_again(spring: Spring, nation: Nation, number: int, day: int) -> bool:
    """By chance; and where cases were returned the day before."""
    if day <= _first_day(spring, number):
        return False
    if number in _returned_to(spring, nation, day - 1):
        return True
    return spring.dice("again", number, day).random() < spring.size.again


def _returned_to(spring: Spring, nation: Nation, day: int) -> list[int]:
    """To whom cases are returned on a day: some of those who have handed in."""
    there = [one for one in sorted(nation) if _first_day(spring, one) <= day]
    if day == spring.size.days:
        return []
    return sorted(spring.dice("return", day).sample(there, min(_RETURNS, len(there))))


# What happens on a day


def _hand_in(spring: Spring, nation: Nation, number: int, day: int) -> None:
    """A constituency changes its lists, runs, hands over; the package is taken in."""
    workspace, date = spring.of(number), date_of(day)
    at, today = f"{day} {number}", ("--today", date_of(day))
    package = spring.folder / "packages" / f"{number:03}-{day:02}.zip"
    receipt = package.with_name(f"{package.stem}-receipt.zip")
    package.parent.mkdir(exist_ok=True)
    if day > _first_day(spring, number):
        spring.once(f"{at} lists", lambda: _change(spring, nation, number, day))
    spring.once(f"{at} answers", lambda: _answer(spring, number, date))
    run = spring.once(f"{at} run", lambda: spring.call("run", workspace, *today))
    words = ("-c", number, "--out", package, "--by", _CLERK, *today)
    spring.once(f"{at} submit", lambda: _submit(spring, workspace, *words))
    spring.once(f"{at} attack", lambda: attack(spring, package, date))
    spring.once(f"{at} receive", lambda: _receive(spring, package, run, date))
    spring.once(f"{at} receipt", lambda: _take(spring, workspace, receipt, date))
    spring.once(f"{at} replay", lambda: replay(spring, package, date))


def _change(spring: Spring, nation: Nation, number: int, day: int) -> None:
    """One precinct's list comes anew; its file takes the place of the one before."""
    dice = spring.dice("change", number, day)
    precinct = dice.choice(sorted(nation[number]))
    other = dice.choice([one for one in sorted(nation) if one != number] or [number])
    elsewhere = nation[other][dice.choice(sorted(nation[other]))]
    revise(list_of(spring.of(number), number, precinct), precinct, elsewhere, dice)


def _answer(spring: Spring, number: int, date: str) -> int:
    """Answer the cases that the central commission returned; how many there were."""
    workspace = spring.of(number)
    if not (workspace / "received").exists():
        return 0
    cases = spring.call("answer", workspace)["cases"]
    for case in cases:
        words = ("--case", case["number"], "--stays", "--by", _CLERK)
        spring.call("answer", workspace, *words, "--today", date)
    return len(cases)


def _submit(spring: Spring, workspace: Path, *words: object) -> dict[str, Any]:
    told = spring.call("submit", workspace, *words)
    if told["exit_code"]:
        gates = [one["gate"] for one in told["gates"] if one["open"]]
        raise RuntimeError(f"{workspace.name} was not handed over: {gates}")
    package: dict[str, Any] = told["package"]
    return package


def _receive(
    spring: Spring, package: Path, run: dict[str, Any], date: str
) -> dict[str, str]:
    """Take a package in; what the oracle has to know of it."""
    _take(spring, spring.centre, package, date)
    with zipfile.ZipFile(package) as content:
        folder = content.namelist()[0].partition("/")[0]
    return {"package": str(package), "folder": folder, "run": run["folder"]}


def _take(spring: Spring, workspace: Path, package: Path, date: str) -> dict[str, Any]:
    """Take a package or a receipt in."""
    return spring.call("receive", workspace, package, "--today", date)


def _night(spring: Spring, date: str) -> dict[str, Any]:
    began = time.monotonic()
    told = spring.call("run", spring.centre, "--today", date)
    seconds = round(time.monotonic() - began, 1)
    names = ("folder", "rows", "open_cases")
    return {name: told[name] for name in names} | {"seconds": seconds}


def _decide(spring: Spring, day: int) -> list[str]:
    """The analysts decide at the desk; meanwhile a workbook is read in. What went wrong."""
    date = date_of(day)
    dice = spring.dice("desk", day)
    book = spring.folder / "workbooks" / f"{day:02}.xlsx"
    rows = spring.once(f"{day} workbook", lambda: _filled(spring, book, day))
    people = ANALYSTS[: spring.size.analysts]

    def work() -> list[str]:
        return at_the_desk(
            spring.centre,
            people,
            spring.size.decisions_each,
            date,
            spring.confirmations,
            lambda: _read_in(spring, book, [Confirmed(*row) for row in rows]),
            dice,
        )

    wrong: list[str] = spring.once(f"{day} desk", work)
    return list(wrong)


def _filled(spring: Spring, book: Path, day: int) -> list[list[str]]:
    """A workbook of the cases of one constituency, filled in."""
    book.parent.mkdir(exist_ok=True)
    book.unlink(missing_ok=True)
    dice = spring.dice("workbook", day)
    chosen = dice.choice(sorted(held(spring, day)))
    words = ("--out", book, "-c", chosen, "--language", "en", "--today", date_of(day))
    spring.call("review", "export", spring.centre, *words)
    filled = fill_workbook(book, _BY_WORKBOOK, 4, date_of(day), dice)
    return [[one.case, one.by, one.note, one.day] for one in filled]


def _read_in(spring: Spring, book: Path, filled: list[Confirmed]) -> None:
    """Read a workbook in; what is not refused is confirmed."""
    told = spring.call("review", "import", spring.centre, book)
    refused_cases = {str(one.get("case_id")) for one in told["problems"]}
    there = {one.note for one in spring.confirmations}
    for one in filled:
        if one.case not in refused_cases and one.note not in there:
            spring.confirmations.add(one)


def _return(spring: Spring, number: int, day: int) -> None:
    """Cases go down to a constituency, and its receipt comes up."""
    date = date_of(day)
    package = spring.folder / "packages" / f"return-{number:03}-{day:02}.zip"
    receipt = package.with_name(f"{package.stem}-receipt.zip")
    at, words = f"{day} return {number}", ("--out", package, "--today", date)
    spring.once(at, lambda: spring.call("return", spring.centre, "-c", number, *words))
    workspace = spring.of(number)
    spring.once(f"{at} taken", lambda: _take(spring, workspace, package, date))
    spring.once(f"{at} receipt", lambda: _take(spring, spring.centre, receipt, date))


# What has to hold


def held(spring: Spring, day: int) -> dict[int, Held]:
    """The package of each constituency that holds at the end of a day."""
    found: dict[int, Held] = {}
    for step, told in spring.steps():
        words = step.split()
        if words[-1] == "receive" and int(words[0]) <= day:
            package, run = Path(told["package"]), Path(told["run"])
            found[int(words[1])] = Held(package, told["folder"], run)
    return found


def _checked(spring: Spring, due: list[int], day: int, night: Path) -> list[str]:
    """What is wrong at the end of a day."""
    there = held(spring, day)
    wrong = list(above(spring.centre, night, there))
    wrong += chain(spring.centre)
    for number in due:
        wrong += below(spring.of(number), there[number], number)
    before = [one for one in spring.confirmations if one.day < date_of(day)]
    wrong += decisions(spring.centre, night, before)
    return wrong


def finish(spring: Spring) -> list[str]:
    """What is wrong at the end of the spring."""
    date = date_of(spring.size.days + 1)
    night = spring.once("last night", lambda: _night(spring, date))
    run = Path(night["folder"])
    there = held(spring, spring.size.days)
    wrong = list(above(spring.centre, run, there))
    for number, one in sorted(there.items()):
        wrong += below(spring.of(number), one, number)
        wrong += chain(spring.of(number))
    wrong += chain(spring.centre)
    wrong += decisions(spring.centre, run, list(spring.confirmations))
    wrong += _from_the_beginning(spring, run, date)
    return wrong


def _from_the_beginning(spring: Spring, run: Path, date: str) -> Iterator[str]:
    """The last night against a run of the same lists and answers for which nothing was kept."""
    calm = spring.folder / "calm" / spring.centre.name
    shutil.rmtree(calm.parent, ignore_errors=True)
    shutil.copytree(spring.centre, calm)
    for name in ("runs", "reports", "kept", "compared"):
        shutil.rmtree(calm / name, ignore_errors=True)
    again = Path(spring.call("run", calm, "--today", date)["folder"])
    found, wanted = _tables(run), _tables(again)
    for name in sorted(found.keys() | wanted.keys()):
        if found.get(name) != wanted.get(name):
            yield f"the last night has another {name} than a run from the beginning"
    shutil.rmtree(calm.parent)


def _tables(run: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(run.glob("*.parquet"))
    }
