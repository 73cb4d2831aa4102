"""The bundle for machines without internet: installed without one, it does the same work.

The wheels come from the index of packages, or from pip's cache of it; without either the tests are
skipped, and say so.
"""

import hashlib
import importlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

import pytest

import workspaces
from voterlist.custody.bundles import sign_sums, signer_of
from voterlist.custody.commissions import Commission
from voterlist.custody.keys import load_keys, make_keys
from voterlist.model import Level

ROOT = Path(workspaces.__file__).parents[1]
PACKAGING = ROOT / "packaging"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
TODAY = "2026-02-03"
SAMPLE_LISTS = ("PEC_01_list.csv", "11-menteqe.xlsx", "PEC_12_list.xlsx")
SIGNER = Commission(level=Level.CEC, constituency=None, precinct=None, name="MSK")

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="bundles are made on Linux"
)


def script(name):
    """A script that makes bundles, as a module."""
    pytest.importorskip("hatchling", reason="hatchling makes the wheel of voterlist")
    sys.path.insert(0, str(PACKAGING))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(PACKAGING))


@pytest.fixture(scope="module")
def bundle():
    """What packs a bundle."""
    return script("bundle")


@pytest.fixture(scope="module")
def wheels():
    """What gets wheels and reads them."""
    return script("wheels")


@pytest.fixture(scope="module")
def own(wheels, tmp_path_factory):
    """The wheel of voterlist."""
    return wheels.build_wheel(tmp_path_factory.mktemp("own"))


