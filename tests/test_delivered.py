"""``verify --program``: the installed program is what was delivered, every file of it."""

import base64
import csv
import hashlib
import json
import py_compile
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import handing
from handing import told
from voterlist.custody.bundles import read_delivery, sign_sums, signer_of
from voterlist.custody.commissions import Commission
from voterlist.custody.keys import load_keys, make_keys
from voterlist.errors import CustodyError, UsageError
from voterlist.handover import delivered as delivered_module
from voterlist.handover.delivered import Voucher, verify_program
from voterlist.model import Level

SIGNER = Commission(level=Level.CONEC, constituency=7, precinct=None, name="MSK")
LIBRARY = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
SOURCE = f"{LIBRARY}/voterlist/check.py"
FILES = {
    f"{LIBRARY}/voterlist/__init__.py": "",
    SOURCE: "def keeps_everybody():\n    return True\n",
    f"{LIBRARY}/other/data.csv": "a;b\n",
    f"{LIBRARY}/other-1.dist-info/METADATA": "Name: other\n",
}


def digest(content):
    return hashlib.sha256(content.encode()).hexdigest()


PYTHON = Path(sys.executable).resolve()


def sums(files):
    return "".join(f"{digest(files[name])}  {name}\n" for name in sorted(files))


@pytest.fixture
def keys(tmp_path):
    """A folder of keys."""
    make_keys(tmp_path / "keys", SIGNER)
    return tmp_path / "keys"


@pytest.fixture
def home(tmp_path, keys):
    """An installation with a few files, as the installer of a signed bundle leaves it."""
    home = tmp_path / "installed"
    for name, content in FILES.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(content, encoding="utf-8")
    (home / "lib64").symlink_to("lib")
    (home / "pyvenv.cfg").write_text(
        f"home = {PYTHON.parent}\ninclude-system-site-packages = false\n",
        encoding="utf-8",
    )
    (home / "bin").mkdir()
    for name in ("activate", "Activate.ps1"):
        (home / "bin" / name).touch()
    (home / "bin" / "python3").symlink_to(PYTHON)
    (home / "bin" / "python").symlink_to("python3")
    launcher = f"#!{home}/bin/python\n{delivered_module._LAUNCHED}"
    (home / "bin" / "voterlist").write_text(launcher, encoding="utf-8")
    for name in ("RECORD", "INSTALLER", "REQUESTED"):
        (home / LIBRARY / "other-1.dist-info" / name).touch()
    compile_source(home)
    papers = home / "delivered"
    papers.mkdir()
    (papers / "INSTALLED.sha256").write_text(sums(FILES), encoding="utf-8")
    (papers / "SHA256SUMS").write_text(
        f"{digest(sums(FILES))}  INSTALLED.sha256\n", encoding="utf-8"
    )
    sign_sums(papers, load_keys(keys))
    return home


def compile_source(home, content=None):
    """Compile a file of the installation, or something else in its place."""
    source = home / SOURCE
    own = source.read_text(encoding="utf-8")
    if content is not None:
        source.write_text(content, encoding="utf-8")
    made = py_compile.compile(str(source), doraise=True)
    source.write_text(own, encoding="utf-8")
    return made


def test_what_was_delivered_fits(home, keys):
    """A sound program would be called a changed one, and soon nobody would listen."""
    verified = verify_program(home, key=keys / "public.json")
    assert verified.fits, verified
    assert verified.voucher is Voucher.NAMED
    assert (verified.owner, verified.compared) == ("MSK", len(FILES))
    assert verified.fingerprint == signer_of(home / "delivered")


def test_one_byte_is_noticed(home):
    """The one line that leaves a voter out would be called as delivered."""
    (home / SOURCE).write_text(FILES[SOURCE].replace("True", "Trux"), encoding="utf-8")
    verified = verify_program(home)
    assert SOURCE in verified.altered
    assert not verified.missing + verified.additional


