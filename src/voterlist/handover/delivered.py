"""The program as it is installed, held against what was delivered: every file, byte for byte.

What was delivered is told by the signed list of the bundle. An installation from a wheel has none:
it is held against what the installer of packages noted. That shows damage, and nobody who knows how
to write a note.
"""

from __future__ import annotations

import base64
import csv
import importlib.util
import marshal
import os
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from types import CodeType

from voterlist.custody.bundles import DELIVERED, Delivery, read_delivery
from voterlist.custody.keys import read_public_key
from voterlist.custody.refusals import refusal
from voterlist.errors import usage_error
from voterlist.model import OnProgress, frozen, no_progress
from voterlist.storage.files import sha256

_STAGE = "verify-program"
_LIBRARIES = ("lib/python3.*/site-packages", "Lib/site-packages")
_OF_ENVIRONMENT = re.compile(
    r"\.gitignore|(bin|Scripts)/(python[\d.]*w?(\.exe)?|[Aa]ctivate[\w.]*|deactivate\.bat)"
    r"|Scripts/voterlist\.exe"
)
"""What Python itself puts into an environment, and a program of Windows that pip makes."""
_PYTHON = re.compile(r"bin/python[\d.]*")
_OF_INSTALLER = frozenset({"INSTALLER", "RECORD", "REQUESTED", "direct_url.json"})
"""What pip writes into a ``.dist-info``."""
_OF_DELIVERY = frozenset(
    {
        "INSTALLED.sha256",
        "LICENSES.txt",
        "SHA256SUMS",
        "SHA256SUMS.sig",
        "sbom.cdx.json",
        "signer.json",
    }
)
_COMPILED = re.compile(r"(.*/)?__pycache__/([^/]+)\.([a-z]+-\d+)(?:\.opt-([12]))?\.pyc")
_COMPILED_HEAD = 16
"""Bytes before the code in a compiled file (PEP 552)."""
_SETTINGS = "pyvenv.cfg"
_OTHERS_LET_IN = re.compile(
    r"^\s*include-system-site-packages\s*=\s*(.*?)\s*$", re.MULTILINE | re.IGNORECASE
)
_PYTHON_HOME = re.compile(r"^\s*home\s*=\s*(.*?)\s*$", re.MULTILINE | re.IGNORECASE)
_LAUNCHER = "bin/voterlist"
_LAUNCHED = """\
import sys
from voterlist.cli import main
if __name__ == '__main__':
    sys.argv[0] = sys.argv[0].removesuffix('.exe')
    sys.exit(main())
"""
"""The program of Linux as pip writes it, below the line that names the interpreter."""


class Voucher(StrEnum):
    """Who says what was delivered."""

    NAMED = "named"
    """Who signed is the one that a person named, or whom a workspace trusts."""
    SIGNED = "signed"
    """Somebody signed; a person is to compare the fingerprint."""
    UNSIGNED = "unsigned"
    """There is a list, and nobody signed it."""
    NOTED = "noted"
    """There is no list; the installer of packages noted what it put where."""


@frozen
class ProgramVerified:
    """What came of it.

    Attributes:
        folder: of the installation.
        voucher: who says what was delivered.
        owner: what the key's owner is called here; empty where nobody is named.
        fingerprint: of the key that signed; None where nobody did.
        compared: how many files were delivered.
        altered: files that are not as they were delivered; paths below the folder, in order.
        missing: those that are not there.
        additional: those that were not delivered.
    """

    folder: Path
    voucher: Voucher
    owner: str
    fingerprint: str | None
    compared: int
    altered: tuple[str, ...]
    missing: tuple[str, ...]
    additional: tuple[str, ...]

    @property
    def fits(self) -> bool:
        """True where everything is as it was delivered."""
        return not (self.altered or self.missing or self.additional)


