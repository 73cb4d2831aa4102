"""The bundle for machines without internet: installed without one, it does the same work.

The wheels come from the index of packages, or from pip's cache of it; without either the tests are
skipped, and say so.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import workspaces
from voterlist.custody.bundles import sign_sums, signer_of
from voterlist.custody.commissions import Commission
from voterlist.custody.keys import load_keys, make_keys
from voterlist.model import Level

ROOT = Path(workspaces.__file__).parents[1]
PACKAGING = ROOT / "packaging"
TODAY = "2026-02-03"
SIGNER = Commission(level=Level.CEC, constituency=None, precinct=None, name="MSK")

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="bundles are made on Linux"
)


@pytest.fixture(scope="module")
def bundle():
    """The script that makes bundles, as a module."""
    pytest.importorskip("hatchling", reason="hatchling makes the wheel of voterlist")
    sys.path.insert(0, str(PACKAGING))
    try:
        import bundle
    finally:
        sys.path.remove(str(PACKAGING))
    return bundle


@pytest.fixture(scope="module")
def own(bundle, tmp_path_factory):
    """The wheel of voterlist."""
    return bundle.build_wheel(tmp_path_factory.mktemp("own"))


@pytest.fixture
def room(tmp_path):
    """A folder that is emptied at once: what is put there has a gigabyte."""
    yield tmp_path
    shutil.rmtree(tmp_path)


def packed(bundle, own, folder, system, keys=None):
    """The bundle of a system; skips where the wheels are not to be had."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    work = folder / "work"
    try:
        return bundle.make_bundle(system, own, work, folder, python, keys)
    except bundle.BundleError as error:
        if "No matching distribution" in str(error):
            pytest.skip(f"no index of packages can be reached: {error}")
        raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


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


def sample(folder):
    """The sample with the lists of three precincts; its reports in one language."""
    shutil.copytree(
        ROOT / "data" / "samples" / "goychay",
        folder,
        ignore=shutil.ignore_patterns(
            "runs", "reports", "kept", "compared", "ledger*", ".lock*", "truth*"
        ),
    )
    lists = sorted(path for path in (folder / "inbox").rglob("*") if path.is_file())
    for path in lists[3:]:
        path.unlink()
    return folder


@pytest.mark.slow
def test_installed_without_network_it_gives_the_same_bytes(bundle, own, room):
    """Commissions without internet would have another program, or none."""
    without_network = alone()
    keys = make_keys(room / "keys", SIGNER)
    archive = packed(bundle, own, room, bundle.LINUX, room / "keys")
    with tarfile.open(archive) as content:
        content.extractall(room / "there", filter="data")
    (home,) = (room / "there").iterdir()
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
    assert keys.fingerprint in installed.stderr
    there = sample(room / "a")
    program = [*without_network, room / "bin" / "voterlist"]
    told = subprocess.run(
        [*program, "run", there, "--today", TODAY, "--json"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1, told.stderr
    here = sample(room / "b")
    command = [sys.executable, "-m", "voterlist", "run", here, "--today", TODAY]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1
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


@pytest.mark.slow
def test_every_wheel_for_windows_is_there(bundle, own, room):
    """It would be found out on the machine without internet."""
    archive = packed(bundle, own, room, bundle.WINDOWS)
    with zipfile.ZipFile(archive) as content:
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


@pytest.mark.slow
def test_the_wheel_has_the_same_bytes_each_time(bundle, own, tmp_path):
    """A signature would be of one attempt, and of no sources."""
    again = bundle.build_wheel(tmp_path)
    assert again.name == own.name
    assert again.read_bytes() == own.read_bytes()


# What needs no wheel


@pytest.fixture
def small(bundle, tmp_path):
    """A bundle without wheels but that of the installer's name: enough to be looked through."""
    home = tmp_path / "bundle"
    (home / "wheels").mkdir(parents=True)
    (home / "wheels" / "pip-1-py3-none-any.whl").write_bytes(b"wheel")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    bundle._add_papers(bundle.LINUX, home, version)
    (home / "requirements.txt").write_text("x==1\n", encoding="ascii")
    (home / "SHA256SUMS").write_text(bundle._sums(home), encoding="utf-8")
    return home


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
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    other = text.replace(f'PYTHON = "{version}"', 'PYTHON = "3.99"')
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


def test_no_package_is_bundled_without_a_pin(bundle, own):
    """Two bundles of one version would hold different programs."""
    with pytest.raises(bundle.BundleError, match="no pin"):
        bundle._pin({}, "somewhere-else")
    needed = bundle.closure(
        own, bundle.extras_of(own), {}, bundle.environment(bundle.LINUX, "3.11")
    )
    assert {"pyarrow", "typer"} <= needed
    assert needed.isdisjoint({"pytest", "psycopg", "pyspark", "ruff"})
    assert needed <= set(bundle._pins())
