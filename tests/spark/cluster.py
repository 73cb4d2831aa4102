"""A standalone cluster and a Connect server on loopback, from the jars that pyspark brings.

Whoever starts one ends it: by the end of the ``with`` block, and where this process is killed,
by the system.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyspark

HOST = "127.0.0.1"
HOME = Path(pyspark.__file__).parent
_PATIENCE = 240.0
"""Seconds within which Java has to listen, on a machine that does other things as well."""
_PR_SET_PDEATHSIG = 1
_SCRATCH = "scratch"


@dataclass
class Cluster:
    """A master with workers of one core each."""

    url: str
    folder: Path
    """Of the workers' files and of all logs."""
    stack: ExitStack
    memory: str
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def scratch(self) -> Path:
        """Where executors put what they keep."""
        return self.folder / _SCRATCH

    def add_worker(self) -> None:
        """Start one more, and wait until the master may know it."""
        port = free_port()
        name = f"worker-{len(self.workers)}"
        words = ["--cores", "1", "--memory", self.memory, "--host", HOST]
        words += ["--port", str(port), "--webui-port", str(free_port())]
        words += ["--work-dir", str(self.folder / name), self.url]
        worker = _java(
            "org.apache.spark.deploy.worker.Worker", words, self.folder / f"{name}.log"
        )
        self.workers.append(worker)
        self.stack.callback(_end, worker)
        _wait_for(port, worker)

    def kill_worker(self) -> None:
        """Kill the first worker that lives, and the executor that it started."""
        worker = next(one for one in self.workers if one.poll() is None)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


@contextmanager
def standalone(
    folder: Path, *, workers: int = 2, memory: str = "2g"
) -> Iterator[Cluster]:
    """A cluster whose workers have one core and so much memory each."""
    port = free_port()
    words = ["--host", HOST, "--port", str(port), "--webui-port", str(free_port())]
    with ExitStack() as stack:
        master = _java(
            "org.apache.spark.deploy.master.Master", words, folder / "master.log"
        )
        stack.callback(_end, master)
        _wait_for(port, master)
        cluster = Cluster(f"spark://{HOST}:{port}", folder, stack, memory)
        for _ in range(workers):
            cluster.add_worker()
        yield cluster


@contextmanager
def connect_server(folder: Path, master: str = "local[2]") -> Iterator[str]:
    """A server of Spark Connect; yields its address."""
    port = free_port()
    settings = {
        "spark.connect.grpc.binding.address": HOST,
        "spark.connect.grpc.binding.port": str(port),
        "spark.driver.host": HOST,
        "spark.driver.bindAddress": HOST,
        "spark.ui.enabled": "false",
    }
    options = [
        word for name in settings for word in ("--conf", f"{name}={settings[name]}")
    ]
    words = ["--master", master, *options]
    words += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    server = _java(
        "org.apache.spark.deploy.SparkSubmit",
        [*words, "spark-internal"],
        folder / "connect.log",
        "1g",
    )
    try:
        _wait_for(port, server)
        yield f"sc://{HOST}:{port}"
    finally:
        _end(server)


def free_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


def _java(
    name: str, words: list[str], log: Path, memory: str = "256m"
) -> subprocess.Popen[bytes]:
    """A program of Spark with so much memory, in a group of processes of its own."""
    env = {
        **os.environ,
        "SPARK_HOME": str(HOME),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_LOCAL_DIRS": str(log.parent / _SCRATCH),
        "SPARK_DAEMON_MEMORY": memory,
        "PYSPARK_PYTHON": sys.executable,
    }
    with log.open("wb") as told:
        return subprocess.Popen(
            [HOME / "bin" / "spark-class", name, *words],
            env=env,
            stdout=told,
            stderr=told,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509  no thread of ours is running yet
        )


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a process listens on a port."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, f"{process.args} ended: its log says why"
        with socket.socket() as one:
            if one.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError(f"{process.args} does not listen on {port}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process with all that it started."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
