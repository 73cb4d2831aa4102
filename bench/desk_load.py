"""Analysts at the desk in a browser, at once: how long they wait for a case, and for a decision.

``python bench/desk_load.py WORKSPACE [--analysts 20] [--seconds 30] [--pause 1.0]``

The workspace has a complete run; it is copied, and the copy is decided. Server and analysts share
the processors of this computer. A pause of 7.2 s is an analyst who decides 500 cases an hour.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import httpx

from voterlist.model import Role
from voterlist.serve.door import add_user
from voterlist.storage.ledger import place_in, verify
from voterlist.storage.workspace import settings_of

PASSWORD = "brick orchard window seven"  # noqa: S105  of nobody
LIMIT = 0.050
"""Seconds: 95 of 100 answers are to come within this time."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--analysts", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--pause", type=float, nargs="*", default=[7.2, 1.0, 0.2])
    options = parser.parse_args()
    print(
        "| pause, s | what | times | a second | median, ms | 95 %, ms | longest, ms |"
    )
    print("|---|---|---|---|---|---|---|")
    for pause in options.pause:
        with tempfile.TemporaryDirectory() as folder:
            workspace = Path(folder) / "workspace"
            shutil.copytree(options.workspace, workspace)
            today = dt.date(2026, 2, 3)
            for number in range(options.analysts):
                name = _name(number)
                add_user(workspace, name, Role.ANALYST, PASSWORD, today=today)
            waits = _measured(workspace, options.analysts, options.seconds, pause)
        for what, seconds in sorted(waits.items()):
            print(_line(pause, what, seconds, options.seconds))


def _line(pause: float, what: str, seconds: list[float], length: float) -> str:
    last = statistics.quantiles(seconds, n=20)[-1]
    verdict = "" if last <= LIMIT else " (too long)"
    cells = (
        f"{pause:g}",
        what,
        f"{len(seconds):,}",
        f"{len(seconds) / length:.1f}",
        f"{statistics.median(seconds) * 1000:.1f}",
        f"{last * 1000:.1f}{verdict}",
        f"{max(seconds) * 1000:.1f}",
    )
    return f"| {' | '.join(cells)} |"


def _measured(
    workspace: Path, analysts: int, seconds: float, pause: float
) -> dict[str, list[float]]:
    """The seconds that each request took, by what was asked for."""
    command = [sys.executable, "-m", "voterlist", "review", "serve", str(workspace)]
    server = subprocess.Popen(
        [*command, "--port", "0"], stdout=subprocess.PIPE, text=True, env=_environment()
    )
    try:
        assert server.stdout is not None
        found = re.search(r"http://\S+", server.stdout.readline())
        assert found is not None, "the desk did not open"
        return asyncio.run(_all(found[0].rstrip("/"), analysts, seconds, pause))
    finally:
        server.terminate()
        server.communicate()
        place = place_in(workspace, settings_of(workspace))
        print(f"the chain fits: {verify(place).fits}", file=sys.stderr)


async def _all(
    url: str, analysts: int, seconds: float, pause: float
) -> dict[str, list[float]]:
    waits: dict[str, list[float]] = defaultdict(list)
    clients = [
        httpx.AsyncClient(base_url=url, headers={"Origin": url}, timeout=60)
        for _ in range(analysts)
    ]
    for number, client in enumerate(clients):
        form = {"name": _name(number), "password": PASSWORD}
        answer = await client.post("/login", data=form)
        assert answer.status_code == 303, answer.text
    until = time.monotonic() + seconds
    await asyncio.gather(*(_work(one, until, pause, waits) for one in clients))
    for client in clients:
        await client.aclose()
    return waits


async def _work(
    client: httpx.AsyncClient, until: float, pause: float, waits: dict[str, list[float]]
) -> None:
    """One analyst: the next case, a pause, what is proposed, and so on until the time is over."""
    draw = random.Random(id(client))  # noqa: S311  pauses
    place = -1
    await asyncio.sleep(draw.uniform(0, pause))
    while time.monotonic() < until:
        shown = await _timed(client, "/api/next", {"after": place}, "case", waits)
        assert shown.status_code == 200, shown.text
        case = shown.json()
        if "code" in case:
            # Nothing is left to decide.
            return
        place = case["place"]
        await asyncio.sleep(draw.uniform(0.5, 1.5) * pause)
        told = {"language": "en", "decisions": [decision_of(case)]}
        done = await _timed(client, "/api/decide", told, "decision", waits)
        assert done.status_code in {200, 409}, done.text
        news = await _timed(client, "/api/news?since=0", None, "news", waits)
        assert news.status_code == 200


async def _timed(
    client: httpx.AsyncClient,
    path: str,
    content: Any,
    what: str,
    waits: dict[str, list[float]],
) -> httpx.Response:
    begun = time.perf_counter()
    if content is None:
        answer = await client.get(path)
    else:
        answer = await client.post(path, json=content)
    waits[what].append(time.perf_counter() - begun)
    return answer


def decision_of(case: dict[str, Any]) -> dict[str, Any]:
    """The decision about a case that was opened: the first of its entries stays."""
    ids = case["entries"]["id"]
    decision = {
        "case": case["cases"]["id"][0],
        "entries": ids,
        "seen": case["cases"]["seen"][0],
        "verdict": "same",
        "kept": ids[0],
        "reason": "names-and-birth",
        "time": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }
    return {"knows": case["knows"], "decision": decision}


def _name(number: int) -> str:
    return f"Analyst {number}"


def _environment() -> dict[str, str]:
    return {**os.environ, "VOTERLIST_LANG": "en"}


if __name__ == "__main__":
    main()