def test_a_missing_file_is_noticed(home):
    """What reads a missing table as an empty one would go on without it."""
    (home / LIBRARY / "other" / "data.csv").unlink()
    assert verify_program(home).missing == (f"{LIBRARY}/other/data.csv",)


@pytest.mark.parametrize(
    "name",
    [
        f"{LIBRARY}/voterlist/more.py",
        f"{LIBRARY}/start.pth",
        f"{LIBRARY}/sitecustomize.py",
        f"{LIBRARY}/voterlist/__pycache__/gone.cpython-311.pyc",
        f"{LIBRARY}/nobody-1.dist-info/RECORD",
        f"{LIBRARY}/other-1.dist-info/entry_points.txt",
        "bin/sh",
        "bin/python-more",
        "delivered/more",
    ],
)
def test_an_added_file_is_noticed(home, name):
    """A ``.pth`` file is run at each start, and no file of the program need be touched."""
    (home / name).parent.mkdir(parents=True, exist_ok=True)
    (home / name).touch()
    verified = verify_program(home)
    assert verified.additional == (name,)
    assert not verified.altered + verified.missing


def test_a_folder_behind_a_link_is_noticed(home, tmp_path):
    """A whole package could be put in by one link."""
    (tmp_path / "elsewhere").mkdir()
    (home / LIBRARY / "elsewhere").symlink_to(tmp_path / "elsewhere")
    assert verify_program(home).additional == (f"{LIBRARY}/elsewhere",)


def test_compiled_code_that_is_not_of_its_source_is_noticed(home):
    """Python runs the compiled file: the source beside it would be as delivered, and unused."""
    made = compile_source(home, FILES[SOURCE].replace("True", "False"))
    (name,) = verify_program(home).altered
    assert (home / name).samefile(made)


@pytest.mark.parametrize("harm", [lambda content: content[:20], lambda _: b""])
def test_damaged_compiled_code_is_noticed(home, harm):
    """The check would end with a traceback, and say nothing of the other files."""
    (compiled,) = (home / LIBRARY / "voterlist" / "__pycache__").iterdir()
    compiled.write_bytes(harm(compiled.read_bytes()))
    assert len(verify_program(home).altered) == 1


def test_old_words_in_a_source_are_no_change(home, keys):
    """Packages with a warning in them would be called altered."""
    content = "pattern = '\\d'\n"
    (home / SOURCE).write_text(content, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile_source(home)
    files = {**FILES, SOURCE: content}
    papers = home / "delivered"
    (papers / "INSTALLED.sha256").write_text(sums(files), encoding="utf-8")
    text = f"{digest(sums(files))}  INSTALLED.sha256\n"
    (papers / "SHA256SUMS").write_text(text, encoding="utf-8")
    sign_sums(papers, load_keys(keys))
    assert verify_program(home).fits


@pytest.mark.parametrize("said", [("true",), ("false", "true"), (), ("False ", "x")])
def test_settings_that_let_other_packages_in_are_noticed(home, said):
    """Packages of the whole machine would come before those delivered."""
    lines = [f"home = {PYTHON.parent}\n"]
    lines += [f"include-system-site-packages = {word}\n" for word in said]
    (home / "pyvenv.cfg").write_text("".join(lines), encoding="utf-8")
    assert verify_program(home).altered == ("pyvenv.cfg",)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("import sys", "import sys, os"),
        lambda text: text.replace("/bin/python", "/other/python"),
        lambda text: "#!/usr/bin/python\n" + text.partition("\n")[2],
        lambda text: "#!/bin/sh\nexec other\n" + text.partition("\n")[2],
    ],
)
def test_another_launcher_is_noticed(home, change):
    """The command would start another program, and every delivered file would fit."""
    launcher = home / "bin" / "voterlist"
    launcher.write_text(change(launcher.read_text()), encoding="utf-8")
    assert verify_program(home).altered == ("bin/voterlist",)


