"""What the linkage on a cluster costs, beside the local engine: CPU, minutes, memory, skew.

``python bench/spark_cost.py LIST.parquet [--workers 1 2] [--memory 6g] [--no-local]`` starts a
standalone cluster on this machine for each number of workers, links the list on it, and holds the
pairs and clusters against those of the local engine. ``--skewed N`` first gives N entries of the
list one surname and one given name.

CPU and memory are read from /proc twice a second, for all processes of the workers: Java and
Python. What a process used after the last look is not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "spark"))

import cluster  # noqa: E402  beside the tests

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_EVERY = 0.5
_COUNTS = 1.0
"""Seconds of work from which a stage is told: the tasks of a shorter one are mostly their start."""
_NOISE = 2.0
"""Seconds that the longest task of a stage must take for its skew to be told."""
_EXECUTOR = "Java"
_WORKER = "the worker itself"
"""What starts executors, and is there before and after the job."""
COMMAND = [sys.executable, "-m", "voterlist", "link"]


@dataclass
class Used:
    """What the processes of some sessions used so far."""

    cpu: dict[int, float] = field(default_factory=dict)
    """Seconds by process."""
    peak: dict[int, int] = field(default_factory=dict)
    """The most bytes that all processes of a session had at a time."""
    kinds: dict[int, str] = field(default_factory=dict)
    """What each process is."""
    of_java: dict[int, tuple[str, float]] = field(default_factory=dict)
    """By thread of an executor's Java: what it does for Java itself, and seconds."""

    def by_kind(self) -> dict[str, float]:
        """Seconds by what was done."""
        told: dict[str, float] = defaultdict(float)
        for process, seconds in self.cpu.items():
            told[self.kinds[process]] += seconds
        for kind, seconds in self.of_java.values():
            told[kind] += seconds
            told[_EXECUTOR] -= seconds
        return dict(sorted(told.items()))

    def of_executors(self) -> float:
        """Seconds of the executors: Java and Python, without the worker that starts them."""
        return sum(s for kind, s in self.by_kind().items() if kind != _WORKER)

    def look(self, sessions: Iterable[int]) -> None:
        """Read what every process of these sessions has used."""
        held: dict[int, int] = defaultdict(int)
        wanted = set(sessions)
        for place in Path("/proc").glob("[0-9]*"):
            told = _stat(place)
            if told is None or told[0] not in wanted:
                continue
            session, cpu, memory = told
            process = int(place.name)
            self.cpu[process] = cpu
            self.kinds[process] = kind = _kind(place) or self.kinds.get(
                process, _WORKER
            )
            if kind == _EXECUTOR:
                self.of_java |= _own_work_of_java(place)
            held[session] += memory
        for session, memory in held.items():
            self.peak[session] = max(self.peak.get(session, 0), memory)


def _stat(place: Path) -> tuple[int, float, int] | None:
    """(session, CPU seconds, bytes in memory of its own) of a process; None where it ended."""
    try:
        text = (place / "stat").read_text(encoding="utf-8", errors="replace")
        pages = (place / "statm").read_text(encoding="ascii").split()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    # Forked workers of Python share pages; those of libraries are counted to nobody.
    own = (int(pages[1]) - int(pages[2])) * _PAGE
    return int(fields[3]), (int(fields[11]) + int(fields[12])) / _TICKS, own


def _kind(place: Path) -> str | None:
    """What a process of a worker is; None where it ended."""
    try:
        words = (place / "cmdline").read_bytes()
    except OSError:
        return None
    if not words:
        # It is ending.
        return None
    if b"pyspark.daemon" in words:
        return "Python"
    if b"CoarseGrainedExecutorBackend" in words:
        return _EXECUTOR
    return _WORKER


def _own_work_of_java(place: Path) -> dict[int, tuple[str, float]]:
    """By thread: compiling or collecting garbage, and CPU seconds."""
    found = {}
    for thread in place.glob("task/*"):
        with suppress(OSError):
            text = (thread / "stat").read_text(encoding="utf-8", errors="replace")
            name, _, rest = text.partition("(")[2].rpartition(")")
            if name.startswith(("C1 Comp", "C2 Comp", "G1 ", "GC Thread", "VM Thread")):
                kind = "Java compiling" if name.startswith("C") else "Java garbage"
                fields = rest.split()
                ticks = int(fields[11]) + int(fields[12])
                found[int(thread.name)] = (kind, ticks / _TICKS)
    return found


@contextmanager
def watched(sessions: Sequence[int]) -> Iterator[Used]:
    """What the processes of these sessions use while the block runs."""
    used, ended = Used(), threading.Event()

    def watch() -> None:
        while not ended.wait(_EVERY):
            used.look(sessions)

    looking = threading.Thread(target=watch, daemon=True)
    looking.start()
    try:
        yield used
    finally:
        ended.set()
        looking.join()
        used.look(sessions)


@dataclass(frozen=True)
class Run:
    """One linkage."""

    seconds: float
    cpu: float
    """Of the command: the driver with its Java, or all of the local engine."""
    peak: int
    """The most bytes that it had at a time."""
    told: dict[str, object]
    pairs: pa.Table
    clusters: pa.Table


