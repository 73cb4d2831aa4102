"""Packages: what is written, and that it is read as it was written."""

import hashlib
import io
import os
import random
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

import packages
from packages import CENTRE, CONSTITUENCY, DAY, FILES, OTHER, PRECINCT, series_taken
from voterlist.custody import keys as sealing
from voterlist.custody import writing
from voterlist.custody.canonical import from_bytes
from voterlist.custody.commissions import Kind, may_send
from voterlist.custody.keys import PublicKey, encrypt, load_keys, make_keys
from voterlist.custody.manifest import Manifest, PackedFile
from voterlist.custody.reading import Limits, Taken, _missing, open_package
from voterlist.custody.writing import (
    Payload,
    read_receipt,
    write_package,
    write_receipt,
)
from voterlist.errors import CustodyError
from voterlist.model import Level

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return packages.world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def sent(world):
    """What a package states."""
    return world.write()[1]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "receiving"


def test_what_was_packed_is_read(world, folder, tmp_path):
    path, manifest = world.write()
    with open_package(path, world.receiving(), folder) as package:
        assert package.manifest == manifest
        assert manifest.format == 1
        assert package.signer.commission == CONSTITUENCY
        assert package.missing == 0
        contents = {
            file.path: package.path(file).read_bytes()
            for file in package.manifest.files
        }
        (tmp_path / "inbox").mkdir()
        package.folder.rename(tmp_path / "inbox" / "88")
    assert contents == {f"data/{file.name}": file.source for file in FILES}
    moved = tmp_path / "inbox/88/lists/precinct-0001.csv"
    assert moved.read_bytes() == FILES[0].source
    assert moved.stat().st_mode & 0o777 == 0o600
    assert not folder.exists()


def test_nothing_is_left_when_the_caller_fails(world, folder):
    path, _ = world.write()
    opening = open_package(path, world.receiving(), folder)
    with pytest.raises(KeyError), opening as package:
        raise KeyError(package.folder.stat().st_mode)
    assert not folder.exists()


def test_the_files_are_closed_to_others(world, folder):
    path, manifest = world.write()
    with open_package(path, world.receiving(), folder) as package:
        file = package.path(manifest.files[0])
        modes = [item.stat().st_mode & 0o777 for item in (folder, package.folder, file)]
    assert modes == [0o700, 0o700, 0o600]


def test_a_link_in_the_place_of_the_folder_is_not_followed(world, folder, tmp_path):
    """Files would be written where somebody else can read them."""
    path, _ = world.write()
    (tmp_path / "elsewhere").mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    opening = open_package(path, world.receiving(), folder)
    with pytest.raises(FileExistsError), opening:
        pass
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_what_a_killed_process_left_goes(world, folder):
    path, _ = world.write()
    folder.mkdir()
    (folder / "left.csv").write_text("a")
    with open_package(path, world.receiving(), folder):
        assert not (folder / "left.csv").exists()


def test_the_same_files_give_the_same_bytes(world, tmp_path):
    """In any order, from memory or from the disk, whatever their times and modes are."""
    first, _ = world.write()
    on_disk = []
    for number, file in enumerate(reversed(FILES)):
        source = tmp_path / str(number)
        source.write_bytes(file.source)
        source.chmod(0o755)
        os.utime(source, (number, 10**9))
        on_disk.append(replace(file, source=source))
    second, _ = world.write(files=on_disk)
    assert first.read_bytes() == second.read_bytes()


_WRITE = """
import sys
from pathlib import Path
import packages
from voterlist.custody.keys import load_keys
from voterlist.custody.writing import write_package
keys = load_keys(Path(sys.argv[1]))
write_package(Path(sys.argv[2]), packages.World.outline(None), packages.FILES, keys)
"""


def test_two_processes_write_the_same_bytes(world, tmp_path):
    """Whatever the hash seed, the time zone, the language and the umask are."""
    keys = world.folder / f"keys-{CONSTITUENCY.slug}"
    written = []
    for number, zone in enumerate(("Asia/Baku", "America/New_York")):
        out = tmp_path / f"{number}.zip"
        environment = {
            **os.environ,
            "PYTHONHASHSEED": str(number),
            "PYTHONPATH": os.pathsep.join(sys.path),
            "TZ": zone,
        }
        command = [sys.executable, "-c", _WRITE, str(keys), str(out)]
        subprocess.run(command, env=environment, check=True, umask=number * 0o077)
        written.append(out.read_bytes())
    assert written[0] == written[1]


