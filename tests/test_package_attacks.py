"""Packages that are damaged, forged or meant to do harm: each is refused, and nothing is left."""

import io
import json
import os
import re
import shutil
import stat
import subprocess
import unicodedata
import zipfile
from dataclasses import replace
from importlib import resources

import pytest
import rfc8785

import packages
from packages import (
    CENTRE,
    CONSTITUENCY,
    DAY,
    FILES,
    OTHER,
    UNIX,
    Zipped,
    archive,
    draws_of,
    edited,
    lying,
    resigned,
    unzipped,
)
from voterlist.catalogue import LANGUAGES, catalogue, entries
from voterlist.custody import reading
from voterlist.custody.archive import Member, copy_member
from voterlist.custody.commissions import Kind
from voterlist.custody.keys import encrypt
from voterlist.custody.reading import Limits, open_package
from voterlist.custody.trust import Trust
from voterlist.custody.writing import Payload
from voterlist.errors import CustodyError
from voterlist.rulebook.pages import chapters


def _refusal(world, path, **changes):
    """The error with which a package is refused."""
    opening = open_package(path, world.receiving(**changes), world.folder / "receiving")
    with pytest.raises(CustodyError) as caught, opening:
        pass
    return caught.value


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return packages.world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def package(world):
    """The path of a good package."""
    return world.write()[0]


@pytest.fixture(scope="module")
def content(package):
    return package.read_bytes()


@pytest.fixture
def members(package):
    """The files of a good package, to be changed and put together again."""
    return unzipped(package)


def test_the_helpers_make_a_good_package_again(world, members, package, content):
    """Otherwise the attacks below would be refused for something else."""
    assert archive(members) == content
    assert resigned(package, world.constituency, lambda _: None) == content
    assert world.refused_bytes(content) is None


# Bytes


def test_no_byte_can_be_changed(world, content):
    """Every 29th, and those at the end, in two ways; ``campaign/damaged.py`` goes on by lot."""
    draws = draws_of(0)
    taken = []
    ends = range(len(content) - 22, len(content))
    for place in {*range(0, len(content), 29), *ends}:
        for mask in {1, draws.randrange(2, 256)}:
            changed = bytearray(content)
            changed[place] ^= mask
            if world.refused_bytes(changed) is None:
                taken.append((place, mask))
    assert taken == []


def test_no_package_that_is_cut_off_is_taken(world, content):
    sizes = [*range(4, 100), *range(100, len(content), 23), len(content) - 1]
    codes = {world.refused_bytes(content[:size]) for size in sizes}
    assert codes == {"package-truncated"}
    assert world.refused_bytes(content[:3]) == "package-not-one"
    assert world.refused_bytes(b"") == "package-not-one"


def test_a_package_with_a_workbook_that_is_cut_off_is_said_to_be_so(world):
    """The workbook is a ZIP file too, with an end of its own."""
    workbook = io.BytesIO()
    with zipfile.ZipFile(workbook, "w") as file:
        file.writestr("a", "b")
    path, _ = world.write(files=[Payload("a.xlsx", workbook.getvalue()), *FILES])
    whole = path.read_bytes()
    assert world.refused(path) is None
    assert world.refused_bytes(whole[:-1]) == "package-truncated"


@pytest.mark.parametrize("more", [b"\0", b"x" * 100, b"PK\x05\x06", b"\0" * 70_000])
def test_bytes_before_and_behind_are_noticed(world, content, more):
    assert world.refused_bytes(more + content) in {
        "package-repacked",
        "package-not-one",
    }
    assert world.refused_bytes(content + more) in {
        "package-repacked",
        "package-truncated",
    }


def test_no_edited_package_is_taken(world, content):
    """A piece is taken out, doubled, moved, or becomes another one."""
    draws = draws_of(2)
    made = [edited(draws, content) for _ in range(100)]
    changed = [one for one in made if one != content]
    assert len(changed) > 90
    assert [one for one in changed if world.refused_bytes(one) is None] == []


