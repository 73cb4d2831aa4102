"""Keys of commissions, their files, and whom a workspace trusts."""

import hashlib
import json
import shutil
import stat
import subprocess

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

import workspaces
from command_line import told
from packages import CENTRE, CONSTITUENCY, DAY, OTHER
from voterlist.custody.keys import (
    Signed,
    fingerprint,
    is_protected,
    is_weak,
    load_keys,
    make_keys,
    own_public_key,
    read_public_key,
)
from voterlist.custody.trust import Trust, changing_trust, read_trust
from voterlist.errors import CustodyError


def _code(function, *arguments):
    """The code with which it is refused."""
    with pytest.raises(CustodyError) as caught:
        function(*arguments)
    assert caught.value.todo
    return caught.value.code


@pytest.fixture
def folder(tmp_path):
    """Keys without a passphrase."""
    make_keys(tmp_path / "keys", CONSTITUENCY)
    return tmp_path / "keys"


@pytest.fixture(scope="module")
def protected(tmp_path_factory):
    """Keys with a passphrase; making them takes a second.

    It comes from standard input: a script has no terminal, and a passphrase among the arguments is
    seen by everybody.
    """
    settings = f'[workspace]\nname = "{CONSTITUENCY.name}"\nconstituency = 88\n'
    folder = workspaces.make(
        tmp_path_factory.mktemp("protected") / "88", settings=settings
    )
    made = ("keys", "make", folder, "--passphrase-stdin")
    assert told(*made, given="dörd söz Göyçay nar\n")[0] == 0
    return folder / "keys"


def test_keys_are_their_owners_alone(folder):
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {"private.key": 0o600, "public.json": 0o600}
    keys = load_keys(folder)
    assert keys.public == own_public_key(folder)
    assert keys.public.commission == CONSTITUENCY
    assert not is_protected(folder)


def test_no_message_shows_a_private_key(folder):
    keys = load_keys(folder)
    text = (folder / "private.key").read_text()
    secrets = [line for line in text.splitlines() if not line.startswith("-")]
    assert len(secrets) == 2
    assert [secret for secret in secrets if secret in repr(keys)] == []


def test_two_commissions_have_different_keys(folder, tmp_path):
    other = make_keys(tmp_path / "other", OTHER)
    own = own_public_key(folder)
    assert (own.signing, own.age) != (other.signing, other.age)


def test_keys_are_not_replaced(folder):
    before = (folder / "private.key").read_bytes()
    assert _code(make_keys, folder, CONSTITUENCY) == "keys-there"
    assert (folder / "private.key").read_bytes() == before


def test_what_a_killed_process_left_is_no_key(tmp_path):
    (tmp_path / ".voterlist-work-abcd1234/keys").mkdir(parents=True)
    (tmp_path / ".voterlist-work-abcd1234/keys/private.key").write_text("half")
    assert _code(load_keys, tmp_path / "keys") == "keys-missing"
    make_keys(tmp_path / "keys", CENTRE)
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_a_passphrase_opens_the_key_alone(protected):
    content = (protected / "private.key").read_bytes()
    assert b"PRIVATE" not in content
    assert is_protected(protected)
    # As a Mac writes the same letters; to open a key takes a second.
    opened = load_keys(protected, "do\u0308rd so\u0308z Go\u0308yc\u0327ay nar")
    assert opened.public.commission == CONSTITUENCY
    assert _code(load_keys, protected, "dord soz Goycay nar") == "passphrase-wrong"
    assert _code(load_keys, protected) == "passphrase-needed"


def test_a_passphrase_for_a_key_without_one_is_said(folder, tmp_path):
    """Its owner would believe that the key is protected."""
    assert _code(load_keys, folder, "nar") == "passphrase-unused"
    assert _code(make_keys, tmp_path / "new", CENTRE, " ") == "passphrase-empty"
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["private.key", "public.json"])
def test_a_lost_key_is_said(folder, name):
    (folder / name).unlink()
    assert _code(load_keys, folder) == "keys-missing"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_can_read_is_not_used(folder, mode):
    (folder / "private.key").chmod(mode)
    assert _code(load_keys, folder) == "keys-open"
    assert _code(is_protected, folder) == "keys-open"


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:0],
        lambda content: content[:60],
        lambda content: content[:-20],
        lambda content: content.replace(b"PRIVATE", b"PUBLIC"),
        lambda content: b"\xff" + content,
        lambda content: content.replace(b"AGE-SECRET-KEY-1", b"AGE-SECRET-KEY-2"),
        lambda content: content + content,
        lambda content: content.replace(b"MC4CAQAwBQYDK2Vw", b"MC4CAQAwBQYDK2V4"),
        lambda content: content.replace(b"MC4CAQAwBQYDK2Vw", b"MC4CAQAwBQYDK2Uw"),
    ],
)
def test_a_damaged_key_is_said(folder, damage):
    path = folder / "private.key"
    path.write_bytes(damage(path.read_bytes()))
    assert _code(load_keys, folder) == "keys-damaged"


