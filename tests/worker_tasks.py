"""What worker processes do in tests. Each of them imports this module anew: it imports little."""

import os
import signal
import time

LONG = 300
"""Seconds; nobody waits for so long."""


def write_number(number, folder):
    """A unit of work; that of the number 3 is killed, that of the number 4 fails."""
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 4:
        raise OSError(28, "No space left on device", "x.parquet")
    (folder / "number.txt").write_text(str(number), encoding="utf-8")
    return {"number": number}


def hold(path):
    """Hold a lock on a file, as long as the process lives, then say so in another; and work on."""
    import fcntl

    held = path.open("wb")
    fcntl.flock(held, fcntl.LOCK_EX)
    path.with_suffix(".pid").write_text(str(os.getpid()), encoding="utf-8")
    time.sleep(LONG)


def own_number(_task):
    """The number of the process."""
    return os.getpid()


def limits(_=None):
    """(bytes of a core dump at most, umask) of this process."""
    import resource

    umask = os.umask(0)
    os.umask(umask)
    return resource.getrlimit(resource.RLIMIT_CORE)[0] <= 1, umask