def test_any_tool_can_read_a_package(world, tmp_path):
    """zipfile, unzip and sha256sum know nothing of this program."""
    path, manifest = world.write()
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        package.extractall(tmp_path)
    base = tmp_path / manifest.folder
    assert [item.name for item in tmp_path.iterdir()] == [manifest.folder]
    assert (base / "bagit.txt").read_text().startswith("BagIt-Version: 1.0\n")
    info = (base / "bag-info.txt").read_text(encoding="utf-8")
    assert "Payload-Oxum: 30.2\n" in info
    for sums in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        lines = (base / sums).read_text().splitlines()
        for line in lines:
            digest, name = line.split("  ")
            content = (base / name).read_bytes()
            assert hashlib.sha256(content).hexdigest() == digest
        if shutil.which("sha256sum"):
            command = ["sha256sum", "--check", "--strict", sums]
            subprocess.run(command, cwd=base, check=True, capture_output=True)
    if shutil.which("unzip"):
        subprocess.run(["unzip", "-t", path], check=True, capture_output=True)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_another_program_can_verify_the_signature(world, tmp_path):
    """As docs/packages.md says."""
    path, manifest = world.write()
    with zipfile.ZipFile(path) as package:
        content = package.read(f"{manifest.folder}/manifest.json")
        signature = package.read(f"{manifest.folder}/manifest.json.sig")
    pem = world.constituency.signing.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    (tmp_path / "key.pem").write_bytes(pem)
    (tmp_path / "signed").write_bytes(b"voterlist package manifest 1\n" + content)
    (tmp_path / "sig").write_bytes(signature)
    command = (
        "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in signed -sigfile sig"
    )
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)


_NAMES = st.from_regex(
    r"(d_[a-z0-9-]{1,8}/){0,2}f_[a-z0-9-]{1,8}\.[a-z]{1,4}", fullmatch=True
)


@given(files=st.dictionaries(_NAMES, st.binary(max_size=2000), min_size=1, max_size=6))
def test_any_files_come_out_as_they_went_in(world, files):
    payloads = [Payload(name, content) for name, content in files.items()]
    path, _ = world.write(files=payloads)
    with open_package(path, world.receiving(), world.folder / "receiving") as package:
        manifest = package.manifest
        read = {
            file.path.removeprefix("data/"): package.path(file).read_bytes()
            for file in manifest.files
        }
    assert read == files
    path.unlink()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "A.csv",
        "a b.csv",
        "../a",
        "/a",
        "a//b",
        "ə.csv",
        "a\\b",
        "con",
        "a." + "x" * 130,
    ],
)
def test_a_name_that_is_not_usable_everywhere_is_not_written(world, name):
    """The package could not be unpacked there, or would be refused."""
    with pytest.raises(ValueError, match="path of a file"):
        world.write(files=[Payload(name, b"")])


@pytest.mark.parametrize(
    ("limit", "most", "code"),
    [
        ("MOST_FILES", 7, "package-too-many-files"),
        ("MOST_BYTES", 2000, "package-too-large"),
    ],
)
def test_no_package_is_written_that_nobody_takes(world, monkeypatch, limit, most, code):
    monkeypatch.setattr(writing, limit, most)
    with pytest.raises(CustodyError) as caught:
        world.write()
    assert caught.value.code == code


def test_a_file_that_changes_while_it_is_packed_stops_the_package(
    world, tmp_path, monkeypatch
):
    """The manifest would state a digest that the file does not have."""
    source, out = tmp_path / "a", tmp_path / "out.zip"
    source.write_bytes(b"before")
    readings = Payload.parts

    def parts(payload):
        yield from readings(payload)
        if payload.source == source:
            source.write_bytes(b"behind")

    monkeypatch.setattr(Payload, "parts", parts)
    with pytest.raises(CustodyError) as caught:
        write_package(out, world.outline(), [Payload("a", source)], world.constituency)
    assert caught.value.code == "package-source-changed"
    assert list(tmp_path.glob("*out*")) == []


@pytest.mark.parametrize("size", [0, 1, 0xFFFE, 0xFFFF, 0x10000, 2**20, 2**20 + 1])
def test_a_file_may_have_any_size(world, folder, size):
    """65,535 bytes are no sign of ZIP64, and the pieces that are read make up the whole."""
    path, manifest = world.write(files=[Payload("a", bytes(size)), Payload("b", b"b")])
    with open_package(path, world.receiving(), folder) as package:
        first, second = (package.path(file) for file in manifest.files)
        assert (first.stat().st_size, second.read_bytes()) == (size, b"b")


# Encryption