def test_a_damaged_key_with_a_passphrase_is_said(protected, tmp_path):
    shutil.copytree(protected, tmp_path / "keys")
    path = tmp_path / "keys" / "private.key"
    path.write_bytes(path.read_bytes()[:-1])
    assert _code(load_keys, tmp_path / "keys", "dörd söz Göyçay nar") == "keys-damaged"


def test_two_halves_of_different_keys_are_noticed(folder, tmp_path):
    make_keys(tmp_path / "other", CONSTITUENCY)
    shutil.copy(tmp_path / "other/public.json", folder / "public.json")
    assert _code(load_keys, folder) == "keys-differ"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_another_program_can_read_the_key(folder):
    command = ["openssl", "pkey", "-in", str(folder / "private.key"), "-pubout"]
    subprocess.run([*command, "-outform", "DER"], check=True, capture_output=True)


# The public key


def test_a_public_key_can_be_carried(folder, tmp_path):
    copied = tmp_path / "conec-088.json"
    shutil.copy(folder / "public.json", copied)
    public = read_public_key(copied)
    assert public == own_public_key(folder)
    assert public.fingerprint == fingerprint(public.signing)


def test_no_byte_of_a_public_key_can_be_changed(folder, tmp_path):
    """The name or the recipient of another commission could be put beside the key."""
    content = (folder / "public.json").read_bytes()
    changed = tmp_path / "changed.json"
    for place in range(len(content)):
        for mask in (1, 0x20):
            altered = bytearray(content)
            altered[place] ^= mask
            changed.write_bytes(altered)
            assert _code(read_public_key, changed) == "public-key-damaged"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"format": 2}, "public-key-newer"),
        ({"format": 0}, "public-key-damaged"),
        ({"age": "age1"}, "public-key-damaged"),
        ({"note": "x"}, "public-key-damaged"),
        ({"signing": "ab" * 31}, "public-key-damaged"),
    ],
)
def test_a_public_key_of_another_form_is_refused(folder, changes, code):
    fields = json.loads((folder / "public.json").read_bytes())
    fields.update(changes)
    (folder / "public.json").write_bytes(rfc8785.dumps(fields))
    assert _code(read_public_key, folder / "public.json") == code


def test_a_recipient_is_signed_with_the_key(folder, tmp_path):
    """Otherwise packages could be encrypted to whoever carries the file."""
    other = make_keys(tmp_path / "other", CONSTITUENCY)
    fields = json.loads((folder / "public.json").read_bytes())
    fields["age"] = other.age
    (folder / "public.json").write_bytes(rfc8785.dumps(fields))
    assert _code(read_public_key, folder / "public.json") == "public-key-damaged"


SMALL_ORDER = (
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
)
"""The eight points of Ed25519 whose order divides 8."""


@pytest.mark.parametrize("signing", SMALL_ORDER)
def test_a_key_whose_signatures_prove_nothing_is_refused(folder, signing):
    """Its owner could say of any package that it was signed by somebody else."""
    assert is_weak(signing)
    fields = json.loads((folder / "public.json").read_bytes())
    fields["signing"] = signing
    forged = (bytes([1]) + bytes(63)).hex()
    path = folder / "public.json"
    for number in range(64):
        fields["commission"]["name"] = str(number)
        fields["signature"] = forged
        path.write_bytes(rfc8785.dumps(fields))
        code = _code(read_public_key, path)
        if code == "public-key-weak":
            return
        assert code == "public-key-damaged"
    raise AssertionError


def test_a_real_key_is_not_weak(folder):
    assert not is_weak(own_public_key(folder).signing)


@given(key=st.binary(min_size=32, max_size=32))
def test_a_fingerprint_is_eight_groups_of_digits(key):
    groups = fingerprint(key.hex()).split(" ")
    assert [len(group) for group in groups] == [5] * 8
    assert all(group.isdecimal() for group in groups)
    number = int(hashlib.sha256(key).hexdigest(), 16)
    assert int("".join(groups)) == number % 10**40


def test_a_signature_is_of_one_kind_of_content(folder):
    keys = load_keys(folder)
    signed = {keys.sign(what, b"{}") for what in Signed}
    assert len(signed) == len(Signed)
    prefixes = [what.value for what in Signed]
    assert not any(
        one != other and one.startswith(other) for one in prefixes for other in prefixes
    )


# Trust


def write_trust(path, trust):
    """Write the file, and give its digest."""
    with changing_trust(path, trust) as digest:
        pass
    return digest


@pytest.fixture
def publics(tmp_path):
    """(constituency, the other one, the first one's second key)."""
    made = (
        make_keys(tmp_path / str(number), commission)
        for number, commission in enumerate((CONSTITUENCY, OTHER, CONSTITUENCY))
    )
    return tuple(made)


