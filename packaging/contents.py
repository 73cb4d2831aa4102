"""The SHA-256 of every file of the program, where it lies when the bundle was installed.

``INSTALLED.sha256`` has the form of ``sha256sum``, with paths below the folder of the installation.
It is signed with the bundle: its own digest stands in ``SHA256SUMS``. An installation is held
against it by ``voterlist verify --program``, and by ``sha256sum --check``.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from wheels import BundleError, System

NAME = "INSTALLED.sha256"
_LIBRARY = {
    "linux-x86_64": "lib/python{0}/site-packages",
    "windows-x86_64": "Lib/site-packages",
}
"""System -> where pip puts the packages in an environment for a version of Python."""
_MADE_BY_PIP = ("RECORD",)
"""In a ``.dist-info``: pip writes it anew, with what it made itself."""


def contents_of(wheels: Sequence[Path], system: System, python: str) -> str:
    """A line for each file of the wheels, in order of the paths.

    Raises:
        BundleError: a wheel holds files for a place that is not known, or two hold one file.
    """
    library = _LIBRARY[system.name].format(python)
    digests: dict[str, str] = {}
    for wheel in wheels:
        for path, digest in _files(wheel, library):
            if digests.setdefault(path, digest) != digest:
                raise BundleError(
                    f"{wheel.name} has another {path} than a wheel before"
                )
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests))


def _files(wheel: Path, library: str) -> Iterator[tuple[str, str]]:
    """(Path in the installation, SHA-256) of each file that is installed from a wheel as it is."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            path = _place(wheel, name, library)
            if path is not None:
                with archive.open(name) as file:
                    yield path, hashlib.file_digest(file, "sha256").hexdigest()


def _place(wheel: Path, name: str, library: str) -> str | None:
    """Where a file of a wheel is put; None for one that is not put anywhere as it is.

    Programs of packages are put nowhere: the installer takes them away, all but ``voterlist``.
    """
    top, _, rest = name.partition("/")
    if name.endswith("/") or (top.endswith(".dist-info") and rest in _MADE_BY_PIP):
        return None
    if not top.endswith(".data"):
        return f"{library}/{name}"
    kind, _, rest = rest.partition("/")
    if kind == "scripts":
        return None
    if kind in {"purelib", "platlib"}:
        return f"{library}/{rest}"
    raise BundleError(f"{wheel.name} has files for a place that is not known: {kind}")
