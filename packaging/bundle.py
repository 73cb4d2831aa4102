"""One archive with everything that a machine without internet needs: ``make bundle``.

Wheels of exactly the pins of ``constraints.txt`` for one system and one version of Python, the
wheel of voterlist itself, the installer, the guides, and the SHA-256 of every file, signed. The
same sources, pins and keys give the same bytes.

``python packaging/bundle.py [--system linux] [--system windows] [--keys FOLDER] [--out dist]``
"""

from __future__ import annotations

import argparse
import getpass
import shutil
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import contents
import licences
import manual
import sbom
from voterlist.custody.bundles import sign_sums
from voterlist.custody.keys import is_protected, load_keys
from wheels import (
    EPOCH,
    ROOT,
    SYSTEMS,
    BundleError,
    System,
    build_wheel,
    fetch_wheels,
    name_of,
    sha256,
    version_of,
)

HERE = ROOT / "packaging"
SUMS = "SHA256SUMS"
LICENCES = "LICENSES.txt"
PAPERS = ("README.md", "CHANGELOG.md", "LICENSE")


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
            print(f"{archive}: {megabytes:.1f} MB, SHA-256 {sha256(archive)}")
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
        BundleError: a wheel is not to be had, a package has no pin, or a licence is not known.
    """
    digits = python.replace(".", "")
    name = f"{own.name.split('-py3-')[0]}-{system.name}-py{digits}"
    home = folder / name
    wheels = home / "wheels"
    wheels.mkdir(parents=True)
    fetch_wheels(system, own, wheels, python)
    others = sorted(wheels.glob("*.whl"))
    shutil.copy(own, wheels)
    _add_papers(system, home, python)
    papers = {
        "requirements.txt": _requirements([own, *others]),
        sbom.NAME: sbom.bill(own, others, system, python),
        LICENCES: licences.paper_of([own, *others]),
        contents.NAME: contents.contents_of([own, *others], system, python),
    }
    for paper, text in papers.items():
        (home / paper).write_text(text, encoding="utf-8", newline="\n")
    (home / SUMS).write_text(_sums(home), encoding="utf-8", newline="\n")
    if keys is not None:
        passphrase = getpass.getpass("passphrase: ") if is_protected(keys) else None
        sign_sums(home, load_keys(keys, passphrase))
    pack = _write_zip if system.archive == ".zip" else _write_tar
    return pack(home, out / f"{name}{system.archive}")


def _add_papers(system: System, home: Path, python: str) -> None:
    """The installer, the papers, the documentation and the manual."""
    for name in (system.installer, "install.py"):
        text = (HERE / name).read_text(encoding="utf-8").replace("@PYTHON@", python)
        # cmd.exe wants its own ends of lines.
        end = "\r\n" if name.endswith(".bat") else "\n"
        (home / name).write_text(text, encoding="utf-8", newline=end)
    for name in PAPERS:
        shutil.copy(ROOT / name, home)
    shutil.copytree(ROOT / "docs", home / "docs")
    shutil.copytree(_manual().name, home / "docs" / "manual")


@cache
def _manual() -> tempfile.TemporaryDirectory[str]:
    """The manual, written once for all systems; it goes with the process."""
    made = tempfile.TemporaryDirectory()
    manual.write_manual(Path(made.name))
    return made


def _requirements(wheels: Sequence[Path]) -> str:
    """The packages with their versions and digests, as pip holds them against the files."""
    lines = [
        f"{name_of(path)}=={version_of(path)} --hash=sha256:{sha256(path)}"
        for path in sorted(wheels, key=lambda path: path.name)
    ]
    return "\n".join(lines) + "\n"


def _sums(home: Path) -> str:
    """The SHA-256 of every file, as ``sha256sum`` writes and checks them."""
    files = {path.relative_to(home).as_posix(): path for path in _files(home)}
    return "".join(f"{sha256(files[name])}  {name}\n" for name in sorted(files))


def _files(home: Path) -> Iterator[Path]:
    return (path for path in home.rglob("*") if path.is_file())


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
