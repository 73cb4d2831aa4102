"""One archive with everything that a machine without internet needs: ``make bundle``.

Wheels of exactly the pins of ``constraints.txt`` for one system and one version of Python, the
wheel of voterlist itself, the installer, the guides, and the SHA-256 of every file, signed. The
same sources, pins and keys give the same bytes.

``python packaging/bundle.py [--system linux] [--system windows] [--keys FOLDER] [--out dist]``
"""

from __future__ import annotations

import argparse
import getpass
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from voterlist.custody.bundles import sign_sums
from voterlist.custody.keys import is_protected, load_keys

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "packaging"
SUMS = "SHA256SUMS"
NOT_FOR_USERS = frozenset({"dev", "postgres", "spark"})
"""Extras that are left out: of developers, and of servers that are set up with internet."""
PAPERS = ("README.md", "CHANGELOG.md", "LICENSE")
PAGES = ("install.md", "nights.md", "commands.md", "settings.md", "workspace.md")
INSTALLER = "pip"
"""Installs the others on the machine: some systems have a Python without it."""
EPOCH = 1_577_836_800
"""The time of every file in an archive: the first second of 2020, as in the wheel of voterlist."""
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


def main() -> None:
    """Make the bundles that were asked for, and tell their names and weights."""
    asked = _arguments()
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as around:
        own = build_wheel(Path(around) / "own")
        for name in asked.system or SYSTEMS:
            folder = Path(around) / name
            try:
                archive = make_bundle(
                    SYSTEMS[name], own, folder, asked.out, asked.python, asked.keys
                )
            except BundleError as error:
                sys.exit(f"{SYSTEMS[name].name}: {error}")
            megabytes = archive.stat().st_size / 1e6
            print(f"{archive}: {megabytes:.1f} MB")
    if asked.keys is None:
        print(
            f"Not signed: no --keys FOLDER was given. {SUMS} says what is in it, not who."
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--system", action="append", choices=sorted(SYSTEMS))
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    parser.add_argument(
        "--python", default=own, help="such as 3.12; this one: %(default)s"
    )
    parser.add_argument(
        "--keys", type=Path, help="a folder that `voterlist keys make` made"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    return parser.parse_args()


def make_bundle(
    system: System,
    own: Path,
    folder: Path,
    out: Path,
    python: str,
    keys: Path | None = None,
) -> Path:
    """The archive for a system.

    Args:
        system: for which it is.
        own: the wheel of voterlist.
        folder: a folder to work in; it is made.
        out: where the archive is put.
        python: the version of Python, such as ``3.11``.
        keys: the folder of the keys that sign; None: it is not signed.

    Raises:
        BundleError: a wheel is not to be had, or a package has no pin.
    """
    digits = python.replace(".", "")
    name = f"{own.name.split('-py3-')[0]}-{system.name}-py{digits}"
    home = folder / name
    wheels = home / "wheels"
    wheels.mkdir(parents=True)
    fetch_wheels(system, own, wheels, python)
    shutil.copy(own, wheels)
    _add_papers(system, home, python)
    (home / "requirements.txt").write_text(_requirements(wheels), encoding="ascii")
    (home / SUMS).write_text(_sums(home), encoding="utf-8")
    if keys is not None:
        passphrase = getpass.getpass("passphrase: ") if is_protected(keys) else None
        sign_sums(home, load_keys(keys, passphrase))
    pack = _write_zip if system.archive == ".zip" else _write_tar
    return pack(home, out / f"{name}{system.archive}")


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
    pins = _pins()
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
        wanted = [f"{name}=={_pin(pins, name)}" for name in sorted(missing)]
    else:
        raise BundleError(f"not found: {', '.join(sorted(missing))}")
    for name in found.keys() - needed:
        found[name].unlink()
    for name in sorted(needed):
        if version_of(found[name]) != _pin(pins, name):
            raise BundleError(f"{found[name].name} is not pinned so in constraints.txt")


def _download(system: System, folder: Path, python: str, wanted: Sequence[str]) -> None:
    tags = [word for tag in system.tags for word in ("--platform", tag)]
    kinds = ["--only-binary", ":all:", "--implementation", "cp"]
    where = ["--python-version", python, *tags, "-d", str(folder)]
    pinned = ["-c", str(ROOT / "constraints.txt")]
    _pip("download", "--quiet", *kinds, *where, *pinned, *wanted)


def _pip(*words: str) -> None:
    """Run pip of this environment.

    Raises:
        BundleError: it fails; the message is its last line.
    """
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise BundleError(lines[-1] if lines else f"pip ended with {done.returncode}")


def _pins() -> dict[str, str]:
    """Package -> its version in ``constraints.txt``."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pairs = (line.split("==") for line in text.splitlines() if "==" in line)
    return {canonicalize_name(name): version.strip() for name, version in pairs}


def _pin(pins: Mapping[str, str], name: str) -> str:
    if name not in pins:
        raise BundleError(f"{name} has no pin in constraints.txt")
    return pins[name]


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
    waiting = list(_needs(own, extras, environment))
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, wanted = waiting.pop()
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        if name in found:
            waiting += _needs(found[name], wanted, environment)
    return {name for name, _ in seen}


def _needs(
    wheel: Path, extras: Iterable[str], environment: Mapping[str, str]
) -> Iterator[tuple[str, frozenset[str]]]:
    """(Package, its extras) of each requirement of a wheel that holds in an environment."""
    told = [{**environment, "extra": extra} for extra in ("", *extras)]
    for line in metadata_of(wheel).get_all("Requires-Dist") or []:
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is None or any(marker.evaluate(one) for one in told):
            yield canonicalize_name(requirement.name), frozenset(requirement.extras)


def _add_papers(system: System, home: Path, python: str) -> None:
    """The installer, the guides and the papers."""
    for name in (system.installer, "install.py"):
        text = (HERE / name).read_text(encoding="utf-8").replace("@PYTHON@", python)
        # cmd.exe wants its own ends of lines.
        end = "\r\n" if name.endswith(".bat") else "\n"
        (home / name).write_text(text, encoding="utf-8", newline=end)
    for name in PAPERS:
        shutil.copy(ROOT / name, home)
    shutil.copytree(ROOT / "docs" / "guide", home / "docs" / "guide")
    for name in PAGES:
        shutil.copy(ROOT / "docs" / name, home / "docs")


def _requirements(wheels: Path) -> str:
    """The packages with their versions and digests, as pip holds them against the files."""
    lines = [
        f"{name_of(path)}=={version_of(path)} --hash=sha256:{_sha256(path)}"
        for path in sorted(wheels.glob("*.whl"))
    ]
    return "\n".join(lines) + "\n"


def _sums(home: Path) -> str:
    """The SHA-256 of every file, as ``sha256sum`` writes and checks them."""
    files = {path.relative_to(home).as_posix(): path for path in _files(home)}
    return "".join(f"{_sha256(files[name])}  {name}\n" for name in sorted(files))


def _files(home: Path) -> Iterator[Path]:
    return (path for path in home.rglob("*") if path.is_file())


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _packed(home: Path) -> list[tuple[str, Path, int]]:
    """(Name in the archive, file, mode) in order."""
    return [
        (
            path.relative_to(home.parent).as_posix(),
            path,
            0o755 if path.suffix == ".sh" else 0o644,
        )
        for path in sorted(_files(home))
    ]


def _write_tar(home: Path, target: Path) -> Path:
    # Not compressed: nearly all of it are wheels, which are.
    with tarfile.open(target, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, path, mode in _packed(home):
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = path.stat().st_size, EPOCH, mode
            with path.open("rb") as content:
                archive.addfile(info, content)
    return target


def _write_zip(home: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for name, path, mode in _packed(home):
            info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            info.external_attr = mode << 16
            # A wheel is packed already.
            is_packed = path.suffix == ".whl"
            info.compress_type = (
                zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            )
            archive.writestr(info, path.read_bytes())
    return target


if __name__ == "__main__":
    main()