def clean_copy(folder, moment, mode):
    """The sources alone, elsewhere, at another time, with other rights of the files."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("which files are sources is known by git alone")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, place)
            place.chmod(mode)
            os.utime(place, (moment, moment))
    return folder


def made_in(copy, out, *words, moment):
    """Run a script of a copy of the sources; the SHA-256 of what it wrote, by name."""
    env = {**os.environ, "SOURCE_DATE_EPOCH": str(moment), "TZ": f"UTC{moment % 12}"}
    env["PYTHONPATH"] = str(copy / "src")
    command = [sys.executable, *words, "--out", out]
    done = subprocess.run(
        command, cwd=copy, env=env, capture_output=True, text=True, check=False
    )
    if "No matching distribution" in done.stderr:
        pytest.skip(f"no index of packages can be reached: {done.stderr}")
    assert done.returncode == 0, done.stderr
    return {path.name: sha256(path) for path in out.iterdir()}


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def room(tmp_path):
    """A folder that is emptied at once: what is put there has a gigabyte."""
    yield tmp_path
    shutil.rmtree(tmp_path)


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """The folder of the keys that sign the bundles."""
    folder = tmp_path_factory.mktemp("keys") / "keys"
    make_keys(folder, SIGNER)
    return folder


@pytest.fixture(scope="module")
def packed(bundle, own, keys, tmp_path_factory):
    """The bundle of a system, made once; skips where the wheels are not to be had."""
    folder = tmp_path_factory.mktemp("packed")

    @cache
    def packed(system):
        work = folder / "work"
        made = (bundle.SYSTEMS[system], own, work, folder, PYTHON, keys)
        try:
            return bundle.make_bundle(*made)
        except bundle.BundleError as error:
            if "No matching distribution" in str(error):
                pytest.skip(f"no index of packages can be reached: {error}")
            raise
        finally:
            shutil.rmtree(work, ignore_errors=True)

    yield packed
    shutil.rmtree(folder)


def unpacked(archive, folder):
    """The folder that an archive holds."""
    shutil.unpack_archive(
        archive, folder, **({"filter": "data"} if archive.suffix == ".tar" else {})
    )
    (home,) = folder.iterdir()
    return home


def alone():
    """The words that start a program without any network; skips where the system forbids it."""
    words = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "-r", "--net"]
    try:
        subprocess.run([*words, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this system lets nobody start a program without network")
    return words


def digests(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in folder.rglob("*")
        if path.suffix in {".parquet", ".html", ".xlsx"}
    }


@pytest.mark.long
def test_installed_without_network_it_gives_the_same_bytes(packed, keys, room):
    """Commissions without internet would have another program, or none."""
    without_network = alone()
    home = unpacked(packed("linux"), room / "there")
    target = room / "installed"
    # Compiling everything beforehand helps the first start, and takes half of the time.
    env = {**os.environ, "PYTHON": sys.executable, "PIP_NO_COMPILE": "1"}
    for name in ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE"):
        env.pop(name, None)
    options = ["--target", target, "--link", room / "bin"]
    installed = subprocess.run(
        [*without_network, home / "install.sh", *options],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert installed.returncode == 0, installed.stderr
    assert load_keys(keys).public.fingerprint in installed.stderr
    there = workspaces.sample(room / "a", *SAMPLE_LISTS)
    program = [*without_network, room / "bin" / "voterlist"]
    told = subprocess.run(
        [*program, "run", there, "--today", TODAY, "--json"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    here = workspaces.sample(room / "b", *SAMPLE_LISTS)
    command = [sys.executable, "-m", "voterlist", "run", here, "--today", TODAY]
    beside = subprocess.run(command, capture_output=True, check=False)
    assert told.returncode == beside.returncode == 0, told.stderr
    assert digests(there) == digests(here)
    assert len(digests(there)) > 30
    looked = subprocess.run(
        [*program, "doctor", "--json"],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    (packages,) = (
        one for one in json.loads(looked.stdout)["noticed"] if one["code"] == "packages"
    )
    assert packages["health"] == "good", packages
    # What a changed program is told apart by: tests/test_delivered.py.
    vouched = ["verify", "--program", "--json", "--key", keys / "public.json"]
    verified = subprocess.run(
        [target / "bin" / "voterlist", *vouched],
        env=env,
        capture_output=True,
        check=True,
    )
    assert json.loads(verified.stdout)["voucher"] == "named"


@pytest.mark.long
@pytest.mark.parametrize("system", ["linux", "windows"])
def test_what_is_shipped_is_in_the_bill_of_materials(wheels, packed, room, system):
    """A fault in a package becomes known, and nobody could tell whether it is on their machine."""
    validation = pytest.importorskip("cyclonedx.validation.json")
    schema = importlib.import_module("cyclonedx.schema")
    home = unpacked(packed(system), room / "home")
    (own,) = home.glob("wheels/voterlist-*.whl")
    found = sorted({*home.glob("wheels/*.whl")} - {own})
    sbom = script("sbom")
    text = (home / sbom.NAME).read_text(encoding="utf-8")
    assert text == sbom.bill(own, found[::-1], wheels.SYSTEMS[system], PYTHON)
    validator = validation.JsonStrictValidator(schema.SchemaVersion.V1_6)
    assert validator.validate_str(text) is None
    told = json.loads(text)
    digests = {
        one["name"]: one["hashes"][0]["content"]
        for one in (told["metadata"]["component"], *told["components"])
    }
    assert digests == {wheels.name_of(path): sha256(path) for path in (own, *found)}
    paper = script("licences").paper_of([own, *found])
    assert "Redistribution and use in source and binary forms" in paper
    assert "Copyright (c) 2022 William Woodruff" in paper


@pytest.mark.long
def test_every_wheel_for_windows_is_there(packed):
    """It would be found out on the machine without internet."""
    with zipfile.ZipFile(packed("windows")) as content:
        names = [Path(name).name for name in content.namelist()]
        assert content.testzip() is None
    wheels = [name for name in names if name.endswith(".whl")]
    assert {"install.bat", "install.py", "requirements.txt", "SHA256SUMS"} <= set(names)
    assert any(name.startswith("colorama-") for name in wheels), (
        "Windows alone needs it"
    )
    assert all(name.endswith(("win_amd64.whl", "none-any.whl")) for name in wheels)
    packages = {name.split("-")[0].lower() for name in wheels}
    assert packages.isdisjoint({"pytest", "mypy", "ruff", "psycopg", "hypothesis"})


WHEEL = "import sys, pathlib; sys.path.insert(0, 'packaging'); import wheels; "
WHEEL += "wheels.build_wheel(pathlib.Path(sys.argv[-1]))"


@pytest.mark.long
def test_wheel_and_bundle_have_the_same_bytes_in_a_clean_copy(own, packed, keys, room):
    """Nobody could make them again from the sources, and see that nothing was slipped in."""
    moment = 1_600_000_005
    copy = clean_copy(room / "elsewhere" / "b", moment, 0o600)
    wheel = made_in(copy, room / "1", "-c", WHEEL, moment=moment)
    assert wheel == {own.name: sha256(own)}
    words = ("packaging/bundle.py", "--system", "linux", "--keys", keys)
    archive = made_in(copy, room / "2", *words, moment=moment)
    assert archive == {packed("linux").name: sha256(packed("linux"))}


# What needs no wheel


@pytest.fixture(scope="module")
def papers(bundle, tmp_path_factory):
    """A bundle without wheels but that of the installer's name: enough to be looked through."""
    home = tmp_path_factory.mktemp("papers") / "bundle"
    (home / "wheels").mkdir(parents=True)
    (home / "wheels" / "pip-1-py3-none-any.whl").write_bytes(b"wheel")
    bundle._add_papers(bundle.SYSTEMS["linux"], home, PYTHON)
    (home / "requirements.txt").write_text("x==1\n", encoding="ascii")
    (home / "SHA256SUMS").write_text(bundle._sums(home), encoding="utf-8")
    return home