def test_no_package_that_lies_about_its_files_is_taken(world, members, content):
    """The files are put together again, with a few fields that lie."""
    draws = draws_of(3)
    made = [archive(lying(draws, members)) for _ in range(100)]
    changed = [one for one in made if one != content]
    assert len(changed) > 90
    assert [one for one in changed if world.refused_bytes(one) is None] == []


# The archive


def _with(members, **changes):
    """The files, the last one changed."""
    return [*members[:-1], replace(members[-1], **changes)]


def _content(members, place, content):
    """The files, that at a place with another content."""
    changed = replace(members[place], content=content)
    return [*members[:place], changed, *members[place + 1 :]]


def _named(members, name):
    """The files, and one more of this name in the folder of the package."""
    base = members[0].name.partition(b"/")[0]
    return [*members, Zipped(base + b"/" + name, b"x")]


LAST_FILE = {
    "encrypted": {"flags": 1},
    "strongly encrypted": {"flags": 0x41},
    "deflated": {"method": 8},
    "unknown method": {"method": 99},
    "zip64 size": {"size": 2**32 - 1},
    "zip64 field": {"extra": b"\x01\0\x08\0" + bytes(8)},
    "link": {"attributes": (stat.S_IFLNK | 0o777) << 16, "made_by": UNIX},
    "link of another system": {"attributes": (stat.S_IFLNK | 0o777) << 16},
    "pipe": {"attributes": stat.S_IFIFO << 16, "made_by": UNIX},
    "device": {"attributes": stat.S_IFCHR << 16, "made_by": UNIX},
    "folder by its attribute": {"attributes": 0x10},
    "overlapping": {"offset": 40},
    "behind the end": {"size": 10**6},
    "other size inside": {"local_size": 1},
    "time": {"time": 1},
    "comment of a file": {"comment": b"x"},
    "extra field": {"extra": b"ab\1\0x"},
    "mode": {"attributes": (stat.S_IFREG | 0o755) << 16, "made_by": UNIX},
}
"""What is written of the last file: no package has that."""
NAMES = {
    "package-name-unusable": {
        "folder by its name": b"data/a/",
        "device of windows": b"data/nul.csv",
        "stream of windows": b"data/a:b",
        "point at the end": b"data/a.",
        "letters": "data/ə".encode(),
        "no utf-8": b"data/\xff\xfe",
        "rather long": b"data/" + b"a" * 400,
    },
    "package-names-alike": {
        "case": b"data/Balance.json",
        "file and folder": b"data/balance.json/a",
    },
    "package-name-climbs": {
        "climbs": b"data/../../../a",
        "backslash": b"data\\..\\a",
        "nul": b"data/a\0b",
        "point": b"data/./a",
    },
    "package-repacked": {"long": b"data/" + b"a" * 60_000},
    "package-file-beside": {"a file more": b"data/z", "beside data": b"fetch.txt"},
}
"""Names of one more file in the folder of the package."""
CHANGES = {
    "package-repacked": {
        "gap": lambda m: [*m[:-2], replace(m[-2], local_extra=b"abcdef"), m[-1]],
        "other name inside": lambda m: _with(m, local_name=m[-1].name[:-1] + b"x"),
        "another order": lambda m: [*m[:-2], m[-1], m[-2]],
    },
    "package-name-twice": {"name twice": lambda m: [*m, m[-1]]},
    "package-name-unusable": {
        "dotless i": lambda m: _named(
            _named(m, "data/ıi".encode()), "data/ıI".encode()
        ),
        "empty name": lambda m: [*m, Zipped(b"", b"")],
    },
    "package-name-climbs": {
        "climbs first": lambda m: [Zipped(b"../a", b""), *m],
        "absolute": lambda m: [*m, Zipped(b"/etc/passwd", b"")],
        "drive": lambda m: [*m, Zipped(b"C:a", b"")],
    },
    "package-file-beside": {
        "two folders": lambda m: [*m, Zipped(b"other/a", b"")],
        "no folder": lambda m: [Zipped(b"a", b""), *m[:0]],
    },
    "package-file-changed": {
        "sums that do not fit": lambda m: _with(m, crc=7),
        "another content": lambda m: _with(m, content=bytes(len(m[-1].content))),
        "longer": lambda m: _with(m, content=m[-1].content + b"x"),
        "long signature": lambda m: _content(m, 3, m[3].content + b"x"),
    },
    "package-file-missing": {
        "a file less": lambda m: m[:-1],
        "no manifest": lambda m: m[:2] + m[3:],
        "no signature": lambda m: m[:3] + m[4:],
        "another folder": lambda m: [
            replace(a, name=a.name.replace(b"-0001/", b"-0002/")) for a in m
        ],
    },
    "package-bag-differs": {
        "bagit.txt": lambda m: _content(m, 0, m[0].content.replace(b"1.0", b"0.9")),
    },
    "package-signature-wrong": {
        "short signature": lambda m: _content(m, 3, m[3].content[:-1]),
    },
}


