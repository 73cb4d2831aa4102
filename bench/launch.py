"""Starts one command and writes down its exit code, CPU and wall seconds, and peak MiB.

    python -I -S launch.py REPORT COMMAND ...

It is small on purpose. Linux counts to a started process the memory that the one starting it held
at that moment, so a benchmark that has read large tables would see its own size in every peak it
measures.
"""

import json
import os
import sys
import time

report, command = sys.argv[1], sys.argv[2:]
start = time.monotonic()
child = os.posix_spawn(command[0], command, os.environ)
_, status, usage = os.wait4(child, 0)
counted = {
    "code": os.waitstatus_to_exitcode(status),
    "cpu": usage.ru_utime + usage.ru_stime,
    "wall": time.monotonic() - start,
    "peak": usage.ru_maxrss / 1024,
}
with open(report, "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib would double its size
    json.dump(counted, file)
