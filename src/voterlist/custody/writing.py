"""A package written, and the receipt that confirms one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import BinaryIO, Literal

from voterlist.custody.archive import (
    MEGABYTE,
    MOST_BYTES,
    MOST_FILES,
    Measure,
    Member,
    chunks,
    ends_of,
    local_header,
    measure_content,
)
from voterlist.custody.canonical import from_bytes, to_bytes
from voterlist.custody.commissions import Commission, Digest, Frozen, Kind
from voterlist.custody.keys import Keys, Signed
from voterlist.custody.manifest import (
    DATA,
    Manifest,
    PackedFile,
    check_names,
    tag_files,
)
from voterlist.custody.reading import Package
from voterlist.custody.refusals import refusal
from voterlist.model import frozen
from voterlist.storage.files import open_private, write_atomically
from voterlist.version import __version__


@frozen
class Payload:
    """One file to be packed.

    Attributes:
        name: its path below ``data/``: small letters, digits, ``.``, ``_``, ``-`` and ``/``.
        source: where its content is: a file, or the bytes themselves.
        table: the name of the table that it holds.
        rows: rows of that table.
        format: that of the packages that can have it.
    """

    name: str
    source: Path | bytes
    table: str | None = None
    rows: int | None = None
    format: int = 1

    def parts(self) -> Iterator[bytes]:
        """The content, piece by piece."""
        if isinstance(self.source, bytes):
            yield self.source
            return
        with self.source.open("rb") as file:
            yield from chunks(file)


@frozen
class Outline:
    """What a package states beside its files; the fields of ``Manifest``."""

    kind: Kind
    cycle: str
    constituency: int
    receiver: Commission
    serial: int
    previous: str | None
    journal: str
    run: str | None
    day: dt.date


def write_package(
    out: Path, outline: Outline, payloads: Sequence[Payload], keys: Keys
) -> Manifest:
    """Write a signed package, whole or not at all.

    Two calls with the same arguments write the same bytes. The files are read twice: for their
    digests, then into the package.

    Args:
        out: where the package will be; its name ends in ``.zip``. A file of that name goes.
        outline: what it states.
        payloads: the files, at least one, in any order.
        keys: of the sender.

    Returns:
        What was signed. Its ``digest`` is the identity of the package, and ``previous`` of the
        next one.

    Raises:
        CustodyError: ``package-route-wrong``: the sender cannot send this to the receiver;
            ``package-too-large``, ``package-too-many-files``; ``package-source-changed``: a file
            was changed while it was packed.
        OSError: a file cannot be read or written.
        ValueError: a name of a file cannot be used, or a field of the outline.
    """
    packed = sorted(payloads, key=lambda payload: payload.name)
    measures = [measure_content(payload.parts()) for payload in packed]
    manifest = _manifest(outline, packed, measures, keys)
    if not manifest.is_on_its_way:
        raise refusal("package-route-wrong")
    signature = keys.sign(Signed.MANIFEST, manifest.content)
    tags = [
        Payload(name, content)
        for name, content in tag_files(manifest, signature).items()
    ]
    tag_measures = [measure_content(tag.parts()) for tag in tags]
    names = [tag.name for tag in tags] + [file.path for file in manifest.files]
    all_measures = [*tag_measures, *measures]
    members = _members(manifest.folder, names, all_measures)
    contents = list(zip(members, all_measures, [*tags, *packed], strict=True))

    def write(beside: Path) -> None:
        with open_private(beside) as file:
            for member, measure, payload in contents:
                _write_member(file, member, measure, payload)
            file.write(ends_of(members))

    write_atomically(out, write)
    return manifest


def _manifest(
    outline: Outline,
    packed: Sequence[Payload],
    measures: Sequence[Measure],
    keys: Keys,
) -> Manifest:
    """What is signed."""
    files = tuple(
        PackedFile(
            path=DATA + payload.name,
            size=measure.size,
            sha256=measure.sha256,
            table=payload.table,
            rows=payload.rows,
        )
        for payload, measure in zip(packed, measures, strict=True)
    )
    stated = {field.name: getattr(outline, field.name) for field in fields(Outline)}
    return Manifest(
        format=max(payload.format for payload in packed),
        program=__version__,
        sender=keys.public.commission,
        key=keys.public.signing,
        files=files,
        **stated,
    )


def _members(
    folder: str, names: Sequence[str], measures: Sequence[Measure]
) -> list[Member]:
    """The files of the archive with their places in it."""
    members: list[Member] = []
    place = 0
    for name, measure in zip(names, measures, strict=True):
        member = Member(f"{folder}/{name}", measure.size, measure.crc, place)
        members.append(member)
        place = member.end
    if len(members) > MOST_FILES:
        raise refusal("package-too-many-files", most=MOST_FILES)
    if place + len(ends_of(members)) > MOST_BYTES:
        raise refusal("package-too-large", most=MOST_BYTES // MEGABYTE)
    check_names([member.name for member in members])
    return members


def _write_member(
    file: BinaryIO, member: Member, measure: Measure, payload: Payload
) -> None:
    """Write a file of the package, and see that its bytes are those that were measured."""
    file.write(local_header(member))

    def parts() -> Iterator[bytes]:
        for part in payload.parts():
            file.write(part)
            yield part

    if measure_content(parts()) != measure:
        raise refusal("package-source-changed", name=payload.name)


RECEIPT_NAME = "receipt.json"
_MOST_BYTES = 16 * 1024


class Receipt(Frozen):
    """What the receiver of a package confirms."""

    format: Literal[1] = 1
    package: Digest
    """SHA-256 of the manifest of the package that was taken."""
    kind: Kind
    serial: int
    sender_journal: Digest
    """The head of the sender's journal, as the package states it."""
    receiver_journal: Digest
    """The head of the receiver's journal once it holds the package."""
    day: dt.date
    """The day on which the package was taken."""


