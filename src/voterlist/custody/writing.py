"""Writing a package: the same files and the same statement give the same bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from voterlist.custody.archive import (
    MEGABYTE,
    MOST_BYTES,
    MOST_FILES,
    Measure,
    Member,
    chunks,
    ends_of,
    local_header,
    measured,
)
from voterlist.custody.commissions import Commission, Kind
from voterlist.custody.keys import Keys
from voterlist.custody.manifest import DATA, Manifest, PackedFile, tag_files
from voterlist.custody.names import check_names
from voterlist.custody.refusals import refusal
from voterlist.custody.signatures import Signed
from voterlist.storage.files import open_private, write_atomically
from voterlist.version import __version__


@dataclass(frozen=True, slots=True)
class Payload:
    """One file to be packed.

    Attributes:
        name: its path below ``data/``: small letters, digits, ``.``, ``_``, ``-`` and ``/``.
        source: where its content is: a file, or the bytes themselves.
        table: the name of the table that it holds.
        rows: rows of that table.
    """

    name: str
    source: Path | bytes
    table: str | None = None
    rows: int | None = None

    def parts(self) -> Iterator[bytes]:
        """The content, piece by piece."""
        if isinstance(self.source, bytes):
            yield self.source
            return
        with self.source.open("rb") as file:
            yield from chunks(file)


@dataclass(frozen=True, slots=True)
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
    measures = [measured(payload.parts()) for payload in packed]
    manifest = _manifest(outline, packed, measures, keys)
    if not manifest.is_on_its_way:
        raise refusal("package-route-wrong")
    signature = keys.sign(Signed.MANIFEST, manifest.content)
    tags = [
        Payload(name, content)
        for name, content in tag_files(manifest, signature).items()
    ]
    tag_measures = [measured(tag.parts()) for tag in tags]
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
    return Manifest(
        kind=outline.kind,
        program=__version__,
        cycle=outline.cycle,
        constituency=outline.constituency,
        sender=keys.public.commission,
        key=keys.public.signing,
        receiver=outline.receiver,
        serial=outline.serial,
        previous=outline.previous,
        journal=outline.journal,
        run=outline.run,
        day=outline.day,
        files=files,
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

    if measured(parts()) != measure:
        raise refusal("package-source-changed", name=payload.name)