def test_an_encrypted_package_is_read_by_its_receiver(world, folder, tmp_path):
    path, manifest = world.write()
    sealed = tmp_path / "package.zip.age"
    encrypt(path, sealed, world.centre.public.age)
    assert sealed.stat().st_mode & 0o777 == 0o600
    assert b"Elsen" not in sealed.read_bytes()
    with open_package(sealed, world.receiving(), folder) as package:
        assert package.manifest == manifest
        assert package.path(manifest.files[1]).read_bytes() == FILES[0].source
    assert not folder.exists()


def test_what_is_equal_of_two_encrypted_packages_is_the_package(world, tmp_path):
    """An age file has a fresh key each time; docs/packages.md says so."""
    path, _ = world.write()
    both = [tmp_path / "1", tmp_path / "2"]
    for sealed in both:
        encrypt(path, sealed, world.centre.public.age)
    first, second = (sealed.read_bytes() for sealed in both)
    assert first != second
    identity = world.centre.identity
    inside = [pyrage.decrypt(sealed, [identity]) for sealed in (first, second)]
    assert inside == [path.read_bytes()] * 2


def test_an_encrypted_package_that_cannot_be_opened_is_refused(world, tmp_path):
    path, _ = world.write()
    sealed = tmp_path / "package.zip.age"
    encrypt(path, sealed, world.centre.public.age)
    content = sealed.read_bytes()
    assert world.refused(sealed, identity=None) == "package-sealed-no-key"
    other = world.other.identity
    assert world.refused(sealed, identity=other) == "package-sealed-for-other"
    assert world.refused_bytes(content[:-1]) == "package-sealed-damaged"
    assert world.refused_bytes(content[:60]) == "package-sealed-damaged"
    assert world.refused_bytes(content + b"x") == "package-sealed-damaged"
    small = Limits(bytes=1000)
    assert world.refused(sealed, limits=small) == "package-too-large"
    # An encrypted file inside an encrypted file.
    encrypt(sealed, tmp_path / "twice.age", world.centre.public.age)
    assert world.refused(tmp_path / "twice.age") == "package-not-one"


def test_no_byte_of_an_encrypted_package_can_be_changed(world, tmp_path):
    path, _ = world.write()
    sealed = tmp_path / "package.zip.age"
    encrypt(path, sealed, world.centre.public.age)
    content = sealed.read_bytes()
    draws = random.Random(1)  # noqa: S311  no secret is made from it
    for place in draws.sample(range(len(content)), 300):
        changed = bytearray(content)
        changed[place] ^= 1 << draws.randrange(8)
        assert world.refused_bytes(bytes(changed)) is not None, place


def test_no_more_is_decrypted_than_a_package_may_have(world, tmp_path):
    """The disk would be full before the package is refused."""
    path, _ = world.write(files=[Payload("a", bytes(10**6))])
    sealed, out = tmp_path / "sealed", tmp_path / "out"
    encrypt(path, sealed, world.centre.public.age)
    with sealed.open("rb") as file, pytest.raises(CustodyError) as caught:
        sealing.decrypt(file, out, world.centre.identity, 200_000)
    assert caught.value.code == "package-too-large"
    assert out.stat().st_size <= 200_000


def test_a_head_without_end_is_not_read(tmp_path):
    """The library reads a head into memory; it is not asked to."""
    endless = io.BytesIO(b"age-encryption.org/v1\n" + b"-> X25519 a\nb\n" * 10**5)
    with pytest.raises(CustodyError) as caught:
        sealing.decrypt(endless, tmp_path / "out", None, 10**9)
    assert caught.value.code == "package-sealed-damaged"


# Numbers of packages


def test_packages_follow_each_other(world):
    first, one = world.write()
    second, two = world.write(serial=2, previous=one.digest)
    fourth, four = world.write(serial=4, previous="cd" * 32)
    assert world.refused(first, taken=series_taken(one)) == "package-taken"
    assert world.refused(second, taken=series_taken(one)) is None
    assert world.refused(first, taken=series_taken(one, two)) == "package-taken"
    assert world.refused(first, taken=series_taken(two)) == "package-older"
    assert world.refused(second, taken=series_taken(four, one)) == "package-older"
    other, _ = world.write(files=FILES[:1])
    assert world.refused(other, taken=series_taken(one)) == "package-serial-twice"
    third, _ = world.write(serial=3, previous="ef" * 32)
    assert world.refused(third, taken=series_taken(one, two)) == "package-chain-broken"
    assert world.refused(fourth, taken=series_taken(one, two)) is None


