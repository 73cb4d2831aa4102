"""Commissions with their keys, and packages between them, for the tests of custody."""

import datetime as dt
import hashlib
import json
import random
import struct
import zipfile
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path

import rfc8785

from voterlist.custody.commissions import Commission, Kind
from voterlist.custody.keys import Keys, Signed, load_keys, make_keys
from voterlist.custody.reading import Receiving, Taken, open_package
from voterlist.custody.trust import Trust
from voterlist.custody.writing import Outline, Payload, write_package
from voterlist.errors import CustodyError
from voterlist.model import Level

DAY = dt.date(2026, 2, 3)
CONSTITUENCY = Commission.of(Level.CONEC, 88, None, "Göyçay seçki dairəsi")
OTHER = Commission.of(Level.CONEC, 89, None, "İsmayıllı seçki dairəsi")
CENTRE = Commission.of(Level.CEC, None, None, "Mərkəzi Seçki Komissiyası")
PRECINCT = Commission.of(Level.PEC, 88, 12, "12 saylı məntəqə")
FILES = (
    Payload(
        "lists/precinct-0001.csv", "ad,soyad\nElşən,Məmmədov\n".encode(), "list", 1
    ),
    Payload("balance.json", b"{}"),
)
LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")
UNIX = 3 << 8 | 20


@dataclass
class World:
    """A constituency, another one and the central commission, who trust each other."""

    folder: Path
    constituency: Keys
    other: Keys
    centre: Keys
    trust: Trust
    packages: int = field(default=0)

    def outline(self, **changes):
        """What the first package of the constituency to the centre states."""
        outline = Outline(
            kind=Kind.SUBMIT,
            cycle="2026",
            constituency=88,
            receiver=CENTRE,
            serial=1,
            previous=None,
            journal="ab" * 32,
            run="2026-02-03-1a2b3c4d",
            day=DAY,
        )
        return replace(outline, **changes)

    def receiving(self, **changes):
        """What the centre takes."""
        receiving = Receiving(
            us=CENTRE,
            cycle="2026",
            kinds=frozenset({Kind.SUBMIT}),
            trust=self.trust,
            identity=self.centre.identity,
        )
        return replace(receiving, **changes)

    def write(self, files=FILES, keys=None, **changes):
        """(path, manifest) of a package."""
        self.packages += 1
        path = self.folder / f"package-{self.packages}.zip"
        manifest = write_package(
            path, self.outline(**changes), files, keys or self.constituency
        )
        return path, manifest

    def refused(self, path, **changes):
        """The code with which a package is refused; None where it is taken.

        Whatever happens, nothing of it is left.
        """
        folder = self.folder / "receiving"
        try:
            with open_package(path, self.receiving(**changes), folder):
                code = None
        except CustodyError as error:
            code = error.code
        assert not folder.exists()
        return code

    def refused_bytes(self, content, **changes):
        """The same of the bytes of a package."""
        path = self.folder / "changed.zip"
        path.write_bytes(content)
        return self.refused(path, **changes)


def world(folder):
    """Fresh keys of all commissions in a folder."""
    keys = {
        commission.slug: _keys(folder / f"keys-{commission.slug}", commission)
        for commission in (CONSTITUENCY, OTHER, CENTRE)
    }
    trust = Trust()
    for slug, own in keys.items():
        trust = trust.added(own.public, slug, DAY)
    return World(folder, *keys.values(), trust)


def _keys(folder, commission):
    make_keys(folder, commission)
    return load_keys(folder)


def series_taken(*manifests):
    """What is known of these packages once they were taken."""
    taken = {}
    for manifest in manifests:
        one = Taken(manifest.serial, manifest.digest)
        taken.setdefault(manifest.series, []).append(one)
    return taken


@dataclass
class Zipped:
    """A file of an archive that is put together by hand; each field can lie."""

    name: bytes
    content: bytes
    method: int = 0
    flags: int = 0
    attributes: int = 0
    made_by: int = 20
    size: int | None = None
    crc: int | None = None
    extra: bytes = b""
    local_extra: bytes = b""
    comment: bytes = b""
    local_name: bytes | None = None
    local_size: int | None = None
    offset: int | None = None
    time: int = 0