def link(source: Path, folder: Path, *words: str, **env: str) -> Run:
    """Link a list by the command line."""
    folder.mkdir()
    out = [folder / "pairs.parquet", folder / "clusters.parquet"]
    command = [
        *COMMAND,
        source,
        "--out",
        out[0],
        "--clusters",
        out[1],
        *words,
        "--json",
    ]
    start = time.monotonic()
    process = subprocess.Popen(
        list(map(str, command)),
        stdout=subprocess.PIPE,
        env={**os.environ, **env},
        start_new_session=True,
    )
    assert process.stdout is not None
    with watched([process.pid]) as used:
        told = json.loads(process.stdout.read())
    process.wait()
    seconds = time.monotonic() - start
    if process.returncode:
        sys.exit(json.dumps(told, indent=1))
    tables = [pq.read_table(path) for path in out]
    cpu, peak = sum(used.cpu.values()), max(used.peak.values())
    return Run(seconds, cpu, peak, told, *tables)


def skew(log: Path) -> list[tuple[float, float, float, int]]:
    """(max over median, longest, median, tasks) of the stages that work, the most skewed first.

    Where a stage puts two things together, its tasks do two kinds of work: those that read what
    other tasks moved, and those that read a step. Each kind counts by itself.
    """
    tasks: dict[tuple[int, int, bool], list[float]] = defaultdict(list)
    for line in log.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        if event["Event"] == "SparkListenerTaskEnd":
            info = event["Task Info"]
            moved = event["Task Metrics"]["Shuffle Read Metrics"]
            is_moved = moved["Local Bytes Read"] + moved["Remote Bytes Read"] > 0
            key = (event["Stage ID"], event["Stage Attempt ID"], is_moved)
            tasks[key].append((info["Finish Time"] - info["Launch Time"]) / 1000)
    told = []
    for times in tasks.values():
        middle = statistics.median(times)
        if len(times) > 2 and sum(times) >= _COUNTS and max(times) >= _NOISE:
            told.append((max(times) / middle, max(times), middle, len(times)))
    return sorted(told, reverse=True)


def skewed(source: Path, count: int, folder: Path) -> Path:
    """The list with one name and one year in so many of its entries."""
    table = pq.read_table(source)
    most = min(count, table.num_rows)
    for name, value in (("surname", "Məmmədov"), ("given_name", "Elçin")):
        place = table.column_names.index(name)
        column = table.column(name).cast(pa.string())
        same = pa.chunked_array([pa.array([value] * most), *column.slice(most).chunks])
        table = table.set_column(place, name, same)
    path = folder / "skewed.parquet"
    pq.write_table(table, path)
    return path


def on_cluster(
    source: Path, workers: int, memory: str, around: Path
) -> tuple[Run, Used, Path]:
    """Link a list on a cluster of so many workers."""
    folder = around / f"spark-{workers}"
    folder.mkdir()
    log = folder / "events"
    log.mkdir()
    heap = memory_of_java(memory)
    settings = {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": f"file:{log}",
        "spark.eventLog.compress": "false",
        "spark.eventLog.rolling.enabled": "false",
        "spark.executor.memory": heap,
    }
    lines = [f"{name} {value}\n" for name, value in settings.items()]
    (folder / "spark-defaults.conf").write_text("".join(lines), encoding="ascii")
    with cluster.standalone(folder, workers=workers, memory=memory) as running:
        sessions = [worker.pid for worker in running.workers]
        with watched(sessions) as used:
            words = ["--engine", "spark", "--master", running.url]
            run = link(source, folder / "out", *words, SPARK_CONF_DIR=str(folder))
    (events,) = log.iterdir()
    return run, used, events


def memory_of_java(memory: str) -> str:
    """A third of a worker's memory for Java; the rest is for Python."""
    return f"{int(memory.removesuffix('g')) * 1024 // 3}m"


def _is_same(one: Run, other: Run) -> bool:
    return one.pairs.equals(other.pairs) and one.clusters.equals(other.clusters)


def main() -> None:
    """Link, and print a line for each run."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        around = Path(name)
        source = asked.list
        if asked.skewed:
            source = skewed(source, asked.skewed, around)
        local = None
        load = os.getloadavg()[0]
        print(
            f"{pq.read_metadata(source).num_rows:,} entries; load {load:.1f}",
            flush=True,
        )
        if not asked.no_local:
            local = link(source, around / "local")
            print(
                f"local: {local.seconds:.0f} s, CPU {local.cpu:.1f} s,"
                f" at most {local.peak / 2**30:.2f} GiB",
                flush=True,
            )
        for workers in asked.workers:
            run, used, events = on_cluster(source, workers, asked.memory, around)
            cpu = used.of_executors()
            peak = max(used.peak.values()) / 2**30
            print(
                f"{workers} workers: {run.seconds:.0f} s, CPU of executors {cpu:.1f} s,"
                f" of the driver {run.cpu:.1f} s, at most {peak:.2f} GiB a worker,"
                f" {run.told['compared']:,} candidate pairs, load {os.getloadavg()[0]:.1f}"
            )
            for kind, seconds in used.by_kind().items():
                print(f"  {kind}: {seconds:.1f} s")
            for times, longest, middle, tasks in skew(events)[:3]:
                print(
                    f"  a stage of {tasks} tasks: the longest {longest:.1f} s,"
                    f" the median {middle:.1f} s, {times:.1f} times"
                )
            if local is not None:
                print(
                    f"  the same pairs and clusters: {_is_same(run, local)}", flush=True
                )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("list", type=Path)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--memory", default="6g", help="of each worker: %(default)s")
    parser.add_argument("--skewed", type=int, default=0)
    parser.add_argument("--no-local", action="store_true")
    parser.add_argument("--folder", type=Path, help="for what is written on the way")
    return parser.parse_args()


if __name__ == "__main__":
    main()