def verify_program(
    folder: Path | None = None,
    *,
    delivered: Path | None = None,
    key: Path | None = None,
    workspace: Path | None = None,
    progress: OnProgress = no_progress,
) -> ProgramVerified:
    """Hold an installation against what was delivered.

    Args:
        folder: of the installation; None: that of this program.
        delivered: a bundle, or a copy of its list and signature; None: what the installer kept.
        key: the public key that must have signed.
        workspace: where no key is named: the own key of this workspace or one that it trusts must
            have signed.
        progress: told the stage, how many files are done, and of how many.

    Raises:
        UsageError: there is no program; it runs from its sources.
        CustodyError: nobody signed, though a key was asked for; the signature does not fit; the
            key is none that the workspace trusts; the list is damaged.
        OSError: a file cannot be read.
    """
    home = folder or Path(sys.prefix)
    library = _library(home)
    papers = delivered or home / DELIVERED
    if not papers.is_dir():
        if key is not None or workspace is not None or delivered is not None:
            raise refusal("delivery-unsigned", path=papers)
        noted, also = _files_noted(home, library)
        found = _compare(home, noted, _files(home, library), also, progress)
        return ProgramVerified(home, Voucher.NOTED, "", None, len(noted), *found)
    delivery, owner = _delivery(papers, key, workspace)
    found = _compare(home, delivery.files, _files(home, home), frozenset(), progress)
    voucher = Voucher.UNSIGNED
    if delivery.signing is not None:
        voucher = Voucher.NAMED if owner else Voucher.SIGNED
    count = len(delivery.files)
    return ProgramVerified(home, voucher, owner, delivery.fingerprint, count, *found)


def _library(home: Path) -> Path:
    """The folder of the packages of an installation.

    Raises:
        UsageError: there is no program, or only a pointer to its sources.
    """
    for pattern in _LIBRARIES:
        for library in sorted(home.glob(pattern)):
            if (library / "voterlist").is_dir():
                return library
    raise usage_error("verify-no-program", path=home)


def _delivery(
    papers: Path, key: Path | None, workspace: Path | None
) -> tuple[Delivery, str]:
    """(what was delivered, what its signer is called here)."""
    if key is not None:
        public = read_public_key(key)
        return read_delivery(papers, public), public.commission.name
    delivery = read_delivery(papers)
    if workspace is None:
        return delivery, ""
    if delivery.fingerprint is None:
        raise refusal("delivery-unsigned", path=papers)
    # Loaded here: it takes Arrow, and what was damaged must not keep this from running.
    from voterlist.handover.commissions import show_keys  # noqa: PLC0415  see above

    own, _, trust = show_keys(workspace)
    names = {key.signing: key.name for key in trust.keys if key.holds}
    if own is not None:
        names[own.signing] = own.commission.name
    if delivery.signing not in names:
        raise refusal("delivery-stranger", fingerprint=delivery.fingerprint)
    return delivery, names[delivery.signing]


def _files(home: Path, below: Path) -> dict[str, Path]:
    """Path below the home -> file, of all files below a folder.

    Links to folders are among them: nothing behind one was delivered. ``lib64`` is Python's own.
    """
    found = {}
    for folder, folders, names in os.walk(below):
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        for name in (*names, *links):
            path = Path(folder) / name
            found[path.relative_to(home).as_posix()] = path
    if "lib64" in found and (home / "lib64").samefile(home / "lib"):
        del found["lib64"]
    return found


