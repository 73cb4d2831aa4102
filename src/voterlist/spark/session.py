"""A session on a cluster: opened at an address, with a clear word where that cannot be.

Neither pyspark nor Java is loaded before a session is asked for.
"""

from __future__ import annotations

import atexit
import hashlib
import importlib.util
import io
import ipaddress
import marshal
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import pyarrow as pa

from voterlist.errors import usage_error
from voterlist.spark.failures import in_task, in_words, tell_failures
from voterlist.storage.files import private_folder
from voterlist.storage.store import program_files
from voterlist.tables import Row

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
    # Rows hold parcels: a few of them are as much as a task should hold at a time.
    "spark.sql.execution.arrow.maxBytesPerBatch": "16m",
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
        raise usage_error("spark-no-address")


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
        raise usage_error("no-pyspark")
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
        raise usage_error("no-pyspark") from None
    with tell_failures():
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
    with _log_of_java(), tell_failures():
        try:
            return builder.getOrCreate()
        except PySparkRuntimeError:
            raise usage_error("spark-not-started") from None


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
            address.rpartition(":")
            for address in master.removeprefix("spark://").split(",")
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
        raise usage_error("spark-no-answer", address=names, seconds=f"{_ANSWER:.0f}")


def _require_java() -> None:
    """Refuse to start without a Java that Spark runs on.

    Raises:
        UsageError: there is none, or it is too old.
    """
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else "java"
    found = shutil.which(java)
    if found is None:
        raise usage_error("no-java", oldest=OLDEST_JAVA)
    told_by_java = subprocess.run(  # noqa: S603  the Java that Spark itself would start
        [found, "-version"], capture_output=True, text=True, check=False
    )
    version = _VERSION.search(told_by_java.stderr)
    if version is None or int(version[1]) < OLDEST_JAVA:
        raise usage_error(
            "java-too-old", version=version[1] if version else "?", oldest=OLDEST_JAVA
        )


# --- The executors: they get the program, and are asked whether they are fit for the work


if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

PATIENCE = 120.0
"""Seconds within which the cluster has to begin with the first small task. Executors that are made
for a job, as on Kubernetes, take a minute."""

_LIBRARIES = ("numpy", "pyarrow", "rapidfuzz")
"""On their versions the values of a result rest."""
_TASKS = 16
"""Tasks that ask: enough for every machine of a small cluster, and no work for a large one."""
_EPOCH = (2020, 1, 1, 0, 0, 0)
_UNCHECKED = (0b01).to_bytes(4, "little")
"""What says that a compiled module is known by a digest of its source, which nobody looks at."""
_LOOKED = "library string, version string"
_PREPARED: WeakSet[Any] = WeakSet()
"""The sessions that are fit."""


def prepare(spark: SparkSession, *, patience: float = PATIENCE) -> None:
    """Send the program to the executors, and see that they are fit for the work; once a session.

    Args:
        spark: a session of any kind; Spark Connect as well.
        patience: seconds within which the first small task has to be done.

    Raises:
        UsageError: ``spark-no-workers`` where none works for us in that time,
            ``spark-other-python``, ``spark-no-package`` or ``spark-other-library`` where an
            executor's Python is not like this one.
        StageError: the cluster fails otherwise.
    """
    if spark in _PREPARED:
        return
    spark.addArtifact(str(_program()), pyfile=True)
    _require_same_libraries(_within(patience, spark, _asking(spark)))
    _PREPARED.add(spark)


@cache
def _program() -> Path:
    """An archive of the program, which stands until this process ends.

    Each module stands in it compiled as well, so that no worker of Python compiles it again.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, item in sorted(program_files()):
            name, written = f"voterlist/{path}", item.read_bytes()
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), written)
            if name.endswith(".py"):
                info = zipfile.ZipInfo(f"{name}c", _EPOCH)
                archive.writestr(info, _compile(name, written))
    # A session refuses another file under a name that it knows.
    digest = hashlib.sha256(content.getvalue()).hexdigest()[:12]
    opened = ExitStack()
    atexit.register(opened.close)
    program = opened.enter_context(private_folder()) / f"voterlist-{digest}.zip"
    program.write_bytes(content.getvalue())
    return program


def _compile(name: str, source: bytes) -> bytes:
    """A module as Python keeps it beside its source; the source is not asked again (PEP 552)."""
    # Where a task fails is told from this: the place in the program.
    code = compile(source, f"program/{name}", "exec", dont_inherit=True)
    head = importlib.util.MAGIC_NUMBER + _UNCHECKED + importlib.util.source_hash(source)
    return head + marshal.dumps(code)


def _asking(spark: SparkSession) -> DataFrame:
    """What the executors tell of themselves, once it is asked for."""

    def look(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for _ in batches:
            versions = [metadata.version(name) for name in _LIBRARIES]
            columns = [pa.array(_LIBRARIES), pa.array(versions)]
            yield pa.RecordBatch.from_arrays(columns, names=["library", "version"])

    tasks = spark.range(0, _TASKS, 1, _TASKS)
    return tasks.mapInArrow(in_task("probe", look), _LOOKED)


def _within(seconds: float, spark: SparkSession, frame: DataFrame) -> pa.Table:
    """The rows of a frame. Spark itself would wait for workers for ever.

    Raises:
        UsageError: they are not there in that time.
    """
    answers: list[pa.Table | Exception] = []

    def ask() -> None:
        try:
            answers.append(frame.toArrow())
        except Exception as error:  # noqa: BLE001  raised by the thread that waits
            answers.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    if asking.is_alive():
        spark.interruptAll()
        raise usage_error("spark-no-workers", seconds=f"{seconds:.0f}")
    if isinstance(answers[0], Exception):
        raise in_words(answers[0]) from None
    return answers[0]


def _require_same_libraries(looked: pa.Table) -> None:
    """Other versions could give other values, and no two runs would be alike."""
    rows: list[Row] = looked.to_pylist()
    for row in sorted(rows, key=lambda row: (row["library"], row["version"])):
        here = metadata.version(row["library"])
        if row["version"] != here:
            raise usage_error(
                "spark-other-library",
                name=row["library"],
                here=here,
                there=row["version"],
            )
