"""Twenty analysts who decide side by side: at the desk in a browser, and by workbooks."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx

from record import append, lines

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import desks  # noqa: E402  they stand beside this folder
import review_books  # noqa: E402
from voterlist.report.values import Words  # noqa: E402

__all__ = ["Confirmations", "Confirmed", "at_the_desk", "fill_workbook"]

_SAY = Words("en")
_ATTEMPTS = 3
"""So often an analyst asks for another case where a decision was refused."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A decision that the program confirmed to a person.

    Attributes:
        case: the id of the case.
        by: who decided.
        note: what the person wrote; no other decision has it.
        day: when, in ISO 8601.
    """

    case: str
    by: str
    note: str
    day: str


class Confirmations:
    """The decisions that were confirmed, outside of the program: a line of JSON each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def add(self, one: Confirmed) -> None:
        """Write down a decision at once."""
        with self._lock:
            append(self._path, asdict(one))

    def __iter__(self) -> Iterator[Confirmed]:
        for line in lines(self._path):
            yield Confirmed(**line)


def at_the_desk(
    workspace: Path,
    people: Sequence[str],
    each: int,
    day: str,
    confirmations: Confirmations,
    meanwhile: Callable[[], None],
    dice: random.Random,
) -> list[str]:
    """Let all people decide so many cases each at the same time; what went wrong.

    ``meanwhile`` is called while the desk is open.
    """
    wrong: list[str] = []
    seeds = [dice.random() for _ in people]
    with desks.running(workspace) as desk:

        def work(name: str, seed: float) -> None:
            try:
                own = random.Random(seed)  # noqa: S311  no secret
                client = desk.visitor(name)
                _decide(client, name, each, day, confirmations, own)
            except (httpx.HTTPError, AssertionError, KeyError, ValueError) as error:
                wrong.append(f"{name} at the desk: {error!r}")

        threads = [
            threading.Thread(target=work, args=one)
            for one in zip(people, seeds, strict=True)
        ]
        for thread in threads:
            thread.start()
        try:
            meanwhile()
        finally:
            for thread in threads:
                thread.join()
        code = desk.stop()[0]
    return wrong + [f"the desk ended with exit code {code}"] * bool(code)


def _decide(
    client: httpx.Client,
    name: str,
    count: int,
    day: str,
    confirmations: Confirmations,
    dice: random.Random,
) -> None:
    """Decide so many cases, or fewer where there are no more."""
    place = -1
    for _ in range(count * _ATTEMPTS):
        case = client.post("/api/next", json={"after": place}).json()
        if "code" in case:
            return
        place = case["place"]
        note = f"{day} {name} {dice.getrandbits(64):016x}"
        told = {"language": "en", "decisions": [_decision(case, note, day, dice)]}
        answer = client.post("/api/decide", json=told)
        if answer.status_code == 200:
            case_id = case["cases"]["id"][0]
            confirmations.add(Confirmed(case_id, name, note, day))
            count -= 1
            if not count:
                return
        elif answer.status_code != 409:
            raise ValueError(f"{answer.status_code} for a decision")


def _decision(
    case: dict[str, Any], note: str, day: str, dice: random.Random
) -> dict[str, Any]:
    """A decision as the page sends it: two thirds of the cases are of one person."""
    ids = case["entries"]["id"]
    is_same = dice.random() < 2 / 3
    decision = {
        "case": case["cases"]["id"][0],
        "entries": ids,
        "seen": case["cases"]["seen"][0],
        "verdict": "same" if is_same else "separate",
        "kept": dice.choice(ids) if is_same else None,
        "note": note,
        "time": f"{day}T12:00:00+04:00",
    }
    return {"knows": case["knows"], "decision": decision}


def fill_workbook(
    path: Path, by: str, count: int, day: str, dice: random.Random
) -> list[Confirmed]:
    """Answer so many cases of a review workbook; what is decided, once it is read in."""
    cases = sorted({row.get("case_id") for row in review_books.rows_of(path)} - {None})
    chosen = dice.sample(cases, min(count, len(cases)))
    notes = {case: f"{day} {by} {dice.getrandbits(64):016x}" for case in chosen}
    separate = _SAY("verdict.separate")

    def answer(row: dict[str, Any]) -> dict[str, str] | None:
        note = notes.get(row.get("case_id"))
        if note is None:
            return None
        return {"answer": separate, "reason": note, "decided_by": by}

    review_books.fill(path, answer)
    return [Confirmed(case, by, note, day) for case, note in notes.items()]