def _of_each(changes):
    """(code, change), each under the name of the attack."""
    return [
        pytest.param(code, change, id=name)
        for code, attacks in changes.items()
        for name, change in attacks.items()
    ]


@pytest.mark.parametrize("fields", LAST_FILE.values(), ids=LAST_FILE)
def test_a_file_that_is_written_otherwise_is_noticed(world, members, fields):
    assert world.refused_bytes(archive(_with(members, **fields))) == "package-repacked"


@pytest.mark.parametrize(("code", "name"), _of_each(NAMES))
def test_a_name_that_no_package_has_is_refused(world, members, code, name):
    assert world.refused_bytes(archive(_named(members, name))) == code


@pytest.mark.parametrize(("code", "change"), _of_each(CHANGES))
def test_each_attack_has_its_code(world, members, code, change):
    assert world.refused_bytes(archive(change(members))) == code


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize("name", ["data/göyçay", "data/ﬁ", "data/Å", "data/İ"])
def test_two_unicode_forms_of_a_name_are_noticed(world, members, form, name):
    """On some systems one file would replace the other."""
    other = unicodedata.normalize(form, name)
    if other == name:
        other = unicodedata.normalize("NFKD", name)
    names = [member.encode() for member in (name, other)]
    base = members[0].name.partition(b"/")[0] + b"/"
    files = [Zipped(base + one, b"") for one in names]
    for order in (files, files[::-1]):
        code = world.refused_bytes(archive([*order, *members]))
        assert code in {"package-names-alike", "package-name-unusable"}


def test_the_name_of_a_file_is_in_no_message(world, members):
    """A package may write a voter, or signs that a terminal obeys, into a name."""
    name = b"data/Mammadov\x1b[2J"
    path = world.folder / "named.zip"
    path.write_bytes(archive(_named(members, name)))
    error = _refusal(world, path)
    said = f"{error}{error.message}{error.todo}{error.places}"
    assert "Mammadov" not in said
    assert "\x1b" not in said
    assert error.__cause__ is None


def test_a_central_directory_with_something_behind_it_is_noticed(world, members):
    assert world.refused_bytes(archive(members, between=b"x")) == "package-repacked"
    assert world.refused_bytes(archive(members, comment=b"x")) in {
        "package-repacked",
        "package-truncated",
    }
    assert world.refused_bytes(archive(members, before=b"PK\3\4")) is not None


def test_a_zip64_end_is_refused(world, content):
    locator = b"PK\x06\x07" + bytes(16)
    directory, end = content[:-22], content[-22:]
    sizes = packages.END.unpack(end)
    longer = (*sizes[:5], sizes[5] + len(locator), *sizes[6:])
    changed = directory + locator + packages.END.pack(*longer)
    assert world.refused_bytes(changed) == "package-repacked"
    many = packages.END.pack(*sizes[:3], 0xFFFF, 0xFFFF, *sizes[5:])
    assert world.refused_bytes(directory + many) == "package-too-many-files"


