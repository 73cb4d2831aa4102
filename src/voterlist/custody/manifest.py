"""What a package states of itself and of its files; names of files that every system can use."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from voterlist.custody.canonical import to_bytes
from voterlist.custody.commissions import (
    Commission,
    Constituency,
    Digest,
    Frozen,
    Kind,
    may_send,
)
from voterlist.custody.refusals import refusal

_LONGEST = 240
_PART = r"[a-z0-9_][a-z0-9._-]*"
_USABLE = re.compile(rf"{_PART}(?:/{_PART})*")
_CLIMBS = re.compile(r"\A/|\\|(?:\A|/)\.\.?(?:/|\Z)|\A[A-Za-z]:|\0")
"""Absolute, with a backslash, a drive or a NUL, or with a part ``.`` or ``..``."""
_DEVICES = frozenset(
    {
        "con",
        "prn",
        "aux",
        "nul",
        *(f"com{number}" for number in range(10)),
        *(f"lpt{number}" for number in range(10)),
    }
)
"""Files of these names, whatever comes after a point, cannot be made on Windows."""


def is_usable(name: str) -> bool:
    """True for a path that every system can make: small letters, digits, ``.``, ``_`` and ``-``.

    No part begins with a point or ends with one, and none is a device of Windows.
    """
    return (
        len(name) <= _LONGEST
        and _USABLE.fullmatch(name) is not None
        and not any(
            part.endswith(".") or part.partition(".")[0] in _DEVICES
            for part in name.split("/")
        )
    )


def check_names(names: Sequence[str]) -> None:
    """Look at all names of an archive before one of them is used.

    Raises:
        CustodyError: ``package-name-climbs``, ``package-name-twice``, ``package-names-alike``
            (in case or in Unicode form, or one is a folder of the other),
            ``package-name-unusable``. Their place ``number`` counts the files from 1.
    """
    first_of_form: dict[str, int] = {}
    for number, name in enumerate(names, 1):
        if _CLIMBS.search(name):
            raise refusal("package-name-climbs", number=number)
        first = first_of_form.setdefault(_form(name), number)
        if first != number:
            is_same = names[first - 1] == name
            code = "package-name-twice" if is_same else "package-names-alike"
            raise refusal(code, number=number)
        if not is_usable(name):
            raise refusal("package-name-unusable", number=number)
    for number, name in enumerate(names, 1):
        if any(folder in first_of_form for folder in _folders(name)):
            raise refusal("package-names-alike", number=number)


def _form(name: str) -> str:
    """The name as a file system may see it that does not tell case and Unicode forms apart."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", name).casefold())


def _folders(name: str) -> list[str]:
    """The folders that a path goes through."""
    parts = name.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


FORMAT = 2
"""The version of the format of packages that this program writes and reads.

A package states 1 where an earlier version takes it too; of 2 it says what to do.
"""
MANIFEST = "manifest.json"
SIGNATURE = "manifest.json.sig"
DATA = "data/"
_LONGEST_PATH = 120
"""So that it has room below the folder of the package."""
_GREATEST_SERIAL = 999_999
_GREATEST_NUMBER = 2**53 - 1
"""The greatest whole number that JSON holds exactly everywhere."""
_GREATEST_ROWS = 10_000_000
"""More than the country has people."""
_YEARS_AROUND = 2
"""Packages of a cycle are made in its year, or so many years before or after it."""

TagFiles = dict[str, bytes]
"""Name -> content of the files of a package that are no data, in the order of the package."""


def _data_path(path: str) -> str:
    if not path.startswith(DATA) or not is_usable(path) or len(path) > _LONGEST_PATH:
        raise ValueError("no path of a file")
    return path


def years_of(cycle: str) -> range:
    """The years in which packages of a cycle may be made."""
    year = int(cycle[:4])
    return range(year - _YEARS_AROUND, year + _YEARS_AROUND + 1)


class PackedFile(Frozen):
    """One file of the package."""

    path: Annotated[str, AfterValidator(_data_path)]
    """Below ``data/``: small letters, digits, ``.``, ``_``, ``-``; at most 120."""
    size: int = Field(ge=0, le=_GREATEST_NUMBER)
    sha256: Digest
    table: str | None = Field(pattern=r"\A[a-z][a-z0-9_]{0,63}\z")
    """The name of the table that the file holds; None where it holds none."""
    rows: int | None = Field(ge=0, le=_GREATEST_ROWS)
    """Rows of the table; None where the file is none."""


