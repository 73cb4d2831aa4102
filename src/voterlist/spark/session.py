"""A session on a cluster: opened at an address, with a clear word where that cannot be.

Neither pyspark nor Java is loaded before a session is asked for.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from voterlist.errors import UsageError
from voterlist.spark.failures import told

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

OLDEST_JAVA = 17
_ANSWER = 10.0
"""Seconds within which a master or a Connect server has to take a connection."""
_LOCAL = re.compile(r"local(\[(\d+|\*)(,\d+)?\])?")
_CONNECT = re.compile(r"sc://([^/:;]+|\[[^\]]+\])(:\d+)?(/.*)?")
_STANDALONE = re.compile(r"spark://[^/:,]+:\d+(,[^/:,]+:\d+)*")
_ELSEWHERE = re.compile(r"yarn|k8s://\S+")
"""Masters whose executors are made for the job; Spark itself looks for them."""
_CONNECT_PORT = 15002
_VERSION = re.compile(r'version "(?:1\.)?(\d+)')
_SETTINGS = {
    "spark.app.name": "voterlist",
    "spark.sql.session.timeZone": "UTC",
    # Two headers may differ in a capital alone.
    "spark.sql.caseSensitive": "true",
    "spark.ui.showConsoleProgress": "false",
    # The pages of a job are open to whoever reaches the port.
    "spark.ui.enabled": "false",
    "spark.log.level": "OFF",
    # Java lives for minutes here, and most of what it would compile a second time, with more care,
    # it never runs again. What the user says of Java stands behind it, and goes before.
    "spark.driver.defaultJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.executor.defaultJavaOptions": "-XX:TieredStopAtLevel=1",
    # The same rows give the same parcels, whichever attempt makes them. Spark need not add up a
    # checksum of each of their bytes to see it.
    "spark.sql.shuffle.orderIndependentChecksum.enabled": "false",
    "spark.sql.shuffle.orderIndependentChecksum.enableFullRetryOnMismatch": "false",
    "spark.sql.shuffle.orderIndependentChecksum.enableQueryLevelRollbackOnMismatch": "false",
    # pydantic looks for plug-ins in every package, archives of Spark's among them.
    "spark.executorEnv.PYDANTIC_DISABLE_PLUGINS": "__all__",
}
_LOOPBACK = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
_LOG = "VOTERLIST_SPARK_LOG"
"""The file for Spark's own log of the driver, for whoever looks after a cluster."""
_HANDED_ON = "NPY_DISABLE_CPU_FEATURES"
"""What says how numpy computes logarithms here has to say so on the executors."""


def require_master(master: str) -> None:
    """Refuse what is no address of a cluster.

    Raises:
        UsageError: it is none.
    """
    kinds = (_LOCAL, _CONNECT, _STANDALONE, _ELSEWHERE)
    if not any(kind.fullmatch(master) for kind in kinds):
        raise UsageError("--master is no address of a cluster", code="spark-no-address")


@contextmanager
def open_session(
    master: str, settings: Mapping[str, str] | None = None
) -> Iterator[SparkSession]:
    """A session that ends with the block.

    Args:
        master: ``local[N]``, ``spark://host:port``, ``sc://host[:port]`` (Spark Connect), ``yarn``
            or ``k8s://...``.
        settings: of Spark, by name; they go before ours. Those of ``spark-defaults.conf`` in the
            folder ``SPARK_CONF_DIR`` hold where neither says otherwise.

    Raises:
        UsageError: ``no-pyspark``; ``spark-no-address``; ``no-java`` or ``java-too-old``;
            ``spark-no-answer`` where nobody answers at the address; ``spark-not-started``.
    """
    require_master(master)
    if importlib.util.find_spec("pyspark") is None:
        raise UsageError("pyspark is not installed", code="no-pyspark")
    is_remote = _CONNECT.fullmatch(master) is not None
    if not is_remote:
        _require_java()
    _require_answer(master)
    wanted = {**_SETTINGS, **_places(master), **(settings or {})}
    spark = _connect(master, wanted) if is_remote else _start(master, wanted)
    try:
        yield spark
    finally:
        # A cluster that went away cannot be told that we go.
        with suppress(Exception):
            spark.stop()