def test_trust_is_read_as_it_was_written(publics, tmp_path):
    path = tmp_path / "trust.json"
    first, other, second = publics
    trust = Trust().added(first, "Göyçay", DAY).added(other, "İsmayıllı", DAY)
    trust = trust.withdrawn("Göyçay", DAY).added(second, "Göyçay", DAY)
    digest = write_trust(path, trust)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
    read = read_trust(path, digest)
    assert read == trust
    assert [key.holds for key in read.keys] == [False, True, True]
    # As a Mac writes the same letters.
    assert read.of_name("Go\u0308yc\u0327ay ") == read.of_name("Göyçay")
    assert read.of_name("Göyçay").signing == second.signing
    assert read.of_place(OTHER.place).fingerprint == other.fingerprint
    assert read.of_key(first.signing).until == DAY
    assert write_trust(tmp_path / "again.json", read) == digest


def test_nobody_is_trusted_at_first(tmp_path):
    assert read_trust(tmp_path / "trust.json", None) == Trust()


def test_a_file_changed_by_hand_is_refused(publics, tmp_path):
    """Whoever may write into the workspace could add a key of their own."""
    path = tmp_path / "trust.json"
    trust = Trust().added(publics[0], "Göyçay", DAY)
    digest = write_trust(path, trust)
    write_trust(path, trust.added(publics[1], "x", DAY))
    assert _code(read_trust, path, digest) == "trust-altered"
    assert _code(read_trust, path, None) == "trust-altered"
    path.unlink()
    assert _code(read_trust, path, digest) == "trust-gone"


def test_a_change_that_was_journalled_is_made(publics, tmp_path):
    """A process that is killed between the journal and the file would lock everybody out."""
    path, copied = tmp_path / "trust.json", tmp_path / "copied"
    trust = Trust().added(publics[0], "Göyçay", DAY)
    for changed in (trust, trust.added(publics[1], "İsmayıllı", DAY)):
        with changing_trust(path, changed) as digest:
            shutil.copytree(tmp_path, copied)
        assert read_trust(copied / path.name, digest) == changed
        assert read_trust(copied / path.name, digest) == changed
        assert not (copied / "trust.json.next").exists()
        shutil.rmtree(copied)


def test_a_change_that_was_not_journalled_is_not_made(publics, tmp_path):
    path = tmp_path / "trust.json"
    trust = Trust().added(publics[0], "Göyçay", DAY)
    digest = write_trust(path, trust)
    changing = changing_trust(path, Trust())
    with pytest.raises(KeyError), changing:
        raise KeyError
    assert read_trust(path, digest) == trust
    # What an older program, or somebody else, left there.
    beside = tmp_path / "trust.json.next"
    beside.write_bytes(b"{}")
    assert read_trust(path, digest) == trust
    path.write_bytes(b"{}")
    assert _code(read_trust, path, digest) == "trust-altered"
    assert beside.exists()
    assert write_trust(path, trust) == digest


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "trust-damaged"),
        (b"{}", "trust-damaged"),
        (b'{"format":2,"keys":[],"kind":"voterlist-trust"}', "trust-newer"),
        (b'{"format":1, "keys":[],"kind":"voterlist-trust"}', "trust-damaged"),
    ],
)
def test_a_file_that_was_journalled_and_is_none_is_refused(tmp_path, content, code):
    path = tmp_path / "trust.json"
    path.write_bytes(content)
    assert _code(read_trust, path, hashlib.sha256(content).hexdigest()) == code


def test_two_keys_of_one_commission_are_not_trusted_in_a_file(publics, tmp_path):
    path = tmp_path / "trust.json"
    first, _, second = publics
    one, other = (
        Trust().added(key, name, DAY) for key, name in ((first, "a"), (second, "b"))
    )
    for trust in (Trust((*one.keys, *other.keys)), Trust((*one.keys, *one.keys))):
        digest = write_trust(path, trust)
        assert _code(read_trust, path, digest) == "trust-damaged"


def test_one_commission_has_one_key_and_one_name(publics):
    first, other, second = publics
    trust = Trust().added(first, "Göyçay", DAY)
    assert _code(trust.added, first, "x", DAY) == "trust-key-known"
    assert _code(trust.added, other, "Göyçay", DAY) == "trust-name-taken"
    assert _code(trust.added, second, "x", DAY) == "trust-place-taken"
    assert _code(trust.withdrawn, "x", DAY) == "trust-name-unknown"
    ended = trust.withdrawn("Göyçay", DAY)
    assert _code(ended.added, first, "Göyçay", DAY) == "trust-key-known"
    assert _code(ended.withdrawn, "Göyçay", DAY) == "trust-name-unknown"
    for name in ("", " ", "a\nb", "\x1b[2J", "a" * 201):
        assert _code(trust.added, other, name, DAY) == "trust-name-unusable"
