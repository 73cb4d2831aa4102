"""The wheels of a bundle: what voterlist needs on a system, and what they say of themselves.

The versions are those of ``constraints.txt``; a package without a pin is an error.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
NOT_FOR_USERS = frozenset({"campaign", "dev", "postgres", "spark"})
"""Extras that are left out: of developers, and of servers that are set up with internet."""
INSTALLER = "pip"
"""Installs the others on the machine: some systems have a Python without it."""
EPOCH = 1_577_836_800
"""The time of every file in an archive: the first second of 2020."""
_ROUNDS = 4
"""Packages that only the other system needs are found from the wheels of those that need them."""


class BundleError(Exception):
    """No bundle can be made; the message says why."""


@dataclass(frozen=True, slots=True)
class System:
    """A system for which a bundle is made."""

    name: str
    tags: tuple[str, ...]
    """Those of wheels that run on it."""
    markers: Mapping[str, str]
    """What a condition of a requirement is told there."""
    installer: str
    archive: str
    """The ending of the archive's name."""


LINUX = System(
    "linux-x86_64",
    (
        *(f"manylinux_2_{minor}_x86_64" for minor in (28, 27, 26, 24, 17)),
        "manylinux2014_x86_64",
    ),
    {
        "os_name": "posix",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": "x86_64",
    },
    "install.sh",
    ".tar",
)
WINDOWS = System(
    "windows-x86_64",
    ("win_amd64",),
    {
        "os_name": "nt",
        "sys_platform": "win32",
        "platform_system": "Windows",
        "platform_machine": "AMD64",
    },
    "install.bat",
    ".zip",
)
SYSTEMS = {"linux": LINUX, "windows": WINDOWS}


def build_wheel(folder: Path) -> Path:
    """The wheel of voterlist, made of these sources by the tools of this environment."""
    _pip("wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(ROOT))
    (wheel,) = folder.glob("voterlist-*.whl")
    return wheel


def fetch_wheels(system: System, own: Path, folder: Path, python: str) -> None:
    """Put a wheel of every package that voterlist needs there into a folder, and no other.

    Raises:
        BundleError: one is not to be had, or has no pin.
    """
    pinned = pins()
    extras = extras_of(own)
    wanted = [INSTALLER, f"{own}[{','.join(extras)}]" if extras else str(own)]
    for _ in range(_ROUNDS):
        _download(system, folder, python, wanted)
        (folder / own.name).unlink(missing_ok=True)
        found = {name_of(path): path for path in folder.glob("*.whl")}
        needed = closure(own, extras, found, environment(system, python))
        needed.add(INSTALLER)
        missing = needed - found.keys()
        if not missing:
            break
        wanted = [f"{name}=={pin(pinned, name)}" for name in sorted(missing)]
    else:
        raise BundleError(f"not found: {', '.join(sorted(missing))}")
    for name in found.keys() - needed:
        found[name].unlink()
    for name in sorted(needed):
        if version_of(found[name]) != pin(pinned, name):
            raise BundleError(f"{found[name].name} is not pinned so in constraints.txt")


def _download(system: System, folder: Path, python: str, wanted: Sequence[str]) -> None:
    tags = [word for tag in system.tags for word in ("--platform", tag)]
    kinds = ["--only-binary", ":all:", "--implementation", "cp"]
    where = ["--python-version", python, *tags, "-d", str(folder)]
    limits = ["-c", str(ROOT / "constraints.txt")]
    _pip("download", "--quiet", *kinds, *where, *limits, *wanted)


def _pip(*words: str) -> None:
    """Run pip of this environment.

    Raises:
        BundleError: it fails; the message is its last line.
    """
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *words]
    # The builder of wheels takes the time of the files from here; another one is other bytes.
    env = {**os.environ, "SOURCE_DATE_EPOCH": str(EPOCH)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise BundleError(lines[-1] if lines else f"pip ended with {done.returncode}")


def pins() -> dict[str, str]:
    """Package -> its version in ``constraints.txt``."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pairs = (line.split("==") for line in text.splitlines() if "==" in line)
    return {canonicalize_name(name): version.strip() for name, version in pairs}


def pin(pinned: Mapping[str, str], name: str) -> str:
    """The version of a package.

    Raises:
        BundleError: it has no pin.
    """
    if name not in pinned:
        raise BundleError(f"{name} has no pin in constraints.txt")
    return pinned[name]


def extras_of(own: Path) -> list[str]:
    """The extras of voterlist that are for users."""
    extras = metadata_of(own).get_all("Provides-Extra") or []
    return sorted(set(extras) - NOT_FOR_USERS)


def name_of(wheel: Path) -> str:
    """The package of a wheel."""
    return canonicalize_name(wheel.name.split("-")[0])


def version_of(wheel: Path) -> str:
    """The version of a wheel."""
    return wheel.name.split("-")[1]


def metadata_of(wheel: Path) -> Message:
    """What a wheel says of its package."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (name,) = (
            one for one in names if re.fullmatch(r"[^/]+\.dist-info/METADATA", one)
        )
        return Parser().parsestr(archive.read(name).decode("utf-8"))


def environment(system: System, python: str) -> dict[str, str]:
    """What a condition of a requirement is told on a system with that Python."""
    versions = {"python_version": python, "python_full_version": f"{python}.0"}
    return {**default_environment(), **system.markers, **versions}


def closure(
    own: Path,
    extras: Iterable[str],
    found: Mapping[str, Path],
    environment: Mapping[str, str],
) -> set[str]:
    """Every package that voterlist needs in an environment, as far as the wheels tell it.

    A package without a wheel is in it; what that one needs is not known.
    """
    waiting = list(needs(own, extras, environment))
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, wanted = waiting.pop()
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        if name in found:
            waiting += needs(found[name], wanted, environment)
    return {name for name, _ in seen}


def needs(
    wheel: Path, extras: Iterable[str], environment: Mapping[str, str]
) -> Iterator[tuple[str, frozenset[str]]]:
    """(Package, its extras) of each requirement of a wheel that holds in an environment."""
    told = [{**environment, "extra": extra} for extra in ("", *extras)]
    for line in metadata_of(wheel).get_all("Requires-Dist") or []:
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is None or any(marker.evaluate(one) for one in told):
            yield canonicalize_name(requirement.name), frozenset(requirement.extras)


def sha256(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
