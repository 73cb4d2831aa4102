"""Folders for files of a moment: they hold personal data, and go though a process was killed."""

import os
import signal
import subprocess
import sys

import pytest

from voterlist.storage.files import private_folder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="locks of POSIX")

HOLD = """
import sys
from pathlib import Path
from voterlist.storage.files import private_folder

with private_folder(Path(sys.argv[1])) as folder:
    (folder / "ledger.db").write_text("rows")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """A process that has such a folder, and its folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    folder = tmp_path / process.stdout.readline().strip().rpartition("/")[2]
    yield process, folder
    process.communicate("")


def test_the_folder_of_a_killed_process_goes_with_the_next_one(holder, tmp_path):
    """A copy of the ledger would lie among temporary files for ever."""
    process, folder = holder
    assert (folder / "ledger.db").read_text() == "rows"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert folder.exists()
    with private_folder(tmp_path) as own:
        assert list(tmp_path.iterdir()) == [own]
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_a_living_process_stays(holder, tmp_path):
    """The files of a command would vanish while it reads them."""
    with private_folder(tmp_path):
        pass
    assert (holder[1] / "ledger.db").exists()


def test_nothing_of_anybody_else_goes(tmp_path):
    """A folder that a person named so would be lost."""
    names = ("voterlist-2026", ".voterlist-work-", ".voterlist-work-backup2026")
    for name in names:
        (tmp_path / name).mkdir()
    target = tmp_path / "elsewhere"
    target.mkdir()
    (tmp_path / ".voterlist-work-abcdefgh").symlink_to(target)
    with private_folder(tmp_path) as own:
        assert own.stat().st_mode & 0o777 == 0o700
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {*names, "elsewhere", ".voterlist-work-abcdefgh"}
