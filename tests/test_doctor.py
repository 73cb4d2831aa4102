"""``doctor`` says what is not good, and what to do about it."""

import datetime as dt
import json
import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

import processes
import workspaces
from command_line import call
from test_store import holder  # noqa: F401  a fixture
from voterlist.catalogue import LANGUAGES, catalogue, entries
from voterlist.storage import lock
from voterlist.storage.ledger import FILE_NAME, Ledger
from voterlist.upkeep.installation import packages, pins

SOURCES = Path(workspaces.__file__).parents[1]


def looked(*arguments, env=None, **options):
    """(Exit code, what was noticed by code) of ``doctor``."""
    command = [sys.executable, "-m", "voterlist", "doctor", *arguments, "--json"]
    # Where other packages are found is known at the start of the interpreter.
    run = partial(subprocess.run, check=False) if env else processes.run
    done = run(command, capture_output=True, text=True, env=env, **options)
    told = json.loads(done.stdout)
    assert told["exit_code"] == done.returncode
    return done.returncode, {one["code"]: one for one in told["noticed"]}


def health(noticed):
    return {code: one["health"] for code, one in noticed.items()}


def test_a_workspace_in_order_asks_for_nobody(tmp_path):
    """Whoever installs the program would not know that it is done."""
    code, noticed = looked(workspaces.make(tmp_path))
    assert code == 0, noticed
    assert set(health(noticed).values()) <= {"good", "doubtful"}
    assert {"packages", "reader", "fonts", "writable", "disk", "ledger", "clock"} <= {
        code for code, state in health(noticed).items() if state == "good"
    }
    assert list(tmp_path.glob("tmp*")) == []


def test_without_a_workspace_the_machine_is_looked_at(tmp_path, monkeypatch):
    """It is asked before there is a workspace."""
    monkeypatch.chdir(tmp_path)
    code, noticed = looked()
    assert code == 0
    assert "ledger" not in noticed
    assert noticed["writable"]["places"]["path"] == str(tmp_path)


def test_what_is_no_workspace_is_said(tmp_path):
    """An empty folder would pass for a workspace in order."""
    found = call("doctor", tmp_path)
    assert found.exit_code == 2


def installed(folder, name, version, requires=()):
    """A folder in which a package of this name stands installed, for whoever looks there first."""
    home = folder / f"{name}-{version}.dist-info"
    home.mkdir(parents=True)
    lines = [f"Requires-Dist: {one}" for one in requires]
    text = "\n".join(("Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"))
    (home / "METADATA").write_text("\n".join((text, *lines)), encoding="utf-8")
    paths = [str(folder), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def test_packages_of_other_versions_and_missing_ones_are_named(tmp_path):
    """An upgrade beside the program would be found by its consequences."""
    env = installed(tmp_path / "other", "rich", "1.2.3")
    code, noticed = looked(env=env)
    assert (code, noticed["packages"]["health"]) == (0, "doubtful")
    assert "rich 1.2.3" in noticed["packages"]["places"]["names"]
    needs = ("rich", "not-there-at-all>=1", "of-an-extra; extra == 'dev'")
    env = installed(tmp_path / "none", "voterlist", "0.1.0", needs)
    code, noticed = looked(env=env)
    assert code == 1
    assert noticed["packages"]["places"]["names"] == "not-there-at-all"
    assert set(noticed) == {"python", "packages"}, "nothing else can be looked at"


def test_each_package_is_held_against_its_pin():
    """A pin that names another package would hold nothing."""
    lines = (SOURCES / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert len(pins()) == sum("==" in line for line in lines)
    found = {package.name: package for package in packages()}
    assert {"pyarrow", "pandas", "jinja2", "scikit-learn"} <= set(found)
    assert "pytest" not in found
    assert not [package.name for package in found.values() if package.pinned is None]


def _of_others(folder):
    (folder / FILE_NAME).write_bytes(b"x" * 5000)
    (folder / lock.LOCK_NAME).symlink_to("other")


@pytest.mark.parametrize(
    ("harm", "codes"),
    [
        (_of_others, {"ledger", "lock"}),
        (lambda folder: (folder / "voterlist.toml").write_text("[x"), {"settings"}),
    ],
)
def test_what_is_broken_in_a_workspace_is_named(tmp_path, harm, codes):
    """The first run would say it, at night."""
    folder = workspaces.make(tmp_path)
    harm(folder)
    exit_code, noticed = looked(folder)
    assert exit_code == 1
    assert {name for name, state in health(noticed).items() if state == "bad"} == codes


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    """A run would fail after it had read everything."""
    folder = workspaces.make(tmp_path)
    folder.chmod(0o500)
    try:
        exit_code, noticed = looked(folder, bound_by_modes=True)
    finally:
        folder.chmod(0o700)
    assert exit_code == 1
    assert noticed["writable"]["health"] == "bad"


@pytest.mark.usefixtures("holder")
def test_a_run_that_goes_on_is_no_fault_and_is_left_alone(tmp_path):
    """Whoever holds the workspace would stand there no more."""
    workspaces.make(tmp_path)
    named = (tmp_path / lock.HOLDER_NAME).read_text(encoding="utf-8")
    code, noticed = looked(tmp_path)
    assert (code, noticed["lock"]["health"]) == (0, "doubtful")
    assert noticed["lock"]["places"]["since"] == "2026-02-03 10:00"
    assert (tmp_path / lock.HOLDER_NAME).read_text(encoding="utf-8") == named


def test_a_clock_that_is_behind_is_said(tmp_path):
    """Everything would be recorded as of the wrong day."""
    folder = workspaces.make(tmp_path)
    # So recorded while the clock was right.
    with Ledger(folder / FILE_NAME) as ledger:
        ledger.write_journal(
            dt.datetime.now(dt.UTC).date() + dt.timedelta(days=5), "run"
        )
    code, noticed = looked(folder)
    assert (code, noticed["clock"]["health"]) == (1, "bad")


def test_each_state_has_its_sentence_and_each_fault_its_remedy():
    """A person would be shown a code."""
    text = "".join(
        (SOURCES / "src" / "voterlist" / "upkeep" / f"{name}.py").read_text("utf-8")
        for name in ("doctor", "installation")
    )
    codes = set(re.findall(r'Noticed\(\s*"([a-z]+)"', text))
    assert len(codes) > 10
    for code in codes:
        keys = {key for key in entries() if key.startswith(f"doctor.{code}.")}
        assert f"doctor.{code}.good" in keys
        assert {f"doctor.{code}.title", f"doctor.{code}.todo"} <= keys
    assert all(catalogue(language).has("doctor.health.bad") for language in LANGUAGES)