def test_the_launcher_of_a_long_path_fits(home):
    """Where pip starts the program by way of the shell, it would be called altered."""
    head = f"#!/bin/sh\n'''exec' \"{home}/bin/python\" \"$0\" \"$@\"\n' '''\n"
    text = head + delivered_module._LAUNCHED
    (home / "bin" / "voterlist").write_text(text, encoding="utf-8")
    assert verify_program(home).fits


# Who vouches for it


def refused(home, **how):
    with pytest.raises(CustodyError) as caught:
        verify_program(home, **how)
    assert caught.value.exit_code == 3
    return caught.value.code


def test_a_changed_signature_is_refused(home, keys):
    """Whoever changed the list would need no key."""
    path = home / "delivered" / "SHA256SUMS.sig"
    content = bytearray(path.read_bytes())
    content[0] ^= 1
    path.write_bytes(content)
    assert refused(home) == "delivery-forged"
    assert refused(home, key=keys / "public.json") == "delivery-forged"


def test_a_list_that_was_signed_anew_is_not_the_named_ones(home, tmp_path, keys):
    """A thief has keys too, and puts his own public key beside them."""
    (home / SOURCE).write_text("", encoding="utf-8")
    make_keys(tmp_path / "thief", SIGNER)
    sign_sums(home / "delivered", load_keys(tmp_path / "thief"))
    assert verify_program(home).voucher is Voucher.SIGNED
    assert refused(home, key=keys / "public.json") == "delivery-forged"


def test_a_changed_list_is_refused(home):
    """The signature is of the sums; the list would be anybody's."""
    with (home / "delivered" / "INSTALLED.sha256").open("a", encoding="utf-8") as file:
        file.write(f"{'0' * 64}  more\n")
    assert refused(home) == "delivery-damaged"


@pytest.mark.parametrize("line", ["0  short\n", f"{'0' * 64} one\n", "\xff\n"])
def test_a_damaged_list_is_refused(tmp_path, line):
    """A line that is none would be left out without a word."""
    (tmp_path / "SHA256SUMS").write_text(line, encoding="latin-1")
    (tmp_path / "INSTALLED.sha256").touch()
    with pytest.raises(CustodyError, match="not the one"):
        read_delivery(tmp_path)


def test_an_unsigned_list_is_said_to_be_one(home, keys):
    """Nobody would know that nobody vouches."""
    (home / "delivered" / "SHA256SUMS.sig").unlink()
    verified = verify_program(home)
    assert verified.fits
    assert verified.voucher is Voucher.UNSIGNED
    assert refused(home, key=keys / "public.json") == "delivery-unsigned"


def test_the_bundle_itself_can_be_named(home, tmp_path, keys):
    """Whoever changed the installation may have taken the list away with it."""
    shutil.move(home / "delivered", tmp_path / "bundle")
    public = keys / "public.json"
    assert verify_program(home, delivered=tmp_path / "bundle", key=public).fits
    assert refused(home, key=public) == "delivery-unsigned"


def test_a_workspace_says_whom_it_trusts(home, keys, tmp_path):
    """The person would have to carry the key about; a trusted one lies in the workspace."""
    pair = handing.pair(tmp_path / "trusting")
    assert refused(home, workspace=pair.below) == "delivery-stranger"
    trust = ("keys", "trust", pair.below, keys / "public.json", "--name", "Maker")
    assert told(*trust, "--today", "2026-03-01")[0] == 0
    verified = verify_program(home, workspace=pair.below)
    assert (verified.owner, verified.voucher) == ("Maker", Voucher.NAMED)
    distrust = ("keys", "distrust", pair.below, "--name", "Maker")
    assert told(*distrust, "--today", "2026-03-02")[0] == 0
    assert refused(home, workspace=pair.below) == "delivery-stranger"


# Without a bundle