def test_a_file_that_shrinks_while_it_is_read_is_noticed():
    """It would be waited for without end."""
    member = Member("a", 100, 0, 0)
    with pytest.raises(CustodyError) as caught:
        copy_member(io.BytesIO(bytes(60)), member, io.BytesIO())
    assert caught.value.code == "package-truncated"


def test_a_directory_that_is_none_is_refused(world, content):
    """Fewer records than the end says, or something else where a record should begin."""
    *head, disk_count, count, size, offset, comment = packages.END.unpack(content[-22:])
    more = packages.END.pack(*head, disk_count + 1, count + 1, size, offset, comment)
    assert world.refused_bytes(content[:-22] + more) == "package-repacked"
    other = content.replace(b"PK\x01\x02", b"PK\x01\x03")
    assert world.refused_bytes(other) == "package-repacked"


def test_a_bomb_is_refused_before_it_is_unpacked(world, members):
    """Ten megabytes of zeros in ten kilobytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        for member in members:
            bomb.writestr(member.name.decode(), member.content)
        bomb.writestr(members[0].name.decode() + "x", bytes(10**7))
    assert world.refused_bytes(packed.getvalue()) == "package-repacked"


def test_limits_hold(world, package, content):
    assert world.refused(package, limits=Limits(files=7)) == "package-too-many-files"
    assert world.refused(package, limits=Limits(files=8)) is None
    small, enough = Limits(bytes=len(content) - 1), Limits(bytes=len(content))
    assert world.refused(package, limits=small) == "package-too-large"
    assert world.refused(package, limits=enough) is None


def test_a_package_that_was_packed_anew_is_refused(world, package, tmp_path):
    """Of one package there is one file: its SHA-256 can be compared."""
    again = tmp_path / "again.zip"
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(again, "w") as new:
        for info in old.infolist():
            new.writestr(info.filename, old.read(info))
    assert world.refused(again) == "package-repacked"
    if shutil.which("zip"):
        with zipfile.ZipFile(package) as old:
            old.extractall(tmp_path)
        made = tmp_path / "made.zip"
        folder = next(item.name for item in tmp_path.iterdir() if item.is_dir())
        command = ["zip", "-q", "-r", made, folder]
        subprocess.run(command, cwd=tmp_path, check=True)
        assert world.refused(made) is not None


@pytest.mark.parametrize(
    "other",
    [
        b"%PDF-1.7\n",
        b"\x1f\x8b\x08\0" * 20,
        b"7z\xbc\xaf\x27\x1c",
        b"age-encryption.org/v2\n",
        "ad,soyad\n".encode("utf-16"),
        bytes(1000),
        packages.END.pack(b"PK\5\6", *[0] * 7),
        b"PK\3\4" + packages.END.pack(b"PK\5\6", 0, 0, 0, 0, 0, 4, 0),
    ],
)
def test_another_file_is_no_package(world, other):
    assert world.refused_bytes(other) == "package-not-one"


def test_a_pipe_or_a_folder_is_no_package(world, tmp_path):
    """A pipe would be waited for without end."""
    os.mkfifo(tmp_path / "pipe")
    assert world.refused(tmp_path / "pipe") == "package-not-a-file"
    assert world.refused(tmp_path) == "package-not-a-file"


# The manifest and its signer


def _set(**changes):
    """Changes fields of a manifest."""
    return lambda fields: fields.update(changes)


def _set_of_file(place, **changes):
    """Changes what a manifest states of a file."""
    return lambda fields: fields["files"][place].update(changes)


def _set_of_sender(**changes):
    """Changes what a manifest states of its sender."""
    return lambda fields: fields["sender"].update(changes)


def _stated(commission):
    return json.loads(commission.model_dump_json())


WRONG = {
    "package-newer": {"format": _set(format=3)},
    "package-route-wrong": {
        "receiver": _set(receiver=_stated(OTHER)),
        "constituency": _set(constituency=89),
        "kind": _set(kind="return"),
    },
    "package-signer-other": {
        "sender": _set(sender=_stated(OTHER)),
        "level": _set(sender=_stated(CENTRE)),
        "key": _set(key="cd" * 32),
    },
    "package-kind-other": {"another kind": _set(kind="receipt")},
    "package-cycle-other": {
        "cycle": _set(cycle="2025"),
        "a later cycle": _set(cycle="2027"),
    },
    "package-file-changed": {"another size": _set_of_file(0, size=3)},
    "package-bag-differs": {"another digest": _set_of_file(0, sha256="ab" * 32)},
    "package-file-missing": {"another name": _set_of_file(0, path="data/alance.json")},
    "package-manifest-wrong": {
        "format of old": _set(format=0),
        "format as a text": _set(format="1"),
        "name in another form": _set_of_sender(name="o\u0308"),
        "name that is not printable": _set_of_sender(name="a\x1b[2J"),
        "numbers of another level": _set_of_sender(precinct=1),
        "unknown kind": _set(kind="gift"),
        "cycle that climbs": _set(cycle="2025-/../.."),
        "serial": _set(serial=0),
        "serial without previous": _set(serial=2),
        "serial as a fraction": _set(serial=1.5),
        "great serial": _set(serial=10**6, previous="ab" * 32),
        "previous of the first": _set(previous="ab" * 32),
        "journal": _set(journal="AB" * 32),
        "day": _set(day="2026-02-30"),
        "day as a moment": _set(day="2026-02-03T00:00:00"),
        "a day of another age": _set(day="9999-12-31"),
        "a day before all ages": _set(day="0001-01-01"),
        "a day of another cycle": _set(day="2023-12-31"),
        "more rows than people": _set_of_file(1, rows=10**12),
        "a path that climbs": _set_of_file(0, path="data/../a"),
        "a path beside data": _set_of_file(0, path="bagit.txt"),
        "a field more": _set(note="x"),
        "a field less": lambda fields: fields.pop("run") and None,
        "no files": _set(files=[]),
        "files in another order": lambda fields: fields["files"].reverse(),
        "a file twice": lambda fields: fields["files"].append(fields["files"][-1]),
        "NaN": lambda fields: rfc8785.dumps(fields).replace(b":88", b":NaN"),
        "blanks": lambda fields: json.dumps(fields).encode(),
        "a key twice": lambda fields: (
            b'{"constituency":88,' + rfc8785.dumps(fields)[1:]
        ),
        "no json": lambda _: b"\xff",
        "nothing": lambda _: b"",
        "deep": lambda _: b"[" * 100_000,
        "half a letter": lambda fields: rfc8785.dumps(fields).replace(
            b"0.1.0", b"\\ud800"
        ),
        "a great number": lambda fields: rfc8785.dumps(fields).replace(
            b":88", b":" + b"8" * 5000
        ),
    },
}


@pytest.mark.parametrize(("code", "change"), _of_each(WRONG))
def test_a_signed_manifest_is_not_believed_in_everything(world, package, code, change):
    """A trusted commission may err, or be taken over."""
    made = resigned(package, world.constituency, change)
    assert world.refused_bytes(made) == code


def test_an_unknown_key_is_refused_with_its_digits(world, package):
    path = world.folder / "unknown.zip"
    path.write_bytes(package.read_bytes())
    error = _refusal(world, path, trust=Trust())
    assert error.code == "package-signer-unknown"
    assert world.constituency.public.fingerprint in error.message


def test_a_key_that_is_trusted_no_more_is_refused(world, package):
    trust = world.trust.withdrawn(CONSTITUENCY.slug, DAY)
    assert world.refused(package, trust=trust) == "package-signer-withdrawn"


def test_a_key_of_another_commission_cannot_sign_for_this_one(world, package):
    forged = resigned(package, world.other, lambda _: None)
    assert world.refused_bytes(forged) == "package-signer-other"
    own = resigned(package, world.other, _set(key=world.other.public.signing))
    assert world.refused_bytes(own) == "package-signer-other"


def test_a_signature_of_something_else_does_not_fit(world, members):
    """A public key is signed too; its signature is none of a manifest."""
    signature = bytes.fromhex(world.constituency.public.signature)
    members[3].content = signature
    assert world.refused_bytes(archive(members)) == "package-signature-wrong"


@pytest.mark.parametrize("stated", [b"", b"{}", b"[]", b"\xff", b"null"])
def test_a_manifest_that_is_none_and_not_signed_is_refused(world, members, stated):
    members[2].content = stated
    assert world.refused_bytes(archive(members)) == "package-signature-wrong"


def test_files_of_two_packages_do_not_mix(world, members):
    """All of them were signed by the same commission."""
    other, _ = world.write(files=[Payload("balance.json", b"[]"), FILES[0]])
    mixed = [*members[:-2], unzipped(other)[-2], members[-1]]
    assert world.refused_bytes(archive(mixed)) == "package-file-changed"


def test_a_package_for_somebody_else_is_refused(world, package):
    assert world.refused(package, us=OTHER) == "package-for-other"
    assert world.refused(package, us=CONSTITUENCY) == "package-for-other"
    kinds = frozenset({Kind.RETURN})
    assert world.refused(package, kinds=kinds) == "package-kind-other"


def test_what_is_returned_to_one_constituency_is_not_taken_by_another(world):
    """Both are of one level: its cases would be those of other people."""
    returned, _ = world.write(
        keys=world.centre, kind=Kind.RETURN, receiver=CONSTITUENCY
    )
    kinds = frozenset({Kind.RETURN})
    assert world.refused(returned, us=CONSTITUENCY, kinds=kinds) is None
    assert world.refused(returned, us=OTHER, kinds=kinds) == "package-for-other"


# No room


SMALL_DISK = "3m"


@pytest.mark.parametrize("is_encrypted", [False, True])
def test_a_full_disk_leaves_nothing(
    world, small_disk, tmp_path, monkeypatch, is_encrypted
):
    """It is full in the middle of a file, or known to be too small before the first one."""
    path, _ = world.write(
        files=[Payload("a", bytes(1000)), Payload("b", bytes(4 * 2**20))]
    )
    if is_encrypted:
        sealed = tmp_path / "sealed.age"
        encrypt(path, sealed, world.centre.public.age)
        path = sealed
    folder = small_disk / "receiving"
    for is_looked_at in (True, False):
        if not is_looked_at:
            monkeypatch.setattr(reading, "_check_room", lambda *_: None)
        opening = open_package(path, world.receiving(), folder)
        with pytest.raises(CustodyError) as caught, opening:
            pass
        assert caught.value.code == "package-no-room"
        assert list(small_disk.iterdir()) == []


# Sentences


def test_every_refusal_has_its_sentences():
    """A code without a sentence would fail inside, in the moment of the refusal."""
    sources = [
        item.read_text(encoding="utf-8")
        for item in resources.files("voterlist.custody").iterdir()
        if item.name.endswith(".py")
    ]
    prefixes = "package|passphrase|keys|trust|public-key|receipt|commission"
    word = re.compile(rf'"((?:{prefixes})-[a-z0-9-]+)"')
    codes = {code for source in sources for code in word.findall(source)}
    assert len(codes) > 50
    known = {
        key.removeprefix("error.").removesuffix(".what")
        for key in entries()
        if key.startswith("error.") and key.endswith(".what")
    }
    assert codes - known == set()
    for code in codes:
        for part in ("what", "todo"):
            texts = entries()[f"error.{code}.{part}"]
            assert set(texts) == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_stands_in_the_manual(language):
    """Who is refused looks the code up, and finds what to do."""
    *_, grid = chapters()["errors"](catalogue(language)).parts
    told = {code: (what, todo) for code, what, todo in grid.rows}
    codes = [
        key.removeprefix("error.").removesuffix(".what")
        for key in entries()
        if key.startswith(("error.package-", "error.receipt-", "error.trust-"))
        and key.endswith(".what")
    ]
    assert [code for code in codes if not all(told[code])] == []
    assert len(codes) > 40
