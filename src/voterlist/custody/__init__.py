"""The chain of custody: keys of commissions, and signed packages between them.

``keys`` makes and reads the keys of a commission, ``trust`` says whose packages are taken,
``writing`` writes a package, ``reading`` checks one and unpacks it, ``receipts`` confirm it. The
format is described in ``docs/packages.md``. Who may send what to whom is in ``commissions``; the
journal and the commands stand above.
"""

from voterlist.custody.commissions import Commission, Kind, may_send
from voterlist.custody.keys import (
    Keys,
    PublicKey,
    is_protected,
    load_keys,
    make_keys,
    own_public_key,
    read_public_key,
)
from voterlist.custody.manifest import FORMAT, Manifest, PackedFile, Series
from voterlist.custody.reading import Limits, Package, Receiving, Taken, open_package
from voterlist.custody.receipts import Receipt, read_receipt, receipt_in, write_receipt
from voterlist.custody.sealing import encrypt
from voterlist.custody.signatures import fingerprint
from voterlist.custody.trust import (
    TRUST_NAME,
    Trust,
    Trusted,
    changing_trust,
    read_trust,
)
from voterlist.custody.writing import Outline, Payload, write_package

__all__ = [
    "FORMAT",
    "TRUST_NAME",
    "Commission",
    "Keys",
    "Kind",
    "Limits",
    "Manifest",
    "Outline",
    "Package",
    "PackedFile",
    "Payload",
    "PublicKey",
    "Receipt",
    "Receiving",
    "Series",
    "Taken",
    "Trust",
    "Trusted",
    "changing_trust",
    "encrypt",
    "fingerprint",
    "is_protected",
    "load_keys",
    "make_keys",
    "may_send",
    "open_package",
    "own_public_key",
    "read_public_key",
    "read_receipt",
    "read_trust",
    "receipt_in",
    "write_package",
    "write_receipt",
]