@pytest.fixture
def noted(home):
    """An installation by pip alone, which has its notes and no list."""
    shutil.rmtree(home / "delivered")
    rows = [
        (name.removeprefix(f"{LIBRARY}/"), f"sha256={encoded(content)}", len(content))
        for name, content in FILES.items()
    ]
    rows += [("../../../bin/voterlist", "", ""), ("other-1.dist-info/RECORD", "", "")]
    rows += [("other-1.dist-info/REQUESTED", "", "")]
    rows += [("other-1.dist-info/INSTALLER", "", "")]
    record = home / LIBRARY / "other-1.dist-info" / "RECORD"
    with record.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return home


def encoded(content):
    """A digest as ``RECORD`` has it."""
    made = hashlib.sha256(content.encode()).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def test_without_a_bundle_the_notes_of_pip_are_taken(noted):
    """Who installed the wheel would learn nothing of a damaged disk."""
    verified = verify_program(noted)
    assert verified.fits, verified
    assert verified.voucher is Voucher.NOTED
    (noted / SOURCE).write_text("", encoding="utf-8")
    (noted / LIBRARY / "start.pth").touch()
    verified = verify_program(noted)
    assert SOURCE in verified.altered
    assert verified.additional == (f"{LIBRARY}/start.pth",)


def test_where_no_program_is_nothing_is_compared(tmp_path):
    """An empty folder would be as delivered."""
    with pytest.raises(UsageError) as caught:
        verify_program(tmp_path)
    assert caught.value.code == "verify-no-program"


# The command


def test_what_is_damaged_does_not_keep_it_from_running():
    """A package that breaks when it is loaded would break what is to find it."""
    code = "import sys, voterlist.handover.delivered as _, voterlist.cli.upkeep as _;"
    code += "print(*{name.partition('.')[0] for name in sys.modules})"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True)
    large = {"numpy", "pandas", "pyarrow", "rapidfuzz", "scipy", "recordlinkage"}
    assert large.isdisjoint(loaded.stdout.split())


def test_the_command_names_what_differs(home, keys):
    """A person would know that something is wrong, and not where."""
    public = keys / "public.json"
    code, said = told("verify", "--program", home, "--key", public)
    assert (code, said["fits"], said["voucher"]) == (0, True, "named")
    (home / SOURCE).unlink()
    (home / LIBRARY / "start.pth").touch()
    code, said = told("verify", "--program", home, "--key", public)
    assert (code, said["fits"]) == (3, False)
    assert said["missing"] == [SOURCE]
    assert f"{LIBRARY}/start.pth" in said["additional"]
    assert json.dumps(said)


def test_without_a_word_of_what_the_command_asks():
    """``verify`` alone would be a traceback, or a run of whatever folder it is in."""
    code, said = told("verify")
    assert (code, said["error"]["code"]) == (2, "verify-what")


def test_another_python_is_named(home):
    """A script in its place would run what it likes before our program, or instead of it."""
    python = home / "bin" / "python3"
    python.unlink()
    python.write_text(f"#!/bin/sh\nexec {PYTHON}\n", encoding="utf-8")
    assert verify_program(home).altered == ("bin/python", "bin/python3")


def test_a_python_that_the_settings_do_not_name_is_named(home, tmp_path):
    """Its own library would be loaded, whatever stands in it."""
    elsewhere = tmp_path / "python3"
    elsewhere.symlink_to(PYTHON)
    python = home / "bin" / "python3"
    python.unlink()
    python.symlink_to(elsewhere)
    assert verify_program(home).altered == ("bin/python", "bin/python3")


@pytest.mark.parametrize("changed", [{"co_stacksize": 99}, {"co_qualname": "g"}])
def test_compiled_code_is_compared_whole(changed):
    """Python's own comparison leaves out what decides how code runs."""
    made = delivered_module._compile("def f():\n    return 1\n", 0)
    (inner,) = [one for one in made.co_consts if hasattr(one, "co_code")]
    inside = tuple(
        one.replace(**changed) if one is inner else one for one in made.co_consts
    )
    assert delivered_module._is_same(made, made)
    assert not delivered_module._is_same(made.replace(co_consts=inside), made)
    assert not delivered_module._is_same(made.replace(co_stacksize=99), made)