def _compare(
    home: Path,
    expected: Mapping[str, str],
    found: Mapping[str, Path],
    also: frozenset[str],
    progress: OnProgress,
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """(altered, missing, additional), each in order of the paths.

    Args:
        home: the folder of the installation.
        expected: path -> SHA-256 of what was delivered.
        found: path -> file of what is there.
        also: paths of which only is known that they belong there.
        progress: as of ``verify_program``.
    """
    altered, missing, additional = [], [], []
    names = sorted(expected.keys() | found.keys())
    for number, name in enumerate(names, 1):
        path = found.get(name, home / name)
        if name in expected:
            if not path.is_file():
                missing.append(name)
            elif sha256(path) != expected[name]:
                altered.append(name)
        elif (is_right := _is_right(path, name, expected, home)) is not None:
            if not is_right:
                altered.append(name)
        elif name not in also and not _belongs(name, expected):
            additional.append(name)
        progress(_STAGE, number, len(names))
    return tuple(altered), tuple(missing), tuple(additional)


def _is_right(
    path: Path, name: str, expected: Mapping[str, str], home: Path
) -> bool | None:
    """Whether a file is as others say that it must be; None where none of them says it."""
    match = _COMPILED.fullmatch(name)
    source = f"{match[1] or ''}{match[2]}.py" if match else ""
    if match and source in expected:
        return _is_compiled_from(path, home / source, match[3], match[4])
    if name in {_SETTINGS, _LAUNCHER}:
        return _is_own(path, name, home)
    if os.name == "posix" and _PYTHON.fullmatch(name):
        return _leads_to_python(path, home)
    return None


def _belongs(name: str, expected: Mapping[str, str]) -> bool:
    """True for what Python and pip put beside what was delivered."""
    folder, _, last = name.rpartition("/")
    if folder == DELIVERED:
        return last in _OF_DELIVERY
    if folder.endswith(".dist-info") and f"{folder}/METADATA" in expected:
        return last in _OF_INSTALLER
    return _OF_ENVIRONMENT.fullmatch(name) is not None


def _is_own(path: Path, name: str, home: Path) -> bool:
    """True where settings and launcher are such that this program alone is started."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if name == _SETTINGS:
        # Python takes the last line that says it.
        return {said.lower() for said in _OTHERS_LET_IN.findall(text)} == {"false"}
    head, _, rest = text.partition("\n")
    python = head.removeprefix("#!")
    if head == "#!/bin/sh":
        # So pip writes it where the path is too long for the system, or has a blank.
        start, _, rest = rest.partition("\n' '''\n")
        python = start.removeprefix("'''exec' \"").removesuffix('" "$0" "$@"')
    if rest != _LAUNCHED or Path(python).name != "python":
        return False
    folder = Path(python).parent
    return folder.is_dir() and folder.samefile(home / "bin")


def _leads_to_python(path: Path, home: Path) -> bool:
    """True for a link that ends in a program of the Python that the settings name."""
    said = _PYTHON_HOME.findall((home / _SETTINGS).read_text(encoding="utf-8"))
    while path.is_symlink() and path.parent == home / "bin":
        path = path.parent / path.readlink()
    named = Path(said[-1]) if said else home
    is_outside = not path.is_relative_to(home)
    return is_outside and path.is_file() and path.parent.samefile(named)


def _is_compiled_from(
    path: Path, source: Path, python: str, optimize: str | None
) -> bool:
    """True where a file that this Python compiled holds what its source says.

    Python runs the compiled file and does not look at the source, so it counts as much. One of
    another version of Python is never run by this one; it is not known, so it is not right.
    """
    if python != sys.implementation.cache_tag:
        return False
    try:
        compiled = marshal.loads(path.read_bytes()[_COMPILED_HEAD:])  # noqa: S302  never run
        content = importlib.util.decode_source(source.read_bytes())
        made = _compile(content, int(optimize or 0))
    except (EOFError, OSError, SyntaxError, TypeError, ValueError):
        return False
    return isinstance(compiled, CodeType) and _is_same(compiled, made)


def _is_same(one: CodeType, other: CodeType) -> bool:
    """True where two pieces of code are the same, with what Python's own comparison leaves out."""
    if one != other or one.co_stacksize != other.co_stacksize:
        return False
    if one.co_qualname != other.co_qualname:
        return False
    inside = [
        pair
        for pair in zip(one.co_consts, other.co_consts, strict=True)
        if isinstance(pair[0], CodeType)
    ]
    return all(_is_same(*pair) for pair in inside)


def _compile(source: str, optimize: int) -> CodeType:
    with warnings.catch_warnings():
        # A source that uses old words is no less the source.
        warnings.simplefilter("ignore")
        code: CodeType = compile(
            source, "source", "exec", dont_inherit=True, optimize=optimize
        )
    return code


def _files_noted(home: Path, library: Path) -> tuple[dict[str, str], frozenset[str]]:
    """The files that the installer noted in the ``RECORD`` of each package.

    Path below the home -> SHA-256; and the paths without a digest.
    """
    files: dict[str, str] = {}
    also = set()
    for record in sorted(library.glob("*.dist-info/RECORD")):
        for name, digest in _rows(record):
            path = os.path.normpath(library / name)
            below = Path(os.path.relpath(path, home)).as_posix()
            if digest:
                files[below] = digest
            else:
                also.add(below)
    return files, frozenset(also)


def _rows(record: Path) -> Iterator[tuple[str, str]]:
    """(Path, SHA-256 in hexadecimal digits or nothing) of each line of a ``RECORD``."""
    with record.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            name, noted = row[0], row[1] if len(row) > 1 else ""
            kind, _, digest = noted.partition("=")
            if kind != "sha256":
                yield name, ""
                continue
            padded = digest + "=" * (-len(digest) % 4)
            yield name, base64.urlsafe_b64decode(padded).hex()
