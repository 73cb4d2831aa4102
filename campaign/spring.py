"""A constituency's spring with the sample, from the inbox to the printed lists.

    python campaign/spring.py FOLDER [--language en|az]

Everything is left in FOLDER, which must not be there, to be looked at. Printed are the counts of
both runs, what was decided, and the balance of each list with the number of files in which it
stands the same. The exit code is 1 where a balance differs from one file to another.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from spring import PARTS, spring  # noqa: E402  the folder of tests is no package


def _say_run(name: str, run: Mapping[str, Any]) -> None:
    print(f"{name}: findings {run['findings']}, open cases {run['open_cases']}")
    print("  decided:", {key: count for key, count in run["decided"].items() if count})


def _say_balance(place: tuple[int, str], found: Mapping[str, Any]) -> bool:
    """True where the balance of a list is the same wherever it stands."""
    is_same = len(set(found.values())) == 1
    counts = dict(zip(PARTS, found["json"], strict=True))
    told = "the same in" if is_same else "NOT the same in"
    print(*place, counts, told, len(found))
    return is_same


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--language", choices=("en", "az"), default="en")
    arguments = parser.parse_args()
    account = spring(arguments.folder, arguments.language)
    _say_run("before", account["before"])
    print("answers:", account["answers"], "refused:", account["imported"]["problems"])
    _say_run("after", account["after"])
    balances = sorted(account["balances"].items())
    are_same = [_say_balance(place, found) for place, found in balances]
    return int(not all(are_same))


if __name__ == "__main__":
    sys.exit(main())