@pytest.fixture
def small(papers, tmp_path):
    """A copy of it, for harm."""
    return Path(shutil.copytree(papers, tmp_path / "bundle"))


def test_the_pages_and_the_manual_are_in_it(papers):
    """An office without internet would have the program and nothing that explains it."""
    docs = papers / "docs"
    assert {path.name for path in (ROOT / "docs").glob("*.md")} <= {
        path.name for path in docs.iterdir()
    }
    for language, title in (
        ("en", "Under age on the day"),
        ("az", "Həmin gün yaşı çatmır"),
    ):
        pages = {path.stem: path for path in (docs / "manual" / language).iterdir()}
        assert {"rules", "tables", "settings", "commands", "errors"} <= pages.keys()
        assert title in pages["rules"].read_text(encoding="utf-8")
    assert "exit code" in (docs / "manual" / "intake-files.md").read_text("utf-8")


def refused(home, *options):
    """What the installer says of a bundle that it does not install."""
    command = [sys.executable, home / "install.py", *options]
    done = subprocess.run(
        [*command, "--target", home.parent / "target"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not (home.parent / "target").exists()
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (
            lambda home: (home / "wheels" / "pip-1-py3-none-any.whl").write_bytes(b"x"),
            "pip-1",
        ),
        (lambda home: (home / "wheels" / "more.whl").write_bytes(b"x"), "more.whl"),
        (lambda home: (home / "LICENSE").unlink(), "LICENSE"),
    ],
)
def test_a_bundle_that_was_changed_installs_nothing(small, harm, named):
    """A copy that broke on the way, or that somebody put something into, would be installed."""
    harm(small)
    code, said = refused(small)
    assert code == 3
    assert named in said


def test_a_bundle_for_another_python_says_so(small):
    """The wheels would not fit, and pip would say so in words that nobody understands."""
    text = (small / "install.py").read_text(encoding="utf-8")
    other = text.replace(f'PYTHON = "{PYTHON}"', 'PYTHON = "3.99"')
    (small / "install.py").write_text(other, encoding="utf-8")
    code, said = refused(small)
    assert code == 2
    assert "3.99" in said


def test_who_signed_is_known_and_a_changed_list_is_nobodys(small, tmp_path):
    """The digests of a forged bundle fit its files."""
    folder = tmp_path / "keys"
    public = make_keys(folder, SIGNER)
    sign_sums(small, load_keys(folder))
    assert signer_of(small) == public.fingerprint
    with (small / "SHA256SUMS").open("a", encoding="utf-8") as sums:
        sums.write("0  more\n")
    assert signer_of(small) is None


def test_the_same_files_make_the_same_archive(bundle, small, tmp_path):
    """Nobody could make it again and compare."""
    writers = {"a.tar": bundle._write_tar, "a.zip": bundle._write_zip}
    for name, write in writers.items():
        first = write(small, tmp_path / name).read_bytes()
        for path in small.rglob("*"):
            os.utime(path, (1, 1))
        assert write(small, tmp_path / f"again-{name}").read_bytes() == first


def test_no_package_is_bundled_without_a_pin(wheels, own):
    """Two bundles of one version would hold different programs."""
    with pytest.raises(wheels.BundleError, match="no pin"):
        wheels.pin({}, "somewhere-else")
    needed = wheels.closure(
        own, wheels.extras_of(own), {}, wheels.environment(wheels.LINUX, "3.11")
    )
    assert {"pyarrow", "typer"} <= needed
    assert needed.isdisjoint({"pytest", "psycopg", "pyspark", "ruff"})
    assert needed <= set(wheels.pins())
