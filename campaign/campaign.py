"""The long round: the scripts of the campaign, two at a time, then the page of what they found.

    python campaign/campaign.py [--minutes 60] [--seed 1] [--folder build/campaign]

Each script has its share of the time and goes on where its record ends, so the round may be stopped
at any moment and started again. The exit code is 1 where anything was found.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from record import FOLDER

LANES = (
    {
        "kills": 0.3,
        "power": 0.1,
        "refusals": 0.1,
        "leaks": 0.2,
        "counter": 0.15,
        "laws": 0.15,
    },
    {
        "damaged": 0.25,
        "vanished": 0.2,
        "guided": 0.1,
        "desk_requests": 0.1,
        "nation_spring": 0.35,
    },
)
"""The scripts of each of two processors, one after the other, and the share of each in the time of
a round; ``mended.toml`` says what each does."""
HERE = Path(__file__).resolve().parent


def main() -> int:
    """Run the scripts; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    shared = ["--seed", str(options.seed), "--folder", str(options.folder)]

    def along(lane: Mapping[str, float]) -> int:
        minutes = {name: str(share * options.minutes) for name, share in lane.items()}
        codes = [_run(name, [*shared, "--minutes", minutes[name]]) for name in lane]
        return max(codes)

    with ThreadPoolExecutor(len(LANES)) as lanes:
        codes = list(lanes.map(along, LANES))
    _run("reliability", ["--folder", str(options.folder)])
    return max(codes)


def _run(script: str, words: list[str]) -> int:
    command = [sys.executable, str(HERE / f"{script}.py"), *words]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
