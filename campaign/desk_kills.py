"""A desk that is killed in the middle of work, again and again: is a confirmed decision lost?

``python campaign/desk_kills.py WORKSPACE [--rounds 100] [--analysts 4]``

Analysts decide as fast as the desk answers; after a random time the server is killed (SIGKILL) and
opened again. Every decision that it confirmed has to stand in the ledger. In some rounds somebody
tries to put a copy of the ledger in its place, which has to be refused, and takes the ledger away
for a moment, in which nothing may be confirmed. The workspace has a
complete run, and is decided: give a copy. Where no case is left, the analysts go on by deciding
their own ones anew.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import itertools
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from voterlist.errors import WorkspaceBusyError
from voterlist.model import Role
from voterlist.serve.door import add_user, list_users
from voterlist.storage.ledger import FILE_NAME, place_in, reading, verify
from voterlist.storage.ledger.copies import copy
from voterlist.storage.workspace import settings_of

PASSWORD = "brick orchard window seven"  # noqa: S105  of nobody
LONGEST = 1.5
"""Seconds after which a server is killed at the latest."""
_DAY = "2026-02-03"
_TOLD_EVERY = 10
_DISTURBED_EVERY = 5
_SETTLED = 0.5
"""Seconds after which an answer that is on its way has arrived."""


@dataclass(slots=True)
class Told:
    """What became of the rounds.

    Attributes:
        confirmed: how many decisions were confirmed.
        lost: those of them that are not in the ledger: (case, person, note).
        unconfirmed: how many are in the ledger though their answer never came.
    """

    confirmed: int = 0
    lost: list[tuple[str, str, str]] = field(default_factory=list)
    unconfirmed: int = 0
    replaced: int = 0
    """How often the ledger of the open desk could be replaced."""
    astray: int = 0
    """How many decisions were confirmed while the ledger was away."""


def rounds(workspace: Path, count: int, analysts: int = 4, seed: int = 0) -> Told:
    """Kill the desk of this workspace so many times."""
    draw = random.Random(seed)  # noqa: S311  when it is killed
    names = with_analysts(workspace, analysts)
    confirmed: list[tuple[str, str, str]] = []
    notes = itertools.count(1)
    told = Told()
    for number in range(1, count + 1):
        is_disturbed = number % _DISTURBED_EVERY == 0
        disturb = (
            partial(_disturb, workspace, confirmed, told) if is_disturbed else None
        )
        one_round(
            workspace,
            names,
            draw.uniform(0.2, LONGEST),
            confirmed,
            notes,
            disturb=disturb,
        )
        if number % _TOLD_EVERY == 0:
            print(f"{number}: {len(confirmed)} confirmed", file=sys.stderr, flush=True)
    done = compared(workspace, confirmed)
    return replace(done, replaced=told.replaced, astray=told.astray)


def _disturb(
    workspace: Path, confirmed: list[tuple[str, str, str]], told: Told
) -> None:
    """Try to replace the ledger of the open desk, then take it away for a moment."""
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder) / "copy.db"
        copy(place_in(workspace, settings_of(workspace)), copied)
        command = [sys.executable, "-m", "voterlist", "ledger", "restore", "--older"]
        tried = subprocess.run(
            [*command, str(workspace), str(copied)], capture_output=True, check=False
        )
    told.replaced += tried.returncode != WorkspaceBusyError.exit_code
    path = workspace / FILE_NAME
    away = path.rename(path.with_name("taken-away.db"))
    # What was committed before is confirmed within this time.
    time.sleep(_SETTLED)
    before = len(confirmed)
    time.sleep(_SETTLED)
    told.astray += len(confirmed) - before
    away.rename(path)
    time.sleep(_SETTLED)


def with_analysts(workspace: Path, count: int) -> list[str]:
    """Let so many people work at the desk; their names."""
    names = [f"Analyst {number}" for number in range(count)]
    there = {one.name for one in list_users(workspace)}
    for name in names:
        if name not in there:
            day = dt.date.fromisoformat(_DAY)
            add_user(workspace, name, Role.ANALYST, PASSWORD, today=day)
    return names


def one_round(
    workspace: Path,
    names: list[str],
    seconds: float,
    confirmed: list[tuple[str, str, str]],
    notes: Any,
    environment: Mapping[str, str] = os.environ,
    disturb: Callable[[], None] | None = None,
) -> None:
    """Open the desk, let everybody work, and kill it.

    ``confirmed`` grows by what is confirmed. Its environment may end the desk earlier. ``disturb``
    is called while everybody works.
    """
    server, url = _opened(workspace, environment)
    if not url:
        return
    try:
        try:
            clients = [_logged_in(url, name) for name in names]
        except httpx.HTTPError:
            return
        over = threading.Event()
        threads = [
            threading.Thread(target=_work, args=(one, name, over, confirmed, notes))
            for one, name in zip(clients, names, strict=True)
        ]
        for thread in threads:
            thread.start()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(seconds)
        if disturb is not None:
            disturb()
        server.kill()
        over.set()
        for thread in threads:
            thread.join()
        for client in clients:
            client.close()
    finally:
        server.kill()
        server.communicate()


def _opened(
    workspace: Path, environment: Mapping[str, str]
) -> tuple[subprocess.Popen[str], str]:
    """The server and its address; no address where it ended before it had one."""
    command = [sys.executable, "-m", "voterlist", "review", "serve", str(workspace)]
    server = subprocess.Popen(
        [*command, "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**environment, "VOTERLIST_LANG": "en"},
    )
    assert server.stdout is not None
    found = re.search(r"http://\S+", server.stdout.readline())
    if found is None:
        server.communicate()
        assert server.returncode == -signal.SIGKILL, "the desk did not open"
        return server, ""
    return server, found[0].rstrip("/")


def _logged_in(url: str, name: str) -> httpx.Client:
    client = httpx.Client(base_url=url, headers={"Origin": url}, timeout=30)
    answer = client.post("/login", data={"name": name, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return client


def _work(
    client: httpx.Client,
    name: str,
    over: threading.Event,
    confirmed: list[tuple[str, str, str]],
    notes: Any,
) -> None:
    """Decide until the server is gone; each decision has a note of its own."""
    place = -1
    own = [case_id for case_id, person, _ in confirmed if person == name]
    try:
        while not over.is_set():
            case = client.post("/api/next", json={"after": place}).json()
            if "code" in case and own:
                case = client.post("/api/open", json={"case": own[-1]}).json()
            if "code" in case:
                # Without a case an analyst waits, and does not ask for ever.
                over.wait(0.2)
                continue
            place = case["place"]
            case_id, note = case["cases"]["id"][0], str(next(notes))
            told = {"language": "en", "decisions": [_decision(case, note)]}
            done = client.post("/api/decide", json=told)
            if done.status_code == 200:
                confirmed.append((case_id, name, note))
                own.append(case_id)
    except httpx.HTTPError:
        # The server was killed: what it did not answer is not confirmed.
        return


def _decision(case: dict[str, Any], note: str) -> dict[str, Any]:
    decision = {
        "case": case["cases"]["id"][0],
        "entries": case["entries"]["id"],
        "seen": case["cases"]["seen"][0],
        "verdict": "separate",
        "note": note,
        "time": f"{_DAY}T12:00:00+04:00",
    }
    return {"knows": case["knows"], "decision": decision}


def compared(workspace: Path, confirmed: list[tuple[str, str, str]]) -> Told:
    """What was confirmed, against what stands in the ledger."""
    with reading(place_in(workspace, settings_of(workspace))) as ledger:
        rows = ledger.given_verdicts().to_pylist()
    there = {(row["case_id"], row["decided_by"], row["reason"]) for row in rows}
    lost = [one for one in confirmed if one not in there]
    known = {note for _, _, note in confirmed}
    unconfirmed = {note for _, _, note in there if note and note not in known}
    return Told(len(confirmed), lost, len(unconfirmed))


def main() -> None:
    """Print what became of it; exit code 1 where a decision was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--analysts", type=int, default=4)
    options = parser.parse_args()
    told = rounds(options.workspace, options.rounds, options.analysts)
    place = place_in(options.workspace, settings_of(options.workspace))
    fits = verify(place).fits
    print(f"killed: {options.rounds}")
    print(f"decisions confirmed: {told.confirmed:,}; lost: {len(told.lost)}")
    print(f"recorded, though the answer never came: {told.unconfirmed}")
    print(f"ledger replaced under the open desk: {told.replaced}")
    print(f"confirmed while the ledger was away: {told.astray}")
    print(f"the chain fits: {fits}")
    sys.exit(int(bool(told.lost or told.replaced or told.astray) or not fits))


if __name__ == "__main__":
    main()