@given(
    offered=st.lists(
        st.tuples(st.integers(1, 6), st.sampled_from("abc"), st.sampled_from("abc")),
        max_size=30,
    )
)
def test_what_is_taken_only_grows(sent, offered):
    """An older list would stand in the place of a newer one."""
    taken = []
    for serial, digest, previous in offered:
        changes = {"serial": serial, "previous": None if serial == 1 else previous}
        package = sent.model_copy(update=changes)
        try:
            missing = _missing(package, digest, taken)
        except CustodyError:
            continue
        last = max((one.serial for one in taken), default=0)
        assert missing == serial - last - 1 >= 0
        follows = [one.digest for one in taken if one.serial == serial - 1]
        assert follows in ([], [previous])
        taken.append(Taken(serial, digest))


@pytest.mark.parametrize(("serial", "missing"), [(2, 0), (3, 1), (9, 7)])
def test_a_gap_in_the_numbers_is_said(world, folder, serial, missing):
    _, one = world.write()
    path, _ = world.write(serial=serial, previous=one.digest)
    receiving = world.receiving(taken=series_taken(one))
    with open_package(path, receiving, folder) as package:
        assert package.missing == missing


@pytest.mark.parametrize("serial", [23, 1000, 999_999])
def test_a_gap_that_is_too_great_is_a_matter_of_a_person(world, folder, serial):
    """A key that somebody stole would shut its owner out with the greatest of all numbers."""
    _, one = world.write()
    path, _ = world.write(serial=serial, previous="ab" * 32)
    taken = series_taken(one)
    assert world.refused(path, taken=taken) == "package-gap"
    settled = world.receiving(taken=taken, is_settled=True)
    with open_package(path, settled, folder) as package:
        assert package.manifest.serial == serial


def test_what_does_not_count_any_more_is_not_taken_again(world):
    """After a new key, or after the chair settled the numbers, they begin where they begin."""
    first, one = world.write()
    _, far = world.write(serial=999_999, previous="ab" * 32)
    second, _ = world.write(serial=2, previous=one.digest)
    taken = {
        series: [replace(package, counts=False) for package in several]
        for series, several in series_taken(one, far).items()
    }
    assert world.refused(second, taken=series_taken(one, far)) == "package-older"
    assert world.refused(second, taken=taken) is None
    assert world.refused(first, taken=taken) == "package-taken"
    assert world.refused(first, taken=taken, is_settled=True) == "package-taken"


def test_packages_of_two_senders_are_counted_apart(world):
    """The first package of a constituency would be refused as an older one."""
    _, one = world.write()
    path, _ = world.write(keys=world.other, constituency=89)
    assert world.refused(path, taken=series_taken(one)) is None


# Receipts


def _receipt(world, sent, keys, **changes):
    """(path, what was signed, the receipt) of a package."""
    out = world.folder / "receipt.zip"
    fields = {
        "serial": 1,
        "previous": None,
        "journal": "cd" * 32,
        "day": DAY,
        **changes,
    }
    return out, *write_receipt(out, sent, keys, **fields)


RECEIPTS = {"us": CONSTITUENCY, "kinds": frozenset({Kind.RECEIPT})}
"""How a constituency takes receipts in."""


def _unread(world, path, sent, **receiving):
    """The code with which a receipt of what was sent is refused."""
    opening = open_package(
        path, world.receiving(**RECEIPTS | receiving), world.folder / "receiving"
    )
    with opening as package, pytest.raises(CustodyError) as caught:
        read_receipt(package, sent)
    return caught.value.code


def test_a_receipt_confirms_what_was_sent(world, sent, folder):
    out, stated, receipt = _receipt(world, sent, world.centre)
    assert (stated.kind, stated.receiver) == (Kind.RECEIPT, CONSTITUENCY)
    with open_package(out, world.receiving(**RECEIPTS), folder) as package:
        assert read_receipt(package, sent) == receipt
    assert (receipt.package, receipt.sender_journal) == (sent.digest, "ab" * 32)
    assert (receipt.receiver_journal, receipt.day) == ("cd" * 32, DAY)


def test_a_receipt_of_something_else_is_refused(world, sent):
    """A sender whose ledger was put back would not notice it."""
    out, _, _ = _receipt(world, sent, world.centre)
    _, other = world.write(journal="ef" * 32)
    assert _unread(world, out, other) == "receipt-for-other"


def test_another_commission_cannot_confirm(world, sent, tmp_path):
    """A constituency could show a receipt that its own precinct signed."""
    make_keys(tmp_path / "precinct", PRECINCT)
    precinct = load_keys(tmp_path / "precinct")
    trust = world.trust.added(precinct.public, "12", DAY)
    out, _, _ = _receipt(world, sent, precinct)
    assert _unread(world, out, sent, trust=trust) == "receipt-for-other"


