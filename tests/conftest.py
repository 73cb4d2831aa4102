"""What all tests share: language, profiles of hypothesis, order of files, folders, processes."""

import gc
import os
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import made_once
import processes
import slow_tests

# Neither what is imported nor a test that is collected is ever garbage.
gc.disable()
# Before the command line is imported: it fixes the language then.
os.environ["VOTERLIST_LANG"] = "en"

WITHOUT_SLOW, WITHOUT_LONG = "not slow", "not long"
EXAMPLES, FEWER_EXAMPLES, MANY_EXAMPLES = 40, 12, 1000
# No deadline: how long an example takes depends on what else the machine does, and says nothing of
# the code.
settings.register_profile(
    "voterlist",
    deadline=None,
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow],
)
for name, count in (("fewer", FEWER_EXAMPLES), ("long", MANY_EXAMPLES)):
    settings.register_profile(
        name, settings.get_profile("voterlist"), max_examples=count
    )


MEMORY = Path("/dev/shm")  # noqa: S108  each test has a folder of its own in it
MEMORY_NEEDED = 4 << 30
"""Bytes: the tests of bundles and of large files take two gigabytes for a moment."""


def _is_fit(folder):
    """Whether the folders of tests may lie here: there is room, and programs can be started."""
    return (
        folder.is_dir()
        and shutil.disk_usage(folder).free > MEMORY_NEEDED
        and not os.statvfs(folder).f_flag & os.ST_NOEXEC
    )


# A run forces 200 files to the disk; in memory that takes no time. Who names a folder has it there.
if "TMPDIR" not in os.environ and _is_fit(MEMORY):
    os.environ["TMPDIR"] = str(MEMORY)
    # pytest asked for the folder before this file was read, and the answer is kept.
    tempfile.tempdir = None


def pytest_addoption(parser):
    """Let the slow tests be measured."""
    parser.addoption("--measure", action="store_true", help=slow_tests.__doc__)


def pytest_configure(config):
    """Keep what is made once in the cache; try each law on fewer examples where tests are left out.

    ``--hypothesis-profile`` goes before it.
    """
    if config.pluginmanager.hasplugin("cacheprovider"):
        made_once.keep_in(config.cache.mkdir("made-once"))
    if config.getoption("--measure"):
        config.pluginmanager.register(slow_tests.Clock())
    if config.getoption("--hypothesis-profile"):
        return
    chosen = config.getoption("markexpr")
    is_cut = WITHOUT_SLOW in chosen or WITHOUT_LONG in chosen
    settings.load_profile("fewer" if is_cut else "voterlist")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark the slow tests. Begin with the files that have the most long ones, then slow, then any.

    They take longest: one that begins last is waited for by one process alone.
    """
    slow = slow_tests.listed()
    for item in items:
        if item.get_closest_marker("long") or slow_tests.name_of(item.nodeid) in slow:
            item.add_marker("slow")
    has = {
        mark: Counter(item.path for item in items if item.get_closest_marker(mark))
        for mark in ("long", "slow")
    }
    tests = Counter(item.path for item in items)
    weights = {
        path: (has["long"][path], has["slow"][path], tests[path]) for path in tests
    }
    items.sort(key=lambda item: weights[item.path], reverse=True)


def pytest_collection_finish():
    """Spare the search for garbage the modules, which are never garbage, and search seldom."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 20)


def pytest_sessionfinish():
    """End what ``processes.run`` started."""
    processes.end()


@pytest.fixture
def small_disk(tmp_path, request):
    """A disk of the size that the module of the test names, SMALL_DISK."""
    folder = tmp_path / "disk"
    folder.mkdir()
    size = f"size={request.module.SMALL_DISK}"
    command = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)]
    if (
        shutil.which("mount") is None
        or subprocess.run(command, capture_output=True, check=False).returncode
    ):
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
