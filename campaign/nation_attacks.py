"""Packages that must be refused: changed, cut, forged, of a wrong sender, replayed.

They leave nothing behind.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import handing  # noqa: E402  these stand in the folder of the tests
from nation import OK, Spring, forged  # noqa: E402
from test_wrong_senders import ACCEPTED, with_row  # noqa: E402

__all__ = ["attack", "refused", "replay"]

_APART = ("ledger.db-wal", "ledger.db-shm", ".lock")


def attack(spring: Spring, package: Path, date: str) -> dict[str, int]:
    """One that is not what it was comes before a package; what was done to it, counted."""
    dice = spring.dice("attack", package.name)
    content = package.read_bytes()
    at = dice.randrange(len(content))
    changed = bytearray(content)
    changed[at] ^= 1 << dice.randrange(8)
    attacks = {
        "changed": bytes(changed),
        "cut": content[: dice.randrange(len(content))],
        "forged": forged(spring).read_bytes(),
        "of others": _wrong(spring, package, of_others=True),
        "far ahead": _wrong(spring, package, of_others=False),
    }
    name = dice.choice(sorted(attacks))
    path = spring.folder / "attack.zip"
    path.write_bytes(attacks[name])
    _must_be_refused(spring, path, date, name)
    return {name: 1}


def _wrong(spring: Spring, package: Path, *, of_others: bool) -> bytes:
    """A package that its sender signed: about another constituency, or of a far number."""
    number = int(package.name.partition("-")[0])
    keys = spring.of(number) / "keys"
    path = Path(shutil.copy(package, spring.folder / "wrong.zip"))
    if of_others:
        change = with_row("accepted", constituency=number + 1, **ACCEPTED)
        handing.rewritten(path, keys, change)
    else:
        handing.rewritten(path, keys, serial=999_999, previous="ab" * 32)
    return path.read_bytes()


def replay(spring: Spring, package: Path, date: str) -> dict[str, int]:
    """A package that was taken comes once more, or an older one of its sender."""
    sender = package.name.partition("-")[0]
    older = sorted(package.parent.glob(f"{sender}-??.zip"))
    again = spring.dice("replay", package.name).choice(older)
    _must_be_refused(spring, again, date, "replayed")
    return {"replayed": 1}


def refused(spring: Spring, day: int) -> Counter[str]:
    """How many packages were refused on a day, by what was done to them."""
    counted: Counter[str] = Counter()
    for step, told in spring.steps():
        if step.startswith(f"{day} ") and step.endswith((" attack", " replay")):
            counted.update(told)
    return counted


def _must_be_refused(spring: Spring, path: Path, date: str, name: str) -> None:
    before = _state(spring.centre)
    code, told = spring.calls("receive", spring.centre, path, "--today", date)
    refusal = told.get("error", {}).get("code", "")
    if code in OK or not refusal.startswith("package-"):
        raise RuntimeError(f"a {name} package was not refused: {code} {told}")
    if _state(spring.centre) != before:
        raise RuntimeError(f"a {name} package was refused, and left something")


def _state(workspace: Path) -> dict[str, str]:
    """What a refused package may not change: its digests by name."""
    paths = [path for path in workspace.iterdir() if path.name not in _APART]
    for folder in ("inbox", "received", "sent"):
        paths += (workspace / folder).rglob("*")
    return {
        path.relative_to(workspace).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in paths
        if path.is_file()
    }