@given(content=st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_what_is_no_manifest_is_none(content):
    """A parser that raises something else would end the command with a failure inside."""
    assert from_bytes(Manifest, content) is None
    assert from_bytes(PublicKey, content) is None


def test_the_docs_say_every_field_of_a_manifest():
    page = (ROOT / "docs/packages.md").read_text(encoding="utf-8")
    table = page.partition("| field | what |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    described = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert described == set(Manifest.model_fields)
    assert [name for name in PackedFile.model_fields if f"`{name}`" not in table] == []


@pytest.mark.parametrize(
    ("files", "kind", "journal"),
    [
        ({"receipt.json": b"{}"}, Kind.RECEIPT, "cd"),
        ({"receipt.json": b""}, Kind.RECEIPT, "cd"),
        ({"other.json": b"{}"}, Kind.RECEIPT, "cd"),
        ({"receipt.json": None}, Kind.RETURN, "cd"),
        ({"receipt.json": None, "z": b""}, Kind.RECEIPT, "cd"),
        ({"receipt.json": None}, Kind.RECEIPT, "ef"),
    ],
)
def test_a_receipt_is_of_its_kind_alone_and_of_one_journal(
    world, sent, files, kind, journal
):
    """What stands beside it, or says nothing, would be taken for confirmed.

    Where no content is named it is that of a good receipt.
    """
    out, _, _ = _receipt(world, sent, world.centre)
    good = packages.unzipped(out)[-1].content
    payloads = [
        Payload(name, good if content is None else content)
        for name, content in files.items()
    ]
    path, _ = world.write(
        files=payloads,
        keys=world.centre,
        kind=kind,
        receiver=CONSTITUENCY,
        journal=journal * 32,
    )
    assert _unread(world, path, sent, kinds=frozenset(Kind)) == "receipt-damaged"


# Who may send what to whom


@pytest.mark.parametrize(
    ("kind", "sender", "receiver", "constituency", "can"),
    [
        (Kind.SUBMIT, PRECINCT, CONSTITUENCY, 88, True),
        (Kind.SUBMIT, CONSTITUENCY, CENTRE, 88, True),
        (Kind.RETURN, CENTRE, CONSTITUENCY, 88, True),
        (Kind.RETURN, CONSTITUENCY, PRECINCT, 88, True),
        (Kind.RECEIPT, CENTRE, CONSTITUENCY, 88, True),
        (Kind.RECEIPT, PRECINCT, CONSTITUENCY, 88, True),
        (Kind.SUBMIT, PRECINCT, OTHER, 88, False),
        (Kind.SUBMIT, PRECINCT, OTHER, 89, False),
        (Kind.SUBMIT, PRECINCT, CENTRE, 88, False),
        (Kind.SUBMIT, CONSTITUENCY, CENTRE, 89, False),
        (Kind.SUBMIT, CENTRE, CONSTITUENCY, 88, False),
        (Kind.RETURN, CONSTITUENCY, CENTRE, 88, False),
        (Kind.RECEIPT, CONSTITUENCY, OTHER, 88, False),
        (Kind.RECEIPT, CONSTITUENCY, CONSTITUENCY, 88, False),
    ],
)
def test_packages_go_one_level_up_or_down(kind, sender, receiver, constituency, can):
    assert may_send(kind, sender, receiver, constituency) is can


def test_each_commission_has_a_name_for_files():
    """Packages of two commissions would have one name."""
    slugs = [commission.slug for commission in (CENTRE, CONSTITUENCY, PRECINCT)]
    assert slugs == ["cec", "conec-088", "pec-088-0012"]


def test_a_package_that_cannot_be_sent_is_not_written(world):
    with pytest.raises(CustodyError) as caught:
        world.write(constituency=89)
    assert caught.value.code == "package-route-wrong"


@pytest.mark.parametrize(
    ("level", "numbers", "name"),
    [
        (Level.CEC, (88, None), "a"),
        (Level.CONEC, (None, None), "a"),
        (Level.CONEC, (126, None), "a"),
        (Level.CONEC, (88, 1), "a"),
        (Level.PEC, (88, None), "a"),
        (Level.PEC, (88, 0), "a"),
        (Level.CEC, (None, None), "  "),
        (Level.CEC, (None, None), "a\nb"),
        (Level.CEC, (None, None), "a" * 201),
    ],
)
def test_a_commission_has_the_numbers_of_its_level(level, numbers, name):
    with pytest.raises(CustodyError) as caught:
        packages.Commission.of(level, *numbers, name)
    assert caught.value.code == "commission-unusable"