class Series(Frozen):
    """Packages that are counted together: of one kind, one way, for one place of one cycle."""

    kind: Kind
    cycle: str
    sender: str
    """``Commission.slug``."""
    receiver: str


class Manifest(Frozen):
    """The signed statement of a package."""

    kind: Kind
    format: int = Field(default=1, ge=1, le=FORMAT)
    program: str = Field(pattern=r"\A[0-9A-Za-z.+-]{1,40}\z")
    """The version of the program that wrote the package."""
    cycle: str = Field(pattern=r"\A[12][0-9]{3}(-[-a-z0-9]{1,40})?\z")
    constituency: Constituency
    sender: Commission
    key: Digest
    """The public key of the sender, which the signature is made with."""
    receiver: Commission
    serial: int = Field(ge=1, le=_GREATEST_SERIAL)
    """The number of the package in its series, from 1."""
    previous: Digest | None
    """SHA-256 of the manifest of the package before it; None for the first one."""
    journal: Digest
    """The head of the sender's journal when the package was made."""
    run: str | None = Field(pattern=r"\A[0-9a-z.-]{1,80}\z")
    """The run that the lists are from; None where there is none."""
    day: dt.date
    """The day on which the package was made."""
    files: tuple[PackedFile, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits_together(self) -> Manifest:
        paths = [file.path for file in self.files]
        if paths != sorted(set(paths)):
            raise ValueError("paths are not in order")
        if (self.serial == 1) != (self.previous is None):
            raise ValueError("only the first package has none before it")
        if self.day.year not in years_of(self.cycle):
            raise ValueError("a day of another age")
        return self

    @property
    def series(self) -> Series:
        """Which packages it is counted with."""
        return Series(
            kind=self.kind,
            cycle=self.cycle,
            sender=self.sender.slug,
            receiver=self.receiver.slug,
        )

    @property
    def folder(self) -> str:
        """The folder of the package, such as ``submit-2026-conec-088-to-cec-0001``.

        ASCII, at most 120 characters, another one for each package of a cycle.
        """
        return (
            f"{self.kind}-{self.cycle}-{self.sender.slug}-to-{self.receiver.slug}"
            f"-{self.serial:04}"
        )

    @property
    def is_on_its_way(self) -> bool:
        """True where the sender can send such a package to the receiver."""
        return may_send(self.kind, self.sender, self.receiver, self.constituency)

    @property
    def content(self) -> bytes:
        """What is signed: the bytes of ``manifest.json``."""
        return to_bytes(self)

    @property
    def digest(self) -> str:
        """SHA-256 of the manifest: the identity of the package."""
        return hashlib.sha256(self.content).hexdigest()


def tag_files(manifest: Manifest, signature: bytes) -> TagFiles:
    """The files beside the data, in the order in which they stand in the package."""
    described = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": _bag_info(manifest),
        MANIFEST: manifest.content,
        SIGNATURE: signature,
        "manifest-sha256.txt": _sums(
            {file.path: file.sha256 for file in manifest.files}
        ),
    }
    digests = {
        name: hashlib.sha256(content).hexdigest() for name, content in described.items()
    }
    return {**described, "tagmanifest-sha256.txt": _sums(digests)}


def _bag_info(manifest: Manifest) -> bytes:
    """What a reader of BagIt shows of the package."""
    size = sum(file.size for file in manifest.files)
    lines = {
        "Bag-Software-Agent": f"voterlist {manifest.program}",
        "Bagging-Date": manifest.day.isoformat(),
        "External-Identifier": manifest.folder,
        "Payload-Oxum": f"{size}.{len(manifest.files)}",
        "Source-Organization": manifest.sender.name,
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items()).encode()


def _sums(digests: dict[str, str]) -> bytes:
    """Lines as ``sha256sum`` writes and checks them."""
    lines = (f"{digests[name]}  {name}\n" for name in sorted(digests))
    return "".join(lines).encode("ascii")