def _connect(master: str, settings: Mapping[str, str]) -> SparkSession:
    """A session with a Connect server, which has settings of its own for all but SQL."""
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415  an extra

        builder = SparkSession.builder.remote(master)
    except ImportError:
        raise UsageError("grpc is not installed", code="no-pyspark") from None
    with told(Path()):
        spark = builder.getOrCreate()
        for name, value in settings.items():
            if name.startswith("spark.sql."):
                spark.conf.set(name, value)
        return spark


def _start(master: str, settings: Mapping[str, str]) -> SparkSession:
    """A session whose driver is this process, with Java beside it.

    Raises:
        UsageError: Java does not come up.
    """
    from pyspark.errors import PySparkRuntimeError  # noqa: PLC0415  an extra
    from pyspark.sql import SparkSession  # noqa: PLC0415  an extra

    if not _ELSEWHERE.fullmatch(master):
        # Spark would take whatever is called python3.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master)
    for name, value in settings.items():
        builder = builder.config(name, value)
    with _log_of_java(), told(Path()):
        try:
            return builder.getOrCreate()
        except PySparkRuntimeError:
            raise UsageError("Java ended at once", code="spark-not-started") from None


@contextmanager
def _log_of_java() -> Iterator[None]:
    """What a Java started in the block tells, then and later, goes to the log or nowhere."""
    sys.stderr.flush()
    before = os.dup(2)
    log = os.open(
        os.environ.get(_LOG) or os.devnull,
        os.O_WRONLY | os.O_CREAT | os.O_APPEND,
        0o600,
    )
    try:
        os.dup2(log, 2)
        yield
    finally:
        os.dup2(before, 2)
        os.close(log)
        os.close(before)


def _places(master: str) -> dict[str, str]:
    """The settings that follow from where the master is and from this process."""
    own = {}
    if os.environ.get(_LOG):
        own["spark.log.level"] = "WARN"
    if _HANDED_ON in os.environ:
        own[f"spark.executorEnv.{_HANDED_ON}"] = os.environ[_HANDED_ON]
    hosts = [host for host, _ in _addresses(master)]
    is_here = hosts and all(map(_is_loopback, hosts))
    if is_here or _LOCAL.fullmatch(master):
        own |= _LOOPBACK
    return own


def _addresses(master: str) -> list[tuple[str, int]]:
    """(Host, port) of each master or server that the address names."""
    if _STANDALONE.fullmatch(master):
        pairs = (
            one.rpartition(":") for one in master.removeprefix("spark://").split(",")
        )
        return [(host, int(port)) for host, _, port in pairs]
    server = _CONNECT.fullmatch(master)
    if server is None:
        return []
    port = int(server[2][1:]) if server[2] else _CONNECT_PORT
    return [(server[1].strip("[]"), port)]


def _is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _require_answer(master: str) -> None:
    """See that one of the masters takes a connection: Spark itself asks for minutes.

    Raises:
        UsageError: none does.
    """
    addresses = _addresses(master)
    for address in addresses:
        with suppress(OSError), socket.create_connection(address, timeout=_ANSWER):
            return
    if addresses:
        names = ", ".join(f"{host}:{port}" for host, port in addresses)
        raise UsageError(
            f"nobody answers at {names}",
            code="spark-no-answer",
            places={"address": names, "seconds": f"{_ANSWER:.0f}"},
        )


def _require_java() -> None:
    """Refuse to start without a Java that Spark runs on.

    Raises:
        UsageError: there is none, or it is too old.
    """
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else "java"
    found = shutil.which(java)
    if found is None:
        raise UsageError(
            "Java is not found", code="no-java", places={"oldest": str(OLDEST_JAVA)}
        )
    told_by_java = subprocess.run(  # noqa: S603  the Java that Spark itself would start
        [found, "-version"], capture_output=True, text=True, check=False
    )
    version = _VERSION.search(told_by_java.stderr)
    if version is None or int(version[1]) < OLDEST_JAVA:
        raise UsageError(
            "Java is too old",
            code="java-too-old",
            places={
                "version": version[1] if version else "?",
                "oldest": str(OLDEST_JAVA),
            },
        )
