"""Reading a package: everything is checked before a byte of it can enter the workspace.

What is read goes into a private folder, which is gone in the end, whatever happens. The caller
moves the files from there once it has what it needs.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path
from typing import BinaryIO

import pyrage

from voterlist.custody.archive import (
    MEGABYTE,
    MOST_BYTES,
    MOST_FILES,
    Member,
    copy_member,
    read_directory,
)
from voterlist.custody.canonical import from_bytes, require_known_format
from voterlist.custody.commissions import Commission, Kind
from voterlist.custody.keys import (
    AGE_HEAD,
    SIGNATURE_BYTES,
    Signed,
    decrypt,
    fingerprint,
    is_signature,
)
from voterlist.custody.manifest import (
    DATA,
    FORMAT,
    MANIFEST,
    SIGNATURE,
    Manifest,
    PackedFile,
    Series,
    tag_files,
)
from voterlist.custody.refusals import refusal
from voterlist.custody.trust import Trust, Trusted
from voterlist.errors import NO_ROOM
from voterlist.model import frozen
from voterlist.storage import folders
from voterlist.storage.files import close_folder, make_folder, open_private, sync_folder

_MOST_MANIFEST_BYTES = 16 * MEGABYTE
"""Of a manifest; one of 10,000 files has 3 MB."""
_SPARE_BYTES = MEGABYTE
"""Room on the disk beside what is written."""
_OPENED = "package.zip"
_MOST_MISSING = 20
"""So many packages may not have come; where more are missing a person is asked to settle it."""


@frozen
class Limits:
    """How much a package may have."""

    bytes: int = MOST_BYTES
    """Of the package, and of all of its files together."""
    files: int = MOST_FILES


@frozen
class Taken:
    """A package that was taken before."""

    serial: int
    digest: str
    counts: bool = True
    """False of one before a new key of its sender, or before somebody settled the numbers."""


@frozen
class Receiving:
    """Who receives, whom they trust, and what they have.

    Attributes:
        us: the commission of this workspace.
        cycle: the cycle of this workspace.
        kinds: the kinds of packages that are taken.
        trust: whose packages are taken.
        taken: of each series, the packages that were taken before, in any order.
        identity: opens packages that are encrypted to us; None where the key is not at hand.
        limits: how much a package may have.
        is_settled: a person settled that the package is taken whatever its number is.
    """

    us: Commission
    cycle: str
    kinds: frozenset[Kind]
    trust: Trust
    taken: Mapping[Series, Sequence[Taken]] = field(default_factory=dict)
    identity: pyrage.x25519.Identity | None = field(default=None, repr=False)
    limits: Limits = Limits()
    is_settled: bool = False


@frozen
class Package:
    """A package in which everything is as its sender signed it.

    Attributes:
        manifest: what the sender states.
        signer: the trusted key that it is signed with.
        missing: how many packages of the series should have come between the last one taken and
            this one. Not an error, for a newer package supersedes them; to be said.
        folder: a private folder with the files, by their paths below ``data/``.
    """

    manifest: Manifest
    signer: Trusted
    missing: int
    folder: Path

    def path(self, file: PackedFile) -> Path:
        """Where a file of the package lies until the package is closed."""
        return self.folder / file.path.removeprefix(DATA)


@contextmanager
def open_package(path: Path, receiving: Receiving, folder: Path) -> Iterator[Package]:
    """Check a package, and give its files.

    Args:
        path: the package, encrypted or not, as it came.
        receiving: what it is checked against.
        folder: a folder that this function makes for itself, with mode 0700, and removes in the
            end, whatever happens. What a killed process left there goes before, so one call at a
            time uses it: the caller holds the lock of the workspace. To move the files in one step
            it lies on the disk where they will be.

    Yields:
        The package. Its files are on the disk, and as they were signed.

    Raises:
        CustodyError: the package is refused; the codes stand in ``docs/packages.md``. Nothing of
            it is left.
        OSError: the package cannot be read, or the folder cannot be written.
    """
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(folder.parent)
    # It is ours from the beginning: a link that somebody put there is not followed.
    folder.mkdir(mode=0o700)
    close_folder(folder)
    try:
        yield _package(path, receiving, folder)
    finally:
        # Where moves are not settled, the next command may have to move files back to here.
        if not (folder.parent / folders.MOVES).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _package(path: Path, receiving: Receiving, folder: Path) -> Package:
    """The package, its files unpacked below the folder."""
    try:
        with _open_once(path) as file:
            head = file.read(len(AGE_HEAD))
            if head != AGE_HEAD:
                return _check(file, receiving, folder)
            _decrypt(file, receiving, folder)
        with _open_once(folder / _OPENED) as file:
            return _check(file, receiving, folder)
    except OSError as error:
        if error.errno in NO_ROOM | {errno.EFBIG}:
            raise refusal("package-no-room") from error
        raise


def _open_once(path: Path) -> BinaryIO:
    """The file, opened once: what is checked is what is read.

    Raises:
        CustodyError: ``package-not-a-file``: a folder, a pipe or a device.
    """
    # Without O_NONBLOCK a pipe would be waited for.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise refusal("package-not-a-file", path=path)
    return open(descriptor, "rb")  # noqa: PTH123  the file is open already


def _decrypt(file: BinaryIO, receiving: Receiving, folder: Path) -> None:
    """Write what is inside an encrypted package into the folder."""
    if receiving.identity is None:
        raise refusal("package-sealed-no-key")
    file.seek(0)
    most = receiving.limits.bytes
    decrypt(file, folder / _OPENED, receiving.identity, most)


def _check(file: BinaryIO, receiving: Receiving, folder: Path) -> Package:
    """The package in an open file; its files are written once everything else is checked."""
    limits = receiving.limits
    if file.seek(0, os.SEEK_END) > limits.bytes:
        raise refusal("package-too-large", most=limits.bytes // MEGABYTE)
    members = read_directory(file, limits.files)
    by_name = _by_name(members)
    content = _small(file, by_name, MANIFEST, _MOST_MANIFEST_BYTES)
    signature = _small(file, by_name, SIGNATURE, SIGNATURE_BYTES)
    require_known_format(content, FORMAT, "package-newer")
    signer = _signer(content, signature, receiving.trust)
    manifest = from_bytes(Manifest, content)
    if manifest is None:
        raise refusal("package-manifest-wrong")
    _check_sender(manifest, signer)
    _check_receiver(manifest, receiving)
    digest = hashlib.sha256(content).hexdigest()
    taken = receiving.taken.get(manifest.series, ())
    missing = _missing(manifest, digest, taken, is_settled=receiving.is_settled)
    tags = tag_files(manifest, signature)
    _check_files(manifest, list(tags), members)
    for name, tag_content in tags.items():
        if _small(file, by_name, name, len(tag_content)) != tag_content:
            raise refusal("package-bag-differs", name=name)
    package = Package(manifest, signer, missing, folder / "data")
    _unpack(file, by_name, package)
    return package


def _by_name(members: Sequence[Member]) -> dict[str, Member]:
    """The members by their paths inside the one folder that a package has."""
    folder, slash, _ = members[0].name.partition("/")
    base = folder + slash
    for number, member in enumerate(members, 1):
        if not slash or not member.name.startswith(base):
            raise refusal("package-file-beside", number=number)
    return {member.name.removeprefix(base): member for member in members}


def _small(
    file: BinaryIO, members: Mapping[str, Member], name: str, most_bytes: int
) -> bytes:
    """The content of one of the files that are no data.

    Raises:
        CustodyError: ``package-file-missing``; ``package-file-changed``: it is larger than it can
            be, or its CRC is another one.
    """
    member = members.get(name)
    if member is None:
        raise refusal("package-file-missing", name=name)
    if member.size > most_bytes:
        raise refusal("package-file-changed", name=name)
    content = io.BytesIO()
    if copy_member(file, member, content).crc != member.crc:
        raise refusal("package-file-changed", name=name)
    return content.getvalue()


def _signer(content: bytes, signature: bytes, trust: Trust) -> Trusted:
    """The trusted key that the manifest is signed with.

    The signature is verified before the manifest is believed in anything.
    """
    for trusted in trust.keys:
        if is_signature(trusted.signing, Signed.MANIFEST, content, signature):
            if not trusted.holds:
                raise refusal("package-signer-withdrawn", name=trusted.name)
            return trusted
    named = from_bytes(Manifest, content)
    if named is not None and is_signature(
        named.key, Signed.MANIFEST, content, signature
    ):
        raise refusal("package-signer-unknown", fingerprint=fingerprint(named.key))
    raise refusal("package-signature-wrong")


def _check_sender(manifest: Manifest, signer: Trusted) -> None:
    """Whoever signed is the one who is named as the sender, and can send such a package."""
    is_named = manifest.key == signer.signing
    if not is_named or manifest.sender.place != signer.commission.place:
        raise refusal("package-signer-other", name=signer.name)
    if not manifest.is_on_its_way:
        raise refusal("package-route-wrong")


def _check_receiver(manifest: Manifest, receiving: Receiving) -> None:
    """The package is for us, for this cycle, and of a kind that is taken."""
    if manifest.receiver.place != receiving.us.place:
        raise refusal("package-for-other", receiver=manifest.receiver.slug)
    if manifest.cycle != receiving.cycle:
        raise refusal("package-cycle-other", cycle=manifest.cycle, ours=receiving.cycle)
    if manifest.kind not in receiving.kinds:
        raise refusal("package-kind-other", kind=manifest.kind)


def _missing(
    manifest: Manifest,
    digest: str,
    taken: Sequence[Taken],
    *,
    is_settled: bool = False,
) -> int:
    """How many packages are missing between the last one taken and this one.

    Raises:
        CustodyError: ``package-taken``: this very package. Where nobody settled it:
            ``package-serial-twice``: another one of this number; ``package-older``;
            ``package-chain-broken``: it does not follow the last one taken; ``package-gap``: more
            are missing than may be.
    """
    serial = manifest.serial
    if digest in {package.digest for package in taken}:
        raise refusal("package-taken", serial=serial)
    if is_settled:
        return 0
    digests = {package.serial: package.digest for package in taken if package.counts}
    last = max(digests, default=0)
    if serial in digests:
        raise refusal("package-serial-twice", serial=serial)
    if serial < last:
        raise refusal("package-older", serial=serial, last=last)
    if serial == last + 1 and manifest.previous != digests.get(last):
        raise refusal("package-chain-broken", serial=serial, last=last)
    # Under a new key the numbers may go on as before.
    follows = (serial - 1, manifest.previous)
    if any(follows == (package.serial, package.digest) for package in taken):
        return 0
    missing = serial - last - 1
    if missing > _MOST_MISSING:
        raise refusal("package-gap", serial=serial, last=last, missing=missing)
    return missing


def _check_files(
    manifest: Manifest, tags: Sequence[str], members: Sequence[Member]
) -> None:
    """The files of the archive are those that the manifest states, in the order of a package."""
    paths = [*tags, *(file.path for file in manifest.files)]
    expected = [f"{manifest.folder}/{path}" for path in paths]
    numbers = {member.name: number for number, member in enumerate(members, 1)}
    for path, name in zip(paths, expected, strict=True):
        if name not in numbers:
            raise refusal("package-file-missing", name=path)
    beside = min((numbers[name] for name in numbers.keys() - set(expected)), default=0)
    if beside:
        raise refusal("package-file-beside", number=beside)
    if list(numbers) != expected:
        raise refusal("package-repacked")
    for packed, member in zip(manifest.files, members[len(tags) :], strict=True):
        if member.size != packed.size:
            raise refusal("package-file-changed", name=packed.path)


def _unpack(file: BinaryIO, members: Mapping[str, Member], package: Package) -> None:
    """Write the files of the package, down to the disk."""
    make_folder(package.folder)
    _check_room(package)
    for packed in package.manifest.files:
        target = package.path(packed)
        make_folder(target.parent)
        _write(file, members[packed.path], packed, target)
    for inside, _, _ in os.walk(package.folder):
        sync_folder(Path(inside))


def _check_room(package: Package) -> None:
    """There is room for the files on the disk."""
    needed = sum(file.size for file in package.manifest.files) + _SPARE_BYTES
    if shutil.disk_usage(package.folder).free < needed:
        raise refusal("package-no-room")


def _write(file: BinaryIO, member: Member, packed: PackedFile, target: Path) -> None:
    """Write a file of the package, and see that it is the one that was signed."""
    with open_private(target) as out:
        measure = copy_member(file, member, out)
        out.flush()
        os.fsync(out.fileno())
    if measure.sha256 != packed.sha256 or measure.crc != member.crc:
        raise refusal("package-file-changed", name=packed.path)
