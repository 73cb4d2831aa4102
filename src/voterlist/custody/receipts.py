"""A receipt: the receiver of a package confirms it, in a package of its own.

It holds one file, ``data/receipt.json``. The sender keeps it: it shows which journal the receiver
saw, so that a journal that was put back or rewritten since then does not go unnoticed.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal

from voterlist.custody.canonical import from_bytes, to_bytes
from voterlist.custody.commissions import Digest, Frozen, Kind
from voterlist.custody.keys import Keys
from voterlist.custody.manifest import DATA, Manifest
from voterlist.custody.reading import Package
from voterlist.custody.refusals import refusal
from voterlist.custody.writing import Outline, Payload, write_package

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