def archive(members, *, before=b"", after=b"", between=b"", comment=b""):
    """The bytes of an archive of these files."""
    body, directory = bytearray(before), bytearray()
    for member in members:
        size = len(member.content) if member.size is None else member.size
        crc = zlib.crc32(member.content) if member.crc is None else member.crc
        name = member.name if member.local_name is None else member.local_name
        local_size = size if member.local_size is None else member.local_size
        offset = len(body) if member.offset is None else member.offset
        head = (20, member.flags, member.method, member.time, 0x21, crc)
        sizes = (local_size, local_size, len(name), len(member.local_extra))
        body += LOCAL.pack(b"PK\x03\x04", *head, *sizes)
        body += name + member.local_extra + member.content
        lengths = (len(member.name), len(member.extra), len(member.comment))
        rest = (*lengths, 0, 0, member.attributes, offset)
        record = CENTRAL.pack(b"PK\x01\x02", member.made_by, *head, size, size, *rest)
        directory += record + member.name + member.extra + member.comment
    body += between
    count = len(members)
    places = (count, count, len(directory), len(body), len(comment))
    end = END.pack(b"PK\x05\x06", 0, 0, *places)
    return bytes(body + directory + end + comment + after)


def unzipped(path):
    """The files of a package, ready to be put together again."""
    with zipfile.ZipFile(path) as package:
        return [
            Zipped(info.filename.encode(), package.read(info))
            for info in package.infolist()
        ]


def resigned(path, keys, change):
    """A package with a changed manifest, all else made to fit, signed with these keys.

    Args:
        path: the package.
        keys: who signs.
        change: takes the fields of the manifest, and changes them; or gives bytes instead.
    """
    members = {
        member.name.decode().partition("/")[2]: member for member in unzipped(path)
    }
    fields = json.loads(members["manifest.json"].content)
    changed = change(fields)
    content = changed if isinstance(changed, bytes) else rfc8785.dumps(fields)
    members["manifest.json"].content = content
    members["manifest.json.sig"].content = keys.sign(Signed.MANIFEST, content)
    tags = (
        "bag-info.txt",
        "bagit.txt",
        "manifest-sha256.txt",
        "manifest.json",
        "manifest.json.sig",
    )
    lines = [
        f"{hashlib.sha256(members[name].content).hexdigest()}  {name}\n"
        for name in tags
    ]
    members["tagmanifest-sha256.txt"].content = "".join(lines).encode()
    return archive(list(members.values()))


def draws_of(seed):
    """Chance that is the same each time."""
    return random.Random(seed)  # noqa: S311  no secret is made from it


def edited(draws, content):
    """The bytes with a piece taken out, doubled, moved, zeroed or taken from elsewhere."""
    size = draws.choice([1, 2, 4, 30, 200])
    one, other = (draws.randrange(len(content) - size) for _ in range(2))
    piece = content[one : one + size]
    before, behind = content[:one], content[one + size :]
    return draws.choice(
        [
            before + behind,
            before + piece + piece + behind,
            before + bytes(size) + behind,
            before + content[other : other + size] + behind,
            before + draws.randbytes(size) + behind,
            before + behind[:other] + piece + behind[other:],
        ]
    )


def lying(draws, members):
    """The files put together again with a few fields that lie."""
    changed = [replace(member) for member in members]
    for _ in range(draws.randrange(1, 4)):
        member = draws.choice(changed)
        field = draws.choice(list(_LIES))
        setattr(member, field, _LIES[field](draws, member))
    if draws.random() < 0.3:
        draws.shuffle(changed)
    if draws.random() < 0.2:
        changed.append(replace(draws.choice(changed)))
    if draws.random() < 0.2:
        changed.pop(draws.randrange(len(changed)))
    return changed


_LIES = {
    "name": lambda draws, member: draws.choice(
        [
            member.name.upper(),
            member.name[:-1],
            b"../" + member.name,
            member.name + b"/",
        ]
    ),
    "content": lambda draws, member: member.content + draws.randbytes(1),
    "method": lambda draws, _: draws.choice([8, 9, 12, 14, 99]),
    "flags": lambda draws, _: 1 << draws.randrange(16),
    "attributes": lambda draws, _: draws.randrange(1, 2**32),
    "made_by": lambda draws, _: draws.choice([UNIX, 0, 0xFFFF]),
    "size": lambda draws, member: draws.choice([0, 2**32 - 1, len(member.content) + 7]),
    "crc": lambda draws, _: draws.randrange(2**32),
    "extra": lambda draws, _: draws.randbytes(draws.randrange(1, 40)),
    "local_extra": lambda draws, _: draws.randbytes(draws.randrange(1, 40)),
    "comment": lambda draws, _: draws.randbytes(5),
    "local_name": lambda draws, member: member.name + draws.randbytes(1),
    "local_size": lambda draws, _: draws.randrange(2**20),
    "offset": lambda draws, _: draws.randrange(4000),
    "time": lambda draws, _: draws.randrange(1, 2**16),
}
