"""Worker processes end when the process that started them is killed.

Real processes, real signals.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from voterlist.processes.workers import Pool
from worker_tasks import own_number

TESTS = Path(__file__).parent
WORKERS = 3
PARENTS = 2
PATIENCE = 200.0
"""Seconds in which a worker must have ended; it works for longer."""

PARENT = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from voterlist.processes.workers import Pool
from worker_tasks import hold

if __name__ == "__main__":
    tasks = [Path(word) for word in sys.argv[2:]]
    list(Pool(len(tasks)).answers(hold, tasks))
"""


def wait_until(is_so):
    end = time.monotonic() + PATIENCE
    while not is_so() and time.monotonic() < end:
        time.sleep(0.02)
    return is_so()


def has_ended(path):
    """True once the system has released the worker's lock."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def test_no_worker_outlives_a_killed_parent(tmp_path):
    """Workers would go on to write tables for a run that is no more."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    workers = []
    for number in range(PARENTS):
        folder = tmp_path / str(number)
        folder.mkdir()
        paths = [folder / str(worker) for worker in range(WORKERS)]
        command = [sys.executable, *map(str, (script, TESTS, *paths))]
        parent = subprocess.Popen(command)
        told = [path.with_suffix(".pid") for path in paths]
        try:
            assert wait_until(
                lambda told=told: all(
                    path.exists() and path.read_text() for path in told
                )
            )
        finally:
            parent.send_signal(signal.SIGKILL)
            parent.wait()
        workers += paths
    try:
        assert wait_until(lambda: all(map(has_ended, workers)))
    finally:
        for path in workers:
            if not has_ended(path):
                os.kill(int(path.with_suffix(".pid").read_text()), signal.SIGKILL)


def test_a_worker_that_is_killed_while_it_waits_costs_no_task():
    """Memory runs out in the linkage, the system ends an idle worker: a constituency was lost."""
    pool = Pool(1)
    try:
        ((_, first),) = pool.answers(own_number, [0])
        os.kill(first, signal.SIGKILL)
        os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
        ((_, second),) = pool.answers(own_number, [0])
    finally:
        pool.close()
    assert isinstance(second, int)
    assert second != first