def write_receipt(
    out: Path,
    taken: Manifest,
    keys: Keys,
    *,
    serial: int,
    previous: str | None,
    journal: str,
    day: dt.date,
) -> tuple[Manifest, Receipt]:
    """Write the receipt of a package, to its sender.

    Args:
        out: where the receipt will be; its name ends in ``.zip``.
        taken: what the package that was taken states.
        keys: of the receiver of the package.
        serial: the number among the receipts of this cycle to this sender, from 1.
        previous: the identity of the receipt before it; None for the first one.
        journal: the head of our journal with the package in it.
        day: the day on which the package was taken.

    Returns:
        What was signed, and the receipt.

    Raises:
        CustodyError, OSError: as ``write_package``.
    """
    receipt = Receipt(
        package=taken.digest,
        kind=taken.kind,
        serial=taken.serial,
        sender_journal=taken.journal,
        receiver_journal=journal,
        day=day,
    )
    outline = Outline(
        kind=Kind.RECEIPT,
        cycle=taken.cycle,
        constituency=taken.constituency,
        receiver=taken.sender,
        serial=serial,
        previous=previous,
        journal=journal,
        run=None,
        day=day,
    )
    payload = Payload(RECEIPT_NAME, to_bytes(receipt))
    return write_package(out, outline, [payload], keys), receipt


def receipt_in(package: Package) -> Receipt:
    """The receipt in a package that ``open_package`` opened.

    Raises:
        CustodyError: ``receipt-damaged``: the package holds no receipt, or one beside other things.
    """
    manifest = package.manifest
    files = [(file.path, file.table, file.rows) for file in manifest.files]
    if manifest.kind is not Kind.RECEIPT or files != [
        (DATA + RECEIPT_NAME, None, None)
    ]:
        raise refusal("receipt-damaged")
    with package.path(manifest.files[0]).open("rb") as file:
        receipt = from_bytes(Receipt, file.read(_MOST_BYTES))
    stated = (manifest.journal, manifest.day)
    if receipt is None or (receipt.receiver_journal, receipt.day) != stated:
        raise refusal("receipt-damaged")
    return receipt


def read_receipt(package: Package, sent: Manifest) -> Receipt:
    """The receipt in a package that ``open_package`` opened.

    Args:
        package: the opened receipt.
        sent: what our package states that the receipt should be of.

    Raises:
        CustodyError: ``receipt-damaged``: the package holds no receipt; ``receipt-for-other``: it
            confirms another package, or says another head of our journal.
    """
    receipt = receipt_in(package)
    stated = (receipt.package, receipt.kind, receipt.serial, receipt.sender_journal)
    ours = (sent.digest, sent.kind, sent.serial, sent.journal)
    if stated != ours or sent.receiver.place != package.manifest.sender.place:
        raise refusal("receipt-for-other")
    return receipt
